/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * block_internal.h - counted blocks from inside: many references with one atomic step.
 *
 * A run of records usually comes from one block, so references are taken and given back by the run:
 * a pinned record costs no atomic operation of its own.
 */
#ifndef TFI_BLOCK_INTERNAL_H
#define TFI_BLOCK_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include <tfeed/tensor.h>

/* A block over memory of its own, `len` writable bytes at *ret_data, 64-byte aligned. */
tfeed_status tfi_block_alloc(const struct tfeed_allocator *allocator, size_t len,
                             struct tfeed_block **ret_block, uint8_t **ret_data,
                             struct tfeed_error *reterr);

/* tfeed_block_new with an allocator for the block's own header. */
tfeed_status tfi_block_wrap(const struct tfeed_allocator *allocator, size_t len,
                            void (*free)(void *user_data), void *user_data,
                            struct tfeed_block **ret_block, struct tfeed_error *reterr);

/* The bytes that the block keeps in memory. */
size_t tfi_block_len(const struct tfeed_block *block);

/* True for memory of the block's own (tfi_block_alloc), false for what it stands before: a mapped
 * file, the caller's bytes. */
bool tfi_block_owns_bytes(const struct tfeed_block *block);

/* True when nobody but the caller holds the block: its memory may be written anew. */
bool tfi_block_is_unique(const struct tfeed_block *block);

/* Adds or drops n references at once; NULL does nothing. */
void tfi_block_ref_n(struct tfeed_block *block, size_t n);
void tfi_block_unref_n(struct tfeed_block *block, size_t n);

/* One more reference for the block of each of n strings: one atomic step per run of equal
 * blocks. */
void tfi_bytes_ref_n(const struct tfeed_bytes *strings, size_t n);

/* Gives back one reference per string, gathering equal blocks among the last few first: strings
 * that left a shuffle alternate between a handful of blocks. Leaves the strings as they are. */
void tfi_bytes_unref_n(const struct tfeed_bytes *strings, size_t n);

/* Says which stream the block's bytes come from: the one at `data` stands at `offset` of `path`
 * (copied). Any view into the block can then be traced to its place, long after its reader has
 * gone. For a block that nobody else holds yet. */
tfeed_status tfi_block_set_origin(struct tfeed_block *block, const uint8_t *data, const char *path,
                                  uint64_t offset, struct tfeed_error *reterr);

/* The place of a view whose block has an origin; false where it has none. The path lives as long as
 * the block. */
bool tfi_bytes_origin(const struct tfeed_bytes *bytes, const char **ret_path, uint64_t *ret_offset);

#endif
