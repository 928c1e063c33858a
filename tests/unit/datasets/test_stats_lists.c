/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_stats_lists.c - statistics of SequenceExamples, and of files in parts.
 */
#include <criterion/criterion.h>

#include <tfeed/inspect.h>
#include <tfeed/sequence.h>

#include "tests/support/support.h"
#include "tests/unit/datasets/example_files.h"

/* SequenceExamples, one after the other, counted as they come. */
struct counted {
    struct tfeed_dataset_stats *stats;
    struct tfeed_sequence_builder *builder;
};

static void counted_init(struct counted *counted)
{
    cr_assert_eq(tfeed_dataset_stats_new(NULL, &counted->stats, NULL), TFEED_OK);
    cr_assert_eq(tfeed_sequence_builder_new(NULL, &counted->builder, NULL), TFEED_OK);
}

static void counted_clear(struct counted *counted)
{
    tfeed_sequence_builder_free(counted->builder);
    tfeed_dataset_stats_free(counted->stats);
}

static void begin(struct counted *counted, const char *name)
{
    cr_assert_eq(tfeed_sequence_builder_begin_list(counted->builder, name, NULL), TFEED_OK);
}

static void step_ints(struct counted *counted, size_t n)
{
    static const int64_t numbers[] = {1, 2, 3, 4};
    cr_assert_eq(tfeed_sequence_builder_step_int64(counted->builder, numbers, n, NULL), TFEED_OK);
}

static void step_floats(struct counted *counted, size_t n)
{
    static const float numbers[] = {0.5F, -2.5F};
    cr_assert_eq(tfeed_sequence_builder_step_float(counted->builder, numbers, n, NULL), TFEED_OK);
}

static void end(struct counted *counted)
{
    cr_assert_eq(tfeed_sequence_builder_end_list(counted->builder, NULL), TFEED_OK);
}

static void count_record(struct counted *counted)
{
    const uint8_t *data;
    size_t len;
    cr_assert_eq(tfeed_sequence_builder_finish(counted->builder, &data, &len, NULL), TFEED_OK);
    cr_assert_eq(tfeed_dataset_stats_add(counted->stats, data, len, NULL), TFEED_OK);
    tfeed_sequence_builder_clear(counted->builder);
}

/* The column of a list of that kind; ends the test when there is none. */
static struct tfeed_inferred_column list_of(const struct counted *counted, const char *name,
                                            enum tfeed_feature_kind kind)
{
    for (size_t i = 0; i < tfeed_dataset_stats_n_features(counted->stats); i++) {
        const struct tfeed_inferred_column column = tfeed_dataset_infer_column(counted->stats, i);
        const struct tfeed_dataset_feature *feature = &column.feature;
        if (feature->is_list && feature->kind == kind && feature->n_records > 0 &&
            strcmp(feature->name, name) == 0)
            return column;
    }
    cr_assert_fail("no list %s", name);
    return (struct tfeed_inferred_column){.n_values = 0};
}

Test(stats_lists, steps_and_values_are_counted)
{
    struct counted counted;
    counted_init(&counted);
    for (size_t n = 0; n < 3; n++) {
        begin(&counted, "x");
        for (size_t i = 0; i <= n; i++)
            step_ints(&counted, i + 1);
        end(&counted);
        count_record(&counted);
    }
    const struct tfeed_inferred_column x = list_of(&counted, "x", TFEED_FEATURE_INT64);
    cr_assert_eq(x.feature.n_records, 3);
    cr_assert(x.feature.n_steps == 6 && x.feature.min_steps == 1 && x.feature.max_steps == 3);
    cr_assert(x.feature.n_values == 10 && x.feature.min_values == 1 && x.feature.max_values == 3);
    cr_assert(x.feature.min_int64 == 1 && x.feature.max_int64 == 3);
    cr_assert_eq(x.feature.mean, 1.5);
    cr_assert_eq(x.form, TFEED_INFERRED_VARIABLE);
    cr_assert_not(x.is_missing_somewhere);
    cr_assert_eq(tfeed_dataset_stats_totals(counted.stats).n_sequences, 3);
    counted_clear(&counted);
}

