/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * row_holes_private.h - rows that are left out, but keep their place.
 *
 * The orders that give records one by one in a fixed sequence (all but FAST) leave a hole in the
 * window where a record is not wanted. So where windows begin and end, which depends on who filled
 * them and when, shows nowhere: damage is counted, and a state taken, at the very record.
 */
#ifndef TFI_ROW_HOLES_PRIVATE_H
#define TFI_ROW_HOLES_PRIVATE_H

#include "loader/loader_private.h"

enum hole { HOLE_FILTERED, HOLE_SKIPPED };

static inline bool row_is_hole(const struct row *row)
{
    return row->bytes.data == NULL; /* never so in a record, not even an empty one */
}

static inline void row_make_hole(struct row *row, enum hole hole)
{
    row->bytes.data = NULL;
    row->bytes.len = (size_t)hole;
}

/* file_cursor_read that leaves a hole where it skips; the window's counts stay 0. */
tfeed_status row_holes_read(struct file_cursor *cursor, enum cursor_checks checks,
                            struct row_window *window, uint32_t max_rows,
                            struct tfeed_error *reterr);

/* Checks the payloads of all rows, for CURSOR_CHECKS_LATER. FAIL: what stands at the damaged row
 * becomes the window's error. True: under STOP_FILE the file ends there, rows behind are gone. */
bool row_holes_check(struct row_window *window, const struct file_set *set,
                     enum tfeed_on_error on_error);

/* row_window_admit that leaves holes. True: as row_holes_check. */
bool row_holes_admit(struct row_window *window, struct admission_desk *desk,
                     const struct file_set *set, uint64_t epoch, enum tfeed_on_error on_error);

/* Passes over the holes that come next in the window, at most n_most, counted in the draw (and
 * damage in *n_skipped). Returns how many. */
uint32_t row_holes_pass(struct row_window *window, uint64_t n_most, struct draw *draw,
                        uint64_t *n_skipped);

/* Gives the draw the rows that come next in the window: up to a hole, at most n_most, and what it
 * wants. Returns how many. The draw holds the window. */
uint32_t row_holes_take(struct row_window *window, uint64_t n_most, uint64_t epoch,
                        struct draw *draw);

#endif
