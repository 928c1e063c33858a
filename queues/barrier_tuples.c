/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * barrier_tuples.c - the elements of a barrier that are not complete yet, found by their keys.
 *
 * Invariants
 *   (1) A slot is in the table or in the list of free ones.
 *   (2) Between the place where a key's hash points and the place of its slot the table has no gap.
 */
#include "queues/barrier_private.h"

#include <string.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"

enum { FIRST_SLOTS = 16, TABLE_PLACES_PER_SLOT = 2 };

tfeed_status tfi_barrier_tuples_init(struct barrier_tuples *tuples,
                                     const struct queue_columns *like,
                                     const enum tfeed_dtype *dtypes,
                                     const struct tfeed_shape *shapes, struct tfeed_error *reterr)
{
    const size_t n_columns = like->n_columns;
    *tuples = (struct barrier_tuples){.n_components = n_columns - BARRIER_N_OWN};
    TFI_TRY(tfi_queue_columns_init(&tuples->columns, like->allocator, dtypes, shapes, n_columns,
                                   reterr));
    tuples->rows.columns =
        tfi_alloc_zeroed(like->allocator, n_columns, sizeof *tuples->rows.columns);
    if (tuples->rows.columns != NULL)
        return TFEED_OK;
    tfi_barrier_tuples_clear(tuples);
    return tfi_fail_memory(reterr, "a barrier");
}

void tfi_barrier_tuples_clear(struct barrier_tuples *tuples)
{
    const struct tfeed_allocator *allocator = tuples->columns.allocator;
    for (size_t i = 0; i < tuples->n_table; i++) {
        if (tuples->table[i] == 0)
            continue;
        const uint32_t slot = tuples->table[i] - 1;
        for (size_t c = BARRIER_KEY; c < tuples->columns.n_columns; c++) {
            const struct queue_column *column = &tuples->columns.columns[c];
            if (c == BARRIER_KEY || *barrier_part(tuples, slot, c - BARRIER_N_OWN) == BARRIER_HAS)
                tfi_queue_column_unref(column, column->slots + slot * column->row_bytes, 1);
        }
    }
    tfi_free(allocator, tuples->table);
    tfi_free(allocator, tuples->free_slots);
    tfi_free(allocator, tuples->n_parts);
    tfi_free(allocator, tuples->parts);
    tfi_free(allocator, tuples->rows.columns);
    tfi_queue_columns_clear(&tuples->columns);
    *tuples = (struct barrier_tuples){0};
}

/* --- keys ---------------------------------------------------------------------------------- */

static const struct tfeed_bytes *key_of(const struct barrier_tuples *tuples, uint32_t slot)
{
    return &(
        (const struct tfeed_bytes *)(const void *)tuples->columns.columns[BARRIER_KEY].slots)[slot];
}

/* FNV-1a, the place where a key is looked for first. */
static size_t home_of(const struct barrier_tuples *tuples, const struct tfeed_bytes *key)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < key->len; i++)
        hash = (hash ^ key->data[i]) * UINT64_C(0x100000001b3);
    return (size_t)(hash ^ hash >> 32) & (tuples->n_table - 1);
}

static size_t next_place(const struct barrier_tuples *tuples, size_t place)
{
    return (place + 1) & (tuples->n_table - 1);
}

/* Where the key stands, or the gap where it would. */
static size_t place_of(const struct barrier_tuples *tuples, const struct tfeed_bytes *key)
{
    size_t place = home_of(tuples, key);
    while (tuples->table[place] != 0) {
        const struct tfeed_bytes *other = key_of(tuples, tuples->table[place] - 1);
        if (other->len == key->len &&
            (key->len == 0 || memcmp(other->data, key->data, key->len) == 0))
            break;
        place = next_place(tuples, place);
    }
    return place;
}

uint32_t tfi_barrier_tuples_find(const struct barrier_tuples *tuples, const struct tfeed_bytes *key)
{
    if (tuples->n_table == 0)
        return BARRIER_NO_SLOT;
    const uint32_t entry = tuples->table[place_of(tuples, key)];
    return entry != 0 ? entry - 1 : BARRIER_NO_SLOT;
}

/* --- growing ------------------------------------------------------------------------------- */

/* A list, grown to n entries that the columns' slots will then have. */
static bool grow_list(const struct barrier_tuples *tuples, uint32_t **list, size_t n)
{
    uint32_t *grown = tfi_realloc_array(tuples->columns.allocator, *list, n, sizeof *grown);
    if (grown == NULL)
        return false;
    *list = grown;
    return true;
}

