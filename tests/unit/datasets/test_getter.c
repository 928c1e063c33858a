/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_getter.c - records by their numbers.
 */
#include <criterion/criterion.h>

#include <tfeed/inspect.h>

#include "tests/support/support.h"
#include "tests/unit/datasets/record_file.h"

static struct tfeed_record_getter *getter_of(struct record_file *file)
{
    struct tfeed_inspect_options options;
    struct tfeed_record_getter *getter;
    tfeed_inspect_options_init(&options);
    options.reader.file_system = tfeed_memory_files_system(file->files);
    record_file_put(file);
    cr_assert_eq(tfeed_record_getter_open("file", &options, &getter, NULL), TFEED_OK);
    return getter;
}

/* Records of record_file hold their number, modulo 256, in every byte. */
static void expect_record(struct tfeed_record_getter *getter, uint64_t record)
{
    struct tfeed_record_view view;
    cr_assert_eq(tfeed_record_getter_get(getter, record, &view, NULL), TFEED_OK);
    cr_assert_eq(view.record, record);
    cr_assert_eq(view.len, RECORD_FILE_PAYLOAD);
    cr_assert_eq(view.data[0], (uint8_t)record);
}

Test(getter, records_in_any_order)
{
    for (int compression = TFEED_COMPRESSION_NONE; compression <= TFEED_COMPRESSION_ZLIB;
         compression++) {
        struct record_file file;
        record_file_init(&file, 2000, (enum tfeed_compression)compression);
        struct tfeed_record_getter *getter = getter_of(&file);
        expect_record(getter, 7);
        expect_record(getter, 8);
        expect_record(getter, 1999);
        expect_record(getter, 0);
        expect_record(getter, 0);
        expect_record(getter, 1500);
        tfeed_record_getter_close(getter);
        record_file_clear(&file);
    }
    T_EXPECT_NO_LEAKS(NULL);
}

Test(getter, number_behind_the_end_is_out_of_range)
{
    struct record_file file;
    struct tfeed_record_view view;
    struct tfeed_error error;
    record_file_init(&file, 5, TFEED_COMPRESSION_NONE);
    struct tfeed_record_getter *getter = getter_of(&file);
    cr_assert_eq(tfeed_record_getter_get(getter, 5, &view, &error), TFEED_OUT_OF_RANGE);
    cr_assert_not_null(strstr(error.message, "5 records"));
    cr_assert_eq(tfeed_record_getter_get(getter, UINT64_MAX, &view, NULL), TFEED_OUT_OF_RANGE);
    expect_record(getter, 4);
    tfeed_record_getter_close(getter);
    record_file_clear(&file);
}

Test(getter, only_the_record_itself_is_checked)
{
    struct record_file file;
    struct tfeed_record_view view;
    struct tfeed_error error;
    record_file_init(&file, 5, TFEED_COMPRESSION_NONE);
    file.data[2 * RECORD_FILE_FRAME + TFEED_RECORD_HEADER_BYTES] ^= 1;
    struct tfeed_record_getter *getter = getter_of(&file);
    expect_record(getter, 4);
    cr_assert_eq(tfeed_record_getter_get(getter, 2, &view, &error), TFEED_DATA_LOSS);
    cr_assert_eq(error.record, 2);
    cr_assert_eq(error.offset, 2 * RECORD_FILE_FRAME);
    expect_record(getter, 3);
    tfeed_record_getter_close(getter);
    record_file_clear(&file);
}

Test(getter, bad_length_on_the_way_is_passed)
{
    struct record_file file;
    struct tfeed_record_view view;
    struct tfeed_error error;
    record_file_init(&file, 5, TFEED_COMPRESSION_NONE);
    file.data[2 * RECORD_FILE_FRAME] ^= 1;
    struct tfeed_record_getter *getter = getter_of(&file);
    expect_record(getter, 4);
    cr_assert_eq(tfeed_record_getter_get(getter, 2, &view, &error), TFEED_DATA_LOSS);
    cr_assert_eq(error.record, 2);
    expect_record(getter, 3);
    expect_record(getter, 1);
    tfeed_record_getter_close(getter);
    record_file_clear(&file);
}

