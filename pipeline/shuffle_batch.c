/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * shuffle_batch.c - shuffle_batch over any source: a program's function makes the elements.
 *
 * Several feeds share one source, which is called by one thread at a time.
 *
 * Threads:  the source's mutex is held while the program's function runs, and for nothing else.
 */
#include <string.h>

#include "core/allocator_internal.h"
#include "core/context_internal.h"
#include "core/error_internal.h"
#include "core/thread_internal.h"
#include "pipeline/batcher_private.h"

struct shared_source {
    _Atomic size_t n_refs;
    const struct tfeed_allocator *allocator;
    tfeed_produce_fn produce;
    void *user_data;
    void (*free)(void *user_data); /* NULL until the batcher is made: only then it is taken */
    size_t n_components;
    struct tfi_mutex mutex; /* held while `produce` runs */
};

struct source_feed {
    struct shared_source *source;
    struct tfeed_tensor components[]; /* [n_components] */
};

static void source_unref(struct shared_source *source)
{
    /* acquire-release: whoever frees sees all uses by other threads ended */
    if (atomic_fetch_sub_explicit(&source->n_refs, 1, memory_order_acq_rel) != 1)
        return;
    if (source->free != NULL)
        source->free(source->user_data);
    tfi_mutex_clear(&source->mutex);
    tfi_free(source->allocator, source);
}

/* --- the feed ------------------------------------------------------------------------------ */

static void release_components(void *object)
{
    struct source_feed *feed = object;
    for (size_t i = 0; i < feed->source->n_components; i++)
        tfeed_tensor_clear(&feed->components[i]);
}

static tfeed_status produce_components(void *object, const struct tfeed_tensor **ret_components,
                                       struct tfeed_error *reterr)
{
    struct source_feed *feed = object;
    struct shared_source *source = feed->source;
    tfi_mutex_lock(&source->mutex);
    const tfeed_status status = source->produce(source->user_data, feed->components, reterr);
    tfi_mutex_unlock(&source->mutex);
    if (status != TFEED_OK) {
        release_components(feed);
        return status;
    }
    *ret_components = feed->components;
    return TFEED_OK;
}

static void free_feed(void *object)
{
    struct source_feed *feed = object;
    struct shared_source *source = feed->source;
    release_components(feed);
    tfi_free(source->allocator, feed);
    source_unref(source);
}

static tfeed_status make_feeds(struct shared_source *source, enum tfi_chunk chunk,
                               struct tfi_feed *feeds, size_t n, struct tfeed_error *reterr)
{
    static const struct tfi_feed_functions functions = {.name = "enqueue",
                                                        .next = produce_components,
                                                        .release = release_components,
                                                        .free = free_feed};
    const size_t n_bytes =
        sizeof(struct source_feed) + source->n_components * sizeof(struct tfeed_tensor);
    for (size_t i = 0; i < n; i++) {
        struct source_feed *feed = tfi_alloc_zeroed(source->allocator, 1, n_bytes);
        if (feed == NULL) {
            tfi_feeds_free(feeds, i);
            return tfi_fail_memory(reterr, "a batch source");
        }
        /* relaxed: the caller has a reference already */
        atomic_fetch_add_explicit(&source->n_refs, 1, memory_order_relaxed);
        feed->source = source;
        feeds[i] = (struct tfi_feed){.functions = &functions, .object = feed, .chunk = chunk};
    }
    return TFEED_OK;
}

/* --- shuffle_batch ------------------------------------------------------------------------- */

static tfeed_status check_source(const struct tfeed_batch_source *source,
                                 struct tfeed_error *reterr)
{
    if (source == NULL || source->produce == NULL || source->dtypes == NULL ||
        source->shapes == NULL || source->n_components == 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "a batch source needs a function, and the dtype and shape of at least one "
                        "component");
    return TFEED_OK;
}

static tfeed_status make_source(const struct tfeed_allocator *allocator,
                                const struct tfeed_batch_source *source,
                                struct shared_source **ret_source, struct tfeed_error *reterr)
{
    struct shared_source *shared = tfi_alloc_zeroed(allocator, 1, sizeof *shared);
    if (shared == NULL)
        return tfi_fail_memory(reterr, "a batch source");
    atomic_init(&shared->n_refs, 1);
    shared->allocator = allocator;
    shared->produce = source->produce;
    shared->user_data = source->user_data;
    shared->n_components = source->n_components;
    tfi_mutex_init(&shared->mutex);
    *ret_source = shared;
    return TFEED_OK;
}

static tfeed_status make_batcher(struct tfeed_context *context,
                                 const struct tfeed_batch_source *source,
                                 const struct tfeed_batch_options *options,
                                 struct shared_source *shared, struct tfeed_batcher **ret_batcher,
                                 struct tfeed_error *reterr)
{
    const size_t n_feeds = tfi_n_feeds(options);
    struct tfi_feed *feeds = tfi_alloc_zeroed(shared->allocator, n_feeds, sizeof *feeds);
    if (feeds == NULL)
        return tfi_fail_memory(reterr, "a batch source");
    tfeed_status status = make_feeds(
        shared, options->enqueue_many ? TFI_CHUNK_ROWS : TFI_CHUNK_ELEMENT, feeds, n_feeds, reterr);
    if (status == TFEED_OK) {
        const struct tfi_batcher_plan plan = {
            .context = context,
            .options = options,
            .dtypes = source->dtypes,
            .shapes = source->shapes,
            .n_components = source->n_components,
            .column_dtypes = source->dtypes,
            .n_columns = source->n_components,
            .feeds = feeds,
        };
        status = tfi_batcher_new(&plan, ret_batcher, reterr);
    }
    tfi_free(shared->allocator, feeds);
    return status;
}

tfeed_status tfeed_shuffle_batch(struct tfeed_context *context,
                                 const struct tfeed_batch_source *source,
                                 const struct tfeed_batch_options *options,
                                 struct tfeed_batcher **ret_batcher, struct tfeed_error *reterr)
{
    TFI_TRY(tfi_batch_options_check(context, options, reterr));
    TFI_TRY(check_source(source, reterr));
    struct shared_source *shared = NULL;
    TFI_TRY(make_source(tfi_context_allocator(context), source, &shared, reterr));
    const tfeed_status status = make_batcher(context, source, options, shared, ret_batcher, reterr);
    if (status == TFEED_OK)
        shared->free = source->free; /* no thread runs yet: runners were only added */
    source_unref(shared);
    return status;
}
