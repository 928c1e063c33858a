/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * kept_bytes_private.h - bytes that were not in any record, for strings to be views of.
 *
 *    block   ┌ before │ bytes of some strings │ ─ room ─ ┐
 *                └──▶ the block that was full before this one
 *
 * Strings may be views without a reference of their own until tfi_kept_bytes_settle: until then all
 * blocks are held.
 */
#ifndef TFI_KEPT_BYTES_PRIVATE_H
#define TFI_KEPT_BYTES_PRIVATE_H

#include <stddef.h>
#include <stdint.h>

#include <tfeed/tensor.h>

/* Set `allocator`, zero the rest. */
struct tfi_kept_bytes {
    const struct tfeed_allocator *allocator;
    struct tfeed_block *block; /* NULL: none yet */
    uint8_t *start;            /* of the block's bytes */
    uint8_t *at;
    size_t room;
};

/* Room for n bytes in kept->block, which views of them name; what is not used can be given back by
 * tfi_kept_bytes_give_back. RESOURCE_EXHAUSTED: no memory. */
tfeed_status tfi_kept_bytes_take(struct tfi_kept_bytes *kept, size_t n, uint8_t **ret_data,
                                 struct tfeed_error *reterr);

/* Gives back the last n bytes that were taken. */
void tfi_kept_bytes_give_back(struct tfi_kept_bytes *kept, size_t n);

/* Strings that stay hold references by now: gives up the blocks that are full. */
void tfi_kept_bytes_settle(struct tfi_kept_bytes *kept);

/* Gives up all blocks; kept may be used again. */
void tfi_kept_bytes_clear(struct tfi_kept_bytes *kept);

#endif
