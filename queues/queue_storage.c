/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * queue_storage.c - what all storage policies share: growing, and the end.
 */
#include "queues/queue_storage_private.h"

#include "core/allocator_internal.h"

bool tfi_queue_storage_reserve(struct queue_storage *storage, size_t n, size_t capacity)
{
    const size_t n_slots = storage->columns.n_slots;
    const size_t n_needed = storage->n_rows + storage->n_held + n;
    if (n_needed <= n_slots)
        return true;
    if (n_needed > UINT32_MAX) /* slots are listed as 32-bit numbers */
        return false;
    size_t n_wanted = n_slots * 2 < capacity ? n_slots * 2 : capacity;
    if (n_wanted < n_needed)
        n_wanted = n_needed;
    return storage->policy->grow(storage, n_wanted);
}

void tfi_queue_storage_clear(struct queue_storage *storage)
{
    const struct tfeed_allocator *allocator = storage->columns.allocator;
    if (storage->n_rows > 0)
        storage->policy->release(storage);
    tfi_queue_columns_clear(&storage->columns);
    tfi_free(allocator, storage->order);
    *storage = (struct queue_storage){0};
}
