/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_example_source.c - Examples and SequenceExamples that are parsed one by one and batched
 * afterwards: padded, sparse, shuffled, in buckets, some left out.
 */
#include <criterion/criterion.h>

#include "tests/support/support.h"
#include "tests/unit/pipeline/kinds_fixture.h"

enum { N_EXAMPLES = 48, BATCH = 8, MAX_COLUMNS = 16 };

static struct t_temp_dir dir;
static char path[T_PATH_BYTES];
static struct tfeed_batch_options options;
static struct fixture_program program;
static struct tfeed_reader *reader;
static struct tfeed_batch_source source;
static struct tfeed_sequence_schema *sequences;
static struct tfeed_tensor columns[MAX_COLUMNS];
static int n_threads_before;

static void set_up(void)
{
    n_threads_before = t_n_threads();
    t_temp_dir_init(&dir);
    kinds_write_examples(t_temp_path(&dir, "examples", path), N_EXAMPLES, -1);
    tfeed_batch_options_init(&options);
    options.batch_size = BATCH;
    options.min_after_dequeue = 10;
    program = (struct fixture_program){.context = NULL};
}

static void tear_down(void)
{
    cr_assert(t_n_threads_becomes(n_threads_before), "a thread is left");
    t_temp_dir_clear(&dir);
}

TestSuite(example_source, .init = set_up, .fini = tear_down);

/* --- a program ----------------------------------------------------------------------------- */

/* Names, a reader, and a source of records over both. */
static tfeed_status open_records(const struct tfeed_allocator *allocator)
{
    const char *const files[] = {path};
    struct tfeed_producer_options producer_options;
    tfeed_producer_options_init(&producer_options);
    producer_options.n_epochs = 1;
    tfeed_status status = fixture_open(&program, allocator, files, 1, &producer_options, NULL);
    struct tfeed_record_reader_options reader_options;
    tfeed_record_reader_options_init(&reader_options);
    reader_options.allocator = allocator;
    if (status == TFEED_OK)
        status = tfeed_tfrecord_reader_new(&reader_options, &reader, NULL);
    if (status == TFEED_OK)
        status =
            tfeed_batch_source_reader(program.context, reader, program.names, 0, &source, NULL);
    return status;
}

/* Replaces the source of records by one of what is in them. */
static tfeed_status parse_examples(const struct tfeed_allocator *allocator, const char *length_of)
{
    struct tfeed_batch_source parsed;
    tfeed_status status = kinds_make_schema(allocator, false, &program.schema);
    if (status == TFEED_OK)
        status = tfeed_batch_source_examples(program.context, &source, program.schema, length_of,
                                             &parsed, NULL);
    if (status == TFEED_OK)
        source = parsed;
    return status;
}

static tfeed_status make_sequence_schema(const struct tfeed_allocator *allocator)
{
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    const struct tfeed_shape pair = tfeed_shape_vector(2);
    tfeed_status status = tfeed_schema_new(allocator, &program.schema, NULL);
    if (status == TFEED_OK)
        status = tfeed_schema_add_fixed(program.schema, "label", TFEED_INT64, &scalar, NULL);
    if (status == TFEED_OK)
        status = tfeed_sequence_schema_new(program.schema, allocator, &sequences, NULL);
    if (status == TFEED_OK)
        status =
            tfeed_sequence_schema_add_fixed(sequences, "frames", TFEED_FLOAT, &pair, false, NULL);
    if (status == TFEED_OK)
        status = tfeed_sequence_schema_add_variable(sequences, "tags", TFEED_STRING, NULL);
    return status;
}

static tfeed_status parse_sequences(const struct tfeed_allocator *allocator, const char *length_of)
{
    struct tfeed_batch_source parsed;
    tfeed_status status = make_sequence_schema(allocator);
    if (status == TFEED_OK)
        status = tfeed_batch_source_sequence_examples(program.context, &source, sequences,
                                                      length_of, &parsed, NULL);
    if (status == TFEED_OK)
        source = parsed;
    return status;
}

