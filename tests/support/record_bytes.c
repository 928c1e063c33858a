/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * record_bytes.c - TFRecord files for tests, see record_bytes.h.
 */
#include "tests/support/record_bytes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include <tfeed/crc32c.h>

static void *must_have(void *memory)
{
    if (memory == NULL) {
        perror("record_bytes");
        abort();
    }
    return memory;
}

void t_record_bytes_init(struct t_record_bytes *bytes)
{
    *bytes = (struct t_record_bytes){.data = must_have(malloc(1))};
}

void t_record_bytes_clear(struct t_record_bytes *bytes)
{
    free(bytes->data);
    bytes->data = NULL;
}

void t_record_bytes_add_raw(struct t_record_bytes *bytes, const void *data, size_t len)
{
    bytes->data = must_have(realloc(bytes->data, bytes->len + len + 1));
    if (len > 0)
        memcpy(bytes->data + bytes->len, data, len);
    bytes->len += len;
}

static void add_le(struct t_record_bytes *bytes, uint64_t value, size_t n_bytes)
{
    for (size_t i = 0; i < n_bytes; i++) {
        const uint8_t byte = (uint8_t)(value >> 8 * i);
        t_record_bytes_add_raw(bytes, &byte, 1);
    }
}

void t_record_bytes_add_header(struct t_record_bytes *bytes, uint64_t length)
{
    if (bytes->n_records < T_MAX_RECORDS)
        bytes->offsets[bytes->n_records] = bytes->len;
    bytes->n_records++;
    add_le(bytes, length, 8);
    add_le(bytes, tfeed_crc32c_mask(tfeed_crc32c(0, bytes->data + bytes->len - 8, 8)), 4);
}

void t_record_bytes_add(struct t_record_bytes *bytes, const void *payload, size_t len)
{
    t_record_bytes_add_header(bytes, len);
    t_record_bytes_add_raw(bytes, payload, len);
    add_le(bytes, tfeed_crc32c_mask(tfeed_crc32c(0, payload, len)), 4);
}

/* SplitMix64's output function: no byte tells about the next one. */
uint8_t t_pattern(unsigned seed, size_t i)
{
    uint64_t mixed = (i + 1) * UINT64_C(0x9e3779b97f4a7c15) + seed;
    mixed = (mixed ^ mixed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94d049bb133111eb);
    return (uint8_t)(mixed >> 56);
}

void t_record_bytes_add_pattern(struct t_record_bytes *bytes, size_t len, unsigned seed)
{
    uint8_t *payload = must_have(malloc(len + 1));
    for (size_t i = 0; i < len; i++)
        payload[i] = t_pattern(seed, i);
    t_record_bytes_add(bytes, payload, len);
    free(payload);
}

void t_record_bytes_flip(struct t_record_bytes *bytes, size_t offset, unsigned bit)
{
    bytes->data[offset] ^= (uint8_t)(1u << bit);
}

uint8_t *t_deflate(const void *data, size_t len, int window_bits, size_t *ret_len)
{
    enum { SPARE = 64 }; /* gzip's header is longer than deflateBound assumes in old versions */
    z_stream deflater = {.zalloc = NULL};
    uint8_t *input = must_have(malloc(len + 1));
    if (len > 0)
        memcpy(input, data, len);
    if (deflateInit2(&deflater, Z_DEFAULT_COMPRESSION, Z_DEFLATED, window_bits, 9,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        abort();
    const size_t room = deflateBound(&deflater, len) + SPARE;
    uint8_t *output = must_have(malloc(room));
    deflater.next_in = input;
    deflater.avail_in = (uInt)len;
    deflater.next_out = output;
    deflater.avail_out = (uInt)room;
    if (deflate(&deflater, Z_FINISH) != Z_STREAM_END)
        abort();
    *ret_len = room - deflater.avail_out;
    (void)deflateEnd(&deflater);
    free(input);
    return output;
}
