/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * jsonl.c - files of JSON lines as a file of records.
 */
#include <tfeed/datasets.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/error_internal.h"
#include "datasets/copy_private.h"
#include "datasets/datasets_private.h"
#include "datasets/jsonl_private.h"
#include "io/io_internal.h"
#include "io/stream_internal.h"

enum {
    FIRST_LOOK_BYTES = 12,
    TEXT_FACTOR = 16,       /* a byte of a record is never longer than this as text */
    LOOK_BYTES = 256 << 10, /* between two looks at the progress function */
    FOUND_BYTES = 32,       /* of a line, in a message */
};

/* Protobuf refuses longer messages. */
#define MAX_EXAMPLE_BYTES ((size_t)INT32_MAX)

struct reading {
    const struct tfeed_dataset_write_options *options;
    struct tfi_outputs *outputs;
    struct jsonl_maker maker;
    const char *path;
    uint64_t bytes_before; /* of the inputs before this one */
    uint64_t told_bytes;

    struct tfi_stream stream;
    size_t used; /* bytes of the window that have been dealt with: a line begins there */
    uint64_t line;
};

/* ------------------------------------------------------------------------ lines */

static tfeed_status fail_end(const struct reading *reading, struct tfeed_error *reterr)
{
    const struct tfi_window *window = tfi_stream_window(&reading->stream);
    static const char *const what[] = {
        [TFI_STREAM_TRUNCATED] = "the compressed stream has no end",
        [TFI_STREAM_TRAILING] = "the file goes on behind the end of its compressed stream",
        [TFI_STREAM_DAMAGED] = "the compressed stream is damaged",
    };
    return tfi_fail_at(reterr, TFEED_DATA_LOSS, reading->path, TFEED_NOWHERE,
                       window->offset + window->len, "%s", what[reading->stream.end]);
}

/* Brings the next line whole into the window. OUT_OF_RANGE: there is none. */
static tfeed_status next_line(struct reading *reading, size_t *ret_len, struct tfeed_error *reterr)
{
    const uint64_t most = reading->options->max_record_bytes;
    const uint64_t limit = most > UINT64_MAX / TEXT_FACTOR ? UINT64_MAX : most * TEXT_FACTOR;
    size_t n_seen = 0;
    for (;;) {
        const struct tfi_window *window = tfi_stream_window(&reading->stream);
        const size_t len = window->len - reading->used;
        const uint8_t *line = len > 0 ? window->data + reading->used : NULL;
        const uint8_t *newline = len > n_seen ? memchr(line + n_seen, '\n', len - n_seen) : NULL;
        if (newline != NULL) {
            *ret_len = (size_t)(newline - line) + 1;
            return TFEED_OK;
        }
        if (len > limit)
            return tfi_fail_at(reterr, TFEED_RESOURCE_EXHAUSTED, reading->path, TFEED_NOWHERE,
                               window->offset + reading->used,
                               "a line of more than %" PRIu64 " bytes", limit);
        n_seen = len;
        const size_t used = reading->used;
        reading->used = 0;
        const tfeed_status status =
            tfi_stream_fill(&reading->stream, used, 2 * len + 1, reterr); /* in few steps */
        if (status == TFEED_OUT_OF_RANGE && tfi_stream_window(&reading->stream)->len > len)
            continue; /* it may hold the end of the line */
        if (status == TFEED_OUT_OF_RANGE && reading->stream.end != TFI_STREAM_CLEAN)
            return fail_end(reading, reterr);
        if (status == TFEED_OUT_OF_RANGE && len > 0) { /* the last line has no end */
            *ret_len = len;
            return TFEED_OK;
        }
        TFI_TRY(status);
    }
}

/* --------------------------------------------------------------------- one line */

