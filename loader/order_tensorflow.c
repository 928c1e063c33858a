/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * order_tensorflow.c - the order of TensorFlow 1.x for the same seeds, draw for draw.
 *
 *    names, shuffled    ─▶ one reader ─▶ shuffle queue, a bag ─▶ rows
 *    anew in each epoch                  (v[i] goes, the last takes its place)
 *
 * What string_input_producer(shuffle=True), one reader and shuffle_batch give under the schedule of
 * `deterministic` batchers: for each batch, fill the queue to its capacity or to the end, then draw
 * batch_size rows; where the capacity cannot hold a batch above min_after_dequeue, which is
 * shuffle_records, draw as long as one may, then put in one and draw one. Epochs run through. When
 * the files have ended the queue is drawn empty.
 *
 * Both operations have `seed` as op seed; without one (TFEED_SEED_UNSET) under a graph seed the
 * names have 0 and the queue 1 in its place, as the first two operations of a context. With
 * shuffle_records 0 there is no shuffle queue, as with TensorFlow's `batch`: names are shuffled,
 * records come as they are read.
 *
 * A record that waits in the queue holds its window where its file is mapped. Elsewhere it is
 * copied: some hundred records would hold a block for each one that is left of it.
 *
 * Follows:  doc/design/pipeline.md; pipeline/batch_schedule.c has the same schedule over a queue
 */
#include <stdlib.h>
#include <string.h>

#include <tfeed/random.h>

#include "core/allocator_internal.h"
#include "core/block_internal.h"
#include "core/budget_internal.h"
#include "core/error_internal.h"
#include "core/philox_internal.h"
#include "loader/file_sequence_private.h"
#include "loader/row_holes_private.h"
#include "records/records_internal.h"

struct queued {
    struct row row;
    struct row_window *window; /* held; NULL: the row holds its block itself */
    uint64_t epoch;
};

/* Reading the queue's content again, behind a resume. */
struct restoring {
    struct fill fill;
    bool is_needed;
    bool is_claimed;
    tfeed_status status; /* of the fill, once it is settled */
    struct tfeed_error error;
};

struct tensorflow_order {
    struct order base;
    struct file_sequence sequence;
    struct restoring restoring;

    /* names, as far as the sequence has asked for them */
    struct tfeed_random names;
    uint32_t *name_order; /* [n_files] of names_epoch */
    uint64_t names_epoch;
    size_t n_names_given;

    /* reading */
    struct file_stream *stream; /* NULL: none is open */
    uint64_t epoch;
    uint64_t n_begun; /* names of the epoch */

    /* the queue */
    struct tfeed_random random;
    uint64_t n_draws;
    struct queued *queue;
    size_t n_queued;
    size_t n_queue_slots;
    size_t capacity;
    size_t min_after_dequeue;
    bool is_closed;

    /* drawing */
    uint64_t n_in_batch; /* rows drawn since the queue was filled; 0: it will be */
    bool is_filled;
    struct queued *taken; /* [batch_size] those rows, not held; NULL: capacity holds a batch */
    uint64_t n_rows;
    uint64_t n_skipped;
    bool has_ended;
    struct row_window
        *carrier; /* of the rows of one draw that hold their blocks; borrowed from it */
    uint64_t carrier_serial;
};

/* --- names ------------------------------------------------------------------------------------ */

static bool is_through(const struct tensorflow_order *order, uint64_t epoch)
{
    const int64_t n_epochs = order->base.plan->n_epochs;
    return n_epochs != TFEED_EPOCHS_ENDLESS && epoch >= (uint64_t)n_epochs;
}

static void shuffle_names(struct tensorflow_order *order)
{
    tfeed_random_shuffle(&order->names, order->name_order,
                         (uint32_t)order->base.plan->set->n_files);
}

static bool next_name(struct order *base, struct stream_plan *ret_plan)
{
    struct tensorflow_order *order = (struct tensorflow_order *)(void *)base;
    if (order->n_names_given == base->plan->set->n_files) {
        if (is_through(order, order->names_epoch + 1))
            return false;
        order->names_epoch++;
        order->n_names_given = 0;
        shuffle_names(order);
    }
    *ret_plan = (struct stream_plan){
        .stretch = {.begin = {.file = order->name_order[order->n_names_given]},
                    .end_offset = UINT64_MAX},
        .epoch = order->names_epoch,
        .position = order->n_names_given,
    };
    order->n_names_given++;
    return true;
}

