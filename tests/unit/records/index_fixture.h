/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * index_fixture.h - a file of any number of records in memory, its index, and a count of what is
 * read of both.
 */
#ifndef T_INDEX_FIXTURE_H
#define T_INDEX_FIXTURE_H

#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "records/index_format_internal.h"
#include "records/index_internal.h"
#include "records/record_frame_internal.h"
#include "records/records_internal.h"
#include "tests/support/record_bytes.h"
#include "tests/support/support.h"

/* Memory files that count reads, and give few bytes at once where that is asked for. */
struct t_counted_files {
    struct tfeed_file_system table;
    const struct tfeed_file_system *memory;
    size_t max_read; /* 0: all that is asked for */
    int n_reads;
};

static struct t_counted_files t_counted; /* inputs do not say whose they are */

static inline tfeed_status t_counted_read(void *input, uint64_t offset, void *data, size_t len,
                                          size_t *ret_len, struct tfeed_error *reterr)
{
    t_counted.n_reads++;
    if (t_counted.max_read > 0 && len > t_counted.max_read)
        len = t_counted.max_read;
    return t_counted.memory->read(input, offset, data, len, ret_len, reterr);
}

struct fixture {
    struct tfeed_memory_files *memory;
    uint8_t *data;
    size_t len;
    uint64_t *offsets; /* [n_records + 1] */
    size_t n_records;
    size_t (*length)(size_t record);
    struct tfeed_index_options options;
    struct tfeed_index *index;
    struct tfeed_error error;
};

/* Lengths of one and of two bytes in the index. */
static inline size_t t_equal_length(size_t record)
{
    (void)record;
    return 20;
}

static inline size_t t_near_length(size_t record)
{
    return 3 + record * 37 % 200;
}

static inline size_t t_far_length(size_t record)
{
    return record * 701 % 301;
}

static inline void t_add_frame(struct fixture *fixture, size_t record, size_t len, unsigned seed)
{
    uint8_t *frame = fixture->data + fixture->len;
    tfi_record_header_store(frame, len);
    for (size_t i = 0; i < len; i++)
        frame[TFI_RECORD_PAYLOAD_OFFSET + i] = t_pattern(seed, i);
    tfi_record_footer_store(frame + TFI_RECORD_PAYLOAD_OFFSET + len,
                            frame + TFI_RECORD_PAYLOAD_OFFSET, len);
    fixture->offsets[record] = fixture->len;
    fixture->len += len + TFI_RECORD_OVERHEAD_BYTES;
    fixture->offsets[record + 1] = fixture->len;
}

static inline void fixture_put(struct fixture *fixture)
{
    cr_assert_eq(tfeed_memory_files_put(fixture->memory, "f", fixture->data, fixture->len, NULL),
                 TFEED_OK);
}

static inline void fixture_init(struct fixture *fixture, size_t n_records,
                                size_t (*length)(size_t record))
{
    *fixture =
        (struct fixture){.n_records = n_records, .length = length, .error = TFEED_ERROR_INIT};
    size_t n_bytes = 1;
    for (size_t i = 0; i < n_records; i++)
        n_bytes += length(i) + TFI_RECORD_OVERHEAD_BYTES;
    fixture->data = calloc(n_bytes, 1);
    fixture->offsets = calloc(n_records + 1, sizeof *fixture->offsets);
    cr_assert(fixture->data != NULL && fixture->offsets != NULL);
    for (size_t i = 0; i < n_records; i++)
        t_add_frame(fixture, i, length(i), (unsigned)i);
    cr_assert_eq(tfeed_memory_files_new(NULL, &fixture->memory, NULL), TFEED_OK);
    t_counted = (struct t_counted_files){.memory = tfeed_memory_files_system(fixture->memory)};
    t_counted.table = *t_counted.memory;
    t_counted.table.read = t_counted_read;
    tfeed_index_options_init(&fixture->options);
    fixture->options.file_system = &t_counted.table;
    fixture_put(fixture);
}

/* A builder that has seen all records. */
static inline struct tfi_index_builder *fixture_builder(struct fixture *fixture)
{
    struct tfi_index_builder *builder;
    cr_assert_eq(tfi_index_builder_new(NULL, &builder, NULL), TFEED_OK);
    for (size_t i = 0; i < fixture->n_records; i++)
        cr_assert_eq(tfi_index_builder_add(builder, fixture->offsets[i], fixture->length(i), NULL),
                     TFEED_OK);
    return builder;
}

static inline struct tfi_index_target fixture_target(const struct fixture *fixture)
{
    (void)fixture;
    return (struct tfi_index_target){.path = "f",
                                     .index_path = "f.tfidx",
                                     .compression = TFEED_COMPRESSION_NONE,
                                     .overwrite = true,
                                     .file_system = &t_counted.table};
}

/* Writes the index of the file beside it. */
static inline void fixture_make(struct fixture *fixture)
{
    const struct tfi_index_target target = fixture_target(fixture);
    struct tfi_index_builder *builder = fixture_builder(fixture);
    cr_assert_eq(tfi_index_builder_write(builder, &target, &fixture->error), TFEED_OK, "%s",
                 fixture->error.message);
    tfi_index_builder_free(builder);
}

static inline void fixture_close(struct fixture *fixture)
{
    tfeed_index_close(fixture->index);
    fixture->index = NULL;
}

static inline tfeed_status fixture_try_open(struct fixture *fixture)
{
    fixture_close(fixture);
    return tfeed_index_open("f", &fixture->options, &fixture->index, &fixture->error);
}

static inline void fixture_open(struct fixture *fixture)
{
    cr_assert_eq(fixture_try_open(fixture), TFEED_OK, "%s", fixture->error.message);
}

static inline void fixture_make_and_open(struct fixture *fixture)
{
    fixture_make(fixture);
    fixture_open(fixture);
}

static inline void fixture_clear(struct fixture *fixture)
{
    fixture_close(fixture);
    tfeed_memory_files_free(fixture->memory);
    free(fixture->offsets);
    free(fixture->data);
    cr_assert_not(t_has_leaks());
}

/* A copy of a file in memory; free() it. */
static inline uint8_t *fixture_get(struct fixture *fixture, const char *name, size_t *ret_len)
{
    struct tfeed_bytes content;
    cr_assert_eq(tfeed_memory_files_get(fixture->memory, name, &content, NULL), TFEED_OK);
    uint8_t *copy = malloc(content.len + 1);
    cr_assert_not_null(copy);
    memcpy(copy, content.data, content.len);
    copy[content.len] = '\0';
    *ret_len = content.len;
    tfeed_block_unref(content.block);
    return copy;
}

static inline void fixture_put_index(struct fixture *fixture, const void *data, size_t len)
{
    cr_assert_eq(tfeed_memory_files_put(fixture->memory, "f.tfidx", data, len, NULL), TFEED_OK);
}

static inline void expect_view(const struct fixture *fixture, const struct tfeed_record_view *view,
                               size_t record)
{
    cr_assert_eq(view->record, record);
    cr_assert_eq(view->offset, fixture->offsets[record]);
    cr_assert_eq(view->len, fixture->length(record));
    cr_assert_eq(memcmp(view->data,
                        fixture->data + fixture->offsets[record] + TFI_RECORD_PAYLOAD_OFFSET,
                        view->len),
                 0);
}

static inline void expect_read(struct fixture *fixture, size_t record)
{
    struct tfeed_record_view view;
    cr_assert_eq(tfeed_index_read(fixture->index, record, &view, &fixture->error), TFEED_OK, "%s",
                 fixture->error.message);
    expect_view(fixture, &view, record);
}

#endif
