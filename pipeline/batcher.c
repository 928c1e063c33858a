/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * batcher.c - a batcher's making, and its next batch.
 *
 * Threads:  a batcher does not change once it is made; its parts lock for themselves.
 * Follows:  TensorFlow 1.15's batching functions; doc/design/pipeline.md
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "core/context_internal.h"
#include "core/error_internal.h"
#include "pipeline/batcher_private.h"

/* --- options ------------------------------------------------------------------------------- */

void tfeed_batch_options_init(struct tfeed_batch_options *options)
{
    enum { DEFAULT_MIN_AFTER_DEQUEUE = 1000 };
    *options = (struct tfeed_batch_options){.struct_size = sizeof *options,
                                            .batch_size = -1,
                                            .min_after_dequeue = DEFAULT_MIN_AFTER_DEQUEUE,
                                            .n_threads = 1,
                                            .seed = TFEED_SEED_UNSET};
}

/* The capacity that the options stand for; false when it does not fit an int64_t. */
static bool resolve_capacity(const struct tfi_batcher_kind *kind,
                             const struct tfeed_batch_options *options, int64_t *ret_capacity)
{
    enum { DEFAULT_CAPACITY = 32, DEFAULT_BATCHES = 3 };
    if (options->capacity != 0 || !kind->shuffles) {
        *ret_capacity = options->capacity != 0 ? options->capacity : DEFAULT_CAPACITY;
        return true;
    }
    int64_t n_ahead;
    if (__builtin_mul_overflow(options->batch_size, (int64_t)DEFAULT_BATCHES, &n_ahead))
        return false;
    if (n_ahead == 0)
        n_ahead = 1;
    return !__builtin_add_overflow(options->min_after_dequeue, n_ahead, ret_capacity);
}

static tfeed_status check_sizes(const struct tfi_batcher_kind *kind,
                                const struct tfeed_batch_options *options,
                                struct tfeed_error *reterr)
{
    int64_t capacity = 0;
    if (options->batch_size < 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "batch_size must be set, to 0 or more, not %" PRId64, options->batch_size);
    if (kind->shuffles && options->min_after_dequeue < 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "min_after_dequeue must be 0 or more, not %" PRId64,
                        options->min_after_dequeue);
    if (!resolve_capacity(kind, options, &capacity))
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "min_after_dequeue %" PRId64 " and batch_size %" PRId64 " are too large",
                        options->min_after_dequeue, options->batch_size);
    if (kind->shuffles && capacity >= 0 && capacity <= options->min_after_dequeue)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "capacity %" PRId64 " must be bigger than min_after_dequeue %" PRId64,
                        capacity, options->min_after_dequeue);
    return TFEED_OK;
}

tfeed_status tfi_batch_options_check(const struct tfeed_context *context,
                                     const struct tfi_batcher_kind *kind,
                                     const struct tfeed_batch_options *options,
                                     struct tfeed_error *reterr)
{
    enum { MAX_THREADS = 1024 };
    if (options == NULL || options->struct_size != sizeof *options)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "batch options have struct_size %zu, expected %zu: call "
                        "tfeed_batch_options_init first",
                        options != NULL ? options->struct_size : 0, sizeof *options);
    if (context == NULL)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "%s needs a context for its queue runners",
                        kind->name);
    if (options->n_threads < 1 || options->n_threads > MAX_THREADS)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "n_threads must be 1 to %d, not %" PRId64,
                        MAX_THREADS, options->n_threads);
    if (kind->shuffles && options->dynamic_pad)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "%s has no dynamic_pad", kind->name);
    if (options->deterministic && options->shared_name != NULL && options->shared_name[0] != '\0')
        return tfi_fail(
            reterr, TFEED_INVALID_ARGUMENT,
            "a deterministic %s fills its queue alone: shared_name '%s' must not be given",
            kind->name, options->shared_name);
    if (options->n_prefetch < 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "n_prefetch must be 0 or more, not %" PRId64, options->n_prefetch);
    return check_sizes(kind, options, reterr);
}

