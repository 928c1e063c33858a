/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * command_help.c - `tfeed help` and `tfeed version`: everything that is known from the tables.
 */
#include <stdio.h>
#include <string.h>

#include <tfeed/crc32c.h>
#include <tfeed/version.h>

#include "cli/command.h"
#include "cli/console.h"
#include "cli/help_pages.h"

enum { OPTION_COLUMN = 26, COMMAND_COLUMN = 14, SPELLING_BYTES = 96, NAME_BYTES = 64 };

/* Ends a term at the column where explanations begin, on the next line when it is too long. */
static void pad_to(size_t len, size_t column)
{
    if (len + 2 > column)
        output_format("\n%*s", (int)column, "");
    else
        output_format("%*s", (int)(column - len), "");
}

static void print_option(const struct option_spec *spec)
{
    char spelling[SPELLING_BYTES];
    char letter[8] = "";

    if (spec->letter)
        snprintf(letter, sizeof letter, "-%c, ", spec->letter);
    const int len = snprintf(spelling, sizeof spelling, "  %s--%s%s%s", letter, spec->name,
                             spec->argument ? " " : "", spec->argument ? spec->argument : "");
    output_text(spelling);
    pad_to((size_t)len, OPTION_COLUMN);
    for (const char *text = spec->help; *text;) { /* further lines go under the first */
        const size_t line_len = strcspn(text, "\n");
        output_bytes(text, line_len);
        output_text("\n");
        text += line_len;
        if (*text == '\n') {
            text++;
            output_format("%*s", OPTION_COLUMN, "");
        }
    }
}

void help_print_command(const struct command *command)
{
    output_format("usage: tfeed %s%s%s\n\n", command->name, command->usage[0] ? " " : "",
                  command->usage);
    output_text(command->details);
    output_text("\n\noptions:\n");
    for (const struct option_spec *spec = command->options; spec->name; spec++)
        print_option(spec);
    output_text("  -h, --help              this text\n");
}

static bool is_member(const struct command *command, const char *family)
{
    const size_t len = family ? strlen(family) : 0;

    return !family || (strncmp(command->name, family, len) == 0 && command->name[len] == ' ');
}

void help_print_list(const char *family)
{
    const char *group = "";

    output_format("usage: tfeed %s%s\n", family ? family : "COMMAND",
                  family ? " COMMAND [options] INPUT..." : " [options] INPUT... [--out PATH]");
    for (size_t i = 0; command_at(i); i++) {
        const struct command *command = command_at(i);
        if (!is_member(command, family))
            continue;
        if (strcmp(group, command->group) != 0)
            output_format("\n%s\n", command->group);
        group = command->group;
        output_format("  %s", command->name);
        pad_to(strlen(command->name) + 2, COMMAND_COLUMN + 2);
        output_format("%s\n", command->summary);
    }
    output_text(
        "\n"
        "INPUT is a file, a pattern in quotes ('train-*.tfrecords'), STEM@8.SUFFIX for the set\n"
        "STEM-00000-of-00008.SUFFIX and so on, or - for standard input.\n"
        "Exit status: 0 fine, 1 a problem in the data, 2 usage, 3 I/O or internal, 130 "
        "interrupted.\n");
    output_format("'tfeed help %s%sCOMMAND' explains one command.\n", family ? family : "",
                  family ? " " : "");
}

struct help_values {
    int form;
};

enum help_form { FORM_TEXT, FORM_MAN, FORM_BASH, FORM_ZSH, FORM_FISH };
#define FORM_WORDS "text|man|bash|zsh|fish"

static void print_all(enum help_form form)
{
    switch (form) {
    case FORM_TEXT:
        help_print_list(NULL);
        break;
    case FORM_MAN:
        help_print_man(NULL);
        break;
    case FORM_BASH:
        help_print_bash();
        break;
    case FORM_ZSH:
        help_print_zsh();
        break;
    case FORM_FISH:
        help_print_fish();
        break;
    }
}

static enum exit_code run_help(const void *user_values, const struct operands *operands)
{
    const struct help_values *values = user_values;
    const enum help_form form = (enum help_form)values->form;
    char name[NAME_BYTES] = "";

    if (operands->n_names == 0 || form > FORM_MAN) { /* a shell completes all of them */
        print_all(form);
        return EXIT_FINE;
    }
    snprintf(name, sizeof name, "%s%s%s", operands->names[0], operands->n_names > 1 ? " " : "",
             operands->n_names > 1 ? operands->names[1] : "");
    const struct command *command = command_find(name);
    if (command && form == FORM_MAN) {
        help_print_man(command);
    } else if (command) {
        help_print_command(command);
    } else if (command_is_family(name)) {
        help_print_list(name);
    } else {
        const char *meant = command_meant_by(name);
        if (meant)
            report("unknown command '%s'; did you mean '%s'?", name, meant);
        else
            report("unknown command '%s'; try 'tfeed help'", name);
        return EXIT_USAGE;
    }
    return EXIT_FINE;
}

static enum exit_code run_version(const void *values, const struct operands *operands)
{
    (void)values;
    (void)operands;
    output_format("tfeed %s\n", tfeed_version());
    output_format("checksums: %s\n", tfeed_crc32c_variant());
    return EXIT_FINE;
}

static const struct option_spec no_options[] = {{0}};

static const struct option_spec help_options[] = {
    {.name = "form",
     .kind = OPTION_CHOICE,
     .offset = offsetof(struct help_values, form),
     .argument = FORM_WORDS,
     .help = "text; a manual page, for 'man -l'; a script that completes in that shell"},
    {0}};

static const struct help_values help_defaults = {FORM_TEXT};

const struct command command_help = {
    .name = "help",
    .group = "Help",
    .summary = "explain the commands, or one of them",
    .usage = "[COMMAND] [options]",
    .details = "Lists the commands, or explains one. 'tfeed COMMAND --help' does the same.\n"
               "\n"
               "Completion where it is not installed:\n"
               "\n"
               "  bash  source <(tfeed help --form bash)\n"
               "  zsh   tfeed help --form zsh >_tfeed, in a folder of $fpath\n"
               "  fish  tfeed help --form fish | source",
    .options = help_options,
    .defaults = &help_defaults,
    .values_bytes = sizeof help_defaults,
    .max_operands = 2,
    .run = run_help,
};

const struct command command_version = {
    .name = "version",
    .group = "Help",
    .summary = "print the version and what was picked for this machine",
    .usage = "",
    .details = "Prints the version on the first line, then what was picked for this machine.",
    .options = no_options,
    .run = run_version,
};
