/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * shuffle_queue.c - elements go in in order and come out in another.
 *
 *     q = tf.RandomShuffleQueue(capacity=10, min_after_dequeue=2, dtypes=tf.float32)
 *     10 × q.enqueue(i), 8 × q.dequeue()
 *
 * Two elements always stay inside, to be mixed with those that come: a ninth dequeue would wait for
 * more, as an eleventh enqueue would wait for room. The _timed calls say so instead of waiting on.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <tfeed/queues.h>

enum { CAPACITY = 10, MIN_AFTER_DEQUEUE = 2, SEED = 7, WAIT_MS = 10 };

static const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;

static tfeed_status make_queue(struct tfeed_queue **ret_queue, struct tfeed_error *error)
{
    const enum tfeed_dtype dtype = TFEED_FLOAT;
    struct tfeed_queue_options options;
    tfeed_queue_options_init(&options);
    options.capacity = CAPACITY;
    options.min_after_dequeue = MIN_AFTER_DEQUEUE;
    options.dtypes = &dtype;
    options.shapes = &scalar;
    options.n_components = 1;
    options.seed = SEED; /* the same order on every run; without it another each time */
    return tfeed_random_shuffle_queue_new(NULL, &options, ret_queue, error);
}

static tfeed_status fill(struct tfeed_queue *queue, struct tfeed_error *error)
{
    tfeed_status status = TFEED_OK;
    for (int i = 0; i < CAPACITY && status == TFEED_OK; i++) {
        float value = (float)i;
        struct tfeed_tensor element = tfeed_tensor_borrow(TFEED_FLOAT, &scalar, &value);
        status = tfeed_queue_enqueue(queue, &element, error);
    }
    return status;
}

static tfeed_status take(struct tfeed_queue *queue, int n, struct tfeed_error *error)
{
    struct tfeed_tensor taken = {0};
    tfeed_status status = TFEED_OK;
    for (int i = 0; i < n && status == TFEED_OK; i++) {
        status = tfeed_queue_dequeue(queue, &taken, error);
        if (status == TFEED_OK)
            printf("%.0f%c", (double)*tfeed_tensor_floats(&taken), i < n - 1 ? ' ' : '\n');
    }
    tfeed_tensor_clear(&taken);
    return status;
}

/* A deadline is an answer, not a failure: the queue is as it was before. */
static tfeed_status try_to_take(struct tfeed_queue *queue, struct tfeed_error *error)
{
    struct tfeed_tensor taken = {0};
    tfeed_status status = tfeed_queue_dequeue_timed(queue, WAIT_MS, &taken, error);
    tfeed_tensor_clear(&taken);
    printf("one more: %s\n", tfeed_status_text(status));
    return status == TFEED_DEADLINE_EXCEEDED ? TFEED_OK : status;
}

int main(void)
{
    struct tfeed_error error = TFEED_ERROR_INIT;
    struct tfeed_queue *queue = NULL;
    tfeed_status status = make_queue(&queue, &error);
    if (status == TFEED_OK)
        status = fill(queue, &error);
    if (status == TFEED_OK)
        status = take(queue, CAPACITY - MIN_AFTER_DEQUEUE, &error);
    if (status == TFEED_OK)
        status = try_to_take(queue, &error);
    if (status == TFEED_OK)
        printf("size %" PRId64 "\n", tfeed_queue_size(queue));
    tfeed_queue_unref(queue);
    if (status == TFEED_OK)
        return EXIT_SUCCESS;
    fprintf(stderr, "shuffle_queue: %s\n", error.message);
    return EXIT_FAILURE;
}
