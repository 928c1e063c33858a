/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_encoder_round_trip.c - random records of every kind of column: parsed, encoded and parsed
 * again, a batch is the same.
 */
#include <criterion/criterion.h>

#include <string.h>

#include <tfeed/encode.h>

#include "tests/support/support.h"
#include "tests/unit/features/sequence_fixture.h"

enum { N_RECORDS = 12, N_BATCHES = 40, MAX_VALUES = 12 };

/* --------------------------------------------------------------- comparing */

static void expect_same_tensor(const struct tfeed_tensor *a, const struct tfeed_tensor *b)
{
    cr_assert_eq(a->dtype, b->dtype);
    cr_assert(tfeed_shape_equal(&a->shape, &b->shape));
    const int64_t n = tfeed_tensor_n_elements(a);
    if (a->dtype != TFEED_STRING) {
        cr_assert(n == 0 || memcmp(a->data, b->data, (size_t)n * tfeed_dtype_size(a->dtype)) == 0);
        return;
    }
    for (int64_t i = 0; i < n; i++) {
        const struct tfeed_bytes *one = &tfeed_tensor_strings(a)[i];
        const struct tfeed_bytes *other = &tfeed_tensor_strings(b)[i];
        cr_assert_eq(one->len, other->len);
        cr_assert(one->len == 0 || memcmp(one->data, other->data, one->len) == 0);
    }
}

/* Levels, steps and sparse forms included. */
static void expect_same_columns(struct tfeed_columns *a, struct tfeed_columns *b,
                                const struct tfeed_schema *schema)
{
    cr_assert_eq(tfeed_columns_n_rows(a), tfeed_columns_n_rows(b));
    for (int i = 0; i < tfeed_schema_n_columns(schema); i++) {
        struct tfeed_sparse of_a;
        struct tfeed_sparse of_b;
        expect_same_tensor(tfeed_columns_values(a, i), tfeed_columns_values(b, i));
        for (int k = 0; k < tfeed_columns_n_levels(a, i); k++)
            expect_same_tensor(tfeed_columns_row_splits(a, i, k),
                               tfeed_columns_row_splits(b, i, k));
        if (tfeed_columns_n_steps(a, i) != NULL)
            expect_same_tensor(tfeed_columns_n_steps(a, i), tfeed_columns_n_steps(b, i));
        if (tfeed_schema_column_kind(schema, i) != TFEED_COLUMN_SPARSE)
            continue;
        T_OK(tfeed_columns_sparse(a, i, TFEED_ALL_ROWS, &of_a, NULL));
        T_OK(tfeed_columns_sparse(b, i, TFEED_ALL_ROWS, &of_b, NULL));
        expect_same_tensor(&of_a.indices, &of_b.indices);
        expect_same_tensor(&of_a.dense_shape, &of_b.dense_shape);
    }
}

/* --------------------------------------------------------------- Examples */

static const char *const words[] = {"", "a", "feed", "a word of some length"};

/* Sparse of two dimensions and of one that shares its values; ragged of two levels, and of one with
 * a dimension; variable and fixed. */
static struct tfeed_schema *new_schema(void)
{
    static const char *const two_keys[] = {"row", "place"};
    static const int64_t two_sizes[] = {50, 60};
    static const int64_t one_size[] = {70};
    const struct tfeed_partition nested[] = {{TFEED_PARTITION_ROW_LENGTHS, "groups", 0},
                                             {TFEED_PARTITION_ROW_SPLITS, "splits", 0}};
    const struct tfeed_partition pairs[] = {{TFEED_PARTITION_UNIFORM_ROW_LENGTH, NULL, 2}};
    const struct tfeed_shape pair = tfeed_shape_vector(2);
    struct tfeed_schema *schema;
    T_OK(tfeed_schema_new(NULL, &schema, NULL));
    T_OK(tfeed_schema_add_sparse(schema, "two", two_keys, 2, "weights", TFEED_FLOAT, two_sizes,
                                 false, NULL));
    T_OK(tfeed_schema_add_sparse(schema, "one", two_keys, 1, "weights", TFEED_FLOAT, one_size, true,
                                 NULL));
    T_OK(tfeed_schema_add_ragged(schema, "nested", "words", TFEED_STRING, nested, 2, TFEED_INT32,
                                 NULL));
    T_OK(
        tfeed_schema_add_ragged(schema, "flat", "words", TFEED_STRING, NULL, 0, TFEED_INT64, NULL));
    T_OK(tfeed_schema_add_ragged(schema, "pairs", NULL, TFEED_INT64, pairs, 1, TFEED_INT64, NULL));
    T_OK(tfeed_schema_add_variable(schema, "any", TFEED_INT64, NULL));
    T_OK(tfeed_schema_add_fixed(schema, "fixed", TFEED_INT64, &pair, NULL));
    return schema;
}

