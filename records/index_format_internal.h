/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * index_format_internal.h - the layout of FILE.tfidx, once, for whoever writes or reads one.
 *
 *    ┌ header ┬ block 0 ┬ block 1 ┬ … ┬ last ┐┌ key head ┬ key block 0 ┬ … ┐
 *    │ 80     │ 1,024 records each    │ rest ││ only where the index has a key
 *    └────────┴─────────┴─────────┴───┴──────┘└──────────┴─────────────┴───┘
 *
 *    block       ┌ crc ┬ offset ┬ length - min_length, of each record ┐
 *                │ u32 │ u64    │ length_bytes (0 … 8) each           │
 *    key head    ┌ crc ┬ name of the feature ┬ first hash of each key block ┐
 *                │ u32 │ key_name_bytes      │ u64 each                     │
 *    key block   ┌ crc ┬ hash, record ┬ … 1,024 pairs, sorted ┐
 *                │ u32 │ u64, record_bytes (1 … 8)            │
 *
 * All little-endian; a crc is the masked CRC-32C of what stands behind it in its part. Where a
 * part lies follows from the numbers in the header, so that record N costs one read.
 * doc/formats/index.md has the whole story.
 */
#ifndef TFI_INDEX_FORMAT_INTERNAL_H
#define TFI_INDEX_FORMAT_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tfeed/io.h>

#include "core/byte_order_internal.h"

enum {
    TFI_INDEX_VERSION = 1,
    TFI_INDEX_MAGIC_BYTES = 8,
    TFI_INDEX_HEADER_BYTES = 80,
    TFI_INDEX_CRC_BYTES = 4,
    TFI_INDEX_BLOCK_RECORDS = 1024,
    TFI_INDEX_BLOCK_HEAD_BYTES = 12,
    TFI_INDEX_HASH_BYTES = 8,
    TFI_INDEX_MAX_NAME_BYTES = 64 << 10, /* of a key's feature */
    TFI_INDEX_END_BYTES = 64,            /* of a compressed file's ends, for its identity */
};

/* As PNG has it: a file that went through a text conversion is no index any more. */
#define TFI_INDEX_MAGIC "\x89TFIDX\r\n"

/* Streams are below 2^63, so that sums of two offsets cannot overflow. */
#define TFI_INDEX_MAX_STREAM_BYTES ((uint64_t)INT64_MAX)

struct tfi_index_header {
    uint64_t n_records;
    uint64_t file_bytes;   /* of the file of records, as it lies on the disk */
    uint64_t stream_bytes; /* of its uncompressed stream: where the last record ends */
    uint64_t last_offset;  /* of the last record */
    uint64_t min_length;   /* of all payloads */
    uint64_t n_keys;
    uint32_t first; /* identity of the beginning, see index_identity.c */
    uint32_t last;  /* and of the end */
    uint32_t key_name_bytes;
    uint8_t compression; /* enum tfeed_compression */
    uint8_t length_bytes;
    uint8_t record_bytes;
};

/* A number of `width` bytes, 0 to 8. */
static inline uint64_t tfi_index_load(const uint8_t *from, unsigned width)
{
    uint64_t value = 0;
    switch (width) {
    case 0:
        return 0;
    case 1:
        return from[0];
    case 2:
        return (uint64_t)from[0] | (uint64_t)from[1] << 8;
    case 4:
        return tfi_load_le32(from);
    case 8:
        return tfi_load_le64(from);
    default:
        for (unsigned i = 0; i < width; i++)
            value |= (uint64_t)from[i] << (8 * i);
        return value;
    }
}

static inline void tfi_index_store(uint8_t *to, unsigned width, uint64_t value)
{
    for (unsigned i = 0; i < width; i++)
        to[i] = (uint8_t)(value >> (8 * i));
}

/* How many bytes a number needs; 0 for 0. */
static inline unsigned tfi_index_width(uint64_t value)
{
    return value == 0 ? 0 : (unsigned)(8 - __builtin_clzll(value) / 8);
}

/* Where the parts lie. */
struct tfi_index_layout {
    uint64_t n_blocks;
    uint64_t block_bytes; /* of a whole block */
    uint64_t keys_offset; /* of the key head, and the end of the blocks */
    uint64_t key_head_bytes;
    uint64_t n_key_blocks;
    uint64_t key_block_bytes;
    uint64_t index_bytes; /* all of it */
};

/* False: the numbers of the header are not those of any index. */
bool tfi_index_layout(const struct tfi_index_header *header, struct tfi_index_layout *ret_layout);

void tfi_index_header_store(uint8_t bytes[TFI_INDEX_HEADER_BYTES],
                            const struct tfi_index_header *header);

/* What bytes that begin with the magic hold. NULL: a header that makes sense; else what is wrong
 * with it, *ret_is_newer for a version that this library does not know. */
const char *tfi_index_header_load(const uint8_t bytes[TFI_INDEX_HEADER_BYTES],
                                  struct tfi_index_header *ret_header,
                                  struct tfi_index_layout *ret_layout, bool *ret_is_newer);

/* The masked CRC-32C of what stands behind the checksum in a part of `len` bytes. */
uint32_t tfi_index_part_crc(const uint8_t *part, size_t len);

#endif
