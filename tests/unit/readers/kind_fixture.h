/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * kind_fixture.h - a queue of names, a file behind each name, and a reader of some kind.
 *
 * Every name stands for the same bytes, given in pieces of files.max_read.
 */
#ifndef KIND_FIXTURE_H
#define KIND_FIXTURE_H

#include <criterion/criterion.h>

#include <string.h>

#include <tfeed/readers.h>

#include "tests/support/scripted_files.h"
#include "tests/support/support.h"

struct kind_fixture {
    struct t_scripted_files files;
    struct tfeed_reader_options options; /* of files */
    struct tfeed_queue *names;
    struct tfeed_reader *reader;
    struct tfeed_tensor key;
    struct tfeed_tensor value;
    struct tfeed_error error;
};

static inline void kind_init(struct kind_fixture *kind, const void *data, size_t len)
{
    static const enum tfeed_dtype dtype = TFEED_STRING;
    static const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    struct tfeed_queue_options options;
    *kind = (struct kind_fixture){.error = TFEED_ERROR_INIT};
    t_scripted_files_init(&kind->files, data, len);
    tfeed_reader_options_init(&kind->options);
    kind->options.file_system = &kind->files.table;
    tfeed_queue_options_init(&options);
    options.dtypes = &dtype;
    options.shapes = &scalar;
    options.n_components = 1;
    cr_assert_eq(tfeed_fifo_queue_new(NULL, &options, &kind->names, NULL), TFEED_OK);
}

static inline void kind_init_text(struct kind_fixture *kind, const char *text)
{
    kind_init(kind, text, strlen(text));
}

static inline void kind_clear_records(struct kind_fixture *kind)
{
    tfeed_tensor_clear(&kind->key);
    tfeed_tensor_clear(&kind->value);
}

static inline void kind_clear(struct kind_fixture *kind)
{
    kind_clear_records(kind);
    tfeed_reader_unref(kind->reader);
    tfeed_queue_unref(kind->names);
    cr_assert_eq(kind->files.n_open_inputs, 0);
    cr_assert_not(t_has_leaks());
}

static inline void kind_enqueue(struct kind_fixture *kind, const char *name)
{
    struct tfeed_bytes storage;
    const struct tfeed_tensor element = tfeed_tensor_borrow_string(&storage, name);
    cr_assert_eq(tfeed_queue_enqueue(kind->names, &element, NULL), TFEED_OK);
}

static inline void kind_close_names(struct kind_fixture *kind)
{
    cr_assert_eq(tfeed_queue_close(kind->names, false, NULL), TFEED_OK);
}

static inline tfeed_status kind_read(struct kind_fixture *kind)
{
    kind_clear_records(kind);
    return tfeed_reader_read(kind->reader, kind->names, &kind->key, &kind->value, &kind->error);
}

static inline tfeed_status kind_read_up_to(struct kind_fixture *kind, int64_t n)
{
    kind_clear_records(kind);
    return tfeed_reader_read_up_to(kind->reader, kind->names, n, &kind->key, &kind->value,
                                   &kind->error);
}

static inline bool bytes_are(const struct tfeed_bytes *bytes, const void *data, size_t len)
{
    return bytes->len == len && (len == 0 || memcmp(bytes->data, data, len) == 0);
}

static inline bool text_is(const struct tfeed_tensor *tensor, const char *text)
{
    return bytes_are(tfeed_tensor_strings(tensor), text, strlen(text));
}

/* The next record has this key and value. */
static inline void expect_record(struct kind_fixture *kind, const char *key, const char *value)
{
    cr_assert_eq(kind_read(kind), TFEED_OK, "%s: %s", key, kind->error.message);
    cr_assert(text_is(&kind->key, key), "%s: key %.*s", key,
              (int)tfeed_tensor_strings(&kind->key)->len,
              (const char *)tfeed_tensor_strings(&kind->key)->data);
    cr_assert(text_is(&kind->value, value), "%s: value %.*s", key,
              (int)tfeed_tensor_strings(&kind->value)->len,
              (const char *)tfeed_tensor_strings(&kind->value)->data);
}

static inline bool counters_are(struct kind_fixture *kind, int64_t n_produced, int64_t n_completed)
{
    return tfeed_reader_n_records_produced(kind->reader) == n_produced &&
           tfeed_reader_n_work_units_completed(kind->reader) == n_completed;
}

/* A step of a generator that depends on nothing but its state. */
static inline uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

#endif
