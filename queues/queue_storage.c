/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * queue_storage.c - what storage policies share: growing, slots in a list, and the end.
 */
#include "queues/queue_storage_private.h"

#include <assert.h>

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

static void add_bytes(const struct queue_column *column, const uint8_t *rows, size_t n,
                      void *user_data)
{
    if (column->kind != QUEUE_COLUMN_NUMBERS)
        *(uint64_t *)user_data += tfi_queue_column_bytes(column, rows, n);
}

uint64_t tfi_queue_storage_bytes(const struct queue_storage *storage)
{
    uint64_t n_bytes = 0;
    storage->policy->visit(storage, add_bytes, &n_bytes);
    return n_bytes;
}

static void unref_rows(const struct queue_column *column, const uint8_t *rows, size_t n,
                       void *unused)
{
    (void)unused;
    tfi_queue_column_unref(column, rows, n);
}

void tfi_queue_storage_clear(struct queue_storage *storage)
{
    const struct tfeed_allocator *allocator = storage->columns.allocator;
    if (storage->n_rows > 0)
        storage->policy->visit(storage, unref_rows, NULL);
    tfi_queue_columns_clear(&storage->columns);
    tfi_free(allocator, storage->order);
    tfi_free(allocator, storage->priorities);
    *storage = (struct queue_storage){0};
}

/* --- slots in a list ------------------------------------------------------------------------ */

bool tfi_queue_order_grow(struct queue_storage *storage, size_t n_slots)
{
    const size_t n_before = storage->columns.n_slots;
    assert(n_slots <= UINT32_MAX);
    uint32_t *order =
        tfi_realloc_array(storage->columns.allocator, storage->order, n_slots, sizeof *order);
    if (order == NULL)
        return false;
    storage->order = order;
    if (!tfi_queue_columns_grow(&storage->columns, n_slots))
        return false;
    for (size_t slot = n_before; slot < n_slots; slot++)
        order[slot] = (uint32_t)slot;
    return true;
}

void tfi_queue_order_visit(const struct queue_storage *storage, queue_visit_fn visit,
                           void *user_data)
{
    for (size_t i = 0; i < storage->columns.n_columns; i++) {
        const struct queue_column *column = &storage->columns.columns[i];
        for (size_t position = 0; position < storage->n_rows; position++)
            visit(column, column->slots + storage->order[position] * column->row_bytes, 1,
                  user_data);
    }
}

void tfi_queue_order_put(struct queue_storage *storage, const struct queue_rows *rows, size_t row,
                         size_t n)
{
    tfi_queue_columns_scatter(&storage->columns, storage->order + storage->n_rows, QUEUE_FORWARD,
                              rows, row, n);
    storage->n_rows += n;
}
