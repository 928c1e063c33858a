/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * batcher_private.h - the parts of a batching pipeline, and how its files share the work.
 *
 *    shuffle_batch.c feed ──┐ chunks of     ┌─────────┐ elements  batcher.c           columns
 *    record_feed.c   feed ──┼──────────────▶│ shuffle │──────────▶ (example_desks.c ──────────▶
 *                    feed ──┘ elements      │  queue  │             parses records)
 *                                           └─────────┘
 *    free-running    batch_filler.c: a runner's thread for each feed; the queue blocks whom it must
 *    deterministic   batch_schedule.c: whoever draws a batch fills the queue first, from one feed
 *    n_prefetch      batch_prefetch.c: a runner's thread makes batches, a second queue holds them
 */
#ifndef TFI_BATCHER_PRIVATE_H
#define TFI_BATCHER_PRIVATE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tfeed/pipeline.h>

/* --- feeds: where elements come from ------------------------------------------------------- */

/* A feed is used by one thread at a time. */
struct tfi_feed_functions {
    const char *name; /* of the operation, for thread names */
    /* Makes the next chunk: an element, or 1 … n rows of elements. It stays valid until
     * `release`, which comes before the next call. OUT_OF_RANGE: there are no more. */
    tfeed_status (*next)(void *feed, const struct tfeed_tensor **ret_components,
                         struct tfeed_error *reterr);
    void (*release)(void *feed);
    void (*free)(void *feed);
};

/* What a chunk is. */
enum tfi_chunk {
    TFI_CHUNK_ELEMENT, /* one element, for enqueue */
    TFI_CHUNK_ROWS,    /* rows that TensorFlow would enqueue at once */
    TFI_CHUNK_RUN      /* rows that TensorFlow would enqueue one by one: a run is only faster */
};

struct tfi_feed {
    const struct tfi_feed_functions *functions;
    void *object;
    enum tfi_chunk chunk;
};

/* Frees n feeds; those without functions are passed over. */
void tfi_feeds_free(struct tfi_feed *feeds, size_t n);

/* Readers of the files that `names` gives; feeds[n] are filled in. */
tfeed_status tfi_record_feeds_new(const struct tfeed_allocator *allocator,
                                  struct tfeed_queue *names,
                                  const struct tfeed_record_reader_options *reader_options,
                                  struct tfi_feed *feeds, size_t n, struct tfeed_error *reterr);

/* --- filling the queue --------------------------------------------------------------------- */

/* Adds a runner with a thread for each feed to the context. Takes the feeds in every case. */
tfeed_status tfi_add_fillers(struct tfeed_context *context, struct tfeed_queue *queue,
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

struct tfeed_batcher {
    _Atomic size_t n_refs;
    const struct tfeed_allocator *allocator;
    struct tfeed_queue *queue;
    int64_t batch_size;
    bool allow_smaller_final_batch;
    size_t n_columns;
    struct tfi_desks *desks;       /* NULL: the queue's components are the columns */
    struct tfi_schedule *schedule; /* NULL: free-running */
    struct tfi_prefetch *prefetch; /* NULL: next makes the batches */
};

/* The elements of one batch, out of the queue. */
tfeed_status tfi_batcher_draw(struct tfeed_batcher *batcher, struct tfeed_tensor *elements,
                              struct tfeed_error *reterr);

/* One batch, without prefetching. Thread safety: fully concurrent. */
tfeed_status tfi_batcher_make_batch(struct tfeed_batcher *batcher, struct tfeed_tensor *columns,
                                    struct tfeed_error *reterr);

/* Where batches of Examples are parsed: a desk for each thread that does so at the same time. */
tfeed_status tfi_desks_new(const struct tfeed_allocator *allocator, struct tfeed_schema *schema,
                           const struct tfeed_record_reader_options *reader_options,
                           struct tfi_desks **ret_desks, struct tfeed_error *reterr);
void tfi_desks_free(struct tfi_desks *desks);
tfeed_status tfi_desks_make_batch(struct tfi_desks *desks, struct tfeed_batcher *batcher,
                                  struct tfeed_tensor *columns, struct tfeed_error *reterr);

/* The batches that are made ahead. The runner holds the batcher, and that its prefetch. */
tfeed_status tfi_prefetch_new(struct tfeed_context *context, const char *name,
                              const enum tfeed_dtype *dtypes, size_t n_columns, int64_t n_batches,
                              struct tfi_prefetch **ret_prefetch, struct tfeed_error *reterr);
void tfi_prefetch_free(struct tfi_prefetch *prefetch);
tfeed_status tfi_prefetch_add_runner(struct tfeed_context *context, struct tfeed_batcher *batcher,
                                     struct tfeed_error *reterr);
tfeed_status tfi_prefetch_next(struct tfi_prefetch *prefetch, struct tfeed_tensor *columns,
                               struct tfeed_error *reterr);

/* --- putting it together ------------------------------------------------------------------- */

/* What the public functions differ in. */
struct tfi_batcher_plan {
    struct tfeed_context *context;
    const struct tfeed_batch_options *options;
    const enum tfeed_dtype *dtypes; /* of an element */
    const struct tfeed_shape *shapes;
    size_t n_components;
    const enum tfeed_dtype *column_dtypes;
    size_t n_columns;
    struct tfi_desks *desks; /* NULL: the components are the columns */
    struct tfi_feed *feeds;  /* [tfi_n_feeds(options)] */
};

/* INVALID_ARGUMENT where an option does not fit, whatever the source is. */
tfeed_status tfi_batch_options_check(const struct tfeed_context *context,
                                     const struct tfeed_batch_options *options,
                                     struct tfeed_error *reterr);
size_t tfi_n_feeds(const struct tfeed_batch_options *options);

/* Makes the queue and the batcher, adds the runners. Takes desks and feeds in every case. */
tfeed_status tfi_batcher_new(const struct tfi_batcher_plan *plan,
                             struct tfeed_batcher **ret_batcher, struct tfeed_error *reterr);

#endif
