/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_random_key.c - numbers that depend on what they are for; permutations, short and long.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "loader/loader_private.h"

enum { N_MANY = 3 * LOADER_STOP_ITEMS + 7 };

Test(random_key, each_input_changes_the_key)
{
    const uint64_t key = loader_key(1, KEY_WINDOW, 2, 3, 4);
    cr_assert_eq(key, loader_key(1, KEY_WINDOW, 2, 3, 4));
    cr_assert_neq(key, loader_key(2, KEY_WINDOW, 2, 3, 4));
    cr_assert_neq(key, loader_key(1, KEY_GLOBAL, 2, 3, 4));
    cr_assert_neq(key, loader_key(1, KEY_WINDOW, 3, 3, 4));
    cr_assert_neq(key, loader_key(1, KEY_WINDOW, 2, 4, 4));
    cr_assert_neq(key, loader_key(1, KEY_WINDOW, 2, 3, 5));
}

Test(random_key, permutation_has_each_number_once)
{
    enum { N = 1000 };
    uint32_t order[N];
    bool is_seen[N] = {false};
    loader_permute(loader_key(5, KEY_FILES, 0, 0, 0), order, N);
    for (size_t i = 0; i < N; i++) {
        cr_assert_lt(order[i], N);
        cr_assert_not(is_seen[order[i]]);
        is_seen[order[i]] = true;
    }
}

Test(random_key, permutation_of_many_is_the_same_in_pieces)
{
    const _Atomic bool stop = false;
    const uint64_t key = loader_key(5, KEY_GLOBAL, 1, 0, 0);
    uint32_t *whole = calloc(N_MANY, sizeof *whole);
    uint32_t *pieces = calloc(N_MANY, sizeof *pieces);
    loader_permute(key, whole, N_MANY);
    cr_assert(loader_permute_many(key, pieces, N_MANY, &stop));
    cr_assert_arr_eq(pieces, whole, N_MANY * sizeof *whole);
    free(whole);
    free(pieces);
}

Test(random_key, stop_ends_a_permutation_of_many)
{
    const _Atomic bool stop = true;
    uint32_t order = 0;
    cr_assert_not(loader_permute_many(1, &order, 1, &stop));
    cr_assert(loader_permute_many(1, &order, 0, &stop), "nothing is left to do");
}
