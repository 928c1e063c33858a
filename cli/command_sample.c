/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * command_sample.c - `tfeed sample`: some records of many, chosen by seed, in a new file.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <tfeed/inspect.h>

#include "cli/console.h"
#include "cli/inputs.h"
#include "cli/json_writer.h"
#include "cli/making.h"
#include "cli/options.h"
#include "cli/progress.h"
#include "cli/stop.h"

struct sample_values {
    const char *out;
    uint64_t n_records; /* UINT64_MAX: not given */
    const char *fraction;
    uint64_t seed;
    uint64_t threads;
    int input_compression;
    int compression;
    int progress;
    bool force;
    bool incomplete;
    bool json;
};

static enum exit_code refuse(const char *what)
{
    report("%s; try 'tfeed help sample'", what);
    return EXIT_USAGE;
}

/* "0.01", "1e-3", "5%". */
static bool parse_fraction(const char *text, double *ret_fraction)
{
    char *end;

    if (strchr("0123456789.", text[0]) == NULL || text[0] == '\0')
        return false;
    *ret_fraction = strtod(text, &end);
    if (end != text && strcmp(end, "%") == 0) {
        *ret_fraction /= 100;
        end++;
    }
    return end != text && *end == '\0' && *ret_fraction >= 0 && *ret_fraction <= 1;
}

/* On standard output stand the records, when that is what was asked for. */
static void print_made(const struct sample_values *values,
                       const struct tfeed_dataset_sample_report *made)
{
    struct json_writer json = {0};

    if (strcmp(values->out, "-") == 0)
        return;
    if (!values->json) {
        output_name(values->out);
        output_format(": %" PRIu64 " of %" PRIu64 " record%s\n", made->n_chosen, made->n_seen,
                      plural(made->n_seen));
        return;
    }
    json_begin_object(&json);
    json_key(&json, "out");
    json_string(&json, values->out);
    json_key(&json, "records");
    json_uint(&json, made->n_chosen);
    json_key(&json, "payload_bytes");
    json_uint(&json, made->n_bytes);
    json_key(&json, "of");
    json_uint(&json, made->n_seen);
    json_end_object(&json);
    json_end_line(&json);
}

static enum exit_code sample(const struct sample_values *values, double fraction,
                             const struct tfeed_file_list *inputs)
{
    struct tfeed_dataset_sample_options options;
    struct tfeed_dataset_sample_report made;
    struct tfeed_error error;

    tfeed_dataset_sample_options_init(&options);
    options.n_records = values->n_records;
    options.fraction = fraction;
    options.seed = values->seed;
    options.inspect.progress = progress_go_on;
    options.inspect.reader.compression = (enum tfeed_compression)values->input_compression;
    options.writer.compression =
        (enum tfeed_compression)(values->compression + TFEED_COMPRESSION_NONE);
    options.writer.overwrite = values->force;
    options.n_threads = (uint32_t)values->threads;
    options.allow_incomplete = values->incomplete;
    const tfeed_status status = tfeed_dataset_sample(
        (const char *const *)inputs->paths, inputs->n_files, values->out, &options, &made, &error);
    if (status != TFEED_OK)
        return making_report(&error);
    print_made(values, &made);
    if (values->n_records != UINT64_MAX && made.n_chosen < values->n_records)
        report("the input has only %" PRIu64 " record%s: the sample is all of it", made.n_seen,
               plural(made.n_seen));
    return EXIT_FINE;
}

static enum exit_code run_sample(const void *user_values, const struct operands *operands)
{
    const struct sample_values *values = user_values;
    struct tfeed_file_list inputs;
    double fraction = -1;

    if (!values->out || values->out[0] == '\0')
        return refuse(values->out ? "where to? --out is ''" : "where to? --out is missing");
    if ((values->n_records == UINT64_MAX) == (values->fraction == NULL))
        return refuse("how many? --records N, or --fraction F");
    if (values->fraction && !parse_fraction(values->fraction, &fraction))
        return refuse("--fraction must be from 0 to 1, like 0.01 or 1%");
    enum exit_code code = inputs_find(&inputs, operands, &values->incomplete);
    if (code == EXIT_FINE) {
        stop_hold();
        progress_start((enum progress_when)values->progress, inputs_total_bytes(&inputs));
        progress_file(values->out, 0);
        code = sample(values, fraction, &inputs);
        progress_end();
    }
    tfeed_file_list_clear(&inputs);
    return code;
}

static const struct option_spec sample_options[] = {
    OPTION_OUT(struct sample_values, out, "FILE", "the file that is made; - is standard output"),
    {.name = "records",
     .letter = 'n',
     .kind = OPTION_NUMBER,
     .offset = offsetof(struct sample_values, n_records),
     .argument = "N",
     .help = "so many of all; every choice is equally likely",
     .max = UINT64_MAX - 1},
    {.name = "fraction",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct sample_values, fraction),
     .argument = "F",
     .help = "each record with this probability: 0.01 or 1%"},
    {.name = "seed",
     .kind = OPTION_NUMBER,
     .offset = offsetof(struct sample_values, seed),
     .argument = "N",
     .help = "another seed, another sample (default: 0)",
     .max = UINT64_MAX},
    OPTION_OUTPUT_COMPRESSION(struct sample_values, compression),
    OPTION_INPUT_COMPRESSION(struct sample_values, input_compression, "input-compression"),
    OPTION_FORCE(struct sample_values, force, "replace a file that is there"),
    OPTION_INCOMPLETE(struct sample_values, incomplete),
    OPTION_JSON(struct sample_values, json, "JSON: one object"),
    OPTION_THREADS(struct sample_values, threads, "that compress the output"),
    OPTION_PROGRESS(struct sample_values, progress),
    {0}};

static const struct sample_values sample_defaults = {.n_records = UINT64_MAX};

const struct command command_sample = {
    .name = "sample",
    .group = "Make",
    .summary = "take some records at random",
    .usage = "INPUT... --records N | --fraction F --out FILE [options]",
    .details =
        "Writes records that are chosen at random, in their order, to a new file. The choice\n"
        "depends on the seed and on a record's place in the input alone: a smaller sample of the\n"
        "same seed is part of a larger one, and a pipe gives what a file gives.\n"
        "\n"
        "Inputs are walked by their lengths; only the chosen records are read and checked. With\n"
        "--json one object: {\"out\", \"records\", \"payload_bytes\", \"of\"}.",
    .options = sample_options,
    .defaults = &sample_defaults,
    .values_bytes = sizeof sample_defaults,
    .min_operands = 1,
    .max_operands = COMMAND_MANY,
    .run = run_sample,
};