size_t tfi_n_feeds(const struct tfeed_batch_options *options)
{
    return options->deterministic ? 1 : (size_t)options->n_threads;
}

int64_t tfi_static_n_rows(const struct tfeed_batch_options *options,
                          const struct tfeed_bucket_options *buckets)
{
    if (options->allow_smaller_final_batch || (buckets != NULL && buckets->batch_sizes != NULL))
        return TFEED_DIM_UNKNOWN;
    return options->batch_size;
}

/* --- queues -------------------------------------------------------------------------------- */

static const char *batcher_name(const struct tfi_batcher_plan *plan)
{
    return plan->options->name != NULL ? plan->options->name : plan->kind->name;
}

static int64_t plan_capacity(const struct tfi_batcher_plan *plan, size_t i)
{
    int64_t capacity = 0;
    if (plan->buckets != NULL && plan->buckets->capacities != NULL)
        return plan->buckets->capacities[i];
    (void)resolve_capacity(plan->kind, plan->options, &capacity); /* checked before */
    return capacity;
}

static tfeed_status make_queue(const struct tfi_batcher_plan *plan, size_t i, const char *name,
                               const char *shared_name, struct tfeed_queue **ret_queue,
                               struct tfeed_error *reterr)
{
    struct tfeed_queue_options options;
    tfeed_queue_options_init(&options);
    options.capacity = plan_capacity(plan, i);
    options.dtypes = plan->dtypes;
    options.shapes = plan->shapes;
    options.n_components = plan->n_components;
    options.name = name;
    options.shared_name = shared_name;
    options.min_after_dequeue = plan->options->min_after_dequeue;
    options.seed = plan->options->seed;
    options.seed_pair = plan->options->seed_pair;
    if (plan->kind->shuffles)
        return tfeed_random_shuffle_queue_new(plan->context, &options, ret_queue, reterr);
    if (plan->options->dynamic_pad)
        return tfeed_padding_fifo_queue_new(plan->context, &options, ret_queue, reterr);
    return tfeed_fifo_queue_new(plan->context, &options, ret_queue, reterr);
}

/* The queue of bucket i; a shared one has the bucket behind its name. */
static tfeed_status make_bucket_queue(const struct tfi_batcher_plan *plan, size_t i,
                                      struct tfeed_queue **ret_queue, struct tfeed_error *reterr)
{
    enum { NAME_BYTES = 256 };
    char name[NAME_BYTES];
    char shared_name[NAME_BYTES];
    const char *shared = plan->options->shared_name;
    (void)snprintf(name, sizeof name, "bucket_queue_%zu", i);
    if (shared == NULL || shared[0] == '\0')
        return make_queue(plan, i, name, NULL, ret_queue, reterr);
    const int len = snprintf(shared_name, sizeof shared_name, "%s_%zu", shared, i);
    if (len < 0 || (size_t)len >= sizeof shared_name)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "the shared_name of buckets is too long");
    return make_queue(plan, i, name, shared_name, ret_queue, reterr);
}

static tfeed_status make_queues(struct tfeed_batcher *batcher, const struct tfi_batcher_plan *plan,
                                struct tfeed_error *reterr)
{
    struct tfi_queues *queues = tfi_alloc_zeroed(
        batcher->allocator, 1, sizeof *queues + plan->n_queues * sizeof queues->queues[0]);
    batcher->batch_sizes =
        tfi_alloc_array(batcher->allocator, plan->n_queues, sizeof *batcher->batch_sizes);
    batcher->queues = queues;
    if (queues == NULL || batcher->batch_sizes == NULL) {
        tfi_free(batcher->allocator, queues);
        batcher->queues = NULL;
        return tfi_fail_memory(reterr, "a batcher");
    }
    atomic_init(&queues->n_refs, 1);
    queues->allocator = batcher->allocator;
    queues->n = plan->n_queues;
    for (size_t i = 0; i < queues->n; i++)
        batcher->batch_sizes[i] = plan->buckets != NULL && plan->buckets->batch_sizes != NULL
                                      ? plan->buckets->batch_sizes[i]
                                      : plan->options->batch_size;
    if (plan->buckets == NULL)
        return make_queue(plan, 0, batcher_name(plan), plan->options->shared_name,
                          &queues->queues[0], reterr);
    for (size_t i = 0; i < queues->n; i++)
        TFI_TRY(make_bucket_queue(plan, i, &queues->queues[i], reterr));
    return TFEED_OK;
}

