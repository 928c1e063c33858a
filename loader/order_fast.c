/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * order_fast.c - the shuffled order: lanes, windows, and a rotation over the lanes.
 *
 *    an epoch's files, in a new order       ├─── c ───┼─ a ─┼────── b ──────┼─ d ─┤
 *    cut by bytes into lanes                ├─ 0 ─┼─ 1 ─┼─ 2 ─┼─ 3 ─┼─ 4 ─┼─ 5 ─┤
 *    a lane's records, W at a time          ├w0┼w1┼w2┤  each window in an order of its own
 *    rows                                   lane 0, 1, 2, 3, 4, 5, 0, 1, …  one record each
 *
 * A lane is filled by one thread at a time, and needs nothing of other lanes: it keeps the window
 * that rows are drawn from and one that is ready. A lane that ends leaves the rotation; the others
 * go on, and the next epoch begins when all have ended.
 *
 * Lanes take turns in proportion to their bytes. A compressed file belongs whole to the lane in
 * which its first byte lies; a record of another file to the lane in which its first byte lies.
 *
 * Invariants
 *   (1) What a lane gives out depends on (files, seed, epoch, lane) alone.
 *   (2) `filling` lanes belong to the thread that fills: nobody else touches their `reading` part.
 */
#include <string.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "loader/loader_private.h"

enum {
    LANES_PER_SHARD = 16,
    MIN_WINDOW_RECORDS = 64,
    TURNS_OF_LARGEST = 16 /* turns in a round of the lane that has the most bytes */
};

/* A window and the place in its lane where it was begun. */
struct lot {
    struct row_window *window;
    uint64_t epoch;
    uint64_t number;   /* of the window in its epoch */
    uint64_t position; /* of begin.file in the lane's list */
    struct place begin;
};

/* Bytes of a file that a lane has. */
struct share {
    uint32_t file;
    bool whole;
    uint64_t begin; /* records that start in [begin, end) */
    uint64_t end;
};

struct lane {
    struct fill fill;
    struct fast_order *owner;
    uint64_t id; /* in the whole job */

    /* reading: where the next window begins */
    uint64_t epoch;
    uint64_t n_windows; /* filled in this epoch */
    struct share *shares;
    size_t n_shares;
    size_t n_share_slots;
    size_t position;       /* of the share that is read */
    bool share_is_open;    /* the cursor is in it */
    bool has_resume_place; /* the share begins at resume_place instead */
    struct place resume_place;
    struct file_cursor cursor;
    struct lot filled; /* what the running fill makes */

    /* drawing */
    bool filling;
    struct lot current; /* window NULL: none */
    struct lot ready;
    bool resumes;          /* the next window had been begun before a resume */
    uint32_t resume_drawn; /* … and so many of its rows drawn */
    uint64_t first_epoch;  /* what it gives in epochs before is drawn already: a state said so */
    bool has_ended;        /* in the order's epoch */
};

struct fast_order {
    struct order base;
    uint64_t epoch;
    uint64_t n_epoch_rows;
    uint64_t turn;
    uint64_t n_skipped;
    bool began_whole; /* the epoch, not somewhere in it by a resume */
    bool has_ended;
    bool lacks_memory; /* for a window: the next draw says so */
    struct lane *lanes;
    size_t n_lanes; /* of this shard */
    size_t n_alive; /* lanes that have not ended in this epoch */
    uint32_t *rotation;
    size_t n_rotation;
};

/* ------------------------------------------------------------- an epoch's layout */

static uint64_t file_bytes(const struct loader_file *file)
{
    return file->size == TFEED_SIZE_UNKNOWN ? 0 : file->size;
}

__extension__ typedef unsigned __int128 wide;

/* floor(a * b / c) for b <= c. */
static uint64_t scale(uint64_t a, uint64_t b, uint64_t c)
{
    return (uint64_t)((wide)a * b / c);
}

/* Calls visit for each share of lane `id`, in the epoch's order of files. */
typedef bool (*share_fn)(void *user_data, const struct share *share);

