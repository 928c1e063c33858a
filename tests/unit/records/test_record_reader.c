/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_record_reader.c - records, runs of them, and what the file system can do to them.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/block_internal.h"
#include "tests/unit/records/reader_fixture.h"

/* Good files. */

Test(record_reader, empty_file_is_a_clean_end_again_and_again)
{
    struct fixture fixture;
    fixture_init(&fixture);
    fixture_open(&fixture);
    for (int i = 0; i < 3; i++)
        cr_assert_eq(next(&fixture), TFEED_OUT_OF_RANGE);
    cr_assert_eq(fixture.error.code, TFEED_OUT_OF_RANGE);
    cr_assert_eq(tfi_record_reader_fault(fixture.reader), TFI_RECORD_NO_FAULT);
    fixture_clear(&fixture);
}

Test(record_reader, records_come_with_number_offset_and_bytes)
{
    struct fixture fixture;
    fixture_init(&fixture);
    add_three(&fixture);
    fixture_open(&fixture);
    const size_t lens[] = {5, 0, 300};
    for (unsigned i = 0; i < 3; i++) {
        cr_assert_eq(tfeed_record_reader_offset(fixture.reader), fixture.bytes.offsets[i]);
        cr_assert_eq(next(&fixture), TFEED_OK);
        expect_pattern(&fixture.view, lens[i], i + 1);
        cr_assert_eq(fixture.view.record, i);
        cr_assert_eq(fixture.view.offset, fixture.bytes.offsets[i]);
        cr_assert_not_null(fixture.view.block);
    }
    cr_assert_eq(next(&fixture), TFEED_OUT_OF_RANGE);
    cr_assert_eq(tfeed_record_reader_offset(fixture.reader), fixture.bytes.len);
    fixture_clear(&fixture);
}

Test(record_reader, view_outlives_the_reader_with_a_reference)
{
    struct fixture fixture;
    fixture_init(&fixture);
    add_three(&fixture);
    fixture_open(&fixture);
    cr_assert_eq(next(&fixture), TFEED_OK);
    struct tfeed_record_view kept = fixture.view;
    tfeed_block_ref(kept.block);
    while (next(&fixture) == TFEED_OK)
        continue;
    fixture_close(&fixture);
    expect_pattern(&kept, 5, 1);
    tfeed_block_unref(kept.block);
    fixture_clear(&fixture);
}

Test(record_reader, kept_views_are_not_overwritten_by_later_blocks)
{
    struct fixture fixture;
    struct tfeed_record_view kept[40];
    fixture_init(&fixture);
    for (unsigned i = 0; i < 40; i++)
        t_record_bytes_add_pattern(&fixture.bytes, 30000, i); /* four blocks and more */
    fixture_open(&fixture);
    for (unsigned i = 0; i < 40; i++) {
        cr_assert_eq(tfeed_record_reader_next(fixture.reader, &kept[i], NULL), TFEED_OK);
        tfeed_block_ref(kept[i].block);
    }
    for (unsigned i = 0; i < 40; i++) {
        expect_pattern(&kept[i], 30000, i);
        tfeed_block_unref(kept[i].block);
    }
    fixture_clear(&fixture);
}

Test(record_reader, view_can_be_traced_to_file_and_offset)
{
    struct fixture fixture;
    const char *path;
    uint64_t offset;
    fixture_init(&fixture);
    for (unsigned i = 0; i < 40; i++)
        t_record_bytes_add_pattern(&fixture.bytes, 30000, i);
    fixture_open(&fixture);
    for (unsigned i = 0; i < 40; i++) {
        cr_assert_eq(next(&fixture), TFEED_OK);
        const struct tfeed_bytes bytes = {fixture.view.data, fixture.view.len, fixture.view.block};
        cr_assert(tfi_bytes_origin(&bytes, &path, &offset));
        cr_assert_str_eq(path, "f");
        cr_assert_eq(offset, fixture.bytes.offsets[i] + 12);
    }
    fixture_clear(&fixture);
}

/* Chunks. */

ParameterizedTestParameters(record_reader, any_read_size_gives_the_same_records)
{
    static size_t sizes[] = {1, 2, 3, 7, 4096, 0};
    return cr_make_param_array(size_t, sizes, sizeof sizes / sizeof sizes[0]);
}

