/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * stress.h - what stress programs share: their options, a clock to stop at, and random numbers.
 */
#ifndef T_STRESS_H
#define T_STRESS_H

#include <stdint.h>

struct t_stress_options {
    uint64_t seed;
    int n_threads;
    double seconds;
};

/* Reads --seed N, --threads N (default n_threads) and --seconds S (default: the environment's
 * TFEED_STRESS_SECONDS, else 1), prints them, and arms an alarm that ends a program that hangs.
 * Ends the program with status 2 on anything else. */
void t_stress_options_parse(struct t_stress_options *options, int n_threads, int argc, char **argv);

/* Nanoseconds on the monotonic clock at which the run is over. */
int64_t t_stress_end_ns(const struct t_stress_options *options);

/* SplitMix64: the next number of a sequence that *state selects and carries. */
uint64_t t_random_next(uint64_t *state);

#endif
