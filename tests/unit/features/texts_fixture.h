/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * texts_fixture.h - schemas whose records are texts, and what a parser makes of them.
 */
#ifndef TESTS_UNIT_FEATURES_TEXTS_FIXTURE_H
#define TESTS_UNIT_FEATURES_TEXTS_FIXTURE_H

#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include <tfeed/decode.h>

#include "tests/support/support.h"

enum { TEXTS_MAX = 16 };

static const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;

struct texts {
    struct tfeed_schema *schema;
    struct tfeed_example_parser *parser;
    struct tfeed_columns *columns;
    struct tfeed_error error;
    size_t bad_row;
};

static inline void texts_init(struct texts *texts, const struct tfeed_allocator *allocator)
{
    *texts = (struct texts){.bad_row = SIZE_MAX};
    cr_assert_eq(tfeed_schema_new(allocator, &texts->schema, NULL), TFEED_OK);
}

static inline void texts_start(struct texts *texts, const struct tfeed_allocator *allocator)
{
    cr_assert_eq(tfeed_example_parser_new(texts->schema, allocator, &texts->parser, &texts->error),
                 TFEED_OK, "%s", texts->error.message);
    cr_assert_eq(tfeed_columns_new(texts->schema, TEXTS_MAX, allocator, &texts->columns, NULL),
                 TFEED_OK);
}

static inline void texts_clear(struct texts *texts)
{
    tfeed_columns_free(texts->columns);
    tfeed_example_parser_free(texts->parser);
    tfeed_schema_unref(texts->schema);
}

/* A column of one value: a plain one, or for double one of numbers in text. */
static inline void add_value(struct tfeed_schema *schema, const char *name, enum tfeed_dtype dtype,
                             const struct tfeed_tensor *default_value)
{
    struct tfeed_decoded_column options;
    if (dtype != TFEED_DOUBLE) {
        cr_assert_eq(
            tfeed_schema_add_fixed_default(schema, name, dtype, &scalar, default_value, NULL),
            TFEED_OK);
        return;
    }
    tfeed_decoded_column_init(&options);
    options.decoding = TFEED_DECODING_NUMBER;
    options.dtype = dtype;
    options.default_value = default_value;
    cr_assert_eq(tfeed_schema_add_decoded(schema, name, &options, NULL), TFEED_OK);
}

static inline struct tfeed_bytes bytes_of(const char *text)
{
    return (struct tfeed_bytes){(const uint8_t *)text, strlen(text), NULL};
}

static inline tfeed_status parse_texts(struct texts *texts, const char *const *lines, size_t n)
{
    struct tfeed_bytes views[TEXTS_MAX];
    cr_assert_leq(n, TEXTS_MAX);
    for (size_t i = 0; i < n; i++)
        views[i] = bytes_of(lines[i]);
    texts->error = (struct tfeed_error)TFEED_ERROR_INIT;
    return tfeed_example_parser_parse_batch(texts->parser, views, n, texts->columns,
                                            &texts->bad_row, &texts->error);
}

#define PARSE(texts, ...)                                                                          \
    parse_texts((texts), (const char *const[]){__VA_ARGS__},                                       \
                sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

static inline const struct tfeed_tensor *column_of(const struct texts *texts, int column)
{
    return tfeed_columns_values(texts->columns, column);
}

static inline void expect_string(const struct tfeed_tensor *tensor, int64_t i, const char *text)
{
    const struct tfeed_bytes *string = &tfeed_tensor_strings(tensor)[i];
    cr_assert(string->len == strlen(text) &&
                  (string->len == 0 || memcmp(string->data, text, string->len) == 0),
              "expected '%s', got '%.*s'", text, (int)string->len, (const char *)string->data);
}

static inline void expect_equal(const struct tfeed_tensor *got, const struct tfeed_tensor *expected)
{
    const int64_t n = tfeed_tensor_n_elements(expected);
    cr_assert_eq(got->dtype, expected->dtype);
    cr_assert(tfeed_shape_equal(&got->shape, &expected->shape));
    if (got->dtype != TFEED_STRING) {
        cr_assert(n == 0 ||
                  memcmp(got->data, expected->data, (size_t)n * tfeed_dtype_size(got->dtype)) == 0);
        return;
    }
    for (int64_t i = 0; i < n; i++) {
        const struct tfeed_bytes *a = &tfeed_tensor_strings(got)[i];
        const struct tfeed_bytes *b = &tfeed_tensor_strings(expected)[i];
        cr_assert_eq(a->len, b->len);
        cr_assert(a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
    }
}

/* The text is refused, with these words, as the last of `n`; the rows before it are there. */
static inline void expect_text_refused(struct texts *texts, const char *good, const char *bad,
                                       const char *words)
{
    const char *lines[] = {good, good, bad, good};
    cr_assert_eq(parse_texts(texts, lines, 4), TFEED_INVALID_ARGUMENT, "'%s' was taken", bad);
    cr_assert_eq(texts->bad_row, 2);
    cr_assert_eq(tfeed_columns_n_rows(texts->columns), 2);
    cr_assert_not_null(strstr(texts->error.message, words), "'%s' is not in '%s'", words,
                       texts->error.message);
    cr_assert_eq(parse_texts(texts, lines, 2), TFEED_OK, "the parser goes on");
}

#endif
