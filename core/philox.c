/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * philox.c - Philox 4x32-10, by the group and by the block.
 *
 * Ten rounds of two multiplications, whose high halves are mixed with the other words and the key:
 *
 *     word 0 ─▶ × M0 ─▶ high ──▶ ^ word 3 ^ key 1 ─▶ word 2        after each round
 *                      low ────────────────────────▶ word 3        key 0 += bump 0
 *     word 2 ─▶ × M1 ─▶ high ──▶ ^ word 1 ^ key 0 ─▶ word 0        key 1 += bump 1
 *                      low ────────────────────────▶ word 1
 *
 * Follows: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
 */
#include "core/philox_internal.h"

#include <stdbool.h>

#include "core/cpu_internal.h"

enum { N_ROUNDS = 10 };

#define MULTIPLIER_0 UINT32_C(0xd2511f53)
#define MULTIPLIER_1 UINT32_C(0xcd9e8d57)
#define KEY_BUMP_0   UINT32_C(0x9e3779b9)
#define KEY_BUMP_1   UINT32_C(0xbb67ae85)

void tfi_philox_group(const uint32_t key[2], const uint32_t counter[4],
                      uint32_t words[TFI_PHILOX_WORDS])
{
    uint32_t word_0 = counter[0], word_1 = counter[1], word_2 = counter[2], word_3 = counter[3];
    uint32_t key_0 = key[0], key_1 = key[1];
    for (int round = 0; round < N_ROUNDS; round++) {
        const uint64_t product_0 = (uint64_t)MULTIPLIER_0 * word_0;
        const uint64_t product_1 = (uint64_t)MULTIPLIER_1 * word_2;
        word_0 = (uint32_t)(product_1 >> 32) ^ word_1 ^ key_0;
        word_1 = (uint32_t)product_1;
        word_2 = (uint32_t)(product_0 >> 32) ^ word_3 ^ key_1;
        word_3 = (uint32_t)product_0;
        key_0 += KEY_BUMP_0;
        key_1 += KEY_BUMP_1;
    }
    words[0] = word_0;
    words[1] = word_1;
    words[2] = word_2;
    words[3] = word_3;
}

void tfi_philox_skip(uint32_t counter[4], uint64_t n_groups)
{
    const uint64_t low = ((uint64_t)counter[1] << 32 | counter[0]) + n_groups;
    counter[0] = (uint32_t)low;
    counter[1] = (uint32_t)(low >> 32);
    if (low < n_groups && ++counter[2] == 0)
        counter[3]++;
}

#if defined(__x86_64__)

#include <immintrin.h>

#define TARGET_AVX2 __attribute__((target("avx2")))

/* Four groups: one of their words in the low half of each 64-bit lane. The high halves hold what
 * earlier rounds left there; a multiplication does not look at them. */
struct lanes {
    __m256i word_0, word_1, word_2, word_3;
};

TARGET_AVX2 static inline struct lanes round_avx2(struct lanes in, __m256i key_0, __m256i key_1)
{
    const __m256i product_0 = _mm256_mul_epu32(in.word_0, _mm256_set1_epi64x(MULTIPLIER_0));
    const __m256i product_1 = _mm256_mul_epu32(in.word_2, _mm256_set1_epi64x(MULTIPLIER_1));
    const __m256i mixed_0 = _mm256_xor_si256(_mm256_srli_epi64(product_1, 32), in.word_1);
    const __m256i mixed_2 = _mm256_xor_si256(_mm256_srli_epi64(product_0, 32), in.word_3);
    return (struct lanes){_mm256_xor_si256(mixed_0, key_0), product_1,
                          _mm256_xor_si256(mixed_2, key_1), product_0};
}

/* Writes the four groups one after the other. */
TARGET_AVX2 static inline void store_avx2(struct lanes in, uint32_t words[16])
{
    enum { ODD_WORDS = 0xaa };
    const __m256i words_01 =
        _mm256_blend_epi32(in.word_0, _mm256_slli_epi64(in.word_1, 32), ODD_WORDS);
    const __m256i words_23 =
        _mm256_blend_epi32(in.word_2, _mm256_slli_epi64(in.word_3, 32), ODD_WORDS);
    const __m256i groups_02 = _mm256_unpacklo_epi64(words_01, words_23);
    const __m256i groups_13 = _mm256_unpackhi_epi64(words_01, words_23);
    _mm256_storeu_si256((__m256i *)words, _mm256_permute2x128_si256(groups_02, groups_13, 0x20));
    _mm256_storeu_si256((__m256i *)(words + 8),
                        _mm256_permute2x128_si256(groups_02, groups_13, 0x31));
}

/* Four groups at a time and two such at once, so that one's multiplications run while the other
 * waits for its own. The low 64 bits of the counter must not wrap. */
TARGET_AVX2 static void block_avx2(const uint32_t key[2], const uint32_t counter[4],
                                   uint32_t words[TFI_PHILOX_BLOCK_WORDS])
{
    const uint64_t low = (uint64_t)counter[1] << 32 | counter[0];
    for (int group = 0; group < TFI_PHILOX_BLOCK_GROUPS; group += 8) {
        struct lanes lanes[2];
        for (int i = 0; i < 2; i++) {
            const __m256i lows = _mm256_add_epi64(_mm256_set1_epi64x((int64_t)low + group + 4 * i),
                                                  _mm256_set_epi64x(3, 2, 1, 0));
            lanes[i] =
                (struct lanes){lows, _mm256_srli_epi64(lows, 32), _mm256_set1_epi64x(counter[2]),
                               _mm256_set1_epi64x(counter[3])};
        }
        uint32_t key_0 = key[0], key_1 = key[1];
        for (int round = 0; round < N_ROUNDS; round++) {
            const __m256i keys_0 = _mm256_set1_epi64x(key_0);
            const __m256i keys_1 = _mm256_set1_epi64x(key_1);
            lanes[0] = round_avx2(lanes[0], keys_0, keys_1);
            lanes[1] = round_avx2(lanes[1], keys_0, keys_1);
            key_0 += KEY_BUMP_0;
            key_1 += KEY_BUMP_1;
        }
        store_avx2(lanes[0], words + TFI_PHILOX_WORDS * group);
        store_avx2(lanes[1], words + TFI_PHILOX_WORDS * (group + 4));
    }
}

static bool try_block_fast(const uint32_t key[2], const uint32_t counter[4],
                           uint32_t words[TFI_PHILOX_BLOCK_WORDS])
{
    const uint64_t low = (uint64_t)counter[1] << 32 | counter[0];
    if (low > UINT64_MAX - TFI_PHILOX_BLOCK_GROUPS || tfi_cpu_level() < TFI_CPU_AVX2)
        return false;
    block_avx2(key, counter, words);
    return true;
}

#else

static bool try_block_fast(const uint32_t key[2], const uint32_t counter[4],
                           uint32_t words[TFI_PHILOX_BLOCK_WORDS])
{
    (void)key;
    (void)counter;
    (void)words;
    return false;
}

#endif

void tfi_philox_block(const uint32_t key[2], const uint32_t counter[4],
                      uint32_t words[TFI_PHILOX_BLOCK_WORDS])
{
    if (try_block_fast(key, counter, words))
        return;
    uint32_t at[4] = {counter[0], counter[1], counter[2], counter[3]};
    for (int group = 0; group < TFI_PHILOX_BLOCK_GROUPS; group++) {
        tfi_philox_group(key, at, words + TFI_PHILOX_WORDS * group);
        tfi_philox_skip(at, 1);
    }
}
