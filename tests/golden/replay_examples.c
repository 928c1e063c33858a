/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * replay_examples.c - tf.train.Example: bytes of our builder, results of our parser, raw columns.
 *
 * Where TensorFlow and protobuf disagree about hand-made bytes ("wire: …"), either is right.
 */
#include <stdlib.h>
#include <string.h>

#include <tfeed/features.h>

#include "tests/golden/replay.h"

static const char serialization_file[] = "input/examples/serialization.json";
static const char parse_file[] = "input/examples/parse.json";
static const char refused_file[] = "input/examples/spec_errors.json";
static const char ragged_file[] = "input/examples/ragged_tf2.json";
static const char raw_file[] = "input/decode/raw.json";

/* ------------------------------------------------------------------ builder */

/* Adds a list value by value. */
static tfeed_status add_in_pieces(struct tfeed_example_builder *builder, const char *name,
                                  const struct tfeed_feature_view *view, const void *values)
{
    tfeed_status status = tfeed_example_builder_begin(builder, name, view->kind, NULL);
    for (size_t i = 0; i < view->n_values && status == TFEED_OK; i++)
        status =
            view->kind == TFEED_FEATURE_INT64
                ? tfeed_example_builder_append_int64(builder, (const int64_t *)values + i, 1, NULL)
            : view->kind == TFEED_FEATURE_FLOAT
                ? tfeed_example_builder_append_float(builder, (const float *)values + i, 1, NULL)
                : tfeed_example_builder_append_bytes(
                      builder, (const struct tfeed_bytes *)values + i, 1, NULL);
    return status == TFEED_OK ? tfeed_example_builder_end(builder, NULL) : status;
}

static tfeed_status rebuild_feature(struct tfeed_example_builder *builder, const char *name,
                                    const struct tfeed_feature_view *view, void *values,
                                    bool in_pieces)
{
    const size_t n = view->n_values;
    if (view->kind == TFEED_FEATURE_INT64)
        tfeed_feature_int64s(view, values);
    else if (view->kind == TFEED_FEATURE_FLOAT)
        tfeed_feature_floats(view, values);
    else if (view->kind == TFEED_FEATURE_BYTES)
        tfeed_feature_bytes(view, values);
    if (in_pieces && view->kind != TFEED_FEATURE_NONE)
        return add_in_pieces(builder, name, view, values);
    switch (view->kind) {
    case TFEED_FEATURE_NONE:
        return tfeed_example_builder_add_empty(builder, name, NULL);
    case TFEED_FEATURE_BYTES:
        return tfeed_example_builder_add_bytes(builder, name, values, n, NULL);
    case TFEED_FEATURE_FLOAT:
        return tfeed_example_builder_add_float(builder, name, values, n, NULL);
    case TFEED_FEATURE_INT64:
        return tfeed_example_builder_add_int64(builder, name, values, n, NULL);
    }
    return TFEED_INTERNAL;
}

/* Takes an Example apart and adds its features. */
static tfeed_status add_features_of(struct tfeed_example_builder *builder, const uint8_t *data,
                                    size_t len, bool in_pieces)
{
    struct tfeed_example_walk walk;
    struct tfeed_feature_view view;
    tfeed_status status = TFEED_OK;
    tfeed_example_walk_init(&walk, data, len);
    while (status == TFEED_OK &&
           (status = tfeed_example_walk_next(&walk, &view, NULL)) == TFEED_OK) {
        char *name = strndup(view.name, view.name_len);
        void *values = malloc(view.n_values * sizeof(struct tfeed_bytes) + 1);
        status = rebuild_feature(builder, name, &view, values, in_pieces);
        free(name); /* what is added is copied */
        free(values);
    }
    return status == TFEED_OUT_OF_RANGE ? TFEED_OK : status;
}

