/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_row_source.c - several orders as one sequence: shares, ends, states.
 */
#include <math.h>

#include "tests/unit/loader/fake_order.h"

/* The rows of a whole run, for comparing. */
struct rows {
    int64_t *rows;
    size_t n;
};

static struct rows whole_run(struct bench *bench, uint32_t batch_size)
{
    cr_assert_eq(bench_open(bench, NULL, 0), TFEED_OK, "%s", bench->error.message);
    cr_assert_eq(bench_drain(bench, batch_size), TFEED_OUT_OF_RANGE, "%s", bench->error.message);
    struct rows rows = {.n = bench->n_noted};
    rows.rows = malloc((rows.n + 1) * sizeof *rows.rows);
    memcpy(rows.rows, bench->noted, rows.n * sizeof *rows.rows);
    bench_close(bench);
    return rows;
}

static void expect_rows(const struct bench *bench, const int64_t *rows, size_t n)
{
    cr_assert_eq(bench->n_noted, n, "%zu rows, expected %zu", bench->n_noted, n);
    for (size_t i = 0; i < n; i++)
        cr_assert_eq(bench->noted[i], rows[i], "row %zu is %lld, expected %lld", i,
                     (long long)bench->noted[i], (long long)rows[i]);
}

static size_t set_of(int64_t row)
{
    return (size_t)(row / FAKE_SET_NUMBERS);
}

static void count_sets(const int64_t *rows, size_t n, size_t counts[FAKE_SETS])
{
    memset(counts, 0, FAKE_SETS * sizeof *counts);
    for (size_t i = 0; i < n; i++)
        counts[set_of(rows[i])]++;
}

/* --- one set ---------------------------------------------------------------------------------- */

