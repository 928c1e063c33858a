/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * numbers.c - writes the files of numbers, and removes them.
 */
#include "examples/numbers.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tfeed/records.h>

/* Keeps both texts within a path: mkdtemp's folder and the names in it. */
enum { FOLDER_BYTES = NUMBERS_PATH_BYTES - 64 };

static tfeed_status make_folder(struct numbers *numbers, struct tfeed_error *error)
{
    const char *parent = getenv("TMPDIR");
    int len = snprintf(numbers->folder, FOLDER_BYTES, "%s/tfeed-numbers-XXXXXX",
                       parent != NULL && *parent != '\0' ? parent : "/tmp");
    if (len < FOLDER_BYTES && mkdtemp(numbers->folder) != NULL) {
        snprintf(numbers->pattern, sizeof numbers->pattern, "%.*s/numbers-*", FOLDER_BYTES,
                 numbers->folder);
        return TFEED_OK;
    }
    snprintf(error->message, sizeof error->message, "cannot make a folder for the files: %s",
             strerror(errno));
    numbers->folder[0] = '\0';
    return TFEED_UNKNOWN;
}

static tfeed_status write_number(struct tfeed_record_writer *writer,
                                 struct tfeed_example_builder *builder, int64_t number,
                                 struct tfeed_error *error)
{
    const uint8_t *record = NULL;
    size_t len = 0;
    tfeed_example_builder_clear(builder);
    tfeed_status status = tfeed_example_builder_add_int64(builder, "number", &number, 1, error);
    if (status == TFEED_OK)
        status = tfeed_example_builder_finish(builder, &record, &len, error);
    if (status == TFEED_OK)
        status = tfeed_record_writer_write(writer, record, len, error);
    return status;
}

static tfeed_status write_file(const struct numbers *numbers, int file, int64_t n,
                               struct tfeed_error *error)
{
    char path[NUMBERS_PATH_BYTES];
    snprintf(path, sizeof path, "%.*s/numbers-%03d", FOLDER_BYTES, numbers->folder, file);
    struct tfeed_record_writer *writer = NULL;
    struct tfeed_example_builder *builder = NULL;
    tfeed_status status = tfeed_example_builder_new(NULL, &builder, error);
    if (status == TFEED_OK)
        status = tfeed_record_writer_open(path, NULL, &writer, error);
    for (int64_t i = 0; i < n && status == TFEED_OK; i++)
        status = write_number(writer, builder, file * n + i, error);
    if (status == TFEED_OK)
        status = tfeed_record_writer_close(writer, error);
    tfeed_record_writer_free(writer);
    tfeed_example_builder_free(builder);
    return status;
}

tfeed_status numbers_write(struct numbers *numbers, int n_files, int64_t n_per_file,
                           struct tfeed_error *error)
{
    tfeed_status status = make_folder(numbers, error);
    for (int file = 0; file < n_files && status == TFEED_OK; file++)
        status = write_file(numbers, file, n_per_file, error);
    return status;
}

void numbers_remove(const struct numbers *numbers)
{
    DIR *folder = numbers->folder[0] != '\0' ? opendir(numbers->folder) : NULL;
    if (folder == NULL)
        return;
    const struct dirent *entry;
    while ((entry = readdir(folder)) != NULL)
        (void)unlinkat(dirfd(folder), entry->d_name, 0); /* refuses "." and "..", as it should */
    closedir(folder);
    (void)rmdir(numbers->folder);
}

tfeed_status numbers_schema(struct tfeed_schema **ret_schema, struct tfeed_error *error)
{
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    tfeed_status status = tfeed_schema_new(NULL, ret_schema, error);
    if (status == TFEED_OK)
        status = tfeed_schema_add_fixed(*ret_schema, "number", TFEED_INT64, &scalar, error);
    return status;
}
