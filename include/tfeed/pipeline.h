/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * pipeline.h - TensorFlow's input functions: producers that fill a queue, batchers that empty one.
 *
 *   string_input_producer ─▶ names ─▶ reader threads ─▶ shuffle queue ─▶ tfeed_batcher_next ─▶ columns
 *   (epochs, order, seed)             (check, frame)     (records, not     (parse a batch)
 *                                                         parsed data)
 *
 * Each function registers queue runners with the context; tfeed_start_queue_runners starts them.
 *
 * How it ends. At the last epoch's end the names close, then, when every reader has come there, the
 * shuffle queue; what is inside is still given, then TFEED_OUT_OF_RANGE. An error of a reader stops
 * the coordinator, whose watchers cancel the queues: the program sees TFEED_OUT_OF_RANGE too, and
 * the error itself as what tfeed_coordinator_join returns, as in TensorFlow. So a program's end is
 *
 *    while (tfeed_batcher_next(batcher, columns, &error) == TFEED_OK)
 *        …
 *    tfeed_coordinator_request_stop(coordinator, &error, NULL);   OUT_OF_RANGE is a clean stop
 *    status = tfeed_coordinator_join(coordinator, NULL, &error);  the first real error, or OK
 */
#ifndef TFEED_PIPELINE_H
#define TFEED_PIPELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tfeed/context.h>
#include <tfeed/coordinator.h>
#include <tfeed/features.h>
#include <tfeed/queues.h>
#include <tfeed/readers.h>
#include <tfeed/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/** n_epochs: go on until stopped. */
#define TFEED_EPOCHS_ENDLESS (-1)

struct tfeed_producer_options {
    size_t struct_size;
    int64_t n_epochs; /**< TFEED_EPOCHS_ENDLESS by default, as TensorFlow; 0 and less: refused */
    bool shuffle;     /**< true; within each epoch, never across */
    int64_t seed;     /**< op seed, TFEED_SEED_UNSET */
    const struct tfeed_seeds *seed_pair; /**< NULL, or the pair outright */
    int64_t capacity;                    /**< 32 */
    const char *shared_name;
    const char *name; /**< NULL: "input_producer" */
};

TFEED_API void tfeed_producer_options_init(struct tfeed_producer_options *options);

/**
 * A queue that gives the strings, epoch after epoch (tf.train.string_input_producer). Strings are
 * copied. One runner with one thread is added to the context; it closes the queue after the last
 * epoch.
 *
 * @return TFEED_OK                ret_queue holds a reference
 *         TFEED_INVALID_ARGUMENT  no strings; n_epochs
 *         TFEED_RESOURCE_EXHAUSTED
 */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_string_input_producer(struct tfeed_context *context, const char *const *strings,
                            size_t n_strings, const struct tfeed_producer_options *options,
                            struct tfeed_queue **ret_queue, struct tfeed_error *reterr);

/* --------------------------------------------------------------- batching */

/**
 * Where elements come from: fills components, which are empty, with one element (or, with
 * `enqueue_many`, with rows). They are cleared afterwards. TFEED_OUT_OF_RANGE is the normal end.
 *
 * Called by one thread at a time per source, under a lock: it must not call the batcher.
 */
typedef tfeed_status (*tfeed_produce_fn)(void *user_data, struct tfeed_tensor *ret_components,
                                         struct tfeed_error *reterr);

struct tfeed_batch_source {
    tfeed_produce_fn produce;
    void *user_data;
    void (*free)(void *user_data); /**< NULL: nothing to free */
    const enum tfeed_dtype *dtypes;
    const struct tfeed_shape *shapes; /**< of one element */
    size_t n_components;
};

