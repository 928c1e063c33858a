/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * barrier.c - elements that come in parts, in front of a queue.
 *
 *    insert_many ──▶ tuples by key ──▶ complete ──▶ queue of (index, key, components…) ──▶ take_many
 *                    barrier_tuples.c               the priority queue's heap, by index
 *
 * What is ready is a queue like any other: taking is a dequeue_many, with allow_small_batch a
 * dequeue_up_to. Inserting runs under that queue's lock, so that an element is incomplete or ready
 * and nothing in between. The queue is closed as soon as nothing can become ready any more: at a
 * close with cancel, and after a plain close when the last incomplete element has moved. In between
 * it is ending: a take of more than what is ready and incomplete is refused, waiting or not.
 *
 * Threads: the lock of the queue guards everything that is not set once.
 */
#include <tfeed/barrier.h>

#include <string.h>

#include "core/allocator_internal.h"
#include "core/block_internal.h"
#include "core/context_internal.h"
#include "core/error_internal.h"
#include "queues/barrier_private.h"
#include "queues/queue_private.h"

struct tfeed_barrier {
    _Atomic size_t n_refs;
    struct tfeed_queue *queue; /* set once; its lock guards what follows */
    bool is_closed;
    bool is_cancelled;
    int64_t next_index;
    struct barrier_tuples tuples;
};

void tfeed_barrier_options_init(struct tfeed_barrier_options *options)
{
    *options = (struct tfeed_barrier_options){.struct_size = sizeof *options};
}

/* --- making and ending --------------------------------------------------------------------- */

static void barrier_free(struct tfeed_barrier *barrier, const struct tfeed_allocator *allocator)
{
    tfi_barrier_tuples_clear(&barrier->tuples);
    tfeed_queue_unref(barrier->queue);
    tfi_free(allocator, barrier);
}

struct tfeed_barrier *tfeed_barrier_ref(struct tfeed_barrier *barrier)
{
    /* relaxed: the caller has a reference already */
    atomic_fetch_add_explicit(&barrier->n_refs, 1, memory_order_relaxed);
    return barrier;
}

void tfeed_barrier_unref(struct tfeed_barrier *barrier)
{
    /* acquire-release: whoever frees sees all uses by other threads ended */
    if (barrier == NULL ||
        atomic_fetch_sub_explicit(&barrier->n_refs, 1, memory_order_acq_rel) != 1)
        return;
    barrier_free(barrier, barrier->queue->allocator);
}

/* The columns of the queue: index, key, and the components. */
struct description {
    enum tfeed_dtype *dtypes;
    struct tfeed_shape *shapes;
    struct tfeed_queue_options options;
};

static void description_clear(struct description *description,
                              const struct tfeed_allocator *allocator)
{
    tfi_free(allocator, description->dtypes);
    tfi_free(allocator, description->shapes);
}

static tfeed_status describe(struct description *description,
                             const struct tfeed_barrier_options *options,
                             const struct tfeed_allocator *allocator, struct tfeed_error *reterr)
{
    const size_t n = options->n_components + BARRIER_N_OWN;
    *description =
        (struct description){.dtypes = tfi_alloc_array(allocator, n, sizeof *description->dtypes),
                             .shapes = tfi_alloc_zeroed(allocator, n, sizeof *description->shapes)};
    if (description->dtypes == NULL || description->shapes == NULL) {
        description_clear(description, allocator);
        return tfi_fail_memory(reterr, "a barrier");
    }
    description->dtypes[BARRIER_INDEX] = TFEED_INT64;
    description->dtypes[BARRIER_KEY] = TFEED_STRING;
    for (size_t i = 0; i < options->n_components; i++) {
        description->dtypes[BARRIER_N_OWN + i] = options->dtypes[i];
        description->shapes[BARRIER_N_OWN + i] =
            options->shapes != NULL ? options->shapes[i]
                                    : (struct tfeed_shape){.n_dims = TFEED_RANK_UNKNOWN};
    }
    tfeed_queue_options_init(&description->options);
    description->options.dtypes = description->dtypes;
    description->options.shapes = description->shapes;
    description->options.n_components = n;
    description->options.name = options->name;
    description->options.shared_name = options->shared_name;
    return TFEED_OK;
}

