/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * order_files.c - the order of the files and of their records; `interleave` files open in turn.
 *
 *    list     a   b   c   d   e          interleave 2, block 2
 *    slot 0   a a . . a a . . d d        rows: a a b b a a b b d d b b e e …
 *    slot 1   . . b b . . b b . .        (a ended: its slot takes d when its turn comes again)
 *
 * As tf.data's interleave: a slot whose file ends passes its turn on, and takes the next file when
 * its turn comes again. Records that are left out count in their block, so that a filter takes rows
 * out of the sequence and changes nothing else.
 *
 * With several shards the set's records are numbered through, and each shard has one range of
 * them: files_list.c makes its list. What it has of an epoch that was begun with another number of
 * shards: files_rest.c.
 */
#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "loader/files_list_private.h"
#include "loader/row_holes_private.h"

struct files_order {
    struct order base;
    struct files_list list;
    struct file_sequence sequence; /* of the list's stretches */

    /* drawing */
    uint64_t epoch;
    uint64_t n_epoch_rows;
    uint64_t n_begun; /* stretches of the epoch's list that have had a slot */
    uint64_t n_skipped;
    uint64_t block_records;
    struct file_stream **slots; /* [n_slots] NULL: no file is open */
    size_t n_slots;
    size_t n_open;
    size_t turn;
    uint64_t n_in_turn;
    bool has_ended;
    bool began_whole; /* the epoch, not somewhere in it by a resume */
};

static tfeed_status next_stretch(struct order *base, struct stream_plan *ret_plan,
                                 struct tfeed_error *reterr)
{
    struct files_order *order = (struct files_order *)(void *)base;
    return files_list_next(&order->list, ret_plan, reterr);
}

/* --- drawing ---------------------------------------------------------------------------------- */

static void pass_turn(struct files_order *order)
{
    order->turn = (order->turn + 1) % order->n_slots;
    order->n_in_turn = 0;
}

static void count_in_turn(struct files_order *order, uint64_t n)
{
    order->n_in_turn += n;
    if (order->n_in_turn >= order->block_records)
        pass_turn(order);
}

/* The slot takes the next file of this epoch. OUT_OF_RANGE: there is none. */
static tfeed_status open_slot(struct files_order *order, struct file_stream **slot,
                              struct tfeed_error *reterr)
{
    const struct stream_plan *plan;
    TFI_TRY(file_sequence_peek(&order->sequence, &plan, reterr));
    if (plan->epoch != order->epoch)
        return TFEED_OUT_OF_RANGE;
    *slot = file_sequence_take(&order->sequence);
    order->n_begun++;
    order->n_open++;
    return TFEED_OK;
}

/* The slot's file has ended. */
static void close_slot(struct files_order *order, struct file_stream **slot)
{
    file_sequence_release(&order->sequence, *slot);
    *slot = NULL;
    order->n_open--;
    pass_turn(order);
}

/* Goes to the next row: that of *ret_window whose number is n_drawn. OUT_OF_RANGE: the epoch has no
 * more; UNAVAILABLE; or the error that stands there. */
static tfeed_status reach_row(struct files_order *order, struct draw *draw,
                              struct row_window **ret_window, struct tfeed_error *reterr)
{
    for (;;) {
        struct file_stream **slot = &order->slots[order->turn];
        tfeed_status status = TFEED_OK;
        if (*slot == NULL) {
            status = open_slot(order, slot, reterr);
            if (status == TFEED_OUT_OF_RANGE && order->n_open > 0) {
                pass_turn(order);
                continue;
            }
            TFI_TRY(status);
        }
        status = file_sequence_reach(&order->sequence, *slot, ret_window, reterr);
        if (status == TFEED_OUT_OF_RANGE) {
            close_slot(order, slot);
            continue;
        }
        TFI_TRY(status);
        if (!row_is_hole(&(*ret_window)->rows[(*ret_window)->n_drawn]))
            return TFEED_OK;
        const uint64_t n_left = order->block_records - order->n_in_turn;
        count_in_turn(order, row_holes_pass(*ret_window, n_left, draw, &order->n_skipped));
    }
}

/* Takes rows of the window, up to the end of the turn, the next hole, or what the draw wants. */
static tfeed_status take_rows(struct files_order *order, struct row_window *window,
                              struct draw *draw, struct tfeed_error *reterr)
{
    if (!draw_hold(draw, window))
        return tfi_fail_memory(reterr, "a batch's windows");
    const uint64_t n_left = order->block_records - order->n_in_turn;
    const uint32_t n = row_holes_take(window, n_left, order->epoch, draw);
    order->n_epoch_rows += n;
    count_in_turn(order, n);
    return TFEED_OK;
}

