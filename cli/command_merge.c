/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * command_merge.c - `tfeed merge`: all records of many files in one.
 */
#include <tfeed/datasets.h>

#include "cli/making.h"

struct merge_values {
    struct making making;
};

static enum exit_code run_merge(const void *user_values, const struct operands *operands)
{
    const struct merge_values *values = user_values;
    struct tfeed_dataset_write_report made = {0};
    struct tfeed_dataset_write_options options;
    struct tfeed_file_list inputs;
    struct tfeed_error error;
    tfeed_status status = TFEED_OK;

    const enum exit_code code = making_begin(&values->making, operands, &inputs, &options);
    if (code == EXIT_FINE)
        status = tfeed_dataset_merge((const char *const *)inputs.paths, inputs.n_files,
                                     values->making.out, &options, &made, &error);
    return making_end(&values->making, &inputs, &made, code, status, &error);
}

static const struct option_spec merge_options[] = {
    MAKING_OPTIONS(struct merge_values, "FILE", "where the records go; - is standard output"), {0}};

static const struct merge_values merge_defaults = {0};

const struct command command_merge = {
    .name = "merge",
    .group = "Make",
    .summary = "join files into one",
    .usage = "INPUT... --out FILE [options]",
    .details =
        "Copies the records of all inputs, in order, to one file. Checksums are verified; records\n"
        "are not parsed. The file appears whole at the end, or not at all; it may be one of the\n"
        "inputs (--force).\n"
        "\n"
        "Of a set NAME-00000-of-00008 all files must be given, or one alone; --incomplete takes\n"
        "what is there.",
    .options = merge_options,
    .defaults = &merge_defaults,
    .values_bytes = sizeof merge_defaults,
    .min_operands = 1,
    .max_operands = COMMAND_MANY,
    .run = run_merge,
};
