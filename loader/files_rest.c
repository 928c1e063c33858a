/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * files_rest.c - what a job of n shards leaves of its begun epochs to one of m shards, in FILES.
 *
 *    old shard 0    ├████░░░░░░░░┼████████████┼████░░██░░░░┤    █ given   ░ left
 *    left, in order      ├─────────┼                 ├┤  ├──┤   of all old shards
 *    dealt                   shard 0                shard 1     to new ones, by numbers of records
 *
 * Each state is read as its own shard would: its list of an epoch, less what it has given.
 */
#include <stdlib.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "loader/files_list_private.h"

static const struct lane_state *find_lane(const struct order_state *state, uint64_t position)
{
    for (size_t i = 0; i < state->n_lanes; i++) {
        const struct lane_state *lane = &state->lanes[i];
        if (!lane->has_ended && !file_stream_was_read(lane) && lane->position == position)
            return lane;
    }
    return NULL;
}

static bool add_unless_empty(struct range_list *ranges, const struct range *range,
                             const struct tfeed_allocator *allocator)
{
    return range->begin >= range->end || range_list_add(ranges, range, allocator);
}

/* Adds what the list, that of a state's epoch or of a later one, has left there. */
static bool add_left(const struct files_list *list, const struct order_state *state,
                     struct range_list *left)
{
    for (size_t i = 0; i < list->n; i++) {
        const struct stretch *stretch = &list->stretches[i];
        const uint64_t *firsts = &list->firsts[stretch->begin.file];
        struct range range = {
            .epoch = list->epoch,
            .begin = firsts[0] + stretch->begin.record,
            .end = stretch->end_record > 0 ? firsts[0] + stretch->end_record : firsts[1],
        };
        if (list->epoch == state->epoch && i < state->position) {
            const struct lane_state *lane = find_lane(state, i);
            range.begin = lane != NULL ? firsts[0] + lane->begin.record : range.end;
        }
        if (!add_unless_empty(left, &range, list->plan->allocator))
            return false;
    }
    return true;
}

static int compare_ranges(const void *a, const void *b)
{
    const struct range *one = a;
    const struct range *other = b;
    return (one->begin > other->begin) - (one->begin < other->begin);
}

/* This shard's part of what is left, in order. */
static bool deal(const struct order_plan *plan, struct range_list *left, struct range_list *dealt)
{
    const uint64_t n_shards = (uint64_t)plan->options->n_shards;
    const uint64_t shard = (uint64_t)plan->options->shard_index;
    if (left->n == 0)
        return true;
    qsort(left->items, left->n, sizeof *left->items, compare_ranges);
    uint64_t n_left = 0;
    for (size_t i = 0; i < left->n; i++)
        n_left += left->items[i].end - left->items[i].begin;
    const uint64_t from = part_begin(n_left, n_shards, shard);
    const uint64_t to = part_begin(n_left, n_shards, shard + 1);
    uint64_t n_before = 0; /* records of the ranges so far */
    for (size_t i = 0; i < left->n; i++) {
        const struct range *range = &left->items[i];
        const uint64_t n = range->end - range->begin;
        const uint64_t begin = from > n_before ? from - n_before : 0;
        const uint64_t end = to > n_before ? to - n_before : 0;
        const struct range part = {
            .epoch = range->epoch,
            .begin = range->begin + (begin < n ? begin : n),
            .end = range->begin + (end < n ? end : n),
        };
        if (!add_unless_empty(dealt, &part, plan->allocator))
            return false;
        n_before += n;
    }
    return true;
}

/* What all shards of the old job have left of `epoch`; this shard's part joins `dealt`. */
static tfeed_status deal_epoch(struct files_list *theirs, const struct order_state *const *states,
                               size_t n_states, uint64_t epoch, struct range_list *dealt,
                               struct tfeed_error *reterr)
{
    struct range_list left = {0};
    tfeed_status status = TFEED_OK;
    for (size_t s = 0; s < n_states && status == TFEED_OK; s++) {
        if (states[s]->has_ended || states[s]->epoch > epoch)
            continue;
        files_list_set_shard(theirs, s, n_states);
        status = files_list_restore_rest(theirs, states[s], reterr);
        if (status == TFEED_OK)
            status = files_list_make(theirs, epoch, reterr);
        if (status == TFEED_OK && !add_left(theirs, states[s], &left))
            status = tfi_fail_memory(reterr, "a state");
    }
    if (status == TFEED_OK && !deal(theirs->plan, &left, dealt))
        status = tfi_fail_memory(reterr, "a state");
    tfi_free(theirs->plan->allocator, left.items);
    return status;
}

tfeed_status files_rest_deal(struct files_list *list, const struct order_state *const *states,
                             size_t n_states, const struct joined_states *joined,
                             struct tfeed_error *reterr)
{
    const struct tfeed_allocator *allocator = list->plan->allocator;
    struct files_list theirs = {.plan = list->plan, .firsts = list->firsts};
    tfeed_status status = TFEED_OK;
    list->rest.n = 0;
    for (uint64_t epoch = joined->first; epoch <= joined->last && status == TFEED_OK; epoch++)
        status = deal_epoch(&theirs, states, n_states, epoch, &list->rest, reterr);
    theirs.firsts = NULL; /* borrowed */
    files_list_clear(&theirs);
    TFI_TRY(status);
    /* the last one has a range also where nothing of it is left: it was begun */
    const struct range mark = {.epoch = joined->last};
    if (!range_list_add(&list->rest, &mark, allocator))
        return tfi_fail_memory(reterr, "a state");
    return files_list_make(list, joined->first, reterr);
}

uint64_t files_rest_last_begun(const struct order_state *state)
{
    uint64_t last = state->epoch;
    for (size_t at = 0; at + REST_NUMBERS <= state->n_rest; at += REST_NUMBERS) {
        const uint64_t epoch = state->rest[at + REST_EPOCH];
        last = epoch > last ? epoch : last;
    }
    return last;
}
