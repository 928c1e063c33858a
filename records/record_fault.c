/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * record_fault.c - how a reader of records stops: what is wrong, and the line that says so.
 *
 * The failure is kept whole in the reader and given again by every later call. Where TensorFlow's
 * phrase says the offset ("corrupted record at 0"), the place before it does not.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "core/error_internal.h"
#include "records/record_frame_internal.h"
#include "records/record_reader_private.h"

static tfeed_status stop(struct tfeed_record_reader *reader, enum tfi_record_fault fault,
                         const char *what)
{
    reader->fault = fault;
    return tfi_fail_at(&reader->failure, TFEED_DATA_LOSS, reader->stream.path, reader->record,
                       reader->offset, "%s", what);
}

tfeed_status tfi_record_stop_at_end(struct tfeed_record_reader *reader)
{
    return tfi_fail_at(&reader->failure, TFEED_OUT_OF_RANGE, reader->stream.path, TFEED_NOWHERE,
                       TFEED_NOWHERE, "no more records");
}

tfeed_status tfi_record_stop_with(struct tfeed_record_reader *reader, tfeed_status status)
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
        found != TFEED_COMPRESSION_NONE || (reader->head_len >= TFEED_RECORD_HEADER_BYTES &&
                                            tfi_record_header_check(reader->head, &length));
    return reader->record == 0 && is_known && found != reader->stream.compression;
}

static tfeed_status stop_for_compression(struct tfeed_record_reader *reader)
{
    const enum tfeed_compression found =
        tfi_record_detect_compression(reader->head, reader->head_len);
    reader->fault = TFI_RECORD_WRONG_COMPRESSION;
    return tfi_record_stop_with(
        reader,
        tfi_fail_at(&reader->failure, TFEED_DATA_LOSS, reader->stream.path, reader->record,
                    TFEED_NOWHERE, "corrupted record at %" PRIu64 ": compression is %s, not %s",
                    reader->offset, tfeed_compression_name(found),
                    tfeed_compression_name(reader->stream.compression)));
}

/* A file preallocated or left behind by a crash ends in zeros: no bit was flipped there. */
static bool is_zeros(const uint8_t *data, size_t len)
{
    return len > 0 && data[0] == 0 && memcmp(data, data + 1, len - 1) == 0;
}

tfeed_status tfi_record_stop_for_length(struct tfeed_record_reader *reader)
{
    const struct tfi_window *window = tfi_stream_window(&reader->stream);
    const uint8_t *header = window->data + reader->used;
    if (is_compressed_otherwise(reader))
        return stop_for_compression(reader);
    reader->is_out_of_step = true;
    reader->fault = is_zeros(header, window->len - reader->used) ? TFI_RECORD_TRAILING_BYTES
                                                                 : TFI_RECORD_LENGTH_FAULT;
    return tfi_record_stop_with(
        reader, tfi_fail_at(&reader->failure, TFEED_DATA_LOSS, reader->stream.path, reader->record,
                            TFEED_NOWHERE,
                            "corrupted record at %" PRIu64
                            ": length checksum 0x%08x does not match 0x%08x of the length%s",
                            reader->offset, tfi_load_le32(header + TFI_RECORD_LENGTH_CRC_OFFSET),
                            tfi_crc32c_masked_uint64(tfi_load_le64(header)),
                            reader->record == 0 ? "; is this a TFRecord file?" : ""));
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

tfeed_status tfi_record_stop_for_payload(struct tfeed_record_reader *reader)
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
    reader->fault = reader->stream.is_cut ? TFI_RECORD_TRUNCATED : TFI_RECORD_STREAM_FAULT;
    return tfi_fail_at(&reader->failure, TFEED_DATA_LOSS, reader->stream.path, reader->record,
                       reader->offset, "the %s stream is damaged: %s",
                       tfeed_compression_name(reader->stream.compression), reader->stream.detail);
}

tfeed_status tfi_record_stop_inside_record(struct tfeed_record_reader *reader, uint64_t length)
{
    if (reader->stream.end == TFI_STREAM_DAMAGED)
        return stop_for_stream(reader);
    reader->fault = TFI_RECORD_TRUNCATED;
    return tfi_record_stop_with(
        reader, tfi_fail_at(&reader->failure, TFEED_DATA_LOSS, reader->stream.path, reader->record,
                            TFEED_NOWHERE,
                            "truncated record at %" PRIu64 ": the file ends inside its payload of "
                            "%" PRIu64 " bytes",
                            reader->offset, length));
}

tfeed_status tfi_record_stop_between_records(struct tfeed_record_reader *reader)
{
    const struct tfi_window *window = tfi_stream_window(&reader->stream);
    const size_t n_stray = window->len - reader->used;
    const enum tfi_stream_end end = reader->stream.end;
    if (end == TFI_STREAM_DAMAGED)
        return stop_for_stream(reader);
    if (reader->tail == TFEED_TAIL_TENSORFLOW || (end == TFI_STREAM_CLEAN && n_stray == 0))
        return tfi_record_stop_at_end(reader);
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
