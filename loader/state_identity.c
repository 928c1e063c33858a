/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * state_identity.c - does a state belong to this loader; do states belong to one job.
 */
#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "loader/state_private.h"

const char *const state_order_names[STATE_ORDERS] = {
    [TFEED_ORDER_AUTO] = "auto",
    [TFEED_ORDER_FILES] = "files",
    [TFEED_ORDER_FAST] = "fast",
    [TFEED_ORDER_GLOBAL] = "global",
    [TFEED_ORDER_TENSORFLOW] = "tensorflow",
};

const char *const state_level_names[STATE_LEVELS] = {
    [TFEED_LEVEL_OFF] = "off",
    [TFEED_LEVEL_DROP] = "drop",
    [TFEED_LEVEL_WRAP] = "wrap",
    [TFEED_LEVEL_PAD] = "pad",
};

#define OFFSET(member) offsetof(struct loader_identity, member)
#define ALL_ORDERS     (~0u)

const struct identity_field identity_fields[IDENTITY_FIELDS] = {
    {{"seed", OFFSET(seed)}, ALL_ORDERS, true, 0}, /* TFEED_SEED_RANDOM is open too */
    {{"graph_seed", OFFSET(graph_seed)}, 1u << TFEED_ORDER_TENSORFLOW, true, TFEED_SEED_UNSET},
    {{"shuffle_records", OFFSET(shuffle_records)},
     1u << TFEED_ORDER_FAST | 1u << TFEED_ORDER_TENSORFLOW,
     false,
     0},
    {{"n_lanes", OFFSET(n_lanes)}, 1u << TFEED_ORDER_FAST, true, 0},
    {{"window_records", OFFSET(window_records)}, 1u << TFEED_ORDER_FAST, true, 0},
    {{"interleave", OFFSET(interleave)}, 1u << TFEED_ORDER_FILES, false, 0},
    {{"block_records", OFFSET(block_records)}, 1u << TFEED_ORDER_FILES, false, 0},
    {{"capacity", OFFSET(capacity)}, 1u << TFEED_ORDER_TENSORFLOW, true, 0},
};

/* ----------------------------------------------------------------------- comparing */

static tfeed_status differs(struct tfeed_error *reterr, const char *what, const char *wanted,
                            const char *found)
{
    return tfi_fail(reterr, TFEED_FAILED_PRECONDITION, "%s: expected %s, the state has %s", what,
                    wanted, found);
}

static bool is_open(const struct identity_field *field, int64_t wanted)
{
    const bool is_seed = field->field.offset == offsetof(struct loader_identity, seed);
    return (field->may_be_open && wanted == field->open) ||
           (is_seed && wanted == TFEED_SEED_RANDOM);
}

static tfeed_status compare_options(const struct loader_identity *wanted,
                                    const struct loader_identity *found, bool exactly,
                                    struct tfeed_error *reterr)
{
    if (wanted->order != found->order)
        return differs(reterr, "order", state_order_names[wanted->order],
                       state_order_names[found->order]);
    if (wanted->level != found->level)
        return differs(reterr, "level", state_level_names[wanted->level],
                       state_level_names[found->level]);
    for (size_t i = 0; i < IDENTITY_FIELDS; i++) {
        const struct identity_field *field = &identity_fields[i];
        const int64_t expected = field_int64(wanted, &field->field);
        const int64_t actual = field_int64(found, &field->field);
        const bool matters = (field->orders & (1u << wanted->order)) != 0;
        if (matters && expected != actual && (exactly || !is_open(field, expected)))
            return tfi_fail(reterr, TFEED_FAILED_PRECONDITION,
                            "%s: expected %lld, the state has %lld", field->field.name,
                            (long long)expected, (long long)actual);
    }
    return TFEED_OK;
}

static tfeed_status compare_sets(const struct loader_identity *wanted,
                                 const struct loader_identity *found, struct tfeed_error *reterr)
{
    if (wanted->n_sets != found->n_sets)
        return tfi_fail(reterr, TFEED_FAILED_PRECONDITION, "sets: expected %zu, the state has %zu",
                        wanted->n_sets, found->n_sets);
    for (size_t i = 0; i < wanted->n_sets; i++) {
        const struct loader_set_identity *expected = &wanted->sets[i];
        const struct loader_set_identity *actual = &found->sets[i];
        if (expected->n_files != actual->n_files)
            return tfi_fail(reterr, TFEED_FAILED_PRECONDITION,
                            "files of set %zu: expected %llu, the state has %llu", i,
                            (unsigned long long)expected->n_files,
                            (unsigned long long)actual->n_files);
        if (expected->hash != actual->hash)
            return tfi_fail(reterr, TFEED_FAILED_PRECONDITION,
                            "files of set %zu: names, sizes or order are not those of the state "
                            "(%016llx, the state has %016llx)",
                            i, (unsigned long long)expected->hash,
                            (unsigned long long)actual->hash);
        if (expected->weight < actual->weight || expected->weight > actual->weight)
            return tfi_fail(reterr, TFEED_FAILED_PRECONDITION,
                            "weight of set %zu: expected %g, the state has %g", i, expected->weight,
                            actual->weight);
    }
    return TFEED_OK;
}