/* The epoch has no more rows. */
static tfeed_status next_epoch(struct files_order *order, struct tfeed_error *reterr)
{
    const struct stream_plan *plan;
    const tfeed_status status = file_sequence_peek(&order->sequence, &plan, reterr);
    if (status != TFEED_OK && status != TFEED_OUT_OF_RANGE)
        return status;
    /* an epoch without a row is the last: those that follow would be like it */
    const bool is_empty = order->began_whole && order->n_epoch_rows == 0;
    order->began_whole = true;
    order->epoch++;
    order->n_epoch_rows = 0;
    order->n_begun = 0;
    order->turn = 0;
    order->n_in_turn = 0;
    order->has_ended = status == TFEED_OUT_OF_RANGE || is_empty;
    return TFEED_OK;
}

static tfeed_status files_draw(struct order *base, struct draw *draw, struct tfeed_error *reterr)
{
    struct files_order *order = (struct files_order *)(void *)base;
    while (!order->has_ended) {
        struct row_window *window;
        const tfeed_status status = reach_row(order, draw, &window, reterr);
        const bool is_full = draw->n_rows == draw->n_wanted;
        if (status == TFEED_OUT_OF_RANGE) {
            TFI_TRY(next_epoch(order, reterr));
            draw->ends_epoch = draw->n_rows > 0;
            if (draw->ends_epoch)
                return TFEED_OK;
        } else if (is_full) {
            return draw_look_behind(status, reterr);
        } else {
            TFI_TRY(status);
            TFI_TRY(take_rows(order, window, draw, reterr));
        }
    }
    return TFEED_OUT_OF_RANGE;
}

/* --- filling ---------------------------------------------------------------------------------- */

static struct fill *files_claim(struct order *base, bool needed_only)
{
    struct files_order *order = (struct files_order *)(void *)base;
    return order->has_ended ? NULL : file_sequence_claim(&order->sequence, needed_only);
}

static void files_depth(const struct order *base, uint64_t *ret_n_rows)
{
    const struct files_order *order = (const struct files_order *)(const void *)base;
    *ret_n_rows = file_sequence_depth(&order->sequence);
}

/* --- state ------------------------------------------------------------------------------------ */

static void files_state_sizes(const struct order *base, struct order_state_sizes *ret_sizes)
{
    const struct files_order *order = (const struct files_order *)(const void *)base;
    *ret_sizes = (struct order_state_sizes){.n_lanes = order->n_slots,
                                            .n_rest = order->list.rest.n * REST_NUMBERS};
}

static void files_save(const struct order *base, struct order_state *state)
{
    const struct files_order *order = (const struct files_order *)(const void *)base;
    state->epoch = order->epoch;
    state->n_epoch_rows = order->n_epoch_rows;
    state->position = order->n_begun;
    state->turn = order->turn;
    state->n_in_turn = order->n_in_turn;
    state->n_skipped = order->n_skipped;
    state->has_ended = order->has_ended;
    state->n_lanes = order->n_slots;
    for (size_t i = 0; i < order->n_slots; i++) {
        state->lanes[i] = (struct lane_state){.lane = i, .epoch = order->epoch};
        file_stream_save(order->slots[i], &state->lanes[i]);
    }
    files_list_save_rest(&order->list, order->epoch, state);
}

static tfeed_status bad_state(struct tfeed_error *reterr)
{
    return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                    "the state says of the order of files what cannot be");
}

/* Opens a slot where a state left it. */
static tfeed_status restore_slot(struct files_order *order, const struct lane_state *lane,
                                 struct tfeed_error *reterr)
{
    const struct files_list *list = &order->list;
    if (lane->lane >= order->n_slots || order->slots[lane->lane] != NULL ||
        lane->position >= list->n_given ||
        list->stretches[lane->position].begin.file != lane->begin.file)
        return bad_state(reterr);
    const struct stream_plan plan = {.stretch = list->stretches[lane->position],
                                     .epoch = order->epoch,
                                     .position = lane->position};
    TFI_TRY(file_sequence_resume(&order->sequence, &plan, lane, &order->slots[lane->lane], reterr));
    order->n_open++;
    return TFEED_OK;
}

