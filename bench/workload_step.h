/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * workload_step.h - what a loader takes away from the training beside it.
 */
#ifndef BENCH_WORKLOAD_STEP_H
#define BENCH_WORKLOAD_STEP_H

#include "bench/consumer.h"
#include "bench/workloads.h"

/** Where the batch of a step comes from. */
enum bench_feed {
    BENCH_FEED_NONE,   /**< there is none: the computation alone */
    BENCH_FEED_MEMORY, /**< rows in memory: shuffled, gathered, converted by the training thread */
    BENCH_FEED_LOADER,
    BENCH_N_FEEDS
};

struct bench_step_result {
    uint64_t n_rounds;
    uint64_t n_steps; /**< of each feed in a round */
    unsigned n_threads;
    int64_t n_workers;
    uint64_t n_memory_rows;
    struct bench_spread seconds[BENCH_N_FEEDS];     /**< of a step, the median of a round */
    struct bench_spread cpu_seconds[BENCH_N_FEEDS]; /**< … on all threads, the mean of a round */
    struct bench_spread ratio;                      /**< loader by memory, of each round */
    struct bench_spread cpu_ratio;
};

/**
 * Measures steps, each a batch that is read whole and a computation of the same work on n_threads
 * threads, with the three feeds in turn.
 *
 * @return TFEED_OK, what loading says, TFEED_RESOURCE_EXHAUSTED
 */
TFEED_MUST_USE tfeed_status bench_step_measure(const struct bench_options *options,
                                               struct bench_step_result *ret_result,
                                               struct tfeed_error *reterr);

#endif
