/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_allocator.c - sizes, alignment and failure, with malloc and with hooks.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "tests/support/support.h"

/* Every test runs with malloc (0) and with hooks (1). */
#define WITH_AND_WITHOUT_HOOKS(name)                                                               \
    ParameterizedTestParameters(allocator, name)                                                   \
    {                                                                                              \
        static int cases[] = {0, 1};                                                               \
        return cr_make_param_array(int, cases, 2);                                                 \
    }                                                                                              \
    ParameterizedTest(int *has_hooks, allocator, name)

static struct t_allocator counting;

static const struct tfeed_allocator *choose(const int *has_hooks)
{
    t_allocator_init(&counting);
    return *has_hooks ? &counting.hooks : NULL;
}

WITH_AND_WITHOUT_HOOKS(size_zero_gives_memory)
{
    const struct tfeed_allocator *allocator = choose(has_hooks);
    void *memory[] = {tfi_alloc(allocator, 0), tfi_alloc_zeroed(allocator, 0, 8),
                      tfi_alloc_array(allocator, 8, 0), tfi_alloc_aligned(allocator, 0, 0),
                      tfi_realloc_array(allocator, NULL, 0, 4)};
    for (size_t i = 0; i < sizeof memory / sizeof memory[0]; i++) {
        cr_assert_not_null(memory[i], "row %zu", i);
        memset(memory[i], 1, 1);
        tfi_free(allocator, memory[i]);
    }
    T_EXPECT_NO_LEAKS(&counting);
}

WITH_AND_WITHOUT_HOOKS(zeroed_memory_is_zero)
{
    const struct tfeed_allocator *allocator = choose(has_hooks);
    static const uint8_t zeros[3000];
    uint8_t *memory = tfi_alloc_zeroed(allocator, 1000, 3);
    cr_assert_arr_eq(memory, zeros, sizeof zeros);
    tfi_free(allocator, memory);
    T_EXPECT_NO_LEAKS(&counting);
}

WITH_AND_WITHOUT_HOOKS(aligned_memory_starts_a_cache_line)
{
    const struct tfeed_allocator *allocator = choose(has_hooks);
    for (size_t n = 1; n < 200; n += 13) {
        uint8_t *memory = tfi_alloc_aligned(allocator, n, 1);
        cr_assert_eq((uintptr_t)memory % TFI_ALIGNMENT, 0);
        memset(memory, 7, n);
        tfi_free(allocator, memory);
    }
    T_EXPECT_NO_LEAKS(&counting);
}

WITH_AND_WITHOUT_HOOKS(realloc_keeps_what_fits)
{
    const struct tfeed_allocator *allocator = choose(has_hooks);
    uint32_t *numbers = tfi_realloc_array(allocator, NULL, 4, sizeof *numbers);
    for (uint32_t i = 0; i < 4; i++)
        numbers[i] = i * i;
    numbers = tfi_realloc_array(allocator, numbers, 5000, sizeof *numbers);
    cr_assert_eq(numbers[3], 9);
    numbers[4999] = 1;
    numbers = tfi_realloc_array(allocator, numbers, 2, sizeof *numbers);
    cr_assert_eq(numbers[1], 1);
    tfi_free(allocator, numbers);
    T_EXPECT_NO_LEAKS(&counting);
}

WITH_AND_WITHOUT_HOOKS(size_that_overflows_is_refused)
{
    const struct tfeed_allocator *allocator = choose(has_hooks);
    const size_t half = SIZE_MAX / 2 + 1;
    char *text = tfi_strndup(allocator, "kept", 4);
    cr_assert_null(tfi_alloc(allocator, half));
    cr_assert_null(tfi_alloc_array(allocator, half, 2));
    cr_assert_null(tfi_alloc_zeroed(allocator, 1 + (size_t)UINT32_MAX, 1 + (size_t)UINT32_MAX));
    cr_assert_null(tfi_alloc_aligned(allocator, half, 3));
    cr_assert_null(tfi_realloc_array(allocator, text, half, 2));
    cr_assert_null(tfi_strndup(allocator, "", SIZE_MAX));
    cr_assert_str_eq(text, "kept");
    tfi_free(allocator, text);
    T_EXPECT_NO_LEAKS(&counting);
}

WITH_AND_WITHOUT_HOOKS(strndup_takes_len_bytes_and_adds_nul)
{
    const struct tfeed_allocator *allocator = choose(has_hooks);
    char *copy = tfi_strndup(allocator, "part-00000", 4);
    char *empty = tfi_strndup(allocator, NULL, 0);
    cr_assert_str_eq(copy, "part");
    cr_assert_str_empty(empty);
    tfi_free(allocator, copy);
    tfi_free(allocator, empty);
    T_EXPECT_NO_LEAKS(&counting);
}

WITH_AND_WITHOUT_HOOKS(free_keeps_errno_and_takes_null)
{
    const struct tfeed_allocator *allocator = choose(has_hooks);
    void *memory = tfi_alloc(allocator, 1 << 24); /* large enough to be unmapped */
    errno = EXDEV;
    tfi_free(allocator, memory);
    tfi_free(allocator, NULL);
    cr_assert_eq(errno, EXDEV);
    T_EXPECT_NO_LEAKS(&counting);
}

static void free_and_disturb(void *user_data, void *memory)
{
    (void)user_data;
    free(memory);
    errno = EIO;
}

Test(allocator, hook_that_changes_errno_is_not_noticed)
{
    const struct tfeed_allocator allocator = {.free = free_and_disturb};
    errno = EXDEV;
    tfi_free(&allocator, malloc(1));
    cr_assert_eq(errno, EXDEV);
}

Test(allocator, failing_hook_gives_null_and_keeps_the_old_array)
{
    struct t_allocator failing;
    t_allocator_init(&failing);
    failing.fail_at = 2;
    int *numbers = tfi_alloc_array(&failing.hooks, 3, sizeof *numbers);
    numbers[2] = 5;
    cr_assert_null(tfi_realloc_array(&failing.hooks, numbers, 30, sizeof *numbers));
    cr_assert_eq(numbers[2], 5);
    tfi_free(&failing.hooks, numbers);
    cr_assert(t_has_failed(&failing));
    T_EXPECT_NO_LEAKS(&failing);
}
