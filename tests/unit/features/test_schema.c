/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_schema.c - columns, and requests for columns that cannot be.
 */
#include <criterion/criterion.h>

#include <string.h>

#include <tfeed/features.h>

#include "tests/support/support.h"

static const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;

static struct tfeed_schema *new_schema(void)
{
    struct tfeed_schema *schema;
    cr_assert_eq(tfeed_schema_new(NULL, &schema, NULL), TFEED_OK);
    return schema;
}

Test(schema, columns_stand_in_the_order_of_adding)
{
    struct tfeed_schema *schema = new_schema();
    const struct tfeed_shape matrix = tfeed_shape_matrix(2, 3);
    const struct tfeed_shape vector = tfeed_shape_vector(784);
    cr_assert_eq(tfeed_schema_add_fixed(schema, "z", TFEED_FLOAT, &matrix, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_add_raw(schema, "a", TFEED_UINT8, 784, 1, 0, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_n_columns(schema), 2);
    cr_assert_str_eq(tfeed_schema_column_name(schema, 0), "z");
    cr_assert_eq(tfeed_schema_column_dtype(schema, 0), TFEED_FLOAT);
    const struct tfeed_shape first = tfeed_schema_column_shape(schema, 0);
    const struct tfeed_shape second = tfeed_schema_column_shape(schema, 1);
    cr_assert(tfeed_shape_equal(&first, &matrix));
    cr_assert(tfeed_shape_equal(&second, &vector));
    tfeed_schema_unref(schema);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(schema, name_given_twice_is_refused_and_named)
{
    struct tfeed_error error;
    struct tfeed_schema *schema = new_schema();
    cr_assert_eq(tfeed_schema_add_fixed(schema, "label", TFEED_INT64, &scalar, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_add_raw(schema, "label", TFEED_UINT8, 1, 1, 0, &error),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(error.message, "'label'"));
    cr_assert_eq(tfeed_schema_n_columns(schema), 1);
    tfeed_schema_unref(schema);
}

Test(schema, dtype_without_a_list_is_refused)
{
    struct tfeed_error error;
    struct tfeed_schema *schema = new_schema();
    cr_assert_eq(tfeed_schema_add_fixed(schema, "x", TFEED_DOUBLE, &scalar, &error),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(error.message, "float64"));
    cr_assert_eq(tfeed_schema_add_raw(schema, "x", TFEED_INT64, 4, 1, 0, &error),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(error.message, "int64"));
    tfeed_schema_unref(schema);
}

Test(schema, shape_not_fully_known_is_refused)
{
    struct tfeed_error error;
    struct tfeed_schema *schema = new_schema();
    const struct tfeed_shape unknown = tfeed_shape_matrix(3, TFEED_DIM_UNKNOWN);
    cr_assert_eq(tfeed_schema_add_fixed(schema, "x", TFEED_FLOAT, &unknown, &error),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(error.message, "[3,?]"));
    cr_assert_eq(tfeed_schema_add_raw(schema, "x", TFEED_UINT8, -1, 1, 0, NULL),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_eq(tfeed_schema_add_raw(schema, "x", TFEED_FLOAT, INT64_MAX, 1, 0, NULL),
                 TFEED_INVALID_ARGUMENT);
    tfeed_schema_unref(schema);
}

Test(schema, scale_of_a_uint8_column_is_refused)
{
    struct tfeed_schema *schema = new_schema();
    cr_assert_eq(tfeed_schema_add_raw(schema, "x", TFEED_UINT8, 4, 2, 0, NULL),
                 TFEED_INVALID_ARGUMENT);
    tfeed_schema_unref(schema);
}

Test(schema, column_after_a_parser_was_made_is_refused)
{
    struct tfeed_example_parser *parser;
    struct tfeed_schema *schema = new_schema();
    cr_assert_eq(tfeed_schema_add_fixed(schema, "a", TFEED_INT64, &scalar, NULL), TFEED_OK);
    cr_assert_eq(tfeed_example_parser_new(schema, NULL, &parser, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_add_fixed(schema, "b", TFEED_INT64, &scalar, NULL),
                 TFEED_FAILED_PRECONDITION);
    tfeed_schema_unref(schema);
    tfeed_example_parser_free(parser);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(schema, columns_of_a_batch_have_its_rows)
{
    struct tfeed_tensor columns[2];
    const struct tfeed_shape shape = tfeed_shape_vector(3);
    const struct tfeed_shape expected[] = {tfeed_shape_vector(5), tfeed_shape_matrix(5, 3)};
    struct tfeed_schema *schema = new_schema();
    cr_assert_eq(tfeed_schema_add_fixed(schema, "a", TFEED_INT64, &scalar, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_add_fixed(schema, "b", TFEED_STRING, &shape, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_alloc_columns(schema, 5, NULL, columns, NULL), TFEED_OK);
    for (int i = 0; i < 2; i++) {
        cr_assert(tfeed_shape_equal(&columns[i].shape, &expected[i]));
        tfeed_tensor_clear(&columns[i]);
    }
    tfeed_schema_unref(schema);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(schema, failed_allocation_leaves_nothing_behind)
{
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_schema *schema = NULL;
        struct tfeed_tensor columns[20];
        tfeed_status status = tfeed_schema_new(allocator, &schema, NULL);
        for (int i = 0; status == TFEED_OK && i < 20; i++) {
            const char name[] = {(char)('a' + i), '\0'};
            status = tfeed_schema_add_fixed(schema, name, TFEED_FLOAT, &scalar, NULL);
        }
        if (status == TFEED_OK)
            status = tfeed_schema_alloc_columns(schema, 3, allocator, columns, NULL);
        T_EXPECT_ALLOC_STATUS(status);
        for (int i = 0; status == TFEED_OK && i < 20; i++)
            tfeed_tensor_clear(&columns[i]);
        tfeed_schema_unref(schema);
    });
}
