/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * completion.c - the tables of the commands as scripts that complete them in a shell.
 */
#include <string.h>

#include "cli/console.h"
#include "cli/help_pages.h"

static bool is_first_of_family(size_t i)
{
    const char *name = command_at(i)->name;
    const size_t len = strcspn(name, " ");

    if (name[len] == '\0')
        return false;
    for (size_t k = 0; k < i; k++)
        if (strncmp(command_at(k)->name, name, len + 1) == 0)
            return false;
    return true;
}

/* True for the first command that begins with its first word. */
static bool is_first_of_word(size_t i)
{
    return strchr(command_at(i)->name, ' ') == NULL || is_first_of_family(i);
}

static bool is_in_family(size_t i, size_t first)
{
    const char *name = command_at(first)->name;

    return strncmp(command_at(i)->name, name, strcspn(name, " ") + 1) == 0;
}

/* The words of "first|second", with blanks between them. */
static void print_words(const char *choices)
{
    for (const char *at = choices; *at; at++)
        output_text(*at == '|' ? " " : (const char[]){*at, '\0'});
}

/* Text between single quotes: in it those quotes are `quote`, line ends blanks, and the characters
 * of `special` stand behind a backslash. */
static void print_quoted(const char *text, const char *quote, const char *special)
{
    for (const char *at = text; *at; at++) {
        if (*at == '\'')
            output_text(quote);
        else if (*at == '\n')
            output_text(" ");
        else
            output_format("%s%c", strchr(special, *at) ? "\\" : "", *at);
    }
}

/* ---------------------------------------------------------------------- bash */

/* The first words of commands, each once: families share theirs. */
static void print_first_words(void)
{
    for (size_t i = 0; command_at(i); i++)
        if (is_first_of_word(i))
            output_format("%s%.*s", i > 0 ? " " : "", (int)strcspn(command_at(i)->name, " "),
                          command_at(i)->name);
}

/* "bench) second='read parse …' ;;" */
static void print_family(size_t first)
{
    const char *name = command_at(first)->name;
    const size_t len = strcspn(name, " ");

    output_format("    %.*s) second='", (int)len, name);
    for (size_t i = first; command_at(i); i++)
        if (is_in_family(i, first))
            output_format("%s%s", i > first ? " " : "", command_at(i)->name + len + 1);
    output_text("' ;;\n");
}

static void print_choices(const struct command *command)
{
    for (const struct option_spec *spec = command->options; spec->name; spec++) {
        if (spec->kind != OPTION_CHOICE)
            continue;
        output_format("    '%s --%s') words='", command->name, spec->name);
        print_words(spec->argument);
        output_text("' ;;\n");
    }
}

static void print_options(const struct command *command)
{
    output_format("        '%s') words='", command->name);
    for (const struct option_spec *spec = command->options; spec->name; spec++)
        output_format("--%s ", spec->name);
    output_text("--help' ;;\n");
}

void help_print_bash(void)
{
    output_text("# Completion of tfeed for bash; made by `tfeed help --form bash`.\n"
                "_tfeed()\n{\n"
                "    local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
                "    local name=${COMP_WORDS[1]} second= words=\n"
                "    COMPREPLY=()\n"
                "    if [ \"$COMP_CWORD\" = 1 ]; then\n"
                "        COMPREPLY=($(compgen -W '");
    print_first_words();
    output_text("' -- \"$current\"))\n        return\n    fi\n    case $name in\n");
    for (size_t i = 0; command_at(i); i++)
        if (is_first_of_family(i))
            print_family(i);
    output_text("    esac\n"
                "    if [ -n \"$second\" ]; then\n"
                "        if [ \"$COMP_CWORD\" = 2 ]; then\n"
                "            COMPREPLY=($(compgen -W \"$second\" -- \"$current\"))\n"
                "            return\n"
                "        fi\n"
                "        name=\"$name ${COMP_WORDS[2]}\"\n"
                "    fi\n"
                "    case \"$name $before\" in\n");
    for (size_t i = 0; command_at(i); i++)
        print_choices(command_at(i));
    output_text("    *)\n        [[ $current == -* ]] && case $name in\n");
    for (size_t i = 0; command_at(i); i++)
        print_options(command_at(i));
    output_text("        esac ;;\n    esac\n"
                "    [ -z \"$words\" ] || COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
                "}\n"
                "complete -o default -F _tfeed tfeed\n");
}

/* ----------------------------------------------------------------------- zsh */

#define ZSH_QUOTE "'\\''"

static void print_zsh_text(const char *text)
{
    print_quoted(text, ZSH_QUOTE, "[]:\\");
}

/* 'read:summary' */
static void print_zsh_command(const char *word, size_t len, const char *summary)
{
    output_format("            '%.*s:", (int)len, word);
    print_quoted(summary, ZSH_QUOTE, "\\");
    output_text("'\n");
}

static void print_zsh_first_words(void)
{
    output_text("        commands=(\n");
    for (size_t i = 0; command_at(i); i++) {
        const struct command *command = command_at(i);
        if (is_first_of_word(i))
            print_zsh_command(command->name, strcspn(command->name, " "),
                              is_first_of_family(i) ? "a family of commands" : command->summary);
    }
    output_text("        )\n");
}

