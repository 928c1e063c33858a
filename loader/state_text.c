/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * state_text.c - states as texts: written and read.
 *
 * doc/formats/loader-state.md describes the format. What is read may be anybody's: every number is
 * checked against what it may be at all, and the orders compare those that are left with the files.
 * Memory stays in proportion to the text.
 *
 *    { what rows depend on, "sets": [ files … ], "shards": [ { place of one shard } … ] }
 *                                                               one, or merged: all
 */
#include <math.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "core/block_internal.h"
#include "core/error_internal.h"
#include "io/json_internal.h"
#include "loader/loader_private.h"
#include "loader/state_private.h"

static const char version_key[] = "tfeed_loader_state";
enum { STATE_VERSION = 1 };

/* A queue of some millions of records; nothing else comes near. */
enum { MAX_TEXT_BYTES = 256 << 20 };

enum { MAX_SETS = 1 << 16 };

static const struct field shard_fields[] = {
    {"shard", offsetof(struct loader_state, shard_index)},
    {"n_batches", offsetof(struct loader_state, n_batches)},
    {"n_rows", offsetof(struct loader_state, n_rows)},
};

static const struct field order_fields[] = {
    {"epoch", offsetof(struct order_state, epoch)},
    {"n_epoch_rows", offsetof(struct order_state, n_epoch_rows)},
    {"position", offsetof(struct order_state, position)},
    {"turn", offsetof(struct order_state, turn)},
    {"n_in_turn", offsetof(struct order_state, n_in_turn)},
    {"n_draws", offsetof(struct order_state, n_draws)},
    {"n_skipped", offsetof(struct order_state, n_skipped)},
};

static const struct field level_fields[] = {
    {"levelled_from", offsetof(struct level_state, levelled_from)},
    {"epoch", offsetof(struct level_state, epoch)},
    {"n_drawn", offsetof(struct level_state, n_drawn)},
    {"n_given", offsetof(struct level_state, n_given)},
};

static uint64_t get_uint64(const void *object, const struct field *field)
{
    uint64_t number;
    memcpy(&number, (const char *)object + field->offset, sizeof number);
    return number;
}

/* ------------------------------------------------------------------------- writing */

static void put_fields(struct tfi_json_maker *maker, const void *object, const struct field *fields,
                       size_t n_fields)
{
    for (size_t i = 0; i < n_fields; i++)
        tfi_json_put_uint64(maker, fields[i].name, get_uint64(object, &fields[i]));
}

static void put_place(struct tfi_json_maker *maker, const struct place *place)
{
    tfi_json_put_uint64(maker, NULL, place->file);
    tfi_json_put_uint64(maker, NULL, place->offset);
    tfi_json_put_uint64(maker, NULL, place->record);
}

static void put_places(struct tfi_json_maker *maker, const char *key, const struct place *places,
                       size_t n)
{
    if (n == 0)
        return;
    tfi_json_begin_array(maker, key);
    for (size_t i = 0; i < n; i++) {
        tfi_json_begin_array(maker, NULL);
        put_place(maker, &places[i]);
        tfi_json_end(maker);
    }
    tfi_json_end(maker);
}

static void put_lanes(struct tfi_json_maker *maker, const struct order_state *state)
{
    if (state->n_lanes == 0)
        return;
    tfi_json_begin_array(maker, "lanes");
    for (size_t i = 0; i < state->n_lanes; i++) {
        const struct lane_state *lane = &state->lanes[i];
        tfi_json_begin_array(maker, NULL);
        tfi_json_put_uint64(maker, NULL, lane->lane);
        tfi_json_put_uint64(maker, NULL, lane->epoch);
        tfi_json_put_uint64(maker, NULL, lane->window);
        tfi_json_put_uint64(maker, NULL, lane->n_drawn);
        put_place(maker, &lane->begin);
        tfi_json_put_uint64(maker, NULL, lane->position);
        tfi_json_put_bool(maker, NULL, lane->has_ended);
        tfi_json_end(maker);
    }
    tfi_json_end(maker);
}

