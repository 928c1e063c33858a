/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_stats.c - what the features of many records are, and which columns they can be.
 */
#include <criterion/criterion.h>

#include <math.h>
#include <stdio.h>

#include <tfeed/inspect.h>

#include "tests/support/support.h"
#include "tests/unit/datasets/example_files.h"

static struct tfeed_dataset_stats *stats_new(const struct example_files *made)
{
    struct tfeed_dataset_stats_options options;
    struct tfeed_dataset_stats *stats;
    tfeed_dataset_stats_options_init(&options);
    options.inspect.reader.file_system = made ? example_files_system(made) : NULL;
    cr_assert_eq(tfeed_dataset_stats_new(&options, &stats, NULL), TFEED_OK);
    return stats;
}

/* The entry of a name and kind; ends the test when there is none. */
static struct tfeed_dataset_feature feature_of(const struct tfeed_dataset_stats *stats,
                                               const char *name, enum tfeed_feature_kind kind,
                                               size_t *ret_i)
{
    for (size_t i = 0; i < tfeed_dataset_stats_n_features(stats); i++) {
        const struct tfeed_dataset_feature feature = tfeed_dataset_stats_feature(stats, i);
        if (feature.kind == kind && strcmp(feature.name, name) == 0) {
            if (ret_i)
                *ret_i = i;
            return feature;
        }
    }
    cr_assert_fail("no feature %s", name);
    return (struct tfeed_dataset_feature){0};
}

static void add_bytes(struct tfeed_dataset_stats *stats, const char *data, size_t len)
{
    cr_assert_eq(tfeed_dataset_stats_add(stats, data, len, NULL), TFEED_OK);
}

/* Examples as they stand on the wire: a map entry each, key then a feature with one varint. */
#define ENTRY_A_INT(value) "\012\012\012\001a\022\005\032\003\012\001" value
#define ENTRY_A_NONE       "\012\005\012\001a\022\000"
#define ENTRY_A_FLOAT      "\012\015\012\001a\022\010\022\006\012\004\000\000\200\077"

