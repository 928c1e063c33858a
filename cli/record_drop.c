/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * record_drop.c - records that are left out, because they have one of some keys.
 */
#include "cli/record_drop.h"

#include <stdlib.h>
#include <string.h>

#include "cli/console.h"
#include "cli/record_keys.h"

bool record_drop_init(struct record_drop *drop, const char *keys)
{
    for (const char *at = keys;; at++) {
        const size_t len = strcspn(at, ",");
        if (len == 0 || drop->n_keys == RECORD_DROP_MAX_KEYS) {
            if (len == 0)
                report("--drop-keys '%s': a key is empty", keys);
            else
                report("--drop-keys: more than %d keys", RECORD_DROP_MAX_KEYS);
            return false;
        }
        drop->keys[drop->n_keys].text = at;
        drop->keys[drop->n_keys++].len = len;
        at += len;
        if (*at == '\0')
            return true;
    }
}

static enum exit_code add_record(void *state, const char *name,
                                 const struct tfeed_record_view *record)
{
    struct record_drop *drop = state;

    if (drop->n_records == drop->n_places) {
        const size_t n = drop->n_places > 0 ? 2 * drop->n_places : RECORD_DROP_MAX_KEYS;
        uint64_t *records = reallocarray(drop->records, n, sizeof *records);
        if (!records) {
            report("%s: no memory for the numbers of records", name);
            return EXIT_IO;
        }
        drop->records = records;
        drop->n_places = n;
    }
    drop->records[drop->n_records++] = record->record;
    return EXIT_FINE;
}

static int compare(const void *a, const void *b)
{
    const uint64_t left = *(const uint64_t *)a;
    const uint64_t right = *(const uint64_t *)b;

    return left < right ? -1 : left > right;
}

enum exit_code record_drop_find(struct record_drop *drop, const char *name)
{
    struct tfeed_index *index;
    enum exit_code code = record_keys_open(name, &index);

    drop->n_records = 0;
    if (code != EXIT_FINE)
        return code;
    for (size_t i = 0; i < drop->n_keys && code == EXIT_FINE; i++) {
        bool was_there;
        code = record_keys_walk(index, name, drop->keys[i].text, drop->keys[i].len, add_record,
                                drop, &was_there);
        drop->keys[i].was_met = drop->keys[i].was_met || was_there;
    }
    tfeed_index_close(index);
    if (drop->n_records > 1)
        qsort(drop->records, drop->n_records, sizeof *drop->records, compare);
    return code;
}

enum exit_code record_drop_end(struct record_drop *drop, enum exit_code code)
{
    const bool all_was_read = code == EXIT_FINE && !output_failed();

    for (size_t i = 0; i < drop->n_keys && all_was_read; i++) {
        if (drop->keys[i].was_met)
            continue;
        report("no record has the key \"%.*s\"", (int)drop->keys[i].len, drop->keys[i].text);
        code = EXIT_DATA;
    }
    free(drop->records);
    drop->records = NULL;
    return code;
}
