/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * loader.c - putting a loader together, and taking it apart.
 *
 * A loader is counted: the program's reference ends with close, which stops the threads and frees
 * what they worked with. Batches that the program still holds keep the rest: the ring's buffers,
 * the schema, the files' names.
 */
#include <math.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "core/budget_internal.h"
#include "core/error_internal.h"
#include "core/machine_internal.h"
#include "features/features_internal.h"
#include "loader/engine_private.h"

/* ------------------------------------------------------------------------- freeing */

static void free_tickets(struct tfeed_loader *loader)
{
    for (size_t i = 0; loader->tickets != NULL && i < loader->n_tickets; i++) {
        struct ticket *ticket = &loader->tickets[i];
        draw_release(&ticket->draw);
        tfi_free(loader->allocator, ticket->draw.rows);
        tfi_free(loader->allocator, ticket->draw.windows);
        loader_state_clear(&ticket->state, loader->allocator);
    }
    tfi_free(loader->allocator, loader->tickets);
}

static void free_loader(struct tfeed_loader *loader)
{
    const struct tfeed_allocator *allocator = loader->allocator;
    loader_free_batches(loader);
    free_tickets(loader);
    loader_state_clear(&loader->last_state, allocator);
    loader_identity_clear(&loader->identity, allocator);
    for (size_t i = 0; loader->file_sets != NULL && i < loader->n_sets; i++)
        file_set_clear(&loader->file_sets[i]);
    tfi_free(allocator, loader->file_sets);
    tfi_free(allocator, loader->sets);
    window_pool_unref(loader->pool);
    tfeed_schema_unref(loader->schema);
    tfeed_schema_unref(loader->narrow_schema);
    tfeed_sequence_schema_unref(loader->options.sequence_schema);
    tfi_budget_unref(loader->budget);
    tfi_condition_clear(&loader->work);
    tfi_condition_clear(&loader->ready);
    tfi_condition_clear(&loader->spare);
    tfi_mutex_clear(&loader->mutex);
    tfi_free(allocator, loader);
}

void loader_unref(struct tfeed_loader *loader)
{
    if (atomic_fetch_sub_explicit(&loader->n_references, 1, memory_order_acq_rel) == 1)
        free_loader(loader);
}

/* Batches that were made ahead go back: nobody will take them. */
static void free_workplace(struct tfeed_loader *loader)
{
    for (struct ticket *ticket = loader->drawn.first; ticket != NULL; ticket = ticket->next)
        draw_release(&ticket->draw);
    if (loader->drawing != NULL)
        draw_release(&loader->drawing->draw);
    for (struct tfeed_batch *batch = loader->pending.first; batch != NULL; batch = batch->next)
        draw_release(&batch->ticket->draw);
    while (loader->free_desks != NULL) {
        struct parse_desk *desk = loader->free_desks;
        loader->free_desks = desk->next;
        parse_desk_free(loader, desk);
    }
    row_source_free(loader->source);
    loader->source = NULL;
    for (size_t i = 0; loader->admissions != NULL && i < loader->n_sets; i++)
        admission_free(loader->admissions[i]);
    tfi_free(loader->allocator, loader->admissions);
    loader->admissions = NULL;
    tfi_free(loader->allocator, loader->threads);
    loader->threads = NULL;
}

void tfeed_loader_close(struct tfeed_loader *loader)
{
    if (loader == NULL)
        return;
    engine_stop(loader);
    free_workplace(loader);
    loader_unref(loader);
}

/* ------------------------------------------------------------------------- opening */

/* A shuffle comes back to bytes that were read some time ago. Where the files are larger than what
 * the page cache can be expected to keep, they are read into memory of our own, not mapped. */
static void choose_map(const struct tfeed_loader *loader, struct file_set *set)
{
    const bool comes_back = loader->options.order == TFEED_ORDER_FAST ||
                            loader->options.order == TFEED_ORDER_TENSORFLOW;
    struct tfi_machine machine;
    if (!comes_back)
        return;
    tfi_machine_look("", &machine);
    if (machine.memory_bytes != TFI_MEMORY_UNKNOWN && set->n_bytes > machine.memory_bytes / 2)
        set->reader_options.map = TFEED_MAP_NEVER;
}

