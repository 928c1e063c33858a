/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * record_reader.c - read TFRecord frames from a stream, a run of them at a time.
 *
 * The reader looks at the stream through its window (io/stream_internal.h). Records that lie whole
 * in the window are checked and handed out as views in one tight loop, scan_run; everything else
 * happens between two runs:
 *
 *        window of the stream                                 scan_run stops at
 *    ┌──────┬────────┬────────┬─────────────┬ ─ ─             · a record not whole in the window,
 *    │ used │ record │ record │ part of a … │ to come         · a bad length, a bad payload,
 *    └──────┴────────┴────────┴─────────────┴ ─ ─             · enough for one run
 *
 * Invariants
 *   (1) window.data + used is the start of record number `record`, at `offset` of the stream.
 *   (2) Nothing is given out that was not checked, as far as the caller did not take that upon
 *       itself; nothing good before a fault is lost: a run ends before it, and the next call meets
 *       it again.
 *   (3) Once `failure` is set the reader does not move, except by tfeed_record_reader_skip_damaged
 *       and tfi_record_reader_seek.
 *
 * Lengths are untrusted: first their checksum, then what the file can still hold, then the limit;
 * only then does the window grow. (The limit comes second so that a length beyond the end of the
 * file is reported as what it is, damage.)
 *
 * Follows: doc/tfrecord-format.md; the end of a file is read in two ways, enum tfeed_tail.
 */
#include <tfeed/records.h>

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "io/io_internal.h"
#include "io/stream_internal.h"
#include "records/record_frame_internal.h"
#include "records/records_internal.h"

/* What a run may hold beyond its first record: every thread reacts to a stop within one run. */
enum { RUN_BYTES = 256 << 10 };

/* Why scan_run stopped. */
enum pause {
    PAUSE_START,   /* it has not been called: the compression is not settled */
    PAUSE_WINDOW,  /* the next record is not whole in the window, or too long */
    PAUSE_LENGTH,  /* its length has a bad checksum */
    PAUSE_PAYLOAD, /* its payload has */
    PAUSE_RUN,     /* enough for one run */
};

struct tfeed_record_reader {
    struct tfi_stream stream;
    enum tfeed_tail tail;
    bool skip_checksums;
    uint64_t max_record_bytes;
    enum tfeed_compression asked;
    const struct tfeed_allocator *allocator;

    size_t used; /* (1) */
    uint64_t offset;
    uint64_t record;
    enum pause pause;
    size_t bad_len; /* of the payload of PAUSE_PAYLOAD: a mapped file may change, and is not asked
                     * again */

    uint8_t head[TFEED_RECORD_HEADER_BYTES]; /* the file's first bytes, before decompression */
    size_t head_len;

    struct tfeed_error failure; /* (3); code TFEED_OK: none. The end of the data is one */
    enum tfi_record_fault fault;
};

/* Opening and closing. */

tfeed_status tfeed_record_reader_open(const char *path,
                                      const struct tfeed_record_reader_options *options,
                                      struct tfeed_record_reader **ret_reader,
                                      struct tfeed_error *reterr)
{
    struct tfeed_record_reader_options resolved;
    TFI_TRY(tfi_record_reader_options_resolve(options, &resolved, reterr));
    struct tfeed_record_reader *reader = tfi_alloc_zeroed(resolved.allocator, 1, sizeof *reader);
    if (reader == NULL)
        return tfi_fail_memory(reterr, "a record reader");
    reader->allocator = resolved.allocator;
    reader->asked = resolved.compression;
    reader->tail = resolved.tail;
    reader->skip_checksums = resolved.skip_checksums;
    reader->max_record_bytes = resolved.max_record_bytes < TFI_RECORD_MAX_LENGTH
                                   ? resolved.max_record_bytes
                                   : TFI_RECORD_MAX_LENGTH;
    const struct tfi_stream_options stream = {
        .file_system = resolved.file_system,
        .allocator = resolved.allocator,
        .may_map = resolved.map == TFEED_MAP_AUTO,
        .first_member_only = resolved.tail == TFEED_TAIL_TENSORFLOW,
    };
    const tfeed_status status = tfi_stream_open(&reader->stream, path, &stream, reterr);
    if (status != TFEED_OK) {
        tfeed_record_reader_close(reader);
        return status;
    }
    *ret_reader = reader;
    return TFEED_OK;
}

