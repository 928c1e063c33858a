/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * fast_lane.c - a lane's records, a window at a time.
 *
 *    shares     [   c   ][a]         of files, as fast_layout.c cuts them, in each epoch anew
 *    windows    ├ 0 ┼ 1 ┼ 2┤         window_records each, the last one fewer; shuffled
 *
 * A lane is filled by one thread at a time, and needs nothing of other lanes: it keeps the window
 * that rows are drawn from and one that is ready, or filled in part. Windows do not end where files
 * meet. A window that had been begun before a resume is read again from its begin, and the rows
 * that were drawn of it count as drawn.
 *
 * Threads: fast_fill_run and fast_fill_one without the lock, on a lane that `filling` gives to this
 * thread (2); the rest under it.
 */
#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "loader/order_fast_private.h"

/* --- shares ----------------------------------------------------------------------------------- */

struct share_list {
    struct lane *lane;
    const struct tfeed_allocator *allocator;
};

static bool add_share(void *user_data, const struct share *share)
{
    const struct share_list *list = user_data;
    struct lane *lane = list->lane;
    if (lane->n_shares == lane->n_share_slots) {
        const size_t n = lane->n_share_slots == 0 ? 4 : 2 * lane->n_share_slots;
        struct share *shares = tfi_realloc_array(list->allocator, lane->shares, n, sizeof *shares);
        if (shares == NULL)
            return false;
        lane->shares = shares;
        lane->n_share_slots = n;
    }
    lane->shares[lane->n_shares++] = *share;
    return true;
}

/* The lane stands before its first share of lane->epoch. */
static tfeed_status lay_out_lane(struct lane *lane, struct tfeed_error *reterr)
{
    const struct order_plan *plan = lane->owner->base.plan;
    struct share_list list = {lane, plan->allocator};
    uint32_t *files = tfi_alloc_array(plan->allocator, plan->set->n_files, sizeof *files);
    lane->n_shares = 0;
    bool fits = files != NULL;
    if (fits) {
        fast_permute_files(plan, lane->epoch, files);
        fits = fast_visit_shares(plan, files, lane->id, add_share, &list);
    }
    tfi_free(plan->allocator, files);
    return fits ? TFEED_OK : tfi_fail_memory(reterr, "the lanes of an epoch");
}

/* Opens the share at lane->position. OUT_OF_RANGE: no record begins in it. */
static tfeed_status open_share(struct lane *lane, struct tfeed_error *reterr)
{
    const struct order_plan *plan = lane->owner->base.plan;
    const struct share *share = &lane->shares[lane->position];
    struct stretch stretch = {.begin = {.file = share->file},
                              .end_offset = share->whole ? UINT64_MAX : share->end};
    if (lane->has_resume_place)
        stretch.begin = lane->resume_place;
    else if (share->begin > 0)
        TFI_TRY(file_set_find(plan->set, share->file, share->begin, plan->stop, &stretch.begin,
                              reterr));
    lane->has_resume_place = false;
    if (stretch.begin.offset >= stretch.end_offset)
        return TFEED_OUT_OF_RANGE;
    TFI_TRY(file_cursor_open(&lane->cursor, &stretch, reterr));
    lane->share_is_open = true;
    return TFEED_OK;
}

/* A walk to a share's begin that met damage: the lane that has the damaged place says so; for this
 * one there is nothing to find behind it. Under FAIL both say it; the first in turn is heard. */
static tfeed_status begin_is_lost(const struct lane *lane, tfeed_status status)
{
    const bool goes_on = lane->cursor.on_error != TFEED_ON_ERROR_FAIL;
    return status == TFEED_DATA_LOSS && goes_on ? TFEED_OUT_OF_RANGE : status;
}

/* Goes to where the next record is, through shares that have none. OUT_OF_RANGE: the lane ends. */
static tfeed_status reach_record(struct lane *lane, struct tfeed_error *reterr)
{
    while (!lane->share_is_open) {
        if (lane->position == lane->n_shares)
            return TFEED_OUT_OF_RANGE;
        const tfeed_status status = begin_is_lost(lane, open_share(lane, reterr));
        if (status != TFEED_OK && status != TFEED_OUT_OF_RANGE)
            return status;
        if (status == TFEED_OUT_OF_RANGE)
            lane->position++;
    }
    return TFEED_OK;
}

/* --- filling ---------------------------------------------------------------------------------- */

