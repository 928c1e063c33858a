/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * decode_csv.c - lines of CSV into columns.
 *
 * A record is taken apart first, then each field goes to its column: a string as a view of the
 * record, or of kept bytes, a number as its value.
 */
#include <string.h>

#include "core/block_internal.h"
#include "features/csv_line_private.h"
#include "features/decode_private.h"
#include "features/number_field_private.h"

struct csv {
    struct tfi_csv_line line;
    struct tfi_kept_bytes kept;
    const struct tfeed_tensor *defaults; /* [n_columns] */
    size_t n_columns;
    struct tfeed_tensor *columns; /* [n_columns], the caller's */
    const struct tfeed_allocator *allocator;
};

/* Where a field stands, for its column and for messages. */
struct place {
    const struct tfeed_bytes *record;
    int64_t row;
    size_t column;
};

void tfeed_csv_options_init(struct tfeed_csv_options *options)
{
    *options =
        (struct tfeed_csv_options){.field_delim = ",", .use_quote_delim = true, .na_value = ""};
}

/* --------------------------------------------------------------- arguments */

static tfeed_status check_defaults(const struct tfeed_tensor *defaults, size_t n,
                                   struct tfeed_error *reterr)
{
    if (n == 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "CSV has at least one column");
    for (size_t i = 0; i < n; i++) {
        const struct tfeed_tensor *value = &defaults[i];
        char shape[TFEED_SHAPE_TEXT_BYTES];
        if (value->dtype != TFEED_STRING && !tfi_is_number_field(value->dtype))
            return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                            "column %zu of CSV is float32, float64, int32, int64 or string, not %s",
                            i, tfeed_dtype_name(value->dtype));
        if (value->shape.n_dims < 0 || value->shape.n_dims > 1 ||
            (value->shape.n_dims == 1 && (value->shape.dims[0] < 0 || value->shape.dims[0] > 1)))
            return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                            "Shape of a default must be a length-0 or length-1 vector, or a "
                            "scalar; that of column %zu is %s",
                            i, tfeed_shape_format(&value->shape, shape));
    }
    return TFEED_OK;
}

static tfeed_status check_arguments(const struct tfeed_tensor *records,
                                    const struct tfeed_tensor *defaults, size_t n_columns,
                                    const struct tfeed_csv_options *options,
                                    struct tfeed_error *reterr)
{
    TFI_TRY(tfi_decode_check_strings(records, reterr));
    TFI_TRY(check_defaults(defaults, n_columns, reterr));
    if (options->n_select_cols > 0 && options->n_select_cols != n_columns)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "Length of select_cols and record_defaults do not match: %zu, %zu",
                        options->n_select_cols, n_columns);
    return tfi_csv_check_options(options, reterr);
}

/* ------------------------------------------------------------------ fields */

static tfeed_status put_default(const struct csv *csv, const struct place *place, const uint8_t *at,
                                struct tfeed_error *reterr)
{
    const struct tfeed_tensor *value = &csv->defaults[place->column];
    const struct tfeed_tensor *column = &csv->columns[place->column];
    const size_t size = tfeed_dtype_size(column->dtype);
    if (tfeed_tensor_n_elements(value) == 0)
        return tfi_decode_fail(reterr, TFEED_INVALID_ARGUMENT, place->record, at,
                               "Field %zu is required but missing in record %lld!", place->column,
                               (long long)place->row);
    memcpy((uint8_t *)column->data + (size_t)place->row * size, value->data, size);
    if (column->dtype == TFEED_STRING)
        (void)tfeed_block_ref(tfeed_tensor_strings(value)->block);
    return TFEED_OK;
}

/* Puts one field into its column. *n_views counts the strings that now hold the record's block,
 * whose references the caller takes all at once. */