/* --- reading ---------------------------------------------------------------------------------- */

static tfeed_status open_stream(struct tensorflow_order *order, struct tfeed_error *reterr)
{
    const struct stream_plan *plan;
    TFI_TRY(file_sequence_peek(&order->sequence, &plan, reterr));
    order->epoch = plan->epoch;
    order->n_begun = plan->position + 1;
    order->stream = file_sequence_take(&order->sequence);
    return TFEED_OK;
}

/* Goes to the next record that is wanted: row n_drawn of *ret_window. OUT_OF_RANGE: the files have
 * ended. */
static tfeed_status reach_record(struct tensorflow_order *order, struct draw *draw,
                                 struct row_window **ret_window, struct tfeed_error *reterr)
{
    for (;;) {
        if (order->stream == NULL)
            TFI_TRY(open_stream(order, reterr));
        const tfeed_status status =
            file_sequence_reach(&order->sequence, order->stream, ret_window, reterr);
        if (status == TFEED_OUT_OF_RANGE) {
            file_sequence_release(&order->sequence, order->stream);
            order->stream = NULL;
            continue;
        }
        TFI_TRY(status);
        if (row_holes_pass(*ret_window, UINT64_MAX, draw, &order->n_skipped) == 0)
            return TFEED_OK;
    }
}

/* --- the queue -------------------------------------------------------------------------------- */

static tfeed_status reserve(struct tensorflow_order *order, size_t n, struct tfeed_error *reterr)
{
    enum { FIRST_SLOTS = 1024 };
    if (n <= order->n_queue_slots)
        return TFEED_OK;
    size_t n_slots = order->n_queue_slots < FIRST_SLOTS ? FIRST_SLOTS : 2 * order->n_queue_slots;
    n_slots = n_slots < n ? n : n_slots;
    struct queued *queue =
        tfi_realloc_array(order->base.plan->allocator, order->queue, n_slots, sizeof *queue);
    if (queue == NULL)
        return tfi_fail_memory(reterr, "a shuffle queue");
    order->queue = queue;
    order->n_queue_slots = n_slots;
    return TFEED_OK;
}

/* The row's bytes in a block of their own, charged to the budget until its reference goes. */
static tfeed_status copy_bytes(const struct order_plan *plan, const struct tfeed_bytes *from,
                               struct tfeed_bytes *ret_copy, struct tfeed_error *reterr)
{
    struct tfeed_bytes copy = {.len = from->len};
    uint8_t *data;
    TFI_TRY(tfi_block_alloc(plan->allocator, from->len, &copy.block, &data, reterr));
    memcpy(data, from->data, from->len);
    copy.data = data;
    if (plan->budget != NULL)
        tfi_budget_charge(plan->budget, copy.len);
    *ret_copy = copy;
    return TFEED_OK;
}

/* A further reference to a row's block, for the queue itself. */
static void hold_bytes(const struct order_plan *plan, const struct row *row)
{
    if (plan->budget != NULL && !file_is_mapped(plan, row->place.file))
        tfi_budget_charge(plan->budget, row->bytes.len);
    tfeed_block_ref(row->bytes.block);
}

/* Ends the reference to a row's block that the queue holds itself. */
static void release_bytes(const struct order_plan *plan, const struct row *row)
{
    if (plan->budget != NULL && !file_is_mapped(plan, row->place.file))
        tfi_budget_release(plan->budget, row->bytes.len);
    tfeed_block_unref(row->bytes.block);
}

/* Puts the next record in, or closes the queue. */
static tfeed_status put(struct tensorflow_order *order, struct draw *draw,
                        struct tfeed_error *reterr)
{
    struct row_window *window;
    const tfeed_status status = reach_record(order, draw, &window, reterr);
    if (status == TFEED_OUT_OF_RANGE) {
        order->is_closed = true;
        return TFEED_OK;
    }
    TFI_TRY(status);
    TFI_TRY(reserve(order, order->n_queued + 1, reterr));
    struct queued *queued = &order->queue[order->n_queued];
    *queued = (struct queued){.row = window->rows[window->n_drawn], .epoch = order->epoch};
    if (file_is_mapped(order->base.plan, queued->row.place.file)) {
        row_window_ref(window);
        queued->window = window;
    } else {
        TFI_TRY(copy_bytes(order->base.plan, &window->rows[window->n_drawn].bytes,
                           &queued->row.bytes, reterr));
    }
    window->n_drawn++;
    order->n_queued++;
    return TFEED_OK;
}

