/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_dataset_index.c - making the index of a file, and records by the value of a feature.
 */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include <tfeed/datasets.h>
#include <tfeed/features.h>

#include "tests/support/support.h"
#include "tests/unit/datasets/record_file.h"

enum { N_RECORDS = 6 };

static struct tfeed_dataset_index_options options_for(const struct tfeed_memory_files *files)
{
    struct tfeed_dataset_index_options options;
    tfeed_dataset_index_options_init(&options);
    options.file_system = tfeed_memory_files_system(files);
    return options;
}

static struct tfeed_index *open_index(const struct tfeed_memory_files *files)
{
    struct tfeed_index_options options;
    struct tfeed_index *index;
    struct tfeed_error error;
    tfeed_index_options_init(&options);
    options.file_system = tfeed_memory_files_system(files);
    cr_assert_eq(tfeed_index_open("file", &options, &index, &error), TFEED_OK, "%s", error.message);
    return index;
}

/* --- any records ----------------------------------------------------------------------------- */

Test(dataset_index, index_of_each_compression_has_all_records)
{
    for (int compression = TFEED_COMPRESSION_NONE; compression <= TFEED_COMPRESSION_ZLIB;
         compression++) {
        struct record_file file;
        struct tfeed_dataset_index_report report;
        record_file_init(&file, N_RECORDS, (enum tfeed_compression)compression);
        record_file_put(&file);
        const struct tfeed_dataset_index_options options = options_for(file.files);
        cr_assert_eq(tfeed_dataset_index("file", &options, &report, NULL), TFEED_OK);
        cr_assert_eq(report.n_records, N_RECORDS);
        cr_assert_eq(report.n_bytes, N_RECORDS * RECORD_FILE_FRAME);
        cr_assert_eq((int)report.compression, compression);
        cr_assert_eq(report.n_keys + report.n_without_key, 0);
        struct tfeed_index *index = open_index(file.files);
        cr_assert_eq(tfeed_index_count(index), N_RECORDS);
        tfeed_index_close(index);
        record_file_clear(&file);
    }
    T_EXPECT_NO_LEAKS(NULL);
}

Test(dataset_index, existing_index_stays_unless_it_may_be_replaced)
{
    struct record_file file;
    struct tfeed_dataset_index_report report;
    record_file_init(&file, N_RECORDS, TFEED_COMPRESSION_NONE);
    record_file_put(&file);
    struct tfeed_dataset_index_options options = options_for(file.files);
    cr_assert_eq(tfeed_dataset_index("file", &options, &report, NULL), TFEED_OK);
    cr_assert_eq(tfeed_dataset_index("file", &options, &report, NULL), TFEED_ALREADY_EXISTS);
    options.overwrite = true;
    cr_assert_eq(tfeed_dataset_index("file", &options, &report, NULL), TFEED_OK);
    record_file_clear(&file);
}

Test(dataset_index, file_is_not_replaced_by_its_index)
{
    struct record_file file;
    struct tfeed_dataset_index_report report;
    struct tfeed_bytes content;
    record_file_init(&file, N_RECORDS, TFEED_COMPRESSION_NONE);
    record_file_put(&file);
    struct tfeed_dataset_index_options options = options_for(file.files);
    options.index_path = "file";
    options.overwrite = true;
    cr_assert_eq(tfeed_dataset_index("file", &options, &report, NULL), TFEED_INVALID_ARGUMENT);
    cr_assert_eq(tfeed_memory_files_get(file.files, "file", &content, NULL), TFEED_OK);
    cr_assert_eq(content.len, file.len);
    tfeed_block_unref(content.block);
    record_file_clear(&file);
}

