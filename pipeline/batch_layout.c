/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * batch_layout.c - what becomes of an evaluation: which components are queued, in which order, and
 * which one only says where or whether.
 *
 *    components of a source         [which_bucket]  b  a  c  [keep_input]
 *    slots: queued, then columns                    a  b  c                  (sorted, if named)
 *
 * The layout is made from the first source of a join; the others must fit it.
 */
#include <inttypes.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "pipeline/batcher_private.h"

/* --- what stands at the ends --------------------------------------------------------------- */

static size_t first_queued(const struct tfi_batcher_kind *kind)
{
    return kind->bucketing == TFI_BUCKETS_BY_NUMBER ? 1 : 0;
}

/* How many components of a source are queued. */
static size_t n_queued(const struct tfi_batcher_kind *kind, const struct tfi_source *source)
{
    const size_t n_apart = first_queued(kind) + (kind->has_keep_input ? 1 : 0);
    return source->n_components > n_apart ? source->n_components - n_apart : 0;
}

static tfeed_status check_keep_input(const struct tfi_component *keep, bool gives_rows,
                                     struct tfeed_error *reterr)
{
    if (keep->dtype != TFEED_BOOL || keep->is_sparse)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "`keep_input`, the last component, must be bool, not %s%s",
                        keep->is_sparse ? "sparse " : "", tfeed_dtype_name(keep->dtype));
    if (keep->shape.n_dims < 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "`keep_input` dimensions must be known at graph construction.");
    if (keep->shape.n_dims > 1)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "`keep_input` must be 0 or 1 dimensions.");
    if (keep->shape.n_dims == 1 && !gives_rows)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "`keep_input` cannot be a vector when `enqueue_many=False`.");
    return TFEED_OK;
}

static tfeed_status check_bucket_component(const struct tfi_component *component,
                                           struct tfeed_error *reterr)
{
    if ((component->dtype != TFEED_INT32 && component->dtype != TFEED_INT64) ||
        component->is_sparse || component->shape.n_dims > 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "component 0, which says the bucket, must be an int32 or int64 scalar");
    return TFEED_OK;
}

static tfeed_status check_ends(const struct tfi_layout *layout, const struct tfi_source *source,
                               struct tfeed_error *reterr)
{
    const struct tfi_component *last = &source->components[source->n_components - 1];
    if (n_queued(&layout->kind, source) == 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "Expected at least one tensor in %s().",
                        layout->kind.name);
    if (layout->kind.bucketing != TFI_BUCKETS_NONE)
        TFI_TRY(check_bucket_component(&source->components[0], reterr));
    return layout->kind.has_keep_input ? check_keep_input(last, layout->gives_rows, reterr)
                                       : TFEED_OK;
}

/* --- slots --------------------------------------------------------------------------------- */

static tfeed_status check_shape(const struct tfi_component *slot, size_t i, bool dynamic_pad,
                                struct tfeed_error *reterr)
{
    char text[TFEED_SHAPE_TEXT_BYTES];
    if (slot->is_sparse)
        return TFEED_OK; /* travels packed */
    if (slot->shape.n_dims < 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "Cannot infer Tensor's rank: component %zu",
                        i);
    if (slot->shape.n_dims >= TFEED_MAX_DIMS)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "component %zu has %d dimensions, a batch can have %d with its own", i,
                        (int)slot->shape.n_dims, TFEED_MAX_DIMS);
    for (int32_t d = 0; !dynamic_pad && d < slot->shape.n_dims; d++)
        if (slot->shape.dims[d] < 0)
            return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                            "All shapes must be fully defined: component %zu has %s", i,
                            tfeed_shape_format(&slot->shape, text));
    return TFEED_OK;
}

static bool comes_before(const struct tfi_component *a, const struct tfi_component *b)
{
    return a->name != NULL && b->name != NULL && strcmp(a->name, b->name) < 0;
}

