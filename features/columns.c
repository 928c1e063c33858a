/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * columns.c - what a batch holds, from empty to complete, and asking for it.
 *
 * Invariant: tensors of columns that hold no rows are empty or have no rows; what their buffers
 * still hold is given back when they are filled next, or cleared.
 */
#include "features/columns_private.h"

#include <inttypes.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "core/tensor_internal.h"
#include "features/features_internal.h"

/* ------------------------------------------------------------ making, freeing */

static void init_lists(struct tfeed_columns *columns)
{
    const struct tfeed_schema *schema = columns->schema;
    for (int i = 0; i < schema->n_features; i++) {
        const struct tfi_feature *feature = &schema->features[i];
        if (feature->store != TFI_STORE_LIST)
            continue;
        tfi_list_init(&columns->held[i].list, feature->dtype, columns->allocator);
        columns->lists[columns->n_lists++] = &columns->held[i].list;
    }
    for (int i = 0; i < schema->n_columns; i++)
        if (schema->columns[i].kind >= TFEED_COLUMN_SPARSE)
            columns->checked[columns->n_checked++] = i;
}

static bool alloc_levels(struct tfeed_columns *columns)
{
    const struct tfeed_schema *schema = columns->schema;
    for (int i = 0; i < schema->n_columns; i++) {
        const struct tfi_column *column = &schema->columns[i];
        if (column->kind != TFEED_COLUMN_RAGGED)
            continue;
        columns->made[i].levels = tfi_levels_new(column, columns->allocator);
        if (columns->made[i].levels == NULL)
            return false;
    }
    return true;
}

tfeed_status tfeed_columns_new(struct tfeed_schema *schema, int64_t n_rows_max,
                               const struct tfeed_allocator *allocator,
                               struct tfeed_columns **ret_columns, struct tfeed_error *reterr)
{
    if (schema->n_columns == 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "a schema without features");
    if (n_rows_max < 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "columns for %" PRId64 " rows", n_rows_max);
    struct tfeed_columns *columns = tfi_alloc_zeroed(allocator, 1, sizeof *columns);
    if (columns == NULL)
        return tfi_fail_memory(reterr, "the columns of a batch");
    const size_t n_features = (size_t)schema->n_features;
    const size_t n_columns = (size_t)schema->n_columns;
    atomic_store_explicit(&schema->in_use, true, memory_order_relaxed);
    columns->allocator = allocator;
    columns->schema = tfeed_schema_ref(schema);
    columns->n_rows_max = (size_t)n_rows_max;
    columns->kept.allocator = allocator;
    columns->held = tfi_alloc_zeroed(allocator, n_features, sizeof *columns->held);
    columns->made = tfi_alloc_zeroed(allocator, n_columns, sizeof *columns->made);
    columns->lists = tfi_alloc_zeroed(allocator, n_features, sizeof(struct tfi_list *));
    columns->checked = tfi_alloc_zeroed(allocator, n_columns, sizeof *columns->checked);
    tfeed_status status = TFEED_OK;
    if (columns->held == NULL || columns->made == NULL || columns->lists == NULL ||
        columns->checked == NULL || !alloc_levels(columns))
        status = tfi_fail_memory(reterr, "the columns of a batch");
    if (status == TFEED_OK) {
        init_lists(columns);
        /* all rows once, so that the first batch finds the room that every batch needs */
        status = tfi_columns_start(columns, schema, columns->n_rows_max, reterr);
    }
    if (status == TFEED_OK)
        status = tfi_columns_finish(columns, reterr);
    if (status != TFEED_OK) {
        tfeed_columns_free(columns);
        return status;
    }
    *ret_columns = columns;
    return TFEED_OK;
}

static void clear_made(struct tfeed_columns *columns, int column)
{
    struct tfi_made *made = &columns->made[column];
    tfeed_tensor_clear(&made->own);
    tfeed_tensor_clear(&made->n_steps);
    tfeed_tensor_clear(&made->indices);
    tfeed_tensor_clear(&made->dense_shape);
    tfeed_tensor_clear(&made->row_indices);
    tfeed_tensor_clear(&made->row_shape);
    tfi_levels_free(&columns->schema->columns[column], made->levels, columns->allocator);
}

void tfeed_columns_free(struct tfeed_columns *columns)
{
    if (columns == NULL)
        return;
    for (int i = 0; columns->made != NULL && i < columns->schema->n_columns; i++)
        clear_made(columns, i);
    for (int i = 0; columns->held != NULL && i < columns->schema->n_features; i++) {
        tfeed_tensor_clear(&columns->held[i].rows);
        tfi_list_clear(&columns->held[i].list);
    }
    tfi_kept_bytes_clear(&columns->kept);
    tfeed_schema_unref(columns->schema);
    tfi_free(columns->allocator, columns->order);
    tfi_free(columns->allocator, columns->checked);
    tfi_free(columns->allocator, (void *)columns->lists);
    tfi_free(columns->allocator, columns->made);
    tfi_free(columns->allocator, columns->held);
    tfi_free(columns->allocator, columns);
}

