/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_queue_completions.c - how the end of an attempt reaches its owner: completions that start
 * and cancel attempts, threads that are woken. The code is queue_engine.c.
 */
#include "tests/unit/queues/queue_fixture.h"

/* --- completions --------------------------------------------------------------------------- */

/* Moves every element from one queue to the next, for ever: dequeue, enqueue, dequeue, … */
struct pump {
    struct tfeed_queue *from;
    struct tfeed_queue *to;
    struct tfeed_attempt attempt;
    struct tfeed_tensor element;
    int n_moved;
    int depth; /* of completions inside completions */
    int max_depth;
    tfeed_status end;
};

static void pump_on_done(struct tfeed_attempt *attempt, void *user_data)
{
    struct pump *pump = user_data;
    pump->depth++;
    if (pump->depth > pump->max_depth)
        pump->max_depth = pump->depth;
    if (attempt->status != TFEED_OK) {
        pump->end = attempt->status;
    } else if (attempt->operation == TFEED_QUEUE_DEQUEUE) {
        attempt->operation = TFEED_QUEUE_ENQUEUE;
        tfeed_queue_start(pump->to, attempt);
    } else {
        pump->n_moved++;
        attempt->operation = TFEED_QUEUE_DEQUEUE;
        tfeed_queue_start(pump->from, attempt);
    }
    pump->depth--;
}

static void pump_start(struct pump *pump, struct tfeed_queue *from, struct tfeed_queue *to)
{
    *pump = (struct pump){.from = from, .to = to};
    pump->attempt = (struct tfeed_attempt){.operation = TFEED_QUEUE_DEQUEUE,
                                           .components = &pump->element,
                                           .on_done = pump_on_done,
                                           .user_data = pump};
    tfeed_queue_start(from, &pump->attempt);
}

Test(queue_completions, completions_chain_queues_without_recursion)
{
    enum { N_QUEUES = 4, N_ELEMENTS = 50 };
    struct tfeed_queue *queues[N_QUEUES];
    struct pump pumps[N_QUEUES - 1];
    struct operation source;
    for (int i = 0; i < N_QUEUES; i++)
        queues[i] = new_fifo(i == N_QUEUES - 1 ? UNBOUNDED : 1);
    for (int i = 0; i < N_QUEUES - 1; i++)
        pump_start(&pumps[i], queues[i], queues[i + 1]);
    start_enqueue_many(queues[0], &source, 0, N_ELEMENTS);
    expect_done(&source, TFEED_OK);
    for (int64_t i = 0; i < N_ELEMENTS; i++)
        expect_value(queues[N_QUEUES - 1], i);
    for (int i = 0; i < N_QUEUES - 1; i++) {
        cr_assert_eq(pumps[i].n_moved, N_ELEMENTS);
        cr_assert_eq(pumps[i].max_depth, 1);
        cr_assert_eq(try_close(queues[i]), TFEED_OK);
        cr_assert_eq(pumps[i].end, TFEED_OUT_OF_RANGE);
    }
    for (int i = 0; i < N_QUEUES; i++)
        tfeed_queue_unref(queues[i]);
    T_EXPECT_NO_LEAKS(NULL);
}

/* The first completion cancels an attempt that the same call might have left pending. */
struct canceller {
    struct tfeed_queue *queue;
    struct operation *victim;
    bool has_won;
};

static void cancel_on_done(struct tfeed_attempt *attempt, void *user_data)
{
    struct canceller *canceller = user_data;
    (void)attempt;
    canceller->has_won = tfeed_queue_cancel(canceller->queue, &canceller->victim->attempt);
}

Test(queue_completions, completion_may_cancel_another_attempt)
{
    struct tfeed_queue *queue = new_fifo(4);
    struct tfeed_tensor element = {.dtype = TFEED_DTYPE_INVALID};
    struct operation victim;
    struct canceller canceller = {.queue = queue, .victim = &victim};
    struct tfeed_attempt first = {.operation = TFEED_QUEUE_DEQUEUE,
                                  .components = &element,
                                  .on_done = cancel_on_done,
                                  .user_data = &canceller};
    tfeed_queue_start(queue, &first);
    start_dequeue(queue, &victim, TFEED_QUEUE_DEQUEUE_MANY, 2);
    cr_assert_eq(try_enqueue_many(queue, 0, 2), TFEED_OK);
    cr_assert(canceller.has_won);
    expect_done(&victim, TFEED_CANCELLED);
    expect_value(queue, 1);
    tfeed_tensor_clear(&element);
    tfeed_queue_unref(queue);
}

/* Dequeues again and again, three times. */
struct drain {
    struct tfeed_queue *queue;
    struct tfeed_tensor element;
    int n_taken;
};

static void drain_on_done(struct tfeed_attempt *attempt, void *user_data)
{
    struct drain *drain = user_data;
    if (++drain->n_taken < 3)
        tfeed_queue_start(drain->queue, attempt);
}

