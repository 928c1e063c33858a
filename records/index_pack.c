/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * index_pack.c - what a builder has gathered, as the bytes of FILE.tfidx.
 *
 * The same records give the same bytes: nothing in them depends on time, names or threads.
 */
#include <stdlib.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "records/index_private.h"
#include "records/record_frame_internal.h"

/* --- the header ------------------------------------------------------------------------------ */

static int compare_pairs(const void *a, const void *b)
{
    const struct index_pair *one = a;
    const struct index_pair *other = b;
    if (one->hash != other->hash)
        return one->hash < other->hash ? -1 : 1;
    return (one->record > other->record) - (one->record < other->record);
}

static tfeed_status check_pairs(const struct tfi_index_builder *builder, struct tfeed_error *reterr)
{
    if (builder->n_pairs > 0 && builder->key == NULL)
        return tfi_fail(reterr, TFEED_FAILED_PRECONDITION, "an index has keys, and no feature");
    if (builder->n_pairs > builder->n_records)
        return tfi_fail(reterr, TFEED_FAILED_PRECONDITION, "an index has %zu keys for %llu records",
                        builder->n_pairs, (unsigned long long)builder->n_records);
    for (size_t i = 0; i < builder->n_pairs; i++)
        if (builder->pairs[i].record >= builder->n_records)
            return tfi_fail(reterr, TFEED_FAILED_PRECONDITION,
                            "an index has a key for record %llu of %llu",
                            (unsigned long long)builder->pairs[i].record,
                            (unsigned long long)builder->n_records);
    return TFEED_OK;
}

static tfeed_status fail_other_file(const struct tfi_index_builder *builder,
                                    const struct index_input *file, struct tfeed_error *reterr)
{
    return tfi_fail_at(reterr, TFEED_FAILED_PRECONDITION, file->path, TFEED_NOWHERE, TFEED_NOWHERE,
                       "the file of %llu bytes is not the one whose %llu records were indexed: "
                       "they end at byte %llu",
                       (unsigned long long)file->n_bytes, (unsigned long long)builder->n_records,
                       (unsigned long long)builder->stream_bytes);
}

/* Whether the first and the last record are where they were said to be. */
static bool is_same_file(const struct tfi_index_builder *builder,
                         const struct tfi_index_header *header,
                         const struct index_identity *identity)
{
    if (header->compression != TFEED_COMPRESSION_NONE)
        return true; /* that would have to be inflated */
    if (header->file_bytes != header->stream_bytes)
        return false;
    return header->n_records == 0 ||
           (identity->first_end == builder->first_length + TFI_RECORD_OVERHEAD_BYTES &&
            identity->last_end == header->stream_bytes);
}

tfeed_status index_pack_header(struct tfi_index_builder *builder, struct index_input *file,
                               enum tfeed_compression compression,
                               struct tfi_index_header *ret_header,
                               struct tfi_index_layout *ret_layout, struct tfeed_error *reterr)
{
    const bool has_records = builder->n_records > 0;
    const bool has_key = builder->key != NULL;
    struct tfi_index_header header = {
        .n_records = builder->n_records,
        .file_bytes = file->n_bytes,
        .stream_bytes = builder->stream_bytes,
        .last_offset = builder->last_offset,
        .min_length = has_records ? builder->min_length : 0,
        .n_keys = builder->n_pairs,
        .key_name_bytes = has_key ? (uint32_t)strlen(builder->key) : 0,
        .compression = (uint8_t)compression,
    };
    TFI_TRY(check_pairs(builder, reterr));
    if (has_records)
        header.length_bytes = (uint8_t)tfi_index_width(builder->max_length - builder->min_length);
    if (has_key) {
        const unsigned width = has_records ? tfi_index_width(builder->n_records - 1) : 0;
        header.record_bytes = (uint8_t)(width > 0 ? width : 1);
    }
    struct index_identity identity;
    TFI_TRY(index_identify(file, &header, &identity, reterr));
    if (!is_same_file(builder, &header, &identity))
        return fail_other_file(builder, file, reterr);
    header.first = identity.first;
    header.last = identity.last;
    if (!tfi_index_layout(&header, ret_layout))
        return tfi_fail(reterr, TFEED_RESOURCE_EXHAUSTED, "the index would exceed 2^63 bytes");
    if (builder->n_pairs > 0)
        qsort(builder->pairs, builder->n_pairs, sizeof *builder->pairs, compare_pairs);
    *ret_header = header;
    return TFEED_OK;
}

/* --- the parts ------------------------------------------------------------------------------- */

