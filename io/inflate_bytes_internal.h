/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * inflate_bytes_internal.h - a gzip or zlib stream that is in memory, inflated at once.
 */
#ifndef TFI_INFLATE_BYTES_INTERNAL_H
#define TFI_INFLATE_BYTES_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tfeed/allocator.h>

#include "core/byte_buffer_internal.h"

/* Appends what the first stream (gzip: member) at data[len] holds, as far as it is there: a stream
 * that is cut gives what came before the cut, no byte at all gives nothing. What follows the stream
 * is not looked at.
 * DATA_LOSS: it does not inflate, the message says why; RESOURCE_EXHAUSTED: it holds more than
 * max_bytes, or no memory. The buffer may then hold some of it. */
tfeed_status tfi_inflate_bytes(const uint8_t *data, size_t len, bool is_gzip, size_t max_bytes,
                               struct tfi_byte_buffer *inflated, struct tfeed_error *reterr);

/* The same of one stream after the other, each into the caller's room. */
struct tfi_bytes_inflater;

/* NULL: no memory. The allocator's address must stay good. */
struct tfi_bytes_inflater *tfi_bytes_inflater_new(bool is_gzip,
                                                  const struct tfeed_allocator *allocator);

/* NULL does nothing. */
void tfi_bytes_inflater_free(struct tfi_bytes_inflater *inflater);

/* Puts what the stream holds into to[room]; *ret_len says how much that was, room + 1 stands for
 * more: then no further byte was looked at. DATA_LOSS: it does not inflate; RESOURCE_EXHAUSTED: no
 * memory, of which only the first streams take any. */
tfeed_status tfi_bytes_inflater_run(struct tfi_bytes_inflater *inflater, const uint8_t *data,
                                    size_t len, uint8_t *to, size_t room, size_t *ret_len,
                                    struct tfeed_error *reterr);

/* Appends what the stream holds to `inflated`; max_bytes + 1 bytes of it stand for more. Fails as
 * tfi_bytes_inflater_run, and RESOURCE_EXHAUSTED where the buffer cannot grow; it may then hold
 * some of the stream. */
tfeed_status tfi_bytes_inflater_append(struct tfi_bytes_inflater *inflater, const uint8_t *data,
                                       size_t len, size_t max_bytes,
                                       struct tfi_byte_buffer *inflated,
                                       struct tfeed_error *reterr);

#endif