static tfeed_status put_field(struct csv *csv, const struct place *place, size_t *n_views,
                              struct tfeed_error *reterr)
{
    const struct tfeed_tensor *column = &csv->columns[place->column];
    struct tfi_csv_value value;
    char quoted[TFI_QUOTED_BYTES];
    TFI_TRY(
        tfi_csv_line_value(&csv->line, place->record, place->column, &csv->kept, &value, reterr));
    if (value.is_missing)
        return put_default(csv, place, value.at, reterr);
    if (column->dtype == TFEED_STRING) {
        tfeed_tensor_strings(column)[place->row] = value.bytes;
        if (value.is_kept)
            (void)tfeed_block_ref(value.bytes.block);
        else
            ++*n_views;
        return TFEED_OK;
    }
    if (tfi_number_field_read(value.bytes.data, value.bytes.len, column, place->row))
        return TFEED_OK;
    return tfi_decode_fail(reterr, TFEED_INVALID_ARGUMENT, place->record, value.at,
                           "Field %zu in record %lld is not a valid %s: %s", place->column,
                           (long long)place->row, tfeed_dtype_name(column->dtype),
                           tfi_decode_quote(value.bytes.data, value.bytes.len, quoted));
}

static tfeed_status put_record(struct csv *csv, const struct tfeed_bytes *record, int64_t row,
                               struct tfeed_error *reterr)
{
    size_t n_views = 0;
    TFI_TRY(tfi_csv_line_take(&csv->line, record, row, reterr));
    struct place place = {.record = record, .row = row};
    tfeed_status status = TFEED_OK;
    for (; status == TFEED_OK && place.column < csv->n_columns; place.column++)
        status = put_field(csv, &place, &n_views, reterr);
    tfi_block_ref_n(record->block, n_views); /* also of a record that has failed */
    return status;
}

/* ----------------------------------------------------------------- columns */

static void clear_columns(struct tfeed_tensor *columns, size_t n)
{
    while (n > 0)
        tfeed_tensor_clear(&columns[--n]);
}

static tfeed_status alloc_columns(const struct csv *csv, const struct tfeed_shape *shape,
                                  struct tfeed_error *reterr)
{
    for (size_t i = 0; i < csv->n_columns; i++) {
        const tfeed_status status = tfeed_tensor_alloc(csv->defaults[i].dtype, shape,
                                                       csv->allocator, &csv->columns[i], reterr);
        if (status == TFEED_OK)
            continue;
        clear_columns(csv->columns, i);
        return status;
    }
    return TFEED_OK;
}

static tfeed_status put_records(struct csv *csv, const struct tfeed_tensor *records,
                                struct tfeed_error *reterr)
{
    const int64_t n = tfeed_tensor_n_elements(records);
    for (int64_t row = 0; row < n; row++)
        TFI_TRY(put_record(csv, &tfeed_tensor_strings(records)[row], row, reterr));
    return TFEED_OK;
}

tfeed_status tfeed_decode_csv(const struct tfeed_tensor *records,
                              const struct tfeed_tensor *record_defaults, size_t n_columns,
                              const struct tfeed_csv_options *options,
                              struct tfeed_tensor *ret_columns, struct tfeed_error *reterr)
{
    struct tfeed_csv_options defaults;
    if (options == NULL) {
        tfeed_csv_options_init(&defaults);
        options = &defaults;
    }
    TFI_TRY(check_arguments(records, record_defaults, n_columns, options, reterr));
    struct csv csv = {.kept = {.allocator = options->allocator},
                      .defaults = record_defaults,
                      .n_columns = n_columns,
                      .columns = ret_columns,
                      .allocator = options->allocator};
    TFI_TRY(tfi_csv_line_init(&csv.line, options, n_columns, csv.allocator, reterr));
    tfeed_status status = alloc_columns(&csv, &records->shape, reterr);
    if (status == TFEED_OK) {
        status = put_records(&csv, records, reterr);
        if (status != TFEED_OK)
            clear_columns(ret_columns, n_columns);
    }
    tfi_kept_bytes_clear(&csv.kept);
    tfi_csv_line_clear(&csv.line);
    return status;
}
