/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * decoded_column_private.h - values of bytes on their way into a row.
 */
#ifndef TFI_DECODED_COLUMN_PRIVATE_H
#define TFI_DECODED_COLUMN_PRIVATE_H

#include "features/kept_bytes_private.h"
#include "features/schema_private.h"

/* The feature that a column or the steps of a list are made of; tfi_feature_set_shape completes it.
 * `what` is one of the two, for messages: "feature", "list". INVALID_ARGUMENT: the options. */
tfeed_status tfi_decoded_describe(const char *what, const char *name,
                                  const struct tfeed_decoded_column *options,
                                  struct tfi_feature *ret_feature, struct tfeed_error *reterr);

/* What a parser keeps for a feature of TFI_STORE_DECODED or TFI_STORE_RAW_… from one row to the
 * next. */
struct tfi_decoder;

/* RESOURCE_EXHAUSTED: no memory. The feature must live as long. */
tfeed_status tfi_decoder_new(const struct tfi_feature *feature,
                             const struct tfeed_allocator *allocator,
                             struct tfi_decoder **ret_decoder, struct tfeed_error *reterr);

/* NULL does nothing. */
void tfi_decoder_free(struct tfi_decoder *decoder);

/* Decodes the i-th value of the feature into its row, which may have changed also on failure.
 * Strings become views, not counted, of the value or of what is kept. RESOURCE_EXHAUSTED: no
 * memory; anything else: the value is not what the column says. */
tfeed_status tfi_decoder_decode(struct tfi_decoder *decoder, const struct tfeed_bytes *value,
                                size_t i, struct tfi_kept_bytes *kept, uint8_t *row,
                                struct tfeed_error *reterr);

#endif
