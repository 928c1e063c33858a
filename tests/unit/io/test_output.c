/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_output.c - bytes gathered into large writes.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <errno.h>
#include <string.h>

#include "io/output_internal.h"
#include "tests/support/record_bytes.h"
#include "tests/support/scripted_files.h"
#include "tests/support/support.h"

struct fixture {
    struct t_scripted_files files;
    struct tfi_output output;
    struct tfeed_error error;
};

static void fixture_open(struct fixture *fixture, size_t buffer_bytes)
{
    *fixture = (struct fixture){.error = TFEED_ERROR_INIT};
    t_scripted_files_init(&fixture->files, NULL, 0);
    cr_assert_eq(tfi_output_open(&fixture->output, &fixture->files.table, "f", 0, buffer_bytes,
                                 NULL, &fixture->error),
                 TFEED_OK);
}

static void fixture_clear(struct fixture *fixture)
{
    tfi_output_discard(&fixture->output);
    cr_assert_eq(fixture->files.n_open_outputs, 0);
    t_scripted_files_clear(&fixture->files);
    cr_assert_not(t_has_leaks());
}

/* Bytes of pattern 0 behind those appended already. */
static void append_pattern(struct fixture *fixture, size_t *n_appended, size_t len)
{
    uint8_t bytes[1000];
    cr_assert_leq(len, sizeof bytes);
    for (size_t i = 0; i < len; i++)
        bytes[i] = t_pattern(0, *n_appended + i);
    *n_appended += len;
    cr_assert_eq(tfi_output_append(&fixture->output, bytes, len, NULL), TFEED_OK);
}

static void expect_pattern(const struct fixture *fixture, size_t len)
{
    cr_assert_eq(fixture->files.n_written, len);
    for (size_t i = 0; i < len; i++)
        cr_assert_eq(fixture->files.written[i], t_pattern(0, i), "byte %zu", i);
}

ParameterizedTestParameters(output, bytes_arrive_in_order_whatever_the_buffer)
{
    static size_t sizes[] = {1, 2, 3, 7, 100, 999, 1000, 4096, 0};
    return cr_make_param_array(size_t, sizes, sizeof sizes / sizeof sizes[0]);
}

ParameterizedTest(size_t *size, output, bytes_arrive_in_order_whatever_the_buffer)
{
    struct fixture fixture;
    size_t n = 0;
    fixture_open(&fixture, *size);
    for (size_t len = 0; len <= 1000; len += 1 + len / 3)
        append_pattern(&fixture, &n, len);
    cr_assert_eq(tfi_output_commit(&fixture.output, NULL), TFEED_OK);
    expect_pattern(&fixture, n);
    cr_assert_eq(fixture.files.n_committed, 1);
    fixture_clear(&fixture);
}

Test(output, nothing_is_written_before_the_buffer_is_full)
{
    struct fixture fixture;
    size_t n = 0;
    fixture_open(&fixture, 100);
    append_pattern(&fixture, &n, 60);
    append_pattern(&fixture, &n, 40);
    cr_assert_eq(fixture.files.n_writes, 0);
    append_pattern(&fixture, &n, 1);
    cr_assert_eq(fixture.files.n_writes, 1);
    cr_assert_eq(fixture.files.n_written, 100);
    fixture_clear(&fixture);
}

Test(output, writes_are_whole_buffers)
{
    struct fixture fixture;
    size_t n = 0;
    fixture_open(&fixture, 100);
    append_pattern(&fixture, &n, 30);
    append_pattern(&fixture, &n, 555);
    cr_assert_eq(fixture.files.n_written, 500);
    cr_assert_eq(fixture.files.n_writes, 2); /* what filled up, and four buffers past it */
    cr_assert_eq(tfi_output_commit(&fixture.output, NULL), TFEED_OK);
    expect_pattern(&fixture, n);
    fixture_clear(&fixture);
}

