/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_decoded_strings.c - strings that are decoded while Examples are parsed: those of
 * TensorProtos, and what compressed values hold; who holds their bytes, and how much memory is
 * taken.
 */
#include <tfeed/encode.h>
#include <tfeed/schema.h>

#include "core/block_internal.h"
#include "tests/support/expect_retry.h"
#include "tests/unit/features/decoded_fixture.h"

#define TENSOR TFEED_DECODING_TENSOR
#define BYTES  TFEED_DECODING_BYTES
#define NONE   TFEED_COMPRESSION_NONE
#define GZIP   TFEED_COMPRESSION_GZIP
#define ZLIB   TFEED_COMPRESSION_ZLIB

/* The head of a TensorProto of strings: dtype, and a shape of one dimension. */
#define VECTOR_OF(n) "\x08\7\x12\4\x12\2\x08" n

static struct tfeed_decoded_column strings_of(enum tfeed_decoding decoding, int64_t n,
                                              enum tfeed_compression compression)
{
    struct tfeed_decoded_column options = decoded_of(decoding, TFEED_STRING, n);
    options.compression = compression;
    return options;
}

static struct wire_bytes stream_of(enum tfeed_compression compression, const void *data, size_t len)
{
    struct wire_bytes bytes = {.len = 0};
    if (compression != NONE)
        return packed(compression, data, len);
    wire_append(&bytes, data, len);
    return bytes;
}

/* An Example whose "x" is one value, compressed. */
static struct wire_bytes example_with(enum tfeed_compression compression, const void *data,
                                      size_t len)
{
    const struct wire_bytes stream = stream_of(compression, data, len);
    return value_of(stream.data, stream.len);
}

static void expect_string(const struct tfeed_tensor *strings, int64_t i, const char *expected)
{
    const struct tfeed_bytes *string = &tfeed_tensor_strings(strings)[i];
    cr_assert_eq(string->len, strlen(expected), "string %lld of %zu bytes", (long long)i,
                 string->len);
    cr_assert(string->len == 0 || memcmp(string->data, expected, string->len) == 0);
}

/* ------------------------------------------------------------ tensors of strings */

static void expect_pairs(enum tfeed_compression compression)
{
    static const struct {
        const char *proto;
        size_t len;
        const char *expected[2];
    } cases[] = {
        {VECTOR_OF("\2") "\x42\2ab\x42\3cde", 17, {"ab", "cde"}},
        {VECTOR_OF("\2") "\x42\2ab", 12, {"ab", "ab"}}, /* the last is repeated */
        {VECTOR_OF("\2") "\x42\1x\x42\0\x42\1z", 16, {"x", ""}},
        {VECTOR_OF("\2") "\x22\5\1\2abc", 15, {"a", "bc"}},
        {VECTOR_OF("\2"), 8, {"", ""}},
    };
    enum { N = sizeof cases / sizeof cases[0] };
    const struct tfeed_decoded_column options = strings_of(TENSOR, 2, compression);
    struct fixture fixture;
    fixture_of(&fixture, &options);
    for (size_t i = 0; i < N; i++) {
        const struct wire_bytes examples[] = {
            example_with(compression, cases[i].proto, cases[i].len),
            example_with(compression, cases[N - 1 - i].proto, cases[N - 1 - i].len)};
        expect_ok(&fixture, examples, 2);
        const struct tfeed_tensor *values = tfeed_columns_values(fixture.columns, 0);
        cr_assert_eq(values->dtype, TFEED_STRING);
        cr_assert_eq(values->shape.n_dims, 2);
        for (int k = 0; k < 2; k++) {
            expect_string(values, k, cases[i].expected[k]);
            expect_string(values, 2 + k, cases[N - 1 - i].expected[k]);
        }
    }
    fixture_clear(&fixture);
}

Test(decoded_strings, tensors_are_read_in_every_form)
{
    expect_pairs(NONE);
}

Test(decoded_strings, compressed_tensors_too)
{
    expect_pairs(GZIP);
    expect_pairs(ZLIB);
}

