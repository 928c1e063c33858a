/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * record_writer.c - frame records and write them, plain or compressed as one stream.
 *
 *      open ──write, flush──▶ open ──(end──▶ ended)──close──▶ closed
 *       │                      │ (first failure; the output is discarded, the error kept)
 *       └──────────────────────┴────────────▶ failed ──close──▶ closed, with that error
 *
 * Follows: doc/tfrecord-format.md; TensorFlow's RecordWriter and ZlibOutputBuffer for the bytes.
 */
#include <tfeed/records.h>

#include <errno.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "io/output_internal.h"
#include "records/record_frame_internal.h"
#include "records/records_internal.h"

struct tfeed_record_writer {
    const struct tfeed_allocator *allocator;
    struct tfi_output output;
    struct tfi_deflate deflate; /* live when compressed */
    bool is_open;               /* false: closed; everything but close is refused */
    bool has_ended;             /* its last byte is written: likewise, and close commits */
    struct tfeed_error failure; /* the first one; code TFEED_OK: none */
};

/* zlib's window_bits for what the options say: 0 is its default with the container's mark. */
static int zlib_window_bits(const struct tfeed_record_writer_options *options)
{
    enum { GZIP_CONTAINER = 16 };
    if (options->window_bits != 0)
        return options->window_bits;
    return options->compression == TFEED_COMPRESSION_GZIP ? MAX_WBITS + GZIP_CONTAINER : MAX_WBITS;
}

static tfeed_status open_writer(struct tfeed_record_writer *writer, const char *path,
                                const struct tfeed_record_writer_options *options,
                                struct tfeed_error *reterr)
{
    const uint32_t flags = options->overwrite ? TFEED_OUTPUT_OVERWRITE : 0;
    if (options->compression != TFEED_COMPRESSION_NONE) {
        const struct tfi_deflate_options deflate = {
            .level = options->compression_level,
            .window_bits = zlib_window_bits(options),
            .mem_level = options->mem_level,
            .strategy = options->compression_strategy,
            .flush_mode = options->flush_mode,
        };
        TFI_TRY(tfi_deflate_init(&writer->deflate, &deflate, &writer->output, writer->allocator,
                                 reterr));
    }
    TFI_TRY(tfi_output_open(&writer->output, options->file_system, path, flags,
                            options->buffer_bytes, writer->allocator, reterr));
    writer->is_open = true;
    return TFEED_OK;
}

tfeed_status tfeed_record_writer_open(const char *path,
                                      const struct tfeed_record_writer_options *options,
                                      struct tfeed_record_writer **ret_writer,
                                      struct tfeed_error *reterr)
{
    struct tfeed_record_writer_options resolved;
    TFI_TRY(tfi_record_writer_options_resolve(options, &resolved, reterr));
    struct tfeed_record_writer *writer = tfi_alloc_zeroed(resolved.allocator, 1, sizeof *writer);
    if (writer == NULL)
        return tfi_fail_memory(reterr, "a record writer");
    writer->allocator = resolved.allocator;
    const tfeed_status status = open_writer(writer, path, &resolved, reterr);
    if (status != TFEED_OK) {
        tfeed_record_writer_free(writer);
        return status;
    }
    *ret_writer = writer;
    return TFEED_OK;
}

static tfeed_status append(struct tfeed_record_writer *writer, const void *data, size_t len,
                           struct tfeed_error *reterr)
{
    return writer->deflate.is_live ? tfi_deflate_append(&writer->deflate, data, len, reterr)
                                   : tfi_output_append(&writer->output, data, len, reterr);
}

/* Header, payload and footer one after the other, as TensorFlow hands them to its buffer. */
static tfeed_status append_record(struct tfeed_record_writer *writer, const void *data, size_t len,
                                  struct tfeed_error *reterr)
{
    uint8_t header[TFEED_RECORD_HEADER_BYTES];
    uint8_t footer[TFEED_RECORD_FOOTER_BYTES];
    tfi_record_header_store(header, len);
    tfi_record_footer_store(footer, data, len);
    TFI_TRY(append(writer, header, sizeof header, reterr));
    TFI_TRY(append(writer, data, len, reterr));
    return append(writer, footer, sizeof footer, reterr);
}