static void expect_bytes(struct replay *replay, const char *case_name,
                         struct tfeed_example_builder *builder, const uint8_t *expected,
                         size_t expected_len)
{
    const uint8_t *data = NULL;
    size_t len = 0;
    const tfeed_status status = tfeed_example_builder_finish(builder, &data, &len, NULL);
    if (status == TFEED_OK && len == expected_len && memcmp(data, expected, len) == 0)
        replay_pass(replay);
    else
        replay_fail(replay, serialization_file, case_name,
                    "expected the same %zu bytes, got %s and %zu bytes", expected_len,
                    tfeed_status_name(status), len);
}

/* Every kind of feature, taken apart and built again. */
static void replay_rebuild(struct replay *replay, struct tfeed_example_builder *builder,
                           const char *case_name, const char *base64)
{
    size_t len;
    uint8_t *bytes = replay_base64(base64, &len);
    for (int in_pieces = 0; in_pieces < 2; in_pieces++) {
        tfeed_example_builder_clear(builder);
        if (bytes == NULL || add_features_of(builder, bytes, len, in_pieces != 0) != TFEED_OK)
            replay_fail(replay, serialization_file, case_name, "expected an Example, got none");
        else
            expect_bytes(replay, case_name, builder, bytes, len);
    }
    free(bytes);
}

static void replay_serialization(struct replay *replay)
{
    json_t *file = replay_open(replay, serialization_file);
    struct tfeed_example_builder *builder = NULL;
    if (tfeed_example_builder_new(NULL, &builder, NULL) != TFEED_OK)
        abort();
    const char *kinds =
        json_string_value(json_object_get(json_object_get(file, "kinds"), "deterministic"));
    if (kinds != NULL)
        replay_rebuild(replay, builder, "kinds", kinds);

    size_t i;
    json_t *row;
    json_array_foreach(json_object_get(file, "rows"), i, row)
    {
        const json_t *names = json_object_get(row, "set_in_order");
        const char *base64 = json_string_value(json_object_get(row, "deterministic"));
        const size_t n = json_array_size(names);
        size_t expected_len;
        uint8_t *expected = replay_base64(base64, &expected_len);
        int64_t *values = malloc((n + 1) * sizeof *values);
        tfeed_example_builder_clear(builder);
        for (size_t k = 0; k < n; k++) {
            const char *name = json_string_value(json_array_get(names, k));
            values[k] = json_integer_value(json_object_get(json_object_get(row, "values"), name));
            if (tfeed_example_builder_add_int64(builder, name, &values[k], 1, NULL) != TFEED_OK)
                abort();
        }
        char case_name[32];
        (void)snprintf(case_name, sizeof case_name, "row %zu", i);
        expect_bytes(replay, case_name, builder, expected, expected_len);
        replay_rebuild(replay, builder, case_name, base64);
        free(values);
        free(expected);
    }
    tfeed_example_builder_free(builder);
    json_decref(file);
}

/* ------------------------------------------------------------------- parser */

enum { MAX_KEYS = 8 };

/* What a parse gave: columns on TFEED_OK. */
struct outcome {
    tfeed_status status;
    struct tfeed_columns *columns;
    struct tfeed_error error;
};

static enum tfeed_dtype dtype_of(const json_t *feature)
{
    static const enum tfeed_dtype dtypes[] = {TFEED_INT64, TFEED_FLOAT, TFEED_STRING, TFEED_INT32,
                                              TFEED_DOUBLE};
    const char *name = json_string_value(json_object_get(feature, "dtype"));
    for (size_t i = 0; name != NULL && i < sizeof dtypes / sizeof dtypes[0]; i++)
        if (strcmp(tfeed_dtype_name(dtypes[i]), name) == 0)
            return dtypes[i];
    return TFEED_DTYPE_INVALID;
}

static bool parse_shape(const json_t *dims, struct tfeed_shape *ret_shape)
{
    *ret_shape = (struct tfeed_shape)TFEED_SHAPE_SCALAR;
    if (json_array_size(dims) >= TFEED_MAX_DIMS)
        return false;
    ret_shape->n_dims = (int32_t)json_array_size(dims);
    for (int i = 0; i < ret_shape->n_dims; i++) {
        const json_t *dim = json_array_get(dims, (size_t)i);
        ret_shape->dims[i] = json_is_integer(dim) ? json_integer_value(dim) : TFEED_DIM_UNKNOWN;
    }
    return true;
}

