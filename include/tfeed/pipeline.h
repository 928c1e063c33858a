/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * pipeline.h - TensorFlow's input functions: producers that fill a queue, batchers that empty one.
 *
 *   producer ─▶ queue ─▶ source: reads, decodes, ─▶ queue: first in first out, ─▶ batcher_next
 *   (epochs,             maps, says what is kept     padding, or shuffled;          (columns)
 *    order, seed)        (1 … n_threads threads)     one for each bucket
 *
 * A *source* stands where TensorFlow has the tensors of a graph: a function that evaluates them
 * once. A *batcher* is what a batching function returns: the operation that dequeues.
 *
 * Each function registers queue runners with the context; tfeed_start_queue_runners starts them.
 *
 * How it ends. At the last epoch's end the names close, then, when every reader has come there, the
 * queue of elements; what is inside is still given, then TFEED_OUT_OF_RANGE. An error of a reader
 * stops the coordinator, whose watchers cancel the queues: the program sees TFEED_OUT_OF_RANGE too,
 * and the error itself as what tfeed_coordinator_join returns, as in TensorFlow. So a program's end
 * is
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
#include <tfeed/files.h>
#include <tfeed/queues.h>
#include <tfeed/readers.h>
#include <tfeed/sequence.h>
#include <tfeed/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* --------------------------------------------------------------- sources */

/** A sparse component is three tensors in a row. Of one element with n values and r dimensions:
 *  indices int64 [n, r], values [n], dense_shape int64 [r]. */
enum {
    TFEED_SPARSE_INDICES,
    TFEED_SPARSE_VALUES,
    TFEED_SPARSE_DENSE_SHAPE,
    TFEED_SPARSE_N_TENSORS
};

/**
 * Evaluates a source: fills tensors, which are empty, with one element (or, where the source gives
 * rows, with rows). They are cleared afterwards. TFEED_OUT_OF_RANGE is the normal end.
 *
 * Called by one thread at a time, under a lock, unless the source says is_concurrent: it must not
 * call what it feeds.
 */
typedef tfeed_status (*tfeed_produce_fn)(void *user_data, struct tfeed_tensor *ret_tensors,
                                         struct tfeed_error *reterr);

/**
 * What TensorFlow calls the tensors of an input function: how to evaluate them, and what they are.
 *
 * Fill one in, or have it made by a function below. The functions that take a source copy the
 * arrays, and take user_data when they succeed: they call `free` when it is no longer needed. The
 * functions that make one take a context for its allocator; NULL: malloc.
 */
struct tfeed_batch_source {
    tfeed_produce_fn produce;
    void *user_data;
    void (*free)(void *user_data);  /**< NULL: nothing to free */
    const enum tfeed_dtype *dtypes; /**< [n_components]; of a sparse one, that of its values */
    /** [n_components], of one element, also where the source gives rows. A rank of -1 is an unknown
     *  one; of a sparse component the rank is all that counts. */
    const struct tfeed_shape *shapes;
    size_t n_components;
    /** NULL, or [n_components]: a dictionary. Columns come in the order of their names. */
    const char *const *names;
    const bool *is_sparse; /**< NULL (none), or [n_components] */
    bool is_concurrent;    /**< several threads may evaluate it at a time */
};

/** Frees a source that nobody took. */
TFEED_API void tfeed_batch_source_clear(struct tfeed_batch_source *source);

/**
 * The same tensors at every evaluation (tf.constant). They are held by reference; what is borrowed
 * must outlive the source.
 *
 * @param gives_rows  dimension 0 counts rows
 * @return TFEED_OK, TFEED_INVALID_ARGUMENT (no tensors; a scalar has no rows),
 *         TFEED_RESOURCE_EXHAUSTED
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_batch_source_constant(
    struct tfeed_context *context, const struct tfeed_tensor *tensors, size_t n_tensors,
    bool gives_rows, struct tfeed_batch_source *ret_source, struct tfeed_error *reterr);

/**
 * An element of a queue at each evaluation (queue.dequeue()), or up to n_rows of them as rows
 * (queue.dequeue_up_to(n_rows)).
 *
 * @param n_rows  0: single elements. Where the queue's shapes are not specified, so are the
 *                source's: set options->shapes of what it feeds.
 * @return TFEED_OK                the source holds a reference to the queue
 *         TFEED_INVALID_ARGUMENT, TFEED_RESOURCE_EXHAUSTED
 */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_batch_source_queue(struct tfeed_context *context, struct tfeed_queue *queue, int64_t n_rows,
                         struct tfeed_batch_source *ret_source, struct tfeed_error *reterr);

