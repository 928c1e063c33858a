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
 * Follows:  doc/design/pipeline.md; pipeline/batch_schedule.c has the same schedule over a queue
 */
#include <tfeed/random.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "core/philox_internal.h"
#include "loader/file_sequence_private.h"
#include "loader/row_holes_private.h"
#include "loader/tensorflow_store_private.h"

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

    /* the queue; without one (shuffle_records 0) capacity is 0 */
    struct tensorflow_store queue;
    size_t capacity;
    size_t min_after_dequeue;
    bool is_closed;
    uint64_t n_barren; /* files that have ended since the last row */

    /* drawing */
    uint64_t n_in_batch; /* rows drawn since the queue was filled; 0: it will be */
    bool is_filled;
    struct stored *taken; /* [batch_size] those rows, not held; NULL: capacity holds a batch */
    uint64_t n_rows;
    uint64_t n_skipped;
    bool has_ended;
};

/* --- names ------------------------------------------------------------------------------------ */

static void shuffle_names(struct tensorflow_order *order)
{
    tfeed_random_shuffle(&order->names, order->name_order,
                         (uint32_t)order->base.plan->set->n_files);
}

static tfeed_status next_name(struct order *base, struct stream_plan *ret_plan,
                              struct tfeed_error *reterr)
{
    (void)reterr;
    struct tensorflow_order *order = (struct tensorflow_order *)(void *)base;
    if (order->n_names_given == base->plan->set->n_files) {
        if (plan_is_through(base->plan, order->names_epoch + 1))
            return TFEED_OUT_OF_RANGE;
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
    return TFEED_OK;
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
            /* all files in turn, more than once, without a row: the epochs to come are like that */
            if (++order->n_barren > 2 * order->base.plan->set->n_files)
                return TFEED_OUT_OF_RANGE;
            continue;
        }
        TFI_TRY(status);
        if (row_holes_pass(*ret_window, UINT64_MAX, draw, &order->n_skipped) == 0) {
            order->n_barren = 0;
            return TFEED_OK;
        }
    }
}

/* --- the queue -------------------------------------------------------------------------------- */

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
    return tensorflow_store_put(&order->queue, window, order->epoch, reterr);
}

/* Draws a row; there is one. */
static tfeed_status take(struct tensorflow_order *order, struct draw *draw,
                         struct tfeed_error *reterr)
{
    struct stored *taken = order->taken != NULL ? &order->taken[order->n_in_batch] : NULL;
    TFI_TRY(tensorflow_store_take(&order->queue, draw, taken, reterr));
    order->n_rows++;
    order->n_in_batch++;
    if (order->n_in_batch == (uint64_t)order->base.plan->options->batch_size) {
        order->n_in_batch = 0;
        order->is_filled = false;
    }
    return TFEED_OK;
}

/* As TensorFlow where a queue closes that cannot fill a batch any more: what the batch has goes
 * back, the row taken last first, and is drawn once more with all that is left. Rows that went into
 * another draw (of a mix, which TensorFlow does not have) stay where they are. */
static void put_back(struct tensorflow_order *order, struct draw *draw)
{
    const uint64_t n_left = (uint64_t)order->base.plan->options->batch_size - order->n_in_batch;
    if (order->taken == NULL || order->queue.n >= n_left || order->n_in_batch > draw->n_rows)
        return;
    draw->n_rows -= (uint32_t)order->n_in_batch;
    order->n_rows -= order->n_in_batch;
    for (; order->n_in_batch > 0; order->n_in_batch--)
        tensorflow_store_put_back(&order->queue, &order->taken[order->n_in_batch - 1]);
}

/* --- drawing ---------------------------------------------------------------------------------- */

static size_t n_takeable(const struct tensorflow_order *order)
{
    const size_t n_kept = order->is_closed ? 0 : order->min_after_dequeue;
    return order->queue.n > n_kept ? order->queue.n - n_kept : 0;
}

/* One row of the schedule. OUT_OF_RANGE: there are no more. */
static tfeed_status draw_row(struct tensorflow_order *order, struct draw *draw,
                             struct tfeed_error *reterr)
{
    while (!order->is_filled && !order->is_closed && order->queue.n < order->capacity)
        TFI_TRY(put(order, draw, reterr));
    order->is_filled = true;
    while (n_takeable(order) == 0) {
        if (order->is_closed)
            return TFEED_OUT_OF_RANGE;
        TFI_TRY(put(order, draw, reterr));
        if (order->is_closed)
            put_back(order, draw);
    }
    return take(order, draw, reterr);
}

/* Whether there is a further row: OK, OUT_OF_RANGE, or what the next record says. */
static tfeed_status has_more(struct tensorflow_order *order, struct draw *draw,
                             struct tfeed_error *reterr)
{
    struct row_window *window;
    if (order->queue.n > 0)
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
        if (is_full)
            return draw_look_behind(status, reterr);
        TFI_TRY(status);
    }
    return TFEED_OUT_OF_RANGE;
}

