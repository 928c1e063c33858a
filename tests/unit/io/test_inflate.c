/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_inflate.c - gzip and zlib streams: whole, in members, cut, followed, damaged.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <stdlib.h>
#include <string.h>

#define ZLIB_CONST
#include <zlib.h>

#include "io/inflate_private.h"
#include "tests/unit/io/stream_fixture.h"

/* Some 900 KB that compress by half, and a short text. */
enum { LONG_LEN = 900 * 1000 };
static uint8_t *long_bytes(void)
{
    uint8_t *bytes = malloc(LONG_LEN);
    for (size_t i = 0; i < LONG_LEN; i++)
        bytes[i] = t_pattern(5, i) & 0x0f;
    return bytes;
}

static const char text[] = "text that was compressed, text that was compressed twice";
enum { TEXT_LEN = sizeof text - 1 };

struct container {
    int window_bits;
    enum tfeed_compression compression;
    size_t trailer_bytes;
};

static struct container containers[] = {
    {31, TFEED_COMPRESSION_GZIP, 8},
    {15, TFEED_COMPRESSION_ZLIB, 4},
};

ParameterizedTestParameters(inflate, long_stream_comes_out_whole)
{
    return cr_make_param_array(struct container, containers, 2);
}

ParameterizedTest(struct container *container, inflate, long_stream_comes_out_whole)
{
    struct stream_fixture fixture;
    size_t len;
    uint8_t *expected = long_bytes();
    uint8_t *data = t_deflate(expected, LONG_LEN, container->window_bits, &len);
    static const size_t steps[] = {100, 5000, LONG_LEN};
    for (size_t i = 0; i < 3; i++) {
        stream_fixture_init(&fixture, data, len);
        stream_fixture_open(&fixture, container->compression);
        cr_assert_eq(stream_fixture_drain(&fixture, steps[i]), TFEED_OUT_OF_RANGE);
        cr_assert_eq(fixture.stream.end, TFI_STREAM_CLEAN);
        stream_fixture_expect(&fixture, expected, LONG_LEN);
        stream_fixture_clear(&fixture);
    }
    free(data);
    free(expected);
}

ParameterizedTestParameters(inflate, any_read_size_gives_the_same_bytes)
{
    static size_t sizes[] = {1, 2, 3, 7, 4096};
    return cr_make_param_array(size_t, sizes, sizeof sizes / sizeof sizes[0]);
}

ParameterizedTest(size_t *size, inflate, any_read_size_gives_the_same_bytes)
{
    struct stream_fixture fixture;
    size_t len;
    uint8_t *data = t_deflate(text, TEXT_LEN, 31, &len);
    stream_fixture_init(&fixture, data, len);
    fixture.files.max_read = *size;
    stream_fixture_open(&fixture, TFEED_COMPRESSION_GZIP);
    cr_assert_eq(stream_fixture_drain(&fixture, 9), TFEED_OUT_OF_RANGE);
    cr_assert_eq(fixture.stream.end, TFI_STREAM_CLEAN);
    stream_fixture_expect(&fixture, text, TEXT_LEN);
    stream_fixture_clear(&fixture);
    free(data);
}

ParameterizedTestParameters(inflate, stream_cut_at_each_byte_is_truncated)
{
    return cr_make_param_array(struct container, containers, 2);
}

ParameterizedTest(struct container *container, inflate, stream_cut_at_each_byte_is_truncated)
{
    struct stream_fixture fixture;
    size_t len;
    uint8_t *data = t_deflate(text, TEXT_LEN, container->window_bits, &len);
    for (size_t cut = 0; cut < len; cut++) {
        stream_fixture_init(&fixture, data, cut);
        stream_fixture_open(&fixture, container->compression);
        cr_assert_eq(stream_fixture_drain(&fixture, 9), TFEED_OUT_OF_RANGE);
        cr_assert_eq(fixture.stream.end, cut == 0 ? TFI_STREAM_CLEAN : TFI_STREAM_TRUNCATED,
                     "cut at %zu", cut);
        cr_assert(fixture.n_out == 0 || memcmp(fixture.out, text, fixture.n_out) == 0);
        if (cut >= len - container->trailer_bytes)
            cr_assert_eq(fixture.n_out, TEXT_LEN);
        stream_fixture_clear(&fixture);
    }
    free(data);
}

