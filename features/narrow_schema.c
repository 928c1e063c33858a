/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * narrow_schema.c - scaled columns parsed as bytes, and widened later.
 */
#include "core/cpu_internal.h"
#include "features/features_internal.h"
#include "features/raw_column_private.h"
#include "features/schema_private.h"

bool tfi_schema_column_is_scaled(const struct tfeed_schema *schema, int column)
{
    return schema->features[schema->columns[column].values].store == TFI_STORE_RAW_FLOAT;
}

static bool has_scaled_column(const struct tfeed_schema *schema)
{
    for (int i = 0; i < schema->n_columns; i++)
        if (tfi_schema_column_is_scaled(schema, i))
            return true;
    return false;
}

/* A column again, uint8 where it is scaled. */
static tfeed_status add_column(struct tfeed_schema *narrow, const struct tfi_feature *feature,
                               struct tfeed_error *reterr)
{
    struct tfi_feature copy = *feature;
    if (feature->store == TFI_STORE_RAW_FLOAT) {
        copy.store = TFI_STORE_RAW_BYTES;
        copy.dtype = TFEED_UINT8;
    }
    copy.default_value = (struct tfeed_tensor){0};
    return tfi_schema_add_rows(
        narrow, feature->name, &copy,
        feature->when_missing == TFI_MISSING_DEFAULT ? &feature->default_value : NULL, reterr);
}

tfeed_status tfi_schema_narrow(struct tfeed_schema *schema, struct tfeed_schema **ret_narrow,
                               struct tfeed_error *reterr)
{
    *ret_narrow = NULL;
    if (!has_scaled_column(schema) || tfi_schema_first_growing(schema) >= 0)
        return TFEED_OK;
    atomic_store(&schema->in_use, true);
    struct tfeed_schema *narrow;
    tfeed_status status = tfeed_schema_new(schema->allocator, &narrow, reterr);
    if (status != TFEED_OK)
        return status;
    for (int i = 0; status == TFEED_OK && i < schema->n_columns; i++)
        status = add_column(narrow, &schema->features[i], reterr);
    if (status == TFEED_OK)
        status = tfi_schema_copy_records(narrow, schema, reterr);
    if (status != TFEED_OK) {
        tfeed_schema_unref(narrow);
        return status;
    }
    *ret_narrow = narrow;
    return TFEED_OK;
}

void tfi_schema_widen(const struct tfeed_schema *schema, int column, const uint8_t *from,
                      int64_t n_rows, float *to)
{
    const struct tfi_feature *scaled = &schema->features[schema->columns[column].values];
    tfi_scale_bytes_function *scale_bytes = tfi_scale_bytes_variant(tfi_cpu_level());
    const struct tfi_ahead nothing = {from, from};
    scale_bytes(from, (size_t)n_rows * scaled->n_elements, scaled->scale, scaled->offset, &nothing,
                to);
}
