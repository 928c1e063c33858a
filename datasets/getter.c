/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * getter.c - records by their numbers: by the index of the file, or on foot from length to length.
 *
 * On foot go files without an index, pipes and compressed files. Going back is starting anew then,
 * which a pipe cannot. An index that does not fit its file is left aside, and why is told to
 * whoever asks.
 */
#include "datasets/inspect_private.h"

#include <inttypes.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "datasets/datasets_private.h"
#include "records/record_frame_internal.h"
#include "records/records_internal.h"

struct tfeed_record_getter {
    struct tfeed_inspect_options options;
    struct tfeed_index *index;
    struct tfeed_error index_error; /* why it was left aside; code OK: it was not */
    struct tfeed_record_reader *reader;
    char *path;
};

/* No index is no error; one that cannot be used is none either, but worth a word. */
static tfeed_status open_index(struct tfeed_record_getter *getter, struct tfeed_error *reterr)
{
    const struct tfeed_record_reader_options *reader = &getter->options.reader;
    struct tfeed_index_options options;
    if (strcmp(getter->path, "-") == 0)
        return TFEED_OK;
    tfeed_index_options_init(&options);
    options.skip_checksums = reader->skip_checksums;
    options.max_record_bytes = reader->max_record_bytes;
    options.file_system = reader->file_system;
    options.allocator = reader->allocator;
    const tfeed_status status =
        tfeed_index_open(getter->path, &options, &getter->index, &getter->index_error);
    if (status == TFEED_RESOURCE_EXHAUSTED)
        return tfi_fail_again(reterr, &getter->index_error);
    if (status == TFEED_OK &&
        tfeed_index_info_get(getter->index)->compression != TFEED_COMPRESSION_NONE) {
        tfeed_index_close(getter->index);
        getter->index = NULL;
    }
    if (status == TFEED_OK || status == TFEED_NOT_FOUND)
        getter->index_error.code = TFEED_OK;
    return TFEED_OK;
}

const struct tfeed_error *tfeed_record_getter_index_error(const struct tfeed_record_getter *getter)
{
    return getter->index_error.code != TFEED_OK ? &getter->index_error : NULL;
}

tfeed_status tfeed_record_getter_open(const char *path, const struct tfeed_inspect_options *options,
                                      struct tfeed_record_getter **ret_getter,
                                      struct tfeed_error *reterr)
{
    struct tfeed_inspect_options defaults;
    tfeed_inspect_options_init(&defaults);
    if (options == NULL)
        options = &defaults;
    const struct tfeed_allocator *allocator = options->reader.allocator;
    struct tfeed_record_getter *getter = tfi_alloc_zeroed(allocator, 1, sizeof *getter);
    if (getter == NULL)
        return tfi_fail_memory(reterr, "a getter of records");
    getter->options = *options;
    getter->path = tfi_strndup(allocator, path, strlen(path));
    tfeed_status status = getter->path != NULL ? tfeed_record_reader_open(path, &options->reader,
                                                                          &getter->reader, reterr)
                                               : tfi_fail_memory(reterr, "a getter of records");
    if (status == TFEED_OK)
        status = open_index(getter, reterr);
    if (status == TFEED_OK)
        *ret_getter = getter;
    else
        tfeed_record_getter_close(getter);
    return status;
}

void tfeed_record_getter_close(struct tfeed_record_getter *getter)
{
    if (getter == NULL)
        return;
    const struct tfeed_allocator *allocator = getter->options.reader.allocator;
    tfeed_index_close(getter->index);
    tfeed_record_reader_close(getter->reader);
    tfi_free(allocator, getter->path);
    tfi_free(allocator, getter);
}

