/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_in_order.c - work by several threads, handed over in order.
 */
#include <criterion/criterion.h>

#include <stdatomic.h>

#include <tfeed/in_order.h>

#include "core/thread_internal.h"
#include "tests/support/support.h"

enum { N_ITEMS = 500, STOP_AT = 17 };

struct job {
    _Atomic int n_worked;
    _Atomic int n_at_once;
    _Atomic int most_at_once;
    bool is_done[N_ITEMS];
    size_t n_handed_over;
    size_t stop_at;
    bool in_order;
};

static void work(void *user_data, size_t i)
{
    struct job *job = user_data;
    const int now = atomic_fetch_add(&job->n_at_once, 1) + 1;
    int most = atomic_load(&job->most_at_once);
    while (now > most && !atomic_compare_exchange_weak(&job->most_at_once, &most, now))
        ;
    job->is_done[i] = true;
    atomic_fetch_add(&job->n_worked, 1);
    atomic_fetch_sub(&job->n_at_once, 1);
}

static bool done(void *user_data, size_t i)
{
    struct job *job = user_data;
    job->in_order = job->in_order && i == job->n_handed_over && job->is_done[i];
    job->n_handed_over++;
    return job->n_handed_over != job->stop_at;
}

static struct job run(size_t n_items, size_t n_threads, size_t stop_at)
{
    struct job job = {.stop_at = stop_at, .in_order = true};
    cr_assert_eq(tfeed_in_order(n_items, n_threads, work, done, &job, NULL), TFEED_OK);
    return job;
}

Test(in_order, one_thread_works_in_turn)
{
    const struct job job = run(N_ITEMS, 1, 0);
    cr_assert(job.in_order);
    cr_assert_eq(job.n_handed_over, N_ITEMS);
    cr_assert_eq(job.most_at_once, 1);
}

Test(in_order, four_threads_hand_over_in_order)
{
    const int n_threads_before = t_n_threads();
    const struct job job = run(N_ITEMS, 4, 0);
    cr_assert(job.in_order);
    cr_assert_eq(job.n_handed_over, N_ITEMS);
    cr_assert_eq(job.n_worked, N_ITEMS);
    cr_assert_leq(job.most_at_once, 4);
    cr_assert(t_n_threads_becomes(n_threads_before));
}

Test(in_order, as_many_threads_as_processors)
{
    const struct job job = run(N_ITEMS, 0, 0);
    cr_assert(job.in_order);
    cr_assert_eq(job.n_handed_over, N_ITEMS);
}

Test(in_order, nothing_to_do_is_done)
{
    cr_assert_eq(run(0, 4, 0).n_handed_over, 0);
}

Test(in_order, saying_stop_ends_it_soon)
{
    const struct job job = run(N_ITEMS, 4, STOP_AT);
    cr_assert_eq(job.n_handed_over, STOP_AT);
    cr_assert_leq(job.n_worked, STOP_AT + 8, "more was begun than the window is wide");
    cr_assert_eq(run(N_ITEMS, 1, STOP_AT).n_worked, STOP_AT);
}

Test(in_order, fewer_threads_do_the_same)
{
    tfi_thread_fail_starts(1, 100);
    const struct job job = run(N_ITEMS, 4, 0);
    tfi_thread_fail_starts(0, 0);
    cr_assert(job.in_order);
    cr_assert_eq(job.n_handed_over, N_ITEMS);
}

Test(in_order, no_thread_at_all_is_an_error)
{
    struct job job = {.in_order = true};
    struct tfeed_error error;
    tfi_thread_fail_starts(0, 100);
    cr_assert_eq(tfeed_in_order(N_ITEMS, 4, work, done, &job, &error),
                 TFEED_RESOURCE_EXHAUSTED);
    tfi_thread_fail_starts(0, 0);
    cr_assert_eq(job.n_worked, 0);
}
