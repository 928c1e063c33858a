/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_repair.c - everything good of a damaged file is in the new one, and nothing else.
 */
#include <criterion/criterion.h>

#include <string.h>

#include <tfeed/datasets.h>

#include "tests/support/support.h"
#include "tests/unit/datasets/record_file.h"

enum { N_RECORDS = 6 };

static struct tfeed_dataset_repair_options options_for(const struct record_file *file)
{
    struct tfeed_dataset_repair_options options;
    tfeed_dataset_repair_options_init(&options);
    options.read.file_system = tfeed_memory_files_system(file->files);
    return options;
}

static tfeed_status repair(struct record_file *file,
                           const struct tfeed_dataset_repair_options *options,
                           struct tfeed_dataset_verify_report *ret_report,
                           struct tfeed_error *reterr)
{
    record_file_put(file);
    return tfeed_dataset_repair("file", "good", options, ret_report, reterr);
}

static bool is_there(const struct record_file *file)
{
    struct tfeed_bytes content;
    if (tfeed_memory_files_get(file->files, "good", &content, NULL) != TFEED_OK)
        return false;
    tfeed_block_unref(content.block);
    return true;
}

/* Reads what was made: the values that the records are filled with, in order. */
static size_t read_good(const struct record_file *file, enum tfeed_compression compression,
                        uint8_t *values, size_t max)
{
    struct tfeed_record_reader_options options;
    struct tfeed_record_reader *reader;
    struct tfeed_record_view view;
    size_t n = 0;
    tfeed_record_reader_options_init(&options);
    options.compression = compression;
    options.file_system = tfeed_memory_files_system(file->files);
    cr_assert_eq(tfeed_record_reader_open("good", &options, &reader, NULL), TFEED_OK);
    tfeed_status status;
    while ((status = tfeed_record_reader_next(reader, &view, NULL)) == TFEED_OK && n < max) {
        cr_assert_eq(view.len, RECORD_FILE_PAYLOAD);
        values[n++] = view.data[0];
    }
    cr_assert_eq(status, TFEED_OUT_OF_RANGE);
    tfeed_record_reader_close(reader);
    return n;
}

Test(repair, all_but_the_damaged_records_are_written)
{
    struct record_file file;
    struct tfeed_dataset_verify_report report;
    uint8_t values[N_RECORDS];
    record_file_init(&file, N_RECORDS, TFEED_COMPRESSION_NONE);
    file.data[RECORD_FILE_FRAME] ^= 1;          /* a length */
    file.data[3 * RECORD_FILE_FRAME + 15] ^= 1; /* a payload */
    file.len -= 1;
    const struct tfeed_dataset_repair_options options = options_for(&file);
    cr_assert_eq(repair(&file, &options, &report, NULL), TFEED_OK);
    cr_assert_eq(report.n_records, 3);
    cr_assert_eq(report.n_errors, 3);
    cr_assert_eq(report.n_lost_bytes, 3 * RECORD_FILE_FRAME - 1);
    cr_assert_eq(read_good(&file, TFEED_COMPRESSION_NONE, values, N_RECORDS), 3);
    cr_assert_arr_eq(values, ((uint8_t[]){0, 2, 4}), 3);
    tfeed_dataset_verify_report_clear(&report);
    record_file_clear(&file);
}

Test(repair, file_without_damage_is_copied_byte_for_byte)
{
    for (int compression = TFEED_COMPRESSION_NONE; compression <= TFEED_COMPRESSION_ZLIB;
         compression++) {
        struct record_file file;
        struct tfeed_dataset_verify_report report;
        struct tfeed_bytes content;
        record_file_init(&file, N_RECORDS, (enum tfeed_compression)compression);
        const struct tfeed_dataset_repair_options options = options_for(&file);
        cr_assert_eq(repair(&file, &options, &report, NULL), TFEED_OK);
        cr_assert(report.is_ok);
        cr_assert_eq(tfeed_memory_files_get(file.files, "good", &content, NULL), TFEED_OK);
        cr_assert_eq(content.len, file.len);
        cr_assert_arr_eq(content.data, file.data, file.len);
        tfeed_block_unref(content.block);
        tfeed_dataset_verify_report_clear(&report);
        record_file_clear(&file);
    }
}

Test(repair, cut_gzip_file_becomes_a_whole_one)
{
    struct record_file file;
    struct tfeed_dataset_verify_report report;
    uint8_t values[1000];
    record_file_init(&file, 1000, TFEED_COMPRESSION_GZIP);
    file.len -= file.len / 3;
    const struct tfeed_dataset_repair_options options = options_for(&file);
    cr_assert_eq(repair(&file, &options, &report, NULL), TFEED_OK);
    cr_assert_gt(report.n_records, 0);
    cr_assert_lt(report.n_records, 1000);
    cr_assert_eq(report.compression, TFEED_COMPRESSION_GZIP);
    cr_assert_eq(read_good(&file, TFEED_COMPRESSION_GZIP, values, 1000), report.n_records);
    tfeed_dataset_verify_report_clear(&report);
    record_file_clear(&file);
}

Test(repair, compression_of_the_output_can_be_another)
{
    struct record_file file;
    struct tfeed_dataset_verify_report report;
    uint8_t values[N_RECORDS];
    record_file_init(&file, N_RECORDS, TFEED_COMPRESSION_GZIP);
    struct tfeed_dataset_repair_options options = options_for(&file);
    options.compression = TFEED_COMPRESSION_ZLIB;
    cr_assert_eq(repair(&file, &options, &report, NULL), TFEED_OK);
    cr_assert_eq(read_good(&file, TFEED_COMPRESSION_ZLIB, values, N_RECORDS), N_RECORDS);
    tfeed_dataset_verify_report_clear(&report);
    record_file_clear(&file);
}