static void put_set(struct tfi_json_maker *maker, const struct set_state *state,
                    enum tfeed_level level)
{
    const struct order_state *order = &state->order;
    tfi_json_begin_object(maker, NULL);
    put_fields(maker, order, order_fields, N_ELEMENTS(order_fields));
    tfi_json_put_bool(maker, "has_ended", order->has_ended);
    put_lanes(maker, order);
    put_places(maker, "queue", order->queue, order->n_queue);
    if (order->n_rest > 0) {
        tfi_json_begin_array(maker, "rest");
        for (size_t i = 0; i < order->n_rest; i++)
            tfi_json_put_uint64(maker, NULL, order->rest[i]);
        tfi_json_end(maker);
    }
    if (level != TFEED_LEVEL_OFF) {
        tfi_json_begin_object(maker, "level");
        put_fields(maker, &state->level, level_fields, N_ELEMENTS(level_fields));
        tfi_json_put_bool(maker, "has_ended", state->level.has_ended);
        put_places(maker, "repeats", state->level.repeats, state->level.n_repeats);
        tfi_json_end(maker);
    }
    tfi_json_end(maker);
}

static void put_shard(struct tfi_json_maker *maker, const struct loader_state *state,
                      enum tfeed_level level)
{
    tfi_json_begin_object(maker, NULL);
    put_fields(maker, state, shard_fields, N_ELEMENTS(shard_fields));
    tfi_json_begin_array(maker, "sets");
    for (size_t i = 0; i < state->n_sets; i++)
        put_set(maker, &state->sets[i], level);
    tfi_json_end(maker);
    tfi_json_end(maker);
}

static void put_identity(struct tfi_json_maker *maker, const struct loader_identity *identity)
{
    tfi_json_put_int64(maker, version_key, STATE_VERSION);
    tfi_json_put_string(maker, "order", state_order_names[identity->order]);
    for (size_t i = 0; i < IDENTITY_FIELDS; i++) {
        const struct field *field = &identity_fields[i].field;
        if ((identity_fields[i].orders & (1u << identity->order)) != 0)
            tfi_json_put_int64(maker, field->name, field_int64(identity, field));
    }
    tfi_json_put_string(maker, "level", state_level_names[identity->level]);
    tfi_json_put_int64(maker, "n_shards", identity->n_shards);
    tfi_json_begin_array(maker, "sets");
    for (size_t i = 0; i < identity->n_sets; i++) {
        tfi_json_begin_object(maker, NULL);
        tfi_json_put_uint64(maker, "n_files", identity->sets[i].n_files);
        tfi_json_put_uint64(maker, "hash", identity->sets[i].hash);
        tfi_json_put_double(maker, "weight", identity->sets[i].weight);
        tfi_json_end(maker);
    }
    tfi_json_end(maker);
}

/* Moves the text into a block of its own. */
static tfeed_status wrap_text(char *text, const struct tfeed_allocator *allocator,
                              struct tfeed_bytes *ret_text, struct tfeed_error *reterr)
{
    const size_t len = strlen(text);
    struct tfeed_block *block = NULL;
    uint8_t *data;
    const tfeed_status status = tfi_block_alloc(allocator, len + 1, &block, &data, reterr);
    if (status == TFEED_OK) {
        memcpy(data, text, len + 1);
        *ret_text = (struct tfeed_bytes){.data = data, .len = len, .block = block};
    }
    tfi_free(allocator, text);
    return status;
}

