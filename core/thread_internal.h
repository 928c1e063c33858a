/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * thread_internal.h - threads, mutexes, and the one way to wait.
 *
 * Waiting is tfi_condition_wait and nothing else: a bounded spin (at most 50 us, only while the
 * threads that could run do not exceed the cores), then a condition variable on the monotonic
 * clock. The spin exists because waking a sleeping thread costs some 40 us and its waker 15 us; it
 * is bounded because a spinning thread takes a core from a working one.
 *
 * The capability attributes are checked by clang's -Wthread-safety on functions; on fields
 * TFI_GUARDED_BY is documentation (clang 14 does not accept it in C).
 */
#ifndef TFI_THREAD_INTERNAL_H
#define TFI_THREAD_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <tfeed/status.h>

#if defined(__clang__)
#define TFI_CAPABILITY(name) __attribute__((capability(name)))
#define TFI_REQUIRES(...)    __attribute__((requires_capability(__VA_ARGS__)))
#define TFI_ACQUIRES(...)    __attribute__((acquire_capability(__VA_ARGS__)))
#define TFI_RELEASES(...)    __attribute__((release_capability(__VA_ARGS__)))
#define TFI_EXCLUDES(...)    __attribute__((locks_excluded(__VA_ARGS__)))
#define TFI_NO_ANALYSIS      __attribute__((no_thread_safety_analysis))
#else
#define TFI_CAPABILITY(name)
#define TFI_REQUIRES(...)
#define TFI_ACQUIRES(...)
#define TFI_RELEASES(...)
#define TFI_EXCLUDES(...)
#define TFI_NO_ANALYSIS
#endif
#define TFI_GUARDED_BY(mutex)

/* "No deadline" for every function that takes one. */
#define TFI_FOREVER INT64_MAX

/* Nanoseconds on the monotonic clock. */
int64_t tfi_clock_now_ns(void);

/* The deadline that lies timeout_ms from now; a negative timeout is TFI_FOREVER. Saturates. */
int64_t tfi_deadline_after_ms(int64_t timeout_ms);

struct TFI_CAPABILITY("mutex") tfi_mutex {
    pthread_mutex_t handle;
};

void tfi_mutex_init(struct tfi_mutex *mutex);
void tfi_mutex_clear(struct tfi_mutex *mutex);
void tfi_mutex_lock(struct tfi_mutex *mutex) TFI_ACQUIRES(mutex);
void tfi_mutex_unlock(struct tfi_mutex *mutex) TFI_RELEASES(mutex);

/* What threads wait for, beside a mutex that guards the predicate. */
struct tfi_condition {
    pthread_cond_t handle;
    _Atomic uint32_t n_signals; /* what a spinning waiter watches */
    uint32_t n_sleepers;        /* not yet woken; guarded by the mutex used with it */
};

void tfi_condition_init(struct tfi_condition *condition);
void tfi_condition_clear(struct tfi_condition *condition);

/* Releases the mutex, waits for a signal or the deadline, takes the mutex again. Use it in a
 * `while` over the predicate: it may return early. Returns false only when the deadline has passed
 * and no signal came; a deadline that has passed already returns at once, with the mutex held
 * throughout. */
bool tfi_condition_wait(struct tfi_condition *condition, struct tfi_mutex *mutex,
                        int64_t deadline_ns) TFI_REQUIRES(mutex);

/* Wakes every waiter. The mutex is held, so that no wake-up is lost between test and wait. A system
 * call is made only when somebody sleeps. */
void tfi_condition_wake(struct tfi_condition *condition, struct tfi_mutex *mutex)
    TFI_REQUIRES(mutex);

/* The same for one of those that sleep, where any of them will do; who spins looks too. */
void tfi_condition_wake_one(struct tfi_condition *condition, struct tfi_mutex *mutex)
    TFI_REQUIRES(mutex);

/* A thread of the library: named, with all signals blocked but those that a fault raises (SIGBUS,
 * SIGFPE, SIGILL, SIGSEGV), which go to the thread at fault. */
struct tfi_thread {
    pthread_t handle;
};

enum { TFI_THREAD_NAME_BYTES = 16 }; /* the kernel's limit, NUL included; longer names are cut */

/* Starts `run(argument)` on a new thread.
 * RESOURCE_EXHAUSTED: the system has no more threads (also what tfi_thread_fail_starts makes). */
tfeed_status tfi_thread_start(struct tfi_thread *ret_thread, const char *name,
                              void (*run)(void *argument), void *argument,
                              struct tfeed_error *reterr);
void tfi_thread_join(struct tfi_thread *thread);
/* For a thread nobody will join: its storage goes when it ends. */
void tfi_thread_detach(struct tfi_thread *thread);

/* For tests: after `skip` good starts the next n fail; n 0 ends that. */
void tfi_thread_fail_starts(int skip, int n);

#endif
