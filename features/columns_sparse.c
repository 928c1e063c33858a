/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * columns_sparse.c - variable and sparse columns in TensorFlow's form: indices, values, dense
 * shape.
 *
 * A sparse column's values and indices are lists of their own in the record; a row is sorted by
 * putting the places of its values in order. Most writers have sorted them: then nothing is moved.
 */
#include <inttypes.h>
#include <stdio.h>

#include "core/allocator_internal.h"
#include "core/block_internal.h"
#include "core/error_internal.h"
#include "core/tensor_internal.h"
#include "features/columns_private.h"
#include "features/example_parser_private.h"

/* A sparse column while its rows are put together. */
struct gathering {
    const struct tfi_column *column;
    const struct tfi_list *values;
    const int64_t *indices[TFI_MAX_PARTS]; /* of all rows */
    size_t *order;                         /* places of the values of a row; NULL: as they are */
    size_t *scratch;
};

static const struct tfi_list *part_list(const struct tfeed_columns *columns, int column, int part)
{
    return &columns->held[columns->schema->columns[column].parts[part].feature].list;
}

tfeed_status tfi_sparse_check_row(const struct tfeed_columns *columns, int column,
                                  const struct tfeed_example_parser *parser,
                                  struct tfeed_error *reterr)
{
    const struct tfi_column *of = &columns->schema->columns[column];
    const size_t n = tfi_list_row_len(tfi_columns_list(columns, column));
    for (int i = 0; i < of->n_parts; i++) {
        const size_t n_indices = tfi_list_row_len(part_list(columns, column, i));
        if (n_indices == n)
            continue;
        char message[TFEED_ERROR_MESSAGE_BYTES];
        (void)snprintf(message, sizeof message,
                       "Column %s: feature %s has %zu indices, feature %s has %zu values; expected "
                       "the same number of rows.",
                       of->name, columns->schema->features[of->parts[i].feature].name, n_indices,
                       columns->schema->features[of->values].name, n);
        return tfi_example_fail(parser, reterr, message);
    }
    return TFEED_OK;
}

/* ------------------------------------------------------------------- sorting */

/* True when the indices of value a come before those of b. */
static bool comes_before(const struct gathering *gathering, size_t a, size_t b)
{
    for (int i = 0; i < gathering->column->n_parts; i++) {
        const int64_t index_a = gathering->indices[i][a];
        const int64_t index_b = gathering->indices[i][b];
        if (index_a != index_b)
            return index_a < index_b;
    }
    return false;
}

static bool is_sorted(const struct gathering *gathering)
{
    const struct tfi_list *values = gathering->values;
    for (size_t row = 0; row < values->n_rows; row++)
        for (int64_t i = values->splits[row] + 1; i < values->splits[row + 1]; i++)
            if (comes_before(gathering, (size_t)i, (size_t)i - 1))
                return false;
    return true;
}

/* Puts the n values from `first` on in order: merges sorted runs, each pass twice as long ones;
 * equal ones keep theirs. */
static void sort_row(struct gathering *gathering, size_t first, size_t n)
{
    for (size_t i = 0; i < n; i++)
        gathering->order[i] = first + i;
    for (size_t run = 1; run < n; run *= 2) {
        const size_t *from = gathering->order;
        size_t *to = gathering->scratch;
        for (size_t start = 0; start < n; start += 2 * run) {
            const size_t middle = n - start < run ? n : start + run;
            const size_t end = n - start < 2 * run ? n : start + 2 * run;
            size_t left = start;
            size_t right = middle;
            for (size_t i = start; i < end; i++) {
                const bool take_right =
                    left == middle ||
                    (right < end && comes_before(gathering, from[right], from[left]));
                to[i] = take_right ? from[right++] : from[left++];
            }
        }
        gathering->scratch = gathering->order;
        gathering->order = to;
    }
}