tfeed_status loader_states_write(const struct loader_identity *identity,
                                 const struct loader_state *states, size_t n_states,
                                 const struct tfeed_allocator *allocator,
                                 struct tfeed_bytes *ret_text, struct tfeed_error *reterr)
{
    struct tfi_json_maker maker = {0};
    tfi_json_begin_object(&maker, NULL);
    put_identity(&maker, identity);
    tfi_json_begin_array(&maker, "shards");
    for (size_t i = 0; i < n_states; i++)
        put_shard(&maker, &states[i], identity->level);
    tfi_json_end(&maker);
    tfi_json_end(&maker);
    char *text;
    TFI_TRY(tfi_json_finish(&maker, allocator, &text, reterr));
    return wrap_text(text, allocator, ret_text, reterr);
}

tfeed_status loader_state_write(const struct loader_identity *identity,
                                const struct loader_state *state,
                                const struct tfeed_allocator *allocator,
                                struct tfeed_bytes *ret_text, struct tfeed_error *reterr)
{
    return loader_states_write(identity, state, 1, allocator, ret_text, reterr);
}

/* ------------------------------------------------------------------------- reading */

static tfeed_status read_fields(const struct tfi_json *json, void *object,
                                const struct field *fields, size_t n_fields,
                                struct tfeed_error *reterr)
{
    for (size_t i = 0; i < n_fields; i++) {
        uint64_t number;
        TFI_TRY(tfi_json_as_uint64(tfi_json_member(json, fields[i].name), fields[i].name, &number,
                                   reterr));
        memcpy((char *)object + fields[i].offset, &number, sizeof number);
    }
    return TFEED_OK;
}

/* Which of the names a member says. */
static tfeed_status read_name(const struct tfi_json *json, const char *key,
                              const char *const *names, size_t n_names, size_t *ret_i,
                              struct tfeed_error *reterr)
{
    const char *text;
    TFI_TRY(tfi_json_as_string(tfi_json_member(json, key), key, &text, reterr));
    for (*ret_i = 0; *ret_i < n_names; (*ret_i)++)
        if (strcmp(text, names[*ret_i]) == 0)
            return TFEED_OK;
    return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "%s: expected %s … %s, found '%.40s'", key,
                    names[0], names[n_names - 1], text);
}

/* An array that may be left out when it is empty. */
static tfeed_status read_array(const struct tfi_json *json, const char *key, size_t max,
                               const struct tfi_json **ret_array, size_t *ret_n,
                               struct tfeed_error *reterr)
{
    *ret_array = tfi_json_member(json, key);
    *ret_n = tfi_json_n_elements(*ret_array);
    if (*ret_array == NULL)
        return TFEED_OK;
    TFI_TRY(tfi_json_as_array(*ret_array, key, reterr));
    if (*ret_n <= max)
        return TFEED_OK;
    return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "%s: expected at most %zu, found %zu", key, max,
                    *ret_n);
}

/* Numbers first … first + n - 1 of an array. */
static tfeed_status read_numbers(const struct tfi_json *array, const char *what, size_t first,
                                 uint64_t *numbers, size_t n, struct tfeed_error *reterr)
{
    for (size_t i = 0; i < n; i++)
        TFI_TRY(tfi_json_as_uint64(tfi_json_element(array, first + i), what, &numbers[i], reterr));
    return TFEED_OK;
}

enum { PLACE_NUMBERS = 3 };

static tfeed_status read_place(const struct tfi_json *array, const char *what, size_t first,
                               uint64_t n_files, struct place *ret_place,
                               struct tfeed_error *reterr)
{
    uint64_t numbers[PLACE_NUMBERS];
    TFI_TRY(read_numbers(array, what, first, numbers, PLACE_NUMBERS, reterr));
    if (numbers[0] >= n_files)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "%s: expected a file below %llu, found %llu", what,
                        (unsigned long long)n_files, (unsigned long long)numbers[0]);
    *ret_place =
        (struct place){.file = (uint32_t)numbers[0], .offset = numbers[1], .record = numbers[2]};
    return TFEED_OK;
}

static tfeed_status check_length(const struct tfi_json *array, const char *what, size_t n,
                                 struct tfeed_error *reterr)
{
    if (tfi_json_n_elements(array) == n)
        return TFEED_OK;
    return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "%s: expected lists of %zu numbers", what, n);
}

