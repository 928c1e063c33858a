/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * example_parser.c - serialized Examples straight into the columns of a batch, in one pass.
 *
 * Record by record; what becomes of the entries of one stands in example_entries.c.
 *
 * Invariants
 *   (1) No byte outside serialized[i] is read.
 *   (2) Strings in the rows of a call are unreferenced views while it runs, and counted or empty
 *       when it returns.
 */
#include <tfeed/features.h>

#include <inttypes.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "core/block_internal.h"
#include "core/error_internal.h"
#include "features/ask_ahead_private.h"
#include "features/columns_private.h"
#include "features/example_parser_private.h"
#include "features/features_internal.h"

/* Positions whose column is remembered beyond one for each column; later entries go by name. */
enum { EXTRA_POSITIONS = 64 };

/* After so many records in a row in another order each, no order is expected for so many. */
enum { MAX_CHANGED = 4, UNORDERED_RECORDS = 250 };

/* The bytes of a record that raw columns hold, where they are most of what is looked at. */
static size_t spread_bytes(const struct tfeed_schema *schema)
{
    enum { MIN_SPREAD_BYTES = 256 };
    size_t n_bytes = 0;
    for (int i = 0; i < schema->n_features; i++)
        if (tfi_feature_is_raw(&schema->features[i]))
            n_bytes += schema->features[i].value_bytes;
    return n_bytes >= MIN_SPREAD_BYTES ? n_bytes : 0;
}

static tfeed_status init_cell(struct tfi_cell *cell, const struct tfi_feature *feature,
                              const struct tfeed_allocator *allocator, struct tfeed_error *reterr)
{
    cell->feature = feature;
    cell->store = feature->store;
    cell->row_bytes = feature->row_bytes;
    tfi_template_init(&cell->tmpl, feature);
    if (feature->store == TFI_STORE_LIST)
        tfi_template_init_list(&cell->list_tmpl, feature);
    return feature->store == TFI_STORE_DECODED
               ? tfi_decoder_new(feature, allocator, &cell->decoder, reterr)
               : TFEED_OK;
}

tfeed_status tfeed_example_parser_new(struct tfeed_schema *schema,
                                      const struct tfeed_allocator *allocator,
                                      struct tfeed_example_parser **ret_parser,
                                      struct tfeed_error *reterr)
{
    if (schema->n_columns == 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "a schema without features");
    struct tfeed_example_parser *parser = tfi_alloc_zeroed(allocator, 1, sizeof *parser);
    if (parser == NULL)
        return tfi_fail_memory(reterr, "an example parser");
    parser->allocator = allocator;
    parser->kept_for_rows.allocator = allocator;
    parser->schema = tfeed_schema_ref(schema);
    parser->scale_bytes = tfi_scale_bytes_variant(tfi_cpu_level());
    parser->copy_bytes = tfi_copy_bytes_variant(tfi_cpu_level());
    parser->n_spread = spread_bytes(schema);
    parser->parse_features = tfi_parse_features_variant(tfi_cpu_level());
    parser->take_layouts = tfi_layout_take_variant(tfi_cpu_level());
    parser->has_layouts = true;
    parser->n_cells = schema->n_features;
    parser->max_expected = schema->n_features + EXTRA_POSITIONS;
    atomic_store_explicit(&schema->in_use, true, memory_order_relaxed);

