/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * queue_api.c - the blocking and timed forms: each is one attempt on the caller's stack.
 */
#include "queues/queue_private.h"

#include <assert.h>

static tfeed_status run(struct tfeed_queue *queue, enum tfeed_queue_operation operation, int64_t n,
                        struct tfeed_tensor *components, int64_t timeout_ms,
                        struct tfeed_error *reterr)
{
    struct tfeed_attempt attempt;
    attempt.operation = operation;
    attempt.n = n;
    attempt.components = components;
    return tfeed_queue_run_timed(queue, &attempt, timeout_ms, reterr);
}

/* An attempt has one pointer for what it reads and what it fills; an enqueue only reads. */
static struct tfeed_tensor *only_read(const struct tfeed_tensor *components)
{
    union {
        const struct tfeed_tensor *in;
        struct tfeed_tensor *out;
    } pointer = {.in = components};
    return pointer.out;
}

tfeed_status tfeed_queue_enqueue(struct tfeed_queue *queue, const struct tfeed_tensor *components,
                                 struct tfeed_error *reterr)
{
    return tfeed_queue_enqueue_timed(queue, components, TFEED_WAIT_FOREVER, reterr);
}

tfeed_status tfeed_queue_enqueue_timed(struct tfeed_queue *queue,
                                       const struct tfeed_tensor *components, int64_t timeout_ms,
                                       struct tfeed_error *reterr)
{
    return run(queue, TFEED_QUEUE_ENQUEUE, 1, only_read(components), timeout_ms, reterr);
}

tfeed_status tfeed_queue_enqueue_many(struct tfeed_queue *queue,
                                      const struct tfeed_tensor *components,
                                      struct tfeed_error *reterr)
{
    return tfeed_queue_enqueue_many_timed(queue, components, TFEED_WAIT_FOREVER, reterr);
}

tfeed_status tfeed_queue_enqueue_many_timed(struct tfeed_queue *queue,
                                            const struct tfeed_tensor *components,
                                            int64_t timeout_ms, struct tfeed_error *reterr)
{
    return run(queue, TFEED_QUEUE_ENQUEUE_MANY, 0, only_read(components), timeout_ms, reterr);
}

tfeed_status tfeed_queue_dequeue(struct tfeed_queue *queue, struct tfeed_tensor *ret_components,
                                 struct tfeed_error *reterr)
{
    return tfeed_queue_dequeue_timed(queue, TFEED_WAIT_FOREVER, ret_components, reterr);
}

tfeed_status tfeed_queue_dequeue_timed(struct tfeed_queue *queue, int64_t timeout_ms,
                                       struct tfeed_tensor *ret_components,
                                       struct tfeed_error *reterr)
{
    return run(queue, TFEED_QUEUE_DEQUEUE, 1, ret_components, timeout_ms, reterr);
}

tfeed_status tfeed_queue_dequeue_many(struct tfeed_queue *queue, int64_t n,
                                      struct tfeed_tensor *ret_components,
                                      struct tfeed_error *reterr)
{
    return tfeed_queue_dequeue_many_timed(queue, n, TFEED_WAIT_FOREVER, ret_components, reterr);
}

tfeed_status tfeed_queue_dequeue_many_timed(struct tfeed_queue *queue, int64_t n,
                                            int64_t timeout_ms, struct tfeed_tensor *ret_components,
                                            struct tfeed_error *reterr)
{
    return run(queue, TFEED_QUEUE_DEQUEUE_MANY, n, ret_components, timeout_ms, reterr);
}

tfeed_status tfeed_queue_dequeue_up_to(struct tfeed_queue *queue, int64_t n,
                                       struct tfeed_tensor *ret_components,
                                       struct tfeed_error *reterr)
{
    return tfeed_queue_dequeue_up_to_timed(queue, n, TFEED_WAIT_FOREVER, ret_components, reterr);
}

