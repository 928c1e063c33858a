/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * decode_common.c - what the decoders share.
 */
#include "features/decode_private.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/block_internal.h"

tfeed_status tfi_decode_check_strings(const struct tfeed_tensor *strings,
                                      struct tfeed_error *reterr)
{
    if (strings->dtype == TFEED_STRING)
        return TFEED_OK;
    return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "strings are decoded, not a tensor of dtype %s",
                    tfeed_dtype_name(strings->dtype));
}

tfeed_status tfi_decode_shape_with(const struct tfeed_shape *shape, int64_t n,
                                   struct tfeed_shape *ret_shape, struct tfeed_error *reterr)
{
    if (shape->n_dims >= TFEED_MAX_DIMS)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "a decoded tensor has a dimension more than its strings, which have %d of "
                        "at most %d",
                        shape->n_dims, TFEED_MAX_DIMS);
    *ret_shape = *shape;
    ret_shape->dims[ret_shape->n_dims++] = n;
    return TFEED_OK;
}

tfeed_status tfi_decode_fail(struct tfeed_error *reterr, tfeed_status code,
                             const struct tfeed_bytes *string, const uint8_t *at,
                             const char *format, ...)
{
    char message[TFEED_ERROR_MESSAGE_BYTES];
    const char *path;
    uint64_t offset;
    va_list args;
    va_start(args, format);
    (void)vsnprintf(message, sizeof message, format, args);
    va_end(args);
    if (!tfi_bytes_origin(string, &path, &offset))
        return tfi_fail(reterr, code, "%s", message);
    return tfi_fail_at(reterr, code, path, TFEED_NOWHERE, offset + (uint64_t)(at - string->data),
                       "%s", message);
}

const char *tfi_decode_quote(const void *text, size_t len, char quoted[TFI_QUOTED_BYTES])
{
    static const char hex[] = "0123456789abcdef";
    enum { MAX_SHOWN = 48, ESCAPED_BYTES = 4 };
    const uint8_t *bytes = text;
    const size_t n_shown = len < MAX_SHOWN ? len : MAX_SHOWN;
    char *at = quoted;
    *at++ = '"';
    for (size_t i = 0; i < n_shown; i++) {
        if (bytes[i] == '"' || bytes[i] == '\\') {
            *at++ = '\\';
            *at++ = (char)bytes[i];
        } else if (bytes[i] >= ' ' && bytes[i] <= '~') {
            *at++ = (char)bytes[i];
        } else {
            const char escaped[] = {'\\', 'x', hex[bytes[i] >> 4], hex[bytes[i] & 15]};
            memcpy(at, escaped, ESCAPED_BYTES);
            at += ESCAPED_BYTES;
        }
    }
    *at++ = '"';
    memcpy(at, n_shown < len ? "…" : "", n_shown < len ? sizeof "…" : 1);
    return quoted;
}

tfeed_status tfi_decode_join(struct tfeed_tensor *tensor, const struct tfi_byte_buffer *bytes,
                             struct tfeed_error *reterr)
{
    const size_t n = (size_t)tfeed_tensor_n_elements(tensor);
    struct tfeed_bytes *strings = tfeed_tensor_strings(tensor);
    struct tfeed_block *block = NULL;
    uint8_t *data = NULL;
    if (n == 0)
        return TFEED_OK;
    TFI_TRY(tfi_block_alloc(bytes->allocator, bytes->len, &block, &data, reterr));
    if (bytes->len > 0)
        memcpy(data, bytes->data, bytes->len);
    for (size_t i = 0; i < n; i++) {
        strings[i].data = data;
        strings[i].block = block;
        data += strings[i].len;
    }
    tfi_block_ref_n(block, n - 1); /* the first one takes ours */
    return TFEED_OK;
}