/* A number, a text, a list of numbers, or {"hex": […]} as a tensor; numbers are of `dtype`. */
static bool default_tensor(const json_t *value, enum tfeed_dtype dtype,
                           struct tfeed_tensor *ret_tensor)
{
    const json_t *texts = json_object_get(value, "hex");
    const bool is_list = json_is_array(value);
    const size_t n = texts != NULL ? json_array_size(texts) : is_list ? json_array_size(value) : 1;
    const struct tfeed_shape shape = tfeed_shape_vector((int64_t)n);
    const bool is_string = texts != NULL || json_is_string(value);
    if (tfeed_tensor_alloc(is_string ? TFEED_STRING : dtype, &shape, NULL, ret_tensor, NULL) !=
        TFEED_OK)
        return false;
    for (size_t i = 0; i < n; i++) {
        const json_t *element = is_list ? json_array_get(value, i) : value;
        if (is_string) {
            size_t len = 0;
            const char *text = json_string_value(texts != NULL ? json_array_get(texts, i) : value);
            uint8_t *bytes = texts != NULL ? replay_hex(text, &len) : NULL;
            if (tfeed_tensor_set_string(ret_tensor, (int64_t)i, bytes, len, NULL) != TFEED_OK)
                abort();
            free(bytes);
        } else if (dtype == TFEED_FLOAT) {
            tfeed_tensor_floats(ret_tensor)[i] = (float)json_number_value(element);
        } else if (dtype == TFEED_INT64) {
            tfeed_tensor_int64s(ret_tensor)[i] = json_integer_value(element);
        }
    }
    return true;
}

/* Texts of a list, or of one text alone; their number. */
static int texts_of(const json_t *value, const char *ret_texts[MAX_KEYS])
{
    ret_texts[0] = json_string_value(value);
    int n = ret_texts[0] != NULL;
    for (size_t i = 0; i < json_array_size(value) && n < MAX_KEYS; i++)
        ret_texts[n++] = json_string_value(json_array_get(value, i));
    return n;
}

static tfeed_status add_sparse(struct tfeed_schema *schema, const char *name, const json_t *feature)
{
    const char *keys[MAX_KEYS];
    int64_t sizes[MAX_KEYS] = {0};
    const json_t *size = json_object_get(feature, "size");
    const int n = texts_of(json_object_get(feature, "index_key"), keys);
    for (int i = 0; i < n; i++)
        sizes[i] = json_integer_value(json_is_array(size) ? json_array_get(size, (size_t)i) : size);
    return tfeed_schema_add_sparse(
        schema, name, keys, n, json_string_value(json_object_get(feature, "value_key")),
        dtype_of(feature), sizes, json_is_true(json_object_get(feature, "already_sorted")), NULL);
}

static tfeed_status add_feature(struct tfeed_schema *schema, const char *name,
                                const json_t *feature)
{
    const char *kind = json_string_value(json_object_get(feature, "kind"));
    const json_t *value = json_object_get(feature, "default");
    const enum tfeed_dtype dtype = dtype_of(feature);
    struct tfeed_tensor given = {0};
    struct tfeed_shape shape;
    if (kind == NULL || !parse_shape(json_object_get(feature, "shape"), &shape))
        return TFEED_UNIMPLEMENTED;
    const bool has_default = value != NULL && !json_is_null(value);
    if (has_default && !default_tensor(value, dtype, &given))
        return TFEED_UNIMPLEMENTED;
    tfeed_status status = TFEED_UNIMPLEMENTED;
    if (strcmp(kind, "var") == 0)
        status = tfeed_schema_add_variable(schema, name, dtype, NULL);
    else if (strcmp(kind, "sparse") == 0)
        status = add_sparse(schema, name, feature);
    else if (strcmp(kind, "fixed") == 0)
        status = tfeed_schema_add_fixed_default(schema, name, dtype, &shape,
                                                has_default ? &given : NULL, NULL);
    else if (strcmp(kind, "seq") == 0)
        status = tfeed_schema_add_sequence(schema, name, dtype, &shape, has_default ? &given : NULL,
                                           NULL);
    tfeed_tensor_clear(&given);
    return status;
}

