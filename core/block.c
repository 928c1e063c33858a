/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * block.c - counted spans of bytes, and references taken and given back by the run.
 *
 * The bytes lie behind the header (tfi_block_alloc) or elsewhere, with a function that gives them
 * back (tfeed_block_new). The last reference may go on any thread.
 *
 * Threads: the count is atomic. Taking a reference needs no order, because the taker already has
 *          one; giving back is acquire-release, so that whoever frees sees all earlier uses ended.
 */
#include "core/block_internal.h"

#include <assert.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"

struct tfeed_block {
    _Atomic size_t n_refs;
    const struct tfeed_allocator *allocator; /* of this header */
    size_t len;
    void (*free)(void *user_data); /* NULL: the bytes lie behind the header */
    void *user_data;
    const uint8_t *origin_data; /* this byte stands at origin_offset of origin_path */
    char *origin_path;          /* NULL: nobody said where the bytes come from */
    uint64_t origin_offset;
};

static_assert(sizeof(struct tfeed_block) <= TFI_ALIGNMENT, "bytes follow at TFI_ALIGNMENT");

tfeed_status tfi_block_alloc(const struct tfeed_allocator *allocator, size_t len,
                             struct tfeed_block **ret_block, uint8_t **ret_data,
                             struct tfeed_error *reterr)
{
    if (len > SIZE_MAX - TFI_ALIGNMENT)
        return tfi_fail_memory(reterr, "a block");
    struct tfeed_block *block = tfi_alloc_aligned(allocator, TFI_ALIGNMENT + len, 1);
    if (block == NULL)
        return tfi_fail_memory(reterr, "a block");
    *block = (struct tfeed_block){.n_refs = 1, .allocator = allocator, .len = len};
    *ret_block = block;
    *ret_data = (uint8_t *)block + TFI_ALIGNMENT;
    return TFEED_OK;
}

tfeed_status tfi_block_wrap(const struct tfeed_allocator *allocator, size_t len,
                            void (*free)(void *user_data), void *user_data,
                            struct tfeed_block **ret_block, struct tfeed_error *reterr)
{
    struct tfeed_block *block = tfi_alloc(allocator, sizeof *block);
    if (block == NULL)
        return tfi_fail_memory(reterr, "a block");
    *block = (struct tfeed_block){
        .n_refs = 1, .allocator = allocator, .len = len, .free = free, .user_data = user_data};
    *ret_block = block;
    return TFEED_OK;
}

tfeed_status tfeed_block_new(const void *data, size_t len, void (*free)(void *user_data),
                             void *user_data, struct tfeed_block **ret_block,
                             struct tfeed_error *reterr)
{
    (void)data; /* views carry their own address */
    return tfi_block_wrap(NULL, len, free, user_data, ret_block, reterr);
}

size_t tfi_block_len(const struct tfeed_block *block)
{
    return block->len;
}

bool tfi_block_owns_bytes(const struct tfeed_block *block)
{
    return block->free == NULL;
}

bool tfi_block_is_unique(const struct tfeed_block *block)
{
    /* acquire: the uses by threads that gave their references back have ended */
    return atomic_load_explicit(&block->n_refs, memory_order_acquire) == 1;
}

struct tfeed_block *tfeed_block_ref(struct tfeed_block *block)
{
    tfi_block_ref_n(block, 1);
    return block;
}

void tfeed_block_unref(struct tfeed_block *block)
{
    tfi_block_unref_n(block, 1);
}

void tfi_block_ref_n(struct tfeed_block *block, size_t n)
{
    if (block != NULL && n > 0)
        atomic_fetch_add_explicit(&block->n_refs, n, memory_order_relaxed);
}

void tfi_block_unref_n(struct tfeed_block *block, size_t n)
{
    if (block == NULL || n == 0)
        return;
    size_t n_before = atomic_fetch_sub_explicit(&block->n_refs, n, memory_order_acq_rel);
    assert(n_before >= n);
    if (n_before != n)
        return;
    if (block->free != NULL)
        block->free(block->user_data);
    tfi_free(block->allocator, block->origin_path);
    tfi_free(block->allocator, block);
}

void tfi_bytes_ref_n(const struct tfeed_bytes *strings, size_t n)
{
    size_t first = 0; /* of the run of equal blocks that ends before i */
    for (size_t i = 1; i <= n; i++) {
        if (i == n || strings[i].block != strings[first].block) {
            tfi_block_ref_n(strings[first].block, i - first);
            first = i;
        }
    }
}

void tfi_bytes_unref_n(const struct tfeed_bytes *strings, size_t n)
{
    enum { N_SLOTS = 8 };
    struct {
        struct tfeed_block *block;
        size_t n;
    } slots[N_SLOTS] = {{NULL, 0}};
    size_t next = 0; /* the slot to give up when a ninth block comes: the oldest */

    for (size_t i = 0; i < n; i++) {
        size_t slot = 0;
        while (slot < N_SLOTS && slots[slot].block != strings[i].block)
            slot++;
        if (slot == N_SLOTS) {
            slot = next;
            next = (next + 1) % N_SLOTS;
            tfi_block_unref_n(slots[slot].block, slots[slot].n);
            slots[slot].block = strings[i].block;
            slots[slot].n = 0;
        }
        slots[slot].n++;
    }
    for (size_t slot = 0; slot < N_SLOTS; slot++)
        tfi_block_unref_n(slots[slot].block, slots[slot].n);
}

tfeed_status tfi_block_set_origin(struct tfeed_block *block, const uint8_t *data, const char *path,
                                  uint64_t offset, struct tfeed_error *reterr)
{
    if (block->origin_path == NULL || strcmp(block->origin_path, path) != 0) {
        char *copy = tfi_strndup(block->allocator, path, strlen(path));
        if (copy == NULL)
            return tfi_fail_memory(reterr, "a block");
        tfi_free(block->allocator, block->origin_path);
        block->origin_path = copy;
    }
    block->origin_data = data;
    block->origin_offset = offset;
    return TFEED_OK;
}

bool tfi_bytes_origin(const struct tfeed_bytes *bytes, const char **ret_path, uint64_t *ret_offset)
{
    const struct tfeed_block *block = bytes->block;
    if (block == NULL || block->origin_path == NULL)
        return false;
    *ret_path = block->origin_path;
    *ret_offset = block->origin_offset + (uint64_t)(bytes->data - block->origin_data);
    return true;
}
