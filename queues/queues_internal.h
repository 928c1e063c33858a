/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * queues_internal.h - what tests and the modules above may look at, beyond the public header.
 */
#ifndef TFI_QUEUES_INTERNAL_H
#define TFI_QUEUES_INTERNAL_H

#include <tfeed/queues.h>

/* How many attempts wait in a line at this moment: that of enqueues and closes, or that of
 * dequeues. For tests that must not go on before a thread blocks, and for statistics. */
int64_t tfi_queue_n_waiting(struct tfeed_queue *queue, bool enqueues);

#endif
