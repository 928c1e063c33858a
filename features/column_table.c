/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * column_table.c - from a feature's name to its column.
 *
 * The hash looks at the length and at the first and last 8 bytes: enough to tell the names of one
 * schema apart, and a few cycles whatever the length. Names that collide on purpose cost a compare
 * each, no more than the schema has columns.
 */
#include "features/column_table_private.h"

#include <string.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "features/schema_private.h"

/* Wide, so that even a name that is not wanted mostly meets a free slot at once. */
enum { MIN_SLOTS = 256, SLOTS_A_COLUMN = 8 };

/* So many multipliers are tried for one that puts every name into a slot of its own. */
enum { MAX_TRIES = 64 };

/* The key of a name with nothing readable behind it. */
static struct tfi_name_key key_of(const uint8_t *name, size_t len)
{
    if (len >= sizeof(uint64_t))
        return tfi_name_key(name, len);
    uint64_t word = 0; /* the name at its top */
    for (size_t i = 0; i < len; i++)
        word = word >> 8 | (uint64_t)name[i] << 56;
    return (struct tfi_name_key){word, word, len};
}

/* Puts the names into empty slots; those that do not find theirs free stand in the next that is. */
static void place_names(struct tfi_column_table *table, const struct tfeed_schema *schema)
{
    table->is_perfect = true;
    for (uint32_t i = 0; i <= table->mask; i++)
        table->slots[i] = (struct tfi_name_slot){.key.len = SIZE_MAX};
    for (int i = 0; i < schema->n_features; i++) {
        const struct tfi_feature *feature = &schema->features[i];
        const struct tfi_name_key key = key_of((const uint8_t *)feature->name, feature->name_len);
        uint32_t slot = tfi_name_hash(&key, table->multiplier) & table->mask;
        for (; table->slots[slot].name != NULL; slot = (slot + 1) & table->mask)
            table->is_perfect = false;
        table->slots[slot] = (struct tfi_name_slot){key, feature->name, i};
    }
}

tfeed_status tfi_column_table_init(struct tfi_column_table *table,
                                   const struct tfeed_schema *schema,
                                   const struct tfeed_allocator *allocator,
                                   struct tfeed_error *reterr)
{
    uint32_t n_slots = MIN_SLOTS;
    while (n_slots < SLOTS_A_COLUMN * (uint32_t)schema->n_features)
        n_slots *= 2;
    table->mask = n_slots - 1;
    table->multiplier = UINT64_C(0x9e3779b97f4a7c15);
    table->slots = tfi_alloc_array(allocator, n_slots, sizeof *table->slots);
    if (table->slots == NULL)
        return tfi_fail_memory(reterr, "a table of names");
    place_names(table, schema);
    for (int i = 1; i < MAX_TRIES && !table->is_perfect; i++) {
        table->multiplier *= UINT64_C(0xd1342543de82ef95);
        place_names(table, schema);
    }
    return TFEED_OK;
}

void tfi_column_table_clear(struct tfi_column_table *table, const struct tfeed_allocator *allocator)
{
    tfi_free(allocator, table->slots);
    table->slots = NULL;
}

int tfi_column_table_find(const struct tfi_column_table *table, const uint8_t *name, size_t len)
{
    const struct tfi_name_key key = key_of(name, len);
    uint32_t slot = tfi_name_hash(&key, table->multiplier) & table->mask;
    for (; table->slots[slot].name != NULL; slot = (slot + 1) & table->mask) {
        const struct tfi_name_slot *candidate = &table->slots[slot];
        if (candidate->key.first == key.first && candidate->key.last == key.last &&
            candidate->key.len == len &&
            (len <= TFI_NAME_KEY_BYTES || memcmp(candidate->name, name, len) == 0))
            return candidate->column;
    }
    return -1;
}