static bool visit_shares(const struct order_plan *plan, const uint32_t *files, uint64_t id,
                         share_fn visit, void *user_data)
{
    const struct file_set *set = plan->set;
    const uint64_t n_lanes = (uint64_t)plan->n_lanes;
    const uint64_t from = scale(set->n_bytes, id, n_lanes);
    const uint64_t to = scale(set->n_bytes, id + 1, n_lanes);
    uint64_t base = 0;
    for (size_t i = 0; i < set->n_files && base < to; i++) {
        const struct loader_file *file = &set->files[files[i]];
        const uint64_t size = file_bytes(file);
        struct share share = {.file = files[i], .whole = file->is_compressed, .end = size};
        bool is_ours = size > 0 && base + size > from;
        if (file->is_compressed) {
            is_ours = size > 0 && base >= from;
        } else {
            share.begin = from > base ? from - base : 0;
            share.end = to - base < size ? to - base : size;
        }
        if (is_ours && !visit(user_data, &share))
            return false;
        base += size;
    }
    return true;
}

static uint64_t shares_bytes(const struct share *share)
{
    return share->end - share->begin;
}

/* files[n_files]: the epoch's order. */
static void permute_files(const struct order_plan *plan, uint64_t epoch, uint32_t *files)
{
    loader_permute(loader_key(plan->seed, KEY_FILES, epoch, 0, 0), files,
                   (uint32_t)plan->set->n_files);
}

static bool add_bytes(void *user_data, const struct share *share)
{
    *(uint64_t *)user_data += shares_bytes(share);
    return true;
}

/* Lays the turns of a round, turns[n_lanes] of them, side by side: turn j of t stands at
 * (2 j + 1) / (2 t) of the round. Returns how many they are. */
static size_t spread_turns(const uint64_t *turns, size_t n_lanes, uint32_t *rotation)
{
    uint64_t n_given[TURNS_OF_LARGEST + 1] = {0}; /* to the lanes that have so many turns */
    size_t n = 0;
    for (;;) {
        uint64_t first = 0;
        for (uint64_t t = 1; t <= TURNS_OF_LARGEST; t++)
            if (n_given[t] < t &&
                (first == 0 || (2 * n_given[t] + 1) * first < (2 * n_given[first] + 1) * t))
                first = t;
        if (first == 0)
            return n;
        n_given[first]++;
        for (size_t i = 0; i < n_lanes; i++)
            if (turns[i] == first)
                rotation[n++] = (uint32_t)i;
    }
}

/* A round of turns in which each lane comes in proportion to its bytes, spread evenly. Lanes
 * without bytes come once: they end at their first turn. */
static tfeed_status make_rotation(struct fast_order *order, struct tfeed_error *reterr)
{
    const struct order_plan *plan = order->base.plan;
    const struct tfeed_allocator *allocator = plan->allocator;
    uint32_t *files = tfi_alloc_array(allocator, plan->set->n_files, sizeof *files);
    uint64_t *turns = tfi_alloc_zeroed(allocator, order->n_lanes, sizeof *turns);
    tfeed_status status = TFEED_OK;
    if (files == NULL || turns == NULL) {
        status = tfi_fail_memory(reterr, "the lanes of an epoch");
        goto out;
    }
    permute_files(plan, order->epoch, files);
    uint64_t most = 1;
    for (size_t i = 0; i < order->n_lanes; i++) {
        (void)visit_shares(plan, files, order->lanes[i].id, add_bytes, &turns[i]);
        most = turns[i] > most ? turns[i] : most;
    }
    for (size_t i = 0; i < order->n_lanes; i++) {
        turns[i] = scale(TURNS_OF_LARGEST, turns[i], most);
        turns[i] = turns[i] > 0 ? turns[i] : 1;
    }
    order->n_rotation = spread_turns(turns, order->n_lanes, order->rotation);
out:
    tfi_free(allocator, files);
    tfi_free(allocator, turns);
    return status;
}

/* ------------------------------------------------------------------------ filling */

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
        permute_files(plan, lane->epoch, files);
        fits = visit_shares(plan, files, lane->id, add_share, &list);
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

