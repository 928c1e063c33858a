/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * workloads.h - the kinds of work that are measured.
 *
 *   read    scan records: framing and checksums
 *   parse   … and parse them into the columns of batches
 *   load    … shuffled, through the loader
 *   queues  … through filename queue, reader threads and shuffle queue
 *   write   make Examples from memory and write them
 *   encode  make Examples of columns, in memory
 */
#ifndef BENCH_WORKLOADS_H
#define BENCH_WORKLOADS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tfeed/loader.h>
#include <tfeed/records.h>

#include "bench/harness.h"

/** What an image, bytes of one length in all records, becomes. */
enum bench_values {
    BENCH_FLOAT32, /**< byte * (1 / 255) - 0.5 */
    BENCH_UINT8,
    BENCH_BYTES /**< a view, as bytes of differing length are in any case */
};

/** As many workers as the process may use processors. */
#define BENCH_WORKERS_AUTO UINT64_MAX

struct bench_options {
    const char *const *names; /**< of the files; write: the one to be made */
    size_t n_names;
    enum tfeed_compression compression;
    enum tfeed_map map;
    bool skip_checksums;
    uint64_t n_rounds;
    bool full_check; /**< sum every value in the timed passes too */

    /* parse, load */
    const char *columns; /**< "NAME,NAME": the features that become columns; NULL: all that can */
    const char *image;   /**< name of a bytes feature; NULL: guessed */
    const char *label;   /**< name of an int64 feature; NULL: guessed */
    enum bench_values values;
    uint64_t batch_size;

    /* load, queues */
    uint64_t n_epochs; /**< 1 for the others */
    uint64_t n_shuffle;
    uint64_t seed;

    /* load: as in tfeed_loader_options */
    enum tfeed_order order;
    uint64_t interleave;
    uint64_t n_lanes;
    uint64_t n_workers; /**< or BENCH_WORKERS_AUTO */
    uint64_t n_batches;
    uint64_t budget_bytes;

    /* queues */
    uint64_t n_readers;
    uint64_t n_prefetch;
    bool deterministic;

    /* step */
    bool numbers_only; /**< no columns of strings */
    bool takes_lists;  /**< features with any number of values become columns too */
    uint64_t step_us;  /**< microseconds of a step's computation */
    uint64_t n_step_threads;

    /* files: works on records, beside what they cannot beat */
    const char *rows;   /**< "NAME,NAME"; NULL: all that fit and only read */
    const char *folder; /**< for what is written; NULL: TMPDIR, or /tmp */
    uint64_t n_threads;
    uint64_t n_draws; /**< records that are read at random */

    /* write, encode */
    const char *idx_folder; /**< NULL: random images */
    uint64_t n_records;
    bool (*should_stop)(void); /**< NULL: never */
};

/** The defaults: five rounds, batches of 128 float32, one epoch, shuffled through 10,000. */
#define BENCH_OPTIONS_INIT                                                                         \
    {                                                                                              \
        .n_rounds = 5, .batch_size = 128, .n_epochs = 1, .n_shuffle = 10000, .interleave = 1,      \
        .n_workers = BENCH_WORKERS_AUTO, .n_batches = 4, .n_readers = 1, .step_us = 5000,          \
        .n_threads = 2, .n_draws = 1000, .n_records = 55000                                        \
    }

extern const struct bench_workload bench_read;
extern const struct bench_workload bench_parse;
extern const struct bench_workload bench_load;
extern const struct bench_workload bench_queues;
extern const struct bench_workload bench_write;
extern const struct bench_workload bench_encode;

/** The loader options that stand in the bench's. */
void bench_loader_options(const struct bench_options *options,
                          struct tfeed_loader_options *ret_options);

#endif
