/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * base64.c - bytes as text and back.
 *
 * Decoding looks at four characters at a time, and only at the end whether all of them were digits.
 */
#include "core/base64_internal.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* What a character is; its six bits are below. */
enum { VALUE = 0x3f, DIGIT = 0x40, PLAIN = DIGIT | 0x80, URL_SAFE = DIGIT | 0x100 };

static const uint16_t characters[256] = {
    ['A'] = DIGIT + 0,     ['B'] = DIGIT + 1,     ['C'] = DIGIT + 2,  ['D'] = DIGIT + 3,
    ['E'] = DIGIT + 4,     ['F'] = DIGIT + 5,     ['G'] = DIGIT + 6,  ['H'] = DIGIT + 7,
    ['I'] = DIGIT + 8,     ['J'] = DIGIT + 9,     ['K'] = DIGIT + 10, ['L'] = DIGIT + 11,
    ['M'] = DIGIT + 12,    ['N'] = DIGIT + 13,    ['O'] = DIGIT + 14, ['P'] = DIGIT + 15,
    ['Q'] = DIGIT + 16,    ['R'] = DIGIT + 17,    ['S'] = DIGIT + 18, ['T'] = DIGIT + 19,
    ['U'] = DIGIT + 20,    ['V'] = DIGIT + 21,    ['W'] = DIGIT + 22, ['X'] = DIGIT + 23,
    ['Y'] = DIGIT + 24,    ['Z'] = DIGIT + 25,    ['a'] = DIGIT + 26, ['b'] = DIGIT + 27,
    ['c'] = DIGIT + 28,    ['d'] = DIGIT + 29,    ['e'] = DIGIT + 30, ['f'] = DIGIT + 31,
    ['g'] = DIGIT + 32,    ['h'] = DIGIT + 33,    ['i'] = DIGIT + 34, ['j'] = DIGIT + 35,
    ['k'] = DIGIT + 36,    ['l'] = DIGIT + 37,    ['m'] = DIGIT + 38, ['n'] = DIGIT + 39,
    ['o'] = DIGIT + 40,    ['p'] = DIGIT + 41,    ['q'] = DIGIT + 42, ['r'] = DIGIT + 43,
    ['s'] = DIGIT + 44,    ['t'] = DIGIT + 45,    ['u'] = DIGIT + 46, ['v'] = DIGIT + 47,
    ['w'] = DIGIT + 48,    ['x'] = DIGIT + 49,    ['y'] = DIGIT + 50, ['z'] = DIGIT + 51,
    ['0'] = DIGIT + 52,    ['1'] = DIGIT + 53,    ['2'] = DIGIT + 54, ['3'] = DIGIT + 55,
    ['4'] = DIGIT + 56,    ['5'] = DIGIT + 57,    ['6'] = DIGIT + 58, ['7'] = DIGIT + 59,
    ['8'] = DIGIT + 60,    ['9'] = DIGIT + 61,    ['+'] = PLAIN + 62, ['/'] = PLAIN + 63,
    ['-'] = URL_SAFE + 62, ['_'] = URL_SAFE + 63,
};

void tfi_base64_encode(const uint8_t *data, size_t len, char *text)
{
    for (size_t i = 0; i < len; i += 3) {
        const size_t n = len - i < 3 ? len - i : 3;
        uint32_t group = 0;
        for (size_t k = 0; k < 3; k++)
            group = group << 8 | (k < n ? data[i + k] : 0);
        for (size_t k = 0; k < 4; k++)
            *text++ = k <= n ? digits[group >> (18 - 6 * k) & VALUE] : '=';
    }
}

/* Padding at the end of text[len]: two at most. */
static size_t count_padding(const uint8_t *text, size_t len)
{
    size_t n = 0;
    while (n < 2 && n < len && text[len - 1 - n] == '=')
        n++;
    return n;
}

bool tfi_base64_decode(const void *text, size_t len, enum tfi_base64 form, uint8_t *data,
                       size_t *ret_len)
{
    const uint8_t *at = text;
    const size_t n_padding = count_padding(at, len);
    const size_t n_rest = (len - n_padding) % 4;
    const uint8_t *whole_end = at + (len - n_padding - n_rest);
    uint8_t *to = data;
    uint32_t all = DIGIT, any = 0, word = 0;
    if (n_rest == 1 || (len % 4 != 0 && (form == TFI_BASE64_STRICT || n_padding > 0)))
        return false;
    for (; at < whole_end; at += 4, to += 3) {
        const uint32_t a = characters[at[0]], b = characters[at[1]];
        const uint32_t c = characters[at[2]], d = characters[at[3]];
        all &= a & b & c & d;
        any |= a | b | c | d;
        word = (a & VALUE) << 18 | (b & VALUE) << 12 | (c & VALUE) << 6 | (d & VALUE);
        to[0] = (uint8_t)(word >> 16);
        to[1] = (uint8_t)(word >> 8);
        to[2] = (uint8_t)word;
    }
    word = 0;
    for (size_t i = 0; i < n_rest; i++) {
        const uint32_t digit = characters[at[i]];
        all &= digit;
        any |= digit;
        word |= (digit & VALUE) << (18 - 6 * i);
    }
    for (size_t i = 0; i + 1 < n_rest; i++, word <<= 8)
        *to++ = (uint8_t)(word >> 16);
    *ret_len = (size_t)(to - data);
    const bool has_plain = (any & PLAIN & ~(uint32_t)DIGIT) != 0;
    const bool has_url_safe = (any & URL_SAFE & ~(uint32_t)DIGIT) != 0;
    const bool fits = form == TFI_BASE64_STRICT ? !has_url_safe : !(has_plain && has_url_safe);
    return (all & DIGIT) != 0 && fits && (word & 0xffffff) == 0;
}
