/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * fake_order.h - an order whose rows are plain to see, and a row source over some of them, driven
 * as the engine drives it.
 *
 * Set s has one file in memory; shard i owns counts[i] records of it, one range behind the other,
 * and gives them from record epoch % count on. Row r of set s is noted as 1000000 s + r.
 */
#ifndef T_FAKE_ORDER_H
#define T_FAKE_ORDER_H

#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "loader/loader_private.h"
#include "tests/support/record_bytes.h"
#include "tests/support/stress.h"
#include "tests/support/support.h"

enum {
    FAKE_SETS = 4,
    FAKE_SHARDS = 4,
    FAKE_PAYLOAD_BYTES = 8,
    FAKE_RECORD_BYTES = FAKE_PAYLOAD_BYTES + T_RECORD_OVERHEAD,
    FAKE_MAX_ROWS = 50000,
    FAKE_SET_NUMBERS = 1000000,
    FAKE_VOID = -1 /* noted for a row that pads where there is nothing to repeat */
};

/* What the fakes do; one for each set. */
struct fake_set {
    uint64_t counts[FAKE_SHARDS];
    uint32_t n_fill_rows; /* of a window */
    int64_t fails_at;     /* this row of epoch 0; -1: none */
    bool fails_to_count;
};

static struct fake_set fake_sets[FAKE_SETS];
static const struct order_functions fake_functions;
static const uint8_t fake_payload[FAKE_PAYLOAD_BYTES];

struct fake_order {
    struct order base;
    struct fill fill;
    bool is_filling;
    struct row_window *filled;
    struct row_window *window;
    uint64_t n_filled; /* rows of this epoch */
    uint64_t epoch;
    uint64_t n_drawn;
    bool has_ended;
};

static inline const struct fake_set *fake_set_of(const struct order_plan *plan)
{
    return &fake_sets[plan->set_index];
}

static inline bool fake_is_through(const struct fake_order *order)
{
    const int64_t n_epochs = order->base.plan->n_epochs;
    return n_epochs != TFEED_EPOCHS_ENDLESS && order->epoch >= (uint64_t)n_epochs;
}

static inline tfeed_status fake_make(const struct order_plan *plan,
                                     const struct order_state *const *states, size_t n_states,
                                     struct order **ret_order, struct tfeed_error *reterr)
{
    struct fake_order *order = tfi_alloc_zeroed(plan->allocator, 1, sizeof *order);
    if (order == NULL)
        return tfi_fail_memory(reterr, "a fake order");
    order->base = (struct order){.functions = &fake_functions, .plan = plan};
    order->fill.order = &order->base;
    if (n_states > 0) {
        const bool is_same = n_states == (size_t)plan->options->n_shards;
        const struct order_state *own = states[is_same ? plan->options->shard_index : 0];
        order->epoch = own->epoch;
        order->n_drawn = is_same ? own->n_epoch_rows : 0;
        order->n_filled = order->n_drawn;
    }
    order->has_ended = fake_is_through(order) ||
                       (plan->n_epochs == TFEED_EPOCHS_ENDLESS &&
                        fake_set_of(plan)->counts[plan->options->shard_index] == 0);
    *ret_order = &order->base;
    return TFEED_OK;
}

static inline void fake_free(struct order *base)
{
    struct fake_order *order = (struct fake_order *)(void *)base;
    row_window_unref(order->window);
    tfi_free(base->plan->allocator, order);
}

/* The current window becomes one with rows, if it is there. */
static inline bool fake_has_row(struct fake_order *order)
{
    return order->window != NULL && order->window->n_drawn < order->window->n_rows;
}

static inline void fake_drop_window(struct fake_order *order)
{
    row_window_unref(order->window);
    order->window = NULL;
}

static inline tfeed_status fake_draw(struct order *base, struct draw *draw,
                                     struct tfeed_error *reterr)
{
    struct fake_order *order = (struct fake_order *)(void *)base;
    while (!order->has_ended) {
        while (draw->n_rows < draw->n_wanted && fake_has_row(order)) {
            if (!draw_hold(draw, order->window))
                return tfi_fail_memory(reterr, "windows");
            draw->rows[draw->n_rows++] = order->window->rows[order->window->n_drawn++];
            draw->epoch = order->epoch;
            order->n_drawn++;
        }
        if (fake_has_row(order))
            return TFEED_OK;
        if (order->window == NULL || !order->window->ends_lane) {
            if (order->window != NULL && order->window->status != TFEED_OK)
                return draw->n_rows == draw->n_wanted
                           ? TFEED_OK
                           : tfi_fail_again(reterr, &order->window->error);
            fake_drop_window(order);
            return TFEED_UNAVAILABLE;
        }
        fake_drop_window(order);
        order->epoch++;
        order->n_drawn = 0;
        order->n_filled = 0;
        order->has_ended = fake_is_through(order);
        if (draw->n_rows > 0) {
            draw->ends_epoch = true;
            return TFEED_OK;
        }
    }
    return TFEED_OUT_OF_RANGE;
}

