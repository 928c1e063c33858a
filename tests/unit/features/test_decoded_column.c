/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_decoded_column.c - values that are decoded into rows, good ones and others; and columns that
 * cannot be.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <tfeed/encode.h>
#include <tfeed/sequence.h>

#include "tests/support/expect_retry.h"
#include "tests/unit/features/decoded_fixture.h"

#define RAW    TFEED_DECODING_RAW
#define NUMBER TFEED_DECODING_NUMBER
#define TENSOR TFEED_DECODING_TENSOR
#define BYTES  TFEED_DECODING_BYTES

/* The head of a TensorProto: dtype, and a shape of one dimension. */
#define VECTOR_OF(dtype, n) "\x08" dtype "\x12\x04\x12\x02\x08" n

/* -------------------------------------------------------------------- raw bytes */

static const enum tfeed_dtype raw_dtypes[] = {
    TFEED_HALF,  TFEED_FLOAT, TFEED_DOUBLE, TFEED_INT8, TFEED_INT16,     TFEED_INT32,
    TFEED_INT64, TFEED_UINT8, TFEED_UINT16, TFEED_BOOL, TFEED_COMPLEX64, TFEED_COMPLEX128};
enum { N_RAW_DTYPES = sizeof raw_dtypes / sizeof raw_dtypes[0], MAX_BYTES = 3 * 16 + 2 };

static struct wire_bytes counted_bytes(size_t len)
{
    struct wire_bytes bytes = {.len = len};
    for (size_t i = 0; i < len; i++)
        bytes.data[i] = (uint8_t)(i * 37 + 11);
    return bytes;
}

/* What tfeed_decode_raw, or the padded one, makes of a value. */
static void expect_as_decode_raw(const struct tfeed_decoded_column *options,
                                 const struct wire_bytes *value)
{
    struct fixture fixture;
    struct tfeed_bytes bytes = {value->data, value->len, NULL};
    const struct tfeed_tensor string = tfeed_tensor_borrow(TFEED_STRING, &scalar, &bytes);
    const size_t row_bytes = (size_t)options->shape.dims[0] * tfeed_dtype_size(options->dtype);
    struct tfeed_tensor expected;
    cr_assert_eq(options->padded
                     ? tfeed_decode_padded_raw(&string, (int64_t)row_bytes, options->dtype,
                                               !options->big_endian, NULL, &expected, NULL)
                     : tfeed_decode_raw(&string, options->dtype, !options->big_endian, NULL,
                                        &expected, NULL),
                 TFEED_OK);
    fixture_of(&fixture, options);
    struct wire_bytes examples[] = {value_of(value->data, value->len)};
    if (options->compression != TFEED_COMPRESSION_NONE) {
        const struct wire_bytes stream = packed(options->compression, value->data, value->len);
        examples[0] = value_of(stream.data, stream.len);
    }
    expect_ok(&fixture, examples, 1);
    cr_assert_eq(tfeed_columns_values(fixture.columns, 0)->dtype, options->dtype);
    expect_bytes(&fixture, expected.data, row_bytes);
    tfeed_tensor_clear(&expected);
    fixture_clear(&fixture);
}

/* Both byte orders, as long as the row; padded also shorter and longer. */
static void expect_all_lengths(struct tfeed_decoded_column options)
{
    const size_t row_bytes = (size_t)options.shape.dims[0] * tfeed_dtype_size(options.dtype);
    for (int order = 0; order < 2; order++) {
        options.big_endian = order == 1;
        options.padded = false;
        const struct wire_bytes whole = counted_bytes(row_bytes);
        expect_as_decode_raw(&options, &whole);
        options.padded = true;
        for (size_t len = 0; len <= row_bytes + 2; len += len + 3 < row_bytes ? 3 : 1) {
            const struct wire_bytes value = counted_bytes(len);
            expect_as_decode_raw(&options, &value);
        }
    }
}

Test(decoded_column, raw_bytes_are_what_decode_raw_gives)
{
    for (size_t i = 0; i < N_RAW_DTYPES; i++)
        expect_all_lengths(decoded_of(RAW, raw_dtypes[i], 3));
}

Test(decoded_column, compressed_raw_bytes_are_too)
{
    struct tfeed_decoded_column options = decoded_of(RAW, TFEED_INT16, 3);
    options.compression = TFEED_COMPRESSION_GZIP;
    expect_all_lengths(options);
    options = decoded_of(RAW, TFEED_COMPLEX64, 2);
    options.compression = TFEED_COMPRESSION_ZLIB;
    expect_all_lengths(options);
}