/* ------------------------------------------------------------------- filling */

static void hold_no_rows_of(struct tfeed_tensor *tensor)
{
    if (tensor->dtype != TFEED_DTYPE_INVALID)
        tensor->shape.dims[0] = 0;
}

static void hold_no_splits(struct tfeed_tensor *splits)
{
    if (splits->dtype != TFEED_DTYPE_INVALID)
        splits->shape.dims[0] = 1; /* the 0 that they begin with */
}

static void hold_no_rows(struct tfeed_columns *columns)
{
    const struct tfeed_schema *schema = columns->schema;
    columns->n_rows = 0;
    for (int i = 0; i < schema->n_features; i++) {
        hold_no_rows_of(&columns->held[i].rows);
        hold_no_rows_of(&columns->held[i].list.values);
        hold_no_splits(&columns->held[i].list.row_splits);
    }
    for (int i = 0; i < schema->n_columns; i++) {
        struct tfi_made *made = &columns->made[i];
        hold_no_rows_of(&made->n_steps);
        made->values = (struct tfeed_tensor){0};
        for (int k = 0; made->levels != NULL && k < schema->columns[i].n_levels; k++)
            made->levels[k].splits = (struct tfeed_tensor){0};
    }
}

tfeed_status tfi_columns_start(struct tfeed_columns *columns, const struct tfeed_schema *schema,
                               size_t n, struct tfeed_error *reterr)
{
    hold_no_rows(columns);
    if (schema != columns->schema)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "the columns are those of another schema");
    if (n > columns->n_rows_max)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "%zu examples, the columns hold %zu", n,
                        columns->n_rows_max);
    for (int i = 0; i < schema->n_features; i++) {
        const struct tfi_feature *feature = &schema->features[i];
        const struct tfeed_shape shape = tfeed_shape_batch((int64_t)n, feature->shape);
        if (feature->store != TFI_STORE_LIST)
            TFI_TRY(tfi_tensor_renew(&columns->held[i].rows, feature->dtype, &shape,
                                     columns->allocator, reterr));
        else if (!tfi_list_start(&columns->held[i].list, n))
            return tfi_fail_memory(reterr, "the values of a batch");
    }
    for (int i = 0; i < columns->n_checked; i++)
        if (schema->columns[columns->checked[i]].kind == TFEED_COLUMN_RAGGED &&
            !tfi_levels_start(&schema->columns[columns->checked[i]],
                              columns->made[columns->checked[i]].levels, n))
            return tfi_fail_memory(reterr, "the row_splits of a batch");
    return TFEED_OK;
}

tfeed_status tfi_columns_end_row(struct tfeed_columns *columns,
                                 const struct tfeed_example_parser *parser,
                                 struct tfeed_error *reterr)
{
    const struct tfi_column *all = columns->schema->columns;
    for (int i = 0; i < columns->n_checked; i++) {
        const int column = columns->checked[i];
        TFI_TRY((all[column].kind == TFEED_COLUMN_SPARSE
                     ? tfi_sparse_check_row
                     : tfi_ragged_divide_row)(columns, column, parser, reterr));
    }
    for (int i = 0; i < columns->n_checked; i++)
        if (all[columns->checked[i]].kind == TFEED_COLUMN_RAGGED)
            tfi_levels_end_row(&all[columns->checked[i]],
                               columns->made[columns->checked[i]].levels);
    for (int i = 0; i < columns->n_lists; i++)
        tfi_list_end_row(columns->lists[i]);
    return TFEED_OK;
}

void tfi_columns_drop_row(struct tfeed_columns *columns)
{
    for (int i = 0; i < columns->n_checked; i++)
        if (columns->schema->columns[columns->checked[i]].kind == TFEED_COLUMN_RAGGED)
            tfi_levels_drop_row(&columns->schema->columns[columns->checked[i]],
                                columns->made[columns->checked[i]].levels);
    for (int i = 0; i < columns->n_lists; i++)
        tfi_list_restart_row(columns->lists[i]);
}

