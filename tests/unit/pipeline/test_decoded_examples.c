/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_decoded_examples.c - columns that are decoded while examples are batched: as tensors, beside
 * lists, and example by example before they are batched; and the steps of SequenceExamples.
 *
 * Of the files of pipeline_fixture.h "raw" is read as big-endian uint16. Where has_strings is set,
 * it is a zlib stream of the label as text, and read as a string.
 */
#include <criterion/criterion.h>
#include <zlib.h>

#include <tfeed/decode.h>
#include <tfeed/sequence.h>

#include "tests/support/support.h"
#include "tests/unit/pipeline/pipeline_fixture.h"

enum { N_EXAMPLES = 45, N_NUMBERS = FIXTURE_RAW / 2 };

static struct t_temp_dir dir;
static char path[T_PATH_BYTES];
static struct fixture_program program;
static struct tfeed_batch_options options;
static int n_threads_before;
static bool has_strings;

static void set_up(void)
{
    n_threads_before = t_n_threads();
    t_temp_dir_init(&dir);
    t_temp_path(&dir, "examples", path);
    tfeed_batch_options_init(&options);
    options.batch_size = 10;
    options.min_after_dequeue = 20;
    options.allow_smaller_final_batch = true;
    program = (struct fixture_program){.context = NULL};
}

static void tear_down(void)
{
    cr_assert(t_n_threads_becomes(n_threads_before), "a thread is left");
    t_temp_dir_clear(&dir);
}

TestSuite(decoded_examples, .init = set_up, .fini = tear_down);

static void write_streams(void)
{
    struct tfeed_record_writer *writer = NULL;
    struct tfeed_example_builder *builder = NULL;
    const uint8_t *record = NULL;
    size_t n_bytes = 0;
    FIXTURE_MUST(tfeed_record_writer_open(path, NULL, &writer, error));
    FIXTURE_MUST(tfeed_example_builder_new(NULL, &builder, error));
    for (int64_t i = 0; i < N_EXAMPLES; i++) {
        char text[24];
        uint8_t stream[64];
        uLongf len = sizeof stream;
        (void)snprintf(text, sizeof text, "%lld", (long long)i);
        cr_assert_eq(compress(stream, &len, (const Bytef *)text, strlen(text)), Z_OK);
        const struct tfeed_bytes value = {stream, len, NULL};
        tfeed_example_builder_clear(builder);
        FIXTURE_MUST(tfeed_example_builder_add_int64(builder, "label", &i, 1, error));
        FIXTURE_MUST(tfeed_example_builder_add_bytes(builder, "raw", &value, 1, error));
        FIXTURE_MUST(tfeed_example_builder_finish(builder, &record, &n_bytes, error));
        FIXTURE_MUST(tfeed_record_writer_write(writer, record, n_bytes, error));
    }
    FIXTURE_MUST(tfeed_record_writer_close(writer, error));
    tfeed_example_builder_free(builder);
    tfeed_record_writer_free(writer);
}

/* Files, names, and the schema; number `bad` has a byte too many. */
static void open_program(int64_t bad)
{
    const char *const files[] = {path};
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    struct tfeed_producer_options producer_options;
    struct tfeed_decoded_column column;
    if (has_strings)
        write_streams();
    else
        fixture_write_file(path, 0, N_EXAMPLES, bad, TFEED_COMPRESSION_NONE);
    tfeed_producer_options_init(&producer_options);
    producer_options.n_epochs = 1;
    FIXTURE_MUST(fixture_open(&program, NULL, files, 1, &producer_options, error));
    FIXTURE_MUST(tfeed_schema_new(NULL, &program.schema, error));
    FIXTURE_MUST(tfeed_schema_add_fixed(program.schema, "label", TFEED_INT64, &scalar, error));
    tfeed_decoded_column_init(&column);
    column.dtype = TFEED_UINT16;
    column.shape = tfeed_shape_vector(N_NUMBERS);
    column.big_endian = true;
    if (has_strings) {
        tfeed_decoded_column_init(&column);
        column.decoding = TFEED_DECODING_BYTES;
        column.dtype = TFEED_STRING;
        column.shape = tfeed_shape_vector(1);
        column.compression = TFEED_COMPRESSION_ZLIB;
    }
    FIXTURE_MUST(tfeed_schema_add_decoded(program.schema, "raw", &column, error));
}

