/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * utf8.c - UTF-8, checked and written.
 */
#include "core/utf8_internal.h"

#include <string.h>

size_t tfi_utf8_character(const uint8_t *at, size_t len)
{
    if (at[0] < 0x80)
        return 1;
    if (at[0] < 0xc2 || at[0] > 0xf4)
        return 0;
    const size_t n = at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : TFI_UTF8_MAX_BYTES;
    if (n > len)
        return 0;
    /* after E0 and F0 a shorter form would do, after ED come surrogates, after F4 nothing exists */
    const uint8_t low = at[0] == 0xe0 ? 0xa0 : at[0] == 0xf0 ? 0x90 : 0x80;
    const uint8_t high = at[0] == 0xed ? 0x9f : at[0] == 0xf4 ? 0x8f : 0xbf;
    if (at[1] < low || at[1] > high)
        return 0;
    for (size_t i = 2; i < n; i++)
        if (at[i] < 0x80 || at[i] > 0xbf)
            return 0;
    return n;
}

const uint8_t *tfi_utf8_find_foreign(const uint8_t *at, const uint8_t *end)
{
    const uint64_t tops = UINT64_C(0x8080808080808080);
    uint64_t eight;
    while (at < end) {
        if ((size_t)(end - at) >= sizeof eight) {
            memcpy(&eight, at, sizeof eight);
            if ((eight & tops) == 0) {
                at += sizeof eight;
                continue;
            }
        }
        const size_t n = tfi_utf8_character(at, (size_t)(end - at));
        if (n == 0)
            return at;
        at += n;
    }
    return end;
}

size_t tfi_utf8_write(uint8_t to[TFI_UTF8_MAX_BYTES], uint32_t code)
{
    if (code < 0x80) {
        to[0] = (uint8_t)code;
        return 1;
    }
    const size_t len = code < 0x800 ? 2 : code < 0x10000 ? 3 : TFI_UTF8_MAX_BYTES;
    for (size_t i = len - 1; i > 0; i--, code >>= 6)
        to[i] = (uint8_t)(0x80 | (code & 0x3f));
    to[0] = (uint8_t)(0xf0u << (TFI_UTF8_MAX_BYTES - len) | code);
    return len;
}
