/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * interruption.h - Ctrl-C in a program with threads.
 *
 * SIGINT and SIGTERM are blocked everywhere and taken by one thread, where everything may be
 * called. The program finds out between two steps and ends in order: no half file stays behind.
 */
#ifndef EXAMPLES_INTERRUPTION_H
#define EXAMPLES_INTERRUPTION_H

#include <stdbool.h>

#include <tfeed/coordinator.h>

enum { EXIT_INTERRUPTED = 130 };

/* Before the first thread of the program; false when there is no thread to be had. */
bool interruption_start(void);
void interruption_end(void);

bool interruption_came(void);

/* Says whose stop an interruption requests from now on; NULL: nobody's. */
void interruption_stops(struct tfeed_coordinator *coordinator);

#endif
