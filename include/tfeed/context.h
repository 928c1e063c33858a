/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * context.h - what the pieces of one program share: graph seed, names, queue runners, hooks.
 *
 * Where TensorFlow has a graph, tfeed has a context. It knows no queue and no coordinator: shared
 * objects and runners are opaque entries that the modules above fill in.
 */
#ifndef TFEED_CONTEXT_H
#define TFEED_CONTEXT_H

#include <stdint.h>

#include <tfeed/allocator.h>
#include <tfeed/random.h>
#include <tfeed/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * One program's shared state, counted: its maker and every thread that uses it hold a reference.
 *
 * Thread safety: fully concurrent, but for tfeed_context_close.
 */
struct tfeed_context;

enum tfeed_log_level { TFEED_LOG_DEBUG, TFEED_LOG_INFO, TFEED_LOG_WARNING };

/** Gets one line without newline; called from any thread, must not call tfeed. */
typedef void (*tfeed_log_fn)(void *user_data, enum tfeed_log_level level, const char *line);

/** How a context is made; start from tfeed_context_options_init. */
struct tfeed_context_options {
    size_t struct_size; /**< set by tfeed_context_options_init */
    int64_t
        graph_seed; /**< TFEED_SEED_UNSET by default, as in a graph without tf.set_random_seed */
    const struct tfeed_allocator *allocator; /**< NULL: malloc */
    tfeed_log_fn log;                        /**< NULL (default): silent */
    void *log_user_data;
};

/** Sets every option to its default. */
TFEED_API void tfeed_context_options_init(struct tfeed_context_options *options);

/**
 * Makes a context. options NULL stands for the defaults. The caller holds one reference, ended by
 * tfeed_context_close.
 *
 * @return TFEED_OK                  ret_context is set
 *         TFEED_INVALID_ARGUMENT    options that were not initialised, or by another version
 *         TFEED_RESOURCE_EXHAUSTED  no memory
 * Ownership: the allocator and the log's user data are borrowed until the last reference is gone.
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_context_new(const struct tfeed_context_options *options,
                                                        struct tfeed_context **ret_context,
                                                        struct tfeed_error *reterr);

/**
 * Cancels every runner and, when none of their threads lives any more, ends the context with all
 * that it owns: runners and shared names.
 *
 * Threads hold the context counted: as long as one lives, nothing is freed under it; the call can
 * be repeated. Whoever still holds a reference afterwards can neither add nor share anything.
 *
 * @return TFEED_OK                   the context is gone (NULL is OK too)
 *         TFEED_FAILED_PRECONDITION  threads still run; the message names them
 * Thread safety: externally locked.   Blocks: no.
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_context_close(struct tfeed_context *context,
                                                          struct tfeed_error *reterr);

/**
 * The pair of seeds for the next random piece of this context, by TensorFlow's rules.
 *
 * Graph and op seed set: both. Only the graph seed: the second is the number of earlier calls that
 * had no op seed (there are no graph nodes to count). Only the op seed: 87654321 first. Neither:
 * (0, 0), which the random pieces read as "another order each time". Both numbers are reduced
 * modulo 2^31 - 1, and only then (0, 0) becomes (0, 2^31 - 1).
 *
 * @param context  NULL stands for one without graph seed.
 * @param op_seed  TFEED_SEED_UNSET where the caller gave none.
 * Thread safety: fully concurrent.   Source: doc/design/random.md; tf.get_seed of TensorFlow 1.15.
 */
TFEED_API struct tfeed_seeds tfeed_context_next_seeds(struct tfeed_context *context,
                                                      int64_t op_seed);

#ifdef __cplusplus
}
#endif
#endif
