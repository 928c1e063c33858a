/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * harness.h - how a piece of work is measured: checked once, then timed several times.
 *
 *   open ─▶ check pass (untimed: every value of every row, memory is looked at)
 *        ─▶ timed pass 1 … n (one value per row; must see the same rows) ─▶ close
 *
 * A figure without its check means nothing: a round whose sums differ from the check pass is an
 * error.
 */
#ifndef BENCH_HARNESS_H
#define BENCH_HARNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tfeed/loader.h>
#include <tfeed/status.h>

/** Sums over all rows that a consumer saw: the proof that the work was done; see consumer.h.
 *  Integers wrap around. */
struct bench_sums {
    uint64_t records;
    uint64_t payload_bytes; /**< of the records of one epoch */
    uint64_t label_sum;
    uint64_t probe_sum;
    uint64_t value_sum; /**< the check pass only, unless asked for; without the floats */
    double float_sum;   /**< the part of value_sum that floats are, rounded in any order */
};

/** A pass over the work. */
struct bench_pass {
    bool all_values; /**< sum every value, not one per row */
    bool is_check;   /**< the untimed pass */
    struct bench_sums sums;
    /* Of the loader, where there is one. */
    double first_batch_seconds; /**< from opening it */
    bool has_statistics;
    struct tfeed_loader_statistics statistics;
};

struct bench_options;
struct bench_consumer;

/** A kind of work. `state` is its own, from open to close. */
struct bench_workload {
    const char *name;
    tfeed_status (*open)(const struct bench_options *options, void **ret_state,
                         struct tfeed_error *reterr);
    tfeed_status (*run)(void *state, struct bench_pass *pass, struct tfeed_error *reterr);
    void (*close)(void *state);
    unsigned (*n_threads)(const void *state);                    /**< NULL: one */
    const struct bench_consumer *(*consumer)(const void *state); /**< NULL: none */
    void (*copy)(void *state); /**< copies the records of a pass with memcpy, one by one; or NULL */
};

/** The middle of some measurements, and how far they lie apart. */
struct bench_spread {
    double median;
    double min;
    double max;
};

enum { BENCH_MAX_ROUNDS = 99 };

struct bench_result {
    const struct bench_workload *workload;
    void *state;                           /**< of the workload */
    const struct bench_consumer *consumer; /**< NULL where there is none */
    struct bench_sums check;
    uint64_t records; /**< of one round, all epochs */
    uint64_t bytes;   /**< payload bytes of one round, all epochs */
    uint64_t n_rounds;
    struct bench_spread seconds;
    struct bench_spread copy_ratio; /**< the speed of the work by that of copying, in each round */
    double cpu_seconds;             /**< median, user and system, all threads */
    uint64_t peak_rss_bytes;
    uint64_t peak_anon_bytes;
    unsigned n_threads;
    bool crc_verified;
    double first_batch_seconds; /**< from the start of the process; 0 where there is no loader */
    bool has_statistics;        /**< of the last timed pass */
    struct tfeed_loader_statistics statistics;
};

/**
 * Measures a workload.
 *
 * @return TFEED_OK        ret_result is complete; ended by bench_result_clear
 *         TFEED_INTERNAL  a timed pass saw other rows than the check pass
 *         what the work says
 */
TFEED_MUST_USE tfeed_status bench_measure(const struct bench_workload *workload,
                                          const struct bench_options *options,
                                          struct bench_result *ret_result,
                                          struct tfeed_error *reterr);

void bench_result_clear(struct bench_result *result);

/** Seconds on the monotonic clock. */
double bench_now(void);

/** CPU seconds of the process so far, all threads. */
double bench_cpu_now(void);

/** Sorts n values (n > 0) and gives the middle one with the extremes. */
struct bench_spread bench_spread_of(double *values, size_t n);

/**
 * Looks at the process's anonymous memory, once in a while: workloads call it for every batch of
 * the check pass.
 */
void bench_memory_look(void);

/** Writes an error of the bench's own. Returns its code. */
tfeed_status bench_fail(struct tfeed_error *reterr, tfeed_status code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
