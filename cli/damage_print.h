/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * damage_print.h - what was found in a file that was read to its end, for `verify` and `repair`.
 */
#ifndef CLI_DAMAGE_PRINT_H
#define CLI_DAMAGE_PRINT_H

#include <tfeed/datasets.h>

/**
 * A line of JSON.
 *
 * @param out         where the good records went; NULL: nowhere
 * @param with_index  says whether an index was made
 * @param with_schema says how many records do not fit it
 * @param stopped     what kept the file from being read to its end, besides damage; or NULL
 */
void damage_print_json(const char *name, const char *out, bool with_index, bool with_schema,
                       const struct tfeed_dataset_verify_report *found,
                       const struct tfeed_error *stopped);

/** A fault's message, and the bytes that are lost to it where that is known. */
void damage_report_fault(const char *message, uint64_t offset, uint64_t end_offset);

/** The faults, a message each, and what they look like. */
void damage_report_faults(const char *name, const struct tfeed_dataset_verify_report *found);

#endif
