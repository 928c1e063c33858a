/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * encoder.c - which encoder a compression takes; that of none, and that of gzip and zlib.
 */
#include "io/encoder_private.h"

#include "core/allocator_internal.h"
#include "core/error_internal.h"

/* None: the state is the output. */

static tfeed_status plain_append(void *output, const void *data, size_t len,
                                 struct tfeed_error *reterr)
{
    return tfi_output_append(output, data, len, reterr);
}

static tfeed_status plain_keep_together(void *output, size_t n, struct tfeed_error *reterr)
{
    return tfi_output_keep_together(output, n, reterr);
}

static tfeed_status plain_flush(void *output, struct tfeed_error *reterr)
{
    (void)output;
    (void)reterr;
    return TFEED_OK;
}

static void plain_close(void *output)
{
    (void)output;
}

static const struct tfi_encoder_kind plain = {.append = plain_append,
                                              .keep_together = plain_keep_together,
                                              .flush = plain_flush,
                                              .finish = plain_flush,
                                              .close = plain_close};

/* GZIP and ZLIB as one stream; GZIP in pieces as many. */

struct deflating {
    const struct tfeed_allocator *allocator;
    struct tfi_deflate deflate;
    bool in_members;
    bool is_inside; /* a stream has begun and has not ended */
    bool must_end;  /* even without a byte there has to be a stream */
};

static tfeed_status deflating_append(void *opaque, const void *data, size_t len,
                                     struct tfeed_error *reterr)
{
    struct deflating *state = opaque;
    state->is_inside = true;
    return tfi_deflate_append(&state->deflate, data, len, reterr);
}

static tfeed_status end_stream(struct deflating *state, struct tfeed_error *reterr)
{
    TFI_TRY(tfi_deflate_flush(&state->deflate, Z_FINISH, reterr));
    tfi_deflate_reset(&state->deflate);
    state->is_inside = false;
    state->must_end = false;
    return TFEED_OK;
}

static tfeed_status deflating_flush(void *opaque, struct tfeed_error *reterr)
{
    struct deflating *state = opaque;
    if (!state->in_members)
        return tfi_deflate_flush(&state->deflate, Z_PARTIAL_FLUSH, reterr);
    return state->is_inside ? end_stream(state, reterr) : TFEED_OK;
}

static tfeed_status deflating_finish(void *opaque, struct tfeed_error *reterr)
{
    struct deflating *state = opaque;
    return state->is_inside || state->must_end ? end_stream(state, reterr) : TFEED_OK;
}

static void deflating_close(void *opaque)
{
    struct deflating *state = opaque;
    tfi_deflate_clear(&state->deflate);
    tfi_free(state->allocator, state);
}

static const struct tfi_encoder_kind deflating = {.append = deflating_append,
                                                  .flush = deflating_flush,
                                                  .finish = deflating_finish,
                                                  .close = deflating_close};

static tfeed_status open_deflating(struct tfi_encoder *encoder,
                                   const struct tfi_encoder_options *options,
                                   struct tfi_output *output,
                                   const struct tfeed_allocator *allocator,
                                   struct tfeed_error *reterr)
{
    struct deflating *state = tfi_alloc_zeroed(allocator, 1, sizeof *state);
    if (state == NULL)
        return tfi_fail_memory(reterr, "compressing");
    state->allocator = allocator;
    state->in_members = options->in_pieces && options->compression == TFEED_COMPRESSION_GZIP;
    state->must_end = !options->may_be_nothing;
    encoder->kind = &deflating;
    encoder->state = state;
    return tfi_deflate_init(&state->deflate, &options->deflate, output, allocator, reterr);
}

/* The choice. */

tfeed_status tfi_encoder_open(struct tfi_encoder *encoder,
                              const struct tfi_encoder_options *options, struct tfi_output *output,
                              const struct tfeed_allocator *allocator, struct tfeed_error *reterr)
{
    switch (options->compression) {
    case TFEED_COMPRESSION_AUTO:
    case TFEED_COMPRESSION_NONE:
        encoder->kind = &plain;
        encoder->state = output;
        return TFEED_OK;
    case TFEED_COMPRESSION_GZIP:
    case TFEED_COMPRESSION_ZLIB:
        return options->n_threads == 0
                   ? open_deflating(encoder, options, output, allocator, reterr)
                   : tfi_threads_encoder_open(encoder, options, output, allocator, reterr);
    case TFEED_COMPRESSION_SNAPPY:
        return options->n_threads == 0
                   ? tfi_snappy_encoder_open(encoder, options, output, allocator, reterr)
                   : tfi_threads_encoder_open(encoder, options, output, allocator, reterr);
    }
    return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "unknown compression %d",
                    (int)options->compression);
}

void tfi_encoder_close(struct tfi_encoder *encoder)
{
    if (encoder->kind != NULL)
        encoder->kind->close(encoder->state);
    *encoder = (struct tfi_encoder){.kind = NULL};
}