static void expect_tensor_refused(enum tfeed_compression compression, const char *proto, size_t len,
                                  const char *phrase)
{
    static const char good[] = VECTOR_OF("\2") "\x42\1a\x42\1b";
    const struct tfeed_decoded_column options = strings_of(TENSOR, 2, compression);
    const struct wire_bytes examples[] = {example_with(compression, good, sizeof good - 1),
                                          example_with(compression, proto, len)};
    struct fixture fixture;
    fixture_of(&fixture, &options);
    expect_refused(&fixture, examples, 2, 1, phrase);
    cr_assert_not_null(strstr(fixture.error.message, "Key: x."));
    expect_string(tfeed_columns_values(fixture.columns, 0), 1, "b");
    fixture_clear(&fixture);
}

#define EXPECT_TENSOR_REFUSED(proto, phrase)                                                       \
    expect_tensor_refused(NONE, proto, sizeof(proto) - 1, phrase);                                 \
    expect_tensor_refused(ZLIB, proto, sizeof(proto) - 1, phrase)

Test(decoded_strings, other_tensors_are_refused)
{
    EXPECT_TENSOR_REFUSED(VECTOR_OF("\3") "\x42\1a", "a tensor of shape [3], expected [2]");
    EXPECT_TENSOR_REFUSED("\x08\3\x12\4\x12\2\x08\2", "parsed tensor (int32) and dtype (string)");
    EXPECT_TENSOR_REFUSED(VECTOR_OF("\2") "\x22\4\1\2ab", "lengths of strings");
    EXPECT_TENSOR_REFUSED(VECTOR_OF("\2") "\x22\1\1", "content of 1 bytes for 2 elements");
    EXPECT_TENSOR_REFUSED(VECTOR_OF("\2") "\x42\x7f", "malformed near byte 8");
}

/* --------------------------------------------------------------- inflated strings */

static void expect_inflated(enum tfeed_compression compression)
{
    static const char *const texts[] = {"", "a", "some text, some text, some text"};
    enum { N = sizeof texts / sizeof texts[0] };
    const struct tfeed_decoded_column options = strings_of(BYTES, N, compression);
    struct wire_bytes list = {.len = 0};
    struct fixture fixture;
    for (int i = 0; i < N; i++) {
        const struct wire_bytes stream = packed(compression, texts[i], strlen(texts[i]));
        list = joined(list, len_field(1, stream.data, stream.len));
    }
    const struct wire_bytes example = example_of(entry_of("x", len_field(1, list.data, list.len)));
    const struct wire_bytes examples[] = {example, example};
    fixture_of(&fixture, &options);
    expect_ok(&fixture, examples, 2);
    for (int i = 0; i < 2 * N; i++)
        expect_string(tfeed_columns_values(fixture.columns, 0), i, texts[i % N]);
    fixture_clear(&fixture);
}

Test(decoded_strings, compressed_bytes_become_strings)
{
    expect_inflated(GZIP);
    expect_inflated(ZLIB);
}

Test(decoded_strings, any_piece_of_a_stream_is_as_decode_compressed_has_it)
{
    const struct wire_bytes stream = packed(GZIP, "abcabcabcabcdefg", 16);
    const struct tfeed_decoded_column options = strings_of(BYTES, 1, GZIP);
    struct fixture fixture;
    fixture_of(&fixture, &options);
    for (size_t len = 0; len <= stream.len; len++) {
        struct tfeed_bytes bytes = {stream.data, len, NULL};
        const struct tfeed_tensor string = tfeed_tensor_borrow(TFEED_STRING, &scalar, &bytes);
        const struct wire_bytes examples[] = {value_of(stream.data, len)};
        struct tfeed_tensor expected;
        cr_assert_eq(tfeed_decode_compressed(&string, "GZIP", 0, NULL, &expected, NULL), TFEED_OK);
        expect_ok(&fixture, examples, 1);
        const struct tfeed_tensor *values = tfeed_columns_values(fixture.columns, 0);
        const struct tfeed_bytes *wanted = tfeed_tensor_strings(&expected);
        const struct tfeed_bytes *found = tfeed_tensor_strings(values);
        cr_assert_eq(found->len, wanted->len);
        cr_assert(found->len == 0 || memcmp(found->data, wanted->data, found->len) == 0);
        tfeed_tensor_clear(&expected);
    }
    const struct wire_bytes bad[] = {value_of("no stream", 9)};
    expect_refused(&fixture, bad, 1, 0, "Key: x.  9 bytes: inflate() failed");
    fixture_clear(&fixture);
}

