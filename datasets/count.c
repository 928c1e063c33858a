/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * count.c - how many records a file holds, by their lengths.
 */
#include <tfeed/datasets.h>

#include "core/error_internal.h"
#include "core/machine_internal.h"
#include "datasets/datasets_private.h"
#include "records/records_internal.h"

void tfeed_dataset_count_options_init(struct tfeed_dataset_count_options *options)
{
    *options =
        (struct tfeed_dataset_count_options){.struct_size = sizeof *options,
                                             .max_record_bytes = TFEED_RECORD_DEFAULT_LIMIT_BYTES,
                                             .n_threads = 1};
}

/* A file that is being counted. */
struct counting {
    const struct tfeed_dataset_count_options *options;
    struct tfeed_dataset_count_report *report;
};

/* What is known of a part of the file before it is merged. */
struct part {
    uint64_t n_records;
};

static tfeed_status take_run(void *user_data, void *state, const struct tfeed_record_view *views,
                             size_t n, struct tfeed_error *reterr)
{
    struct part *part = state;
    (void)user_data;
    (void)views;
    (void)reterr;
    part->n_records += n;
    return TFEED_OK;
}

static tfeed_status merge_part(void *user_data, void *state, uint64_t record, uint64_t end_offset,
                               struct tfeed_error *reterr)
{
    const struct counting *counting = user_data;
    const struct part *part = state;
    (void)record;
    counting->report->n_records += part->n_records;
    return tfi_dataset_progress(counting->options->progress, counting->options->user_data,
                                counting->report->n_records, UINT64_MAX, end_offset, reterr);
}

static tfeed_status stop_at_damage(void *user_data, struct tfeed_record_reader *reader,
                                   const struct tfeed_error *error, struct tfeed_error *reterr)
{
    (void)user_data;
    (void)reader;
    return tfi_fail_again(reterr, error);
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
    reader_options.max_record_bytes = options->max_record_bytes;
    reader_options.file_system = options->file_system;
    reader_options.allocator = options->allocator;
    struct counting counting = {options, ret_report};
    const struct tfi_record_scan scan = {
        .path = path,
        .options = &reader_options,
        .n_threads = options->n_threads > 0 ? options->n_threads : (size_t)tfi_n_processors(),
        .headers_only = true,
        .state_bytes = sizeof(struct part),
        .user_data = &counting,
        .take = take_run,
        .merge = merge_part,
        .damaged = stop_at_damage,
    };
    struct tfeed_record_reader *reader;
    const tfeed_status status = tfi_record_scan_file(&scan, &reader, reterr);
    if (reader != NULL) {
        ret_report->n_bytes = tfeed_record_reader_offset(reader);
        ret_report->compression = tfeed_record_reader_compression(reader);
    }
    tfeed_record_reader_close(reader);
    return status;
}
