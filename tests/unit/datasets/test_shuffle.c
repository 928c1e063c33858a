/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_shuffle.c - the order that a shuffle gives: the loader's, whatever way the records take; and
 * that damage, stops and failures leave nothing.
 */
#include <criterion/criterion.h>

#include <dirent.h>
#include <string.h>

#include <tfeed/datasets.h>
#include <tfeed/loader.h>

#include "tests/support/support.h"
#include "tests/unit/datasets/numbered_files.h"

enum { N_RECORDS = 500, SEED = 11 };

static struct t_temp_dir folder;
static struct tfeed_dataset_shuffle_options options;
static struct tfeed_dataset_write_report report;
static char in_a[T_PATH_BYTES];
static char in_b[T_PATH_BYTES];
static char out[T_PATH_BYTES];
static const char *const both[] = {in_a, in_b};
static char text[NUMBERED_TEXT_BYTES];
static char expected[NUMBERED_TEXT_BYTES];

static void set_up(void)
{
    t_temp_dir_init(&folder);
    t_temp_path(&folder, "a", in_a);
    t_temp_path(&folder, "b", in_b);
    t_temp_path(&folder, "out", out);
    numbered_put(NULL, in_a, 0, 200, TFEED_COMPRESSION_NONE);
    numbered_put(NULL, in_b, 200, N_RECORDS, TFEED_COMPRESSION_NONE);
    tfeed_dataset_shuffle_options_init(&options);
    options.seed = SEED;
    options.write.n_threads = 1;
    options.write.overwrite = true;
}

static void tear_down(void)
{
    tfeed_dataset_write_report_clear(&report);
    t_temp_dir_clear(&folder);
}

TestSuite(shuffle, .init = set_up, .fini = tear_down);

static tfeed_status shuffle(struct tfeed_error *reterr)
{
    tfeed_dataset_write_report_clear(&report);
    return tfeed_dataset_shuffle(both, 2, out, &options, &report, reterr);
}

/* What the usual way gives, in `expected`. */
static void shuffle_plainly(void)
{
    cr_assert_eq(shuffle(NULL), TFEED_OK);
    memcpy(expected, numbered_get(NULL, out, text), sizeof expected);
}

static void expect_the_same(void)
{
    cr_assert_eq(shuffle(NULL), TFEED_OK);
    cr_assert_str_eq(numbered_get(NULL, out, text), expected);
}

static int n_files_in_folder(void)
{
    int n = 0;
    DIR *opened = opendir(folder.path);
    while (readdir(opened) != NULL)
        n++;
    closedir(opened);
    return n - 2;
}

Test(shuffle, every_record_comes_once)
{
    bool seen[N_RECORDS] = {false};
    shuffle_plainly();
    int n = 0;
    for (const char *at = expected; at != NULL && *at != '\0'; n++) {
        const int number = (int)strtol(at, NULL, 10);
        cr_assert_not(seen[number]);
        seen[number] = true;
        at = strchr(at, ' ');
        at = at == NULL ? NULL : at + 1;
    }
    cr_assert_eq(n, N_RECORDS);
    cr_assert_neq(strncmp(expected, "0 1 2", 5), 0);
}

Test(shuffle, order_is_that_of_the_loader)
{
    struct tfeed_loader_options loader_options;
    struct tfeed_loader *loader;
    struct tfeed_batch *batch;
    size_t len = 0;
    shuffle_plainly();
    tfeed_loader_options_init(&loader_options);
    loader_options.order = TFEED_ORDER_GLOBAL;
    loader_options.seed = SEED;
    loader_options.batch_size = 7;
    cr_assert_eq(tfeed_loader_open_files(both, 2, NULL, &loader_options, &loader, NULL), TFEED_OK);
    while (tfeed_loader_next(loader, &batch, NULL) == TFEED_OK) {
        const struct tfeed_bytes *records = tfeed_batch_records(batch);
        for (int64_t i = 0; i < tfeed_batch_n_rows(batch); i++)
            len += (size_t)snprintf(text + len, sizeof text - len, "%s%.*s", len > 0 ? " " : "",
                                    (int)records[i].len, (const char *)records[i].data);
        tfeed_batch_unref(batch);
    }
    cr_assert_str_eq(text, expected);
    tfeed_loader_close(loader);
}

Test(shuffle, another_seed_is_another_order)
{
    shuffle_plainly();
    options.seed++;
    cr_assert_eq(shuffle(NULL), TFEED_OK);
    cr_assert_str_neq(numbered_get(NULL, out, text), expected);
}

Test(shuffle, threads_do_not_change_it)
{
    shuffle_plainly();
    options.write.n_threads = 4;
    expect_the_same();
}

Test(shuffle, buckets_do_not_change_it)
{
    shuffle_plainly();
    for (options.cache_bytes = 1; options.cache_bytes < 10000; options.cache_bytes *= 7)
        expect_the_same();
    options.write.n_threads = 2;
    expect_the_same();
}

Test(shuffle, compression_does_not_change_it)
{
    shuffle_plainly();
    numbered_put(NULL, in_a, 0, 200, TFEED_COMPRESSION_GZIP);
    expect_the_same();
    numbered_put(NULL, in_b, 200, N_RECORDS, TFEED_COMPRESSION_ZLIB);
    expect_the_same();
    options.cache_bytes = 1000;
    expect_the_same();
}

Test(shuffle, empty_inputs_do_not_change_it)
{
    static char empty[T_PATH_BYTES];
    static const char *const four[] = {empty, in_a, empty, in_b, empty};
    shuffle_plainly();
    t_temp_path(&folder, "empty", empty);
    t_write_file(empty, "", 0);
    tfeed_dataset_write_report_clear(&report);
    cr_assert_eq(tfeed_dataset_shuffle(four, 5, out, &options, &report, NULL), TFEED_OK);
    cr_assert_str_eq(numbered_get(NULL, out, text), expected);
}

