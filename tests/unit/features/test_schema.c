/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_schema.c - columns, and requests for columns that cannot be.
 */
#include <criterion/criterion.h>

#include <string.h>

#include <tfeed/features.h>

#include "features/schema_private.h"
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

/* ------------------------------------------------------- columns of any length */

static const char *const key_x[] = {"x"};
static const int64_t size_nine[] = {9};

/* A schema with one column of each key set: "fixed", "list" and the sparse one's "x" and "v", and
 * the ragged one's "r". */
static struct tfeed_schema *schema_of_sets(void)
{
    struct tfeed_schema *schema;
    cr_assert_eq(tfeed_schema_new(NULL, &schema, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_add_fixed(schema, "fixed", TFEED_INT64, &scalar, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_add_variable(schema, "list", TFEED_INT64, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_add_sparse(schema, "sparse", key_x, 1, "v", TFEED_FLOAT, size_nine,
                                         false, NULL),
                 TFEED_OK);
    cr_assert_eq(
        tfeed_schema_add_ragged(schema, "r", NULL, TFEED_STRING, NULL, 0, TFEED_INT32, NULL),
        TFEED_OK);
    return schema;
}

Test(schema, sparse_columns_share_features_of_one_dtype)
{
    struct tfeed_schema *schema = schema_of_sets();
    cr_assert_eq(tfeed_schema_add_variable(schema, "v", TFEED_FLOAT, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_add_sparse(schema, "again", key_x, 1, "list", TFEED_INT64, size_nine,
                                         true, NULL),
                 TFEED_OK);
    cr_assert_eq(schema->n_features, 5);
    cr_assert_eq(tfeed_schema_n_columns(schema), 6);
    tfeed_schema_unref(schema);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(schema, features_of_another_set_or_dtype_are_not_shared)
{
    static const char *const taken[] = {"fixed", "r", "list"};
    struct tfeed_schema *schema = schema_of_sets();
    struct tfeed_error error;
    for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++) {
        const char *const key[] = {taken[i]};
        const bool is_sparse = i == 2;
        cr_assert_eq(tfeed_schema_add_sparse(schema, "s", key, 1, "new", TFEED_FLOAT, size_nine,
                                             false, &error),
                     is_sparse ? TFEED_OK : TFEED_INVALID_ARGUMENT);
        cr_assert(is_sparse || strstr(error.message, "must not intersect") != NULL);
    }
    const int n_features = schema->n_features;
    cr_assert_eq(tfeed_schema_add_variable(schema, "x", TFEED_FLOAT, &error),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(error.message, "Conflicting type int64 vs float32 for feature x."));
    cr_assert_eq(tfeed_schema_add_sequence(schema, "v", TFEED_FLOAT, &scalar, NULL, &error),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_eq(tfeed_schema_add_fixed(schema, "x", TFEED_INT64, &scalar, &error),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_eq(
        tfeed_schema_add_ragged(schema, "q", "x", TFEED_INT64, NULL, 0, TFEED_INT64, &error),
        TFEED_INVALID_ARGUMENT);
    cr_assert_eq(tfeed_schema_add_sparse(schema, "new name", key_x, 1, "x", TFEED_FLOAT, size_nine,
                                         false, &error),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_eq(schema->n_features, n_features, "a refused column leaves no feature");
    tfeed_schema_unref(schema);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(schema, columns_of_any_length_say_what_is_wrong_with_them)
{
    const struct tfeed_shape none = tfeed_shape_vector(0);
    const struct tfeed_shape two = tfeed_shape_vector(2);
    const struct tfeed_shape deep = {7, {1, 1, 1, 1, 1, 1, 1}};
    int64_t numbers[2] = {0, 0};
    const struct tfeed_tensor pair = tfeed_tensor_borrow(TFEED_INT64, &two, numbers);
    const struct tfeed_tensor empty = tfeed_tensor_borrow(TFEED_INT64, &none, numbers);
    const int64_t negative[] = {-1};
    const struct tfeed_partition no_length = {.kind = TFEED_PARTITION_UNIFORM_ROW_LENGTH};
    const struct tfeed_partition no_key = {.kind = TFEED_PARTITION_ROW_SPLITS};
    const struct tfeed_partition huge[] = {
        {.kind = TFEED_PARTITION_UNIFORM_ROW_LENGTH, .length = INT64_MAX},
        {.kind = TFEED_PARTITION_UNIFORM_ROW_LENGTH, .length = 2}};
    struct tfeed_schema *schema;
    cr_assert_eq(tfeed_schema_new(NULL, &schema, NULL), TFEED_OK);
    const tfeed_status refused[] = {
        tfeed_schema_add_variable(schema, "a", TFEED_INT32, NULL),
        tfeed_schema_add_sequence(schema, "b", TFEED_INT64, &none, NULL, NULL),
        tfeed_schema_add_sequence(schema, "b", TFEED_INT64, &deep, NULL, NULL),
        tfeed_schema_add_sequence(schema, "b", TFEED_INT64, &scalar, &pair, NULL),
        tfeed_schema_add_sequence(schema, "b", TFEED_INT64, &scalar, &empty, NULL),
        tfeed_schema_add_sequence(schema, "b", TFEED_FLOAT, &scalar, &pair, NULL),
        tfeed_schema_add_fixed_default(schema, "c", TFEED_INT64, &scalar, &pair, NULL),
        tfeed_schema_add_fixed_default(schema, "c", TFEED_FLOAT, &two, &pair, NULL),
        tfeed_schema_add_sparse(schema, "d", key_x, 0, "v", TFEED_INT64, size_nine, false, NULL),
        tfeed_schema_add_sparse(schema, "d", key_x, 7, "v", TFEED_INT64, size_nine, false, NULL),
        tfeed_schema_add_sparse(schema, "d", key_x, 1, "v", TFEED_INT64, negative, false, NULL),
        tfeed_schema_add_ragged(schema, "e", NULL, TFEED_INT64, NULL, 0, TFEED_FLOAT, NULL),
        tfeed_schema_add_ragged(schema, "e", NULL, TFEED_INT64, NULL, 7, TFEED_INT64, NULL),
        tfeed_schema_add_ragged(schema, "e", NULL, TFEED_INT64, &no_length, 1, TFEED_INT64, NULL),
        tfeed_schema_add_ragged(schema, "e", NULL, TFEED_INT64, &no_key, 1, TFEED_INT64, NULL),
        tfeed_schema_add_ragged(schema, "e", NULL, TFEED_INT64, huge, 2, TFEED_INT64, NULL),
    };
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        cr_assert_eq(refused[i], TFEED_INVALID_ARGUMENT, "case %zu", i);
    cr_assert_eq(tfeed_schema_n_columns(schema), 0);
    cr_assert_eq(schema->n_features, 0);
    cr_assert_eq(tfeed_schema_add_fixed_default(schema, "c", TFEED_INT64, &none, &empty, NULL),
                 TFEED_OK);
    cr_assert_eq(schema->features[0].when_missing, TFI_MISSING_FAILS, "no elements: no default");
    tfeed_schema_unref(schema);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(schema, kinds_and_shapes_say_what_differs_from_row_to_row)
{
    const struct tfeed_shape pair = tfeed_shape_vector(2);
    const struct tfeed_partition partitions[] = {
        {.kind = TFEED_PARTITION_ROW_SPLITS, .key = "s"},
        {.kind = TFEED_PARTITION_UNIFORM_ROW_LENGTH, .length = 3}};
    const struct tfeed_shape expected[] = {
        {1, {2}}, {1, {-1}}, {2, {-1, 2}}, {1, {9}}, {3, {-1, -1, 3}}};
    struct tfeed_schema *schema;
    cr_assert_eq(tfeed_schema_new(NULL, &schema, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_add_fixed(schema, "a", TFEED_INT64, &pair, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_add_variable(schema, "b", TFEED_INT64, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_add_sequence(schema, "c", TFEED_INT64, &pair, NULL, NULL), TFEED_OK);
    cr_assert_eq(
        tfeed_schema_add_sparse(schema, "d", key_x, 1, "v", TFEED_INT64, size_nine, false, NULL),
        TFEED_OK);
    cr_assert_eq(
        tfeed_schema_add_ragged(schema, "e", NULL, TFEED_INT64, partitions, 2, TFEED_INT64, NULL),
        TFEED_OK);
    for (int i = 0; i < 5; i++) {
        const struct tfeed_shape shape = tfeed_schema_column_shape(schema, i);
        cr_assert_eq(tfeed_schema_column_kind(schema, i), (enum tfeed_column_kind)i);
        cr_assert(tfeed_shape_equal(&shape, &expected[i]), "column %d", i);
    }
    tfeed_schema_unref(schema);
}