static void add_int64s(struct tfeed_example_builder *builder, const char *name,
                       const int64_t *values, size_t n)
{
    T_OK(tfeed_example_builder_add_int64(builder, name, values, n, NULL));
}

static int64_t random_number(struct tfeed_random *random)
{
    const uint64_t bits = (uint64_t)tfeed_random_uint32(random) << 32 | tfeed_random_uint32(random);
    return (int64_t)(bits >> random_below(random, 64));
}

static void random_numbers(struct tfeed_random *random, int64_t *numbers, size_t n, size_t below)
{
    for (size_t i = 0; i < n; i++)
        numbers[i] = below > 0 ? (int64_t)random_below(random, below) : random_number(random);
}

static void random_floats(struct tfeed_random *random, float *floats, size_t n)
{
    for (size_t i = 0; i < n; i++)
        floats[i] = (float)random_below(random, 1000) / 8;
}

/* The words, the rows that they stand in and the groups of these. */
static void add_nested(struct tfeed_random *random, struct tfeed_example_builder *builder)
{
    struct tfeed_bytes chosen[MAX_VALUES];
    int64_t splits[MAX_VALUES + 1] = {0};
    const size_t n_rows = random_below(random, 4);
    size_t n = 0;
    for (size_t i = 0; i < n_rows; i++) {
        n += random_below(random, 4);
        splits[i + 1] = (int64_t)n;
    }
    for (size_t i = 0; i < n; i++) {
        const char *word = words[random_below(random, 4)];
        chosen[i] = (struct tfeed_bytes){(const uint8_t *)word, strlen(word), NULL};
    }
    const int64_t groups[] = {(int64_t)random_below(random, n_rows + 1), 0, 0};
    const int64_t all[] = {groups[0], 0, (int64_t)n_rows - groups[0]};
    T_OK(tfeed_example_builder_add_bytes(builder, "words", chosen, n, NULL));
    add_int64s(builder, "splits", splits, n_rows + 1);
    add_int64s(builder, "groups", all, 3);
}

static void add_random_features(struct tfeed_random *random, struct tfeed_example_builder *builder)
{
    int64_t numbers[MAX_VALUES];
    float floats[MAX_VALUES];
    const size_t n_sparse = random_below(random, MAX_VALUES);
    if (n_sparse > 0 || random_below(random, 2)) {
        random_floats(random, floats, n_sparse);
        T_OK(tfeed_example_builder_add_float(builder, "weights", floats, n_sparse, NULL));
        random_numbers(random, numbers, n_sparse, 5);
        add_int64s(builder, "row", numbers, n_sparse);
        random_numbers(random, numbers, n_sparse, 60);
        add_int64s(builder, "place", numbers, n_sparse);
    }
    if (random_below(random, 4))
        add_nested(random, builder);
    const size_t n_pairs = 2 * random_below(random, 4);
    random_numbers(random, numbers, n_pairs, 0);
    add_int64s(builder, "pairs", numbers, n_pairs);
    const size_t n_any = random_below(random, MAX_VALUES);
    random_numbers(random, numbers, n_any, 0);
    if (random_below(random, 4))
        add_int64s(builder, "any", numbers, n_any);
    const size_t n_steps = 2 * random_below(random, 4);
    random_floats(random, floats, n_steps);
    T_OK(tfeed_example_builder_add_float(builder, "steps", floats, n_steps, NULL));
    random_numbers(random, numbers, 2, 0);
    add_int64s(builder, "fixed", numbers, 2);
}

/* What is parsed, and parsed again. */
struct twice {
    struct tfeed_schema *schema;
    struct tfeed_example_parser *parser;
    struct tfeed_columns *first;
    struct tfeed_columns *second;
};

