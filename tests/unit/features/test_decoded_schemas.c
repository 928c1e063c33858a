/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_decoded_schemas.c - decoded columns wherever columns are: among others, in tensors, in
 * contexts, encoded again, as JSON; and without allocating.
 */
#include <math.h>
#include <stdio.h>

#include <tfeed/encode.h>
#include <tfeed/schema.h>
#include <tfeed/sequence.h>

#include "tests/support/expect_retry.h"
#include "tests/unit/features/decoded_fixture.h"

#define RAW    TFEED_DECODING_RAW
#define NUMBER TFEED_DECODING_NUMBER
#define TENSOR TFEED_DECODING_TENSOR

/* ----------------------------------------------------------- columns of all kinds */

enum { LABEL, SOUND, BIG, PADDED, PRICE, MASK, N_COLUMNS, N_SOUND = 3, N_MASK = 2 };

static const char *const names[N_COLUMNS] = {"label", "sound", "big", "padded", "price", "mask"};

/* An int64, little-endian int16, big-endian floats in gzip, padded uint16, two numbers in text, a
 * TensorProto in zlib. */
static tfeed_status add_one(struct tfeed_schema *schema, int column)
{
    struct tfeed_decoded_column options;
    switch (column) {
    case LABEL:
        return tfeed_schema_add_fixed(schema, names[column], TFEED_INT64, &scalar, NULL);
    case SOUND:
        options = decoded_of(RAW, TFEED_INT16, N_SOUND);
        break;
    case BIG:
        options = decoded_of(RAW, TFEED_FLOAT, 1);
        options.big_endian = true;
        options.compression = TFEED_COMPRESSION_GZIP;
        break;
    case PADDED:
        options = decoded_of(RAW, TFEED_UINT16, 2);
        options.padded = true;
        break;
    case PRICE:
        options = decoded_of(NUMBER, TFEED_DOUBLE, 2);
        break;
    default:
        options = decoded_of(TENSOR, TFEED_UINT8, N_MASK);
        options.compression = TFEED_COMPRESSION_ZLIB;
        break;
    }
    return tfeed_schema_add_decoded(schema, names[column], &options, NULL);
}

static struct tfeed_schema *schema_of_all(const struct tfeed_allocator *allocator)
{
    struct tfeed_schema *schema;
    cr_assert_eq(tfeed_schema_new(allocator, &schema, NULL), TFEED_OK);
    for (int i = 0; i < N_COLUMNS; i++)
        cr_assert_eq(add_one(schema, i), TFEED_OK);
    return schema;
}

/* What row r has in each column. */
static int16_t sound(size_t row, size_t i)
{
    return (int16_t)(1000 * (int)row - 300 * (int)i);
}

static struct wire_bytes entry_at(int column, size_t row)
{
    struct wire_bytes bytes = {.len = 0};
    char text[24];
    switch (column) {
    case LABEL:
        return entry_of(names[column], int64_feature((int64_t)row));
    case SOUND:
        for (size_t i = 0; i < N_SOUND; i++) {
            const int16_t value = sound(row, i);
            wire_append(&bytes, &value, sizeof value);
        }
        break;
    case BIG: /* 1.0, 2.0, 4.0, … */
        wire_append(&bytes, "\x3f\x80\0\0", 4);
        bytes.data[0] = (uint8_t)((127 + row) >> 1);
        bytes.data[1] = (uint8_t)((127 + row) << 7);
        bytes = packed(TFEED_COMPRESSION_GZIP, bytes.data, bytes.len);
        break;
    case PADDED:
        wire_append_byte(&bytes, (unsigned)row);
        break;
    case PRICE:
        (void)snprintf(text, sizeof text, "%zu.5", row);
        bytes = joined(len_field(1, text, strlen(text)), len_field(1, "-1e3", 4));
        return entry_of(names[column], len_field(1, bytes.data, bytes.len));
    default:
        wire_append(&bytes, "\x08\4\x12\4\x12\2\x08\2\x22\2", 10);
        wire_append_byte(&bytes, (unsigned)row);
        wire_append_byte(&bytes, 200);
        bytes = packed(TFEED_COMPRESSION_ZLIB, bytes.data, bytes.len);
        break;
    }
    return entry_of(names[column], bytes_feature(bytes.data, bytes.len));
}

