/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * batch_filler.c - free-running: a runner's thread moves what its feed gives into the queue, or
 * into the bucket that the feed says.
 *
 * Runs of records wait in the queue's line, several at a time, while the thread reads on:
 *
 *     next ─▶ run 7  run 6  run 5  run 4 ▷ run 3 ▷ queue      oldest first; done ones are released
 *
 * When all places are taken it waits until half of them are free: a reader that is faster than its
 * consumer is woken for several runs at once, and not for each.
 *
 * Threads:  each filler belongs to its thread; the queues are what they share. The mutex is for the
 *           completions, which come on whichever thread makes room in the queue.
 */
#include "core/allocator_internal.h"
#include "core/context_internal.h"
#include "core/error_internal.h"
#include "pipeline/batcher_private.h"

/* A chunk in the queue's line. */
struct waiting_run {
    struct filler *filler;
    struct tfeed_attempt attempt;
    struct tfeed_tensor chunk;
    bool is_done; /* its completion has come; the filler's mutex guards it */
};

struct filler {
    const struct tfeed_allocator *allocator;
    struct tfi_queues *queues;
    struct tfi_feed feed;
    size_t n_started; /* runs; number i is in runs[i % TFI_RUNS_IN_HAND] */
    size_t n_ended;   /* released, in the order of their start */
    struct waiting_run runs[TFI_RUNS_IN_HAND];

    struct tfi_mutex mutex; /* guards all that follows */
    struct tfi_condition some_done;
    size_t n_done;   /* runs before the first whose completion has not come */
    size_t n_wanted; /* of them, before the thread is woken */
};

/* --- feeds and queues ---------------------------------------------------------------------- */

void tfi_feeds_free(struct tfi_feed *feeds, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (feeds[i].functions != NULL)
            feeds[i].functions->free(feeds[i].object);
        feeds[i].functions = NULL;
    }
}

struct tfi_queues *tfi_queues_ref(struct tfi_queues *queues)
{
    /* relaxed: the caller has a reference already */
    atomic_fetch_add_explicit(&queues->n_refs, 1, memory_order_relaxed);
    return queues;
}

void tfi_queues_unref(struct tfi_queues *queues)
{
    /* acquire-release: whoever frees sees all uses by other threads ended */
    if (queues == NULL || atomic_fetch_sub_explicit(&queues->n_refs, 1, memory_order_acq_rel) != 1)
        return;
    for (size_t i = 0; i < queues->n; i++)
        tfeed_queue_unref(queues->queues[i]);
    tfi_free(queues->allocator, queues);
}

tfeed_status tfi_queues_close(struct tfi_queues *queues, bool cancel, struct tfeed_error *reterr)
{
    tfeed_status first = TFEED_OK;
    for (size_t i = 0; i < queues->n; i++) {
        const tfeed_status status =
            tfeed_queue_close(queues->queues[i], cancel, first == TFEED_OK ? reterr : NULL);
        if (first == TFEED_OK)
            first = status;
    }
    return first;
}

/* --- the thread: one chunk ----------------------------------------------------------------- */

static tfeed_status fill(void *object, struct tfeed_error *reterr)
{
    struct filler *filler = object;
    const struct tfi_feed *feed = &filler->feed;
    struct tfi_chunk chunk;
    TFI_TRY(feed->functions->next(feed->object, &chunk, reterr));
    if (chunk.components == NULL)
        return TFEED_OK;
    struct tfeed_queue *queue = filler->queues->queues[chunk.bucket];
    const tfeed_status status = feed->chunk == TFI_CHUNK_ELEMENT
                                    ? tfeed_queue_enqueue(queue, chunk.components, reterr)
                                    : tfeed_queue_enqueue_many(queue, chunk.components, reterr);
    feed->functions->release(feed->object);
    return status;
}

/* --- the thread: runs in the queue's line -------------------------------------------------- */

/* Completions of runs that two threads made room for may come in another order than the runs. */
static void note_done(struct tfeed_attempt *attempt, void *user_data)
{
    (void)attempt;
    struct waiting_run *done = user_data;
    struct filler *filler = done->filler;
    tfi_mutex_lock(&filler->mutex);
    done->is_done = true;
    const size_t n_before = filler->n_done;
    while (filler->runs[filler->n_done % TFI_RUNS_IN_HAND].is_done)
        filler->runs[filler->n_done++ % TFI_RUNS_IN_HAND].is_done = false;
    if (n_before < filler->n_wanted && filler->n_done >= filler->n_wanted)
        tfi_condition_wake(&filler->some_done, &filler->mutex);
    tfi_mutex_unlock(&filler->mutex);
}

/* Waits until n runs are done, all told; n_done afterwards. */
static size_t wait_for_done(struct filler *filler, size_t n)
{
    tfi_mutex_lock(&filler->mutex);
    filler->n_wanted = n;
    while (filler->n_done < n)
        (void)tfi_condition_wait(&filler->some_done, &filler->mutex, TFI_FOREVER);
    const size_t n_done = filler->n_done;
    tfi_mutex_unlock(&filler->mutex);
    return n_done;
}

/* Waits for n runs, all told, and releases all that are done. The first failure among them is what
 * it returns: later ones can only follow from the same closing. */
static tfeed_status end_runs(struct filler *filler, size_t n, struct tfeed_error *reterr)
{
    const size_t n_done = wait_for_done(filler, n);
    tfeed_status first = TFEED_OK;
    for (; filler->n_ended < n_done; filler->n_ended++) {
        struct tfeed_attempt *attempt = &filler->runs[filler->n_ended % TFI_RUNS_IN_HAND].attempt;
        filler->feed.functions->release(filler->feed.object);
        if (first == TFEED_OK && attempt->status != TFEED_OK)
            first = tfi_fail_again(reterr, &attempt->error);
    }
    return first;
}

