/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * record_end.c - where a file of records ends.
 *
 *    records      │ 0 │ 1 │ 2 │ 3 │ 4 │ 5 │ 6 ~ torn
 *    borders      │       │           │     ~           of members or blocks: where a compressed
 *                 0       2           5                 file may be cut
 *
 * A reader goes over the records, its stream tells of borders, before or just behind the records up
 * to them. Those that are ahead wait in a queue; where one meets the end of a record, the file may
 * end. Without compression it may after every record.
 */
#include "records/record_end_internal.h"

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "records/record_frame_internal.h"

struct border {
    uint64_t file_offset;
    uint64_t offset;
};

enum { RUN_RECORDS = 256, FIRST_BORDERS = 64 };

struct walk {
    const struct tfeed_allocator *allocator;
    struct tfeed_record_reader *reader;
    bool is_plain;

    struct border *borders; /* a queue: [first, n) */
    size_t first;
    size_t n;
    size_t capacity;
    bool has_no_memory; /* a border could not be kept */

    uint64_t offset; /* where the records so far end */
    uint64_t n_records;
    struct tfi_record_end end;     /* the last place for the file to end */
    struct tfeed_record_view last; /* of a plain file, with a reference */
};

static void set_end(struct walk *walk, uint64_t file_offset)
{
    walk->end = (struct tfi_record_end){
        .file_offset = file_offset, .offset = walk->offset, .n_records = walk->n_records};
}

/* A border that is told behind the last record so far is an end; one ahead waits. Those that hold
 * the same bytes of the stream are one, the last of them. */
static void keep_border(void *user_data, uint64_t file_offset, uint64_t offset)
{
    struct walk *walk = user_data;
    if (offset == walk->offset) {
        set_end(walk, file_offset);
        return;
    }
    if (walk->n > walk->first && walk->borders[walk->n - 1].offset == offset) {
        walk->borders[walk->n - 1].file_offset = file_offset;
        return;
    }
    if (walk->first == walk->n)
        walk->first = walk->n = 0;
    if (walk->n == walk->capacity) {
        const size_t capacity = walk->capacity == 0 ? FIRST_BORDERS : 2 * walk->capacity;
        struct border *borders =
            tfi_realloc_array(walk->allocator, walk->borders, capacity, sizeof *borders);
        if (borders == NULL) {
            walk->has_no_memory = true;
            return;
        }
        walk->borders = borders;
        walk->capacity = capacity;
    }
    walk->borders[walk->n++] = (struct border){.file_offset = file_offset, .offset = offset};
}

/* One more record has come, which ends at `offset`. */
static void note_record(struct walk *walk, uint64_t offset)
{
    walk->offset = offset;
    walk->n_records++;
    if (walk->is_plain)
        set_end(walk, offset);
    for (; walk->first < walk->n && walk->borders[walk->first].offset <= offset; walk->first++)
        if (walk->borders[walk->first].offset == offset)
            set_end(walk, walk->borders[walk->first].file_offset);
}

static void keep_last(struct walk *walk, const struct tfeed_record_view *view)
{
    tfeed_block_unref(walk->last.block);
    walk->last = *view;
    tfeed_block_ref(walk->last.block);
}

/* Payloads of a plain file are not touched, but for the last one's. */
static tfeed_status next_run(struct walk *walk, struct tfeed_record_view *views, size_t *ret_n,
                             struct tfeed_error *reterr)
{
    return walk->is_plain
               ? tfi_record_reader_next_headers(walk->reader, SIZE_MAX, views, RUN_RECORDS, ret_n,
                                                reterr)
               : tfeed_record_reader_next_run(walk->reader, views, RUN_RECORDS, ret_n, reterr);
}

