/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_sequence_ragged.c - lists whose steps are divided by partitions: random ones in every
 * spelling, what does not divide, and what a schema refuses.
 */
#include <criterion/criterion.h>

#include <string.h>

#include <tfeed/sequence.h>

#include "tests/support/support.h"
#include "tests/unit/features/sequence_fixture.h"

/* Random groups of rows of values, of one kind of partition for both, in steps of records. */
enum { MAX_NUMBERS = 4000, N_RECORDS = 12 };

struct numbers {
    size_t n;
    int64_t at[MAX_NUMBERS];
};

static void push(struct numbers *numbers, int64_t number)
{
    cr_assert_lt(numbers->n, (size_t)MAX_NUMBERS);
    numbers->at[numbers->n++] = number;
}

/* What the parser has to arrive at, counted over the batch. */
struct model {
    struct numbers steps;  /* where the steps of each record end … */
    struct numbers groups; /* … the groups of each step … */
    struct numbers rows;   /* … the rows of each group … */
    struct numbers values; /* … and the values of each row */
};

static int64_t last_of(const struct numbers *numbers)
{
    return numbers->at[numbers->n - 1];
}

/* The numbers with which a kind of partition spells rows of these lengths. */
static struct numbers spell(enum tfeed_partition_kind kind, const int64_t *lengths, size_t n)
{
    struct numbers numbers = {.n = 0};
    int64_t end = 0;
    if (kind == TFEED_PARTITION_ROW_SPLITS && n > 0)
        push(&numbers, 0);
    for (size_t i = 0; i < n; i++) {
        if (kind == TFEED_PARTITION_ROW_STARTS)
            push(&numbers, end);
        for (int64_t k = 0; kind == TFEED_PARTITION_VALUE_ROWIDS && k < lengths[i]; k++)
            push(&numbers, (int64_t)i);
        end += lengths[i];
        if (kind == TFEED_PARTITION_ROW_SPLITS || kind == TFEED_PARTITION_ROW_LIMITS)
            push(&numbers, end);
        if (kind == TFEED_PARTITION_ROW_LENGTHS)
            push(&numbers, lengths[i]);
    }
    return numbers;
}

/* Random lengths of rows; the last is not 0, as row ids cannot say so. */
static size_t random_lengths(struct tfeed_random *random, int64_t *lengths, size_t max)
{
    const size_t n = random_below(random, max + 1);
    for (size_t i = 0; i < n; i++)
        lengths[i] = (int64_t)random_below(random, 4) + (i + 1 == n);
    return n;
}

/* A step: its groups, rows and values in the model and in the three lists. */
static void add_step(struct tfeed_random *random, enum tfeed_partition_kind kind,
                     struct model *model, struct numbers steps[3])
{
    int64_t groups[4];
    int64_t rows[MAX_NUMBERS];
    const size_t n_groups = random_lengths(random, groups, 3);
    size_t n_rows = 0;
    for (size_t i = 0; i < n_groups; i++)
        for (int64_t k = 0; k < groups[i]; k++, n_rows++)
            rows[n_rows] = (int64_t)random_below(random, 4);
    if (n_rows > 0)
        rows[n_rows - 1] += rows[n_rows - 1] == 0;
    steps[0].n = 0;
    push(&model->groups, last_of(&model->groups) + (int64_t)n_groups);
    for (size_t i = 0; i < n_groups; i++)
        push(&model->rows, last_of(&model->rows) + groups[i]);
    for (size_t i = 0; i < n_rows; i++) {
        push(&model->values, last_of(&model->values) + rows[i]);
        for (int64_t k = 0; k < rows[i]; k++)
            push(&steps[0], (int64_t)random_below(random, 1000));
    }
    steps[1] = spell(kind, groups, n_groups);
    steps[2] = spell(kind, rows, n_rows);
}

static const char *const keys[] = {"v", "outer", "inner"};

