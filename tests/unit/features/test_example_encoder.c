/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_example_encoder.c - columns as records: the bytes of the builder, and columns that make
 * none.
 */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include <tfeed/encode.h>

#include "tests/support/support.h"
#include "tests/unit/features/example_bytes.h"

static const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;

/* As long as a name can be without a template. */
static const char long_name[] =
    "a_name_that_is_longer_than_what_a_template_has_room_for_in_64_bytes";

static struct tfeed_schema *new_schema(void)
{
    struct tfeed_schema *schema;
    cr_assert_eq(tfeed_schema_new(NULL, &schema, NULL), TFEED_OK);
    return schema;
}

static struct tfeed_example_encoder *new_encoder(struct tfeed_schema *schema)
{
    struct tfeed_example_encoder *encoder;
    cr_assert_eq(tfeed_example_encoder_new(schema, NULL, &encoder, NULL), TFEED_OK);
    return encoder;
}

static struct tfeed_example_builder *new_builder(void)
{
    struct tfeed_example_builder *builder;
    cr_assert_eq(tfeed_example_builder_new(NULL, &builder, NULL), TFEED_OK);
    return builder;
}

static void expect_built(struct tfeed_example_builder *builder, const struct tfeed_bytes *record)
{
    const uint8_t *data;
    size_t len;
    cr_assert_eq(tfeed_example_builder_finish(builder, &data, &len, NULL), TFEED_OK);
    cr_assert_eq(record->len, len);
    cr_assert_eq(memcmp(record->data, data, len), 0);
}

/* Rows of every kind of column. */
enum { N_KINDS = 8, N_ROWS = 3 };
static const int64_t wide[N_ROWS] = {0, 300, -5};
static const int32_t narrow[N_ROWS] = {1, -1, INT32_MAX};
static const float floats[N_ROWS][2] = {{1, 2}, {-0.5F, 4}, {0, 0}};
static const int64_t many[N_ROWS][3] = {{1, 2, 3}, {128, 1 << 20, -1}, {0, 0, INT64_MIN}};
static const uint8_t raw[N_ROWS][4] = {"abc", "def", "ghi"};
static const char *const texts[N_ROWS] = {"", "x", "a longer text"};

