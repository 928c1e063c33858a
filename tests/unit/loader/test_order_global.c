/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_order_global.c - GLOBAL: every record once an epoch, whoever fills; damage, states, shards.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include "tests/unit/loader/order_fixture.h"

static const size_t counts[] = {300, 0, 1, 517, 40};
enum { N_FILES = sizeof counts / sizeof counts[0], N_ALL = 858 };

struct run {
    int n_ahead;
    enum tfeed_map map;
    size_t record_bytes;
};

static struct run runs[] = {
    {0, TFEED_MAP_AUTO, 60},  {1, TFEED_MAP_AUTO, 60},  {7, TFEED_MAP_AUTO, 60},
    {0, TFEED_MAP_NEVER, 60}, {3, TFEED_MAP_NEVER, 60}, {2, TFEED_MAP_AUTO, 20000},
};

static void prepare(struct fixture *fixture, const struct run *run)
{
    fixture_init(fixture);
    fixture_add_files(fixture, counts, N_FILES, run->record_bytes, false);
    fixture->options.map = run->map;
    fixture->n_ahead = run->n_ahead;
}

ParameterizedTestParameters(order_global, gives_every_record_once_in_an_order_of_each_epoch)
{
    return cr_make_param_array(struct run, runs, sizeof runs / sizeof runs[0]);
}

ParameterizedTest(struct run *run, order_global, gives_every_record_once_in_an_order_of_each_epoch)
{
    static const struct run plain = {0, TFEED_MAP_AUTO, 30};
    struct fixture fixture, other;
    struct t_rows *rows = t_rows_new(), *others = t_rows_new();
    prepare(&fixture, run);
    prepare(&other, &plain);
    fixture.n_epochs = other.n_epochs = 3;
    cr_assert_eq(fixture_open(&fixture, &order_global, NULL, 0), TFEED_OK, "%s",
                 fixture.error.message);
    cr_assert_eq(fixture_draw_all(&fixture, 100, rows), TFEED_OUT_OF_RANGE, "%s",
                 fixture.error.message);
    cr_assert_eq(fixture.n_ends_of_epoch, 3);
    cr_assert_eq(rows->n, 3 * N_ALL);
    size_t n_same = 0;
    for (size_t i = 0; i < N_ALL; i++)
        n_same += rows->rows[i].file == rows->rows[N_ALL + i].file &&
                  rows->rows[i].record == rows->rows[N_ALL + i].record;
    cr_assert_lt(n_same, 20, "the second epoch has another order");

    cr_assert_eq(fixture_open(&other, &order_global, NULL, 0), TFEED_OK);
    cr_assert_eq(fixture_draw_all(&other, 7, others), TFEED_OUT_OF_RANGE);
    t_expect_same_rows(rows, 0, others, 0);
    t_expect_all_once(rows, counts, N_FILES, 3);
    free(rows);
    free(others);
    fixture_clear(&fixture);
    fixture_clear(&other);
    T_EXPECT_NO_LEAKS(NULL);
}

static bool keeps_even(const struct tfeed_loader_record *record, void *user_data)
{
    (void)user_data;
    return record->view.record % 2 == 0;
}

Test(order_global, filter_takes_rows_out_and_changes_nothing_else)
{
    struct fixture fixture;
    struct t_rows *all = t_rows_new(), *found = t_rows_new();
    prepare(&fixture, &runs[2]);
    cr_assert_eq(fixture_open(&fixture, &order_global, NULL, 0), TFEED_OK);
    cr_assert_eq(fixture_draw_all(&fixture, 10, all), TFEED_OUT_OF_RANGE);
    fixture_close(&fixture);
    fixture.options.filter = keeps_even;
    cr_assert_eq(fixture_open(&fixture, &order_global, NULL, 0), TFEED_OK);
    cr_assert_eq(fixture_draw_all(&fixture, 10, found), TFEED_OUT_OF_RANGE);
    size_t n = 0;
    for (size_t i = 0; i < all->n; i++)
        if (all->rows[i].record % 2 == 0)
            all->rows[n++] = all->rows[i];
    all->n = n;
    t_expect_same_rows(found, 0, all, 0);
    cr_assert_eq(fixture.n_filtered, N_ALL - n);
    free(all);
    free(found);
    fixture_clear(&fixture);
}

/* --- damage ----------------------------------------------------------------------------------- */

static void add_damaged(struct fixture *fixture, int64_t bad_payload, int64_t bad_length)
{
    fixture_add_file(fixture, &(struct t_shape){.n_records = 200,
                                                .record_bytes = 50,
                                                .bad_payload = bad_payload,
                                                .bad_length = bad_length});
}