ParameterizedTest(size_t *size, record_reader, any_read_size_gives_the_same_records)
{
    struct fixture fixture;
    fixture_init(&fixture);
    add_three(&fixture);
    t_record_bytes_add_pattern(&fixture.bytes, 9000, 4);
    fixture.files.max_read = *size;
    fixture_open(&fixture);
    const size_t lens[] = {5, 0, 300, 9000};
    for (unsigned i = 0; i < 4; i++) {
        cr_assert_eq(next(&fixture), TFEED_OK);
        expect_pattern(&fixture.view, lens[i], i + 1);
        cr_assert_eq(fixture.view.offset, fixture.bytes.offsets[i]);
    }
    cr_assert_eq(next(&fixture), TFEED_OUT_OF_RANGE);
    fixture_clear(&fixture);
}

ParameterizedTestParameters(record_reader, any_read_size_gives_the_same_records_of_gzip)
{
    static size_t sizes[] = {1, 2, 3, 7, 4096, 0};
    return cr_make_param_array(size_t, sizes, sizeof sizes / sizeof sizes[0]);
}

ParameterizedTest(size_t *size, record_reader, any_read_size_gives_the_same_records_of_gzip)
{
    struct fixture fixture;
    size_t len;
    fixture_init(&fixture);
    add_three(&fixture);
    uint8_t *gzip = t_deflate(fixture.bytes.data, fixture.bytes.len, 31, &len);
    fixture.options.compression = TFEED_COMPRESSION_AUTO;
    fixture.files.max_read = *size;
    fixture_open_bytes(&fixture, gzip, len);
    const size_t lens[] = {5, 0, 300};
    for (unsigned i = 0; i < 3; i++) {
        cr_assert_eq(next(&fixture), TFEED_OK);
        expect_pattern(&fixture.view, lens[i], i + 1);
        cr_assert_eq(fixture.view.offset, fixture.bytes.offsets[i]);
    }
    cr_assert_eq(next(&fixture), TFEED_OUT_OF_RANGE);
    cr_assert_eq(tfeed_record_reader_compression(fixture.reader), TFEED_COMPRESSION_GZIP);
    fixture_clear(&fixture);
    free(gzip);
}

Test(record_reader, record_larger_than_any_block_is_read)
{
    enum { LEN = 5 << 20 };
    struct fixture fixture;
    fixture_init(&fixture);
    t_record_bytes_add_pattern(&fixture.bytes, 3, 1);
    t_record_bytes_add_pattern(&fixture.bytes, LEN, 2);
    t_record_bytes_add_pattern(&fixture.bytes, 4, 3);
    fixture_open(&fixture);
    cr_assert_eq(next(&fixture), TFEED_OK);
    cr_assert_eq(next(&fixture), TFEED_OK);
    cr_assert_eq(fixture.view.len, LEN);
    cr_assert_eq(memcmp(fixture.view.data, fixture.bytes.data + fixture.bytes.offsets[1] + 12, LEN),
                 0);
    cr_assert_eq(next(&fixture), TFEED_OK);
    expect_pattern(&fixture.view, 4, 3);
    cr_assert_eq(next(&fixture), TFEED_OUT_OF_RANGE);
    fixture_clear(&fixture);
}

Test(record_reader, large_record_comes_out_of_a_zlib_stream)
{
    enum { LEN = 5 << 20 };
    struct fixture fixture;
    size_t len;
    fixture_init(&fixture);
    t_record_bytes_add_pattern(&fixture.bytes, LEN, 2);
    uint8_t *zlib = t_deflate(fixture.bytes.data, fixture.bytes.len, 15, &len);
    fixture.options.compression = TFEED_COMPRESSION_AUTO;
    fixture_open_bytes(&fixture, zlib, len);
    cr_assert_eq(next(&fixture), TFEED_OK);
    cr_assert_eq(memcmp(fixture.view.data, fixture.bytes.data + 12, LEN), 0);
    cr_assert_eq(next(&fixture), TFEED_OUT_OF_RANGE);
    cr_assert_eq(tfeed_record_reader_compression(fixture.reader), TFEED_COMPRESSION_ZLIB);
    fixture_clear(&fixture);
    free(zlib);
}

/* Runs. */