/**
 * Key and value of a record at each evaluation (reader.read(names)), or of up to n_rows records of
 * one file as rows (reader.read_up_to(names, n_rows)).
 *
 * @param n_rows  0: single records
 * @return TFEED_OK                the source holds references to both
 *         TFEED_INVALID_ARGUMENT, TFEED_RESOURCE_EXHAUSTED
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_batch_source_reader(
    struct tfeed_context *context, struct tfeed_reader *reader, struct tfeed_queue *names,
    int64_t n_rows, struct tfeed_batch_source *ret_source, struct tfeed_error *reterr);

/**
 * The program's graph for one element: decodes, converts, says whether it is kept. tensors are
 * those of the source; ret_tensors are empty. Any thread calls it, several at a time.
 */
typedef tfeed_status (*tfeed_batch_map_fn)(void *user_data, const struct tfeed_tensor *tensors,
                                           struct tfeed_tensor *ret_tensors,
                                           struct tfeed_error *reterr);

/** A function on the elements of a source, and what it gives. As in struct tfeed_batch_source. */
struct tfeed_batch_map {
    tfeed_batch_map_fn map;
    void *user_data;
    void (*free)(void *user_data);
    const enum tfeed_dtype *dtypes;
    const struct tfeed_shape *shapes;
    size_t n_components;
    const char *const *names;
    const bool *is_sparse;
};

/**
 * A source whose elements go through a function. The arrays of `map` are borrowed until the source
 * has been handed to what it feeds.
 *
 * @return TFEED_OK, TFEED_INVALID_ARGUMENT, TFEED_RESOURCE_EXHAUSTED
 * Ownership: takes source->user_data and map->user_data on success.
 */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_batch_source_map(struct tfeed_context *context, const struct tfeed_batch_source *source,
                       const struct tfeed_batch_map *map, struct tfeed_batch_source *ret_source,
                       struct tfeed_error *reterr);

/**
 * A source that can be evaluated n_epochs times, then is TFEED_OUT_OF_RANGE
 * (tf.train.limit_epochs).
 *
 * @param n_epochs  TFEED_EPOCHS_ENDLESS: `source` as it is
 * @return TFEED_OK, TFEED_INVALID_ARGUMENT (0 and less), TFEED_RESOURCE_EXHAUSTED
 * Ownership: takes source->user_data on success.
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_limit_epochs(struct tfeed_context *context,
                                                         const struct tfeed_batch_source *source,
                                                         int64_t n_epochs,
                                                         struct tfeed_batch_source *ret_source,
                                                         struct tfeed_error *reterr);

/**
 * A source that parses Examples one by one (tf.parse_single_example), for what is batched
 * afterwards: padded, in buckets, kept or not. Where examples can be parsed a batch at a time,
 * tfeed_shuffle_batch_examples is faster.
 *
 *   column of the schema    component, named as the column
 *   fixed, raw              dense, of its shape
 *   sequence                dense, [steps] + shape of a step: for dynamic_pad
 *   variable                sparse, of rank 1
 *   sparse                  sparse, of its rank
 *   ragged                  refused: as in TensorFlow, no queue of elements holds them
 *
 * @param source     its last component is the serialized Example, or what the schema says that its
 *                   records are, a string scalar; the others are dropped. So a source over a reader
 *                   fits as it is: over one of lines where records are CSV.
 * @param schema     a reference is taken; from now on it does not change
 * @param length_of  NULL, or a sequence or variable column: its length comes before all others as
 *                   component 0, an int64 scalar without a name, as tfeed_bucket_by_sequence_length
 *                   wants it
 * @return TFEED_OK                  evaluating is TFEED_INVALID_ARGUMENT where an example does not
 *                                   fit
 *         TFEED_INVALID_ARGUMENT    a ragged column, no such length_of, or the source's last
 *                                   component
 *         TFEED_RESOURCE_EXHAUSTED
 * Ownership: takes source->user_data on success.
 */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_batch_source_examples(struct tfeed_context *context, const struct tfeed_batch_source *source,
                            struct tfeed_schema *schema, const char *length_of,
                            struct tfeed_batch_source *ret_source, struct tfeed_error *reterr);

