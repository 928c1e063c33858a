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
 * This file decides which lane is filled next, draws rows in the turns of the rotation, goes from
 * epoch to epoch, and says where it all stands. A lane that ends leaves the rotation; the others go
 * on, and the next epoch begins when all have ended. order_fast_private.h has the other parts and
 * the invariants.
 */
#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "loader/order_fast_private.h"

/* --- claiming --------------------------------------------------------------------------------- */

static bool is_drawn(const struct lot *lot)
{
    return lot->window == NULL || lot->window->n_drawn == lot->window->n_rows;
}

static bool may_fill(const struct fast_order *order, const struct lane *lane)
{
    const bool has_failed =
        lane->current.window != NULL && lane->current.window->status != TFEED_OK;
    return !lane->filling && lane->ready.window == NULL && !has_failed &&
           !plan_is_through(order->base.plan, lane->epoch);
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

/* --- drawing ---------------------------------------------------------------------------------- */

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
    lane->is_restored = false;
    return TFEED_OK;
}

/* Lanes draw in turn until the draw has its rows or the epoch ends. */
static tfeed_status draw_rows(struct fast_order *order, struct draw *draw,
                              struct tfeed_error *reterr)
{
    size_t place = order->n_rotation > 0 ? order->turn % order->n_rotation : 0;
    while (draw->n_rows < draw->n_wanted && order->n_alive > 0) {
        struct lane *lane = &order->lanes[order->rotation[place]];
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
        if (++place == order->n_rotation)
            place = 0;
        if (lane->has_ended)
            continue;
        if (window->drawn_by != draw->serial && !draw_hold(draw, window))
            return tfi_fail_memory(reterr, "a batch's windows");
        struct row *row = &draw->rows[draw->n_rows++];
        *row = window->rows[window->n_drawn++];
        /* the lane's next row is drawn a turn later: its table has left the cache since it was
         * filled (about 10 ns a row) */
        __builtin_prefetch(&window->rows[window->n_drawn + 1]);
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
    order->has_ended = is_empty(order) || plan_is_through(order->base.plan, order->epoch + 1);
    order->epoch++;
    if (order->has_ended)
        return TFEED_OK;
    begin_epoch(order);
    order->began_whole = true;
    return fast_rotation_make(order, reterr);
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

/* --- state ------------------------------------------------------------------------------------ */

static void fast_state_sizes(const struct order *base, struct order_state_sizes *ret_sizes)
{
    const struct fast_order *order = (const struct fast_order *)(const void *)base;
    *ret_sizes = (struct order_state_sizes){.n_lanes = order->n_lanes};
}

/* A lane whose window is all drawn stands at the window's end: it is read once more on resume, and
 * nothing is drawn from it. A lane that has ended stands before the next epoch. */
static void save_lane(const struct lane *lane, uint64_t epoch, struct lane_state *state)
{
    if (lane->is_restored) {
        *state = lane->restored;
        return;
    }
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
        for (size_t i = 0; i < order->n_lanes && states[s]->has_ended; i++) {
            const struct lane_state through = {
                .lane = order->lanes[i].id, .epoch = states[s]->epoch - 1, .has_ended = true};
            if (through.lane % n_states == s && states[s]->epoch > 0)
                TFI_TRY(fast_lane_restore(&order->lanes[i], &through, reterr));
        }
        for (size_t i = 0; i < states[s]->n_lanes; i++) {
            struct lane *lane = find_lane(order, states[s]->lanes[i].lane);
            if (lane != NULL)
                TFI_TRY(fast_lane_restore(lane, &states[s]->lanes[i], reterr));
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

/* --- life, depth ------------------------------------------------------------------------------ */

static void fast_free(struct order *base)
{
    if (base == NULL)
        return;
    struct fast_order *order = (struct fast_order *)(void *)base;
    const struct tfeed_allocator *allocator = order->base.plan->allocator;
    for (size_t i = 0; i < order->n_lanes; i++)
        fast_lane_clear(&order->lanes[i]);
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
    order->rotation = tfi_alloc_array(plan->allocator, n * FAST_MAX_TURNS, sizeof *order->rotation);
    if (order->lanes == NULL || order->rotation == NULL)
        return tfi_fail_memory(reterr, "a loader's lanes");
    order->n_lanes = n;
    for (size_t i = 0; i < n; i++)
        fast_lane_init(&order->lanes[i], order, shard + i * n_shards);
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
        order->has_ended = order->n_lanes == 0 || plan_is_through(order->base.plan, order->epoch);
        if (!order->has_ended)
            status = fast_rotation_make(order, reterr);
    }
    if (status != TFEED_OK) {
        fast_free(&order->base);
        return status;
    }
    *ret_order = &order->base;
    return TFEED_OK;
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

/* --- reading between parsed records ----------------------------------------------------------- */

/* The lane whose window ends first, of those that have a next record at hand. */
static struct lane *lane_to_fill(struct fast_order *order)
{
    struct lane *first = NULL;
    uint32_t fewest = UINT32_MAX;
    for (size_t i = 0; i < order->n_lanes; i++) {
        struct lane *lane = &order->lanes[i];
        const struct row_window *window = lane->current.window;
        if (lane->has_ended || window == NULL || window->ends_lane || !may_fill(order, lane) ||
            !fast_lane_may_read_one(lane))
            continue;
        if (window->n_rows - window->n_drawn < fewest) {
            first = lane;
            fewest = window->n_rows - window->n_drawn;
        }
    }
    return first;
}

static struct fill *fast_claim_ahead(struct order *base)
{
    struct fast_order *order = (struct fast_order *)(void *)base;
    struct lane *lane = lane_to_fill(order);
    if (lane == NULL || !fast_lane_begin_ahead(lane))
        return NULL;
    lane->filling = true;
    return &lane->fill;
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
    .claim_ahead = fast_claim_ahead,
    .fill_one = fast_fill_one,
    .fill_pause = fast_fill_pause,
};
