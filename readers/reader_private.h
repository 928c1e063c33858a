/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * reader_private.h - what a kind of reader adds to the state machine in reader.c.
 *
 * A new kind is a file NAME_work.c with such a table and a constructor that ends in tfi_reader_new.
 */
#ifndef TFI_READER_PRIVATE_H
#define TFI_READER_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tfeed/readers.h>

#include "readers/readers_internal.h"

/* What a record's key is. */
enum tfi_reader_key {
    TFI_KEY_PLACE, /* "unit:place" */
    TFI_KEY_UNIT,  /* the unit's name */
    TFI_KEY_OWN,   /* bytes of its own */
};

/* Every string holds a reference. */
struct tfi_reader_run {
    size_t n_records;
    bool ended; /* the unit ends with these; false before read */
    struct tfeed_bytes values[TFI_RUN_RECORDS];
    struct tfeed_bytes keys[TFI_RUN_RECORDS]; /* TFI_KEY_OWN */
    uint64_t places[TFI_RUN_RECORDS];         /* TFI_KEY_PLACE */
};

struct tfi_reader_functions {
    const char *name; /* TensorFlow's, "TFRecordReader" */
    enum tfi_reader_key key;
    bool has_state;       /* that can be saved */
    bool takes_any_bytes; /* a unit's name may hold NUL; no file is meant by it */
    /* Begins a work unit. Its name lives until the next unit begins and has a NUL behind it. An
     * error gives the unit up. */
    tfeed_status (*begin)(void *work, const struct tfeed_bytes *unit, struct tfeed_error *reterr);
    /* Fills run with 1 … max_records records. OUT_OF_RANGE: the unit has ended. Any other error
     * keeps the unit, and the next call meets it again. */
    tfeed_status (*read)(void *work, size_t max_records, struct tfi_reader_run *run,
                         struct tfeed_error *reterr);
    /* Ends the unit in progress, wherever it stands. */
    void (*end)(void *work);
    void (*free)(void *work);
};

/* What of a reader's state is saved: TensorFlow's ReaderBaseState. */
struct tfi_reader_state {
    int64_t n_started;
    int64_t n_finished;
    int64_t n_produced;
    struct tfeed_bytes unit; /* the name in progress, or the last one */
};

/* reader_state.c: the bytes of TensorFlow's message, as a string scalar. */
tfeed_status tfi_reader_state_encode(const struct tfi_reader_state *state,
                                     const struct tfeed_allocator *allocator,
                                     struct tfeed_tensor *ret_state, struct tfeed_error *reterr);
/* The unit's name is a view of `bytes`. INVALID_ARGUMENT, in TensorFlow's words with the reader's
 * name: they do not parse, or no reader can be in that state. */
tfeed_status tfi_reader_state_decode(const struct tfeed_bytes *bytes, const char *reader_name,
                                     struct tfi_reader_state *ret_state,
                                     struct tfeed_error *reterr);

/* Takes work on success; frees it otherwise. */
tfeed_status tfi_reader_new(const struct tfi_reader_functions *functions, void *work,
                            const struct tfeed_allocator *allocator,
                            struct tfeed_reader **ret_reader, struct tfeed_error *reterr);

#endif
