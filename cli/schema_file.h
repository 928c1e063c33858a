/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * schema_file.h - a schema from a file, as `tfeed schema --json` prints it.
 */
#ifndef CLI_SCHEMA_FILE_H
#define CLI_SCHEMA_FILE_H

#include <tfeed/sequence.h>

#include "cli/command.h"

/**
 * Reads it; "-" is standard input.
 *
 * @param ret_schema  with lists, or with the context alone: then its columns are those of Examples.
 *                    One of the two has something in it. tfeed_sequence_schema_unref ends it
 * @return EXIT_FINE; with a message EXIT_USAGE when there is no such schema in it, EXIT_IO when it
 *         cannot be read
 */
enum exit_code schema_file_read(const char *name, struct tfeed_sequence_schema **ret_schema);

#endif
