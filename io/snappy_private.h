/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * snappy_private.h - the frame of a Snappy block as TensorFlow writes it, once for both directions.
 *
 *      0               4
 *      ├ length ───────┼ a raw Snappy block of `length` bytes ─────────┤ next block …
 *      │ u32 BIG-endian│ varint: bytes it holds │ literals and copies  │
 *      └───────────────┴────────────────────────┴──────────────────────┘
 *
 * No mark announces the format, and no checksum guards a block.
 */
#ifndef TFI_SNAPPY_PRIVATE_H
#define TFI_SNAPPY_PRIVATE_H

#include <stdint.h>

enum {
    TFI_SNAPPY_LENGTH_BYTES = 4,
    TFI_SNAPPY_MAX_VARINT_BYTES = 5, /* what a block holds is below 4 GiB */
    /* A copy of 64 bytes takes 3: no block holds more than 64 / 3 times its own length. */
    TFI_SNAPPY_MOST_RATIO = 22,
};

/* How many bytes a raw block says it holds. Returns the length of that varint; 0: there is none. */
static inline size_t tfi_snappy_content_length(const uint8_t *block, size_t len,
                                               uint64_t *ret_content_len)
{
    enum { PAYLOAD_BITS = 7, PAYLOAD_MASK = 0x7f, MORE = 0x80 };
    uint64_t value = 0;
    for (size_t i = 0; i < len && i < TFI_SNAPPY_MAX_VARINT_BYTES; i++) {
        value |= (uint64_t)(block[i] & PAYLOAD_MASK) << (PAYLOAD_BITS * i);
        if ((block[i] & MORE) == 0) {
            *ret_content_len = value;
            return value <= UINT32_MAX ? i + 1 : 0;
        }
    }
    return 0;
}

#endif
