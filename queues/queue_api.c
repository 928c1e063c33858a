/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * queue_api.c - the blocking and timed forms: each is one attempt on the caller's stack.
 */
#include "queues/queue_private.h"

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