Test(record_reader, run_is_bounded_by_the_number_of_views)
{
    struct fixture fixture;
    struct tfeed_record_view views[4];
    size_t n;
    fixture_init(&fixture);
    for (unsigned i = 0; i < 10; i++)
        t_record_bytes_add_pattern(&fixture.bytes, i, i);
    fixture_open(&fixture);
    const size_t expected[] = {4, 4, 2};
    unsigned record = 0;
    for (size_t run = 0; run < 3; run++) {
        cr_assert_eq(tfeed_record_reader_next_run(fixture.reader, views, 4, &n, NULL), TFEED_OK);
        cr_assert_eq(n, expected[run]);
        for (size_t i = 0; i < n; i++, record++)
            expect_pattern(&views[i], record, record);
    }
    cr_assert_eq(tfeed_record_reader_next_run(fixture.reader, views, 4, &n, NULL),
                 TFEED_OUT_OF_RANGE);
    fixture_clear(&fixture);
}

Test(record_reader, run_holds_no_more_than_256_kib_beyond_its_first_record)
{
    struct tfeed_record_view views[16];
    size_t n;
    struct tfeed_memory_files *memory;
    struct fixture fixture;
    fixture_init(&fixture);
    t_record_bytes_add_pattern(&fixture.bytes, 400 << 10, 0);
    for (unsigned i = 1; i < 8; i++)
        t_record_bytes_add_pattern(&fixture.bytes, 100 << 10, i);
    cr_assert_eq(tfeed_memory_files_new(NULL, &memory, NULL), TFEED_OK);
    cr_assert_eq(tfeed_memory_files_put(memory, "f", fixture.bytes.data, fixture.bytes.len, NULL),
                 TFEED_OK);
    fixture.options.file_system = tfeed_memory_files_system(memory); /* mapped: all is there */
    cr_assert_eq(tfeed_record_reader_open("f", &fixture.options, &fixture.reader, NULL), TFEED_OK);
    cr_assert_eq(tfeed_record_reader_next_run(fixture.reader, views, 16, &n, NULL), TFEED_OK);
    cr_assert_eq(n, 3);
    cr_assert_eq(tfeed_record_reader_next_run(fixture.reader, views, 16, &n, NULL), TFEED_OK);
    cr_assert_eq(n, 3);
    cr_assert_eq(tfeed_record_reader_next_run(fixture.reader, views, 16, &n, NULL), TFEED_OK);
    cr_assert_eq(n, 2);
    fixture_clear(&fixture);
    tfeed_memory_files_free(memory);
}

Test(record_reader, run_ends_before_a_fault_which_the_next_call_reports)
{
    struct fixture fixture;
    struct tfeed_record_view views[8];
    size_t n;
    fixture_init(&fixture);
    add_three(&fixture);
    t_record_bytes_flip(&fixture.bytes, fixture.bytes.offsets[2] + 12, 0);
    fixture_open(&fixture);
    cr_assert_eq(tfeed_record_reader_next_run(fixture.reader, views, 8, &n, NULL), TFEED_OK);
    cr_assert_eq(n, 2);
    for (int i = 0; i < 3; i++)
        cr_assert_eq(tfeed_record_reader_next_run(fixture.reader, views, 8, &n, &fixture.error),
                     TFEED_DATA_LOSS);
    expect_fault(&fixture, TFI_RECORD_PAYLOAD_FAULT, 2, fixture.bytes.offsets[2]);
    fixture_clear(&fixture);
}

Test(record_reader, run_without_room_is_refused)
{
    struct fixture fixture;
    size_t n;
    fixture_init(&fixture);
    fixture_open(&fixture);
    cr_assert_eq(tfeed_record_reader_next_run(fixture.reader, &fixture.view, 0, &n, NULL),
                 TFEED_INVALID_ARGUMENT);
    fixture_clear(&fixture);
}

/* What the file system says. */

