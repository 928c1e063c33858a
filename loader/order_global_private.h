/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * order_global_private.h - the parts of the global order.
 *
 *    global_table.c        where every record of the set lies
 *    global_positions.c    the records of an epoch in their order, as far as they are this shard's
 *    global_window.c       records from anywhere, into a window
 *    order_global.c        which window is filled when, and drawing
 */
#ifndef TFI_ORDER_GLOBAL_PRIVATE_H
#define TFI_ORDER_GLOBAL_PRIVATE_H

#include "loader/order_private.h"

/* --- the table -------------------------------------------------------------------------------- */

/* A file as the table's walk has found it. */
struct global_file {
    struct tfeed_block *block; /* of the map; NULL: it is read */
    const uint8_t *base;       /* its first byte */
    uint64_t end;              /* behind the last record of the table */
};

/* Immutable once it is made: fully concurrent. */
struct global_table {
    const struct order_plan *plan;
    uint64_t *offsets; /* [n_records] of all files, one behind the other */
    uint64_t n_records;
    uint64_t n_slots;
    uint64_t *firsts;          /* [n_files + 1] numbers of the files' first records */
    struct global_file *files; /* [n_files] */
    uint64_t record_bytes;     /* that the order needs for each record, positions included */
    uint64_t n_charged_bytes;
    uint64_t n_lost; /* files whose framing is lost somewhere: what lies behind is not in here */
    struct tfeed_error lost; /* the last of them */
};

/* By a walk over the headers of all files. n_positions: arrays of positions that will lie beside
 * it. A table that was not made may be cleared too.
 * INVALID_ARGUMENT: a compressed file; RESOURCE_EXHAUSTED: the budget, naming the bytes needed;
 * DATA_LOSS: framing is lost, under FAIL; or what reading says. Blocks on I/O. */
tfeed_status global_table_init(struct global_table *table, const struct order_plan *plan,
                               size_t n_positions, struct tfeed_error *reterr);
void global_table_clear(struct global_table *table);

/* The record's place, and the bytes of its frame. */
struct place global_table_find(const struct global_table *table, uint32_t record,
                               uint64_t *ret_len);

/* --- positions -------------------------------------------------------------------------------- */

/* What epochs leave that were begun with another number of shards: layers, one behind the other as
 * state.rest has them. */
struct layers {
    uint64_t *numbers;
    size_t n;
};

/* All of these: false, no memory. */
bool layers_restore(struct layers *layers, const struct order_state *state,
                    const struct tfeed_allocator *allocator);
/* The layers of the job that is continued with another number of shards. */
bool layers_join(struct layers *layers, const struct order_state *const *states, size_t n_states,
                 const struct joined_states *joined, const struct tfeed_allocator *allocator);

/* Those of `epoch` and later ones. */
void layers_save(const struct layers *layers, uint64_t epoch, struct order_state *state);
/* order_states_join asks it. */
uint64_t layers_last_begun(const struct order_state *state);

/* The records of this shard in an epoch, in their order: records[n_records] becomes *ret_n of them.
 * CANCELLED: the loader was stopped meanwhile. */
tfeed_status global_positions_make(const struct order_plan *plan, const struct layers *layers,
                                   uint64_t epoch, uint32_t *records, uint32_t n_records,
                                   uint32_t *ret_n, struct tfeed_error *reterr);

/* --- windows ---------------------------------------------------------------------------------- */

/* Appends records[n], n <= LOADER_RUN_RECORDS, checked and admitted, with holes for those that are
 * left out; errors go into the window. Counts into the fill. Blocks on I/O where files are not
 * mapped. */
void global_window_fill(const struct global_table *table, const uint32_t *records, uint32_t n,
                        uint64_t epoch, struct row_window *window, struct fill *fill);

#endif
