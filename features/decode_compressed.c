/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * decode_compressed.c - strings that hold a zlib or gzip stream each, decompressed.
 */
#include <string.h>

#include "features/decode_private.h"
#include "io/inflate_bytes_internal.h"

/* All strings, one behind the other, into `bytes`; their lengths into the elements of `tensor`. */
static tfeed_status inflate_all(const struct tfeed_tensor *strings, bool is_gzip, size_t max_bytes,
                                struct tfi_byte_buffer *bytes, struct tfeed_tensor *tensor,
                                struct tfeed_error *reterr)
{
    const int64_t n = tfeed_tensor_n_elements(strings);
    for (int64_t i = 0; i < n; i++) {
        const struct tfeed_bytes *string = &tfeed_tensor_strings(strings)[i];
        const size_t start = bytes->len;
        struct tfeed_error why = TFEED_ERROR_INIT;
        const tfeed_status status =
            tfi_inflate_bytes(string->data, string->len, is_gzip, max_bytes, bytes, &why);
        if (status != TFEED_OK)
            return tfi_decode_fail(reterr, status, string, string->data,
                                   "element %lld of %zu bytes: inflate() failed: %s", (long long)i,
                                   string->len, why.message);
        tfeed_tensor_strings(tensor)[i].len = bytes->len - start;
    }
    return tfi_decode_join(tensor, bytes, reterr);
}

tfeed_status tfeed_decode_compressed(const struct tfeed_tensor *strings,
                                     const char *compression_type, size_t max_bytes,
                                     const struct tfeed_allocator *allocator,
                                     struct tfeed_tensor *ret_tensor, struct tfeed_error *reterr)
{
    const bool is_gzip = strcmp(compression_type, "GZIP") == 0;
    struct tfi_byte_buffer bytes = {.allocator = allocator};
    struct tfeed_tensor tensor = {0};
    TFI_TRY(tfi_decode_check_strings(strings, reterr));
    if (compression_type[0] == '\0') {
        *ret_tensor = tfeed_tensor_ref(strings);
        return TFEED_OK;
    }
    if (!is_gzip && strcmp(compression_type, "ZLIB") != 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "Only ZLIB, GZIP or NONE are supported compressions, not \"%s\"",
                        compression_type);
    TFI_TRY(tfeed_tensor_alloc(TFEED_STRING, &strings->shape, allocator, &tensor, reterr));
    const tfeed_status status =
        inflate_all(strings, is_gzip, max_bytes > 0 ? max_bytes : TFEED_DECODE_MAX_BYTES, &bytes,
                    &tensor, reterr);
    if (status == TFEED_OK)
        *ret_tensor = tensor;
    else
        tfeed_tensor_clear(&tensor);
    tfi_byte_buffer_clear(&bytes);
    return status;
}