static tfeed_status read_places(const struct tfi_json *array, const char *what, uint64_t n_files,
                                struct place *places, size_t n, struct tfeed_error *reterr)
{
    for (size_t i = 0; i < n; i++) {
        const struct tfi_json *json = tfi_json_element(array, i);
        TFI_TRY(check_length(json, what, PLACE_NUMBERS, reterr));
        TFI_TRY(read_place(json, what, 0, n_files, &places[i], reterr));
    }
    return TFEED_OK;
}

static tfeed_status read_lane(const struct tfi_json *array, uint64_t n_files,
                              struct lane_state *ret_lane, struct tfeed_error *reterr)
{
    enum { LANE, EPOCH, WINDOW, N_DRAWN, PLACE, POSITION = PLACE + PLACE_NUMBERS, HAS_ENDED, ALL };
    uint64_t numbers[PLACE];
    TFI_TRY(check_length(array, "lanes", ALL, reterr));
    TFI_TRY(read_numbers(array, "lanes", LANE, numbers, PLACE, reterr));
    *ret_lane = (struct lane_state){.lane = numbers[LANE],
                                    .epoch = numbers[EPOCH],
                                    .window = numbers[WINDOW],
                                    .n_drawn = numbers[N_DRAWN]};
    TFI_TRY(read_place(array, "lanes", PLACE, n_files, &ret_lane->begin, reterr));
    TFI_TRY(read_numbers(array, "lanes", POSITION, &ret_lane->position, 1, reterr));
    return tfi_json_as_bool(tfi_json_element(array, HAS_ENDED), "lanes", &ret_lane->has_ended,
                            reterr);
}

/* The arrays of one set in the text. */
struct set_arrays {
    const struct tfi_json *lanes, *queue, *rest, *level, *repeats;
    struct order_state_sizes sizes;
    size_t n_repeats;
};

static tfeed_status find_arrays(const struct tfi_json *json, const struct loader_identity *identity,
                                struct set_arrays *ret_arrays, struct tfeed_error *reterr)
{
    const bool is_tensorflow = identity->order == TFEED_ORDER_TENSORFLOW;
    const size_t max_queue = is_tensorflow ? (size_t)identity->capacity : 0;
    *ret_arrays = (struct set_arrays){.level = tfi_json_member(json, "level")};
    TFI_TRY(read_array(json, "lanes", MAX_TEXT_BYTES, &ret_arrays->lanes,
                       &ret_arrays->sizes.n_lanes, reterr));
    TFI_TRY(read_array(json, "queue", max_queue, &ret_arrays->queue, &ret_arrays->sizes.n_queue,
                       reterr));
    TFI_TRY(read_array(json, "rest", MAX_TEXT_BYTES, &ret_arrays->rest, &ret_arrays->sizes.n_rest,
                       reterr));
    return read_array(ret_arrays->level, "repeats", LEVEL_MAX_REPEATS, &ret_arrays->repeats,
                      &ret_arrays->n_repeats, reterr);
}

/* Before levelled_from nothing is counted; epochs are as many as n_epochs may say. */
static tfeed_status check_level(const struct level_state *state, struct tfeed_error *reterr)
{
    const bool is_levelled = state->epoch >= state->levelled_from;
    const bool is_counted =
        state->n_drawn > 0 || state->n_given > 0 || state->n_repeats > 0 || state->has_ended;
    if (state->levelled_from <= INT64_MAX && (is_levelled || !is_counted))
        return TFEED_OK;
    return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                    "levelled_from: expected at most epoch %llu, which is levelled, found %llu",
                    (unsigned long long)state->epoch, (unsigned long long)state->levelled_from);
}

