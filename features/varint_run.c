/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * varint_run.c - a packed list of int64, many varints at a time.
 *
 * How long a varint is cannot be foreseen, so that a branch a byte costs more than all else. The
 * plain variant takes a varint from 8 bytes without one. The wide variant takes 64 bytes:
 *
 *   bytes     9a 01 │ 05 │ ff ff 03 │ 07 │ …        a varint ends where the top bit is 0
 *   ends       0  1    1    0  0  1    1            as a mask
 *   starts     1  0    1    1  0  0    1            … shifted by one
 *
 * Compressed, the two masks give where each varint starts and ends; eight of them are then spread
 * over eight words by one permutation, without what stands behind their ends, and their groups of
 * 7 bits are joined by two multiplications and a shift. Varints of more than 8 bytes (negative
 * numbers have 10) are left to the plain way.
 */
#include "features/varint_run_private.h"

#include "core/byte_order_internal.h"
#include "features/template_private.h"
#include "features/wire_private.h"

static const uint64_t TOPS = UINT64_C(0x8080808080808080);

static bool decode_plain(const uint8_t *at, const uint8_t *end, int64_t *to, size_t *ret_n)
{
    const int64_t *first = to;
    while (end - at >= 8) {
        const uint64_t word = tfi_load_le64(at);
        const uint64_t stops = ~word & TOPS;
        if (stops == 0) { /* longer than 8 bytes */
            uint64_t value;
            at = tfi_wire_varint(at, end, &value);
            if (at == NULL)
                return false;
            *to++ = (int64_t)value;
            continue;
        }
        const unsigned n_bits = (unsigned)__builtin_ctzll(stops) + 1;
        const uint64_t groups = word << (64 - n_bits) >> (64 - n_bits) & ~TOPS;
        *to++ = (int64_t)tfi_join_groups(groups);
        at += n_bits / 8;
    }
    while (at < end) {
        uint64_t value;
        at = tfi_wire_varint(at, end, &value);
        if (at == NULL)
            return false;
        *to++ = (int64_t)value;
    }
    *ret_n = (size_t)(to - first);
    return true;
}

#if defined(__x86_64__)
#include <immintrin.h>

#define TARGET_WIDE                                                                                \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2,bmi,bmi2,lzcnt,"       \
                          "popcnt")))

/* Each of eight bytes eight times; and where a byte stands in its word. */
TARGET_WIDE static inline __m512i spread_eight(void)
{
    return _mm512_set_epi64(0x0707070707070707, 0x0606060606060606, 0x0505050505050505,
                            0x0404040404040404, 0x0303030303030303, 0x0202020202020202,
                            0x0101010101010101, 0);
}

/* Joins the 7-bit groups in the bytes of each word. */
TARGET_WIDE static inline __m512i join_wide(__m512i groups)
{
    const __m512i pairs = _mm512_maddubs_epi16(_mm512_set1_epi16((short)0x8001), groups);
    const __m512i quads = _mm512_madd_epi16(pairs, _mm512_set1_epi32(0x40000001));
    const __m512i low = _mm512_set1_epi64(0x0fffffff);
    /* low ? quads : quads >> 4 */
    return _mm512_ternarylogic_epi64(low, quads, _mm512_srli_epi64(quads, 4), 0xca);
}

/* Decodes the n varints of a block that start and end where the masks say. */
TARGET_WIDE static inline void decode_block(__m512i block, __mmask64 starts, __mmask64 ends,
                                            size_t n, int64_t *to)
{
    const __m512i places = _mm512_set_epi8(
        63, 62, 61, 60, 59, 58, 57, 56, 55, 54, 53, 52, 51, 50, 49, 48, 47, 46, 45, 44, 43, 42, 41,
        40, 39, 38, 37, 36, 35, 34, 33, 32, 31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18,
        17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    const __m512i in_word = _mm512_set1_epi64(0x0706050403020100);
    const __m512i all_starts = _mm512_maskz_compress_epi8(starts, places);
    const __m512i all_ends = _mm512_maskz_compress_epi8(ends, places);
    __m512i which = spread_eight();
    for (size_t i = 0; i < n; i += 8) {
        const __m512i from = _mm512_add_epi8(_mm512_permutexvar_epi8(which, all_starts), in_word);
        const __m512i last = _mm512_permutexvar_epi8(which, all_ends);
        const __m512i bytes =
            _mm512_maskz_permutexvar_epi8(_mm512_cmple_epu8_mask(from, last), from, block);
        const __m512i groups = _mm512_and_si512(bytes, _mm512_set1_epi8(0x7f));
        _mm512_storeu_si512(to + i, join_wide(groups));
        which = _mm512_add_epi8(which, _mm512_set1_epi8(8));
    }
}

/* True when 8 bytes in a row do not end a varint. */
TARGET_WIDE static inline bool has_long(uint64_t goes_on)
{
    goes_on &= goes_on >> 1;
    goes_on &= goes_on >> 2;
    return (goes_on & goes_on >> 4) != 0;
}

TARGET_WIDE static bool decode_wide(const uint8_t *at, const uint8_t *end, int64_t *to,
                                    size_t *ret_n)
{
    const int64_t *first = to;
    while (at < end) {
        const size_t n_left = (size_t)(end - at);
        const __mmask64 is_there =
            n_left < 64 ? _bzhi_u64(UINT64_MAX, (unsigned)n_left) : UINT64_MAX;
        const __m512i block = _mm512_maskz_loadu_epi8(is_there, at);
        const __mmask64 goes_on = _mm512_movepi8_mask(block);
        const __mmask64 ends = is_there & ~goes_on;
        if (ends == 0 || has_long(goes_on)) {
            const uint8_t *stop = at + (n_left < 64 ? n_left : 64);
            for (uint64_t value; at < stop; *to++ = (int64_t)value)
                if ((at = tfi_wire_varint(at, end, &value)) == NULL)
                    return false;
            continue;
        }
        const size_t n = (size_t)_mm_popcnt_u64(ends);
        const unsigned n_bytes = 64 - (unsigned)_lzcnt_u64(ends);
        decode_block(block, ends << 1 | 1, ends, n, to);
        to += n;
        at += n_bytes;
    }
    *ret_n = (size_t)(to - first);
    return true;
}
#endif

tfi_varint_run_function *tfi_varint_run_variant(enum tfi_cpu_level level)
{
#if defined(__x86_64__)
    if (level == TFI_CPU_AVX512 && __builtin_cpu_supports("avx512vbmi") &&
        __builtin_cpu_supports("avx512vbmi2"))
        return decode_wide;
#endif
    (void)level;
    return decode_plain;
}