/* The window of a row that holds its block: the block passes to it. NULL: no memory. */
static struct row_window *carry(struct tensorflow_order *order, struct draw *draw,
                                const struct row *row)
{
    struct row_window *carrier = order->carrier;
    const bool fits = carrier != NULL && order->carrier_serial == draw->serial &&
                      carrier->n_rows < carrier->n_slots;
    if (!fits) {
        carrier = row_window_new(order->base.plan->pool, LOADER_RUN_RECORDS);
        if (carrier == NULL)
            return NULL;
        const bool is_held = draw_hold(draw, carrier);
        row_window_unref(carrier);
        order->carrier = is_held ? carrier : NULL;
        order->carrier_serial = draw->serial;
        if (!is_held)
            return NULL;
    }
    const struct tfeed_record_view view = {
        .data = row->bytes.data, .len = row->bytes.len, .block = row->bytes.block};
    if (!row_window_add(carrier, &view, row->place.file))
        return NULL;
    release_bytes(order->base.plan, row);
    return carrier;
}

/* Draws a row; there is one. */
static tfeed_status take(struct tensorflow_order *order, struct draw *draw,
                         struct tfeed_error *reterr)
{
    struct tfeed_random random = order->random;
    const size_t drawn =
        order->capacity > 0 ? tfeed_random_uint32(&random) % (uint32_t)order->n_queued : 0;
    struct queued *queued = &order->queue[drawn];
    if (queued->window != NULL) {
        if (!draw_hold(draw, queued->window))
            return tfi_fail_memory(reterr, "a batch's windows");
        row_window_unref(queued->window);
    } else if (carry(order, draw, &queued->row) == NULL) {
        return tfi_fail_memory(reterr, "a batch's windows");
    }
    draw->rows[draw->n_rows++] = queued->row;
    draw->epoch = queued->epoch;
    if (order->taken != NULL)
        order->taken[order->n_in_batch] = *queued;
    order->queue[drawn] = order->queue[--order->n_queued];
    order->random = random;
    order->n_draws += order->capacity > 0;
    order->n_rows++;
    return TFEED_OK;
}

/* As TensorFlow where a queue closes that cannot fill a batch any more: what the batch has goes
 * back, the row taken last first, and is drawn once more with all that is left. Rows that went into
 * another draw (of a mix, which TensorFlow does not have) stay where they are. */
static void put_back(struct tensorflow_order *order, struct draw *draw)
{
    const uint64_t n_left = (uint64_t)order->base.plan->options->batch_size - order->n_in_batch;
    if (order->taken == NULL || order->n_queued >= n_left || order->n_in_batch > draw->n_rows)
        return;
    draw->n_rows -= (uint32_t)order->n_in_batch;
    order->n_rows -= order->n_in_batch;
    for (; order->n_in_batch > 0; order->n_in_batch--) {
        struct queued *queued = &order->queue[order->n_queued++];
        *queued = order->taken[order->n_in_batch - 1];
        if (queued->window != NULL)
            row_window_ref(queued->window);
        else
            hold_bytes(order->base.plan, &queued->row);
    }
}

/* --- drawing ---------------------------------------------------------------------------------- */

static size_t n_takeable(const struct tensorflow_order *order)
{
    const size_t n_kept = order->is_closed ? 0 : order->min_after_dequeue;
    return order->n_queued > n_kept ? order->n_queued - n_kept : 0;
}

/* One row of the schedule. OUT_OF_RANGE: there are no more. */
static tfeed_status draw_row(struct tensorflow_order *order, struct draw *draw,
                             struct tfeed_error *reterr)
{
    while (!order->is_filled && !order->is_closed && order->n_queued < order->capacity)
        TFI_TRY(put(order, draw, reterr));
    order->is_filled = true;
    while (n_takeable(order) == 0) {
        if (order->is_closed)
            return TFEED_OUT_OF_RANGE;
        TFI_TRY(put(order, draw, reterr));
        if (order->is_closed)
            put_back(order, draw);
    }
    TFI_TRY(take(order, draw, reterr));
    order->n_in_batch++;
    if (order->n_in_batch == (uint64_t)order->base.plan->options->batch_size) {
        order->n_in_batch = 0;
        order->is_filled = false;
    }
    return TFEED_OK;
}

