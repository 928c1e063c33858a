/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_sample.c - some records of many, chosen by seed.
 */
#include <criterion/criterion.h>

#include <string.h>

#include <tfeed/inspect.h>

#include "tests/support/support.h"
#include "tests/unit/datasets/example_files.h"

enum { N_RECORDS = 1000, MOST = 1000 };

static const char *const one[] = {"all"};
static const char *const parts[] = {"a", "b"};

/* "all", and the same records as "a" and "b". */
static void make_inputs(struct example_files *made)
{
    example_files_init(made);
    make_labels(made, "all", 0, N_RECORDS, TFEED_COMPRESSION_NONE);
    make_labels(made, "a", 0, 333, TFEED_COMPRESSION_GZIP);
    make_labels(made, "b", 333, N_RECORDS - 333, TFEED_COMPRESSION_NONE);
}

static struct tfeed_dataset_sample_options options_for(const struct example_files *made)
{
    struct tfeed_dataset_sample_options options;
    tfeed_dataset_sample_options_init(&options);
    options.inspect.reader.file_system = example_files_system(made);
    options.writer.file_system = example_files_system(made);
    options.writer.overwrite = true;
    return options;
}

/* The labels of "out". */
static size_t read_labels(const struct example_files *made, int64_t labels[MOST])
{
    struct tfeed_record_reader_options options;
    struct tfeed_record_reader *reader;
    struct tfeed_record_view record;
    size_t n = 0;
    tfeed_record_reader_options_init(&options);
    options.file_system = example_files_system(made);
    cr_assert_eq(tfeed_record_reader_open("out", &options, &reader, NULL), TFEED_OK);
    while (tfeed_record_reader_next(reader, &record, NULL) == TFEED_OK) {
        struct tfeed_example_walk walk;
        struct tfeed_feature_view view;
        tfeed_example_walk_init(&walk, record.data, record.len);
        cr_assert_eq(tfeed_example_walk_next(&walk, &view, NULL), TFEED_OK);
        cr_assert_lt(n, MOST);
        tfeed_feature_int64s(&view, &labels[n++]);
    }
    tfeed_record_reader_close(reader);
    return n;
}

static size_t sample(const struct example_files *made, const char *const *paths, size_t n_paths,
                     uint64_t n_records, uint64_t seed, int64_t labels[MOST])
{
    struct tfeed_dataset_sample_options options = options_for(made);
    struct tfeed_dataset_sample_report report;
    options.n_records = n_records;
    options.seed = seed;
    cr_assert_eq(tfeed_dataset_sample(paths, n_paths, "out", &options, &report, NULL), TFEED_OK);
    cr_assert_eq(report.n_seen, N_RECORDS);
    const size_t n = read_labels(made, labels);
    cr_assert_eq(report.n_chosen, n);
    return n;
}

