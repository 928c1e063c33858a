/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * schema_json_read.c - a schema as JSON, read: an object for each column, and one function for each
 * kind of column.
 */
#include <tfeed/decode.h>
#include <tfeed/schema.h>

#include <stdio.h>
#include <string.h>

#include "core/error_internal.h"
#include "features/schema_json_private.h"
#include "features/schema_private.h"

enum { MAX_TEXT_BYTES = 16 << 20, WHAT_BYTES = 160, MAX_KEYS = TFEED_MAX_DIMS };

/* A column's object, and the words that name a member of it in a message. */
struct column_json {
    const struct tfi_json *object;
    const char *name;
    enum tfeed_dtype dtype;
    const struct tfeed_allocator *allocator;
    char what[WHAT_BYTES];
};

/* The member of a name; then json->what says "feature 'x': member". */
static const struct tfi_json *member(struct column_json *json, const char *key)
{
    (void)snprintf(json->what, sizeof json->what, "feature '%.100s': %s", json->name, key);
    return tfi_json_member(json->object, key);
}

static tfeed_status text_member(struct column_json *json, const char *key, const char **ret_text,
                                struct tfeed_error *reterr)
{
    const struct tfi_json *value = member(json, key);
    return tfi_json_as_string(value, json->what, ret_text, reterr);
}

/* One of some words. */
static tfeed_status word_of(const char *text, const char *what, const char *const *words, int n,
                            int *ret_word, struct tfeed_error *reterr)
{
    for (int i = 0; i < n; i++)
        if (strcmp(text, words[i]) == 0) {
            *ret_word = i;
            return TFEED_OK;
        }
    return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "%s: '%.40s' is not known", what, text);
}

static tfeed_status dtype_member(struct column_json *json, const char *key,
                                 enum tfeed_dtype *ret_dtype, struct tfeed_error *reterr)
{
#define DTYPE_OF(name, number, size, text) TFEED_##name,
    static const enum tfeed_dtype dtypes[] = {TFEED_DTYPE_LIST(DTYPE_OF)};
#undef DTYPE_OF
    const char *text;
    TFI_TRY(text_member(json, key, &text, reterr));
    for (size_t i = 0; i < sizeof dtypes / sizeof dtypes[0]; i++)
        if (strcmp(tfeed_dtype_name(dtypes[i]), text) == 0) {
            *ret_dtype = dtypes[i];
            return TFEED_OK;
        }
    return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "%s: '%.40s' is no dtype", json->what, text);
}

/* An array of at most TFEED_MAX_DIMS numbers. */
static tfeed_status dims_member(struct column_json *json, const char *key,
                                struct tfeed_shape *ret_shape, struct tfeed_error *reterr)
{
    const struct tfi_json *dims = member(json, key);
    const size_t n = tfi_json_n_elements(dims);
    *ret_shape = (struct tfeed_shape)TFEED_SHAPE_SCALAR;
    TFI_TRY(tfi_json_as_array(dims, json->what, reterr));
    if (n > TFEED_MAX_DIMS)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "%s: %zu dimensions, at most %d are known",
                        json->what, n, TFEED_MAX_DIMS);
    ret_shape->n_dims = (int32_t)n;
    for (size_t i = 0; i < n; i++)
        TFI_TRY(
            tfi_json_as_int64(tfi_json_element(dims, i), json->what, &ret_shape->dims[i], reterr));
    return TFEED_OK;
}

/* An array of elements; a zeroed tensor where there is none. */
static tfeed_status elements_member(struct column_json *json, const char *key,
                                    struct tfeed_tensor *ret_tensor, struct tfeed_error *reterr)
{
    const struct tfi_json *elements = member(json, key);
    *ret_tensor = (struct tfeed_tensor){0};
    if (elements == NULL)
        return TFEED_OK;
    return tfi_schema_json_as_elements(elements, json->what, json->dtype, json->allocator,
                                       ret_tensor, reterr);
}

/* ---------------------------------------------------------- kinds of columns */

static tfeed_status add_fixed(struct tfeed_schema *schema, struct column_json *json,
                              struct tfeed_error *reterr)
{
    struct tfeed_shape shape;
    struct tfeed_tensor value;
    TFI_TRY(dims_member(json, "shape", &shape, reterr));
    TFI_TRY(elements_member(json, "default", &value, reterr));
    const tfeed_status status = tfeed_schema_add_fixed_default(
        schema, json->name, json->dtype, &shape, value.data == NULL ? NULL : &value, reterr);
    tfeed_tensor_clear(&value);
    return status;
}

