/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * row_source.c - one or more orders as one sequence of rows.
 *
 *    set 0: order ─▶ (level) ─┐
 *    set 1: order ─▶ (level) ─┼─▶ rows        the set of row r is drawn from (seed, r) by weight
 *    set 2: order ─▶ (level) ─┘
 *
 * One set is passed through. In a mix each set keeps its own order and epochs. A set that is
 * exhausted ends the mix, or leaves the rest to the others: then the same number that chose it is
 * laid over those that are left, so a row's set depends on nothing but seed, row and who is left.
 *
 * mix_rows counts the rows of all shards, as n_epochs counts epochs of all: each gives its share.
 */
#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "loader/loader_private.h"

/* One set of the mix. */
struct input {
    struct order *order;
    struct row_level *level; /* NULL: the order as it is */
    uint64_t levelled_from;  /* of a shard that is alone, which has no level: for its states */
    bool is_exhausted;
};

struct row_source {
    const struct tfeed_loader_options *options;
    const struct tfeed_allocator *allocator;
    const struct order_functions *functions;
    uint64_t seed;
    struct source_set *sets;
    struct input *inputs; /* [n_sets] */
    size_t n_sets;
    bool is_mix; /* else the only input is passed through */

    uint64_t n_rows;   /* drawn so far */
    uint64_t max_rows; /* TFEED_MIX_N_ROWS: of this shard; else UINT64_MAX */
    bool has_ended;
    uint64_t first_epoch; /* of the first set's last row */

    /* The set that the next row comes from, once it has been asked. */
    bool has_chosen;
    size_t chosen;
    uint32_t chosen_rows; /* of the draw, with that row */

    size_t next_claim; /* the set that may work ahead next */
};

/* ------------------------------------------------------------------------- one set */

static tfeed_status input_draw(struct input *input, struct draw *draw, struct tfeed_error *reterr)
{
    if (input->level != NULL)
        return row_level_draw(input->level, draw, reterr);
    return input->order->functions->draw(input->order, draw, reterr);
}

static struct fill *input_claim(struct input *input, bool needed_only)
{
    if (input->level != NULL)
        return row_level_claim(input->level, needed_only);
    return input->order->functions->claim(input->order, needed_only);
}

/* The states of one set, as an order's make wants them. */
static void gather_states(const struct loader_state *states, size_t n_states, size_t set,
                          const struct order_state **orders, const struct set_state **levels,
                          size_t n)
{
    for (size_t i = 0; i < n; i++) {
        levels[i] = &states[n_states == 1 ? 0 : i].sets[set];
        orders[i] = &levels[i]->order;
    }
}

static tfeed_status input_make(struct row_source *source, size_t set,
                               const struct loader_state *states, size_t n_states, size_t n,
                               struct tfeed_error *reterr)
{
    struct input *input = &source->inputs[set];
    struct order_plan *plan = &source->sets[set].plan;
    const struct order_state **orders =
        tfi_alloc_array(source->allocator, n, sizeof(struct order_state *));
    const struct set_state **levels =
        tfi_alloc_array(source->allocator, n, sizeof(struct set_state *));
    tfeed_status status =
        orders != NULL && levels != NULL ? TFEED_OK : tfi_fail_memory(reterr, "a loader's states");
    if (status == TFEED_OK) {
        gather_states(states, n_states, set, orders, levels, n);
        status = source->functions->make(plan, orders, n, &input->order, reterr);
    }
    if (status == TFEED_OK && source->options->level != TFEED_LEVEL_OFF) {
        input->levelled_from = row_level_from(levels, n, (size_t)source->options->n_shards);
        if (source->options->n_shards > 1)
            status = row_level_make(input->order, levels, n, &input->level, reterr);
    }
    tfi_free(source->allocator, orders);
    tfi_free(source->allocator, levels);
    return status;
}

/* ---------------------------------------------------------------------------- life */

/* The share of shard i in n rows: those whose number modulo the shards is i. */
static uint64_t share_of(uint64_t n, const struct tfeed_loader_options *options)
{
    const uint64_t n_shards = (uint64_t)options->n_shards;
    const uint64_t rest = n % n_shards;
    if (options->level == TFEED_LEVEL_OFF)
        return n / n_shards + ((uint64_t)options->shard_index < rest ? 1 : 0);
    return n / n_shards + (options->level != TFEED_LEVEL_DROP && rest > 0 ? 1 : 0);
}

/* How many states an order's make is given: all shards', be it the same one for all. 0: none of
 * the numbers that there can be. */
