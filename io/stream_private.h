/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * stream_private.h - the parts that a stream is made of: windows, the source below, decoders.
 */
#ifndef TFI_STREAM_PRIVATE_H
#define TFI_STREAM_PRIVATE_H

#include "io/stream_internal.h"

/* Puts at most `room` (never 0) further bytes at `into`; *ret_n 0 is the end. */
typedef tfeed_status (*tfi_window_read)(void *user_data, uint8_t *into, size_t room, size_t *ret_n,
                                        struct tfeed_error *reterr);

/* Drops the first n_used bytes, then reads until there are n_need. What is needed beyond the block
 * size is allocated in steps, as bytes come (`at_once`: they are known to be there), so that a
 * forged length costs no memory.
 * OUT_OF_RANGE: the end came first; the window holds what there was. Any failure leaves the window
 * usable. */
tfeed_status tfi_window_fill(struct tfi_window *window, size_t n_used, size_t n_need, bool at_once,
                             tfi_window_read read, void *user_data, struct tfeed_error *reterr);

/* Drops the first n_used bytes. */
void tfi_window_slide(struct tfi_window *window, size_t n_used);
/* Drops all bytes; those of the next fill stand at `offset`. */
void tfi_window_jump(struct tfi_window *window, uint64_t offset);
void tfi_window_clear(struct tfi_window *window);

/* source.c: the file's own bytes, below any compression. Zero it before opening; clear it whatever
 * open said. */
tfeed_status tfi_source_open(struct tfi_source *source, const char *path,
                             const struct tfi_stream_options *options, struct tfeed_error *reterr);
void tfi_source_clear(struct tfi_source *source);
tfeed_status tfi_source_fill(struct tfi_source *source, size_t n_used, size_t n_need,
                             struct tfeed_error *reterr);

/* False when the source cannot be read from `offset` on. */
bool tfi_source_seek(struct tfi_source *source, uint64_t offset);

/* How a compression is undone. */
struct tfi_decoder {
    /* Sets stream->decoding; leaves nothing behind when it fails. */
    tfeed_status (*start)(struct tfi_stream *stream, struct tfeed_error *reterr);
    tfi_window_read read; /* user_data is the stream; at the end stream->end is set */
    void (*end)(struct tfi_stream *stream);
};

extern const struct tfi_decoder tfi_inflate_decoder; /* inflate.c: gzip and zlib */
extern const struct tfi_decoder tfi_snappy_decoder;  /* snappy_read.c */

#endif