static tfeed_status flush_writer(struct tfeed_record_writer *writer, struct tfeed_error *reterr)
{
    if (writer->deflate.is_live)
        TFI_TRY(tfi_deflate_flush(&writer->deflate, Z_PARTIAL_FLUSH, reterr));
    return tfi_output_flush(&writer->output, reterr);
}

/* Whether the writer can go on: not after its end or close, and not after a failure. */
static tfeed_status check_open(const struct tfeed_record_writer *writer, struct tfeed_error *reterr)
{
    if (!writer->is_open)
        return tfi_fail(reterr, TFEED_FAILED_PRECONDITION, "the record writer is closed");
    if (writer->failure.code != TFEED_OK)
        return tfi_fail_again(reterr, &writer->failure);
    if (writer->has_ended)
        return tfi_fail(reterr, TFEED_FAILED_PRECONDITION, "the record writer has ended its file");
    return TFEED_OK;
}

/* Keeps the first failure for every later call, and takes the half-written file away. */
static tfeed_status keep_failure(struct tfeed_record_writer *writer, tfeed_status status,
                                 struct tfeed_error *reterr)
{
    if (status == TFEED_OK)
        return TFEED_OK;
    writer->failure.code = status; /* a foreign file system may not have filled it in */
    tfi_output_discard(&writer->output);
    return tfi_fail_again(reterr, &writer->failure);
}

tfeed_status tfeed_record_writer_write(struct tfeed_record_writer *writer, const void *data,
                                       size_t len, struct tfeed_error *reterr)
{
    TFI_TRY(check_open(writer, reterr));
    return keep_failure(writer, append_record(writer, data, len, &writer->failure), reterr);
}

tfeed_status tfeed_record_writer_flush(struct tfeed_record_writer *writer,
                                       struct tfeed_error *reterr)
{
    TFI_TRY(check_open(writer, reterr));
    return keep_failure(writer, flush_writer(writer, &writer->failure), reterr);
}

/* What follows the last record: the end of the compressed stream, once. */
static tfeed_status finish_stream(struct tfeed_record_writer *writer, struct tfeed_error *reterr)
{
    if (writer->deflate.is_live && !writer->has_ended)
        TFI_TRY(tfi_deflate_flush(&writer->deflate, Z_FINISH, reterr));
    writer->has_ended = true;
    return TFEED_OK;
}

static tfeed_status end_writer(struct tfeed_record_writer *writer, struct tfeed_error *reterr)
{
    TFI_TRY(finish_stream(writer, reterr));
    return tfi_output_flush(&writer->output, reterr);
}

tfeed_status tfi_record_writer_end(struct tfeed_record_writer *writer, struct tfeed_error *reterr)
{
    TFI_TRY(check_open(writer, reterr));
    return keep_failure(writer, end_writer(writer, &writer->failure), reterr);
}

static tfeed_status close_writer(struct tfeed_record_writer *writer, struct tfeed_error *reterr)
{
    TFI_TRY(finish_stream(writer, reterr));
    return tfi_output_commit(&writer->output, reterr);
}

tfeed_status tfeed_record_writer_close(struct tfeed_record_writer *writer,
                                       struct tfeed_error *reterr)
{
    if (!writer->is_open)
        return TFEED_OK;
    writer->is_open = false;
    if (writer->failure.code != TFEED_OK)
        return tfi_fail_again(reterr, &writer->failure);
    return keep_failure(writer, close_writer(writer, &writer->failure), reterr);
}

void tfeed_record_writer_free(struct tfeed_record_writer *writer)
{
    if (writer == NULL)
        return;
    const int kept_errno = errno;
    tfi_output_discard(&writer->output);
    tfi_deflate_clear(&writer->deflate);
    tfi_free(writer->allocator, writer);
    errno = kept_errno;
}
