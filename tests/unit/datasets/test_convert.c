/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_convert.c - names, shards and contents of what a conversion makes, and that a failed one
 * makes nothing.
 */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tfeed/datasets.h>

#include "tests/support/support.h"
#include "tests/unit/datasets/fake_source.h"

static struct tfeed_memory_files *new_files(void)
{
    struct tfeed_memory_files *files;
    cr_assert_eq(tfeed_memory_files_new(NULL, &files, NULL), TFEED_OK);
    return files;
}

static struct tfeed_dataset_convert_options options_for(struct tfeed_memory_files *files)
{
    struct tfeed_dataset_convert_options options;
    tfeed_dataset_convert_options_init(&options);
    options.file_system = tfeed_memory_files_system(files);
    return options;
}

static bool exists(struct tfeed_memory_files *files, const char *name)
{
    struct tfeed_bytes content;
    if (tfeed_memory_files_get(files, name, &content, NULL) != TFEED_OK)
        return false;
    tfeed_block_unref(content.block);
    return true;
}

/* The records of a file are the numbers first, first + 1, … */
static void expect_numbers(struct tfeed_memory_files *files, const char *name, int64_t first, int n)
{
    struct tfeed_record_reader_options options;
    struct tfeed_record_reader *reader;
    struct tfeed_record_view view;
    tfeed_record_reader_options_init(&options);
    options.file_system = tfeed_memory_files_system(files);
    cr_assert_eq(tfeed_record_reader_open(name, &options, &reader, NULL), TFEED_OK, "%s", name);
    for (int i = 0; i < n; i++) {
        struct tfeed_example_walk walk;
        struct tfeed_feature_view feature;
        int64_t value;
        cr_assert_eq(tfeed_record_reader_next(reader, &view, NULL), TFEED_OK, "%s %d", name, i);
        tfeed_example_walk_init(&walk, view.data, view.len);
        cr_assert_eq(tfeed_example_walk_next(&walk, &feature, NULL), TFEED_OK);
        tfeed_feature_int64s(&feature, &value);
        cr_assert_eq(value, first + i);
    }
    cr_assert_eq(tfeed_record_reader_next(reader, &view, NULL), TFEED_OUT_OF_RANGE);
    tfeed_record_reader_close(reader);
}

static tfeed_status convert(const struct tfeed_dataset_convert_options *options,
                            struct tfeed_dataset_write_report *ret_report,
                            struct tfeed_error *reterr)
{
    return tfeed_dataset_convert(&fake_table, "fake", "in", "out", options, ret_report, reterr);
}

