/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * pipeline_fixture.h - what tests of pipelines share: files of examples, a program around them.
 *
 * Example i has the features "label" (int64: i) and "raw" (FIXTURE_RAW bytes: i, i + 1, …); a
 * program reads them as columns of one shape, or as lists. For stress programs too: a helper that
 * fails ends the program.
 */
#ifndef PIPELINE_FIXTURE_H
#define PIPELINE_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tfeed/coordinator.h>
#include <tfeed/pipeline.h>
#include <tfeed/records.h>

enum { FIXTURE_RAW = 20, FIXTURE_COLUMNS = 2, FIXTURE_LABEL = 0, FIXTURE_PIXELS = 1 };

#define FIXTURE_MUST(expression)                                                                   \
    do {                                                                                           \
        struct tfeed_error fixture_error = TFEED_ERROR_INIT;                                       \
        struct tfeed_error *error = &fixture_error;                                                \
        (void)error;                                                                               \
        if ((expression) != TFEED_OK) {                                                            \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, fixture_error.message);             \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* --- files --------------------------------------------------------------------------------- */

static inline void fixture_add_example(struct tfeed_record_writer *writer,
                                       struct tfeed_example_builder *builder, int64_t label,
                                       size_t n_raw)
{
    uint8_t raw[2 * FIXTURE_RAW];
    const uint8_t *record = NULL;
    size_t len = 0;
    for (size_t i = 0; i < n_raw; i++)
        raw[i] = (uint8_t)((size_t)label + i);
    const struct tfeed_bytes value = {.data = raw, .len = n_raw};
    tfeed_example_builder_clear(builder);
    FIXTURE_MUST(tfeed_example_builder_add_int64(builder, "label", &label, 1, error));
    FIXTURE_MUST(tfeed_example_builder_add_bytes(builder, "raw", &value, 1, error));
    FIXTURE_MUST(tfeed_example_builder_finish(builder, &record, &len, error));
    FIXTURE_MUST(tfeed_record_writer_write(writer, record, len, error));
}

/* Writes examples first … first + n - 1; number `bad` among them has a byte too many in "raw"
 * (-1: none). */
static inline void fixture_write_file(const char *path, int64_t first, int64_t n, int64_t bad,
                                      enum tfeed_compression compression)
{
    struct tfeed_record_writer_options options;
    struct tfeed_record_writer *writer = NULL;
    struct tfeed_example_builder *builder = NULL;
    tfeed_record_writer_options_init(&options);
    options.overwrite = true;
    options.compression = compression;
    FIXTURE_MUST(tfeed_record_writer_open(path, &options, &writer, error));
    FIXTURE_MUST(tfeed_example_builder_new(NULL, &builder, error));
    for (int64_t i = 0; i < n; i++)
        fixture_add_example(writer, builder, first + i, FIXTURE_RAW + (i == bad ? 1 : 0));
    FIXTURE_MUST(tfeed_record_writer_close(writer, error));
    tfeed_example_builder_free(builder);
    tfeed_record_writer_free(writer);
}

/* Flips one bit of a file. */
static inline void fixture_flip_bit(const char *path, long offset)
{
    FILE *file = fopen(path, "r+be");
    if (file == NULL || fseek(file, offset, SEEK_SET) != 0)
        abort();
    const int byte = fgetc(file);
    if (byte == EOF || fseek(file, offset, SEEK_SET) != 0 || fputc(byte ^ 1, file) == EOF ||
        fclose(file) != 0)
        abort();
}

/* --- a program ----------------------------------------------------------------------------- */

/* The pieces of a program that reads examples; each may be NULL. */
struct fixture_program {
    struct tfeed_context *context;
    struct tfeed_coordinator *coordinator;
    struct tfeed_queue *names;
    struct tfeed_schema *schema;
    struct tfeed_batcher *batcher;
    struct tfeed_tensor columns[FIXTURE_COLUMNS];
    bool has_lists; /* set before the start: batches are in `lists` */
    struct tfeed_columns *lists;
};

static inline tfeed_status fixture_make_schema(const struct tfeed_allocator *allocator,
                                               bool has_lists, struct tfeed_schema **ret_schema)
{
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    struct tfeed_schema *schema = NULL;
    tfeed_status status = tfeed_schema_new(allocator, &schema, NULL);
    if (status != TFEED_OK)
        return status;
    status = has_lists ? tfeed_schema_add_variable(schema, "label", TFEED_INT64, NULL)
                       : tfeed_schema_add_fixed(schema, "label", TFEED_INT64, &scalar, NULL);
    if (status == TFEED_OK)
        status = has_lists
                     ? tfeed_schema_add_variable(schema, "raw", TFEED_STRING, NULL)
                     : tfeed_schema_add_raw(schema, "raw", TFEED_UINT8, FIXTURE_RAW, 1, 0, NULL);
    if (status == TFEED_OK)
        *ret_schema = schema;
    else
        tfeed_schema_unref(schema);
    return status;
}

/* Makes the pieces up to the queue of names. */
static inline tfeed_status fixture_open(struct fixture_program *program,
                                        const struct tfeed_allocator *allocator,
                                        const char *const *paths, size_t n_paths,
                                        const struct tfeed_producer_options *producer_options,
                                        struct tfeed_error *reterr)
{
    struct tfeed_context_options context_options;
    struct tfeed_coordinator_options coordinator_options;
    *program = (struct fixture_program){.has_lists = program->has_lists};
    tfeed_context_options_init(&context_options);
    context_options.allocator = allocator;
    tfeed_coordinator_options_init(&coordinator_options);
    coordinator_options.allocator = allocator;
    tfeed_status status = tfeed_context_new(&context_options, &program->context, reterr);
    if (status == TFEED_OK)
        status = tfeed_coordinator_new(&coordinator_options, &program->coordinator, reterr);
    if (status == TFEED_OK)
        status = tfeed_string_input_producer(program->context, paths, n_paths, producer_options,
                                             &program->names, reterr);
    return status;
}

/* Makes all pieces up to the batcher, and starts the runners. */
static inline tfeed_status fixture_start(struct fixture_program *program,
                                         const struct tfeed_allocator *allocator,
                                         const char *const *paths, size_t n_paths,
                                         const struct tfeed_producer_options *producer_options,
                                         const struct tfeed_batch_options *batch_options,
                                         struct tfeed_error *reterr)
{
    tfeed_status status =
        fixture_open(program, allocator, paths, n_paths, producer_options, reterr);
    if (status == TFEED_OK)
        status = fixture_make_schema(allocator, program->has_lists, &program->schema);
    if (status == TFEED_OK)
        status = tfeed_shuffle_batch_examples(program->context, program->names, program->schema,
                                              NULL, batch_options, &program->batcher, reterr);
    if (status == TFEED_OK)
        status = tfeed_start_queue_runners(program->context, program->coordinator, reterr);
    return status;
}

static inline tfeed_status fixture_next(struct fixture_program *program, struct tfeed_error *reterr)
{
    return program->has_lists
               ? tfeed_batcher_next_columns(program->batcher, &program->lists, reterr)
               : tfeed_batcher_next(program->batcher, program->columns, reterr);
}

static inline int64_t fixture_n_rows(const struct fixture_program *program)
{
    return program->has_lists ? tfeed_columns_n_rows(program->lists)
                              : program->columns[FIXTURE_LABEL].shape.dims[0];
}

static inline int64_t fixture_label(const struct fixture_program *program, int64_t row)
{
    if (!program->has_lists)
        return tfeed_tensor_int64s(&program->columns[FIXTURE_LABEL])[row];
    const struct tfeed_tensor labels = tfeed_columns_row(program->lists, FIXTURE_LABEL, row);
    return labels.shape.dims[0] == 1 ? tfeed_tensor_int64s(&labels)[0] : -1;
}

/* Whether the bytes of a row are those of its label. */
static inline bool fixture_row_fits(const struct fixture_program *program, int64_t row)
{
    const int64_t label = fixture_label(program, row);
    const uint8_t *raw = NULL;
    if (program->has_lists) {
        const struct tfeed_tensor strings = tfeed_columns_row(program->lists, FIXTURE_PIXELS, row);
        if (strings.shape.dims[0] != 1 || tfeed_tensor_strings(&strings)[0].len != FIXTURE_RAW)
            return false;
        raw = tfeed_tensor_strings(&strings)[0].data;
    } else {
        raw = tfeed_tensor_uint8s(&program->columns[FIXTURE_PIXELS]) + row * FIXTURE_RAW;
    }
    for (int64_t i = 0; i < FIXTURE_RAW; i++)
        if (raw[i] != (uint8_t)(label + i))
            return false;
    return true;
}

/* Stops, joins and frees everything; what the join gave. */
static inline tfeed_status fixture_end(struct fixture_program *program, struct tfeed_error *reterr)
{
    tfeed_status status = TFEED_OK;
    if (program->coordinator != NULL) {
        status = tfeed_coordinator_request_stop(program->coordinator, NULL, NULL);
        if (status == TFEED_OK)
            status = tfeed_coordinator_join(program->coordinator, NULL, reterr);
    }
    for (int i = 0; i < FIXTURE_COLUMNS; i++)
        tfeed_tensor_clear(&program->columns[i]);
    tfeed_columns_free(program->lists);
    tfeed_batcher_unref(program->batcher);
    tfeed_queue_unref(program->names);
    tfeed_schema_unref(program->schema);
    tfeed_coordinator_free(program->coordinator);
    FIXTURE_MUST(tfeed_context_close(program->context, error));
    *program = (struct fixture_program){.context = NULL};
    return status;
}

#endif
