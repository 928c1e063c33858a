/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_state.c - states in memory and as texts: round trips, hostile texts, merging, comparing.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loader/loader_private.h"
#include "tests/support/support.h"

/* --- a state of everything ------------------------------------------------------------------ */

enum { N_LANES = 3, N_QUEUE = 4, N_REST = 2, N_REPEATS = 2, N_SETS = 2 };

struct job {
    struct loader_identity identity;
    struct loader_set_identity sets[N_SETS];
};

static void job_init(struct job *job, enum tfeed_order order, int64_t shard, int64_t n_shards)
{
    *job = (struct job){
        .identity = {.order = order,
                     .seed = 42,
                     .graph_seed = order == TFEED_ORDER_TENSORFLOW ? -7 : TFEED_SEED_UNSET,
                     .shuffle_records = 1000,
                     .n_lanes = 16,
                     .window_records = 62,
                     .interleave = 2,
                     .block_records = 5,
                     .capacity = 1300,
                     .shard_index = shard,
                     .n_shards = n_shards,
                     .level = TFEED_LEVEL_WRAP,
                     .n_sets = N_SETS},
        .sets = {{3, UINT64_C(0xfedcba9876543210), 1.0}, {70, 5, 0.1}},
    };
    if (order == TFEED_ORDER_TENSORFLOW)
        job->identity.level = TFEED_LEVEL_OFF;
    job->identity.sets = job->sets;
}

static struct place a_place(uint64_t i)
{
    return (struct place){.file = (uint32_t)(i % 3), .offset = i * 1000 + 7, .record = i};
}

/* Every number another one; largest ones among them. */
static void state_init(struct loader_state *state, const struct job *job, uint64_t salt,
                       const struct tfeed_allocator *allocator)
{
    const struct order_state_sizes sizes = {N_LANES, N_QUEUE, N_REST};
    *state = (struct loader_state){.shard_index = (uint64_t)job->identity.shard_index,
                                   .n_shards = (uint64_t)job->identity.n_shards,
                                   .n_batches = salt + 1,
                                   .n_rows = salt + 2,
                                   .n_sets = N_SETS};
    state->sets = calloc(N_SETS, sizeof *state->sets);
    for (uint64_t s = 0; s < N_SETS; s++) {
        struct set_state *set = &state->sets[s];
        const uint64_t base = salt + 100 * s;
        cr_assert_eq(set_state_init(set, allocator, &sizes, N_REPEATS, NULL), TFEED_OK);
        struct order_state *order = &set->order;
        order->epoch = base + 3;
        order->n_epoch_rows = base + 4;
        order->position = UINT64_MAX - s;
        order->turn = base + 6;
        order->n_in_turn = base + 7;
        order->n_draws = base + 8;
        order->n_skipped = base + 9;
        order->has_ended = s == 1;
        for (; order->n_lanes < N_LANES; order->n_lanes++)
            order->lanes[order->n_lanes] =
                (struct lane_state){.lane = order->n_lanes,
                                    .epoch = base + 11,
                                    .window = base + 12,
                                    .n_drawn = base + 13,
                                    .begin = a_place(base + 14 + order->n_lanes),
                                    .position = base + 15,
                                    .has_ended = order->n_lanes == 1};
        if (job->identity.order == TFEED_ORDER_TENSORFLOW)
            for (; order->n_queue < N_QUEUE; order->n_queue++)
                order->queue[order->n_queue] = a_place(base + 20 + order->n_queue);
        order->rest[0] = base + 30;
        order->rest[1] = INT64_MAX;
        order->n_rest = N_REST;
        if (job->identity.level == TFEED_LEVEL_OFF)
            continue;
        struct level_state *level = &set->level;
        level->levelled_from = base + 39;
        level->epoch = base + 40;
        level->n_drawn = base + 41;
        level->n_given = base + 42;
        level->has_ended = s == 0;
        for (; level->n_repeats < N_REPEATS; level->n_repeats++)
            level->repeats[level->n_repeats] = a_place(base + 43 + level->n_repeats);
    }
}

static void state_clear(struct loader_state *state)
{
    loader_state_clear(state, NULL);
}

static bool same_place(const struct place *a, const struct place *b)
{
    return a->file == b->file && a->offset == b->offset && a->record == b->record;
}

