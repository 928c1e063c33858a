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
 * An epoch's positions are made in a fill of their own, ahead, where those of two epochs before
 * lay.
 */
#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "loader/order_global_private.h"
#include "loader/row_holes_private.h"

enum { RUN_BYTES = 256 << 10 };

/* The own positions of an epoch, as numbers of records. */
struct positions {
    struct fill fill;
    uint64_t epoch;
    uint32_t *records; /* [n] */
    uint32_t n;
    tfeed_status status; /* of the fill */
    struct tfeed_error error;
    bool is_filling;
    bool is_ready;
};

/* A window. */
struct piece {
    struct fill fill; /* first: a fill leads to its piece */
    struct piece *next;
    const struct positions *positions;
    struct row_window *window;
    uint32_t begin;
    uint32_t n;
    bool is_filled;
};

struct global_order {
    struct order base;
    struct global_table table;
    struct layers layers;
    struct positions positions[2]; /* of an even epoch, of an odd one */
    uint32_t window_records;

    /* filling: where the next window begins */
    uint64_t fill_epoch;
    uint32_t fill_begin;
    struct piece *first; /* in order */
    struct piece *last;
    uint32_t n_pieces;
    uint32_t max_pieces;
    bool lacks_memory; /* for a fill: the next draw says so, */
    struct fill alert; /* and this one, which does nothing, makes somebody draw */

    /* drawing */
    uint64_t epoch;
    uint64_t n_epoch_rows;
    uint32_t position; /* of the own ones, passed */
    uint64_t n_skipped;
    bool has_counted_lost; /* in this epoch */
    bool began_whole;      /* the epoch, not somewhere in it by a resume */
    bool has_ended;
};

/* --- positions -------------------------------------------------------------------------------- */

static struct positions *positions_of(struct global_order *order, uint64_t epoch)
{
    return &order->positions[epoch % 2];
}

static bool has_positions(const struct positions *positions, uint64_t epoch)
{
    return positions->is_ready && positions->epoch == epoch;
}

static struct fill *claim_alert(struct global_order *order)
{
    if (order->lacks_memory)
        return NULL;
    order->lacks_memory = true;
    order->alert.order = &order->base;
    return &order->alert;
}

/* Those of two epochs before, which lie there, must be through. */
static struct fill *claim_positions(struct global_order *order, uint64_t epoch)
{
    struct positions *positions = positions_of(order, epoch);
    if (positions->is_filling || epoch > order->epoch + 1)
        return NULL;
    if (positions->records == NULL)
        positions->records = tfi_alloc_array(order->base.plan->allocator, order->table.n_records,
                                             sizeof *positions->records);
    if (positions->records == NULL)
        return claim_alert(order);
    positions->fill = (struct fill){.order = &order->base};
    positions->epoch = epoch;
    positions->is_ready = false;
    positions->is_filling = true;
    return &positions->fill;
}

/* Whose fill it is; NULL: a window's. */
static struct positions *positions_of_fill(struct global_order *order, const struct fill *fill)
{
    for (size_t i = 0; i < 2; i++)
        if (fill == &order->positions[i].fill)
            return &order->positions[i];
    return NULL;
}

/* --- filling ---------------------------------------------------------------------------------- */

static void global_fill_run(struct fill *fill)
{
    struct global_order *order = (struct global_order *)(void *)fill->order;
    struct positions *positions = positions_of_fill(order, fill);
    fill->n_records = 0;
    fill->n_bytes = 0;
    if (fill == &order->alert)
        return;
    if (positions != NULL) {
        positions->status = global_positions_make(
            order->base.plan, &order->layers, positions->epoch, positions->records,
            (uint32_t)order->table.n_records, &positions->n, &positions->error);
    } else {
        struct piece *piece = (struct piece *)(void *)fill;
        global_window_fill(&order->table, &piece->positions->records[piece->begin], piece->n,
                           piece->positions->epoch, piece->window, fill);
    }
}

static void global_fill_settle(struct fill *fill)
{
    struct global_order *order = (struct global_order *)(void *)fill->order;
    struct positions *positions = positions_of_fill(order, fill);
    if (positions != NULL) {
        positions->is_filling = false;
        positions->is_ready = true;
    } else if (fill != &order->alert) {
        ((struct piece *)(void *)fill)->is_filled = true;
    }
}

