/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * snappy_head.c - the first bytes in a snappy file, from the first bytes of the file.
 *
 * Nothing announces a snappy file but what it holds, and a library decompresses whole blocks only.
 * Of a block's elements, literals and copies of what came before, each gives at least one byte.
 *
 *      tag: low two bits      the others               behind it
 *      0    literal           length - 1, below 60     its bytes
 *                             60 … 63                  1 … 4 bytes length - 1, its bytes
 *      1    copy              3 bits length - 4, 3 bits high bits of the distance, 1 byte
 *      2,3  copy              length - 1               2 or 4 bytes distance
 *
 * Follows: Snappy's format_description.txt.
 */
#include <stdbool.h>

#include "core/byte_order_internal.h"
#include "io/io_internal.h"
#include "io/snappy_private.h"

enum {
    KIND_MASK = 3,
    LITERAL = 0,
    SHORT_COPY = 1,
    LONG_COPY = 3,
    KIND_BITS = 2,
    LONGEST_SHORT_LITERAL = 60,
    SHORT_COPY_LENGTH_MASK = 7,
    SHORTEST_COPY = 4,
    HIGH_DISTANCE_BITS = 5,
};

struct element {
    bool is_literal;
    size_t n_bytes;  /* that it gives */
    size_t distance; /* of a copy: how far back */
};

/* How many bytes of length or distance follow a tag. */
static size_t n_extra_bytes(uint8_t tag)
{
    const size_t number = (size_t)(tag >> KIND_BITS) + 1;
    switch (tag & KIND_MASK) {
    case LITERAL:
        return number > LONGEST_SHORT_LITERAL ? number - LONGEST_SHORT_LITERAL : 0;
    case SHORT_COPY:
        return 1;
    case LONG_COPY:
        return 4;
    default:
        return 2;
    }
}

/* The element at `next`; how many bytes it took, without those of a literal. 0: it is not whole. */
static size_t read_element(const uint8_t *next, size_t left, struct element *ret_element)
{
    if (left == 0)
        return 0;
    const uint8_t tag = next[0];
    const size_t n_extra = n_extra_bytes(tag);
    if (n_extra > left - 1)
        return 0;
    size_t extra = 0;
    for (size_t i = 0; i < n_extra; i++)
        extra |= (size_t)next[1 + i] << (8 * i);
    *ret_element = (struct element){.is_literal = (tag & KIND_MASK) == LITERAL,
                                    .n_bytes = (size_t)(tag >> KIND_BITS) + 1,
                                    .distance = extra};
    if (ret_element->is_literal && n_extra > 0) {
        ret_element->n_bytes = extra + 1;
    } else if ((tag & KIND_MASK) == SHORT_COPY) {
        ret_element->n_bytes = ((tag >> KIND_BITS) & SHORT_COPY_LENGTH_MASK) + SHORTEST_COPY;
        ret_element->distance |= (size_t)(tag >> HIGH_DISTANCE_BITS) << 8;
    }
    return 1 + n_extra;
}

/* Decodes elements until there are `room` bytes, or they end, or one cannot be. */
static size_t read_elements(const uint8_t *next, size_t left, uint8_t *content, size_t room)
{
    struct element element;
    size_t n = 0;
    while (n < room) {
        const size_t n_read = read_element(next, left, &element);
        next += n_read;
        left -= n_read;
        if (n_read == 0 || (!element.is_literal && (element.distance == 0 || element.distance > n)))
            break;
        if (element.n_bytes > room - n)
            element.n_bytes = room - n;
        if (element.is_literal && element.n_bytes > left)
            element.n_bytes = left;
        for (size_t i = 0; i < element.n_bytes; i++, n++)
            content[n] = element.is_literal ? next[i] : content[n - element.distance];
        if (element.is_literal) {
            next += element.n_bytes;
            left -= element.n_bytes;
        }
    }
    return n;
}

size_t tfi_snappy_head(const uint8_t *head, size_t len, uint8_t *content, size_t room)
{
    if (len < TFI_SNAPPY_LENGTH_BYTES)
        return 0;
    const size_t block_len = tfi_load_be32(head);
    const uint8_t *block = head + TFI_SNAPPY_LENGTH_BYTES;
    size_t left = len - TFI_SNAPPY_LENGTH_BYTES;
    if (left > block_len)
        left = block_len;
    uint64_t content_len;
    const size_t n_varint = tfi_snappy_content_length(block, left, &content_len);
    if (n_varint == 0 || content_len / TFI_SNAPPY_MOST_RATIO > block_len)
        return 0;
    if (room > content_len)
        room = (size_t)content_len;
    return read_elements(block + n_varint, left - n_varint, content, room);
}
