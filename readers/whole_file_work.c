/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * whole_file_work.c - the reader of whole files: a unit is one record, its name is the key.
 *
 * The file is opened when it is read, so that one that cannot be opened stays in progress, as in
 * TensorFlow. A mapped file is its own value; a small one that was read is copied into a block of
 * its size, so that many of them in a queue take no more than they hold.
 */
#include <inttypes.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "core/block_internal.h"
#include "core/error_internal.h"
#include "readers/reader_private.h"
#include "readers/unit_file_private.h"

struct whole_file_work {
    struct tfeed_reader_options options;
    struct tfi_unit_file file; /* open while it is read */
    const char *path;          /* of the unit in progress; borrowed */
};

static tfeed_status begin_file(void *object, const struct tfeed_bytes *unit,
                               struct tfeed_error *reterr)
{
    (void)reterr;
    struct whole_file_work *work = object;
    work->path = (const char *)unit->data;
    return TFEED_OK;
}

static tfeed_status check_size(const struct tfi_unit_file *file, uint64_t n_bytes,
                               uint64_t max_bytes, struct tfeed_error *reterr)
{
    if (n_bytes > max_bytes)
        return tfi_fail_at(reterr, TFEED_RESOURCE_EXHAUSTED, file->stream.path, TFEED_NOWHERE,
                           TFEED_NOWHERE, "exceeds the limit of %" PRIu64 " bytes", max_bytes);
    return TFEED_OK;
}

/* Brings all bytes into the window: at once where the size is known, else as they come. */
static tfeed_status gather(struct tfi_unit_file *file, uint64_t max_bytes,
                           struct tfeed_error *reterr)
{
    const uint64_t size = tfi_stream_size(&file->stream);
    tfeed_status status = TFEED_OK;
    if (size != TFEED_SIZE_UNKNOWN) {
        TFI_TRY(check_size(file, size, max_bytes, reterr));
        status = tfi_unit_file_need(file, (size_t)size, reterr);
    } else {
        while (status == TFEED_OK && tfi_unit_file_n_there(file) <= max_bytes)
            status = tfi_unit_file_need_more(file, reterr);
        if (status == TFEED_OK)
            return check_size(file, tfi_unit_file_n_there(file), max_bytes, reterr);
    }
    return status == TFEED_OUT_OF_RANGE ? TFEED_OK : status;
}

/* All that has been gathered, with a reference of its own. */
static tfeed_status make_value(const struct whole_file_work *work, struct tfeed_bytes *ret_value,
                               struct tfeed_error *reterr)
{
    const struct tfi_unit_file *file = &work->file;
    struct tfeed_bytes value = {
        .data = tfi_unit_file_front(file),
        .len = tfi_unit_file_n_there(file),
        .block = tfi_unit_file_block(file),
    };
    uint8_t *copy = NULL;
    if (file->stream.source.is_mapped || value.len > TFI_STREAM_BLOCK_BYTES / 2) {
        tfeed_block_ref(value.block);
    } else {
        TFI_TRY(tfi_block_alloc(work->options.allocator, value.len, &value.block, &copy, reterr));
        if (value.len > 0)
            memcpy(copy, value.data, value.len);
        value.data = copy;
    }
    *ret_value = value;
    return TFEED_OK;
}

static tfeed_status read_file(void *object, size_t max_records, struct tfi_reader_run *run,
                              struct tfeed_error *reterr)
{
    (void)max_records;
    struct whole_file_work *work = object;
    TFI_TRY(tfi_unit_file_open(&work->file, work->path, &work->options, reterr));
    tfeed_status status = gather(&work->file, work->options.max_record_bytes, reterr);
    if (status == TFEED_OK)
        status = make_value(work, &run->values[0], reterr);
    tfi_unit_file_close(&work->file);
    run->n_records = status == TFEED_OK ? 1 : 0;
    run->ended = status == TFEED_OK;
    return status;
}

static void end_nothing(void *object)
{
    (void)object; /* no file is open between two reads */
}

static void free_work(void *object)
{
    struct whole_file_work *work = object;
    tfi_free(work->options.allocator, work);
}

tfeed_status tfeed_whole_file_reader_new(const struct tfeed_reader_options *options,
                                         struct tfeed_reader **ret_reader,
                                         struct tfeed_error *reterr)
{
    static const struct tfi_reader_functions functions = {
        .name = "WholeFileReader",
        .key = TFI_KEY_UNIT,
        .has_state = true,
        .begin = begin_file,
        .read = read_file,
        .end = end_nothing,
        .free = free_work,
    };
    struct tfeed_reader_options resolved;
    TFI_TRY(tfi_reader_options_resolve(options, &resolved, reterr));
    struct whole_file_work *work = tfi_alloc_zeroed(resolved.allocator, 1, sizeof *work);
    if (work == NULL)
        return tfi_fail_memory(reterr, "a reader");
    work->options = resolved;
    return tfi_reader_new(&functions, work, resolved.allocator, ret_reader, reterr);
}
