/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_thread.c - clock, threads and waiting, one behaviour at a time; races are looked for by
 * stress_condition.
 */
#include <criterion/criterion.h>

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "core/thread_internal.h"
#include "tests/support/support.h"

enum { MS_IN_NS = 1000000 };

Test(thread, clock_does_not_run_backwards)
{
    const int64_t before = tfi_clock_now_ns();
    cr_assert_geq(tfi_clock_now_ns(), before);
}

Test(thread, deadline_lies_the_timeout_ahead)
{
    const int64_t before = tfi_clock_now_ns();
    const int64_t deadline = tfi_deadline_after_ms(250);
    cr_assert_geq(deadline, before + 250 * (int64_t)MS_IN_NS);
    cr_assert_leq(deadline, tfi_clock_now_ns() + 250 * (int64_t)MS_IN_NS);
}

Test(thread, negative_or_endless_timeout_is_no_deadline)
{
    cr_assert_eq(tfi_deadline_after_ms(-1), TFI_FOREVER);
    cr_assert_eq(tfi_deadline_after_ms(INT64_MAX), TFI_FOREVER);
    cr_assert_eq(tfi_deadline_after_ms(INT64_MAX / MS_IN_NS), TFI_FOREVER);
}

/* --- threads ------------------------------------------------------------------------------- */

static char seen_name[64];
static sigset_t seen_mask;

static void look_at_oneself(void *argument)
{
    *(int *)argument = 42;
    pthread_getname_np(pthread_self(), seen_name, sizeof seen_name);
    pthread_sigmask(SIG_SETMASK, NULL, &seen_mask);
}

Test(thread, started_thread_runs_and_is_joined)
{
    int result = 0;
    struct tfi_thread thread;
    const int n_before = t_n_threads();
    cr_assert_eq(tfi_thread_start(&thread, "worker", look_at_oneself, &result, NULL), TFEED_OK);
    tfi_thread_join(&thread);
    cr_assert_eq(result, 42);
    cr_assert_str_eq(seen_name, "worker");
    cr_assert(t_n_threads_becomes(n_before));
    T_EXPECT_NO_LEAKS(NULL);
}

Test(thread, long_name_is_cut)
{
    int result = 0;
    struct tfi_thread thread;
    cr_assert_eq(
        tfi_thread_start(&thread, "queue_runner/reader_12", look_at_oneself, &result, NULL),
        TFEED_OK);
    tfi_thread_join(&thread);
    cr_assert_str_eq(seen_name, "queue_runner/re");
}

Test(thread, signals_are_blocked_but_those_of_faults)
{
    int result = 0;
    struct tfi_thread thread;
    sigset_t mask_after;
    cr_assert_eq(tfi_thread_start(&thread, "worker", look_at_oneself, &result, NULL), TFEED_OK);
    tfi_thread_join(&thread);
    cr_assert(sigismember(&seen_mask, SIGINT));
    cr_assert(sigismember(&seen_mask, SIGTERM));
    cr_assert(sigismember(&seen_mask, SIGALRM));
    cr_assert_not(sigismember(&seen_mask, SIGBUS));
    cr_assert_not(sigismember(&seen_mask, SIGSEGV));
    pthread_sigmask(SIG_SETMASK, NULL, &mask_after);
    cr_assert_not(sigismember(&mask_after, SIGINT), "the starter's own mask has changed");
}

Test(thread, detached_thread_goes_by_itself)
{
    static int result;
    struct tfi_thread thread;
    const int n_before = t_n_threads();
    cr_assert_eq(tfi_thread_start(&thread, "worker", look_at_oneself, &result, NULL), TFEED_OK);
    tfi_thread_detach(&thread);
    cr_assert(t_n_threads_becomes(n_before));
    T_EXPECT_NO_LEAKS(NULL);
}

Test(thread, starts_fail_as_ordered)
{
    int result = 0;
    struct tfi_thread thread;
    struct tfeed_error error = TFEED_ERROR_INIT;
    const tfeed_status expected[] = {TFEED_OK, TFEED_RESOURCE_EXHAUSTED, TFEED_RESOURCE_EXHAUSTED,
                                     TFEED_OK};
    tfi_thread_fail_starts(1, 2);
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        const tfeed_status status =
            tfi_thread_start(&thread, "reader", look_at_oneself, &result, &error);
        cr_assert_eq(status, expected[i], "start %zu", i);
        if (status == TFEED_OK)
            tfi_thread_join(&thread);
    }
    cr_assert_str_eq(error.message, "thread reader cannot start: Resource temporarily unavailable");
}

/* --- waiting ------------------------------------------------------------------------------- */

static struct tfi_mutex mutex; /* guards all that follows */
static int n_ready, n_woken;
static bool is_open;
static struct tfi_condition opened;
static struct tfi_condition ready;

static void init_waiting(void)
{
    tfi_mutex_init(&mutex);
    tfi_condition_init(&opened);
    tfi_condition_init(&ready);
}

static void clear_waiting(void)
{
    tfi_condition_clear(&ready);
    tfi_condition_clear(&opened);
    tfi_mutex_clear(&mutex);
}

TestSuite(condition, .init = init_waiting, .fini = clear_waiting);