static tfeed_status open_files(struct tfeed_loader *loader, const struct tfeed_loader_set *sets,
                               struct tfeed_error *reterr)
{
    const size_t n_sets = loader->n_sets;
    double total_weight = 0;
    loader->file_sets = tfi_alloc_zeroed(loader->allocator, n_sets, sizeof *loader->file_sets);
    loader->sets = tfi_alloc_zeroed(loader->allocator, n_sets, sizeof *loader->sets);
    if (loader->file_sets == NULL || loader->sets == NULL)
        return tfi_fail_memory(reterr, "a loader");
    for (size_t i = 0; i < n_sets; i++) {
        total_weight += sets[i].weight;
        if (!(sets[i].weight > 0) || !isfinite(total_weight))
            return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                            "the weight of set %zu must be above 0 and finite, as the sum of all, "
                            "not %g",
                            i, sets[i].weight);
        TFI_TRY(file_set_init(&loader->file_sets[i], sets[i].patterns, sets[i].n_patterns,
                              &loader->options, reterr));
        choose_map(loader, &loader->file_sets[i]);
        loader->file_sets[i].stop = &loader->stop;
        loader->sets[i].files = &loader->file_sets[i];
        loader->sets[i].weight = sets[i].weight;
    }
    return TFEED_OK;
}

/* What this loader's states say it is. */
static tfeed_status identify(struct tfeed_loader *loader, struct tfeed_error *reterr)
{
    const struct tfeed_loader_options *options = &loader->options;
    struct loader_identity *identity = &loader->identity;
    *identity = (struct loader_identity){
        .order = options->order,
        .seed = options->seed,
        .graph_seed = options->graph_seed,
        .shuffle_records = options->shuffle_records,
        .n_lanes = options->n_lanes,
        .interleave = options->interleave,
        .block_records = options->block_records,
        .capacity = options->capacity,
        .shard_index = options->shard_index,
        .n_shards = options->n_shards,
        .level = options->level,
        .n_sets = loader->n_sets,
        .sets = tfi_alloc_zeroed(loader->allocator, loader->n_sets, sizeof *identity->sets),
    };
    if (identity->sets == NULL)
        return tfi_fail_memory(reterr, "a loader");
    for (size_t i = 0; i < loader->n_sets; i++) {
        identity->sets[i].n_files = loader->file_sets[i].n_files;
        identity->sets[i].hash = loader->file_sets[i].hash;
        identity->sets[i].weight = loader->sets[i].weight;
    }
    return TFEED_OK;
}

/* What the rows depend on comes from the state. */
static void adopt(struct tfeed_loader *loader, const struct loader_identity *found)
{
    struct tfeed_loader_options *options = &loader->options;
    struct loader_identity *identity = &loader->identity;
    options->order = identity->order = found->order;
    options->seed = identity->seed = found->seed;
    options->graph_seed = identity->graph_seed = found->graph_seed;
    options->shuffle_records = identity->shuffle_records = found->shuffle_records;
    options->n_lanes = identity->n_lanes = found->n_lanes;
    options->interleave = identity->interleave = found->interleave;
    options->block_records = identity->block_records = found->block_records;
    options->capacity = identity->capacity = found->capacity;
    identity->window_records = found->window_records;
}

static tfeed_status decide_lanes(struct tfeed_loader *loader, struct tfeed_error *reterr)
{
    struct loader_identity *identity = &loader->identity;
    if (loader->options.order == TFEED_ORDER_FAST && identity->window_records == 0) {
        TFI_TRY(order_fast_geometry(&loader->options, &loader->file_sets[0], loader->pool,
                                    tfi_budget_limit(loader->budget), &identity->n_lanes,
                                    &identity->window_records, reterr));
        loader->options.n_lanes = identity->n_lanes;
    }
    return TFEED_OK;
}

