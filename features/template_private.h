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

/* Eight bytes of a prefix, and a 1 in each that is a length which grows with PL. */
struct tfi_template_word {
    uint64_t bytes;
    uint64_t per_payload_byte;
};

struct tfi_template {
    uint8_t len; /* of the prefix; 0: there is no template */
    uint8_t n_words;
    bool is_scalar; /* PL varies: one varint */
    struct tfi_template_word words[TFI_TEMPLATE_MAX_WORDS];
    size_t payload_bytes; /* of the values when it is no scalar; of a list at most */
};

struct tfi_feature;

/* The template of a feature; len 0 where it has none. */
void tfi_template_init(struct tfi_template *tmpl, const struct tfi_feature *feature);

/* … of a list of any number of numbers, or of one string, as long as every length is one byte. */
void tfi_template_init_list(struct tfi_template *tmpl, const struct tfi_feature *feature);

/* Where the prefix of a template at least 8 bytes long matches: then the values begin at at + len.
 * The caller has checked that len bytes are there. */
static inline bool tfi_template_match(const struct tfi_template *tmpl, const uint8_t *at)
{
    const uint64_t payload_bytes = at[tmpl->len - 1];
    const struct tfi_template_word *last = &tmpl->words[tmpl->n_words - 1];
    uint64_t difference =
        tfi_load_le64(at + tmpl->len - 8) ^ (last->bytes + payload_bytes * last->per_payload_byte);
    for (const struct tfi_template_word *word = tmpl->words; word < last; word++, at += 8)
        difference |= tfi_load_le64(at) ^ (word->bytes + payload_bytes * word->per_payload_byte);
    return difference == 0;
}

/* Joins the low 7 bits of the bytes of a word whose top bits are 0. */
static inline uint64_t tfi_join_groups(uint64_t word)
{
    /* groups of 14, 28 and 56 bits */
    word = (word & UINT64_C(0x007f007f007f007f)) | (word & UINT64_C(0x7f007f007f007f00)) >> 1;
    word = (word & UINT64_C(0x00003fff00003fff)) | (word & UINT64_C(0x3fff00003fff0000)) >> 2;
    return (word & UINT64_C(0x000000000fffffff)) | (word & UINT64_C(0x0fffffff00000000)) >> 4;
}

/* The number in a varint of exactly len bytes, 1 to 8. The 8 bytes that end with it are readable:
 * whatever stands before it is shifted out. False when the varint has another length. */
static inline bool tfi_template_varint(const uint8_t *at, size_t len,
                                       uint64_t (*join_groups)(uint64_t), uint64_t *ret_value)
{
    const uint64_t tops = UINT64_C(0x8080808080808080);
    const unsigned n_before = 8 * (8 - (unsigned)len);
    const uint64_t word = tfi_load_le64(at + len - 8);
    /* the top bit must be set in all bytes but the last */
    if (((word ^ tops >> 8) & tops) >> n_before != 0)
        return false;
    *ret_value = join_groups((word & ~tops) >> n_before);
    return true;
}

enum { TFI_FRONT_MAX_BYTES = 32, TFI_FRONT_MAX_WORDS = TFI_FRONT_MAX_BYTES / 8 };

/* The front of an entry that nobody wants, "0a EL 0a KL name", to be stepped over where it comes
 * again: with an EL of as many bytes, 1 or 2, whatever it says. */
struct tfi_front {
    uint8_t len; /* 0: it has another form */
    uint8_t n_words;
    uint8_t is_long;     /* EL has 2 bytes */
    uint64_t first_mask; /* without the bytes of EL */
    uint64_t last_mask;
    uint64_t words[TFI_FRONT_MAX_WORDS];
};

/* Remembers the front of an entry, len bytes of it. */
static inline void tfi_front_set(struct tfi_front *front, const uint8_t *entry, size_t len)
{
    const unsigned is_long = entry[1] >> 7;
    const uint64_t length_bytes = is_long ? UINT64_C(0xffff00) : UINT64_C(0xff00);
    front->len = 0;
    if (len < 8 || len > TFI_FRONT_MAX_BYTES || (is_long && entry[2] >= 0x80))
        return;
    front->len = (uint8_t)len;
    front->n_words = (uint8_t)((len + 7) / 8);
    front->is_long = (uint8_t)is_long;
    front->first_mask = ~length_bytes;
    front->last_mask = len < 16 ? ~(length_bytes >> 8 * (len - 8)) : UINT64_MAX;
    for (unsigned i = 0; i + 1 < front->n_words; i++)
        front->words[i] = tfi_load_le64(entry + 8 * (size_t)i);
    front->words[front->n_words - 1] = tfi_load_le64(entry + len - 8);
}

/* The bytes of the entry at `at` when it begins like this, else 0. */
static inline size_t tfi_front_match(const struct tfi_front *front, const uint8_t *at,
                                     size_t n_left)
{
    if (front->len == 0 || n_left < front->len)
        return 0;
    const unsigned is_long = front->is_long;
    const unsigned last = front->n_words - 1u;
    uint64_t difference =
        (tfi_load_le64(at + front->len - 8) ^ front->words[last]) & front->last_mask;
    for (unsigned i = 0; i < last; i++)
        difference |= (tfi_load_le64(at + 8 * (size_t)i) ^ front->words[i]) &
                      (i == 0 ? front->first_mask : UINT64_MAX);
    /* the top bit of EL's first byte says whether there is a second; that one must be the last */
    const unsigned tops = (at[1] >> 7 ^ is_long) | (at[2] >> 7 & is_long);
    const size_t n_bytes =
        2 + is_long + ((at[1] & 0x7fu) | (size_t)(at[2] & 0x7fu & (0 - is_long)) << 7);
    /* a branch, not a choice: the next entry is begun before this one has been compared */
    if (__builtin_expect((difference | tops) != 0 || n_bytes < front->len || n_bytes > n_left, 0))
        return 0;
    return n_bytes;
}

#endif
