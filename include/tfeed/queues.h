/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * queues.h - TensorFlow's queues: bounded stores of elements that threads fill and empty.
 *
 * An element is a fixed tuple of components (tensors). Every operation is an *attempt*: it joins
 * one of two lines, enqueues or dequeues, and each line is served strictly from its head:
 *
 *    enqueue line   ▷ enqueue ▷ enqueue_many ▷ close ▷      ┌──────────┐
 *                   head: goes on as room appears      ──▶ │ elements │ ──▶   head: takes rows as
 *                                                          └──────────┘       they come
 *                                      ◁ dequeue ◁ dequeue_many ◁ dequeue_up_to ◁   dequeue line
 *
 * So a large dequeue_many blocks later small ones, the rows of one enqueue_many stay together, and
 * a plain close takes effect only after every enqueue ahead of it. Blocking calls, timed calls and
 * calls with a completion are all the same attempt.
 *
 * What differs from TensorFlow: nothing is ever lost. A dequeue_many that times out or is
 * cancelled puts its rows back at the front; a timed close that cannot finish is withdrawn.
 */
#ifndef TFEED_QUEUES_H
#define TFEED_QUEUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tfeed/context.h>
#include <tfeed/random.h>
#include <tfeed/status.h>
#include <tfeed/tensor.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * A bounded store of elements. Counted: tfeed_queue_ref, tfeed_queue_unref.
 *
 * Thread safety: fully concurrent.
 */
struct tfeed_queue;

/** Wait without limit, for every timeout_ms. 0 never waits. */
#define TFEED_WAIT_FOREVER (-1)

struct tfeed_queue_options {
    size_t struct_size;
    int64_t capacity; /**< elements; at most 2^31 - 1, which negative (the default) stands for */
    const enum tfeed_dtype *dtypes; /**< [n_components] */
    /** [n_components], complete, at most TFEED_MAX_DIMS - 1 dimensions each: rows are copied in and
     * out. NULL (default): not specified. Then whole tensors are kept by reference, whatever
     * their shapes (the way to queue batches), and there is no dequeue_many and dequeue_up_to. */
    const struct tfeed_shape *shapes;
    size_t n_components;     /**< at least 1 */
    const char *name;        /**< for messages; NULL: "fifo_queue", "random_shuffle_queue" */
    const char *shared_name; /**< NULL or "": private; else one queue per context and name */
    /* RandomShuffleQueue only */
    int64_t min_after_dequeue; /**< 0 <= min < capacity; per element, lifted by close */
    int64_t seed;              /**< op seed, TFEED_SEED_UNSET: see tfeed_context_next_seeds */
    const struct tfeed_seeds *seed_pair; /**< NULL, or the pair outright */
};

TFEED_API void tfeed_queue_options_init(struct tfeed_queue_options *options);

/**
 * Makes a first-in-first-out queue (TensorFlow's FIFOQueue), or finds it under its shared name.
 *
 * @param context    NULL allowed: malloc, no shared names, seeds as without a graph seed.
 * @param ret_queue  one reference; end it with tfeed_queue_unref.
 *
 * @return TFEED_OK
 *         TFEED_INVALID_ARGUMENT    an option; a shared name whose queue differs: the message names
 *                                   what (capacity, component types, component shapes,
 *                                   min_after_dequeue, random seeds, "Expected FIFOQueue, found …")
 *         TFEED_RESOURCE_EXHAUSTED  no memory
 *
 * Ownership:     a shared queue belongs to the context too, until that ends.
 * Thread safety: fully concurrent.   Blocks: no.
 * Complexity:    memory for the capacity, but at first at most 64 KiB (or one element); it doubles
 *                as the queue fills.
 */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_fifo_queue_new(struct tfeed_context *context, const struct tfeed_queue_options *options,
                     struct tfeed_queue **ret_queue, struct tfeed_error *reterr);

/**
 * Makes a queue that gives its elements in random order (RandomShuffleQueue), or finds it.
 *
 * One 32-bit number is drawn for each element taken, by whatever operation, so the order is fixed
 * by the seeds and the sequence of enqueues and takings. While the queue is open, min_after_dequeue
 * elements stay inside to be mixed with those that come. Parameters and answers: as above.
 *
 * A shared name under a graph seed without an op seed: all who use the name get the same seeds (the
 * second comes from the MD5 of graph seed and name, as in TensorFlow). Asking without any seed
 * accepts the seeds that the queue has.
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_random_shuffle_queue_new(
    struct tfeed_context *context, const struct tfeed_queue_options *options,
    struct tfeed_queue **ret_queue, struct tfeed_error *reterr);

/** One more reference; returns queue. Thread safety: fully concurrent. */
TFEED_API struct tfeed_queue *tfeed_queue_ref(struct tfeed_queue *queue);

/**
 * Ends one reference; the last frees the queue with what is in it. No attempt may be pending then.
 * NULL does nothing. Thread safety: fully concurrent.
 */
