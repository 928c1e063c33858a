/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_base64.c - bytes as text and back, and what is not such a text.
 */
#include <criterion/criterion.h>

#include <string.h>

#include "core/base64_internal.h"

enum { MOST_BYTES = 64 };

static bool decodes(const char *text, enum tfi_base64 form, const char *expected)
{
    uint8_t data[MOST_BYTES];
    size_t n = 0;
    return tfi_base64_decode(text, strlen(text), form, data, &n) && n == strlen(expected) &&
           memcmp(data, expected, n) == 0;
}

/* RFC 4648 section 10. */
static const char *const pairs[][2] = {{"", ""},
                                       {"f", "Zg=="},
                                       {"fo", "Zm8="},
                                       {"foo", "Zm9v"},
                                       {"foob", "Zm9vYg=="},
                                       {"fooba", "Zm9vYmE="},
                                       {"foobar", "Zm9vYmFy"}};

Test(base64, vectors_of_the_rfc_hold_both_ways)
{
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        const size_t len = strlen(pairs[i][0]);
        char text[MOST_BYTES];
        tfi_base64_encode((const uint8_t *)pairs[i][0], len, text);
        cr_assert_eq(tfi_base64_chars(len), strlen(pairs[i][1]));
        cr_assert_arr_eq(text, pairs[i][1], strlen(pairs[i][1]));
        cr_assert(decodes(pairs[i][1], TFI_BASE64_STRICT, pairs[i][0]));
        cr_assert(decodes(pairs[i][1], TFI_BASE64_PROTOBUF, pairs[i][0]));
    }
}

Test(base64, every_byte_comes_back)
{
    enum { N_BYTES = 256, N_CHARS = 400 };
    uint8_t data[N_BYTES], back[N_CHARS];
    char text[N_CHARS];
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)i;
    for (size_t len = 0; len <= sizeof data; len++) {
        size_t n = 0;
        tfi_base64_encode(data, len, text);
        cr_assert(tfi_base64_decode(text, tfi_base64_chars(len), TFI_BASE64_STRICT, back, &n));
        cr_assert_eq(n, len);
        cr_assert_arr_eq(back, data, len);
    }
}

Test(base64, protobuf_takes_the_other_alphabet_and_no_padding)
{
    cr_assert(decodes("Zm9vYg", TFI_BASE64_PROTOBUF, "foob"));
    cr_assert(decodes("-_--", TFI_BASE64_PROTOBUF, "\xfb\xff\xbe"));
    cr_assert(decodes("+/++", TFI_BASE64_PROTOBUF, "\xfb\xff\xbe"));
    cr_assert_not(decodes("+_--", TFI_BASE64_PROTOBUF, "\xfb\xff\xbe"));
}

Test(base64, other_forms_are_refused)
{
    static const char *const wrong[] = {"Z",    "Zg=",  "Zh==",     "Zm9=",
                                        "Z===", "====", "Zm9v=",    "Zm 9v",
                                        "Zm9*", "=Zm9", "Zg==Zg==", "\xff\xff\xff\xff"};
    uint8_t data[MOST_BYTES];
    size_t n;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        cr_assert_not(tfi_base64_decode(wrong[i], strlen(wrong[i]), TFI_BASE64_STRICT, data, &n),
                      "%s", wrong[i]);
        cr_assert_not(tfi_base64_decode(wrong[i], strlen(wrong[i]), TFI_BASE64_PROTOBUF, data, &n),
                      "%s", wrong[i]);
    }
    cr_assert_not(tfi_base64_decode("-_--", 4, TFI_BASE64_STRICT, data, &n));
    cr_assert_not(tfi_base64_decode("Zm9vYg", 6, TFI_BASE64_STRICT, data, &n));
}