/* Row r with its entries from `first` on, then those before. */
static struct wire_bytes example_at(size_t row, int first)
{
    struct wire_bytes entries = {.len = 0};
    for (int i = 0; i < N_COLUMNS; i++)
        entries = joined(entries, entry_at((first + i) % N_COLUMNS, row));
    return example_of(entries);
}

static void expect_row(const struct tfeed_tensor *columns, int64_t at, size_t row)
{
    const struct tfeed_tensor *tensor = &columns[SOUND];
    cr_assert_eq(tfeed_tensor_int64s(&columns[LABEL])[at], (int64_t)row);
    for (size_t i = 0; i < N_SOUND; i++)
        cr_assert_eq(((const int16_t *)tensor->data)[(size_t)at * N_SOUND + i], sound(row, i));
    cr_assert_eq(tfeed_tensor_floats(&columns[BIG])[at], ldexpf(1, (int)row));
    cr_assert_eq(((const uint16_t *)columns[PADDED].data)[2 * at], (uint16_t)row);
    cr_assert_eq(((const uint16_t *)columns[PADDED].data)[2 * at + 1], 0);
    cr_assert_eq(((const double *)columns[PRICE].data)[2 * at], (double)row + 0.5);
    cr_assert_eq(((const double *)columns[PRICE].data)[2 * at + 1], -1000.0);
    cr_assert_eq(tfeed_tensor_uint8s(&columns[MASK])[2 * at], (uint8_t)row);
    cr_assert_eq(tfeed_tensor_uint8s(&columns[MASK])[2 * at + 1], 200);
}

static void clear_all(struct tfeed_tensor *columns)
{
    for (int i = 0; i < N_COLUMNS; i++)
        tfeed_tensor_clear(&columns[i]);
}

