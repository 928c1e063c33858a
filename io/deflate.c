/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * deflate.c - the compressor in front of an output.
 *
 * Follows TensorFlow's ZlibOutputBuffer, so that the bytes are the same: what fits into the input
 * buffer is gathered; when it is full, it is compressed with the flush mode of the options; what is
 * larger than the buffer goes to zlib directly. Without a flush mode (and with a level above 0) the
 * result does not depend on how the bytes were cut.
 */
#include <limits.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "io/output_internal.h"
#include "io/zlib_private.h"

tfeed_status tfi_deflate_init(struct tfi_deflate *compressor,
                              const struct tfi_deflate_options *options, struct tfi_output *output,
                              const struct tfeed_allocator *allocator, struct tfeed_error *reterr)
{
    compressor->allocator = allocator;
    compressor->output = output;
    compressor->flush_mode = options->flush_mode;
    if (options->flush_mode < Z_NO_FLUSH || options->flush_mode > Z_BLOCK)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "flush_mode must be %d (none) to %d, not %d", Z_NO_FLUSH, Z_BLOCK,
                        options->flush_mode);
    compressor->input = tfi_alloc(allocator, TFI_DEFLATE_INPUT_BYTES);
    if (compressor->input == NULL)
        return tfi_fail_memory(reterr, "compressing");
    compressor->deflater = (z_stream){
        .zalloc = tfi_zlib_alloc, .zfree = tfi_zlib_free, .opaque = &compressor->allocator};
    const int result = deflateInit2(&compressor->deflater, options->level, Z_DEFLATED,
                                    options->window_bits, options->mem_level, options->strategy);
    if (result == Z_MEM_ERROR)
        return tfi_fail_memory(reterr, "compressing");
    if (result != Z_OK)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "zlib does not take compression_level %d, window_bits %d, mem_level %d, "
                        "compression_strategy %d",
                        options->level, options->window_bits, options->mem_level,
                        options->strategy);
    compressor->is_live = true;
    return TFEED_OK;
}

/* Gives zlib all of the bytes, and room until it has taken them and has nothing more to say: it
 * left some of the room unused. */
static tfeed_status compress_bytes(struct tfi_deflate *compressor, const uint8_t *data, size_t len,
                                   int flush, struct tfeed_error *reterr)
{
    z_stream *deflater = &compressor->deflater;
    do {
        const uInt n = len < UINT_MAX ? (uInt)len : UINT_MAX;
        deflater->next_in = data;
        deflater->avail_in = n;
        do {
            uint8_t *room;
            size_t room_len;
            TFI_TRY(tfi_output_room(compressor->output, &room, &room_len, reterr));
            const uInt n_room = room_len < UINT_MAX ? (uInt)room_len : UINT_MAX;
            deflater->next_out = room;
            deflater->avail_out = n_room;
            const int result = deflate(deflater, flush);
            if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
                return tfi_fail(reterr, TFEED_INTERNAL, "compressing failed: zlib says %d (%s)",
                                result, deflater->msg == NULL ? "" : deflater->msg);
            tfi_output_advance(compressor->output, n_room - deflater->avail_out);
        } while (deflater->avail_out == 0);
        if (deflater->avail_in > 0)
            return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                            "flush_mode %d has ended the compressed stream before its last record",
                            compressor->flush_mode);
        data += n;
        len -= n;
    } while (len > 0);
    return TFEED_OK;
}

tfeed_status tfi_deflate_flush(struct tfi_deflate *compressor, int flush,
                               struct tfeed_error *reterr)
{
    TFI_TRY(compress_bytes(compressor, compressor->input, compressor->len, flush, reterr));
    compressor->len = 0;
    return TFEED_OK;
}

tfeed_status tfi_deflate_append(struct tfi_deflate *compressor, const void *data, size_t len,
                                struct tfeed_error *reterr)
{
    if (len > TFI_DEFLATE_INPUT_BYTES - compressor->len) {
        TFI_TRY(tfi_deflate_flush(compressor, compressor->flush_mode, reterr));
        if (len > TFI_DEFLATE_INPUT_BYTES)
            return compress_bytes(compressor, data, len, compressor->flush_mode, reterr);
    }
    if (len > 0)
        memcpy(compressor->input + compressor->len, data, len);
    compressor->len += len;
    return TFEED_OK;
}

void tfi_deflate_reset(struct tfi_deflate *compressor)
{
    (void)deflateReset(&compressor->deflater); /* fails only on a broken z_stream */
}

void tfi_deflate_clear(struct tfi_deflate *compressor)
{
    if (compressor->is_live)
        (void)deflateEnd(&compressor->deflater); /* data that is given up makes it complain */
    tfi_free(compressor->allocator, compressor->input);
    *compressor = (struct tfi_deflate){.is_live = false};
}
