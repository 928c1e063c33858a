/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * state.c - states in memory: made, copied, ended. As a text: state_text.c.
 *
 * A state is copied for every batch, so its arrays are made once, at the size that the largest one
 * needs, and a copy touches what is in use.
 */
#include <string.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "loader/loader_private.h"

tfeed_status order_state_init(struct order_state *state, const struct tfeed_allocator *allocator,
                              const struct order_state_sizes *sizes, struct tfeed_error *reterr)
{
    *state = (struct order_state){
        .lanes = tfi_alloc_zeroed(allocator, sizes->n_lanes, sizeof *state->lanes),
        .max_lanes = sizes->n_lanes,
        .queue = tfi_alloc_zeroed(allocator, sizes->n_queue, sizeof *state->queue),
        .max_queue = sizes->n_queue,
        .rest = tfi_alloc_zeroed(allocator, sizes->n_rest, sizeof *state->rest),
        .max_rest = sizes->n_rest,
    };
    if (state->lanes != NULL && state->queue != NULL && state->rest != NULL)
        return TFEED_OK;
    order_state_clear(state, allocator);
    return tfi_fail_memory(reterr, "a loader's state");
}

void order_state_clear(struct order_state *state, const struct tfeed_allocator *allocator)
{
    tfi_free(allocator, state->lanes);
    tfi_free(allocator, state->queue);
    tfi_free(allocator, state->rest);
    *state = (struct order_state){.epoch = 0};
}

void order_state_copy(struct order_state *to, const struct order_state *from)
{
    const struct order_state room = *to;
    *to = *from;
    to->lanes = room.lanes;
    to->max_lanes = room.max_lanes;
    to->queue = room.queue;
    to->max_queue = room.max_queue;
    to->rest = room.rest;
    to->max_rest = room.max_rest;
    memcpy(to->lanes, from->lanes, from->n_lanes * sizeof *from->lanes);
    memcpy(to->queue, from->queue, from->n_queue * sizeof *from->queue);
    memcpy(to->rest, from->rest, from->n_rest * sizeof *from->rest);
}

tfeed_status set_state_init(struct set_state *state, const struct tfeed_allocator *allocator,
                            const struct order_state_sizes *sizes, size_t max_repeats,
                            struct tfeed_error *reterr)
{
    *state = (struct set_state){.level = {.max_repeats = max_repeats}};
    TFI_TRY(order_state_init(&state->order, allocator, sizes, reterr));
    state->level.repeats = tfi_alloc_zeroed(allocator, max_repeats, sizeof(struct place));
    if (state->level.repeats != NULL)
        return TFEED_OK;
    order_state_clear(&state->order, allocator);
    return tfi_fail_memory(reterr, "a loader's state");
}

static void level_state_copy(struct level_state *to, const struct level_state *from)
{
    const struct level_state room = *to;
    *to = *from;
    to->repeats = room.repeats;
    to->max_repeats = room.max_repeats;
    memcpy(to->repeats, from->repeats, from->n_repeats * sizeof *from->repeats);
}

void loader_state_clear(struct loader_state *state, const struct tfeed_allocator *allocator)
{
    for (size_t i = 0; i < state->n_sets; i++) {
        order_state_clear(&state->sets[i].order, allocator);
        tfi_free(allocator, state->sets[i].level.repeats);
    }
    tfi_free(allocator, state->sets);
    *state = (struct loader_state){.n_sets = 0};
}

void loader_state_copy(struct loader_state *to, const struct loader_state *from)
{
    to->shard_index = from->shard_index;
    to->n_shards = from->n_shards;
    to->n_batches = from->n_batches;
    to->n_rows = from->n_rows;
    for (size_t i = 0; i < from->n_sets; i++) {
        order_state_copy(&to->sets[i].order, &from->sets[i].order);
        level_state_copy(&to->sets[i].level, &from->sets[i].level);
    }
}

void loader_states_free(struct loader_state *states, size_t n_states,
                        const struct tfeed_allocator *allocator)
{
    for (size_t i = 0; i < n_states; i++)
        loader_state_clear(&states[i], allocator);
    tfi_free(allocator, states);
}

void loader_identity_clear(struct loader_identity *identity,
                           const struct tfeed_allocator *allocator)
{
    tfi_free(allocator, identity->sets);
    *identity = (struct loader_identity){.n_sets = 0};
}
