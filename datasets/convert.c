/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * convert.c - a source to TFRecord files.
 *
 * The names of all outputs are planned by split and shard, then the splits are written one after
 * the other; outputs_private.h says what becomes of the files.
 */
#include <tfeed/datasets.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "datasets/datasets_private.h"
#include "datasets/outputs_private.h"
#include "datasets/shard_names_private.h"

enum { DEFAULT_N_VALIDATION = 5000 };

struct conversion {
    const struct tfeed_dataset_convert_options *options;
    const struct tfeed_source_kind *kind;
    void *source;
    const struct tfeed_source_split *splits;
    size_t n_splits;
    uint64_t n_total;
    struct tfeed_example_builder *builder;
    struct tfi_outputs outputs;
};

void tfeed_dataset_convert_options_init(struct tfeed_dataset_convert_options *options)
{
    *options = (struct tfeed_dataset_convert_options){.struct_size = sizeof *options,
                                                      .n_validation = DEFAULT_N_VALIDATION,
                                                      .n_shards = 1,
                                                      .compression = TFEED_COMPRESSION_NONE};
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

/* "OUT/STEM.tfrecords" or "OUT/STEM-00002-of-00008.tfrecords". */
static tfeed_status plan_output(struct conversion *conversion, const char *out, const char *stem,
                                uint32_t shard, struct tfeed_error *reterr)
{
    enum { SUFFIX_BYTES = sizeof "/-00000-of-00000.tfrecords" };
    const struct tfeed_allocator *allocator = conversion->options->allocator;
    const size_t path_bytes = strlen(out) + strlen(stem) + SUFFIX_BYTES;
    const uint32_t n_shards = conversion->options->n_shards;
    char *path = tfi_alloc(allocator, path_bytes);
    if (path == NULL)
        return tfi_fail_memory(reterr, "the name of an output");
    if (n_shards == 1)
        (void)snprintf(path, path_bytes, "%s/%s.tfrecords", out, stem);
    else
        (void)snprintf(path, path_bytes, "%s/%s-%05" PRIu32 "-of-%05" PRIu32 ".tfrecords", out,
                       stem, shard, n_shards);
    const tfeed_status status = tfi_outputs_add(&conversion->outputs, path, stem, reterr);
    tfi_free(allocator, path);
    return status;
}

static tfeed_status open_outputs(struct conversion *conversion, const char *out,
                                 struct tfeed_error *reterr)
{
    const struct tfeed_dataset_convert_options *options = conversion->options;
    struct tfeed_record_writer_options writer_options;
    for (size_t split = 0; split < conversion->n_splits; split++) {
        conversion->n_total += conversion->splits[split].n_examples;
        for (uint32_t shard = 0; shard < options->n_shards; shard++)
            TFI_TRY(plan_output(conversion, out, conversion->splits[split].name, shard, reterr));
    }
    tfeed_record_writer_options_init(&writer_options);
    writer_options.compression = options->compression;
    writer_options.overwrite = options->overwrite;
    writer_options.file_system = options->file_system;
    writer_options.allocator = options->allocator;
    return tfi_outputs_open(&conversion->outputs, &writer_options, reterr);
}

/* ------------------------------------------------------------------- write */

static tfeed_status write_example(struct conversion *conversion, size_t output,
                                  struct tfeed_error *reterr)
{
    const struct tfeed_dataset_write_report *report = conversion->outputs.report;
    const uint8_t *data;
    size_t len;
    TFI_TRY(tfeed_example_builder_finish(conversion->builder, &data, &len, reterr));
    TFI_TRY(tfi_outputs_write(&conversion->outputs, output, data, len, reterr));
    if (report->n_records % TFI_DATASET_RUN_RECORDS != 0)
        return TFEED_OK;
    return tfi_dataset_progress(conversion->options->progress, conversion->options->user_data,
                                report->n_records, conversion->n_total, report->n_bytes, reterr);
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
        while (i >= tfi_shard_begin(n_examples, shard + 1, n_shards))
            shard++;
        TFI_TRY(write_example(conversion, split * n_shards + shard, reterr));
    }
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
    TFI_TRY(open_outputs(conversion, out, reterr));
    for (size_t split = 0; split < conversion->n_splits; split++)
        TFI_TRY(write_split(conversion, split, reterr));
    TFI_TRY(tfi_dataset_progress(options->progress, options->user_data,
                                 conversion->outputs.report->n_records, conversion->n_total,
                                 conversion->outputs.report->n_bytes, reterr));
    return tfi_outputs_commit(&conversion->outputs, reterr);
}

/* Ends what run has opened; what was not committed is gone with its writer. */
static void clean_up(struct conversion *conversion)
{
    tfi_outputs_clear(&conversion->outputs);
    tfeed_example_builder_free(conversion->builder);
    if (conversion->source != NULL)
        conversion->kind->close(conversion->source);
}

tfeed_status tfeed_dataset_convert(const struct tfeed_source_table *table, const char *kind,
                                   const char *input, const char *out,
                                   const struct tfeed_dataset_convert_options *options,
                                   struct tfeed_dataset_write_report *ret_report,
                                   struct tfeed_error *reterr)
{
    struct tfeed_dataset_convert_options defaults;
    tfeed_dataset_convert_options_init(&defaults);
    struct conversion conversion = {.options = options == NULL ? &defaults : options,
                                    .outputs = {.report = ret_report}};
    options = conversion.options;
    *ret_report = (struct tfeed_dataset_write_report){.allocator = options->allocator};
    TFI_TRY(find_kind(table, kind, &conversion.kind, reterr));
    if (input[0] == '\0' || out[0] == '\0') /* "" and a name behind it would be the root folder's */
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "the name of the %s is empty",
                        input[0] == '\0' ? "input" : "output folder");
    if (options->n_shards < 1 || options->n_shards > TFI_MAX_SHARDS)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "%" PRIu32 " shards, expected 1 to %d",
                        options->n_shards, TFI_MAX_SHARDS);
    if (options->compression == TFEED_COMPRESSION_AUTO)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "compression auto is for reading; expected none, gzip, zlib or snappy");
    bool made_folder;
    TFI_TRY(tfi_outputs_make_folder(options->file_system, out, &made_folder, reterr));
    const tfeed_status status = run(&conversion, input, out, reterr);
    clean_up(&conversion);
    if (status != TFEED_OK && made_folder)
        (void)rmdir(out); /* fails where an output appeared, and is then right to stay */
    return status;
}