static tfeed_status read_level(const struct set_arrays *arrays, uint64_t n_files,
                               struct level_state *state, struct tfeed_error *reterr)
{
    TFI_TRY(tfi_json_as_object(arrays->level, "level", reterr));
    TFI_TRY(read_fields(arrays->level, state, level_fields, N_ELEMENTS(level_fields), reterr));
    TFI_TRY(tfi_json_as_bool(tfi_json_member(arrays->level, "has_ended"), "has_ended",
                             &state->has_ended, reterr));
    TFI_TRY(read_places(arrays->repeats, "repeats", n_files, state->repeats, arrays->n_repeats,
                        reterr));
    state->n_repeats = arrays->n_repeats;
    return check_level(state, reterr);
}

static tfeed_status read_order(const struct tfi_json *json, const struct set_arrays *arrays,
                               uint64_t n_files, struct order_state *state,
                               struct tfeed_error *reterr)
{
    const struct order_state_sizes *sizes = &arrays->sizes;
    TFI_TRY(read_fields(json, state, order_fields, N_ELEMENTS(order_fields), reterr));
    TFI_TRY(tfi_json_as_bool(tfi_json_member(json, "has_ended"), "has_ended", &state->has_ended,
                             reterr));
    for (; state->n_lanes < sizes->n_lanes; state->n_lanes++)
        TFI_TRY(read_lane(tfi_json_element(arrays->lanes, state->n_lanes), n_files,
                          &state->lanes[state->n_lanes], reterr));
    TFI_TRY(read_places(arrays->queue, "queue", n_files, state->queue, sizes->n_queue, reterr));
    state->n_queue = sizes->n_queue;
    TFI_TRY(read_numbers(arrays->rest, "rest", 0, state->rest, sizes->n_rest, reterr));
    state->n_rest = sizes->n_rest;
    return TFEED_OK;
}

static tfeed_status read_set(const struct tfi_json *json, const struct loader_identity *identity,
                             size_t set, const struct tfeed_allocator *allocator,
                             struct loader_state *state, struct tfeed_error *reterr)
{
    const uint64_t n_files = identity->sets[set].n_files;
    struct set_arrays arrays;
    TFI_TRY(tfi_json_as_object(json, "sets", reterr));
    TFI_TRY(find_arrays(json, identity, &arrays, reterr));
    TFI_TRY(set_state_init(&state->sets[set], allocator, &arrays.sizes, arrays.n_repeats, reterr));
    state->n_sets++;
    TFI_TRY(read_order(json, &arrays, n_files, &state->sets[set].order, reterr));
    if (identity->level == TFEED_LEVEL_OFF)
        return TFEED_OK;
    return read_level(&arrays, n_files, &state->sets[set].level, reterr);
}

static tfeed_status read_shard(const struct tfi_json *json, const struct loader_identity *identity,
                               const struct tfeed_allocator *allocator, struct loader_state *state,
                               struct tfeed_error *reterr)
{
    const struct tfi_json *sets = tfi_json_member(json, "sets");
    TFI_TRY(tfi_json_as_object(json, "shards", reterr));
    TFI_TRY(read_fields(json, state, shard_fields, N_ELEMENTS(shard_fields), reterr));
    state->n_shards = (uint64_t)identity->n_shards;
    if (state->shard_index >= state->n_shards)
        return tfi_fail(
            reterr, TFEED_INVALID_ARGUMENT, "shard: expected one below %llu, found %llu",
            (unsigned long long)state->n_shards, (unsigned long long)state->shard_index);
    TFI_TRY(tfi_json_as_array(sets, "sets", reterr));
    if (tfi_json_n_elements(sets) != identity->n_sets)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "sets: expected %zu, found %zu",
                        identity->n_sets, tfi_json_n_elements(sets));
    state->sets = tfi_alloc_zeroed(allocator, identity->n_sets, sizeof *state->sets);
    if (state->sets == NULL)
        return tfi_fail_memory(reterr, "a loader's state");
    for (size_t i = 0; i < identity->n_sets; i++)
        TFI_TRY(read_set(tfi_json_element(sets, i), identity, i, allocator, state, reterr));
    return TFEED_OK;
}

