/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * decoded_fixture.h - decoded columns of a schema, and values to decode.
 */
#ifndef DECODED_FIXTURE_H
#define DECODED_FIXTURE_H

#include <zlib.h>

#include <tfeed/decode.h>

#include "tests/unit/features/columns_fixture.h"

static inline struct tfeed_decoded_column decoded_of(enum tfeed_decoding decoding,
                                                     enum tfeed_dtype dtype, int64_t n)
{
    struct tfeed_decoded_column options;
    tfeed_decoded_column_init(&options);
    options.decoding = decoding;
    options.dtype = dtype;
    options.shape = tfeed_shape_vector(n);
    return options;
}

static inline void add_decoded(struct tfeed_schema *schema, const char *name,
                               const struct tfeed_decoded_column *options)
{
    struct tfeed_error error = TFEED_ERROR_INIT;
    cr_assert_eq(tfeed_schema_add_decoded(schema, name, options, &error), TFEED_OK, "%s",
                 error.message);
}

/* A fixture of one decoded column, "x". */
static inline void fixture_of(struct fixture *fixture, const struct tfeed_decoded_column *options)
{
    fixture_init(fixture);
    add_decoded(fixture->schema, "x", options);
    fixture_start(fixture);
}

/* An Example whose "x" is one value. */
static inline struct wire_bytes value_of(const void *data, size_t len)
{
    return example_of(entry_of("x", bytes_feature(data, len)));
}

/* An Example whose "x" has these texts as values. */
static inline struct wire_bytes texts_of(const char *const *texts, size_t n)
{
    struct wire_bytes list = {.len = 0};
    for (size_t i = 0; i < n; i++)
        list = joined(list, len_field(1, texts[i], strlen(texts[i])));
    return example_of(entry_of("x", len_field(1, list.data, list.len)));
}

#define TEXTS_OF(...)                                                                              \
    texts_of((const char *const[]){__VA_ARGS__},                                                   \
             sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

/* One stream of gzip or zlib. */
static inline struct wire_bytes packed(enum tfeed_compression compression, const void *data,
                                       size_t len)
{
    enum { GZIP_CONTAINER = 16 };
    struct wire_bytes to = {.len = 0};
    z_stream stream = {.avail_in = (uInt)len, .avail_out = WIRE_BYTES_MAX};
    stream.next_in = (Bytef *)(uintptr_t)data;
    stream.next_out = to.data;
    const int container = compression == TFEED_COMPRESSION_GZIP ? GZIP_CONTAINER : 0;
    cr_assert_eq(deflateInit2(&stream, 9, Z_DEFLATED, MAX_WBITS + container, 9, Z_DEFAULT_STRATEGY),
                 Z_OK);
    cr_assert_eq(deflate(&stream, Z_FINISH), Z_STREAM_END);
    to.len = WIRE_BYTES_MAX - stream.avail_out;
    (void)deflateEnd(&stream);
    return to;
}

/* What the column holds of all rows. */
static inline void expect_bytes(const struct fixture *fixture, const void *expected, size_t len)
{
    const struct tfeed_tensor *values = tfeed_columns_values(fixture->columns, 0);
    cr_assert_eq((size_t)tfeed_tensor_n_elements(values) * tfeed_dtype_size(values->dtype), len);
    cr_assert_eq(memcmp(values->data, expected, len), 0);
}

#endif