/* What is started from the source that there is, which it takes. */
static tfeed_status start_batch(void)
{
    tfeed_status status =
        tfeed_fifo_batch(program.context, &source, &options, &program.batcher, NULL);
    if (status == TFEED_OK)
        source = (struct tfeed_batch_source){.produce = NULL};
    if (status == TFEED_OK)
        status = tfeed_start_queue_runners(program.context, program.coordinator, NULL);
    return status;
}

static tfeed_status end(struct tfeed_error *reterr)
{
    const tfeed_status status = fixture_end(&program, reterr);
    for (size_t i = 0; i < MAX_COLUMNS; i++)
        tfeed_tensor_clear(&columns[i]);
    tfeed_batch_source_clear(&source);
    tfeed_reader_unref(reader);
    tfeed_sequence_schema_unref(sequences);
    reader = NULL;
    sequences = NULL;
    return status;
}

static tfeed_status next(void)
{
    return tfeed_batcher_next(program.batcher, columns, NULL);
}

/* The first tensor of a column. */
static const struct tfeed_tensor *column(const char *name)
{
    for (size_t i = 0; i < tfeed_batcher_n_columns(program.batcher); i++) {
        const char *its_name = tfeed_batcher_column_name(program.batcher, i);
        if (its_name != NULL && strcmp(its_name, name) == 0)
            return &columns[i];
    }
    cr_assert_fail("there is no column %s", name);
    return NULL;
}

static int64_t label(int64_t row)
{
    return tfeed_tensor_int64s(column("label"))[row];
}

/* The values of a row of a sparse column of rank 2; *ret_n of them. */
static int64_t find_row(const struct tfeed_tensor *sparse, int64_t row, int64_t *ret_n)
{
    const struct tfeed_tensor *indices = &sparse[TFEED_SPARSE_INDICES];
    const int64_t rank = indices->shape.dims[1];
    int64_t first = 0;
    *ret_n = 0;
    for (int64_t i = 0; i < indices->shape.dims[0]; i++) {
        first += tfeed_tensor_int64s(indices)[i * rank] < row;
        *ret_n += tfeed_tensor_int64s(indices)[i * rank] == row;
    }
    return first;
}

static void expect_row(int64_t row)
{
    int64_t n = 0;
    const int64_t i = label(row);
    const struct tfeed_tensor *ids = column("ids");
    const struct tfeed_tensor *words = column("words");
    const struct tfeed_tensor *spots = column("spots");
    int64_t first = find_row(ids, row, &n);
    cr_assert_eq(n, i % 4);
    for (int64_t j = 0; j < n; j++)
        cr_assert_eq(tfeed_tensor_int64s(&ids[TFEED_SPARSE_VALUES])[first + j], 10 * i + j);
    first = find_row(words, row, &n);
    cr_assert_eq(n, i % 3);
    for (int64_t j = 0; j < n; j++)
        cr_assert(
            kinds_is_word(&tfeed_tensor_strings(&words[TFEED_SPARSE_VALUES])[first + j], i, j));
    first = find_row(spots, row, &n);
    cr_assert_eq(n, i % 3);
    for (int64_t j = 0; j < n; j++) {
        cr_assert_eq((int64_t)tfeed_tensor_floats(&spots[TFEED_SPARSE_VALUES])[first + j],
                     i + n - 1 - j);
        cr_assert_eq(tfeed_tensor_int64s(&spots[TFEED_SPARSE_INDICES])[2 * (first + j) + 1],
                     KINDS_SPOTS_SIZE - 1 - 2 * (n - 1 - j));
    }
}

/* Takes all batches; each example comes once. */
static void expect_all(int n_examples)
{
    int counts[N_EXAMPLES] = {0};
    int n = 0;
    tfeed_status status;
    while ((status = next()) == TFEED_OK)
        for (int64_t row = 0; row < column("label")->shape.dims[0]; row++, n++) {
            expect_row(row);
            cr_assert_eq(counts[label(row)]++, 0);
        }
    cr_assert_eq(status, TFEED_OUT_OF_RANGE);
    cr_assert_eq(n, n_examples);
}

/* --- examples ------------------------------------------------------------------------------ */

