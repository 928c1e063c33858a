/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * io_internal.h - what modules above io share with it: which file system an option stands for, and
 * how compressed streams are recognised.
 *
 * Streams stand in stream_internal.h, outputs in output_internal.h.
 */
#ifndef TFI_IO_INTERNAL_H
#define TFI_IO_INTERNAL_H

#include <stddef.h>
#include <stdint.h>

#include <tfeed/io.h>

#include "core/shared_internal.h"

/* The file system that an option names: NULL is local files. INVALID_ARGUMENT: the table lacks what
 * every file system needs. */
TFI_SHARED tfeed_status tfi_file_system_resolve(const struct tfeed_file_system *given,
                                                const struct tfeed_file_system **ret_file_system,
                                                struct tfeed_error *reterr);

/* What the first bytes of a stream announce: GZIP (1f 8b), ZLIB (RFC 1950: deflate, a window that
 * exists, header divisible by 31) or else NONE. Two bytes are looked at; fewer announce nothing. */
TFI_SHARED enum tfeed_compression tfi_compression_announced(const uint8_t *head, size_t len);

/* The first bytes that a snappy file holds, going by its first `len` bytes: at most `room`, as many
 * as can be known, 0 where it is no snappy file. TFI_SNAPPY_HEAD_BYTES of the file are enough for
 * TFI_SNAPPY_HEAD_CONTENT. */
enum { TFI_SNAPPY_HEAD_CONTENT = 12, TFI_SNAPPY_HEAD_BYTES = 4 + 5 + 5 * TFI_SNAPPY_HEAD_CONTENT };
TFI_SHARED size_t tfi_snappy_head(const uint8_t *head, size_t len, uint8_t *content, size_t room);

/* What reads gzip files in this build: "ISA-L" or "zlib". Static. */
const char *tfi_gzip_inflater_name(void);

/* Brings the pages of a mapped file into the page table before they are touched: one system call
 * instead of a fault for every few pages. Says nothing when it cannot. Keeps errno. */
void tfi_pages_populate(const uint8_t *data, size_t len);

#endif
