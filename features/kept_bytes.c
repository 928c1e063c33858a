/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * kept_bytes.c - bytes that were not in any record, for strings to be views of.
 *
 * Many strings share a block, so that few are allocated; one that is longer has its own.
 */
#include "features/kept_bytes_private.h"

#include <string.h>

#include "core/block_internal.h"
#include "core/error_internal.h"

enum { BLOCK_BYTES = 16 << 10 };

/* What a block begins with: the one before it. */
struct head {
    struct tfeed_block *block; /* NULL: there is none */
    uint8_t *start;
};

tfeed_status tfi_kept_bytes_take(struct tfi_kept_bytes *kept, size_t n, uint8_t **ret_data,
                                 struct tfeed_error *reterr)
{
    if (kept->block == NULL || n > kept->room) {
        const struct head head = {kept->block, kept->start};
        const size_t room = n > BLOCK_BYTES ? n : BLOCK_BYTES;
        struct tfeed_block *block;
        uint8_t *start;
        if (room > SIZE_MAX - sizeof head)
            return tfi_fail_memory(reterr, "the strings of a batch");
        TFI_TRY(tfi_block_alloc(kept->allocator, sizeof head + room, &block, &start, reterr));
        memcpy(start, &head, sizeof head);
        kept->block = block;
        kept->start = start;
        kept->at = start + sizeof head;
        kept->room = room;
    }
    *ret_data = kept->at;
    kept->at += n;
    kept->room -= n;
    return TFEED_OK;
}

void tfi_kept_bytes_give_back(struct tfi_kept_bytes *kept, size_t n)
{
    kept->at -= n;
    kept->room += n;
}

void tfi_kept_bytes_settle(struct tfi_kept_bytes *kept)
{
    static const struct head none;
    struct head full;
    if (kept->block == NULL)
        return;
    memcpy(&full, kept->start, sizeof full);
    memcpy(kept->start, &none, sizeof none);
    while (full.block != NULL) {
        struct head before;
        memcpy(&before, full.start, sizeof before);
        tfeed_block_unref(full.block);
        full = before;
    }
}

void tfi_kept_bytes_clear(struct tfi_kept_bytes *kept)
{
    tfi_kept_bytes_settle(kept);
    tfeed_block_unref(kept->block);
    *kept = (struct tfi_kept_bytes){.allocator = kept->allocator};
}