static void start_run(struct filler *filler, const struct tfi_chunk *chunk)
{
    struct waiting_run *run = &filler->runs[filler->n_started++ % TFI_RUNS_IN_HAND];
    run->filler = filler;
    run->chunk = *chunk->components;
    run->attempt = (struct tfeed_attempt){.operation = TFEED_QUEUE_ENQUEUE_MANY,
                                          .components = &run->chunk,
                                          .on_done = note_done,
                                          .user_data = run};
    tfeed_queue_start(filler->queues->queues[chunk->bucket], &run->attempt);
}

/* Reads a run and puts it in line. Whatever ends the thread, no run is in line any more then. */
static tfeed_status fill_ahead(void *object, struct tfeed_error *reterr)
{
    struct filler *filler = object;
    const bool is_full = filler->n_started - filler->n_ended == TFI_RUNS_IN_HAND;
    struct tfi_chunk chunk;
    struct tfeed_error error = TFEED_ERROR_INIT;
    tfeed_status status = end_runs(
        filler, is_full ? filler->n_ended + TFI_RUNS_IN_HAND / 2 : filler->n_ended, &error);
    if (status == TFEED_OK)
        status = filler->feed.functions->next(filler->feed.object, &chunk, &error);
    if (status == TFEED_OK) {
        start_run(filler, &chunk);
        return TFEED_OK;
    }
    struct tfeed_error closing = TFEED_ERROR_INIT;
    const bool is_lost = end_runs(filler, filler->n_started, &closing) != TFEED_OK;
    return tfi_fail_again(reterr, status == TFEED_OUT_OF_RANGE && is_lost ? &closing : &error);
}

static tfeed_status close_queues(void *queues, struct tfeed_error *reterr)
{
    return tfi_queues_close(queues, false, reterr);
}

static tfeed_status cancel_queues(void *queues, struct tfeed_error *reterr)
{
    return tfi_queues_close(queues, true, reterr);
}

/* --- making -------------------------------------------------------------------------------- */

static void free_filler(void *object)
{
    struct filler *filler = object;
    const tfeed_status ignored = end_runs(filler, filler->n_started, NULL); /* after a stop */
    (void)ignored;
    tfi_feeds_free(&filler->feed, 1);
    tfi_queues_unref(filler->queues);
    tfi_condition_clear(&filler->some_done);
    tfi_mutex_clear(&filler->mutex);
    tfi_free(filler->allocator, filler);
}

static tfeed_status make_operation(const struct tfeed_allocator *allocator,
                                   struct tfi_queues *queues, struct tfi_feed *feed,
                                   struct tfeed_enqueue_operation *ret_operation,
                                   struct tfeed_error *reterr)
{
    struct filler *filler = tfi_alloc_zeroed(allocator, 1, sizeof *filler);
    if (filler == NULL)
        return tfi_fail_memory(reterr, "a thread that fills a queue");
    filler->allocator = allocator;
    filler->queues = tfi_queues_ref(queues);
    filler->feed = *feed;
    tfi_mutex_init(&filler->mutex);
    tfi_condition_init(&filler->some_done);
    feed->functions = NULL; /* taken */
    *ret_operation =
        (struct tfeed_enqueue_operation){.run = feed->chunk == TFI_CHUNK_RUN ? fill_ahead : fill,
                                         .user_data = filler,
                                         .free = free_filler,
                                         .name = filler->feed.functions->name};
    return TFEED_OK;
}

/* A runner of these operations, which it takes on success. They hold the queues for it. */
static tfeed_status make_runner(struct tfeed_context *context, struct tfi_queues *queues,
                                const struct tfeed_enqueue_operation *operations, size_t n,
                                struct tfeed_queue_runner **ret_runner, struct tfeed_error *reterr)
{
    struct tfeed_queue_runner_options options;
    tfeed_queue_runner_options_init(&options);
    options.allocator = tfi_context_allocator(context);
    options.close = close_queues;
    options.cancel = cancel_queues;
    options.user_data = queues;
    return tfeed_queue_runner_new(queues->queues[0], operations, n, &options, ret_runner, reterr);
}

tfeed_status tfi_add_fillers(struct tfeed_context *context, struct tfi_queues *queues,
                             struct tfi_feed *feeds, size_t n_feeds, struct tfeed_error *reterr)
{
    const struct tfeed_allocator *allocator = tfi_context_allocator(context);
    struct tfeed_queue_runner *runner = NULL;
    struct tfeed_enqueue_operation *operations =
        tfi_alloc_zeroed(allocator, n_feeds, sizeof *operations);
    tfeed_status status = operations != NULL ? TFEED_OK : tfi_fail_memory(reterr, "a queue runner");
    size_t n_made = 0;
    while (status == TFEED_OK && n_made < n_feeds) {
        status = make_operation(allocator, queues, &feeds[n_made], &operations[n_made], reterr);
        if (status == TFEED_OK)
            n_made++;
    }
    if (status == TFEED_OK)
        status = make_runner(context, queues, operations, n_feeds, &runner, reterr);
    if (status != TFEED_OK)
        for (size_t i = 0; i < n_made; i++)
            free_filler(operations[i].user_data);
    tfi_feeds_free(feeds, n_feeds);
    tfi_free(allocator, operations);
    if (status != TFEED_OK)
        return status;
    status = tfeed_context_add_queue_runner(context, runner, reterr);
    if (status != TFEED_OK)
        tfeed_queue_runner_free(runner);
    return status;
}
