/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * coordinator_stop.c - a stop that comes before the program has taken anything.
 *
 *     coord.request_stop()
 *     try:
 *         while True: print(sess.run(q.dequeue()))
 *     except tf.errors.OutOfRangeError: pass
 *     coord.join(threads)
 *
 * A stop takes nothing away: the runner's threads end and its queue is closed, but what is inside
 * still comes, and only then OUT_OF_RANGE. That is the normal end, and the exit status is 0.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <tfeed/coordinator.h>
#include <tfeed/queues.h>

enum { CAPACITY = 1000, STOP_AT = 7 };

static const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;

struct producer {
    struct tfeed_queue *queue;
    struct tfeed_coordinator *coordinator;
    int64_t n_made;
};

/* Enqueues 1, 2, 3 …; when there are STOP_AT it asks everybody to stop, as any thread may. */
static tfeed_status produce(void *user_data, struct tfeed_error *error)
{
    struct producer *producer = user_data;
    int64_t number = ++producer->n_made;
    struct tfeed_tensor element = tfeed_tensor_borrow(TFEED_INT64, &scalar, &number);
    tfeed_status status = tfeed_queue_enqueue(producer->queue, &element, error);
    if (status == TFEED_OK && number == STOP_AT)
        status = tfeed_coordinator_request_stop(producer->coordinator, NULL, error);
    return status;
}

static tfeed_status start(struct producer *producer, struct tfeed_queue_runner **ret_runner,
                          struct tfeed_error *error)
{
    const enum tfeed_dtype dtype = TFEED_INT64;
    struct tfeed_queue_options options;
    tfeed_queue_options_init(&options);
    options.capacity = CAPACITY;
    options.dtypes = &dtype;
    options.shapes = &scalar;
    options.n_components = 1;
    const struct tfeed_enqueue_operation operation = {.run = produce, .user_data = producer};

    tfeed_status status = tfeed_coordinator_new(NULL, &producer->coordinator, error);
    if (status == TFEED_OK)
        status = tfeed_fifo_queue_new(NULL, &options, &producer->queue, error);
    if (status == TFEED_OK)
        status = tfeed_queue_runner_new(producer->queue, &operation, 1, NULL, ret_runner, error);
    if (status == TFEED_OK)
        status = tfeed_queue_runner_start(*ret_runner, producer->coordinator, NULL, error);
    return status;
}

/* Until the end of data, which is OUT_OF_RANGE. */
static tfeed_status print_numbers(struct tfeed_queue *queue, struct tfeed_error *error)
{
    struct tfeed_tensor taken = {0};
    tfeed_status status;
    while ((status = tfeed_queue_dequeue(queue, &taken, error)) == TFEED_OK)
        printf(" %" PRId64, *tfeed_tensor_int64s(&taken));
    printf(", then %s\n", tfeed_status_name(status));
    tfeed_tensor_clear(&taken);
    return status;
}

int main(void)
{
    struct tfeed_error error = TFEED_ERROR_INIT;
    struct producer producer = {0};
    struct tfeed_queue_runner *runner = NULL;
    tfeed_status status = start(&producer, &runner, &error);
    if (status == TFEED_OK) {
        (void)tfeed_coordinator_wait_for_stop(producer.coordinator, TFEED_WAIT_FOREVER);
        printf("after the stop:");
        status = print_numbers(producer.queue, &error);
        (void)tfeed_coordinator_request_stop(producer.coordinator, &error, NULL);
        status = tfeed_coordinator_join(producer.coordinator, NULL, &error);
        printf("joined: %s\n", tfeed_status_text(status));
    }
    tfeed_queue_runner_free(runner);
    tfeed_coordinator_free(producer.coordinator);
    tfeed_queue_unref(producer.queue);
    if (status == TFEED_OK)
        return EXIT_SUCCESS;
    fprintf(stderr, "coordinator_stop: %s\n", error.message);
    return EXIT_FAILURE;
}