static void expect_same_order(const struct order_state *a, const struct order_state *b)
{
    cr_assert_eq(a->epoch, b->epoch);
    cr_assert_eq(a->n_epoch_rows, b->n_epoch_rows);
    cr_assert_eq(a->position, b->position);
    cr_assert_eq(a->turn, b->turn);
    cr_assert_eq(a->n_in_turn, b->n_in_turn);
    cr_assert_eq(a->n_draws, b->n_draws);
    cr_assert_eq(a->n_skipped, b->n_skipped);
    cr_assert_eq(a->has_ended, b->has_ended);
    cr_assert_eq(a->n_lanes, b->n_lanes);
    for (size_t i = 0; i < a->n_lanes; i++) {
        cr_assert_eq(a->lanes[i].lane, b->lanes[i].lane);
        cr_assert_eq(a->lanes[i].epoch, b->lanes[i].epoch);
        cr_assert_eq(a->lanes[i].window, b->lanes[i].window);
        cr_assert_eq(a->lanes[i].n_drawn, b->lanes[i].n_drawn);
        cr_assert(same_place(&a->lanes[i].begin, &b->lanes[i].begin));
        cr_assert_eq(a->lanes[i].position, b->lanes[i].position);
        cr_assert_eq(a->lanes[i].has_ended, b->lanes[i].has_ended);
    }
    cr_assert_eq(a->n_queue, b->n_queue);
    for (size_t i = 0; i < a->n_queue; i++)
        cr_assert(same_place(&a->queue[i], &b->queue[i]));
    cr_assert_eq(a->n_rest, b->n_rest);
    for (size_t i = 0; i < a->n_rest; i++)
        cr_assert_eq(a->rest[i], b->rest[i]);
}

static void expect_same(const struct loader_state *a, const struct loader_state *b)
{
    cr_assert_eq(a->shard_index, b->shard_index);
    cr_assert_eq(a->n_shards, b->n_shards);
    cr_assert_eq(a->n_batches, b->n_batches);
    cr_assert_eq(a->n_rows, b->n_rows);
    cr_assert_eq(a->n_sets, b->n_sets);
    for (size_t s = 0; s < a->n_sets; s++) {
        const struct level_state *left = &a->sets[s].level;
        const struct level_state *right = &b->sets[s].level;
        expect_same_order(&a->sets[s].order, &b->sets[s].order);
        cr_assert_eq(left->levelled_from, right->levelled_from);
        cr_assert_eq(left->epoch, right->epoch);
        cr_assert_eq(left->n_drawn, right->n_drawn);
        cr_assert_eq(left->n_given, right->n_given);
        cr_assert_eq(left->has_ended, right->has_ended);
        cr_assert_eq(left->n_repeats, right->n_repeats);
        for (size_t i = 0; i < left->n_repeats; i++)
            cr_assert(same_place(&left->repeats[i], &right->repeats[i]));
    }
}

/* The text of such a state; free() it. */
static char *write_text(const struct job *job, const struct loader_state *state)
{
    struct tfeed_bytes bytes;
    struct tfeed_error error = TFEED_ERROR_INIT;
    cr_assert_eq(loader_state_write(&job->identity, state, NULL, &bytes, &error), TFEED_OK, "%s",
                 error.message);
    cr_assert_eq(bytes.data[bytes.len], '\0');
    char *text = strdup((const char *)bytes.data);
    cr_assert_eq(strlen(text), bytes.len);
    tfeed_block_unref(bytes.block);
    return text;
}

static char *a_text(enum tfeed_order order, int64_t shard, int64_t n_shards)
{
    struct job job;
    struct loader_state state;
    job_init(&job, order, shard, n_shards);
    state_init(&state, &job, (uint64_t)shard * 1000, NULL);
    char *text = write_text(&job, &state);
    state_clear(&state);
    return text;
}

/* What reading says; what was read is checked for being in order, and freed. */
static tfeed_status try_text(const char *text, struct tfeed_error *error)
{
    struct loader_identity identity;
    struct loader_state *states;
    size_t n_states;
    const tfeed_status status =
        loader_states_read(text, NULL, &identity, &states, &n_states, error);
    if (status != TFEED_OK)
        return status;
    cr_assert(n_states == 1 || (int64_t)n_states == identity.n_shards);
    for (size_t i = 0; i < n_states; i++) {
        cr_assert_eq(states[i].n_sets, identity.n_sets);
        cr_assert_lt(states[i].shard_index, (uint64_t)identity.n_shards);
    }
    loader_states_free(states, n_states, NULL);
    loader_identity_clear(&identity, NULL);
    return TFEED_OK;
}

