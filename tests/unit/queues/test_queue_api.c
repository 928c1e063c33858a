/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_queue_api.c - looking at a queue: its statistics. The operations are tested with the engine.
 */
#include "tests/unit/queues/queue_fixture.h"

static struct tfeed_queue_statistics statistics_of(struct tfeed_queue *queue)
{
    struct tfeed_queue_statistics statistics = {.struct_size = sizeof statistics};
    tfeed_queue_statistics_get(queue, &statistics);
    return statistics;
}

Test(queue_api, elements_and_bytes_are_counted_on_both_sides)
{
    struct tfeed_queue *queue = new_fifo(9);
    cr_assert_eq(try_enqueue_many(queue, 0, 5), TFEED_OK);
    expect_value(queue, 0);
    expect_value(queue, 1);
    const struct tfeed_queue_statistics statistics = statistics_of(queue);
    cr_assert_eq(statistics.n_in, 5);
    cr_assert_eq(statistics.n_out, 2);
    cr_assert_eq(statistics.bytes_in, 5 * sizeof(int64_t));
    cr_assert_eq(statistics.bytes_out, 2 * sizeof(int64_t));
    cr_assert_eq(statistics.depth, 3);
    cr_assert_eq(statistics.max_depth, 5);
    tfeed_queue_unref(queue);
}

Test(queue_api, bytes_of_strings_are_those_of_the_strings)
{
    const enum tfeed_dtype dtype = TFEED_STRING;
    struct tfeed_queue_options options = int64_options(2);
    struct tfeed_queue *queue = NULL;
    struct tfeed_bytes words[] = {{(const uint8_t *)"one", 3, NULL},
                                  {(const uint8_t *)"three", 5, NULL},
                                  {(const uint8_t *)"eleven", 6, NULL}};
    const struct tfeed_shape shape = tfeed_shape_vector(3);
    const struct tfeed_tensor rows = tfeed_tensor_borrow(TFEED_STRING, &shape, words);
    struct tfeed_tensor word = {.dtype = TFEED_DTYPE_INVALID};
    options.dtypes = &dtype;
    cr_assert_eq(tfeed_fifo_queue_new(NULL, &options, &queue, NULL), TFEED_OK);
    /* two of three go in */
    cr_assert_eq(tfeed_queue_enqueue_many_timed(queue, &rows, 0, NULL), TFEED_DEADLINE_EXCEEDED);
    cr_assert_eq(statistics_of(queue).bytes_in, 8);
    cr_assert_eq(statistics_of(queue).bytes_out, 0);
    cr_assert_eq(tfeed_queue_dequeue(queue, &word, NULL), TFEED_OK);
    cr_assert_eq(statistics_of(queue).bytes_out, 3);
    tfeed_tensor_clear(&word);
    tfeed_queue_unref(queue);
}

Test(queue_api, bytes_of_whole_tensors_are_those_of_their_elements)
{
    struct tfeed_queue_options options = int64_options(2);
    struct tfeed_queue *queue = NULL;
    int64_t values[6] = {0};
    const struct tfeed_shape shape = tfeed_shape_matrix(2, 3);
    const struct tfeed_tensor tensor = tfeed_tensor_borrow(TFEED_INT64, &shape, values);
    options.shapes = NULL;
    cr_assert_eq(tfeed_fifo_queue_new(NULL, &options, &queue, NULL), TFEED_OK);
    cr_assert_eq(tfeed_queue_enqueue(queue, &tensor, NULL), TFEED_OK);
    cr_assert_eq(statistics_of(queue).bytes_in, sizeof values);
    /* one of two rows goes in */
    cr_assert_eq(tfeed_queue_enqueue_many_timed(queue, &tensor, 0, NULL), TFEED_DEADLINE_EXCEEDED);
    cr_assert_eq(statistics_of(queue).bytes_in, sizeof values + sizeof values / 2);
    cr_assert_eq(statistics_of(queue).bytes_out, 0);
    tfeed_queue_unref(queue);
}

