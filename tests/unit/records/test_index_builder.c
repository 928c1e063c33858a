/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_index_builder.c - what may be added to an index, and that it appears whole or not at all.
 */
#include <criterion/criterion.h>

#include "tests/support/scripted_files.h"
#include "tests/unit/records/index_fixture.h"

static struct tfi_index_builder *new_builder(void)
{
    struct tfi_index_builder *builder;
    cr_assert_eq(tfi_index_builder_new(NULL, &builder, NULL), TFEED_OK);
    return builder;
}

Test(index_builder, record_that_does_not_follow_is_refused_and_counts_not)
{
    struct tfi_index_builder *builder = new_builder();
    struct tfeed_error error;
    cr_assert_eq(tfi_index_builder_add(builder, 1, 5, NULL), TFEED_INVALID_ARGUMENT);
    cr_assert_eq(tfi_index_builder_add(builder, 0, 5, NULL), TFEED_OK);
    cr_assert_eq(tfi_index_builder_add(builder, 0, 5, &error), TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(error.message, "21"), "%s", error.message);
    cr_assert_eq(tfi_index_builder_add(builder, 21, 0, NULL), TFEED_OK);
    cr_assert_eq(tfi_index_builder_n_records(builder), 2);
    tfi_index_builder_free(builder);
}

Test(index_builder, record_beyond_what_offsets_hold_is_refused)
{
    struct tfi_index_builder *builder = new_builder();
    cr_assert_eq(tfi_index_builder_add(builder, 0, UINT64_MAX, NULL), TFEED_INVALID_ARGUMENT);
    cr_assert_eq(tfi_index_builder_add(builder, 0, INT64_MAX - 16, NULL), TFEED_OK);
    cr_assert_eq(tfi_index_builder_add(builder, INT64_MAX, 0, NULL), TFEED_INVALID_ARGUMENT);
    tfi_index_builder_free(builder);
}

Test(index_builder, runs_give_the_same_index_as_records)
{
    enum { N = 3000, RUN = 128 };
    struct fixture fixture;
    struct tfeed_record_view views[RUN];
    struct tfeed_record_reader *reader;
    struct tfeed_record_reader_options options;
    size_t n, len, run_len;
    fixture_init(&fixture, N, t_far_length);
    fixture_make(&fixture);
    uint8_t *single = fixture_get(&fixture, "f.tfidx", &len);
    struct tfi_index_builder *builder = new_builder();
    tfeed_record_reader_options_init(&options);
    options.file_system = fixture.options.file_system;
    cr_assert_eq(tfeed_record_reader_open("f", &options, &reader, NULL), TFEED_OK);
    while (tfeed_record_reader_next_run(reader, views, RUN, &n, NULL) == TFEED_OK)
        cr_assert_eq(tfi_index_builder_add_run(builder, views, n, NULL), TFEED_OK);
    tfeed_record_reader_close(reader);
    const struct tfi_index_target target = fixture_target(&fixture);
    cr_assert_eq(tfi_index_builder_write(builder, &target, NULL), TFEED_OK);
    tfi_index_builder_free(builder);
    uint8_t *runs = fixture_get(&fixture, "f.tfidx", &run_len);
    cr_assert_eq(len, run_len);
    cr_assert_eq(memcmp(single, runs, len), 0);
    free(single);
    free(runs);
    fixture_clear(&fixture);
}

Test(index_builder, run_with_a_gap_is_refused)
{
    const struct tfeed_record_view views[] = {{.offset = 0, .len = 4}, {.offset = 21, .len = 4}};
    struct tfi_index_builder *builder = new_builder();
    cr_assert_eq(tfi_index_builder_add_run(builder, views, 2, NULL), TFEED_INVALID_ARGUMENT);
    cr_assert_eq(tfi_index_builder_n_records(builder), 1);
    tfi_index_builder_free(builder);
}

Test(index_builder, existing_index_is_replaced_only_when_asked)
{
    struct fixture fixture;
    fixture_init(&fixture, 3, t_far_length);
    struct tfi_index_target target = fixture_target(&fixture);
    struct tfi_index_builder *builder = fixture_builder(&fixture);
    target.overwrite = false;
    cr_assert_eq(tfi_index_builder_write(builder, &target, NULL), TFEED_OK);
    cr_assert_eq(tfi_index_builder_write(builder, &target, NULL), TFEED_ALREADY_EXISTS);
    target.overwrite = true;
    cr_assert_eq(tfi_index_builder_write(builder, &target, NULL), TFEED_OK);
    tfi_index_builder_free(builder);
    fixture_clear(&fixture);
}

Test(index_builder, index_that_cannot_be_written_does_not_appear)
{
    struct fixture fixture;
    struct t_scripted_files files;
    fixture_init(&fixture, 3000, t_far_length);
    for (uint64_t full_at = 0; full_at < 6000; full_at += 977) {
        t_scripted_files_init(&files, fixture.data, fixture.len);
        files.full_at = full_at;
        struct tfi_index_target target = fixture_target(&fixture);
        struct tfi_index_builder *builder = fixture_builder(&fixture);
        target.file_system = &files.table;
        cr_assert_eq(tfi_index_builder_write(builder, &target, NULL), TFEED_RESOURCE_EXHAUSTED);
        cr_assert_eq(files.n_committed, 0);
        cr_assert_eq(files.n_discarded, 1);
        cr_assert_eq(files.n_open_inputs, 0);
        tfi_index_builder_free(builder);
        t_scripted_files_clear(&files);
    }
    fixture_clear(&fixture);
}

Test(index_builder, file_that_cannot_be_read_is_reported)
{
    struct fixture fixture;
    struct t_scripted_files files;
    fixture_init(&fixture, 3, t_far_length);
    t_scripted_files_init(&files, fixture.data, fixture.len);
    files.fail_read_at = 0;
    struct tfi_index_target target = fixture_target(&fixture);
    struct tfi_index_builder *builder = fixture_builder(&fixture);
    target.file_system = &files.table;
    cr_assert_eq(tfi_index_builder_write(builder, &target, NULL), TFEED_UNKNOWN);
    cr_assert_eq(files.n_open_inputs, 0);
    cr_assert_eq(files.n_open_outputs, 0);
    files.fail_read_at = T_NEVER;
    files.hide_size = true;
    cr_assert_eq(tfi_index_builder_write(builder, &target, NULL), TFEED_FAILED_PRECONDITION);
    cr_assert_eq(files.n_open_inputs, 0);
    tfi_index_builder_free(builder);
    t_scripted_files_clear(&files);
    fixture_clear(&fixture);
}