void tfeed_record_reader_close(struct tfeed_record_reader *reader)
{
    if (reader == NULL)
        return;
    const int kept_errno = errno;
    tfi_stream_clear(&reader->stream);
    tfi_free(reader->allocator, reader);
    errno = kept_errno;
}

enum tfeed_compression tfeed_record_reader_compression(const struct tfeed_record_reader *reader)
{
    return reader->stream.compression;
}

void tfi_record_reader_ahead(const struct tfeed_record_reader *reader, const uint8_t **ret_data,
                             size_t *ret_len)
{
    const struct tfi_window *window = tfi_stream_window(&reader->stream);
    const uint64_t n_used = tfeed_record_reader_offset(reader) - window->offset;
    const bool is_there = window->data != NULL && n_used <= window->len;
    *ret_data = is_there ? window->data + n_used : NULL;
    *ret_len = is_there ? window->len - (size_t)n_used : 0;
}

uint64_t tfeed_record_reader_offset(const struct tfeed_record_reader *reader)
{
    return reader->offset;
}

/* A plain file may begin with any two bytes; a right length checksum in its header is beyond
 * chance. Only where there is none do the marks of gzip and zlib count, and inflating for a trial
 * could not change the answer: it needs the same marks. */
enum tfeed_compression tfi_record_detect_compression(const uint8_t *head, size_t len)
{
    uint64_t length;
    if (len >= TFEED_RECORD_HEADER_BYTES && tfi_record_header_check(head, &length))
        return TFEED_COMPRESSION_NONE;
    return tfi_compression_announced(head, len);
}

/* How a reader stops: the failure is kept, with the place of the record it could not give. */

static tfeed_status stop(struct tfeed_record_reader *reader, enum tfi_record_fault fault,
                         const char *what)
{
    reader->fault = fault;
    return tfi_fail_at(&reader->failure, TFEED_DATA_LOSS, reader->stream.path, reader->record,
                       reader->offset, "%s", what);
}

/* The end of the data; no place, no fault. */
static tfeed_status stop_at_end(struct tfeed_record_reader *reader)
{
    return tfi_fail_at(&reader->failure, TFEED_OUT_OF_RANGE, reader->stream.path, TFEED_NOWHERE,
                       TFEED_NOWHERE, "no more records");
}

/* What the file system said, or no memory: the message stands, the place is added. */
static tfeed_status stop_with(struct tfeed_record_reader *reader, tfeed_status status)
{
    reader->failure.code = status; /* a foreign file system may not have filled it in */
    reader->failure.record = reader->record;
    reader->failure.offset = reader->offset;
    return status;
}

/* When nothing has come out of the file yet: whether its first bytes are those of another
 * compression than the one it is read with. */
static bool is_compressed_otherwise(const struct tfeed_record_reader *reader)
{
    uint64_t length;
    const enum tfeed_compression found =
        tfi_record_detect_compression(reader->head, reader->head_len);
    const bool is_known =
        found != TFEED_COMPRESSION_NONE ||
        (reader->head_len == sizeof reader->head && tfi_record_header_check(reader->head, &length));
    return reader->record == 0 && is_known && found != reader->stream.compression;
}

static tfeed_status stop_for_compression(struct tfeed_record_reader *reader)
{
    const enum tfeed_compression found =
        tfi_record_detect_compression(reader->head, reader->head_len);
    reader->fault = TFI_RECORD_WRONG_COMPRESSION;
    return tfi_fail_at(&reader->failure, TFEED_DATA_LOSS, reader->stream.path, reader->record,
                       reader->offset, "corrupted record at %" PRIu64 ": compression is %s, not %s",
                       reader->offset, tfeed_compression_name(found),
                       tfeed_compression_name(reader->stream.compression));
}

/* A file preallocated or left behind by a crash ends in zeros: no bit was flipped there. */
static bool is_zeros(const uint8_t *data, size_t len)
{
    return len > 0 && data[0] == 0 && memcmp(data, data + 1, len - 1) == 0;
}

