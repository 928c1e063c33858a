/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * command_reshard.c - `tfeed reshard`: the records of a set in another number of files.
 */
#include <tfeed/datasets.h>

#include "cli/console.h"
#include "cli/cutting.h"
#include "cli/making.h"

struct reshard_values {
    struct making making;
    struct cutting cutting;
};

bool cutting_is_given(const struct cutting *cutting)
{
    return cutting->n_shards > 0 || cutting->n_records > 0 || cutting->n_bytes > 0 ||
           cutting->round_robin;
}

/* The one cut that the options say; false with a message where they say several. */
static bool choose_cut(const struct cutting *cutting, enum tfeed_dataset_cut *ret_cut,
                       uint64_t *ret_n)
{
    const int n_given = (cutting->n_shards > 0) + (cutting->n_records > 0) + (cutting->n_bytes > 0);

    if (n_given > 1 || (cutting->round_robin && (cutting->n_records > 0 || cutting->n_bytes > 0))) {
        report("take one of --shards, --records and --bytes (--round-robin goes with --shards)");
        return false;
    }
    *ret_cut = cutting->n_records > 0 ? TFEED_CUT_RECORDS
               : cutting->n_bytes > 0 ? TFEED_CUT_BYTES
               : cutting->round_robin ? TFEED_CUT_ROUND_ROBIN
                                      : TFEED_CUT_SHARDS;
    *ret_n = cutting->n_records > 0 ? cutting->n_records
             : cutting->n_bytes > 0 ? cutting->n_bytes
                                    : cutting->n_shards;
    return true;
}

enum exit_code cutting_run(const struct cutting *cutting, const struct making *making,
                           const struct operands *operands)
{
    struct tfeed_dataset_write_report made = {0};
    struct tfeed_dataset_write_options options;
    struct tfeed_file_list inputs;
    struct tfeed_error error;
    enum tfeed_dataset_cut cut;
    uint64_t n;
    tfeed_status status = TFEED_OK;

    if (!choose_cut(cutting, &cut, &n))
        return EXIT_USAGE;
    const enum exit_code code = making_begin(making, operands, &inputs, &options);
    if (code == EXIT_FINE)
        status = tfeed_dataset_reshard((const char *const *)inputs.paths, inputs.n_files,
                                       making->out, cut, n, &options, &made, &error);
    return making_end(making, &inputs, &made, code, status, &error);
}

static enum exit_code run_reshard(const void *user_values, const struct operands *operands)
{
    const struct reshard_values *values = user_values;

    return cutting_run(&values->cutting, &values->making, operands);
}

static const struct option_spec reshard_options[] = {
    CUTTING_OPTIONS(struct reshard_values),
    MAKING_OPTIONS(struct reshard_values, "FILE",
                   "how the files are named: train.tfrecords gives\n"
                   "train-00000-of-00008.tfrecords, and so does train@8.tfrecords"),
    {0}};

static const struct reshard_values reshard_defaults = {0};

const struct command command_reshard = {
    .name = "reshard",
    .group = "Make",
    .summary = "cut a set into other files",
    .usage = "INPUT... --out FILE (--shards N | --records N | --bytes N) [options]",
    .details =
        "Writes the records of all inputs, in order, to a new set of files. Checksums are\n"
        "verified; records are not parsed. The number of files stands in their names, so the\n"
        "inputs are read twice, the first time for their lengths only: standard input can be\n"
        "resharded with --round-robin alone. The files appear whole at the end, or none of them.\n"
        "\n"
        "  tfeed reshard 'old-*.tfrecords' --shards 16 --out new.tfrecords\n"
        "  tfeed reshard big.tfrecords --bytes 256M --out part.tfrecords\n"
        "  tfeed reshard big.tfrecords --round-robin --out part@8.tfrecords",
    .options = reshard_options,
    .defaults = &reshard_defaults,
    .values_bytes = sizeof reshard_defaults,
    .min_operands = 1,
    .max_operands = COMMAND_MANY,
    .run = run_reshard,
};