/* Whether there is a further row: OK, OUT_OF_RANGE, or what the next record says. */
static tfeed_status has_more(struct tensorflow_order *order, struct draw *draw,
                             struct tfeed_error *reterr)
{
    struct row_window *window;
    if (order->n_queued > 0)
        return TFEED_OK;
    return order->is_closed ? TFEED_OUT_OF_RANGE : reach_record(order, draw, &window, reterr);
}

static tfeed_status tensorflow_draw(struct order *base, struct draw *draw,
                                    struct tfeed_error *reterr)
{
    struct tensorflow_order *order = (struct tensorflow_order *)(void *)base;
    if (order->restoring.is_needed)
        return TFEED_UNAVAILABLE;
    if (order->restoring.status != TFEED_OK)
        return tfi_fail_again(reterr, &order->restoring.error);
    while (!order->has_ended) {
        const bool is_full = draw->n_rows == draw->n_wanted;
        const tfeed_status status =
            is_full ? has_more(order, draw, reterr) : draw_row(order, draw, reterr);
        if (status == TFEED_OUT_OF_RANGE) {
            order->has_ended = true;
            draw->ends_epoch = draw->n_rows > 0;
            return draw->ends_epoch ? TFEED_OK : TFEED_OUT_OF_RANGE;
        }
        if (is_full && status != TFEED_UNAVAILABLE)
            return TFEED_OK; /* an error that stands behind is for the next draw */
        TFI_TRY(status);
    }
    return TFEED_OUT_OF_RANGE;
}

/* --- filling ---------------------------------------------------------------------------------- */

/* Reads the record of a place; *reader stands in its file, or is NULL. */
static tfeed_status read_again(struct tensorflow_order *order, struct tfeed_record_reader *reader,
                               struct row *row, struct tfeed_error *reterr)
{
    const struct order_plan *plan = order->base.plan;
    const struct place *place = &row->place;
    const bool in_order = plan->set->files[place->file].is_compressed;
    if (!in_order)
        TFI_TRY(tfi_record_reader_seek(reader, place->offset, place->record, reterr));
    while (tfi_record_reader_record(reader) < place->record) {
        enum { PIECE_BYTES = 1 << 20 };
        if (atomic_load_explicit(plan->stop, memory_order_relaxed))
            return tfi_fail(reterr, TFEED_CANCELLED, "the loader was stopped");
        const struct tfi_record_walk walk = {
            .until_offset = tfeed_record_reader_offset(reader) + PIECE_BYTES,
            .until_record = place->record,
        };
        TFI_TRY(tfi_record_reader_walk(reader, &walk, reterr));
    }
    struct tfeed_record_view view;
    TFI_TRY(tfeed_record_reader_next(reader, &view, reterr));
    const struct tfeed_bytes seen = {.data = view.data, .len = view.len, .block = view.block};
    if (!file_is_mapped(plan, place->file))
        return copy_bytes(plan, &seen, &row->bytes, reterr);
    row->bytes = seen;
    tfeed_block_ref(view.block);
    return TFEED_OK;
}

static int compare_places(const void *a, const void *b)
{
    const struct place *one = &(*(struct queued *const *)a)->row.place;
    const struct place *other = &(*(struct queued *const *)b)->row.place;
    if (one->file != other->file)
        return one->file < other->file ? -1 : 1;
    return (one->record > other->record) - (one->record < other->record);
}

/* Two rows of the queue may be the same record, of two epochs. */
static tfeed_status restore_queue(struct tensorflow_order *order, struct queued **sorted,
                                  struct tfeed_error *reterr)
{
    const struct file_set *set = order->base.plan->set;
    struct tfeed_record_reader *reader = NULL;
    tfeed_status status = TFEED_OK;
    for (size_t i = 0; i < order->n_queued && status == TFEED_OK; i++) {
        struct row *row = &sorted[i]->row;
        const struct row *before = i > 0 ? &sorted[i - 1]->row : NULL;
        if (atomic_load_explicit(order->base.plan->stop, memory_order_relaxed)) {
            status = tfi_fail(reterr, TFEED_CANCELLED, "the loader was stopped");
        } else if (before != NULL && before->place.file == row->place.file &&
                   before->place.record == row->place.record) {
            row->bytes = before->bytes;
            hold_bytes(order->base.plan, row);
        } else {
            if (before == NULL || before->place.file != row->place.file) {
                tfeed_record_reader_close(reader);
                reader = NULL;
                status = tfeed_record_reader_open(set->files[row->place.file].path,
                                                  &set->reader_options, &reader, reterr);
            }
            if (status == TFEED_OK)
                status = read_again(order, reader, row, reterr);
        }
    }
    tfeed_record_reader_close(reader);
    return status;
}

