/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * output_internal.h - bytes on their way into a file: gathered, written in large pieces.
 *
 *    tfi_output_append ─▶ [ buffer ] ─────────────────────────▶ file system
 *    tfi_deflate_append ─▶ [ input ] ─▶ zlib ─▶ [ buffer ] ───▶ file system
 *
 * Compressions in general stand in encoder_internal.h.
 */
#ifndef TFI_OUTPUT_INTERNAL_H
#define TFI_OUTPUT_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ZLIB_CONST
#include <zlib.h>

#include <tfeed/io.h>

enum {
    TFI_OUTPUT_BUFFER_BYTES = 1 << 20,
    TFI_DEFLATE_INPUT_BYTES = 256 << 10, /* TensorFlow's: with a flush mode it shows in the bytes */
};

/* A file being written. Zero it before opening; commit and discard end it. */
struct tfi_output {
    const struct tfeed_file_system *files; /* NULL: not open */
    const struct tfeed_allocator *allocator;
    void *handle;
    uint8_t *buffer;
    size_t len;      /* gathered so far */
    size_t capacity; /* writes are this large, and so aligned within the file */
};

/* buffer_bytes 0: TFI_OUTPUT_BUFFER_BYTES. */
tfeed_status tfi_output_open(struct tfi_output *output, const struct tfeed_file_system *files,
                             const char *path, uint32_t flags, size_t buffer_bytes,
                             const struct tfeed_allocator *allocator, struct tfeed_error *reterr);
tfeed_status tfi_output_append(struct tfi_output *output, const void *data, size_t len,
                               struct tfeed_error *reterr);

/* The next n bytes are written by one call, as far as they fit into the buffer at all: who sees the
 * file grow sees them all or not. */
tfeed_status tfi_output_keep_together(struct tfi_output *output, size_t n,
                                      struct tfeed_error *reterr);

/* Takes away what lies behind the first `size` bytes of a file that is appended to, before anything
 * was written. */
tfeed_status tfi_output_cut(struct tfi_output *output, uint64_t size, struct tfeed_error *reterr);

/* Room in the buffer for whoever makes bytes in place; never empty. What was put there is announced
 * by tfi_output_advance. */
tfeed_status tfi_output_room(struct tfi_output *output, uint8_t **ret_room, size_t *ret_len,
                             struct tfeed_error *reterr);
void tfi_output_advance(struct tfi_output *output, size_t n);

/* Everything appended reaches the file system, and is flushed by it. */
tfeed_status tfi_output_flush(struct tfi_output *output, struct tfeed_error *reterr);

/* Makes the file appear; the output has ended, also on failure. */
tfeed_status tfi_output_commit(struct tfi_output *output, struct tfeed_error *reterr);

/* Ends the output without a trace. One that has ended, or never began, is left alone. Keeps errno.
 * */
void tfi_output_discard(struct tfi_output *output);

/* zlib's parameters under their names in zlib.h; window_bits as deflateInit2 takes them. */
struct tfi_deflate_options {
    int level;
    int window_bits;
    int mem_level;
    int strategy;
    int flush_mode; /* of the deflate calls when the input buffer is full */
};

/* A compressor in front of an output. Zero it before init. */
struct tfi_deflate {
    const struct tfeed_allocator *allocator;
    struct tfi_output *output;
    z_stream deflater;
    uint8_t *input;
    size_t len; /* bytes in input */
    int flush_mode;
    bool is_live;
};

/* INVALID_ARGUMENT: zlib refuses the options. */
tfeed_status tfi_deflate_init(struct tfi_deflate *compressor,
                              const struct tfi_deflate_options *options, struct tfi_output *output,
                              const struct tfeed_allocator *allocator, struct tfeed_error *reterr);
tfeed_status tfi_deflate_append(struct tfi_deflate *compressor, const void *data, size_t len,
                                struct tfeed_error *reterr);

/* Compresses what is gathered and ends that with `flush`: Z_PARTIAL_FLUSH, or Z_FINISH for the end
 * of the stream. The bytes are in the output's buffer then. */
tfeed_status tfi_deflate_flush(struct tfi_deflate *compressor, int flush,
                               struct tfeed_error *reterr);
/* Behind Z_FINISH: before the first byte of another stream with the same options. */
void tfi_deflate_reset(struct tfi_deflate *compressor);
void tfi_deflate_clear(struct tfi_deflate *compressor);

#endif