/* Room to put the longest row in order. */
static tfeed_status reserve_order(struct tfeed_columns *columns, struct gathering *gathering,
                                  struct tfeed_error *reterr)
{
    const size_t longest = (size_t)tfi_list_longest(gathering->values);
    if (longest > columns->order_capacity) {
        size_t *order = tfi_alloc_array(columns->allocator, longest, 2 * sizeof *columns->order);
        if (order == NULL)
            return tfi_fail_memory(reterr, "the order of sparse values");
        tfi_free(columns->allocator, columns->order);
        columns->order = order;
        columns->order_capacity = longest;
    }
    gathering->order = columns->order;
    gathering->scratch = columns->order + columns->order_capacity;
    return TFEED_OK;
}

/* Writes the indices of all values, and where they are sorted the values. */
static void gather_rows(struct gathering *gathering, int64_t *indices, uint8_t *sorted)
{
    const struct tfi_list *values = gathering->values;
    const size_t element_bytes = tfeed_dtype_size(values->dtype);
    for (size_t row = 0; row < values->n_rows; row++) {
        const size_t first = (size_t)values->splits[row];
        const size_t n = (size_t)values->splits[row + 1] - first;
        if (gathering->order != NULL)
            sort_row(gathering, first, n);
        for (size_t i = 0; i < n; i++) {
            const size_t from = gathering->order != NULL ? gathering->order[i] : first + i;
            *indices++ = (int64_t)row;
            for (int k = 0; k < gathering->column->n_parts; k++)
                *indices++ = gathering->indices[k][from];
            if (sorted != NULL)
                memcpy(sorted + (first + i) * element_bytes, values->data + from * element_bytes,
                       element_bytes);
        }
    }
}

tfeed_status tfi_sparse_finish(struct tfeed_columns *columns, int column,
                               struct tfeed_error *reterr)
{
    const struct tfi_column *of = &columns->schema->columns[column];
    struct tfi_made *made = &columns->made[column];
    struct gathering gathering = {.column = of, .values = tfi_columns_list(columns, column)};
    const int64_t total = (int64_t)gathering.values->n;
    for (int i = 0; i < of->n_parts; i++)
        gathering.indices[i] = (const int64_t *)(const void *)part_list(columns, column, i)->data;

    const struct tfeed_shape matrix = tfeed_shape_matrix(total, 1 + of->n_parts);
    const struct tfeed_shape rank = tfeed_shape_vector(1 + of->n_parts);
    const struct tfeed_shape vector = tfeed_shape_vector(total);
    TFI_TRY(tfi_tensor_renew(&made->indices, TFEED_INT64, &matrix, columns->allocator, reterr));
    TFI_TRY(tfi_tensor_renew(&made->dense_shape, TFEED_INT64, &rank, columns->allocator, reterr));
    tfeed_tensor_int64s(&made->dense_shape)[0] = (int64_t)gathering.values->n_rows;
    for (int i = 0; i < of->n_parts; i++)
        tfeed_tensor_int64s(&made->dense_shape)[1 + i] = of->parts[i].size;

    made->values = gathering.values->values;
    if (!of->already_sorted && !is_sorted(&gathering)) {
        TFI_TRY(reserve_order(columns, &gathering, reterr));
        TFI_TRY(tfi_tensor_renew(&made->own, of->dtype, &vector, columns->allocator, reterr));
        made->values = made->own;
    }
    gather_rows(&gathering, tfeed_tensor_int64s(&made->indices),
                gathering.order != NULL ? made->own.data : NULL);
    if (gathering.order != NULL && of->dtype == TFEED_STRING)
        tfi_bytes_ref_n(tfeed_tensor_strings(&made->own), (size_t)total);
    return TFEED_OK;
}

/* -------------------------------------------------------------------- asking */

