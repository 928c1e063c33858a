/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * thread.c - the clock, mutexes, threads, and the one way to wait.
 *
 *     tfi_condition_wait        ┌───────── signal or deadline ─────────┐
 *                               │                                      ▼
 *     holds the mutex ──▶ spins without it (bounded) ──▶ sleeps ──▶ holds the mutex
 *                               ▲ only while n_runnable <= processors
 *
 * Process-wide state, the only such of the waiting: how many threads are awake. A thread is counted
 * from its first start of or wait in tfeed, library threads from their beginning, until it ends; it
 * is not counted while it sleeps in tfi_condition_wait. The number is a hint: it decides whether a
 * waiter may spin, never whether it wakes.
 *
 * Invariants
 *   (1) n_signals changes under the mutex only. A waiter that reads it under the mutex before it
 *       lets go, and again when it has the mutex back, cannot miss a signal.
 *   (2) n_sleepers is at least the number of threads in pthread_cond_wait that no wake was for:
 *       wake takes all of them off, wake_one takes one, a sleeper that times out takes itself off,
 *       unless a wake has come meanwhile: that may have been for it.
 */
#include "core/thread_internal.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/error_internal.h"
#include "core/machine_internal.h"

enum { NS_PER_MS = 1000000, NS_PER_SECOND = 1000000000 };

/* Pthread calls that fail only when this file is wrong. */
static void must(int error)
{
    assert(error == 0);
    (void)error;
}

int64_t tfi_clock_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * NS_PER_SECOND + now.tv_nsec;
}

int64_t tfi_deadline_after_ms(int64_t timeout_ms)
{
    int64_t deadline_ns;
    if (timeout_ms < 0 || __builtin_mul_overflow(timeout_ms, (int64_t)NS_PER_MS, &deadline_ns) ||
        __builtin_add_overflow(deadline_ns, tfi_clock_now_ns(), &deadline_ns))
        return TFI_FOREVER;
    return deadline_ns;
}

/* --- mutex --------------------------------------------------------------------------------- */

/* Held for microseconds: who finds one held spins for about as long before it sleeps. */
void tfi_mutex_init(struct tfi_mutex *mutex)
{
    pthread_mutexattr_t attributes;
    must(pthread_mutexattr_init(&attributes));
#ifdef PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP
    must(pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ADAPTIVE_NP));
#endif
    must(pthread_mutex_init(&mutex->handle, &attributes));
    must(pthread_mutexattr_destroy(&attributes));
}

void tfi_mutex_clear(struct tfi_mutex *mutex)
{
    must(pthread_mutex_destroy(&mutex->handle));
}

void tfi_mutex_lock(struct tfi_mutex *mutex) TFI_NO_ANALYSIS
{
    must(pthread_mutex_lock(&mutex->handle));
}

void tfi_mutex_unlock(struct tfi_mutex *mutex) TFI_NO_ANALYSIS
{
    must(pthread_mutex_unlock(&mutex->handle));
}

/* --- who is awake -------------------------------------------------------------------------- */

static _Atomic int n_runnable;
static _Thread_local bool is_counted;

static pthread_once_t key_once = PTHREAD_ONCE_INIT;
static pthread_key_t counted_key; /* its destructor sees a counted thread end */

static void uncount_thread(void *unused)
{
    (void)unused;
    atomic_fetch_sub_explicit(&n_runnable, 1, memory_order_relaxed);
}

static void make_key(void)
{
    must(pthread_key_create(&counted_key, uncount_thread));
}

static void count_this_thread(void)
{
    if (is_counted)
        return;
    must(pthread_once(&key_once, make_key));
    if (pthread_setspecific(counted_key, &is_counted) != 0)
        return; /* no memory: stays out of the count */
    is_counted = true;
    atomic_fetch_add_explicit(&n_runnable, 1, memory_order_relaxed);
}

