/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_sequence_parser.c - SequenceExamples as lists of a batch, and those that are refused.
 */
#include <criterion/criterion.h>

#include <string.h>

#include <tfeed/sequence.h>

#include "tests/support/support.h"
#include "tests/unit/features/example_bytes.h"

static const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;

static struct tfeed_sequence_schema *new_schema(void)
{
    struct tfeed_sequence_schema *schema;
    cr_assert_eq(tfeed_sequence_schema_new(NULL, NULL, &schema, NULL), TFEED_OK);
    return schema;
}

/* A parser for one list; the schema goes with it. */
static struct tfeed_sequence_parser *parser_of(struct tfeed_sequence_schema *schema)
{
    enum { N_ROWS_MAX = 8 };
    struct tfeed_sequence_parser *parser;
    cr_assert_eq(tfeed_sequence_parser_new(schema, N_ROWS_MAX, NULL, &parser, NULL), TFEED_OK);
    tfeed_sequence_schema_unref(schema);
    return parser;
}

static struct tfeed_sequence_parser *fixed_parser(const char *name, enum tfeed_dtype dtype,
                                                  const struct tfeed_shape *shape)
{
    struct tfeed_sequence_schema *schema = new_schema();
    cr_assert_eq(tfeed_sequence_schema_add_fixed(schema, name, dtype, shape, true, NULL), TFEED_OK);
    return parser_of(schema);
}

static struct tfeed_sequence_parser *variable_parser(const char *name, enum tfeed_dtype dtype)
{
    struct tfeed_sequence_schema *schema = new_schema();
    cr_assert_eq(tfeed_sequence_schema_add_variable(schema, name, dtype, NULL), TFEED_OK);
    return parser_of(schema);
}

static struct wire_bytes step_of(struct wire_bytes feature)
{
    return len_field(1, feature.data, feature.len);
}

/* A SequenceExample of lists that were joined. */
static struct wire_bytes sequence_of(struct wire_bytes lists)
{
    return len_field(2, lists.data, lists.len);
}

/* One of a list that has a step for each number. */
static struct wire_bytes numbers_of(const char *name, const int64_t *values, size_t n)
{
    struct wire_bytes steps = empty_feature();
    for (size_t i = 0; i < n; i++)
        steps = joined(steps, step_of(int64_feature(values[i])));
    return sequence_of(entry_of(name, steps));
}

static void expect_ints(const struct tfeed_tensor *tensor, const int64_t *values, int64_t n)
{
    cr_assert_eq(tensor->dtype, TFEED_INT64);
    cr_assert_eq(tfeed_tensor_n_elements(tensor), n);
    for (int64_t i = 0; i < n; i++)
        cr_assert_eq(tfeed_tensor_int64s(tensor)[i], values[i], "element %lld", (long long)i);
}

