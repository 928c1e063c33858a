/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_record_writer.c - the bytes of files written, what appears when, and what a full disk
 * leaves.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tfeed/records.h>

#include "records/records_internal.h"
#include "tests/support/record_bytes.h"
#include "tests/support/scripted_files.h"
#include "tests/support/support.h"

/* A writer on a scripted disk, and the bytes that should come out uncompressed. */
struct fixture {
    struct t_scripted_files files;
    struct tfeed_record_writer_options options;
    struct tfeed_record_writer *writer;
    struct t_record_bytes expected;
    struct tfeed_error error;
};

static void fixture_init(struct fixture *fixture)
{
    *fixture = (struct fixture){.writer = NULL, .error = TFEED_ERROR_INIT};
    t_scripted_files_init(&fixture->files, NULL, 0);
    t_record_bytes_init(&fixture->expected);
    tfeed_record_writer_options_init(&fixture->options);
    fixture->options.file_system = &fixture->files.table;
}

static void fixture_open(struct fixture *fixture)
{
    cr_assert_eq(
        tfeed_record_writer_open("f", &fixture->options, &fixture->writer, &fixture->error),
        TFEED_OK, "%s", fixture->error.message);
}

static void fixture_clear(struct fixture *fixture)
{
    tfeed_record_writer_free(fixture->writer);
    cr_assert_eq(fixture->files.n_open_outputs, 0);
    t_record_bytes_clear(&fixture->expected);
    t_scripted_files_clear(&fixture->files);
    cr_assert_not(t_has_leaks());
}

/* Writes a record of `len` bytes, and expects it. */
static tfeed_status write_pattern(struct fixture *fixture, size_t len, unsigned seed)
{
    t_record_bytes_add_pattern(&fixture->expected, len, seed);
    const size_t record = fixture->expected.n_records - 1;
    const uint8_t *payload = fixture->expected.data + fixture->expected.offsets[record] + 12;
    return tfeed_record_writer_write(fixture->writer, payload, len, &fixture->error);
}

static void write_three(struct fixture *fixture)
{
    cr_assert_eq(write_pattern(fixture, 5, 1), TFEED_OK);
    cr_assert_eq(write_pattern(fixture, 0, 2), TFEED_OK);
    cr_assert_eq(write_pattern(fixture, 3000, 3), TFEED_OK);
}

static void expect_written(const struct fixture *fixture, const void *data, size_t len)
{
    cr_assert_eq(fixture->files.n_written, len);
    cr_assert_eq(memcmp(fixture->files.written, data, len), 0);
}

/* The bytes of files. */

Test(record_writer, records_are_framed)
{
    static const uint8_t foo[] = {3,    0,    0,    0,    0,    0,    0,    0,    0xb0, 0x99,
                                  0x49, 0x0e, 0x66, 0x6f, 0x6f, 0x61, 0x8a, 0xbe, 0xfe};
    struct fixture fixture;
    fixture_init(&fixture);
    fixture_open(&fixture);
    cr_assert_eq(tfeed_record_writer_write(fixture.writer, "foo", 3, NULL), TFEED_OK);
    cr_assert_eq(tfeed_record_writer_close(fixture.writer, NULL), TFEED_OK);
    expect_written(&fixture, foo, sizeof foo);
    fixture_clear(&fixture);
}

Test(record_writer, record_without_bytes_needs_no_pointer)
{
    struct fixture fixture;
    fixture_init(&fixture);
    fixture_open(&fixture);
    cr_assert_eq(tfeed_record_writer_write(fixture.writer, NULL, 0, NULL), TFEED_OK);
    cr_assert_eq(tfeed_record_writer_close(fixture.writer, NULL), TFEED_OK);
    t_record_bytes_add(&fixture.expected, "", 0);
    expect_written(&fixture, fixture.expected.data, fixture.expected.len);
    fixture_clear(&fixture);
}

ParameterizedTestParameters(record_writer, any_buffer_size_gives_the_same_bytes)
{
    static size_t sizes[] = {1, 2, 3, 7, 12, 19, 20, 4096, 65536, 0};
    return cr_make_param_array(size_t, sizes, sizeof sizes / sizeof sizes[0]);
}

