/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * help_pages.c - the tables of the commands as manual pages.
 */
#include "cli/help_pages.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include <tfeed/version.h>

#include "cli/console.h"

/* ------------------------------------------------------------ manual pages */

/* Text for roff: no escapes, no requests, hyphens that can be copied. */
static void print_roff(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (i == 0 && (text[i] == '.' || text[i] == '\''))
            output_text("\\&");
        if (text[i] == '\\')
            output_text("\\e");
        else if (text[i] == '-')
            output_text("\\-");
        else if (text[i] == '\'')
            output_text("\\(aq");
        else
            output_bytes(&text[i], 1);
    }
}

static void print_roff_text(const char *text)
{
    print_roff(text, strlen(text));
}

/* Paragraphs are filled anew; from a line that begins with blanks on they stay as they are. */
static void print_paragraphs(const char *text)
{
    bool begins = true;
    bool is_fixed = false;

    while (*text) {
        const size_t len = strcspn(text, "\n");
        if (len == 0) {
            if (is_fixed)
                output_text(".fi\n");
            begins = true;
            is_fixed = false;
        } else {
            if (begins) {
                is_fixed = text[0] == ' ';
                output_text(is_fixed ? ".PP\n.nf\n" : ".PP\n");
                begins = false;
            } else if (text[0] == ' ' && !is_fixed) { /* examples below their heading */
                output_text(".nf\n");
                is_fixed = true;
            }
            print_roff(text, len);
            output_text("\n");
        }
        text += len + (text[len] == '\n');
    }
    if (is_fixed)
        output_text(".fi\n");
}

/* "tfeed-bench-read" */
static void print_page_name(const struct command *command)
{
    output_text("tfeed");
    if (!command)
        return;
    output_text("\\-");
    for (const char *at = command->name; *at; at++)
        output_text(*at == ' ' ? "\\-" : (const char[]){*at, '\0'});
}

static void print_title(const struct command *command)
{
    output_text(".TH TFEED");
    if (command) {
        output_text("\\-");
        for (const char *at = command->name; *at; at++)
            output_text(*at == ' ' ? "\\-" : (const char[]){(char)toupper(*at), '\0'});
    }
    output_format(" 1 \"\" \"tfeed %s\" \"tfeed\"\n.SH NAME\n", tfeed_version());
    print_page_name(command);
}

static void print_option_page(const struct option_spec *spec)
{
    output_text(".TP\n\\fB");
    if (spec->letter)
        output_format("\\-%c\\fR, \\fB", spec->letter);
    output_text("\\-\\-");
    print_roff_text(spec->name);
    output_text("\\fR");
    if (spec->argument) {
        output_text(" \\fI");
        print_roff_text(spec->argument);
        output_text("\\fR");
    }
    output_text("\n");
    for (const char *text = spec->help; *text;) {
        const size_t len = strcspn(text, "\n");
        print_roff(text, len);
        output_text("\n");
        text += len + (text[len] == '\n');
    }
}

static const char exit_status[] = ".SH EXIT STATUS\n"
                                  "0 fine, 1 a problem in the data, 2 usage, 3 I/O or internal, "
                                  "130 interrupted. With several files\n"
                                  "the worst one decides.\n";

static void print_command_page(const struct command *command)
{
    print_title(command);
    output_text(" \\- ");
    print_roff_text(command->summary);
    output_text("\n.SH SYNOPSIS\n.B tfeed ");
    print_roff_text(command->name);
    output_text("\n");
    print_roff_text(command->usage);
    output_text("\n.SH DESCRIPTION\n");
    print_paragraphs(command->details);
    output_text(".SH OPTIONS\n");
    for (const struct option_spec *spec = command->options; spec->name; spec++)
        print_option_page(spec);
    output_text(".TP\n\\fB\\-h\\fR, \\fB\\-\\-help\\fR\nshow this as text\n");
    output_text(exit_status);
    output_text(".SH SEE ALSO\n.BR tfeed (1)\n");
}

void help_print_man(const struct command *command)
{
    const char *group = "";

    if (command) {
        print_command_page(command);
        return;
    }
    print_title(NULL);
    output_text(" \\- TFRecord files: look into them, check, make and feed them\n"
                ".SH SYNOPSIS\n.B tfeed\n.I COMMAND\n[options] INPUT... [\\-\\-out PATH]\n"
                ".SH COMMANDS\n");
    for (size_t i = 0; command_at(i); i++) {
        const struct command *row = command_at(i);
        if (strcmp(group, row->group) != 0)
            output_format(".SS %s\n", row->group);
        group = row->group;
        output_text(".TP\n\\fB");
        print_page_name(row);
        output_text("\\fR(1)\n");
        print_roff_text(row->summary);
        output_text("\n");
    }
    output_text(
        ".SH INPUTS\n"
        "INPUT is a file, a pattern in quotes (\\(aqtrain\\-*.tfrecords\\(aq), STEM@8.SUFFIX for "
        "the set\nSTEM\\-00000\\-of\\-00008.SUFFIX and so on, or \\- for standard input.\n");
    output_text(exit_status);
    output_text(".SH ENVIRONMENT\n.TP\n\\fBTFEED_CPU\\fR\n"
                "baseline, sse42, avx2 or avx512: the instructions that may be used.\n");
}
