/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_wire.c - varints and fields, whole and cut.
 */
#include <criterion/criterion.h>

#include "features/wire_private.h"
#include "tests/support/support.h"

/* Parses `len` bytes that end at a guard page as one varint; -1 where it is malformed, else its
 * length. */
static int varint_length(const void *data, size_t len, uint64_t *ret_value)
{
    struct t_guarded guarded;
    t_guarded_init_copy(&guarded, data, len);
    const uint8_t *behind = tfi_wire_varint(guarded.data, guarded.data + len, ret_value);
    const int n = behind == NULL ? -1 : (int)(behind - guarded.data);
    t_guarded_clear(&guarded);
    return n;
}

Test(wire, varint_of_every_length_is_read_back)
{
    for (unsigned n_bits = 0; n_bits <= 64; n_bits++) {
        const uint64_t value = n_bits == 64 ? UINT64_MAX : (UINT64_C(1) << n_bits) - 1;
        uint8_t bytes[TFI_VARINT_MAX_BYTES];
        uint64_t found = 0;
        const size_t len = (size_t)(tfi_varint_write(bytes, value) - bytes);
        cr_assert_eq(len, tfi_varint_size(value), "%u bits", n_bits);
        cr_assert_eq(varint_length(bytes, len, &found), (int)len, "%u bits", n_bits);
        cr_assert_eq(found, value, "%u bits", n_bits);
    }
}

Test(wire, varint_cut_anywhere_is_malformed)
{
    uint8_t bytes[TFI_VARINT_MAX_BYTES];
    uint64_t value;
    (void)tfi_varint_write(bytes, UINT64_MAX);
    for (size_t len = 0; len < sizeof bytes; len++)
        cr_assert_eq(varint_length(bytes, len, &value), -1, "cut to %zu bytes", len);
}

Test(wire, varint_of_eleven_bytes_is_malformed)
{
    uint64_t value;
    cr_assert_eq(varint_length("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00", 11, &value), -1);
}

Test(wire, varint_with_needless_bytes_is_read)
{
    uint64_t value;
    cr_assert_eq(varint_length("\x85\x80\x00", 3, &value), 3);
    cr_assert_eq(value, 5);
}

static bool read_field(const void *data, size_t len, struct tfi_field *ret_field, size_t *ret_left)
{
    struct t_guarded guarded;
    t_guarded_init_copy(&guarded, data, len);
    struct tfi_wire wire = {guarded.data, guarded.data + len};
    const bool ok = tfi_wire_field(&wire, ret_field);
    *ret_left = (size_t)(wire.end - wire.at);
    t_guarded_clear(&guarded);
    return ok;
}

Test(wire, field_of_each_type_is_stepped_over)
{
    static const struct {
        const char *data;
        size_t len;
        enum tfi_wire_type type;
        size_t field_len;
    } rows[] = {
        {"\x08\x96\x01", 3, TFI_WIRE_VARINT, 2},
        {"\x09\1\2\3\4\5\6\7\x08", 9, TFI_WIRE_I64, 8},
        {"\x0a\3abc", 5, TFI_WIRE_LEN, 3},
        {"\x0d\1\2\3\4", 5, TFI_WIRE_I32, 4},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct tfi_field field;
        size_t n_left;
        cr_assert(read_field(rows[i].data, rows[i].len, &field, &n_left));
        cr_assert_eq(field.number, 1);
        cr_assert_eq(field.type, rows[i].type);
        cr_assert_eq(field.len, rows[i].field_len);
        cr_assert_eq(n_left, 0);
        for (size_t len = 0; len < rows[i].len; len++) {
            cr_assert_not(read_field(rows[i].data, len, &field, &n_left), "cut to %zu", len);
            cr_assert_eq(n_left, len, "a malformed field is not stepped over");
        }
    }
}

Test(wire, group_is_malformed)
{
    struct tfi_field field;
    size_t n_left;
    cr_assert_not(read_field("\x0b\x0c", 2, &field, &n_left));
    cr_assert_not(read_field("\x0c", 1, &field, &n_left));
}

Test(wire, field_number_zero_is_malformed)
{
    struct tfi_field field;
    size_t n_left;
    cr_assert_not(read_field("\x02\x00", 2, &field, &n_left));
}

Test(wire, tag_beyond_32_bits_is_malformed)
{
    struct tfi_field field;
    size_t n_left;
    cr_assert_not(read_field("\x88\x80\x80\x80\x10\x00", 6, &field, &n_left));
}

Test(wire, length_near_the_largest_number_is_malformed)
{
    struct tfi_field field;
    size_t n_left;
    cr_assert_not(read_field("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11, &field, &n_left));
}
