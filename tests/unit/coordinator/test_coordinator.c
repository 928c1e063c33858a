/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_coordinator.c - the stop, the first error, and what join waits for.
 *
 * Where a thread has to stay until the test lets it go, it waits for the stop of a second
 * coordinator, the gate.
 */
#include <criterion/criterion.h>

#include <string.h>

#include <tfeed/coordinator.h>

#include "coordinator/coordinator_private.h"
#include "core/error_internal.h"
#include "core/thread_internal.h"
#include "tests/support/support.h"

static struct tfeed_coordinator *coordinator;
static struct tfeed_coordinator *gate;
static struct t_allocator allocator;
static int n_threads_before;

static void set_up(void)
{
    struct tfeed_coordinator_options options;
    n_threads_before = t_n_threads();
    t_allocator_init(&allocator);
    tfeed_coordinator_options_init(&options);
    options.allocator = &allocator.hooks;
    cr_assert_eq(tfeed_coordinator_new(&options, &coordinator, NULL), TFEED_OK);
    cr_assert_eq(tfeed_coordinator_new(NULL, &gate, NULL), TFEED_OK);
}

static void tear_down(void)
{
    tfeed_coordinator_free(coordinator);
    cr_assert(t_n_threads_becomes(n_threads_before), "a thread is left");
    tfeed_coordinator_free(gate);
    cr_assert_eq(t_outstanding_bytes(&allocator), 0);
}

TestSuite(coordinator, .init = set_up, .fini = tear_down);

static tfeed_status report(tfeed_status code)
{
    struct tfeed_error error;
    (void)tfi_fail(&error, code, "reported %s", tfeed_status_name(code));
    return tfeed_coordinator_request_stop(coordinator, &error, NULL);
}

static void stop(struct tfeed_coordinator *which)
{
    cr_assert_eq(tfeed_coordinator_request_stop(which, NULL, NULL), TFEED_OK);
}

static tfeed_status wait_at_gate(struct tfeed_coordinator *its, void *user_data,
                                 struct tfeed_error *reterr)
{
    (void)its;
    (void)user_data;
    (void)reterr;
    (void)tfeed_coordinator_wait_for_stop(gate, TFEED_WAIT_FOREVER);
    return TFEED_OK;
}

static tfeed_status wait_for_own_stop(struct tfeed_coordinator *its, void *user_data,
                                      struct tfeed_error *reterr)
{
    (void)user_data;
    (void)reterr;
    (void)tfeed_coordinator_wait_for_stop(its, TFEED_WAIT_FOREVER);
    return TFEED_OK;
}

static tfeed_status fail_silently(struct tfeed_coordinator *its, void *user_data,
                                  struct tfeed_error *reterr)
{
    (void)its;
    (void)reterr;
    return *(const tfeed_status *)user_data;
}

static tfeed_status stop_gate(struct tfeed_coordinator *its, void *user_data,
                              struct tfeed_error *reterr)
{
    (void)its;
    (void)user_data;
    return tfeed_coordinator_request_stop(gate, NULL, reterr);
}

static void start(const char *name, tfeed_member_fn run, void *user_data)
{
    cr_assert_eq(tfeed_coordinator_start_thread(coordinator, name, run, user_data, NULL), TFEED_OK);
}

static tfeed_status join_within(int64_t grace_ms, struct tfeed_error *error)
{
    struct tfeed_join_options options;
    tfeed_join_options_init(&options);
    options.grace_ms = grace_ms;
    return tfeed_coordinator_join(coordinator, &options, error);
}

/* --- the stop ------------------------------------------------------------------------------ */

Test(coordinator, new_one_is_neither_stopping_nor_joined)
{
    cr_assert_not(tfeed_coordinator_should_stop(coordinator));
    cr_assert_not(tfeed_coordinator_joined(coordinator));
    cr_assert_eq(tfeed_coordinator_error(coordinator, NULL), TFEED_OK);
}

Test(coordinator, wait_for_stop_ends_at_its_timeout)
{
    cr_assert_not(tfeed_coordinator_wait_for_stop(coordinator, 5));
    cr_assert_not(tfeed_coordinator_wait_for_stop(coordinator, 0));
}

Test(coordinator, wait_for_stop_is_woken_by_another_thread)
{
    start("stops", stop_gate, NULL);
    cr_assert(tfeed_coordinator_wait_for_stop(gate, TFEED_WAIT_FOREVER));
    cr_assert(tfeed_coordinator_should_stop(gate));
}