/* `text` with the first `from` made `to`; free() it. */
static char *replaced(const char *text, const char *from, const char *to)
{
    const char *at = strstr(text, from);
    cr_assert_not_null(at, "no '%s' in %s", from, text);
    const size_t n_before = (size_t)(at - text);
    const size_t room = strlen(text) + strlen(to) + 1;
    char *result = malloc(room);
    memcpy(result, text, n_before);
    (void)snprintf(result + n_before, room - n_before, "%s%s", to, at + strlen(from));
    return result;
}

/* --- memory ---------------------------------------------------------------------------------- */

Test(state, copy_is_equal_and_keeps_its_own_arrays)
{
    struct job job;
    struct loader_state from;
    struct loader_state to;
    job_init(&job, TFEED_ORDER_FAST, 1, 4);
    state_init(&from, &job, 5, NULL);
    state_init(&to, &job, 70, NULL);
    const struct lane_state *lanes = to.sets[1].order.lanes;
    loader_state_copy(&to, &from);
    expect_same(&from, &to);
    cr_assert_eq(to.sets[1].order.lanes, lanes);
    state_clear(&from);
    state_clear(&to);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(state, clear_of_a_zeroed_state_does_nothing)
{
    struct loader_state state = {0};
    struct loader_identity identity = {0};
    loader_state_clear(&state, NULL);
    loader_identity_clear(&identity, NULL);
    loader_states_free(NULL, 0, NULL);
}

/* --- texts ------------------------------------------------------------------------------------ */

static void expect_round_trip(enum tfeed_order order)
{
    struct job job;
    struct loader_state state;
    struct loader_identity identity;
    struct loader_state *states;
    size_t n_states;
    struct tfeed_error error = TFEED_ERROR_INIT;
    job_init(&job, order, 2, 3);
    state_init(&state, &job, 9, NULL);
    char *text = write_text(&job, &state);
    cr_assert_eq(loader_states_read(text, NULL, &identity, &states, &n_states, &error), TFEED_OK,
                 "%s", error.message);
    cr_assert_eq(n_states, 1);
    expect_same(&state, &states[0]);
    cr_assert_eq(loader_identity_check(&job.identity, &identity, &error), TFEED_OK, "%s",
                 error.message);
    cr_assert_eq(identity.seed, 42);
    cr_assert_eq(identity.shard_index, 2);
    free(text);
    state_clear(&state);
    loader_states_free(states, n_states, NULL);
    loader_identity_clear(&identity, NULL);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(state, text_of_files_comes_back)
{
    expect_round_trip(TFEED_ORDER_FILES);
}

Test(state, text_of_fast_comes_back)
{
    expect_round_trip(TFEED_ORDER_FAST);
}

Test(state, text_of_global_comes_back)
{
    expect_round_trip(TFEED_ORDER_GLOBAL);
}

Test(state, text_of_tensorflow_comes_back)
{
    expect_round_trip(TFEED_ORDER_TENSORFLOW);
}

Test(state, text_of_sixteen_lanes_is_small)
{
    struct loader_set_identity set = {8, UINT64_C(0x123456789abcdef0), 1};
    const struct loader_identity identity = {.order = TFEED_ORDER_FAST,
                                             .shuffle_records = 10000,
                                             .n_lanes = 16,
                                             .window_records = 625,
                                             .n_shards = 1,
                                             .n_sets = 1,
                                             .sets = &set};
    const struct order_state_sizes sizes = {.n_lanes = 16};
    struct set_state set_state;
    cr_assert_eq(set_state_init(&set_state, NULL, &sizes, 0, NULL), TFEED_OK);
    for (; set_state.order.n_lanes < 16; set_state.order.n_lanes++)
        set_state.order.lanes[set_state.order.n_lanes] =
            (struct lane_state){.lane = set_state.order.n_lanes,
                                .epoch = 3,
                                .window = 120,
                                .n_drawn = 300,
                                .begin = {.file = 7, .offset = 123456789, .record = 140000},
                                .position = 1};
    const struct loader_state state = {.sets = &set_state, .n_sets = 1};
    struct tfeed_bytes text;
    cr_assert_eq(loader_state_write(&identity, &state, NULL, &text, NULL), TFEED_OK);
    cr_assert_lt(text.len, 1500, "%zu bytes", text.len);
    tfeed_block_unref(text.block);
    order_state_clear(&set_state.order, NULL);
    free(set_state.level.repeats);
}

Test(state, each_allocation_of_write_and_read_may_fail)
{
    struct job job;
    struct loader_state state;
    job_init(&job, TFEED_ORDER_FAST, 0, 1);
    state_init(&state, &job, 0, NULL);
    char *text = write_text(&job, &state);
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_bytes bytes = {.block = NULL};
        T_EXPECT_ALLOC_STATUS(loader_state_write(&job.identity, &state, allocator, &bytes, NULL));
        tfeed_block_unref(bytes.block);
    });
    T_FAIL_EACH_ALLOC(allocator, {
        struct loader_identity identity = {.n_sets = 0};
        struct loader_state *states = NULL;
        size_t n_states = 0;
        T_EXPECT_ALLOC_STATUS(
            loader_states_read(text, allocator, &identity, &states, &n_states, NULL));
        loader_states_free(states, n_states, allocator);
        loader_identity_clear(&identity, allocator);
    });
    free(text);
    state_clear(&state);
    T_EXPECT_NO_LEAKS(NULL);
}