Test(record_reader, failed_read_is_reported_with_the_record_and_stays)
{
    struct fixture fixture;
    size_t n;
    fixture_init(&fixture);
    add_three(&fixture);
    fixture.files.fail_read_at = fixture.bytes.offsets[1] + 3;
    fixture_open(&fixture);
    const tfeed_status status = read_all(&fixture, &n);
    cr_assert_neq(status, TFEED_OUT_OF_RANGE);
    cr_assert_neq(status, TFEED_DATA_LOSS);
    cr_assert_eq(n, 1);
    cr_assert_eq(fixture.error.sys_errno, 5 /* EIO */);
    cr_assert_eq(fixture.error.record, 1);
    cr_assert_eq(fixture.error.offset, fixture.bytes.offsets[1]);
    cr_assert_eq(next(&fixture), status);
    fixture_clear(&fixture);
}

Test(record_reader, failed_read_is_reported_at_each_byte)
{
    struct fixture fixture;
    size_t n;
    fixture_init(&fixture);
    add_three(&fixture);
    for (size_t at = 1; at < fixture.bytes.len; at++) { /* 0 stands for never here */
        fixture.files.fail_read_at = at;
        fixture_open(&fixture);
        cr_assert_neq(read_all(&fixture, &n), TFEED_OUT_OF_RANGE, "byte %zu", at);
        cr_assert_eq(fixture.error.sys_errno, 5, "byte %zu", at);
        fixture_close(&fixture);
    }
    fixture_clear(&fixture);
}

Test(record_reader, missing_file_is_not_found)
{
    struct tfeed_record_reader *reader = NULL;
    struct tfeed_error error;
    cr_assert_eq(tfeed_record_reader_open("/nowhere/f", NULL, &reader, &error), TFEED_NOT_FOUND);
    cr_assert_null(reader);
    cr_assert_str_eq(error.path, "/nowhere/f");
}

Test(record_reader, closing_null_does_nothing)
{
    tfeed_record_reader_close(NULL);
}

Test(record_reader, errors_need_no_place_to_go)
{
    struct fixture fixture;
    fixture_init(&fixture);
    add_three(&fixture);
    t_record_bytes_flip(&fixture.bytes, 0, 0);
    fixture_open(&fixture);
    cr_assert_eq(tfeed_record_reader_next(fixture.reader, &fixture.view, NULL), TFEED_DATA_LOSS);
    fixture_clear(&fixture);
}

/* Memory. */

static void read_with_failing_allocations(bool is_gzip)
{
    struct t_record_bytes bytes;
    size_t len;
    t_record_bytes_init(&bytes);
    for (unsigned i = 0; i < 12; i++)
        t_record_bytes_add_pattern(&bytes, 50000, i);
    uint8_t *gzip = t_deflate(bytes.data, bytes.len, 31, &len);
    T_FAIL_EACH_ALLOC(allocator, {
        struct t_scripted_files files;
        struct tfeed_record_reader_options options;
        struct tfeed_record_reader *reader = NULL;
        struct tfeed_record_view view;
        struct tfeed_block *kept = NULL; /* makes the next block a new one */
        t_scripted_files_init(&files, is_gzip ? gzip : bytes.data, is_gzip ? len : bytes.len);
        tfeed_record_reader_options_init(&options);
        options.file_system = &files.table;
        options.allocator = allocator;
        tfeed_status status = tfeed_record_reader_open("f", &options, &reader, NULL);
        while (status == TFEED_OK) {
            status = tfeed_record_reader_next(reader, &view, NULL);
            if (status == TFEED_OK && kept == NULL)
                kept = tfeed_block_ref(view.block);
        }
        T_EXPECT_ALLOC_STATUS(status == TFEED_OUT_OF_RANGE ? TFEED_OK : status);
        tfeed_record_reader_close(reader);
        tfeed_block_unref(kept);
    });
    free(gzip);
    t_record_bytes_clear(&bytes);
    cr_assert_not(t_has_leaks());
}

Test(record_reader, each_failing_allocation_is_resource_exhausted)
{
    read_with_failing_allocations(false);
}

Test(record_reader, each_failing_allocation_of_gzip_is_resource_exhausted)
{
    read_with_failing_allocations(true);
}

/* Local files. */

static char *write_temp(struct t_temp_dir *dir, const struct fixture *fixture,
                        char path[T_PATH_BYTES])
{
    t_temp_dir_init(dir);
    t_write_file(t_temp_path(dir, "f", path), fixture->bytes.data, fixture->bytes.len);
    return path;
}