/* One run of records into the window. OUT_OF_RANGE: the share has ended. */
static tfeed_status read_run(struct lane *lane, struct admission_desk *desk,
                             struct row_window *window, uint32_t n_wanted,
                             struct tfeed_error *reterr)
{
    const struct order_plan *plan = lane->owner->base.plan;
    const uint32_t n_before = window->n_rows;
    uint32_t n = n_wanted - n_before;
    n = n < LOADER_RUN_RECORDS ? n : LOADER_RUN_RECORDS;
    tfeed_status status = file_cursor_read(&lane->cursor, CURSOR_CHECKS_NOW, window, n, reterr);
    for (uint32_t i = n_before; i < window->n_rows; i++)
        lane->fill.n_bytes += window->rows[i].bytes.len;
    lane->fill.n_records += window->n_rows - n_before;
    if (row_window_admit(window, n_before, desk, plan->set, lane->epoch)) {
        file_cursor_clear(&lane->cursor);
        status = TFEED_OUT_OF_RANGE;
    }
    if (status == TFEED_OUT_OF_RANGE) {
        lane->share_is_open = false;
        lane->position++;
    }
    return status;
}

/* The first window of an epoch is cut to another length in each lane, so that the lanes end theirs
 * one after the other from then on: work comes evenly, and the first batch early. */
static uint32_t window_rows(const struct lane *lane)
{
    const struct order_plan *plan = lane->owner->base.plan;
    const uint64_t n_rows = (uint64_t)plan->window_records;
    if (lane->n_windows > 0)
        return (uint32_t)n_rows;
    const uint64_t n_first = n_rows * (lane->id + 1) / (uint64_t)plan->n_lanes;
    return n_first > 0 ? (uint32_t)n_first : 1;
}

/* The lane's next window, without rows. */
static bool make_window(struct lane *lane)
{
    const struct order_plan *plan = lane->owner->base.plan;
    lane->filled = (struct lot){
        .window = row_window_new(plan->pool, (uint32_t)plan->window_records),
        .epoch = lane->epoch,
        .number = lane->n_windows,
    };
    lane->n_wanted = window_rows(lane);
    return lane->filled.window != NULL;
}

/* … it begins where the lane stands now. */
static void begin_window(struct lane *lane)
{
    lane->filled.position = lane->position;
    lane->filled.begin = lane->cursor.next;
}

/* … at the lane's next record. OUT_OF_RANGE: there is none in this epoch. */
static tfeed_status reach_window(struct lane *lane, struct tfeed_error *reterr)
{
    if (lane->n_windows == 0 || lane->has_resume_place)
        TFI_TRY(lay_out_lane(lane, reterr));
    const tfeed_status status = reach_record(lane, reterr);
    begin_window(lane);
    return status;
}

/* The lane's next records, behind those of a window that was paused, until it is full or the lane
 * ends. */
static tfeed_status fill_window(struct lane *lane, bool goes_on, struct admission_desk *desk,
                                struct tfeed_error *reterr)
{
    const struct order_plan *plan = lane->owner->base.plan;
    struct row_window *window = lane->filled.window;
    tfeed_status status = goes_on ? TFEED_OK : reach_window(lane, reterr);
    while (status == TFEED_OK && window->n_rows < lane->n_wanted) {
        TFI_TRY(plan_check_stop(plan, reterr));
        status = read_run(lane, desk, window, lane->n_wanted, reterr);
        if (window->status != TFEED_OK)
            return TFEED_OK;
        if (status == TFEED_OUT_OF_RANGE)
            status = reach_record(lane, reterr);
    }
    window->ends_lane = status == TFEED_OUT_OF_RANGE;
    return status == TFEED_OUT_OF_RANGE ? TFEED_OK : status;
}

void fast_fill_run(struct fill *fill)
{
    struct lane *lane = (struct lane *)(void *)fill;
    const struct order_plan *plan = lane->owner->base.plan;
    struct admission_desk *desk = NULL;
    const bool goes_on = lane->filled.window != NULL;
    fill->n_records = 0;
    fill->n_bytes = 0;
    if (!goes_on && !make_window(lane))
        return;
    struct row_window *window = lane->filled.window;
    tfeed_status status = window->status;
    if (status == TFEED_OK)
        status = admission_enter(plan->admission, &desk, &window->error);
    if (status == TFEED_OK)
        status = fill_window(lane, goes_on, desk, &window->error);
    admission_leave(desk);
    if (status != TFEED_OK)
        window->status = status;
    row_window_shuffle(
        window, loader_key(plan->seed, KEY_WINDOW, lane->epoch, lane->id, lane->filled.number));
}

/* The lane's next window begins behind this one. */
static void move_on(struct lane *lane)
{
    lane->n_windows++;
    if (!lane->filled.window->ends_lane)
        return;
    lane->epoch++;
    lane->n_windows = 0;
    lane->position = 0;
}

