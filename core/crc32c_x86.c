/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * crc32c_x86.c - CRC-32C with the instructions of x86-64 processors. Read crc32c.c first.
 *
 * Two instructions matter. crc32 takes a register R and eight bytes of data W, both polynomials, to
 *
 *     R * x^64 + W * x^32     mod G
 *
 * (a register is data times x^32: the zeros that the definition appends). pclmulqdq multiplies two
 * polynomials of degree 63; reflected, the 127 bits of the product begin at bit 0 of 128, where
 * x^127 would stand, so that it counts as the product times x. Every constant makes up for these
 * factors.
 *
 * Three lanes (sse42). crc32 takes new data each cycle but gives its result after three, so one
 * chain reaches a third of the speed. The data is cut into three lanes of n words, each with a
 * register of its own; those of the second and third start at 0. The whole is
 *
 *     A * x^(2*64n) + B * x^(64n) + C     mod G
 *
 * so A and B are multiplied by constants, and one more crc32 brings the sum below degree 32. There
 * are constants for every n up to 128: data of any length is equal lanes and less than three words.
 *
 * Folding (avx512). Do not divide at all until the end: 16 bytes of data may be replaced by
 * whatever has the same remainder. Where H and L are their first and last eight bytes,
 *
 *     (H * x^64 + L) * x^d  =  H * (x^(64+d) mod G) + L * (x^d mod G)     mod G
 *
 * and the right side fits into 16 bytes: it can be added to those that stand d bits further on.
 * Four vectors of 64 bytes are folded over 256 bytes a turn,
 *
 *     |<---- first: 1 to 256 bytes --->|<------------ turn ----------->|<----- turn …
 *     | 0 0 0 d |   d   |   d   |   d   |   d   |   d   |   d   |   d   |   d   |   d …
 *         x0       x1      x2      x3      x0      x1      x2      x3      x0      x1
 *
 * and then all their sixteen lanes at once to the place of the last (whose own distance is 0: the
 * factor for L is x^-1, which exists modulo G). The 16 bytes that are left take two crc32.
 *
 * There is no tail. The data is padded in front with zeros, which change no remainder, by loads
 * whose mask leaves out the bytes before the data. Those are not touched and cannot fault, though
 * the processor takes 0.2 us over it where their page is not there. The register belongs to the
 * first four bytes of the data, wherever these stand; instead it is multiplied to the start of x3,
 * with a constant for each number of bytes in between.
 */
#include "core/crc32c_internal.h"

#if defined(__x86_64__)

#include <immintrin.h>

#include "core/byte_order_internal.h"
#include "core/crc32c_constants_private.h"

#define TARGET_SSE42  __attribute__((target("sse4.2,pclmul")))
#define TARGET_AVX512 __attribute__((target("sse4.2,avx512f,avx512bw,avx512vl,vpclmulqdq,pclmul")))

/* How far ahead memory is asked for: enough to hide the latency of DRAM at full speed. Prefetching
 * never faults, so nobody asks where the data ends. */
enum { PREFETCH_AHEAD = 4096 };

/* In what follows a register is not inverted. */

/* One chain, for what is too short for anything else. */
TARGET_SSE42 static inline uint32_t step_bytes(uint32_t crc, const uint8_t *data, size_t len)
{
    uint64_t wide = crc;
    for (; len >= 8; data += 8, len -= 8)
        wide = _mm_crc32_u64(wide, tfi_load_le64(data));
    crc = (uint32_t)wide;
    if ((len & 4) != 0) {
        crc = _mm_crc32_u32(crc, tfi_load_le32(data));
        data += 4;
    }
    for (len &= 3; len > 0; data++, len--)
        crc = _mm_crc32_u8(crc, *data);
    return crc;
}

/* The low 64 bits, which hold all of the product of two registers. */
TARGET_SSE42 static inline uint64_t multiply(uint64_t a, uint32_t b)
{
    const __m128i product =
        _mm_clmulepi64_si128(_mm_cvtsi64_si128((int64_t)a), _mm_cvtsi32_si128((int32_t)b), 0);
    return (uint64_t)_mm_cvtsi128_si64(product);
}

/* Three lanes of n_words each. The prefetches, one for 24 bytes, cover every cache line ahead. */
TARGET_SSE42 static inline uint32_t step_lanes(uint32_t crc, const uint8_t *data, size_t n_words)
{
    uint64_t a = crc;
    uint64_t b = 0;
    uint64_t c = 0;
    const uint8_t *data_b = data + 8 * n_words;
    const uint8_t *data_c = data_b + 8 * n_words;
    for (size_t i = 0; i < n_words; i++) {
        a = _mm_crc32_u64(a, tfi_load_le64(data + 8 * i));
        b = _mm_crc32_u64(b, tfi_load_le64(data_b + 8 * i));
        c = _mm_crc32_u64(c, tfi_load_le64(data_c + 8 * i));
        _mm_prefetch((const char *)data + 24 * i + PREFETCH_AHEAD, _MM_HINT_T0);
    }
    const uint64_t moved =
        multiply(a, combine[n_words - 1][0]) ^ multiply(b, combine[n_words - 1][1]);
    return (uint32_t)(_mm_crc32_u64(0, moved) ^ c);
}

TARGET_SSE42 static uint32_t extend_sse42(uint32_t crc, const uint8_t *data, size_t len)
{
    enum { LANES_PAY_BYTES = 96, MAX_BYTES = 3 * 8 * MAX_WORDS };
    crc = ~crc;
    for (; len >= MAX_BYTES; data += MAX_BYTES, len -= MAX_BYTES)
        crc = step_lanes(crc, data, MAX_WORDS);
    if (len >= LANES_PAY_BYTES) {
        const size_t n_words = len / 24;
        crc = step_lanes(crc, data, n_words);
        data += 24 * n_words;
        len -= 24 * n_words;
    }
    return ~step_bytes(crc, data, len);
}

