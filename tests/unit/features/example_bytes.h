/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * example_bytes.h - hand-made protobuf messages for tests, also those that no writer makes.
 *
 *     struct wire_bytes entry = entry_of("label", int64_feature(7));
 *     struct wire_bytes example = example_of(1, &entry);
 */
#ifndef TESTS_UNIT_FEATURES_EXAMPLE_BYTES_H
#define TESTS_UNIT_FEATURES_EXAMPLE_BYTES_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <tfeed/tensor.h>

enum { WIRE_BYTES_MAX = 2048 };

/* A piece of a message, by value. */
struct wire_bytes {
    uint8_t data[WIRE_BYTES_MAX];
    size_t len;
};

static inline void wire_append(struct wire_bytes *bytes, const void *data, size_t len)
{
    if (len > WIRE_BYTES_MAX - bytes->len)
        abort();
    if (len > 0)
        memcpy(bytes->data + bytes->len, data, len);
    bytes->len += len;
}

static inline void wire_append_byte(struct wire_bytes *bytes, unsigned byte)
{
    const uint8_t value = (uint8_t)byte;
    wire_append(bytes, &value, 1);
}

static inline void wire_append_varint(struct wire_bytes *bytes, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        wire_append_byte(bytes, (unsigned)(value & 0x7f) | 0x80);
    wire_append_byte(bytes, (unsigned)value);
}

/* A length-delimited field. */
static inline struct wire_bytes len_field(unsigned number, const void *data, size_t len)
{
    struct wire_bytes field = {.len = 0};
    wire_append_varint(&field, number << 3 | 2);
    wire_append_varint(&field, len);
    wire_append(&field, data, len);
    return field;
}

/* A varint field. */
static inline struct wire_bytes varint_field(unsigned number, uint64_t value)
{
    struct wire_bytes field = {.len = 0};
    wire_append_varint(&field, number << 3);
    wire_append_varint(&field, value);
    return field;
}

static inline struct wire_bytes joined(struct wire_bytes a, struct wire_bytes b)
{
    wire_append(&a, b.data, b.len);
    return a;
}

/* A Feature with int64_list { value: n values, packed }. */
static inline struct wire_bytes int64s_feature(const int64_t *values, size_t n)
{
    struct wire_bytes packed = {.len = 0};
    for (size_t i = 0; i < n; i++)
        wire_append_varint(&packed, (uint64_t)values[i]);
    const struct wire_bytes list = len_field(1, packed.data, packed.len);
    return len_field(3, list.data, n > 0 ? list.len : 0);
}

static inline struct wire_bytes int64_feature(int64_t value)
{
    return int64s_feature(&value, 1);
}

static inline struct wire_bytes floats_feature(const float *values, size_t n)
{
    const struct wire_bytes list = len_field(1, values, n * sizeof *values);
    return len_field(2, list.data, n > 0 ? list.len : 0);
}

static inline struct wire_bytes bytes_feature(const void *data, size_t len)
{
    const struct wire_bytes list = len_field(1, data, len);
    return len_field(1, list.data, list.len);
}

static inline struct wire_bytes empty_feature(void)
{
    return (struct wire_bytes){.len = 0};
}

/* An entry of the map, as a field of Features. */
static inline struct wire_bytes entry_of(const char *name, struct wire_bytes feature)
{
    const struct wire_bytes key = len_field(1, name, strlen(name));
    const struct wire_bytes value = len_field(2, feature.data, feature.len);
    const struct wire_bytes entry = joined(key, value);
    return len_field(1, entry.data, entry.len);
}

/* An Example of entries that were joined. */
static inline struct wire_bytes example_of(struct wire_bytes entries)
{
    return len_field(1, entries.data, entries.len);
}

/* xorshift64: the tests must be the same everywhere. */
static inline uint64_t wire_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* Changes, inserts, deletes or doubles some bytes. */
static inline void wire_mutate(struct wire_bytes *bytes, uint64_t *state)
{
    const size_t at = (size_t)(wire_random(state) % (bytes->len + 1));
    const size_t len = (size_t)(wire_random(state) % 12);
    const size_t n_behind = bytes->len - at;
    static const uint8_t likely[] = {0x0a, 0x12, 0x1a, 0x00, 0x01, 0x80, 0xff, 0x7f};
    switch (wire_random(state) % 4) {
    case 0:
        if (n_behind > 0)
            bytes->data[at] = (uint8_t)wire_random(state);
        return;
    case 1:
        if (n_behind > 0)
            bytes->data[at] = likely[wire_random(state) % sizeof likely];
        return;
    case 2: /* delete */
        if (len <= n_behind) {
            memmove(bytes->data + at, bytes->data + at + len, n_behind - len);
            bytes->len -= len;
        }
        return;
    default: /* repeat */
        if (len <= n_behind && bytes->len + len <= WIRE_BYTES_MAX) {
            memmove(bytes->data + at + len, bytes->data + at, n_behind);
            bytes->len += len;
        }
        return;
    }
}

/* A view of them, without a block. */
static inline struct tfeed_bytes view_of(const struct wire_bytes *bytes)
{
    return (struct tfeed_bytes){bytes->data, bytes->len, NULL};
}

#endif