/* What a specification says that no schema can say; NULL: nothing. */
static const char *beyond_schemas(const json_t *spec)
{
    const char *name;
    json_t *feature;
    json_object_foreach((json_t *)(uintptr_t)spec, name, feature)
    {
        const char *kind = json_string_value(json_object_get(feature, "kind"));
        if (kind != NULL && strcmp(kind, "seq") == 0 &&
            json_is_false(json_object_get(feature, "allow_missing")))
            return "a sequence column always allows missing features";
        if (dtype_of(feature) == TFEED_INT32)
            return "int32 columns are more than TensorFlow has";
    }
    return NULL;
}

/* The schema of a row, its columns in the order of the names, and a parser of it. */
static tfeed_status schema_of(const json_t *spec, struct tfeed_schema **ret_schema,
                              struct tfeed_example_parser **ret_parser)
{
    struct tfeed_schema *schema = NULL;
    tfeed_status status = tfeed_schema_new(NULL, &schema, NULL);
    const char *name;
    json_t *feature;
    json_object_foreach((json_t *)(uintptr_t)spec, name, feature)
    {
        if (status == TFEED_OK)
            status = add_feature(schema, name, feature);
    }
    if (status == TFEED_OK)
        status = tfeed_example_parser_new(schema, NULL, ret_parser, NULL);
    if (status != TFEED_OK) {
        tfeed_schema_unref(schema);
        return status;
    }
    *ret_schema = schema;
    return TFEED_OK;
}

static void parse(struct tfeed_example_parser *parser, const struct tfeed_bytes *serialized,
                  size_t n, struct outcome *outcome)
{
    outcome->error = (struct tfeed_error){0};
    outcome->status = tfeed_example_parser_parse_batch(parser, serialized, n, outcome->columns,
                                                       NULL, &outcome->error);
}

/* True when the tensor is the one of the file. */
static bool is_tensor(const json_t *expected, const struct tfeed_tensor *got)
{
    struct tfeed_tensor wanted;
    if (!replay_tensor(expected, &wanted))
        return false;
    const bool equal = replay_tensor_equal(&wanted, got);
    tfeed_tensor_clear(&wanted);
    return equal;
}

static bool is_column(struct tfeed_columns *columns, int column, const json_t *expected,
                      bool as_single)
{
    const json_t *wanted = json_object_get(expected, "sparse");
    struct tfeed_sparse sparse;
    if (wanted == NULL) {
        const struct tfeed_tensor row = tfeed_columns_row(columns, column, 0);
        return is_tensor(expected, as_single ? &row : tfeed_columns_values(columns, column));
    }
    return tfeed_columns_sparse(columns, column, as_single ? 0 : TFEED_ALL_ROWS, &sparse, NULL) ==
               TFEED_OK &&
           is_tensor(json_object_get(wanted, "indices"), &sparse.indices) &&
           is_tensor(json_object_get(wanted, "values"), &sparse.values) &&
           is_tensor(json_object_get(wanted, "dense_shape"), &sparse.dense_shape);
}

/* True when the outcome is the one of the file: an error of that kind, or equal columns.
 * `as_single`: the batch of one is compared without its first dimension. */
static bool is_expected(const struct tfeed_schema *schema, const struct outcome *got,
                        const json_t *expected, bool as_single)
{
    const char *kind = json_string_value(json_object_get(expected, "error"));
    if (kind != NULL || got->status != TFEED_OK)
        return kind != NULL && got->status == replay_status_from_kind(kind);
    const json_t *columns = json_object_get(expected, "dict");
    for (int i = 0; i < tfeed_schema_n_columns(schema); i++)
        if (!is_column(got->columns, i,
                       json_object_get(columns, tfeed_schema_column_name(schema, i)), as_single))
            return false;
    return true;
}

