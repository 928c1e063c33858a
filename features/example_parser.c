/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * example_parser.c - serialized Examples straight into the columns of a batch, in one pass.
 *
 * Each entry of the map is tried in three ways, the likeliest first:
 *
 *   guess     the column that stood at this position in the last record; its template matches
 *   by name   an ordinary entry: the column by hash, then its template, or one list in one chunk
 *   any       whatever protobuf allows: feature_values.c, chunk by chunk; and all that is wrong
 *
 * The first two take an entry only if it is good, so that only the third has anything to report.
 * An entry that no column wants is stepped over undecoded.
 *
 * Invariants
 *   (1) No byte outside serialized[i] is read.
 *   (2) A feature that occurs again replaces the earlier one, if it has a kind at all; what was
 *       wrong with the earlier one is forgotten. So faults of a cell are kept until the record
 *       ends.
 *   (3) Strings in the rows of a call are unreferenced views while it runs, and counted or empty
 *       when it returns.
 */
#include <tfeed/features.h>

#include <inttypes.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "core/block_internal.h"
#include "core/error_internal.h"
#include "features/example_parser_private.h"
#include "features/feature_values_private.h"

/* Positions whose column is remembered beyond one for each column; later entries go by name. */
enum { EXTRA_POSITIONS = 64 };

/* What no column wants, in the remembered order. */
enum { UNWANTED = -1 };

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
    parser->schema = tfeed_schema_ref(schema);
    parser->scale_bytes = tfi_scale_bytes_variant(tfi_cpu_level());
    parser->n_cells = schema->n_columns;
    parser->max_expected = schema->n_columns + EXTRA_POSITIONS;
    atomic_store_explicit(&schema->in_use, true, memory_order_relaxed);

    parser->cells = tfi_alloc_zeroed(allocator, (size_t)parser->n_cells, sizeof *parser->cells);
    parser->expected =
        tfi_alloc_zeroed(allocator, (size_t)parser->max_expected, sizeof *parser->expected);
    if (parser->cells == NULL || parser->expected == NULL) {
        tfeed_example_parser_free(parser);
        return tfi_fail_memory(reterr, "an example parser");
    }
    const tfeed_status status = tfi_name_table_init(&parser->names, schema, allocator, reterr);
    if (status != TFEED_OK) {
        tfeed_example_parser_free(parser);
        return status;
    }
    for (int i = 0; i < parser->n_cells; i++) {
        parser->cells[i].column = &schema->columns[i];
        parser->cells[i].store = schema->columns[i].store;
        parser->cells[i].row_bytes = schema->columns[i].row_bytes;
        tfi_template_init(&parser->cells[i].tmpl, &schema->columns[i]);
    }
    *ret_parser = parser;
    return TFEED_OK;
}

void tfeed_example_parser_free(struct tfeed_example_parser *parser)
{
    if (parser == NULL)
        return;
    tfi_name_table_clear(&parser->names, parser->allocator);
    tfeed_schema_unref(parser->schema);
    tfi_free(parser->allocator, parser->expected);
    tfi_free(parser->allocator, parser->cells);
    tfi_free(parser->allocator, parser);
}

/* ---------------------------------------------------------------- one cell */

static inline void mark_filled(struct tfeed_example_parser *parser, struct tfi_cell *cell)
{
    parser->n_filled += cell->filled_record != parser->record;
    cell->filled_record = parser->record;
}

static void mark_fault(struct tfeed_example_parser *parser, struct tfi_cell *cell,
                       struct tfi_fault_detail fault)
{
    parser->n_filled -= cell->filled_record == parser->record;
    cell->filled_record = 0;
    cell->faulted_record = parser->record;
    cell->fault = fault;
}

/* Values of one Feature on their way into a row: how many came, and the first that did not fit. */
struct filling {
    struct tfi_cell *cell;
    size_t n;
    bool has_fault;
    struct tfi_fault_detail fault;
};

static void note_fault(struct filling *filling, struct tfi_fault_detail fault)
{
    if (!filling->has_fault)
        filling->fault = fault;
    filling->has_fault = true;
}

