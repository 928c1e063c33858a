/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * example_entries.c - the entries of one record's map into the cells of its row.
 *
 * This is for records that layout.c does not know as a whole. Each entry is tried in three ways,
 * the likeliest first:
 *
 *   guess     what stood at this position in the last record, by its template: a column, or an
 *             entry that no column wants
 *   by name   an ordinary entry: the column by hash, then its template, or one list in one chunk
 *   any       whatever protobuf allows: feature_values.c, chunk by chunk; and all that is wrong
 *
 * The first two take an entry only if it is good, so that only the third has anything to report.
 * An entry that no column wants is stepped over undecoded.
 *
 * Invariants
 *   (1) No byte outside the record is read.
 *   (2) A feature that occurs again replaces the earlier one, if it has a kind at all; what was
 *       wrong with the earlier one is forgotten. So faults of a cell are kept until the record
 *       ends.
 */
#include <string.h>

#include "features/example_parser_private.h"
#include "features/feature_values_private.h"

/* ---------------------------------------------------------------- one cell */

/* Values of one Feature on their way into a row: how many came, and the first that did not fit. */
struct filling {
    const struct tfi_cell *cell;
    uint8_t *row;
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
    if (filling->n++ >= cell->feature->n_elements)
        return;
    if (cell->store == TFI_STORE_INT64) {
        memcpy(filling->row + (filling->n - 1) * sizeof value, &value, sizeof value);
        return;
    }
    const int32_t narrow = (int32_t)value;
    if (narrow != value)
        note_fault(filling, (struct tfi_fault_detail){.fault = TFI_FAULT_RANGE, .value = value});
    memcpy(filling->row + (filling->n - 1) * sizeof narrow, &narrow, sizeof narrow);
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
        filling->n < cell->feature->n_elements ? cell->feature->n_elements - filling->n : 0;
    if (n_room > 0)
        memcpy(filling->row + filling->n * sizeof(float), chunk.data,
               (n < n_room ? n : n_room) * sizeof(float));
    filling->n += n;
    return true;
}

static void store_string(const struct tfeed_example_parser *parser, struct filling *filling,
                         struct tfi_chunk chunk)
{
    const struct tfi_cell *cell = filling->cell;
    const struct tfeed_bytes view = {chunk.data, chunk.len, parser->serialized->block};
    if (filling->n < cell->feature->n_elements)
        memcpy(filling->row + filling->n * sizeof view, &view, sizeof view);
    filling->n++;
}

static void store_raw(const struct tfeed_example_parser *parser, struct filling *filling,
                      struct tfi_chunk chunk)
{
    if (chunk.len != filling->cell->feature->value_bytes)
        note_fault(filling, (struct tfi_fault_detail){.fault = TFI_FAULT_LENGTH, .n = chunk.len});
    else if (filling->n == 0)
        tfi_copy_raw_entry(parser, filling->cell, chunk.data);
    filling->n++;
}

/* False when there was no memory, be it before that the value was tried as an ordinary one. */
static bool store_decoded(struct tfeed_example_parser *parser, struct filling *filling,
                          struct tfi_chunk chunk)
{
    const struct tfi_cell *cell = filling->cell;
    const struct tfeed_bytes value = {chunk.data, chunk.len, parser->serialized->block};
    const size_t i = filling->n++;
    if (parser->has_no_memory)
        return false;
    if (i >= cell->feature->n_values)
        return true;
    const tfeed_status status =
        tfi_decoder_decode(cell->decoder, &value, i, parser->kept, filling->row, NULL);
    parser->has_no_memory = status == TFEED_RESOURCE_EXHAUSTED;
    if (status != TFEED_OK)
        note_fault(filling,
                   (struct tfi_fault_detail){.fault = TFI_FAULT_VALUE, .n = i, .chunk = chunk});
    return !parser->has_no_memory;
}

/* False when the values are malformed, or there was no memory. */
static bool store_chunk(struct tfeed_example_parser *parser, struct filling *filling,
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
    case TFI_STORE_RAW_BYTES:
    case TFI_STORE_RAW_FLOAT:
        store_raw(parser, filling, chunk);
        return true;
    case TFI_STORE_DECODED:
        return store_decoded(parser, filling, chunk);
    case TFI_STORE_LIST:
        break; /* tfi_list_fill */
    }
    return false;
}

