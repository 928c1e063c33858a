/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * message.c - protobuf-c behind tfeed's allocator, errors and limits.
 *
 * A few bytes of a message can become some hundred of structs, so the memory is bounded and not the
 * bytes. protobuf-c says of a failure only that it was one; the allocator knows whether it was
 * memory.
 */
#include "proto/message_internal.h"

#include <stdint.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"

/* ------------------------------------------------------------------- memory */

struct budget {
    const struct tfeed_allocator *allocator;
    size_t left;
    bool is_over;       /* a request was above what was left */
    bool has_no_memory; /* the allocator had none */
};

/* What protobuf-c gives back meanwhile is not counted: it does not say how much it is. */
static void *budget_alloc(void *user_data, size_t size)
{
    struct budget *budget = user_data;
    if (size > budget->left) {
        budget->is_over = true;
        return NULL;
    }
    budget->left -= size;
    void *memory = tfi_alloc_zeroed(budget->allocator, 1, size);
    budget->has_no_memory |= memory == NULL;
    return memory;
}

static void budget_free(void *user_data, void *memory)
{
    const struct budget *budget = user_data;
    tfi_free(budget->allocator, memory);
}

static ProtobufCAllocator hooks_of(struct budget *budget)
{
    return (ProtobufCAllocator){
        .alloc = budget_alloc, .free = budget_free, .allocator_data = budget};
}

/* ----------------------------------------------------------------- messages */

tfeed_status tfi_message_unpack(const ProtobufCMessageDescriptor *descriptor, const void *data,
                                size_t len, size_t max_bytes,
                                const struct tfeed_allocator *allocator,
                                ProtobufCMessage **ret_message, struct tfeed_error *reterr)
{
    struct budget budget = {.allocator = allocator, .left = max_bytes};
    ProtobufCAllocator hooks = hooks_of(&budget);
    if (len > INT32_MAX)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "a message of %zu bytes is above protobuf's limit of 2 GiB - 1", len);
    ProtobufCMessage *message = protobuf_c_message_unpack(descriptor, &hooks, len, data);
    if (message != NULL) {
        *ret_message = message;
        return TFEED_OK;
    }
    if (budget.has_no_memory)
        return tfi_fail_memory(reterr, "a message");
    if (budget.is_over)
        return tfi_fail(reterr, TFEED_RESOURCE_EXHAUSTED,
                        "the message of %zu bytes takes more than %zu bytes of memory", len,
                        max_bytes);
    return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "%zu bytes are no valid %s", len,
                    descriptor->short_name);
}

void tfi_message_free(ProtobufCMessage *message, const struct tfeed_allocator *allocator)
{
    struct budget budget = {.allocator = allocator};
    ProtobufCAllocator hooks = hooks_of(&budget);
    if (message != NULL)
        protobuf_c_message_free_unpacked(message, &hooks);
}

/* Stands before the bytes that were packed. */
struct packed {
    const struct tfeed_allocator *allocator;
    uint8_t bytes[];
};

static void free_packed(void *user_data)
{
    struct packed *packed = user_data;
    tfi_free(packed->allocator, packed);
}

tfeed_status tfi_message_pack(const ProtobufCMessage *message,
                              const struct tfeed_allocator *allocator,
                              struct tfeed_bytes *ret_bytes, struct tfeed_error *reterr)
{
    const size_t len = protobuf_c_message_get_packed_size(message);
    if (len > INT32_MAX)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "a message of %zu bytes is above protobuf's limit of 2 GiB - 1", len);
    struct packed *packed = tfi_alloc_zeroed(allocator, 1, sizeof *packed + len);
    if (packed == NULL)
        return tfi_fail_memory(reterr, "a packed message");
    packed->allocator = allocator;
    (void)protobuf_c_message_pack(message, packed->bytes);
    struct tfeed_block *block;
    const tfeed_status status =
        tfeed_block_new(packed->bytes, len, free_packed, packed, &block, reterr);
    if (status != TFEED_OK) {
        free_packed(packed);
        return status;
    }
    *ret_bytes = (struct tfeed_bytes){packed->bytes, len, block};
    return TFEED_OK;
}
