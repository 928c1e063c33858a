/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * csv_line.c - one line of CSV as so many fields, each with its value.
 *
 * A field is a view of its record. Only one with doubled quotes has to be written anew.
 */
#include "features/csv_line_private.h"

#include <stdio.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "features/decode_private.h"

tfeed_status tfi_csv_check_options(const struct tfeed_csv_options *options,
                                   struct tfeed_error *reterr)
{
    const int64_t *select = options->select_cols;
    if (strlen(options->field_delim) != 1)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "field_delim should be only 1 char, not %zu", strlen(options->field_delim));
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

tfeed_status tfi_csv_line_init(struct tfi_csv_line *line, const struct tfeed_csv_options *options,
                               size_t n_fields, const struct tfeed_allocator *allocator,
                               struct tfeed_error *reterr)
{
    *line = (struct tfi_csv_line){.na_value = (const uint8_t *)options->na_value,
                                  .na_len = strlen(options->na_value),
                                  .n_fields = n_fields,
                                  .allocator = allocator};
    tfi_csv_rules_init(&line->rules, options->field_delim[0], options->use_quote_delim);
    line->rules.select = options->select_cols;
    line->rules.n_select = options->n_select_cols;
    line->fields = tfi_alloc_array(allocator, n_fields, sizeof *line->fields);
    return line->fields != NULL ? TFEED_OK : tfi_fail_memory(reterr, "the fields of a record");
}

void tfi_csv_line_clear(struct tfi_csv_line *line)
{
    tfi_free(line->allocator, line->fields);
    line->fields = NULL;
}

tfeed_status tfi_csv_line_take(struct tfi_csv_line *line, const struct tfeed_bytes *record,
                               int64_t number, struct tfeed_error *reterr)
{
    char which[sizeof " -9223372036854775808"] = "";
    size_t n = 0;
    TFI_TRY(tfi_csv_split(&line->rules, record, number, line->fields, line->n_fields, &n, reterr));
    if (n == line->n_fields)
        return TFEED_OK;
    if (number != TFI_CSV_NO_NUMBER)
        (void)snprintf(which, sizeof which, " %lld", (long long)number);
    return tfi_decode_fail(reterr, TFEED_INVALID_ARGUMENT, record, record->data,
                           "Expect %zu fields but have %zu in record%s", line->n_fields, n, which);
}

static bool is_missing(const struct tfi_csv_line *line, const struct tfeed_bytes *value)
{
    return value->len == 0 ||
           (value->len == line->na_len && memcmp(value->data, line->na_value, value->len) == 0);
}

tfeed_status tfi_csv_line_value(const struct tfi_csv_line *line, const struct tfeed_bytes *record,
                                size_t i, struct tfi_kept_bytes *kept,
                                struct tfi_csv_value *ret_value, struct tfeed_error *reterr)
{
    const struct tfi_csv_field *field = &line->fields[i];
    struct tfi_csv_value value = {.bytes = {field->data, field->len, record->block},
                                  .is_kept = field->has_doubled_quotes,
                                  .at = field->data};
    if (value.is_kept) {
        uint8_t *copy;
        TFI_TRY(tfi_kept_bytes_take(kept, field->len, &copy, reterr));
        value.bytes = (struct tfeed_bytes){copy, tfi_csv_undouble(field, copy), kept->block};
        tfi_kept_bytes_give_back(kept, field->len - value.bytes.len);
    }
    value.is_missing = is_missing(line, &value.bytes);
    *ret_value = value;
    return TFEED_OK;
}
