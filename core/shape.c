/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * shape.c - extents of tensors: plain values, made, compared, counted and printed.
 */
#include <tfeed/tensor.h>

#include <assert.h>
#include <stdio.h>
#include <string.h>

struct tfeed_shape tfeed_shape_vector(int64_t n)
{
    return (struct tfeed_shape){.n_dims = 1, .dims = {n}};
}

struct tfeed_shape tfeed_shape_matrix(int64_t n_rows, int64_t n_cols)
{
    return (struct tfeed_shape){.n_dims = 2, .dims = {n_rows, n_cols}};
}

struct tfeed_shape tfeed_shape_batch(int64_t n, struct tfeed_shape shape)
{
    assert(shape.n_dims >= 0 && shape.n_dims < TFEED_MAX_DIMS);
    struct tfeed_shape batch = {.n_dims = shape.n_dims + 1, .dims = {n}};
    memcpy(batch.dims + 1, shape.dims, (size_t)shape.n_dims * sizeof shape.dims[0]);
    return batch;
}

bool tfeed_shape_equal(const struct tfeed_shape *a, const struct tfeed_shape *b)
{
    if (a->n_dims != b->n_dims)
        return false;
    for (int32_t i = 0; i < a->n_dims; i++) {
        if (a->dims[i] != b->dims[i])
            return false;
    }
    return true;
}

tfeed_status tfeed_shape_n_elements(const struct tfeed_shape *shape, int64_t *ret_n)
{
    if (shape->n_dims < 0 || shape->n_dims > TFEED_MAX_DIMS)
        return TFEED_INVALID_ARGUMENT;
    int64_t n = 1;
    bool is_empty = false, is_too_large = false; /* [huge, huge, 0] is empty: decided at the end */
    for (int32_t i = 0; i < shape->n_dims; i++) {
        if (shape->dims[i] < 0)
            return TFEED_INVALID_ARGUMENT;
        is_empty |= shape->dims[i] == 0;
        is_too_large |= __builtin_mul_overflow(n, shape->dims[i], &n);
    }
    if (is_too_large && !is_empty)
        return TFEED_INVALID_ARGUMENT;
    *ret_n = n;
    return TFEED_OK;
}

char *tfeed_shape_format(const struct tfeed_shape *shape, char text[TFEED_SHAPE_TEXT_BYTES])
{
    size_t len = 0;
    text[len++] = '[';
    for (int32_t i = 0; i < shape->n_dims && i < TFEED_MAX_DIMS; i++) {
        if (i > 0)
            text[len++] = ',';
        if (shape->dims[i] < 0)
            text[len++] = '?';
        else
            len += (size_t)snprintf(text + len, TFEED_SHAPE_TEXT_BYTES - len, "%lld",
                                    (long long)shape->dims[i]);
    }
    text[len++] = ']';
    text[len] = '\0';
    return text;
}
