/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * schema_c.h - a C program that reads what `tfeed schema` found.
 */
#ifndef CLI_SCHEMA_C_H
#define CLI_SCHEMA_C_H

#include <stdbool.h>

#include <tfeed/inspect.h>

/** Prints the program: with a loader for Examples, with a parser for SequenceExamples. There is at
 *  least one column or list; full: all records were looked at. */
void schema_print_c(const struct tfeed_dataset_stats *stats, bool full);

#endif
