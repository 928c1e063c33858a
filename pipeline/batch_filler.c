/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * batch_filler.c - free-running: a runner's thread moves what its feed gives into the queue.
 *
 * Threads:  each filler belongs to its thread; the queue is what they share.
 */
#include "core/allocator_internal.h"
#include "core/context_internal.h"
#include "core/error_internal.h"
#include "pipeline/batcher_private.h"

struct filler {
    const struct tfeed_allocator *allocator;
    struct tfeed_queue *queue;
    struct tfi_feed feed;
};

void tfi_feeds_free(struct tfi_feed *feeds, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (feeds[i].functions != NULL)
            feeds[i].functions->free(feeds[i].object);
        feeds[i].functions = NULL;
    }
}

static tfeed_status fill(void *object, struct tfeed_error *reterr)
{
    struct filler *filler = object;
    const struct tfi_feed *feed = &filler->feed;
    const struct tfeed_tensor *components = NULL;
    TFI_TRY(feed->functions->next(feed->object, &components, reterr));
    const tfeed_status status = feed->chunk == TFI_CHUNK_ELEMENT
                                    ? tfeed_queue_enqueue(filler->queue, components, reterr)
                                    : tfeed_queue_enqueue_many(filler->queue, components, reterr);
    feed->functions->release(feed->object);
    return status;
}

static void free_filler(void *object)
{
    struct filler *filler = object;
    tfi_feeds_free(&filler->feed, 1);
    tfeed_queue_unref(filler->queue);
    tfi_free(filler->allocator, filler);
}

static tfeed_status make_operation(const struct tfeed_allocator *allocator,
                                   struct tfeed_queue *queue, struct tfi_feed *feed,
                                   struct tfeed_enqueue_operation *ret_operation,
                                   struct tfeed_error *reterr)
{
    struct filler *filler = tfi_alloc(allocator, sizeof *filler);
    if (filler == NULL)
        return tfi_fail_memory(reterr, "a thread that fills a queue");
    *filler =
        (struct filler){.allocator = allocator, .queue = tfeed_queue_ref(queue), .feed = *feed};
    feed->functions = NULL; /* taken */
    *ret_operation = (struct tfeed_enqueue_operation){.run = fill,
                                                      .user_data = filler,
                                                      .free = free_filler,
                                                      .name = filler->feed.functions->name};
    return TFEED_OK;
}

/* A runner of these operations, which it takes on success. */
static tfeed_status add_runner(struct tfeed_context *context, struct tfeed_queue *queue,
                               const struct tfeed_enqueue_operation *operations, size_t n,
                               struct tfeed_queue_runner **ret_runner, struct tfeed_error *reterr)
{
    struct tfeed_queue_runner_options options;
    tfeed_queue_runner_options_init(&options);
    options.allocator = tfi_context_allocator(context);
    return tfeed_queue_runner_new(queue, operations, n, &options, ret_runner, reterr);
}

tfeed_status tfi_add_fillers(struct tfeed_context *context, struct tfeed_queue *queue,
                             struct tfi_feed *feeds, size_t n_feeds, struct tfeed_error *reterr)
{
    const struct tfeed_allocator *allocator = tfi_context_allocator(context);
    struct tfeed_queue_runner *runner = NULL;
    struct tfeed_enqueue_operation *operations =
        tfi_alloc_zeroed(allocator, n_feeds, sizeof *operations);
    tfeed_status status = operations != NULL ? TFEED_OK : tfi_fail_memory(reterr, "a queue runner");
    size_t n_made = 0;
    while (status == TFEED_OK && n_made < n_feeds) {
        status = make_operation(allocator, queue, &feeds[n_made], &operations[n_made], reterr);
        if (status == TFEED_OK)
            n_made++;
    }
    if (status == TFEED_OK)
        status = add_runner(context, queue, operations, n_feeds, &runner, reterr);
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
