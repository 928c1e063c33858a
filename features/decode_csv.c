/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * decode_csv.c - lines of CSV into columns.
 *
 * A record is taken apart first, then each field goes to its column: a string as a view of the
 * record, a number as its value. Only a field with doubled quotes has to be written anew; such
 * fields fill spill blocks that they hold together.
 */
#include <string.h>

#include "core/allocator_internal.h"
#include "core/block_internal.h"
#include "features/csv_split_private.h"
#include "features/decode_private.h"
#include "features/number_field_private.h"

struct csv {
    struct tfi_csv_rules rules;
    const uint8_t *na_value;
    size_t na_len;
    const struct tfeed_tensor *defaults; /* [n_columns] */
    size_t n_columns;
    struct tfeed_tensor *columns; /* [n_columns], the caller's */
    struct tfi_csv_field *fields; /* [n_columns], of the current record */
    const struct tfeed_allocator *allocator;

    /* fields with doubled quotes go here */
    struct tfeed_block *spill; /* NULL: none yet */
    uint8_t *spill_at;
    size_t spill_room;
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

static tfeed_status check_selection(const struct tfeed_csv_options *options, size_t n_columns,
                                    struct tfeed_error *reterr)
{
    const int64_t *select = options->select_cols;
    if (options->n_select_cols == 0)
        return TFEED_OK;
    if (options->n_select_cols != n_columns)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "Length of select_cols and record_defaults do not match: %zu, %zu",
                        options->n_select_cols, n_columns);
    for (size_t i = 0; i < options->n_select_cols; i++) {
        if (select[i] < 0)
            return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                            "select_cols contains negative values: [%zu] is %lld", i,
                            (long long)select[i]);
        if (i > 0 && select[i] <= select[i - 1])
            return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                            "select_cols is not strictly increasing: [%zu] is %lld, after %lld", i,
                            (long long)select[i], (long long)select[i - 1]);
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
    if (strlen(options->field_delim) != 1)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "field_delim should be only 1 char, not %zu", strlen(options->field_delim));
    return check_selection(options, n_columns, reterr);
}

/* ------------------------------------------------------------------ fields */

/* Replaces a field by its copy with single quotes. */
static tfeed_status spill_field(struct csv *csv, struct tfi_csv_field *field,
                                struct tfeed_error *reterr)
{
    enum { SPILL_BYTES = 16 << 10 };
    if (field->len > csv->spill_room) {
        const size_t n = field->len > SPILL_BYTES ? field->len : SPILL_BYTES;
        struct tfeed_block *block;
        TFI_TRY(tfi_block_alloc(csv->allocator, n, &block, &csv->spill_at, reterr));
        tfeed_block_unref(csv->spill); /* its fields hold it */
        csv->spill = block;
        csv->spill_room = n;
    }
    const size_t len = tfi_csv_undouble(field, csv->spill_at);
    field->data = csv->spill_at;
    field->len = len;
    csv->spill_at += len;
    csv->spill_room -= len;
    return TFEED_OK;
}

static bool is_missing(const struct csv *csv, const struct tfi_csv_field *field)
{
    return field->len == 0 ||
           (field->len == csv->na_len && memcmp(field->data, csv->na_value, field->len) == 0);
}

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
    struct tfi_csv_field field = csv->fields[place->column];
    const uint8_t *at = field.data;
    char quoted[TFI_QUOTED_BYTES];
    if (field.has_doubled_quotes)
        TFI_TRY(spill_field(csv, &field, reterr));
    if (is_missing(csv, &field))
        return put_default(csv, place, at, reterr);
    if (column->dtype == TFEED_STRING) {
        struct tfeed_bytes *string = &tfeed_tensor_strings(column)[place->row];
        *string = (struct tfeed_bytes){field.data, field.len, place->record->block};
        if (field.has_doubled_quotes)
            string->block = tfeed_block_ref(csv->spill);
        else
            ++*n_views;
        return TFEED_OK;
    }
    if (tfi_number_field_read(field.data, field.len, column, place->row))
        return TFEED_OK;
    return tfi_decode_fail(reterr, TFEED_INVALID_ARGUMENT, place->record, at,
                           "Field %zu in record %lld is not a valid %s: %s", place->column,
                           (long long)place->row, tfeed_dtype_name(column->dtype),
                           tfi_decode_quote(field.data, field.len, quoted));
}

static tfeed_status put_record(struct csv *csv, const struct tfeed_bytes *record, int64_t row,
                               struct tfeed_error *reterr)
{
    size_t n_fields = 0;
    size_t n_views = 0;
    TFI_TRY(
        tfi_csv_split(&csv->rules, record, row, csv->fields, csv->n_columns, &n_fields, reterr));
    if (n_fields != csv->n_columns)
        return tfi_decode_fail(reterr, TFEED_INVALID_ARGUMENT, record, record->data,
                               "Expect %zu fields but have %zu in record %lld", csv->n_columns,
                               n_fields, (long long)row);
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
    struct csv csv = {.na_value = (const uint8_t *)options->na_value,
                      .na_len = strlen(options->na_value),
                      .defaults = record_defaults,
                      .n_columns = n_columns,
                      .columns = ret_columns,
                      .allocator = options->allocator};
    tfi_csv_rules_init(&csv.rules, options->field_delim[0], options->use_quote_delim);
    csv.rules.select = options->select_cols;
    csv.rules.n_select = options->n_select_cols;
    csv.fields = tfi_alloc_array(csv.allocator, n_columns, sizeof *csv.fields);
    if (csv.fields == NULL)
        return tfi_fail_memory(reterr, "the fields of a record");

    tfeed_status status = alloc_columns(&csv, &records->shape, reterr);
    if (status == TFEED_OK) {
        status = put_records(&csv, records, reterr);
        if (status != TFEED_OK)
            clear_columns(ret_columns, n_columns);
    }
    tfeed_block_unref(csv.spill);
    tfi_free(csv.allocator, csv.fields);
    return status;
}
