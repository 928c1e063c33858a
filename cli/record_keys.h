/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * record_keys.h - the records that have a key, by the index of their file.
 */
#ifndef CLI_RECORD_KEYS_H
#define CLI_RECORD_KEYS_H

#include <stdbool.h>
#include <stddef.h>

#include <tfeed/datasets.h>

#include "cli/command.h"

/** Opens the index of a file; a message where there is none. tfeed_index_close ends it. */
enum exit_code record_keys_open(const char *name, struct tfeed_index **ret_index);

/** What becomes of a record; other than EXIT_FINE ends the walk. */
typedef enum exit_code (*record_keys_fn)(void *state, const char *name,
                                         const struct tfeed_record_view *record);

/**
 * Hands over the records of file `name` with this key, in their order.
 *
 * @param ret_was_there  false: there is none, which is EXIT_FINE
 * @return the code of the walk; messages say what is wrong
 */
enum exit_code record_keys_walk(struct tfeed_index *index, const char *name, const char *key,
                                size_t len, record_keys_fn found, void *state, bool *ret_was_there);

#endif
