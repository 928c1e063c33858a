/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * sparse_pack.c - sparse elements as strings, so that they travel through any queue.
 *
 *    words of 8 bytes:  rank · n_values · dense_shape[rank] · indices[n_values][rank] · values
 *    values:            numbers as they are, padded to a word; strings: n_values lengths, then the
 *                       bytes, padded
 *
 * The strings of one evaluation share a block. When a batch is put together, string values become
 * views into those blocks: they are copied once, on the way in.
 *
 * A packed element is read with care: a queue that is shared by name may hold strings of others.
 */
#include <inttypes.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "core/block_internal.h"
#include "core/error_internal.h"
#include "core/tensor_internal.h"
#include "pipeline/batcher_private.h"

enum { WORD_BYTES = 8, HEADER_WORDS = 2 };

static size_t round_up_to_word(size_t n_bytes)
{
    return (n_bytes + WORD_BYTES - 1) / WORD_BYTES * WORD_BYTES;
}

/* --- in ------------------------------------------------------------------------------------ */

/* A sparse tensor that has been checked. */
struct sparse {
    const struct tfi_component *component;
    int64_t rank;
    int64_t n_values;
    const int64_t *indices; /* [n_values][rank] */
    const struct tfeed_tensor *values;
    const int64_t *dense_shape; /* [rank] */
    int64_t n_leading;          /* dimensions that are left out of an element: 1 for rows, else 0 */
};

/* Values first … end - 1 of a sparse tensor: one element. */
struct range {
    int64_t first;
    int64_t end;
};

static tfeed_status check_sparse(const struct tfi_component *component,
                                 const struct tfeed_tensor *tensors, bool gives_rows,
                                 struct sparse *ret_sparse, struct tfeed_error *reterr)
{
    const struct tfeed_tensor *indices = &tensors[TFEED_SPARSE_INDICES];
    const struct tfeed_tensor *values = &tensors[TFEED_SPARSE_VALUES];
    const struct tfeed_tensor *dense_shape = &tensors[TFEED_SPARSE_DENSE_SHAPE];
    if (indices->dtype != TFEED_INT64 || dense_shape->dtype != TFEED_INT64 ||
        values->dtype != component->dtype)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "a sparse component has int64 indices, %s values and an int64 dense_shape, "
                        "not %s, %s and %s",
                        tfeed_dtype_name(component->dtype), tfeed_dtype_name(indices->dtype),
                        tfeed_dtype_name(values->dtype), tfeed_dtype_name(dense_shape->dtype));
    if (indices->shape.n_dims != 2 || values->shape.n_dims != 1 || dense_shape->shape.n_dims != 1 ||
        indices->shape.dims[0] != values->shape.dims[0] ||
        indices->shape.dims[1] != dense_shape->shape.dims[0])
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "a sparse component has indices [n, rank], values [n] and a dense_shape "
                        "[rank]");
    *ret_sparse = (struct sparse){.component = component,
                                  .rank = dense_shape->shape.dims[0],
                                  .n_values = values->shape.dims[0],
                                  .indices = tfeed_tensor_int64s(indices),
                                  .values = values,
                                  .dense_shape = tfeed_tensor_int64s(dense_shape),
                                  .n_leading = gives_rows ? 1 : 0};
    const int64_t element_rank = ret_sparse->rank - ret_sparse->n_leading;
    if (element_rank < 0 ||
        (component->shape.n_dims >= 0 && element_rank != component->shape.n_dims))
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "a sparse element has %" PRId64 " dimensions, expected %d", element_rank,
                        (int)component->shape.n_dims);
    return TFEED_OK;
}

/* The values of the next row, which begin at `first`: indices come in the order of the rows. */
static tfeed_status find_row(const struct sparse *sparse, int64_t row, int64_t first,
                             struct range *ret_range, struct tfeed_error *reterr)
{
    int64_t end = first;
    while (end < sparse->n_values && sparse->indices[end * sparse->rank] == row)
        end++;
    if (end < sparse->n_values && (sparse->indices[end * sparse->rank] < row ||
                                   sparse->indices[end * sparse->rank] >= sparse->dense_shape[0]))
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "the indices of sparse rows must rise, and stay below %" PRId64 ": %" PRId64
                        " comes after row %" PRId64,
                        sparse->dense_shape[0], sparse->indices[end * sparse->rank], row);
    *ret_range = (struct range){.first = first, .end = end};
    return TFEED_OK;
}