static tfeed_status stop_for_length(struct tfeed_record_reader *reader)
{
    const struct tfi_window *window = tfi_stream_window(&reader->stream);
    const uint8_t *header = window->data + reader->used;
    if (is_compressed_otherwise(reader))
        return stop_for_compression(reader);
    reader->fault = is_zeros(header, window->len - reader->used) ? TFI_RECORD_TRAILING_BYTES
                                                                 : TFI_RECORD_LENGTH_FAULT;
    return tfi_fail_at(&reader->failure, TFEED_DATA_LOSS, reader->stream.path, reader->record,
                       reader->offset,
                       "corrupted record at %" PRIu64
                       ": length checksum 0x%08x does not match 0x%08x of the length%s",
                       reader->offset, tfi_load_le32(header + TFI_RECORD_LENGTH_CRC_OFFSET),
                       tfi_crc32c_masked_uint64(tfi_load_le64(header)),
                       reader->record == 0 ? "; is this a TFRecord file?" : "");
}

tfeed_status tfi_record_fail_payload(const char *path, const struct tfeed_record_view *view,
                                     struct tfeed_error *reterr)
{
    /* the number in TensorFlow's phrase is where the payload begins */
    return tfi_fail_at(reterr, TFEED_DATA_LOSS, path, view->record, view->offset,
                       "corrupted record at %" PRIu64
                       ": payload checksum 0x%08x does not match 0x%08x of the payload",
                       view->offset + TFI_RECORD_PAYLOAD_OFFSET,
                       tfi_load_le32(view->data + view->len),
                       tfi_crc32c_masked(view->data, view->len));
}

static tfeed_status stop_for_payload(struct tfeed_record_reader *reader)
{
    const struct tfi_window *window = tfi_stream_window(&reader->stream);
    const struct tfeed_record_view view = {
        .data = window->data + reader->used + TFI_RECORD_PAYLOAD_OFFSET,
        .len = reader->bad_len,
        .offset = reader->offset,
        .record = reader->record,
    };
    reader->fault = TFI_RECORD_PAYLOAD_FAULT;
    return tfi_record_fail_payload(reader->stream.path, &view, &reader->failure);
}

static tfeed_status stop_for_stream(struct tfeed_record_reader *reader)
{
    if (is_compressed_otherwise(reader))
        return stop_for_compression(reader);
    reader->fault = TFI_RECORD_STREAM_FAULT;
    return tfi_fail_at(&reader->failure, TFEED_DATA_LOSS, reader->stream.path, reader->record,
                       reader->offset, "the %s stream is damaged: %s",
                       tfeed_compression_name(reader->stream.compression), reader->stream.detail);
}

/* The stream has ended inside a record, behind a header that was right. */
static tfeed_status stop_inside_record(struct tfeed_record_reader *reader, uint64_t length)
{
    if (reader->stream.end == TFI_STREAM_DAMAGED)
        return stop_for_stream(reader);
    reader->fault = TFI_RECORD_TRUNCATED;
    return tfi_fail_at(&reader->failure, TFEED_DATA_LOSS, reader->stream.path, reader->record,
                       reader->offset,
                       "truncated record at %" PRIu64 ": the file ends inside its payload of "
                       "%" PRIu64 " bytes",
                       reader->offset, length);
}

/* The stream has ended where a record should begin, up to 11 bytes behind the last one. */
static tfeed_status stop_between_records(struct tfeed_record_reader *reader)
{
    const struct tfi_window *window = tfi_stream_window(&reader->stream);
    const size_t n_stray = window->len - reader->used;
    const enum tfi_stream_end end = reader->stream.end;
    if (end == TFI_STREAM_DAMAGED)
        return stop_for_stream(reader);
    if (reader->tail == TFEED_TAIL_TENSORFLOW || (end == TFI_STREAM_CLEAN && n_stray == 0))
        return stop_at_end(reader);
    if (end == TFI_STREAM_CLEAN && is_zeros(window->data + reader->used, n_stray))
        return stop(reader, TFI_RECORD_TRAILING_BYTES, "the file ends in stray zeros");
    if (n_stray > 0)
        return stop(reader, TFI_RECORD_TRUNCATED,
                    "truncated record: the file ends inside its header");
    if (end == TFI_STREAM_TRAILING)
        return stop(reader, TFI_RECORD_TRAILING_BYTES,
                    "the file goes on behind the end of its compressed stream");
    return stop(reader, TFI_RECORD_TRUNCATED, "the compressed stream has no end");
}