/* What a window that is read again counts, counted when it was begun: drawn_by is not 0. */
static void resume_window(struct lane *lane, struct row_window *window)
{
    lane->resumes = false;
    window->drawn_by = UINT64_MAX;
    if (window->status == TFEED_OK && window->n_rows < lane->resume_drawn)
        window->status = tfi_fail(&window->error, TFEED_FAILED_PRECONDITION,
                                  "the state says that %u rows of a window are drawn, the files "
                                  "have %u: they have changed, or the filter has",
                                  lane->resume_drawn, window->n_rows);
    window->n_drawn = lane->resume_drawn < window->n_rows ? lane->resume_drawn : window->n_rows;
}

void fast_fill_settle(struct fill *fill)
{
    struct lane *lane = (struct lane *)(void *)fill;
    lane->filling = false;
    if (lane->filled.window == NULL) {
        lane->owner->lacks_memory = true;
        return;
    }
    if (lane->filled.window->status == TFEED_OK)
        move_on(lane);
    if (lane->resumes)
        resume_window(lane, lane->filled.window);
    lane->ready = lane->filled;
    lane->filled.window = NULL;
}

/* --- filling a record at a time --------------------------------------------------------------- */

bool fast_lane_may_read_one(const struct lane *lane)
{
    const struct order_plan *plan = lane->owner->base.plan;
    const struct row_window *window = lane->filled.window;
    return plan->admission == NULL && lane->share_is_open && lane->cursor.reader != NULL &&
           file_is_mapped(plan, lane->cursor.next.file) &&
           (window == NULL || (window->status == TFEED_OK && window->n_rows < lane->n_wanted));
}

bool fast_lane_begin_ahead(struct lane *lane)
{
    lane->fill.n_records = 0;
    lane->fill.n_bytes = 0;
    if (lane->filled.window != NULL)
        return true;
    if (!make_window(lane))
        return false;
    begin_window(lane);
    return true;
}

const uint8_t *fast_fill_one(struct fill *fill)
{
    /* so far ahead bytes are asked for: near enough to be there still when they are read */
    enum { AHEAD_BYTES = 12 << 10 };
    struct lane *lane = (struct lane *)(void *)fill;
    struct row_window *window = lane->filled.window;
    if (window->n_rows == lane->n_wanted || !file_cursor_read_sound(&lane->cursor, window))
        return NULL;
    const struct tfeed_bytes *record = &window->rows[window->n_rows - 1].bytes;
    fill->n_records++;
    fill->n_bytes += record->len;
    return (const uint8_t *)((uintptr_t)record->data + AHEAD_BYTES);
}

void fast_fill_pause(struct fill *fill)
{
    struct lane *lane = (struct lane *)(void *)fill;
    lane->filling = false;
}

/* --- life, resume ----------------------------------------------------------------------------- */

void fast_lane_init(struct lane *lane, struct fast_order *order, uint64_t id)
{
    const struct order_plan *plan = order->base.plan;
    lane->owner = order;
    lane->fill.order = &order->base;
    lane->id = id;
    file_cursor_init(&lane->cursor, plan->set, plan->options->on_error);
}

void fast_lane_clear(struct lane *lane)
{
    row_window_unref(lane->current.window);
    row_window_unref(lane->ready.window);
    row_window_unref(lane->filled.window);
    file_cursor_clear(&lane->cursor);
    tfi_free(lane->owner->base.plan->allocator, lane->shares);
}

static tfeed_status bad_state(struct tfeed_error *reterr, const struct lane_state *state)
{
    return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "the state of lane %llu does not fit its files",
                    (unsigned long long)state->lane);
}

tfeed_status fast_lane_restore(struct lane *lane, const struct lane_state *state,
                               struct tfeed_error *reterr)
{
    const struct order_plan *plan = lane->owner->base.plan;
    lane->is_restored = true;
    lane->restored = *state;
    lane->epoch = state->epoch;
    if (state->has_ended) {
        lane->epoch++;
        return TFEED_OK;
    }
    if (state->window == 0 && state->n_drawn == 0)
        return TFEED_OK;
    TFI_TRY(lay_out_lane(lane, reterr));
    if (state->position >= lane->n_shares) {
        /* the end of the last share: nothing but that end is left */
        if (state->position > lane->n_shares || state->n_drawn > 0)
            return bad_state(reterr, state);
    } else {
        /* begin may be the share's end: the window before took its last record */
        if (lane->shares[state->position].file != state->begin.file ||
            state->n_drawn > (uint64_t)plan->window_records)
            return bad_state(reterr, state);
    }
    lane->n_windows = state->window;
    lane->position = state->position;
    lane->has_resume_place = state->position < lane->n_shares;
    lane->resume_place = state->begin;
    lane->resumes = true;
    lane->resume_drawn = (uint32_t)state->n_drawn;
    return TFEED_OK;
}
