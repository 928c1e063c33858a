/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_columns.c - rows of any length, and what is refused.
 */
#include <criterion/criterion.h>

#include <string.h>

#include "tests/support/support.h"
#include "tests/unit/features/columns_fixture.h"

/* ------------------------------------------------------------------ variable */

Test(columns, variable_rows_have_their_lengths)
{
    struct fixture fixture;
    fixture_init(&fixture);
    cr_assert_eq(tfeed_schema_add_variable(fixture.schema, "x", TFEED_INT64, NULL), TFEED_OK);
    fixture_start(&fixture);
    const struct wire_bytes examples[] = {example_of(ints("x", 2, 10)), nothing(),
                                          example_of(ints("x", 0, 0)), example_of(ints("x", 3, 7))};
    expect_ok(&fixture, examples, 4);
    EXPECT_INT64S(tfeed_columns_values(fixture.columns, 0), 10, 11, 7, 8, 9);
    EXPECT_INT64S(tfeed_columns_row_splits(fixture.columns, 0, 0), 0, 2, 2, 2, 5);
    cr_assert_eq(tfeed_columns_n_levels(fixture.columns, 0), 1);
    cr_assert_null(tfeed_columns_row_splits(fixture.columns, 0, 1));
    cr_assert_null(tfeed_columns_n_steps(fixture.columns, 0));
    const struct tfeed_tensor row = tfeed_columns_row(fixture.columns, 0, 3);
    EXPECT_INT64S(&row, 7, 8, 9);
    cr_assert_eq(tfeed_columns_row(fixture.columns, 0, 4).dtype, TFEED_DTYPE_INVALID);
    cr_assert_eq(tfeed_columns_row(fixture.columns, 0, -1).dtype, TFEED_DTYPE_INVALID);

    struct tfeed_sparse sparse;
    cr_assert_eq(tfeed_columns_sparse(fixture.columns, 0, TFEED_ALL_ROWS, &sparse, NULL), TFEED_OK);
    EXPECT_INT64S(&sparse.indices, 0, 0, 0, 1, 3, 0, 3, 1, 3, 2);
    EXPECT_INT64S(&sparse.dense_shape, 4, 3);
    cr_assert_eq(tfeed_columns_sparse(fixture.columns, 0, 0, &sparse, NULL), TFEED_OK);
    EXPECT_INT64S(&sparse.indices, 0, 1);
    EXPECT_INT64S(&sparse.values, 10, 11);
    EXPECT_INT64S(&sparse.dense_shape, 2);
    cr_assert_eq(tfeed_columns_sparse(fixture.columns, 0, 4, &sparse, NULL),
                 TFEED_INVALID_ARGUMENT);
    fixture_clear(&fixture);
}

Test(columns, lists_packed_or_not_and_in_pieces_are_joined)
{
    static const uint8_t packed[] = {1, 2};
    struct fixture fixture;
    fixture_init(&fixture);
    cr_assert_eq(tfeed_schema_add_variable(fixture.schema, "x", TFEED_INT64, NULL), TFEED_OK);
    fixture_start(&fixture);
    const struct wire_bytes list =
        joined(joined(len_field(1, packed, 2), varint_field(1, 300)), len_field(1, packed, 2));
    const struct wire_bytes twice = joined(len_field(3, list.data, list.len), int64_feature(-1));
    const struct wire_bytes example = example_of(entry_of("x", twice));
    expect_ok(&fixture, &example, 1);
    EXPECT_INT64S(tfeed_columns_values(fixture.columns, 0), 1, 2, 300, 1, 2, -1);
    fixture_clear(&fixture);
}

