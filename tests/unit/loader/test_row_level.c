/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_row_level.c - shards brought to the same number of rows: drop, wrap, pad.
 */
#include "tests/unit/loader/fake_order.h"

enum { N_SHARDS = 3, N_EPOCHS = 3, BATCH = 4 };

/* Three shards of 9, 4 and 12 rows. */
static void level_init(struct bench *bench, enum tfeed_level level)
{
    bench_init(bench, 1, 9);
    fake_sets[0].counts[1] = 4;
    fake_sets[0].counts[2] = 12;
    bench->options.level = level;
    bench->options.n_shards = N_SHARDS;
    bench->options.n_epochs = N_EPOCHS;
}

static void open_shard(struct bench *bench, int64_t shard)
{
    bench->options.shard_index = shard;
    cr_assert_eq(bench_open(bench, NULL, 0), TFEED_OK, "%s", bench->error.message);
}

/* What row i of a shard's epoch is by hand. */
static int64_t own_row(int64_t shard, uint64_t epoch, uint64_t i)
{
    const struct fake_set *set = &fake_sets[0];
    uint64_t first = 0;
    for (int64_t s = 0; s < shard; s++)
        first += set->counts[s];
    return (int64_t)(first + (i + epoch) % set->counts[shard]);
}

static void expect_levelled(struct bench *bench, int64_t shard, uint64_t n_target)
{
    const uint64_t n_own = fake_sets[0].counts[shard];
    open_shard(bench, shard);
    cr_assert_eq(bench_drain(bench, BATCH), TFEED_OUT_OF_RANGE, "%s", bench->error.message);
    cr_assert_eq(bench->n_noted, n_target * N_EPOCHS, "%zu rows", bench->n_noted);
    cr_assert_eq(bench->n_ends, N_EPOCHS);
    for (uint64_t i = 0; i < bench->n_noted; i++) {
        const uint64_t in_epoch = i % n_target;
        const uint64_t own = in_epoch < n_own ? in_epoch : (in_epoch - n_own) % n_own;
        cr_assert_eq(bench->noted[i], own_row(shard, i / n_target, own), "shard %lld, row %zu",
                     (long long)shard, (size_t)i);
    }
    const uint64_t n_differ = n_own > n_target ? n_own - n_target : n_target - n_own;
    cr_assert_eq(bench->n_repeated, n_own < n_target ? n_differ * N_EPOCHS : 0);
    cr_assert_eq(row_source_n_levelled(bench->source), n_differ * N_EPOCHS);
    bench_close(bench);
}