    parser->cells = tfi_alloc_zeroed(allocator, (size_t)parser->n_cells, sizeof *parser->cells);
    parser->expected =
        tfi_alloc_zeroed(allocator, (size_t)parser->max_expected, sizeof *parser->expected);
    parser->places =
        tfi_alloc_zeroed(allocator, (size_t)parser->n_cells + 1, sizeof *parser->places);
    if (parser->cells == NULL || parser->expected == NULL || parser->places == NULL) {
        tfeed_example_parser_free(parser);
        return tfi_fail_memory(reterr, "an example parser");
    }
    for (int i = 0; i < parser->max_expected; i++)
        tfi_front_init(&parser->expected[i].front);
    tfeed_status status = tfi_column_table_init(&parser->names, schema, allocator, reterr);
    if (status == TFEED_OK)
        status = tfi_record_form_new(schema, allocator, &parser->form, reterr);
    for (int i = 0; status == TFEED_OK && i < parser->n_cells; i++) {
        status = init_cell(&parser->cells[i], &schema->features[i], allocator, reterr);
        parser->has_layouts = parser->has_layouts && parser->cells[i].tmpl.len > 0;
    }
    if (status != TFEED_OK) {
        tfeed_example_parser_free(parser);
        return status;
    }
    *ret_parser = parser;
    return TFEED_OK;
}

void tfeed_example_parser_free(struct tfeed_example_parser *parser)
{
    if (parser == NULL)
        return;
    tfi_record_form_free(parser->form);
    tfi_kept_bytes_clear(&parser->kept_for_rows);
    tfi_column_table_clear(&parser->names, parser->allocator);
    for (int i = 0; parser->cells != NULL && i < parser->n_cells; i++)
        tfi_decoder_free(parser->cells[i].decoder);
    tfeed_schema_unref(parser->schema);
    tfi_free(parser->allocator, (void *)parser->places);
    tfi_free(parser->allocator, parser->expected);
    tfi_free(parser->allocator, parser->cells);
    tfi_free(parser->allocator, parser);
}

/* --------------------------------------------------------------- one record */

/* Some writers put the keys of each record in an order of their own: guesses then cost more than
 * they give, and are left for some records. */
static inline void follow_order(struct tfeed_example_parser *parser)
{
    parser->n_changed = parser->order_changed ? parser->n_changed + 1 : 0;
    parser->order_changed = false;
    parser->n_unordered -= parser->n_unordered > 0;
    if (parser->n_changed > MAX_CHANGED) {
        parser->n_unordered = UNORDERED_RECORDS;
        parser->n_changed = 0;
    }
}

/* Fills the cells from the entries of one record. False when it is malformed; *ret_at is then near
 * the place. */
static bool parse_entries(struct tfeed_example_parser *parser, const uint8_t **ret_at)
{
    static const uint8_t nothing[1];
    const struct tfeed_bytes *bytes = parser->serialized;
    const uint8_t *data = bytes->len > 0 ? bytes->data : nothing;
    struct tfi_wire example = {data, data + bytes->len};
    int position = 0;
    parser->n_filled = 0;
    follow_order(parser);
    while (!tfi_wire_done(&example)) {
        struct tfi_field field;
        *ret_at = example.at;
        if (!tfi_wire_field(&example, &field))
            return false;
        if (!tfi_field_is_len(&field, TFI_FIELD_EXAMPLE_FEATURES))
            continue;
        struct tfi_wire features = tfi_wire_of(&field);
        if (!parser->parse_features(parser, &features, &position)) {
            *ret_at = features.at;
            return false;
        }
    }
    return true;
}

/* Fills the cells from as many of the records as look like the one that was learnt, up to the first
 * that does not. */
static inline size_t take_layouts(struct tfeed_example_parser *parser,
                                  const struct tfeed_bytes *records, size_t n, size_t row)
{
    if (parser->layout.len == 0 || parser->n_unordered > 0)
        return 0;
    return parser->take_layouts(parser, records, n, row);
}

/* Fills the cells from one record by its entries. */
static bool parse_record(struct tfeed_example_parser *parser, const uint8_t **ret_at)
{
    parser->record++;
    if (!parse_entries(parser, ret_at))
        return false;
    if (parser->has_layouts && parser->n_filled == parser->n_cells && parser->n_unordered == 0 &&
        tfi_layout_is_due(&parser->layout))
        tfi_layout_learn(parser);
    return true;
}

/* ------------------------------------------------------------------- a run */

