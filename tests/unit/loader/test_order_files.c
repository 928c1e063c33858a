/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_order_files.c - FILES: the order itself, fills in any interleaving, damage, states, shards.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include "tests/unit/loader/order_fixture.h"

static const size_t counts[] = {300, 0, 1, 517, 40, 129, 128};
enum { N_FILES = sizeof counts / sizeof counts[0] };

/* What an interleave gives: written as tf.data describes it, with nothing of the order's code. */
static void expect_interleave(struct t_rows *rows, size_t interleave, size_t block,
                              uint64_t n_epochs)
{
    for (uint64_t epoch = 0; epoch < n_epochs; epoch++) {
        int64_t open[100];
        size_t given[T_MAX_FILES] = {0};
        size_t next = 0, n_open = 0, turn = 0, in_turn = 0;
        for (size_t i = 0; i < interleave; i++)
            open[i] = -1;
        while (n_open > 0 || next < N_FILES) {
            const bool fits = open[turn] >= 0 && given[open[turn]] < counts[open[turn]];
            if (fits) {
                rows->rows[rows->n++] = (struct t_row){
                    .epoch = epoch, .record = given[open[turn]]++, .file = (uint32_t)open[turn]};
                in_turn++;
            } else if (open[turn] >= 0) {
                open[turn] = -1;
                n_open--;
                in_turn = block;
            } else if (next < N_FILES) {
                open[turn] = (int64_t)next++;
                n_open++;
            } else {
                in_turn = block;
            }
            if (in_turn == block) {
                turn = (turn + 1) % interleave;
                in_turn = 0;
            }
        }
    }
}

struct run {
    int64_t interleave;
    int64_t block;
    int n_ahead;
    bool gzip;
};

static struct run runs[] = {
    {1, 1, 0, false}, {1, 1, 1, false},   {1, 1, 7, false},   {1, 1, 3, true},
    {2, 1, 0, false}, {2, 3, 5, false},   {3, 2, 0, true},    {3, 2, 4, true},
    {7, 1, 2, false}, {5, 200, 9, false}, {100, 1, 3, false},
};

ParameterizedTestParameters(order_files, gives_the_records_in_order)
{
    return cr_make_param_array(struct run, runs, sizeof runs / sizeof runs[0]);
}

ParameterizedTest(struct run *run, order_files, gives_the_records_in_order)
{
    struct fixture fixture;
    struct t_rows *found = t_rows_new(), *expected = t_rows_new();
    fixture_init(&fixture);
    fixture_add_files(&fixture, counts, N_FILES, 60, run->gzip);
    fixture.options.interleave = run->interleave;
    fixture.options.block_records = run->block;
    fixture.n_ahead = run->n_ahead;
    fixture.n_epochs = 3;
    cr_assert_eq(fixture_open(&fixture, &order_files, NULL, 0), TFEED_OK, "%s",
                 fixture.error.message);
    cr_assert_eq(fixture_draw_all(&fixture, 100, found), TFEED_OUT_OF_RANGE, "%s",
                 fixture.error.message);
    expect_interleave(expected, (size_t)run->interleave, (size_t)run->block, 3);
    t_expect_same_rows(found, 0, expected, 0);
    cr_assert_eq(fixture.n_ends_of_epoch, 3);
    free(found);
    free(expected);
    fixture_clear(&fixture);
    T_EXPECT_NO_LEAKS(NULL);
}

/* --- what is left out ------------------------------------------------------------------------- */

static bool keeps_even(const struct tfeed_loader_record *record, void *user_data)
{
    (void)user_data;
    return record->view.record % 2 == 0;
}

static bool keeps_none(const struct tfeed_loader_record *record, void *user_data)
{
    (void)record;
    (void)user_data;
    return false;
}

static void drop_odd(struct t_rows *rows)
{
    size_t n = 0;
    for (size_t i = 0; i < rows->n; i++)
        if (rows->rows[i].record % 2 == 0)
            rows->rows[n++] = rows->rows[i];
    rows->n = n;
}

