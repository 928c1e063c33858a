/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * bench_options.h - what the measurements of `tfeed bench` share: values, and rows of option
 * tables.
 */
#ifndef CLI_BENCH_OPTIONS_H
#define CLI_BENCH_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "bench/workloads.h"
#include "cli/command.h"
#include "cli/options.h"
#include "cli/reading.h"

enum { MAX_THREADS = 256 };

/* The words of --dtype in the order of enum bench_values. */
#define DTYPE_WORDS "float32|uint8|bytes"
/* … of enum tfeed_order, enum tfeed_map, and of what bench load measures. */
#define ORDER_WORDS "auto|files|fast|global|tensorflow"
#define MAP_WORDS   "auto|never"
#define VIA_WORDS   "loader|queues"
enum via { VIA_LOADER, VIA_QUEUES };

struct bench_values_given {
    struct bench_options options;
    const char *out;
    int compression;
    int dtype;
    int map;
    int order;
    int via;
    bool explain;
    bool json;
};

extern const struct bench_values_given bench_defaults;

/** A measurement of options->names; NULL where it needs no workload. */
typedef enum exit_code (*bench_measure_fn)(const struct bench_workload *workload,
                                           const struct bench_values_given *values,
                                           struct bench_options *options);

/** Finds the files that are named, and measures with them. */
enum exit_code bench_run_on_files(bench_measure_fn run, const struct bench_workload *workload,
                                  const struct bench_values_given *values,
                                  const struct operands *operands);

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
        {.name = "map",                                                                            \
         .kind = OPTION_CHOICE,                                                                    \
         FIELD(map),                                                                               \
         .argument = MAP_WORDS,                                                                    \
         .help = "map the files (default: auto, where that is possible)"},                         \
    {                                                                                              \
        .name = "no-crc", .kind = OPTION_FLAG, FIELD(options.skip_checksums),                      \
        .help = "do not look at payload checksums"                                                 \
    }

#endif
