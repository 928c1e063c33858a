/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * batch_source.c - sources: what TensorFlow has tensors of a graph for.
 *
 * Feeds and wrappers share a source through a counted struct tfi_source, which copies what the
 * program said of it. The sources made here (constant, queue, reader, map, limit_epochs) are
 * ordinary ones: a function and its data, which own the arrays that describe them.
 *
 * Threads:  a source's mutex is held while its function runs, and for nothing else. Those made here
 *           are concurrent: what they stand on locks for itself.
 */
#include <inttypes.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "core/context_internal.h"
#include "core/error_internal.h"
#include "pipeline/batcher_private.h"

/* --- tensors ------------------------------------------------------------------------------- */

void tfi_clear_tensors(struct tfeed_tensor *tensors, size_t n)
{
    for (size_t i = 0; i < n; i++)
        tfeed_tensor_clear(&tensors[i]);
}

struct tfeed_shape tfi_row_shape(const struct tfeed_shape *shape)
{
    struct tfeed_shape row = {.n_dims = shape->n_dims - 1};
    memcpy(row.dims, &shape->dims[1], (size_t)row.n_dims * sizeof row.dims[0]);
    return row;
}

size_t tfi_row_bytes(const struct tfeed_tensor *tensor)
{
    struct tfeed_shape row = tensor->shape;
    int64_t n = 0;
    if (row.n_dims < 1)
        return 0;
    row.dims[0] = 1;
    if (tfeed_shape_n_elements(&row, &n) != TFEED_OK)
        return 0;
    return (size_t)n * tfeed_dtype_size(tensor->dtype);
}

struct tfeed_tensor tfi_slice_rows(const struct tfeed_tensor *tensor, int64_t first, int64_t n)
{
    struct tfeed_tensor slice = *tensor;
    slice.shape.dims[0] = n;
    slice.data = (uint8_t *)tensor->data + (size_t)first * tfi_row_bytes(tensor);
    slice.buffer = NULL; /* borrowed */
    return slice;
}

/* --- counted sources ----------------------------------------------------------------------- */

static tfeed_status check_source(const struct tfeed_batch_source *source,
                                 struct tfeed_error *reterr)
{
    if (source == NULL || source->produce == NULL)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "a batch source needs a function");
    if (source->dtypes == NULL || source->shapes == NULL || source->n_components == 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "Expected at least one tensor: a batch source needs the dtype and shape of "
                        "each component");
    for (size_t i = 0; i < source->n_components; i++) {
        if (tfeed_dtype_size(source->dtypes[i]) == 0)
            return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "component %zu cannot have dtype %d", i,
                            (int)source->dtypes[i]);
        if (source->shapes[i].n_dims > TFEED_MAX_DIMS)
            return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                            "component %zu has %d dimensions, at most %d are possible", i,
                            (int)source->shapes[i].n_dims, TFEED_MAX_DIMS);
    }
    return TFEED_OK;
}

static void free_source(struct tfi_source *source)
{
    for (size_t i = 0; i < source->n_components; i++)
        tfi_free(source->allocator, source->components[i].name);
    tfi_mutex_clear(&source->mutex);
    tfi_free(source->allocator, source);
}

static tfeed_status copy_component(const struct tfeed_batch_source *from, size_t i,
                                   struct tfi_source *source, struct tfeed_error *reterr)
{
    struct tfi_component *component = &source->components[i];
    component->dtype = from->dtypes[i];
    component->shape = from->shapes[i];
    component->is_sparse = from->is_sparse != NULL && from->is_sparse[i];
    source->n_tensors += tfi_component_n_tensors(component);
    if (from->names == NULL || from->names[i] == NULL)
        return TFEED_OK;
    component->name = tfi_strndup(source->allocator, from->names[i], strlen(from->names[i]));
    return component->name != NULL ? TFEED_OK : tfi_fail_memory(reterr, "a batch source");
}

