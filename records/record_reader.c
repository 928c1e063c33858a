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
 *   (3) Once `failure` is set the reader does not move, except behind damage (resync.c) and by
 *       tfi_record_reader_seek.
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
#include "records/record_reader_private.h"

/* What a run may hold beyond its first record: every thread reacts to a stop within one run. */
enum { RUN_BYTES = 256 << 10 };

/* Opening and closing. */

tfeed_status tfeed_record_reader_open(const char *path,
                                      const struct tfeed_record_reader_options *options,
                                      struct tfeed_record_reader **ret_reader,
                                      struct tfeed_error *reterr)
{
    return tfi_record_reader_open_kept(path, options, NULL, ret_reader, reterr);
}

tfeed_status tfi_record_reader_open_kept(const char *path,
                                         const struct tfeed_record_reader_options *options,
                                         struct tfi_kept_map *kept,
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
    reader->on_error = resolved.on_error;
    reader->max_skipped = resolved.max_skipped;
    reader->on_loss = resolved.on_loss;
    reader->loss_data = resolved.loss_data;
    reader->max_record_bytes = resolved.max_record_bytes < TFI_RECORD_MAX_LENGTH
                                   ? resolved.max_record_bytes
                                   : TFI_RECORD_MAX_LENGTH;
    const struct tfi_stream_options stream = {
        .file_system = resolved.file_system,
        .allocator = resolved.allocator,
        .may_map = resolved.map == TFEED_MAP_AUTO,
        .kept = kept,
        .first_member_only = resolved.tail == TFEED_TAIL_TENSORFLOW,
        .max_block_bytes = reader->max_record_bytes + TFI_RECORD_OVERHEAD_BYTES,
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

uint64_t tfeed_record_reader_offset(const struct tfeed_record_reader *reader)
{
    return reader->offset;
}

/* A plain file may begin with any two bytes; a right length checksum in its header is beyond
 * chance, and so is one in what its first bytes hold as a snappy block. Only where there is none do
 * the marks of gzip and zlib count, and inflating for a trial could not change the answer: it needs
 * the same marks. */
enum tfeed_compression tfi_record_detect_compression(const uint8_t *head, size_t len)
{
    uint8_t content[TFEED_RECORD_HEADER_BYTES];
    uint64_t length;
    if (len >= TFEED_RECORD_HEADER_BYTES && tfi_record_header_check(head, &length))
        return TFEED_COMPRESSION_NONE;
    if (tfi_snappy_head(head, len, content, sizeof content) == sizeof content &&
        tfi_record_header_check(content, &length))
        return TFEED_COMPRESSION_SNAPPY;
    return tfi_compression_announced(head, len);
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
        return tfi_record_stop_between_records(reader);
    if (status != TFEED_OK)
        return tfi_record_stop_with(reader, status);

    uint64_t length;
    if (!tfi_record_header_check(tfi_stream_window(&reader->stream)->data, &length))
        return tfi_record_stop_for_length(reader);
    if (length > TFI_RECORD_MAX_LENGTH ||
        !tfi_stream_may_hold(&reader->stream, length + TFI_RECORD_OVERHEAD_BYTES))
        return tfi_record_stop_inside_record(reader, length);
    if (length > reader->max_record_bytes)
        return tfi_fail_at(&reader->failure, TFEED_RESOURCE_EXHAUSTED, reader->stream.path,
                           reader->record, reader->offset,
                           "a record of %" PRIu64 " bytes exceeds the limit of %" PRIu64, length,
                           reader->max_record_bytes);
    status = fill(reader, (size_t)length + TFI_RECORD_OVERHEAD_BYTES);
    if (status == TFEED_OUT_OF_RANGE)
        return tfi_record_stop_inside_record(reader, length);
    return status == TFEED_OK ? TFEED_OK : tfi_record_stop_with(reader, status);
}

/* Looks at the first bytes of the file, and settles how it is read. */
static tfeed_status settle_compression(struct tfeed_record_reader *reader)
{
    struct tfeed_error *reterr = &reader->failure;
    const uint8_t *head;
    uint64_t length;
    size_t *len = &reader->head_len;
    TFI_TRY(tfi_stream_peek(&reader->stream, TFEED_RECORD_HEADER_BYTES, &head, len, reterr));
    if (*len == TFEED_RECORD_HEADER_BYTES && !tfi_record_header_check(head, &length))
        TFI_TRY(tfi_stream_peek(&reader->stream, sizeof reader->head, &head, len, reterr));
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
        return tfi_record_stop_with(reader, status);
    reader->pause = TFI_PAUSE_RUN;
    return TFEED_OK;
}

/* Takes in whatever keeps the next run from its first record. */
static tfeed_status prepare(struct tfeed_record_reader *reader)
{
    switch (reader->pause) {
    case TFI_PAUSE_START:
        return start(reader);
    case TFI_PAUSE_LENGTH:
        return tfi_record_stop_for_length(reader);
    case TFI_PAUSE_PAYLOAD:
        return tfi_record_stop_for_payload(reader);
    case TFI_PAUSE_WINDOW:
    case TFI_PAUSE_RUN:
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
    enum { RECORDS_AHEAD = 16 };
    if (frame_len < left / RECORDS_AHEAD)
        __builtin_prefetch(header + RECORDS_AHEAD * frame_len);
}

/* The next record, with `left` bytes in memory from its begin. RUN: it lies there whole. Else what
 * a run stops for. */
static inline enum tfi_record_pause look_at_next(const struct tfeed_record_reader *reader,
                                                 size_t left, const uint8_t **ret_header,
                                                 uint64_t *ret_length)
{
    if (left < TFI_RECORD_OVERHEAD_BYTES) /* there may be no window at all */
        return TFI_PAUSE_WINDOW;
    *ret_header = tfi_stream_window(&reader->stream)->data + reader->used;
    if (!tfi_record_header_check(*ret_header, ret_length))
        return TFI_PAUSE_LENGTH;
    const bool is_whole =
        *ret_length <= left - TFI_RECORD_OVERHEAD_BYTES && *ret_length <= reader->max_record_bytes;
    return is_whole ? TFI_PAUSE_RUN : TFI_PAUSE_WINDOW;
}

/* The reader goes behind its next record, whose payload has `len` bytes. */
static inline struct tfeed_record_view take_next(struct tfeed_record_reader *reader,
                                                 const uint8_t *payload, size_t len,
                                                 struct tfeed_block *block)
{
    const struct tfeed_record_view view = {.data = payload,
                                           .len = len,
                                           .offset = reader->offset,
                                           .record = reader->record,
                                           .block = block};
    reader->used += TFI_RECORD_OVERHEAD_BYTES + len;
    reader->offset += TFI_RECORD_OVERHEAD_BYTES + len;
    reader->record++;
    return view;
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
    reader->pause = TFI_PAUSE_RUN;
    while (n < limits.max_views) {
        const uint8_t *header;
        uint64_t length;
        reader->pause = look_at_next(reader, left, &header, &length);
        if (reader->pause != TFI_PAUSE_RUN)
            break;
        const uint8_t *payload = header + TFI_RECORD_PAYLOAD_OFFSET;
        const size_t len = (size_t)length;
        const size_t frame_len = len + TFI_RECORD_OVERHEAD_BYTES;
        if (n > 0 && frame_len > limits.max_bytes - n_bytes)
            break;
        if (!limits.check_payloads) {
            prefetch_later_header(header, frame_len, left);
        } else if (!tfi_record_payload_check(payload, len)) {
            reader->pause = TFI_PAUSE_PAYLOAD;
            reader->bad_len = len;
            break;
        }
        views[n++] = take_next(reader, payload, len, window->block);
        n_bytes += n > 1 ? frame_len : 0;
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
        const size_t n = reader->pause == TFI_PAUSE_START ? 0 : scan_run(reader, limits, views);
        if (n > 0) {
            *ret_n_views = n;
            return TFEED_OK;
        }
        if (prepare(reader) != TFEED_OK)
            (void)tfi_record_pass_damage(reader); /* what it says is in failure, too */
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

bool tfi_record_reader_next_sound(struct tfeed_record_reader *reader,
                                  struct tfeed_record_view *ret_view)
{
    const struct tfi_window *window = tfi_stream_window(&reader->stream);
    const uint8_t *header;
    uint64_t length;
    if (reader->failure.code != TFEED_OK || reader->pause != TFI_PAUSE_RUN ||
        look_at_next(reader, window->len - reader->used, &header, &length) != TFI_PAUSE_RUN)
        return false;
    const uint8_t *payload = header + TFI_RECORD_PAYLOAD_OFFSET;
    if (!reader->skip_checksums && !tfi_record_payload_check(payload, (size_t)length))
        return false;
    *ret_view = take_next(reader, payload, (size_t)length, window->block);
    return true;
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
    reader->pause = TFI_PAUSE_RUN;
    while (!walk_is_over(reader, walk)) {
        const uint8_t *header;
        uint64_t length;
        reader->pause = look_at_next(reader, left, &header, &length);
        if (reader->pause != TFI_PAUSE_RUN)
            break;
        if (walk->mark != NULL && reader->record % TFI_RECORD_MARK_EVERY == 0)
            walk->mark(walk->user_data, reader->record, reader->offset);
        const size_t frame_len = (size_t)length + TFI_RECORD_OVERHEAD_BYTES;
        prefetch_later_header(header, frame_len, left);
        (void)take_next(reader, header, (size_t)length, NULL);
        left -= frame_len;
    }
}

tfeed_status tfi_record_reader_walk(struct tfeed_record_reader *reader,
                                    const struct tfi_record_walk *walk, struct tfeed_error *reterr)
{
    while (reader->failure.code == TFEED_OK) {
        if (reader->pause != TFI_PAUSE_START)
            step_over(reader, walk);
        if (walk_is_over(reader, walk))
            return TFEED_OK;
        if (prepare(reader) != TFEED_OK &&
            !(walk->passes_damage && tfi_record_reader_pass_certain(reader, NULL) == TFEED_OK))
            (void)tfi_record_pass_damage(reader); /* what it says is in failure, too */
    }
    return tfi_fail_again(reterr, &reader->failure);
}

tfeed_status tfi_record_reader_seek(struct tfeed_record_reader *reader, uint64_t offset,
                                    uint64_t record, struct tfeed_error *reterr)
{
    if (reader->pause == TFI_PAUSE_START && start(reader) != TFEED_OK)
        return tfi_fail_again(reterr, &reader->failure);
    TFI_TRY(tfi_stream_seek(&reader->stream, offset, reterr));
    tfi_record_go_on(reader);
    reader->used = 0;
    reader->offset = offset;
    reader->record = record;
    reader->pause = TFI_PAUSE_RUN;
    return TFEED_OK;
}

uint64_t tfi_record_reader_size(const struct tfeed_record_reader *reader)
{
    return tfi_stream_size(&reader->stream);
}

void tfi_record_reader_on_border(struct tfeed_record_reader *reader, tfi_stream_border_fn fn,
                                 void *user_data)
{
    reader->stream.on_border = fn;
    reader->stream.border_data = user_data;
}

uint64_t tfi_record_reader_record(const struct tfeed_record_reader *reader)
{
    return reader->record;
}

enum tfi_record_fault tfi_record_reader_fault(const struct tfeed_record_reader *reader)
{
    return reader->fault;
}
