/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * unit_file.c - the file of a work unit: opened by the reader's options, read front to back.
 */
#include "readers/unit_file_private.h"

#include "core/error_internal.h"
#include "io/io_internal.h"

void tfeed_reader_options_init(struct tfeed_reader_options *options)
{
    *options = (struct tfeed_reader_options){
        .struct_size = sizeof *options,
        .compression = TFEED_COMPRESSION_NONE,
        .tail = TFEED_TAIL_TENSORFLOW,
        .map = TFEED_MAP_AUTO,
        .max_record_bytes = TFEED_RECORD_DEFAULT_LIMIT_BYTES,
    };
}

tfeed_status tfi_reader_options_resolve(const struct tfeed_reader_options *given,
                                        struct tfeed_reader_options *ret_options,
                                        struct tfeed_error *reterr)
{
    enum { MOST_BYTES_BITS = 62 }; /* sums of a length and a few bytes cannot overflow */
    tfeed_reader_options_init(ret_options);
    if (given != NULL) {
        if (given->struct_size != sizeof *given)
            return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                            "reader options have struct_size %zu, expected %zu: call "
                            "tfeed_reader_options_init first",
                            given->struct_size, sizeof *given);
        *ret_options = *given;
    }
    if (ret_options->compression == TFEED_COMPRESSION_AUTO ||
        (unsigned)ret_options->compression > TFEED_COMPRESSION_ZLIB)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "a reader of plain files needs compression none, gzip or zlib, not %s",
                        tfeed_compression_name(ret_options->compression));
    if ((unsigned)ret_options->tail > TFEED_TAIL_TENSORFLOW)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "unknown tail %d", (int)ret_options->tail);
    if ((unsigned)ret_options->map > TFEED_MAP_NEVER)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "unknown map mode %d",
                        (int)ret_options->map);
    if (ret_options->max_record_bytes > UINT64_C(1) << MOST_BYTES_BITS)
        ret_options->max_record_bytes = UINT64_C(1) << MOST_BYTES_BITS;
    return tfi_file_system_resolve(ret_options->file_system, &ret_options->file_system, reterr);
}

tfeed_status tfi_unit_file_open(struct tfi_unit_file *file, const char *path,
                                const struct tfeed_reader_options *options,
                                struct tfeed_error *reterr)
{
    const struct tfi_stream_options stream = {
        .file_system = options->file_system,
        .allocator = options->allocator,
        .may_map = options->map == TFEED_MAP_AUTO,
        .first_member_only = options->tail == TFEED_TAIL_TENSORFLOW,
    };
    *file = (struct tfi_unit_file){.tail = options->tail};
    tfeed_status status = tfi_stream_open(&file->stream, path, &stream, reterr);
    if (status == TFEED_OK)
        status = tfi_stream_start(&file->stream, options->compression, reterr);
    if (status != TFEED_OK)
        tfi_unit_file_close(file);
    return status;
}

void tfi_unit_file_close(struct tfi_unit_file *file)
{
    tfi_stream_clear(&file->stream);
    file->used = 0;
}

/* What the end of the stream, where it has just been met, says to who wanted more. */
static tfeed_status tell_end(const struct tfi_unit_file *file, struct tfeed_error *reterr)
{
    const struct tfi_stream *stream = &file->stream;
    const struct tfi_window *window = tfi_stream_window(stream);
    const uint64_t offset = window->offset + window->len;
    const char *name = tfeed_compression_name(stream->compression);
    switch (stream->end) {
    case TFI_STREAM_OPEN:
    case TFI_STREAM_CLEAN:
        break;
    case TFI_STREAM_DAMAGED:
        return tfi_fail_at(reterr, TFEED_DATA_LOSS, stream->path, TFEED_NOWHERE, offset,
                           "the %s stream is damaged: %s", name, stream->detail);
    case TFI_STREAM_TRUNCATED:
        if (file->tail == TFEED_TAIL_STRICT)
            return tfi_fail_at(reterr, TFEED_DATA_LOSS, stream->path, TFEED_NOWHERE, offset,
                               "the %s stream has no end", name);
        break;
    case TFI_STREAM_TRAILING:
        if (file->tail == TFEED_TAIL_STRICT)
            return tfi_fail_at(reterr, TFEED_DATA_LOSS, stream->path, TFEED_NOWHERE, offset,
                               "the file goes on behind the end of its %s stream", name);
        break;
    }
    return tfi_fail_at(reterr, TFEED_OUT_OF_RANGE, stream->path, TFEED_NOWHERE, TFEED_NOWHERE,
                       "reached end of file");
}

tfeed_status tfi_unit_file_need(struct tfi_unit_file *file, size_t n, struct tfeed_error *reterr)
{
    if (n <= tfi_unit_file_n_there(file))
        return TFEED_OK;
    const tfeed_status status = tfi_stream_fill(&file->stream, file->used, n, reterr);
    file->used = 0;
    return status == TFEED_OUT_OF_RANGE ? tell_end(file, reterr) : status;
}

/* One more byte brings the rest of its block; beyond a block the window has to grow. */
tfeed_status tfi_unit_file_need_more(struct tfi_unit_file *file, struct tfeed_error *reterr)
{
    const size_t n_there = tfi_unit_file_n_there(file);
    const size_t n = n_there < TFI_STREAM_BLOCK_BYTES ? n_there + 1 : 2 * n_there;
    const tfeed_status status = tfi_unit_file_need(file, n, reterr);
    return status == TFEED_OUT_OF_RANGE && tfi_unit_file_n_there(file) > n_there ? TFEED_OK
                                                                                 : status;
}

tfeed_status tfi_unit_file_skip(struct tfi_unit_file *file, uint64_t *n, struct tfeed_error *reterr)
{
    for (;;) {
        const size_t n_there = tfi_unit_file_n_there(file);
        const size_t n_now = *n < n_there ? (size_t)*n : n_there;
        file->used += n_now;
        *n -= n_now;
        if (*n == 0)
            return TFEED_OK;
        TFI_TRY(tfi_unit_file_need_more(file, reterr));
    }
}