Test(getter, damage_on_the_way_that_leaves_a_doubt_is_data_loss)
{
    struct record_file file;
    struct tfeed_record_view view;
    struct tfeed_error error;
    record_file_init(&file, 5, TFEED_COMPRESSION_NONE);
    file.data[2 * RECORD_FILE_FRAME] ^= 1;
    file.data[2 * RECORD_FILE_FRAME + TFEED_RECORD_HEADER_BYTES] ^= 1;
    struct tfeed_record_getter *getter = getter_of(&file);
    cr_assert_eq(tfeed_record_getter_get(getter, 4, &view, &error), TFEED_DATA_LOSS);
    cr_assert_eq(error.record, 2);
    expect_record(getter, 1);
    tfeed_record_getter_close(getter);
    record_file_clear(&file);
}

static void make_index(struct record_file *file)
{
    struct tfeed_dataset_index_options options;
    struct tfeed_dataset_index_report report;
    tfeed_dataset_index_options_init(&options);
    options.file_system = tfeed_memory_files_system(file->files);
    record_file_put(file);
    cr_assert_eq(tfeed_dataset_index("file", &options, &report, NULL), TFEED_OK);
}

Test(getter, index_leads_around_bad_lengths)
{
    struct record_file file;
    record_file_init(&file, 2000, TFEED_COMPRESSION_NONE);
    make_index(&file);
    file.data[777 * RECORD_FILE_FRAME] ^= 1;
    struct tfeed_record_getter *getter = getter_of(&file);
    cr_assert_null(tfeed_record_getter_index_error(getter));
    expect_record(getter, 1500);
    expect_record(getter, 776);
    tfeed_record_getter_close(getter);
    record_file_clear(&file);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(getter, number_behind_the_end_of_the_index_is_out_of_range)
{
    struct record_file file;
    struct tfeed_record_view view;
    struct tfeed_error error;
    record_file_init(&file, 5, TFEED_COMPRESSION_NONE);
    make_index(&file);
    struct tfeed_record_getter *getter = getter_of(&file);
    cr_assert_eq(tfeed_record_getter_get(getter, 5, &view, &error), TFEED_OUT_OF_RANGE);
    cr_assert_not_null(strstr(error.message, "5 records"));
    tfeed_record_getter_close(getter);
    record_file_clear(&file);
}

Test(getter, stale_index_is_left_aside)
{
    struct record_file file;
    record_file_init(&file, 5, TFEED_COMPRESSION_NONE);
    make_index(&file);
    file.len -= RECORD_FILE_FRAME;
    struct tfeed_record_getter *getter = getter_of(&file);
    cr_assert_not_null(tfeed_record_getter_index_error(getter));
    expect_record(getter, 3);
    tfeed_record_getter_close(getter);
    record_file_clear(&file);
}

Test(getter, missing_file_is_not_found)
{
    struct tfeed_record_getter *getter;
    cr_assert_eq(tfeed_record_getter_open("/nowhere/file", NULL, &getter, NULL), TFEED_NOT_FOUND);
}

static bool stop_at_once(void *user_data, uint64_t n_records, uint64_t n_total, uint64_t n_bytes)
{
    (void)user_data;
    (void)n_records;
    (void)n_total;
    (void)n_bytes;
    return false;
}

Test(getter, progress_that_says_stop_cancels)
{
    struct record_file file;
    struct tfeed_inspect_options options;
    struct tfeed_record_getter *getter;
    struct tfeed_record_view view;
    record_file_init(&file, 2000, TFEED_COMPRESSION_NONE);
    record_file_put(&file);
    tfeed_inspect_options_init(&options);
    options.reader.file_system = tfeed_memory_files_system(file.files);
    options.progress = stop_at_once;
    cr_assert_eq(tfeed_record_getter_open("file", &options, &getter, NULL), TFEED_OK);
    cr_assert_eq(tfeed_record_getter_get(getter, 1999, &view, NULL), TFEED_CANCELLED);
    tfeed_record_getter_close(getter);
    record_file_clear(&file);
}

Test(getter, failed_allocation_leaves_nothing_behind)
{
    struct record_file file;
    record_file_init(&file, 3, TFEED_COMPRESSION_ZLIB);
    record_file_put(&file);
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_inspect_options options;
        struct tfeed_record_getter *getter = NULL;
        struct tfeed_record_view view;
        tfeed_inspect_options_init(&options);
        options.reader.file_system = tfeed_memory_files_system(file.files);
        options.reader.allocator = allocator;
        tfeed_status status = tfeed_record_getter_open("file", &options, &getter, NULL);
        if (status == TFEED_OK)
            status = tfeed_record_getter_get(getter, 2, &view, NULL);
        if (status == TFEED_OK)
            status = tfeed_record_getter_get(getter, 0, &view, NULL);
        T_EXPECT_ALLOC_STATUS(status);
        tfeed_record_getter_close(getter);
    });
    record_file_clear(&file);
}