ParameterizedTest(size_t *size, record_writer, any_buffer_size_gives_the_same_bytes)
{
    struct fixture fixture;
    fixture_init(&fixture);
    fixture.options.buffer_bytes = *size;
    fixture_open(&fixture);
    write_three(&fixture);
    cr_assert_eq(tfeed_record_writer_close(fixture.writer, NULL), TFEED_OK);
    expect_written(&fixture, fixture.expected.data, fixture.expected.len);
    cr_assert_eq(fixture.files.n_committed, 1);
    fixture_clear(&fixture);
}

/* A compression, as the option and as zlib's window bits. */
struct container {
    enum tfeed_compression compression;
    int window_bits;
};

static struct container containers[] = {
    {TFEED_COMPRESSION_GZIP, 31},
    {TFEED_COMPRESSION_ZLIB, 15},
};

ParameterizedTestParameters(record_writer, compressed_bytes_equal_zlib_in_one_call)
{
    return cr_make_param_array(struct container, containers, 2);
}

ParameterizedTest(struct container *container, record_writer,
                  compressed_bytes_equal_zlib_in_one_call)
{
    struct fixture fixture;
    size_t len;
    fixture_init(&fixture);
    fixture.options.compression = container->compression;
    fixture.options.buffer_bytes = 100;
    fixture_open(&fixture);
    write_three(&fixture);
    for (unsigned i = 0; i < 6; i++) /* more than zlib looks back, in several blocks */
        cr_assert_eq(write_pattern(&fixture, 30000 + 7777 * i, i), TFEED_OK);
    cr_assert_eq(tfeed_record_writer_close(fixture.writer, NULL), TFEED_OK);
    uint8_t *expected =
        t_deflate(fixture.expected.data, fixture.expected.len, container->window_bits, &len);
    expect_written(&fixture, expected, len);
    free(expected);
    fixture_clear(&fixture);
}

ParameterizedTestParameters(record_writer, file_without_records_is_a_whole_stream)
{
    return cr_make_param_array(struct container, containers, 2);
}

ParameterizedTest(struct container *container, record_writer,
                  file_without_records_is_a_whole_stream)
{
    struct fixture fixture;
    size_t len;
    fixture_init(&fixture);
    fixture.options.compression = container->compression;
    fixture_open(&fixture);
    cr_assert_eq(tfeed_record_writer_close(fixture.writer, NULL), TFEED_OK);
    uint8_t *expected = t_deflate("", 0, container->window_bits, &len);
    expect_written(&fixture, expected, len);
    free(expected);
    fixture_clear(&fixture);
}

Test(record_writer, raw_deflate_is_written_when_asked_for)
{
    struct fixture fixture;
    size_t len;
    fixture_init(&fixture);
    fixture.options.compression = TFEED_COMPRESSION_GZIP;
    fixture.options.window_bits = -15;
    fixture_open(&fixture);
    write_three(&fixture);
    cr_assert_eq(tfeed_record_writer_close(fixture.writer, NULL), TFEED_OK);
    uint8_t *expected = t_deflate(fixture.expected.data, fixture.expected.len, -15, &len);
    expect_written(&fixture, expected, len);
    free(expected);
    fixture_clear(&fixture);
}

/* Reads what the scripted disk holds. */
static void expect_readable(const struct fixture *fixture, size_t n_records)
{
    struct t_scripted_files files;
    struct tfeed_record_reader_options options;
    struct tfeed_record_reader *reader = NULL;
    struct tfeed_record_view view;
    size_t n = 0;
    t_scripted_files_init(&files, fixture->files.written, fixture->files.n_written);
    tfeed_record_reader_options_init(&options);
    options.file_system = &files.table;
    options.tail = TFEED_TAIL_TENSORFLOW; /* a flushed stream has no end yet */
    cr_assert_eq(tfeed_record_reader_open("f", &options, &reader, NULL), TFEED_OK);
    while (tfeed_record_reader_next(reader, &view, NULL) == TFEED_OK) {
        const size_t offset = fixture->expected.offsets[n];
        cr_assert_eq(view.offset, offset);
        cr_assert_eq(memcmp(view.data, fixture->expected.data + offset + 12, view.len), 0);
        n++;
    }
    cr_assert_eq(n, n_records);
    tfeed_record_reader_close(reader);
}

ParameterizedTestParameters(record_writer, flush_makes_everything_readable)
{
    static enum tfeed_compression compressions[] = {TFEED_COMPRESSION_NONE, TFEED_COMPRESSION_GZIP,
                                                    TFEED_COMPRESSION_ZLIB};
    return cr_make_param_array(enum tfeed_compression, compressions, 3);
}