/* Indices and dense shape of a variable column. */
static tfeed_status index_variable(struct tfeed_columns *columns, int column,
                                   struct tfeed_error *reterr)
{
    const struct tfi_list *list = tfi_columns_list(columns, column);
    struct tfi_made *made = &columns->made[column];
    const struct tfeed_shape matrix = tfeed_shape_matrix((int64_t)list->n, 2);
    const struct tfeed_shape rank = tfeed_shape_vector(2);
    TFI_TRY(tfi_tensor_renew(&made->indices, TFEED_INT64, &matrix, columns->allocator, reterr));
    TFI_TRY(tfi_tensor_renew(&made->dense_shape, TFEED_INT64, &rank, columns->allocator, reterr));
    int64_t *indices = tfeed_tensor_int64s(&made->indices);
    for (size_t row = 0; row < list->n_rows; row++)
        for (int64_t i = 0; i < list->splits[row + 1] - list->splits[row]; i++) {
            *indices++ = (int64_t)row;
            *indices++ = i;
        }
    tfeed_tensor_int64s(&made->dense_shape)[0] = (int64_t)list->n_rows;
    tfeed_tensor_int64s(&made->dense_shape)[1] = tfi_list_longest(list);
    return TFEED_OK;
}

/* Indices and dense shape of one row of n values, the first of which is `first`. */
static tfeed_status index_row(struct tfeed_columns *columns, int column, int64_t first, int64_t n,
                              struct tfeed_error *reterr)
{
    const struct tfi_column *of = &columns->schema->columns[column];
    struct tfi_made *made = &columns->made[column];
    const bool is_variable = of->kind == TFEED_COLUMN_VARIABLE;
    const int rank = is_variable ? 1 : of->n_parts;
    const struct tfeed_shape matrix = tfeed_shape_matrix(n, rank);
    const struct tfeed_shape vector = tfeed_shape_vector(rank);
    TFI_TRY(tfi_tensor_renew(&made->row_indices, TFEED_INT64, &matrix, columns->allocator, reterr));
    TFI_TRY(tfi_tensor_renew(&made->row_shape, TFEED_INT64, &vector, columns->allocator, reterr));
    int64_t *indices = tfeed_tensor_int64s(&made->row_indices);
    for (int64_t i = 0; i < n; i++)
        for (int k = 0; k < rank; k++)
            *indices++ =
                is_variable ? i
                            : tfeed_tensor_int64s(&made->indices)[(first + i) * (rank + 1) + 1 + k];
    for (int k = 0; k < rank; k++)
        tfeed_tensor_int64s(&made->row_shape)[k] = is_variable ? n : of->parts[k].size;
    return TFEED_OK;
}

tfeed_status tfeed_columns_sparse(struct tfeed_columns *columns, int column, int64_t row,
                                  struct tfeed_sparse *ret_sparse, struct tfeed_error *reterr)
{
    const struct tfi_column *of = &columns->schema->columns[column];
    struct tfi_made *made = &columns->made[column];
    if (of->kind != TFEED_COLUMN_VARIABLE && of->kind != TFEED_COLUMN_SPARSE)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "column %d (%s) is neither variable nor sparse", column, of->name);
    if (made->values.dtype == TFEED_DTYPE_INVALID || row < TFEED_ALL_ROWS ||
        (row >= 0 && (uint64_t)row >= columns->n_rows))
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "column %d (%s): row %" PRId64 ", the columns hold %zu", column, of->name,
                        row, columns->n_rows);
    if (row == TFEED_ALL_ROWS) {
        if (of->kind == TFEED_COLUMN_VARIABLE)
            TFI_TRY(index_variable(columns, column, reterr));
        *ret_sparse = (struct tfeed_sparse){made->indices, made->values, made->dense_shape};
        return TFEED_OK;
    }
    const struct tfi_list *list = tfi_columns_list(columns, column);
    TFI_TRY(index_row(columns, column, list->splits[row], list->splits[row + 1] - list->splits[row],
                      reterr));
    *ret_sparse = (struct tfeed_sparse){made->row_indices, tfeed_columns_row(columns, column, row),
                                        made->row_shape};
    return TFEED_OK;
}
