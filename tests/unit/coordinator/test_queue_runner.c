/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_queue_runner.c - threads that fill a queue: how they end, and what becomes of the queue.
 */
#include <stdatomic.h>

#include "tests/unit/coordinator/queue_runner_fixture.h"

TestSuite(queue_runner, .init = set_up, .fini = tear_down);

/* --- clean ends ---------------------------------------------------------------------------- */

Test(queue_runner, end_of_the_source_closes_the_queue)
{
    put(0, 3);
    close_source();
    make_runner(move_one, NULL, 1);
    cr_assert_eq(start(NULL), 1);
    expect_number(0);
    expect_number(1);
    expect_number(2);
    cr_assert_eq(next_within(TFEED_WAIT_FOREVER), TFEED_OUT_OF_RANGE);
    cr_assert_eq(tfeed_queue_runner_n_errors(runner), 0);
}

Test(queue_runner, coordinator_adds_a_watcher)
{
    make_runner(move_one, NULL, 3);
    cr_assert_eq(start(coordinator), 4);
    close_source();
    cr_assert_eq(stop_and_join(NULL), TFEED_OK);
}

Test(queue_runner, last_thread_closes)
{
    tfeed_status end = TFEED_OUT_OF_RANGE;
    const struct tfeed_enqueue_operation operations[] = {
        {.run = fail_silently, .user_data = &end}, /* ends at once, cleanly */
        {.run = move_one},
    };
    cr_assert_eq(tfeed_queue_runner_new(queue, operations, 2, NULL, &runner, NULL), TFEED_OK);
    (void)start(NULL);
    cr_assert(t_n_threads_becomes(n_threads_before + 1));
    cr_assert_not(tfeed_queue_is_closed(queue));
    put(7, 1);
    expect_number(7);
    close_source();
    cr_assert_eq(next_within(TFEED_WAIT_FOREVER), TFEED_OUT_OF_RANGE);
}

Test(queue_runner, clean_end_does_not_stop_the_coordinator)
{
    close_source();
    make_runner(move_one, NULL, 1);
    (void)start(coordinator);
    cr_assert_eq(next_within(TFEED_WAIT_FOREVER), TFEED_OUT_OF_RANGE);
    cr_assert_not(tfeed_coordinator_should_stop(coordinator));
    cr_assert_eq(stop_and_join(NULL), TFEED_OK);
}

Test(queue_runner, closed_codes_can_be_chosen)
{
    static const tfeed_status codes[] = {TFEED_OUT_OF_RANGE, TFEED_CANCELLED};
    tfeed_status end = TFEED_CANCELLED;
    struct tfeed_queue_runner_options options;
    const struct tfeed_enqueue_operation operation = {.run = fail_silently, .user_data = &end};
    tfeed_queue_runner_options_init(&options);
    options.closed_codes = codes;
    options.n_closed_codes = 2;
    cr_assert_eq(tfeed_queue_runner_new(queue, &operation, 1, &options, &runner, NULL), TFEED_OK);
    (void)start(coordinator);
    cr_assert_eq(next_within(TFEED_WAIT_FOREVER), TFEED_OUT_OF_RANGE);
    cr_assert_eq(stop_and_join(NULL), TFEED_OK);
}

/* --- errors -------------------------------------------------------------------------------- */

Test(queue_runner, error_without_coordinator_is_kept_and_closes_nothing)
{
    tfeed_status code = TFEED_DATA_LOSS;
    struct tfeed_error error;
    make_runner(fail_silently, &code, 1);
    (void)start(NULL);
    cr_assert(t_n_threads_becomes(n_threads_before));
    cr_assert_eq(tfeed_queue_runner_n_errors(runner), 1);
    cr_assert_eq(tfeed_queue_runner_error(runner, 0, &error), TFEED_DATA_LOSS);
    cr_assert_str_eq(error.message, "QueueRunnerThread-numbers-enqueue: data loss");
    cr_assert_not(tfeed_queue_is_closed(queue));
    cr_assert_eq(next_within(0), TFEED_DEADLINE_EXCEEDED);
}