static inline struct fill *fake_claim(struct order *base, bool needed_only)
{
    struct fake_order *order = (struct fake_order *)(void *)base;
    (void)needed_only;
    if (order->is_filling || order->window != NULL || order->has_ended)
        return NULL;
    order->is_filling = true;
    return &order->fill;
}

static inline void fake_fill_run(struct fill *fill)
{
    struct fake_order *order = (struct fake_order *)(void *)fill->order;
    const struct order_plan *plan = order->base.plan;
    const struct fake_set *set = fake_set_of(plan);
    const uint64_t count = set->counts[plan->options->shard_index];
    uint64_t first = 0;
    for (int64_t i = 0; i < plan->options->shard_index; i++)
        first += set->counts[i];
    struct row_window *window = row_window_new(plan->pool, set->n_fill_rows);
    while (window != NULL && window->n_rows < set->n_fill_rows && order->n_filled < count) {
        if (order->epoch == 0 && (int64_t)order->n_filled == set->fails_at) {
            window->status = tfi_fail(&window->error, TFEED_DATA_LOSS, "damaged");
            break;
        }
        const uint64_t record = first + (order->n_filled + order->epoch) % count;
        const struct tfeed_record_view view = {.data = fake_payload,
                                               .len = FAKE_PAYLOAD_BYTES,
                                               .offset = record * FAKE_RECORD_BYTES,
                                               .record = record};
        (void)row_window_add(window, &view, 0);
        order->n_filled++;
    }
    if (window != NULL)
        window->ends_lane = order->n_filled == count;
    order->filled = window;
}

static inline void fake_fill_settle(struct fill *fill)
{
    struct fake_order *order = (struct fake_order *)(void *)fill->order;
    order->window = order->filled;
    order->is_filling = false;
}

static inline void fake_state_sizes(const struct order *base, struct order_state_sizes *ret_sizes)
{
    (void)base;
    *ret_sizes = (struct order_state_sizes){0};
}

static inline void fake_save(const struct order *base, struct order_state *state)
{
    const struct fake_order *order = (const struct fake_order *)(const void *)base;
    state->epoch = order->epoch;
    state->n_epoch_rows = order->n_drawn;
    state->has_ended = order->has_ended;
}

static inline tfeed_status fake_count(const struct order_plan *plan, uint64_t epoch,
                                      uint64_t *ret_all, struct tfeed_error *reterr)
{
    (void)epoch;
    if (fake_set_of(plan)->fails_to_count)
        return tfi_fail(reterr, TFEED_DATA_LOSS, "cannot be counted");
    for (int64_t i = 0; i < plan->options->n_shards; i++)
        ret_all[i] = fake_set_of(plan)->counts[i];
    return TFEED_OK;
}

static inline void fake_depth(const struct order *base, uint64_t *ret_n_rows)
{
    const struct fake_order *order = (const struct fake_order *)(const void *)base;
    *ret_n_rows = fake_has_row((struct fake_order *)(uintptr_t)order)
                      ? order->window->n_rows - order->window->n_drawn
                      : 0;
}

static const struct order_functions fake_functions = {
    .name = "fake",
    .make = fake_make,
    .free = fake_free,
    .draw = fake_draw,
    .claim = fake_claim,
    .fill_run = fake_fill_run,
    .fill_settle = fake_fill_settle,
    .state_sizes = fake_state_sizes,
    .save = fake_save,
    .count = fake_count,
    .depth = fake_depth,
};

/* --- a source over them -------------------------------------------------------------------- */

struct bench {
    struct tfeed_loader_options options;
    const struct tfeed_allocator *allocator;
    struct tfeed_memory_files *files;
    struct file_set file_sets[FAKE_SETS];
    struct source_set sets[FAKE_SETS];
    size_t n_sets;
    struct window_pool *pool;
    _Atomic bool stop;
    uint64_t seed;
    uint64_t random; /* 0: fills run when they are needed; else in any interleaving */

    struct row_source *source;
    struct draw draw;
    uint64_t n_draws;

    int64_t noted[FAKE_MAX_ROWS]; /* rows of all draws so far */
    size_t n_noted;
    uint64_t n_repeated;
    uint64_t n_ends; /* of epochs */
    struct tfeed_error error;
};

/* Sets with the weights 1, 2, 3, … whose shards have `count` rows each. */
static inline void bench_init(struct bench *bench, size_t n_sets, uint64_t count)
{
    memset(bench, 0, sizeof *bench);
    tfeed_loader_options_init(&bench->options);
    bench->options.order = TFEED_ORDER_FILES;
    bench->n_sets = n_sets;
    bench->seed = 7;
    for (size_t i = 0; i < FAKE_SETS; i++) {
        fake_sets[i] = (struct fake_set){.n_fill_rows = 3, .fails_at = -1};
        for (size_t s = 0; s < FAKE_SHARDS; s++)
            fake_sets[i].counts[s] = count;
        bench->sets[i].weight = (double)i + 1;
    }
    cr_assert_eq(tfeed_memory_files_new(NULL, &bench->files, NULL), TFEED_OK);
    struct t_record_bytes bytes;
    t_record_bytes_init(&bytes);
    for (uint64_t r = 0; r < T_MAX_RECORDS; r++)
        t_record_bytes_add(&bytes, &r, sizeof r);
    cr_assert_eq(tfeed_memory_files_put(bench->files, "file", bytes.data, bytes.len, NULL),
                 TFEED_OK);
    t_record_bytes_clear(&bytes);
}

