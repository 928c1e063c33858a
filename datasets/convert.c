/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * convert.c - a source to TFRecord files.
 *
 *   plan     names of all outputs, by split and shard
 *   open     all of them: whatever stands in the way shows before any work is done
 *   write    split by split; the files grow under temporary names
 *   commit   all of them, one after the other; on any failure before that, none
 */
#include <tfeed/datasets.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "datasets/datasets_private.h"
#include "records/records_internal.h"

enum {
    DEFAULT_N_VALIDATION = 5000,
    MAX_SHARDS = 99999, /* five digits in the names */
    MAX_BUFFER_BYTES = 4 << 20,
    MIN_BUFFER_BYTES = 64 << 10,
    ALL_BUFFERS_BYTES = 64 << 20,
    FOLDER_MODE = 0777 /* what the umask leaves of it */
};

struct conversion {
    const struct tfeed_dataset_convert_options *options;
    const struct tfeed_source_kind *kind;
    void *source;
    const struct tfeed_source_split *splits;
    size_t n_splits;
    uint64_t n_total;
    struct tfeed_example_builder *builder;
    struct tfeed_record_writer **writers; /* of report->outputs */
    struct tfeed_dataset_convert_report *report;
};

void tfeed_dataset_convert_options_init(struct tfeed_dataset_convert_options *options)
{
    *options = (struct tfeed_dataset_convert_options){.struct_size = sizeof *options,
                                                      .n_validation = DEFAULT_N_VALIDATION,
                                                      .n_shards = 1,
                                                      .compression = TFEED_COMPRESSION_NONE};
}

void tfeed_dataset_convert_report_clear(struct tfeed_dataset_convert_report *report)
{
    for (size_t i = 0; i < report->n_outputs; i++)
        tfi_free(report->allocator, report->outputs[i].path);
    tfi_free(report->allocator, report->outputs);
    *report = (struct tfeed_dataset_convert_report){0};
}

static tfeed_status find_kind(const struct tfeed_source_table *table, const char *name,
                              const struct tfeed_source_kind **ret_kind, struct tfeed_error *reterr)
{
    char known[TFEED_ERROR_PATH_BYTES] = "";
    size_t len = 0;
    for (size_t i = 0; i < table->n_kinds; i++) {
        if (strcmp(table->kinds[i]->name, name) == 0) {
            *ret_kind = table->kinds[i];
            return TFEED_OK;
        }
        const int n_written = snprintf(known + len, sizeof known - len, "%s%s", i > 0 ? ", " : "",
                                       table->kinds[i]->name);
        if (n_written > 0)
            len += (size_t)n_written;
        if (len >= sizeof known)
            len = sizeof known - 1;
    }
    return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "no source kind '%s'; there are: %s", name,
                    known);
}

/* -------------------------------------------------------------------- plan */

/* "OUT/STEM.tfrecords" or "OUT/STEM-00002-of-00008.tfrecords"; the stem once more behind it. */
static tfeed_status name_output(const struct conversion *conversion, const char *out,
                                const char *stem, uint32_t shard,
                                struct tfeed_dataset_output *output, struct tfeed_error *reterr)
{
    enum { SUFFIX_BYTES = sizeof "/-00000-of-00000.tfrecords" };
    const size_t stem_len = strlen(stem);
    const size_t path_bytes = strlen(out) + stem_len + SUFFIX_BYTES;
    const uint32_t n_shards = conversion->options->n_shards;
    char *path = tfi_alloc(conversion->options->allocator, path_bytes + stem_len + 1);
    if (path == NULL)
        return tfi_fail_memory(reterr, "the name of an output");
    if (n_shards == 1)
        (void)snprintf(path, path_bytes, "%s/%s.tfrecords", out, stem);
    else
        (void)snprintf(path, path_bytes, "%s/%s-%05" PRIu32 "-of-%05" PRIu32 ".tfrecords", out,
                       stem, shard, n_shards);
    memcpy(path + path_bytes, stem, stem_len + 1);
    output->path = path;
    output->split = path + path_bytes;
    return TFEED_OK;
}