static void store_int64(struct filling *filling, int64_t value)
{
    const struct tfi_cell *cell = filling->cell;
    if (filling->n++ >= cell->column->n_elements)
        return;
    if (cell->store == TFI_STORE_INT64) {
        memcpy(cell->row + (filling->n - 1) * sizeof value, &value, sizeof value);
        return;
    }
    const int32_t narrow = (int32_t)value;
    if (narrow != value)
        note_fault(filling, (struct tfi_fault_detail){.fault = TFI_FAULT_RANGE, .value = value});
    memcpy(cell->row + (filling->n - 1) * sizeof narrow, &narrow, sizeof narrow);
}

static bool store_varints(struct filling *filling, struct tfi_chunk chunk)
{
    const uint8_t *at = chunk.data;
    const uint8_t *end = chunk.data + chunk.len;
    while (at < end) {
        uint64_t value;
        at = tfi_wire_varint(at, end, &value);
        if (at == NULL)
            return false;
        store_int64(filling, (int64_t)value);
    }
    return true;
}

static bool store_floats(struct filling *filling, struct tfi_chunk chunk)
{
    const struct tfi_cell *cell = filling->cell;
    if (chunk.len % sizeof(float) != 0)
        return false;
    const size_t n = chunk.len / sizeof(float);
    const size_t n_room =
        filling->n < cell->column->n_elements ? cell->column->n_elements - filling->n : 0;
    if (n_room > 0)
        memcpy(cell->row + filling->n * sizeof(float), chunk.data,
               (n < n_room ? n : n_room) * sizeof(float));
    filling->n += n;
    return true;
}

static void store_string(const struct tfeed_example_parser *parser, struct filling *filling,
                         struct tfi_chunk chunk)
{
    const struct tfi_cell *cell = filling->cell;
    const struct tfeed_bytes view = {chunk.data, chunk.len, parser->serialized->block};
    if (filling->n < cell->column->n_elements)
        memcpy(cell->row + filling->n * sizeof view, &view, sizeof view);
    filling->n++;
}

static void copy_raw(const struct tfeed_example_parser *parser, const struct tfi_cell *cell,
                     const uint8_t *bytes)
{
    const struct tfi_column *column = cell->column;
    if (column->store == TFI_STORE_RAW_FLOAT)
        parser->scale_bytes(bytes, column->n_elements, column->scale, column->offset,
                            (float *)(void *)cell->row);
    else
        memcpy(cell->row, bytes, column->n_elements);
}

static void store_raw(const struct tfeed_example_parser *parser, struct filling *filling,
                      struct tfi_chunk chunk)
{
    if (chunk.len != filling->cell->column->n_elements)
        note_fault(filling, (struct tfi_fault_detail){.fault = TFI_FAULT_LENGTH, .n = chunk.len});
    else if (filling->n == 0)
        copy_raw(parser, filling->cell, chunk.data);
    filling->n++;
}

/* False when the values are malformed. */
static bool store_chunk(const struct tfeed_example_parser *parser, struct filling *filling,
                        struct tfi_chunk chunk)
{
    switch (filling->cell->store) {
    case TFI_STORE_INT64:
    case TFI_STORE_INT32:
        return store_varints(filling, chunk);
    case TFI_STORE_FLOAT:
        return store_floats(filling, chunk);
    case TFI_STORE_STRING:
        store_string(parser, filling, chunk);
        return true;
    case TFI_STORE_RAW_UINT8:
    case TFI_STORE_RAW_FLOAT:
        store_raw(parser, filling, chunk);
        return true;
    }
    return false;
}

/* Fills a cell from any Feature that protobuf accepts. False when it is malformed. */
static bool fill_cell(struct tfeed_example_parser *parser, struct tfi_cell *cell,
                      struct tfi_wire feature)
{
    const struct tfi_column *column = cell->column;
    struct tfi_feature_values values;
    if (!tfi_feature_values_init(&values, feature))
        return false;
    if (values.kind == TFEED_FEATURE_NONE)
        return true; /* as if the entry were not there, (2) */
    if (values.kind != column->kind) {
        mark_fault(parser, cell,
                   (struct tfi_fault_detail){.fault = TFI_FAULT_KIND, .kind = values.kind});
        return true;
    }
    struct filling filling = {.cell = cell};
    struct tfi_chunk chunk;
    enum tfi_next next;
    while ((next = tfi_feature_values_next(&values, &chunk)) == TFI_NEXT_CHUNK)
        if (!store_chunk(parser, &filling, chunk))
            return false;
    if (next == TFI_NEXT_MALFORMED)
        return false;
    if (filling.n != column->n_values)
        mark_fault(parser, cell,
                   (struct tfi_fault_detail){.fault = TFI_FAULT_COUNT, .n = filling.n});
    else if (filling.has_fault)
        mark_fault(parser, cell, filling.fault);
    else
        mark_filled(parser, cell);
    return true;
}

