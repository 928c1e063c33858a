/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * columns_fixture.h - a schema, a parser and the columns that it fills, and Examples to parse.
 */
#ifndef COLUMNS_FIXTURE_H
#define COLUMNS_FIXTURE_H

#include "features/features_internal.h"
#include "tests/support/support.h"
#include "tests/unit/features/example_bytes.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <tfeed/features.h>

static const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;

enum { N_ROWS = 4 };

struct fixture {
    struct tfeed_schema *schema;
    struct tfeed_example_parser *parser;
    struct tfeed_columns *columns;
    struct tfeed_error error;
    size_t bad_row;
};

static inline void fixture_init(struct fixture *fixture)
{
    *fixture = (struct fixture){.bad_row = SIZE_MAX};
    cr_assert_eq(tfeed_schema_new(NULL, &fixture->schema, NULL), TFEED_OK);
}

static inline void fixture_start(struct fixture *fixture)
{
    cr_assert_eq(tfeed_example_parser_new(fixture->schema, NULL, &fixture->parser, NULL), TFEED_OK);
    cr_assert_eq(tfeed_columns_new(fixture->schema, N_ROWS, NULL, &fixture->columns, NULL),
                 TFEED_OK);
}

static inline void fixture_clear(struct fixture *fixture)
{
    tfeed_columns_free(fixture->columns);
    tfeed_example_parser_free(fixture->parser);
    tfeed_schema_unref(fixture->schema);
    T_EXPECT_NO_LEAKS(NULL);
}

static inline tfeed_status parse(struct fixture *fixture, const struct wire_bytes *examples,
                                 size_t n)
{
    struct tfeed_bytes views[N_ROWS + 1];
    for (size_t i = 0; i < n; i++)
        views[i] = view_of(&examples[i]);
    return tfeed_example_parser_parse_batch(fixture->parser, views, n, fixture->columns,
                                            &fixture->bad_row, &fixture->error);
}

static inline void expect_ok(struct fixture *fixture, const struct wire_bytes *examples, size_t n)
{
    const tfeed_status status = parse(fixture, examples, n);
    cr_assert_eq(status, TFEED_OK, "%s", fixture->error.message);
    cr_assert_eq(tfeed_columns_n_rows(fixture->columns), (int64_t)n);
}

static inline void expect_refused(struct fixture *fixture, const struct wire_bytes *examples,
                                  size_t n, size_t bad_row, const char *phrase)
{
    cr_assert_eq(parse(fixture, examples, n), TFEED_INVALID_ARGUMENT);
    cr_assert_eq(fixture->bad_row, bad_row);
    cr_assert_eq(tfeed_columns_n_rows(fixture->columns), (int64_t)bad_row);
    cr_assert_not_null(strstr(fixture->error.message, phrase), "'%s' is not in '%s'", phrase,
                       fixture->error.message);
}

static inline void expect_int64s(const struct tfeed_tensor *tensor, const int64_t *expected,
                                 size_t n)
{
    cr_assert_eq(tensor->dtype, TFEED_INT64);
    cr_assert_eq(tfeed_tensor_n_elements(tensor), (int64_t)n, "%lld elements, expected %zu",
                 (long long)tfeed_tensor_n_elements(tensor), n);
    for (size_t i = 0; i < n; i++)
        cr_assert_eq(tfeed_tensor_int64s(tensor)[i], expected[i], "element %zu", i);
}

#define EXPECT_INT64S(tensor, ...)                                                                 \
    expect_int64s((tensor), (const int64_t[]){__VA_ARGS__},                                        \
                  sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t))

static inline struct wire_bytes ints(const char *name, size_t n, int64_t first)
{
    int64_t values[64];
    for (size_t i = 0; i < n; i++)
        values[i] = first + (int64_t)i;
    return entry_of(name, int64s_feature(values, n));
}

static inline struct wire_bytes text(const char *name, const char *value)
{
    return entry_of(name, bytes_feature(value, strlen(value)));
}

static inline struct wire_bytes nothing(void)
{
    return (struct wire_bytes){.len = 0};
}

static inline struct wire_bytes texts(const char *name, const char *letters)
{
    struct wire_bytes list = {.len = 0};
    for (; *letters != '\0'; letters++)
        list = joined(list, len_field(1, letters, 1));
    return entry_of(name, len_field(1, list.data, list.len));
}

static inline void expect_texts(const struct tfeed_tensor *tensor, const char *letters)
{
    cr_assert_eq(tfeed_tensor_n_elements(tensor), (int64_t)strlen(letters));
    for (size_t i = 0; letters[i] != '\0'; i++)
        cr_assert_eq(tfeed_tensor_strings(tensor)[i].data[0], (uint8_t)letters[i]);
}

#endif
