/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * queue_private.h - the queue, and how its files share the work.
 *
 *    queue_new.c       making, shared names, references
 *    queue_seeds.c     the seeds of a shuffle queue
 *    queue_api.c       the blocking and timed forms: one attempt each; looking
 *    queue_named.c     components by name, one queue of several
 *    queue_engine.c    lines, flushing, closing, waiting, completions       under the lock
 *    queue_attempt.c   what an attempt needs before it joins a line and     outside the lock
 *                      after it has left it: memory and references
 *    queue_pad.c       batches of elements of differing extents
 *    queue_validate.c  what is refused, in TensorFlow's words
 *    queue_storage.c   fifo_storage.c, shuffle_storage.c, priority_storage.c, queue_columns.c: the
 *                      elements
 *    barrier.c         elements that come in parts, in front of a queue
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

/* What one side has done so far. */
struct queue_side {
    uint64_t n_rows;
    uint64_t n_waits;
    int64_t wait_ns;
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
    char **names;               /* of the components; NULL: none */
    size_t min_after_dequeue;
    struct tfeed_seeds seeds;

    struct tfi_mutex mutex; /* guards all that follows, and the state of pending attempts */
    bool is_closed;
    bool is_ending;               /* a closed barrier's: only n_to_come more can come */
    size_t n_to_come;             /* of an ending queue */
    struct attempt_line enqueues; /* enqueues and plain closes */
    struct attempt_line dequeues; /* only the first can hold rows */
    struct queue_rows rows;       /* of the attempt that is being served */
    struct queue_storage storage;
    struct queue_side in;
    struct queue_side out;
    uint64_t bytes_in; /* of strings and whole tensors; those of numbers follow from in.n_rows, and
                          what went out is what came in less what is inside */
    size_t max_depth;
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

/* All rows of a dequeue are there, those of some components as whole tensors: makes the tensors
 * into which tfi_queue_attempt_end copies them. The queue's lock is held: when there is no memory,
 * the rows can still go back. */
tfeed_status tfi_queue_attempt_widen(struct tfeed_queue *queue, struct tfeed_attempt *attempt);

/* Row 0 of a component of a begun attempt, in the form of the column's slots. */
uint8_t *tfi_queue_attempt_rows(const struct tfeed_queue *queue,
                                const struct tfeed_attempt *attempt, size_t component);

/* One of the n_rows rows of a batch as a tensor of its own. */
tfeed_status tfi_queue_copy_row(const struct tfeed_allocator *allocator,
                                const struct tfeed_tensor *batch, size_t row, size_t n_rows,
                                struct tfeed_tensor *ret_row, struct tfeed_error *reterr);

/* Makes n strings their holder's own: references to the strings' blocks; the
 * bytes of those that have none go into one new block. */
tfeed_status tfi_queue_copy_strings(const struct tfeed_allocator *allocator,
                                    const struct tfeed_bytes *strings, size_t n,
                                    struct tfeed_bytes *copies, struct tfeed_error *reterr);

/* --- queue_engine.c ------------------------------------------------------------------------ */

/* Settled attempts whose completions are to come, in order; linked by state.next. */
struct completions {
    struct tfeed_attempt *first;
    struct tfeed_attempt *last;
};

/* Serves what can be served, after something has changed. */
void tfi_queue_flush_locked(struct tfeed_queue *queue, struct completions *completions)
    TFI_REQUIRES(&queue->mutex);

/* Puts one row in, past the line of enqueues; there is room, and it has been reserved. */
void tfi_queue_put_locked(struct tfeed_queue *queue, const struct queue_rows *rows, size_t row,
                          struct completions *completions) TFI_REQUIRES(&queue->mutex);

/* Calls the completions. The lock is not held. */
void tfi_queue_complete(struct tfeed_queue *queue, const struct completions *completions);

/* Completes an attempt that has its status already, without looking at the queue. */
void tfi_queue_refuse(struct tfeed_queue *queue, struct tfeed_attempt *attempt);

/* --- queue_new.c --------------------------------------------------------------------------- */

/* What making a queue needs, resolved from its options. */
struct queue_request {
    const struct storage_policy *policy;
    const struct tfeed_queue_options *options;
    const struct tfeed_allocator *allocator;
    struct tfeed_seeds seeds;
};

tfeed_status tfi_queue_make(const struct queue_request *request, struct tfeed_queue **ret_queue,
                            struct tfeed_error *reterr);

/* The object under a shared name that `request` asks for, or a new one: `functions` say how. */
struct tfi_shared_functions;
tfeed_status tfi_queue_find_or_make(struct tfeed_context *context, const char *shared_name,
                                    const struct tfi_shared_functions *functions,
                                    struct queue_request *request, void **ret_object,
                                    struct tfeed_error *reterr);

/* --- queue_pad.c --------------------------------------------------------------------------- */

/* Makes *batch a tensor for n rows: unknown dimensions of `shape` become the largest of the rows'.
 * INVALID_ARGUMENT: the rank is unknown, and the rows differ. */
tfeed_status tfi_queue_pad_renew(struct tfeed_tensor *batch, const struct tfeed_shape *shape,
                                 const struct tfeed_tensor *rows, size_t n, enum tfeed_dtype dtype,
                                 const struct tfeed_allocator *allocator,
                                 struct tfeed_error *reterr);

/* Copies the n rows into it, each into the first corner of its slice; the rest becomes zeros. */
void tfi_queue_pad_copy(struct tfeed_tensor *batch, const struct tfeed_tensor *rows, size_t n);

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

/* "float32, string" and "[[2,3], []]" for messages; what does not fit is left out. */
enum { QUEUE_LIST_TEXT_BYTES = 160 };
const char *tfi_queue_dtypes_text(const enum tfeed_dtype *dtypes, size_t n,
                                  char text[QUEUE_LIST_TEXT_BYTES]);
const char *tfi_queue_shapes_text(const struct tfeed_shape *shapes, size_t n,
                                  char text[QUEUE_LIST_TEXT_BYTES]);
const char *tfi_queue_names_text(const char *const *names, size_t n,
                                 char text[QUEUE_LIST_TEXT_BYTES]);

/* The capacity that an option stands for. */
size_t tfi_queue_capacity_of(int64_t option);

#endif
