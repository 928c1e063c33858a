/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * inflate.c - the decoder of gzip (all members, or the first) and zlib.
 *
 * What the inflater has given before it met damage or the end of the file is delivered first; how
 * the stream ended shows with the next call.
 *
 *      inflating ──end of member──▶ between members ──nothing follows──▶ CLEAN
 *       │  │  ▲                      │      │
 *       │  │  └──────gzip magic──────┘      └──anything else──▶ TRAILING
 *       │  └──the file ends──▶ TRUNCATED (of no byte at all: CLEAN)
 *       └──a data error──▶ DAMAGED
 *
 * ISA-L does not say exactly what stands before a data error. There zlib does the member again,
 * where the file can be read again; of a pipe as much is left out as may be wrong.
 */
#include <string.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "io/inflate_private.h"
#include "io/io_internal.h"
#include "io/stream_private.h"

struct inflating {
    const struct tfi_inflate_engine *engine;
    void *inflater;
    struct tfi_inflate_buffers buffers;
    uint64_t n_given;       /* by all runs before the one that is going on */
    bool between_members;   /* one has ended, nothing behind it has been looked at */
    uint64_t member_offset; /* where the member begins in the file */
    uint64_t member_given;  /* n_given there */
    bool is_doubted;        /* the member is to be done again */
    uint64_t n_again;       /* bytes of it that were given before, and will come again */
};

static tfeed_status start_inflating(struct tfi_stream *stream, struct tfeed_error *reterr)
{
    struct inflating *inflating = tfi_alloc_zeroed(stream->allocator, 1, sizeof *inflating);
    if (inflating == NULL)
        return tfi_fail_memory(reterr, "inflating");
    const bool is_gzip = stream->compression == TFEED_COMPRESSION_GZIP;
    inflating->engine = tfi_inflate_engine(is_gzip);
    inflating->inflater = inflating->engine->open(is_gzip, stream->allocator);
    if (inflating->inflater == NULL) {
        tfi_free(stream->allocator, inflating);
        return tfi_fail_memory(reterr, "inflating");
    }
    stream->decoding = inflating;
    return TFEED_OK;
}

static void end_inflating(struct tfi_stream *stream)
{
    struct inflating *inflating = stream->decoding;
    inflating->engine->close(inflating->inflater);
    tfi_free(stream->allocator, inflating);
}

/* Points the inflater at the bytes of the file behind those that it has used, at least n_need of
 * them unless the file ends. */
static tfeed_status refill(struct tfi_stream *stream, size_t n_need, struct tfeed_error *reterr)
{
    struct tfi_inflate_buffers *buffers = &((struct inflating *)stream->decoding)->buffers;
    const struct tfi_window *raw = &stream->source.window;
    const size_t n_used = buffers->next_in == NULL ? 0 : (size_t)(buffers->next_in - raw->data);
    const tfeed_status status = tfi_source_fill(&stream->source, n_used, n_need, reterr);
    buffers->next_in = raw->data; /* also after a failure: the window may have moved */
    buffers->avail_in = raw->len;
    return status == TFEED_OUT_OF_RANGE ? TFEED_OK : status;
}

/* Decides what follows a member. Leaves between_members when inflating goes on. */
static tfeed_status look_behind_member(struct tfi_stream *stream, struct tfeed_error *reterr)
{
    enum { MAGIC_BYTES = 2 };
    struct inflating *inflating = stream->decoding;
    const struct tfi_inflate_buffers *buffers = &inflating->buffers;
    if (stream->first_member_only) {
        stream->end = TFI_STREAM_CLEAN;
        return TFEED_OK;
    }
    TFI_TRY(refill(stream, MAGIC_BYTES, reterr));
    if (stream->on_border != NULL)
        stream->on_border(stream->border_data, stream->source.window.offset, inflating->n_given);
    if (buffers->avail_in == 0) {
        stream->end = TFI_STREAM_CLEAN;
    } else if (stream->compression == TFEED_COMPRESSION_GZIP &&
               tfi_compression_announced(buffers->next_in, buffers->avail_in) ==
                   TFEED_COMPRESSION_GZIP) {
        inflating->engine->reset(inflating->inflater);
        inflating->between_members = false;
        inflating->member_offset = stream->source.window.offset;
        inflating->member_given = inflating->n_given;
    } else {
        stream->end = TFI_STREAM_TRAILING;
    }
    return TFEED_OK;
}

/* Takes the last n bytes back, of those that were put behind `into`. */
static void take_back(struct tfi_inflate_buffers *buffers, const uint8_t *into, size_t n)
{
    const size_t n_new = (size_t)(buffers->next_out - into);
    if (n > n_new)
        n = n_new;
    buffers->next_out -= n;
    buffers->avail_out += n;
}