/* What a raw column and a raw list are made of. */
struct raw_json {
    int64_t n_values;
    float scale;
    float offset;
};

static tfeed_status read_raw(struct column_json *json, struct raw_json *ret_raw,
                             struct tfeed_error *reterr)
{
    struct tfeed_shape shape;
    TFI_TRY(dims_member(json, "shape", &shape, reterr));
    if (shape.n_dims != 1)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "%s: expected the one dimension of a raw column, found %d", json->what,
                        (int)shape.n_dims);
    *ret_raw = (struct raw_json){shape.dims[0], 1, 0};
    const struct tfi_json *value = member(json, "scale");
    if (value != NULL)
        TFI_TRY(tfi_schema_json_as_float(value, json->what, &ret_raw->scale, reterr));
    value = member(json, "offset");
    return value == NULL ? TFEED_OK
                         : tfi_schema_json_as_float(value, json->what, &ret_raw->offset, reterr);
}

static tfeed_status add_raw(struct tfeed_schema *schema, struct column_json *json,
                            struct tfeed_error *reterr)
{
    struct raw_json raw;
    TFI_TRY(read_raw(json, &raw, reterr));
    return tfeed_schema_add_raw(schema, json->name, json->dtype, raw.n_values, raw.scale,
                                raw.offset, reterr);
}

static tfeed_status bool_member(struct column_json *json, const char *key, bool *ret_value,
                                struct tfeed_error *reterr)
{
    const struct tfi_json *value = member(json, key);
    return value == NULL ? TFEED_OK : tfi_json_as_bool(value, json->what, ret_value, reterr);
}

/* A number of bytes, from 1 on. */
static tfeed_status bytes_member(struct column_json *json, const char *key, size_t *ret_bytes,
                                 struct tfeed_error *reterr)
{
    const struct tfi_json *value = member(json, key);
    int64_t number;
    if (value == NULL)
        return TFEED_OK;
    TFI_TRY(tfi_json_as_int64(value, json->what, &number, reterr));
    if (number < 1)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "%s: expected a number above 0, found %lld",
                        json->what, (long long)number);
    *ret_bytes = (size_t)number;
    return TFEED_OK;
}

static tfeed_status read_decoded(struct column_json *json, struct tfeed_decoded_column *options,
                                 struct tfeed_error *reterr)
{
    const char *word;
    int decoding = 0;
    tfeed_decoded_column_init(options);
    options->dtype = json->dtype;
    TFI_TRY(dims_member(json, "shape", &options->shape, reterr));
    TFI_TRY(text_member(json, "decoding", &word, reterr));
    TFI_TRY(word_of(word, json->what, tfi_decoding_names, TFI_N_DECODINGS, &decoding, reterr));
    options->decoding = (enum tfeed_decoding)decoding;
    TFI_TRY(bool_member(json, "big_endian", &options->big_endian, reterr));
    TFI_TRY(bool_member(json, "padded", &options->padded, reterr));
    TFI_TRY(bytes_member(json, "max_bytes", &options->max_bytes, reterr));
    const struct tfi_json *compression = member(json, "compression");
    if (compression == NULL)
        return TFEED_OK;
    TFI_TRY(tfi_json_as_string(compression, json->what, &word, reterr));
    return tfeed_compression_parse(word, &options->compression, reterr);
}

static tfeed_status add_decoded(struct tfeed_schema *schema, struct column_json *json,
                                struct tfeed_error *reterr)
{
    struct tfeed_decoded_column options;
    struct tfeed_tensor value;
    TFI_TRY(read_decoded(json, &options, reterr));
    TFI_TRY(elements_member(json, "default", &value, reterr));
    options.default_value = value.data == NULL ? NULL : &value;
    const tfeed_status status = tfeed_schema_add_decoded(schema, json->name, &options, reterr);
    tfeed_tensor_clear(&value);
    return status;
}

static tfeed_status add_sequence(struct tfeed_schema *schema, struct column_json *json,
                                 struct tfeed_error *reterr)
{
    struct tfeed_shape shape;
    struct tfeed_tensor padding;
    TFI_TRY(dims_member(json, "shape", &shape, reterr));
    TFI_TRY(elements_member(json, "padding", &padding, reterr));
    const tfeed_status status = tfeed_schema_add_sequence(
        schema, json->name, json->dtype, &shape, padding.data == NULL ? NULL : &padding, reterr);
    tfeed_tensor_clear(&padding);
    return status;
}

