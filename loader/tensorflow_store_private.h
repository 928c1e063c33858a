/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * tensorflow_store_private.h - the shuffle queue's content, with TensorFlow's draws.
 *
 *    items    a b c d e            a number decides: b goes, the last takes its place
 *             a e c d
 *
 * The store holds its records and knows which is drawn; when records are put in and drawn is the
 * schedule of order_tensorflow.c. Under the engine's lock, but for tensorflow_store_read.
 */
#ifndef TFI_TENSORFLOW_STORE_PRIVATE_H
#define TFI_TENSORFLOW_STORE_PRIVATE_H

#include <tfeed/random.h>

#include "loader/order_private.h"

/* A record that waits. */
struct stored {
    struct row row;
    struct row_window *window; /* held; NULL: the row holds its block itself */
    uint64_t epoch;
};

struct tensorflow_store {
    const struct order_plan *plan;
    bool shuffles; /* false: there is no queue, at most one record passes through, and no draw */
    struct tfeed_random random;
    uint64_t n_draws;
    struct stored *items; /* [n] */
    size_t n;
    size_t n_slots;
    /* Of the rows of one draw that hold their blocks; borrowed from that draw. */
    struct row_window *carrier;
    uint64_t carrier_serial;
};

void tensorflow_store_init(struct tensorflow_store *store, const struct order_plan *plan,
                           bool shuffles, struct tfeed_seeds seeds);
void tensorflow_store_clear(struct tensorflow_store *store);
/* Room for n records, so that put_back has it. */
tfeed_status tensorflow_store_reserve(struct tensorflow_store *store, size_t n,
                                      struct tfeed_error *reterr);

/* Puts row n_drawn of the window in, and passes over it. */
tfeed_status tensorflow_store_put(struct tensorflow_store *store, struct row_window *window,
                                  uint64_t epoch, struct tfeed_error *reterr);
/* Draws a record, there is one; *ret_taken, which may be NULL, is what put_back needs, as long as
 * the draw holds the row. */
tfeed_status tensorflow_store_take(struct tensorflow_store *store, struct draw *draw,
                                   struct stored *ret_taken, struct tfeed_error *reterr);
/* Puts what was taken in again, behind all others. There is room. */
void tensorflow_store_put_back(struct tensorflow_store *store, const struct stored *taken);

/* state.n_draws, queue and rest: the places of its records, and the epoch of each. */
void tensorflow_store_save(const struct tensorflow_store *store, struct order_state *state);
/* From an empty store. The records themselves are missing until tensorflow_store_read.
 * INVALID_ARGUMENT: no such state. */
tfeed_status tensorflow_store_restore(struct tensorflow_store *store,
                                      const struct order_state *state, struct tfeed_error *reterr);
/* Reads the records of places again. Nobody else uses the store meanwhile. Blocks on I/O. */
tfeed_status tensorflow_store_read(struct tensorflow_store *store, struct fill *fill,
                                   struct tfeed_error *reterr);

#endif