Test(coordinator, first_error_wins)
{
    cr_assert_eq(report(TFEED_DATA_LOSS), TFEED_OK);
    cr_assert_eq(report(TFEED_INTERNAL), TFEED_OK);
    cr_assert_eq(tfeed_coordinator_error(coordinator, NULL), TFEED_DATA_LOSS);
}

Test(coordinator, later_errors_are_counted)
{
    cr_assert_eq(report(TFEED_DATA_LOSS), TFEED_OK);
    cr_assert_eq(report(TFEED_INTERNAL), TFEED_OK);
    cr_assert_eq(report(TFEED_OUT_OF_RANGE), TFEED_OK); /* no error */
    cr_assert_eq(tfeed_coordinator_n_dropped_errors(coordinator), 1);
}

Test(coordinator, recorded_error_is_whole)
{
    struct tfeed_error cause, error;
    (void)tfi_fail_at(&cause, TFEED_DATA_LOSS, "a.tfrecord", 812, 104733, "damaged");
    cr_assert_eq(tfeed_coordinator_request_stop(coordinator, &cause, NULL), TFEED_OK);
    cr_assert_eq(tfeed_coordinator_join(coordinator, NULL, &error), TFEED_DATA_LOSS);
    cr_assert_str_eq(error.message, cause.message);
    cr_assert_str_eq(error.path, "a.tfrecord");
    cr_assert_eq(error.record, 812);
    cr_assert_eq(error.offset, 104733);
}

Test(coordinator, end_of_data_is_a_clean_stop)
{
    cr_assert_eq(report(TFEED_OUT_OF_RANGE), TFEED_OK);
    cr_assert(tfeed_coordinator_should_stop(coordinator));
    cr_assert_eq(tfeed_coordinator_join(coordinator, NULL, NULL), TFEED_OK);
}

Test(coordinator, clean_stop_hides_a_later_error)
{
    stop(coordinator);
    cr_assert_eq(report(TFEED_DATA_LOSS), TFEED_OK);
    cr_assert_eq(tfeed_coordinator_join(coordinator, NULL, NULL), TFEED_OK);
    cr_assert_eq(tfeed_coordinator_n_dropped_errors(coordinator), 1);
}

Test(coordinator, clean_codes_can_be_chosen)
{
    static const tfeed_status codes[] = {TFEED_CANCELLED};
    struct tfeed_coordinator_options options;
    struct tfeed_coordinator *other = NULL;
    tfeed_coordinator_options_init(&options);
    options.clean_stop_codes = codes;
    options.n_clean_stop_codes = 1;
    cr_assert_eq(tfeed_coordinator_new(&options, &other, NULL), TFEED_OK);
    const struct tfeed_error cancelled = {.code = TFEED_CANCELLED};
    const struct tfeed_error end = {.code = TFEED_OUT_OF_RANGE};
    cr_assert_eq(tfeed_coordinator_request_stop(other, &cancelled, NULL), TFEED_OK);
    cr_assert_eq(tfeed_coordinator_error(other, NULL), TFEED_OK);
    tfeed_coordinator_clear_stop(other);
    cr_assert_eq(tfeed_coordinator_request_stop(other, &end, NULL), TFEED_OK);
    cr_assert_eq(tfeed_coordinator_error(other, NULL), TFEED_OUT_OF_RANGE);
    tfeed_coordinator_free(other);
}

/* --- join ---------------------------------------------------------------------------------- */

Test(coordinator, join_waits_for_threads_that_end_by_themselves)
{
    start("one", wait_at_gate, NULL);
    start("opens the gate", stop_gate, NULL);
    cr_assert_eq(tfeed_coordinator_join(coordinator, NULL, NULL), TFEED_OK);
    cr_assert(tfeed_coordinator_joined(coordinator));
    cr_assert_not(tfeed_coordinator_should_stop(coordinator));
    cr_assert(t_n_threads_becomes(n_threads_before));
}

Test(coordinator, join_waits_for_threads_that_end_with_the_stop)
{
    start("one", wait_for_own_stop, NULL);
    start("two", wait_for_own_stop, NULL);
    stop(coordinator);
    cr_assert_eq(tfeed_coordinator_join(coordinator, NULL, NULL), TFEED_OK);
}

Test(coordinator, member_of_the_program_is_waited_for)
{
    struct tfeed_member *member = NULL;
    struct tfeed_error error;
    cr_assert_eq(tfeed_coordinator_register(coordinator, "mine", &member, NULL), TFEED_OK);
    stop(coordinator);
    cr_assert_eq(join_within(0, &error), TFEED_FAILED_PRECONDITION);
    tfeed_coordinator_leave(member);
    cr_assert_eq(join_within(0, &error), TFEED_OK);
}

