/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * inflate.c - the inflated side of a stream: gzip (all members, or the first) and zlib.
 *
 * What inflate has given before it met damage or the end of the file is delivered first; how the
 * stream ended shows with the next call.
 *
 *      inflating ──end of member──▶ between members ──nothing follows──▶ CLEAN
 *       │  │  ▲                      │      │
 *       │  │  └──────gzip magic──────┘      └──anything else──▶ TRAILING
 *       │  └──the file ends──▶ TRUNCATED (of no byte at all: CLEAN)
 *       └──a data error──▶ DAMAGED
 */
#include <limits.h>

#include "core/error_internal.h"
#include "io/io_internal.h"
#include "io/stream_private.h"
#include "io/zlib_private.h"

tfeed_status tfi_inflate_start(struct tfi_stream *stream, struct tfeed_error *reterr)
{
    const int window_bits =
        stream->compression == TFEED_COMPRESSION_GZIP ? MAX_WBITS + 16 : MAX_WBITS;
    stream->inflater =
        (z_stream){.zalloc = tfi_zlib_alloc, .zfree = tfi_zlib_free, .opaque = &stream->allocator};
    if (inflateInit2(&stream->inflater, window_bits) != Z_OK)
        return tfi_fail_memory(reterr, "inflating");
    stream->inflater_is_live = true;
    stream->window.allocator = stream->allocator;
    stream->window.path = stream->path;
    /* blocks of the file's own bytes are seen by nobody else */
    if (!stream->source.is_mapped)
        stream->source.window.path = NULL;
    return TFEED_OK;
}

/* Points the inflater at the bytes of the file behind those that it has used, at least n_need of
 * them unless the file ends. */
static tfeed_status refill(struct tfi_stream *stream, size_t n_need, struct tfeed_error *reterr)
{
    struct tfi_window *raw = &stream->source.window;
    const size_t n_used =
        stream->inflater.next_in == NULL ? 0 : (size_t)(stream->inflater.next_in - raw->data);
    const tfeed_status status = tfi_source_fill(&stream->source, n_used, n_need, reterr);
    stream->inflater.next_in = raw->data; /* also after a failure: the window may have moved */
    stream->inflater.avail_in = raw->len < UINT_MAX ? (uInt)raw->len : UINT_MAX;
    return status == TFEED_OUT_OF_RANGE ? TFEED_OK : status;
}

/* Decides what follows a member. Leaves between_members when inflating goes on. */
static tfeed_status look_behind_member(struct tfi_stream *stream, struct tfeed_error *reterr)
{
    enum { MAGIC_BYTES = 2 };
    if (stream->first_member_only) {
        stream->end = TFI_STREAM_CLEAN;
        return TFEED_OK;
    }
    TFI_TRY(refill(stream, MAGIC_BYTES, reterr));
    const z_stream *inflater = &stream->inflater;
    if (inflater->avail_in == 0) {
        stream->end = TFI_STREAM_CLEAN;
    } else if (stream->compression == TFEED_COMPRESSION_GZIP &&
               tfi_compression_announced(inflater->next_in, inflater->avail_in) ==
                   TFEED_COMPRESSION_GZIP) {
        (void)inflateReset(&stream->inflater); /* fails only on a broken z_stream */
        stream->between_members = false;
    } else {
        stream->end = TFI_STREAM_TRAILING;
    }
    return TFEED_OK;
}

/* Takes in what inflate said. */
static tfeed_status take_result(struct tfi_stream *stream, int result, struct tfeed_error *reterr)
{
    switch (result) {
    case Z_OK:
    case Z_BUF_ERROR: /* no progress without more input */
        return TFEED_OK;
    case Z_STREAM_END:
        stream->between_members = true;
        return TFEED_OK;
    case Z_MEM_ERROR:
        return tfi_fail_memory(reterr, "inflating");
    default: /* Z_DATA_ERROR, Z_NEED_DICT */
        stream->end = TFI_STREAM_DAMAGED;
        stream->detail =
            stream->inflater.msg != NULL ? stream->inflater.msg : "needs a preset dictionary";
        return TFEED_OK;
    }
}

tfeed_status tfi_inflate_read(void *user_data, uint8_t *into, size_t room, size_t *ret_n,
                              struct tfeed_error *reterr)
{
    struct tfi_stream *stream = user_data;
    z_stream *inflater = &stream->inflater;
    const uInt n_room = room < UINT_MAX ? (uInt)room : UINT_MAX;
    inflater->next_out = into;
    inflater->avail_out = n_room;
    while (stream->end == TFI_STREAM_OPEN && inflater->avail_out == n_room) {
        if (stream->between_members) {
            TFI_TRY(look_behind_member(stream, reterr));
            continue;
        }
        if (inflater->avail_in == 0)
            TFI_TRY(refill(stream, 1, reterr));
        const bool file_has_ended = inflater->avail_in == 0;
        TFI_TRY(take_result(stream, inflate(inflater, Z_NO_FLUSH), reterr));
        /* without input inflate may still have had output to give */
        if (file_has_ended && inflater->avail_out == n_room && stream->end == TFI_STREAM_OPEN &&
            !stream->between_members)
            stream->end = stream->source.window.offset + stream->source.window.len == 0
                              ? TFI_STREAM_CLEAN
                              : TFI_STREAM_TRUNCATED;
    }
    *ret_n = n_room - inflater->avail_out;
    return TFEED_OK;
}
