/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * index_blocks.c - where records lie: blocks of an index, read, checked and taken apart.
 *
 *    index    ┌ header ┬ 0 ┬ 1 ┬ 2 ┬ … ┬ n ┐
 *                      └───────window──┘         in memory, at most 1 MiB
 *                          └─┘                   the block of 1,024 records that was asked for last
 *
 * A short index is read whole at the first question; of a longer one the block that is asked for,
 * or, for many records in order, what lies between them too, as long as reading it costs less than
 * another read. Whoever goes on asking pays for a whole index after a while, and then has it (not
 * for one above 16 MiB).
 */
#include <inttypes.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "records/index_private.h"
#include "records/record_frame_internal.h"

static uint64_t min_u64(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* --- bytes ----------------------------------------------------------------------------------- */

/* Room for at least len bytes of the index, and at most for the index. */
static tfeed_status reserve_window(struct tfeed_index *index, size_t len,
                                   struct tfeed_error *reterr)
{
    if (len <= index->window_capacity)
        return TFEED_OK;
    tfi_free(index->allocator, index->window);
    index->window_capacity = 0;
    index->window_len = 0;
    index->window = tfi_alloc(index->allocator, len + INDEX_SLACK_BYTES);
    if (index->window == NULL)
        return tfi_fail_memory(reterr, "a part of an index");
    index->window_capacity = len;
    return TFEED_OK;
}

static bool is_read_whole(const struct tfeed_index *index)
{
    const uint64_t n_bytes = index->layout.index_bytes;
    return n_bytes <= INDEX_WINDOW_BYTES ||
           (n_bytes <= INDEX_WHOLE_BYTES && n_bytes / INDEX_READ_BYTES <= index->n_reads);
}

tfeed_status index_fetch(struct tfeed_index *index, uint64_t offset, size_t len, uint64_t reach,
                         const uint8_t **ret_data, struct tfeed_error *reterr)
{
    const uint64_t window_end = index->window_offset + index->window_len;
    if (offset < index->window_offset || offset > window_end || len > window_end - offset) {
        uint64_t begin = offset;
        uint64_t end = offset + len;
        if (is_read_whole(index)) {
            begin = 0;
            end = index->layout.index_bytes;
        } else if (reach > end) {
            end = min_u64(reach, begin + (len > INDEX_WINDOW_BYTES ? len : INDEX_WINDOW_BYTES));
        }
        index->n_reads++;
        TFI_TRY(reserve_window(index, (size_t)(end - begin), reterr));
        index->window_len = 0;
        TFI_TRY(
            index_input_read(&index->input, begin, index->window, (size_t)(end - begin), reterr));
        index->window_offset = begin;
        index->window_len = (size_t)(end - begin);
    }
    *ret_data = index->window + (offset - index->window_offset);
    return TFEED_OK;
}

tfeed_status index_fetch_part(struct tfeed_index *index, uint64_t offset, size_t len,
                              uint64_t reach, const uint8_t **ret_data, struct tfeed_error *reterr)
{
    const uint8_t *part;
    TFI_TRY(index_fetch(index, offset, len, reach, &part, reterr));
    if (tfi_load_le32(part) != tfi_index_part_crc(part, len))
        return index_fail_damaged(index, offset, "a checksum does not match", reterr);
    *ret_data = part;
    return TFEED_OK;
}

/* --- blocks ---------------------------------------------------------------------------------- */

uint64_t index_block_offset(const struct tfeed_index *index, uint64_t block)
{
    return TFI_INDEX_HEADER_BYTES + block * index->layout.block_bytes;
}

static uint32_t n_in_block(const struct tfeed_index *index, uint64_t block)
{
    return (uint32_t)min_u64(index->header.n_records - block * TFI_INDEX_BLOCK_RECORDS,
                             TFI_INDEX_BLOCK_RECORDS);
}

size_t index_block_bytes(const struct tfeed_index *index, uint64_t block)
{
    return TFI_INDEX_BLOCK_HEAD_BYTES +
           (size_t)n_in_block(index, block) * index->header.length_bytes;
}

/* Sums the lengths up. False: they lead out of the stream. Who asks for a thousand records comes by
 * as many blocks, so a length costs about a nanosecond: it is taken out of eight bytes. */
static bool sum_lengths(struct tfeed_index *index, const uint8_t *part, uint32_t n)
{
    const struct tfi_index_header *header = &index->header;
    const unsigned width = header->length_bytes;
    const uint64_t mask = width < 8 ? (UINT64_C(1) << (8 * width)) - 1 : UINT64_MAX;
    const uint64_t least_bytes = header->min_length + TFI_RECORD_OVERHEAD_BYTES;
    const uint64_t offset = tfi_load_le64(part + TFI_INDEX_CRC_BYTES);
    const uint8_t *at = part + TFI_INDEX_BLOCK_HEAD_BYTES;
    if (offset > header->stream_bytes)
        return false;
    uint64_t left = header->stream_bytes - offset;
    for (uint32_t i = 0; i < n; i++, at += width) {
        const uint64_t more_bytes = tfi_load_le64(at) & mask;
        if (left < least_bytes || left - least_bytes < more_bytes)
            return false;
        index->starts[i] = header->stream_bytes - left;
        left -= least_bytes + more_bytes;
    }
    index->starts[n] = header->stream_bytes - left;
    return true;
}

/* The ends of the chain are known, and nothing between can be nearer to them than its records
 * allow. */
static bool ends_fit(const struct tfeed_index *index, uint64_t block, uint32_t n)
{
    const struct tfi_index_header *header = &index->header;
    const bool is_last = block + 1 == index->layout.n_blocks;
    if (block == 0 && index->starts[0] != 0)
        return false;
    return !is_last || (index->starts[n] == header->stream_bytes &&
                        index->starts[n - 1] == header->last_offset);
}

static tfeed_status take_block(struct tfeed_index *index, uint64_t block, uint64_t reach,
                               struct tfeed_error *reterr)
{
    if (block == index->block)
        return TFEED_OK;
    const uint64_t offset = index_block_offset(index, block);
    const uint32_t n = n_in_block(index, block);
    const uint8_t *part;
    TFI_TRY(index_fetch_part(index, offset, index_block_bytes(index, block), reach, &part, reterr));
    index->block = UINT64_MAX;
    if (!sum_lengths(index, part, n) || !ends_fit(index, block, n))
        return index_fail_damaged(index, offset, "its records do not fill the file", reterr);
    index->block = block;
    index->n_in_block = n;
    return TFEED_OK;
}

/* --- places ---------------------------------------------------------------------------------- */

tfeed_status index_locate(struct tfeed_index *index, uint64_t record, uint64_t reach,
                          struct tfeed_record_place *ret_place, struct tfeed_error *reterr)
{
    if (record >= index->header.n_records)
        return tfi_fail_at(reterr, TFEED_OUT_OF_RANGE, index->path, TFEED_NOWHERE, TFEED_NOWHERE,
                           "there is no record %" PRIu64 ": the file has %" PRIu64, record,
                           index->header.n_records);
    TFI_TRY(take_block(index, record / TFI_INDEX_BLOCK_RECORDS, reach, reterr));
    const uint64_t *start = &index->starts[record % TFI_INDEX_BLOCK_RECORDS];
    *ret_place = (struct tfeed_record_place){
        .record = record,
        .offset = start[0],
        .len = start[1] - start[0] - TFI_RECORD_OVERHEAD_BYTES,
    };
    return TFEED_OK;
}

tfeed_status tfeed_index_place(struct tfeed_index *index, uint64_t record,
                               struct tfeed_record_place *ret_place, struct tfeed_error *reterr)
{
    return index_locate(index, record, 0, ret_place, reterr);
}

tfeed_status tfi_index_offsets(struct tfeed_index *index, uint64_t first, uint64_t n,
                               uint64_t *offsets, struct tfeed_error *reterr)
{
    uint64_t end = UINT64_MAX; /* of the record before */
    while (n > 0) {
        struct tfeed_record_place place;
        TFI_TRY(index_locate(index, first, index->layout.keys_offset, &place, reterr));
        if (end != UINT64_MAX && place.offset != end)
            return index_fail_damaged(index, index_block_offset(index, index->block),
                                      "its records do not follow one another", reterr);
        const uint32_t at = (uint32_t)(first % TFI_INDEX_BLOCK_RECORDS);
        const uint64_t n_here = min_u64(n, index->n_in_block - at);
        end = index->starts[at + n_here];
        memcpy(offsets, index->starts + at, (size_t)n_here * sizeof *offsets);
        offsets += n_here;
        first += n_here;
        n -= n_here;
    }
    return TFEED_OK;
}

/* --- finding by offset ----------------------------------------------------------------------- */

/* The last block that begins at or before `offset`. */
static tfeed_status find_block(struct tfeed_index *index, uint64_t offset, uint64_t *ret_block,
                               struct tfeed_error *reterr)
{
    uint64_t low = 0, high = index->layout.n_blocks; /* low begins there or before, high behind */
    while (high - low > 1) {
        const uint64_t middle = low + (high - low) / 2;
        TFI_TRY(take_block(index, middle, 0, reterr));
        if (index->starts[0] <= offset)
            low = middle;
        else
            high = middle;
    }
    *ret_block = low;
    return TFEED_OK;
}

tfeed_status tfeed_index_find(struct tfeed_index *index, uint64_t offset, uint64_t *ret_record,
                              struct tfeed_error *reterr)
{
    uint64_t block;
    if (offset > index->header.last_offset || index->header.n_records == 0) {
        *ret_record = index->header.n_records;
        return TFEED_OK;
    }
    TFI_TRY(find_block(index, offset, &block, reterr));
    TFI_TRY(take_block(index, block, 0, reterr));
    uint32_t low = 0, high = index->n_in_block; /* the first start at or behind is in low … high */
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (index->starts[middle] < offset)
            low = middle + 1;
        else
            high = middle;
    }
    *ret_record = block * TFI_INDEX_BLOCK_RECORDS + low;
    return TFEED_OK;
}

