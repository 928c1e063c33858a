/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_reshard.c - merge, reshard and split: which record comes to which file, and that all files
 * appear or none.
 */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include <tfeed/datasets.h>

#include "tests/support/support.h"
#include "tests/unit/datasets/numbered_files.h"

/* Files "a" (0 to 4) and "b" (5 to 9) in memory. */
static struct tfeed_memory_files *memory;
static const struct tfeed_file_system *files;
static struct tfeed_dataset_write_options options;
static struct tfeed_dataset_write_report report;
static char text[NUMBERED_TEXT_BYTES];
static const char *const both[] = {"a", "b"};

static void set_up(void)
{
    cr_assert_eq(tfeed_memory_files_new(NULL, &memory, NULL), TFEED_OK);
    files = tfeed_memory_files_system(memory);
    numbered_put(files, "a", 0, 5, TFEED_COMPRESSION_NONE);
    numbered_put(files, "b", 5, 10, TFEED_COMPRESSION_NONE);
    tfeed_dataset_write_options_init(&options);
    options.file_system = files;
}

static void tear_down(void)
{
    tfeed_dataset_write_report_clear(&report);
    tfeed_memory_files_free(memory);
}

TestSuite(reshard, .init = set_up, .fini = tear_down);

static void expect(const char *path, const char *records)
{
    cr_assert_str_eq(numbered_get(files, path, text), records, "%s: %s", path, text);
}

static tfeed_status reshard(const char *out, enum tfeed_dataset_cut cut, uint64_t n)
{
    tfeed_dataset_write_report_clear(&report);
    return tfeed_dataset_reshard(both, 2, out, cut, n, &options, &report, NULL);
}

Test(reshard, merge_keeps_the_order_of_the_inputs)
{
    cr_assert_eq(tfeed_dataset_merge(both, 2, "out", &options, &report, NULL), TFEED_OK);
    expect("out", "0 1 2 3 4 5 6 7 8 9");
    cr_assert_eq(report.n_records, 10);
    cr_assert_eq(report.outputs[0].n_bytes, 10);
    cr_assert(report.outputs[0].appeared);
}

Test(reshard, merge_may_replace_an_input)
{
    options.overwrite = true;
    cr_assert_eq(tfeed_dataset_merge(both, 2, "a", &options, &report, NULL), TFEED_OK);
    expect("a", "0 1 2 3 4 5 6 7 8 9");
}

Test(reshard, output_that_exists_is_left_alone)
{
    cr_assert_eq(tfeed_dataset_merge(both, 2, "b", &options, &report, NULL), TFEED_ALREADY_EXISTS);
    expect("b", "5 6 7 8 9");
}

Test(reshard, output_may_be_compressed)
{
    options.compression = TFEED_COMPRESSION_GZIP;
    cr_assert_eq(tfeed_dataset_merge(both, 2, "out", &options, &report, NULL), TFEED_OK);
    expect("out", "0 1 2 3 4 5 6 7 8 9");
}

Test(reshard, damaged_input_makes_no_output)
{
    struct tfeed_bytes content;
    struct tfeed_error error;
    uint8_t bytes[512];
    cr_assert_eq(tfeed_memory_files_get(memory, "b", &content, NULL), TFEED_OK);
    memcpy(bytes, content.data, content.len);
    bytes[17 + 12] ^= 1; /* the payload of its record 1 */
    cr_assert_eq(tfeed_memory_files_put(memory, "b", bytes, content.len, NULL), TFEED_OK);
    tfeed_block_unref(content.block);
    cr_assert_eq(tfeed_dataset_merge(both, 2, "out", &options, &report, &error), TFEED_DATA_LOSS);
    cr_assert_eq(error.record, 1);
    cr_assert_eq(error.offset, 17);
    cr_assert_str_eq(error.path, "b");
    cr_assert_not(report.outputs[0].appeared);
    expect("out", "missing");
}

Test(reshard, shards_have_as_many_records_give_or_take_one)
{
    cr_assert_eq(reshard("x.tf", TFEED_CUT_SHARDS, 3), TFEED_OK);
    expect("x-00000-of-00003.tf", "0 1 2");
    expect("x-00001-of-00003.tf", "3 4 5");
    expect("x-00002-of-00003.tf", "6 7 8 9");
}

Test(reshard, more_shards_than_records_leave_some_empty)
{
    cr_assert_eq(reshard("x", TFEED_CUT_SHARDS, 12), TFEED_OK);
    cr_assert_eq(report.n_outputs, 12);
    cr_assert_eq(report.n_records, 10);
    expect("x-00000-of-00012", "");
    expect("x-00011-of-00012", "9");
}

Test(reshard, records_cut_at_every_nth)
{
    cr_assert_eq(reshard("x.tf", TFEED_CUT_RECORDS, 4), TFEED_OK);
    expect("x-00000-of-00003.tf", "0 1 2 3");
    expect("x-00002-of-00003.tf", "8 9");
}

