/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * global_positions.c - the records of an epoch in their order, and which of them are this shard's.
 *
 *    permuted                   5 2 7 0 6 1 4 3
 *    a layer: 2 shards had      5 2 7   6           passed 3 and 1 of theirs
 *    passed 3 and 1: left             0   1 4 3
 *    shard 0 of 3                     0       3     every third of what is left
 *
 * An epoch's permutation is a function of (seed, epoch). What an epoch that was begun with another
 * number of shards leaves is what lies behind the positions that each of those had passed: a
 * *layer*, (epoch, number of shards, passed by each). Positions that are left are numbered anew,
 * and dealt out in turn again; layers may lie on layers.
 */
#include <string.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "loader/order_global_private.h"

/* Numbers of a layer. */
enum { LAYER_EPOCH, LAYER_SHARDS, LAYER_PASSED };

/* --- layers ----------------------------------------------------------------------------------- */

/* The layer behind `at` in the numbers; false: there is none, or it is cut short. */
static bool layer_at(const struct layers *layers, size_t at, const uint64_t **ret_layer,
                     size_t *ret_next)
{
    if (layers->n - at < LAYER_PASSED)
        return false;
    const uint64_t *layer = &layers->numbers[at];
    const uint64_t n_shards = layer[LAYER_SHARDS];
    if (n_shards == 0 || n_shards > layers->n - at - LAYER_PASSED)
        return false;
    *ret_layer = layer;
    *ret_next = at + LAYER_PASSED + (size_t)n_shards;
    return true;
}

static bool append(struct layers *layers, const uint64_t *numbers, size_t n,
                   const struct tfeed_allocator *allocator)
{
    uint64_t *grown = tfi_realloc_array(allocator, layers->numbers, layers->n + n, sizeof *grown);
    if (grown == NULL)
        return false;
    if (n > 0)
        memcpy(&grown[layers->n], numbers, n * sizeof *grown);
    layers->numbers = grown;
    layers->n += n;
    return true;
}

bool layers_restore(struct layers *layers, const struct order_state *state,
                    const struct tfeed_allocator *allocator)
{
    return append(layers, state->rest, state->n_rest, allocator);
}

void layers_save(const struct layers *layers, uint64_t epoch, struct order_state *state)
{
    state->n_rest = 0;
    const uint64_t *layer;
    for (size_t at = 0, next; layer_at(layers, at, &layer, &next); at = next) {
        if (layer[LAYER_EPOCH] < epoch)
            continue;
        memcpy(&state->rest[state->n_rest], layer, (next - at) * sizeof *layer);
        state->n_rest += next - at;
    }
}

uint64_t layers_last_begun(const struct order_state *state)
{
    const struct layers layers = {.numbers = state->rest, .n = state->n_rest};
    uint64_t last = state->epoch;
    const uint64_t *layer;
    for (size_t at = 0, next; layer_at(&layers, at, &layer, &next); at = next)
        last = layer[LAYER_EPOCH] > last ? layer[LAYER_EPOCH] : last;
    return last;
}

/* The layers that an epoch has so far: the same in all states that have not left it behind. */
static bool keep_layers(struct layers *layers, const struct order_state *const *states,
                        size_t n_states, uint64_t epoch, const struct tfeed_allocator *allocator)
{
    size_t s = 0;
    while (s < n_states && (states[s]->has_ended || states[s]->epoch > epoch))
        s++;
    if (s == n_states)
        return true;
    const struct layers kept = {.numbers = states[s]->rest, .n = states[s]->n_rest};
    const uint64_t *layer;
    for (size_t at = 0, next; layer_at(&kept, at, &layer, &next); at = next)
        if (layer[LAYER_EPOCH] == epoch && !append(layers, layer, next - at, allocator))
            return false;
    return true;
}

/* What each shard of the job has passed of an epoch. */
static bool add_layer(struct layers *layers, const struct order_state *const *states,
                      size_t n_states, uint64_t epoch, const struct tfeed_allocator *allocator)
{
    const uint64_t head[LAYER_PASSED] = {[LAYER_EPOCH] = epoch, [LAYER_SHARDS] = n_states};
    bool fits = append(layers, head, LAYER_PASSED, allocator);
    for (size_t s = 0; s < n_states && fits; s++) {
        uint64_t passed = states[s]->epoch == epoch ? states[s]->position : 0;
        if (states[s]->has_ended || states[s]->epoch > epoch)
            passed = UINT32_MAX; /* all */
        fits = append(layers, &passed, 1, allocator);
    }
    return fits;
}

bool layers_join(struct layers *layers, const struct order_state *const *states, size_t n_states,
                 const struct joined_states *joined, const struct tfeed_allocator *allocator)
{
    for (uint64_t epoch = joined->first; epoch <= joined->last; epoch++)
        if (!keep_layers(layers, states, n_states, epoch, allocator) ||
            !add_layer(layers, states, n_states, epoch, allocator))
            return false;
    return true;
}

/* --- positions -------------------------------------------------------------------------------- */

/* What a layer leaves; the list closes up. */
static tfeed_status peel(const struct order_plan *plan, const uint64_t *layer, uint32_t *records,
                         uint32_t *n, struct tfeed_error *reterr)
{
    const uint64_t n_shards = layer[LAYER_SHARDS];
    const uint64_t *passed = &layer[LAYER_PASSED];
    uint32_t n_kept = 0;
    uint64_t row = 0, shard = 0; /* position i is row `row` of that shard */
    for (uint32_t i = 0; i < *n; i++) {
        if (plan_is_stopped_at(plan, i))
            return plan_check_stop(plan, reterr);
        if (row >= passed[shard])
            records[n_kept++] = records[i];
        if (++shard == n_shards) {
            shard = 0;
            row++;
        }
    }
    *n = n_kept;
    return TFEED_OK;
}

tfeed_status global_positions_make(const struct order_plan *plan, const struct layers *layers,
                                   uint64_t epoch, uint32_t *records, uint32_t n_records,
                                   uint32_t *ret_n, struct tfeed_error *reterr)
{
    const uint64_t key = loader_key(plan->seed, KEY_GLOBAL, epoch, 0, 0);
    const uint64_t n_shards = (uint64_t)plan->options->n_shards;
    uint32_t n = n_records;
    if (!loader_permute_many(key, records, n, plan->stop))
        return plan_check_stop(plan, reterr);
    const uint64_t *layer;
    for (size_t at = 0, next; layer_at(layers, at, &layer, &next); at = next)
        if (layer[LAYER_EPOCH] == epoch)
            TFI_TRY(peel(plan, layer, records, &n, reterr));
    uint32_t n_own = 0;
    for (uint64_t i = (uint64_t)plan->options->shard_index; i < n; i += n_shards) {
        if (plan_is_stopped_at(plan, n_own))
            return plan_check_stop(plan, reterr);
        records[n_own++] = records[i];
    }
    *ret_n = n_own;
    return TFEED_OK;
}
