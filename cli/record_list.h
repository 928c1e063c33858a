/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * record_list.h - records that the user chose by their numbers: "7", "0-9,50,100-".
 */
#ifndef CLI_RECORD_LIST_H
#define CLI_RECORD_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Neighbours, both ends included. */
struct record_span {
    uint64_t first;
    uint64_t last; /**< UINT64_MAX: as many as there are */
};

enum { RECORD_LIST_MAX = 1024 };

struct record_list {
    size_t n_spans;
    struct record_span spans[RECORD_LIST_MAX];
};

/** Adds what a text says; false, with a message, when it says nothing that makes sense. */
bool record_list_add(struct record_list *list, const char *text);

#endif
