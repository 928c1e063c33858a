/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_decode_csv.c - lines of CSV into columns: dtypes, defaults, options, who holds the bytes,
 * messages. How a record is taken apart is tested with csv_split.
 */
#include <criterion/criterion.h>

#include "core/block_internal.h"
#include "tests/support/support.h"
#include "tests/unit/features/decode_fixture.h"

enum { MAX_COLUMNS = 8 };

/* Columns with and without defaults; the memory of the defaults. */
struct columns {
    struct tfeed_tensor defaults[MAX_COLUMNS];
    struct tfeed_bytes texts[MAX_COLUMNS];
    int64_t numbers[MAX_COLUMNS];
    size_t n;
    struct tfeed_tensor got[MAX_COLUMNS];
};

static void add_required(struct columns *columns, enum tfeed_dtype dtype)
{
    const struct tfeed_shape none = tfeed_shape_vector(0);
    columns->defaults[columns->n++] = tfeed_tensor_borrow(dtype, &none, NULL);
}

static void add_string(struct columns *columns, const char *text)
{
    columns->defaults[columns->n] = tfeed_tensor_borrow_string(&columns->texts[columns->n], text);
    columns->n++;
}

static void add_int64(struct columns *columns, int64_t number)
{
    const struct tfeed_shape one = tfeed_shape_vector(1);
    columns->numbers[columns->n] = number;
    columns->defaults[columns->n] =
        tfeed_tensor_borrow(TFEED_INT64, &one, &columns->numbers[columns->n]);
    columns->n++;
}

static tfeed_status decode(struct columns *columns, const struct tfeed_tensor *records,
                           const struct tfeed_csv_options *options, struct tfeed_error *reterr)
{
    return tfeed_decode_csv(records, columns->defaults, columns->n, options, columns->got, reterr);
}

static void clear(struct columns *columns)
{
    for (size_t i = 0; i < columns->n; i++)
        tfeed_tensor_clear(&columns->got[i]);
}

Test(decode_csv, each_column_has_its_dtype)
{
    struct fixture_strings fixture;
    struct columns columns = {.n = 0};
    add_required(&columns, TFEED_INT32);
    add_required(&columns, TFEED_INT64);
    add_required(&columns, TFEED_FLOAT);
    add_required(&columns, TFEED_DOUBLE);
    add_required(&columns, TFEED_STRING);
    const struct tfeed_tensor *records =
        FIXTURE_VECTOR(&fixture, "1,-2,.5,1e300, x y ", "\"3\", 4 ,inf,0.1,\"a,b\"");
    cr_assert_eq(decode(&columns, records, NULL, NULL), TFEED_OK);
    cr_assert_eq(tfeed_tensor_int32s(&columns.got[0])[1], 3);
    cr_assert_eq(tfeed_tensor_int64s(&columns.got[1])[0], -2);
    cr_assert_eq(tfeed_tensor_int64s(&columns.got[1])[1], 4);
    cr_assert_eq(tfeed_tensor_floats(&columns.got[2])[0], 0.5f);
    cr_assert_eq(((double *)columns.got[3].data)[0], 1e300);
    cr_assert(fixture_is(&columns.got[4], 0, " x y "));
    cr_assert(fixture_is(&columns.got[4], 1, "a,b"));
    clear(&columns);
}

Test(decode_csv, columns_have_the_shape_of_the_records)
{
    struct fixture_strings fixture;
    struct columns columns = {.n = 0};
    add_required(&columns, TFEED_INT32);
    (void)FIXTURE_VECTOR(&fixture, "1", "2", "3", "4");
    fixture.tensor.shape = tfeed_shape_matrix(2, 2);
    cr_assert_eq(decode(&columns, &fixture.tensor, NULL, NULL), TFEED_OK);
    cr_assert(tfeed_shape_equal(&columns.got[0].shape, &fixture.tensor.shape));
    clear(&columns);
    cr_assert_eq(decode(&columns, fixture_scalar(&fixture, "7", 1), NULL, NULL), TFEED_OK);
    cr_assert_eq(columns.got[0].shape.n_dims, 0);
    cr_assert_eq(tfeed_tensor_int32s(&columns.got[0])[0], 7);
    clear(&columns);
    cr_assert_eq(decode(&columns, fixture_vector(&fixture, NULL, 0), NULL, NULL), TFEED_OK);
    cr_assert_eq(tfeed_tensor_n_elements(&columns.got[0]), 0);
    clear(&columns);
}

