/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * tfrecord_work.c - the reader of TFRecord files: a work unit is a file, a place is a byte offset
 * in the uncompressed stream.
 *
 * Values are views into the file's blocks. A run takes its references at once: where a file is
 * mapped, 128 records cost one atomic step.
 */
#include "core/allocator_internal.h"
#include "core/block_internal.h"
#include "core/error_internal.h"
#include "readers/reader_private.h"

struct tfrecord_work {
    const struct tfeed_allocator *allocator;
    struct tfeed_record_reader_options options;
    struct tfeed_record_reader *file; /* of the unit in progress */
    struct tfeed_record_view views[TFI_RUN_RECORDS];
};

static tfeed_status begin_file(void *object, const struct tfeed_bytes *unit,
                               struct tfeed_error *reterr)
{
    struct tfrecord_work *work = object;
    return tfeed_record_reader_open((const char *)unit->data, &work->options, &work->file, reterr);
}

static tfeed_status read_records(void *object, size_t max_records, struct tfi_reader_run *run,
                                 struct tfeed_error *reterr)
{
    struct tfrecord_work *work = object;
    size_t n = 0;
    TFI_TRY(tfeed_record_reader_next_run(work->file, work->views, max_records, &n, reterr));
    for (size_t i = 0; i < n; i++) {
        const struct tfeed_record_view *view = &work->views[i];
        run->values[i] =
            (struct tfeed_bytes){.data = view->data, .len = view->len, .block = view->block};
        run->places[i] = view->offset;
    }
    tfi_bytes_ref_n(run->values, n);
    run->n_records = n;
    return TFEED_OK;
}

static void end_file(void *object)
{
    struct tfrecord_work *work = object;
    tfeed_record_reader_close(work->file);
    work->file = NULL;
}

static void free_work(void *object)
{
    struct tfrecord_work *work = object;
    tfi_free(work->allocator, work);
}

tfeed_status tfeed_tfrecord_reader_new(const struct tfeed_record_reader_options *options,
                                       struct tfeed_reader **ret_reader, struct tfeed_error *reterr)
{
    static const struct tfi_reader_functions functions = {
        .name = "TFRecordReader",
        .begin = begin_file,
        .read = read_records,
        .end = end_file,
        .free = free_work,
    };
    struct tfeed_record_reader_options defaults;
    tfeed_record_reader_options_init(&defaults);
    defaults.tail = TFEED_TAIL_TENSORFLOW;
    if (options == NULL)
        options = &defaults;
    if (options->struct_size != sizeof *options)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "record reader options have struct_size %zu, expected %zu: call "
                        "tfeed_record_reader_options_init first",
                        options->struct_size, sizeof *options);
    struct tfrecord_work *work = tfi_alloc_zeroed(options->allocator, 1, sizeof *work);
    if (work == NULL)
        return tfi_fail_memory(reterr, "a reader");
    work->allocator = options->allocator;
    work->options = *options;
    return tfi_reader_new(&functions, work, options->allocator, ret_reader, reterr);
}