static tfeed_status add_sparse(struct tfeed_schema *schema, struct column_json *json,
                               struct tfeed_error *reterr)
{
    struct tfeed_shape size;
    const char *value_key;
    const char *keys[MAX_KEYS];
    bool already_sorted = false;
    TFI_TRY(text_member(json, "value_key", &value_key, reterr));
    TFI_TRY(dims_member(json, "size", &size, reterr));
    TFI_TRY(bool_member(json, "already_sorted", &already_sorted, reterr));
    const struct tfi_json *names = member(json, "index_keys");
    const size_t n = tfi_json_n_elements(names);
    TFI_TRY(tfi_json_as_array(names, json->what, reterr));
    if (n > MAX_KEYS || n != (size_t)size.n_dims)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "%s: %zu names, expected one for each of %d dimensions", json->what, n,
                        (int)size.n_dims);
    for (size_t i = 0; i < n; i++)
        TFI_TRY(tfi_json_as_string(tfi_json_element(names, i), json->what, &keys[i], reterr));
    return tfeed_schema_add_sparse(schema, json->name, keys, (int)n, value_key, json->dtype,
                                   size.dims, already_sorted, reterr);
}

static tfeed_status read_partition(const struct tfi_json *object, const char *what,
                                   struct tfeed_partition *ret_partition,
                                   struct tfeed_error *reterr)
{
    const char *word;
    int kind = 0;
    *ret_partition = (struct tfeed_partition){0};
    TFI_TRY(tfi_json_as_string(tfi_json_member(object, "kind"), what, &word, reterr));
    TFI_TRY(word_of(word, what, tfi_partition_names, TFI_N_PARTITION_KINDS, &kind, reterr));
    ret_partition->kind = (enum tfeed_partition_kind)kind;
    if (ret_partition->kind == TFEED_PARTITION_UNIFORM_ROW_LENGTH)
        return tfi_json_as_int64(tfi_json_member(object, "length"), what, &ret_partition->length,
                                 reterr);
    return tfi_json_as_string(tfi_json_member(object, "key"), what, &ret_partition->key, reterr);
}

/* What a ragged column and a ragged list are made of. */
struct ragged_json {
    const char *value_key;
    enum tfeed_dtype splits_dtype;
    struct tfeed_partition partitions[MAX_KEYS];
    int n_partitions;
};

static tfeed_status read_ragged(struct column_json *json, struct ragged_json *ret_ragged,
                                struct tfeed_error *reterr)
{
    TFI_TRY(text_member(json, "value_key", &ret_ragged->value_key, reterr));
    TFI_TRY(dtype_member(json, "row_splits_dtype", &ret_ragged->splits_dtype, reterr));
    const struct tfi_json *list = member(json, "partitions");
    const size_t n = tfi_json_n_elements(list);
    TFI_TRY(tfi_json_as_array(list, json->what, reterr));
    if (n > MAX_KEYS)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "%s: %zu of them, at most %d are known",
                        json->what, n, MAX_KEYS);
    for (size_t i = 0; i < n; i++)
        TFI_TRY(read_partition(tfi_json_element(list, i), json->what, &ret_ragged->partitions[i],
                               reterr));
    ret_ragged->n_partitions = (int)n;
    return TFEED_OK;
}

static tfeed_status add_ragged(struct tfeed_schema *schema, struct column_json *json,
                               struct tfeed_error *reterr)
{
    struct ragged_json ragged;
    TFI_TRY(read_ragged(json, &ragged, reterr));
    return tfeed_schema_add_ragged(schema, json->name, ragged.value_key, json->dtype,
                                   ragged.partitions, ragged.n_partitions, ragged.splits_dtype,
                                   reterr);
}

