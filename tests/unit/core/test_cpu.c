/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_cpu.c - levels from features, and what TFEED_CPU may ask for. Machines are made up from
 * feature bits; only the last tests look at the one they run on.
 */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include <tfeed/version.h>

#include "core/cpu_internal.h"

/* In the order of the list in cpu.c: sse4.2, pclmul, avx2, bmi2, avx512f, bw, vl, vpclmulqdq. */
enum {
    NOTHING = 0,
    SSE42 = 0x03,
    AVX2 = 0x0f,
    AVX512_WITHOUT_VPCLMULQDQ = 0x7f,
    EVERYTHING = 0xff
};

static enum tfi_cpu_level chosen(const char *word, uint32_t features)
{
    enum tfi_cpu_level level;
    struct tfeed_error error = TFEED_ERROR_INIT;
    cr_assert_eq(tfi_cpu_choose(word, features, &level, &error), TFEED_OK, "%s", error.message);
    return level;
}

Test(cpu, level_needs_all_its_features_and_those_below)
{
    cr_assert_eq(tfi_cpu_level_of(NOTHING), TFI_CPU_BASELINE);
    cr_assert_eq(tfi_cpu_level_of(0x01), TFI_CPU_BASELINE);
    cr_assert_eq(tfi_cpu_level_of(SSE42), TFI_CPU_SSE42);
    cr_assert_eq(tfi_cpu_level_of(0x07), TFI_CPU_SSE42);
    cr_assert_eq(tfi_cpu_level_of(AVX2), TFI_CPU_AVX2);
    cr_assert_eq(tfi_cpu_level_of(AVX512_WITHOUT_VPCLMULQDQ), TFI_CPU_AVX2);
    cr_assert_eq(tfi_cpu_level_of(EVERYTHING), TFI_CPU_AVX512);
    cr_assert_eq(tfi_cpu_level_of(EVERYTHING & ~UINT32_C(0x01)), TFI_CPU_BASELINE);
}

Test(cpu, no_word_gives_the_best)
{
    cr_assert_eq(chosen(NULL, EVERYTHING), TFI_CPU_AVX512);
    cr_assert_eq(chosen("", AVX2), TFI_CPU_AVX2);
    cr_assert_eq(chosen(NULL, NOTHING), TFI_CPU_BASELINE);
}

Test(cpu, word_lowers_the_level)
{
    cr_assert_eq(chosen("baseline", EVERYTHING), TFI_CPU_BASELINE);
    cr_assert_eq(chosen("sse42", EVERYTHING), TFI_CPU_SSE42);
    cr_assert_eq(chosen("avx2", EVERYTHING), TFI_CPU_AVX2);
    cr_assert_eq(chosen("avx512", EVERYTHING), TFI_CPU_AVX512);
}

Test(cpu, unknown_word_is_invalid_and_named)
{
    enum tfi_cpu_level level;
    struct tfeed_error error = TFEED_ERROR_INIT;
    cr_assert_eq(tfi_cpu_choose("AVX2", EVERYTHING, &level, &error), TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(error.message, "'AVX2'"), "%s", error.message);
    cr_assert_not_null(strstr(error.message, "avx512"), "%s", error.message);
}

Test(cpu, level_above_the_machine_is_refused_with_what_it_lacks)
{
    enum tfi_cpu_level level;
    struct tfeed_error error = TFEED_ERROR_INIT;
    cr_assert_eq(tfi_cpu_choose("avx512", AVX512_WITHOUT_VPCLMULQDQ, &level, &error),
                 TFEED_FAILED_PRECONDITION);
    cr_assert_str_eq(error.message,
                     "TFEED_CPU=avx512: this machine can run avx2, it lacks vpclmulqdq");
}

Test(cpu, several_missing_features_are_all_named)
{
    enum tfi_cpu_level level;
    struct tfeed_error error = TFEED_ERROR_INIT;
    cr_assert_eq(tfi_cpu_choose("avx2", NOTHING, &level, &error), TFEED_FAILED_PRECONDITION);
    cr_assert_str_eq(
        error.message,
        "TFEED_CPU=avx2: this machine can run baseline, it lacks sse4.2, pclmul, avx2, bmi2");
}

/* The machine itself. Each test is a process of its own, so the level has not been asked before. */

Test(cpu, environment_lowers_the_level)
{
    cr_assert_eq(setenv("TFEED_CPU", "baseline", 1), 0);
    cr_assert_eq(tfi_cpu_level(), TFI_CPU_BASELINE);
    cr_assert_eq(tfeed_cpu_check(NULL), TFEED_OK);
}

Test(cpu, unknown_word_is_passed_over_by_the_library_and_found_by_the_check)
{
    cr_assert_eq(setenv("TFEED_CPU", "pentium", 1), 0);
    cr_assert_eq(tfi_cpu_level(), tfi_cpu_level_of(tfi_cpu_features()));
    cr_assert_eq(tfeed_cpu_check(NULL), TFEED_INVALID_ARGUMENT);
}

Test(cpu, level_does_not_change_after_the_first_answer)
{
    cr_assert_eq(unsetenv("TFEED_CPU"), 0);
    const enum tfi_cpu_level first = tfi_cpu_level();
    cr_assert_eq(setenv("TFEED_CPU", "baseline", 1), 0);
    cr_assert_eq(tfi_cpu_level(), first);
}