tfeed_status tfi_source_new(const struct tfeed_allocator *allocator,
                            const struct tfeed_batch_source *source, struct tfi_source **ret_source,
                            struct tfeed_error *reterr)
{
    TFI_TRY(check_source(source, reterr));
    struct tfi_source *made = tfi_alloc_zeroed(
        allocator, 1, sizeof *made + source->n_components * sizeof made->components[0]);
    if (made == NULL)
        return tfi_fail_memory(reterr, "a batch source");
    atomic_init(&made->n_refs, 1);
    made->allocator = allocator;
    made->produce = source->produce;
    made->user_data = source->user_data;
    made->is_concurrent = source->is_concurrent;
    made->n_components = source->n_components;
    tfi_mutex_init(&made->mutex);
    tfeed_status status = TFEED_OK;
    for (size_t i = 0; status == TFEED_OK && i < source->n_components; i++)
        status = copy_component(source, i, made, reterr);
    if (status != TFEED_OK) {
        free_source(made);
        return status;
    }
    *ret_source = made;
    return TFEED_OK;
}

struct tfi_source *tfi_source_ref(struct tfi_source *source)
{
    /* relaxed: the caller has a reference already */
    atomic_fetch_add_explicit(&source->n_refs, 1, memory_order_relaxed);
    return source;
}

void tfi_source_unref(struct tfi_source *source)
{
    /* acquire-release: whoever frees sees all uses by other threads ended */
    if (source == NULL || atomic_fetch_sub_explicit(&source->n_refs, 1, memory_order_acq_rel) != 1)
        return;
    if (source->free != NULL)
        source->free(source->user_data);
    free_source(source);
}

void tfi_source_take(struct tfi_source *source, const struct tfeed_batch_source *from)
{
    source->free = from->free;
}

static tfeed_status evaluate_locked(struct tfi_source *source, struct tfeed_tensor *tensors,
                                    struct tfeed_error *reterr)
{
    tfi_mutex_lock(&source->mutex);
    const tfeed_status status = source->produce(source->user_data, tensors, reterr);
    tfi_mutex_unlock(&source->mutex);
    return status;
}

tfeed_status tfi_source_evaluate(struct tfi_source *source, struct tfeed_tensor *tensors,
                                 struct tfeed_error *reterr)
{
    const tfeed_status status = source->is_concurrent
                                    ? source->produce(source->user_data, tensors, reterr)
                                    : evaluate_locked(source, tensors, reterr);
    if (status != TFEED_OK)
        tfi_clear_tensors(tensors, source->n_tensors);
    return status;
}

void tfeed_batch_source_clear(struct tfeed_batch_source *source)
{
    if (source->free != NULL)
        source->free(source->user_data);
    *source = (struct tfeed_batch_source){.produce = NULL};
}

/* --- what the sources made here have in common --------------------------------------------- */

/* Stands first in each of them: the arrays that describe it. */
struct description {
    const struct tfeed_allocator *allocator;
    size_t n_components;
    enum tfeed_dtype *dtypes;
    struct tfeed_shape *shapes;
};

static bool describe(struct description *its, const struct tfeed_allocator *allocator, size_t n)
{
    its->allocator = allocator;
    its->n_components = n;
    its->dtypes = tfi_alloc_array(allocator, n, sizeof *its->dtypes);
    its->shapes = tfi_alloc_array(allocator, n, sizeof *its->shapes);
    return its->dtypes != NULL && its->shapes != NULL;
}

/* Frees the object that the description stands in, too. */
static void free_described(struct description *its)
{
    tfi_free(its->allocator, its->dtypes);
    tfi_free(its->allocator, its->shapes);
    tfi_free(its->allocator, its);
}

static struct tfeed_batch_source described_source(struct description *its, tfeed_produce_fn produce,
                                                  void (*free)(void *user_data))
{
    return (struct tfeed_batch_source){.produce = produce,
                                       .user_data = its,
                                       .free = free,
                                       .dtypes = its->dtypes,
                                       .shapes = its->shapes,
                                       .n_components = its->n_components,
                                       .is_concurrent = true};
}

