/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * convert_jsonl.h - the kind "jsonl" of `tfeed convert`, both ways.
 */
#ifndef CLI_CONVERT_JSONL_H
#define CLI_CONVERT_JSONL_H

#include <stdbool.h>

#include "cli/making.h"

/** True for names that end as files of JSON lines do: .jsonl, .ndjson, .json, also with .gz. */
bool convert_jsonl_is_name(const char *name);

/** JSON lines to records; everything that a command does. */
enum exit_code convert_from_jsonl(const struct making *making, const struct operands *operands,
                                  bool utf8);

/** Records to JSON lines, as `tfeed cat --json` prints them. */
enum exit_code convert_to_jsonl(const struct making *making, const struct operands *operands,
                                bool utf8, bool raw);

#endif
