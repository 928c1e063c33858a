/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * queue_storage_private.h - where a queue keeps its elements, and in which order it gives them out.
 *
 * The engine (queue_engine.c) knows lines of attempts and counts of rows; which element comes next
 * is the storage policy's business, one small table of functions per kind of queue.
 *
 * Invariants
 *   (1) n_rows + n_held <= columns.n_slots: rows that a half-done dequeue has taken can always be
 *       put back, without asking for memory.
 *   (2) Rows go in and out by changing hands: a row in a slot owns its references, the place
 *       outside that it was read into owns them afterwards.
 * Threads: the queue's lock.
 */
#ifndef QUEUE_STORAGE_PRIVATE_H
#define QUEUE_STORAGE_PRIVATE_H

#include <tfeed/random.h>

#include "queues/queue_columns_private.h"

struct queue_storage;

typedef void (*queue_visit_fn)(const struct queue_column *column, const uint8_t *rows, size_t n,
                               void *user_data);

struct storage_policy {
    const char *kind;         /* TensorFlow's name, for messages: "FIFOQueue" */
    const char *default_name; /* of a queue: "fifo_queue" */

    /* Makes room for n_slots rows, more than there is now; false when there is no memory. */
    bool (*grow)(struct queue_storage *storage, size_t n_slots);
    /* How many of n_wanted rows a dequeue may take now. */
    size_t (*n_takeable)(const struct queue_storage *storage, size_t n_wanted, bool is_closed);
    /* Puts n rows in, from `row` on; there is room. */
    void (*put)(struct queue_storage *storage, const struct queue_rows *rows, size_t row, size_t n);
    /* Takes n rows out, to `row` and on; they are there. */
    void (*take)(struct queue_storage *storage, const struct queue_rows *rows, size_t row,
                 size_t n);
    /* Puts the first n rows back that the oldest dequeue took, as TensorFlow does on close. */
    void (*put_back)(struct queue_storage *storage, const struct queue_rows *rows, size_t n);
    /* Shows every element, by column and in runs, in no order. */
    void (*visit)(const struct queue_storage *storage, queue_visit_fn visit, void *user_data);
};

extern const struct storage_policy tfi_queue_fifo_policy;
extern const struct storage_policy tfi_queue_shuffle_policy;
extern const struct storage_policy tfi_queue_padding_policy;
extern const struct storage_policy tfi_queue_priority_policy;
extern const struct storage_policy tfi_queue_barrier_policy; /* what is ready in a barrier */

struct queue_storage {
    const struct storage_policy *policy;
    struct queue_columns columns;
    size_t n_rows; /* elements that are here */
    size_t n_held; /* rows in the private batch of the oldest dequeue: their slots stay free, (1) */

    size_t head; /* fifo: the slot of the oldest element */

    uint32_t *order;     /* shuffle, priority: [n_slots] every slot once; those in use come first */
    int64_t *priorities; /* priority: [n_slots] of the elements in the slots that order lists */
    size_t min_after_dequeue;
    struct tfeed_random random;
};

/* Makes room for n more rows, if need be for twice as many as now but not for more than the
 * capacity asks for. Keeps (1). False when there is no memory; nothing has changed then. */
bool tfi_queue_storage_reserve(struct queue_storage *storage, size_t n, size_t capacity);

/* The bytes of all elements, those of strings and whole tensors. */
uint64_t tfi_queue_storage_bytes(const struct queue_storage *storage);

/* Frees everything. */
void tfi_queue_storage_clear(struct queue_storage *storage);

/* For the policies that list their slots in `order`: grow and visit, and put, which fills the
 * slots that are free next. */
bool tfi_queue_order_grow(struct queue_storage *storage, size_t n_slots);
void tfi_queue_order_visit(const struct queue_storage *storage, queue_visit_fn visit,
                           void *user_data);
void tfi_queue_order_put(struct queue_storage *storage, const struct queue_rows *rows, size_t row,
                         size_t n);

#endif