static tfeed_status check_n_rows(int64_t n_rows, struct tfeed_error *reterr)
{
    if (n_rows < 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "n_rows must be 0 or more, not %" PRId64,
                        n_rows);
    return TFEED_OK;
}

/* --- constant ------------------------------------------------------------------------------ */

struct constant_source {
    struct description description;
    struct tfeed_tensor *tensors; /* [n_components] */
};

static tfeed_status give_constants(void *user_data, struct tfeed_tensor *ret_tensors,
                                   struct tfeed_error *reterr)
{
    (void)reterr;
    const struct constant_source *source = user_data;
    for (size_t i = 0; i < source->description.n_components; i++)
        ret_tensors[i] = tfeed_tensor_ref(&source->tensors[i]);
    return TFEED_OK;
}

static void free_constant(void *user_data)
{
    struct constant_source *source = user_data;
    if (source->tensors != NULL)
        tfi_clear_tensors(source->tensors, source->description.n_components);
    tfi_free(source->description.allocator, source->tensors);
    free_described(&source->description);
}

static tfeed_status check_constants(const struct tfeed_tensor *tensors, size_t n, bool gives_rows,
                                    struct tfeed_error *reterr)
{
    if (n == 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "Expected at least one tensor");
    for (size_t i = 0; i < n; i++)
        if (gives_rows && tensors[i].shape.n_dims < 1)
            return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                            "Shape [] must have rank at least 1: tensor %zu has no rows", i);
    return TFEED_OK;
}

tfeed_status tfeed_batch_source_constant(struct tfeed_context *context,
                                         const struct tfeed_tensor *tensors, size_t n_tensors,
                                         bool gives_rows, struct tfeed_batch_source *ret_source,
                                         struct tfeed_error *reterr)
{
    TFI_TRY(check_constants(tensors, n_tensors, gives_rows, reterr));
    const struct tfeed_allocator *allocator = tfi_context_allocator(context);
    struct constant_source *source = tfi_alloc_zeroed(allocator, 1, sizeof *source);
    if (source == NULL)
        return tfi_fail_memory(reterr, "a constant");
    const bool is_described = describe(&source->description, allocator, n_tensors);
    source->tensors = tfi_alloc_zeroed(allocator, n_tensors, sizeof *source->tensors);
    if (!is_described || source->tensors == NULL) {
        free_constant(source);
        return tfi_fail_memory(reterr, "a constant");
    }
    for (size_t i = 0; i < n_tensors; i++) {
        source->tensors[i] = tfeed_tensor_ref(&tensors[i]);
        source->description.dtypes[i] = tensors[i].dtype;
        source->description.shapes[i] =
            gives_rows ? tfi_row_shape(&tensors[i].shape) : tensors[i].shape;
    }
    *ret_source = described_source(&source->description, give_constants, free_constant);
    return TFEED_OK;
}

/* --- queue --------------------------------------------------------------------------------- */

struct queue_source {
    struct description description;
    struct tfeed_queue *queue;
    int64_t n_rows; /* 0: single elements */
};

static tfeed_status dequeue(void *user_data, struct tfeed_tensor *ret_tensors,
                            struct tfeed_error *reterr)
{
    const struct queue_source *source = user_data;
    if (source->n_rows == 0)
        return tfeed_queue_dequeue(source->queue, ret_tensors, reterr);
    return tfeed_queue_dequeue_up_to(source->queue, source->n_rows, ret_tensors, reterr);
}

static void free_queue_source(void *user_data)
{
    struct queue_source *source = user_data;
    tfeed_queue_unref(source->queue);
    free_described(&source->description);
}

