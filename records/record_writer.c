/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * record_writer.c - frame records and write them, plain or compressed as one stream.
 *
 *      open ──write, flush──▶ open ──(end──▶ ended)──close──▶ closed, its index written
 *       │                      │ (first failure; the output is discarded, the error kept)
 *       └──────────────────────┴────────────▶ failed ──close──▶ closed, with that error
 *
 * Follows: doc/tfrecord-format.md; TensorFlow's RecordWriter, ZlibOutputBuffer and
 * SnappyOutputBuffer for the bytes.
 */
#include <tfeed/records.h>

#include <errno.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "core/thread_internal.h"
#include "io/encoder_internal.h"
#include "records/index_internal.h"
#include "records/record_end_internal.h"
#include "records/record_frame_internal.h"
#include "records/records_internal.h"

/* The index that is made along with the file. */
struct writer_index {
    const struct tfeed_allocator *allocator;
    struct tfi_index_builder *builder;
    char *path; /* of the file of records */
    char *index_path;
    enum tfeed_compression compression;
    const struct tfeed_file_system *file_system;
};

static void writer_index_free(struct writer_index *index)
{
    if (index == NULL)
        return;
    tfi_index_builder_free(index->builder);
    tfi_free(index->allocator, index->index_path);
    tfi_free(index->allocator, index->path);
    tfi_free(index->allocator, index);
}

static tfeed_status writer_index_new(const char *path,
                                     const struct tfeed_record_writer_options *options,
                                     struct writer_index **ret_index, struct tfeed_error *reterr)
{
    const struct tfeed_allocator *allocator = options->allocator;
    if (strcmp(path, "-") == 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "standard output has no index");
    struct writer_index *index = tfi_alloc_zeroed(allocator, 1, sizeof *index);
    if (index == NULL)
        return tfi_fail_memory(reterr, "an index");
    index->allocator = allocator;
    index->compression = options->compression;
    index->file_system = options->file_system;
    index->path = tfi_strndup(allocator, path, strlen(path));
    tfeed_status status = index->path == NULL ? tfi_fail_memory(reterr, "an index")
                                              : tfi_index_path(path, options->index_dir, allocator,
                                                               &index->index_path, reterr);
    if (status == TFEED_OK)
        status = tfi_index_builder_new(allocator, &index->builder, reterr);
    if (status != TFEED_OK) {
        writer_index_free(index);
        return status;
    }
    *ret_index = index;
    return TFEED_OK;
}

/* The file is there, whole. An index that lies there is an older file's. */
static tfeed_status writer_index_write(const struct writer_index *index, struct tfeed_error *reterr)
{
    const struct tfi_index_target target = {.path = index->path,
                                            .index_path = index->index_path,
                                            .compression = index->compression,
                                            .form = TFEED_INDEX_PACKED,
                                            .overwrite = true,
                                            .file_system = index->file_system};
    return tfi_index_builder_write(index->builder, &target, reterr);
}