static void run_restoring(struct tensorflow_order *order)
{
    struct restoring *restoring = &order->restoring;
    const struct tfeed_allocator *allocator = order->base.plan->allocator;
    struct queued **sorted = tfi_alloc_array(allocator, order->n_queued, sizeof(struct queued *));
    if (sorted == NULL) {
        restoring->status = tfi_fail_memory(&restoring->error, "a shuffle queue");
        return;
    }
    for (size_t i = 0; i < order->n_queued; i++)
        sorted[i] = &order->queue[i];
    qsort(sorted, order->n_queued, sizeof(struct queued *), compare_places);
    restoring->status = restore_queue(order, sorted, &restoring->error);
    tfi_free(allocator, sorted);
    for (size_t i = 0; i < order->n_queued; i++) {
        restoring->fill.n_records++;
        restoring->fill.n_bytes += order->queue[i].row.bytes.len;
    }
}

static struct fill *tensorflow_claim(struct order *base, bool needed_only)
{
    struct tensorflow_order *order = (struct tensorflow_order *)(void *)base;
    struct restoring *restoring = &order->restoring;
    if (restoring->is_needed && !restoring->is_claimed) {
        restoring->is_claimed = true;
        return &restoring->fill;
    }
    return order->has_ended ? NULL : file_sequence_claim(&order->sequence, needed_only);
}

static void tensorflow_fill_run(struct fill *fill)
{
    struct tensorflow_order *order = (struct tensorflow_order *)(void *)fill->order;
    if (fill == &order->restoring.fill)
        run_restoring(order);
    else
        file_sequence_fill_run(fill);
}

static void tensorflow_fill_settle(struct fill *fill)
{
    struct tensorflow_order *order = (struct tensorflow_order *)(void *)fill->order;
    if (fill == &order->restoring.fill)
        order->restoring.is_needed = false;
    else
        file_sequence_fill_settle(fill);
}

static void tensorflow_depth(const struct order *base, uint64_t *ret_n_rows)
{
    const struct tensorflow_order *order = (const struct tensorflow_order *)(const void *)base;
    *ret_n_rows = file_sequence_depth(&order->sequence) + order->n_queued;
}

/* --- state ------------------------------------------------------------------------------------ */

/* lane_state.window of a file that is known to have ended. */
enum { LANE_IS_READ = 1 };

static void tensorflow_state_sizes(const struct order *base, struct order_state_sizes *ret_sizes)
{
    const struct tensorflow_order *order = (const struct tensorflow_order *)(const void *)base;
    const size_t n_most = order->capacity > 0 ? order->capacity : 1;
    *ret_sizes = (struct order_state_sizes){.n_lanes = 1, .n_queue = n_most, .n_rest = n_most};
}

/* state.rest: the epoch of each row of the queue. */
static void tensorflow_save(const struct order *base, struct order_state *state)
{
    const struct tensorflow_order *order = (const struct tensorflow_order *)(const void *)base;
    state->epoch = order->epoch;
    state->n_epoch_rows = order->n_rows;
    state->position = order->n_begun;
    state->n_in_turn = order->n_in_batch;
    state->n_draws = order->n_draws;
    state->n_skipped = order->n_skipped;
    state->has_ended = order->has_ended;
    state->n_lanes = 1;
    state->lanes[0] =
        (struct lane_state){.epoch = order->epoch, .has_ended = order->stream == NULL};
    if (order->stream != NULL) {
        state->lanes[0].position = file_stream_plan(order->stream)->position;
        state->lanes[0].begin = file_stream_place(order->stream);
        state->lanes[0].window = file_stream_has_ended(order->stream) ? LANE_IS_READ : 0;
    }
    state->n_queue = order->n_queued;
    state->n_rest = order->n_queued;
    for (size_t i = 0; i < order->n_queued; i++) {
        state->queue[i] = order->queue[i].row.place;
        state->rest[i] = order->queue[i].epoch;
    }
}

static tfeed_status bad_state(struct tfeed_error *reterr)
{
    return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                    "the state says of TensorFlow's order what cannot be");
}

