/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * barrier.h - TensorFlow's barrier: elements whose components come one by one, under a key.
 *
 *    insert_many(0, {"a", "b"}, …)    key  0  1          index  key  0  1
 *    insert_many(1, {"b"}, …)          a   ●  ·   ──▶      0     b   ●  ●   ──▶  take_many
 *                                     incomplete           ready, the smallest index first
 *
 * An element is ready when each component has come. All keys that one insert_many brings in get one
 * index; the next call that brings in a key gets the next. Batches come out in the order of the
 * indices.
 *
 * What differs from TensorFlow: nothing is lost and nothing hangs. An insert_many that is refused
 * has inserted nothing; what is ready when a barrier closes goes to those who wait for it, or
 * stays; nobody waits for elements that cannot come any more.
 */
#ifndef TFEED_BARRIER_H
#define TFEED_BARRIER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tfeed/context.h>
#include <tfeed/queues.h>
#include <tfeed/status.h>
#include <tfeed/tensor.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * A store of elements that are put together by key. Counted: tfeed_barrier_ref,
 * tfeed_barrier_unref.
 *
 * Thread safety: fully concurrent.
 */
struct tfeed_barrier;

/** How a barrier is made; start from tfeed_barrier_options_init. */
struct tfeed_barrier_options {
    size_t struct_size;             /**< set by tfeed_barrier_options_init */
    const enum tfeed_dtype *dtypes; /**< [n_components] */
    /** [n_components], complete and not empty, at most TFEED_MAX_DIMS - 1 dimensions each. NULL
     * (default): not specified; then the elements of one batch must have equal shapes. */
    const struct tfeed_shape *shapes;
    size_t n_components;     /**< at least 1 */
    const char *name;        /**< for messages; NULL: "barrier" */
    const char *shared_name; /**< NULL or "": private; else one barrier per context and name */
};

/** Sets every option to its default. */
TFEED_API void tfeed_barrier_options_init(struct tfeed_barrier_options *options);

/**
 * Makes a barrier, or finds it under its shared name. It has no capacity: inserting never blocks.
 *
 * @param context      NULL allowed: malloc, no shared names.
 * @param ret_barrier  one reference; end it with tfeed_barrier_unref.
 *
 * @return TFEED_OK
 *         TFEED_INVALID_ARGUMENT    an option ("Empty tensors are not supported, but received shape
 *                                   [0,2] at index 1"); a shared name that is not a barrier's, or
 *                                   whose component types or component shapes differ
 *         TFEED_RESOURCE_EXHAUSTED  no memory
 *
 * Ownership:     a shared barrier belongs to the context too, until that ends.
 * Thread safety: fully concurrent.   Blocks: no.
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_barrier_new(struct tfeed_context *context,
                                                        const struct tfeed_barrier_options *options,
                                                        struct tfeed_barrier **ret_barrier,
                                                        struct tfeed_error *reterr);

/** One more reference; returns barrier. Thread safety: fully concurrent. */
TFEED_API struct tfeed_barrier *tfeed_barrier_ref(struct tfeed_barrier *barrier);

/**
 * Ends one reference; the last frees the barrier with what is in it. No attempt may be pending
 * then. NULL does nothing. Thread safety: fully concurrent.
 */
TFEED_API void tfeed_barrier_unref(struct tfeed_barrier *barrier);

/**
 * Brings one component of n elements, all of them or, on failure, none. A key may come again when
 * its element is ready.
 *
 * Shapes:   keys[n], strings; values[n] + shape, of the component's dtype. n may be 0.
 *
 * @param component  from 0
 *
 * @return TFEED_OK
 *         TFEED_INVALID_ARGUMENT    no such component; dtype, shape or number of rows does not fit;
 *                                   a value without elements; a key that "already has a value" for
 *                                   the component, or stands in `keys` twice
 *         TFEED_CANCELLED           the barrier is closed: for new keys, after a cancelling close
 *                                   for all, even for none
 *         TFEED_RESOURCE_EXHAUSTED  no memory
 *
 * Ownership:     keys and values are borrowed for the call; the blocks of strings are held.
 * Thread safety: fully concurrent.   Blocks: no.
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_barrier_insert_many(struct tfeed_barrier *barrier,
                                                                int64_t component,
                                                                const struct tfeed_tensor *keys,
                                                                const struct tfeed_tensor *values,
                                                                struct tfeed_error *reterr);

/**
 * Takes n elements that are ready, all at once, those with the smallest indices; waits for them.
 *
 * allow_small_batch: once the barrier is closed, the 1 … n - 1 that are ready are enough, also for
 * whoever waits already; more may still become ready later. While it is open, all n are waited for.
 *
 * Shapes: ret_components[2 + n_components]: indices int64[n], from INT64_MIN on; keys string[n];
 *         then the components, [n] + shape. In and out as for tfeed_queue_dequeue_many.
 *
 * @return TFEED_OK
 *         TFEED_INVALID_ARGUMENT    n < 0; shapes are not specified and those of the batch differ:
 *                                   it stays
 *         TFEED_OUT_OF_RANGE        the barrier is closed and has "insufficient elements": fewer
 *                                   than n, ready and incomplete ones together, or with
 *                                   allow_small_batch none that is ready; also for who waits
 *                                   already, and for n = 0, when there is nothing
 *         TFEED_DEADLINE_EXCEEDED   the _timed form; nothing has been taken
 *         TFEED_RESOURCE_EXHAUSTED  no memory
 * Thread safety: fully concurrent.   Blocks: until served.   Cancels: woken by close, the timeout.
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_barrier_take_many(struct tfeed_barrier *barrier,
                                                              int64_t n, bool allow_small_batch,
                                                              struct tfeed_tensor *ret_components,
                                                              struct tfeed_error *reterr);
TFEED_API TFEED_MUST_USE tfeed_status tfeed_barrier_take_many_timed(
    struct tfeed_barrier *barrier, int64_t n, bool allow_small_batch, int64_t timeout_ms,
    struct tfeed_tensor *ret_components, struct tfeed_error *reterr);

/**
 * Starts a take in the caller's storage: attempt->operation is TFEED_QUEUE_DEQUEUE_MANY, or with
 * allow_small_batch TFEED_QUEUE_DEQUEUE_UP_TO; `components` has 2 + n_components places. All else
 * is as tfeed_queue_start and tfeed_queue_cancel say.
 */
TFEED_API void tfeed_barrier_start_take(struct tfeed_barrier *barrier,
                                        struct tfeed_attempt *attempt);
TFEED_API bool tfeed_barrier_cancel_take(struct tfeed_barrier *barrier,
                                         struct tfeed_attempt *attempt);

/**
 * Closes for new keys; what is incomplete can still be completed, what is ready be taken.
 * cancel_pending_enqueues: drops what is incomplete, and nothing can be inserted any more. A closed
 * barrier can only be closed again to do that.
 *
 * @return TFEED_OK
 *         TFEED_CANCELLED  the barrier is closed already, and with cancel if that is asked for
 * Thread safety: fully concurrent.   Blocks: no.
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_barrier_close(struct tfeed_barrier *barrier,
                                                          bool cancel_pending_enqueues,
                                                          struct tfeed_error *reterr);

/** Elements that are ready now. Never blocks. */
TFEED_API int64_t tfeed_barrier_ready_size(struct tfeed_barrier *barrier);

/** Elements of which a component is missing now. Never blocks. */
TFEED_API int64_t tfeed_barrier_incomplete_size(struct tfeed_barrier *barrier);

#ifdef __cplusplus
}
#endif
#endif
