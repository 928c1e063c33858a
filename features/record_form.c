/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * record_form.c - records that are no serialized Examples on their way into rows.
 *
 *    JSON   text ─▶ serialized Example ─▶ the parser, as any other
 *    CSV    line ─▶ fields ─▶ cell i takes field i: all columns have rows of one value
 *
 * A string of CSV is a view of its record. An Example that JSON became is gone with the next one:
 * where the schema has strings, it is copied into kept bytes first.
 */
#include "features/record_form_private.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "features/columns_private.h"
#include "features/csv_line_private.h"
#include "features/decode_private.h"
#include "features/example_parser_private.h"
#include "features/json_decoder_private.h"
#include "features/number_field_private.h"

struct tfi_record_form {
    const struct tfeed_allocator *allocator;
    struct tfi_csv_line line;

    struct tfi_json_decoder *json; /* NULL: lines of CSV */
    bool has_strings;
    struct tfeed_bytes example; /* of the last text */
};

/* ------------------------------------------------------------ making, freeing */

static bool has_strings(const struct tfeed_schema *schema)
{
    for (int i = 0; i < schema->n_features; i++)
        if (schema->features[i].dtype == TFEED_STRING)
            return true;
    return false;
}

static tfeed_status fit_out(struct tfi_record_form *form, const struct tfeed_schema *schema,
                            struct tfeed_error *reterr)
{
    if (schema->records == TFI_RECORDS_CSV)
        return tfi_csv_line_init(&form->line, &schema->csv, (size_t)schema->n_columns,
                                 form->allocator, reterr);
    form->has_strings = has_strings(schema);
    form->json = tfi_json_decoder_new(form->allocator);
    return form->json != NULL ? TFEED_OK : tfi_fail_memory(reterr, "a decoder");
}

tfeed_status tfi_record_form_new(const struct tfeed_schema *schema,
                                 const struct tfeed_allocator *allocator,
                                 struct tfi_record_form **ret_form, struct tfeed_error *reterr)
{
    *ret_form = NULL;
    if (schema->records == TFI_RECORDS_EXAMPLE)
        return TFEED_OK;
    TFI_TRY(tfi_schema_check_records(schema, reterr));
    struct tfi_record_form *form = tfi_alloc_zeroed(allocator, 1, sizeof *form);
    if (form == NULL)
        return tfi_fail_memory(reterr, "an example parser");
    form->allocator = allocator;
    form->line.allocator = allocator;
    const tfeed_status status = fit_out(form, schema, reterr);
    if (status != TFEED_OK) {
        tfi_record_form_free(form);
        return status;
    }
    *ret_form = form;
    return TFEED_OK;
}

void tfi_record_form_free(struct tfi_record_form *form)
{
    if (form == NULL)
        return;
    tfi_csv_line_clear(&form->line);
    tfi_json_decoder_free(form->json);
    tfi_free(form->allocator, form);
}

/* ----------------------------------------------------------------------- JSON */

const struct tfeed_bytes *tfi_record_form_example(const struct tfi_record_form *form)
{
    return form->json != NULL ? &form->example : NULL;
}

/* Makes a text the Example of the form. */
static tfeed_status decode_text(struct tfi_record_form *form, const struct tfeed_bytes *text,
                                struct tfi_kept_bytes *kept, struct tfeed_error *reterr)
{
    struct tfi_byte_buffer *output = tfi_json_decoder_output(form->json);
    uint8_t *copy;
    form->example = (struct tfeed_bytes){0};
    output->len = 0;
    TFI_TRY(tfi_json_decoder_append(form->json, text, TFI_JSON_NO_ELEMENT, reterr));
    if (!form->has_strings || output->len == 0) {
        form->example = (struct tfeed_bytes){output->data, output->len, NULL};
        return TFEED_OK;
    }
    TFI_TRY(tfi_kept_bytes_take(kept, output->len, &copy, reterr));
    memcpy(copy, output->data, output->len);
    form->example = (struct tfeed_bytes){copy, output->len, kept->block};
    return TFEED_OK;
}

static tfeed_status take_text(struct tfeed_example_parser *parser, const struct tfeed_bytes *text,
                              struct tfi_kept_bytes *kept, struct tfeed_error *reterr)
{
    TFI_TRY(decode_text(parser->form, text, kept, reterr));
    parser->serialized = &parser->form->example;
    return tfi_example_parser_take(parser, reterr);
}

/* ------------------------------------------------------------------------ CSV */

/* What is wrong with field i; the feature is named as the parser names it. */
TFI_PRINTF(5, 6)
static tfeed_status fail_field(const struct tfeed_example_parser *parser, size_t i,
                               const struct tfi_csv_value *value, struct tfeed_error *reterr,
                               const char *format, ...)
{
    char what[TFEED_ERROR_MESSAGE_BYTES];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(what, sizeof what, format, args);
    va_end(args);
    return tfi_decode_fail(reterr, TFEED_INVALID_ARGUMENT, parser->source, value->at,
                           "Key: %s.  Field %zu %s", parser->cells[i].feature->name, i, what);
}

