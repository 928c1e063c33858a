/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * record_drop.h - records that are left out, because they have one of some keys.
 */
#ifndef CLI_RECORD_DROP_H
#define CLI_RECORD_DROP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/command.h"

enum { RECORD_DROP_MAX_KEYS = 1024 };

/** Zeroed at its start. */
struct record_drop {
    size_t n_keys;
    struct {
        const char *text; /**< not NUL-terminated */
        size_t len;
        bool was_met; /**< in some file */
    } keys[RECORD_DROP_MAX_KEYS];
    uint64_t *records; /**< [n_records] of the file at hand, rising; one may be there twice */
    size_t n_records;
    size_t n_places;
};

/** Takes the keys of "KEY,KEY", borrowed; false, with a message: one is empty, or too many. */
bool record_drop_init(struct record_drop *drop, const char *keys);

/** Finds the records of a file that are left out, by its index; a message when that fails. */
enum exit_code record_drop_find(struct record_drop *drop, const char *name);

/** Frees it. `code`, or EXIT_DATA with a message where a key was in no file. */
enum exit_code record_drop_end(struct record_drop *drop, enum exit_code code);

#endif
