/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * resync.c - how a reader of records goes on behind damage.
 *
 * A length whose checksum is right is believed: behind a bad payload the next record is where the
 * length says, and a record that goes beyond the end of the file was cut off there. Behind a bad
 * length the next record is searched for. A *record* is then a length with a right checksum and a
 * payload that lies in the stream, with a right checksum too:
 *
 *     damage        first                  gap      start
 *       ▼             ▼                     ▼         ▼
 *     ┌─╳────┬──── payload of the damaged record ───┬─┬──────────
 *     │ ╳    │        [record][record][re ······    │c│ record
 *     └─╳────┴──────────────────────────────────────┴─┴──────────
 *
 *   - The first record found, where the damaged record's own payload checksum (c) stands right
 *     before it: certain. That is so wherever nothing but a length was damaged.
 *   - Else it may lie inside the damaged payload. The chain of records that begins there is
 *     followed; where it breaks, the next record is looked for and tried in the same way. One that
 *     is certain wins. A payload that holds records does not hold a right checksum of itself.
 *   - None in sight: the first one found is taken.
 *
 * All of this is a function of the bytes from the damage on and of the limit on a record's length:
 * every reader, whatever it began with and however it sees the file, finds the same place.
 *
 * Costs: what is looked ahead at is read again afterwards, each byte at most MAX_GAPS times more
 * often than without: a file made of damage takes a multiple of its size, no more. Payloads that
 * turn out bad are read in vain; when that happens more often than in any file that was not made
 * for it, long ones are not tried any more. A search looks at the reader's stop once a step.
 */
#include <inttypes.h>

#include "core/error_internal.h"
#include "records/record_frame_internal.h"
#include "records/record_reader_private.h"

enum {
    LOOK_AHEAD_BYTES = 16 << 20, /* behind the first record found */
    MAX_GAPS = 8,                /* in the chain from there */
    STEP_BYTES = 256 << 10,
    SHORT_PAYLOAD_BYTES = 4 << 10,
};
#define MAX_WASTED_BYTES (UINT64_C(32) << 30)
#define NOT_FOUND        UINT64_MAX

/* Offsets are those of the stream. */
struct search {
    struct tfeed_record_reader *reader;
    uint64_t keep;   /* the window holds everything from here on */
    bool holds_keep; /* it stays where it is: there is a place to come back to */

    /* The checksum of the damaged record's payload as far as it was computed. */
    bool has_damage;
    uint64_t payload_offset;
    uint64_t crc_end;
    uint32_t crc;
};

/* What a step of the search came to. */
enum outcome { FOUND, AT_LIMIT, AT_END };

struct found {
    uint64_t start;
    uint64_t end;
};

static uint64_t window_end(const struct search *search)
{
    const struct tfi_window *window = tfi_stream_window(&search->reader->stream);
    return window->offset + window->len;
}

static const uint8_t *at(const struct search *search, uint64_t offset)
{
    const struct tfi_window *window = tfi_stream_window(&search->reader->stream);
    return window->data + (offset - window->offset);
}

/* The window comes to hold everything from `keep` to `end`, and more where that is cheap.
 * OUT_OF_RANGE: the stream ends before. */
static tfeed_status reach(struct search *search, uint64_t end)
{
    struct tfi_stream *stream = &search->reader->stream;
    const struct tfi_window *window = tfi_stream_window(stream);
    if (end <= window_end(search))
        return TFEED_OK;
    if (stream->end != TFI_STREAM_OPEN) /* all of it is there; asking moves the window's bytes */
        return TFEED_OUT_OF_RANGE;
    const uint64_t held = window_end(search) - search->keep;
    uint64_t goal = end;
    if (goal < window_end(search) + STEP_BYTES) /* not a byte at a time */
        goal = window_end(search) + (held > STEP_BYTES ? held : STEP_BYTES);
    const uint64_t size = tfi_stream_size(stream);
    if (size != TFEED_SIZE_UNKNOWN && goal > size)
        goal = size > window_end(search) ? size : window_end(search) + 1;
    const tfeed_status status =
        tfi_stream_fill(stream, (size_t)(search->keep - window->offset),
                        (size_t)(goal - search->keep), &search->reader->failure);
    if (status == TFEED_OK || status == TFEED_OUT_OF_RANGE)
        return end <= window_end(search) ? TFEED_OK : TFEED_OUT_OF_RANGE;
    return status;
}

/* Whether a payload of the damaged record up to `end` is one that a reader would take. */
static bool may_be_payload(const struct search *search, uint64_t end)
{
    return search->has_damage && end >= search->payload_offset &&
           end - search->payload_offset <= search->reader->max_record_bytes;
}

static void extend_crc(struct search *search, uint64_t end)
{
    if (end <= search->crc_end)
        return;
    search->crc = tfi_crc32c_in_use()->extend(search->crc, at(search, search->crc_end),
                                              (size_t)(end - search->crc_end));
    search->crc_end = end;
}

/* Whether the damaged record ends where `start` is: its payload checksum stands before it. Asked in
 * rising order. */
static bool is_certain(struct search *search, uint64_t start)
{
    if (start < TFEED_RECORD_FOOTER_BYTES)
        return false;
    const uint64_t payload_end = start - TFEED_RECORD_FOOTER_BYTES;
    if (!may_be_payload(search, payload_end))
        return false;
    extend_crc(search, payload_end);
    return tfi_crc32c_mask(search->crc) == tfi_load_le32(at(search, payload_end));
}

/* Nothing begins before `start`: the window may let go of what lies before, but for the footer that
 * may stand there. */
static void let_go(struct search *search, uint64_t start)
{
    if (search->holds_keep || start < search->keep + TFEED_RECORD_FOOTER_BYTES)
        return;
    const uint64_t keep = start - TFEED_RECORD_FOOTER_BYTES;
    if (may_be_payload(search, keep))
        extend_crc(search, keep);
    search->keep = keep;
}

/* The first place from `start` to `last` with a length that has a right checksum; last + 1: none.
 * Nearly every length that is none is out of bounds, and costs a comparison. */
static uint64_t find_header(const struct search *search, uint64_t start, uint64_t last,
                            uint64_t *ret_length)
{
    const uint64_t size = tfi_stream_size(&search->reader->stream);
    uint64_t max_length = search->reader->max_record_bytes;
    if (size != TFEED_SIZE_UNKNOWN && size - start < max_length)
        max_length = size - start;
    const uint8_t *data = at(search, start);
    const uint64_t n = last - start + 1;
    for (uint64_t i = 0; i < n; i++)
        if (tfi_load_le64(data + i) <= max_length && tfi_record_header_check(data + i, ret_length))
            return start + i;
    return last + 1;
}

/* Whether the payload behind a right length is there, and right. */
static tfeed_status check_payload(struct search *search, uint64_t start, uint64_t length,
                                  bool *ret_is_record)
{
    struct tfeed_record_reader *reader = search->reader;
    const uint64_t size = tfi_stream_size(&reader->stream);
    *ret_is_record = false;
    if (length > SHORT_PAYLOAD_BYTES && reader->wasted_bytes > MAX_WASTED_BYTES)
        return TFEED_OK;
    if (size != TFEED_SIZE_UNKNOWN && length + TFI_RECORD_OVERHEAD_BYTES > size - start)
        return TFEED_OK;
    const tfeed_status status = reach(search, start + length + TFI_RECORD_OVERHEAD_BYTES);
    if (status != TFEED_OK)
        return status == TFEED_OUT_OF_RANGE ? TFEED_OK : status;
    *ret_is_record =
        tfi_record_payload_check(at(search, start) + TFI_RECORD_PAYLOAD_OFFSET, (size_t)length);
    if (!*ret_is_record)
        reader->wasted_bytes += length;
    return TFEED_OK;
}

static tfeed_status check_stop(struct tfeed_record_reader *reader)
{
    if (reader->stop == NULL || !atomic_load_explicit(reader->stop, memory_order_relaxed))
        return TFEED_OK;
    return tfi_fail_at(&reader->failure, TFEED_CANCELLED, reader->stream.path, TFEED_NOWHERE,
                       TFEED_NOWHERE, "the search for a record was stopped");
}

/* The first record that begins from `start` on and before `until`. */
static tfeed_status find_record(struct search *search, uint64_t start, uint64_t until,
                                enum outcome *ret_outcome, struct found *ret_found)
{
    for (;;) {
        uint64_t length = 0;
        bool is_record;
        if (start >= until) {
            *ret_outcome = AT_LIMIT;
            return TFEED_OK;
        }
        TFI_TRY(check_stop(search->reader));
        const tfeed_status status = reach(search, start + TFEED_RECORD_HEADER_BYTES);
        if (status == TFEED_OUT_OF_RANGE) {
            *ret_outcome = AT_END;
            return TFEED_OK;
        }
        TFI_TRY(status);
        uint64_t last = window_end(search) - TFEED_RECORD_HEADER_BYTES;
        if (last >= until)
            last = until - 1;
        if (last - start >= STEP_BYTES) /* a mapped file is all there */
            last = start + STEP_BYTES - 1;
        start = find_header(search, start, last, &length);
        if (start > last) {
            let_go(search, start);
            continue;
        }
        TFI_TRY(check_payload(search, start, length, &is_record));
        if (is_record) {
            *ret_outcome = FOUND;
            *ret_found = (struct found){start, start + length + TFI_RECORD_OVERHEAD_BYTES};
            return TFEED_OK;
        }
        start++;
    }
}

/* Where reading goes on; the end of the stream where no record comes any more. */
static tfeed_status choose(struct search *search, uint64_t start, uint64_t *ret_start,
                           bool *ret_is_certain)
{
    uint64_t first = NOT_FOUND;
    int n_gaps = 0;
    *ret_is_certain = true;
    while (n_gaps < MAX_GAPS) {
        const uint64_t until = first == NOT_FOUND ? UINT64_MAX : first + LOOK_AHEAD_BYTES;
        enum outcome outcome;
        struct found found;
        TFI_TRY(find_record(search, start, until, &outcome, &found));
        if (outcome == AT_END && (first == NOT_FOUND || is_certain(search, window_end(search)))) {
            *ret_start = window_end(search);
            return TFEED_OK;
        }
        if (outcome != FOUND)
            break;
        if (first == NOT_FOUND || found.start != start) {
            if (is_certain(search, found.start)) {
                *ret_start = found.start;
                return TFEED_OK;
            }
            if (first == NOT_FOUND)
                first = found.start;
            else
                n_gaps++;
            search->holds_keep = true;
        }
        start = found.end;
    }
    *ret_start = first;
    *ret_is_certain = false;
    return TFEED_OK;
}

/* Puts the reader on the next record. */
static tfeed_status find_next(struct tfeed_record_reader *reader, uint64_t *ret_offset,
                              bool *ret_is_certain)
{
    struct search search = {
        .reader = reader,
        .keep = reader->offset,
        .has_damage = true,
        .payload_offset = reader->offset + TFI_RECORD_PAYLOAD_OFFSET,
        .crc_end = reader->offset + TFI_RECORD_PAYLOAD_OFFSET,
    };
    TFI_TRY(choose(&search, reader->offset + 1, ret_offset, ret_is_certain));
    reader->used = (size_t)(*ret_offset - tfi_stream_window(&reader->stream)->offset);
    reader->pause = TFI_PAUSE_RUN;
    return TFEED_OK;
}

/* Where the stream ends, as far as that is known without reading on. */
static uint64_t end_offset(const struct tfeed_record_reader *reader)
{
    const struct tfi_window *window = tfi_stream_window(&reader->stream);
    const uint64_t size = tfi_stream_size(&reader->stream);
    return size == TFEED_SIZE_UNKNOWN ? window->offset + window->len : size;
}

/* How far a reader goes for what lies behind damage. */
enum effort {
    TO_ANY,     /* the next record, or what is most likely it */
    TO_CERTAIN, /* the next record, if there can be no other; else FAILED_PRECONDITION */
    TO_NONE,    /* nothing more is wanted of the file */
};

/* Moves behind the damage. */
static tfeed_status move_on(struct tfeed_record_reader *reader, enum effort effort,
                            struct tfeed_record_loss *loss)
{
    bool stops = effort == TO_NONE;

    loss->offset = reader->offset;
    loss->record = reader->record;
    if (stops) {
        loss->end_offset = tfi_stream_size(&reader->stream);
    } else if (reader->fault == TFI_RECORD_PAYLOAD_FAULT) {
        const size_t frame_len = reader->bad_len + TFI_RECORD_OVERHEAD_BYTES;
        reader->used += frame_len;
        loss->end_offset = reader->offset + frame_len;
    } else if (reader->is_out_of_step) {
        bool is_certain = false;
        const tfeed_status status = find_next(reader, &loss->end_offset, &is_certain);
        if (status != TFEED_OK) {
            reader->fault = TFI_RECORD_NO_FAULT;
            return tfi_record_stop_with(reader, status);
        }
        if (effort == TO_CERTAIN && !is_certain) {
            reader->fault = TFI_RECORD_NO_FAULT; /* nobody goes on behind it */
            return TFEED_FAILED_PRECONDITION;
        }
    } else { /* the stream has no more */
        stops = true;
        loss->end_offset = end_offset(reader);
    }
    reader->record++;
    tfi_record_go_on(reader);
    reader->losses.n_losses++;
    if (loss->end_offset != TFEED_SIZE_UNKNOWN) {
        reader->losses.n_bytes += loss->end_offset - loss->offset;
        reader->offset = loss->end_offset;
    }
    if (stops)
        (void)tfi_record_stop_at_end(reader);
    return TFEED_OK;
}

static bool can_pass(const struct tfeed_record_reader *reader)
{
    return reader->failure.code == TFEED_DATA_LOSS && reader->fault != TFI_RECORD_NO_FAULT &&
           reader->fault != TFI_RECORD_WRONG_COMPRESSION;
}

tfeed_status tfeed_record_reader_resync(struct tfeed_record_reader *reader,
                                        struct tfeed_record_loss *ret_loss,
                                        struct tfeed_error *reterr)
{
    struct tfeed_record_loss loss;
    if (!can_pass(reader))
        return tfi_fail(reterr, TFEED_FAILED_PRECONDITION,
                        "there is no damage that reading could go on behind");
    const tfeed_status status = move_on(reader, TO_ANY, &loss);
    if (status != TFEED_OK)
        return tfi_fail_again(reterr, &reader->failure);
    if (ret_loss != NULL)
        *ret_loss = loss;
    return TFEED_OK;
}

tfeed_status tfeed_record_reader_skip_damaged(struct tfeed_record_reader *reader,
                                              struct tfeed_error *reterr)
{
    if (reader->fault != TFI_RECORD_PAYLOAD_FAULT)
        return tfi_fail(reterr, TFEED_FAILED_PRECONDITION,
                        "there is no record with a bad payload checksum to be skipped");
    struct tfeed_record_loss loss;
    return move_on(reader, TO_ANY, &loss);
}

tfeed_status tfi_record_reader_pass_certain(struct tfeed_record_reader *reader,
                                            struct tfeed_error *reterr)
{
    struct tfeed_record_loss loss;
    const bool has_next = reader->fault == TFI_RECORD_PAYLOAD_FAULT || reader->is_out_of_step;
    if (can_pass(reader) && has_next && move_on(reader, TO_CERTAIN, &loss) == TFEED_OK)
        return TFEED_OK;
    return tfi_fail_again(reterr, &reader->failure);
}

void tfi_record_reader_stop_by(struct tfeed_record_reader *reader, const _Atomic bool *stop)
{
    reader->stop = stop;
}

struct tfeed_record_losses tfeed_record_reader_losses(const struct tfeed_record_reader *reader)
{
    return reader->losses;
}

tfeed_status tfi_record_pass_damage(struct tfeed_record_reader *reader)
{
    if (reader->on_error == TFEED_ON_ERROR_FAIL || !can_pass(reader))
        return reader->failure.code;
    const struct tfeed_error error = reader->failure;
    if (reader->losses.n_losses >= reader->max_skipped) {
        reader->fault = TFI_RECORD_NO_FAULT; /* reported; nobody goes on behind it */
        return tfi_fail_at(
            &reader->failure, TFEED_DATA_LOSS, reader->stream.path, reader->record, reader->offset,
            "more than max_skipped = %" PRIu64 " records are damaged; the last: %.300s",
            reader->max_skipped, error.message);
    }
    struct tfeed_record_loss loss;
    TFI_TRY(
        move_on(reader, reader->on_error == TFEED_ON_ERROR_STOP_FILE ? TO_NONE : TO_ANY, &loss));
    if (reader->on_loss != NULL)
        reader->on_loss(reader->loss_data, &loss, &error);
    return TFEED_OK;
}

tfeed_status tfi_record_reader_find(struct tfeed_record_reader *reader, uint64_t offset,
                                    uint64_t until, uint64_t *ret_offset,
                                    struct tfeed_error *reterr)
{
    struct search search = {.reader = reader, .keep = offset};
    enum outcome outcome;
    struct found found;
    TFI_TRY(tfi_record_reader_seek(reader, offset, 0, reterr));
    const tfeed_status status = find_record(&search, offset, until, &outcome, &found);
    if (status != TFEED_OK) {
        (void)tfi_record_stop_with(reader, status);
        return tfi_fail_again(reterr, &reader->failure);
    }
    if (outcome != FOUND)
        return tfi_fail_at(reterr, TFEED_OUT_OF_RANGE, reader->stream.path, TFEED_NOWHERE, offset,
                           "no record begins between byte %" PRIu64 " and %" PRIu64, offset, until);
    *ret_offset = found.start;
    return tfi_record_reader_seek(reader, found.start, 0, reterr);
}