static tfeed_status check_options(const struct tfeed_barrier_options *options,
                                  struct tfeed_error *reterr)
{
    char text[TFEED_SHAPE_TEXT_BYTES];
    if (options->struct_size != sizeof *options)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "barrier options have struct_size %zu, expected %zu: call "
                        "tfeed_barrier_options_init first",
                        options->struct_size, sizeof *options);
    if (options->n_components == 0 || options->dtypes == NULL)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "a barrier needs at least one component");
    for (size_t i = 0; options->shapes != NULL && i < options->n_components; i++) {
        int64_t n = 0;
        const struct tfeed_shape *shape = &options->shapes[i];
        if (tfeed_shape_n_elements(shape, &n) != TFEED_OK)
            return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                            "component %zu of a barrier needs a complete shape, got %s", i,
                            tfeed_shape_format(shape, text));
        if (n == 0)
            return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                            "Empty tensors are not supported, but received shape %s at index %zu",
                            tfeed_shape_format(shape, text), i);
    }
    return TFEED_OK;
}

static tfeed_status make_barrier(void *opaque, void **ret_barrier, struct tfeed_error *reterr)
{
    const struct queue_request *request = opaque;
    struct tfeed_barrier *barrier = tfi_alloc_zeroed(request->allocator, 1, sizeof *barrier);
    if (barrier == NULL)
        return tfi_fail_memory(reterr, "a barrier");
    atomic_init(&barrier->n_refs, 1);
    barrier->next_index = INT64_MIN;
    tfeed_status status = tfi_queue_make(request, &barrier->queue, reterr);
    if (status == TFEED_OK)
        status = tfi_barrier_tuples_init(&barrier->tuples, &barrier->queue->storage.columns,
                                         barrier->queue->dtypes, barrier->queue->shapes, reterr);
    if (status != TFEED_OK) {
        barrier_free(barrier, request->allocator);
        return status;
    }
    *ret_barrier = barrier;
    return TFEED_OK;
}

static tfeed_status check_barrier(void *opaque, void *barrier, struct tfeed_error *reterr)
{
    const struct queue_request *request = opaque;
    return tfi_queue_check_shared(((struct tfeed_barrier *)barrier)->queue, request->policy,
                                  request->options, request->seeds, reterr);
}

static void *ref_barrier(void *barrier)
{
    return tfeed_barrier_ref(barrier);
}

static void unref_barrier(void *barrier)
{
    tfeed_barrier_unref(barrier);
}

static const struct tfi_shared_functions shared_functions = {
    .kind = "barrier",
    .make = make_barrier,
    .check = check_barrier,
    .ref = ref_barrier,
    .unref = unref_barrier,
};

tfeed_status tfeed_barrier_new(struct tfeed_context *context,
                               const struct tfeed_barrier_options *options,
                               struct tfeed_barrier **ret_barrier, struct tfeed_error *reterr)
{
    void *barrier = NULL;
    const struct tfeed_allocator *allocator = tfi_context_allocator(context);
    struct description description;
    TFI_TRY(check_options(options, reterr));
    TFI_TRY(describe(&description, options, allocator, reterr));

    struct queue_request request = {.policy = &tfi_queue_barrier_policy,
                                    .options = &description.options,
                                    .allocator = allocator};
    const char *shared_name = options->shared_name;
    tfeed_status status = tfi_queue_check_options(request.policy, &description.options, reterr);
    if (status == TFEED_OK)
        status = tfi_queue_find_or_make(context, shared_name, &shared_functions, &request, &barrier,
                                        reterr);
    description_clear(&description, allocator);
    if (status == TFEED_OK)
        *ret_barrier = barrier;
    return status;
}

/* --- insert_many --------------------------------------------------------------------------- */

/* What an insertion hands over: keys and rows with a reference each, in the form of the columns. */
struct insertion {
    size_t component;
    const struct queue_column *column;
    size_t n_rows;
    struct tfeed_bytes *keys;
    uint8_t *rows;
    void *copies;       /* behind rows, where they are not the caller's */
    size_t n_rows_left; /* those that own references still, from the end on */
};

