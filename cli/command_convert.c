/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * command_convert.c - `tfeed convert`: other people's data into TFRecord files.
 */
#include <inttypes.h>
#include <string.h>

#include <tfeed/datasets.h>
#include <tfeed/sources.h>

#include "cli/console.h"
#include "cli/progress.h"
#include "cli/stop.h"

/* Compressions of an output: those of enum tfeed_compression without "auto". */
#define OUTPUT_COMPRESSION_WORDS "none|gzip|zlib"

enum { N_VALIDATION = 5000, MAX_SHARDS = 99999 };

struct convert_values {
    const char *out;
    uint64_t n_validation;
    uint64_t n_shards;
    int compression;
    int progress;
    bool force;
};

static bool go_on(void *user_data, uint64_t n_records, uint64_t n_total, uint64_t n_bytes)
{
    (void)user_data;
    if (n_records > 0) /* the examples to come are taken to be as long as those so far */
        progress_total((uint64_t)((double)n_bytes / (double)n_records * (double)n_total));
    progress_update(n_bytes);
    return !stop_requested();
}

static bool kind_is_known(const char *kind)
{
    const struct tfeed_source_table *table = tfeed_sources();

    for (size_t i = 0; i < table->n_kinds; i++)
        if (strcmp(table->kinds[i]->name, kind) == 0)
            return true;
    return false;
}

static enum exit_code refuse(const char *what, const char *detail)
{
    report("%s%s; try 'tfeed help convert'", what, detail);
    return EXIT_USAGE;
}

static void print_outputs(const struct tfeed_dataset_convert_report *made)
{
    for (size_t i = 0; i < made->n_outputs; i++) {
        const struct tfeed_dataset_output *output = &made->outputs[i];
        if (!output->appeared)
            continue;
        output_name(output->path);
        output_format(": %" PRIu64 " records\n", output->n_records);
    }
}

static enum exit_code convert(const struct convert_values *values, const char *kind,
                              const char *input)
{
    struct tfeed_dataset_convert_options options;
    struct tfeed_dataset_convert_report made = {0};
    struct tfeed_error error;

    tfeed_dataset_convert_options_init(&options);
    options.n_validation = values->n_validation;
    options.n_shards = (uint32_t)values->n_shards;
    options.compression = (enum tfeed_compression)(values->compression + TFEED_COMPRESSION_NONE);
    options.overwrite = values->force;
    options.progress = go_on;
    const tfeed_status status =
        tfeed_dataset_convert(tfeed_sources(), kind, input, values->out, &options, &made, &error);
    print_outputs(&made);
    tfeed_dataset_convert_report_clear(&made);
    if (status == TFEED_OK)
        return EXIT_FINE;
    if (status != TFEED_ALREADY_EXISTS)
        return report_error(&error);
    report("%s; --force replaces it", error.message);
    return EXIT_USAGE;
}

static enum exit_code run_convert(const void *user_values, const struct operands *operands)
{
    const struct convert_values *values = user_values;
    const char *kind = operands->names[0];

    if (!kind_is_known(kind))
        return refuse("unknown kind of source: ", kind);
    if (!values->out)
        return refuse("where to? --out is missing", "");
    if (values->out[0] == '\0')
        return refuse("where to? --out is ''", "");
    if (operands->names[1][0] == '\0')
        return refuse("'' is no input", "");
    stop_hold();
    progress_start((enum progress_when)values->progress, 0);
    progress_file(operands->names[1], 0);
    const enum exit_code code = convert(values, kind, operands->names[1]);
    progress_end();
    return code;
}

static const struct option_spec convert_options[] = {
    {.name = "out",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct convert_values, out),
     .argument = "DIR",
     .help = "where the files appear; made when it is missing"},
    {.name = "validation",
     .kind = OPTION_NUMBER,
     .offset = offsetof(struct convert_values, n_validation),
     .argument = "N",
     .help = "examples split off from the front of the training set (default: 5000)",
     .max = UINT64_MAX},
    {.name = "shards",
     .kind = OPTION_NUMBER,
     .offset = offsetof(struct convert_values, n_shards),
     .argument = "N",
     .help = "files of each split (default: 1)",
     .min = 1,
     .max = MAX_SHARDS},
    {.name = "compression",
     .kind = OPTION_CHOICE,
     .offset = offsetof(struct convert_values, compression),
     .argument = OUTPUT_COMPRESSION_WORDS,
     .help = "of the output (default: none)"},
    {.name = "force",
     .kind = OPTION_FLAG,
     .offset = offsetof(struct convert_values, force),
     .help = "replace files that are there"},
    {.name = "progress",
     .kind = OPTION_CHOICE,
     .offset = offsetof(struct convert_values, progress),
     .argument = PROGRESS_WORDS,
     .help = "on standard error (default: auto, on a terminal)"},
    {0}};

static const struct convert_values convert_defaults = {.n_validation = N_VALIDATION, .n_shards = 1};

const struct command command_convert = {
    .name = "convert",
    .group = "Make",
    .summary = "turn other data into TFRecord files",
    .usage = "mnist DIR --out DIR [options]",
    .details =
        "mnist: reads the four idx files of MNIST, or of a set of the same form, from a folder "
        "(plain\n"
        "or .gz, train-images-idx3-ubyte or train-images.idx3-ubyte) and makes train.tfrecords,\n"
        "validation.tfrecords and test.tfrecords of Examples with height, width, depth, label "
        "(int64)\n"
        "and image_raw (bytes), keys in sorted order.\n"
        "\n"
        "Files appear whole at the end, or not at all.",
    .options = convert_options,
    .defaults = &convert_defaults,
    .values_bytes = sizeof convert_defaults,
    .min_operands = 2,
    .max_operands = 2,
    .run = run_convert,
};