static size_t packed_bytes(const struct sparse *sparse, const struct range *range)
{
    const size_t rank = (size_t)(sparse->rank - sparse->n_leading);
    const size_t n = (size_t)(range->end - range->first);
    size_t n_bytes = (HEADER_WORDS + rank + n * rank) * WORD_BYTES;
    if (sparse->component->dtype != TFEED_STRING)
        return n_bytes + round_up_to_word(n * tfeed_dtype_size(sparse->component->dtype));
    n_bytes += n * WORD_BYTES;
    for (int64_t i = range->first; i < range->end; i++)
        n_bytes += tfeed_tensor_strings(sparse->values)[i].len;
    return round_up_to_word(n_bytes);
}

static uint8_t *put_words(uint8_t *to, const int64_t *words, size_t n)
{
    if (n > 0)
        memcpy(to, words, n * WORD_BYTES);
    return to + n * WORD_BYTES;
}

static uint8_t *put_values(uint8_t *to, const struct sparse *sparse, const struct range *range)
{
    const size_t n = (size_t)(range->end - range->first);
    const size_t n_bytes = n * tfeed_dtype_size(sparse->component->dtype);
    if (sparse->component->dtype != TFEED_STRING) {
        const uint8_t *values = sparse->values->data;
        if (n_bytes > 0)
            memcpy(to, values + (size_t)range->first * (n_bytes / n), n_bytes);
        return to + n_bytes;
    }
    const struct tfeed_bytes *strings = tfeed_tensor_strings(sparse->values) + range->first;
    for (size_t i = 0; i < n; i++)
        to = put_words(to, &(int64_t){(int64_t)strings[i].len}, 1);
    for (size_t i = 0; i < n; i++) {
        if (strings[i].len > 0)
            memcpy(to, strings[i].data, strings[i].len);
        to += strings[i].len;
    }
    return to;
}

/* Writes packed_bytes. */
static void pack_range(uint8_t *to, const struct sparse *sparse, const struct range *range)
{
    uint8_t *const end = to + packed_bytes(sparse, range);
    const int64_t rank = sparse->rank - sparse->n_leading;
    to = put_words(to, (int64_t[]){rank, range->end - range->first}, HEADER_WORDS);
    to = put_words(to, sparse->dense_shape + sparse->n_leading, (size_t)rank);
    for (int64_t i = range->first; i < range->end; i++)
        to = put_words(to, sparse->indices + i * sparse->rank + sparse->n_leading, (size_t)rank);
    to = put_values(to, sparse, range);
    memset(to, 0, (size_t)(end - to));
}

/* Finds the elements, ranges[n_rows], and what they take; returns how many there are. */
static tfeed_status find_elements(const struct sparse *sparse, const bool *keep,
                                  struct range *ranges, int64_t n_rows, int64_t *ret_n,
                                  size_t *ret_n_bytes, struct tfeed_error *reterr)
{
    int64_t next = 0;
    *ret_n = 0;
    *ret_n_bytes = 0;
    for (int64_t row = 0; row < n_rows; row++) {
        struct range range = {.first = 0, .end = sparse->n_values};
        if (sparse->n_leading > 0)
            TFI_TRY(find_row(sparse, row, next, &range, reterr));
        next = range.end;
        if (keep != NULL && !keep[row])
            continue;
        ranges[(*ret_n)++] = range;
        *ret_n_bytes += packed_bytes(sparse, &range);
    }
    return TFEED_OK;
}

static tfeed_status pack_elements(const struct tfeed_allocator *allocator,
                                  const struct sparse *sparse, const struct range *ranges,
                                  int64_t n, size_t n_bytes, struct tfeed_tensor *ret_packed,
                                  struct tfeed_error *reterr)
{
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    const struct tfeed_shape shape = sparse->n_leading > 0 ? tfeed_shape_vector(n) : scalar;
    struct tfeed_block *block = NULL;
    uint8_t *to = NULL;
    TFI_TRY(tfeed_tensor_alloc(TFEED_STRING, &shape, allocator, ret_packed, reterr));
    if (n == 0)
        return TFEED_OK;
    const tfeed_status status = tfi_block_alloc(allocator, n_bytes, &block, &to, reterr);
    if (status != TFEED_OK) {
        tfeed_tensor_clear(ret_packed);
        return status;
    }
    tfi_block_ref_n(block, (size_t)n - 1);
    for (int64_t i = 0; i < n; i++) {
        const size_t len = packed_bytes(sparse, &ranges[i]);
        pack_range(to, sparse, &ranges[i]);
        tfeed_tensor_strings(ret_packed)[i] =
            (struct tfeed_bytes){.data = to, .len = len, .block = block};
        to += len;
    }
    return TFEED_OK;
}

