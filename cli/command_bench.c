/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * command_bench.c - `tfeed bench …`: the measurements of bench/ on the user's own files.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tfeed/version.h>

#include "bench/harness.h"
#include "bench/machine.h"
#include "bench/probes.h"
#include "bench/workloads.h"
#include "cli/console.h"
#include "cli/inputs.h"
#include "cli/json_writer.h"
#include "cli/reading.h"
#include "cli/stop.h"

enum { PATH_BYTES = 4096, MAX_BATCH = 65536, MAX_READERS = 256, SECONDS_DIGITS = 6 };

/* The words of --dtype in the order of enum bench_values. */
#define DTYPE_WORDS "float32|uint8|bytes"

struct bench_values_given {
    struct bench_options options;
    const char *out;
    int compression;
    int dtype;
    bool json;
};

/* --------------------------------------------------------------- output */

static void print_spread(struct json_writer *json, const struct bench_spread *seconds)
{
    json_key(json, "min_seconds");
    json_fixed(json, seconds->min, SECONDS_DIGITS);
    json_key(json, "max_seconds");
    json_fixed(json, seconds->max, SECONDS_DIGITS);
}

static void print_uint(struct json_writer *json, const char *key, uint64_t value)
{
    json_key(json, key);
    json_uint(json, value);
}

static void print_check_json(struct json_writer *json, const struct bench_sums *check)
{
    json_key(json, "check");
    json_begin_object(json);
    print_uint(json, "records", check->records);
    print_uint(json, "payload_bytes", check->payload_bytes);
    json_key(json, "label_sum");
    json_int(json, check->label_sum);
    json_key(json, "probe_sum");
    json_int(json, check->probe_sum);
    json_key(json, "value_sum");
    json_int(json, check->value_sum);
    json_end_object(json);
}

static void print_rate(struct json_writer *json, const char *key, double rate)
{
    json_key(json, key);
    if (rate > 0)
        json_fixed(json, rate, 2);
    else
        json_null(json);
}

static void print_probes_json(struct json_writer *json, const struct bench_probes *probes)
{
    json_key(json, "probes");
    json_begin_object(json);
    print_rate(json, "memory_read_gb_per_s", probes->memory_read);
    print_rate(json, "memory_copy_gb_per_s", probes->memory_copy);
    print_rate(json, "crc_hot_gb_per_s", probes->crc_hot);
    print_rate(json, "crc_memory_gb_per_s", probes->crc_memory);
    print_rate(json, "map_pages_gb_per_s", probes->map_pages);
    print_rate(json, "map_bytes_gb_per_s", probes->map_bytes);
    json_end_object(json);
}

static void print_machine_json(struct json_writer *json)
{
    struct bench_machine machine;

    bench_machine_describe(&machine);
    json_key(json, "machine");
    json_begin_object(json);
    json_key(json, "processor");
    json_string(json, machine.processor);
    print_uint(json, "processors", machine.n_processors);
    json_key(json, "compiler");
    json_string(json, machine.compiler);
    json_key(json, "build");
    json_string(json, machine.build);
    json_key(json, "checksum");
    json_string(json, machine.checksum);
    json_end_object(json);
}

static void print_heading_json(struct json_writer *json, const char *workload)
{
    json_begin_object(json);
    json_key(json, "peer");
    json_string(json, "tfeed");
    json_key(json, "version");
    json_string(json, tfeed_version());
    json_key(json, "workload");
    json_string(json, workload);
}

static void print_json(const struct bench_workload *workload, const struct bench_result *result,
                       const struct bench_probes *probes)
{
    const double seconds = result->seconds.median;
    struct json_writer json = {0};

    print_heading_json(&json, workload->name);
    print_uint(&json, "records", result->records);
    print_uint(&json, "bytes", result->bytes);
    json_key(&json, "seconds");
    json_fixed(&json, seconds, SECONDS_DIGITS);
    json_key(&json, "cpu_seconds");
    json_fixed(&json, result->cpu_seconds, SECONDS_DIGITS);
    json_key(&json, "rec_per_s");
    json_fixed(&json, (double)result->records / seconds, 1);
    json_key(&json, "bytes_per_s");
    json_fixed(&json, (double)result->bytes / seconds, 1);
    print_uint(&json, "peak_rss_bytes", result->peak_rss_bytes);
    print_uint(&json, "peak_anon_bytes", result->peak_anon_bytes);
    print_uint(&json, "threads", result->n_threads);
    json_key(&json, "crc_verified");
    json_bool(&json, result->crc_verified);
    print_check_json(&json, &result->check);
    print_uint(&json, "rounds", result->n_rounds);
    print_spread(&json, &result->seconds);
    print_probes_json(&json, probes);
    print_machine_json(&json);
    json_end_object(&json);
    json_end_line(&json);
}

static void print_probe(const char *what, double rate)
{
    if (rate > 0)
        output_format("  %-34s %8.2f GB/s\n", what, rate);
}

