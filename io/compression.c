/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * compression.c - names of the compressions, what announces them, and zlib's memory.
 */
#include "io/io_internal.h"

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "io/zlib_private.h"

static const struct {
    enum tfeed_compression compression;
    const char *name;
} names[] = {
    {TFEED_COMPRESSION_AUTO, "auto"},
    {TFEED_COMPRESSION_NONE, "none"},
    {TFEED_COMPRESSION_GZIP, "gzip"},
    {TFEED_COMPRESSION_ZLIB, "zlib"},
    {TFEED_COMPRESSION_SNAPPY, "snappy"},
    {TFEED_COMPRESSION_NONE, ""}, /* TensorFlow's name for it; last, so that "none" is ours */
};

const char *tfeed_compression_name(enum tfeed_compression compression)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].compression == compression)
            return names[i].name;
    return "unknown";
}

/* Equal but for the case of ASCII letters, in any locale. */
static bool same_word(const char *a, const char *b)
{
    for (;; a++, b++) {
        const char lower_a = *a >= 'A' && *a <= 'Z' ? (char)(*a - 'A' + 'a') : *a;
        const char lower_b = *b >= 'A' && *b <= 'Z' ? (char)(*b - 'A' + 'a') : *b;
        if (lower_a != lower_b)
            return false;
        if (lower_a == '\0')
            return true;
    }
}

tfeed_status tfeed_compression_parse(const char *name, enum tfeed_compression *ret_compression,
                                     struct tfeed_error *reterr)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (same_word(names[i].name, name)) {
            *ret_compression = names[i].compression;
            return TFEED_OK;
        }
    }
    return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                    "compression must be auto, none, gzip, zlib or snappy, not \"%s\"", name);
}

enum tfeed_compression tfi_compression_announced(const uint8_t *head, size_t len)
{
    enum { ZLIB_METHOD_MASK = 0x0f, ZLIB_DEFLATE = 8, ZLIB_MAX_WINDOW = 7, ZLIB_MODULUS = 31 };
    if (len < 2)
        return TFEED_COMPRESSION_NONE;
    if (head[0] == 0x1f && head[1] == 0x8b)
        return TFEED_COMPRESSION_GZIP;
    const unsigned check = head[0] * 256u + head[1];
    if ((head[0] & ZLIB_METHOD_MASK) == ZLIB_DEFLATE && head[0] >> 4 <= ZLIB_MAX_WINDOW &&
        check % ZLIB_MODULUS == 0)
        return TFEED_COMPRESSION_ZLIB;
    return TFEED_COMPRESSION_NONE;
}

void *tfi_zlib_alloc(void *allocator_slot, unsigned n, unsigned size)
{
    const struct tfeed_allocator *const *slot = allocator_slot;
    return tfi_alloc_array(*slot, n, size);
}

void tfi_zlib_free(void *allocator_slot, void *memory)
{
    const struct tfeed_allocator *const *slot = allocator_slot;
    tfi_free(*slot, memory);
}