static void doubt(struct tfi_stream *stream, const uint8_t *into)
{
    struct inflating *inflating = stream->decoding;
    if (tfi_source_seek(&stream->source, inflating->member_offset)) {
        take_back(&inflating->buffers, into, SIZE_MAX);
        inflating->is_doubted = true;
    } else {
        take_back(&inflating->buffers, into, TFI_INFLATE_MOST_DOUBTED);
        stream->end = TFI_STREAM_DAMAGED;
        stream->detail = inflating->buffers.detail;
    }
}

/* Begins the member anew with zlib; the source stands at its beginning. */
static tfeed_status begin_again(struct tfi_stream *stream, struct tfeed_error *reterr)
{
    struct inflating *inflating = stream->decoding;
    void *inflater =
        tfi_inflate_by_zlib.open(stream->compression == TFEED_COMPRESSION_GZIP, stream->allocator);
    if (inflater == NULL)
        return tfi_fail_memory(reterr, "inflating");
    inflating->engine->close(inflating->inflater);
    inflating->engine = &tfi_inflate_by_zlib;
    inflating->inflater = inflater;
    inflating->buffers.next_in = NULL;
    inflating->buffers.avail_in = 0;
    inflating->n_again = inflating->n_given - inflating->member_given;
    inflating->is_doubted = false;
    return TFEED_OK;
}

/* Leaves out what has come again. */
static void pass_over(struct inflating *inflating, uint8_t *into)
{
    const size_t n_new = (size_t)(inflating->buffers.next_out - into);
    const size_t n = n_new < inflating->n_again ? n_new : (size_t)inflating->n_again;
    if (n == 0)
        return;
    memmove(into, into + n, n_new - n);
    take_back(&inflating->buffers, into, n);
    inflating->n_again -= n;
}

/* Lets the inflater run, and takes in what it said. */
static tfeed_status run(struct tfi_stream *stream, uint8_t *into, struct tfeed_error *reterr)
{
    struct inflating *inflating = stream->decoding;
    const enum tfi_inflate_result result =
        inflating->engine->run(inflating->inflater, &inflating->buffers);
    pass_over(inflating, into);
    switch (result) {
    case TFI_INFLATE_MORE:
        break;
    case TFI_INFLATE_END:
        inflating->between_members = true;
        break;
    case TFI_INFLATE_DAMAGED:
        stream->end = TFI_STREAM_DAMAGED;
        stream->detail = inflating->buffers.detail;
        break;
    case TFI_INFLATE_DOUBTED:
        doubt(stream, into);
        break;
    case TFI_INFLATE_NO_MEMORY:
        return tfi_fail_memory(reterr, "inflating");
    }
    return TFEED_OK;
}

static tfeed_status read_inflated(void *user_data, uint8_t *into, size_t room, size_t *ret_n,
                                  struct tfeed_error *reterr)
{
    struct tfi_stream *stream = user_data;
    struct inflating *inflating = stream->decoding;
    struct tfi_inflate_buffers *buffers = &inflating->buffers;
    buffers->next_out = into;
    buffers->avail_out = room;
    while (stream->end == TFI_STREAM_OPEN && buffers->avail_out == room) {
        if (inflating->between_members) {
            TFI_TRY(look_behind_member(stream, reterr));
            continue;
        }
        if (inflating->is_doubted)
            TFI_TRY(begin_again(stream, reterr));
        if (buffers->avail_in == 0)
            TFI_TRY(refill(stream, 1, reterr));
        const bool file_has_ended = buffers->avail_in == 0;
        const uint64_t n_again = inflating->n_again;
        TFI_TRY(run(stream, into, reterr));
        /* without input the inflater may still have had output to give */
        if (file_has_ended && buffers->avail_out == room && n_again == inflating->n_again &&
            stream->end == TFI_STREAM_OPEN && !inflating->between_members && !inflating->is_doubted)
            stream->end = stream->source.window.offset + stream->source.window.len == 0
                              ? TFI_STREAM_CLEAN
                              : TFI_STREAM_TRUNCATED;
    }
    *ret_n = room - buffers->avail_out;
    inflating->n_given += *ret_n;
    return TFEED_OK;
}

const char *tfi_gzip_inflater_name(void)
{
    return tfi_inflate_engine(true)->name;
}

const struct tfi_decoder tfi_inflate_decoder = {
    .start = start_inflating, .read = read_inflated, .end = end_inflating};
