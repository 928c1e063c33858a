/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * outputs.c - the files that an operation makes.
 */
#include "datasets/outputs_private.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "records/record_frame_internal.h"
#include "records/records_internal.h"

enum {
    MAX_BUFFER_BYTES = 4 << 20,
    MIN_BUFFER_BYTES = 64 << 10,
    ALL_BUFFERS_BYTES = 64 << 20,
    MAX_PIECED_OUTPUTS = 16, /* each has threads and buffers of its own */
    FIRST_CAPACITY = 4,
    FOLDER_MODE = 0777 /* what the umask leaves of it */
};

void tfeed_dataset_write_report_clear(struct tfeed_dataset_write_report *report)
{
    for (size_t i = 0; i < report->n_outputs; i++)
        tfi_free(report->allocator, report->outputs[i].path);
    tfi_free(report->allocator, report->outputs);
    *report = (struct tfeed_dataset_write_report){0};
}

static tfeed_status reserve(struct tfi_outputs *outputs, struct tfeed_error *reterr)
{
    struct tfeed_dataset_write_report *report = outputs->report;
    if (report->n_outputs < outputs->capacity)
        return TFEED_OK;
    const size_t capacity = outputs->capacity == 0 ? FIRST_CAPACITY : 2 * outputs->capacity;
    struct tfeed_dataset_output *all =
        tfi_realloc_array(report->allocator, report->outputs, capacity, sizeof *all);
    if (all == NULL)
        return tfi_fail_memory(reterr, "the list of outputs");
    report->outputs = all;
    outputs->capacity = capacity;
    return TFEED_OK;
}

tfeed_status tfi_outputs_add(struct tfi_outputs *outputs, const char *path, const char *split,
                             struct tfeed_error *reterr)
{
    struct tfeed_dataset_write_report *report = outputs->report;
    const size_t path_bytes = strlen(path) + 1;
    const size_t split_bytes = strlen(split) + 1;
    TFI_TRY(reserve(outputs, reterr));
    char *text = tfi_alloc(report->allocator, path_bytes + split_bytes);
    if (text == NULL)
        return tfi_fail_memory(reterr, "the name of an output");
    memcpy(text, path, path_bytes);
    memcpy(text + path_bytes, split, split_bytes);
    report->outputs[report->n_outputs++] =
        (struct tfeed_dataset_output){.path = text, .split = text + path_bytes};
    return TFEED_OK;
}

tfeed_status tfi_outputs_make_folder(const struct tfeed_file_system *file_system,
                                     const char *folder, bool *ret_made, struct tfeed_error *reterr)
{
    *ret_made = file_system == NULL && mkdir(folder, FOLDER_MODE) == 0;
    if (file_system != NULL || *ret_made || errno == EEXIST)
        return TFEED_OK;
    return tfi_fail_errno(reterr, errno, folder, "make the folder");
}

bool tfi_outputs_are_in_pieces(const struct tfi_outputs *outputs,
                               const struct tfeed_record_writer_options *options)
{
    return options->compression != TFEED_COMPRESSION_NONE && options->n_threads > 0 &&
           (outputs->report->n_outputs == 1 ||
            (outputs->in_turn && outputs->report->n_outputs <= MAX_PIECED_OUTPUTS));
}

tfeed_status tfi_outputs_open(struct tfi_outputs *outputs,
                              const struct tfeed_record_writer_options *options,
                              struct tfeed_error *reterr)
{
    const struct tfeed_dataset_write_report *report = outputs->report;
    struct tfeed_record_writer_options own = *options;
    const size_t most = own.buffer_bytes == 0 ? MAX_BUFFER_BYTES : own.buffer_bytes;
    if (!tfi_outputs_are_in_pieces(outputs, options))
        own.n_threads = 0;
    own.buffer_bytes = ALL_BUFFERS_BYTES / report->n_outputs;
    if (own.buffer_bytes > most)
        own.buffer_bytes = most;
    if (own.buffer_bytes < MIN_BUFFER_BYTES)
        own.buffer_bytes = MIN_BUFFER_BYTES;
    outputs->writers = tfi_alloc_zeroed(report->allocator, report->n_outputs,
                                        sizeof(struct tfeed_record_writer *));
    if (outputs->writers == NULL)
        return tfi_fail_memory(reterr, "the list of outputs");
    for (size_t i = 0; i < report->n_outputs; i++)
        TFI_TRY(
            tfeed_record_writer_open(report->outputs[i].path, &own, &outputs->writers[i], reterr));
    return TFEED_OK;
}

void tfi_outputs_count(struct tfi_outputs *outputs, size_t output, uint64_t n_records,
                       uint64_t n_bytes)
{
    outputs->report->outputs[output].n_records += n_records;
    outputs->report->outputs[output].n_bytes += n_bytes;
    outputs->report->n_records += n_records;
    outputs->report->n_bytes += n_bytes;
}

tfeed_status tfi_outputs_write(struct tfi_outputs *outputs, size_t output, const void *data,
                               size_t len, struct tfeed_error *reterr)
{
    TFI_TRY(tfeed_record_writer_write(outputs->writers[output], data, len, reterr));
    tfi_outputs_count(outputs, output, 1, len);
    return TFEED_OK;
}

tfeed_status tfi_outputs_copy_frames(struct tfi_outputs *outputs, size_t output, const void *frames,
                                     size_t len, uint64_t n_records, uint64_t n_bytes,
                                     struct tfeed_error *reterr)
{
    TFI_TRY(tfi_record_writer_write_frames(outputs->writers[output], frames, len, reterr));
    tfi_outputs_count(outputs, output, n_records, n_bytes);
    return TFEED_OK;
}

tfeed_status tfi_outputs_commit(struct tfi_outputs *outputs, struct tfeed_error *reterr)
{
    struct tfeed_dataset_write_report *report = outputs->report;
    for (size_t i = 0; i < report->n_outputs; i++) /* a full disk shows while none has appeared */
        TFI_TRY(tfi_record_writer_end(outputs->writers[i], reterr));
    for (size_t i = 0; i < report->n_outputs; i++) {
        TFI_TRY(tfeed_record_writer_close(outputs->writers[i], reterr));
        report->outputs[i].appeared = true;
    }
    return TFEED_OK;
}

void tfi_outputs_clear(struct tfi_outputs *outputs)
{
    for (size_t i = 0; outputs->writers != NULL && i < outputs->report->n_outputs; i++)
        tfeed_record_writer_free(outputs->writers[i]);
    tfi_free(outputs->report->allocator, outputs->writers);
    outputs->writers = NULL;
}
