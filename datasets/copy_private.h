/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * copy_private.h - records of many files, in order, to the files that they are dealt to.
 */
#ifndef TFI_COPY_PRIVATE_H
#define TFI_COPY_PRIVATE_H

#include <tfeed/datasets.h>

#include "datasets/outputs_private.h"

/* The files that an operation reads. */
struct tfi_inputs {
    const char *const *paths;
    size_t n;
    const struct tfeed_dataset_write_options *options;
    uint64_t n_records; /* of those that the current visit has gone through */
    uint64_t n_bytes;
    bool is_compressed; /* the one that is visited */
};

/* INVALID_ARGUMENT: there is none, an empty name, or (may_come_once false) one that cannot be read
 * twice; NOT_FOUND: a set is not whole. */
tfeed_status tfi_inputs_check(const struct tfi_inputs *inputs, bool may_come_once,
                              struct tfeed_error *reterr);

/* Is given the records of a run, which lie one behind the other in a file. */
typedef tfeed_status tfi_visit_function(void *state, const struct tfeed_record_view *views,
                                        size_t n, struct tfeed_error *reterr);

enum tfi_visit_depth {
    TFI_VISIT_LENGTHS, /* payloads are not looked at; tells the progress function of nothing done */
    TFI_VISIT_CHECKED  /* every checksum is verified */
};

/* Goes through the records of all inputs, in order. */
tfeed_status tfi_inputs_visit(struct tfi_inputs *inputs, enum tfi_visit_depth depth,
                              tfi_visit_function *visit, void *state, struct tfeed_error *reterr);

/* How the inputs' files, and the outputs', are opened. */
void tfi_copy_reader_options(const struct tfeed_dataset_write_options *options,
                             struct tfeed_record_reader_options *ret_options);
void tfi_copy_writer_options(const struct tfeed_dataset_write_options *options,
                             struct tfeed_record_writer_options *ret_options);

/* A copy from files to files. */
struct tfi_copy {
    struct tfi_inputs inputs;
    struct tfi_outputs outputs;
    size_t (*deal)(void *dealer, size_t len); /* the output of the next record; NULL: the first */
    void *dealer;
    bool has_begun;      /* a run has been copied */
    bool is_counted;     /* the inputs have been gone through before, and had */
    uint64_t n_expected; /* so many records */
};

/* Zeroes the report and resolves the options. `defaults` is room for them. */
void tfi_copy_init(struct tfi_copy *copy, const char *const *inputs, size_t n_inputs,
                   const struct tfeed_dataset_write_options *options,
                   struct tfeed_dataset_write_options *defaults,
                   struct tfeed_dataset_write_report *report);

/* Opens the outputs that were added, copies, and makes them appear. */
tfeed_status tfi_copy_run(struct tfi_copy *copy, struct tfeed_error *reterr);

#endif