ParameterizedTest(enum tfeed_compression *compression, record_writer,
                  flush_makes_everything_readable)
{
    struct fixture fixture;
    fixture_init(&fixture);
    fixture.options.compression = *compression;
    fixture_open(&fixture);
    for (unsigned i = 0; i < 10; i++) {
        cr_assert_eq(write_pattern(&fixture, 100 * i, i), TFEED_OK);
        cr_assert_eq(tfeed_record_writer_flush(fixture.writer, NULL), TFEED_OK);
        cr_assert_eq(fixture.files.n_flushes, (int)i + 1);
        expect_readable(&fixture, i + 1);
    }
    fixture_clear(&fixture);
}

Test(record_writer, flush_mode_acts_when_the_input_buffer_is_full)
{
    enum { N_RECORDS = 40, SYNC_FLUSH = 2 };
    size_t sizes[2];
    for (int i = 0; i < 2; i++) {
        struct fixture fixture;
        fixture_init(&fixture);
        fixture.options.compression = TFEED_COMPRESSION_ZLIB;
        fixture.options.flush_mode = i * SYNC_FLUSH;
        fixture_open(&fixture);
        for (unsigned record = 0; record < N_RECORDS; record++)
            cr_assert_eq(write_pattern(&fixture, 20000, record), TFEED_OK);
        cr_assert_eq(tfeed_record_writer_close(fixture.writer, NULL), TFEED_OK);
        expect_readable(&fixture, N_RECORDS);
        sizes[i] = fixture.files.n_written;
        fixture_clear(&fixture);
    }
    cr_assert_neq(sizes[1], sizes[0]);
}

Test(record_writer, flush_mode_that_ends_the_stream_loses_no_record_silently)
{
    enum { FINISH = 4 };
    struct fixture fixture;
    tfeed_status status = TFEED_OK;
    fixture_init(&fixture);
    fixture.options.compression = TFEED_COMPRESSION_ZLIB;
    fixture.options.flush_mode = FINISH;
    fixture_open(&fixture);
    for (unsigned record = 0; record < 60 && status == TFEED_OK; record++)
        status = write_pattern(&fixture, 20000, record);
    cr_assert_eq(status, TFEED_INVALID_ARGUMENT);
    cr_assert_eq(fixture.files.n_discarded, 1);
    fixture_clear(&fixture);
}

Test(record_writer, stored_blocks_read_back)
{
    struct fixture fixture;
    fixture_init(&fixture);
    fixture.options.compression = TFEED_COMPRESSION_GZIP;
    fixture.options.compression_level = 0;
    fixture_open(&fixture);
    write_three(&fixture);
    cr_assert_eq(tfeed_record_writer_close(fixture.writer, NULL), TFEED_OK);
    cr_assert_gt(fixture.files.n_written, fixture.expected.len);
    expect_readable(&fixture, 3);
    fixture_clear(&fixture);
}

/* The life of a writer. */

Test(record_writer, closing_again_does_nothing)
{
    struct fixture fixture;
    fixture_init(&fixture);
    fixture_open(&fixture);
    write_three(&fixture);
    for (int i = 0; i < 3; i++)
        cr_assert_eq(tfeed_record_writer_close(fixture.writer, NULL), TFEED_OK);
    cr_assert_eq(fixture.files.n_committed, 1);
    fixture_clear(&fixture);
}

Test(record_writer, closed_writer_refuses_write_and_flush)
{
    struct fixture fixture;
    fixture_init(&fixture);
    fixture_open(&fixture);
    cr_assert_eq(tfeed_record_writer_close(fixture.writer, NULL), TFEED_OK);
    cr_assert_eq(tfeed_record_writer_write(fixture.writer, "foo", 3, &fixture.error),
                 TFEED_FAILED_PRECONDITION);
    cr_assert_str_eq(fixture.error.message, "the record writer is closed");
    cr_assert_eq(tfeed_record_writer_flush(fixture.writer, NULL), TFEED_FAILED_PRECONDITION);
    cr_assert_eq(tfeed_record_writer_close(fixture.writer, NULL), TFEED_OK);
    fixture_clear(&fixture);
}