/* One shard, or all of them in their order. */
static tfeed_status read_shards(const struct tfi_json *json, struct loader_identity *identity,
                                const struct tfeed_allocator *allocator,
                                struct loader_state **ret_states, size_t *ret_n_states,
                                struct tfeed_error *reterr)
{
    const struct tfi_json *shards = tfi_json_member(json, "shards");
    TFI_TRY(tfi_json_as_array(shards, "shards", reterr));
    const size_t n = tfi_json_n_elements(shards);
    if (n != 1 && n != (size_t)identity->n_shards)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "shards: expected 1 or all %lld, found %zu",
                        (long long)identity->n_shards, n);
    struct loader_state *states = tfi_alloc_zeroed(allocator, n, sizeof *states);
    if (states == NULL)
        return tfi_fail_memory(reterr, "a loader's states");
    tfeed_status status = TFEED_OK;
    for (size_t i = 0; i < n && status == TFEED_OK; i++) {
        status = read_shard(tfi_json_element(shards, i), identity, allocator, &states[i], reterr);
        if (status == TFEED_OK && n > 1 && states[i].shard_index != i)
            status =
                tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "shards: expected shard %zu, found %llu",
                         i, (unsigned long long)states[i].shard_index);
    }
    if (status != TFEED_OK) {
        loader_states_free(states, n, allocator);
        return status;
    }
    identity->shard_index = n == 1 ? (int64_t)states[0].shard_index : -1;
    *ret_states = states;
    *ret_n_states = n;
    return TFEED_OK;
}

static tfeed_status read_set_identity(const struct tfi_json *json,
                                      struct loader_set_identity *ret_set,
                                      struct tfeed_error *reterr)
{
    TFI_TRY(tfi_json_as_object(json, "sets", reterr));
    TFI_TRY(
        tfi_json_as_uint64(tfi_json_member(json, "n_files"), "n_files", &ret_set->n_files, reterr));
    TFI_TRY(tfi_json_as_uint64(tfi_json_member(json, "hash"), "hash", &ret_set->hash, reterr));
    TFI_TRY(
        tfi_json_as_double(tfi_json_member(json, "weight"), "weight", &ret_set->weight, reterr));
    if (ret_set->n_files == 0 || ret_set->n_files > UINT32_MAX)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "n_files: expected 1 to %lu, found %llu",
                        (unsigned long)UINT32_MAX, (unsigned long long)ret_set->n_files);
    if (!(ret_set->weight > 0) || !isfinite(ret_set->weight))
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "weight: expected a number above 0");
    return TFEED_OK;
}

static tfeed_status read_options(const struct tfi_json *json, struct loader_identity *identity,
                                 struct tfeed_error *reterr)
{
    size_t order;
    size_t level;
    TFI_TRY(read_name(json, "order", state_order_names, STATE_ORDERS, &order, reterr));
    TFI_TRY(read_name(json, "level", state_level_names, STATE_LEVELS, &level, reterr));
    identity->order = (enum tfeed_order)order;
    identity->level = (enum tfeed_level)level;
    for (size_t i = 0; i < IDENTITY_FIELDS; i++) {
        const struct field *field = &identity_fields[i].field;
        int64_t number;
        if ((identity_fields[i].orders & (1u << order)) == 0)
            continue;
        TFI_TRY(
            tfi_json_as_int64(tfi_json_member(json, field->name), field->name, &number, reterr));
        memcpy((char *)identity + field->offset, &number, sizeof number);
    }
    return tfi_json_as_int64(tfi_json_member(json, "n_shards"), "n_shards", &identity->n_shards,
                             reterr);
}

