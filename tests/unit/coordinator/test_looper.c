/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_looper.c - what a looper calls, in which order, when, and what its failures do.
 */
#include <criterion/criterion.h>

#include <stdbool.h>
#include <string.h>

#include <tfeed/coordinator.h>

#include "core/error_internal.h"
#include "core/thread_internal.h"
#include "tests/support/support.h"

enum { MAX_CALLS = 16, NS_IN_MS = 1000000 };

static struct tfeed_coordinator *coordinator;
static struct t_allocator allocator;
static int n_threads_before;
static struct tfeed_looper_options options;

/* What was called, a letter each, and when runs began. Read after the join. Runs are due from a
 * moment that is not before the end of start. */
static char calls[MAX_CALLS];
static int64_t started_ns;
static int64_t began_ns[MAX_CALLS];
static size_t n_runs;
static size_t n_runs_wanted;      /* the last requests the stop */
static char failing;              /* the letter of the call that fails */
static int64_t first_run_ends_ns; /* the first run takes until then */

static void set_up(void)
{
    struct tfeed_coordinator_options its_options;
    n_threads_before = t_n_threads();
    t_allocator_init(&allocator);
    tfeed_coordinator_options_init(&its_options);
    its_options.allocator = &allocator.hooks;
    cr_assert_eq(tfeed_coordinator_new(&its_options, &coordinator, NULL), TFEED_OK);
    n_runs_wanted = 3;
}

static void tear_down(void)
{
    tfeed_coordinator_free(coordinator);
    cr_assert(t_n_threads_becomes(n_threads_before), "a thread is left");
    cr_assert_eq(t_outstanding_bytes(&allocator), 0);
}

TestSuite(looper, .init = set_up, .fini = tear_down);

static tfeed_status note(char letter, struct tfeed_error *reterr)
{
    calls[strlen(calls)] = letter;
    return letter == failing ? tfi_fail(reterr, TFEED_DATA_LOSS, "call %c fails", letter)
                             : TFEED_OK;
}

static tfeed_status on_start(struct tfeed_coordinator *its, void *user_data,
                             struct tfeed_error *reterr)
{
    (void)its;
    cr_assert_eq(user_data, &options);
    started_ns = tfi_clock_now_ns();
    return note('s', reterr);
}

static tfeed_status on_run(struct tfeed_coordinator *its, void *user_data,
                           struct tfeed_error *reterr)
{
    cr_assert_eq(user_data, &options);
    began_ns[n_runs++] = tfi_clock_now_ns();
    while (n_runs == 1 && tfi_clock_now_ns() < first_run_ends_ns)
        (void)tfeed_coordinator_wait_for_stop(its, 1);
    if (n_runs == n_runs_wanted)
        (void)tfeed_coordinator_request_stop(its, NULL, NULL);
    return note('r', reterr);
}

static tfeed_status on_stop(struct tfeed_coordinator *its, void *user_data,
                            struct tfeed_error *reterr)
{
    (void)its;
    cr_assert_eq(user_data, &options);
    return note('t', reterr);
}

static void start_all(int64_t interval_ms)
{
    tfeed_looper_options_init(&options);
    options.interval_ms = interval_ms;
    options.start = on_start;
    options.run = on_run;
    options.stop = on_stop;
    options.user_data = &options;
    cr_assert_eq(tfeed_coordinator_start_looper(coordinator, &options, NULL), TFEED_OK);
}

static tfeed_status join(void)
{
    return tfeed_coordinator_join(coordinator, NULL, NULL);
}

/* --- what is called ------------------------------------------------------------------------ */

Test(looper, runs_until_the_stop)
{
    start_all(0);
    cr_assert_eq(join(), TFEED_OK);
    cr_assert_str_eq(calls, "srrrt");
}

Test(looper, only_run_is_needed)
{
    tfeed_looper_options_init(&options);
    options.run = on_run;
    options.user_data = &options;
    cr_assert_eq(tfeed_coordinator_start_looper(coordinator, &options, NULL), TFEED_OK);
    cr_assert_eq(join(), TFEED_OK);
    cr_assert_str_eq(calls, "rrr");
}

Test(looper, stopped_before_the_start_it_does_not_run)
{
    cr_assert_eq(tfeed_coordinator_request_stop(coordinator, NULL, NULL), TFEED_OK);
    start_all(0);
    cr_assert_eq(join(), TFEED_OK);
    cr_assert_str_eq(calls, "st");
}

Test(looper, failing_start_ends_it)
{
    failing = 's';
    start_all(0);
    cr_assert_eq(join(), TFEED_DATA_LOSS);
    cr_assert_str_eq(calls, "s");
}

Test(looper, failing_run_ends_it_without_stop)
{
    failing = 'r';
    start_all(0);
    cr_assert_eq(join(), TFEED_DATA_LOSS);
    cr_assert_str_eq(calls, "sr");
}