ParameterizedTestParameters(inflate, wrong_trailer_is_damage_behind_all_bytes)
{
    return cr_make_param_array(struct container, containers, 2);
}

ParameterizedTest(struct container *container, inflate, wrong_trailer_is_damage_behind_all_bytes)
{
    struct stream_fixture fixture;
    size_t len;
    uint8_t *data = t_deflate(text, TEXT_LEN, container->window_bits, &len);
    data[len - 1] ^= 1;
    stream_fixture_init(&fixture, data, len);
    stream_fixture_open(&fixture, container->compression);
    cr_assert_eq(stream_fixture_drain(&fixture, 9), TFEED_OUT_OF_RANGE);
    cr_assert_eq(fixture.stream.end, TFI_STREAM_DAMAGED);
    cr_assert_not_null(fixture.stream.detail);
    stream_fixture_expect(&fixture, text, TEXT_LEN);
    stream_fixture_clear(&fixture);
    free(data);
}

ParameterizedTestParameters(inflate, bytes_that_are_no_stream_are_damage)
{
    return cr_make_param_array(struct container, containers, 2);
}

ParameterizedTest(struct container *container, inflate, bytes_that_are_no_stream_are_damage)
{
    struct stream_fixture fixture;
    stream_fixture_init(&fixture, text, TEXT_LEN);
    stream_fixture_open(&fixture, container->compression);
    cr_assert_eq(stream_fixture_drain(&fixture, 9), TFEED_OUT_OF_RANGE);
    cr_assert_eq(fixture.stream.end, TFI_STREAM_DAMAGED);
    cr_assert_str_eq(fixture.stream.detail, "incorrect header check");
    cr_assert_eq(fixture.n_out, 0);
    stream_fixture_clear(&fixture);
}

Test(inflate, stream_with_a_preset_dictionary_is_damage)
{
    static const uint8_t needs_dictionary[] = {0x78, 0xbb, 1, 2, 3, 4, 5, 6};
    struct stream_fixture fixture;
    stream_fixture_init(&fixture, needs_dictionary, sizeof needs_dictionary);
    stream_fixture_open(&fixture, TFEED_COMPRESSION_ZLIB);
    cr_assert_eq(stream_fixture_drain(&fixture, 9), TFEED_OUT_OF_RANGE);
    cr_assert_eq(fixture.stream.end, TFI_STREAM_DAMAGED);
    cr_assert_str_eq(fixture.stream.detail, "needs a preset dictionary");
    stream_fixture_clear(&fixture);
}

/* What may stand behind a stream. */
struct follower {
    enum tfeed_compression compression;
    bool is_member; /* another stream of the same kind, else `garbage` */
    char garbage[12];
    enum tfi_stream_end end;
};

ParameterizedTestParameters(inflate, what_follows_a_stream_decides_its_end)
{
    static struct follower followers[] = {
        {TFEED_COMPRESSION_GZIP, true, "", TFI_STREAM_CLEAN},
        {TFEED_COMPRESSION_ZLIB, true, "", TFI_STREAM_TRAILING},
        {TFEED_COMPRESSION_GZIP, false, "x", TFI_STREAM_TRAILING},
        {TFEED_COMPRESSION_GZIP, false, "\x1f", TFI_STREAM_TRAILING},
        {TFEED_COMPRESSION_GZIP, false, "\x1f\x8b", TFI_STREAM_TRUNCATED},
        {TFEED_COMPRESSION_GZIP, false, "\x1f\x8b????????", TFI_STREAM_DAMAGED},
        {TFEED_COMPRESSION_ZLIB, false, "x", TFI_STREAM_TRAILING},
    };
    return cr_make_param_array(struct follower, followers, sizeof followers / sizeof followers[0]);
}

