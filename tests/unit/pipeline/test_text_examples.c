/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_text_examples.c - batches of records that are JSON or lines of CSV: from text files line by
 * line, and from TFRecord files, as tensors and beside lists.
 *
 * Record i has the number i ("label") and the name `i"` ("name").
 */
#include <criterion/criterion.h>

#include <tfeed/decode.h>

#include "tests/support/support.h"
#include "tests/unit/pipeline/pipeline_fixture.h"

enum { N_RECORDS = 145, NAME_BYTES = 16, NAME_COLUMN = FIXTURE_PIXELS };

static struct t_temp_dir dir;
static char path[T_PATH_BYTES];
static struct fixture_program program;
static struct tfeed_batch_options options;
static int n_threads_before;

static void set_up(void)
{
    n_threads_before = t_n_threads();
    t_temp_dir_init(&dir);
    t_temp_path(&dir, "records", path);
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

TestSuite(text_examples, .init = set_up, .fini = tear_down);

/* -------------------------------------------------------------------- records */

static int print_line(char *to, size_t room, int i)
{
    return snprintf(to, room, "%d,\"%d\"\"\"", i, i);
}

/* A name of one or two digits is cut from these four. */
static int print_json(char *to, size_t room, int i)
{
    static const char *const names[] = {"MCI=", "MSI=", "MiI=", "MyI="}; /* 0" 1" 2" 3" */
    return snprintf(to, room,
                    "{\"features\": {\"feature\": {\"label\": {\"int64List\": {\"value\": [%d]}}, "
                    "\"name\": {\"bytesList\": {\"value\": [\"%s\"]}}}}}",
                    i, names[i % 4]);
}

typedef int print_function(char *to, size_t room, int i);

/* A TFRecord file; record `bad` is cut short (-1: none). */
static void write_records(print_function *print, int bad)
{
    struct tfeed_record_writer *writer = NULL;
    FIXTURE_MUST(tfeed_record_writer_open(path, NULL, &writer, error));
    for (int i = 0; i < N_RECORDS; i++) {
        char text[256];
        const int len = print(text, sizeof text, i);
        FIXTURE_MUST(tfeed_record_writer_write(writer, text, (size_t)len - (i == bad), error));
    }
    FIXTURE_MUST(tfeed_record_writer_close(writer, error));
    tfeed_record_writer_free(writer);
}

/* A text file with a header. */
/* Below a header; of line `bad` the last byte is missing, -1: none. */
static void write_lines(int bad)
{
    static char text[N_RECORDS * 32];
    size_t len = (size_t)snprintf(text, sizeof text, "label,name\n");
    for (int i = 0; i < N_RECORDS; i++) {
        len += (size_t)print_line(text + len, sizeof text - len, i) - (i == bad);
        text[len++] = '\n';
    }
    t_write_file(path, text, len);
}

/* ---------------------------------------------------------------- the program */

static void open_program(void)
{
    const char *const files[] = {path};
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    struct tfeed_producer_options producer_options;
    tfeed_producer_options_init(&producer_options);
    producer_options.n_epochs = 1;
    FIXTURE_MUST(fixture_open(&program, NULL, files, 1, &producer_options, error));
    FIXTURE_MUST(tfeed_schema_new(NULL, &program.schema, error));
    FIXTURE_MUST(tfeed_schema_add_fixed(program.schema, "label", TFEED_INT64, &scalar, error));
    FIXTURE_MUST(tfeed_schema_add_fixed(program.schema, "name", TFEED_STRING, &scalar, error));
}

static void start_examples(void)
{
    FIXTURE_MUST(tfeed_shuffle_batch_examples(program.context, program.names, program.schema, NULL,
                                              &options, &program.batcher, error));
    FIXTURE_MUST(tfeed_start_queue_runners(program.context, program.coordinator, error));
}

static void expect_row(const struct tfeed_tensor *labels, const struct tfeed_tensor *names,
                       int64_t row, int modulus, int *counts)
{
    const int64_t label = tfeed_tensor_int64s(labels)[row];
    const struct tfeed_bytes *name = &tfeed_tensor_strings(names)[row];
    char expected[NAME_BYTES];
    cr_assert(label >= 0 && label < N_RECORDS);
    (void)snprintf(expected, sizeof expected, "%d\"", (int)label % modulus);
    cr_assert(name->len == strlen(expected) && memcmp(name->data, expected, name->len) == 0);
    counts[label]++;
}

/* Takes all batches: each record comes once. */
static void expect_all(int modulus)
{
    int counts[N_RECORDS] = {0};
    tfeed_status status;
    while ((status = fixture_next(&program, NULL)) == TFEED_OK) {
        const struct tfeed_tensor *labels = &program.columns[FIXTURE_LABEL];
        const struct tfeed_tensor *names = &program.columns[NAME_COLUMN];
        if (program.has_lists) {
            labels = tfeed_columns_values(program.lists, FIXTURE_LABEL);
            names = tfeed_columns_values(program.lists, NAME_COLUMN);
        }
        for (int64_t row = 0; row < labels->shape.dims[0]; row++)
            expect_row(labels, names, row, modulus, counts);
    }
    cr_assert_eq(status, TFEED_OUT_OF_RANGE);
    for (int i = 0; i < N_RECORDS; i++)
        cr_assert_eq(counts[i], 1);
    cr_assert_eq(fixture_end(&program, NULL), TFEED_OK);
    T_EXPECT_NO_LEAKS(NULL);
}

/* TextLineReader, decode_csv, shuffle_batch. */
static void start_lines(void)
{
    struct tfeed_reader *reader = NULL;
    struct tfeed_batch_source lines, rows;
    FIXTURE_MUST(tfeed_schema_set_csv_records(program.schema, NULL, error));
    FIXTURE_MUST(tfeed_text_line_reader_new(1, NULL, &reader, error));
    FIXTURE_MUST(
        tfeed_batch_source_reader(program.context, reader, program.names, 0, &lines, error));
    FIXTURE_MUST(
        tfeed_batch_source_examples(program.context, &lines, program.schema, NULL, &rows, error));
    FIXTURE_MUST(tfeed_shuffle_batch(program.context, &rows, &options, &program.batcher, error));
    FIXTURE_MUST(tfeed_start_queue_runners(program.context, program.coordinator, error));
    tfeed_reader_unref(reader);
}

Test(text_examples, lines_of_text_files_become_batches)
{
    write_lines(-1);
    open_program();
    start_lines();
    expect_all(N_RECORDS);
}

Test(text_examples, records_of_csv_become_batches)
{
    write_records(print_line, -1);
    open_program();
    FIXTURE_MUST(tfeed_schema_set_csv_records(program.schema, NULL, error));
    start_examples();
    expect_all(N_RECORDS);
}

Test(text_examples, prefetched_batches_have_them_too)
{
    options.n_prefetch = 2;
    write_records(print_line, -1);
    open_program();
    FIXTURE_MUST(tfeed_schema_set_csv_records(program.schema, NULL, error));
    start_examples();
    expect_all(N_RECORDS);
}

Test(text_examples, records_of_json_become_batches)
{
    write_records(print_json, -1);
    open_program();
    FIXTURE_MUST(tfeed_schema_set_json_records(program.schema, error));
    start_examples();
    expect_all(4);
}

Test(text_examples, json_has_lists_of_strings)
{
    program.has_lists = true;
    write_records(print_json, -1);
    open_program();
    tfeed_schema_unref(program.schema);
    FIXTURE_MUST(tfeed_schema_new(NULL, &program.schema, error));
    FIXTURE_MUST(tfeed_schema_add_variable(program.schema, "label", TFEED_INT64, error));
    FIXTURE_MUST(tfeed_schema_add_variable(program.schema, "name", TFEED_STRING, error));
    FIXTURE_MUST(tfeed_schema_set_json_records(program.schema, error));
    start_examples();
    expect_all(4);
}

/* -------------------------------------------------------------------- bad ones */

static void expect_named(const char *words)
{
    struct tfeed_error error = TFEED_ERROR_INIT;
    tfeed_status status;
    start_examples();
    while ((status = fixture_next(&program, &error)) == TFEED_OK)
        ;
    cr_assert_eq(status, TFEED_INVALID_ARGUMENT);
    cr_assert_eq(error.record, 3);
    cr_assert_str_eq(error.path, path);
    cr_assert_not_null(strstr(error.message, words), "%s", error.message);
    cr_assert_null(strstr(error.message, ": byte "), "the place is named once: %s", error.message);
    (void)fixture_end(&program, NULL);
}

Test(text_examples, a_line_that_is_none_is_named)
{
    write_records(print_line, 3);
    open_program();
    FIXTURE_MUST(tfeed_schema_set_csv_records(program.schema, NULL, error));
    expect_named("Quoted field has to end with quote");
}

/* Where the line stands in its file: there are no records to count. */
Test(text_examples, a_line_of_a_text_file_that_is_none_is_named)
{
    static const char before[] = "label,name\n0,\"0\"\"\"\n1,\"1\"\"\"\n2,\"2\"\"\"\n3,\"3\"\"";
    struct tfeed_error error = TFEED_ERROR_INIT;
    write_lines(3);
    open_program();
    start_lines();
    while (fixture_next(&program, NULL) == TFEED_OK)
        ;
    cr_assert_eq(fixture_end(&program, &error), TFEED_INVALID_ARGUMENT);
    cr_assert_str_eq(error.path, path, "%s", error.message);
    cr_assert_eq(error.offset, sizeof before - 1, "%s", error.message);
    cr_assert_not_null(strstr(error.message, "Quoted field has to end with quote"), "%s",
                       error.message);
}

Test(text_examples, a_text_that_is_no_json_is_named)
{
    write_records(print_json, 3);
    open_program();
    FIXTURE_MUST(tfeed_schema_set_json_records(program.schema, error));
    expect_named("Error while parsing JSON: ");
}

Test(text_examples, columns_that_a_line_cannot_fill_are_refused_at_once)
{
    struct tfeed_error error = TFEED_ERROR_INIT;
    write_records(print_line, -1);
    open_program();
    cr_assert_eq(tfeed_schema_add_variable(program.schema, "ids", TFEED_INT64, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_set_csv_records(program.schema, NULL, NULL), TFEED_OK);
    cr_assert_eq(tfeed_shuffle_batch_examples(program.context, program.names, program.schema, NULL,
                                              &options, &program.batcher, &error),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(error.message, "(ids) has rows of any length"), "%s", error.message);
    (void)fixture_end(&program, NULL);
}
