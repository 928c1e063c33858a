/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_inflate_engines.c - what inflates: zlib, and ISA-L where it is built in. Both say the same
 * of a stream that is whole, cut at any byte, followed, or has a bit flipped.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <stdlib.h>
#include <string.h>

#include "io/inflate_private.h"
#include "tests/support/record_bytes.h"
#include "tests/support/support.h"

/* Some bytes that compress, in both containers. */
enum { LEN = 20000, ROOM = 3 * LEN, MOST_BEHIND = 20 };

static uint8_t *some_bytes(void)
{
    uint8_t *bytes = malloc(LEN);
    cr_assert_not_null(bytes);
    for (size_t i = 0; i < LEN; i++)
        bytes[i] = t_pattern(11, i % 9000) & 0x1f;
    return bytes;
}

/* What inflates what. */
struct way {
    const struct tfi_inflate_engine *engine;
    bool is_gzip;
};

static const struct way ways[] = {
    {&tfi_inflate_by_zlib, false},
    {&tfi_inflate_by_zlib, true},
#ifdef TFI_HAVE_ISAL
    {&tfi_inflate_by_isal, true},
#endif
};
enum { N_WAYS = sizeof ways / sizeof ways[0] };

static uint8_t *deflate_for(const struct way *way, const uint8_t *bytes, size_t *ret_len)
{
    return t_deflate(bytes, LEN, way->is_gzip ? 31 : 15, ret_len);
}

/* How a stream came out, given n_in and n_out bytes at a time. */
struct outcome {
    enum tfi_inflate_result result;
    size_t n_out;
    size_t n_left; /* behind the stream */
};

static struct outcome inflate_all(const struct way *way, const uint8_t *data, size_t len,
                                  size_t n_in, size_t n_out, uint8_t *out)
{
    const struct tfi_inflate_engine *engine = way->engine;
    struct tfi_inflate_buffers buffers = {.next_in = data, .next_out = out};
    void *inflater = engine->open(way->is_gzip, NULL);
    cr_assert_not_null(inflater);
    enum tfi_inflate_result result;
    size_t given = 0;
    bool is_stuck;
    do {
        const size_t n_more = len - given < n_in ? len - given : n_in;
        if (buffers.avail_in == 0) {
            buffers.avail_in = n_more;
            given += n_more;
        }
        const size_t room = ROOM - (size_t)(buffers.next_out - out);
        const size_t n_room = room < n_out ? room : n_out;
        const size_t avail_in = buffers.avail_in;
        buffers.avail_out = n_room;
        result = engine->run(inflater, &buffers);
        is_stuck = buffers.avail_in == avail_in && buffers.avail_out == n_room && given == len;
    } while (result == TFI_INFLATE_MORE && !is_stuck);
    const struct outcome outcome = {.result = result,
                                    .n_out = (size_t)(buffers.next_out - out),
                                    .n_left = buffers.avail_in + len - given};
    engine->close(inflater);
    return outcome;
}

ParameterizedTestParameters(inflate_engines, stream_comes_out_whole_whatever_is_given_at_once)
{
    static size_t sizes[] = {1, 2, 3, 7, 4096, ROOM};
    return cr_make_param_array(size_t, sizes, sizeof sizes / sizeof sizes[0]);
}

ParameterizedTest(size_t *size, inflate_engines, stream_comes_out_whole_whatever_is_given_at_once)
{
    uint8_t *bytes = some_bytes();
    uint8_t *out = malloc(ROOM);
    for (size_t i = 0; i < N_WAYS; i++) {
        size_t len;
        uint8_t *data = deflate_for(&ways[i], bytes, &len);
        uint8_t *followed = calloc(1, len + MOST_BEHIND);
        memcpy(followed, data, len);
        for (size_t step = 0; step < 3 * MOST_BEHIND; step++) {
            const size_t behind = step / 3;
            const struct outcome outcome =
                inflate_all(&ways[i], followed, len + behind, step % 3 == 0 ? ROOM : *size,
                            step % 3 == 1 ? ROOM : *size, out);
            cr_assert_eq(outcome.result, TFI_INFLATE_END);
            cr_assert_eq(outcome.n_out, LEN);
            cr_assert_eq(memcmp(out, bytes, LEN), 0);
            cr_assert_eq(outcome.n_left, behind);
        }
        free(followed);
        free(data);
    }
    free(out);
    free(bytes);
}