Test(row_level, drop_leaves_out_what_the_smallest_lacks)
{
    static struct bench bench;
    level_init(&bench, TFEED_LEVEL_DROP);
    for (int64_t i = 0; i < N_SHARDS; i++)
        expect_levelled(&bench, i, 4);
    bench_clear(&bench);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(row_level, wrap_repeats_the_first_rows_up_to_the_largest)
{
    static struct bench bench;
    level_init(&bench, TFEED_LEVEL_WRAP);
    for (int64_t i = 0; i < N_SHARDS; i++)
        expect_levelled(&bench, i, 12);
    bench_clear(&bench);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(row_level, pad_gives_the_rows_of_wrap)
{
    static struct bench bench;
    level_init(&bench, TFEED_LEVEL_PAD);
    for (int64_t i = 0; i < N_SHARDS; i++)
        expect_levelled(&bench, i, 12);
    bench_clear(&bench);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(row_level, any_interleaving_of_fills_gives_the_same)
{
    static struct bench bench;
    for (enum tfeed_level level = TFEED_LEVEL_DROP; level <= TFEED_LEVEL_PAD; level++)
        for (uint64_t random = 1; random <= 10; random++) {
            level_init(&bench, level);
            bench.random = random;
            fake_sets[0].n_fill_rows = (uint32_t)(1 + random % 5);
            for (int64_t i = 0; i < N_SHARDS; i++)
                expect_levelled(&bench, i, level == TFEED_LEVEL_DROP ? 4 : 12);
            bench_clear(&bench);
        }
}

Test(row_level, repeated_rows_hold_the_records_themselves)
{
    static struct bench bench;
    level_init(&bench, TFEED_LEVEL_WRAP);
    open_shard(&bench, 1);
    for (int i = 0; i < 3; i++) {
        cr_assert_eq(bench_draw(&bench, 4), TFEED_OK);
        for (uint32_t r = 0; r < 4 && i > 0; r++) {
            const struct row *row = &bench.draw.rows[r];
            uint64_t record;
            cr_assert_eq(row->bytes.len, sizeof record);
            memcpy(&record, row->bytes.data, sizeof record);
            cr_assert_eq(record, row->place.record);
        }
    }
    cr_assert_eq(bench.draw.n_repeated, 4);
    bench_clear(&bench);
}

Test(row_level, batches_never_cross_an_epoch)
{
    static struct bench bench;
    size_t n_batches = 0;
    level_init(&bench, TFEED_LEVEL_WRAP);
    open_shard(&bench, 0);
    while (bench_draw(&bench, 5) == TFEED_OK) {
        cr_assert_eq(bench.draw.epoch, n_batches / 3);
        cr_assert_eq(bench.draw.n_rows, n_batches % 3 == 2 ? 2 : 5);
        cr_assert_eq(bench.draw.ends_epoch, n_batches % 3 == 2);
        n_batches++;
    }
    cr_assert_eq(n_batches, 3 * N_EPOCHS);
    bench_clear(&bench);
}

Test(row_level, only_so_many_rows_are_kept_to_be_repeated)
{
    static struct bench bench;
    bench_init(&bench, 1, 0);
    fake_sets[0].counts[0] = 600;
    fake_sets[0].counts[1] = 2000;
    fake_sets[0].fails_at = -1;
    fake_sets[0].n_fill_rows = 100;
    bench.options.level = TFEED_LEVEL_WRAP;
    bench.options.n_shards = 2;
    struct loader_state state;
    open_shard(&bench, 0);
    cr_assert_eq(bench_draw(&bench, 600), TFEED_OK);
    cr_assert_eq(loader_state_init(&state, bench.source, NULL, NULL), TFEED_OK);
    row_source_save(bench.source, &state);
    cr_assert_eq(state.sets[0].level.n_repeats, LEVEL_MAX_REPEATS);
    loader_state_clear(&state, NULL);
    bench_clear(&bench);
}

Test(row_level, one_shard_is_not_levelled)
{
    static struct bench bench;
    bench_init(&bench, 1, 9);
    bench.options.level = TFEED_LEVEL_WRAP;
    fake_sets[0].fails_to_count = true;
    open_shard(&bench, 0);
    cr_assert_eq(bench_drain(&bench, BATCH), TFEED_OUT_OF_RANGE);
    cr_assert_eq(bench.n_noted, 9);
    bench_clear(&bench);
}

Test(row_level, levelled_mixes_take_equal_steps)
{
    static struct bench bench;
    size_t n_rows[N_SHARDS];
    for (int64_t i = 0; i < N_SHARDS; i++) {
        level_init(&bench, TFEED_LEVEL_WRAP);
        bench.n_sets = 2;
        open_shard(&bench, i);
        cr_assert_eq(bench_drain(&bench, BATCH), TFEED_OUT_OF_RANGE, "%s", bench.error.message);
        n_rows[i] = bench.n_noted;
        bench_clear(&bench);
    }
    cr_assert_eq(n_rows[0], n_rows[1]);
    cr_assert_eq(n_rows[0], n_rows[2]);
    T_EXPECT_NO_LEAKS(NULL);
}

/* --- shards without rows ---------------------------------------------------------------------- */

Test(row_level, wrap_without_own_rows_is_an_error)
{
    static struct bench bench;
    level_init(&bench, TFEED_LEVEL_WRAP);
    fake_sets[0].counts[1] = 0;
    open_shard(&bench, 1);
    cr_assert_eq(bench_draw(&bench, BATCH), TFEED_FAILED_PRECONDITION);
    cr_assert_not_null(strstr(bench.error.message, "shard 1 of 3 has no rows in epoch 0"));
    cr_assert_eq(bench_draw(&bench, BATCH), TFEED_FAILED_PRECONDITION);
    bench_clear(&bench);
}

Test(row_level, pad_without_own_rows_gives_empty_ones)
{
    static struct bench bench;
    level_init(&bench, TFEED_LEVEL_PAD);
    fake_sets[0].counts[1] = 0;
    open_shard(&bench, 1);
    cr_assert_eq(bench_drain(&bench, 5), TFEED_OUT_OF_RANGE);
    cr_assert_eq(bench.n_noted, 12 * N_EPOCHS);
    cr_assert_eq(bench.n_repeated, 12 * N_EPOCHS);
    cr_assert_eq(bench.n_ends, N_EPOCHS);
    for (size_t i = 0; i < bench.n_noted; i++)
        cr_assert_eq(bench.noted[i], FAKE_VOID);
    bench_clear(&bench);
}

Test(row_level, drop_to_nothing_is_an_error)
{
    static struct bench bench;
    level_init(&bench, TFEED_LEVEL_DROP);
    fake_sets[0].counts[1] = 0;
    open_shard(&bench, 0);
    cr_assert_eq(bench_draw(&bench, BATCH), TFEED_FAILED_PRECONDITION);
    cr_assert_not_null(strstr(bench.error.message, "drop would leave out all"));
    bench_clear(&bench);
}

Test(row_level, no_rows_at_all_are_the_end)
{
    static struct bench bench;
    for (enum tfeed_level level = TFEED_LEVEL_DROP; level <= TFEED_LEVEL_PAD; level++) {
        level_init(&bench, level);
        memset(fake_sets[0].counts, 0, sizeof fake_sets[0].counts);
        bench.options.n_epochs = TFEED_EPOCHS_ENDLESS;
        open_shard(&bench, 0);
        cr_assert_eq(bench_draw(&bench, BATCH), TFEED_OUT_OF_RANGE);
        bench_clear(&bench);
    }
}

/* --- errors ----------------------------------------------------------------------------------- */

Test(row_level, failed_count_stays)
{
    static struct bench bench;
    level_init(&bench, TFEED_LEVEL_DROP);
    fake_sets[0].fails_to_count = true;
    open_shard(&bench, 0);
    cr_assert_eq(bench_draw(&bench, BATCH), TFEED_DATA_LOSS);
    cr_assert_eq(bench_draw(&bench, BATCH), TFEED_DATA_LOSS);
    bench_clear(&bench);
}

Test(row_level, error_of_the_order_comes_at_its_row)
{
    static struct bench bench;
    level_init(&bench, TFEED_LEVEL_WRAP);
    fake_sets[0].fails_at = 6;
    open_shard(&bench, 0);
    cr_assert_eq(bench_drain(&bench, 2), TFEED_DATA_LOSS);
    cr_assert_eq(bench.n_noted, 6);
    bench_clear(&bench);
}

Test(row_level, record_that_is_gone_is_an_error)
{
    static struct bench bench;
    level_init(&bench, TFEED_LEVEL_WRAP);
    open_shard(&bench, 1);
    cr_assert_eq(bench_draw(&bench, BATCH), TFEED_OK);
    cr_assert_eq(tfeed_memory_files_put(bench.files, "file", "", 0, NULL), TFEED_OK);
    const tfeed_status status = bench_draw(&bench, BATCH);
    cr_assert(status != TFEED_OK && status != TFEED_OUT_OF_RANGE);
    cr_assert_eq(bench_draw(&bench, BATCH), status);
    bench_clear(&bench);
}

Test(row_level, stop_ends_the_reading_of_repeats)
{
    static struct bench bench;
    level_init(&bench, TFEED_LEVEL_WRAP);
    open_shard(&bench, 1);
    cr_assert_eq(bench_draw(&bench, BATCH), TFEED_OK);
    atomic_store(&bench.stop, true);
    cr_assert_eq(bench_draw(&bench, BATCH), TFEED_CANCELLED);
    bench_clear(&bench);
}

/* --- states ----------------------------------------------------------------------------------- */

/* Goes on from the state at every row of every shard. */
static void expect_exact_resume(enum tfeed_level level, int64_t shard)
{
    static struct bench bench;
    static int64_t rows[FAKE_MAX_ROWS];
    level_init(&bench, level);
    open_shard(&bench, shard);
    cr_assert_eq(bench_drain(&bench, BATCH), TFEED_OUT_OF_RANGE);
    const size_t n = bench.n_noted;
    memcpy(rows, bench.noted, n * sizeof *rows);
    bench_close(&bench);
    for (size_t cut = 0; cut <= n; cut++) {
        struct loader_state state;
        open_shard(&bench, shard);
        for (size_t i = 0; i < cut; i++)
            cr_assert_eq(bench_draw(&bench, 1), TFEED_OK);
        cr_assert_eq(loader_state_init(&state, bench.source, NULL, NULL), TFEED_OK);
        row_source_save(bench.source, &state);
        bench_close(&bench);
        bench.random = cut + 1;
        cr_assert_eq(bench_open(&bench, &state, 1), TFEED_OK, "%s", bench.error.message);
        cr_assert_eq(bench_drain(&bench, 5), TFEED_OUT_OF_RANGE, "%s", bench.error.message);
        bench.random = 0;
        cr_assert_eq(bench.n_noted, n - cut, "from %zu: %zu", cut, bench.n_noted);
        cr_assert_eq(memcmp(bench.noted, rows + cut, (n - cut) * sizeof *rows), 0, "from %zu", cut);
        bench_close(&bench);
        loader_state_clear(&state, NULL);
    }
    bench_clear(&bench);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(row_level, drop_resumes_at_every_row)
{
    for (int64_t i = 0; i < N_SHARDS; i++)
        expect_exact_resume(TFEED_LEVEL_DROP, i);
}

Test(row_level, wrap_resumes_at_every_row)
{
    for (int64_t i = 0; i < N_SHARDS; i++)
        expect_exact_resume(TFEED_LEVEL_WRAP, i);
}

Test(row_level, pad_resumes_at_every_row)
{
    for (int64_t i = 0; i < N_SHARDS; i++)
        expect_exact_resume(TFEED_LEVEL_PAD, i);
}

static tfeed_status draw_from(struct bench *bench, const struct loader_state *state)
{
    tfeed_status status = bench_open(bench, state, 1);
    if (status == TFEED_OK)
        status = bench_draw(bench, BATCH);
    bench_close(bench);
    return status;
}

Test(row_level, state_that_cannot_be_is_invalid)
{
    static struct bench bench;
    struct loader_state state;
    level_init(&bench, TFEED_LEVEL_WRAP);
    open_shard(&bench, 1);
    cr_assert_eq(bench_draw(&bench, 6), TFEED_OK);
    cr_assert_eq(loader_state_init(&state, bench.source, NULL, NULL), TFEED_OK);
    row_source_save(bench.source, &state);
    bench_close(&bench);
    struct level_state *level = &state.sets[0].level;
    const struct level_state good = *level;
    cr_assert_eq(draw_from(&bench, &state), TFEED_OK, "%s", bench.error.message);
    level->n_drawn = 5;
    cr_assert_eq(draw_from(&bench, &state), TFEED_INVALID_ARGUMENT);
    *level = good;
    level->n_given = 13;
    cr_assert_eq(draw_from(&bench, &state), TFEED_INVALID_ARGUMENT);
    *level = good;
    level->n_repeats = 3;
    cr_assert_eq(draw_from(&bench, &state), TFEED_INVALID_ARGUMENT);
    *level = good;
    level->repeats[0].file = 1;
    cr_assert_eq(draw_from(&bench, &state), TFEED_INVALID_ARGUMENT);
    level->repeats[0].file = 0;
    *level = good;
    level->epoch = UINT64_MAX;
    cr_assert_eq(draw_from(&bench, &state), TFEED_OUT_OF_RANGE);
    loader_state_clear(&state, NULL);
    bench_clear(&bench);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(row_level, state_of_an_order_in_another_epoch_is_an_error)
{
    static struct bench bench;
    struct loader_state state;
    level_init(&bench, TFEED_LEVEL_WRAP);
    open_shard(&bench, 2);
    cr_assert_eq(bench_draw(&bench, 2), TFEED_OK);
    cr_assert_eq(loader_state_init(&state, bench.source, NULL, NULL), TFEED_OK);
    row_source_save(bench.source, &state);
    bench_close(&bench);
    state.sets[0].level.epoch = 1;
    state.sets[0].level.n_drawn = 0;
    state.sets[0].level.n_given = 0;
    cr_assert_eq(draw_from(&bench, &state), TFEED_FAILED_PRECONDITION);
    loader_state_clear(&state, NULL);
    bench_clear(&bench);
    T_EXPECT_NO_LEAKS(NULL);
}

/* Two old shards, one of them within epoch 0: with three shards the rest of epoch 0 comes as it is,
 * and the epochs behind it are level. */
Test(row_level, epoch_begun_with_other_shards_is_not_levelled)
{
    static struct bench bench;
    struct loader_state states[2];
    level_init(&bench, TFEED_LEVEL_WRAP);
    bench.options.n_shards = 2;
    for (int64_t i = 0; i < 2; i++) {
        open_shard(&bench, i);
        cr_assert_eq(bench_draw(&bench, 3), TFEED_OK);
        cr_assert_eq(loader_state_init(&states[i], bench.source, NULL, NULL), TFEED_OK);
        row_source_save(bench.source, &states[i]);
        bench_close(&bench);
    }
    bench.options.n_shards = N_SHARDS;
    for (int64_t i = 0; i < N_SHARDS; i++) {
        bench.options.shard_index = i;
        cr_assert_eq(bench_open(&bench, states, 2), TFEED_OK, "%s", bench.error.message);
        /* 6: as many as a shard has, or more */
        cr_assert_eq(bench_drain(&bench, 6), TFEED_OUT_OF_RANGE, "%s", bench.error.message);
        /* the fake gives a whole epoch 0 again */
        cr_assert_eq(bench.n_noted, fake_sets[0].counts[i] + 2 * 12, "shard %lld: %zu rows",
                     (long long)i, bench.n_noted);
        cr_assert_eq(bench.n_ends, N_EPOCHS);
        bench_close(&bench);
    }
    for (int64_t i = 0; i < 2; i++)
        loader_state_clear(&states[i], NULL);
    bench_clear(&bench);
    T_EXPECT_NO_LEAKS(NULL);
}

/* Nothing of epoch 0 is left to a new shard: its first draw comes upon epoch 1, which is levelled,
 * and may get all of it at once. */
Test(row_level, epoch_that_a_draw_comes_upon_is_levelled)
{
    static struct bench bench;
    struct loader_state states[2];
    level_init(&bench, TFEED_LEVEL_WRAP);
    bench.options.n_shards = 2;
    for (int64_t i = 0; i < 2; i++) {
        open_shard(&bench, i);
        cr_assert_eq(bench_draw(&bench, i == 0 ? 9 : 3), TFEED_OK); /* shard 0: all of epoch 0 */
        cr_assert_eq(loader_state_init(&states[i], bench.source, NULL, NULL), TFEED_OK);
        row_source_save(bench.source, &states[i]);
        bench_close(&bench);
    }
    bench.options.n_shards = N_SHARDS;
    fake_sets[0].n_fill_rows = 20; /* the order sees its epoch's end with the last row */
    for (int64_t i = 0; i < N_SHARDS; i++) {
        bench.options.shard_index = i;
        cr_assert_eq(bench_open(&bench, states, 2), TFEED_OK, "%s", bench.error.message);
        cr_assert_eq(bench_drain(&bench, 6), TFEED_OUT_OF_RANGE, "%s", bench.error.message);
        cr_assert_eq(bench.n_noted, 2 * 12);
        cr_assert_eq(bench.n_ends, 2, "shard %lld: %zu ends", (long long)i, (size_t)bench.n_ends);
        bench_close(&bench);
    }
    for (int64_t i = 0; i < 2; i++)
        loader_state_clear(&states[i], NULL);
    bench_clear(&bench);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(row_level, shards_dealt_anew_between_epochs_are_levelled_at_once)
{
    static struct bench bench;
    struct loader_state state;
    level_init(&bench, TFEED_LEVEL_DROP);
    bench.options.n_shards = 1;
    open_shard(&bench, 0);
    cr_assert_eq(bench_draw(&bench, 9), TFEED_OK); /* all of epoch 0 */
    cr_assert_eq(loader_state_init(&state, bench.source, NULL, NULL), TFEED_OK);
    row_source_save(bench.source, &state);
    bench_close(&bench);
    bench.options.n_shards = N_SHARDS;
    for (int64_t i = 0; i < N_SHARDS; i++) {
        bench.options.shard_index = i;
        cr_assert_eq(bench_open(&bench, &state, 1), TFEED_OK, "%s", bench.error.message);
        cr_assert_eq(bench_drain(&bench, 5), TFEED_OUT_OF_RANGE, "%s", bench.error.message);
        cr_assert_eq(bench.n_noted, 2 * 4);
        bench_close(&bench);
    }
    loader_state_clear(&state, NULL);
    bench_clear(&bench);
}

Test(row_level, each_allocation_of_a_run_may_fail)
{
    static struct bench bench;
    level_init(&bench, TFEED_LEVEL_WRAP);
    bench.options.shard_index = 1;
    bench.options.n_epochs = 1;
    T_FAIL_EACH_ALLOC(allocator, {
        bench.allocator = allocator;
        tfeed_status status = bench_open(&bench, NULL, 0);
        for (int i = 0; i < 3 && status == TFEED_OK; i++)
            status = bench_draw(&bench, BATCH);
        /* a window that the fake did not get it asks for again */
        cr_assert(status == TFEED_OK || status == TFEED_RESOURCE_EXHAUSTED);
        bench_close(&bench);
    });
    bench.allocator = NULL;
    bench_clear(&bench);
    T_EXPECT_NO_LEAKS(NULL);
}