static tfeed_status check_insertion(const struct tfeed_barrier *barrier, int64_t component,
                                    const struct tfeed_tensor *keys,
                                    const struct tfeed_tensor *values, struct tfeed_error *reterr)
{
    const struct tfeed_queue *queue = barrier->queue;
    const int64_t n_components = (int64_t)queue->n_components - BARRIER_N_OWN;
    char expected_text[TFEED_SHAPE_TEXT_BYTES], got_text[TFEED_SHAPE_TEXT_BYTES];
    if (component < 0 || component >= n_components)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "The component ID is out of range: %lld, num_components is %lld",
                        (long long)component, (long long)n_components);
    if (keys->dtype != TFEED_STRING || keys->shape.n_dims != 1)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "keys of barrier '%s' must be a vector of strings, got %s%s", queue->name,
                        tfeed_dtype_name(keys->dtype), tfeed_shape_format(&keys->shape, got_text));
    const enum tfeed_dtype dtype = queue->dtypes[BARRIER_N_OWN + component];
    if (values->dtype != dtype)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "Type mismatch in component %lld of barrier '%s'. Expected %s, got %s",
                        (long long)component, queue->name, tfeed_dtype_name(dtype),
                        tfeed_dtype_name(values->dtype));
    if (values->shape.n_dims < 1 || values->shape.dims[0] != keys->shape.dims[0])
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "barrier '%s' got %lld keys, but values of shape %s", queue->name,
                        (long long)keys->shape.dims[0],
                        tfeed_shape_format(&values->shape, got_text));
    if (keys->shape.dims[0] > 0 && tfeed_tensor_n_elements(values) == 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "Tensors with no elements are not supported, got %s for component %lld of "
                        "barrier '%s'",
                        tfeed_shape_format(&values->shape, got_text), (long long)component,
                        queue->name);
    const struct tfeed_shape *shape = &queue->shapes[BARRIER_N_OWN + component];
    if (shape->n_dims < 0)
        return TFEED_OK;
    const struct tfeed_shape expected = tfeed_shape_batch(keys->shape.dims[0], *shape);
    if (!tfeed_shape_equal(&expected, &values->shape))
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "Shape mismatch in component %lld of barrier '%s'. Expected %s, got %s",
                        (long long)component, queue->name,
                        tfeed_shape_format(&expected, expected_text),
                        tfeed_shape_format(&values->shape, got_text));
    return TFEED_OK;
}

/* Gives back what has not been handed over. */
static void insertion_clear(struct insertion *insertion, const struct tfeed_allocator *allocator)
{
    const size_t n_moved = insertion->n_rows - insertion->n_rows_left;
    if (insertion->keys != NULL)
        tfi_bytes_unref_n(insertion->keys, insertion->n_rows);
    if (insertion->rows != NULL)
        tfi_queue_column_unref(insertion->column,
                               insertion->rows + n_moved * insertion->column->row_bytes,
                               insertion->n_rows_left);
    tfi_free(allocator, insertion->keys);
    tfi_free(allocator, insertion->copies);
}

/* Each row a tensor of its own. */
static tfeed_status own_tensors(struct insertion *insertion, const struct tfeed_tensor *values,
                                const struct tfeed_allocator *allocator, struct tfeed_error *reterr)
{
    struct tfeed_tensor *tensors = tfi_alloc_zeroed(allocator, insertion->n_rows, sizeof *tensors);
    if (tensors == NULL)
        return tfi_fail_memory(reterr, "an insertion");
    insertion->copies = tensors;
    insertion->rows = (uint8_t *)tensors;
    insertion->n_rows_left = insertion->n_rows;
    for (size_t row = 0; row < insertion->n_rows; row++)
        TFI_TRY(
            tfi_queue_copy_row(allocator, values, row, insertion->n_rows, &tensors[row], reterr));
    return TFEED_OK;
}

static tfeed_status own_strings(const struct tfeed_bytes *strings, size_t n,
                                const struct tfeed_allocator *allocator,
                                struct tfeed_bytes **ret_strings, struct tfeed_error *reterr)
{
    struct tfeed_bytes *own = tfi_alloc_array(allocator, n, sizeof *own);
    if (own == NULL)
        return tfi_fail_memory(reterr, "an insertion");
    tfeed_status status = tfi_queue_copy_strings(allocator, strings, n, own, reterr);
    if (status != TFEED_OK) {
        tfi_free(allocator, own);
        return status;
    }
    *ret_strings = own;
    return TFEED_OK;
}

