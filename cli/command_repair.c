/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * command_repair.c - `tfeed repair`: what is good of a damaged file, in a new one.
 */
#include <inttypes.h>

#include <tfeed/datasets.h>

#include "cli/console.h"
#include "cli/damage_print.h"
#include "cli/inputs.h"
#include "cli/progress.h"
#include "cli/reading.h"
#include "cli/stop.h"

enum { MAX_ERRORS = 100, MOST_ERRORS = 1 << 20 };

struct repair_values {
    const char *out;
    uint64_t max_errors;
    uint64_t threads;
    int compression; /* enum tfeed_compression; auto: as the input */
    int progress;
    bool force;
    bool json;
};

/* With the records on standard output what is said of them goes to standard error alone. */
static bool is_standard_output(const char *out)
{
    return out[0] == '-' && out[1] == '\0';
}

static void print_text(const char *out, const struct tfeed_dataset_verify_report *found)
{
    if (is_standard_output(out))
        return;
    output_name(out);
    output_format(": %" PRIu64 " record%s", found->n_records, plural(found->n_records));
    if (found->n_errors > 0)
        output_format("; lost: %" PRIu64 " byte%s at %" PRIu64 " place%s", found->n_lost_bytes,
                      plural(found->n_lost_bytes), found->n_errors, plural(found->n_errors));
    output_text("\n");
}

static enum exit_code repair(const struct repair_values *values, const char *name)
{
    struct tfeed_dataset_repair_options options;
    struct tfeed_dataset_verify_report found;
    struct tfeed_error error;
    enum exit_code code = EXIT_FINE;

    tfeed_dataset_repair_options_init(&options);
    options.read.max_errors = values->max_errors;
    options.read.progress = progress_go_on;
    options.compression = (enum tfeed_compression)values->compression;
    options.overwrite = values->force;
    const tfeed_status status = tfeed_dataset_repair(name, values->out, &options, &found, &error);

    if (values->json && !is_standard_output(values->out))
        damage_print_json(name, values->out, false, false, &found,
                          status == TFEED_OK ? NULL : &error);
    else
        damage_report_faults(name, &found);
    if (status == TFEED_ALREADY_EXISTS) {
        report("%s; --force replaces it", error.message);
        code = EXIT_USAGE;
    } else if (status != TFEED_OK) {
        code = report_error(&error);
    } else if (!values->json) {
        print_text(values->out, &found);
    }
    if (found.n_errors > 0)
        code = exit_code_worst(code, EXIT_DATA);
    tfeed_dataset_verify_report_clear(&found);
    return code;
}

static enum exit_code run_repair(const void *user_values, const struct operands *operands)
{
    const struct repair_values *values = user_values;
    const char *name = operands->names[0];

    if (!values->out || values->out[0] == '\0') {
        report("where to? --out is %s; try 'tfeed help repair'", values->out ? "''" : "missing");
        return EXIT_USAGE;
    }
    if (name[0] == '\0') {
        report("'' is no input; try 'tfeed help repair'");
        return EXIT_USAGE;
    }
    stop_hold();
    stop_reading(name);
    progress_start((enum progress_when)values->progress, inputs_file_bytes(name));
    progress_file(name, 0);
    const enum exit_code code = repair(values, name);
    progress_end();
    stop_reading(NULL);
    return code;
}

static const struct option_spec repair_options[] = {
    OPTION_OUT(struct repair_values, out, "GOOD", "the file that is made; - is standard output"),
    OPTION_JSON(struct repair_values, json, "JSON: one object"),
    {.name = "compression",
     .kind = OPTION_CHOICE,
     .offset = offsetof(struct repair_values, compression),
     .argument = COMPRESSION_WORDS,
     .help = "of the output (default: auto, that of the input)"},
    {.name = "max-errors",
     .kind = OPTION_NUMBER,
     .offset = offsetof(struct repair_values, max_errors),
     .argument = "N",
     .help = "how many errors are listed (default: 100); all are counted",
     .max = MOST_ERRORS},
    OPTION_FORCE(struct repair_values, force, "replace a file that is there"),
    OPTION_THREADS_IDLE(struct repair_values, threads),
    OPTION_PROGRESS(struct repair_values, progress),
    {0}};

static const struct repair_values repair_defaults = {.max_errors = MAX_ERRORS};

const struct command command_repair = {
    .name = "repair",
    .group = "Check",
    .summary = "save what is good of a damaged file",
    .usage = "BAD --out GOOD [options]",
    .details =
        "Writes all good records of a file to a new one, in their order, and reports what is "
        "lost.\n"
        "A bad payload is left out; behind a bad length the next record is searched for. BAD may "
        "be\n"
        "- for standard input. GOOD appears whole at the end, or not at all; where BAD holds not "
        "one\n"
        "good record, nothing is made.\n"
        "\n"
        "Exits with 0 when nothing was wrong, 1 when something was lost. With --json what 'tfeed\n"
        "verify' prints of BAD, and \"out\".",
    .options = repair_options,
    .defaults = &repair_defaults,
    .values_bytes = sizeof repair_defaults,
    .min_operands = 1,
    .max_operands = 1,
    .run = run_repair,
};
