/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * replay_decoded.c - strings by what a schema decodes: the rows of a column, the steps of a list.
 */
#include "tests/golden/replay_decoded.h"

#include <stdlib.h>
#include <string.h>

#include <tfeed/features.h>
#include <tfeed/sequence.h>

void replay_decoded_clear(struct replay_decoded *decoded)
{
    for (size_t i = 0; i < decoded->n; i++)
        tfeed_tensor_clear(&decoded->tensors[i]);
}

/* The shape of the strings and that of a row behind it. */
static struct tfeed_shape shape_of(const struct tfeed_tensor *strings,
                                   const struct tfeed_decoded_column *options)
{
    struct tfeed_shape shape = strings->shape;
    for (int i = 0; i < options->shape.n_dims && shape.n_dims < TFEED_MAX_DIMS; i++)
        shape.dims[shape.n_dims++] = options->shape.dims[i];
    return shape;
}

/* A record in a block of its own, to be cleared. */
static void take_record(const uint8_t *data, size_t len, struct tfeed_tensor *ret_record)
{
    static const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    if (tfeed_tensor_alloc(TFEED_STRING, &scalar, NULL, ret_record, NULL) != TFEED_OK ||
        tfeed_tensor_set_string(ret_record, 0, data, len, NULL) != TFEED_OK)
        abort();
}

/* ------------------------------------------------------------------- by a column */

/* Row i of the column is decoded from string i, in a record that is gone behind it. */
static tfeed_status parse_strings(const struct tfeed_tensor *strings,
                                  struct tfeed_example_builder *builder,
                                  struct tfeed_example_parser *parser, struct tfeed_tensor *column,
                                  struct tfeed_error *reterr)
{
    tfeed_status status = TFEED_OK;
    for (int64_t i = 0; status == TFEED_OK && i < tfeed_tensor_n_elements(strings); i++) {
        struct tfeed_bytes example = {0};
        struct tfeed_tensor record;
        tfeed_example_builder_clear(builder);
        if (tfeed_example_builder_add_bytes(builder, "x", &tfeed_tensor_strings(strings)[i], 1,
                                            NULL) != TFEED_OK ||
            tfeed_example_builder_finish(builder, &example.data, &example.len, NULL) != TFEED_OK)
            abort();
        take_record(example.data, example.len, &record);
        status = tfeed_example_parser_parse(parser, tfeed_tensor_strings(&record), 1, column, i,
                                            NULL, reterr);
        tfeed_tensor_clear(&record);
    }
    return status;
}

void replay_by_column(const struct tfeed_tensor *strings,
                      const struct tfeed_decoded_column *options, struct replay_decoded *got)
{
    struct tfeed_schema *schema = NULL;
    struct tfeed_example_parser *parser = NULL;
    struct tfeed_example_builder *builder = NULL;
    struct tfeed_tensor column = {0};
    *got = (struct replay_decoded){.status = TFEED_OK};
    if (tfeed_schema_new(NULL, &schema, NULL) != TFEED_OK ||
        tfeed_example_builder_new(NULL, &builder, NULL) != TFEED_OK)
        abort();
    got->status = tfeed_schema_add_decoded(schema, "x", options, &got->error);
    if (got->status == TFEED_OK) {
        if (tfeed_example_parser_new(schema, NULL, &parser, NULL) != TFEED_OK ||
            tfeed_schema_alloc_columns(schema, tfeed_tensor_n_elements(strings), NULL, &column,
                                       NULL) != TFEED_OK)
            abort();
        got->status = parse_strings(strings, builder, parser, &column, &got->error);
    }
    column.shape = shape_of(strings, options);
    got->tensors[0] = column;
    got->n = 1;
    tfeed_example_parser_free(parser);
    tfeed_example_builder_free(builder);
    tfeed_schema_unref(schema);
}

/* --------------------------------------------------------------------- by a list */

