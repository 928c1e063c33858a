/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * record_changes.h - what the targets that read files of records share: reading all of one in a
 * word, and changes that get behind checksums and compression.
 */
#ifndef T_FUZZ_RECORD_CHANGES_H
#define T_FUZZ_RECORD_CHANGES_H

#include <tfeed/records.h>

#include "tests/fuzz/fuzz.h"

/* What came out of a file. */
struct fuzz_reading {
    uint64_t n_records;
    uint64_t n_bytes;    /* of payloads */
    uint32_t digest;     /* of the lengths and payloads, one after the other */
    uint64_t end;        /* of the last record's frame */
    bool is_joined;      /* each record began where the one before ended */
    tfeed_status status; /* OUT_OF_RANGE: to the end */
    struct tfeed_record_losses losses;
    enum tfeed_compression compression;
};

enum fuzz_read_by { FUZZ_ONE_BY_ONE, FUZZ_BY_RUN, FUZZ_RESYNC };

/* Reads a file to its end, or to what stops it; RESYNC goes on behind damage by hand. */
struct fuzz_reading fuzz_read_records(const char *path,
                                      const struct tfeed_record_reader_options *options,
                                      enum fuzz_read_by by);

/* The same records, and ended so. */
bool fuzz_readings_equal(const struct fuzz_reading *a, const struct fuzz_reading *b);

/* The most that reading `size` bytes may hold at a time, however they are compressed. */
size_t fuzz_records_limit(enum tfeed_compression compression, size_t size);

/* Changes a file of records: its bytes as they are, or those of its stream, mostly with right
 * checksums. AUTO: whatever it is. */
size_t fuzz_change_records(uint8_t *data, size_t size, size_t max_size, unsigned seed,
                           enum tfeed_compression compression);

#endif
