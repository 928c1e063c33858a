/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_whole_file_work.c - files as single records.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <stdlib.h>

#include "core/block_internal.h"
#include "tests/support/record_bytes.h"
#include "tests/unit/readers/kind_fixture.h"

static void open_whole(struct kind_fixture *kind)
{
    cr_assert_eq(tfeed_whole_file_reader_new(&kind->options, &kind->reader, &kind->error), TFEED_OK,
                 "%s", kind->error.message);
}

Test(whole_file_work, unit_is_completed_with_its_record)
{
    struct kind_fixture kind;
    kind_init_text(&kind, "all of it\n");
    open_whole(&kind);
    kind_enqueue(&kind, "f");
    kind_enqueue(&kind, "g");
    kind_close_names(&kind);
    expect_record(&kind, "f", "all of it\n");
    cr_assert(counters_are(&kind, 1, 1));
    expect_record(&kind, "g", "all of it\n");
    cr_assert(counters_are(&kind, 2, 2));
    cr_assert_eq(kind_read(&kind), TFEED_OUT_OF_RANGE);
    kind_clear(&kind);
}

/* As TensorFlow's testInfiniteEpochs: the same names again before the earlier ones are used up. */
Test(whole_file_work, names_may_come_again)
{
    struct kind_fixture kind;
    kind_init_text(&kind, "x");
    open_whole(&kind);
    kind_enqueue(&kind, "f");
    kind_enqueue(&kind, "g");
    expect_record(&kind, "f", "x");
    kind_enqueue(&kind, "f");
    kind_enqueue(&kind, "g");
    expect_record(&kind, "g", "x");
    expect_record(&kind, "f", "x");
    expect_record(&kind, "g", "x");
    kind_clear(&kind);
}

Test(whole_file_work, read_up_to_gives_one)
{
    struct kind_fixture kind;
    kind_init_text(&kind, "x");
    open_whole(&kind);
    kind_enqueue(&kind, "f");
    kind_enqueue(&kind, "g");
    cr_assert_eq(kind_read_up_to(&kind, 5), TFEED_OK);
    cr_assert_eq(tfeed_tensor_n_elements(&kind.value), 1);
    cr_assert_eq(tfeed_queue_size(kind.names), 1);
    kind_clear(&kind);
}

Test(whole_file_work, missing_file_is_met_again_until_reset)
{
    struct kind_fixture kind;
    kind_init_text(&kind, "");
    kind.options.file_system = NULL;
    open_whole(&kind);
    kind_enqueue(&kind, "/nowhere/at/all");
    for (int i = 0; i < 3; i++)
        cr_assert_eq(kind_read(&kind), TFEED_NOT_FOUND);
    cr_assert(counters_are(&kind, 0, 0));
    tfeed_reader_reset(kind.reader);
    kind_close_names(&kind);
    cr_assert_eq(kind_read(&kind), TFEED_OUT_OF_RANGE, "the name is gone");
    kind_clear(&kind);
}

ParameterizedTestParameters(whole_file_work, any_size_read_in_any_pieces_comes_whole)
{
    static size_t sizes[] = {0, 1, 131072, 131073, 262144, 262145, 3000000};
    return cr_make_param_array(size_t, sizes, sizeof sizes / sizeof sizes[0]);
}

ParameterizedTest(size_t *size, whole_file_work, any_size_read_in_any_pieces_comes_whole)
{
    uint8_t *data = malloc(*size + 1);
    cr_assert_not_null(data);
    for (size_t i = 0; i < *size; i++)
        data[i] = (uint8_t)(i * 7 + i / 251);
    for (int way = 0; way < 4; way++) {
        struct kind_fixture kind;
        kind_init(&kind, data, *size);
        kind.files.hide_size = way % 2 != 0;
        kind.files.max_read = way < 2 ? 0 : 4099;
        open_whole(&kind);
        kind_enqueue(&kind, "f");
        cr_assert_eq(kind_read(&kind), TFEED_OK, "%s", kind.error.message);
        cr_assert(bytes_are(tfeed_tensor_strings(&kind.value), data, *size), "way %d", way);
        kind_clear(&kind);
    }
    free(data);
}

