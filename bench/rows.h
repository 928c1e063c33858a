/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * rows.h - the rows of a set in memory, shuffled, gathered and converted: what a program does that
 * has no loader, and what a loader is compared with.
 */
#ifndef BENCH_ROWS_H
#define BENCH_ROWS_H

#include <tfeed/random.h>

#include "bench/consumer.h"

struct bench_rows {
    const struct bench_consumer *consumer;
    uint8_t **columns; /**< [n_columns][n_rows * row_bytes]; images as bytes */
    uint32_t n_rows;
    uint32_t *order; /**< of the rows, the first n_drawn of this epoch drawn already */
    uint32_t n_drawn;
    struct tfeed_random random;
    struct tfeed_tensor *batch; /**< [n_columns], batch_size rows */
};

/**
 * Takes the first rows of the set, up to a gigabyte.
 *
 * @param consumer  borrowed; its columns are numbers
 * @return TFEED_OK, TFEED_RESOURCE_EXHAUSTED, what loading says
 */
TFEED_MUST_USE tfeed_status bench_rows_load(const struct bench_options *options,
                                            const struct bench_consumer *consumer,
                                            struct bench_rows *ret_rows,
                                            struct tfeed_error *reterr);

void bench_rows_clear(struct bench_rows *rows);

/** Draws n rows and puts them into the batch; epoch after epoch. */
void bench_rows_next(struct bench_rows *rows, uint64_t n);

#endif
