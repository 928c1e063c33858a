/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * list.c - rows of any length: growing, appending, finishing.
 *
 * A list that must grow doubles, so that a value is moved once on average, and batches like the
 * last one move nothing.
 */
#include "features/list_private.h"

#include "core/block_internal.h"
#include "core/tensor_internal.h"
#include "features/wire_private.h"

enum { MIN_VALUES = 64, MIN_ROWS = 16 };

void tfi_list_init(struct tfi_list *list, enum tfeed_dtype dtype,
                   const struct tfeed_allocator *allocator)
{
    *list = (struct tfi_list){
        .allocator = allocator, .dtype = dtype, .decode = tfi_varint_run_variant(tfi_cpu_level())};
}

void tfi_list_clear(struct tfi_list *list)
{
    tfeed_tensor_clear(&list->values);
    tfeed_tensor_clear(&list->row_splits);
}

bool tfi_list_start(struct tfi_list *list, size_t n_rows)
{
    const size_t row_capacity = n_rows > list->row_capacity ? n_rows : list->row_capacity;
    struct tfeed_shape shape = tfeed_shape_vector((int64_t)row_capacity + 1);
    list->n = 0;
    list->n_rows = 0;
    list->n_touched = 0;
    list->row_capacity = 0;
    list->splits = NULL;
    list->data = NULL;
    if (tfi_tensor_renew(&list->row_splits, TFEED_INT64, &shape, list->allocator, NULL) != TFEED_OK)
        return false;
    list->row_capacity = row_capacity;
    list->splits = tfeed_tensor_int64s(&list->row_splits);
    list->splits[0] = 0;
    shape = tfeed_shape_vector((int64_t)list->capacity);
    if (tfi_tensor_renew(&list->values, list->dtype, &shape, list->allocator, NULL) != TFEED_OK) {
        list->capacity = 0;
        return false;
    }
    list->data = list->values.data;
    return true;
}

/* The capacity that holds n, at least twice the old one. */
static size_t larger_capacity(size_t capacity, size_t n, size_t smallest)
{
    const size_t twice = capacity > SIZE_MAX / 2 ? n : 2 * capacity;
    const size_t larger = twice > n ? twice : n;
    return larger > smallest ? larger : smallest;
}

/* A buffer of a larger capacity that begins with n elements. */
static bool alloc_larger(enum tfeed_dtype dtype, size_t capacity, const void *elements, size_t n,
                         const struct tfeed_allocator *allocator, struct tfeed_tensor *ret_larger)
{
    const struct tfeed_shape shape = tfeed_shape_vector((int64_t)capacity);
    if (tfeed_tensor_alloc(dtype, &shape, allocator, ret_larger, NULL) != TFEED_OK)
        return false;
    if (n > 0)
        memcpy(ret_larger->data, elements, n * tfeed_dtype_size(dtype));
    return true;
}

/* Empties the strings from the n-th on: what was written there was a view that is not counted. */
static void empty_strings(struct tfi_list *list, size_t n)
{
    const size_t n_touched = list->n_touched > list->n ? list->n_touched : list->n;
    if (list->dtype == TFEED_STRING && n_touched > n)
        memset((struct tfeed_bytes *)(void *)list->data + n, 0,
               (n_touched - n) * sizeof(struct tfeed_bytes));
}

bool tfi_list_grow(struct tfi_list *list, size_t n_more)
{
    size_t n;
    struct tfeed_tensor larger;
    if (__builtin_add_overflow(list->n, n_more, &n))
        return false;
    const size_t capacity = larger_capacity(list->capacity, n, MIN_VALUES);
    if (!alloc_larger(list->dtype, capacity, list->data, list->n, list->allocator, &larger))
        return false;
    empty_strings(list, 0); /* they have moved: the old buffer gives no block back */
    tfeed_tensor_clear(&list->values);
    list->values = larger;
    list->data = larger.data;
    list->capacity = capacity;
    list->n_touched = list->n;
    return true;
}

bool tfi_list_grow_rows(struct tfi_list *list, size_t n_more)
{
    size_t n;
    struct tfeed_tensor larger;
    if (__builtin_add_overflow(list->n_rows, n_more, &n) || n >= INT64_MAX)
        return false;
    const size_t capacity = larger_capacity(list->row_capacity, n, MIN_ROWS);
    if (!alloc_larger(TFEED_INT64, capacity + 1, list->splits, list->n_rows + 1, list->allocator,
                      &larger))
        return false;
    tfeed_tensor_clear(&list->row_splits);
    list->row_splits = larger;
    list->splits = tfeed_tensor_int64s(&larger);
    list->row_capacity = capacity;
    return true;
}

