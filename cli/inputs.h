/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * inputs.h - from what the user names to a list of files.
 */
#ifndef CLI_INPUTS_H
#define CLI_INPUTS_H

#include <stddef.h>
#include <stdint.h>

#include "cli/command.h"

/** Files in order: operands as given, those of a pattern by byte value. */
struct inputs {
    char **names;
    size_t n_names;
    size_t n_slots;
};

/**
 * Finds the files that the operands stand for:
 *
 *   -                standard input, once
 *   STEM@8.SUFFIX    STEM-00000-of-00008.SUFFIX … (where no file has that very name)
 *   a*[b]?           a pattern, unless a file has that very name; folders, temporary and index
 *                    files never match
 *   anything else    that file, looked for when it is opened
 *
 * A pattern that meets one shard of a -of-N set must find all N on the disk.
 *
 * @return EXIT_FINE; with a message EXIT_IO when a pattern finds nothing or a set is incomplete,
 *         EXIT_USAGE for an empty name or a second "-". Call inputs_clear in any case.
 */
enum exit_code inputs_find(struct inputs *inputs, const struct operands *operands);

void inputs_clear(struct inputs *inputs);

/** The sum of the files' sizes, 0 when one is not known. */
uint64_t inputs_total_bytes(const struct inputs *inputs);

/** The size of one file, 0 when it is not known. */
uint64_t inputs_file_bytes(const char *name);

#endif