/* Where this shard itself has stopped. */
static tfeed_status restore_own(struct files_order *order, const struct order_state *state,
                                struct tfeed_error *reterr)
{
    struct files_list *list = &order->list;
    TFI_TRY(files_list_restore_rest(list, state, reterr));
    TFI_TRY(files_list_make(list, state->epoch, reterr));
    if (state->position > list->n || state->turn >= order->n_slots ||
        state->n_in_turn >= order->block_records)
        return bad_state(reterr);
    list->n_given = state->position;
    order->epoch = state->epoch;
    order->has_ended = state->has_ended;
    order->n_epoch_rows = state->n_epoch_rows;
    order->n_skipped = state->n_skipped;
    order->n_begun = state->position;
    order->turn = state->turn;
    order->n_in_turn = state->n_in_turn;
    for (size_t i = 0; i < state->n_lanes; i++)
        if (!state->lanes[i].has_ended)
            TFI_TRY(restore_slot(order, &state->lanes[i], reterr));
    return TFEED_OK;
}

/* Where a job with another number of shards has stopped: every epoch that was begun is dealt out
 * anew. */
static tfeed_status restore_dealt(struct files_order *order,
                                  const struct order_state *const *states, size_t n_states,
                                  struct tfeed_error *reterr)
{
    struct joined_states joined;
    TFI_TRY(order_states_join(states, n_states, files_rest_last_begun, &joined, reterr));
    order->n_skipped = joined.n_skipped;
    order->epoch = joined.first;
    order->has_ended = joined.has_ended;
    return joined.has_ended ? TFEED_OK
                            : files_rest_deal(&order->list, states, n_states, &joined, reterr);
}

/* --- life ------------------------------------------------------------------------------------- */

static void files_free(struct order *base)
{
    if (base == NULL)
        return;
    struct files_order *order = (struct files_order *)(void *)base;
    const struct tfeed_allocator *allocator = order->base.plan->allocator;
    file_sequence_clear(&order->sequence);
    files_list_clear(&order->list);
    tfi_free(allocator, order->slots);
    tfi_free(allocator, order);
}

/* Whether the set is cut into ranges of records, or was. */
static bool is_cut(const struct order_plan *plan, const struct order_state *const *states,
                   size_t n_states)
{
    return plan->options->n_shards > 1 || n_states > 1 || (n_states == 1 && states[0]->n_rest > 0);
}

static tfeed_status make_slots(struct files_order *order, struct tfeed_error *reterr)
{
    const struct order_plan *plan = order->base.plan;
    const uint64_t interleave = (uint64_t)plan->options->interleave;
    order->n_slots = interleave < plan->set->n_files ? (size_t)interleave : plan->set->n_files;
    order->block_records =
        order->n_slots == 1 ? UINT64_MAX : (uint64_t)plan->options->block_records;
    order->slots = tfi_alloc_zeroed(plan->allocator, order->n_slots, sizeof(struct file_stream *));
    if (order->slots == NULL)
        return tfi_fail_memory(reterr, "the order of files");
    return file_sequence_init(&order->sequence, &order->base, next_stretch, order->n_slots, reterr);
}

static tfeed_status stand(struct files_order *order, const struct order_state *const *states,
                          size_t n_states, struct tfeed_error *reterr)
{
    const struct tfeed_loader_options *options = order->base.plan->options;
    TFI_TRY(make_slots(order, reterr));
    TFI_TRY(files_list_init(&order->list, order->base.plan,
                            is_cut(order->base.plan, states, n_states), reterr));
    if (n_states == 0)
        return files_list_make(&order->list, 0, reterr);
    return n_states == (size_t)options->n_shards
               ? restore_own(order, states[options->shard_index], reterr)
               : restore_dealt(order, states, n_states, reterr);
}

static tfeed_status files_make(const struct order_plan *plan,
                               const struct order_state *const *states, size_t n_states,
                               struct order **ret_order, struct tfeed_error *reterr)
{
    struct files_order *order = tfi_alloc_zeroed(plan->allocator, 1, sizeof *order);
    if (order == NULL)
        return tfi_fail_memory(reterr, "the order of files");
    order->base.functions = &order_files;
    order->base.plan = plan;
    const tfeed_status status = stand(order, states, n_states, reterr);
    if (status != TFEED_OK) {
        files_free(&order->base);
        return status;
    }
    order->has_ended = order->has_ended || plan_is_through(plan, order->epoch);
    order->began_whole = n_states == 0;
    *ret_order = &order->base;
    return TFEED_OK;
}

const struct order_functions order_files = {
    .name = "files",
    .make = files_make,
    .free = files_free,
    .draw = files_draw,
    .claim = files_claim,
    .fill_run = file_sequence_fill_run,
    .fill_settle = file_sequence_fill_settle,
    .state_sizes = files_state_sizes,
    .save = files_save,
    .count = order_count_even,
    .depth = files_depth,
};