Test(decoded_schemas, rows_of_tensors_are_filled_where_they_are_wanted)
{
    enum { N = 3, FIRST = 2 };
    struct tfeed_schema *schema = schema_of_all(NULL);
    struct tfeed_example_parser *parser;
    struct tfeed_tensor columns[N_COLUMNS];
    struct wire_bytes examples[N];
    struct tfeed_bytes views[N];
    for (size_t i = 0; i < N; i++) {
        examples[i] = example_at(i, 0);
        views[i] = view_of(&examples[i]);
    }
    cr_assert_eq(tfeed_example_parser_new(schema, NULL, &parser, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_alloc_columns(schema, N + FIRST, NULL, columns, NULL), TFEED_OK);
    cr_assert_eq(tfeed_example_parser_parse(parser, views, N, columns, FIRST, NULL, NULL),
                 TFEED_OK);
    for (size_t i = 0; i < N; i++)
        expect_row(columns, FIRST + (int64_t)i, i);
    clear_all(columns);
    tfeed_example_parser_free(parser);
    tfeed_schema_unref(schema);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(decoded_schemas, keys_come_in_any_order)
{
    /* more records in a row than the parser believes in an order */
    enum { N = 40 };
    struct tfeed_schema *schema = schema_of_all(NULL);
    struct tfeed_example_parser *parser;
    struct tfeed_tensor columns[N_COLUMNS];
    cr_assert_eq(tfeed_example_parser_new(schema, NULL, &parser, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_alloc_columns(schema, 1, NULL, columns, NULL), TFEED_OK);
    for (size_t i = 0; i < N; i++) {
        const struct wire_bytes example = example_at(i, (int)i % N_COLUMNS);
        const struct tfeed_bytes view = view_of(&example);
        cr_assert_eq(tfeed_example_parser_parse(parser, &view, 1, columns, 0, NULL, NULL),
                     TFEED_OK);
        expect_row(columns, 0, i);
    }
    clear_all(columns);
    tfeed_example_parser_free(parser);
    tfeed_schema_unref(schema);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(decoded_schemas, rows_cost_no_allocation_after_the_first)
{
    struct t_allocator allocator;
    struct tfeed_example_parser *parser;
    struct tfeed_tensor columns[N_COLUMNS];
    t_allocator_init(&allocator);
    struct tfeed_schema *schema = schema_of_all(&allocator.hooks);
    cr_assert_eq(tfeed_example_parser_new(schema, &allocator.hooks, &parser, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_alloc_columns(schema, 1, NULL, columns, NULL), TFEED_OK);
    size_t n_calls = 0;
    for (size_t i = 0; i < 20; i++) {
        const struct wire_bytes example = example_at(i, 0);
        const struct tfeed_bytes view = view_of(&example);
        cr_assert_eq(tfeed_example_parser_parse(parser, &view, 1, columns, 0, NULL, NULL),
                     TFEED_OK);
        if (i == 0)
            n_calls = allocator.n_calls;
        cr_assert_eq(allocator.n_calls, n_calls);
    }
    clear_all(columns);
    tfeed_example_parser_free(parser);
    tfeed_schema_unref(schema);
    T_EXPECT_NO_LEAKS(&allocator);
}

Test(decoded_schemas, parsing_goes_on_after_memory_was_short)
{
    const struct wire_bytes example = example_at(5, 0);
    const struct tfeed_bytes view = view_of(&example);
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_schema *schema;
        struct tfeed_example_parser *parser;
        struct tfeed_columns *columns;
        EXPECT_RETRY(tfeed_schema_new(allocator, &schema, NULL));
        for (int i = 0; i < N_COLUMNS; i++)
            EXPECT_RETRY(add_one(schema, i));
        EXPECT_RETRY(tfeed_example_parser_new(schema, allocator, &parser, NULL));
        EXPECT_RETRY(tfeed_columns_new(schema, 1, allocator, &columns, NULL));
        EXPECT_RETRY(tfeed_example_parser_parse_batch(parser, &view, 1, columns, NULL, NULL));
        struct tfeed_tensor rows[N_COLUMNS];
        for (int i = 0; i < N_COLUMNS; i++)
            rows[i] = *tfeed_columns_values(columns, i);
        expect_row(rows, 0, 5);
        tfeed_columns_free(columns);
        tfeed_example_parser_free(parser);
        tfeed_schema_unref(schema);
    });
    T_EXPECT_NO_LEAKS(NULL);
}

/* Memory that is there until it is not. */
static struct t_allocator plenty;
static bool is_short;

static void *alloc_unless_short(void *user_data, size_t size, size_t alignment)
{
    return is_short ? NULL : plenty.hooks.alloc(user_data, size, alignment);
}

Test(decoded_schemas, no_memory_to_inflate_with_is_no_fault_of_the_example)
{
    /* what is longer than the row: zlib then keeps what it may have to repeat */
    const struct wire_bytes stream = packed(TFEED_COMPRESSION_ZLIB, "abcdefgh", 8);
    const struct wire_bytes example = value_of(stream.data, stream.len);
    const struct tfeed_bytes view = view_of(&example);
    struct tfeed_decoded_column options = decoded_of(RAW, TFEED_UINT8, 4);
    struct tfeed_allocator allocator;
    struct tfeed_schema *schema;
    struct tfeed_example_parser *parser;
    struct tfeed_tensor column;
    size_t bad_row = SIZE_MAX;
    options.compression = TFEED_COMPRESSION_ZLIB;
    options.padded = true;
    t_allocator_init(&plenty);
    allocator = plenty.hooks;
    allocator.alloc = alloc_unless_short;
    cr_assert_eq(tfeed_schema_new(NULL, &schema, NULL), TFEED_OK);
    add_decoded(schema, "x", &options);
    cr_assert_eq(tfeed_example_parser_new(schema, &allocator, &parser, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_alloc_columns(schema, 1, NULL, &column, NULL), TFEED_OK);
    is_short = true;
    cr_assert_eq(tfeed_example_parser_parse(parser, &view, 1, &column, 0, &bad_row, NULL),
                 TFEED_RESOURCE_EXHAUSTED);
    cr_assert_eq(bad_row, 0);
    is_short = false;
    cr_assert_eq(tfeed_example_parser_parse(parser, &view, 1, &column, 0, NULL, NULL), TFEED_OK);
    cr_assert_eq(memcmp(column.data, "abcd", 4), 0);
    tfeed_tensor_clear(&column);
    tfeed_example_parser_free(parser);
    tfeed_schema_unref(schema);
    T_EXPECT_NO_LEAKS(&plenty);
}

Test(decoded_schemas, too_many_values_leave_other_rows_alone)
{
    const struct tfeed_decoded_column options = decoded_of(NUMBER, TFEED_INT32, 2);
    const struct wire_bytes example = TEXTS_OF("1", "2", "3", "4");
    const struct tfeed_bytes view = view_of(&example);
    struct tfeed_schema *schema;
    struct tfeed_example_parser *parser;
    struct tfeed_tensor column;
    cr_assert_eq(tfeed_schema_new(NULL, &schema, NULL), TFEED_OK);
    add_decoded(schema, "x", &options);
    cr_assert_eq(tfeed_example_parser_new(schema, NULL, &parser, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_alloc_columns(schema, 2, NULL, &column, NULL), TFEED_OK);
    memset(column.data, 0x55, 4 * sizeof(int32_t));
    cr_assert_eq(tfeed_example_parser_parse(parser, &view, 1, &column, 0, NULL, NULL),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_eq(tfeed_tensor_int32s(&column)[2], 0x55555555);
    cr_assert_eq(tfeed_tensor_int32s(&column)[3], 0x55555555);
    tfeed_tensor_clear(&column);
    tfeed_example_parser_free(parser);
    tfeed_schema_unref(schema);
}

Test(decoded_schemas, a_narrow_schema_has_them_as_they_are)
{
    int32_t numbers[] = {1, 2};
    const struct tfeed_shape shape = tfeed_shape_vector(2);
    const struct tfeed_tensor value = tfeed_tensor_borrow(TFEED_INT32, &shape, numbers);
    struct tfeed_decoded_column options = decoded_of(RAW, TFEED_INT32, 2);
    struct tfeed_schema *schema = schema_of_all(NULL);
    struct tfeed_schema *narrow;
    struct tfeed_schema *again;
    struct tfeed_bytes text;
    struct tfeed_bytes narrow_text;
    options.big_endian = true;
    options.default_value = &value;
    add_decoded(schema, "given", &options);
    cr_assert_eq(tfi_schema_narrow(schema, &narrow, NULL), TFEED_OK);
    cr_assert_null(narrow, "nothing is scaled");
    tfeed_schema_unref(schema);

    schema = schema_of_all(NULL);
    again = schema_of_all(NULL);
    add_decoded(schema, "given", &options);
    add_decoded(again, "given", &options);
    cr_assert_eq(tfeed_schema_add_raw(schema, "image", TFEED_FLOAT, 4, 0.5F, 1, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_add_raw(again, "image", TFEED_UINT8, 4, 1, 0, NULL), TFEED_OK);
    cr_assert_eq(tfi_schema_narrow(schema, &narrow, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_to_json(again, &text, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_to_json(narrow, &narrow_text, NULL), TFEED_OK);
    cr_assert_str_eq((const char *)narrow_text.data, (const char *)text.data);
    tfeed_block_unref(text.block);
    tfeed_block_unref(narrow_text.block);
    tfeed_schema_unref(narrow);
    tfeed_schema_unref(again);
    tfeed_schema_unref(schema);
    T_EXPECT_NO_LEAKS(NULL);
}

/* ------------------------------------------------------------------ encoded again */

static void expect_encoded(struct tfeed_schema *schema, const struct wire_bytes *example)
{
    struct tfeed_example_parser *parser;
    struct tfeed_columns *columns;
    struct tfeed_example_encoder *encoder;
    struct tfeed_bytes record;
    const struct tfeed_bytes view = view_of(example);
    cr_assert_eq(tfeed_example_parser_new(schema, NULL, &parser, NULL), TFEED_OK);
    cr_assert_eq(tfeed_columns_new(schema, 1, NULL, &columns, NULL), TFEED_OK);
    cr_assert_eq(tfeed_example_encoder_new(schema, NULL, &encoder, NULL), TFEED_OK);
    cr_assert_eq(tfeed_example_parser_parse_batch(parser, &view, 1, columns, NULL, NULL), TFEED_OK);
    cr_assert_eq(tfeed_example_encoder_encode_batch(encoder, columns, &record, NULL), TFEED_OK);
    cr_assert_eq(record.len, example->len);
    cr_assert_eq(memcmp(record.data, example->data, example->len), 0);
    tfeed_example_encoder_free(encoder);
    tfeed_columns_free(columns);
    tfeed_example_parser_free(parser);
}

Test(decoded_schemas, raw_bytes_are_encoded_as_they_were)
{
    struct tfeed_schema *schema;
    struct tfeed_decoded_column options = decoded_of(RAW, TFEED_INT32, 2);
    cr_assert_eq(tfeed_schema_new(NULL, &schema, NULL), TFEED_OK);
    add_decoded(schema, "a", &options);
    options.big_endian = true;
    add_decoded(schema, "b", &options);
    options.padded = true;
    add_decoded(schema, "c", &options);
    const struct wire_bytes example =
        example_of(joined(entry_of("a", bytes_feature("abcdefgh", 8)),
                          joined(entry_of("b", bytes_feature("ijklmnop", 8)),
                                 entry_of("c", bytes_feature("qrst\0\0\0\0", 8)))));
    expect_encoded(schema, &example);
    tfeed_schema_unref(schema);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(decoded_schemas, what_cannot_be_encoded_is_refused_by_name)
{
    struct tfeed_decoded_column refused[] = {decoded_of(NUMBER, TFEED_INT32, 2),
                                             decoded_of(TENSOR, TFEED_INT32, 2),
                                             decoded_of(RAW, TFEED_INT32, 2)};
    refused[2].compression = TFEED_COMPRESSION_GZIP;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        struct tfeed_error error = TFEED_ERROR_INIT;
        struct tfeed_example_encoder *encoder;
        struct tfeed_schema *schema;
        cr_assert_eq(tfeed_schema_new(NULL, &schema, NULL), TFEED_OK);
        add_decoded(schema, "price", &refused[i]);
        cr_assert_eq(tfeed_example_encoder_new(schema, NULL, &encoder, &error),
                     TFEED_UNIMPLEMENTED);
        cr_assert_not_null(strstr(error.message, "feature 'price'"), "%s", error.message);
        tfeed_schema_unref(schema);
    }
}

/* ---------------------------------------------------------------- SequenceExamples */

Test(decoded_schemas, contexts_of_sequences_have_them_as_well)
{
    enum { ROW = 3 };
    struct tfeed_schema *context = schema_of_all(NULL);
    struct tfeed_sequence_schema *schema;
    struct tfeed_sequence_parser *parser;
    struct tfeed_tensor rows[N_COLUMNS];
    struct tfeed_error error = TFEED_ERROR_INIT;
    cr_assert_eq(tfeed_sequence_schema_new(context, NULL, &schema, NULL), TFEED_OK);
    cr_assert_eq(tfeed_sequence_parser_new(schema, 1, NULL, &parser, NULL), TFEED_OK);
    /* the context is field 1, as the features of an Example are */
    const struct wire_bytes example = example_at(ROW, 0);
    const struct tfeed_bytes view = view_of(&example);
    cr_assert_eq(tfeed_sequence_parser_parse(parser, &view, 1, NULL, &error), TFEED_OK, "%s",
                 error.message);
    const struct tfeed_columns *columns = tfeed_sequence_parser_context(parser);
    for (int i = 0; i < N_COLUMNS; i++)
        rows[i] = *tfeed_columns_values(columns, i);
    expect_row(rows, 0, ROW);
    tfeed_sequence_parser_free(parser);
    tfeed_sequence_schema_unref(schema);
    tfeed_schema_unref(context);
    T_EXPECT_NO_LEAKS(NULL);
}

/* ----------------------------------------------------------------------------- JSON */

static void expect_json(const struct tfeed_schema *schema, const char *expected)
{
    struct tfeed_bytes text;
    struct tfeed_bytes again_text;
    struct tfeed_schema *again;
    struct tfeed_error error = TFEED_ERROR_INIT;
    cr_assert_eq(tfeed_schema_to_json(schema, &text, NULL), TFEED_OK);
    if (expected != NULL)
        cr_assert_str_eq((const char *)text.data, expected);
    cr_assert_eq(tfeed_schema_from_json((const char *)text.data, text.len, NULL, &again, &error),
                 TFEED_OK, "%s", error.message);
    cr_assert_eq(tfeed_schema_to_json(again, &again_text, NULL), TFEED_OK);
    cr_assert_str_eq((const char *)again_text.data, (const char *)text.data);
    tfeed_block_unref(text.block);
    tfeed_block_unref(again_text.block);
    tfeed_schema_unref(again);
}

Test(decoded_schemas, json_holds_every_option)
{
    struct tfeed_schema *schema = schema_of_all(NULL);
    expect_json(schema,
                "{\"tfeed_schema\":1,\"columns\":["
                "{\"name\":\"label\",\"column\":\"fixed\",\"dtype\":\"int64\",\"shape\":[]},"
                "{\"name\":\"sound\",\"column\":\"decoded\",\"dtype\":\"int16\",\"shape\":[3],"
                "\"decoding\":\"raw\"},"
                "{\"name\":\"big\",\"column\":\"decoded\",\"dtype\":\"float32\",\"shape\":[1],"
                "\"decoding\":\"raw\",\"big_endian\":true,\"compression\":\"gzip\"},"
                "{\"name\":\"padded\",\"column\":\"decoded\",\"dtype\":\"uint16\",\"shape\":[2],"
                "\"decoding\":\"raw\",\"padded\":true},"
                "{\"name\":\"price\",\"column\":\"decoded\",\"dtype\":\"float64\",\"shape\":[2],"
                "\"decoding\":\"number\"},"
                "{\"name\":\"mask\",\"column\":\"decoded\",\"dtype\":\"uint8\",\"shape\":[2],"
                "\"decoding\":\"tensor\",\"compression\":\"zlib\"}]}");
    tfeed_schema_unref(schema);
    T_EXPECT_NO_LEAKS(NULL);
}

/* A column of this dtype with a default is the same after reading its JSON. */
static void expect_default(enum tfeed_dtype dtype, void *data, const char *numbers)
{
    struct tfeed_decoded_column options = decoded_of(TENSOR, dtype, 2);
    const struct tfeed_tensor value = tfeed_tensor_borrow(dtype, &options.shape, data);
    struct tfeed_schema *schema;
    struct tfeed_bytes text;
    options.default_value = &value;
    cr_assert_eq(tfeed_schema_new(NULL, &schema, NULL), TFEED_OK);
    add_decoded(schema, "x", &options);
    expect_json(schema, NULL);
    cr_assert_eq(tfeed_schema_to_json(schema, &text, NULL), TFEED_OK);
    cr_assert_not_null(strstr((const char *)text.data, numbers), "%s", text.data);
    struct tfeed_schema *again;
    cr_assert_eq(tfeed_schema_from_json((const char *)text.data, text.len, NULL, &again, NULL),
                 TFEED_OK);
    struct fixture fixture = {.schema = again};
    const struct wire_bytes example = example_of(nothing());
    fixture_start(&fixture);
    expect_ok(&fixture, &example, 1);
    expect_bytes(&fixture, data, 2 * tfeed_dtype_size(dtype));
    tfeed_block_unref(text.block);
    tfeed_schema_unref(schema);
    fixture_clear(&fixture);
}

Test(decoded_schemas, json_holds_defaults_of_every_dtype)
{
    expect_default(TFEED_FLOAT, (float[]){0.1F, -INFINITY}, "[0.10000000149011612,\"-Infinity\"]");
    expect_default(TFEED_DOUBLE, (double[]){0.25, -1024}, "[0.25,-1024.0]");
    expect_default(TFEED_HALF, (uint16_t[]){0x3555, 0x7bff}, "[0.333251953125,65504.0]");
    expect_default(TFEED_INT8, (int8_t[]){INT8_MIN, INT8_MAX}, "[-128,127]");
    expect_default(TFEED_INT16, (int16_t[]){INT16_MIN, INT16_MAX}, "[-32768,32767]");
    expect_default(TFEED_INT32, (int32_t[]){INT32_MIN, -1}, "[-2147483648,-1]");
    expect_default(TFEED_INT64, (int64_t[]){INT64_MIN, -1}, "[-9223372036854775808,-1]");
    expect_default(TFEED_UINT8, (uint8_t[]){0, UINT8_MAX}, "[0,255]");
    expect_default(TFEED_UINT16, (uint16_t[]){0, UINT16_MAX}, "[0,65535]");
    expect_default(TFEED_UINT32, (uint32_t[]){0, UINT32_MAX}, "[0,4294967295]");
    expect_default(TFEED_UINT64, (uint64_t[]){0, INT64_MAX}, "[0,9223372036854775807]");
    expect_default(TFEED_BOOL, (uint8_t[]){0, 1}, "[0,1]");
    expect_default(TFEED_COMPLEX64, (float[]){1, -2, 3, 4}, "[1.0,-2.0,3.0,4.0]");
    expect_default(TFEED_COMPLEX128, (double[]){1, -2, 3, 4}, "[1.0,-2.0,3.0,4.0]");
}

static void expect_json_refused(const char *members, const char *phrase)
{
    char text[512];
    struct tfeed_schema *schema;
    struct tfeed_error error = TFEED_ERROR_INIT;
    (void)snprintf(text, sizeof text,
                   "{\"tfeed_schema\": 1, \"columns\": [{\"name\": \"x\", \"column\": \"decoded\", "
                   "%s}]}",
                   members);
    cr_assert_eq(tfeed_schema_from_json(text, strlen(text), NULL, &schema, &error),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(error.message, phrase), "%s", error.message);
}

Test(decoded_schemas, json_that_says_no_column_is_refused)
{
    expect_json_refused("\"dtype\": \"int8\", \"shape\": []", "'x': decoding");
    expect_json_refused("\"dtype\": \"int8\", \"shape\": [], \"decoding\": \"jpeg\"",
                        "'x': decoding: 'jpeg' is not known");
    expect_json_refused("\"dtype\": \"int8\", \"shape\": [], \"decoding\": \"raw\", \"padded\": 1",
                        "'x': padded");
    expect_json_refused("\"dtype\": \"int8\", \"shape\": [], \"decoding\": \"raw\", "
                        "\"compression\": \"zip\"",
                        "zip");
    expect_json_refused("\"dtype\": \"int8\", \"shape\": [], \"decoding\": \"raw\", "
                        "\"default\": [128]",
                        "'x': default: expected an int8, found 128");
    expect_json_refused("\"dtype\": \"uint8\", \"shape\": [], \"decoding\": \"raw\", "
                        "\"default\": [-1]",
                        "'x': default");
    expect_json_refused("\"dtype\": \"float16\", \"shape\": [], \"decoding\": \"raw\", "
                        "\"default\": [65536]",
                        "'x': default: expected a float16");
    expect_json_refused("\"dtype\": \"complex64\", \"shape\": [], \"decoding\": \"raw\", "
                        "\"default\": [1]",
                        "'x': default: expected pairs");
    expect_json_refused("\"dtype\": \"int8\", \"shape\": [], \"decoding\": \"number\"",
                        "dtype int8 is not one");
}

/* -------------------------------------------------------------------------- checker */

Test(decoded_schemas, checker_decodes_what_it_checks)
{
    struct tfeed_schema *schema = schema_of_all(NULL);
    struct tfeed_schema_checker *checker;
    struct tfeed_error error = TFEED_ERROR_INIT;
    const struct wire_bytes good = example_at(1, 0);
    const struct wire_bytes bad =
        example_of(joined(joined(entry_at(LABEL, 1), entry_at(SOUND, 1)),
                          joined(joined(entry_at(BIG, 1), entry_at(PADDED, 1)),
                                 joined(entry_at(PRICE, 1), text("mask", "no tensor")))));
    const struct tfeed_bytes good_view = view_of(&good);
    const struct tfeed_bytes bad_view = view_of(&bad);
    cr_assert_eq(tfeed_schema_checker_new(schema, false, NULL, &checker, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_checker_check(checker, &good_view, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_checker_check(checker, &bad_view, &error), TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(error.message, "Key: mask."), "%s", error.message);
    tfeed_schema_checker_free(checker);
    tfeed_schema_unref(schema);
    T_EXPECT_NO_LEAKS(NULL);
}
