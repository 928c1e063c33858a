/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * coordinator.h - stopping and joining a set of threads, and the runners that keep queues filled.
 *
 * A coordinator is one stop flag, the first real error, and a list of members (threads). States:
 *
 *    running ──request_stop──▶ stopping ──join──▶ joined
 *       ▲                                           │
 *       └────────────────clear_stop────────────────┘
 *
 * The first report wins: what is reported after the stop was requested is dropped and counted. A
 * clean code (OUT_OF_RANGE unless told) stops without being an error. After a join, a real error is
 * given back to the reporter. Any number of threads may join at once.
 */
#ifndef TFEED_COORDINATOR_H
#define TFEED_COORDINATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tfeed/context.h>
#include <tfeed/queues.h>
#include <tfeed/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Thread safety: fully concurrent, but for tfeed_coordinator_free. */
struct tfeed_coordinator;

/** How long join waits after the stop, unless told. */
enum { TFEED_GRACE_DEFAULT_MS = 120000 };

struct tfeed_coordinator_options {
    size_t struct_size;
    const tfeed_status *clean_stop_codes; /**< NULL: OUT_OF_RANGE only */
    size_t n_clean_stop_codes;
    const struct tfeed_allocator *allocator;
    tfeed_log_fn log; /**< NULL (default): silent */
    void *log_user_data;
};

TFEED_API void tfeed_coordinator_options_init(struct tfeed_coordinator_options *options);

/**
 * Makes a coordinator; options NULL stands for the defaults. The caller holds one reference.
 *
 * @return TFEED_OK, TFEED_INVALID_ARGUMENT (struct_size), TFEED_RESOURCE_EXHAUSTED
 */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_coordinator_new(const struct tfeed_coordinator_options *options,
                      struct tfeed_coordinator **ret_coordinator, struct tfeed_error *reterr);

/** Ends the caller's reference. Threads that still run hold their own: nothing goes under them. */
TFEED_API void tfeed_coordinator_free(struct tfeed_coordinator *coordinator);

/** What every loop asks before its next round. Costs one atomic load. */
TFEED_API bool tfeed_coordinator_should_stop(struct tfeed_coordinator *coordinator);

/**
 * Asks every member to stop.
 *
 * @param cause  NULL, or the error that is the reason; its code decides whether it is a clean stop.
 * @return TFEED_OK      the stop is requested (also when it was before)
 *         cause->code   the coordinator had been joined: the error, which nobody would see, comes
 *                       back
 * Thread safety: fully concurrent, not from a signal handler.   Blocks: no.
 */
TFEED_API tfeed_status tfeed_coordinator_request_stop(struct tfeed_coordinator *coordinator,
                                                      const struct tfeed_error *cause,
                                                      struct tfeed_error *reterr);

/**
 * Waits for the stop request; true when it came, false when timeout_ms was over first
 * (TFEED_WAIT_FOREVER: no limit).
 */
TFEED_API bool tfeed_coordinator_wait_for_stop(struct tfeed_coordinator *coordinator,
                                               int64_t timeout_ms);

/** Forgets stop, error, join and the count of dropped errors: the coordinator can be used again. */
TFEED_API void tfeed_coordinator_clear_stop(struct tfeed_coordinator *coordinator);

/** The error that was recorded, TFEED_OK when there is none. */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_coordinator_error(struct tfeed_coordinator *coordinator,
                                                              struct tfeed_error *reterr);

/** Errors that came too late to be the recorded one. */
TFEED_API uint64_t tfeed_coordinator_n_dropped_errors(struct tfeed_coordinator *coordinator);

/** True once a join has ended, whatever it gave. */
TFEED_API bool tfeed_coordinator_joined(struct tfeed_coordinator *coordinator);

/** What a member thread runs. A status other than OK is reported as request_stop does (TensorFlow's
 *  stop_on_exception). */
typedef tfeed_status (*tfeed_member_fn)(struct tfeed_coordinator *coordinator, void *user_data,
                                        struct tfeed_error *reterr);

/**
 * Starts a library thread that join waits for.
 *
 * @param name  copied; the kernel shows its last 15 bytes
 * @return TFEED_OK, TFEED_RESOURCE_EXHAUSTED (no thread, no memory)
 */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_coordinator_start_thread(struct tfeed_coordinator *coordinator, const char *name,
                               tfeed_member_fn run, void *user_data, struct tfeed_error *reterr);

/**
 * Runs a piece of the program's own work on the calling thread; what it fails with is reported as
 * request_stop does, and goes no further (TensorFlow's `with coordinator.stop_on_exception():`).
 *
 * @return TFEED_OK        the work ended, or its error has been reported
 *         its own status  the coordinator had been joined, so that nobody else would see the error
 * Thread safety: fully concurrent.   Blocks: as `run` does.
 */
TFEED_API tfeed_status tfeed_coordinator_stop_on_error(struct tfeed_coordinator *coordinator,
                                                       tfeed_member_fn run, void *user_data,
                                                       struct tfeed_error *reterr);