/* The values of a Feature as protobuf has them as a tensor, its first dimension as large as they
 * need where it is not known; false when they have another kind or number. */
static bool protobuf_tensor(const json_t *feature, enum tfeed_dtype dtype,
                            const struct tfeed_shape *shape, struct tfeed_tensor *ret_tensor)
{
    const json_t *int64s = json_object_get(feature, "int64");
    const json_t *texts = json_object_get(feature, "hex");
    const char *floats = json_string_value(json_object_get(feature, "float32"));
    const size_t n =
        floats != NULL ? strlen(floats) / 8 : json_array_size(int64s != NULL ? int64s : texts);
    int64_t step_len = 1;
    for (int i = 1; i < shape->n_dims; i++)
        step_len *= shape->dims[i];
    json_t *value = json_object();
    json_t *dims = json_array();
    for (int i = 0; i < shape->n_dims; i++)
        (void)json_array_append_new(dims, json_integer(shape->dims[i] == TFEED_DIM_UNKNOWN
                                                           ? (json_int_t)n / step_len
                                                           : shape->dims[i]));
    (void)json_object_set_new(value, "shape", dims);
    (void)json_object_set_new(value, "dtype", json_string(tfeed_dtype_name(dtype)));
    (void)json_object_set(value, "data", json_object_get(feature, "int64"));
    (void)json_object_set(value, "hex", json_object_get(feature, "hex"));
    (void)json_object_set(value, "le", json_object_get(feature, "float32"));
    const bool ok = json_object_size(feature) == 1 && replay_tensor(value, ret_tensor);
    json_decref(value);
    return ok;
}

/* What protobuf's Feature is as a row of a column: false when that is an error. */
static bool protobuf_row(const json_t *feature, const json_t *spec, enum tfeed_dtype dtype,
                         const struct tfeed_shape *shape, struct tfeed_tensor *ret_tensor)
{
    const bool has_fixed_shape = shape->n_dims == 0 || shape->dims[0] != TFEED_DIM_UNKNOWN;
    const json_t *value = json_object_get(spec, "default");
    if (json_object_size(feature) > 0)
        return protobuf_tensor(feature, dtype, shape, ret_tensor);
    if (!has_fixed_shape) {
        struct tfeed_shape empty = *shape;
        empty.dims[0] = 0;
        return tfeed_tensor_alloc(dtype, &empty, NULL, ret_tensor, NULL) == TFEED_OK;
    }
    if (value == NULL || json_is_null(value) || !default_tensor(value, dtype, ret_tensor))
        return false;
    ret_tensor->shape = *shape;
    return true;
}

/* True when the outcome is what full protobuf makes of the same bytes. */
static bool is_protobuf(const struct tfeed_schema *schema, const struct outcome *got,
                        const json_t *spec, const json_t *protobuf)
{
    bool accepts = json_object_get(protobuf, "error") == NULL;
    for (int i = 0; accepts && i < tfeed_schema_n_columns(schema); i++) {
        const char *name = tfeed_schema_column_name(schema, i);
        const struct tfeed_shape shape = tfeed_schema_column_shape(schema, i);
        struct tfeed_tensor wanted;
        accepts = protobuf_row(json_object_get(json_object_get(protobuf, "features"), name),
                               json_object_get(spec, name), tfeed_schema_column_dtype(schema, i),
                               &shape, &wanted);
        if (!accepts)
            break;
        const struct tfeed_tensor row = tfeed_columns_row(got->columns, i, 0);
        const bool equal = got->status != TFEED_OK || replay_tensor_equal(&wanted, &row);
        tfeed_tensor_clear(&wanted);
        if (!equal)
            return false;
    }
    return accepts == (got->status == TFEED_OK);
}

