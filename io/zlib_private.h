/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * zlib_private.h - zlib's memory from our allocators.
 */
#ifndef TFI_ZLIB_PRIVATE_H
#define TFI_ZLIB_PRIVATE_H

#include <tfeed/allocator.h>

/* The hooks of a z_stream whose opaque is the address of a `const struct tfeed_allocator *`. */
void *tfi_zlib_alloc(void *allocator_slot, unsigned n, unsigned size);
void tfi_zlib_free(void *allocator_slot, void *memory);

#endif
