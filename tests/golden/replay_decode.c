/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * replay_decode.c - replays what TensorFlow's decode ops made of strings.
 *
 * 1.15.5 is followed, with three exceptions that the set's README names: padded raw bytes and
 * big-endian complex numbers as 2.21 has them, and where the two differ in what they take for a
 * number, either is right.
 *
 * What a column of a schema can hold is decoded so, too: each string is the feature of an Example,
 * and a step of a SequenceExample. Lines of CSV are besides the records of a schema.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tfeed/decode.h>

#include "tests/golden/replay.h"
#include "tests/golden/replay_decoded.h"

enum { MAX_STRINGS = 64, MAX_COLUMNS = REPLAY_MAX_COLUMNS };

/* A tensor of strings over bytes of its own. */
struct strings {
    struct tfeed_bytes elements[MAX_STRINGS];
    void *owned[MAX_STRINGS];
    size_t n;
    struct tfeed_tensor tensor;
};

enum coding { IS_TEXT, IS_BASE64 };

/* The strings of a JSON array, with a shape or as a vector. False: there are too many. */
static bool strings_init(struct strings *strings, const json_t *texts, const json_t *dims,
                         enum coding coding)
{
    struct tfeed_shape shape = tfeed_shape_vector((int64_t)json_array_size(texts));
    *strings = (struct strings){.n = json_array_size(texts)};
    if (strings->n > MAX_STRINGS || json_array_size(dims) > TFEED_MAX_DIMS)
        return false;
    for (size_t i = 0; i < strings->n; i++) {
        struct tfeed_bytes *element = &strings->elements[i];
        const json_t *text = json_array_get(texts, i);
        if (coding == IS_BASE64) {
            strings->owned[i] = replay_base64(json_string_value(text), &element->len);
            element->data = strings->owned[i];
        } else {
            element->data = (const uint8_t *)json_string_value(text);
            element->len = json_string_length(text);
        }
    }
    if (dims != NULL) {
        shape.n_dims = (int32_t)json_array_size(dims);
        for (int i = 0; i < shape.n_dims; i++)
            shape.dims[i] = json_integer_value(json_array_get(dims, (size_t)i));
    }
    strings->tensor = tfeed_tensor_borrow(TFEED_STRING, &shape, strings->elements);
    return true;
}

static void strings_clear(struct strings *strings)
{
    for (size_t i = 0; i < strings->n; i++)
        free(strings->owned[i]);
}

static bool is_tensor(const struct tfeed_tensor *got, const json_t *expected)
{
    struct tfeed_tensor wanted;
    struct tfeed_tensor narrow;
    if (!replay_tensor(expected, &wanted))
        return false;
    bool equal = replay_tensor_equal(&wanted, got);
    /* bytes that are no bool are shown cast to int32 */
    if (got->dtype == TFEED_BOOL && wanted.dtype == TFEED_INT32 &&
        tfeed_tensor_alloc(TFEED_BOOL, &wanted.shape, NULL, &narrow, NULL) == TFEED_OK) {
        for (int64_t i = 0; i < tfeed_tensor_n_elements(&wanted); i++)
            ((uint8_t *)narrow.data)[i] = (uint8_t)tfeed_tensor_int32s(&wanted)[i];
        equal = replay_tensor_equal(&narrow, got);
        tfeed_tensor_clear(&narrow);
    }
    tfeed_tensor_clear(&wanted);
    return equal;
}

static bool is_expected(const struct replay_decoded *got, const json_t *expected)
{
    const char *kind = json_string_value(json_object_get(expected, "error"));
    const json_t *list = json_object_get(expected, "list");
    if (kind != NULL || got->status != TFEED_OK)
        return kind != NULL && got->status == replay_status_from_kind(kind);
    if (list == NULL)
        return got->n == 1 && is_tensor(&got->tensors[0], expected);
    if (json_array_size(list) != got->n)
        return false;
    for (size_t i = 0; i < got->n; i++)
        if (!is_tensor(&got->tensors[i], json_array_get(list, i)))
            return false;
    return true;
}

