/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * proto_random.c - messages field by field into one buffer; a length is put in when its field ends.
 */
#include "tests/proto/proto_random.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/stress.h"

enum { VARINT = 0, I64 = 1, LEN = 2, GROUP = 3, I32 = 5 };
enum { BYTES = 1, FLOATS = 2, INT64S = 3 };
enum { MAX_VALUES = 200, MAX_BYTES = 150, MAX_FEATURES = 8, MAX_STEPS = 5, MAX_VARINT_BYTES = 10 };

/* ------------------------------------------------------------------ drawing */

static size_t draw(struct t_message *message, size_t n)
{
    return (size_t)(t_random_next(&message->random) % n);
}

/* True once in n, in odd messages only. */
static bool odd(struct t_message *message, size_t n)
{
    return message->is_odd && draw(message, n) == 0;
}

/* How many: mostly few, now and then many. */
static size_t draw_count(struct t_message *message, size_t many)
{
    switch (draw(message, 8)) {
    case 0:
        return 0;
    case 1:
        return draw(message, many);
    case 2:
    case 3:
        return draw(message, 12);
    default:
        return 1;
    }
}

static uint64_t draw_number(struct t_message *message)
{
    const uint64_t bits = t_random_next(&message->random);
    switch (draw(message, 4)) {
    case 0:
        return bits & 0x7f;
    case 1:
        return bits >> draw(message, 64);
    case 2:
        return 0 - (bits & 0xff);
    default:
        return bits & 0xffff;
    }
}

/* ------------------------------------------------------------------ writing */

static void put(struct t_message *message, const void *data, size_t len)
{
    if (len > T_MESSAGE_BYTES - message->len)
        abort();
    memcpy(message->data + message->len, data, len);
    message->len += len;
}

/* A varint in its shortest form, or with n_more bytes that add nothing. */
static size_t encode_varint(uint64_t value, size_t n_more, uint8_t bytes[2 * MAX_VARINT_BYTES])
{
    size_t n = 0;
    for (; value >= 0x80; value >>= 7)
        bytes[n++] = (uint8_t)(value | 0x80);
    bytes[n++] = (uint8_t)value;
    for (; n_more > 0; n_more--) {
        bytes[n - 1] |= 0x80;
        bytes[n++] = 0;
    }
    return n;
}

static void put_varint(struct t_message *message, uint64_t value)
{
    uint8_t bytes[2 * MAX_VARINT_BYTES];
    const size_t n_more = odd(message, 100) ? draw(message, 10) : 0;
    put(message, bytes, encode_varint(value, n_more, bytes));
}

static void put_tag(struct t_message *message, uint64_t number, unsigned type)
{
    put_varint(message, number << 3 | type);
}

/* A LEN field whose contents follow, up to end_len. */
static size_t begin_len(struct t_message *message, uint64_t number)
{
    put_tag(message, number, LEN);
    return message->len;
}

static void end_len(struct t_message *message, size_t start)
{
    uint8_t bytes[2 * MAX_VARINT_BYTES];
    const size_t len = message->len - start;
    const size_t n_more = odd(message, 100) ? draw(message, 8) : 0;
    const size_t n = encode_varint(len, n_more, bytes);
    put(message, bytes, n); /* makes room */
    memmove(message->data + start + n, message->data + start, len);
    memcpy(message->data + start, bytes, n);
}

static void put_bytes(struct t_message *message, uint64_t number, const void *data, size_t len)
{
    const size_t start = begin_len(message, number);
    put(message, data, len);
    end_len(message, start);
}

static void put_random(struct t_message *message, size_t len)
{
    for (; len > 0; len--) {
        const uint8_t byte = (uint8_t)draw(message, 256);
        put(message, &byte, 1);
    }
}

/* A field of any number and type, groups and number 0 once in a while. */
static void put_field(struct t_message *message, uint64_t number)
{
    static const unsigned types[] = {VARINT, I64, LEN, I32};
    const unsigned type = odd(message, 50) ? GROUP : types[draw(message, 4)];
    put_tag(message, number, type);
    if (type == VARINT)
        put_varint(message, draw_number(message));
    else if (type == LEN) {
        const size_t start = message->len;
        put_random(message, draw(message, 10));
        end_len(message, start);
    } else
        put_random(message, type == I64 ? 8 : 4);
}