Test(example_source, lists_are_sparse_and_sequences_padded)
{
    options.dynamic_pad = true;
    cr_assert_eq(open_records(NULL), TFEED_OK);
    cr_assert_eq(parse_examples(NULL, NULL), TFEED_OK);
    cr_assert_eq(start_batch(), TFEED_OK);
    cr_assert_eq(next(), TFEED_OK);
    const struct tfeed_tensor *steps = column("steps");
    cr_assert(steps->shape.dims[0] == BATCH && steps->shape.dims[1] == 2);
    for (int64_t row = 0; row < BATCH; row++) {
        const float *values = tfeed_tensor_floats(steps) + 4 * row;
        expect_row(row);
        for (int64_t j = 0; j < 4; j++) /* behind the steps that it has stands the padding */
            cr_assert_eq((int64_t)values[j], j < 2 * (row % 3) ? row + j : 0);
    }
    cr_assert_eq(end(NULL), TFEED_OK);
}

Test(example_source, several_threads_parse_at_a_time)
{
    options.dynamic_pad = true;
    options.n_threads = 3;
    cr_assert_eq(open_records(NULL), TFEED_OK);
    cr_assert_eq(parse_examples(NULL, NULL), TFEED_OK);
    cr_assert_eq(start_batch(), TFEED_OK);
    expect_all(N_EXAMPLES);
    cr_assert_eq(end(NULL), TFEED_OK);
}

/* The shuffle queue pads nothing: without the sequence. */
static tfeed_status parse_lists(void)
{
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    const char *const index_keys[] = {"at"};
    const int64_t size[] = {KINDS_SPOTS_SIZE};
    struct tfeed_batch_source parsed;
    tfeed_status status = tfeed_schema_new(NULL, &program.schema, NULL);
    if (status == TFEED_OK)
        status = tfeed_schema_add_variable(program.schema, "words", TFEED_STRING, NULL);
    if (status == TFEED_OK)
        status = tfeed_schema_add_variable(program.schema, "ids", TFEED_INT64, NULL);
    if (status == TFEED_OK)
        status = tfeed_schema_add_sparse(program.schema, "spots", index_keys, 1, "value",
                                         TFEED_FLOAT, size, false, NULL);
    if (status == TFEED_OK)
        status = tfeed_schema_add_fixed(program.schema, "label", TFEED_INT64, &scalar, NULL);
    if (status == TFEED_OK)
        status = tfeed_batch_source_examples(program.context, &source, program.schema, NULL,
                                             &parsed, NULL);
    if (status == TFEED_OK)
        source = parsed;
    return status;
}

static void expect_shuffled(void)
{
    cr_assert_eq(open_records(NULL), TFEED_OK);
    cr_assert_eq(parse_lists(), TFEED_OK);
    cr_assert_eq(tfeed_shuffle_batch(program.context, &source, &options, &program.batcher, NULL),
                 TFEED_OK);
    source = (struct tfeed_batch_source){.produce = NULL};
    cr_assert_eq(tfeed_start_queue_runners(program.context, program.coordinator, NULL), TFEED_OK);
    expect_all(N_EXAMPLES);
    cr_assert_eq(end(NULL), TFEED_OK);
}

Test(example_source, parsed_examples_are_shuffled)
{
    expect_shuffled();
}

Test(example_source, parsed_examples_are_shuffled_deterministically_and_ahead)
{
    options.deterministic = true;
    options.n_prefetch = 2;
    expect_shuffled();
}

static tfeed_status keep_even(void *user_data, const struct tfeed_tensor *tensors,
                              struct tfeed_tensor *ret_tensors, struct tfeed_error *reterr)
{
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    const size_t *n = user_data;
    for (size_t i = 0; i < *n; i++)
        ret_tensors[i] = tfeed_tensor_ref(&tensors[i]);
    const tfeed_status status =
        tfeed_tensor_alloc(TFEED_BOOL, &scalar, NULL, &ret_tensors[*n], reterr);
    if (status == TFEED_OK) /* of the columns the label is the last */
        *(bool *)ret_tensors[*n].data = tfeed_tensor_int64s(&tensors[*n - 1])[0] % 2 == 0;
    return status;
}