static size_t count_states(const struct tfeed_loader_options *options,
                           const struct loader_state *states, size_t n_states)
{
    const uint64_t n_shards = states[0].n_shards;
    if (n_states == n_shards)
        return n_states;
    const bool is_own = n_states == 1 && n_shards == (uint64_t)options->n_shards &&
                        states[0].shard_index == (uint64_t)options->shard_index;
    return is_own ? (size_t)n_shards : 0;
}

/* Rows drawn so far: this shard's, or its share where their number was another. */
static uint64_t restored_rows(const struct row_source *source, const struct loader_state *states,
                              size_t n_states)
{
    const struct tfeed_loader_options *options = source->options;
    if (states[0].n_shards == (uint64_t)options->n_shards)
        return states[n_states == 1 ? 0 : options->shard_index].n_rows;
    uint64_t n_rows = 0;
    for (size_t i = 0; i < n_states; i++)
        n_rows += states[i].n_rows;
    return share_of(n_rows, options);
}

static bool mix_has_ended(const struct row_source *source)
{
    size_t n_exhausted = 0;
    for (size_t i = 0; i < source->n_sets; i++)
        n_exhausted += source->inputs[i].is_exhausted;
    if (source->n_rows >= source->max_rows || n_exhausted == source->n_sets)
        return true;
    return source->options->mix_end == TFEED_MIX_FIRST && n_exhausted > 0;
}

/* Which sets were exhausted already, as their own states say. */
static tfeed_status note_exhausted(struct row_source *source, struct tfeed_error *reterr)
{
    struct loader_state state;
    TFI_TRY(loader_state_init(&state, source, source->allocator, reterr));
    row_source_save(source, &state);
    for (size_t i = 0; i < source->n_sets; i++) {
        const int64_t n_epochs = source->sets[i].plan.n_epochs;
        const struct level_state *level = &state.sets[i].level;
        source->inputs[i].is_exhausted =
            source->inputs[i].level == NULL
                ? state.sets[i].order.has_ended
                : n_epochs > 0 && level->epoch + level->has_ended >= (uint64_t)n_epochs;
    }
    source->first_epoch = state.sets[0].order.epoch;
    loader_state_clear(&state, source->allocator);
    source->has_ended = mix_has_ended(source);
    return TFEED_OK;
}

static tfeed_status make_inputs(struct row_source *source, const struct loader_state *states,
                                size_t n_states, struct tfeed_error *reterr)
{
    const size_t n = n_states > 0 ? count_states(source->options, states, n_states) : 0;
    if (n_states > 0 && (n == 0 || states[0].n_sets != source->n_sets))
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "%zu states, the first of shard %llu of %llu and of %zu sets, do not fit",
                        n_states, (unsigned long long)states[0].shard_index,
                        (unsigned long long)states[0].n_shards, states[0].n_sets);
    for (size_t i = 0; i < source->n_sets; i++) {
        source->sets[i].plan.n_epochs = source->options->mix_end == TFEED_MIX_N_ROWS
                                            ? TFEED_EPOCHS_ENDLESS
                                            : source->options->n_epochs;
        TFI_TRY(input_make(source, i, states, n_states, n, reterr));
    }
    if (n_states > 0)
        source->n_rows = restored_rows(source, states, n_states);
    return source->is_mix ? note_exhausted(source, reterr) : TFEED_OK;
}

tfeed_status row_source_make(const struct tfeed_loader_options *options, uint64_t seed,
                             const struct order_functions *functions, struct source_set *sets,
                             size_t n_sets, const struct loader_state *states, size_t n_states,
                             struct row_source **ret_source, struct tfeed_error *reterr)
{
    if (options->level == TFEED_LEVEL_PAD && n_sets > 1)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "level must not be pad in a mix: rows that do not count would stand among "
                        "those that do");
    const struct tfeed_allocator *allocator = sets[0].plan.allocator;
    struct row_source *source = tfi_alloc_zeroed(allocator, 1, sizeof *source);
    struct input *inputs = tfi_alloc_zeroed(allocator, n_sets, sizeof *inputs);
    if (source == NULL || inputs == NULL) {
        tfi_free(allocator, source);
        tfi_free(allocator, inputs);
        return tfi_fail_memory(reterr, "a loader's sets");
    }
    *source = (struct row_source){
        .options = options,
        .allocator = allocator,
        .functions = functions,
        .seed = seed,
        .sets = sets,
        .inputs = inputs,
        .n_sets = n_sets,
        .is_mix = n_sets > 1 || options->mix_end == TFEED_MIX_N_ROWS,
        .max_rows = options->mix_end == TFEED_MIX_N_ROWS
                        ? share_of((uint64_t)options->mix_rows, options)
                        : UINT64_MAX,
    };
    const tfeed_status status = make_inputs(source, states, n_states, reterr);
    if (status != TFEED_OK) {
        row_source_free(source);
        return status;
    }
    *ret_source = source;
    return TFEED_OK;
}