Test(inflate_engines, stream_cut_at_each_byte_wants_more)
{
    uint8_t *bytes = some_bytes();
    uint8_t *out = malloc(ROOM);
    for (size_t i = 0; i < N_WAYS; i++) {
        size_t len;
        uint8_t *data = deflate_for(&ways[i], bytes, &len);
        for (size_t cut = 0; cut < len; cut += cut < 20 || len - cut < 20 ? 1 : 37) {
            const struct outcome outcome = inflate_all(&ways[i], data, cut, ROOM, ROOM, out);
            cr_assert_eq(outcome.result, TFI_INFLATE_MORE, "cut at %zu", cut);
            cr_assert_eq(memcmp(out, bytes, outcome.n_out), 0);
            if (len - cut <= 4)
                cr_assert_eq(outcome.n_out, LEN);
        }
        free(data);
    }
    free(out);
    free(bytes);
}

/* A flip may leave a stream that is right in its way (a name in gzip's header); what it holds is
 * right then, too. */
Test(inflate_engines, flipped_bit_is_never_taken_for_the_bytes)
{
    uint8_t *bytes = some_bytes();
    uint8_t *out = malloc(ROOM);
    for (size_t i = 0; i < N_WAYS; i++) {
        size_t len;
        uint8_t *data = deflate_for(&ways[i], bytes, &len);
        for (size_t bit = 0; bit < 8 * len; bit += bit < 200 || 8 * len - bit < 200 ? 1 : 101) {
            data[bit / 8] ^= (uint8_t)(1u << bit % 8);
            const struct outcome outcome = inflate_all(&ways[i], data, len, ROOM, ROOM, out);
            cr_assert(outcome.result != TFI_INFLATE_END ||
                          (outcome.n_out == LEN && memcmp(out, bytes, LEN) == 0),
                      "bit %zu, way %zu", bit, i);
            data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
        free(data);
    }
    free(out);
    free(bytes);
}

Test(inflate_engines, reset_begins_another_stream)
{
    uint8_t *bytes = some_bytes();
    uint8_t *out = malloc(ROOM);
    for (size_t i = 0; i < N_WAYS; i++) {
        size_t len;
        uint8_t *data = deflate_for(&ways[i], bytes, &len);
        void *inflater = ways[i].engine->open(ways[i].is_gzip, NULL);
        for (int round = 0; round < 3; round++) {
            struct tfi_inflate_buffers buffers = {
                .next_in = data, .avail_in = len, .next_out = out, .avail_out = ROOM};
            cr_assert_eq(ways[i].engine->run(inflater, &buffers), TFI_INFLATE_END);
            cr_assert_eq(ROOM - buffers.avail_out, LEN);
            cr_assert_eq(buffers.avail_in, 0);
            ways[i].engine->reset(inflater);
        }
        ways[i].engine->close(inflater);
        free(data);
    }
    free(out);
    free(bytes);
}

Test(inflate_engines, damage_is_told_in_the_same_words)
{
    static const struct {
        uint8_t data[12];
        bool is_gzip;
        const char *detail;
    } cases[] = {
        {"text, no gz", true, "incorrect header check"},
        {"\x79 is no zlib", false, "incorrect header check"},
        {"\x1f\x8b\x07\0\0\0\0\0\0\3", true, "unknown compression method"},
        {{0x78, 0xbb, 1, 2, 3, 4, 5, 6}, false, "needs a preset dictionary"},
    };
    uint8_t out[64];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (size_t way = 0; way < N_WAYS; way++) {
            if (ways[way].is_gzip != cases[i].is_gzip)
                continue;
            struct tfi_inflate_buffers buffers = {.next_in = cases[i].data,
                                                  .avail_in = sizeof cases[i].data,
                                                  .next_out = out,
                                                  .avail_out = sizeof out};
            void *inflater = ways[way].engine->open(cases[i].is_gzip, NULL);
            cr_assert_eq(ways[way].engine->run(inflater, &buffers), TFI_INFLATE_DAMAGED,
                         "case %zu, way %zu", i, way);
            cr_assert_str_eq(buffers.detail, cases[i].detail, "case %zu, way %zu: %s", i, way,
                             buffers.detail);
            ways[way].engine->close(inflater);
        }
    }
}