static tfeed_status check_columns(const struct tfeed_example_parser *parser, size_t n,
                                  const struct tfeed_tensor *columns, int64_t first_row,
                                  struct tfeed_error *reterr)
{
    const struct tfeed_schema *schema = parser->schema;
    const int growing = tfi_schema_first_growing(schema);
    if (growing >= 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "column %d (%s) has rows of any length: it is parsed into tfeed_columns",
                        growing, schema->columns[growing].name);
    return tfi_schema_check_tensors(schema, n, columns, first_row, reterr);
}

static bool has_strings(const struct tfi_cell *cell)
{
    return cell->feature->dtype == TFEED_STRING && cell->store != TFI_STORE_LIST;
}

/* Empties the string elements of n rows from `row` on; gives their blocks back where they are
 * counted, (2). */
static void empty_strings(const struct tfeed_example_parser *parser, size_t row, size_t n,
                          bool counted)
{
    for (int i = 0; i < parser->n_cells; i++) {
        const struct tfi_cell *cell = &parser->cells[i];
        if (!has_strings(cell))
            continue;
        uint8_t *strings = cell->rows + row * cell->row_bytes;
        if (counted)
            tfi_bytes_unref_n((struct tfeed_bytes *)(void *)strings, n * cell->feature->n_elements);
        memset(strings, 0, n * cell->row_bytes);
    }
}

/* Counts the strings of the first n rows, (2). */
static void count_strings(const struct tfeed_example_parser *parser, size_t n)
{
    for (int i = 0; i < parser->n_cells; i++) {
        const struct tfi_cell *cell = &parser->cells[i];
        if (has_strings(cell))
            tfi_bytes_ref_n((struct tfeed_bytes *)(void *)cell->rows,
                            n * cell->feature->n_elements);
    }
}

void tfi_example_parser_between(struct tfeed_example_parser *parser, tfi_between_function *step,
                                void *user_data)
{
    parser->between = parser->form == NULL ? step : NULL;
    parser->between_data = user_data;
}

/* What a feature means that the record has not, or not as it should be; for all of them. */
static tfeed_status settle_unfilled(struct tfeed_example_parser *parser, struct tfeed_error *reterr)
{
    for (int i = 0; i < parser->n_cells; i++) {
        const struct tfi_cell *cell = &parser->cells[i];
        const struct tfi_feature *feature = cell->feature;
        if (cell->filled_record == parser->record)
            continue;
        if (cell->faulted_record == parser->record || feature->when_missing == TFI_MISSING_FAILS)
            return tfi_example_fail_unfilled(parser, cell, reterr);
        if (feature->when_missing == TFI_MISSING_DEFAULT)
            memcpy(cell->rows + parser->row * cell->row_bytes, feature->default_value.data,
                   cell->row_bytes);
    }
    return TFEED_OK;
}

/* Fills the cells from one record, or says what is wrong with it. */
static tfeed_status take_record(struct tfeed_example_parser *parser, struct tfeed_error *reterr)
{
    const uint8_t *bad_at;
    if (parse_record(parser, &bad_at))
        return parser->n_filled < parser->n_cells ? settle_unfilled(parser, reterr) : TFEED_OK;
    const bool has_no_memory = parser->has_no_memory;
    parser->has_no_memory = false;
    return has_no_memory ? tfi_fail_memory(reterr, "the values of a batch")
                         : tfi_example_fail_malformed(parser, bad_at, reterr);
}

tfeed_status tfi_example_parser_take(struct tfeed_example_parser *parser,
                                     struct tfeed_error *reterr)
{
    if (take_layouts(parser, parser->serialized, 1, parser->row) == 1)
        return TFEED_OK;
    return take_record(parser, reterr);
}

