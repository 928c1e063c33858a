/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * options.h - the command line: long options from a table, everything else an operand.
 *
 * `--name VALUE`, `--name=VALUE`, `--flag`; where the table has a letter: `-n VALUE`, `-nVALUE`.
 * Options and operands mix; `--` ends the options; `-` is an operand.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum option_kind {
    OPTION_FLAG,   /**< bool, set to true */
    OPTION_NUMBER, /**< uint64_t, min … max, with K, M, G, T for powers of 1024 */
    OPTION_TEXT,   /**< const char *, borrowed from argv */
    OPTION_CHOICE  /**< int: the place of the word in `argument`, "auto|none|gzip" */
};

/** One option; a table of them ends with a zeroed row. */
struct option_spec {
    const char *name; /**< without the dashes */
    char letter;      /**< 0: none */
    enum option_kind kind;
    size_t offset;        /**< of the value in the command's struct */
    const char *argument; /**< as help shows it; NULL for a flag */
    const char *help;
    uint64_t min;
    uint64_t max;
};

/*
 * Rows that many commands share; `member` is the value's place in the command's struct `type`.
 */

#define OPTION_OUT(type, member, out_argument, out_help)                                           \
    {                                                                                              \
        .name = "out", .letter = 'o', .kind = OPTION_TEXT, .offset = offsetof(type, member),       \
        .argument = (out_argument), .help = (out_help)                                             \
    }
#define OPTION_FORCE(type, member, force_help)                                                     \
    {                                                                                              \
        .name = "force", .kind = OPTION_FLAG, .offset = offsetof(type, member),                    \
        .help = (force_help)                                                                       \
    }
#define OPTION_INCOMPLETE(type, member)                                                            \
    {                                                                                              \
        .name = "incomplete", .kind = OPTION_FLAG, .offset = offsetof(type, member),               \
        .help = "take some files of a set -of-N although others are missing"                       \
    }
#define OPTION_JSON(type, member, json_help)                                                       \
    {                                                                                              \
        .name = "json", .kind = OPTION_FLAG, .offset = offsetof(type, member), .help = (json_help) \
    }
#define OPTION_THREADS(type, member, threads_help)                                                 \
    {                                                                                              \
        .name = "threads", .kind = OPTION_NUMBER, .offset = offsetof(type, member),                \
        .argument = "N",                                                                           \
        .help = threads_help " (default: 0, one a processor);\nthe output is the same",            \
        .max = OPTION_MAX_THREADS                                                                  \
    }
/* For scripts that give it to every command. */
#define OPTION_THREADS_IDLE(type, member)                                                          \
    {                                                                                              \
        .name = "threads", .kind = OPTION_NUMBER, .offset = offsetof(type, member),                \
        .argument = "N", .help = "taken as by every command; this one works on one thread",        \
        .max = OPTION_MAX_THREADS                                                                  \
    }
#define OPTION_PROGRESS(type, member)                                                              \
    {                                                                                              \
        .name = "progress", .kind = OPTION_CHOICE, .offset = offsetof(type, member),               \
        .argument = PROGRESS_WORDS, .help = "on standard error (default: auto, on a terminal)"     \
    }
/** Of an input; option_name: "compression", "input-compression" where the output has one. */
#define OPTION_INPUT_COMPRESSION(type, member, option_name)                                        \
    {                                                                                              \
        .name = (option_name), .kind = OPTION_CHOICE, .offset = offsetof(type, member),            \
        .argument = COMPRESSION_WORDS, .help = "of the input (default: auto, by its content)"      \
    }
#define OPTION_OUTPUT_COMPRESSION(type, member)                                                    \
    {                                                                                              \
        .name = "compression", .kind = OPTION_CHOICE, .offset = offsetof(type, member),            \
        .argument = OUTPUT_COMPRESSION_WORDS, .help = "of the output (default: none)"              \
    }

enum { OPTION_MAX_THREADS = 256 };

/** The words of --compression in the order of enum tfeed_compression; of an output without the
 *  first; and those of enum progress_when. */
#define COMPRESSION_WORDS        "auto|" OUTPUT_COMPRESSION_WORDS
#define OUTPUT_COMPRESSION_WORDS "none|gzip|zlib|snappy"
#define PROGRESS_WORDS           "auto|always|never"

struct command;
struct operands;

enum options_outcome { OPTIONS_RUN, OPTIONS_HELP, OPTIONS_WRONG };

/**
 * Reads argv[0 … argc - 1], the words behind the command's name, into `values` (which holds the
 * defaults) and moves the operands to the front of argv.
 *
 * @return OPTIONS_RUN    values and ret_operands are complete
 *         OPTIONS_HELP   help was asked for; nothing else was looked at
 *         OPTIONS_WRONG  one line on standard error says what
 */
enum options_outcome options_parse(const struct command *command, int argc, char **argv,
                                   void *values, struct operands *ret_operands);

/**
 * Reads a number in base 10 with an optional suffix: K, M, G, T (also KiB, MiB, GiB, TiB).
 *
 * @return false for anything else, and above UINT64_MAX
 */
bool options_parse_number(const char *text, uint64_t *ret_number);

#endif