tfeed_status tfeed_batch_source_queue(struct tfeed_context *context, struct tfeed_queue *queue,
                                      int64_t n_rows, struct tfeed_batch_source *ret_source,
                                      struct tfeed_error *reterr)
{
    TFI_TRY(check_n_rows(n_rows, reterr));
    if (queue == NULL)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "a source needs a queue to dequeue from");
    const struct tfeed_allocator *allocator = tfi_context_allocator(context);
    struct queue_source *source = tfi_alloc_zeroed(allocator, 1, sizeof *source);
    if (source == NULL)
        return tfi_fail_memory(reterr, "a source over a queue");
    source->queue = tfeed_queue_ref(queue);
    source->n_rows = n_rows;
    if (!describe(&source->description, allocator, tfeed_queue_n_components(queue))) {
        free_queue_source(source);
        return tfi_fail_memory(reterr, "a source over a queue");
    }
    for (size_t i = 0; i < source->description.n_components; i++) {
        source->description.dtypes[i] = tfeed_queue_dtype(queue, i);
        source->description.shapes[i] = tfeed_queue_shape(queue, i);
    }
    *ret_source = described_source(&source->description, dequeue, free_queue_source);
    return TFEED_OK;
}

/* --- reader -------------------------------------------------------------------------------- */

struct reader_source {
    struct description description;
    struct tfeed_reader *reader;
    struct tfeed_queue *names;
    int64_t n_rows; /* 0: single records */
};

static tfeed_status read_records(void *user_data, struct tfeed_tensor *ret_tensors,
                                 struct tfeed_error *reterr)
{
    const struct reader_source *source = user_data;
    if (source->n_rows == 0)
        return tfeed_reader_read(source->reader, source->names, &ret_tensors[0], &ret_tensors[1],
                                 reterr);
    return tfeed_reader_read_up_to(source->reader, source->names, source->n_rows, &ret_tensors[0],
                                   &ret_tensors[1], reterr);
}

static void free_reader_source(void *user_data)
{
    struct reader_source *source = user_data;
    tfeed_reader_unref(source->reader);
    tfeed_queue_unref(source->names);
    free_described(&source->description);
}

tfeed_status tfeed_batch_source_reader(struct tfeed_context *context, struct tfeed_reader *reader,
                                       struct tfeed_queue *names, int64_t n_rows,
                                       struct tfeed_batch_source *ret_source,
                                       struct tfeed_error *reterr)
{
    enum { N_COMPONENTS = 2 }; /* key and value */
    TFI_TRY(check_n_rows(n_rows, reterr));
    if (reader == NULL || names == NULL)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "a source of records needs a reader and a queue of names");
    const struct tfeed_allocator *allocator = tfi_context_allocator(context);
    struct reader_source *source = tfi_alloc_zeroed(allocator, 1, sizeof *source);
    if (source == NULL)
        return tfi_fail_memory(reterr, "a source over a reader");
    source->reader = tfeed_reader_ref(reader);
    source->names = tfeed_queue_ref(names);
    source->n_rows = n_rows;
    if (!describe(&source->description, allocator, N_COMPONENTS)) {
        free_reader_source(source);
        return tfi_fail_memory(reterr, "a source over a reader");
    }
    for (size_t i = 0; i < N_COMPONENTS; i++) {
        source->description.dtypes[i] = TFEED_STRING;
        source->description.shapes[i] = (struct tfeed_shape)TFEED_SHAPE_SCALAR;
    }
    *ret_source = described_source(&source->description, read_records, free_reader_source);
    return TFEED_OK;
}

/* --- sources over sources ------------------------------------------------------------------ */

/* limit_epochs and map: the source that they stand on, and what they do with it. */
struct wrapped_source {
    const struct tfeed_allocator *allocator;
    struct tfi_source *source;
    int64_t n_epochs;
    int64_t n_epochs_done;
    struct tfeed_batch_map map; /* its arrays are not used here */
};

static void free_wrapped(void *user_data)
{
    struct wrapped_source *its = user_data;
    if (its->map.free != NULL)
        its->map.free(its->map.user_data);
    tfi_source_unref(its->source);
    tfi_free(its->allocator, its);
}

