/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * layout_private.h - a whole record as the last one of its length was made, recognised at a glance.
 *
 *   │ 0a … │ 0a EL 0a KL depth 12 VL 1a … v │ 0a EL 0a KL image 12 … │ 784 bytes │ 0a EL … label … v │
 *   └──────────────── part 0 ───────────────────────────────────────┘             └──── part 1 ──────┘
 *
 * Where all records have the same keys in the same order, and values of the same size, everything
 * but the values is the same in all of them: images with a label, rows of floats. A few compares of
 * 64 bytes then say that a record is like the one that was learnt, and each value stands where it
 * stood there. What is not like it goes entry by entry: example_entries.c.
 *
 * Invariants
 *   (1) A record that matches is one that example_entries.c would take without a fault, into the
 *       same cells with the same values.
 *   (2) No byte outside the record is read.
 */
#ifndef TFI_LAYOUT_PRIVATE_H
#define TFI_LAYOUT_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tfeed/tensor.h>

#include "core/cpu_internal.h"

enum { TFI_LAYOUT_PART_BYTES = 64, TFI_LAYOUT_MAX_PARTS = 16, TFI_LAYOUT_MAX_VALUES = 64 };

/* 64 bytes of a record: those of their bits that are always the same, and what they are. */
struct tfi_layout_part {
    size_t at;
    uint8_t same[TFI_LAYOUT_PART_BYTES];
    uint8_t bits[TFI_LAYOUT_PART_BYTES];
};

/* Where the values of a cell stand. */
struct tfi_layout_value {
    size_t at;
    size_t n_bytes;
    int cell;
};

struct tfi_layout {
    size_t len; /* of the record; 0: none is known */
    int n_parts;
    int n_values;
    struct tfi_layout_part parts[TFI_LAYOUT_MAX_PARTS];
    struct tfi_layout_value values[TFI_LAYOUT_MAX_VALUES];

    /* Learning costs as much as some records: it is done again where what was learnt held for a
     * while, and else more and more seldom. */
    uint64_t n_taken;  /* records since it was learnt … */
    uint64_t n_missed; /* … and those that were others */
    uint64_t n_wait;   /* such records until it is learnt again */
    uint64_t next_wait;
};

/* Most records have had the layout. */
static inline bool tfi_layout_held(const struct tfi_layout *layout)
{
    enum { MIN_TAKEN = 64 };
    return layout->n_taken >= MIN_TAKEN * (1 + layout->n_missed);
}

/* A record has had another layout: whether to learn it. */
static inline bool tfi_layout_is_due(struct tfi_layout *layout)
{
    if (layout->n_wait == 0 || tfi_layout_held(layout))
        return true;
    layout->n_wait--;
    layout->n_missed++;
    return false;
}

struct tfeed_example_parser;

/* Learns the layout of the current record, which has filled all cells. */
void tfi_layout_learn(struct tfeed_example_parser *parser);

/* Fills all cells from records[n], the first into `row`, up to the first one that has another
 * layout than is known; how many. */
typedef size_t tfi_layout_take_function(struct tfeed_example_parser *parser,
                                        const struct tfeed_bytes *records, size_t n, size_t row);

/* … with the instructions of a level. */
tfi_layout_take_function *tfi_layout_take_variant(enum tfi_cpu_level level);

#endif
