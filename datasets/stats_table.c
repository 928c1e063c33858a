/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * stats_table.c - the table of statistics: entries in the order in which they were first met, and
 * an open hash over them.
 *
 * Records of one set have their features mostly in one order: the entry behind the last one found
 * is tried first.
 */
#include "datasets/stats_private.h"

#include <string.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "datasets/inspect_private.h"

enum {
    MAX_FEATURES = 10000,
    FIRST_ENTRIES = 16,
    /* No bin is narrower: what tells two floats of the least exponent apart; integers. */
    FLOAT_EXPONENT = -149,
    INTEGER_EXPONENT = 0
};

/* FNV-1a. Entries of one name have one hash, and stand in the order in which they were added. */
static uint64_t hash_of(const char *name, size_t len)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (uint8_t)name[i]) * UINT64_C(0x100000001b3);
    return hash ^ hash >> 32;
}

static bool has_name(const struct tfi_stats_entry *entry, const struct tfi_stats_key *key)
{
    return entry->feature.is_list == key->is_list && entry->feature.name_len == key->name_len &&
           memcmp(entry->name, key->name, key->name_len) == 0;
}

static void put_in_slot(struct tfeed_dataset_stats *stats, size_t i)
{
    const size_t mask = 2 * stats->n_places - 1;
    size_t slot = (size_t)stats->entries[i].hash & mask;
    while (stats->slots[slot] != 0)
        slot = (slot + 1) & mask;
    stats->slots[slot] = (uint32_t)i + 1;
}

static tfeed_status grow(struct tfeed_dataset_stats *stats, struct tfeed_error *reterr)
{
    const size_t n_places = stats->n_places > 0 ? 2 * stats->n_places : FIRST_ENTRIES;
    uint32_t *slots = tfi_alloc_zeroed(stats->allocator, 2 * n_places, sizeof *slots);
    struct tfi_stats_entry *entries =
        slots != NULL
            ? tfi_realloc_array(stats->allocator, stats->entries, n_places, sizeof *entries)
            : NULL;
    if (entries == NULL) {
        tfi_free(stats->allocator, slots);
        return tfi_fail_memory(reterr, "a table of features");
    }
    tfi_free(stats->allocator, stats->slots);
    stats->entries = entries;
    stats->slots = slots;
    stats->n_places = n_places;
    for (size_t i = 0; i < stats->n_entries; i++)
        put_in_slot(stats, i);
    return TFEED_OK;
}

static void set_kind(struct tfi_stats_entry *entry, enum tfeed_feature_kind kind)
{
    entry->feature.kind = kind;
    tfi_histogram_init(&entry->feature.histogram,
                       kind == TFEED_FEATURE_FLOAT ? FLOAT_EXPONENT : INTEGER_EXPONENT);
}

static tfeed_status add_entry(struct tfeed_dataset_stats *stats, const struct tfi_stats_key *key,
                              bool is_first, size_t *ret_entry, struct tfeed_error *reterr)
{
    if (stats->n_entries == MAX_FEATURES)
        return tfi_fail(reterr, TFEED_RESOURCE_EXHAUSTED,
                        "more than %d different features: their names are data", MAX_FEATURES);
    if (stats->n_entries == stats->n_places)
        TFI_TRY(grow(stats, reterr));
    struct tfi_stats_entry *entry = &stats->entries[stats->n_entries];
    *entry =
        (struct tfi_stats_entry){.name = tfi_strndup(stats->allocator, key->name, key->name_len),
                                 .hash = hash_of(key->name, key->name_len),
                                 .is_first = is_first};
    if (entry->name == NULL)
        return tfi_fail_memory(reterr, "the name of a feature");
    entry->feature.name_len = key->name_len;
    entry->feature.is_list = key->is_list;
    set_kind(entry, key->kind);
    *ret_entry = stats->n_entries++;
    put_in_slot(stats, *ret_entry);
    return TFEED_OK;
}

tfeed_status tfi_stats_find_name(struct tfeed_dataset_stats *stats, const struct tfi_stats_key *key,
                                 size_t *ret_entry, struct tfeed_error *reterr)
{
    size_t i = stats->expected;
    if (i >= stats->n_entries || !stats->entries[i].is_first ||
        !has_name(&stats->entries[i], key)) {
        const size_t mask = 2 * stats->n_places - 1;
        size_t slot = stats->n_places > 0 ? (size_t)hash_of(key->name, key->name_len) & mask : 0;
        while (stats->n_places > 0 && stats->slots[slot] != 0 &&
               !has_name(&stats->entries[stats->slots[slot] - 1], key))
            slot = (slot + 1) & mask;
        if (stats->n_places == 0 || stats->slots[slot] == 0)
            return add_entry(stats, key, true, ret_entry, reterr);
        i = stats->slots[slot] - 1;
    }
    stats->expected = i + 1;
    *ret_entry = i;
    return TFEED_OK;
}

/* The entry of a name and kind; NULL: there is none. */
static struct tfi_stats_entry *entry_of(const struct tfeed_dataset_stats *stats,
                                        const struct tfi_stats_key *key)
{
    const size_t mask = 2 * stats->n_places - 1;
    size_t slot = (size_t)hash_of(key->name, key->name_len) & mask;
    for (; stats->slots[slot] != 0; slot = (slot + 1) & mask) {
        struct tfi_stats_entry *entry = &stats->entries[stats->slots[slot] - 1];
        if (entry->feature.kind == key->kind && has_name(entry, key))
            return entry;
    }
    return NULL;
}

const struct tfi_stats_entry *tfi_stats_look_up(const struct tfeed_dataset_stats *stats,
                                                const struct tfi_stats_key *key)
{
    const struct tfi_stats_entry *entry = stats->n_places > 0 ? entry_of(stats, key) : NULL;
    return entry != NULL && entry->feature.n_records > 0 ? entry : NULL;
}

tfeed_status tfi_stats_find_kind(struct tfeed_dataset_stats *stats, size_t first,
                                 const struct tfi_stats_key *key, size_t *ret_entry,
                                 struct tfeed_error *reterr)
{
    struct tfi_stats_entry *owner = &stats->entries[first];
    if (owner->feature.n_records == 0) /* made for what another in its record replaced */
        set_kind(owner, key->kind);
    if (owner->feature.kind == key->kind) {
        *ret_entry = first;
        return TFEED_OK;
    }
    const struct tfi_stats_entry *entry = entry_of(stats, key);
    if (entry == NULL)
        return add_entry(stats, key, false, ret_entry, reterr);
    *ret_entry = (size_t)(entry - stats->entries);
    return TFEED_OK;
}