/* --- filling ---------------------------------------------------------------------------------- */

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
    if (fill == &order->restoring.fill) {
        fill->n_records = 0;
        fill->n_bytes = 0;
        order->restoring.status =
            tensorflow_store_read(&order->queue, fill, &order->restoring.error);
    } else {
        file_sequence_fill_run(fill);
    }
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
    *ret_n_rows = file_sequence_depth(&order->sequence) + order->queue.n;
}

/* --- state ------------------------------------------------------------------------------------ */

static void tensorflow_state_sizes(const struct order *base, struct order_state_sizes *ret_sizes)
{
    const struct tensorflow_order *order = (const struct tensorflow_order *)(const void *)base;
    const size_t n_most = order->capacity > 0 ? order->capacity : 1;
    *ret_sizes = (struct order_state_sizes){.n_lanes = 1, .n_queue = n_most, .n_rest = n_most};
}

static void tensorflow_save(const struct order *base, struct order_state *state)
{
    const struct tensorflow_order *order = (const struct tensorflow_order *)(const void *)base;
    state->epoch = order->epoch;
    state->n_epoch_rows = order->n_rows;
    state->position = order->n_begun;
    state->n_in_turn = order->n_in_batch;
    state->n_skipped = order->n_skipped;
    state->has_ended = order->has_ended;
    state->n_lanes = 1;
    state->lanes[0] = (struct lane_state){.epoch = order->epoch};
    file_stream_save(order->stream, &state->lanes[0]);
    tensorflow_store_save(&order->queue, state);
}

static tfeed_status bad_state(struct tfeed_error *reterr)
{
    return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                    "the state says of TensorFlow's order what cannot be");
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
    };
    return file_sequence_resume(&order->sequence, &plan, lane, &order->stream, reterr);
}

static tfeed_status restore(struct tensorflow_order *order, const struct order_state *state,
                            struct tfeed_error *reterr)
{
    const struct order_plan *plan = order->base.plan;
    const size_t n_most = order->capacity > 0 ? order->capacity : 1;
    if (state->position > plan->set->n_files || state->n_queue > n_most ||
        (!state->has_ended && plan_is_through(plan, state->epoch)))
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
    order->has_ended = state->has_ended;
    if (state->n_lanes > 0 && !state->lanes[0].has_ended)
        TFI_TRY(restore_stream(order, &state->lanes[0], reterr));
    TFI_TRY(tensorflow_store_restore(&order->queue, state, reterr));
    order->restoring.is_needed = order->queue.n > 0;
    return TFEED_OK;
}

/* --- life ------------------------------------------------------------------------------------- */

static void tensorflow_free(struct order *base)
{
    if (base == NULL)
        return;
    struct tensorflow_order *order = (struct tensorflow_order *)(void *)base;
    const struct tfeed_allocator *allocator = order->base.plan->allocator;
    tensorflow_store_clear(&order->queue);
    file_sequence_clear(&order->sequence);
    tfi_free(allocator, order->taken);
    tfi_free(allocator, order->name_order);
    tfi_free(allocator, order);
}

static tfeed_status check_plan(const struct order_plan *plan, struct tfeed_error *reterr)
{
    const struct tfeed_loader_options *options = plan->options;
    const uint64_t n_bytes = (uint64_t)options->capacity * sizeof(struct stored);
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

static tfeed_status make_queue(struct tensorflow_order *order, struct tfeed_error *reterr)
{
    const struct tfeed_loader_options *options = order->base.plan->options;
    const struct tfeed_seeds seeds = tfeed_seeds_derive(options->graph_seed, options->seed, 1);
    const size_t batch_size = (size_t)options->batch_size;
    const bool shuffles = options->shuffle_records > 0;
    tensorflow_store_init(&order->queue, order->base.plan, shuffles, seeds);
    if (!shuffles)
        return TFEED_OK;
    order->capacity = (size_t)options->capacity;
    order->min_after_dequeue = (size_t)options->shuffle_records;
    if (order->capacity - order->min_after_dequeue >= batch_size)
        return TFEED_OK;
    order->taken = tfi_alloc_array(order->base.plan->allocator, batch_size, sizeof *order->taken);
    if (order->taken == NULL)
        return tfi_fail_memory(reterr, "a shuffle queue");
    /* what is put back finds room: the queue holds a batch and what it may keep */
    return tensorflow_store_reserve(&order->queue, order->capacity + batch_size, reterr);
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
    tfeed_random_init(&order->names, tfeed_seeds_derive(options->graph_seed, options->seed, 0));
    TFI_TRY(make_queue(order, reterr));
    shuffle_names(order);
    order->has_ended = plan_is_through(plan, 0);
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
    return plan_count_records(plan, &ret_all[0], reterr);
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
