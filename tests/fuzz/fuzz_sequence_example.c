/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * fuzz_sequence_example.c - bytes as a serialized SequenceExample.
 *
 * One row or two of the same bytes agree; what was parsed, built again and parsed beside the
 * original, is the same row, but for decoded lists: of those the bytes are not known any more.
 * protobuf-c, where it is there, finds the same in the bytes.
 */
#include <tfeed/sequence.h>

#include "tests/fuzz/fuzz.h"
#ifdef FUZZ_HAVE_JUDGE
#include "tests/proto/proto_judge.h"
#endif

enum { N_ROWS = 2, N_SCHEMAS = 5, FIRST_DECODED = 3 };

static const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;

/* ---------------------------------------------------------------------- schemas */

static void add_fixed(struct tfeed_sequence_schema *schema, const char *name,
                      enum tfeed_dtype dtype, const struct tfeed_shape *shape, bool allow_missing)
{
    FUZZ_CHECK(tfeed_sequence_schema_add_fixed(schema, name, dtype, shape, allow_missing, NULL) ==
               TFEED_OK);
}

static void add_variable(struct tfeed_sequence_schema *schema, const char *name,
                         enum tfeed_dtype dtype)
{
    FUZZ_CHECK(tfeed_sequence_schema_add_variable(schema, name, dtype, NULL) == TFEED_OK);
}

static void add_decoded(struct tfeed_sequence_schema *schema, const char *name,
                        enum tfeed_decoding decoding, enum tfeed_dtype dtype, int64_t n_elements,
                        enum tfeed_compression compression)
{
    enum { MAX_BYTES = 64 };
    struct tfeed_decoded_column options;
    tfeed_decoded_column_init(&options);
    options.decoding = decoding;
    options.dtype = dtype;
    options.shape = tfeed_shape_vector(n_elements);
    options.compression = compression;
    options.padded = decoding == TFEED_DECODING_RAW;
    options.big_endian = decoding == TFEED_DECODING_RAW;
    if (compression != TFEED_COMPRESSION_NONE && dtype == TFEED_STRING)
        options.max_bytes = MAX_BYTES;
    FUZZ_CHECK(tfeed_sequence_schema_add_decoded(schema, name, &options, true, NULL) == TFEED_OK);
}

/* Every decoding: of one schema as it is, of another compressed. */
static void add_all_decoded(struct tfeed_sequence_schema *schema, bool is_compressed)
{
    const enum tfeed_compression gzip =
        is_compressed ? TFEED_COMPRESSION_GZIP : TFEED_COMPRESSION_NONE;
    const enum tfeed_compression zlib =
        is_compressed ? TFEED_COMPRESSION_ZLIB : TFEED_COMPRESSION_NONE;
    add_decoded(schema, "r", TFEED_DECODING_RAW, TFEED_INT16, 2, gzip);
    add_decoded(schema, "t", TFEED_DECODING_TENSOR, TFEED_STRING, 2, zlib);
    add_decoded(schema, "i", TFEED_DECODING_TENSOR, TFEED_INT32, 2, zlib);
    if (is_compressed) {
        add_decoded(schema, "s", TFEED_DECODING_BYTES, TFEED_STRING, 1, zlib);
    } else {
        add_decoded(schema, "s", TFEED_DECODING_NUMBER, TFEED_INT64, 2, TFEED_COMPRESSION_NONE);
        FUZZ_CHECK(tfeed_sequence_schema_add_raw(schema, "f", TFEED_FLOAT, 3, 2, 1, true, NULL) ==
                   TFEED_OK);
    }
}

static struct tfeed_sequence_schema *make_schema(int number)
{
    const struct tfeed_shape pair = tfeed_shape_vector(2);
    struct tfeed_schema *context;
    struct tfeed_sequence_schema *schema;
    FUZZ_CHECK(tfeed_schema_new(NULL, &context, NULL) == TFEED_OK);
    FUZZ_CHECK(tfeed_schema_add_variable(context, "n", TFEED_INT64, NULL) == TFEED_OK);
    FUZZ_CHECK(tfeed_schema_add_variable(context, "t", TFEED_STRING, NULL) == TFEED_OK);
    FUZZ_CHECK(tfeed_schema_add_variable(context, "m", TFEED_FLOAT, NULL) == TFEED_OK);
    FUZZ_CHECK(tfeed_sequence_schema_new(number == 1 ? NULL : context, NULL, &schema, NULL) ==
               TFEED_OK);
    tfeed_schema_unref(context);
    if (number == 0) {
        add_fixed(schema, "a", TFEED_INT64, &scalar, true);
        add_fixed(schema, "b", TFEED_FLOAT, &scalar, true);
        add_variable(schema, "s", TFEED_STRING);
        add_variable(schema, "v", TFEED_FLOAT);
    } else if (number == 1) {
        add_variable(schema, "a", TFEED_INT64);
        add_fixed(schema, "b", TFEED_INT64, &pair, true);
        add_fixed(schema, "c", TFEED_STRING, &scalar, true);
    } else if (number >= FIRST_DECODED) {
        add_all_decoded(schema, number > FIRST_DECODED);
    } else {
        add_fixed(schema, "a", TFEED_INT64, &pair, false);
        add_variable(schema, "b", TFEED_STRING);
    }
    return schema;
}

