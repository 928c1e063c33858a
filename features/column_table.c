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
#include "core/byte_order_internal.h"
#include "core/error_internal.h"
#include "features/schema_private.h"

/* Names of up to 16 bytes are equal when their keys are: the two words overlap or meet. */
enum { KEY_BYTES = 16 };

static inline struct tfi_name_key key_of(const uint8_t *name, size_t len)
{
    if (len >= 8)
        return (struct tfi_name_key){tfi_load_le64(name), tfi_load_le64(name + len - 8), len};
    if (len >= 4)
        return (struct tfi_name_key){tfi_load_le32(name), tfi_load_le32(name + len - 4), len};
    if (len == 0)
        return (struct tfi_name_key){0, 0, 0};
    return (struct tfi_name_key){(uint64_t)name[0] << 8 | name[len / 2], name[len - 1], len};
}

/* Odd multipliers with bits everywhere: the top half of a product depends on all bits below it. */
static inline uint32_t hash_key(const struct tfi_name_key *key)
{
    const uint64_t mixed = (key->first ^ key->len) * UINT64_C(0x9e3779b97f4a7c15) +
                           key->last * UINT64_C(0xc2b2ae3d27d4eb4f);
    return (uint32_t)(mixed >> 32) ^ (uint32_t)(mixed >> 51);
}

tfeed_status tfi_column_table_init(struct tfi_column_table *table,
                                   const struct tfeed_schema *schema,
                                   const struct tfeed_allocator *allocator,
                                   struct tfeed_error *reterr)
{
    uint32_t n_slots = 8;
    while (n_slots < 2 * (uint32_t)schema->n_columns)
        n_slots *= 2;
    table->mask = n_slots - 1;
    table->slots = tfi_alloc_zeroed(allocator, n_slots, sizeof *table->slots);
    if (table->slots == NULL)
        return tfi_fail_memory(reterr, "a table of names");
    for (int i = 0; i < schema->n_columns; i++) {
        const struct tfi_column *column = &schema->columns[i];
        const struct tfi_name_key key = key_of((const uint8_t *)column->name, column->name_len);
        uint32_t slot = hash_key(&key) & table->mask;
        while (table->slots[slot].name != NULL)
            slot = (slot + 1) & table->mask;
        table->slots[slot] = (struct tfi_name_slot){key, column->name, i};
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
    uint32_t slot = hash_key(&key) & table->mask;
    for (; table->slots[slot].name != NULL; slot = (slot + 1) & table->mask) {
        const struct tfi_name_slot *candidate = &table->slots[slot];
        if (candidate->key.first == key.first && candidate->key.last == key.last &&
            candidate->key.len == len &&
            (len <= KEY_BYTES || memcmp(candidate->name, name, len) == 0))
            return candidate->column;
    }
    return -1;
}