static uint64_t min_u64(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Where bytes go, and a part being made. */
struct packer {
    const struct tfi_index_builder *builder;
    const struct tfi_index_header *header;
    const struct tfi_index_layout *layout;
    uint8_t *part;
    index_sink sink;
    void *sink_data;
};

/* Puts the checksum in front of a part and hands it on. */
static tfeed_status put_part(struct packer *packer, size_t len, struct tfeed_error *reterr)
{
    tfi_store_le32(packer->part, tfi_index_part_crc(packer->part, len));
    return packer->sink(packer->sink_data, packer->part, len, reterr);
}

static tfeed_status put_blocks(struct packer *packer, struct tfeed_error *reterr)
{
    const struct tfi_index_header *header = packer->header;
    const unsigned width = header->length_bytes;
    const uint8_t *lengths = packer->builder->lengths;
    uint64_t offset = 0;
    for (uint64_t left = header->n_records; left > 0;) {
        const uint64_t n = min_u64(left, TFI_INDEX_BLOCK_RECORDS);
        uint8_t *at = packer->part + TFI_INDEX_BLOCK_HEAD_BYTES;
        tfi_store_le64(packer->part + TFI_INDEX_CRC_BYTES, offset);
        for (uint64_t i = 0; i < n; i++, at += width) {
            const uint64_t length = index_next_length(&lengths);
            tfi_index_store(at, width, length - header->min_length);
            offset += length + TFI_RECORD_OVERHEAD_BYTES;
        }
        TFI_TRY(put_part(packer, (size_t)(at - packer->part), reterr));
        left -= n;
    }
    return TFEED_OK;
}

static tfeed_status put_key_head(struct packer *packer, struct tfeed_error *reterr)
{
    const struct tfi_index_builder *builder = packer->builder;
    const size_t name_bytes = packer->header->key_name_bytes;
    uint8_t *at = packer->part + TFI_INDEX_CRC_BYTES;
    memcpy(at, builder->key, name_bytes);
    at += name_bytes;
    for (size_t i = 0; i < builder->n_pairs; i += TFI_INDEX_BLOCK_RECORDS) {
        tfi_store_le64(at, builder->pairs[i].hash);
        at += TFI_INDEX_HASH_BYTES;
    }
    return put_part(packer, (size_t)(at - packer->part), reterr);
}

static tfeed_status put_key_blocks(struct packer *packer, struct tfeed_error *reterr)
{
    const struct tfi_index_builder *builder = packer->builder;
    const unsigned width = packer->header->record_bytes;
    for (size_t first = 0; first < builder->n_pairs; first += TFI_INDEX_BLOCK_RECORDS) {
        const size_t n =
            (size_t)min_u64(builder->n_pairs - first, (uint64_t)TFI_INDEX_BLOCK_RECORDS);
        uint8_t *at = packer->part + TFI_INDEX_CRC_BYTES;
        for (size_t i = first; i < first + n; i++) {
            tfi_store_le64(at, builder->pairs[i].hash);
            tfi_index_store(at + TFI_INDEX_HASH_BYTES, width, builder->pairs[i].record);
            at += TFI_INDEX_HASH_BYTES + width;
        }
        TFI_TRY(put_part(packer, (size_t)(at - packer->part), reterr));
    }
    return TFEED_OK;
}

tfeed_status index_pack(const struct tfi_index_builder *builder,
                        const struct tfi_index_header *header,
                        const struct tfi_index_layout *layout, index_sink sink, void *sink_data,
                        struct tfeed_error *reterr)
{
    uint64_t largest = layout->block_bytes;
    if (header->key_name_bytes > 0) {
        largest = layout->key_block_bytes > largest ? layout->key_block_bytes : largest;
        largest = layout->key_head_bytes > largest ? layout->key_head_bytes : largest;
    }
    struct packer packer = {.builder = builder,
                            .header = header,
                            .layout = layout,
                            .part = tfi_alloc(builder->allocator, (size_t)largest),
                            .sink = sink,
                            .sink_data = sink_data};
    if (packer.part == NULL)
        return tfi_fail_memory(reterr, "a block of an index");
    uint8_t bytes[TFI_INDEX_HEADER_BYTES];
    tfi_index_header_store(bytes, header);
    tfeed_status status = sink(sink_data, bytes, sizeof bytes, reterr);
    if (status == TFEED_OK)
        status = put_blocks(&packer, reterr);
    if (status == TFEED_OK && header->key_name_bytes > 0)
        status = put_key_head(&packer, reterr);
    if (status == TFEED_OK && header->key_name_bytes > 0)
        status = put_key_blocks(&packer, reterr);
    tfi_free(builder->allocator, packer.part);
    return status;
}
