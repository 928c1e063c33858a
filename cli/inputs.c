/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * inputs.c - from what the user names to a list of files.
 */
#include "cli/inputs.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/console.h"
#include "cli/options.h"

/* What the library cannot know of: one standard input, and a shell's empty variable. */
static bool are_usable(const struct operands *operands)
{
    bool stdin_given = false;

    for (size_t i = 0; i < operands->n_names; i++) {
        const char *name = operands->names[i];
        const bool is_stdin = strcmp(name, "-") == 0;
        if (name[0] == '\0') {
            report("'' is no input: the name is empty");
            return false;
        }
        if (is_stdin && stdin_given) {
            report("standard input can be read only once");
            return false;
        }
        stdin_given = stdin_given || is_stdin;
    }
    return true;
}

/* A shell's train-* names a file and then its index, which is no input. */
static bool is_index_of_another(const struct operands *operands, size_t i)
{
    static const char suffix[] = ".tfidx";
    const char *name = operands->names[i];
    const size_t len = strlen(name);
    const size_t file_len = len > sizeof suffix ? len - (sizeof suffix - 1) : 0;

    if (strcmp(name + file_len, suffix) != 0)
        return false;
    for (size_t before = i; before > 0; before--) { /* a shell sorts: it is near */
        const char *file = operands->names[before - 1];
        if (strncmp(file, name, file_len) == 0 && file[file_len] == '\0')
            return true;
    }
    return false;
}

bool inputs_report_missing(const struct tfeed_error *error)
{
    /* NOT_FOUND is also an input that is not there, or a pattern that finds nothing */
    if (error->code != TFEED_NOT_FOUND || !strstr(error->message, ": missing: the set has "))
        return false;
    report("%s; --incomplete takes what is there", error->message);
    return true;
}

enum exit_code inputs_find(struct tfeed_file_list *inputs, const struct operands *operands,
                           const bool *incomplete)
{
    struct tfeed_files_options options;
    struct tfeed_error error;
    size_t n_names = 0;

    *inputs = (struct tfeed_file_list){0};
    if (!are_usable(operands))
        return EXIT_USAGE;
    const char **names = calloc(operands->n_names, sizeof *names);
    if (!names) {
        report("no memory");
        return EXIT_IO;
    }
    for (size_t i = 0; i < operands->n_names; i++)
        if (!is_index_of_another(operands, i))
            names[n_names++] = operands->names[i];
    tfeed_files_options_init(&options);
    options.allow_incomplete = incomplete && *incomplete;
    const tfeed_status status = tfeed_files_match(names, n_names, &options, inputs, &error);
    free(names);
    if (status == TFEED_OK)
        return EXIT_FINE;
    if (!incomplete || !inputs_report_missing(&error))
        report("%s", error.message);
    return status == TFEED_INVALID_ARGUMENT ? EXIT_USAGE : EXIT_IO;
}

bool inputs_have_standard_input(const struct operands *operands)
{
    for (size_t i = 0; i < operands->n_names; i++)
        if (strcmp(operands->names[i], "-") == 0)
            return true;
    return false;
}

bool inputs_can_be_indexed(const struct operands *operands)
{
    if (!inputs_have_standard_input(operands))
        return true;
    report("standard input has no index, which says where to read again: save it to a file first");
    return false;
}

bool inputs_are_one_file(const char *a, const char *b)
{
    struct stat one;
    struct stat other;

    return stat(a, &one) == 0 && stat(b, &other) == 0 && one.st_dev == other.st_dev &&
           one.st_ino == other.st_ino;
}

uint64_t inputs_file_bytes(const char *name)
{
    struct stat status;

    return stat(name, &status) == 0 && S_ISREG(status.st_mode) ? (uint64_t)status.st_size : 0;
}

uint64_t inputs_total_bytes(const struct tfeed_file_list *inputs)
{
    uint64_t total = 0;

    for (size_t i = 0; i < inputs->n_files; i++) {
        if (inputs->sizes[i] == TFEED_SIZE_UNKNOWN)
            return 0;
        total += inputs->sizes[i];
    }
    return total;
}
