/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_inflate_bytes.c - streams in memory, whole, cut, damaged, too long.
 */
#include <criterion/criterion.h>

#define ZLIB_CONST
#include <zlib.h>

#include <string.h>

#include "io/inflate_bytes_internal.h"
#include "tests/support/support.h"

enum { CONTENT_BYTES = 100000, PACKED_BYTES = 200000, NO_LIMIT = 1 << 30 };

static uint8_t content[CONTENT_BYTES];
static uint8_t packed[PACKED_BYTES];

/* Content that compresses to a few tens of kilobytes; returns the length of the stream. */
static size_t pack(bool is_gzip)
{
    uint32_t state = 7;
    for (size_t i = 0; i < CONTENT_BYTES; i++) {
        state = state * 1664525u + 1013904223u;
        content[i] = (uint8_t)("abcd"[state >> 30]);
    }
    z_stream stream = {0};
    cr_assert_eq(deflateInit2(&stream, 6, Z_DEFLATED, is_gzip ? 31 : 15, 8, Z_DEFAULT_STRATEGY),
                 Z_OK);
    stream.next_in = content;
    stream.avail_in = CONTENT_BYTES;
    stream.next_out = packed;
    stream.avail_out = PACKED_BYTES;
    cr_assert_eq(deflate(&stream, Z_FINISH), Z_STREAM_END);
    const size_t len = PACKED_BYTES - stream.avail_out;
    (void)deflateEnd(&stream);
    return len;
}

static void expect_whole(bool is_gzip)
{
    struct tfi_byte_buffer buffer = {0};
    const size_t len = pack(is_gzip);
    memcpy(packed + len, "junk", 4);
    cr_assert_eq(tfi_byte_buffer_append(&buffer, "before", 6, NULL), TFEED_OK);
    cr_assert_eq(tfi_inflate_bytes(packed, len + 4, is_gzip, CONTENT_BYTES, &buffer, NULL),
                 TFEED_OK);
    cr_assert_eq(buffer.len, 6 + CONTENT_BYTES);
    cr_assert_eq(memcmp(buffer.data, "before", 6), 0);
    cr_assert_eq(memcmp(buffer.data + 6, content, CONTENT_BYTES), 0);
    tfi_byte_buffer_clear(&buffer);
}

Test(inflate_bytes, whole_streams_are_appended_and_junk_behind_them_is_not_seen)
{
    expect_whole(false);
    expect_whole(true);
}

Test(inflate_bytes, cut_stream_gives_what_comes_before_the_cut)
{
    const size_t len = pack(true);
    for (size_t cut = 0; cut < len; cut += cut < 64 ? 1 : 997) {
        struct tfi_byte_buffer buffer = {0};
        cr_assert_eq(tfi_inflate_bytes(packed, cut, true, NO_LIMIT, &buffer, NULL), TFEED_OK);
        cr_assert_leq(buffer.len, CONTENT_BYTES);
        cr_assert(cut < 1000 || buffer.len > 1000, "%zu bytes give %zu", cut, buffer.len);
        cr_assert(buffer.len == 0 || memcmp(buffer.data, content, buffer.len) == 0);
        tfi_byte_buffer_clear(&buffer);
    }
}

Test(inflate_bytes, other_bytes_are_data_loss)
{
    struct tfi_byte_buffer buffer = {0};
    struct tfeed_error error;
    cr_assert_eq(
        tfi_inflate_bytes((const uint8_t *)"not zlib", 8, false, NO_LIMIT, &buffer, &error),
        TFEED_DATA_LOSS);
    cr_assert(strstr(error.message, "header") != NULL, "%s", error.message);
    const size_t len = pack(false);
    packed[len - 1] ^= 1;
    cr_assert_eq(tfi_inflate_bytes(packed, len, false, NO_LIMIT, &buffer, NULL), TFEED_DATA_LOSS);
    tfi_byte_buffer_clear(&buffer);
}

Test(inflate_bytes, one_byte_more_than_the_limit_is_refused)
{
    struct tfi_byte_buffer buffer = {0};
    const size_t len = pack(false);
    cr_assert_eq(tfi_inflate_bytes(packed, len, false, CONTENT_BYTES - 1, &buffer, NULL),
                 TFEED_RESOURCE_EXHAUSTED);
    cr_assert_leq(buffer.len, CONTENT_BYTES);
    tfi_byte_buffer_clear(&buffer);
}

Test(inflate_bytes, failed_allocation_is_reported)
{
    const size_t len = pack(true);
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfi_byte_buffer buffer = {.allocator = allocator};
        T_EXPECT_ALLOC_STATUS(tfi_inflate_bytes(packed, len, true, NO_LIMIT, &buffer, NULL));
        tfi_byte_buffer_clear(&buffer);
    });
}

/* ---------------------------------------------------------- one after the other */

