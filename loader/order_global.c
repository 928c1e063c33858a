/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * order_global.c - all records of the set in a random order, each epoch another.
 *
 *    numbers    0 1 2 3 4 5 6 7        the records of all files, numbered through; a table has
 *    positions  5 2 7 0 6 1 4 3        their offsets
 *    shard 0    5   7   6   4          every n-th position, cut in windows that are filled side
 *    shard 1      2   0   1   3        by side
 *
 * An epoch's positions are a permutation that (seed, epoch) decides, made in a fill of its own.
 * What an epoch that was begun with another number of shards leaves is what lies behind the
 * positions that each of those had passed: a *layer*, (epoch, number of shards, passed by each).
 * Positions that are left are numbered anew, and dealt out in turn again; layers may lie on layers.
 *
 * A mapped record is looked at where it lies, with the next ones on their way from memory; others
 * are read one by one. Under STOP_FILE a damaged record alone is left out, as under SKIP: nothing
 * here is read behind another. Where framing is lost the rest of the file is left out.
 */
#include <stdlib.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "core/block_internal.h"
#include "core/budget_internal.h"
#include "core/error_internal.h"
#include "loader/file_sequence_private.h"
#include "loader/row_holes_private.h"
#include "records/record_frame_internal.h"
#include "records/records_internal.h"

enum {
    RUN_BYTES = 256 << 10,
    CACHE_LINE = 64,
    AHEAD = 12,        /* records whose bytes are fetched ahead of the one that is checked */
    AHEAD_BYTES = 512, /* of each: behind that the processor has seen the stream */
};

/* A file as the table's walk has found it. */
struct global_file {
    struct tfeed_block *block; /* of the map; NULL: it is read */
    const uint8_t *base;       /* its first byte */
    uint64_t end;              /* behind the last record of the table */
};

/* The own positions of an epoch, as numbers of records. */
struct positions {
    struct fill fill;
    uint64_t epoch;
    uint32_t *records; /* [n] */
    uint32_t n;
    bool is_filling;
    bool is_ready;
};

/* A window. */
struct piece {
    struct fill fill;
    struct piece *next;
    const struct positions *positions;
    struct row_window *window;
    uint32_t begin;
    uint32_t n;
    bool is_filled;
};

/* Entries of state.rest: one layer behind the other. */
enum { LAYER_EPOCH, LAYER_SHARDS, LAYER_PASSED };

struct layers {
    uint64_t *numbers;
    size_t n;
};

struct global_order {
    struct order base;
    uint64_t *offsets; /* [n_records] */
    uint32_t n_records;
    uint64_t *firsts; /* [n_files + 1] numbers of the files' first records */
    uint64_t n_charged_bytes;
    struct global_file *files;
    uint32_t window_records;
    uint64_t n_lost; /* files whose framing is lost somewhere; the first shard counts them */
    struct tfeed_error lost;
    bool has_counted_lost; /* in this epoch */
    struct layers layers;

    struct positions positions[2]; /* of an even epoch, of an odd one */
    /* filling: where the next window begins */
    uint64_t fill_epoch;
    uint32_t fill_begin;
    struct piece *first; /* in order */
    struct piece *last;
    uint32_t n_pieces;
    uint32_t max_pieces;

    /* drawing */
    uint64_t epoch;
    uint64_t n_epoch_rows;
    uint32_t position; /* of the own ones, passed */
    uint64_t n_skipped;
    bool has_ended;
};

static bool is_through(const struct global_order *order, uint64_t epoch)
{
    const int64_t n_epochs = order->base.plan->n_epochs;
    return n_epochs != TFEED_EPOCHS_ENDLESS && epoch >= (uint64_t)n_epochs;
}

/* --- the table -------------------------------------------------------------------------------- */

struct table {
    const struct order_plan *plan;
    uint64_t *offsets;
    uint64_t n;
    uint64_t n_slots;
    uint64_t record_bytes; /* of memory, for each record */
    bool is_over_budget;
};

static tfeed_status fail_budget(const struct order_plan *plan, uint64_t n_records,
                                uint64_t record_bytes, struct tfeed_error *reterr)
{
    return tfi_fail(reterr, TFEED_RESOURCE_EXHAUSTED,
                    "the table of a global order over %llu records needs %llu bytes, the budget is "
                    "%lld: give a larger one, or an index (tfeed index)",
                    (unsigned long long)n_records, (unsigned long long)(n_records * record_bytes),
                    (long long)plan->options->budget_bytes);
}

static bool table_reserve(struct table *table, uint64_t n)
{
    enum { FIRST_SLOTS = 1 << 12 };
    if (n <= table->n_slots)
        return true;
    const uint64_t n_slots = table->n_slots == 0 ? FIRST_SLOTS : table->n_slots / 2 * 3;
    uint64_t *offsets =
        tfi_realloc_array(table->plan->allocator, table->offsets, n_slots, sizeof *offsets);
    if (offsets == NULL)
        return false;
    table->offsets = offsets;
    table->n_slots = n_slots;
    return true;
}

