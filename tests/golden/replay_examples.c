/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * replay_examples.c - tf.train.Example: results of our parser, specifications that are refused, raw
 * columns.
 *
 * Where TensorFlow and protobuf disagree about hand-made bytes ("wire: …"), either is right.
 */
#include <stdlib.h>
#include <string.h>

#include <tfeed/features.h>

#include "tests/golden/replay.h"
#include "tests/golden/replay_features.h"

static const char parse_file[] = "input/examples/parse.json";
static const char refused_file[] = "input/examples/spec_errors.json";
static const char raw_file[] = "input/decode/raw.json";

/* ------------------------------------------------------------------- parser */

/* What a parse gave: columns on TFEED_OK. */
struct outcome {
    tfeed_status status;
    struct tfeed_columns *columns;
    struct tfeed_error error;
};

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
        if (replay_dtype_of(feature) == TFEED_INT32)
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
            status = replay_add_feature(schema, name, feature);
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

static bool is_column(struct tfeed_columns *columns, int column, const json_t *expected,
                      bool as_single)
{
    struct tfeed_sparse sparse;
    if (json_object_get(expected, "sparse") == NULL) {
        const struct tfeed_tensor row = tfeed_columns_row(columns, column, 0);
        return replay_is_tensor(expected, as_single ? &row : tfeed_columns_values(columns, column));
    }
    return tfeed_columns_sparse(columns, column, as_single ? 0 : TFEED_ALL_ROWS, &sparse, NULL) ==
               TFEED_OK &&
           replay_is_sparse(expected, &sparse);
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
    if (value == NULL || json_is_null(value) || !replay_default_of(value, dtype, ret_tensor))
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
    for (size_t i = 0; i < n && replay_single_result(row, i) != NULL; i++) {
        parse(parser, &serialized[i], 1, &outcome);
        judge(replay, file, schema, &outcome, row, replay_single_result(row, i), true);
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
    const size_t n = replay_serialized_of(row, &serialized);
    const struct outcome refused = {.status =
                                        schema_of(json_object_get(row, "spec"), &schema, &parser)};
    if (refused.status == TFEED_OK)
        replay_parsed(replay, file, row, schema, parser, serialized, n);
    else {
        judge(replay, file, NULL, &refused, row, json_object_get(row, "parse_example"), false);
        for (size_t i = 0; i < n; i++)
            judge(replay, file, NULL, &refused, row, replay_single_result(row, i), true);
    }
    replay_free_serialized(serialized, n);
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
    replay_parse(&replay, parse_file);
    replay_parse(&replay, refused_file);
    replay_raw(&replay);
    return replay_finish(&replay);
}
