/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * numbers.h - small record files to try a loader on: they hold the numbers 0, 1, 2 …
 */
#ifndef EXAMPLES_NUMBERS_H
#define EXAMPLES_NUMBERS_H

#include <stdint.h>

#include <tfeed/features.h>
#include <tfeed/status.h>

enum { NUMBERS_PATH_BYTES = 4096 };

/* Files in a folder of their own. Record i of them all is an Example with one feature, "number": i.
 */
struct numbers {
    char folder[NUMBERS_PATH_BYTES];
    char pattern[NUMBERS_PATH_BYTES]; /* matches the files */
};

/* Makes the folder, under $TMPDIR or /tmp, and n_files files of n_per_file records each. End it
 * with numbers_remove, also after a failure. */
tfeed_status numbers_write(struct numbers *numbers, int n_files, int64_t n_per_file,
                           struct tfeed_error *error);

/* A zeroed one is nothing to remove. */
void numbers_remove(const struct numbers *numbers);

/* The schema of the records: column 0 is the number, int64. */
tfeed_status numbers_schema(struct tfeed_schema **ret_schema, struct tfeed_error *error);

#endif
