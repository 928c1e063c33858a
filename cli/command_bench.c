/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * command_bench.c - `tfeed bench …`: the measurements of bench/ on the user's own files.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/harness.h"
#include "bench/machine.h"
#include "bench/probes.h"
#include "bench/workloads.h"
#include "cli/bench_options.h"
#include "cli/bench_report.h"
#include "cli/console.h"
#include "cli/inputs.h"
#include "cli/reading.h"
#include "cli/stop.h"

enum { PATH_BYTES = 4096, MAX_BATCH = 65536, MAX_RING = 1024 };

const struct bench_values_given bench_defaults = {.options = BENCH_OPTIONS_INIT};

/* -------------------------------------------------------------- running */

static void take_choices(const struct bench_values_given *values, struct bench_options *options)
{
    options->compression = (enum tfeed_compression)values->compression;
    options->values = (enum bench_values)values->dtype;
    options->map = (enum tfeed_map)values->map;
    options->order = (enum tfeed_order)values->order;
    options->should_stop = stop_requested;
}

static unsigned processors(void)
{
    struct bench_machine machine;

    bench_machine_describe(&machine);
    return machine.n_processors;
}

static enum exit_code measure(const struct bench_workload *workload,
                              const struct bench_values_given *values,
                              struct bench_options *options)
{
    struct bench_result result;
    struct bench_probes probes;
    struct tfeed_error error;

    options->takes_lists = workload == &bench_load;
    if (bench_measure(workload, options, &result, &error) != TFEED_OK)
        return report_error(&error);
    const tfeed_status status = bench_probes_run(options->names, options->n_names, &probes, &error);
    if (status == TFEED_OK && values->json)
        bench_report_json(&result, &probes);
    else if (status == TFEED_OK)
        bench_report_text(&result, &probes, values->explain);
    bench_result_clear(&result);
    return status == TFEED_OK ? EXIT_FINE : report_error(&error);
}

static enum exit_code measure_step(const struct bench_workload *workload,
                                   const struct bench_values_given *values,
                                   struct bench_options *options)
{
    struct bench_step_result result;
    struct bench_probes probes;
    struct tfeed_error error;

    (void)workload;
    if (options->n_step_threads == 0)
        options->n_step_threads = processors();
    options->numbers_only = true;
    if (bench_step_measure(options, &result, &error) != TFEED_OK ||
        bench_probes_run(options->names, options->n_names, &probes, &error) != TFEED_OK)
        return report_error(&error);
    if (values->json)
        bench_report_step_json(&result, &probes);
    else
        bench_report_step_text(&result, &probes);
    return EXIT_FINE;
}

enum exit_code bench_run_on_files(bench_measure_fn run, const struct bench_workload *workload,
                                  const struct bench_values_given *values,
                                  const struct operands *operands)
{
    struct bench_options options = values->options;
    struct tfeed_file_list inputs;
    enum exit_code code = inputs_find(&inputs, operands, NULL);

    for (size_t i = 0; i < inputs.n_files && code == EXIT_FINE; i++) {
        if (strcmp(inputs.paths[i], "-") == 0) {
            report("standard input can be read only once: name a file");
            code = EXIT_USAGE;
        }
    }
    if (code == EXIT_FINE) {
        options.names = (const char *const *)inputs.paths;
        options.n_names = inputs.n_files;
        take_choices(values, &options);
        code = run(workload, values, &options);
    }
    tfeed_file_list_clear(&inputs);
    return code;
}

static enum exit_code run_read(const void *values, const struct operands *operands)
{
    return bench_run_on_files(measure, &bench_read, values, operands);
}

static enum exit_code run_parse(const void *values, const struct operands *operands)
{
    return bench_run_on_files(measure, &bench_parse, values, operands);
}

/* Options of the queues with the loader, or the other way round, would measure something else than
 * was asked for. */