/* Fills a cell from an entry at `at` that looks as the template says. The bytes it took, or 0 when
 * it is anything else: then nothing has happened. */
static inline size_t fill_by_template(struct tfeed_example_parser *parser, struct tfi_cell *cell,
                                      const uint8_t *at, size_t n_left)
{
    const struct tfi_template *tmpl = &cell->tmpl;
    if (tmpl->len == 0 || n_left < tmpl->len || !tfi_template_match(tmpl, at))
        return 0;
    const uint8_t *payload = at + tmpl->len;
    n_left -= tmpl->len;
    if (!tmpl->is_scalar) {
        if (n_left < tmpl->payload_bytes)
            return 0;
        if (cell->store == TFI_STORE_FLOAT)
            memcpy(cell->row, payload, tmpl->payload_bytes);
        else
            copy_raw(parser, cell, payload);
        mark_filled(parser, cell);
        return tmpl->len + tmpl->payload_bytes;
    }
    const size_t len = payload[-1];
    uint64_t value;
    if (len - 1 >= 8 || n_left < len || !tfi_template_varint(payload, len, &value))
        return 0; /* several values, negative ones, errors: the other way knows them */
    if (cell->store == TFI_STORE_INT64) {
        memcpy(cell->row, &value, sizeof value);
    } else {
        const uint32_t narrow = (uint32_t)value;
        if (value > INT32_MAX)
            return 0;
        memcpy(cell->row, &narrow, sizeof narrow);
    }
    mark_filled(parser, cell);
    return tmpl->len + len;
}

/* --------------------------------------------------------------- one record */

/* Notes which column stood at this position, for the next record. */
static inline void expect(struct tfeed_example_parser *parser, int position, int column)
{
    if (position >= parser->max_expected)
        return;
    parser->expected[position] = column;
    if (position == parser->n_expected)
        parser->n_expected++;
}

/* The front of an ordinary entry: its name, and where both end. */
struct front {
    int column;
    const uint8_t *name_end;
    const uint8_t *entry_end;
};

/* Reads the front of the entry at `at`; false when it is not an ordinary one. */
static inline bool read_front(const struct tfeed_example_parser *parser, const uint8_t *at,
                              const uint8_t *end, struct front *ret_front)
{
    uint64_t len;
    if (*at != TFI_WIRE_LEN_TAG(TFI_FIELD_FEATURES_ENTRY))
        return false;
    at = tfi_wire_varint(at + 1, end, &len);
    if (at == NULL || len > (uint64_t)(end - at) || len < 2)
        return false;
    const size_t name_len = at[1];
    if (at[0] != TFI_WIRE_LEN_TAG(TFI_FIELD_ENTRY_KEY) || name_len >= 0x80 || name_len > len - 2)
        return false;
    ret_front->entry_end = at + len;
    ret_front->name_end = at + 2 + name_len;
    ret_front->column = tfi_name_table_find(&parser->names, at + 2, name_len);
    return true;
}

/* Where the contents of a LEN field that ends its message begin; NULL when it is another field, or
 * does not end there. */
static inline const uint8_t *enter_last(const uint8_t *at, const uint8_t *end, uint8_t tag)
{
    uint64_t len;
    if (at == NULL || at == end || *at != tag)
        return NULL;
    at = tfi_wire_varint(at + 1, end, &len);
    return at != NULL && len == (uint64_t)(end - at) ? at : NULL;
}

/* Fills a cell that has no template from an ordinary entry: one list, in one chunk. False when it
 * is anything else; then nothing has happened that counts. */
