/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * rows_again.c - rows whose places are known, read once more.
 *
 * They were good when they were first read: a place where no such record is any more says that the
 * file has changed, and is an error under every policy.
 */
#include "loader/rows_again_private.h"

#include <string.h>

#include "core/block_internal.h"
#include "core/error_internal.h"
#include "loader/order_private.h"

/* Reads the record at `place` into an empty window. */
static tfeed_status read_record(const struct order_plan *plan, const struct place *place,
                                struct row_window *window, struct tfeed_error *reterr)
{
    const struct stretch stretch = {.begin = *place, .end_offset = UINT64_MAX};
    struct file_cursor cursor;
    file_cursor_init(&cursor, plan->set, TFEED_ON_ERROR_FAIL);
    tfeed_status status = file_cursor_open(&cursor, &stretch, reterr);
    while (status == TFEED_OK && window->n_rows == 0)
        status = file_cursor_read(&cursor, CURSOR_CHECKS_NOW, window, 1, reterr);
    file_cursor_clear(&cursor);
    if (window->n_rows > 0)
        return TFEED_OK;
    if (window->status != TFEED_OK)
        return tfi_fail_again(reterr, &window->error);
    if (status != TFEED_OUT_OF_RANGE)
        return status;
    return tfi_fail_at(reterr, TFEED_FAILED_PRECONDITION, plan->set->files[place->file].path,
                       place->record, place->offset, "expected the record that was here before");
}

/* Adds a row like `row`, whose bytes pin nothing else. */
static tfeed_status add_copy(struct row_window *window, const struct row *row,
                             const struct tfeed_allocator *allocator, struct tfeed_error *reterr)
{
    struct tfeed_record_view view = {
        .len = row->bytes.len, .offset = row->place.offset, .record = row->place.record};
    uint8_t *data;
    TFI_TRY(tfi_block_alloc(allocator, view.len, &view.block, &data, reterr));
    memcpy(data, row->bytes.data, view.len);
    view.data = data;
    const bool is_added = row_window_add(window, &view, row->place.file);
    tfeed_block_unref(view.block);
    return is_added ? TFEED_OK : tfi_fail_memory(reterr, "a window of records");
}

static tfeed_status read_again(const struct order_plan *plan, const struct place *place,
                               struct row_window *window, struct tfeed_error *reterr)
{
    struct row_window *read = row_window_new(plan->pool, 1);
    if (read == NULL)
        return tfi_fail_memory(reterr, "a window of records");
    tfeed_status status = read_record(plan, place, read, reterr);
    if (status == TFEED_OK)
        status = add_copy(window, &read->rows[0], plan->allocator, reterr);
    row_window_unref(read);
    return status;
}

tfeed_status rows_read_again(const struct order_plan *plan, const struct place *places, size_t n,
                             struct row_window *window, struct tfeed_error *reterr)
{
    for (size_t i = 0; i < n; i++) {
        TFI_TRY(plan_check_stop(plan, reterr));
        TFI_TRY(read_again(plan, &places[i], window, reterr));
    }
    return TFEED_OK;
}
