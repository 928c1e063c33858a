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
#include "features/sequence_private.h"

static void put_dims(struct tfi_json_maker *maker, const char *key, const int64_t *dims, int n)
{
    tfi_json_begin_array(maker, key);
    for (int i = 0; i < n; i++)
        tfi_json_put_int64(maker, NULL, dims[i]);
    tfi_json_end(maker);
}

/* What tfeed_schema_add_raw adds. */
static bool is_plain_raw(const struct tfi_feature *feature)
{
    return feature->store == TFI_STORE_RAW_FLOAT ||
           (feature->store == TFI_STORE_RAW_BYTES && feature->dtype == TFEED_UINT8 &&
            feature->shape.n_dims == 1 && feature->when_missing == TFI_MISSING_FAILS);
}

/* The word for what is made of bytes; NULL: the feature is none such. */
static const char *bytes_word(const struct tfi_feature *feature)
{
    if (is_plain_raw(feature))
        return tfi_column_raw_name;
    if (feature->store == TFI_STORE_RAW_BYTES || feature->store == TFI_STORE_DECODED)
        return tfi_column_decoded_name;
    return NULL;
}

/* What differs from what tfeed_decoded_column_init sets. */
static void put_decoded(struct tfi_json_maker *maker, const struct tfi_decoded *decoded)
{
    tfi_json_put_string(maker, "decoding", tfi_decoding_names[decoded->decoding]);
    if (decoded->big_endian)
        tfi_json_put_bool(maker, "big_endian", true);
    if (decoded->padded)
        tfi_json_put_bool(maker, "padded", true);
    if (decoded->compression != TFEED_COMPRESSION_NONE)
        tfi_json_put_string(maker, "compression", tfeed_compression_name(decoded->compression));
    if (decoded->max_bytes > 0)
        tfi_json_put_int64(maker, "max_bytes", (int64_t)decoded->max_bytes);
}

/* Shape and decoding of a row, or of a step. */
static void put_shape(struct tfi_json_maker *maker, const struct tfi_feature *feature)
{
    put_dims(maker, "shape", feature->shape.dims, feature->shape.n_dims);
    if (feature->store == TFI_STORE_RAW_FLOAT) {
        tfi_json_put_double(maker, "scale", (double)feature->scale);
        tfi_json_put_double(maker, "offset", (double)feature->offset);
    } else if (bytes_word(feature) == tfi_column_decoded_name) {
        put_decoded(maker, &feature->decoded);
    }
}