Test(reshard, bytes_are_never_exceeded)
{
    cr_assert_eq(reshard("x.tf", TFEED_CUT_BYTES, 3 * 17 + 16), TFEED_OK);
    expect("x-00000-of-00004.tf", "0 1 2");
    expect("x-00003-of-00004.tf", "9");
}

Test(reshard, record_above_the_bytes_has_a_file_of_its_own)
{
    cr_assert_eq(reshard("x.tf", TFEED_CUT_BYTES, 1), TFEED_OK);
    cr_assert_eq(report.n_outputs, 10);
    expect("x-00003-of-00010.tf", "3");
}

Test(reshard, round_robin_deals_in_turn)
{
    cr_assert_eq(reshard("x.tf", TFEED_CUT_ROUND_ROBIN, 3), TFEED_OK);
    expect("x-00000-of-00003.tf", "0 3 6 9");
    expect("x-00001-of-00003.tf", "1 4 7");
}

Test(reshard, name_may_say_the_number)
{
    cr_assert_eq(reshard("x@2.tf", TFEED_CUT_SHARDS, 0), TFEED_OK);
    expect("x-00001-of-00002.tf", "5 6 7 8 9");
    cr_assert_eq(reshard("y@2.tf", TFEED_CUT_SHARDS, 3), TFEED_INVALID_ARGUMENT);
    cr_assert_eq(reshard("y.tf", TFEED_CUT_SHARDS, 0), TFEED_INVALID_ARGUMENT);
}

Test(reshard, suffix_of_compression_keeps_the_one_before)
{
    cr_assert_eq(reshard("d.x/x.tf.gz", TFEED_CUT_SHARDS, 1), TFEED_OK);
    cr_assert_str_eq(report.outputs[0].path, "d.x/x-00000-of-00001.tf.gz");
}

Test(reshard, no_records_make_one_file)
{
    static const char *const empty[] = {"empty"};
    numbered_put(files, "empty", 0, 0, TFEED_COMPRESSION_NONE);
    cr_assert_eq(
        tfeed_dataset_reshard(empty, 1, "x", TFEED_CUT_RECORDS, 4, &options, &report, NULL),
        TFEED_OK);
    expect("x-00000-of-00001", "");
}

Test(reshard, incomplete_set_names_the_missing_file)
{
    static const char *const set[] = {"s-00000-of-00003", "s-00002-of-00003"};
    struct tfeed_error error;
    numbered_put(files, set[0], 0, 1, TFEED_COMPRESSION_NONE);
    numbered_put(files, set[1], 2, 3, TFEED_COMPRESSION_NONE);
    cr_assert_eq(tfeed_dataset_merge(set, 2, "out", &options, &report, &error), TFEED_NOT_FOUND);
    cr_assert_not_null(strstr(error.message, "s-00001-of-00003"));
    options.allow_incomplete = true;
    cr_assert_eq(tfeed_dataset_merge(set, 2, "out", &options, &report, &error), TFEED_OK);
    expect("out", "0 2");
}

Test(reshard, one_file_of_a_set_alone_is_meant)
{
    static const char *const one[] = {"s-00001-of-00003"};
    numbered_put(files, one[0], 1, 2, TFEED_COMPRESSION_NONE);
    cr_assert_eq(tfeed_dataset_merge(one, 1, "out", &options, &report, NULL), TFEED_OK);
}

/* ------------------------------------------------------------------- split */

static tfeed_status split(const struct tfeed_dataset_part *parts, size_t n,
                          enum tfeed_dataset_draw draw)
{
    tfeed_dataset_write_report_clear(&report);
    return tfeed_dataset_split(both, 2, "d", parts, n, draw, 7, &options, &report, NULL);
}

Test(reshard, parts_are_ranges_by_share)
{
    static const struct tfeed_dataset_part parts[] = {{"a", 0.75, 0}, {"b", 0.25, 0}};
    cr_assert_eq(split(parts, 2, TFEED_DRAW_RANGES), TFEED_OK);
    expect("d/a.tfrecords", "0 1 2 3 4 5 6 7");
    expect("d/b.tfrecords", "8 9");
}

Test(reshard, rest_gets_what_the_others_leave)
{
    static const struct tfeed_dataset_part parts[] = {
        {"a", -1, 2}, {"b", -1, TFEED_DATASET_REST}, {"c", 0.1, 0}};
    cr_assert_eq(split(parts, 3, TFEED_DRAW_RANGES), TFEED_OK);
    expect("d/a.tfrecords", "0 1");
    expect("d/b.tfrecords", "2 3 4 5 6 7 8");
    expect("d/c.tfrecords", "9");
}