static const struct order_functions *functions_of(enum tfeed_order order)
{
    switch (order) {
    case TFEED_ORDER_FAST:
        return &order_fast;
    case TFEED_ORDER_GLOBAL:
        return &order_global;
    case TFEED_ORDER_TENSORFLOW:
        return &order_tensorflow;
    case TFEED_ORDER_AUTO:
    case TFEED_ORDER_FILES:
        break;
    }
    return &order_files;
}

static uint64_t seed_of_set(const struct tfeed_loader *loader, size_t i)
{
    const uint64_t seed = (uint64_t)loader->options.seed;
    return loader->n_sets == 1 ? seed : loader_key(seed, KEY_MIX, i, 0, 1);
}

static tfeed_status make_admissions(struct tfeed_loader *loader, struct tfeed_error *reterr)
{
    loader->admissions =
        tfi_alloc_zeroed(loader->allocator, loader->n_sets, sizeof(struct admission *));
    if (loader->admissions == NULL)
        return tfi_fail_memory(reterr, "a loader");
    for (size_t i = 0; i < loader->n_sets; i++)
        TFI_TRY(admission_new(&loader->options, seed_of_set(loader, i), loader->schema,
                              &loader->admissions[i], reterr));
    return TFEED_OK;
}

static void plan_sets(struct tfeed_loader *loader)
{
    const struct tfeed_loader_options *options = &loader->options;
    for (size_t i = 0; i < loader->n_sets; i++)
        loader->sets[i].plan = (struct order_plan){
            .options = options,
            .allocator = loader->allocator,
            .set = &loader->file_sets[i],
            .set_index = i,
            .seed = seed_of_set(loader, i),
            .admission = loader->admissions[i],
            .pool = loader->pool,
            .stop = &loader->stop,
            .n_lanes = loader->identity.n_lanes,
            .window_records = loader->identity.window_records,
            .n_epochs = options->mix_end == TFEED_MIX_N_ROWS && loader->n_sets > 1
                            ? TFEED_EPOCHS_ENDLESS
                            : options->n_epochs,
            .has_workers = options->n_workers > 0,
            .budget = loader->budget,
        };
}

/* One that is drawn into, two that are complete. */
enum { N_TICKETS_AHEAD = 3 };

static tfeed_status make_tickets(struct tfeed_loader *loader, struct tfeed_error *reterr)
{
    const size_t n = (size_t)loader->options.n_batches + N_TICKETS_AHEAD;
    loader->tickets = tfi_alloc_zeroed(loader->allocator, n, sizeof *loader->tickets);
    if (loader->tickets == NULL)
        return tfi_fail_memory(reterr, "a loader's batches");
    for (; loader->n_tickets < n; loader->n_tickets++) {
        struct ticket *ticket = &loader->tickets[loader->n_tickets];
        ticket->draw.allocator = loader->allocator;
        ticket->draw.rows = tfi_alloc_array(loader->allocator, (size_t)loader->options.batch_size,
                                            sizeof *ticket->draw.rows);
        const tfeed_status status =
            ticket->draw.rows == NULL
                ? tfi_fail_memory(reterr, "a loader's batches")
                : loader_state_init(&ticket->state, loader->source, loader->allocator, reterr);
        if (status != TFEED_OK) {
            tfi_free(loader->allocator, ticket->draw.rows);
            return status;
        }
        ticket->next = loader->free_tickets.first;
        loader->free_tickets.first = ticket;
    }
    return TFEED_OK;
}

/* The state of this shard, where as many shards go on as there were; else NULL. */
static const struct loader_state *own_state(const struct tfeed_loader_options *options,
                                            const struct loader_state *states, size_t n_states)
{
    if (n_states == 0 || states[0].n_shards != (uint64_t)options->n_shards)
        return NULL;
    return &states[n_states == 1 ? 0 : options->shard_index];
}