Test(decode_csv, empty_fields_take_the_default)
{
    struct fixture_strings fixture;
    struct columns columns = {.n = 0};
    add_int64(&columns, 9);
    add_string(&columns, "none");
    add_int64(&columns, -9);
    cr_assert_eq(decode(&columns, FIXTURE_VECTOR(&fixture, ",,", "1,\"\",2"), NULL, NULL),
                 TFEED_OK);
    cr_assert_eq(tfeed_tensor_int64s(&columns.got[0])[0], 9);
    cr_assert_eq(tfeed_tensor_int64s(&columns.got[0])[1], 1);
    cr_assert(fixture_is(&columns.got[1], 0, "none"));
    cr_assert(fixture_is(&columns.got[1], 1, "none"));
    cr_assert_eq(tfeed_tensor_int64s(&columns.got[2])[0], -9);
    cr_assert_eq(tfeed_tensor_int64s(&columns.got[2])[1], 2);
    clear(&columns);
}

Test(decode_csv, na_value_is_compared_behind_the_quotes)
{
    struct fixture_strings fixture;
    struct columns columns = {.n = 0};
    struct tfeed_csv_options options;
    tfeed_csv_options_init(&options);
    options.na_value = "N\"A";
    add_string(&columns, "none");
    add_int64(&columns, 5);
    const struct tfeed_tensor *records =
        FIXTURE_VECTOR(&fixture, "\"N\"\"A\",\"N\"\"A\"", "NA,", "\"\"\"\",6");
    cr_assert_eq(decode(&columns, records, &options, NULL), TFEED_OK);
    cr_assert(fixture_is(&columns.got[0], 0, "none"));
    cr_assert_eq(tfeed_tensor_int64s(&columns.got[1])[0], 5);
    cr_assert(fixture_is(&columns.got[0], 1, "NA"));
    cr_assert_eq(tfeed_tensor_int64s(&columns.got[1])[1], 5);
    cr_assert(fixture_is(&columns.got[0], 2, "\""));
    clear(&columns);
}

Test(decode_csv, strings_hold_the_block_of_their_record)
{
    struct t_allocator allocator;
    t_allocator_init(&allocator);
    struct tfeed_csv_options options;
    tfeed_csv_options_init(&options);
    options.allocator = &allocator.hooks;
    struct columns columns = {.n = 0};
    add_required(&columns, TFEED_STRING);
    add_string(&columns, "d");
    struct tfeed_tensor records;
    const struct tfeed_shape shape = tfeed_shape_vector(2);
    cr_assert_eq(tfeed_tensor_alloc(TFEED_STRING, &shape, &allocator.hooks, &records, NULL),
                 TFEED_OK);
    cr_assert_eq(tfeed_tensor_set_string(&records, 0, "abc,def", 7, NULL), TFEED_OK);
    cr_assert_eq(tfeed_tensor_set_string(&records, 1, "\"q\"\"r\",\"s\"\"\"", 12, NULL), TFEED_OK);
    const uint8_t *data = tfeed_tensor_strings(&records)[0].data;
    cr_assert_eq(decode(&columns, &records, &options, NULL), TFEED_OK);
    tfeed_tensor_clear(&records);
    cr_assert_eq(tfeed_tensor_strings(&columns.got[0])[0].data, data, "a view, no copy");
    cr_assert(fixture_is(&columns.got[0], 0, "abc"));
    cr_assert(fixture_is(&columns.got[1], 0, "def"));
    cr_assert(fixture_is(&columns.got[0], 1, "q\"r"));
    cr_assert(fixture_is(&columns.got[1], 1, "s\""));
    clear(&columns);
    T_EXPECT_NO_LEAKS(&allocator);
}

