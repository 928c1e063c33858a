/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * layout.c - records that look like one before, as a whole.
 */
#include "features/layout_private.h"

#include <string.h>

#include "features/ask_ahead_private.h"
#include "features/example_parser_private.h"
#include "features/feature_values_private.h"

/* ---------------------------------------------------------------- learning */

/* The next byte of the record, from front to back, is to have these bits. False: no room. */
static bool add_byte(struct tfi_layout *layout, const uint8_t *data, size_t len, size_t at,
                     uint8_t same)
{
    struct tfi_layout_part *part = layout->n_parts > 0 ? &layout->parts[layout->n_parts - 1] : NULL;
    if (part == NULL || at >= part->at + TFI_LAYOUT_PART_BYTES) {
        if (layout->n_parts == TFI_LAYOUT_MAX_PARTS)
            return false;
        part = &layout->parts[layout->n_parts++];
        memset(part, 0, sizeof *part);
        part->at = at < len - TFI_LAYOUT_PART_BYTES ? at : len - TFI_LAYOUT_PART_BYTES;
    }
    part->same[at - part->at] = same;
    part->bits[at - part->at] = data[at] & same;
    return true;
}

/* All bits of the bytes from..to. */
static bool add_bytes(struct tfi_layout *layout, const struct tfeed_bytes *record,
                      const uint8_t *from, const uint8_t *to)
{
    for (; from < to; from++)
        if (!add_byte(layout, record->data, record->len, (size_t)(from - record->data), 0xff))
            return false;
    return true;
}

/* The values of a cell: of a varint, that it goes on or ends, and nothing of what is copied. */
static bool add_value(struct tfi_layout *layout, const struct tfeed_example_parser *parser,
                      int cell, const uint8_t *payload, size_t n_bytes)
{
    enum { MAX_BYTES = 8, MAX_INT32_BYTES = 4 }; /* those of 5 may be too large */
    const struct tfeed_bytes *record = parser->serialized;
    const size_t at = (size_t)(payload - record->data);
    const bool is_scalar = parser->cells[cell].tmpl.is_scalar;
    const size_t max_bytes =
        parser->cells[cell].store == TFI_STORE_INT32 ? MAX_INT32_BYTES : MAX_BYTES;
    if (layout->n_values == TFI_LAYOUT_MAX_VALUES || (is_scalar && n_bytes > max_bytes))
        return false;
    for (size_t i = 0; is_scalar && i < n_bytes; i++)
        if (payload[i] >> 7 != (i + 1 < n_bytes) ||
            !add_byte(layout, record->data, record->len, at + i, 0x80))
            return false;
    layout->values[layout->n_values++] =
        (struct tfi_layout_value){.at = at, .n_bytes = n_bytes, .cell = cell};
    return true;
}

/* An entry, which its template describes or nobody wants. */
static bool add_entry(struct tfi_layout *layout, const struct tfeed_example_parser *parser,
                      const uint8_t *at, const struct tfi_field *field)
{
    struct tfi_wire entry = tfi_wire_of(field);
    const uint8_t *end = entry.end;
    struct tfi_entry split;
    if (!tfi_field_is_len(field, TFI_FIELD_FEATURES_ENTRY) || !tfi_entry_split(&entry, &split) ||
        split.name != field->data + 2)
        return false;
    const int column = tfi_column_table_find(&parser->names, split.name, split.name_len);
    if (column == TFI_UNWANTED)
        return add_bytes(layout, parser->serialized, at, split.name + split.name_len);
    const struct tfi_template *tmpl = &parser->cells[column].tmpl;
    if (tmpl->len == 0 || (size_t)(end - at) < tmpl->len || !tfi_template_match(tmpl, at))
        return false;
    const uint8_t *payload = at + tmpl->len;
    const size_t n_bytes = tmpl->is_scalar ? payload[-1] : tmpl->payload_bytes;
    return n_bytes > 0 && n_bytes == (size_t)(end - payload) &&
           add_bytes(layout, parser->serialized, at, payload) &&
           add_value(layout, parser, column, payload, n_bytes);
}

/* False: the record has something that no layout describes. */
static bool add_record(struct tfi_layout *layout, const struct tfeed_example_parser *parser)
{
    const struct tfeed_bytes *record = parser->serialized;
    struct tfi_wire example = {record->data, record->data + record->len};
    struct tfi_field field;
    if (record->len < TFI_LAYOUT_PART_BYTES || !tfi_wire_field(&example, &field) ||
        !tfi_field_is_len(&field, TFI_FIELD_EXAMPLE_FEATURES) || !tfi_wire_done(&example) ||
        !add_bytes(layout, record, record->data, field.data))
        return false;
    struct tfi_wire features = tfi_wire_of(&field);
    while (!tfi_wire_done(&features)) {
        const uint8_t *at = features.at;
        if (!tfi_wire_field(&features, &field) || !add_entry(layout, parser, at, &field))
            return false;
    }
    return layout->n_values == parser->n_cells; /* all are filled: each has one, none has two */
}

