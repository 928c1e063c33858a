/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * count.c - how many records a file holds, by their lengths.
 */
#include <tfeed/datasets.h>

#include "core/error_internal.h"
#include "datasets/datasets_private.h"

void tfeed_dataset_count_options_init(struct tfeed_dataset_count_options *options)
{
    *options = (struct tfeed_dataset_count_options){
        .struct_size = sizeof *options, .max_record_bytes = TFEED_RECORD_DEFAULT_LIMIT_BYTES};
}

static tfeed_status count_all(struct tfeed_record_reader *reader,
                              const struct tfeed_dataset_count_options *options,
                              struct tfeed_dataset_count_report *report, struct tfeed_error *reterr)
{
    struct tfeed_record_view views[TFI_DATASET_RUN_RECORDS];
    for (;;) {
        size_t n;
        const tfeed_status status =
            tfeed_record_reader_next_run(reader, views, TFI_DATASET_RUN_RECORDS, &n, reterr);
        report->n_bytes = tfeed_record_reader_offset(reader);
        report->compression = tfeed_record_reader_compression(reader);
        if (status == TFEED_OUT_OF_RANGE)
            return TFEED_OK;
        TFI_TRY(status);
        report->n_records += n;
        TFI_TRY(tfi_dataset_progress(options->progress, options->user_data, report->n_records,
                                     UINT64_MAX, report->n_bytes, reterr));
    }
}

tfeed_status tfeed_dataset_count(const char *path,
                                 const struct tfeed_dataset_count_options *options,
                                 struct tfeed_dataset_count_report *ret_report,
                                 struct tfeed_error *reterr)
{
    struct tfeed_dataset_count_options defaults;
    tfeed_dataset_count_options_init(&defaults);
    if (options == NULL)
        options = &defaults;
    *ret_report = (struct tfeed_dataset_count_report){0};

    struct tfeed_record_reader_options reader_options;
    tfeed_record_reader_options_init(&reader_options);
    reader_options.compression = options->compression;
    reader_options.tail = options->tail;
    reader_options.map = options->map;
    reader_options.skip_checksums = true;
    reader_options.max_record_bytes = options->max_record_bytes;
    reader_options.file_system = options->file_system;
    reader_options.allocator = options->allocator;
    struct tfeed_record_reader *reader;
    TFI_TRY(tfeed_record_reader_open(path, &reader_options, &reader, reterr));
    const tfeed_status status = count_all(reader, options, ret_report, reterr);
    tfeed_record_reader_close(reader);
    return status;
}