Test(stats_lists, equal_steps_are_fixed_and_may_be_missing)
{
    struct counted counted;
    counted_init(&counted);
    begin(&counted, "x");
    step_floats(&counted, 2);
    step_floats(&counted, 2);
    end(&counted);
    count_record(&counted);
    begin(&counted, "x");
    end(&counted); /* of no steps: it has the kind that it has elsewhere */
    count_record(&counted);
    struct tfeed_inferred_column x = list_of(&counted, "x", TFEED_FEATURE_FLOAT);
    cr_assert(x.form == TFEED_INFERRED_FIXED && x.n_values == 2 && x.dtype == TFEED_FLOAT);
    cr_assert_not(x.is_missing_somewhere);
    cr_assert(x.feature.n_records == 2 && x.feature.min_steps == 0 && x.feature.max_steps == 2);
    count_record(&counted);
    x = list_of(&counted, "x", TFEED_FEATURE_FLOAT);
    cr_assert(x.form == TFEED_INFERRED_FIXED && x.is_missing_somewhere);
    begin(&counted, "x");
    cr_assert_eq(tfeed_sequence_builder_step_empty(counted.builder, NULL), TFEED_OK);
    end(&counted);
    count_record(&counted);
    x = list_of(&counted, "x", TFEED_FEATURE_FLOAT);
    cr_assert(x.form == TFEED_INFERRED_VARIABLE && x.feature.min_values == 0);
    counted_clear(&counted);
}

Test(stats_lists, steps_of_two_kinds_are_no_column)
{
    struct counted counted;
    counted_init(&counted);
    begin(&counted, "x");
    step_ints(&counted, 1);
    step_floats(&counted, 1);
    step_floats(&counted, 2);
    end(&counted);
    count_record(&counted);
    const struct tfeed_inferred_column ints = list_of(&counted, "x", TFEED_FEATURE_INT64);
    const struct tfeed_inferred_column floats = list_of(&counted, "x", TFEED_FEATURE_FLOAT);
    cr_assert(ints.feature.n_steps == 1 && floats.feature.n_steps == 2);
    cr_assert(ints.feature.n_records == 1 && floats.feature.n_records == 1);
    cr_assert_eq(ints.form, TFEED_INFERRED_NO_COLUMN);
    cr_assert_eq(floats.form, TFEED_INFERRED_NO_COLUMN);
    counted_clear(&counted);
}

Test(stats_lists, a_feature_and_a_list_of_one_name_are_two)
{
    struct counted counted;
    const int64_t number = 7;
    counted_init(&counted);
    struct tfeed_example_builder *context = tfeed_sequence_builder_context(counted.builder);
    cr_assert_eq(tfeed_example_builder_add_int64(context, "x", &number, 1, NULL), TFEED_OK);
    begin(&counted, "x");
    step_floats(&counted, 1);
    end(&counted);
    count_record(&counted);
    cr_assert_eq(tfeed_dataset_stats_n_features(counted.stats), 2);
    const struct tfeed_inferred_column feature = tfeed_dataset_infer_column(counted.stats, 0);
    cr_assert(!feature.feature.is_list && feature.form == TFEED_INFERRED_FIXED);
    cr_assert_eq(list_of(&counted, "x", TFEED_FEATURE_FLOAT).form, TFEED_INFERRED_FIXED);
    counted_clear(&counted);
}

Test(stats_lists, last_list_of_a_name_counts_whole)
{
    /* x: one step of int64 1; x again: no steps */
    static const char record[] = "\x12\x15\x0a\x0c\x0a\x01x\x12\x07\x0a\x05\x1a\x03\x0a\x01\x01"
                                 "\x0a\x05\x0a\x01x\x12\x00";
    struct counted counted;
    counted_init(&counted);
    cr_assert_eq(tfeed_dataset_stats_add(counted.stats, record, sizeof record - 1, NULL), TFEED_OK);
    cr_assert_eq(list_of(&counted, "x", TFEED_FEATURE_NONE).feature.n_steps, 0);
    cr_assert_eq(tfeed_dataset_stats_totals(counted.stats).n_duplicates, 1);
    counted_clear(&counted);
}

Test(stats_lists, malformed_lists_make_no_example)
{
    struct counted counted;
    counted_init(&counted);
    cr_assert_eq(tfeed_dataset_stats_add(counted.stats, "\x12\x02\x0a\x05", 4, NULL),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_eq(tfeed_dataset_stats_totals(counted.stats).n_not_examples, 1);
    counted_clear(&counted);
}

Test(stats_lists, failed_allocation_leaves_nothing_behind)
{
    static const char record[] = "\x12\x0e\x0a\x0c\x0a\x01x\x12\x07\x0a\x05\x1a\x03\x0a\x01\x01";
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_dataset_stats_options options;
        struct tfeed_dataset_stats *stats = NULL;
        tfeed_dataset_stats_options_init(&options);
        options.inspect.reader.allocator = allocator;
        tfeed_status status = tfeed_dataset_stats_new(&options, &stats, NULL);
        if (status == TFEED_OK)
            status = tfeed_dataset_stats_add(stats, record, sizeof record - 1, NULL);
        T_EXPECT_ALLOC_STATUS(status);
        tfeed_dataset_stats_free(stats);
    });
}