/* A record of some steps; of none, at times without the lists. */
static void add_record(struct tfeed_random *random, enum tfeed_partition_kind kind,
                       struct model *model, struct numbers *all_values,
                       struct sequence_records *records)
{
    static struct numbers steps[4][3];
    const size_t n_steps = random_below(random, 5);
    push(&model->steps, last_of(&model->steps) + (int64_t)n_steps);
    for (size_t i = 0; i < n_steps; i++) {
        add_step(random, kind, model, steps[i]);
        for (size_t k = 0; k < steps[i][0].n; k++)
            push(all_values, steps[i][0].at[k]);
    }
    tfeed_sequence_builder_clear(records->builder);
    for (int list = 0; list < 3 && (n_steps > 0 || random_below(random, 2)); list++) {
        const int64_t *numbers[4];
        size_t n_numbers[4];
        for (size_t i = 0; i < n_steps; i++) {
            numbers[i] = steps[i][list].at;
            n_numbers[i] = steps[i][list].n;
        }
        add_int64_list(records, keys[list], numbers, n_numbers, n_steps);
    }
    sequence_records_add(records);
}

static void expect_numbers(const struct tfeed_tensor *got, const struct numbers *expected)
{
    cr_assert_eq((uint64_t)got->shape.dims[0], expected->n);
    for (size_t i = 0; i < expected->n; i++)
        cr_assert_eq(got->dtype == TFEED_INT32 ? tfeed_tensor_int32s(got)[i]
                                               : tfeed_tensor_int64s(got)[i],
                     expected->at[i], "number %zu", i);
}

static struct tfeed_sequence_schema *new_schema(void)
{
    struct tfeed_sequence_schema *schema;
    T_OK(tfeed_sequence_schema_new(NULL, NULL, &schema, NULL));
    return schema;
}

/* The rows of the records, one behind the other, are the values. */
static void expect_rows(const struct tfeed_sequence_parser *parser, const struct model *model,
                        const struct numbers *values)
{
    const int64_t *all = values->at;
    for (int64_t row = 0; row < N_RECORDS; row++) {
        const int64_t end =
            model->values.at[model->rows.at[model->groups.at[model->steps.at[row + 1]]]];
        const struct tfeed_tensor alone = tfeed_sequence_parser_row(parser, 0, row);
        const int64_t n = tfeed_tensor_n_elements(&alone);
        cr_assert_eq(all + n, values->at + end);
        cr_assert(n == 0 || memcmp(alone.data, all, (size_t)n * sizeof *all) == 0);
        all += n;
    }
}

