/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * schema_records.c - what the records of a schema are, where they are not serialized Examples.
 */
#include <string.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "features/csv_line_private.h"
#include "features/features_internal.h"
#include "features/schema_private.h"

/* Options whose pointers are their own. */
static void free_options(struct tfeed_csv_options *options, const struct tfeed_allocator *allocator)
{
    tfi_free(allocator, (void *)(uintptr_t)options->field_delim);
    tfi_free(allocator, (void *)(uintptr_t)options->na_value);
    tfi_free(allocator, (void *)(uintptr_t)options->select_cols);
}

void tfi_schema_clear_records(struct tfeed_schema *schema)
{
    free_options(&schema->csv, schema->allocator);
    schema->csv = (struct tfeed_csv_options){0};
    schema->records = TFI_RECORDS_EXAMPLE;
}

static tfeed_status check_unused(const struct tfeed_schema *schema, struct tfeed_error *reterr)
{
    return atomic_load_explicit(&schema->in_use, memory_order_relaxed)
               ? tfi_fail(reterr, TFEED_FAILED_PRECONDITION,
                          "what the records of a schema are does not change once a parser uses it")
               : TFEED_OK;
}

tfeed_status tfeed_schema_set_json_records(struct tfeed_schema *schema, struct tfeed_error *reterr)
{
    TFI_TRY(check_unused(schema, reterr));
    tfi_schema_clear_records(schema);
    schema->records = TFI_RECORDS_JSON;
    return TFEED_OK;
}

static tfeed_status copy_options(const struct tfeed_csv_options *options,
                                 const struct tfeed_allocator *allocator,
                                 struct tfeed_csv_options *ret_copy, struct tfeed_error *reterr)
{
    const size_t n = options->n_select_cols;
    int64_t *select = n > 0 ? tfi_alloc_array(allocator, n, sizeof *select) : NULL;
    if (select != NULL)
        memcpy(select, options->select_cols, n * sizeof *select);
    struct tfeed_csv_options copy = *options;
    copy.allocator = NULL;
    copy.select_cols = select;
    copy.field_delim = tfi_strndup(allocator, options->field_delim, 1);
    copy.na_value = tfi_strndup(allocator, options->na_value, strlen(options->na_value));
    if (copy.field_delim == NULL || copy.na_value == NULL || (n > 0 && select == NULL)) {
        free_options(&copy, allocator);
        return tfi_fail_memory(reterr, "the options of CSV");
    }
    *ret_copy = copy;
    return TFEED_OK;
}

tfeed_status tfeed_schema_set_csv_records(struct tfeed_schema *schema,
                                          const struct tfeed_csv_options *options,
                                          struct tfeed_error *reterr)
{
    struct tfeed_csv_options defaults;
    struct tfeed_csv_options copy;
    tfeed_csv_options_init(&defaults);
    if (options == NULL)
        options = &defaults;
    TFI_TRY(check_unused(schema, reterr));
    TFI_TRY(tfi_csv_check_options(options, reterr));
    TFI_TRY(copy_options(options, schema->allocator, &copy, reterr));
    tfi_schema_clear_records(schema);
    schema->csv = copy;
    schema->records = TFI_RECORDS_CSV;
    return TFEED_OK;
}

tfeed_status tfi_schema_copy_records(struct tfeed_schema *schema, const struct tfeed_schema *from,
                                     struct tfeed_error *reterr)
{
    switch (from->records) {
    case TFI_RECORDS_EXAMPLE:
        break;
    case TFI_RECORDS_JSON:
        return tfeed_schema_set_json_records(schema, reterr);
    case TFI_RECORDS_CSV:
        return tfeed_schema_set_csv_records(schema, &from->csv, reterr);
    }
    return TFEED_OK;
}

tfeed_status tfi_schema_check_records(const struct tfeed_schema *schema, struct tfeed_error *reterr)
{
    const size_t n_selected = schema->csv.n_select_cols;
    if (schema->records != TFI_RECORDS_CSV)
        return TFEED_OK;
    const int growing = tfi_schema_first_growing(schema);
    if (growing >= 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "column %d (%s) has rows of any length: a field of CSV is one value",
                        growing, schema->columns[growing].name);
    for (int i = 0; i < schema->n_features; i++)
        if (schema->features[i].n_values != 1)
            return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                            "column %d (%s) has rows of %zu values: a field of CSV is one", i,
                            schema->features[i].name, schema->features[i].n_values);
    if (n_selected > 0 && n_selected != (size_t)schema->n_columns)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "select_cols names %zu fields of CSV, the schema has %d columns",
                        n_selected, schema->n_columns);
    return TFEED_OK;
}
