/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_number_text.c - numbers in texts, against known cases and against strtod.
 */
#include <criterion/criterion.h>

#include <errno.h>
#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/number_text_internal.h"
#include "tests/support/support.h"

static void expect_int64(const char *text, int64_t expected)
{
    int64_t value = -1;
    cr_assert(tfi_int64_from_text(text, strlen(text), &value), "%s", text);
    cr_assert_eq(value, expected, "%s: %" PRId64, text, value);
}

static void expect_no_int64(const char *text)
{
    int64_t value = 77;
    cr_assert_not(tfi_int64_from_text(text, strlen(text), &value), "%s", text);
    cr_assert_eq(value, 77);
}

Test(number_text, integers_with_sign_spaces_and_zeros)
{
    expect_int64("0", 0);
    expect_int64("-0", 0);
    expect_int64("007", 7);
    expect_int64("+5", 5);
    expect_int64(" \t\n\v\f\r-12 \t\n\v\f\r", -12);
}

Test(number_text, integers_up_to_the_ends_of_their_range)
{
    expect_int64("9223372036854775807", INT64_MAX);
    expect_int64("-9223372036854775808", INT64_MIN);
    expect_no_int64("9223372036854775808");
    expect_no_int64("-9223372036854775809");
    expect_no_int64("18446744073709551616");
    expect_no_int64("99999999999999999999999999");
    uint64_t value = 0;
    cr_assert(tfi_uint64_from_text("18446744073709551615", 20, &value));
    cr_assert_eq(value, UINT64_MAX);
    cr_assert_not(tfi_uint64_from_text("18446744073709551616", 20, &value));
    cr_assert_not(tfi_uint64_from_text("-1", 2, &value));
}

