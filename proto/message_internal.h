/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * message_internal.h - protobuf-c messages of any kind, with limits, allocators and errors as the
 * rest of tfeed has them.
 */
#ifndef TFI_MESSAGE_INTERNAL_H
#define TFI_MESSAGE_INTERNAL_H

#include <stddef.h>

#include <protobuf-c/protobuf-c.h>

#include <tfeed/allocator.h>
#include <tfeed/status.h>
#include <tfeed/tensor.h>

/* Reads a message into a tree of structs that takes at most max_bytes of memory while it is made.
 * INVALID_ARGUMENT: protobuf-c refuses the bytes. RESOURCE_EXHAUSTED: more than that, or no memory.
 * tfi_message_free ends it. */
tfeed_status tfi_message_unpack(const ProtobufCMessageDescriptor *descriptor, const void *data,
                                size_t len, size_t max_bytes,
                                const struct tfeed_allocator *allocator,
                                ProtobufCMessage **ret_message, struct tfeed_error *reterr);

/* Ends a message that was unpacked with this allocator; NULL does nothing. */
void tfi_message_free(ProtobufCMessage *message, const struct tfeed_allocator *allocator);

/* The bytes of a message in a block of their own. INVALID_ARGUMENT: above protobuf's limit of
 * 2 GiB - 1. */
tfeed_status tfi_message_pack(const ProtobufCMessage *message,
                              const struct tfeed_allocator *allocator,
                              struct tfeed_bytes *ret_bytes, struct tfeed_error *reterr);

#endif