Test(record_writer, writer_left_open_is_discarded)
{
    struct fixture fixture;
    fixture_init(&fixture);
    fixture_open(&fixture);
    write_three(&fixture);
    tfeed_record_writer_free(fixture.writer);
    fixture.writer = NULL;
    cr_assert_eq(fixture.files.n_committed, 0);
    cr_assert_eq(fixture.files.n_discarded, 1);
    fixture_clear(&fixture);
}

Test(record_writer, free_keeps_errno_and_takes_null)
{
    struct fixture fixture;
    fixture_init(&fixture);
    fixture_open(&fixture);
    errno = ERANGE;
    tfeed_record_writer_free(fixture.writer);
    fixture.writer = NULL;
    tfeed_record_writer_free(NULL);
    cr_assert_eq(errno, ERANGE);
    fixture_clear(&fixture);
}

/* The end before close. */

static enum tfeed_compression all_compressions[] = {TFEED_COMPRESSION_NONE, TFEED_COMPRESSION_GZIP,
                                                    TFEED_COMPRESSION_ZLIB};

ParameterizedTestParameters(record_writer_end, writes_all_that_close_would)
{
    return cr_make_param_array(enum tfeed_compression, all_compressions, 3);
}

ParameterizedTest(enum tfeed_compression *compression, record_writer_end,
                  writes_all_that_close_would)
{
    struct fixture ended, closed;
    fixture_init(&ended);
    fixture_init(&closed);
    ended.options.compression = closed.options.compression = *compression;
    fixture_open(&ended);
    fixture_open(&closed);
    write_three(&ended);
    write_three(&closed);
    cr_assert_eq(tfi_record_writer_end(ended.writer, NULL), TFEED_OK);
    cr_assert_eq(tfeed_record_writer_close(closed.writer, NULL), TFEED_OK);
    expect_written(&ended, closed.files.written, closed.files.n_written);
    cr_assert_eq(ended.files.n_committed, 0);
    cr_assert_eq(tfeed_record_writer_close(ended.writer, NULL), TFEED_OK);
    expect_written(&ended, closed.files.written, closed.files.n_written);
    cr_assert_eq(ended.files.n_committed, 1);
    tfeed_record_writer_free(ended.writer);
    ended.writer = NULL;
    t_record_bytes_clear(&ended.expected);
    t_scripted_files_clear(&ended.files);
    fixture_clear(&closed);
}

Test(record_writer_end, only_close_may_follow)
{
    struct fixture fixture;
    fixture_init(&fixture);
    fixture.options.compression = TFEED_COMPRESSION_GZIP;
    fixture_open(&fixture);
    write_three(&fixture);
    cr_assert_eq(tfi_record_writer_end(fixture.writer, NULL), TFEED_OK);
    cr_assert_eq(tfeed_record_writer_write(fixture.writer, "x", 1, &fixture.error),
                 TFEED_FAILED_PRECONDITION);
    cr_assert_str_eq(fixture.error.message, "the record writer has ended its file");
    cr_assert_eq(tfeed_record_writer_flush(fixture.writer, NULL), TFEED_FAILED_PRECONDITION);
    cr_assert_eq(tfi_record_writer_end(fixture.writer, NULL), TFEED_FAILED_PRECONDITION);
    cr_assert_eq(tfeed_record_writer_close(fixture.writer, NULL), TFEED_OK);
    cr_assert_eq(tfi_record_writer_end(fixture.writer, NULL), TFEED_FAILED_PRECONDITION);
    cr_assert_eq(fixture.files.n_committed, 1);
    expect_readable(&fixture, 3);
    fixture_clear(&fixture);
}

ParameterizedTestParameters(record_writer_end, full_disk_is_reported_until_the_end)
{
    return cr_make_param_array(enum tfeed_compression, all_compressions, 3);
}

ParameterizedTest(enum tfeed_compression *compression, record_writer_end,
                  full_disk_is_reported_until_the_end)
{
    struct fixture fixture;
    fixture_init(&fixture);
    fixture.options.compression = *compression;
    fixture.files.full_at = 10;
    fixture_open(&fixture);
    write_three(&fixture); /* into the buffer */
    cr_assert_eq(tfi_record_writer_end(fixture.writer, &fixture.error), TFEED_RESOURCE_EXHAUSTED);
    cr_assert_eq(fixture.error.sys_errno, ENOSPC);
    cr_assert_eq(fixture.files.n_discarded, 1);
    cr_assert_eq(tfeed_record_writer_write(fixture.writer, "x", 1, NULL), TFEED_RESOURCE_EXHAUSTED);
    cr_assert_eq(tfeed_record_writer_close(fixture.writer, NULL), TFEED_RESOURCE_EXHAUSTED);
    cr_assert_eq(fixture.files.n_committed, 0);
    fixture_clear(&fixture);
}

