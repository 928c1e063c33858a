/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * file_sequence_private.h - files in a given order, each a stream of windows that is filled ahead.
 *
 *    begun by the order     ┌ stream ── window ─ window ─ window
 *                           └ stream ── window
 *    ahead                  ┌ stream ── window ─ window
 *                           └ …                             the order's next_stretch tells what next
 *
 * What FILES and TENSORFLOW share: which stretch comes when is theirs, the sequence fills. There
 * are two kinds of fills. *Reading* goes on in a stream's file, one thread at a time; where records
 * are mapped and several threads work it looks at headers only, and *checking* a window, payloads
 * and admission, follows, any number of windows side by side.
 *
 * Threads: all under the engine's lock, but for file_sequence_fill_run.
 */
#ifndef TFI_FILE_SEQUENCE_PRIVATE_H
#define TFI_FILE_SEQUENCE_PRIVATE_H

#include "loader/order_private.h"

/* What a stream reads. */
struct stream_plan {
    struct stretch stretch; /* begin.offset is looked up where begin.record is not 0 */
    uint64_t epoch;
    uint64_t position; /* in the order's list of that epoch */
};

/* The stretch behind the last one that was asked for. OUT_OF_RANGE: there is none; other statuses
 * may be gone when it is asked again. */
typedef tfeed_status (*next_stretch_fn)(struct order *order, struct stream_plan *ret_plan,
                                        struct tfeed_error *reterr);

struct file_stream;

struct file_sequence {
    struct order *order;
    const struct order_plan *plan;
    next_stretch_fn next_stretch;

    struct file_stream **streams; /* [n_streams] that live, as they were begun */
    size_t n_streams;
    size_t n_taken;             /* the first of them are the order's */
    size_t max_streams;         /* that live */
    uint32_t max_pieces;        /* windows of a stream that are filled ahead */
    bool has_no_more;           /* next_stretch has said so */
    bool checks_apart;          /* where records are mapped */
    struct file_stream *wanted; /* what a draw waits for */
};

/* n_open: how many streams the order has at a time. */
tfeed_status file_sequence_init(struct file_sequence *sequence, struct order *order,
                                next_stretch_fn next_stretch, size_t n_open,
                                struct tfeed_error *reterr);
/* No fill is out. */
void file_sequence_clear(struct file_sequence *sequence);

/* Begins a stream for the order where file_stream_save found it; the plan is what next_stretch had
 * said of it. Before any other. */
tfeed_status file_sequence_resume(struct file_sequence *sequence, const struct stream_plan *plan,
                                  const struct lane_state *lane, struct file_stream **ret_stream,
                                  struct tfeed_error *reterr);

/* What the next stretch is. OUT_OF_RANGE: there is none. */
tfeed_status file_sequence_peek(struct file_sequence *sequence, const struct stream_plan **ret_plan,
                                struct tfeed_error *reterr);
/* Takes the stream of the stretch that was peeked at. */
struct file_stream *file_sequence_take(struct file_sequence *sequence);
/* Ends a stream that was taken. */
void file_sequence_release(struct file_sequence *sequence, struct file_stream *stream);

/* The window whose row n_drawn is the stream's next one, a hole perhaps. UNAVAILABLE: fill;
 * OUT_OF_RANGE: the stream has ended; else the error that stands there. */
tfeed_status file_sequence_reach(struct file_sequence *sequence, struct file_stream *stream,
                                 struct row_window **ret_window, struct tfeed_error *reterr);

/* Where it stands: position, begin and window of the lane; NULL: has_ended. */
void file_stream_save(const struct file_stream *stream, struct lane_state *ret_lane);
/* Whether it was known of a saved stream that no record comes any more. */
bool file_stream_was_read(const struct lane_state *lane);

struct fill *file_sequence_claim(struct file_sequence *sequence, bool needed_only);
void file_sequence_fill_run(struct fill *fill);
void file_sequence_fill_settle(struct fill *fill);
uint64_t file_sequence_depth(const struct file_sequence *sequence);

#endif
