/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_columns_ragged.c - partitions of every kind, nested, and those that do not fit.
 */
#include <criterion/criterion.h>

#include <string.h>

#include <tfeed/features.h>

#include "tests/support/support.h"
#include "tests/unit/features/example_bytes.h"

struct fixture {
    struct tfeed_schema *schema;
    struct tfeed_example_parser *parser;
    struct tfeed_columns *columns;
    struct tfeed_error error;
};

static void fixture_init(struct fixture *fixture, const struct tfeed_partition *partitions, int n,
                         enum tfeed_dtype splits_dtype)
{
    *fixture = (struct fixture){.schema = NULL};
    cr_assert_eq(tfeed_schema_new(NULL, &fixture->schema, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_add_ragged(fixture->schema, "x", "v", TFEED_INT64, partitions, n,
                                         splits_dtype, NULL),
                 TFEED_OK);
    cr_assert_eq(tfeed_example_parser_new(fixture->schema, NULL, &fixture->parser, NULL), TFEED_OK);
    cr_assert_eq(tfeed_columns_new(fixture->schema, 4, NULL, &fixture->columns, NULL), TFEED_OK);
}

static void fixture_clear(struct fixture *fixture)
{
    tfeed_columns_free(fixture->columns);
    tfeed_example_parser_free(fixture->parser);
    tfeed_schema_unref(fixture->schema);
    T_EXPECT_NO_LEAKS(NULL);
}

static tfeed_status parse(struct fixture *fixture, const struct wire_bytes *examples, size_t n)
{
    struct tfeed_bytes views[4];
    for (size_t i = 0; i < n; i++)
        views[i] = view_of(&examples[i]);
    return tfeed_example_parser_parse_batch(fixture->parser, views, n, fixture->columns, NULL,
                                            &fixture->error);
}

/* An example with n values 1, 2, … and the numbers of a partition. */
static struct wire_bytes example(size_t n, const int64_t *numbers, size_t n_numbers)
{
    static const int64_t values[] = {1, 2, 3, 4, 5, 6, 7, 8};
    return example_of(joined(entry_of("v", int64s_feature(values, n)),
                             entry_of("p", int64s_feature(numbers, n_numbers))));
}

static void expect_splits(const struct tfeed_columns *columns, int level, const int64_t *expected,
                          size_t n)
{
    const struct tfeed_tensor *splits = tfeed_columns_row_splits(columns, 0, level);
    cr_assert_not_null(splits);
    cr_assert_eq(tfeed_tensor_n_elements(splits), (int64_t)n);
    for (size_t i = 0; i < n; i++)
        cr_assert_eq(splits->dtype == TFEED_INT32 ? tfeed_tensor_int32s(splits)[i]
                                                  : tfeed_tensor_int64s(splits)[i],
                     expected[i], "level %d, split %zu", level, i);
}

#define EXPECT_SPLITS(columns, level, ...)                                                         \
    expect_splits((columns), (level), (const int64_t[]){__VA_ARGS__},                              \
                  sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t))

