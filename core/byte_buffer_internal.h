/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * byte_buffer_internal.h - bytes that become more, in one piece of memory.
 */
#ifndef TFI_BYTE_BUFFER_INTERNAL_H
#define TFI_BYTE_BUFFER_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tfeed/allocator.h>
#include <tfeed/status.h>

/* Set `allocator`, zero the rest. len bytes at data are in use; it may be lowered. */
struct tfi_byte_buffer {
    const struct tfeed_allocator *allocator;
    uint8_t *data;
    size_t len;
    size_t capacity;
    bool has_failed; /* there was no memory at some time: something that was added is not there */
};

/* Makes room for n more bytes behind the len that are there; data may move. Grows by half or more,
 * so that many small pieces cost few moves. RESOURCE_EXHAUSTED: no memory; the bytes stay. */
tfeed_status tfi_byte_buffer_reserve(struct tfi_byte_buffer *buffer, size_t n,
                                     struct tfeed_error *reterr);

/* Puts a copy of data[n] at the end; it must not lie in the buffer. */
tfeed_status tfi_byte_buffer_append(struct tfi_byte_buffer *buffer, const void *data, size_t n,
                                    struct tfeed_error *reterr);

/* The same for those who add many pieces, and ask has_failed once at the end. */
void tfi_byte_buffer_put(struct tfi_byte_buffer *buffer, const void *data, size_t n);

/* Frees the memory; the buffer is empty and may be used again. */
void tfi_byte_buffer_clear(struct tfi_byte_buffer *buffer);

#endif
