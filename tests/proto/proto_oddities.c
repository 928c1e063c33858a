/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * proto_oddities.c - walks the bytes by a table of the messages, sharing no code with either side.
 */
#include "tests/proto/proto_oddities.h"

#include <stdint.h>

enum type {
    NOTHING, /* not a known field */
    EXAMPLE,
    SEQUENCE,
    FEATURES,
    ENTRY,
    FEATURE,
    BYTES_LIST,
    FLOAT_LIST,
    INT64_LIST,
    LISTS,
    LIST_ENTRY,
    FEATURE_LIST,
    BYTES,
    FLOATS,
    INT64S
};

enum { VARINT = 0, I64 = 1, LEN = 2, I32 = 5 };
enum { MAX_NUMBER = 3, MAX_VARINT_BYTES = 10, MAX_PREFIX_BYTES = 5 };
static const uint64_t MAX_FIELD_NUMBER = (UINT64_C(1) << 29) - 1;

static const enum type types_of_fields[][MAX_NUMBER + 1] = {
    [EXAMPLE] = {[1] = FEATURES},
    [SEQUENCE] = {[1] = FEATURES, [2] = LISTS},
    [FEATURES] = {[1] = ENTRY},
    [ENTRY] = {[1] = BYTES, [2] = FEATURE},
    [FEATURE] = {[1] = BYTES_LIST, [2] = FLOAT_LIST, [3] = INT64_LIST},
    [BYTES_LIST] = {[1] = BYTES},
    [FLOAT_LIST] = {[1] = FLOATS},
    [INT64_LIST] = {[1] = INT64S},
    [LISTS] = {[1] = LIST_ENTRY},
    [LIST_ENTRY] = {[1] = BYTES, [2] = FEATURE_LIST},
    [FEATURE_LIST] = {[1] = FEATURE},
};

struct field {
    uint64_t number;
    unsigned wire_type;
    const uint8_t *data; /* without its length */
    const uint8_t *end;
};

/* Bytes of the varint at `at`, or 0 when it is none. */
static size_t read_varint(const uint8_t *at, const uint8_t *end, uint64_t *ret_value)
{
    uint64_t value = 0;
    for (size_t i = 0; i < MAX_VARINT_BYTES && at + i < end; i++) {
        value |= (uint64_t)(at[i] & 0x7f) << (7 * i);
        if ((at[i] & 0x80) == 0) {
            *ret_value = value;
            return i + 1;
        }
    }
    return 0;
}

/* Reads the field at `at`; what is odd about how it is written. */
static unsigned read_field(const uint8_t *at, const uint8_t *end, struct field *ret_field)
{
    unsigned oddities = 0;
    uint64_t tag;
    uint64_t value;
    const size_t n_tag = read_varint(at, end, &tag);
    if (n_tag == 0)
        return T_ODD_MALFORMED;
    if (n_tag > MAX_PREFIX_BYTES)
        oddities |= T_ODD_LONG;
    if (tag >> 3 == 0 || tag >> 3 > MAX_FIELD_NUMBER)
        oddities |= T_ODD_NUMBER;
    at += n_tag;
    *ret_field = (struct field){tag >> 3, tag & 7, at, end};
    const size_t n_left = (size_t)(end - at);
    const size_t n_varint = read_varint(at, end, &value);
    switch (tag & 7) {
    case VARINT:
        ret_field->end = at + n_varint;
        return n_varint > 0 ? oddities : T_ODD_MALFORMED;
    case LEN:
        if (n_varint == 0 || value > n_left - n_varint)
            return T_ODD_MALFORMED;
        ret_field->data = at + n_varint;
        ret_field->end = ret_field->data + value;
        return n_varint > MAX_PREFIX_BYTES ? oddities | T_ODD_LONG : oddities;
    case I32:
    case I64:
        value = (tag & 7) == I32 ? 4 : 8;
        if (value > n_left)
            return T_ODD_MALFORMED;
        ret_field->end = at + value;
        return oddities;
    default:
        return T_ODD_MALFORMED;
    }
}

static bool is_own_type(enum type type, unsigned wire_type)
{
    return wire_type == LEN || (type == FLOATS && wire_type == I32) ||
           (type == INT64S && wire_type == VARINT);
}

static unsigned oddities_of_numbers(enum type type, const struct field *field)
{
    uint64_t value;
    if (field->wire_type != LEN || type == BYTES)
        return 0;
    if (type == FLOATS)
        return (field->end - field->data) % 4 == 0 ? 0 : T_ODD_MALFORMED;
    for (const uint8_t *at = field->data; at < field->end;) {
        const size_t n = read_varint(at, field->end, &value);
        if (n == 0)
            return T_ODD_MALFORMED;
        at += n;
    }
    return 0;
}

/* The lists of a Feature so far: only those since the last one of another kind are looked at. */
struct lists {
    uint64_t kind;
    unsigned oddities;
};

static unsigned add_list(struct lists *lists, uint64_t kind, unsigned oddities)
{
    unsigned found = lists->kind != 0 ? T_ODD_LISTS : 0;
    if (kind != lists->kind && lists->oddities != 0) {
        found |= T_ODD_UNSEEN;
        lists->oddities = 0;
    }
    lists->kind = kind;
    lists->oddities |= oddities;
    return found;
}

static unsigned oddities_of_message(enum type type, const uint8_t *at, const uint8_t *end)
{
    unsigned oddities = 0;
    unsigned n_of_number[MAX_NUMBER + 1] = {0};
    struct lists lists = {0};
    struct field field;
    for (; at < end; at = field.end) {
        const unsigned found = read_field(at, end, &field);
        oddities |= found;
        if ((found & T_ODD_MALFORMED) != 0)
            break;
        const enum type inner = (found & T_ODD_NUMBER) == 0 && field.number <= MAX_NUMBER
                                    ? types_of_fields[type][field.number]
                                    : NOTHING;
        if (inner == NOTHING)
            continue;
        if (!is_own_type(inner, field.wire_type)) {
            oddities |= T_ODD_TYPE;
            continue;
        }
        if (++n_of_number[field.number] > 1 && (type == ENTRY || type == LIST_ENTRY))
            oddities |= T_ODD_TWICE;
        const unsigned within = inner >= BYTES ? oddities_of_numbers(inner, &field)
                                               : oddities_of_message(inner, field.data, field.end);
        oddities |= type == FEATURE ? add_list(&lists, field.number, within) : within;
    }
    return oddities | lists.oddities;
}

unsigned t_oddities(const void *bytes, size_t size, bool is_sequence)
{
    const uint8_t *at = bytes;
    return size > 0 ? oddities_of_message(is_sequence ? SEQUENCE : EXAMPLE, at, at + size) : 0;
}
