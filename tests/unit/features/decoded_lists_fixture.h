/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * decoded_lists_fixture.h - decoded lists of a schema, and records with steps of bytes.
 */
#ifndef DECODED_LISTS_FIXTURE_H
#define DECODED_LISTS_FIXTURE_H

#include <tfeed/sequence.h>

#include "tests/unit/features/decoded_fixture.h"
#include "tests/unit/features/sequence_fixture.h"

/* Short names for tables of cases. */
#define RAW    TFEED_DECODING_RAW
#define NUMBER TFEED_DECODING_NUMBER
#define TENSOR TFEED_DECODING_TENSOR
#define BYTES  TFEED_DECODING_BYTES
#define GZIP   TFEED_COMPRESSION_GZIP
#define ZLIB   TFEED_COMPRESSION_ZLIB

/* A schema, the parser of it, and the records that it parses. */
struct lists {
    struct tfeed_sequence_schema *schema;
    struct tfeed_sequence_parser *parser;
    struct sequence_records records;
    struct tfeed_error error;
    size_t bad_row;
};

static inline void lists_init(struct lists *lists)
{
    *lists = (struct lists){.bad_row = SIZE_MAX};
    sequence_records_init(&lists->records);
    T_OK(tfeed_sequence_schema_new(NULL, NULL, &lists->schema, NULL));
}

/* Adds a list that may be missing. */
static inline void lists_add(struct lists *lists, const char *name,
                             const struct tfeed_decoded_column *options)
{
    cr_assert_eq(
        tfeed_sequence_schema_add_decoded(lists->schema, name, options, true, &lists->error),
        TFEED_OK, "%s", lists->error.message);
}

static inline void lists_start(struct lists *lists)
{
    cr_assert_eq(tfeed_sequence_parser_new(lists->schema, SEQUENCE_RECORDS_MAX, NULL,
                                           &lists->parser, &lists->error),
                 TFEED_OK, "%s", lists->error.message);
}

/* One list, "x". */
static inline void lists_of(struct lists *lists, const struct tfeed_decoded_column *options)
{
    lists_init(lists);
    lists_add(lists, "x", options);
    lists_start(lists);
}

static inline void lists_clear(struct lists *lists)
{
    tfeed_sequence_parser_free(lists->parser);
    tfeed_sequence_schema_unref(lists->schema);
    sequence_records_clear(&lists->records);
    T_EXPECT_NO_LEAKS(NULL);
}

/* A list of the record that is built: steps of so many values each. */
static inline void build_list(struct lists *lists, const char *name,
                              const struct tfeed_bytes *values, size_t n_steps, size_t n_values)
{
    struct tfeed_sequence_builder *builder = lists->records.builder;
    T_OK(tfeed_sequence_builder_begin_list(builder, name, NULL));
    for (size_t i = 0; i < n_steps; i++)
        T_OK(tfeed_sequence_builder_step_bytes(builder, values + i * n_values, n_values, NULL));
    T_OK(tfeed_sequence_builder_end_list(builder, NULL));
}

/* Ends the record that is built. */
static inline void end_record(struct lists *lists)
{
    sequence_records_add(&lists->records);
    tfeed_sequence_builder_clear(lists->records.builder);
}

/* Forgets the last record. */
static inline void drop_record(struct lists *lists)
{
    free((void *)(uintptr_t)lists->records.records[--lists->records.n].data);
}

/* A record whose "x" has steps of one value. */
static inline void add_record(struct lists *lists, const struct tfeed_bytes *steps, size_t n_steps)
{
    build_list(lists, "x", steps, n_steps, 1);
    end_record(lists);
}

#define BYTES_OF(literal)                                                                          \
    (struct tfeed_bytes)                                                                           \
    {                                                                                              \
        (const uint8_t *)(literal), sizeof(literal) - 1, NULL                                      \
    }

/* ADD_RECORD(&lists, BYTES_OF("ab"), BYTES_OF("cd")) */
#define ADD_RECORD(lists, ...)                                                                     \
    add_record((lists), (const struct tfeed_bytes[]){__VA_ARGS__},                                 \
               sizeof((const struct tfeed_bytes[]){__VA_ARGS__}) / sizeof(struct tfeed_bytes))

static inline tfeed_status parse_lists(struct lists *lists)
{
    return tfeed_sequence_parser_parse(lists->parser, lists->records.records, lists->records.n,
                                       &lists->bad_row, &lists->error);
}

static inline void expect_parsed(struct lists *lists)
{
    const tfeed_status status = parse_lists(lists);
    cr_assert_eq(status, TFEED_OK, "%s", lists->error.message);
    cr_assert_eq(tfeed_sequence_parser_n_rows(lists->parser), (int64_t)lists->records.n);
}

/* The record is refused with these words; the batch is empty then. */
static inline void expect_fault(struct lists *lists, size_t bad_row, const char *message)
{
    cr_assert_eq(parse_lists(lists), TFEED_INVALID_ARGUMENT);
    cr_assert_str_eq(lists->error.message, message);
    cr_assert_eq(lists->bad_row, bad_row);
    cr_assert_eq(tfeed_sequence_parser_n_rows(lists->parser), 0);
}

/* The elements of a tensor, as bytes. */
static inline void expect_elements(const struct tfeed_tensor *tensor, const void *expected,
                                   size_t n_bytes)
{
    cr_assert_eq((size_t)tfeed_tensor_n_elements(tensor) * tfeed_dtype_size(tensor->dtype),
                 n_bytes);
    cr_assert_eq(memcmp(tensor->data, expected, n_bytes), 0);
}

static inline void expect_shape(const struct tfeed_tensor *tensor, const int64_t *dims, int n_dims)
{
    cr_assert_eq(tensor->shape.n_dims, n_dims);
    for (int i = 0; i < n_dims; i++)
        cr_assert_eq(tensor->shape.dims[i], dims[i], "dimension %d is %lld, expected %lld", i,
                     (long long)tensor->shape.dims[i], (long long)dims[i]);
}

#define EXPECT_SHAPE(tensor, ...)                                                                  \
    expect_shape((tensor), (const int64_t[]){__VA_ARGS__},                                         \
                 (int)(sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t)))

static inline void expect_text(const struct tfeed_tensor *strings, int64_t i, const char *expected)
{
    const struct tfeed_bytes *string = &tfeed_tensor_strings(strings)[i];
    cr_assert_eq(string->len, strlen(expected), "string %lld of %zu bytes", (long long)i,
                 string->len);
    cr_assert(string->len == 0 || memcmp(string->data, expected, string->len) == 0);
}

#endif
