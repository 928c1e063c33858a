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
static const char raw_file[] = "input/decode/raw.json";

/* ------------------------------------------------------------------ builder */

/* Takes an Example apart and adds its features; what they point to is put in `owned`. */
static tfeed_status add_features_of(struct tfeed_example_builder *builder, const uint8_t *data,
                                    size_t len, void **owned, int *n_owned)
{
    struct tfeed_example_walk walk;
    struct tfeed_feature_view view;
    tfeed_status status = TFEED_OK;
    tfeed_example_walk_init(&walk, data, len);
    while (status == TFEED_OK &&
           (status = tfeed_example_walk_next(&walk, &view, NULL)) == TFEED_OK) {
        char *name = strndup(view.name, view.name_len);
        void *values = malloc(view.n_values * sizeof(struct tfeed_bytes) + 1);
        owned[(*n_owned)++] = name;
        owned[(*n_owned)++] = values;
        switch (view.kind) {
        case TFEED_FEATURE_NONE:
            status = tfeed_example_builder_add_empty(builder, name, NULL);
            break;
        case TFEED_FEATURE_BYTES:
            tfeed_feature_bytes(&view, values);
            status = tfeed_example_builder_add_bytes(builder, name, values, view.n_values, NULL);
            break;
        case TFEED_FEATURE_FLOAT:
            tfeed_feature_floats(&view, values);
            status = tfeed_example_builder_add_float(builder, name, values, view.n_values, NULL);
            break;
        case TFEED_FEATURE_INT64:
            tfeed_feature_int64s(&view, values);
            status = tfeed_example_builder_add_int64(builder, name, values, view.n_values, NULL);
            break;
        }
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
    enum { MAX_OWNED = 256 };
    void *owned[MAX_OWNED];
    int n_owned = 0;
    size_t len;
    uint8_t *bytes = replay_base64(base64, &len);
    tfeed_example_builder_clear(builder);
    if (bytes == NULL || add_features_of(builder, bytes, len, owned, &n_owned) != TFEED_OK)
        replay_fail(replay, serialization_file, case_name, "expected an Example, got none");
    else
        expect_bytes(replay, case_name, builder, bytes, len);
    while (n_owned > 0)
        free(owned[--n_owned]);
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

enum { MAX_COLUMNS = 32 };

/* What a parse gave: columns on TFEED_OK. */
struct outcome {
    tfeed_status status;
    struct tfeed_tensor columns[MAX_COLUMNS];
    struct tfeed_error error;
};

static void outcome_clear(struct outcome *outcome)
{
    for (int i = 0; i < MAX_COLUMNS; i++)
        tfeed_tensor_clear(&outcome->columns[i]);
}

static bool parse_shape(const json_t *dims, struct tfeed_shape *ret_shape)
{
    *ret_shape = (struct tfeed_shape)TFEED_SHAPE_SCALAR;
    if (json_array_size(dims) >= TFEED_MAX_DIMS)
        return false;
    ret_shape->n_dims = (int32_t)json_array_size(dims);
    for (int i = 0; i < ret_shape->n_dims; i++)
        ret_shape->dims[i] = json_integer_value(json_array_get(dims, (size_t)i));
    return true;
}

/* The schema of a row; NULL when it holds what is not built yet. */
static struct tfeed_schema *schema_of(const json_t *spec)
{
    static const struct {
        const char *name;
        enum tfeed_dtype dtype;
    } dtypes[] = {{"int64", TFEED_INT64}, {"float32", TFEED_FLOAT}, {"string", TFEED_STRING}};
    struct tfeed_schema *schema = NULL;
    if (json_object_size(spec) > MAX_COLUMNS || tfeed_schema_new(NULL, &schema, NULL) != TFEED_OK)
        return NULL;
    const char *name;
    json_t *feature;
    json_object_foreach((json_t *)(uintptr_t)spec, name, feature)
    {
        const char *kind = json_string_value(json_object_get(feature, "kind"));
        const char *dtype_name = json_string_value(json_object_get(feature, "dtype"));
        const json_t *value = json_object_get(feature, "default");
        enum tfeed_dtype dtype = TFEED_DTYPE_INVALID;
        for (size_t i = 0; dtype_name != NULL && i < sizeof dtypes / sizeof dtypes[0]; i++)
            if (strcmp(dtypes[i].name, dtype_name) == 0)
                dtype = dtypes[i].dtype;
        struct tfeed_shape shape;
        if (kind == NULL || strcmp(kind, "fixed") != 0 || (value != NULL && !json_is_null(value)) ||
            !parse_shape(json_object_get(feature, "shape"), &shape) ||
            tfeed_schema_add_fixed(schema, name, dtype, &shape, NULL) != TFEED_OK) {
            tfeed_schema_unref(schema);
            return NULL;
        }
    }
    return schema;
}

static void parse(struct tfeed_schema *schema, struct tfeed_example_parser *parser,
                  const struct tfeed_bytes *serialized, size_t n, struct outcome *ret_outcome)
{
    *ret_outcome = (struct outcome){.status = TFEED_OK};
    if (tfeed_schema_alloc_columns(schema, (int64_t)n, NULL, ret_outcome->columns, NULL) !=
        TFEED_OK)
        abort();
    ret_outcome->status = tfeed_example_parser_parse(parser, serialized, n, ret_outcome->columns, 0,
                                                     NULL, &ret_outcome->error);
}

/* True when the outcome is the one of the file: an error of that kind, or equal columns.
 * `as_single`: the batch of one is compared without its first dimension. */
static bool is_expected(const struct tfeed_schema *schema, const struct outcome *got,
                        const json_t *expected, bool as_single)
{
    const char *kind = json_string_value(json_object_get(expected, "error"));
    if (kind != NULL || got->status != TFEED_OK)
        return kind != NULL && got->status == replay_status_from_kind(kind);
    for (int i = 0; i < tfeed_schema_n_columns(schema); i++) {
        struct tfeed_tensor wanted;
        struct tfeed_tensor column = got->columns[i]; /* borrowed */
        if (as_single)
            column.shape = tfeed_schema_column_shape(schema, i);
        if (!replay_tensor(json_object_get(json_object_get(expected, "dict"),
                                           tfeed_schema_column_name(schema, i)),
                           &wanted))
            return false;
        const bool equal = replay_tensor_equal(&wanted, &column);
        tfeed_tensor_clear(&wanted);
        if (!equal)
            return false;
    }
    return true;
}

/* A feature as protobuf has it, as the column of a batch of one; false when it has another kind or
 * number of values. */
static bool protobuf_column(const json_t *feature, enum tfeed_dtype dtype,
                            const struct tfeed_shape *shape, struct tfeed_tensor *ret_tensor)
{
    json_t *value = json_object();
    json_t *dims = json_array();
    for (int i = 0; i < shape->n_dims; i++)
        (void)json_array_append_new(dims, json_integer(shape->dims[i]));
    (void)json_object_set_new(value, "shape", dims);
    (void)json_object_set_new(value, "dtype", json_string(tfeed_dtype_name(dtype)));
    (void)json_object_set(value, "data", json_object_get(feature, "int64"));
    (void)json_object_set(value, "hex", json_object_get(feature, "hex"));
    (void)json_object_set(value, "le", json_object_get(feature, "float32"));
    const bool ok = json_object_size(feature) == 1 && replay_tensor(value, ret_tensor);
    json_decref(value);
    return ok;
}

/* True when the outcome is what full protobuf makes of the same bytes. */
static bool is_protobuf(const struct tfeed_schema *schema, const struct outcome *got,
                        const json_t *protobuf)
{
    bool accepts = json_object_get(protobuf, "error") == NULL;
    for (int i = 0; accepts && i < tfeed_schema_n_columns(schema); i++) {
        const struct tfeed_shape shape = tfeed_schema_column_shape(schema, i);
        const json_t *feature = json_object_get(json_object_get(protobuf, "features"),
                                                tfeed_schema_column_name(schema, i));
        struct tfeed_tensor wanted;
        struct tfeed_tensor column = got->columns[i];
        column.shape = shape;
        accepts = protobuf_column(feature, tfeed_schema_column_dtype(schema, i), &shape, &wanted);
        if (!accepts)
            break;
        const bool equal = got->status != TFEED_OK || replay_tensor_equal(&wanted, &column);
        tfeed_tensor_clear(&wanted);
        if (!equal)
            return false;
    }
    return accepts == (got->status == TFEED_OK);
}

static void judge(struct replay *replay, const struct tfeed_schema *schema,
                  const struct outcome *got, const json_t *row, const json_t *expected,
                  bool as_single)
{
    const json_t *protobuf = json_object_get(row, "protobuf");
    if (is_expected(schema, got, expected, as_single) ||
        (protobuf != NULL && json_is_object(protobuf) && is_protobuf(schema, got, protobuf))) {
        replay_pass(replay);
        return;
    }
    char *wanted = json_dumps(expected, JSON_COMPACT);
    replay_fail(replay, parse_file, json_string_value(json_object_get(row, "name")),
                "%s: expected %.200s, got %s %s", as_single ? "alone" : "batch",
                wanted == NULL ? "?" : wanted, tfeed_status_name(got->status), got->error.message);
    free(wanted);
}

static void replay_parse_row(struct replay *replay, const json_t *row)
{
    const json_t *texts = json_object_get(row, "serialized");
    const size_t n = json_array_size(texts);
    struct tfeed_example_parser *parser = NULL;
    struct tfeed_schema *schema = schema_of(json_object_get(row, "spec"));
    if (schema == NULL) {
        replay_skip(replay, "variable, sparse, sequence and default features: not built yet");
        return;
    }
    struct tfeed_bytes *serialized = calloc(n + 1, sizeof *serialized);
    if (serialized == NULL || tfeed_example_parser_new(schema, NULL, &parser, NULL) != TFEED_OK)
        abort();
    for (size_t i = 0; i < n; i++)
        serialized[i].data =
            replay_base64(json_string_value(json_array_get(texts, i)), &serialized[i].len);

    struct outcome outcome;
    parse(schema, parser, serialized, n, &outcome);
    if (n == 1 || json_object_get(row, "protobuf") == NULL)
        judge(replay, schema, &outcome, row, json_object_get(row, "parse_example"), false);
    outcome_clear(&outcome);
    for (size_t i = 0; i < n; i++) {
        parse(schema, parser, &serialized[i], 1, &outcome);
        judge(replay, schema, &outcome, row,
              json_array_get(json_object_get(row, "parse_single_example"), i), true);
        outcome_clear(&outcome);
    }
    for (size_t i = 0; i < n; i++)
        free((void *)(uintptr_t)serialized[i].data);
    free(serialized);
    tfeed_example_parser_free(parser);
    tfeed_schema_unref(schema);
}

static void replay_parse(struct replay *replay)
{
    json_t *rows = replay_open(replay, parse_file);
    size_t i;
    json_t *row;
    json_array_foreach(rows, i, row) replay_parse_row(replay, row);
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
        if (dtype != NULL && strcmp(dtype, "uint8") == 0)
            replay_raw_row(replay, case_name, row);
        else
            replay_skip(replay, "decode_raw to other dtypes than uint8: not built yet");
    }
    json_array_foreach(json_object_get(file, "decode_padded_raw"), i, row)
        replay_skip(replay, "decode_padded_raw: not built yet");
    json_decref(file);
}

int main(int argc, char **argv)
{
    struct replay replay;
    if (!replay_start(&replay, argc, argv))
        return REPLAY_USAGE;
    replay_serialization(&replay);
    replay_parse(&replay);
    replay_raw(&replay);
    return replay_finish(&replay);
}