Test(dataset_index, index_goes_where_the_options_say)
{
    struct record_file file;
    struct tfeed_dataset_index_report report;
    struct tfeed_bytes content;
    record_file_init(&file, N_RECORDS, TFEED_COMPRESSION_NONE);
    record_file_put(&file);
    struct tfeed_dataset_index_options options = options_for(file.files);
    options.index_dir = "there";
    cr_assert_eq(tfeed_dataset_index("file", &options, &report, NULL), TFEED_OK);
    cr_assert_eq(tfeed_memory_files_get(file.files, "there/file.tfidx", &content, NULL), TFEED_OK);
    tfeed_block_unref(content.block);
    options.index_path = "text";
    options.form = TFEED_INDEX_TEXT;
    cr_assert_eq(tfeed_dataset_index("file", &options, &report, NULL), TFEED_OK);
    cr_assert_eq(tfeed_memory_files_get(file.files, "text", &content, NULL), TFEED_OK);
    cr_assert_eq(memcmp(content.data, "0 26\n26 26\n", 11), 0);
    tfeed_block_unref(content.block);
    record_file_clear(&file);
}

Test(dataset_index, bad_payload_is_an_error_only_when_payloads_are_verified)
{
    struct record_file file;
    struct tfeed_dataset_index_report report;
    struct tfeed_error error;
    record_file_init(&file, N_RECORDS, TFEED_COMPRESSION_NONE);
    file.data[3 * RECORD_FILE_FRAME + 14] ^= 1;
    record_file_put(&file);
    struct tfeed_dataset_index_options options = options_for(file.files);
    options.verify = true;
    cr_assert_eq(tfeed_dataset_index("file", &options, &report, &error), TFEED_DATA_LOSS);
    cr_assert_eq(error.record, 3);
    cr_assert_eq(report.n_records, 3);
    options.verify = false;
    cr_assert_eq(tfeed_dataset_index("file", &options, &report, NULL), TFEED_OK);
    record_file_clear(&file);
}