Test(sample, as_many_as_asked_for_in_their_order)
{
    struct example_files made;
    int64_t labels[MOST];
    make_inputs(&made);
    cr_assert_eq(sample(&made, one, 1, 100, 1, labels), 100);
    for (size_t i = 1; i < 100; i++)
        cr_assert_lt(labels[i - 1], labels[i]);
    example_files_clear(&made);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(sample, division_into_files_makes_no_difference)
{
    struct example_files made;
    int64_t whole[MOST];
    int64_t divided[MOST];
    make_inputs(&made);
    sample(&made, one, 1, 50, 7, whole);
    sample(&made, parts, 2, 50, 7, divided);
    cr_assert_arr_eq(whole, divided, 50 * sizeof whole[0]);
    example_files_clear(&made);
}

static bool is_among(int64_t label, const int64_t *labels, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (labels[i] == label)
            return true;
    return false;
}

Test(sample, smaller_sample_is_part_of_a_larger_one)
{
    struct example_files made;
    int64_t small[MOST];
    int64_t large[MOST];
    make_inputs(&made);
    sample(&made, one, 1, 20, 3, small);
    sample(&made, one, 1, 200, 3, large);
    for (size_t i = 0; i < 20; i++)
        cr_assert(is_among(small[i], large, 200));
    example_files_clear(&made);
}

Test(sample, another_seed_is_another_sample)
{
    struct example_files made;
    int64_t a[MOST];
    int64_t b[MOST];
    make_inputs(&made);
    sample(&made, one, 1, 50, 1, a);
    sample(&made, one, 1, 50, 2, b);
    cr_assert_arr_neq(a, b, 50 * sizeof a[0]);
    example_files_clear(&made);
}

/* 400 samples of 100 of 1000: each record is expected 40 times, with a deviation of 6. */
Test(sample, every_record_is_equally_likely)
{
    struct example_files made;
    int64_t labels[MOST];
    int n_times[N_RECORDS] = {0};
    make_inputs(&made);
    for (uint64_t seed = 0; seed < 400; seed++) {
        const size_t n = sample(&made, one, 1, 100, seed, labels);
        for (size_t i = 0; i < n; i++)
            n_times[labels[i]]++;
    }
    for (int i = 0; i < N_RECORDS; i++)
        cr_assert(n_times[i] > 10 && n_times[i] < 75, "record %d came %d times", i, n_times[i]);
    example_files_clear(&made);
}

Test(sample, fewer_records_than_asked_for_are_all_taken)
{
    struct example_files made;
    int64_t labels[MOST];
    make_inputs(&made);
    cr_assert_eq(sample(&made, parts, 2, N_RECORDS + 1, 0, labels), N_RECORDS);
    cr_assert_eq(sample(&made, parts, 2, 0, 0, labels), 0);
    example_files_clear(&made);
}

Test(sample, fraction_takes_about_as_many)
{
    struct example_files made;
    struct tfeed_dataset_sample_report report;
    make_inputs(&made);
    struct tfeed_dataset_sample_options options = options_for(&made);
    options.fraction = 0.25;
    cr_assert_eq(tfeed_dataset_sample(one, 1, "out", &options, &report, NULL), TFEED_OK);
    cr_assert(report.n_chosen > 180 && report.n_chosen < 320, "%d", (int)report.n_chosen);
    options.fraction = 1;
    cr_assert_eq(tfeed_dataset_sample(one, 1, "out", &options, &report, NULL), TFEED_OK);
    cr_assert_eq(report.n_chosen, N_RECORDS);
    options.fraction = 0;
    cr_assert_eq(tfeed_dataset_sample(one, 1, "out", &options, &report, NULL), TFEED_OK);
    cr_assert_eq(report.n_chosen, 0);
    example_files_clear(&made);
}

Test(sample, size_must_be_said)
{
    struct example_files made;
    struct tfeed_dataset_sample_report report;
    make_inputs(&made);
    struct tfeed_dataset_sample_options options = options_for(&made);
    cr_assert_eq(tfeed_dataset_sample(one, 1, "out", &options, &report, NULL),
                 TFEED_INVALID_ARGUMENT);
    options.fraction = 1.5;
    cr_assert_eq(tfeed_dataset_sample(one, 1, "out", &options, &report, NULL),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_eq(tfeed_dataset_sample(one, 1, "out", NULL, &report, NULL), TFEED_INVALID_ARGUMENT);
    example_files_clear(&made);
}

Test(sample, damaged_record_that_is_not_chosen_does_no_harm)
{
    struct example_files made;
    struct tfeed_dataset_sample_report report;
    struct tfeed_error error;
    struct tfeed_bytes content;
    make_inputs(&made);
    damage_file(&made, "all", 14);
    struct tfeed_dataset_sample_options options = options_for(&made);
    options.n_records = 1;
    options.seed = 1;
    cr_assert_eq(tfeed_dataset_sample(one, 1, "out", &options, &report, NULL), TFEED_OK);
    options.n_records = N_RECORDS;
    options.writer.overwrite = true;
    example_files_must(tfeed_memory_files_get(made.files, "out", &content, NULL));
    cr_assert_eq(tfeed_dataset_sample(one, 1, "other", &options, &report, &error), TFEED_DATA_LOSS);
    cr_assert_eq(error.record, 0);
    tfeed_block_unref(content.block);
    cr_assert_eq(tfeed_memory_files_get(made.files, "other", &content, NULL), TFEED_NOT_FOUND);
    example_files_clear(&made);
}

Test(sample, set_without_one_of_its_files_is_refused_unless_allowed)
{
    static const char *const some[] = {"p-00000-of-00003", "p-00002-of-00003"};
    struct example_files made;
    struct tfeed_dataset_sample_report report;
    struct tfeed_error error;
    example_files_init(&made);
    for (int i = 0; i < 2; i++)
        make_labels(&made, some[i], 0, 10, TFEED_COMPRESSION_NONE);
    struct tfeed_dataset_sample_options options = options_for(&made);
    options.fraction = 1;
    cr_assert_eq(tfeed_dataset_sample(some, 2, "out", &options, &report, &error), TFEED_NOT_FOUND);
    cr_assert_not_null(strstr(error.message, "p-00001-of-00003: missing"));
    cr_assert_eq(tfeed_dataset_sample(some, 1, "out", &options, &report, NULL), TFEED_OK);
    options.allow_incomplete = true;
    cr_assert_eq(tfeed_dataset_sample(some, 2, "out", &options, &report, NULL), TFEED_OK);
    cr_assert_eq(report.n_chosen, 20);
    example_files_clear(&made);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(sample, existing_output_is_refused)
{
    struct example_files made;
    struct tfeed_dataset_sample_report report;
    make_inputs(&made);
    struct tfeed_dataset_sample_options options = options_for(&made);
    options.n_records = 1;
    options.writer.overwrite = false;
    cr_assert_eq(tfeed_dataset_sample(one, 1, "a", &options, &report, NULL), TFEED_ALREADY_EXISTS);
    example_files_clear(&made);
}

Test(sample, failed_allocation_leaves_nothing_behind)
{
    struct example_files made;
    make_inputs(&made);
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_dataset_sample_options options = options_for(&made);
        struct tfeed_dataset_sample_report report;
        options.n_records = 3;
        options.inspect.reader.allocator = allocator;
        options.writer.allocator = allocator;
        T_EXPECT_ALLOC_STATUS(tfeed_dataset_sample(one, 1, "out", &options, &report, NULL));
    });
    example_files_clear(&made);
}
