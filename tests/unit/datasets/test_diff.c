/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_diff.c - two sets of files, record against record.
 */
#include <criterion/criterion.h>

#include <stdio.h>

#include <tfeed/inspect.h>

#include "tests/support/support.h"
#include "tests/unit/datasets/example_files.h"

/* What was told, the last one in words. */
struct told {
    size_t n;
    size_t stop_after; /* 0: never */
    uint64_t position;
    bool has_a;
    bool has_b;
    char a_path[16];
    char what[TFEED_ERROR_MESSAGE_BYTES];
};

static bool take(void *user_data, const struct tfeed_dataset_difference *difference)
{
    struct told *told = user_data;
    told->n++;
    told->position = difference->position;
    told->has_a = difference->a != NULL;
    told->has_b = difference->b != NULL;
    snprintf(told->a_path, sizeof told->a_path, "%s", difference->a ? difference->a_path : "");
    memcpy(told->what, difference->what, sizeof told->what);
    return told->n != told->stop_after;
}

static struct tfeed_dataset_diff_options options_for(const struct example_files *made,
                                                     struct told *told)
{
    struct tfeed_dataset_diff_options options;
    tfeed_dataset_diff_options_init(&options);
    options.inspect.reader.file_system = example_files_system(made);
    options.differs = take;
    options.user_data = told;
    return options;
}

static struct tfeed_dataset_diff_report diff_of(const struct example_files *made,
                                                const char *const *a, size_t n_a,
                                                const char *const *b, size_t n_b, bool by_content,
                                                struct told *told)
{
    struct tfeed_dataset_diff_options options = options_for(made, told);
    struct tfeed_dataset_diff_report report;
    options.by_content = by_content;
    cr_assert_eq(tfeed_dataset_diff(a, n_a, b, n_b, &options, &report, NULL), TFEED_OK);
    return report;
}

static const char *const a_alone[] = {"a"};
static const char *const b_alone[] = {"b"};

/* Compares "a" with "b". */
static struct tfeed_dataset_diff_report diff_ab(const struct example_files *made, bool by_content,
                                                struct told *told)
{
    return diff_of(made, a_alone, 1, b_alone, 1, by_content, told);
}

