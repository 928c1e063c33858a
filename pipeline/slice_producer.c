/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * slice_producer.c - slice_input_producer: matching rows of tensors that are in memory.
 *
 *    range producer ─▶ queue of places ─▶ at each evaluation: row `place` of every tensor, a view
 *
 * Threads:  evaluations are concurrent: the queue gives each its own place, the tensors are only
 *           read.
 */
#include <inttypes.h>

#include "core/allocator_internal.h"
#include "core/context_internal.h"
#include "core/error_internal.h"
#include "pipeline/batcher_private.h"

struct slices {
    const struct tfeed_allocator *allocator;
    struct tfeed_queue *places;
    size_t n_tensors;
    struct tfeed_tensor *tensors; /* [n_tensors] */
    enum tfeed_dtype *dtypes;
    struct tfeed_shape *shapes; /* of a row */
};

static void free_slices(void *user_data)
{
    struct slices *slices = user_data;
    if (slices->tensors != NULL)
        tfi_clear_tensors(slices->tensors, slices->n_tensors);
    tfeed_queue_unref(slices->places);
    tfi_free(slices->allocator, slices->tensors);
    tfi_free(slices->allocator, slices->dtypes);
    tfi_free(slices->allocator, slices->shapes);
    tfi_free(slices->allocator, slices);
}

/* A row that holds the buffer of the whole. */
static struct tfeed_tensor row_of(const struct slices *slices, size_t i, int64_t place)
{
    struct tfeed_tensor row = tfeed_tensor_ref(&slices->tensors[i]);
    row.data = (uint8_t *)row.data + (size_t)place * tfi_row_bytes(&row);
    row.shape = slices->shapes[i];
    return row;
}

static tfeed_status give_rows(void *user_data, struct tfeed_tensor *ret_tensors,
                              struct tfeed_error *reterr)
{
    const struct slices *slices = user_data;
    struct tfeed_tensor place = {.dtype = TFEED_DTYPE_INVALID};
    TFI_TRY(tfeed_queue_dequeue(slices->places, &place, reterr));
    const int32_t i_row = tfeed_tensor_int32s(&place)[0];
    tfeed_tensor_clear(&place);
    for (size_t i = 0; i < slices->n_tensors; i++) {
        if (i_row < 0 || i_row >= slices->tensors[i].shape.dims[0])
            return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                            "row %" PRId32 " is not one of the %" PRId64 " of tensor %zu", i_row,
                            slices->tensors[i].shape.dims[0], i);
        ret_tensors[i] = row_of(slices, i, i_row);
    }
    return TFEED_OK;
}

static tfeed_status check_tensors(const struct tfeed_tensor *tensors, size_t n,
                                  struct tfeed_error *reterr)
{
    if (n == 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "Expected at least one tensor in slice_input_producer().");
    for (size_t i = 0; i < n; i++)
        if (tensors[i].shape.n_dims < 1 || tensors[i].shape.dims[0] < tensors[0].shape.dims[0])
            return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                            "tensor %zu of slice_input_producer has fewer rows than the first", i);
    if (tensors[0].shape.dims[0] < 1 || tensors[0].shape.dims[0] > INT32_MAX)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "slice_input_producer needs 1 to %d rows, not %" PRId64, INT32_MAX,
                        tensors[0].shape.dims[0]);
    return TFEED_OK;
}

static tfeed_status make_slices(const struct tfeed_allocator *allocator,
                                const struct tfeed_tensor *tensors, size_t n,
                                struct slices **ret_slices, struct tfeed_error *reterr)
{
    struct slices *slices = tfi_alloc_zeroed(allocator, 1, sizeof *slices);
    if (slices == NULL)
        return tfi_fail_memory(reterr, "slices");
    slices->allocator = allocator;
    slices->n_tensors = n;
    slices->tensors = tfi_alloc_zeroed(allocator, n, sizeof *slices->tensors);
    slices->dtypes = tfi_alloc_array(allocator, n, sizeof *slices->dtypes);
    slices->shapes = tfi_alloc_zeroed(allocator, n, sizeof *slices->shapes);
    if (slices->tensors == NULL || slices->dtypes == NULL || slices->shapes == NULL) {
        free_slices(slices);
        return tfi_fail_memory(reterr, "slices");
    }
    for (size_t i = 0; i < n; i++) {
        slices->tensors[i] = tfeed_tensor_ref(&tensors[i]);
        slices->dtypes[i] = tensors[i].dtype;
        slices->shapes[i] = tfi_row_shape(&tensors[i].shape);
    }
    *ret_slices = slices;
    return TFEED_OK;
}

tfeed_status tfeed_slice_input_producer(struct tfeed_context *context,
                                        const struct tfeed_tensor *tensors, size_t n_tensors,
                                        const struct tfeed_producer_options *options,
                                        struct tfeed_batch_source *ret_source,
                                        struct tfeed_error *reterr)
{
    struct slices *slices = NULL;
    TFI_TRY(check_tensors(tensors, n_tensors, reterr));
    TFI_TRY(make_slices(tfi_context_allocator(context), tensors, n_tensors, &slices, reterr));
    const tfeed_status status = tfeed_range_input_producer(
        context, (int32_t)tensors[0].shape.dims[0], options, &slices->places, reterr);
    if (status != TFEED_OK) {
        free_slices(slices);
        return status;
    }
    *ret_source = (struct tfeed_batch_source){.produce = give_rows,
                                              .user_data = slices,
                                              .free = free_slices,
                                              .dtypes = slices->dtypes,
                                              .shapes = slices->shapes,
                                              .n_components = n_tensors,
                                              .is_concurrent = true};
    return TFEED_OK;
}
