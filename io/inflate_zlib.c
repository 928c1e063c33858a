/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * inflate_zlib.c - inflating by zlib.
 */
#define ZLIB_CONST
#include <zlib.h>

#include <limits.h>

#include "core/allocator_internal.h"
#include "io/inflate_private.h"
#include "io/zlib_private.h"

struct zlib_inflater {
    const struct tfeed_allocator *allocator;
    z_stream stream;
};

static void *zlib_open(bool is_gzip, const struct tfeed_allocator *allocator)
{
    enum { GZIP_CONTAINER = 16 };
    struct zlib_inflater *inflater = tfi_alloc_zeroed(allocator, 1, sizeof *inflater);
    if (inflater == NULL)
        return NULL;
    inflater->allocator = allocator;
    inflater->stream.zalloc = tfi_zlib_alloc;
    inflater->stream.zfree = tfi_zlib_free;
    inflater->stream.opaque = &inflater->allocator;
    if (inflateInit2(&inflater->stream, is_gzip ? MAX_WBITS + GZIP_CONTAINER : MAX_WBITS) == Z_OK)
        return inflater;
    tfi_free(allocator, inflater);
    return NULL;
}

static enum tfi_inflate_result zlib_run(void *opaque, struct tfi_inflate_buffers *buffers)
{
    struct zlib_inflater *inflater = opaque;
    z_stream *stream = &inflater->stream;
    const uInt n_in = buffers->avail_in < UINT_MAX ? (uInt)buffers->avail_in : UINT_MAX;
    const uInt n_out = buffers->avail_out < UINT_MAX ? (uInt)buffers->avail_out : UINT_MAX;
    stream->next_in = buffers->next_in;
    stream->avail_in = n_in;
    stream->next_out = buffers->next_out;
    stream->avail_out = n_out;
    const int result = inflate(stream, Z_NO_FLUSH);
    buffers->next_in = stream->next_in;
    buffers->avail_in -= n_in - stream->avail_in;
    buffers->next_out = stream->next_out;
    buffers->avail_out -= n_out - stream->avail_out;
    switch (result) {
    case Z_OK:
    case Z_BUF_ERROR: /* no progress without more input */
        return TFI_INFLATE_MORE;
    case Z_STREAM_END:
        return TFI_INFLATE_END;
    case Z_MEM_ERROR:
        return TFI_INFLATE_NO_MEMORY;
    default: /* Z_DATA_ERROR, Z_NEED_DICT */
        buffers->detail = stream->msg != NULL ? stream->msg : "needs a preset dictionary";
        return TFI_INFLATE_DAMAGED;
    }
}

static void zlib_reset(void *opaque)
{
    struct zlib_inflater *inflater = opaque;
    (void)inflateReset(&inflater->stream); /* fails only on a broken z_stream */
}

static void zlib_close(void *opaque)
{
    struct zlib_inflater *inflater = opaque;
    (void)inflateEnd(&inflater->stream);
    tfi_free(inflater->allocator, inflater);
}

const struct tfi_inflate_engine tfi_inflate_by_zlib = {
    .name = "zlib", .open = zlib_open, .run = zlib_run, .reset = zlib_reset, .close = zlib_close};
