/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * element_feed.c - a feed that evaluates a source: what is kept goes on, sparse components packed.
 *
 *    evaluate ─▶ keep_input: all, none, some rows ─▶ bucket ─▶ components in the queue's order
 *
 * Dense components that are kept whole are passed on as they are. Several feeds share one source.
 *
 * Threads:  a feed belongs to one thread at a time; the source locks for itself.
 */
#include <string.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "pipeline/batcher_private.h"

/* The rows of a component that are kept, for those that are not all. */
struct kept_rows {
    void *data;
    size_t n_bytes;
};

struct element_feed {
    const struct tfeed_allocator *allocator;
    struct tfi_source *source;
    struct tfi_layout *layout;
    struct tfeed_tensor *tensors;    /* [source->n_tensors], empty between calls */
    struct tfeed_tensor *components; /* [n_slots] over them, or over what follows */
    struct tfeed_tensor *packed;     /* [n_slots], sparse ones only; empty between calls */
    struct kept_rows *kept;          /* [n_slots] */
    size_t places[];                 /* [n_slots] */
};

static void release_element(void *object)
{
    struct element_feed *feed = object;
    tfi_clear_tensors(feed->tensors, feed->source->n_tensors);
    tfi_clear_tensors(feed->packed, feed->layout->n_slots);
}

/* --- keep_input ---------------------------------------------------------------------------- */

/* What is kept of an evaluation. */
struct keep {
    bool is_none;
    const bool *rows; /* NULL: all; else [n_rows] */
    int64_t n_rows;
    int64_t n_kept;
};

static tfeed_status find_keep(const struct element_feed *feed, struct keep *ret_keep,
                              struct tfeed_error *reterr)
{
    *ret_keep = (struct keep){.rows = NULL};
    if (!feed->layout->kind.has_keep_input)
        return TFEED_OK;
    const struct tfeed_tensor *input = &feed->tensors[feed->source->n_tensors - 1];
    const bool *flags = input->data;
    if (input->dtype != TFEED_BOOL || input->shape.n_dims > (feed->layout->gives_rows ? 1 : 0))
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "`keep_input` must be a bool scalar, or where rows are enqueued a vector");
    if (input->shape.n_dims == 0) {
        ret_keep->is_none = !flags[0];
        return TFEED_OK;
    }
    ret_keep->rows = flags;
    ret_keep->n_rows = input->shape.dims[0];
    for (int64_t i = 0; i < ret_keep->n_rows; i++)
        ret_keep->n_kept += flags[i] ? 1 : 0;
    ret_keep->is_none = ret_keep->n_kept == 0;
    return TFEED_OK;
}

/* Makes `ret_component` the kept rows of a tensor, in order. Strings are borrowed from it. */
static tfeed_status keep_rows(const struct element_feed *feed, size_t slot,
                              const struct tfeed_tensor *tensor, const struct keep *keep,
                              struct tfeed_tensor *ret_component, struct tfeed_error *reterr)
{
    struct kept_rows *kept = &feed->kept[slot];
    if (tensor->shape.n_dims < 1 || tensor->shape.dims[0] != keep->n_rows)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "component %zu and `keep_input` need the same number of rows", slot);
    const size_t row_bytes = tfi_row_bytes(tensor);
    const size_t n_bytes = row_bytes * (size_t)keep->n_kept;
    if (n_bytes > kept->n_bytes) {
        void *data = tfi_realloc_array(feed->allocator, kept->data, n_bytes, 1);
        if (data == NULL)
            return tfi_fail_memory(reterr, "the rows that are kept");
        *kept = (struct kept_rows){.data = data, .n_bytes = n_bytes};
    }
    uint8_t *to = kept->data;
    const uint8_t *from = tensor->data;
    for (int64_t i = 0; i < keep->n_rows; i++, from += row_bytes)
        if (keep->rows[i] && row_bytes > 0) {
            memcpy(to, from, row_bytes);
            to += row_bytes;
        }
    struct tfeed_shape shape = tensor->shape;
    shape.dims[0] = keep->n_kept;
    *ret_component = tfeed_tensor_borrow(tensor->dtype, &shape, kept->data);
    return TFEED_OK;
}

/* --- components ---------------------------------------------------------------------------- */