TFEED_API void tfeed_queue_unref(struct tfeed_queue *queue);

/** The name in messages; lives as long as the queue. */
TFEED_API const char *tfeed_queue_name(const struct tfeed_queue *queue);
TFEED_API size_t tfeed_queue_n_components(const struct tfeed_queue *queue);
/** TFEED_DTYPE_INVALID where there is no such component. */
TFEED_API enum tfeed_dtype tfeed_queue_dtype(const struct tfeed_queue *queue, size_t component);

/*
 * The operations, blocking. All of them:
 *
 *   components[n_components]  in: borrowed until the operation has ended, copied into the queue.
 *                             The bytes of strings are not copied: the queue holds their blocks (a
 *                             string without a block is copied). Where shapes are not specified,
 *                             tensors are held by reference: do not write into them afterwards.
 *                             out: zeroed or valid tensors. A loop that hands in the tensors of its
 *                             last round allocates nothing: a buffer that nobody else holds and
 *                             that is large enough is filled again. On TFEED_OK each holds a
 *                             reference, end it with tfeed_tensor_clear; on failure all are empty.
 *   Thread safety: fully concurrent.   Blocks: until served.
 *   Cancels: woken by close, tfeed_queue_cancel of the attempt, the timeout.
 *
 *   TFEED_INVALID_ARGUMENT    dtype, shape or row count does not fit (text as TensorFlow's: "Shape
 *                             mismatch in tuple component 1. Expected [2,3], got [2,2]"); n < 0; a
 *                             dequeue_many or dequeue_up_to without specified shapes, even of 0
 *   TFEED_CANCELLED           enqueue: the queue is closed, or gets closed before it is done
 *   TFEED_OUT_OF_RANGE        dequeue: the queue is closed and has too few elements; it keeps those
 *                             that there are
 *   TFEED_DEADLINE_EXCEEDED   the _timed forms; the queue is as if the call had not been made (rows
 *                             of a half-done enqueue_many stay, as in TensorFlow; what a shuffle
 *                             queue had drawn is drawn)
 *   TFEED_RESOURCE_EXHAUSTED  no memory for the batch or for the queue to grow
 */

/** Adds one element; waits while the queue is full. */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_queue_enqueue(struct tfeed_queue *queue,
                                                          const struct tfeed_tensor *components,
                                                          struct tfeed_error *reterr);

/**
 * Adds each row as an element. The rows go in as room appears and stay together; there may be more
 * than the capacity. Zero rows succeed at once, also on a closed queue. Shapes: [n_rows] + shape.
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_queue_enqueue_many(
    struct tfeed_queue *queue, const struct tfeed_tensor *components, struct tfeed_error *reterr);

/** Takes one element; waits until there is one. */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_queue_dequeue(struct tfeed_queue *queue,
                                                          struct tfeed_tensor *ret_components,
                                                          struct tfeed_error *reterr);

/**
 * Takes exactly n elements. They leave the queue as they come, so n may exceed the capacity, and
 * what has been taken no longer counts in tfeed_queue_size. n = 0 gives an empty batch at once,
 * also on a closed queue. Shapes: [n] + shape.
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_queue_dequeue_many(struct tfeed_queue *queue, int64_t n,
                                                               struct tfeed_tensor *ret_components,
                                                               struct tfeed_error *reterr);

/**
 * As dequeue_many, but of a closed queue the 1 … n - 1 that are left are enough. While the queue is
 * open it waits for all n. Shapes: [n taken] + shape.
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_queue_dequeue_up_to(struct tfeed_queue *queue,
                                                                int64_t n,
                                                                struct tfeed_tensor *ret_components,
                                                                struct tfeed_error *reterr);

/**
 * Closes for enqueues; what is inside can still be taken.
 *
 * Plain: waits in the enqueue line, so that what is being enqueued still arrives, and takes effect
 * when its turn comes. cancel_pending_enqueues: takes effect at once, fails every waiting enqueue
 * and plain close with TFEED_CANCELLED, and always succeeds.
 *
 * @return TFEED_OK
 *         TFEED_CANCELLED          plain: the queue is closed already, or gets cancelled
 *         TFEED_DEADLINE_EXCEEDED  tfeed_queue_close_timed: enqueues ahead of it were not done in
 *                                  time; the close is withdrawn and the queue stays open
 * Thread safety: fully concurrent.   Blocks: plain, until the enqueues ahead have ended.
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_queue_close(struct tfeed_queue *queue,
                                                        bool cancel_pending_enqueues,
                                                        struct tfeed_error *reterr);

/** False until a close has taken effect. Never blocks. */
TFEED_API bool tfeed_queue_is_closed(struct tfeed_queue *queue);

/** Elements stored now, without the rows that a half-done dequeue holds. Never blocks. */
TFEED_API int64_t tfeed_queue_size(struct tfeed_queue *queue);

/* -------------------------------------------------------------- attempts */