Test(queue_runner, every_thread_can_leave_an_error)
{
    tfeed_status code = TFEED_DATA_LOSS;
    make_runner(fail_silently, &code, 4);
    (void)start(NULL);
    cr_assert(t_n_threads_becomes(n_threads_before));
    cr_assert_eq(tfeed_queue_runner_n_errors(runner), 4);
    cr_assert_eq(tfeed_queue_runner_error(runner, 4, NULL), TFEED_OUT_OF_RANGE);
}

Test(queue_runner, error_with_coordinator_stops_and_cancels)
{
    tfeed_status code = TFEED_DATA_LOSS;
    make_runner(fail_silently, &code, 1);
    (void)start(coordinator);
    cr_assert_eq(next_within(TFEED_WAIT_FOREVER), TFEED_OUT_OF_RANGE);
    cr_assert_eq(tfeed_coordinator_join(coordinator, NULL, NULL), TFEED_DATA_LOSS);
    cr_assert_eq(tfeed_queue_runner_n_errors(runner), 0);
}

/* --- the stop ------------------------------------------------------------------------------ */

Test(queue_runner, stop_lets_a_blocked_enqueue_go)
{
    put(0, 9);
    make_runner(move_one, NULL, 1);
    (void)start(coordinator);
    wait_until_blocked(queue, true);
    cr_assert_eq(stop_and_join(NULL), TFEED_OK);
    expect_number(0);
    expect_number(1);
    cr_assert_eq(next_within(0), TFEED_OUT_OF_RANGE);
    cr_assert_eq(tfeed_coordinator_n_dropped_errors(coordinator), 1); /* "was cancelled" */
}

Test(queue_runner, stop_before_the_start_runs_no_operation)
{
    put(0, 1);
    make_runner(move_one, NULL, 1);
    cr_assert_eq(tfeed_coordinator_request_stop(coordinator, NULL, NULL), TFEED_OK);
    (void)start(coordinator);
    cr_assert_eq(stop_and_join(NULL), TFEED_OK);
    cr_assert_eq(tfeed_queue_size(source), 1);
    cr_assert(tfeed_queue_is_closed(queue));
}

Test(queue_runner, thread_blocked_elsewhere_is_a_straggler_by_its_full_name)
{
    struct tfeed_join_options options;
    struct tfeed_error error;
    make_runner(move_one, NULL, 1);
    (void)start(coordinator);
    wait_until_blocked(source, false);
    tfeed_join_options_init(&options);
    options.grace_ms = 0;
    cr_assert_eq(tfeed_coordinator_request_stop(coordinator, NULL, NULL), TFEED_OK);
    cr_assert(t_n_threads_becomes(n_threads_before + 1)); /* the watcher has ended */
    cr_assert_eq(tfeed_coordinator_join(coordinator, &options, &error), TFEED_FAILED_PRECONDITION);
    cr_assert_str_eq(error.message, "Coordinator stopped with threads still running: "
                                    "QueueRunnerThread-numbers-enqueue");
}

static tfeed_status note_call(void *user_data, struct tfeed_error *reterr)
{
    int *n_calls = user_data;
    (*n_calls)++;
    return tfeed_queue_close(source, true, reterr);
}

Test(queue_runner, cancel_can_be_chosen)
{
    static int n_calls; /* tear_down calls once more */
    struct tfeed_queue_runner_options options;
    const struct tfeed_enqueue_operation operation = {.run = move_one};
    tfeed_queue_runner_options_init(&options);
    options.cancel = note_call;
    options.user_data = &n_calls;
    cr_assert_eq(tfeed_queue_runner_new(queue, &operation, 1, &options, &runner, NULL), TFEED_OK);
    (void)start(coordinator);
    wait_until_blocked(source, false);
    cr_assert_eq(stop_and_join(NULL), TFEED_OK);
    cr_assert_eq(n_calls, 1);
}

