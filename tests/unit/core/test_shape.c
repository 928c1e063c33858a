/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_shape.c - extents: made, compared, counted and printed.
 */
#include <criterion/criterion.h>

#include <tfeed/tensor.h>

static int64_t count(struct tfeed_shape shape)
{
    int64_t n = -7;
    cr_assert_eq(tfeed_shape_n_elements(&shape, &n), TFEED_OK);
    return n;
}

static void expect_no_count(struct tfeed_shape shape)
{
    int64_t n = -7;
    cr_assert_eq(tfeed_shape_n_elements(&shape, &n), TFEED_INVALID_ARGUMENT);
    cr_assert_eq(n, -7);
}

Test(shape, scalar_has_one_element_and_an_extent_of_zero_none)
{
    cr_assert_eq(count((struct tfeed_shape)TFEED_SHAPE_SCALAR), 1);
    cr_assert_eq(count(tfeed_shape_vector(5)), 5);
    cr_assert_eq(count(tfeed_shape_matrix(3, 4)), 12);
    cr_assert_eq(count(tfeed_shape_matrix(0, INT64_MAX)), 0);
}

Test(shape, incomplete_or_too_large_shape_has_no_count)
{
    expect_no_count(tfeed_shape_vector(TFEED_DIM_UNKNOWN));
    expect_no_count(tfeed_shape_matrix(0, -5));
    expect_no_count(tfeed_shape_matrix(INT64_MAX, 2));
    expect_no_count((struct tfeed_shape){.n_dims = TFEED_MAX_DIMS + 1});
    expect_no_count((struct tfeed_shape){.n_dims = -1});
}

Test(shape, empty_extent_beside_huge_ones_is_empty_in_any_order)
{
    cr_assert_eq(count((struct tfeed_shape){.n_dims = 3, .dims = {0, INT64_MAX, 2}}), 0);
    cr_assert_eq(count((struct tfeed_shape){.n_dims = 3, .dims = {INT64_MAX, 2, 0}}), 0);
}

Test(shape, batch_puts_an_extent_in_front)
{
    const struct tfeed_shape batch = tfeed_shape_batch(32, tfeed_shape_matrix(28, 27));
    const struct tfeed_shape expected = {.n_dims = 3, .dims = {32, 28, 27}};
    cr_assert(tfeed_shape_equal(&batch, &expected));
}

Test(shape, equality_needs_rank_and_extents)
{
    const struct tfeed_shape a = tfeed_shape_matrix(2, TFEED_DIM_UNKNOWN);
    struct tfeed_shape b = tfeed_shape_matrix(2, TFEED_DIM_UNKNOWN);
    cr_assert(tfeed_shape_equal(&a, &b));
    b.dims[7] = 9; /* behind the last extent */
    cr_assert(tfeed_shape_equal(&a, &b));
    b.dims[1] = 3;
    cr_assert_not(tfeed_shape_equal(&a, &b));
    b = tfeed_shape_vector(2);
    cr_assert_not(tfeed_shape_equal(&a, &b));
}

static void expect_text(struct tfeed_shape shape, const char *expected)
{
    char text[TFEED_SHAPE_TEXT_BYTES];
    cr_assert_eq(tfeed_shape_format(&shape, text), text);
    cr_assert_str_eq(text, expected);
}

Test(shape, text_shows_unknown_extents)
{
    expect_text((struct tfeed_shape)TFEED_SHAPE_SCALAR, "[]");
    expect_text(tfeed_shape_vector(0), "[0]");
    expect_text((struct tfeed_shape){.n_dims = 3, .dims = {2, 3, TFEED_DIM_UNKNOWN}}, "[2,3,?]");
}

Test(shape, longest_text_fits)
{
    struct tfeed_shape shape = {.n_dims = TFEED_MAX_DIMS};
    for (int i = 0; i < TFEED_MAX_DIMS; i++)
        shape.dims[i] = INT64_MAX;
    expect_text(shape, "[9223372036854775807,9223372036854775807,9223372036854775807,"
                       "9223372036854775807,9223372036854775807,9223372036854775807,"
                       "9223372036854775807,9223372036854775807]");
}
