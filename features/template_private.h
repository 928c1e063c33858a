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
 * Reads nothing outside the prefix: the last word overlaps the one before. Every prefix has more
 * than 8 bytes, and so two words.
 */
#ifndef TFI_TEMPLATE_PRIVATE_H
#define TFI_TEMPLATE_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/byte_order_internal.h"

#if defined(__SSE2__)
#include <immintrin.h>
#endif

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

/* Where in a prefix a word stands: the first and the last come first, as every prefix has them. */
static inline size_t tfi_template_place(size_t len, unsigned word)
{
    return word == 0 ? 0 : word == 1 ? len - 8 : 8 * ((size_t)word - 1);
}

/* … and what it is before so many bytes of values. */
static inline uint64_t tfi_template_word_of(const struct tfi_template_word *word,
                                            uint64_t payload_bytes)
{
    return word->bytes + payload_bytes * word->per_payload_byte;
}

/* Where the prefix of a template matches: then the values begin at at + len. The caller has checked
 * that len bytes are there. */
static inline bool tfi_template_match(const struct tfi_template *tmpl, const uint8_t *at)
{
    const size_t len = tmpl->len;
    const uint64_t payload_bytes = at[len - 1];
    uint64_t difference =
        (tfi_load_le64(at) ^ tfi_template_word_of(&tmpl->words[0], payload_bytes)) |
        (tfi_load_le64(at + len - 8) ^ tfi_template_word_of(&tmpl->words[1], payload_bytes));
    for (unsigned i = 2; i < tmpl->n_words; i++)
        difference |= tfi_load_le64(at + tfi_template_place(len, i)) ^
                      tfi_template_word_of(&tmpl->words[i], payload_bytes);
    return difference == 0;
}

/* Joins the low 7 bits of the bytes of a word whose top bits are 0: in any processor's way, and in
 * that of those with a quick pext. */
typedef uint64_t tfi_join_groups_function(uint64_t word);

static inline uint64_t tfi_join_groups(uint64_t word)
{
    /* groups of 14, 28 and 56 bits */
    word = (word & UINT64_C(0x007f007f007f007f)) | (word & UINT64_C(0x7f007f007f007f00)) >> 1;
    word = (word & UINT64_C(0x00003fff00003fff)) | (word & UINT64_C(0x3fff00003fff0000)) >> 2;
    return (word & UINT64_C(0x000000000fffffff)) | (word & UINT64_C(0x0fffffff00000000)) >> 4;
}

#if defined(__SSE2__) && defined(__x86_64__)
__attribute__((target("bmi2"))) static inline uint64_t tfi_join_groups_bmi2(uint64_t word)
{
    return _pext_u64(word, UINT64_C(0x7f7f7f7f7f7f7f7f));
}
#endif

/* The number in a varint of exactly len bytes, 1 to 8. The 8 bytes that end with it are readable:
 * whatever stands before it is shifted out. False when the varint has another length. */
static inline bool tfi_template_varint(const uint8_t *at, size_t len,
                                       tfi_join_groups_function *join_groups, uint64_t *ret_value)
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

enum { TFI_FRONT_MIN_BYTES = 4, TFI_FRONT_PART_BYTES = 16, TFI_FRONT_MAX_BYTES = 32 };

/* Sixteen bytes of a front: those of their bits that are always the same, and what they are. */
struct tfi_front_part {
    uint8_t same[TFI_FRONT_PART_BYTES];
    uint8_t bits[TFI_FRONT_PART_BYTES];
};

/* The front of an entry that nobody wants, "0a EL 0a KL name", to be stepped over where it comes
 * again: with an EL of as many bytes, 1 or 2, whatever it says. */
struct tfi_front {
    uint8_t len;
    bool is_short;                  /* the first part holds it, and EL has one byte */
    bool is_long;                   /* EL has two bytes */
    struct tfi_front_part parts[2]; /* from bytes 0, and of a longer one len - 16, on */
};

/* A front that nothing has. */
static inline void tfi_front_init(struct tfi_front *front)
{
    *front = (struct tfi_front){.is_short = true, .parts = {{.bits = {1}}}};
}

/* Remembers the front of an entry, len bytes of it, where it has the form. */
static inline void tfi_front_set(struct tfi_front *front, const uint8_t *entry, size_t len)
{
    const bool is_long = entry[1] >> 7;
    tfi_front_init(front);
    if (len < TFI_FRONT_MIN_BYTES || len > TFI_FRONT_MAX_BYTES || (is_long && entry[2] >= 0x80))
        return;
    front->len = (uint8_t)len;
    front->is_long = is_long;
    front->is_short = !is_long && len <= TFI_FRONT_PART_BYTES;
    for (size_t i = 0; i < len; i++) {
        const bool is_length = i == 1 || (is_long && i == 2);
        const uint8_t same = is_length ? 0x80 : 0xff; /* whether it goes on, not what it says */
        const uint8_t bits = entry[i] & same;
        if (i < TFI_FRONT_PART_BYTES) {
            front->parts[0].same[i] = same;
            front->parts[0].bits[i] = bits;
        }
        if (len > TFI_FRONT_PART_BYTES && i + TFI_FRONT_PART_BYTES >= len) {
            front->parts[1].same[i + TFI_FRONT_PART_BYTES - len] = same;
            front->parts[1].bits[i + TFI_FRONT_PART_BYTES - len] = bits;
        }
    }
}

static inline bool tfi_front_part_is_at(const struct tfi_front_part *part, const uint8_t *at)
{
#if defined(__SSE2__)
    const __m128i bytes = _mm_loadu_si128((const __m128i_u *)(const void *)at);
    const __m128i same = _mm_loadu_si128((const __m128i_u *)(const void *)part->same);
    const __m128i bits = _mm_loadu_si128((const __m128i_u *)(const void *)part->bits);
    return _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_and_si128(bytes, same), bits)) == 0xffff;
#else
    return (((tfi_load_le64(at) & tfi_load_le64(part->same)) ^ tfi_load_le64(part->bits)) |
            ((tfi_load_le64(at + 8) & tfi_load_le64(part->same + 8)) ^
             tfi_load_le64(part->bits + 8))) == 0;
#endif
}

/* The byte behind the entry at `at` when it begins like this, else NULL; also when less than a part
 * is left. Its length is what the next entry waits for: it is had before this one has been
 * compared. */
static inline const uint8_t *tfi_front_match(const struct tfi_front *front, const uint8_t *at,
                                             const uint8_t *end)
{
    const size_t len = front->len;
    const size_t n_left = (size_t)(end - at);
    if (n_left < TFI_FRONT_PART_BYTES)
        return NULL;
    const uint8_t *behind = at + 2 + at[1];
    if (!front->is_short) {
        if (n_left < len)
            return NULL;
        if (front->is_long)
            behind += ((size_t)at[2] << 7) - 0x7f; /* one byte more, without its top bit */
        if (len > TFI_FRONT_PART_BYTES &&
            !tfi_front_part_is_at(&front->parts[1], at + len - TFI_FRONT_PART_BYTES))
            return NULL;
    }
    if (!tfi_front_part_is_at(&front->parts[0], at) || (size_t)(behind - at) - len > n_left - len)
        return NULL;
    return behind;
}

#endif
