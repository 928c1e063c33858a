/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * json_decoder_private.h - Examples in protobuf's JSON form into serialized ones, one by one.
 */
#ifndef TFI_JSON_DECODER_PRIVATE_H
#define TFI_JSON_DECODER_PRIVATE_H

#include <tfeed/tensor.h>

#include "features/json_text_private.h"

/* The memory that decoding needs, kept from one text to the next. */
struct tfi_json_decoder;

/* NULL: no memory. */
struct tfi_json_decoder *tfi_json_decoder_new(const struct tfeed_allocator *allocator);

/* NULL does nothing. */
void tfi_json_decoder_free(struct tfi_json_decoder *decoder);

/* Decodes a text behind what is in the output; `element` is its number for messages, or
 * TFI_JSON_NO_ELEMENT. INVALID_ARGUMENT: it is no Example, RESOURCE_EXHAUSTED: no memory; the
 * output then ends anyhow. */
tfeed_status tfi_json_decoder_append(struct tfi_json_decoder *decoder,
                                     const struct tfeed_bytes *text, int64_t element,
                                     struct tfeed_error *reterr);

/* What was decoded; its `len` may be lowered. */
struct tfi_byte_buffer *tfi_json_decoder_output(struct tfi_json_decoder *decoder);

#endif
