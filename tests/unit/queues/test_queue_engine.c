/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_queue_engine.c - lines, fairness, closing, cancelling, deadlines; without threads.
 * Completions and threads are in test_queue_completions.c.
 */
#include "tests/unit/queues/queue_fixture.h"

/* --- one after the other -------------------------------------------------------------------- */

Test(queue_engine, elements_come_out_in_the_order_they_went_in)
{
    struct tfeed_queue *queue = new_fifo(10);
    for (int64_t i = 0; i < 3; i++)
        cr_assert_eq(try_enqueue(queue, i), TFEED_OK);
    for (int64_t i = 0; i < 3; i++)
        expect_value(queue, i);
    tfeed_queue_unref(queue);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(queue_engine, size_counts_what_is_inside)
{
    struct tfeed_queue *queue = new_fifo(10);
    cr_assert_eq(tfeed_queue_size(queue), 0);
    cr_assert_eq(try_enqueue(queue, 1), TFEED_OK);
    cr_assert_eq(tfeed_queue_size(queue), 1);
    expect_value(queue, 1);
    cr_assert_eq(tfeed_queue_size(queue), 0);
    tfeed_queue_unref(queue);
}

Test(queue_engine, dequeue_many_gives_batches_in_order)
{
    struct tfeed_queue *queue = new_fifo(10);
    struct operation one, two;
    cr_assert_eq(try_enqueue_many(queue, 0, 8), TFEED_OK);
    start_dequeue(queue, &one, TFEED_QUEUE_DEQUEUE_MANY, 4);
    start_dequeue(queue, &two, TFEED_QUEUE_DEQUEUE_UP_TO, 4);
    expect_batch(&one, 4, 0, 1, 2, 3);
    expect_batch(&two, 4, 4, 5, 6, 7);
    tfeed_queue_unref(queue);
}

Test(queue_engine, enqueue_many_of_nothing_succeeds_even_when_closed)
{
    struct tfeed_queue *queue = new_fifo(0);
    cr_assert_eq(try_enqueue_many(queue, 0, 0), TFEED_OK);
    cr_assert_eq(try_close(queue), TFEED_OK);
    cr_assert_eq(try_enqueue_many(queue, 0, 0), TFEED_OK);
    tfeed_queue_unref(queue);
}

Test(queue_engine, dequeue_of_none_gives_an_empty_batch_even_when_closed)
{
    struct tfeed_queue *queue = new_fifo(2);
    struct operation many, up_to;
    start_dequeue(queue, &many, TFEED_QUEUE_DEQUEUE_MANY, 0);
    cr_assert_eq(many.tensor.shape.n_dims, 1);
    expect_batch(&many, 0);
    cr_assert_eq(try_close(queue), TFEED_OK);
    start_dequeue(queue, &up_to, TFEED_QUEUE_DEQUEUE_UP_TO, 0);
    expect_batch(&up_to, 0);
    tfeed_queue_unref(queue);
}

/* --- waiting in line ------------------------------------------------------------------------ */

Test(queue_engine, enqueue_to_full_queue_waits_for_room)
{
    struct tfeed_queue *queue = new_fifo(1);
    struct operation enqueue;
    cr_assert_eq(try_enqueue(queue, 1), TFEED_OK);
    start_enqueue(queue, &enqueue, 2);
    expect_pending(&enqueue);
    expect_value(queue, 1);
    expect_done(&enqueue, TFEED_OK);
    expect_value(queue, 2);
    tfeed_queue_unref(queue);
}

Test(queue_engine, dequeue_waits_for_an_element)
{
    struct tfeed_queue *queue = new_fifo(1);
    struct operation dequeue;
    start_dequeue(queue, &dequeue, TFEED_QUEUE_DEQUEUE, 0);
    expect_pending(&dequeue);
    cr_assert_eq(try_enqueue(queue, 7), TFEED_OK);
    expect_batch(&dequeue, 1, 7);
    tfeed_queue_unref(queue);
}

Test(queue_engine, dequeue_many_beyond_capacity_takes_rows_as_they_come)
{
    struct tfeed_queue *queue = new_fifo(2);
    struct operation dequeue;
    start_dequeue(queue, &dequeue, TFEED_QUEUE_DEQUEUE_MANY, 4);
    for (int64_t i = 0; i < 4; i++) {
        expect_pending(&dequeue);
        cr_assert_eq(try_enqueue(queue, i), TFEED_OK);
        cr_assert_eq(tfeed_queue_size(queue), 0);
    }
    expect_batch(&dequeue, 4, 0, 1, 2, 3);
    tfeed_queue_unref(queue);
}

Test(queue_engine, enqueue_many_beyond_capacity_refills_as_rows_leave)
{
    struct tfeed_queue *queue = new_fifo(5);
    struct operation enqueue;
    start_enqueue_many(queue, &enqueue, 0, 10);
    for (int64_t i = 0; i < 5; i++) {
        expect_pending(&enqueue);
        cr_assert_eq(tfeed_queue_size(queue), 5);
        expect_value(queue, i);
    }
    expect_done(&enqueue, TFEED_OK);
    for (int64_t i = 5; i < 10; i++)
        expect_value(queue, i);
    cr_assert_eq(tfeed_queue_size(queue), 0);
    tfeed_queue_unref(queue);
}

Test(queue_engine, large_dequeue_many_holds_back_later_dequeues)
{
    struct tfeed_queue *queue = new_fifo(10);
    struct operation large, small;
    start_dequeue(queue, &large, TFEED_QUEUE_DEQUEUE_MANY, 3);
    start_dequeue(queue, &small, TFEED_QUEUE_DEQUEUE, 0);
    cr_assert_eq(try_enqueue_many(queue, 0, 2), TFEED_OK);
    expect_pending(&small);
    cr_assert_eq(try_enqueue_many(queue, 2, 2), TFEED_OK);
    expect_batch(&large, 3, 0, 1, 2);
    expect_batch(&small, 1, 3);
    tfeed_queue_unref(queue);
}

Test(queue_engine, rows_of_one_enqueue_many_stay_together)
{
    struct tfeed_queue *queue = new_fifo(2);
    struct operation many, single;
    start_enqueue_many(queue, &many, 0, 4);
    start_enqueue(queue, &single, 100);
    for (int64_t i = 0; i < 4; i++)
        expect_value(queue, i);
    expect_value(queue, 100);
    tfeed_queue_unref(queue);
}

Test(queue_engine, both_lines_are_served_in_turn_until_neither_moves)
{
    struct tfeed_queue *queue = new_fifo(1);
    struct operation dequeue, enqueue;
    start_dequeue(queue, &dequeue, TFEED_QUEUE_DEQUEUE_MANY, 5);
    start_enqueue_many(queue, &enqueue, 0, 6);
    expect_done(&enqueue, TFEED_OK); /* through a queue of one */
    expect_batch(&dequeue, 5, 0, 1, 2, 3, 4);
    expect_value(queue, 5);
    tfeed_queue_unref(queue);
}

/* --- closing ------------------------------------------------------------------------------- */

Test(queue_engine, closed_queue_refuses_enqueues_with_cancelled)
{
    struct tfeed_queue *queue = new_fifo(10);
    struct operation enqueue, many;
    cr_assert_eq(try_close(queue), TFEED_OK);
    start_enqueue(queue, &enqueue, 1);
    start_enqueue_many(queue, &many, 1, 2);
    expect_done(&enqueue, TFEED_CANCELLED);
    expect_message(&enqueue, "FIFOQueue 'fifo_queue' is closed");
    expect_done(&many, TFEED_CANCELLED);
    tfeed_queue_unref(queue);
}

Test(queue_engine, closed_queue_gives_what_it_has_then_out_of_range)
{
    struct tfeed_queue *queue = new_fifo(10);
    struct operation dequeue;
    cr_assert_eq(try_enqueue_many(queue, 0, 2), TFEED_OK);
    cr_assert_eq(try_close(queue), TFEED_OK);
    expect_value(queue, 0);
    expect_value(queue, 1);
    start_dequeue(queue, &dequeue, TFEED_QUEUE_DEQUEUE, 0);
    expect_done(&dequeue, TFEED_OUT_OF_RANGE);
    expect_message(&dequeue,
                   "is closed and has insufficient elements (requested 1, current size 0)");
    tfeed_queue_unref(queue);
}

Test(queue_engine, close_releases_waiting_dequeues_with_out_of_range)
{
    struct tfeed_queue *queue = new_fifo(10);
    struct operation dequeue, many, up_to;
    start_dequeue(queue, &dequeue, TFEED_QUEUE_DEQUEUE, 0);
    start_dequeue(queue, &many, TFEED_QUEUE_DEQUEUE_MANY, 2);
    start_dequeue(queue, &up_to, TFEED_QUEUE_DEQUEUE_UP_TO, 2);
    cr_assert_eq(try_close(queue), TFEED_OK);
    expect_done(&dequeue, TFEED_OUT_OF_RANGE);
    expect_done(&many, TFEED_OUT_OF_RANGE);
    expect_done(&up_to, TFEED_OUT_OF_RANGE);
    tfeed_queue_unref(queue);
}

Test(queue_engine, close_puts_a_partial_batch_back_in_order)
{
    struct tfeed_queue *queue = new_fifo(10);
    struct operation many;
    cr_assert_eq(try_enqueue_many(queue, 0, 3), TFEED_OK);
    start_dequeue(queue, &many, TFEED_QUEUE_DEQUEUE_MANY, 4);
    cr_assert_eq(tfeed_queue_size(queue), 0);
    cr_assert_eq(try_close(queue), TFEED_OK);
    expect_done(&many, TFEED_OUT_OF_RANGE);
    expect_message(&many, "(requested 1, current size 0)");
    for (int64_t i = 0; i < 3; i++)
        expect_value(queue, i);
    tfeed_queue_unref(queue);
}

Test(queue_engine, dequeues_waiting_at_close_settle_in_line)
{
    struct tfeed_queue *queue = new_fifo(10);
    struct operation many, first, second;
    cr_assert_eq(try_enqueue_many(queue, 0, 4), TFEED_OK);
    start_dequeue(queue, &many, TFEED_QUEUE_DEQUEUE_MANY, 6);
    start_dequeue(queue, &first, TFEED_QUEUE_DEQUEUE_UP_TO, 3);
    start_dequeue(queue, &second, TFEED_QUEUE_DEQUEUE_UP_TO, 3);
    cr_assert_eq(try_close(queue), TFEED_OK);
    expect_done(&many, TFEED_OUT_OF_RANGE);
    expect_batch(&first, 3, 0, 1, 2);
    expect_batch(&second, 1, 3);
    tfeed_queue_unref(queue);
}

Test(queue_engine, up_to_on_open_queue_waits_for_all)
{
    struct tfeed_queue *queue = new_fifo(10);
    struct operation up_to;
    cr_assert_eq(try_enqueue_many(queue, 0, 2), TFEED_OK);
    start_dequeue(queue, &up_to, TFEED_QUEUE_DEQUEUE_UP_TO, 3);
    expect_pending(&up_to);
    cr_assert_eq(try_close(queue), TFEED_OK);
    expect_batch(&up_to, 2, 0, 1);
    tfeed_queue_unref(queue);
}

Test(queue_engine, up_to_on_closed_queue_may_ask_for_any_number)
{
    struct tfeed_queue *queue = new_fifo(10);
    struct operation up_to;
    cr_assert_eq(try_enqueue_many(queue, 0, 2), TFEED_OK);
    cr_assert_eq(try_close(queue), TFEED_OK);
    start_dequeue(queue, &up_to, TFEED_QUEUE_DEQUEUE_UP_TO, INT64_MAX);
    expect_batch(&up_to, 2, 0, 1);
    start_dequeue(queue, &up_to, TFEED_QUEUE_DEQUEUE_UP_TO, 9);
    expect_done(&up_to, TFEED_OUT_OF_RANGE);
    expect_message(&up_to, "(requested 9, current size 0)");
    tfeed_queue_unref(queue);
}

Test(queue_engine, plain_close_waits_behind_a_blocked_enqueue)
{
    struct tfeed_queue *queue = new_fifo(1);
    struct operation enqueue, close, late;
    cr_assert_eq(try_enqueue(queue, 1), TFEED_OK);
    start_enqueue(queue, &enqueue, 2);
    start_close(queue, &close);
    start_enqueue(queue, &late, 3);
    expect_pending(&close);
    cr_assert_not(tfeed_queue_is_closed(queue));
    expect_value(queue, 1);
    expect_done(&enqueue, TFEED_OK);
    expect_done(&close, TFEED_OK);
    expect_done(&late, TFEED_CANCELLED);
    cr_assert(tfeed_queue_is_closed(queue));
    expect_value(queue, 2);
    tfeed_queue_unref(queue);
}

Test(queue_engine, plain_close_lets_a_half_done_enqueue_many_finish)
{
    struct tfeed_queue *queue = new_fifo(2);
    struct operation many, close;
    start_enqueue_many(queue, &many, 0, 4);
    start_close(queue, &close);
    for (int64_t i = 0; i < 4; i++)
        expect_value(queue, i);
    expect_done(&many, TFEED_OK);
    expect_done(&close, TFEED_OK);
    tfeed_queue_unref(queue);
}

Test(queue_engine, second_plain_close_is_cancelled)
{
    struct tfeed_queue *queue = new_fifo(1);
    struct operation first, second;
    start_close(queue, &first);
    start_close(queue, &second);
    expect_done(&first, TFEED_OK);
    expect_done(&second, TFEED_CANCELLED);
    expect_message(&second, "already closed");
    tfeed_queue_unref(queue);
}

Test(queue_engine, cancelling_close_fails_all_waiting_enqueues_and_closes)
{
    struct tfeed_queue *queue = new_fifo(2);
    struct operation many, enqueue, close;
    start_enqueue_many(queue, &many, 0, 3);
    start_enqueue(queue, &enqueue, 9);
    start_close(queue, &close);
    cr_assert_eq(tfeed_queue_close(queue, true, NULL), TFEED_OK);
    expect_done(&many, TFEED_CANCELLED);
    expect_message(&many, "was cancelled");
    expect_done(&enqueue, TFEED_CANCELLED);
    expect_done(&close, TFEED_CANCELLED);
    cr_assert_eq(tfeed_queue_size(queue), 2); /* rows that went in stay */
    tfeed_queue_unref(queue);
}

Test(queue_engine, cancelling_close_always_succeeds)
{
    struct tfeed_queue *queue = new_fifo(2);
    cr_assert_eq(try_close(queue), TFEED_OK);
    cr_assert_eq(tfeed_queue_close(queue, true, NULL), TFEED_OK);
    cr_assert_eq(tfeed_queue_close(queue, true, NULL), TFEED_OK);
    tfeed_queue_unref(queue);
}

/* --- cancelling and deadlines ---------------------------------------------------------------- */

Test(queue_engine, cancelled_dequeue_does_not_take_the_next_element)
{
    struct tfeed_queue *queue = new_fifo(2);
    struct operation dequeue;
    start_dequeue(queue, &dequeue, TFEED_QUEUE_DEQUEUE, 0);
    cr_assert(tfeed_queue_cancel(queue, &dequeue.attempt));
    expect_done(&dequeue, TFEED_CANCELLED);
    expect_message(&dequeue, "Dequeue operation was cancelled");
    cr_assert_eq(try_enqueue(queue, 1), TFEED_OK);
    expect_value(queue, 1);
    tfeed_queue_unref(queue);
}

Test(queue_engine, cancelled_dequeue_many_puts_its_rows_back_in_order)
{
    struct tfeed_queue *queue = new_fifo(3);
    struct operation many;
    cr_assert_eq(try_enqueue_many(queue, 0, 2), TFEED_OK);
    start_dequeue(queue, &many, TFEED_QUEUE_DEQUEUE_MANY, 5);
    cr_assert_eq(try_enqueue(queue, 2), TFEED_OK);
    cr_assert(tfeed_queue_cancel(queue, &many.attempt));
    expect_done(&many, TFEED_CANCELLED);
    cr_assert_null(many.tensor.data);
    for (int64_t i = 0; i < 3; i++)
        expect_value(queue, i);
    tfeed_queue_unref(queue);
}

Test(queue_engine, rows_put_back_may_exceed_the_capacity)
{
    struct tfeed_queue *queue = new_fifo(2);
    struct operation large, blocked;
    start_dequeue(queue, &large, TFEED_QUEUE_DEQUEUE_MANY, 9);
    cr_assert_eq(try_enqueue_many(queue, 0, 5), TFEED_OK);
    cr_assert(tfeed_queue_cancel(queue, &large.attempt));
    cr_assert_eq(tfeed_queue_size(queue), 5);
    start_enqueue(queue, &blocked, 5);
    for (int64_t i = 0; i < 4; i++) {
        expect_pending(&blocked);
        expect_value(queue, i);
    }
    expect_done(&blocked, TFEED_OK); /* from five to one below the capacity */
    expect_value(queue, 4);
    expect_value(queue, 5);
    tfeed_queue_unref(queue);
}

Test(queue_engine, rows_put_back_serve_the_next_in_line)
{
    struct tfeed_queue *queue = new_fifo(5);
    struct operation large, small;
    cr_assert_eq(try_enqueue(queue, 7), TFEED_OK);
    start_dequeue(queue, &large, TFEED_QUEUE_DEQUEUE_MANY, 2);
    start_dequeue(queue, &small, TFEED_QUEUE_DEQUEUE, 0);
    cr_assert(tfeed_queue_cancel(queue, &large.attempt));
    expect_batch(&small, 1, 7);
    tfeed_queue_unref(queue);
}

Test(queue_engine, cancelled_enqueue_many_leaves_the_rows_that_went_in)
{
    struct tfeed_queue *queue = new_fifo(2);
    struct operation many;
    start_enqueue_many(queue, &many, 0, 5);
    cr_assert(tfeed_queue_cancel(queue, &many.attempt));
    expect_done(&many, TFEED_CANCELLED);
    expect_value(queue, 0);
    expect_value(queue, 1);
    cr_assert_eq(try_dequeue(queue), TFEED_DEADLINE_EXCEEDED);
    tfeed_queue_unref(queue);
}

Test(queue_engine, cancelled_enqueue_lets_the_close_behind_it_take_effect)
{
    struct tfeed_queue *queue = new_fifo(0);
    struct operation enqueue, close;
    start_enqueue(queue, &enqueue, 1);
    start_close(queue, &close);
    cr_assert(tfeed_queue_cancel(queue, &enqueue.attempt));
    expect_done(&close, TFEED_OK);
    tfeed_queue_unref(queue);
}

Test(queue_engine, attempt_in_the_middle_of_a_line_can_be_cancelled)
{
    struct tfeed_queue *queue = new_fifo(3);
    struct operation first, second, third;
    start_dequeue(queue, &first, TFEED_QUEUE_DEQUEUE, 0);
    start_dequeue(queue, &second, TFEED_QUEUE_DEQUEUE, 0);
    start_dequeue(queue, &third, TFEED_QUEUE_DEQUEUE, 0);
    cr_assert(tfeed_queue_cancel(queue, &second.attempt));
    cr_assert_eq(try_enqueue_many(queue, 1, 2), TFEED_OK);
    expect_batch(&first, 1, 1);
    expect_batch(&third, 1, 2);
    tfeed_queue_unref(queue);
}

Test(queue_engine, cancel_of_a_settled_attempt_says_false)
{
    struct tfeed_queue *queue = new_fifo(1);
    struct operation enqueue, refused;
    start_enqueue(queue, &enqueue, 1);
    cr_assert_not(tfeed_queue_cancel(queue, &enqueue.attempt));
    expect_done(&enqueue, TFEED_OK);
    start_dequeue(queue, &refused, TFEED_QUEUE_DEQUEUE_MANY, -1);
    cr_assert_not(tfeed_queue_cancel(queue, &refused.attempt));
    expect_done(&refused, TFEED_INVALID_ARGUMENT);
    tfeed_queue_unref(queue);
}

Test(queue_engine, deadline_of_dequeue_many_loses_nothing)
{
    struct tfeed_queue *queue = new_fifo(5);
    struct tfeed_tensor batch = {.dtype = TFEED_DTYPE_INVALID};
    struct tfeed_error error = TFEED_ERROR_INIT;
    cr_assert_eq(try_enqueue_many(queue, 0, 2), TFEED_OK);
    const int64_t before_ns = tfi_clock_now_ns();
    cr_assert_eq(tfeed_queue_dequeue_many_timed(queue, 4, 20, &batch, &error),
                 TFEED_DEADLINE_EXCEEDED);
    cr_assert_geq(tfi_clock_now_ns() - before_ns, 20 * 1000 * 1000);
    cr_assert_str_eq(error.message, "FIFOQueue 'fifo_queue': Dequeue operation timed out");
    cr_assert_null(batch.data);
    expect_value(queue, 0);
    expect_value(queue, 1);
    tfeed_queue_unref(queue);
}

Test(queue_engine, deadline_of_enqueue_keeps_the_queue_as_it_was)
{
    struct tfeed_queue *queue = new_fifo(1);
    cr_assert_eq(try_enqueue(queue, 1), TFEED_OK);
    cr_assert_eq(try_enqueue(queue, 2), TFEED_DEADLINE_EXCEEDED);
    expect_value(queue, 1);
    cr_assert_eq(try_dequeue(queue), TFEED_DEADLINE_EXCEEDED);
    tfeed_queue_unref(queue);
}

Test(queue_engine, timed_close_that_cannot_finish_is_withdrawn)
{
    struct tfeed_queue *queue = new_fifo(0);
    struct operation enqueue;
    start_enqueue(queue, &enqueue, 1);
    cr_assert_eq(tfeed_queue_close_timed(queue, 5, NULL), TFEED_DEADLINE_EXCEEDED);
    cr_assert(tfeed_queue_cancel(queue, &enqueue.attempt));
    cr_assert_not(tfeed_queue_is_closed(queue));
    tfeed_queue_unref(queue);
}

Test(queue_engine, very_long_timeout_is_no_overflow)
{
    struct tfeed_queue *queue = new_fifo(1);
    struct tfeed_tensor element = {.dtype = TFEED_DTYPE_INVALID};
    cr_assert_eq(try_enqueue(queue, 1), TFEED_OK);
    cr_assert_eq(tfeed_queue_dequeue_timed(queue, INT64_MAX, &element, NULL), TFEED_OK);
    tfeed_tensor_clear(&element);
    tfeed_queue_unref(queue);
}

/* --- dtypes and shapes ---------------------------------------------------------------------- */

/* A row of shape 1 x 2 x 3 x 4 of each dtype of numbers goes through as it is, byte for byte. */
Test(queue_engine, numbers_of_every_dtype_and_of_high_rank_go_through)
{
    enum { N_ROWS = 3, N_PER_ROW = 24, MAX_ELEMENT_BYTES = 16 };
    static const enum tfeed_dtype dtypes[] = {
#define DTYPE(id, number, size, text) TFEED_##id,
        TFEED_DTYPE_LIST(DTYPE)
#undef DTYPE
    };
    static uint8_t bytes[N_ROWS * N_PER_ROW * MAX_ELEMENT_BYTES];
    const struct tfeed_shape shape = {4, {1, 2, 3, 4}};
    const struct tfeed_shape batch_shape = tfeed_shape_batch(N_ROWS, shape);
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 37 + 1);
    for (size_t i = 0; i < sizeof dtypes / sizeof dtypes[0]; i++) {
        struct tfeed_queue_options options = int64_options(N_ROWS);
        struct tfeed_queue *queue = NULL;
        struct tfeed_tensor batch = {.dtype = TFEED_DTYPE_INVALID};
        if (dtypes[i] == TFEED_STRING)
            continue;
        options.dtypes = &dtypes[i];
        options.shapes = &shape;
        cr_assert_eq(tfeed_fifo_queue_new(NULL, &options, &queue, NULL), TFEED_OK);
        const struct tfeed_tensor rows = tfeed_tensor_borrow(dtypes[i], &batch_shape, bytes);
        cr_assert_eq(tfeed_queue_enqueue_many(queue, &rows, NULL), TFEED_OK);
        cr_assert_eq(tfeed_queue_dequeue_many(queue, N_ROWS, &batch, NULL), TFEED_OK);
        cr_assert(tfeed_shape_equal(&batch.shape, &batch_shape));
        cr_assert_eq(memcmp(batch.data, bytes, N_ROWS * N_PER_ROW * tfeed_dtype_size(dtypes[i])),
                     0);
        tfeed_tensor_clear(&batch);
        tfeed_queue_unref(queue);
    }
}
