/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_schema_json.c - schemas as JSON and back, texts that are none, and records checked.
 */
#include <criterion/criterion.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <tfeed/schema.h>

#include "tests/support/support.h"
#include "tests/unit/features/example_bytes.h"

static const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;

static struct tfeed_schema *new_schema(const struct tfeed_allocator *allocator)
{
    struct tfeed_schema *schema;
    cr_assert_eq(tfeed_schema_new(allocator, &schema, NULL), TFEED_OK);
    return schema;
}

/* The schema's text; free the block. */
static struct tfeed_bytes text_of(const struct tfeed_schema *schema)
{
    struct tfeed_bytes text;
    cr_assert_eq(tfeed_schema_to_json(schema, &text, NULL), TFEED_OK);
    cr_assert_eq(strlen((const char *)text.data), text.len);
    return text;
}

/* A schema of all kinds of columns, with every option set to something. */
static void add_all_kinds(struct tfeed_schema *schema)
{
    static float odd[] = {NAN, -INFINITY, 0.1F, -0.0F};
    static const struct tfeed_partition partitions[] = {
        {TFEED_PARTITION_ROW_LENGTHS, "lengths", 0}, {TFEED_PARTITION_UNIFORM_ROW_LENGTH, NULL, 2}};
    const struct tfeed_shape four = tfeed_shape_vector(4);
    const struct tfeed_shape matrix = tfeed_shape_matrix(2, 3);
    struct tfeed_bytes text = {(const uint8_t *)"pad\xff", 4, NULL};
    const struct tfeed_tensor floats = tfeed_tensor_borrow(TFEED_FLOAT, &four, odd);
    const struct tfeed_tensor padding = tfeed_tensor_borrow(TFEED_STRING, &scalar, &text);
    int32_t minus = -7;
    const struct tfeed_tensor number = tfeed_tensor_borrow(TFEED_INT32, &scalar, &minus);
    const char *const keys[] = {"row", "column"};
    const int64_t size[] = {10, 20};
    cr_assert_eq(tfeed_schema_add_raw(schema, "image", TFEED_FLOAT, 784, 1.0F / 255, -0.5F, NULL),
                 TFEED_OK);
    cr_assert_eq(tfeed_schema_add_raw(schema, "bytes", TFEED_UINT8, 9, 1, 0, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_add_fixed(schema, "m", TFEED_INT64, &matrix, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_add_fixed_default(schema, "odd", TFEED_FLOAT, &four, &floats, NULL),
                 TFEED_OK);
    cr_assert_eq(
        tfeed_schema_add_fixed_default(schema, "small", TFEED_INT32, &scalar, &number, NULL),
        TFEED_OK);
    cr_assert_eq(tfeed_schema_add_variable(schema, "ids", TFEED_INT64, NULL), TFEED_OK);
    cr_assert_eq(
        tfeed_schema_add_sequence(schema, "w\xc3\xb6rds", TFEED_STRING, &scalar, &padding, NULL),
        TFEED_OK);
    cr_assert_eq(
        tfeed_schema_add_sparse(schema, "sparse", keys, 2, "value", TFEED_FLOAT, size, true, NULL),
        TFEED_OK);
    cr_assert_eq(tfeed_schema_add_ragged(schema, "ragged", "parts", TFEED_INT64, partitions, 2,
                                         TFEED_INT64, NULL),
                 TFEED_OK);
}

Test(schema_json, all_kinds_come_back_as_they_were)
{
    struct tfeed_schema *schema = new_schema(NULL);
    struct tfeed_schema *again;
    struct tfeed_error error = TFEED_ERROR_INIT;
    add_all_kinds(schema);
    const struct tfeed_bytes text = text_of(schema);
    cr_assert_eq(tfeed_schema_from_json((const char *)text.data, text.len, NULL, &again, &error),
                 TFEED_OK, "%s", error.message);
    const struct tfeed_bytes text_again = text_of(again);
    cr_assert_str_eq((const char *)text.data, (const char *)text_again.data);
    cr_assert_eq(tfeed_schema_n_columns(again), tfeed_schema_n_columns(schema));
    for (int i = 0; i < tfeed_schema_n_columns(schema); i++) {
        const struct tfeed_shape shape = tfeed_schema_column_shape(schema, i);
        const struct tfeed_shape shape_again = tfeed_schema_column_shape(again, i);
        cr_assert_str_eq(tfeed_schema_column_name(schema, i), tfeed_schema_column_name(again, i));
        cr_assert_eq(tfeed_schema_column_dtype(schema, i), tfeed_schema_column_dtype(again, i));
        cr_assert_eq(tfeed_schema_column_kind(schema, i), tfeed_schema_column_kind(again, i));
        cr_assert(tfeed_shape_equal(&shape, &shape_again));
    }
    tfeed_block_unref(text.block);
    tfeed_block_unref(text_again.block);
    tfeed_schema_unref(schema);
    tfeed_schema_unref(again);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(schema_json, text_is_the_documented_one)
{
    struct tfeed_schema *schema = new_schema(NULL);
    cr_assert_eq(tfeed_schema_add_raw(schema, "image_raw", TFEED_FLOAT, 784, 0.5F, -0.5F, NULL),
                 TFEED_OK);
    cr_assert_eq(tfeed_schema_add_fixed(schema, "label", TFEED_INT32, &scalar, NULL), TFEED_OK);
    const struct tfeed_bytes text = text_of(schema);
    cr_assert_str_eq(
        (const char *)text.data,
        "{\"tfeed_schema\":1,\"columns\":[{\"name\":\"image_raw\",\"column\":\"raw\","
        "\"dtype\":\"float32\",\"shape\":[784],\"scale\":0.5,\"offset\":-0.5},"
        "{\"name\":\"label\",\"column\":\"fixed\",\"dtype\":\"int32\",\"shape\":[]}]}");
    tfeed_block_unref(text.block);
    tfeed_schema_unref(schema);
}

Test(schema_json, default_values_are_used_after_reading)
{
    static const char text[] =
        "{\"tfeed_schema\": 1, \"columns\": [\n"
        " {\"name\": \"f\", \"column\": \"fixed\", \"dtype\": \"float32\", \"shape\": [2],\n"
        "  \"default\": [\"Infinity\", 2.5], \"comment\": \"not looked at\"},\n"
        " {\"name\": \"n\", \"column\": \"none\", \"because\": \"not wanted\"},\n"
        " {\"name\": \"s\", \"column\": \"fixed\", \"dtype\": \"string\", \"shape\": [],\n"
        "  \"default\": [\"cGFk/w==\"]}]}";
    struct tfeed_schema *schema;
    struct tfeed_example_parser *parser;
    struct tfeed_tensor columns[2];
    const struct tfeed_bytes empty = {NULL, 0, NULL};
    cr_assert_eq(tfeed_schema_from_json(text, strlen(text), NULL, &schema, NULL), TFEED_OK);
    cr_assert_eq(tfeed_example_parser_new(schema, NULL, &parser, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_alloc_columns(schema, 1, NULL, columns, NULL), TFEED_OK);
    cr_assert_eq(tfeed_example_parser_parse(parser, &empty, 1, columns, 0, NULL, NULL), TFEED_OK);
    cr_assert(isinf(tfeed_tensor_floats(&columns[0])[0]));
    cr_assert_eq(tfeed_tensor_floats(&columns[0])[1], 2.5F);
    cr_assert_eq(tfeed_tensor_strings(&columns[1])[0].len, 4);
    cr_assert_eq(memcmp(tfeed_tensor_strings(&columns[1])[0].data, "pad\xff", 4), 0);
    tfeed_tensor_clear(&columns[0]);
    tfeed_tensor_clear(&columns[1]);
    tfeed_example_parser_free(parser);
    tfeed_schema_unref(schema);
    T_EXPECT_NO_LEAKS(NULL);
}

/* A text of one feature with these members is refused, and the message holds a text. */
static void expect_refused(const char *members, const char *expected)
{
    char text[1024];
    struct tfeed_schema *schema;
    struct tfeed_error error = TFEED_ERROR_INIT;
    (void)snprintf(text, sizeof text, "{\"tfeed_schema\": 1, \"columns\": [{%s}]}", members);
    cr_assert_eq(tfeed_schema_from_json(text, strlen(text), NULL, &schema, &error),
                 TFEED_INVALID_ARGUMENT, "%s", text);
    cr_assert_not_null(strstr(error.message, expected), "%s", error.message);
}

Test(schema_json, what_is_wrong_is_named)
{
    expect_refused("\"column\": \"fixed\"", "name: expected");
    expect_refused("\"name\": \"x\", \"dtype\": \"int64\", \"column\": \"fixd\"",
                   "feature 'x': column: 'fixd'");
    expect_refused("\"name\": \"x\", \"dtype\": \"int65\", \"column\": \"fixed\"",
                   "feature 'x': dtype: 'int65'");
    expect_refused("\"name\": \"x\", \"dtype\": \"int64\", \"column\": \"fixed\"",
                   "feature 'x': shape: expected");
    expect_refused("\"name\": \"x\", \"dtype\": \"int64\", \"column\": \"fixed\", "
                   "\"shape\": [1,1,1,1,1,1,1,1,1]",
                   "feature 'x': shape: 9 dimensions");
    expect_refused("\"name\": \"x\", \"dtype\": \"int64\", \"column\": \"fixed\", "
                   "\"shape\": [\"2\", -1]",
                   "feature 'x'");
    expect_refused("\"name\": \"x\", \"dtype\": \"int32\", \"column\": \"fixed\", \"shape\": [], "
                   "\"default\": [2147483648]",
                   "feature 'x': default: expected an int32");
    expect_refused("\"name\": \"x\", \"dtype\": \"float32\", \"column\": \"fixed\", \"shape\": [], "
                   "\"default\": [1e39]",
                   "feature 'x': default: expected a float32");
    expect_refused("\"name\": \"x\", \"dtype\": \"string\", \"column\": \"fixed\", \"shape\": [], "
                   "\"default\": [\"a=b=\"]",
                   "feature 'x': default: expected base64");
    expect_refused("\"name\": \"x\", \"dtype\": \"int64\", \"column\": \"fixed\", \"shape\": [2], "
                   "\"default\": [1]",
                   "feature 'x'");
    expect_refused("\"name\": \"x\", \"dtype\": \"uint8\", \"column\": \"raw\", \"shape\": [2, 2]",
                   "feature 'x': shape: expected the one dimension");
    expect_refused("\"name\": \"x\", \"dtype\": \"int64\", \"column\": \"sparse\", "
                   "\"value_key\": \"v\", \"size\": [2], \"index_keys\": [\"a\", \"b\"]",
                   "feature 'x': index_keys: 2 names");
    expect_refused("\"name\": \"x\", \"dtype\": \"int64\", \"column\": \"ragged\", "
                   "\"value_key\": \"v\", \"row_splits_dtype\": \"int32\", "
                   "\"partitions\": [{\"kind\": \"row_sums\", \"key\": \"k\"}]",
                   "feature 'x': partitions: 'row_sums'");
}

Test(schema_json, text_that_is_no_schema_is_refused)
{
    static const char *const texts[] = {"",
                                        "[]",
                                        "{}",
                                        "{\"tfeed_schema\": 2, \"columns\": []}",
                                        "{\"tfeed_schema\": 1}",
                                        "{\"tfeed_schema\": 1, \"columns\": {}}",
                                        "{\"tfeed_schema\": 1, \"columns\": [1]}",
                                        "{\"tfeed_schema\": 1, \"columns\": [{]}"};
    struct tfeed_schema *schema;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        cr_assert_eq(tfeed_schema_from_json(texts[i], strlen(texts[i]), NULL, &schema, NULL),
                     TFEED_INVALID_ARGUMENT, "%s", texts[i]);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(schema_json, text_cut_anywhere_is_refused)
{
    struct tfeed_schema *schema = new_schema(NULL);
    struct tfeed_schema *again;
    add_all_kinds(schema);
    const struct tfeed_bytes text = text_of(schema);
    for (size_t len = 0; len < text.len; len++)
        cr_assert_eq(tfeed_schema_from_json((const char *)text.data, len, NULL, &again, NULL),
                     TFEED_INVALID_ARGUMENT);
    tfeed_block_unref(text.block);
    tfeed_schema_unref(schema);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(schema_json, name_that_is_not_utf8_is_refused)
{
    struct tfeed_schema *schema = new_schema(NULL);
    struct tfeed_bytes text;
    cr_assert_eq(tfeed_schema_add_variable(schema, "\xff", TFEED_INT64, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_to_json(schema, &text, NULL), TFEED_INVALID_ARGUMENT);
    tfeed_schema_unref(schema);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(schema_json, failed_allocation_leaves_nothing_behind)
{
    struct tfeed_schema *given = new_schema(NULL);
    add_all_kinds(given);
    const struct tfeed_bytes text = text_of(given);
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_schema *schema = NULL;
        struct tfeed_bytes again = {NULL, 0, NULL};
        tfeed_status status =
            tfeed_schema_from_json((const char *)text.data, text.len, allocator, &schema, NULL);
        if (status == TFEED_OK)
            status = tfeed_schema_to_json(schema, &again, NULL);
        T_EXPECT_ALLOC_STATUS(status);
        tfeed_block_unref(again.block);
        tfeed_schema_unref(schema);
    });
    tfeed_block_unref(text.block);
    tfeed_schema_unref(given);
}

/* ----------------------------------------------------------------- checking */

static tfeed_status check(bool allow_others, struct wire_bytes message, struct tfeed_error *reterr)
{
    struct tfeed_schema *schema = new_schema(NULL);
    struct tfeed_schema_checker *checker;
    const struct tfeed_bytes example = view_of(&message);
    cr_assert_eq(tfeed_schema_add_fixed(schema, "label", TFEED_INT64, &scalar, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_add_variable(schema, "ids", TFEED_INT64, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_checker_new(schema, allow_others, NULL, &checker, NULL), TFEED_OK);
    tfeed_schema_unref(schema);
    const tfeed_status status = tfeed_schema_checker_check(checker, &example, reterr);
    tfeed_schema_checker_free(checker);
    return status;
}

Test(schema_json, record_that_fits_passes)
{
    const struct wire_bytes label = entry_of("label", int64_feature(3));
    cr_assert_eq(check(false, example_of(label), NULL), TFEED_OK);
    cr_assert_eq(check(true, example_of(joined(label, entry_of("x", int64_feature(1)))), NULL),
                 TFEED_OK);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(schema_json, record_that_does_not_fit_is_refused_and_the_feature_named)
{
    const struct wire_bytes label = entry_of("label", int64_feature(3));
    struct tfeed_error error;
    cr_assert_eq(check(true, example_of(empty_feature()), &error), TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(error.message, "Feature: label"));
    cr_assert_eq(
        check(true, example_of(joined(label, entry_of("ids", bytes_feature("a", 1)))), &error),
        TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(error.message, "ids"));
    cr_assert_eq(
        check(false, example_of(joined(label, entry_of("more", int64_feature(1)))), &error),
        TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(error.message, "Feature: more is not in the schema"));
    T_EXPECT_NO_LEAKS(NULL);
}

/* ------------------------------------------------------------ SequenceExamples */

Test(schema_json, schema_of_sequences_comes_back)
{
    struct tfeed_schema *context = new_schema(NULL);
    struct tfeed_sequence_schema *schema;
    struct tfeed_sequence_schema *again;
    struct tfeed_bytes text;
    struct tfeed_bytes text_again;
    const struct tfeed_shape three = tfeed_shape_vector(3);
    cr_assert_eq(tfeed_schema_add_fixed(context, "id", TFEED_INT64, &scalar, NULL), TFEED_OK);
    cr_assert_eq(tfeed_sequence_schema_new(context, NULL, &schema, NULL), TFEED_OK);
    cr_assert_eq(tfeed_sequence_schema_add_fixed(schema, "pos", TFEED_FLOAT, &three, true, NULL),
                 TFEED_OK);
    cr_assert_eq(tfeed_sequence_schema_add_variable(schema, "words", TFEED_STRING, NULL), TFEED_OK);
    static const struct tfeed_partition partitions[] = {
        {TFEED_PARTITION_ROW_LENGTHS, "lengths", 0}, {TFEED_PARTITION_UNIFORM_ROW_LENGTH, NULL, 2}};
    cr_assert_eq(tfeed_sequence_schema_add_ragged(schema, "path", "points", TFEED_FLOAT, partitions,
                                                  2, TFEED_INT32, NULL),
                 TFEED_OK);
    cr_assert_eq(tfeed_sequence_schema_to_json(schema, &text, NULL), TFEED_OK);
    cr_assert_eq(
        tfeed_sequence_schema_from_json((const char *)text.data, text.len, NULL, &again, NULL),
        TFEED_OK);
    cr_assert_eq(tfeed_sequence_schema_n_lists(again), 3);
    cr_assert_str_eq(tfeed_sequence_schema_list_name(again, 1), "words");
    cr_assert_eq(tfeed_sequence_schema_to_json(again, &text_again, NULL), TFEED_OK);
    cr_assert_str_eq((const char *)text.data, (const char *)text_again.data);
    cr_assert_not_null(strstr((const char *)text.data, "\"allow_missing\":true"));
    cr_assert_not_null(strstr((const char *)text.data, "\"key\":\"lengths\""));
    tfeed_block_unref(text.block);
    tfeed_block_unref(text_again.block);
    tfeed_sequence_schema_unref(again);
    tfeed_sequence_schema_unref(schema);
    tfeed_schema_unref(context);
}

Test(schema_json, what_was_seen_is_not_looked_at)
{
    static const char text[] =
        "{\"tfeed_schema\": 1, \"columns\": [{\"name\": \"a\", \"column\": \"none\", \"seen\": "
        "{}}, "
        "{\"name\": \"b\", \"column\": \"variable\", \"dtype\": \"int64\", \"seen\": {\"missing\": "
        "3}}], "
        "\"lists\": [{\"name\": \"a\", \"list\": \"none\"}, {\"name\": \"c\", \"list\": \"fixed\", "
        "\"dtype\": \"float32\", \"shape\": [], \"seen\": 1}], \"seen\": {\"files\": 1}}";
    struct tfeed_schema *schema;
    struct tfeed_sequence_schema *sequence;
    cr_assert_eq(tfeed_schema_from_json(text, sizeof text - 1, NULL, &schema, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_n_columns(schema), 1);
    cr_assert_eq(tfeed_sequence_schema_from_json(text, sizeof text - 1, NULL, &sequence, NULL),
                 TFEED_OK);
    cr_assert_eq(tfeed_sequence_schema_n_lists(sequence), 1);
    cr_assert_eq(tfeed_schema_n_columns(tfeed_sequence_schema_context(sequence)), 1);
    tfeed_schema_unref(schema);
    tfeed_sequence_schema_unref(sequence);
}

Test(schema_json, lists_that_cannot_be_are_refused)
{
    static const struct {
        const char *lists;
        const char *message;
    } cases[] = {
        {"{}", "lists"},
        {"[1]", "a list"},
        {"[{\"list\": \"fixed\"}]", "name"},
        {"[{\"name\": \"x\", \"list\": \"sparse\", \"dtype\": \"int64\"}]",
         "'sparse' is not known"},
        {"[{\"name\": \"x\", \"list\": \"fixed\", \"dtype\": \"int64\"}]", "shape"},
        {"[{\"name\": \"x\", \"list\": \"fixed\", \"dtype\": \"int64\", \"shape\": [], "
         "\"allow_missing\": 1}]",
         "allow_missing"},
        {"[{\"name\": \"x\", \"list\": \"variable\", \"dtype\": \"uint8\"}]", "x"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct tfeed_sequence_schema *schema;
        struct tfeed_error error;
        char text[512];
        snprintf(text, sizeof text, "{\"tfeed_schema\": 1, \"columns\": [], \"lists\": %s}",
                 cases[i].lists);
        cr_assert_eq(tfeed_sequence_schema_from_json(text, strlen(text), NULL, &schema, &error),
                     TFEED_INVALID_ARGUMENT, "%s", text);
        cr_assert_not_null(strstr(error.message, cases[i].message), "%s", error.message);
    }
}

Test(schema_json, failed_allocation_of_a_sequence_schema_leaves_nothing_behind)
{
    static const char text[] =
        "{\"tfeed_schema\": 1, \"columns\": [], \"lists\": [{\"name\": \"c\", \"list\": \"fixed\", "
        "\"dtype\": \"float32\", \"shape\": [2]}, {\"name\": \"r\", \"list\": \"ragged\", "
        "\"dtype\": "
        "\"int64\", \"value_key\": \"v\", \"row_splits_dtype\": \"int64\", \"partitions\": "
        "[{\"kind\": "
        "\"row_splits\", \"key\": \"k\"}]}]}";
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_sequence_schema *schema = NULL;
        struct tfeed_bytes again = {NULL, 0, NULL};
        tfeed_status status =
            tfeed_sequence_schema_from_json(text, sizeof text - 1, allocator, &schema, NULL);
        if (status == TFEED_OK)
            status = tfeed_sequence_schema_to_json(schema, &again, NULL);
        T_EXPECT_ALLOC_STATUS(status);
        tfeed_block_unref(again.block);
        tfeed_sequence_schema_unref(schema);
    });
}