/* Parses records into the rows and lists that the cells name, up to the first bad one. */
static tfeed_status parse_records(struct tfeed_example_parser *parser,
                                  const struct tfeed_bytes *serialized, size_t n,
                                  struct tfeed_columns *columns, size_t *ret_n_done,
                                  struct tfeed_error *reterr)
{
    tfeed_status status = TFEED_OK;
    size_t n_done = 0;
    parser->kept = columns != NULL ? &columns->kept : &parser->kept_for_rows;
    if (parser->form != NULL)
        return tfi_record_form_parse(parser, serialized, n, columns, ret_n_done, reterr);
    for (; n_done < n; n_done++) {
        n_done += take_layouts(parser, serialized + n_done, n - n_done, n_done);
        if (n_done == n)
            break;
        parser->row = n_done;
        parser->serialized = &serialized[n_done];
        tfi_ask_ahead(parser, serialized, n_done, n);
        status = take_record(parser, reterr);
        if (columns != NULL && status == TFEED_OK)
            status = tfi_columns_end_row(columns, parser, reterr);
        if (status != TFEED_OK)
            break;
    }
    *ret_n_done = n_done;
    return status;
}

tfeed_status tfeed_example_parser_parse(struct tfeed_example_parser *parser,
                                        const struct tfeed_bytes *serialized, size_t n,
                                        struct tfeed_tensor *columns, int64_t first_row,
                                        size_t *ret_bad_row, struct tfeed_error *reterr)
{
    TFI_TRY(check_columns(parser, n, columns, first_row, reterr));
    for (int i = 0; i < parser->n_cells; i++)
        parser->cells[i].rows =
            (uint8_t *)columns[i].data + (size_t)first_row * parser->cells[i].row_bytes;
    empty_strings(parser, 0, n, true);
    size_t n_done;
    const tfeed_status status = parse_records(parser, serialized, n, NULL, &n_done, reterr);
    if (status != TFEED_OK) {
        empty_strings(parser, n_done, 1, false);
        if (ret_bad_row != NULL)
            *ret_bad_row = n_done;
    }
    count_strings(parser, n_done);
    tfi_kept_bytes_settle(&parser->kept_for_rows);
    return status;
}

const struct tfeed_bytes *tfi_example_parser_last(const struct tfeed_example_parser *parser,
                                                  const struct tfeed_bytes *record)
{
    return parser->form == NULL ? record : tfi_record_form_example(parser->form);
}

tfeed_status tfi_example_parser_append(struct tfeed_example_parser *parser,
                                       const struct tfeed_bytes *serialized, size_t n,
                                       struct tfeed_columns *columns, size_t *ret_bad_row,
                                       struct tfeed_error *reterr)
{
    for (int i = 0; i < parser->n_cells; i++) {
        struct tfi_cell *cell = &parser->cells[i];
        struct tfi_held *held = &columns->held[i];
        cell->list = &held->list;
        if (cell->store != TFI_STORE_LIST)
            cell->rows = (uint8_t *)held->rows.data + columns->n_rows * cell->row_bytes;
    }
    size_t n_done;
    const tfeed_status status = parse_records(parser, serialized, n, columns, &n_done, reterr);
    if (status != TFEED_OK) {
        empty_strings(parser, n_done, 1, false);
        tfi_columns_drop_row(columns);
        if (status == TFEED_INVALID_ARGUMENT && ret_bad_row != NULL)
            *ret_bad_row = n_done;
    }
    count_strings(parser, n_done);
    columns->n_rows += n_done;
    return status;
}

tfeed_status tfeed_example_parser_parse_batch(struct tfeed_example_parser *parser,
                                              const struct tfeed_bytes *serialized, size_t n,
                                              struct tfeed_columns *columns, size_t *ret_bad_row,
                                              struct tfeed_error *reterr)
{
    TFI_TRY(tfi_columns_start(columns, parser->schema, n, reterr));
    const tfeed_status status =
        tfi_example_parser_append(parser, serialized, n, columns, ret_bad_row, reterr);
    if (status == TFEED_OK)
        return tfi_columns_finish(columns, reterr);
    if (status != TFEED_INVALID_ARGUMENT) {
        tfi_columns_abandon(columns);
        return status;
    }
    return tfi_columns_finish(columns, NULL) == TFEED_OK
               ? status
               : tfi_fail_memory(reterr, "the columns of a batch");
}