/* The state of one shard continues that shard; those of all continue any number; one shard alone is
 * all of its job. */
static tfeed_status compare_shards(const struct loader_identity *wanted,
                                   const struct loader_identity *found, struct tfeed_error *reterr)
{
    const bool is_own =
        wanted->shard_index == found->shard_index && wanted->n_shards == found->n_shards;
    if (is_own || found->shard_index < 0 || found->n_shards == 1)
        return TFEED_OK;
    return tfi_fail(reterr, TFEED_FAILED_PRECONDITION,
                    "shard: expected %lld of %lld, the state has %lld of %lld: another number of "
                    "shards needs all states, see tfeed_loader_merge_states",
                    (long long)wanted->shard_index, (long long)wanted->n_shards,
                    (long long)found->shard_index, (long long)found->n_shards);
}

tfeed_status loader_identity_check(const struct loader_identity *wanted,
                                   const struct loader_identity *found, struct tfeed_error *reterr)
{
    TFI_TRY(compare_options(wanted, found, false, reterr));
    TFI_TRY(compare_sets(wanted, found, reterr));
    return compare_shards(wanted, found, reterr);
}

/* ------------------------------------------------------------------------- merging */

/* States of the shards of one job as they come. */
struct gathering {
    struct loader_identity identity; /* of the first text */
    struct loader_state *states;     /* [n_shards], in their order; n_sets 0: missing */
    size_t n_shards;
};

static tfeed_status begin_gathering(struct gathering *gathering, struct loader_identity *identity,
                                    struct tfeed_error *reterr)
{
    gathering->states =
        tfi_alloc_zeroed(NULL, (size_t)identity->n_shards, sizeof(struct loader_state));
    if (gathering->states == NULL)
        return tfi_fail_memory(reterr, "the states of all shards");
    gathering->n_shards = (size_t)identity->n_shards;
    gathering->identity = *identity;
    *identity = (struct loader_identity){.n_sets = 0};
    return TFEED_OK;
}

/* Takes the states over where they belong. */
static tfeed_status gather(struct gathering *gathering, struct loader_identity *identity,
                           struct loader_state *states, size_t n_states, struct tfeed_error *reterr)
{
    if (gathering->states == NULL) {
        TFI_TRY(begin_gathering(gathering, identity, reterr));
    } else {
        TFI_TRY(compare_options(&gathering->identity, identity, true, reterr));
        TFI_TRY(compare_sets(&gathering->identity, identity, reterr));
        if ((int64_t)gathering->n_shards != identity->n_shards)
            return tfi_fail(reterr, TFEED_FAILED_PRECONDITION,
                            "n_shards: expected %zu, the state has %lld", gathering->n_shards,
                            (long long)identity->n_shards);
    }
    for (size_t i = 0; i < n_states; i++) {
        struct loader_state *place = &gathering->states[states[i].shard_index];
        if (place->n_sets > 0)
            return tfi_fail(reterr, TFEED_FAILED_PRECONDITION, "shard %llu of %zu comes twice",
                            (unsigned long long)states[i].shard_index, gathering->n_shards);
        *place = states[i];
        states[i] = (struct loader_state){.n_sets = 0};
    }
    return TFEED_OK;
}

static tfeed_status gather_text(struct gathering *gathering, const char *text,
                                struct tfeed_error *reterr)
{
    struct loader_identity identity;
    struct loader_state *states;
    size_t n_states;
    TFI_TRY(loader_states_read(text, NULL, &identity, &states, &n_states, reterr));
    const tfeed_status status = gather(gathering, &identity, states, n_states, reterr);
    loader_states_free(states, n_states, NULL);
    loader_identity_clear(&identity, NULL);
    return status;
}

static tfeed_status check_complete(const struct gathering *gathering, struct tfeed_error *reterr)
{
    for (size_t i = 0; i < gathering->n_shards; i++)
        if (gathering->states[i].n_sets == 0)
            return tfi_fail(reterr, TFEED_FAILED_PRECONDITION, "shard %zu of %zu is missing", i,
                            gathering->n_shards);
    return TFEED_OK;
}

tfeed_status tfeed_loader_merge_states(const char *const *texts, size_t n_texts,
                                       struct tfeed_bytes *ret_text, struct tfeed_error *reterr)
{
    struct gathering gathering = {.n_shards = 0};
    tfeed_status status = TFEED_OK;
    if (n_texts == 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "expected the states of a job, found none");
    for (size_t i = 0; i < n_texts && status == TFEED_OK; i++)
        status = gather_text(&gathering, texts[i], reterr);
    if (status == TFEED_OK)
        status = check_complete(&gathering, reterr);
    if (status == TFEED_OK)
        status = loader_states_write(&gathering.identity, gathering.states, gathering.n_shards,
                                     NULL, ret_text, reterr);
    loader_states_free(gathering.states, gathering.n_shards, NULL);
    loader_identity_clear(&gathering.identity, NULL);
    return status;
}
