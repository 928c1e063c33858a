/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_encoder_threads.c - compression on threads: what comes out can be read, and does not depend
 * on how many there are.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include "core/thread_internal.h"
#include "tests/unit/io/encoder_fixture.h"

enum { LEN = 1200 * 1000, PIECE = 256 << 10 };

/* A compression, a level, and how much is appended at once. */
struct way {
    enum tfeed_compression compression;
    int level;
    size_t step;
};

static struct way ways[] = {
    {TFEED_COMPRESSION_GZIP, -1, 1000},  {TFEED_COMPRESSION_GZIP, 1, LEN},
    {TFEED_COMPRESSION_GZIP, 0, 70000},  {TFEED_COMPRESSION_GZIP, 9, PIECE},
    {TFEED_COMPRESSION_ZLIB, -1, 12345}, {TFEED_COMPRESSION_ZLIB, 3, LEN},
    {TFEED_COMPRESSION_ZLIB, 9, 999},    {TFEED_COMPRESSION_SNAPPY, -1, 1000},
    {TFEED_COMPRESSION_SNAPPY, -1, LEN}, {TFEED_COMPRESSION_SNAPPY, -1, 100000},
};

/* Everything through n_threads, with a flush behind the first `flush_at` bytes. */
static void encode(struct encoder_fixture *fixture, const struct way *way, unsigned n_threads,
                   const uint8_t *bytes, size_t flush_at)
{
    encoder_fixture_init(fixture, way->compression, n_threads);
    fixture->options.deflate.level = way->level;
    encoder_fixture_open(fixture);
    encoder_fixture_append(fixture, bytes, flush_at, way->step);
    if (flush_at > 0)
        encoder_fixture_flush(fixture);
    encoder_fixture_append(fixture, bytes + flush_at, LEN - flush_at, way->step);
    encoder_fixture_finish(fixture);
}

ParameterizedTestParameters(encoder_threads, bytes_can_be_read_and_do_not_depend_on_the_threads)
{
    return cr_make_param_array(struct way, ways, sizeof ways / sizeof ways[0]);
}

ParameterizedTest(struct way *way, encoder_threads,
                  bytes_can_be_read_and_do_not_depend_on_the_threads)
{
    static const unsigned n_threads[] = {2, 3, 7};
    uint8_t *bytes = encoder_bytes(LEN);
    for (size_t flush_at = 0; flush_at <= 500000; flush_at += 500000) {
        struct encoder_fixture one;
        encode(&one, way, 1, bytes, flush_at);
        encoder_fixture_expect(&one, bytes, LEN, TFI_STREAM_CLEAN);
        for (size_t i = 0; i < 3; i++) {
            struct encoder_fixture many;
            encode(&many, way, n_threads[i], bytes, flush_at);
            cr_assert_eq(many.files.n_written, one.files.n_written);
            cr_assert_eq(memcmp(many.files.written, one.files.written, one.files.n_written), 0);
            encoder_fixture_clear(&many);
        }
        encoder_fixture_clear(&one);
    }
    free(bytes);
}

/* TensorFlow 1.15 reads one stream: so one it is, for whoever inflates strictly. */
ParameterizedTestParameters(encoder_threads, pieces_are_one_stream_with_zlibs_header)
{
    return cr_make_param_array(struct way, ways, 7);
}

ParameterizedTest(struct way *way, encoder_threads, pieces_are_one_stream_with_zlibs_header)
{
    struct encoder_fixture fixture;
    struct encoder_fixture serial;
    uint8_t *bytes = encoder_bytes(LEN);
    uint8_t *out = malloc(LEN + 1);
    z_stream inflater = {.avail_out = LEN + 1};
    const bool is_gzip = way->compression == TFEED_COMPRESSION_GZIP;
    encode(&fixture, way, 2, bytes, 0);
    encode(&serial, way, 0, bytes, 0);
    cr_assert_eq(memcmp(fixture.files.written, serial.files.written, is_gzip ? 10 : 2), 0);
    cr_assert_eq(inflateInit2(&inflater, is_gzip ? 31 : 15), Z_OK);
    inflater.next_in = fixture.files.written;
    inflater.avail_in = (uInt)fixture.files.n_written;
    inflater.next_out = out;
    cr_assert_eq(inflate(&inflater, Z_FINISH), Z_STREAM_END);
    cr_assert_eq(inflater.avail_in, 0);
    cr_assert_eq(LEN + 1 - inflater.avail_out, LEN);
    cr_assert_eq(memcmp(out, bytes, LEN), 0);
    (void)inflateEnd(&inflater);
    encoder_fixture_clear(&serial);
    encoder_fixture_clear(&fixture);
    free(out);
    free(bytes);
}

