/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * idx_bytes.h - idx files for tests, in memory, plain or gzip.
 */
#ifndef TESTS_UNIT_SOURCES_IDX_BYTES_H
#define TESTS_UNIT_SOURCES_IDX_BYTES_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include <tfeed/io.h>

enum { IDX_BYTES_MAX = 4096 };

struct idx_bytes {
    uint8_t data[IDX_BYTES_MAX];
    size_t len;
};

/* A file of `rank` extents, then n_elements bytes 0, 1, 2, …: as many as the extents say, or
 * not. */
static inline struct idx_bytes idx_bytes_make(int rank, const uint32_t *extents, size_t n_elements)
{
    struct idx_bytes bytes = {.len = 4};
    bytes.data[2] = 8;
    bytes.data[3] = (uint8_t)rank;
    for (int i = 0; i < rank; i++)
        for (int shift = 24; shift >= 0; shift -= 8)
            bytes.data[bytes.len++] = (uint8_t)(extents[i] >> shift);
    for (size_t i = 0; i < n_elements; i++)
        bytes.data[bytes.len++] = (uint8_t)i;
    return bytes;
}

static inline struct idx_bytes gzipped(const struct idx_bytes *plain)
{
    enum { GZIP_WINDOW_BITS = 15 + 16 };
    struct idx_bytes packed = {.len = 0};
    z_stream stream = {0};
    uint8_t input[IDX_BYTES_MAX];
    memcpy(input, plain->data, plain->len);
    stream.next_in = input;
    stream.avail_in = (uInt)plain->len;
    stream.next_out = packed.data;
    stream.avail_out = sizeof packed.data;
    if (deflateInit2(&stream, 6, Z_DEFLATED, GZIP_WINDOW_BITS, 8, Z_DEFAULT_STRATEGY) != Z_OK ||
        deflate(&stream, Z_FINISH) != Z_STREAM_END)
        abort();
    packed.len = sizeof packed.data - stream.avail_out;
    (void)deflateEnd(&stream); /* nothing is left in it */
    return packed;
}

static inline void idx_bytes_put(struct tfeed_memory_files *files, const char *name,
                                 const struct idx_bytes *bytes)
{
    if (tfeed_memory_files_put(files, name, bytes->data, bytes->len, NULL) != TFEED_OK)
        abort();
}

#endif