static tfeed_status plan_outputs(struct conversion *conversion, const char *out,
                                 struct tfeed_error *reterr)
{
    struct tfeed_dataset_convert_report *report = conversion->report;
    const struct tfeed_allocator *allocator = conversion->options->allocator;
    const uint32_t n_shards = conversion->options->n_shards;
    const size_t n = conversion->n_splits * n_shards;
    report->outputs = tfi_alloc_zeroed(allocator, n, sizeof *report->outputs);
    conversion->writers = tfi_alloc_zeroed(allocator, n, sizeof(struct tfeed_record_writer *));
    if (report->outputs == NULL || conversion->writers == NULL)
        return tfi_fail_memory(reterr, "the list of outputs");
    for (size_t split = 0; split < conversion->n_splits; split++) {
        conversion->n_total += conversion->splits[split].n_examples;
        for (uint32_t shard = 0; shard < n_shards; shard++) {
            TFI_TRY(name_output(conversion, out, conversion->splits[split].name, shard,
                                &report->outputs[report->n_outputs], reterr));
            report->n_outputs++;
        }
    }
    return TFEED_OK;
}

/* -------------------------------------------------------------------- open */

static tfeed_status open_outputs(struct conversion *conversion, struct tfeed_error *reterr)
{
    const struct tfeed_dataset_convert_options *options = conversion->options;
    const struct tfeed_dataset_convert_report *report = conversion->report;
    struct tfeed_record_writer_options writer_options;
    tfeed_record_writer_options_init(&writer_options);
    writer_options.compression = options->compression;
    writer_options.overwrite = options->overwrite;
    writer_options.file_system = options->file_system;
    writer_options.allocator = options->allocator;
    writer_options.buffer_bytes = ALL_BUFFERS_BYTES / report->n_outputs;
    if (writer_options.buffer_bytes > MAX_BUFFER_BYTES)
        writer_options.buffer_bytes = MAX_BUFFER_BYTES;
    if (writer_options.buffer_bytes < MIN_BUFFER_BYTES)
        writer_options.buffer_bytes = MIN_BUFFER_BYTES;
    for (size_t i = 0; i < report->n_outputs; i++)
        TFI_TRY(tfeed_record_writer_open(report->outputs[i].path, &writer_options,
                                         &conversion->writers[i], reterr));
    return TFEED_OK;
}

/* ------------------------------------------------------------------- write */

static tfeed_status write_example(struct conversion *conversion, size_t output,
                                  struct tfeed_error *reterr)
{
    struct tfeed_dataset_convert_report *report = conversion->report;
    const uint8_t *data;
    size_t len;
    TFI_TRY(tfeed_example_builder_finish(conversion->builder, &data, &len, reterr));
    TFI_TRY(tfeed_record_writer_write(conversion->writers[output], data, len, reterr));
    report->outputs[output].n_records++;
    report->outputs[output].n_bytes += len;
    report->n_records++;
    report->n_bytes += len;
    if (report->n_records % TFI_DATASET_RUN_RECORDS != 0)
        return TFEED_OK;
    return tfi_dataset_progress(conversion->options->progress, conversion->options->user_data,
                                report->n_records, conversion->n_total, report->n_bytes, reterr);
}

/* Shard s of n takes the examples from s * n_examples / n on. */
static uint64_t shard_begin(uint64_t n_examples, uint32_t shard, uint32_t n_shards)
{
    return n_examples / n_shards * shard + n_examples % n_shards * shard / n_shards;
}

static tfeed_status write_split(struct conversion *conversion, size_t split,
                                struct tfeed_error *reterr)
{
    const uint32_t n_shards = conversion->options->n_shards;
    const uint64_t n_examples = conversion->splits[split].n_examples;
    uint32_t shard = 0;
    TFI_TRY(conversion->kind->start(conversion->source, split, reterr));
    for (uint64_t i = 0;; i++) {
        struct tfeed_error found = TFEED_ERROR_INIT;
        tfeed_example_builder_clear(conversion->builder);
        const tfeed_status status =
            conversion->kind->next(conversion->source, conversion->builder, &found);
        if (status == TFEED_OUT_OF_RANGE && i == n_examples)
            return TFEED_OK;
        found.code = status; /* a foreign source may not have filled it in */
        if (status != TFEED_OK && status != TFEED_OUT_OF_RANGE)
            return tfi_fail_again(reterr, &found);
        if (status == TFEED_OUT_OF_RANGE || i == n_examples)
            return tfi_fail(reterr, TFEED_INTERNAL,
                            "source kind %s: split %s has not the %" PRIu64 " examples it said",
                            conversion->kind->name, conversion->splits[split].name, n_examples);
        while (i >= shard_begin(n_examples, shard + 1, n_shards))
            shard++;
        TFI_TRY(write_example(conversion, split * n_shards + shard, reterr));
    }
}