/* What a run of records says of its file's memory. */
static void note_map(struct global_file *file, const struct loader_file *known,
                     const struct tfeed_record_view *view)
{
    if (file->block != NULL || tfi_block_len(view->block) != known->size)
        return;
    file->block = tfeed_block_ref(view->block);
    file->base = view->data - TFI_RECORD_PAYLOAD_OFFSET - view->offset;
}

/* Adds the records of a file. What ends it is the status: OUT_OF_RANGE, or damage. */
static tfeed_status table_walk(struct table *table, uint32_t index, struct global_file *file,
                               struct tfeed_record_reader *reader, struct tfeed_error *reterr)
{
    const struct order_plan *plan = table->plan;
    struct tfeed_record_view views[LOADER_RUN_RECORDS];
    const bool is_mapped = file_is_mapped(plan, index);
    for (;;) {
        size_t n = 0;
        if (atomic_load_explicit(plan->stop, memory_order_relaxed))
            return tfi_fail(reterr, TFEED_CANCELLED, "the loader was stopped");
        TFI_TRY(tfi_record_reader_next_headers(reader, SIZE_MAX, views, LOADER_RUN_RECORDS, &n,
                                               reterr));
        table->is_over_budget =
            (table->n + n) * table->record_bytes > (uint64_t)plan->options->budget_bytes ||
            table->n + n > UINT32_MAX;
        if (table->is_over_budget)
            return fail_budget(plan, table->n + n, table->record_bytes, reterr);
        if (!table_reserve(table, table->n + n))
            return tfi_fail_memory(reterr, "the table of a global order");
        for (size_t i = 0; i < n; i++)
            table->offsets[table->n++] = views[i].offset;
        if (is_mapped)
            note_map(file, &plan->set->files[index], &views[0]);
    }
}

static tfeed_status add_file(struct global_order *order, struct table *table, uint32_t index,
                             struct tfeed_error *reterr)
{
    const struct order_plan *plan = order->base.plan;
    const struct loader_file *known = &plan->set->files[index];
    struct global_file *file = &order->files[index];
    struct tfeed_record_reader *reader = NULL;
    struct tfeed_error error;
    if (known->is_compressed)
        return tfi_fail_at(reterr, TFEED_INVALID_ARGUMENT, known->path, TFEED_NOWHERE,
                           TFEED_NOWHERE,
                           "a global order needs files that are not compressed, and no pipes");
    TFI_TRY(tfeed_record_reader_open(known->path, &plan->set->reader_options, &reader, reterr));
    const tfeed_status status = table_walk(table, index, file, reader, &error);
    file->end = tfeed_record_reader_offset(reader);
    tfeed_record_reader_close(reader);
    order->firsts[index + 1] = table->n;
    if (status == TFEED_OUT_OF_RANGE)
        return TFEED_OK;
    if (status != TFEED_DATA_LOSS || plan->options->on_error == TFEED_ON_ERROR_FAIL)
        return tfi_fail_again(reterr, &error);
    order->n_lost++;
    order->lost = error;
    return TFEED_OK;
}

/* The bytes that are needed, by counting on where the budget has ended. */
static tfeed_status name_bytes(struct global_order *order, const struct table *table,
                               struct tfeed_error *reterr)
{
    const struct order_plan *plan = order->base.plan;
    uint64_t n_all = 0;
    for (size_t i = 0; i < plan->set->n_files; i++) {
        uint64_t n;
        TFI_TRY(file_set_count(plan->set, (uint32_t)i, plan->stop, &n, reterr));
        n_all += n;
    }
    return fail_budget(plan, n_all, table->record_bytes, reterr);
}

static tfeed_status make_table(struct global_order *order, struct tfeed_error *reterr)
{
    const struct order_plan *plan = order->base.plan;
    const size_t n_files = plan->set->n_files;
    const size_t n_positions = is_through(order, order->epoch + 1) ? 1 : 2;
    struct table table = {.plan = plan,
                          .record_bytes = sizeof(uint64_t) + n_positions * sizeof(uint32_t)};
    order->files = tfi_alloc_zeroed(plan->allocator, n_files, sizeof *order->files);
    order->firsts = tfi_alloc_zeroed(plan->allocator, n_files + 1, sizeof *order->firsts);
    if (order->files == NULL || order->firsts == NULL)
        return tfi_fail_memory(reterr, "a global order");
    struct tfeed_error error;
    tfeed_status status = TFEED_OK;
    for (uint32_t i = 0; i < n_files && status == TFEED_OK; i++)
        status = add_file(order, &table, i, &error);
    order->offsets = table.offsets;
    order->n_records = (uint32_t)table.n;
    if (table.is_over_budget)
        return name_bytes(order, &table, reterr);
    if (status != TFEED_OK)
        return tfi_fail_again(reterr, &error);
    if (plan->budget != NULL) {
        order->n_charged_bytes = table.n * table.record_bytes;
        tfi_budget_charge(plan->budget, order->n_charged_bytes);
    }
    return TFEED_OK;
}

