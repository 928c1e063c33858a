/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * workloads.h - the kinds of work that are measured.
 *
 *   read    scan records: framing and checksums
 *   parse   … and parse them into the columns of batches
 *   load    … through filename queue, reader threads and shuffle queue
 *   write   make Examples from memory and write them
 */
#ifndef BENCH_WORKLOADS_H
#define BENCH_WORKLOADS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tfeed/records.h>

#include "bench/harness.h"

/** What the bytes feature of a row becomes. */
enum bench_values {
    BENCH_FLOAT32, /**< byte * (1 / 255) - 0.5 */
    BENCH_UINT8,
    BENCH_BYTES /**< a view; rows may differ in length */
};

struct bench_options {
    const char *const *names; /**< of the files; write: the one to be made */
    size_t n_names;
    enum tfeed_compression compression;
    bool skip_checksums;
    uint64_t n_rounds;
    bool full_check; /**< sum every value in the timed passes too */

    /* parse, load */
    const char *image; /**< "NAME" or "NAME:LENGTH" of a bytes feature; NULL: guessed */
    const char *label; /**< name of an int64 feature; NULL: guessed */
    enum bench_values values;
    uint64_t batch_size;

    /* load */
    uint64_t n_epochs; /**< 1 for the others */
    uint64_t n_shuffle;
    uint64_t n_readers;
    uint64_t n_prefetch;
    uint64_t seed;
    bool deterministic;

    /* write */
    const char *idx_folder; /**< NULL: random images */
    uint64_t n_records;
    bool (*should_stop)(void); /**< NULL: never */
};

/** The defaults: five rounds, batches of 128 float32, one epoch, shuffled through 10,000. */
#define BENCH_OPTIONS_INIT                                                                         \
    {                                                                                              \
        .n_rounds = 5, .batch_size = 128, .n_epochs = 1, .n_shuffle = 10000, .n_readers = 1,       \
        .n_records = 55000                                                                         \
    }

extern const struct bench_workload bench_read;
extern const struct bench_workload bench_parse;
extern const struct bench_workload bench_load;
extern const struct bench_workload bench_write;

#endif