Test(coordinator, member_that_left_is_not_waited_for)
{
    struct tfeed_member *member = NULL;
    cr_assert_eq(tfeed_coordinator_register(coordinator, "mine", &member, NULL), TFEED_OK);
    tfeed_coordinator_leave(member);
    cr_assert_eq(tfeed_coordinator_join(coordinator, NULL, NULL), TFEED_OK);
}

Test(coordinator, stragglers_are_named)
{
    struct tfeed_error error;
    start("a", wait_at_gate, NULL);
    start("ends", wait_for_own_stop, NULL);
    start("b", wait_at_gate, NULL);
    stop(coordinator);
    cr_assert(t_n_threads_becomes(n_threads_before + 2)); /* one has ended */
    cr_assert_eq(join_within(0, &error), TFEED_FAILED_PRECONDITION);
    cr_assert_str_eq(error.message, "Coordinator stopped with threads still running: a b");
    cr_assert(tfeed_coordinator_joined(coordinator));
    stop(gate);
}

Test(coordinator, straggler_with_a_very_long_name_is_one_too)
{
    char name[2 * TFEED_ERROR_MESSAGE_BYTES];
    struct tfeed_error error;
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    start(name, wait_at_gate, NULL);
    stop(coordinator);
    cr_assert_eq(join_within(0, &error), TFEED_FAILED_PRECONDITION);
    cr_assert_not_null(strstr(error.message, "still running: nnn"), "%s", error.message);
    stop(gate);
}

Test(coordinator, straggler_is_forgotten_by_the_next_join)
{
    start("slow", wait_at_gate, NULL);
    stop(coordinator);
    cr_assert_eq(join_within(0, NULL), TFEED_FAILED_PRECONDITION);
    cr_assert_eq(join_within(0, NULL), TFEED_OK);
    stop(gate);
}

Test(coordinator, straggler_may_outlive_its_coordinator)
{
    struct tfeed_coordinator *its = NULL;
    cr_assert_eq(tfeed_coordinator_new(NULL, &its, NULL), TFEED_OK);
    cr_assert_eq(tfeed_coordinator_start_thread(its, "slow", wait_at_gate, NULL, NULL), TFEED_OK);
    tfeed_coordinator_free(its);
    stop(gate);
}

Test(coordinator, threads_that_nobody_joined_leave_nothing_behind)
{
    start("ends", stop_gate, NULL);
    cr_assert(tfeed_coordinator_wait_for_stop(gate, TFEED_WAIT_FOREVER));
}

Test(coordinator, recorded_error_outranks_stragglers)
{
    start("slow", wait_at_gate, NULL);
    cr_assert_eq(report(TFEED_DATA_LOSS), TFEED_OK);
    cr_assert_eq(join_within(0, NULL), TFEED_DATA_LOSS);
    stop(gate);
}

static void keep_line(void *user_data, enum tfeed_log_level level, const char *line)
{
    char *kept = user_data;
    cr_assert_eq(level, TFEED_LOG_INFO);
    strncpy(kept, line, T_PATH_BYTES - 1);
}

Test(coordinator, ignored_stragglers_are_logged)
{
    char line[T_PATH_BYTES] = "";
    struct tfeed_coordinator_options options;
    struct tfeed_join_options join_options;
    struct tfeed_coordinator *other = NULL;
    struct tfeed_member *member = NULL;
    tfeed_coordinator_options_init(&options);
    options.log = keep_line;
    options.log_user_data = line;
    cr_assert_eq(tfeed_coordinator_new(&options, &other, NULL), TFEED_OK);
    cr_assert_eq(tfeed_coordinator_register(other, "slow", &member, NULL), TFEED_OK);
    stop(other);
    tfeed_join_options_init(&join_options);
    join_options.grace_ms = 0;
    join_options.ignore_live_threads = true;
    cr_assert_eq(tfeed_coordinator_join(other, &join_options, NULL), TFEED_OK);
    cr_assert_str_eq(line, "Coordinator stopped with threads still running: slow");
    tfeed_coordinator_leave(member);
    tfeed_coordinator_free(other);
}