struct tfeed_record_writer {
    const struct tfeed_allocator *allocator;
    struct tfi_output output;
    struct tfi_encoder encoder;
    struct writer_index *index; /* NULL: none is wanted */
    bool is_in_place;           /* records are looked at while the file grows */
    bool is_open;               /* false: closed; everything but close is refused */
    bool has_ended;             /* its last byte is written: likewise, and close commits */
    uint64_t n_records;
    uint64_t offset;            /* of the next one */
    int64_t flush_ns;           /* 0: the program flushes */
    int64_t flushed_ns;         /* when the last flush was */
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

static tfeed_status open_encoder(struct tfeed_record_writer *writer,
                                 const struct tfeed_record_writer_options *options,
                                 struct tfeed_error *reterr)
{
    const struct tfi_encoder_options encoder = {
        .compression = options->compression,
        .deflate = {.level = options->compression_level,
                    .window_bits = zlib_window_bits(options),
                    .mem_level = options->mem_level,
                    .strategy = options->compression_strategy,
                    .flush_mode = options->flush_mode},
        .n_threads = options->n_threads,
        .in_pieces = writer->is_in_place,
        .may_be_nothing = options->mode == TFEED_WRITE_APPEND,
    };
    return tfi_encoder_open(&writer->encoder, &encoder, &writer->output, writer->allocator, reterr);
}

static tfeed_status open_output(struct tfeed_record_writer *writer, const char *path,
                                const struct tfeed_record_writer_options *options,
                                struct tfeed_error *reterr)
{
    uint32_t flags = (options->overwrite ? TFEED_OUTPUT_OVERWRITE : 0u) |
                     (options->sync ? TFEED_OUTPUT_SYNC : 0u);
    if (options->mode == TFEED_WRITE_IN_PLACE)
        flags |= TFEED_OUTPUT_IN_PLACE;
    else if (options->mode == TFEED_WRITE_APPEND)
        flags |= TFEED_OUTPUT_APPEND;
    return tfi_output_open(&writer->output, options->file_system, path, flags,
                           options->buffer_bytes, writer->allocator, reterr);
}

/* Goes to the end of the records that are there. */
static tfeed_status go_to_end(struct tfeed_record_writer *writer, const char *path,
                              const struct tfeed_record_writer_options *options,
                              struct tfeed_error *reterr)
{
    const struct tfi_record_end_search search = {.path = path,
                                                 .compression = options->compression,
                                                 .may_be_torn = options->cut_torn_tail,
                                                 .file_system = options->file_system,
                                                 .allocator = writer->allocator};
    struct tfi_record_end end;
    TFI_TRY(tfi_record_find_end(&search, &end, reterr));
    if (writer->index != NULL)
        TFI_TRY(tfi_record_index_up_to(&search, end.n_records, writer->index->builder, reterr));
    if (end.is_torn)
        TFI_TRY(tfi_output_cut(&writer->output, end.file_offset, reterr));
    writer->n_records = end.n_records;
    writer->offset = end.offset;
    return TFEED_OK;
}

static tfeed_status open_writer(struct tfeed_record_writer *writer, const char *path,
                                const struct tfeed_record_writer_options *options,
                                struct tfeed_error *reterr)
{
    writer->is_in_place = options->mode != TFEED_WRITE_WHOLE;
    if (options->index)
        TFI_TRY(writer_index_new(path, options, &writer->index, reterr));
    TFI_TRY(open_encoder(writer, options, reterr));
    TFI_TRY(open_output(writer, path, options, reterr));
    if (options->mode == TFEED_WRITE_APPEND)
        TFI_TRY(go_to_end(writer, path, options, reterr));
    if (options->flush_ms > 0) {
        writer->flush_ns = (int64_t)options->flush_ms * 1000000;
        writer->flushed_ns = tfi_clock_now_ns();
    }
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

/* Takes in a record whose frame is written. */
static tfeed_status count_record(struct tfeed_record_writer *writer, uint64_t len,
                                 struct tfeed_error *reterr)
{
    if (writer->index != NULL)
        TFI_TRY(tfi_index_builder_add(writer->index->builder, writer->offset, len, reterr));
    writer->n_records++;
    writer->offset += len + TFI_RECORD_OVERHEAD_BYTES;
    return TFEED_OK;
}

static tfeed_status flush_writer(struct tfeed_record_writer *writer, struct tfeed_error *reterr)
{
    TFI_TRY(tfi_encoder_flush(&writer->encoder, reterr));
    return tfi_output_flush(&writer->output, reterr);
}

static tfeed_status flush_when_due(struct tfeed_record_writer *writer, struct tfeed_error *reterr)
{
    if (writer->flush_ns == 0)
        return TFEED_OK;
    const int64_t now_ns = tfi_clock_now_ns();
    if (now_ns - writer->flushed_ns < writer->flush_ns)
        return TFEED_OK;
    writer->flushed_ns = now_ns;
    return flush_writer(writer, reterr);
}

/* Header, payload and footer one after the other, as TensorFlow hands them to its buffer. In place
 * the three are kept together, so that the file mostly ends between two records. */
static tfeed_status append_record(struct tfeed_record_writer *writer, const void *data, size_t len,
                                  struct tfeed_error *reterr)
{
    struct tfi_encoder *encoder = &writer->encoder;
    uint8_t header[TFEED_RECORD_HEADER_BYTES];
    uint8_t footer[TFEED_RECORD_FOOTER_BYTES];
    tfi_record_header_store(header, len);
    tfi_record_footer_store(footer, data, len);
    if (writer->is_in_place)
        TFI_TRY(tfi_encoder_keep_together(encoder, len + TFI_RECORD_OVERHEAD_BYTES, reterr));
    TFI_TRY(tfi_encoder_append(encoder, header, sizeof header, reterr));
    TFI_TRY(tfi_encoder_append(encoder, data, len, reterr));
    TFI_TRY(tfi_encoder_append(encoder, footer, sizeof footer, reterr));
    TFI_TRY(count_record(writer, len, reterr));
    return flush_when_due(writer, reterr);
}

static tfeed_status append_frames(struct tfeed_record_writer *writer, const uint8_t *frames,
                                  size_t len, struct tfeed_error *reterr)
{
    TFI_TRY(tfi_encoder_append(&writer->encoder, frames, len, reterr));
    for (size_t at = 0; at < len;) {
        const uint64_t payload_len = tfi_load_le64(frames + at);
        TFI_TRY(count_record(writer, payload_len, reterr));
        at += (size_t)payload_len + TFI_RECORD_OVERHEAD_BYTES;
    }
    return TFEED_OK;
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

tfeed_status tfi_record_writer_write_frames(struct tfeed_record_writer *writer, const void *frames,
                                            size_t len, struct tfeed_error *reterr)
{
    TFI_TRY(check_open(writer, reterr));
    return keep_failure(writer, append_frames(writer, frames, len, &writer->failure), reterr);
}

tfeed_status tfeed_record_writer_flush(struct tfeed_record_writer *writer,
                                       struct tfeed_error *reterr)
{
    TFI_TRY(check_open(writer, reterr));
    if (writer->flush_ns > 0)
        writer->flushed_ns = tfi_clock_now_ns();
    return keep_failure(writer, flush_writer(writer, &writer->failure), reterr);
}

/* What follows the last record: the end of the compressed stream, once. */
static tfeed_status finish_stream(struct tfeed_record_writer *writer, struct tfeed_error *reterr)
{
    if (!writer->has_ended)
        TFI_TRY(tfi_encoder_finish(&writer->encoder, reterr));
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
    TFI_TRY(tfi_output_commit(&writer->output, reterr));
    return writer->index == NULL ? TFEED_OK : writer_index_write(writer->index, reterr);
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
    tfi_encoder_close(&writer->encoder);
    writer_index_free(writer->index);
    tfi_free(writer->allocator, writer);
    errno = kept_errno;
}

uint64_t tfeed_record_writer_n_records(const struct tfeed_record_writer *writer)
{
    return writer->n_records;
}

uint64_t tfeed_record_writer_offset(const struct tfeed_record_writer *writer)
{
    return writer->offset;
}
