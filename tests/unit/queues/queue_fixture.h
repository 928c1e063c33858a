/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * queue_fixture.h - what the unit tests of queues share: queues of int64 scalars, and attempts that
 * remember their completion.
 */
#ifndef TESTS_UNIT_QUEUE_FIXTURE_H
#define TESTS_UNIT_QUEUE_FIXTURE_H

#include <criterion/criterion.h>

#include <sched.h>
#include <stdarg.h>
#include <string.h>

#include <tfeed/queues.h>

#include "core/thread_internal.h"
#include "queues/queues_internal.h"
#include "tests/support/support.h"

enum { UNBOUNDED = -1, MAX_VALUES = 64 };

static const enum tfeed_dtype int64_dtype = TFEED_INT64;
static const struct tfeed_shape scalar_shape = TFEED_SHAPE_SCALAR;

static inline struct tfeed_queue_options int64_options(int64_t capacity)
{
    struct tfeed_queue_options options;
    tfeed_queue_options_init(&options);
    options.capacity = capacity;
    options.dtypes = &int64_dtype;
    options.shapes = &scalar_shape;
    options.n_components = 1;
    return options;
}

static inline struct tfeed_queue *new_fifo(int64_t capacity)
{
    const struct tfeed_queue_options options = int64_options(capacity);
    struct tfeed_queue *queue = NULL;
    cr_assert_eq(tfeed_fifo_queue_new(NULL, &options, &queue, NULL), TFEED_OK);
    return queue;
}

static inline struct tfeed_queue *new_shuffle(int64_t capacity, int64_t min_after_dequeue,
                                              uint64_t seed2)
{
    const struct tfeed_seeds seeds = {87654321, seed2};
    struct tfeed_queue_options options = int64_options(capacity);
    struct tfeed_queue *queue = NULL;
    options.min_after_dequeue = min_after_dequeue;
    options.seed_pair = &seeds;
    cr_assert_eq(tfeed_random_shuffle_queue_new(NULL, &options, &queue, NULL), TFEED_OK);
    return queue;
}

/* --- without waiting ------------------------------------------------------------------------ */

static inline tfeed_status try_enqueue(struct tfeed_queue *queue, int64_t value)
{
    const struct tfeed_tensor tensor = tfeed_tensor_borrow(TFEED_INT64, &scalar_shape, &value);
    return tfeed_queue_enqueue_timed(queue, &tensor, 0, NULL);
}

/* The n values that begin with `first`. */
static inline tfeed_status try_enqueue_many(struct tfeed_queue *queue, int64_t first, int64_t n)
{
    int64_t values[MAX_VALUES];
    const struct tfeed_shape shape = tfeed_shape_vector(n);
    for (int64_t i = 0; i < n; i++)
        values[i] = first + i;
    const struct tfeed_tensor tensor = tfeed_tensor_borrow(TFEED_INT64, &shape, values);
    return tfeed_queue_enqueue_many_timed(queue, &tensor, 0, NULL);
}

static inline void expect_value(struct tfeed_queue *queue, int64_t expected)
{
    struct tfeed_tensor tensor = {.dtype = TFEED_DTYPE_INVALID};
    cr_assert_eq(tfeed_queue_dequeue_timed(queue, 0, &tensor, NULL), TFEED_OK);
    cr_assert_eq(tfeed_tensor_int64s(&tensor)[0], expected, "expected %lld, got %lld",
                 (long long)expected, (long long)tfeed_tensor_int64s(&tensor)[0]);
    tfeed_tensor_clear(&tensor);
}

static inline tfeed_status try_dequeue(struct tfeed_queue *queue)
{
    struct tfeed_tensor tensor = {.dtype = TFEED_DTYPE_INVALID};
    tfeed_status status = tfeed_queue_dequeue_timed(queue, 0, &tensor, NULL);
    tfeed_tensor_clear(&tensor);
    return status;
}

static inline tfeed_status try_close(struct tfeed_queue *queue)
{
    return tfeed_queue_close_timed(queue, 0, NULL);
}

/* --- attempts ------------------------------------------------------------------------------ */

/* A started attempt with its values; it must not move. */
struct operation {
    struct tfeed_attempt attempt;
    struct tfeed_tensor tensor;
    int64_t values[MAX_VALUES];
    int n_completions;
};

static inline void count_completion(struct tfeed_attempt *attempt, void *user_data)
{
    (void)attempt;
    ((struct operation *)user_data)->n_completions++;
}

