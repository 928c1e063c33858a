/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_columns_defaults.c - what stands for a feature that is missing.
 */
#include <criterion/criterion.h>

#include <string.h>

#include "tests/support/support.h"
#include "tests/unit/features/columns_fixture.h"

Test(columns_defaults, default_stands_for_what_is_missing_not_for_an_empty_list)
{
    struct fixture fixture;
    int64_t two[] = {7, 8};
    const struct tfeed_shape shape = tfeed_shape_vector(2);
    const struct tfeed_tensor given = tfeed_tensor_borrow(TFEED_INT64, &shape, two);
    fixture_init(&fixture);
    cr_assert_eq(
        tfeed_schema_add_fixed_default(fixture.schema, "x", TFEED_INT64, &shape, &given, NULL),
        TFEED_OK);
    two[0] = 0; /* it was copied */
    fixture_start(&fixture);
    const struct wire_bytes examples[] = {nothing(), example_of(entry_of("x", empty_feature())),
                                          example_of(ints("x", 2, 1))};
    expect_ok(&fixture, examples, 3);
    EXPECT_INT64S(tfeed_columns_values(fixture.columns, 0), 7, 8, 7, 8, 1, 2);
    const struct wire_bytes empty = example_of(ints("x", 0, 0));
    expect_refused(&fixture, &empty, 1, 0, "Values size: 0");
    fixture_clear(&fixture);
}

Test(columns_defaults, default_text_outlives_schema_and_columns)
{
    struct fixture fixture;
    struct tfeed_bytes storage;
    const struct tfeed_tensor given = tfeed_tensor_borrow_string(&storage, "none");
    fixture_init(&fixture);
    cr_assert_eq(
        tfeed_schema_add_fixed_default(fixture.schema, "x", TFEED_STRING, &scalar, &given, NULL),
        TFEED_OK);
    fixture_start(&fixture);
    const struct wire_bytes examples[] = {nothing(), example_of(text("x", "some"))};
    expect_ok(&fixture, examples, 2);
    struct tfeed_tensor held = tfeed_tensor_ref(tfeed_columns_values(fixture.columns, 0));
    fixture_clear(&fixture);
    cr_assert_eq(tfeed_tensor_strings(&held)[0].len, 4);
    cr_assert_arr_eq(tfeed_tensor_strings(&held)[0].data, "none", 4);
    tfeed_tensor_clear(&held);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(columns_defaults, defaults_are_used_in_any_order_of_keys)
{
    enum { N_KEYS = 5, N_RECORDS = 400 };
    static const char *const names[N_KEYS] = {"a", "b", "c", "d", "e"};
    struct fixture fixture;
    int64_t none = -1;
    uint32_t state = 5;
    const struct tfeed_tensor given = tfeed_tensor_borrow(TFEED_INT64, &scalar, &none);
    fixture_init(&fixture);
    for (int k = 0; k < N_KEYS; k++)
        cr_assert_eq(k == N_KEYS - 1
                         ? tfeed_schema_add_variable(fixture.schema, names[k], TFEED_INT64, NULL)
                         : tfeed_schema_add_fixed_default(fixture.schema, names[k], TFEED_INT64,
                                                          &scalar, &given, NULL),
                     TFEED_OK);
    fixture_start(&fixture);
    for (int i = 0; i < N_RECORDS; i++) {
        int64_t expected[N_KEYS] = {-1, -1, -1, -1, -1};
        struct wire_bytes entries = nothing();
        for (int k = 0; k < 2 * N_KEYS; k++) {
            state = state * 1664525u + 1013904223u;
            const uint32_t key = (state >> 16) % (N_KEYS + 3); /* some nobody wants */
            if (key < N_KEYS)
                expected[key] = i + k;
            entries = joined(entries, ints(key < N_KEYS ? names[key] : "other", 1, i + k));
        }
        const struct wire_bytes example = example_of(entries);
        expect_ok(&fixture, &example, 1);
        for (int k = 0; k + 1 < N_KEYS; k++)
            expect_int64s(tfeed_columns_values(fixture.columns, k), &expected[k], 1);
        expect_int64s(tfeed_columns_values(fixture.columns, N_KEYS - 1), &expected[N_KEYS - 1],
                      expected[N_KEYS - 1] != -1);
    }
    fixture_clear(&fixture);
}
