/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_deflate.c - the compressor in front of an output, against zlib called once.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <stdlib.h>
#include <string.h>

#include "io/output_internal.h"
#include "tests/support/record_bytes.h"
#include "tests/support/scripted_files.h"
#include "tests/support/support.h"

enum { LEN = 1000 * 1000 };

struct fixture {
    struct t_scripted_files files;
    struct tfi_output output;
    struct tfi_deflate deflate;
    uint8_t *bytes; /* LEN of them, that compress by half */
};

static const struct tfi_deflate_options tensorflow_gzip = {
    .level = -1, .window_bits = 31, .mem_level = 9};

static void fixture_init(struct fixture *fixture, const struct tfi_deflate_options *options)
{
    *fixture = (struct fixture){.bytes = malloc(LEN)};
    for (size_t i = 0; i < LEN; i++)
        fixture->bytes[i] = t_pattern(3, i) & 0x0f;
    t_scripted_files_init(&fixture->files, NULL, 0);
    cr_assert_eq(tfi_output_open(&fixture->output, &fixture->files.table, "f", 0, 1000, NULL, NULL),
                 TFEED_OK);
    cr_assert_eq(tfi_deflate_init(&fixture->deflate, options, &fixture->output, NULL, NULL),
                 TFEED_OK);
}

static void fixture_clear(struct fixture *fixture)
{
    tfi_output_discard(&fixture->output);
    tfi_deflate_clear(&fixture->deflate);
    t_scripted_files_clear(&fixture->files);
    free(fixture->bytes);
    cr_assert_not(t_has_leaks());
}

/* Appends all bytes by `step`, and ends the stream. */
static void append_all(struct fixture *fixture, size_t step)
{
    for (size_t i = 0; i < LEN; i += step)
        cr_assert_eq(tfi_deflate_append(&fixture->deflate, fixture->bytes + i,
                                        step < LEN - i ? step : LEN - i, NULL),
                     TFEED_OK);
    cr_assert_eq(tfi_deflate_flush(&fixture->deflate, Z_FINISH, NULL), TFEED_OK);
    cr_assert_eq(tfi_output_flush(&fixture->output, NULL), TFEED_OK);
}

ParameterizedTestParameters(deflate, pieces_of_any_size_give_the_bytes_of_one_call)
{
    static size_t steps[] = {7, 875, 65536, 256 << 10, (256 << 10) + 1, 700 * 1000, LEN};
    return cr_make_param_array(size_t, steps, sizeof steps / sizeof steps[0]);
}

ParameterizedTest(size_t *step, deflate, pieces_of_any_size_give_the_bytes_of_one_call)
{
    struct fixture fixture;
    size_t len;
    fixture_init(&fixture, &tensorflow_gzip);
    append_all(&fixture, *step);
    uint8_t *expected = t_deflate(fixture.bytes, LEN, 31, &len);
    cr_assert_eq(fixture.files.n_written, len);
    cr_assert_eq(memcmp(fixture.files.written, expected, len), 0);
    free(expected);
    fixture_clear(&fixture);
}

Test(deflate, partial_flush_brings_out_everything_appended)
{
    struct fixture fixture;
    uint8_t out[100];
    fixture_init(&fixture, &tensorflow_gzip);
    cr_assert_eq(tfi_deflate_append(&fixture.deflate, fixture.bytes, 50, NULL), TFEED_OK);
    cr_assert_eq(tfi_deflate_flush(&fixture.deflate, Z_PARTIAL_FLUSH, NULL), TFEED_OK);
    cr_assert_eq(tfi_output_flush(&fixture.output, NULL), TFEED_OK);
    z_stream inflater = {.next_in = fixture.files.written,
                         .avail_in = (uInt)fixture.files.n_written,
                         .next_out = out,
                         .avail_out = sizeof out};
    cr_assert_eq(inflateInit2(&inflater, 31), Z_OK);
    cr_assert_eq(inflate(&inflater, Z_NO_FLUSH), Z_OK);
    cr_assert_eq(sizeof out - inflater.avail_out, 50);
    cr_assert_eq(memcmp(out, fixture.bytes, 50), 0);
    (void)inflateEnd(&inflater);
    fixture_clear(&fixture);
}

Test(deflate, options_that_zlib_refuses_are_invalid)
{
    struct tfi_deflate compressor = {.is_live = false};
    struct tfi_output output = {.files = NULL};
    struct tfi_deflate_options options = tensorflow_gzip;
    struct tfeed_error error;
    options.mem_level = 0;
    cr_assert_eq(tfi_deflate_init(&compressor, &options, &output, NULL, &error),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_str_eq(error.message, "zlib does not take compression_level -1, window_bits 31, "
                                    "mem_level 0, compression_strategy 0");
    tfi_deflate_clear(&compressor);
    options = tensorflow_gzip;
    options.flush_mode = 6; /* Z_TREES, for inflating */
    cr_assert_eq(tfi_deflate_init(&compressor, &options, &output, NULL, &error),
                 TFEED_INVALID_ARGUMENT);
    tfi_deflate_clear(&compressor);
    cr_assert_not(t_has_leaks());
}

Test(deflate, failed_write_is_passed_on)
{
    struct fixture fixture;
    struct tfeed_error error;
    fixture_init(&fixture, &tensorflow_gzip);
    fixture.files.full_at = 10000;
    tfeed_status status = tfi_deflate_append(&fixture.deflate, fixture.bytes, LEN, &error);
    cr_assert_eq(status, TFEED_RESOURCE_EXHAUSTED);
    fixture_clear(&fixture);
}

Test(deflate, each_failing_allocation_is_resource_exhausted)
{
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfi_output output = {.files = NULL};
        struct tfi_deflate compressor = {.is_live = false};
        T_EXPECT_ALLOC_STATUS(
            tfi_deflate_init(&compressor, &tensorflow_gzip, &output, allocator, NULL));
        tfi_deflate_clear(&compressor);
    });
}