static inline bool fill_ordinary(struct tfeed_example_parser *parser, struct tfi_cell *cell,
                                 const struct front *front)
{
    const uint8_t *end = front->entry_end;
    const uint8_t *at = enter_last(front->name_end, end, TFI_WIRE_LEN_TAG(TFI_FIELD_ENTRY_VALUE));
    at = enter_last(at, end, TFI_WIRE_LEN_TAG(cell->column->kind));
    at = enter_last(at, end, TFI_WIRE_LEN_TAG(TFI_FIELD_LIST_VALUE));
    if (at == NULL)
        return false;
    struct filling filling = {.cell = cell};
    const struct tfi_chunk chunk = {at, (size_t)(end - at)};
    if (!store_chunk(parser, &filling, chunk) || filling.has_fault ||
        filling.n != cell->column->n_values)
        return false;
    mark_filled(parser, cell);
    return true;
}

/* Takes the entry at `at` if it is an ordinary one that is good, or that nobody wants. The bytes it
 * took, or 0. */
static inline size_t take_by_name(struct tfeed_example_parser *parser, const uint8_t *at,
                                  const uint8_t *end, int position)
{
    struct front front;
    if (!read_front(parser, at, end, &front))
        return 0;
    const size_t n_bytes = (size_t)(front.entry_end - at);
    expect(parser, position, front.column);
    if (front.column == UNWANTED)
        return n_bytes;
    struct tfi_cell *cell = &parser->cells[front.column];
    if (cell->tmpl.len > 0)
        return fill_by_template(parser, cell, at, (size_t)(end - at));
    return fill_ordinary(parser, cell, &front) ? n_bytes : 0;
}

/* Takes the field at features->at, whatever it is. False when it is malformed; features->at then
 * stands near the place. */
static bool parse_any(struct tfeed_example_parser *parser, struct tfi_wire *features, int position)
{
    struct tfi_field field;
    if (!tfi_wire_field(features, &field))
        return false;
    if (!tfi_field_is_len(&field, TFI_FIELD_FEATURES_ENTRY))
        return true;
    struct tfi_wire entry = tfi_wire_of(&field);
    struct tfi_entry split;
    if (!tfi_entry_split(&entry, &split)) {
        features->at = entry.at;
        return false;
    }
    const int column = tfi_name_table_find(&parser->names, split.name, split.name_len);
    expect(parser, position, column);
    if (column == UNWANTED || fill_cell(parser, &parser->cells[column], split.feature))
        return true;
    features->at = split.feature.at;
    return false;
}

/* False when the Features are malformed; features->at then stands near the place. */
static bool parse_features(struct tfeed_example_parser *parser, struct tfi_wire *features,
                           int *ret_position)
{
    int position = *ret_position;
    for (; !tfi_wire_done(features); position++) {
        const uint8_t *at = features->at;
        const int guess = position < parser->n_expected ? parser->expected[position] : UNWANTED;
        size_t n_taken = 0;
        if (guess != UNWANTED)
            n_taken =
                fill_by_template(parser, &parser->cells[guess], at, (size_t)(features->end - at));
        if (n_taken == 0)
            n_taken = take_by_name(parser, at, features->end, position);
        features->at += n_taken;
        if (n_taken == 0 && !parse_any(parser, features, position))
            return false;
    }
    *ret_position = position;
    return true;
}

/* Fills the cells from one record. False when it is malformed; *ret_at is then near the place. */
static bool parse_record(struct tfeed_example_parser *parser, const uint8_t **ret_at)
{
    static const uint8_t nothing[1];
    const struct tfeed_bytes *bytes = parser->serialized;
    const uint8_t *data = bytes->len > 0 ? bytes->data : nothing;
    struct tfi_wire example = {data, data + bytes->len};
    int position = 0;
    parser->record++;
    parser->n_filled = 0;
    while (!tfi_wire_done(&example)) {
        struct tfi_field field;
        *ret_at = example.at;
        if (!tfi_wire_field(&example, &field))
            return false;
        if (!tfi_field_is_len(&field, TFI_FIELD_EXAMPLE_FEATURES))
            continue;
        struct tfi_wire features = tfi_wire_of(&field);
        if (!parse_features(parser, &features, &position)) {
            *ret_at = features.at;
            return false;
        }
    }
    return true;
}