Test(encoder_round_trip, random_columns_of_every_kind_come_back)
{
    const struct tfeed_shape pair = tfeed_shape_vector(2);
    struct twice twice = {.schema = new_schema()};
    struct tfeed_example_encoder *encoder;
    struct tfeed_random random;
    tfeed_random_init(&random, (struct tfeed_seeds){5, 6});
    T_OK(tfeed_schema_add_sequence(twice.schema, "steps", TFEED_FLOAT, &pair, NULL, NULL));
    T_OK(tfeed_example_parser_new(twice.schema, NULL, &twice.parser, NULL));
    T_OK(tfeed_columns_new(twice.schema, N_RECORDS, NULL, &twice.first, NULL));
    T_OK(tfeed_columns_new(twice.schema, N_RECORDS, NULL, &twice.second, NULL));
    T_OK(tfeed_example_encoder_new(twice.schema, NULL, &encoder, NULL));
    for (int batch = 0; batch < N_BATCHES; batch++) {
        struct sequence_records records; /* with nothing but a context: Examples */
        struct tfeed_bytes encoded[N_RECORDS];
        const size_t n = random_below(&random, N_RECORDS + 1);
        sequence_records_init(&records);
        for (size_t i = 0; i < n; i++) {
            tfeed_sequence_builder_clear(records.builder);
            add_random_features(&random, tfeed_sequence_builder_context(records.builder));
            sequence_records_add(&records);
        }
        T_OK(tfeed_example_parser_parse_batch(twice.parser, records.records, n, twice.first, NULL,
                                              NULL));
        T_OK(tfeed_example_encoder_encode_batch(encoder, twice.first, encoded, NULL));
        T_OK(tfeed_example_parser_parse_batch(twice.parser, encoded, n, twice.second, NULL, NULL));
        expect_same_columns(twice.first, twice.second, twice.schema);
        sequence_records_clear(&records);
    }
    tfeed_example_encoder_free(encoder);
    tfeed_columns_free(twice.first);
    tfeed_columns_free(twice.second);
    tfeed_example_parser_free(twice.parser);
    tfeed_schema_unref(twice.schema);
    T_EXPECT_NO_LEAKS(NULL);
}

/* -------------------------------------------------------- SequenceExamples */

static struct tfeed_sequence_schema *new_sequence_schema(bool has_context)
{
    const struct tfeed_partition lengths[] = {{TFEED_PARTITION_ROW_LENGTHS, "lengths", 0}};
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    struct tfeed_schema *context = has_context ? new_schema() : NULL;
    struct tfeed_sequence_schema *schema;
    T_OK(tfeed_sequence_schema_new(context, NULL, &schema, NULL));
    T_OK(tfeed_sequence_schema_add_fixed(schema, "x", TFEED_FLOAT, &scalar, true, NULL));
    T_OK(tfeed_sequence_schema_add_variable(schema, "names", TFEED_STRING, NULL));
    T_OK(tfeed_sequence_schema_add_ragged(schema, "rows", "ids", TFEED_INT64, lengths, 1,
                                          TFEED_INT32, NULL));
    T_OK(tfeed_sequence_schema_add_ragged(schema, "ids", NULL, TFEED_INT64, NULL, 0, TFEED_INT64,
                                          NULL));
    tfeed_schema_unref(context);
    return schema;
}

/* Steps of ids, and of the lengths of their rows. */
static void add_rows(struct tfeed_random *random, struct sequence_records *records)
{
    enum { MAX_STEPS = 4, MAX_ROWS = 4 };
    static int64_t ids[MAX_STEPS][MAX_ROWS * MAX_ROWS];
    static int64_t lengths[MAX_STEPS][MAX_ROWS];
    const int64_t *id_steps[MAX_STEPS];
    const int64_t *length_steps[MAX_STEPS];
    size_t n_ids[MAX_STEPS] = {0};
    size_t n_rows[MAX_STEPS];
    const size_t n_steps = random_below(random, MAX_STEPS + 1);
    for (size_t i = 0; i < n_steps; i++) {
        n_rows[i] = random_below(random, MAX_ROWS + 1);
        random_numbers(random, lengths[i], n_rows[i], MAX_ROWS);
        for (size_t k = 0; k < n_rows[i]; k++)
            n_ids[i] += (size_t)lengths[i][k];
        random_numbers(random, ids[i], n_ids[i], 0);
        id_steps[i] = ids[i];
        length_steps[i] = lengths[i];
    }
    add_int64_list(records, "ids", id_steps, n_ids, n_steps);
    add_int64_list(records, "lengths", length_steps, n_rows, n_steps);
}