/* --- making and ending --------------------------------------------------------------------- */

static tfeed_status copy_columns(struct tfeed_batcher *batcher, const struct tfi_batcher_plan *plan,
                                 struct tfeed_error *reterr)
{
    batcher->columns =
        tfi_alloc_array(batcher->allocator, plan->n_columns, sizeof *batcher->columns);
    if (batcher->columns == NULL)
        return tfi_fail_memory(reterr, "a batcher");
    memcpy(batcher->columns, plan->columns, plan->n_columns * sizeof *batcher->columns);
    batcher->n_columns = plan->n_columns;
    return TFEED_OK;
}

/* The queues and what stands between them. The feed of a deterministic batcher is taken. */
static tfeed_status make_parts(struct tfeed_batcher *batcher, const struct tfi_batcher_plan *plan,
                               struct tfeed_error *reterr)
{
    const struct tfeed_batch_options *options = plan->options;
    TFI_TRY(copy_columns(batcher, plan, reterr));
    TFI_TRY(make_queues(batcher, plan, reterr));
    if (options->deterministic) {
        TFI_TRY(tfi_schedule_new(batcher->allocator, batcher->queues->queues[0],
                                 plan_capacity(plan, 0), &plan->feeds[0], &batcher->schedule,
                                 reterr));
        plan->feeds[0].functions = NULL;
    }
    if (plan->buckets != NULL) {
        int64_t capacity = 0;
        (void)resolve_capacity(plan->kind, options, &capacity); /* checked before */
        return tfi_prefetch_new(plan->context, options, batcher_name(plan), plan->columns,
                                plan->n_columns, capacity, &batcher->prefetch, reterr);
    }
    if (options->n_prefetch == 0)
        return TFEED_OK;
    const struct tfi_column parcel = {.dtype = TFEED_STRING, .shape = TFEED_SHAPE_SCALAR};
    return tfi_prefetch_new(
        plan->context, NULL, batcher_name(plan), plan->gives_columns ? &parcel : plan->columns,
        plan->gives_columns ? 1 : plan->n_columns, options->n_prefetch, &batcher->prefetch, reterr);
}

/* The prefetching runner first: when the other then fails, closing the queues makes it one that,
 * once started, ends at once. */
static tfeed_status add_runners(struct tfeed_batcher *batcher, const struct tfi_batcher_plan *plan,
                                struct tfeed_error *reterr)
{
    if (batcher->prefetch != NULL)
        TFI_TRY(tfi_prefetch_add_runner(plan->context, batcher, reterr));
    if (batcher->schedule != NULL)
        return TFEED_OK;
    const tfeed_status status =
        tfi_add_fillers(plan->context, batcher->queues, plan->feeds, plan->n_feeds, reterr);
    if (status != TFEED_OK) {
        const tfeed_status ignored = tfi_queues_close(batcher->queues, true, NULL);
        (void)ignored;
    }
    return status;
}