tfeed_status tfi_sparse_pack(const struct tfeed_allocator *allocator,
                             const struct tfi_component *component,
                             const struct tfeed_tensor *sparse, bool gives_rows, const bool *keep,
                             struct tfeed_tensor *ret_packed, struct tfeed_error *reterr)
{
    struct sparse checked;
    TFI_TRY(check_sparse(component, sparse, gives_rows, &checked, reterr));
    const int64_t n_rows = gives_rows ? checked.dense_shape[0] : 1;
    if (n_rows < 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "a sparse component has %" PRId64 " rows",
                        n_rows);
    struct range *ranges = tfi_alloc_array(allocator, (size_t)n_rows, sizeof *ranges);
    if (ranges == NULL)
        return tfi_fail_memory(reterr, "sparse elements");
    int64_t n = 0;
    size_t n_bytes = 0;
    tfeed_status status = find_elements(&checked, keep, ranges, n_rows, &n, &n_bytes, reterr);
    if (status == TFEED_OK)
        status = pack_elements(allocator, &checked, ranges, n, n_bytes, ret_packed, reterr);
    tfi_free(allocator, ranges);
    return status;
}

/* --- out ----------------------------------------------------------------------------------- */

/* A packed element that has been checked. */
struct packed {
    int64_t rank;
    int64_t n_values;
    const uint8_t *dense_shape;
    const uint8_t *indices;
    const uint8_t *values;
};

static int64_t word_at(const uint8_t *words, int64_t i)
{
    int64_t word;
    memcpy(&word, words + (size_t)i * WORD_BYTES, sizeof word);
    return word;
}

/* Whether the lengths of n strings, and their bytes, fit into n_bytes. */
static bool strings_fit(const uint8_t *values, int64_t n, size_t n_bytes)
{
    if ((size_t)n > n_bytes / WORD_BYTES)
        return false;
    size_t n_left = n_bytes - (size_t)n * WORD_BYTES;
    for (int64_t i = 0; i < n; i++) {
        const int64_t len = word_at(values, i);
        if (len < 0 || (size_t)len > n_left)
            return false;
        n_left -= (size_t)len;
    }
    return true;
}

static bool open_packed(const struct tfeed_bytes *bytes, enum tfeed_dtype dtype,
                        struct packed *ret_packed)
{
    if (bytes->len < HEADER_WORDS * WORD_BYTES)
        return false;
    const size_t n_words = bytes->len / WORD_BYTES - HEADER_WORDS;
    const int64_t rank = word_at(bytes->data, 0);
    const int64_t n = word_at(bytes->data, 1);
    if (rank < 0 || n < 0 || (size_t)rank > n_words ||
        (rank > 0 && (size_t)n > (n_words - (size_t)rank) / (size_t)rank))
        return false;
    *ret_packed = (struct packed){.rank = rank, .n_values = n};
    ret_packed->dense_shape = bytes->data + HEADER_WORDS * WORD_BYTES;
    ret_packed->indices = ret_packed->dense_shape + (size_t)rank * WORD_BYTES;
    ret_packed->values = ret_packed->indices + (size_t)(n * rank) * WORD_BYTES;
    const size_t n_bytes = bytes->len - (size_t)(ret_packed->values - bytes->data);
    return dtype == TFEED_STRING ? strings_fit(ret_packed->values, n, n_bytes)
                                 : (size_t)n <= n_bytes / tfeed_dtype_size(dtype);
}

/* What the elements of a batch come to. */
struct totals {
    int64_t rank; /* of an element */
    int64_t n_values;
};

static tfeed_status add_up(const struct tfi_component *component,
                           const struct tfeed_bytes *elements, int64_t n, struct totals *ret_totals,
                           struct tfeed_error *reterr)
{
    struct packed packed;
    *ret_totals = (struct totals){.rank = component->shape.n_dims};
    for (int64_t i = 0; i < n; i++) {
        if (!open_packed(&elements[i], component->dtype, &packed))
            return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                            "an element of the queue is no packed sparse %s tensor",
                            tfeed_dtype_name(component->dtype));
        if (ret_totals->rank < 0)
            ret_totals->rank = packed.rank;
        if (packed.rank != ret_totals->rank)
            return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                            "sparse elements of one batch have %" PRId64 " and %" PRId64
                            " dimensions",
                            ret_totals->rank, packed.rank);
        ret_totals->n_values += packed.n_values;
    }
    if (ret_totals->rank < 0)
        ret_totals->rank = 0; /* an empty batch of an unknown rank */
    return TFEED_OK;
}

