/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * rows_again_private.h - rows whose places are known, read once more.
 */
#ifndef TFI_ROWS_AGAIN_PRIVATE_H
#define TFI_ROWS_AGAIN_PRIVATE_H

#include "loader/loader_private.h"

/* Adds the records at places[n] to the window, in that order, each with a block of its own: a few
 * rows of many files must not keep whole buffers in memory.
 * FAILED_PRECONDITION: one is not where it was. CANCELLED: the loader was stopped. Otherwise what
 * reading says. */
tfeed_status rows_read_again(const struct order_plan *plan, const struct place *places, size_t n,
                             struct row_window *window, struct tfeed_error *reterr);

#endif
