/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_raw_column.c - bytes to floats, each variant against the definition.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <string.h>

#include "features/raw_column_private.h"
#include "tests/support/support.h"

/* Two roundings: volatile keeps any compiler from making one of them. */
static float scaled(uint8_t byte, float scale, float offset)
{
    volatile float product = (float)byte * scale;
    return product + offset;
}

static void expect_level(enum tfi_cpu_level level, float scale, float offset)
{
    enum { MAX_LEN = 80 };
    tfi_scale_bytes_function *scale_bytes = tfi_scale_bytes_variant(level);
    struct t_guarded all;
    t_guarded_init(&all, 256);
    for (int i = 0; i < 256; i++)
        all.data[i] = (uint8_t)i;
    for (size_t len = 0; len <= MAX_LEN; len++) {
        for (size_t first = 0; first + len <= 256; first += first < 32 ? 1 : 31) {
            float to[MAX_LEN + 1];
            to[len] = 12345.0F;
            const struct tfi_ahead nothing = {all.data, all.data};
            scale_bytes(all.data + first, len, scale, offset, &nothing, to);
            for (size_t i = 0; i < len; i++) {
                const float expected = scaled((uint8_t)(first + i), scale, offset);
                cr_assert_eq(memcmp(&to[i], &expected, sizeof expected), 0,
                             "level %s, byte %zu: expected %a, got %a", tfi_cpu_level_name(level),
                             first + i, (double)expected, (double)to[i]);
            }
            cr_assert_eq(to[len], 12345.0F, "nothing is written behind the end");
        }
    }
    t_guarded_clear(&all);
}

static void expect_if_runnable(enum tfi_cpu_level level, float scale, float offset)
{
    if (level > tfi_cpu_level())
        cr_skip_test("level %s not tested: this machine, or TFEED_CPU, lacks it",
                     tfi_cpu_level_name(level));
    expect_level(level, scale, offset);
}

static enum tfi_cpu_level levels[] = {TFI_CPU_BASELINE, TFI_CPU_SSE42, TFI_CPU_AVX2,
                                      TFI_CPU_AVX512};

ParameterizedTestParameters(raw_column, mnist_scaling_is_rounded_twice)
{
    return cr_make_param_array(enum tfi_cpu_level, levels, sizeof levels / sizeof levels[0]);
}

ParameterizedTest(enum tfi_cpu_level *level, raw_column, mnist_scaling_is_rounded_twice)
{
    expect_if_runnable(*level, 1.0F / 255.0F, -0.5F);
}

ParameterizedTestParameters(raw_column, identity_is_exact)
{
    return cr_make_param_array(enum tfi_cpu_level, levels, sizeof levels / sizeof levels[0]);
}

ParameterizedTest(enum tfi_cpu_level *level, raw_column, identity_is_exact)
{
    expect_if_runnable(*level, 1.0F, 0.0F);
}

ParameterizedTestParameters(raw_column, copies_are_exact)
{
    return cr_make_param_array(enum tfi_cpu_level, levels, sizeof levels / sizeof levels[0]);
}

ParameterizedTest(enum tfi_cpu_level *level, raw_column, copies_are_exact)
{
    enum { MAX_LEN = 200 };
    uint8_t from[MAX_LEN];
    if (*level > tfi_cpu_level())
        cr_skip_test("level %s not tested: this machine, or TFEED_CPU, lacks it",
                     tfi_cpu_level_name(*level));
    for (size_t i = 0; i < MAX_LEN; i++)
        from[i] = (uint8_t)(7 * i + 1);
    for (size_t len = 0; len <= MAX_LEN; len++) {
        struct t_guarded read, written; /* nothing behind the end is touched */
        t_guarded_init_copy(&read, from, len);
        t_guarded_init(&written, len);
        const struct tfi_ahead nothing = {from, from};
        tfi_copy_bytes_variant (*level)(read.data, len, &nothing, written.data);
        cr_assert_eq(memcmp(written.data, from, len), 0, "%zu bytes", len);
        t_guarded_clear(&written);
        t_guarded_clear(&read);
    }
}

Test(raw_column, a_fused_result_would_differ)
{
    /* the case that the other tests rely on: for some byte one rounding gives another number */
    int n_different = 0;
    for (int i = 0; i < 256; i++)
        n_different += __builtin_fmaf((float)i, 1.0F / 255.0F, -0.5F) !=
                       scaled((uint8_t)i, 1.0F / 255.0F, -0.5F);
    cr_assert_gt(n_different, 0);
}
