/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * workload_load.h - what the two ways of loading share: the loader, and TensorFlow's queues.
 */
#ifndef BENCH_WORKLOAD_LOAD_H
#define BENCH_WORKLOAD_LOAD_H

#include "bench/consumer.h"

/** The state of both. */
struct bench_load_state {
    const struct bench_options *options;
    struct bench_consumer consumer;
    unsigned n_threads; /**< of the loader's last pass */
};

/** As in struct bench_workload. */
tfeed_status bench_load_open(const struct bench_options *options, void **ret_state,
                             struct tfeed_error *reterr);
void bench_load_close(void *state);
const struct bench_consumer *bench_load_consumer(const void *state);

/** Ends a pass that got through. TFEED_INTERNAL: not all rows of all epochs have come. */
tfeed_status bench_load_check(const struct bench_load_state *state, struct bench_pass *pass,
                              struct tfeed_error *reterr);

#endif
