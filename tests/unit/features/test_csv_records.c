/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_csv_records.c - lines of CSV as the records of a schema: the rows are those of
 * tfeed_decode_csv, whatever the options; other decodings, bad lines, who holds the bytes, memory.
 */
#include <math.h>
#include <stdio.h>

#include "core/block_internal.h"
#include "tests/support/expect_retry.h"
#include "tests/unit/features/texts_fixture.h"

enum { N_COLUMNS = 5 };

static const char *const names[N_COLUMNS] = {"id", "big", "x", "y", "name"};
static const enum tfeed_dtype dtypes[N_COLUMNS] = {TFEED_INT32, TFEED_INT64, TFEED_FLOAT,
                                                   TFEED_DOUBLE, TFEED_STRING};
static int32_t default_id = -1;
static int64_t default_big = INT64_MIN;
static float default_x = NAN;
static double default_y = 0.25;
static struct tfeed_bytes default_name = {(const uint8_t *)"no name", 7, NULL};

/* Column 0 is required, the others have a default. */
static struct tfeed_tensor default_of(int column)
{
    void *const values[N_COLUMNS] = {&default_id, &default_big, &default_x, &default_y,
                                     &default_name};
    const struct tfeed_shape none = tfeed_shape_vector(0);
    return tfeed_tensor_borrow(dtypes[column], column == 0 ? &none : &scalar, values[column]);
}

static void add_columns(struct tfeed_schema *schema)
{
    for (int i = 0; i < N_COLUMNS; i++) {
        const struct tfeed_tensor value = default_of(i);
        add_value(schema, names[i], dtypes[i], &value);
    }
}

static void open_lines(struct texts *texts, const struct tfeed_csv_options *options)
{
    texts_init(texts, NULL);
    add_columns(texts->schema);
    cr_assert_eq(tfeed_schema_set_csv_records(texts->schema, options, NULL), TFEED_OK);
    texts_start(texts, NULL);
}

/* The same rows as tfeed_decode_csv, into columns and into tensors. */
static void expect_as_decode_csv(const struct tfeed_csv_options *options, const char *const *lines,
                                 size_t n)
{
    enum { FIRST = 1 };
    struct texts texts;
    struct tfeed_bytes views[TEXTS_MAX];
    struct tfeed_tensor defaults[N_COLUMNS], expected[N_COLUMNS], rows[N_COLUMNS];
    const struct tfeed_shape shape = tfeed_shape_vector((int64_t)n);
    for (int i = 0; i < N_COLUMNS; i++)
        defaults[i] = default_of(i);
    for (size_t i = 0; i < n; i++)
        views[i] = bytes_of(lines[i]);
    const struct tfeed_tensor records = tfeed_tensor_borrow(TFEED_STRING, &shape, views);
    cr_assert_eq(tfeed_decode_csv(&records, defaults, N_COLUMNS, options, expected, NULL),
                 TFEED_OK);
    open_lines(&texts, options);
    cr_assert_eq(parse_texts(&texts, lines, n), TFEED_OK, "%s", texts.error.message);
    cr_assert_eq(tfeed_schema_alloc_columns(texts.schema, (int64_t)n + FIRST, NULL, rows, NULL),
                 TFEED_OK);
    cr_assert_eq(tfeed_example_parser_parse(texts.parser, views, n, rows, FIRST, NULL, NULL),
                 TFEED_OK);
    tfeed_example_parser_free(texts.parser);
    texts.parser = NULL; /* rows live on */
    for (int i = 0; i < N_COLUMNS; i++) {
        const size_t size = tfeed_dtype_size(dtypes[i]);
        const struct tfeed_tensor filled =
            tfeed_tensor_borrow(dtypes[i], &shape, (uint8_t *)rows[i].data + FIRST * size);
        expect_equal(column_of(&texts, i), &expected[i]);
        expect_equal(&filled, &expected[i]);
        tfeed_tensor_clear(&expected[i]);
        tfeed_tensor_clear(&rows[i]);
    }
    texts_clear(&texts);
    T_EXPECT_NO_LEAKS(NULL);
}