/* The lane's next records, until the window is full or the lane ends. */
static tfeed_status fill_window(struct lane *lane, struct admission_desk *desk,
                                struct tfeed_error *reterr)
{
    const struct order_plan *plan = lane->owner->base.plan;
    struct lot *lot = &lane->filled;
    const uint32_t n_wanted = (uint32_t)plan->window_records;
    tfeed_status status = reach_record(lane, reterr);
    lot->position = lane->position;
    lot->begin = lane->cursor.next;
    while (status == TFEED_OK && lot->window->n_rows < n_wanted) {
        if (atomic_load_explicit(plan->stop, memory_order_relaxed))
            return tfi_fail(reterr, TFEED_CANCELLED, "the loader was stopped");
        status = read_run(lane, desk, lot->window, n_wanted, reterr);
        if (lot->window->status != TFEED_OK)
            return TFEED_OK;
        if (status == TFEED_OUT_OF_RANGE)
            status = reach_record(lane, reterr);
    }
    lot->window->ends_lane = status == TFEED_OUT_OF_RANGE;
    return status == TFEED_OUT_OF_RANGE ? TFEED_OK : status;
}

static void fast_fill_run(struct fill *fill)
{
    struct lane *lane = (struct lane *)(void *)fill;
    const struct order_plan *plan = lane->owner->base.plan;
    struct row_window *window = row_window_new(plan->pool, (uint32_t)plan->window_records);
    struct admission_desk *desk = NULL;
    fill->n_records = 0;
    fill->n_bytes = 0;
    lane->filled.window = window;
    if (window == NULL)
        return;
    tfeed_status status = TFEED_OK;
    if (lane->n_windows == 0 || lane->has_resume_place)
        status = lay_out_lane(lane, &window->error);
    lane->filled.epoch = lane->epoch;
    lane->filled.number = lane->n_windows;
    if (status == TFEED_OK)
        status = admission_enter(plan->admission, &desk, &window->error);
    if (status == TFEED_OK)
        status = fill_window(lane, desk, &window->error);
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

static void fast_fill_settle(struct fill *fill)
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

/* ------------------------------------------------------------------------ claiming */

static bool is_through(const struct fast_order *order, uint64_t epoch)
{
    const int64_t n_epochs = order->base.plan->n_epochs;
    return n_epochs != TFEED_EPOCHS_ENDLESS && epoch >= (uint64_t)n_epochs;
}

static bool is_drawn(const struct lot *lot)
{
    return lot->window == NULL || lot->window->n_drawn == lot->window->n_rows;
}

static bool may_fill(const struct fast_order *order, const struct lane *lane)
{
    const bool has_failed =
        lane->current.window != NULL && lane->current.window->status != TFEED_OK;
    return !lane->filling && lane->ready.window == NULL && !has_failed &&
           !is_through(order, lane->epoch);
}

static struct fill *fast_claim(struct order *base, bool needed_only)
{
    struct fast_order *order = (struct fast_order *)(void *)base;
    struct lane *chosen = NULL;
    uint32_t fewest = UINT32_MAX;
    for (size_t i = 0; i < order->n_lanes; i++) {
        struct lane *lane = &order->lanes[(order->turn + i) % order->n_lanes];
        const struct row_window *window = lane->current.window;
        const uint32_t n_left = window == NULL ? 0 : window->n_rows - window->n_drawn;
        const bool ends = window != NULL && window->ends_lane;
        const bool is_needed = !lane->has_ended && !ends && n_left == 0;
        if (may_fill(order, lane) && n_left < fewest && (is_needed || !needed_only)) {
            chosen = lane;
            fewest = n_left;
        }
    }
    if (chosen == NULL)
        return NULL;
    chosen->filling = true;
    return &chosen->fill;
}

/* ------------------------------------------------------------------------- drawing */

static void begin_epoch(struct fast_order *order)
{
    order->n_epoch_rows = 0;
    order->n_alive = 0;
    order->turn = 0;
    for (size_t i = 0; i < order->n_lanes; i++) {
        order->lanes[i].has_ended = order->lanes[i].first_epoch > order->epoch;
        order->n_alive += !order->lanes[i].has_ended;
    }
}

static void end_lane(struct fast_order *order, struct lane *lane)
{
    row_window_unref(lane->current.window);
    lane->current.window = NULL;
    lane->has_ended = true;
    order->n_alive--;
}

/* The lane's next window becomes its current one. UNAVAILABLE: it is not there yet. */
static tfeed_status begin_window(struct fast_order *order, struct lane *lane, struct draw *draw,
                                 struct tfeed_error *reterr)
{
    if (lane->current.window != NULL && lane->current.window->status != TFEED_OK)
        return tfi_fail_again(reterr, &lane->current.window->error);
    if (lane->ready.window == NULL)
        return TFEED_UNAVAILABLE;
    const uint64_t n_skipped = draw->n_skipped;
    if (!draw_hold(draw, lane->ready.window))
        return tfi_fail_memory(reterr, "a batch's windows");
    order->n_skipped += draw->n_skipped - n_skipped;
    row_window_unref(lane->current.window);
    lane->current = lane->ready;
    lane->ready.window = NULL;
    return TFEED_OK;
}

/* Lanes draw in turn until the draw has its rows or the epoch ends. */
static tfeed_status draw_rows(struct fast_order *order, struct draw *draw,
                              struct tfeed_error *reterr)
{
    while (draw->n_rows < draw->n_wanted && order->n_alive > 0) {
        struct lane *lane = &order->lanes[order->rotation[order->turn % order->n_rotation]];
        struct row_window *window = lane->current.window;
        if (!lane->has_ended && is_drawn(&lane->current)) {
            if (window != NULL && window->ends_lane) {
                end_lane(order, lane);
            } else {
                TFI_TRY(begin_window(order, lane, draw, reterr));
                continue;
            }
        }
        order->turn++;
        if (lane->has_ended)
            continue;
        if (!draw_hold(draw, window))
            return tfi_fail_memory(reterr, "a batch's windows");
        struct row *row = &draw->rows[draw->n_rows++];
        *row = window->rows[window->n_drawn++];
        row->epoch = order->epoch;
        draw->epoch = order->epoch;
        order->n_epoch_rows++;
    }
    return TFEED_OK;
}

/* Whether a row of this epoch is left: 1, 0, or -1 when a window that is not there yet decides. */
static int has_more(const struct fast_order *order)
{
    int answer = 0;
    for (size_t i = 0; i < order->n_lanes; i++) {
        const struct lane *lane = &order->lanes[i];
        if (lane->has_ended)
            continue;
        if (!is_drawn(&lane->current))
            return 1;
        if (lane->current.window != NULL && lane->current.window->ends_lane)
            continue;
        if (lane->current.window != NULL && lane->current.window->status != TFEED_OK)
            return 1;
        if (lane->ready.window == NULL)
            answer = -1;
        else if (!is_drawn(&lane->ready) || lane->ready.window->status != TFEED_OK)
            return 1;
    }
    return answer;
}

/* Whether the epochs that follow are as empty as this one. (A shard may be left out of one by how
 * the files of a few lie.) */
static bool is_empty(const struct fast_order *order)
{
    const struct order_plan *plan = order->base.plan;
    return order->began_whole && order->n_epoch_rows == 0 &&
           (plan->options->n_shards == 1 || plan->set->n_bytes == 0);
}

/* The lanes have no more rows; the end of some may stand in a window that is not begun. */
static tfeed_status next_epoch(struct fast_order *order, struct draw *draw,
                               struct tfeed_error *reterr)
{
    for (size_t i = 0; i < order->n_lanes; i++) {
        struct lane *lane = &order->lanes[i];
        if (lane->has_ended)
            continue;
        if (lane->current.window == NULL || !lane->current.window->ends_lane)
            TFI_TRY(begin_window(order, lane, draw, reterr));
        end_lane(order, lane);
    }
    order->has_ended = is_empty(order) || is_through(order, order->epoch + 1);
    order->epoch++;
    if (order->has_ended)
        return TFEED_OK;
    begin_epoch(order);
    order->began_whole = true;
    return make_rotation(order, reterr);
}

static tfeed_status fast_draw(struct order *base, struct draw *draw, struct tfeed_error *reterr)
{
    struct fast_order *order = (struct fast_order *)(void *)base;
    if (order->lacks_memory)
        return tfi_fail_memory(reterr, "a lane's window");
    while (!order->has_ended) {
        TFI_TRY(draw_rows(order, draw, reterr));
        const int more = has_more(order);
        if (more < 0)
            return TFEED_UNAVAILABLE;
        if (more > 0)
            return TFEED_OK;
        TFI_TRY(next_epoch(order, draw, reterr));
        if (draw->n_rows > 0) {
            draw->ends_epoch = true;
            return TFEED_OK;
        }
    }
    return TFEED_OUT_OF_RANGE;
}

/* --------------------------------------------------------------------------- state */

static void fast_state_sizes(const struct order *base, struct order_state_sizes *ret_sizes)
{
    const struct fast_order *order = (const struct fast_order *)(const void *)base;
    *ret_sizes = (struct order_state_sizes){.n_lanes = order->n_lanes};
}

/* A lane whose window is all drawn stands at the window's end: it is read once more on resume, and
 * nothing is drawn from it. A lane that has ended stands before the next epoch. */
static void save_lane(const struct lane *lane, uint64_t epoch, struct lane_state *state)
{
    const struct lot *lot = &lane->current;
    const bool ends = is_drawn(lot) && lot->window != NULL && lot->window->ends_lane;
    *state =
        (struct lane_state){.lane = lane->id, .epoch = epoch, .has_ended = lane->has_ended || ends};
    if (state->has_ended || lot->window == NULL)
        return;
    state->window = lot->number;
    state->n_drawn = lot->window->n_drawn;
    state->begin = lot->begin;
    state->position = lot->position;
}

static void fast_save(const struct order *base, struct order_state *state)
{
    const struct fast_order *order = (const struct fast_order *)(const void *)base;
    state->epoch = order->epoch;
    state->n_epoch_rows = order->n_epoch_rows;
    state->pass = 0;
    state->position = order->turn;
    state->turn = 0;
    state->n_in_turn = 0;
    state->n_draws = 0;
    state->n_skipped = order->n_skipped;
    state->has_ended = order->has_ended;
    state->n_lanes = order->has_ended ? 0 : order->n_lanes;
    for (size_t i = 0; i < state->n_lanes; i++)
        save_lane(&order->lanes[i], order->epoch, &state->lanes[i]);
    state->n_queue = 0;
    state->n_rest = 0;
}

static tfeed_status bad_state(struct tfeed_error *reterr, const struct lane_state *state)
{
    return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "the state of lane %llu does not fit its files",
                    (unsigned long long)state->lane);
}

