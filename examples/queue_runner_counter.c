/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * queue_runner_counter.c - threads of a queue runner fill a queue while the program empties it.
 *
 *     counter   = tf.Variable(0.0)
 *     increment = tf.assign_add(counter, 1.0)
 *     enqueue   = q.enqueue([counter])
 *     tf.train.QueueRunner(q, enqueue_ops=[increment, enqueue])
 *
 * Each operation of a runner has a thread of its own and nothing keeps them in step: the numbers
 * that arrive rise, but not one by one. To get 1, 2, 3 … counting and enqueueing must be one
 * operation.
 */
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include <tfeed/coordinator.h>
#include <tfeed/queues.h>

enum { CAPACITY = 1000, N_TAKEN = 10 };

static const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;

struct counter {
    _Atomic int64_t value;
    int64_t n_enqueued_up_to; /* of the one thread that enqueues */
    struct tfeed_queue *queue;
};

static tfeed_status increment(void *user_data, struct tfeed_error *error)
{
    struct counter *counter = user_data;
    (void)error;
    atomic_fetch_add(&counter->value, 1);
    return TFEED_OK;
}

static tfeed_status enqueue(void *user_data, struct tfeed_error *error)
{
    struct counter *counter = user_data;
    int64_t value = atomic_load(&counter->value);
    if (value == counter->n_enqueued_up_to)
        return TFEED_OK; /* it has not moved: nothing to say */
    counter->n_enqueued_up_to = value;
    struct tfeed_tensor element = tfeed_tensor_borrow(TFEED_INT64, &scalar, &value);
    return tfeed_queue_enqueue(counter->queue, &element, error);
}

static tfeed_status increment_and_enqueue(void *user_data, struct tfeed_error *error)
{
    tfeed_status status = increment(user_data, error);
    return status == TFEED_OK ? enqueue(user_data, error) : status;
}

static tfeed_status make_queue(struct tfeed_queue **ret_queue, struct tfeed_error *error)
{
    const enum tfeed_dtype dtype = TFEED_INT64;
    struct tfeed_queue_options options;
    tfeed_queue_options_init(&options);
    options.capacity = CAPACITY;
    options.dtypes = &dtype;
    options.shapes = &scalar;
    options.n_components = 1;
    return tfeed_fifo_queue_new(NULL, &options, ret_queue, error);
}

static tfeed_status print_numbers(struct tfeed_queue *queue, struct tfeed_error *error)
{
    struct tfeed_tensor taken = {0};
    tfeed_status status = TFEED_OK;
    for (int i = 0; i < N_TAKEN && status == TFEED_OK; i++) {
        status = tfeed_queue_dequeue(queue, &taken, error);
        if (status == TFEED_OK)
            printf(" %" PRId64, *tfeed_tensor_int64s(&taken));
    }
    putchar('\n');
    tfeed_tensor_clear(&taken);
    return status;
}

/* The first numbers that a runner with these operations, a thread each, brings. */
static tfeed_status run(const char *name, const tfeed_enqueue_fn *functions, size_t n_operations,
                        struct tfeed_error *error)
{
    struct counter counter = {.n_enqueued_up_to = 0};
    struct tfeed_enqueue_operation operations[2] = {{0}};
    for (size_t i = 0; i < n_operations; i++)
        operations[i] =
            (struct tfeed_enqueue_operation){.run = functions[i], .user_data = &counter};

    struct tfeed_queue_runner *runner = NULL;
    tfeed_status status = make_queue(&counter.queue, error);
    if (status == TFEED_OK)
        status =
            tfeed_queue_runner_new(counter.queue, operations, n_operations, NULL, &runner, error);
    if (status == TFEED_OK)
        status = tfeed_queue_runner_start(runner, NULL, NULL, error);
    if (status == TFEED_OK) {
        printf("%s:", name);
        status = print_numbers(counter.queue, error);
    }
    tfeed_queue_runner_free(runner); /* cancels the queue, and waits for the threads */
    tfeed_queue_unref(counter.queue);
    return status;
}

int main(void)
{
    static const tfeed_enqueue_fn two[] = {increment, enqueue};
    static const tfeed_enqueue_fn one[] = {increment_and_enqueue};
    struct tfeed_error error = TFEED_ERROR_INIT;
    tfeed_status status = run("two operations", two, 2, &error);
    if (status == TFEED_OK)
        status = run("one operation", one, 1, &error);
    if (status == TFEED_OK)
        return EXIT_SUCCESS;
    fprintf(stderr, "queue_runner_counter: %s\n", error.message);
    return EXIT_FAILURE;
}