Test(decoded_strings, more_than_the_limit_is_a_fault_of_the_example)
{
    static const char text[] = "0123456789";
    struct tfeed_decoded_column options = strings_of(BYTES, 1, ZLIB);
    const struct wire_bytes examples[] = {example_with(ZLIB, text, 10)};
    struct fixture fixture;
    options.max_bytes = 10;
    fixture_of(&fixture, &options);
    expect_ok(&fixture, examples, 1);
    expect_string(tfeed_columns_values(fixture.columns, 0), 0, text);
    fixture_clear(&fixture);
    options.max_bytes = 9;
    fixture_of(&fixture, &options);
    expect_refused(&fixture, examples, 1, 0, "inflate to more than the limit of 9 ");
    fixture_clear(&fixture);
    options.decoding = TENSOR;
    fixture_of(&fixture, &options);
    expect_refused(&fixture, examples, 1, 0, "inflate to more than the limit of 9 ");
    fixture_clear(&fixture);
}

Test(decoded_strings, a_missing_feature_is_an_error_or_the_default)
{
    struct tfeed_bytes given = {(const uint8_t *)"given", 5, NULL};
    const struct tfeed_shape one = tfeed_shape_vector(1);
    const struct tfeed_tensor value = tfeed_tensor_borrow(TFEED_STRING, &one, &given);
    const struct wire_bytes examples[] = {example_of(nothing()), example_with(GZIP, "abc", 3)};
    struct tfeed_decoded_column options = strings_of(BYTES, 1, GZIP);
    struct fixture fixture;
    fixture_of(&fixture, &options);
    expect_refused(&fixture, examples, 1, 0, "Feature: x (data type: string) is required");
    fixture_clear(&fixture);
    options.default_value = &value;
    fixture_of(&fixture, &options);
    expect_ok(&fixture, examples, 2);
    expect_string(tfeed_columns_values(fixture.columns, 0), 0, "given");
    expect_string(tfeed_columns_values(fixture.columns, 0), 1, "abc");
    fixture_clear(&fixture);
}

Test(decoded_strings, the_last_of_two_values_of_a_name_counts)
{
    const struct tfeed_decoded_column options = strings_of(BYTES, 1, ZLIB);
    const struct wire_bytes stream = packed(ZLIB, "first", 5);
    const struct wire_bytes other = packed(ZLIB, "second", 6);
    const struct wire_bytes first = entry_of("x", bytes_feature(stream.data, stream.len));
    const struct wire_bytes second = entry_of("x", bytes_feature(other.data, other.len));
    const struct wire_bytes bad = entry_of("x", bytes_feature("bad", 3));
    const struct wire_bytes examples[] = {example_of(joined(first, second)),
                                          example_of(joined(bad, first)),
                                          example_of(joined(first, bad))};
    struct fixture fixture;
    fixture_of(&fixture, &options);
    expect_refused(&fixture, examples, 3, 2, "inflate() failed");
    expect_string(tfeed_columns_values(fixture.columns, 0), 0, "second");
    expect_string(tfeed_columns_values(fixture.columns, 0), 1, "first");
    fixture_clear(&fixture);
}

/* -------------------------------------------------------------- who holds the bytes */

/* "x": a TensorProto; "y": a compressed string; "z": a compressed TensorProto. */
static void add_all(struct tfeed_schema *schema)
{
    struct tfeed_decoded_column options = strings_of(TENSOR, 2, NONE);
    add_decoded(schema, "x", &options);
    options = strings_of(BYTES, 1, GZIP);
    add_decoded(schema, "y", &options);
    options = strings_of(TENSOR, 2, ZLIB);
    add_decoded(schema, "z", &options);
}