/**
 * A source that parses SequenceExamples one by one (tf.parse_single_sequence_example): the columns
 * of the context as above, then the lists. A fixed list is dense, [steps] + shape of a step; a
 * variable one sparse, of rank 2: step, and place in the step.
 *
 * @param length_of  as above, or a list: its steps
 * @return as tfeed_batch_source_examples
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_batch_source_sequence_examples(
    struct tfeed_context *context, const struct tfeed_batch_source *source,
    struct tfeed_sequence_schema *schema, const char *length_of,
    struct tfeed_batch_source *ret_source, struct tfeed_error *reterr);

/* ------------------------------------------------------------- producers */

struct tfeed_producer_options {
    size_t struct_size;
    int64_t n_epochs; /**< TFEED_EPOCHS_ENDLESS by default, as TensorFlow; 0 and less: refused */
    bool shuffle;     /**< true; within each epoch, never across */
    int64_t seed;     /**< op seed, TFEED_SEED_UNSET */
    const struct tfeed_seeds *seed_pair; /**< NULL, or the pair outright */
    int64_t capacity;                    /**< 32 */
    const char *shared_name;
    const char *name; /**< NULL: "input_producer" */
    /** NULL, or the shape of a row: needed where the source does not know it. */
    const struct tfeed_shape *element_shape;
    /** NULL: a stop cancels the queue. Else it calls this instead, and so does closing the context,
     *  as long as the runner lives. */
    tfeed_enqueue_fn cancel;
    void *cancel_data;
};

TFEED_API void tfeed_producer_options_init(struct tfeed_producer_options *options);

/**
 * A queue that gives the rows of a tensor, epoch after epoch (tf.train.input_producer).
 *
 * One runner with one thread is added to the context; each epoch is one enqueue_many, so that
 * epochs never mix. It closes the queue after the last one.
 *
 * @param input  held by reference; [n_rows] + row shape
 * @return TFEED_OK                ret_queue holds a reference
 *         TFEED_INVALID_ARGUMENT  no rows, n_epochs, element_shape
 *         TFEED_RESOURCE_EXHAUSTED
 */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_input_producer(struct tfeed_context *context, const struct tfeed_tensor *input,
                     const struct tfeed_producer_options *options, struct tfeed_queue **ret_queue,
                     struct tfeed_error *reterr);

/**
 * The same for a tensor that is only known at run time: the source, of one component, gives the
 * rows of each epoch. None at all are TFEED_INVALID_ARGUMENT, which the join tells of:
 * "string_input_producer requires a non-null input tensor", where they are strings.
 *
 * @return as above; INVALID_ARGUMENT also where neither the source nor element_shape tells the
 *         shape of a row
 * Ownership: takes source->user_data on success.
 */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_source_input_producer(struct tfeed_context *context, const struct tfeed_batch_source *source,
                            const struct tfeed_producer_options *options,
                            struct tfeed_queue **ret_queue, struct tfeed_error *reterr);

/**
 * A queue that gives the strings, epoch after epoch (tf.train.string_input_producer). Strings are
 * copied.
 *
 * @return as tfeed_input_producer
 */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_string_input_producer(struct tfeed_context *context, const char *const *strings,
                            size_t n_strings, const struct tfeed_producer_options *options,
                            struct tfeed_queue **ret_queue, struct tfeed_error *reterr);

/**
 * A queue that gives the int32 numbers 0 … limit - 1, epoch after epoch
 * (tf.train.range_input_producer).
 *
 * @return as tfeed_input_producer; limit must be 1 or more
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_range_input_producer(
    struct tfeed_context *context, int32_t limit, const struct tfeed_producer_options *options,
    struct tfeed_queue **ret_queue, struct tfeed_error *reterr);

/**
 * A source of matching rows: at each evaluation one row of every tensor, at the same place
 * (tf.train.slice_input_producer). The places come from a range producer over the rows of the first
 * tensor. The way to use data that is in memory already: rows are views, nothing is copied.
 *
 * @param tensors  held by reference; what is borrowed must outlive the source
 * @return TFEED_OK                ret_source can be evaluated once the runners are started
 *         TFEED_INVALID_ARGUMENT  no tensors, or one that has fewer rows than the first
 *         TFEED_RESOURCE_EXHAUSTED
 */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_slice_input_producer(struct tfeed_context *context, const struct tfeed_tensor *tensors,
                           size_t n_tensors, const struct tfeed_producer_options *options,
                           struct tfeed_batch_source *ret_source, struct tfeed_error *reterr);

