/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_barrier_tuples.c - the table of incomplete elements against a plain list.
 */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "queues/barrier_private.h"
#include "tests/support/support.h"

enum { N_KEYS = 300, N_STEPS = 20000, KEY_BYTES = 16 };

static const enum tfeed_dtype dtypes[] = {TFEED_INT64, TFEED_STRING, TFEED_INT64};
static const struct tfeed_shape shapes[] = {TFEED_SHAPE_SCALAR, TFEED_SHAPE_SCALAR,
                                            TFEED_SHAPE_SCALAR};

static void init_tuples(struct barrier_tuples *tuples)
{
    const struct queue_columns like = {.n_columns = 3};
    cr_assert_eq(tfi_barrier_tuples_init(tuples, &like, dtypes, shapes, NULL), TFEED_OK);
}

Test(barrier_tuples, keys_are_found_after_any_mix_of_adding_and_removing)
{
    static char texts[N_KEYS][KEY_BYTES];
    struct tfeed_bytes keys[N_KEYS];
    bool is_in[N_KEYS] = {false};
    struct barrier_tuples tuples;
    uint32_t state = 12345;
    init_tuples(&tuples);
    for (int i = 0; i < N_KEYS; i++) {
        snprintf(texts[i], KEY_BYTES, "k%d", i);
        keys[i] = (struct tfeed_bytes){(const uint8_t *)texts[i], strlen(texts[i]), NULL};
    }
    for (int step = 0; step < N_STEPS; step++) {
        state = state * 1664525u + 1013904223u;
        const int i = (int)((state >> 8) % N_KEYS);
        const uint32_t slot = tfi_barrier_tuples_find(&tuples, &keys[i]);
        cr_assert_eq(slot != BARRIER_NO_SLOT, is_in[i], "step %d", step);
        if (is_in[i]) {
            tfi_barrier_tuples_remove(&tuples, slot);
        } else {
            cr_assert(tfi_barrier_tuples_reserve(&tuples, 1));
            const uint32_t added = tfi_barrier_tuples_add(&tuples, &keys[i], i);
            cr_assert_eq(tuples.n_parts[added], 0);
            cr_assert_eq(*barrier_part(&tuples, added, 0), BARRIER_MISSING);
        }
        is_in[i] = !is_in[i];
    }
    for (int i = 0; i < N_KEYS; i++)
        cr_assert_eq(tfi_barrier_tuples_find(&tuples, &keys[i]) != BARRIER_NO_SLOT, is_in[i]);
    tfi_barrier_tuples_clear(&tuples);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(barrier_tuples, empty_key_is_a_key)
{
    const struct tfeed_bytes nothing = {NULL, 0, NULL};
    struct barrier_tuples tuples;
    init_tuples(&tuples);
    cr_assert_eq(tfi_barrier_tuples_find(&tuples, &nothing), BARRIER_NO_SLOT);
    cr_assert(tfi_barrier_tuples_reserve(&tuples, 1));
    const uint32_t slot = tfi_barrier_tuples_add(&tuples, &nothing, 0);
    cr_assert_eq(tfi_barrier_tuples_find(&tuples, &nothing), slot);
    tfi_barrier_tuples_clear(&tuples);
}