static void judge(struct replay *replay, const char *file, const struct tfeed_schema *schema,
                  const struct outcome *got, const json_t *row, const json_t *expected,
                  bool as_single)
{
    const json_t *protobuf = json_object_get(row, "protobuf");
    if (is_expected(schema, got, expected, as_single) ||
        (json_is_object(protobuf) &&
         is_protobuf(schema, got, json_object_get(row, "spec"), protobuf))) {
        replay_pass(replay);
        return;
    }
    char *wanted = json_dumps(expected, JSON_COMPACT);
    replay_fail(replay, file, json_string_value(json_object_get(row, "name")),
                "%s: expected %.200s, got %s %s", as_single ? "alone" : "batch",
                wanted == NULL ? "?" : wanted, tfeed_status_name(got->status), got->error.message);
    free(wanted);
}

/* The serialized examples of a row, one empty where it names none; their number. */
static size_t serialized_of(const json_t *row, struct tfeed_bytes **ret_serialized)
{
    const json_t *texts = json_object_get(row, "serialized");
    const size_t n = texts == NULL ? 1 : json_array_size(texts);
    *ret_serialized = calloc(n + 1, sizeof **ret_serialized);
    if (*ret_serialized == NULL)
        abort();
    for (size_t i = 0; i < json_array_size(texts); i++)
        (*ret_serialized)[i].data =
            replay_base64(json_string_value(json_array_get(texts, i)), &(*ret_serialized)[i].len);
    return n;
}

static void free_serialized(struct tfeed_bytes *serialized, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free((void *)(uintptr_t)serialized[i].data);
    free(serialized);
}

/* The result for example i alone, NULL where the row has none: a list has one for each, an object
 * is for all. */
static const json_t *single_result(const json_t *row, size_t i)
{
    const json_t *results = json_object_get(row, "parse_single_example");
    return json_is_array(results) ? json_array_get(results, i) : results;
}

/* Parses the examples of a row together, then one by one. */
static void replay_parsed(struct replay *replay, const char *file, const json_t *row,
                          struct tfeed_schema *schema, struct tfeed_example_parser *parser,
                          const struct tfeed_bytes *serialized, size_t n)
{
    struct outcome outcome;
    if (tfeed_columns_new(schema, (int64_t)n, NULL, &outcome.columns, NULL) != TFEED_OK)
        abort();
    parse(parser, serialized, n, &outcome);
    if (n == 1 || json_object_get(row, "protobuf") == NULL)
        judge(replay, file, schema, &outcome, row, json_object_get(row, "parse_example"), false);
    for (size_t i = 0; i < n && single_result(row, i) != NULL; i++) {
        parse(parser, &serialized[i], 1, &outcome);
        judge(replay, file, schema, &outcome, row, single_result(row, i), true);
    }
    tfeed_columns_free(outcome.columns);
}

static void replay_parse_row(struct replay *replay, const char *file, const json_t *row)
{
    struct tfeed_schema *schema = NULL;
    struct tfeed_example_parser *parser = NULL;
    struct tfeed_bytes *serialized;
    const char *beyond = beyond_schemas(json_object_get(row, "spec"));
    if (beyond != NULL) {
        replay_skip(replay, beyond);
        return;
    }
    const size_t n = serialized_of(row, &serialized);
    const struct outcome refused = {.status =
                                        schema_of(json_object_get(row, "spec"), &schema, &parser)};
    if (refused.status == TFEED_OK)
        replay_parsed(replay, file, row, schema, parser, serialized, n);
    else {
        judge(replay, file, NULL, &refused, row, json_object_get(row, "parse_example"), false);
        for (size_t i = 0; i < n; i++)
            judge(replay, file, NULL, &refused, row, single_result(row, i), true);
    }
    free_serialized(serialized, n);
    tfeed_example_parser_free(parser);
    tfeed_schema_unref(schema);
}

static void replay_parse(struct replay *replay, const char *file)
{
    json_t *rows = replay_open(replay, file);
    size_t i;
    json_t *row;
    json_array_foreach(rows, i, row) replay_parse_row(replay, file, row);
    json_decref(rows);
}

/* -------------------------------------------------------------------- ragged */

/* The one partition that a row says in words: "row_splits s", "uniform 2 over u"; the number of
 * partitions, 0 or 1. */