Test(shuffle, no_records_make_an_empty_file)
{
    static const char *const empty[] = {in_a};
    t_write_file(in_a, "", 0);
    cr_assert_eq(tfeed_dataset_shuffle(empty, 1, out, &options, &report, NULL), TFEED_OK);
    cr_assert_str_eq(numbered_get(NULL, out, text), "");
}

Test(shuffle, records_larger_than_every_buffer_come_through)
{
    enum { LARGE = 5 << 20 };
    static char large[LARGE];
    struct tfeed_record_writer_options writer_options;
    struct tfeed_record_writer *writer;
    struct tfeed_record_reader *reader;
    struct tfeed_record_view view;
    size_t n_bytes = 0;
    tfeed_record_writer_options_init(&writer_options);
    writer_options.overwrite = true;
    cr_assert_eq(tfeed_record_writer_open(in_a, &writer_options, &writer, NULL), TFEED_OK);
    for (size_t i = 0; i < 4; i++)
        cr_assert_eq(tfeed_record_writer_write(writer, large, LARGE >> (4 * i), NULL), TFEED_OK);
    cr_assert_eq(tfeed_record_writer_close(writer, NULL), TFEED_OK);
    tfeed_record_writer_free(writer);
    options.memory_bytes = 4 << 20;
    options.cache_bytes = 1 << 20;
    cr_assert_eq(shuffle(NULL), TFEED_OK);
    cr_assert_eq(tfeed_record_reader_open(out, NULL, &reader, NULL), TFEED_OK);
    while (tfeed_record_reader_next(reader, &view, NULL) == TFEED_OK)
        n_bytes += view.len;
    tfeed_record_reader_close(reader);
    cr_assert_eq(n_bytes, LARGE + LARGE / 16 + LARGE / 256 + LARGE / 4096 + 3 * 300);
}

Test(shuffle, shards_are_ranges_of_the_order)
{
    char path[T_PATH_BYTES];
    size_t len = 0;
    shuffle_plainly();
    options.n_shards = 3;
    options.write.n_threads = 2;
    cr_assert_eq(shuffle(NULL), TFEED_OK);
    for (size_t i = 0; i < 3; i++) {
        const char *records = numbered_get(NULL, report.outputs[i].path, text);
        cr_assert_eq(strncmp(expected + len, records, strlen(records)), 0);
        len += strlen(records) + 1;
    }
    cr_assert_eq(len, strlen(expected) + 1);
    cr_assert_str_eq(report.outputs[2].path, t_temp_path(&folder, "out-00002-of-00003", path));
}

/* Flips a bit in the payload of record 100 of the first file. */
static void damage(void)
{
    size_t len;
    uint8_t *bytes = t_read_file(in_a, &len);
    bytes[10 * 17 + 90 * 18 + 12] ^= 1;
    t_write_file(in_a, bytes, len);
    free(bytes);
}

static void expect_damage(void)
{
    struct tfeed_error error;
    cr_assert_eq(shuffle(&error), TFEED_DATA_LOSS);
    cr_assert_eq(error.record, 100);
    cr_assert_eq(error.offset, 10 * 17 + 90 * 18);
    cr_assert_str_eq(error.path, in_a);
    cr_assert_eq(n_files_in_folder(), 2);
}

Test(shuffle, damage_is_named_and_leaves_nothing)
{
    damage();
    expect_damage();
    options.write.n_threads = 2;
    expect_damage();
    options.cache_bytes = 1;
    expect_damage();
}

Test(shuffle, cut_input_leaves_nothing)
{
    size_t len;
    uint8_t *bytes = t_read_file(in_b, &len);
    t_write_file(in_b, bytes, len - 3);
    free(bytes);
    cr_assert_eq(shuffle(NULL), TFEED_DATA_LOSS);
    cr_assert_eq(n_files_in_folder(), 2);
}

static bool stop_at_once(void *user_data, uint64_t n_records, uint64_t n_total, uint64_t n_bytes)
{
    (void)n_records;
    (void)n_total;
    (void)n_bytes;
    return --*(int *)user_data > 0;
}

Test(shuffle, stopped_shuffle_leaves_nothing)
{
    for (options.write.n_threads = 1; options.write.n_threads <= 2; options.write.n_threads++) {
        for (int after = 1; after <= 6; after++) {
            int n_left = after;
            options.write.progress = stop_at_once;
            options.write.user_data = &n_left;
            cr_assert_eq(shuffle(NULL), TFEED_CANCELLED, "after %d looks", after);
            cr_assert_eq(n_files_in_folder(), 2);
        }
    }
}

Test(shuffle, too_little_memory_is_refused)
{
    options.memory_bytes = 1 << 20;
    cr_assert_eq(shuffle(NULL), TFEED_INVALID_ARGUMENT);
}

Test(shuffle, every_allocation_may_fail)
{
    T_FAIL_EACH_ALLOC(allocator, {
        options.write.allocator = allocator;
        T_EXPECT_ALLOC_STATUS(shuffle(NULL));
        tfeed_dataset_write_report_clear(&report);
    });
}

Test(shuffle, every_allocation_of_buckets_may_fail)
{
    options.cache_bytes = 4000;
    T_FAIL_EACH_ALLOC(allocator, {
        options.write.allocator = allocator;
        T_EXPECT_ALLOC_STATUS(shuffle(NULL));
        tfeed_dataset_write_report_clear(&report);
    });
}