enum { N_COLUMNS = 3 };

/* Row r has letters from 'a' + r on. */
static struct wire_bytes example_at(size_t row)
{
    char proto[] = VECTOR_OF("\2") "\x42\1a\x42\2bb";
    proto[10] = (char)('a' + row);
    const struct wire_bytes stream = packed(GZIP, proto + 10, 1);
    const struct wire_bytes tensor = packed(ZLIB, proto, sizeof proto - 1);
    return example_of(joined(entry_of("x", bytes_feature(proto, sizeof proto - 1)),
                             joined(entry_of("y", bytes_feature(stream.data, stream.len)),
                                    entry_of("z", bytes_feature(tensor.data, tensor.len)))));
}

static void expect_row(const struct tfeed_tensor *columns, int64_t at, size_t row)
{
    const char letter[] = {(char)('a' + row), '\0'};
    for (int i = 0; i < N_COLUMNS; i += 2) {
        expect_string(&columns[i], 2 * at, letter);
        expect_string(&columns[i], 2 * at + 1, "bb");
    }
    expect_string(&columns[1], at, letter);
}

/* The Example of a row in a block of its own. */
static struct tfeed_bytes record_of(size_t row, const struct tfeed_allocator *allocator)
{
    const struct wire_bytes example = example_at(row);
    struct tfeed_bytes record = {NULL, example.len, NULL};
    uint8_t *data;
    cr_assert_eq(tfi_block_alloc(allocator, example.len, &record.block, &data, NULL), TFEED_OK);
    memcpy(data, example.data, example.len);
    record.data = data;
    return record;
}

