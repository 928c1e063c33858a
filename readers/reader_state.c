/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * reader_state.c - a reader's state as TensorFlow writes it: the message ReaderBaseState.
 *
 *     08 started  10 finished  18 produced  22 length unit        each left out where it is 0
 *
 * What a later version may add is stepped over.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/block_internal.h"
#include "core/error_internal.h"
#include "readers/reader_private.h"

enum wire_type { WIRE_VARINT = 0, WIRE_FIXED64 = 1, WIRE_LEN = 2, WIRE_FIXED32 = 5 };

enum {
    FIELD_STARTED = 1,
    FIELD_FINISHED = 2,
    FIELD_PRODUCED = 3,
    FIELD_UNIT = 4,
    TAG_TYPE_BITS = 3,
    MAX_VARINT_BYTES = 10,
    SHOWN_BYTES = 256, /* of a state, in a message */
};

/* --- writing ------------------------------------------------------------------------------- */

static uint8_t *put_varint(uint8_t *to, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        *to++ = (uint8_t)(value | 0x80);
    *to++ = (uint8_t)value;
    return to;
}

static uint8_t *put_tag(uint8_t *to, unsigned field, enum wire_type type)
{
    return put_varint(to, field << TAG_TYPE_BITS | type);
}

static uint8_t *put_number(uint8_t *to, unsigned field, int64_t value)
{
    return value == 0 ? to : put_varint(put_tag(to, field, WIRE_VARINT), (uint64_t)value);
}

tfeed_status tfi_reader_state_encode(const struct tfi_reader_state *state,
                                     const struct tfeed_allocator *allocator,
                                     struct tfeed_tensor *ret_state, struct tfeed_error *reterr)
{
    uint8_t numbers[4 * (1 + MAX_VARINT_BYTES) + 1];
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    uint8_t *to = put_number(numbers, FIELD_STARTED, state->n_started);
    to = put_number(to, FIELD_FINISHED, state->n_finished);
    to = put_number(to, FIELD_PRODUCED, state->n_produced);
    if (state->unit.len > 0)
        to = put_varint(put_tag(to, FIELD_UNIT, WIRE_LEN), state->unit.len);
    const size_t n_numbers = (size_t)(to - numbers);

    struct tfeed_bytes bytes = {.len = n_numbers + state->unit.len};
    uint8_t *memory = NULL;
    TFI_TRY(tfi_block_alloc(allocator, bytes.len, &bytes.block, &memory, reterr));
    memcpy(memory, numbers, n_numbers);
    if (state->unit.len > 0)
        memcpy(memory + n_numbers, state->unit.data, state->unit.len);
    bytes.data = memory;
    const tfeed_status status =
        tfeed_tensor_alloc(TFEED_STRING, &scalar, allocator, ret_state, reterr);
    if (status == TFEED_OK)
        *tfeed_tensor_strings(ret_state) = bytes;
    else
        tfeed_block_unref(bytes.block);
    return status;
}

/* --- reading ------------------------------------------------------------------------------- */

/* What is left to be parsed. Each step returns false where the bytes end, or are none. */
struct cursor {
    const uint8_t *at;
    size_t left;
};

static bool take_varint(struct cursor *cursor, uint64_t *ret_value)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < MAX_VARINT_BYTES && cursor->left > 0; i++) {
        const uint8_t byte = *cursor->at++;
        cursor->left--;
        value |= (uint64_t)(byte & 0x7f) << 7 * i;
        if (byte < 0x80) {
            *ret_value = value;
            return true;
        }
    }
    return false;
}

static bool skip_bytes(struct cursor *cursor, uint64_t n)
{
    if (n > cursor->left)
        return false;
    cursor->at += n;
    cursor->left -= (size_t)n;
    return true;
}

static bool take_bytes(struct cursor *cursor, struct tfeed_bytes *ret_bytes)
{
    uint64_t len;
    if (!take_varint(cursor, &len))
        return false;
    const uint8_t *data = cursor->at;
    if (!skip_bytes(cursor, len))
        return false;
    *ret_bytes = (struct tfeed_bytes){.data = data, .len = (size_t)len};
    return true;
}

