/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_utf8.c - which bytes are characters, and characters as bytes.
 */
#include <criterion/criterion.h>

#include <string.h>

#include "core/utf8_internal.h"

static size_t character(const char *text)
{
    return tfi_utf8_character((const uint8_t *)text, strlen(text));
}

Test(utf8, characters_of_every_length)
{
    cr_assert_eq(character("a"), 1);
    cr_assert_eq(character("\xc2\x80"), 2);
    cr_assert_eq(character("\xdf\xbf"), 2);
    cr_assert_eq(character("\xe0\xa0\x80"), 3);
    cr_assert_eq(character("\xed\x9f\xbf"), 3);
    cr_assert_eq(character("\xef\xbf\xbf"), 3);
    cr_assert_eq(character("\xf0\x90\x80\x80"), 4);
    cr_assert_eq(character("\xf4\x8f\xbf\xbf"), 4);
}

Test(utf8, what_is_no_character)
{
    static const char *const foreign[] = {
        "\x80",
        "\xbf",
        "\xc0\x80",
        "\xc1\xbf", /* no lead, overlong */
        "\xe0\x9f\xbf",
        "\xed\xa0\x80",
        "\xed\xbf\xbf", /* overlong, surrogates */
        "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80",
        "\xff", /* beyond */
        "\xc3",
        "\xe2\x82",
        "\xf0\x9f\x98", /* cut */
        "\xc3(",
        "\xe2\x82(",
        "\xf0\x9f\x98(", /* another follows */
    };
    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++)
        cr_assert_eq(character(foreign[i]), 0, "text %zu", i);
}

Test(utf8, first_foreign_byte_is_found_at_any_place)
{
    for (size_t place = 0; place < 24; place++) {
        uint8_t text[32];
        memset(text, 'x', sizeof text);
        cr_assert_eq(tfi_utf8_find_foreign(text, text + sizeof text), text + sizeof text);
        text[place] = 0xff;
        cr_assert_eq(tfi_utf8_find_foreign(text, text + sizeof text), text + place);
    }
    const uint8_t cut[] = {'a', 0xe2, 0x82};
    cr_assert_eq(tfi_utf8_find_foreign(cut, cut + sizeof cut), cut + 1);
    cr_assert_eq(tfi_utf8_find_foreign(cut, cut), cut);
}

Test(utf8, every_character_is_written_as_it_is_read)
{
    for (uint32_t code = 0; code < 0x110000; code++) {
        uint8_t bytes[TFI_UTF8_MAX_BYTES];
        const size_t n = tfi_utf8_write(bytes, code);
        const int is_surrogate = code >= 0xd800 && code < 0xe000;
        cr_assert_eq(tfi_utf8_character(bytes, n), is_surrogate ? 0 : n, "U+%04X", (unsigned)code);
    }
    uint8_t smile[TFI_UTF8_MAX_BYTES];
    cr_assert_eq(tfi_utf8_write(smile, 0x1f600), 4);
    cr_assert_arr_eq(smile, "\xf0\x9f\x98\x80", 4);
}