Test(queue_runner, error_closes_the_queue_where_that_is_asked)
{
    static tfeed_status code = TFEED_DATA_LOSS;
    struct tfeed_queue_runner_options options;
    const struct tfeed_enqueue_operation operation = {.run = fail_silently, .user_data = &code};
    tfeed_queue_runner_options_init(&options);
    options.closes_on_error = true;
    cr_assert_eq(tfeed_queue_runner_new(queue, &operation, 1, &options, &runner, NULL), TFEED_OK);
    (void)start(NULL);
    cr_assert_eq(next_within(TFEED_WAIT_FOREVER), TFEED_OUT_OF_RANGE);
    cr_assert_eq(tfeed_queue_runner_n_errors(runner), 1);
}

/* --- starting again ------------------------------------------------------------------------ */

Test(queue_runner, second_start_while_threads_live_starts_none)
{
    make_runner(move_one, NULL, 2);
    cr_assert_eq(start(NULL), 2);
    cr_assert_eq(start(NULL), 0);
    close_source();
}

Test(queue_runner, start_after_the_end_forgets_errors)
{
    tfeed_status code = TFEED_DATA_LOSS;
    make_runner(fail_silently, &code, 1);
    (void)start(NULL);
    cr_assert(t_n_threads_becomes(n_threads_before));
    code = TFEED_OUT_OF_RANGE;
    cr_assert_eq(start(NULL), 1);
    cr_assert_eq(next_within(TFEED_WAIT_FOREVER), TFEED_OUT_OF_RANGE);
    cr_assert_eq(tfeed_queue_runner_n_errors(runner), 0);
}

Test(queue_runner, start_under_another_coordinator_ends_the_old_watcher)
{
    struct tfeed_coordinator *other = NULL;
    tfeed_status code = TFEED_CANCELLED;
    static const tfeed_status codes[] = {TFEED_CANCELLED};
    struct tfeed_queue_runner_options options;
    const struct tfeed_enqueue_operation operation = {.run = fail_silently, .user_data = &code};
    tfeed_queue_runner_options_init(&options);
    options.closed_codes = codes;
    options.n_closed_codes = 1;
    cr_assert_eq(tfeed_coordinator_new(NULL, &other, NULL), TFEED_OK);
    cr_assert_eq(tfeed_queue_runner_new(queue, &operation, 1, &options, &runner, NULL), TFEED_OK);
    (void)start(coordinator);
    cr_assert_eq(next_within(TFEED_WAIT_FOREVER), TFEED_OUT_OF_RANGE);
    cr_assert(t_n_threads_becomes(n_threads_before + 1)); /* the watcher */
    cr_assert_eq(start(other), 2);
    cr_assert(t_n_threads_becomes(n_threads_before + 1)); /* the new one */
    cr_assert_eq(tfeed_coordinator_join(coordinator, NULL, NULL), TFEED_OK);
    tfeed_queue_runner_free(runner);
    runner = NULL;
    tfeed_coordinator_free(other);
}

/* --- ending -------------------------------------------------------------------------------- */

Test(queue_runner, free_ends_threads_that_no_coordinator_joins)
{
    put(0, 9);
    make_runner(move_one, NULL, 1);
    (void)start(NULL);
    wait_until_blocked(queue, true);
    tfeed_queue_runner_free(runner);
    runner = NULL;
    cr_assert(t_n_threads_becomes(n_threads_before));
    cr_assert(tfeed_queue_is_closed(queue));
}

static tfeed_status count_runs(void *user_data, struct tfeed_error *reterr)
{
    (void)reterr;
    atomic_fetch_add((_Atomic int *)user_data, 1);
    return TFEED_OK;
}

Test(queue_runner, free_ends_an_operation_that_never_meets_the_queue, .timeout = T_HANG_SECONDS)
{
    _Atomic int n_runs = 0;
    make_runner(count_runs, &n_runs, 1);
    (void)start(NULL);
    tfeed_queue_runner_free(runner);
    runner = NULL;
    cr_assert(t_n_threads_becomes(n_threads_before));
}

