/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * allocator.c - allocation through an object tree's hooks; malloc where there are none.
 *
 * Every size is checked here, once: products that overflow and sizes that no object can have
 * (over PTRDIFF_MAX) are refused before a hook sees them.
 */
#include "core/allocator_internal.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* What malloc gives on every supported processor, and what hooks are asked for. */
enum { DEFAULT_ALIGNMENT = 16 };

/* n * size, 1 instead of 0; false when no object can be that large. */
static bool total_bytes(size_t n, size_t size, size_t *ret_total)
{
    size_t total;
    if (__builtin_mul_overflow(n, size, &total) || total > PTRDIFF_MAX)
        return false;
    *ret_total = total > 0 ? total : 1;
    return true;
}

void *tfi_alloc(const struct tfeed_allocator *allocator, size_t size)
{
    return tfi_alloc_array(allocator, size, 1);
}

void *tfi_alloc_array(const struct tfeed_allocator *allocator, size_t n, size_t size)
{
    size_t total;
    if (!total_bytes(n, size, &total))
        return NULL;
    if (allocator == NULL)
        return malloc(total);
    return allocator->alloc(allocator->user_data, total, DEFAULT_ALIGNMENT);
}

void *tfi_alloc_zeroed(const struct tfeed_allocator *allocator, size_t n, size_t size)
{
    size_t total;
    if (!total_bytes(n, size, &total))
        return NULL;
    if (allocator == NULL)
        return calloc(total, 1); /* knows which pages are zero already */
    void *memory = allocator->alloc(allocator->user_data, total, DEFAULT_ALIGNMENT);
    if (memory != NULL)
        memset(memory, 0, total);
    return memory;
}

void *tfi_alloc_aligned(const struct tfeed_allocator *allocator, size_t n, size_t size)
{
    size_t total;
    if (!total_bytes(n, size, &total))
        return NULL;
    if (allocator != NULL)
        return allocator->alloc(allocator->user_data, total, TFI_ALIGNMENT);
    void *memory = NULL;
    return posix_memalign(&memory, TFI_ALIGNMENT, total) == 0 ? memory : NULL;
}

void *tfi_realloc_array(const struct tfeed_allocator *allocator, void *memory, size_t n,
                        size_t size)
{
    size_t total;
    if (!total_bytes(n, size, &total))
        return NULL;
    if (memory == NULL)
        return tfi_alloc(allocator, total);
    if (allocator == NULL)
        return realloc(memory, total);
    return allocator->realloc(allocator->user_data, memory, total);
}

char *tfi_strndup(const struct tfeed_allocator *allocator, const char *text, size_t len)
{
    if (len == SIZE_MAX)
        return NULL;
    char *copy = tfi_alloc(allocator, len + 1);
    if (copy != NULL) {
        if (len > 0)
            memcpy(copy, text, len);
        copy[len] = '\0';
    }
    return copy;
}

void tfi_free(const struct tfeed_allocator *allocator, void *memory)
{
    if (memory == NULL)
        return;
    int kept_errno = errno;
    if (allocator == NULL)
        free(memory);
    else
        allocator->free(allocator->user_data, memory);
    errno = kept_errno;
}
