/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * index_format.c - the header of an index, and what follows from its numbers.
 *
 * Nothing of a header is trusted. Each number is bounded by another: records by the bytes of the
 * stream they fill, the index by its own size, which the caller compares with the file's.
 */
#include "records/index_format_internal.h"

#include <string.h>

#include "core/crc32c_internal.h"
#include "records/record_frame_internal.h"

/* Where the numbers stand. */
enum {
    AT_CRC = 8, /* of everything behind it */
    AT_VERSION = 12,
    AT_N_RECORDS = 16,
    AT_FILE_BYTES = 24,
    AT_STREAM_BYTES = 32,
    AT_LAST_OFFSET = 40,
    AT_MIN_LENGTH = 48,
    AT_N_KEYS = 56,
    AT_FIRST = 64,
    AT_LAST = 68,
    AT_KEY_NAME_BYTES = 72,
    AT_COMPRESSION = 76,
    AT_LENGTH_BYTES = 77,
    AT_RECORD_BYTES = 78,
    AT_ZERO = 79,
};

static uint32_t header_crc(const uint8_t *bytes)
{
    return tfi_crc32c_masked(bytes + AT_VERSION, TFI_INDEX_HEADER_BYTES - AT_VERSION);
}

uint32_t tfi_index_part_crc(const uint8_t *part, size_t len)
{
    return tfi_crc32c_masked(part + TFI_INDEX_CRC_BYTES, len - TFI_INDEX_CRC_BYTES);
}

static uint64_t n_parts(uint64_t n)
{
    return n / TFI_INDEX_BLOCK_RECORDS + (n % TFI_INDEX_BLOCK_RECORDS != 0);
}

/* n blocks of head_bytes each, and n_items items among them. False: too many bytes for a file. */
static bool add_parts(uint64_t *bytes, uint64_t n, uint64_t head_bytes, uint64_t n_items,
                      uint64_t item_bytes)
{
    uint64_t heads, items;
    return !__builtin_mul_overflow(n, head_bytes, &heads) &&
           !__builtin_mul_overflow(n_items, item_bytes, &items) &&
           !__builtin_add_overflow(*bytes, heads, bytes) &&
           !__builtin_add_overflow(*bytes, items, bytes) && *bytes <= TFI_INDEX_MAX_STREAM_BYTES;
}

bool tfi_index_layout(const struct tfi_index_header *header, struct tfi_index_layout *ret_layout)
{
    const uint64_t pair_bytes = TFI_INDEX_HASH_BYTES + (uint64_t)header->record_bytes;
    struct tfi_index_layout layout = {
        .n_blocks = n_parts(header->n_records),
        .block_bytes =
            TFI_INDEX_BLOCK_HEAD_BYTES + (uint64_t)TFI_INDEX_BLOCK_RECORDS * header->length_bytes,
        .n_key_blocks = n_parts(header->n_keys),
        .key_block_bytes = TFI_INDEX_CRC_BYTES + TFI_INDEX_BLOCK_RECORDS * pair_bytes,
        .index_bytes = TFI_INDEX_HEADER_BYTES,
    };
    if (!add_parts(&layout.index_bytes, layout.n_blocks, TFI_INDEX_BLOCK_HEAD_BYTES,
                   header->n_records, header->length_bytes))
        return false;
    layout.keys_offset = layout.index_bytes;
    if (header->key_name_bytes > 0) {
        if (!add_parts(&layout.index_bytes, layout.n_key_blocks, TFI_INDEX_HASH_BYTES,
                       header->key_name_bytes + TFI_INDEX_CRC_BYTES, 1))
            return false;
        layout.key_head_bytes = layout.index_bytes - layout.keys_offset;
        if (!add_parts(&layout.index_bytes, layout.n_key_blocks, TFI_INDEX_CRC_BYTES,
                       header->n_keys, pair_bytes))
            return false;
    }
    *ret_layout = layout;
    return true;
}

