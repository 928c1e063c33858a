/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * allocator.h - the memory hooks that an object tree carries from its constructor.
 */
#ifndef TFEED_ALLOCATOR_H
#define TFEED_ALLOCATOR_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Where an object tree takes its memory from; NULL stands for malloc everywhere.
 *
 * The struct is borrowed for the life of every object that was made with it, also by counted
 * buffers that outlive their maker. The functions are called from any thread, and while tfeed holds
 * locks: they must be thread-safe and must not call tfeed.
 *
 * Units: bytes. Thread safety: immutable.
 */
struct tfeed_allocator {
    /** `size` bytes at a multiple of `alignment` (a power of two), or NULL. size is never 0. */
    void *(*alloc)(void *user_data, size_t size, size_t alignment);
    /** Grows or shrinks what alloc gave with alignment <= 16; the old memory stays on NULL. */
    void *(*realloc)(void *user_data, void *memory, size_t size);
    /** Gives memory back; NULL does nothing. Keeps errno. */
    void (*free)(void *user_data, void *memory);
    void *user_data;
};

#ifdef __cplusplus
}
#endif
#endif