/* Reading. */

/* The window moves over at least n bytes from the next record on. OUT_OF_RANGE: there are fewer. */
static tfeed_status fill(struct tfeed_record_reader *reader, size_t n)
{
    const tfeed_status status = tfi_stream_fill(&reader->stream, reader->used, n, &reader->failure);
    reader->used = 0; /* (1): also when the stream could not give all */
    return status;
}

/* Brings the next record whole into the window, or stops. Its header is not trusted yet. */
static tfeed_status fetch_record(struct tfeed_record_reader *reader)
{
    tfeed_status status = fill(reader, TFEED_RECORD_HEADER_BYTES);
    if (status == TFEED_OUT_OF_RANGE)
        return stop_between_records(reader);
    if (status != TFEED_OK)
        return stop_with(reader, status);

    uint64_t length;
    if (!tfi_record_header_check(tfi_stream_window(&reader->stream)->data, &length))
        return stop_for_length(reader);
    if (length > TFI_RECORD_MAX_LENGTH ||
        !tfi_stream_may_hold(&reader->stream, length + TFI_RECORD_OVERHEAD_BYTES))
        return stop_inside_record(reader, length);
    if (length > reader->max_record_bytes)
        return tfi_fail_at(&reader->failure, TFEED_RESOURCE_EXHAUSTED, reader->stream.path,
                           reader->record, reader->offset,
                           "a record of %" PRIu64 " bytes exceeds the limit of %" PRIu64, length,
                           reader->max_record_bytes);
    status = fill(reader, (size_t)length + TFI_RECORD_OVERHEAD_BYTES);
    if (status == TFEED_OUT_OF_RANGE)
        return stop_inside_record(reader, length);
    return status == TFEED_OK ? TFEED_OK : stop_with(reader, status);
}

/* Looks at the first bytes of the file, and settles how it is read. */
static tfeed_status settle_compression(struct tfeed_record_reader *reader)
{
    struct tfeed_error *reterr = &reader->failure;
    const uint8_t *head;
    TFI_TRY(
        tfi_stream_peek(&reader->stream, sizeof reader->head, &head, &reader->head_len, reterr));
    if (reader->head_len > 0)
        memcpy(reader->head, head, reader->head_len);
    enum tfeed_compression compression = reader->asked;
    if (compression == TFEED_COMPRESSION_AUTO)
        compression = tfi_record_detect_compression(reader->head, reader->head_len);
    return tfi_stream_start(&reader->stream, compression, reterr);
}

static tfeed_status start(struct tfeed_record_reader *reader)
{
    const tfeed_status status = settle_compression(reader);
    if (status != TFEED_OK)
        return stop_with(reader, status);
    reader->pause = PAUSE_RUN;
    return TFEED_OK;
}

/* Takes in whatever keeps the next run from its first record. */
static tfeed_status prepare(struct tfeed_record_reader *reader)
{
    switch (reader->pause) {
    case PAUSE_START:
        return start(reader);
    case PAUSE_LENGTH:
        return stop_for_length(reader);
    case PAUSE_PAYLOAD:
        return stop_for_payload(reader);
    case PAUSE_WINDOW:
    case PAUSE_RUN:
        break;
    }
    return fetch_record(reader);
}

/* Where payloads are not looked at, a header that is not in the cache is waited for before the next
 * one's place is known. Records of a file are about equally long: the line where a later header
 * should be is fetched meanwhile. (Records of 40 features in the page cache: about 100 ns each, 280
 * without.) */
static inline void prefetch_later_header(const uint8_t *header, size_t frame_len, size_t left)
{
    enum { RECORDS_AHEAD = 8 };
    if (frame_len < left / RECORDS_AHEAD)
        __builtin_prefetch(header + RECORDS_AHEAD * frame_len);
}

/* How much a run may hold, and whether its payloads are checked. */
struct run_limits {
    size_t max_views;
    size_t max_bytes; /* beyond the first record */
    bool check_payloads;
};