/* Where the loader stands before its first batch. */
static tfeed_status note_begin(struct tfeed_loader *loader, const struct loader_state *states,
                               size_t n_states, struct tfeed_error *reterr)
{
    TFI_TRY(loader_state_init(&loader->last_state, loader->source, loader->allocator, reterr));
    row_source_save(loader->source, &loader->last_state);
    const struct loader_state *own = own_state(&loader->options, states, n_states);
    loader->n_drawn_batches = own != NULL ? own->n_batches : 0;
    loader->last_state.n_batches = loader->n_drawn_batches;
    for (size_t i = 0; i < loader->last_state.n_sets; i++)
        loader->n_skipped += loader->last_state.sets[i].order.n_skipped;
    return TFEED_OK;
}

/* TENSORFLOW: every batch carries the places of all that its queue holds. */
static tfeed_status check_state_bytes(const struct tfeed_loader *loader, struct tfeed_error *reterr)
{
    const struct tfeed_loader_options *options = &loader->options;
    if (options->order != TFEED_ORDER_TENSORFLOW)
        return TFEED_OK;
    const uint64_t n_states = (uint64_t)options->n_batches + N_TICKETS_AHEAD + 1;
    const uint64_t n_bytes = n_states * (uint64_t)options->capacity * sizeof(struct place);
    if (n_bytes <= tfi_budget_limit(loader->budget))
        return TFEED_OK;
    return tfi_fail(reterr, TFEED_RESOURCE_EXHAUSTED,
                    "a queue of %lld records needs %llu bytes for the states of %lld batches, the "
                    "budget is %llu: lower capacity, or raise budget_bytes",
                    (long long)options->capacity, (unsigned long long)n_bytes,
                    (long long)options->n_batches,
                    (unsigned long long)tfi_budget_limit(loader->budget));
}

static tfeed_status make_source(struct tfeed_loader *loader, const struct loader_state *states,
                                size_t n_states, struct tfeed_error *reterr)
{
    TFI_TRY(check_state_bytes(loader, reterr));
    TFI_TRY(decide_lanes(loader, reterr));
    TFI_TRY(make_admissions(loader, reterr));
    plan_sets(loader);
    TFI_TRY(row_source_make(&loader->options, (uint64_t)loader->options.seed,
                            functions_of(loader->options.order), loader->sets, loader->n_sets,
                            states, n_states, &loader->source, reterr));
    return note_begin(loader, states, n_states, reterr);
}

/* Reads the state, if there is one, and makes the source where it says. */
static tfeed_status begin(struct tfeed_loader *loader, struct tfeed_error *reterr)
{
    const char *text = loader->options.state;
    loader->options.state = NULL;
    if (text == NULL)
        return make_source(loader, NULL, 0, reterr);
    struct loader_identity found;
    struct loader_state *states;
    size_t n_states;
    TFI_TRY(loader_states_read(text, loader->allocator, &found, &states, &n_states, reterr));
    tfeed_status status = loader_identity_check(&loader->identity, &found, reterr);
    if (status == TFEED_OK) {
        adopt(loader, &found);
        status = make_source(loader, states, n_states, reterr);
    }
    loader_states_free(states, n_states, loader->allocator);
    loader_identity_clear(&found, loader->allocator);
    return status;
}

/* What batches have, by the schema. */
static tfeed_status decide_columns(struct tfeed_loader *loader, struct tfeed_error *reterr)
{
    const struct tfeed_sequence_schema *sequences = loader->options.sequence_schema;
    loader->n_lists = sequences != NULL ? tfeed_sequence_schema_n_lists(sequences) : 0;
    loader->has_growing = sequences != NULL;
    loader->n_columns = loader->n_lists;
    if (loader->schema == NULL)
        return TFEED_OK;
    loader->n_columns += tfeed_schema_n_columns(loader->schema);
    if (sequences != NULL)
        return TFEED_OK;
    loader->parses_examples = true;
    loader->has_growing = tfi_schema_first_growing(loader->schema) >= 0;
    TFI_TRY(tfi_schema_check_records(loader->schema, reterr));
    return tfi_schema_narrow(loader->schema, &loader->narrow_schema, reterr);
}