/* A record of a list "x" with the first n strings as its steps. */
static void build_record(struct tfeed_sequence_builder *builder, const struct tfeed_bytes *strings,
                         int64_t n, struct tfeed_tensor *ret_record)
{
    const uint8_t *data;
    size_t len;
    tfeed_sequence_builder_clear(builder);
    tfeed_status status = tfeed_sequence_builder_begin_list(builder, "x", NULL);
    for (int64_t i = 0; status == TFEED_OK && i < n; i++)
        status = tfeed_sequence_builder_step_bytes(builder, &strings[i], 1, NULL);
    if (status != TFEED_OK || tfeed_sequence_builder_end_list(builder, NULL) != TFEED_OK ||
        tfeed_sequence_builder_finish(builder, &data, &len, NULL) != TFEED_OK)
        abort();
    take_record(data, len, ret_record);
}

/* Parses the strings as the steps of one record, and none as those of another. */
static tfeed_status parse_steps(const struct tfeed_tensor *strings,
                                struct tfeed_sequence_parser *parser, struct tfeed_error *reterr)
{
    enum { N_RECORDS = 2 };
    struct tfeed_sequence_builder *builder;
    struct tfeed_tensor records[N_RECORDS];
    struct tfeed_bytes views[N_RECORDS];
    if (tfeed_sequence_builder_new(NULL, &builder, NULL) != TFEED_OK)
        abort();
    for (int i = 0; i < N_RECORDS; i++) {
        build_record(builder, tfeed_tensor_strings(strings),
                     i == 0 ? tfeed_tensor_n_elements(strings) : 0, &records[i]);
        views[i] = *tfeed_tensor_strings(&records[i]);
    }
    const tfeed_status status = tfeed_sequence_parser_parse(parser, views, N_RECORDS, NULL, reterr);
    for (int i = 0; i < N_RECORDS; i++)
        tfeed_tensor_clear(&records[i]);
    tfeed_sequence_builder_free(builder);
    return status;
}

/* The first elements of a tensor as one of another shape. */
static void copy_first(const struct tfeed_tensor *from, const struct tfeed_shape *shape,
                       struct tfeed_tensor *ret_copy)
{
    if (tfeed_tensor_alloc(from->dtype, shape, NULL, ret_copy, NULL) != TFEED_OK)
        abort();
    const int64_t n = tfeed_tensor_n_elements(ret_copy);
    if (from->dtype != TFEED_STRING && n > 0)
        memcpy(ret_copy->data, from->data, (size_t)n * tfeed_dtype_size(from->dtype));
    for (int64_t i = 0; from->dtype == TFEED_STRING && i < n; i++) {
        const struct tfeed_bytes *string = &tfeed_tensor_strings(from)[i];
        if (tfeed_tensor_set_string(ret_copy, i, string->data, string->len, NULL) != TFEED_OK)
            abort();
    }
}

void replay_by_list(const struct tfeed_tensor *strings, const struct tfeed_decoded_column *options,
                    struct replay_decoded *got)
{
    struct tfeed_sequence_schema *schema;
    struct tfeed_sequence_parser *parser = NULL;
    *got = (struct replay_decoded){.status = TFEED_OK};
    if (tfeed_sequence_schema_new(NULL, NULL, &schema, NULL) != TFEED_OK)
        abort();
    got->status = tfeed_sequence_schema_add_decoded(schema, "x", options, false, &got->error);
    if (got->status == TFEED_OK) {
        if (tfeed_sequence_parser_new(schema, 2, NULL, &parser, NULL) != TFEED_OK)
            abort();
        got->status = parse_steps(strings, parser, &got->error);
    }
    if (got->status == TFEED_OK) {
        const struct tfeed_shape shape = shape_of(strings, options);
        copy_first(tfeed_sequence_parser_values(parser, 0), &shape, &got->tensors[0]);
        got->n = 1;
    }
    tfeed_sequence_parser_free(parser);
    tfeed_sequence_schema_unref(schema);
}