/* Back to the first record: another reader, since a compressed stream cannot be wound back. */
static tfeed_status start_anew(struct tfeed_record_getter *getter, uint64_t record,
                               struct tfeed_error *reterr)
{
    struct tfeed_record_reader *reader;
    if (!tfi_dataset_comes_twice(getter->options.reader.file_system, getter->path))
        return tfi_fail_at(reterr, TFEED_INVALID_ARGUMENT, getter->path, record, TFEED_NOWHERE,
                           "this input is read in order, and is at record %" PRIu64 " already",
                           tfi_record_reader_record(getter->reader));
    TFI_TRY(tfeed_record_reader_open(getter->path, &getter->options.reader, &reader, reterr));
    tfeed_record_reader_close(getter->reader);
    getter->reader = reader;
    return TFEED_OK;
}

/* Steps over records until `record` is the next one, damaged ones too where what comes behind is
 * certain. In pieces, so that progress is told. */
static tfeed_status walk_to(struct tfeed_record_getter *getter, uint64_t record,
                            struct tfeed_error *reterr)
{
    const struct tfeed_inspect_options *options = &getter->options;
    struct tfeed_record_reader *reader = getter->reader;
    uint64_t at;
    if (tfi_record_reader_record(reader) < record)
        (void)tfi_record_reader_pass_certain(reader, NULL); /* where the last call has stopped */
    while ((at = tfi_record_reader_record(reader)) < record) {
        const uint64_t left = record - at;
        const struct tfi_record_walk walk = {
            .until_offset = UINT64_MAX,
            .until_record = at + (left < TFI_RECORD_MARK_EVERY ? left : TFI_RECORD_MARK_EVERY),
            .passes_damage = true,
        };
        TFI_TRY(tfi_record_reader_walk(reader, &walk, reterr));
        TFI_TRY(tfi_dataset_progress(options->progress, options->user_data, at, record,
                                     tfeed_record_reader_offset(reader), reterr));
    }
    return TFEED_OK;
}

/* The numbers that a reader says are those of a walk. */
static tfeed_status fail_behind_end(const struct tfeed_record_getter *getter, uint64_t record,
                                    uint64_t n_records, struct tfeed_error *reterr)
{
    return tfi_fail_at(reterr, TFEED_OUT_OF_RANGE, getter->path, record, TFEED_NOWHERE,
                       "the file has %" PRIu64 " record%s, numbered from 0", n_records,
                       n_records == 1 ? "" : "s");
}

static tfeed_status get_on_foot(struct tfeed_record_getter *getter, uint64_t record,
                                struct tfeed_record_view *ret_view, struct tfeed_error *reterr)
{
    struct tfeed_record_view view;
    size_t n;
    if (record < tfi_record_reader_record(getter->reader))
        TFI_TRY(start_anew(getter, record, reterr));
    tfeed_status status = walk_to(getter, record, reterr);
    if (status == TFEED_OK)
        status = tfi_record_reader_next_headers(getter->reader, 0, &view, 1, &n, reterr);
    if (status == TFEED_OUT_OF_RANGE)
        return fail_behind_end(getter, record, tfi_record_reader_record(getter->reader), reterr);
    TFI_TRY(status);
    if (!getter->options.reader.skip_checksums && !tfi_record_payload_check(view.data, view.len))
        return tfi_record_fail_payload(getter->path, &view, reterr);
    *ret_view = view;
    return TFEED_OK;
}

tfeed_status tfeed_record_getter_get(struct tfeed_record_getter *getter, uint64_t record,
                                     struct tfeed_record_view *ret_view, struct tfeed_error *reterr)
{
    struct tfeed_error found = TFEED_ERROR_INIT;
    if (getter->index == NULL)
        return get_on_foot(getter, record, ret_view, reterr);
    const tfeed_status status = tfeed_index_read(getter->index, record, ret_view, &found);
    if (status == TFEED_OK)
        return TFEED_OK;
    if (status == TFEED_OUT_OF_RANGE)
        return fail_behind_end(getter, record, tfeed_index_count(getter->index), reterr);
    if (status != TFEED_FAILED_PRECONDITION)
        return tfi_fail_again(reterr, &found);
    /* Stale after all: another length stands at that place. */
    getter->index_error = found;
    tfeed_index_close(getter->index);
    getter->index = NULL;
    return get_on_foot(getter, record, ret_view, reterr);
}