static tfeed_status finish_column(struct tfeed_columns *columns, int column,
                                  struct tfeed_error *reterr)
{
    switch (columns->schema->columns[column].kind) {
    case TFEED_COLUMN_FIXED:
        columns->made[column].values = columns->held[columns->schema->columns[column].values].rows;
        break;
    case TFEED_COLUMN_VARIABLE:
        columns->made[column].values = tfi_columns_list(columns, column)->values;
        break;
    case TFEED_COLUMN_SEQUENCE:
        return tfi_sequence_finish(columns, column, reterr);
    case TFEED_COLUMN_SPARSE:
        return tfi_sparse_finish(columns, column, reterr);
    case TFEED_COLUMN_RAGGED:
        return tfi_ragged_finish(columns, column, reterr);
    }
    return TFEED_OK;
}

/* What features hold becomes tensors of the rows that were ended; their strings are counted. */
static void finish_features(struct tfeed_columns *columns)
{
    for (int i = 0; i < columns->schema->n_features; i++)
        if (columns->schema->features[i].store != TFI_STORE_LIST)
            columns->held[i].rows.shape.dims[0] = (int64_t)columns->n_rows;
    for (int i = 0; i < columns->n_lists; i++)
        tfi_list_finish(columns->lists[i], columns->n_rows);
    tfi_kept_bytes_settle(&columns->kept);
}

tfeed_status tfi_columns_finish(struct tfeed_columns *columns, struct tfeed_error *reterr)
{
    tfeed_status status = TFEED_OK;
    finish_features(columns);
    for (int i = 0; status == TFEED_OK && i < columns->schema->n_columns; i++)
        status = finish_column(columns, i, reterr);
    if (status != TFEED_OK)
        hold_no_rows(columns);
    return status;
}

void tfi_columns_abandon(struct tfeed_columns *columns)
{
    finish_features(columns);
    hold_no_rows(columns);
}

void tfi_columns_drop(struct tfeed_columns *columns)
{
    if (tfi_columns_start(columns, columns->schema, 0, NULL) == TFEED_OK)
        (void)tfi_columns_finish(columns, NULL); /* of nothing; failed, they hold nothing too */
}

/* -------------------------------------------------------------------- asking */

int64_t tfeed_columns_n_rows(const struct tfeed_columns *columns)
{
    return (int64_t)columns->n_rows;
}

const struct tfeed_tensor *tfeed_columns_values(const struct tfeed_columns *columns, int column)
{
    return &columns->made[column].values;
}

int tfeed_columns_n_levels(const struct tfeed_columns *columns, int column)
{
    const struct tfi_column *of = &columns->schema->columns[column];
    return of->kind == TFEED_COLUMN_RAGGED ? of->n_levels : of->kind == TFEED_COLUMN_VARIABLE;
}

const struct tfeed_tensor *tfeed_columns_row_splits(const struct tfeed_columns *columns, int column,
                                                    int level)
{
    if (level < 0 || level >= tfeed_columns_n_levels(columns, column))
        return NULL;
    if (columns->schema->columns[column].kind == TFEED_COLUMN_VARIABLE)
        return &tfi_columns_list(columns, column)->row_splits;
    return &columns->made[column].levels[level].splits;
}

const struct tfeed_tensor *tfeed_columns_n_steps(const struct tfeed_columns *columns, int column)
{
    const bool has_steps = columns->schema->columns[column].kind == TFEED_COLUMN_SEQUENCE;
    return has_steps ? &columns->made[column].n_steps : NULL;
}

struct tfeed_tensor tfeed_columns_row(const struct tfeed_columns *columns, int column, int64_t row)
{
    const struct tfi_column *of = &columns->schema->columns[column];
    const struct tfi_feature *feature = &columns->schema->features[of->values];
    struct tfeed_tensor values = columns->made[column].values;
    const size_t element_bytes = tfeed_dtype_size(values.dtype);
    if (row < 0 || (uint64_t)row >= columns->n_rows)
        return (struct tfeed_tensor){.dtype = TFEED_DTYPE_INVALID};
    uint8_t *data = values.data;
    if (of->kind == TFEED_COLUMN_FIXED) {
        values.shape = feature->shape;
        values.data = data + (size_t)row * feature->row_bytes;
        return values;
    }
    const struct tfi_list *list = tfi_columns_list(columns, column);
    const int64_t first = list->splits[row];
    const int64_t n = list->splits[row + 1] - first;
    if (of->kind == TFEED_COLUMN_SEQUENCE) {
        const int64_t row_len = values.shape.dims[1] * (int64_t)feature->n_elements;
        values.shape = tfeed_shape_batch(n / (int64_t)feature->n_elements, feature->shape);
        values.data = data + (size_t)(row * row_len) * element_bytes;
        return values;
    }
    values.shape.dims[0] = of->kind == TFEED_COLUMN_RAGGED ? n / of->uniform_size : n;
    values.data = data + (size_t)first * element_bytes;
    return values;
}