Test(diff, division_into_files_and_compression_make_no_difference)
{
    struct example_files made;
    struct told told = {0};
    static const char *const parts[] = {"b", "empty", "c"};
    example_files_init(&made);
    make_labels(&made, "a", 0, 300, TFEED_COMPRESSION_NONE);
    make_labels(&made, "b", 0, 130, TFEED_COMPRESSION_GZIP);
    make_labels(&made, "empty", 0, 0, TFEED_COMPRESSION_NONE);
    make_labels(&made, "c", 130, 170, TFEED_COMPRESSION_ZLIB);
    const struct tfeed_dataset_diff_report report =
        diff_of(&made, a_alone, 1, parts, 3, false, &told);
    cr_assert_eq(report.n_same, 300);
    cr_assert_eq(report.n_different + report.n_only_a + report.n_only_b, 0);
    cr_assert_eq(told.n, 0);
    example_files_clear(&made);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(diff, value_that_differs_is_named)
{
    struct example_files made;
    struct told told = {0};
    example_files_init(&made);
    begin_file(&made, "a", TFEED_COMPRESSION_NONE);
    add_label(&made, 1);
    add_label(&made, 3);
    end_file(&made);
    begin_file(&made, "b", TFEED_COMPRESSION_NONE);
    add_label(&made, 1);
    add_label(&made, 5);
    end_file(&made);
    const struct tfeed_dataset_diff_report report = diff_ab(&made, false, &told);
    cr_assert_eq(report.n_same, 1);
    cr_assert_eq(report.n_different, 1);
    cr_assert_eq(told.position, 1);
    cr_assert_str_eq(told.what, "label: int64 3 against 5");
    example_files_clear(&made);
}

Test(diff, longer_set_has_records_of_its_own)
{
    struct example_files made;
    struct told told = {0};
    example_files_init(&made);
    make_labels(&made, "a", 0, 200, TFEED_COMPRESSION_NONE);
    make_labels(&made, "b", 0, 197, TFEED_COMPRESSION_NONE);
    const struct tfeed_dataset_diff_report report = diff_ab(&made, false, &told);
    cr_assert_eq(report.n_only_a, 3);
    cr_assert_eq(told.n, 3);
    cr_assert(told.has_a && !told.has_b);
    cr_assert_str_eq(told.a_path, "a");
    example_files_clear(&made);
}

/* One feature of each kind in "a", and other values in "b". */
static void add_kinds(struct example_files *made, float number, const char *text, size_t n_ints)
{
    const float numbers[] = {1, number};
    const int64_t ints[] = {1, 2, 3};
    const struct tfeed_bytes bytes = {.data = (const uint8_t *)text, .len = strlen(text)};
    example_files_must(tfeed_example_builder_add_float(made->builder, "f", numbers, 2, NULL));
    example_files_must(tfeed_example_builder_add_bytes(made->builder, "s", &bytes, 1, NULL));
    example_files_must(tfeed_example_builder_add_int64(made->builder, "i", ints, n_ints, NULL));
    if (n_ints == 3)
        example_files_must(tfeed_example_builder_add_empty(made->builder, "x", NULL));
    add_example(made);
}

Test(diff, every_feature_that_differs_is_named)
{
    struct example_files made;
    struct told told = {0};
    example_files_init(&made);
    begin_file(&made, "a", TFEED_COMPRESSION_NONE);
    add_kinds(&made, 0.5f, "cat", 2);
    end_file(&made);
    begin_file(&made, "b", TFEED_COMPRESSION_NONE);
    add_kinds(&made, -0.25f, "cut", 3);
    end_file(&made);
    cr_assert_eq(diff_ab(&made, true, &told).n_different, 1);
    cr_assert_str_eq(told.what, "f: value 1, float 0.5 against -0.25; i: 2 int64 values against 3; "
                                "s: byte 1 of 3, 0x61 against 0x75; x: only in the second");
    example_files_clear(&made);
}

/* {"a": [5]} as the builder writes it, and with the value not packed. */
static const char packed[] = "\012\014\012\012\012\001a\022\005\032\003\012\001\005";
static const char unpacked[] = "\012\013\012\011\012\001a\022\004\032\002\010\005";

static void make_two_forms(struct example_files *made)
{
    begin_file(made, "a", TFEED_COMPRESSION_NONE);
    add_raw(made, packed, sizeof packed - 1);
    end_file(made);
    begin_file(made, "b", TFEED_COMPRESSION_NONE);
    add_raw(made, unpacked, sizeof unpacked - 1);
    end_file(made);
}

Test(diff, other_form_of_the_same_content_is_the_same_by_content)
{
    struct example_files made;
    struct told told = {0};
    example_files_init(&made);
    make_two_forms(&made);
    cr_assert_eq(diff_ab(&made, true, &told).n_same, 1);
    cr_assert_eq(told.n, 0);
    example_files_clear(&made);
}

Test(diff, other_form_of_the_same_content_differs_in_bytes)
{
    struct example_files made;
    struct told told = {0};
    example_files_init(&made);
    make_two_forms(&made);
    cr_assert_eq(diff_ab(&made, false, &told).n_different, 1);
    cr_assert_str_eq(told.what, "the same features in another form");
    example_files_clear(&made);
}

Test(diff, records_that_are_no_examples_differ_in_bytes)
{
    struct example_files made;
    struct told told = {0};
    example_files_init(&made);
    begin_file(&made, "a", TFEED_COMPRESSION_NONE);
    add_raw(&made, "hello", 5);
    end_file(&made);
    begin_file(&made, "b", TFEED_COMPRESSION_NONE);
    add_raw(&made, "hallo", 5);
    end_file(&made);
    cr_assert_eq(diff_ab(&made, true, &told).n_different, 1);
    cr_assert_str_eq(told.what, "payloads: byte 1 of 5, 0x65 against 0x61");
    example_files_clear(&made);
}

Test(diff, saying_stop_ends_it)
{
    struct example_files made;
    struct told told = {.stop_after = 2};
    example_files_init(&made);
    make_labels(&made, "a", 0, 200, TFEED_COMPRESSION_NONE);
    make_labels(&made, "b", 1, 200, TFEED_COMPRESSION_NONE);
    cr_assert_eq(diff_ab(&made, false, &told).n_different, 2);
    cr_assert_eq(told.n, 2);
    example_files_clear(&made);
}

Test(diff, damage_in_either_is_data_loss)
{
    struct example_files made;
    struct told told = {0};
    struct tfeed_dataset_diff_options options;
    struct tfeed_dataset_diff_report report;
    struct tfeed_error error;
    example_files_init(&made);
    make_labels(&made, "a", 0, 10, TFEED_COMPRESSION_NONE);
    make_labels(&made, "b", 0, 10, TFEED_COMPRESSION_NONE);
    damage_file(&made, "b", 14);
    options = options_for(&made, &told);
    cr_assert_eq(tfeed_dataset_diff(a_alone, 1, b_alone, 1, &options, &report, &error),
                 TFEED_DATA_LOSS);
    cr_assert_str_eq(error.path, "b");
    example_files_clear(&made);
}

/* Differences, and at last damage: what is told does not depend on who reads. */
Test(diff, any_number_of_threads_tells_the_same)
{
    struct example_files made;
    struct told first = {0};
    struct tfeed_dataset_diff_report first_report = {0};
    struct tfeed_error first_error = TFEED_ERROR_INIT;
    static const char *const parts[] = {"b", "empty", "c"};
    example_files_init(&made);
    make_labels(&made, "a", 0, 3000, TFEED_COMPRESSION_NONE);
    make_labels(&made, "b", 0, 1000, TFEED_COMPRESSION_GZIP);
    make_labels(&made, "empty", 0, 0, TFEED_COMPRESSION_NONE);
    make_labels(&made, "c", 1001, 1999, TFEED_COMPRESSION_NONE);
    for (uint32_t n_threads = 1; n_threads <= 4; n_threads++) {
        struct told told = {0};
        struct tfeed_dataset_diff_options options = options_for(&made, &told);
        struct tfeed_dataset_diff_report report;
        struct tfeed_error error = TFEED_ERROR_INIT;
        options.n_threads = n_threads;
        cr_assert_eq(tfeed_dataset_diff(a_alone, 1, parts, 3, &options, &report, &error), TFEED_OK);
        if (n_threads == 1) {
            first = told;
            first_report = report;
            first_error = error;
        }
        cr_assert_eq(told.n, 2000, "%d differences", told.n);
        cr_assert_eq(told.position, first.position);
        cr_assert_str_eq(told.what, first.what);
        cr_assert_eq(report.n_same, 1000);
        cr_assert_eq(report.n_different, first_report.n_different);
        cr_assert_eq(report.n_only_a, 1);
        cr_assert_str_eq(error.message, first_error.message);
    }
    damage_file(&made, "c", 14);
    for (uint32_t n_threads = 1; n_threads <= 4; n_threads++) {
        struct told told = {0};
        struct tfeed_dataset_diff_options options = options_for(&made, &told);
        struct tfeed_dataset_diff_report report;
        struct tfeed_error error;
        options.n_threads = n_threads;
        cr_assert_eq(tfeed_dataset_diff(a_alone, 1, parts, 3, &options, &report, &error),
                     TFEED_DATA_LOSS);
        cr_assert_eq(report.n_same, 1000);
        cr_assert_str_eq(error.path, "c");
        cr_assert_eq(error.record, 0);
    }
    example_files_clear(&made);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(diff, failed_allocation_leaves_nothing_behind)
{
    struct example_files made;
    example_files_init(&made);
    make_two_forms(&made);
    T_FAIL_EACH_ALLOC(allocator, {
        struct told told = {0};
        struct tfeed_dataset_diff_options options = options_for(&made, &told);
        struct tfeed_dataset_diff_report report;
        options.by_content = true;
        options.inspect.reader.allocator = allocator;
        T_EXPECT_ALLOC_STATUS(tfeed_dataset_diff(a_alone, 1, b_alone, 1, &options, &report, NULL));
    });
    T_FAIL_EACH_ALLOC(allocator, {
        struct told told = {0};
        struct tfeed_dataset_diff_options options = options_for(&made, &told);
        struct tfeed_dataset_diff_report report;
        options.n_threads = 2;
        options.inspect.reader.allocator = allocator;
        T_EXPECT_ALLOC_STATUS(tfeed_dataset_diff(a_alone, 1, b_alone, 1, &options, &report, NULL));
    });
    example_files_clear(&made);
}
