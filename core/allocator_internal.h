/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * allocator_internal.h - allocation through an object tree's hooks, with overflow checks.
 *
 * A NULL allocator means malloc. Every function returns NULL on failure and never for another
 * reason; a size of 0 is allocated as 1 byte, so that NULL means "no memory" everywhere.
 */
#ifndef TFI_ALLOCATOR_INTERNAL_H
#define TFI_ALLOCATOR_INTERNAL_H

#include <stddef.h>

#include <tfeed/allocator.h>

#include "core/shared_internal.h"

/* What numeric columns are aligned to: a cache line, and the widest vector register. */
enum { TFI_ALIGNMENT = 64 };

void *tfi_alloc(const struct tfeed_allocator *allocator, size_t size);
TFI_SHARED void *tfi_alloc_zeroed(const struct tfeed_allocator *allocator, size_t n, size_t size);
void *tfi_alloc_array(const struct tfeed_allocator *allocator, size_t n, size_t size);
void *tfi_alloc_aligned(const struct tfeed_allocator *allocator, size_t n, size_t size);
/* Resizes an array from tfi_alloc, _zeroed or _array; the old one stays valid on NULL. */
void *tfi_realloc_array(const struct tfeed_allocator *allocator, void *memory, size_t n,
                        size_t size);
/* Copies len bytes and puts a NUL behind them. */
TFI_SHARED char *tfi_strndup(const struct tfeed_allocator *allocator, const char *text, size_t len);
TFI_SHARED void tfi_free(const struct tfeed_allocator *allocator, void *memory);

#endif
