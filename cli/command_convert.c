/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * command_convert.c - `tfeed convert`: other people's data into TFRecord files, and back.
 */
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include <tfeed/datasets.h>
#include <tfeed/sources.h>

#include "cli/console.h"
#include "cli/convert_jsonl.h"
#include "cli/making.h"
#include "cli/progress.h"
#include "cli/stop.h"

enum { N_VALIDATION = 5000 };

/* The words of --to. */
enum format { TO_TFRECORD, TO_JSONL };
#define FORMAT_WORDS "tfrecord|jsonl"

struct convert_values {
    struct making making;
    uint64_t n_validation;
    uint64_t n_shards;
    int to;
    bool utf8;
    bool raw;
};

/* ------------------------------------------------------- kinds of the library */

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

/* The three ways; each option is of some of them. */
enum way { FROM_MNIST = 1, FROM_JSONL = 2, INTO_JSONL = 4 };

/* False, with a message, where an option was given that says nothing about this way. */
static bool options_fit(const struct convert_values *values, enum way way)
{
    const struct {
        const char *name;
        bool is_given;
        unsigned ways;
    } options[] = {
        {"--shards", values->n_shards > 1, FROM_MNIST},
        {"--validation", values->n_validation != N_VALIDATION, FROM_MNIST},
        {"--utf8", values->utf8, FROM_JSONL | INTO_JSONL},
        {"--raw", values->raw, INTO_JSONL},
        {"--compression", values->making.compression != 0, FROM_MNIST | FROM_JSONL},
        {"--input-compression", values->making.input_compression != 0, FROM_JSONL | INTO_JSONL},
        {"--sync", values->making.sync, FROM_JSONL | INTO_JSONL},
        {"--incomplete", values->making.incomplete, FROM_JSONL | INTO_JSONL},
    };

    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        if (!options[i].is_given || (options[i].ways & way))
            continue;
        report("%s is not for %s; try 'tfeed help convert'", options[i].name,
               way == FROM_MNIST   ? "mnist"
               : way == FROM_JSONL ? "making records of jsonl"
                                   : "--to jsonl");
        return false;
    }
    return true;
}

static void print_outputs(const struct tfeed_dataset_write_report *made)
{
    for (size_t i = 0; i < made->n_outputs; i++) {
        const struct tfeed_dataset_output *output = &made->outputs[i];
        if (!output->appeared)
            continue;
        output_name(output->path);
        output_format(": %" PRIu64 " record%s\n", output->n_records, plural(output->n_records));
    }
}

static enum exit_code convert(const struct convert_values *values, const char *kind,
                              const char *input)
{
    struct tfeed_dataset_convert_options options;
    struct tfeed_dataset_write_report made = {0};
    struct tfeed_error error;

    tfeed_dataset_convert_options_init(&options);
    options.n_validation = values->n_validation;
    options.n_shards = (uint32_t)values->n_shards;
    options.compression =
        (enum tfeed_compression)(values->making.compression + TFEED_COMPRESSION_NONE);
    options.overwrite = values->making.force;
    options.progress = go_on;
    const tfeed_status status = tfeed_dataset_convert(tfeed_sources(), kind, input,
                                                      values->making.out, &options, &made, &error);
    print_outputs(&made);
    tfeed_dataset_write_report_clear(&made);
    if (status == TFEED_OK)
        return EXIT_FINE;
    if (status != TFEED_ALREADY_EXISTS)
        return report_error(&error);
    report("%s; --force replaces it", error.message);
    return EXIT_USAGE;
}

static enum exit_code run_source(const struct convert_values *values, const char *kind,
                                 const struct operands *operands)
{
    const char *input = operands->n_names > 0 ? operands->names[0] : NULL;

    if (!input)
        return refuse("no input given for ", kind);
    if (operands->n_names > 1)
        return refuse("one input was expected, not also ", operands->names[1]);
    if (!values->making.out)
        return refuse("where to? --out is missing", "");
    if (values->making.out[0] == '\0')
        return refuse("where to? --out is ''", "");
    if (input[0] == '\0')
        return refuse("'' is no input", "");
    if (!options_fit(values, FROM_MNIST))
        return EXIT_USAGE;
    stop_hold();
    progress_start((enum progress_when)values->making.progress, 0);
    progress_file(input, 0);
    const enum exit_code code = convert(values, kind, input);
    progress_end();
    return code;
}

/* ---------------------------------------------------------------------- kinds */

static bool is_folder(const char *name)
{
    struct stat about;

    return stat(name, &about) == 0 && S_ISDIR(about.st_mode);
}

static bool exists(const char *name)
{
    struct stat about;

    return stat(name, &about) == 0;
}

static bool all_are_jsonl(const struct operands *operands)
{
    for (size_t i = 0; i < operands->n_names; i++)
        if (!convert_jsonl_is_name(operands->names[i]))
            return false;
    return true;
}

