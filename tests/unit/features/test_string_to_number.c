/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_string_to_number.c - strings as numbers of four dtypes. What is a number is tested with
 * number_text.
 */
#include <criterion/criterion.h>

#include <math.h>

#include "tests/support/support.h"
#include "tests/unit/features/decode_fixture.h"

Test(string_to_number, each_dtype_has_its_values_in_the_shape_of_the_strings)
{
    struct fixture_strings fixture;
    struct tfeed_tensor tensor;
    const struct tfeed_tensor *strings = FIXTURE_VECTOR(&fixture, "1", " -2 ", "3", "4");
    fixture.tensor.shape = tfeed_shape_matrix(2, 2);
    cr_assert_eq(tfeed_string_to_number(strings, TFEED_INT32, NULL, &tensor, NULL), TFEED_OK);
    cr_assert(tfeed_shape_equal(&tensor.shape, &strings->shape));
    cr_assert_eq(tfeed_tensor_int32s(&tensor)[1], -2);
    tfeed_tensor_clear(&tensor);
    cr_assert_eq(tfeed_string_to_number(strings, TFEED_INT64, NULL, &tensor, NULL), TFEED_OK);
    cr_assert_eq(tfeed_tensor_int64s(&tensor)[3], 4);
    tfeed_tensor_clear(&tensor);
    cr_assert_eq(tfeed_string_to_number(strings, TFEED_FLOAT, NULL, &tensor, NULL), TFEED_OK);
    cr_assert_eq(tfeed_tensor_floats(&tensor)[1], -2.0f);
    tfeed_tensor_clear(&tensor);
    cr_assert_eq(tfeed_string_to_number(strings, TFEED_DOUBLE, NULL, &tensor, NULL), TFEED_OK);
    cr_assert_eq(((double *)tensor.data)[2], 3.0);
    tfeed_tensor_clear(&tensor);
}

Test(string_to_number, what_is_no_number_names_element_type_and_escaped_text)
{
    struct fixture_strings fixture;
    struct tfeed_tensor tensor;
    struct tfeed_error error;
    cr_assert_eq(tfeed_string_to_number(FIXTURE_VECTOR(&fixture, "1", "a\n\"\xff"), TFEED_INT32,
                                        NULL, &tensor, &error),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_str_eq(error.message, "StringToNumberOp could not correctly convert string: "
                                    "\"a\\x0a\\\"\\xff\" (element 1, to int32)");
}

Test(string_to_number, long_text_is_shown_cut)
{
    struct fixture_strings fixture;
    struct tfeed_tensor tensor;
    struct tfeed_error error;
    char text[1000];
    memset(text, 'x', sizeof text);
    cr_assert_eq(tfeed_string_to_number(fixture_scalar(&fixture, text, sizeof text), TFEED_FLOAT,
                                        NULL, &tensor, &error),
                 TFEED_INVALID_ARGUMENT);
    cr_assert(strstr(error.message, "x\"… (element 0, to float32)") != NULL, "%s", error.message);
    cr_assert_lt(strlen(error.message), 200);
}

Test(string_to_number, int32_has_its_own_range)
{
    struct fixture_strings fixture;
    struct tfeed_tensor tensor;
    const char *const inside[] = {"2147483647", "-2147483648"};
    cr_assert_eq(tfeed_string_to_number(fixture_vector(&fixture, inside, 2), TFEED_INT32, NULL,
                                        &tensor, NULL),
                 TFEED_OK);
    cr_assert_eq(tfeed_tensor_int32s(&tensor)[0], INT32_MAX);
    cr_assert_eq(tfeed_tensor_int32s(&tensor)[1], INT32_MIN);
    tfeed_tensor_clear(&tensor);
    cr_assert_eq(tfeed_string_to_number(FIXTURE_VECTOR(&fixture, "2147483648"), TFEED_INT32, NULL,
                                        &tensor, NULL),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_eq(tfeed_string_to_number(FIXTURE_VECTOR(&fixture, "-2147483649"), TFEED_INT32, NULL,
                                        &tensor, NULL),
                 TFEED_INVALID_ARGUMENT);
}

Test(string_to_number, blank_string_is_no_zero)
{
    struct fixture_strings fixture;
    struct tfeed_tensor tensor;
    cr_assert_eq(
        tfeed_string_to_number(FIXTURE_VECTOR(&fixture, " "), TFEED_FLOAT, NULL, &tensor, NULL),
        TFEED_INVALID_ARGUMENT);
    cr_assert_eq(
        tfeed_string_to_number(fixture_scalar(&fixture, NULL, 0), TFEED_INT64, NULL, &tensor, NULL),
        TFEED_INVALID_ARGUMENT);
}

Test(string_to_number, other_dtypes_are_refused)
{
    struct fixture_strings fixture;
    struct tfeed_tensor tensor;
    const enum tfeed_dtype dtypes[] = {TFEED_INT8, TFEED_STRING, TFEED_HALF, TFEED_DTYPE_INVALID};
    for (size_t i = 0; i < sizeof dtypes / sizeof dtypes[0]; i++)
        cr_assert_eq(
            tfeed_string_to_number(FIXTURE_VECTOR(&fixture, "1"), dtypes[i], NULL, &tensor, NULL),
            TFEED_INVALID_ARGUMENT);
}

Test(string_to_number, failed_allocation_is_reported)
{
    struct fixture_strings fixture;
    const struct tfeed_tensor *strings = FIXTURE_VECTOR(&fixture, "1");
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_tensor tensor = {0};
        T_EXPECT_ALLOC_STATUS(
            tfeed_string_to_number(strings, TFEED_INT32, allocator, &tensor, NULL));
        tfeed_tensor_clear(&tensor);
    });
}
