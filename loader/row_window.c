/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * row_window.c - rows that were read together, and the windows that wait to be used again.
 *
 * A window holds each block that its rows lie in once, so a row costs no counting of its own.
 * Windows come and go by the hundred records; the pool's lock is taken twice in a window's life.
 */
#include <string.h>

#include "core/allocator_internal.h"
#include "core/block_internal.h"
#include "core/budget_internal.h"
#include "loader/loader_private.h"

struct window_pool {
    const struct tfeed_allocator *allocator;
    struct tfi_budget *budget;     /* held */
    _Atomic uint32_t n_references; /* the maker's, and one for each window that is out */
    struct tfi_mutex mutex;        /* guards free */
    struct row_window *free;
};

struct window_pool *window_pool_new(const struct tfeed_allocator *allocator,
                                    struct tfi_budget *budget)
{
    struct window_pool *pool = tfi_alloc_zeroed(allocator, 1, sizeof *pool);
    if (pool == NULL)
        return NULL;
    pool->allocator = allocator;
    pool->budget = budget != NULL ? tfi_budget_ref(budget) : NULL;
    atomic_init(&pool->n_references, 1);
    tfi_mutex_init(&pool->mutex);
    return pool;
}

/* The rows are charged as long as they are there, also while the window waits to be used again. */
static void free_rows(struct row_window *window)
{
    struct tfi_budget *budget = window->pool->budget;
    if (budget != NULL)
        tfi_budget_release(budget, window->n_slots * sizeof *window->rows);
    tfi_free(window->pool->allocator, window->rows);
    window->rows = NULL;
    window->n_slots = 0;
}

static void window_free(struct row_window *window)
{
    const struct tfeed_allocator *allocator = window->pool->allocator;
    free_rows(window);
    tfi_free(allocator, window->blocks);
    tfi_free(allocator, window);
}

void window_pool_unref(struct window_pool *pool)
{
    if (pool == NULL ||
        atomic_fetch_sub_explicit(&pool->n_references, 1, memory_order_acq_rel) != 1)
        return;
    while (pool->free != NULL) {
        struct row_window *window = pool->free;
        pool->free = window->next;
        window_free(window);
    }
    tfi_mutex_clear(&pool->mutex);
    if (pool->budget != NULL)
        tfi_budget_unref(pool->budget);
    tfi_free(pool->allocator, pool);
}

static struct row_window *take_free(struct window_pool *pool)
{
    tfi_mutex_lock(&pool->mutex);
    struct row_window *window = pool->free;
    if (window != NULL)
        pool->free = window->next;
    tfi_mutex_unlock(&pool->mutex);
    return window;
}

/* Room for n_rows; false: no memory. What was in the window is gone. */
static bool make_room(struct row_window *window, uint32_t n_rows)
{
    struct window_pool *pool = window->pool;
    if (window->n_slots >= n_rows)
        return true;
    free_rows(window);
    window->rows = tfi_alloc_array(pool->allocator, n_rows, sizeof *window->rows);
    if (window->rows == NULL)
        return false;
    window->n_slots = n_rows;
    if (pool->budget != NULL) /* who waits for rows is never held back */
        tfi_budget_charge(pool->budget, n_rows * sizeof *window->rows);
    return true;
}

struct row_window *row_window_new(struct window_pool *pool, uint32_t n_rows)
{
    struct row_window *window = take_free(pool);
    if (window == NULL)
        window = tfi_alloc_zeroed(pool->allocator, 1, sizeof *window);
    if (window == NULL)
        return NULL;
    window->pool = pool;
    if (!make_room(window, n_rows)) {
        window_free(window);
        return NULL;
    }
    atomic_fetch_add_explicit(&pool->n_references, 1, memory_order_relaxed);
    atomic_store_explicit(&window->n_references, 1, memory_order_relaxed);
    window->n_rows = 0;
    window->n_blocks = 0;
    window->n_charged_bytes = 0;
    window->ends_lane = false;
    window->status = TFEED_OK;
    window->n_skipped = 0;
    window->n_filtered = 0;
    window->drawn_by = 0;
    window->n_drawn = 0;
    window->next = NULL;
    return window;
}

void row_window_ref(struct row_window *window)
{
    atomic_fetch_add_explicit(&window->n_references, 1, memory_order_relaxed);
}

void row_window_unref(struct row_window *window)
{
    if (window == NULL ||
        atomic_fetch_sub_explicit(&window->n_references, 1, memory_order_acq_rel) != 1)
        return;
    for (uint32_t i = 0; i < window->n_blocks; i++)
        tfeed_block_unref(window->blocks[i]);
    struct window_pool *pool = window->pool;
    if (window->n_charged_bytes > 0)
        tfi_budget_release(pool->budget, window->n_charged_bytes);
    tfi_mutex_lock(&pool->mutex);
    window->next = pool->free;
    pool->free = window;
    tfi_mutex_unlock(&pool->mutex);
    window_pool_unref(pool);
}

bool row_window_hold(struct row_window *window, struct tfeed_block *block)
{
    if (window->n_blocks == window->n_block_slots) {
        const uint32_t n = window->n_block_slots == 0 ? 8 : 2 * window->n_block_slots;
        struct tfeed_block **blocks =
            tfi_realloc_array(window->pool->allocator, window->blocks, n, sizeof *blocks);
        if (blocks == NULL)
            return false;
        window->blocks = blocks;
        window->n_block_slots = n;
    }
    window->blocks[window->n_blocks++] = tfeed_block_ref(block);
    if (window->pool->budget != NULL && tfi_block_owns_bytes(block)) {
        /* a consumer waits for these rows: they are never held back, what they take is counted */
        tfi_budget_charge(window->pool->budget, tfi_block_len(block));
        window->n_charged_bytes += tfi_block_len(block);
    }
    return true;
}

bool draw_hold(struct draw *draw, struct row_window *window)
{
    if (window->drawn_by == draw->serial)
        return true;
    if (draw->n_windows == draw->n_window_slots) {
        const uint32_t n = draw->n_window_slots == 0 ? 32 : 2 * draw->n_window_slots;
        struct row_window **windows =
            tfi_realloc_array(draw->allocator, draw->windows, n, sizeof(struct row_window *));
        if (windows == NULL)
            return false;
        draw->windows = windows;
        draw->n_window_slots = n;
    }
    draw->n_begun += window->drawn_by == 0 || window->drawn_by == UINT64_MAX;
    if (window->drawn_by == 0) {
        draw->n_skipped += window->n_skipped;
        draw->n_filtered += window->n_filtered;
        if (window->n_skipped > 0)
            draw->last_skipped = window->last_skipped;
    }
    window->drawn_by = draw->serial;
    row_window_ref(window);
    draw->windows[draw->n_windows++] = window;
    return true;
}
