/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * snappy_read.c - the decoder of SNAPPY streams, block by block.
 *
 *      between blocks ──4 bytes──▶ a block ──all of it is there, and decompresses──▶ between blocks
 *       │          │                  │  └──does not decompress──▶ DAMAGED
 *       │          │                  └──the file ends──▶ DAMAGED, cut
 *       │          └──1 to 3 bytes, the file ends──▶ TRUNCATED
 *       └──the file ends──▶ CLEAN
 *
 * A block that fits where its content is wanted is decompressed there, any other into a buffer of
 * our own first. Both lengths of a block are untrusted: nothing is allocated for bytes that the
 * file does not hold, nor for more than such a block can hold.
 *
 * Follows: doc/tfrecord-format.md; TensorFlow's SnappyInputStream.
 */
#include <snappy-c.h>

#include <inttypes.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "core/byte_order_internal.h"
#include "core/error_internal.h"
#include "io/io_internal.h"
#include "io/snappy_private.h"
#include "io/stream_private.h"

struct unsnapping {
    size_t n_used;      /* of the file's window: the block before */
    uint64_t n_content; /* of all blocks so far */
    uint8_t *content;   /* of a block that did not fit */
    size_t capacity;
    size_t len;
    size_t n_given; /* of it */
};

static tfeed_status start_unsnapping(struct tfi_stream *stream, struct tfeed_error *reterr)
{
    stream->decoding = tfi_alloc_zeroed(stream->allocator, 1, sizeof(struct unsnapping));
    return stream->decoding == NULL ? tfi_fail_memory(reterr, "decompressing") : TFEED_OK;
}

static void end_unsnapping(struct tfi_stream *stream)
{
    struct unsnapping *state = stream->decoding;
    tfi_free(stream->allocator, state->content);
    tfi_free(stream->allocator, state);
}

static tfeed_status end_damaged(struct tfi_stream *stream, const char *detail, bool is_cut)
{
    stream->end = TFI_STREAM_DAMAGED;
    stream->detail = detail;
    stream->is_cut = is_cut;
    return TFEED_OK;
}

/* The window over the file's bytes moves behind the block before; *ret_there tells whether n bytes
 * follow. */
static tfeed_status need_raw(struct tfi_stream *stream, size_t n, bool *ret_there,
                             struct tfeed_error *reterr)
{
    struct unsnapping *state = stream->decoding;
    const tfeed_status status = tfi_source_fill(&stream->source, state->n_used, n, reterr);
    state->n_used = 0; /* also after a failure: the window has moved */
    *ret_there = status == TFEED_OK;
    return status == TFEED_OUT_OF_RANGE ? TFEED_OK : status;
}

/* Whether the file can hold n bytes from the window's start on, going by its size. */
static bool may_hold_raw(const struct tfi_source *source, uint64_t n)
{
    const uint64_t offset = source->window.offset;
    const uint64_t size =
        source->is_mapped ? offset + source->window.len : source->files->input_size(source->input);
    return size == TFEED_SIZE_UNKNOWN || (offset <= size && n <= size - offset);
}

/* Brings the next block whole into the window of the file's bytes. Leaves *ret_len 0 where there is
 * none, with the stream's end. A block is never empty: it begins with a length. */
static tfeed_status fetch_block(struct tfi_stream *stream, size_t *ret_len,
                                struct tfeed_error *reterr)
{
    const struct tfi_window *raw = &stream->source.window;
    bool is_there;
    *ret_len = 0;
    TFI_TRY(need_raw(stream, TFI_SNAPPY_LENGTH_BYTES, &is_there, reterr));
    if (!is_there) {
        stream->end = raw->len == 0 ? TFI_STREAM_CLEAN : TFI_STREAM_TRUNCATED;
        return TFEED_OK;
    }
    const size_t len = tfi_load_be32(raw->data);
    if (!may_hold_raw(&stream->source, (uint64_t)len + TFI_SNAPPY_LENGTH_BYTES))
        return end_damaged(stream, "the file ends inside a block", true);
    TFI_TRY(need_raw(stream, len + TFI_SNAPPY_LENGTH_BYTES, &is_there, reterr));
    if (!is_there)
        return end_damaged(stream, "the file ends inside a block", true);
    if (len == 0)
        return end_damaged(stream, "a block has no length", false);
    *ret_len = len;
    return TFEED_OK;
}