/* What the disk says. */

ParameterizedTestParameters(record_writer, full_disk_is_reported_until_the_end)
{
    static enum tfeed_compression compressions[] = {TFEED_COMPRESSION_NONE, TFEED_COMPRESSION_GZIP,
                                                    TFEED_COMPRESSION_ZLIB};
    return cr_make_param_array(enum tfeed_compression, compressions, 3);
}

ParameterizedTest(enum tfeed_compression *compression, record_writer,
                  full_disk_is_reported_until_the_end)
{
    /* at each byte of what would be written */
    size_t n_whole = SIZE_MAX;
    for (size_t full_at = 0; full_at < n_whole; full_at++) {
        struct fixture fixture;
        fixture_init(&fixture);
        fixture.options.compression = *compression;
        fixture.options.buffer_bytes = 16;
        fixture.files.full_at = full_at;
        fixture_open(&fixture);
        tfeed_status status = write_pattern(&fixture, 5, 1);
        if (status == TFEED_OK)
            status = write_pattern(&fixture, 50, 2);
        if (status != TFEED_OK) { /* it stays */
            cr_assert_eq(status, TFEED_RESOURCE_EXHAUSTED);
            cr_assert_eq(tfeed_record_writer_write(fixture.writer, "x", 1, &fixture.error), status);
            cr_assert_eq(tfeed_record_writer_flush(fixture.writer, &fixture.error), status);
        }
        status = tfeed_record_writer_close(fixture.writer, &fixture.error);
        if (status == TFEED_OK) {
            n_whole = fixture.files.n_written;
            cr_assert_leq(n_whole, full_at);
        } else {
            cr_assert_eq(status, TFEED_RESOURCE_EXHAUSTED, "at %zu", full_at);
            cr_assert_eq(fixture.error.sys_errno, ENOSPC);
            cr_assert_eq(fixture.files.n_committed, 0);
            cr_assert_eq(fixture.files.n_discarded, 1);
        }
        cr_assert_eq(tfeed_record_writer_close(fixture.writer, NULL), TFEED_OK);
        fixture_clear(&fixture);
    }
    cr_assert_neq(n_whole, SIZE_MAX);
}

Test(record_writer, failed_flush_stays)
{
    struct fixture fixture;
    fixture_init(&fixture);
    fixture.files.fail_flush = true;
    fixture_open(&fixture);
    write_three(&fixture);
    const tfeed_status status = tfeed_record_writer_flush(fixture.writer, &fixture.error);
    cr_assert_neq(status, TFEED_OK);
    cr_assert_eq(fixture.error.sys_errno, EIO);
    cr_assert_eq(tfeed_record_writer_write(fixture.writer, "x", 1, NULL), status);
    cr_assert_eq(tfeed_record_writer_close(fixture.writer, NULL), status);
    cr_assert_eq(fixture.files.n_discarded, 1);
    fixture_clear(&fixture);
}

Test(record_writer, failure_of_the_last_step_is_reported_by_close)
{
    struct fixture fixture;
    fixture_init(&fixture);
    fixture.files.fail_commit = true;
    fixture_open(&fixture);
    write_three(&fixture);
    cr_assert_eq(tfeed_record_writer_close(fixture.writer, &fixture.error),
                 TFEED_RESOURCE_EXHAUSTED);
    cr_assert_eq(fixture.error.sys_errno, EDQUOT);
    cr_assert_eq(tfeed_record_writer_close(fixture.writer, NULL), TFEED_OK);
    fixture_clear(&fixture);
}

Test(record_writer, device_without_room_is_reported)
{
    struct tfeed_record_writer *writer = NULL;
    struct tfeed_error error;
    cr_assert_eq(tfeed_record_writer_open("/dev/full", NULL, &writer, &error), TFEED_OK);
    cr_assert_eq(tfeed_record_writer_write(writer, "foo", 3, NULL), TFEED_OK); /* gathered */
    cr_assert_eq(tfeed_record_writer_close(writer, &error), TFEED_RESOURCE_EXHAUSTED);
    cr_assert_eq(error.sys_errno, ENOSPC);
    tfeed_record_writer_free(writer);
    cr_assert_eq(access("/dev/full", F_OK), 0);
}