static int partition_of(const char *words, char key[16], char value_key[16],
                        struct tfeed_partition *ret_partition)
{
    static const char *const kinds[] = {"row_splits", "row_lengths",  "row_starts",
                                        "row_limits", "value_rowids", "uniform"};
    char kind[16] = "";
    (void)snprintf(value_key, 16, "v");
    (void)sscanf(words, "%15s %15s over %15s", kind, key, value_key);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(kind, kinds[i]) == 0) {
            *ret_partition = (struct tfeed_partition){
                .kind = (enum tfeed_partition_kind)i, .key = key, .length = strtol(key, NULL, 10)};
            return 1;
        }
    return 0;
}

/* True when the values and row_splits from a level on are those of the file. Of an example that has
 * no row_splits TensorFlow makes row_splits without an element; here they have the 0 at which all
 * begin. */
static bool is_ragged(const struct tfeed_columns *columns, int level, const json_t *expected)
{
    const json_t *ragged;
    for (; (ragged = json_object_get(expected, "ragged")) != NULL; level++) {
        const json_t *splits = json_object_get(ragged, "row_splits");
        const struct tfeed_tensor *got = tfeed_columns_row_splits(columns, 0, level);
        const bool has_none = json_array_size(json_object_get(splits, "data")) == 0;
        if (got == NULL || (has_none ? tfeed_tensor_n_elements(got) != 1 : !is_tensor(splits, got)))
            return false;
        expected = json_object_get(ragged, "values");
    }
    return level == tfeed_columns_n_levels(columns, 0) &&
           is_tensor(expected, tfeed_columns_values(columns, 0));
}

static void judge_ragged(struct replay *replay, const char *case_name, const json_t *expected,
                         const struct outcome *got, int level)
{
    const char *kind = json_string_value(json_object_get(expected, "error"));
    if (kind != NULL ? got->status == replay_status_from_kind(kind)
                     : got->status == TFEED_OK && is_ragged(got->columns, level, expected))
        replay_pass(replay);
    else
        replay_fail(replay, ragged_file, case_name, "%s: expected %s, got %s %s",
                    level == 0 ? "batch" : "alone", kind == NULL ? "equal rows" : kind,
                    tfeed_status_name(got->status), got->error.message);
}

static void replay_ragged_row(struct replay *replay, const json_t *row)
{
    struct tfeed_schema *schema = NULL;
    struct tfeed_example_parser *parser = NULL;
    struct tfeed_partition partition;
    struct tfeed_bytes *serialized;
    struct outcome outcome;
    char key[16] = "";
    char value_key[16];
    const char *name = json_string_value(json_object_get(row, "name"));
    const int n_partitions =
        partition_of(json_string_value(json_object_get(row, "spec")), key, value_key, &partition);
    const enum tfeed_dtype splits_dtype =
        strstr(name, "int64 splits") != NULL ? TFEED_INT64 : TFEED_INT32;
    const size_t n = serialized_of(row, &serialized);
    if (tfeed_schema_new(NULL, &schema, NULL) != TFEED_OK ||
        tfeed_schema_add_ragged(schema, "x", value_key, TFEED_INT64, &partition, n_partitions,
                                splits_dtype, NULL) != TFEED_OK ||
        tfeed_example_parser_new(schema, NULL, &parser, NULL) != TFEED_OK ||
        tfeed_columns_new(schema, (int64_t)n, NULL, &outcome.columns, NULL) != TFEED_OK)
        abort();
    parse(parser, serialized, n, &outcome);
    judge_ragged(replay, name, json_object_get(row, "parse_example"), &outcome, 0);
    for (size_t i = 0; i < n; i++) {
        parse(parser, &serialized[i], 1, &outcome);
        judge_ragged(replay, name, single_result(row, i), &outcome, 1);
    }
    free_serialized(serialized, n);
    tfeed_columns_free(outcome.columns);
    tfeed_example_parser_free(parser);
    tfeed_schema_unref(schema);
}

static void replay_ragged(struct replay *replay)
{
    json_t *rows = replay_open(replay, ragged_file);
    size_t i;
    json_t *row;
    json_array_foreach(rows, i, row) replay_ragged_row(replay, row);
    json_decref(rows);
}