/* One case. `other` is the same row by 2.21 where that is right too, else NULL. */
static void judge(struct replay *replay, const char *file, size_t i, struct replay_decoded *got,
                  const json_t *row, const json_t *other)
{
    const json_t *expected = json_object_get(row, "out");
    if (is_expected(got, expected) ||
        (other != NULL && is_expected(got, json_object_get(other, "out")))) {
        replay_pass(replay);
        return;
    }
    char case_name[32];
    char text[REPLAY_TENSOR_TEXT_BYTES];
    char *wanted = json_dumps(expected, JSON_COMPACT);
    (void)snprintf(case_name, sizeof case_name, "row %zu", i);
    replay_fail(replay, file, case_name, "expected %.200s, got %s", wanted == NULL ? "?" : wanted,
                got->status != TFEED_OK ? got->error.message
                                        : replay_tensor_text(&got->tensors[0], text));
    free(wanted);
}

/* TensorFlow's name as a number; an unknown one is no dtype. */
static enum tfeed_dtype dtype_of(const json_t *row)
{
    const char *name = json_string_value(json_object_get(row, "dtype"));
    for (int number = 1; number < 64 && name != NULL; number++)
        if (strcmp(tfeed_dtype_name((enum tfeed_dtype)number), name) == 0)
            return (enum tfeed_dtype)number;
    return TFEED_DTYPE_INVALID;
}

/* True when two rows are equal but for what came out. */
static bool same_input(const json_t *row, const json_t *other)
{
    json_t *a = json_copy((json_t *)(uintptr_t)row);
    json_t *b = json_copy((json_t *)(uintptr_t)other);
    (void)json_object_del(a, "out");
    (void)json_object_del(b, "out");
    const bool equal = json_equal(a, b) != 0;
    json_decref(a);
    json_decref(b);
    return equal;
}

/* ------------------------------------------------------------------ columns */

/* Whether a list can have such steps. */
static bool is_step(const struct tfeed_shape *shape)
{
    int64_t n_elements;
    return shape->n_dims <= TFEED_MAX_DIMS - 2 &&
           tfeed_shape_n_elements(shape, &n_elements) == TFEED_OK && n_elements > 0;
}

/* A row of the file by a column, and by a list. */
static void replay_column(struct replay *replay, const char *file, size_t i, const json_t *row,
                          const json_t *other, const struct tfeed_tensor *strings,
                          const struct tfeed_decoded_column *options)
{
    struct replay_decoded got;
    replay_by_column(strings, options, &got);
    judge(replay, file, i, &got, row, other);
    replay_decoded_clear(&got);
    if (!is_step(&options->shape))
        return;
    replay_by_list(strings, options, &got);
    judge(replay, file, i, &got, row, other);
    replay_decoded_clear(&got);
}

static struct tfeed_decoded_column decoded_of(enum tfeed_decoding decoding, const json_t *row)
{
    struct tfeed_decoded_column options;
    tfeed_decoded_column_init(&options);
    options.decoding = decoding;
    options.dtype = dtype_of(row);
    return options;
}

/* --------------------------------------------------------------------- raw */

/* A row of the file by a column as long as the first string, or as fixed_length says. */
static void replay_raw_column(struct replay *replay, const char *file, size_t i, const json_t *row,
                              const struct tfeed_tensor *strings)
{
    const json_t *fixed_length = json_object_get(row, "fixed_length");
    struct tfeed_decoded_column options = decoded_of(TFEED_DECODING_RAW, row);
    const int64_t size = (int64_t)tfeed_dtype_size(options.dtype);
    int64_t len = json_integer_value(fixed_length);
    if (fixed_length == NULL && tfeed_tensor_n_elements(strings) > 0)
        len = (int64_t)tfeed_tensor_strings(strings)[0].len;
    if (fixed_length != NULL && (len <= 0 || size == 0 || len % size != 0))
        return; /* no row has such a length */
    options.shape = tfeed_shape_vector(size == 0 ? 0 : len / size);
    options.padded = fixed_length != NULL;
    options.big_endian = !json_is_true(json_object_get(row, "little_endian"));
    replay_column(replay, file, i, row, NULL, strings, &options);
}

