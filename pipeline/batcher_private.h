/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * batcher_private.h - the parts of a batching pipeline, and how its files share the work.
 *
 *    element_feed.c  feed ──┐ chunks of     ┌─────────┐ elements  batcher.c            columns
 *    record_feed.c   feed ──┼──────────────▶│ queue,  │──────────▶ (example_desks.c parses ────▶
 *                    feed ──┘ elements      │ buckets │             records, sparse_pack.c
 *                                           └─────────┘             puts sparse ones together)
 *    free-running    batch_filler.c: a runner's thread for each feed; the queue blocks whom it must
 *    deterministic   batch_schedule.c: whoever draws a batch fills the queue first, from one feed
 *    n_prefetch      batch_prefetch.c: a runner's thread makes batches, a second queue holds them;
 *    buckets         the same with a thread for each bucket
 *    columns         columns_parcel.c: a struct tfeed_columns as an element of that queue
 */
#ifndef TFI_BATCHER_PRIVATE_H
#define TFI_BATCHER_PRIVATE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tfeed/pipeline.h>

#include "core/thread_internal.h"

/* --- sources: what a program or a producer gives ------------------------------------------- */

struct tfi_component {
    enum tfeed_dtype dtype;
    struct tfeed_shape shape;
    bool is_sparse;
    char *name; /* NULL: none */
};

/* A source that several feeds share. Counted; does not change but for `free`. */
struct tfi_source {
    _Atomic size_t n_refs;
    const struct tfeed_allocator *allocator;
    tfeed_produce_fn produce;
    void *user_data;
    void (*free)(void *user_data); /* NULL until it is taken */
    bool is_concurrent;
    struct tfi_mutex mutex; /* held while `produce` runs, unless is_concurrent */
    size_t n_tensors;       /* of an evaluation: a sparse component is three */
    size_t n_components;
    struct tfi_component components[];
};

/* Copies what the source says of itself. user_data is the caller's until tfi_source_take. */
tfeed_status tfi_source_new(const struct tfeed_allocator *allocator,
                            const struct tfeed_batch_source *source, struct tfi_source **ret_source,
                            struct tfeed_error *reterr);
struct tfi_source *tfi_source_ref(struct tfi_source *source);
void tfi_source_unref(struct tfi_source *source);

/* From here on the last unref frees user_data. For one that nobody evaluates yet. */
void tfi_source_take(struct tfi_source *source, const struct tfeed_batch_source *from);

/* Evaluates it into tensors[n_tensors], which are empty; after a failure they are so again. */
tfeed_status tfi_source_evaluate(struct tfi_source *source, struct tfeed_tensor *tensors,
                                 struct tfeed_error *reterr);

/* How many tensors a component is. */
static inline size_t tfi_component_n_tensors(const struct tfi_component *component)
{
    return component->is_sparse ? TFEED_SPARSE_N_TENSORS : 1;
}

void tfi_clear_tensors(struct tfeed_tensor *tensors, size_t n);

/* `rows` rows of a tensor's dimension 0, from `first` on, as a view that holds nothing. */
struct tfeed_tensor tfi_slice_rows(const struct tfeed_tensor *tensor, int64_t first, int64_t n);

/* A shape that has rows, without its dimension 0. */
struct tfeed_shape tfi_row_shape(const struct tfeed_shape *shape);

/* The bytes of one row of a tensor's dimension 0; 0 where it is no tensor with rows. */
size_t tfi_row_bytes(const struct tfeed_tensor *tensor);

/* --- layout: what becomes of an evaluation ------------------------------------------------- */

enum tfi_bucketing {
    TFI_BUCKETS_NONE,
    TFI_BUCKETS_BY_NUMBER, /* component 0 is the bucket, and is not queued */
    TFI_BUCKETS_BY_LENGTH  /* component 0 is a length, and is queued like the others */
};

/* What the public functions differ in. */
struct tfi_batcher_kind {
    const char *name; /* the function's in TensorFlow */
    bool shuffles;
    bool has_keep_input; /* the last component says what is kept */
    enum tfi_bucketing bucketing;
};

