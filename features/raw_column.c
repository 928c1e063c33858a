/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * raw_column.c - bytes of an image as scaled floats, bit-equal to TensorFlow's cast, multiply, add.
 *
 * Each variant widens a few bytes, converts, multiplies and adds: two roundings, like TensorFlow. A
 * fused multiply-add would round once; so the variants name the two instructions, and the build
 * forbids contraction (-ffp-contract=off). They are written out because gcc 12 takes the same loop
 * in C apart into single bytes.
 */
#include "features/raw_column_private.h"

#include <string.h>

#include "core/cpu_internal.h"

static void scale_bytes_plain(const uint8_t *from, size_t n, float scale, float offset,
                              const struct tfi_ahead *ahead, float *to)
{
    (void)ahead;
    for (size_t i = 0; i < n; i++) {
        const float product = (float)from[i] * scale;
        to[i] = product + offset;
    }
}

#if defined(__x86_64__)
#include <immintrin.h>

static void scale_bytes_sse2(const uint8_t *from, size_t n, float scale, float offset,
                             const struct tfi_ahead *ahead, float *to)
{
    enum { N_LANES = 16 };
    const __m128i zero = _mm_setzero_si128();
    const __m128 scales = _mm_set1_ps(scale);
    const __m128 offsets = _mm_set1_ps(offset);
    size_t i = 0;
    for (; i + N_LANES <= n; i += N_LANES) {
        tfi_ahead_ask(ahead, i);
        const __m128i bytes = _mm_loadu_si128((const __m128i_u *)(const void *)(from + i));
        const __m128i low = _mm_unpacklo_epi8(bytes, zero);
        const __m128i high = _mm_unpackhi_epi8(bytes, zero);
        const __m128i quads[4] = {_mm_unpacklo_epi16(low, zero), _mm_unpackhi_epi16(low, zero),
                                  _mm_unpacklo_epi16(high, zero), _mm_unpackhi_epi16(high, zero)};
        for (size_t k = 0; k < 4; k++) {
            const __m128 product = _mm_mul_ps(_mm_cvtepi32_ps(quads[k]), scales);
            _mm_storeu_ps(to + i + 4 * k, _mm_add_ps(product, offsets));
        }
    }
    scale_bytes_plain(from + i, n - i, scale, offset, ahead, to + i);
}

__attribute__((target("avx2"))) static void scale_bytes_avx2(const uint8_t *from, size_t n,
                                                             float scale, float offset,
                                                             const struct tfi_ahead *ahead,
                                                             float *to)
{
    enum { N_LANES = 8 };
    const __m256 scales = _mm256_set1_ps(scale);
    const __m256 offsets = _mm256_set1_ps(offset);
    size_t i = 0;
    for (; i + N_LANES <= n; i += N_LANES) {
        tfi_ahead_ask(ahead, i);
        const __m128i bytes = _mm_loadl_epi64((const __m128i_u *)(const void *)(from + i));
        const __m256 values = _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(bytes));
        const __m256 product = _mm256_mul_ps(values, scales);
        _mm256_storeu_ps(to + i, _mm256_add_ps(product, offsets));
    }
    scale_bytes_plain(from + i, n - i, scale, offset, ahead, to + i);
}

__attribute__((target("avx512f"))) static inline void scale_16(const uint8_t *from, __m512 scales,
                                                               __m512 offsets, float *to)
{
    const __m128i bytes = _mm_loadu_si128((const __m128i_u *)(const void *)from);
    const __m512 values = _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(bytes));
    const __m512 product = _mm512_mul_ps(values, scales);
    _mm512_storeu_ps(to, _mm512_add_ps(product, offsets));
}

__attribute__((target("avx512f"))) static void scale_bytes_avx512(const uint8_t *from, size_t n,
                                                                  float scale, float offset,
                                                                  const struct tfi_ahead *ahead,
                                                                  float *to)
{
    const __m512 scales = _mm512_set1_ps(scale);
    const __m512 offsets = _mm512_set1_ps(offset);
    size_t i = 0;
    for (; i + TFI_AHEAD_LINE_BYTES <= n; i += TFI_AHEAD_LINE_BYTES) {
        tfi_ahead_ask(ahead, i);
        scale_16(from + i, scales, offsets, to + i);
        scale_16(from + i + 16, scales, offsets, to + i + 16);
        scale_16(from + i + 32, scales, offsets, to + i + 32);
        scale_16(from + i + 48, scales, offsets, to + i + 48);
    }
    tfi_ahead_ask(ahead, i);
    for (; i + 16 <= n; i += 16)
        scale_16(from + i, scales, offsets, to + i);
    scale_bytes_plain(from + i, n - i, scale, offset, ahead, to + i);
}

/* A line by one load and one store, the rest by a masked one: an image is copied in as little as
 * memcpy takes. */
__attribute__((target("avx512f,avx512bw"))) static void copy_bytes_avx512(
    const uint8_t *from, size_t n, const struct tfi_ahead *ahead, uint8_t *to)
{
    size_t i = 0;
    for (; i + TFI_AHEAD_LINE_BYTES <= n; i += TFI_AHEAD_LINE_BYTES) {
        tfi_ahead_ask(ahead, i);
        _mm512_storeu_si512(to + i, _mm512_loadu_si512(from + i));
    }
    const __mmask64 rest = ((__mmask64)1 << (n - i)) - 1;
    _mm512_mask_storeu_epi8(to + i, rest, _mm512_maskz_loadu_epi8(rest, from + i));
}
#endif

static void copy_bytes_plain(const uint8_t *from, size_t n, const struct tfi_ahead *ahead,
                             uint8_t *to)
{
    size_t i = 0;
    for (; i + TFI_AHEAD_LINE_BYTES <= n; i += TFI_AHEAD_LINE_BYTES) {
        tfi_ahead_ask(ahead, i);
        memcpy(to + i, from + i, TFI_AHEAD_LINE_BYTES);
    }
    memcpy(to + i, from + i, n - i);
}

tfi_copy_bytes_function *tfi_copy_bytes_variant(enum tfi_cpu_level level)
{
#if defined(__x86_64__)
    if (level == TFI_CPU_AVX512)
        return copy_bytes_avx512;
#endif
    (void)level;
    return copy_bytes_plain;
}

tfi_scale_bytes_function *tfi_scale_bytes_variant(enum tfi_cpu_level level)
{
#if defined(__x86_64__)
    switch (level) {
    case TFI_CPU_AVX512:
        return scale_bytes_avx512;
    case TFI_CPU_AVX2:
        return scale_bytes_avx2;
    case TFI_CPU_SSE42:
    case TFI_CPU_BASELINE:
        return scale_bytes_sse2;
    }
#endif
    (void)level;
    return scale_bytes_plain;
}