/* A row of decode_raw or decode_padded_raw. */
static void replay_raw_row(struct replay *replay, const char *file, size_t i, const json_t *row)
{
    const json_t *fixed_length = json_object_get(row, "fixed_length");
    const bool little_endian = json_is_true(json_object_get(row, "little_endian"));
    struct strings strings;
    struct replay_decoded got = {.status = TFEED_OK};
    if (!strings_init(&strings, json_object_get(row, "in"), json_object_get(row, "shape"),
                      IS_BASE64)) {
        replay_skip(replay, "more strings than this program holds");
        return;
    }
    got.status = fixed_length == NULL
                     ? tfeed_decode_raw(&strings.tensor, dtype_of(row), little_endian, NULL,
                                        &got.tensors[0], &got.error)
                     : tfeed_decode_padded_raw(&strings.tensor, json_integer_value(fixed_length),
                                               dtype_of(row), little_endian, NULL, &got.tensors[0],
                                               &got.error);
    got.n = got.status == TFEED_OK;
    judge(replay, file, i, &got, row, NULL);
    replay_decoded_clear(&got);
    replay_raw_column(replay, file, i, row, &strings.tensor);
    strings_clear(&strings);
}

/* Whether 1.15.5 exchanges the halves here. */
static bool has_exchanged_halves(const json_t *row)
{
    const enum tfeed_dtype dtype = dtype_of(row);
    return (dtype == TFEED_COMPLEX64 || dtype == TFEED_COMPLEX128) &&
           json_is_false(json_object_get(row, "little_endian"));
}

static void replay_raw(struct replay *replay)
{
    static const char file[] = "input/decode/raw.json";
    static const char file_2[] = "input/decode/raw_tf2.json";
    json_t *rows = replay_open(replay, file);
    json_t *rows_2 = replay_open(replay, file_2);
    size_t i;
    json_t *row;
    json_array_foreach(json_object_get(rows, "decode_raw"), i, row)
    {
        if (!has_exchanged_halves(row))
            replay_raw_row(replay, file, i, row);
    }
    json_array_foreach(json_object_get(rows_2, "decode_raw"), i, row)
        replay_raw_row(replay, file_2, i, row);
    json_array_foreach(json_object_get(rows_2, "decode_padded_raw"), i, row)
        replay_raw_row(replay, file_2, i, row);
    json_decref(rows);
    json_decref(rows_2);
}

/* --------------------------------------------------------------------- CSV */

/* A default as a tensor, to be cleared. Its values stand bare: numbers, or texts. */
static bool default_of(const json_t *column, struct tfeed_tensor *ret_tensor)
{
    const json_t *value = json_object_get(column, "default");
    const enum tfeed_dtype dtype = dtype_of(column);
    struct tfeed_shape shape = TFEED_SHAPE_SCALAR;
    const json_t *inner = value;
    for (; json_is_array(inner); inner = json_array_get(inner, 0)) {
        if (shape.n_dims == TFEED_MAX_DIMS)
            return false;
        shape.dims[shape.n_dims++] = (int64_t)json_array_size(inner);
    }
    if (tfeed_tensor_alloc(dtype, &shape, NULL, ret_tensor, NULL) != TFEED_OK)
        return false;
    for (int64_t i = 0; i < tfeed_tensor_n_elements(ret_tensor); i++) {
        const json_t *element = shape.n_dims == 1 ? json_array_get(value, (size_t)i) : inner;
        const double number = json_number_value(element);
        if (dtype == TFEED_STRING) {
            if (tfeed_tensor_set_string(ret_tensor, i, json_string_value(element),
                                        json_string_length(element), NULL) != TFEED_OK)
                abort();
        } else if (dtype == TFEED_INT32) {
            tfeed_tensor_int32s(ret_tensor)[i] = (int32_t)json_integer_value(element);
        } else if (dtype == TFEED_INT64) {
            tfeed_tensor_int64s(ret_tensor)[i] = json_integer_value(element);
        } else if (dtype == TFEED_FLOAT) {
            tfeed_tensor_floats(ret_tensor)[i] = (float)number;
        } else if (dtype == TFEED_DOUBLE) {
            ((double *)ret_tensor->data)[i] = number;
        }
    }
    return true;
}

/* The options of a row; select_cols is the storage for theirs. */
static struct tfeed_csv_options csv_options_of(const json_t *row, int64_t select[MAX_COLUMNS])
{
    const json_t *given = json_object_get(row, "options");
    const json_t *delimiter = json_object_get(given, "field_delim");
    const json_t *na_value = json_object_get(given, "na_value");
    const json_t *columns = json_object_get(given, "select_cols");
    struct tfeed_csv_options options;
    tfeed_csv_options_init(&options);
    if (delimiter != NULL)
        options.field_delim = json_string_value(delimiter);
    if (na_value != NULL)
        options.na_value = json_string_value(na_value);
    options.use_quote_delim = !json_is_false(json_object_get(given, "use_quote_delim"));
    options.select_cols = select;
    options.n_select_cols = json_array_size(columns);
    for (size_t i = 0; i < options.n_select_cols && i < MAX_COLUMNS; i++)
        select[i] = json_integer_value(json_array_get(columns, i));
    return options;
}