Test(decoded_column, a_row_has_the_shape_that_was_given)
{
    struct fixture fixture;
    struct tfeed_decoded_column options = decoded_of(RAW, TFEED_INT16, 0);
    options.shape = tfeed_shape_matrix(2, 1);
    options.big_endian = true;
    const struct wire_bytes examples[] = {value_of("\0\1\0\2", 4), value_of("\x7f\xff\x80\0", 4)};
    const int16_t expected[] = {1, 2, INT16_MAX, INT16_MIN};
    const struct tfeed_shape shape = tfeed_shape_batch(2, options.shape);
    fixture_of(&fixture, &options);
    cr_assert_eq(tfeed_schema_column_kind(fixture.schema, 0), TFEED_COLUMN_FIXED);
    expect_ok(&fixture, examples, 2);
    cr_assert(tfeed_shape_equal(&tfeed_columns_values(fixture.columns, 0)->shape, &shape));
    expect_bytes(&fixture, expected, sizeof expected);
    fixture_clear(&fixture);
}

static void expect_length_refused(struct tfeed_decoded_column options, struct wire_bytes value,
                                  const char *phrase)
{
    struct fixture fixture;
    const struct wire_bytes good = counted_bytes(4);
    struct wire_bytes examples[] = {value_of(good.data, good.len), value_of(value.data, value.len)};
    if (options.compression != TFEED_COMPRESSION_NONE) {
        const struct wire_bytes stream = packed(options.compression, good.data, good.len);
        examples[0] = value_of(stream.data, stream.len);
    }
    fixture_of(&fixture, &options);
    expect_refused(&fixture, examples, 2, 1, phrase);
    cr_assert_not_null(strstr(fixture.error.message, "Key: x."));
    expect_ok(&fixture, examples, 1);
    fixture_clear(&fixture);
}

Test(decoded_column, another_number_of_raw_bytes_is_refused)
{
    struct tfeed_decoded_column options = decoded_of(RAW, TFEED_INT16, 2);
    for (int order = 0; order < 2; order++) {
        options.big_endian = order == 1;
        expect_length_refused(options, counted_bytes(3), "Raw value of 3 bytes, expected 4.");
        expect_length_refused(options, counted_bytes(6), "Raw value of 6 bytes, expected 4.");
        expect_length_refused(options, counted_bytes(0), "Raw value of 0 bytes, expected 4.");
    }
}

static struct wire_bytes zeros_packed(enum tfeed_compression compression, size_t len)
{
    static const uint8_t zeros[1 << 18];
    cr_assert_leq(len, sizeof zeros);
    return packed(compression, zeros, len);
}

Test(decoded_column, another_number_of_inflated_bytes_is_refused)
{
    struct tfeed_decoded_column options = decoded_of(RAW, TFEED_INT16, 2);
    options.compression = TFEED_COMPRESSION_GZIP;
    const struct wire_bytes whole = zeros_packed(options.compression, 4);
    struct wire_bytes damaged = whole;
    damaged.data[whole.len - 5] ^= 1;
    expect_length_refused(options, zeros_packed(options.compression, 3),
                          "Raw value of 3 bytes, expected 4.");
    expect_length_refused(options, zeros_packed(options.compression, 1 << 18),
                          "Raw value of at least 5 bytes, expected 4.");
    expect_length_refused(options, counted_bytes(9), "inflate() failed");
    expect_length_refused(options, damaged, "inflate() failed");
    expect_length_refused(options, counted_bytes(0), "Raw value of 0 bytes, expected 4.");
}

Test(decoded_column, a_cut_stream_gives_what_came_before_the_cut)
{
    struct fixture fixture;
    struct tfeed_decoded_column options = decoded_of(RAW, TFEED_UINT8, 4);
    options.compression = TFEED_COMPRESSION_ZLIB;
    const struct wire_bytes stream = packed(options.compression, "abcd", 4);
    const struct wire_bytes examples[] = {value_of(stream.data, stream.len - 3)};
    fixture_of(&fixture, &options);
    expect_ok(&fixture, examples, 1);
    expect_bytes(&fixture, "abcd", 4);
    fixture_clear(&fixture);
}

/* ---------------------------------------------------------------------- numbers */