/* Windows of about a run of work. */
static uint32_t records_of_run(const struct global_order *order)
{
    if (order->n_records == 0)
        return 1;
    const uint64_t mean = order->base.plan->set->n_bytes / order->n_records + 1;
    const uint64_t n = RUN_BYTES / mean;
    return n < 1 ? 1 : n < LOADER_RUN_RECORDS ? (uint32_t)n : LOADER_RUN_RECORDS;
}

/* --- positions -------------------------------------------------------------------------------- */

/* The layer behind `at` in the numbers; false: there is none, or it is cut short. */
static bool layer_at(const struct layers *layers, size_t at, const uint64_t **ret_layer,
                     size_t *ret_next)
{
    if (layers->n - at < LAYER_PASSED)
        return false;
    const uint64_t *layer = &layers->numbers[at];
    const uint64_t n_shards = layer[LAYER_SHARDS];
    if (n_shards == 0 || n_shards > layers->n - at - LAYER_PASSED)
        return false;
    *ret_layer = layer;
    *ret_next = at + LAYER_PASSED + (size_t)n_shards;
    return true;
}

/* What a layer leaves; the list closes up. */
static uint32_t peel(uint32_t *records, uint32_t n, const uint64_t *layer)
{
    const uint64_t n_shards = layer[LAYER_SHARDS];
    const uint64_t *passed = &layer[LAYER_PASSED];
    uint32_t n_kept = 0;
    uint64_t row = 0, shard = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (row >= passed[shard])
            records[n_kept++] = records[i];
        if (++shard == n_shards) {
            shard = 0;
            row++;
        }
    }
    return n_kept;
}

static void fill_positions(struct global_order *order, struct positions *positions)
{
    const struct order_plan *plan = order->base.plan;
    const uint32_t n_shards = (uint32_t)plan->options->n_shards;
    const uint32_t shard = (uint32_t)plan->options->shard_index;
    uint32_t n = order->n_records;
    loader_permute(loader_key(plan->seed, KEY_GLOBAL, positions->epoch, 0, 0), positions->records,
                   n);
    const uint64_t *layer;
    for (size_t at = 0, next; layer_at(&order->layers, at, &layer, &next); at = next)
        if (layer[LAYER_EPOCH] == positions->epoch)
            n = peel(positions->records, n, layer);
    uint32_t n_own = 0;
    for (uint64_t i = shard; i < n; i += n_shards)
        positions->records[n_own++] = positions->records[i];
    positions->n = n_own;
}

static struct positions *positions_of(struct global_order *order, uint64_t epoch)
{
    return &order->positions[epoch % 2];
}

static bool has_positions(const struct positions *positions, uint64_t epoch)
{
    return positions->is_ready && positions->epoch == epoch;
}

/* The positions of an epoch are made where those of two epochs before lay: when these are through.
 * NULL also where there is no memory. */
static struct fill *claim_positions(struct global_order *order, uint64_t epoch)
{
    struct positions *positions = positions_of(order, epoch);
    if (positions->is_filling || epoch > order->epoch + 1)
        return NULL;
    if (positions->records == NULL)
        positions->records = tfi_alloc_array(order->base.plan->allocator, order->n_records,
                                             sizeof *positions->records);
    if (positions->records == NULL)
        return NULL;
    positions->fill = (struct fill){.order = &order->base};
    positions->epoch = epoch;
    positions->is_ready = false;
    positions->is_filling = true;
    return &positions->fill;
}

/* --- filling ---------------------------------------------------------------------------------- */

static uint32_t file_of(const struct global_order *order, uint32_t record)
{
    size_t low = 0,
           high = order->base.plan->set->n_files; /* firsts[low] <= record < firsts[high] */
    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;
        if (order->firsts[middle] <= record)
            low = middle;
        else
            high = middle;
    }
    return (uint32_t)low;
}

static struct place place_of(const struct global_order *order, uint32_t record)
{
    const uint32_t file = file_of(order, record);
    return (struct place){
        .offset = order->offsets[record], .record = record - order->firsts[file], .file = file};
}

/* Bytes of the record's frame. */
static uint64_t frame_bytes(const struct global_order *order, uint32_t record,
                            const struct place *place)
{
    const uint64_t end = record + 1 < order->firsts[place->file + 1]
                             ? order->offsets[record + 1]
                             : order->files[place->file].end;
    return end - place->offset;
}

