/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * copy.c - records of many files, in order, to the files that they are dealt to.
 *
 * Files are read and not mapped: a file that is cut meanwhile then is damage like any other, and
 * the outputs go. Records that lie together and go to one file are copied together, frames and all.
 * Where it helps this thread reads and checks, and others write (outputs_private.h).
 */
#include "datasets/copy_private.h"

#include <string.h>

#include "core/error_internal.h"
#include "datasets/datasets_private.h"
#include "datasets/shard_names_private.h"
#include "records/records_internal.h"

void tfeed_dataset_write_options_init(struct tfeed_dataset_write_options *options)
{
    *options = (struct tfeed_dataset_write_options){
        .struct_size = sizeof *options,
        .input_compression = TFEED_COMPRESSION_AUTO,
        .compression = TFEED_COMPRESSION_NONE,
        .max_record_bytes = TFEED_RECORD_DEFAULT_LIMIT_BYTES,
        .n_threads = 1,
    };
}

void tfi_copy_reader_options(const struct tfeed_dataset_write_options *options,
                             struct tfeed_record_reader_options *ret_options)
{
    tfeed_record_reader_options_init(ret_options);
    ret_options->compression = options->input_compression;
    ret_options->map = TFEED_MAP_NEVER;
    ret_options->max_record_bytes = options->max_record_bytes;
    ret_options->file_system = options->file_system;
    ret_options->allocator = options->allocator;
}

void tfi_copy_writer_options(const struct tfeed_dataset_write_options *options,
                             struct tfeed_record_writer_options *ret_options)
{
    tfeed_record_writer_options_init(ret_options);
    ret_options->compression = options->compression;
    ret_options->overwrite = options->overwrite;
    ret_options->sync = options->sync;
    ret_options->n_threads = tfi_dataset_threads(options->n_threads);
    ret_options->file_system = options->file_system;
    ret_options->allocator = options->allocator;
}

/* ------------------------------------------------------------------ inputs */

bool tfi_dataset_comes_twice(const struct tfeed_file_system *files, const char *path)
{
    struct tfeed_file_info info;
    if (files == NULL)
        files = tfeed_local_files();
    return strcmp(path, "-") != 0 &&
           (files->look == NULL || files->look(files->user_data, path, &info, NULL) != TFEED_OK ||
            info.is_folder || info.size != TFEED_SIZE_UNKNOWN);
}

tfeed_status tfi_inputs_check(const struct tfi_inputs *inputs, bool may_come_once,
                              struct tfeed_error *reterr)
{
    if (inputs->n == 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "the list of inputs is empty");
    for (size_t i = 0; i < inputs->n; i++) {
        if (inputs->paths[i][0] == '\0')
            return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "the name of an input is empty");
        if (!may_come_once &&
            !tfi_dataset_comes_twice(inputs->options->file_system, inputs->paths[i]))
            return tfi_fail_at(reterr, TFEED_INVALID_ARGUMENT, inputs->paths[i], TFEED_NOWHERE,
                               TFEED_NOWHERE,
                               "can be read only once, but the records must be counted first");
    }
    if (inputs->options->allow_incomplete)
        return TFEED_OK;
    return tfi_shards_check_whole(inputs->paths, inputs->n, inputs->options->allocator, reterr);
}

static tfeed_status next_run(struct tfeed_record_reader *reader, enum tfi_visit_depth depth,
                             struct tfeed_record_view *views, size_t *ret_n,
                             struct tfeed_error *reterr)
{
    return depth == TFI_VISIT_CHECKED
               ? tfeed_record_reader_next_run(reader, views, TFI_DATASET_RUN_RECORDS, ret_n, reterr)
               : tfi_record_reader_next_headers(reader, SIZE_MAX, views, TFI_DATASET_RUN_RECORDS,
                                                ret_n, reterr);
}

static tfeed_status tell(const struct tfi_inputs *inputs, enum tfi_visit_depth depth,
                         struct tfeed_error *reterr)
{
    const bool is_copying = depth == TFI_VISIT_CHECKED;
    return tfi_dataset_progress(inputs->options->progress, inputs->options->user_data,
                                is_copying ? inputs->n_records : 0, UINT64_MAX,
                                is_copying ? inputs->n_bytes : 0, reterr);
}

static tfeed_status visit_file(struct tfi_inputs *inputs, struct tfeed_record_reader *reader,
                               enum tfi_visit_depth depth, tfi_visit_function *visit, void *state,
                               struct tfeed_error *reterr)
{
    const uint64_t bytes_before = inputs->n_bytes;
    struct tfeed_record_view views[TFI_DATASET_RUN_RECORDS];
    for (;;) {
        size_t n;
        const tfeed_status status = next_run(reader, depth, views, &n, reterr);
        inputs->n_bytes = bytes_before + tfeed_record_reader_offset(reader);
        inputs->is_compressed = tfeed_record_reader_compression(reader) != TFEED_COMPRESSION_NONE;
        if (status == TFEED_OUT_OF_RANGE)
            return TFEED_OK;
        TFI_TRY(status);
        TFI_TRY(visit(state, views, n, reterr));
        inputs->n_records += n;
        TFI_TRY(tell(inputs, depth, reterr));
    }
}