Test(columns_ragged, every_kind_of_partition_says_the_same_rows)
{
    static const struct {
        enum tfeed_partition_kind kind;
        size_t n;
        int64_t numbers[5];
    } cases[] = {
        {TFEED_PARTITION_ROW_SPLITS, 4, {0, 2, 2, 5}},
        {TFEED_PARTITION_ROW_LENGTHS, 3, {2, 0, 3}},
        {TFEED_PARTITION_ROW_STARTS, 3, {0, 2, 2}},
        {TFEED_PARTITION_ROW_LIMITS, 3, {2, 2, 5}},
        {TFEED_PARTITION_VALUE_ROWIDS, 5, {0, 0, 2, 2, 2}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (int wide = 0; wide < 2; wide++) {
            struct fixture fixture;
            const struct tfeed_partition partition = {.kind = cases[i].kind, .key = "p"};
            fixture_init(&fixture, &partition, 1, wide ? TFEED_INT64 : TFEED_INT32);
            const struct wire_bytes row = example(5, cases[i].numbers, cases[i].n);
            const struct wire_bytes examples[] = {row, {.len = 0}, row};
            cr_assert_eq(parse(&fixture, examples, 3), TFEED_OK, "%s", fixture.error.message);
            cr_assert_eq(tfeed_columns_n_levels(fixture.columns, 0), 2);
            EXPECT_SPLITS(fixture.columns, 0, 0, 3, 3, 6);
            EXPECT_SPLITS(fixture.columns, 1, 0, 2, 2, 5, 7, 7, 10);
            cr_assert_eq(tfeed_tensor_n_elements(tfeed_columns_values(fixture.columns, 0)), 10);
            const struct tfeed_tensor last = tfeed_columns_row(fixture.columns, 0, 2);
            cr_assert_eq(tfeed_tensor_n_elements(&last), 5);
            fixture_clear(&fixture);
        }
}

Test(columns_ragged, partitions_that_do_not_fit_are_refused)
{
    static const struct {
        enum tfeed_partition_kind kind;
        size_t n;
        int64_t numbers[4];
    } cases[] = {
        {TFEED_PARTITION_ROW_SPLITS, 2, {1, 3}},
        {TFEED_PARTITION_ROW_SPLITS, 3, {0, 3, 2}},
        {TFEED_PARTITION_ROW_SPLITS, 2, {0, 2}},
        {TFEED_PARTITION_ROW_SPLITS, 2, {0, 4}},
        {TFEED_PARTITION_ROW_SPLITS, 1, {0}},
        {TFEED_PARTITION_ROW_SPLITS, 0, {0}},
        {TFEED_PARTITION_ROW_LENGTHS, 2, {4, -1}},
        {TFEED_PARTITION_ROW_LENGTHS, 1, {2}},
        {TFEED_PARTITION_ROW_LENGTHS, 2, {3, INT64_MAX}},
        {TFEED_PARTITION_ROW_LENGTHS, 2, {INT64_MIN, 3}},
        {TFEED_PARTITION_ROW_STARTS, 1, {1}},
        {TFEED_PARTITION_ROW_STARTS, 3, {0, 2, 1}},
        {TFEED_PARTITION_ROW_STARTS, 2, {0, 4}},
        {TFEED_PARTITION_ROW_STARTS, 0, {0}},
        {TFEED_PARTITION_ROW_LIMITS, 2, {3, 2}},
        {TFEED_PARTITION_ROW_LIMITS, 1, {2}},
        {TFEED_PARTITION_VALUE_ROWIDS, 2, {0, 1}},
        {TFEED_PARTITION_VALUE_ROWIDS, 4, {0, 0, 0, 0}},
        {TFEED_PARTITION_VALUE_ROWIDS, 3, {1, 0, 1}},
        {TFEED_PARTITION_VALUE_ROWIDS, 3, {1, 1, 0}},
        {TFEED_PARTITION_VALUE_ROWIDS, 3, {-1, -1, -1}},
        {TFEED_PARTITION_VALUE_ROWIDS, 3, {0, 0, INT64_MAX}},
        {TFEED_PARTITION_VALUE_ROWIDS, 3, {0, 0, 65539}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fixture fixture;
        const struct tfeed_partition partition = {.kind = cases[i].kind, .key = "p"};
        fixture_init(&fixture, &partition, 1, TFEED_INT32);
        const struct wire_bytes bad = example(3, cases[i].numbers, cases[i].n);
        const struct wire_bytes examples[] = {{.len = 0}, bad};
        cr_assert_eq(parse(&fixture, examples, 2), TFEED_INVALID_ARGUMENT, "case %zu", i);
        cr_assert_not_null(strstr(fixture.error.message, "not aligned"), "%s",
                           fixture.error.message);
        cr_assert_eq(tfeed_columns_n_rows(fixture.columns), 1);
        EXPECT_SPLITS(fixture.columns, 0, 0, 0);
        fixture_clear(&fixture);
    }
}

Test(columns_ragged, rows_left_out_by_row_ids_are_empty)
{
    static const int64_t ids[] = {2, 65537};
    struct fixture fixture;
    const struct tfeed_partition partition = {.kind = TFEED_PARTITION_VALUE_ROWIDS, .key = "p"};
    fixture_init(&fixture, &partition, 1, TFEED_INT64);
    const struct wire_bytes row = example(2, ids, 2);
    cr_assert_eq(parse(&fixture, &row, 1), TFEED_OK, "%s", fixture.error.message);
    EXPECT_SPLITS(fixture.columns, 0, 0, 65538);
    const int64_t *splits = tfeed_tensor_int64s(tfeed_columns_row_splits(fixture.columns, 0, 1));
    cr_assert_eq(splits[2], 0);
    cr_assert_eq(splits[3], 1);
    cr_assert_eq(splits[65537], 1);
    cr_assert_eq(splits[65538], 2);
    fixture_clear(&fixture);
}

Test(columns_ragged, partitions_nest_from_the_innermost_outwards)
{
    static const int64_t outer[] = {2, 1};    /* rows of rows */
    static const int64_t inner[] = {1, 3, 4}; /* limits over pairs */
    struct fixture fixture;
    const struct tfeed_partition partitions[] = {
        {.kind = TFEED_PARTITION_ROW_LENGTHS, .key = "o"},
        {.kind = TFEED_PARTITION_ROW_LIMITS, .key = "p"},
        {.kind = TFEED_PARTITION_UNIFORM_ROW_LENGTH, .length = 2},
    };
    fixture_init(&fixture, partitions, 3, TFEED_INT32);
    const struct wire_bytes row =
        joined(example(8, inner, 3), example_of(entry_of("o", int64s_feature(outer, 2))));
    const struct wire_bytes examples[] = {row, row};
    cr_assert_eq(parse(&fixture, examples, 2), TFEED_OK, "%s", fixture.error.message);
    cr_assert_eq(tfeed_columns_n_levels(fixture.columns, 0), 3);
    EXPECT_SPLITS(fixture.columns, 0, 0, 2, 4);
    EXPECT_SPLITS(fixture.columns, 1, 0, 2, 3, 5, 6);
    EXPECT_SPLITS(fixture.columns, 2, 0, 1, 3, 4, 5, 7, 8);
    const struct tfeed_shape expected = {2, {8, 2}};
    cr_assert(tfeed_shape_equal(&tfeed_columns_values(fixture.columns, 0)->shape, &expected));
    const struct wire_bytes odd =
        joined(example(7, inner, 3), example_of(entry_of("o", int64s_feature(outer, 2))));
    cr_assert_eq(parse(&fixture, &odd, 1), TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(fixture.error.message, "uniform_row_length"));
    fixture_clear(&fixture);
}

Test(columns_ragged, uniform_rows_above_others_are_row_splits)
{
    static const int64_t lengths[] = {1, 0, 2, 1};
    struct fixture fixture;
    const struct tfeed_partition partitions[] = {
        {.kind = TFEED_PARTITION_UNIFORM_ROW_LENGTH, .length = 2},
        {.kind = TFEED_PARTITION_ROW_LENGTHS, .key = "p"},
    };
    fixture_init(&fixture, partitions, 2, TFEED_INT64);
    const struct wire_bytes row = example(4, lengths, 4);
    cr_assert_eq(parse(&fixture, &row, 1), TFEED_OK, "%s", fixture.error.message);
    EXPECT_SPLITS(fixture.columns, 0, 0, 2);
    EXPECT_SPLITS(fixture.columns, 1, 0, 2, 4);
    EXPECT_SPLITS(fixture.columns, 2, 0, 1, 1, 3, 4);
    const struct wire_bytes odd = example(3, lengths, 3);
    cr_assert_eq(parse(&fixture, &odd, 1), TFEED_INVALID_ARGUMENT);
    fixture_clear(&fixture);
}