/* A column of one value. */
static tfeed_status add_csv_column(struct tfeed_schema *schema, size_t i,
                                   const struct tfeed_tensor *default_value,
                                   struct tfeed_error *reterr)
{
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    const bool is_required = tfeed_tensor_n_elements(default_value) == 0;
    struct tfeed_decoded_column options;
    char name[32];
    (void)snprintf(name, sizeof name, "%zu", i);
    if (default_value->dtype != TFEED_DOUBLE)
        return tfeed_schema_add_fixed_default(schema, name, default_value->dtype, &scalar,
                                              default_value, reterr);
    tfeed_decoded_column_init(&options);
    options.decoding = TFEED_DECODING_NUMBER;
    options.dtype = TFEED_DOUBLE;
    options.default_value = is_required ? NULL : default_value;
    return tfeed_schema_add_decoded(schema, name, &options, reterr);
}

static tfeed_status make_csv_schema(const struct tfeed_tensor *defaults, size_t n,
                                    const struct tfeed_csv_options *options,
                                    struct tfeed_schema **ret_schema, struct tfeed_error *reterr)
{
    struct tfeed_schema *schema;
    tfeed_status status = tfeed_schema_new(NULL, &schema, reterr);
    if (status != TFEED_OK)
        return status;
    for (size_t i = 0; status == TFEED_OK && i < n; i++)
        status = add_csv_column(schema, i, &defaults[i], reterr);
    if (status == TFEED_OK)
        status = tfeed_schema_set_csv_records(schema, options, reterr);
    if (status == TFEED_OK) {
        *ret_schema = schema;
        return TFEED_OK;
    }
    tfeed_schema_unref(schema);
    return status;
}

/* The same lines as the records of a schema. */
static void parse_csv(const struct tfeed_tensor *lines, const struct tfeed_tensor *defaults,
                      size_t n, const struct tfeed_csv_options *options, struct replay_decoded *got)
{
    struct tfeed_schema *schema = NULL;
    struct tfeed_example_parser *parser = NULL;
    const int64_t n_lines = tfeed_tensor_n_elements(lines);
    *got = (struct replay_decoded){.n = 0};
    got->status = make_csv_schema(defaults, n, options, &schema, &got->error);
    if (got->status == TFEED_OK)
        got->status = tfeed_example_parser_new(schema, NULL, &parser, &got->error);
    if (got->status == TFEED_OK)
        got->status = tfeed_schema_alloc_columns(schema, n_lines, NULL, got->tensors, &got->error);
    if (got->status == TFEED_OK) {
        got->n = n;
        got->status =
            tfeed_example_parser_parse(parser, tfeed_tensor_strings(lines), (size_t)n_lines,
                                       got->tensors, 0, NULL, &got->error);
    }
    for (size_t k = 0; k < got->n; k++)
        got->tensors[k].shape = lines->shape;
    tfeed_example_parser_free(parser);
    tfeed_schema_unref(schema);
}

/* A schema takes a default of any shape. */
static bool are_vectors(const struct tfeed_tensor *defaults, size_t n)
{
    bool are = true;
    for (size_t i = 0; i < n; i++)
        are = are && defaults[i].shape.n_dims <= 1;
    return are;
}

