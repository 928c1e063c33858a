/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * random.c - seeds, the generator's state, and the random order.
 *
 * Follows: doc/design/random.md.
 */
#include <tfeed/random.h>

#include <errno.h>
#include <sys/random.h>
#include <time.h>

#include "core/philox_internal.h"

/* What TensorFlow takes for a graph seed where only the op has one. */
enum { DEFAULT_GRAPH_SEED = 87654321 };

/* Seeds are numbers below this one, which stands in for the pair (0, 0). */
enum { SEED_MODULUS = INT32_MAX };

static uint64_t reduce_seed(int64_t seed)
{
    const int64_t remainder = seed % SEED_MODULUS;
    return (uint64_t)(remainder < 0 ? remainder + SEED_MODULUS : remainder);
}

struct tfeed_seeds tfeed_seeds_derive(int64_t graph_seed, int64_t op_seed, int64_t n_before)
{
    if (graph_seed == TFEED_SEED_UNSET && op_seed == TFEED_SEED_UNSET)
        return (struct tfeed_seeds){0, 0};
    if (graph_seed == TFEED_SEED_UNSET)
        graph_seed = DEFAULT_GRAPH_SEED;
    if (op_seed == TFEED_SEED_UNSET)
        op_seed = n_before;
    struct tfeed_seeds seeds = {reduce_seed(graph_seed), reduce_seed(op_seed)};
    if (seeds.seed == 0 && seeds.seed2 == 0)
        seeds.seed2 = SEED_MODULUS;
    return seeds;
}

/* A pair that nobody can repeat. Where the system gives no random bytes (a kernel without the
 * call), time and address must do: nothing secret hangs on it. */
static struct tfeed_seeds fresh_seeds(void)
{
    struct tfeed_seeds seeds;
    ssize_t n_bytes;
    const int saved_errno = errno;
    do
        n_bytes = getrandom(&seeds, sizeof seeds, 0);
    while (n_bytes < 0 && errno == EINTR);
    errno = saved_errno;
    if (n_bytes == (ssize_t)sizeof seeds)
        return seeds;
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now); /* cannot fail for this clock */
    return (struct tfeed_seeds){(uint64_t)now.tv_nsec << 32 ^ (uint64_t)now.tv_sec,
                                (uint64_t)(uintptr_t)&seeds};
}

void tfeed_random_init(struct tfeed_random *random, struct tfeed_seeds seeds)
{
    if (seeds.seed == 0 && seeds.seed2 == 0)
        seeds = fresh_seeds();
    *random = (struct tfeed_random){
        .key = {(uint32_t)seeds.seed, (uint32_t)(seeds.seed >> 32)},
        .counter = {0, 0, (uint32_t)seeds.seed2, (uint32_t)(seeds.seed2 >> 32)},
        .n_used = TFI_PHILOX_WORDS,
    };
}

uint32_t tfeed_random_uint32(struct tfeed_random *random)
{
    if (random->n_used == TFI_PHILOX_WORDS) {
        tfi_philox_group(random->key, random->counter, random->words);
        tfi_philox_skip(random->counter, 1);
        random->n_used = 0;
    }
    return random->words[random->n_used++];
}

void tfeed_random_shuffle(struct tfeed_random *random, uint32_t *order, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        order[i] = i;
    if (n <= 1)
        return;
    struct tfeed_random copy = *random;
    copy.n_used = TFI_PHILOX_WORDS; /* from the counter on, whatever is left of a group */
    for (uint32_t i = 0; i < n - 1; i++) {
        const uint32_t other = i + tfeed_random_uint32(&copy) % (n - i);
        const uint32_t row = order[i];
        order[i] = order[other];
        order[other] = row;
    }
    tfi_philox_skip(random->counter, ((uint64_t)n - 1 + 3) / TFI_PHILOX_WORDS);
}
