/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * feed.c - the first of three ways to get data in: the program makes it, row by row.
 *
 *     a1 = tf.placeholder(tf.int16), a2 = tf.placeholder(tf.int16)
 *     sess.run(a1 + a2, feed_dict={a1: [2, 3, 4], a2: [4, 0, 1]})
 *
 * A thread of the program enqueues what it makes and closes the queue behind the last row; the
 * training loop is the same as for data from anywhere else. doc/three-ways.md compares the three.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <tfeed/coordinator.h>
#include <tfeed/queues.h>

enum { N_ROWS = 3, N_COMPONENTS = 2, CAPACITY = 2 };

static const int16_t a1[N_ROWS] = {2, 3, 4};
static const int16_t a2[N_ROWS] = {4, 0, 1};

static tfeed_status make_queue(struct tfeed_queue **ret_queue, struct tfeed_error *error)
{
    const enum tfeed_dtype dtypes[N_COMPONENTS] = {TFEED_INT16, TFEED_INT16};
    const struct tfeed_shape shapes[N_COMPONENTS] = {TFEED_SHAPE_SCALAR, TFEED_SHAPE_SCALAR};
    struct tfeed_queue_options options;
    tfeed_queue_options_init(&options);
    options.capacity = CAPACITY;
    options.dtypes = dtypes;
    options.shapes = shapes;
    options.n_components = N_COMPONENTS;
    return tfeed_fifo_queue_new(NULL, &options, ret_queue, error);
}

/* The feeding thread. The values are copied into the queue, their place can be used again. */
static tfeed_status feed(struct tfeed_coordinator *coordinator, void *user_data,
                         struct tfeed_error *error)
{
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    struct tfeed_queue *queue = user_data;
    int16_t row[N_COMPONENTS];
    struct tfeed_tensor components[N_COMPONENTS];
    for (int i = 0; i < N_COMPONENTS; i++)
        components[i] = tfeed_tensor_borrow(TFEED_INT16, &scalar, &row[i]);
    for (int i = 0; i < N_ROWS && !tfeed_coordinator_should_stop(coordinator); i++) {
        row[0] = a1[i];
        row[1] = a2[i];
        tfeed_status status = tfeed_queue_enqueue(queue, components, error);
        if (status != TFEED_OK)
            return status;
    }
    return tfeed_queue_close(queue, false, error);
}

/* The training loop, of which each step adds two numbers. */
static tfeed_status print_sums(struct tfeed_queue *queue, struct tfeed_error *error)
{
    struct tfeed_tensor row[N_COMPONENTS] = {{0}};
    tfeed_status status;
    printf("fed:");
    while ((status = tfeed_queue_dequeue(queue, row, error)) == TFEED_OK) {
        const int16_t *x1 = row[0].data;
        const int16_t *x2 = row[1].data;
        printf(" %d", *x1 + *x2);
    }
    putchar('\n');
    for (int i = 0; i < N_COMPONENTS; i++)
        tfeed_tensor_clear(&row[i]);
    return status;
}

int main(void)
{
    struct tfeed_error error = TFEED_ERROR_INIT;
    struct tfeed_coordinator *coordinator = NULL;
    struct tfeed_queue *queue = NULL;
    tfeed_status status = tfeed_coordinator_new(NULL, &coordinator, &error);
    if (status == TFEED_OK)
        status = make_queue(&queue, &error);
    if (status == TFEED_OK)
        status = tfeed_coordinator_start_thread(coordinator, "feed", feed, queue, &error);
    if (status == TFEED_OK) {
        status = print_sums(queue, &error);
        (void)tfeed_coordinator_request_stop(coordinator, &error, NULL);
        /* Cancelling, which always succeeds, wakes a feeder that waits for room. */
        if (tfeed_queue_close(queue, true, NULL) == TFEED_OK)
            status = tfeed_coordinator_join(coordinator, NULL, &error);
    }
    tfeed_queue_unref(queue);
    tfeed_coordinator_free(coordinator);
    if (status == TFEED_OK)
        return EXIT_SUCCESS;
    fprintf(stderr, "feed: %s\n", error.message);
    return EXIT_FAILURE;
}
