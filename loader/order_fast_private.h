/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * order_fast_private.h - the parts of the shuffled order.
 *
 *    fast_geometry.c   how many lanes, and how large a window: before there is an order
 *    fast_layout.c     an epoch's files in their order, cut into the lanes' shares; the rotation
 *    fast_lane.c       a lane's records, a window at a time
 *    order_fast.c      which window is filled when, drawing, and where it all stands
 *
 * Invariants
 *   (1) What a lane gives out depends on (files, seed, epoch, lane) alone.
 *   (2) `filling` lanes belong to the thread that fills: nobody else touches their `reading` part.
 */
#ifndef TFI_ORDER_FAST_PRIVATE_H
#define TFI_ORDER_FAST_PRIVATE_H

#include "loader/order_private.h"

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
    struct lot filled; /* what the fill makes that runs, or is paused; window NULL: none */
    uint32_t n_wanted; /* rows of it */

    /* drawing */
    bool filling;
    struct lot current; /* window NULL: none */
    struct lot ready;
    bool resumes;          /* the next window had been begun before a resume */
    uint32_t resume_drawn; /* … and so many of its rows drawn */
    bool is_restored;      /* nothing was begun since a resume: it still stands where that said */
    struct lane_state restored;
    uint64_t first_epoch; /* what it gives in epochs before is drawn already: a state said so */
    bool has_ended;       /* in the order's epoch */
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

/* --- an epoch's layout ------------------------------------------------------------------------ */

/* Turns in a round of the lane that has the most bytes. */
enum { FAST_MAX_TURNS = 16 };

/* files[n_files]: the epoch's order. */
void fast_permute_files(const struct order_plan *plan, uint64_t epoch, uint32_t *files);

typedef bool (*share_fn)(void *user_data, const struct share *share);

/* Calls visit for each share of lane `id`, in the epoch's order of files, while it says true.
 * Returns what it said last; true, when the lane has no share. */
bool fast_visit_shares(const struct order_plan *plan, const uint32_t *files, uint64_t id,
                       share_fn visit, void *user_data);

/* order->rotation and n_rotation of order->epoch: a round of turns in which each lane comes in
 * proportion to its bytes, spread evenly. Lanes without bytes come once: they end at their first
 * turn. */
tfeed_status fast_rotation_make(struct fast_order *order, struct tfeed_error *reterr);

/* order_functions.count */
tfeed_status fast_count(const struct order_plan *plan, uint64_t epoch, uint64_t *ret_all,
                        struct tfeed_error *reterr);

/* --- lanes ------------------------------------------------------------------------------------ */

/* A zeroed lane stands before its first record of epoch 0 then. */
void fast_lane_init(struct lane *lane, struct fast_order *order, uint64_t id);
void fast_lane_clear(struct lane *lane);

/* The lane goes on where `state` says. INVALID_ARGUMENT: there is no such place in its files. */
tfeed_status fast_lane_restore(struct lane *lane, const struct lane_state *state,
                               struct tfeed_error *reterr);

/* order_functions.fill_run, fill_settle: the lane's next window. */
void fast_fill_run(struct fill *fill);
void fast_fill_settle(struct fill *fill);

/* Whether fast_fill_one may find a record: the lane's window has room for one, and its file is open
 * and mapped. */
bool fast_lane_may_read_one(const struct lane *lane);
/* Before the first fast_fill_one on such a lane. False: no memory. */
bool fast_lane_begin_ahead(struct lane *lane);
/* order_functions.fill_one, fill_pause */
const uint8_t *fast_fill_one(struct fill *fill);
void fast_fill_pause(struct fill *fill);

#endif