Test(number_text, what_is_no_integer_is_refused)
{
    const char *const texts[] = {"",   " ",    "-",   "+",   "--1", "1-",  "1 2",
                                 "1a", "0x10", "1e3", "1.0", "1_0", "- 1", "abc"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        expect_no_int64(texts[i]);
    expect_no_int64("\xff");
    int64_t value;
    cr_assert_not(tfi_int64_from_text("1\0", 2, &value), "a NUL is no space");
    cr_assert_not(tfi_int64_from_text(NULL, 0, &value));
}

static void expect_double(const char *text, double expected)
{
    double value = -1;
    cr_assert(tfi_double_from_text(text, strlen(text), &value), "%s", text);
    cr_assert_eq(memcmp(&value, &expected, sizeof value), 0, "%s: %a, not %a", text, value,
                 expected);
}

static void expect_float(const char *text, float expected)
{
    float value = -1;
    cr_assert(tfi_float_from_text(text, strlen(text), &value), "%s", text);
    cr_assert_eq(memcmp(&value, &expected, sizeof value), 0, "%s: %a, not %a", text, (double)value,
                 (double)expected);
}

Test(number_text, floats_in_all_their_forms)
{
    expect_double("0", 0.0);
    expect_double("-0", -0.0);
    expect_double("1.", 1.0);
    expect_double(".5", 0.5);
    expect_double("-12.375", -12.375);
    expect_double(" 1E-3 ", 1e-3);
    expect_double("+1e+3", 1e3);
    expect_double("0.1", 0.1);
    expect_double("-545879765.97351706", -545879765.97351706);
    expect_double("0x1f", 31);
    expect_double("-0X1.8P-3", -0x1.8p-3);
    expect_double("inf", (double)INFINITY);
    expect_double("-Infinity", -(double)INFINITY);
    expect_double("NaN", (double)NAN);
}

Test(number_text, floats_out_of_range_become_infinity_or_zero)
{
    expect_double("1e400", (double)INFINITY);
    expect_double("-1e400", -(double)INFINITY);
    expect_double("1e-400", 0.0);
    expect_double("1e99999999999999999999999999", (double)INFINITY);
    expect_double("1e-99999999999999999999999999", 0.0);
    expect_double("0e99999999999999999999999999", 0.0);
    expect_float("1e39", INFINITY);
    expect_float("-1e39", -INFINITY);
    expect_float("3.4028235e38", 0x1.fffffep127f);
    expect_float("3.4028236e38", INFINITY);
    expect_float("1e-46", 0.0f);
    expect_float("1e-45", 0x1p-149f);
}

Test(number_text, what_is_no_float_is_refused)
{
    const char *const texts[] = {"",      " ",     ".",      "+",  "-",     "e1",   ".e1",   "1e",
                                 "1e+",   "1e1.5", "1.2.3",  "1a", "0x",    "0xg",  "0x.p1", "1p3",
                                 "1,000", "infin", "nan(1)", "in", "1_000", "0x1p", "- 1",   "3f"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        double wide = 77;
        float narrow = 77;
        cr_assert_not(tfi_double_from_text(texts[i], strlen(texts[i]), &wide), "%s", texts[i]);
        cr_assert_not(tfi_float_from_text(texts[i], strlen(texts[i]), &narrow), "%s", texts[i]);
        cr_assert(wide == 77 && narrow == 77);
    }
}

/* The middle between two floats: the nearest double is the middle itself for many texts around it,
 * so a way through double would round to even where there is no tie. */
Test(number_text, float_is_rounded_once)
{
    expect_float("16777217", 16777216.0f);
    expect_float("16777217.0000000000000000000001", 16777218.0f);
    expect_float("16777216.9999999999999999999999", 16777216.0f);
    expect_float("16777219", 16777220.0f);
    expect_float("1.00000005960464477540", 0x1.000002p0f); /* 1 + 2^-24, and a little more */
    expect_float("1.00000005960464477538", 0x1p0f);
    expect_float("0x1.000001p0", 0x1p0f);
    expect_float("0x1.000001000000000000000000001p0", 0x1.000002p0f);
}

/* 1 + 2^-53 lies in the middle between 1 and the next double. A digit in the thousandth place
 * decides. */
Test(number_text, digit_far_behind_decides)
{
    char text[2048] = "1.00000000000000011102230246251565404236316680908203125";
    expect_double(text, 1.0);
    const size_t len = strlen(text);
    memset(text + len, '0', 1500);
    expect_double(text, 1.0);
    text[len + 1500] = '1';
    expect_double(text, 0x1.0000000000001p0);
}

Test(number_text, zeros_in_thousands_cancel_with_the_exponent)
{
    static char text[20100] = "0.";
    memset(text + 2, '0', 10000);
    strncpy(text + 10002, "125e10001", 10);
    expect_double(text, 1.25);
    text[0] = '7';
    memset(text + 1, '0', 20000);
    strncpy(text + 20001, "e-20000", 8);
    expect_double(text, 7.0);
}

/* The short way and strtod agree. */
Test(number_text, random_numbers_are_those_of_strtod)
{
    uint64_t state = 42;
    for (int i = 0; i < 200000; i++) {
        char text[64];
        state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        const uint64_t digits = (state >> 20) >> (state >> 59);
        const int exponent = (int)(state % 61) - 35;
        const int n = snprintf(text, sizeof text, "%" PRIu64 "e%d", digits, exponent);
        double wide;
        float narrow;
        cr_assert(tfi_double_from_text(text, (size_t)n, &wide));
        cr_assert(tfi_float_from_text(text, (size_t)n, &narrow));
        const double expected_wide = strtod(text, NULL);
        const float expected_narrow = strtof(text, NULL);
        cr_assert_eq(memcmp(&wide, &expected_wide, sizeof wide), 0, "%s", text);
        cr_assert_eq(memcmp(&narrow, &expected_narrow, sizeof narrow), 0, "%s", text);
    }
}

Test(number_text, the_locale_is_of_no_account)
{
    if (setlocale(LC_ALL, "de_DE.UTF-8") == NULL && setlocale(LC_ALL, "de_DE") == NULL)
        cr_skip_test("no locale de_DE here");
    expect_double("0.30000000000000004441", 0.30000000000000004);
    expect_float("16777217.5", 16777218.0f);
    double value;
    cr_assert_not(tfi_double_from_text("0,5", 3, &value));
}

Test(number_text, errno_is_kept_and_nothing_behind_the_text_is_read)
{
    struct t_guarded guarded;
    double value;
    t_guarded_init_copy(&guarded, "1e-320", 6);
    errno = 5;
    cr_assert(tfi_double_from_text((const char *)guarded.data, guarded.len, &value));
    cr_assert_eq(errno, 5);
    cr_assert(value > 0 && value < 1e-319);
    cr_assert_not(tfi_double_from_text((const char *)guarded.data + 4, 0, &value));
    t_guarded_clear(&guarded);
}