/* Fills a cell from any Feature that protobuf accepts. False when it is malformed. */
static bool fill_cell(struct tfeed_example_parser *parser, struct tfi_cell *cell,
                      struct tfi_wire message)
{
    const struct tfi_feature *feature = cell->feature;
    struct tfi_feature_values values;
    if (!tfi_feature_values_init(&values, message))
        return false;
    if (values.kind == TFEED_FEATURE_NONE)
        return true; /* as if the entry were not there, (2) */
    if (values.kind != feature->kind) {
        tfi_mark_fault(parser, cell,
                       (struct tfi_fault_detail){.fault = TFI_FAULT_KIND, .kind = values.kind});
        return true;
    }
    if (cell->store == TFI_STORE_LIST)
        return tfi_list_fill(parser, cell, &values);
    struct filling filling = {.cell = cell, .row = tfi_row_of(parser, cell)};
    struct tfi_chunk chunk;
    enum tfi_next next;
    while ((next = tfi_feature_values_next(&values, &chunk)) == TFI_NEXT_CHUNK)
        if (!store_chunk(parser, &filling, chunk))
            return false;
    if (next == TFI_NEXT_MALFORMED)
        return false;
    if (filling.n != feature->n_values)
        tfi_mark_fault(parser, cell,
                       (struct tfi_fault_detail){.fault = TFI_FAULT_COUNT, .n = filling.n});
    else if (filling.has_fault)
        tfi_mark_fault(parser, cell, filling.fault);
    else
        tfi_mark_filled(parser, cell);
    return true;
}

/* Stores the value of an entry whose template has matched, from payload on; the bytes it has, or 0
 * when it is not one ordinary value: several, a negative one, errors. */
static inline __attribute__((always_inline)) size_t store_scalar(
    const struct tfi_cell *cell, size_t row, const uint8_t *payload, size_t n_left,
    tfi_join_groups_function *join_groups)
{
    const size_t len = payload[-1];
    uint64_t value;
    if (len - 1 >= 8 || n_left < len || !tfi_template_varint(payload, len, join_groups, &value))
        return 0;
    if (cell->store == TFI_STORE_INT64) {
        memcpy(cell->rows + row * sizeof value, &value, sizeof value);
        return len;
    }
    const uint32_t narrow = (uint32_t)value;
    if (value > INT32_MAX)
        return 0;
    memcpy(cell->rows + row * sizeof narrow, &narrow, sizeof narrow);
    return len;
}

/* … of the values that are there as they are; the bytes they have, or 0 when the record ends. */
static inline __attribute__((always_inline)) size_t store_fixed(
    const struct tfeed_example_parser *parser, const struct tfi_cell *cell, size_t row,
    const uint8_t *payload, size_t n_left)
{
    const size_t n_bytes = cell->tmpl.payload_bytes;
    if (n_left < n_bytes)
        return 0;
    if (cell->store != TFI_STORE_FLOAT)
        tfi_copy_raw_entry(parser, cell, payload);
    else if (n_bytes == sizeof(float))
        memcpy(cell->rows + row * sizeof(float), payload, sizeof(float));
    else
        memcpy(cell->rows + row * n_bytes, payload, n_bytes);
    return n_bytes;
}

/* Fills a cell from an entry at `at` that looks as the template says. The bytes it took, or 0 when
 * it is anything else: then nothing has happened. */
static inline __attribute__((always_inline)) size_t fill_by_template(
    const struct tfeed_example_parser *parser, const struct tfi_cell *cell, size_t row,
    const uint8_t *at, size_t n_left, tfi_join_groups_function *join_groups)
{
    const struct tfi_template *tmpl = &cell->tmpl;
    const size_t len = tmpl->len;
    if (len == 0 || n_left < len || !tfi_template_match(tmpl, at))
        return 0;
    const size_t n_stored = tmpl->is_scalar
                                ? store_scalar(cell, row, at + len, n_left - len, join_groups)
                                : store_fixed(parser, cell, row, at + len, n_left - len);
    return n_stored == 0 && (tmpl->is_scalar || tmpl->payload_bytes > 0) ? 0 : len + n_stored;
}

