/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * verify.c - read a file of records to its end, and say everything that is wrong with it.
 */
#include <tfeed/datasets.h>

#include <string.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "datasets/datasets_private.h"
#include "records/records_internal.h"

enum { DEFAULT_MAX_ERRORS = 100 };

void tfeed_dataset_verify_options_init(struct tfeed_dataset_verify_options *options)
{
    *options =
        (struct tfeed_dataset_verify_options){.struct_size = sizeof *options,
                                              .max_record_bytes = TFEED_RECORD_DEFAULT_LIMIT_BYTES,
                                              .max_errors = DEFAULT_MAX_ERRORS};
}

void tfeed_dataset_verify_report_clear(struct tfeed_dataset_verify_report *report)
{
    tfi_free(report->allocator, report->faults);
    *report = (struct tfeed_dataset_verify_report){0};
}

/* Counts a fault, and lists it while there is room for more. */
static tfeed_status add_fault(struct tfeed_dataset_verify_report *report, size_t max_errors,
                              const struct tfeed_error *found, struct tfeed_error *reterr)
{
    report->n_errors++;
    if (report->n_faults == max_errors)
        return TFEED_OK;
    const size_t n = report->n_faults;
    if ((n & (n - 1)) == 0) { /* full at each power of two */
        struct tfeed_dataset_fault *faults = tfi_realloc_array(report->allocator, report->faults,
                                                               n == 0 ? 1 : 2 * n, sizeof *faults);
        if (faults == NULL)
            return tfi_fail_memory(reterr, "a list of faults");
        report->faults = faults;
    }
    struct tfeed_dataset_fault *fault = &report->faults[report->n_faults++];
    *fault = (struct tfeed_dataset_fault){
        .record = found->record, .offset = found->offset, .code = found->code};
    memcpy(fault->message, found->message, sizeof fault->message);
    return TFEED_OK;
}

/* Takes down why the reader stopped. OK: it can go on; DATA_LOSS: it cannot. */
static tfeed_status take_fault(struct tfeed_record_reader *reader,
                               struct tfeed_dataset_verify_report *report, size_t max_errors,
                               const struct tfeed_error *found, struct tfeed_error *reterr)
{
    const enum tfi_record_fault fault = tfi_record_reader_fault(reader);
    if (report->n_errors == 0)
        report->cause = tfi_record_fault_cause(fault);
    TFI_TRY(add_fault(report, max_errors, found, reterr));
    return fault == TFI_RECORD_PAYLOAD_FAULT ? tfeed_record_reader_skip_damaged(reader, reterr)
                                             : TFEED_DATA_LOSS;
}

static tfeed_status read_all(struct tfeed_record_reader *reader,
                             const struct tfeed_dataset_verify_options *options,
                             struct tfeed_dataset_verify_report *report, struct tfeed_error *reterr)
{
    struct tfeed_record_view views[TFI_DATASET_RUN_RECORDS];
    struct tfeed_error found = TFEED_ERROR_INIT;
    for (;;) {
        size_t n;
        tfeed_status status =
            tfeed_record_reader_next_run(reader, views, TFI_DATASET_RUN_RECORDS, &n, &found);
        report->n_bytes = tfeed_record_reader_offset(reader);
        report->compression = tfeed_record_reader_compression(reader);
        if (status == TFEED_OUT_OF_RANGE)
            return TFEED_OK;
        if (status == TFEED_OK) {
            report->n_records += n;
        } else if (status == TFEED_DATA_LOSS) {
            status = take_fault(reader, report, options->max_errors, &found, reterr);
            if (status == TFEED_DATA_LOSS)
                return TFEED_OK; /* the report has it */
            TFI_TRY(status);
        } else {
            return tfi_fail_again(reterr, &found);
        }
        TFI_TRY(tfi_dataset_progress(options->progress, options->user_data, report->n_records,
                                     UINT64_MAX, report->n_bytes, reterr));
    }
}

tfeed_status tfeed_dataset_verify(const char *path,
                                  const struct tfeed_dataset_verify_options *options,
                                  struct tfeed_dataset_verify_report *ret_report,
                                  struct tfeed_error *reterr)
{
    struct tfeed_dataset_verify_options defaults;
    tfeed_dataset_verify_options_init(&defaults);
    if (options == NULL)
        options = &defaults;
    *ret_report = (struct tfeed_dataset_verify_report){.allocator = options->allocator};

    struct tfeed_record_reader_options reader_options;
    tfeed_record_reader_options_init(&reader_options);
    reader_options.compression = options->compression;
    reader_options.tail = options->tail;
    reader_options.map = options->map;
    reader_options.max_record_bytes = options->max_record_bytes;
    reader_options.file_system = options->file_system;
    reader_options.allocator = options->allocator;
    struct tfeed_record_reader *reader;
    TFI_TRY(tfeed_record_reader_open(path, &reader_options, &reader, reterr));
    const tfeed_status status = read_all(reader, options, ret_report, reterr);
    tfeed_record_reader_close(reader);
    ret_report->is_ok = status == TFEED_OK && ret_report->n_errors == 0;
    return status;
}
