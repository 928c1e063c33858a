/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * window.c - a window that slides over bytes that are read into counted blocks.
 *
 *    memory                                   capacity
 *    ┌──────────┬──────────────────┬─────────────┐
 *    │   used   │  data, len       │    room     │
 *    └──────────┴──────────────────┴─────────────┘
 *
 * Bytes are appended in the room: others may hold views of the block, and look only at bytes before
 * it. When the room is too small, what is still wanted moves to the front: of the same memory where
 * nobody else holds the block, of a new block elsewhere.
 */
#include <string.h>

#include "core/block_internal.h"
#include "core/error_internal.h"
#include "io/stream_private.h"

/* Makes the window begin at the front of memory with at least `capacity` bytes. */
static tfeed_status move_to_front(struct tfi_window *window, size_t capacity,
                                  struct tfeed_error *reterr)
{
    struct tfeed_block *block = window->block;
    uint8_t *memory = window->memory;
    const bool reuse = memory != NULL && capacity <= window->capacity && tfi_block_is_unique(block);
    if (!reuse)
        TFI_TRY(tfi_block_alloc(window->allocator, capacity, &block, &memory, reterr));
    if (window->path != NULL) {
        const tfeed_status status =
            tfi_block_set_origin(block, memory, window->path, window->offset, reterr);
        if (status != TFEED_OK) {
            if (!reuse)
                tfeed_block_unref(block);
            return status;
        }
    }
    if (window->len > 0)
        memmove(memory, window->data, window->len);
    if (!reuse) {
        tfeed_block_unref(window->block);
        window->block = block;
        window->memory = memory;
        window->capacity = capacity;
    }
    window->data = memory;
    return TFEED_OK;
}

/* How large the window may get before more has to come: all at once when it is known to be there,
 * else twice what is there already. Above window->len. */
static size_t next_goal(const struct tfi_window *window, size_t n_need, bool at_once)
{
    size_t goal = TFI_STREAM_BLOCK_BYTES;
    if (goal < 2 * window->len)
        goal = 2 * window->len;
    return at_once || goal > n_need ? n_need : goal;
}

void tfi_window_slide(struct tfi_window *window, size_t n_used)
{
    if (n_used == 0) /* data may be NULL */
        return;
    window->data += n_used;
    window->len -= n_used;
    window->offset += n_used;
}

/* A block has one origin: its room is not for bytes from elsewhere, and the next fill starts at a
 * front. */
void tfi_window_jump(struct tfi_window *window, uint64_t offset)
{
    if (window->memory != NULL)
        window->data = window->memory + window->capacity;
    window->len = 0;
    window->offset = offset;
}

tfeed_status tfi_window_fill(struct tfi_window *window, size_t n_used, size_t n_need, bool at_once,
                             tfi_window_read read, void *user_data, struct tfeed_error *reterr)
{
    tfi_window_slide(window, n_used);
    while (window->len < n_need) {
        const size_t goal = next_goal(window, n_need, at_once);
        const size_t reach =
            window->memory == NULL ? 0 : (size_t)(window->memory + window->capacity - window->data);
        /* a large window is moved when it is full: short reads must not move it each time */
        const bool has_room = reach > window->len && goal > TFI_STREAM_BLOCK_BYTES;
        if (reach < goal && !has_room) {
            const size_t capacity = goal > TFI_STREAM_BLOCK_BYTES ? goal : TFI_STREAM_BLOCK_BYTES;
            TFI_TRY(move_to_front(window, capacity, reterr));
        }
        uint8_t *room = window->memory + (window->data - window->memory) + window->len;
        const size_t n_room = (size_t)(window->memory + window->capacity - room);
        size_t n = 0;
        TFI_TRY(read(user_data, room, n_room, &n, reterr));
        if (n == 0)
            return TFEED_OUT_OF_RANGE;
        window->len += n;
    }
    return TFEED_OK;
}

void tfi_window_clear(struct tfi_window *window)
{
    tfeed_block_unref(window->block);
    *window = (struct tfi_window){.data = NULL};
}