/**
 * The files that match the patterns, at this moment (tf.train.match_filenames_once): sorted by byte
 * value over all patterns, a file that two patterns match comes twice. None is no error.
 *
 * Hand the tensor to tfeed_input_producer, which then stands for string_input_producer.
 *
 * @param ret_names  strings [n]; clear it
 * @return TFEED_OK, TFEED_RESOURCE_EXHAUSTED, or why a folder cannot be read
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_match_filenames_once(const char *const *patterns,
                                                                 size_t n_patterns,
                                                                 struct tfeed_tensor *ret_names,
                                                                 struct tfeed_error *reterr);

/* --------------------------------------------------------------- batching */

struct tfeed_batch_options {
    size_t struct_size;
    int64_t batch_size; /**< must be set, >= 0 */
    /** 0: 32, or min_after_dequeue + 3 * batch_size where it shuffles; negative: unbounded */
    int64_t capacity;
    int64_t min_after_dequeue; /**< of the shuffle forms; default 1000 */
    int64_t n_threads; /**< threads that evaluate the source; default 1. A join has one per entry */
    bool enqueue_many; /**< the source gives rows */
    bool dynamic_pad;  /**< unknown dimensions: each batch pads to its longest; not to shuffle */
    bool allow_smaller_final_batch;
    /**
     * Fixes the schedule, and so the order: one logical producer; fill to capacity or to the end,
     * draw a batch, fill again. n_threads is not used: whoever calls next does the filling. Takes
     * one source, and no buckets.
     */
    bool deterministic;
    /** Batches made ahead by a thread of their own; 0: the caller of next makes them. An error ends
     *  that thread: it comes from next behind the batches before it, and from the join. */
    int64_t n_prefetch;
    int64_t seed;                        /**< of the shuffle forms: op seed, TFEED_SEED_UNSET */
    const struct tfeed_seeds *seed_pair; /**< NULL, or the pair outright */
    const struct tfeed_shape *shapes;    /**< NULL: the source's; else [n_components], instead */
    const char *shared_name;             /**< of the queue */
    const char *name; /**< NULL: the function's in TensorFlow, "batch", "shuffle_batch", … */
};

TFEED_API void tfeed_batch_options_init(struct tfeed_batch_options *options);

/** What a batching function returns: TensorFlow's dequeue operation. Counted. */
struct tfeed_batcher;

/*
 * The batching functions. All of them:
 *
 *   queue        batch: first in first out; with dynamic_pad, padding. shuffle_batch: random.
 *   threads      one runner: n_threads that evaluate the one source, or for a join one for each
 *                source, whose elements keep their order. All sources of a join are different
 *                objects with the same dtypes, compatible shapes and the same names.
 *   maybe_       the last component of each source is keep_input, which is not batched: a bool. A
 *                false one leaves the element out; where the source gives rows it is for all, or
 *                with rank 1 one for each row.
 *   columns      those of the components. A sparse component gives three columns with the batch as
 *                a new dimension 0: indices [n_values, r + 1], values [n_values], dense_shape
 *                [r + 1], whose extents are the largest of the batch.
 *
 * @return TFEED_OK                ret_batcher holds a reference; runners were added to the context
 *         TFEED_INVALID_ARGUMENT  batch_size, capacity <= min_after_dequeue, no components, a shape
 *                                 that is not known, sources of a join or keep_input that do not
 *                                 fit, …
 *         TFEED_RESOURCE_EXHAUSTED
 * Ownership: takes the user_data of every source on success.
 */

/** Forms batches in order (tf.train.batch). */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_fifo_batch(struct tfeed_context *context,
                                                       const struct tfeed_batch_source *source,
                                                       const struct tfeed_batch_options *options,
                                                       struct tfeed_batcher **ret_batcher,
                                                       struct tfeed_error *reterr);

/** The same where the source says what is kept (tf.train.maybe_batch). */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_maybe_fifo_batch(struct tfeed_context *context, const struct tfeed_batch_source *source,
                       const struct tfeed_batch_options *options,
                       struct tfeed_batcher **ret_batcher, struct tfeed_error *reterr);

/** Forms batches of what several sources give (tf.train.batch_join). */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_fifo_batch_join(struct tfeed_context *context, const struct tfeed_batch_source *sources,
                      size_t n_sources, const struct tfeed_batch_options *options,
                      struct tfeed_batcher **ret_batcher, struct tfeed_error *reterr);