/* On failure what is there is to be cleared all the same. */
static tfeed_status insertion_init(struct insertion *insertion, const struct tfeed_barrier *barrier,
                                   size_t component, const struct tfeed_tensor *keys,
                                   const struct tfeed_tensor *values, struct tfeed_error *reterr)
{
    const struct tfeed_allocator *allocator = barrier->queue->allocator;
    const struct queue_column *column =
        &barrier->queue->storage.columns.columns[BARRIER_N_OWN + component];
    *insertion = (struct insertion){
        .component = component, .column = column, .n_rows = (size_t)keys->shape.dims[0]};
    if (insertion->n_rows == 0)
        return TFEED_OK;
    TFI_TRY(own_strings(tfeed_tensor_strings(keys), insertion->n_rows, allocator, &insertion->keys,
                        reterr));
    switch (column->kind) {
    case QUEUE_COLUMN_TENSORS:
        return own_tensors(insertion, values, allocator, reterr);
    case QUEUE_COLUMN_STRINGS: {
        struct tfeed_bytes *strings;
        TFI_TRY(own_strings(tfeed_tensor_strings(values), insertion->n_rows * column->n_strings,
                            allocator, &strings, reterr));
        insertion->copies = strings;
        insertion->rows = (uint8_t *)strings;
        break;
    }
    case QUEUE_COLUMN_NUMBERS:
        insertion->rows = values->data;
        break;
    }
    insertion->n_rows_left = insertion->n_rows;
    return TFEED_OK;
}

/* Takes back the claims on the first n keys, and the tuples that were made for them. */
static void unclaim_locked(struct tfeed_barrier *barrier, struct insertion *insertion, size_t n)
    TFI_REQUIRES(&barrier->queue->mutex)
{
    struct barrier_tuples *tuples = &barrier->tuples;
    for (size_t i = 0; i < n; i++) {
        const uint32_t slot = tfi_barrier_tuples_find(tuples, &insertion->keys[i]);
        if (slot == BARRIER_NO_SLOT)
            continue; /* a key that came twice */
        *barrier_part(tuples, slot, insertion->component) = BARRIER_MISSING;
        if (tuples->n_parts[slot] == 0)
            tfi_barrier_tuples_remove(tuples, slot);
    }
}

/* Finds or makes the tuple of every key, and claims the component there. All or none: what the
 * insertion does afterwards cannot fail. The keys stay the insertion's. */
static tfeed_status claim_locked(struct tfeed_barrier *barrier, struct insertion *insertion,
                                 struct tfeed_error *reterr) TFI_REQUIRES(&barrier->queue->mutex)
{
    struct barrier_tuples *tuples = &barrier->tuples;
    for (size_t i = 0; i < insertion->n_rows; i++) {
        const struct tfeed_bytes *key = &insertion->keys[i];
        uint32_t slot = tfi_barrier_tuples_find(tuples, key);
        if (slot == BARRIER_NO_SLOT && barrier->is_closed) {
            unclaim_locked(barrier, insertion, i);
            return tfi_fail(reterr, TFEED_CANCELLED,
                            "Barrier %s is closed, but attempted to insert a brand new key: %.*s",
                            barrier->queue->name, (int)(key->len < 80 ? key->len : 80), key->data);
        }
        if (slot == BARRIER_NO_SLOT)
            slot = tfi_barrier_tuples_add(tuples, key, barrier->next_index);
        uint8_t *part = barrier_part(tuples, slot, insertion->component);
        /* of a barrier with one component every element is complete, and its key free again */
        if (*part != BARRIER_MISSING && tuples->n_components > 1) {
            unclaim_locked(barrier, insertion, i);
            return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                            "Key %.*s already has a value for component %zu in barrier %s",
                            (int)(key->len < 80 ? key->len : 80), key->data, insertion->component,
                            barrier->queue->name);
        }
        *part = BARRIER_CLAIMED;
    }
    return TFEED_OK;
}

