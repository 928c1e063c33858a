/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * queue_columns.c - the memory of a queue: its components by column, in slots.
 *
 * Invariant: every column has room for n_slots rows; after a growth that failed half-way some have
 * more, which does no harm.
 *
 * Threads: the caller's lock.
 */
#include "queues/queue_columns_private.h"

#include <string.h>

#include "core/allocator_internal.h"
#include "core/block_internal.h"
#include "core/error_internal.h"

bool tfi_queue_shape_is_complete(const struct tfeed_shape *shape)
{
    for (int32_t i = 0; i < shape->n_dims; i++)
        if (shape->dims[i] == TFEED_DIM_UNKNOWN)
            return false;
    return shape->n_dims != TFEED_RANK_UNKNOWN;
}

static tfeed_status column_init(struct queue_column *column, enum tfeed_dtype dtype,
                                const struct tfeed_shape *shape)
{
    int64_t n_elements = 0;
    if (shape == NULL || !tfi_queue_shape_is_complete(shape)) {
        column->kind = QUEUE_COLUMN_TENSORS;
        column->row_bytes = sizeof(struct tfeed_tensor);
        return TFEED_OK;
    }
    TFI_TRY(tfeed_shape_n_elements(shape, &n_elements));
    if (__builtin_mul_overflow((size_t)n_elements, tfeed_dtype_size(dtype), &column->row_bytes))
        return TFEED_INVALID_ARGUMENT;
    if (dtype == TFEED_STRING) {
        column->kind = QUEUE_COLUMN_STRINGS;
        column->n_strings = (size_t)n_elements;
    }
    return TFEED_OK;
}

tfeed_status tfi_queue_columns_init(struct queue_columns *columns,
                                    const struct tfeed_allocator *allocator,
                                    const enum tfeed_dtype *dtypes,
                                    const struct tfeed_shape *shapes, size_t n_columns,
                                    struct tfeed_error *reterr)
{
    *columns = (struct queue_columns){.allocator = allocator, .n_columns = n_columns};
    columns->columns = tfi_alloc_zeroed(allocator, n_columns, sizeof *columns->columns);
    if (columns->columns == NULL)
        return tfi_fail_memory(reterr, "a queue's columns");
    size_t total = 0;
    for (size_t i = 0; i < n_columns; i++) {
        struct queue_column *column = &columns->columns[i];
        if (column_init(column, dtypes[i], shapes != NULL ? &shapes[i] : NULL) != TFEED_OK ||
            __builtin_add_overflow(total, column->row_bytes, &total)) {
            tfi_queue_columns_clear(columns);
            return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                            "the shape of component %zu is too large", i);
        }
        column->n_tensors_before = columns->n_tensor_columns;
        if (column->kind == QUEUE_COLUMN_TENSORS)
            columns->n_tensor_columns++;
    }
    return TFEED_OK;
}

void tfi_queue_columns_clear(struct queue_columns *columns)
{
    for (size_t i = 0; columns->columns != NULL && i < columns->n_columns; i++)
        tfi_free(columns->allocator, columns->columns[i].slots);
    tfi_free(columns->allocator, columns->columns);
    *columns = (struct queue_columns){0};
}

size_t tfi_queue_columns_row_bytes(const struct queue_columns *columns)
{
    size_t total = 0;
    for (size_t i = 0; i < columns->n_columns; i++)
        total += columns->columns[i].row_bytes;
    return total;
}

bool tfi_queue_columns_grow(struct queue_columns *columns, size_t n_slots)
{
    for (size_t i = 0; i < columns->n_columns; i++) {
        struct queue_column *column = &columns->columns[i];
        uint8_t *slots =
            tfi_realloc_array(columns->allocator, column->slots, n_slots, column->row_bytes);
        if (slots == NULL)
            return false;
        column->slots = slots;
    }
    columns->n_slots = n_slots;
    return true;
}

void tfi_queue_columns_move(struct queue_columns *columns, size_t to_slot, size_t from_slot,
                            size_t n)
{
    for (size_t i = 0; i < columns->n_columns; i++) {
        const struct queue_column *column = &columns->columns[i];
        memmove(column->slots + to_slot * column->row_bytes,
                column->slots + from_slot * column->row_bytes, n * column->row_bytes);
    }
}

/* --- rows in and out ----------------------------------------------------------------------- */

void tfi_queue_columns_write(struct queue_columns *columns, size_t slot,
                             const struct queue_rows *rows, size_t row, size_t n)
{
    for (size_t i = 0; i < columns->n_columns; i++) {
        const struct queue_column *column = &columns->columns[i];
        memcpy(column->slots + slot * column->row_bytes, rows->columns[i] + row * column->row_bytes,
               n * column->row_bytes);
    }
}

void tfi_queue_columns_read(const struct queue_columns *columns, size_t slot,
                            const struct queue_rows *rows, size_t row, size_t n)
{
    for (size_t i = 0; i < columns->n_columns; i++) {
        const struct queue_column *column = &columns->columns[i];
        memcpy(rows->columns[i] + row * column->row_bytes, column->slots + slot * column->row_bytes,
               n * column->row_bytes);
    }
}