ParameterizedTest(struct follower *follower, inflate, what_follows_a_stream_decides_its_end)
{
    const int window_bits = follower->compression == TFEED_COMPRESSION_GZIP ? 31 : 15;
    struct stream_fixture fixture;
    struct t_record_bytes glued;
    size_t len;
    uint8_t *data = t_deflate(text, TEXT_LEN, window_bits, &len);
    t_record_bytes_init(&glued);
    t_record_bytes_add_raw(&glued, data, len);
    if (follower->is_member)
        t_record_bytes_add_raw(&glued, data, len);
    else
        t_record_bytes_add_raw(&glued, follower->garbage, strlen(follower->garbage));
    for (int first_only = 0; first_only < 2; first_only++) {
        for (size_t max_read = 0; max_read < 2; max_read++) {
            stream_fixture_init(&fixture, glued.data, glued.len);
            fixture.options.first_member_only = first_only != 0;
            fixture.files.max_read = max_read;
            stream_fixture_open(&fixture, follower->compression);
            cr_assert_eq(stream_fixture_drain(&fixture, 9), TFEED_OUT_OF_RANGE);
            cr_assert_eq(fixture.stream.end, first_only != 0 ? TFI_STREAM_CLEAN : follower->end);
            const bool twice = follower->end == TFI_STREAM_CLEAN && first_only == 0;
            cr_assert_eq(fixture.n_out, twice ? 2 * TEXT_LEN : TEXT_LEN);
            stream_fixture_clear(&fixture);
        }
    }
    t_record_bytes_clear(&glued);
    free(data);
}

Test(inflate, empty_members_are_passed_over)
{
    struct stream_fixture fixture;
    struct t_record_bytes glued;
    size_t len;
    uint8_t *empty = t_deflate("", 0, 31, &len);
    t_record_bytes_init(&glued);
    for (int i = 0; i < 50; i++)
        t_record_bytes_add_raw(&glued, empty, len);
    stream_fixture_init(&fixture, glued.data, glued.len);
    stream_fixture_open(&fixture, TFEED_COMPRESSION_GZIP);
    cr_assert_eq(stream_fixture_drain(&fixture, 9), TFEED_OUT_OF_RANGE);
    cr_assert_eq(fixture.stream.end, TFI_STREAM_CLEAN);
    cr_assert_eq(fixture.n_out, 0);
    stream_fixture_clear(&fixture);
    t_record_bytes_clear(&glued);
    free(empty);
}

Test(inflate, stream_full_of_flush_points_comes_out_whole)
{
    enum { ROOM = 20000 };
    struct stream_fixture fixture;
    uint8_t *data = malloc(ROOM);
    z_stream deflater = {.next_out = data, .avail_out = ROOM};
    cr_assert_eq(deflateInit(&deflater, 6), Z_OK);
    for (size_t i = 0; i < TEXT_LEN; i++) {
        deflater.next_in = (const uint8_t *)text + i;
        deflater.avail_in = 1;
        cr_assert_eq(deflate(&deflater, i % 2 == 0 ? Z_FULL_FLUSH : Z_SYNC_FLUSH), Z_OK);
    }
    cr_assert_eq(deflate(&deflater, Z_FINISH), Z_STREAM_END);
    stream_fixture_init(&fixture, data, ROOM - deflater.avail_out);
    (void)deflateEnd(&deflater);
    stream_fixture_open(&fixture, TFEED_COMPRESSION_ZLIB);
    cr_assert_eq(stream_fixture_drain(&fixture, 9), TFEED_OUT_OF_RANGE);
    cr_assert_eq(fixture.stream.end, TFI_STREAM_CLEAN);
    stream_fixture_expect(&fixture, text, TEXT_LEN);
    stream_fixture_clear(&fixture);
    free(data);
}

Test(inflate, mapped_file_inflates)
{
    struct tfeed_memory_files *memory;
    struct stream_fixture fixture;
    size_t len;
    uint8_t *expected = long_bytes();
    uint8_t *data = t_deflate(expected, LONG_LEN, 31, &len);
    cr_assert_eq(tfeed_memory_files_new(NULL, &memory, NULL), TFEED_OK);
    cr_assert_eq(tfeed_memory_files_put(memory, "f", data, len, NULL), TFEED_OK);
    stream_fixture_init(&fixture, NULL, 0);
    fixture.options.file_system = tfeed_memory_files_system(memory);
    fixture.options.may_map = true;
    stream_fixture_open(&fixture, TFEED_COMPRESSION_GZIP);
    cr_assert_eq(stream_fixture_drain(&fixture, 1000), TFEED_OUT_OF_RANGE);
    stream_fixture_expect(&fixture, expected, LONG_LEN);
    stream_fixture_clear(&fixture);
    tfeed_memory_files_free(memory);
    free(data);
    free(expected);
}