/* Checks and hands out records that lie whole in the window, up to the limits. No allocation, no
 * copy, no reference: the views borrow the window's block. Each record's checksum runs while the
 * next ones are prefetched, so that one pass at the speed of memory does everything. */
static size_t scan_run(struct tfeed_record_reader *reader, struct run_limits limits,
                       struct tfeed_record_view *views)
{
    const struct tfi_window *window = tfi_stream_window(&reader->stream);
    size_t left = window->len - reader->used;
    size_t n_bytes = 0; /* of this run */
    size_t n = 0;
    reader->pause = PAUSE_RUN;
    while (n < limits.max_views) {
        if (left < TFI_RECORD_OVERHEAD_BYTES) { /* data may be NULL */
            reader->pause = PAUSE_WINDOW;
            break;
        }
        const uint8_t *header = window->data + reader->used;
        uint64_t length;
        if (!tfi_record_header_check(header, &length)) {
            reader->pause = PAUSE_LENGTH;
            break;
        }
        if (length > left - TFI_RECORD_OVERHEAD_BYTES || length > reader->max_record_bytes) {
            reader->pause = PAUSE_WINDOW;
            break;
        }
        const uint8_t *payload = header + TFI_RECORD_PAYLOAD_OFFSET;
        const size_t len = (size_t)length;
        const size_t frame_len = len + TFI_RECORD_OVERHEAD_BYTES;
        if (n > 0 && frame_len > limits.max_bytes - n_bytes)
            break;
        if (!limits.check_payloads) {
            prefetch_later_header(header, frame_len, left);
        } else if (!tfi_record_payload_check(payload, len)) {
            reader->pause = PAUSE_PAYLOAD;
            reader->bad_len = len;
            break;
        }
        views[n++] = (struct tfeed_record_view){.data = payload,
                                                .len = len,
                                                .offset = reader->offset,
                                                .record = reader->record,
                                                .block = window->block};
        n_bytes += n > 1 ? frame_len : 0;
        reader->used += frame_len;
        reader->offset += frame_len;
        reader->record++;
        left -= frame_len;
    }
    return n;
}

static tfeed_status read_run(struct tfeed_record_reader *reader, struct run_limits limits,
                             struct tfeed_record_view *views, size_t *ret_n_views,
                             struct tfeed_error *reterr)
{
    if (limits.max_views == 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "a run needs room for a record");
    while (reader->failure.code == TFEED_OK) {
        const size_t n = reader->pause == PAUSE_START ? 0 : scan_run(reader, limits, views);
        if (n > 0) {
            *ret_n_views = n;
            return TFEED_OK;
        }
        (void)prepare(reader); /* what it says is in failure, too */
    }
    return tfi_fail_again(reterr, &reader->failure);
}

tfeed_status tfeed_record_reader_next_run(struct tfeed_record_reader *reader,
                                          struct tfeed_record_view *views, size_t max_views,
                                          size_t *ret_n_views, struct tfeed_error *reterr)
{
    const struct run_limits limits = {
        .max_views = max_views,
        .max_bytes = RUN_BYTES,
        .check_payloads = !reader->skip_checksums,
    };
    return read_run(reader, limits, views, ret_n_views, reterr);
}

tfeed_status tfi_record_reader_next_headers(struct tfeed_record_reader *reader, size_t max_bytes,
                                            struct tfeed_record_view *views, size_t max_views,
                                            size_t *ret_n_views, struct tfeed_error *reterr)
{
    const struct run_limits limits = {.max_views = max_views, .max_bytes = max_bytes};
    return read_run(reader, limits, views, ret_n_views, reterr);
}

tfeed_status tfeed_record_reader_next(struct tfeed_record_reader *reader,
                                      struct tfeed_record_view *ret_view,
                                      struct tfeed_error *reterr)
{
    size_t n;
    return tfeed_record_reader_next_run(reader, ret_view, 1, &n, reterr);
}

/* Stepping over records, and to a place. */

static bool walk_is_over(const struct tfeed_record_reader *reader,
                         const struct tfi_record_walk *walk)
{
    return reader->offset >= walk->until_offset || reader->record >= walk->until_record;
}

