/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_row_window.c - what windows and the pool that keeps them charge to the budget.
 */
#include <criterion/criterion.h>

#include "core/block_internal.h"
#include "core/budget_internal.h"
#include "loader/loader_private.h"
#include "tests/support/support.h"

enum { ROW_BYTES = sizeof(struct row) };

static struct tfi_budget *make_budget(uint64_t limit)
{
    struct tfi_budget *budget = NULL;
    cr_assert_eq(tfi_budget_new(limit, NULL, &budget, NULL), TFEED_OK);
    return budget;
}

Test(row_window, rows_are_charged_until_the_pool_lets_them_go)
{
    struct tfi_budget *budget = make_budget(1 << 20);
    struct window_pool *pool = window_pool_new(NULL, budget);
    struct row_window *one = row_window_new(pool, 1000);
    struct row_window *other = row_window_new(pool, 10);
    cr_assert_eq(tfi_budget_used(budget), 1010 * ROW_BYTES);
    row_window_unref(other);
    row_window_unref(one);
    cr_assert_eq(tfi_budget_used(budget), 1010 * ROW_BYTES, "they wait to be used again");
    one = row_window_new(pool, 500);
    cr_assert_eq(tfi_budget_used(budget), 1010 * ROW_BYTES, "there is room");
    other = row_window_new(pool, 20);
    cr_assert_eq(tfi_budget_used(budget), 1020 * ROW_BYTES, "ten rows became twenty");
    window_pool_unref(pool);
    row_window_unref(one);
    cr_assert_eq(tfi_budget_used(budget), 1020 * ROW_BYTES, "one window is out");
    row_window_unref(other);
    cr_assert_eq(tfi_budget_used(budget), 0);
    tfi_budget_unref(budget);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(row_window, rows_beyond_the_budget_are_counted_not_refused)
{
    struct tfi_budget *budget = make_budget(ROW_BYTES);
    struct window_pool *pool = window_pool_new(NULL, budget);
    struct row_window *window = row_window_new(pool, 2);
    cr_assert_not_null(window);
    cr_assert_eq(tfi_budget_n_exceeded(budget), 1);
    row_window_unref(window);
    window_pool_unref(pool);
    tfi_budget_unref(budget);
}

Test(row_window, blocks_of_memory_are_charged_until_the_window_goes)
{
    struct tfi_budget *budget = make_budget(1 << 20);
    struct window_pool *pool = window_pool_new(NULL, budget);
    struct row_window *window = row_window_new(pool, 1);
    struct tfeed_block *block;
    uint8_t *data;
    cr_assert_eq(tfi_block_alloc(NULL, 700, &block, &data, NULL), TFEED_OK);
    cr_assert(row_window_hold(window, block));
    cr_assert_eq(tfi_budget_used(budget), ROW_BYTES + 700);
    row_window_unref(window);
    cr_assert_eq(tfi_budget_used(budget), ROW_BYTES);
    tfeed_block_unref(block);
    window_pool_unref(pool);
    tfi_budget_unref(budget);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(row_window, allocation_failure_charges_nothing)
{
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfi_budget *budget = make_budget(1 << 20);
        struct window_pool *pool = window_pool_new(allocator, budget);
        for (uint32_t n = 1; pool != NULL && n <= 3; n++) {
            struct row_window *window = row_window_new(pool, n);
            cr_assert_eq(tfi_budget_used(budget), window != NULL ? n * ROW_BYTES : 0);
            row_window_unref(window);
        }
        window_pool_unref(pool);
        cr_assert_eq(tfi_budget_used(budget), 0);
        tfi_budget_unref(budget);
    });
}
