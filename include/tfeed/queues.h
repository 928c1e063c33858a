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
    size_t n_components;      /**< at least 1 */
    const char *const *names; /**< [n_components], all different; NULL (default): no names */
    const char *name;         /**< for messages; NULL: "fifo_queue" and so on, after the kind */
    const char *shared_name;  /**< NULL or "": private; else one queue per context and name */
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
 *                                   component names, min_after_dequeue, random seeds, "Expected
 *                                   FIFOQueue, found …"); asking without names accepts any
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

/**
 * Makes a first-in-first-out queue for elements of differing extents (PaddingFIFOQueue), or finds
 * it.
 *
 * options->shapes must be given; their ranks are fixed, any of their dimensions may be
 * TFEED_DIM_UNKNOWN. An enqueue fits when ranks and known dimensions agree. dequeue gives an
 * element as it came. dequeue_many and dequeue_up_to give each unknown dimension the largest extent
 * in that batch and fill what is missing behind the elements with zeros, false or empty strings. A
 * component with unknown dimensions is kept by reference, as where shapes are not specified; one
 * without them is copied, as in any queue. A batch of no elements has 0 for unknown dimensions.
 *
 * A shared name fits when the shapes are compatible: an unknown dimension agrees with any other.
 * The queue keeps the shapes that it was made with. Parameters and answers: as above.
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_padding_fifo_queue_new(
    struct tfeed_context *context, const struct tfeed_queue_options *options,
    struct tfeed_queue **ret_queue, struct tfeed_error *reterr);

/**
 * Makes a queue that gives the element with the smallest priority first (PriorityQueue), or finds
 * it.
 *
 * Component 0 is the priority: int64, a scalar. It stands in the options with the others
 * (TensorFlow prepends it) and comes out with them. Equal priorities come out in the order that
 * TensorFlow's heap gives: defined, but not that of their coming. A dequeue_many takes nothing
 * before all n elements are there at once, so its batch is sorted, and one for more than the
 * capacity is never served while the queue is open. Parameters and answers: as above.
 */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_priority_queue_new(struct tfeed_context *context, const struct tfeed_queue_options *options,
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
/** TFEED_RANK_UNKNOWN where shapes are not specified, or there is no such component. */
TFEED_API struct tfeed_shape tfeed_queue_shape(const struct tfeed_queue *queue, size_t component);
/** NULL where the queue has no names, or there is no such component. */
TFEED_API const char *tfeed_queue_component_name(const struct tfeed_queue *queue, size_t component);
/** n_components where no component has this name. */
TFEED_API size_t tfeed_queue_find_component(const struct tfeed_queue *queue, const char *name);

/**
 * Picks one of several queues by an index that only run time knows (QueueBase.from_list).
 *
 * @param index       from 0
 * @param ret_queue   one of `queues`, borrowed
 * @param ret_shapes  NULL, or [n_components]: what holds for the elements of all of them. A
 *                    dimension in which they differ is TFEED_DIM_UNKNOWN, a rank in which they
 *                    differ TFEED_RANK_UNKNOWN.
 *
 * @return TFEED_OK
 *         TFEED_INVALID_ARGUMENT  no queues; component types or names differ between them; "index 3
 *                                 is not in [0, 2)". The list is checked before the index.
 * Thread safety: fully concurrent.   Blocks: no.
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_queue_from_list(struct tfeed_queue *const *queues,
                                                            size_t n_queues, int64_t index,
                                                            struct tfeed_queue **ret_queue,
                                                            struct tfeed_shape *ret_shapes,
                                                            struct tfeed_error *reterr);

/*
 * The operations, blocking. All of them:
 *
 *   components[n_components]  in: borrowed until the operation has ended, copied into the queue.
 *                             The bytes of strings are not copied: the queue holds their blocks (a
 *                             string without a block is copied). Where shapes are not specified,
 *                             tensors are held by reference: do not write into them afterwards
 *                             (so it is for components with unknown dimensions).
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

/** What has gone through a queue so far. */
struct tfeed_queue_statistics {
    size_t struct_size;
    uint64_t n_in;  /**< elements put in */
    uint64_t n_out; /**< elements taken, less those that were put back: n_in - n_out are inside */
    uint64_t bytes_in;        /**< of their numbers and strings */
    uint64_t bytes_out;       /**< n_in, n_out, bytes_in and bytes_out are of one moment */
    uint64_t n_enqueue_waits; /**< calls that blocked, among them those of plain closes */
    uint64_t enqueue_wait_ns; /**< summed over threads, those that still wait left out */
    uint64_t n_dequeue_waits; /**< attempts with a completion block nobody, so do not count */
    uint64_t dequeue_wait_ns;
    uint64_t depth;     /**< elements inside now */
    uint64_t max_depth; /**< the most there were */
};

/**
 * A snapshot of the statistics; may be taken at any time. Set ret_statistics->struct_size before.
 * Thread safety: fully concurrent.   Blocks: no.
 * Complexity:    looks at every string inside; numbers cost nothing.
 */
TFEED_API void tfeed_queue_statistics_get(struct tfeed_queue *queue,
                                          struct tfeed_queue_statistics *ret_statistics);

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
        uint64_t n_bytes;            /* of the strings and whole tensors of an enqueue */
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

/** A component by its name, for tfeed_queue_run_named. */
struct tfeed_named_tensor {
    const char *name;
    struct tfeed_tensor tensor;
};

/**
 * tfeed_queue_run_timed for a queue whose components have names: where Python gives and gets
 * dictionaries. What the operation takes and fills is found by name, in any order.
 *
 * @param n       dequeue_many, dequeue_up_to
 * @param values  [n_values] in or out, each name of the queue once
 *
 * @return as the operation; besides
 *         TFEED_INVALID_ARGUMENT    the queue has no names ("must have names"); a name is missing,
 *                                   wrong, twice or too many ("match names of Queue")
 *         TFEED_RESOURCE_EXHAUSTED  no memory
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_queue_run_named(struct tfeed_queue *queue,
                                                            enum tfeed_queue_operation operation,
                                                            int64_t n,
                                                            struct tfeed_named_tensor *values,
                                                            size_t n_values, int64_t timeout_ms,
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