/* A record as the fill has found it. */
struct found {
    struct place place;
    uint32_t record; /* of the set */
    uint64_t len;    /* of the frame */
    const uint8_t *frame;
    struct tfeed_block *block; /* of a record that was read: a reference */
};

/* Reads the frame into a block of its own. */
static tfeed_status read_frame(const struct order_plan *plan, void *input, struct found *found,
                               struct tfeed_error *reterr)
{
    const struct tfeed_file_system *files = plan->set->reader_options.file_system;
    const char *path = plan->set->files[found->place.file].path;
    uint8_t *data;
    TFI_TRY(tfi_block_alloc(plan->allocator, (size_t)found->len, &found->block, &data, reterr));
    found->frame = data;
    TFI_TRY(tfi_block_set_origin(found->block, data, path, found->place.offset, reterr));
    for (uint64_t at = 0; at < found->len;) {
        size_t n = 0;
        TFI_TRY(files->read(input, found->place.offset + at, data + at, (size_t)(found->len - at),
                            &n, reterr));
        if (n == 0)
            return tfi_fail_at(reterr, TFEED_DATA_LOSS, path, found->place.record,
                               found->place.offset, "the file has become shorter");
        at += n;
    }
    return TFEED_OK;
}

static int compare_found(const void *a, const void *b)
{
    const struct found *one = *(struct found *const *)a;
    const struct found *other = *(struct found *const *)b;
    return (one->record > other->record) - (one->record < other->record);
}

/* Reads what is not mapped, in the order of the files. */
static tfeed_status read_found(const struct order_plan *plan, struct found *found, uint32_t n,
                               struct tfeed_error *reterr)
{
    const struct tfeed_file_system *files = plan->set->reader_options.file_system;
    struct found *sorted[LOADER_RUN_RECORDS];
    uint32_t n_unmapped = 0;
    for (uint32_t i = 0; i < n; i++)
        if (found[i].frame == NULL)
            sorted[n_unmapped++] = &found[i];
    if (n_unmapped == 0)
        return TFEED_OK;
    qsort(sorted, n_unmapped, sizeof sorted[0], compare_found);
    tfeed_status status = TFEED_OK;
    void *input = NULL;
    for (uint32_t i = 0; i < n_unmapped && status == TFEED_OK; i++) {
        const uint32_t file = sorted[i]->place.file;
        if (i == 0 || file != sorted[i - 1]->place.file) {
            if (input != NULL)
                files->close_input(input);
            input = NULL;
            status = files->open_input(files->user_data, plan->set->files[file].path,
                                       plan->allocator, &input, reterr);
        }
        if (status == TFEED_OK)
            status = read_frame(plan, input, sorted[i], reterr);
    }
    if (input != NULL)
        files->close_input(input);
    return status;
}

static void prefetch_frame(const struct found *found)
{
    const uint64_t len = found->len < AHEAD_BYTES ? found->len : AHEAD_BYTES;
    for (uint64_t at = 0; at < len; at += CACHE_LINE)
        __builtin_prefetch(found->frame + at);
}

/* DATA_LOSS where the bytes are not those of the record, or are damaged. */
static tfeed_status check_frame(const struct order_plan *plan, const struct found *found,
                                struct tfeed_record_view *ret_view, struct tfeed_error *reterr)
{
    const char *path = plan->set->files[found->place.file].path;
    uint64_t length;
    if (!tfi_record_header_check(found->frame, &length) ||
        length != found->len - TFI_RECORD_OVERHEAD_BYTES)
        return tfi_fail_at(reterr, TFEED_DATA_LOSS, path, found->place.record, found->place.offset,
                           "the file has changed since it was opened");
    *ret_view = (struct tfeed_record_view){
        .data = found->frame + TFI_RECORD_PAYLOAD_OFFSET,
        .len = (size_t)length,
        .offset = found->place.offset,
        .record = found->place.record,
    };
    if (plan->options->skip_checksums || tfi_record_payload_check(ret_view->data, ret_view->len))
        return TFEED_OK;
    return tfi_record_fail_payload(path, ret_view, reterr);
}

/* A window holds the block of a file once, as far as this remembers. */
struct held {
    uint64_t files[64]; /* file + 1 */
};

static bool add_view(const struct global_order *order, struct piece *piece, struct held *held,
                     const struct found *found, struct tfeed_record_view *view)
{
    const uint32_t file = found->place.file;
    struct tfeed_block *block = found->block != NULL ? found->block : order->files[file].block;
    uint64_t *slot = &held->files[file % 64];
    const bool is_held = found->block == NULL && *slot == (uint64_t)file + 1;
    view->block = is_held ? NULL : block;
    if (!row_window_add(piece->window, view, file))
        return false;
    piece->window->rows[piece->window->n_rows - 1].bytes.block = block;
    if (found->block == NULL)
        *slot = (uint64_t)file + 1;
    return true;
}

