/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * row_level.c - shards brought to the same number of rows an epoch.
 *
 *    DROP   target = the fewest that a shard has    own own own own │ left out
 *    WRAP   target = the most                       own own own │ first second …
 *    PAD    as WRAP; without own rows: empty ones
 *
 * How many rows each shard has is counted in a fill when an epoch begins, for FAST cuts each epoch
 * anew. From there on numbers decide, not what the order says of its end. Rows to be repeated are
 * kept as places and read again, each into a block of its own, in a second kind of fill.
 *
 * An epoch that was begun with another number of shards ends unlevelled: nobody knows how much of
 * it the others have. From `levelled_from` on all is level again. The state keeps that number: what
 * an order says of its own epoch does not tell who began it.
 *
 * Invariants
 *   (1) n_given <= target, n_drawn <= n_own; n_given == n_drawn until one of them is reached.
 *   (2) n_repeats == min(n_drawn, n_kept): the places of the epoch's first rows.
 *       In an epoch that is not levelled all of these are 0.
 *   (3) While a fill is out, neither the epoch nor the places change.
 */
#include <string.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "loader/loader_private.h"
#include "loader/rows_again_private.h"

enum level_work { WORK_NONE, WORK_COUNT, WORK_REPEATS };

struct row_level {
    struct order base; /* what its fill belongs to; claims and draws come through row_source.c */
    struct order *order;
    const struct order_plan *plan;

    uint64_t epoch;
    uint64_t levelled_from; /* epochs before it come as the order gives them */
    uint64_t n_drawn;
    uint64_t n_given;
    struct place repeats[LEVEL_MAX_REPEATS];
    size_t n_repeats;
    bool
        is_restored; /* the numbers above come from a state, and are not yet compared with counts */

    bool is_counted; /* what follows is known, for `counted_epoch` */
    uint64_t counted_epoch;
    uint64_t *counts; /* [n_shards] */
    uint64_t n_own;
    uint64_t n_target;
    size_t n_kept;

    struct row_window *window; /* the rows to be repeated; NULL: not read */
    uint64_t n_levelled;
    tfeed_status status; /* an error stays */
    struct tfeed_error error;

    struct fill fill;
    enum level_work work; /* what the fill that is out does; its results follow */
    struct row_window *filled_window;
    tfeed_status filled_status;
    struct tfeed_error filled_error;
};

static const struct order_functions level_functions;

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* Whether an epoch lies behind the last one. */
static bool is_behind(const struct row_level *level, uint64_t epoch)
{
    const int64_t n_epochs = level->plan->n_epochs;
    return n_epochs != TFEED_EPOCHS_ENDLESS && epoch >= (uint64_t)n_epochs;
}

static bool is_through(const struct row_level *level)
{
    return is_behind(level, level->epoch);
}

static bool is_levelled(const struct row_level *level)
{
    return level->epoch >= level->levelled_from;
}

/* The epoch whose counts are wanted now. */
static uint64_t epoch_to_count(const struct row_level *level)
{
    return is_levelled(level) ? level->epoch : level->levelled_from;
}

static bool is_counted(const struct row_level *level)
{
    return level->is_counted && level->counted_epoch == epoch_to_count(level);
}

static bool needs_counts(const struct row_level *level)
{
    return !is_counted(level) && !is_behind(level, epoch_to_count(level));
}

static void begin_epoch(struct row_level *level, uint64_t epoch)
{
    level->epoch = epoch;
    level->n_drawn = 0;
    level->n_given = 0;
    level->n_repeats = 0;
    row_window_unref(level->window);
    level->window = NULL;
}

/* ---------------------------------------------------------------------------- life */

/* The first epoch that no shard had begun, nor one of the jobs before: where all of them can be
 * levelled again. */
static uint64_t first_whole_epoch(const struct set_state *const *states, size_t n_states)
{
    uint64_t first = 0;
    for (size_t i = 0; i < n_states; i++) {
        const struct order_state *order = &states[i]->order;
        const uint64_t epoch = order->epoch + (order->n_epoch_rows > 0 && !order->has_ended);
        first = larger(first, larger(epoch, states[i]->level.levelled_from));
    }
    return first;
}

uint64_t row_level_from(const struct set_state *const *states, size_t n_states, size_t n_shards)
{
    const bool goes_on = n_states > 0 && n_states == n_shards; /* all states say the same */
    return goes_on ? states[0]->level.levelled_from : first_whole_epoch(states, n_states);
}

