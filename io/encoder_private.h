/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * encoder_private.h - the kinds of encoder.
 */
#ifndef TFI_ENCODER_PRIVATE_H
#define TFI_ENCODER_PRIVATE_H

#include "io/encoder_internal.h"

/* Each opens one kind; encoder->kind is set on success only. */
tfeed_status tfi_snappy_encoder_open(struct tfi_encoder *encoder,
                                     const struct tfi_encoder_options *options,
                                     struct tfi_output *output,
                                     const struct tfeed_allocator *allocator,
                                     struct tfeed_error *reterr);
tfeed_status tfi_threads_encoder_open(struct tfi_encoder *encoder,
                                      const struct tfi_encoder_options *options,
                                      struct tfi_output *output,
                                      const struct tfeed_allocator *allocator,
                                      struct tfeed_error *reterr);

/* snappy_write.c: the room that a block of n bytes may need, with its length before it; and such a
 * block. Its own length. */
size_t tfi_snappy_bound(size_t n);
size_t tfi_snappy_block(const uint8_t *data, size_t n, uint8_t *block, size_t room);

#endif