Test(example_source, some_are_kept)
{
    enum { N_COMPONENTS = 5 };
    static size_t n_tensors = 3 * TFEED_SPARSE_N_TENSORS + 1;
    enum tfeed_dtype dtypes[N_COMPONENTS] = {[4] = TFEED_BOOL};
    struct tfeed_shape shapes[N_COMPONENTS] = {[4] = TFEED_SHAPE_SCALAR};
    bool is_sparse[N_COMPONENTS] = {[4] = false};
    const char *names[N_COMPONENTS] = {[4] = "keep"};
    struct tfeed_batch_source kept;
    cr_assert_eq(open_records(NULL), TFEED_OK);
    cr_assert_eq(parse_lists(), TFEED_OK);
    cr_assert_eq(source.n_components, 4);
    memcpy(dtypes, source.dtypes, 4 * sizeof dtypes[0]);
    memcpy(shapes, source.shapes, 4 * sizeof shapes[0]);
    memcpy(is_sparse, source.is_sparse, 4 * sizeof is_sparse[0]);
    memcpy((void *)names, (const void *)source.names, 4 * sizeof names[0]);
    const struct tfeed_batch_map map = {.map = keep_even,
                                        .user_data = &n_tensors,
                                        .dtypes = dtypes,
                                        .shapes = shapes,
                                        .n_components = N_COMPONENTS,
                                        .names = names,
                                        .is_sparse = is_sparse};
    cr_assert_eq(tfeed_batch_source_map(program.context, &source, &map, &kept, NULL), TFEED_OK);
    source = (struct tfeed_batch_source){.produce = NULL};
    cr_assert_eq(
        tfeed_maybe_shuffle_batch(program.context, &kept, &options, &program.batcher, NULL),
        TFEED_OK);
    cr_assert_eq(tfeed_start_queue_runners(program.context, program.coordinator, NULL), TFEED_OK);
    expect_all(N_EXAMPLES / 2);
    cr_assert_eq(end(NULL), TFEED_OK);
}

/* --- buckets ------------------------------------------------------------------------------- */

static void start_buckets(void)
{
    static const int64_t boundaries[] = {1, 3};
    struct tfeed_bucket_options buckets;
    tfeed_bucket_options_init(&buckets);
    buckets.batch.batch_size = 4;
    buckets.batch.dynamic_pad = true;
    buckets.batch.allow_smaller_final_batch = true;
    buckets.boundaries = boundaries;
    buckets.n_boundaries = 2;
    cr_assert_eq(
        tfeed_bucket_by_sequence_length(program.context, &source, &buckets, &program.batcher, NULL),
        TFEED_OK);
    source = (struct tfeed_batch_source){.produce = NULL};
    cr_assert_eq(tfeed_start_queue_runners(program.context, program.coordinator, NULL), TFEED_OK);
}

static int64_t bucket_of(int64_t length)
{
    return length < 1 ? 0 : length < 3 ? 1 : 2;
}

static void expect_lengths_in_buckets(void)
{
    int n = 0;
    while (next() == TFEED_OK)
        for (int64_t row = 0; row < columns[0].shape.dims[0]; row++, n++) {
            const int64_t *lengths = tfeed_tensor_int64s(&columns[0]);
            cr_assert_eq(lengths[row], label(row) % 4);
            cr_assert_eq(bucket_of(lengths[row]), bucket_of(lengths[0]));
        }
    cr_assert_eq(n, N_EXAMPLES);
}

Test(example_source, buckets_by_the_length_of_a_column)
{
    cr_assert_eq(open_records(NULL), TFEED_OK);
    cr_assert_eq(parse_examples(NULL, "ids"), TFEED_OK);
    start_buckets();
    expect_lengths_in_buckets();
    cr_assert_eq(end(NULL), TFEED_OK);
}

Test(example_source, buckets_by_the_steps_of_a_list)
{
    kinds_write_sequences(path, N_EXAMPLES);
    cr_assert_eq(open_records(NULL), TFEED_OK);
    cr_assert_eq(parse_sequences(NULL, "frames"), TFEED_OK);
    start_buckets();
    expect_lengths_in_buckets();
    cr_assert_eq(end(NULL), TFEED_OK);
}

