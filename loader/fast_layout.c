/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * fast_layout.c - an epoch's files in their order, cut into the lanes' shares.
 *
 *    files in a new order       ├────── c ──────┼─ a ─┼─────── b ───────┼── d ──┤
 *    cut by bytes into lanes    ├─── 0 ───┼─── 1 ───┼─── 2 ───┼─── 3 ───┼── 4 ──┤
 *    shares of lane 1                     [  c  ][a ]
 *    rotation                   0 1 2 3 4 0 1 2 3 …  more turns for lanes with more bytes
 *
 * A compressed file belongs whole to the lane in which its first byte lies; a record of another
 * file to the lane in which its first byte lies. All of it is computed from the files' sizes, the
 * seed and the epoch; only counting looks into the files.
 */
#include <string.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "loader/order_fast_private.h"

/* --- shares ----------------------------------------------------------------------------------- */

static uint64_t file_bytes(const struct loader_file *file)
{
    return file->size == TFEED_SIZE_UNKNOWN ? 0 : file->size;
}

__extension__ typedef unsigned __int128 wide;

/* floor(a * b / c) for b <= c. */
static uint64_t scale(uint64_t a, uint64_t b, uint64_t c)
{
    return (uint64_t)((wide)a * b / c);
}

bool fast_visit_shares(const struct order_plan *plan, const uint32_t *files, uint64_t id,
                       share_fn visit, void *user_data)
{
    const struct file_set *set = plan->set;
    const uint64_t n_lanes = (uint64_t)plan->n_lanes;
    const uint64_t from = scale(set->n_bytes, id, n_lanes);
    const uint64_t to = scale(set->n_bytes, id + 1, n_lanes);
    uint64_t base = 0;
    for (size_t i = 0; i < set->n_files && base < to; i++) {
        const struct loader_file *file = &set->files[files[i]];
        const uint64_t size = file_bytes(file);
        struct share share = {.file = files[i], .whole = file->is_compressed, .end = size};
        bool is_ours = size > 0 && base + size > from;
        if (file->is_compressed) {
            is_ours = size > 0 && base >= from;
        } else {
            share.begin = from > base ? from - base : 0;
            share.end = to - base < size ? to - base : size;
        }
        if (is_ours && !visit(user_data, &share))
            return false;
        base += size;
    }
    return true;
}

void fast_permute_files(const struct order_plan *plan, uint64_t epoch, uint32_t *files)
{
    loader_permute(loader_key(plan->seed, KEY_FILES, epoch, 0, 0), files,
                   (uint32_t)plan->set->n_files);
}

/* --- rotation --------------------------------------------------------------------------------- */

static uint64_t shares_bytes(const struct share *share)
{
    return share->end - share->begin;
}

static bool add_bytes(void *user_data, const struct share *share)
{
    *(uint64_t *)user_data += shares_bytes(share);
    return true;
}

/* Lays the turns of a round, turns[n_lanes] of them, side by side: turn j of t stands at
 * (2 j + 1) / (2 t) of the round. Returns how many they are. */
static size_t spread_turns(const uint64_t *turns, size_t n_lanes, uint32_t *rotation)
{
    uint64_t n_given[FAST_MAX_TURNS + 1] = {0}; /* to the lanes that have so many turns */
    size_t n = 0;
    for (;;) {
        uint64_t first = 0;
        for (uint64_t t = 1; t <= FAST_MAX_TURNS; t++)
            if (n_given[t] < t &&
                (first == 0 || (2 * n_given[t] + 1) * first < (2 * n_given[first] + 1) * t))
                first = t;
        if (first == 0)
            return n;
        n_given[first]++;
        for (size_t i = 0; i < n_lanes; i++)
            if (turns[i] == first)
                rotation[n++] = (uint32_t)i;
    }
}

tfeed_status fast_rotation_make(struct fast_order *order, struct tfeed_error *reterr)
{
    const struct order_plan *plan = order->base.plan;
    const struct tfeed_allocator *allocator = plan->allocator;
    uint32_t *files = tfi_alloc_array(allocator, plan->set->n_files, sizeof *files);
    uint64_t *turns = tfi_alloc_zeroed(allocator, order->n_lanes, sizeof *turns);
    tfeed_status status = TFEED_OK;
    if (files == NULL || turns == NULL) {
        status = tfi_fail_memory(reterr, "the lanes of an epoch");
        goto out;
    }
    fast_permute_files(plan, order->epoch, files);
    uint64_t most = 1;
    for (size_t i = 0; i < order->n_lanes; i++) {
        (void)fast_visit_shares(plan, files, order->lanes[i].id, add_bytes, &turns[i]);
        most = turns[i] > most ? turns[i] : most;
    }
    for (size_t i = 0; i < order->n_lanes; i++) {
        turns[i] = scale(FAST_MAX_TURNS, turns[i], most);
        turns[i] = turns[i] > 0 ? turns[i] : 1;
    }
    order->n_rotation = spread_turns(turns, order->n_lanes, order->rotation);
out:
    tfi_free(allocator, files);
    tfi_free(allocator, turns);
    return status;
}

/* --- counting --------------------------------------------------------------------------------- */

struct counting {
    const struct order_plan *plan;
    uint64_t n;
    tfeed_status status;
    struct tfeed_error *reterr;
};

static bool count_share(void *user_data, const struct share *share)
{
    struct counting *counting = user_data;
    const struct order_plan *plan = counting->plan;
    struct place begin = {0};
    uint64_t end = 0;
    if (!share->whole && share->begin > 0)
        counting->status = file_set_find(plan->set, share->file, share->begin, plan->stop, &begin,
                                         counting->reterr);
    if (counting->status == TFEED_OK && !share->whole &&
        share->end < plan->set->files[share->file].size) {
        struct place behind;
        counting->status = file_set_find(plan->set, share->file, share->end, plan->stop, &behind,
                                         counting->reterr);
        end = behind.record;
    } else if (counting->status == TFEED_OK) {
        counting->status =
            file_set_count(plan->set, share->file, plan->stop, &end, counting->reterr);
    }
    if (counting->status != TFEED_OK)
        return false;
    counting->n += end - begin.record;
    return true;
}

tfeed_status fast_count(const struct order_plan *plan, uint64_t epoch, uint64_t *ret_all,
                        struct tfeed_error *reterr)
{
    const uint64_t n_shards = (uint64_t)plan->options->n_shards;
    uint32_t *files = tfi_alloc_array(plan->allocator, plan->set->n_files, sizeof *files);
    if (files == NULL)
        return tfi_fail_memory(reterr, "the lanes of an epoch");
    fast_permute_files(plan, epoch, files);
    memset(ret_all, 0, n_shards * sizeof *ret_all);
    struct counting counting = {.plan = plan, .status = TFEED_OK, .reterr = reterr};
    for (uint64_t id = 0; id < (uint64_t)plan->n_lanes && counting.status == TFEED_OK; id++) {
        counting.n = 0;
        (void)fast_visit_shares(plan, files, id, count_share, &counting);
        ret_all[id % n_shards] += counting.n;
    }
    tfi_free(plan->allocator, files);
    return counting.status;
}