Test(convert, each_split_becomes_a_file)
{
    struct tfeed_memory_files *files = new_files();
    const struct tfeed_dataset_convert_options options = options_for(files);
    struct tfeed_dataset_write_report report;
    cr_assert_eq(convert(&options, &report, NULL), TFEED_OK);
    cr_assert_eq(report.n_outputs, 2);
    cr_assert_str_eq(report.outputs[0].path, "out/first.tfrecords");
    cr_assert_str_eq(report.outputs[0].split, "first");
    cr_assert_eq(report.outputs[0].n_records, 10);
    cr_assert(report.outputs[0].appeared && report.outputs[1].appeared);
    cr_assert_eq(report.n_records, 13);
    cr_assert_eq(fake.n_validation, 5000);
    cr_assert_eq(fake.n_open, 0);
    expect_numbers(files, "out/first.tfrecords", 0, 10);
    expect_numbers(files, "out/second.tfrecords", 0, 3);
    tfeed_dataset_write_report_clear(&report);
    tfeed_memory_files_free(files);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(convert, shards_are_contiguous_and_numbered)
{
    struct tfeed_memory_files *files = new_files();
    struct tfeed_dataset_convert_options options = options_for(files);
    struct tfeed_dataset_write_report report;
    options.n_shards = 4;
    cr_assert_eq(convert(&options, &report, NULL), TFEED_OK);
    cr_assert_eq(report.n_outputs, 8);
    expect_numbers(files, "out/first-00000-of-00004.tfrecords", 0, 2);
    expect_numbers(files, "out/first-00001-of-00004.tfrecords", 2, 3);
    expect_numbers(files, "out/first-00002-of-00004.tfrecords", 5, 2);
    expect_numbers(files, "out/first-00003-of-00004.tfrecords", 7, 3);
    expect_numbers(files, "out/second-00000-of-00004.tfrecords", 0, 0);
    expect_numbers(files, "out/second-00003-of-00004.tfrecords", 2, 1);
    tfeed_dataset_write_report_clear(&report);
    tfeed_memory_files_free(files);
}

Test(convert, compressed_outputs_are_read_by_content)
{
    for (int compression = TFEED_COMPRESSION_GZIP; compression <= TFEED_COMPRESSION_ZLIB;
         compression++) {
        struct tfeed_memory_files *files = new_files();
        struct tfeed_dataset_convert_options options = options_for(files);
        struct tfeed_dataset_write_report report;
        options.compression = (enum tfeed_compression)compression;
        cr_assert_eq(convert(&options, &report, NULL), TFEED_OK);
        expect_numbers(files, "out/first.tfrecords", 0, 10);
        tfeed_dataset_write_report_clear(&report);
        tfeed_memory_files_free(files);
    }
}

Test(convert, empty_split_becomes_a_file_without_records)
{
    struct tfeed_memory_files *files = new_files();
    const struct tfeed_dataset_convert_options options = options_for(files);
    struct tfeed_dataset_write_report report;
    fake.splits[1].n_examples = 0;
    cr_assert_eq(convert(&options, &report, NULL), TFEED_OK);
    expect_numbers(files, "out/second.tfrecords", 0, 0);
    tfeed_dataset_write_report_clear(&report);
    tfeed_memory_files_free(files);
}

/* --- requests that are refused -------------------------------------------------------------- */

Test(convert, unknown_kind_is_refused_listing_the_known_ones)
{
    struct tfeed_dataset_write_report report;
    struct tfeed_error error;
    cr_assert_eq(tfeed_dataset_convert(&fake_table, "cifar", "in", "out", NULL, &report, &error),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_str_eq(error.message, "no source kind 'cifar'; there are: fake");
    tfeed_dataset_write_report_clear(&report);
}

Test(convert, number_of_shards_outside_its_range_is_refused)
{
    static const uint32_t wrong[] = {0, 100000};
    for (int i = 0; i < 2; i++) {
        struct tfeed_dataset_convert_options options;
        struct tfeed_dataset_write_report report;
        tfeed_dataset_convert_options_init(&options);
        options.n_shards = wrong[i];
        cr_assert_eq(convert(&options, &report, NULL), TFEED_INVALID_ARGUMENT);
        tfeed_dataset_write_report_clear(&report);
    }
}

Test(convert, compression_auto_is_refused)
{
    struct tfeed_dataset_convert_options options;
    struct tfeed_dataset_write_report report;
    tfeed_dataset_convert_options_init(&options);
    options.compression = TFEED_COMPRESSION_AUTO;
    cr_assert_eq(convert(&options, &report, NULL), TFEED_INVALID_ARGUMENT);
    tfeed_dataset_write_report_clear(&report);
}

Test(convert, empty_name_is_refused_before_anything_is_touched)
{
    static const char *const names[][2] = {{"", "out"}, {"in", ""}};
    for (int i = 0; i < 2; i++) {
        struct tfeed_memory_files *files = new_files();
        const struct tfeed_dataset_convert_options options = options_for(files);
        struct tfeed_dataset_write_report report;
        struct tfeed_error error;
        cr_assert_eq(tfeed_dataset_convert(&fake_table, "fake", names[i][0], names[i][1], &options,
                                           &report, &error),
                     TFEED_INVALID_ARGUMENT);
        cr_assert_not_null(strstr(error.message, "is empty"));
        cr_assert_eq(report.n_outputs, 0);
        tfeed_dataset_write_report_clear(&report);
        tfeed_memory_files_free(files);
    }
}

Test(convert, existing_output_is_kept_unless_overwritten)
{
    struct tfeed_memory_files *files = new_files();
    struct tfeed_dataset_convert_options options = options_for(files);
    struct tfeed_dataset_write_report report;
    struct tfeed_bytes content;
    cr_assert_eq(tfeed_memory_files_put(files, "out/second.tfrecords", "old", 3, NULL), TFEED_OK);
    cr_assert_eq(convert(&options, &report, NULL), TFEED_ALREADY_EXISTS);
    cr_assert_not(exists(files, "out/first.tfrecords"));
    cr_assert_eq(tfeed_memory_files_get(files, "out/second.tfrecords", &content, NULL), TFEED_OK);
    cr_assert_eq(content.len, 3);
    tfeed_block_unref(content.block);
    tfeed_dataset_write_report_clear(&report);
    options.overwrite = true;
    cr_assert_eq(convert(&options, &report, NULL), TFEED_OK);
    expect_numbers(files, "out/second.tfrecords", 0, 3);
    tfeed_dataset_write_report_clear(&report);
    tfeed_memory_files_free(files);
    T_EXPECT_NO_LEAKS(NULL);
}

/* --- failures: nothing appears -------------------------------------------------------------- */

static void expect_nothing(struct tfeed_memory_files *files,
                           struct tfeed_dataset_write_report *report)
{
    for (size_t i = 0; i < report->n_outputs; i++) {
        cr_assert_not(report->outputs[i].appeared);
        cr_assert_not(exists(files, report->outputs[i].path));
        cr_assert_eq(tfeed_memory_files_n_pending(files, report->outputs[i].path), 0);
    }
    tfeed_dataset_write_report_clear(report);
    tfeed_memory_files_free(files);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(convert, failing_source_leaves_no_file)
{
    struct tfeed_memory_files *files = new_files();
    const struct tfeed_dataset_convert_options options = options_for(files);
    struct tfeed_dataset_write_report report;
    struct tfeed_error error;
    fake.fail_at = 12;
    cr_assert_eq(convert(&options, &report, &error), TFEED_DATA_LOSS);
    cr_assert_str_eq(error.message, "as asked");
    cr_assert_eq(report.n_records, 11);
    expect_nothing(files, &report);
}

Test(convert, source_that_gives_more_than_it_said_is_an_internal_error)
{
    struct tfeed_memory_files *files = new_files();
    const struct tfeed_dataset_convert_options options = options_for(files);
    struct tfeed_dataset_write_report report;
    fake.n_said_too_few = 1;
    cr_assert_eq(convert(&options, &report, NULL), TFEED_INTERNAL);
    expect_nothing(files, &report);
}

static bool stop_at_128(void *user_data, uint64_t n_records, uint64_t n_total, uint64_t n_bytes)
{
    *(uint64_t *)user_data = n_total;
    return n_bytes > 0 && n_records < 128;
}

Test(convert, progress_that_says_stop_cancels)
{
    struct tfeed_memory_files *files = new_files();
    struct tfeed_dataset_convert_options options = options_for(files);
    struct tfeed_dataset_write_report report;
    uint64_t n_total = 0;
    fake.splits[0].n_examples = 200;
    options.progress = stop_at_128;
    options.user_data = &n_total;
    cr_assert_eq(convert(&options, &report, NULL), TFEED_CANCELLED);
    cr_assert_eq(report.n_records, 128);
    cr_assert_eq(n_total, 203);
    expect_nothing(files, &report);
}

/* The memory files, but the nth write or commit fails as a full disk does. */
static const struct tfeed_file_system *whole_disk;
static int writes_left = 1000;
static int commits_left = 1000;

static tfeed_status full_write(void *output, const void *data, size_t len,
                               struct tfeed_error *reterr)
{
    return writes_left-- > 0 ? whole_disk->write(output, data, len, reterr)
                             : TFEED_RESOURCE_EXHAUSTED;
}

static tfeed_status full_commit(void *output, struct tfeed_error *reterr)
{
    if (commits_left-- > 0)
        return whole_disk->commit(output, reterr);
    whole_disk->discard(output);
    return TFEED_RESOURCE_EXHAUSTED;
}

static struct tfeed_file_system full_disk(struct tfeed_memory_files *files)
{
    whole_disk = tfeed_memory_files_system(files);
    struct tfeed_file_system full = *whole_disk;
    full.write = full_write;
    full.commit = full_commit;
    return full;
}

Test(convert, full_disk_at_any_write_leaves_no_file)
{
    static const enum tfeed_compression compressions[] = {
        TFEED_COMPRESSION_NONE, TFEED_COMPRESSION_GZIP, TFEED_COMPRESSION_ZLIB};
    for (int i = 0; i < 6; i++) { /* one write a file: both are in the buffers until then */
        struct tfeed_memory_files *files = new_files();
        const struct tfeed_file_system full = full_disk(files);
        struct tfeed_dataset_convert_options options = options_for(files);
        struct tfeed_dataset_write_report report;
        options.file_system = &full;
        options.compression = compressions[i / 2];
        writes_left = i % 2;
        cr_assert_eq(convert(&options, &report, NULL), TFEED_RESOURCE_EXHAUSTED);
        expect_nothing(files, &report);
    }
}

Test(convert, failing_commit_keeps_what_appeared_and_says_so)
{
    struct tfeed_memory_files *files = new_files();
    const struct tfeed_file_system full = full_disk(files);
    struct tfeed_dataset_convert_options options = options_for(files);
    struct tfeed_dataset_write_report report;
    options.file_system = &full;
    commits_left = 1;
    cr_assert_eq(convert(&options, &report, NULL), TFEED_RESOURCE_EXHAUSTED);
    cr_assert(report.outputs[0].appeared);
    cr_assert(exists(files, report.outputs[0].path));
    cr_assert_not(report.outputs[1].appeared);
    cr_assert_not(exists(files, report.outputs[1].path));
    tfeed_dataset_write_report_clear(&report);
    tfeed_memory_files_free(files);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(convert, failed_allocation_leaves_nothing_behind)
{
    struct tfeed_memory_files *files = new_files();
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_dataset_convert_options options = options_for(files);
        struct tfeed_dataset_write_report report;
        options.allocator = allocator;
        options.overwrite = true;
        T_EXPECT_ALLOC_STATUS(convert(&options, &report, NULL));
        cr_assert_eq(fake.n_open, 0);
        tfeed_dataset_write_report_clear(&report);
    });
    tfeed_memory_files_free(files);
}

/* --- the folder ----------------------------------------------------------------------------- */

Test(convert, missing_folder_is_made_and_goes_with_a_failure)
{
    struct t_temp_dir dir;
    struct tfeed_dataset_write_report report;
    char folder[T_PATH_BYTES];
    struct stat status;
    t_temp_dir_init(&dir);
    (void)t_temp_path(&dir, "new", folder);
    fake.fail_at = 3;
    cr_assert_eq(tfeed_dataset_convert(&fake_table, "fake", "in", folder, NULL, &report, NULL),
                 TFEED_DATA_LOSS);
    cr_assert_neq(stat(folder, &status), 0, "nothing is left");
    tfeed_dataset_write_report_clear(&report);
    fake.fail_at = 0;
    cr_assert_eq(tfeed_dataset_convert(&fake_table, "fake", "in", folder, NULL, &report, NULL),
                 TFEED_OK);
    cr_assert_eq(stat(report.outputs[0].path, &status), 0);
    tfeed_dataset_write_report_clear(&report);
    t_temp_dir_clear(&dir);
}

Test(convert, folder_below_a_missing_one_is_not_found)
{
    struct t_temp_dir dir;
    struct tfeed_dataset_write_report report;
    char folder[T_PATH_BYTES];
    t_temp_dir_init(&dir);
    (void)t_temp_path(&dir, "a/b", folder);
    cr_assert_eq(tfeed_dataset_convert(&fake_table, "fake", "in", folder, NULL, &report, NULL),
                 TFEED_NOT_FOUND);
    tfeed_dataset_write_report_clear(&report);
    t_temp_dir_clear(&dir);
}
