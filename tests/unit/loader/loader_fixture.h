/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * loader_fixture.h - files in memory whose every row is known, and loaders over them.
 *
 * Record r of the whole set is an Example {"id": r, "image": the bytes of t_image(r)}; file f has
 * counts[f] of them.
 */
#ifndef T_LOADER_FIXTURE_H
#define T_LOADER_FIXTURE_H

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tfeed/loader.h>

#include "tests/support/record_bytes.h"
#include "tests/support/support.h"

enum { IMAGE_BYTES = 8, MAX_ROWS = 20000 };

static inline uint8_t t_image(int64_t id, size_t i)
{
    return (uint8_t)(id * 31 + (int64_t)i * 7);
}

struct t_files {
    struct tfeed_memory_files *memory;
    int64_t n_records;
    size_t n_files;
};

/* Record `id`, until the builder's next use. */
static inline struct tfeed_bytes t_example(struct tfeed_example_builder *builder, int64_t id)
{
    uint8_t image[IMAGE_BYTES];
    for (size_t i = 0; i < IMAGE_BYTES; i++)
        image[i] = t_image(id, i);
    const struct tfeed_bytes bytes = {image, sizeof image, NULL};
    tfeed_example_builder_clear(builder);
    cr_assert_eq(tfeed_example_builder_add_int64(builder, "id", &id, 1, NULL), TFEED_OK);
    cr_assert_eq(tfeed_example_builder_add_bytes(builder, "image", &bytes, 1, NULL), TFEED_OK);
    struct tfeed_bytes record = {0};
    cr_assert_eq(tfeed_example_builder_finish(builder, &record.data, &record.len, NULL), TFEED_OK);
    return record;
}

/* Writes "NAME-00000" … with counts[n] records each; numbers go on from files->n_records. */
static inline void t_write_files(struct t_files *files, const char *name, const int64_t *counts,
                                 size_t n, enum tfeed_compression compression)
{
    struct tfeed_example_builder *builder;
    cr_assert_eq(tfeed_example_builder_new(NULL, &builder, NULL), TFEED_OK);
    for (size_t f = 0; f < n; f++) {
        struct tfeed_record_writer_options options;
        tfeed_record_writer_options_init(&options);
        options.file_system = tfeed_memory_files_system(files->memory);
        options.compression = compression;
        char path[64];
        snprintf(path, sizeof path, "%s-%05zu", name, f);
        struct tfeed_record_writer *writer;
        cr_assert_eq(tfeed_record_writer_open(path, &options, &writer, NULL), TFEED_OK);
        for (int64_t i = 0; i < counts[f]; i++) {
            const struct tfeed_bytes record = t_example(builder, files->n_records++);
            cr_assert_eq(tfeed_record_writer_write(writer, record.data, record.len, NULL),
                         TFEED_OK);
        }
        cr_assert_eq(tfeed_record_writer_close(writer, NULL), TFEED_OK);
        tfeed_record_writer_free(writer);
    }
    files->n_files += n;
    tfeed_example_builder_free(builder);
}

static inline void t_files_init(struct t_files *files)
{
    *files = (struct t_files){0};
    cr_assert_eq(tfeed_memory_files_new(NULL, &files->memory, NULL), TFEED_OK);
}

static inline void t_files_clear(struct t_files *files)
{
    tfeed_memory_files_free(files->memory);
}

/* Columns: 0 "id" int64, 1 "image" as `image` (float: the byte / 2 - 1). */
static inline struct tfeed_schema *t_schema(enum tfeed_dtype image)
{
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    struct tfeed_schema *schema;
    cr_assert_eq(tfeed_schema_new(NULL, &schema, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_add_fixed(schema, "id", TFEED_INT64, &scalar, NULL), TFEED_OK);
    if (image == TFEED_STRING)
        cr_assert_eq(tfeed_schema_add_fixed(schema, "image", image, &scalar, NULL), TFEED_OK);
    else
        cr_assert_eq(tfeed_schema_add_raw(schema, "image", image, IMAGE_BYTES,
                                          image == TFEED_FLOAT ? 0.5f : 1.0f,
                                          image == TFEED_FLOAT ? -1.0f : 0.0f, NULL),
                     TFEED_OK);
    return schema;
}

static inline struct tfeed_loader_options t_options(const struct t_files *files)
{
    struct tfeed_loader_options options;
    tfeed_loader_options_init(&options);
    options.file_system = tfeed_memory_files_system(files->memory);
    options.batch_size = 10;
    options.n_workers = 0;
    return options;
}

static inline struct tfeed_loader *t_open(const char *pattern, struct tfeed_schema *schema,
                                          const struct tfeed_loader_options *options)
{
    struct tfeed_error error = TFEED_ERROR_INIT;
    struct tfeed_loader *loader = NULL;
    cr_assert_eq(tfeed_loader_open(pattern, schema, options, &loader, &error), TFEED_OK, "%s",
                 error.message);
    return loader;
}

/* As a map puts "x" in the place of a string. */
static inline void t_replace(struct tfeed_bytes *string)
{
    tfeed_block_unref(string->block);
    *string = (struct tfeed_bytes){(const uint8_t *)"x", 1, NULL};
}

/* Checks that the image of a float column is that of the row's id. */
static inline void t_check_batch(const struct tfeed_batch *batch)
{
    const int64_t *ids = tfeed_batch_int64s(batch, 0);
    const float *images = tfeed_batch_floats(batch, 1);
    cr_assert(ids != NULL && images != NULL);
    for (int64_t row = 0; row < tfeed_batch_n_rows(batch); row++)
        for (size_t i = 0; i < IMAGE_BYTES; i++)
            cr_assert_eq(images[(size_t)row * IMAGE_BYTES + i],
                         (float)t_image(ids[row], i) * 0.5f - 1.0f);
}

/* All ids until the end, [MAX_ROWS]; returns how many. The end must be `end`. */
static inline size_t t_drain(struct tfeed_loader *loader, int64_t *ids, tfeed_status end)
{
    struct tfeed_error error = TFEED_ERROR_INIT;
    struct tfeed_batch *batch;
    tfeed_status status;
    size_t n = 0;
    while ((status = tfeed_loader_next(loader, &batch, &error)) == TFEED_OK) {
        const size_t n_rows = (size_t)tfeed_batch_n_rows(batch);
        cr_assert(n + n_rows <= MAX_ROWS);
        memcpy(ids + n, tfeed_batch_int64s(batch, 0), n_rows * sizeof *ids);
        n += n_rows;
        tfeed_batch_unref(batch);
    }
    cr_assert_eq(status, end, "%s: %s", tfeed_status_name(status), error.message);
    return n;
}

/* True when ids[n] holds each of 0 … n_records - 1 exactly n / n_records times. */
static inline bool t_is_complete(const int64_t *ids, size_t n, int64_t n_records)
{
    size_t *counts = calloc((size_t)n_records, sizeof *counts);
    bool is_complete = n % (size_t)n_records == 0;
    for (size_t i = 0; i < n && is_complete; i++) {
        is_complete = ids[i] >= 0 && ids[i] < n_records;
        if (is_complete)
            counts[ids[i]]++;
    }
    for (int64_t r = 0; r < n_records && is_complete; r++)
        is_complete = counts[r] == n / (size_t)n_records;
    free(counts);
    return is_complete;
}

#endif