/* --------------------------------------------------------------- one record */

/* Notes which column stood at this position, for the next record. */
static inline void expect(struct tfeed_example_parser *parser, int position, int column)
{
    if (position >= parser->max_expected || parser->n_unordered > 0)
        return;
    parser->order_changed |=
        position < parser->n_expected && parser->expected[position].column != column;
    parser->expected[position].column = column;
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
    ret_front->column = tfi_column_table_find(&parser->names, at + 2, name_len);
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
    at = enter_last(at, end, TFI_WIRE_LEN_TAG(cell->feature->kind));
    if (cell->store == TFI_STORE_LIST && at != NULL)
        return tfi_list_fill_ordinary(parser, cell, (struct tfi_chunk){at, (size_t)(end - at)});
    at = enter_last(at, end, TFI_WIRE_LEN_TAG(TFI_FIELD_LIST_VALUE));
    if (at == NULL)
        return false;
    struct filling filling = {.cell = cell, .row = tfi_row_of(parser, cell)};
    const struct tfi_chunk chunk = {at, (size_t)(end - at)};
    if (!store_chunk(parser, &filling, chunk) || filling.has_fault ||
        filling.n != cell->feature->n_values)
        return false;
    tfi_mark_filled(parser, cell);
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
    if (front.column == TFI_UNWANTED) {
        if (position < parser->max_expected && parser->n_unordered == 0)
            tfi_front_set(&parser->expected[position].front, at, (size_t)(front.name_end - at));
        return n_bytes;
    }
    struct tfi_cell *cell = &parser->cells[front.column];
    if (cell->tmpl.len == 0)
        return fill_ordinary(parser, cell, &front) ? n_bytes : 0;
    const size_t n_filled =
        fill_by_template(parser, cell, parser->row, at, (size_t)(end - at), tfi_join_groups);
    if (n_filled > 0)
        tfi_mark_filled(parser, cell);
    return n_filled;
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
    const int column = tfi_column_table_find(&parser->names, split.name, split.name_len);
    expect(parser, position, column);
    if (column == TFI_UNWANTED || fill_cell(parser, &parser->cells[column], split.feature))
        return true;
    features->at = split.feature.at;
    return false;
}

/* Takes the entries from features->at on as long as they look as those at their positions of the
 * last record did. What the loop needs of the parser stays in registers. */
static inline __attribute__((always_inline)) int take_expected(
    struct tfeed_example_parser *parser, struct tfi_wire *features, int position,
    tfi_join_groups_function *join_groups)
{
    struct tfi_cell *cells = parser->cells;
    const struct tfi_step *step = parser->expected + position;
    const struct tfi_step *last = parser->expected + parser->n_expected;
    const size_t row = parser->row;
    const uint64_t record = parser->record;
    const uint8_t *at = features->at;
    const uint8_t *end = features->end;
    int n_filled = parser->n_filled;
    for (; step < last; step++) {
        if (step->column == TFI_UNWANTED) {
            const uint8_t *behind = tfi_front_match(&step->front, at, end);
            if (behind == NULL)
                break;
            at = behind;
            continue;
        }
        struct tfi_cell *cell = &cells[step->column];
        size_t n_taken = fill_by_template(parser, cell, row, at, (size_t)(end - at), join_groups);
        if (n_taken == 0)
            n_taken = tfi_list_fill_by_template(parser, cell, at, (size_t)(end - at));
        if (n_taken == 0)
            break;
        n_filled += cell->filled_record != record;
        cell->filled_record = record;
        at += n_taken;
    }
    parser->n_filled = n_filled;
    features->at = at;
    return (int)(step - parser->expected);
}

/* Finds the place of the entry at `at`; the byte behind it, or NULL when it is not an ordinary one.
 * Which entry it is cannot be foreseen, so that no branch depends on it. */