/** A thread of the program's own as a member: register before its work, leave as its last act. */
struct tfeed_member;

/** @return TFEED_OK, TFEED_RESOURCE_EXHAUSTED */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_coordinator_register(struct tfeed_coordinator *coordinator, const char *name,
                           struct tfeed_member **ret_member, struct tfeed_error *reterr);

/** Ends the membership and frees it; also right after a join that gave the thread up. */
TFEED_API void tfeed_coordinator_leave(struct tfeed_member *member);

struct tfeed_join_options {
    size_t struct_size;
    /** TFEED_GRACE_DEFAULT_MS; counts from when join sees the stop; negative: no limit. */
    int64_t grace_ms;
    bool ignore_live_threads; /**< stragglers are logged, not an error */
};

TFEED_API void tfeed_join_options_init(struct tfeed_join_options *options);

/**
 * Waits until the members of this moment have ended: without limit until somebody requests the
 * stop, then for grace_ms. Afterwards none of them is known any more. Of several joins at once each
 * waits, and tells of the error and the stragglers, on its own.
 *
 * The watchers of queue runners are members that end with the stop: without
 * tfeed_coordinator_request_stop this never returns, even when all data is through. Threads that
 * are given up go on; what they hold stays theirs until they end.
 *
 * @param options  NULL: the defaults
 * @return TFEED_OK                   all ended, no error
 *         the recorded error         it outranks stragglers; reterr is that error
 *         TFEED_FAILED_PRECONDITION  "Coordinator stopped with threads still running: NAMES"
 * Blocks: yes.   Cancels: members' ends, the stop request, the grace.
 */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_coordinator_join(struct tfeed_coordinator *coordinator,
                       const struct tfeed_join_options *options, struct tfeed_error *reterr);

/* ---------------------------------------------------------------- looper */

/** What a looper does (TensorFlow's LooperThread); start from tfeed_looper_options_init. */
struct tfeed_looper_options {
    size_t struct_size;
    /** Between the beginnings of two runs; 0 (default): back to back. A run that ends late is
     *  followed at once, so that the beginnings do not drift. */
    int64_t interval_ms;
    tfeed_member_fn start; /**< once, before the first run; NULL: nothing */
    tfeed_member_fn run;   /**< again and again until the stop; the first time at once */
    tfeed_member_fn stop;  /**< once, after the last run; not when one of the others has failed */
    void *user_data;       /**< of all three */
    const char *name;      /**< of the thread, copied; NULL: "looper" */
};

TFEED_API void tfeed_looper_options_init(struct tfeed_looper_options *options);

/**
 * Starts a thread that runs a function at an interval until the stop is requested; a member, which
 * join waits for. When the stop is there already, `start` and `stop` run and `run` does not. A
 * failure of any of the three ends the looper and is reported as request_stop does.
 *
 * @return TFEED_OK
 *         TFEED_INVALID_ARGUMENT    no coordinator, no `run`, a negative interval, struct_size
 *         TFEED_RESOURCE_EXHAUSTED  no thread, no memory
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_coordinator_start_looper(
    struct tfeed_coordinator *coordinator, const struct tfeed_looper_options *options,
    struct tfeed_error *reterr);

/* ---------------------------------------------------------- queue runner */

/**
 * One step of filling a queue: usually "read something, enqueue it". Called again and again on a
 * thread of the runner's until it fails. A run of work is at most 128 records, so that a stop is
 * seen soon; what it blocks in must be queues that the runner's cancel, or another's, ends.
 */
typedef tfeed_status (*tfeed_enqueue_fn)(void *user_data, struct tfeed_error *reterr);

struct tfeed_enqueue_operation {
    tfeed_enqueue_fn run;
    void *user_data;
    void (*free)(void *user_data); /**< when the runner goes; NULL: nothing to free */
    const char *name;              /**< for thread names; NULL: "enqueue" */
};

/** The threads that fill one queue. Thread safety: fully concurrent, free apart. */
struct tfeed_queue_runner;

struct tfeed_queue_runner_options {
    size_t struct_size;
    const tfeed_status *closed_codes; /**< what ends a thread quietly; NULL: OUT_OF_RANGE only */
    size_t n_closed_codes;
    tfeed_enqueue_fn close;  /**< NULL: plain close of the queue */
    tfeed_enqueue_fn cancel; /**< NULL: cancelling close of the queue */
    void *user_data;         /**< of close and cancel */
    /** The last thread closes also when it ends by an error, once that is reported. false, as in
     *  TensorFlow: without a coordinator consumers then wait for ever. */
    bool closes_on_error;
    const struct tfeed_allocator *allocator;
};

TFEED_API void tfeed_queue_runner_options_init(struct tfeed_queue_runner_options *options);