tfeed_status tfi_batcher_new(const struct tfi_batcher_plan *plan,
                             struct tfeed_batcher **ret_batcher, struct tfeed_error *reterr)
{
    const struct tfeed_allocator *allocator = tfi_context_allocator(plan->context);
    struct tfeed_batcher *batcher = tfi_alloc_zeroed(allocator, 1, sizeof *batcher);
    tfeed_status status = TFEED_OK;
    if (batcher == NULL) {
        tfi_desks_free(plan->desks);
        status = tfi_fail_memory(reterr, "a batcher");
    } else {
        atomic_init(&batcher->n_refs, 1);
        batcher->allocator = allocator;
        batcher->allow_smaller_final_batch = plan->options->allow_smaller_final_batch;
        batcher->gives_columns = plan->gives_columns;
        batcher->desks = plan->desks;
        batcher->layout = plan->layout != NULL ? tfi_layout_ref(plan->layout) : NULL;
        status = make_parts(batcher, plan, reterr);
    }
    if (status == TFEED_OK)
        status = add_runners(batcher, plan, reterr);
    tfi_feeds_free(plan->feeds, plan->n_feeds); /* those that nobody took */
    if (status != TFEED_OK) {
        tfeed_batcher_unref(batcher);
        return status;
    }
    *ret_batcher = batcher;
    return TFEED_OK;
}

struct tfeed_batcher *tfeed_batcher_ref(struct tfeed_batcher *batcher)
{
    /* relaxed: the caller has a reference already */
    atomic_fetch_add_explicit(&batcher->n_refs, 1, memory_order_relaxed);
    return batcher;
}

void tfeed_batcher_unref(struct tfeed_batcher *batcher)
{
    /* acquire-release: whoever frees sees all uses by other threads ended */
    if (batcher == NULL ||
        atomic_fetch_sub_explicit(&batcher->n_refs, 1, memory_order_acq_rel) != 1)
        return;
    tfi_prefetch_free(batcher->prefetch);
    tfi_schedule_free(batcher->schedule);
    tfi_desks_free(batcher->desks);
    tfi_layout_unref(batcher->layout);
    tfi_queues_unref(batcher->queues);
    tfi_free(batcher->allocator, batcher->batch_sizes);
    tfi_free(batcher->allocator, batcher->columns);
    tfi_free(batcher->allocator, batcher);
}

/* --- what a program asks ------------------------------------------------------------------- */

size_t tfeed_batcher_n_columns(const struct tfeed_batcher *batcher)
{
    return batcher->n_columns;
}

enum tfeed_dtype tfeed_batcher_column_dtype(const struct tfeed_batcher *batcher, size_t column)
{
    return column < batcher->n_columns ? batcher->columns[column].dtype : TFEED_DTYPE_INVALID;
}

struct tfeed_shape tfeed_batcher_column_shape(const struct tfeed_batcher *batcher, size_t column)
{
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    return column < batcher->n_columns ? batcher->columns[column].shape : scalar;
}

const char *tfeed_batcher_column_name(const struct tfeed_batcher *batcher, size_t column)
{
    return column < batcher->n_columns ? batcher->columns[column].name : NULL;
}

struct tfeed_queue *tfeed_batcher_queue(struct tfeed_batcher *batcher)
{
    const bool has_buckets =
        batcher->layout != NULL && batcher->layout->kind.bucketing != TFI_BUCKETS_NONE;
    return has_buckets ? tfi_prefetch_queue(batcher->prefetch) : batcher->queues->queues[0];
}

/* --- the next batch ------------------------------------------------------------------------ */

tfeed_status tfi_batcher_draw(struct tfeed_batcher *batcher, size_t i,
                              struct tfeed_tensor *elements, struct tfeed_error *reterr)
{
    struct tfeed_queue *queue = batcher->queues->queues[i];
    const int64_t n = batcher->batch_sizes[i];
    const bool up_to = batcher->allow_smaller_final_batch;
    if (batcher->schedule != NULL)
        return tfi_schedule_draw(batcher->schedule, n, up_to, elements, reterr);
    return up_to ? tfeed_queue_dequeue_up_to(queue, n, elements, reterr)
                 : tfeed_queue_dequeue_many(queue, n, elements, reterr);
}

