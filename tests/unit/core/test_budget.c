/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_budget.c - what fits, what goes beyond, and what is counted.
 */
#include <criterion/criterion.h>

#include "core/budget_internal.h"
#include "core/machine_internal.h"
#include "core/thread_internal.h"
#include "tests/support/support.h"

static struct tfi_budget *new_budget(uint64_t limit)
{
    struct tfi_budget *budget = NULL;
    cr_assert_eq(tfi_budget_new(limit, NULL, &budget, NULL), TFEED_OK);
    return budget;
}

Test(budget, what_fits_is_charged_and_what_does_not_is_not)
{
    struct tfi_budget *budget = new_budget(100);
    cr_assert(tfi_budget_try_charge(budget, 60));
    cr_assert_not(tfi_budget_try_charge(budget, 41));
    cr_assert_eq(tfi_budget_used(budget), 60);
    cr_assert(tfi_budget_try_charge(budget, 40));
    cr_assert(tfi_budget_try_charge(budget, 0));
    cr_assert_not(tfi_budget_try_charge(budget, 1));
    cr_assert_not(tfi_budget_try_charge(budget, UINT64_MAX));
    tfi_budget_release(budget, 100);
    cr_assert_eq(tfi_budget_used(budget), 0);
    cr_assert_eq(tfi_budget_n_exceeded(budget), 0);
    tfi_budget_unref(budget);
    cr_assert_not(t_has_leaks());
}

Test(budget, charge_goes_beyond_the_limit_and_is_counted)
{
    struct tfi_budget *budget = new_budget(100);
    tfi_budget_charge(budget, 100);
    cr_assert_eq(tfi_budget_n_exceeded(budget), 0);
    tfi_budget_charge(budget, 50);
    cr_assert_eq(tfi_budget_n_exceeded(budget), 1);
    cr_assert_not(tfi_budget_try_charge(budget, 0));
    tfi_budget_release(budget, 50);
    cr_assert(tfi_budget_try_charge(budget, 0));
    tfi_budget_release(budget, 100);
    tfi_budget_unref(budget);
}

Test(budget, high_water_stays)
{
    struct tfi_budget *budget = new_budget(100);
    cr_assert(tfi_budget_try_charge(budget, 70));
    tfi_budget_release(budget, 70);
    cr_assert(tfi_budget_try_charge(budget, 30));
    cr_assert_eq(tfi_budget_high_water(budget), 70);
    tfi_budget_charge(budget, 90);
    cr_assert_eq(tfi_budget_high_water(budget), 120);
    tfi_budget_release(budget, 120);
    tfi_budget_unref(budget);
}

Test(budget, default_is_a_quarter_of_the_memory_and_at_most_one_gib)
{
    struct tfi_machine machine;
    struct tfi_budget *budget = new_budget(0);
    tfi_machine_look("", &machine);
    cr_assert_leq(tfi_budget_limit(budget), UINT64_C(1) << 30);
    if (machine.memory_bytes > UINT64_C(8) << 30)
        cr_assert_eq(tfi_budget_limit(budget), UINT64_C(1) << 30);
    tfi_budget_unref(budget);
}

enum { N_THREADS = 4, N_ROUNDS = 20000, LIMIT = 10 };

static void charge_and_release(void *opaque)
{
    struct tfi_budget *budget = opaque;
    for (int i = 0; i < N_ROUNDS; i++) {
        const uint64_t n_bytes = (uint64_t)(i % (LIMIT + 1));
        if (tfi_budget_try_charge(budget, n_bytes))
            tfi_budget_release(budget, n_bytes);
    }
    tfi_budget_unref(budget);
}

Test(budget, threads_never_exceed_it_together)
{
    struct tfi_budget *budget = new_budget(LIMIT);
    struct tfi_thread threads[N_THREADS];
    for (size_t i = 0; i < N_THREADS; i++)
        cr_assert_eq(tfi_thread_start(&threads[i], "charger", charge_and_release,
                                      tfi_budget_ref(budget), NULL),
                     TFEED_OK);
    for (size_t i = 0; i < N_THREADS; i++)
        tfi_thread_join(&threads[i]);
    cr_assert_eq(tfi_budget_used(budget), 0);
    cr_assert_eq(tfi_budget_high_water(budget), LIMIT);
    tfi_budget_unref(budget);
    cr_assert_not(t_has_leaks());
}

Test(budget, each_failing_allocation_is_resource_exhausted)
{
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfi_budget *budget = NULL;
        T_EXPECT_ALLOC_STATUS(tfi_budget_new(1, allocator, &budget, NULL));
        tfi_budget_unref(budget);
    });
}