/* The word that stands there, as far as it is text: '"int32"', '2.5', '['. */
static void name_found(const struct jsonl_scan *scan, char found[FOUND_BYTES])
{
    const size_t n_left = (size_t)(scan->end - scan->at);
    const size_t longest = n_left < FOUND_BYTES - 3 ? n_left : FOUND_BYTES - 3; /* quotes, NUL */
    size_t len = 0;
    while (len < longest && scan->at[len] > ' ' && scan->at[len] < 0x7f &&
           (len == 0 || strchr(",:[]{}", scan->at[len]) == NULL)) {
        len++;
        if (strchr(",:[]{}", scan->at[0]) != NULL)
            break;
    }
    if (len > 0)
        (void)snprintf(found, FOUND_BYTES, "'%.*s'", (int)len, (const char *)scan->at);
    else if (n_left > 0 && *scan->at != '\n')
        (void)snprintf(found, FOUND_BYTES, "byte 0x%02x", *scan->at);
    else
        (void)snprintf(found, FOUND_BYTES, "the end of the line");
}

static tfeed_status fail_line(const struct reading *reading, const struct jsonl_scan *scan,
                              struct tfeed_error *reterr)
{
    const struct tfi_window *window = tfi_stream_window(&reading->stream);
    const uint64_t offset = window->offset + (uint64_t)(scan->at - window->data);
    char found[FOUND_BYTES];
    if (scan->expected == NULL)
        return tfi_fail_memory(reterr, "a record");
    name_found(scan, found);
    return tfi_fail_at(
        reterr, TFEED_INVALID_ARGUMENT, reading->path, reading->outputs->report->n_records, offset,
        "line %" PRIu64 ": expected %s, found %s", reading->line, scan->expected, found);
}

static bool is_blank(const uint8_t *line, size_t len)
{
    while (len > 0 && (*line == ' ' || *line == '\t' || *line == '\r' || *line == '\n')) {
        line++;
        len--;
    }
    return len == 0;
}

static tfeed_status convert_line(struct reading *reading, size_t len, struct tfeed_error *reterr)
{
    const uint8_t *line = tfi_stream_window(&reading->stream)->data + reading->used;
    struct jsonl_scan scan = {.at = line, .end = line + len};
    const uint8_t *data;
    size_t record_len;
    if (is_blank(line, len))
        return TFEED_OK;
    if (!jsonl_make_record(&reading->maker, &scan, &data, &record_len))
        return fail_line(reading, &scan, reterr);
    if (record_len > MAX_EXAMPLE_BYTES || record_len > reading->options->max_record_bytes)
        return tfi_fail_at(reterr, TFEED_RESOURCE_EXHAUSTED, reading->path,
                           reading->outputs->report->n_records, TFEED_NOWHERE,
                           "line %" PRIu64 " makes a record of %zu bytes, above the limit",
                           reading->line, record_len);
    return tfi_outputs_write(reading->outputs, 0, data, record_len, reterr);
}

/* -------------------------------------------------------------------- one input */

/* A byte order mark, which some editors leave in front of UTF-8. */
static void pass_mark(struct reading *reading)
{
    static const uint8_t mark[] = {0xef, 0xbb, 0xbf};
    const struct tfi_window *window = tfi_stream_window(&reading->stream);
    if (window->len >= sizeof mark && memcmp(window->data, mark, sizeof mark) == 0)
        reading->used = sizeof mark;
}

static tfeed_status start(struct reading *reading, struct tfeed_error *reterr)
{
    enum tfeed_compression compression = reading->options->input_compression;
    const uint8_t *head;
    size_t len;
    TFI_TRY(tfi_stream_peek(&reading->stream, FIRST_LOOK_BYTES, &head, &len, reterr));
    /* what announces zlib may be two letters of a text */
    if (compression == TFEED_COMPRESSION_AUTO &&
        tfi_compression_announced(head, len) == TFEED_COMPRESSION_GZIP)
        compression = TFEED_COMPRESSION_GZIP;
    else if (compression == TFEED_COMPRESSION_AUTO)
        compression = TFEED_COMPRESSION_NONE;
    TFI_TRY(tfi_stream_start(&reading->stream, compression, reterr));
    reading->used = 0;
    reading->line = 0;
    const tfeed_status status = tfi_stream_fill(&reading->stream, 0, 3, reterr);
    if (status != TFEED_OUT_OF_RANGE)
        TFI_TRY(status);
    pass_mark(reading);
    return TFEED_OK;
}