/* ------------------------------------------------------------------- a run */

static tfeed_status check_columns(const struct tfeed_example_parser *parser, size_t n,
                                  const struct tfeed_tensor *columns, int64_t first_row,
                                  struct tfeed_error *reterr)
{
    for (int i = 0; i < parser->n_cells; i++) {
        const struct tfi_column *column = parser->cells[i].column;
        const struct tfeed_tensor *tensor = &columns[i];
        const int64_t n_rows = tensor->shape.n_dims > 0 ? tensor->shape.dims[0] : -1;
        const struct tfeed_shape wanted = tfeed_shape_batch(n_rows, column->shape);
        char got_text[TFEED_SHAPE_TEXT_BYTES];
        char wanted_text[TFEED_SHAPE_TEXT_BYTES];
        if (tensor->dtype != column->dtype || !tfeed_shape_equal(&tensor->shape, &wanted))
            return tfi_fail(
                reterr, TFEED_INVALID_ARGUMENT, "column %d (%s) is %s%s, expected rows of %s%s", i,
                column->name, tfeed_dtype_name(tensor->dtype),
                tfeed_shape_format(&tensor->shape, got_text), tfeed_dtype_name(column->dtype),
                tfeed_shape_format(&column->shape, wanted_text));
        if (first_row < 0 || first_row > n_rows || n > (uint64_t)(n_rows - first_row))
            return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                            "column %d (%s) has %" PRId64 " rows, %zu from row %" PRId64
                            " on do not fit",
                            i, column->name, n_rows, n, first_row);
    }
    return TFEED_OK;
}

/* Empties the string elements of n rows from the cells' current ones on; gives their blocks back
 * where they are counted, (3). */
static void empty_strings(struct tfeed_example_parser *parser, size_t n, bool counted)
{
    for (int i = 0; i < parser->n_cells; i++) {
        const struct tfi_cell *cell = &parser->cells[i];
        if (cell->store != TFI_STORE_STRING)
            continue;
        if (counted)
            tfi_bytes_unref_n((struct tfeed_bytes *)(void *)cell->row,
                              n * cell->column->n_elements);
        memset(cell->row, 0, n * cell->row_bytes);
    }
}

/* Counts the strings of the n rows before the cells' current ones, (3). */
static void count_strings(const struct tfeed_example_parser *parser, size_t n)
{
    for (int i = 0; i < parser->n_cells; i++) {
        const struct tfi_cell *cell = &parser->cells[i];
        if (cell->store == TFI_STORE_STRING)
            tfi_bytes_ref_n((struct tfeed_bytes *)(void *)(cell->row - n * cell->row_bytes),
                            n * cell->column->n_elements);
    }
}

static void next_row(struct tfeed_example_parser *parser)
{
    for (int i = 0; i < parser->n_cells; i++)
        parser->cells[i].row += parser->cells[i].row_bytes;
}

tfeed_status tfeed_example_parser_parse(struct tfeed_example_parser *parser,
                                        const struct tfeed_bytes *serialized, size_t n,
                                        struct tfeed_tensor *columns, int64_t first_row,
                                        size_t *ret_bad_row, struct tfeed_error *reterr)
{
    TFI_TRY(check_columns(parser, n, columns, first_row, reterr));
    for (int i = 0; i < parser->n_cells; i++)
        parser->cells[i].row =
            (uint8_t *)columns[i].data + (size_t)first_row * parser->cells[i].row_bytes;
    empty_strings(parser, n, true);

    tfeed_status status = TFEED_OK;
    size_t n_done = 0;
    for (; n_done < n; n_done++, next_row(parser)) {
        const uint8_t *bad_at;
        parser->serialized = &serialized[n_done];
        if (!parse_record(parser, &bad_at))
            status = tfi_example_fail_malformed(parser, bad_at, reterr);
        else if (parser->n_filled < parser->n_cells)
            status = tfi_example_fail_unfilled(parser, reterr);
        if (status != TFEED_OK)
            break;
    }
    if (status != TFEED_OK) {
        empty_strings(parser, 1, false);
        if (ret_bad_row != NULL)
            *ret_bad_row = n_done;
    }
    count_strings(parser, n_done);
    return status;
}