static void maybe_put_unknown(struct t_message *message)
{
    static const uint64_t numbers[] = {4, 15, 16, 1000, (UINT64_C(1) << 29) - 1};
    if (odd(message, 30))
        put_field(message, numbers[draw(message, 5)]);
    if (odd(message, 1000))
        put_field(message, draw(message, 2) == 0 ? 0 : UINT64_C(1) << 29);
    if (odd(message, 300))
        put_field(message, 1 + draw(message, 3));
}

/* ----------------------------------------------------------------- messages */

static void put_value(struct t_message *message, unsigned kind, bool is_packed)
{
    const uint64_t number = draw_number(message);
    if (kind == BYTES) {
        const size_t start = begin_len(message, 1);
        put_random(message, draw_count(message, MAX_BYTES));
        end_len(message, start);
        return;
    }
    if (!is_packed)
        put_tag(message, 1, kind == FLOATS ? I32 : VARINT);
    if (kind == FLOATS)
        put(message, &number, 4);
    else
        put_varint(message, number);
}

static void put_values(struct t_message *message, unsigned kind, size_t n)
{
    const bool in_pieces = odd(message, 6);
    while (n > 0) {
        const size_t n_here = in_pieces ? 1 + draw(message, n) : n;
        const bool is_packed = kind != BYTES && !(in_pieces && draw(message, 2) == 0);
        const size_t start = is_packed ? begin_len(message, 1) : 0;
        for (size_t i = 0; i < n_here; i++)
            put_value(message, kind, is_packed);
        if (is_packed && odd(message, 200))
            put(message, "\x80", 1); /* a number that is cut */
        if (is_packed)
            end_len(message, start);
        maybe_put_unknown(message);
        n -= n_here;
    }
}

static void put_list(struct t_message *message, unsigned kind, size_t n)
{
    const size_t start = begin_len(message, kind);
    put_values(message, kind, n);
    end_len(message, start);
}

/* The fields of a Feature. */
static void put_feature(struct t_message *message, unsigned kind, size_t n)
{
    maybe_put_unknown(message);
    if (odd(message, 12))
        put_list(message, odd(message, 2) ? kind : 1 + (unsigned)draw(message, 3),
                 draw_count(message, 10));
    if (!odd(message, 12))
        put_list(message, kind, n);
    if (odd(message, 20))
        put_list(message, odd(message, 2) ? kind : 1 + (unsigned)draw(message, 3),
                 draw_count(message, 10));
    maybe_put_unknown(message);
}

static const struct {
    const char *text;
    size_t len;
} names[] = {
    {"age", 3},
    {"b", 1},
    {"height", 6},
    {"ids", 3},
    {"image_raw", 9},
    {"label", 5},
    {"labels", 6},
    {"texts", 5},
    {"w", 1},
    {"\xc3\xa4\xff", 3},
    {"nu\0ll", 5},
    {"", 0},
    {"a name that is longer than the templates of the parser, so that it is read in another way: "
     "it goes on for more than the 127 bytes whose length takes one byte",
     156},
};
enum { N_NAMES = sizeof names / sizeof names[0], N_ORDINARY = 9 };

static void put_key(struct t_message *message, size_t name)
{
    put_bytes(message, 1, names[name].text, names[name].len);
}

static void put_entry(struct t_message *message, size_t name)
{
    const unsigned kind = 1 + (unsigned)draw(message, 3);
    const bool is_turned = odd(message, 20);
    const size_t start = begin_len(message, 1);
    if (!is_turned && !odd(message, 30))
        put_key(message, name);
    maybe_put_unknown(message);
    if (!odd(message, 30)) {
        const size_t value = begin_len(message, 2);
        put_feature(message, kind, draw_count(message, MAX_VALUES));
        end_len(message, value);
    }
    if (odd(message, 200))
        put_bytes(message, 2, "", 0);
    if (is_turned || odd(message, 200))
        put_key(message, name);
    end_len(message, start);
}