static uint64_t earliest_epoch(const struct set_state *const *states, size_t n_states)
{
    uint64_t earliest = UINT64_MAX;
    for (size_t i = 0; i < n_states; i++)
        earliest = smaller(earliest, states[i]->order.epoch);
    return earliest;
}

static tfeed_status restore(struct row_level *level, const struct level_state *state,
                            struct tfeed_error *reterr)
{
    if (state->n_repeats > LEVEL_MAX_REPEATS)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "the state repeats %zu rows, expected at most %d", state->n_repeats,
                        LEVEL_MAX_REPEATS);
    for (size_t i = 0; i < state->n_repeats; i++)
        if (state->repeats[i].file >= level->plan->set->n_files)
            return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                            "the state repeats a row of file %lu, there are %zu",
                            (unsigned long)state->repeats[i].file, level->plan->set->n_files);
    level->levelled_from = state->levelled_from;
    level->epoch = state->epoch;
    level->n_drawn = state->n_drawn;
    level->n_given = state->n_given;
    level->n_repeats = state->n_repeats;
    memcpy(level->repeats, state->repeats, state->n_repeats * sizeof *state->repeats);
    level->is_restored = true;
    return TFEED_OK;
}

tfeed_status row_level_make(struct order *order, const struct set_state *const *states,
                            size_t n_states, struct row_level **ret_level,
                            struct tfeed_error *reterr)
{
    const struct order_plan *plan = order->plan;
    const size_t n_shards = (size_t)plan->options->n_shards;
    struct row_level *level = tfi_alloc_zeroed(plan->allocator, 1, sizeof *level);
    if (level == NULL)
        return tfi_fail_memory(reterr, "levelling");
    level->base = (struct order){.functions = &level_functions, .plan = plan};
    level->order = order;
    level->plan = plan;
    level->fill.order = &level->base;
    level->counts = tfi_alloc_zeroed(plan->allocator, n_shards, sizeof *level->counts);
    tfeed_status status =
        level->counts != NULL ? TFEED_OK : tfi_fail_memory(reterr, "the rows of each shard");
    if (status == TFEED_OK && n_states == n_shards) {
        status = restore(level, &states[plan->options->shard_index]->level, reterr);
    } else if (status == TFEED_OK && n_states > 0) {
        level->epoch = earliest_epoch(states, n_states);
        level->levelled_from = row_level_from(states, n_states, n_shards);
    }
    if (status != TFEED_OK) {
        row_level_free(level);
        return status;
    }
    *ret_level = level;
    return TFEED_OK;
}

void row_level_free(struct row_level *level)
{
    if (level == NULL)
        return;
    row_window_unref(level->window);
    tfi_free(level->plan->allocator, level->counts);
    tfi_free(level->plan->allocator, level);
}

void row_level_save(const struct row_level *level, struct level_state *ret_state)
{
    ret_state->levelled_from = level->levelled_from;
    ret_state->epoch = level->epoch;
    ret_state->n_drawn = level->n_drawn;
    ret_state->n_given = level->n_given;
    ret_state->has_ended =
        is_levelled(level) && is_counted(level) && level->n_given == level->n_target;
    ret_state->n_repeats = level->n_repeats;
    memcpy(ret_state->repeats, level->repeats, level->n_repeats * sizeof *level->repeats);
}

size_t row_level_max_repeats(const struct row_level *level)
{
    return level->plan->options->level == TFEED_LEVEL_DROP ? 0 : LEVEL_MAX_REPEATS;
}

uint64_t row_level_n_levelled(const struct row_level *level)
{
    return level->n_levelled;
}

/* -------------------------------------------------------------------------- counts */

uint64_t row_level_target(enum tfeed_level level, const uint64_t *counts, size_t n_shards)
{
    uint64_t fewest = UINT64_MAX;
    uint64_t most = 0;
    for (size_t i = 0; i < n_shards; i++) {
        fewest = smaller(fewest, counts[i]);
        most = counts[i] > most ? counts[i] : most;
    }
    return level == TFEED_LEVEL_DROP ? fewest : most;
}

