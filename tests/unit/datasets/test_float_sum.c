/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_float_sum.c - exact sums of floats.
 */
#include <criterion/criterion.h>

#include <float.h>
#include <math.h>
#include <string.h>

#include "datasets/float_sum_private.h"

static double sum_of(const float *values, size_t n)
{
    struct tfi_float_sum sum = {0};
    for (size_t i = 0; i < n; i++)
        tfi_float_sum_add(&sum, values[i]);
    return tfi_float_sum_value(&sum);
}

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state;
}

Test(float_sum, single_floats_come_back)
{
    static const float values[] = {0.0F,     1.0F,      -1.0F,      0.1F,
                                   -0.1F,    FLT_MAX,   -FLT_MAX,   FLT_MIN,
                                   -FLT_MIN, 0x1p-149F, -0x1p-149F, 0x1.fffffcp-127F};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        cr_assert_eq(sum_of(&values[i], 1), (double)values[i], "%a", (double)values[i]);
}

Test(float_sum, what_cancels_leaves_the_rest)
{
    const float values[] = {FLT_MAX, 0x1p-149F, 1.0F, -FLT_MAX, -1.0F};
    cr_assert_eq(sum_of(values, 5), 0x1p-149);
    const float below[] = {-FLT_MAX, -0x1p-149F, FLT_MAX};
    cr_assert_eq(sum_of(below, 3), -0x1p-149);
    const float many[] = {FLT_MAX, FLT_MAX, FLT_MAX, FLT_MAX};
    cr_assert_eq(sum_of(many, 4), 4 * (double)FLT_MAX);
}

Test(float_sum, any_order_and_any_parts_give_the_same_bits)
{
    enum { N = 5000 };
    static float values[N];
    struct tfi_float_sum all = {0};
    struct tfi_float_sum parts[3] = {{{0}, 0}, {{0}, 0}, {{0}, 0}};
    uint32_t state = 3;
    for (int i = 0; i < N; i++) {
        do {
            const uint32_t bits = next_random(&state);
            memcpy(&values[i], &bits, sizeof bits);
        } while (!isfinite(values[i]));
        tfi_float_sum_add(&all, values[i]);
    }
    for (int i = N; i-- > 0;)
        tfi_float_sum_add(&parts[next_random(&state) >> 16 & 1], values[i]);
    tfi_float_sum_merge(&parts[2], &parts[1]);
    tfi_float_sum_merge(&parts[2], &parts[0]);
    cr_assert_eq(tfi_float_sum_value(&parts[2]), tfi_float_sum_value(&all));
    for (int i = 0; i < N; i++)
        tfi_float_sum_add(&all, -values[i]);
    cr_assert_eq(tfi_float_sum_value(&all), 0);
}
