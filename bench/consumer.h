/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * consumer.h - what stands for the training loop: a schema of an image and a label, and cheap sums.
 */
#ifndef BENCH_CONSUMER_H
#define BENCH_CONSUMER_H

#include <tfeed/features.h>
#include <tfeed/status.h>

#include "bench/workloads.h"

/** Columns of the schema. */
enum { BENCH_COLUMN_IMAGE, BENCH_COLUMN_LABEL, BENCH_N_COLUMNS };

/** The value of a row that is summed: the middle of an MNIST image, which is seldom 0. */
enum { BENCH_PROBE_VALUE = 406 };

struct bench_consumer {
    struct tfeed_schema *schema;
    enum bench_values values;
    uint64_t n_values; /**< of a row; 0 where rows differ */
    /* One scan over the files, which also brings them into the page cache. */
    uint64_t n_records;
    uint64_t payload_bytes;
};

/**
 * Scans the files and makes the schema: features as the options name them, else guessed from the
 * first record (its first bytes feature of one value; the int64 feature of one value whose name has
 * "label" in it, else the first).
 *
 * @return TFEED_OK
 *         TFEED_INVALID_ARGUMENT  no such feature, or the first record is not an Example
 *         TFEED_OUT_OF_RANGE      no record in any of the files
 *         what reading says
 */
TFEED_MUST_USE tfeed_status bench_consumer_open(const struct bench_options *options,
                                                struct bench_consumer *ret_consumer,
                                                struct tfeed_error *reterr);

void bench_consumer_close(struct bench_consumer *consumer);

/** Uses n_rows rows of a batch: one value of each, or all. */
void bench_consumer_use(const struct bench_consumer *consumer, const struct tfeed_tensor *columns,
                        int64_t n_rows, struct bench_pass *pass);

/** Scans one file: records and payload bytes are added to the sums. */
TFEED_MUST_USE tfeed_status bench_scan(const char *name, const struct bench_options *options,
                                       struct bench_sums *sums, struct tfeed_error *reterr);

/** The reader options that stand in the bench's. */
void bench_reader_options(const struct bench_options *options,
                          struct tfeed_record_reader_options *ret_options);

#endif