/* Asked once: mask and quota hardly change, and a waiter has no time for system calls. */
static int n_processors_cached(void)
{
    static _Atomic int n_processors;
    int n = atomic_load_explicit(&n_processors, memory_order_relaxed);
    if (n == 0) {
        n = tfi_n_processors();
        atomic_store_explicit(&n_processors, n, memory_order_relaxed);
    }
    return n;
}

static bool may_spin(void)
{
    return atomic_load_explicit(&n_runnable, memory_order_relaxed) <= n_processors_cached();
}

/* --- waiting ------------------------------------------------------------------------------- */

enum { SPIN_MAX_NS = 50000, SPINS_PER_LOOK = 16 };

static void pause_processor(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

void tfi_condition_init(struct tfi_condition *condition)
{
    pthread_condattr_t attributes;
    must(pthread_condattr_init(&attributes));
    must(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC));
    must(pthread_cond_init(&condition->handle, &attributes));
    must(pthread_condattr_destroy(&attributes));
    atomic_init(&condition->n_signals, 0);
    condition->n_sleepers = 0;
}

void tfi_condition_clear(struct tfi_condition *condition)
{
    must(pthread_cond_destroy(&condition->handle));
}

/* Lets go of the mutex, watches for a signal, and comes back with the mutex. After a signal it goes
 * on spinning for the mutex: its holder is about to let go, and a sleep would cost what was
 * saved. */
static void spin_locked(struct tfi_condition *condition, struct tfi_mutex *mutex, uint32_t seen,
                        int64_t deadline_ns) TFI_REQUIRES(mutex) TFI_NO_ANALYSIS
{
    tfi_mutex_unlock(mutex);
    int64_t end_ns = tfi_clock_now_ns() + SPIN_MAX_NS;
    if (end_ns > deadline_ns)
        end_ns = deadline_ns;
    do {
        for (int i = 0; i < SPINS_PER_LOOK; i++) {
            /* acquire: pairs with the release in tfi_condition_wake */
            if (atomic_load_explicit(&condition->n_signals, memory_order_acquire) != seen &&
                pthread_mutex_trylock(&mutex->handle) == 0)
                return;
            pause_processor();
        }
    } while (may_spin() && tfi_clock_now_ns() < end_ns);
    tfi_mutex_lock(mutex);
}

static bool is_signalled(struct tfi_condition *condition, uint32_t seen)
{
    return atomic_load_explicit(&condition->n_signals, memory_order_relaxed) != seen; /* (1) */
}

static void sleep_locked(struct tfi_condition *condition, struct tfi_mutex *mutex, uint32_t seen,
                         int64_t deadline_ns)
{
    const struct timespec until = {.tv_sec = deadline_ns / NS_PER_SECOND,
                                   .tv_nsec = deadline_ns % NS_PER_SECOND};
    condition->n_sleepers++;
    if (is_counted)
        atomic_fetch_sub_explicit(&n_runnable, 1, memory_order_relaxed);
    if (deadline_ns == TFI_FOREVER) {
        must(pthread_cond_wait(&condition->handle, &mutex->handle));
    } else {
        int error = pthread_cond_timedwait(&condition->handle, &mutex->handle, &until);
        must(error == ETIMEDOUT ? 0 : error);
    }
    if (is_counted)
        atomic_fetch_add_explicit(&n_runnable, 1, memory_order_relaxed);
    if (!is_signalled(condition, seen))
        condition->n_sleepers--; /* (2) */
}

static bool is_over(int64_t deadline_ns)
{
    return deadline_ns != TFI_FOREVER && tfi_clock_now_ns() >= deadline_ns;
}

bool tfi_condition_wait(struct tfi_condition *condition, struct tfi_mutex *mutex,
                        int64_t deadline_ns)
{
    const uint32_t seen = atomic_load_explicit(&condition->n_signals, memory_order_relaxed);
    if (is_over(deadline_ns))
        return false;
    count_this_thread();
    if (may_spin())
        spin_locked(condition, mutex, seen, deadline_ns);
    if (!is_signalled(condition, seen))
        sleep_locked(condition, mutex, seen, deadline_ns);
    return is_signalled(condition, seen) || !is_over(deadline_ns);
}