/* Steps over records that lie whole in the window: the next header's place is all that is asked of
 * each. */
static void step_over(struct tfeed_record_reader *reader, const struct tfi_record_walk *walk)
{
    const struct tfi_window *window = tfi_stream_window(&reader->stream);
    size_t left = window->len - reader->used;
    reader->pause = PAUSE_RUN;
    while (!walk_is_over(reader, walk)) {
        if (left < TFI_RECORD_OVERHEAD_BYTES) { /* data may be NULL */
            reader->pause = PAUSE_WINDOW;
            break;
        }
        const uint8_t *header = window->data + reader->used;
        uint64_t length;
        if (!tfi_record_header_check(header, &length)) {
            reader->pause = PAUSE_LENGTH;
            break;
        }
        if (length > left - TFI_RECORD_OVERHEAD_BYTES || length > reader->max_record_bytes) {
            reader->pause = PAUSE_WINDOW;
            break;
        }
        if (walk->mark != NULL && reader->record % TFI_RECORD_MARK_EVERY == 0)
            walk->mark(walk->user_data, reader->record, reader->offset);
        const size_t frame_len = (size_t)length + TFI_RECORD_OVERHEAD_BYTES;
        prefetch_later_header(header, frame_len, left);
        reader->used += frame_len;
        reader->offset += frame_len;
        reader->record++;
        left -= frame_len;
    }
}

tfeed_status tfi_record_reader_walk(struct tfeed_record_reader *reader,
                                    const struct tfi_record_walk *walk, struct tfeed_error *reterr)
{
    while (reader->failure.code == TFEED_OK) {
        if (reader->pause != PAUSE_START)
            step_over(reader, walk);
        if (walk_is_over(reader, walk))
            return TFEED_OK;
        (void)prepare(reader); /* what it says is in failure, too */
    }
    return tfi_fail_again(reterr, &reader->failure);
}

/* Forgets why the reader stopped. */
static void go_on(struct tfeed_record_reader *reader)
{
    reader->fault = TFI_RECORD_NO_FAULT;
    reader->failure = (struct tfeed_error)TFEED_ERROR_INIT;
}

tfeed_status tfi_record_reader_seek(struct tfeed_record_reader *reader, uint64_t offset,
                                    uint64_t record, struct tfeed_error *reterr)
{
    if (reader->pause == PAUSE_START && start(reader) != TFEED_OK)
        return tfi_fail_again(reterr, &reader->failure);
    TFI_TRY(tfi_stream_seek(&reader->stream, offset, reterr));
    go_on(reader);
    reader->used = 0;
    reader->offset = offset;
    reader->record = record;
    reader->pause = PAUSE_RUN;
    return TFEED_OK;
}

tfeed_status tfeed_record_reader_skip_damaged(struct tfeed_record_reader *reader,
                                              struct tfeed_error *reterr)
{
    if (reader->fault != TFI_RECORD_PAYLOAD_FAULT)
        return tfi_fail(reterr, TFEED_FAILED_PRECONDITION,
                        "there is no record with a bad payload checksum to be skipped");
    const size_t frame_len = reader->bad_len + TFI_RECORD_OVERHEAD_BYTES;
    reader->used += frame_len;
    reader->offset += frame_len;
    reader->record++;
    go_on(reader);
    return TFEED_OK;
}

uint64_t tfi_record_reader_record(const struct tfeed_record_reader *reader)
{
    return reader->record;
}

enum tfi_record_fault tfi_record_reader_fault(const struct tfeed_record_reader *reader)
{
    return reader->fault;
}

const char *tfi_record_fault_cause(enum tfi_record_fault fault)
{
    switch (fault) {
    case TFI_RECORD_NO_FAULT:
        return NULL;
    case TFI_RECORD_LENGTH_FAULT:
    case TFI_RECORD_PAYLOAD_FAULT:
    case TFI_RECORD_STREAM_FAULT:
        return "flipped_bits";
    case TFI_RECORD_TRUNCATED:
        return "truncated";
    case TFI_RECORD_TRAILING_BYTES:
        return "trailing_bytes";
    case TFI_RECORD_WRONG_COMPRESSION:
        return "wrong_compression";
    }
    return NULL;
}
