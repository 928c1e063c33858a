/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * index_read.c - records by number.
 *
 * A record is one read of its file: the index says how long its frame is. Many records are read in
 * the order of the file, and neighbours together:
 *
 *    asked for     812   17  4711   18            sorted: 17  18  812  4711
 *    index                      blocks in order, with what lies between them
 *    file          ┌ 17 ┬ 18 ┐      ┌ 812 ┐           ┌ 4711 ┐
 *                  └─ one read ─    └ one ┘           └ one ─┘
 *
 * What is read is checked as if nothing were known: its length with its checksum and with the
 * index, then its payload.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "core/block_internal.h"
#include "core/error_internal.h"
#include "records/index_private.h"
#include "records/record_frame_internal.h"
#include "records/records_internal.h"

enum {
    SPAN_GAP_BYTES = 16 << 10,  /* bytes between records that are read rather than left out */
    SPAN_BYTES = 256 << 10,     /* of several records read at once */
    INDEX_GAP_BYTES = 64 << 10, /* the same for blocks of the index, which are small */
};

/* --- checking -------------------------------------------------------------------------------- */

/* The frame at `frame`, all of it, is the record of the index. */
static tfeed_status check_frame(const struct tfeed_index *index,
                                const struct tfeed_record_place *place, const uint8_t *frame,
                                struct tfeed_record_view *ret_view, struct tfeed_error *reterr)
{
    uint64_t length;
    if (!tfi_record_header_check(frame, &length)) {
        (void)tfi_fail_at(reterr, TFEED_DATA_LOSS, index->path, place->record, TFEED_NOWHERE,
                          "corrupted record at %" PRIu64 ": length checksum 0x%08x does not match "
                          "0x%08x of the length (or the index is stale: %s)",
                          place->offset, tfi_load_le32(frame + TFI_RECORD_LENGTH_CRC_OFFSET),
                          tfi_crc32c_masked_uint64(length), index->index_path);
        if (reterr != NULL)
            reterr->offset = place->offset; /* the phrase has said it */
        return TFEED_DATA_LOSS;
    }
    if (length != place->len)
        return tfi_fail_at(reterr, TFEED_FAILED_PRECONDITION, index->path, place->record,
                           place->offset,
                           "the index is stale: it has a payload of %" PRIu64 " bytes here, the "
                           "file one of %" PRIu64,
                           place->len, length);
    *ret_view = (struct tfeed_record_view){.data = frame + TFI_RECORD_PAYLOAD_OFFSET,
                                           .len = (size_t)length,
                                           .offset = place->offset,
                                           .record = place->record};
    if (index->skip_checksums || tfi_record_payload_check(ret_view->data, ret_view->len))
        return TFEED_OK;
    return tfi_record_fail_payload(index->path, ret_view, reterr);
}

static tfeed_status check_readable(const struct tfeed_index *index, struct tfeed_error *reterr)
{
    if (index->info.compression == TFEED_COMPRESSION_NONE)
        return TFEED_OK;
    return tfi_fail_at(reterr, TFEED_FAILED_PRECONDITION, index->path, TFEED_NOWHERE, TFEED_NOWHERE,
                       "the file is compressed (%s): a record is found only by inflating all that "
                       "lie before it",
                       tfeed_compression_name(index->info.compression));
}

static tfeed_status check_limit(const struct tfeed_index *index,
                                const struct tfeed_record_place *place, struct tfeed_error *reterr)
{
    if (place->len <= index->max_record_bytes && place->len <= SIZE_MAX - TFI_RECORD_OVERHEAD_BYTES)
        return TFEED_OK;
    return tfi_fail_at(reterr, TFEED_RESOURCE_EXHAUSTED, index->path, place->record, place->offset,
                       "a record of %" PRIu64 " bytes exceeds the limit of %" PRIu64, place->len,
                       index->max_record_bytes);
}

tfeed_status index_check_records(struct tfeed_index *index, uint64_t n, struct tfeed_error *reterr)
{
    const uint64_t n_records = index->header.n_records;
    if (index->info.compression != TFEED_COMPRESSION_NONE)
        return TFEED_OK;
    for (uint64_t i = 0; i < n && i < n_records; i++) {
        const uint64_t record = n_records <= n ? i : n_records / n * i;
        struct tfeed_record_place place;
        uint8_t header[TFEED_RECORD_HEADER_BYTES];
        uint64_t length;
        TFI_TRY(index_locate(index, record, 0, &place, reterr));
        TFI_TRY(index_input_read(&index->file, place.offset, header, sizeof header, reterr));
        if (!tfi_record_header_check(header, &length) || length != place.len)
            return tfi_fail_at(
                reterr, TFEED_FAILED_PRECONDITION, index->index_path, TFEED_NOWHERE, TFEED_NOWHERE,
                "the index is stale: record %" PRIu64 " is not at byte %" PRIu64 " of %s", record,
                place.offset, index->path);
    }
    return TFEED_OK;
}

