/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * shuffle_storage.c - random order: TensorFlow's bag, held by a list of slots.
 *
 * TensorFlow keeps the elements in a vector, draws one 32-bit number per taking, takes the element
 * at that number modulo size, and moves the last one into its place. Here only the slot's number
 * moves:
 *
 *    position   0    1    2    3  │ 4    5       take of position 1: order[1] and order[3] change
 *    order      5    0    3    1  │ 4    2       places, n_rows becomes 3. The slot just emptied
 *               in use, n_rows = 4│ free         is the next to be filled, while it is cached.
 *
 * So an element is copied once in and once out, however large it is and however many columns it
 * has.
 *
 * Invariant: order holds every slot once.
 */
#include "queues/queue_storage_private.h"

/* The slots that were taken stand behind the rest, the last one first. */
static void shuffle_take(struct queue_storage *storage, const struct queue_rows *rows, size_t row,
                         size_t n)
{
    uint32_t *order = storage->order;
    for (size_t i = 0; i < n; i++) {
        const uint32_t drawn = tfeed_random_uint32(&storage->random) % (uint32_t)storage->n_rows;
        storage->n_rows--;
        const uint32_t slot = order[drawn];
        order[drawn] = order[storage->n_rows];
        order[storage->n_rows] = slot;
    }
    tfi_queue_columns_gather(&storage->columns, order + storage->n_rows, QUEUE_BACKWARD, rows, row,
                             n);
}

/* As TensorFlow: the row taken last is appended first, and the generator is not rewound. */
static void shuffle_put_back(struct queue_storage *storage, const struct queue_rows *rows, size_t n)
{
    tfi_queue_columns_scatter(&storage->columns, storage->order + storage->n_rows, QUEUE_BACKWARD,
                              rows, 0, n);
    storage->n_rows += n;
}

static size_t shuffle_n_takeable(const struct queue_storage *storage, size_t n_wanted,
                                 bool is_closed)
{
    const size_t n_kept = is_closed ? 0 : storage->min_after_dequeue;
    const size_t n_free = storage->n_rows > n_kept ? storage->n_rows - n_kept : 0;
    return n_free < n_wanted ? n_free : n_wanted;
}

const struct storage_policy tfi_queue_shuffle_policy = {
    .kind = "RandomShuffleQueue",
    .default_name = "random_shuffle_queue",
    .grow = tfi_queue_order_grow,
    .n_takeable = shuffle_n_takeable,
    .put = tfi_queue_order_put,
    .take = shuffle_take,
    .put_back = shuffle_put_back,
    .visit = tfi_queue_order_visit,
};