/* Names in byte order, or turned round, each once; in odd messages any. */
static size_t draw_name(struct t_message *message, size_t i, bool is_turned)
{
    if (message->is_odd)
        return draw(message, N_NAMES);
    return is_turned ? N_ORDINARY - 1 - i : i;
}

static void put_features(struct t_message *message, uint64_t number)
{
    const bool is_turned = draw(message, 2) == 0;
    const size_t n = draw(message, MAX_FEATURES + 1);
    const size_t start = begin_len(message, number);
    for (size_t i = 0; i < n; i++) {
        put_entry(message, draw_name(message, i, is_turned));
        maybe_put_unknown(message);
    }
    end_len(message, start);
}

static void put_steps(struct t_message *message)
{
    const unsigned kind = 1 + (unsigned)draw(message, 3);
    const size_t n_steps = draw_count(message, MAX_STEPS);
    const bool is_uniform = draw(message, 2) == 0;
    const size_t n = draw_count(message, 20);
    for (size_t i = 0; i < n_steps; i++) {
        const size_t step = begin_len(message, 1);
        put_feature(message, odd(message, 20) ? 1 + (unsigned)draw(message, 3) : kind,
                    is_uniform ? n : draw_count(message, 20));
        end_len(message, step);
        maybe_put_unknown(message);
    }
}

static void put_list_entry(struct t_message *message, size_t name)
{
    const bool is_turned = odd(message, 20);
    const size_t start = begin_len(message, 1);
    if (!is_turned && !odd(message, 30))
        put_key(message, name);
    maybe_put_unknown(message);
    if (!odd(message, 30)) {
        const size_t value = begin_len(message, 2);
        put_steps(message);
        end_len(message, value);
    }
    if (odd(message, 200))
        put_bytes(message, 2, "", 0);
    if (is_turned)
        put_key(message, name);
    end_len(message, start);
}

static void put_lists(struct t_message *message)
{
    const size_t n = draw(message, 5);
    const bool is_turned = draw(message, 2) == 0;
    const size_t start = begin_len(message, 2);
    for (size_t i = 0; i < n; i++) {
        put_list_entry(message, draw_name(message, i, is_turned));
        maybe_put_unknown(message);
    }
    end_len(message, start);
}

/* ------------------------------------------------------------------- damage */

static void damage(struct t_message *message)
{
    const size_t at = draw(message, message->len);
    const size_t n_behind = message->len - at;
    const size_t n = draw(message, 12) % n_behind;
    static const uint8_t likely[] = {0x0a, 0x12, 0x1a, 0x00, 0x01, 0x80, 0xff, 0x7f};
    switch (draw(message, 5)) {
    case 0:
        message->len = at;
        return;
    case 1:
        message->data[at] ^= (uint8_t)(1u << draw(message, 8));
        return;
    case 2:
        message->data[at] = likely[draw(message, sizeof likely)];
        return;
    case 3: /* delete */
        memmove(message->data + at, message->data + at + n, n_behind - n);
        message->len -= n;
        return;
    default: /* repeat */
        put(message, likely, n < sizeof likely ? n : sizeof likely);
        memmove(message->data + at + (message->len - at - n_behind), message->data + at, n_behind);
        return;
    }
}

static void start(struct t_message *message)
{
    message->len = 0;
    message->is_odd = false;
    message->is_odd = draw(message, 2) == 0;
}

static void finish(struct t_message *message)
{
    if (odd(message, 2))
        for (size_t n = 1 + draw(message, 3); n > 0 && message->len > 0; n--)
            damage(message);
}

void t_random_example(struct t_message *message)
{
    start(message);
    for (size_t n = odd(message, 4) ? draw(message, 4) : 1; n > 0; n--) {
        maybe_put_unknown(message);
        put_features(message, 1);
    }
    maybe_put_unknown(message);
    finish(message);
}

void t_random_sequence(struct t_message *message)
{
    start(message);
    for (size_t n = odd(message, 4) ? draw(message, 4) : 1; n > 0; n--) {
        if (!odd(message, 8))
            put_features(message, 1);
        maybe_put_unknown(message);
        if (!odd(message, 8))
            put_lists(message);
    }
    maybe_put_unknown(message);
    finish(message);
}
