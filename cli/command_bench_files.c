/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * command_bench_files.c - `tfeed bench files`: what is done with files of records, each work
 * beside the plainest program for the same.
 */
#include "bench/pairs.h"
#include "cli/bench_options.h"
#include "cli/bench_report.h"
#include "cli/console.h"
#include "cli/stop.h"

enum { MAX_DRAWS = 1 << 20 };

static enum exit_code measure_pairs(const struct bench_workload *workload,
                                    const struct bench_values_given *values,
                                    struct bench_options *options)
{
    struct bench_pairs_result result;
    struct bench_probes probes;
    struct tfeed_error error;

    (void)workload;
    stop_hold();
    tfeed_status status = bench_pairs_measure(options, &result, &error);
    if (status == TFEED_OK)
        status = bench_probes_run(options->names, options->n_names, &probes, &error);
    if (status != TFEED_OK) {
        const enum exit_code code = report_error(&error);
        return status == TFEED_INVALID_ARGUMENT ? EXIT_USAGE : code; /* no such row */
    }
    if (values->json)
        bench_report_pairs_json(&result, &probes);
    else
        bench_report_pairs_text(&result, &probes);
    return EXIT_FINE;
}

static enum exit_code run_files(const void *values, const struct operands *operands)
{
    return bench_run_on_files(measure_pairs, NULL, values, operands);
}

static const struct option_spec files_options[] = {
    JSON_OPTION,
    {.name = "rounds",
     .kind = OPTION_NUMBER,
     FIELD(options.n_rounds),
     .argument = "N",
     .help = "turns of each work and of what it stands beside (default: 5)",
     .min = 1,
     .max = BENCH_MAX_ROUNDS},
    {.name = "rows",
     .kind = OPTION_TEXT,
     FIELD(options.rows),
     .argument = "NAME,NAME...",
     .help = "what is measured (default: all that fits the files, but get and\n"
             "shuffle)"},
    {.name = "threads",
     .kind = OPTION_NUMBER,
     FIELD(options.n_threads),
     .argument = "N",
     .help = "of the rows threads and touch (default: 2)",
     .min = 1,
     .max = MAX_THREADS},
    {.name = "draws",
     .kind = OPTION_NUMBER,
     FIELD(options.n_draws),
     .argument = "N",
     .help = "records of the row get (default: 1000)",
     .min = 1,
     .max = MAX_DRAWS},
    {.name = "folder",
     .kind = OPTION_TEXT,
     FIELD(options.folder),
     .argument = "DIR",
     .help = "where indexes, copies and shuffled files go, and are removed again\n"
             "(default: TMPDIR or /tmp)"},
    INPUT_OPTIONS,
    {0}};

const struct command command_bench_files = {
    .name = "bench files",
    .group = "Measure",
    .summary = "scan, verify, index, get, shuffle: each beside what it cannot beat",
    .usage = "[options] INPUT...",
    .details =
        "Measures works on files of records, each in turn with the plainest thing that could do "
        "as\n"
        "much; what counts is the ratio of their speeds inside a round, and its median.\n"
        "\n"
        "  scan      every record, both checksums; beside the slowest of reading memory, CRC-32C\n"
        "            of bytes in the cache, and touching the mapped files\n"
        "  inflate   the same of compressed files; beside the inflate library alone\n"
        "  verify    tfeed verify; beside scan\n"
        "  index     tfeed index --verify; beside scan\n"
        "  threads   tfeed verify by --threads inside each file; beside one thread\n"
        "  touch     the mapped files touched by --threads; beside one: more than this memory "
        "does\n"
        "            not allow for threads\n"
        "  get       --draws records at random by the index of one file, after all pages of both\n"
        "            were dropped; beside as many preads. Only when it is named\n"
        "  parse     the first Examples, which stay in the cache, into all columns; beside memcpy\n"
        "            of them, one by one. parse-mixed: the keys of each in an order of its own.\n"
        "            parse-few, parse-few-mixed: into every fifth column; beside into all. Only\n"
        "            when they are named\n"
        "  shuffle   tfeed shuffle --sync; beside cp and fsync. Only when it is named: it needs\n"
        "            room for a copy of the files",
    .options = files_options,
    .defaults = &bench_defaults,
    .values_bytes = sizeof bench_defaults,
    .min_operands = 1,
    .max_operands = COMMAND_MANY,
    .run = run_files,
};
