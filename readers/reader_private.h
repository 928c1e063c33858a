/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * reader_private.h - what a kind of reader adds to the state machine in reader.c.
 *
 * A new kind is a file NAME_work.c with such a table and a constructor that ends in tfi_reader_new.
 */
#ifndef TFI_READER_PRIVATE_H
#define TFI_READER_PRIVATE_H

#include <stddef.h>
#include <stdint.h>

#include <tfeed/readers.h>

#include "readers/readers_internal.h"

/* A record's key is "unit:place". */
struct tfi_reader_run {
    size_t n_records;
    struct tfeed_bytes values[TFI_RUN_RECORDS]; /* each holds a reference */
    uint64_t places[TFI_RUN_RECORDS];
};

struct tfi_reader_functions {
    const char *name; /* TensorFlow's, "TFRecordReader" */
    /* Begins a work unit. An error gives the unit up. */
    tfeed_status (*begin)(void *work, const char *unit, struct tfeed_error *reterr);
    /* Fills run with 1 … max_records records. OUT_OF_RANGE: the unit has ended. Any other error
     * keeps the unit, and the next call meets it again. */
    tfeed_status (*read)(void *work, size_t max_records, struct tfi_reader_run *run,
                         struct tfeed_error *reterr);
    /* Ends the unit in progress, wherever it stands. */
    void (*end)(void *work);
    void (*free)(void *work);
};

/* Takes work on success; frees it otherwise. */
tfeed_status tfi_reader_new(const struct tfi_reader_functions *functions, void *work,
                            const struct tfeed_allocator *allocator,
                            struct tfeed_reader **ret_reader, struct tfeed_error *reterr);

#endif
