/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_decode_raw.c - strings as numbers: shapes, byte orders, lengths, padding.
 */
#include <criterion/criterion.h>

#include "tests/support/support.h"
#include "tests/unit/features/decode_fixture.h"

/* Decodes one string of all byte values from 1 on and compares every byte. */
static void expect_bytes(enum tfeed_dtype dtype, bool little_endian, const char *expected)
{
    struct fixture_strings fixture;
    struct tfeed_tensor tensor;
    const size_t len = tfeed_dtype_size(dtype);
    cr_assert_eq(
        tfeed_decode_raw(fixture_scalar(&fixture, "\1\2\3\4\5\6\7\x8\x9\xa\xb\xc\xd\xe\xf", len),
                         dtype, little_endian, NULL, &tensor, NULL),
        TFEED_OK);
    cr_assert_eq(tensor.dtype, dtype);
    cr_assert_eq(tensor.shape.n_dims, 1);
    cr_assert_eq(tensor.shape.dims[0], 1);
    cr_assert_eq(memcmp(tensor.data, expected, len), 0, "%s", tfeed_dtype_name(dtype));
    tfeed_tensor_clear(&tensor);
}

Test(decode_raw, little_endian_bytes_stay_as_they_are)
{
    expect_bytes(TFEED_UINT8, true, "\1");
    expect_bytes(TFEED_HALF, true, "\1\2");
    expect_bytes(TFEED_INT32, true, "\1\2\3\4");
    expect_bytes(TFEED_DOUBLE, true, "\1\2\3\4\5\6\7\x8");
    expect_bytes(TFEED_COMPLEX128, true, "\1\2\3\4\5\6\7\x8\x9\xa\xb\xc\xd\xe\xf");
}

Test(decode_raw, big_endian_bytes_are_turned_round_half_by_half)
{
    expect_bytes(TFEED_INT8, false, "\1");
    expect_bytes(TFEED_BOOL, false, "\1");
    expect_bytes(TFEED_UINT16, false, "\2\1");
    expect_bytes(TFEED_FLOAT, false, "\4\3\2\1");
    expect_bytes(TFEED_INT64, false, "\x8\7\6\5\4\3\2\1");
    expect_bytes(TFEED_COMPLEX64, false, "\4\3\2\1\x8\7\6\5");
    expect_bytes(TFEED_COMPLEX128, false, "\x8\7\6\5\4\3\2\1\0\xf\xe\xd\xc\xb\xa\x9");
}

Test(decode_raw, dimension_is_added_behind_the_others)
{
    struct fixture_strings fixture;
    struct tfeed_tensor tensor;
    (void)FIXTURE_VECTOR(&fixture, "ab", "cd", "ef", "gh", "ij", "kl");
    fixture.tensor.shape = tfeed_shape_matrix(2, 3);
    cr_assert_eq(tfeed_decode_raw(&fixture.tensor, TFEED_UINT8, true, NULL, &tensor, NULL),
                 TFEED_OK);
    cr_assert_eq(tensor.shape.n_dims, 3);
    cr_assert_eq(tensor.shape.dims[0], 2);
    cr_assert_eq(tensor.shape.dims[1], 3);
    cr_assert_eq(tensor.shape.dims[2], 2);
    cr_assert_eq(memcmp(tensor.data, "abcdefghijkl", 12), 0);
    tfeed_tensor_clear(&tensor);
}

Test(decode_raw, no_strings_and_empty_ones_have_no_elements)
{
    struct fixture_strings fixture;
    struct tfeed_tensor tensor;
    cr_assert_eq(tfeed_decode_raw(fixture_vector(&fixture, NULL, 0), TFEED_INT64, false, NULL,
                                  &tensor, NULL),
                 TFEED_OK);
    cr_assert_eq(tensor.shape.dims[0], 0);
    cr_assert_eq(tensor.shape.dims[1], 0);
    tfeed_tensor_clear(&tensor);
    cr_assert_eq(
        tfeed_decode_raw(FIXTURE_VECTOR(&fixture, "", ""), TFEED_INT64, false, NULL, &tensor, NULL),
        TFEED_OK);
    cr_assert_eq(tensor.shape.dims[0], 2);
    cr_assert_eq(tensor.shape.dims[1], 0);
    tfeed_tensor_clear(&tensor);
}

static void expect_refused(const struct tfeed_tensor *strings, enum tfeed_dtype dtype,
                           const char *message)
{
    struct tfeed_tensor tensor = {.dtype = TFEED_BOOL};
    struct tfeed_error error;
    cr_assert_eq(tfeed_decode_raw(strings, dtype, true, NULL, &tensor, &error),
                 TFEED_INVALID_ARGUMENT);
    cr_assert(strstr(error.message, message) != NULL, "%s", error.message);
    cr_assert_eq(tensor.dtype, TFEED_BOOL, "nothing is given");
}

Test(decode_raw, different_lengths_name_element_and_sizes)
{
    struct fixture_strings fixture;
    expect_refused(FIXTURE_VECTOR(&fixture, "ab", "abc", "ab"), TFEED_UINT8,
                   "element 1 has size 3 != 2");
    expect_refused(FIXTURE_VECTOR(&fixture, "", "a"), TFEED_UINT8, "element 1 has size 1 != 0");
}