/** The same where the sources say what is kept (tf.train.maybe_batch_join). */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_maybe_fifo_batch_join(struct tfeed_context *context, const struct tfeed_batch_source *sources,
                            size_t n_sources, const struct tfeed_batch_options *options,
                            struct tfeed_batcher **ret_batcher, struct tfeed_error *reterr);

/** Shuffles elements and forms batches (tf.train.shuffle_batch). */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_shuffle_batch(struct tfeed_context *context,
                                                          const struct tfeed_batch_source *source,
                                                          const struct tfeed_batch_options *options,
                                                          struct tfeed_batcher **ret_batcher,
                                                          struct tfeed_error *reterr);

/** The same where the source says what is kept (tf.train.maybe_shuffle_batch). */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_maybe_shuffle_batch(struct tfeed_context *context, const struct tfeed_batch_source *source,
                          const struct tfeed_batch_options *options,
                          struct tfeed_batcher **ret_batcher, struct tfeed_error *reterr);

/** Shuffles what several sources give (tf.train.shuffle_batch_join). */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_shuffle_batch_join(struct tfeed_context *context, const struct tfeed_batch_source *sources,
                         size_t n_sources, const struct tfeed_batch_options *options,
                         struct tfeed_batcher **ret_batcher, struct tfeed_error *reterr);

/** The same where the sources say what is kept (tf.train.maybe_shuffle_batch_join). */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_maybe_shuffle_batch_join(
    struct tfeed_context *context, const struct tfeed_batch_source *sources, size_t n_sources,
    const struct tfeed_batch_options *options, struct tfeed_batcher **ret_batcher,
    struct tfeed_error *reterr);

/**
 * Reads, shuffles and parses Examples: n_threads readers take files from `names`, records travel
 * through the shuffle queue as views, next parses a batch into the columns of `schema`
 * (tf.train.shuffle_batch, or its join over n_threads readers, before tf.parse_example).
 *
 * Where all columns are of TFEED_COLUMN_FIXED, batches come from tfeed_batcher_next; with any other
 * (variable, sequence, sparse, ragged) from tfeed_batcher_next_columns. enqueue_many is not used.
 *
 * @param reader_options  NULL: the defaults of tfeed_tfrecord_reader_new
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_shuffle_batch_examples(
    struct tfeed_context *context, struct tfeed_queue *names, struct tfeed_schema *schema,
    const struct tfeed_record_reader_options *reader_options,
    const struct tfeed_batch_options *options, struct tfeed_batcher **ret_batcher,
    struct tfeed_error *reterr);

/** The same in the order of reading (tf.train.batch before tf.parse_example): with one thread that
 *  of the files. */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_fifo_batch_examples(
    struct tfeed_context *context, struct tfeed_queue *names, struct tfeed_schema *schema,
    const struct tfeed_record_reader_options *reader_options,
    const struct tfeed_batch_options *options, struct tfeed_batcher **ret_batcher,
    struct tfeed_error *reterr);

/* --------------------------------------------------------------- buckets */

struct tfeed_bucket_options {
    size_t struct_size;
    /** As of tfeed_fifo_batch. batch_size and capacity are those of every bucket unless given
     *  below; capacity also is that of the queue of finished batches. enqueue_many, deterministic
     *  and n_prefetch stay off. */
    struct tfeed_batch_options batch;
    size_t n_buckets;          /**< of tfeed_bucket */
    const int64_t *boundaries; /**< of tfeed_bucket_by_sequence_length: [n_boundaries], rising */
    size_t n_boundaries;
    const int64_t *batch_sizes; /**< NULL, or one for each bucket */
    size_t n_batch_sizes;
    const int64_t *capacities; /**< NULL, or one for each bucket */
    size_t n_capacities;
    bool keep_input; /**< the last component of the source is keep_input, a bool scalar */
};

TFEED_API void tfeed_bucket_options_init(struct tfeed_bucket_options *options);