Test(inflate, failed_read_is_passed_on_behind_what_came)
{
    struct stream_fixture fixture;
    size_t len;
    uint8_t *expected = long_bytes();
    uint8_t *data = t_deflate(expected, LONG_LEN, 31, &len);
    stream_fixture_init(&fixture, data, len);
    fixture.files.fail_read_at = len / 2;
    fixture.files.max_read = 1000;
    stream_fixture_open(&fixture, TFEED_COMPRESSION_GZIP);
    const tfeed_status status = stream_fixture_drain(&fixture, 1000);
    cr_assert_neq(status, TFEED_OUT_OF_RANGE);
    cr_assert_eq(fixture.stream.end, TFI_STREAM_OPEN);
    cr_assert_gt(fixture.n_out, LONG_LEN / 4);
    cr_assert_eq(memcmp(fixture.out, expected, fixture.n_out), 0);
    fixture.files.fail_read_at = T_NEVER; /* the file recovers: nothing is lost */
    cr_assert_eq(tfi_stream_fill(&fixture.stream, 0, 100000, NULL), TFEED_OK);
    const struct tfi_window *window = tfi_stream_window(&fixture.stream);
    cr_assert_eq(memcmp(window->data, expected + window->offset, window->len), 0);
    stream_fixture_clear(&fixture);
    free(data);
    free(expected);
}

/* --- damage ------------------------------------------------------------------------------- */

/* A match of 258 bytes from where nothing is yet, behind 24 bytes. */
static const uint8_t bad_distance[] = {0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03,
                                       0x63, 0x60, 0x80, 0x00, 0x4d, 0x32, 0xe6, 0x19, 0xec, 0x37,
                                       0x5e, 0x35, 0x2d, 0x62, 0x40, 0xe3, 0x17, 0x21, 0x03, 0x00,
                                       0xc6, 0x7f, 0xb6, 0x4b, 0x2d, 0x00, 0x00, 0x00};

/* What zlib gives of a gzip stream before it meets damage. */
static size_t inflate_by_zlib(const uint8_t *data, size_t len, uint8_t *out, size_t room)
{
    struct tfi_inflate_buffers buffers = {
        .next_in = data, .avail_in = len, .next_out = out, .avail_out = room};
    void *inflater = tfi_inflate_by_zlib.open(true, NULL);
    cr_assert_not_null(inflater);
    (void)tfi_inflate_by_zlib.run(inflater, &buffers);
    tfi_inflate_by_zlib.close(inflater);
    return room - buffers.avail_out;
}

/* ISA-L counts bytes that it has not written. None of them is given. */
Test(inflate, distance_before_the_stream_gives_what_came_before)
{
    for (int as_a_pipe = 0; as_a_pipe < 2; as_a_pipe++) {
        struct stream_fixture fixture;
        uint8_t expected[TFI_INFLATE_MOST_DOUBTED];
        const size_t n =
            inflate_by_zlib(bad_distance, sizeof bad_distance, expected, sizeof expected);
        cr_assert_gt(n, 0);
        stream_fixture_init(&fixture, bad_distance, sizeof bad_distance);
        fixture.files.hide_size = as_a_pipe == 1;
        fixture.files.max_read = 7;
        stream_fixture_open(&fixture, TFEED_COMPRESSION_GZIP);
        cr_assert_eq(stream_fixture_drain(&fixture, 1000), TFEED_OUT_OF_RANGE);
        cr_assert_eq(fixture.stream.end, TFI_STREAM_DAMAGED);
        cr_assert_str_eq(fixture.stream.detail, "invalid distance too far back");
        cr_assert(as_a_pipe ? fixture.n_out <= n : fixture.n_out == n, "%zu bytes, expected %zu",
                  fixture.n_out, n);
        cr_assert_eq(memcmp(fixture.out, expected, fixture.n_out), 0);
        stream_fixture_clear(&fixture);
    }
}