static tfeed_status renew_columns(const struct tfeed_allocator *allocator, enum tfeed_dtype dtype,
                                  const struct totals *totals, struct tfeed_tensor *columns,
                                  struct tfeed_error *reterr)
{
    const struct tfeed_shape indices = tfeed_shape_matrix(totals->n_values, totals->rank + 1);
    const struct tfeed_shape values = tfeed_shape_vector(totals->n_values);
    const struct tfeed_shape dense_shape = tfeed_shape_vector(totals->rank + 1);
    TFI_TRY(
        tfi_tensor_renew(&columns[TFEED_SPARSE_INDICES], TFEED_INT64, &indices, allocator, reterr));
    TFI_TRY(tfi_tensor_renew(&columns[TFEED_SPARSE_VALUES], dtype, &values, allocator, reterr));
    return tfi_tensor_renew(&columns[TFEED_SPARSE_DENSE_SHAPE], TFEED_INT64, &dense_shape,
                            allocator, reterr);
}

static void take_strings(const struct tfeed_bytes *element, const struct packed *packed,
                         struct tfeed_bytes *strings)
{
    const uint8_t *bytes = packed->values + (size_t)packed->n_values * WORD_BYTES;
    tfi_block_ref_n(element->block, (size_t)packed->n_values);
    for (int64_t i = 0; i < packed->n_values; i++) {
        const size_t len = (size_t)word_at(packed->values, i);
        strings[i] = (struct tfeed_bytes){.data = bytes, .len = len, .block = element->block};
        bytes += len;
    }
}

/* Copies the element of one row behind the `n_before` values that there are. */
static void take_element(const struct tfeed_bytes *element, const struct packed *packed,
                         int64_t row, int64_t n_before, struct tfeed_tensor *columns)
{
    const int64_t rank = packed->rank;
    int64_t *indices = tfeed_tensor_int64s(&columns[TFEED_SPARSE_INDICES]) + n_before * (rank + 1);
    for (int64_t i = 0; i < packed->n_values; i++) {
        *indices++ = row;
        for (int64_t d = 0; d < rank; d++)
            *indices++ = word_at(packed->indices, i * rank + d);
    }
    int64_t *dense_shape = tfeed_tensor_int64s(&columns[TFEED_SPARSE_DENSE_SHAPE]) + 1;
    for (int64_t d = 0; d < rank; d++)
        if (word_at(packed->dense_shape, d) > dense_shape[d])
            dense_shape[d] = word_at(packed->dense_shape, d);
    struct tfeed_tensor *values = &columns[TFEED_SPARSE_VALUES];
    const size_t value_bytes = tfeed_dtype_size(values->dtype);
    if (values->dtype == TFEED_STRING)
        take_strings(element, packed, tfeed_tensor_strings(values) + n_before);
    else if (packed->n_values > 0)
        memcpy((uint8_t *)values->data + (size_t)n_before * value_bytes, packed->values,
               (size_t)packed->n_values * value_bytes);
}

tfeed_status tfi_sparse_unpack(const struct tfeed_allocator *allocator,
                               const struct tfi_component *component,
                               const struct tfeed_tensor *packed, struct tfeed_tensor *columns,
                               struct tfeed_error *reterr)
{
    const struct tfeed_bytes *elements = tfeed_tensor_strings(packed);
    const int64_t n = tfeed_tensor_n_elements(packed);
    struct totals totals;
    TFI_TRY(add_up(component, elements, n, &totals, reterr));
    TFI_TRY(renew_columns(allocator, component->dtype, &totals, columns, reterr));
    int64_t *dense_shape = tfeed_tensor_int64s(&columns[TFEED_SPARSE_DENSE_SHAPE]);
    memset(dense_shape, 0, (size_t)(totals.rank + 1) * sizeof *dense_shape);
    dense_shape[0] = n;
    int64_t n_before = 0;
    for (int64_t row = 0; row < n; row++) {
        struct packed element;
        if (!open_packed(&elements[row], component->dtype, &element))
            continue; /* was checked */
        take_element(&elements[row], &element, row, n_before, columns);
        n_before += element.n_values;
    }
    return TFEED_OK;
}
