/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_schema_records.c - saying what the records of a schema are: what is refused, where a schema
 * goes with them, and its JSON.
 */
#include <stdio.h>

#include <tfeed/schema.h>

#include "features/features_internal.h"
#include "tests/support/expect_retry.h"
#include "tests/unit/features/texts_fixture.h"

static struct tfeed_schema *new_schema(void)
{
    struct tfeed_schema *schema;
    cr_assert_eq(tfeed_schema_new(NULL, &schema, NULL), TFEED_OK);
    return schema;
}

/* ------------------------------------------------------------------- refused */

static void expect_options_refused(const struct tfeed_csv_options *options, const char *words)
{
    struct tfeed_error error = TFEED_ERROR_INIT;
    struct tfeed_schema *schema = new_schema();
    cr_assert_eq(tfeed_schema_set_csv_records(schema, options, &error), TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(error.message, words), "%s", error.message);
    tfeed_schema_unref(schema);
}

Test(schema_records, options_of_csv_that_cannot_be_are_refused)
{
    const int64_t negative[] = {-1};
    const int64_t falling[] = {2, 2};
    struct tfeed_csv_options options;
    tfeed_csv_options_init(&options);
    options.field_delim = "";
    expect_options_refused(&options, "field_delim should be only 1 char, not 0");
    options.field_delim = ", ";
    expect_options_refused(&options, "field_delim should be only 1 char, not 2");
    options.field_delim = ",";
    options.select_cols = negative;
    options.n_select_cols = 1;
    expect_options_refused(&options, "select_cols contains negative values");
    options.select_cols = falling;
    options.n_select_cols = 2;
    expect_options_refused(&options, "select_cols is not strictly increasing");
}