/* --- sequence examples --------------------------------------------------------------------- */

static void expect_tags(int64_t row)
{
    const struct tfeed_tensor *tags = column("tags");
    const int64_t *indices = tfeed_tensor_int64s(&tags[TFEED_SPARSE_INDICES]);
    int64_t n = 0;
    const int64_t first = find_row(tags, row, &n);
    const int64_t i = label(row);
    int64_t at = first;
    for (int64_t s = 0; s < i % 3; s++)
        for (int64_t j = 0; j <= s; j++, at++) {
            cr_assert_eq(indices[3 * at + 1], s);
            cr_assert_eq(indices[3 * at + 2], j);
            cr_assert(kinds_is_word(&tfeed_tensor_strings(&tags[TFEED_SPARSE_VALUES])[at], i, j));
        }
    cr_assert_eq(at, first + n);
}

Test(example_source, sequences_are_padded_and_sparse)
{
    options.dynamic_pad = true;
    options.n_threads = 2;
    kinds_write_sequences(path, N_EXAMPLES);
    cr_assert_eq(open_records(NULL), TFEED_OK);
    cr_assert_eq(parse_sequences(NULL, NULL), TFEED_OK);
    cr_assert_eq(start_batch(), TFEED_OK);
    for (int batch = 0; batch < N_EXAMPLES / BATCH; batch++) {
        cr_assert_eq(next(), TFEED_OK);
        const struct tfeed_tensor *frames = column("frames");
        const int64_t longest = frames->shape.dims[1];
        for (int64_t row = 0; row < BATCH; row++) {
            const float *steps = tfeed_tensor_floats(frames) + 2 * longest * row;
            const int64_t i = label(row);
            for (int64_t s = 0; s < longest; s++) {
                cr_assert_eq((int64_t)steps[2 * s], s < i % 4 ? i + s : 0);
                cr_assert_eq((int64_t)steps[2 * s + 1], s < i % 4 ? i + s + 1 : 0);
            }
            expect_tags(row);
        }
    }
    cr_assert_eq(next(), TFEED_OUT_OF_RANGE);
    cr_assert_eq(end(NULL), TFEED_OK);
}

Test(example_source, length_of_a_variable_list_are_its_steps)
{
    options.dynamic_pad = true;
    kinds_write_sequences(path, N_EXAMPLES);
    cr_assert_eq(open_records(NULL), TFEED_OK);
    cr_assert_eq(parse_sequences(NULL, "tags"), TFEED_OK);
    cr_assert_eq(start_batch(), TFEED_OK);
    cr_assert_eq(next(), TFEED_OK);
    for (int64_t row = 0; row < BATCH; row++)
        cr_assert_eq(tfeed_tensor_int64s(&columns[0])[row], label(row) % 3);
    cr_assert_eq(end(NULL), TFEED_OK);
}

Test(example_source, strings_of_a_batch_are_parsed_at_once)
{
    struct tfeed_sequence_parser *parser = NULL;
    int64_t n_steps = 0;
    kinds_write_sequences(path, N_EXAMPLES);
    cr_assert_eq(open_records(NULL), TFEED_OK);
    cr_assert_eq(make_sequence_schema(NULL), TFEED_OK);
    cr_assert_eq(tfeed_sequence_parser_new(sequences, BATCH, NULL, &parser, NULL), TFEED_OK);
    cr_assert_eq(start_batch(), TFEED_OK); /* of keys and records */
    while (next() == TFEED_OK) {
        cr_assert_eq(tfeed_sequence_parser_parse(parser, tfeed_tensor_strings(&columns[1]), BATCH,
                                                 NULL, NULL),
                     TFEED_OK);
        n_steps += tfeed_tensor_int64s(tfeed_sequence_parser_step_splits(parser, 0))[BATCH];
    }
    cr_assert_eq(n_steps, N_EXAMPLES / 4 * (0 + 1 + 2 + 3));
    tfeed_sequence_parser_free(parser);
    cr_assert_eq(end(NULL), TFEED_OK);
}

