/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_columns_batches.c - columns of every kind from batch to batch: without memory, with
 * enough of it, and filled in runs.
 */
#include <criterion/criterion.h>

#include <string.h>

#include "tests/support/support.h"
#include "tests/unit/features/columns_fixture.h"

/* One column of each kind. */
static tfeed_status add_all_kinds(struct tfeed_schema *schema, struct tfeed_error *reterr)
{
    static const char *const key = "i";
    static const int64_t size = 9;
    struct tfeed_bytes storage;
    const struct tfeed_tensor none = tfeed_tensor_borrow_string(&storage, "none");
    const struct tfeed_partition partitions[] = {{.kind = TFEED_PARTITION_ROW_LENGTHS, .key = "l"}};
    tfeed_status status =
        tfeed_schema_add_fixed_default(schema, "fixed", TFEED_STRING, &scalar, &none, reterr);
    if (status == TFEED_OK)
        status = tfeed_schema_add_variable(schema, "i", TFEED_INT64, reterr);
    if (status == TFEED_OK)
        status = tfeed_schema_add_sequence(schema, "seq", TFEED_STRING, &scalar, &none, reterr);
    if (status == TFEED_OK)
        status = tfeed_schema_add_sparse(schema, "sparse", &key, 1, "v", TFEED_STRING, &size, false,
                                         reterr);
    if (status == TFEED_OK)
        status = tfeed_schema_add_ragged(schema, "ragged", "w", TFEED_FLOAT, partitions, 1,
                                         TFEED_INT32, reterr);
    return status;
}

static void all_kinds_examples(struct wire_bytes examples[2])
{
    static const int64_t keys[] = {5, 2, 3};
    static const int64_t lengths[] = {1, 2};
    static const float floats[] = {1, 2, 3};
    examples[0] = example_of(joined(joined(texts("seq", "ab"), texts("v", "xyz")),
                                    joined(entry_of("i", int64s_feature(keys, 3)),
                                           joined(entry_of("w", floats_feature(floats, 3)),
                                                  entry_of("l", int64s_feature(lengths, 2))))));
    examples[1] = example_of(text("fixed", "some"));
}

Test(columns_batches, failed_allocation_leaves_nothing_behind)
{
    struct wire_bytes examples[2];
    all_kinds_examples(examples);
    const struct tfeed_bytes views[] = {view_of(&examples[0]), view_of(&examples[1])};
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_schema *schema = NULL;
        struct tfeed_example_parser *parser = NULL;
        struct tfeed_columns *columns = NULL;
        struct tfeed_sparse sparse;
        tfeed_status status = tfeed_schema_new(allocator, &schema, NULL);
        if (status == TFEED_OK)
            status = add_all_kinds(schema, NULL);
        if (status == TFEED_OK)
            status = tfeed_example_parser_new(schema, allocator, &parser, NULL);
        if (status == TFEED_OK)
            status = tfeed_columns_new(schema, 2, allocator, &columns, NULL);
        if (status == TFEED_OK) {
            status = tfeed_example_parser_parse_batch(parser, views, 2, columns, NULL, NULL);
            cr_assert_eq(tfeed_columns_n_rows(columns), status == TFEED_OK ? 2 : 0);
        }
        if (status == TFEED_OK)
            status = tfeed_columns_sparse(columns, 1, TFEED_ALL_ROWS, &sparse, NULL);
        if (status == TFEED_OK)
            status = tfeed_columns_sparse(columns, 3, 0, &sparse, NULL);
        T_EXPECT_ALLOC_STATUS(status);
        tfeed_columns_free(columns);
        tfeed_example_parser_free(parser);
        tfeed_schema_unref(schema);
    });
}

Test(columns_batches, columns_work_on_after_memory_was_short)
{
    struct wire_bytes examples[2];
    struct t_allocator allocator;
    struct tfeed_schema *schema;
    struct tfeed_example_parser *parser;
    struct tfeed_columns *columns;
    all_kinds_examples(examples);
    const struct tfeed_bytes views[] = {view_of(&examples[0]), view_of(&examples[1])};
    cr_assert_eq(tfeed_schema_new(NULL, &schema, NULL), TFEED_OK);
    cr_assert_eq(add_all_kinds(schema, NULL), TFEED_OK);
    cr_assert_eq(tfeed_example_parser_new(schema, NULL, &parser, NULL), TFEED_OK);
    tfeed_status status;
    size_t nth = 0;
    do {
        t_allocator_init(&allocator);
        cr_assert_eq(tfeed_columns_new(schema, 2, &allocator.hooks, &columns, NULL), TFEED_OK);
        allocator.fail_at = allocator.n_calls + ++nth;
        status = tfeed_example_parser_parse_batch(parser, views, 2, columns, NULL, NULL);
        allocator.fail_at = 0;
        cr_assert_eq(tfeed_example_parser_parse_batch(parser, views, 2, columns, NULL, NULL),
                     TFEED_OK);
        EXPECT_INT64S(tfeed_columns_values(columns, 1), 5, 2, 3);
        expect_texts(tfeed_columns_values(columns, 3), "yzx");
        tfeed_columns_free(columns);
        cr_assert_eq(t_outstanding_bytes(&allocator), 0);
    } while (status != TFEED_OK);
    cr_assert_gt(nth, 3);
    tfeed_example_parser_free(parser);
    tfeed_schema_unref(schema);
}