/* Takes the schema over. */
static void expect_columns_refused(struct tfeed_schema *schema,
                                   const struct tfeed_csv_options *options, const char *words)
{
    struct tfeed_example_parser *parser;
    struct tfeed_error error = TFEED_ERROR_INIT;
    cr_assert_eq(tfeed_schema_set_csv_records(schema, options, NULL), TFEED_OK);
    cr_assert_eq(tfeed_example_parser_new(schema, NULL, &parser, &error), TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(error.message, words), "%s", error.message);
    tfeed_schema_unref(schema);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(schema_records, columns_that_a_field_cannot_fill_are_refused)
{
    const struct tfeed_shape two = tfeed_shape_vector(2);
    const struct tfeed_shape none = tfeed_shape_vector(0);
    const int64_t select[] = {0, 3};
    struct tfeed_csv_options options;
    struct tfeed_schema *schema = new_schema();
    add_value(schema, "a", TFEED_INT64, NULL);
    cr_assert_eq(tfeed_schema_add_fixed(schema, "pair", TFEED_FLOAT, &two, NULL), TFEED_OK);
    expect_columns_refused(schema, NULL, "column 1 (pair) has rows of 2 values");

    schema = new_schema();
    cr_assert_eq(tfeed_schema_add_fixed(schema, "empty", TFEED_FLOAT, &none, NULL), TFEED_OK);
    expect_columns_refused(schema, NULL, "column 0 (empty) has rows of 0 values");

    schema = new_schema();
    cr_assert_eq(tfeed_schema_add_variable(schema, "ids", TFEED_INT64, NULL), TFEED_OK);
    expect_columns_refused(schema, NULL, "column 0 (ids) has rows of any length");

    schema = new_schema();
    cr_assert_eq(tfeed_schema_add_sequence(schema, "ids", TFEED_INT64, &scalar, NULL, NULL),
                 TFEED_OK);
    expect_columns_refused(schema, NULL, "column 0 (ids) has rows of any length");

    tfeed_csv_options_init(&options);
    options.select_cols = select;
    options.n_select_cols = 2;
    schema = new_schema();
    add_value(schema, "a", TFEED_INT64, NULL);
    expect_columns_refused(schema, &options, "select_cols names 2 fields of CSV, the schema has 1");
}

Test(schema_records, columns_of_one_value_in_any_shape_are_taken)
{
    const struct tfeed_shape one = tfeed_shape_matrix(1, 1);
    struct texts texts;
    texts_init(&texts, NULL);
    cr_assert_eq(tfeed_schema_add_fixed(texts.schema, "a", TFEED_INT64, &one, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_set_csv_records(texts.schema, NULL, NULL), TFEED_OK);
    texts_start(&texts, NULL);
    cr_assert_eq(PARSE(&texts, "1", "2"), TFEED_OK);
    cr_assert_eq(column_of(&texts, 0)->shape.n_dims, 3);
    cr_assert_eq(tfeed_tensor_int64s(column_of(&texts, 0))[1], 2);
    texts_clear(&texts);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(schema_records, they_do_not_change_once_a_parser_was_made)
{
    struct texts texts;
    texts_init(&texts, NULL);
    add_value(texts.schema, "a", TFEED_INT64, NULL);
    texts_start(&texts, NULL);
    cr_assert_eq(tfeed_schema_set_json_records(texts.schema, NULL), TFEED_FAILED_PRECONDITION);
    cr_assert_eq(tfeed_schema_set_csv_records(texts.schema, NULL, NULL), TFEED_FAILED_PRECONDITION);
    texts_clear(&texts);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(schema_records, the_last_call_counts)
{
    struct texts texts;
    struct tfeed_csv_options options;
    tfeed_csv_options_init(&options);
    options.field_delim = ";";
    texts_init(&texts, NULL);
    add_value(texts.schema, "a", TFEED_INT64, NULL);
    add_value(texts.schema, "b", TFEED_INT64, NULL);
    cr_assert_eq(tfeed_schema_set_csv_records(texts.schema, NULL, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_set_json_records(texts.schema, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_set_csv_records(texts.schema, &options, NULL), TFEED_OK);
    texts_start(&texts, NULL);
    cr_assert_eq(PARSE(&texts, "1;2"), TFEED_OK);
    texts_clear(&texts);
    T_EXPECT_NO_LEAKS(NULL);
}

/* ----------------------------------------------------------- where a schema goes */

Test(schema_records, a_narrow_schema_has_them_too)
{
    struct texts texts;
    struct tfeed_schema *narrow;
    struct tfeed_csv_options options;
    tfeed_csv_options_init(&options);
    options.field_delim = ";";
    texts_init(&texts, NULL);
    cr_assert_eq(tfeed_schema_add_raw(texts.schema, "raw", TFEED_FLOAT, 2, 0.5F, 0, NULL),
                 TFEED_OK);
    add_value(texts.schema, "b", TFEED_INT64, NULL);
    cr_assert_eq(tfeed_schema_set_csv_records(texts.schema, &options, NULL), TFEED_OK);
    cr_assert_eq(tfi_schema_narrow(texts.schema, &narrow, NULL), TFEED_OK);
    tfeed_schema_unref(texts.schema);
    texts.schema = narrow;
    texts_start(&texts, NULL);
    cr_assert_eq(PARSE(&texts, "ab;2"), TFEED_OK, "%s", texts.error.message);
    cr_assert_eq(tfeed_tensor_uint8s(column_of(&texts, 0))[1], 'b');
    texts_clear(&texts);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(schema_records, contexts_of_sequence_examples_are_serialized)
{
    struct tfeed_schema *context = new_schema();
    struct tfeed_sequence_schema *schema;
    struct tfeed_sequence_parser *parser;
    struct tfeed_error error = TFEED_ERROR_INIT;
    add_value(context, "a", TFEED_INT64, NULL);
    cr_assert_eq(tfeed_schema_set_json_records(context, NULL), TFEED_OK);
    cr_assert_eq(tfeed_sequence_schema_new(context, NULL, &schema, NULL), TFEED_OK);
    cr_assert_eq(tfeed_sequence_parser_new(schema, 1, NULL, &parser, &error),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(error.message, "SequenceExamples are serialized"), "%s",
                       error.message);
    tfeed_sequence_schema_unref(schema);
    tfeed_schema_unref(context);
    T_EXPECT_NO_LEAKS(NULL);
}

static void expect_checked(struct tfeed_schema_checker *checker, const char *text,
                           const char *words)
{
    struct tfeed_error error = TFEED_ERROR_INIT;
    const struct tfeed_bytes record = bytes_of(text);
    const tfeed_status status = tfeed_schema_checker_check(checker, &record, &error);
    cr_assert_eq(status, words == NULL ? TFEED_OK : TFEED_INVALID_ARGUMENT, "%s: %s", text,
                 error.message);
    cr_assert(words == NULL || strstr(error.message, words) != NULL, "%s", error.message);
}

/* Takes the schema over. */
static struct tfeed_schema_checker *checker_of(struct tfeed_schema *schema, bool allow_others)
{
    struct tfeed_schema_checker *checker;
    cr_assert_eq(tfeed_schema_checker_new(schema, allow_others, NULL, &checker, NULL), TFEED_OK);
    tfeed_schema_unref(schema);
    return checker;
}

Test(schema_records, a_checker_checks_texts)
{
    static const char two[] =
        "{features: {feature: {a: {int64List: {value: 1}}, b: {int64List: {}}}}}";
    for (int allow_others = 0; allow_others < 2; allow_others++) {
        struct tfeed_schema *schema = new_schema();
        add_value(schema, "a", TFEED_INT64, NULL);
        cr_assert_eq(tfeed_schema_set_json_records(schema, NULL), TFEED_OK);
        struct tfeed_schema_checker *checker = checker_of(schema, allow_others != 0);
        expect_checked(checker, "{features: {feature: {a: {int64List: {value: 1}}}}}", NULL);
        expect_checked(checker, two, allow_others ? NULL : "Feature: b is not in the schema");
        expect_checked(checker, "{", "Error while parsing JSON");
        expect_checked(checker, "{}", "Feature: a");
        tfeed_schema_checker_free(checker);

        schema = new_schema();
        add_value(schema, "a", TFEED_INT64, NULL);
        cr_assert_eq(tfeed_schema_set_csv_records(schema, NULL, NULL), TFEED_OK);
        checker = checker_of(schema, allow_others != 0);
        expect_checked(checker, "17", NULL);
        expect_checked(checker, "17,18", "Expect 1 fields but have 2");
        tfeed_schema_checker_free(checker);
    }
    T_EXPECT_NO_LEAKS(NULL);
}

/* ------------------------------------------------------------------------ JSON */

/* The schema of two columns is written with this member, and read back to the same. */
static void expect_json(const struct tfeed_csv_options *options, bool is_csv, const char *member)
{
    struct tfeed_schema *schema = new_schema();
    struct tfeed_schema *again;
    struct tfeed_bytes text, text_again;
    struct tfeed_error error = TFEED_ERROR_INIT;
    add_value(schema, "a", TFEED_INT64, NULL);
    add_value(schema, "b", TFEED_STRING, NULL);
    cr_assert_eq(is_csv ? tfeed_schema_set_csv_records(schema, options, NULL)
                        : tfeed_schema_set_json_records(schema, NULL),
                 TFEED_OK);
    cr_assert_eq(tfeed_schema_to_json(schema, &text, NULL), TFEED_OK);
    cr_assert_not_null(strstr((const char *)text.data, member), "%s", (const char *)text.data);
    cr_assert_eq(tfeed_schema_from_json((const char *)text.data, text.len, NULL, &again, &error),
                 TFEED_OK, "%s", error.message);
    cr_assert_eq(tfeed_schema_to_json(again, &text_again, NULL), TFEED_OK);
    cr_assert_str_eq((const char *)text.data, (const char *)text_again.data);
    tfeed_block_unref(text.block);
    tfeed_block_unref(text_again.block);
    tfeed_schema_unref(schema);
    tfeed_schema_unref(again);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(schema_records, json_holds_them)
{
    const int64_t select[] = {0, 5};
    struct tfeed_csv_options options;
    tfeed_csv_options_init(&options);
    expect_json(NULL, false, "\"records\":{\"form\":\"json_example\"},\"columns\"");
    expect_json(NULL, true, "\"records\":{\"form\":\"csv\"},\"columns\"");
    options.field_delim = "\t";
    options.use_quote_delim = false;
    options.na_value = "N/A";
    options.select_cols = select;
    options.n_select_cols = 2;
    expect_json(&options, true,
                "\"records\":{\"form\":\"csv\",\"field_delim\":\"\\t\",\"use_quote_delim\":false,"
                "\"na_value\":\"N/A\",\"select_cols\":[0,5]},\"columns\"");
}

Test(schema_records, a_delimiter_that_is_no_text_has_no_json)
{
    struct tfeed_schema *schema = new_schema();
    struct tfeed_csv_options options;
    struct tfeed_bytes text;
    tfeed_csv_options_init(&options);
    options.field_delim = "\xff";
    cr_assert_eq(tfeed_schema_set_csv_records(schema, &options, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_to_json(schema, &text, NULL), TFEED_INVALID_ARGUMENT);
    tfeed_schema_unref(schema);
    T_EXPECT_NO_LEAKS(NULL);
}

static tfeed_status read_records(const char *records, const char *columns,
                                 struct tfeed_schema **ret_schema, struct tfeed_error *reterr)
{
    char text[512];
    (void)snprintf(text, sizeof text, "{\"tfeed_schema\": 1, \"columns\": [%s], \"records\": %s}",
                   columns, records);
    return tfeed_schema_from_json(text, strlen(text), NULL, ret_schema, reterr);
}

static const char one_column[] =
    "{\"name\": \"a\", \"column\": \"fixed\", \"dtype\": \"int64\", \"shape\": []}";

Test(schema_records, json_that_says_no_records_is_refused)
{
    static const char *const cases[][2] = {
        {"5", "records: expected an object"},
        {"{}", "records: form: expected a string"},
        {"{\"form\": \"xml\"}", "records: form: 'xml' is not known"},
        {"{\"form\": \"csv\", \"field_delim\": 9}", "records: field_delim"},
        {"{\"form\": \"csv\", \"field_delim\": \"\"}", "only 1 char"},
        {"{\"form\": \"csv\", \"use_quote_delim\": 1}", "records: use_quote_delim"},
        {"{\"form\": \"csv\", \"na_value\": null}", "records: na_value"},
        {"{\"form\": \"csv\", \"select_cols\": 1}", "records: select_cols"},
        {"{\"form\": \"csv\", \"select_cols\": [1.5]}", "records: select_cols"},
        {"{\"form\": \"csv\", \"select_cols\": [-1]}", "negative"},
        {"{\"form\": \"csv\", \"select_cols\": [1, 2]}", "names 2 fields"},
    };
    struct tfeed_schema *schema;
    struct tfeed_error error;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cr_assert_eq(read_records(cases[i][0], one_column, &schema, &error), TFEED_INVALID_ARGUMENT,
                     "%s", cases[i][0]);
        cr_assert_not_null(strstr(error.message, cases[i][1]), "%s: %s", cases[i][0],
                           error.message);
    }
    cr_assert_eq(read_records("{\"form\": \"csv\"}",
                              "{\"name\": \"a\", \"column\": \"variable\", \"dtype\": \"int64\"}",
                              &schema, &error),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(error.message, "(a) has rows of any length"), "%s", error.message);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(schema_records, json_may_say_that_they_are_examples)
{
    struct tfeed_schema *schema;
    struct tfeed_bytes text;
    cr_assert_eq(read_records("{\"form\": \"example\"}", one_column, &schema, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_to_json(schema, &text, NULL), TFEED_OK);
    cr_assert_null(strstr((const char *)text.data, "records"));
    tfeed_block_unref(text.block);
    tfeed_schema_unref(schema);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(schema_records, setting_and_reading_may_run_out_of_memory)
{
    static const char json[] =
        "{\"tfeed_schema\": 1, \"columns\": [], \"records\": {\"form\": \"csv\", "
        "\"select_cols\": [], \"na_value\": \"NA\"}}";
    const int64_t select[] = {3};
    struct tfeed_csv_options options;
    tfeed_csv_options_init(&options);
    options.select_cols = select;
    options.n_select_cols = 1;
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_schema *schema;
        struct tfeed_schema *read;
        EXPECT_RETRY(tfeed_schema_new(allocator, &schema, NULL));
        cr_assert_eq(tfeed_schema_set_json_records(schema, NULL), TFEED_OK);
        EXPECT_RETRY(tfeed_schema_set_csv_records(schema, &options, NULL));
        EXPECT_RETRY(tfeed_schema_from_json(json, sizeof json - 1, allocator, &read, NULL));
        tfeed_schema_unref(read);
        tfeed_schema_unref(schema);
    });
}
