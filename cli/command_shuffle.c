/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * command_shuffle.c - `tfeed shuffle`: all records of a set in a random order.
 */
#include <tfeed/datasets.h>

#include "cli/making.h"

struct shuffle_values {
    struct making making;
    uint64_t seed;
    uint64_t n_shards;
    uint64_t memory_bytes;
    uint64_t cache_bytes;
    const char *temporary_folder;
};

static enum exit_code run_shuffle(const void *user_values, const struct operands *operands)
{
    const struct shuffle_values *values = user_values;
    struct tfeed_dataset_write_report made = {0};
    struct tfeed_dataset_shuffle_options options;
    struct tfeed_file_list inputs;
    struct tfeed_error error;
    tfeed_status status = TFEED_OK;

    tfeed_dataset_shuffle_options_init(&options);
    const enum exit_code code = making_begin(&values->making, operands, &inputs, &options.write);
    if (code == EXIT_FINE) {
        options.seed = values->seed;
        options.n_shards = (uint32_t)values->n_shards;
        options.memory_bytes = values->memory_bytes;
        options.cache_bytes = values->cache_bytes;
        options.temporary_folder = values->temporary_folder;
        status = tfeed_dataset_shuffle((const char *const *)inputs.paths, inputs.n_files,
                                       values->making.out, &options, &made, &error);
    }
    return making_end(&values->making, &inputs, &made, code, status, &error);
}

static const struct option_spec shuffle_options[] = {
    {.name = "seed",
     .kind = OPTION_NUMBER,
     .offset = offsetof(struct shuffle_values, seed),
     .argument = "S",
     .help = "the same files and seed give the same order (default: 0)",
     .max = INT64_MAX},
    {.name = "shards",
     .kind = OPTION_NUMBER,
     .offset = offsetof(struct shuffle_values, n_shards),
     .argument = "N",
     .help = "cut the new order into N files, named as 'tfeed reshard' does",
     .min = 1,
     .max = MAKING_MAX_SHARDS},
    {.name = "memory",
     .kind = OPTION_NUMBER,
     .offset = offsetof(struct shuffle_values, memory_bytes),
     .argument = "SIZE",
     .help = "what may be allocated (default: 512M)",
     .min = 4 << 20,
     .max = UINT64_MAX},
    {.name = "cache",
     .kind = OPTION_NUMBER,
     .offset = offsetof(struct shuffle_values, cache_bytes),
     .argument = "SIZE",
     .help = "more input than this goes through temporary files, because it\n"
             "does not stay in the page cache (default: half of the memory\n"
             "that is available)",
     .min = 1,
     .max = UINT64_MAX},
    {.name = "tmp",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct shuffle_values, temporary_folder),
     .argument = "DIR",
     .help = "of temporary files (default: beside the output)"},
    MAKING_OPTIONS(struct shuffle_values, "FILE", "where the records go; - is standard output"),
    {0}};

static const struct shuffle_values shuffle_defaults = {.memory_bytes = 512 << 20};

const struct command command_shuffle = {
    .name = "shuffle",
    .group = "Make",
    .summary = "bring all records into a random order",
    .usage = "INPUT... --out FILE [options]",
    .details =
        "Writes all records of all inputs in a random order in which every order is equally\n"
        "likely, however large the set is. The order depends on the files and the seed alone, and\n"
        "is that of the first epoch of the loader's order GLOBAL with the same seed. Checksums "
        "are\n"
        "verified; records are not parsed. The output appears whole at the end, or not at all.\n"
        "\n"
        "What does not fit in memory is kept in temporary files without a name: they take as much\n"
        "room as the records that are compressed, come from a pipe, or exceed --cache, and go "
        "with\n"
        "the command, however it ends.\n"
        "\n"
        "  tfeed shuffle 'train-*.tfrecords' --seed 1 --out shuffled@16.tfrecords",
    .options = shuffle_options,
    .defaults = &shuffle_defaults,
    .values_bytes = sizeof shuffle_defaults,
    .min_operands = 1,
    .max_operands = COMMAND_MANY,
    .run = run_shuffle,
};
