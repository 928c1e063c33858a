/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_columns_sequence.c - sequences padded to the longest row.
 */
#include <criterion/criterion.h>

#include <string.h>

#include "tests/support/support.h"
#include "tests/unit/features/columns_fixture.h"

Test(columns_sequence, sequence_is_padded_to_the_longest_row)
{
    struct fixture fixture;
    int64_t pad = -9;
    const struct tfeed_shape step = tfeed_shape_vector(2);
    const struct tfeed_tensor padding = tfeed_tensor_borrow(TFEED_INT64, &scalar, &pad);
    fixture_init(&fixture);
    cr_assert_eq(tfeed_schema_add_sequence(fixture.schema, "x", TFEED_INT64, &step, &padding, NULL),
                 TFEED_OK);
    fixture_start(&fixture);
    const struct wire_bytes examples[] = {example_of(ints("x", 2, 1)), nothing(),
                                          example_of(ints("x", 4, 5))};
    expect_ok(&fixture, examples, 3);
    const struct tfeed_tensor *values = tfeed_columns_values(fixture.columns, 0);
    const struct tfeed_shape expected = {3, {3, 2, 2}};
    cr_assert(tfeed_shape_equal(&values->shape, &expected));
    EXPECT_INT64S(values, 1, 2, -9, -9, -9, -9, -9, -9, 5, 6, 7, 8);
    EXPECT_INT64S(tfeed_columns_n_steps(fixture.columns, 0), 1, 0, 2);
    const struct tfeed_tensor row = tfeed_columns_row(fixture.columns, 0, 0);
    cr_assert_eq(row.shape.n_dims, 2);
    EXPECT_INT64S(&row, 1, 2);
    const struct tfeed_tensor last = tfeed_columns_row(fixture.columns, 0, 2);
    EXPECT_INT64S(&last, 5, 6, 7, 8);
    const struct wire_bytes odd[] = {example_of(ints("x", 2, 1)), example_of(ints("x", 3, 1))};
    expect_refused(&fixture, odd, 2, 1, "not a multiple of stride length. Saw 3 values");
    fixture_clear(&fixture);
}

Test(columns_sequence, sequence_of_equal_rows_needs_no_padding)
{
    struct fixture fixture;
    fixture_init(&fixture);
    cr_assert_eq(tfeed_schema_add_sequence(fixture.schema, "x", TFEED_INT64, &scalar, NULL, NULL),
                 TFEED_OK);
    fixture_start(&fixture);
    const struct wire_bytes examples[] = {example_of(ints("x", 2, 1)), example_of(ints("x", 2, 5))};
    expect_ok(&fixture, examples, 2);
    const struct tfeed_shape expected = {2, {2, 2}};
    cr_assert(tfeed_shape_equal(&tfeed_columns_values(fixture.columns, 0)->shape, &expected));
    EXPECT_INT64S(tfeed_columns_values(fixture.columns, 0), 1, 2, 5, 6);
    const struct wire_bytes none[] = {nothing(), nothing()};
    expect_ok(&fixture, none, 2);
    const struct tfeed_shape empty = {2, {2, 0}};
    cr_assert(tfeed_shape_equal(&tfeed_columns_values(fixture.columns, 0)->shape, &empty));
    EXPECT_INT64S(tfeed_columns_n_steps(fixture.columns, 0), 0, 0);
    fixture_clear(&fixture);
}
