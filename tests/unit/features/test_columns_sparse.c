/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_columns_sparse.c - sparse rows, sorted by their indices.
 */
#include <criterion/criterion.h>

#include <string.h>

#include "tests/support/support.h"
#include "tests/unit/features/columns_fixture.h"

static void add_sparse(struct fixture *fixture, const char *name, const char *value_key,
                       int n_index_keys, bool already_sorted)
{
    static const char *const keys[] = {"i", "j"};
    static const int64_t size[] = {10, 20};
    cr_assert_eq(tfeed_schema_add_sparse(fixture->schema, name, keys, n_index_keys, value_key,
                                         TFEED_STRING, size, already_sorted, NULL),
                 TFEED_OK);
}

Test(columns_sparse, sparse_rows_are_sorted_by_all_indices)
{
    static const int64_t i_keys[] = {3, 1, 3, 1};
    static const int64_t j_keys[] = {0, 5, -1, 5};
    struct fixture fixture;
    struct tfeed_sparse sparse;
    fixture_init(&fixture);
    add_sparse(&fixture, "sorted", "v", 2, false);
    add_sparse(&fixture, "as_is", "v", 2, true);
    fixture_start(&fixture);
    const struct wire_bytes examples[] = {
        nothing(),
        example_of(joined(texts("v", "abcd"), joined(entry_of("i", int64s_feature(i_keys, 4)),
                                                     entry_of("j", int64s_feature(j_keys, 4)))))};
    expect_ok(&fixture, examples, 2);
    cr_assert_eq(tfeed_columns_sparse(fixture.columns, 0, TFEED_ALL_ROWS, &sparse, NULL), TFEED_OK);
    expect_texts(&sparse.values, "bdca");
    EXPECT_INT64S(&sparse.indices, 1, 1, 5, 1, 1, 5, 1, 3, -1, 1, 3, 0);
    EXPECT_INT64S(&sparse.dense_shape, 2, 10, 20);
    cr_assert_eq(tfeed_columns_sparse(fixture.columns, 0, 1, &sparse, NULL), TFEED_OK);
    expect_texts(&sparse.values, "bdca");
    EXPECT_INT64S(&sparse.indices, 1, 5, 1, 5, 3, -1, 3, 0);
    EXPECT_INT64S(&sparse.dense_shape, 10, 20);
    cr_assert_eq(tfeed_columns_sparse(fixture.columns, 1, TFEED_ALL_ROWS, &sparse, NULL), TFEED_OK);
    expect_texts(&sparse.values, "abcd");
    fixture_clear(&fixture);
}

Test(columns_sparse, long_sparse_rows_are_sorted)
{
    enum { N = 61 };
    struct fixture fixture;
    struct tfeed_sparse sparse;
    int64_t keys[N];
    char letters[N + 1] = "";
    fixture_init(&fixture);
    add_sparse(&fixture, "x", "v", 1, false);
    fixture_start(&fixture);
    for (int n = 1; n <= N; n++) {
        for (int i = 0; i < n; i++) {
            keys[i] = (i * 17 + 5) % n;
            letters[i] = (char)('!' + keys[i]);
        }
        letters[n] = '\0';
        const struct wire_bytes example =
            example_of(joined(texts("v", letters), entry_of("i", int64s_feature(keys, (size_t)n))));
        expect_ok(&fixture, &example, 1);
        cr_assert_eq(tfeed_columns_sparse(fixture.columns, 0, TFEED_ALL_ROWS, &sparse, NULL),
                     TFEED_OK);
        for (int i = 0; i < n; i++) {
            const int64_t key = tfeed_tensor_int64s(&sparse.indices)[2 * i + 1];
            cr_assert(i == 0 || key >= tfeed_tensor_int64s(&sparse.indices)[2 * i - 1]);
            cr_assert_eq(tfeed_tensor_strings(&sparse.values)[i].data[0], '!' + key);
        }
    }
    fixture_clear(&fixture);
}

Test(columns_sparse, sparse_values_and_indices_must_be_as_many)
{
    struct fixture fixture;
    fixture_init(&fixture);
    add_sparse(&fixture, "x", "v", 1, false);
    fixture_start(&fixture);
    const struct wire_bytes differ = example_of(joined(texts("v", "ab"), ints("i", 3, 0)));
    const struct wire_bytes alone[] = {nothing(), example_of(ints("i", 1, 0))};
    expect_refused(&fixture, &differ, 1, 0, "feature i has 3 indices, feature v has 2 values");
    expect_refused(&fixture, alone, 2, 1, "has 1 indices");
    fixture_clear(&fixture);
}