static tfeed_status add_column(struct tfeed_schema *schema, struct column_json *json,
                               struct tfeed_error *reterr)
{
    const char *word;
    int kind = 0;
    json->name = "";
    TFI_TRY(text_member(json, "name", &json->name, reterr));
    TFI_TRY(text_member(json, "column", &word, reterr));
    if (strcmp(word, tfi_column_none_name) == 0)
        return TFEED_OK;
    TFI_TRY(dtype_member(json, "dtype", &json->dtype, reterr));
    (void)member(json, "column");
    if (strcmp(word, tfi_column_raw_name) == 0)
        return add_raw(schema, json, reterr);
    if (strcmp(word, tfi_column_decoded_name) == 0)
        return add_decoded(schema, json, reterr);
    TFI_TRY(word_of(word, json->what, tfi_column_kind_names, TFI_N_COLUMN_KINDS, &kind, reterr));
    switch ((enum tfeed_column_kind)kind) {
    case TFEED_COLUMN_FIXED:
        return add_fixed(schema, json, reterr);
    case TFEED_COLUMN_VARIABLE:
        return tfeed_schema_add_variable(schema, json->name, json->dtype, reterr);
    case TFEED_COLUMN_SEQUENCE:
        return add_sequence(schema, json, reterr);
    case TFEED_COLUMN_SPARSE:
        return add_sparse(schema, json, reterr);
    case TFEED_COLUMN_RAGGED:
        return add_ragged(schema, json, reterr);
    }
    return TFEED_INTERNAL;
}

/* ---------------------------------------------------------------------- lists */

static tfeed_status add_fixed_list(struct tfeed_sequence_schema *schema, struct column_json *json,
                                   struct tfeed_error *reterr)
{
    struct tfeed_shape shape;
    bool allow_missing = false;
    TFI_TRY(dims_member(json, "shape", &shape, reterr));
    TFI_TRY(bool_member(json, "allow_missing", &allow_missing, reterr));
    return tfeed_sequence_schema_add_fixed(schema, json->name, json->dtype, &shape, allow_missing,
                                           reterr);
}

static tfeed_status add_raw_list(struct tfeed_sequence_schema *schema, struct column_json *json,
                                 struct tfeed_error *reterr)
{
    struct raw_json raw;
    bool allow_missing = false;
    TFI_TRY(read_raw(json, &raw, reterr));
    TFI_TRY(bool_member(json, "allow_missing", &allow_missing, reterr));
    return tfeed_sequence_schema_add_raw(schema, json->name, json->dtype, raw.n_values, raw.scale,
                                         raw.offset, allow_missing, reterr);
}

static tfeed_status add_decoded_list(struct tfeed_sequence_schema *schema, struct column_json *json,
                                     struct tfeed_error *reterr)
{
    struct tfeed_decoded_column options;
    bool allow_missing = false;
    TFI_TRY(read_decoded(json, &options, reterr));
    TFI_TRY(bool_member(json, "allow_missing", &allow_missing, reterr));
    return tfeed_sequence_schema_add_decoded(schema, json->name, &options, allow_missing, reterr);
}

static tfeed_status add_ragged_list(struct tfeed_sequence_schema *schema, struct column_json *json,
                                    struct tfeed_error *reterr)
{
    struct ragged_json ragged;
    TFI_TRY(read_ragged(json, &ragged, reterr));
    return tfeed_sequence_schema_add_ragged(schema, json->name, ragged.value_key, json->dtype,
                                            ragged.partitions, ragged.n_partitions,
                                            ragged.splits_dtype, reterr);
}

static tfeed_status add_list(struct tfeed_sequence_schema *schema, struct column_json *json,
                             struct tfeed_error *reterr)
{
    const char *word;
    int list = 0;
    json->name = "";
    TFI_TRY(text_member(json, "name", &json->name, reterr));
    TFI_TRY(text_member(json, "list", &word, reterr));
    if (strcmp(word, tfi_column_none_name) == 0)
        return TFEED_OK;
    TFI_TRY(dtype_member(json, "dtype", &json->dtype, reterr));
    (void)member(json, "list");
    if (strcmp(word, tfi_column_raw_name) == 0)
        return add_raw_list(schema, json, reterr);
    if (strcmp(word, tfi_column_decoded_name) == 0)
        return add_decoded_list(schema, json, reterr);
    TFI_TRY(word_of(word, json->what, tfi_list_names, TFI_N_LIST_WORDS, &list, reterr));
    if (list == TFI_LIST_FIXED)
        return add_fixed_list(schema, json, reterr);
    if (list == TFI_LIST_RAGGED)
        return add_ragged_list(schema, json, reterr);
    return tfeed_sequence_schema_add_variable(schema, json->name, json->dtype, reterr);
}