static void print_zsh_family(size_t first)
{
    const char *name = command_at(first)->name;
    const size_t len = strcspn(name, " ");

    output_format("    %.*s)\n        commands=(\n", (int)len, name);
    for (size_t i = first; command_at(i); i++) {
        const char *word = command_at(i)->name + len + 1;
        if (is_in_family(i, first))
            print_zsh_command(word, strlen(word), command_at(i)->summary);
    }
    output_text("        )\n"
                "        if (( CURRENT == 2 )); then\n"
                "            _describe -t commands command commands\n"
                "            return\n"
                "        fi\n"
                "        name=\"$name $words[2]\"\n"
                "        shift words\n"
                "        (( CURRENT-- ))\n"
                "        ;;\n");
}

/* '--name=[help]:ARGUMENT:(words)' */
static void print_zsh_option(const struct option_spec *spec)
{
    output_format(" \\\n            ");
    if (spec->letter)
        output_format("'(-%c --%s)'{-%c%s,--%s%s}'[", spec->letter, spec->name, spec->letter,
                      spec->argument ? "+" : "", spec->name, spec->argument ? "=" : "");
    else
        output_format("'--%s%s[", spec->name, spec->argument ? "=" : "");
    print_zsh_text(spec->help);
    output_text("]");
    if (spec->kind == OPTION_CHOICE) {
        output_format(":%s:(", spec->name);
        print_words(spec->argument);
        output_text(")");
    } else if (spec->argument) {
        output_text(":");
        print_zsh_text(spec->argument);
        output_text(spec->kind == OPTION_TEXT ? ":_files" : ": ");
    }
    output_text("'");
}

void help_print_zsh(void)
{
    output_text("#compdef tfeed\n"
                "# Completion of tfeed for zsh; made by `tfeed help --form zsh`.\n"
                "_tfeed()\n{\n"
                "    local -a commands\n"
                "    local name\n"
                "    shift words\n"
                "    (( CURRENT-- ))\n"
                "    if (( CURRENT == 1 )); then\n");
    print_zsh_first_words();
    output_text("        _describe -t commands command commands\n"
                "        return\n"
                "    fi\n"
                "    name=$words[1]\n"
                "    case $name in\n");
    for (size_t i = 0; command_at(i); i++)
        if (is_first_of_family(i))
            print_zsh_family(i);
    output_text("    esac\n    case $name in\n");
    for (size_t i = 0; command_at(i); i++) {
        output_format("    '%s')\n        _arguments -S", command_at(i)->name);
        for (const struct option_spec *spec = command_at(i)->options; spec->name; spec++)
            print_zsh_option(spec);
        output_text(" \\\n            '--help[explain it]' '*:input:_files' ;;\n");
    }
    output_text("    esac\n}\n_tfeed \"$@\"\n");
}

/* ---------------------------------------------------------------------- fish */

static void print_fish_text(const char *text)
{
    output_text("'");
    print_quoted(text, "\\'", "\\");
    output_text("'");
}

static void print_fish_command(size_t i)
{
    const struct command *command = command_at(i);
    const size_t len = strcspn(command->name, " ");

    if (is_first_of_word(i)) {
        output_format("complete -c tfeed -n __tfeed_is -f -a '%.*s' -d ", (int)len, command->name);
        print_fish_text(is_first_of_family(i) ? "a family of commands" : command->summary);
        output_text("\n");
    }
    if (command->name[len] == ' ') {
        output_format("complete -c tfeed -n '__tfeed_is %.*s' -f -a '%s' -d ", (int)len,
                      command->name, command->name + len + 1);
        print_fish_text(command->summary);
        output_text("\n");
    }
}

static void print_fish_option(const struct command *command, const struct option_spec *spec)
{
    output_format("complete -c tfeed -n '__tfeed_has %s' -l %s", command->name, spec->name);
    if (spec->letter)
        output_format(" -s %c", spec->letter);
    if (spec->kind == OPTION_CHOICE) {
        output_text(" -x -a '");
        print_words(spec->argument);
        output_text("'");
    } else if (spec->argument) {
        output_text(spec->kind == OPTION_TEXT ? " -r" : " -x");
    }
    output_text(" -d ");
    print_fish_text(spec->help);
    output_text("\n");
}

void help_print_fish(void)
{
    output_text("# Completion of tfeed for fish; made by `tfeed help --form fish`.\n"
                "function __tfeed_has\n"
                "    set -l words (commandline -opc)\n"
                "    set -l last (math 1 + (count $argv))\n"
                "    test (count $words) -ge $last; and test \"$words[2..$last]\" = \"$argv\"\n"
                "end\n"
                "function __tfeed_is\n"
                "    set -l words (commandline -opc)\n"
                "    test \"$words\" = \"$words[1]\"; and test (count $argv) -eq 0; and return 0\n"
                "    test (count $argv) -gt 0; and test \"$words[2..-1]\" = \"$argv\"\n"
                "end\n");
    for (size_t i = 0; command_at(i); i++)
        print_fish_command(i);
    for (size_t i = 0; command_at(i); i++) {
        const struct command *command = command_at(i);
        for (const struct option_spec *spec = command->options; spec->name; spec++)
            print_fish_option(command, spec);
        output_format("complete -c tfeed -n '__tfeed_has %s' -l help -s h -d 'explain it'\n",
                      command->name);
    }
}