/* The lane goes on where `state` says. */
static tfeed_status restore_lane(struct fast_order *order, struct lane *lane,
                                 const struct lane_state *state, struct tfeed_error *reterr)
{
    const struct order_plan *plan = order->base.plan;
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

static struct lane *find_lane(struct fast_order *order, uint64_t id)
{
    for (size_t i = 0; i < order->n_lanes; i++)
        if (order->lanes[i].id == id)
            return &order->lanes[i];
    return NULL;
}

/* The epoch of the lane that is furthest behind among those of this shard. */
static uint64_t earliest_epoch(const struct fast_order *order)
{
    uint64_t earliest = UINT64_MAX;
    for (size_t i = 0; i < order->n_lanes; i++)
        if (order->lanes[i].epoch < earliest)
            earliest = order->lanes[i].epoch;
    return earliest;
}

static tfeed_status restore(struct fast_order *order, const struct order_state *const *states,
                            size_t n_states, struct tfeed_error *reterr)
{
    const struct order_plan *plan = order->base.plan;
    const bool same_shards = n_states == (size_t)plan->options->n_shards;
    const struct order_state *own = states[same_shards ? plan->options->shard_index : 0];
    for (size_t s = 0; s < n_states; s++) {
        /* a shard that was through: its lanes are */
        for (size_t i = 0; i < order->n_lanes && states[s]->has_ended; i++)
            if (order->lanes[i].id % n_states == s)
                order->lanes[i].epoch = states[s]->epoch;
        for (size_t i = 0; i < states[s]->n_lanes; i++) {
            struct lane *lane = find_lane(order, states[s]->lanes[i].lane);
            if (lane != NULL)
                TFI_TRY(restore_lane(order, lane, &states[s]->lanes[i], reterr));
        }
        if (!same_shards)
            order->n_skipped += states[s]->n_skipped;
    }
    order->began_whole = false;
    order->epoch = same_shards ? own->epoch : earliest_epoch(order);
    for (size_t i = 0; i < order->n_lanes; i++) {
        order->lanes[i].first_epoch = order->lanes[i].epoch;
        order->lanes[i].has_ended = order->lanes[i].epoch > order->epoch;
    }
    if (same_shards) {
        order->n_skipped = own->n_skipped;
        order->n_epoch_rows = own->n_epoch_rows;
        order->turn = own->position;
    }
    return TFEED_OK;
}

/* ---------------------------------------------------------------------- life, counts */

static void fast_free(struct order *base)
{
    if (base == NULL)
        return;
    struct fast_order *order = (struct fast_order *)(void *)base;
    const struct tfeed_allocator *allocator = order->base.plan->allocator;
    for (size_t i = 0; order->lanes != NULL && i < order->n_lanes; i++) {
        struct lane *lane = &order->lanes[i];
        row_window_unref(lane->current.window);
        row_window_unref(lane->ready.window);
        file_cursor_clear(&lane->cursor);
        tfi_free(allocator, lane->shares);
    }
    tfi_free(allocator, order->lanes);
    tfi_free(allocator, order->rotation);
    tfi_free(allocator, order);
}

/* Files are cut by their sizes: one without would be left out. */
static tfeed_status check_sizes(const struct file_set *set, struct tfeed_error *reterr)
{
    for (size_t i = 0; i < set->n_files; i++)
        if (set->files[i].size == TFEED_SIZE_UNKNOWN)
            return tfi_fail_at(reterr, TFEED_INVALID_ARGUMENT, set->files[i].path, TFEED_NOWHERE,
                               TFEED_NOWHERE,
                               "order fast goes by the sizes of files, and a pipe has none: use "
                               "order files");
    return TFEED_OK;
}

static tfeed_status make_lanes(struct fast_order *order, struct tfeed_error *reterr)
{
    const struct order_plan *plan = order->base.plan;
    const uint64_t n_all = (uint64_t)plan->n_lanes;
    const uint64_t n_shards = (uint64_t)plan->options->n_shards;
    const uint64_t shard = (uint64_t)plan->options->shard_index;
    const size_t n = shard < n_all ? (size_t)((n_all - shard - 1) / n_shards + 1) : 0;
    order->lanes = tfi_alloc_zeroed(plan->allocator, n, sizeof *order->lanes);
    order->rotation =
        tfi_alloc_array(plan->allocator, n * TURNS_OF_LARGEST, sizeof *order->rotation);
    if (order->lanes == NULL || order->rotation == NULL)
        return tfi_fail_memory(reterr, "a loader's lanes");
    order->n_lanes = n;
    for (size_t i = 0; i < n; i++) {
        struct lane *lane = &order->lanes[i];
        lane->owner = order;
        lane->fill.order = &order->base;
        lane->id = shard + i * n_shards;
        file_cursor_init(&lane->cursor, plan->set, plan->options->on_error);
    }
    return TFEED_OK;
}

static tfeed_status fast_make(const struct order_plan *plan,
                              const struct order_state *const *states, size_t n_states,
                              struct order **ret_order, struct tfeed_error *reterr)
{
    struct fast_order *order = tfi_alloc_zeroed(plan->allocator, 1, sizeof *order);
    if (order == NULL)
        return tfi_fail_memory(reterr, "a loader's lanes");
    order->base.functions = &order_fast;
    order->base.plan = plan;
    order->began_whole = true;
    tfeed_status status = check_sizes(plan->set, reterr);
    if (status == TFEED_OK)
        status = make_lanes(order, reterr);
    if (status == TFEED_OK) {
        begin_epoch(order);
        if (n_states > 0)
            status = restore(order, states, n_states, reterr);
    }
    if (status == TFEED_OK) {
        order->n_alive = 0;
        for (size_t i = 0; i < order->n_lanes; i++)
            order->n_alive += !order->lanes[i].has_ended;
        order->has_ended = order->n_lanes == 0 || is_through(order, order->epoch);
        if (!order->has_ended)
            status = make_rotation(order, reterr);
    }
    if (status != TFEED_OK) {
        fast_free(&order->base);
        return status;
    }
    *ret_order = &order->base;
    return TFEED_OK;
}

struct counting {
    const struct order_plan *plan;
    uint64_t n;
    tfeed_status status;
    struct tfeed_error *reterr;
};

static bool count_share(void *user_data, const struct share *share)
{
    struct counting *counting = user_data;
    const struct order_plan *plan = counting->plan;
    struct place begin = {0};
    uint64_t end = 0;
    if (!share->whole && share->begin > 0)
        counting->status = file_set_find(plan->set, share->file, share->begin, plan->stop, &begin,
                                         counting->reterr);
    if (counting->status == TFEED_OK && !share->whole &&
        share->end < plan->set->files[share->file].size) {
        struct place behind;
        counting->status = file_set_find(plan->set, share->file, share->end, plan->stop, &behind,
                                         counting->reterr);
        end = behind.record;
    } else if (counting->status == TFEED_OK) {
        counting->status =
            file_set_count(plan->set, share->file, plan->stop, &end, counting->reterr);
    }
    if (counting->status != TFEED_OK)
        return false;
    counting->n += end - begin.record;
    return true;
}

static tfeed_status fast_count(const struct order_plan *plan, uint64_t epoch, uint64_t *ret_all,
                               struct tfeed_error *reterr)
{
    const uint64_t n_shards = (uint64_t)plan->options->n_shards;
    uint32_t *files = tfi_alloc_array(plan->allocator, plan->set->n_files, sizeof *files);
    if (files == NULL)
        return tfi_fail_memory(reterr, "the lanes of an epoch");
    permute_files(plan, epoch, files);
    memset(ret_all, 0, n_shards * sizeof *ret_all);
    struct counting counting = {.plan = plan, .status = TFEED_OK, .reterr = reterr};
    for (uint64_t id = 0; id < (uint64_t)plan->n_lanes && counting.status == TFEED_OK; id++) {
        counting.n = 0;
        (void)visit_shares(plan, files, id, count_share, &counting);
        ret_all[id % n_shards] += counting.n;
    }
    tfi_free(plan->allocator, files);
    return counting.status;
}

static void fast_depth(const struct order *base, uint64_t *ret_n_rows)
{
    const struct fast_order *order = (const struct fast_order *)(const void *)base;
    *ret_n_rows = 0;
    for (size_t i = 0; i < order->n_lanes; i++) {
        const struct row_window *current = order->lanes[i].current.window;
        const struct row_window *ready = order->lanes[i].ready.window;
        *ret_n_rows += current != NULL ? current->n_rows - current->n_drawn : 0;
        *ret_n_rows += ready != NULL ? ready->n_rows : 0;
    }
}

/* ------------------------------------------------------------------------ geometry */

static size_t n_plain_files(const struct file_set *set)
{
    size_t n = 0;
    for (size_t i = 0; i < set->n_files; i++)
        n += !set->files[i].is_compressed;
    return n;
}

/* A compressed file is not cut: more lanes than files would stay empty, and shrink the windows. */
static int64_t choose_n_lanes(const struct tfeed_loader_options *options,
                              const struct file_set *set)
{
    if (options->n_lanes > 0)
        return options->n_lanes;
    const int64_t n_shards = options->n_shards;
    int64_t n_lanes = LANES_PER_SHARD * n_shards;
    const int64_t n_fair = options->shuffle_records / MIN_WINDOW_RECORDS * n_shards;
    n_lanes = n_fair < n_lanes ? n_fair : n_lanes;
    if (n_plain_files(set) == 0 && (int64_t)set->n_files < n_lanes)
        n_lanes = (int64_t)set->n_files;
    return n_lanes < n_shards ? n_shards : n_lanes;
}

/* The mean bytes in memory of the set's first records, 0 where they lie in mapped files. Damage is
 * left for reading to find. */
static tfeed_status sample_record_bytes(const struct tfeed_loader_options *options,
                                        struct file_set *set, struct window_pool *pool,
                                        uint64_t *ret_mean, struct tfeed_error *reterr)
{
    *ret_mean = 0;
    struct row_window *window = row_window_new(pool, LOADER_RUN_RECORDS);
    if (window == NULL)
        return tfi_fail_memory(reterr, "a lane's window");
    struct file_cursor cursor;
    file_cursor_init(&cursor, set, options->on_error);
    tfeed_status status = TFEED_OK;
    for (uint32_t f = 0; f < set->n_files && window->n_rows == 0 && status == TFEED_OK; f++) {
        const struct stretch stretch = {.begin = {.file = f}, .end_offset = UINT64_MAX};
        if (set->files[f].size == TFEED_SIZE_UNKNOWN)
            continue; /* what a pipe gives is given once */
        status = file_cursor_open(&cursor, &stretch, reterr);
        while (status == TFEED_OK && window->n_rows < LOADER_RUN_RECORDS)
            status = file_cursor_read(&cursor, CURSOR_CHECKS_NOW, window,
                                      LOADER_RUN_RECORDS - window->n_rows, reterr);
        status = status == TFEED_OUT_OF_RANGE ? TFEED_OK : status;
    }
    uint64_t n_bytes = 0;
    for (uint32_t i = 0; i < window->n_rows; i++)
        n_bytes +=
            window->rows[i].bytes.len + TFEED_RECORD_HEADER_BYTES + TFEED_RECORD_FOOTER_BYTES;
    if (window->n_charged_bytes > 0)
        *ret_mean = n_bytes / window->n_rows;
    file_cursor_clear(&cursor);
    row_window_unref(window);
    return status;
}

tfeed_status order_fast_geometry(const struct tfeed_loader_options *options, struct file_set *set,
                                 struct window_pool *pool, uint64_t budget_bytes,
                                 int64_t *ret_n_lanes, int64_t *ret_window_records,
                                 struct tfeed_error *reterr)
{
    const int64_t n_lanes = choose_n_lanes(options, set);
    const int64_t n_own = (n_lanes + options->n_shards - 1) / options->n_shards;
    int64_t n_window = options->shuffle_records / n_own;
    n_window = n_window > 0 ? n_window : 1;
    uint64_t mean;
    TFI_TRY(sample_record_bytes(options, set, pool, &mean, reterr));
    const uint64_t n_windows = (uint64_t)n_own * (options->n_workers > 0 ? 2 : 1);
    const uint64_t n_needed = n_windows * (uint64_t)n_window * mean;
    if (n_needed > budget_bytes) {
        if (!options->shuffle_may_shrink)
            return tfi_fail(reterr, TFEED_RESOURCE_EXHAUSTED,
                            "shuffling %lld records of %llu bytes needs %llu bytes of memory, the "
                            "budget is %llu: raise budget_bytes, lower shuffle_records, or set "
                            "shuffle_may_shrink",
                            (long long)options->shuffle_records, (unsigned long long)mean,
                            (unsigned long long)n_needed, (unsigned long long)budget_bytes);
        n_window = (int64_t)(budget_bytes / (n_windows * mean));
        n_window = n_window > 0 ? n_window : 1;
    }
    *ret_n_lanes = n_lanes;
    *ret_window_records = n_window;
    return TFEED_OK;
}

const struct order_functions order_fast = {
    .name = "fast",
    .make = fast_make,
    .free = fast_free,
    .draw = fast_draw,
    .claim = fast_claim,
    .fill_run = fast_fill_run,
    .fill_settle = fast_fill_settle,
    .state_sizes = fast_state_sizes,
    .save = fast_save,
    .count = fast_count,
    .depth = fast_depth,
};
