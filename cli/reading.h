/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * reading.h - what all commands that read record files share: options, the list of files, progress.
 */
#ifndef CLI_READING_H
#define CLI_READING_H

#include <stdbool.h>

#include <tfeed/records.h>

#include "cli/command.h"
#include "cli/options.h"
#include "cli/progress.h"

/** The words of --compression in the order of enum tfeed_compression. */
#define COMPRESSION_WORDS "auto|none|gzip|zlib"

/** A member `reading` of the command's values. */
struct reading {
    int compression; /**< enum tfeed_compression */
    int progress;    /**< enum progress_when */
    bool json;
};

/** Their rows in the option table of a command whose values are `type`. */
#define READING_OPTIONS(type)                                                                      \
    {.name = "json",                                                                               \
     .kind = OPTION_FLAG,                                                                          \
     .offset = offsetof(type, reading.json),                                                       \
     .help = "JSON Lines: one object a line"},                                                     \
        {.name = "compression",                                                                    \
         .kind = OPTION_CHOICE,                                                                    \
         .offset = offsetof(type, reading.compression),                                            \
         .argument = COMPRESSION_WORDS,                                                            \
         .help = "of the input (default: auto, by its content)"},                                  \
    {                                                                                              \
        .name = "progress", .kind = OPTION_CHOICE, .offset = offsetof(type, reading.progress),     \
        .argument = PROGRESS_WORDS, .help = "on standard error (default: auto, on a terminal)"     \
    }

/** Works on one file; has printed its messages. */
typedef enum exit_code (*visit_fn)(void *state, const char *name);

/** Finds the files and visits each; the worst code. Ends early when nothing can be printed. */
enum exit_code reading_visit_files(const struct reading *reading, const struct operands *operands,
                                   visit_fn visit, void *state);

/** Opens a file of records as the options say; a message when it cannot. */
enum exit_code reading_open(const struct reading *reading, const char *name,
                            struct tfeed_record_reader **ret_reader);

#endif
