/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * row_holes.c - rows that are left out, but keep their place.
 */
#include "loader/row_holes_private.h"

#include "core/error_internal.h"
#include "records/record_frame_internal.h"
#include "records/records_internal.h"

tfeed_status row_holes_read(struct file_cursor *cursor, enum cursor_checks checks,
                            struct row_window *window, uint32_t max_rows,
                            struct tfeed_error *reterr)
{
    const struct place place = cursor->next;
    const tfeed_status status = file_cursor_read(cursor, checks, window, max_rows, reterr);
    if (window->n_skipped > 0) { /* nothing was appended then: there is room */
        struct row *row = &window->rows[window->n_rows++];
        *row = (struct row){.place = place};
        row_make_hole(row, HOLE_SKIPPED);
        window->n_skipped = 0;
    }
    return status;
}

bool row_holes_check(struct row_window *window, const struct file_set *set,
                     enum tfeed_on_error on_error)
{
    for (uint32_t i = 0; i < window->n_rows; i++) {
        struct row *row = &window->rows[i];
        if (row_is_hole(row) || tfi_record_payload_check(row->bytes.data, row->bytes.len))
            continue;
        const struct tfeed_record_view view = {.data = row->bytes.data,
                                               .len = row->bytes.len,
                                               .offset = row->place.offset,
                                               .record = row->place.record};
        const char *path = set->files[row->place.file].path;
        if (on_error == TFEED_ON_ERROR_FAIL) {
            window->status = tfi_record_fail_payload(path, &view, &window->error);
            row_window_cut(window, i);
            return false;
        }
        (void)tfi_record_fail_payload(path, &view, &window->last_skipped); /* makes the message */
        row_make_hole(row, HOLE_SKIPPED);
        if (on_error == TFEED_ON_ERROR_STOP_FILE) {
            row_window_cut(window, i + 1);
            return true;
        }
    }
    return false;
}

bool row_holes_admit(struct row_window *window, struct admission_desk *desk,
                     const struct file_set *set, uint64_t epoch, enum tfeed_on_error on_error)
{
    if (desk == NULL)
        return false;
    for (uint32_t i = 0; i < window->n_rows; i++) {
        struct row *row = &window->rows[i];
        if (row_is_hole(row))
            continue;
        switch (admission_ask(desk, set, epoch, row, &window->last_skipped)) {
        case ROW_WANTED:
            break;
        case ROW_FILTERED:
            row_make_hole(row, HOLE_FILTERED);
            break;
        case ROW_BAD:
            row_make_hole(row, HOLE_SKIPPED);
            if (on_error == TFEED_ON_ERROR_STOP_FILE) {
                row_window_cut(window, i + 1);
                return true;
            }
            break;
        case ROW_UNKNOWN:
            row_window_cut(window, i);
            row_window_fail(window, &window->last_skipped);
            return false;
        }
    }
    return false;
}

uint32_t row_holes_pass(struct row_window *window, uint64_t n_most, struct draw *draw,
                        uint64_t *n_skipped)
{
    uint32_t n = 0;
    while (n < n_most && window->n_drawn < window->n_rows &&
           row_is_hole(&window->rows[window->n_drawn])) {
        const struct row *row = &window->rows[window->n_drawn++];
        n++;
        if (row->bytes.len == HOLE_FILTERED) {
            draw->n_filtered++;
            continue;
        }
        draw->n_skipped++;
        draw->last_skipped = window->last_skipped;
        ++*n_skipped;
    }
    return n;
}

uint32_t row_holes_take(struct row_window *window, uint64_t n_most, uint64_t epoch,
                        struct draw *draw)
{
    const struct row *rows = &window->rows[window->n_drawn];
    const uint32_t n_left = window->n_rows - window->n_drawn;
    const uint32_t n_wanted = draw->n_wanted - draw->n_rows;
    uint32_t n = n_left < n_wanted ? n_left : n_wanted;
    n = n < n_most ? n : (uint32_t)n_most;
    uint32_t n_taken = 0;
    for (; n_taken < n && !row_is_hole(&rows[n_taken]); n_taken++) {
        struct row *row = &draw->rows[draw->n_rows++];
        *row = rows[n_taken];
        row->epoch = epoch;
    }
    draw->epoch = epoch;
    window->n_drawn += n_taken;
    return n_taken;
}