/* Rows enough to be levelled: else DROP would give nothing, and WRAP has nothing to repeat. */
static tfeed_status check_counts(const struct row_level *level, struct tfeed_error *reterr)
{
    const struct tfeed_loader_options *options = level->plan->options;
    const int64_t n_shards = options->n_shards;
    if (options->level == TFEED_LEVEL_WRAP && level->n_own == 0 && level->n_target > 0)
        return tfi_fail(reterr, TFEED_FAILED_PRECONDITION,
                        "shard %lld of %lld has no rows in epoch %llu that wrap could repeat",
                        (long long)options->shard_index, (long long)n_shards,
                        (unsigned long long)level->counted_epoch);
    if (options->level != TFEED_LEVEL_DROP || level->n_target > 0)
        return TFEED_OK;
    for (int64_t i = 0; i < n_shards; i++)
        if (level->counts[i] > 0)
            return tfi_fail(reterr, TFEED_FAILED_PRECONDITION,
                            "a shard of %lld has no rows in epoch %llu: drop would leave out all",
                            (long long)n_shards, (unsigned long long)level->counted_epoch);
    return TFEED_OK;
}

/* Whether what a state says can be, now that the counts are known: (1), (2). */
static tfeed_status check_restored(const struct row_level *level, struct tfeed_error *reterr)
{
    const uint64_t n_own_given = smaller(level->n_drawn, level->n_target);
    const bool has_repeated = level->n_given > n_own_given;
    if (level->n_drawn <= level->n_own && level->n_given <= level->n_target &&
        level->n_given >= n_own_given && (!has_repeated || level->n_drawn == level->n_own) &&
        level->n_repeats == smaller(level->n_drawn, level->n_kept))
        return TFEED_OK;
    return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                    "the state does not fit its files: %llu of %llu rows drawn, %llu of %llu given",
                    (unsigned long long)level->n_drawn, (unsigned long long)level->n_own,
                    (unsigned long long)level->n_given, (unsigned long long)level->n_target);
}

static tfeed_status settle_counts(struct row_level *level, struct tfeed_error *reterr)
{
    const struct tfeed_loader_options *options = level->plan->options;
    level->counted_epoch = epoch_to_count(level);
    level->is_counted = true;
    level->n_own = level->counts[options->shard_index];
    level->n_target = row_level_target(options->level, level->counts, (size_t)options->n_shards);
    level->n_kept = 0;
    if (level->n_own < level->n_target)
        level->n_kept = (size_t)smaller(smaller(level->n_own, level->n_target - level->n_own),
                                        LEVEL_MAX_REPEATS);
    TFI_TRY(check_counts(level, reterr));
    if (level->is_restored)
        TFI_TRY(check_restored(level, reterr));
    level->is_restored = false;
    return TFEED_OK;
}

/* --------------------------------------------------------------------------- fills */

static tfeed_status read_repeats(struct row_level *level, struct tfeed_error *reterr)
{
    level->filled_window = row_window_new(level->plan->pool, (uint32_t)level->n_repeats);
    if (level->filled_window == NULL)
        return tfi_fail_memory(reterr, "a window of records");
    const struct row_window *window = level->filled_window;
    TFI_TRY(rows_read_again(level->plan, level->repeats, level->n_repeats, level->filled_window,
                            reterr));
    level->fill.n_records = window->n_rows;
    for (uint32_t i = 0; i < window->n_rows; i++)
        level->fill.n_bytes += window->rows[i].bytes.len;
    return TFEED_OK;
}

static void level_fill_run(struct fill *fill)
{
    struct row_level *level = (struct row_level *)(void *)fill->order;
    fill->n_records = 0;
    fill->n_bytes = 0;
    level->filled_error = (struct tfeed_error)TFEED_ERROR_INIT;
    if (level->work == WORK_COUNT)
        level->filled_status = level->order->functions->count(level->plan, epoch_to_count(level),
                                                              level->counts, &level->filled_error);
    else
        level->filled_status = read_repeats(level, &level->filled_error);
}

static void level_fill_settle(struct fill *fill)
{
    struct row_level *level = (struct row_level *)(void *)fill->order;
    const enum level_work work = level->work;
    level->work = WORK_NONE;
    level->status = level->filled_status;
    level->error = level->filled_error;
    if (work == WORK_COUNT && level->status == TFEED_OK)
        level->status = settle_counts(level, &level->error);
    if (work == WORK_REPEATS && level->status == TFEED_OK)
        level->window = level->filled_window;
    else
        row_window_unref(level->filled_window);
    level->filled_window = NULL;
}

static const struct order_functions level_functions = {
    .name = "level",
    .fill_run = level_fill_run,
    .fill_settle = level_fill_settle,
};