/* OUT_OF_RANGE: the file ends as it should. */
static tfeed_status walk_to_end(struct walk *walk, struct tfeed_error *reterr)
{
    struct tfeed_record_view views[RUN_RECORDS];
    size_t n;
    tfeed_status status;
    while ((status = next_run(walk, views, &n, reterr)) == TFEED_OK) {
        for (size_t i = 0; i < n; i++)
            note_record(walk, views[i].offset + views[i].len + TFI_RECORD_OVERHEAD_BYTES);
        if (walk->is_plain)
            keep_last(walk, &views[n - 1]);
        if (walk->has_no_memory)
            return tfi_fail_memory(reterr, "the end of a file");
    }
    return walk->has_no_memory ? tfi_fail_memory(reterr, "the end of a file") : status;
}

/* Whether what is wrong is what a crash leaves at the end of a file. */
static bool is_torn_tail(const struct walk *walk)
{
    const enum tfi_record_fault fault = tfi_record_reader_fault(walk->reader);
    const bool is_at_end = fault == TFI_RECORD_TRUNCATED || fault == TFI_RECORD_TRAILING_BYTES;
    return is_at_end && (walk->end.file_offset > 0 || walk->n_records == 0);
}

/* Takes in how the walk has ended. */
static tfeed_status judge_end(struct walk *walk, const struct tfi_record_end_search *search,
                              tfeed_status status, struct tfeed_error *reterr)
{
    if (status == TFEED_DATA_LOSS && search->may_be_torn && is_torn_tail(walk)) {
        walk->end.is_torn = true;
    } else if (status != TFEED_OUT_OF_RANGE) {
        return status;
    }
    const struct tfeed_record_view *last = &walk->last;
    if (last->block == NULL || tfi_record_payload_check(last->data, last->len))
        return TFEED_OK;
    walk->end = (struct tfi_record_end){.file_offset = last->offset,
                                        .offset = last->offset,
                                        .n_records = last->record,
                                        .is_torn = true};
    return search->may_be_torn ? TFEED_OK : tfi_record_fail_payload(search->path, last, reterr);
}

static tfeed_status open_reader(const struct tfi_record_end_search *search,
                                struct tfeed_record_reader **ret_reader, struct tfeed_error *reterr)
{
    struct tfeed_record_reader_options options;
    tfeed_record_reader_options_init(&options);
    options.compression = search->compression;
    options.max_record_bytes = UINT64_MAX; /* what is there was written by somebody */
    options.file_system = search->file_system;
    options.allocator = search->allocator;
    return tfeed_record_reader_open(search->path, &options, ret_reader, reterr);
}

tfeed_status tfi_record_find_end(const struct tfi_record_end_search *search,
                                 struct tfi_record_end *ret_end, struct tfeed_error *reterr)
{
    struct tfeed_error error = TFEED_ERROR_INIT; /* how the walk ends is not yet a failure */
    struct walk walk = {.allocator = search->allocator,
                        .is_plain = search->compression == TFEED_COMPRESSION_NONE};
    TFI_TRY(open_reader(search, &walk.reader, reterr));
    tfi_record_reader_on_border(walk.reader, keep_border, &walk);
    tfeed_status status = walk_to_end(&walk, &error);
    status = judge_end(&walk, search, status, &error);
    if (status == TFEED_OK)
        *ret_end = walk.end;
    else
        (void)tfi_fail_again(reterr, &error);
    tfeed_block_unref(walk.last.block);
    tfi_free(walk.allocator, walk.borders);
    tfeed_record_reader_close(walk.reader);
    return status;
}

tfeed_status tfi_record_index_up_to(const struct tfi_record_end_search *search, uint64_t n_records,
                                    struct tfi_index_builder *index, struct tfeed_error *reterr)
{
    struct tfeed_record_view views[RUN_RECORDS];
    struct tfeed_record_reader *reader;
    size_t n = 0;
    TFI_TRY(open_reader(search, &reader, reterr));
    tfeed_status status = TFEED_OK;
    while (status == TFEED_OK && n_records > 0) {
        const size_t n_most = n_records < RUN_RECORDS ? (size_t)n_records : RUN_RECORDS;
        status = tfi_record_reader_next_headers(reader, SIZE_MAX, views, n_most, &n, reterr);
        if (status == TFEED_OK)
            status = tfi_index_builder_add_run(index, views, n, reterr);
        n_records -= n;
    }
    tfeed_record_reader_close(reader);
    return status;
}
