/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * row_window_private.h - rows that were read together: what is handed from filling to drawing.
 */
#ifndef TFI_ROW_WINDOW_PRIVATE_H
#define TFI_ROW_WINDOW_PRIVATE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tfeed/records.h>

#include "loader/file_set_private.h"

struct tfi_budget;

struct row {
    struct tfeed_bytes bytes; /* the payload; its block is held by the window, (1) */
    struct place place;
    uint32_t set;   /* of a mix; row_source.c sets it */
    uint64_t epoch; /* set when it is drawn */
};

struct window_pool;

/* Rows that were read together. Counted: the order holds it while it gives out rows, a batch while
 * it uses them. */
struct row_window {
    struct window_pool *pool;
    _Atomic uint32_t n_references;

    struct row *rows;
    uint32_t n_rows;
    uint32_t n_slots;
    struct tfeed_block **blocks; /* held, each once or more */
    uint32_t n_blocks;
    uint32_t n_block_slots;
    uint64_t n_charged_bytes; /* of the blocks that are memory, not mapped files */

    /* What stands behind the last row. */
    bool ends_lane;      /* the lane has no more rows in this epoch */
    tfeed_status status; /* an error; the order ends with it */
    struct tfeed_error error;

    uint32_t n_skipped; /* damaged records that were left out among the rows */
    uint32_t n_filtered;
    struct tfeed_error last_skipped; /* what is said when max_skipped is exceeded */

    uint64_t drawn_by; /* serial of the last draw that took rows: it holds the window already. 0:
                        * not begun; UINT64_MAX: not since a resume, and its counts are taken */
    uint32_t n_drawn;  /* rows given out */
    struct row_window *next; /* of whatever list it is in */
};

/* Windows for reuse; what they hold in memory is charged to the budget (NULL: nowhere). Counted by
 * its windows and its maker: batches may outlive the loader. */
struct window_pool *window_pool_new(const struct tfeed_allocator *allocator,
                                    struct tfi_budget *budget);
void window_pool_unref(struct window_pool *pool);
/* An empty window with room for n_rows, one reference; NULL: no memory. Fully concurrent. */
struct row_window *row_window_new(struct window_pool *pool, uint32_t n_rows);
/* Puts the rows in an order that the key decides. */
void row_window_shuffle(struct row_window *window, uint64_t key);
void row_window_ref(struct row_window *window);
void row_window_unref(struct row_window *window);
/* The window holds one more block. False: no memory. */
bool row_window_hold(struct row_window *window, struct tfeed_block *block);
/* … unless it is the one that it held last, as nearly always, or none. */
static inline bool row_window_holds(struct row_window *window, struct tfeed_block *block)
{
    const bool is_last =
        block == NULL || (window->n_blocks > 0 && window->blocks[window->n_blocks - 1] == block);
    return is_last || row_window_hold(window, block);
}
/* Appends rows for views of one block, which the window then holds; there is room. False: no
 * memory. */
static inline bool row_window_add_run(struct row_window *window,
                                      const struct tfeed_record_view *views, size_t n,
                                      uint32_t file)
{
    struct tfeed_block *block = n > 0 ? views[0].block : NULL;
    if (!row_window_holds(window, block))
        return false;
    struct row *rows = window->rows + window->n_rows;
    for (size_t i = 0; i < n; i++)
        rows[i] = (struct row){
            .bytes = {views[i].data, views[i].len, block},
            .place = {.offset = views[i].offset, .record = views[i].record, .file = file},
        };
    window->n_rows += (uint32_t)n;
    return true;
}
/* … for one. */
static inline bool row_window_add(struct row_window *window, const struct tfeed_record_view *view,
                                  uint32_t file)
{
    return row_window_add_run(window, view, 1, file);
}
/* The error stands behind the rows that the window has by now. */
static inline void row_window_fail(struct row_window *window, const struct tfeed_error *error)
{
    window->status = error->code;
    window->error = *error;
}
/* Forgets the rows behind the first n (their blocks stay held). */
static inline void row_window_cut(struct row_window *window, uint32_t n)
{
    window->n_rows = n;
}

#endif
