/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * record_frame_internal.h - the layout of a record, once, for whoever reads, writes or walks them.
 *
 *      0          8             12                    12 + length        16 + length
 *      ├ length ──┼ crc ────────┼ payload ────────────┼ crc ─────────────┤
 *      │ u64 le   │ of length   │ length bytes        │ of payload       │
 *      └──────────┴─────────────┴─────────────────────┴──────────────────┘
 *
 * Both checksums are CRC-32C in its masked form, little-endian. doc/tfrecord-format.md has the
 * whole story.
 */
#ifndef TFI_RECORD_FRAME_INTERNAL_H
#define TFI_RECORD_FRAME_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tfeed/records.h>

#include "core/byte_order_internal.h"
#include "core/crc32c_internal.h"

enum {
    TFI_RECORD_LENGTH_CRC_OFFSET = 8,
    TFI_RECORD_PAYLOAD_OFFSET = TFEED_RECORD_HEADER_BYTES,
    TFI_RECORD_OVERHEAD_BYTES = TFEED_RECORD_HEADER_BYTES + TFEED_RECORD_FOOTER_BYTES,
};

/* The longest payload whose frame can be counted at all. */
#define TFI_RECORD_MAX_LENGTH (UINT64_MAX - TFI_RECORD_OVERHEAD_BYTES)

/* The length in a header of TFEED_RECORD_HEADER_BYTES; true when its checksum is right. */
static inline bool tfi_record_header_check(const uint8_t *header, uint64_t *ret_length)
{
    *ret_length = tfi_load_le64(header);
    return tfi_crc32c_masked_uint64(*ret_length) ==
           tfi_load_le32(header + TFI_RECORD_LENGTH_CRC_OFFSET);
}

/* True when the checksum behind a payload of `len` bytes is right. */
static inline bool tfi_record_payload_check(const uint8_t *payload, size_t len)
{
    return tfi_crc32c_masked(payload, len) == tfi_load_le32(payload + len);
}

/* Fills in a header of TFEED_RECORD_HEADER_BYTES. */
static inline void tfi_record_header_store(uint8_t *header, uint64_t length)
{
    tfi_store_le64(header, length);
    tfi_store_le32(header + TFI_RECORD_LENGTH_CRC_OFFSET, tfi_crc32c_masked_uint64(length));
}

/* Fills in a footer of TFEED_RECORD_FOOTER_BYTES. */
static inline void tfi_record_footer_store(uint8_t *footer, const uint8_t *payload, size_t len)
{
    tfi_store_le32(footer, tfi_crc32c_masked(payload, len));
}

#endif