static struct tfeed_sequence_schema *schema_number(int number)
{
    static struct tfeed_sequence_schema *schemas[N_SCHEMAS];
    if (schemas[number] == NULL)
        schemas[number] = make_schema(number);
    return schemas[number];
}

/* --------------------------------------------------------------------- equal rows */

/* A row of a list: as a tensor, or as its sparse form's three. */
static void expect_equal_list(struct tfeed_sequence_parser *parser, int list)
{
    const int64_t *lengths = tfeed_tensor_int64s(tfeed_sequence_parser_lengths(parser, list));
    FUZZ_CHECK(lengths[0] == lengths[1]);
    if (tfeed_sequence_parser_value_splits(parser, list) == NULL) {
        const struct tfeed_tensor first = tfeed_sequence_parser_row(parser, list, 0);
        const struct tfeed_tensor second = tfeed_sequence_parser_row(parser, list, 1);
        FUZZ_CHECK(fuzz_tensors_equal(&first, &second));
        return;
    }
    const struct tfeed_tensor *values = tfeed_sequence_parser_values(parser, list);
    const int64_t *steps = tfeed_tensor_int64s(tfeed_sequence_parser_step_splits(parser, list));
    const int64_t *splits = tfeed_tensor_int64s(tfeed_sequence_parser_value_splits(parser, list));
    const int64_t half = splits[steps[1]];
    FUZZ_CHECK(splits[steps[2]] == 2 * half && values->shape.dims[0] == 2 * half);
    for (int64_t step = 0; step <= lengths[0]; step++)
        FUZZ_CHECK(splits[step] + half == splits[lengths[0] + step]);
    const struct tfeed_shape shape = tfeed_shape_vector(half);
    const size_t half_bytes = (size_t)half * tfeed_dtype_size(values->dtype);
    const struct tfeed_tensor first = tfeed_tensor_borrow(values->dtype, &shape, values->data);
    const struct tfeed_tensor second =
        tfeed_tensor_borrow(values->dtype, &shape, (uint8_t *)values->data + half_bytes);
    FUZZ_CHECK(half == 0 || fuzz_tensors_equal(&first, &second));
    struct tfeed_sparse sparse;
    for (int64_t row = TFEED_ALL_ROWS; row < N_ROWS; row++)
        FUZZ_CHECK(tfeed_sequence_parser_sparse(parser, list, row, &sparse, NULL) == TFEED_OK);
}

static void expect_equal_rows(struct tfeed_sequence_parser *parser)
{
    const struct tfeed_sequence_schema *schema = tfeed_sequence_parser_schema(parser);
    const struct tfeed_columns *context = tfeed_sequence_parser_context(parser);
    FUZZ_CHECK(tfeed_sequence_parser_n_rows(parser) == N_ROWS);
    for (int list = 0; list < tfeed_sequence_schema_n_lists(schema); list++)
        expect_equal_list(parser, list);
    if (context == NULL)
        return;
    const int n_columns = tfeed_schema_n_columns(tfeed_sequence_schema_context(schema));
    for (int column = 0; column < n_columns; column++) {
        const struct tfeed_tensor first = tfeed_columns_row(context, column, 0);
        const struct tfeed_tensor second = tfeed_columns_row(context, column, 1);
        FUZZ_CHECK(fuzz_tensors_equal(&first, &second));
    }
}

/* -------------------------------------------------------------------- built again */

static void build_context(struct tfeed_sequence_builder *builder,
                          const struct tfeed_sequence_parser *parser)
{
    const struct tfeed_columns *columns = tfeed_sequence_parser_context(parser);
    const struct tfeed_schema *schema =
        tfeed_sequence_schema_context(tfeed_sequence_parser_schema(parser));
    struct tfeed_example_builder *context = tfeed_sequence_builder_context(builder);
    for (int i = 0; columns != NULL && i < tfeed_schema_n_columns(schema); i++) {
        const struct tfeed_tensor row = tfeed_columns_row(columns, i, 0);
        const char *name = tfeed_schema_column_name(schema, i);
        const size_t n = (size_t)row.shape.dims[0];
        tfeed_status status;
        if (row.dtype == TFEED_INT64)
            status = tfeed_example_builder_add_int64(context, name, row.data, n, NULL);
        else if (row.dtype == TFEED_FLOAT)
            status = tfeed_example_builder_add_float(context, name, row.data, n, NULL);
        else
            status = tfeed_example_builder_add_bytes(context, name, row.data, n, NULL);
        FUZZ_CHECK(status == TFEED_OK);
    }
}