Test(reshard, parts_that_do_not_make_all_are_refused)
{
    static const struct tfeed_dataset_part few[] = {{"a", -1, 2}, {"b", 0.5, 0}};
    static const struct tfeed_dataset_part many[] = {{"a", -1, 7}, {"b", 0.5, 0}};
    static const struct tfeed_dataset_part twice[] = {{"a", 0.5, 0}, {"a", 0.5, 0}};
    static const struct tfeed_dataset_part above[] = {{"a", 0.5, 0}, {"b", 0.6, 0}};
    cr_assert_eq(split(few, 2, TFEED_DRAW_RANGES), TFEED_INVALID_ARGUMENT);
    cr_assert_eq(split(many, 2, TFEED_DRAW_RANGES), TFEED_INVALID_ARGUMENT);
    cr_assert_eq(split(twice, 2, TFEED_DRAW_RANGES), TFEED_INVALID_ARGUMENT);
    cr_assert_eq(split(above, 2, TFEED_DRAW_RANGES), TFEED_INVALID_ARGUMENT);
    expect("d/a.tfrecords", "missing");
}

Test(reshard, random_parts_have_exact_sizes_and_keep_the_order)
{
    static const struct tfeed_dataset_part parts[] = {{"a", 0.6, 0}, {"b", 0.4, 0}};
    char first[NUMBERED_TEXT_BYTES];
    unsigned seen = 0;
    cr_assert_eq(split(parts, 2, TFEED_DRAW_RANDOM), TFEED_OK);
    cr_assert_eq(report.outputs[0].n_records, 6);
    memcpy(first, numbered_get(files, "d/a.tfrecords", text), sizeof first);
    cr_assert_str_neq(first, "0 1 2 3 4 5");
    for (const char *at = first; *at != '\0'; at += 2) {
        cr_assert(at == first || at[0] > at[-2]);
        seen |= 1u << (at[0] - '0');
        if (at[1] == '\0')
            break;
    }
    (void)numbered_get(files, "d/b.tfrecords", text);
    for (const char *at = text; *at != '\0'; at++)
        if (*at != ' ')
            seen |= 1u << (*at - '0');
    cr_assert_eq(seen, 0x3ff);
    options.overwrite = true;
    cr_assert_eq(split(parts, 2, TFEED_DRAW_RANDOM), TFEED_OK);
    cr_assert_str_eq(numbered_get(files, "d/a.tfrecords", text), first);
}

/* ------------------------------------------------------------- what goes wrong */

static bool stop_at_once(void *user_data, uint64_t n_records, uint64_t n_total, uint64_t n_bytes)
{
    (void)n_records;
    (void)n_total;
    (void)n_bytes;
    return --*(int *)user_data > 0;
}

Test(reshard, stopped_operation_leaves_nothing)
{
    for (int after = 1; after <= 4; after++) {
        int n_left = after;
        options.progress = stop_at_once;
        options.user_data = &n_left;
        cr_assert_eq(reshard("x", TFEED_CUT_SHARDS, 2), TFEED_CANCELLED);
        expect("x-00000-of-00002", "missing");
    }
}

Test(reshard, bad_arguments_are_refused)
{
    static const char *const empty_name[] = {""};
    static const char *const missing[] = {"nowhere"};
    cr_assert_eq(tfeed_dataset_merge(both, 0, "o", &options, &report, NULL),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_eq(tfeed_dataset_merge(empty_name, 1, "o", &options, &report, NULL),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_eq(tfeed_dataset_merge(both, 2, "", &options, &report, NULL), TFEED_INVALID_ARGUMENT);
    cr_assert_eq(tfeed_dataset_merge(missing, 1, "o", &options, &report, NULL), TFEED_NOT_FOUND);
    cr_assert_eq(reshard("-", TFEED_CUT_SHARDS, 2), TFEED_INVALID_ARGUMENT);
    cr_assert_eq(reshard("x", TFEED_CUT_RECORDS, 0), TFEED_INVALID_ARGUMENT);
    cr_assert_eq(reshard("x", TFEED_CUT_SHARDS, 100000), TFEED_INVALID_ARGUMENT);
    tfeed_dataset_write_report_clear(&report);
    options.compression = TFEED_COMPRESSION_AUTO;
    cr_assert_eq(tfeed_dataset_merge(both, 2, "o", &options, &report, NULL),
                 TFEED_INVALID_ARGUMENT);
}

Test(reshard, every_allocation_may_fail)
{
    options.overwrite = true;
    T_FAIL_EACH_ALLOC(allocator, {
        options.allocator = allocator;
        T_EXPECT_ALLOC_STATUS(reshard("x@3.tf", TFEED_CUT_SHARDS, 3));
        tfeed_dataset_write_report_clear(&report);
    });
}

Test(reshard, every_allocation_of_split_may_fail)
{
    static const struct tfeed_dataset_part parts[] = {{"a", 0.6, 0}, {"b", 0.4, 0}};
    options.overwrite = true;
    T_FAIL_EACH_ALLOC(allocator, {
        options.allocator = allocator;
        T_EXPECT_ALLOC_STATUS(split(parts, 2, TFEED_DRAW_RANDOM));
        tfeed_dataset_write_report_clear(&report);
    });
}