static struct fill *claim_piece(struct global_order *order, const struct positions *positions)
{
    const struct order_plan *plan = order->base.plan;
    struct piece *piece = tfi_alloc_zeroed(plan->allocator, 1, sizeof *piece);
    if (piece == NULL)
        return claim_alert(order);
    piece->fill.order = &order->base;
    piece->window = row_window_new(plan->pool, order->window_records);
    if (piece->window == NULL) {
        tfi_free(plan->allocator, piece);
        return claim_alert(order);
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
    while (!plan_is_through(order->base.plan, order->fill_epoch)) {
        const struct positions *positions = positions_of(order, order->fill_epoch);
        if (!has_positions(positions, order->fill_epoch))
            return claim_positions(order, order->fill_epoch);
        if (positions->status != TFEED_OK)
            return NULL; /* drawing meets it */
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
        if (positions->status != TFEED_OK)
            return tfi_fail_again(reterr, &positions->error);
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
    const uint32_t n = row_holes_take(window, UINT64_MAX, order->epoch, draw);
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
    if (order->table.n_lost == 0 || order->base.plan->options->shard_index != 0)
        return;
    draw->n_skipped += order->table.n_lost;
    draw->last_skipped = order->table.lost;
    order->n_skipped += order->table.n_lost;
}

static void next_epoch(struct global_order *order)
{
    /* an epoch without a row is the last (a shard's filter may see others in the next) */
    const bool is_empty =
        order->began_whole && order->n_epoch_rows == 0 && order->base.plan->options->n_shards == 1;
    order->began_whole = true;
    order->epoch++;
    order->position = 0;
    order->n_epoch_rows = 0;
    order->has_counted_lost = false;
    order->has_ended = plan_is_through(order->base.plan, order->epoch) ||
                       (order->table.n_records == 0 && order->layers.n == 0) || is_empty;
}

static tfeed_status global_draw(struct order *base, struct draw *draw, struct tfeed_error *reterr)
{
    struct global_order *order = (struct global_order *)(void *)base;
    if (order->lacks_memory)
        return tfi_fail_memory(reterr, "a window of records");
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
        } else if (is_full) {
            return draw_look_behind(status, reterr);
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
    layers_save(&order->layers, order->epoch, state);
}

static tfeed_status restore_own(struct global_order *order, const struct order_state *state,
                                struct tfeed_error *reterr)
{
    if (!layers_restore(&order->layers, state, order->base.plan->allocator))
        return tfi_fail_memory(reterr, "a state");
    order->epoch = state->epoch;
    order->n_epoch_rows = state->n_epoch_rows;
    order->position = state->position < UINT32_MAX ? (uint32_t)state->position : UINT32_MAX;
    order->n_skipped = state->n_skipped;
    order->has_ended = state->has_ended;
    return TFEED_OK;
}

/* Where a job with another number of shards has stopped. */
static tfeed_status restore_dealt(struct global_order *order,
                                  const struct order_state *const *states, size_t n_states,
                                  struct tfeed_error *reterr)
{
    struct joined_states joined;
    TFI_TRY(order_states_join(states, n_states, layers_last_begun, &joined, reterr));
    order->n_skipped = joined.n_skipped;
    order->epoch = joined.first;
    order->has_ended = joined.has_ended;
    if (!joined.has_ended &&
        !layers_join(&order->layers, states, n_states, &joined, order->base.plan->allocator))
        return tfi_fail_memory(reterr, "a state");
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
    tfi_free(allocator, order->positions[0].records);
    tfi_free(allocator, order->positions[1].records);
    tfi_free(allocator, order->layers.numbers);
    global_table_clear(&order->table);
    tfi_free(allocator, order);
}

/* Windows of about a run of work. */
static uint32_t records_of_run(const struct global_order *order)
{
    if (order->table.n_records == 0)
        return 1;
    const uint64_t mean = order->base.plan->set->n_bytes / order->table.n_records + 1;
    const uint64_t n = RUN_BYTES / mean;
    return n < 1 ? 1 : n < LOADER_RUN_RECORDS ? (uint32_t)n : LOADER_RUN_RECORDS;
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
    const size_t n_positions = plan_is_through(plan, order->epoch + 1) ? 1 : 2;
    TFI_TRY(global_table_init(&order->table, plan, n_positions, reterr));
    const uint32_t n_workers = plan->has_workers ? (uint32_t)options->n_workers + 1 : 0;
    order->window_records = records_of_run(order);
    order->max_pieces = 2 + 2 * n_workers;
    order->fill_epoch = order->epoch;
    order->fill_begin = order->position;
    order->has_counted_lost = order->position > 0;
    order->has_ended = order->has_ended || plan_is_through(order->base.plan, order->epoch);
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
    order->began_whole = n_states == 0;
    *ret_order = &order->base;
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
    .count = order_count_even,
    .depth = global_depth,
};