/* By name, as a dictionary's keys. The lengths of buckets stay in front. */
static tfeed_status sort_slots(struct tfi_layout *layout, struct tfeed_error *reterr)
{
    const size_t first = layout->kind.bucketing == TFI_BUCKETS_BY_LENGTH ? 1 : 0;
    for (size_t i = first + 1; i < layout->n_slots; i++)
        for (size_t j = i; j > first && comes_before(&layout->slots[j], &layout->slots[j - 1]);
             j--) {
            const struct tfi_component earlier = layout->slots[j];
            layout->slots[j] = layout->slots[j - 1];
            layout->slots[j - 1] = earlier;
        }
    for (size_t i = first + 1; i < layout->n_slots; i++)
        if (layout->slots[i].name != NULL && layout->slots[i - 1].name != NULL &&
            strcmp(layout->slots[i].name, layout->slots[i - 1].name) == 0)
            return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "two components have the name '%s'",
                            layout->slots[i].name);
    return TFEED_OK;
}

static tfeed_status fill_slots(struct tfi_layout *layout, const struct tfeed_batch_options *options,
                               const struct tfi_source *source, struct tfeed_error *reterr)
{
    for (size_t i = 0; i < layout->n_slots; i++) {
        const size_t place = first_queued(&layout->kind) + i;
        const struct tfi_component *component = &source->components[place];
        struct tfi_component *slot = &layout->slots[i];
        *slot = *component;
        if (options->shapes != NULL)
            slot->shape = options->shapes[place];
        slot->name = NULL;
        if (component->name != NULL && (slot->name = tfi_strndup(layout->allocator, component->name,
                                                                 strlen(component->name))) == NULL)
            return tfi_fail_memory(reterr, "a batcher");
        TFI_TRY(check_shape(slot, place, options->dynamic_pad, reterr));
        layout->n_sparse += slot->is_sparse ? 1 : 0;
    }
    return sort_slots(layout, reterr);
}

static tfeed_status copy_buckets(struct tfi_layout *layout,
                                 const struct tfeed_bucket_options *buckets,
                                 struct tfeed_error *reterr)
{
    layout->n_buckets = buckets->n_buckets;
    if (layout->kind.bucketing != TFI_BUCKETS_BY_LENGTH)
        return TFEED_OK;
    layout->n_buckets = buckets->n_boundaries + 1;
    layout->boundaries =
        tfi_alloc_array(layout->allocator, buckets->n_boundaries, sizeof *layout->boundaries);
    if (layout->boundaries == NULL)
        return tfi_fail_memory(reterr, "a batcher");
    memcpy(layout->boundaries, buckets->boundaries,
           buckets->n_boundaries * sizeof *layout->boundaries);
    return TFEED_OK;
}

/* --- making and ending --------------------------------------------------------------------- */

tfeed_status tfi_layout_new(const struct tfeed_allocator *allocator,
                            const struct tfi_batcher_kind *kind,
                            const struct tfeed_batch_options *options,
                            const struct tfeed_bucket_options *buckets,
                            const struct tfi_source *source, struct tfi_layout **ret_layout,
                            struct tfeed_error *reterr)
{
    const size_t n_slots = n_queued(kind, source);
    struct tfi_layout *layout =
        tfi_alloc_zeroed(allocator, 1, sizeof *layout + n_slots * sizeof layout->slots[0]);
    if (layout == NULL)
        return tfi_fail_memory(reterr, "a batcher");
    atomic_init(&layout->n_refs, 1);
    layout->allocator = allocator;
    layout->kind = *kind;
    layout->gives_rows = options->enqueue_many;
    layout->n_slots = n_slots;
    tfeed_status status = check_ends(layout, source, reterr);
    if (status == TFEED_OK)
        status = fill_slots(layout, options, source, reterr);
    if (status == TFEED_OK && buckets != NULL)
        status = copy_buckets(layout, buckets, reterr);
    if (status != TFEED_OK) {
        tfi_layout_unref(layout);
        return status;
    }
    *ret_layout = layout;
    return TFEED_OK;
}

struct tfi_layout *tfi_layout_ref(struct tfi_layout *layout)
{
    /* relaxed: the caller has a reference already */
    atomic_fetch_add_explicit(&layout->n_refs, 1, memory_order_relaxed);
    return layout;
}

void tfi_layout_unref(struct tfi_layout *layout)
{
    /* acquire-release: whoever frees sees all uses by other threads ended */
    if (layout == NULL || atomic_fetch_sub_explicit(&layout->n_refs, 1, memory_order_acq_rel) != 1)
        return;
    for (size_t i = 0; i < layout->n_slots; i++)
        tfi_free(layout->allocator, layout->slots[i].name);
    tfi_free(layout->allocator, layout->boundaries);
    tfi_free(layout->allocator, layout);
}