static void insert_locked(struct tfeed_barrier *barrier, struct insertion *insertion,
                          struct completions *completions) TFI_REQUIRES(&barrier->queue->mutex)
{
    struct barrier_tuples *tuples = &barrier->tuples;
    const struct queue_column *column =
        &tuples->columns.columns[BARRIER_N_OWN + insertion->component];
    const size_t row_bytes = column->row_bytes;
    bool has_new = false;
    for (size_t i = 0; i < insertion->n_rows; i++) {
        struct tfeed_bytes *key = &insertion->keys[i];
        uint32_t slot = tfi_barrier_tuples_find(tuples, key);
        if (slot == BARRIER_NO_SLOT) /* a key that came twice; there is room */
            slot = tfi_barrier_tuples_add(tuples, key, barrier->next_index);
        if (tuples->n_parts[slot] == 0) { /* made by this insertion: the tuple owns the key */
            has_new = true;
            *key = (struct tfeed_bytes){.data = NULL};
        }
        memcpy(column->slots + slot * row_bytes, insertion->rows + i * row_bytes, row_bytes);
        *barrier_part(tuples, slot, insertion->component) = BARRIER_HAS;
        if (++tuples->n_parts[slot] < tuples->n_components)
            continue;
        tfi_queue_put_locked(barrier->queue, &tuples->rows, slot, completions);
        tfi_barrier_tuples_remove(tuples, slot);
    }
    insertion->n_rows_left = 0;
    if (has_new)
        barrier->next_index++;
}

/* Closes the queue of what is ready, once nothing can follow. */
static void end_if_done_locked(struct tfeed_barrier *barrier, struct completions *completions)
    TFI_REQUIRES(&barrier->queue->mutex)
{
    barrier->queue->is_ending = barrier->is_closed;
    barrier->queue->n_to_come = barrier->tuples.n_tuples;
    barrier->queue->is_closed = barrier->is_closed && barrier->tuples.n_tuples == 0;
    tfi_queue_flush_locked(barrier->queue, completions);
}

static tfeed_status try_insert_locked(struct tfeed_barrier *barrier, struct insertion *insertion,
                                      struct completions *completions, struct tfeed_error *reterr)
    TFI_REQUIRES(&barrier->queue->mutex)
{
    struct tfeed_queue *queue = barrier->queue;
    const size_t n_incomplete = barrier->tuples.n_tuples;
    if (barrier->is_cancelled || (barrier->is_closed && insertion->n_rows > 0 && n_incomplete == 0))
        return tfi_fail(reterr, TFEED_CANCELLED,
                        "Barrier %s is closed. Pending enqueues cancelled: %d. Number of new "
                        "insertions: %zu. Number of incomplete keys: %zu.",
                        queue->name, barrier->is_cancelled, insertion->n_rows, n_incomplete);
    if (!tfi_barrier_tuples_reserve(&barrier->tuples, insertion->n_rows) ||
        !tfi_queue_storage_reserve(&queue->storage, insertion->n_rows, queue->capacity))
        return tfi_fail_memory(reterr, "the elements of a barrier");
    TFI_TRY(claim_locked(barrier, insertion, reterr));
    insert_locked(barrier, insertion, completions);
    end_if_done_locked(barrier, completions);
    return TFEED_OK;
}

tfeed_status tfeed_barrier_insert_many(struct tfeed_barrier *barrier, int64_t component,
                                       const struct tfeed_tensor *keys,
                                       const struct tfeed_tensor *values,
                                       struct tfeed_error *reterr)
{
    struct completions completions = {NULL, NULL};
    struct insertion insertion;
    struct tfeed_queue *queue = barrier->queue;
    TFI_TRY(check_insertion(barrier, component, keys, values, reterr));
    tfeed_status status =
        insertion_init(&insertion, barrier, (size_t)component, keys, values, reterr);
    if (status == TFEED_OK) {
        tfi_mutex_lock(&barrier->queue->mutex);
        status = try_insert_locked(barrier, &insertion, &completions, reterr);
        tfi_mutex_unlock(&barrier->queue->mutex);
    }
    insertion_clear(&insertion, queue->allocator);
    tfi_queue_complete(queue, &completions);
    return status;
}

/* --- take_many ----------------------------------------------------------------------------- */

/* Of a closed barrier more than will ever be there is refused at once. */
static tfeed_status check_take(struct tfeed_barrier *barrier, const struct tfeed_attempt *attempt,
                               struct tfeed_error *reterr)
{
    const bool is_small = attempt->operation == TFEED_QUEUE_DEQUEUE_UP_TO;
    struct tfeed_queue *queue = barrier->queue;
    tfi_mutex_lock(&barrier->queue->mutex);
    const bool is_closed = barrier->is_closed;
    size_t n_available = queue->storage.n_rows;
    if (!is_small)
        n_available += barrier->tuples.n_tuples;
    tfi_mutex_unlock(&barrier->queue->mutex);

