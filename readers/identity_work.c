/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * identity_work.c - the reader of the queue itself: a unit is one record, key and value its bytes.
 */
#include <string.h>

#include "core/allocator_internal.h"
#include "core/block_internal.h"
#include "core/error_internal.h"
#include "readers/reader_private.h"

struct identity_work {
    const struct tfeed_allocator *allocator;
    struct tfeed_bytes unit; /* borrowed */
};

static tfeed_status begin_unit(void *object, const struct tfeed_bytes *unit,
                               struct tfeed_error *reterr)
{
    (void)reterr;
    struct identity_work *work = object;
    work->unit = *unit;
    return TFEED_OK;
}

static tfeed_status read_unit(void *object, size_t max_records, struct tfi_reader_run *run,
                              struct tfeed_error *reterr)
{
    (void)max_records;
    const struct identity_work *work = object;
    struct tfeed_bytes value = {.len = work->unit.len};
    uint8_t *copy = NULL;
    TFI_TRY(tfi_block_alloc(work->allocator, value.len, &value.block, &copy, reterr));
    if (value.len > 0)
        memcpy(copy, work->unit.data, value.len);
    value.data = copy;
    run->values[0] = value;
    run->n_records = 1;
    run->ended = true;
    return TFEED_OK;
}

static void end_unit(void *object)
{
    (void)object; /* nothing was opened */
}

static void free_work(void *object)
{
    struct identity_work *work = object;
    tfi_free(work->allocator, work);
}

tfeed_status tfeed_identity_reader_new(const struct tfeed_allocator *allocator,
                                       struct tfeed_reader **ret_reader, struct tfeed_error *reterr)
{
    static const struct tfi_reader_functions functions = {
        .name = "IdentityReader",
        .key = TFI_KEY_UNIT,
        .has_state = true,
        .takes_any_bytes = true,
        .begin = begin_unit,
        .read = read_unit,
        .end = end_unit,
        .free = free_work,
    };
    struct identity_work *work = tfi_alloc_zeroed(allocator, 1, sizeof *work);
    if (work == NULL)
        return tfi_fail_memory(reterr, "a reader");
    work->allocator = allocator;
    return tfi_reader_new(&functions, work, allocator, ret_reader, reterr);
}