static enum exit_code run_jsonl(const struct convert_values *values,
                                const struct operands *operands)
{
    if (operands->n_names == 0)
        return refuse("no input given for ", "jsonl");
    if (values->n_shards > 1)
        return refuse("jsonl makes one file: 'tfeed reshard' cuts it", "");
    if (!options_fit(values, FROM_JSONL))
        return EXIT_USAGE;
    return convert_from_jsonl(&values->making, operands, values->utf8);
}

static enum exit_code run_convert(const void *user_values, const struct operands *operands)
{
    const struct convert_values *values = user_values;
    const char *first = operands->names[0];
    const struct operands rest = {operands->names + 1, operands->n_names - 1};

    if (values->to == TO_JSONL) {
        const bool is_word = strcmp(first, "tfrecord") == 0 && rest.n_names > 0 && !exists(first);
        if (!options_fit(values, INTO_JSONL))
            return EXIT_USAGE;
        return convert_to_jsonl(&values->making, is_word ? &rest : operands, values->utf8,
                                values->raw);
    }
    if (strcmp(first, "jsonl") == 0)
        return run_jsonl(values, &rest);
    if (kind_is_known(first))
        return run_source(values, first, &rest);
    if (all_are_jsonl(operands))
        return run_jsonl(values, operands);
    if (operands->n_names == 1 && is_folder(first))
        return run_source(values, "mnist", operands);
    if (exists(first))
        return refuse("no KIND is given, and it is neither a folder nor a .jsonl file (--to jsonl "
                      "makes one): ",
                      first);
    return refuse("neither a KIND (mnist, jsonl) nor a file: ", first);
}

static const struct option_spec convert_options[] = {
    {.name = "to",
     .kind = OPTION_CHOICE,
     .offset = offsetof(struct convert_values, to),
     .argument = FORMAT_WORDS,
     .help = "what is made (default: tfrecord)"},
    {.name = "validation",
     .kind = OPTION_NUMBER,
     .offset = offsetof(struct convert_values, n_validation),
     .argument = "N",
     .help = "mnist: examples split off from the front of the training set\n(default: 5000)",
     .max = UINT64_MAX},
    {.name = "shards",
     .kind = OPTION_NUMBER,
     .offset = offsetof(struct convert_values, n_shards),
     .argument = "N",
     .help = "mnist: files of each split (default: 1)",
     .min = 1,
     .max = MAKING_MAX_SHARDS},
    {.name = "utf8",
     .kind = OPTION_FLAG,
     .offset = offsetof(struct convert_values, utf8),
     .help = "jsonl, both ways: strings of bytes are text as it is (default: base64)"},
    {.name = "raw",
     .kind = OPTION_FLAG,
     .offset = offsetof(struct convert_values, raw),
     .help = "--to jsonl: {\"raw\": BASE64}, for records that are not Examples"},
    MAKING_OPTIONS(struct convert_values, "DIR|FILE",
                   "where the files appear; mnist: a folder, made when it is missing;\n"
                   "jsonl: a file, - is standard output"),
    {0}};

static const struct convert_values convert_defaults = {.n_validation = N_VALIDATION, .n_shards = 1};

const struct command command_convert = {
    .name = "convert",
    .group = "Make",
    .summary = "turn other data into TFRecord files, or back",
    .usage = "[KIND] INPUT... --out PATH [options]",
    .details =
        "mnist: reads the four idx files of MNIST, or of a set of the same form, from a folder "
        "(plain\n"
        "or .gz, train-images-idx3-ubyte or train-images.idx3-ubyte) and makes train.tfrecords,\n"
        "validation.tfrecords and test.tfrecords of Examples with height, width, depth, label "
        "(int64)\n"
        "and image_raw (bytes), keys in sorted order.\n"
        "\n"
        "jsonl: reads JSON lines in the form that 'tfeed cat --json' prints, and makes one file:\n"
        "\n"
        "  {\"features\": {NAME: {\"int64\"|\"float\"|\"bytes\": [...]}}}\n"
        "  {\"context\": {NAME: {...}}, \"feature_lists\": {NAME: [{...}, ...]}}\n"
        "  {\"raw\": BASE64}\n"
        "\n"
        "with bytes in base64, or with --utf8 as text. What cat prints becomes the same bytes "
        "again\n"
        "(it warns where it does not). --to jsonl is the way there:\n"
        "\n"
        "  tfeed convert train.tfrecords --to jsonl --out train.jsonl\n"
        "  tfeed convert jsonl train.jsonl --out train.tfrecords\n"
        "\n"
        "Without a KIND it is guessed: files named .jsonl or .ndjson, a folder. Files appear whole "
        "at\n"
        "the end, or not at all. --threads are for jsonl, both ways; mnist takes one.",
    .options = convert_options,
    .defaults = &convert_defaults,
    .values_bytes = sizeof convert_defaults,
    .min_operands = 1,
    .max_operands = COMMAND_MANY,
    .run = run_convert,
};