/* The member before it was inflated by another inflater, and is not given twice. */
Test(inflate, damage_in_a_second_member_gives_what_came_before)
{
    struct stream_fixture fixture;
    struct t_record_bytes file;
    size_t len;
    uint8_t *first = t_deflate(text, TEXT_LEN, 31, &len);
    uint8_t expected[TEXT_LEN + TFI_INFLATE_MOST_DOUBTED];
    memcpy(expected, text, TEXT_LEN);
    const size_t n = TEXT_LEN + inflate_by_zlib(bad_distance, sizeof bad_distance,
                                                expected + TEXT_LEN, TFI_INFLATE_MOST_DOUBTED);
    t_record_bytes_init(&file);
    t_record_bytes_add_raw(&file, first, len);
    t_record_bytes_add_raw(&file, bad_distance, sizeof bad_distance);
    stream_fixture_init(&fixture, file.data, file.len);
    stream_fixture_open(&fixture, TFEED_COMPRESSION_GZIP);
    cr_assert_eq(stream_fixture_drain(&fixture, 10), TFEED_OUT_OF_RANGE);
    cr_assert_eq(fixture.stream.end, TFI_STREAM_DAMAGED);
    cr_assert_eq(fixture.n_out, n);
    cr_assert_eq(memcmp(fixture.out, expected, n), 0);
    stream_fixture_clear(&fixture);
    t_record_bytes_clear(&file);
    free(first);
}

/* The whole stream as zlib gives it, up to the flipped bit or what it leads to. */
Test(inflate, flipped_bit_gives_no_byte_that_is_not_in_the_stream)
{
    enum { HEADER_BYTES = 10, LEN = 3000, STEP = 13, ROOM = 64 * LEN };
    size_t len;
    uint8_t *bytes = long_bytes();
    uint8_t *expected = malloc(ROOM);
    uint8_t *data = t_deflate(bytes, LEN, 31, &len);
    for (size_t bit = 8 * (size_t)HEADER_BYTES; bit < 8 * len; bit += STEP) {
        struct stream_fixture fixture;
        data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        const size_t n = inflate_by_zlib(data, len, expected, ROOM);
        cr_assert_lt(n, ROOM);
        stream_fixture_init(&fixture, data, len);
        stream_fixture_open(&fixture, TFEED_COMPRESSION_GZIP);
        cr_assert_eq(stream_fixture_drain(&fixture, 1000), TFEED_OUT_OF_RANGE);
        cr_assert_eq(fixture.n_out, n, "bit %zu: %zu bytes, expected %zu", bit, fixture.n_out, n);
        cr_assert(n == 0 || memcmp(fixture.out, expected, n) == 0, "bit %zu", bit);
        stream_fixture_clear(&fixture);
        data[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    free(data);
    free(expected);
    free(bytes);
}

Test(inflate, each_failing_allocation_at_damage_is_resource_exhausted)
{
    T_FAIL_EACH_ALLOC(allocator, {
        struct t_scripted_files files;
        struct tfi_stream stream = {.path = NULL};
        t_scripted_files_init(&files, bad_distance, sizeof bad_distance);
        const struct tfi_stream_options options = {.file_system = &files.table,
                                                   .allocator = allocator};
        tfeed_status status = tfi_stream_open(&stream, "f", &options, NULL);
        if (status == TFEED_OK)
            status = tfi_stream_start(&stream, TFEED_COMPRESSION_GZIP, NULL);
        if (status == TFEED_OK)
            status = tfi_stream_fill(&stream, 0, 1, NULL);
        T_EXPECT_ALLOC_STATUS(status);
        tfi_stream_clear(&stream);
    });
}

Test(inflate, each_failing_allocation_is_resource_exhausted)
{
    size_t len;
    uint8_t *data = t_deflate(text, TEXT_LEN, 31, &len);
    T_FAIL_EACH_ALLOC(allocator, {
        struct t_scripted_files files;
        struct tfi_stream stream = {.path = NULL};
        t_scripted_files_init(&files, data, len);
        const struct tfi_stream_options options = {.file_system = &files.table,
                                                   .allocator = allocator};
        tfeed_status status = tfi_stream_open(&stream, "f", &options, NULL);
        if (status == TFEED_OK)
            status = tfi_stream_start(&stream, TFEED_COMPRESSION_GZIP, NULL);
        if (status == TFEED_OK)
            status = tfi_stream_fill(&stream, 0, TEXT_LEN, NULL);
        T_EXPECT_ALLOC_STATUS(status);
        tfi_stream_clear(&stream);
    });
    free(data);
}
