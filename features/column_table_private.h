/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * column_table_private.h - from a feature's name to its column: a small open-addressed hash table.
 */
#ifndef TFI_COLUMN_TABLE_PRIVATE_H
#define TFI_COLUMN_TABLE_PRIVATE_H

#include <stddef.h>
#include <stdint.h>

#include <tfeed/features.h>

/* A name as two words: all of it up to 16 bytes. */
struct tfi_name_key {
    uint64_t first;
    uint64_t last;
    size_t len;
};

struct tfi_name_slot {
    struct tfi_name_key key;
    const char *name; /* of the schema; NULL: the slot is free */
    int column;
};

/* At most half full, so that a name that is not wanted meets a free slot soon. */
struct tfi_column_table {
    struct tfi_name_slot *slots;
    uint32_t mask;
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

#endif