ParameterizedTestParameters(order_files, filter_takes_rows_out_and_changes_nothing_else)
{
    return cr_make_param_array(struct run, runs, sizeof runs / sizeof runs[0]);
}

ParameterizedTest(struct run *run, order_files, filter_takes_rows_out_and_changes_nothing_else)
{
    struct fixture fixture;
    struct t_rows *found = t_rows_new(), *expected = t_rows_new();
    fixture_init(&fixture);
    fixture_add_files(&fixture, counts, N_FILES, 60, run->gzip);
    fixture.options.interleave = run->interleave;
    fixture.options.block_records = run->block;
    fixture.options.filter = keeps_even;
    fixture.n_ahead = run->n_ahead;
    fixture.n_epochs = 2;
    cr_assert_eq(fixture_open(&fixture, &order_files, NULL, 0), TFEED_OK);
    cr_assert_eq(fixture_draw_all(&fixture, 33, found), TFEED_OUT_OF_RANGE);
    expect_interleave(expected, (size_t)run->interleave, (size_t)run->block, 2);
    const size_t n_all = expected->n;
    drop_odd(expected);
    t_expect_same_rows(found, 0, expected, 0);
    cr_assert_eq(fixture.n_filtered, n_all - expected->n);
    free(found);
    free(expected);
    fixture_clear(&fixture);
}

Test(order_files, filter_that_keeps_nothing_gives_no_row)
{
    struct fixture fixture;
    struct t_rows *found = t_rows_new();
    fixture_init(&fixture);
    fixture_add_files(&fixture, counts, N_FILES, 10, false);
    fixture.options.filter = keeps_none;
    fixture.n_epochs = 3;
    cr_assert_eq(fixture_open(&fixture, &order_files, NULL, 0), TFEED_OK);
    cr_assert_eq(fixture_draw_all(&fixture, 8, found), TFEED_OUT_OF_RANGE);
    cr_assert_eq(found->n, 0);
    cr_assert_eq(fixture.n_ends_of_epoch, 0);
    free(found);
    fixture_clear(&fixture);
}

/* --- damage ----------------------------------------------------------------------------------- */

struct damage {
    enum tfeed_on_error on_error;
    bool in_length;
    int n_ahead;
    bool gzip;
    uint32_t batch;
};

enum { DAMAGE_FILES = 3, DAMAGE_RECORDS = 200, BAD_RECORD = 70 };

static struct damage damages[] = {
    {TFEED_ON_ERROR_FAIL, false, 0, false, 16},      {TFEED_ON_ERROR_FAIL, false, 6, false, 16},
    {TFEED_ON_ERROR_FAIL, true, 0, false, 1},        {TFEED_ON_ERROR_FAIL, true, 6, false, 30},
    {TFEED_ON_ERROR_FAIL, false, 0, true, 16},       {TFEED_ON_ERROR_SKIP, false, 0, false, 7},
    {TFEED_ON_ERROR_SKIP, false, 6, false, 7},       {TFEED_ON_ERROR_SKIP, true, 0, false, 16},
    {TFEED_ON_ERROR_SKIP, true, 6, false, 16},       {TFEED_ON_ERROR_SKIP, false, 3, true, 16},
    {TFEED_ON_ERROR_STOP_FILE, false, 0, false, 16}, {TFEED_ON_ERROR_STOP_FILE, false, 6, false, 9},
    {TFEED_ON_ERROR_STOP_FILE, true, 6, false, 16},  {TFEED_ON_ERROR_STOP_FILE, false, 2, true, 3},
};

/* Three files; the second has one bad record. */
static void add_damaged(struct fixture *fixture, const struct damage *damage)
{
    for (int i = 0; i < DAMAGE_FILES; i++)
        fixture_add_file(fixture, &(struct t_shape){
                                      .n_records = DAMAGE_RECORDS,
                                      .record_bytes = 50,
                                      .bad_payload = i == 1 && !damage->in_length ? BAD_RECORD : -1,
                                      .bad_length = i == 1 && damage->in_length ? BAD_RECORD : -1,
                                      .gzip = damage->gzip});
    fixture->options.on_error = damage->on_error;
    fixture->n_ahead = damage->n_ahead;
}

