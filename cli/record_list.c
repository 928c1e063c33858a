/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * record_list.c - records that the user chose by their numbers.
 */
#include "cli/record_list.h"

#include <string.h>

#include "cli/console.h"
#include "cli/options.h"

enum { NUMBER_BYTES = 32 };

/* A number of text[len]. */
static bool read_number(const char *text, size_t len, uint64_t *ret_number)
{
    char copy[NUMBER_BYTES];

    if (len == 0 || len >= sizeof copy)
        return false;
    memcpy(copy, text, len);
    copy[len] = '\0';
    return options_parse_number(copy, ret_number);
}

/* "7", "0-9" or "100-" of text[len]. */
static bool read_span(const char *text, size_t len, struct record_span *ret_span)
{
    const char *dash = memchr(text, '-', len);
    const size_t first_len = dash ? (size_t)(dash - text) : len;

    if (!read_number(text, first_len, &ret_span->first))
        return false;
    ret_span->last = ret_span->first;
    if (!dash)
        return true;
    if (first_len + 1 == len) {
        ret_span->last = UINT64_MAX;
        return true;
    }
    return read_number(dash + 1, len - first_len - 1, &ret_span->last) &&
           ret_span->last >= ret_span->first;
}

bool record_list_add(struct record_list *list, const char *text)
{
    for (const char *at = text;; at++) {
        const size_t len = strcspn(at, ",");
        if (list->n_spans == RECORD_LIST_MAX) {
            report("more than %d records and ranges of records", RECORD_LIST_MAX);
            return false;
        }
        if (!read_span(at, len, &list->spans[list->n_spans])) {
            report("'%s' names no records: expected numbers and ranges from 0, like 7 or "
                   "0-9,50,100-",
                   text);
            return false;
        }
        list->n_spans++;
        at += len;
        if (*at == '\0')
            return true;
    }
}