/* As after n calls of tfeed_random_uint32. */
static void skip_draws(struct tfeed_random *random, uint64_t n)
{
    tfi_philox_skip(random->counter, n / TFI_PHILOX_WORDS);
    for (uint64_t i = 0; i < n % TFI_PHILOX_WORDS; i++)
        (void)tfeed_random_uint32(random);
}

/* From the names of epoch 0 to those of `epoch`: each shuffling of n names takes the numbers of
 * n - 1 draws, rounded up to whole groups. */
static void skip_names(struct tensorflow_order *order, uint64_t epoch)
{
    const uint64_t n_draws = order->base.plan->set->n_files - 1;
    const uint64_t n_groups = (n_draws + TFI_PHILOX_WORDS - 1) / TFI_PHILOX_WORDS;
    order->names_epoch = epoch;
    if (epoch == 0)
        return;
    tfi_philox_skip(order->names.counter, (epoch - 1) * n_groups);
    shuffle_names(order);
}

static tfeed_status restore_stream(struct tensorflow_order *order, const struct lane_state *lane,
                                   struct tfeed_error *reterr)
{
    if (lane->position >= order->n_names_given ||
        order->name_order[lane->position] != lane->begin.file)
        return bad_state(reterr);
    const struct stream_plan plan = {
        .stretch = {.begin = lane->begin, .end_offset = UINT64_MAX},
        .epoch = order->epoch,
        .position = lane->position,
        .has_ended = lane->window == LANE_IS_READ,
    };
    return file_sequence_begin(&order->sequence, &plan, &order->stream, reterr);
}

static tfeed_status restore(struct tensorflow_order *order, const struct order_state *state,
                            struct tfeed_error *reterr)
{
    const size_t n_files = order->base.plan->set->n_files;
    const size_t n_most = order->capacity > 0 ? order->capacity : 1;
    if (state->position > n_files || state->n_queue > n_most || state->n_rest != state->n_queue ||
        (!state->has_ended && is_through(order, state->epoch)))
        return bad_state(reterr);
    skip_names(order, state->epoch);
    order->n_names_given = (size_t)state->position;
    order->epoch = state->epoch;
    order->n_begun = state->position;
    if (state->n_in_turn < (uint64_t)order->base.plan->options->batch_size)
        order->n_in_batch = state->n_in_turn; /* else: the batch has become smaller than it was */
    order->is_filled = order->n_in_batch > 0;
    order->n_rows = state->n_epoch_rows;
    order->n_skipped = state->n_skipped;
    order->n_draws = state->n_draws;
    order->has_ended = state->has_ended;
    skip_draws(&order->random, state->n_draws);
    if (state->n_lanes > 0 && !state->lanes[0].has_ended)
        TFI_TRY(restore_stream(order, &state->lanes[0], reterr));
    TFI_TRY(reserve(order, state->n_queue, reterr));
    for (size_t i = 0; i < state->n_queue; i++) {
        if (state->queue[i].file >= n_files)
            return bad_state(reterr);
        order->queue[i] =
            (struct queued){.row = {.place = state->queue[i]}, .epoch = state->rest[i]};
    }
    order->n_queued = state->n_queue;
    order->restoring.is_needed = order->n_queued > 0;
    return TFEED_OK;
}

/* --- life ------------------------------------------------------------------------------------- */

static void tensorflow_free(struct order *base)
{
    if (base == NULL)
        return;
    struct tensorflow_order *order = (struct tensorflow_order *)(void *)base;
    const struct tfeed_allocator *allocator = order->base.plan->allocator;
    for (size_t i = 0; i < order->n_queued; i++) {
        if (order->queue[i].window != NULL)
            row_window_unref(order->queue[i].window);
        else
            release_bytes(order->base.plan, &order->queue[i].row);
    }
    file_sequence_clear(&order->sequence);
    tfi_free(allocator, order->queue);
    tfi_free(allocator, order->taken);
    tfi_free(allocator, order->name_order);
    tfi_free(allocator, order);
}

static void seed_draws(struct tensorflow_order *order)
{
    const struct tfeed_loader_options *options = order->base.plan->options;
    tfeed_random_init(&order->names, tfeed_seeds_derive(options->graph_seed, options->seed, 0));
    tfeed_random_init(&order->random, tfeed_seeds_derive(options->graph_seed, options->seed, 1));
}

