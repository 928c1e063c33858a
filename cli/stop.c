/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * stop.c - what ends the program from outside.
 */
#include "cli/stop.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/command.h"

/* For so long a second signal is taken for an echo of the first: timeout(1) and some shells send it
 * to the program and again to its process group. */
#define ECHO_NANOSECONDS INT64_C(1000000000)

static atomic_bool requested;
static atomic_bool held;
/* Of each thread: the fault of a mapped file comes to the thread that touched it. */
static _Thread_local _Atomic(const char *) reading;
/* For threads that the library reads one file with. */
static _Atomic(const char *) reading_anywhere;

static int64_t now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static void *wait_for_signals(void *user_data)
{
    const sigset_t *signals = user_data;
    int64_t first = 0;
    int number;

    for (;;) {
        if (sigwait(signals, &number) != 0)
            continue;
        const bool asked_before = atomic_exchange(&requested, true);
        if (!asked_before)
            first = now();
        if (!atomic_load(&held) || (asked_before && now() - first >= ECHO_NANOSECONDS))
            _exit(EXIT_INTERRUPTED);
    }
    return NULL;
}

/* The fault is synchronous and nothing is resumed, so write(2) and _exit(2) are all it needs. */
static void file_was_cut(int number)
{
    static const char before[] = "tfeed: ";
    static const char after[] = ": the file was cut while it was being read\n";
    const char *name = atomic_load(&reading);
    ssize_t ignored;

    (void)number;
    if (!name)
        name = atomic_load(&reading_anywhere);
    if (!name)
        name = "input";
    ignored = write(STDERR_FILENO, before, sizeof before - 1);
    ignored = write(STDERR_FILENO, name, strlen(name));
    ignored = write(STDERR_FILENO, after, sizeof after - 1);
    (void)ignored;
    _exit(EXIT_IO);
}

/* What was ignored at the start stays so: a shell's background jobs must survive Ctrl-C. */
static void add_unless_ignored(sigset_t *signals, int number)
{
    struct sigaction before;

    if (sigaction(number, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
        sigaddset(signals, number);
}

void stop_begin(void)
{
    static sigset_t signals;
    struct sigaction action = {0};
    pthread_t thread;

    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, NULL);
    sigaction(SIGXFSZ, &action, NULL); /* a file at its limit is a failed write like any other */
    action.sa_handler = file_was_cut;
    sigaction(SIGBUS, &action, NULL);

    sigemptyset(&signals);
    add_unless_ignored(&signals, SIGINT);
    add_unless_ignored(&signals, SIGTERM);
    add_unless_ignored(&signals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    /* Without the thread the signals keep their usual, ruder effect. */
    if (pthread_create(&thread, NULL, wait_for_signals, &signals) != 0)
        pthread_sigmask(SIG_UNBLOCK, &signals, NULL);
    else
        pthread_detach(thread);
}

void stop_hold(void)
{
    atomic_store(&held, true);
}

bool stop_requested(void)
{
    return atomic_load_explicit(&requested, memory_order_acquire);
}

void stop_reading(const char *name)
{
    atomic_store(&reading, name);
    atomic_store(&reading_anywhere, name);
}
