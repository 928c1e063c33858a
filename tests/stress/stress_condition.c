/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * stress_condition.c - many threads wait for and wake each other over one condition.
 *
 * Givers put tokens into a pool of small capacity, takers take them out; both wait on the same
 * condition. In the first half of the run most waits have a deadline 0 to 200 us away: every change
 * comes with a wake, so a wait that reports its deadline although the pool has changed to what it
 * waited for has lost a wake-up. In the second half no wait has one: there a lost wake-up stops the
 * pool, nothing ever ends the program, and the alarm does.
 *
 * Exit: 0 fine, 1 a wake-up was lost, a deadline came early, or tokens do not add up.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/thread_internal.h"
#include "tests/support/stress.h"

enum { CAPACITY = 3, MAX_WAIT_NS = 200000 };

static struct pool {
    struct tfi_mutex mutex; /* guards all that follows */
    bool is_over;
    bool has_deadlines;
    int n_tokens;
    uint64_t n_given;
    uint64_t n_taken;
    uint64_t n_waits;
    uint64_t n_deadlines;
    uint64_t n_lost;
    uint64_t n_early;
    struct tfi_condition changed;
} pool;

struct worker {
    struct tfi_thread thread;
    uint64_t random;
    bool gives;
};

static bool may_go_on_locked(const struct worker *worker) TFI_REQUIRES(&pool.mutex);

static bool may_go_on_locked(const struct worker *worker)
{
    return pool.is_over || (worker->gives ? pool.n_tokens < CAPACITY : pool.n_tokens > 0);
}

static int64_t choose_deadline_locked(struct worker *worker) TFI_REQUIRES(&pool.mutex);

static int64_t choose_deadline_locked(struct worker *worker)
{
    const uint64_t number = t_random_next(&worker->random);
    if (!pool.has_deadlines || number % 4 == 0)
        return TFI_FOREVER;
    return tfi_clock_now_ns() + (int64_t)(number / 4 % MAX_WAIT_NS);
}

/* Returns false when the deadline has passed. */
static bool wait_locked(struct worker *worker) TFI_REQUIRES(&pool.mutex);

static bool wait_locked(struct worker *worker)
{
    const int64_t deadline_ns = choose_deadline_locked(worker);
    while (!may_go_on_locked(worker)) {
        pool.n_waits++;
        if (tfi_condition_wait(&pool.changed, &pool.mutex, deadline_ns))
            continue;
        pool.n_deadlines++;
        pool.n_early += deadline_ns == TFI_FOREVER || tfi_clock_now_ns() < deadline_ns;
        pool.n_lost += may_go_on_locked(worker);
        return false;
    }
    return true;
}

static void work(void *argument)
{
    struct worker *worker = argument;
    bool is_over = false;
    while (!is_over) {
        tfi_mutex_lock(&pool.mutex);
        is_over = pool.is_over;
        if (!is_over && wait_locked(worker) && !pool.is_over) {
            pool.n_tokens += worker->gives ? 1 : -1;
            pool.n_given += worker->gives;
            pool.n_taken += !worker->gives;
            tfi_condition_wake(&pool.changed, &pool.mutex);
        }
        tfi_mutex_unlock(&pool.mutex);
    }
}

static void wait_for_time_locked(int64_t time_ns) TFI_REQUIRES(&pool.mutex);

static void wait_for_time_locked(int64_t time_ns)
{
    while (tfi_clock_now_ns() < time_ns)
        (void)tfi_condition_wait(&pool.changed, &pool.mutex, time_ns);
}

/* One more waiter; ends the run. */
static void watch(int64_t middle_ns, int64_t end_ns)
{
    tfi_mutex_lock(&pool.mutex);
    wait_for_time_locked(middle_ns);
    pool.has_deadlines = false;
    wait_for_time_locked(end_ns);
    const uint64_t n_given = pool.n_given, n_taken = pool.n_taken;
    while (pool.n_given == n_given && pool.n_taken == n_taken)
        (void)tfi_condition_wait(&pool.changed, &pool.mutex, TFI_FOREVER);
    pool.is_over = true;
    tfi_condition_wake(&pool.changed, &pool.mutex);
    tfi_mutex_unlock(&pool.mutex);
}

static int report(void)
{
    const bool adds_up = pool.n_given == pool.n_taken + (uint64_t)pool.n_tokens;
    printf("given %" PRIu64 ", taken %" PRIu64 ", left %d, waits %" PRIu64 ", deadlines %" PRIu64
           ", early %" PRIu64 ", lost wake-ups %" PRIu64 "\n",
           pool.n_given, pool.n_taken, pool.n_tokens, pool.n_waits, pool.n_deadlines, pool.n_early,
           pool.n_lost);
    return adds_up && pool.n_given > 0 && pool.n_lost == 0 && pool.n_early == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    struct t_stress_options options;
    t_stress_options_parse(&options, 8, argc, argv);
    tfi_mutex_init(&pool.mutex);
    tfi_condition_init(&pool.changed);

    struct worker *workers = calloc((size_t)options.n_threads, sizeof *workers);
    if (workers == NULL)
        return 2;
    const int64_t end_ns = t_stress_end_ns(&options);
    const int64_t middle_ns = end_ns - (int64_t)(options.seconds * 1e9 / 2);
    pool.has_deadlines = true;
    for (int i = 0; i < options.n_threads; i++) {
        workers[i].random = options.seed + (uint64_t)i;
        workers[i].gives = i % 2 == 0;
        if (tfi_thread_start(&workers[i].thread, "stress", work, &workers[i], NULL) != TFEED_OK)
            return 2;
    }

    watch(middle_ns, end_ns);
    for (int i = 0; i < options.n_threads; i++)
        tfi_thread_join(&workers[i].thread);
    free(workers);
    tfi_condition_clear(&pool.changed);
    tfi_mutex_clear(&pool.mutex);
    return report();
}