Test(sequence_parser, fixed_lists_are_padded_to_the_longest)
{
    static const int64_t values[] = {1, 2, 3};
    struct tfeed_sequence_parser *parser = fixed_parser("a", TFEED_INT64, &scalar);
    const struct wire_bytes messages[] = {numbers_of("a", values, 1), numbers_of("a", values, 3),
                                          numbers_of("b", values, 2)};
    const struct tfeed_bytes rows[] = {view_of(&messages[0]), view_of(&messages[1]),
                                       view_of(&messages[2])};
    const struct tfeed_shape shape = tfeed_shape_matrix(3, 3);
    for (int round = 0; round < 2; round++) {
        cr_assert_eq(tfeed_sequence_parser_parse(parser, rows, 3, NULL, NULL), TFEED_OK);
        cr_assert_eq(tfeed_sequence_parser_n_rows(parser), 3);
        cr_assert(tfeed_shape_equal(&tfeed_sequence_parser_values(parser, 0)->shape, &shape));
        expect_ints(tfeed_sequence_parser_values(parser, 0),
                    (const int64_t[]){1, 0, 0, 1, 2, 3, 0, 0, 0}, 9);
        expect_ints(tfeed_sequence_parser_lengths(parser, 0), (const int64_t[]){1, 3, 0}, 3);
        expect_ints(tfeed_sequence_parser_step_splits(parser, 0), (const int64_t[]){0, 1, 4, 4}, 4);
        cr_assert_null(tfeed_sequence_parser_value_splits(parser, 0));
        const struct tfeed_tensor alone = tfeed_sequence_parser_row(parser, 0, 1);
        expect_ints(&alone, values, 3);
        const struct tfeed_tensor first = tfeed_sequence_parser_row(parser, 0, 0);
        tfeed_tensor_int64s(&first)[0] = 7; /* where the values are */
        expect_ints(tfeed_sequence_parser_values(parser, 0),
                    (const int64_t[]){7, 0, 0, 1, 2, 3, 0, 0, 0}, 9);
    }
    const struct tfeed_tensor beyond = tfeed_sequence_parser_row(parser, 0, 3);
    cr_assert_eq(beyond.dtype, TFEED_DTYPE_INVALID);
    tfeed_sequence_parser_free(parser);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(sequence_parser, padded_strings_are_empty_and_blocks_are_given_back)
{
    static const char text[] = "words of a block";
    struct tfeed_block *block;
    struct tfeed_sequence_parser *parser = fixed_parser("s", TFEED_STRING, &scalar);
    const struct wire_bytes step = step_of(bytes_feature("ab", 2));
    const struct wire_bytes messages[] = {sequence_of(entry_of("s", step)),
                                          sequence_of(entry_of("s", joined(step, step)))};
    struct tfeed_bytes rows[] = {view_of(&messages[0]), view_of(&messages[1])};
    cr_assert_eq(tfeed_block_new(text, sizeof text, NULL, NULL, &block, NULL), TFEED_OK);
    rows[0].block = block;
    for (int round = 0; round < 3; round++) {
        cr_assert_eq(tfeed_sequence_parser_parse(parser, rows, 2, NULL, NULL), TFEED_OK);
        const struct tfeed_bytes *strings =
            tfeed_tensor_strings(tfeed_sequence_parser_values(parser, 0));
        cr_assert_eq(strings[0].len, 2);
        cr_assert_eq(strings[1].len, 0);
        cr_assert_eq(strings[3].len, 2);
    }
    /* a batch that needs no padding, and one that fails */
    cr_assert_eq(tfeed_sequence_parser_parse(parser, rows, 1, NULL, NULL), TFEED_OK);
    rows[1] = (struct tfeed_bytes){(const uint8_t *)"\x7f", 1, NULL};
    cr_assert_eq(tfeed_sequence_parser_parse(parser, rows, 2, NULL, NULL), TFEED_INVALID_ARGUMENT);
    tfeed_sequence_parser_free(parser);
    tfeed_block_unref(block);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(sequence_parser, variable_lists_have_splits_of_steps_and_values)
{
    static const int64_t values[] = {5, 6, 700};
    struct tfeed_sequence_parser *parser = variable_parser("v", TFEED_INT64);
    const struct wire_bytes steps =
        joined(step_of(int64s_feature(values, 3)),
               joined(step_of(empty_feature()), step_of(int64s_feature(values, 0))));
    const struct wire_bytes messages[] = {
        empty_feature(), sequence_of(entry_of("v", steps)),
        sequence_of(entry_of("v", step_of(int64s_feature(values, 1))))};
    const struct tfeed_bytes rows[] = {view_of(&messages[0]), view_of(&messages[1]),
                                       view_of(&messages[2])};
    struct tfeed_sparse sparse;
    cr_assert_eq(tfeed_sequence_parser_parse(parser, rows, 3, NULL, NULL), TFEED_OK);
    expect_ints(tfeed_sequence_parser_values(parser, 0), (const int64_t[]){5, 6, 700, 5}, 4);
    expect_ints(tfeed_sequence_parser_step_splits(parser, 0), (const int64_t[]){0, 0, 3, 4}, 4);
    expect_ints(tfeed_sequence_parser_value_splits(parser, 0), (const int64_t[]){0, 3, 3, 3, 4}, 5);
    for (int64_t row = 0; row < 3; row++) {
        static const int64_t lengths[] = {0, 3, 1};
        const struct tfeed_tensor alone = tfeed_sequence_parser_row(parser, 0, row);
        expect_ints(&alone, values, lengths[row]);
    }
    cr_assert_eq(tfeed_sequence_parser_row(parser, 0, 3).dtype, TFEED_DTYPE_INVALID);
    cr_assert_eq(tfeed_sequence_parser_sparse(parser, 0, TFEED_ALL_ROWS, &sparse, NULL), TFEED_OK);
    expect_ints(&sparse.indices, (const int64_t[]){1, 0, 0, 1, 0, 1, 1, 0, 2, 2, 0, 0}, 12);
    expect_ints(&sparse.dense_shape, (const int64_t[]){3, 3, 3}, 3);
    cr_assert_eq(tfeed_sequence_parser_sparse(parser, 0, 2, &sparse, NULL), TFEED_OK);
    expect_ints(&sparse.indices, (const int64_t[]){0, 0}, 2);
    expect_ints(&sparse.values, values, 1);
    expect_ints(&sparse.dense_shape, (const int64_t[]){1, 1}, 2);
    cr_assert_eq(tfeed_sequence_parser_sparse(parser, 0, 3, &sparse, NULL), TFEED_INVALID_ARGUMENT);
    tfeed_sequence_parser_free(parser);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(sequence_parser, list_that_occurs_again_replaces_the_first)
{
    static const int64_t values[] = {1, 2, 9};
    struct tfeed_sequence_parser *parser = fixed_parser("a", TFEED_INT64, &scalar);
    /* what is wrong with the first is not seen */
    const struct wire_bytes bad =
        sequence_of(entry_of("a", step_of(floats_feature(&(float){1}, 1))));
    const struct wire_bytes message = joined(bad, numbers_of("a", values + 2, 1));
    const struct tfeed_bytes row = view_of(&message);
    cr_assert_eq(tfeed_sequence_parser_parse(parser, &row, 1, NULL, NULL), TFEED_OK);
    expect_ints(tfeed_sequence_parser_values(parser, 0), values + 2, 1);
    tfeed_sequence_parser_free(parser);
}

Test(sequence_parser, unpacked_values_in_pieces_are_joined)
{
    const struct tfeed_shape pair = tfeed_shape_vector(2);
    struct tfeed_sequence_parser *parser = fixed_parser("a", TFEED_INT64, &pair);
    const struct wire_bytes list = joined(varint_field(1, 300), varint_field(1, 4));
    const struct wire_bytes feature = len_field(3, list.data, list.len);
    const struct wire_bytes message = sequence_of(entry_of("a", step_of(feature)));
    const struct tfeed_bytes row = view_of(&message);
    cr_assert_eq(tfeed_sequence_parser_parse(parser, &row, 1, NULL, NULL), TFEED_OK);
    expect_ints(tfeed_sequence_parser_values(parser, 0), (const int64_t[]){300, 4}, 2);
    tfeed_sequence_parser_free(parser);
}

/* The message of the refusal of one SequenceExample, which was row 1 of 2. */
static void expect_refused(struct tfeed_sequence_parser *parser, struct wire_bytes message,
                           const char *text)
{
    static const int64_t good[] = {1};
    const struct wire_bytes first = numbers_of("a", good, 1);
    const struct tfeed_bytes rows[] = {view_of(&first), view_of(&message)};
    struct tfeed_error error = TFEED_ERROR_INIT;
    size_t bad_row = 99;
    cr_assert_eq(tfeed_sequence_parser_parse(parser, rows, 2, &bad_row, &error),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_eq(bad_row, 1);
    cr_assert_not_null(strstr(error.message, text), "%s", error.message);
    cr_assert_eq(tfeed_sequence_parser_n_rows(parser), 0);
    cr_assert_eq(tfeed_tensor_n_elements(tfeed_sequence_parser_values(parser, 0)), 0);
    cr_assert_eq(tfeed_sequence_parser_parse(parser, rows, 1, NULL, NULL), TFEED_OK);
    tfeed_sequence_parser_free(parser);
}

Test(sequence_parser, step_with_another_number_of_values_is_refused)
{
    static const int64_t values[] = {1, 2};
    expect_refused(fixed_parser("a", TFEED_INT64, &scalar),
                   sequence_of(entry_of(
                       "a", joined(step_of(int64_feature(1)), step_of(int64s_feature(values, 2))))),
                   "Key: a, Index: 1.  Number of int64 values != expected.  values size: 2 but "
                   "output shape: []");
}

Test(sequence_parser, step_of_another_kind_is_refused)
{
    const struct wire_bytes steps =
        joined(step_of(int64_feature(1)), step_of(floats_feature(&(float){1}, 1)));
    expect_refused(fixed_parser("a", TFEED_INT64, &scalar), sequence_of(entry_of("a", steps)),
                   "Feature list: a, Index: 1.  Data types don't match. Expected type: int64");
    expect_refused(variable_parser("a", TFEED_INT64), sequence_of(entry_of("a", steps)),
                   "Feature list: a, Index: 1.  Data types don't match. Expected type: int64");
}

Test(sequence_parser, step_without_a_kind_is_refused_for_a_fixed_list)
{
    expect_refused(fixed_parser("a", TFEED_INT64, &scalar),
                   sequence_of(entry_of("a", step_of(empty_feature()))),
                   "Feature list: a, Index: 0.  Data types don't match.");
}

Test(sequence_parser, list_that_must_be_there_is_missed)
{
    struct tfeed_sequence_schema *schema = new_schema();
    cr_assert_eq(tfeed_sequence_schema_add_fixed(schema, "a", TFEED_INT64, &scalar, false, NULL),
                 TFEED_OK);
    expect_refused(parser_of(schema), empty_feature(),
                   "Feature list 'a' is required but could not be found");
}

Test(sequence_parser, cut_anywhere_is_refused_or_read_without_a_fault)
{
    static const int64_t values[] = {1, 300, -1};
    const struct wire_bytes steps =
        joined(step_of(int64s_feature(values, 3)), step_of(int64s_feature(values, 2)));
    const struct wire_bytes context = example_of(entry_of("n", int64_feature(1)));
    const struct wire_bytes message = joined(context, sequence_of(entry_of("v", steps)));
    struct tfeed_sequence_parser *parser = variable_parser("v", TFEED_INT64);
    for (size_t len = 0; len <= message.len; len++) {
        struct t_guarded guarded;
        t_guarded_init(&guarded, len);
        memcpy(guarded.data, message.data, len);
        const struct tfeed_bytes row = {guarded.data, len, NULL};
        const tfeed_status status = tfeed_sequence_parser_parse(parser, &row, 1, NULL, NULL);
        const bool is_whole = len == 0 || len == context.len || len == message.len;
        cr_assert_eq(status, is_whole ? TFEED_OK : TFEED_INVALID_ARGUMENT, "%zu bytes: %s", len,
                     tfeed_status_name(status));
        t_guarded_clear(&guarded);
    }
    tfeed_sequence_parser_free(parser);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(sequence_parser, flipped_bits_are_refused_or_read_without_a_fault)
{
    static const int64_t values[] = {1, 300, -1};
    const struct wire_bytes steps =
        joined(step_of(int64s_feature(values, 3)), step_of(int64s_feature(values, 2)));
    struct wire_bytes message =
        joined(example_of(entry_of("n", int64_feature(1))), sequence_of(entry_of("v", steps)));
    struct tfeed_sequence_parser *parser = variable_parser("v", TFEED_INT64);
    for (size_t bit = 0; bit < 8 * message.len; bit++) {
        struct t_guarded guarded;
        message.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        t_guarded_init(&guarded, message.len);
        memcpy(guarded.data, message.data, message.len);
        const struct tfeed_bytes row = {guarded.data, message.len, NULL};
        const tfeed_status status = tfeed_sequence_parser_parse(parser, &row, 1, NULL, NULL);
        cr_assert(status == TFEED_OK || status == TFEED_INVALID_ARGUMENT);
        t_guarded_clear(&guarded);
        message.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    tfeed_sequence_parser_free(parser);
}

Test(sequence_parser, context_is_parsed_beside_the_lists)
{
    struct tfeed_schema *context;
    struct tfeed_sequence_schema *schema;
    static const int64_t values[] = {3, 4};
    cr_assert_eq(tfeed_schema_new(NULL, &context, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_add_fixed(context, "n", TFEED_INT64, &scalar, NULL), TFEED_OK);
    cr_assert_eq(tfeed_sequence_schema_new(context, NULL, &schema, NULL), TFEED_OK);
    cr_assert_eq(tfeed_sequence_schema_add_variable(schema, "v", TFEED_INT64, NULL), TFEED_OK);
    struct tfeed_sequence_parser *parser = parser_of(schema);
    const struct wire_bytes message =
        joined(example_of(entry_of("n", int64_feature(7))), numbers_of("v", values, 2));
    const struct wire_bytes lacking = numbers_of("v", values, 2);
    const struct tfeed_bytes rows[] = {view_of(&message), view_of(&lacking)};
    size_t bad_row = 99;
    cr_assert_eq(tfeed_sequence_parser_parse(parser, rows, 1, NULL, NULL), TFEED_OK);
    expect_ints(tfeed_columns_values(tfeed_sequence_parser_context(parser), 0),
                (const int64_t[]){7}, 1);
    expect_ints(tfeed_sequence_parser_values(parser, 0), values, 2);
    cr_assert_eq(tfeed_sequence_parser_parse(parser, rows, 2, &bad_row, NULL),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_eq(bad_row, 1);
    cr_assert_eq(tfeed_columns_n_rows(tfeed_sequence_parser_context(parser)), 0);
    tfeed_sequence_parser_free(parser);
    tfeed_schema_unref(context);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(sequence_parser, sequence_in_the_context_is_refused)
{
    struct tfeed_schema *context;
    struct tfeed_sequence_schema *schema;
    struct tfeed_sequence_parser *parser;
    cr_assert_eq(tfeed_schema_new(NULL, &context, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_add_sequence(context, "n", TFEED_INT64, &scalar, NULL, NULL),
                 TFEED_OK);
    cr_assert_eq(tfeed_sequence_schema_new(context, NULL, &schema, NULL), TFEED_OK);
    cr_assert_eq(tfeed_sequence_parser_new(schema, 1, NULL, &parser, NULL), TFEED_INVALID_ARGUMENT);
    tfeed_sequence_schema_unref(schema);
    tfeed_schema_unref(context);
}

Test(sequence_parser, nothing_wanted_is_refused)
{
    struct tfeed_sequence_schema *schema = new_schema();
    struct tfeed_sequence_parser *parser;
    cr_assert_eq(tfeed_sequence_parser_new(schema, 1, NULL, &parser, NULL), TFEED_INVALID_ARGUMENT);
    tfeed_sequence_schema_unref(schema);
}

Test(sequence_parser, batch_larger_than_agreed_is_refused)
{
    struct tfeed_sequence_schema *schema = new_schema();
    struct tfeed_sequence_parser *parser;
    const struct tfeed_bytes rows[2] = {{NULL, 0, NULL}, {NULL, 0, NULL}};
    cr_assert_eq(tfeed_sequence_schema_add_variable(schema, "v", TFEED_INT64, NULL), TFEED_OK);
    cr_assert_eq(tfeed_sequence_parser_new(schema, 1, NULL, &parser, NULL), TFEED_OK);
    cr_assert_eq(tfeed_sequence_parser_parse(parser, rows, 2, NULL, NULL), TFEED_INVALID_ARGUMENT);
    cr_assert_eq(tfeed_sequence_parser_parse(parser, rows, 1, NULL, NULL), TFEED_OK);
    cr_assert_eq(tfeed_sequence_schema_add_variable(schema, "w", TFEED_INT64, NULL),
                 TFEED_FAILED_PRECONDITION);
    tfeed_sequence_schema_unref(schema);
    tfeed_sequence_parser_free(parser);
}

Test(sequence_parser, lists_that_cannot_be_are_refused_and_named)
{
    const struct tfeed_shape none = tfeed_shape_vector(0);
    const struct tfeed_shape unknown = tfeed_shape_vector(TFEED_DIM_UNKNOWN);
    const struct tfeed_shape deep = {7, {1, 1, 1, 1, 1, 1, 1}};
    struct tfeed_sequence_schema *schema = new_schema();
    struct tfeed_error error;
    const struct tfeed_shape *const shapes[] = {&none, &unknown, &deep};
    for (int i = 0; i < 3; i++) {
        cr_assert_eq(
            tfeed_sequence_schema_add_fixed(schema, "bad", TFEED_INT64, shapes[i], true, &error),
            TFEED_INVALID_ARGUMENT);
        cr_assert_not_null(strstr(error.message, "'bad'"));
    }
    cr_assert_eq(tfeed_sequence_schema_add_variable(schema, "bad", TFEED_INT32, NULL),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_eq(tfeed_sequence_schema_add_variable(schema, "x", TFEED_INT64, NULL), TFEED_OK);
    cr_assert_eq(tfeed_sequence_schema_add_variable(schema, "x", TFEED_FLOAT, NULL),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_eq(tfeed_sequence_schema_n_lists(schema), 1);
    tfeed_sequence_schema_unref(schema);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(sequence_parser, failed_allocation_leaves_nothing_behind)
{
    T_FAIL_EACH_ALLOC(allocator, {
        static const int64_t values[] = {1, 2, 3};
        const struct wire_bytes messages[] = {numbers_of("a", values, 3),
                                              numbers_of("a", values, 1)};
        const struct tfeed_bytes rows[] = {view_of(&messages[0]), view_of(&messages[1])};
        struct tfeed_sequence_schema *schema = NULL;
        struct tfeed_sequence_parser *parser = NULL;
        struct tfeed_sparse sparse;
        tfeed_status status = tfeed_sequence_schema_new(NULL, allocator, &schema, NULL);
        if (status == TFEED_OK)
            status = tfeed_sequence_schema_add_fixed(schema, "a", TFEED_INT64, &scalar, true, NULL);
        if (status == TFEED_OK)
            status = tfeed_sequence_schema_add_variable(schema, "b", TFEED_INT64, NULL);
        if (status == TFEED_OK)
            status = tfeed_sequence_parser_new(schema, 2, allocator, &parser, NULL);
        if (status == TFEED_OK)
            status = tfeed_sequence_parser_parse(parser, rows, 2, NULL, NULL);
        if (parser != NULL && status == TFEED_OK)
            status = tfeed_sequence_parser_sparse(parser, 1, TFEED_ALL_ROWS, &sparse, NULL);
        T_EXPECT_ALLOC_STATUS(status);
        tfeed_sequence_parser_free(parser);
        tfeed_sequence_schema_unref(schema);
    });
}