Test(decode_raw, length_that_is_no_multiple_names_length_and_type)
{
    struct fixture_strings fixture;
    expect_refused(FIXTURE_VECTOR(&fixture, "abc"), TFEED_INT16,
                   "has length 3 that is not a multiple of 2, the size of int16");
}

Test(decode_raw, dtypes_that_tensorflow_does_not_decode_are_refused)
{
    struct fixture_strings fixture;
    const struct tfeed_tensor *strings = FIXTURE_VECTOR(&fixture, "abcdefgh");
    expect_refused(strings, TFEED_UINT32, "uint32");
    expect_refused(strings, TFEED_UINT64, "uint64");
    expect_refused(strings, TFEED_STRING, "string");
    expect_refused(strings, TFEED_DTYPE_INVALID, "invalid");
    expect_refused(strings, (enum tfeed_dtype)99, "99");
}

Test(decode_raw, numbers_are_no_strings_and_eight_dimensions_are_too_many)
{
    struct fixture_strings fixture;
    float number = 1;
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    const struct tfeed_tensor numbers = tfeed_tensor_borrow(TFEED_FLOAT, &scalar, &number);
    expect_refused(&numbers, TFEED_UINT8, "float32");
    (void)FIXTURE_VECTOR(&fixture, "a");
    fixture.tensor.shape = (struct tfeed_shape){TFEED_MAX_DIMS, {1, 1, 1, 1, 1, 1, 1, 1}};
    expect_refused(&fixture.tensor, TFEED_UINT8, "dimension");
}

static void expect_padded(const struct tfeed_tensor *strings, int64_t fixed_length,
                          enum tfeed_dtype dtype, bool little_endian, const char *expected,
                          size_t len)
{
    struct tfeed_tensor tensor;
    cr_assert_eq(
        tfeed_decode_padded_raw(strings, fixed_length, dtype, little_endian, NULL, &tensor, NULL),
        TFEED_OK);
    cr_assert_eq((size_t)tfeed_tensor_n_elements(&tensor) * tfeed_dtype_size(dtype), len);
    cr_assert_eq(memcmp(tensor.data, expected, len), 0);
    tfeed_tensor_clear(&tensor);
}

Test(decode_raw, padded_strings_are_cut_or_filled_up)
{
    struct fixture_strings fixture;
    const struct tfeed_tensor *strings = FIXTURE_VECTOR(&fixture, "abcd", "", "ab", "abcdefgh");
    expect_padded(strings, 4, TFEED_UINT8, true, "abcd\0\0\0\0ab\0\0abcd", 16);
}

Test(decode_raw, zeros_are_put_before_bytes_are_turned_round)
{
    struct fixture_strings fixture;
    const struct tfeed_tensor *strings = FIXTURE_VECTOR(&fixture, "abc");
    expect_padded(strings, 8, TFEED_INT32, true, "abc\0\0\0\0\0", 8);
    expect_padded(strings, 8, TFEED_INT32, false, "\0cba\0\0\0\0", 8);
}

Test(decode_raw, fixed_length_must_hold_whole_elements)
{
    struct fixture_strings fixture;
    const struct tfeed_tensor *strings = FIXTURE_VECTOR(&fixture, "abc");
    const int64_t lengths[] = {3, 0, -1, -2, INT64_MIN};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        struct tfeed_tensor tensor;
        cr_assert_eq(
            tfeed_decode_padded_raw(strings, lengths[i], TFEED_INT16, true, NULL, &tensor, NULL),
            TFEED_INVALID_ARGUMENT);
    }
}

Test(decode_raw, padding_beyond_memory_is_refused)
{
    struct fixture_strings fixture;
    struct tfeed_tensor tensor;
    cr_assert_eq(tfeed_decode_padded_raw(FIXTURE_VECTOR(&fixture, "abc"), INT64_MAX - 7,
                                         TFEED_INT64, true, NULL, &tensor, NULL),
                 TFEED_RESOURCE_EXHAUSTED);
}

Test(decode_raw, nothing_outside_a_string_is_read)
{
    struct fixture_strings fixture;
    struct t_guarded guarded;
    struct tfeed_tensor tensor;
    t_guarded_init_copy(&guarded, "abcde", 5);
    cr_assert_eq(tfeed_decode_padded_raw(fixture_scalar(&fixture, guarded.data, 5), 8, TFEED_UINT16,
                                         false, NULL, &tensor, NULL),
                 TFEED_OK);
    cr_assert_eq(memcmp(tensor.data, "badc\0e\0\0", 8), 0);
    tfeed_tensor_clear(&tensor);
    t_guarded_clear(&guarded);
}

Test(decode_raw, failed_allocation_is_reported)
{
    struct fixture_strings fixture;
    const struct tfeed_tensor *strings = FIXTURE_VECTOR(&fixture, "abcd");
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_tensor tensor = {0};
        T_EXPECT_ALLOC_STATUS(
            tfeed_decode_raw(strings, TFEED_INT32, true, allocator, &tensor, NULL));
        tfeed_tensor_clear(&tensor);
    });
}
