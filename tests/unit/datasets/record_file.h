/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * record_file.h - a small file of records in memory, to be damaged at will.
 */
#ifndef TESTS_UNIT_DATASETS_RECORD_FILE_H
#define TESTS_UNIT_DATASETS_RECORD_FILE_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <tfeed/records.h>

enum { RECORD_FILE_MAX = 1 << 16, RECORD_FILE_PAYLOAD = 10, RECORD_FILE_FRAME = 26 };

struct record_file {
    struct tfeed_memory_files *files;
    uint8_t data[RECORD_FILE_MAX];
    size_t len;
};

/* n records of RECORD_FILE_PAYLOAD bytes, RECORD_FILE_FRAME apart where not compressed. */
static inline void record_file_init(struct record_file *file, int n,
                                    enum tfeed_compression compression)
{
    struct tfeed_record_writer_options options;
    struct tfeed_record_writer *writer;
    struct tfeed_bytes content;
    tfeed_record_writer_options_init(&options);
    options.compression = compression;
    if (tfeed_memory_files_new(NULL, &file->files, NULL) != TFEED_OK)
        abort();
    options.file_system = tfeed_memory_files_system(file->files);
    if (tfeed_record_writer_open("made", &options, &writer, NULL) != TFEED_OK)
        abort();
    for (int i = 0; i < n; i++) {
        uint8_t payload[RECORD_FILE_PAYLOAD];
        memset(payload, i, sizeof payload);
        if (tfeed_record_writer_write(writer, payload, sizeof payload, NULL) != TFEED_OK)
            abort();
    }
    if (tfeed_record_writer_close(writer, NULL) != TFEED_OK ||
        tfeed_memory_files_get(file->files, "made", &content, NULL) != TFEED_OK ||
        content.len > sizeof file->data)
        abort();
    tfeed_record_writer_free(writer);
    memcpy(file->data, content.data, content.len);
    file->len = content.len;
    tfeed_block_unref(content.block);
}

/* Puts the bytes as they are now under "file". */
static inline void record_file_put(struct record_file *file)
{
    if (tfeed_memory_files_put(file->files, "file", file->data, file->len, NULL) != TFEED_OK)
        abort();
}

static inline void record_file_clear(struct record_file *file)
{
    tfeed_memory_files_free(file->files);
}

#endif
