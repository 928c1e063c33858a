/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * utf8_internal.h - UTF-8 as RFC 3629 has it: nothing overlong, no surrogates, nothing above
 * U+10FFFF.
 */
#ifndef TFI_UTF8_INTERNAL_H
#define TFI_UTF8_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TFI_UTF8_MAX_BYTES = 4 };

/* The length of the character that at[len] begins with, 0 where there is none; len is not 0. */
size_t tfi_utf8_character(const uint8_t *at, size_t len);

/* The first byte that begins no character; `end` where all of it is UTF-8. */
const uint8_t *tfi_utf8_find_foreign(const uint8_t *at, const uint8_t *end);

/* Writes a character that is no surrogate and not above U+10FFFF; how many bytes it took. */
size_t tfi_utf8_write(uint8_t to[TFI_UTF8_MAX_BYTES], uint32_t code);

#endif
