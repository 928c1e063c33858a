/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * encoder_internal.h - a compression, or none, in front of an output.
 *
 *    none                  ──────────────────────────────────────▶ tfi_output
 *    gzip, zlib            ─▶ one stream, TensorFlow's bytes ────▶ tfi_output    deflate.c
 *    snappy                ─▶ blocks ────────────────────────────▶ tfi_output    snappy_write.c
 *    any, on n threads     ─▶ pieces ═▶ pieces compressed ───────▶ tfi_output    encoder_threads.c
 *
 * An encoder is used by one thread. What it has said of a failure stays true: only close follows.
 */
#ifndef TFI_ENCODER_INTERNAL_H
#define TFI_ENCODER_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "io/output_internal.h"

struct tfi_encoder_options {
    enum tfeed_compression compression; /* not AUTO */
    struct tfi_deflate_options deflate; /* of GZIP and ZLIB; with threads only level, mem_level and
                                         * strategy count */
    unsigned n_threads;  /* of ours that compress; 0: the caller does, with TensorFlow's bytes */
    bool in_pieces;      /* the file is looked at while it grows: of GZIP each flush ends a member,
                         * and what tfi_encoder_keep_together says is heeded */
    bool may_be_nothing; /* what is ended without a byte is nothing, not an empty stream */
};

/* One kind of encoder; `state` is its own. */
struct tfi_encoder_kind {
    tfeed_status (*append)(void *state, const void *data, size_t len, struct tfeed_error *reterr);
    /* NULL: whatever is appended is kept together, or nothing can be. */
    tfeed_status (*keep_together)(void *state, size_t n, struct tfeed_error *reterr);
    tfeed_status (*flush)(void *state, struct tfeed_error *reterr);
    tfeed_status (*finish)(void *state, struct tfeed_error *reterr);
    void (*close)(void *state);
};

/* Zero it before opening; close it whatever open said. */
struct tfi_encoder {
    const struct tfi_encoder_kind *kind; /* NULL: not open */
    void *state;
};

/* The most threads of one encoder. */
enum { TFI_ENCODER_MAX_THREADS = 256 };

/* The output need not be open yet; its address must stay good.
 * INVALID_ARGUMENT: zlib refuses the options. RESOURCE_EXHAUSTED: no memory, or no threads. */
tfeed_status tfi_encoder_open(struct tfi_encoder *encoder,
                              const struct tfi_encoder_options *options, struct tfi_output *output,
                              const struct tfeed_allocator *allocator, struct tfeed_error *reterr);

static inline tfeed_status tfi_encoder_append(struct tfi_encoder *encoder, const void *data,
                                              size_t len, struct tfeed_error *reterr)
{
    return encoder->kind->append(encoder->state, data, len, reterr);
}

/* The next n bytes belong together: where the compression has pieces, and they fit into one, they
 * come into one. */
static inline tfeed_status tfi_encoder_keep_together(struct tfi_encoder *encoder, size_t n,
                                                     struct tfeed_error *reterr)
{
    return encoder->kind->keep_together == NULL
               ? TFEED_OK
               : encoder->kind->keep_together(encoder->state, n, reterr);
}

/* Everything appended is in the output, and can be read without what is still to come. */
static inline tfeed_status tfi_encoder_flush(struct tfi_encoder *encoder,
                                             struct tfeed_error *reterr)
{
    return encoder->kind->flush(encoder->state, reterr);
}

/* Ends the stream; the bytes are in the output. */
static inline tfeed_status tfi_encoder_finish(struct tfi_encoder *encoder,
                                              struct tfeed_error *reterr)
{
    return encoder->kind->finish(encoder->state, reterr);
}

/* Ends the encoder and its threads; what was not finished is given up. Twice is once. */
void tfi_encoder_close(struct tfi_encoder *encoder);

#endif
