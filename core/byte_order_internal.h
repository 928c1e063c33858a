/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * byte_order_internal.h - integers on disk, read and written through memcpy: never by a pointer
 * cast.
 */
#ifndef TFI_BYTE_ORDER_INTERNAL_H
#define TFI_BYTE_ORDER_INTERNAL_H

#include <stdint.h>
#include <string.h>

#if !defined(__BYTE_ORDER__) || __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__ ||                       \
    UINTPTR_MAX < UINT64_MAX
#error "tfeed is tested on 64-bit little-endian processors only"
#endif

static inline uint32_t tfi_load_le32(const uint8_t *from)
{
    uint32_t value;
    memcpy(&value, from, sizeof value);
    return value;
}

static inline uint64_t tfi_load_le64(const uint8_t *from)
{
    uint64_t value;
    memcpy(&value, from, sizeof value);
    return value;
}

static inline void tfi_store_le32(uint8_t *to, uint32_t value)
{
    memcpy(to, &value, sizeof value);
}

static inline void tfi_store_le64(uint8_t *to, uint64_t value)
{
    memcpy(to, &value, sizeof value);
}

static inline uint32_t tfi_load_be32(const uint8_t *from)
{
    return __builtin_bswap32(tfi_load_le32(from));
}

#endif