static const char *misplaced_option(const struct bench_values_given *values)
{
    const struct bench_options *given = &values->options;
    const struct bench_options *none = &bench_defaults.options;

    if (values->via == VIA_LOADER)
        return given->n_readers != none->n_readers     ? "--readers"
               : given->n_prefetch != none->n_prefetch ? "--prefetch"
               : given->deterministic                  ? "--deterministic"
                                                       : NULL;
    return values->order != TFEED_ORDER_AUTO           ? "--order"
           : given->n_workers != none->n_workers       ? "--workers"
           : given->n_lanes != none->n_lanes           ? "--lanes"
           : given->interleave != none->interleave     ? "--interleave"
           : given->n_batches != none->n_batches       ? "--batches"
           : given->budget_bytes != none->budget_bytes ? "--budget"
           : values->explain                           ? "--explain"
                                                       : NULL;
}

static enum exit_code run_load(const void *user_values, const struct operands *operands)
{
    const struct bench_values_given *values = user_values;
    const char *misplaced = misplaced_option(values);

    if (misplaced) {
        report("option '%s' goes with --via %s; try 'tfeed help bench load'", misplaced,
               values->via == VIA_LOADER ? "queues" : "loader");
        return EXIT_USAGE;
    }
    return bench_run_on_files(measure, values->via == VIA_LOADER ? &bench_load : &bench_queues,
                              values, operands);
}

static enum exit_code run_step(const void *values, const struct operands *operands)
{
    return bench_run_on_files(measure_step, NULL, values, operands);
}

static enum exit_code run_write(const void *user_values, const struct operands *operands)
{
    const struct bench_values_given *values = user_values;
    struct bench_options options = values->options;
    const char *folder = getenv("TMPDIR");
    char path[PATH_BYTES];
    const char *name = path;

    (void)operands;
    snprintf(path, sizeof path, "%s/tfeed-bench-%ld.tfrecords",
             folder && folder[0] != '\0' ? folder : "/tmp", (long)getpid());
    if (values->out)
        name = values->out;
    if (name[0] == '\0' || strcmp(name, "-") == 0) {
        report("--out must name a file, not '%s'; try 'tfeed help bench write'", name);
        return EXIT_USAGE;
    }
    if (access(name, F_OK) == 0) {
        report("%s: exists; the file of this measurement is removed at the end", name);
        return EXIT_USAGE;
    }
    stop_hold();
    options.names = &name;
    options.n_names = 1;
    take_choices(values, &options);
    return measure(&bench_write, values, &options);
}

static enum exit_code run_encode(const void *user_values, const struct operands *operands)
{
    const struct bench_values_given *values = user_values;
    struct bench_options options = values->options;

    (void)operands;
    options.skip_checksums = true; /* there are none in memory */
    take_choices(values, &options);
    return measure(&bench_encode, values, &options);
}

static enum exit_code run_probe(const void *user_values, const struct operands *operands)
{
    const struct bench_values_given *values = user_values;
    struct bench_probes probes;
    struct tfeed_error error;
    struct tfeed_file_list inputs;
    enum exit_code code = inputs_find(&inputs, operands, NULL);

    if (code == EXIT_FINE && bench_probes_run((const char *const *)inputs.paths, inputs.n_files,
                                              &probes, &error) != TFEED_OK)
        code = report_error(&error);
    tfeed_file_list_clear(&inputs);
    if (code != EXIT_FINE)
        return code;
    if (values->json)
        bench_report_probes_json(&probes);
    else
        bench_report_probes(&probes);
    return code;
}

/* -------------------------------------------------------------- options */