static void check_random(enum tfeed_partition_kind kind, enum tfeed_dtype row_splits_dtype)
{
    static struct model model;
    static struct numbers values;
    const struct tfeed_partition partitions[] = {{kind, "outer", 0}, {kind, "inner", 0}};
    struct tfeed_random random;
    struct tfeed_sequence_schema *schema = new_schema();
    struct tfeed_sequence_parser *parser;
    tfeed_random_init(&random, (struct tfeed_seeds){17, (uint64_t)kind});
    T_OK(tfeed_sequence_schema_add_ragged(schema, "r", "v", TFEED_INT64, partitions, 2,
                                          row_splits_dtype, NULL));
    T_OK(tfeed_sequence_parser_new(schema, N_RECORDS, NULL, &parser, NULL));
    for (int round = 0; round < 8; round++) {
        struct sequence_records records;
        model = (struct model){.steps.n = 1, .groups.n = 1, .rows.n = 1, .values.n = 1};
        values.n = 0;
        sequence_records_init(&records);
        for (int i = 0; i < N_RECORDS; i++)
            add_record(&random, kind, &model, &values, &records);
        T_OK(tfeed_sequence_parser_parse(parser, records.records, N_RECORDS, NULL, NULL));
        cr_assert_eq(tfeed_sequence_parser_n_levels(parser, 0), 3);
        expect_numbers(tfeed_sequence_parser_step_splits(parser, 0), &model.steps);
        expect_numbers(tfeed_sequence_parser_row_splits(parser, 0, 0), &model.groups);
        expect_numbers(tfeed_sequence_parser_row_splits(parser, 0, 1), &model.rows);
        expect_numbers(tfeed_sequence_parser_row_splits(parser, 0, 2), &model.values);
        expect_numbers(tfeed_sequence_parser_values(parser, 0), &values);
        expect_rows(parser, &model, &values);
        cr_assert_eq(tfeed_sequence_parser_row_splits(parser, 0, 0)->dtype, row_splits_dtype);
        cr_assert_null(tfeed_sequence_parser_row_splits(parser, 0, 3));
        sequence_records_clear(&records);
    }
    tfeed_sequence_parser_free(parser);
    tfeed_sequence_schema_unref(schema);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(sequence_ragged, random_rows_come_out_of_row_splits)
{
    check_random(TFEED_PARTITION_ROW_SPLITS, TFEED_INT64);
}

Test(sequence_ragged, random_rows_come_out_of_row_lengths)
{
    check_random(TFEED_PARTITION_ROW_LENGTHS, TFEED_INT32);
}

Test(sequence_ragged, random_rows_come_out_of_row_starts)
{
    check_random(TFEED_PARTITION_ROW_STARTS, TFEED_INT64);
}

Test(sequence_ragged, random_rows_come_out_of_row_limits)
{
    check_random(TFEED_PARTITION_ROW_LIMITS, TFEED_INT32);
}

Test(sequence_ragged, random_rows_come_out_of_value_rowids)
{
    check_random(TFEED_PARTITION_VALUE_ROWIDS, TFEED_INT64);
}

/* One record: the values 1 … 6 in one step, 7 and 8 in a second; and steps of lengths, the first of
 * them given, the others 2. */
static void add_six_and_two(struct sequence_records *records, const int64_t *first, size_t n_first,
                            size_t n_steps_of_lengths)
{
    static const int64_t values[] = {1, 2, 3, 4, 5, 6, 7, 8};
    static const int64_t two[] = {2};
    const int64_t *const value_steps[] = {values, values + 6};
    const int64_t *const length_steps[] = {first, two, two};
    const size_t n_values[] = {6, 2};
    const size_t n_lengths[] = {n_first, 1, 1};
    tfeed_sequence_builder_clear(records->builder);
    add_int64_list(records, "v", value_steps, n_values, 2);
    add_int64_list(records, "l", length_steps, n_lengths, n_steps_of_lengths);
    sequence_records_add(records);
}

static const struct tfeed_partition by_lengths = {TFEED_PARTITION_ROW_LENGTHS, "l", 0};
static const struct tfeed_partition by_twos = {TFEED_PARTITION_UNIFORM_ROW_LENGTH, NULL, 2};

Test(sequence_ragged, lists_share_values_and_partitions)
{
    static const int64_t lengths[] = {4, 0, 2};
    const struct tfeed_partition nested[] = {{TFEED_PARTITION_UNIFORM_ROW_LENGTH, NULL, 1},
                                             by_lengths};
    const struct numbers steps = {3, {0, 3, 4}};
    const struct numbers rows = {5, {0, 4, 4, 6, 8}};
    const struct numbers values = {3, {0, 6, 8}};
    struct sequence_records records;
    struct tfeed_sequence_schema *schema = new_schema();
    struct tfeed_sequence_parser *parser;
    T_OK(tfeed_sequence_schema_add_ragged(schema, "rows", "v", TFEED_INT64, &by_lengths, 1,
                                          TFEED_INT64, NULL));
    T_OK(tfeed_sequence_schema_add_ragged(schema, "nested", "v", TFEED_INT64, nested, 2,
                                          TFEED_INT64, NULL));
    T_OK(tfeed_sequence_schema_add_ragged(schema, "v", NULL, TFEED_INT64, NULL, 0, TFEED_INT64,
                                          NULL));
    cr_assert_eq(tfeed_sequence_schema_n_lists(schema), 3);
    cr_assert_eq(tfeed_sequence_schema_list_kind(schema, 1), TFEED_COLUMN_RAGGED);
    T_OK(tfeed_sequence_parser_new(schema, 1, NULL, &parser, NULL));
    sequence_records_init(&records);
    add_six_and_two(&records, lengths, 3, 2);
    T_OK(tfeed_sequence_parser_parse(parser, records.records, 1, NULL, NULL));
    for (int list = 0; list < 3; list++)
        cr_assert_eq(tfeed_sequence_parser_values(parser, list)->shape.dims[0], 8);
    expect_numbers(tfeed_sequence_parser_row_splits(parser, 0, 0), &steps);
    expect_numbers(tfeed_sequence_parser_row_splits(parser, 0, 1), &rows);
    cr_assert_eq(tfeed_sequence_parser_n_levels(parser, 1), 3);
    expect_numbers(tfeed_sequence_parser_row_splits(parser, 1, 2), &rows);
    expect_numbers(tfeed_sequence_parser_row_splits(parser, 2, 0), &values);
    tfeed_sequence_parser_free(parser);
    tfeed_sequence_schema_unref(schema);
    sequence_records_clear(&records);
    T_EXPECT_NO_LEAKS(NULL);
}

/* What parsing one record by lengths gives; the message in `error`. */
static tfeed_status parse_by_lengths(const int64_t *first, size_t n_first,
                                     size_t n_steps_of_lengths, struct tfeed_error *error)
{
    struct sequence_records records;
    struct tfeed_sequence_schema *schema = new_schema();
    struct tfeed_sequence_parser *parser;
    T_OK(tfeed_sequence_schema_add_ragged(schema, "r", "v", TFEED_INT64, &by_lengths, 1,
                                          TFEED_INT32, NULL));
    T_OK(tfeed_sequence_parser_new(schema, 1, NULL, &parser, NULL));
    sequence_records_init(&records);
    add_six_and_two(&records, first, n_first, n_steps_of_lengths);
    const tfeed_status status =
        tfeed_sequence_parser_parse(parser, records.records, 1, NULL, error);
    cr_assert_eq(tfeed_sequence_parser_n_rows(parser), status == TFEED_OK);
    tfeed_sequence_parser_free(parser);
    tfeed_sequence_schema_unref(schema);
    sequence_records_clear(&records);
    return status;
}

Test(sequence_ragged, step_that_its_lengths_do_not_fill_is_refused)
{
    static const int64_t fitting[] = {4, 0, 2};
    static const int64_t short_of[] = {4, 1};
    static const int64_t negative[] = {7, -1};
    struct tfeed_error error = TFEED_ERROR_INIT;
    cr_assert_eq(parse_by_lengths(fitting, 3, 2, &error), TFEED_OK);
    cr_assert_eq(parse_by_lengths(short_of, 2, 2, &error), TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(error.message, "not aligned"), "%s", error.message);
    cr_assert_not_null(strstr(error.message, "row_lengths l"), "%s", error.message);
    cr_assert_eq(parse_by_lengths(negative, 2, 2, &error), TFEED_INVALID_ARGUMENT);
}

Test(sequence_ragged, partition_with_other_steps_is_refused)
{
    static const int64_t fitting[] = {6};
    struct tfeed_error error = TFEED_ERROR_INIT;
    cr_assert_eq(parse_by_lengths(fitting, 1, 1, &error), TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(error.message, "2 steps, partition 0 (l) has 1"), "%s",
                       error.message);
    cr_assert_eq(parse_by_lengths(fitting, 1, 3, &error), TFEED_INVALID_ARGUMENT);
}

/* Steps that each leave out n_empty rows before the one that has the value. */
static tfeed_status parse_row_ids(int64_t n_empty, size_t n_steps)
{
    const struct tfeed_partition by_ids = {TFEED_PARTITION_VALUE_ROWIDS, "l", 0};
    const int64_t value = 1;
    const int64_t *const value_steps[] = {&value, &value};
    const int64_t *const id_steps[] = {&n_empty, &n_empty};
    const size_t ones[] = {1, 1};
    struct sequence_records records;
    struct tfeed_sequence_schema *schema = new_schema();
    struct tfeed_sequence_parser *parser;
    T_OK(tfeed_sequence_schema_add_ragged(schema, "r", "v", TFEED_INT64, &by_ids, 1, TFEED_INT64,
                                          NULL));
    T_OK(tfeed_sequence_parser_new(schema, 1, NULL, &parser, NULL));
    sequence_records_init(&records);
    add_int64_list(&records, "v", value_steps, ones, n_steps);
    add_int64_list(&records, "l", id_steps, ones, n_steps);
    sequence_records_add(&records);
    const tfeed_status status = tfeed_sequence_parser_parse(parser, records.records, 1, NULL, NULL);
    tfeed_sequence_parser_free(parser);
    tfeed_sequence_schema_unref(schema);
    sequence_records_clear(&records);
    return status;
}

Test(sequence_ragged, rows_that_ids_leave_out_are_limited_in_a_record_not_in_a_step)
{
    cr_assert_eq(parse_row_ids(65536, 1), TFEED_OK);
    cr_assert_eq(parse_row_ids(65537, 1), TFEED_INVALID_ARGUMENT);
    cr_assert_eq(parse_row_ids(32768, 2), TFEED_OK);
    cr_assert_eq(parse_row_ids(32769, 2), TFEED_INVALID_ARGUMENT);
    cr_assert_eq(parse_row_ids(INT64_MAX, 1), TFEED_INVALID_ARGUMENT);
}

Test(sequence_ragged, uniform_lengths_are_dimensions)
{
    static const int64_t lengths[] = {2, 1};
    const struct tfeed_partition partitions[] = {by_lengths, by_twos};
    static const int64_t values[] = {1, 2, 3, 4, 5, 6};
    struct sequence_records records;
    struct tfeed_sequence_schema *schema = new_schema();
    struct tfeed_sequence_parser *parser;
    T_OK(tfeed_sequence_schema_add_ragged(schema, "v", NULL, TFEED_INT64, partitions, 2,
                                          TFEED_INT64, NULL));
    T_OK(tfeed_sequence_parser_new(schema, 1, NULL, &parser, NULL));
    sequence_records_init(&records);
    const int64_t *const value_steps[] = {values};
    const int64_t *const length_steps[] = {lengths};
    add_int64_list(&records, "v", value_steps, (const size_t[]){6}, 1);
    add_int64_list(&records, "l", length_steps, (const size_t[]){2}, 1);
    sequence_records_add(&records);
    T_OK(tfeed_sequence_parser_parse(parser, records.records, 1, NULL, NULL));
    const struct tfeed_tensor *got = tfeed_sequence_parser_values(parser, 0);
    cr_assert_eq(got->shape.n_dims, 2);
    cr_assert_eq(got->shape.dims[0], 3);
    cr_assert_eq(got->shape.dims[1], 2);
    cr_assert_eq(tfeed_sequence_parser_n_levels(parser, 0), 2);
    const struct numbers rows = {3, {0, 2, 3}};
    expect_numbers(tfeed_sequence_parser_row_splits(parser, 0, 1), &rows);
    struct tfeed_sparse sparse;
    cr_assert_eq(tfeed_sequence_parser_sparse(parser, 0, TFEED_ALL_ROWS, &sparse, NULL),
                 TFEED_INVALID_ARGUMENT);
    tfeed_sequence_parser_free(parser);
    tfeed_sequence_schema_unref(schema);
    sequence_records_clear(&records);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(sequence_ragged, key_of_another_kind_or_dtype_is_refused)
{
    struct tfeed_sequence_schema *schema = new_schema();
    T_OK(tfeed_sequence_schema_add_variable(schema, "l", TFEED_INT64, NULL));
    cr_assert_eq(tfeed_sequence_schema_add_ragged(schema, "r", "v", TFEED_INT64, &by_lengths, 1,
                                                  TFEED_INT64, NULL),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_eq(tfeed_sequence_schema_n_lists(schema), 1);
    T_OK(tfeed_sequence_schema_add_ragged(schema, "r", "v", TFEED_INT64, &by_twos, 1, TFEED_INT64,
                                          NULL));
    cr_assert_eq(tfeed_sequence_schema_add_ragged(schema, "f", "v", TFEED_FLOAT, &by_twos, 1,
                                                  TFEED_INT64, NULL),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_eq(tfeed_sequence_schema_add_variable(schema, "v", TFEED_INT64, NULL),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_eq(tfeed_sequence_schema_add_ragged(schema, "s", NULL, TFEED_INT64, &by_twos, -1,
                                                  TFEED_INT64, NULL),
                 TFEED_INVALID_ARGUMENT);
    tfeed_sequence_schema_unref(schema);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(sequence_ragged, failed_allocation_leaves_nothing_behind)
{
    static const int64_t lengths[] = {1, 0, 5};
    struct sequence_records records;
    sequence_records_init(&records);
    add_six_and_two(&records, lengths, 3, 2);
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_sequence_schema *schema = NULL;
        struct tfeed_sequence_parser *parser = NULL;
        tfeed_status status = tfeed_sequence_schema_new(NULL, allocator, &schema, NULL);
        if (status == TFEED_OK)
            status = tfeed_sequence_schema_add_ragged(schema, "r", "v", TFEED_INT64, &by_lengths, 1,
                                                      TFEED_INT32, NULL);
        if (status == TFEED_OK)
            status = tfeed_sequence_parser_new(schema, 1, allocator, &parser, NULL);
        if (status == TFEED_OK)
            status = tfeed_sequence_parser_parse(parser, records.records, 1, NULL, NULL);
        T_EXPECT_ALLOC_STATUS(status);
        tfeed_sequence_parser_free(parser);
        tfeed_sequence_schema_unref(schema);
    });
    sequence_records_clear(&records);
}
