/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * queue_private.h - the queue, and how its files share the work.
 *
 *    queue_new.c       making, shared names, references
 *    queue_seeds.c     the seeds of a shuffle queue
 *    queue_api.c       the blocking and timed forms: one attempt each
 *    queue_engine.c    lines, flushing, closing, waiting, completions       under the lock
 *    queue_attempt.c   what an attempt needs before it joins a line and     outside the lock
 *                      after it has left it: memory and references
 *    queue_validate.c  what is refused, in TensorFlow's words
 *    queue_storage.c   fifo_storage.c, shuffle_storage.c, queue_columns.c: the elements
 */
#ifndef QUEUE_PRIVATE_H
#define QUEUE_PRIVATE_H

#include <stdatomic.h>

#include <tfeed/queues.h>

#include "core/thread_internal.h"
#include "queues/queue_storage_private.h"

/* Attempts in the order of their coming, linked by state.next and state.previous. */
struct attempt_line {
    struct tfeed_attempt *first;
    struct tfeed_attempt *last;
};

struct tfeed_queue {
    _Atomic size_t n_refs;

    /* Set once, before anybody else knows the queue. */
    const struct tfeed_allocator *allocator;
    const struct storage_policy *policy;
    char *name;
    size_t capacity;
    size_t n_components;
    enum tfeed_dtype *dtypes;
    struct tfeed_shape *shapes; /* NULL: not specified */
    size_t min_after_dequeue;
    struct tfeed_seeds seeds;

    struct tfi_mutex mutex; /* guards all that follows, and the state of pending attempts */
    bool is_closed;
    struct attempt_line enqueues; /* enqueues and plain closes */
    struct attempt_line dequeues; /* only the first can hold rows */
    struct queue_rows rows;       /* of the attempt that is being served */
    struct queue_storage storage;
};

/* What an attempt is from the queue's view; anything else than PENDING is not the queue's. */
enum attempt_phase { ATTEMPT_IDLE, ATTEMPT_PENDING, ATTEMPT_DONE };

static inline bool attempt_dequeues(const struct tfeed_attempt *attempt)
{
    return attempt->operation == TFEED_QUEUE_DEQUEUE ||
           attempt->operation == TFEED_QUEUE_DEQUEUE_MANY ||
           attempt->operation == TFEED_QUEUE_DEQUEUE_UP_TO;
}

/* --- queue_attempt.c ----------------------------------------------------------------------- */

/* Checks the request, makes the tensors that a dequeue fills and takes the references that an
 * enqueue hands over. True when the attempt has to join a line; false when it is settled: its
 * status is set and tfi_queue_attempt_end is still to come. */
bool tfi_queue_attempt_begin(struct tfeed_queue *queue, struct tfeed_attempt *attempt);

/* Gives back what a settled attempt did not need. Afterwards the answer is complete. */
void tfi_queue_attempt_end(struct tfeed_queue *queue, struct tfeed_attempt *attempt);

/* Row 0 of a component of a begun attempt, in the form of the column's slots. */
uint8_t *tfi_queue_attempt_rows(const struct tfeed_queue *queue,
                                const struct tfeed_attempt *attempt, size_t component);

/* --- queue_seeds.c ------------------------------------------------------------------------- */

/* The pair of a shuffle queue with these options; counts as a draw of the context's. */
struct tfeed_seeds tfi_queue_seeds(struct tfeed_context *context,
                                   const struct tfeed_queue_options *options);

/* --- queue_validate.c ---------------------------------------------------------------------- */

tfeed_status tfi_queue_check_options(const struct storage_policy *policy,
                                     const struct tfeed_queue_options *options,
                                     struct tfeed_error *reterr);
tfeed_status tfi_queue_check_enqueue(const struct tfeed_queue *queue,
                                     const struct tfeed_tensor *components,
                                     struct tfeed_error *reterr);
tfeed_status tfi_queue_check_enqueue_many(const struct tfeed_queue *queue,
                                          const struct tfeed_tensor *components,
                                          int64_t *ret_n_rows, struct tfeed_error *reterr);
/* dequeue_many and dequeue_up_to. */
tfeed_status tfi_queue_check_dequeue(const struct tfeed_queue *queue,
                                     const struct tfeed_attempt *attempt,
                                     struct tfeed_error *reterr);
/* Whether `queue`, found under the shared name of a request, is what was asked for. */
tfeed_status tfi_queue_check_shared(const struct tfeed_queue *queue,
                                    const struct storage_policy *policy,
                                    const struct tfeed_queue_options *options,
                                    struct tfeed_seeds seeds, struct tfeed_error *reterr);

/* The capacity that an option stands for. */
size_t tfi_queue_capacity_of(int64_t option);

#endif
