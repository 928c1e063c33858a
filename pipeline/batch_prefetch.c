/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * batch_prefetch.c - batches made ahead by a thread of their own.
 *
 *         ┌────────────── spare columns ◀─────────────┐
 *         ▼                                           │ what the caller hands in
 *    runner's thread ── makes a batch ──▶ queue ──▶ tfi_prefetch_next
 *
 * Columns go round: a loop that hands its last batch in has none made anew.
 *
 * Threads:  the mutex guards the spare columns and the error; nothing is called under it.
 */
#include <string.h>

#include "core/allocator_internal.h"
#include "core/context_internal.h"
#include "core/error_internal.h"
#include "core/thread_internal.h"
#include "pipeline/batcher_private.h"

struct tfi_prefetch {
    const struct tfeed_allocator *allocator;
    struct tfeed_queue *batches; /* whole columns, by reference */
    size_t n_columns;
    struct tfeed_tensor *columns; /* [n_columns] of the thread */

    struct tfi_mutex mutex;      /* guards all that follows */
    struct tfeed_tensor *spares; /* [max_spares][n_columns] */
    size_t n_spares;
    size_t max_spares;
    bool has_error;
    struct tfeed_error error; /* what the thread ended with */
};

static void clear_columns(struct tfeed_tensor *columns, size_t n)
{
    for (size_t i = 0; i < n; i++)
        tfeed_tensor_clear(&columns[i]);
}

/* --- making and ending --------------------------------------------------------------------- */

tfeed_status tfi_prefetch_new(struct tfeed_context *context, const char *name,
                              const enum tfeed_dtype *dtypes, size_t n_columns, int64_t n_batches,
                              struct tfi_prefetch **ret_prefetch, struct tfeed_error *reterr)
{
    enum { MAX_SPARES = 8 }; /* as many as go round in a loop; further ones are freed */
    const struct tfeed_allocator *allocator = tfi_context_allocator(context);
    struct tfi_prefetch *prefetch = tfi_alloc_zeroed(allocator, 1, sizeof *prefetch);
    if (prefetch == NULL)
        return tfi_fail_memory(reterr, "a prefetching batcher");
    prefetch->allocator = allocator;
    prefetch->n_columns = n_columns;
    prefetch->max_spares = n_batches < MAX_SPARES - 1 ? (size_t)n_batches + 1 : MAX_SPARES;
    tfi_mutex_init(&prefetch->mutex);
    prefetch->columns = tfi_alloc_zeroed(allocator, n_columns, sizeof *prefetch->columns);
    prefetch->spares =
        tfi_alloc_zeroed(allocator, prefetch->max_spares * n_columns, sizeof *prefetch->spares);
    struct tfeed_queue_options options;
    tfeed_queue_options_init(&options);
    options.capacity = n_batches;
    options.dtypes = dtypes;
    options.n_components = n_columns;
    options.name = name;
    const tfeed_status status =
        prefetch->columns == NULL || prefetch->spares == NULL
            ? tfi_fail_memory(reterr, "a prefetching batcher")
            : tfeed_fifo_queue_new(context, &options, &prefetch->batches, reterr);
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
    if (prefetch->columns != NULL)
        clear_columns(prefetch->columns, prefetch->n_columns);
    if (prefetch->spares != NULL)
        clear_columns(prefetch->spares, prefetch->n_spares * prefetch->n_columns);
    tfeed_queue_unref(prefetch->batches);
    tfi_mutex_clear(&prefetch->mutex);
    tfi_free(prefetch->allocator, prefetch->spares);
    tfi_free(prefetch->allocator, prefetch->columns);
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
        clear_columns(columns, n);
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

/* --- the thread ---------------------------------------------------------------------------- */

/* The caller finds it behind the last batch, when the runner has closed the queue. */
static void keep_error(struct tfi_prefetch *prefetch, const struct tfeed_error *error)
{
    tfi_mutex_lock(&prefetch->mutex);
    prefetch->has_error = true;
    prefetch->error = *error;
    tfi_mutex_unlock(&prefetch->mutex);
}

static tfeed_status prefetch_batch(void *object, struct tfeed_error *reterr)
{
    struct tfeed_batcher *batcher = object;
    struct tfi_prefetch *prefetch = batcher->prefetch;
    struct tfeed_error error = TFEED_ERROR_INIT;
    take_spare(prefetch, prefetch->columns);
    tfeed_status status = tfi_batcher_make_batch(batcher, prefetch->columns, &error);
    if (status == TFEED_OK)
        status = tfeed_queue_enqueue(prefetch->batches, prefetch->columns, &error);
    else if (status != TFEED_OUT_OF_RANGE)
        keep_error(prefetch, &error);
    clear_columns(prefetch->columns, prefetch->n_columns);
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
    TFI_TRY(tfeed_queue_close(batcher->queue, true, reterr));
    return tfeed_queue_close(batcher->prefetch->batches, true, reterr);
}

static void unref_batcher(void *batcher)
{
    tfeed_batcher_unref(batcher);
}

tfeed_status tfi_prefetch_add_runner(struct tfeed_context *context, struct tfeed_batcher *batcher,
                                     struct tfeed_error *reterr)
{
    const struct tfeed_enqueue_operation operation = {
        .run = prefetch_batch, .user_data = batcher, .free = unref_batcher, .name = "prefetch"};
    struct tfeed_queue_runner_options options;
    struct tfeed_queue_runner *runner = NULL;
    tfeed_queue_runner_options_init(&options);
    options.allocator = tfi_context_allocator(context);
    options.close = close_batches;
    options.cancel = cancel_both;
    options.closes_on_error = true; /* nobody else enqueues, and next has the error to give */
    options.user_data = batcher;
    TFI_TRY(tfeed_queue_runner_new(batcher->prefetch->batches, &operation, 1, &options, &runner,
                                   reterr));
    (void)tfeed_batcher_ref(batcher); /* the operation's */
    const tfeed_status status = tfeed_context_add_queue_runner(context, runner, reterr);
    if (status != TFEED_OK)
        tfeed_queue_runner_free(runner);
    return status;
}

/* --- the caller ---------------------------------------------------------------------------- */

tfeed_status tfi_prefetch_next(struct tfi_prefetch *prefetch, struct tfeed_tensor *columns,
                               struct tfeed_error *reterr)
{
    struct tfeed_error end = TFEED_ERROR_INIT;
    give_spare(prefetch, columns);
    if (tfeed_queue_dequeue(prefetch->batches, columns, &end) == TFEED_OK)
        return TFEED_OK;
    /* Behind the batches that were made stands what ended the thread. */
    tfi_mutex_lock(&prefetch->mutex);
    if (prefetch->has_error)
        end = prefetch->error;
    tfi_mutex_unlock(&prefetch->mutex);
    return tfi_fail_again(reterr, &end);
}