void row_source_free(struct row_source *source)
{
    if (source == NULL)
        return;
    for (size_t i = 0; i < source->n_sets; i++) {
        row_level_free(source->inputs[i].level);
        if (source->inputs[i].order != NULL)
            source->functions->free(source->inputs[i].order);
    }
    tfi_free(source->allocator, source->inputs);
    tfi_free(source->allocator, source);
}

/* ------------------------------------------------------------------------- drawing */

/* The set of the next row, among those that are left. */
static size_t choose(const struct row_source *source)
{
    const double unit = 0x1p-53;
    enum { UNUSED_BITS = 64 - 53 };
    double total = 0;
    for (size_t i = 0; i < source->n_sets; i++)
        total += source->inputs[i].is_exhausted ? 0 : source->sets[i].weight;
    const uint64_t key = loader_key(source->seed, KEY_MIX, source->n_rows, 0, 0);
    double at = (double)(key >> UNUSED_BITS) * unit * total;
    size_t chosen = 0;
    for (size_t i = 0; i < source->n_sets; i++) {
        if (source->inputs[i].is_exhausted)
            continue;
        chosen = i;
        if (at < source->sets[i].weight)
            break;
        at -= source->sets[i].weight;
    }
    return chosen;
}

/* Whether the row that the draw got last is the last of all its set's epochs. */
static bool exhausts(const struct row_source *source, const struct draw *draw)
{
    const int64_t n_epochs = source->sets[source->chosen].plan.n_epochs;
    if (!draw->ends_epoch || n_epochs == TFEED_EPOCHS_ENDLESS)
        return false;
    return source->options->order == TFEED_ORDER_TENSORFLOW ||
           draw->epoch + 1 >= (uint64_t)n_epochs;
}

/* The next row of the mix, or the news that its set has no more. */
static tfeed_status draw_one(struct row_source *source, struct draw *draw,
                             struct tfeed_error *reterr)
{
    if (!source->has_chosen) {
        source->chosen = choose(source);
        source->chosen_rows = draw->n_rows + 1;
        source->has_chosen = true;
    }
    struct input *input = &source->inputs[source->chosen];
    const uint32_t n_before = draw->n_rows;
    draw->n_wanted = source->chosen_rows;
    draw->ends_epoch = false;
    const tfeed_status status = input_draw(input, draw, reterr);
    source->n_rows += draw->n_rows - n_before;
    for (uint32_t i = n_before; i < draw->n_rows; i++)
        draw->rows[i].set = (uint32_t)source->chosen;
    if (source->chosen == 0 && draw->n_rows > n_before)
        source->first_epoch = draw->epoch;
    if (status != TFEED_OK && status != TFEED_OUT_OF_RANGE)
        return status;
    input->is_exhausted = status == TFEED_OUT_OF_RANGE || exhausts(source, draw);
    source->has_chosen = false;
    source->has_ended = mix_has_ended(source);
    return TFEED_OK;
}

static tfeed_status draw_mix(struct row_source *source, struct draw *draw,
                             struct tfeed_error *reterr)
{
    const uint32_t n_wanted = draw->n_wanted;
    tfeed_status status = TFEED_OK;
    while (status == TFEED_OK && !source->has_ended &&
           (draw->n_rows < n_wanted || source->has_chosen))
        status = draw_one(source, draw, reterr);
    draw->n_wanted = n_wanted;
    draw->epoch = source->first_epoch;
    draw->ends_epoch = source->has_ended;
    if (status != TFEED_OK)
        return status;
    return draw->n_rows > 0 ? TFEED_OK : TFEED_OUT_OF_RANGE;
}

tfeed_status row_source_draw(struct row_source *source, struct draw *draw,
                             struct tfeed_error *reterr)
{
    if (source->is_mix)
        return draw_mix(source, draw, reterr);
    const uint32_t n_before = draw->n_rows;
    const tfeed_status status = input_draw(&source->inputs[0], draw, reterr);
    source->n_rows += draw->n_rows - n_before;
    return status;
}