TARGET_SSE42 static uint32_t uint64_sse42(uint64_t value)
{
    return ~(uint32_t)_mm_crc32_u64(UINT32_MAX, value);
}

const struct tfi_crc32c_variant tfi_crc32c_sse42 = {"sse42", TFI_CPU_SSE42, extend_sse42,
                                                    uint64_sse42};

/* Each 16 bytes of x, moved by the factors of the same lane, plus y. */
TARGET_AVX512 static inline __m512i fold(__m512i x, __m512i factors, __m512i y)
{
    enum { XOR_OF_THREE = 0x96 };
    const __m512i first = _mm512_clmulepi64_epi128(x, factors, 0x00);
    const __m512i last = _mm512_clmulepi64_epi128(x, factors, 0x11);
    return _mm512_ternarylogic_epi64(first, last, y, XOR_OF_THREE);
}

/* Where each byte stands in four vectors: data is what stands at the padding's length or behind. */
#define PLACES_8(n)  n, n + 1, n + 2, n + 3, n + 4, n + 5, n + 6, n + 7
#define PLACES_32(n) PLACES_8(n), PLACES_8(n + 8), PLACES_8(n + 16), PLACES_8(n + 24)
static const uint8_t positions[4][64] __attribute__((aligned(64))) = {
    {PLACES_32(0), PLACES_32(32)},
    {PLACES_32(64), PLACES_32(96)},
    {PLACES_32(128), PLACES_32(160)},
    {PLACES_32(192), PLACES_32(224)},
};

/* Puts what stands first, 1 to 64 * n_vectors bytes, into the last n_vectors of x, padded in
 * front. */
TARGET_AVX512 static inline void load_first(__m512i x[4], int n_vectors, uint32_t crc,
                                            const uint8_t *data, size_t n_first)
{
    const size_t pad = 64 * (size_t)n_vectors - n_first;
    const uint8_t *start = (const uint8_t *)((uintptr_t)data - pad);
    const __m512i pads = _mm512_set1_epi8((char)pad);
#pragma GCC unroll 4
    for (int i = 0; i < n_vectors; i++) {
        const __mmask64 is_data = _mm512_cmpge_epu8_mask(_mm512_load_si512(positions[i]), pads);
        x[4 - n_vectors + i] = _mm512_maskz_loadu_epi8(is_data, start + 64 * i);
        _mm_prefetch((const char *)start + 64 * i + PREFETCH_AHEAD, _MM_HINT_T0);
    }
    const __m128i moved = _mm_clmulepi64_si128(_mm_cvtsi32_si128((int32_t)crc),
                                               _mm_loadu_si32(&move_register[n_first - 1]), 0);
    x[3] = _mm512_xor_si512(x[3], _mm512_zextsi128_si512(moved));
}

/* Folds the last n_vectors of x into 16 bytes, and these into a register. */
TARGET_AVX512 static inline uint32_t reduce(const __m512i x[4], int n_vectors)
{
    __m512i lanes = _mm512_setzero_si512();
#pragma GCC unroll 4
    for (int i = 4 - n_vectors; i < 4; i++)
        lanes = fold(x[i], _mm512_load_si512(fold_to_last[i]), lanes);
    const __m256i two =
        _mm256_xor_si256(_mm512_castsi512_si256(lanes), _mm512_extracti64x4_epi64(lanes, 1));
    const __m128i one =
        _mm_xor_si128(_mm256_castsi256_si128(two), _mm256_extracti128_si256(two, 1));
    const uint64_t crc = _mm_crc32_u64(0, (uint64_t)_mm_cvtsi128_si64(one));
    return (uint32_t)_mm_crc32_u64(crc, (uint64_t)_mm_extract_epi64(one, 1));
}

/* One vector, two, or four and any number of turns. */
TARGET_AVX512 static uint32_t extend_avx512(uint32_t crc, const uint8_t *data, size_t len)
{
    enum { VECTORS_PAY_BYTES = 33 };
    crc = ~crc;
    if (len < VECTORS_PAY_BYTES)
        return ~step_bytes(crc, data, len);
    __m512i x[4];
    if (len <= 64) {
        load_first(x, 1, crc, data, len);
        return ~reduce(x, 1);
    }
    if (len <= 128) {
        load_first(x, 2, crc, data, len);
        return ~reduce(x, 2);
    }
    const size_t n_first = (len - 1) % TURN_BYTES + 1;
    load_first(x, 4, crc, data, n_first);
    const __m512i factors = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)fold_turn));
    for (size_t at = n_first; at < len; at += TURN_BYTES) {
#pragma GCC unroll 4
        for (size_t i = 0; i < 4; i++) {
            x[i] = fold(x[i], factors, _mm512_loadu_si512(data + at + 64 * i));
            _mm_prefetch((const char *)data + at + 64 * i + PREFETCH_AHEAD, _MM_HINT_T0);
        }
    }
    return ~reduce(x, 4);
}

TARGET_AVX512 static uint32_t uint64_avx512(uint64_t value)
{
    return ~(uint32_t)_mm_crc32_u64(UINT32_MAX, value);
}

const struct tfi_crc32c_variant tfi_crc32c_avx512 = {"avx512", TFI_CPU_AVX512, extend_avx512,
                                                     uint64_avx512};

#endif
