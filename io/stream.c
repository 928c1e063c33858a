/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * stream.c - a file's bytes in order, as they are or decompressed, and how they end.
 */
#include "io/stream_private.h"

#include <errno.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"

tfeed_status tfi_stream_open(struct tfi_stream *stream, const char *path,
                             const struct tfi_stream_options *options, struct tfeed_error *reterr)
{
    stream->allocator = options->allocator;
    stream->first_member_only = options->first_member_only;
    stream->max_block_bytes = options->max_block_bytes;
    stream->path = tfi_strndup(options->allocator, path, strlen(path));
    if (stream->path == NULL)
        return tfi_fail_memory(reterr, "a stream");
    return tfi_source_open(&stream->source, stream->path, options, reterr);
}

void tfi_stream_clear(struct tfi_stream *stream)
{
    const int kept_errno = errno;
    if (stream->decoder != NULL)
        stream->decoder->end(stream);
    tfi_window_clear(&stream->window);
    tfi_source_clear(&stream->source);
    tfi_free(stream->allocator, stream->path);
    *stream = (struct tfi_stream){.path = NULL};
    errno = kept_errno;
}

tfeed_status tfi_stream_peek(struct tfi_stream *stream, size_t n, const uint8_t **ret_data,
                             size_t *ret_len, struct tfeed_error *reterr)
{
    const tfeed_status status = tfi_source_fill(&stream->source, 0, n, reterr);
    if (status != TFEED_OK && status != TFEED_OUT_OF_RANGE)
        return status;
    *ret_data = stream->source.window.data;
    *ret_len = stream->source.window.len < n ? stream->source.window.len : n;
    return TFEED_OK;
}

static const struct tfi_decoder *find_decoder(enum tfeed_compression compression)
{
    switch (compression) {
    case TFEED_COMPRESSION_AUTO:
    case TFEED_COMPRESSION_NONE:
        break;
    case TFEED_COMPRESSION_GZIP:
    case TFEED_COMPRESSION_ZLIB:
        return &tfi_inflate_decoder;
    case TFEED_COMPRESSION_SNAPPY:
        return &tfi_snappy_decoder;
    }
    return NULL;
}

tfeed_status tfi_stream_start(struct tfi_stream *stream, enum tfeed_compression compression,
                              struct tfeed_error *reterr)
{
    const struct tfi_decoder *decoder = find_decoder(compression);
    stream->compression = compression;
    if (decoder == NULL)
        return TFEED_OK;
    TFI_TRY(decoder->start(stream, reterr));
    stream->decoder = decoder;
    stream->window.allocator = stream->allocator;
    stream->window.path = stream->path;
    /* blocks of the file's own bytes are seen by nobody else */
    if (!stream->source.is_mapped)
        stream->source.window.path = NULL;
    return TFEED_OK;
}

tfeed_status tfi_stream_fill(struct tfi_stream *stream, size_t n_used, size_t n_need,
                             struct tfeed_error *reterr)
{
    if (stream->decoder != NULL)
        return tfi_window_fill(&stream->window, n_used, n_need, false, stream->decoder->read,
                               stream, reterr);
    const tfeed_status status = tfi_source_fill(&stream->source, n_used, n_need, reterr);
    if (status == TFEED_OUT_OF_RANGE)
        stream->end = TFI_STREAM_CLEAN;
    return status;
}

tfeed_status tfi_stream_seek(struct tfi_stream *stream, uint64_t offset, struct tfeed_error *reterr)
{
    if (stream->decoder != NULL || !tfi_source_seek(&stream->source, offset))
        return tfi_fail_at(reterr, TFEED_INVALID_ARGUMENT, stream->path, TFEED_NOWHERE, offset,
                           stream->decoder != NULL
                               ? "a compressed file cannot be read from there on"
                               : "the file ends before, or can only be read in order");
    stream->end = TFI_STREAM_OPEN;
    return TFEED_OK;
}

uint64_t tfi_stream_size(const struct tfi_stream *stream)
{
    const struct tfi_source *source = &stream->source;
    if (stream->decoder != NULL)
        return TFEED_SIZE_UNKNOWN; /* what a compressed file holds shows when it is read */
    if (source->is_mapped)
        return source->window.offset + source->window.len;
    return source->files->input_size(source->input);
}

bool tfi_stream_may_hold(const struct tfi_stream *stream, uint64_t n)
{
    const uint64_t size = tfi_stream_size(stream);
    const uint64_t offset = tfi_stream_window(stream)->offset;
    return size == TFEED_SIZE_UNKNOWN || (offset <= size && n <= size - offset);
}