/**
 * Sorts elements into buckets, each of which forms batches of its own
 * (tf.contrib.training.bucket).
 *
 * Component 0 of the source is which_bucket, an int32 or int64 scalar, 0 … n_buckets - 1; anything
 * else is TFEED_INVALID_ARGUMENT (TensorFlow drops such elements). A thread for each bucket makes
 * its batches, so batches of one bucket come in order, those of several in any.
 *
 * @return as the batching functions. Column 0 is the bucket, an int32 scalar; the others follow.
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_bucket(struct tfeed_context *context,
                                                   const struct tfeed_batch_source *source,
                                                   const struct tfeed_bucket_options *options,
                                                   struct tfeed_batcher **ret_batcher,
                                                   struct tfeed_error *reterr);

/**
 * Sorts elements by their length (tf.contrib.training.bucket_by_sequence_length): bucket 0 takes
 * those below boundary 0, bucket i those from boundary i - 1 to below boundary i, the last one the
 * rest.
 *
 * Component 0 of the source is input_length, an int32 or int64 scalar. It is batched too: column 0
 * holds the lengths.
 *
 * @return as the batching functions; TFEED_INVALID_ARGUMENT also where boundaries do not rise
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_bucket_by_sequence_length(
    struct tfeed_context *context, const struct tfeed_batch_source *source,
    const struct tfeed_bucket_options *options, struct tfeed_batcher **ret_batcher,
    struct tfeed_error *reterr);

/* -------------------------------------------------------------- batchers */

TFEED_API struct tfeed_batcher *tfeed_batcher_ref(struct tfeed_batcher *batcher);
TFEED_API void tfeed_batcher_unref(struct tfeed_batcher *batcher);

/** The tensors of a batch; a sparse component counts as three. Of batches that are a struct
 *  tfeed_columns its columns, here and in what follows: shapes are those of their values. */
TFEED_API size_t tfeed_batcher_n_columns(const struct tfeed_batcher *batcher);

/** TFEED_DTYPE_INVALID where there is no such column. */
TFEED_API enum tfeed_dtype tfeed_batcher_column_dtype(const struct tfeed_batcher *batcher,
                                                      size_t column);

/** What is known of a column before it comes: TFEED_DIM_UNKNOWN for what differs from batch to
 *  batch. A scalar where there is no such column. */
TFEED_API struct tfeed_shape tfeed_batcher_column_shape(const struct tfeed_batcher *batcher,
                                                        size_t column);

/** The key of a dictionary's column (for all three of a sparse one), or the schema's; else NULL.
 *  Lives as long as the batcher. */
TFEED_API const char *tfeed_batcher_column_name(const struct tfeed_batcher *batcher, size_t column);

/**
 * The next batch.
 *
 * columns[n_columns] are zeroed or valid tensors. A loop that hands in the columns of its last
 * batch allocates nothing: a buffer that nobody else holds and that is large enough is filled
 * again (sparse columns: mostly). After a failure they can be handed in again, or cleared; what
 * they hold then is undefined.
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
 *         TFEED_INVALID_ARGUMENT  also: this batcher's batches come from
 *                                 tfeed_batcher_next_columns
 * Thread safety: fully concurrent (deterministic: one after the other).   Blocks: until the queue
 * has enough.   Cancels: woken by the coordinator's stop (the queues are cancelled); deterministic
 * without prefetching: by the end of `names`, or of whatever the source waits for.
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_batcher_next(struct tfeed_batcher *batcher,
                                                         struct tfeed_tensor *columns,
                                                         struct tfeed_error *reterr);

/**
 * The next batch of examples whose rows are not all of one shape: all that tfeed/features.h says of
 * struct tfeed_columns (values, row_splits, steps, sparse tensors, single rows).
 *
 * *columns is NULL or what an earlier call gave. A loop that hands its last batch in allocates
 * nothing once batches have stopped growing. With n_prefetch other columns may come out than went
 * in.
 *
 * @param columns  set to the batch: the caller's until it is handed in again, or freed. After a
 *                 failure NULL or columns, which hold no rows.
 * @return as tfeed_batcher_next
 *         TFEED_INVALID_ARGUMENT  also: *columns are of another schema or for fewer rows than
 *                                 batch_size; batches of this batcher come from tfeed_batcher_next.
 *                                 No element is lost.
 * Ownership: tfeed_columns_free ends *columns, also after the batcher.
 * Thread safety, Blocks, Cancels: as tfeed_batcher_next; each thread has columns of its own.
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_batcher_next_columns(struct tfeed_batcher *batcher,
                                                                 struct tfeed_columns **columns,
                                                                 struct tfeed_error *reterr);

/** The queue that holds the elements (of buckets: the finished batches), for its size. Borrowed;
 *  only the batcher enqueues. */
TFEED_API struct tfeed_queue *tfeed_batcher_queue(struct tfeed_batcher *batcher);

#ifdef __cplusplus
}
#endif
#endif