tfeed_status tfi_inputs_visit(struct tfi_inputs *inputs, enum tfi_visit_depth depth,
                              tfi_visit_function *visit, void *state, struct tfeed_error *reterr)
{
    struct tfeed_record_reader_options options;
    tfi_copy_reader_options(inputs->options, &options);
    if (depth == TFI_VISIT_LENGTHS)
        options.map = TFEED_MAP_AUTO; /* only headers are touched then */
    inputs->n_records = 0;
    inputs->n_bytes = 0;
    for (size_t i = 0; i < inputs->n; i++) {
        struct tfeed_record_reader *reader;
        TFI_TRY(tfeed_record_reader_open(inputs->paths[i], &options, &reader, reterr));
        const tfeed_status status = visit_file(inputs, reader, depth, visit, state, reterr);
        tfeed_record_reader_close(reader);
        TFI_TRY(status);
    }
    return tell(inputs, depth, reterr); /* who was stopped while he waited for input, stops now */
}

/* -------------------------------------------------------------------- copy */

void tfi_copy_init(struct tfi_copy *copy, const char *const *inputs, size_t n_inputs,
                   const struct tfeed_dataset_write_options *options,
                   struct tfeed_dataset_write_options *defaults,
                   struct tfeed_dataset_write_report *report)
{
    tfeed_dataset_write_options_init(defaults);
    if (options == NULL)
        options = defaults;
    *report = (struct tfeed_dataset_write_report){.allocator = options->allocator};
    *copy = (struct tfi_copy){
        .inputs = {.paths = inputs, .n = n_inputs, .options = options},
        .outputs = {.report = report},
    };
}

static tfeed_status fail_changed(struct tfeed_error *reterr)
{
    return tfi_fail(reterr, TFEED_FAILED_PRECONDITION,
                    "an input has changed since its records were counted");
}

/* To read, check and write what is not compressed costs hardly more than to hand it over. */
static tfeed_status begin_lanes(struct tfi_copy *copy, struct tfeed_error *reterr)
{
    struct tfeed_record_writer_options options;
    copy->has_begun = true;
    tfi_copy_writer_options(copy->inputs.options, &options);
    if (!copy->inputs.is_compressed && options.compression == TFEED_COMPRESSION_NONE)
        return TFEED_OK;
    return tfi_outputs_begin_lanes(&copy->outputs, &options, reterr);
}

/* Copies a run, neighbours that go to one file together. */
static tfeed_status copy_run(void *state, const struct tfeed_record_view *views, size_t n,
                             struct tfeed_error *reterr)
{
    struct tfi_copy *copy = state;
    if (!copy->has_begun)
        TFI_TRY(begin_lanes(copy, reterr));
    if (copy->is_counted && n > copy->n_expected - copy->inputs.n_records)
        return fail_changed(reterr);
    size_t begin = 0;
    size_t output = 0; /* of those from `begin` on */
    for (size_t i = 0; copy->deal != NULL && i < n; i++) {
        const size_t next = copy->deal(copy->dealer, views[i].len);
        if (next >= copy->outputs.report->n_outputs)
            return fail_changed(reterr);
        if (next != output && i > begin)
            TFI_TRY(tfi_outputs_copy(&copy->outputs, output, &views[begin], i - begin, reterr));
        if (next != output)
            begin = i;
        output = next;
    }
    return tfi_outputs_copy(&copy->outputs, output, &views[begin], n - begin, reterr);
}

tfeed_status tfi_copy_run(struct tfi_copy *copy, struct tfeed_error *reterr)
{
    struct tfeed_record_writer_options options;
    tfi_copy_writer_options(copy->inputs.options, &options);
    tfeed_status status = tfi_outputs_open(&copy->outputs, &options, reterr);
    if (status == TFEED_OK)
        status = tfi_inputs_visit(&copy->inputs, TFI_VISIT_CHECKED, copy_run, copy, reterr);
    if (status == TFEED_OK && copy->is_counted && copy->inputs.n_records != copy->n_expected)
        status = fail_changed(reterr);
    status = tfi_outputs_end_lanes(&copy->outputs, status, reterr);
    if (status == TFEED_OK)
        status = tfi_outputs_commit(&copy->outputs, reterr);
    tfi_outputs_clear(&copy->outputs);
    return status;
}