ParameterizedTestParameters(record_reader, local_file_is_mapped_or_read)
{
    static enum tfeed_map maps[] = {TFEED_MAP_AUTO, TFEED_MAP_NEVER};
    return cr_make_param_array(enum tfeed_map, maps, 2);
}

ParameterizedTest(enum tfeed_map *map, record_reader, local_file_is_mapped_or_read)
{
    struct fixture fixture;
    struct t_temp_dir dir;
    char path[T_PATH_BYTES];
    fixture_init(&fixture);
    add_three(&fixture);
    fixture.options.file_system = NULL;
    fixture.options.map = *map;
    cr_assert_eq(tfeed_record_reader_open(write_temp(&dir, &fixture, path), &fixture.options,
                                          &fixture.reader, NULL),
                 TFEED_OK);
    cr_assert_eq(next(&fixture), TFEED_OK);
    struct tfeed_record_view first = fixture.view;
    tfeed_block_ref(first.block);
    cr_assert_eq(next(&fixture), TFEED_OK);
    cr_assert_eq(next(&fixture), TFEED_OK);
    expect_pattern(&fixture.view, 300, 3);
    cr_assert_eq(first.block, fixture.view.block); /* no copy, one block */
    cr_assert_eq(next(&fixture), TFEED_OUT_OF_RANGE);
    fixture_close(&fixture);
    t_temp_dir_clear(&dir);
    expect_pattern(&first, 5, 1); /* the map outlives reader and name */
    tfeed_block_unref(first.block);
    fixture_clear(&fixture);
}

Test(record_reader, file_is_read_through_a_pipe)
{
    struct fixture fixture;
    int ends[2];
    size_t n;
    fixture_init(&fixture);
    add_three(&fixture);
    fixture.options.file_system = NULL;
    cr_assert_eq(pipe(ends), 0);
    cr_assert_eq(write(ends[1], fixture.bytes.data, fixture.bytes.len),
                 (ssize_t)fixture.bytes.len); /* fits into the pipe's buffer */
    close(ends[1]);
    cr_assert_geq(dup2(ends[0], STDIN_FILENO), 0);
    close(ends[0]);
    cr_assert_eq(tfeed_record_reader_open("-", &fixture.options, &fixture.reader, NULL), TFEED_OK);
    cr_assert_eq(read_all(&fixture, &n), TFEED_OUT_OF_RANGE);
    cr_assert_eq(n, 3);
    fixture_clear(&fixture);
}

/* A hole of zero bytes that nobody checks, with records on both sides of the 4 GiB mark. */
Test(record_reader, offsets_go_beyond_four_gib)
{
    const uint64_t hole = (UINT64_C(4) << 30) + 1000;
    struct fixture fixture;
    struct t_temp_dir dir;
    char path[T_PATH_BYTES];
    fixture_init(&fixture);
    t_record_bytes_add_header(&fixture.bytes, hole);
    write_temp(&dir, &fixture, path);
    const off_t behind = (off_t)(12 + hole + 4);
    struct t_record_bytes last;
    t_record_bytes_init(&last);
    t_record_bytes_add_pattern(&last, 77, 9);
    FILE *file = fopen(path, "r+b");
    const bool is_written = file != NULL && fseeko(file, behind, SEEK_SET) == 0 &&
                            fwrite(last.data, 1, last.len, file) == last.len;
    if (file == NULL || fclose(file) != 0 || !is_written) {
        t_temp_dir_clear(&dir);
        cr_skip("the disk takes no sparse file of 4 GiB");
    }
    fixture.options.file_system = NULL;
    fixture.options.skip_checksums = true; /* of 4 GiB of zeros */
    fixture.options.max_record_bytes = UINT64_MAX;
    cr_assert_eq(tfeed_record_reader_open(path, &fixture.options, &fixture.reader, NULL), TFEED_OK);
    cr_assert_eq(next(&fixture), TFEED_OK);
    cr_assert_eq(fixture.view.len, hole);
    cr_assert_eq(next(&fixture), TFEED_OK);
    expect_pattern(&fixture.view, 77, 9);
    cr_assert_eq(fixture.view.offset, (uint64_t)behind);
    cr_assert_eq(next(&fixture), TFEED_OUT_OF_RANGE);
    t_temp_dir_clear(&dir);
    t_record_bytes_clear(&last);
    fixture_clear(&fixture);
}