static tfeed_status put_number(const struct tfeed_example_parser *parser, size_t i,
                               const struct tfi_csv_value *value, uint8_t *row,
                               struct tfeed_error *reterr)
{
    const struct tfi_feature *feature = parser->cells[i].feature;
    const struct tfeed_tensor tensor = tfeed_tensor_borrow(feature->dtype, &feature->shape, row);
    char quoted[TFI_QUOTED_BYTES];
    if (tfi_number_field_read(value->bytes.data, value->bytes.len, &tensor, 0))
        return TFEED_OK;
    return fail_field(parser, i, value, reterr, "in record is not a valid %s: %s",
                      tfeed_dtype_name(feature->dtype),
                      tfi_decode_quote(value->bytes.data, value->bytes.len, quoted));
}

static tfeed_status put_raw(const struct tfeed_example_parser *parser, size_t i,
                            const struct tfi_csv_value *value, uint8_t *row,
                            struct tfeed_error *reterr)
{
    const struct tfi_feature *feature = parser->cells[i].feature;
    const uint8_t *data = value->bytes.data;
    const struct tfi_ahead nothing = {data, data};
    if (value->bytes.len != feature->value_bytes)
        return fail_field(parser, i, value, reterr,
                          "in record: Raw value of %zu bytes, expected %zu.", value->bytes.len,
                          feature->value_bytes);
    if (feature->store == TFI_STORE_RAW_FLOAT)
        parser->scale_bytes(data, feature->n_elements, feature->scale, feature->offset, &nothing,
                            (float *)(void *)row);
    else
        parser->copy_bytes(data, feature->value_bytes, &nothing, row);
    return TFEED_OK;
}

static tfeed_status put_decoded(const struct tfeed_example_parser *parser, size_t i,
                                const struct tfi_csv_value *value, uint8_t *row,
                                struct tfeed_error *reterr)
{
    const struct tfi_cell *cell = &parser->cells[i];
    struct tfeed_error why = TFEED_ERROR_INIT;
    if (cell->feature->decoded.decoding == TFEED_DECODING_NUMBER)
        return put_number(parser, i, value, row, reterr);
    const tfeed_status status =
        tfi_decoder_decode(cell->decoder, &value->bytes, 0, parser->kept, row, &why);
    if (status == TFEED_OK)
        return TFEED_OK;
    return status == TFEED_RESOURCE_EXHAUSTED
               ? tfi_fail_memory(reterr, "decoding the values of a batch")
               : fail_field(parser, i, value, reterr, "in record: %.400s", why.message);
}

static tfeed_status put_value(const struct tfeed_example_parser *parser, size_t i,
                              const struct tfi_csv_value *value, struct tfeed_error *reterr)
{
    const struct tfi_cell *cell = &parser->cells[i];
    uint8_t *row = cell->rows + parser->row * cell->row_bytes;
    if (value->is_missing && cell->feature->when_missing != TFI_MISSING_DEFAULT)
        return fail_field(parser, i, value, reterr, "is required but missing in record!");
    if (value->is_missing) {
        memcpy(row, cell->feature->default_value.data, cell->row_bytes);
        return TFEED_OK;
    }
    switch (cell->store) {
    case TFI_STORE_INT64:
    case TFI_STORE_INT32:
    case TFI_STORE_FLOAT:
        return put_number(parser, i, value, row, reterr);
    case TFI_STORE_STRING:
        memcpy(row, &value->bytes, sizeof value->bytes);
        return TFEED_OK;
    case TFI_STORE_RAW_BYTES:
    case TFI_STORE_RAW_FLOAT:
        return put_raw(parser, i, value, row, reterr);
    case TFI_STORE_DECODED:
        return put_decoded(parser, i, value, row, reterr);
    case TFI_STORE_LIST:
        break; /* tfi_schema_check_records */
    }
    return tfi_fail(reterr, TFEED_INTERNAL, "a field of CSV for a list");
}

static tfeed_status take_line(struct tfeed_example_parser *parser, const struct tfeed_bytes *line,
                              struct tfi_kept_bytes *kept, struct tfeed_error *reterr)
{
    struct tfi_record_form *form = parser->form;
    struct tfi_csv_value value;
    TFI_TRY(tfi_csv_line_take(&form->line, line, TFI_CSV_NO_NUMBER, reterr));
    for (size_t i = 0; i < form->line.n_fields; i++) {
        TFI_TRY(tfi_csv_line_value(&form->line, line, i, kept, &value, reterr));
        TFI_TRY(put_value(parser, i, &value, reterr));
    }
    return TFEED_OK;
}

/* ---------------------------------------------------------------------- a run */

tfeed_status tfi_record_form_parse(struct tfeed_example_parser *parser,
                                   const struct tfeed_bytes *serialized, size_t n,
                                   struct tfeed_columns *columns, size_t *ret_n_done,
                                   struct tfeed_error *reterr)
{
    struct tfi_record_form *form = parser->form;
    struct tfi_kept_bytes *kept = parser->kept;
    tfeed_status status = TFEED_OK;
    size_t n_done = 0;
    for (; n_done < n; n_done++) {
        parser->row = n_done;
        parser->source = &serialized[n_done];
        status =
            (form->json != NULL ? take_text : take_line)(parser, &serialized[n_done], kept, reterr);
        if (columns != NULL && status == TFEED_OK)
            status = tfi_columns_end_row(columns, parser, reterr);
        if (status != TFEED_OK)
            break;
    }
    *ret_n_done = n_done;
    return status;
}