/* Rows in the order of the positions; a hole where damage is passed over. */
static tfeed_status add_rows(const struct global_order *order, struct piece *piece,
                             const struct found *found, struct tfeed_error *reterr)
{
    const struct order_plan *plan = order->base.plan;
    struct row_window *window = piece->window;
    struct held held = {{0}};
    for (uint32_t i = 0; i < piece->n; i++) {
        struct tfeed_record_view view;
        if (i + AHEAD < piece->n && found[i + AHEAD].block == NULL)
            prefetch_frame(&found[i + AHEAD]);
        const tfeed_status status = check_frame(plan, &found[i], &view, &window->last_skipped);
        if (status != TFEED_OK && plan->options->on_error == TFEED_ON_ERROR_FAIL)
            return tfi_fail_again(reterr, &window->last_skipped);
        if (status != TFEED_OK) {
            struct row *row = &window->rows[window->n_rows++];
            *row = (struct row){.place = found[i].place};
            row_make_hole(row, HOLE_SKIPPED);
        } else if (!add_view(order, piece, &held, &found[i], &view)) {
            return tfi_fail_memory(reterr, "a window of records");
        } else {
            piece->fill.n_bytes += view.len;
        }
    }
    piece->fill.n_records = piece->n;
    return TFEED_OK;
}

static tfeed_status fill_window(const struct global_order *order, struct piece *piece,
                                struct found *found, struct tfeed_error *reterr)
{
    const uint32_t *records = &piece->positions->records[piece->begin];
    if (atomic_load_explicit(order->base.plan->stop, memory_order_relaxed))
        return tfi_fail(reterr, TFEED_CANCELLED, "the loader was stopped");
    for (uint32_t i = 0; i < piece->n; i++)
        __builtin_prefetch(&order->offsets[records[i]]);
    for (uint32_t i = 0; i < piece->n; i++) {
        const struct place place = place_of(order, records[i]);
        const struct global_file *file = &order->files[place.file];
        found[i] = (struct found){
            .place = place,
            .record = records[i],
            .len = frame_bytes(order, records[i], &place),
            .frame = file->block != NULL ? file->base + place.offset : NULL,
        };
        if (i < AHEAD && found[i].frame != NULL)
            prefetch_frame(&found[i]);
    }
    TFI_TRY(read_found(order->base.plan, found, piece->n, reterr));
    return add_rows(order, piece, found, reterr);
}

static void run_piece(const struct global_order *order, struct piece *piece)
{
    const struct order_plan *plan = order->base.plan;
    struct row_window *window = piece->window;
    struct found found[LOADER_RUN_RECORDS];
    struct admission_desk *desk = NULL;
    struct tfeed_error error;
    for (uint32_t i = 0; i < piece->n; i++)
        found[i].block = NULL;
    tfeed_status status = fill_window(order, piece, found, &error);
    for (uint32_t i = 0; i < piece->n; i++)
        tfeed_block_unref(found[i].block);
    if (status == TFEED_OK || status == TFEED_DATA_LOSS) {
        const tfeed_status entered = admission_enter(plan->admission, &desk, &error);
        if (entered == TFEED_OK)
            (void)row_holes_admit(window, desk, plan->set, piece->positions->epoch,
                                  TFEED_ON_ERROR_SKIP);
        else
            row_window_cut(window, 0);
        status = entered == TFEED_OK ? status : entered;
        admission_leave(desk);
    }
    if (status != TFEED_OK) {
        window->status = status;
        window->error = error;
    }
}

static void global_fill_run(struct fill *fill)
{
    struct global_order *order = (struct global_order *)(void *)fill->order;
    fill->n_records = 0;
    fill->n_bytes = 0;
    for (int i = 0; i < 2; i++)
        if (fill == &order->positions[i].fill) {
            fill_positions(order, &order->positions[i]);
            return;
        }
    run_piece(order, (struct piece *)(void *)fill);
}

static void global_fill_settle(struct fill *fill)
{
    struct global_order *order = (struct global_order *)(void *)fill->order;
    for (int i = 0; i < 2; i++)
        if (fill == &order->positions[i].fill) {
            order->positions[i].is_filling = false;
            order->positions[i].is_ready = true;
            return;
        }
    ((struct piece *)(void *)fill)->is_filled = true;
}

/* --- claiming --------------------------------------------------------------------------------- */