Test(coordinator, grace_begins_when_join_sees_the_stop)
{
    /* The stop is longer past than the grace takes; the join waits for all of it nevertheless. */
    enum { GRACE_MS = 20 };
    start("slow", wait_at_gate, NULL);
    stop(coordinator);
    cr_assert_not(tfeed_coordinator_wait_for_stop(gate, 2 * GRACE_MS));
    const int64_t earliest_end_ns = tfi_deadline_after_ms(GRACE_MS);
    cr_assert_eq(join_within(GRACE_MS, NULL), TFEED_FAILED_PRECONDITION);
    cr_assert_geq(tfi_clock_now_ns(), earliest_end_ns);
    stop(gate);
}

Test(coordinator, thread_that_ends_within_the_grace_is_no_straggler)
{
    start("slow", wait_at_gate, NULL);
    stop(coordinator);
    start("opens the gate", stop_gate, NULL);
    cr_assert_eq(join_within(T_HANG_SECONDS * 1000, NULL), TFEED_OK);
}

/* --- errors of members --------------------------------------------------------------------- */

Test(coordinator, failing_thread_stops_the_others)
{
    tfeed_status code = TFEED_DATA_LOSS;
    struct tfeed_error error;
    start("reader", fail_silently, &code);
    start("waits", wait_for_own_stop, NULL);
    cr_assert_eq(tfeed_coordinator_join(coordinator, NULL, &error), TFEED_DATA_LOSS);
    cr_assert_str_eq(error.message, "thread reader: data loss");
}

Test(coordinator, thread_that_meets_the_end_stops_cleanly)
{
    tfeed_status code = TFEED_OUT_OF_RANGE;
    start("reader", fail_silently, &code);
    cr_assert_eq(tfeed_coordinator_join(coordinator, NULL, NULL), TFEED_OK);
    cr_assert(tfeed_coordinator_should_stop(coordinator));
}

Test(coordinator, error_after_join_comes_back_to_its_reporter)
{
    struct tfeed_error cause, error;
    stop(coordinator);
    cr_assert_eq(tfeed_coordinator_join(coordinator, NULL, NULL), TFEED_OK);
    (void)tfi_fail(&cause, TFEED_DATA_LOSS, "too late");
    cr_assert_eq(tfeed_coordinator_request_stop(coordinator, &cause, &error), TFEED_DATA_LOSS);
    cr_assert_str_eq(error.message, "too late");
    cr_assert_eq(report(TFEED_OUT_OF_RANGE), TFEED_OK);
}

Test(coordinator, clear_stop_starts_anew)
{
    cr_assert_eq(report(TFEED_DATA_LOSS), TFEED_OK);
    cr_assert_eq(tfeed_coordinator_join(coordinator, NULL, NULL), TFEED_DATA_LOSS);
    tfeed_coordinator_clear_stop(coordinator);
    cr_assert_not(tfeed_coordinator_should_stop(coordinator));
    cr_assert_not(tfeed_coordinator_joined(coordinator));
    cr_assert_eq(report(TFEED_INTERNAL), TFEED_OK);
    cr_assert_eq(tfeed_coordinator_join(coordinator, NULL, NULL), TFEED_INTERNAL);
}

/* --- refusals ------------------------------------------------------------------------------ */

Test(coordinator, region_that_fails_stops_and_goes_on)
{
    tfeed_status code = TFEED_DATA_LOSS;
    struct tfeed_error error;
    cr_assert_eq(tfeed_coordinator_stop_on_error(coordinator, fail_silently, &code, NULL),
                 TFEED_OK);
    cr_assert(tfeed_coordinator_should_stop(coordinator));
    cr_assert_eq(tfeed_coordinator_error(coordinator, &error), TFEED_DATA_LOSS);
    cr_assert_not_null(strstr(error.message, "a region of the program: "));
}

Test(coordinator, region_that_ends_well_stops_nothing)
{
    tfeed_status code = TFEED_OK;
    cr_assert_eq(tfeed_coordinator_stop_on_error(coordinator, fail_silently, &code, NULL),
                 TFEED_OK);
    cr_assert_not(tfeed_coordinator_should_stop(coordinator));
    code = TFEED_OUT_OF_RANGE; /* the end of data is a clean stop */
    cr_assert_eq(tfeed_coordinator_stop_on_error(coordinator, fail_silently, &code, NULL),
                 TFEED_OK);
    cr_assert(tfeed_coordinator_should_stop(coordinator));
    cr_assert_eq(tfeed_coordinator_error(coordinator, NULL), TFEED_OK);
}

Test(coordinator, region_after_the_join_gets_its_error_back)
{
    tfeed_status code = TFEED_DATA_LOSS;
    struct tfeed_error error;
    stop(coordinator);
    cr_assert_eq(tfeed_coordinator_join(coordinator, NULL, NULL), TFEED_OK);
    cr_assert_eq(tfeed_coordinator_stop_on_error(coordinator, fail_silently, &code, &error),
                 TFEED_DATA_LOSS);
    cr_assert_eq(error.code, TFEED_DATA_LOSS);
}