Test(stats, integers_are_counted_exactly)
{
    struct example_files made;
    example_files_init(&made);
    make_labels(&made, "file", INT64_MAX - 3, 4, TFEED_COMPRESSION_NONE);
    struct tfeed_dataset_stats *stats = stats_new(&made);
    cr_assert_eq(tfeed_dataset_stats_add_file(stats, "file", NULL), TFEED_OK);
    const struct tfeed_dataset_feature label =
        feature_of(stats, "label", TFEED_FEATURE_INT64, NULL);
    cr_assert_eq(label.n_records, 4);
    cr_assert_eq(label.n_values, 4);
    cr_assert_eq(label.min_int64, INT64_MAX - 3);
    cr_assert_eq(label.max_int64, INT64_MAX);
    cr_assert_eq(label.mean, (double)INT64_MAX);
    tfeed_dataset_stats_free(stats);
    example_files_clear(&made);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(stats, floats_leave_what_is_not_finite_out)
{
    struct example_files made;
    const float values[] = {1, NAN, -3, INFINITY, -INFINITY};
    example_files_init(&made);
    begin_file(&made, "file", TFEED_COMPRESSION_NONE);
    example_files_must(tfeed_example_builder_add_float(made.builder, "x", values, 5, NULL));
    add_example(&made);
    end_file(&made);
    struct tfeed_dataset_stats *stats = stats_new(&made);
    cr_assert_eq(tfeed_dataset_stats_add_file(stats, "file", NULL), TFEED_OK);
    const struct tfeed_dataset_feature x = feature_of(stats, "x", TFEED_FEATURE_FLOAT, NULL);
    cr_assert_eq(x.n_values, 5);
    cr_assert_eq(x.n_finite, 2);
    cr_assert_eq(x.n_nan, 1);
    cr_assert_eq(x.n_infinite, 2);
    cr_assert_eq(x.min, -3);
    cr_assert_eq(x.max, 1);
    cr_assert_eq(x.mean, -1);
    tfeed_dataset_stats_free(stats);
    example_files_clear(&made);
}

Test(stats, lengths_of_bytes_and_text_are_counted)
{
    struct example_files made;
    const struct tfeed_bytes values[] = {{.data = (const uint8_t *)"caf\303\251", .len = 5},
                                         {.data = (const uint8_t *)"\377", .len = 1},
                                         {.data = (const uint8_t *)"", .len = 0}};
    example_files_init(&made);
    begin_file(&made, "file", TFEED_COMPRESSION_NONE);
    example_files_must(tfeed_example_builder_add_bytes(made.builder, "s", values, 3, NULL));
    add_example(&made);
    end_file(&made);
    struct tfeed_dataset_stats *stats = stats_new(&made);
    cr_assert_eq(tfeed_dataset_stats_add_file(stats, "file", NULL), TFEED_OK);
    const struct tfeed_dataset_feature s = feature_of(stats, "s", TFEED_FEATURE_BYTES, NULL);
    cr_assert_eq(s.min_int64, 0);
    cr_assert_eq(s.max_int64, 5);
    cr_assert_eq(s.mean, 2);
    cr_assert_eq(s.n_text, 2);
    tfeed_dataset_stats_free(stats);
    example_files_clear(&made);
}

Test(stats, last_of_a_name_with_a_kind_counts)
{
    struct tfeed_dataset_stats *stats = stats_new(NULL);
    /* a: 1, then 5, then without a list. */
    add_bytes(stats, "\012\037" ENTRY_A_INT("\001") ENTRY_A_INT("\005") ENTRY_A_NONE, 33);
    const struct tfeed_dataset_feature a = feature_of(stats, "a", TFEED_FEATURE_INT64, NULL);
    cr_assert_eq(a.n_records, 1);
    cr_assert_eq(a.min_int64, 5);
    cr_assert_eq(a.max_int64, 5);
    cr_assert_eq(tfeed_dataset_stats_totals(stats).n_duplicates, 2);
    tfeed_dataset_stats_free(stats);
}

Test(stats, kinds_of_one_name_have_an_entry_each)
{
    struct tfeed_dataset_stats *stats = stats_new(NULL);
    size_t i;
    add_bytes(stats, "\012\014" ENTRY_A_INT("\001"), 14);
    add_bytes(stats, "\012\017" ENTRY_A_FLOAT, 17);
    add_bytes(stats, "\012\014" ENTRY_A_INT("\002"), 14);
    cr_assert_eq(feature_of(stats, "a", TFEED_FEATURE_INT64, &i).n_records, 2);
    cr_assert_eq(feature_of(stats, "a", TFEED_FEATURE_FLOAT, NULL).mean, 1);
    const struct tfeed_inferred_column column = tfeed_dataset_infer_column(stats, i);
    cr_assert_eq(column.form, TFEED_INFERRED_NO_COLUMN);
    cr_assert_not_null(column.why_not);
    tfeed_dataset_stats_free(stats);
}

Test(stats, record_that_is_no_example_is_told_with_its_place)
{
    struct example_files made;
    struct tfeed_error error;
    example_files_init(&made);
    begin_file(&made, "file", TFEED_COMPRESSION_NONE);
    add_label(&made, 1);
    add_raw(&made, "hello", 5);
    add_label(&made, 2);
    end_file(&made);
    struct tfeed_dataset_stats *stats = stats_new(&made);
    cr_assert_eq(tfeed_dataset_stats_add_file(stats, "file", &error), TFEED_INVALID_ARGUMENT);
    cr_assert_eq(error.record, 1);
    cr_assert_not_null(strstr(error.message, "file: record 1 at byte"));
    cr_assert_eq(tfeed_dataset_stats_totals(stats).n_records, 3);
    cr_assert_eq(tfeed_dataset_stats_totals(stats).n_not_examples, 1);
    cr_assert_eq(feature_of(stats, "label", TFEED_FEATURE_INT64, NULL).n_records, 2);
    tfeed_dataset_stats_free(stats);
    example_files_clear(&made);
}

Test(stats, file_of_other_things_is_no_error)
{
    struct example_files made;
    example_files_init(&made);
    begin_file(&made, "file", TFEED_COMPRESSION_NONE);
    add_raw(&made, "hello", 5);
    add_raw(&made, "world!!", 7);
    end_file(&made);
    struct tfeed_dataset_stats *stats = stats_new(&made);
    cr_assert_eq(tfeed_dataset_stats_add_file(stats, "file", NULL), TFEED_OK);
    const struct tfeed_dataset_totals totals = tfeed_dataset_stats_totals(stats);
    cr_assert_eq(totals.n_not_examples, 2);
    cr_assert_eq(totals.min_payload_bytes, 5);
    cr_assert_eq(totals.max_payload_bytes, 7);
    tfeed_dataset_stats_free(stats);
    example_files_clear(&made);
}

Test(stats, damage_ends_a_file_and_what_was_before_counts)
{
    struct example_files made;
    struct tfeed_error error;
    example_files_init(&made);
    make_labels(&made, "file", 0, 10, TFEED_COMPRESSION_NONE);
    damage_file(&made, "file", 5 * (16 + 20) + 14);
    struct tfeed_dataset_stats *stats = stats_new(&made);
    cr_assert_eq(tfeed_dataset_stats_add_file(stats, "file", &error), TFEED_DATA_LOSS);
    cr_assert_eq(tfeed_dataset_stats_totals(stats).n_records, error.record);
    cr_assert_not(tfeed_dataset_stats_totals(stats).is_whole);
    tfeed_dataset_stats_free(stats);
    example_files_clear(&made);
}

Test(stats, only_the_first_records_are_read_where_asked)
{
    struct example_files made;
    struct tfeed_dataset_stats_options options;
    struct tfeed_dataset_stats *stats;
    example_files_init(&made);
    make_labels(&made, "file", 0, 500, TFEED_COMPRESSION_GZIP);
    tfeed_dataset_stats_options_init(&options);
    options.inspect.reader.file_system = example_files_system(&made);
    options.max_records = 200;
    cr_assert_eq(tfeed_dataset_stats_new(&options, &stats, NULL), TFEED_OK);
    cr_assert_eq(tfeed_dataset_stats_add_file(stats, "file", NULL), TFEED_OK);
    cr_assert_eq(tfeed_dataset_stats_totals(stats).n_records, 200);
    cr_assert_eq(feature_of(stats, "label", TFEED_FEATURE_INT64, NULL).max_int64, 199);
    tfeed_dataset_stats_free(stats);
    example_files_clear(&made);
}

Test(stats, merged_files_equal_one_file)
{
    struct example_files made;
    example_files_init(&made);
    make_labels(&made, "all", 0, 300, TFEED_COMPRESSION_NONE);
    make_labels(&made, "a", 0, 120, TFEED_COMPRESSION_NONE);
    make_labels(&made, "b", 120, 180, TFEED_COMPRESSION_ZLIB);
    struct tfeed_dataset_stats *all = stats_new(&made);
    struct tfeed_dataset_stats *sum = stats_new(&made);
    struct tfeed_dataset_stats *a = stats_new(&made);
    struct tfeed_dataset_stats *b = stats_new(&made);
    cr_assert_eq(tfeed_dataset_stats_add_file(all, "all", NULL), TFEED_OK);
    cr_assert_eq(tfeed_dataset_stats_add_file(a, "a", NULL), TFEED_OK);
    cr_assert_eq(tfeed_dataset_stats_add_file(b, "b", NULL), TFEED_OK);
    cr_assert_eq(tfeed_dataset_stats_merge(sum, a, NULL), TFEED_OK);
    cr_assert_eq(tfeed_dataset_stats_merge(sum, b, NULL), TFEED_OK);
    const struct tfeed_dataset_feature x = feature_of(all, "label", TFEED_FEATURE_INT64, NULL);
    const struct tfeed_dataset_feature y = feature_of(sum, "label", TFEED_FEATURE_INT64, NULL);
    cr_assert_eq(y.n_records, x.n_records);
    cr_assert_eq(y.min_int64, x.min_int64);
    cr_assert_eq(y.max_int64, x.max_int64);
    cr_assert_eq(y.mean, x.mean);
    cr_assert_arr_eq(y.histogram.counts, x.histogram.counts, sizeof x.histogram.counts);
    cr_assert_eq(tfeed_dataset_stats_totals(sum).n_files, 2);
    cr_assert_eq(tfeed_dataset_stats_totals(sum).n_stream_bytes,
                 tfeed_dataset_stats_totals(all).n_stream_bytes);
    tfeed_dataset_stats_free(all);
    tfeed_dataset_stats_free(sum);
    tfeed_dataset_stats_free(a);
    tfeed_dataset_stats_free(b);
    example_files_clear(&made);
    T_EXPECT_NO_LEAKS(NULL);
}

/* A record with n features of different names, one value each. */
static void add_many(struct tfeed_dataset_stats *stats, struct tfeed_example_builder *builder,
                     int first, int n, tfeed_status expected)
{
    static char names[16384][8];
    const int64_t value = 1;
    const uint8_t *data;
    size_t len;
    tfeed_example_builder_clear(builder);
    for (int i = 0; i < n; i++) {
        snprintf(names[i], sizeof names[i], "%d", first + i);
        example_files_must(tfeed_example_builder_add_int64(builder, names[i], &value, 1, NULL));
    }
    example_files_must(tfeed_example_builder_finish(builder, &data, &len, NULL));
    cr_assert_eq(tfeed_dataset_stats_add(stats, data, len, NULL), expected);
}

Test(stats, names_that_are_data_are_refused)
{
    struct tfeed_dataset_stats *stats = stats_new(NULL);
    struct tfeed_example_builder *builder;
    example_files_must(tfeed_example_builder_new(NULL, &builder, NULL));
    add_many(stats, builder, 0, 10000, TFEED_OK);
    add_many(stats, builder, 5000, 5000, TFEED_OK);
    add_many(stats, builder, 9999, 2, TFEED_RESOURCE_EXHAUSTED);
    cr_assert_eq(tfeed_dataset_stats_n_features(stats), 10000);
    cr_assert_eq(feature_of(stats, "7500", TFEED_FEATURE_INT64, NULL).n_records, 2);
    tfeed_example_builder_free(builder);
    tfeed_dataset_stats_free(stats);
}

Test(stats, columns_follow_from_what_was_seen)
{
    struct example_files made;
    const int64_t numbers[] = {1, 2, 3};
    const struct tfeed_bytes image = {.data = (const uint8_t *)"12345678", .len = 8};
    size_t i;
    example_files_init(&made);
    begin_file(&made, "file", TFEED_COMPRESSION_NONE);
    for (size_t n = 1; n <= 3; n++) {
        example_files_must(tfeed_example_builder_add_int64(made.builder, "pair", numbers, 2, NULL));
        example_files_must(tfeed_example_builder_add_int64(made.builder, "list", numbers, n, NULL));
        example_files_must(
            tfeed_example_builder_add_bytes(made.builder, "image_raw", &image, 1, NULL));
        example_files_must(tfeed_example_builder_add_bytes(made.builder, "image", &image, 1, NULL));
        if (n == 2)
            example_files_must(
                tfeed_example_builder_add_int64(made.builder, "seldom", numbers, 1, NULL));
        example_files_must(tfeed_example_builder_add_empty(made.builder, "empty", NULL));
        add_example(&made);
    }
    end_file(&made);
    struct tfeed_dataset_stats *stats = stats_new(&made);
    cr_assert_eq(tfeed_dataset_stats_add_file(stats, "file", NULL), TFEED_OK);
    feature_of(stats, "pair", TFEED_FEATURE_INT64, &i);
    cr_assert_eq(tfeed_dataset_infer_column(stats, i).form, TFEED_INFERRED_FIXED);
    cr_assert_eq(tfeed_dataset_infer_column(stats, i).n_values, 2);
    feature_of(stats, "list", TFEED_FEATURE_INT64, &i);
    cr_assert_eq(tfeed_dataset_infer_column(stats, i).form, TFEED_INFERRED_VARIABLE);
    feature_of(stats, "image_raw", TFEED_FEATURE_BYTES, &i);
    cr_assert_eq(tfeed_dataset_infer_column(stats, i).form, TFEED_INFERRED_RAW);
    cr_assert_eq(tfeed_dataset_infer_column(stats, i).dtype, TFEED_UINT8);
    cr_assert_eq(tfeed_dataset_infer_column(stats, i).n_values, 8);
    feature_of(stats, "image", TFEED_FEATURE_BYTES, &i);
    cr_assert_eq(tfeed_dataset_infer_column(stats, i).form, TFEED_INFERRED_FIXED);
    cr_assert_eq(tfeed_dataset_infer_column(stats, i).dtype, TFEED_STRING);
    feature_of(stats, "seldom", TFEED_FEATURE_INT64, &i);
    cr_assert_eq(tfeed_dataset_infer_column(stats, i).form, TFEED_INFERRED_VARIABLE);
    feature_of(stats, "empty", TFEED_FEATURE_NONE, &i);
    cr_assert_eq(tfeed_dataset_infer_column(stats, i).form, TFEED_INFERRED_NO_COLUMN);
    tfeed_dataset_stats_free(stats);
    example_files_clear(&made);
}

Test(stats, failed_allocation_leaves_nothing_behind)
{
    struct example_files made;
    example_files_init(&made);
    make_labels(&made, "file", 0, 3, TFEED_COMPRESSION_NONE);
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_dataset_stats_options options;
        struct tfeed_dataset_stats *stats = NULL;
        struct tfeed_dataset_stats *sum = NULL;
        tfeed_dataset_stats_options_init(&options);
        options.inspect.reader.file_system = example_files_system(&made);
        options.inspect.reader.allocator = allocator;
        tfeed_status status = tfeed_dataset_stats_new(&options, &stats, NULL);
        if (status == TFEED_OK)
            status = tfeed_dataset_stats_new(&options, &sum, NULL);
        if (status == TFEED_OK)
            status = tfeed_dataset_stats_add_file(stats, "file", NULL);
        if (status == TFEED_OK)
            status = tfeed_dataset_stats_merge(sum, stats, NULL);
        T_EXPECT_ALLOC_STATUS(status);
        tfeed_dataset_stats_free(stats);
        tfeed_dataset_stats_free(sum);
    });
    example_files_clear(&made);
}