static void add_names_and_floats(struct tfeed_random *random, struct sequence_records *records)
{
    struct tfeed_sequence_builder *builder = records->builder;
    struct tfeed_bytes names[4];
    float x;
    for (size_t i = 0; i < 4; i++)
        names[i] = (struct tfeed_bytes){(const uint8_t *)words[i], strlen(words[i]), NULL};
    T_OK(tfeed_sequence_builder_begin_list(builder, "names", NULL));
    for (size_t n = random_below(random, 4); n > 0; n--) {
        const size_t first = random_below(random, 4);
        T_OK(tfeed_sequence_builder_step_bytes(builder, names + first,
                                               random_below(random, 5 - first), NULL));
    }
    T_OK(tfeed_sequence_builder_end_list(builder, NULL));
    if (random_below(random, 3) == 0)
        return; /* a list that is missing */
    T_OK(tfeed_sequence_builder_begin_list(builder, "x", NULL));
    for (size_t n = random_below(random, 6); n > 0; n--) {
        random_floats(random, &x, 1);
        T_OK(tfeed_sequence_builder_step_float(builder, &x, 1, NULL));
    }
    T_OK(tfeed_sequence_builder_end_list(builder, NULL));
}

static void expect_same_lists(const struct tfeed_sequence_parser *a,
                              const struct tfeed_sequence_parser *b)
{
    cr_assert_eq(tfeed_sequence_parser_n_rows(a), tfeed_sequence_parser_n_rows(b));
    for (int i = 0; i < tfeed_sequence_schema_n_lists(tfeed_sequence_parser_schema(a)); i++) {
        expect_same_tensor(tfeed_sequence_parser_values(a, i), tfeed_sequence_parser_values(b, i));
        expect_same_tensor(tfeed_sequence_parser_step_splits(a, i),
                           tfeed_sequence_parser_step_splits(b, i));
        if (tfeed_sequence_parser_value_splits(a, i) != NULL)
            expect_same_tensor(tfeed_sequence_parser_value_splits(a, i),
                               tfeed_sequence_parser_value_splits(b, i));
        for (int k = 0; k < tfeed_sequence_parser_n_levels(a, i); k++)
            expect_same_tensor(tfeed_sequence_parser_row_splits(a, i, k),
                               tfeed_sequence_parser_row_splits(b, i, k));
    }
}

static void check_sequences(bool has_context)
{
    struct tfeed_sequence_schema *schema = new_sequence_schema(has_context);
    struct tfeed_sequence_parser *first;
    struct tfeed_sequence_parser *second;
    struct tfeed_sequence_encoder *encoder;
    struct tfeed_random random;
    tfeed_random_init(&random, (struct tfeed_seeds){7, 8});
    T_OK(tfeed_sequence_parser_new(schema, N_RECORDS, NULL, &first, NULL));
    T_OK(tfeed_sequence_parser_new(schema, N_RECORDS, NULL, &second, NULL));
    T_OK(tfeed_sequence_encoder_new(schema, NULL, &encoder, NULL));
    for (int batch = 0; batch < N_BATCHES; batch++) {
        struct sequence_records records;
        struct tfeed_bytes encoded[N_RECORDS];
        const size_t n = random_below(&random, N_RECORDS + 1);
        sequence_records_init(&records);
        for (size_t i = 0; i < n; i++) {
            tfeed_sequence_builder_clear(records.builder);
            add_random_features(&random, tfeed_sequence_builder_context(records.builder));
            add_rows(&random, &records);
            add_names_and_floats(&random, &records);
            sequence_records_add(&records);
        }
        T_OK(tfeed_sequence_parser_parse(first, records.records, n, NULL, NULL));
        T_OK(tfeed_sequence_encoder_encode_batch(encoder, first, encoded, NULL));
        T_OK(tfeed_sequence_parser_parse(second, encoded, n, NULL, NULL));
        expect_same_lists(first, second);
        if (has_context)
            expect_same_columns(tfeed_sequence_parser_context(first),
                                tfeed_sequence_parser_context(second),
                                tfeed_sequence_schema_context(schema));
        sequence_records_clear(&records);
    }
    tfeed_sequence_encoder_free(encoder);
    tfeed_sequence_parser_free(first);
    tfeed_sequence_parser_free(second);
    tfeed_sequence_schema_unref(schema);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(encoder_round_trip, random_sequences_come_back)
{
    check_sequences(true);
}

Test(encoder_round_trip, random_sequences_without_context_come_back)
{
    check_sequences(false);
}
