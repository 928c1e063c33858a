/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_dtype.c - dtype table, and float16 against an independent definition.
 */
#include <criterion/criterion.h>

#include <math.h>
#include <string.h>

#include <tfeed/tensor.h>

Test(dtype, numbers_names_and_sizes_are_those_of_tensorflow)
{
    cr_assert_eq(TFEED_FLOAT, 1);
    cr_assert_eq(TFEED_STRING, 7);
    cr_assert_eq(TFEED_INT64, 9);
    cr_assert_eq(TFEED_BOOL, 10);
    cr_assert_eq(TFEED_HALF, 19);
    cr_assert_eq(TFEED_UINT64, 23);
    cr_assert_str_eq(tfeed_dtype_name(TFEED_FLOAT), "float32");
    cr_assert_str_eq(tfeed_dtype_name(TFEED_HALF), "float16");
    cr_assert_eq(tfeed_dtype_size(TFEED_COMPLEX128), 16);
    cr_assert_eq(tfeed_dtype_size(TFEED_HALF), 2);
    cr_assert_eq(tfeed_dtype_size(TFEED_STRING), sizeof(struct tfeed_bytes));
}

Test(dtype, what_is_no_dtype_has_no_size)
{
    cr_assert_eq(tfeed_dtype_size(TFEED_DTYPE_INVALID), 0);
    cr_assert_eq(tfeed_dtype_size((enum tfeed_dtype)99), 0);
    cr_assert_str_eq(tfeed_dtype_name(TFEED_DTYPE_INVALID), "invalid");
    cr_assert_str_eq(tfeed_dtype_name((enum tfeed_dtype)99), "invalid");
}

/* The definition of float16, by arithmetic instead of bits. */
static double value_of_half(uint16_t half)
{
    const double sign = half & 0x8000 ? -1 : 1;
    const int exponent = half >> 10 & 31;
    const int fraction = half & 1023;
    if (exponent == 31)
        return fraction != 0 ? (double)NAN : sign * (double)INFINITY;
    if (exponent == 0)
        return sign * ldexp(fraction, -24);
    return sign * ldexp(1024 + fraction, exponent - 25);
}

Test(dtype, every_half_becomes_its_value)
{
    for (uint32_t half = 0; half <= UINT16_MAX; half++) {
        const float got = tfeed_half_to_float((uint16_t)half);
        const double expected = value_of_half((uint16_t)half);
        cr_assert_eq(isnan(got) != 0, isnan(expected) != 0, "half 0x%04x", half);
        cr_assert(isnan(got) || (double)got == expected, "half 0x%04x", half);
        cr_assert_eq(signbit(got) != 0, half >> 15, "half 0x%04x", half);
    }
}

Test(dtype, every_half_survives_the_way_through_float)
{
    for (uint32_t half = 0; half <= UINT16_MAX; half++) {
        const bool is_nan = (half & 0x7fff) > 0x7c00;
        const uint32_t expected = is_nan ? half | 0x200 : half; /* a NaN becomes quiet */
        cr_assert_eq(tfeed_float_to_half(tfeed_half_to_float((uint16_t)half)), expected,
                     "half 0x%04x", half);
    }
}

/* Between neighbours a and b = a + 1 step: the middle goes to the even one, what lies a float's
 * step beside it to the nearer one. Holds for normals, subnormals, their border, and up to
 * infinity. */
Test(dtype, float_between_two_halves_is_rounded_to_nearest_even)
{
    for (uint32_t low = 0; low < 0x7c00; low++) {
        const double a = value_of_half((uint16_t)low);
        const double b = low + 1 == 0x7c00 ? 65536 : value_of_half((uint16_t)(low + 1));
        const float middle = (float)((a + b) / 2); /* exact */
        const uint32_t even = low & 1 ? low + 1 : low;
        cr_assert_eq(tfeed_float_to_half(middle), even, "above 0x%04x", low);
        cr_assert_eq(tfeed_float_to_half(-middle), even | 0x8000, "above 0x%04x", low);
        cr_assert_eq(tfeed_float_to_half(nextafterf(middle, 0)), low, "above 0x%04x", low);
        cr_assert_eq(tfeed_float_to_half(nextafterf(middle, INFINITY)), low + 1, "above 0x%04x",
                     low);
    }
}

Test(dtype, float_out_of_range_becomes_infinity_or_zero)
{
    cr_assert_eq(tfeed_float_to_half(65536), 0x7c00);
    cr_assert_eq(tfeed_float_to_half(70000), 0x7c00);
    cr_assert_eq(tfeed_float_to_half(1e30f), 0x7c00);
    cr_assert_eq(tfeed_float_to_half(-INFINITY), 0xfc00);
    cr_assert_eq(tfeed_float_to_half(1e-30f), 0);
    cr_assert_eq(tfeed_float_to_half(-1e-45f), 0x8000);
    cr_assert_eq(tfeed_float_to_half(-0.0f), 0x8000);
}

Test(dtype, nan_stays_nan_whatever_its_bits)
{
    const uint32_t patterns[] = {0x7f800001, 0x7fc00000, 0xff801000, 0x7fffffff};
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        float value;
        memcpy(&value, &patterns[i], sizeof value);
        const uint32_t half = tfeed_float_to_half(value);
        cr_assert_gt(half & 0x7fff, 0x7c00, "pattern %zu", i);
        cr_assert_eq(half >> 15, patterns[i] >> 31, "pattern %zu", i);
    }
}
