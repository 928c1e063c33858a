/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * plain_text.c - whether bytes are text.
 */
#include "core/utf8_internal.h"
#include "datasets/inspect_private.h"

bool tfi_is_text(const uint8_t *data, size_t len)
{
    while (len > 0) {
        const size_t n = tfi_utf8_character(data, len);
        const bool is_control = n == 1 && (*data < 0x20 || *data == 0x7f);
        if (n == 0 || (is_control && *data != '\t' && *data != '\n' && *data != '\r'))
            return false;
        data += n;
        len -= n;
    }
    return true;
}
