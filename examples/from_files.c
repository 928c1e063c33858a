/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * from_files.c - the third of three ways to get data in: samples in a file, read through a queue.
 *
 *     names = tf.train.string_input_producer([path], num_epochs=1)
 *     _, serialized = tf.TFRecordReader().read(names)
 *     row = tf.parse_single_example(serialized, {'a1': tf.FixedLenFeature([], tf.int64), …})
 *
 * usage: from_files FILE      (is written first, and must not be there yet)
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <tfeed/features.h>
#include <tfeed/pipeline.h>
#include <tfeed/readers.h>
#include <tfeed/records.h>

enum { N_ROWS = 3, N_COLUMNS = 2, EXIT_USAGE = 2 };

static const char *const names[N_COLUMNS] = {"a1", "a2"};
static const int64_t values[N_ROWS][N_COLUMNS] = {{2, 4}, {3, 0}, {4, 1}};

/* ------------------------------------------------------------------------------- writing */

static tfeed_status write_row(struct tfeed_record_writer *writer,
                              struct tfeed_example_builder *builder, const int64_t *row,
                              struct tfeed_error *error)
{
    const uint8_t *record = NULL;
    size_t len = 0;
    tfeed_status status = TFEED_OK;
    tfeed_example_builder_clear(builder);
    for (int i = 0; i < N_COLUMNS && status == TFEED_OK; i++)
        status = tfeed_example_builder_add_int64(builder, names[i], &row[i], 1, error);
    if (status == TFEED_OK)
        status = tfeed_example_builder_finish(builder, &record, &len, error);
    if (status == TFEED_OK)
        status = tfeed_record_writer_write(writer, record, len, error);
    return status;
}

static tfeed_status write_file(const char *path, struct tfeed_error *error)
{
    struct tfeed_record_writer *writer = NULL;
    struct tfeed_example_builder *builder = NULL;
    tfeed_status status = tfeed_example_builder_new(NULL, &builder, error);
    if (status == TFEED_OK)
        status = tfeed_record_writer_open(path, NULL, &writer, error);
    for (int i = 0; i < N_ROWS && status == TFEED_OK; i++)
        status = write_row(writer, builder, values[i], error);
    if (status == TFEED_OK)
        status = tfeed_record_writer_close(writer, error); /* now the file appears, whole */
    tfeed_record_writer_free(writer);
    tfeed_example_builder_free(builder);
    return status;
}

/* ------------------------------------------------------------------------------- reading */

struct inputs {
    struct tfeed_context *context;
    struct tfeed_coordinator *coordinator;
    struct tfeed_queue *files;
    struct tfeed_reader *reader;
    struct tfeed_schema *schema;
    struct tfeed_example_parser *parser;
    struct tfeed_tensor row[N_COLUMNS];
};

static tfeed_status make_parser(struct inputs *inputs, struct tfeed_error *error)
{
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    tfeed_status status = tfeed_schema_new(NULL, &inputs->schema, error);
    for (int i = 0; i < N_COLUMNS && status == TFEED_OK; i++)
        status = tfeed_schema_add_fixed(inputs->schema, names[i], TFEED_INT64, &scalar, error);
    if (status == TFEED_OK)
        status = tfeed_schema_alloc_columns(inputs->schema, 1, NULL, inputs->row, error);
    if (status == TFEED_OK)
        status = tfeed_example_parser_new(inputs->schema, NULL, &inputs->parser, error);
    return status;
}

static tfeed_status open_inputs(struct inputs *inputs, const char *path, struct tfeed_error *error)
{
    struct tfeed_producer_options producing;
    tfeed_producer_options_init(&producing);
    producing.n_epochs = 1;
    tfeed_status status = tfeed_context_new(NULL, &inputs->context, error);
    if (status == TFEED_OK)
        status = tfeed_coordinator_new(NULL, &inputs->coordinator, error);
    if (status == TFEED_OK)
        status = tfeed_string_input_producer(inputs->context, &path, 1, &producing, &inputs->files,
                                             error);
    if (status == TFEED_OK)
        status = tfeed_tfrecord_reader_new(NULL, &inputs->reader, error);
    if (status == TFEED_OK)
        status = make_parser(inputs, error);
    if (status == TFEED_OK)
        status = tfeed_start_queue_runners(inputs->context, inputs->coordinator, error);
    return status;
}

static tfeed_status next_row(struct inputs *inputs, struct tfeed_error *error)
{
    struct tfeed_tensor serialized = {0};
    tfeed_status status =
        tfeed_reader_read(inputs->reader, inputs->files, NULL, &serialized, error);
    if (status == TFEED_OK)
        status = tfeed_example_parser_parse(inputs->parser, tfeed_tensor_strings(&serialized), 1,
                                            inputs->row, 0, NULL, error);
    tfeed_tensor_clear(&serialized);
    return status;
}

static tfeed_status print_sums(struct inputs *inputs, struct tfeed_error *error)
{
    tfeed_status status;
    printf("from files:");
    while ((status = next_row(inputs, error)) == TFEED_OK) {
        int64_t x1 = *tfeed_tensor_int64s(&inputs->row[0]);
        int64_t x2 = *tfeed_tensor_int64s(&inputs->row[1]);
        printf(" %d", (int)(x1 + x2));
    }
    putchar('\n');
    return status;
}

/* Stops and joins; gives the first real error of any thread, the program's `end` included. */
static tfeed_status close_inputs(struct inputs *inputs, tfeed_status end, struct tfeed_error *error)
{
    tfeed_status status = end;
    if (inputs->coordinator != NULL) {
        (void)tfeed_coordinator_request_stop(inputs->coordinator, error, NULL);
        status = tfeed_coordinator_join(inputs->coordinator, NULL, error);
    }
    for (int i = 0; i < N_COLUMNS; i++)
        tfeed_tensor_clear(&inputs->row[i]);
    tfeed_example_parser_free(inputs->parser);
    tfeed_schema_unref(inputs->schema);
    tfeed_reader_unref(inputs->reader);
    tfeed_queue_unref(inputs->files);
    tfeed_coordinator_free(inputs->coordinator);
    tfeed_status closed = tfeed_context_close(inputs->context, status == TFEED_OK ? error : NULL);
    return status != TFEED_OK ? status : closed;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fputs("usage: from_files FILE\n", stderr);
        return EXIT_USAGE;
    }
    struct tfeed_error error = TFEED_ERROR_INIT;
    tfeed_status status = write_file(argv[1], &error);
    if (status == TFEED_OK) {
        struct inputs inputs = {0};
        status = open_inputs(&inputs, argv[1], &error);
        if (status == TFEED_OK)
            status = print_sums(&inputs, &error);
        status = close_inputs(&inputs, status, &error);
    }
    if (status == TFEED_OK)
        return EXIT_SUCCESS;
    fprintf(stderr, "from_files: %s\n", error.message);
    return EXIT_FAILURE;
}
