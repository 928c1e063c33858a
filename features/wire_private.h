/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * wire_private.h - protobuf's wire format: one function reads the next field of a message, whatever
 * it is.
 *
 *   field = tag value        tag = varint (number << 3 | type)
 *   VARINT  1 to 10 bytes, 7 bits each, low ones first, top bit set on all but the last
 *   LEN     varint length, then that many bytes: strings, messages, packed lists
 *   I32, I64  4 or 8 bytes, little-endian
 *
 * Messages are loops over tfi_wire_field: a field that the loop does not know is thereby skipped.
 * Groups, which protobuf has given up, are malformed here as in TensorFlow.
 */
#ifndef TFI_WIRE_PRIVATE_H
#define TFI_WIRE_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum tfi_wire_type { TFI_WIRE_VARINT = 0, TFI_WIRE_I64 = 1, TFI_WIRE_LEN = 2, TFI_WIRE_I32 = 5 };

/* Field numbers of the messages in an Example; those of Feature are enum tfeed_feature_kind. */
enum {
    TFI_FIELD_EXAMPLE_FEATURES = 1,
    TFI_FIELD_FEATURES_ENTRY = 1,
    TFI_FIELD_ENTRY_KEY = 1,
    TFI_FIELD_ENTRY_VALUE = 2,
    TFI_FIELD_LIST_VALUE = 1,
    /* a SequenceExample's context has the number of an Example's features, an entry of its lists
     * that of an entry of Features */
    TFI_FIELD_SEQUENCE_LISTS = 2,
    TFI_FIELD_LIST_FEATURE = 1
};

/* The tag of a length-delimited field below number 16. */
#define TFI_WIRE_LEN_TAG(number) ((uint8_t)((number) << 3 | TFI_WIRE_LEN))

enum { TFI_VARINT_MAX_BYTES = 10 };

/* The unread part of a message. */
struct tfi_wire {
    const uint8_t *at;
    const uint8_t *end;
};

/* One field. data and len: the bytes of a LEN field, or those that hold a number. */
struct tfi_field {
    uint32_t number;
    enum tfi_wire_type type;
    const uint8_t *data;
    size_t len;
};

/* Reads a varint; the byte behind it, or NULL when it is cut or longer than 10 bytes. */
static inline const uint8_t *tfi_wire_varint(const uint8_t *at, const uint8_t *end,
                                             uint64_t *ret_value)
{
    if (at < end && *at < 0x80) {
        *ret_value = *at;
        return at + 1;
    }
    uint64_t value = 0;
    for (unsigned shift = 0; at < end && shift < 7 * TFI_VARINT_MAX_BYTES; shift += 7) {
        const uint8_t byte = *at++;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            *ret_value = value;
            return at;
        }
    }
    return NULL;
}

static inline bool tfi_wire_done(const struct tfi_wire *wire)
{
    return wire->at == wire->end;
}

/* Reads the next field of a message that is not done. False when it is malformed; wire->at then
 * stands at its first byte. */
static inline bool tfi_wire_field(struct tfi_wire *wire, struct tfi_field *ret_field)
{
    uint64_t tag;
    uint64_t len;
    const uint8_t *at = tfi_wire_varint(wire->at, wire->end, &tag);
    if (at == NULL || tag > UINT32_MAX || tag >> 3 == 0)
        return false;
    ret_field->number = (uint32_t)(tag >> 3);
    ret_field->type = (enum tfi_wire_type)(tag & 7);
    ret_field->data = at;
    switch (tag & 7) {
    case TFI_WIRE_LEN:
        at = tfi_wire_varint(at, wire->end, &len);
        if (at == NULL)
            return false;
        ret_field->data = at;
        break;
    case TFI_WIRE_VARINT: {
        const uint8_t *behind = tfi_wire_varint(at, wire->end, &len);
        if (behind == NULL)
            return false;
        len = (uint64_t)(behind - at);
        break;
    }
    case TFI_WIRE_I32:
        len = 4;
        break;
    case TFI_WIRE_I64:
        len = 8;
        break;
    default:
        return false;
    }
    if (len > (uint64_t)(wire->end - at))
        return false;
    ret_field->len = (size_t)len;
    wire->at = at + len;
    return true;
}

/* The contents of a LEN field as a message. */
static inline struct tfi_wire tfi_wire_of(const struct tfi_field *field)
{
    return (struct tfi_wire){field->data, field->data + field->len};
}

static inline bool tfi_field_is_len(const struct tfi_field *field, uint32_t number)
{
    return field->number == number && field->type == TFI_WIRE_LEN;
}

/* Bytes that a varint takes. */
static inline size_t tfi_varint_size(uint64_t value)
{
    const unsigned n_bits = 64 - (unsigned)__builtin_clzll(value | 1);
    return (n_bits + 6) / 7;
}

/* Writes a varint; the byte behind it. */
static inline uint8_t *tfi_varint_write(uint8_t *at, uint64_t value)
{
    while (value >= 0x80) {
        *at++ = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    *at++ = (uint8_t)value;
    return at;
}

#endif
