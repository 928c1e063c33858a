/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * decode_private.h - what the decoders of decode.h share: checks, faults that name their place, and
 * string tensors whose bytes are made one after the other.
 */
#ifndef TFI_DECODE_PRIVATE_H
#define TFI_DECODE_PRIVATE_H

#include <tfeed/decode.h>

#include "core/byte_buffer_internal.h"
#include "core/error_internal.h"

/* INVALID_ARGUMENT unless it is a tensor of strings. */
tfeed_status tfi_decode_check_strings(const struct tfeed_tensor *strings,
                                      struct tfeed_error *reterr);

/* The shape of `shape` with one more dimension at the end. INVALID_ARGUMENT: it has too many. */
tfeed_status tfi_decode_shape_with(const struct tfeed_shape *shape, int64_t n,
                                   struct tfeed_shape *ret_shape, struct tfeed_error *reterr);

/* A failure in a string, at one of its bytes: names the file and the place of that byte in it where
 * the string's block knows them. */
tfeed_status tfi_decode_fail(struct tfeed_error *reterr, tfeed_status code,
                             const struct tfeed_bytes *string, const uint8_t *at,
                             const char *format, ...) TFI_PRINTF(5, 6);

/* Text as it may stand in a message: in quotes, bytes that are no printable ASCII as \x41, what is
 * too long cut and ended by "…". Returns `quoted`. */
enum { TFI_QUOTED_BYTES = 4 * 48 + 8 };
const char *tfi_decode_quote(const void *text, size_t len, char quoted[TFI_QUOTED_BYTES]);

/* Ends a string tensor whose elements have their lengths only, with nothing else: their bytes stand
 * in `bytes` one after the other, and are copied into one block. */
tfeed_status tfi_decode_join(struct tfeed_tensor *tensor, const struct tfi_byte_buffer *bytes,
                             struct tfeed_error *reterr);

/* --- one value, for rows of a schema's columns as well ---------------------------------------- */

/* True for the dtypes that raw bytes are decoded to. */
bool tfi_raw_is_decodable(enum tfeed_dtype dtype);

/* Bytes into a row, cut or filled up with zeros. */
void tfi_raw_copy(const uint8_t *data, size_t len, uint8_t *row, size_t row_bytes);

/* Makes elements that stand in data[n_bytes] big-endian ones, or native again. */
void tfi_raw_turn(enum tfeed_dtype dtype, uint8_t *data, size_t n_bytes);

/* Reads a string as element i of a tensor of float, double, int32 or int64. */
tfeed_status tfi_string_to_number(const struct tfeed_bytes *string,
                                  const struct tfeed_tensor *tensor, int64_t i,
                                  struct tfeed_error *reterr);

/* Reads a TensorProto of the dtype and the shape of a tensor into its elements. Strings become
 * views of the serialized bytes that name `block`, and are not counted. INVALID_ARGUMENT: it is
 * none, or of others; the elements may have changed then. */
tfeed_status tfi_parse_tensor_into(const struct tfeed_bytes *serialized, struct tfeed_block *block,
                                   const struct tfeed_tensor *tensor, struct tfeed_error *reterr);

#endif