Test(condition, past_deadline_returns_at_once)
{
    tfi_mutex_lock(&mutex);
    cr_assert_not(tfi_condition_wait(&opened, &mutex, 0));
    cr_assert_not(tfi_condition_wait(&opened, &mutex, tfi_deadline_after_ms(0)));
    tfi_mutex_unlock(&mutex);
}

/* 20 us end within the spin, where one is made; 2 ms in the sleep. */
Test(condition, deadline_ends_the_wait_and_not_before)
{
    const int64_t waits_ns[] = {20000, 2 * MS_IN_NS};
    tfi_mutex_lock(&mutex);
    for (size_t i = 0; i < 2; i++) {
        const int64_t deadline = tfi_clock_now_ns() + waits_ns[i];
        while (tfi_condition_wait(&opened, &mutex, deadline)) {}
        cr_assert_geq(tfi_clock_now_ns(), deadline);
        cr_assert_eq(opened.n_sleepers, 0);
    }
    tfi_mutex_unlock(&mutex);
}

static void wait_until_open(void *argument)
{
    const int64_t deadline = *(int64_t *)argument;
    tfi_mutex_lock(&mutex);
    n_ready++;
    tfi_condition_wake(&ready, &mutex);
    while (!is_open && tfi_condition_wait(&opened, &mutex, deadline)) {}
    n_woken += is_open;
    tfi_mutex_unlock(&mutex);
}

static void open_to(int n_threads, int64_t deadline)
{
    enum { MAX_THREADS = 8 };
    struct tfi_thread threads[MAX_THREADS];
    for (int i = 0; i < n_threads; i++)
        cr_assert_eq(tfi_thread_start(&threads[i], "waiter", wait_until_open, &deadline, NULL),
                     TFEED_OK);
    tfi_mutex_lock(&mutex);
    while (n_ready < n_threads)
        cr_assert(tfi_condition_wait(&ready, &mutex, TFI_FOREVER));
    is_open = true;
    tfi_condition_wake(&opened, &mutex);
    tfi_mutex_unlock(&mutex);
    for (int i = 0; i < n_threads; i++)
        tfi_thread_join(&threads[i]);
    cr_assert_eq(n_woken, n_threads);
    cr_assert_eq(opened.n_sleepers, 0);
}

Test(condition, wake_ends_a_wait_without_deadline)
{
    open_to(1, TFI_FOREVER);
}

Test(condition, wake_ends_every_wait)
{
    open_to(8, TFI_FOREVER);
}

Test(condition, wake_ends_a_wait_before_its_deadline)
{
    enum { AN_HOUR_MS = 3600000 };
    open_to(3, tfi_deadline_after_ms(AN_HOUR_MS));
}

/* A sleeper has let go of the mutex, so whoever sees it counted can wake it. */
Test(condition, sleeping_thread_is_woken)
{
    int64_t deadline = TFI_FOREVER;
    struct tfi_thread thread;
    cr_assert_eq(tfi_thread_start(&thread, "waiter", wait_until_open, &deadline, NULL), TFEED_OK);
    uint32_t n_sleepers = 0;
    while (n_sleepers == 0) {
        tfi_mutex_lock(&mutex);
        n_sleepers = opened.n_sleepers;
        tfi_mutex_unlock(&mutex);
    }
    tfi_mutex_lock(&mutex);
    is_open = true;
    tfi_condition_wake(&opened, &mutex);
    tfi_condition_wake(&opened, &mutex);
    tfi_mutex_unlock(&mutex);
    tfi_thread_join(&thread);
    cr_assert_eq(n_woken, 1);
    cr_assert_eq(opened.n_sleepers, 0);
}

static int n_tokens;

static void take_a_token(void *argument)
{
    (void)argument;
    tfi_mutex_lock(&mutex);
    while (n_tokens == 0)
        (void)tfi_condition_wait(&opened, &mutex, TFI_FOREVER);
    n_tokens--;
    n_woken++;
    tfi_mutex_unlock(&mutex);
}

Test(condition, wake_one_ends_the_wait_of_one_sleeper)
{
    enum { N_THREADS = 3 };
    struct tfi_thread threads[N_THREADS];
    for (int i = 0; i < N_THREADS; i++)
        cr_assert_eq(tfi_thread_start(&threads[i], "waiter", take_a_token, NULL, NULL), TFEED_OK);
    uint32_t n_sleepers = 0;
    while (n_sleepers < N_THREADS) {
        tfi_mutex_lock(&mutex);
        n_sleepers = opened.n_sleepers;
        tfi_mutex_unlock(&mutex);
    }
    tfi_mutex_lock(&mutex);
    for (uint32_t n_left = N_THREADS; n_left > 0; n_left--) {
        n_tokens++;
        tfi_condition_wake_one(&opened, &mutex);
        cr_assert_eq(opened.n_sleepers, n_left - 1);
    }
    tfi_mutex_unlock(&mutex);
    for (int i = 0; i < N_THREADS; i++)
        tfi_thread_join(&threads[i]);
    cr_assert_eq(n_woken, N_THREADS);
    cr_assert_eq(n_tokens, 0);
}

Test(condition, wake_without_waiters_is_not_kept)
{
    tfi_mutex_lock(&mutex);
    tfi_condition_wake(&opened, &mutex);
    cr_assert_not(tfi_condition_wait(&opened, &mutex, 0));
    tfi_mutex_unlock(&mutex);
}
