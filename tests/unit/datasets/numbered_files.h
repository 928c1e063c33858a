/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * numbered_files.h - files of records whose payloads are their numbers as text, and what a file
 * holds as a list: "0 1 2".
 */
#ifndef TESTS_UNIT_DATASETS_NUMBERED_FILES_H
#define TESTS_UNIT_DATASETS_NUMBERED_FILES_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tfeed/records.h>

enum { NUMBERED_TEXT_BYTES = 1 << 14 };

/* Writes the numbers from begin to end - 1; `files` NULL: a local file. */
static inline void numbered_put(const struct tfeed_file_system *files, const char *path, int begin,
                                int end, enum tfeed_compression compression)
{
    struct tfeed_record_writer_options options;
    struct tfeed_record_writer *writer;
    tfeed_record_writer_options_init(&options);
    options.compression = compression;
    options.file_system = files;
    options.overwrite = true;
    if (tfeed_record_writer_open(path, &options, &writer, NULL) != TFEED_OK)
        abort();
    for (int i = begin; i < end; i++) {
        char payload[16];
        const int len = snprintf(payload, sizeof payload, "%d", i);
        if (tfeed_record_writer_write(writer, payload, (size_t)len, NULL) != TFEED_OK)
            abort();
    }
    if (tfeed_record_writer_close(writer, NULL) != TFEED_OK)
        abort();
    tfeed_record_writer_free(writer);
}

/* The payloads of a file with blanks between; "missing" where there is no file. */
static inline const char *numbered_get(const struct tfeed_file_system *files, const char *path,
                                       char text[NUMBERED_TEXT_BYTES])
{
    struct tfeed_record_reader_options options;
    struct tfeed_record_reader *reader;
    struct tfeed_record_view view;
    size_t len = 0;
    tfeed_record_reader_options_init(&options);
    options.file_system = files;
    text[0] = '\0';
    if (tfeed_record_reader_open(path, &options, &reader, NULL) != TFEED_OK)
        return "missing";
    while (tfeed_record_reader_next(reader, &view, NULL) == TFEED_OK) {
        const int n = snprintf(text + len, NUMBERED_TEXT_BYTES - len, "%s%.*s", len > 0 ? " " : "",
                               (int)view.len, (const char *)view.data);
        len += (size_t)n;
        if (len >= NUMBERED_TEXT_BYTES)
            abort();
    }
    tfeed_record_reader_close(reader);
    return text;
}

#endif
