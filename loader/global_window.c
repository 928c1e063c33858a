/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * global_window.c - records from anywhere in the set, into a window.
 *
 * A mapped record is looked at where it lies, with the next ones on their way from memory; others
 * are read one by one, in the order of the files. Under STOP_FILE a damaged record alone is left
 * out, as under SKIP: nothing here is read behind another.
 */
#include <stdlib.h>

#include "core/block_internal.h"
#include "core/error_internal.h"
#include "loader/order_global_private.h"
#include "loader/row_holes_private.h"
#include "records/record_frame_internal.h"
#include "records/records_internal.h"

enum {
    CACHE_LINE = 64,
    AHEAD = 12,        /* records whose bytes are fetched ahead of the one that is checked */
    AHEAD_BYTES = 512, /* of each: behind that the processor has seen the stream */
    HELD_SLOTS = 64,
};

/* A record as the fill has found it. */
struct found {
    struct place place;
    uint32_t record; /* of the set */
    uint64_t len;    /* of the frame */
    const uint8_t *frame;
    struct tfeed_block *block; /* of a record that was read: a reference */
};

/* --- reading ---------------------------------------------------------------------------------- */

/* Reads the frame into a block of its own. */
static tfeed_status read_frame(const struct order_plan *plan, void *input, struct found *found,
                               struct tfeed_error *reterr)
{
    const struct tfeed_file_system *files = plan->set->reader_options.file_system;
    const char *path = plan->set->files[found->place.file].path;
    uint8_t *data;
    TFI_TRY(tfi_block_alloc(plan->allocator, (size_t)found->len, &found->block, &data, reterr));
    found->frame = data;
    TFI_TRY(tfi_block_set_origin(found->block, data, path, found->place.offset, reterr));
    for (uint64_t at = 0; at < found->len;) {
        size_t n = 0;
        TFI_TRY(files->read(input, found->place.offset + at, data + at, (size_t)(found->len - at),
                            &n, reterr));
        if (n == 0)
            return tfi_fail_at(reterr, TFEED_DATA_LOSS, path, found->place.record,
                               found->place.offset, "the file has become shorter");
        at += n;
    }
    return TFEED_OK;
}

static int compare_found(const void *a, const void *b)
{
    const struct found *one = *(struct found *const *)a;
    const struct found *other = *(struct found *const *)b;
    return (one->record > other->record) - (one->record < other->record);
}

/* Reads what is not mapped, in the order of the files. */
static tfeed_status read_found(const struct order_plan *plan, struct found *found, uint32_t n,
                               struct tfeed_error *reterr)
{
    const struct tfeed_file_system *files = plan->set->reader_options.file_system;
    struct found *sorted[LOADER_RUN_RECORDS];
    uint32_t n_unmapped = 0;
    for (uint32_t i = 0; i < n; i++)
        if (found[i].frame == NULL)
            sorted[n_unmapped++] = &found[i];
    if (n_unmapped == 0)
        return TFEED_OK;
    qsort(sorted, n_unmapped, sizeof sorted[0], compare_found);
    tfeed_status status = TFEED_OK;
    void *input = NULL;
    for (uint32_t i = 0; i < n_unmapped && status == TFEED_OK; i++) {
        const uint32_t file = sorted[i]->place.file;
        if (i == 0 || file != sorted[i - 1]->place.file) {
            if (input != NULL)
                files->close_input(input);
            input = NULL;
            status = files->open_input(files->user_data, plan->set->files[file].path,
                                       plan->allocator, &input, reterr);
        }
        if (status == TFEED_OK)
            status = read_frame(plan, input, sorted[i], reterr);
    }
    if (input != NULL)
        files->close_input(input);
    return status;
}

/* --- checking --------------------------------------------------------------------------------- */

static void prefetch_frame(const struct found *found)
{
    const uint64_t len = found->len < AHEAD_BYTES ? found->len : AHEAD_BYTES;
    for (uint64_t at = 0; at < len; at += CACHE_LINE)
        __builtin_prefetch(found->frame + at);
}

/* DATA_LOSS where the bytes are not those of the record, or are damaged. */
static tfeed_status check_frame(const struct order_plan *plan, const struct found *found,
                                struct tfeed_record_view *ret_view, struct tfeed_error *reterr)
{
    const char *path = plan->set->files[found->place.file].path;
    uint64_t length;
    if (!tfi_record_header_check(found->frame, &length))
        return tfi_fail_at(reterr, TFEED_DATA_LOSS, path, found->place.record, found->place.offset,
                           "the checksum of the length is wrong");
    if (length != found->len - TFI_RECORD_OVERHEAD_BYTES)
        return tfi_fail_at(reterr, TFEED_DATA_LOSS, path, found->place.record, found->place.offset,
                           "the file has changed since it was opened");
    *ret_view = (struct tfeed_record_view){
        .data = found->frame + TFI_RECORD_PAYLOAD_OFFSET,
        .len = (size_t)length,
        .offset = found->place.offset,
        .record = found->place.record,
    };
    if (plan->options->skip_checksums || tfi_record_payload_check(ret_view->data, ret_view->len))
        return TFEED_OK;
    return tfi_record_fail_payload(path, ret_view, reterr);
}

