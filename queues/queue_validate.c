/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * queue_validate.c - what a queue refuses, in TensorFlow's words.
 *
 * Everything here depends on what is fixed when a queue is made, so it runs before an attempt joins
 * its line and without the lock.
 */
#include "queues/queue_private.h"

#include <stdio.h>
#include <string.h>

#include "core/error_internal.h"

/* --- options ------------------------------------------------------------------------------- */

size_t tfi_queue_capacity_of(int64_t option)
{
    return option < 0 ? INT32_MAX : (size_t)option;
}

/* What the shape would be if no dimension were unknown; the rank of a padding queue's is fixed. */
static tfeed_status check_component_shape(const struct storage_policy *policy, size_t i,
                                          struct tfeed_shape shape, struct tfeed_error *reterr)
{
    char text[TFEED_SHAPE_TEXT_BYTES];
    int64_t n;
    tfeed_shape_format(&shape, text);
    if (shape.n_dims == TFEED_RANK_UNKNOWN && policy == &tfi_queue_barrier_policy)
        return TFEED_OK;
    if (shape.n_dims < 0 && policy == &tfi_queue_padding_policy)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "component %zu of a queue must have a defined rank", i);
    if (shape.n_dims >= TFEED_MAX_DIMS)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "component %zu of a queue has %d dimensions, expected at most %d", i,
                        (int)shape.n_dims, TFEED_MAX_DIMS - 1);
    for (int32_t d = 0; policy == &tfi_queue_padding_policy && d < shape.n_dims; d++)
        if (shape.dims[d] == TFEED_DIM_UNKNOWN)
            shape.dims[d] = 1;
    if (tfeed_shape_n_elements(&shape, &n) != TFEED_OK)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "component %zu of a queue needs a complete shape, got %s", i, text);
    return TFEED_OK;
}

static tfeed_status check_components(const struct storage_policy *policy,
                                     const struct tfeed_queue_options *options,
                                     struct tfeed_error *reterr)
{
    if (options->n_components == 0 || options->dtypes == NULL)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "a queue needs at least one component");
    if (options->shapes == NULL && policy == &tfi_queue_padding_policy)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "%s: a list of shapes must be provided, any of their dimensions may be "
                        "unknown",
                        policy->kind);
    for (size_t i = 0; i < options->n_components; i++) {
        if (tfeed_dtype_size(options->dtypes[i]) == 0)
            return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                            "component %zu of a queue has no dtype: %d", i,
                            (int)options->dtypes[i]);
        if (options->shapes != NULL)
            TFI_TRY(check_component_shape(policy, i, options->shapes[i], reterr));
    }
    return TFEED_OK;
}

static tfeed_status check_names(const struct tfeed_queue_options *options,
                                struct tfeed_error *reterr)
{
    const char *const *names = options->names;
    for (size_t i = 0; names != NULL && i < options->n_components; i++) {
        if (names[i] == NULL || names[i][0] == '\0')
            return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "component %zu of a queue has no name",
                            i);
        for (size_t other = 0; other < i; other++)
            if (strcmp(names[i], names[other]) == 0)
                return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                                "components %zu and %zu of a queue have one name, '%s'", other, i,
                                names[i]);
    }
    return TFEED_OK;
}

static tfeed_status check_priority(const struct tfeed_queue_options *options,
                                   struct tfeed_error *reterr)
{
    char text[TFEED_SHAPE_TEXT_BYTES];
    if (options->dtypes[0] != TFEED_INT64)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "PriorityQueue: component 0 is the priority, expected int64, got %s",
                        tfeed_dtype_name(options->dtypes[0]));
    if (options->shapes != NULL && options->shapes[0].n_dims != 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "PriorityQueue: component 0 is the priority, expected [], got %s",
                        tfeed_shape_format(&options->shapes[0], text));
    return TFEED_OK;
}

tfeed_status tfi_queue_check_options(const struct storage_policy *policy,
                                     const struct tfeed_queue_options *options,
                                     struct tfeed_error *reterr)
{
    if (options->struct_size != sizeof *options)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "queue options have struct_size %zu, expected %zu: call "
                        "tfeed_queue_options_init first",
                        options->struct_size, sizeof *options);
    if (options->capacity > INT32_MAX)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "capacity %lld must be at most %d",
                        (long long)options->capacity, INT32_MAX);
    TFI_TRY(check_components(policy, options, reterr));
    TFI_TRY(check_names(options, reterr));
    if (policy == &tfi_queue_priority_policy)
        return check_priority(options, reterr);
    if (policy != &tfi_queue_shuffle_policy)
        return TFEED_OK;
    if (options->min_after_dequeue < 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "min_after_dequeue %lld must be >= 0",
                        (long long)options->min_after_dequeue);
    if ((size_t)options->min_after_dequeue >= tfi_queue_capacity_of(options->capacity))
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "min_after_dequeue %lld must be < capacity %lld",
                        (long long)options->min_after_dequeue, (long long)options->capacity);
    return TFEED_OK;
}