#define BATCH_OPTIONS                                                                              \
    {.name = "batch",                                                                              \
     .kind = OPTION_NUMBER,                                                                        \
     FIELD(options.batch_size),                                                                    \
     .argument = "N",                                                                              \
     .help = "rows of a batch (default: 128)",                                                     \
     .min = 1,                                                                                     \
     .max = MAX_BATCH},                                                                            \
        {.name = "columns",                                                                        \
         .kind = OPTION_TEXT,                                                                      \
         FIELD(options.columns),                                                                   \
         .argument = "NAME,NAME...",                                                               \
         .help = "the features to take (default: all of a fixed number of values)"},               \
        {.name = "image",                                                                          \
         .kind = OPTION_TEXT,                                                                      \
         FIELD(options.image),                                                                     \
         .argument = "NAME",                                                                       \
         .help = "the bytes feature that is an image (default: those of one length\n"              \
                 "with \"raw\" in the name)"},                                                     \
        {.name = "dtype",                                                                          \
         .kind = OPTION_CHOICE,                                                                    \
         FIELD(dtype),                                                                             \
         .argument = DTYPE_WORDS,                                                                  \
         .help = "what an image of fixed length becomes (default: float32,\n"                      \
                 "byte / 255 - 0.5); bytes: a view, as other bytes are"},                          \
        {.name = "label",                                                                          \
         .kind = OPTION_TEXT,                                                                      \
         FIELD(options.label),                                                                     \
         .argument = "NAME",                                                                       \
         .help = "the label (default: an integer with \"label\" in its name)"},                    \
    {                                                                                              \
        .name = "full-check", .kind = OPTION_FLAG, FIELD(options.full_check),                      \
        .help = "read every value in the timed passes too, not one a row"                          \
    }

static const struct option_spec read_options[] = {JSON_OPTION, ROUNDS_OPTION, INPUT_OPTIONS, {0}};

static const struct option_spec parse_options[] = {
    JSON_OPTION, ROUNDS_OPTION, BATCH_OPTIONS, INPUT_OPTIONS, {0}};

#define LOADER_OPTIONS                                                                             \
    {.name = "order",                                                                              \
     .kind = OPTION_CHOICE,                                                                        \
     FIELD(order),                                                                                 \
     .argument = ORDER_WORDS,                                                                      \
     .help = "of the rows (default: auto, fast where something is shuffled)"},                     \
        {.name = "shuffle",                                                                        \
         .kind = OPTION_NUMBER,                                                                    \
         FIELD(options.n_shuffle),                                                                 \
         .argument = "N",                                                                          \
         .help = "records shuffled with each other (default: 10000; 0: none)",                     \
         .max = UINT32_MAX},                                                                       \
        {.name = "workers",                                                                        \
         .kind = OPTION_NUMBER,                                                                    \
         FIELD(options.n_workers),                                                                 \
         .argument = "N",                                                                          \
         .help = "threads besides the caller's (default: one a processor;\n"                       \
                 "0: the caller's thread does all)",                                               \
         .max = MAX_THREADS},                                                                      \
        {.name = "lanes",                                                                          \
         .kind = OPTION_NUMBER,                                                                    \
         FIELD(options.n_lanes),                                                                   \
         .argument = "N",                                                                          \
         .help = "parts that are shuffled side by side (default: 0, chosen)",                      \
         .max = MAX_RING},                                                                         \
        {.name = "interleave",                                                                     \
         .kind = OPTION_NUMBER,                                                                    \
         FIELD(options.interleave),                                                                \
         .argument = "N",                                                                          \
         .help = "files in turn, in the order of files (default: 1)",                              \
         .min = 1,                                                                                 \
         .max = MAX_RING},                                                                         \
        {.name = "batches",                                                                        \
         .kind = OPTION_NUMBER,                                                                    \
         FIELD(options.n_batches),                                                                 \
         .argument = "N",                                                                          \
         .help = "buffers of the ring (default: 4)",                                               \
         .min = 1,                                                                                 \
         .max = MAX_RING},                                                                         \
        {.name = "budget",                                                                         \
         .kind = OPTION_NUMBER,                                                                    \
         FIELD(options.budget_bytes),                                                              \
         .argument = "SIZE",                                                                       \
         .help = "memory that the loader may take (default: 0, chosen)",                           \
         .max = INT64_MAX},                                                                        \
    {                                                                                              \
        .name = "seed", .kind = OPTION_NUMBER, FIELD(options.seed), .argument = "N",               \
        .help = "of the order (default: 0)", .max = INT64_MAX - 1                                  \
    }

