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