static void print_probes(const struct bench_probes *probes)
{
    struct bench_machine machine;

    output_text("this machine now, one thread\n");
    print_probe("memory, read", probes->memory_read);
    print_probe("memory, copied (memcpy)", probes->memory_copy);
    print_probe("CRC-32C, bytes in the L2 cache", probes->crc_hot);
    print_probe("CRC-32C, bytes in memory", probes->crc_memory);
    print_probe("mapped file, a byte of every page", probes->map_pages);
    print_probe("mapped file, every byte", probes->map_bytes);
    bench_machine_describe(&machine);
    output_format("  %s, %u processors; %s, %s; checksums by %s; tfeed %s\n", machine.processor,
                  machine.n_processors, machine.compiler, machine.build, machine.checksum,
                  tfeed_version());
}

static void print_text(const struct bench_workload *workload, const struct bench_result *result,
                       const struct bench_probes *probes)
{
    const double seconds = result->seconds.median;
    const double n = (double)result->records;

    output_format("%s: %" PRIu64 " records, %" PRIu64 " bytes, %u thread%s, checksums %s\n",
                  workload->name, result->records, result->bytes, result->n_threads,
                  result->n_threads == 1 ? "" : "s",
                  result->crc_verified ? "verified" : "not looked at");
    output_format("  %.0f records/s (%.0f to %.0f; median, worst and best of %" PRIu64 ")\n",
                  n / seconds, n / result->seconds.max, n / result->seconds.min, result->n_rounds);
    output_format("  %.3f GB/s, %.1f ns a record, %.3f CPU seconds a million records\n",
                  (double)result->bytes / seconds / 1e9, seconds * 1e9 / n,
                  result->cpu_seconds * 1e6 / n);
    output_format("  %.1f MB of anonymous memory, %.1f MB resident at most\n",
                  (double)result->peak_anon_bytes / 1e6, (double)result->peak_rss_bytes / 1e6);
    output_format("  sums: labels %" PRId64 ", probes %" PRId64 ", values %" PRId64 "\n",
                  result->check.label_sum, result->check.probe_sum, result->check.value_sum);
    print_probes(probes);
}

/* -------------------------------------------------------------- running */

static enum exit_code measure(const struct bench_workload *workload,
                              const struct bench_values_given *values,
                              struct bench_options *options)
{
    struct bench_result result;
    struct bench_probes probes;
    struct tfeed_error error;

    options->compression = (enum tfeed_compression)values->compression;
    options->values = (enum bench_values)values->dtype;
    options->should_stop = stop_requested;
    if (bench_measure(workload, options, &result, &error) != TFEED_OK ||
        bench_probes_run(options->names, options->n_names, &probes, &error) != TFEED_OK)
        return report_error(&error);
    if (values->json)
        print_json(workload, &result, &probes);
    else
        print_text(workload, &result, &probes);
    return EXIT_FINE;
}

static enum exit_code run_on_files(const struct bench_workload *workload,
                                   const struct bench_values_given *values,
                                   const struct operands *operands)
{
    struct bench_options options = values->options;
    struct inputs inputs;
    enum exit_code code = inputs_find(&inputs, operands);

    for (size_t i = 0; i < inputs.n_names && code == EXIT_FINE; i++) {
        if (strcmp(inputs.names[i], "-") == 0) {
            report("standard input can be read only once: name a file");
            code = EXIT_USAGE;
        }
    }
    if (code == EXIT_FINE) {
        options.names = (const char *const *)inputs.names;
        options.n_names = inputs.n_names;
        code = measure(workload, values, &options);
    }
    inputs_clear(&inputs);
    return code;
}

static enum exit_code run_read(const void *values, const struct operands *operands)
{
    return run_on_files(&bench_read, values, operands);
}

static enum exit_code run_parse(const void *values, const struct operands *operands)
{
    return run_on_files(&bench_parse, values, operands);
}

static enum exit_code run_load(const void *values, const struct operands *operands)
{
    return run_on_files(&bench_load, values, operands);
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
    return measure(&bench_write, values, &options);
}

static enum exit_code run_probe(const void *user_values, const struct operands *operands)
{
    const struct bench_values_given *values = user_values;
    struct json_writer json = {0};
    struct bench_probes probes;
    struct tfeed_error error;
    struct inputs inputs;
    enum exit_code code = inputs_find(&inputs, operands);

    if (code == EXIT_FINE && bench_probes_run((const char *const *)inputs.names, inputs.n_names,
                                              &probes, &error) != TFEED_OK)
        code = report_error(&error);
    inputs_clear(&inputs);
    if (code != EXIT_FINE)
        return code;
    if (!values->json) {
        print_probes(&probes);
        return code;
    }
    print_heading_json(&json, "probe");
    print_probes_json(&json, &probes);
    print_machine_json(&json);
    json_end_object(&json);
    json_end_line(&json);
    return code;
}

/* -------------------------------------------------------------- options */

#define FIELD(member) .offset = offsetof(struct bench_values_given, member)

#define JSON_OPTION                                                                                \
    {                                                                                              \
        .name = "json", .kind = OPTION_FLAG, FIELD(json), .help = "one JSON object"                \
    }
