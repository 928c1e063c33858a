/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * batch_prefetch.c - batches made ahead: by a thread of their own, or by one for each bucket.
 *
 *         ┌────────────── spare columns ◀─────────────┐
 *         ▼                                           │ what the caller hands in
 *    lane's thread ─── makes a batch ──▶ queue ──▶ tfi_prefetch_next
 *
 * A lane makes the batches of one queue of elements. Columns go round: a loop that hands its last
 * batch in has none made anew. Where batches are a struct tfeed_columns, what goes round is a
 * parcel with one inside: the caller exchanges its columns for those in it.
 *
 * Threads:  the mutex guards the spare columns and the error; nothing is called under it.
 */
#include <string.h>

#include "core/allocator_internal.h"
#include "core/context_internal.h"
#include "core/error_internal.h"
#include "core/tensor_internal.h"
#include "core/thread_internal.h"
#include "pipeline/batcher_private.h"

struct tfi_prefetch {
    const struct tfeed_allocator *allocator;
    struct tfeed_queue *batches; /* whole columns, by reference */
    size_t n_columns;

    struct tfi_mutex mutex;      /* guards all that follows */
    struct tfeed_tensor *spares; /* [max_spares][n_columns] */
    size_t n_spares;
    size_t max_spares;
    bool has_error;
    struct tfeed_error error; /* what the first of the threads ended with */
};

struct lane {
    struct tfeed_batcher *batcher;
    size_t i;                      /* the queue of elements */
    struct tfeed_tensor columns[]; /* [n_columns], of the lane's thread */
};

/* --- making and ending --------------------------------------------------------------------- */

/* The queue of batches. Shapes are not specified: it holds whole columns. */
static tfeed_status make_queue(struct tfeed_context *context,
                               const struct tfeed_batch_options *options, const char *name,
                               const struct tfi_column *columns, size_t n_columns,
                               int64_t n_batches, struct tfeed_queue **ret_queue,
                               struct tfeed_error *reterr)
{
    const struct tfeed_allocator *allocator = tfi_context_allocator(context);
    struct tfeed_queue_options queue_options;
    enum tfeed_dtype *dtypes = tfi_alloc_array(allocator, n_columns, sizeof *dtypes);
    if (dtypes == NULL)
        return tfi_fail_memory(reterr, "a prefetching batcher");
    for (size_t i = 0; i < n_columns; i++)
        dtypes[i] = columns[i].dtype;
    tfeed_queue_options_init(&queue_options);
    queue_options.capacity = n_batches;
    queue_options.dtypes = dtypes;
    queue_options.n_components = n_columns;
    queue_options.name = name;
    queue_options.shared_name = options != NULL ? options->shared_name : NULL;
    const tfeed_status status = tfeed_fifo_queue_new(context, &queue_options, ret_queue, reterr);
    tfi_free(allocator, dtypes);
    return status;
}

tfeed_status tfi_prefetch_new(struct tfeed_context *context,
                              const struct tfeed_batch_options *shared_by, const char *name,
                              const struct tfi_column *columns, size_t n_columns, int64_t n_batches,
                              struct tfi_prefetch **ret_prefetch, struct tfeed_error *reterr)
{
    /* As many as go round in a loop: those in the queue, the thread's, the caller's. Further ones
     * are freed, and where the queue has no bound all above the maximum. */
    enum { N_IN_HAND = 2, MAX_SPARES = 64 };
    const struct tfeed_allocator *allocator = tfi_context_allocator(context);
    struct tfi_prefetch *prefetch = tfi_alloc_zeroed(allocator, 1, sizeof *prefetch);
    if (prefetch == NULL)
        return tfi_fail_memory(reterr, "a prefetching batcher");
    prefetch->allocator = allocator;
    prefetch->n_columns = n_columns;
    prefetch->max_spares = n_batches >= 0 && n_batches < MAX_SPARES - N_IN_HAND
                               ? (size_t)n_batches + N_IN_HAND
                               : MAX_SPARES;
    tfi_mutex_init(&prefetch->mutex);
    prefetch->spares =
        tfi_alloc_zeroed(allocator, prefetch->max_spares * n_columns, sizeof *prefetch->spares);
    const tfeed_status status = prefetch->spares == NULL
                                    ? tfi_fail_memory(reterr, "a prefetching batcher")
                                    : make_queue(context, shared_by, name, columns, n_columns,
                                                 n_batches, &prefetch->batches, reterr);
    if (status != TFEED_OK) {
        tfi_prefetch_free(prefetch);
        return status;
    }
    *ret_prefetch = prefetch;
    return TFEED_OK;
}