enum tfeed_queue_operation {
    TFEED_QUEUE_ENQUEUE,
    TFEED_QUEUE_ENQUEUE_MANY,
    TFEED_QUEUE_DEQUEUE,
    TFEED_QUEUE_DEQUEUE_MANY,
    TFEED_QUEUE_DEQUEUE_UP_TO,
    TFEED_QUEUE_CLOSE,       /**< plain */
    TFEED_QUEUE_CLOSE_CANCEL /**< cancels pending enqueues */
};

struct tfeed_attempt;

/**
 * Comes exactly once for every started attempt, on whichever thread served it or on the starter's;
 * never under a lock. It must not block, and may start other attempts (also on the same queue):
 * completions go to a list that the outermost call of the thread empties, so chains of queues do
 * not recurse. The attempt's storage may be used again, or freed, from here on.
 */
typedef void (*tfeed_attempt_done_fn)(struct tfeed_attempt *attempt, void *user_data);

/**
 * A queue operation in the caller's storage, from tfeed_queue_start to its completion.
 *
 * The caller sets the first group. The second is the answer, valid from the completion on. The rest
 * is the queue's; zero it once if tfeed_queue_cancel may come before the first start.
 */
struct tfeed_attempt {
    enum tfeed_queue_operation operation;
    int64_t n;                       /**< dequeue_many, dequeue_up_to */
    struct tfeed_tensor *components; /**< [n_components] in or out; lives until the completion */
    tfeed_attempt_done_fn on_done;
    void *user_data;

    tfeed_status status;
    struct tfeed_error error;

    struct tfeed_attempt_state {
        struct tfeed_attempt *next; /* in its line, then among the completions to come */
        struct tfeed_attempt *previous;
        struct tfeed_tensor *copies; /* stand in for borrowed components that could not be kept */
        void *waiter;                /* what a blocked thread sleeps on */
        int64_t n_rows;              /* wanted in all */
        int64_t n_done;              /* moved so far */
        int phase;
    } state;
};

/**
 * Starts an attempt, and serves whatever can be served now; the completion may come before this
 * returns. Every failure, also that of a wrong argument, comes through the completion.
 *
 * Ownership:     attempt and components belong to the queue until the completion; the caller's
 *                reference to the queue must outlive it.
 * Thread safety: fully concurrent.   Blocks: no.
 */
TFEED_API void tfeed_queue_start(struct tfeed_queue *queue, struct tfeed_attempt *attempt);

/**
 * Withdraws a pending attempt. Rows that a dequeue had taken go back to the front in order (shuffle
 * queue: back into the bag); rows that an enqueue_many had put in stay. The completion comes with
 * TFEED_CANCELLED, before this returns (called inside a completion: after that).
 *
 * @return true when the attempt was still pending (cancelling won), false when it is done already:
 *         its completion has come or comes from another thread.
 *
 * Thread safety: fully concurrent, while the attempt's storage lives.   Blocks: no.
 */
TFEED_API bool tfeed_queue_cancel(struct tfeed_queue *queue, struct tfeed_attempt *attempt);

/**
 * Starts an attempt and waits for it, at most timeout_ms. attempt->on_done is ignored.
 *
 * The one way to block: the calls above are this with TFEED_WAIT_FOREVER. A timeout withdraws the
 * attempt as tfeed_queue_cancel does and answers TFEED_DEADLINE_EXCEEDED; timeout_ms 0 tries
 * without letting anybody else in between.
 *
 * @return attempt->status
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_queue_run_timed(struct tfeed_queue *queue,
                                                            struct tfeed_attempt *attempt,
                                                            int64_t timeout_ms,
                                                            struct tfeed_error *reterr);

TFEED_API TFEED_MUST_USE tfeed_status
tfeed_queue_enqueue_timed(struct tfeed_queue *queue, const struct tfeed_tensor *components,
                          int64_t timeout_ms, struct tfeed_error *reterr);
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_queue_enqueue_many_timed(struct tfeed_queue *queue, const struct tfeed_tensor *components,
                               int64_t timeout_ms, struct tfeed_error *reterr);
TFEED_API TFEED_MUST_USE tfeed_status tfeed_queue_dequeue_timed(struct tfeed_queue *queue,
                                                                int64_t timeout_ms,
                                                                struct tfeed_tensor *ret_components,
                                                                struct tfeed_error *reterr);
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_queue_dequeue_many_timed(struct tfeed_queue *queue, int64_t n, int64_t timeout_ms,
                               struct tfeed_tensor *ret_components, struct tfeed_error *reterr);
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_queue_dequeue_up_to_timed(struct tfeed_queue *queue, int64_t n, int64_t timeout_ms,
                                struct tfeed_tensor *ret_components, struct tfeed_error *reterr);
TFEED_API TFEED_MUST_USE tfeed_status tfeed_queue_close_timed(struct tfeed_queue *queue,
                                                              int64_t timeout_ms,
                                                              struct tfeed_error *reterr);

#ifdef __cplusplus
}
#endif
#endif
