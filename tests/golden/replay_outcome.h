/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * replay_outcome.h - what came out of a file of records, and whether that is right.
 */
#ifndef TESTS_GOLDEN_REPLAY_OUTCOME_H
#define TESTS_GOLDEN_REPLAY_OUTCOME_H

#include <tfeed/records.h>

#include "tests/golden/replay.h"
#include "tests/support/sha256.h"

/* What came out of a file. */
struct replay_payload {
    uint8_t *data;
    size_t len;
    uint64_t offset;
};

struct replay_outcome {
    struct replay_payload *payloads;
    size_t n;
    tfeed_status status; /* that ended it; every repeat gave it again, else TFEED_INTERNAL */
    uint64_t end_offset;
    enum tfeed_compression compression; /* found */
};

/* Reads a file to its end or first failure, in runs, then asks twice more. */
struct replay_outcome replay_outcome_read(const char *path,
                                          const struct tfeed_record_reader_options *options);

/* The same of FOLDER/FILE of the set. */
struct replay_outcome replay_outcome_read_file(const struct replay *replay, const char *folder,
                                               const char *file, enum tfeed_compression compression,
                                               enum tfeed_tail tail, enum tfeed_map map);
void replay_outcome_clear(struct replay_outcome *outcome);

bool replay_outcomes_equal(const struct replay_outcome *a, const struct replay_outcome *b);

/* Of all payloads, one behind the other. */
const char *replay_outcome_sha(const struct replay_outcome *outcome,
                               char hex[SUPPORT_SHA256_HEX_BYTES]);

/* Where outcomes are written to, in memory. */
#define REPLAY_OUTPUT "out.tfrecord"

/* Writes the payloads to REPLAY_OUTPUT; with `sizes`, flushes behind each and compares. -1: all
 * were as expected, else the first flush that was not. */
tfeed_status replay_outcome_write(struct tfeed_memory_files *files,
                                  const struct replay_outcome *source,
                                  const struct tfeed_record_writer_options *options,
                                  const json_t *sizes, int *ret_bad_flush);

/* All payloads of the undamaged files: the only right ones. */
struct replay_truth {
    struct replay_outcome *files;
    size_t n_files;
};

struct replay_truth replay_truth_new(const struct replay *replay, const char *folder,
                                     const json_t *files);
void replay_truth_free(struct replay_truth *truth);
bool replay_is_true(const struct replay_truth *truth, const struct replay_payload *payload);

/* Values of the JSON rows. */
const char *replay_text_of(const json_t *row, const char *key);
uint64_t replay_number_of(const json_t *row, const char *key);

/* Memory, or the end of the program. */
void *replay_must_have(void *memory);

#endif