static tfeed_status wrap(struct tfeed_context *context, const struct tfeed_batch_source *source,
                         struct wrapped_source **ret_wrapped, struct tfeed_error *reterr)
{
    const struct tfeed_allocator *allocator = tfi_context_allocator(context);
    struct wrapped_source *its = tfi_alloc_zeroed(allocator, 1, sizeof *its);
    if (its == NULL)
        return tfi_fail_memory(reterr, "a source");
    its->allocator = allocator;
    const tfeed_status status = tfi_source_new(allocator, source, &its->source, reterr);
    if (status != TFEED_OK) {
        tfi_free(allocator, its);
        return status;
    }
    tfi_source_take(its->source, source);
    *ret_wrapped = its;
    return TFEED_OK;
}

static tfeed_status evaluate_epoch(void *user_data, struct tfeed_tensor *ret_tensors,
                                   struct tfeed_error *reterr)
{
    struct wrapped_source *its = user_data;
    if (its->n_epochs_done == its->n_epochs)
        return tfi_fail(reterr, TFEED_OUT_OF_RANGE, "Reached limit of %" PRId64, its->n_epochs);
    its->n_epochs_done++;
    return tfi_source_evaluate(its->source, ret_tensors, reterr);
}

tfeed_status tfeed_limit_epochs(struct tfeed_context *context,
                                const struct tfeed_batch_source *source, int64_t n_epochs,
                                struct tfeed_batch_source *ret_source, struct tfeed_error *reterr)
{
    struct wrapped_source *its = NULL;
    TFI_TRY(check_source(source, reterr));
    if (n_epochs < 1 && n_epochs != TFEED_EPOCHS_ENDLESS)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "n_epochs must be at least 1 or TFEED_EPOCHS_ENDLESS, not %" PRId64,
                        n_epochs);
    struct tfeed_batch_source made = *source;
    if (n_epochs != TFEED_EPOCHS_ENDLESS) {
        TFI_TRY(wrap(context, source, &its, reterr));
        its->n_epochs = n_epochs;
        made.produce = evaluate_epoch;
        made.user_data = its;
        made.free = free_wrapped;
        made.is_concurrent = false; /* it counts */
    }
    *ret_source = made;
    return TFEED_OK;
}

static tfeed_status evaluate_map(void *user_data, struct tfeed_tensor *ret_tensors,
                                 struct tfeed_error *reterr)
{
    enum { MAX_ON_STACK = 16 };
    struct wrapped_source *its = user_data;
    const size_t n = its->source->n_tensors;
    struct tfeed_tensor on_stack[MAX_ON_STACK];
    struct tfeed_tensor *tensors = on_stack;
    if (n > MAX_ON_STACK && (tensors = tfi_alloc_array(its->allocator, n, sizeof *tensors)) == NULL)
        return tfi_fail_memory(reterr, "the elements of a source");
    memset(tensors, 0, n * sizeof *tensors);
    tfeed_status status = tfi_source_evaluate(its->source, tensors, reterr);
    if (status == TFEED_OK) {
        status = its->map.map(its->map.user_data, tensors, ret_tensors, reterr);
        tfi_clear_tensors(tensors, n);
    }
    if (tensors != on_stack)
        tfi_free(its->allocator, tensors);
    return status;
}

tfeed_status tfeed_batch_source_map(struct tfeed_context *context,
                                    const struct tfeed_batch_source *source,
                                    const struct tfeed_batch_map *map,
                                    struct tfeed_batch_source *ret_source,
                                    struct tfeed_error *reterr)
{
    struct wrapped_source *its = NULL;
    if (map == NULL || map->map == NULL)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "a map over a source needs a function");
    const struct tfeed_batch_source made = {.produce = evaluate_map,
                                            .free = free_wrapped,
                                            .dtypes = map->dtypes,
                                            .shapes = map->shapes,
                                            .n_components = map->n_components,
                                            .names = map->names,
                                            .is_sparse = map->is_sparse,
                                            .is_concurrent = true};
    TFI_TRY(check_source(&made, reterr));
    TFI_TRY(wrap(context, source, &its, reterr));
    its->map = *map;
    *ret_source = made;
    ret_source->user_data = its;
    return TFEED_OK;
}
