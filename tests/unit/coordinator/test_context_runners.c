/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_context_runners.c - queue runners that a context keeps: started together, ended with it.
 */
#include "tests/unit/coordinator/queue_runner_fixture.h"

TestSuite(context_runners, .init = set_up, .fini = tear_down);

Test(context_runners, context_starts_and_frees_its_runners)
{
    struct tfeed_context *context = NULL;
    put(0, 2);
    close_source();
    cr_assert_eq(tfeed_context_new(NULL, &context, NULL), TFEED_OK);
    make_runner(move_one, NULL, 1);
    cr_assert_eq(tfeed_context_add_queue_runner(context, runner, NULL), TFEED_OK);
    runner = NULL;
    cr_assert_eq(tfeed_start_queue_runners(context, coordinator, NULL), TFEED_OK);
    expect_number(0);
    expect_number(1);
    cr_assert_eq(stop_and_join(NULL), TFEED_OK);
    cr_assert_eq(tfeed_context_close(context, NULL), TFEED_OK);
}

Test(context_runners, context_is_not_closed_while_threads_live)
{
    struct tfeed_context *context = NULL;
    struct tfeed_error error;
    cr_assert_eq(tfeed_context_new(NULL, &context, NULL), TFEED_OK);
    make_runner(move_one, NULL, 1);
    cr_assert_eq(tfeed_context_add_queue_runner(context, runner, NULL), TFEED_OK);
    runner = NULL;
    cr_assert_eq(tfeed_start_queue_runners(context, coordinator, NULL), TFEED_OK);
    wait_until_blocked(source, false); /* cancelling the runner's queue does not end that */
    cr_assert_eq(tfeed_context_close(context, &error), TFEED_FAILED_PRECONDITION);
    cr_assert_not_null(strstr(error.message, "QueueRunnerThread-numbers-enqueue"));
    close_source();
    cr_assert_eq(stop_and_join(NULL), TFEED_OK);
    cr_assert_eq(tfeed_context_close(context, NULL), TFEED_OK);
}

Test(context_runners, context_waits_for_threads_without_a_coordinator)
{
    struct tfeed_context *context = NULL;
    put(0, 9);
    cr_assert_eq(tfeed_context_new(NULL, &context, NULL), TFEED_OK);
    make_runner(move_one, NULL, 1);
    cr_assert_eq(tfeed_context_add_queue_runner(context, runner, NULL), TFEED_OK);
    runner = NULL;
    cr_assert_eq(tfeed_start_queue_runners(context, NULL, NULL), TFEED_OK);
    wait_until_blocked(queue, true);
    cr_assert_eq(tfeed_context_close(context, NULL), TFEED_OK);
    cr_assert(t_n_threads_becomes(n_threads_before));
}

Test(context_runners, created_threads_do_not_keep_a_context_open)
{
    struct tfeed_context *context = NULL;
    cr_assert_eq(tfeed_context_new(NULL, &context, NULL), TFEED_OK);
    make_runner(move_one, NULL, 2);
    cr_assert_eq(tfeed_context_add_queue_runner(context, runner, NULL), TFEED_OK);
    cr_assert_eq(create(coordinator), 3);
    runner = NULL; /* the context's */
    cr_assert_eq(tfeed_context_close(context, NULL), TFEED_OK);
}

Test(context_runners, context_lists_its_runners)
{
    struct tfeed_context *context = NULL;
    cr_assert_eq(tfeed_context_new(NULL, &context, NULL), TFEED_OK);
    cr_assert_eq(tfeed_context_n_queue_runners(context), 0);
    cr_assert_null(tfeed_context_queue_runner(context, 0));
    make_runner(move_one, NULL, 1);
    cr_assert_eq(tfeed_context_add_queue_runner(context, runner, NULL), TFEED_OK);
    cr_assert_eq(tfeed_context_n_queue_runners(context), 1);
    cr_assert_eq(tfeed_context_queue_runner(context, 0), runner);
    runner = NULL; /* the context's */
    cr_assert_eq(tfeed_context_close(context, NULL), TFEED_OK);
}