static size_t listed(const uint32_t *slots, enum queue_direction direction, size_t i, size_t n)
{
    return direction == QUEUE_FORWARD ? slots[i] : slots[n - 1 - i];
}

/* Strings are what shuffle queues hold in the first place. With their size known the compiler makes
 * three moves of a copy, where memcpy of some size is a call. */
void tfi_queue_columns_scatter(struct queue_columns *columns, const uint32_t *slots,
                               enum queue_direction direction, const struct queue_rows *rows,
                               size_t row, size_t n)
{
    for (size_t c = 0; c < columns->n_columns; c++) {
        const size_t row_bytes = columns->columns[c].row_bytes;
        uint8_t *to = columns->columns[c].slots;
        const uint8_t *from = rows->columns[c] + row * row_bytes;
        if (row_bytes == sizeof(struct tfeed_bytes)) {
            for (size_t i = 0; i < n; i++)
                memcpy(to + listed(slots, direction, i, n) * sizeof(struct tfeed_bytes),
                       from + i * sizeof(struct tfeed_bytes), sizeof(struct tfeed_bytes));
        } else {
            for (size_t i = 0; i < n; i++)
                memcpy(to + listed(slots, direction, i, n) * row_bytes, from + i * row_bytes,
                       row_bytes);
        }
    }
}

void tfi_queue_columns_gather(const struct queue_columns *columns, const uint32_t *slots,
                              enum queue_direction direction, const struct queue_rows *rows,
                              size_t row, size_t n)
{
    for (size_t c = 0; c < columns->n_columns; c++) {
        const size_t row_bytes = columns->columns[c].row_bytes;
        const uint8_t *from = columns->columns[c].slots;
        uint8_t *to = rows->columns[c] + row * row_bytes;
        if (row_bytes == sizeof(struct tfeed_bytes)) {
            for (size_t i = 0; i < n; i++)
                memcpy(to + i * sizeof(struct tfeed_bytes),
                       from + listed(slots, direction, i, n) * sizeof(struct tfeed_bytes),
                       sizeof(struct tfeed_bytes));
        } else {
            for (size_t i = 0; i < n; i++)
                memcpy(to + i * row_bytes, from + listed(slots, direction, i, n) * row_bytes,
                       row_bytes);
        }
    }
}

/* --- bytes --------------------------------------------------------------------------------- */

static size_t strings_bytes(const struct tfeed_bytes *strings, size_t n)
{
    size_t n_bytes = 0;
    for (size_t i = 0; i < n; i++)
        n_bytes += strings[i].len;
    return n_bytes;
}

size_t tfi_queue_column_bytes(const struct queue_column *column, const uint8_t *rows, size_t n)
{
    if (column->kind == QUEUE_COLUMN_NUMBERS)
        return n * column->row_bytes;
    if (column->kind == QUEUE_COLUMN_STRINGS)
        return strings_bytes((const struct tfeed_bytes *)(const void *)rows, n * column->n_strings);
    size_t n_bytes = 0;
    for (size_t i = 0; i < n; i++) {
        const struct tfeed_tensor *tensor = &((const struct tfeed_tensor *)(const void *)rows)[i];
        const size_t n_elements = (size_t)tfeed_tensor_n_elements(tensor);
        n_bytes += tensor->dtype == TFEED_STRING
                       ? strings_bytes(tfeed_tensor_strings(tensor), n_elements)
                       : n_elements * tfeed_dtype_size(tensor->dtype);
    }
    return n_bytes;
}

/* --- references ---------------------------------------------------------------------------- */

void tfi_queue_column_ref(const struct queue_column *column, const uint8_t *rows, size_t n)
{
    switch (column->kind) {
    case QUEUE_COLUMN_NUMBERS:
        break;
    case QUEUE_COLUMN_STRINGS:
        tfi_bytes_ref_n((const struct tfeed_bytes *)(const void *)rows, n * column->n_strings);
        break;
    case QUEUE_COLUMN_TENSORS:
        for (size_t i = 0; i < n; i++)
            (void)tfeed_tensor_ref(&((const struct tfeed_tensor *)(const void *)rows)[i]);
        break;
    }
}

void tfi_queue_column_unref(const struct queue_column *column, const uint8_t *rows, size_t n)
{
    switch (column->kind) {
    case QUEUE_COLUMN_NUMBERS:
        break;
    case QUEUE_COLUMN_STRINGS:
        tfi_bytes_unref_n((const struct tfeed_bytes *)(const void *)rows, n * column->n_strings);
        break;
    case QUEUE_COLUMN_TENSORS:
        for (size_t i = 0; i < n; i++) {
            struct tfeed_tensor tensor = ((const struct tfeed_tensor *)(const void *)rows)[i];
            tfeed_tensor_clear(&tensor);
        }
        break;
    }
}
