/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_count.c - records counted by their lengths.
 */
#include <criterion/criterion.h>

#include <tfeed/datasets.h>

#include "tests/support/support.h"
#include "tests/unit/datasets/record_file.h"

enum { N_RECORDS = 300 };

static tfeed_status count(struct record_file *file, struct tfeed_dataset_count_report *ret_report,
                          struct tfeed_error *reterr)
{
    struct tfeed_dataset_count_options options;
    tfeed_dataset_count_options_init(&options);
    options.file_system = tfeed_memory_files_system(file->files);
    record_file_put(file);
    return tfeed_dataset_count("file", &options, ret_report, reterr);
}

Test(count, records_of_each_compression_are_counted)
{
    for (int compression = TFEED_COMPRESSION_NONE; compression <= TFEED_COMPRESSION_ZLIB;
         compression++) {
        struct record_file file;
        struct tfeed_dataset_count_report report;
        record_file_init(&file, N_RECORDS, (enum tfeed_compression)compression);
        cr_assert_eq(count(&file, &report, NULL), TFEED_OK);
        cr_assert_eq(report.n_records, N_RECORDS);
        cr_assert_eq(report.n_bytes, N_RECORDS * RECORD_FILE_FRAME);
        cr_assert_eq((int)report.compression, compression);
        record_file_clear(&file);
    }
    T_EXPECT_NO_LEAKS(NULL);
}

Test(count, bad_payload_is_not_seen)
{
    struct record_file file;
    struct tfeed_dataset_count_report report;
    record_file_init(&file, N_RECORDS, TFEED_COMPRESSION_NONE);
    file.data[15] ^= 1;
    cr_assert_eq(count(&file, &report, NULL), TFEED_OK);
    cr_assert_eq(report.n_records, N_RECORDS);
    record_file_clear(&file);
}

Test(count, bad_length_is_data_loss_with_the_count_so_far)
{
    struct record_file file;
    struct tfeed_dataset_count_report report;
    struct tfeed_error error;
    record_file_init(&file, N_RECORDS, TFEED_COMPRESSION_NONE);
    file.data[200 * RECORD_FILE_FRAME] ^= 1;
    cr_assert_eq(count(&file, &report, &error), TFEED_DATA_LOSS);
    cr_assert_eq(report.n_records, 200);
    cr_assert_eq(error.record, 200);
    record_file_clear(&file);
}

Test(count, cut_file_is_data_loss_with_the_count_so_far)
{
    struct record_file file;
    struct tfeed_dataset_count_report report;
    record_file_init(&file, N_RECORDS, TFEED_COMPRESSION_NONE);
    file.len--;
    cr_assert_eq(count(&file, &report, NULL), TFEED_DATA_LOSS);
    cr_assert_eq(report.n_records, N_RECORDS - 1);
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

Test(count, progress_that_says_stop_cancels)
{
    struct record_file file;
    struct tfeed_dataset_count_options options;
    struct tfeed_dataset_count_report report;
    record_file_init(&file, N_RECORDS, TFEED_COMPRESSION_NONE);
    record_file_put(&file);
    tfeed_dataset_count_options_init(&options);
    options.file_system = tfeed_memory_files_system(file.files);
    options.progress = stop_at_once;
    cr_assert_eq(tfeed_dataset_count("file", &options, &report, NULL), TFEED_CANCELLED);
    cr_assert_eq(report.n_records, 128);
    record_file_clear(&file);
}

Test(count, failed_allocation_leaves_nothing_behind)
{
    struct record_file file;
    record_file_init(&file, 3, TFEED_COMPRESSION_ZLIB);
    record_file_put(&file);
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_dataset_count_options options;
        struct tfeed_dataset_count_report report;
        tfeed_dataset_count_options_init(&options);
        options.file_system = tfeed_memory_files_system(file.files);
        options.allocator = allocator;
        T_EXPECT_ALLOC_STATUS(tfeed_dataset_count("file", &options, &report, NULL));
    });
    record_file_clear(&file);
}