void tfi_condition_wake(struct tfi_condition *condition, struct tfi_mutex *mutex)
{
    (void)mutex;
    /* release: a spinner that sees the signal sees what led to it */
    atomic_fetch_add_explicit(&condition->n_signals, 1, memory_order_release);
    if (condition->n_sleepers == 0)
        return;
    condition->n_sleepers = 0;
    must(pthread_cond_broadcast(&condition->handle));
}

void tfi_condition_wake_one(struct tfi_condition *condition, struct tfi_mutex *mutex)
{
    (void)mutex;
    atomic_fetch_add_explicit(&condition->n_signals, 1, memory_order_release);
    if (condition->n_sleepers == 0)
        return;
    condition->n_sleepers--;
    must(pthread_cond_signal(&condition->handle));
}

/* --- threads ------------------------------------------------------------------------------- */

struct thread_start {
    void (*run)(void *argument);
    void *argument;
    char name[TFI_THREAD_NAME_BYTES];
};

static _Atomic int n_starts_to_pass; /* test hook: then so many fail */
static _Atomic int n_starts_to_fail;

void tfi_thread_fail_starts(int skip, int n)
{
    atomic_store(&n_starts_to_pass, skip);
    atomic_store(&n_starts_to_fail, n);
}

static bool start_is_made_to_fail(void)
{
    return atomic_load(&n_starts_to_fail) > 0 && atomic_fetch_sub(&n_starts_to_pass, 1) <= 0 &&
           atomic_fetch_sub(&n_starts_to_fail, 1) > 0;
}

static void *thread_main(void *argument)
{
    struct thread_start start = *(struct thread_start *)argument;
    free(argument);
    (void)pthread_setname_np(pthread_self(), start.name); /* for people only */
    count_this_thread();
    start.run(start.argument);
    return NULL;
}

/* pthread_create with every signal blocked in the new thread, but for those that a fault raises:
 * they go to the faulting thread, and blocked they would end the process before a program's
 * handler. */
static int create_with_signals_blocked(pthread_t *ret_handle, struct thread_start *start)
{
    sigset_t blocked, kept;
    sigfillset(&blocked);
    sigdelset(&blocked, SIGBUS);
    sigdelset(&blocked, SIGFPE);
    sigdelset(&blocked, SIGILL);
    sigdelset(&blocked, SIGSEGV);
    must(pthread_sigmask(SIG_SETMASK, &blocked, &kept)); /* a new thread inherits the mask */
    int error = pthread_create(ret_handle, NULL, thread_main, start);
    must(pthread_sigmask(SIG_SETMASK, &kept, NULL));
    return error;
}

tfeed_status tfi_thread_start(struct tfi_thread *ret_thread, const char *name,
                              void (*run)(void *argument), void *argument,
                              struct tfeed_error *reterr)
{
    if (start_is_made_to_fail())
        return tfi_fail(reterr, TFEED_RESOURCE_EXHAUSTED, "thread %s cannot start: %s", name,
                        strerrordesc_np(EAGAIN));
    struct thread_start *start = calloc(1, sizeof *start);
    if (start == NULL)
        return tfi_fail_memory(reterr, "a thread");
    start->run = run;
    start->argument = argument;
    strncpy(start->name, name, sizeof start->name - 1);

    count_this_thread(); /* a thread of the program's: awake, beside those that it starts */
    int error = create_with_signals_blocked(&ret_thread->handle, start);
    if (error != 0) {
        free(start);
        tfi_fail(reterr, TFEED_RESOURCE_EXHAUSTED, "thread %s cannot start: %s", name,
                 strerrordesc_np(error));
        if (reterr != NULL)
            reterr->sys_errno = error;
        return TFEED_RESOURCE_EXHAUSTED;
    }
    return TFEED_OK;
}

void tfi_thread_join(struct tfi_thread *thread)
{
    must(pthread_join(thread->handle, NULL));
}

void tfi_thread_detach(struct tfi_thread *thread)
{
    must(pthread_detach(thread->handle));
}
