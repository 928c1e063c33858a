/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * queue_runner_fixture.h - a coordinator, two queues, and what a runner between them does.
 *
 * The runner under test moves numbers from `source` to `queue`, which holds two.
 */
#ifndef QUEUE_RUNNER_FIXTURE_H
#define QUEUE_RUNNER_FIXTURE_H

#include <criterion/criterion.h>

#include <string.h>

#include <tfeed/coordinator.h>

#include "core/error_internal.h"
#include "core/thread_internal.h"
#include "queues/queues_internal.h"
#include "tests/support/support.h"

static struct tfeed_coordinator *coordinator;
static struct tfeed_queue *source;
static struct tfeed_queue *queue;
static struct tfeed_queue_runner *runner;
static int n_threads_before;

static inline struct tfeed_queue *new_queue(const char *name, int64_t capacity)
{
    static const enum tfeed_dtype dtype = TFEED_INT32;
    static const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    struct tfeed_queue_options options;
    struct tfeed_queue *made = NULL;
    tfeed_queue_options_init(&options);
    options.capacity = capacity;
    options.dtypes = &dtype;
    options.shapes = &scalar;
    options.n_components = 1;
    options.name = name;
    cr_assert_eq(tfeed_fifo_queue_new(NULL, &options, &made, NULL), TFEED_OK);
    return made;
}

static inline void set_up(void)
{
    n_threads_before = t_n_threads();
    cr_assert_eq(tfeed_coordinator_new(NULL, &coordinator, NULL), TFEED_OK);
    source = new_queue("source", -1);
    queue = new_queue("numbers", 2);
    runner = NULL;
}

static inline void tear_down(void)
{
    const tfeed_status ignored = tfeed_queue_close(source, true, NULL); /* ends waits there */
    (void)ignored;
    tfeed_queue_runner_free(runner);
    tfeed_coordinator_free(coordinator);
    cr_assert(t_n_threads_becomes(n_threads_before), "a thread is left");
    tfeed_queue_unref(source);
    tfeed_queue_unref(queue);
}

/* --- operations ---------------------------------------------------------------------------- */

static inline tfeed_status move_one(void *user_data, struct tfeed_error *reterr)
{
    (void)user_data;
    struct tfeed_tensor element = {.dtype = TFEED_DTYPE_INVALID};
    tfeed_status status = tfeed_queue_dequeue(source, &element, reterr);
    if (status == TFEED_OK)
        status = tfeed_queue_enqueue(queue, &element, reterr);
    tfeed_tensor_clear(&element);
    return status;
}

static inline tfeed_status fail_silently(void *user_data, struct tfeed_error *reterr)
{
    (void)reterr;
    return *(const tfeed_status *)user_data;
}

static inline void count_frees(void *user_data)
{
    (*(int *)user_data)++;
}

static inline void make_runner(tfeed_enqueue_fn run, void *user_data, size_t n)
{
    struct tfeed_enqueue_operation operations[4] = {{.run = NULL}};
    for (size_t i = 0; i < n; i++)
        operations[i] = (struct tfeed_enqueue_operation){.run = run, .user_data = user_data};
    cr_assert_eq(tfeed_queue_runner_new(queue, operations, n, NULL, &runner, NULL), TFEED_OK);
}

static inline size_t start(struct tfeed_coordinator *its)
{
    size_t n_threads = 99;
    cr_assert_eq(tfeed_queue_runner_start(runner, its, &n_threads, NULL), TFEED_OK);
    return n_threads;
}

static inline void put(int32_t first, int32_t n)
{
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    for (int32_t value = first; value < first + n; value++) {
        const struct tfeed_tensor element = tfeed_tensor_borrow(TFEED_INT32, &scalar, &value);
        cr_assert_eq(tfeed_queue_enqueue(source, &element, NULL), TFEED_OK);
    }
}

static inline void expect_number(int32_t expected)
{
    struct tfeed_tensor element = {.dtype = TFEED_DTYPE_INVALID};
    cr_assert_eq(tfeed_queue_dequeue(queue, &element, NULL), TFEED_OK);
    cr_assert_eq(tfeed_tensor_int32s(&element)[0], expected);
    tfeed_tensor_clear(&element);
}

static inline tfeed_status next_within(int64_t timeout_ms)
{
    struct tfeed_tensor element = {.dtype = TFEED_DTYPE_INVALID};
    const tfeed_status status = tfeed_queue_dequeue_timed(queue, timeout_ms, &element, NULL);
    tfeed_tensor_clear(&element);
    return status;
}

static inline void close_source(void)
{
    cr_assert_eq(tfeed_queue_close(source, false, NULL), TFEED_OK);
}

static inline tfeed_status stop_and_join(struct tfeed_error *error)
{
    cr_assert_eq(tfeed_coordinator_request_stop(coordinator, NULL, NULL), TFEED_OK);
    return tfeed_coordinator_join(coordinator, NULL, error);
}

static inline void wait_until_blocked(struct tfeed_queue *where, bool enqueues)
{
    while (tfi_queue_n_waiting(where, enqueues) == 0)
        (void)tfeed_coordinator_wait_for_stop(coordinator, 1);
}

static inline size_t create(struct tfeed_coordinator *its)
{
    size_t n_threads = 99;
    tfeed_queue_runner_create(runner, its, &n_threads);
    return n_threads;
}

#endif