Test(columns_batches, batch_like_the_last_allocates_nothing)
{
    struct wire_bytes examples[2];
    struct t_allocator allocator;
    struct tfeed_schema *schema;
    struct tfeed_example_parser *parser;
    struct tfeed_columns *columns;
    all_kinds_examples(examples);
    const struct tfeed_bytes views[] = {view_of(&examples[0]), view_of(&examples[1])};
    t_allocator_init(&allocator);
    cr_assert_eq(tfeed_schema_new(&allocator.hooks, &schema, NULL), TFEED_OK);
    cr_assert_eq(add_all_kinds(schema, NULL), TFEED_OK);
    cr_assert_eq(tfeed_example_parser_new(schema, &allocator.hooks, &parser, NULL), TFEED_OK);
    cr_assert_eq(tfeed_columns_new(schema, 2, &allocator.hooks, &columns, NULL), TFEED_OK);
    cr_assert_eq(tfeed_example_parser_parse_batch(parser, views, 2, columns, NULL, NULL), TFEED_OK);
    const size_t n_calls = allocator.n_calls;
    for (int i = 0; i < 3; i++)
        cr_assert_eq(tfeed_example_parser_parse_batch(parser, views, 2, columns, NULL, NULL),
                     TFEED_OK);
    cr_assert_eq(allocator.n_calls, n_calls);
    tfeed_columns_free(columns);
    tfeed_example_parser_free(parser);
    tfeed_schema_unref(schema);
    T_EXPECT_NO_LEAKS(&allocator);
}

Test(columns_batches, tensor_that_is_held_outlives_the_next_batch)
{
    struct fixture fixture;
    fixture_init(&fixture);
    cr_assert_eq(add_all_kinds(fixture.schema, NULL), TFEED_OK);
    fixture_start(&fixture);
    struct wire_bytes examples[2];
    all_kinds_examples(examples);
    expect_ok(&fixture, examples, 2);
    struct tfeed_tensor held[5];
    for (int i = 0; i < 5; i++)
        held[i] = tfeed_tensor_ref(tfeed_columns_values(fixture.columns, i));
    const struct wire_bytes none[] = {nothing(), nothing(), nothing()};
    expect_ok(&fixture, none, 3);
    fixture_clear(&fixture);
    EXPECT_INT64S(&held[1], 5, 2, 3);
    expect_texts(&held[3], "yzx");
    cr_assert_eq(tfeed_tensor_floats(&held[4])[2], 3);
    cr_assert_eq(tfeed_tensor_n_elements(&held[2]), 4);
    cr_assert_arr_eq(tfeed_tensor_strings(&held[2])[3].data, "none", 4);
    for (int i = 0; i < 5; i++)
        tfeed_tensor_clear(&held[i]);
    T_EXPECT_NO_LEAKS(NULL);
}

/* --------------------------------------------------------------------- runs */

Test(columns_batches, batch_is_appended_in_runs_that_leave_out_bad_rows)
{
    struct fixture fixture;
    struct wire_bytes examples[2];
    size_t bad_row = SIZE_MAX;
    fixture_init(&fixture);
    cr_assert_eq(add_all_kinds(fixture.schema, NULL), TFEED_OK);
    fixture_start(&fixture);
    all_kinds_examples(examples);
    const struct wire_bytes misfit = joined(examples[0], example_of(ints("l", 3, 1)));
    const struct tfeed_bytes runs[] = {view_of(&examples[0]), view_of(&misfit),
                                       view_of(&examples[1]), view_of(&examples[0])};
    cr_assert_eq(tfi_columns_start(fixture.columns, fixture.schema, N_ROWS, NULL), TFEED_OK);
    cr_assert_eq(tfi_example_parser_append(fixture.parser, runs, 3, fixture.columns, &bad_row,
                                           &fixture.error),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_eq(bad_row, 1);
    cr_assert_eq(
        tfi_example_parser_append(fixture.parser, runs + 2, 2, fixture.columns, NULL, NULL),
        TFEED_OK);
    cr_assert_eq(tfi_columns_finish(fixture.columns, NULL), TFEED_OK);
    cr_assert_eq(tfeed_columns_n_rows(fixture.columns), 3);
    EXPECT_INT64S(tfeed_columns_row_splits(fixture.columns, 1, 0), 0, 3, 3, 6);
    EXPECT_INT64S(tfeed_columns_n_steps(fixture.columns, 2), 2, 0, 2);
    expect_texts(tfeed_columns_values(fixture.columns, 3), "yzxyzx");
    static const int32_t batch_splits[] = {0, 2, 2, 4};
    static const int32_t row_splits[] = {0, 1, 3, 4, 6};
    cr_assert_arr_eq(tfeed_columns_row_splits(fixture.columns, 4, 0)->data, batch_splits,
                     sizeof batch_splits);
    cr_assert_arr_eq(tfeed_columns_row_splits(fixture.columns, 4, 1)->data, row_splits,
                     sizeof row_splits);
    cr_assert_arr_eq(tfeed_tensor_strings(tfeed_columns_values(fixture.columns, 0))[1].data, "some",
                     4);
    cr_assert_eq(tfi_columns_start(fixture.columns, fixture.schema, N_ROWS, NULL), TFEED_OK);
    cr_assert_eq(tfi_example_parser_append(fixture.parser, runs, 1, fixture.columns, NULL, NULL),
                 TFEED_OK);
    tfi_columns_abandon(fixture.columns);
    cr_assert_eq(tfeed_columns_n_rows(fixture.columns), 0);
    fixture_clear(&fixture);
}
