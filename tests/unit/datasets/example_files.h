/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * example_files.h - files of Examples in memory, made a record at a time.
 */
#ifndef TESTS_UNIT_DATASETS_EXAMPLE_FILES_H
#define TESTS_UNIT_DATASETS_EXAMPLE_FILES_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <tfeed/features.h>
#include <tfeed/records.h>

struct example_files {
    struct tfeed_memory_files *files;
    struct tfeed_record_writer *writer; /* of the file that is being made */
    struct tfeed_example_builder *builder;
};

static inline void example_files_must(tfeed_status status)
{
    if (status != TFEED_OK)
        abort();
}

static inline void example_files_init(struct example_files *made)
{
    made->writer = NULL;
    example_files_must(tfeed_memory_files_new(NULL, &made->files, NULL));
    example_files_must(tfeed_example_builder_new(NULL, &made->builder, NULL));
}

static inline void example_files_clear(struct example_files *made)
{
    tfeed_example_builder_free(made->builder);
    tfeed_memory_files_free(made->files);
}

static inline const struct tfeed_file_system *example_files_system(const struct example_files *made)
{
    return tfeed_memory_files_system(made->files);
}

static inline void begin_file(struct example_files *made, const char *name,
                              enum tfeed_compression compression)
{
    struct tfeed_record_writer_options options;
    tfeed_record_writer_options_init(&options);
    options.compression = compression;
    options.file_system = example_files_system(made);
    options.overwrite = true;
    example_files_must(tfeed_record_writer_open(name, &options, &made->writer, NULL));
}

static inline void end_file(struct example_files *made)
{
    example_files_must(tfeed_record_writer_close(made->writer, NULL));
    tfeed_record_writer_free(made->writer);
}

static inline void add_raw(struct example_files *made, const void *data, size_t len)
{
    example_files_must(tfeed_record_writer_write(made->writer, data, len, NULL));
}

/* The record of what was added to the builder since the last one. */
static inline void add_example(struct example_files *made)
{
    const uint8_t *data;
    size_t len;
    example_files_must(tfeed_example_builder_finish(made->builder, &data, &len, NULL));
    add_raw(made, data, len);
    tfeed_example_builder_clear(made->builder);
}

/* {"label": [label]} */
static inline void add_label(struct example_files *made, int64_t label)
{
    example_files_must(tfeed_example_builder_add_int64(made->builder, "label", &label, 1, NULL));
    add_example(made);
}

/* A file of n labels: first, first + 1, … */
static inline void make_labels(struct example_files *made, const char *name, int64_t first, int n,
                               enum tfeed_compression compression)
{
    begin_file(made, name, compression);
    for (int i = 0; i < n; i++)
        add_label(made, first + i);
    end_file(made);
}

/* Changes one byte of a file. */
static inline void damage_file(struct example_files *made, const char *name, size_t offset)
{
    struct tfeed_bytes content;
    example_files_must(tfeed_memory_files_get(made->files, name, &content, NULL));
    uint8_t *copy = malloc(content.len);
    if (copy == NULL || offset >= content.len)
        abort();
    memcpy(copy, content.data, content.len);
    copy[offset] ^= 1;
    example_files_must(tfeed_memory_files_put(made->files, name, copy, content.len, NULL));
    free(copy);
    tfeed_block_unref(content.block);
}

#endif