static tfeed_status make_component(struct element_feed *feed, size_t slot, const struct keep *keep,
                                   struct tfeed_error *reterr)
{
    const struct tfi_layout *layout = feed->layout;
    const struct tfeed_tensor *tensor = &feed->tensors[feed->places[slot]];
    if (!layout->slots[slot].is_sparse && keep->rows != NULL)
        return keep_rows(feed, slot, tensor, keep, &feed->components[slot], reterr);
    if (!layout->slots[slot].is_sparse) {
        feed->components[slot] = *tensor;
        return TFEED_OK;
    }
    if (keep->rows != NULL &&
        (tensor[TFEED_SPARSE_DENSE_SHAPE].shape.n_dims != 1 ||
         tensor[TFEED_SPARSE_DENSE_SHAPE].shape.dims[0] < 1 ||
         tensor[TFEED_SPARSE_DENSE_SHAPE].dtype != TFEED_INT64 ||
         tfeed_tensor_int64s(&tensor[TFEED_SPARSE_DENSE_SHAPE])[0] != keep->n_rows))
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "component %zu and `keep_input` need the same number of rows", slot);
    TFI_TRY(tfi_sparse_pack(feed->allocator, &layout->slots[slot], tensor, layout->gives_rows,
                            keep->rows, &feed->packed[slot], reterr));
    feed->components[slot] = feed->packed[slot];
    return TFEED_OK;
}

static tfeed_status make_chunk(struct element_feed *feed, struct tfi_chunk *ret_chunk,
                               struct tfeed_error *reterr)
{
    struct keep keep;
    *ret_chunk = (struct tfi_chunk){.components = NULL};
    TFI_TRY(find_keep(feed, &keep, reterr));
    if (keep.is_none)
        return TFEED_OK;
    if (feed->layout->kind.bucketing != TFI_BUCKETS_NONE)
        TFI_TRY(tfi_layout_bucket(feed->layout, &feed->tensors[0], &ret_chunk->bucket, reterr));
    for (size_t i = 0; i < feed->layout->n_slots; i++)
        TFI_TRY(make_component(feed, i, &keep, reterr));
    ret_chunk->components = feed->components;
    return TFEED_OK;
}

static tfeed_status next_element(void *object, struct tfi_chunk *ret_chunk,
                                 struct tfeed_error *reterr)
{
    struct element_feed *feed = object;
    TFI_TRY(tfi_source_evaluate(feed->source, feed->tensors, reterr));
    const tfeed_status status = make_chunk(feed, ret_chunk, reterr);
    if (status != TFEED_OK || ret_chunk->components == NULL)
        release_element(feed);
    return status;
}

/* --- making -------------------------------------------------------------------------------- */

static void free_feed(void *object)
{
    struct element_feed *feed = object;
    if (feed->kept != NULL)
        for (size_t i = 0; i < feed->layout->n_slots; i++)
            tfi_free(feed->allocator, feed->kept[i].data);
    tfi_free(feed->allocator, feed->kept);
    tfi_free(feed->allocator, feed->packed);
    tfi_free(feed->allocator, feed->components);
    tfi_free(feed->allocator, feed->tensors);
    tfi_source_unref(feed->source);
    tfi_layout_unref(feed->layout);
    tfi_free(feed->allocator, feed);
}

tfeed_status tfi_element_feed_new(struct tfi_layout *layout, struct tfi_source *source,
                                  struct tfi_feed *ret_feed, struct tfeed_error *reterr)
{
    static const struct tfi_feed_functions functions = {
        .name = "enqueue", .next = next_element, .release = release_element, .free = free_feed};
    const struct tfeed_allocator *allocator = layout->allocator;
    const size_t n = layout->n_slots;
    struct element_feed *feed =
        tfi_alloc_zeroed(allocator, 1, sizeof *feed + n * sizeof feed->places[0]);
    if (feed == NULL)
        return tfi_fail_memory(reterr, "a batch source");
    feed->allocator = allocator;
    feed->source = tfi_source_ref(source);
    feed->layout = tfi_layout_ref(layout);
    feed->tensors = tfi_alloc_zeroed(allocator, source->n_tensors, sizeof *feed->tensors);
    feed->components = tfi_alloc_zeroed(allocator, n, sizeof *feed->components);
    feed->packed = tfi_alloc_zeroed(allocator, n, sizeof *feed->packed);
    feed->kept = tfi_alloc_zeroed(allocator, n, sizeof *feed->kept);
    tfeed_status status = feed->tensors == NULL || feed->components == NULL ||
                                  feed->packed == NULL || feed->kept == NULL
                              ? tfi_fail_memory(reterr, "a batch source")
                              : tfi_layout_places(layout, source, feed->places, reterr);
    if (status != TFEED_OK) {
        free_feed(feed);
        return status;
    }
    *ret_feed = (struct tfi_feed){.functions = &functions,
                                  .object = feed,
                                  .chunk = layout->gives_rows ? TFI_CHUNK_ROWS : TFI_CHUNK_ELEMENT};
    return TFEED_OK;
}