void tfi_index_header_store(uint8_t bytes[TFI_INDEX_HEADER_BYTES],
                            const struct tfi_index_header *header)
{
    memcpy(bytes, TFI_INDEX_MAGIC, TFI_INDEX_MAGIC_BYTES);
    tfi_store_le32(bytes + AT_VERSION, TFI_INDEX_VERSION);
    tfi_store_le64(bytes + AT_N_RECORDS, header->n_records);
    tfi_store_le64(bytes + AT_FILE_BYTES, header->file_bytes);
    tfi_store_le64(bytes + AT_STREAM_BYTES, header->stream_bytes);
    tfi_store_le64(bytes + AT_LAST_OFFSET, header->last_offset);
    tfi_store_le64(bytes + AT_MIN_LENGTH, header->min_length);
    tfi_store_le64(bytes + AT_N_KEYS, header->n_keys);
    tfi_store_le32(bytes + AT_FIRST, header->first);
    tfi_store_le32(bytes + AT_LAST, header->last);
    tfi_store_le32(bytes + AT_KEY_NAME_BYTES, header->key_name_bytes);
    bytes[AT_COMPRESSION] = header->compression;
    bytes[AT_LENGTH_BYTES] = header->length_bytes;
    bytes[AT_RECORD_BYTES] = header->record_bytes;
    bytes[AT_ZERO] = 0;
    tfi_store_le32(bytes + AT_CRC, header_crc(bytes));
}

/* The records fill the stream: each has its frame and at least min_length bytes. */
static bool records_fit(const struct tfi_index_header *header)
{
    uint64_t frame_bytes, least;
    if (header->n_records == 0)
        return header->stream_bytes == 0 && header->min_length == 0 && header->last_offset == 0;
    if (__builtin_add_overflow(header->min_length, (uint64_t)TFI_RECORD_OVERHEAD_BYTES,
                               &frame_bytes) ||
        __builtin_mul_overflow(frame_bytes, header->n_records, &least) ||
        least > header->stream_bytes)
        return false;
    return header->last_offset >= least - frame_bytes &&
           header->last_offset <= header->stream_bytes - frame_bytes;
}

static bool sizes_fit(const struct tfi_index_header *header)
{
    return header->stream_bytes <= TFI_INDEX_MAX_STREAM_BYTES &&
           (header->compression != TFEED_COMPRESSION_NONE ||
            header->stream_bytes == header->file_bytes);
}

static bool keys_fit(const struct tfi_index_header *header)
{
    if (header->key_name_bytes == 0)
        return header->n_keys == 0 && header->record_bytes == 0;
    return header->key_name_bytes <= TFI_INDEX_MAX_NAME_BYTES &&
           header->n_keys <= header->n_records && header->record_bytes >= 1 &&
           header->record_bytes <= 8;
}

const char *tfi_index_header_load(const uint8_t bytes[TFI_INDEX_HEADER_BYTES],
                                  struct tfi_index_header *ret_header,
                                  struct tfi_index_layout *ret_layout, bool *ret_is_newer)
{
    *ret_is_newer = tfi_load_le32(bytes + AT_VERSION) != TFI_INDEX_VERSION;
    if (*ret_is_newer)
        return "its version is not 1, the one that is known";
    if (tfi_load_le32(bytes + AT_CRC) != header_crc(bytes))
        return "the checksum of its header does not match";
    const struct tfi_index_header header = {
        .n_records = tfi_load_le64(bytes + AT_N_RECORDS),
        .file_bytes = tfi_load_le64(bytes + AT_FILE_BYTES),
        .stream_bytes = tfi_load_le64(bytes + AT_STREAM_BYTES),
        .last_offset = tfi_load_le64(bytes + AT_LAST_OFFSET),
        .min_length = tfi_load_le64(bytes + AT_MIN_LENGTH),
        .n_keys = tfi_load_le64(bytes + AT_N_KEYS),
        .first = tfi_load_le32(bytes + AT_FIRST),
        .last = tfi_load_le32(bytes + AT_LAST),
        .key_name_bytes = tfi_load_le32(bytes + AT_KEY_NAME_BYTES),
        .compression = bytes[AT_COMPRESSION],
        .length_bytes = bytes[AT_LENGTH_BYTES],
        .record_bytes = bytes[AT_RECORD_BYTES],
    };
    if (header.compression == TFEED_COMPRESSION_AUTO)
        return "its compression is none that a file has";
    if (!sizes_fit(&header) || !records_fit(&header))
        return "its records do not fill its file";
    if (header.length_bytes > 8 || !keys_fit(&header) || !tfi_index_layout(&header, ret_layout))
        return "its numbers contradict each other";
    *ret_header = header;
    return NULL;
}