static tfeed_status tell(struct reading *reading, struct tfeed_error *reterr)
{
    const uint64_t n_bytes =
        reading->bytes_before + tfi_stream_window(&reading->stream)->offset + reading->used;
    if (n_bytes - reading->told_bytes < LOOK_BYTES)
        return TFEED_OK;
    reading->told_bytes = n_bytes;
    return tfi_dataset_progress(reading->options->progress, reading->options->user_data,
                                reading->outputs->report->n_records, UINT64_MAX, n_bytes, reterr);
}

static tfeed_status convert_lines(struct reading *reading, struct tfeed_error *reterr)
{
    TFI_TRY(start(reading, reterr));
    for (;;) {
        size_t len = 0;
        const tfeed_status status = next_line(reading, &len, reterr);
        if (status == TFEED_OUT_OF_RANGE)
            return TFEED_OK;
        TFI_TRY(status);
        reading->line++;
        TFI_TRY(convert_line(reading, len, reterr));
        reading->used += len;
        TFI_TRY(tell(reading, reterr));
    }
}

static tfeed_status convert_file(struct reading *reading, const char *path,
                                 struct tfeed_error *reterr)
{
    struct tfi_stream_options options = {.allocator = reading->options->allocator};
    TFI_TRY(tfi_file_system_resolve(reading->options->file_system, &options.file_system, reterr));
    reading->path = path;
    reading->stream = (struct tfi_stream){0};
    tfeed_status status = tfi_stream_open(&reading->stream, path, &options, reterr);
    if (status == TFEED_OK) {
        status = convert_lines(reading, reterr);
        reading->bytes_before += tfi_stream_window(&reading->stream)->offset + reading->used;
    }
    tfi_stream_clear(&reading->stream);
    return status;
}

tfeed_status tfeed_dataset_from_jsonl(const char *const *inputs, size_t n_inputs, const char *out,
                                      bool text_is_utf8,
                                      const struct tfeed_dataset_write_options *options,
                                      struct tfeed_dataset_write_report *ret_report,
                                      struct tfeed_error *reterr)
{
    struct tfeed_dataset_write_options defaults;
    struct tfi_copy copy;
    tfi_copy_init(&copy, inputs, n_inputs, options, &defaults, ret_report);
    TFI_TRY(tfi_inputs_check(&copy.inputs, true, reterr));
    if (out[0] == '\0')
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "the name of the output is empty");
    struct reading reading = {.options = copy.inputs.options, .outputs = &copy.outputs};
    struct tfeed_record_writer_options writer;
    tfi_copy_writer_options(reading.options, &writer);
    tfeed_status status =
        jsonl_maker_init(&reading.maker, text_is_utf8, reading.options->allocator, reterr);
    if (status == TFEED_OK)
        status = tfi_outputs_add(&copy.outputs, out, "", reterr);
    if (status == TFEED_OK)
        status = tfi_outputs_open(&copy.outputs, &writer, reterr);
    for (size_t i = 0; i < n_inputs && status == TFEED_OK; i++)
        status = convert_file(&reading, inputs[i], reterr);
    if (status == TFEED_OK)
        status =
            tfi_dataset_progress(reading.options->progress, reading.options->user_data,
                                 ret_report->n_records, UINT64_MAX, reading.bytes_before, reterr);
    if (status == TFEED_OK)
        status = tfi_outputs_commit(&copy.outputs, reterr);
    tfi_outputs_clear(&copy.outputs);
    jsonl_maker_clear(&reading.maker);
    return status;
}
