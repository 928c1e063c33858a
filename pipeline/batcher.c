/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * batcher.c - a batcher's making, and its next batch.
 *
 * Threads:  a batcher does not change once it is made; its parts lock for themselves.
 * Follows:  TensorFlow 1.15's shuffle_batch; doc/design/pipeline.md
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
static bool resolve_capacity(const struct tfeed_batch_options *options, int64_t *ret_capacity)
{
    enum { DEFAULT_BATCHES = 3 };
    if (options->capacity != 0) {
        *ret_capacity = options->capacity;
        return true;
    }
    int64_t n_ahead;
    if (__builtin_mul_overflow(options->batch_size, (int64_t)DEFAULT_BATCHES, &n_ahead))
        return false;
    if (n_ahead == 0)
        n_ahead = 1;
    return !__builtin_add_overflow(options->min_after_dequeue, n_ahead, ret_capacity);
}

static tfeed_status check_sizes(const struct tfeed_batch_options *options,
                                struct tfeed_error *reterr)
{
    int64_t capacity = 0;
    if (options->batch_size < 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "batch_size must be set, to 0 or more, not %" PRId64, options->batch_size);
    if (options->min_after_dequeue < 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "min_after_dequeue must be 0 or more, not %" PRId64,
                        options->min_after_dequeue);
    if (!resolve_capacity(options, &capacity))
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "min_after_dequeue %" PRId64 " and batch_size %" PRId64 " are too large",
                        options->min_after_dequeue, options->batch_size);
    if (capacity >= 0 && capacity <= options->min_after_dequeue)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "capacity %" PRId64 " must be greater than min_after_dequeue %" PRId64,
                        capacity, options->min_after_dequeue);
    return TFEED_OK;
}

tfeed_status tfi_batch_options_check(const struct tfeed_context *context,
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
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "shuffle_batch needs a context for its queue runners");
    if (options->n_threads < 1 || options->n_threads > MAX_THREADS)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "n_threads must be 1 to %d, not %" PRId64,
                        MAX_THREADS, options->n_threads);
    if (options->deterministic && options->shared_name != NULL && options->shared_name[0] != '\0')
        return tfi_fail(
            reterr, TFEED_INVALID_ARGUMENT,
            "a deterministic shuffle_batch fills its queue alone: shared_name '%s' must "
            "not be given",
            options->shared_name);
    if (options->n_prefetch < 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "n_prefetch must be 0 or more, not %" PRId64, options->n_prefetch);
    return check_sizes(options, reterr);
}

size_t tfi_n_feeds(const struct tfeed_batch_options *options)
{
    return options->deterministic ? 1 : (size_t)options->n_threads;
}

/* --- making and ending --------------------------------------------------------------------- */

static const char *batcher_name(const struct tfeed_batch_options *options)
{
    return options->name != NULL ? options->name : "shuffle_batch";
}

static tfeed_status make_queue(const struct tfi_batcher_plan *plan, int64_t capacity,
                               struct tfeed_queue **ret_queue, struct tfeed_error *reterr)
{
    struct tfeed_queue_options options;
    tfeed_queue_options_init(&options);
    options.capacity = capacity;
    options.dtypes = plan->dtypes;
    options.shapes = plan->shapes;
    options.n_components = plan->n_components;
    options.name = batcher_name(plan->options);
    options.shared_name = plan->options->shared_name;
    options.min_after_dequeue = plan->options->min_after_dequeue;
    options.seed = plan->options->seed;
    options.seed_pair = plan->options->seed_pair;
    return tfeed_random_shuffle_queue_new(plan->context, &options, ret_queue, reterr);
}

/* The queues and what stands between them. The feed of a deterministic batcher is taken. */
static tfeed_status make_parts(struct tfeed_batcher *batcher, const struct tfi_batcher_plan *plan,
                               struct tfeed_error *reterr)
{
    const struct tfeed_batch_options *options = plan->options;
    int64_t capacity = 0;
    (void)resolve_capacity(options, &capacity); /* checked before */
    TFI_TRY(make_queue(plan, capacity, &batcher->queue, reterr));
    if (options->deterministic) {
        TFI_TRY(tfi_schedule_new(batcher->allocator, batcher->queue, capacity, &plan->feeds[0],
                                 &batcher->schedule, reterr));
        plan->feeds[0].functions = NULL;
    }
    if (options->n_prefetch == 0)
        return TFEED_OK;
    return tfi_prefetch_new(plan->context, batcher_name(options), plan->column_dtypes,
                            plan->n_columns, options->n_prefetch, &batcher->prefetch, reterr);
}

/* The prefetching runner first: when the other then fails, closing the queue makes it one that,
 * once started, ends at once. */
static tfeed_status add_runners(struct tfeed_batcher *batcher, const struct tfi_batcher_plan *plan,
                                struct tfeed_error *reterr)
{
    if (batcher->prefetch != NULL)
        TFI_TRY(tfi_prefetch_add_runner(plan->context, batcher, reterr));
    if (batcher->schedule != NULL)
        return TFEED_OK;
    const tfeed_status status = tfi_add_fillers(plan->context, batcher->queue, plan->feeds,
                                                tfi_n_feeds(plan->options), reterr);
    if (status != TFEED_OK) {
        const tfeed_status ignored = tfeed_queue_close(batcher->queue, true, NULL);
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
        batcher->batch_size = plan->options->batch_size;
        batcher->allow_smaller_final_batch = plan->options->allow_smaller_final_batch;
        batcher->n_columns = plan->n_columns;
        batcher->desks = plan->desks;
        status = make_parts(batcher, plan, reterr);
    }
    if (status == TFEED_OK)
        status = add_runners(batcher, plan, reterr);
    tfi_feeds_free(plan->feeds, tfi_n_feeds(plan->options)); /* those that nobody took */
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
    tfeed_queue_unref(batcher->queue);
    tfi_free(batcher->allocator, batcher);
}

/* --- the next batch ------------------------------------------------------------------------ */

size_t tfeed_batcher_n_columns(const struct tfeed_batcher *batcher)
{
    return batcher->n_columns;
}

struct tfeed_queue *tfeed_batcher_queue(struct tfeed_batcher *batcher)
{
    return batcher->queue;
}

tfeed_status tfi_batcher_draw(struct tfeed_batcher *batcher, struct tfeed_tensor *elements,
                              struct tfeed_error *reterr)
{
    const int64_t n = batcher->batch_size;
    const bool up_to = batcher->allow_smaller_final_batch;
    if (batcher->schedule != NULL)
        return tfi_schedule_draw(batcher->schedule, n, up_to, elements, reterr);
    return up_to ? tfeed_queue_dequeue_up_to(batcher->queue, n, elements, reterr)
                 : tfeed_queue_dequeue_many(batcher->queue, n, elements, reterr);
}

tfeed_status tfi_batcher_make_batch(struct tfeed_batcher *batcher, struct tfeed_tensor *columns,
                                    struct tfeed_error *reterr)
{
    if (batcher->desks == NULL)
        return tfi_batcher_draw(batcher, columns, reterr);
    return tfi_desks_make_batch(batcher->desks, batcher, columns, reterr);
}

tfeed_status tfeed_batcher_next(struct tfeed_batcher *batcher, struct tfeed_tensor *columns,
                                struct tfeed_error *reterr)
{
    if (batcher->prefetch != NULL)
        return tfi_prefetch_next(batcher->prefetch, columns, reterr);
    return tfi_batcher_make_batch(batcher, columns, reterr);
}