static tfeed_status add_lists(struct tfeed_sequence_schema *schema, const struct tfi_json *root,
                              const struct tfeed_allocator *allocator, struct tfeed_error *reterr)
{
    const struct tfi_json *lists = tfi_json_member(root, "lists");
    if (lists == NULL)
        return TFEED_OK;
    TFI_TRY(tfi_json_as_array(lists, "lists", reterr));
    const size_t n = tfi_json_n_elements(lists);
    for (size_t i = 0; i < n; i++) {
        struct column_json json = {.object = tfi_json_element(lists, i), .allocator = allocator};
        TFI_TRY(tfi_json_as_object(json.object, "a list", reterr));
        TFI_TRY(add_list(schema, &json, reterr));
    }
    return TFEED_OK;
}

/* ----------------------------------------------------------------- the whole */

static tfeed_status add_columns(struct tfeed_schema *schema, const struct tfi_json *root,
                                const struct tfeed_allocator *allocator, struct tfeed_error *reterr)
{
    uint64_t version;
    const struct tfi_json *columns = tfi_json_member(root, "columns");
    TFI_TRY(tfi_json_as_uint64(tfi_json_member(root, "tfeed_schema"), "tfeed_schema", &version,
                               reterr));
    if (version != TFI_SCHEMA_JSON_VERSION)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "tfeed_schema: expected version %d, found "
                        "%llu",
                        TFI_SCHEMA_JSON_VERSION, (unsigned long long)version);
    TFI_TRY(tfi_json_as_array(columns, "columns", reterr));
    const size_t n = tfi_json_n_elements(columns);
    for (size_t i = 0; i < n; i++) {
        struct column_json json = {.object = tfi_json_element(columns, i), .allocator = allocator};
        TFI_TRY(tfi_json_as_object(json.object, "a column", reterr));
        TFI_TRY(add_column(schema, &json, reterr));
    }
    return TFEED_OK;
}

static tfeed_status make_schema(const struct tfi_json *root,
                                const struct tfeed_allocator *allocator,
                                struct tfeed_schema **ret_schema, struct tfeed_error *reterr)
{
    struct tfeed_schema *schema;
    TFI_TRY(tfeed_schema_new(allocator, &schema, reterr));
    tfeed_status status = add_columns(schema, root, allocator, reterr);
    if (status == TFEED_OK)
        status = tfi_schema_json_read_records(root, schema, reterr);
    if (status != TFEED_OK) {
        tfeed_schema_unref(schema);
        return status;
    }
    *ret_schema = schema;
    return TFEED_OK;
}

tfeed_status tfeed_schema_from_json(const char *text, size_t len,
                                    const struct tfeed_allocator *allocator,
                                    struct tfeed_schema **ret_schema, struct tfeed_error *reterr)
{
    struct tfi_json *root;
    TFI_TRY(tfi_json_parse(text, len, MAX_TEXT_BYTES, &root, reterr));
    const tfeed_status status = make_schema(root, allocator, ret_schema, reterr);
    tfi_json_free(root);
    return status;
}

static tfeed_status make_sequence_schema(const struct tfi_json *root,
                                         const struct tfeed_allocator *allocator,
                                         struct tfeed_sequence_schema **ret_schema,
                                         struct tfeed_error *reterr)
{
    struct tfeed_sequence_schema *schema = NULL;
    struct tfeed_schema *context;
    TFI_TRY(make_schema(root, allocator, &context, reterr));
    tfeed_status status = tfeed_sequence_schema_new(context, allocator, &schema, reterr);
    tfeed_schema_unref(context);
    if (status == TFEED_OK)
        status = add_lists(schema, root, allocator, reterr);
    if (status == TFEED_OK && tfeed_sequence_schema_n_lists(schema) > 0 &&
        tfeed_sequence_schema_context(schema)->records != TFI_RECORDS_EXAMPLE)
        status = tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                          "records: those with lists are SequenceExamples: neither JSON nor CSV");
    if (status != TFEED_OK) {
        tfeed_sequence_schema_unref(schema);
        return status;
    }
    *ret_schema = schema;
    return TFEED_OK;
}

tfeed_status tfeed_sequence_schema_from_json(const char *text, size_t len,
                                             const struct tfeed_allocator *allocator,
                                             struct tfeed_sequence_schema **ret_schema,
                                             struct tfeed_error *reterr)
{
    struct tfi_json *root;
    TFI_TRY(tfi_json_parse(text, len, MAX_TEXT_BYTES, &root, reterr));
    const tfeed_status status = make_sequence_schema(root, allocator, ret_schema, reterr);
    tfi_json_free(root);
    return status;
}