static struct fill *claim_piece(struct global_order *order, const struct positions *positions)
{
    const struct order_plan *plan = order->base.plan;
    struct piece *piece = tfi_alloc_zeroed(plan->allocator, 1, sizeof *piece);
    if (piece == NULL)
        return NULL;
    piece->fill.order = &order->base;
    piece->window = row_window_new(plan->pool, order->window_records);
    if (piece->window == NULL) {
        tfi_free(plan->allocator, piece);
        return NULL;
    }
    const uint32_t n_left = positions->n - order->fill_begin;
    piece->positions = positions;
    piece->begin = order->fill_begin;
    piece->n = n_left < order->window_records ? n_left : order->window_records;
    order->fill_begin += piece->n;
    if (order->last != NULL)
        order->last->next = piece;
    else
        order->first = piece;
    order->last = piece;
    order->n_pieces++;
    return &piece->fill;
}

static struct fill *global_claim(struct order *base, bool needed_only)
{
    struct global_order *order = (struct global_order *)(void *)base;
    const uint32_t n_most = needed_only ? 1 : order->max_pieces;
    if (order->has_ended || order->n_pieces >= n_most)
        return NULL;
    while (!is_through(order, order->fill_epoch)) {
        const struct positions *positions = positions_of(order, order->fill_epoch);
        if (!has_positions(positions, order->fill_epoch))
            return claim_positions(order, order->fill_epoch);
        if (order->fill_begin < positions->n)
            return claim_piece(order, positions);
        if (order->fill_epoch > order->epoch)
            return NULL; /* an epoch ahead is enough */
        order->fill_epoch++;
        order->fill_begin = 0;
    }
    return NULL;
}

/* --- drawing ---------------------------------------------------------------------------------- */

static void drop_first(struct global_order *order)
{
    struct piece *piece = order->first;
    order->first = piece->next;
    if (order->first == NULL)
        order->last = NULL;
    order->n_pieces--;
    row_window_unref(piece->window);
    tfi_free(order->base.plan->allocator, piece);
}

/* Goes to the next row: n_drawn of the first window. OUT_OF_RANGE: the epoch has no more. */
static tfeed_status reach_row(struct global_order *order, struct draw *draw,
                              struct tfeed_error *reterr)
{
    for (;;) {
        const struct positions *positions = positions_of(order, order->epoch);
        if (!has_positions(positions, order->epoch))
            return TFEED_UNAVAILABLE;
        struct piece *piece = order->first;
        if (piece != NULL && piece->is_filled && piece->window->n_drawn == piece->window->n_rows &&
            piece->positions == positions) {
            if (piece->window->status != TFEED_OK)
                return tfi_fail_again(reterr, &piece->window->error);
            drop_first(order);
            continue;
        }
        if (order->position >= positions->n)
            return TFEED_OUT_OF_RANGE;
        if (piece == NULL || !piece->is_filled)
            return TFEED_UNAVAILABLE;
        const uint32_t n = row_holes_pass(piece->window, UINT64_MAX, draw, &order->n_skipped);
        order->position += n;
        if (n == 0)
            return TFEED_OK;
    }
}

static tfeed_status take_rows(struct global_order *order, struct draw *draw,
                              struct tfeed_error *reterr)
{
    struct row_window *window = order->first->window;
    if (!draw_hold(draw, window))
        return tfi_fail_memory(reterr, "a batch's windows");
    uint32_t n = 0;
    while (draw->n_rows < draw->n_wanted && window->n_drawn < window->n_rows &&
           !row_is_hole(&window->rows[window->n_drawn])) {
        draw->rows[draw->n_rows++] = window->rows[window->n_drawn++];
        n++;
    }
    draw->epoch = order->epoch;
    order->n_epoch_rows += n;
    order->position += n;
    return TFEED_OK;
}

/* Damage that left out the rest of a file, once an epoch. */
static void count_lost(struct global_order *order, struct draw *draw)
{
    if (order->has_counted_lost)
        return;
    order->has_counted_lost = true;
    if (order->n_lost == 0 || order->base.plan->options->shard_index != 0)
        return;
    draw->n_skipped += order->n_lost;
    draw->last_skipped = order->lost;
    order->n_skipped += order->n_lost;
}

static void next_epoch(struct global_order *order)
{
    order->epoch++;
    order->position = 0;
    order->n_epoch_rows = 0;
    order->has_counted_lost = false;
    order->has_ended =
        is_through(order, order->epoch) || (order->n_records == 0 && order->layers.n == 0);
}

static tfeed_status global_draw(struct order *base, struct draw *draw, struct tfeed_error *reterr)
{
    struct global_order *order = (struct global_order *)(void *)base;
    while (!order->has_ended) {
        if (draw->n_rows < draw->n_wanted)
            count_lost(order, draw);
        const tfeed_status status = reach_row(order, draw, reterr);
        const bool is_full = draw->n_rows == draw->n_wanted;
        if (status == TFEED_OUT_OF_RANGE) {
            next_epoch(order);
            draw->ends_epoch = draw->n_rows > 0;
            if (draw->ends_epoch)
                return TFEED_OK;
        } else if (is_full && status != TFEED_UNAVAILABLE) {
            return TFEED_OK; /* an error that stands behind is for the next draw */
        } else {
            TFI_TRY(status);
            TFI_TRY(take_rows(order, draw, reterr));
        }
    }
    return TFEED_OUT_OF_RANGE;
}

