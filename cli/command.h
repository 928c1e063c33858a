/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * command.h - what a command of `tfeed` is: a row of data and a function.
 *
 * main() finds the row by name, reads the command line into the command's own struct of values by
 * the row's option table, and calls the function. Help is made of the same row, so that it cannot
 * say anything else than what is understood.
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include <tfeed/status.h>

#include "cli/options.h"

/** What the program ends with. With several files the largest of 0, 1 and 3 wins. */
enum exit_code {
    EXIT_FINE = 0,
    EXIT_DATA = 1, /**< damage was found, a key was not there, two things differ */
    EXIT_USAGE = 2,
    EXIT_IO = 3, /**< I/O, memory, or a bug */
    EXIT_INTERRUPTED = 130
};

/** The names given on the command line, in order; borrowed from argv. */
struct operands {
    const char *const *names;
    size_t n_names;
};

struct command {
    const char *name;  /**< one word, or two: "bench read" */
    const char *group; /**< heading in the list of commands */
    const char *summary;
    const char *usage;   /**< what follows the name */
    const char *details; /**< paragraphs for the command's own help */
    const struct option_spec *options;
    const void *defaults; /**< of the struct that the options fill, values_bytes long */
    size_t values_bytes;
    size_t min_operands;
    size_t max_operands;
    enum exit_code (*run)(const void *values, const struct operands *operands);
};

/** For commands that take any number of files. */
#define COMMAND_MANY SIZE_MAX

extern const struct command command_convert;
extern const struct command command_merge;
extern const struct command command_reshard;
extern const struct command command_shuffle;
extern const struct command command_split;
extern const struct command command_info;
extern const struct command command_count;
extern const struct command command_head;
extern const struct command command_cat;
extern const struct command command_get;
extern const struct command command_schema;
extern const struct command command_stats;
extern const struct command command_diff;
extern const struct command command_doctor;
extern const struct command command_sample;
extern const struct command command_repair;
extern const struct command command_index;
extern const struct command command_verify;
extern const struct command command_bench_read;
extern const struct command command_bench_parse;
extern const struct command command_bench_write;
extern const struct command command_bench_encode;
extern const struct command command_bench_load;
extern const struct command command_bench_step;
extern const struct command command_bench_files;
extern const struct command command_bench_probe;
extern const struct command command_help;
extern const struct command command_version;

/** The command of that name, NULL when there is none. */
const struct command *command_find(const char *name);

/** The name of the command that a mistyped one is nearest to, NULL when it is near none. */
const char *command_meant_by(const char *name);

/** Walks through all commands, group by group; NULL behind the last. */
const struct command *command_at(size_t i);

/** True when "name …" is a family of commands, as "bench" is. */
bool command_is_family(const char *name);

/** Prints the help of one command on standard output. */
void help_print_command(const struct command *command);

/** Prints the list of commands, or of one family (NULL: all). */
void help_print_list(const char *family);

/** The exit code that a failed call stands for. */
enum exit_code exit_code_of(tfeed_status status);

/** The worse of two. */
enum exit_code exit_code_worst(enum exit_code a, enum exit_code b);

#endif
