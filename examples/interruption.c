/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * interruption.c - the thread that waits for signals.
 *
 * A signal that comes a second after the first ends the program where it is: something blocks that
 * no stop reaches. Before that, repeats mean nothing: some senders always send two.
 */
#include "examples/interruption.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <time.h>
#include <unistd.h>

static struct {
    pthread_t thread;
    sigset_t signals;
    struct timespec first; /* when the first one came; the thread's own */
    atomic_bool came;
    atomic_bool is_over;
    pthread_mutex_t mutex;
    struct tfeed_coordinator *coordinator; /* guarded by mutex */
} interruption = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static void stop_coordinator(void)
{
    pthread_mutex_lock(&interruption.mutex);
    if (interruption.coordinator != NULL && atomic_load(&interruption.came))
        (void)tfeed_coordinator_request_stop(interruption.coordinator, NULL, NULL);
    pthread_mutex_unlock(&interruption.mutex);
}

static bool is_a_second_later(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec - interruption.first.tv_sec > 1;
}

static void *wait_for_signals(void *unused)
{
    (void)unused;
    int number;
    while (sigwait(&interruption.signals, &number) == 0 && !atomic_load(&interruption.is_over)) {
        if (!atomic_load(&interruption.came))
            clock_gettime(CLOCK_MONOTONIC, &interruption.first);
        else if (is_a_second_later())
            _exit(EXIT_INTERRUPTED);
        atomic_store(&interruption.came, true);
        stop_coordinator();
    }
    return NULL;
}

bool interruption_start(void)
{
    sigemptyset(&interruption.signals);
    sigaddset(&interruption.signals, SIGINT);
    sigaddset(&interruption.signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &interruption.signals, NULL);
    return pthread_create(&interruption.thread, NULL, wait_for_signals, NULL) == 0;
}

void interruption_end(void)
{
    atomic_store(&interruption.is_over, true);
    pthread_kill(interruption.thread, SIGTERM);
    pthread_join(interruption.thread, NULL);
}

bool interruption_came(void)
{
    return atomic_load(&interruption.came);
}

void interruption_stops(struct tfeed_coordinator *coordinator)
{
    pthread_mutex_lock(&interruption.mutex);
    interruption.coordinator = coordinator;
    pthread_mutex_unlock(&interruption.mutex);
    stop_coordinator();
}