static struct fill *begin_work(struct row_level *level, enum level_work work)
{
    level->work = work;
    return &level->fill;
}

struct fill *row_level_claim(struct row_level *level, bool needed_only)
{
    const bool may_work =
        level->work == WORK_NONE && level->status == TFEED_OK && !is_through(level);
    if (may_work && needs_counts(level))
        return begin_work(level, WORK_COUNT);
    const bool may_read = may_work && is_levelled(level) && level->n_kept > 0 &&
                          level->n_repeats == level->n_kept && level->window == NULL;
    if (may_read && level->n_drawn == level->n_own)
        return begin_work(level, WORK_REPEATS);
    struct fill *fill = level->order->functions->claim(level->order, needed_only);
    if (fill == NULL && may_read && !needed_only)
        return begin_work(level, WORK_REPEATS);
    return fill;
}

/* ------------------------------------------------------------------------- drawing */

static tfeed_status fail_counts(const struct row_level *level, struct tfeed_error *reterr)
{
    return tfi_fail(reterr, TFEED_FAILED_PRECONDITION,
                    "epoch %llu ends after %llu rows, expected the %llu that were counted: a file "
                    "has changed",
                    (unsigned long long)level->epoch, (unsigned long long)level->n_drawn,
                    (unsigned long long)level->n_own);
}

/* Draws the shard's own rows, at most max_rows beyond those of the draw; says how many. The order
 * may first report the end of the epoch before. */
static tfeed_status draw_own(struct row_level *level, struct draw *draw, uint64_t max_rows,
                             uint32_t *ret_n_new, struct tfeed_error *reterr)
{
    const uint32_t n_wanted = draw->n_wanted;
    const uint32_t n_before = draw->n_rows;
    tfeed_status status = TFEED_OK;
    draw->n_wanted = n_before + (uint32_t)smaller(max_rows, n_wanted - n_before);
    for (int i = 0; i < 2 && status == TFEED_OK && draw->n_rows == n_before; i++) {
        draw->ends_epoch = false;
        status = level->order->functions->draw(level->order, draw, reterr);
    }
    draw->n_wanted = n_wanted;
    const uint32_t n_new = draw->n_rows - n_before;
    if (status == TFEED_OUT_OF_RANGE || (n_new > 0 && draw->epoch != level->epoch) ||
        (n_new == 0 && status == TFEED_OK)) {
        draw->n_rows = n_before;
        return fail_counts(level, reterr);
    }
    level->n_drawn += n_new;
    *ret_n_new = n_new;
    return status;
}

/* What the order misses may be no more than whether another row follows, which is known here. */
static bool is_partly(tfeed_status status, uint32_t n_new)
{
    return status == TFEED_UNAVAILABLE && n_new > 0;
}

static void keep_places(struct row_level *level, const struct row *rows, size_t n_rows)
{
    for (size_t i = 0; i < n_rows && level->n_repeats < level->n_kept; i++)
        level->repeats[level->n_repeats++] = rows[i].place;
}

/* Gives back the windows that the draw holds for rows which are left out. */
static void draw_let_go(struct draw *draw, uint32_t n_windows)
{
    while (draw->n_windows > n_windows) {
        struct row_window *window = draw->windows[--draw->n_windows];
        window->drawn_by = UINT64_MAX; /* held by no draw, but its counts were taken */
        row_window_unref(window);
    }
}

/* DROP: draws on to the end of the epoch. */
static tfeed_status leave_out(struct row_level *level, struct draw *draw,
                              struct tfeed_error *reterr)
{
    while (level->n_drawn < level->n_own) {
        const uint32_t n_rows = draw->n_rows;
        const uint32_t n_windows = draw->n_windows;
        uint32_t n_new = 0;
        const tfeed_status status =
            draw_own(level, draw, level->n_own - level->n_drawn, &n_new, reterr);
        draw->n_rows = n_rows;
        draw_let_go(draw, n_windows);
        level->n_levelled += n_new;
        if (status != TFEED_OK && !is_partly(status, n_new))
            return status;
    }
    return TFEED_OK;
}

