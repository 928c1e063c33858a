/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * readers_internal.h - reading by the run, without tensors: what the batching threads do.
 */
#ifndef TFI_READERS_INTERNAL_H
#define TFI_READERS_INTERNAL_H

#include <stddef.h>

#include <tfeed/readers.h>

/* The most records of one run of work: what a thread does between two looks at the stop. */
enum { TFI_RUN_RECORDS = 128 };

/* Reads 1 … max_records records, at most TFI_RUN_RECORDS, of one unit into values; each element
 * holds a reference that tfi_bytes_unref_n ends. Unlike tfeed_reader_read_up_to it gives what it
 * has and leaves an error behind that to the next call, so that no good record is lost. */
tfeed_status tfi_reader_read_run(struct tfeed_reader *reader, struct tfeed_queue *names,
                                 size_t max_records, struct tfeed_bytes *values, size_t *ret_n_read,
                                 struct tfeed_error *reterr);

#endif
