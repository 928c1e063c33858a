/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * stop.h - what ends the program from outside: Ctrl-C, SIGTERM, SIGHUP, a file that shrinks under
 * its map.
 *
 * The signals are blocked in every thread and taken by one that waits for them, so that no code
 * runs in a signal handler. A command that only reads ends at once. One that makes files calls
 * stop_hold first: then the signal sets a flag and the command clears its half-made files away;
 * another signal, more than a second later, ends it whatever it does.
 */
#ifndef CLI_STOP_H
#define CLI_STOP_H

#include <stdbool.h>

/** Blocks the signals and starts the thread, before any other thread. SIGPIPE and SIGXFSZ
 *  are ignored: the write says what happened. */
void stop_begin(void);

/** From here on the first signal only asks. */
void stop_hold(void);

/** True when the program was asked to stop: end with EXIT_INTERRUPTED. */
bool stop_requested(void);

/** The file that this thread is reading; a SIGBUS names it. Borrowed until its next call. */
void stop_reading(const char *name);

#endif
