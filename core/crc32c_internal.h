/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * crc32c_internal.h - CRC-32C for record framing, without the call in between, and its variants by
 * name for tests and measurements.
 */
#ifndef TFI_CRC32C_INTERNAL_H
#define TFI_CRC32C_INTERNAL_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <tfeed/crc32c.h>

#include "core/cpu_internal.h"

/* One way to compute the checksum. All take and give what tfeed_crc32c does. */
struct tfi_crc32c_variant {
    const char *name;
    enum tfi_cpu_level level; /* what the machine must run for it */
    uint32_t (*extend)(uint32_t crc, const uint8_t *data, size_t len);
    /* The checksum of eight bytes, given as a little-endian number: a record's length. */
    uint32_t (*of_uint64)(uint64_t value);
};

/* Every variant of this build, the slowest first; on x86-64 the two of crc32c_x86.c come last. */
extern const struct tfi_crc32c_variant *const tfi_crc32c_variants[];
extern const size_t tfi_crc32c_n_variants;
extern const struct tfi_crc32c_variant tfi_crc32c_sse42;
extern const struct tfi_crc32c_variant tfi_crc32c_avx512;

/* The definition, a bit at a time: what the variants are tested against. */
uint32_t tfi_crc32c_bitwise(uint32_t crc, const uint8_t *data, size_t len);

/* The variant in use. It starts as one that picks the best and calls that. Relaxed: whoever still
 * sees the old pointer picks the same variant again, and what it points to is constant. */
extern const struct tfi_crc32c_variant *_Atomic tfi_crc32c_chosen;

static inline const struct tfi_crc32c_variant *tfi_crc32c_in_use(void)
{
    return atomic_load_explicit(&tfi_crc32c_chosen, memory_order_relaxed);
}

#define TFI_CRC32C_MASK_DELTA UINT32_C(0xa282ead8)

static inline uint32_t tfi_crc32c_mask(uint32_t crc)
{
    return (crc >> 15 | crc << 17) + TFI_CRC32C_MASK_DELTA;
}

/* What a record stores behind `len` bytes of payload. */
static inline uint32_t tfi_crc32c_masked(const uint8_t *data, size_t len)
{
    return tfi_crc32c_mask(tfi_crc32c_in_use()->extend(0, data, len));
}

/* What a record stores behind its length. */
static inline uint32_t tfi_crc32c_masked_uint64(uint64_t value)
{
    return tfi_crc32c_mask(tfi_crc32c_in_use()->of_uint64(value));
}

#endif