static void build_step(struct tfeed_sequence_builder *builder, const struct tfeed_tensor *values,
                       int64_t first, size_t n)
{
    tfeed_status status;
    if (values->dtype == TFEED_INT64)
        status = tfeed_sequence_builder_step_int64(
            builder, n > 0 ? tfeed_tensor_int64s(values) + first : NULL, n, NULL);
    else if (values->dtype == TFEED_FLOAT)
        status = tfeed_sequence_builder_step_float(
            builder, n > 0 ? tfeed_tensor_floats(values) + first : NULL, n, NULL);
    else
        status = tfeed_sequence_builder_step_bytes(
            builder, n > 0 ? tfeed_tensor_strings(values) + first : NULL, n, NULL);
    FUZZ_CHECK(status == TFEED_OK);
}

/* The steps of the first row. */
static void build_list(struct tfeed_sequence_builder *builder,
                       const struct tfeed_sequence_parser *parser, int list)
{
    const struct tfeed_sequence_schema *schema = tfeed_sequence_parser_schema(parser);
    const struct tfeed_tensor *values = tfeed_sequence_parser_values(parser, list);
    const struct tfeed_tensor *splits = tfeed_sequence_parser_value_splits(parser, list);
    const int64_t n_steps = tfeed_tensor_int64s(tfeed_sequence_parser_lengths(parser, list))[0];
    const struct tfeed_tensor row = tfeed_sequence_parser_row(parser, list, 0);
    const int64_t in_step =
        splits == NULL && n_steps > 0 ? tfeed_tensor_n_elements(&row) / n_steps : 0;
    FUZZ_CHECK(tfeed_sequence_builder_begin_list(
                   builder, tfeed_sequence_schema_list_name(schema, list), NULL) == TFEED_OK);
    for (int64_t step = 0; step < n_steps; step++) {
        if (splits == NULL) {
            build_step(builder, &row, step * in_step, (size_t)in_step);
        } else {
            const int64_t *at = tfeed_tensor_int64s(splits) + step;
            build_step(builder, values, at[0], (size_t)(at[1] - at[0]));
        }
    }
    FUZZ_CHECK(tfeed_sequence_builder_end_list(builder, NULL) == TFEED_OK);
}

static void try_again(struct tfeed_sequence_parser *parser, const struct tfeed_bytes *example,
                      const struct tfeed_allocator *allocator)
{
    struct tfeed_sequence_builder *builder;
    struct tfeed_bytes rows[N_ROWS] = {*example, {.data = NULL}};
    const int n_lists = tfeed_sequence_schema_n_lists(tfeed_sequence_parser_schema(parser));
    FUZZ_CHECK(tfeed_sequence_builder_new(allocator, &builder, NULL) == TFEED_OK);
    build_context(builder, parser);
    for (int list = 0; list < n_lists; list++)
        build_list(builder, parser, list);
    FUZZ_CHECK(tfeed_sequence_builder_finish(builder, &rows[1].data, &rows[1].len, NULL) ==
               TFEED_OK);
    FUZZ_CHECK(tfeed_sequence_parser_parse(parser, rows, N_ROWS, NULL, NULL) == TFEED_OK);
    expect_equal_rows(parser);
    tfeed_sequence_builder_free(builder);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct tfeed_bytes example = {.data = data, .len = size};
    const struct tfeed_bytes rows[N_ROWS] = {example, example};
    struct tfeed_error error;
    struct t_allocator memory;
    /* a step takes 2 bytes of input, an empty string 2; each is an element of 24 bytes or more */
    fuzz_memory_start(&memory, ((size_t)1 << 20) + 512 * size);
    for (int i = 0; i < N_SCHEMAS; i++) {
        struct tfeed_sequence_parser *parser;
        FUZZ_CHECK(tfeed_sequence_parser_new(schema_number(i), N_ROWS, &memory.hooks, &parser,
                                             NULL) == TFEED_OK);
        const tfeed_status one = tfeed_sequence_parser_parse(parser, rows, 1, NULL, &error);
        FUZZ_CHECK(one == TFEED_OK || one == TFEED_INVALID_ARGUMENT);
        FUZZ_CHECK(tfeed_sequence_parser_parse(parser, rows, N_ROWS, NULL, &error) == one);
        if (one == TFEED_OK) {
            expect_equal_rows(parser);
            if (i < FIRST_DECODED)
                try_again(parser, &example, &memory.hooks);
        }
        tfeed_sequence_parser_free(parser);
    }
    fuzz_memory_end(&memory);
#ifdef FUZZ_HAVE_JUDGE
    FUZZ_CHECK(t_judge_sequence(data, size) == 0);
#endif
    return 0;
}