static inline const uint8_t *place_entry(struct tfeed_example_parser *parser, const uint8_t *at,
                                         const uint8_t *end)
{
    enum { MIN_BYTES = 1 + 2 + 2 + 8 }; /* tag, EL, tag and KL, and 8 bytes from the name on */
    if (end - at < MIN_BYTES || *at != TFI_WIRE_LEN_TAG(TFI_FIELD_FEATURES_ENTRY))
        return NULL;
    const unsigned is_long = at[1] >> 7; /* EL has two bytes, or more */
    const size_t len = (at[1] & 0x7fu) | (at[2] & 0x7fu & (0 - is_long)) << 7;
    const uint8_t *key = at + 2 + is_long;
    const size_t name_len = key[1];
    if ((at[2] & is_long << 7) != 0 || key[0] != TFI_WIRE_LEN_TAG(TFI_FIELD_ENTRY_KEY) ||
        name_len >= 0x80 || len < 2 + name_len || len > (size_t)(end - key))
        return NULL;
    const int column = tfi_column_table_find_any(&parser->names, key + 2, name_len);
    parser->places[1 + column] = at;
    return key + len;
}

/* Marks the cells as filled that have a place in the record. */
static void mark_placed(struct tfeed_example_parser *parser)
{
    for (int i = 0; i < parser->n_cells; i++)
        if (parser->places[1 + i] != NULL)
            parser->cells[i].filled_record = parser->record;
}

/* Takes a record whose entries come in an order of their own: finds them all, then fills the cells
 * in the schema's order, each from its last one, (2). False when anything is not ordinary; then
 * nothing has happened that counts. */
static inline __attribute__((always_inline)) bool take_unordered(
    struct tfeed_example_parser *parser, struct tfi_wire *features,
    tfi_join_groups_function *join_groups)
{
    const uint8_t *end = features->end;
    memset((void *)parser->places, 0, ((size_t)parser->n_cells + 1) * sizeof *parser->places);
    for (const uint8_t *at = features->at; at != end;)
        if ((at = place_entry(parser, at, end)) == NULL)
            return false;
    int n_missing = 0;
    for (int i = 0; i < parser->n_cells; i++) {
        const struct tfi_cell *cell = &parser->cells[i];
        const uint8_t *at = parser->places[1 + i];
        if (at == NULL) {
            if (cell->feature->when_missing == TFI_MISSING_FAILS)
                return false;
            n_missing++;
            continue;
        }
        if (cell->tmpl.len == 0
                ? tfi_list_fill_by_template(parser, cell, at, (size_t)(end - at)) == 0 &&
                      take_by_name(parser, at, end, 0) == 0
                : fill_by_template(parser, cell, parser->row, at, (size_t)(end - at),
                                   join_groups) == 0)
            return false;
    }
    if (n_missing > 0)
        mark_placed(parser);
    else
        for (int i = 0; i < parser->n_cells; i++)
            parser->cells[i].filled_record = parser->record;
    parser->n_filled = parser->n_cells - n_missing;
    features->at = end;
    return true;
}

static inline __attribute__((always_inline)) bool parse_features(
    struct tfeed_example_parser *parser, struct tfi_wire *features, int *position,
    tfi_join_groups_function *join_groups)
{
    if (parser->n_unordered > 0 && *position == 0 && take_unordered(parser, features, join_groups))
        return true;
    for (;; (*position)++) {
        if (parser->n_unordered == 0)
            *position = take_expected(parser, features, *position, join_groups);
        if (tfi_wire_done(features))
            return true;
        const size_t n_taken = take_by_name(parser, features->at, features->end, *position);
        features->at += n_taken;
        if (n_taken == 0 && !parse_any(parser, features, *position))
            return false;
    }
}

static bool parse_features_plain(struct tfeed_example_parser *parser, struct tfi_wire *features,
                                 int *position)
{
    return parse_features(parser, features, position, tfi_join_groups);
}

#if defined(__x86_64__)
__attribute__((target("bmi2"))) static bool parse_features_bmi2(struct tfeed_example_parser *parser,
                                                                struct tfi_wire *features,
                                                                int *position)
{
    return parse_features(parser, features, position, tfi_join_groups_bmi2);
}
#endif

/* Processors with AVX2 but not AVX-512 may have a pext that is slower than what it replaces. */
tfi_parse_features_function *tfi_parse_features_variant(enum tfi_cpu_level level)
{
#if defined(__x86_64__)
    if (level == TFI_CPU_AVX512)
        return parse_features_bmi2;
#endif
    (void)level;
    return parse_features_plain;
}
