/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * queue_new.c - making queues, sharing them by name, and ending them.
 */
#include "queues/queue_private.h"

#include <assert.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "core/context_internal.h"
#include "core/error_internal.h"

/* What a queue's memory is at the start, at most; beyond that it grows as it fills. */
enum { FIRST_SLOTS_BYTES = 64 * 1024 };

void tfeed_queue_options_init(struct tfeed_queue_options *options)
{
    *options = (struct tfeed_queue_options){
        .struct_size = sizeof *options, .capacity = -1, .seed = TFEED_SEED_UNSET};
}

/* --- making and ending --------------------------------------------------------------------- */

static void queue_free(struct tfeed_queue *queue)
{
    if (queue == NULL)
        return;
    const struct tfeed_allocator *allocator = queue->allocator;
    tfi_queue_storage_clear(&queue->storage);
    tfi_free(allocator, queue->rows.columns);
    for (size_t i = 0; queue->names != NULL && i < queue->n_components; i++)
        tfi_free(allocator, queue->names[i]);
    tfi_free(allocator, queue->names);
    tfi_free(allocator, queue->shapes);
    tfi_free(allocator, queue->dtypes);
    tfi_free(allocator, queue->name);
    tfi_mutex_clear(&queue->mutex);
    tfi_free(allocator, queue);
}

static tfeed_status copy_names(struct tfeed_queue *queue, const char *const *names,
                               struct tfeed_error *reterr)
{
    queue->names = tfi_alloc_zeroed(queue->allocator, queue->n_components, sizeof *queue->names);
    for (size_t i = 0; queue->names != NULL && i < queue->n_components; i++) {
        queue->names[i] = tfi_strndup(queue->allocator, names[i], strlen(names[i]));
        if (queue->names[i] == NULL)
            return tfi_fail_memory(reterr, "a queue");
    }
    return queue->names != NULL ? TFEED_OK : tfi_fail_memory(reterr, "a queue");
}

static tfeed_status copy_options(struct tfeed_queue *queue,
                                 const struct tfeed_queue_options *options,
                                 struct tfeed_error *reterr)
{
    const size_t n = options->n_components;
    const char *name = options->name;
    if (options->shared_name != NULL && options->shared_name[0] != '\0')
        name = options->shared_name;
    else if (name == NULL)
        name = queue->policy->default_name;

    queue->n_components = n;
    queue->capacity = tfi_queue_capacity_of(options->capacity);
    if (queue->policy == &tfi_queue_shuffle_policy)
        queue->min_after_dequeue = (size_t)options->min_after_dequeue;
    queue->name = tfi_strndup(queue->allocator, name, strlen(name));
    queue->dtypes = tfi_alloc_array(queue->allocator, n, sizeof *queue->dtypes);
    queue->rows.columns = tfi_alloc_zeroed(queue->allocator, n, sizeof *queue->rows.columns);
    if (queue->name == NULL || queue->dtypes == NULL || queue->rows.columns == NULL)
        return tfi_fail_memory(reterr, "a queue");
    memcpy(queue->dtypes, options->dtypes, n * sizeof *queue->dtypes);
    if (options->names != NULL)
        TFI_TRY(copy_names(queue, options->names, reterr));
    if (options->shapes == NULL)
        return TFEED_OK;
    queue->shapes = tfi_alloc_array(queue->allocator, n, sizeof *queue->shapes);
    if (queue->shapes == NULL)
        return tfi_fail_memory(reterr, "a queue");
    memcpy(queue->shapes, options->shapes, n * sizeof *queue->shapes);
    return TFEED_OK;
}

static tfeed_status make_storage(struct tfeed_queue *queue, struct tfeed_error *reterr)
{
    struct queue_storage *storage = &queue->storage;
    TFI_TRY(tfi_queue_columns_init(&storage->columns, queue->allocator, queue->dtypes,
                                   queue->shapes, queue->n_components, reterr));
    storage->policy = queue->policy;
    storage->min_after_dequeue = queue->min_after_dequeue;
    tfeed_random_init(&storage->random, queue->seeds);

    const size_t row_bytes = tfi_queue_columns_row_bytes(&storage->columns);
    size_t n_first = FIRST_SLOTS_BYTES / (row_bytes > 0 ? row_bytes : 1);
    if (n_first == 0)
        n_first = 1;
    if (n_first > queue->capacity)
        n_first = queue->capacity;
    if (n_first > 0 && !tfi_queue_storage_reserve(storage, n_first, queue->capacity))
        return tfi_fail_memory(reterr, "the elements of a queue");
    return TFEED_OK;
}

