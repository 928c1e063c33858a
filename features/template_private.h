/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * template_private.h - an entry as every ordinary writer makes it, recognised with a few compares.
 *
 *   0a EL  0a KL name  12 VL  1a LL  0a PL │ PL bytes: packed values
 *   └────────────── prefix, at most 64 bytes ┘
 *
 * For a given name everything before the values is fixed except that EL, VL and LL each grow with
 * PL. So the expected prefix is computed from PL, the byte before the values: a word of the
 * template plus PL times a word with a 1 in each length byte. Tag by tag, the same costs a branch
 * per byte, and a misprediction wherever lengths vary. Where PL is constant (floats, raw bytes) the
 * prefix is constant too, and lengths may take several bytes.
 *
 * Reads nothing outside the prefix: the last word overlaps the one before.
 */
#ifndef TFI_TEMPLATE_PRIVATE_H
#define TFI_TEMPLATE_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/byte_order_internal.h"

enum { TFI_TEMPLATE_MAX_BYTES = 64, TFI_TEMPLATE_MAX_WORDS = TFI_TEMPLATE_MAX_BYTES / 8 };

struct tfi_template {
    uint32_t len; /* of the prefix; 0: this column has no template */
    uint32_t n_words;
    bool is_scalar;       /* PL varies: one varint */
    size_t payload_bytes; /* of the values when not */
    uint64_t words[TFI_TEMPLATE_MAX_WORDS];
    uint64_t per_payload_byte[TFI_TEMPLATE_MAX_WORDS];
};

struct tfi_column;

/* The template of a column; len 0 where it has none. */
void tfi_template_init(struct tfi_template *tmpl, const struct tfi_column *column);

/* Where the prefix of a template at least 8 bytes long matches: then the values begin at at + len.
 * The caller has checked that len bytes are there. */
static inline bool tfi_template_match(const struct tfi_template *tmpl, const uint8_t *at)
{
    const uint64_t payload_bytes = at[tmpl->len - 1];
    const uint32_t last = tmpl->n_words - 1;
    uint64_t difference = 0;
    for (uint32_t i = 0; i < last; i++)
        difference |= tfi_load_le64(at + 8 * i) ^
                      (tmpl->words[i] + payload_bytes * tmpl->per_payload_byte[i]);
    difference |= tfi_load_le64(at + tmpl->len - 8) ^
                  (tmpl->words[last] + payload_bytes * tmpl->per_payload_byte[last]);
    return difference == 0;
}

/* The number in a varint of exactly len bytes, 1 to 8. The 8 bytes that end with it are readable:
 * whatever stands before it is shifted out. False when the varint has another length. */
static inline bool tfi_template_varint(const uint8_t *at, size_t len, uint64_t *ret_value)
{
    const uint64_t word = tfi_load_le64(at + len - 8) >> (8 * (8 - len));
    const uint64_t tops = UINT64_C(0x8080808080808080);
    const uint64_t expected = (tops >> (8 * (8 - len))) ^ (UINT64_C(0x80) << (8 * (len - 1)));
    if ((word & tops) != expected)
        return false;
    /* 7-bit groups of 8 bytes: joined to groups of 14, 28 and 56 bits */
    uint64_t value = word & ~tops;
    value = (value & UINT64_C(0x007f007f007f007f)) | (value & UINT64_C(0x7f007f007f007f00)) >> 1;
    value = (value & UINT64_C(0x00003fff00003fff)) | (value & UINT64_C(0x3fff00003fff0000)) >> 2;
    value = (value & UINT64_C(0x000000000fffffff)) | (value & UINT64_C(0x0fffffff00000000)) >> 4;
    *ret_value = value;
    return true;
}

#endif