Test(dataset_index, file_that_is_not_whole_gets_no_index)
{
    struct record_file file;
    struct tfeed_dataset_index_report report;
    struct tfeed_bytes content;
    record_file_init(&file, N_RECORDS, TFEED_COMPRESSION_NONE);
    file.len -= 3;
    record_file_put(&file);
    const struct tfeed_dataset_index_options options = options_for(file.files);
    cr_assert_eq(tfeed_dataset_index("file", &options, &report, NULL), TFEED_DATA_LOSS);
    cr_assert_eq(report.n_records, N_RECORDS - 1);
    cr_assert_eq(tfeed_memory_files_get(file.files, "file.tfidx", &content, NULL), TFEED_NOT_FOUND);
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

Test(dataset_index, progress_stops_it_and_no_index_appears)
{
    struct record_file file;
    struct tfeed_dataset_index_report report;
    struct tfeed_bytes content;
    record_file_init(&file, N_RECORDS, TFEED_COMPRESSION_NONE);
    record_file_put(&file);
    struct tfeed_dataset_index_options options = options_for(file.files);
    options.progress = stop_at_once;
    cr_assert_eq(tfeed_dataset_index("file", &options, &report, NULL), TFEED_CANCELLED);
    cr_assert_eq(tfeed_memory_files_get(file.files, "file.tfidx", &content, NULL), TFEED_NOT_FOUND);
    record_file_clear(&file);
}

Test(dataset_index, standard_input_has_no_index)
{
    struct tfeed_dataset_index_report report;
    cr_assert_eq(tfeed_dataset_index("-", NULL, &report, NULL), TFEED_FAILED_PRECONDITION);
}

/* --- by key ---------------------------------------------------------------------------------- */

/* Files of Examples, a record at a time. */
struct example_file {
    struct tfeed_memory_files *files;
    struct tfeed_record_writer *writer;
    struct tfeed_example_builder *builder;
};

static void begin(struct example_file *file)
{
    struct tfeed_record_writer_options options;
    tfeed_record_writer_options_init(&options);
    cr_assert_eq(tfeed_memory_files_new(NULL, &file->files, NULL), TFEED_OK);
    options.file_system = tfeed_memory_files_system(file->files);
    cr_assert_eq(tfeed_record_writer_open("file", &options, &file->writer, NULL), TFEED_OK);
    cr_assert_eq(tfeed_example_builder_new(NULL, &file->builder, NULL), TFEED_OK);
}

static void add_built(struct example_file *file)
{
    const uint8_t *data;
    size_t len;
    cr_assert_eq(tfeed_example_builder_finish(file->builder, &data, &len, NULL), TFEED_OK);
    cr_assert_eq(tfeed_record_writer_write(file->writer, data, len, NULL), TFEED_OK);
    tfeed_example_builder_clear(file->builder);
}

/* A record with so many of these strings under "key"; n 0: without the feature. */
static void add_strings(struct example_file *file, const char *const *texts, size_t n)
{
    struct tfeed_bytes values[4];
    const int64_t other = 1;
    for (size_t i = 0; i < n; i++)
        values[i] = (struct tfeed_bytes){(const uint8_t *)texts[i], strlen(texts[i]), NULL};
    cr_assert_eq(tfeed_example_builder_add_int64(file->builder, "a", &other, 1, NULL), TFEED_OK);
    if (n > 0)
        cr_assert_eq(tfeed_example_builder_add_bytes(file->builder, "key", values, n, NULL),
                     TFEED_OK);
    add_built(file);
}

static void add_string(struct example_file *file, const char *text)
{
    add_strings(file, &text, 1);
}

static void add_number(struct example_file *file, int64_t number)
{
    cr_assert_eq(tfeed_example_builder_add_int64(file->builder, "key", &number, 1, NULL), TFEED_OK);
    add_built(file);
}

static void end(struct example_file *file)
{
    cr_assert_eq(tfeed_record_writer_close(file->writer, NULL), TFEED_OK);
    tfeed_record_writer_free(file->writer);
    tfeed_example_builder_free(file->builder);
}

static struct tfeed_dataset_index_report make_keyed(struct example_file *file)
{
    struct tfeed_dataset_index_options options = options_for(file->files);
    struct tfeed_dataset_index_report report;
    struct tfeed_error error;
    options.key_feature = "key";
    cr_assert_eq(tfeed_dataset_index("file", &options, &report, &error), TFEED_OK, "%s",
                 error.message);
    return report;
}

/* The records that have a key: expected[n], then no more. */
static void expect_found(struct tfeed_index *index, const char *key, const uint64_t *expected,
                         size_t n)
{
    struct tfeed_record_view view;
    struct tfeed_error error;
    uint64_t from = 0;
    for (size_t i = 0; i < n; i++) {
        cr_assert_eq(tfeed_index_read_key(index, key, strlen(key), from, &view, &error), TFEED_OK,
                     "%s: %s", key, error.message);
        cr_assert_eq(view.record, expected[i], "%s", key);
        from = view.record + 1;
    }
    cr_assert_eq(tfeed_index_read_key(index, key, strlen(key), from, &view, &error),
                 TFEED_NOT_FOUND, "%s", key);
}

Test(dataset_index, records_are_found_by_string_and_by_number)
{
    static const char *const two[] = {"apple", "pear"};
    struct example_file file;
    begin(&file);
    add_string(&file, "apple"); /* 0 */
    add_string(&file, "");
    add_number(&file, 12); /* 2 */
    add_string(&file, "12");
    add_number(&file, INT64_MIN); /* 4 */
    add_strings(&file, two, 2);
    add_strings(&file, NULL, 0); /* 6 */
    add_number(&file, 0);
    add_string(&file, "apple"); /* 8 */
    add_number(&file, INT64_MAX);
    add_number(&file, 12); /* 10 */
    end(&file);
    const struct tfeed_dataset_index_report report = make_keyed(&file);
    cr_assert_eq(report.n_records, 11);
    cr_assert_eq(report.n_keys, 9);
    cr_assert_eq(report.n_without_key, 2);
    struct tfeed_index *index = open_index(file.files);
    cr_assert_str_eq(tfeed_index_info_get(index)->key_feature, "key");
    expect_found(index, "apple", (const uint64_t[]){0, 8}, 2);
    expect_found(index, "", (const uint64_t[]){1}, 1);
    expect_found(index, "12", (const uint64_t[]){2, 3, 10}, 3);
    expect_found(index, "-9223372036854775808", (const uint64_t[]){4}, 1);
    expect_found(index, "9223372036854775807", (const uint64_t[]){9}, 1);
    expect_found(index, "0", (const uint64_t[]){7}, 1);
    expect_found(index, "pear", NULL, 0);
    expect_found(index, "012", NULL, 0);
    expect_found(index, "-0", NULL, 0);
    expect_found(index, "9223372036854775808", NULL, 0);
    expect_found(index, "99999999999999999999", NULL, 0);
    expect_found(index, "-", NULL, 0);
    tfeed_index_close(index);
    tfeed_memory_files_free(file.files);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(dataset_index, each_of_many_keys_is_found)
{
    enum { N = 3000 };
    struct example_file file;
    begin(&file);
    for (int i = 0; i < N; i++) {
        char text[16];
        (void)snprintf(text, sizeof text, "key-%d", i * 7 % N);
        add_string(&file, text);
    }
    end(&file);
    cr_assert_eq(make_keyed(&file).n_keys, N);
    struct tfeed_index *index = open_index(file.files);
    for (uint64_t i = 0; i < N; i += 11) {
        char text[16];
        (void)snprintf(text, sizeof text, "key-%d", (int)(i * 7 % N));
        expect_found(index, text, &i, 1);
    }
    expect_found(index, "key-3000", NULL, 0);
    tfeed_index_close(index);
    tfeed_memory_files_free(file.files);
}

Test(dataset_index, record_that_is_no_example_ends_an_index_with_a_key)
{
    struct record_file file;
    struct tfeed_dataset_index_report report;
    struct tfeed_error error;
    record_file_init(&file, N_RECORDS, TFEED_COMPRESSION_NONE);
    record_file_put(&file);
    struct tfeed_dataset_index_options options = options_for(file.files);
    options.key_feature = "key";
    cr_assert_eq(tfeed_dataset_index("file", &options, &report, &error), TFEED_INVALID_ARGUMENT);
    cr_assert_str_eq(error.path, "file");
    options.form = TFEED_INDEX_TEXT;
    cr_assert_eq(tfeed_dataset_index("file", &options, &report, &error), TFEED_INVALID_ARGUMENT);
    options.form = TFEED_INDEX_PACKED;
    options.key_feature = "";
    cr_assert_eq(tfeed_dataset_index("file", &options, &report, &error), TFEED_INVALID_ARGUMENT);
    record_file_clear(&file);
}

Test(dataset_index, index_without_a_key_finds_none_and_says_why)
{
    struct record_file file;
    struct tfeed_dataset_index_report report;
    struct tfeed_record_view view;
    record_file_init(&file, N_RECORDS, TFEED_COMPRESSION_NONE);
    record_file_put(&file);
    const struct tfeed_dataset_index_options options = options_for(file.files);
    cr_assert_eq(tfeed_dataset_index("file", &options, &report, NULL), TFEED_OK);
    struct tfeed_index *index = open_index(file.files);
    cr_assert_eq(tfeed_index_read_key(index, "a", 1, 0, &view, NULL), TFEED_FAILED_PRECONDITION);
    tfeed_index_close(index);
    record_file_clear(&file);
}

Test(dataset_index, allocation_that_fails_is_reported_and_leaves_nothing)
{
    struct example_file file;
    begin(&file);
    for (int i = 0; i < 2000; i++)
        add_number(&file, i);
    end(&file);
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_dataset_index_options options = options_for(file.files);
        struct tfeed_dataset_index_report report;
        options.allocator = allocator;
        options.key_feature = "key";
        options.overwrite = true;
        T_EXPECT_ALLOC_STATUS(tfeed_dataset_index("file", &options, &report, NULL));
    });
    tfeed_memory_files_free(file.files);
}