static void global_depth(const struct order *base, uint64_t *ret_n_rows)
{
    const struct global_order *order = (const struct global_order *)(const void *)base;
    *ret_n_rows = 0;
    for (const struct piece *piece = order->first; piece != NULL; piece = piece->next)
        *ret_n_rows += piece->is_filled ? piece->window->n_rows - piece->window->n_drawn : 0;
}

/* --- state ------------------------------------------------------------------------------------ */

static void global_state_sizes(const struct order *base, struct order_state_sizes *ret_sizes)
{
    const struct global_order *order = (const struct global_order *)(const void *)base;
    *ret_sizes = (struct order_state_sizes){.n_rest = order->layers.n};
}

static void global_save(const struct order *base, struct order_state *state)
{
    const struct global_order *order = (const struct global_order *)(const void *)base;
    state->epoch = order->epoch;
    state->n_epoch_rows = order->n_epoch_rows;
    state->position = order->position;
    state->n_skipped = order->n_skipped;
    state->has_ended = order->has_ended;
    state->n_rest = 0;
    const uint64_t *layer;
    for (size_t at = 0, next; layer_at(&order->layers, at, &layer, &next); at = next) {
        if (layer[LAYER_EPOCH] < order->epoch)
            continue;
        memcpy(&state->rest[state->n_rest], layer, (next - at) * sizeof *layer);
        state->n_rest += next - at;
    }
}

/* Appends `n` numbers. False: no memory. */
static bool layers_append(struct layers *layers, const uint64_t *numbers, size_t n,
                          const struct tfeed_allocator *allocator)
{
    uint64_t *grown = tfi_realloc_array(allocator, layers->numbers, layers->n + n, sizeof *grown);
    if (grown == NULL)
        return false;
    if (n > 0)
        memcpy(&grown[layers->n], numbers, n * sizeof *grown);
    layers->numbers = grown;
    layers->n += n;
    return true;
}

static tfeed_status restore_own(struct global_order *order, const struct order_state *state,
                                struct tfeed_error *reterr)
{
    if (!layers_append(&order->layers, state->rest, state->n_rest, order->base.plan->allocator))
        return tfi_fail_memory(reterr, "a state");
    order->epoch = state->epoch;
    order->n_epoch_rows = state->n_epoch_rows;
    order->position = state->position < UINT32_MAX ? (uint32_t)state->position : UINT32_MAX;
    order->n_skipped = state->n_skipped;
    order->has_ended = state->has_ended;
    return TFEED_OK;
}

/* The layers that an epoch has so far: the same in all states that have not left it behind. */
static bool keep_layers(struct global_order *order, const struct order_state *const *states,
                        size_t n_states, uint64_t epoch)
{
    size_t s = 0;
    while (s < n_states && (states[s]->has_ended || states[s]->epoch > epoch))
        s++;
    if (s == n_states)
        return true;
    const struct layers kept = {.numbers = states[s]->rest, .n = states[s]->n_rest};
    const uint64_t *layer;
    for (size_t at = 0, next; layer_at(&kept, at, &layer, &next); at = next)
        if (layer[LAYER_EPOCH] == epoch &&
            !layers_append(&order->layers, layer, next - at, order->base.plan->allocator))
            return false;
    return true;
}

/* The layer of the job that is continued: what each of its shards has passed of an epoch. */
static bool add_layer(struct global_order *order, const struct order_state *const *states,
                      size_t n_states, uint64_t epoch)
{
    const struct tfeed_allocator *allocator = order->base.plan->allocator;
    const uint64_t head[LAYER_PASSED] = {[LAYER_EPOCH] = epoch, [LAYER_SHARDS] = n_states};
    bool fits = layers_append(&order->layers, head, LAYER_PASSED, allocator);
    for (size_t s = 0; s < n_states && fits; s++) {
        uint64_t passed = states[s]->epoch == epoch ? states[s]->position : 0;
        if (states[s]->has_ended || states[s]->epoch > epoch)
            passed = UINT32_MAX; /* all */
        fits = layers_append(&order->layers, &passed, 1, allocator);
    }
    return fits;
}

/* The last epoch that one of the states, or one before it, has begun. */
static uint64_t last_begun(const struct order_state *state)
{
    const struct layers layers = {.numbers = state->rest, .n = state->n_rest};
    uint64_t last = state->epoch;
    const uint64_t *layer;
    for (size_t at = 0, next; layer_at(&layers, at, &layer, &next); at = next)
        last = layer[LAYER_EPOCH] > last ? layer[LAYER_EPOCH] : last;
    return last;
}