/* How many bytes the block holds. Sets the stream's end where that cannot be. */
static tfeed_status measure_block(struct tfi_stream *stream, const uint8_t *block, size_t len,
                                  size_t *ret_content_len, struct tfeed_error *reterr)
{
    uint64_t content_len;
    if (tfi_snappy_content_length(block, len, &content_len) == 0 ||
        content_len / TFI_SNAPPY_MOST_RATIO > len)
        return end_damaged(stream, "a block has a wrong length", false);
    if (stream->max_block_bytes > 0 && content_len > stream->max_block_bytes &&
        content_len > TFI_SNAPPY_BLOCK_BYTES)
        return tfi_fail_at(reterr, TFEED_RESOURCE_EXHAUSTED, stream->path, TFEED_NOWHERE,
                           TFEED_NOWHERE,
                           "a snappy block of %" PRIu64 " bytes exceeds the limit of %" PRIu64,
                           content_len, stream->max_block_bytes);
    *ret_content_len = (size_t)content_len;
    return TFEED_OK;
}

/* Room for a block of our own. */
static tfeed_status make_room(struct tfi_stream *stream, size_t len, struct tfeed_error *reterr)
{
    struct unsnapping *state = stream->decoding;
    if (len <= state->capacity)
        return TFEED_OK;
    tfi_free(stream->allocator, state->content);
    state->capacity = 0;
    state->content = tfi_alloc(stream->allocator, len);
    if (state->content == NULL)
        return tfi_fail_memory(reterr, "a snappy block");
    state->capacity = len;
    return TFEED_OK;
}

/* Takes in the next block: into `into` where it fits, then *ret_n says how much it was, else into
 * the buffer. */
static tfeed_status take_block(struct tfi_stream *stream, uint8_t *into, size_t room, size_t *ret_n,
                               struct tfeed_error *reterr)
{
    struct unsnapping *state = stream->decoding;
    size_t len;
    size_t content_len = 0;
    TFI_TRY(fetch_block(stream, &len, reterr));
    if (stream->end != TFI_STREAM_OPEN)
        return TFEED_OK;
    const uint8_t *block = stream->source.window.data + TFI_SNAPPY_LENGTH_BYTES;
    TFI_TRY(measure_block(stream, block, len, &content_len, reterr));
    if (stream->end != TFI_STREAM_OPEN)
        return TFEED_OK;
    const bool fits = content_len <= room;
    if (!fits)
        TFI_TRY(make_room(stream, content_len, reterr));
    size_t n = content_len;
    if (snappy_uncompress((const char *)block, len, (char *)(fits ? into : state->content), &n) !=
            SNAPPY_OK ||
        n != content_len)
        return end_damaged(stream, "a block does not decompress", false);
    state->n_used = TFI_SNAPPY_LENGTH_BYTES + len;
    state->n_content += content_len;
    state->len = fits ? 0 : content_len;
    state->n_given = 0;
    *ret_n = fits ? content_len : 0;
    if (stream->on_border != NULL)
        stream->on_border(stream->border_data, stream->source.window.offset + state->n_used,
                          state->n_content);
    return TFEED_OK;
}

static tfeed_status read_unsnapped(void *user_data, uint8_t *into, size_t room, size_t *ret_n,
                                   struct tfeed_error *reterr)
{
    struct tfi_stream *stream = user_data;
    struct unsnapping *state = stream->decoding;
    size_t n = 0;
    while (n == 0 && state->n_given == state->len && stream->end == TFI_STREAM_OPEN)
        TFI_TRY(take_block(stream, into, room, &n, reterr));
    if (n == 0 && state->n_given < state->len) {
        n = state->len - state->n_given;
        if (n > room)
            n = room;
        memcpy(into, state->content + state->n_given, n);
        state->n_given += n;
    }
    *ret_n = n;
    return TFEED_OK;
}

const struct tfi_decoder tfi_snappy_decoder = {
    .start = start_unsnapping, .read = read_unsnapped, .end = end_unsnapping};
