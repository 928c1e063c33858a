/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * pairs.h - works on files of records, each beside the plainest thing that could do as much.
 *
 *    round 1   plain  work      round 2   work  plain      …      ratio of each round, its median
 *
 * The two take turns, because on a shared machine the same loop is half as fast a minute later.
 * Every work is checked: it must have met all records and bytes that the first scan counted.
 */
#ifndef BENCH_PAIRS_H
#define BENCH_PAIRS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tfeed/records.h>

#include "bench/harness.h"
#include "bench/probes.h"
#include "bench/workloads.h"

/** What all pairs of a measurement work on. */
struct bench_ground {
    const struct bench_options *options;
    struct bench_sums sums; /**< of all files */
    enum tfeed_compression compression;
    uint64_t file_bytes; /**< as they lie on the disk */
    struct bench_prober *prober;
    struct bench_draws *draws; /**< of the row "get"; NULL before */
    struct bench_hot *hot;     /**< of the rows "parse…"; NULL before */
    uint64_t round;
};

/** One side of a pair: does it, and says how long that took. */
typedef tfeed_status (*bench_side)(struct bench_ground *ground, double *ret_seconds,
                                   struct tfeed_error *reterr);

struct bench_pair {
    const char *name;
    const char *work;  /**< what is measured … */
    const char *plain; /**< … and what it stands beside, in words */
    bool is_asked;     /**< done only when it is named: it writes, or takes its time */
    bool (*fits)(const struct bench_ground *ground); /**< NULL: whatever the files are */
    uint64_t (*n_bytes)(const struct bench_ground *ground);
    bench_side run;
    bench_side run_plain;
};

/** What came of a pair. Ratios are of speeds: above 1 the work is faster than what it stands
 *  beside. */
struct bench_pair_result {
    const struct bench_pair *pair;
    uint64_t n_bytes;
    struct bench_spread seconds;
    struct bench_spread plain_seconds;
    struct bench_spread ratio; /**< inside one round */
};

enum { BENCH_MAX_PAIRS = 16 };

struct bench_pairs_result {
    struct bench_sums sums;
    struct bench_pair_result pairs[BENCH_MAX_PAIRS];
    size_t n_pairs;
    uint64_t n_rounds;
};

/**
 * Measures the pairs that options->rows names, "NAME,NAME"; NULL: all that fit and only read.
 *
 * @return TFEED_OK
 *         TFEED_INVALID_ARGUMENT      no such pair
 *         TFEED_FAILED_PRECONDITION   it is not for these files; their pages cannot be dropped
 *         TFEED_INTERNAL              a work did not meet all records
 *         what the works say
 */
TFEED_MUST_USE tfeed_status bench_pairs_measure(const struct bench_options *options,
                                                struct bench_pairs_result *ret_result,
                                                struct tfeed_error *reterr);

/* --- the sides, by file ---------------------------------------------------------------------- */

/* pairs_read.c: reading all of the files. */
tfeed_status bench_side_scan(struct bench_ground *ground, double *ret_seconds,
                             struct tfeed_error *reterr);
tfeed_status bench_side_limit(struct bench_ground *ground, double *ret_seconds,
                              struct tfeed_error *reterr);
tfeed_status bench_side_verify(struct bench_ground *ground, double *ret_seconds,
                               struct tfeed_error *reterr);
tfeed_status bench_side_verify_threads(struct bench_ground *ground, double *ret_seconds,
                                       struct tfeed_error *reterr);
tfeed_status bench_side_index(struct bench_ground *ground, double *ret_seconds,
                              struct tfeed_error *reterr);
tfeed_status bench_side_touch(struct bench_ground *ground, double *ret_seconds,
                              struct tfeed_error *reterr);
tfeed_status bench_side_touch_threads(struct bench_ground *ground, double *ret_seconds,
                                      struct tfeed_error *reterr);

/* pairs_inflate.c: the inflate library, and nothing around it. */
tfeed_status bench_side_inflate(struct bench_ground *ground, double *ret_seconds,
                                struct tfeed_error *reterr);

/* pairs_get.c: records at random, from a disk. */
tfeed_status bench_side_get(struct bench_ground *ground, double *ret_seconds,
                            struct tfeed_error *reterr);
tfeed_status bench_side_preads(struct bench_ground *ground, double *ret_seconds,
                               struct tfeed_error *reterr);
uint64_t bench_draws_bytes(const struct bench_ground *ground);
void bench_draws_free(struct bench_draws *draws);

/* pairs_parse.c: the first records, which stay in the cache, again and again. */
tfeed_status bench_side_parse(struct bench_ground *ground, double *ret_seconds,
                              struct tfeed_error *reterr);
tfeed_status bench_side_parse_mixed(struct bench_ground *ground, double *ret_seconds,
                                    struct tfeed_error *reterr);
tfeed_status bench_side_parse_few(struct bench_ground *ground, double *ret_seconds,
                                  struct tfeed_error *reterr);
tfeed_status bench_side_parse_few_mixed(struct bench_ground *ground, double *ret_seconds,
                                        struct tfeed_error *reterr);
tfeed_status bench_side_memcpy(struct bench_ground *ground, double *ret_seconds,
                               struct tfeed_error *reterr);
uint64_t bench_hot_bytes(const struct bench_ground *ground);
void bench_hot_free(struct bench_hot *hot);

/* pairs_shuffle.c: all records in another order, onto a disk. */
tfeed_status bench_side_shuffle(struct bench_ground *ground, double *ret_seconds,
                                struct tfeed_error *reterr);
tfeed_status bench_side_copy(struct bench_ground *ground, double *ret_seconds,
                             struct tfeed_error *reterr);

/* --- what they share ------------------------------------------------------------------------- */

enum { BENCH_PATH_BYTES = 4096 };

/** A path for a file of this process in options->folder (NULL: TMPDIR, or /tmp). */
tfeed_status bench_temporary_path(const struct bench_options *options, const char *name,
                                  char path[BENCH_PATH_BYTES], struct tfeed_error *reterr);

/** INTERNAL unless all records were met. */
tfeed_status bench_ground_check(const struct bench_ground *ground, const char *who,
                                uint64_t n_records, struct tfeed_error *reterr);

#endif