void tfi_list_finish(struct tfi_list *list, size_t n_rows)
{
    if (list->splits == NULL || list->data == NULL)
        return;
    const size_t n = (size_t)list->splits[n_rows];
    empty_strings(list, n);
    if (list->dtype == TFEED_STRING)
        tfi_bytes_ref_n((const struct tfeed_bytes *)(const void *)list->data, n);
    list->n = n;
    list->n_touched = n;
    list->n_rows = n_rows;
    list->values.shape = tfeed_shape_vector((int64_t)n);
    list->row_splits.shape = tfeed_shape_vector((int64_t)n_rows + 1);
}

/* ---------------------------------------------------------------- appending */

/* Bytes that end a varint. */
static size_t count_varints(struct tfi_chunk chunk)
{
    size_t n = 0;
    for (size_t i = 0; i < chunk.len; i++)
        n += chunk.data[i] < 0x80;
    return n;
}

/* Room is there for a value a byte, or made for as many values as there are. */
static enum tfi_append append_varints(struct tfi_list *list, struct tfi_chunk chunk)
{
    size_t n;
    if (list->capacity - list->n < chunk.len + TFI_VARINT_RUN_SLACK &&
        !tfi_list_reserve(list, count_varints(chunk) + TFI_VARINT_RUN_SLACK))
        return TFI_APPEND_NO_MEMORY;
    if (!list->decode(chunk.data, chunk.data + chunk.len, (int64_t *)(void *)list->data + list->n,
                      &n))
        return TFI_APPEND_MALFORMED;
    list->n += n;
    return TFI_APPEND_OK;
}

static enum tfi_append append_floats(struct tfi_list *list, struct tfi_chunk chunk)
{
    const size_t n = chunk.len / sizeof(float);
    if (chunk.len % sizeof(float) != 0)
        return TFI_APPEND_MALFORMED;
    if (!tfi_list_reserve(list, n))
        return TFI_APPEND_NO_MEMORY;
    memcpy((float *)(void *)list->data + list->n, chunk.data, chunk.len);
    list->n += n;
    return TFI_APPEND_OK;
}

static enum tfi_append append_string(struct tfi_list *list, struct tfi_chunk chunk,
                                     struct tfeed_block *block)
{
    if (!tfi_list_reserve(list, 1))
        return TFI_APPEND_NO_MEMORY;
    ((struct tfeed_bytes *)(void *)list->data)[list->n++] =
        (struct tfeed_bytes){chunk.data, chunk.len, block};
    return TFI_APPEND_OK;
}

enum tfi_append tfi_list_append(struct tfi_list *list, struct tfi_chunk chunk,
                                struct tfeed_block *block)
{
    if (list->dtype == TFEED_INT64)
        return append_varints(list, chunk);
    if (list->dtype == TFEED_FLOAT)
        return append_floats(list, chunk);
    return append_string(list, chunk, block);
}

enum tfi_append tfi_list_append_feature(struct tfi_list *list, struct tfi_feature_values *values,
                                        struct tfeed_block *block)
{
    struct tfi_chunk chunk;
    enum tfi_next next;
    while ((next = tfi_feature_values_next(values, &chunk)) == TFI_NEXT_CHUNK) {
        const enum tfi_append append = tfi_list_append(list, chunk, block);
        if (append != TFI_APPEND_OK)
            return append;
    }
    return next == TFI_NEXT_END ? TFI_APPEND_OK : TFI_APPEND_MALFORMED;
}

enum tfi_append tfi_list_append_ordinary(struct tfi_list *list, struct tfi_chunk message,
                                         struct tfeed_block *block)
{
    const uint8_t *at = message.data;
    const uint8_t *end = message.data + message.len;
    while (at < end) {
        uint64_t len;
        if (*at != TFI_WIRE_LEN_TAG(TFI_FIELD_LIST_VALUE))
            return TFI_APPEND_MALFORMED;
        at = tfi_wire_varint(at + 1, end, &len);
        if (at == NULL || len > (uint64_t)(end - at))
            return TFI_APPEND_MALFORMED;
        const enum tfi_append append =
            tfi_list_append(list, (struct tfi_chunk){at, (size_t)len}, block);
        if (append != TFI_APPEND_OK)
            return append;
        at += len;
    }
    return TFI_APPEND_OK;
}