/* The components that are queued, in the order of the columns. Counted, does not change. */
struct tfi_layout {
    _Atomic size_t n_refs;
    const struct tfeed_allocator *allocator;
    struct tfi_batcher_kind kind;
    bool gives_rows;
    size_t n_buckets;
    int64_t *boundaries; /* [n_buckets - 1], NULL: not by length */
    size_t n_sparse;
    size_t n_slots;
    struct tfi_component slots[];
};

/* Made from the first source of a join. buckets NULL: none. */
tfeed_status tfi_layout_new(const struct tfeed_allocator *allocator,
                            const struct tfi_batcher_kind *kind,
                            const struct tfeed_batch_options *options,
                            const struct tfeed_bucket_options *buckets,
                            const struct tfi_source *source, struct tfi_layout **ret_layout,
                            struct tfeed_error *reterr);
struct tfi_layout *tfi_layout_ref(struct tfi_layout *layout);
void tfi_layout_unref(struct tfi_layout *layout);

/* Where each slot's first tensor is in an evaluation of this source, places[n_slots].
 * INVALID_ARGUMENT: the source does not fit the layout. */
tfeed_status tfi_layout_places(const struct tfi_layout *layout, const struct tfi_source *source,
                               size_t *places, struct tfeed_error *reterr);

/* The bucket of an element by the value of component 0. */
tfeed_status tfi_layout_bucket(const struct tfi_layout *layout, const struct tfeed_tensor *value,
                               size_t *ret_bucket, struct tfeed_error *reterr);

/* --- sparse components in a queue: one string for each element ----------------------------- */

/* Packs an element, sparse[TFEED_SPARSE_N_TENSORS], into a string scalar. With gives_rows each row
 * of dimension 0 is an element of one dimension less, and *ret_packed a vector; keep[n_rows] says
 * which rows go in, NULL: all. ret_packed is empty. */
tfeed_status tfi_sparse_pack(const struct tfeed_allocator *allocator,
                             const struct tfi_component *component,
                             const struct tfeed_tensor *sparse, bool gives_rows, const bool *keep,
                             struct tfeed_tensor *ret_packed, struct tfeed_error *reterr);

/* Puts the packed elements of a batch together: columns[TFEED_SPARSE_N_TENSORS], filled again where
 * their buffers do. */
tfeed_status tfi_sparse_unpack(const struct tfeed_allocator *allocator,
                               const struct tfi_component *component,
                               const struct tfeed_tensor *packed, struct tfeed_tensor *columns,
                               struct tfeed_error *reterr);

/* --- feeds: where elements come from ------------------------------------------------------- */

/* Of which queue, and what is to go in: an element, or 0 … n rows of elements. */
struct tfi_chunk {
    const struct tfeed_tensor *components; /* NULL: nothing this time */
    size_t bucket;
};

/* A feed is used by one thread at a time. */
struct tfi_feed_functions {
    const char *name; /* of the operation, for thread names */
    /* Makes the next chunk. Where it has components it stays valid until `release`, which ends the
     * oldest; of runs there may be TFI_RUNS_IN_HAND at a time, of others one. OUT_OF_RANGE: there
     * are no more. */
    tfeed_status (*next)(void *feed, struct tfi_chunk *ret_chunk, struct tfeed_error *reterr);
    void (*release)(void *feed);
    void (*free)(void *feed);
};

/* What the chunks of a feed are. */
enum tfi_chunk_kind {
    TFI_CHUNK_ELEMENT, /* one element, for enqueue */
    TFI_CHUNK_ROWS,    /* rows that TensorFlow would enqueue at once */
    TFI_CHUNK_RUN      /* rows that TensorFlow would enqueue one by one: a run is only faster */
};

enum { TFI_RUNS_IN_HAND = 16 };

struct tfi_feed {
    const struct tfi_feed_functions *functions;
    void *object;
    enum tfi_chunk_kind chunk;
};

/* Frees n feeds; those without functions are passed over. */
void tfi_feeds_free(struct tfi_feed *feeds, size_t n);