/* The rows that come, over two epochs or up to the error. */
static void expect_damaged(struct t_rows *rows, const struct damage *damage)
{
    const bool goes_on = damage->on_error == TFEED_ON_ERROR_SKIP;
    for (uint64_t epoch = 0; epoch < 2; epoch++)
        for (uint32_t file = 0; file < DAMAGE_FILES; file++)
            for (uint64_t record = 0; record < DAMAGE_RECORDS; record++) {
                if (file == 1 && record == BAD_RECORD) {
                    if (damage->on_error == TFEED_ON_ERROR_FAIL)
                        return;
                    if (!goes_on)
                        break;
                    continue;
                }
                rows->rows[rows->n++] =
                    (struct t_row){.epoch = epoch, .record = record, .file = file};
            }
}

ParameterizedTestParameters(order_files, damage_is_met_in_its_turn)
{
    return cr_make_param_array(struct damage, damages, sizeof damages / sizeof damages[0]);
}

ParameterizedTest(struct damage *damage, order_files, damage_is_met_in_its_turn)
{
    struct fixture fixture;
    struct t_rows *found = t_rows_new(), *expected = t_rows_new();
    const bool fails = damage->on_error == TFEED_ON_ERROR_FAIL;
    fixture_init(&fixture);
    add_damaged(&fixture, damage);
    fixture.n_epochs = 2;
    cr_assert_eq(fixture_open(&fixture, &order_files, NULL, 0), TFEED_OK);
    const tfeed_status status = fixture_draw_all(&fixture, damage->batch, found);
    cr_assert_eq(status, fails ? TFEED_DATA_LOSS : TFEED_OUT_OF_RANGE, "%s", fixture.error.message);
    expect_damaged(expected, damage);
    t_expect_same_rows(found, 0, expected, 0);
    if (fails) {
        bool ends_epoch;
        cr_assert_eq(fixture.error.record, BAD_RECORD);
        cr_assert_str_eq(fixture.error.path, "part-01");
        cr_assert_eq(fixture_draw(&fixture, 1, found, &ends_epoch), TFEED_DATA_LOSS, "it stays");
        cr_assert_eq(found->n, expected->n);
    } else {
        cr_assert_eq(fixture.n_skipped, 2, "once in each epoch");
    }
    free(found);
    free(expected);
    fixture_clear(&fixture);
}

/* --- states ----------------------------------------------------------------------------------- */

/* Draws to the end, saving behind each batch; then goes on from each state. */
static void expect_resumes(struct fixture *fixture, uint32_t batch, uint32_t resumed_batch)
{
    enum { MAX_STATES = 512 };
    struct t_rows *whole = t_rows_new(), *found = t_rows_new();
    struct order_state *states[MAX_STATES];
    size_t n_drawn[MAX_STATES];
    uint64_t n_skipped[MAX_STATES];
    size_t n = 0;
    bool ends_epoch;
    cr_assert_eq(fixture_open(fixture, &order_files, NULL, 0), TFEED_OK);
    do {
        cr_assert_lt(n, MAX_STATES);
        states[n] = fixture_take_state(fixture);
        n_skipped[n] = fixture->n_skipped;
        n_drawn[n++] = whole->n;
    } while (fixture_draw(fixture, batch, whole, &ends_epoch) == TFEED_OK);
    const uint64_t all_skipped = fixture->n_skipped;
    fixture_close(fixture);
    for (size_t i = 0; i < n; i++) {
        const struct order_state *const state[] = {states[i]};
        found->n = 0;
        fixture->n_skipped = 0;
        cr_assert_eq(states[i]->n_skipped, n_skipped[i]);
        cr_assert_eq(fixture_open(fixture, &order_files, state, 1), TFEED_OK, "%s",
                     fixture->error.message);
        cr_assert_eq(fixture_draw_all(fixture, resumed_batch, found), TFEED_OUT_OF_RANGE);
        t_expect_same_rows(found, 0, whole, n_drawn[i]);
        cr_assert_eq(n_skipped[i] + fixture->n_skipped, all_skipped, "state %zu", i);
        fixture_close(fixture);
        t_state_free(states[i]);
    }
    free(whole);
    free(found);
}