Test(queue_runner, free_ends_the_watcher_without_a_stop)
{
    close_source();
    make_runner(move_one, NULL, 1);
    (void)start(coordinator);
    tfeed_queue_runner_free(runner);
    runner = NULL;
    cr_assert_not(tfeed_coordinator_should_stop(coordinator));
    cr_assert_eq(tfeed_coordinator_join(coordinator, NULL, NULL), TFEED_OK);
}

Test(queue_runner, operations_are_freed_with_the_runner)
{
    int n_frees = 0;
    const struct tfeed_enqueue_operation operation = {
        .run = move_one, .user_data = &n_frees, .free = count_frees};
    cr_assert_eq(tfeed_queue_runner_new(queue, &operation, 1, NULL, &runner, NULL), TFEED_OK);
    tfeed_queue_runner_free(runner);
    runner = NULL;
    cr_assert_eq(n_frees, 1);
}

/* --- created, not yet started -------------------------------------------------------------- */

Test(queue_runner, created_threads_run_when_they_are_started)
{
    make_runner(move_one, NULL, 2);
    put(1, 1);
    cr_assert_eq(create(coordinator), 3);
    cr_assert_eq(t_n_threads(), n_threads_before);
    cr_assert_eq(next_within(5), TFEED_DEADLINE_EXCEEDED);
    cr_assert_eq(tfeed_queue_runner_start_created(runner, NULL), TFEED_OK);
    expect_number(1);
    close_source();
    cr_assert_eq(next_within(TFEED_WAIT_FOREVER), TFEED_OUT_OF_RANGE);
    cr_assert_eq(stop_and_join(NULL), TFEED_OK);
}

Test(queue_runner, created_threads_keep_others_from_being_made)
{
    make_runner(move_one, NULL, 1);
    cr_assert_eq(create(NULL), 1);
    cr_assert_eq(create(NULL), 0);
    cr_assert_eq(start(NULL), 0);
    cr_assert_eq(t_n_threads(), n_threads_before);
}

Test(queue_runner, created_threads_start_only_once)
{
    struct tfeed_error error;
    make_runner(move_one, NULL, 1);
    cr_assert_eq(tfeed_queue_runner_start_created(runner, &error), TFEED_FAILED_PRECONDITION);
    cr_assert_eq(create(NULL), 1);
    cr_assert_eq(tfeed_queue_runner_start_created(runner, NULL), TFEED_OK);
    cr_assert_eq(tfeed_queue_runner_start_created(runner, NULL), TFEED_FAILED_PRECONDITION);
    close_source();
}

/* --- what it is about ---------------------------------------------------------------------- */

Test(queue_runner, description_names_queue_operations_and_codes)
{
    static const tfeed_status codes[] = {TFEED_OUT_OF_RANGE, TFEED_CANCELLED, TFEED_CANCELLED};
    const struct tfeed_enqueue_operation operations[] = {{.run = move_one, .name = "first"},
                                                         {.run = move_one}};
    struct tfeed_queue_runner_options options;
    struct tfeed_queue_runner_info info;
    tfeed_queue_runner_options_init(&options);
    options.closed_codes = codes;
    options.n_closed_codes = 3;
    options.cancel = fail_silently;
    options.user_data = &(tfeed_status){TFEED_OK};
    cr_assert_eq(tfeed_queue_runner_new(queue, operations, 2, &options, &runner, NULL), TFEED_OK);
    tfeed_queue_runner_describe(runner, &info);
    cr_assert_str_eq(info.queue_name, tfeed_queue_name(queue));
    cr_assert_eq(info.n_operations, 2);
    cr_assert_str_eq(info.operation_names[0], "first");
    cr_assert_str_eq(info.operation_names[1], "enqueue");
    cr_assert_eq(info.n_closed_codes, 2);
    cr_assert_eq(info.closed_codes[0], TFEED_CANCELLED);
    cr_assert_eq(info.closed_codes[1], TFEED_OUT_OF_RANGE);
    cr_assert_not(info.has_own_close);
    cr_assert(info.has_own_cancel);
    tfeed_queue_runner_free(runner);
    make_runner(move_one, NULL, 1);
    tfeed_queue_runner_describe(runner, &info);
    cr_assert_eq(info.n_closed_codes, 1);
    cr_assert_eq(info.closed_codes[0], TFEED_OUT_OF_RANGE);
    cr_assert_not(info.has_own_cancel);
}

