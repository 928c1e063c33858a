/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * main.c - the `tfeed` command: finds the row of the table that the words ask for, and runs it.
 *
 * The locale is never set: numbers look the same everywhere.
 */
#include <assert.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <tfeed/version.h>

#include "cli/command.h"
#include "cli/console.h"
#include "cli/options.h"
#include "cli/progress.h"
#include "cli/spelling.h"
#include "cli/stop.h"

/* In the order of the list that help prints; commands of one group stand together. */
static const struct command *const commands[] = {
    &command_info,        &command_count,        &command_head,       &command_cat,
    &command_get,         &command_schema,       &command_stats,      &command_diff,
    &command_verify,      &command_repair,       &command_doctor,     &command_index,
    &command_convert,     &command_merge,        &command_split,      &command_reshard,
    &command_shuffle,     &command_sample,       &command_bench_read, &command_bench_parse,
    &command_bench_write, &command_bench_encode, &command_bench_load, &command_bench_step,
    &command_bench_files, &command_bench_probe,  &command_help,       &command_version,
};

enum { N_COMMANDS = sizeof commands / sizeof commands[0], MAX_VALUES_BYTES = 512, NAME_BYTES = 64 };

const struct command *command_at(size_t i)
{
    return i < N_COMMANDS ? commands[i] : NULL;
}

const struct command *command_find(const char *name)
{
    for (size_t i = 0; i < N_COMMANDS; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

bool command_is_family(const char *name)
{
    const size_t len = strlen(name);

    for (size_t i = 0; i < N_COMMANDS; i++)
        if (strncmp(commands[i]->name, name, len) == 0 && commands[i]->name[len] == ' ')
            return true;
    return false;
}

/* Finds the command of one word or two; *ret_n_words is how many were used. */
static const struct command *find_by_words(int n_words, char **words, int *ret_n_words)
{
    for (size_t i = 0; i < N_COMMANDS; i++) {
        const char *name = commands[i]->name;
        const size_t len = strcspn(name, " ");
        if (strlen(words[0]) != len || memcmp(words[0], name, len) != 0)
            continue;
        if (name[len] == '\0' || (n_words > 1 && strcmp(words[1], name + len + 1) == 0)) {
            *ret_n_words = name[len] == '\0' ? 1 : 2;
            return commands[i];
        }
    }
    return NULL;
}

enum exit_code exit_code_of(tfeed_status status)
{
    switch (status) {
    case TFEED_OK:
        return EXIT_FINE;
    case TFEED_DATA_LOSS:
    case TFEED_INVALID_ARGUMENT:
    case TFEED_OUT_OF_RANGE:
        return EXIT_DATA;
    case TFEED_ALREADY_EXISTS:
        return EXIT_USAGE;
    case TFEED_CANCELLED: /* nobody cancels but the user, and report_error knows about that */
    case TFEED_UNKNOWN:
    case TFEED_DEADLINE_EXCEEDED:
    case TFEED_NOT_FOUND:
    case TFEED_PERMISSION_DENIED:
    case TFEED_RESOURCE_EXHAUSTED:
    case TFEED_FAILED_PRECONDITION:
    case TFEED_ABORTED:
    case TFEED_UNIMPLEMENTED:
    case TFEED_INTERNAL:
    case TFEED_UNAVAILABLE:
    case TFEED_UNAUTHENTICATED:
        break;
    }
    return EXIT_IO;
}

enum exit_code exit_code_worst(enum exit_code a, enum exit_code b)
{
    return a > b ? a : b;
}

const char *command_meant_by(const char *name)
{
    const char *meant = NULL;
    size_t nearest = SIZE_MAX;

    for (size_t i = 0; i < N_COMMANDS; i++) {
        const size_t distance = spelling_distance(name, commands[i]->name);
        if (distance < nearest) {
            nearest = distance;
            meant = commands[i]->name;
        }
    }
    return meant;
}

/* No command, or none of that name. */
static enum exit_code refuse(int n_words, char **words)
{
    char name[NAME_BYTES];

    report_as(NULL);
    if (n_words == 0) {
        report("no command given; try 'tfeed help'");
        return EXIT_USAGE;
    }
    if (n_words == 1 && command_is_family(words[0])) {
        report("%s what? try 'tfeed help %s'", words[0], words[0]);
        return EXIT_USAGE;
    }
    const bool has_two = command_is_family(words[0]);
    snprintf(name, sizeof name, "%s%s%s", words[0], has_two ? " " : "", has_two ? words[1] : "");
    const char *meant = command_meant_by(name);
    if (meant)
        report("unknown command '%s'; did you mean 'tfeed %s'?", name, meant);
    else
        report("unknown command '%s'; try 'tfeed help%s%s'", name, has_two ? " " : "",
               has_two ? words[0] : "");
    return EXIT_USAGE;
}

static enum exit_code run(const struct command *command, int n_words, char **words)
{
    alignas(max_align_t) unsigned char values[MAX_VALUES_BYTES];
    struct operands operands;

    assert(command->values_bytes <= sizeof values);
    if (command->values_bytes > 0)
        memcpy(values, command->defaults, command->values_bytes);
    switch (options_parse(command, n_words, words, values, &operands)) {
    case OPTIONS_RUN:
        return command->run(values, &operands);
    case OPTIONS_HELP:
        help_print_command(command);
        return EXIT_FINE;
    case OPTIONS_WRONG:
        break;
    }
    return EXIT_USAGE;
}

/* "tfeed --help", "tfeed bench --help", "tfeed --version": words that stand for a command. */
static bool is_spelling_of(const char *word, const char *command_name)
{
    return word[0] == '-' && word[1] == '-' && strcmp(word + 2, command_name) == 0;
}

/* TFEED_CPU asks for instructions that are there, or for nothing. */
static bool cpu_is_usable(void)
{
    struct tfeed_error error;

    if (tfeed_cpu_check(&error) == TFEED_OK)
        return true;
    report("%s", error.message);
    return false;
}

int main(int argc, char **argv)
{
    char **words = argv + 1;
    const int n_words = argc > 0 ? argc - 1 : 0;
    int n_used = 1;
    const struct command *command = NULL;
    enum exit_code code;

    stop_begin();
    if (!cpu_is_usable())
        return EXIT_USAGE;
    if (n_words > 0 && (is_spelling_of(words[0], "help") || strcmp(words[0], "-h") == 0))
        command = &command_help;
    else if (n_words > 0 && is_spelling_of(words[0], "version"))
        command = &command_version;
    else if (n_words > 0)
        command = find_by_words(n_words, words, &n_used);

    if (command) {
        report_as(command->name);
        code = run(command, n_words - n_used, words + n_used);
    } else if (n_words == 2 && command_is_family(words[0]) && is_spelling_of(words[1], "help")) {
        help_print_list(words[0]);
        code = EXIT_FINE;
    } else {
        code = refuse(n_words, words);
    }
    progress_end();
    return (int)output_close(code);
}