ParameterizedTestParameters(order_files, goes_on_from_every_state)
{
    return cr_make_param_array(struct run, runs, sizeof runs / sizeof runs[0]);
}

ParameterizedTest(struct run *run, order_files, goes_on_from_every_state)
{
    struct fixture fixture;
    fixture_init(&fixture);
    fixture_add_files(&fixture, counts, N_FILES, 20, run->gzip);
    fixture.options.interleave = run->interleave;
    fixture.options.block_records = run->block;
    fixture.options.filter = keeps_even;
    fixture.n_ahead = run->n_ahead;
    fixture.n_epochs = 2;
    expect_resumes(&fixture, 23, 64);
    fixture_clear(&fixture);
    T_EXPECT_NO_LEAKS(NULL);
}

ParameterizedTestParameters(order_files, goes_on_from_every_state_around_damage)
{
    return cr_make_param_array(struct damage, damages, sizeof damages / sizeof damages[0]);
}

ParameterizedTest(struct damage *damage, order_files, goes_on_from_every_state_around_damage)
{
    struct fixture fixture;
    if (damage->on_error == TFEED_ON_ERROR_FAIL)
        cr_skip("nothing comes behind an error");
    fixture_init(&fixture);
    add_damaged(&fixture, damage);
    fixture.options.interleave = 2;
    fixture.options.block_records = 3;
    fixture.n_epochs = 2;
    expect_resumes(&fixture, 5, 11);
    fixture_clear(&fixture);
}

Test(order_files, state_that_cannot_be_is_refused)
{
    struct fixture fixture;
    struct t_rows *found = t_rows_new();
    bool ends_epoch;
    fixture_init(&fixture);
    fixture_add_files(&fixture, counts, N_FILES, 20, false);
    cr_assert_eq(fixture_open(&fixture, &order_files, NULL, 0), TFEED_OK);
    cr_assert_eq(fixture_draw(&fixture, 10, found, &ends_epoch), TFEED_OK);
    struct order_state *state = fixture_take_state(&fixture);
    const struct order_state *const states[] = {state};
    state->lanes[0].position = 6;
    fixture_close(&fixture);
    cr_assert_eq(fixture_open(&fixture, &order_files, states, 1), TFEED_INVALID_ARGUMENT);
    fixture_close(&fixture);
    state->lanes[0].position = 0;
    state->position = N_FILES + 1;
    cr_assert_eq(fixture_open(&fixture, &order_files, states, 1), TFEED_INVALID_ARGUMENT);
    t_state_free(state);
    free(found);
    fixture_clear(&fixture);
}

/* --- shards ----------------------------------------------------------------------------------- */

struct sharding {
    int64_t n_before; /* shards that begin */
    int64_t n_after;  /* and those that go on, all with states of their own */
    bool gzip;
    int64_t interleave;
};

static struct sharding shardings[] = {
    {1, 1, false, 1}, {3, 3, false, 1}, {8, 8, false, 2}, {1, 4, false, 1}, {4, 1, false, 3},
    {3, 5, false, 2}, {5, 2, false, 1}, {2, 3, true, 1},  {3, 2, true, 3},  {1, 2, true, 2},
};

/* The job as so many shards, from `states` on; each draws at most n_batches[i] batches (0: all).
 * Returns their states. */