static tfeed_status fit_out(struct tfeed_loader *loader, const struct tfeed_loader_set *sets,
                            struct tfeed_error *reterr)
{
    TFI_TRY(tfi_budget_new((uint64_t)loader->options.budget_bytes, loader->allocator,
                           &loader->budget, reterr));
    loader->pool = window_pool_new(loader->allocator, loader->budget);
    if (loader->pool == NULL)
        return tfi_fail_memory(reterr, "a loader");
    TFI_TRY(decide_columns(loader, reterr));
    TFI_TRY(open_files(loader, sets, reterr));
    TFI_TRY(identify(loader, reterr));
    TFI_TRY(begin(loader, reterr));
    TFI_TRY(make_tickets(loader, reterr));
    TFI_TRY(loader_make_batches(loader, reterr));
    return engine_start(loader, reterr);
}

/* References to what batches are made by: Examples, SequenceExamples, or records as they are. */
static void take_schema(struct tfeed_loader *loader, struct tfeed_schema *schema)
{
    struct tfeed_sequence_schema *sequences = loader->options.sequence_schema;
    if (sequences != NULL) {
        (void)tfeed_sequence_schema_ref(sequences);
        schema = tfeed_sequence_schema_context(sequences);
    } else if (schema == NULL) {
        loader->options.with_records = true;
    }
    loader->schema = schema != NULL ? tfeed_schema_ref(schema) : NULL;
}

tfeed_status tfeed_loader_open_mixed(const struct tfeed_loader_set *sets, size_t n_sets,
                                     struct tfeed_schema *schema,
                                     const struct tfeed_loader_options *options,
                                     struct tfeed_loader **ret_loader, struct tfeed_error *reterr)
{
    struct tfeed_loader_options resolved;
    TFI_TRY(loader_options_resolve(options, &resolved, reterr));
    if (n_sets == 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "a loader needs at least one set of files");
    if (schema != NULL && resolved.sequence_schema != NULL)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "a schema of Examples and a sequence_schema: a loader takes one of them");
    struct tfeed_loader *loader = tfi_alloc_zeroed(resolved.allocator, 1, sizeof *loader);
    if (loader == NULL)
        return tfi_fail_memory(reterr, "a loader");
    loader->options = resolved;
    loader->allocator = resolved.allocator;
    take_schema(loader, schema);
    loader->n_sets = n_sets;
    atomic_init(&loader->n_references, 1);
    atomic_init(&loader->stop, false);
    tfi_mutex_init(&loader->mutex);
    tfi_condition_init(&loader->work);
    tfi_condition_init(&loader->ready);
    tfi_condition_init(&loader->spare);
    const tfeed_status status = fit_out(loader, sets, reterr);
    if (status != TFEED_OK) {
        tfeed_loader_close(loader);
        return status;
    }
    *ret_loader = loader;
    return TFEED_OK;
}

tfeed_status tfeed_loader_open_files(const char *const *patterns, size_t n_patterns,
                                     struct tfeed_schema *schema,
                                     const struct tfeed_loader_options *options,
                                     struct tfeed_loader **ret_loader, struct tfeed_error *reterr)
{
    const struct tfeed_loader_set set = {patterns, n_patterns, 1};
    return tfeed_loader_open_mixed(&set, 1, schema, options, ret_loader, reterr);
}

tfeed_status tfeed_loader_open(const char *pattern, struct tfeed_schema *schema,
                               const struct tfeed_loader_options *options,
                               struct tfeed_loader **ret_loader, struct tfeed_error *reterr)
{
    return tfeed_loader_open_files(&pattern, 1, schema, options, ret_loader, reterr);
}

/* ----------------------------------------------------------------------- questions */

int64_t tfeed_loader_n_workers(const struct tfeed_loader *loader)
{
    return loader->options.n_workers;
}

const char *tfeed_loader_path(const struct tfeed_loader *loader, size_t i)
{
    for (size_t s = 0; s < loader->n_sets; s++) {
        if (i < loader->file_sets[s].n_files)
            return loader->file_sets[s].files[i].path;
        i -= loader->file_sets[s].n_files;
    }
    return NULL;
}