/* Readers of the files that `names` gives; feeds[n] are filled in. */
tfeed_status tfi_record_feeds_new(const struct tfeed_allocator *allocator,
                                  struct tfeed_queue *names,
                                  const struct tfeed_record_reader_options *reader_options,
                                  struct tfi_feed *feeds, size_t n, struct tfeed_error *reterr);

/* A feed that evaluates a source. */
tfeed_status tfi_element_feed_new(struct tfi_layout *layout, struct tfi_source *source,
                                  struct tfi_feed *ret_feed, struct tfeed_error *reterr);

/* --- filling the queue --------------------------------------------------------------------- */

/* The queue of elements, or one for each bucket. Counted. */
struct tfi_queues {
    _Atomic size_t n_refs;
    const struct tfeed_allocator *allocator;
    size_t n;
    struct tfeed_queue *queues[];
};

struct tfi_queues *tfi_queues_ref(struct tfi_queues *queues);
void tfi_queues_unref(struct tfi_queues *queues);

/* Closes all of them; the first failure is what it returns. */
tfeed_status tfi_queues_close(struct tfi_queues *queues, bool cancel, struct tfeed_error *reterr);

/* Adds a runner with a thread for each feed to the context. Takes the feeds in every case. */
tfeed_status tfi_add_fillers(struct tfeed_context *context, struct tfi_queues *queues,
                             struct tfi_feed *feeds, size_t n_feeds, struct tfeed_error *reterr);

struct tfi_schedule;

/* Takes the feed on success. */
tfeed_status tfi_schedule_new(const struct tfeed_allocator *allocator, struct tfeed_queue *queue,
                              int64_t capacity, const struct tfi_feed *feed,
                              struct tfi_schedule **ret_schedule, struct tfeed_error *reterr);
void tfi_schedule_free(struct tfi_schedule *schedule);

/* Fills the queue, then does what tfeed_queue_dequeue_many or, with up_to,
 * tfeed_queue_dequeue_up_to does. Thread safety: fully concurrent, one after the other. */
tfeed_status tfi_schedule_draw(struct tfi_schedule *schedule, int64_t n, bool up_to,
                               struct tfeed_tensor *elements, struct tfeed_error *reterr);

/* --- making batches ------------------------------------------------------------------------ */

struct tfi_desks;
struct tfi_prefetch;

/* What is known of a column; its name belongs to the layout or the schema. */
struct tfi_column {
    enum tfeed_dtype dtype;
    struct tfeed_shape shape;
    const char *name;
};

struct tfeed_batcher {
    _Atomic size_t n_refs;
    const struct tfeed_allocator *allocator;
    struct tfi_queues *queues;
    int64_t *batch_sizes; /* [queues->n] */
    bool allow_smaller_final_batch;
    bool gives_columns; /* batches are a struct tfeed_columns, not tensors */
    size_t n_columns;
    struct tfi_column *columns;    /* [n_columns] */
    struct tfi_layout *layout;     /* NULL: the elements are records */
    struct tfi_desks *desks;       /* NULL: the components are the columns */
    struct tfi_schedule *schedule; /* NULL: free-running */
    struct tfi_prefetch *prefetch; /* NULL: next makes the batches */
};

/* The elements of one batch, out of queue i. */
tfeed_status tfi_batcher_draw(struct tfeed_batcher *batcher, size_t i,
                              struct tfeed_tensor *elements, struct tfeed_error *reterr);

/* One batch of queue i, without prefetching. Thread safety: fully concurrent. */
tfeed_status tfi_batcher_make_batch(struct tfeed_batcher *batcher, size_t i,
                                    struct tfeed_tensor *columns, struct tfeed_error *reterr);

/* Where batches of Examples are parsed: a desk for each thread that does so at the same time. */
tfeed_status tfi_desks_new(const struct tfeed_allocator *allocator, struct tfeed_schema *schema,
                           const struct tfeed_record_reader_options *reader_options,
                           struct tfi_desks **ret_desks, struct tfeed_error *reterr);
