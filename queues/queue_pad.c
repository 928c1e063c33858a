/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * queue_pad.c - batches of elements of differing extents.
 *
 *    rows [2,1]  [1,3]  of shape [?,?]        batch [2,2,3]
 *
 *         a      c d e                        a . .   c d e
 *         b                                   b . .   . . .
 *
 * An unknown dimension becomes the largest in the batch; each row stands in the first corner of its
 * slice, what is left of the slice is zeros, false or empty strings.
 */
#include "queues/queue_private.h"

#include <string.h>

#include "core/block_internal.h"
#include "core/error_internal.h"
#include "core/tensor_internal.h"

static tfeed_status fail_unequal(const struct tfeed_shape *a, const struct tfeed_shape *b,
                                 struct tfeed_error *reterr)
{
    char text[TFEED_SHAPE_TEXT_BYTES], other[TFEED_SHAPE_TEXT_BYTES];
    return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                    "a batch of components without specified shapes needs equal ones, got %s and "
                    "%s",
                    tfeed_shape_format(a, text), tfeed_shape_format(b, other));
}

tfeed_status tfi_queue_pad_renew(struct tfeed_tensor *batch, const struct tfeed_shape *shape,
                                 const struct tfeed_tensor *rows, size_t n, enum tfeed_dtype dtype,
                                 const struct tfeed_allocator *allocator,
                                 struct tfeed_error *reterr)
{
    struct tfeed_shape widest = shape->n_dims == TFEED_RANK_UNKNOWN ? rows[0].shape : *shape;
    for (size_t i = 1; shape->n_dims == TFEED_RANK_UNKNOWN && i < n; i++)
        if (!tfeed_shape_equal(&rows[i].shape, &widest))
            return fail_unequal(&widest, &rows[i].shape, reterr);
    for (int32_t d = 0; d < shape->n_dims; d++) {
        if (shape->dims[d] != TFEED_DIM_UNKNOWN)
            continue;
        for (size_t i = 0; i < n; i++)
            if (rows[i].shape.dims[d] > widest.dims[d])
                widest.dims[d] = rows[i].shape.dims[d];
    }
    const struct tfeed_shape batch_shape = tfeed_shape_batch((int64_t)n, widest);
    return tfi_tensor_renew(batch, dtype, &batch_shape, allocator, reterr);
}

/* The place of an element in a slice whose extents are dims. The first n_indices indices are given,
 * the others are 0. */
static size_t offset_in(const struct tfeed_shape *slice, const int64_t *indices, int32_t n_indices)
{
    int64_t offset = 0;
    for (int32_t d = 0; d < slice->n_dims; d++)
        offset = offset * slice->dims[d] + (d < n_indices ? indices[d] : 0);
    return (size_t)offset;
}

/* Copies a row with elements, in runs: as long as the row and the slice have the same extents from
 * the innermost outwards, and one dimension further. */
static void copy_to_corner(uint8_t *to, const struct tfeed_shape *slice,
                           const struct tfeed_tensor *row, size_t element_bytes)
{
    const struct tfeed_shape *shape = &row->shape;
    const uint8_t *from = row->data;
    int64_t indices[TFEED_MAX_DIMS] = {0};
    int32_t n_outer = shape->n_dims;
    size_t run_bytes = element_bytes;
    bool is_equal = true;
    while (n_outer > 0 && is_equal) {
        n_outer--;
        run_bytes *= (size_t)shape->dims[n_outer];
        is_equal = shape->dims[n_outer] == slice->dims[n_outer];
    }

    int32_t d;
    do {
        memcpy(to + offset_in(slice, indices, n_outer) * element_bytes, from, run_bytes);
        from += run_bytes;
        for (d = n_outer; d > 0 && ++indices[d - 1] == shape->dims[d - 1]; d--)
            indices[d - 1] = 0;
    } while (d > 0);
}

void tfi_queue_pad_copy(struct tfeed_tensor *batch, const struct tfeed_tensor *rows, size_t n)
{
    const size_t element_bytes = tfeed_dtype_size(batch->dtype);
    const size_t slice_bytes = (size_t)tfeed_tensor_n_elements(batch) / n * element_bytes;
    struct tfeed_shape slice = batch->shape;
    slice.n_dims--;
    memmove(slice.dims, slice.dims + 1, (size_t)slice.n_dims * sizeof slice.dims[0]);

    uint8_t *to = batch->data;
    for (size_t i = 0; i < n; i++, to += slice_bytes) {
        const size_t n_elements = (size_t)tfeed_tensor_n_elements(&rows[i]);
        if (batch->dtype == TFEED_STRING)
            tfi_bytes_ref_n(tfeed_tensor_strings(&rows[i]), n_elements);
        else if (n_elements * element_bytes < slice_bytes)
            memset(to, 0, slice_bytes); /* strings are empty already */
        if (n_elements > 0)
            copy_to_corner(to, &slice, &rows[i], element_bytes);
    }
}
