/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * files_list_private.h - the stretches of files that a shard reads in FILES, epoch by epoch.
 *
 *    the set     ├──── a ────┼─ b ─┼────── c ──────┤    records, numbered through
 *    ranges      ············├───────────┤··········    those of this shard
 *    list                    [  b  ][ c  ]              cut where files meet
 *
 *    normally           one range, the same in each epoch
 *    begun by others    what an epoch that was begun with another number of shards leaves to this
 *                       one: files_rest.c. state.rest keeps it, (epoch, begin, end) of each range
 */
#ifndef TFI_FILES_LIST_PRIVATE_H
#define TFI_FILES_LIST_PRIVATE_H

#include "loader/file_sequence_private.h"

/* Records of the set, numbered through. */
struct range {
    uint64_t epoch;
    uint64_t begin;
    uint64_t end;
};

struct range_list {
    struct range *items;
    size_t n;
    size_t n_slots;
};

struct files_list {
    const struct order_plan *plan;
    uint64_t *firsts; /* [n_files + 1] numbers of the files' first records; NULL: not counted */
    struct range_list rest; /* what the shard has in epochs that were begun by others */
    struct range own;       /* what it has in all other epochs */
    bool has_all;           /* that is every file, counted or not: the job has one shard */

    struct stretch *stretches; /* [n] of `epoch` */
    size_t n;
    size_t n_slots;
    uint64_t epoch;
    size_t n_given; /* by files_list_next */
};

/* Numbers of a range in state.rest. */
enum { REST_EPOCH, REST_BEGIN, REST_END, REST_NUMBERS };

/* False: no memory. */
bool range_list_add(struct range_list *ranges, const struct range *range,
                    const struct tfeed_allocator *allocator);

/* No epoch is listed yet. With is_cut the records are counted: the set is cut into ranges, or was.
 * Blocks on I/O then. */
tfeed_status files_list_init(struct files_list *list, const struct order_plan *plan, bool is_cut,
                             struct tfeed_error *reterr);
void files_list_clear(struct files_list *list);

/* In epochs that nobody else began, the list is of this shard. */
void files_list_set_shard(struct files_list *list, uint64_t shard, uint64_t n_shards);

/* Lists an epoch; nothing of it is given. */
tfeed_status files_list_make(struct files_list *list, uint64_t epoch, struct tfeed_error *reterr);

/* The next stretch, of this epoch or a later one. OUT_OF_RANGE: there is none. */
tfeed_status files_list_next(struct files_list *list, struct stream_plan *ret_plan,
                             struct tfeed_error *reterr);

/* What state.rest keeps of epochs from `epoch` on; and back. */
void files_list_save_rest(const struct files_list *list, uint64_t epoch, struct order_state *state);
tfeed_status files_list_restore_rest(struct files_list *list, const struct order_state *state,
                                     struct tfeed_error *reterr);

/* This shard's part of what the shards of the old job have left: one of its states each. The list
 * is that of joined->first then. files_rest.c */
tfeed_status files_rest_deal(struct files_list *list, const struct order_state *const *states,
                             size_t n_states, const struct joined_states *joined,
                             struct tfeed_error *reterr);
/* order_states_join asks it. files_rest.c */
uint64_t files_rest_last_begun(const struct order_state *state);

#endif