Test(looper, failing_stop_comes_too_late_to_be_the_error)
{
    failing = 't';
    start_all(0);
    cr_assert_eq(join(), TFEED_OK);
    cr_assert_str_eq(calls, "srrrt");
    cr_assert_eq(tfeed_coordinator_n_dropped_errors(coordinator), 1);
}

/* --- when ---------------------------------------------------------------------------------- */

static void assert_no_run_came_early(int64_t interval_ms)
{
    for (size_t i = 0; i < n_runs; i++)
        cr_assert_geq(began_ns[i], started_ns + (int64_t)i * interval_ms * NS_IN_MS, "run %zu", i);
}

Test(looper, runs_begin_an_interval_apart)
{
    start_all(10);
    cr_assert_eq(join(), TFEED_OK);
    assert_no_run_came_early(10);
}

/* Seven runs at an interval of 10 ms. The first takes as long as five intervals: those that were
 * due meanwhile come at once, and the next one when it was due anyhow.
 *
 * Returns whether the late ones were seen to come faster than at the interval. */
static bool late_runs_come_at_once(void)
{
    memset(calls, 0, sizeof calls);
    n_runs = 0;
    n_runs_wanted = 7;
    first_run_ends_ns = tfi_clock_now_ns() + 60 * (int64_t)NS_IN_MS;
    start_all(10);
    cr_assert_eq(join(), TFEED_OK);
    cr_assert_str_eq(calls, "srrrrrrrt");
    assert_no_run_came_early(10);
    return began_ns[5] - began_ns[1] < 40 * (int64_t)NS_IN_MS;
}

/* A busy machine may keep the thread from running for longer than that: then it is tried again.
 * A looper that waits an interval behind each run fails every time. */
Test(looper, late_runs_are_caught_up)
{
    int n_tries = 1;
    for (; !late_runs_come_at_once(); n_tries++) {
        cr_assert_lt(n_tries, 100);
        tear_down();
        set_up();
    }
}

Test(looper, stop_ends_a_long_wait)
{
    n_runs_wanted = 0;
    start_all(INT64_MAX);
    while (tfeed_coordinator_wait_for_stop(coordinator, 10))
        ;
    cr_assert_eq(tfeed_coordinator_request_stop(coordinator, NULL, NULL), TFEED_OK);
    cr_assert_eq(join(), TFEED_OK);
    cr_assert_leq(strlen(calls), 3);
}

/* --- what is refused ----------------------------------------------------------------------- */

Test(looper, impossible_requests_are_refused)
{
    tfeed_looper_options_init(&options);
    cr_assert_eq(tfeed_coordinator_start_looper(coordinator, &options, NULL),
                 TFEED_INVALID_ARGUMENT);
    options.run = on_run;
    cr_assert_eq(tfeed_coordinator_start_looper(NULL, &options, NULL), TFEED_INVALID_ARGUMENT);
    options.interval_ms = -1;
    cr_assert_eq(tfeed_coordinator_start_looper(coordinator, &options, NULL),
                 TFEED_INVALID_ARGUMENT);
    options.interval_ms = 0;
    options.struct_size = 0;
    cr_assert_eq(tfeed_coordinator_start_looper(coordinator, &options, NULL),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_eq(tfeed_coordinator_start_looper(coordinator, NULL, NULL), TFEED_INVALID_ARGUMENT);
}

Test(looper, thread_that_cannot_start_leaves_nothing)
{
    tfeed_looper_options_init(&options);
    options.run = on_run;
    tfi_thread_fail_starts(0, 1);
    cr_assert_eq(tfeed_coordinator_start_looper(coordinator, &options, NULL),
                 TFEED_RESOURCE_EXHAUSTED);
    cr_assert_eq(join(), TFEED_OK);
}

static tfeed_status request_stop(struct tfeed_coordinator *its, void *user_data,
                                 struct tfeed_error *reterr)
{
    (void)user_data;
    return tfeed_coordinator_request_stop(its, NULL, reterr);
}

Test(looper, no_memory_is_reported)
{
    T_FAIL_EACH_ALLOC(failing_hooks, {
        struct tfeed_coordinator_options its_options;
        struct tfeed_coordinator *its = NULL;
        tfeed_coordinator_options_init(&its_options);
        its_options.allocator = failing_hooks;
        tfeed_status status = tfeed_coordinator_new(&its_options, &its, NULL);
        if (status == TFEED_OK) {
            tfeed_looper_options_init(&options);
            options.run = request_stop;
            status = tfeed_coordinator_start_looper(its, &options, NULL);
            cr_assert_eq(tfeed_coordinator_join(its, NULL, NULL), TFEED_OK);
        }
        T_EXPECT_ALLOC_STATUS(status);
        tfeed_coordinator_free(its);
    });
}
