/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * text_line_work.c - the reader of lines: a place is the number of a line, from 1, header included.
 *
 * A line ends with LF, or with the file where something is left; one CR before that end goes too.
 * Lines are views of the file's blocks, found by memchr:
 *
 *       front        searched
 *         ▼             ▼
 *    …\n│ a line not … │ whole yet │ to come      no byte is looked at twice
 */
#include <inttypes.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "core/block_internal.h"
#include "core/error_internal.h"
#include "readers/reader_private.h"
#include "readers/unit_file_private.h"

struct text_line_work {
    struct tfeed_reader_options options;
    uint64_t n_header_lines;
    size_t max_len; /* of a line */

    struct tfi_unit_file file; /* of the unit in progress */
    uint64_t n_lines;          /* before the front */
    size_t searched;           /* bytes from the front on that hold no LF; above max_len + 1: the
                                * line is too long */
};

/* Gives the bytes from the front to its line's end, and moves the front to the next line. */
static void give(struct text_line_work *work, size_t len, size_t n_used, struct tfeed_bytes *line)
{
    *line = (struct tfeed_bytes){
        .data = tfi_unit_file_front(&work->file),
        .len = len,
        .block = tfi_unit_file_block(&work->file),
    };
    work->file.used += n_used;
    work->searched = 0;
    work->n_lines++;
}

static size_t without_cr(const uint8_t *line, size_t len)
{
    return len > 0 && line[len - 1] == '\r' ? len - 1 : len;
}

static bool is_too_long(const struct text_line_work *work)
{
    return work->searched > work->max_len + 1;
}

/* The next line, if it is whole there. */
static bool take_line(struct text_line_work *work, struct tfeed_bytes *line)
{
    const uint8_t *front = tfi_unit_file_front(&work->file);
    const size_t n_there = tfi_unit_file_n_there(&work->file);
    const size_t n_looked_at = n_there < work->max_len + 2 ? n_there : work->max_len + 2;
    if (n_looked_at <= work->searched) /* front may be NULL */
        return false;
    const uint8_t *end = memchr(front + work->searched, '\n', n_looked_at - work->searched);
    if (end == NULL) {
        work->searched = n_looked_at;
        return false;
    }
    const size_t len = without_cr(front, (size_t)(end - front));
    if (len > work->max_len) {
        work->searched = work->max_len + 2;
        return false;
    }
    give(work, len, (size_t)(end - front) + 1, line);
    return true;
}

static tfeed_status fail_too_long(const struct text_line_work *work, struct tfeed_error *reterr)
{
    return tfi_fail_at(reterr, TFEED_RESOURCE_EXHAUSTED, work->file.stream.path, TFEED_NOWHERE,
                       TFEED_NOWHERE, "line %" PRIu64 " exceeds the limit of %zu bytes",
                       work->n_lines + 1, work->max_len);
}

/* What is left behind the last LF, if it is a line. */
static tfeed_status take_rest(struct text_line_work *work, struct tfeed_bytes *line,
                              struct tfeed_error *reterr)
{
    const size_t n_there = tfi_unit_file_n_there(&work->file);
    const size_t len = n_there == 0 ? 0 : without_cr(tfi_unit_file_front(&work->file), n_there);
    if (len == 0)
        return tfi_fail(reterr, TFEED_OUT_OF_RANGE, "no more lines");
    if (len > work->max_len)
        return fail_too_long(work, reterr);
    give(work, len, n_there, line);
    return TFEED_OK;
}

static tfeed_status next_line(struct text_line_work *work, struct tfeed_bytes *line,
                              struct tfeed_error *reterr)
{
    while (!take_line(work, line)) {
        if (is_too_long(work))
            return fail_too_long(work, reterr);
        const tfeed_status status = tfi_unit_file_need_more(&work->file, reterr);
        if (status == TFEED_OUT_OF_RANGE)
            return take_rest(work, line, reterr);
        TFI_TRY(status);
    }
    return TFEED_OK;
}

/* --- the table ----------------------------------------------------------------------------- */

static void end_file(void *object)
{
    struct text_line_work *work = object;
    tfi_unit_file_close(&work->file);
}

/* A file with fewer lines than its header should have is a file without lines. */
static tfeed_status begin_file(void *object, const struct tfeed_bytes *unit,
                               struct tfeed_error *reterr)
{
    struct text_line_work *work = object;
    struct tfeed_bytes line;
    work->n_lines = 0;
    work->searched = 0;
    TFI_TRY(tfi_unit_file_open(&work->file, (const char *)unit->data, &work->options, reterr));
    tfeed_status status = TFEED_OK;
    while (status == TFEED_OK && work->n_lines < work->n_header_lines)
        status = next_line(work, &line, reterr);
    if (status == TFEED_OK || status == TFEED_OUT_OF_RANGE)
        return TFEED_OK;
    end_file(work);
    return status;
}

static tfeed_status read_lines(void *object, size_t max_records, struct tfi_reader_run *run,
                               struct tfeed_error *reterr)
{
    struct text_line_work *work = object;
    size_t n_bytes = 0, n = 0;
    TFI_TRY(next_line(work, &run->values[0], reterr));
    do {
        n_bytes += run->values[n].len;
        run->places[n++] = work->n_lines;
    } while (n < max_records && n_bytes < TFI_UNIT_RUN_BYTES && take_line(work, &run->values[n]));
    tfi_bytes_ref_n(run->values, n);
    run->n_records = n;
    return TFEED_OK;
}

static void free_work(void *object)
{
    struct text_line_work *work = object;
    tfi_free(work->options.allocator, work);
}

tfeed_status tfeed_text_line_reader_new(int64_t skip_header_lines,
                                        const struct tfeed_reader_options *options,
                                        struct tfeed_reader **ret_reader,
                                        struct tfeed_error *reterr)
{
    static const struct tfi_reader_functions functions = {
        .name = "TextLineReader",
        .begin = begin_file,
        .read = read_lines,
        .end = end_file,
        .free = free_work,
    };
    struct tfeed_reader_options resolved;
    TFI_TRY(tfi_reader_options_resolve(options, &resolved, reterr));
    if (skip_header_lines < 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "skip_header_lines must be >= 0 not %" PRId64, skip_header_lines);
    struct text_line_work *work = tfi_alloc_zeroed(resolved.allocator, 1, sizeof *work);
    if (work == NULL)
        return tfi_fail_memory(reterr, "a reader");
    work->options = resolved;
    work->n_header_lines = (uint64_t)skip_header_lines;
    work->max_len = (size_t)resolved.max_record_bytes;
    return tfi_reader_new(&functions, work, resolved.allocator, ret_reader, reterr);
}