/* --------------------------------------------------------------- raw columns */

/* Decodes the strings of a row with a raw column of the length of the last one. */
static void replay_raw_row(struct replay *replay, const char *case_name, const json_t *row)
{
    const json_t *expected = json_object_get(row, "out");
    const json_t *texts = json_object_get(row, "in");
    const size_t n = json_array_size(texts);
    struct tfeed_example_builder *builder = NULL;
    struct tfeed_example_parser *parser = NULL;
    struct tfeed_schema *schema = NULL;
    struct tfeed_tensor column = {0};
    struct tfeed_tensor wanted = {0};
    size_t n_values = 0;
    free(replay_base64(n > 0 ? json_string_value(json_array_get(texts, n - 1)) : "", &n_values));
    if (tfeed_example_builder_new(NULL, &builder, NULL) != TFEED_OK ||
        tfeed_schema_new(NULL, &schema, NULL) != TFEED_OK ||
        tfeed_schema_add_raw(schema, "raw", TFEED_UINT8, (int64_t)n_values, 1, 0, NULL) !=
            TFEED_OK ||
        tfeed_example_parser_new(schema, NULL, &parser, NULL) != TFEED_OK ||
        tfeed_schema_alloc_columns(schema, (int64_t)n, NULL, &column, NULL) != TFEED_OK)
        abort();
    tfeed_status status = TFEED_OK;
    for (size_t i = 0; status == TFEED_OK && i < n; i++) {
        struct tfeed_bytes value = {0};
        struct tfeed_bytes example = {0};
        uint8_t *bytes = replay_base64(json_string_value(json_array_get(texts, i)), &value.len);
        value.data = bytes;
        tfeed_example_builder_clear(builder);
        if (tfeed_example_builder_add_bytes(builder, "raw", &value, 1, NULL) != TFEED_OK ||
            tfeed_example_builder_finish(builder, &example.data, &example.len, NULL) != TFEED_OK)
            abort();
        status = tfeed_example_parser_parse(parser, &example, 1, &column, (int64_t)i, NULL, NULL);
        free(bytes);
    }
    const char *kind = json_string_value(json_object_get(expected, "error"));
    const bool has_wanted = kind == NULL && replay_tensor(expected, &wanted);
    const size_t n_bytes = has_wanted ? (size_t)tfeed_tensor_n_elements(&wanted) : 0;
    if (kind != NULL ? status == replay_status_from_kind(kind)
                     : status == TFEED_OK && has_wanted && n_bytes == n * n_values &&
                           (n_bytes == 0 || memcmp(column.data, wanted.data, n_bytes) == 0))
        replay_pass(replay);
    else
        replay_fail(replay, raw_file, case_name, "expected %s, got %s",
                    kind == NULL ? "the same bytes" : kind, tfeed_status_name(status));
    tfeed_tensor_clear(&wanted);
    tfeed_tensor_clear(&column);
    tfeed_example_parser_free(parser);
    tfeed_schema_unref(schema);
    tfeed_example_builder_free(builder);
}

static void replay_raw(struct replay *replay)
{
    json_t *file = replay_open(replay, raw_file);
    size_t i;
    json_t *row;
    json_array_foreach(json_object_get(file, "decode_raw"), i, row)
    {
        const char *dtype = json_string_value(json_object_get(row, "dtype"));
        char case_name[32];
        (void)snprintf(case_name, sizeof case_name, "row %zu", i);
        if (dtype != NULL && strcmp(dtype, "uint8") == 0) /* all others: replay_decode.c */
            replay_raw_row(replay, case_name, row);
    }
    json_decref(file);
}

int main(int argc, char **argv)
{
    struct replay replay;
    if (!replay_start(&replay, argc, argv))
        return REPLAY_USAGE;
    replay_serialization(&replay);
    replay_parse(&replay, parse_file);
    replay_parse(&replay, refused_file);
    replay_ragged(&replay);
    replay_raw(&replay);
    return replay_finish(&replay);
}