#define ROUNDS_OPTION                                                                              \
    {                                                                                              \
        .name = "rounds", .kind = OPTION_NUMBER, FIELD(options.n_rounds), .argument = "N",         \
        .help = "timed passes (default: 5)", .min = 1, .max = BENCH_MAX_ROUNDS                     \
    }
#define INPUT_OPTIONS                                                                              \
    {.name = "compression",                                                                        \
     .kind = OPTION_CHOICE,                                                                        \
     FIELD(compression),                                                                           \
     .argument = COMPRESSION_WORDS,                                                                \
     .help = "of the input (default: auto, by its content)"},                                      \
    {                                                                                              \
        .name = "no-crc", .kind = OPTION_FLAG, FIELD(options.skip_checksums),                      \
        .help = "do not look at payload checksums"                                                 \
    }
#define BATCH_OPTIONS                                                                              \
    {.name = "batch",                                                                              \
     .kind = OPTION_NUMBER,                                                                        \
     FIELD(options.batch_size),                                                                    \
     .argument = "N",                                                                              \
     .help = "rows of a batch (default: 128)",                                                     \
     .min = 1,                                                                                     \
     .max = MAX_BATCH},                                                                            \
        {.name = "dtype",                                                                          \
         .kind = OPTION_CHOICE,                                                                    \
         FIELD(dtype),                                                                             \
         .argument = DTYPE_WORDS,                                                                  \
         .help = "what the image becomes (default: float32, byte / 255 - 0.5);\n"                  \
                 "bytes: a view, lengths may differ"},                                             \
        {.name = "image",                                                                          \
         .kind = OPTION_TEXT,                                                                      \
         FIELD(options.image),                                                                     \
         .argument = "NAME[:LENGTH]",                                                              \
         .help = "the bytes feature (default: the first of the first record)"},                    \
        {.name = "label",                                                                          \
         .kind = OPTION_TEXT,                                                                      \
         FIELD(options.label),                                                                     \
         .argument = "NAME",                                                                       \
         .help = "the int64 feature (default: one with \"label\" in its name)"},                   \
    {                                                                                              \
        .name = "full-check", .kind = OPTION_FLAG, FIELD(options.full_check),                      \
        .help = "sum every value in the timed passes too"                                          \
    }

static const struct option_spec read_options[] = {JSON_OPTION, ROUNDS_OPTION, INPUT_OPTIONS, {0}};

static const struct option_spec parse_options[] = {
    JSON_OPTION, ROUNDS_OPTION, BATCH_OPTIONS, INPUT_OPTIONS, {0}};

static const struct option_spec load_options[] = {
    JSON_OPTION,
    ROUNDS_OPTION,
    {.name = "shuffle",
     .kind = OPTION_NUMBER,
     FIELD(options.n_shuffle),
     .argument = "N",
     .help = "records left in the shuffle queue at least (default: 10000)",
     .max = UINT32_MAX},
    {.name = "epochs",
     .kind = OPTION_NUMBER,
     FIELD(options.n_epochs),
     .argument = "N",
     .help = "times over the files (default: 1)",
     .min = 1,
     .max = UINT32_MAX},
    {.name = "readers",
     .kind = OPTION_NUMBER,
     FIELD(options.n_readers),
     .argument = "N",
     .help = "threads that read (default: 1)",
     .min = 1,
     .max = MAX_READERS},
    {.name = "prefetch",
     .kind = OPTION_NUMBER,
     FIELD(options.n_prefetch),
     .argument = "N",
     .help = "batches made ahead by a thread of their own (default: 0)",
     .max = UINT32_MAX},
    {.name = "deterministic",
     .kind = OPTION_FLAG,
     FIELD(options.deterministic),
     .help = "the order fixed by the seed; read by whoever takes the batch"},
    {.name = "seed",
     .kind = OPTION_NUMBER,
     FIELD(options.seed),
     .argument = "N",
     .help = "of the order (default: 0)",
     .max = INT64_MAX},
    BATCH_OPTIONS,
    INPUT_OPTIONS,
    {0}};

static const struct option_spec write_options[] = {
    JSON_OPTION,
    ROUNDS_OPTION,
    {.name = "records",
     .kind = OPTION_NUMBER,
     FIELD(options.n_records),
     .argument = "N",
     .help = "how many (default: 55000)",
     .min = 1,
     .max = 1 << 24},
    {.name = "idx",
     .kind = OPTION_TEXT,
     FIELD(options.idx_folder),
     .argument = "DIR",
     .help = "idx files to take the images from (default: random images)"},
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

static const struct option_spec probe_options[] = {JSON_OPTION, {0}};

static const struct bench_values_given bench_defaults = {.options = BENCH_OPTIONS_INIT};

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
    .details =
        "Measures reading and parsing: an image and a label of each Example into the columns\n"
        "of batches, on one thread." BENCH_DETAILS,
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
    .details = "Measures loading: names, reader threads, shuffle queue and batches, under a\n"
               "coordinator." BENCH_DETAILS,
    .options = load_options,
    .defaults = &bench_defaults,
    .values_bytes = sizeof bench_defaults,
    .min_operands = 1,
    .max_operands = COMMAND_MANY,
    .run = run_load,
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