Test(row_source, one_set_comes_as_its_order_gives_it)
{
    static const int64_t rows[] = {0, 1, 2, 3, 4, 1, 2, 3, 4, 0};
    static struct bench bench;
    bench_init(&bench, 1, 5);
    bench.options.n_epochs = 2;
    cr_assert_eq(bench_open(&bench, NULL, 0), TFEED_OK);
    cr_assert_eq(bench_drain(&bench, 3), TFEED_OUT_OF_RANGE);
    expect_rows(&bench, rows, 10);
    cr_assert_eq(bench.n_ends, 2);
    bench_clear(&bench);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(row_source, counts_are_those_of_this_shard)
{
    static struct bench bench;
    uint64_t n_rows;
    bench_init(&bench, 1, 5);
    fake_sets[0].counts[1] = 9;
    bench.options.n_shards = 3;
    bench.options.shard_index = 1;
    cr_assert_eq(bench_open(&bench, NULL, 0), TFEED_OK);
    cr_assert_eq(row_source_count(bench.source, &n_rows, NULL), TFEED_OK);
    cr_assert_eq(n_rows, 9);
    bench.options.level = TFEED_LEVEL_DROP;
    cr_assert_eq(row_source_count(bench.source, &n_rows, NULL), TFEED_OK);
    cr_assert_eq(n_rows, 5);
    bench_clear(&bench);
}

Test(row_source, depth_counts_rows_that_wait)
{
    static struct bench bench;
    bench_init(&bench, 2, 5);
    cr_assert_eq(bench_open(&bench, NULL, 0), TFEED_OK);
    cr_assert_eq(row_source_depth(bench.source), 0);
    cr_assert(bench_fill(&bench));
    cr_assert_eq(row_source_depth(bench.source), 3);
    bench_clear(&bench);
}

/* --- mixing ----------------------------------------------------------------------------------- */

Test(row_source, shares_follow_the_weights)
{
    enum { N = 30000 };
    static struct bench bench;
    size_t counts[FAKE_SETS];
    bench_init(&bench, 3, 20000); /* weights 1, 2, 3 */
    bench.options.mix_end = TFEED_MIX_N_ROWS;
    bench.options.mix_rows = N;
    fake_sets[0].n_fill_rows = fake_sets[1].n_fill_rows = fake_sets[2].n_fill_rows = 1000;
    cr_assert_eq(bench_open(&bench, NULL, 0), TFEED_OK);
    cr_assert_eq(bench_drain(&bench, 128), TFEED_OUT_OF_RANGE);
    cr_assert_eq(bench.n_noted, N);
    count_sets(bench.noted, N, counts);
    for (size_t i = 0; i < 3; i++) {
        const double share = bench.sets[i].weight / 6;
        const double sigma = sqrt(N * share * (1 - share));
        cr_assert_lt(fabs((double)counts[i] - N * share), 4 * sigma, "set %zu: %zu", i, counts[i]);
    }
    bench_clear(&bench);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(row_source, each_set_keeps_its_own_order)
{
    static struct bench bench;
    int64_t next[FAKE_SETS] = {0};
    bench_init(&bench, 3, 100);
    bench.options.mix_end = TFEED_MIX_ALL;
    struct rows rows = whole_run(&bench, 10);
    cr_assert_eq(rows.n, 300);
    for (size_t i = 0; i < rows.n; i++) {
        const size_t set = set_of(rows.rows[i]);
        cr_assert_eq(rows.rows[i] % FAKE_SET_NUMBERS, next[set]++);
    }
    free(rows.rows);
    bench_clear(&bench);
}

static void expect_same_rows_however(enum tfeed_mix_end end)
{
    static struct bench bench;
    bench_init(&bench, 3, 40);
    bench.options.n_epochs = 2;
    bench.options.mix_end = end;
    bench.options.mix_rows = end == TFEED_MIX_N_ROWS ? 500 : 0;
    struct rows rows = whole_run(&bench, 1);
    for (uint64_t round = 1; round <= 20; round++) {
        bench.random = round;
        cr_assert_eq(bench_open(&bench, NULL, 0), TFEED_OK);
        cr_assert_eq(bench_drain(&bench, (uint32_t)(1 + round * 7 % 33)), TFEED_OUT_OF_RANGE);
        expect_rows(&bench, rows.rows, rows.n);
        bench_close(&bench);
    }
    free(rows.rows);
    bench_clear(&bench);
}

Test(row_source, rows_do_not_depend_on_batches_or_fills_with_mix_first)
{
    expect_same_rows_however(TFEED_MIX_FIRST);
}

Test(row_source, rows_do_not_depend_on_batches_or_fills_with_mix_all)
{
    expect_same_rows_however(TFEED_MIX_ALL);
}

Test(row_source, rows_do_not_depend_on_batches_or_fills_with_mix_n_rows)
{
    expect_same_rows_however(TFEED_MIX_N_ROWS);
}

Test(row_source, another_seed_is_another_mix)
{
    static struct bench bench;
    bench_init(&bench, 2, 100);
    struct rows first = whole_run(&bench, 10);
    bench.seed = 8;
    struct rows second = whole_run(&bench, 10);
    const size_t n = first.n < second.n ? first.n : second.n;
    cr_assert_neq(memcmp(first.rows, second.rows, n * sizeof *first.rows), 0);
    free(first.rows);
    free(second.rows);
    bench_clear(&bench);
}

Test(row_source, mix_first_ends_with_the_last_row_of_a_set)
{
    static struct bench bench;
    size_t counts[FAKE_SETS];
    bench_init(&bench, 3, 50);
    struct rows rows = whole_run(&bench, 7);
    count_sets(rows.rows, rows.n, counts);
    cr_assert_eq(counts[set_of(rows.rows[rows.n - 1])], 50);
    size_t n_exhausted = 0;
    for (size_t i = 0; i < 3; i++)
        n_exhausted += counts[i] == 50;
    cr_assert_eq(n_exhausted, 1);
    cr_assert_eq(bench.n_ends, 1, "the last batch does not know that it is the last");
    free(rows.rows);
    bench_clear(&bench);
}

Test(row_source, mix_all_gives_every_row_of_every_epoch)
{
    static struct bench bench;
    size_t seen[3][30] = {{0}};
    bench_init(&bench, 3, 30);
    bench.options.mix_end = TFEED_MIX_ALL;
    bench.options.n_epochs = 3;
    struct rows rows = whole_run(&bench, 8);
    for (size_t i = 0; i < rows.n; i++)
        seen[set_of(rows.rows[i])][rows.rows[i] % FAKE_SET_NUMBERS]++;
    for (size_t i = 0; i < 90; i++)
        cr_assert_eq(seen[i / 30][i % 30], 3);
    free(rows.rows);
    bench_clear(&bench);
}

Test(row_source, mix_all_passes_over_an_empty_set)
{
    static struct bench bench;
    bench_init(&bench, 3, 30);
    bench.options.mix_end = TFEED_MIX_ALL;
    fake_sets[2].counts[0] = 0;
    struct rows rows = whole_run(&bench, 8);
    cr_assert_eq(rows.n, 60);
    free(rows.rows);
    bench_clear(&bench);
}

Test(row_source, mix_first_ends_where_an_empty_set_would_come)
{
    static struct bench bench;
    bench_init(&bench, 2, 30);
    fake_sets[1].counts[0] = 0; /* of weight 2 */
    struct rows rows = whole_run(&bench, 8);
    cr_assert_lt(rows.n, 15);
    free(rows.rows);
    bench_clear(&bench);
}

Test(row_source, mix_n_rows_begins_small_sets_anew)
{
    static struct bench bench;
    size_t counts[FAKE_SETS];
    bench_init(&bench, 2, 4);
    bench.options.mix_end = TFEED_MIX_N_ROWS;
    bench.options.mix_rows = 100;
    struct rows rows = whole_run(&bench, 8);
    cr_assert_eq(rows.n, 100);
    count_sets(rows.rows, rows.n, counts);
    cr_assert_gt(counts[0], 8);
    cr_assert_gt(counts[1], 8);
    free(rows.rows);
    bench_clear(&bench);
}

Test(row_source, mix_n_rows_passes_over_an_empty_set)
{
    static struct bench bench;
    bench_init(&bench, 2, 4);
    bench.options.mix_end = TFEED_MIX_N_ROWS;
    bench.options.mix_rows = 100;
    fake_sets[1].counts[0] = 0;
    struct rows rows = whole_run(&bench, 8);
    cr_assert_eq(rows.n, 100);
    free(rows.rows);
    bench_clear(&bench);
}

Test(row_source, mix_rows_are_shared_by_the_shards)
{
    static struct bench bench;
    size_t n = 0;
    bench_init(&bench, 2, 4);
    bench.options.mix_end = TFEED_MIX_N_ROWS;
    bench.options.mix_rows = 103;
    bench.options.n_shards = 4;
    for (int64_t i = 0; i < 4; i++) {
        bench.options.shard_index = i;
        struct rows rows = whole_run(&bench, 8);
        cr_assert_eq(rows.n, i < 3 ? 26 : 25);
        n += rows.n;
        free(rows.rows);
    }
    cr_assert_eq(n, 103);
    bench_clear(&bench);
}

Test(row_source, one_set_with_a_number_of_rows_begins_anew)
{
    static struct bench bench;
    bench_init(&bench, 1, 5);
    bench.options.mix_end = TFEED_MIX_N_ROWS;
    bench.options.mix_rows = 12;
    struct rows rows = whole_run(&bench, 5);
    cr_assert_eq(rows.n, 12);
    free(rows.rows);
    bench_clear(&bench);
}

Test(row_source, error_of_a_set_comes_at_its_row_and_stays)
{
    static struct bench bench;
    size_t counts[FAKE_SETS];
    bench_init(&bench, 2, 30);
    fake_sets[1].fails_at = 10;
    cr_assert_eq(bench_open(&bench, NULL, 0), TFEED_OK);
    cr_assert_eq(bench_drain(&bench, 1), TFEED_DATA_LOSS);
    cr_assert_eq(bench_draw(&bench, 1), TFEED_DATA_LOSS);
    count_sets(bench.noted, bench.n_noted, counts);
    cr_assert_eq(counts[1], 10);
    bench_clear(&bench);
}

Test(row_source, padding_in_a_mix_is_invalid)
{
    static struct bench bench;
    bench_init(&bench, 2, 30);
    bench.options.level = TFEED_LEVEL_PAD;
    cr_assert_eq(bench_open(&bench, NULL, 0), TFEED_INVALID_ARGUMENT);
    bench_clear(&bench);
}

Test(row_source, epoch_of_a_mix_is_the_first_sets)
{
    static struct bench bench;
    bench_init(&bench, 2, 3);
    bench.options.n_epochs = 4;
    fake_sets[1].counts[0] = 40000;
    bench.sets[0].weight = 1e-9; /* hardly ever */
    cr_assert_eq(bench_open(&bench, NULL, 0), TFEED_OK);
    cr_assert_eq(bench_draw(&bench, 50), TFEED_OK);
    cr_assert_eq(bench.draw.epoch, 0);
    bench_clear(&bench);
}

/* --- states ----------------------------------------------------------------------------------- */

/* From every row on, a run that goes on from the state there gives the rows of a whole run. */
static void expect_exact_resume(struct bench *bench)
{
    struct rows rows = whole_run(bench, 4);
    for (size_t cut = 0; cut <= rows.n; cut++) {
        struct loader_state state;
        bench->random = cut + 1;
        cr_assert_eq(bench_open(bench, NULL, 0), TFEED_OK);
        for (size_t i = 0; i < cut; i++)
            cr_assert_eq(bench_draw(bench, 1), TFEED_OK);
        cr_assert_eq(loader_state_init(&state, bench->source, NULL, NULL), TFEED_OK);
        row_source_save(bench->source, &state);
        bench_close(bench);
        cr_assert_eq(bench_open(bench, &state, 1), TFEED_OK, "%s", bench->error.message);
        cr_assert_eq(bench_drain(bench, 5), TFEED_OUT_OF_RANGE, "%s", bench->error.message);
        expect_rows(bench, rows.rows + cut, rows.n - cut);
        bench_close(bench);
        loader_state_clear(&state, NULL);
    }
    free(rows.rows);
}

Test(row_source, one_set_resumes_at_every_row)
{
    static struct bench bench;
    bench_init(&bench, 1, 20);
    bench.options.n_epochs = 3;
    expect_exact_resume(&bench);
    bench_clear(&bench);
}

Test(row_source, mix_first_resumes_at_every_row)
{
    static struct bench bench;
    bench_init(&bench, 3, 20);
    bench.options.n_epochs = 2;
    expect_exact_resume(&bench);
    bench_clear(&bench);
}

Test(row_source, mix_all_resumes_at_every_row)
{
    static struct bench bench;
    bench_init(&bench, 3, 20);
    bench.options.mix_end = TFEED_MIX_ALL;
    expect_exact_resume(&bench);
    bench_clear(&bench);
}

Test(row_source, mix_n_rows_resumes_at_every_row_in_a_shard)
{
    static struct bench bench;
    bench_init(&bench, 2, 10);
    bench.options.mix_end = TFEED_MIX_N_ROWS;
    bench.options.mix_rows = 150;
    bench.options.n_shards = 3;
    bench.options.shard_index = 2;
    expect_exact_resume(&bench);
    bench_clear(&bench);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(row_source, longer_run_goes_on_from_the_end_of_a_shorter_one)
{
    static struct bench bench;
    struct loader_state state;
    bench_init(&bench, 2, 10);
    bench.options.mix_end = TFEED_MIX_ALL;
    cr_assert_eq(bench_open(&bench, NULL, 0), TFEED_OK);
    cr_assert_eq(bench_drain(&bench, 4), TFEED_OUT_OF_RANGE);
    cr_assert_eq(loader_state_init(&state, bench.source, NULL, NULL), TFEED_OK);
    row_source_save(bench.source, &state);
    bench_close(&bench);
    bench.options.n_epochs = 2;
    cr_assert_eq(bench_open(&bench, &state, 1), TFEED_OK);
    cr_assert_eq(bench_drain(&bench, 4), TFEED_OUT_OF_RANGE);
    cr_assert_eq(bench.n_noted, 20);
    loader_state_clear(&state, NULL);
    bench_clear(&bench);
}

Test(row_source, mix_rows_left_are_shared_by_another_number_of_shards)
{
    static struct bench bench;
    struct loader_state states[2];
    size_t n = 0;
    bench_init(&bench, 2, 10);
    bench.options.mix_end = TFEED_MIX_N_ROWS;
    bench.options.mix_rows = 101;
    bench.options.n_shards = 2;
    for (int64_t i = 0; i < 2; i++) {
        bench.options.shard_index = i;
        cr_assert_eq(bench_open(&bench, NULL, 0), TFEED_OK);
        cr_assert_eq(bench_draw(&bench, i == 0 ? 30 : 7), TFEED_OK);
        cr_assert_eq(loader_state_init(&states[i], bench.source, NULL, NULL), TFEED_OK);
        row_source_save(bench.source, &states[i]);
        bench_close(&bench);
    }
    bench.options.n_shards = 3;
    for (int64_t i = 0; i < 3; i++) {
        bench.options.shard_index = i;
        cr_assert_eq(bench_open(&bench, states, 2), TFEED_OK, "%s", bench.error.message);
        cr_assert_eq(bench_drain(&bench, 8), TFEED_OUT_OF_RANGE);
        n += bench.n_noted;
        bench_close(&bench);
    }
    cr_assert_eq(n, 101 - 37);
    for (int64_t i = 0; i < 2; i++)
        loader_state_clear(&states[i], NULL);
    bench_clear(&bench);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(row_source, states_of_another_job_are_invalid)
{
    static struct bench bench;
    struct loader_state state;
    bench_init(&bench, 2, 10);
    cr_assert_eq(bench_open(&bench, NULL, 0), TFEED_OK);
    cr_assert_eq(loader_state_init(&state, bench.source, NULL, NULL), TFEED_OK);
    row_source_save(bench.source, &state);
    bench_close(&bench);
    state.n_shards = 3; /* two states are missing */
    cr_assert_eq(bench_open(&bench, &state, 1), TFEED_INVALID_ARGUMENT);
    bench_close(&bench);
    state.n_shards = 1;
    bench.n_sets = 1;
    cr_assert_eq(bench_open(&bench, &state, 1), TFEED_INVALID_ARGUMENT);
    bench_close(&bench);
    loader_state_clear(&state, NULL);
    bench_clear(&bench);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(row_source, each_allocation_may_fail)
{
    static struct bench bench;
    bench_init(&bench, 2, 10);
    bench.options.level = TFEED_LEVEL_WRAP;
    bench.options.n_shards = 2;
    T_FAIL_EACH_ALLOC(allocator, {
        bench.allocator = allocator;
        struct loader_state state = {.n_sets = 0};
        tfeed_status status = bench_open(&bench, NULL, 0);
        if (status == TFEED_OK)
            status = loader_state_init(&state, bench.source, allocator, NULL);
        T_EXPECT_ALLOC_STATUS(status);
        loader_state_clear(&state, allocator);
        bench_close(&bench);
    });
    bench.allocator = NULL;
    bench_clear(&bench);
    T_EXPECT_NO_LEAKS(NULL);
}