static void fill_columns(struct tfeed_schema *schema, struct tfeed_tensor columns[N_KINDS])
{
    const struct tfeed_shape pair = tfeed_shape_vector(2);
    const struct tfeed_shape triple = tfeed_shape_vector(3);
    const struct tfeed_shape none = tfeed_shape_vector(0);
    cr_assert_eq(tfeed_schema_add_fixed(schema, "wide", TFEED_INT64, &scalar, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_add_fixed(schema, "narrow", TFEED_INT32, &scalar, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_add_fixed(schema, "floats", TFEED_FLOAT, &pair, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_add_fixed(schema, "many", TFEED_INT64, &triple, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_add_raw(schema, "raw", TFEED_UINT8, 4, 1, 0, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_add_fixed(schema, "texts", TFEED_STRING, &scalar, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_add_fixed(schema, "none", TFEED_FLOAT, &none, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_add_raw(schema, long_name, TFEED_UINT8, 4, 1, 0, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_alloc_columns(schema, N_ROWS, NULL, columns, NULL), TFEED_OK);
    memcpy(columns[0].data, wide, sizeof wide);
    memcpy(columns[1].data, narrow, sizeof narrow);
    memcpy(columns[2].data, floats, sizeof floats);
    memcpy(columns[3].data, many, sizeof many);
    memcpy(columns[4].data, raw, sizeof raw);
    memcpy(columns[7].data, raw, sizeof raw);
    for (int i = 0; i < N_ROWS; i++)
        cr_assert_eq(tfeed_tensor_set_string(&columns[5], i, texts[i], strlen(texts[i]), NULL),
                     TFEED_OK);
}

static void add_row(struct tfeed_example_builder *builder, int i)
{
    const int64_t widened = narrow[i];
    const struct tfeed_bytes image = {raw[i], 4, NULL};
    const struct tfeed_bytes text = {(const uint8_t *)texts[i], strlen(texts[i]), NULL};
    cr_assert_eq(tfeed_example_builder_add_int64(builder, "wide", &wide[i], 1, NULL), TFEED_OK);
    cr_assert_eq(tfeed_example_builder_add_int64(builder, "narrow", &widened, 1, NULL), TFEED_OK);
    cr_assert_eq(tfeed_example_builder_add_float(builder, "floats", floats[i], 2, NULL), TFEED_OK);
    cr_assert_eq(tfeed_example_builder_add_int64(builder, "many", many[i], 3, NULL), TFEED_OK);
    cr_assert_eq(tfeed_example_builder_add_bytes(builder, "raw", &image, 1, NULL), TFEED_OK);
    cr_assert_eq(tfeed_example_builder_add_bytes(builder, "texts", &text, 1, NULL), TFEED_OK);
    cr_assert_eq(tfeed_example_builder_add_float(builder, "none", NULL, 0, NULL), TFEED_OK);
    cr_assert_eq(tfeed_example_builder_add_bytes(builder, long_name, &image, 1, NULL), TFEED_OK);
}

Test(example_encoder, each_kind_of_column_is_what_the_builder_writes)
{
    struct tfeed_schema *schema = new_schema();
    struct tfeed_tensor columns[N_KINDS];
    struct tfeed_bytes records[N_ROWS];
    fill_columns(schema, columns);
    struct tfeed_example_encoder *encoder = new_encoder(schema);
    struct tfeed_example_builder *builder = new_builder();
    cr_assert_eq(tfeed_example_encoder_encode(encoder, columns, 0, N_ROWS, records, NULL),
                 TFEED_OK);
    for (int i = 0; i < N_ROWS; i++) {
        tfeed_example_builder_clear(builder);
        add_row(builder, i);
        expect_built(builder, &records[i]);
    }
    for (int i = 0; i < N_KINDS; i++)
        tfeed_tensor_clear(&columns[i]);
    tfeed_example_builder_free(builder);
    tfeed_example_encoder_free(encoder);
    tfeed_schema_unref(schema);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(example_encoder, records_of_changing_size_stay_exact)
{
    enum { N_RECORDS = 200 };
    struct tfeed_schema *schema = new_schema();
    struct tfeed_tensor column;
    struct tfeed_bytes records[N_RECORDS];
    uint8_t *text = calloc(1, 40000);
    cr_assert_not_null(text);
    cr_assert_eq(tfeed_schema_add_fixed(schema, "s", TFEED_STRING, &scalar, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_alloc_columns(schema, N_RECORDS, NULL, &column, NULL), TFEED_OK);
    for (int i = 0; i < N_RECORDS; i++) /* lengths of 1, 2 and 3 bytes in turn */
        cr_assert_eq(tfeed_tensor_set_string(&column, i, text,
                                             (size_t)(i % 3 == 0   ? i
                                                      : i % 3 == 1 ? 200 + 20 * i
                                                                   : 15000 + 100 * i),
                                             NULL),
                     TFEED_OK);
    struct tfeed_example_encoder *encoder = new_encoder(schema);
    struct tfeed_example_builder *builder = new_builder();
    cr_assert_eq(tfeed_example_encoder_encode(encoder, &column, 0, N_RECORDS, records, NULL),
                 TFEED_OK);
    for (int i = 0; i < N_RECORDS; i++) {
        tfeed_example_builder_clear(builder);
        cr_assert_eq(tfeed_example_builder_add_bytes(builder, "s",
                                                     &tfeed_tensor_strings(&column)[i], 1, NULL),
                     TFEED_OK);
        expect_built(builder, &records[i]);
    }
    free(text);
    tfeed_tensor_clear(&column);
    tfeed_example_builder_free(builder);
    tfeed_example_encoder_free(encoder);
    tfeed_schema_unref(schema);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(example_encoder, rows_are_taken_from_the_first_on)
{
    struct tfeed_schema *schema = new_schema();
    struct tfeed_tensor column;
    struct tfeed_bytes record;
    cr_assert_eq(tfeed_schema_add_fixed(schema, "x", TFEED_INT64, &scalar, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_alloc_columns(schema, 3, NULL, &column, NULL), TFEED_OK);
    for (int i = 0; i < 3; i++)
        tfeed_tensor_int64s(&column)[i] = 10 + i;
    struct tfeed_example_encoder *encoder = new_encoder(schema);
    cr_assert_eq(tfeed_example_encoder_encode(encoder, &column, 2, 1, &record, NULL), TFEED_OK);
    const struct wire_bytes expected = example_of(entry_of("x", int64_feature(12)));
    cr_assert_eq(record.len, expected.len);
    cr_assert_eq(memcmp(record.data, expected.data, expected.len), 0);
    cr_assert_eq(tfeed_example_encoder_encode(encoder, &column, 2, 2, &record, NULL),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_eq(tfeed_example_encoder_encode(encoder, &column, 3, 0, &record, NULL), TFEED_OK);
    tfeed_tensor_clear(&column);
    tfeed_example_encoder_free(encoder);
    tfeed_schema_unref(schema);
}

Test(example_encoder, columns_of_another_shape_are_refused)
{
    struct tfeed_schema *schema = new_schema();
    const struct tfeed_shape shape = tfeed_shape_vector(2);
    struct tfeed_tensor column;
    struct tfeed_bytes record;
    struct tfeed_error error;
    cr_assert_eq(tfeed_schema_add_fixed(schema, "x", TFEED_INT64, &shape, NULL), TFEED_OK);
    struct tfeed_example_encoder *encoder = new_encoder(schema);
    cr_assert_eq(tfeed_tensor_alloc(TFEED_INT64, &shape, NULL, &column, NULL), TFEED_OK);
    cr_assert_eq(tfeed_example_encoder_encode(encoder, &column, 0, 1, &record, &error),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(error.message, "(x)"));
    tfeed_tensor_clear(&column);
    tfeed_example_encoder_free(encoder);
    tfeed_schema_unref(schema);
}

Test(example_encoder, scaled_column_cannot_be_encoded)
{
    struct tfeed_schema *schema = new_schema();
    struct tfeed_example_encoder *encoder;
    struct tfeed_error error;
    cr_assert_eq(tfeed_schema_add_raw(schema, "image", TFEED_FLOAT, 4, 0.5F, 0, NULL), TFEED_OK);
    cr_assert_eq(tfeed_example_encoder_new(schema, NULL, &encoder, &error), TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(error.message, "'image'"));
    tfeed_schema_unref(schema);
}

Test(example_encoder, lists_of_a_batch_come_back_as_they_were)
{
    static const int64_t ids[] = {7, 300, -2};
    static const float steps[] = {1, 2, 3, 4};
    const struct tfeed_shape pair = tfeed_shape_vector(2);
    struct tfeed_schema *schema = new_schema();
    struct tfeed_example_parser *parser;
    struct tfeed_columns *columns;
    struct tfeed_bytes records[2];
    cr_assert_eq(tfeed_schema_add_variable(schema, "ids", TFEED_INT64, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_add_sequence(schema, "steps", TFEED_FLOAT, &pair, NULL, NULL),
                 TFEED_OK);
    cr_assert_eq(tfeed_schema_add_fixed(schema, "n", TFEED_INT64, &scalar, NULL), TFEED_OK);
    cr_assert_eq(tfeed_example_parser_new(schema, NULL, &parser, NULL), TFEED_OK);
    cr_assert_eq(tfeed_columns_new(schema, 2, NULL, &columns, NULL), TFEED_OK);
    struct wire_bytes first = entry_of("ids", int64s_feature(ids, 3));
    first = joined(first, entry_of("n", int64_feature(1)));
    first = example_of(joined(first, entry_of("steps", floats_feature(steps, 2))));
    struct wire_bytes second = entry_of("ids", int64s_feature(ids, 0));
    second = joined(second, entry_of("n", int64_feature(2)));
    second = example_of(joined(second, entry_of("steps", floats_feature(steps, 4))));
    const struct tfeed_bytes given[] = {view_of(&first), view_of(&second)};
    cr_assert_eq(tfeed_example_parser_parse_batch(parser, given, 2, columns, NULL, NULL), TFEED_OK);

    struct tfeed_example_encoder *encoder = new_encoder(schema);
    cr_assert_eq(tfeed_example_encoder_encode_batch(encoder, columns, records, NULL), TFEED_OK);
    for (int i = 0; i < 2; i++) {
        cr_assert_eq(records[i].len, given[i].len);
        cr_assert_eq(memcmp(records[i].data, given[i].data, given[i].len), 0);
    }
    const struct tfeed_tensor *tensors = tfeed_columns_values(columns, 0);
    cr_assert_eq(tfeed_example_encoder_encode(encoder, tensors, 0, 1, records, NULL),
                 TFEED_INVALID_ARGUMENT);
    tfeed_example_encoder_free(encoder);
    tfeed_columns_free(columns);
    tfeed_example_parser_free(parser);
    tfeed_schema_unref(schema);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(example_encoder, failed_allocation_leaves_nothing_behind)
{
    T_FAIL_EACH_ALLOC(allocator, {
        int64_t values[40] = {1};
        const struct tfeed_shape rows = tfeed_shape_vector(40);
        const struct tfeed_tensor column = tfeed_tensor_borrow(TFEED_INT64, &rows, values);
        struct tfeed_bytes records[40];
        struct tfeed_schema *schema = new_schema();
        struct tfeed_example_encoder *encoder = NULL;
        cr_assert_eq(tfeed_schema_add_fixed(schema, "x", TFEED_INT64, &scalar, NULL), TFEED_OK);
        tfeed_status status = tfeed_example_encoder_new(schema, allocator, &encoder, NULL);
        if (status == TFEED_OK)
            status = tfeed_example_encoder_encode(encoder, &column, 0, 40, records, NULL);
        T_EXPECT_ALLOC_STATUS(status);
        tfeed_example_encoder_free(encoder);
        tfeed_schema_unref(schema);
    });
}