/* --- refusals ------------------------------------------------------------------------------ */

Test(queue_runner, runner_needs_a_queue_and_operations)
{
    const struct tfeed_enqueue_operation operation = {.run = move_one};
    cr_assert_eq(tfeed_queue_runner_new(NULL, &operation, 1, NULL, &runner, NULL),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_eq(tfeed_queue_runner_new(queue, &operation, 0, NULL, &runner, NULL),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_eq(tfeed_queue_runner_new(queue, NULL, 1, NULL, &runner, NULL),
                 TFEED_INVALID_ARGUMENT);
    const struct tfeed_enqueue_operation nothing = {.run = NULL};
    cr_assert_eq(tfeed_queue_runner_new(queue, &nothing, 1, NULL, &runner, NULL),
                 TFEED_INVALID_ARGUMENT);
}

Test(queue_runner, empty_list_of_closed_codes_is_refused)
{
    static const tfeed_status codes[] = {TFEED_OUT_OF_RANGE};
    struct tfeed_queue_runner_options options;
    const struct tfeed_enqueue_operation operation = {.run = move_one};
    tfeed_queue_runner_options_init(&options);
    options.closed_codes = codes;
    cr_assert_eq(tfeed_queue_runner_new(queue, &operation, 1, &options, &runner, NULL),
                 TFEED_INVALID_ARGUMENT);
}

Test(queue_runner, failing_thread_start_is_reported_and_the_rest_ends_with_the_stop)
{
    make_runner(move_one, NULL, 3);
    tfi_thread_fail_starts(2, 1); /* the watcher and one worker start */
    cr_assert_eq(tfeed_queue_runner_start(runner, coordinator, NULL, NULL),
                 TFEED_RESOURCE_EXHAUSTED);
    cr_assert(t_n_threads_becomes(n_threads_before + 2));
    close_source();
    cr_assert_eq(stop_and_join(NULL), TFEED_OK);
}

Test(queue_runner, failing_watcher_starts_nothing)
{
    make_runner(move_one, NULL, 3);
    tfi_thread_fail_starts(0, 1);
    cr_assert_eq(tfeed_queue_runner_start(runner, coordinator, NULL, NULL),
                 TFEED_RESOURCE_EXHAUSTED);
    cr_assert(t_n_threads_becomes(n_threads_before));
    cr_assert_eq(start(coordinator), 4); /* and it can be tried again */
    close_source();
    cr_assert_eq(stop_and_join(NULL), TFEED_OK);
}

Test(queue_runner, no_memory_leaves_operations_to_the_caller)
{
    int n_frees = 0;
    int n_made = 0;
    const struct tfeed_enqueue_operation operations[] = {
        {.run = move_one, .user_data = &n_frees, .free = count_frees},
        {.run = move_one, .user_data = &n_frees, .free = count_frees},
    };
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_queue_runner_options options;
        struct tfeed_queue_runner *made = NULL;
        tfeed_queue_runner_options_init(&options);
        options.allocator = allocator;
        T_EXPECT_ALLOC_STATUS(tfeed_queue_runner_new(queue, operations, 2, &options, &made, NULL));
        n_made += made != NULL;
        tfeed_queue_runner_free(made);
    });
    cr_assert_eq(n_made, 1);
    cr_assert_eq(n_frees, 2);
}
