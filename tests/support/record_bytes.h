/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * record_bytes.h - builds the bytes of a TFRecord file, right or wrong, without the code under
 * test.
 */
#ifndef T_RECORD_BYTES_H
#define T_RECORD_BYTES_H

#include <stddef.h>
#include <stdint.h>

enum { T_RECORD_OVERHEAD = 16, T_MAX_RECORDS = 64 };

/* A growing file; offsets[i] is where record i begins. */
struct t_record_bytes {
    uint8_t *data;
    size_t len;
    size_t offsets[T_MAX_RECORDS];
    size_t n_records;
};

void t_record_bytes_init(struct t_record_bytes *bytes);
void t_record_bytes_clear(struct t_record_bytes *bytes);

/* A record, framed. */
void t_record_bytes_add(struct t_record_bytes *bytes, const void *payload, size_t len);

/* A record of `len` bytes that depend on `seed`: t_pattern(seed, i). */
void t_record_bytes_add_pattern(struct t_record_bytes *bytes, size_t len, unsigned seed);
uint8_t t_pattern(unsigned seed, size_t i);

/* Bytes as they are. */
void t_record_bytes_add_raw(struct t_record_bytes *bytes, const void *data, size_t len);

/* A header with a right checksum and any length, and nothing behind it. */
void t_record_bytes_add_header(struct t_record_bytes *bytes, uint64_t length);

void t_record_bytes_flip(struct t_record_bytes *bytes, size_t offset, unsigned bit);

/* The whole through zlib: window_bits 31 is gzip, 15 zlib. free() it. */
uint8_t *t_deflate(const void *data, size_t len, int window_bits, size_t *ret_len);

#endif
