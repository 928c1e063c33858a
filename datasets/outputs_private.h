/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * outputs_private.h - the files that an operation makes: planned, opened, and all of them at the
 * end or none.
 *
 *   add      their names
 *   open     all of them: whatever stands in the way shows before any work is done
 *   write    they grow under temporary names, each on the caller's thread or in its lane
 *   commit   all of them, one after the other; on any failure before that, none
 *
 * A lane is a thread that writes every n-th output. What is copied is brought there in chunks:
 *
 *      copy, copy, … ─┬▶ lane 0: output 0, 2, 4 …
 *                     └▶ lane 1: output 1, 3, 5 …
 *
 * Of several failures the one is told that one thread would have met: the first in the order of
 * copying.
 */
#ifndef TFI_OUTPUTS_PRIVATE_H
#define TFI_OUTPUTS_PRIVATE_H

#include <tfeed/datasets.h>

/* Zero it but for the report, which is the caller's and has its allocator. */
struct tfi_outputs {
    struct tfeed_dataset_write_report *report;
    struct tfeed_record_writer **writers; /* of report->outputs; NULL before open */
    size_t capacity;
    bool in_turn; /* one is written after the other; false: all at the same time */
    struct tfi_lane *lanes;
    size_t n_lanes;    /* 0: the caller writes */
    uint64_t n_slices; /* that were brought to lanes */
};

/* Adds a file; both texts are copied. Before open. */
tfeed_status tfi_outputs_add(struct tfi_outputs *outputs, const char *path, const char *split,
                             struct tfeed_error *reterr);

/* Makes the folder of outputs that are local files (file_system NULL), one level, unless it is
 * there; *ret_made: it was not. */
tfeed_status tfi_outputs_make_folder(const struct tfeed_file_system *file_system,
                                     const char *folder, bool *ret_made,
                                     struct tfeed_error *reterr);

/* Opens all files that were added. options->buffer_bytes is the most that one of them gathers:
 * of many each has less. options->n_threads compress files that are written in turn, unless there
 * are many; others are lanes' work. */
tfeed_status tfi_outputs_open(struct tfi_outputs *outputs,
                              const struct tfeed_record_writer_options *options,
                              struct tfeed_error *reterr);

/* Writes a record to a file. */
tfeed_status tfi_outputs_write(struct tfi_outputs *outputs, size_t output, const void *data,
                               size_t len, struct tfeed_error *reterr);

/* From here on options->n_threads write, while the caller reads: none of them where that would be
 * no help. End them whatever begin said. */
tfeed_status tfi_outputs_begin_lanes(struct tfi_outputs *outputs,
                                     const struct tfeed_record_writer_options *options,
                                     struct tfeed_error *reterr);

/* Copies n records that lie one behind the other, whole, from where a reader has checked them:
 * their frames are taken as they are. */
tfeed_status tfi_outputs_copy(struct tfi_outputs *outputs, size_t output,
                              const struct tfeed_record_view *views, size_t n,
                              struct tfeed_error *reterr);

/* Waits for the lanes. What the earliest failure in one says; else `status`, which came after all
 * that was brought there: the caller returns what this says. */
tfeed_status tfi_outputs_end_lanes(struct tfi_outputs *outputs, tfeed_status status,
                                   struct tfeed_error *reterr);

/* The same as copy for frames in memory, on the caller's thread: n_records of them with n_bytes of
 * payload. */
tfeed_status tfi_outputs_copy_frames(struct tfi_outputs *outputs, size_t output, const void *frames,
                                     size_t len, uint64_t n_records, uint64_t n_bytes,
                                     struct tfeed_error *reterr);

/* Whether threads of each writer compress, in pieces. It does not depend on their number. */
bool tfi_outputs_are_in_pieces(const struct tfi_outputs *outputs,
                               const struct tfeed_record_writer_options *options);

/* Takes down in the report what was written, or brought to a lane. */
void tfi_outputs_count(struct tfi_outputs *outputs, size_t output, uint64_t n_records,
                       uint64_t n_bytes);

/* Makes all of them appear. */
tfeed_status tfi_outputs_commit(struct tfi_outputs *outputs, struct tfeed_error *reterr);

/* Ends the writers; what was not committed goes. The report stays. */
void tfi_outputs_clear(struct tfi_outputs *outputs);

#endif
