/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_columns.c - batches of every kind of column: what they hold, what is missing, what is
 * refused, and whose memory it is.
 */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include <tfeed/features.h>

#include "features/features_internal.h"
#include "tests/support/support.h"
#include "tests/unit/features/example_bytes.h"

static const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;

enum { N_ROWS = 4 };

struct fixture {
    struct tfeed_schema *schema;
    struct tfeed_example_parser *parser;
    struct tfeed_columns *columns;
    struct tfeed_error error;
    size_t bad_row;
};

static void fixture_init(struct fixture *fixture)
{
    *fixture = (struct fixture){.bad_row = SIZE_MAX};
    cr_assert_eq(tfeed_schema_new(NULL, &fixture->schema, NULL), TFEED_OK);
}

static void fixture_start(struct fixture *fixture)
{
    cr_assert_eq(tfeed_example_parser_new(fixture->schema, NULL, &fixture->parser, NULL), TFEED_OK);
    cr_assert_eq(tfeed_columns_new(fixture->schema, N_ROWS, NULL, &fixture->columns, NULL),
                 TFEED_OK);
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
    struct tfeed_bytes views[N_ROWS + 1];
    for (size_t i = 0; i < n; i++)
        views[i] = view_of(&examples[i]);
    return tfeed_example_parser_parse_batch(fixture->parser, views, n, fixture->columns,
                                            &fixture->bad_row, &fixture->error);
}

static void expect_ok(struct fixture *fixture, const struct wire_bytes *examples, size_t n)
{
    const tfeed_status status = parse(fixture, examples, n);
    cr_assert_eq(status, TFEED_OK, "%s", fixture->error.message);
    cr_assert_eq(tfeed_columns_n_rows(fixture->columns), (int64_t)n);
}

static void expect_refused(struct fixture *fixture, const struct wire_bytes *examples, size_t n,
                           size_t bad_row, const char *phrase)
{
    cr_assert_eq(parse(fixture, examples, n), TFEED_INVALID_ARGUMENT);
    cr_assert_eq(fixture->bad_row, bad_row);
    cr_assert_eq(tfeed_columns_n_rows(fixture->columns), (int64_t)bad_row);
    cr_assert_not_null(strstr(fixture->error.message, phrase), "'%s' is not in '%s'", phrase,
                       fixture->error.message);
}

static void expect_int64s(const struct tfeed_tensor *tensor, const int64_t *expected, size_t n)
{
    cr_assert_eq(tensor->dtype, TFEED_INT64);
    cr_assert_eq(tfeed_tensor_n_elements(tensor), (int64_t)n, "%lld elements, expected %zu",
                 (long long)tfeed_tensor_n_elements(tensor), n);
    for (size_t i = 0; i < n; i++)
        cr_assert_eq(tfeed_tensor_int64s(tensor)[i], expected[i], "element %zu", i);
}

#define EXPECT_INT64S(tensor, ...)                                                                 \
    expect_int64s((tensor), (const int64_t[]){__VA_ARGS__},                                        \
                  sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t))

static struct wire_bytes ints(const char *name, size_t n, int64_t first)
{
    int64_t values[64];
    for (size_t i = 0; i < n; i++)
        values[i] = first + (int64_t)i;
    return entry_of(name, int64s_feature(values, n));
}

static struct wire_bytes text(const char *name, const char *value)
{
    return entry_of(name, bytes_feature(value, strlen(value)));
}

static struct wire_bytes nothing(void)
{
    return (struct wire_bytes){.len = 0};
}

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

/* ------------------------------------------------------------------ defaults */

Test(columns, default_stands_for_what_is_missing_not_for_an_empty_list)
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

Test(columns, default_text_outlives_schema_and_columns)
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

Test(columns, defaults_are_used_in_any_order_of_keys)
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

/* ------------------------------------------------------------------ sequence */

Test(columns, sequence_is_padded_to_the_longest_row)
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

Test(columns, sequence_of_equal_rows_needs_no_padding)
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

/* -------------------------------------------------------------------- sparse */

static void add_sparse(struct fixture *fixture, const char *name, const char *value_key,
                       int n_index_keys, bool already_sorted)
{
    static const char *const keys[] = {"i", "j"};
    static const int64_t size[] = {10, 20};
    cr_assert_eq(tfeed_schema_add_sparse(fixture->schema, name, keys, n_index_keys, value_key,
                                         TFEED_STRING, size, already_sorted, NULL),
                 TFEED_OK);
}

static struct wire_bytes texts(const char *name, const char *letters)
{
    struct wire_bytes list = {.len = 0};
    for (; *letters != '\0'; letters++)
        list = joined(list, len_field(1, letters, 1));
    return entry_of(name, len_field(1, list.data, list.len));
}

static void expect_texts(const struct tfeed_tensor *tensor, const char *letters)
{
    cr_assert_eq(tfeed_tensor_n_elements(tensor), (int64_t)strlen(letters));
    for (size_t i = 0; letters[i] != '\0'; i++)
        cr_assert_eq(tfeed_tensor_strings(tensor)[i].data[0], (uint8_t)letters[i]);
}

Test(columns, sparse_rows_are_sorted_by_all_indices)
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

Test(columns, long_sparse_rows_are_sorted)
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

Test(columns, sparse_values_and_indices_must_be_as_many)
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

/* ------------------------------------------------------------------- memory */

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

Test(columns, failed_allocation_leaves_nothing_behind)
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

Test(columns, columns_work_on_after_memory_was_short)
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

Test(columns, batch_like_the_last_allocates_nothing)
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

Test(columns, tensor_that_is_held_outlives_the_next_batch)
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

Test(columns, batch_is_appended_in_runs_that_leave_out_bad_rows)
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