Test(decoded_column, texts_become_numbers_of_each_dtype)
{
    static const enum tfeed_dtype dtypes[] = {TFEED_FLOAT, TFEED_DOUBLE, TFEED_INT32, TFEED_INT64};
    const float floats[] = {-7, 40};
    const double doubles[] = {-7, 40};
    const int32_t ints[] = {-7, 40};
    const int64_t longs[] = {-7, 40};
    const void *const expected[] = {floats, doubles, ints, longs};
    const struct wire_bytes examples[] = {TEXTS_OF("-7", " 40 ")};
    for (size_t i = 0; i < 4; i++) {
        struct fixture fixture;
        const struct tfeed_decoded_column options = decoded_of(NUMBER, dtypes[i], 2);
        fixture_of(&fixture, &options);
        expect_ok(&fixture, examples, 1);
        expect_bytes(&fixture, expected[i], 2 * tfeed_dtype_size(dtypes[i]));
        fixture_clear(&fixture);
    }
}

Test(decoded_column, a_text_that_is_no_number_is_named)
{
    struct fixture fixture;
    const struct tfeed_decoded_column options = decoded_of(NUMBER, TFEED_INT32, 2);
    const struct wire_bytes examples[] = {TEXTS_OF("1", "2"), TEXTS_OF("3", "4x"),
                                          TEXTS_OF("5", "6", "7"), TEXTS_OF("8", "2147483648")};
    fixture_of(&fixture, &options);
    expect_refused(&fixture, examples, 2, 1,
                   "Key: x.  StringToNumberOp could not correctly convert string: \"4x\" "
                   "(element 1, to int32)");
    expect_refused(&fixture, examples + 2, 1, 0, "Values size: 3 but output shape: [2]");
    expect_refused(&fixture, examples + 3, 1, 0, "\"2147483648\"");
    expect_ok(&fixture, examples, 1);
    fixture_clear(&fixture);
}

/* ---------------------------------------------------------------------- tensors */

/* A TensorProto in three forms: content, values, a value that is repeated. */
static const char content_proto[] = VECTOR_OF("\3", "\2") "\x22\x8\1\0\0\0\1\0\0\0";
static const char values_proto[] = VECTOR_OF("\3", "\2") "\x3a\2\1\1";
static const char short_proto[] = VECTOR_OF("\3", "\2") "\x3a\1\1";

static void expect_tensors(enum tfeed_compression compression)
{
    static const struct {
        const char *data;
        size_t len;
    } protos[] = {{content_proto, sizeof content_proto - 1},
                  {values_proto, sizeof values_proto - 1},
                  {short_proto, sizeof short_proto - 1}};
    static const int32_t expected[] = {1, 1};
    struct tfeed_decoded_column options = decoded_of(TENSOR, TFEED_INT32, 2);
    options.compression = compression;
    struct fixture fixture;
    fixture_of(&fixture, &options);
    for (size_t i = 0; i < sizeof protos / sizeof protos[0]; i++) {
        struct wire_bytes examples[] = {value_of(protos[i].data, protos[i].len)};
        if (compression != TFEED_COMPRESSION_NONE) {
            const struct wire_bytes stream = packed(compression, protos[i].data, protos[i].len);
            examples[0] = value_of(stream.data, stream.len);
        }
        expect_ok(&fixture, examples, 1);
        expect_bytes(&fixture, expected, sizeof expected);
    }
    fixture_clear(&fixture);
}

Test(decoded_column, tensors_are_read_in_every_form)
{
    expect_tensors(TFEED_COMPRESSION_NONE);
}

Test(decoded_column, compressed_tensors_too)
{
    expect_tensors(TFEED_COMPRESSION_GZIP);
    expect_tensors(TFEED_COMPRESSION_ZLIB);
}

Test(decoded_column, the_longest_form_of_a_tensor_fits_what_is_inflated)
{
    /* negative numbers that are not packed: 11 bytes for each of one byte */
    enum { N = 100 };
    struct wire_bytes proto = {.len = 0};
    struct tfeed_decoded_column options = decoded_of(TENSOR, TFEED_INT8, N);
    struct fixture fixture;
    wire_append(&proto, VECTOR_OF("\6", "\x64"), 8);
    for (int i = 0; i < N; i++)
        proto = joined(proto, varint_field(7, (uint64_t)-1));
    options.compression = TFEED_COMPRESSION_ZLIB;
    const struct wire_bytes stream = packed(options.compression, proto.data, proto.len);
    const struct wire_bytes examples[] = {value_of(stream.data, stream.len)};
    uint8_t expected[N];
    memset(expected, 0xff, sizeof expected);
    fixture_of(&fixture, &options);
    expect_ok(&fixture, examples, 1);
    expect_bytes(&fixture, expected, sizeof expected);
    fixture_clear(&fixture);
}