/* --- splits ---------------------------------------------------------------------------------- */

/* Where part `part` of `n` things begins. */
static uint64_t cut(uint64_t n, uint64_t part, uint64_t n_parts)
{
    return n / n_parts * part + min_u64(part, n % n_parts);
}

static tfeed_status find_cut(struct tfeed_index *index, uint64_t part, uint64_t n_parts,
                             enum tfeed_split split, uint64_t *ret_record,
                             struct tfeed_error *reterr)
{
    const struct tfi_index_header *header = &index->header;
    if (split == TFEED_SPLIT_BYTES)
        return tfeed_index_find(index, cut(header->stream_bytes, part, n_parts), ret_record,
                                reterr);
    *ret_record = cut(header->n_records, part, n_parts);
    return TFEED_OK;
}

/* Where a record begins, or the last one ends. */
static tfeed_status offset_of(struct tfeed_index *index, uint64_t record, uint64_t *ret_offset,
                              struct tfeed_error *reterr)
{
    struct tfeed_record_place place = {.offset = index->header.stream_bytes};
    if (record < index->header.n_records)
        TFI_TRY(index_locate(index, record, 0, &place, reterr));
    *ret_offset = place.offset;
    return TFEED_OK;
}

tfeed_status tfeed_index_split(struct tfeed_index *index, uint64_t part, uint64_t n_parts,
                               enum tfeed_split split, struct tfeed_record_range *ret_range,
                               struct tfeed_error *reterr)
{
    uint64_t begin, end, begin_offset, end_offset;
    if (part >= n_parts)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "there is no part %" PRIu64 " of %" PRIu64 ": they count from 0", part,
                        n_parts);
    if ((unsigned)split > TFEED_SPLIT_BYTES)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "unknown kind of split %d", (int)split);
    TFI_TRY(find_cut(index, part, n_parts, split, &begin, reterr));
    TFI_TRY(find_cut(index, part + 1, n_parts, split, &end, reterr));
    TFI_TRY(offset_of(index, begin, &begin_offset, reterr));
    TFI_TRY(offset_of(index, end, &end_offset, reterr));
    if (end < begin || end_offset < begin_offset)
        return index_fail_damaged(index, TFI_INDEX_HEADER_BYTES,
                                  "its records do not follow one another", reterr);
    *ret_range = (struct tfeed_record_range){.first = begin,
                                             .n_records = end - begin,
                                             .offset = begin_offset,
                                             .n_bytes = end_offset - begin_offset};
    return TFEED_OK;
}
