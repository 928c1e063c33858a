/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * priority_storage.c - the smallest priority first: a binary heap of slots.
 *
 *    position     0    1    2    3  │ 4        order[0] is the element to come out next; no element
 *    priorities  -3    5    0    8  │          is smaller than its parent, which stands at
 *    order        2    4    0    3  │ 1        (position - 1) / 2
 *                in use, n_rows = 4 │ free
 *
 * Elements with equal priorities come out in the order that the heap happens to give. TensorFlow's
 * is that of the C++ library it was built with, so the steps here are those of that library's
 * push_heap and pop_heap, one by one.
 *
 * Invariant: order holds every slot once.
 */
#include "queues/queue_storage_private.h"

#include "core/allocator_internal.h"

struct heap_entry {
    int64_t priority;
    uint32_t slot;
};

static void heap_set(struct queue_storage *storage, size_t position, struct heap_entry entry)
{
    storage->priorities[position] = entry.priority;
    storage->order[position] = entry.slot;
}

static struct heap_entry heap_get(const struct queue_storage *storage, size_t position)
{
    return (struct heap_entry){storage->priorities[position], storage->order[position]};
}

/* From a place that is free towards the root, as far as the parents are larger. */
static void heap_sift_up(struct queue_storage *storage, size_t position, struct heap_entry entry)
{
    while (position > 0 && storage->priorities[(position - 1) / 2] > entry.priority) {
        heap_set(storage, position, heap_get(storage, (position - 1) / 2));
        position = (position - 1) / 2;
    }
    heap_set(storage, position, entry);
}

/* The root moves behind the heap, which is then one smaller. The free place goes down to a leaf
 * along the smaller children (of two equal ones the second), and the last entry comes up there. */
static void heap_pop(struct queue_storage *storage)
{
    const size_t n = storage->n_rows - 1;
    const struct heap_entry root = heap_get(storage, 0), last = heap_get(storage, n);
    size_t position = 0;
    for (;;) {
        size_t child = 2 * position + 2;
        if (child > n)
            break;
        if (child == n || storage->priorities[child] > storage->priorities[child - 1])
            child--;
        heap_set(storage, position, heap_get(storage, child));
        position = child;
    }
    heap_sift_up(storage, position, last);
    heap_set(storage, n, root);
    storage->n_rows = n;
}

/* Component 0 of a row, in either form. */
static int64_t priority_of(const struct queue_storage *storage, const struct queue_rows *rows,
                           size_t row)
{
    const void *column = rows->columns[0];
    if (storage->columns.columns[0].kind == QUEUE_COLUMN_TENSORS)
        return tfeed_tensor_int64s(&((const struct tfeed_tensor *)column)[row])[0];
    return ((const int64_t *)column)[row];
}

static void priority_put(struct queue_storage *storage, const struct queue_rows *rows, size_t row,
                         size_t n)
{
    const size_t n_before = storage->n_rows;
    tfi_queue_order_put(storage, rows, row, n);
    for (size_t i = 0; i < n; i++)
        heap_sift_up(
            storage, n_before + i,
            (struct heap_entry){priority_of(storage, rows, row + i), storage->order[n_before + i]});
}

/* The slots that were taken stand behind the rest, the last one first. */
static void priority_take(struct queue_storage *storage, const struct queue_rows *rows, size_t row,
                          size_t n)
{
    for (size_t i = 0; i < n; i++)
        heap_pop(storage);
    tfi_queue_columns_gather(&storage->columns, storage->order + storage->n_rows, QUEUE_BACKWARD,
                             rows, row, n);
}

/* All or nothing, so that a batch is sorted. */
static size_t priority_n_takeable(const struct queue_storage *storage, size_t n_wanted,
                                  bool is_closed)
{
    (void)is_closed;
    return storage->n_rows >= n_wanted ? n_wanted : 0;
}

static void priority_put_back(struct queue_storage *storage, const struct queue_rows *rows,
                              size_t n)
{
    priority_put(storage, rows, 0, n);
}

static bool priority_grow(struct queue_storage *storage, size_t n_slots)
{
    int64_t *priorities = tfi_realloc_array(storage->columns.allocator, storage->priorities,
                                            n_slots, sizeof *priorities);
    if (priorities == NULL)
        return false;
    storage->priorities = priorities;
    return tfi_queue_order_grow(storage, n_slots);
}

const struct storage_policy tfi_queue_priority_policy = {
    .kind = "PriorityQueue",
    .default_name = "priority_queue",
    .grow = priority_grow,
    .n_takeable = priority_n_takeable,
    .put = priority_put,
    .take = priority_take,
    .put_back = priority_put_back,
    .visit = tfi_queue_order_visit,
};

const struct storage_policy tfi_queue_barrier_policy = {
    .kind = "Barrier",
    .default_name = "barrier",
    .grow = priority_grow,
    .n_takeable = priority_n_takeable,
    .put = priority_put,
    .take = priority_take,
    .put_back = priority_put_back,
    .visit = tfi_queue_order_visit,
};