Test(whole_file_work, small_file_takes_no_block_of_a_stream)
{
    struct kind_fixture kind;
    kind_init_text(&kind, "small");
    open_whole(&kind);
    kind_enqueue(&kind, "f");
    cr_assert_eq(kind_read(&kind), TFEED_OK);
    cr_assert_leq(tfi_block_len(tfeed_tensor_strings(&kind.value)->block), 64);
    kind_clear(&kind);
}

Test(whole_file_work, value_outlives_its_reader)
{
    struct kind_fixture kind;
    struct t_temp_dir dir;
    char path[T_PATH_BYTES];
    t_temp_dir_init(&dir);
    kind_init_text(&kind, "");
    kind.options.file_system = NULL; /* mapped */
    open_whole(&kind);
    t_write_file(t_temp_path(&dir, "whole", path), "mapped", 6);
    kind_enqueue(&kind, path);
    expect_record(&kind, path, "mapped");
    tfeed_reader_unref(kind.reader);
    kind.reader = NULL;
    cr_assert(text_is(&kind.value, "mapped"));
    kind_clear(&kind);
    t_temp_dir_clear(&dir);
}

ParameterizedTestParameters(whole_file_work, file_beyond_the_limit_is_refused)
{
    static int ways[] = {0, 1};
    return cr_make_param_array(int, ways, 2);
}

ParameterizedTest(int *is_sized, whole_file_work, file_beyond_the_limit_is_refused)
{
    struct kind_fixture kind;
    kind_init_text(&kind, "123456");
    kind.options.max_record_bytes = 5;
    kind.files.hide_size = *is_sized == 0;
    kind.files.max_read = 2;
    open_whole(&kind);
    kind_enqueue(&kind, "f");
    cr_assert_eq(kind_read(&kind), TFEED_RESOURCE_EXHAUSTED);
    cr_assert_eq(kind_read(&kind), TFEED_RESOURCE_EXHAUSTED);
    tfeed_reader_reset(kind.reader);
    t_scripted_files_init(&kind.files, "12345", 5);
    kind.files.hide_size = *is_sized == 0;
    kind_enqueue(&kind, "g");
    expect_record(&kind, "g", "12345");
    kind_clear(&kind);
}

Test(whole_file_work, compressed_file_comes_inflated_where_asked)
{
    struct kind_fixture kind;
    size_t len;
    uint8_t *deflated = t_deflate("inflated", 8, 31, &len);
    kind_init(&kind, deflated, len);
    kind.options.compression = TFEED_COMPRESSION_GZIP;
    open_whole(&kind);
    kind_enqueue(&kind, "f");
    expect_record(&kind, "f", "inflated");
    kind_clear(&kind);
    free(deflated);
}

Test(whole_file_work, read_error_is_reported)
{
    struct kind_fixture kind;
    kind_init_text(&kind, "123456");
    kind.files.fail_read_at = 3;
    open_whole(&kind);
    kind_enqueue(&kind, "f");
    cr_assert_eq(kind_read(&kind), TFEED_UNKNOWN);
    kind.files.fail_read_at = T_NEVER;
    expect_record(&kind, "f", "123456");
    kind_clear(&kind);
}

Test(whole_file_work, no_memory_is_reported)
{
    struct kind_fixture kind;
    kind_init_text(&kind, "small");
    T_FAIL_EACH_ALLOC(allocator, {
        kind.options.allocator = allocator;
        kind.reader = NULL;
        tfeed_status status = tfeed_whole_file_reader_new(&kind.options, &kind.reader, NULL);
        kind_enqueue(&kind, "f");
        if (status == TFEED_OK)
            status = kind_read(&kind);
        T_EXPECT_ALLOC_STATUS(status);
        kind_clear_records(&kind);
        tfeed_reader_unref(kind.reader);
    });
    kind.reader = NULL;
    kind_clear(&kind);
}
