/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * file_cursor.c - records of one stretch of a file, front to back, under the error policy.
 *
 *    file      ├──────────┤ begin ······ records that begin here ······ end_offset ├─────────┤
 *                          ▲ next
 *
 * A run may look at records behind the end, as many as it has room for; they are another's, and are
 * dropped. What is wrong with them is not seen: a run ends before a fault, and nothing is read from
 * the end on.
 *
 * A compressed file has no way to its middle but through what lies before: a stretch that begins
 * there is reached in pieces, by calls that append nothing.
 */
#include "core/error_internal.h"
#include "loader/loader_private.h"
#include "records/record_frame_internal.h"
#include "records/records_internal.h"

/* What a run may hold beyond its first record; and how much is inflated unseen in one call. */
enum { RUN_BYTES = 256 << 10, PIECE_BYTES = 1 << 20 };

void file_cursor_init(struct file_cursor *cursor, struct file_set *set,
                      enum tfeed_on_error on_error)
{
    *cursor = (struct file_cursor){.set = set, .on_error = on_error};
}

void file_cursor_clear(struct file_cursor *cursor)
{
    tfeed_record_reader_close(cursor->reader);
    cursor->reader = NULL;
}

tfeed_status file_cursor_open(struct file_cursor *cursor, const struct stretch *stretch,
                              struct tfeed_error *reterr)
{
    const struct loader_file *file = &cursor->set->files[stretch->begin.file];
    file_cursor_clear(cursor);
    TFI_TRY(file_set_open_reader(cursor->set, stretch->begin.file, &cursor->reader, reterr));
    cursor->stretch = *stretch;
    cursor->next = stretch->begin;
    if (file->is_compressed || stretch->begin.offset == 0)
        return TFEED_OK;
    const tfeed_status status = tfi_record_reader_seek(cursor->reader, stretch->begin.offset,
                                                       stretch->begin.record, reterr);
    if (status != TFEED_OK)
        file_cursor_clear(cursor);
    return status;
}

static tfeed_status end_stretch(struct file_cursor *cursor)
{
    file_cursor_clear(cursor);
    return TFEED_OUT_OF_RANGE;
}

static void note_next(struct file_cursor *cursor)
{
    cursor->next.offset = tfeed_record_reader_offset(cursor->reader);
    cursor->next.record = tfi_record_reader_record(cursor->reader);
}

/* The records have ended, or the record at `next` cannot be had. */
static tfeed_status meet(struct file_cursor *cursor, tfeed_status status, struct tfeed_error *error,
                         struct row_window *window, struct tfeed_error *reterr)
{
    if (status == TFEED_OUT_OF_RANGE)
        return end_stretch(cursor);
    if (status != TFEED_DATA_LOSS)
        return tfi_fail_again(reterr, error);
    if (cursor->on_error == TFEED_ON_ERROR_FAIL) {
        window->status = status;
        window->error = *error;
        return end_stretch(cursor);
    }
    tfeed_status passed = TFEED_DATA_LOSS;
    struct tfeed_error in_search;
    if (cursor->on_error == TFEED_ON_ERROR_SKIP)
        passed = tfi_record_reader_pass_certain(cursor->reader, &in_search);
    if (passed != TFEED_OK && passed != TFEED_DATA_LOSS)
        return tfi_fail_again(reterr, &in_search);
    window->n_skipped++;
    window->last_skipped = *error;
    if (passed != TFEED_OK)
        return end_stretch(cursor);
    note_next(cursor);
    return TFEED_OK;
}

/* Goes on towards the begin of the stretch. */
static tfeed_status approach(struct file_cursor *cursor, struct tfeed_error *reterr)
{
    const struct tfi_record_walk walk = {
        .until_offset = tfeed_record_reader_offset(cursor->reader) + PIECE_BYTES,
        .until_record = cursor->stretch.begin.record,
        .passes_damage = cursor->on_error == TFEED_ON_ERROR_SKIP,
    };
    TFI_TRY(tfi_record_reader_walk(cursor->reader, &walk, reterr));
    if (tfi_record_reader_record(cursor->reader) == walk.until_record)
        cursor->next.offset = tfeed_record_reader_offset(cursor->reader);
    return TFEED_OK;
}

static bool is_behind(const struct stretch *stretch, uint64_t record, uint64_t offset)
{
    return offset >= stretch->end_offset ||
           (stretch->end_record > 0 && record >= stretch->end_record);
}

tfeed_status file_cursor_read(struct file_cursor *cursor, enum cursor_checks checks,
                              struct row_window *window, uint32_t max_rows,
                              struct tfeed_error *reterr)
{
    struct tfeed_record_view views[LOADER_RUN_RECORDS];
    struct tfeed_error error = TFEED_ERROR_INIT;
    size_t n = 0;
    const struct stretch *stretch = &cursor->stretch;
    if (cursor->reader == NULL || is_behind(stretch, cursor->next.record, cursor->next.offset))
        return end_stretch(cursor);
    if (max_rows > LOADER_RUN_RECORDS)
        max_rows = LOADER_RUN_RECORDS;
    tfeed_status status;
    if (tfi_record_reader_record(cursor->reader) < cursor->next.record)
        status = approach(cursor, &error);
    else if (checks == CURSOR_CHECKS_NOW)
        status = tfeed_record_reader_next_run(cursor->reader, views, max_rows, &n, &error);
    else
        status =
            tfi_record_reader_next_headers(cursor->reader, RUN_BYTES, views, max_rows, &n, &error);
    if (status != TFEED_OK) {
        error.code = status; /* a file system may have left it out */
        return meet(cursor, status, &error, window, reterr);
    }

    size_t n_own = n;
    while (n_own > 0 && is_behind(stretch, views[n_own - 1].record, views[n_own - 1].offset))
        n_own--;
    if (!row_window_add_run(window, views, n_own, stretch->begin.file))
        return tfi_fail_memory(reterr, "a window of records");
    if (n > 0)
        note_next(cursor);
    return TFEED_OK;
}

bool file_cursor_read_sound(struct file_cursor *cursor, struct row_window *window)
{
    struct tfeed_record_view view;
    if (cursor->reader == NULL ||
        is_behind(&cursor->stretch, cursor->next.record, cursor->next.offset) ||
        !tfi_record_reader_next_sound(cursor->reader, &view))
        return false;
    const struct place place = cursor->next; /* the view says the same, but has just been written:
                                              * two numbers of it in one load would wait */
    cursor->next.offset += TFI_RECORD_OVERHEAD_BYTES + view.len;
    cursor->next.record++;
    if (!row_window_holds(window, view.block)) {
        window->status = tfi_fail_memory(&window->error, "a window of records");
        return false;
    }
    window->rows[window->n_rows++] =
        (struct row){.bytes = {view.data, view.len, view.block}, .place = place};
    return true;
}