/* Each record's doubled quotes fill more than a spill block has room for. */
Test(decode_csv, many_long_fields_with_doubled_quotes)
{
    enum { N = 8, FIELD_BYTES = 9000 };
    static char text[N][2 * FIELD_BYTES + 3];
    struct fixture_strings fixture;
    struct columns columns = {.n = 0};
    add_required(&columns, TFEED_STRING);
    for (size_t i = 0; i < N; i++) {
        memset(text[i], '"', 2 * FIELD_BYTES + 2);
        text[i][1 + 2 * i] = (char)('a' + i); /* an even number of quotes before and behind it */
        text[i][2 + 2 * i] = (char)('A' + i);
        fixture.elements[i] =
            (struct tfeed_bytes){(const uint8_t *)text[i], sizeof text[i] - 1, NULL};
    }
    const struct tfeed_shape shape = tfeed_shape_vector(N);
    fixture.tensor = tfeed_tensor_borrow(TFEED_STRING, &shape, fixture.elements);
    cr_assert_eq(decode(&columns, &fixture.tensor, NULL, NULL), TFEED_OK);
    for (size_t i = 0; i < N; i++) {
        const struct tfeed_bytes *string = &tfeed_tensor_strings(&columns.got[0])[i];
        cr_assert_eq(string->len, FIELD_BYTES + 1);
        cr_assert_eq(string->data[i], 'a' + (int)i);
        cr_assert_eq(string->data[FIELD_BYTES], '"');
    }
    clear(&columns);
    T_EXPECT_NO_LEAKS(NULL);
}

static void expect_refused(struct columns *columns, const struct tfeed_tensor *records,
                           const struct tfeed_csv_options *options, const char *message)
{
    struct tfeed_error error;
    cr_assert_eq(decode(columns, records, options, &error), TFEED_INVALID_ARGUMENT);
    cr_assert(strstr(error.message, message) != NULL, "%s", error.message);
}

Test(decode_csv, messages_name_field_record_type_and_text)
{
    struct fixture_strings fixture;
    struct columns columns = {.n = 0};
    add_required(&columns, TFEED_STRING);
    add_required(&columns, TFEED_INT32);
    expect_refused(&columns, FIXTURE_VECTOR(&fixture, "a,1", "b,\"\t\xc3?\""), NULL,
                   "Field 1 in record 1 is not a valid int32: \"\\x09\\xc3?\"");
    expect_refused(&columns, FIXTURE_VECTOR(&fixture, "a,1", ",2"), NULL,
                   "Field 0 is required but missing in record 1!");
    expect_refused(&columns, FIXTURE_VECTOR(&fixture, "a,1", "a,1", "a"), NULL,
                   "Expect 2 fields but have 1 in record 2");
    expect_refused(&columns, FIXTURE_VECTOR(&fixture, "a,1,,"), NULL,
                   "Expect 2 fields but have 4 in record 0");
    expect_refused(&columns, FIXTURE_VECTOR(&fixture, ""), NULL,
                   "Expect 2 fields but have 0 in record 0");
    expect_refused(&columns, FIXTURE_VECTOR(&fixture, "a,1", "a\"b,2"), NULL,
                   "(record 1, at its byte 1)");
    T_EXPECT_NO_LEAKS(NULL);
}

