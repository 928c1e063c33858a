/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * outputs_private.h - the files that an operation makes: planned, opened, and all of them at the
 * end or none.
 *
 *   add      their names
 *   open     all of them: whatever stands in the way shows before any work is done
 *   write    they grow under temporary names
 *   commit   all of them, one after the other; on any failure before that, none
 */
#ifndef TFI_OUTPUTS_PRIVATE_H
#define TFI_OUTPUTS_PRIVATE_H

#include <tfeed/datasets.h>

/* Zero it but for the report, which is the caller's and has its allocator. */
struct tfi_outputs {
    struct tfeed_dataset_write_report *report;
    struct tfeed_record_writer **writers; /* of report->outputs; NULL before open */
    size_t capacity;
};

/* Adds a file; both texts are copied. Before open. */
tfeed_status tfi_outputs_add(struct tfi_outputs *outputs, const char *path, const char *split,
                             struct tfeed_error *reterr);

/* Opens all files that were added. options->buffer_bytes is the most that one of them gathers:
 * of many each has less. */
tfeed_status tfi_outputs_open(struct tfi_outputs *outputs,
                              const struct tfeed_record_writer_options *options,
                              struct tfeed_error *reterr);

/* Writes a record to a file. */
tfeed_status tfi_outputs_write(struct tfi_outputs *outputs, size_t output, const void *data,
                               size_t len, struct tfeed_error *reterr);

/* Copies n records that lie one behind the other, whole, from where a reader has checked them:
 * their frames are taken as they are. */
tfeed_status tfi_outputs_copy(struct tfi_outputs *outputs, size_t output,
                              const struct tfeed_record_view *views, size_t n,
                              struct tfeed_error *reterr);

/* The same for frames in memory: n_records of them with n_bytes of payload. */
tfeed_status tfi_outputs_copy_frames(struct tfi_outputs *outputs, size_t output, const void *frames,
                                     size_t len, uint64_t n_records, uint64_t n_bytes,
                                     struct tfeed_error *reterr);

/* Makes all of them appear. */
tfeed_status tfi_outputs_commit(struct tfi_outputs *outputs, struct tfeed_error *reterr);

/* Ends the writers; what was not committed goes. The report stays. */
void tfi_outputs_clear(struct tfi_outputs *outputs);

#endif