/* --- blocks that views point into ------------------------------------------------------------ */

/* The blocks of the last read are read into again where nobody else holds them: touching new memory
 * costs a tenth of what reading it from a disk does. Those that are not needed go at the end. */

static void begin_spans(struct tfeed_index *index)
{
    index->n_read_spans = 0;
}

static void end_spans(struct tfeed_index *index)
{
    while (index->n_spans > index->n_read_spans)
        tfeed_block_unref(index->spans[--index->n_spans].block);
}

static tfeed_status add_span(struct tfeed_index *index, struct tfeed_error *reterr)
{
    if (index->n_spans == index->n_span_slots) {
        const size_t n = index->n_span_slots == 0 ? 1 : 2 * index->n_span_slots;
        struct index_span *spans =
            tfi_realloc_array(index->allocator, index->spans, n, sizeof *spans);
        if (spans == NULL)
            return tfi_fail_memory(reterr, "records");
        index->spans = spans;
        index->n_span_slots = n;
    }
    index->spans[index->n_spans++] = (struct index_span){.block = NULL};
    return TFEED_OK;
}

/* Not one that is much too long, either: it would be held for little. */
static bool can_take(const struct index_span *span, size_t len)
{
    return span->block != NULL && tfi_block_is_unique(span->block) &&
           tfi_block_len(span->block) >= len && tfi_block_len(span->block) / 2 <= len;
}

/* Reads bytes of the file into a block, which the index holds until the next read. */
static tfeed_status read_span(struct tfeed_index *index, uint64_t offset, size_t len,
                              struct index_span *ret_span, struct tfeed_error *reterr)
{
    if (index->n_read_spans == index->n_spans)
        TFI_TRY(add_span(index, reterr));
    struct index_span *span = &index->spans[index->n_read_spans];
    if (!can_take(span, len)) {
        tfeed_block_unref(span->block);
        span->block = NULL;
        TFI_TRY(tfi_block_alloc(index->allocator, len, &span->block, &span->data, reterr));
    }
    index->n_read_spans++;
    TFI_TRY(tfi_block_set_origin(span->block, span->data, index->path, offset, reterr));
    TFI_TRY(index_input_read(&index->file, offset, span->data, len, reterr));
    *ret_span = *span;
    return TFEED_OK;
}

/* --- one record ------------------------------------------------------------------------------ */

tfeed_status tfeed_index_read(struct tfeed_index *index, uint64_t record,
                              struct tfeed_record_view *ret_view, struct tfeed_error *reterr)
{
    struct tfeed_record_place place;
    struct tfeed_record_view view;
    struct index_span span;
    begin_spans(index);
    TFI_TRY(check_readable(index, reterr));
    TFI_TRY(index_locate(index, record, 0, &place, reterr));
    TFI_TRY(check_limit(index, &place, reterr));
    TFI_TRY(read_span(index, place.offset, (size_t)place.len + TFI_RECORD_OVERHEAD_BYTES, &span,
                      reterr));
    end_spans(index);
    TFI_TRY(check_frame(index, &place, span.data, &view, reterr));
    view.block = span.block;
    *ret_view = view;
    return TFEED_OK;
}

/* --- many ------------------------------------------------------------------------------------ */

/* A record that is asked for, and which of the views is its. */
struct wanted {
    struct tfeed_record_place place;
    size_t view;
};

static int compare_wanted(const void *a, const void *b)
{
    const struct wanted *one = a;
    const struct wanted *other = b;
    return (one->place.record > other->place.record) - (one->place.record < other->place.record);
}

/* How far the index is worth reading when the block of wanted[i] has to be read. */
static uint64_t index_reach(const struct tfeed_index *index, const struct wanted *wanted, size_t i,
                            size_t n)
{
    uint64_t block = wanted[i].place.record / TFI_INDEX_BLOCK_RECORDS;
    const uint64_t begin = index_block_offset(index, block);
    uint64_t end = begin + index_block_bytes(index, block);
    for (i++; i < n && end - begin < INDEX_WINDOW_BYTES; i++) {
        block = wanted[i].place.record / TFI_INDEX_BLOCK_RECORDS;
        if (block >= index->layout.n_blocks ||
            index_block_offset(index, block) > end + INDEX_GAP_BYTES)
            break;
        end = index_block_offset(index, block) + index_block_bytes(index, block);
    }
    return end;
}

/* The places of all, which are sorted. */
static tfeed_status locate_all(struct tfeed_index *index, struct wanted *wanted, size_t n,
                               struct tfeed_error *reterr)
{
    for (size_t i = 0; i < n; i++) {
        const uint64_t record = wanted[i].place.record;
        const bool is_new =
            record < index->header.n_records && record / TFI_INDEX_BLOCK_RECORDS != index->block;
        const uint64_t reach = is_new ? index_reach(index, wanted, i, n) : 0;
        TFI_TRY(index_locate(index, record, reach, &wanted[i].place, reterr));
        TFI_TRY(check_limit(index, &wanted[i].place, reterr));
    }
    return TFEED_OK;
}

