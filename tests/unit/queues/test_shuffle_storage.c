/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_shuffle_storage.c - TensorFlow's order of draws, the level that is kept, rows put back.
 */
#include "tests/unit/queues/queue_fixture.h"

/* Ten elements 1 2 3 4 5 1 2 3 4 5, of which five are kept while the queue is open. */
static struct tfeed_queue *new_bag(uint64_t seed2)
{
    struct tfeed_queue *queue = new_shuffle(10, 5, seed2);
    cr_assert_eq(try_enqueue_many(queue, 1, 5), TFEED_OK);
    cr_assert_eq(try_enqueue_many(queue, 1, 5), TFEED_OK);
    return queue;
}

static void expect_five(struct tfeed_queue *queue, int a, int b, int c, int d, int e)
{
    struct operation batch;
    start_dequeue(queue, &batch, TFEED_QUEUE_DEQUEUE_MANY, 5);
    expect_batch(&batch, 5, a, b, c, d, e);
}

Test(shuffle_storage, order_is_tensorflows_for_the_same_seeds)
{
    struct tfeed_queue *queue = new_bag(1729);
    expect_five(queue, 2, 4, 2, 3, 5);
    cr_assert_eq(try_close(queue), TFEED_OK);
    expect_five(queue, 1, 4, 5, 3, 1);
    tfeed_queue_unref(queue);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(shuffle_storage, other_seeds_give_another_order)
{
    struct tfeed_queue *queue = new_bag(87539319);
    expect_five(queue, 4, 3, 3, 5, 5);
    cr_assert_eq(try_close(queue), TFEED_OK);
    expect_five(queue, 2, 1, 2, 1, 4);
    tfeed_queue_unref(queue);
}

Test(shuffle_storage, single_dequeues_draw_as_a_batch_does)
{
    struct tfeed_queue *queue = new_bag(1729);
    const int64_t expected[] = {2, 4, 2, 3, 5};
    for (int i = 0; i < 5; i++)
        expect_value(queue, expected[i]);
    tfeed_queue_unref(queue);
}

Test(shuffle_storage, open_queue_keeps_min_after_dequeue)
{
    struct tfeed_queue *queue = new_shuffle(10, 2, 1);
    struct operation batch;
    cr_assert_eq(try_enqueue_many(queue, 0, 4), TFEED_OK);
    start_dequeue(queue, &batch, TFEED_QUEUE_DEQUEUE_MANY, 3);
    expect_pending(&batch); /* half filled, at the level */
    cr_assert_eq(tfeed_queue_size(queue), 2);
    cr_assert_eq(try_enqueue(queue, 4), TFEED_OK);
    expect_done(&batch, TFEED_OK);
    cr_assert_eq(try_dequeue(queue), TFEED_DEADLINE_EXCEEDED);
    tfeed_tensor_clear(&batch.tensor);
    tfeed_queue_unref(queue);
}

Test(shuffle_storage, close_releases_what_was_kept)
{
    struct tfeed_queue *queue = new_shuffle(10, 2, 1);
    struct operation batch;
    cr_assert_eq(try_enqueue_many(queue, 0, 4), TFEED_OK);
    start_dequeue(queue, &batch, TFEED_QUEUE_DEQUEUE_UP_TO, 3);
    expect_pending(&batch);
    cr_assert_eq(try_close(queue), TFEED_OK);
    expect_done(&batch, TFEED_OK);
    cr_assert_eq(batch.tensor.shape.dims[0], 3);
    tfeed_tensor_clear(&batch.tensor);
    cr_assert_eq(try_dequeue(queue), TFEED_OK);
    cr_assert_eq(try_dequeue(queue), TFEED_OUT_OF_RANGE);
    tfeed_queue_unref(queue);
}

/* n elements taken by a batch that wants more, put back by `end`, then drained one by one. */
static void expect_all_there(void (*end)(struct tfeed_queue *queue, struct operation *batch))
{
    enum { N = 9 };
    struct tfeed_queue *queue = new_shuffle(20, 0, 3);
    struct operation batch;
    int n_seen[N] = {0};
    cr_assert_eq(try_enqueue_many(queue, 0, N), TFEED_OK);
    start_dequeue(queue, &batch, TFEED_QUEUE_DEQUEUE_MANY, N + 3);
    end(queue, &batch);
    for (int i = 0; i < N; i++) {
        struct operation single;
        start_dequeue(queue, &single, TFEED_QUEUE_DEQUEUE, 0);
        expect_done(&single, TFEED_OK);
        n_seen[tfeed_tensor_int64s(&single.tensor)[0]]++;
        tfeed_tensor_clear(&single.tensor);
    }
    for (int i = 0; i < N; i++)
        cr_assert_eq(n_seen[i], 1);
    tfeed_queue_unref(queue);
}

static void end_by_close(struct tfeed_queue *queue, struct operation *batch)
{
    cr_assert_eq(try_close(queue), TFEED_OK);
    expect_done(batch, TFEED_OUT_OF_RANGE);
}

static void end_by_cancel(struct tfeed_queue *queue, struct operation *batch)
{
    cr_assert(tfeed_queue_cancel(queue, &batch->attempt));
    expect_done(batch, TFEED_CANCELLED);
}

Test(shuffle_storage, close_puts_every_row_of_a_partial_batch_back)
{
    expect_all_there(end_by_close);
}

Test(shuffle_storage, cancel_puts_every_row_of_a_partial_batch_back)
{
    expect_all_there(end_by_cancel);
}

Test(shuffle_storage, queue_that_grows_keeps_every_element)
{
    enum { N = 20000, N_AT_ONCE = 50 }; /* beyond the first slots */
    static int n_seen[N];
    struct tfeed_queue *queue = new_shuffle(UNBOUNDED, 0, 3);
    struct tfeed_tensor batch = {.dtype = TFEED_DTYPE_INVALID};
    for (int i = 0; i < N; i += N_AT_ONCE)
        cr_assert_eq(try_enqueue_many(queue, i, N_AT_ONCE), TFEED_OK);
    cr_assert_eq(tfeed_queue_dequeue_many(queue, N, &batch, NULL), TFEED_OK);
    for (int i = 0; i < N; i++)
        n_seen[tfeed_tensor_int64s(&batch)[i]]++;
    for (int i = 0; i < N; i++)
        cr_assert_eq(n_seen[i], 1);
    tfeed_tensor_clear(&batch);
    tfeed_queue_unref(queue);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(shuffle_storage, rows_larger_than_a_string_are_shuffled_whole)
{
    const struct tfeed_shape shape = tfeed_shape_vector(8);
    struct tfeed_queue_options options = int64_options(20);
    struct tfeed_queue *queue = NULL;
    struct tfeed_tensor batch = {.dtype = TFEED_DTYPE_INVALID};
    int64_t values[20][8];
    const struct tfeed_shape matrix = tfeed_shape_matrix(20, 8);
    const struct tfeed_tensor rows = tfeed_tensor_borrow(TFEED_INT64, &matrix, values);
    for (int i = 0; i < 20 * 8; i++)
        values[i / 8][i % 8] = i;
    options.shapes = &shape;
    cr_assert_eq(tfeed_random_shuffle_queue_new(NULL, &options, &queue, NULL), TFEED_OK);
    cr_assert_eq(tfeed_queue_enqueue_many(queue, &rows, NULL), TFEED_OK);
    cr_assert_eq(tfeed_queue_dequeue_many(queue, 20, &batch, NULL), TFEED_OK);
    for (int row = 0; row < 20; row++) {
        const int64_t *got = tfeed_tensor_int64s(&batch) + row * 8;
        cr_assert_eq(memcmp(got, values[got[0] / 8], sizeof values[0]), 0);
    }
    tfeed_tensor_clear(&batch);
    tfeed_queue_unref(queue);
}