static void start_examples(void)
{
    FIXTURE_MUST(tfeed_shuffle_batch_examples(program.context, program.names, program.schema, NULL,
                                              &options, &program.batcher, error));
    FIXTURE_MUST(tfeed_start_queue_runners(program.context, program.coordinator, error));
}

static void expect_row(const struct tfeed_tensor *labels, const struct tfeed_tensor *numbers,
                       int64_t row, int *counts)
{
    const int64_t label = tfeed_tensor_int64s(labels)[row];
    cr_assert(label >= 0 && label < N_EXAMPLES);
    counts[label]++;
    if (has_strings) {
        const struct tfeed_bytes *string = &tfeed_tensor_strings(numbers)[row];
        char text[24];
        (void)snprintf(text, sizeof text, "%lld", (long long)label);
        cr_assert_eq(string->len, strlen(text));
        cr_assert_eq(memcmp(string->data, text, string->len), 0);
        return;
    }
    cr_assert_eq(numbers->dtype, TFEED_UINT16);
    for (int64_t i = 0; i < N_NUMBERS; i++) {
        const unsigned high = (uint8_t)(label + 2 * i);
        const unsigned low = (uint8_t)(label + 2 * i + 1);
        cr_assert_eq(((const uint16_t *)numbers->data)[row * N_NUMBERS + i], high << 8 | low);
    }
}

