/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_json_records.c - Examples in JSON as the records of a schema: the rows are those of what
 * tfeed_decode_json_example makes of them, for all kinds of columns; bad texts, who holds the
 * bytes, memory.
 */
#include <stdio.h>

#include "core/block_internal.h"
#include "tests/support/expect_retry.h"
#include "tests/unit/features/texts_fixture.h"

enum { ID, X, NAME, IDS, WORDS, SPARSE, RAGGED, IMAGE, PRICE, N_COLUMNS };

static const char *const good[] = {
    "{\"features\": {\"feature\": {"
    "\"id\": {\"int64List\": {\"value\": [1]}}, \"x\": {\"floatList\": {\"value\": [0.5, -2]}},"
    "\"name\": {\"bytesList\": {\"value\": [\"YW5uYQ==\"]}},"
    "\"ids\": {\"int64List\": {\"value\": [-1, \"9223372036854775807\", 3]}},"
    "\"words\": {\"bytesList\": {\"value\": [\"YQ==\", \"YmM=\"]}},"
    "\"at\": {\"int64List\": {\"value\": [7, 2]}}, \"value\": {\"floatList\": {\"value\": [7, 2]}},"
    "\"lengths\": {\"int64List\": {\"value\": [2, 0, 1]}},"
    "\"path\": {\"int64List\": {\"value\": [1, 2, 3]}},"
    "\"image\": {\"bytesList\": {\"value\": [\"AQID\"]}},"
    "\"price\": {\"bytesList\": {\"value\": [\"MS41\"]}}, \"unwanted\": {}}}}",
    "{features: {feature: {price: {bytesList: {value: 'LTFlMw=='}}, image: {bytes_list: {value: "
    "['BAUG']}}, x: {floatList: {value: ['NaN', 1e10]}}, name: {bytesList: {value: ['']}},}}}",
};

enum { N_GOOD = sizeof good / sizeof good[0] };