/* Moves the columns of dense slots into elements, or back. */
static void move_dense(const struct tfi_layout *layout, struct tfeed_tensor *columns,
                       struct tfeed_tensor *elements, bool back)
{
    for (size_t i = 0; i < layout->n_slots; i++) {
        struct tfeed_tensor *from = back ? &elements[i] : columns;
        struct tfeed_tensor *to = back ? columns : &elements[i];
        columns += tfi_component_n_tensors(&layout->slots[i]);
        if (layout->slots[i].is_sparse)
            continue;
        *to = *from;
        memset(from, 0, sizeof *from);
    }
}

static tfeed_status unpack_sparse(const struct tfeed_batcher *batcher,
                                  const struct tfeed_tensor *elements, struct tfeed_tensor *columns,
                                  struct tfeed_error *reterr)
{
    const struct tfi_layout *layout = batcher->layout;
    for (size_t i = 0; i < layout->n_slots; i++) {
        if (layout->slots[i].is_sparse)
            TFI_TRY(tfi_sparse_unpack(batcher->allocator, &layout->slots[i], &elements[i], columns,
                                      reterr));
        columns += tfi_component_n_tensors(&layout->slots[i]);
    }
    return TFEED_OK;
}

/* A batch with sparse components: they come packed, the others into the columns at once. */
static tfeed_status make_sparse_batch(struct tfeed_batcher *batcher, size_t i,
                                      struct tfeed_tensor *columns, struct tfeed_error *reterr)
{
    const size_t n = batcher->layout->n_slots;
    struct tfeed_tensor *elements = tfi_alloc_zeroed(batcher->allocator, n, sizeof *elements);
    if (elements == NULL)
        return tfi_fail_memory(reterr, "a batch");
    move_dense(batcher->layout, columns, elements, false);
    tfeed_status status = tfi_batcher_draw(batcher, i, elements, reterr);
    move_dense(batcher->layout, columns, elements, true);
    if (status == TFEED_OK)
        status = unpack_sparse(batcher, elements, columns, reterr);
    tfi_clear_tensors(elements, n);
    tfi_free(batcher->allocator, elements);
    return status;
}

tfeed_status tfi_batcher_make_batch(struct tfeed_batcher *batcher, size_t i,
                                    struct tfeed_tensor *columns, struct tfeed_error *reterr)
{
    if (batcher->desks != NULL)
        return tfi_desks_make_batch(batcher->desks, batcher, columns, reterr);
    if (batcher->layout->n_sparse > 0)
        return make_sparse_batch(batcher, i, columns, reterr);
    return tfi_batcher_draw(batcher, i, columns, reterr);
}

/* Which of the two nexts it is. */
static tfeed_status check_face(const struct tfeed_batcher *batcher, bool wants_columns,
                               struct tfeed_error *reterr)
{
    if (batcher->gives_columns == wants_columns)
        return TFEED_OK;
    return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "this batcher's batches are %s",
                    wants_columns ? "tensors: see tfeed_batcher_next"
                                  : "columns that grow: see tfeed_batcher_next_columns");
}

tfeed_status tfeed_batcher_next(struct tfeed_batcher *batcher, struct tfeed_tensor *columns,
                                struct tfeed_error *reterr)
{
    TFI_TRY(check_face(batcher, false, reterr));
    if (batcher->prefetch != NULL)
        return tfi_prefetch_next(batcher->prefetch, columns, reterr);
    return tfi_batcher_make_batch(batcher, 0, columns, reterr);
}

tfeed_status tfeed_batcher_next_columns(struct tfeed_batcher *batcher,
                                        struct tfeed_columns **columns, struct tfeed_error *reterr)
{
    TFI_TRY(check_face(batcher, true, reterr));
    if (batcher->prefetch == NULL)
        return tfi_desks_make_columns(batcher->desks, batcher, columns, reterr);
    if (*columns != NULL)
        TFI_TRY(tfi_desks_check_columns(batcher->desks, batcher, *columns, reterr));
    return tfi_prefetch_next_columns(batcher->prefetch, columns, reterr);
}
