/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * making.h - what all commands share that make files of records from files: options, inputs,
 * progress, what was made, and what went wrong.
 */
#ifndef CLI_MAKING_H
#define CLI_MAKING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tfeed/datasets.h>
#include <tfeed/files.h>

#include "cli/command.h"
#include "cli/options.h"
#include "cli/progress.h"
#include "cli/reading.h"

enum { MAKING_MAX_SHARDS = 99999 };

/** A member `making` of the command's values. */
struct making {
    const char *out;
    int input_compression;
    int compression;
    int progress;
    uint64_t threads;
    bool force;
    bool sync;
    bool incomplete;
};

/** Their rows in the option table of a command whose values are `type`. */
#define MAKING_OPTIONS(type, out_argument, out_help)                                               \
    OPTION_OUT(type, making.out, out_argument, out_help),                                          \
        OPTION_OUTPUT_COMPRESSION(type, making.compression),                                       \
        OPTION_INPUT_COMPRESSION(type, making.input_compression, "input-compression"),             \
        OPTION_FORCE(type, making.force, "replace files that are there"),                          \
        {.name = "sync",                                                                           \
         .kind = OPTION_FLAG,                                                                      \
         .offset = offsetof(type, making.sync),                                                    \
         .help = "wait until the output is on the disk"},                                          \
        OPTION_INCOMPLETE(type, making.incomplete),                                                \
        OPTION_THREADS(type, making.threads, "that may work at once"),                             \
        OPTION_PROGRESS(type, making.progress)

/**
 * Finds the inputs, sets the library's options, and begins to show progress; Ctrl-C only asks from
 * here on.
 *
 * @return EXIT_FINE; with a message EXIT_USAGE (no --out) or what inputs_find says. Call making_end
 *         in any case.
 */
enum exit_code making_begin(const struct making *making, const struct operands *operands,
                            struct tfeed_file_list *inputs,
                            struct tfeed_dataset_write_options *options);

/** Says on one line a file what was made, and what went wrong; frees inputs and report. */
enum exit_code making_end(const struct making *making, struct tfeed_file_list *inputs,
                          struct tfeed_dataset_write_report *made, enum exit_code code,
                          tfeed_status status, const struct tfeed_error *error);

/** What a failed operation that makes files means: a message and its exit code. */
enum exit_code making_report(const struct tfeed_error *error);

#endif