Test(repair, empty_file_becomes_an_empty_file)
{
    struct record_file file;
    struct tfeed_dataset_verify_report report;
    record_file_init(&file, 0, TFEED_COMPRESSION_NONE);
    const struct tfeed_dataset_repair_options options = options_for(&file);
    cr_assert_eq(repair(&file, &options, &report, NULL), TFEED_OK);
    cr_assert(report.is_ok);
    cr_assert(is_there(&file));
    tfeed_dataset_verify_report_clear(&report);
    record_file_clear(&file);
}

Test(repair, nothing_appears_where_nothing_is_good)
{
    struct record_file file;
    struct tfeed_dataset_verify_report report;
    struct tfeed_error error;
    record_file_init(&file, 1, TFEED_COMPRESSION_NONE);
    file.data[2] ^= 1;
    const struct tfeed_dataset_repair_options options = options_for(&file);
    cr_assert_eq(repair(&file, &options, &report, &error), TFEED_DATA_LOSS);
    cr_assert_not_null(strstr(error.message, "not one good record"));
    cr_assert_eq(report.n_errors, 1);
    cr_assert_not(is_there(&file));
    tfeed_dataset_verify_report_clear(&report);
    record_file_clear(&file);
}

Test(repair, existing_output_is_replaced_only_when_told)
{
    struct record_file file;
    struct tfeed_dataset_verify_report report;
    uint8_t values[N_RECORDS];
    record_file_init(&file, N_RECORDS, TFEED_COMPRESSION_NONE);
    struct tfeed_dataset_repair_options options = options_for(&file);
    cr_assert_eq(tfeed_memory_files_put(file.files, "good", "x", 1, NULL), TFEED_OK);
    cr_assert_eq(repair(&file, &options, &report, NULL), TFEED_ALREADY_EXISTS);
    tfeed_dataset_verify_report_clear(&report);
    options.overwrite = true;
    cr_assert_eq(repair(&file, &options, &report, NULL), TFEED_OK);
    cr_assert_eq(read_good(&file, TFEED_COMPRESSION_NONE, values, N_RECORDS), N_RECORDS);
    tfeed_dataset_verify_report_clear(&report);
    record_file_clear(&file);
}

Test(repair, output_may_take_the_place_of_the_input)
{
    struct record_file file;
    struct tfeed_dataset_verify_report report;
    record_file_init(&file, N_RECORDS, TFEED_COMPRESSION_NONE);
    file.data[15] ^= 1;
    record_file_put(&file);
    struct tfeed_dataset_repair_options options = options_for(&file);
    options.overwrite = true;
    cr_assert_eq(tfeed_dataset_repair("file", "file", &options, &report, NULL), TFEED_OK);
    tfeed_dataset_verify_report_clear(&report);
    cr_assert_eq(tfeed_dataset_verify("file", &options.read, &report, NULL), TFEED_OK);
    cr_assert(report.is_ok);
    cr_assert_eq(report.n_records, N_RECORDS - 1);
    tfeed_dataset_verify_report_clear(&report);
    record_file_clear(&file);
}

Test(repair, missing_input_and_empty_names_make_nothing)
{
    struct record_file file;
    struct tfeed_dataset_verify_report report;
    record_file_init(&file, 1, TFEED_COMPRESSION_NONE);
    const struct tfeed_dataset_repair_options options = options_for(&file);
    cr_assert_eq(tfeed_dataset_repair("nothing", "good", &options, &report, NULL), TFEED_NOT_FOUND);
    cr_assert_eq(tfeed_dataset_repair("", "good", &options, &report, NULL), TFEED_INVALID_ARGUMENT);
    cr_assert_eq(tfeed_dataset_repair("file", "", &options, &report, NULL), TFEED_INVALID_ARGUMENT);
    cr_assert_not(is_there(&file));
    record_file_clear(&file);
}

static bool stop_at_once(void *user_data, uint64_t n_records, uint64_t n_total, uint64_t n_bytes)
{
    (void)user_data;
    (void)n_records;
    (void)n_total;
    (void)n_bytes;
    return false;
}

Test(repair, progress_that_says_stop_leaves_nothing)
{
    struct record_file file;
    struct tfeed_dataset_verify_report report;
    record_file_init(&file, 1000, TFEED_COMPRESSION_NONE);
    struct tfeed_dataset_repair_options options = options_for(&file);
    options.read.progress = stop_at_once;
    cr_assert_eq(repair(&file, &options, &report, NULL), TFEED_CANCELLED);
    cr_assert_not(is_there(&file));
    tfeed_dataset_verify_report_clear(&report);
    record_file_clear(&file);
}

Test(repair, failed_allocation_leaves_nothing_behind)
{
    struct record_file file;
    record_file_init(&file, N_RECORDS, TFEED_COMPRESSION_GZIP);
    file.len -= 4;
    record_file_put(&file);
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_dataset_repair_options options = options_for(&file);
        struct tfeed_dataset_verify_report report;
        options.read.allocator = allocator;
        options.overwrite = true;
        T_EXPECT_ALLOC_STATUS(tfeed_dataset_repair("file", "good", &options, &report, NULL));
        tfeed_dataset_verify_report_clear(&report);
    });
    record_file_clear(&file);
    T_EXPECT_NO_LEAKS(NULL);
}