static void replay_csv_row(struct replay *replay, const char *file, size_t i, const json_t *row,
                           const json_t *other)
{
    const json_t *columns = json_object_get(row, "columns");
    const size_t n = json_array_size(columns);
    struct tfeed_tensor defaults[MAX_COLUMNS] = {{0}};
    int64_t select[MAX_COLUMNS];
    struct strings records = {.n = 0};
    struct replay_decoded got = {.status = TFEED_OK};
    const struct tfeed_csv_options options = csv_options_of(row, select);
    bool ok = n <= MAX_COLUMNS && options.n_select_cols <= MAX_COLUMNS &&
              strings_init(&records, json_object_get(row, "records"), json_object_get(row, "shape"),
                           IS_TEXT);
    for (size_t k = 0; ok && k < n; k++)
        ok = default_of(json_array_get(columns, k), &defaults[k]);
    if (ok) {
        got.status =
            tfeed_decode_csv(&records.tensor, defaults, n, &options, got.tensors, &got.error);
        got.n = got.status == TFEED_OK ? n : 0;
        judge(replay, file, i, &got, row, other);
        replay_decoded_clear(&got);
        if (are_vectors(defaults, n)) {
            parse_csv(&records.tensor, defaults, n, &options, &got);
            judge(replay, file, i, &got, row, other);
            replay_decoded_clear(&got);
        }
    } else {
        replay_skip(replay, "more strings or columns than this program holds");
    }
    for (size_t k = 0; k < n && k < MAX_COLUMNS; k++)
        tfeed_tensor_clear(&defaults[k]);
    strings_clear(&records);
}

/* ----------------------------------------------------------------- numbers */

static void replay_number_row(struct replay *replay, const char *file, size_t i, const json_t *row,
                              const json_t *other)
{
    const json_t *text = json_object_get(row, "text");
    struct tfeed_bytes element = {(const uint8_t *)json_string_value(text),
                                  json_string_length(text), NULL};
    const struct tfeed_shape shape = tfeed_shape_vector(1);
    const struct tfeed_tensor strings = tfeed_tensor_borrow(TFEED_STRING, &shape, &element);
    struct replay_decoded got = {.status = TFEED_OK};
    got.status = tfeed_string_to_number(&strings, dtype_of(row), NULL, &got.tensors[0], &got.error);
    got.n = got.status == TFEED_OK;
    judge(replay, file, i, &got, row, other);
    replay_decoded_clear(&got);
    const struct tfeed_decoded_column options = decoded_of(TFEED_DECODING_NUMBER, row);
    replay_column(replay, file, i, row, other, &strings, &options);
}

/* The rows of a file, each with the same row by 2.21. */
static void replay_both(struct replay *replay, const char *file, const char *file_2,
                        void (*replay_row)(struct replay *, const char *, size_t, const json_t *,
                                           const json_t *))
{
    json_t *rows = replay_open(replay, file);
    json_t *rows_2 = replay_open(replay, file_2);
    size_t i;
    json_t *row;
    json_array_foreach(rows, i, row)
    {
        const json_t *other = json_array_get(rows_2, i);
        replay_row(replay, file, i, row, other != NULL && same_input(row, other) ? other : NULL);
    }
    json_decref(rows);
    json_decref(rows_2);
}

/* ---------------------------------------------------- compressed, JSON, tensors */

/* A string as a row of the bytes that it holds. */
static void judge_inflated(struct replay *replay, const char *file, size_t i,
                           const struct tfeed_bytes *expected, struct replay_decoded *got)
{
    char case_name[32];
    (void)snprintf(case_name, sizeof case_name, "row %zu", i);
    if (got->status == TFEED_OK &&
        (expected->len == 0 || memcmp(got->tensors[0].data, expected->data, expected->len) == 0))
        replay_pass(replay);
    else
        replay_fail(replay, file, case_name, "by a column or list: %s", got->error.message);
    replay_decoded_clear(got);
}

/* Each string as a row of the bytes that it holds; and all as strings again. */
static void replay_compressed_columns(struct replay *replay, const char *file, size_t i,
                                      const json_t *row, const struct tfeed_tensor *strings,
                                      const struct tfeed_tensor *inflated)
{
    static const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    struct tfeed_decoded_column options = decoded_of(TFEED_DECODING_RAW, NULL);
    options.dtype = TFEED_UINT8;
    if (tfeed_compression_parse(json_string_value(json_object_get(row, "compression")),
                                &options.compression, NULL) != TFEED_OK)
        abort();
    for (int64_t k = 0; k < tfeed_tensor_n_elements(strings); k++) {
        const struct tfeed_bytes *expected = &tfeed_tensor_strings(inflated)[k];
        const struct tfeed_tensor string =
            tfeed_tensor_borrow(TFEED_STRING, &scalar, &tfeed_tensor_strings(strings)[k]);
        struct replay_decoded got;
        options.shape = tfeed_shape_vector((int64_t)expected->len);
        replay_by_column(&string, &options, &got);
        judge_inflated(replay, file, i, expected, &got);
        if (!is_step(&options.shape))
            continue;
        replay_by_list(&string, &options, &got);
        judge_inflated(replay, file, i, expected, &got);
    }
    if (options.compression == TFEED_COMPRESSION_NONE)
        return;
    options.decoding = TFEED_DECODING_BYTES;
    options.dtype = TFEED_STRING;
    options.shape = scalar;
    replay_column(replay, file, i, row, NULL, strings, &options);
}