Test(order_global, damaged_payload_fails_at_its_row)
{
    struct t_rows *first = t_rows_new();
    for (int n_ahead = 0; n_ahead < 6; n_ahead += 5) {
        struct fixture fixture;
        struct t_rows *rows = t_rows_new();
        bool ends_epoch;
        prepare(&fixture, &runs[0]);
        add_damaged(&fixture, 70, -1);
        fixture.n_ahead = n_ahead;
        cr_assert_eq(fixture_open(&fixture, &order_global, NULL, 0), TFEED_OK);
        cr_assert_eq(fixture_draw_all(&fixture, 3, rows), TFEED_DATA_LOSS);
        cr_assert_eq(fixture.error.record, 70);
        cr_assert_eq(fixture_draw(&fixture, 1, rows, &ends_epoch), TFEED_DATA_LOSS, "it stays");
        if (n_ahead > 0)
            t_expect_same_rows(rows, 0, first, 0);
        *first = *rows;
        free(rows);
        fixture_clear(&fixture);
    }
    free(first);
}

Test(order_global, damaged_payload_is_left_out_under_skip)
{
    struct fixture fixture;
    struct t_rows *rows = t_rows_new();
    prepare(&fixture, &runs[0]);
    add_damaged(&fixture, 70, -1);
    fixture.options.on_error = TFEED_ON_ERROR_SKIP;
    fixture.n_epochs = 2;
    cr_assert_eq(fixture_open(&fixture, &order_global, NULL, 0), TFEED_OK);
    cr_assert_eq(fixture_draw_all(&fixture, 9, rows), TFEED_OUT_OF_RANGE);
    cr_assert_eq(rows->n, 2 * (N_ALL + 199));
    cr_assert_eq(fixture.n_skipped, 2);
    free(rows);
    fixture_clear(&fixture);
}

Test(order_global, lost_framing_fails_at_once_or_leaves_out_the_rest)
{
    struct fixture fixture;
    struct t_rows *rows = t_rows_new();
    prepare(&fixture, &runs[0]);
    add_damaged(&fixture, 70, 70);
    cr_assert_eq(fixture_open(&fixture, &order_global, NULL, 0), TFEED_DATA_LOSS);
    fixture_close(&fixture);
    fixture.options.on_error = TFEED_ON_ERROR_SKIP;
    fixture.n_epochs = 2;
    cr_assert_eq(fixture_open(&fixture, &order_global, NULL, 0), TFEED_OK);
    cr_assert_eq(fixture_draw_all(&fixture, 9, rows), TFEED_OUT_OF_RANGE);
    cr_assert_eq(rows->n, 2 * (N_ALL + 70));
    cr_assert_eq(fixture.n_skipped, 2, "once in each epoch");
    free(rows);
    fixture_clear(&fixture);
}

Test(order_global, damaged_length_is_left_out_under_skip)
{
    struct fixture fixture;
    struct t_rows *rows = t_rows_new();
    prepare(&fixture, &runs[0]);
    add_damaged(&fixture, -1, 70);
    fixture.options.on_error = TFEED_ON_ERROR_SKIP;
    fixture.n_epochs = 2;
    cr_assert_eq(fixture_open(&fixture, &order_global, NULL, 0), TFEED_OK);
    cr_assert_eq(fixture_draw_all(&fixture, 9, rows), TFEED_OUT_OF_RANGE);
    cr_assert_eq(rows->n, 2 * (N_ALL + 199));
    cr_assert_eq(fixture.n_skipped, 2, "once in each epoch");
    int n_of_last = 0;
    for (size_t i = 0; i < rows->n; i++) {
        cr_assert(rows->rows[i].file != N_FILES || rows->rows[i].record != 70);
        n_of_last += rows->rows[i].file == N_FILES && rows->rows[i].record == 199;
    }
    cr_assert_eq(n_of_last, 2, "records behind it keep their numbers");
    free(rows);
    fixture_clear(&fixture);
}

Test(order_global, unavailable_file_takes_no_row_away)
{
    static const size_t few[] = {60, 200};
    for (int n_ahead = 0; n_ahead <= 4; n_ahead += 4) {
        struct fixture fixture;
        fixture_init(&fixture);
        fixture_add_files(&fixture, few, 2, 50, false);
        fixture.n_ahead = n_ahead;
        fixture_expect_unavailable_is_as_any_error(&fixture, &order_global);
        fixture_clear(&fixture);
    }
}