Test(decoded_strings, they_outlive_records_parser_and_columns)
{
    enum { N = 3 };
    struct tfeed_schema *schema;
    struct tfeed_example_parser *parser;
    struct tfeed_columns *columns;
    struct tfeed_tensor rows[N_COLUMNS];
    struct tfeed_tensor batch[N_COLUMNS];
    struct tfeed_bytes records[N];
    for (size_t i = 0; i < N; i++)
        records[i] = record_of(i, NULL);
    cr_assert_eq(tfeed_schema_new(NULL, &schema, NULL), TFEED_OK);
    add_all(schema);
    cr_assert_eq(tfeed_example_parser_new(schema, NULL, &parser, NULL), TFEED_OK);
    cr_assert_eq(tfeed_columns_new(schema, N, NULL, &columns, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_alloc_columns(schema, N + 1, NULL, rows, NULL), TFEED_OK);
    cr_assert_eq(tfeed_example_parser_parse(parser, records, N, rows, 1, NULL, NULL), TFEED_OK);
    cr_assert_eq(tfeed_example_parser_parse_batch(parser, records, N, columns, NULL, NULL),
                 TFEED_OK);
    for (int i = 0; i < N_COLUMNS; i++)
        batch[i] = tfeed_tensor_ref(tfeed_columns_values(columns, i));
    for (size_t i = 0; i < N; i++)
        tfeed_block_unref(records[i].block);
    tfeed_columns_free(columns);
    tfeed_example_parser_free(parser);
    tfeed_schema_unref(schema);
    for (size_t i = 0; i < N; i++) {
        expect_row(rows, 1 + (int64_t)i, i);
        expect_row(batch, (int64_t)i, i);
    }
    for (int i = 0; i < N_COLUMNS; i++) {
        tfeed_tensor_clear(&rows[i]);
        tfeed_tensor_clear(&batch[i]);
    }
    T_EXPECT_NO_LEAKS(NULL);
}

Test(decoded_strings, a_bad_record_leaves_the_others_counted)
{
    struct tfeed_schema *schema;
    struct tfeed_example_parser *parser;
    struct tfeed_tensor rows[N_COLUMNS];
    const struct wire_bytes bad = example_of(text("x", "no tensor"));
    size_t bad_row = SIZE_MAX;
    struct tfeed_bytes records[] = {record_of(0, NULL), view_of(&bad)};
    cr_assert_eq(tfeed_schema_new(NULL, &schema, NULL), TFEED_OK);
    add_all(schema);
    cr_assert_eq(tfeed_example_parser_new(schema, NULL, &parser, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_alloc_columns(schema, 2, NULL, rows, NULL), TFEED_OK);
    for (int i = 0; i < 2; i++)
        cr_assert_eq(tfeed_example_parser_parse(parser, records, 2, rows, 0, &bad_row, NULL),
                     TFEED_INVALID_ARGUMENT);
    cr_assert_eq(bad_row, 1);
    tfeed_block_unref(records[0].block);
    expect_row(rows, 0, 0);
    for (int i = 0; i < N_COLUMNS; i++)
        tfeed_tensor_clear(&rows[i]);
    tfeed_example_parser_free(parser);
    tfeed_schema_unref(schema);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(decoded_strings, rows_cost_no_allocation_after_the_first)
{
    struct t_allocator allocator;
    struct tfeed_schema *schema;
    struct tfeed_example_parser *parser;
    struct tfeed_tensor rows[N_COLUMNS];
    size_t n_calls = 0;
    t_allocator_init(&allocator);
    cr_assert_eq(tfeed_schema_new(NULL, &schema, NULL), TFEED_OK);
    add_all(schema);
    cr_assert_eq(tfeed_example_parser_new(schema, &allocator.hooks, &parser, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_alloc_columns(schema, 1, NULL, rows, NULL), TFEED_OK);
    for (size_t i = 0; i < 20; i++) {
        const struct wire_bytes example = example_at(i);
        const struct tfeed_bytes view = view_of(&example);
        cr_assert_eq(tfeed_example_parser_parse(parser, &view, 1, rows, 0, NULL, NULL), TFEED_OK);
        expect_row(rows, 0, i);
        if (i == 0)
            n_calls = allocator.n_calls;
        cr_assert_eq(allocator.n_calls, n_calls);
    }
    for (int i = 0; i < N_COLUMNS; i++)
        tfeed_tensor_clear(&rows[i]);
    tfeed_example_parser_free(parser);
    tfeed_schema_unref(schema);
    T_EXPECT_NO_LEAKS(&allocator);
}

Test(decoded_strings, those_that_are_gone_take_no_memory)
{
    enum { N_ROWS_PARSED = 100, N_CHARS = 8000, MOST_BYTES = 200000 };
    static char letters[N_CHARS];
    const struct tfeed_decoded_column options = strings_of(BYTES, 1, ZLIB);
    struct t_allocator allocator;
    struct tfeed_schema *schema;
    struct tfeed_example_parser *parser;
    struct tfeed_columns *columns;
    struct tfeed_tensor row;
    memset(letters, 'a', sizeof letters);
    const struct wire_bytes example = example_with(ZLIB, letters, sizeof letters);
    const struct tfeed_bytes view = view_of(&example);
    t_allocator_init(&allocator);
    cr_assert_eq(tfeed_schema_new(NULL, &schema, NULL), TFEED_OK);
    add_decoded(schema, "x", &options);
    cr_assert_eq(tfeed_example_parser_new(schema, &allocator.hooks, &parser, NULL), TFEED_OK);
    cr_assert_eq(tfeed_columns_new(schema, 1, &allocator.hooks, &columns, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_alloc_columns(schema, 1, NULL, &row, NULL), TFEED_OK);
    for (int i = 0; i < N_ROWS_PARSED; i++) {
        cr_assert_eq(tfeed_example_parser_parse(parser, &view, 1, &row, 0, NULL, NULL), TFEED_OK);
        cr_assert_eq(tfeed_example_parser_parse_batch(parser, &view, 1, columns, NULL, NULL),
                     TFEED_OK);
        cr_assert_eq(tfeed_tensor_strings(&row)->len, N_CHARS);
    }
    cr_assert_lt(t_outstanding_bytes(&allocator), MOST_BYTES);
    tfeed_tensor_clear(&row);
    tfeed_columns_free(columns);
    tfeed_example_parser_free(parser);
    tfeed_schema_unref(schema);
    T_EXPECT_NO_LEAKS(&allocator);
}

Test(decoded_strings, parsing_goes_on_after_memory_was_short)
{
    const struct wire_bytes example = example_at(5);
    const struct tfeed_bytes view = view_of(&example);
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_schema *schema;
        struct tfeed_example_parser *parser;
        struct tfeed_columns *columns;
        struct tfeed_tensor rows[N_COLUMNS];
        cr_assert_eq(tfeed_schema_new(NULL, &schema, NULL), TFEED_OK);
        add_all(schema);
        EXPECT_RETRY(tfeed_example_parser_new(schema, allocator, &parser, NULL));
        EXPECT_RETRY(tfeed_columns_new(schema, 1, allocator, &columns, NULL));
        EXPECT_RETRY(tfeed_example_parser_parse_batch(parser, &view, 1, columns, NULL, NULL));
        for (int i = 0; i < N_COLUMNS; i++)
            rows[i] = *tfeed_columns_values(columns, i);
        expect_row(rows, 0, 5);
        EXPECT_RETRY(tfeed_schema_alloc_columns(schema, 1, allocator, rows, NULL));
        EXPECT_RETRY(tfeed_example_parser_parse(parser, &view, 1, rows, 0, NULL, NULL));
        expect_row(rows, 0, 5);
        for (int i = 0; i < N_COLUMNS; i++)
            tfeed_tensor_clear(&rows[i]);
        tfeed_columns_free(columns);
        tfeed_example_parser_free(parser);
        tfeed_schema_unref(schema);
    });
    T_EXPECT_NO_LEAKS(NULL);
}

/* ------------------------------------------------------------ other forms of records */

Test(decoded_strings, fields_of_csv_are_decoded_too)
{
    static const char line[] = VECTOR_OF("\2") "\x42\1a\x42\1b";
    struct tfeed_decoded_column options = strings_of(TENSOR, 1, NONE);
    struct fixture fixture;
    options.shape = scalar;
    fixture_init(&fixture);
    add_decoded(fixture.schema, "x", &options);
    cr_assert_eq(tfeed_schema_set_csv_records(fixture.schema, NULL, NULL), TFEED_OK);
    fixture_start(&fixture);
    struct wire_bytes examples[] = {{.len = 0}};
    wire_append(&examples[0], "\x08\7\x42\3abc", 7);
    expect_ok(&fixture, examples, 1);
    expect_string(tfeed_columns_values(fixture.columns, 0), 0, "abc");
    examples[0].len = 0;
    wire_append(&examples[0], line, sizeof line - 1);
    expect_refused(&fixture, examples, 1, 0, "in record: a tensor of shape [2], expected []");
    fixture_clear(&fixture);
}

Test(decoded_strings, values_of_json_are_decoded_too)
{
    /* the TensorProto of "abc", and a zlib stream of "abc" */
    static const char text[] = "{\"features\": {\"feature\": {"
                               "\"x\": {\"bytesList\": {\"value\": [\"CAdCA2FiYw==\"]}},"
                               "\"y\": {\"bytesList\": {\"value\": [\"eJxLTEoGAAJNASc=\"]}}}}}";
    struct tfeed_decoded_column options = strings_of(TENSOR, 1, NONE);
    struct fixture fixture;
    options.shape = scalar;
    fixture_init(&fixture);
    add_decoded(fixture.schema, "x", &options);
    options.decoding = BYTES;
    options.compression = ZLIB;
    add_decoded(fixture.schema, "y", &options);
    cr_assert_eq(tfeed_schema_set_json_records(fixture.schema, NULL), TFEED_OK);
    fixture_start(&fixture);
    struct wire_bytes examples[2] = {{.len = 0}, {.len = 0}};
    for (int i = 0; i < 2; i++)
        wire_append(&examples[i], text, sizeof text - 1);
    expect_ok(&fixture, examples, 2);
    for (int i = 0; i < 2; i++)
        for (int row = 0; row < 2; row++)
            expect_string(tfeed_columns_values(fixture.columns, i), row, "abc");
    fixture_clear(&fixture);
}

/* ------------------------------------------------------ JSON of a schema, encoding */

Test(decoded_strings, json_holds_every_option)
{
    static const char expected[] =
        "{\"tfeed_schema\":1,\"columns\":["
        "{\"name\":\"x\",\"column\":\"decoded\",\"dtype\":\"string\",\"shape\":[2],"
        "\"decoding\":\"tensor\"},"
        "{\"name\":\"y\",\"column\":\"decoded\",\"dtype\":\"string\",\"shape\":[1],"
        "\"decoding\":\"bytes\",\"compression\":\"gzip\",\"max_bytes\":77}]}";
    struct tfeed_decoded_column options = strings_of(TENSOR, 2, NONE);
    struct tfeed_schema *schema;
    struct tfeed_bytes text;
    struct tfeed_error error = TFEED_ERROR_INIT;
    cr_assert_eq(tfeed_schema_from_json(expected, sizeof expected - 1, NULL, &schema, &error),
                 TFEED_OK, "%s", error.message);
    cr_assert_eq(tfeed_schema_to_json(schema, &text, NULL), TFEED_OK);
    cr_assert_str_eq((const char *)text.data, expected);
    tfeed_block_unref(text.block);
    tfeed_schema_unref(schema);

    options.compression = GZIP;
    options.max_bytes = SIZE_MAX;
    cr_assert_eq(tfeed_schema_new(NULL, &schema, NULL), TFEED_OK);
    add_decoded(schema, "x", &options);
    cr_assert_eq(tfeed_schema_to_json(schema, &text, NULL), TFEED_OK);
    cr_assert_not_null(strstr((const char *)text.data, "\"max_bytes\":9223372036854775807"));
    tfeed_block_unref(text.block);
    tfeed_schema_unref(schema);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(decoded_strings, no_limit_below_1_is_read)
{
    static const char text[] = "{\"tfeed_schema\":1,\"columns\":[{\"name\":\"x\",\"column\":"
                               "\"decoded\",\"dtype\":\"string\",\"shape\":[],\"decoding\":"
                               "\"bytes\",\"compression\":\"gzip\",\"max_bytes\":0}]}";
    struct tfeed_schema *schema;
    struct tfeed_error error = TFEED_ERROR_INIT;
    cr_assert_eq(tfeed_schema_from_json(text, sizeof text - 1, NULL, &schema, &error),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(error.message, "'x': max_bytes: expected a number above 0, found 0"),
                       "%s", error.message);
}

Test(decoded_strings, they_are_not_encoded_again)
{
    struct tfeed_example_encoder *encoder;
    struct tfeed_schema *schema;
    cr_assert_eq(tfeed_schema_new(NULL, &schema, NULL), TFEED_OK);
    add_all(schema);
    cr_assert_eq(tfeed_example_encoder_new(schema, NULL, &encoder, NULL), TFEED_UNIMPLEMENTED);
    tfeed_schema_unref(schema);
}

Test(decoded_strings, checker_decodes_what_it_checks)
{
    struct tfeed_schema_checker *checker;
    struct tfeed_schema *schema;
    const struct wire_bytes good = example_at(1);
    const struct wire_bytes bad = example_of(text("x", "no tensor"));
    const struct tfeed_bytes views[] = {view_of(&good), view_of(&bad)};
    cr_assert_eq(tfeed_schema_new(NULL, &schema, NULL), TFEED_OK);
    add_all(schema);
    cr_assert_eq(tfeed_schema_checker_new(schema, false, NULL, &checker, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_checker_check(checker, &views[0], NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_checker_check(checker, &views[1], NULL), TFEED_INVALID_ARGUMENT);
    tfeed_schema_checker_free(checker);
    tfeed_schema_unref(schema);
    T_EXPECT_NO_LEAKS(NULL);
}