static const struct option_spec load_options[] = {
    JSON_OPTION,
    ROUNDS_OPTION,
    {.name = "explain",
     .kind = OPTION_FLAG,
     FIELD(explain),
     .help = "say what each stage does, and which one holds the rest back"},
    {.name = "epochs",
     .kind = OPTION_NUMBER,
     FIELD(options.n_epochs),
     .argument = "N",
     .help = "times over the files (default: 1)",
     .min = 1,
     .max = UINT32_MAX},
    LOADER_OPTIONS,
    {.name = "via",
     .kind = OPTION_CHOICE,
     FIELD(via),
     .argument = VIA_WORDS,
     .help = "what is measured (default: loader)"},
    {.name = "readers",
     .kind = OPTION_NUMBER,
     FIELD(options.n_readers),
     .argument = "N",
     .help = "queues: threads that read (default: 1)",
     .min = 1,
     .max = MAX_THREADS},
    {.name = "prefetch",
     .kind = OPTION_NUMBER,
     FIELD(options.n_prefetch),
     .argument = "N",
     .help = "queues: batches made ahead by a thread of their own (default: 0)",
     .max = UINT32_MAX},
    {.name = "deterministic",
     .kind = OPTION_FLAG,
     FIELD(options.deterministic),
     .help = "queues: the order fixed by the seed; read by whoever takes the batch"},
    BATCH_OPTIONS,
    INPUT_OPTIONS,
    {0}};

static const struct option_spec step_options[] = {
    JSON_OPTION,
    {.name = "rounds",
     .kind = OPTION_NUMBER,
     FIELD(options.n_rounds),
     .argument = "N",
     .help = "how often each kind of step has its turn (default: 5)",
     .min = 1,
     .max = BENCH_MAX_ROUNDS},
    {.name = "step-us",
     .kind = OPTION_NUMBER,
     FIELD(options.step_us),
     .argument = "N",
     .help = "microseconds that the computation of a step takes (default: 5000)",
     .min = 10,
     .max = 10000000},
    {.name = "step-threads",
     .kind = OPTION_NUMBER,
     FIELD(options.n_step_threads),
     .argument = "N",
     .help = "threads that compute (default: one a processor)",
     .max = MAX_THREADS},
    LOADER_OPTIONS,
    BATCH_OPTIONS,
    INPUT_OPTIONS,
    {0}};

/* Examples that are made of images in memory. */
#define IMAGE_OPTIONS                                                                              \
    {.name = "records",                                                                            \
     .kind = OPTION_NUMBER,                                                                        \
     FIELD(options.n_records),                                                                     \
     .argument = "N",                                                                              \
     .help = "how many in a pass (default: 55000)",                                                \
     .min = 1,                                                                                     \
     .max = 1 << 24},                                                                              \
    {                                                                                              \
        .name = "idx", .kind = OPTION_TEXT, FIELD(options.idx_folder), .argument = "DIR",          \
        .help = "idx files to take the images from (default: random images)"                       \
    }

static const struct option_spec write_options[] = {
    JSON_OPTION,
    ROUNDS_OPTION,
    IMAGE_OPTIONS,
    {.name = "out",
     .kind = OPTION_TEXT,
     FIELD(out),
     .argument = "FILE",
     .help = "the file, removed at the end (default: one in TMPDIR or /tmp)"},
    {.name = "compression",
     .kind = OPTION_CHOICE,
     FIELD(compression),
     .argument = COMPRESSION_WORDS,
     .help = "of the file (default: auto, which is none)"},
    {0}};

static const struct option_spec encode_options[] = {JSON_OPTION, ROUNDS_OPTION, IMAGE_OPTIONS, {0}};

static const struct option_spec probe_options[] = {JSON_OPTION, {0}};

#define BENCH_COLUMNS                                                                              \
    "Columns are made of what the first records have: numbers as they are, bytes as images or "    \
    "views.\n"                                                                                     \
    "What has another number of values in each record, or is not in all of them, is a list for "   \
    "the\n"                                                                                        \
    "loader, and left out by the others; the output says which."

#define BENCH_DETAILS                                                                              \
    "\n\nOne pass is checked: sums over every value of every row, untimed; it also brings the "    \
    "files\n"                                                                                      \
    "into the page cache. Then the work is timed, reading one value a row; the median counts. "    \
    "What\n"                                                                                       \
    "the machine can do at all is measured behind it, as a scale."