static tfeed_status check_plan(const struct order_plan *plan, struct tfeed_error *reterr)
{
    const struct tfeed_loader_options *options = plan->options;
    const uint64_t n_bytes = (uint64_t)options->capacity * sizeof(struct queued);
    if (options->n_shards != 1)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "TensorFlow's order is one sequence and has no shards: give each of the "
                        "%lld shards files of its own",
                        (long long)options->n_shards);
    if (options->graph_seed == TFEED_SEED_UNSET && options->seed == TFEED_SEED_UNSET)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "TensorFlow's order needs a seed, or a graph seed");
    if (options->shuffle_records > 0 && options->capacity <= options->shuffle_records)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "capacity must be above shuffle_records (%lld), not %lld",
                        (long long)options->shuffle_records, (long long)options->capacity);
    if (options->shuffle_records > 0 && n_bytes > (uint64_t)options->budget_bytes)
        return tfi_fail(reterr, TFEED_RESOURCE_EXHAUSTED,
                        "a shuffle queue of %lld records needs %llu bytes, the budget is %lld",
                        (long long)options->capacity, (unsigned long long)n_bytes,
                        (long long)options->budget_bytes);
    return TFEED_OK;
}

static tfeed_status stand(struct tensorflow_order *order, const struct order_state *state,
                          struct tfeed_error *reterr)
{
    const struct order_plan *plan = order->base.plan;
    const struct tfeed_loader_options *options = plan->options;
    TFI_TRY(check_plan(plan, reterr));
    TFI_TRY(file_sequence_init(&order->sequence, &order->base, next_name, 1, reterr));
    order->name_order =
        tfi_alloc_array(plan->allocator, plan->set->n_files, sizeof *order->name_order);
    if (order->name_order == NULL)
        return tfi_fail_memory(reterr, "the order of names");
    if (options->shuffle_records > 0) {
        order->capacity = (size_t)options->capacity;
        order->min_after_dequeue = (size_t)options->shuffle_records;
    }
    if (order->capacity > 0 &&
        order->capacity - order->min_after_dequeue < (size_t)options->batch_size) {
        /* what is put back finds room: the queue holds a batch and what it may keep */
        const size_t n_most = order->capacity + (size_t)options->batch_size;
        order->taken =
            tfi_alloc_array(plan->allocator, (size_t)options->batch_size, sizeof *order->taken);
        if (order->taken == NULL)
            return tfi_fail_memory(reterr, "a shuffle queue");
        TFI_TRY(reserve(order, n_most, reterr));
    }
    seed_draws(order);
    shuffle_names(order);
    order->has_ended = is_through(order, 0);
    return state != NULL ? restore(order, state, reterr) : TFEED_OK;
}

static tfeed_status tensorflow_make(const struct order_plan *plan,
                                    const struct order_state *const *states, size_t n_states,
                                    struct order **ret_order, struct tfeed_error *reterr)
{
    struct tensorflow_order *order = tfi_alloc_zeroed(plan->allocator, 1, sizeof *order);
    if (order == NULL)
        return tfi_fail_memory(reterr, "TensorFlow's order");
    order->base.functions = &order_tensorflow;
    order->base.plan = plan;
    order->restoring.fill.order = &order->base;
    const tfeed_status status = stand(order, n_states > 0 ? states[0] : NULL, reterr);
    if (status != TFEED_OK) {
        tensorflow_free(&order->base);
        return status;
    }
    *ret_order = &order->base;
    return TFEED_OK;
}

static tfeed_status tensorflow_count(const struct order_plan *plan, uint64_t epoch,
                                     uint64_t *ret_all, struct tfeed_error *reterr)
{
    (void)epoch;
    ret_all[0] = 0;
    for (size_t i = 0; i < plan->set->n_files; i++) {
        uint64_t n;
        TFI_TRY(file_set_count(plan->set, (uint32_t)i, plan->stop, &n, reterr));
        ret_all[0] += n;
    }
    return TFEED_OK;
}

const struct order_functions order_tensorflow = {
    .name = "tensorflow",
    .make = tensorflow_make,
    .free = tensorflow_free,
    .draw = tensorflow_draw,
    .claim = tensorflow_claim,
    .fill_run = tensorflow_fill_run,
    .fill_settle = tensorflow_fill_settle,
    .state_sizes = tensorflow_state_sizes,
    .save = tensorflow_save,
    .count = tensorflow_count,
    .depth = tensorflow_depth,
};
