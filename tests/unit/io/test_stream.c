/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_stream.c - a file's bytes in order: peeked at, then as they are.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/io/stream_fixture.h"

static const char text[] = "the bytes of a file, as they are, in order";
enum { TEXT_LEN = sizeof text - 1 };

ParameterizedTestParameters(stream, bytes_come_in_order_whatever_the_read_size)
{
    static size_t sizes[] = {1, 2, 3, 7, 4096, 0};
    return cr_make_param_array(size_t, sizes, sizeof sizes / sizeof sizes[0]);
}

ParameterizedTest(size_t *size, stream, bytes_come_in_order_whatever_the_read_size)
{
    struct stream_fixture fixture;
    stream_fixture_init(&fixture, text, TEXT_LEN);
    fixture.files.max_read = *size;
    stream_fixture_open(&fixture, TFEED_COMPRESSION_NONE);
    cr_assert_eq(fixture.stream.end, TFI_STREAM_OPEN);
    cr_assert_eq(stream_fixture_drain(&fixture, 5), TFEED_OUT_OF_RANGE);
    cr_assert_eq(fixture.stream.end, TFI_STREAM_CLEAN);
    stream_fixture_expect(&fixture, text, TEXT_LEN);
    stream_fixture_clear(&fixture);
}

Test(stream, end_is_not_asked_for_again)
{
    struct stream_fixture fixture;
    stream_fixture_init(&fixture, text, TEXT_LEN);
    stream_fixture_open(&fixture, TFEED_COMPRESSION_NONE);
    cr_assert_eq(stream_fixture_drain(&fixture, 5), TFEED_OUT_OF_RANGE);
    const int n_reads = fixture.files.n_reads;
    cr_assert_eq(tfi_stream_fill(&fixture.stream, 0, 5, NULL), TFEED_OUT_OF_RANGE);
    cr_assert_eq(fixture.files.n_reads, n_reads); /* a terminal would be asked twice */
    stream_fixture_clear(&fixture);
}

Test(stream, peeking_takes_nothing_away)
{
    struct stream_fixture fixture;
    const uint8_t *data;
    size_t len;
    stream_fixture_init(&fixture, text, TEXT_LEN);
    fixture.files.max_read = 3;
    cr_assert_eq(tfi_stream_open(&fixture.stream, "f", &fixture.options, NULL), TFEED_OK);
    cr_assert_eq(tfi_stream_peek(&fixture.stream, 9, &data, &len, NULL), TFEED_OK);
    cr_assert_eq(len, 9);
    cr_assert_eq(memcmp(data, text, 9), 0);
    cr_assert_eq(tfi_stream_start(&fixture.stream, TFEED_COMPRESSION_NONE, NULL), TFEED_OK);
    cr_assert_eq(stream_fixture_drain(&fixture, 4), TFEED_OUT_OF_RANGE);
    stream_fixture_expect(&fixture, text, TEXT_LEN);
    stream_fixture_clear(&fixture);
}

Test(stream, peeking_beyond_the_end_gives_what_there_is)
{
    struct stream_fixture fixture;
    const uint8_t *data;
    size_t len;
    stream_fixture_init(&fixture, text, 4);
    cr_assert_eq(tfi_stream_open(&fixture.stream, "f", &fixture.options, NULL), TFEED_OK);
    cr_assert_eq(tfi_stream_peek(&fixture.stream, 12, &data, &len, NULL), TFEED_OK);
    cr_assert_eq(len, 4);
    stream_fixture_clear(&fixture);
}

Test(stream, what_the_file_may_still_hold_goes_by_its_size)
{
    struct stream_fixture fixture;
    stream_fixture_init(&fixture, text, 20);
    stream_fixture_open(&fixture, TFEED_COMPRESSION_NONE);
    cr_assert_eq(tfi_stream_fill(&fixture.stream, 0, 12, NULL), TFEED_OK);
    cr_assert_eq(tfi_stream_fill(&fixture.stream, 5, 1, NULL), TFEED_OK);
    cr_assert(tfi_stream_may_hold(&fixture.stream, 15));
    cr_assert_not(tfi_stream_may_hold(&fixture.stream, 16));
    cr_assert_not(tfi_stream_may_hold(&fixture.stream, UINT64_MAX));
    fixture.files.hide_size = true;
    cr_assert(tfi_stream_may_hold(&fixture.stream, UINT64_MAX));
    stream_fixture_clear(&fixture);
}

Test(stream, failed_read_is_passed_on)
{
    struct stream_fixture fixture;
    stream_fixture_init(&fixture, text, TEXT_LEN);
    fixture.files.fail_read_at = 10;
    stream_fixture_open(&fixture, TFEED_COMPRESSION_NONE);
    cr_assert_neq(stream_fixture_drain(&fixture, 4), TFEED_OUT_OF_RANGE);
    cr_assert_eq(fixture.error.sys_errno, EIO);
    cr_assert_eq(fixture.stream.end, TFI_STREAM_OPEN);
    stream_fixture_expect(&fixture, text, 10);
    stream_fixture_clear(&fixture);
}

Test(stream, clearing_keeps_errno_and_takes_a_zeroed_stream)
{
    struct tfi_stream stream = {.path = NULL};
    errno = ERANGE;
    tfi_stream_clear(&stream);
    cr_assert_eq(errno, ERANGE);
}