Test(output, flush_writes_what_is_gathered)
{
    struct fixture fixture;
    size_t n = 0;
    fixture_open(&fixture, 0);
    append_pattern(&fixture, &n, 10);
    cr_assert_eq(tfi_output_flush(&fixture.output, NULL), TFEED_OK);
    expect_pattern(&fixture, 10);
    cr_assert_eq(fixture.files.n_flushes, 1);
    cr_assert_eq(tfi_output_flush(&fixture.output, NULL), TFEED_OK);
    cr_assert_eq(fixture.files.n_writes, 1); /* there was nothing more */
    fixture_clear(&fixture);
}

Test(output, room_is_never_empty)
{
    struct fixture fixture;
    uint8_t *room;
    size_t len;
    fixture_open(&fixture, 4);
    for (size_t i = 0; i < 10; i++) {
        cr_assert_eq(tfi_output_room(&fixture.output, &room, &len, NULL), TFEED_OK);
        cr_assert_gt(len, 0);
        *room = t_pattern(0, i);
        tfi_output_advance(&fixture.output, 1);
    }
    cr_assert_eq(tfi_output_commit(&fixture.output, NULL), TFEED_OK);
    expect_pattern(&fixture, 10);
    fixture_clear(&fixture);
}

Test(output, last_write_that_fails_discards)
{
    struct fixture fixture;
    size_t n = 0;
    fixture_open(&fixture, 100);
    fixture.files.full_at = 5;
    append_pattern(&fixture, &n, 10);
    cr_assert_eq(tfi_output_commit(&fixture.output, &fixture.error), TFEED_RESOURCE_EXHAUSTED);
    cr_assert_eq(fixture.error.sys_errno, ENOSPC);
    cr_assert_eq(fixture.files.n_discarded, 1);
    cr_assert_eq(fixture.files.n_committed, 0);
    fixture_clear(&fixture);
}

Test(output, discard_keeps_errno_and_is_done_once)
{
    struct fixture fixture;
    fixture_open(&fixture, 100);
    errno = ERANGE;
    tfi_output_discard(&fixture.output);
    tfi_output_discard(&fixture.output);
    cr_assert_eq(errno, ERANGE);
    cr_assert_eq(fixture.files.n_discarded, 1);
    fixture_clear(&fixture);
}

Test(output, file_system_without_outputs_says_so)
{
    struct t_scripted_files files;
    struct tfi_output output = {.files = NULL};
    struct tfeed_error error;
    t_scripted_files_init(&files, NULL, 0);
    files.table.open_output = NULL;
    cr_assert_eq(tfi_output_open(&output, &files.table, "f", 0, 0, NULL, &error),
                 TFEED_UNIMPLEMENTED);
    cr_assert_str_eq(error.message, "f: file system \"scripted\" cannot be written");
    tfi_output_discard(&output);
}

Test(output, file_system_without_cut_does_not_write_in_place)
{
    struct t_scripted_files files;
    struct tfi_output output = {.files = NULL};
    t_scripted_files_init(&files, NULL, 0);
    cr_assert_eq(tfi_output_open(&output, &files.table, "f", TFEED_OUTPUT_IN_PLACE, 0, NULL, NULL),
                 TFEED_UNIMPLEMENTED);
    cr_assert_eq(tfi_output_open(&output, &files.table, "f", TFEED_OUTPUT_APPEND, 0, NULL, NULL),
                 TFEED_UNIMPLEMENTED);
    cr_assert_eq(files.n_open_outputs, 0);
}

Test(output, what_is_kept_together_is_written_by_one_call)
{
    struct t_scripted_files files;
    struct tfi_output output = {.files = NULL};
    t_scripted_files_init(&files, NULL, 0);
    cr_assert_eq(tfi_output_open(&output, &files.table, "f", 0, 10, NULL, NULL), TFEED_OK);
    cr_assert_eq(tfi_output_append(&output, "1234567", 7, NULL), TFEED_OK);
    cr_assert_eq(tfi_output_keep_together(&output, 3, NULL), TFEED_OK);
    cr_assert_eq(files.n_written, 0);
    cr_assert_eq(tfi_output_keep_together(&output, 4, NULL), TFEED_OK);
    cr_assert_eq(files.n_written, 7);
    tfi_output_discard(&output);
    t_scripted_files_clear(&files);
}
