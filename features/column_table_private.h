/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * column_table_private.h - from a feature's name to its column: a small open-addressed hash table.
 */
#ifndef TFI_COLUMN_TABLE_PRIVATE_H
#define TFI_COLUMN_TABLE_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tfeed/features.h>

#include "core/byte_order_internal.h"

/* A name as two words: all of it up to 16 bytes. */
struct tfi_name_key {
    uint64_t first;
    uint64_t last;
    size_t len;
};

struct tfi_name_slot {
    struct tfi_name_key key; /* of a free slot no name's */
    const char *name;        /* of the schema; NULL: the slot is free */
    int column;
};

struct tfi_column_table {
    struct tfi_name_slot *slots;
    uint32_t mask;
    bool is_perfect;     /* every name stands in the slot of its hash */
    uint64_t multiplier; /* of the hash: one that keeps the names of the schema apart */
};

/* The names of a schema that outlives the table. */
tfeed_status tfi_column_table_init(struct tfi_column_table *table,
                                   const struct tfeed_schema *schema,
                                   const struct tfeed_allocator *allocator,
                                   struct tfeed_error *reterr);
void tfi_column_table_clear(struct tfi_column_table *table,
                            const struct tfeed_allocator *allocator);

/* The column of a name, -1 where it is not wanted. */
int tfi_column_table_find(const struct tfi_column_table *table, const uint8_t *name, size_t len);

/* Names of up to 16 bytes are equal when their keys are: the two words overlap or meet. */
enum { TFI_NAME_KEY_BYTES = 16 };

/* The key of a name at which 8 bytes can be read; without branches, as lengths come in any order.
 * A short name stands at the top of both words. */
static inline struct tfi_name_key tfi_name_key(const uint8_t *name, size_t len)
{
    const unsigned half = 4 * (unsigned)(8 - (len < 8 ? len : 8));
    const uint8_t *last = name + (len < 8 ? 0 : len - 8);
    return (struct tfi_name_key){tfi_load_le64(name) << half << half,
                                 tfi_load_le64(last) << half << half, len};
}

/* Odd multipliers with bits everywhere: the top half of a product depends on all bits below it. The
 * names of a schema often differ in their last byte only, which short names have at the top: so the
 * top is brought down and multiplied again. */
static inline uint32_t tfi_name_hash(const struct tfi_name_key *key, uint64_t multiplier)
{
    const uint64_t mixed = (key->first ^ key->len) * UINT64_C(0x9e3779b97f4a7c15) +
                           key->last * UINT64_C(0xc2b2ae3d27d4eb4f);
    return (uint32_t)((mixed ^ mixed >> 32) * multiplier >> 32);
}

/* tfi_column_table_find for a name at which 8 bytes can be read; where names come in any order, no
 * branch depends on which it is, but for those that collide. */
static inline int tfi_column_table_find_any(const struct tfi_column_table *table,
                                            const uint8_t *name, size_t len)
{
    const struct tfi_name_key key = tfi_name_key(name, len);
    const struct tfi_name_slot *slot =
        &table->slots[tfi_name_hash(&key, table->multiplier) & table->mask];
    const uint64_t difference =
        (slot->key.first ^ key.first) | (slot->key.last ^ key.last) | (slot->key.len ^ key.len);
    const bool is_same = difference == 0;
    if ((!is_same & !table->is_perfect) | (len > TFI_NAME_KEY_BYTES))
        return tfi_column_table_find(table, name, len);
    return is_same ? slot->column : -1;
}

#endif