const struct command command_bench_read = {
    .name = "bench read",
    .group = "Measure",
    .summary = "scan records on one thread",
    .usage = "[options] INPUT...",
    .details = "Measures reading: framing and checksums, on one thread." BENCH_DETAILS,
    .options = read_options,
    .defaults = &bench_defaults,
    .values_bytes = sizeof bench_defaults,
    .min_operands = 1,
    .max_operands = COMMAND_MANY,
    .run = run_read,
};

const struct command command_bench_parse = {
    .name = "bench parse",
    .group = "Measure",
    .summary = "scan and parse into the columns of batches, on one thread",
    .usage = "[options] INPUT...",
    .details = "Measures reading and parsing: Examples into the columns of batches, on one\n"
               "thread.\n\n" BENCH_COLUMNS BENCH_DETAILS,
    .options = parse_options,
    .defaults = &bench_defaults,
    .values_bytes = sizeof bench_defaults,
    .min_operands = 1,
    .max_operands = COMMAND_MANY,
    .run = run_parse,
};

const struct command command_bench_load = {
    .name = "bench load",
    .group = "Measure",
    .summary = "load shuffled batches as a training program does",
    .usage = "[options] INPUT...",
    .details = "Measures loading: files in, shuffled batches out, through the loader; with --via "
               "queues through\n"
               "names queue, reader threads, shuffle queue and batches, under a "
               "coordinator.\n\n" BENCH_COLUMNS BENCH_DETAILS,
    .options = load_options,
    .defaults = &bench_defaults,
    .values_bytes = sizeof bench_defaults,
    .min_operands = 1,
    .max_operands = COMMAND_MANY,
    .run = run_load,
};

const struct command command_bench_step = {
    .name = "bench step",
    .group = "Measure",
    .summary = "what loading takes away from the training beside it",
    .usage = "[options] INPUT...",
    .details = "Measures training steps: a batch, of which every value is read, and a computation "
               "of the\n"
               "same work each time on all processors. In each round steps are taken without "
               "batches,\n"
               "with rows in memory (at most 1 GB) that the training itself shuffles, gathers and\n"
               "converts, and with the loader.\n\n" BENCH_COLUMNS,
    .options = step_options,
    .defaults = &bench_defaults,
    .values_bytes = sizeof bench_defaults,
    .min_operands = 1,
    .max_operands = COMMAND_MANY,
    .run = run_step,
};

const struct command command_bench_write = {
    .name = "bench write",
    .group = "Measure",
    .summary = "write Examples from memory, on one thread",
    .usage = "[options]",
    .details =
        "Measures writing: MNIST-like images in memory become Examples in one file, which is\n"
        "read back once." BENCH_DETAILS,
    .options = write_options,
    .defaults = &bench_defaults,
    .values_bytes = sizeof bench_defaults,
    .run = run_write,
};

const struct command command_bench_encode = {
    .name = "bench encode",
    .group = "Measure",
    .summary = "make Examples of columns in memory, on one thread",
    .usage = "[options]",
    .details =
        "Measures encoding alone: 128 rows of MNIST-like columns, which stay in the caches, "
        "become\n"
        "Examples in memory, again and again. The same records are copied with memcpy beside it.\n"
        "What is encoded in the checked pass is parsed again.",
    .options = encode_options,
    .defaults = &bench_defaults,
    .values_bytes = sizeof bench_defaults,
    .run = run_encode,
};

const struct command command_bench_probe = {
    .name = "bench probe",
    .group = "Measure",
    .summary = "what the machine can do at all: memory, checksums, mapped files",
    .usage = "[--json] [FILE...]",
    .details =
        "Measures memory, copying and checksums on one thread, and touching the files where\n"
        "some are given.",
    .options = probe_options,
    .defaults = &bench_defaults,
    .values_bytes = sizeof bench_defaults,
    .max_operands = COMMAND_MANY,
    .run = run_probe,
};
