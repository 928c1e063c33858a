/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * queue_named.c - components by name, and one queue of several.
 *
 * Both only rearrange what the caller hands in; the queue is reached through its public face.
 */
#include "queues/queue_private.h"

#include <string.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"

/* --- names --------------------------------------------------------------------------------- */

const char *tfeed_queue_component_name(const struct tfeed_queue *queue, size_t component)
{
    return queue->names != NULL && component < queue->n_components ? queue->names[component] : NULL;
}

size_t tfeed_queue_find_component(const struct tfeed_queue *queue, const char *name)
{
    size_t i = 0;
    while (i < queue->n_components && (queue->names == NULL || strcmp(queue->names[i], name) != 0))
        i++;
    return i;
}

/* Every name of the queue once: as many as it has, all known, none twice. */
static tfeed_status check_values(const struct tfeed_queue *queue,
                                 const struct tfeed_named_tensor *values, size_t n_values,
                                 struct tfeed_error *reterr)
{
    char text[QUEUE_LIST_TEXT_BYTES];
    if (queue->names == NULL)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "%s '%s' must have names for components to be given by name",
                        queue->policy->kind, queue->name);
    tfi_queue_names_text((const char *const *)queue->names, queue->n_components, text);
    if (n_values != queue->n_components)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "%zu components given by name do not match names of Queue '%s': %s",
                        n_values, queue->name, text);
    for (size_t i = 0; i < n_values; i++) {
        size_t first = 0;
        while (strcmp(values[first].name, values[i].name) != 0)
            first++;
        if (first < i || tfeed_queue_find_component(queue, values[i].name) == queue->n_components)
            return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                            "component '%s'%s does not match names of Queue '%s': %s",
                            values[i].name, first < i ? ", given twice," : "", queue->name, text);
    }
    return TFEED_OK;
}

tfeed_status tfeed_queue_run_named(struct tfeed_queue *queue, enum tfeed_queue_operation operation,
                                   int64_t n, struct tfeed_named_tensor *values, size_t n_values,
                                   int64_t timeout_ms, struct tfeed_error *reterr)
{
    TFI_TRY(check_values(queue, values, n_values, reterr));
    struct tfeed_tensor *components =
        tfi_alloc_zeroed(queue->allocator, n_values, sizeof *components);
    if (components == NULL)
        return tfi_fail_memory(reterr, "components by name");
    for (size_t i = 0; i < n_values; i++)
        components[tfeed_queue_find_component(queue, values[i].name)] = values[i].tensor;

    struct tfeed_attempt attempt = {.operation = operation, .n = n, .components = components};
    const tfeed_status status = tfeed_queue_run_timed(queue, &attempt, timeout_ms, reterr);
    for (size_t i = 0; attempt_dequeues(&attempt) && i < n_values; i++)
        values[i].tensor = components[tfeed_queue_find_component(queue, values[i].name)];
    tfi_free(queue->allocator, components);
    return status;
}

/* --- one of several ------------------------------------------------------------------------ */

static bool same_names(const struct tfeed_queue *a, const struct tfeed_queue *b)
{
    for (size_t i = 0; i < a->n_components; i++) {
        const char *name = tfeed_queue_component_name(a, i);
        const char *other = tfeed_queue_component_name(b, i);
        if (name == NULL || other == NULL ? name != other : strcmp(name, other) != 0)
            return false;
    }
    return true;
}

static tfeed_status check_list(struct tfeed_queue *const *queues, size_t n_queues,
                               struct tfeed_error *reterr)
{
    if (n_queues == 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "a list of queues is expected, got none");
    const struct tfeed_queue *first = queues[0];
    for (size_t i = 1; i < n_queues; i++) {
        const struct tfeed_queue *queue = queues[i];
        if (queue->n_components != first->n_components ||
            memcmp(queue->dtypes, first->dtypes, first->n_components * sizeof *first->dtypes) != 0)
            return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                            "queues '%s' and '%s' do not have matching component dtypes",
                            first->name, queue->name);
        if (!same_names(queue, first))
            return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                            "queues '%s' and '%s' do not have matching component names",
                            first->name, queue->name);
    }
    return TFEED_OK;
}

/* What two shapes have in common stays in `shape`. */
static void merge_shape(struct tfeed_shape *shape, const struct tfeed_shape *other)
{
    if (shape->n_dims != other->n_dims)
        *shape = (struct tfeed_shape){.n_dims = TFEED_RANK_UNKNOWN};
    for (int32_t d = 0; d < shape->n_dims; d++)
        if (shape->dims[d] != other->dims[d])
            shape->dims[d] = TFEED_DIM_UNKNOWN;
}

tfeed_status tfeed_queue_from_list(struct tfeed_queue *const *queues, size_t n_queues,
                                   int64_t index, struct tfeed_queue **ret_queue,
                                   struct tfeed_shape *ret_shapes, struct tfeed_error *reterr)
{
    TFI_TRY(check_list(queues, n_queues, reterr));
    if (index < 0 || (uint64_t)index >= n_queues)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "index %lld is not in [0, %zu)",
                        (long long)index, n_queues);
    for (size_t i = 0; ret_shapes != NULL && i < queues[0]->n_components; i++) {
        ret_shapes[i] = tfeed_queue_shape(queues[0], i);
        for (size_t q = 1; q < n_queues; q++) {
            const struct tfeed_shape other = tfeed_queue_shape(queues[q], i);
            merge_shape(&ret_shapes[i], &other);
        }
    }
    *ret_queue = queues[(size_t)index];
    return TFEED_OK;
}