/* Takes all batches: each example comes once. */
static void expect_all(void)
{
    int counts[N_EXAMPLES] = {0};
    tfeed_status status;
    while ((status = fixture_next(&program, NULL)) == TFEED_OK) {
        const struct tfeed_tensor *labels = &program.columns[FIXTURE_LABEL];
        const struct tfeed_tensor *numbers = &program.columns[FIXTURE_PIXELS];
        if (program.has_lists) {
            labels = tfeed_columns_values(program.lists, FIXTURE_LABEL);
            numbers = tfeed_columns_values(program.lists, FIXTURE_PIXELS);
        }
        cr_assert_eq(numbers->shape.n_dims, 2);
        cr_assert_eq(numbers->shape.dims[1], has_strings ? 1 : N_NUMBERS);
        for (int64_t row = 0; row < numbers->shape.dims[0]; row++)
            expect_row(labels, numbers, row, counts);
    }
    cr_assert_eq(status, TFEED_OUT_OF_RANGE);
    for (int i = 0; i < N_EXAMPLES; i++)
        cr_assert_eq(counts[i], 1);
    cr_assert_eq(fixture_end(&program, NULL), TFEED_OK);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(decoded_examples, batches_have_the_decoded_numbers)
{
    open_program(-1);
    start_examples();
    expect_all();
}

Test(decoded_examples, prefetched_batches_have_them_too)
{
    options.n_prefetch = 2;
    open_program(-1);
    start_examples();
    expect_all();
}

Test(decoded_examples, they_stand_beside_lists)
{
    program.has_lists = true;
    open_program(-1);
    FIXTURE_MUST(tfeed_schema_add_variable(program.schema, "nothing", TFEED_INT64, error));
    start_examples();
    expect_all();
}

static void expect_all_from_source(void)
{
    struct tfeed_record_reader_options reader_options;
    struct tfeed_reader *reader = NULL;
    struct tfeed_batch_source records;
    struct tfeed_batch_source examples;
    open_program(-1);
    tfeed_record_reader_options_init(&reader_options);
    FIXTURE_MUST(tfeed_tfrecord_reader_new(&reader_options, &reader, error));
    FIXTURE_MUST(
        tfeed_batch_source_reader(program.context, reader, program.names, 0, &records, error));
    FIXTURE_MUST(tfeed_batch_source_examples(program.context, &records, program.schema, NULL,
                                             &examples, error));
    FIXTURE_MUST(tfeed_fifo_batch(program.context, &examples, &options, &program.batcher, error));
    FIXTURE_MUST(tfeed_start_queue_runners(program.context, program.coordinator, error));
    tfeed_reader_unref(reader);
    expect_all();
}

Test(decoded_examples, examples_are_decoded_before_they_are_batched)
{
    expect_all_from_source();
}

Test(decoded_examples, inflated_strings_are_batched)
{
    has_strings = true;
    for (int i = 0; i < 2; i++) {
        options.n_prefetch = i == 0 ? 0 : 2;
        open_program(-1);
        start_examples();
        expect_all();
        cr_assert_eq(remove(path), 0);
    }
}

Test(decoded_examples, inflated_strings_stand_beside_lists)
{
    has_strings = true;
    program.has_lists = true;
    open_program(-1);
    FIXTURE_MUST(tfeed_schema_add_variable(program.schema, "nothing", TFEED_INT64, error));
    start_examples();
    expect_all();
}

Test(decoded_examples, inflated_strings_come_from_a_source)
{
    has_strings = true;
    expect_all_from_source();
}

Test(decoded_examples, a_value_of_another_length_is_named)
{
    struct tfeed_error error = TFEED_ERROR_INIT;
    open_program(3);
    start_examples();
    tfeed_status status;
    while ((status = fixture_next(&program, &error)) == TFEED_OK)
        ;
    cr_assert_eq(status, TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(error.message, "Key: raw.  Raw value of 21 bytes, expected 20."),
                       "%s", error.message);
    (void)fixture_end(&program, NULL);
}

/* ------------------------------------------------------------------ SequenceExamples */

enum { FRAMES, TEXTS, MAX_STEPS = 3 };

/* Example i has i % 4 steps; each names both in big-endian bytes, and i in a compressed text. */
static void write_frames(void)
{
    struct tfeed_record_writer *writer = NULL;
    struct tfeed_sequence_builder *builder = NULL;
    const uint8_t *record = NULL;
    size_t n_bytes = 0;
    FIXTURE_MUST(tfeed_record_writer_open(path, NULL, &writer, error));
    FIXTURE_MUST(tfeed_sequence_builder_new(NULL, &builder, error));
    for (int i = 0; i < N_EXAMPLES; i++) {
        char text[24];
        uint8_t stream[64];
        uLongf len = sizeof stream;
        (void)snprintf(text, sizeof text, "%d", i);
        cr_assert_eq(compress(stream, &len, (const Bytef *)text, strlen(text)), Z_OK);
        const struct tfeed_bytes packed = {stream, len, NULL};
        tfeed_sequence_builder_clear(builder);
        FIXTURE_MUST(tfeed_sequence_builder_begin_list(builder, "frames", error));
        for (int step = 0; step < i % (MAX_STEPS + 1); step++) {
            const uint8_t bytes[] = {0, (uint8_t)i, 0, (uint8_t)step};
            const struct tfeed_bytes frame = {bytes, sizeof bytes, NULL};
            FIXTURE_MUST(tfeed_sequence_builder_step_bytes(builder, &frame, 1, error));
        }
        FIXTURE_MUST(tfeed_sequence_builder_end_list(builder, error));
        FIXTURE_MUST(tfeed_sequence_builder_begin_list(builder, "texts", error));
        for (int step = 0; step < i % (MAX_STEPS + 1); step++)
            FIXTURE_MUST(tfeed_sequence_builder_step_bytes(builder, &packed, 1, error));
        FIXTURE_MUST(tfeed_sequence_builder_end_list(builder, error));
        FIXTURE_MUST(tfeed_sequence_builder_finish(builder, &record, &n_bytes, error));
        FIXTURE_MUST(tfeed_record_writer_write(writer, record, n_bytes, error));
    }
    FIXTURE_MUST(tfeed_record_writer_close(writer, error));
    tfeed_sequence_builder_free(builder);
    tfeed_record_writer_free(writer);
}

static struct tfeed_sequence_schema *schema_of_frames(void)
{
    struct tfeed_sequence_schema *schema;
    struct tfeed_decoded_column column;
    FIXTURE_MUST(tfeed_sequence_schema_new(NULL, NULL, &schema, error));
    tfeed_decoded_column_init(&column);
    column.dtype = TFEED_UINT16;
    column.shape = tfeed_shape_vector(2);
    column.big_endian = true;
    FIXTURE_MUST(tfeed_sequence_schema_add_decoded(schema, "frames", &column, false, error));
    tfeed_decoded_column_init(&column);
    column.decoding = TFEED_DECODING_BYTES;
    column.dtype = TFEED_STRING;
    column.compression = TFEED_COMPRESSION_ZLIB;
    FIXTURE_MUST(tfeed_sequence_schema_add_decoded(schema, "texts", &column, false, error));
    return schema;
}

static void start_frames(void)
{
    const char *const files[] = {path};
    struct tfeed_producer_options producer_options;
    struct tfeed_record_reader_options reader_options;
    struct tfeed_sequence_schema *schema = schema_of_frames();
    struct tfeed_reader *reader = NULL;
    struct tfeed_batch_source records;
    struct tfeed_batch_source examples;
    write_frames();
    tfeed_producer_options_init(&producer_options);
    producer_options.n_epochs = 1;
    FIXTURE_MUST(fixture_open(&program, NULL, files, 1, &producer_options, error));
    tfeed_record_reader_options_init(&reader_options);
    FIXTURE_MUST(tfeed_tfrecord_reader_new(&reader_options, &reader, error));
    FIXTURE_MUST(
        tfeed_batch_source_reader(program.context, reader, program.names, 0, &records, error));
    FIXTURE_MUST(tfeed_batch_source_sequence_examples(program.context, &records, schema, NULL,
                                                      &examples, error));
    FIXTURE_MUST(tfeed_fifo_batch(program.context, &examples, &options, &program.batcher, error));
    FIXTURE_MUST(tfeed_start_queue_runners(program.context, program.coordinator, error));
    tfeed_reader_unref(reader);
    tfeed_sequence_schema_unref(schema);
}

/* A step of a batch; padding has a text of no bytes. */
static void expect_frame(int64_t at, int64_t step, int counts[][MAX_STEPS])
{
    const uint16_t *frame = (const uint16_t *)program.columns[FRAMES].data + 2 * at;
    const struct tfeed_bytes *string = &tfeed_tensor_strings(&program.columns[TEXTS])[at];
    char text[24];
    if (string->len == 0) {
        cr_assert_eq(frame[0], 0);
        cr_assert_eq(frame[1], 0);
        return;
    }
    (void)snprintf(text, sizeof text, "%d", frame[0]);
    cr_assert_eq(string->len, strlen(text));
    cr_assert_eq(memcmp(string->data, text, string->len), 0);
    cr_assert_lt(frame[0], N_EXAMPLES);
    cr_assert_eq(frame[1], step);
    counts[frame[0]][step]++;
}

Test(decoded_examples, steps_of_sequences_are_decoded_before_they_are_batched)
{
    int counts[N_EXAMPLES][MAX_STEPS] = {{0}};
    tfeed_status status;
    options.dynamic_pad = true;
    options.n_threads = 2;
    start_frames();
    while ((status = fixture_next(&program, NULL)) == TFEED_OK) {
        const struct tfeed_shape *shape = &program.columns[FRAMES].shape;
        cr_assert_eq(program.columns[FRAMES].dtype, TFEED_UINT16);
        cr_assert_eq(shape->n_dims, 3);
        cr_assert_eq(shape->dims[2], 2);
        cr_assert_eq(program.columns[TEXTS].shape.n_dims, 2);
        for (int64_t at = 0; at < shape->dims[0] * shape->dims[1]; at++)
            expect_frame(at, at % shape->dims[1], counts);
    }
    cr_assert_eq(status, TFEED_OUT_OF_RANGE);
    for (int i = 0; i < N_EXAMPLES; i++)
        for (int step = 0; step < MAX_STEPS; step++)
            cr_assert_eq(counts[i][step], step < i % (MAX_STEPS + 1));
    cr_assert_eq(fixture_end(&program, NULL), TFEED_OK);
    T_EXPECT_NO_LEAKS(NULL);
}