static void expect_tensor_refused(enum tfeed_compression compression, const char *proto, size_t len,
                                  const char *phrase)
{
    struct tfeed_decoded_column options = decoded_of(TENSOR, TFEED_INT32, 2);
    options.compression = compression;
    struct fixture fixture;
    const struct wire_bytes examples[] = {value_of(proto, len)};
    fixture_of(&fixture, &options);
    expect_refused(&fixture, examples, 1, 0, phrase);
    cr_assert_not_null(strstr(fixture.error.message, "Key: x."));
    fixture_clear(&fixture);
}

#define EXPECT_TENSOR_REFUSED(proto, phrase)                                                       \
    expect_tensor_refused(TFEED_COMPRESSION_NONE, proto, sizeof(proto) - 1, phrase)

Test(decoded_column, other_tensors_are_refused)
{
    EXPECT_TENSOR_REFUSED(VECTOR_OF("\3", "\3") "\x3a\1\1", "a tensor of shape [3], expected [2]");
    EXPECT_TENSOR_REFUSED("\x08\3", "a tensor of shape [], expected [2]");
    EXPECT_TENSOR_REFUSED(VECTOR_OF("\1", "\2"), "parsed tensor (float32) and dtype (int32)");
    EXPECT_TENSOR_REFUSED(VECTOR_OF("\3", "\2") "\x22\x7\1\0\0\0\1\0\0", "content of 7 bytes");
    EXPECT_TENSOR_REFUSED("\x08", "malformed near byte 0");
    EXPECT_TENSOR_REFUSED("", "its dtype is number 0");
}

Test(decoded_column, a_tensor_that_inflates_to_too_much_is_refused)
{
    const struct wire_bytes bomb = zeros_packed(TFEED_COMPRESSION_GZIP, 1 << 18);
    expect_tensor_refused(TFEED_COMPRESSION_GZIP, (const char *)bomb.data, bomb.len,
                          "inflate to more than the limit of 1056 ");
}

/* ---------------------------------------------------------------- missing, twice */

Test(decoded_column, a_missing_feature_is_an_error_or_the_default)
{
    int32_t numbers[] = {-5, 70000};
    const struct tfeed_shape shape = tfeed_shape_vector(2);
    const struct tfeed_tensor value = tfeed_tensor_borrow(TFEED_INT32, &shape, numbers);
    const struct wire_bytes examples[] = {example_of(nothing()), TEXTS_OF("1", "2"),
                                          example_of(entry_of("x", len_field(1, "", 0)))};
    const int32_t expected[] = {-5, 70000, 1, 2};
    struct tfeed_decoded_column options = decoded_of(NUMBER, TFEED_INT32, 2);
    struct fixture fixture;
    fixture_of(&fixture, &options);
    expect_refused(&fixture, examples, 1, 0, "Feature: x (data type: string) is required");
    fixture_clear(&fixture);
    options.default_value = &value;
    fixture_of(&fixture, &options);
    expect_ok(&fixture, examples, 2);
    expect_bytes(&fixture, expected, sizeof expected);
    expect_refused(&fixture, examples, 3, 2, "Values size: 0 but output shape: [2]");
    fixture_clear(&fixture);
}

Test(decoded_column, raw_bytes_have_defaults_too)
{
    int16_t number = -2;
    const struct tfeed_shape shape = tfeed_shape_vector(1);
    const struct tfeed_tensor value = tfeed_tensor_borrow(TFEED_INT16, &shape, &number);
    struct tfeed_decoded_column options = decoded_of(RAW, TFEED_INT16, 1);
    const struct wire_bytes examples[] = {example_of(nothing()), value_of("\1\0", 2)};
    const int16_t expected[] = {-2, 1};
    struct fixture fixture;
    options.default_value = &value;
    fixture_of(&fixture, &options);
    expect_ok(&fixture, examples, 2);
    expect_bytes(&fixture, expected, sizeof expected);
    fixture_clear(&fixture);
}

Test(decoded_column, the_last_of_two_values_of_a_name_counts)
{
    const struct tfeed_decoded_column options = decoded_of(NUMBER, TFEED_INT32, 1);
    const struct wire_bytes good = entry_of("x", bytes_feature("7", 1));
    const struct wire_bytes bad = entry_of("x", bytes_feature("y", 1));
    const struct wire_bytes examples[] = {example_of(joined(bad, good)),
                                          example_of(joined(good, bad))};
    const int32_t expected[] = {7};
    struct fixture fixture;
    fixture_of(&fixture, &options);
    expect_refused(&fixture, examples, 2, 1, "\"y\"");
    expect_bytes(&fixture, expected, sizeof expected);
    fixture_clear(&fixture);
}

