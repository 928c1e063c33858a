/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * index_text.c - the form that other loaders use: a line "offset size" for each record, the size
 * that of its whole frame.
 *
 *      0 832
 *      832 847
 *
 * It has no checksum and says nothing of its file. Read, it must name every record of a file in
 * order, the first at 0: one that leaves some out, or sorts them, is not an index of the file.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/error_internal.h"
#include "records/index_private.h"
#include "records/record_frame_internal.h"

enum { READ_BYTES = 16 << 10, SHOWN_BYTES = 40 };

/* --- writing --------------------------------------------------------------------------------- */

size_t index_text_line(char line[INDEX_LINE_BYTES], uint64_t offset, uint64_t frame_bytes)
{
    return (size_t)snprintf(line, INDEX_LINE_BYTES, "%" PRIu64 " %" PRIu64 "\n", offset,
                            frame_bytes);
}

tfeed_status index_text_write(const struct tfi_index_builder *builder, index_sink sink,
                              void *sink_data, struct tfeed_error *reterr)
{
    const uint8_t *lengths = builder->lengths;
    uint64_t offset = 0;
    for (uint64_t i = 0; i < builder->n_records; i++) {
        char line[INDEX_LINE_BYTES];
        const uint64_t frame_bytes = index_next_length(&lengths) + TFI_RECORD_OVERHEAD_BYTES;
        TFI_TRY(sink(sink_data, line, index_text_line(line, offset, frame_bytes), reterr));
        offset += frame_bytes;
    }
    return TFEED_OK;
}

/* --- reading --------------------------------------------------------------------------------- */

/* A line, as far as it has been read. */
struct line_reader {
    struct index_input *text;
    struct tfi_index_builder *builder;
    uint64_t n_lines; /* before this one */
    char line[INDEX_LINE_BYTES];
    size_t len;
};

static tfeed_status fail_line(const struct line_reader *reader, const char *expected,
                              struct tfeed_error *reterr)
{
    return tfi_fail_at(
        reterr, TFEED_INVALID_ARGUMENT, reader->text->path, TFEED_NOWHERE, TFEED_NOWHERE,
        "line %" PRIu64 ": expected %s, found \"%.*s\"", reader->n_lines + 1, expected,
        reader->len < SHOWN_BYTES ? (int)reader->len : (int)SHOWN_BYTES, reader->line);
}

/* Digits at *at, which goes behind them; false: none, or too many for 64 bits. */
static bool read_number(const char **at, const char *end, uint64_t *ret_number)
{
    const char *begin = *at;
    uint64_t number = 0;
    for (; *at < end && **at >= '0' && **at <= '9'; ++*at)
        if (__builtin_mul_overflow(number, UINT64_C(10), &number) ||
            __builtin_add_overflow(number, (uint64_t)(**at - '0'), &number))
            return false;
    *ret_number = number;
    return *at > begin;
}

static void skip_blanks(const char **at, const char *end)
{
    while (*at < end && (**at == ' ' || **at == '\t' || **at == '\r'))
        ++*at;
}

static tfeed_status take_line(struct line_reader *reader, struct tfeed_error *reterr)
{
    static const char form[] = "\"offset size\"";
    const char *at = reader->line;
    const char *end = reader->line + reader->len;
    uint64_t offset, frame_bytes;
    skip_blanks(&at, end);
    if (!read_number(&at, end, &offset))
        return fail_line(reader, form, reterr);
    const char *blank = at;
    skip_blanks(&at, end);
    if (at == blank || !read_number(&at, end, &frame_bytes))
        return fail_line(reader, form, reterr);
    skip_blanks(&at, end);
    if (at != end)
        return fail_line(reader, form, reterr);
    if (offset != reader->builder->stream_bytes)
        return fail_line(reader, "the record that follows the one before", reterr);
    if (frame_bytes < TFI_RECORD_OVERHEAD_BYTES)
        return fail_line(reader, "a size of at least 16 bytes", reterr);
    TFI_TRY(tfi_index_builder_add(reader->builder, offset, frame_bytes - TFI_RECORD_OVERHEAD_BYTES,
                                  reterr));
    reader->n_lines++;
    reader->len = 0;
    return TFEED_OK;
}

static tfeed_status take_bytes(struct line_reader *reader, const char *bytes, size_t n,
                               struct tfeed_error *reterr)
{
    while (n > 0) {
        const char *newline = memchr(bytes, '\n', n);
        const size_t len = newline != NULL ? (size_t)(newline - bytes) : n;
        if (len > sizeof reader->line - reader->len)
            return fail_line(reader, "a short line", reterr);
        memcpy(reader->line + reader->len, bytes, len);
        reader->len += len;
        if (newline != NULL)
            TFI_TRY(take_line(reader, reterr));
        const size_t n_taken = newline != NULL ? len + 1 : len;
        bytes += n_taken;
        n -= n_taken;
    }
    return TFEED_OK;
}

tfeed_status index_text_read(struct index_input *text, struct tfi_index_builder *builder,
                             struct tfeed_error *reterr)
{
    struct line_reader reader = {.text = text, .builder = builder};
    uint8_t bytes[READ_BYTES];
    for (uint64_t at = 0; at < text->n_bytes;) {
        const uint64_t left = text->n_bytes - at;
        const size_t n = left < sizeof bytes ? (size_t)left : sizeof bytes;
        TFI_TRY(index_input_read(text, at, bytes, n, reterr));
        TFI_TRY(take_bytes(&reader, (const char *)bytes, n, reterr));
        at += n;
    }
    return reader.len > 0 ? take_line(&reader, reterr) : TFEED_OK;
}