/* --- states and shards ------------------------------------------------------------------------ */

ParameterizedTestParameters(order_global, goes_on_from_every_state)
{
    return cr_make_param_array(struct run, runs, sizeof runs / sizeof runs[0]);
}

ParameterizedTest(struct run *run, order_global, goes_on_from_every_state)
{
    enum { MAX_STATES = 512, BATCH = 23 };
    struct fixture fixture;
    struct t_rows *whole = t_rows_new(), *found = t_rows_new();
    struct order_state *states[MAX_STATES];
    size_t n_drawn[MAX_STATES], n = 0;
    bool ends_epoch;
    prepare(&fixture, run);
    add_damaged(&fixture, 70, -1);
    fixture.options.on_error = TFEED_ON_ERROR_SKIP;
    fixture.options.filter = keeps_even;
    fixture.n_epochs = 2;
    cr_assert_eq(fixture_open(&fixture, &order_global, NULL, 0), TFEED_OK);
    do {
        cr_assert_lt(n, MAX_STATES);
        states[n] = fixture_take_state(&fixture);
        cr_assert_eq(states[n]->n_skipped, fixture.n_skipped);
        n_drawn[n++] = whole->n;
    } while (fixture_draw(&fixture, BATCH, whole, &ends_epoch) == TFEED_OK);
    fixture_close(&fixture);
    for (size_t i = 0; i < n; i++) {
        const struct order_state *const state[] = {states[i]};
        found->n = 0;
        fixture.n_skipped = 0;
        cr_assert_eq(fixture_open(&fixture, &order_global, state, 1), TFEED_OK);
        cr_assert_eq(fixture_draw_all(&fixture, BATCH + 1, found), TFEED_OUT_OF_RANGE);
        t_expect_same_rows(found, 0, whole, n_drawn[i]);
        cr_assert_eq(states[i]->n_skipped + fixture.n_skipped, 2);
        fixture_close(&fixture);
        t_state_free(states[i]);
    }
    free(whole);
    free(found);
    fixture_clear(&fixture);
    T_EXPECT_NO_LEAKS(NULL);
}

struct sharding {
    int64_t n_before;
    int64_t n_after;
};

static struct sharding shardings[] = {{1, 1}, {3, 3}, {8, 8}, {1, 4}, {4, 1}, {3, 5}, {5, 2}};

static void draw_shards(struct fixture *fixture, int64_t n_shards,
                        struct order_state *const *states, size_t n_states, const int *n_batches,
                        struct t_rows *rows, struct order_state **ret_states)
{
    fixture->options.n_shards = n_shards;
    for (int64_t i = 0; i < n_shards; i++) {
        bool ends_epoch;
        fixture->options.shard_index = i;
        cr_assert_eq(fixture_open(fixture, &order_global, (const struct order_state *const *)states,
                                  n_states),
                     TFEED_OK, "%s", fixture->error.message);
        tfeed_status status = TFEED_OK;
        for (int b = 0; (n_batches == NULL || b < n_batches[i]) && status == TFEED_OK; b++)
            status = fixture_draw(fixture, 10, rows, &ends_epoch);
        cr_assert(status == TFEED_OK || status == TFEED_OUT_OF_RANGE);
        if (ret_states != NULL)
            ret_states[i] = fixture_take_state(fixture);
        fixture_close(fixture);
    }
}

ParameterizedTestParameters(order_global,
                            shards_have_every_record_once_also_when_their_number_changes)
{
    return cr_make_param_array(struct sharding, shardings, sizeof shardings / sizeof shardings[0]);
}