/* Local files. */

Test(record_writer, local_file_appears_with_close_only)
{
    struct t_temp_dir dir;
    char path[T_PATH_BYTES];
    struct tfeed_record_writer *writer = NULL;
    size_t len;
    t_temp_dir_init(&dir);
    t_temp_path(&dir, "f", path);
    cr_assert_eq(tfeed_record_writer_open(path, NULL, &writer, NULL), TFEED_OK);
    cr_assert_eq(tfeed_record_writer_write(writer, "foo", 3, NULL), TFEED_OK);
    cr_assert_eq(tfeed_record_writer_flush(writer, NULL), TFEED_OK);
    cr_assert_neq(access(path, F_OK), 0);
    cr_assert_eq(tfeed_record_writer_close(writer, NULL), TFEED_OK);
    free(t_read_file(path, &len));
    cr_assert_eq(len, 19);
    tfeed_record_writer_free(writer);
    t_temp_dir_clear(&dir);
}

Test(record_writer, existing_file_is_refused_unless_overwritten)
{
    struct t_temp_dir dir;
    char path[T_PATH_BYTES];
    struct tfeed_record_writer_options options;
    struct tfeed_record_writer *writer = NULL;
    size_t len;
    t_temp_dir_init(&dir);
    t_write_file(t_temp_path(&dir, "f", path), "precious", 8);
    tfeed_record_writer_options_init(&options);
    cr_assert_eq(tfeed_record_writer_open(path, &options, &writer, NULL), TFEED_ALREADY_EXISTS);
    options.overwrite = true;
    cr_assert_eq(tfeed_record_writer_open(path, &options, &writer, NULL), TFEED_OK);
    free(t_read_file(path, &len));
    cr_assert_eq(len, 8); /* until close */
    cr_assert_eq(tfeed_record_writer_close(writer, NULL), TFEED_OK);
    free(t_read_file(path, &len));
    cr_assert_eq(len, 0);
    tfeed_record_writer_free(writer);
    t_temp_dir_clear(&dir);
}

Test(record_writer, missing_folder_is_not_found)
{
    struct tfeed_record_writer *writer = NULL;
    cr_assert_eq(tfeed_record_writer_open("/nowhere/at/all/f", NULL, &writer, NULL),
                 TFEED_NOT_FOUND);
    cr_assert_null(writer);
}

/* Memory. */

Test(record_writer, each_failing_allocation_is_resource_exhausted)
{
    T_FAIL_EACH_ALLOC(allocator, {
        struct t_scripted_files files;
        struct tfeed_record_writer_options options;
        struct tfeed_record_writer *writer = NULL;
        t_scripted_files_init(&files, NULL, 0);
        tfeed_record_writer_options_init(&options);
        options.file_system = &files.table;
        options.allocator = allocator;
        options.compression = TFEED_COMPRESSION_GZIP;
        tfeed_status status = tfeed_record_writer_open("f", &options, &writer, NULL);
        if (status == TFEED_OK)
            status = tfeed_record_writer_write(writer, "foo", 3, NULL);
        if (status == TFEED_OK)
            status = tfeed_record_writer_close(writer, NULL);
        T_EXPECT_ALLOC_STATUS(status);
        tfeed_record_writer_free(writer);
        cr_assert_eq(files.n_open_outputs, 0);
        t_scripted_files_clear(&files);
    });
}

Test(record_writer, each_failing_allocation_of_a_local_file_leaves_nothing)
{
    struct t_temp_dir dir;
    char path[T_PATH_BYTES];
    t_temp_dir_init(&dir);
    t_temp_path(&dir, "f", path);
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_record_writer_options options;
        struct tfeed_record_writer *writer = NULL;
        tfeed_record_writer_options_init(&options);
        options.allocator = allocator;
        tfeed_status status = tfeed_record_writer_open(path, &options, &writer, NULL);
        T_EXPECT_ALLOC_STATUS(status);
        tfeed_record_writer_free(writer);
        cr_assert_neq(access(path, F_OK), 0);
    });
    t_temp_dir_clear(&dir);
}
