/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * csv_split.c - one record of CSV taken apart into fields, as TensorFlow does it.
 *
 *      before a field ──quote──▶ quoted ──quote and (delimiter or end)──▶ before the next field
 *        │  ▲    │                │   ▲
 *       CR, LF   └──else──▶ bare  └two quotes
 *                            └──delimiter or end──▶ before the next field
 *
 * Nothing is copied: a field is a piece of the record.
 */
#include "features/csv_split_private.h"

#include "features/decode_private.h"

void tfi_csv_rules_init(struct tfi_csv_rules *rules, char delimiter, bool has_quotes)
{
    *rules = (struct tfi_csv_rules){.delimiter = (uint8_t)delimiter, .has_quotes = has_quotes};
    rules->ends_bare['\n'] = true;
    rules->ends_bare['\r'] = true;
    rules->ends_bare['"'] = has_quotes;
    rules->ends_bare[rules->delimiter] = true;
}

/* What splitting looks at. */
struct splitting {
    const struct tfi_csv_rules *rules;
    const struct tfeed_bytes *record;
    int64_t record_number;
    const uint8_t *at;
    const uint8_t *end;
    struct tfeed_error *reterr;
};

static tfeed_status fail(const struct splitting *splitting, const uint8_t *at, const char *what)
{
    const ptrdiff_t place = at - splitting->record->data;
    if (splitting->record_number == TFI_CSV_NO_NUMBER)
        return tfi_decode_fail(splitting->reterr, TFEED_INVALID_ARGUMENT, splitting->record, at,
                               "%s (at byte %td of the record)", what, place);
    return tfi_decode_fail(splitting->reterr, TFEED_INVALID_ARGUMENT, splitting->record, at,
                           "%s (record %lld, at its byte %td)", what,
                           (long long)splitting->record_number, place);
}

static tfeed_status take_bare(struct splitting *splitting, struct tfi_csv_field *ret_field)
{
    const struct tfi_csv_rules *rules = splitting->rules;
    const uint8_t *start = splitting->at;
    const uint8_t *at = start;
    while (at < splitting->end && !rules->ends_bare[*at])
        at++;
    if (at < splitting->end && *at != rules->delimiter)
        return fail(splitting, at, "Unquoted fields cannot have quotes/CRLFs inside");
    *ret_field = (struct tfi_csv_field){start, (size_t)(at - start), false};
    splitting->at = at < splitting->end ? at + 1 : at;
    return TFEED_OK;
}

static tfeed_status take_quoted(struct splitting *splitting, struct tfi_csv_field *ret_field)
{
    const uint8_t *end = splitting->end;
    const uint8_t *start = splitting->at + 1;
    const uint8_t *at = start;
    bool has_doubled_quotes = false;
    for (; at < end; at++) {
        if (*at != '"')
            continue;
        if (at + 1 == end || at[1] == splitting->rules->delimiter)
            break;
        if (at[1] != '"')
            return fail(splitting, at, "Quote inside a string has to be escaped by another quote");
        has_doubled_quotes = true;
        at++;
    }
    if (at >= end)
        return fail(splitting, end, "Quoted field has to end with quote followed by delim or end");
    *ret_field = (struct tfi_csv_field){start, (size_t)(at - start), has_doubled_quotes};
    splitting->at = at + 1 < end ? at + 2 : end;
    return TFEED_OK;
}

/* True when field `column` of the record is the next one wanted, n having been found. */
static bool is_wanted(const struct tfi_csv_rules *rules, int64_t column, size_t n)
{
    return rules->n_select == 0 || rules->select[n] == column;
}

tfeed_status tfi_csv_split(const struct tfi_csv_rules *rules, const struct tfeed_bytes *record,
                           int64_t record_number, struct tfi_csv_field *fields, size_t room,
                           size_t *ret_n, struct tfeed_error *reterr)
{
    struct tfi_csv_field field = {0};
    int64_t column = 0;
    size_t n = 0;
    *ret_n = 0;
    if (record->len == 0)
        return TFEED_OK;
    struct splitting splitting = {.rules = rules,
                                  .record = record,
                                  .record_number = record_number,
                                  .at = record->data,
                                  .end = record->data + record->len,
                                  .reterr = reterr};
    while (splitting.at < splitting.end) {
        const uint8_t first = *splitting.at;
        if (first == '\n' || first == '\r') {
            splitting.at++;
            continue;
        }
        TFI_TRY(rules->has_quotes && first == '"' ? take_quoted(&splitting, &field)
                                                  : take_bare(&splitting, &field));
        if (is_wanted(rules, column++, n)) {
            if (n < room)
                fields[n] = field;
            *ret_n = ++n;
            if (n == rules->n_select)
                return TFEED_OK;
        }
    }
    if (splitting.end[-1] == rules->delimiter && is_wanted(rules, column, n)) {
        if (n < room)
            fields[n] = (struct tfi_csv_field){splitting.end, 0, false};
        *ret_n = ++n;
    }
    return TFEED_OK;
}

size_t tfi_csv_undouble(const struct tfi_csv_field *field, uint8_t *to)
{
    uint8_t *at = to;
    for (size_t i = 0; i < field->len; i++) {
        *at++ = field->data[i];
        if (field->data[i] == '"')
            i++;
    }
    return (size_t)(at - to);
}