ParameterizedTest(struct sharding *sharding, order_global,
                  shards_have_every_record_once_also_when_their_number_changes)
{
    static const int first_batches[T_MAX_SHARDS] = {7, 0, 30, 12, 1, 25, 3, 100};
    static const int second_batches[T_MAX_SHARDS] = {2, 30, 0, 5, 9, 1, 1, 1};
    struct fixture fixture;
    struct t_rows *rows = t_rows_new();
    struct order_state *first[T_MAX_SHARDS], *second[T_MAX_SHARDS];
    prepare(&fixture, &runs[0]);
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

Test(order_global, shards_take_turns_at_the_positions)
{
    struct fixture fixture;
    struct t_rows *all = t_rows_new(), *own = t_rows_new();
    uint64_t n_rows[3];
    prepare(&fixture, &runs[0]);
    cr_assert_eq(fixture_open(&fixture, &order_global, NULL, 0), TFEED_OK);
    cr_assert_eq(fixture_draw_all(&fixture, 10, all), TFEED_OUT_OF_RANGE);
    fixture_close(&fixture);
    fixture.options.n_shards = 3;
    for (int64_t shard = 0; shard < 3; shard++) {
        fixture.options.shard_index = shard;
        own->n = 0;
        cr_assert_eq(fixture_open(&fixture, &order_global, NULL, 0), TFEED_OK);
        cr_assert_eq(order_global.count(&fixture.plan, 0, n_rows, NULL), TFEED_OK);
        cr_assert_eq(fixture_draw_all(&fixture, 10, own), TFEED_OUT_OF_RANGE);
        cr_assert_eq(own->n, n_rows[shard]);
        for (size_t i = 0; i < own->n; i++) {
            const struct t_row *row = &all->rows[3 * i + (size_t)shard];
            cr_assert(own->rows[i].file == row->file && own->rows[i].record == row->record);
        }
        fixture_close(&fixture);
    }
    free(all);
    free(own);
    fixture_clear(&fixture);
}

/* --- the rest --------------------------------------------------------------------------------- */

Test(order_global, compressed_files_are_refused)
{
    struct fixture fixture;
    fixture_init(&fixture);
    fixture_add_files(&fixture, counts, N_FILES, 20, true);
    cr_assert_eq(fixture_open(&fixture, &order_global, NULL, 0), TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(fixture.error.message, "compressed"));
    fixture_clear(&fixture);
}

Test(order_global, table_beyond_the_budget_is_refused_with_the_bytes_needed)
{
    struct fixture fixture;
    char bytes[32];
    prepare(&fixture, &runs[0]);
    fixture.options.budget_bytes = 6000;
    cr_assert_eq(fixture_open(&fixture, &order_global, NULL, 0), TFEED_RESOURCE_EXHAUSTED);
    (void)snprintf(bytes, sizeof bytes, "%d bytes", N_ALL * 12);
    cr_assert_not_null(strstr(fixture.error.message, bytes), "%s", fixture.error.message);
    cr_assert_not_null(strstr(fixture.error.message, "tfeed index"));
    fixture_clear(&fixture);
}

Test(order_global, no_records_give_no_row)
{
    static const size_t none[] = {0, 0};
    struct fixture fixture;
    struct t_rows *rows = t_rows_new();
    fixture_init(&fixture);
    fixture_add_files(&fixture, none, 2, 20, false);
    fixture.n_epochs = TFEED_EPOCHS_ENDLESS;
    cr_assert_eq(fixture_open(&fixture, &order_global, NULL, 0), TFEED_OK);
    cr_assert_eq(fixture_draw_all(&fixture, 10, rows), TFEED_OUT_OF_RANGE);
    free(rows);
    fixture_clear(&fixture);
}

Test(order_global, stop_ends_a_fill)
{
    struct fixture fixture;
    struct t_rows *rows = t_rows_new();
    prepare(&fixture, &runs[0]);
    cr_assert_eq(fixture_open(&fixture, &order_global, NULL, 0), TFEED_OK);
    fixture.stop = true;
    cr_assert_eq(fixture_draw_all(&fixture, 10, rows), TFEED_CANCELLED);
    free(rows);
    fixture_clear(&fixture);
}

Test(order_global, allocation_failure_leaves_nothing_and_gives_no_row_unseen)
{
    struct t_rows *rows = t_rows_new();
    for (int map = TFEED_MAP_AUTO; map <= TFEED_MAP_NEVER; map++)
        T_FAIL_EACH_ALLOC(allocator, {
            static const size_t few[] = {3, 30};
            struct fixture fixture;
            fixture_init(&fixture);
            fixture_add_files(&fixture, few, 2, 20, false);
            fixture.options.map = (enum tfeed_map)map;
            fixture.allocator = allocator;
            fixture.n_epochs = 2;
            fixture.options.filter = keeps_even;
            rows->n = 0;
            tfeed_status status = fixture_open(&fixture, &order_global, NULL, 0);
            if (status == TFEED_OK)
                status = fixture_draw_all(&fixture, 8, rows);
            if (status == TFEED_OUT_OF_RANGE) {
                cr_assert_eq(rows->n, 34);
                status = TFEED_OK;
            }
            for (size_t i = 0; i < rows->n; i++)
                cr_assert_eq(rows->rows[i].record % 2, 0, "row %zu was not filtered", i);
            if (!t_has_failed(&t_failing) || status != TFEED_OK)
                T_EXPECT_ALLOC_STATUS(status);
            fixture_clear(&fixture);
        });
    free(rows);
}