/* ------------------------------------------------------------------ commit */

static tfeed_status commit_outputs(struct conversion *conversion, struct tfeed_error *reterr)
{
    struct tfeed_dataset_convert_report *report = conversion->report;
    for (size_t i = 0; i < report->n_outputs; i++) /* a full disk shows while none has appeared */
        TFI_TRY(tfi_record_writer_end(conversion->writers[i], reterr));
    for (size_t i = 0; i < report->n_outputs; i++) {
        TFI_TRY(tfeed_record_writer_close(conversion->writers[i], reterr));
        report->outputs[i].appeared = true;
    }
    return TFEED_OK;
}

static tfeed_status run(struct conversion *conversion, const char *input, const char *out,
                        struct tfeed_error *reterr)
{
    const struct tfeed_dataset_convert_options *options = conversion->options;
    const struct tfeed_source_options source_options = {
        .struct_size = sizeof source_options,
        .n_validation = options->n_validation,
        .file_system = options->file_system,
        .allocator = options->allocator,
    };
    TFI_TRY(conversion->kind->open(input, &source_options, &conversion->source, reterr));
    conversion->splits = conversion->kind->splits(conversion->source, &conversion->n_splits);
    TFI_TRY(tfeed_example_builder_new(options->allocator, &conversion->builder, reterr));
    TFI_TRY(plan_outputs(conversion, out, reterr));
    TFI_TRY(open_outputs(conversion, reterr));
    for (size_t split = 0; split < conversion->n_splits; split++)
        TFI_TRY(write_split(conversion, split, reterr));
    TFI_TRY(tfi_dataset_progress(options->progress, options->user_data,
                                 conversion->report->n_records, conversion->n_total,
                                 conversion->report->n_bytes, reterr));
    return commit_outputs(conversion, reterr);
}

/* Ends what run has opened; what was not committed is gone with its writer. */
static void clean_up(struct conversion *conversion)
{
    for (size_t i = 0; conversion->writers != NULL && i < conversion->report->n_outputs; i++)
        tfeed_record_writer_free(conversion->writers[i]);
    tfi_free(conversion->options->allocator, conversion->writers);
    tfeed_example_builder_free(conversion->builder);
    if (conversion->source != NULL)
        conversion->kind->close(conversion->source);
}

tfeed_status tfeed_dataset_convert(const struct tfeed_source_table *table, const char *kind,
                                   const char *input, const char *out,
                                   const struct tfeed_dataset_convert_options *options,
                                   struct tfeed_dataset_convert_report *ret_report,
                                   struct tfeed_error *reterr)
{
    struct tfeed_dataset_convert_options defaults;
    tfeed_dataset_convert_options_init(&defaults);
    struct conversion conversion = {.options = options == NULL ? &defaults : options,
                                    .report = ret_report};
    options = conversion.options;
    *ret_report = (struct tfeed_dataset_convert_report){.allocator = options->allocator};
    TFI_TRY(find_kind(table, kind, &conversion.kind, reterr));
    if (input[0] == '\0' || out[0] == '\0') /* "" and a name behind it would be the root folder's */
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "the name of the %s is empty",
                        input[0] == '\0' ? "input" : "output folder");
    if (options->n_shards < 1 || options->n_shards > MAX_SHARDS)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "%" PRIu32 " shards, expected 1 to %d",
                        options->n_shards, MAX_SHARDS);
    if (options->compression == TFEED_COMPRESSION_AUTO)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "compression auto is for reading; expected none, gzip or zlib");
    const bool made_folder = options->file_system == NULL && mkdir(out, FOLDER_MODE) == 0;
    const tfeed_status status = run(&conversion, input, out, reterr);
    clean_up(&conversion);
    if (status != TFEED_OK && made_folder)
        (void)rmdir(out); /* fails where an output appeared, and is then right to stay */
    return status;
}
