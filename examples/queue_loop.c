/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * queue_loop.c - a queue that a program runs in a circle: take one, add 1, put it back.
 *
 *     q = tf.FIFOQueue(3, tf.float32, shapes=[()])
 *     init = q.enqueue_many([[0.1, 0.2, 0.3]])
 *     step = q.enqueue([q.dequeue() + 1])
 *
 * After init and two steps the queue holds 0.3 1.1 1.2.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <tfeed/queues.h>

enum { CAPACITY = 3, N_STEPS = 2 };

static const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;

static tfeed_status make_queue(struct tfeed_queue **ret_queue, struct tfeed_error *error)
{
    const enum tfeed_dtype dtype = TFEED_FLOAT;
    struct tfeed_queue_options options;
    tfeed_queue_options_init(&options);
    options.capacity = CAPACITY;
    options.dtypes = &dtype;
    options.shapes = &scalar;
    options.n_components = 1;
    return tfeed_fifo_queue_new(NULL, &options, ret_queue, error);
}

/* Each row of the vector becomes an element. */
static tfeed_status fill(struct tfeed_queue *queue, struct tfeed_error *error)
{
    float values[CAPACITY] = {0.1f, 0.2f, 0.3f};
    const struct tfeed_shape vector = tfeed_shape_vector(CAPACITY);
    struct tfeed_tensor rows = tfeed_tensor_borrow(TFEED_FLOAT, &vector, values);
    return tfeed_queue_enqueue_many(queue, &rows, error);
}

static tfeed_status step(struct tfeed_queue *queue, struct tfeed_error *error)
{
    struct tfeed_tensor taken = {0};
    tfeed_status status = tfeed_queue_dequeue(queue, &taken, error);
    if (status != TFEED_OK)
        return status;
    float next = *tfeed_tensor_floats(&taken) + 1;
    struct tfeed_tensor element = tfeed_tensor_borrow(TFEED_FLOAT, &scalar, &next);
    status = tfeed_queue_enqueue(queue, &element, error);
    tfeed_tensor_clear(&taken);
    return status;
}

/* Nobody else uses the queue, so its size says how often a dequeue will not wait. */
static tfeed_status drain(struct tfeed_queue *queue, struct tfeed_error *error)
{
    struct tfeed_tensor taken = {0};
    tfeed_status status = TFEED_OK;
    printf("size %" PRId64 ":", tfeed_queue_size(queue));
    while (status == TFEED_OK && tfeed_queue_size(queue) > 0) {
        status = tfeed_queue_dequeue(queue, &taken, error);
        if (status == TFEED_OK)
            printf(" %.1f", (double)*tfeed_tensor_floats(&taken));
    }
    printf("\nsize %" PRId64 "\n", tfeed_queue_size(queue));
    tfeed_tensor_clear(&taken);
    return status;
}

int main(void)
{
    struct tfeed_error error = TFEED_ERROR_INIT;
    struct tfeed_queue *queue = NULL;
    tfeed_status status = make_queue(&queue, &error);
    if (status == TFEED_OK)
        status = fill(queue, &error);
    for (int i = 0; i < N_STEPS && status == TFEED_OK; i++)
        status = step(queue, &error);
    if (status == TFEED_OK)
        status = drain(queue, &error);
    tfeed_queue_unref(queue);
    if (status == TFEED_OK)
        return EXIT_SUCCESS;
    fprintf(stderr, "queue_loop: %s\n", error.message);
    return EXIT_FAILURE;
}