static inline void start(struct tfeed_queue *queue, struct operation *operation,
                         enum tfeed_queue_operation kind, int64_t n)
{
    operation->n_completions = 0;
    operation->attempt = (struct tfeed_attempt){.operation = kind,
                                                .n = n,
                                                .components = &operation->tensor,
                                                .on_done = count_completion,
                                                .user_data = operation};
    tfeed_queue_start(queue, &operation->attempt);
}

static inline void start_enqueue(struct tfeed_queue *queue, struct operation *operation,
                                 int64_t value)
{
    operation->values[0] = value;
    operation->tensor = tfeed_tensor_borrow(TFEED_INT64, &scalar_shape, operation->values);
    start(queue, operation, TFEED_QUEUE_ENQUEUE, 0);
}

static inline void start_enqueue_many(struct tfeed_queue *queue, struct operation *operation,
                                      int64_t first, int64_t n)
{
    const struct tfeed_shape shape = tfeed_shape_vector(n);
    for (int64_t i = 0; i < n; i++)
        operation->values[i] = first + i;
    operation->tensor = tfeed_tensor_borrow(TFEED_INT64, &shape, operation->values);
    start(queue, operation, TFEED_QUEUE_ENQUEUE_MANY, 0);
}

static inline void start_dequeue(struct tfeed_queue *queue, struct operation *operation,
                                 enum tfeed_queue_operation kind, int64_t n)
{
    operation->tensor = (struct tfeed_tensor){.dtype = TFEED_DTYPE_INVALID};
    start(queue, operation, kind, n);
}

static inline void start_close(struct tfeed_queue *queue, struct operation *operation)
{
    start(queue, operation, TFEED_QUEUE_CLOSE, 0);
}

static inline void expect_pending(const struct operation *operation)
{
    cr_assert_eq(operation->n_completions, 0);
}

static inline void expect_done(const struct operation *operation, tfeed_status status)
{
    cr_assert_eq(operation->n_completions, 1);
    cr_assert_eq(operation->attempt.status, status, "expected %s, got %s: %s",
                 tfeed_status_name(status), tfeed_status_name(operation->attempt.status),
                 operation->attempt.error.message);
}

/* The dequeue is done and gave these n values (int); its tensor is cleared. */
static inline void expect_batch(struct operation *operation, int n, ...)
{
    va_list values;
    expect_done(operation, TFEED_OK);
    cr_assert_eq(tfeed_tensor_n_elements(&operation->tensor), n);
    va_start(values, n);
    for (int i = 0; i < n; i++) {
        const int expected = va_arg(values, int);
        const int64_t got = tfeed_tensor_int64s(&operation->tensor)[i];
        cr_assert_eq(got, expected, "row %d: expected %d, got %lld", i, expected, (long long)got);
    }
    va_end(values);
    tfeed_tensor_clear(&operation->tensor);
}

static inline void expect_message(const struct operation *operation, const char *part)
{
    cr_assert_not_null(strstr(operation->attempt.error.message, part), "\"%s\" is not in \"%s\"",
                       part, operation->attempt.error.message);
}

/* --- threads ------------------------------------------------------------------------------- */

/* Until n attempts wait in one of the lines: a test goes on only when a thread blocks. */
static inline void await_waiting(struct tfeed_queue *queue, bool enqueues, int64_t n)
{
    while (tfi_queue_n_waiting(queue, enqueues) < n)
        sched_yield();
}

static inline void start_thread(struct tfi_thread *thread, void (*run)(void *argument),
                                void *argument)
{
    cr_assert_eq(tfi_thread_start(thread, "test", run, argument, NULL), TFEED_OK);
}

/* An operation of a thread that waits in the queue. The values of an enqueue go into tensor. */
struct blocked_call {
    struct tfeed_queue *queue;
    struct tfeed_attempt attempt;
    struct tfeed_tensor tensor;
    tfeed_status status;
    struct tfi_thread thread;
};

static inline void run_blocked(void *argument)
{
    struct blocked_call *call = argument;
    call->status = tfeed_queue_run_timed(call->queue, &call->attempt, TFEED_WAIT_FOREVER, NULL);
}

static inline void start_blocked(struct blocked_call *call, struct tfeed_queue *queue,
                                 enum tfeed_queue_operation operation, int64_t n)
{
    const bool enqueues = operation == TFEED_QUEUE_ENQUEUE;
    call->queue = queue;
    call->attempt =
        (struct tfeed_attempt){.operation = operation, .n = n, .components = &call->tensor};
    const int64_t n_before = tfi_queue_n_waiting(queue, enqueues);
    start_thread(&call->thread, run_blocked, call);
    await_waiting(queue, enqueues, n_before + 1);
}

#endif