/* Which files' blocks the window holds, as far as this remembers: each once is enough. */
struct held {
    uint64_t files[HELD_SLOTS]; /* file + 1 */
};

static bool add_view(const struct global_table *table, struct row_window *window, struct held *held,
                     const struct found *found, struct tfeed_record_view *view)
{
    const uint32_t file = found->place.file;
    struct tfeed_block *block = found->block != NULL ? found->block : table->files[file].block;
    uint64_t *slot = &held->files[file % HELD_SLOTS];
    const bool is_held = found->block == NULL && *slot == (uint64_t)file + 1;
    view->block = is_held ? NULL : block;
    if (!row_window_add(window, view, file))
        return false;
    window->rows[window->n_rows - 1].bytes.block = block;
    if (found->block == NULL)
        *slot = (uint64_t)file + 1;
    return true;
}

/* Rows in the order of the positions; a hole where damage is passed over. */
static tfeed_status add_rows(const struct global_table *table, const struct found *found,
                             uint32_t n, struct row_window *window, struct fill *fill,
                             struct tfeed_error *reterr)
{
    const struct order_plan *plan = table->plan;
    struct held held = {{0}};
    for (uint32_t i = 0; i < n; i++) {
        struct tfeed_record_view view;
        if (i + AHEAD < n && found[i + AHEAD].block == NULL)
            prefetch_frame(&found[i + AHEAD]);
        const tfeed_status status = check_frame(plan, &found[i], &view, &window->last_skipped);
        if (status != TFEED_OK && plan->options->on_error == TFEED_ON_ERROR_FAIL)
            return tfi_fail_again(reterr, &window->last_skipped);
        if (status != TFEED_OK) {
            struct row *row = &window->rows[window->n_rows++];
            *row = (struct row){.place = found[i].place};
            row_make_hole(row, HOLE_SKIPPED);
        } else if (!add_view(table, window, &held, &found[i], &view)) {
            return tfi_fail_memory(reterr, "a window of records");
        } else {
            fill->n_bytes += view.len;
        }
    }
    fill->n_records = n;
    return TFEED_OK;
}

/* --- filling ---------------------------------------------------------------------------------- */

static void find(const struct global_table *table, const uint32_t *records, uint32_t n,
                 struct found *found)
{
    for (uint32_t i = 0; i < n; i++)
        __builtin_prefetch(&table->offsets[records[i]]);
    for (uint32_t i = 0; i < n; i++) {
        found[i] = (struct found){.record = records[i]};
        found[i].place = global_table_find(table, records[i], &found[i].len);
        const struct global_file *file = &table->files[found[i].place.file];
        if (file->block == NULL)
            continue;
        found[i].frame = file->base + found[i].place.offset;
        if (i < AHEAD)
            prefetch_frame(&found[i]);
    }
}

/* Rows that are not wanted become holes; without the memory to tell, the window's error stands in
 * the place of the first that is not known. */
static void admit(const struct order_plan *plan, uint64_t epoch, struct row_window *window)
{
    struct admission_desk *desk = NULL;
    struct tfeed_error error;
    if (admission_enter(plan->admission, &desk, &error) == TFEED_OK) {
        (void)row_holes_admit(window, desk, plan->set, epoch, TFEED_ON_ERROR_SKIP);
    } else {
        row_window_cut(window, 0);
        row_window_fail(window, &error);
    }
    admission_leave(desk);
}

void global_window_fill(const struct global_table *table, const uint32_t *records, uint32_t n,
                        uint64_t epoch, struct row_window *window, struct fill *fill)
{
    struct found found[LOADER_RUN_RECORDS];
    struct tfeed_error error;
    tfeed_status status = plan_check_stop(table->plan, &error);
    if (status == TFEED_OK) {
        find(table, records, n, found);
        status = read_found(table->plan, found, n, &error);
        if (status == TFEED_OK)
            status = add_rows(table, found, n, window, fill, &error);
        for (uint32_t i = 0; i < n; i++)
            tfeed_block_unref(found[i].block);
    }
    if (status != TFEED_OK) { /* the rows before what is wrong are given first */
        window->status = status;
        window->error = error;
    }
    admit(table->plan, epoch, window);
}