/* What the options of a loader may be, those of a state may be. */
static tfeed_status check_options(const struct loader_identity *identity,
                                  struct tfeed_error *reterr)
{
    struct tfeed_loader_options options;
    tfeed_loader_options_init(&options);
    options.order = identity->order;
    options.level = identity->level;
    options.seed = identity->seed;
    options.shuffle_records = identity->shuffle_records;
    options.n_lanes = identity->n_lanes;
    options.interleave = identity->interleave;
    options.block_records = identity->block_records;
    options.capacity = identity->capacity;
    options.n_shards = identity->n_shards;
    TFI_TRY(loader_options_check(&options, reterr));
    if (identity->order == TFEED_ORDER_AUTO || identity->n_shards < 1)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "order and n_shards must not be auto");
    if (identity->window_records < 0 || identity->window_records > identity->shuffle_records)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "window_records must be from 0 to shuffle_records (%lld), not %lld",
                        (long long)identity->shuffle_records, (long long)identity->window_records);
    return TFEED_OK;
}

static tfeed_status read_identity(const struct tfi_json *json,
                                  const struct tfeed_allocator *allocator,
                                  struct loader_identity *identity, struct tfeed_error *reterr)
{
    const struct tfi_json *sets = tfi_json_member(json, "sets");
    *identity = (struct loader_identity){
        .graph_seed = TFEED_SEED_UNSET, .interleave = 1, .block_records = 1};
    TFI_TRY(read_options(json, identity, reterr));
    TFI_TRY(check_options(identity, reterr));
    TFI_TRY(tfi_json_as_array(sets, "sets", reterr));
    const size_t n_sets = tfi_json_n_elements(sets);
    if (n_sets == 0 || n_sets > MAX_SETS)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "sets: expected 1 to %d, found %zu",
                        MAX_SETS, n_sets);
    identity->sets = tfi_alloc_zeroed(allocator, n_sets, sizeof *identity->sets);
    if (identity->sets == NULL)
        return tfi_fail_memory(reterr, "a loader's state");
    for (; identity->n_sets < n_sets; identity->n_sets++)
        TFI_TRY(read_set_identity(tfi_json_element(sets, identity->n_sets),
                                  &identity->sets[identity->n_sets], reterr));
    return TFEED_OK;
}

static tfeed_status check_version(const struct tfi_json *json, struct tfeed_error *reterr)
{
    int64_t version;
    TFI_TRY(tfi_json_as_int64(tfi_json_member(json, version_key), version_key, &version, reterr));
    if (version == STATE_VERSION)
        return TFEED_OK;
    return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "version %lld, expected %d", (long long)version,
                    STATE_VERSION);
}

static tfeed_status read_text(const char *text, const struct tfeed_allocator *allocator,
                              struct loader_identity *identity, struct loader_state **ret_states,
                              size_t *ret_n_states, struct tfeed_error *reterr)
{
    struct tfi_json *json;
    TFI_TRY(tfi_json_parse(text, strlen(text), MAX_TEXT_BYTES, &json, reterr));
    tfeed_status status = check_version(json, reterr);
    if (status == TFEED_OK)
        status = read_identity(json, allocator, identity, reterr);
    if (status == TFEED_OK)
        status = read_shards(json, identity, allocator, ret_states, ret_n_states, reterr);
    tfi_json_free(json);
    return status;
}

tfeed_status loader_states_read(const char *text, const struct tfeed_allocator *allocator,
                                struct loader_identity *ret_identity,
                                struct loader_state **ret_states, size_t *ret_n_states,
                                struct tfeed_error *reterr)
{
    struct tfeed_error error = TFEED_ERROR_INIT;
    struct loader_identity identity = {.n_sets = 0};
    const tfeed_status status =
        read_text(text, allocator, &identity, ret_states, ret_n_states, &error);
    if (status == TFEED_OK) {
        *ret_identity = identity;
        return TFEED_OK;
    }
    loader_identity_clear(&identity, allocator);
    if (status != TFEED_INVALID_ARGUMENT)
        return tfi_fail_again(reterr, &error);
    return tfi_fail(reterr, status, "not a loader's state: %s", error.message);
}
