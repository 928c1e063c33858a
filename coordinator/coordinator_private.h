/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * coordinator_private.h - what queue runners and loopers need of a coordinator, and a context of a
 * queue runner, beyond the public face.
 */
#ifndef TFI_COORDINATOR_PRIVATE_H
#define TFI_COORDINATOR_PRIVATE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <tfeed/coordinator.h>

struct tfeed_coordinator *tfi_coordinator_ref(struct tfeed_coordinator *coordinator);
void tfi_coordinator_unref(struct tfeed_coordinator *coordinator);
const struct tfeed_allocator *tfi_coordinator_allocator(
    const struct tfeed_coordinator *coordinator);

/* Waits for the stop until the deadline (TFI_FOREVER: none); true when the stop is there, also with
 * a deadline that has passed. */
bool tfi_coordinator_wait_until(struct tfeed_coordinator *coordinator, int64_t deadline_ns);

/* Waits for the stop as long as *number is value; tfi_coordinator_count_up on the same coordinator
 * ends such waits. True when the stop is there. */
bool tfi_coordinator_wait_for_stop_while(struct tfeed_coordinator *coordinator,
                                         const _Atomic uint32_t *number, uint32_t value);
void tfi_coordinator_count_up(struct tfeed_coordinator *coordinator, _Atomic uint32_t *number);

/* For tests: how many threads are within tfeed_coordinator_join. */
size_t tfi_coordinator_n_joins(struct tfeed_coordinator *coordinator);

/* Adds a name to a list of those that still run. One that is too long is cut and never left out: an
 * empty list means that all have ended. */
void tfi_append_name(char *text, size_t text_bytes, const char *separator, const char *name);

/* Makes every thread of the runner come to its end; does not wait for it. queue_runner.c */
void tfi_queue_runner_cancel(struct tfeed_queue_runner *runner);
/* The names of its threads that live, with ", " between, as much as fits. Threads that no
 * coordinator joins are waited for: their queue was cancelled before, and nobody else could tell
 * the program when they have ended. */
void tfi_queue_runner_describe_live(struct tfeed_queue_runner *runner, char *text,
                                    size_t text_bytes);

#endif