tfeed_status tfeed_loader_n_rows(struct tfeed_loader *loader, uint64_t *ret_n_rows,
                                 struct tfeed_error *reterr)
{
    const char *why = NULL;
    if (loader->options.filter != NULL)
        why = "a filter";
    else if (loader->options.on_error != TFEED_ON_ERROR_FAIL)
        why = "what is damaged";
    else if (loader->n_sets > 1)
        why = "the mix of sets";
    if (why != NULL)
        return tfi_fail(reterr, TFEED_FAILED_PRECONDITION, "%s decides how many rows there are",
                        why);
    return row_source_count(loader->source, ret_n_rows, reterr);
}

tfeed_status tfeed_loader_n_batches(struct tfeed_loader *loader, uint64_t *ret_n_batches,
                                    struct tfeed_error *reterr)
{
    uint64_t n_rows;
    TFI_TRY(tfeed_loader_n_rows(loader, &n_rows, reterr));
    const uint64_t batch_size = (uint64_t)loader->options.batch_size;
    const bool has_rest = n_rows % batch_size > 0 && !loader->options.drop_remainder;
    *ret_n_batches = n_rows / batch_size + (has_rest ? 1 : 0);
    return TFEED_OK;
}

tfeed_status tfeed_loader_save_state(struct tfeed_loader *loader, struct tfeed_bytes *ret_text,
                                     struct tfeed_error *reterr)
{
    struct loader_state state = {0};
    tfeed_status status = loader_state_init(&state, loader->source, loader->allocator, reterr);
    if (status == TFEED_OK) {
        tfi_mutex_lock(&loader->mutex);
        loader_state_copy(&state, &loader->last_state);
        tfi_mutex_unlock(&loader->mutex);
        status = loader_state_write(&loader->identity, &state, loader->allocator, ret_text, reterr);
    }
    loader_state_clear(&state, loader->allocator);
    return status;
}

static uint64_t n_ready_locked(const struct tfeed_loader *loader)
{
    uint64_t n = 0;
    for (const struct tfeed_batch *batch = loader->pending.first; batch != NULL;
         batch = batch->next)
        n += batch->phase == BATCH_READY;
    return n;
}

void tfeed_loader_statistics_get(struct tfeed_loader *loader,
                                 struct tfeed_loader_statistics *ret_statistics)
{
    struct tfeed_loader_statistics statistics = {
        .struct_size = sizeof statistics,
        .n_workers = loader->options.n_workers,
        .n_lanes = loader->identity.n_lanes,
        .window_records = loader->identity.window_records,
        .verifies_checksums = !loader->options.skip_checksums,
        .budget_used_bytes = tfi_budget_used(loader->budget),
        .budget_peak_bytes = tfi_budget_high_water(loader->budget),
    };
    tfi_mutex_lock(&loader->mutex);
    memcpy(statistics.stages, loader->stages, sizeof statistics.stages);
    statistics.stages[TFEED_STAGE_READ].depth = row_source_depth(loader->source);
    statistics.stages[TFEED_STAGE_READ].waiting_ns = loader->worker_waiting_ns;
    statistics.stages[TFEED_STAGE_PARSE].depth = n_ready_locked(loader);
    statistics.stages[TFEED_STAGE_CONSUMER].depth = (uint64_t)loader->n_out;
    statistics.worker_waiting_ns = loader->worker_waiting_ns;
    statistics.n_skipped = loader->n_skipped;
    statistics.n_filtered = loader->n_filtered;
    statistics.n_levelled = row_source_n_levelled(loader->source);
    tfi_mutex_unlock(&loader->mutex);
    const size_t n_bytes = ret_statistics->struct_size < sizeof statistics
                               ? ret_statistics->struct_size
                               : sizeof statistics;
    statistics.struct_size = n_bytes;
    memcpy(ret_statistics, &statistics, n_bytes);
}