/* --- attempts ------------------------------------------------------------------------------ */

static tfeed_status check_dtype(const struct tfeed_queue *queue, size_t i,
                                const struct tfeed_tensor *component, struct tfeed_error *reterr)
{
    if (component->dtype == queue->dtypes[i])
        return TFEED_OK;
    return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                    "Type mismatch in tuple component %zu. Expected %s, got %s", i,
                    tfeed_dtype_name(queue->dtypes[i]), tfeed_dtype_name(component->dtype));
}

static tfeed_status check_shape(size_t i, const struct tfeed_shape *expected,
                                const struct tfeed_shape *got, struct tfeed_error *reterr)
{
    char expected_text[TFEED_SHAPE_TEXT_BYTES], got_text[TFEED_SHAPE_TEXT_BYTES];
    bool fits = expected->n_dims == got->n_dims;
    for (int32_t d = 0; fits && d < got->n_dims; d++)
        fits = got->dims[d] >= 0 &&
               (expected->dims[d] == got->dims[d] || expected->dims[d] == TFEED_DIM_UNKNOWN);
    if (fits)
        return TFEED_OK;
    return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                    "Shape mismatch in tuple component %zu. Expected %s, got %s", i,
                    tfeed_shape_format(expected, expected_text), tfeed_shape_format(got, got_text));
}

/* Where shapes are not specified, that of a priority is known all the same. */
static tfeed_status check_priority_shape(const struct tfeed_queue *queue,
                                         const struct tfeed_shape *expected,
                                         const struct tfeed_tensor *components,
                                         struct tfeed_error *reterr)
{
    if (queue->shapes != NULL || queue->policy != &tfi_queue_priority_policy)
        return TFEED_OK;
    return check_shape(0, expected, &components[0].shape, reterr);
}

tfeed_status tfi_queue_check_enqueue(const struct tfeed_queue *queue,
                                     const struct tfeed_tensor *components,
                                     struct tfeed_error *reterr)
{
    for (size_t i = 0; i < queue->n_components; i++) {
        TFI_TRY(check_dtype(queue, i, &components[i], reterr));
        if (queue->shapes != NULL)
            TFI_TRY(check_shape(i, &queue->shapes[i], &components[i].shape, reterr));
    }
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    return check_priority_shape(queue, &scalar, components, reterr);
}

tfeed_status tfi_queue_check_enqueue_many(const struct tfeed_queue *queue,
                                          const struct tfeed_tensor *components,
                                          int64_t *ret_n_rows, struct tfeed_error *reterr)
{
    for (size_t i = 0; i < queue->n_components; i++)
        TFI_TRY(check_dtype(queue, i, &components[i], reterr));
    if (components[0].shape.n_dims == 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "Shape mismatch in tuple component 0. Expected rows, got []");
    const int64_t n_rows = components[0].shape.dims[0];
    if (n_rows < 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "Shape mismatch in tuple component 0. Expected rows, got [?]");
    for (size_t i = 0; i < queue->n_components; i++) {
        const struct tfeed_shape *shape = &components[i].shape;
        if (queue->shapes != NULL) {
            const struct tfeed_shape expected = tfeed_shape_batch(n_rows, queue->shapes[i]);
            TFI_TRY(check_shape(i, &expected, shape, reterr));
        } else if (shape->n_dims == 0 || shape->dims[0] != n_rows) {
            return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                            "All input tensors must have the same size in the 0th dimension. "
                            "Component %zu has %lld, and should have %lld",
                            i, shape->n_dims == 0 ? -1LL : (long long)shape->dims[0],
                            (long long)n_rows);
        }
    }
    const struct tfeed_shape vector = tfeed_shape_vector(n_rows);
    TFI_TRY(check_priority_shape(queue, &vector, components, reterr));
    *ret_n_rows = n_rows;
    return TFEED_OK;
}

tfeed_status tfi_queue_check_dequeue(const struct tfeed_queue *queue,
                                     const struct tfeed_attempt *attempt,
                                     struct tfeed_error *reterr)
{
    if (attempt->n < 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "%s '%s': %s requested %lld < 0 elements",
                        queue->policy->kind, queue->name,
                        attempt->operation == TFEED_QUEUE_DEQUEUE_MANY ? "dequeue_many"
                                                                       : "dequeue_up_to",
                        (long long)attempt->n);
    if (queue->shapes == NULL)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "%s '%s': dequeue_many and dequeue_up_to require the components to have "
                        "specified shapes",
                        queue->policy->kind, queue->name);
    return TFEED_OK;
}

/* --- shared names -------------------------------------------------------------------------- */

/* Appends to a list in the making; what does not fit is left out. */
static void append(char text[QUEUE_LIST_TEXT_BYTES], const char *part)
{
    const size_t len = strlen(text);
    snprintf(text + len, QUEUE_LIST_TEXT_BYTES - len, "%s", part);
}