static bool grow_slots(struct barrier_tuples *tuples, size_t n_slots)
{
    const size_t n_before = tuples->columns.n_slots;
    uint8_t *parts =
        tfi_realloc_array(tuples->columns.allocator, tuples->parts, n_slots, tuples->n_components);
    if (parts == NULL)
        return false;
    tuples->parts = parts;
    if (!grow_list(tuples, &tuples->n_parts, n_slots) ||
        !grow_list(tuples, &tuples->free_slots, n_slots))
        return false;
    const bool has_grown = tfi_queue_columns_grow(&tuples->columns, n_slots);
    for (size_t c = 0; c < tuples->columns.n_columns; c++) /* some may have moved all the same */
        tuples->rows.columns[c] = tuples->columns.columns[c].slots;
    if (!has_grown)
        return false;
    const size_t n_free = n_before - tuples->n_tuples;
    for (size_t slot = n_before; slot < n_slots; slot++)
        tuples->free_slots[n_free + slot - n_before] = (uint32_t)slot;
    return true;
}

static bool grow_table(struct barrier_tuples *tuples, size_t n_table)
{
    uint32_t *old = tuples->table;
    const size_t n_old = tuples->n_table;
    uint32_t *table = tfi_alloc_zeroed(tuples->columns.allocator, n_table, sizeof *table);
    if (table == NULL)
        return false;
    tuples->table = table;
    tuples->n_table = n_table;
    for (size_t i = 0; i < n_old; i++)
        if (old[i] != 0)
            table[place_of(tuples, key_of(tuples, old[i] - 1))] = old[i];
    tfi_free(tuples->columns.allocator, old);
    return true;
}

bool tfi_barrier_tuples_reserve(struct barrier_tuples *tuples, size_t n)
{
    const size_t n_before = tuples->columns.n_slots, n_needed = tuples->n_tuples + n;
    if (n_needed <= n_before)
        return true;
    size_t n_slots = n_before > 0 ? n_before : FIRST_SLOTS;
    while (n_slots < n_needed && n_slots <= INT32_MAX)
        n_slots *= 2;
    if (n_slots > INT32_MAX) /* slots are listed as 32-bit numbers */
        return false;
    /* a table that is larger than need be does no harm */
    return (tuples->n_table >= n_slots * TABLE_PLACES_PER_SLOT ||
            grow_table(tuples, n_slots * TABLE_PLACES_PER_SLOT)) &&
           grow_slots(tuples, n_slots);
}

/* --- in and out ---------------------------------------------------------------------------- */

uint32_t tfi_barrier_tuples_add(struct barrier_tuples *tuples, const struct tfeed_bytes *key,
                                int64_t index)
{
    const size_t place = place_of(tuples, key);
    const size_t n_free = tuples->columns.n_slots - tuples->n_tuples;
    const uint32_t slot = tuples->free_slots[n_free - 1];
    tuples->table[place] = slot + 1;
    tuples->n_tuples++;
    memcpy(tuples->columns.columns[BARRIER_INDEX].slots + slot * sizeof index, &index,
           sizeof index);
    memcpy(tuples->columns.columns[BARRIER_KEY].slots + slot * sizeof *key, key, sizeof *key);
    memset(barrier_part(tuples, slot, 0), BARRIER_MISSING, tuples->n_components);
    tuples->n_parts[slot] = 0;
    return slot;
}

void tfi_barrier_tuples_remove(struct barrier_tuples *tuples, uint32_t slot)
{
    size_t gap = place_of(tuples, key_of(tuples, slot));
    tuples->n_tuples--;
    tuples->free_slots[tuples->columns.n_slots - tuples->n_tuples - 1] = slot;

    /* (2): what stands behind the gap and could not be found past it moves into it */
    tuples->table[gap] = 0;
    for (size_t place = next_place(tuples, gap); tuples->table[place] != 0;
         place = next_place(tuples, place)) {
        const size_t home = home_of(tuples, key_of(tuples, tuples->table[place] - 1));
        const size_t mask = tuples->n_table - 1;
        if (((place - home) & mask) < ((place - gap) & mask))
            continue;
        tuples->table[gap] = tuples->table[place];
        tuples->table[place] = 0;
        gap = place;
    }
}