static inline void bench_close(struct bench *bench)
{
    for (uint32_t i = 0; i < bench->draw.n_windows; i++)
        row_window_unref(bench->draw.windows[i]);
    tfi_free(bench->allocator, bench->draw.windows);
    free(bench->draw.rows);
    bench->draw = (struct draw){.n_rows = 0};
    row_source_free(bench->source);
    bench->source = NULL;
    for (size_t i = 0; i < bench->n_sets; i++)
        file_set_clear(&bench->file_sets[i]);
    memset(bench->file_sets, 0, sizeof bench->file_sets);
    window_pool_unref(bench->pool);
    bench->pool = NULL;
}

static inline void bench_clear(struct bench *bench)
{
    bench_close(bench);
    tfeed_memory_files_free(bench->files);
}

/* A source at the begin, or where the states say. */
static inline tfeed_status bench_open(struct bench *bench, const struct loader_state *states,
                                      size_t n_states)
{
    static const char *const name = "file";
    bench->options.file_system = tfeed_memory_files_system(bench->files);
    bench->options.allocator = bench->allocator;
    bench->n_noted = 0;
    bench->n_repeated = 0;
    bench->n_ends = 0;
    bench->pool = window_pool_new(bench->allocator, NULL);
    if (bench->pool == NULL)
        return TFEED_RESOURCE_EXHAUSTED;
    for (size_t i = 0; i < bench->n_sets; i++) {
        const tfeed_status status =
            file_set_init(&bench->file_sets[i], &name, 1, &bench->options, &bench->error);
        if (status != TFEED_OK)
            return status;
        bench->sets[i].files = &bench->file_sets[i];
        bench->sets[i].plan = (struct order_plan){.options = &bench->options,
                                                  .allocator = bench->allocator,
                                                  .set = &bench->file_sets[i],
                                                  .set_index = i,
                                                  .pool = bench->pool,
                                                  .stop = &bench->stop};
    }
    return row_source_make(&bench->options, bench->seed, &fake_functions, bench->sets,
                           bench->n_sets, states, n_states, &bench->source, &bench->error);
}

static inline bool bench_chance(struct bench *bench, uint64_t of)
{
    return t_random_next(&bench->random) % of == 0;
}

/* Does a needed fill, or some in any interleaving. False: there is none. */
static inline bool bench_fill(struct bench *bench)
{
    enum { MAX_OUT = 3 };
    struct fill *out[MAX_OUT];
    size_t n = 0;
    out[n] = row_source_claim(bench->source, true);
    n += out[0] != NULL;
    while (bench->random != 0 && n > 0 && n < MAX_OUT && bench_chance(bench, 2)) {
        out[n] = row_source_claim(bench->source, false);
        if (out[n] == NULL)
            break;
        n++;
    }
    const bool has_any = n > 0;
    while (n > 0) {
        const size_t i = bench->random != 0 ? t_random_next(&bench->random) % n : 0;
        out[i]->order->functions->fill_run(out[i]);
        out[i]->order->functions->fill_settle(out[i]);
        out[i] = out[--n];
    }
    return has_any;
}

static inline void bench_note(struct bench *bench)
{
    const struct draw *draw = &bench->draw;
    for (uint32_t i = 0; i < draw->n_rows; i++) {
        const struct row *row = &draw->rows[i];
        cr_assert_lt(bench->n_noted, (size_t)FAKE_MAX_ROWS);
        bench->noted[bench->n_noted++] =
            row->bytes.data == NULL
                ? FAKE_VOID
                : (int64_t)(row->set * (uint64_t)FAKE_SET_NUMBERS + row->place.record);
    }
    bench->n_repeated += draw->n_repeated;
    bench->n_ends += draw->ends_epoch;
}

/* One batch; its rows are noted. */
static inline tfeed_status bench_draw(struct bench *bench, uint32_t n_wanted)
{
    struct draw *draw = &bench->draw;
    for (uint32_t i = 0; i < draw->n_windows; i++)
        row_window_unref(draw->windows[i]);
    draw->rows = realloc(draw->rows, n_wanted * sizeof *draw->rows);
    draw->allocator = bench->allocator;
    draw->n_rows = 0;
    draw->n_windows = 0;
    draw->n_wanted = n_wanted;
    draw->serial = ++bench->n_draws;
    draw->ends_epoch = false;
    draw->n_repeated = 0;
    tfeed_status status;
    while ((status = row_source_draw(bench->source, draw, &bench->error)) == TFEED_UNAVAILABLE)
        cr_assert(bench_fill(bench), "rows are missing, and nobody can fill them");
    if (status == TFEED_OK)
        bench_note(bench);
    return status;
}

/* Batches to the end. */
static inline tfeed_status bench_drain(struct bench *bench, uint32_t batch_size)
{
    tfeed_status status;
    while ((status = bench_draw(bench, batch_size)) == TFEED_OK)
        ;
    return status;
}

#endif