/* --- the sources of a join ----------------------------------------------------------------- */

static bool shapes_agree(const struct tfeed_shape *a, const struct tfeed_shape *b)
{
    if (a->n_dims < 0 || b->n_dims < 0)
        return true;
    if (a->n_dims != b->n_dims)
        return false;
    for (int32_t d = 0; d < a->n_dims; d++)
        if (a->dims[d] >= 0 && b->dims[d] >= 0 && a->dims[d] != b->dims[d])
            return false;
    return true;
}

static tfeed_status check_fits(const struct tfi_component *slot,
                               const struct tfi_component *component, struct tfeed_error *reterr)
{
    char expected[TFEED_SHAPE_TEXT_BYTES];
    char found[TFEED_SHAPE_TEXT_BYTES];
    if (slot->is_sparse != component->is_sparse)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "All sources must agree on which components are sparse");
    if (slot->dtype != component->dtype)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "Expected types to be consistent: %s vs. %s.",
                        tfeed_dtype_name(slot->dtype), tfeed_dtype_name(component->dtype));
    if (!shapes_agree(&slot->shape, &component->shape))
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "Shapes %s and %s are not compatible",
                        tfeed_shape_format(&slot->shape, expected),
                        tfeed_shape_format(&component->shape, found));
    return TFEED_OK;
}

/* The component of the source that goes into the slot, or n_components. */
static size_t find_component(const struct tfi_layout *layout, size_t slot,
                             const struct tfi_source *source)
{
    const size_t first = first_queued(&layout->kind);
    const char *name = layout->slots[slot].name;
    if (name == NULL)
        return first + slot;
    for (size_t i = first; i < first + layout->n_slots; i++)
        if (source->components[i].name != NULL && strcmp(source->components[i].name, name) == 0)
            return i;
    return source->n_components;
}

static size_t first_tensor(const struct tfi_source *source, size_t component)
{
    size_t n = 0;
    for (size_t i = 0; i < component; i++)
        n += tfi_component_n_tensors(&source->components[i]);
    return n;
}

tfeed_status tfi_layout_places(const struct tfi_layout *layout, const struct tfi_source *source,
                               size_t *places, struct tfeed_error *reterr)
{
    TFI_TRY(check_ends(layout, source, reterr));
    if (n_queued(&layout->kind, source) != layout->n_slots)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "All sources must have the same number of components, %zu, not %zu",
                        layout->n_slots, n_queued(&layout->kind, source));
    for (size_t i = 0; i < layout->n_slots; i++) {
        const size_t component = find_component(layout, i, source);
        if (component == source->n_components ||
            (layout->slots[i].name == NULL && source->components[component].name != NULL))
            return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                            "All dictionaries in a join must have the same keys");
        TFI_TRY(check_fits(&layout->slots[i], &source->components[component], reterr));
        places[i] = first_tensor(source, component);
    }
    return TFEED_OK;
}

/* --- buckets ------------------------------------------------------------------------------- */

static size_t bucket_of_length(const struct tfi_layout *layout, int64_t length)
{
    size_t bucket = 0;
    while (bucket < layout->n_buckets - 1 && length >= layout->boundaries[bucket])
        bucket++;
    return bucket;
}

tfeed_status tfi_layout_bucket(const struct tfi_layout *layout, const struct tfeed_tensor *value,
                               size_t *ret_bucket, struct tfeed_error *reterr)
{
    if ((value->dtype != TFEED_INT32 && value->dtype != TFEED_INT64) || value->shape.n_dims != 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "component 0, which says the bucket, must be an int32 or int64 scalar");
    const int64_t number =
        value->dtype == TFEED_INT32 ? tfeed_tensor_int32s(value)[0] : tfeed_tensor_int64s(value)[0];
    if (layout->kind.bucketing == TFI_BUCKETS_BY_LENGTH) {
        *ret_bucket = bucket_of_length(layout, number);
        return TFEED_OK;
    }
    if (number < 0 || (uint64_t)number >= layout->n_buckets)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "bucket %" PRId64 " is not one of 0 to %zu",
                        number, layout->n_buckets - 1);
    *ret_bucket = (size_t)number;
    return TFEED_OK;
}