    int64_t n = is_small && attempt->n > (int64_t)n_available ? (int64_t)n_available : attempt->n;
    if (attempt->n < 0 || !is_closed || (n > 0 ? n : 1) <= (int64_t)n_available)
        return TFEED_OK;
    return tfi_fail(reterr, TFEED_OUT_OF_RANGE,
                    "Barrier '%s' is closed and has insufficient elements (requested %lld, total "
                    "size %zu)",
                    queue->name, (long long)n, n_available);
}

void tfeed_barrier_start_take(struct tfeed_barrier *barrier, struct tfeed_attempt *attempt)
{
    attempt->status = check_take(barrier, attempt, &attempt->error);
    if (attempt->status == TFEED_OK)
        tfeed_queue_start(barrier->queue, attempt);
    else
        tfi_queue_refuse(barrier->queue, attempt);
}

bool tfeed_barrier_cancel_take(struct tfeed_barrier *barrier, struct tfeed_attempt *attempt)
{
    return tfeed_queue_cancel(barrier->queue, attempt);
}

tfeed_status tfeed_barrier_take_many(struct tfeed_barrier *barrier, int64_t n,
                                     bool allow_small_batch, struct tfeed_tensor *ret_components,
                                     struct tfeed_error *reterr)
{
    return tfeed_barrier_take_many_timed(barrier, n, allow_small_batch, TFEED_WAIT_FOREVER,
                                         ret_components, reterr);
}

tfeed_status tfeed_barrier_take_many_timed(struct tfeed_barrier *barrier, int64_t n,
                                           bool allow_small_batch, int64_t timeout_ms,
                                           struct tfeed_tensor *ret_components,
                                           struct tfeed_error *reterr)
{
    struct tfeed_attempt attempt = {.n = n, .components = ret_components};
    attempt.operation = allow_small_batch ? TFEED_QUEUE_DEQUEUE_UP_TO : TFEED_QUEUE_DEQUEUE_MANY;
    const tfeed_status status = check_take(barrier, &attempt, reterr);
    if (status == TFEED_OK)
        return tfeed_queue_run_timed(barrier->queue, &attempt, timeout_ms, reterr);
    for (size_t i = 0; i < barrier->queue->n_components; i++)
        tfeed_tensor_clear(&ret_components[i]);
    return status;
}

/* --- closing and looking -------------------------------------------------------------------- */

tfeed_status tfeed_barrier_close(struct tfeed_barrier *barrier, bool cancel_pending_enqueues,
                                 struct tfeed_error *reterr)
{
    struct completions completions = {NULL, NULL};
    struct barrier_tuples dropped = {.n_tuples = 0};
    struct tfeed_queue *queue = barrier->queue;
    tfi_mutex_lock(&barrier->queue->mutex);
    const bool is_again = barrier->is_closed && (barrier->is_cancelled || !cancel_pending_enqueues);
    if (!is_again) {
        barrier->is_closed = true;
        barrier->is_cancelled = cancel_pending_enqueues;
        if (cancel_pending_enqueues) { /* nothing can come in any more */
            dropped = barrier->tuples;
            barrier->tuples = (struct barrier_tuples){.n_components = dropped.n_components};
        }
        end_if_done_locked(barrier, &completions);
    }
    tfi_mutex_unlock(&barrier->queue->mutex);
    tfi_barrier_tuples_clear(&dropped);
    tfi_queue_complete(queue, &completions);
    return is_again
               ? tfi_fail(reterr, TFEED_CANCELLED, "Barrier '%s' is already closed.", queue->name)
               : TFEED_OK;
}

int64_t tfeed_barrier_ready_size(struct tfeed_barrier *barrier)
{
    return tfeed_queue_size(barrier->queue);
}

int64_t tfeed_barrier_incomplete_size(struct tfeed_barrier *barrier)
{
    tfi_mutex_lock(&barrier->queue->mutex);
    const size_t n_tuples = barrier->tuples.n_tuples;
    tfi_mutex_unlock(&barrier->queue->mutex);
    return (int64_t)n_tuples;
}
