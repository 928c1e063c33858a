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

#include "core/byte_buffer_internal.h"

/* Appends what the first stream (gzip: member) at data[len] holds, as far as it is there: a stream
 * that is cut gives what came before the cut, no byte at all gives nothing. What follows the stream
 * is not looked at.
 * DATA_LOSS: it does not inflate, the message says why; RESOURCE_EXHAUSTED: it holds more than
 * max_bytes, or no memory. The buffer may then hold some of it. */
tfeed_status tfi_inflate_bytes(const uint8_t *data, size_t len, bool is_gzip, size_t max_bytes,
                               struct tfi_byte_buffer *inflated, struct tfeed_error *reterr);

#endif
