/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * name_table.c - names in liburcu's RCU hash table.
 *
 * The table does not resize by itself: that would start a thread of liburcu's. A writer doubles the
 * buckets when there are more names than buckets.
 *
 * Invariants
 *   (1) An entry is complete before it goes in, and its memory is given back only after
 *       tfi_name_table_wait_for_readers.
 *   (2) n_entries and n_buckets belong to the writers.
 */
#include "core/name_table_internal.h"

#include <stdint.h>
#include <string.h>

#include <urcu/urcu-bp.h>

#include "core/allocator_internal.h"
#include "core/byte_order_internal.h"
#include "core/error_internal.h"

#if defined(__SANITIZE_THREAD__)
#define HAS_THREAD_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define HAS_THREAD_SANITIZER 1
#endif
#endif

#ifdef HAS_THREAD_SANITIZER
void __tsan_acquire(void *address);
void __tsan_release(void *address);
#define TSAN_ACQUIRE(address) __tsan_acquire(address)
#define TSAN_RELEASE(address) __tsan_release(address)
#else
#define TSAN_ACQUIRE(address) ((void)(address))
#define TSAN_RELEASE(address) ((void)(address))
#endif

enum { FIRST_BUCKETS = 64 }; /* a power of two */

struct tfi_name_table {
    const struct tfeed_allocator *allocator;
    struct cds_lfht *names;
    size_t n_entries; /* (2) */
    size_t n_buckets; /* (2) */
};

/* Eight bytes at a step: hashing is most of what a look-up costs. */
uint64_t tfi_name_hash(const char *name)
{
    const uint64_t factor = UINT64_C(0x9e3779b97f4a7c15);
    size_t len = strlen(name);
    uint64_t value = len;
    for (; len >= sizeof value; len -= sizeof value, name += sizeof value) {
        value = (value ^ tfi_load_le64((const uint8_t *)name)) * factor;
        value ^= value >> 32;
    }
    uint64_t rest = 0;
    while (len > 0)
        rest = rest << 8 | (unsigned char)name[--len];
    value = (value ^ rest) * factor;
    return value ^ value >> 32;
}

tfeed_status tfi_name_table_new(const struct tfeed_allocator *allocator,
                                struct tfi_name_table **ret_table, struct tfeed_error *reterr)
{
    struct tfi_name_table *table = tfi_alloc_zeroed(allocator, 1, sizeof *table);
    if (table == NULL)
        return tfi_fail_memory(reterr, "a table of names");
    table->allocator = allocator;
    table->n_buckets = FIRST_BUCKETS;
    table->names = cds_lfht_new_flavor(FIRST_BUCKETS, FIRST_BUCKETS, 0, 0, &urcu_bp_flavor, NULL);
    if (table->names == NULL) {
        tfi_free(allocator, table);
        return tfi_fail_memory(reterr, "a table of names");
    }
    *ret_table = table;
    return TFEED_OK;
}

void tfi_name_table_free(struct tfi_name_table *table)
{
    if (table == NULL)
        return;
    (void)cds_lfht_destroy(table->names, NULL); /* fails only while there are entries */
    tfi_free(table->allocator, table);
}

/* --- readers ------------------------------------------------------------------------------- */

void tfi_name_table_read_begin(struct tfi_name_table *table)
{
    (void)table;
    urcu_bp_read_lock();
}

void tfi_name_table_read_end(struct tfi_name_table *table)
{
    TSAN_RELEASE(table); /* whoever has waited for readers sees their reading ended */
    urcu_bp_read_unlock();
}

/* A node is the beginning of its entry. */
static struct tfi_name_entry *entry_of(struct cds_lfht_node *node)
{
    return (struct tfi_name_entry *)node;
}

static int has_name(struct cds_lfht_node *node, const void *name)
{
    const struct tfi_name_entry *entry = entry_of(node);
    TSAN_ACQUIRE(node); /* pairs with the release in tfi_name_table_add */
    return strcmp(entry->name, name) == 0;
}

struct tfi_name_entry *tfi_name_table_find(struct tfi_name_table *table, const char *name)
{
    struct cds_lfht_iter at;
    cds_lfht_lookup(table->names, tfi_name_hash(name), has_name, name, &at);
    return entry_of(cds_lfht_iter_get_node(&at));
}

/* --- writers ------------------------------------------------------------------------------- */

struct tfi_name_entry *tfi_name_table_add(struct tfi_name_table *table,
                                          struct tfi_name_entry *entry)
{
    cds_lfht_node_init(&entry->node);
    TSAN_RELEASE(&entry->node); /* (1) */
    urcu_bp_read_lock();
    struct cds_lfht_node *there = cds_lfht_add_unique(table->names, tfi_name_hash(entry->name),
                                                      has_name, entry->name, &entry->node);
    urcu_bp_read_unlock();
    if (there != &entry->node)
        return entry_of(there);
    if (++table->n_entries > table->n_buckets) {
        table->n_buckets *= 2;
        cds_lfht_resize(table->names, table->n_buckets);
    }
    return entry;
}

void tfi_name_table_remove(struct tfi_name_table *table, struct tfi_name_entry *entry)
{
    urcu_bp_read_lock();
    (void)cds_lfht_del(table->names, &entry->node); /* fails only if it was not in */
    urcu_bp_read_unlock();
    table->n_entries--;
}

void tfi_name_table_wait_for_readers(struct tfi_name_table *table)
{
    urcu_bp_synchronize_rcu();
    TSAN_ACQUIRE(table); /* pairs with the release in tfi_name_table_read_end */
}
