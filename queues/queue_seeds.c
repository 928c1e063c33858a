/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * queue_seeds.c - the pair of seeds that a shuffle queue draws with.
 *
 * It is the context's next pair, but for one case: a queue with a shared name and no op seed of its
 * own, under a graph seed. There TensorFlow takes for the second seed the first four bytes of
 * MD5(decimal graph seed, shared name), so that all who ask for the name agree.
 *
 * MD5 (RFC 1321) is here for nothing but this: no secret depends on it.
 */
#include "queues/queue_private.h"

#include <stdio.h>
#include <string.h>

#include "core/byte_order_internal.h"
#include "core/context_internal.h"

/* --- MD5 ----------------------------------------------------------------------------------- */

enum { MD5_BLOCK_BYTES = 64, MD5_LENGTH_BYTES = 8, N_STEPS = 64 };

/* floor(2^32 * |sin(i + 1)|) */
static const uint32_t md5_constants[N_STEPS] = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
};

static uint32_t rotate_left(uint32_t value, unsigned n)
{
    return value << n | value >> (32 - n);
}

static void md5_block(uint32_t state[4], const uint8_t block[MD5_BLOCK_BYTES])
{
    static const uint8_t shifts[4][4] = {
        {7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};
    static const uint8_t word_factors[4] = {1, 5, 3, 7};
    static const uint8_t word_offsets[4] = {0, 1, 5, 0};
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    for (unsigned i = 0; i < N_STEPS; i++) {
        const unsigned round = i / 16;
        const unsigned word = (word_factors[round] * i + word_offsets[round]) % 16;
        const uint32_t mixes[4] = {(b & c) | (~b & d), (d & b) | (~d & c), b ^ c ^ d, c ^ (b | ~d)};
        const uint32_t sum = a + mixes[round] + md5_constants[i] + tfi_load_le32(block + 4 * word);
        a = d;
        d = c;
        c = b;
        b += rotate_left(sum, shifts[round][i % 4]);
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
}

/* The first four bytes of the MD5 of two texts, one behind the other, as a big-endian number. */
static uint32_t md5_prefix(const char *first, const char *second)
{
    const size_t n_first = strlen(first), n_bytes = n_first + strlen(second);
    const size_t n_blocks =
        (n_bytes + 1 + MD5_LENGTH_BYTES + MD5_BLOCK_BYTES - 1) / MD5_BLOCK_BYTES;
    uint32_t state[4] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
    uint8_t block[MD5_BLOCK_BYTES];
    for (size_t b = 0; b < n_blocks; b++) {
        memset(block, 0, sizeof block);
        for (size_t i = 0; i < sizeof block; i++) {
            const size_t at = b * sizeof block + i;
            if (at < n_bytes)
                block[i] = (uint8_t)(at < n_first ? first[at] : second[at - n_first]);
            else if (at == n_bytes)
                block[i] = 0x80;
        }
        if (b == n_blocks - 1)
            tfi_store_le64(block + sizeof block - MD5_LENGTH_BYTES, (uint64_t)n_bytes * 8);
        md5_block(state, block);
    }
    return __builtin_bswap32(state[0]);
}

/* --- seeds --------------------------------------------------------------------------------- */

struct tfeed_seeds tfi_queue_seeds(struct tfeed_context *context,
                                   const struct tfeed_queue_options *options)
{
    enum { DECIMAL_BYTES = 24 };
    const int64_t graph_seed = tfi_context_graph_seed(context);
    const bool has_shared_name = options->shared_name != NULL && options->shared_name[0] != '\0';
    if (options->seed_pair != NULL)
        return *options->seed_pair;
    if (graph_seed != TFEED_SEED_UNSET && options->seed == TFEED_SEED_UNSET && has_shared_name) {
        struct tfeed_seeds seeds = tfeed_seeds_derive(graph_seed, TFEED_SEED_UNSET, 0);
        char decimal[DECIMAL_BYTES];
        snprintf(decimal, sizeof decimal, "%llu", (unsigned long long)seeds.seed);
        seeds.seed2 = md5_prefix(decimal, options->shared_name) & INT32_MAX;
        return seeds;
    }
    if (context != NULL)
        return tfeed_context_next_seeds(context, options->seed);
    return tfeed_seeds_derive(TFEED_SEED_UNSET, options->seed, 0);
}