tfeed_status tfi_queue_make(const struct queue_request *request, struct tfeed_queue **ret_queue,
                            struct tfeed_error *reterr)
{
    struct tfeed_queue *queue = tfi_alloc_zeroed(request->allocator, 1, sizeof *queue);
    if (queue == NULL)
        return tfi_fail_memory(reterr, "a queue");
    atomic_init(&queue->n_refs, 1);
    tfi_mutex_init(&queue->mutex);
    queue->allocator = request->allocator;
    queue->policy = request->policy;
    queue->seeds = request->seeds;
    tfeed_status status = copy_options(queue, request->options, reterr);
    if (status == TFEED_OK)
        status = make_storage(queue, reterr);
    if (status != TFEED_OK) {
        queue_free(queue);
        return status;
    }
    *ret_queue = queue;
    return TFEED_OK;
}

struct tfeed_queue *tfeed_queue_ref(struct tfeed_queue *queue)
{
    /* relaxed: the caller has a reference already */
    atomic_fetch_add_explicit(&queue->n_refs, 1, memory_order_relaxed);
    return queue;
}

void tfeed_queue_unref(struct tfeed_queue *queue)
{
    /* acquire-release: whoever frees sees all uses by other threads ended */
    if (queue == NULL || atomic_fetch_sub_explicit(&queue->n_refs, 1, memory_order_acq_rel) != 1)
        return;
    assert(queue->enqueues.first == NULL && queue->dequeues.first == NULL);
    queue_free(queue);
}

/* --- shared names: what tfi_context_share calls --------------------------------------------- */

static tfeed_status make_queue(void *opaque, void **ret_object, struct tfeed_error *reterr)
{
    struct tfeed_queue *queue = NULL;
    TFI_TRY(tfi_queue_make(opaque, &queue, reterr));
    *ret_object = queue;
    return TFEED_OK;
}

static tfeed_status check_queue(void *opaque, void *queue, struct tfeed_error *reterr)
{
    const struct queue_request *request = opaque;
    return tfi_queue_check_shared(queue, request->policy, request->options, request->seeds, reterr);
}

static void *ref_queue(void *queue)
{
    return tfeed_queue_ref(queue);
}

static void unref_queue(void *queue)
{
    tfeed_queue_unref(queue);
}

/* One kind for all queues: which of them a name stands for is checked in TensorFlow's words. */
static const struct tfi_shared_functions shared_functions = {
    .kind = "queue",
    .make = make_queue,
    .check = check_queue,
    .ref = ref_queue,
    .unref = unref_queue,
};

tfeed_status tfi_queue_find_or_make(struct tfeed_context *context, const char *shared_name,
                                    const struct tfi_shared_functions *functions,
                                    struct queue_request *request, void **ret_object,
                                    struct tfeed_error *reterr)
{
    if (shared_name == NULL || shared_name[0] == '\0')
        return functions->make(request, ret_object, reterr);
    if (context == NULL)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "shared name '%s' needs a context to be shared in", shared_name);
    return tfi_context_share(context, shared_name, functions, request, ret_object, reterr);
}

static tfeed_status new_queue(const struct storage_policy *policy, struct tfeed_context *context,
                              const struct tfeed_queue_options *options,
                              struct tfeed_queue **ret_queue, struct tfeed_error *reterr)
{
    void *queue = NULL;
    TFI_TRY(tfi_queue_check_options(policy, options, reterr));
    struct queue_request request = {
        .policy = policy, .options = options, .allocator = tfi_context_allocator(context)};
    if (policy == &tfi_queue_shuffle_policy)
        request.seeds = tfi_queue_seeds(context, options);
    TFI_TRY(tfi_queue_find_or_make(context, options->shared_name, &shared_functions, &request,
                                   &queue, reterr));
    *ret_queue = queue;
    return TFEED_OK;
}

tfeed_status tfeed_fifo_queue_new(struct tfeed_context *context,
                                  const struct tfeed_queue_options *options,
                                  struct tfeed_queue **ret_queue, struct tfeed_error *reterr)
{
    return new_queue(&tfi_queue_fifo_policy, context, options, ret_queue, reterr);
}

tfeed_status tfeed_random_shuffle_queue_new(struct tfeed_context *context,
                                            const struct tfeed_queue_options *options,
                                            struct tfeed_queue **ret_queue,
                                            struct tfeed_error *reterr)
{
    return new_queue(&tfi_queue_shuffle_policy, context, options, ret_queue, reterr);
}

tfeed_status tfeed_padding_fifo_queue_new(struct tfeed_context *context,
                                          const struct tfeed_queue_options *options,
                                          struct tfeed_queue **ret_queue,
                                          struct tfeed_error *reterr)
{
    return new_queue(&tfi_queue_padding_policy, context, options, ret_queue, reterr);
}

tfeed_status tfeed_priority_queue_new(struct tfeed_context *context,
                                      const struct tfeed_queue_options *options,
                                      struct tfeed_queue **ret_queue, struct tfeed_error *reterr)
{
    return new_queue(&tfi_queue_priority_policy, context, options, ret_queue, reterr);
}