static void draw_shards(struct fixture *fixture, int64_t n_shards,
                        struct order_state *const *states, size_t n_states, const int *n_batches,
                        struct t_rows *rows, struct order_state **ret_states)
{
    fixture->options.n_shards = n_shards;
    for (int64_t i = 0; i < n_shards; i++) {
        bool ends_epoch;
        fixture->options.shard_index = i;
        cr_assert_eq(fixture_open(fixture, &order_files, (const struct order_state *const *)states,
                                  n_states),
                     TFEED_OK, "%s", fixture->error.message);
        tfeed_status status = TFEED_OK;
        for (int b = 0; (n_batches == NULL || b < n_batches[i]) && status == TFEED_OK; b++)
            status = fixture_draw(fixture, 10, rows, &ends_epoch);
        cr_assert(status == TFEED_OK || status == TFEED_OUT_OF_RANGE, "%s", fixture->error.message);
        if (ret_states != NULL)
            ret_states[i] = fixture_take_state(fixture);
        fixture_close(fixture);
    }
}

ParameterizedTestParameters(order_files,
                            shards_have_every_record_once_also_when_their_number_changes)
{
    return cr_make_param_array(struct sharding, shardings, sizeof shardings / sizeof shardings[0]);
}

ParameterizedTest(struct sharding *sharding, order_files,
                  shards_have_every_record_once_also_when_their_number_changes)
{
    static const int first_batches[T_MAX_SHARDS] = {7, 0, 30, 12, 1, 25, 3, 100};
    static const int second_batches[T_MAX_SHARDS] = {2, 30, 0, 5, 9, 1, 1, 1};
    struct fixture fixture;
    struct t_rows *rows = t_rows_new();
    struct order_state *first[T_MAX_SHARDS], *second[T_MAX_SHARDS];
    fixture_init(&fixture);
    fixture_add_files(&fixture, counts, N_FILES, 20, sharding->gzip);
    fixture.options.interleave = sharding->interleave;
    fixture.n_epochs = 3;
    const size_t n_before = (size_t)sharding->n_before, n_after = (size_t)sharding->n_after;
    draw_shards(&fixture, sharding->n_before, NULL, 0, first_batches, rows, first);
    draw_shards(&fixture, sharding->n_after, first, n_before, second_batches, rows, second);
    draw_shards(&fixture, sharding->n_before, second, n_after, NULL, rows, NULL);
    t_expect_all_once(rows, counts, N_FILES, 3);
    for (size_t i = 0; i < n_before; i++)
        t_state_free(first[i]);
    for (size_t i = 0; i < n_after; i++)
        t_state_free(second[i]);
    free(rows);
    fixture_clear(&fixture);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(order_files, counts_of_shards_are_those_that_come)
{
    struct fixture fixture;
    struct t_rows *rows = t_rows_new();
    uint64_t n_rows[5];
    fixture_init(&fixture);
    fixture_add_files(&fixture, counts, N_FILES, 20, false);
    fixture.options.n_shards = 5;
    for (int64_t i = 0; i < 5; i++) {
        fixture.options.shard_index = i;
        cr_assert_eq(fixture_open(&fixture, &order_files, NULL, 0), TFEED_OK);
        cr_assert_eq(order_files.count(&fixture.plan, 0, n_rows, NULL), TFEED_OK);
        rows->n = 0;
        cr_assert_eq(fixture_draw_all(&fixture, 10, rows), TFEED_OUT_OF_RANGE);
        cr_assert_eq(rows->n, n_rows[i]);
        fixture_close(&fixture);
    }
    free(rows);
    fixture_clear(&fixture);
}

Test(order_files, damage_lies_in_one_shard)
{
    static const struct damage damage = {TFEED_ON_ERROR_SKIP, true, 0, false, 16};
    struct fixture fixture;
    struct t_rows *rows = t_rows_new();
    fixture_init(&fixture);
    add_damaged(&fixture, &damage);
    draw_shards(&fixture, 4, NULL, 0, NULL, rows, NULL);
    cr_assert_eq(fixture.n_skipped, 1);
    cr_assert_eq(rows->n, DAMAGE_FILES * DAMAGE_RECORDS - 1);
    free(rows);
    fixture_clear(&fixture);
}

Test(order_files, unavailable_file_takes_no_row_away)
{
    static const size_t few[] = {300, 40};
    for (int n_ahead = 0; n_ahead <= 4; n_ahead += 4) {
        struct fixture fixture;
        fixture_init(&fixture);
        fixture_add_files(&fixture, few, 2, 50, false);
        fixture.n_ahead = n_ahead;
        fixture_expect_unavailable_is_as_any_error(&fixture, &order_files);
        fixture_clear(&fixture);
    }
}

/* --- the rest --------------------------------------------------------------------------------- */

Test(order_files, endless_goes_on)
{
    struct fixture fixture;
    struct t_rows *rows = t_rows_new();
    bool ends_epoch;
    fixture_init(&fixture);
    fixture_add_files(&fixture, counts, N_FILES, 20, false);
    fixture.n_epochs = TFEED_EPOCHS_ENDLESS;
    cr_assert_eq(fixture_open(&fixture, &order_files, NULL, 0), TFEED_OK);
    for (int i = 0; i < 50; i++)
        cr_assert_eq(fixture_draw(&fixture, 500, rows, &ends_epoch), TFEED_OK);
    cr_assert_eq(fixture.n_ends_of_epoch, 50 / 3);
    free(rows);
    fixture_clear(&fixture);
}

Test(order_files, stop_ends_a_fill)
{
    struct fixture fixture;
    struct t_rows *rows = t_rows_new();
    fixture_init(&fixture);
    fixture_add_files(&fixture, counts, N_FILES, 20, false);
    cr_assert_eq(fixture_open(&fixture, &order_files, NULL, 0), TFEED_OK);
    fixture.stop = true;
    cr_assert_eq(fixture_draw_all(&fixture, 10, rows), TFEED_CANCELLED);
    cr_assert_eq(rows->n, 0);
    free(rows);
    fixture_clear(&fixture);
}

Test(order_files, free_with_windows_ahead_leaves_nothing)
{
    struct fixture fixture;
    struct t_rows *rows = t_rows_new();
    bool ends_epoch;
    fixture_init(&fixture);
    fixture_add_files(&fixture, counts, N_FILES, 20, false);
    fixture.n_ahead = 5;
    fixture.options.interleave = 3;
    cr_assert_eq(fixture_open(&fixture, &order_files, NULL, 0), TFEED_OK);
    cr_assert_eq(fixture_draw(&fixture, 10, rows, &ends_epoch), TFEED_OK);
    while (fixture_fill(&fixture))
        ;
    uint64_t n_depth = 0;
    order_files.depth(fixture.order, &n_depth);
    cr_assert_gt(n_depth, 100);
    free(rows);
    fixture_clear(&fixture);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(order_files, allocation_failure_leaves_nothing)
{
    static const size_t few[] = {3, 200};
    struct t_rows *rows = t_rows_new();
    for (int n_ahead = 0; n_ahead <= 4; n_ahead += 4)
        T_FAIL_EACH_ALLOC(allocator, {
            struct fixture fixture;
            fixture_init(&fixture);
            fixture_add_files(&fixture, few, 2, 20, false);
            fixture.allocator = allocator;
            fixture.n_ahead = n_ahead;
            fixture.options.n_shards = 2;
            rows->n = 0;
            tfeed_status status = fixture_open(&fixture, &order_files, NULL, 0);
            if (status == TFEED_OK)
                status = fixture_draw_all(&fixture, 64, rows);
            if (status == TFEED_OUT_OF_RANGE) {
                cr_assert_eq(rows->n, 102);
                status = TFEED_OK;
            }
            if (!t_has_failed(&t_failing) || status != TFEED_OK)
                T_EXPECT_ALLOC_STATUS(status);
            fixture_clear(&fixture);
        });
    free(rows);
}
