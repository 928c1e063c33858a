/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * plain_text.c - whether bytes are text.
 */
#include "datasets/inspect_private.h"

/* The length of the UTF-8 character at `at`, 0 when there is none: cut, overlong, a surrogate, or
 * above U+10FFFF. */
static size_t character_len(const uint8_t *at, size_t len)
{
    const size_t n = at[0] < 0x80 ? 1 : at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;
    if ((at[0] >= 0x80 && at[0] < 0xc2) || at[0] > 0xf4 || n > len)
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    if ((at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] > 0x9f) ||
        (at[0] == 0xf0 && at[1] < 0x90) || (at[0] == 0xf4 && at[1] > 0x8f))
        return 0;
    return n;
}

bool tfi_is_text(const uint8_t *data, size_t len)
{
    while (len > 0) {
        const size_t n = character_len(data, len);
        const bool is_control = n == 1 && (*data < 0x20 || *data == 0x7f);
        if (n == 0 || (is_control && *data != '\t' && *data != '\n' && *data != '\r'))
            return false;
        data += n;
        len -= n;
    }
    return true;
}