static void add_columns(struct tfeed_schema *schema)
{
    static int64_t minus_one = -1;
    const struct tfeed_shape two = tfeed_shape_vector(2);
    const struct tfeed_tensor default_id = tfeed_tensor_borrow(TFEED_INT64, &scalar, &minus_one);
    const char *const at[] = {"at"};
    const int64_t size[] = {10};
    const struct tfeed_partition lengths = {TFEED_PARTITION_ROW_LENGTHS, "lengths", 0};
    add_value(schema, "id", TFEED_INT64, &default_id);
    cr_assert_eq(tfeed_schema_add_fixed(schema, "x", TFEED_FLOAT, &two, NULL), TFEED_OK);
    add_value(schema, "name", TFEED_STRING, NULL);
    cr_assert_eq(tfeed_schema_add_variable(schema, "ids", TFEED_INT64, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_add_sequence(schema, "words", TFEED_STRING, &scalar, NULL, NULL),
                 TFEED_OK);
    cr_assert_eq(
        tfeed_schema_add_sparse(schema, "sparse", at, 1, "value", TFEED_FLOAT, size, false, NULL),
        TFEED_OK);
    cr_assert_eq(
        tfeed_schema_add_ragged(schema, "path", NULL, TFEED_INT64, &lengths, 1, TFEED_INT64, NULL),
        TFEED_OK);
    cr_assert_eq(tfeed_schema_add_raw(schema, "image", TFEED_FLOAT, 3, 0.5F, 1, NULL), TFEED_OK);
    add_value(schema, "price", TFEED_DOUBLE, NULL);
}

static void open_texts(struct texts *texts)
{
    texts_init(texts, NULL);
    add_columns(texts->schema);
    cr_assert_eq(tfeed_schema_set_json_records(texts->schema, NULL), TFEED_OK);
    texts_start(texts, NULL);
}

/* What the same columns hold of the Examples that the texts become. */
static void parse_decoded(struct texts *texts, const char *const *lines, size_t n)
{
    struct tfeed_bytes views[TEXTS_MAX];
    struct tfeed_tensor examples;
    const struct tfeed_shape shape = tfeed_shape_vector((int64_t)n);
    texts_init(texts, NULL);
    add_columns(texts->schema);
    texts_start(texts, NULL);
    for (size_t i = 0; i < n; i++)
        views[i] = bytes_of(lines[i]);
    const struct tfeed_tensor strings = tfeed_tensor_borrow(TFEED_STRING, &shape, views);
    cr_assert_eq(tfeed_decode_json_example(&strings, NULL, &examples, NULL), TFEED_OK);
    cr_assert_eq(tfeed_example_parser_parse_batch(texts->parser, tfeed_tensor_strings(&examples), n,
                                                  texts->columns, NULL, &texts->error),
                 TFEED_OK, "%s", texts->error.message);
    tfeed_tensor_clear(&examples);
}

static void expect_same_columns(const struct texts *got, const struct texts *expected)
{
    struct tfeed_sparse got_sparse, expected_sparse;
    for (int i = 0; i < N_COLUMNS; i++) {
        expect_equal(column_of(got, i), column_of(expected, i));
        cr_assert_eq(tfeed_columns_n_levels(got->columns, i),
                     tfeed_columns_n_levels(expected->columns, i));
        for (int level = 0; level < tfeed_columns_n_levels(got->columns, i); level++)
            expect_equal(tfeed_columns_row_splits(got->columns, i, level),
                         tfeed_columns_row_splits(expected->columns, i, level));
    }
    expect_equal(tfeed_columns_n_steps(got->columns, WORDS),
                 tfeed_columns_n_steps(expected->columns, WORDS));
    cr_assert_eq(tfeed_columns_sparse(got->columns, SPARSE, TFEED_ALL_ROWS, &got_sparse, NULL),
                 TFEED_OK);
    cr_assert_eq(
        tfeed_columns_sparse(expected->columns, SPARSE, TFEED_ALL_ROWS, &expected_sparse, NULL),
        TFEED_OK);
    expect_equal(&got_sparse.indices, &expected_sparse.indices);
}

Test(json_records, rows_are_those_of_the_examples_that_texts_become)
{
    const char *lines[] = {good[0], good[1], good[1], good[0], good[0]};
    struct texts texts, decoded;
    open_texts(&texts);
    parse_decoded(&decoded, lines, 5);
    cr_assert_eq(parse_texts(&texts, lines, 5), TFEED_OK, "%s", texts.error.message);
    expect_same_columns(&texts, &decoded);
    cr_assert_eq(tfeed_tensor_int64s(column_of(&texts, ID))[1], -1, "a default");
    expect_string(column_of(&texts, NAME), 0, "anna");
    expect_string(column_of(&texts, WORDS), 1, "bc");
    cr_assert_eq(tfeed_tensor_floats(column_of(&texts, IMAGE))[5], 4.0F);
    cr_assert_eq(((const double *)column_of(&texts, PRICE)->data)[1], -1000.0);
    texts_clear(&texts);
    texts_clear(&decoded);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(json_records, rows_of_tensors_are_filled)
{
    enum { FIRST = 1, N_STRINGS = 2 };
    struct texts texts;
    struct tfeed_tensor rows[N_STRINGS];
    const struct tfeed_bytes lines[] = {bytes_of(good[0]), bytes_of(good[0])};
    texts_init(&texts, NULL);
    add_value(texts.schema, "name", TFEED_STRING, NULL);
    add_value(texts.schema, "id", TFEED_INT32, NULL);
    cr_assert_eq(tfeed_schema_set_json_records(texts.schema, NULL), TFEED_OK);
    texts_start(&texts, NULL);
    cr_assert_eq(tfeed_schema_alloc_columns(texts.schema, 3, NULL, rows, NULL), TFEED_OK);
    cr_assert_eq(tfeed_example_parser_parse(texts.parser, lines, 2, rows, FIRST, NULL, NULL),
                 TFEED_OK);
    texts_clear(&texts);
    expect_string(&rows[0], 0, "");
    expect_string(&rows[0], 2, "anna");
    cr_assert_eq(tfeed_tensor_int32s(&rows[1])[2], 1);
    for (int i = 0; i < N_STRINGS; i++)
        tfeed_tensor_clear(&rows[i]);
    T_EXPECT_NO_LEAKS(NULL);
}

/* ------------------------------------------------------------------- bad texts */

Test(json_records, bad_texts_are_refused_with_the_byte)
{
    struct texts texts;
    open_texts(&texts);
    expect_text_refused(&texts, good[0], "", "Error while parsing JSON: the text is empty (byte 0");
    expect_text_refused(&texts, good[0], "{\"features\": 5}",
                        "Error while parsing JSON: Expected an object (byte 13: \"5}\")");
    expect_text_refused(&texts, good[0],
                        "{\"features\": {\"feature\": {\"id\": {\"int64List\": ", "the end)");
    expect_text_refused(&texts, good[0], "\xff", "not UTF-8");
    expect_text_refused(&texts, good[0], "{}", "Feature: x (data type: float) is required");
    expect_text_refused(&texts, good[0], "{features: {feature: {x: {int64List: {value: [1, 2]}}}}}",
                        "Key: x.  Data types don't match. Data type: int64");
    texts_clear(&texts);
    T_EXPECT_NO_LEAKS(NULL);
}

/* A text at byte 70 of a file; the feature that it has not is none of its bytes. */
static void expect_place(const char *text, uint64_t offset, const char *words)
{
    struct texts texts;
    struct tfeed_block *block;
    uint8_t *data;
    open_texts(&texts);
    cr_assert_eq(tfi_block_alloc(NULL, strlen(text) + 1, &block, &data, NULL), TFEED_OK);
    memcpy(data, text, strlen(text) + 1);
    cr_assert_eq(tfi_block_set_origin(block, data, "some.json", 70, NULL), TFEED_OK);
    const struct tfeed_bytes line = {data, strlen(text), block};
    cr_assert_eq(
        tfeed_example_parser_parse_batch(texts.parser, &line, 1, texts.columns, NULL, &texts.error),
        TFEED_INVALID_ARGUMENT);
    cr_assert_str_eq(texts.error.path, "some.json");
    cr_assert_eq(texts.error.offset, offset);
    cr_assert_not_null(strstr(texts.error.message, words), "%s", texts.error.message);
    tfeed_block_unref(block);
    texts_clear(&texts);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(json_records, faults_are_placed_in_the_file)
{
    expect_place("{features: 7}", 70 + 11, "some.json: byte 81: Error while parsing JSON");
    expect_place("{features: {}}", 70, "some.json: byte 70: Feature: x");
}

/* ---------------------------------------------------------------- who holds what */

/* More than fit a block, in columns of rows and of lists; a text that is longer than one. */
Test(json_records, strings_live_as_long_as_their_columns)
{
    enum { N = 12, LONG = 5, SHORT_CHARS = 4000, LONG_CHARS = 60000 };
    static char lines[N][2 * LONG_CHARS];
    const char *views[N];
    struct texts texts;
    texts_init(&texts, NULL);
    add_value(texts.schema, "s", TFEED_STRING, NULL);
    cr_assert_eq(tfeed_schema_add_variable(texts.schema, "l", TFEED_STRING, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_set_json_records(texts.schema, NULL), TFEED_OK);
    texts_start(&texts, NULL);
    for (int i = 0; i < N; i++) {
        static const char end[] = "'}}}}}";
        const size_t n = i == LONG ? LONG_CHARS : SHORT_CHARS;
        char *at = lines[i];
        at += snprintf(at, LONG_CHARS,
                       "{features: {feature: {l: {bytesList: {value: ['YWJj', 'ZGVm']}}, "
                       "s: {bytesList: {value: '");
        memset(at, 'A' + i, n);
        memcpy(at + n, end, sizeof end);
        views[i] = lines[i];
    }
    cr_assert_eq(parse_texts(&texts, views, N), TFEED_OK, "%s", texts.error.message);
    struct tfeed_tensor strings = tfeed_tensor_ref(column_of(&texts, 0));
    struct tfeed_tensor list = tfeed_tensor_ref(column_of(&texts, 1));
    cr_assert_eq(parse_texts(&texts, views, N), TFEED_OK);
    cr_assert_eq(parse_texts(&texts, views, 1), TFEED_OK);
    texts_clear(&texts);
    for (int64_t i = 0; i < N; i++) {
        const struct tfeed_bytes *string = &tfeed_tensor_strings(&strings)[i];
        const uint8_t first = (uint8_t)(i << 2 | i >> 4); /* of four times the same 6 bits */
        cr_assert_eq(string->len, (size_t)(i == LONG ? LONG_CHARS : SHORT_CHARS) / 4 * 3);
        for (size_t at = 0; at < string->len; at += 3)
            cr_assert_eq(string->data[at], first);
        expect_string(&list, 2 * i, "abc");
        expect_string(&list, 2 * i + 1, "def");
    }
    tfeed_tensor_clear(&strings);
    tfeed_tensor_clear(&list);
    T_EXPECT_NO_LEAKS(NULL);
}

static const char numbers[] = "{features: {feature: {id: {int64List: {value: 5}}}}}";

Test(json_records, rows_cost_no_allocation_after_the_first)
{
    struct t_allocator allocator;
    struct texts texts;
    struct tfeed_tensor row;
    const struct tfeed_bytes line = bytes_of(numbers);
    t_allocator_init(&allocator);
    texts_init(&texts, &allocator.hooks);
    add_value(texts.schema, "id", TFEED_INT64, NULL);
    cr_assert_eq(tfeed_schema_set_json_records(texts.schema, NULL), TFEED_OK);
    texts_start(&texts, &allocator.hooks);
    cr_assert_eq(tfeed_schema_alloc_columns(texts.schema, 1, NULL, &row, NULL), TFEED_OK);
    size_t n_calls = 0;
    for (int i = 0; i < 50; i++) {
        cr_assert_eq(tfeed_example_parser_parse(texts.parser, &line, 1, &row, 0, NULL, NULL),
                     TFEED_OK);
        if (i == 0)
            n_calls = allocator.n_calls;
    }
    cr_assert_eq(allocator.n_calls, n_calls);
    cr_assert_eq(tfeed_tensor_int64s(&row)[0], 5);
    tfeed_tensor_clear(&row);
    texts_clear(&texts);
    T_EXPECT_NO_LEAKS(&allocator);
}

Test(json_records, strings_of_batches_that_are_gone_take_no_memory)
{
    enum { N_BATCHES = 100, N_CHARS = 8000, MOST_BYTES = 200000 };
    static char line[2 * N_CHARS] = "{features: {feature: {l: {bytesList: {value: ['";
    struct t_allocator allocator;
    struct texts texts;
    const char *const lines[] = {line, line};
    char *at = line + strlen(line);
    memset(at, 'A', N_CHARS);
    memcpy(at + N_CHARS, "']}}}}}", sizeof "']}}}}}");
    t_allocator_init(&allocator);
    texts_init(&texts, &allocator.hooks);
    cr_assert_eq(tfeed_schema_add_variable(texts.schema, "l", TFEED_STRING, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_set_json_records(texts.schema, NULL), TFEED_OK);
    texts_start(&texts, &allocator.hooks);
    for (int i = 0; i < N_BATCHES; i++)
        cr_assert_eq(parse_texts(&texts, lines, 2), TFEED_OK, "%s", texts.error.message);
    cr_assert_lt(t_outstanding_bytes(&allocator), MOST_BYTES);
    texts_clear(&texts);
    T_EXPECT_NO_LEAKS(&allocator);
}

Test(json_records, parsing_goes_on_after_memory_was_short)
{
    const struct tfeed_bytes lines[] = {bytes_of(good[0]), bytes_of(good[0])};
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_schema *schema;
        struct tfeed_example_parser *parser;
        struct tfeed_columns *columns;
        EXPECT_RETRY(tfeed_schema_new(allocator, &schema, NULL));
        EXPECT_RETRY(tfeed_schema_add_fixed(schema, "name", TFEED_STRING, &scalar, NULL));
        EXPECT_RETRY(tfeed_schema_add_variable(schema, "words", TFEED_STRING, NULL));
        EXPECT_RETRY(tfeed_schema_set_json_records(schema, NULL));
        EXPECT_RETRY(tfeed_example_parser_new(schema, allocator, &parser, NULL));
        EXPECT_RETRY(tfeed_columns_new(schema, 2, allocator, &columns, NULL));
        EXPECT_RETRY(tfeed_example_parser_parse_batch(parser, lines, 2, columns, NULL, NULL));
        expect_string(tfeed_columns_values(columns, 0), 1, "anna");
        expect_string(tfeed_columns_values(columns, 1), 3, "bc");
        tfeed_columns_free(columns);
        tfeed_example_parser_free(parser);
        tfeed_schema_unref(schema);
    });
}