static bool parse_number(struct cursor *cursor, uint64_t field, struct tfi_reader_state *state)
{
    uint64_t value;
    if (!take_varint(cursor, &value))
        return false;
    if (field == FIELD_STARTED)
        state->n_started = (int64_t)value;
    else if (field == FIELD_FINISHED)
        state->n_finished = (int64_t)value;
    else if (field == FIELD_PRODUCED)
        state->n_produced = (int64_t)value;
    return true;
}

static bool parse_field(struct cursor *cursor, struct tfi_reader_state *state)
{
    struct tfeed_bytes bytes;
    uint64_t tag;
    if (!take_varint(cursor, &tag) || tag > UINT32_MAX || tag >> TAG_TYPE_BITS == 0)
        return false;
    switch (tag & ((1u << TAG_TYPE_BITS) - 1)) {
    case WIRE_VARINT:
        return parse_number(cursor, tag >> TAG_TYPE_BITS, state);
    case WIRE_FIXED64:
        return skip_bytes(cursor, sizeof(uint64_t));
    case WIRE_FIXED32:
        return skip_bytes(cursor, sizeof(uint32_t));
    case WIRE_LEN:
        if (!take_bytes(cursor, &bytes))
            return false;
        if (tag >> TAG_TYPE_BITS == FIELD_UNIT)
            state->unit = bytes;
        return true;
    default: /* groups have never been in this message */
        return false;
    }
}

/* The bytes as TensorFlow shows them: CEscape. */
static const char *escape(const struct tfeed_bytes *bytes, char *text, size_t room)
{
    enum { LONGEST = 4 };
    static const char special[] = "\n\r\t\"'\\";
    static const char letters[] = "nrt\"'\\";
    size_t len = 0;
    for (size_t i = 0; i < bytes->len && len + LONGEST < room; i++) {
        const uint8_t byte = bytes->data[i];
        const char *found = byte == 0 ? NULL : strchr(special, byte);
        if (found != NULL)
            len += (size_t)snprintf(text + len, room - len, "\\%c", letters[found - special]);
        else if (byte < ' ' || byte > '~')
            len += (size_t)snprintf(text + len, room - len, "\\%03o", byte);
        else
            text[len++] = (char)byte;
    }
    text[len] = '\0';
    return text;
}

/* " name: value", or nothing for 0: as TensorFlow shows a message. */
static size_t show_number(char *text, size_t room, const char *name, int64_t value)
{
    return value == 0 ? 0 : (size_t)snprintf(text, room, " %s: %" PRId64, name, value);
}

static tfeed_status check_state(const struct tfi_reader_state *state, const char *reader_name,
                                struct tfeed_error *reterr)
{
    const bool is_negative = state->n_started < 0 || state->n_finished < 0 || state->n_produced < 0;
    if (!is_negative && state->n_started <= state->n_finished)
        return TFEED_OK;
    char text[SHOWN_BYTES] = "";
    size_t len = show_number(text, sizeof text, "work_started", state->n_started);
    len += show_number(text + len, sizeof text - len, "work_finished", state->n_finished);
    (void)show_number(text + len, sizeof text - len, "num_records_produced", state->n_produced);
    return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "%s when restoring in %s:%s",
                    is_negative ? "Unexpected negative value"
                                : "Inconsistent work started vs. finished",
                    reader_name, text);
}

tfeed_status tfi_reader_state_decode(const struct tfeed_bytes *bytes, const char *reader_name,
                                     struct tfi_reader_state *ret_state, struct tfeed_error *reterr)
{
    char text[SHOWN_BYTES];
    struct cursor cursor = {.at = bytes->data, .left = bytes->len};
    struct tfi_reader_state state = {.unit = {.data = (const uint8_t *)""}};
    while (cursor.left > 0)
        if (!parse_field(&cursor, &state))
            return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "Could not parse state for %s: %s",
                            reader_name, escape(bytes, text, sizeof text));
    TFI_TRY(check_state(&state, reader_name, reterr));
    *ret_state = state;
    return TFEED_OK;
}