Test(queue_completions, blocking_call_runs_the_completions_it_caused_before_it_blocks)
{
    struct tfeed_queue *queue = new_fifo(1);
    struct drain drain = {.queue = queue};
    struct tfeed_attempt attempt = {.operation = TFEED_QUEUE_DEQUEUE,
                                    .components = &drain.element,
                                    .on_done = drain_on_done,
                                    .user_data = &drain};
    int64_t values[4] = {0, 1, 2, 3};
    const struct tfeed_shape shape = tfeed_shape_vector(4);
    const struct tfeed_tensor rows = tfeed_tensor_borrow(TFEED_INT64, &shape, values);
    tfeed_queue_start(queue, &attempt);
    cr_assert_eq(tfeed_queue_enqueue_many(queue, &rows, NULL), TFEED_OK);
    cr_assert_eq(drain.n_taken, 3);
    expect_value(queue, 3);
    tfeed_tensor_clear(&drain.element);
    tfeed_queue_unref(queue);
}

/* --- threads ------------------------------------------------------------------------------- */

Test(queue_completions, blocked_thread_is_woken_by_its_last_row)
{
    struct tfeed_queue *queue = new_fifo(4);
    struct blocked_call call = {.status = TFEED_OK};
    start_blocked(&call, queue, TFEED_QUEUE_DEQUEUE_MANY, 3);
    for (int64_t i = 0; i < 3; i++)
        cr_assert_eq(try_enqueue(queue, i), TFEED_OK);
    tfi_thread_join(&call.thread);
    cr_assert_eq(call.status, TFEED_OK);
    cr_assert_eq(tfeed_tensor_int64s(&call.tensor)[2], 2);
    tfeed_tensor_clear(&call.tensor);
    tfeed_queue_unref(queue);
}

Test(queue_completions, blocked_thread_is_woken_by_close)
{
    struct tfeed_queue *queue = new_fifo(4);
    struct blocked_call call = {.status = TFEED_OK};
    start_blocked(&call, queue, TFEED_QUEUE_DEQUEUE, 0);
    cr_assert_eq(try_close(queue), TFEED_OK);
    tfi_thread_join(&call.thread);
    cr_assert_eq(call.status, TFEED_OUT_OF_RANGE);
    tfeed_queue_unref(queue);
}

Test(queue_completions, blocked_thread_is_woken_by_cancelling_its_attempt)
{
    struct tfeed_queue *queue = new_fifo(4);
    struct blocked_call call = {.status = TFEED_OK};
    start_blocked(&call, queue, TFEED_QUEUE_DEQUEUE_UP_TO, 2);
    cr_assert(tfeed_queue_cancel(queue, &call.attempt));
    tfi_thread_join(&call.thread);
    cr_assert_eq(call.status, TFEED_CANCELLED);
    tfeed_queue_unref(queue);
}

enum { N_THREADS = 10, N_PER_THREAD = 100 };

struct parallel {
    struct tfeed_queue *queue;
    _Atomic int n_seen[N_THREADS * N_PER_THREAD];
    _Atomic int64_t next;
};

static void enqueue_hundred(void *argument)
{
    struct parallel *parallel = argument;
    int64_t values[N_PER_THREAD];
    const struct tfeed_shape shape = tfeed_shape_vector(N_PER_THREAD);
    const struct tfeed_tensor rows = tfeed_tensor_borrow(TFEED_INT64, &shape, values);
    const int64_t first = atomic_fetch_add(&parallel->next, N_PER_THREAD);
    for (int64_t i = 0; i < N_PER_THREAD; i++)
        values[i] = first + i;
    cr_assert_eq(tfeed_queue_enqueue_many(parallel->queue, &rows, NULL), TFEED_OK);
}

static void dequeue_hundred(void *argument)
{
    struct parallel *parallel = argument;
    struct tfeed_tensor batch = {.dtype = TFEED_DTYPE_INVALID};
    cr_assert_eq(tfeed_queue_dequeue_many(parallel->queue, N_PER_THREAD, &batch, NULL), TFEED_OK);
    for (int64_t i = 0; i < N_PER_THREAD; i++)
        atomic_fetch_add(&parallel->n_seen[tfeed_tensor_int64s(&batch)[i]], 1);
    tfeed_tensor_clear(&batch);
}

static void expect_each_once(struct tfeed_queue *queue)
{
    static struct parallel parallel;
    struct tfi_thread producers[N_THREADS], consumers[N_THREADS];
    parallel.queue = queue;
    for (int i = 0; i < N_THREADS; i++) {
        start_thread(&consumers[i], dequeue_hundred, &parallel);
        start_thread(&producers[i], enqueue_hundred, &parallel);
    }
    for (int i = 0; i < N_THREADS; i++) {
        tfi_thread_join(&producers[i]);
        tfi_thread_join(&consumers[i]);
    }
    for (int i = 0; i < N_THREADS * N_PER_THREAD; i++)
        cr_assert_eq(atomic_load(&parallel.n_seen[i]), 1);
}

Test(queue_completions, parallel_batches_deliver_each_element_once)
{
    struct tfeed_queue *queue = new_fifo(30);
    expect_each_once(queue);
    tfeed_queue_unref(queue);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(queue_completions, parallel_shuffled_batches_deliver_each_element_once)
{
    struct tfeed_queue *queue = new_shuffle(UNBOUNDED, 0, 1);
    expect_each_once(queue);
    tfeed_queue_unref(queue);
    T_EXPECT_NO_LEAKS(NULL);
}