void tfi_layout_learn(struct tfeed_example_parser *parser)
{
    enum { MAX_WAIT = 1 << 16 };
    struct tfi_layout *layout = &parser->layout;
    if (tfi_layout_held(layout))
        layout->next_wait = 0;
    layout->next_wait = layout->next_wait < MAX_WAIT ? 2 * layout->next_wait + 1 : MAX_WAIT;
    layout->n_wait = layout->next_wait;
    layout->n_taken = 0;
    layout->n_missed = 0;
    layout->n_parts = 0;
    layout->n_values = 0;
    layout->len = add_record(layout, parser) ? parser->serialized->len : 0;
}

/* ------------------------------------------------------------------ taking */

typedef bool match_function(const struct tfi_layout *layout, const uint8_t *record);

/* The number in a varint of so many bytes, whose form is known. */
static inline __attribute__((always_inline)) uint64_t varint_at(
    const uint8_t *at, size_t n_bytes, tfi_join_groups_function *join_groups)
{
    const uint64_t groups = UINT64_C(0x7f7f7f7f7f7f7f7f);
    const uint64_t word = tfi_load_le64(at + n_bytes - 8); /* a prefix stands before it */
    return join_groups((word & groups) >> 8 * (8 - (unsigned)n_bytes));
}

static inline __attribute__((always_inline)) void take_value(
    const struct tfeed_example_parser *parser, const struct tfi_layout_value *value,
    const uint8_t *record, size_t row, tfi_join_groups_function *join_groups)
{
    const struct tfi_cell *cell = &parser->cells[value->cell];
    const uint8_t *at = record + value->at;
    uint8_t *to = cell->rows + row * cell->row_bytes;
    uint64_t number;
    switch (cell->store) {
    case TFI_STORE_INT64:
        number = varint_at(at, value->n_bytes, join_groups);
        memcpy(to, &number, sizeof number);
        break;
    case TFI_STORE_INT32: {
        const uint32_t narrow = (uint32_t)varint_at(at, value->n_bytes, join_groups);
        memcpy(to, &narrow, sizeof narrow);
        break;
    }
    case TFI_STORE_FLOAT:
        if (value->n_bytes == sizeof(float))
            memcpy(to, at, sizeof(float));
        else
            memcpy(to, at, value->n_bytes);
        break;
    default: /* raw ones; others have no template */
        tfi_copy_raw(parser, cell, at, value->at, to);
        break;
    }
}

static inline __attribute__((always_inline)) size_t take(struct tfeed_example_parser *parser,
                                                         const struct tfeed_bytes *records,
                                                         size_t n, size_t row,
                                                         match_function *match,
                                                         tfi_join_groups_function *join_groups)
{
    struct tfi_layout *layout = &parser->layout;
    size_t i = 0;
    for (; i < n && records[i].len == layout->len && match(layout, records[i].data); i++) {
        tfi_ask_ahead(parser, records, i, n);
        for (int k = 0; k < layout->n_values; k++)
            take_value(parser, &layout->values[k], records[i].data, row + i, join_groups);
    }
    layout->n_taken += i;
    return i;
}

static inline bool match_plain(const struct tfi_layout *layout, const uint8_t *record)
{
    for (int i = 0; i < layout->n_parts; i++) {
        const struct tfi_layout_part *part = &layout->parts[i];
        const uint8_t *bytes = record + part->at;
        uint64_t difference = 0;
        for (size_t k = 0; k < TFI_LAYOUT_PART_BYTES; k += sizeof difference)
            difference |= (tfi_load_le64(bytes + k) & tfi_load_le64(part->same + k)) ^
                          tfi_load_le64(part->bits + k);
        if (difference != 0)
            return false;
    }
    return true;
}

static size_t take_plain(struct tfeed_example_parser *parser, const struct tfeed_bytes *records,
                         size_t n, size_t row)
{
    return take(parser, records, n, row, match_plain, tfi_join_groups);
}

#if defined(__x86_64__)
#include <immintrin.h>

__attribute__((target("avx512f,avx512bw,bmi2"))) static inline bool match_avx512(
    const struct tfi_layout *layout, const uint8_t *record)
{
    for (int i = 0; i < layout->n_parts; i++) {
        const struct tfi_layout_part *part = &layout->parts[i];
        const __m512i bytes = _mm512_loadu_si512(record + part->at);
        const __m512i fixed = _mm512_and_si512(bytes, _mm512_loadu_si512(part->same));
        if (_mm512_cmpneq_epi8_mask(fixed, _mm512_loadu_si512(part->bits)) != 0)
            return false;
    }
    return true;
}

__attribute__((target("avx512f,avx512bw,bmi2"))) static size_t take_avx512(
    struct tfeed_example_parser *parser, const struct tfeed_bytes *records, size_t n, size_t row)
{
    return take(parser, records, n, row, match_avx512, tfi_join_groups_bmi2);
}
#endif

tfi_layout_take_function *tfi_layout_take_variant(enum tfi_cpu_level level)
{
#if defined(__x86_64__)
    if (level == TFI_CPU_AVX512)
        return take_avx512;
#endif
    (void)level;
    return take_plain;
}