void tfi_prefetch_free(struct tfi_prefetch *prefetch)
{
    if (prefetch == NULL)
        return;
    if (prefetch->spares != NULL)
        tfi_clear_tensors(prefetch->spares, prefetch->n_spares * prefetch->n_columns);
    tfeed_queue_unref(prefetch->batches);
    tfi_mutex_clear(&prefetch->mutex);
    tfi_free(prefetch->allocator, prefetch->spares);
    tfi_free(prefetch->allocator, prefetch);
}

/* --- columns that go round ----------------------------------------------------------------- */

/* Moves columns in, and leaves them empty. */
static void give_spare(struct tfi_prefetch *prefetch, struct tfeed_tensor *columns)
{
    const size_t n = prefetch->n_columns;
    tfi_mutex_lock(&prefetch->mutex);
    const bool is_kept = prefetch->n_spares < prefetch->max_spares;
    if (is_kept) {
        memcpy(&prefetch->spares[prefetch->n_spares * n], columns, n * sizeof *columns);
        prefetch->n_spares++;
    }
    tfi_mutex_unlock(&prefetch->mutex);
    if (is_kept)
        memset(columns, 0, n * sizeof *columns);
    else
        tfi_clear_tensors(columns, n);
}

/* Moves columns out, if there are some; columns are empty before. */
static void take_spare(struct tfi_prefetch *prefetch, struct tfeed_tensor *columns)
{
    const size_t n = prefetch->n_columns;
    tfi_mutex_lock(&prefetch->mutex);
    if (prefetch->n_spares > 0) {
        prefetch->n_spares--;
        memcpy(columns, &prefetch->spares[prefetch->n_spares * n], n * sizeof *columns);
    }
    tfi_mutex_unlock(&prefetch->mutex);
}

/* --- the threads --------------------------------------------------------------------------- */

/* The caller finds it behind the last batch, when the runner has closed the queue. */
static void keep_error(struct tfi_prefetch *prefetch, const struct tfeed_error *error)
{
    tfi_mutex_lock(&prefetch->mutex);
    if (!prefetch->has_error)
        prefetch->error = *error;
    prefetch->has_error = true;
    tfi_mutex_unlock(&prefetch->mutex);
}

/* Whether the bucket's number stands before the other columns. */
static bool gives_bucket(const struct tfeed_batcher *batcher)
{
    return batcher->layout != NULL && batcher->layout->kind.bucketing == TFI_BUCKETS_BY_NUMBER;
}

static tfeed_status fill_parcel(struct lane *lane, struct tfeed_error *reterr)
{
    struct tfeed_batcher *batcher = lane->batcher;
    struct tfeed_tensor *parcel = &lane->columns[0];
    if (parcel->dtype == TFEED_DTYPE_INVALID)
        TFI_TRY(tfi_parcel_new(batcher->allocator, parcel, reterr));
    return tfi_desks_make_columns(batcher->desks, batcher, tfi_parcel_columns(parcel), reterr);
}

static tfeed_status make_batch(struct lane *lane, struct tfeed_error *reterr)
{
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    struct tfeed_batcher *batcher = lane->batcher;
    if (batcher->gives_columns)
        return fill_parcel(lane, reterr);
    if (!gives_bucket(batcher))
        return tfi_batcher_make_batch(batcher, lane->i, lane->columns, reterr);
    TFI_TRY(tfi_tensor_renew(&lane->columns[0], TFEED_INT32, &scalar, batcher->allocator, reterr));
    tfeed_tensor_int32s(&lane->columns[0])[0] = (int32_t)lane->i;
    return tfi_batcher_make_batch(batcher, lane->i, &lane->columns[1], reterr);
}

static tfeed_status prefetch_batch(void *object, struct tfeed_error *reterr)
{
    struct lane *lane = object;
    struct tfi_prefetch *prefetch = lane->batcher->prefetch;
    struct tfeed_error error = TFEED_ERROR_INIT;
    take_spare(prefetch, lane->columns);
    tfeed_status status = make_batch(lane, &error);
    if (status == TFEED_OK)
        status = tfeed_queue_enqueue(prefetch->batches, lane->columns, &error);
    else if (status != TFEED_OUT_OF_RANGE)
        keep_error(prefetch, &error);
    tfi_clear_tensors(lane->columns, prefetch->n_columns);
    return status == TFEED_OK ? TFEED_OK : tfi_fail_again(reterr, &error);
}

static tfeed_status close_batches(void *object, struct tfeed_error *reterr)
{
    return tfeed_queue_close(((struct tfeed_batcher *)object)->prefetch->batches, false, reterr);
}

/* On a stop. A deterministic batcher has no other runner that would cancel its shuffle queue. */
static tfeed_status cancel_both(void *object, struct tfeed_error *reterr)
{
    struct tfeed_batcher *batcher = object;
    TFI_TRY(tfi_queues_close(batcher->queues, true, reterr));
    return tfeed_queue_close(batcher->prefetch->batches, true, reterr);
}

