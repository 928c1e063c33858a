/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * crc32c.c - CRC-32C from its definition to the code that runs.
 *
 * The definition. Write the message as a polynomial over the two-element field: its first bit is
 * the coefficient of the highest power of x. Append 32 zero bits, divide by
 *
 *     G(x) = x^32 + x^28 + x^27 + x^26 + x^25 + x^23 + x^22 + x^20 + x^19 + x^18
 *          + x^14 + x^13 + x^11 + x^10 + x^9 + x^8 + x^6 + 1
 *
 * and the remainder is the checksum, but for two conventions: the first 32 bits of the message are
 * inverted before (so that leading zeros count), and the remainder is inverted after. "First bit"
 * means the lowest of each byte, so everything here is reflected: a register holds x^31 in bit 0
 * and x^0 in bit 31. G without its x^32 is then 0x82f63b78.
 *
 * A bit at a time (tfi_crc32c_bitwise). Division on paper subtracts G wherever the leading
 * coefficient is 1; subtraction is exclusive or, and only 32 bits ever change. A message bit enters
 * the register when it becomes the leading one, which spares the appended zeros: they are what the
 * register is filled up with. Eight message bits can enter at once, for they wait in the register
 * until their turn.
 *
 * A byte at a time. The eight steps depend on the low eight bits of the register alone, and
 * division is linear: what 256 possible bytes leave behind goes into a table,
 *
 *     crc = crc >> 8 ^ tables[0][(crc ^ *data++) & 0xff];
 *
 * Eight bytes at a time (extend_table). One look-up must wait for the one before. But the effect of
 * a byte followed by k zero bytes can be tabled as well, tables[k], and by linearity the effect of
 * eight bytes is the exclusive or of eight look-ups that wait for nothing but each other's start.
 *
 * crc32c_x86.c goes on from here, with an instruction that takes eight bytes in one step and with
 * one that multiplies polynomials.
 */
#include <tfeed/crc32c.h>

#include "core/byte_order_internal.h"
#include "core/crc32c_constants_private.h"
#include "core/crc32c_internal.h"

#define REFLECTED_POLYNOMIAL UINT32_C(0x82f63b78)

uint32_t tfi_crc32c_bitwise(uint32_t crc, const uint8_t *data, size_t len)
{
    crc = ~crc;
    for (size_t i = 0; i < len; i++) {
        crc ^= data[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ ((crc & 1) != 0 ? REFLECTED_POLYNOMIAL : 0);
    }
    return ~crc;
}

/* The register after the eight bytes that `word` holds together with the register before. */
static inline uint32_t step_word(uint64_t word)
{
    return tables[7][word & 0xff] ^ tables[6][word >> 8 & 0xff] ^ tables[5][word >> 16 & 0xff] ^
           tables[4][word >> 24 & 0xff] ^ tables[3][word >> 32 & 0xff] ^
           tables[2][word >> 40 & 0xff] ^ tables[1][word >> 48 & 0xff] ^ tables[0][word >> 56];
}

static uint32_t extend_table(uint32_t crc, const uint8_t *data, size_t len)
{
    crc = ~crc;
    for (; len >= 8; data += 8, len -= 8)
        crc = step_word(tfi_load_le64(data) ^ crc);
    for (; len > 0; data++, len--)
        crc = crc >> 8 ^ tables[0][(crc ^ *data) & 0xff];
    return ~crc;
}

static uint32_t uint64_table(uint64_t value)
{
    return ~step_word(value ^ UINT32_MAX);
}

static const struct tfi_crc32c_variant table_variant = {"table", TFI_CPU_BASELINE, extend_table,
                                                        uint64_table};

const struct tfi_crc32c_variant *const tfi_crc32c_variants[] = {
    &table_variant,
#if defined(__x86_64__)
    &tfi_crc32c_sse42,
    &tfi_crc32c_avx512,
#endif
};
const size_t tfi_crc32c_n_variants = sizeof tfi_crc32c_variants / sizeof tfi_crc32c_variants[0];

/* The fastest variant at or below the processor's level becomes the one in use. */
static const struct tfi_crc32c_variant *choose(void)
{
    const enum tfi_cpu_level level = tfi_cpu_level();
    size_t best = tfi_crc32c_n_variants - 1;
    while (tfi_crc32c_variants[best]->level > level)
        best--;
    atomic_store_explicit(&tfi_crc32c_chosen, tfi_crc32c_variants[best], memory_order_relaxed);
    return tfi_crc32c_variants[best];
}

static uint32_t extend_first(uint32_t crc, const uint8_t *data, size_t len)
{
    return choose()->extend(crc, data, len);
}

static uint32_t uint64_first(uint64_t value)
{
    return choose()->of_uint64(value);
}

static const struct tfi_crc32c_variant not_chosen = {"", TFI_CPU_BASELINE, extend_first,
                                                     uint64_first};

const struct tfi_crc32c_variant *_Atomic tfi_crc32c_chosen = &not_chosen;

uint32_t tfeed_crc32c(uint32_t crc, const void *data, size_t len)
{
    return tfi_crc32c_in_use()->extend(crc, data, len);
}

uint32_t tfeed_crc32c_mask(uint32_t crc)
{
    return tfi_crc32c_mask(crc);
}

uint32_t tfeed_crc32c_unmask(uint32_t masked)
{
    const uint32_t rotated = masked - TFI_CRC32C_MASK_DELTA;
    return rotated << 15 | rotated >> 17;
}

const char *tfeed_crc32c_variant(void)
{
    return choose()->name;
}
