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

/* A file of some parts: 20,000 records of 1 KiB. */
static void make_large(struct tfeed_memory_files *files)
{
    static uint8_t payload[1024];
    struct tfeed_record_writer_options options;
    struct tfeed_record_writer *writer;
    tfeed_record_writer_options_init(&options);
    options.file_system = tfeed_memory_files_system(files);
    cr_assert_eq(tfeed_record_writer_open("file", &options, &writer, NULL), TFEED_OK);
    for (int i = 0; i < 20000; i++)
        cr_assert_eq(tfeed_record_writer_write(writer, payload, sizeof payload, NULL), TFEED_OK);
    cr_assert_eq(tfeed_record_writer_close(writer, NULL), TFEED_OK);
    tfeed_record_writer_free(writer);
}

Test(count, any_number_of_threads_counts_the_same)
{
    struct tfeed_memory_files *files;
    struct tfeed_dataset_count_options options;
    struct tfeed_dataset_count_report report;
    struct tfeed_bytes content;
    struct tfeed_error error;
    cr_assert_eq(tfeed_memory_files_new(NULL, &files, NULL), TFEED_OK);
    tfeed_dataset_count_options_init(&options);
    options.file_system = tfeed_memory_files_system(files);
    make_large(files);
    for (options.n_threads = 0; options.n_threads <= 4; options.n_threads++) {
        cr_assert_eq(tfeed_dataset_count("file", &options, &report, NULL), TFEED_OK);
        cr_assert_eq(report.n_records, 20000);
        cr_assert_eq(report.n_bytes, 20000 * 1040);
    }
    cr_assert_eq(tfeed_memory_files_get(files, "file", &content, NULL), TFEED_OK);
    uint8_t *copy = malloc(content.len);
    memcpy(copy, content.data, content.len);
    copy[15000 * 1040 + 3] ^= 1; /* a length */
    cr_assert_eq(tfeed_memory_files_put(files, "file", copy, content.len, NULL), TFEED_OK);
    free(copy);
    tfeed_block_unref(content.block);
    for (options.n_threads = 1; options.n_threads <= 4; options.n_threads++) {
        cr_assert_eq(tfeed_dataset_count("file", &options, &report, &error), TFEED_DATA_LOSS);
        cr_assert_eq(report.n_records, 15000);
        cr_assert_eq(error.record, 15000);
    }
    tfeed_memory_files_free(files);
}
