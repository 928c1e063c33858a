/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * help_pages.h - the tables of the commands in other people's forms: manual pages, completion.
 *
 * Made of the same rows as `tfeed help`, so that they cannot say anything else.
 */
#ifndef CLI_HELP_PAGES_H
#define CLI_HELP_PAGES_H

#include "cli/command.h"

/** Prints the manual page of a command, tfeed-NAME(1); NULL: of the program, tfeed(1). */
void help_print_man(const struct command *command);

/** Print a script for the shell that completes commands, options and the words they take. */
void help_print_bash(void);
void help_print_zsh(void);
void help_print_fish(void);

#endif