const char *tfi_queue_dtypes_text(const enum tfeed_dtype *dtypes, size_t n,
                                  char text[QUEUE_LIST_TEXT_BYTES])
{
    text[0] = '\0';
    for (size_t i = 0; i < n; i++) {
        append(text, i > 0 ? ", " : "");
        append(text, tfeed_dtype_name(dtypes[i]));
    }
    return text;
}

const char *tfi_queue_shapes_text(const struct tfeed_shape *shapes, size_t n,
                                  char text[QUEUE_LIST_TEXT_BYTES])
{
    char shape_text[TFEED_SHAPE_TEXT_BYTES];
    text[0] = '\0';
    append(text, "[");
    for (size_t i = 0; shapes != NULL && i < n; i++) {
        append(text, i > 0 ? ", " : "");
        append(text, tfeed_shape_format(&shapes[i], shape_text));
    }
    append(text, "]");
    return text;
}

const char *tfi_queue_names_text(const char *const *names, size_t n,
                                 char text[QUEUE_LIST_TEXT_BYTES])
{
    text[0] = '\0';
    append(text, "[");
    for (size_t i = 0; names != NULL && i < n; i++) {
        append(text, i > 0 ? ", " : "");
        append(text, names[i]);
    }
    append(text, "]");
    return text;
}

/* An unknown dimension, which only padding queues have, agrees with any other. */
static bool same_shapes(const struct tfeed_shape *a, const struct tfeed_shape *b, size_t n)
{
    if (a == NULL || b == NULL)
        return a == b;
    for (size_t i = 0; i < n; i++) {
        if (a[i].n_dims != b[i].n_dims)
            return false;
        for (int32_t d = 0; d < a[i].n_dims; d++)
            if (a[i].dims[d] != b[i].dims[d] && a[i].dims[d] != TFEED_DIM_UNKNOWN &&
                b[i].dims[d] != TFEED_DIM_UNKNOWN)
                return false;
    }
    return true;
}

static bool same_names(const struct tfeed_queue *queue, const char *const *names)
{
    for (size_t i = 0; i < queue->n_components; i++)
        if (queue->names == NULL || strcmp(queue->names[i], names[i]) != 0)
            return false;
    return true;
}

static tfeed_status check_shared_shuffle(const struct tfeed_queue *queue,
                                         const struct tfeed_queue_options *options,
                                         struct tfeed_seeds seeds, struct tfeed_error *reterr)
{
    if (queue->min_after_dequeue != (size_t)options->min_after_dequeue)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "Shared queue '%s' has min_after_dequeue %zu but requested "
                        "min_after_dequeue was %lld",
                        queue->name, queue->min_after_dequeue,
                        (long long)options->min_after_dequeue);
    const bool asks_for_seeds = seeds.seed != 0 || seeds.seed2 != 0;
    if (asks_for_seeds && (queue->seeds.seed != seeds.seed || queue->seeds.seed2 != seeds.seed2))
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "Shared queue '%s' has random seeds (%llu, %llu) but requested random "
                        "seeds are (%llu, %llu)",
                        queue->name, (unsigned long long)queue->seeds.seed,
                        (unsigned long long)queue->seeds.seed2, (unsigned long long)seeds.seed,
                        (unsigned long long)seeds.seed2);
    return TFEED_OK;
}

tfeed_status tfi_queue_check_shared(const struct tfeed_queue *queue,
                                    const struct storage_policy *policy,
                                    const struct tfeed_queue_options *options,
                                    struct tfeed_seeds seeds, struct tfeed_error *reterr)
{
    char has[QUEUE_LIST_TEXT_BYTES], wanted[QUEUE_LIST_TEXT_BYTES];
    const size_t n = options->n_components;
    if (queue->policy != policy)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "Shared queue '%s': Expected %s, found %s",
                        queue->name, policy->kind, queue->policy->kind);
    if (queue->capacity != tfi_queue_capacity_of(options->capacity))
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "Shared queue '%s' has capacity %zu but requested capacity was %lld",
                        queue->name, queue->capacity, (long long)options->capacity);
    if (queue->n_components != n ||
        memcmp(queue->dtypes, options->dtypes, n * sizeof(*queue->dtypes)) != 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "Shared queue '%s' has component types %s but requested component types "
                        "were %s",
                        queue->name, tfi_queue_dtypes_text(queue->dtypes, queue->n_components, has),
                        tfi_queue_dtypes_text(options->dtypes, n, wanted));
    if (!same_shapes(queue->shapes, options->shapes, n))
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "Shared queue '%s' has component shapes %s but requested component shapes "
                        "were %s",
                        queue->name, tfi_queue_shapes_text(queue->shapes, n, has),
                        tfi_queue_shapes_text(options->shapes, n, wanted));
    if (options->names != NULL && !same_names(queue, options->names))
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "Shared queue '%s' has component names %s but requested component names "
                        "were %s",
                        queue->name,
                        tfi_queue_names_text((const char *const *)queue->names, n, has),
                        tfi_queue_names_text(options->names, n, wanted));
    return policy == &tfi_queue_shuffle_policy ? check_shared_shuffle(queue, options, seeds, reterr)
                                               : TFEED_OK;
}