Test(encoder_threads, snappy_blocks_are_those_without_threads)
{
    uint8_t *bytes = encoder_bytes(LEN);
    for (size_t i = 7; i < sizeof ways / sizeof ways[0]; i++) {
        struct encoder_fixture with;
        struct encoder_fixture without;
        encode(&with, &ways[i], 2, bytes, 700000);
        encode(&without, &ways[i], 0, bytes, 700000);
        cr_assert_eq(with.files.n_written, without.files.n_written);
        cr_assert_eq(memcmp(with.files.written, without.files.written, with.files.n_written), 0);
        encoder_fixture_clear(&with);
        encoder_fixture_clear(&without);
    }
    free(bytes);
}

ParameterizedTestParameters(encoder_threads, what_was_flushed_can_be_read)
{
    static enum tfeed_compression compressions[] = {TFEED_COMPRESSION_GZIP, TFEED_COMPRESSION_ZLIB,
                                                    TFEED_COMPRESSION_SNAPPY};
    return cr_make_param_array(enum tfeed_compression, compressions, 3);
}

ParameterizedTest(enum tfeed_compression *compression, encoder_threads,
                  what_was_flushed_can_be_read)
{
    struct encoder_fixture fixture;
    uint8_t *bytes = encoder_bytes(LEN);
    encoder_fixture_init(&fixture, *compression, 2);
    encoder_fixture_open(&fixture);
    const enum tfi_stream_end end =
        *compression == TFEED_COMPRESSION_SNAPPY ? TFI_STREAM_CLEAN : TFI_STREAM_TRUNCATED;
    size_t len = 0;
    for (size_t n = 1; len + n < LEN; n *= 9) {
        encoder_fixture_append(&fixture, bytes + len, n, n);
        len += n;
        encoder_fixture_flush(&fixture);
        encoder_fixture_expect(&fixture, bytes, len, end);
        const size_t n_written = fixture.files.n_written;
        encoder_fixture_flush(&fixture); /* nothing new, nothing written */
        cr_assert_eq(fixture.files.n_written, n_written);
    }
    encoder_fixture_finish(&fixture);
    encoder_fixture_expect(&fixture, bytes, len, TFI_STREAM_CLEAN);
    encoder_fixture_clear(&fixture);
    free(bytes);
}

/* In pieces, with threads and without. */
ParameterizedTestParameters(encoder_threads, gzip_in_pieces_ends_a_member_at_each_flush)
{
    static unsigned n_threads[] = {0, 1, 3};
    return cr_make_param_array(unsigned, n_threads, 3);
}

ParameterizedTest(unsigned *n_threads, encoder_threads, gzip_in_pieces_ends_a_member_at_each_flush)
{
    struct encoder_fixture fixture;
    uint8_t *bytes = encoder_bytes(LEN);
    encoder_fixture_init(&fixture, TFEED_COMPRESSION_GZIP, *n_threads);
    fixture.options.in_pieces = true;
    encoder_fixture_open(&fixture);
    encoder_fixture_flush(&fixture);
    cr_assert_eq(fixture.files.n_written, 0);
    size_t len = 0;
    for (size_t n = 1; len + n < LEN; n *= 9) {
        encoder_fixture_append(&fixture, bytes + len, n, n);
        len += n;
        encoder_fixture_flush(&fixture);
        encoder_fixture_expect(&fixture, bytes, len, TFI_STREAM_CLEAN);
    }
    const size_t n_written = fixture.files.n_written;
    encoder_fixture_flush(&fixture);
    encoder_fixture_finish(&fixture);
    cr_assert_eq(fixture.files.n_written, n_written);
    encoder_fixture_clear(&fixture);
    free(bytes);
}

ParameterizedTestParameters(encoder_threads, stream_of_nothing_is_empty_unless_it_may_be_nothing)
{
    static unsigned n_threads[] = {0, 2};
    return cr_make_param_array(unsigned, n_threads, 2);
}

