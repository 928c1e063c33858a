/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * byte_buffer.c - bytes that become more, in one piece of memory.
 */
#include "core/byte_buffer_internal.h"

#include <string.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"

tfeed_status tfi_byte_buffer_reserve(struct tfi_byte_buffer *buffer, size_t n,
                                     struct tfeed_error *reterr)
{
    enum { SMALLEST = 256 };
    size_t capacity;
    if (n <= buffer->capacity - buffer->len)
        return TFEED_OK;
    if (__builtin_add_overflow(buffer->len, n, &capacity)) {
        buffer->has_failed = true;
        return tfi_fail_memory(reterr, "a buffer");
    }
    const size_t larger = buffer->capacity + buffer->capacity / 2; /* no memory is that large */
    if (capacity < larger)
        capacity = larger;
    if (capacity < SMALLEST)
        capacity = SMALLEST;
    uint8_t *data = tfi_realloc_array(buffer->allocator, buffer->data, capacity, 1);
    if (data == NULL) {
        buffer->has_failed = true;
        return tfi_fail_memory(reterr, "a buffer");
    }
    buffer->data = data;
    buffer->capacity = capacity;
    return TFEED_OK;
}

tfeed_status tfi_byte_buffer_append(struct tfi_byte_buffer *buffer, const void *data, size_t n,
                                    struct tfeed_error *reterr)
{
    TFI_TRY(tfi_byte_buffer_reserve(buffer, n, reterr));
    if (n > 0)
        memcpy(buffer->data + buffer->len, data, n);
    buffer->len += n;
    return TFEED_OK;
}

void tfi_byte_buffer_put(struct tfi_byte_buffer *buffer, const void *data, size_t n)
{
    (void)tfi_byte_buffer_append(buffer, data, n, NULL); /* has_failed tells */
}

void tfi_byte_buffer_clear(struct tfi_byte_buffer *buffer)
{
    tfi_free(buffer->allocator, buffer->data);
    *buffer = (struct tfi_byte_buffer){.allocator = buffer->allocator};
}
