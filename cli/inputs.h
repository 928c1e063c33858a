/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * inputs.h - from what the user names to a list of files.
 */
#ifndef CLI_INPUTS_H
#define CLI_INPUTS_H

#include <stdbool.h>
#include <stdint.h>

#include <tfeed/files.h>

#include "cli/command.h"

/**
 * Finds the files that the operands stand for, as tfeed_files_match does; "-" is standard input,
 * once. FILE.tfidx behind FILE is left out: both come with a pattern that the shell expands.
 *
 * @param incomplete  --incomplete, true: of a set those files that are there; NULL: the command has
 *                    no such option
 *
 * @return EXIT_FINE; with a message EXIT_IO when a pattern finds nothing or a set is incomplete,
 *         EXIT_USAGE for an empty name, a second "-", an impossible set. Call
 *         tfeed_file_list_clear in any case.
 */
enum exit_code inputs_find(struct tfeed_file_list *inputs, const struct operands *operands,
                           const bool *incomplete);

/** Says that a file of a set is missing, and how to do without; false: that is not the error. */
bool inputs_report_missing(const struct tfeed_error *error);

/** True when "-", standard input, is among them. */
bool inputs_have_standard_input(const struct operands *operands);

/** For what makes an index beside each input: false, with a message, when one has no name. */
bool inputs_can_be_indexed(const struct operands *operands);

/** True when both names are of one file, which is there. */
bool inputs_are_one_file(const char *a, const char *b);

/** The sum of the files' sizes, 0 when one is not known. */
uint64_t inputs_total_bytes(const struct tfeed_file_list *inputs);

/** The size of one file, 0 when it is not known. */
uint64_t inputs_file_bytes(const char *name);

#endif
