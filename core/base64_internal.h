/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * base64_internal.h - bytes as text and back.
 */
#ifndef TFI_BASE64_INTERNAL_H
#define TFI_BASE64_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum tfi_base64 {
    TFI_BASE64_STRICT,  /* RFC 4648 section 4: the plain alphabet, padding */
    TFI_BASE64_PROTOBUF /* that or the URL-safe alphabet, not mixed; padding whole or none */
};

/* Characters of n bytes, padding included; n is at most SIZE_MAX / 2. */
static inline size_t tfi_base64_chars(size_t n)
{
    return (n + 2) / 3 * 4;
}

/* Room that decoding n characters needs. */
static inline size_t tfi_base64_room(size_t n)
{
    return n / 4 * 3 + 3;
}

/* Writes text[tfi_base64_chars(len)], without a NUL. */
void tfi_base64_encode(const uint8_t *data, size_t len, char *text);

/* The bytes that text[len] stands for, into data[tfi_base64_room(len)]. False: it is not that form;
 * other characters, wrong padding, or bits left over that are not zero. */
bool tfi_base64_decode(const void *text, size_t len, enum tfi_base64 form, uint8_t *data,
                       size_t *ret_len);

#endif
