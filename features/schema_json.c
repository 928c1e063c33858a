/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * schema_json.c - a schema as JSON, written.
 */
#include <tfeed/schema.h>

#include <string.h>

#include "core/allocator_internal.h"
#include "core/block_internal.h"
#include "core/error_internal.h"
#include "features/schema_json_private.h"
#include "features/schema_private.h"

static void put_dims(struct tfi_json_maker *maker, const char *key, const int64_t *dims, int n)
{
    tfi_json_begin_array(maker, key);
    for (int i = 0; i < n; i++)
        tfi_json_put_int64(maker, NULL, dims[i]);
    tfi_json_end(maker);
}

static tfeed_status put_fixed(struct tfi_json_maker *maker, const struct tfi_feature *feature,
                              const struct tfeed_allocator *allocator, struct tfeed_error *reterr)
{
    put_dims(maker, "shape", feature->shape.dims, feature->shape.n_dims);
    if (feature->store == TFI_STORE_RAW_FLOAT) {
        tfi_json_put_double(maker, "scale", (double)feature->scale);
        tfi_json_put_double(maker, "offset", (double)feature->offset);
    }
    if (feature->when_missing != TFI_MISSING_DEFAULT)
        return TFEED_OK;
    return tfi_schema_json_put_elements(maker, "default", &feature->default_value, allocator,
                                        reterr);
}

static void put_sparse(struct tfi_json_maker *maker, const struct tfeed_schema *schema,
                       const struct tfi_column *column)
{
    tfi_json_put_string(maker, "value_key", schema->features[column->values].name);
    tfi_json_begin_array(maker, "index_keys");
    for (int i = 0; i < column->n_parts; i++)
        tfi_json_put_string(maker, NULL, schema->features[column->parts[i].feature].name);
    tfi_json_end(maker);
    put_dims(maker, "size", column->shape.dims, column->n_parts);
    tfi_json_put_bool(maker, "already_sorted", column->already_sorted);
}

static void put_ragged(struct tfi_json_maker *maker, const struct tfeed_schema *schema,
                       const struct tfi_column *column)
{
    tfi_json_put_string(maker, "value_key", schema->features[column->values].name);
    tfi_json_put_string(maker, "row_splits_dtype", tfeed_dtype_name(column->row_splits_dtype));
    tfi_json_begin_array(maker, "partitions");
    for (int i = 0; i < column->n_parts; i++) {
        const struct tfi_part *part = &column->parts[i];
        tfi_json_begin_object(maker, NULL);
        tfi_json_put_string(maker, "kind", tfi_partition_names[part->partition]);
        if (part->feature < 0)
            tfi_json_put_int64(maker, "length", part->size);
        else
            tfi_json_put_string(maker, "key", schema->features[part->feature].name);
        tfi_json_end(maker);
    }
    tfi_json_end(maker);
}

static tfeed_status put_column(struct tfi_json_maker *maker, const struct tfeed_schema *schema,
                               const struct tfi_column *column, struct tfeed_error *reterr)
{
    const struct tfi_feature *feature = &schema->features[column->values];
    tfi_json_begin_object(maker, NULL);
    tfi_json_put_string(maker, "name", column->name);
    tfi_json_put_string(maker, "column",
                        tfi_feature_is_raw(feature) ? tfi_column_raw_name
                                                    : tfi_column_kind_names[column->kind]);
    tfi_json_put_string(maker, "dtype", tfeed_dtype_name(column->dtype));
    switch (column->kind) {
    case TFEED_COLUMN_FIXED:
        TFI_TRY(put_fixed(maker, feature, schema->allocator, reterr));
        break;
    case TFEED_COLUMN_VARIABLE:
        break;
    case TFEED_COLUMN_SEQUENCE:
        put_dims(maker, "shape", feature->shape.dims, feature->shape.n_dims);
        TFI_TRY(tfi_schema_json_put_elements(maker, "padding", &column->padding, schema->allocator,
                                             reterr));
        break;
    case TFEED_COLUMN_SPARSE:
        put_sparse(maker, schema, column);
        break;
    case TFEED_COLUMN_RAGGED:
        put_ragged(maker, schema, column);
        break;
    }
    tfi_json_end(maker);
    return TFEED_OK;
}

/* The text as a block of its own. */
static tfeed_status text_block(const struct tfeed_allocator *allocator, const char *text,
                               struct tfeed_bytes *ret_text, struct tfeed_error *reterr)
{
    const size_t len = strlen(text);
    struct tfeed_block *block;
    uint8_t *data;
    TFI_TRY(tfi_block_alloc(allocator, len + 1, &block, &data, reterr));
    memcpy(data, text, len + 1);
    *ret_text = (struct tfeed_bytes){data, len, block};
    return TFEED_OK;
}

tfeed_status tfeed_schema_to_json(const struct tfeed_schema *schema, struct tfeed_bytes *ret_text,
                                  struct tfeed_error *reterr)
{
    struct tfi_json_maker maker = {0};
    tfeed_status status = TFEED_OK;
    char *text;
    tfi_json_begin_object(&maker, NULL);
    tfi_json_put_uint64(&maker, "tfeed_schema", TFI_SCHEMA_JSON_VERSION);
    tfi_json_begin_array(&maker, "columns");
    for (int i = 0; i < schema->n_columns && status == TFEED_OK; i++)
        status = put_column(&maker, schema, &schema->columns[i], reterr);
    if (status != TFEED_OK) {
        tfi_json_maker_clear(&maker);
        return status;
    }
    tfi_json_end(&maker);
    tfi_json_end(&maker);
    TFI_TRY(tfi_json_finish(&maker, schema->allocator, &text, reterr));
    status = text_block(schema->allocator, text, ret_text, reterr);
    tfi_free(schema->allocator, text);
    return status;
}
