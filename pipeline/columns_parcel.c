/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * columns_parcel.c - a struct tfeed_columns as an element of a queue, by reference: a string whose
 * block ends it. So a queue that is cancelled frees what nobody takes any more.
 */
#include <string.h>

#include "core/allocator_internal.h"
#include "core/block_internal.h"
#include "core/error_internal.h"
#include "pipeline/batcher_private.h"

struct parcel {
    const struct tfeed_allocator *allocator;
    struct tfeed_columns *columns; /* NULL: none */
};

static void free_parcel(void *user_data)
{
    struct parcel *parcel = user_data;
    tfeed_columns_free(parcel->columns);
    tfi_free(parcel->allocator, parcel);
}

tfeed_status tfi_parcel_new(const struct tfeed_allocator *allocator,
                            struct tfeed_tensor *ret_parcel, struct tfeed_error *reterr)
{
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    struct tfeed_block *block = NULL;
    struct parcel *parcel = tfi_alloc_zeroed(allocator, 1, sizeof *parcel);
    if (parcel == NULL)
        return tfi_fail_memory(reterr, "a batch");
    parcel->allocator = allocator;
    tfeed_status status =
        tfi_block_wrap(allocator, sizeof *parcel, free_parcel, parcel, &block, reterr);
    if (status != TFEED_OK) {
        free_parcel(parcel);
        return status;
    }
    status = tfeed_tensor_alloc(TFEED_STRING, &scalar, allocator, ret_parcel, reterr);
    if (status != TFEED_OK) {
        tfeed_block_unref(block);
        return status;
    }
    tfeed_tensor_strings(ret_parcel)[0] = (struct tfeed_bytes){
        .data = (const uint8_t *)parcel, .len = sizeof *parcel, .block = block};
    return TFEED_OK;
}

struct tfeed_columns **tfi_parcel_columns(const struct tfeed_tensor *parcel)
{
    struct parcel *inside; /* a string's bytes are const, the parcel is not */
    memcpy(&inside, &tfeed_tensor_strings(parcel)[0].data, sizeof(struct parcel *));
    return &inside->columns;
}