static void free_lane(void *object)
{
    struct lane *lane = object;
    struct tfeed_batcher *batcher = lane->batcher;
    tfi_clear_tensors(lane->columns, batcher->prefetch->n_columns);
    tfi_free(batcher->allocator, lane);
    tfeed_batcher_unref(batcher);
}

static tfeed_status make_lane(struct tfeed_batcher *batcher, size_t i,
                              struct tfeed_enqueue_operation *ret_operation,
                              struct tfeed_error *reterr)
{
    const size_t n_columns = batcher->prefetch->n_columns;
    struct lane *lane =
        tfi_alloc_zeroed(batcher->allocator, 1, sizeof *lane + n_columns * sizeof lane->columns[0]);
    if (lane == NULL)
        return tfi_fail_memory(reterr, "a prefetching batcher");
    lane->batcher = tfeed_batcher_ref(batcher);
    lane->i = i;
    *ret_operation = (struct tfeed_enqueue_operation){
        .run = prefetch_batch, .user_data = lane, .free = free_lane, .name = "prefetch"};
    return TFEED_OK;
}

static tfeed_status make_runner(struct tfeed_batcher *batcher,
                                struct tfeed_enqueue_operation *operations,
                                struct tfeed_queue_runner **ret_runner, struct tfeed_error *reterr)
{
    const size_t n = batcher->queues->n;
    struct tfeed_queue_runner_options options;
    tfeed_queue_runner_options_init(&options);
    options.allocator = batcher->allocator;
    options.close = close_batches;
    options.cancel = cancel_both;
    options.closes_on_error = true; /* nobody else enqueues, and next has the error to give */
    options.user_data = batcher;
    size_t n_made = 0;
    tfeed_status status = TFEED_OK;
    while (status == TFEED_OK && n_made < n) {
        status = make_lane(batcher, n_made, &operations[n_made], reterr);
        if (status == TFEED_OK)
            n_made++;
    }
    if (status == TFEED_OK)
        status = tfeed_queue_runner_new(batcher->prefetch->batches, operations, n, &options,
                                        ret_runner, reterr);
    if (status != TFEED_OK)
        for (size_t i = 0; i < n_made; i++)
            free_lane(operations[i].user_data);
    return status;
}

tfeed_status tfi_prefetch_add_runner(struct tfeed_context *context, struct tfeed_batcher *batcher,
                                     struct tfeed_error *reterr)
{
    struct tfeed_queue_runner *runner = NULL;
    struct tfeed_enqueue_operation *operations =
        tfi_alloc_zeroed(batcher->allocator, batcher->queues->n, sizeof *operations);
    if (operations == NULL)
        return tfi_fail_memory(reterr, "a prefetching batcher");
    tfeed_status status = make_runner(batcher, operations, &runner, reterr);
    tfi_free(batcher->allocator, operations);
    if (status != TFEED_OK)
        return status;
    status = tfeed_context_add_queue_runner(context, runner, reterr);
    if (status != TFEED_OK)
        tfeed_queue_runner_free(runner);
    return status;
}

/* --- the caller ---------------------------------------------------------------------------- */

/* Into columns that are empty. */
static tfeed_status take_batch(struct tfi_prefetch *prefetch, struct tfeed_tensor *columns,
                               struct tfeed_error *reterr)
{
    struct tfeed_error end = TFEED_ERROR_INIT;
    if (tfeed_queue_dequeue(prefetch->batches, columns, &end) == TFEED_OK)
        return TFEED_OK;
    /* Behind the batches that were made stands what ended the thread. */
    tfi_mutex_lock(&prefetch->mutex);
    if (prefetch->has_error)
        end = prefetch->error;
    tfi_mutex_unlock(&prefetch->mutex);
    return tfi_fail_again(reterr, &end);
}

tfeed_status tfi_prefetch_next(struct tfi_prefetch *prefetch, struct tfeed_tensor *columns,
                               struct tfeed_error *reterr)
{
    give_spare(prefetch, columns);
    return take_batch(prefetch, columns, reterr);
}

tfeed_status tfi_prefetch_next_columns(struct tfi_prefetch *prefetch,
                                       struct tfeed_columns **columns, struct tfeed_error *reterr)
{
    struct tfeed_tensor parcel = {.dtype = TFEED_DTYPE_INVALID};
    TFI_TRY(take_batch(prefetch, &parcel, reterr));
    struct tfeed_columns **inside = tfi_parcel_columns(&parcel);
    struct tfeed_columns *batch = *inside;
    *inside = *columns;
    *columns = batch;
    give_spare(prefetch, &parcel);
    return TFEED_OK;
}

struct tfeed_queue *tfi_prefetch_queue(struct tfi_prefetch *prefetch)
{
    return prefetch->batches;
}