Test(decoded_column, another_kind_of_list_is_refused)
{
    const struct tfeed_decoded_column options = decoded_of(TENSOR, TFEED_INT32, 1);
    const struct wire_bytes examples[] = {example_of(ints("x", 1, 3))};
    struct fixture fixture;
    fixture_of(&fixture, &options);
    expect_refused(&fixture, examples, 1, 0, "Data type: int64 but expected type: string");
    fixture_clear(&fixture);
}

/* -------------------------------------------------------- columns that cannot be */

struct refusal {
    struct tfeed_decoded_column options;
    char phrase[32];
};

ParameterizedTestParameters(decoded_column, options_that_do_not_fit_are_refused)
{
    static struct refusal refusals[19];
    size_t n = 0;
#define REFUSE(decoding, dtype, words, ...)                                                        \
    refusals[n].options = decoded_of(decoding, dtype, 2);                                          \
    refusals[n].options.__VA_ARGS__;                                                               \
    memcpy(refusals[n++].phrase, words, sizeof words)
    REFUSE(RAW, TFEED_UINT8, "struct_size 1", struct_size = 1);
    REFUSE((enum tfeed_decoding)4, TFEED_UINT8, "the number 4", padded = false);
    REFUSE((enum tfeed_decoding) - 1, TFEED_UINT8, "the number -1", padded = false);
    REFUSE(RAW, TFEED_STRING, "dtype string", padded = false);
    REFUSE(RAW, TFEED_UINT32, "dtype uint32", padded = false);
    REFUSE(NUMBER, TFEED_INT16, "dtype int16", padded = false);
    REFUSE(NUMBER, TFEED_STRING, "dtype string", padded = false);
    REFUSE(BYTES, TFEED_UINT8, "dtype uint8", compression = TFEED_COMPRESSION_GZIP);
    REFUSE(BYTES, TFEED_STRING, "expected gzip or zlib", padded = false);
    REFUSE(TENSOR, TFEED_STRING, "a limit of bytes", max_bytes = 1);
    REFUSE(RAW, TFEED_UINT8, "a limit of bytes", max_bytes = 1);
    refusals[n - 1].options.compression = TFEED_COMPRESSION_GZIP;
    REFUSE(TENSOR, TFEED_DTYPE_INVALID, "dtype invalid", padded = false);
    REFUSE(TENSOR, TFEED_INT32, "byte order", big_endian = true);
    REFUSE(NUMBER, TFEED_INT32, "padding", padded = true);
    REFUSE(NUMBER, TFEED_INT32, "not compressed", compression = TFEED_COMPRESSION_GZIP);
    REFUSE(RAW, TFEED_INT32, "snappy", compression = TFEED_COMPRESSION_SNAPPY);
    REFUSE(RAW, TFEED_INT32, "auto", compression = TFEED_COMPRESSION_AUTO);
    REFUSE(RAW, TFEED_INT32, "fully known shape", shape.dims[0] = TFEED_DIM_UNKNOWN);
    REFUSE(RAW, TFEED_INT32, "no bytes cannot be padded", shape.dims[0] = 0);
    refusals[n - 1].options.padded = true;
#undef REFUSE
    return cr_make_param_array(struct refusal, refusals, n);
}

ParameterizedTest(struct refusal *refusal, decoded_column, options_that_do_not_fit_are_refused)
{
    struct tfeed_error error = TFEED_ERROR_INIT;
    struct tfeed_schema *schema;
    cr_assert_eq(tfeed_schema_new(NULL, &schema, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_add_decoded(schema, "x", &refusal->options, &error),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(error.message, refusal->phrase), "%s", error.message);
    cr_assert_not_null(strstr(error.message, "feature 'x'"), "%s", error.message);
    cr_assert_eq(tfeed_schema_n_columns(schema), 0);
    tfeed_schema_unref(schema);
}

Test(decoded_column, a_default_of_another_dtype_is_refused)
{
    float number = 1;
    const struct tfeed_tensor value = tfeed_tensor_borrow(TFEED_FLOAT, &scalar, &number);
    struct tfeed_decoded_column options = decoded_of(NUMBER, TFEED_INT32, 1);
    struct tfeed_schema *schema;
    options.default_value = &value;
    cr_assert_eq(tfeed_schema_new(NULL, &schema, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_add_decoded(schema, "x", &options, NULL), TFEED_INVALID_ARGUMENT);
    tfeed_schema_unref(schema);
}
