/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * stream_internal.h - the bytes of a file in order, decompressed, in counted blocks.
 *
 * A reader looks at a stream through a window: `len` bytes at `data`, the first of which stands at
 * `offset` of the stream.
 *
 *         offset                        what the caller has used goes, the window slides forward
 *           ▼                           over more bytes:
 *    ───────┌─────────────────┐─ ─ ─
 *      gone │ data        len │ to     tfi_stream_fill(stream, n_used, n_need)
 *    ───────└─────────────────┘─ ─ ─
 *
 * All bytes of a window lie in one block, so that a record that is in the window can be handed on
 * as a view. What sliding would cut apart is copied to the front of the next block:
 *
 *    mapped      the whole file is one block, all of it in the window; sliding only moves `data`
 *    otherwise   blocks of TFI_STREAM_BLOCK_BYTES, larger only where more is needed at once
 */
#ifndef TFI_STREAM_INTERNAL_H
#define TFI_STREAM_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tfeed/io.h>

#include "core/shared_internal.h"
#include "core/thread_internal.h"

enum {
    TFI_STREAM_BLOCK_BYTES = 256 << 10, /* stays in the second-level cache */
    TFI_SNAPPY_BLOCK_BYTES = 256 << 10, /* TensorFlow's buffer: it reads no larger block */
};

/* How a stream has ended. */
enum tfi_stream_end {
    TFI_STREAM_OPEN,      /* it has not */
    TFI_STREAM_CLEAN,     /* at the end of the file, and of the compressed stream in it */
    TFI_STREAM_TRUNCATED, /* the file ends, the compressed stream in it does not */
    TFI_STREAM_TRAILING,  /* the file goes on behind the compressed stream */
    TFI_STREAM_DAMAGED,   /* does not decompress; `detail` says why */
};

/* Is told a place where the file could end, or be cut, without loss to what comes before: behind a
 * member of a gzip file, or a block of a snappy file. `offset` is what the stream holds up to
 * there. Such a place is told before any byte behind it is in the window. */
typedef void (*tfi_stream_border_fn)(void *user_data, uint64_t file_offset, uint64_t offset);

/* The first group is for whoever looks, the second for window.c. */
struct tfi_window {
    const uint8_t *data;
    size_t len;
    uint64_t offset;
    struct tfeed_block *block; /* NULL before the first fill */

    const struct tfeed_allocator *allocator;
    const char *path; /* of the origin of blocks; NULL: blocks that only we see */
    uint8_t *memory;  /* of the block, where we may write; NULL: mapped */
    size_t capacity;
};

/* The bytes of a file as they are. */
struct tfi_source {
    const struct tfeed_file_system *files;
    void *input;
    struct tfi_window window;
    bool is_mapped;
    bool ended;
};

/* A file's map that outlives the streams it was made for: those opened with it, one after the other
 * or at once, share it, and pages that one has touched cost the next nothing. Fully concurrent. */
struct tfi_kept_map {
    struct tfi_mutex mutex;
    struct tfeed_bytes content TFI_GUARDED_BY(mutex); /* with a reference; block NULL: none yet */
};

void tfi_kept_map_init(struct tfi_kept_map *kept);
void tfi_kept_map_clear(struct tfi_kept_map *kept);

struct tfi_stream_options {
    const struct tfeed_file_system *file_system; /* resolved */
    const struct tfeed_allocator *allocator;
    bool may_map;
    struct tfi_kept_map *kept; /* of this path; NULL: the stream maps for itself */
    bool first_member_only;   /* whatever follows a compressed stream is not looked at */
    uint64_t max_block_bytes; /* more than TFI_SNAPPY_BLOCK_BYTES, and more than this (0: anything
                               * that the file can hold) in a snappy block are RESOURCE_EXHAUSTED */
};

struct tfi_decoder;

/* Zero it before opening; clear it whatever open said. */
struct tfi_stream {
    char *path;
    const struct tfeed_allocator *allocator;
    enum tfeed_compression compression; /* AUTO until tfi_stream_start */
    enum tfi_stream_end end;
    const char *detail; /* with TFI_STREAM_DAMAGED: what is wrong. Static. */
    bool is_cut;        /* with TFI_STREAM_DAMAGED: what is wrong is that the file ends there */

    struct tfi_source source;
    bool first_member_only;
    uint64_t max_block_bytes;

    /* of a compressed stream */
    struct tfi_window window;
    const struct tfi_decoder *decoder; /* NULL: the file's bytes are the stream's */
    void *decoding;                    /* the decoder's */
    tfi_stream_border_fn on_border;    /* NULL: nobody wants to know */
    void *border_data;
};

/* Opens the file; nothing is read. The path is copied. */
TFI_SHARED tfeed_status tfi_stream_open(struct tfi_stream *stream, const char *path,
                                        const struct tfi_stream_options *options,
                                        struct tfeed_error *reterr);

/* Keeps errno. */
TFI_SHARED void tfi_stream_clear(struct tfi_stream *stream);

/* The first bytes of the file as they are, before tfi_stream_start: n of them, or all. They stay
 * where they are until the first fill. */
TFI_SHARED tfeed_status tfi_stream_peek(struct tfi_stream *stream, size_t n,
                                        const uint8_t **ret_data, size_t *ret_len,
                                        struct tfeed_error *reterr);

/* Says how the file is compressed (not AUTO). */
TFI_SHARED tfeed_status tfi_stream_start(struct tfi_stream *stream,
                                         enum tfeed_compression compression,
                                         struct tfeed_error *reterr);

/* What the stream shows now. */
static inline const struct tfi_window *tfi_stream_window(const struct tfi_stream *stream)
{
    return stream->decoder != NULL ? &stream->window : &stream->source.window;
}

/* Drops the first n_used bytes of the window, then reads until it has n_need.
 * OUT_OF_RANGE: stream->end says how the stream has ended; the window holds what there was, reterr
 * is untouched. Other failures are those of the file system, and no memory. */
TFI_SHARED tfeed_status tfi_stream_fill(struct tfi_stream *stream, size_t n_used, size_t n_need,
                                        struct tfeed_error *reterr);

/* The bytes of the whole stream, as the file's size says now; TFEED_SIZE_UNKNOWN where it does not
 * say. */
uint64_t tfi_stream_size(const struct tfi_stream *stream);

/* Moves the window to `offset` of a stream that is not compressed, back or on; what it shows there
 * comes with the next fill.
 * INVALID_ARGUMENT: the stream is compressed, or its input can only be read in order, or ends
 * before `offset`; the window stays. */
tfeed_status tfi_stream_seek(struct tfi_stream *stream, uint64_t offset,
                             struct tfeed_error *reterr);

/* False when the stream cannot hold `n` bytes from the window's start on, going by the size of the
 * file; true also where that is not known. */
TFI_SHARED bool tfi_stream_may_hold(const struct tfi_stream *stream, uint64_t n);

#endif