static void replay_compressed(struct replay *replay)
{
    static const char file[] = "input/decode/compressed.json";
    json_t *rows = replay_open(replay, file);
    size_t i;
    json_t *row;
    json_array_foreach(rows, i, row)
    {
        struct strings strings;
        struct replay_decoded got = {.status = TFEED_OK};
        if (!strings_init(&strings, json_object_get(row, "in"), json_object_get(row, "shape"),
                          IS_BASE64)) {
            replay_skip(replay, "more strings than this program holds");
            continue;
        }
        got.status = tfeed_decode_compressed(&strings.tensor,
                                             json_string_value(json_object_get(row, "compression")),
                                             0, NULL, &got.tensors[0], &got.error);
        got.n = got.status == TFEED_OK;
        judge(replay, file, i, &got, row, NULL);
        if (got.status == TFEED_OK)
            replay_compressed_columns(replay, file, i, row, &strings.tensor, &got.tensors[0]);
        replay_decoded_clear(&got);
        strings_clear(&strings);
    }
    json_decref(rows);
}

static void replay_json_examples(struct replay *replay)
{
    static const char file[] = "input/decode/json_example.json";
    json_t *rows = replay_open(replay, file);
    size_t i;
    json_t *row;
    json_array_foreach(rows, i, row)
    {
        const json_t *text = json_object_get(row, "json");
        struct tfeed_bytes element = {(const uint8_t *)json_string_value(text),
                                      json_string_length(text), NULL};
        const struct tfeed_shape shape = tfeed_shape_vector(1);
        const struct tfeed_tensor strings = tfeed_tensor_borrow(TFEED_STRING, &shape, &element);
        struct replay_decoded got = {.status = TFEED_OK};
        got.status = tfeed_decode_json_example(&strings, NULL, &got.tensors[0], &got.error);
        got.n = got.status == TFEED_OK;
        judge(replay, file, i, &got, row, NULL);
        replay_decoded_clear(&got);
    }
    json_decref(rows);
}

static void replay_parse_tensor(struct replay *replay)
{
    static const char file[] = "input/decode/parse_tensor.json";
    json_t *rows = replay_open(replay, file);
    size_t i;
    json_t *row;
    json_array_foreach(rows, i, row)
    {
        size_t len = 0;
        uint8_t *bytes = replay_base64(json_string_value(json_object_get(row, "in")), &len);
        struct tfeed_bytes element = {bytes, len, NULL};
        const struct tfeed_shape shape = TFEED_SHAPE_SCALAR;
        const struct tfeed_tensor serialized = tfeed_tensor_borrow(TFEED_STRING, &shape, &element);
        struct replay_decoded got = {.status = TFEED_OK};
        got.status =
            tfeed_parse_tensor(&serialized, dtype_of(row), 0, NULL, &got.tensors[0], &got.error);
        got.n = got.status == TFEED_OK;
        judge(replay, file, i, &got, row, NULL);
        struct tfeed_decoded_column options = decoded_of(TFEED_DECODING_TENSOR, row);
        if (got.status == TFEED_OK)
            options.shape = got.tensors[0].shape;
        replay_decoded_clear(&got);
        replay_column(replay, file, i, row, NULL, &serialized, &options);
        free(bytes);
    }
    json_decref(rows);
}

int main(int argc, char **argv)
{
    struct replay replay;
    if (!replay_start(&replay, argc, argv))
        return REPLAY_USAGE;
    replay_raw(&replay);
    replay_both(&replay, "input/decode/csv.json", "input/decode/csv_tf2.json", replay_csv_row);
    replay_both(&replay, "input/decode/string_to_number.json",
                "input/decode/string_to_number_tf2.json", replay_number_row);
    replay_compressed(&replay);
    replay_json_examples(&replay);
    replay_parse_tensor(&replay);
    return replay_finish(&replay);
}