Test(decode_csv, messages_name_file_and_offset_where_they_are_known)
{
    struct columns columns = {.n = 0};
    add_required(&columns, TFEED_INT64);
    add_required(&columns, TFEED_INT64);
    struct tfeed_block *block;
    uint8_t *data;
    cr_assert_eq(tfi_block_alloc(NULL, 100, &block, &data, NULL), TFEED_OK);
    memcpy(data + 40, "17,x", 4);
    cr_assert_eq(tfi_block_set_origin(block, data, "train.csv", 1000, NULL), TFEED_OK);
    struct tfeed_bytes record = {data + 40, 4, block};
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    const struct tfeed_tensor records = tfeed_tensor_borrow(TFEED_STRING, &scalar, &record);
    struct tfeed_error error;
    cr_assert_eq(decode(&columns, &records, NULL, &error), TFEED_INVALID_ARGUMENT);
    cr_assert_str_eq(error.message, "train.csv: byte 1043: Field 1 in record 0 is not a valid "
                                    "int64: \"x\"");
    cr_assert_eq(error.offset, 1043);
    tfeed_block_unref(block);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(decode_csv, wrong_defaults_are_refused)
{
    struct fixture_strings fixture;
    struct columns columns = {.n = 0};
    const struct tfeed_tensor *records = FIXTURE_VECTOR(&fixture, "1");
    expect_refused(&columns, records, NULL, "at least one column");
    add_int64(&columns, 1);
    columns.defaults[0].shape = tfeed_shape_vector(2);
    expect_refused(&columns, records, NULL, "length-0 or length-1 vector");
    columns.defaults[0].shape = tfeed_shape_matrix(1, 1);
    expect_refused(&columns, records, NULL, "[1,1]");
    columns.defaults[0].shape = tfeed_shape_vector(TFEED_DIM_UNKNOWN);
    expect_refused(&columns, records, NULL, "column 0");
    columns.defaults[0].shape = tfeed_shape_vector(1);
    columns.defaults[0].dtype = TFEED_BOOL;
    expect_refused(&columns, records, NULL, "not bool");
}

Test(decode_csv, delimiter_is_one_character)
{
    struct fixture_strings fixture;
    struct columns columns = {.n = 0};
    struct tfeed_csv_options options;
    tfeed_csv_options_init(&options);
    add_required(&columns, TFEED_STRING);
    add_required(&columns, TFEED_STRING);
    options.field_delim = ";";
    cr_assert_eq(decode(&columns, FIXTURE_VECTOR(&fixture, "a,b;c"), &options, NULL), TFEED_OK);
    cr_assert(fixture_is(&columns.got[0], 0, "a,b"));
    clear(&columns);
    options.field_delim = ";;";
    expect_refused(&columns, &fixture.tensor, &options, "only 1 char");
    options.field_delim = "";
    expect_refused(&columns, &fixture.tensor, &options, "only 1 char");
}

Test(decode_csv, selected_fields_become_columns)
{
    struct fixture_strings fixture;
    struct columns columns = {.n = 0};
    struct tfeed_csv_options options;
    const int64_t select[] = {1, 3};
    tfeed_csv_options_init(&options);
    options.select_cols = select;
    options.n_select_cols = 2;
    add_required(&columns, TFEED_INT64);
    add_string(&columns, "d");
    const struct tfeed_tensor *records =
        FIXTURE_VECTOR(&fixture, "x,7,y,z,w\"not looked at", "\"x\"\"\",8,,");
    cr_assert_eq(decode(&columns, records, &options, NULL), TFEED_OK);
    cr_assert_eq(tfeed_tensor_int64s(&columns.got[0])[0], 7);
    cr_assert(fixture_is(&columns.got[1], 0, "z"));
    cr_assert_eq(tfeed_tensor_int64s(&columns.got[0])[1], 8);
    cr_assert(fixture_is(&columns.got[1], 1, "d"));
    clear(&columns);
    expect_refused(&columns, FIXTURE_VECTOR(&fixture, "x,7,y"), &options,
                   "Expect 2 fields but have 1 in record 0");
}

Test(decode_csv, wrong_selections_are_refused)
{
    struct fixture_strings fixture;
    struct columns columns = {.n = 0};
    struct tfeed_csv_options options;
    int64_t select[] = {1, 1, 2};
    tfeed_csv_options_init(&options);
    options.select_cols = select;
    options.n_select_cols = 2;
    const struct tfeed_tensor *records = FIXTURE_VECTOR(&fixture, "a,b,c");
    add_required(&columns, TFEED_STRING);
    add_required(&columns, TFEED_STRING);
    expect_refused(&columns, records, &options, "not strictly increasing");
    select[0] = -1;
    expect_refused(&columns, records, &options, "negative");
    options.n_select_cols = 3;
    expect_refused(&columns, records, &options, "do not match");
}

Test(decode_csv, failed_allocation_is_reported)
{
    struct fixture_strings fixture;
    struct columns columns = {.n = 0};
    add_required(&columns, TFEED_STRING);
    add_string(&columns, "d");
    const struct tfeed_tensor *records = FIXTURE_VECTOR(&fixture, "a,\"b\"\"c\"", "d,");
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_csv_options options;
        tfeed_csv_options_init(&options);
        options.allocator = allocator;
        memset(columns.got, 0, sizeof columns.got);
        T_EXPECT_ALLOC_STATUS(decode(&columns, records, &options, NULL));
        clear(&columns);
    });
}