struct tfeed_batch_options {
    size_t struct_size;
    int64_t batch_size;        /**< must be set, >= 0 */
    int64_t capacity;          /**< 0: min_after_dequeue + 3 * batch_size; negative: unbounded */
    int64_t min_after_dequeue; /**< default 1000 */
    int64_t n_threads;         /**< threads that call `produce` or read files; default 1 */
    bool enqueue_many;         /**< the source gives rows */
    bool allow_smaller_final_batch;
    /**
     * Fixes the schedule, and so the order: one logical producer; fill to capacity or to the end,
     * draw a batch, fill again. n_threads is not used: whoever calls next does the filling.
     */
    bool deterministic;
    /** Batches made ahead by a thread of their own; 0: the caller of next makes them. An error ends
     *  that thread: it comes from next behind the batches before it, and from the join. */
    int64_t n_prefetch;
    int64_t seed;                        /**< op seed, TFEED_SEED_UNSET */
    const struct tfeed_seeds *seed_pair; /**< NULL, or the pair outright */
    const char *shared_name;             /**< of the shuffle queue */
    const char *name;                    /**< NULL: "shuffle_batch" */
};

TFEED_API void tfeed_batch_options_init(struct tfeed_batch_options *options);

/** What a batching function returns: TensorFlow's dequeue operation. Counted. */
struct tfeed_batcher;

/**
 * Shuffles elements and forms batches (tf.train.shuffle_batch).
 *
 * @return TFEED_OK                ret_batcher holds a reference; runners were added to the context
 *         TFEED_INVALID_ARGUMENT  batch_size, capacity <= min_after_dequeue, …
 *         TFEED_RESOURCE_EXHAUSTED
 * Ownership: takes source->user_data on success.
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_shuffle_batch(struct tfeed_context *context,
                                                          const struct tfeed_batch_source *source,
                                                          const struct tfeed_batch_options *options,
                                                          struct tfeed_batcher **ret_batcher,
                                                          struct tfeed_error *reterr);

/**
 * Reads, shuffles and parses Examples: n_threads readers take files from `names`, records travel
 * through the shuffle queue as views, next parses a batch into the columns of `schema`.
 *
 * @param reader_options  NULL: the defaults of tfeed_tfrecord_reader_new
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_shuffle_batch_examples(
    struct tfeed_context *context, struct tfeed_queue *names, struct tfeed_schema *schema,
    const struct tfeed_record_reader_options *reader_options,
    const struct tfeed_batch_options *options, struct tfeed_batcher **ret_batcher,
    struct tfeed_error *reterr);

TFEED_API struct tfeed_batcher *tfeed_batcher_ref(struct tfeed_batcher *batcher);
TFEED_API void tfeed_batcher_unref(struct tfeed_batcher *batcher);

TFEED_API size_t tfeed_batcher_n_columns(const struct tfeed_batcher *batcher);

/**
 * The next batch.
 *
 * columns[n_columns] are zeroed or valid tensors. A loop that hands in the columns of its last
 * batch allocates nothing: a buffer that nobody else holds and that is large enough is filled
 * again. After a failure they can be handed in again, or cleared; what they hold then is undefined.
 *
 * Shapes: columns [n_rows] + row shape; n_rows is batch_size, fewer in a smaller final batch.
 * @return TFEED_OK
 *         TFEED_OUT_OF_RANGE      the end; without allow_smaller_final_batch the incomplete batch
 *                                 stays behind
 *         TFEED_INVALID_ARGUMENT  an example does not fit the schema; reterr names file, record and
 *                                 offset. The batch is given up; the next call goes on.
 *         TFEED_DATA_LOSS, …      deterministic: what the reader says. Free-running, a reader's
 *                                 error goes to the coordinator, and here the queue ends.
 *         TFEED_CANCELLED         while stopping
 * Thread safety: fully concurrent (deterministic: one after the other).   Blocks: until the queue
 * has enough.   Cancels: woken by the coordinator's stop (the queues are cancelled); deterministic
 * without prefetching: by the end of `names`, or of whatever the source waits for.
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_batcher_next(struct tfeed_batcher *batcher,
                                                         struct tfeed_tensor *columns,
                                                         struct tfeed_error *reterr);

/** The queue that holds the elements, for its size. Borrowed; only the batcher enqueues. */
TFEED_API struct tfeed_queue *tfeed_batcher_queue(struct tfeed_batcher *batcher);

#ifdef __cplusplus
}
#endif
#endif