/* -------------------------------------------------------------------------- claims */

/* Of all sets in turn, from the one whose turn it is. */
static struct fill *claim_in_turn(struct row_source *source, bool needed_only)
{
    for (size_t i = 0; i < source->n_sets; i++) {
        const size_t set = (source->next_claim + i) % source->n_sets;
        struct fill *fill = input_claim(&source->inputs[set], needed_only);
        if (fill != NULL) {
            source->next_claim = (set + 1) % source->n_sets;
            return fill;
        }
    }
    return NULL;
}

struct fill *row_source_claim(struct row_source *source, bool needed_only)
{
    if (!source->is_mix)
        return input_claim(&source->inputs[0], needed_only);
    if (source->has_ended)
        return NULL;
    const size_t next = source->has_chosen ? source->chosen : choose(source);
    struct fill *fill = input_claim(&source->inputs[next], true);
    if (fill == NULL && !needed_only)
        fill = claim_in_turn(source, true);
    if (fill == NULL && !needed_only)
        fill = claim_in_turn(source, false);
    return fill;
}

struct fill *row_source_claim_ahead(struct row_source *source)
{
    struct order *order = source->inputs[0].order;
    if (source->is_mix || order->functions->claim_ahead == NULL)
        return NULL;
    return order->functions->claim_ahead(order);
}

/* ------------------------------------------------------------------ states, figures */

tfeed_status loader_state_init(struct loader_state *state, const struct row_source *source,
                               const struct tfeed_allocator *allocator, struct tfeed_error *reterr)
{
    *state = (struct loader_state){
        .sets = tfi_alloc_zeroed(allocator, source->n_sets, sizeof *state->sets)};
    if (state->sets == NULL)
        return tfi_fail_memory(reterr, "a loader's state");
    for (; state->n_sets < source->n_sets; state->n_sets++) {
        const struct input *input = &source->inputs[state->n_sets];
        struct order_state_sizes sizes = {0};
        source->functions->state_sizes(input->order, &sizes);
        const size_t max_repeats = input->level != NULL ? row_level_max_repeats(input->level) : 0;
        const tfeed_status status =
            set_state_init(&state->sets[state->n_sets], allocator, &sizes, max_repeats, reterr);
        if (status != TFEED_OK) {
            loader_state_clear(state, allocator);
            return status;
        }
    }
    return TFEED_OK;
}

void row_source_save(const struct row_source *source, struct loader_state *ret_state)
{
    ret_state->shard_index = (uint64_t)source->options->shard_index;
    ret_state->n_shards = (uint64_t)source->options->n_shards;
    ret_state->n_rows = source->n_rows;
    for (size_t i = 0; i < source->n_sets; i++) {
        source->functions->save(source->inputs[i].order, &ret_state->sets[i].order);
        if (source->inputs[i].level != NULL)
            row_level_save(source->inputs[i].level, &ret_state->sets[i].level);
        else
            ret_state->sets[i].level.levelled_from = source->inputs[i].levelled_from;
    }
}

uint64_t row_source_depth(const struct row_source *source)
{
    uint64_t n_rows = 0;
    for (size_t i = 0; i < source->n_sets; i++) {
        uint64_t n_set_rows = 0;
        source->functions->depth(source->inputs[i].order, &n_set_rows);
        n_rows += n_set_rows;
    }
    return n_rows;
}

uint64_t row_source_n_levelled(const struct row_source *source)
{
    uint64_t n_rows = 0;
    for (size_t i = 0; i < source->n_sets; i++)
        if (source->inputs[i].level != NULL)
            n_rows += row_level_n_levelled(source->inputs[i].level);
    return n_rows;
}

tfeed_status row_source_count(struct row_source *source, uint64_t *ret_n_rows,
                              struct tfeed_error *reterr)
{
    const struct tfeed_loader_options *options = source->options;
    const size_t n_shards = (size_t)options->n_shards;
    uint64_t *counts = tfi_alloc_zeroed(source->allocator, n_shards, sizeof *counts);
    if (counts == NULL)
        return tfi_fail_memory(reterr, "the rows of each shard");
    const tfeed_status status = source->functions->count(&source->sets[0].plan, 0, counts, reterr);
    if (status == TFEED_OK)
        *ret_n_rows = options->level == TFEED_LEVEL_OFF
                          ? counts[options->shard_index]
                          : row_level_target(options->level, counts, n_shards);
    tfi_free(source->allocator, counts);
    return status;
}