#define EXPECT_AS_DECODE_CSV(options, ...)                                                         \
    expect_as_decode_csv((options), (const char *const[]){__VA_ARGS__},                            \
                         sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

Test(csv_records, rows_are_those_of_decode_csv)
{
    EXPECT_AS_DECODE_CSV(NULL, "1,2,3.5,1e300,anna", "-2147483648,-9223372036854775808,inf,0x1p3,b",
                         " 7 , 8 , 9 , 10 , c d ");
}

Test(csv_records, missing_fields_take_the_default_of_their_column)
{
    EXPECT_AS_DECODE_CSV(NULL, "1,,,,", "2,\"\",\"\",\"\",\"\"", "3,4,5,6,");
}

Test(csv_records, quotes_hold_delimiters_ends_of_lines_and_quotes)
{
    EXPECT_AS_DECODE_CSV(NULL, "\"1\",\"2\",\"3\",\"4\",\"a,\r\n\"\"b\"\"\"", "\n1,2,3,4,\"\"\"\"",
                         "1,2,3,\"4\",\"x\"");
}

Test(csv_records, without_quotes_they_are_any_other_character)
{
    struct tfeed_csv_options options;
    tfeed_csv_options_init(&options);
    options.use_quote_delim = false;
    EXPECT_AS_DECODE_CSV(&options, "1,2,3,4,\"a\"", "1,2,3,4,\"\"");
}

Test(csv_records, delimiter_and_na_value_are_the_schemas)
{
    struct tfeed_csv_options options;
    tfeed_csv_options_init(&options);
    options.field_delim = "\t";
    options.na_value = "N\"A";
    EXPECT_AS_DECODE_CSV(&options, "1\t2\t3\t4\ta,b", "1\t\"N\"\"A\"\t\"N\"\"A\"\t\t\"N\"\"A\"");
}

Test(csv_records, selected_fields_become_the_columns)
{
    const int64_t select[] = {0, 2, 3, 5, 6};
    struct tfeed_csv_options options;
    tfeed_csv_options_init(&options);
    options.select_cols = select;
    options.n_select_cols = N_COLUMNS;
    EXPECT_AS_DECODE_CSV(&options, "1,x,2,3,y,4,name", "1,,2,3,,4,name,no \"quoted,field",
                         "1,,,,,,");
}

/* The schema copies what the options point to. */
Test(csv_records, options_may_go_once_they_are_set)
{
    struct texts texts;
    struct tfeed_csv_options options;
    int64_t *select = malloc(2 * sizeof *select);
    char *delimiter = strdup(";");
    char *na_value = strdup("NA");
    cr_assert(select != NULL && delimiter != NULL && na_value != NULL);
    select[0] = 1;
    select[1] = 2;
    tfeed_csv_options_init(&options);
    options.field_delim = delimiter;
    options.na_value = na_value;
    options.select_cols = select;
    options.n_select_cols = 2;
    texts_init(&texts, NULL);
    const struct tfeed_tensor value = default_of(1);
    add_value(texts.schema, "a", TFEED_INT64, &value);
    add_value(texts.schema, "b", TFEED_STRING, NULL);
    cr_assert_eq(tfeed_schema_set_csv_records(texts.schema, &options, NULL), TFEED_OK);
    memset(select, 0xff, 2 * sizeof *select);
    delimiter[0] = ',';
    na_value[0] = 'X';
    free(select);
    free(delimiter);
    free(na_value);
    texts_start(&texts, NULL);
    cr_assert_eq(PARSE(&texts, "0;1;x", "0;NA;y"), TFEED_OK, "%s", texts.error.message);
    cr_assert_eq(tfeed_tensor_int64s(column_of(&texts, 0))[0], 1);
    cr_assert_eq(tfeed_tensor_int64s(column_of(&texts, 0))[1], INT64_MIN);
    expect_string(column_of(&texts, 1), 1, "y");
    texts_clear(&texts);
    T_EXPECT_NO_LEAKS(NULL);
}

/* ------------------------------------------------------------- other decodings */

static void add_decoded(struct tfeed_schema *schema, const char *name, enum tfeed_decoding decoding,
                        enum tfeed_dtype dtype, int64_t n, bool big_endian)
{
    struct tfeed_decoded_column options;
    tfeed_decoded_column_init(&options);
    options.decoding = decoding;
    options.dtype = dtype;
    options.shape = tfeed_shape_vector(n);
    options.big_endian = big_endian;
    cr_assert_eq(tfeed_schema_add_decoded(schema, name, &options, NULL), TFEED_OK);
}

Test(csv_records, bytes_of_a_field_are_decoded_as_the_column_says)
{
    struct texts texts;
    texts_init(&texts, NULL);
    cr_assert_eq(tfeed_schema_add_raw(texts.schema, "scaled", TFEED_FLOAT, 3, 0.5F, -1, NULL),
                 TFEED_OK);
    cr_assert_eq(tfeed_schema_add_raw(texts.schema, "bytes", TFEED_UINT8, 2, 1, 0, NULL), TFEED_OK);
    add_decoded(texts.schema, "big", TFEED_DECODING_RAW, TFEED_UINT16, 2, true);
    add_decoded(texts.schema, "one", TFEED_DECODING_NUMBER, TFEED_INT32, 1, false);
    add_decoded(texts.schema, "proto", TFEED_DECODING_TENSOR, TFEED_UINT8, 1, false);
    cr_assert_eq(tfeed_schema_set_csv_records(texts.schema, NULL, NULL), TFEED_OK);
    texts_start(&texts, NULL);
    /* its value stands in int_val: the tag of tensor_content is a quote */
    const char line[] = "abc,\"\"\"x\",ABCD,-5,\x08\4\x12\4\x12\2\x08\1\x3a\1\x07";
    cr_assert_eq(PARSE(&texts, line), TFEED_OK, "%s", texts.error.message);
    cr_assert_eq(tfeed_tensor_floats(column_of(&texts, 0))[2], 'c' * 0.5F - 1);
    cr_assert_eq(memcmp(column_of(&texts, 1)->data, "\"x", 2), 0);
    cr_assert_eq(((const uint16_t *)column_of(&texts, 2)->data)[1], 0x4344);
    cr_assert_eq(tfeed_tensor_int32s(column_of(&texts, 3))[0], -5);
    cr_assert_eq(tfeed_tensor_uint8s(column_of(&texts, 4))[0], 7);
    const char rest[] = "\x08\4\x12\4\x12\2\x08\1\x3a\1\x07";
    char bad[64];
    (void)snprintf(bad, sizeof bad, "ab,yx,ABCD,-5,%s", rest);
    expect_text_refused(&texts, line, bad,
                        "Key: scaled.  Field 0 in record: Raw value of 2 bytes, expected 3.");
    (void)snprintf(bad, sizeof bad, "abc,yx,ABC,-5,%s", rest);
    expect_text_refused(&texts, line, bad, "Key: big.  Field 2 in record: Raw value of 3 bytes");
    (void)snprintf(bad, sizeof bad, "abc,yx,ABCD,five,%s", rest);
    expect_text_refused(&texts, line, bad,
                        "Key: one.  Field 3 in record is not a valid int32: \"five\"");
    expect_text_refused(&texts, line, "abc,yx,ABCD,5,no", "Key: proto.  Field 4 in record: ");
    texts_clear(&texts);
    T_EXPECT_NO_LEAKS(NULL);
}

/* ------------------------------------------------------------------- bad lines */

Test(csv_records, bad_lines_are_refused_as_decode_csv_refuses_them)
{
    static const char good[] = "1,2,3,4,name";
    struct texts texts;
    open_lines(&texts, NULL);
    expect_text_refused(&texts, good, ",2,3,4,name",
                        "Key: id.  Field 0 is required but missing in record!");
    expect_text_refused(&texts, good, "1,2,3,4", "Expect 5 fields but have 4 in record");
    expect_text_refused(&texts, good, "1,2,3,4,name,", "Expect 5 fields but have 6 in record");
    expect_text_refused(&texts, good, "", "Expect 5 fields but have 0 in record");
    expect_text_refused(&texts, good, "1.5,2,3,4,name",
                        "Key: id.  Field 0 in record is not a valid int32: \"1.5\"");
    expect_text_refused(&texts, good, "2147483648,2,3,4,name", "is not a valid int32");
    expect_text_refused(&texts, good, "1,9223372036854775808,3,4,name",
                        "Key: big.  Field 1 in record is not a valid int64");
    expect_text_refused(&texts, good, "1,2,three,4,name",
                        "Key: x.  Field 2 in record is not a valid float32: \"three\"");
    expect_text_refused(&texts, good, "1,2,3,\"fo\"\"ur\",name",
                        "Key: y.  Field 3 in record is not a valid float64: \"fo\\\"ur\"");
    expect_text_refused(
        &texts, good, "1,2,3,4,na\"me",
        "Unquoted fields cannot have quotes/CRLFs inside (at byte 10 of the record)");
    expect_text_refused(&texts, good, "1,2,3,4,\"name",
                        "Quoted field has to end with quote followed by delim or end");
    expect_text_refused(&texts, good, "1,2,3,4,\"na\"me\"",
                        "Quote inside a string has to be escaped by another quote");
    texts_clear(&texts);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(csv_records, rows_of_tensors_before_a_bad_line_are_filled)
{
    struct texts texts;
    struct tfeed_tensor rows[N_COLUMNS];
    const struct tfeed_bytes lines[] = {bytes_of("1,2,3,4,a"), bytes_of("5,6,7,8,\"b\"\"\""),
                                        bytes_of("9,,,,\"c"), bytes_of("1,2,3,4,d")};
    open_lines(&texts, NULL);
    cr_assert_eq(tfeed_schema_alloc_columns(texts.schema, 4, NULL, rows, NULL), TFEED_OK);
    cr_assert_eq(tfeed_example_parser_parse(texts.parser, lines, 4, rows, 0, &texts.bad_row, NULL),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_eq(texts.bad_row, 2);
    cr_assert_eq(tfeed_tensor_int32s(&rows[0])[1], 5);
    expect_string(&rows[4], 1, "b\"");
    expect_string(&rows[4], 2, "");
    for (int i = 0; i < N_COLUMNS; i++)
        tfeed_tensor_clear(&rows[i]);
    texts_clear(&texts);
    T_EXPECT_NO_LEAKS(NULL);
}

/* A line at byte 1000 of a file. */
Test(csv_records, a_bad_field_is_placed_in_the_file)
{
    static const char text[] = "1,2,x,4,name";
    struct texts texts;
    struct tfeed_block *block;
    uint8_t *data;
    open_lines(&texts, NULL);
    cr_assert_eq(tfi_block_alloc(NULL, sizeof text, &block, &data, NULL), TFEED_OK);
    memcpy(data, text, sizeof text);
    cr_assert_eq(tfi_block_set_origin(block, data, "people.csv", 1000, NULL), TFEED_OK);
    const struct tfeed_bytes line = {data, strlen(text), block};
    cr_assert_eq(
        tfeed_example_parser_parse_batch(texts.parser, &line, 1, texts.columns, NULL, &texts.error),
        TFEED_INVALID_ARGUMENT);
    cr_assert_str_eq(texts.error.path, "people.csv");
    cr_assert_eq(texts.error.offset, 1004);
    cr_assert_not_null(strstr(texts.error.message, "people.csv: byte 1004: Key: x."), "%s",
                       texts.error.message);
    tfeed_block_unref(block);
    texts_clear(&texts);
    T_EXPECT_NO_LEAKS(NULL);
}

/* ---------------------------------------------------------------- who holds what */

Test(csv_records, strings_are_views_that_hold_their_record)
{
    struct texts texts;
    struct tfeed_block *block;
    uint8_t *data;
    texts_init(&texts, NULL);
    add_value(texts.schema, "s", TFEED_STRING, NULL);
    cr_assert_eq(tfeed_schema_set_csv_records(texts.schema, NULL, NULL), TFEED_OK);
    texts_start(&texts, NULL);
    cr_assert_eq(tfi_block_alloc(NULL, 3, &block, &data, NULL), TFEED_OK);
    memcpy(data, "abc", 3);
    const struct tfeed_bytes line = {data, 3, block};
    cr_assert_eq(
        tfeed_example_parser_parse_batch(texts.parser, &line, 1, texts.columns, NULL, NULL),
        TFEED_OK);
    tfeed_block_unref(block);
    cr_assert_eq(tfeed_tensor_strings(column_of(&texts, 0))[0].data, data, "a view, no copy");
    expect_string(column_of(&texts, 0), 0, "abc");
    texts_clear(&texts);
    T_EXPECT_NO_LEAKS(NULL);
}

/* More doubled quotes in a batch than a block has room for, and a field that is longer than one. */
Test(csv_records, fields_with_doubled_quotes_live_as_long_as_their_columns)
{
    enum { N = 12, LONG = 3 };
    static char lines[N][40004];
    const char *views[N];
    struct texts texts;
    texts_init(&texts, NULL);
    add_value(texts.schema, "s", TFEED_STRING, NULL);
    cr_assert_eq(tfeed_schema_set_csv_records(texts.schema, NULL, NULL), TFEED_OK);
    texts_start(&texts, NULL);
    for (int i = 0; i < N; i++) {
        const size_t n = i == LONG ? 40000 : 5000;
        memset(lines[i], '"', n);
        lines[i][1] = (char)('a' + i);
        lines[i][2] = (char)('A' + i);
        lines[i][n] = '\0';
        views[i] = lines[i];
    }
    cr_assert_eq(parse_texts(&texts, views, N), TFEED_OK, "%s", texts.error.message);
    struct tfeed_tensor kept = tfeed_tensor_ref(column_of(&texts, 0));
    cr_assert_eq(parse_texts(&texts, views, 5), TFEED_OK);
    texts_clear(&texts);
    for (int i = 0; i < N; i++) {
        const struct tfeed_bytes *string = &tfeed_tensor_strings(&kept)[i];
        const size_t n = i == LONG ? 40000 : 5000;
        cr_assert_eq(string->len, 2 + (n - 4) / 2);
        cr_assert_eq(string->data[0], 'a' + i);
        cr_assert_eq(string->data[1], 'A' + i);
        for (size_t at = 2; at < string->len; at++)
            cr_assert_eq(string->data[at], '"');
    }
    tfeed_tensor_clear(&kept);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(csv_records, rows_cost_no_allocation)
{
    struct t_allocator allocator;
    struct texts texts;
    struct tfeed_tensor rows[N_COLUMNS];
    const struct tfeed_bytes line = bytes_of("1,2,3,4,name");
    const struct tfeed_bytes doubled = bytes_of("1,2,3,4,\"\"\"\"");
    t_allocator_init(&allocator);
    texts_init(&texts, &allocator.hooks);
    add_columns(texts.schema);
    cr_assert_eq(tfeed_schema_set_csv_records(texts.schema, NULL, NULL), TFEED_OK);
    texts_start(&texts, &allocator.hooks);
    cr_assert_eq(tfeed_schema_alloc_columns(texts.schema, 1, NULL, rows, NULL), TFEED_OK);
    size_t n_calls = allocator.n_calls;
    for (int i = 0; i < 100; i++)
        cr_assert_eq(tfeed_example_parser_parse(texts.parser, &line, 1, rows, 0, NULL, NULL),
                     TFEED_OK);
    cr_assert_eq(allocator.n_calls, n_calls);
    for (int i = 0; i < 100; i++)
        cr_assert_eq(tfeed_example_parser_parse(texts.parser, &doubled, 1, rows, 0, NULL, NULL),
                     TFEED_OK);
    cr_assert_eq(allocator.n_calls, n_calls + 1, "a block for all of them");
    for (int i = 0; i < N_COLUMNS; i++)
        tfeed_tensor_clear(&rows[i]);
    texts_clear(&texts);
    T_EXPECT_NO_LEAKS(&allocator);
}

Test(csv_records, parsing_goes_on_after_memory_was_short)
{
    const struct tfeed_bytes lines[] = {bytes_of("1,2,3,4,\"a\"\"\""), bytes_of("1,2,3,4,b")};
    const int64_t select[] = {0, 1, 2, 3, 4};
    struct tfeed_csv_options options;
    tfeed_csv_options_init(&options);
    options.select_cols = select;
    options.n_select_cols = N_COLUMNS;
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_schema *schema;
        struct tfeed_example_parser *parser;
        struct tfeed_columns *columns;
        EXPECT_RETRY(tfeed_schema_new(allocator, &schema, NULL));
        for (int i = 0; i < N_COLUMNS; i++)
            if (dtypes[i] == TFEED_DOUBLE)
                EXPECT_RETRY(tfeed_schema_add_raw(schema, "raw", TFEED_UINT8, 1, 1, 0, NULL));
            else
                EXPECT_RETRY(tfeed_schema_add_fixed(schema, names[i], dtypes[i], &scalar, NULL));
        EXPECT_RETRY(tfeed_schema_set_csv_records(schema, &options, NULL));
        EXPECT_RETRY(tfeed_example_parser_new(schema, allocator, &parser, NULL));
        EXPECT_RETRY(tfeed_columns_new(schema, 2, allocator, &columns, NULL));
        EXPECT_RETRY(tfeed_example_parser_parse_batch(parser, lines, 2, columns, NULL, NULL));
        struct tfeed_tensor rows[N_COLUMNS];
        EXPECT_RETRY(tfeed_schema_alloc_columns(schema, 2, allocator, rows, NULL));
        EXPECT_RETRY(tfeed_example_parser_parse(parser, lines, 2, rows, 0, NULL, NULL));
        expect_string(&rows[4], 0, "a\"");
        expect_string(tfeed_columns_values(columns, 4), 0, "a\"");
        expect_string(tfeed_columns_values(columns, 4), 1, "b");
        for (int i = 0; i < N_COLUMNS; i++)
            tfeed_tensor_clear(&rows[i]);
        tfeed_columns_free(columns);
        tfeed_example_parser_free(parser);
        tfeed_schema_unref(schema);
    });
}
