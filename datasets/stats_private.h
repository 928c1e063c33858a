/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * stats_private.h - the table of statistics: an entry for each name and kind, and what is counted.
 *
 * A feature and a list of one name have nothing to do with each other.
 */
#ifndef TFI_STATS_PRIVATE_H
#define TFI_STATS_PRIVATE_H

#include <tfeed/inspect.h>
#include <tfeed/sequence.h>

#include "datasets/float_sum_private.h"

__extension__ typedef __int128 tfi_wide;

struct tfi_stats_entry {
    struct tfeed_dataset_feature feature; /* name and mean are set when it is asked for */
    char *name;
    uint64_t hash;
    tfi_wide integer_sum;
    struct tfi_float_sum float_sum;
    /* Of the first entry of a name, for all kinds: which feature of the record at hand counts. */
    bool is_first;
    uint64_t record; /* from 1; another: the name has not come yet */
    size_t counting;
};

/* A feature or list of the record at hand, and the first entry of its name. */
struct tfi_stats_found {
    struct tfeed_feature_view view; /* of a list: its name only */
    struct tfeed_list_view list;
    bool is_list;
    size_t owner;
};

struct tfeed_dataset_stats {
    struct tfeed_dataset_stats_options options;
    const struct tfeed_allocator *allocator;
    struct tfeed_dataset_totals totals;
    uint64_t n_examples; /* that were begun */
    struct tfi_stats_entry *entries;
    size_t n_entries;
    size_t n_places;
    uint32_t *slots; /* index of an entry + 1, or 0; [2 * n_places] */
    size_t expected; /* where the next entry is looked for first */
    /* Of the record at hand. */
    bool has_lists;
    struct tfi_stats_found *found;
    size_t n_found;
    size_t n_found_places;
    void *values;
    size_t values_bytes;
};

/* What is looked for in the table. */
struct tfi_stats_key {
    const char *name;
    size_t name_len;
    bool is_list;
    enum tfeed_feature_kind kind;
};

/* The first entry of a name; made, for that kind, when there is none. */
tfeed_status tfi_stats_find_name(struct tfeed_dataset_stats *stats, const struct tfi_stats_key *key,
                                 size_t *ret_entry, struct tfeed_error *reterr);

/* The entry of a kind, where the first one of the name is known; made when there is none. */
tfeed_status tfi_stats_find_kind(struct tfeed_dataset_stats *stats, size_t first,
                                 const struct tfi_stats_key *key, size_t *ret_entry,
                                 struct tfeed_error *reterr);

/* The entry, where it has records; else NULL. */
const struct tfi_stats_entry *tfi_stats_look_up(const struct tfeed_dataset_stats *stats,
                                                const struct tfi_stats_key *key);

/* Counts what was found in the record at hand into its entries. */
tfeed_status tfi_stats_count_found(struct tfeed_dataset_stats *stats, struct tfeed_error *reterr);

#endif