Test(queue_api, rows_that_are_put_back_have_not_gone_out)
{
    struct tfeed_queue *queue = new_fifo(9);
    struct operation batch;
    cr_assert_eq(try_enqueue_many(queue, 0, 2), TFEED_OK);
    start_dequeue(queue, &batch, TFEED_QUEUE_DEQUEUE_MANY, 3);
    cr_assert_eq(statistics_of(queue).n_out, 2);
    cr_assert(tfeed_queue_cancel(queue, &batch.attempt));
    cr_assert_eq(statistics_of(queue).n_out, 0);
    cr_assert_eq(statistics_of(queue).depth, 2);
    tfeed_queue_unref(queue);
}

static uint64_t waited_ns(struct tfeed_queue *queue, bool enqueues)
{
    const struct tfeed_queue_statistics statistics = statistics_of(queue);
    return enqueues ? statistics.enqueue_wait_ns : statistics.dequeue_wait_ns;
}

static uint64_t now_ns(void)
{
    return (uint64_t)tfi_clock_now_ns();
}

/* Lets a call wait for 2 ms at least; what is counted then is no less, and no more than it all
 * took. */
static void expect_wait_is_timed(struct tfeed_queue *queue, struct blocked_call *call,
                                 enum tfeed_queue_operation operation,
                                 void (*unblock)(struct tfeed_queue *queue))
{
    enum { WAIT_NS = 2000000 };
    const bool enqueues = operation == TFEED_QUEUE_ENQUEUE;
    const uint64_t before_ns = now_ns();
    start_blocked(call, queue, operation, 0);
    const uint64_t begin_ns = now_ns();
    while (now_ns() < begin_ns + WAIT_NS)
        sched_yield();
    unblock(queue);
    tfi_thread_join(&call->thread);
    const uint64_t all_ns = now_ns() - before_ns;
    cr_assert_eq(call->status, TFEED_OK);
    cr_assert_geq(waited_ns(queue, enqueues), WAIT_NS);
    cr_assert_leq(waited_ns(queue, enqueues), all_ns);
}

static void put_one(struct tfeed_queue *queue)
{
    cr_assert_eq(try_enqueue(queue, 1), TFEED_OK);
}

static void take_two(struct tfeed_queue *queue)
{
    expect_value(queue, 2);
}

Test(queue_api, waits_are_counted_and_timed)
{
    struct tfeed_queue *queue = new_fifo(1);
    struct blocked_call dequeue = {.status = TFEED_UNKNOWN};
    expect_wait_is_timed(queue, &dequeue, TFEED_QUEUE_DEQUEUE, put_one);
    cr_assert_eq(statistics_of(queue).n_dequeue_waits, 1);
    cr_assert_eq(statistics_of(queue).n_enqueue_waits, 0);
    tfeed_tensor_clear(&dequeue.tensor);

    cr_assert_eq(try_enqueue(queue, 2), TFEED_OK); /* there was room: no wait */
    cr_assert_eq(try_enqueue(queue, 3), TFEED_DEADLINE_EXCEEDED);
    cr_assert_eq(statistics_of(queue).n_enqueue_waits, 0);
    int64_t value = 4;
    struct blocked_call enqueue = {.tensor =
                                       tfeed_tensor_borrow(TFEED_INT64, &scalar_shape, &value)};
    expect_wait_is_timed(queue, &enqueue, TFEED_QUEUE_ENQUEUE, take_two);
    cr_assert_eq(statistics_of(queue).n_enqueue_waits, 1);
    cr_assert_eq(statistics_of(queue).n_dequeue_waits, 1);
    tfeed_queue_unref(queue);
}

Test(queue_api, shape_of_a_component_is_that_of_the_options)
{
    struct tfeed_queue_options options = int64_options(1);
    const struct tfeed_shape shape = tfeed_shape_matrix(2, 3);
    struct tfeed_queue *queue = NULL;
    options.shapes = &shape;
    cr_assert_eq(tfeed_fifo_queue_new(NULL, &options, &queue, NULL), TFEED_OK);
    const struct tfeed_shape got = tfeed_queue_shape(queue, 0);
    cr_assert(tfeed_shape_equal(&got, &shape));
    cr_assert_eq(tfeed_queue_shape(queue, 1).n_dims, TFEED_RANK_UNKNOWN);
    tfeed_queue_unref(queue);
}