tfeed_status tfeed_queue_dequeue_up_to_timed(struct tfeed_queue *queue, int64_t n,
                                             int64_t timeout_ms,
                                             struct tfeed_tensor *ret_components,
                                             struct tfeed_error *reterr)
{
    return run(queue, TFEED_QUEUE_DEQUEUE_UP_TO, n, ret_components, timeout_ms, reterr);
}

tfeed_status tfeed_queue_close(struct tfeed_queue *queue, bool cancel_pending_enqueues,
                               struct tfeed_error *reterr)
{
    return run(queue, cancel_pending_enqueues ? TFEED_QUEUE_CLOSE_CANCEL : TFEED_QUEUE_CLOSE, 0,
               NULL, TFEED_WAIT_FOREVER, reterr);
}

tfeed_status tfeed_queue_close_timed(struct tfeed_queue *queue, int64_t timeout_ms,
                                     struct tfeed_error *reterr)
{
    return run(queue, TFEED_QUEUE_CLOSE, 0, NULL, timeout_ms, reterr);
}

/* --- looking ------------------------------------------------------------------------------- */

const char *tfeed_queue_name(const struct tfeed_queue *queue)
{
    return queue->name;
}

size_t tfeed_queue_n_components(const struct tfeed_queue *queue)
{
    return queue->n_components;
}

enum tfeed_dtype tfeed_queue_dtype(const struct tfeed_queue *queue, size_t component)
{
    return component < queue->n_components ? queue->dtypes[component] : TFEED_DTYPE_INVALID;
}

struct tfeed_shape tfeed_queue_shape(const struct tfeed_queue *queue, size_t component)
{
    if (queue->shapes == NULL || component >= queue->n_components)
        return (struct tfeed_shape){.n_dims = TFEED_RANK_UNKNOWN};
    return queue->shapes[component];
}

bool tfeed_queue_is_closed(struct tfeed_queue *queue)
{
    tfi_mutex_lock(&queue->mutex);
    const bool is_closed = queue->is_closed;
    tfi_mutex_unlock(&queue->mutex);
    return is_closed;
}

int64_t tfeed_queue_size(struct tfeed_queue *queue)
{
    tfi_mutex_lock(&queue->mutex);
    const size_t n_rows = queue->storage.n_rows;
    tfi_mutex_unlock(&queue->mutex);
    return (int64_t)n_rows;
}

void tfeed_queue_statistics_get(struct tfeed_queue *queue,
                                struct tfeed_queue_statistics *ret_statistics)
{
    const struct queue_columns *columns = &queue->storage.columns;
    uint64_t number_bytes = 0; /* per row */
    for (size_t i = 0; i < columns->n_columns; i++)
        if (columns->columns[i].kind == QUEUE_COLUMN_NUMBERS)
            number_bytes += columns->columns[i].row_bytes;

    assert(ret_statistics->struct_size == sizeof *ret_statistics);
    tfi_mutex_lock(&queue->mutex);
    const uint64_t bytes_inside = tfi_queue_storage_bytes(&queue->storage);
    *ret_statistics =
        (struct tfeed_queue_statistics){.struct_size = sizeof *ret_statistics,
                                        .n_in = queue->in.n_rows,
                                        .n_out = queue->out.n_rows,
                                        .bytes_in = queue->bytes_in,
                                        .bytes_out = queue->bytes_in - bytes_inside,
                                        .n_enqueue_waits = queue->in.n_waits,
                                        .enqueue_wait_ns = (uint64_t)queue->in.wait_ns,
                                        .n_dequeue_waits = queue->out.n_waits,
                                        .dequeue_wait_ns = (uint64_t)queue->out.wait_ns,
                                        .depth = queue->storage.n_rows,
                                        .max_depth = queue->max_depth};
    tfi_mutex_unlock(&queue->mutex);
    ret_statistics->bytes_in += ret_statistics->n_in * number_bytes;
    ret_statistics->bytes_out += ret_statistics->n_out * number_bytes;
}
