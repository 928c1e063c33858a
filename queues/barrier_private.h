/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * barrier_private.h - the elements of a barrier that are not complete yet, found by their keys.
 *
 * They lie in columns like those of the queue that they move to when they are complete: index, key,
 * then the components.
 *
 * Threads: the lock of the barrier's queue.
 */
#ifndef BARRIER_PRIVATE_H
#define BARRIER_PRIVATE_H

#include "queues/queue_columns_private.h"

enum { BARRIER_INDEX, BARRIER_KEY, BARRIER_N_OWN /* columns before the components */ };

/* What a slot has of one component. */
enum barrier_part { BARRIER_MISSING, BARRIER_CLAIMED /* by the insertion going on */, BARRIER_HAS };

struct barrier_tuples {
    struct queue_columns columns;
    struct queue_rows rows; /* the columns' slots: a slot is a row */
    size_t n_components;
    uint8_t *parts;       /* [n_slots][n_components], enum barrier_part */
    uint32_t *n_parts;    /* [n_slots] of BARRIER_HAS */
    uint32_t *free_slots; /* the first n_slots - n_tuples are free */
    uint32_t *table;      /* [n_table] slot + 1, or 0: linear probing, at most half full */
    size_t n_table;       /* a power of two */
    size_t n_tuples;
};

#define BARRIER_NO_SLOT UINT32_MAX

/* Empty, with the columns that `like` has. RESOURCE_EXHAUSTED leaves it cleared. */
tfeed_status tfi_barrier_tuples_init(struct barrier_tuples *tuples,
                                     const struct queue_columns *like,
                                     const enum tfeed_dtype *dtypes,
                                     const struct tfeed_shape *shapes, struct tfeed_error *reterr);
/* Frees everything. */
void tfi_barrier_tuples_clear(struct barrier_tuples *tuples);

/* Room for n more; false when there is no memory, nothing has changed then. */
bool tfi_barrier_tuples_reserve(struct barrier_tuples *tuples, size_t n);

uint32_t tfi_barrier_tuples_find(const struct barrier_tuples *tuples,
                                 const struct tfeed_bytes *key);

/* A new tuple without parts; there is room. It takes over the key. */
uint32_t tfi_barrier_tuples_add(struct barrier_tuples *tuples, const struct tfeed_bytes *key,
                                int64_t index);

/* Forgets a slot, whose content has moved elsewhere. */
void tfi_barrier_tuples_remove(struct barrier_tuples *tuples, uint32_t slot);

static inline uint8_t *barrier_part(const struct barrier_tuples *tuples, uint32_t slot,
                                    size_t component)
{
    return &tuples->parts[slot * tuples->n_components + component];
}

#endif