static tfeed_status put_fixed(struct tfi_json_maker *maker, const struct tfi_feature *feature,
                              const struct tfeed_allocator *allocator, struct tfeed_error *reterr)
{
    put_shape(maker, feature);
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

/* The key of a partition: a feature of a schema, or a list of one of SequenceExamples. */
typedef const char *(*key_of_fn)(const void *schema, int feature);

static const char *feature_key(const void *schema, int feature)
{
    return ((const struct tfeed_schema *)schema)->features[feature].name;
}

static const char *part_key(const void *schema, int feature)
{
    return ((const struct tfeed_sequence_schema *)schema)->parts.at[feature].key;
}

static void put_ragged(struct tfi_json_maker *maker, const struct tfi_column *column,
                       const char *value_key, const void *schema, key_of_fn key_of)
{
    tfi_json_put_string(maker, "value_key", value_key);
    tfi_json_put_string(maker, "row_splits_dtype", tfeed_dtype_name(column->row_splits_dtype));
    tfi_json_begin_array(maker, "partitions");
    for (int i = 0; i < column->n_parts; i++) {
        const struct tfi_part *part = &column->parts[i];
        tfi_json_begin_object(maker, NULL);
        tfi_json_put_string(maker, "kind", tfi_partition_names[part->partition]);
        if (part->feature < 0)
            tfi_json_put_int64(maker, "length", part->size);
        else
            tfi_json_put_string(maker, "key", key_of(schema, part->feature));
        tfi_json_end(maker);
    }
    tfi_json_end(maker);
}

static tfeed_status put_column(struct tfi_json_maker *maker, const struct tfeed_schema *schema,
                               const struct tfi_column *column, struct tfeed_error *reterr)
{
    const struct tfi_feature *feature = &schema->features[column->values];
    const char *word = bytes_word(feature);
    tfi_json_begin_object(maker, NULL);
    tfi_json_put_string(maker, "name", column->name);
    tfi_json_put_string(maker, "column", word != NULL ? word : tfi_column_kind_names[column->kind]);
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
        put_ragged(maker, column, feature->name, schema, feature_key);
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

/* Begins the text, up to its lists; NULL is a schema of no columns. */
static tfeed_status put_columns(struct tfi_json_maker *maker, const struct tfeed_schema *schema,
                                struct tfeed_error *reterr)
{
    const int n_columns = schema == NULL ? 0 : schema->n_columns;
    tfi_json_begin_object(maker, NULL);
    tfi_json_put_uint64(maker, "tfeed_schema", TFI_SCHEMA_JSON_VERSION);
    if (schema != NULL)
        tfi_schema_json_put_records(maker, schema);
    tfi_json_begin_array(maker, "columns");
    for (int i = 0; i < n_columns; i++)
        TFI_TRY(put_column(maker, schema, &schema->columns[i], reterr));
    tfi_json_end(maker);
    return TFEED_OK;
}

static void put_list(struct tfi_json_maker *maker, const struct tfeed_sequence_schema *schema,
                     const struct tfi_sequence_list *list)
{
    const char *word = list->is_decoded  ? bytes_word(&list->step)
                       : list->is_fixed  ? tfi_list_names[TFI_LIST_FIXED]
                       : list->is_ragged ? tfi_list_names[TFI_LIST_RAGGED]
                                         : tfi_list_names[TFI_LIST_VARIABLE];
    tfi_json_begin_object(maker, NULL);
    tfi_json_put_string(maker, "name", list->name);
    tfi_json_put_string(maker, "list", word);
    tfi_json_put_string(maker, "dtype", tfeed_dtype_name(list->dtype));
    if (list->is_fixed) {
        put_shape(maker, &list->step);
        tfi_json_put_bool(maker, "allow_missing", list->allow_missing);
    }
    if (list->is_ragged)
        put_ragged(maker, &list->ragged, list->key, schema, part_key);
    tfi_json_end(maker);
}

/* Ends the text, or gives it up where the status is none. */
static tfeed_status finish(struct tfi_json_maker *maker, tfeed_status status,
                           const struct tfeed_allocator *allocator, struct tfeed_bytes *ret_text,
                           struct tfeed_error *reterr)
{
    char *text;
    if (status != TFEED_OK) {
        tfi_json_maker_clear(maker);
        return status;
    }
    tfi_json_end(maker);
    TFI_TRY(tfi_json_finish(maker, allocator, &text, reterr));
    status = text_block(allocator, text, ret_text, reterr);
    tfi_free(allocator, text);
    return status;
}

tfeed_status tfeed_schema_to_json(const struct tfeed_schema *schema, struct tfeed_bytes *ret_text,
                                  struct tfeed_error *reterr)
{
    struct tfi_json_maker maker = {0};
    const tfeed_status status = put_columns(&maker, schema, reterr);
    return finish(&maker, status, schema->allocator, ret_text, reterr);
}

tfeed_status tfeed_sequence_schema_to_json(const struct tfeed_sequence_schema *schema,
                                           struct tfeed_bytes *ret_text, struct tfeed_error *reterr)
{
    struct tfi_json_maker maker = {0};
    const tfeed_status status = put_columns(&maker, schema->context, reterr);
    if (status == TFEED_OK) {
        tfi_json_begin_array(&maker, "lists");
        for (int i = 0; i < schema->lists.n; i++)
            put_list(&maker, schema, &schema->lists.at[i]);
        tfi_json_end(&maker);
    }
    return finish(&maker, status, schema->allocator, ret_text, reterr);
}
