/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * schema_json_records.c - what the records of a schema are, in JSON: written and read.
 */
#include <string.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "features/features_internal.h"
#include "features/schema_json_private.h"
#include "features/schema_private.h"

static const char records_key[] = "records";
static const char json_word[] = "json_example";
static const char csv_word[] = "csv";

/* What differs from what tfeed_csv_options_init sets. */
static void put_csv(struct tfi_json_maker *maker, const struct tfeed_csv_options *options)
{
    struct tfeed_csv_options defaults;
    tfeed_csv_options_init(&defaults);
    if (strcmp(options->field_delim, defaults.field_delim) != 0)
        tfi_json_put_string(maker, "field_delim", options->field_delim);
    if (options->use_quote_delim != defaults.use_quote_delim)
        tfi_json_put_bool(maker, "use_quote_delim", options->use_quote_delim);
    if (strcmp(options->na_value, defaults.na_value) != 0)
        tfi_json_put_string(maker, "na_value", options->na_value);
    if (options->n_select_cols == 0)
        return;
    tfi_json_begin_array(maker, "select_cols");
    for (size_t i = 0; i < options->n_select_cols; i++)
        tfi_json_put_int64(maker, NULL, options->select_cols[i]);
    tfi_json_end(maker);
}

void tfi_schema_json_put_records(struct tfi_json_maker *maker, const struct tfeed_schema *schema)
{
    if (schema->records == TFI_RECORDS_EXAMPLE)
        return;
    tfi_json_begin_object(maker, records_key);
    tfi_json_put_string(maker, "form", schema->records == TFI_RECORDS_CSV ? csv_word : json_word);
    if (schema->records == TFI_RECORDS_CSV)
        put_csv(maker, &schema->csv);
    tfi_json_end(maker);
}

/* Reads the options; *ret_select is the storage of theirs, to be freed. */
static tfeed_status read_csv(const struct tfi_json *records, struct tfeed_csv_options *options,
                             const struct tfeed_allocator *allocator, int64_t **ret_select,
                             struct tfeed_error *reterr)
{
    const struct tfi_json *delimiter = tfi_json_member(records, "field_delim");
    const struct tfi_json *quotes = tfi_json_member(records, "use_quote_delim");
    const struct tfi_json *na_value = tfi_json_member(records, "na_value");
    const struct tfi_json *columns = tfi_json_member(records, "select_cols");
    if (delimiter != NULL)
        TFI_TRY(
            tfi_json_as_string(delimiter, "records: field_delim", &options->field_delim, reterr));
    if (quotes != NULL)
        TFI_TRY(tfi_json_as_bool(quotes, "records: use_quote_delim", &options->use_quote_delim,
                                 reterr));
    if (na_value != NULL)
        TFI_TRY(tfi_json_as_string(na_value, "records: na_value", &options->na_value, reterr));
    if (columns == NULL)
        return TFEED_OK;
    TFI_TRY(tfi_json_as_array(columns, "records: select_cols", reterr));
    const size_t n = tfi_json_n_elements(columns);
    if (n == 0)
        return TFEED_OK;
    int64_t *select = tfi_alloc_array(allocator, n, sizeof *select);
    *ret_select = select;
    if (select == NULL)
        return tfi_fail_memory(reterr, "the options of CSV");
    for (size_t i = 0; i < n; i++)
        TFI_TRY(tfi_json_as_int64(tfi_json_element(columns, i), "records: select_cols", &select[i],
                                  reterr));
    options->select_cols = select;
    options->n_select_cols = n;
    return TFEED_OK;
}

static tfeed_status set_csv(struct tfeed_schema *schema, const struct tfi_json *records,
                            struct tfeed_error *reterr)
{
    struct tfeed_csv_options options;
    int64_t *select = NULL;
    tfeed_csv_options_init(&options);
    tfeed_status status = read_csv(records, &options, schema->allocator, &select, reterr);
    if (status == TFEED_OK)
        status = tfeed_schema_set_csv_records(schema, &options, reterr);
    tfi_free(schema->allocator, select);
    return status;
}

tfeed_status tfi_schema_json_read_records(const struct tfi_json *root, struct tfeed_schema *schema,
                                          struct tfeed_error *reterr)
{
    const struct tfi_json *records = tfi_json_member(root, records_key);
    const char *word;
    if (records == NULL)
        return TFEED_OK;
    TFI_TRY(tfi_json_as_object(records, records_key, reterr));
    TFI_TRY(tfi_json_as_string(tfi_json_member(records, "form"), "records: form", &word, reterr));
    if (strcmp(word, json_word) == 0)
        TFI_TRY(tfeed_schema_set_json_records(schema, reterr));
    else if (strcmp(word, csv_word) == 0)
        TFI_TRY(set_csv(schema, records, reterr));
    else if (strcmp(word, "example") != 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "records: form: '%.40s' is not known",
                        word);
    return tfi_schema_check_records(schema, reterr);
}