static tfeed_status draw_own_rows(struct row_level *level, struct draw *draw,
                                  struct tfeed_error *reterr)
{
    const uint64_t n_give = smaller(level->n_own, level->n_target);
    while (draw->n_rows < draw->n_wanted && level->n_given < n_give) {
        const struct row *rows = draw->rows + draw->n_rows;
        uint32_t n_new = 0;
        const tfeed_status status = draw_own(level, draw, n_give - level->n_given, &n_new, reterr);
        keep_places(level, rows, n_new);
        level->n_given += n_new;
        if (status != TFEED_OK && !is_partly(status, n_new))
            return status;
    }
    return TFEED_OK;
}

static tfeed_status draw_repeats(struct row_level *level, struct draw *draw,
                                 struct tfeed_error *reterr)
{
    while (draw->n_rows < draw->n_wanted && level->n_given < level->n_target) {
        struct row *row = &draw->rows[draw->n_rows];
        *row = (struct row){.bytes = {.data = NULL}};
        if (level->n_kept > 0) {
            if (level->window == NULL)
                return TFEED_UNAVAILABLE;
            if (!draw_hold(draw, level->window))
                return tfi_fail_memory(reterr, "a batch's windows");
            *row = level->window->rows[(level->n_given - level->n_own) % level->n_kept];
            row->epoch = level->epoch;
        }
        draw->n_rows++;
        draw->n_repeated++;
        level->n_given++;
        level->n_levelled++;
    }
    return TFEED_OK;
}

/* Rows of an epoch that is not levelled; the last call may come upon the first one that is, whose
 * rows are then cut to their target. */
static tfeed_status draw_unlevelled(struct row_level *level, struct draw *draw,
                                    struct tfeed_error *reterr)
{
    const uint32_t n_before = draw->n_rows;
    draw->ends_epoch = false;
    const tfeed_status status = level->order->functions->draw(level->order, draw, reterr);
    const uint32_t n_new = draw->n_rows - n_before;
    if (status == TFEED_OUT_OF_RANGE) {
        begin_epoch(level, level->levelled_from);
        return TFEED_OK;
    }
    if (n_new == 0)
        return status;
    if (draw->epoch < level->levelled_from) {
        level->epoch = draw->epoch + draw->ends_epoch;
        return status;
    }
    if (draw->epoch > level->levelled_from)
        return fail_counts(level, reterr);
    begin_epoch(level, draw->epoch);
    level->n_drawn = n_new;
    level->n_given = smaller(n_new, level->n_target);
    level->n_levelled += n_new - level->n_given;
    keep_places(level, draw->rows + n_before, n_new);
    draw->n_rows = n_before + (uint32_t)level->n_given;
    draw->ends_epoch = level->n_given == level->n_target;
    return is_partly(status, n_new) ? TFEED_OK : status;
}

/* Draws rows of a levelled epoch. */
static tfeed_status draw_levelled(struct row_level *level, struct draw *draw,
                                  struct tfeed_error *reterr)
{
    TFI_TRY(draw_own_rows(level, draw, reterr));
    TFI_TRY(draw_repeats(level, draw, reterr));
    draw->epoch = level->epoch;
    draw->ends_epoch = level->n_given == level->n_target;
    if (draw->ends_epoch && level->n_drawn == level->n_own)
        begin_epoch(level, level->epoch + 1);
    return TFEED_OK;
}

/* Whether what the draw has so far ends with a row of this set, not with another's of a mix. */
static bool last_is_own(const struct row_level *level, const struct draw *draw)
{
    return draw->n_rows > 0 && draw->rows[draw->n_rows - 1].set == level->plan->set_index;
}

tfeed_status row_level_draw(struct row_level *level, struct draw *draw, struct tfeed_error *reterr)
{
    while (!is_through(level)) {
        if (level->status != TFEED_OK)
            return tfi_fail_again(reterr, &level->error);
        if (needs_counts(level))
            return TFEED_UNAVAILABLE;
        if (!is_levelled(level)) {
            const uint32_t n_rows = draw->n_rows;
            TFI_TRY(draw_unlevelled(level, draw, reterr));
            const bool has_own = draw->n_rows > n_rows || last_is_own(level, draw);
            if (draw->n_rows == draw->n_wanted || (draw->ends_epoch && has_own))
                return TFEED_OK;
            continue;
        }
        if (level->n_target == 0)
            return TFEED_OUT_OF_RANGE; /* the set has no rows */
        if (level->n_given < level->n_target)
            return draw_levelled(level, draw, reterr);
        TFI_TRY(leave_out(level, draw, reterr));
        begin_epoch(level, level->epoch + 1);
    }
    return TFEED_OUT_OF_RANGE;
}