/* --- what goes wrong ----------------------------------------------------------------------- */

Test(example_source, bad_example_comes_with_the_join)
{
    struct tfeed_error error;
    options.dynamic_pad = true;
    kinds_write_examples(path, N_EXAMPLES, 3);
    cr_assert_eq(open_records(NULL), TFEED_OK);
    cr_assert_eq(parse_examples(NULL, NULL), TFEED_OK);
    cr_assert_eq(start_batch(), TFEED_OK);
    while (next() == TFEED_OK)
        ;
    cr_assert_eq(end(&error), TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(error.message, "label"), "%s", error.message);
    cr_assert_not_null(strstr(error.message, path), "%s", error.message);
}

Test(example_source, ragged_column_is_refused)
{
    struct tfeed_batch_source parsed;
    struct tfeed_error error;
    cr_assert_eq(open_records(NULL), TFEED_OK);
    cr_assert_eq(kinds_make_schema(NULL, true, &program.schema), TFEED_OK);
    cr_assert_eq(tfeed_batch_source_examples(program.context, &source, program.schema, NULL,
                                             &parsed, &error),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(error.message, "nested"), "%s", error.message);
    cr_assert_eq(end(NULL), TFEED_OK);
}

Test(example_source, ragged_list_is_refused)
{
    struct tfeed_batch_source parsed;
    struct tfeed_error error;
    cr_assert_eq(open_records(NULL), TFEED_OK);
    cr_assert_eq(make_sequence_schema(NULL), TFEED_OK);
    cr_assert_eq(tfeed_sequence_schema_add_ragged(sequences, "nested", NULL, TFEED_INT64, NULL, 0,
                                                  TFEED_INT64, NULL),
                 TFEED_OK);
    cr_assert_eq(tfeed_batch_source_sequence_examples(program.context, &source, sequences, NULL,
                                                      &parsed, &error),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(error.message, "nested"), "%s", error.message);
    cr_assert_eq(end(NULL), TFEED_OK);
}

Test(example_source, length_of_a_fixed_column_is_refused)
{
    cr_assert_eq(open_records(NULL), TFEED_OK);
    cr_assert_eq(parse_examples(NULL, "label"), TFEED_INVALID_ARGUMENT);
    cr_assert_eq(end(NULL), TFEED_OK);
}

Test(example_source, source_of_something_else_is_refused)
{
    static const int64_t number = 1;
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    int64_t copy = number;
    const struct tfeed_tensor tensor = tfeed_tensor_borrow(TFEED_INT64, &scalar, &copy);
    cr_assert_eq(open_records(NULL), TFEED_OK);
    tfeed_batch_source_clear(&source);
    cr_assert_eq(tfeed_batch_source_constant(program.context, &tensor, 1, false, &source, NULL),
                 TFEED_OK);
    cr_assert_eq(parse_examples(NULL, NULL), TFEED_INVALID_ARGUMENT);
    cr_assert_eq(end(NULL), TFEED_OK);
}

static void fail_each_allocation(bool of_sequences)
{
    options.dynamic_pad = true;
    options.deterministic = true;
    T_FAIL_EACH_ALLOC(allocator, {
        tfeed_status status = open_records(allocator);
        if (status == TFEED_OK)
            status = of_sequences ? parse_sequences(allocator, "tags")
                                  : parse_examples(allocator, "ids");
        if (status == TFEED_OK)
            status = start_batch();
        if (status == TFEED_OK)
            status = next();
        if (status == TFEED_OUT_OF_RANGE) /* the producer's thread had none, and told the join */
            status = TFEED_OK;
        const tfeed_status joined = end(NULL);
        T_EXPECT_ALLOC_STATUS(status == TFEED_OK ? joined : status);
    });
}

Test(example_source, no_memory_is_reported)
{
    fail_each_allocation(false);
}

Test(example_source, no_memory_for_sequences_is_reported)
{
    kinds_write_sequences(path, N_EXAMPLES);
    fail_each_allocation(true);
}