Test(inflate_bytes, streams_one_after_the_other_come_into_the_callers_room)
{
    static uint8_t room[CONTENT_BYTES + 1];
    for (int is_gzip = 0; is_gzip < 2; is_gzip++) {
        const size_t len = pack(is_gzip == 1);
        struct tfi_bytes_inflater *inflater = tfi_bytes_inflater_new(is_gzip == 1, NULL);
        size_t n = 0;
        cr_assert_not_null(inflater);
        for (int i = 0; i < 2; i++) {
            /* whole, one byte short of room, damaged, cut, nothing */
            memset(room, 0x55, sizeof room);
            cr_assert_eq(
                tfi_bytes_inflater_run(inflater, packed, len, room, CONTENT_BYTES, &n, NULL),
                TFEED_OK);
            cr_assert_eq(n, (size_t)CONTENT_BYTES);
            cr_assert_eq(memcmp(room, content, CONTENT_BYTES), 0);
            cr_assert_eq(room[CONTENT_BYTES], 0x55, "nothing is written behind the room");
            cr_assert_eq(
                tfi_bytes_inflater_run(inflater, packed, len, room, CONTENT_BYTES - 1, &n, NULL),
                TFEED_OK);
            cr_assert_eq(n, (size_t)CONTENT_BYTES, "more than the room");
            cr_assert_eq(tfi_bytes_inflater_run(inflater, (const uint8_t *)"none", 4, room,
                                                CONTENT_BYTES, &n, NULL),
                         TFEED_DATA_LOSS);
            cr_assert_eq(
                tfi_bytes_inflater_run(inflater, packed, len / 2, room, CONTENT_BYTES, &n, NULL),
                TFEED_OK);
            cr_assert(n > 0 && n < CONTENT_BYTES);
            cr_assert_eq(memcmp(room, content, n), 0);
            cr_assert_eq(tfi_bytes_inflater_run(inflater, packed, 0, room, CONTENT_BYTES, &n, NULL),
                         TFEED_OK);
            cr_assert_eq(n, 0);
        }
        tfi_bytes_inflater_free(inflater);
    }
    T_EXPECT_NO_LEAKS(NULL);
}

Test(inflate_bytes, a_wrong_trailer_behind_a_full_room_is_seen)
{
    static uint8_t room[CONTENT_BYTES];
    const size_t len = pack(true);
    size_t n = 0;
    struct tfi_bytes_inflater *inflater = tfi_bytes_inflater_new(true, NULL);
    packed[len - 1] ^= 1;
    cr_assert_eq(tfi_bytes_inflater_run(inflater, packed, len, room, CONTENT_BYTES, &n, NULL),
                 TFEED_DATA_LOSS);
    tfi_bytes_inflater_free(inflater);
}

Test(inflate_bytes, an_inflater_goes_on_after_memory_was_short)
{
    static uint8_t room[CONTENT_BYTES];
    const size_t len = pack(true);
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfi_bytes_inflater *inflater = tfi_bytes_inflater_new(true, allocator);
        size_t n = 0;
        if (inflater != NULL) {
            tfeed_status status =
                tfi_bytes_inflater_run(inflater, packed, len, room, CONTENT_BYTES, &n, NULL);
            if (status == TFEED_RESOURCE_EXHAUSTED)
                status =
                    tfi_bytes_inflater_run(inflater, packed, len, room, CONTENT_BYTES, &n, NULL);
            cr_assert_eq(status, TFEED_OK);
            cr_assert_eq(n, (size_t)CONTENT_BYTES);
        } else {
            cr_assert(t_has_failed(&t_failing));
        }
        tfi_bytes_inflater_free(inflater);
    });
}

Test(inflate_bytes, streams_one_after_the_other_are_appended_up_to_the_limit)
{
    const size_t len = pack(true);
    const size_t limits[] = {1, 4095, 4096, 8000, CONTENT_BYTES - 1};
    struct tfi_bytes_inflater *inflater = tfi_bytes_inflater_new(true, NULL);
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        struct tfi_byte_buffer buffer = {0};
        cr_assert_eq(tfi_byte_buffer_reserve(&buffer, limits[i], NULL), TFEED_OK);
        cr_assert_eq(tfi_bytes_inflater_append(inflater, packed, len, limits[i], &buffer, NULL),
                     TFEED_OK);
        cr_assert_eq(buffer.len, limits[i] + 1);
        cr_assert_geq(buffer.capacity, buffer.len);
        cr_assert_eq(memcmp(buffer.data, content, buffer.len), 0);
        buffer.len = 3;
        cr_assert_eq(tfi_bytes_inflater_append(inflater, packed, len, CONTENT_BYTES, &buffer, NULL),
                     TFEED_OK);
        cr_assert_eq(buffer.len, 3 + CONTENT_BYTES);
        cr_assert_eq(memcmp(buffer.data + 3, content, CONTENT_BYTES), 0);
        tfi_byte_buffer_clear(&buffer);
    }
    tfi_bytes_inflater_free(inflater);
    T_EXPECT_NO_LEAKS(NULL);
}