/* --- hostile texts ---------------------------------------------------------------------------- */

Test(state, text_cut_at_any_byte_is_invalid)
{
    char *text = a_text(TFEED_ORDER_TENSORFLOW, 1, 2);
    for (size_t len = strlen(text); len-- > 0;) {
        struct t_guarded guarded;
        t_guarded_init(&guarded, len + 1);
        memcpy(guarded.data, text, len);
        guarded.data[len] = '\0';
        cr_assert_eq(try_text((const char *)guarded.data, NULL), TFEED_INVALID_ARGUMENT,
                     "%zu bytes", len);
        t_guarded_clear(&guarded);
    }
    free(text);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(state, any_flipped_bit_is_refused_or_read_as_something_whole)
{
    char *text = a_text(TFEED_ORDER_FAST, 0, 2);
    const size_t len = strlen(text);
    for (size_t i = 0; i < len * 8; i++) {
        text[i / 8] ^= (char)(1 << i % 8);
        struct tfeed_error error = TFEED_ERROR_INIT;
        const tfeed_status status = try_text(text, &error);
        cr_assert(status == TFEED_OK || status == TFEED_INVALID_ARGUMENT, "bit %zu: %s", i,
                  error.message);
        text[i / 8] ^= (char)(1 << i % 8);
    }
    free(text);
    T_EXPECT_NO_LEAKS(NULL);
}

struct change {
    char from[48];
    char to[64];
    char says[64];
};

ParameterizedTestParameters(state, changed_text_is_invalid)
{
    static struct change cases[] = {
        {"\"tfeed_loader_state\":1", "\"tfeed_loader_state\":2", "version 2, expected 1"},
        {"\"tfeed_loader_state\":1", "\"x\":1", "tfeed_loader_state"},
        {"\"tfeed_loader_state\":1", "\"tfeed_loader_state\":\"1\"", "tfeed_loader_state"},
        {"\"order\":\"tensorflow\"", "\"order\":\"auto\"", "auto"},
        {"\"order\":\"tensorflow\"", "\"order\":\"slow\"", "order"},
        {"\"order\":\"tensorflow\"", "\"order\":\"global\"", "queue: expected at most 0"},
        {"\"level\":\"off\"", "\"level\":\"wrap\"", "level"},
        {"\"level\":\"off\"", "\"level\":3", "level"},
        {"\"seed\":42", "\"seed\":1e99", "seed"},
        {"\"seed\":42", "\"seed\":92233720368547758080", ""},
        {"\"shuffle_records\":1000", "\"shuffle_records\":-1", "shuffle_records"},
        {"\"capacity\":1300", "\"capacity\":1000", "capacity"},
        {"\"capacity\":1300", "\"capacity\":9223372036854775807", "capacity"},
        {"\"n_shards\":2", "\"n_shards\":0", "n_shards"},
        {"\"n_shards\":2", "\"n_shards\":-1", "n_shards"},
        {"\"n_shards\":2", "\"n_shards\":1", "shard"},
        {"\"n_shards\":2", "\"n_shards\":1000000000", "n_shards"},
        {"\"n_files\":3", "\"n_files\":2", "expected a file below 2, found 2"},
        {"\"n_files\":3", "\"n_files\":0", "n_files"},
        {"\"n_files\":3", "\"n_files\":4294967296", "n_files"},
        {"\"weight\":1.0", "\"weight\":0", "weight"},
        {"\"weight\":1.0", "\"weight\":-1.5", "weight"},
        {"\"weight\":1.0", "\"weight\":\"1\"", "weight"},
        {"\"shard\":1", "\"shard\":2", "shard"},
        {"\"shard\":1", "\"shard\":18446744073709551615", ""},
        {"\"n_rows\":1002", "\"n_rows\":-1", "n_rows"},
        {"\"n_rows\":1002", "\"n_rows\":1.5", "n_rows"},
        {"\"n_rows\":1002", "\"n_rows\":null", "n_rows"},
        {"\"lanes\":[[0,", "\"lanes\":[[", "lanes"},
        {"\"lanes\":[[0,", "\"lanes\":[[[],", "lanes"},
        {"\"lanes\":[[0,", "\"lanes\":[7,[0,", "lanes"},
        {"\"lanes\":[[", "\"lanes\":{},\"x\":[[", "lanes"},
        {"\"queue\":[[", "\"queue\":[[1,", "queue"},
        {"\"rest\":[", "\"rest\":[-1,", "rest"},
        {"\"has_ended\":false", "\"has_ended\":0", "has_ended"},
        {"\"shards\":[{", "\"shards\":[{},{", "shard"},
        {"\"shards\":[{", "\"shards\":[],\"x\":[{", "shards"},
    };
    return cr_make_param_array(struct change, cases, sizeof cases / sizeof *cases);
}

ParameterizedTest(struct change *change, state, changed_text_is_invalid)
{
    char *text = a_text(TFEED_ORDER_TENSORFLOW, 1, 2);
    char *changed = replaced(text, change->from, change->to);
    struct tfeed_error error = TFEED_ERROR_INIT;
    cr_assert_eq(try_text(changed, &error), TFEED_INVALID_ARGUMENT, "%s", changed);
    cr_assert_not_null(strstr(error.message, change->says), "'%s' does not say '%s'", error.message,
                       change->says);
    free(changed);
    free(text);
}

Test(state, window_above_what_is_shuffled_is_invalid)
{
    char *text = a_text(TFEED_ORDER_FAST, 0, 1);
    char *changed = replaced(text, "\"window_records\":62", "\"window_records\":1001");
    struct tfeed_error error = TFEED_ERROR_INIT;
    cr_assert_eq(try_text(changed, &error), TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(error.message, "window_records must be from 0 to"));
    free(changed);
    free(text);
}

static void expect_bad_level(const char *to)
{
    char *text = a_text(TFEED_ORDER_FAST, 0, 1);
    char *changed = replaced(text, "\"levelled_from\":39", to);
    struct tfeed_error error = TFEED_ERROR_INIT;
    cr_assert_eq(try_text(changed, &error), TFEED_INVALID_ARGUMENT, "%s", to);
    cr_assert_not_null(strstr(error.message, "levelled_from"), "%s", error.message);
    free(changed);
    free(text);
}

Test(state, levelled_from_behind_what_is_levelled_is_invalid)
{
    expect_bad_level("\"levelled_from\":41");
    expect_bad_level("\"levelled_from\":\"18446744073709551615\"");
    expect_bad_level("\"levelled_from\":-1");
    expect_bad_level("\"x\":39");
    T_EXPECT_NO_LEAKS(NULL);
}

Test(state, other_documents_are_no_states)
{
    static const char *const texts[] = {"",  " ",  "{}",    "[]",   "null",
                                        "7", "{{", "\"x\"", "\xff", "{\"tfeed_loader_state\":1}"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct tfeed_error error = TFEED_ERROR_INIT;
        cr_assert_eq(try_text(texts[i], &error), TFEED_INVALID_ARGUMENT, "%s", texts[i]);
        cr_assert_not_null(strstr(error.message, "not a loader's state"), "%s", error.message);
    }
}

Test(state, deep_nesting_is_refused)
{
    enum { N = 200000 };
    char *text = malloc(N + 1);
    memset(text, '[', N);
    text[N] = '\0';
    cr_assert_neq(try_text(text, NULL), TFEED_OK);
    free(text);
}

/* --- comparing -------------------------------------------------------------------------------- */

static void expect_contradiction(const struct job *wanted, const struct job *found,
                                 const char *part)
{
    struct tfeed_error error = TFEED_ERROR_INIT;
    cr_assert_eq(loader_identity_check(&wanted->identity, &found->identity, &error),
                 TFEED_FAILED_PRECONDITION);
    cr_assert_not_null(strstr(error.message, part), "'%s' does not say '%s'", error.message, part);
}

Test(state, contradicting_option_is_named_with_both_values)
{
    struct job wanted;
    struct job found;
    job_init(&found, TFEED_ORDER_FAST, 0, 1);
    job_init(&wanted, TFEED_ORDER_FAST, 0, 1);
    wanted.identity.seed = 43;
    expect_contradiction(&wanted, &found, "seed: expected 43, the state has 42");
    job_init(&wanted, TFEED_ORDER_GLOBAL, 0, 1);
    expect_contradiction(&wanted, &found, "order: expected global, the state has fast");
    job_init(&wanted, TFEED_ORDER_FAST, 0, 1);
    wanted.identity.shuffle_records = 2000;
    expect_contradiction(&wanted, &found, "shuffle_records: expected 2000, the state has 1000");
    job_init(&wanted, TFEED_ORDER_FAST, 0, 1);
    wanted.identity.level = TFEED_LEVEL_DROP;
    expect_contradiction(&wanted, &found, "level: expected drop, the state has wrap");
    job_init(&wanted, TFEED_ORDER_FAST, 0, 1);
    wanted.identity.n_lanes = 8;
    expect_contradiction(&wanted, &found, "n_lanes: expected 8, the state has 16");
}

Test(state, open_options_are_the_states)
{
    struct job wanted;
    struct job found;
    job_init(&found, TFEED_ORDER_FAST, 0, 1);
    job_init(&wanted, TFEED_ORDER_FAST, 0, 1);
    wanted.identity.seed = 0;
    wanted.identity.n_lanes = 0;
    wanted.identity.window_records = 0;
    wanted.identity.capacity = 17; /* of another order */
    cr_assert_eq(loader_identity_check(&wanted.identity, &found.identity, NULL), TFEED_OK);
    wanted.identity.seed = TFEED_SEED_RANDOM;
    cr_assert_eq(loader_identity_check(&wanted.identity, &found.identity, NULL), TFEED_OK);
}

Test(state, other_files_are_named)
{
    struct job wanted;
    struct job found;
    job_init(&found, TFEED_ORDER_FILES, 0, 1);
    job_init(&wanted, TFEED_ORDER_FILES, 0, 1);
    wanted.sets[1].n_files = 71;
    expect_contradiction(&wanted, &found, "files of set 1: expected 71, the state has 70");
    job_init(&wanted, TFEED_ORDER_FILES, 0, 1);
    wanted.identity.sets = wanted.sets;
    wanted.sets[0].hash++;
    expect_contradiction(&wanted, &found, "files of set 0: names, sizes or order");
    job_init(&wanted, TFEED_ORDER_FILES, 0, 1);
    wanted.sets[1].weight = 0.2;
    expect_contradiction(&wanted, &found, "weight of set 1: expected 0.2, the state has 0.1");
    job_init(&wanted, TFEED_ORDER_FILES, 0, 1);
    wanted.identity.n_sets = 1;
    expect_contradiction(&wanted, &found, "sets: expected 1, the state has 2");
}

Test(state, one_shard_of_many_continues_itself_only)
{
    struct job wanted;
    struct job found;
    job_init(&found, TFEED_ORDER_FILES, 1, 4);
    job_init(&wanted, TFEED_ORDER_FILES, 1, 4);
    cr_assert_eq(loader_identity_check(&wanted.identity, &found.identity, NULL), TFEED_OK);
    job_init(&wanted, TFEED_ORDER_FILES, 0, 4);
    expect_contradiction(&wanted, &found, "shard: expected 0 of 4, the state has 1 of 4");
    job_init(&wanted, TFEED_ORDER_FILES, 1, 2);
    expect_contradiction(&wanted, &found, "tfeed_loader_merge_states");
}

Test(state, state_of_one_shard_or_of_all_continues_any_number)
{
    struct job wanted;
    struct job found;
    job_init(&wanted, TFEED_ORDER_FILES, 3, 5);
    job_init(&found, TFEED_ORDER_FILES, 0, 1);
    cr_assert_eq(loader_identity_check(&wanted.identity, &found.identity, NULL), TFEED_OK);
    job_init(&found, TFEED_ORDER_FILES, -1, 4);
    cr_assert_eq(loader_identity_check(&wanted.identity, &found.identity, NULL), TFEED_OK);
}

/* --- merging ---------------------------------------------------------------------------------- */

enum { N_SHARDS = 3 };

static void expect_merge(const char *const *texts, size_t n_texts, tfeed_status expected,
                         const char *part)
{
    struct tfeed_error error = TFEED_ERROR_INIT;
    struct tfeed_bytes merged;
    cr_assert_eq(tfeed_loader_merge_states(texts, n_texts, &merged, &error), expected, "%s",
                 error.message);
    cr_assert_not_null(strstr(error.message, part), "'%s' does not say '%s'", error.message, part);
}

Test(state, merged_states_come_back_in_their_order)
{
    char *texts[N_SHARDS] = {a_text(TFEED_ORDER_FAST, 2, N_SHARDS),
                             a_text(TFEED_ORDER_FAST, 0, N_SHARDS),
                             a_text(TFEED_ORDER_FAST, 1, N_SHARDS)};
    struct tfeed_bytes merged;
    cr_assert_eq(tfeed_loader_merge_states((const char *const *)texts, N_SHARDS, &merged, NULL),
                 TFEED_OK);
    struct loader_identity identity;
    struct loader_state *states;
    size_t n_states;
    cr_assert_eq(
        loader_states_read((const char *)merged.data, NULL, &identity, &states, &n_states, NULL),
        TFEED_OK);
    cr_assert_eq(n_states, N_SHARDS);
    cr_assert_eq(identity.shard_index, -1);
    for (int64_t i = 0; i < N_SHARDS; i++) {
        struct job job;
        struct loader_state state;
        job_init(&job, TFEED_ORDER_FAST, i, N_SHARDS);
        state_init(&state, &job, (uint64_t)i * 1000, NULL);
        expect_same(&state, &states[i]);
        state_clear(&state);
        free(texts[i]);
    }
    const char *again = (const char *)merged.data;
    struct tfeed_bytes twice;
    cr_assert_eq(tfeed_loader_merge_states(&again, 1, &twice, NULL), TFEED_OK);
    cr_assert_str_eq((const char *)twice.data, again);
    tfeed_block_unref(twice.block);
    tfeed_block_unref(merged.block);
    loader_states_free(states, n_states, NULL);
    loader_identity_clear(&identity, NULL);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(state, merge_of_other_than_all_shards_fails)
{
    char *texts[N_SHARDS] = {a_text(TFEED_ORDER_FAST, 0, N_SHARDS),
                             a_text(TFEED_ORDER_FAST, 1, N_SHARDS),
                             a_text(TFEED_ORDER_FAST, 1, N_SHARDS)};
    expect_merge(NULL, 0, TFEED_INVALID_ARGUMENT, "found none");
    expect_merge((const char *const *)texts, 2, TFEED_FAILED_PRECONDITION,
                 "shard 2 of 3 is missing");
    expect_merge((const char *const *)texts, 3, TFEED_FAILED_PRECONDITION,
                 "shard 1 of 3 comes twice");
    for (int i = 0; i < N_SHARDS; i++)
        free(texts[i]);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(state, merge_of_two_jobs_fails)
{
    char *first = a_text(TFEED_ORDER_FAST, 0, 2);
    char *text = a_text(TFEED_ORDER_FAST, 1, 2);
    char *second = replaced(text, "\"seed\":42", "\"seed\":0");
    const char *texts[] = {first, second};
    expect_merge(texts, 2, TFEED_FAILED_PRECONDITION, "seed: expected 42, the state has 0");
    free(second);
    second = a_text(TFEED_ORDER_FAST, 1, 3);
    texts[1] = second;
    expect_merge(texts, 2, TFEED_FAILED_PRECONDITION, "n_shards: expected 2, the state has 3");
    texts[1] = "{}";
    expect_merge(texts, 2, TFEED_INVALID_ARGUMENT, "not a loader's state");
    free(first);
    free(second);
    free(text);
    T_EXPECT_NO_LEAKS(NULL);
}