/**
 * Makes a runner: one thread per operation. Takes the operations (their user_data) on success.
 *
 * @return TFEED_OK
 *         TFEED_INVALID_ARGUMENT  no queue, no operations or one without a function, an empty list
 *                                 of closed codes
 *         TFEED_RESOURCE_EXHAUSTED
 */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_queue_runner_new(struct tfeed_queue *queue, const struct tfeed_enqueue_operation *operations,
                       size_t n_operations, const struct tfeed_queue_runner_options *options,
                       struct tfeed_queue_runner **ret_runner, struct tfeed_error *reterr);

/**
 * Starts the threads: one per operation, and with a coordinator a watcher that cancels the queue
 * when the stop is requested. While threads of an earlier start live it starts none and is
 * TFEED_OK.
 *
 * A thread whose operation ends with a closed code goes quietly; the last one closes the queue. Any
 * other error goes to the coordinator, or without one into the runner's list
 * (tfeed_queue_runner_n_errors), and the queue is not closed.
 *
 * Threads are called "QueueRunnerThread-QUEUE-OPERATION" and
 * "QueueRunnerThread-QUEUE-close_on_stop".
 *
 * @param coordinator    NULL: the runner joins its threads itself, in tfeed_queue_runner_free
 * @param ret_n_threads  how many were started; may be NULL
 * @return TFEED_OK
 *         TFEED_RESOURCE_EXHAUSTED  a thread could not be started; those already running go on
 *                                   until the stop, or until tfeed_queue_runner_free
 */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_queue_runner_start(struct tfeed_queue_runner *runner, struct tfeed_coordinator *coordinator,
                         size_t *ret_n_threads, struct tfeed_error *reterr);

/**
 * Creates the threads and lets none of them run yet (TensorFlow's create_threads(start=False)).
 * They count as living, so that nothing else starts the runner, until
 * tfeed_queue_runner_start_created runs them; tfeed_queue_runner_free and the context's close
 * forget them. No join waits for them.
 *
 * @param coordinator    as for tfeed_queue_runner_start
 * @param ret_n_threads  how many, as there; 0 while earlier ones live or wait. May be NULL
 */
TFEED_API void tfeed_queue_runner_create(struct tfeed_queue_runner *runner,
                                         struct tfeed_coordinator *coordinator,
                                         size_t *ret_n_threads);

/**
 * Runs the threads that tfeed_queue_runner_create made.
 *
 * @return TFEED_OK
 *         TFEED_FAILED_PRECONDITION  there are none, or they have been started
 *         TFEED_RESOURCE_EXHAUSTED   as for tfeed_queue_runner_start
 */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_queue_runner_start_created(struct tfeed_queue_runner *runner, struct tfeed_error *reterr);

/** What the operations said since the last start, without a coordinator: at most one error each. */
TFEED_API size_t tfeed_queue_runner_n_errors(struct tfeed_queue_runner *runner);

/** @return the code of error i, whole in reterr; TFEED_OUT_OF_RANGE when there are not so many */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_queue_runner_error(struct tfeed_queue_runner *runner,
                                                               size_t i,
                                                               struct tfeed_error *reterr);

/** What a runner is about (TensorFlow's QueueRunnerDef); valid as long as the runner. */
struct tfeed_queue_runner_info {
    const char *queue_name;
    size_t n_operations;
    const char *const *operation_names; /**< [n_operations] */
    size_t n_closed_codes;
    const tfeed_status *closed_codes; /**< [n_closed_codes], in rising order */
    bool has_own_close;               /**< not a plain close of the queue */
    bool has_own_cancel;              /**< not a cancelling close of the queue */
};

TFEED_API void tfeed_queue_runner_describe(const struct tfeed_queue_runner *runner,
                                           struct tfeed_queue_runner_info *ret_info);

/**
 * Cancels the queue, waits until the runner's threads have ended, and frees. NULL does nothing.
 *
 * A runner of a context is freed by tfeed_context_close instead.
 *
 * Blocks: while an operation does that the queue's cancelling does not end.
 */
TFEED_API void tfeed_queue_runner_free(struct tfeed_queue_runner *runner);

/** Gives the runner to the context (TensorFlow's QUEUE_RUNNERS collection); taken on success. */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_context_add_queue_runner(
    struct tfeed_context *context, struct tfeed_queue_runner *runner, struct tfeed_error *reterr);

/** Runners of the context, in the order of adding. */
TFEED_API size_t tfeed_context_n_queue_runners(struct tfeed_context *context);

/** Runner i, which stays the context's; NULL where there are not so many. */
TFEED_API struct tfeed_queue_runner *tfeed_context_queue_runner(struct tfeed_context *context,
                                                                size_t i);

/**
 * Starts every runner of the context, in the order of adding. Can be called again: only runners
 * without a living thread start.
 *
 * @param coordinator  NULL: tfeed_context_close waits for the threads
 * @return TFEED_OK, TFEED_RESOURCE_EXHAUSTED (a thread; those already started stop with the
 *         coordinator)
 */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_start_queue_runners(struct tfeed_context *context, struct tfeed_coordinator *coordinator,
                          struct tfeed_error *reterr);

#ifdef __cplusplus
}
#endif
#endif