void tfi_desks_free(struct tfi_desks *desks);
tfeed_status tfi_desks_make_batch(struct tfi_desks *desks, struct tfeed_batcher *batcher,
                                  struct tfeed_tensor *tensors, struct tfeed_error *reterr);

/* The same where rows are not all of one shape. *columns NULL: they are made. After a failure they
 * hold no rows. */
tfeed_status tfi_desks_make_columns(struct tfi_desks *desks, struct tfeed_batcher *batcher,
                                    struct tfeed_columns **columns, struct tfeed_error *reterr);

/* Whether batches of the batcher fit into the columns, which are emptied. */
tfeed_status tfi_desks_check_columns(const struct tfi_desks *desks,
                                     const struct tfeed_batcher *batcher,
                                     struct tfeed_columns *columns, struct tfeed_error *reterr);

/* A string scalar that holds a struct tfeed_columns, so that a queue can; there is none in it yet.
 * The last reference to the tensor frees what is inside. */
tfeed_status tfi_parcel_new(const struct tfeed_allocator *allocator,
                            struct tfeed_tensor *ret_parcel, struct tfeed_error *reterr);

/* What is inside: NULL, or columns; may be taken out or exchanged. */
struct tfeed_columns **tfi_parcel_columns(const struct tfeed_tensor *parcel);

/* The batches that are made ahead, n_batches at most. The runner holds the batcher, and that its
 * prefetch. */
tfeed_status tfi_prefetch_new(struct tfeed_context *context,
                              const struct tfeed_batch_options *options, const char *name,
                              const struct tfi_column *columns, size_t n_columns, int64_t n_batches,
                              struct tfi_prefetch **ret_prefetch, struct tfeed_error *reterr);
void tfi_prefetch_free(struct tfi_prefetch *prefetch);
tfeed_status tfi_prefetch_add_runner(struct tfeed_context *context, struct tfeed_batcher *batcher,
                                     struct tfeed_error *reterr);
tfeed_status tfi_prefetch_next(struct tfi_prefetch *prefetch, struct tfeed_tensor *columns,
                               struct tfeed_error *reterr);
tfeed_status tfi_prefetch_next_columns(struct tfi_prefetch *prefetch,
                                       struct tfeed_columns **columns, struct tfeed_error *reterr);
struct tfeed_queue *tfi_prefetch_queue(struct tfi_prefetch *prefetch);

/* --- putting it together ------------------------------------------------------------------- */

struct tfi_batcher_plan {
    struct tfeed_context *context;
    const struct tfi_batcher_kind *kind;
    const struct tfeed_batch_options *options;
    const struct tfeed_bucket_options *buckets; /* NULL: none */
    size_t n_queues;                            /* 1, or the number of buckets */
    const enum tfeed_dtype *dtypes;             /* of an element in the queue */
    const struct tfeed_shape *shapes;
    size_t n_components;
    const struct tfi_column *columns; /* copied */
    size_t n_columns;
    bool gives_columns;
    struct tfi_layout *layout; /* NULL: records */
    struct tfi_desks *desks;   /* NULL: the components are the columns */
    struct tfi_feed *feeds;
    size_t n_feeds;
};

/* INVALID_ARGUMENT where an option does not fit, whatever the source is. */
tfeed_status tfi_batch_options_check(const struct tfeed_context *context,
                                     const struct tfi_batcher_kind *kind,
                                     const struct tfeed_batch_options *options,
                                     struct tfeed_error *reterr);

/* The number of feeds for one source. */
size_t tfi_n_feeds(const struct tfeed_batch_options *options);

/* Dimension 0 of a column before it comes. */
int64_t tfi_static_n_rows(const struct tfeed_batch_options *options,
                          const struct tfeed_bucket_options *buckets);

/* Makes queues and batcher, adds the runners. Takes desks and feeds in every case. */
tfeed_status tfi_batcher_new(const struct tfi_batcher_plan *plan,
                             struct tfeed_batcher **ret_batcher, struct tfeed_error *reterr);

#endif
