/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * random.h - Philox 4x32-10 and TensorFlow's random operations on it, bit for bit.
 *
 * A pair of seeds keys a counter-based generator: the same pair gives the same numbers on every
 * machine and with any number of threads.
 */
#ifndef TFEED_RANDOM_H
#define TFEED_RANDOM_H

#include <stddef.h>
#include <stdint.h>

#include <tfeed/status.h>
#include <tfeed/tensor.h>

#ifdef __cplusplus
extern "C" {
#endif

/** "No seed given", for graph seeds and op seeds. This one number cannot be a seed. */
#define TFEED_SEED_UNSET INT64_MIN

/** The two numbers that reach a random operation; (0, 0) means "not seeded". */
struct tfeed_seeds {
    uint64_t seed;
    uint64_t seed2;
};

/**
 * Turns a graph seed and an op seed into the pair that reaches an operation, as TensorFlow's
 * get_seed does.
 *
 * @param graph_seed  or TFEED_SEED_UNSET
 * @param op_seed     or TFEED_SEED_UNSET
 * @param n_before    stands in for the op seed where only the graph seed is set; in TensorFlow
 *                    1.x the number of nodes that the graph has
 *
 * @return both seeds modulo 2^31 - 1; (0, 0) when neither is set, and never otherwise
 *
 * Thread safety: immutable.   Blocks: no.
 * Source: TensorFlow 1.15, python/framework/random_seed.py.
 * Since: 0.1
 */
TFEED_API struct tfeed_seeds tfeed_seeds_derive(int64_t graph_seed, int64_t op_seed,
                                                int64_t n_before);

/**
 * A generator's state: a plain value in the caller's storage. A copy gives the same numbers again.
 *
 * Thread safety: externally locked.
 */
struct tfeed_random {
    uint32_t key[2];     /**< seed, low word first */
    uint32_t counter[4]; /**< of the next group, low word first; starts at seed2 * 2^64 */
    uint32_t words[4];   /**< the current group, handed out in order */
    uint32_t n_used;     /**< of words; 4: the next call makes a new group */
};

/**
 * Starts a generator. Seeds (0, 0) take a fresh random pair from the operating system.
 *
 * Thread safety: distinct objects.   Blocks: no.
 * Since: 0.1
 */
TFEED_API void tfeed_random_init(struct tfeed_random *random, struct tfeed_seeds seeds);

/**
 * The next 32 bits: every word of every group, in order. TensorFlow's shuffle queue draws this way.
 *
 * Thread safety: externally locked.   Blocks: no.
 * Since: 0.1
 */
TFEED_API uint32_t tfeed_random_uint32(struct tfeed_random *random);

/*
 * The functions below follow TensorFlow's kernels of the same names: a call that writes n values
 * starts at the current counter and then moves it on by 256 * n groups, however many it used.
 * Calls on one generator follow each other as the runs of one graph node do. They pay no regard to
 * a group that tfeed_random_uint32 has begun: use one way or the other on a generator.
 *
 * Values are those of TensorFlow bit for bit. For the normal distributions that holds where logf,
 * sinf, cosf (log, sin, cos) are glibc's; elsewhere the last two bits may differ.
 *
 * Shapes:        values[n] of dtype, row-major; float16 as bits in uint16_t
 * Thread safety: externally locked.   Blocks: no.
 * Since: 0.1
 */

/**
 * Writes values of minval <= value < maxval. Parameters are rounded to dtype first; rounding of the
 * result may reach maxval.
 *
 * @return TFEED_OK                n values are written
 *         TFEED_INVALID_ARGUMENT  dtype is not TFEED_HALF, TFEED_FLOAT or TFEED_DOUBLE
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_random_uniform(struct tfeed_random *random,
                                                           enum tfeed_dtype dtype, double minval,
                                                           double maxval, void *values, size_t n);

/**
 * Writes normally distributed values.
 *
 * @return TFEED_OK                n values are written
 *         TFEED_INVALID_ARGUMENT  dtype is not TFEED_HALF, TFEED_FLOAT or TFEED_DOUBLE
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_random_normal(struct tfeed_random *random,
                                                          enum tfeed_dtype dtype, double mean,
                                                          double stddev, void *values, size_t n);

/**
 * Writes normally distributed values of which none lies two deviations or more from the mean: those
 * are drawn again.
 *
 * @return TFEED_OK                n values are written
 *         TFEED_INVALID_ARGUMENT  dtype is not TFEED_HALF, TFEED_FLOAT or TFEED_DOUBLE
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_random_truncated_normal(struct tfeed_random *random,
                                                                    enum tfeed_dtype dtype,
                                                                    double mean, double stddev,
                                                                    void *values, size_t n);

/**
 * Writes integers of minval <= value < maxval.
 *
 * @return TFEED_OK                n values are written
 *         TFEED_INVALID_ARGUMENT  dtype is not TFEED_INT32 or TFEED_INT64, the range is empty, or
 *                                 its ends are no numbers of dtype
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_random_uniform_int(struct tfeed_random *random,
                                                               enum tfeed_dtype dtype,
                                                               int64_t minval, int64_t maxval,
                                                               void *values, size_t n);

/**
 * TensorFlow's random_shuffle as an order: order[i] is the row that comes to place i.
 *
 * Works on a copy of the state and then moves it on by ceil((n - 1) / 4) groups, so that every call
 * gives another order; n <= 1 moves nothing.
 *
 * Shapes:        order[n]
 * Thread safety: externally locked.   Blocks: no.
 * Since: 0.1
 */
TFEED_API void tfeed_random_shuffle(struct tfeed_random *random, uint32_t *order, uint32_t n);

#ifdef __cplusplus
}
#endif
#endif
