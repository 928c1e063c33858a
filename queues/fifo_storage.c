/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * fifo_storage.c - first in, first out: a ring of slots.
 *
 *        ┌────┬────┬────┬────┬────┬────┬────┬────┐
 *        │ e4 │ e5 │    │    │    │ e1 │ e2 │ e3 │   head = 5, n_rows = 5, n_slots = 8
 *        └────┴────┴────┴────┴────┴────┴────┴────┘   free slots lie before head: rows that are put
 *                    tail            head            back go there, in their order
 *
 * A run of rows touches at most two runs of slots, so it costs at most two copies per column.
 */
#include "queues/queue_storage_private.h"

static size_t min_size(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* The slot that lies n behind `slot`; n <= n_slots. */
static size_t slot_after(const struct queue_storage *storage, size_t slot, size_t n)
{
    const size_t n_slots = storage->columns.n_slots;
    return slot + n < n_slots ? slot + n : slot + n - n_slots;
}

static void ring_write(struct queue_storage *storage, size_t slot, const struct queue_rows *rows,
                       size_t row, size_t n)
{
    const size_t n_first = min_size(n, storage->columns.n_slots - slot);
    tfi_queue_columns_write(&storage->columns, slot, rows, row, n_first);
    if (n_first < n)
        tfi_queue_columns_write(&storage->columns, 0, rows, row + n_first, n - n_first);
}

static void fifo_put(struct queue_storage *storage, const struct queue_rows *rows, size_t row,
                     size_t n)
{
    ring_write(storage, slot_after(storage, storage->head, storage->n_rows), rows, row, n);
    storage->n_rows += n;
}

static void fifo_take(struct queue_storage *storage, const struct queue_rows *rows, size_t row,
                      size_t n)
{
    const size_t n_first = min_size(n, storage->columns.n_slots - storage->head);
    tfi_queue_columns_read(&storage->columns, storage->head, rows, row, n_first);
    if (n_first < n)
        tfi_queue_columns_read(&storage->columns, 0, rows, row + n_first, n - n_first);
    storage->head = slot_after(storage, storage->head, n);
    storage->n_rows -= n;
}

static void fifo_put_back(struct queue_storage *storage, const struct queue_rows *rows, size_t n)
{
    storage->head = slot_after(storage, storage->head, storage->columns.n_slots - n);
    ring_write(storage, storage->head, rows, 0, n);
    storage->n_rows += n;
}

static size_t fifo_n_takeable(const struct queue_storage *storage, size_t n_wanted, bool is_closed)
{
    (void)is_closed;
    return min_size(storage->n_rows, n_wanted);
}

/* The elements from head to the old end move to the new end; those that had wrapped stay. */
static bool fifo_grow(struct queue_storage *storage, size_t n_slots)
{
    const size_t n_before = storage->columns.n_slots;
    if (!tfi_queue_columns_grow(&storage->columns, n_slots))
        return false;
    const size_t n_behind_head = n_before - storage->head;
    if (storage->n_rows > n_behind_head) {
        tfi_queue_columns_move(&storage->columns, n_slots - n_behind_head, storage->head,
                               n_behind_head);
        storage->head = n_slots - n_behind_head;
    }
    return true;
}

static void fifo_visit(const struct queue_storage *storage, queue_visit_fn visit, void *user_data)
{
    const size_t n_first = min_size(storage->n_rows, storage->columns.n_slots - storage->head);
    for (size_t i = 0; i < storage->columns.n_columns; i++) {
        const struct queue_column *column = &storage->columns.columns[i];
        visit(column, column->slots + storage->head * column->row_bytes, n_first, user_data);
        visit(column, column->slots, storage->n_rows - n_first, user_data);
    }
}

const struct storage_policy tfi_queue_fifo_policy = {
    .kind = "FIFOQueue",
    .default_name = "fifo_queue",
    .grow = fifo_grow,
    .n_takeable = fifo_n_takeable,
    .put = fifo_put,
    .take = fifo_take,
    .put_back = fifo_put_back,
    .visit = fifo_visit,
};

/* The same ring; the columns of components with unknown dimensions hold whole tensors, from which
 * queue_pad.c makes batches. */
const struct storage_policy tfi_queue_padding_policy = {
    .kind = "PaddingFIFOQueue",
    .default_name = "padding_fifo_queue",
    .grow = fifo_grow,
    .n_takeable = fifo_n_takeable,
    .put = fifo_put,
    .take = fifo_take,
    .put_back = fifo_put_back,
    .visit = fifo_visit,
};