static uint64_t end_of(const struct tfeed_record_place *place)
{
    return place->offset + place->len + TFI_RECORD_OVERHEAD_BYTES;
}

/* How many of the first of n are read at once; *ret_end is where they end. (Of a damaged index one
 * that comes later may begin earlier.) */
static size_t span_of(const struct wanted *wanted, size_t n, uint64_t *ret_end)
{
    const uint64_t begin = wanted[0].place.offset;
    uint64_t end = end_of(&wanted[0].place);
    size_t n_span = 1;
    for (; n_span < n; n_span++) {
        const struct tfeed_record_place *place = &wanted[n_span].place;
        const bool is_same = place->record == wanted[n_span - 1].place.record;
        if (!is_same && (place->offset < end || place->offset - end > SPAN_GAP_BYTES ||
                         end_of(place) - begin > SPAN_BYTES))
            break;
        end = end_of(place);
    }
    *ret_end = end;
    return n_span;
}

static tfeed_status read_wanted(struct tfeed_index *index, const struct wanted *wanted, size_t n,
                                struct tfeed_record_view *views, struct tfeed_error *reterr)
{
    for (size_t i = 0; i < n;) {
        const uint64_t begin = wanted[i].place.offset;
        struct index_span span;
        uint64_t end;
        const size_t n_span = span_of(wanted + i, n - i, &end);
        TFI_TRY(read_span(index, begin, (size_t)(end - begin), &span, reterr));
        for (const size_t behind = i + n_span; i < behind; i++) {
            struct tfeed_record_view *view = &views[wanted[i].view];
            const uint8_t *frame = span.data + (wanted[i].place.offset - begin);
            TFI_TRY(check_frame(index, &wanted[i].place, frame, view, reterr));
            view->block = span.block;
        }
    }
    return TFEED_OK;
}

tfeed_status tfeed_index_read_many(struct tfeed_index *index, const uint64_t *records, size_t n,
                                   struct tfeed_record_view *views, struct tfeed_error *reterr)
{
    begin_spans(index);
    TFI_TRY(check_readable(index, reterr));
    struct wanted *wanted = tfi_alloc_array(index->allocator, n, sizeof *wanted);
    if (wanted == NULL)
        return tfi_fail_memory(reterr, "records");
    for (size_t i = 0; i < n; i++)
        wanted[i] = (struct wanted){.place.record = records[i], .view = i};
    if (n > 0)
        qsort(wanted, n, sizeof *wanted, compare_wanted);
    tfeed_status status = locate_all(index, wanted, n, reterr);
    if (status == TFEED_OK)
        status = read_wanted(index, wanted, n, views, reterr);
    end_spans(index);
    tfi_free(index->allocator, wanted);
    return status;
}

/* --- readers --------------------------------------------------------------------------------- */

/* A compressed file: everything up to the record is inflated. */
static tfeed_status walk_there(struct tfeed_record_reader *reader, const struct tfeed_index *index,
                               const struct tfeed_record_place *place, struct tfeed_error *reterr)
{
    if (tfi_record_reader_record(reader) > place->record)
        return tfi_fail_at(reterr, TFEED_FAILED_PRECONDITION, index->path, TFEED_NOWHERE,
                           TFEED_NOWHERE,
                           "the file is compressed (%s): a reader that has come to record %" PRIu64
                           " cannot go back to %" PRIu64,
                           tfeed_compression_name(index->info.compression),
                           tfi_record_reader_record(reader), place->record);
    const struct tfi_record_walk walk = {.until_offset = UINT64_MAX, .until_record = place->record};
    const tfeed_status status = tfi_record_reader_walk(reader, &walk, reterr);
    if (status != TFEED_OK && status != TFEED_OUT_OF_RANGE)
        return status;
    if (tfi_record_reader_record(reader) == place->record &&
        tfeed_record_reader_offset(reader) == place->offset)
        return TFEED_OK;
    return index_fail_stale(index, "the file has its records at other places", reterr);
}

tfeed_status tfeed_record_reader_seek(struct tfeed_record_reader *reader, struct tfeed_index *index,
                                      uint64_t record, struct tfeed_error *reterr)
{
    struct tfeed_record_place place = {.record = record, .offset = index->header.stream_bytes};
    if (record != index->header.n_records)
        TFI_TRY(index_locate(index, record, 0, &place, reterr));
    return index->info.compression == TFEED_COMPRESSION_NONE
               ? tfi_record_reader_seek(reader, place.offset, record, reterr)
               : walk_there(reader, index, &place, reterr);
}
