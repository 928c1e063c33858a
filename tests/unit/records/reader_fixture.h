/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * reader_fixture.h - a file of records made for a test, and a reader on it.
 */
#ifndef READER_FIXTURE_H
#define READER_FIXTURE_H

#include <criterion/criterion.h>

#include <tfeed/records.h>

#include "records/records_internal.h"
#include "tests/support/record_bytes.h"
#include "tests/support/scripted_files.h"
#include "tests/support/support.h"

/* A file, how it is read, and what has come out of it. */
struct fixture {
    struct t_record_bytes bytes;
    struct t_scripted_files files;
    struct tfeed_record_reader_options options;
    struct tfeed_record_reader *reader;
    struct tfeed_record_view view;
    struct tfeed_error error;
};

static inline void fixture_init(struct fixture *fixture)
{
    *fixture = (struct fixture){.reader = NULL, .error = TFEED_ERROR_INIT};
    t_record_bytes_init(&fixture->bytes);
    tfeed_record_reader_options_init(&fixture->options);
    fixture->options.compression = TFEED_COMPRESSION_NONE;
    fixture->options.file_system = &fixture->files.table;
}

/* Opens the bytes as they are now. */
static inline void fixture_open_bytes(struct fixture *fixture, const void *data, size_t len)
{
    const struct t_scripted_files script = fixture->files;
    t_scripted_files_init(&fixture->files, data, len);
    fixture->files.max_read = script.max_read;
    fixture->files.hide_size = script.hide_size;
    if (script.fail_read_at != 0)
        fixture->files.fail_read_at = script.fail_read_at;
    cr_assert_eq(
        tfeed_record_reader_open("f", &fixture->options, &fixture->reader, &fixture->error),
        TFEED_OK, "%s", fixture->error.message);
}

static inline void fixture_open(struct fixture *fixture)
{
    fixture_open_bytes(fixture, fixture->bytes.data, fixture->bytes.len);
}

static inline tfeed_status next(struct fixture *fixture)
{
    return tfeed_record_reader_next(fixture->reader, &fixture->view, &fixture->error);
}

/* Reads until something else than a record comes; returns that. */
static inline tfeed_status read_all(struct fixture *fixture, size_t *ret_n)
{
    tfeed_status status;
    *ret_n = 0;
    while ((status = next(fixture)) == TFEED_OK)
        ++*ret_n;
    return status;
}

static inline void fixture_close(struct fixture *fixture)
{
    tfeed_record_reader_close(fixture->reader);
    fixture->reader = NULL;
    cr_assert_eq(fixture->files.n_open_inputs, 0);
}

static inline void fixture_clear(struct fixture *fixture)
{
    fixture_close(fixture);
    t_record_bytes_clear(&fixture->bytes);
    cr_assert_not(t_has_leaks());
}

/* Three records of 5, 0 and 300 bytes. */
static inline void add_three(struct fixture *fixture)
{
    t_record_bytes_add_pattern(&fixture->bytes, 5, 1);
    t_record_bytes_add_pattern(&fixture->bytes, 0, 2);
    t_record_bytes_add_pattern(&fixture->bytes, 300, 3);
}

static inline void expect_pattern(const struct tfeed_record_view *view, size_t len, unsigned seed)
{
    cr_assert_eq(view->len, len);
    for (size_t i = 0; i < len; i++)
        cr_assert_eq(view->data[i], t_pattern(seed, i), "byte %zu", i);
}

static inline void expect_fault(struct fixture *fixture, enum tfi_record_fault fault,
                                uint64_t record, uint64_t offset)
{
    cr_assert_eq(tfi_record_reader_fault(fixture->reader), fault, "fault %d: %s",
                 (int)tfi_record_reader_fault(fixture->reader), fixture->error.message);
    cr_assert_eq(fixture->error.code, TFEED_DATA_LOSS);
    cr_assert_eq(fixture->error.record, record);
    cr_assert_eq(fixture->error.offset, offset);
    cr_assert_str_eq(fixture->error.path, "f");
}

static inline void expect_loss(const struct tfeed_record_loss *loss, uint64_t record,
                               uint64_t offset, uint64_t end_offset)
{
    cr_assert_eq(loss->record, record, "record %d", (int)loss->record);
    cr_assert_eq(loss->offset, offset, "offset %d", (int)loss->offset);
    cr_assert_eq(loss->end_offset, end_offset, "end %d, not %d", (int)loss->end_offset,
                 (int)end_offset);
}

#endif
