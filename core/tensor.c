/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * tensor.c - tensors and the counted buffers behind them.
 *
 *    allocation (64-byte aligned)
 *    ┌─ struct tfeed_buffer, padded to 64 ─┬─ elements ────────────────┐
 *    └──────────────────────────────────────┴─▲─────────────────────────┘
 *                                             tensor.data
 *
 * One allocation holds both, so that a tensor costs one call and its elements start a cache line.
 */
#include "core/tensor_internal.h"

#include <assert.h>
#include <stdatomic.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "core/block_internal.h"
#include "core/error_internal.h"

struct tfeed_buffer {
    _Atomic size_t n_refs;
    const struct tfeed_allocator *allocator;
    size_t n_bytes;   /* of the elements that there is room for */
    size_t n_strings; /* elements that hold blocks; 0 for numbers */
};

static_assert(sizeof(struct tfeed_buffer) <= TFI_ALIGNMENT, "elements follow at TFI_ALIGNMENT");

static void *buffer_data(struct tfeed_buffer *buffer)
{
    return (uint8_t *)buffer + TFI_ALIGNMENT;
}

static void buffer_unref(struct tfeed_buffer *buffer)
{
    /* acquire-release: whoever frees sees all uses by other threads ended */
    if (atomic_fetch_sub_explicit(&buffer->n_refs, 1, memory_order_acq_rel) != 1)
        return;
    tfi_bytes_unref_n(buffer_data(buffer), buffer->n_strings);
    tfi_free(buffer->allocator, buffer);
}

tfeed_status tfeed_tensor_alloc(enum tfeed_dtype dtype, const struct tfeed_shape *shape,
                                const struct tfeed_allocator *allocator,
                                struct tfeed_tensor *ret_tensor, struct tfeed_error *reterr)
{
    const size_t element_bytes = tfeed_dtype_size(dtype);
    char text[TFEED_SHAPE_TEXT_BYTES];
    int64_t n = 0;
    if (element_bytes == 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "a tensor cannot have dtype %d",
                        (int)dtype);
    if (tfeed_shape_n_elements(shape, &n) != TFEED_OK)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "a tensor needs a complete shape of at most %d dimensions, not %s",
                        TFEED_MAX_DIMS, tfeed_shape_format(shape, text));

    struct tfeed_buffer *buffer = NULL;
    size_t bytes;
    if (!__builtin_mul_overflow((size_t)n, element_bytes, &bytes) &&
        !__builtin_add_overflow(bytes, (size_t)TFI_ALIGNMENT, &bytes))
        buffer = tfi_alloc_aligned(allocator, bytes, 1);
    if (buffer == NULL)
        return tfi_fail(reterr, TFEED_RESOURCE_EXHAUSTED, "no memory for a tensor %s%s",
                        tfeed_dtype_name(dtype), tfeed_shape_format(shape, text));

    *buffer = (struct tfeed_buffer){
        .n_refs = 1, .allocator = allocator, .n_bytes = bytes - TFI_ALIGNMENT};
    if (dtype == TFEED_STRING) {
        buffer->n_strings = (size_t)n;
        memset(buffer_data(buffer), 0, bytes - TFI_ALIGNMENT);
    }
    *ret_tensor = (struct tfeed_tensor){
        .dtype = dtype, .shape = *shape, .data = buffer_data(buffer), .buffer = buffer};
    return TFEED_OK;
}

/* True when the buffer is its holder's alone and has room for n elements: then the old ones are
 * given back and it is as new. */
static bool buffer_renew(struct tfeed_buffer *buffer, enum tfeed_dtype dtype, int64_t n)
{
    /* acquire: pairs with the release of those who let go of it, so that all their uses have
     * ended */
    if (atomic_load_explicit(&buffer->n_refs, memory_order_acquire) != 1 ||
        (size_t)n > buffer->n_bytes / tfeed_dtype_size(dtype))
        return false;
    tfi_bytes_unref_n(buffer_data(buffer), buffer->n_strings);
    buffer->n_strings = dtype == TFEED_STRING ? (size_t)n : 0;
    memset(buffer_data(buffer), 0, buffer->n_strings * sizeof(struct tfeed_bytes));
    return true;
}

tfeed_status tfi_tensor_renew(struct tfeed_tensor *tensor, enum tfeed_dtype dtype,
                              const struct tfeed_shape *shape,
                              const struct tfeed_allocator *allocator, struct tfeed_error *reterr)
{
    int64_t n = 0;
    if (tensor->buffer != NULL && tfeed_dtype_size(dtype) > 0 &&
        tfeed_shape_n_elements(shape, &n) == TFEED_OK && buffer_renew(tensor->buffer, dtype, n)) {
        tensor->dtype = dtype;
        tensor->shape = *shape;
        tensor->data = buffer_data(tensor->buffer);
        return TFEED_OK;
    }
    tfeed_tensor_clear(tensor);
    return tfeed_tensor_alloc(dtype, shape, allocator, tensor, reterr);
}

struct tfeed_tensor tfeed_tensor_borrow(enum tfeed_dtype dtype, const struct tfeed_shape *shape,
                                        void *data)
{
    return (struct tfeed_tensor){.dtype = dtype, .shape = *shape, .data = data};
}

struct tfeed_tensor tfeed_tensor_borrow_string(struct tfeed_bytes *storage, const char *text)
{
    *storage = (struct tfeed_bytes){.data = (const uint8_t *)text, .len = strlen(text)};
    return (struct tfeed_tensor){
        .dtype = TFEED_STRING, .shape = TFEED_SHAPE_SCALAR, .data = storage};
}

struct tfeed_tensor tfeed_tensor_ref(const struct tfeed_tensor *tensor)
{
    /* relaxed: the caller has a reference already */
    if (tensor->buffer != NULL)
        atomic_fetch_add_explicit(&tensor->buffer->n_refs, 1, memory_order_relaxed);
    return *tensor;
}

void tfeed_tensor_clear(struct tfeed_tensor *tensor)
{
    if (tensor == NULL)
        return;
    if (tensor->buffer != NULL)
        buffer_unref(tensor->buffer);
    *tensor = (struct tfeed_tensor){.dtype = TFEED_DTYPE_INVALID};
}

int64_t tfeed_tensor_n_elements(const struct tfeed_tensor *tensor)
{
    int64_t n = 0;
    if (tensor->dtype == TFEED_DTYPE_INVALID ||
        tfeed_shape_n_elements(&tensor->shape, &n) != TFEED_OK)
        return 0;
    return n;
}

tfeed_status tfeed_tensor_set_string(struct tfeed_tensor *tensor, int64_t i, const void *data,
                                     size_t len, struct tfeed_error *reterr)
{
    if (tensor->dtype != TFEED_STRING)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "a string cannot be put into a tensor of dtype %s",
                        tfeed_dtype_name(tensor->dtype));
    const int64_t n = tfeed_tensor_n_elements(tensor);
    if (i < 0 || i >= n)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "element %lld is not in a tensor of %lld elements", (long long)i,
                        (long long)n);

    struct tfeed_bytes copy = {.data = (const uint8_t *)"", .len = 0};
    if (len > 0) {
        uint8_t *bytes = NULL;
        TFI_TRY(tfi_block_alloc(tensor->buffer != NULL ? tensor->buffer->allocator : NULL, len,
                                &copy.block, &bytes, reterr));
        memcpy(bytes, data, len);
        copy.data = bytes;
        copy.len = len;
    }
    struct tfeed_bytes *element = &tfeed_tensor_strings(tensor)[i];
    tfeed_block_unref(element->block); /* last: `data` may lie in it */
    *element = copy;
    return TFEED_OK;
}
