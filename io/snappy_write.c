/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * snappy_write.c - the encoder of SNAPPY streams.
 *
 * Follows TensorFlow's SnappyOutputBuffer: what fits into the input buffer is gathered; what does
 * not fit ends the block before it. There is one difference: what is larger than the buffer is cut
 * into blocks of its size. TensorFlow makes one block of it, which its own reader then refuses.
 */
#include <snappy-c.h>

#include <string.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "io/encoder_private.h"
#include "io/snappy_private.h"
#include "io/stream_internal.h"

struct snapping {
    const struct tfeed_allocator *allocator;
    struct tfi_output *output;
    uint8_t *input; /* TFI_SNAPPY_BLOCK_BYTES */
    size_t len;
    uint8_t *block; /* compressed */
    bool in_pieces;
};

size_t tfi_snappy_bound(size_t n)
{
    return TFI_SNAPPY_LENGTH_BYTES + snappy_max_compressed_length(n);
}

size_t tfi_snappy_block(const uint8_t *data, size_t n, uint8_t *block, size_t room)
{
    size_t len = room - TFI_SNAPPY_LENGTH_BYTES;
    /* fails only where there is less room than the bound */
    (void)snappy_compress((const char *)data, n, (char *)block + TFI_SNAPPY_LENGTH_BYTES, &len);
    for (size_t i = 0; i < TFI_SNAPPY_LENGTH_BYTES; i++)
        block[i] = (uint8_t)(len >> (8 * (TFI_SNAPPY_LENGTH_BYTES - 1 - i)));
    return TFI_SNAPPY_LENGTH_BYTES + len;
}

static tfeed_status write_block(struct snapping *state, const uint8_t *data, size_t n,
                                struct tfeed_error *reterr)
{
    const size_t len =
        tfi_snappy_block(data, n, state->block, tfi_snappy_bound(TFI_SNAPPY_BLOCK_BYTES));
    if (state->in_pieces)
        TFI_TRY(tfi_output_keep_together(state->output, len, reterr));
    return tfi_output_append(state->output, state->block, len, reterr);
}

static tfeed_status snapping_flush(void *opaque, struct tfeed_error *reterr)
{
    struct snapping *state = opaque;
    if (state->len > 0)
        TFI_TRY(write_block(state, state->input, state->len, reterr));
    state->len = 0;
    return TFEED_OK;
}

static tfeed_status snapping_keep_together(void *opaque, size_t n, struct tfeed_error *reterr)
{
    const struct snapping *state = opaque;
    return n > TFI_SNAPPY_BLOCK_BYTES - state->len ? snapping_flush(opaque, reterr) : TFEED_OK;
}

static tfeed_status snapping_append(void *opaque, const void *data, size_t len,
                                    struct tfeed_error *reterr)
{
    struct snapping *state = opaque;
    const uint8_t *next = data;
    TFI_TRY(snapping_keep_together(state, len, reterr));
    for (; len > TFI_SNAPPY_BLOCK_BYTES; len -= TFI_SNAPPY_BLOCK_BYTES) {
        TFI_TRY(write_block(state, next, TFI_SNAPPY_BLOCK_BYTES, reterr));
        next += TFI_SNAPPY_BLOCK_BYTES;
    }
    if (len > 0)
        memcpy(state->input + state->len, next, len);
    state->len += len;
    return TFEED_OK;
}

static void snapping_close(void *opaque)
{
    struct snapping *state = opaque;
    tfi_free(state->allocator, state->block);
    tfi_free(state->allocator, state->input);
    tfi_free(state->allocator, state);
}

static const struct tfi_encoder_kind snapping = {.append = snapping_append,
                                                 .keep_together = snapping_keep_together,
                                                 .flush = snapping_flush,
                                                 .finish = snapping_flush,
                                                 .close = snapping_close};

tfeed_status tfi_snappy_encoder_open(struct tfi_encoder *encoder,
                                     const struct tfi_encoder_options *options,
                                     struct tfi_output *output,
                                     const struct tfeed_allocator *allocator,
                                     struct tfeed_error *reterr)
{
    struct snapping *state = tfi_alloc_zeroed(allocator, 1, sizeof *state);
    if (state == NULL)
        return tfi_fail_memory(reterr, "compressing");
    state->allocator = allocator;
    state->output = output;
    state->in_pieces = options->in_pieces;
    encoder->kind = &snapping;
    encoder->state = state;
    state->input = tfi_alloc(allocator, TFI_SNAPPY_BLOCK_BYTES);
    state->block = tfi_alloc(allocator, tfi_snappy_bound(TFI_SNAPPY_BLOCK_BYTES));
    return state->input == NULL || state->block == NULL ? tfi_fail_memory(reterr, "compressing")
                                                        : TFEED_OK;
}