ParameterizedTest(unsigned *n_threads, encoder_threads,
                  stream_of_nothing_is_empty_unless_it_may_be_nothing)
{
    static const enum tfeed_compression compressions[] = {TFEED_COMPRESSION_GZIP,
                                                          TFEED_COMPRESSION_ZLIB};
    for (size_t i = 0; i < 4; i++) {
        struct encoder_fixture fixture;
        encoder_fixture_init(&fixture, compressions[i % 2], *n_threads);
        fixture.options.may_be_nothing = i >= 2;
        encoder_fixture_open(&fixture);
        encoder_fixture_finish(&fixture);
        cr_assert_eq(fixture.files.n_written > 0, i < 2);
        encoder_fixture_expect(&fixture, "", 0, TFI_STREAM_CLEAN);
        encoder_fixture_clear(&fixture);
    }
}

/* Closed at any place: threads end, nothing is left. */
Test(encoder_threads, unfinished_encoder_closes)
{
    uint8_t *bytes = encoder_bytes(LEN);
    static const size_t lens[] = {0, 1, PIECE, 3 * PIECE + 1, LEN};
    for (size_t i = 0; i < sizeof lens / sizeof lens[0]; i++) {
        struct encoder_fixture fixture;
        encoder_fixture_init(&fixture, TFEED_COMPRESSION_GZIP, 3);
        encoder_fixture_open(&fixture);
        encoder_fixture_append(&fixture, bytes, lens[i], LEN);
        encoder_fixture_clear(&fixture);
    }
    free(bytes);
}

Test(encoder_threads, full_disk_is_passed_on)
{
    struct encoder_fixture fixture;
    uint8_t *bytes = encoder_bytes(LEN);
    tfeed_status status = TFEED_OK;
    encoder_fixture_init(&fixture, TFEED_COMPRESSION_ZLIB, 2);
    fixture.files.full_at = 100;
    encoder_fixture_open(&fixture);
    for (int i = 0; i < 10 && status == TFEED_OK; i++)
        status = tfi_encoder_append(&fixture.encoder, bytes, LEN, NULL);
    cr_assert_eq(status, TFEED_RESOURCE_EXHAUSTED);
    encoder_fixture_clear(&fixture);
    free(bytes);
}

Test(encoder_threads, level_that_zlib_does_not_take_is_invalid)
{
    struct encoder_fixture fixture;
    encoder_fixture_init(&fixture, TFEED_COMPRESSION_GZIP, 2);
    fixture.options.deflate.level = 10;
    cr_assert_eq(
        tfi_encoder_open(&fixture.encoder, &fixture.options, &fixture.output, NULL, &fixture.error),
        TFEED_INVALID_ARGUMENT);
    encoder_fixture_clear(&fixture);
}

Test(encoder_threads, thread_that_does_not_start_is_resource_exhausted)
{
    for (int good = 0; good < 3; good++) {
        struct encoder_fixture fixture;
        encoder_fixture_init(&fixture, TFEED_COMPRESSION_SNAPPY, 3);
        tfi_thread_fail_starts(good, 1);
        cr_assert_eq(tfi_encoder_open(&fixture.encoder, &fixture.options, &fixture.output, NULL,
                                      &fixture.error),
                     TFEED_RESOURCE_EXHAUSTED);
        tfi_thread_fail_starts(0, 0);
        encoder_fixture_clear(&fixture);
    }
}

Test(encoder_threads, each_failing_allocation_is_resource_exhausted)
{
    static const enum tfeed_compression compressions[] = {
        TFEED_COMPRESSION_GZIP, TFEED_COMPRESSION_SNAPPY, TFEED_COMPRESSION_ZLIB};
    for (size_t i = 0; i < 6; i++) {
        T_FAIL_EACH_ALLOC(allocator, {
            struct encoder_fixture fixture;
            encoder_fixture_init(&fixture, compressions[i % 3], i < 3 ? 2 : 0);
            T_EXPECT_ALLOC_STATUS(tfi_encoder_open(&fixture.encoder, &fixture.options,
                                                   &fixture.output, allocator, NULL));
            encoder_fixture_clear(&fixture);
        });
    }
}