/* --- several joins ------------------------------------------------------------------------- */

enum { N_JOINERS = 3 };

struct joiner {
    struct tfi_thread thread;
    int64_t grace_ms;
    tfeed_status status;
    struct tfeed_error error;
};

static void join_as_thread(void *opaque)
{
    struct joiner *joiner = opaque;
    joiner->status = join_within(joiner->grace_ms, &joiner->error);
}

/* Afterwards all of them wait for the stop. */
static void start_joiners(struct joiner joiners[N_JOINERS], int64_t grace_ms)
{
    for (size_t i = 0; i < N_JOINERS; i++) {
        joiners[i].grace_ms = grace_ms;
        cr_assert_eq(
            tfi_thread_start(&joiners[i].thread, "joiner", join_as_thread, &joiners[i], NULL),
            TFEED_OK);
    }
    while (tfi_coordinator_n_joins(coordinator) < N_JOINERS)
        (void)tfeed_coordinator_wait_for_stop(gate, 1);
}

static void end_joiners(struct joiner joiners[N_JOINERS])
{
    for (size_t i = 0; i < N_JOINERS; i++)
        tfi_thread_join(&joiners[i].thread);
}

Test(coordinator, several_joins_wait_for_the_same_threads)
{
    struct joiner joiners[N_JOINERS];
    start("ends", wait_for_own_stop, NULL);
    start("ends too", wait_for_own_stop, NULL);
    start_joiners(joiners, T_HANG_SECONDS * 1000);
    cr_assert_eq(report(TFEED_DATA_LOSS), TFEED_OK);
    end_joiners(joiners);
    for (size_t i = 0; i < N_JOINERS; i++)
        cr_assert_eq(joiners[i].status, TFEED_DATA_LOSS);
}

Test(coordinator, each_of_several_joins_names_the_stragglers)
{
    struct joiner joiners[N_JOINERS];
    start("slow", wait_at_gate, NULL);
    start_joiners(joiners, 1);
    stop(coordinator);
    end_joiners(joiners);
    for (size_t i = 0; i < N_JOINERS; i++) {
        cr_assert_eq(joiners[i].status, TFEED_FAILED_PRECONDITION);
        cr_assert_str_eq(joiners[i].error.message,
                         "Coordinator stopped with threads still running: slow");
    }
    cr_assert_eq(join_within(0, NULL), TFEED_OK);
    stop(gate);
}

Test(coordinator, options_that_were_not_initialised_are_refused)
{
    struct tfeed_coordinator *other = NULL;
    const struct tfeed_coordinator_options options = {.struct_size = 1};
    const struct tfeed_join_options join_options = {.struct_size = 1};
    cr_assert_eq(tfeed_coordinator_new(&options, &other, NULL), TFEED_INVALID_ARGUMENT);
    cr_assert_eq(tfeed_coordinator_join(coordinator, &join_options, NULL), TFEED_INVALID_ARGUMENT);
}

Test(coordinator, thread_that_cannot_start_is_no_member)
{
    tfi_thread_fail_starts(0, 1);
    cr_assert_eq(tfeed_coordinator_start_thread(coordinator, "never", wait_at_gate, NULL, NULL),
                 TFEED_RESOURCE_EXHAUSTED);
    cr_assert_eq(tfeed_coordinator_join(coordinator, NULL, NULL), TFEED_OK);
}

Test(coordinator, no_memory_is_reported)
{
    T_FAIL_EACH_ALLOC(failing, {
        struct tfeed_coordinator_options options;
        struct tfeed_coordinator *other = NULL;
        struct tfeed_member *member = NULL;
        tfeed_coordinator_options_init(&options);
        options.allocator = failing;
        tfeed_status status = tfeed_coordinator_new(&options, &other, NULL);
        if (status == TFEED_OK)
            status = tfeed_coordinator_register(other, "member", &member, NULL);
        if (status == TFEED_OK) {
            tfeed_coordinator_leave(member);
            status = tfeed_coordinator_start_thread(other, "thread", stop_gate, NULL, NULL);
        }
        if (other != NULL)
            cr_assert_eq(tfeed_coordinator_join(other, NULL, NULL), TFEED_OK);
        T_EXPECT_ALLOC_STATUS(status);
        tfeed_coordinator_free(other);
    });
}
