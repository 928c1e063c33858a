/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * name_table_internal.h - a table of names that is looked up on every step and hardly ever changed:
 * liburcu's RCU hash table behind the one header that knows it.
 *
 *     reader (any thread, no lock)           writer (holds the owner's mutex)
 *     ────────────────────────────           ────────────────────────────────
 *     tfi_name_table_read_begin              tfi_name_table_add
 *     tfi_name_table_find
 *     takes a reference to what it found     tfi_name_table_remove
 *     tfi_name_table_read_end                tfi_name_table_wait_for_readers
 *                                            gives back what was removed
 *
 * liburcu is linked, never compiled in (no _LGPL_SOURCE), in its bp flavour: threads of the program
 * need no registration. ThreadSanitizer does not see into it; the functions here tell it what
 * happens before what.
 */
#ifndef TFI_NAME_TABLE_INTERNAL_H
#define TFI_NAME_TABLE_INTERNAL_H

#include <stdint.h>

#include <urcu/rculfhash.h>

#include <tfeed/allocator.h>
#include <tfeed/status.h>

struct tfi_name_table;

/* The beginning of whatever a name leads to; the name stays as it is while the entry is in the
 * table. */
struct tfi_name_entry {
    struct cds_lfht_node node;
    const char *name;
};

tfeed_status tfi_name_table_new(const struct tfeed_allocator *allocator,
                                struct tfi_name_table **ret_table, struct tfeed_error *reterr);
/* The table is empty, and nobody reads it. NULL does nothing. */
void tfi_name_table_free(struct tfi_name_table *table);

/* Between these two an entry that was found stays valid. They nest; no waiting in between. */
void tfi_name_table_read_begin(struct tfi_name_table *table);
void tfi_name_table_read_end(struct tfi_name_table *table);

/* What the table hashes by. */
uint64_t tfi_name_hash(const char *name);

/* NULL where the name is not in the table. */
struct tfi_name_entry *tfi_name_table_find(struct tfi_name_table *table, const char *name);

/* Puts the entry in and returns it; where its name is taken already it stays outside, and the other
 * is returned. Externally locked, as are the following. */
struct tfi_name_entry *tfi_name_table_add(struct tfi_name_table *table,
                                          struct tfi_name_entry *entry);
/* Nobody finds the entry any more; who has found it may still look at it. */
void tfi_name_table_remove(struct tfi_name_table *table, struct tfi_name_entry *entry);
/* Blocks until nobody looks at what has been removed. Not between begin and end. */
void tfi_name_table_wait_for_readers(struct tfi_name_table *table);

#endif