static tfeed_status restore_dealt(struct global_order *order,
                                  const struct order_state *const *states, size_t n_states,
                                  struct tfeed_error *reterr)
{
    enum { MAX_EPOCHS_APART = 1 << 16 };
    uint64_t first = UINT64_MAX, last = 0, end = 0;
    for (size_t s = 0; s < n_states; s++) {
        order->n_skipped += states[s]->n_skipped;
        end = states[s]->has_ended && states[s]->epoch > end ? states[s]->epoch : end;
        if (states[s]->has_ended)
            continue;
        const uint64_t begun = last_begun(states[s]);
        first = states[s]->epoch < first ? states[s]->epoch : first;
        last = begun > last ? begun : last;
    }
    order->has_ended = first > last;
    if (order->has_ended) {
        order->epoch = end;
        return TFEED_OK;
    }
    last = end > last + 1 ? end - 1 : last; /* a shard that is through had begun them all */
    if (last - first > MAX_EPOCHS_APART)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "the states say of the global order what cannot be");
    for (uint64_t epoch = first; epoch <= last; epoch++)
        if (!keep_layers(order, states, n_states, epoch) ||
            !add_layer(order, states, n_states, epoch))
            return tfi_fail_memory(reterr, "a state");
    order->epoch = first;
    return TFEED_OK;
}

/* --- life ------------------------------------------------------------------------------------- */

static void global_free(struct order *base)
{
    if (base == NULL)
        return;
    struct global_order *order = (struct global_order *)(void *)base;
    const struct tfeed_allocator *allocator = order->base.plan->allocator;
    while (order->first != NULL)
        drop_first(order);
    for (size_t i = 0; order->files != NULL && i < order->base.plan->set->n_files; i++)
        tfeed_block_unref(order->files[i].block);
    if (order->n_charged_bytes > 0)
        tfi_budget_release(order->base.plan->budget, order->n_charged_bytes);
    tfi_free(allocator, order->positions[0].records);
    tfi_free(allocator, order->positions[1].records);
    tfi_free(allocator, order->layers.numbers);
    tfi_free(allocator, order->offsets);
    tfi_free(allocator, order->firsts);
    tfi_free(allocator, order->files);
    tfi_free(allocator, order);
}

static tfeed_status stand(struct global_order *order, const struct order_state *const *states,
                          size_t n_states, struct tfeed_error *reterr)
{
    const struct order_plan *plan = order->base.plan;
    const struct tfeed_loader_options *options = plan->options;
    if (n_states == (size_t)options->n_shards)
        TFI_TRY(restore_own(order, states[options->shard_index], reterr));
    else if (n_states > 0)
        TFI_TRY(restore_dealt(order, states, n_states, reterr));
    TFI_TRY(make_table(order, reterr));
    const uint32_t n_workers = plan->has_workers ? (uint32_t)options->n_workers + 1 : 0;
    order->window_records = records_of_run(order);
    order->max_pieces = 2 + 2 * n_workers;
    order->fill_epoch = order->epoch;
    order->fill_begin = order->position;
    order->has_counted_lost = order->position > 0;
    order->has_ended = order->has_ended || is_through(order, order->epoch);
    return TFEED_OK;
}

static tfeed_status global_make(const struct order_plan *plan,
                                const struct order_state *const *states, size_t n_states,
                                struct order **ret_order, struct tfeed_error *reterr)
{
    struct global_order *order = tfi_alloc_zeroed(plan->allocator, 1, sizeof *order);
    if (order == NULL)
        return tfi_fail_memory(reterr, "a global order");
    order->base.functions = &order_global;
    order->base.plan = plan;
    const tfeed_status status = stand(order, states, n_states, reterr);
    if (status != TFEED_OK) {
        global_free(&order->base);
        return status;
    }
    *ret_order = &order->base;
    return TFEED_OK;
}

static tfeed_status global_count(const struct order_plan *plan, uint64_t epoch, uint64_t *ret_all,
                                 struct tfeed_error *reterr)
{
    (void)epoch; /* as many in each */
    const uint64_t n_shards = (uint64_t)plan->options->n_shards;
    uint64_t n_all = 0;
    for (size_t i = 0; i < plan->set->n_files; i++) {
        uint64_t n;
        TFI_TRY(file_set_count(plan->set, (uint32_t)i, plan->stop, &n, reterr));
        n_all += n;
    }
    for (uint64_t i = 0; i < n_shards; i++)
        ret_all[i] = n_all / n_shards + (i < n_all % n_shards);
    return TFEED_OK;
}

const struct order_functions order_global = {
    .name = "global",
    .make = global_make,
    .free = global_free,
    .draw = global_draw,
    .claim = global_claim,
    .fill_run = global_fill_run,
    .fill_settle = global_fill_settle,
    .state_sizes = global_state_sizes,
    .save = global_save,
    .count = global_count,
    .depth = global_depth,
};
