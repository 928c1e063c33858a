/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * snappy_bytes.h - snappy files for tests, framed without the code under test.
 */
#ifndef SNAPPY_BYTES_H
#define SNAPPY_BYTES_H

#include <snappy-c.h>

#include <stdlib.h>

#include <criterion/criterion.h>

#include "tests/support/record_bytes.h"

/* A big-endian length, right or wrong. */
static inline void snappy_bytes_add_length(struct t_record_bytes *bytes, uint32_t length)
{
    const uint8_t raw[] = {(uint8_t)(length >> 24), (uint8_t)(length >> 16), (uint8_t)(length >> 8),
                           (uint8_t)length};
    t_record_bytes_add_raw(bytes, raw, sizeof raw);
}

static inline void snappy_bytes_add_block(struct t_record_bytes *bytes, const void *data,
                                          size_t len)
{
    size_t n = snappy_max_compressed_length(len);
    char *block = malloc(n);
    cr_assert_not_null(block);
    cr_assert_eq(snappy_compress(data, len, block, &n), SNAPPY_OK);
    snappy_bytes_add_length(bytes, (uint32_t)n);
    t_record_bytes_add_raw(bytes, block, n);
    free(block);
}

#endif