Test(columns, last_list_of_a_key_wins_and_an_empty_feature_hides_nothing)
{
    struct fixture fixture;
    fixture_init(&fixture);
    cr_assert_eq(tfeed_schema_add_variable(fixture.schema, "x", TFEED_INT64, NULL), TFEED_OK);
    fixture_start(&fixture);
    const struct wire_bytes again = joined(ints("x", 3, 1), ints("x", 2, 50));
    const struct wire_bytes hidden = joined(ints("x", 3, 1), entry_of("x", empty_feature()));
    const struct wire_bytes glued =
        joined(example_of(ints("x", 3, 1)), example_of(ints("x", 1, 60)));
    const float one = 1;
    const struct wire_bytes healed =
        joined(entry_of("x", floats_feature(&one, 1)), ints("x", 1, 70));
    const struct wire_bytes examples[] = {example_of(again), example_of(hidden), glued,
                                          example_of(healed)};
    expect_ok(&fixture, examples, 4);
    EXPECT_INT64S(tfeed_columns_values(fixture.columns, 0), 50, 51, 1, 2, 3, 60, 70);
    EXPECT_INT64S(tfeed_columns_row_splits(fixture.columns, 0, 0), 0, 2, 5, 6, 7);
    fixture_clear(&fixture);
}

Test(columns, wrong_kind_is_refused_and_the_rows_before_stay)
{
    struct fixture fixture;
    const float one = 1;
    fixture_init(&fixture);
    cr_assert_eq(tfeed_schema_add_variable(fixture.schema, "x", TFEED_INT64, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_add_fixed(fixture.schema, "y", TFEED_INT64, &scalar, NULL), TFEED_OK);
    fixture_start(&fixture);
    const struct wire_bytes good = example_of(joined(ints("x", 2, 5), ints("y", 1, 9)));
    const struct wire_bytes examples[] = {
        good, example_of(joined(entry_of("x", floats_feature(&one, 1)), ints("y", 1, 9))), good};
    expect_refused(&fixture, examples, 3, 1, "Data types don't match");
    EXPECT_INT64S(tfeed_columns_values(fixture.columns, 0), 5, 6);
    EXPECT_INT64S(tfeed_columns_row_splits(fixture.columns, 0, 0), 0, 2);
    EXPECT_INT64S(tfeed_columns_values(fixture.columns, 1), 9);
    expect_ok(&fixture, &good, 1);
    fixture_clear(&fixture);
}

/* -------------------------------------------------------------------- usage */

Test(columns, rows_of_any_length_do_not_go_into_tensors)
{
    struct fixture fixture;
    struct tfeed_tensor tensors[2] = {{0}};
    const struct tfeed_bytes empty = {0};
    fixture_init(&fixture);
    cr_assert_eq(tfeed_schema_add_fixed(fixture.schema, "y", TFEED_INT64, &scalar, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_add_variable(fixture.schema, "x", TFEED_INT64, NULL), TFEED_OK);
    fixture_start(&fixture);
    cr_assert_eq(tfeed_schema_alloc_columns(fixture.schema, 1, NULL, tensors, &fixture.error),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(fixture.error.message, "(x)"));
    cr_assert_eq(
        tfeed_example_parser_parse(fixture.parser, &empty, 1, tensors, 0, NULL, &fixture.error),
        TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(fixture.error.message, "(x)"));
    fixture_clear(&fixture);
}

Test(columns, too_many_examples_or_another_schema_are_refused)
{
    struct fixture fixture;
    struct fixture other;
    const struct wire_bytes examples[N_ROWS + 1] = {{.len = 0}};
    fixture_init(&fixture);
    cr_assert_eq(tfeed_schema_add_variable(fixture.schema, "x", TFEED_INT64, NULL), TFEED_OK);
    fixture_start(&fixture);
    cr_assert_eq(parse(&fixture, examples, N_ROWS + 1), TFEED_INVALID_ARGUMENT);
    cr_assert_eq(tfeed_columns_n_rows(fixture.columns), 0);
    expect_ok(&fixture, examples, N_ROWS);
    fixture_init(&other);
    cr_assert_eq(tfeed_schema_add_variable(other.schema, "x", TFEED_INT64, NULL), TFEED_OK);
    fixture_start(&other);
    const struct tfeed_bytes empty = {0};
    cr_assert_eq(tfeed_example_parser_parse_batch(other.parser, &empty, 1, fixture.columns, NULL,
                                                  &fixture.error),
                 TFEED_INVALID_ARGUMENT);
    tfeed_columns_free(other.columns);
    tfeed_example_parser_free(other.parser);
    tfeed_schema_unref(other.schema);
    cr_assert_eq(tfeed_columns_new(fixture.schema, -1, NULL, &other.columns, NULL),
                 TFEED_INVALID_ARGUMENT);
    fixture_clear(&fixture);
}