/* ---------------------------------------------------------- files in parts */

enum { N_LARGE = 30000, LARGE_VALUES = 256 };

/* 30 MB: some parts of a file. */
static void make_large(struct example_files *made, size_t bad_record)
{
    static float values[LARGE_VALUES];
    uint32_t state = 1;
    begin_file(made, "file", TFEED_COMPRESSION_NONE);
    for (size_t i = 0; i < N_LARGE; i++) {
        if (i == bad_record) {
            add_raw(made, "hello", 5);
            continue;
        }
        for (size_t k = 0; k < LARGE_VALUES; k++) {
            state = state * 1664525u + 1013904223u;
            values[k] = (float)(int32_t)state * (k % 7 == 0 ? 1e-20F : 1e10F);
        }
        example_files_must(
            tfeed_example_builder_add_float(made->builder, "x", values, LARGE_VALUES, NULL));
        if (i > N_LARGE / 2)
            example_files_must(tfeed_example_builder_add_empty(made->builder, "late", NULL));
        add_example(made);
    }
    end_file(made);
}

static struct tfeed_dataset_stats *count_file(const struct example_files *made, uint32_t n_threads,
                                              tfeed_status *ret_status, struct tfeed_error *reterr)
{
    struct tfeed_dataset_stats_options options;
    struct tfeed_dataset_stats *stats;
    tfeed_dataset_stats_options_init(&options);
    options.inspect.reader.file_system = example_files_system(made);
    options.n_threads = n_threads;
    cr_assert_eq(tfeed_dataset_stats_new(&options, &stats, NULL), TFEED_OK);
    *ret_status = tfeed_dataset_stats_add_file(stats, "file", reterr);
    return stats;
}

/* A file gives the same bits with any number of threads. */
static void expect_same(const struct example_files *made, tfeed_status expected)
{
    struct tfeed_error errors[2];
    struct tfeed_dataset_stats *stats[2];
    for (uint32_t i = 0; i < 2; i++) {
        tfeed_status status;
        stats[i] = count_file(made, i == 0 ? 1 : 4, &status, &errors[i]);
        cr_assert_eq(status, expected);
    }
    const struct tfeed_dataset_totals one = tfeed_dataset_stats_totals(stats[0]);
    const struct tfeed_dataset_totals four = tfeed_dataset_stats_totals(stats[1]);
    cr_assert_eq(one.n_records, four.n_records);
    cr_assert_eq(one.n_not_examples, four.n_not_examples);
    cr_assert_eq(one.n_payload_bytes, four.n_payload_bytes);
    cr_assert_eq(one.n_stream_bytes, four.n_stream_bytes);
    cr_assert_eq(one.n_files, four.n_files);
    cr_assert_eq(tfeed_dataset_stats_n_features(stats[0]),
                 tfeed_dataset_stats_n_features(stats[1]));
    for (size_t i = 0; i < tfeed_dataset_stats_n_features(stats[0]); i++) {
        const struct tfeed_dataset_feature x = tfeed_dataset_stats_feature(stats[0], i);
        const struct tfeed_dataset_feature y = tfeed_dataset_stats_feature(stats[1], i);
        cr_assert_str_eq(x.name, y.name);
        cr_assert_eq(x.n_records, y.n_records);
        cr_assert_eq(x.mean, y.mean, "%a and %a", x.mean, y.mean);
        cr_assert_arr_eq(x.histogram.counts, y.histogram.counts, sizeof x.histogram.counts);
    }
    if (expected != TFEED_OK) {
        cr_assert_str_eq(errors[0].message, errors[1].message);
        cr_assert_eq(errors[0].record, errors[1].record);
        cr_assert_eq(errors[0].offset, errors[1].offset);
    }
    tfeed_dataset_stats_free(stats[0]);
    tfeed_dataset_stats_free(stats[1]);
}

Test(stats_lists, any_number_of_threads_gives_the_same_bits)
{
    struct example_files made;
    example_files_init(&made);
    make_large(&made, SIZE_MAX);
    expect_same(&made, TFEED_OK);
    example_files_clear(&made);
}

Test(stats_lists, record_that_is_no_example_has_its_number_with_any_number_of_threads)
{
    struct example_files made;
    example_files_init(&made);
    make_large(&made, N_LARGE - 1000);
    expect_same(&made, TFEED_INVALID_ARGUMENT);
    example_files_clear(&made);
}

Test(stats_lists, damage_ends_a_file_at_the_same_place_with_any_number_of_threads)
{
    struct example_files made;
    example_files_init(&made);
    make_large(&made, SIZE_MAX);
    damage_file(&made, "file", 25000000);
    expect_same(&made, TFEED_DATA_LOSS);
    example_files_clear(&made);
}
