/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_resume.c - whole loaders: the sequence of rows is that of an undisturbed run, wherever it
 * was stopped and whoever does the work; sorted input gives mixed batches.
 */
#include <criterion/criterion.h>

#include "tests/unit/loader/resume_fixture.h"

enum { POINTS = 50, POINTS_WITH_OTHER_WORKERS = 5, POINTS_WITH_OTHER_SHARDS = 7 };

static struct t_temp_dir dir;

static void set_up(void)
{
    t_temp_dir_init(&dir);
    resume_write_set(&dir, RESUME_PLAIN);
}

static void tear_down(void)
{
    t_temp_dir_clear(&dir);
}

TestSuite(resume, .init = set_up, .fini = tear_down, .timeout = T_HANG_SECONDS);

static void expect_equal(const struct resume_rows *rows, const struct resume_rows *expected,
                         const char *what)
{
    cr_assert_eq(rows->n, expected->n, "%s: %zu rows, expected %zu", what, rows->n, expected->n);
    for (size_t i = 0; i < rows->n; i++)
        cr_assert_eq(rows->ids[i], expected->ids[i], "%s: row %zu is %llu, expected %llu", what, i,
                     (unsigned long long)rows->ids[i], (unsigned long long)expected->ids[i]);
}

static void expect_each(const struct resume_rows *rows, int n_times)
{
    int counts[RESUME_RECORDS] = {0};
    resume_count(rows, counts);
    for (int i = 0; i < RESUME_RECORDS; i++)
        cr_assert_eq(counts[i], n_times, "record %d came %d times", i, counts[i]);
}

/* --- stopped anywhere ------------------------------------------------------------------------ */

/* Stops at random places and goes on, some of the times with another number of workers. */
static void expect_exact_resume(const struct tfeed_loader_options *options, uint64_t seed)
{
    static const int64_t n_workers[POINTS_WITH_OTHER_WORKERS] = {0, 1, 3, 5, 7};
    struct resume_rows whole = resume_run_all(&dir, options, NULL);
    const size_t n_batches = whole.n / (size_t)options->batch_size;
    for (int i = 0; i < POINTS; i++) {
        struct tfeed_loader_options then = *options;
        struct resume_rows head = {.n = 0};
        const size_t n = t_random_next(&seed) % (n_batches + 2);
        char *state = resume_run(&dir, options, NULL, n, &head);
        if (i < POINTS_WITH_OTHER_WORKERS)
            then.n_workers = n_workers[i];
        struct resume_rows tail = resume_run_all(&dir, &then, state);
        cr_assert(resume_is_whole(&whole, &head, &tail), "from batch %zu: %s", n, state);
        free(state);
        resume_rows_clear(&head);
        resume_rows_clear(&tail);
    }
    resume_rows_clear(&whole);
}

Test(resume, files_goes_on_at_the_next_row)
{
    const struct tfeed_loader_options options = resume_options(TFEED_ORDER_FILES);
    expect_exact_resume(&options, 1);
}

Test(resume, fast_goes_on_at_the_next_row)
{
    const struct tfeed_loader_options options = resume_options(TFEED_ORDER_FAST);
    expect_exact_resume(&options, 2);
}

Test(resume, global_goes_on_at_the_next_row)
{
    const struct tfeed_loader_options options = resume_options(TFEED_ORDER_GLOBAL);
    expect_exact_resume(&options, 3);
}

Test(resume, tensorflow_goes_on_at_the_next_row)
{
    const struct tfeed_loader_options options = resume_options(TFEED_ORDER_TENSORFLOW);
    expect_exact_resume(&options, 4);
}

static void expect_resume_of_a_shard(enum tfeed_order order, enum tfeed_level level)
{
    struct tfeed_loader_options options = resume_options(order);
    options.n_shards = 3;
    options.shard_index = 1;
    options.level = level;
    struct resume_rows whole = resume_run_all(&dir, &options, NULL);
    for (size_t n = 0; n < whole.n / 16 + 3; n += 3) {
        struct resume_rows head = {.n = 0};
        char *state = resume_run(&dir, &options, NULL, n, &head);
        struct resume_rows tail = resume_run_all(&dir, &options, state);
        cr_assert(resume_is_whole(&whole, &head, &tail), "from batch %zu: %s", n, state);
        free(state);
        resume_rows_clear(&head);
        resume_rows_clear(&tail);
    }
    resume_rows_clear(&whole);
}

Test(resume, shard_goes_on_at_the_next_row)
{
    expect_resume_of_a_shard(TFEED_ORDER_FILES, TFEED_LEVEL_OFF);
    expect_resume_of_a_shard(TFEED_ORDER_FAST, TFEED_LEVEL_OFF);
    expect_resume_of_a_shard(TFEED_ORDER_GLOBAL, TFEED_LEVEL_OFF);
}

Test(resume, levelled_shard_goes_on_at_the_next_row)
{
    expect_resume_of_a_shard(TFEED_ORDER_FAST, TFEED_LEVEL_DROP);
    expect_resume_of_a_shard(TFEED_ORDER_FAST, TFEED_LEVEL_WRAP);
    expect_resume_of_a_shard(TFEED_ORDER_FILES, TFEED_LEVEL_WRAP);
    expect_resume_of_a_shard(TFEED_ORDER_GLOBAL, TFEED_LEVEL_PAD);
}

Test(resume, twice_resumed_run_is_still_exact)
{
    for (enum tfeed_order order = TFEED_ORDER_FILES; order <= TFEED_ORDER_TENSORFLOW; order++) {
        const struct tfeed_loader_options options = resume_options(order);
        struct resume_rows whole = resume_run_all(&dir, &options, NULL);
        struct resume_rows head = {.n = 0};
        char *first = resume_run(&dir, &options, NULL, 7, &head);
        char *second = resume_run(&dir, &options, first, 70, &head);
        struct resume_rows tail = resume_run_all(&dir, &options, second);
        cr_assert(resume_is_whole(&whole, &head, &tail), "order %d", (int)order);
        free(first);
        free(second);
        resume_rows_clear(&whole);
        resume_rows_clear(&head);
        resume_rows_clear(&tail);
    }
}

Test(resume, batch_size_may_change)
{
    for (enum tfeed_order order = TFEED_ORDER_FILES; order <= TFEED_ORDER_GLOBAL; order++) {
        struct tfeed_loader_options options = resume_options(order);
        struct resume_rows whole = resume_run_all(&dir, &options, NULL);
        struct resume_rows head = {.n = 0};
        char *state = resume_run(&dir, &options, NULL, 30, &head);
        options.batch_size = 37;
        struct resume_rows tail = resume_run_all(&dir, &options, state);
        cr_assert(resume_is_whole(&whole, &head, &tail), "order %d", (int)order);
        free(state);
        resume_rows_clear(&whole);
        resume_rows_clear(&head);
        resume_rows_clear(&tail);
    }
}

Test(resume, batch_numbers_go_on)
{
    const struct tfeed_loader_options options = resume_options(TFEED_ORDER_FAST);
    struct resume_rows head = {.n = 0};
    char *state = resume_run(&dir, &options, NULL, 9, &head);
    struct tfeed_loader *loader = resume_open(&dir, &options, state);
    struct tfeed_batch *batch;
    cr_assert_eq(tfeed_loader_next(loader, &batch, NULL), TFEED_OK);
    cr_assert_eq(tfeed_batch_number(batch), 9);
    tfeed_batch_unref(batch);
    tfeed_loader_close(loader);
    free(state);
    resume_rows_clear(&head);
}

/* --- other shards ---------------------------------------------------------------------------- */

static void expect_exact_set(enum tfeed_order order, uint64_t seed)
{
    const struct tfeed_loader_options options = resume_options(order);
    for (int i = 0; i < POINTS_WITH_OTHER_SHARDS; i++) {
        const int n_before = 1 + (int)(t_random_next(&seed) % 4);
        int n_after = 1 + (int)(t_random_next(&seed) % 4);
        size_t n_batches[RESUME_MAX_SHARDS];
        n_after += n_after == n_before;
        for (int s = 0; s < n_before; s++)
            n_batches[s] = t_random_next(&seed) % (200 / (unsigned)n_before);
        resume_reshard(&dir, &options, n_before, n_batches, n_after);
    }
}

Test(resume, other_shards_of_files_give_the_same_set)
{
    expect_exact_set(TFEED_ORDER_FILES, 5);
}

Test(resume, other_shards_of_fast_give_the_same_set)
{
    expect_exact_set(TFEED_ORDER_FAST, 6);
}

Test(resume, other_shards_of_global_give_the_same_set)
{
    expect_exact_set(TFEED_ORDER_GLOBAL, 7);
}

Test(resume, shards_share_every_record_once)
{
    for (enum tfeed_order order = TFEED_ORDER_FILES; order <= TFEED_ORDER_GLOBAL; order++) {
        struct tfeed_loader_options options = resume_options(order);
        struct resume_rows rows = {.n = 0};
        options.n_shards = 3;
        for (options.shard_index = 0; options.shard_index < 3; options.shard_index++)
            free(resume_run(&dir, &options, NULL, SIZE_MAX, &rows));
        expect_each(&rows, 3);
        resume_rows_clear(&rows);
    }
}

static void expect_equal_steps(enum tfeed_order order, enum tfeed_level level, bool drop_remainder)
{
    struct tfeed_loader_options options = resume_options(order);
    size_t n_first = 0;
    options.n_shards = 3;
    options.level = level;
    options.drop_remainder = drop_remainder;
    for (options.shard_index = 0; options.shard_index < 3; options.shard_index++) {
        struct tfeed_loader *loader = resume_open(&dir, &options, NULL);
        struct tfeed_batch *batch;
        size_t n = 0;
        for (; tfeed_loader_next(loader, &batch, NULL) == TFEED_OK; n++)
            tfeed_batch_unref(batch);
        tfeed_loader_close(loader);
        n_first = options.shard_index == 0 ? n : n_first;
        cr_assert_eq(n, n_first, "order %d level %d shard %lld: %zu, expected %zu", (int)order,
                     (int)level, (long long)options.shard_index, n, n_first);
    }
    cr_assert_gt(n_first, 50);
}

Test(resume, levelled_shards_take_equal_steps)
{
    for (enum tfeed_order order = TFEED_ORDER_FILES; order <= TFEED_ORDER_GLOBAL; order++)
        for (enum tfeed_level level = TFEED_LEVEL_DROP; level <= TFEED_LEVEL_PAD; level++) {
            expect_equal_steps(order, level, false);
            expect_equal_steps(order, level, true);
        }
}

/* A job of so many shards, each of which gives so many batches and saves where it stands. */
struct leg {
    int n_shards;
    size_t n_batches;
};

enum { MAX_LEGS = 4 };

/* Runs the shards of one leg from `state`; what they give joins `rows`. Each one could have gone on
 * at the next row. The text of all; free() it. */
static char *run_leg(const struct tfeed_loader_options *options, const struct leg *leg,
                     const char *state, struct resume_rows *rows)
{
    struct tfeed_loader_options own = *options;
    char *texts[RESUME_MAX_SHARDS];
    struct tfeed_bytes merged;
    own.n_shards = leg->n_shards;
    for (int i = 0; i < leg->n_shards; i++) {
        struct resume_rows head = {.n = 0};
        own.shard_index = i;
        struct resume_rows whole = resume_run_all(&dir, &own, state);
        texts[i] = resume_run(&dir, &own, state, leg->n_batches, &head);
        struct resume_rows tail = resume_run_all(&dir, &own, texts[i]);
        cr_assert(resume_is_whole(&whole, &head, &tail), "order %d level %d, shard %d of %d: %s",
                  (int)own.order, (int)own.level, i, leg->n_shards, texts[i]);
        for (size_t r = 0; r < head.n; r++)
            resume_rows_add(rows, head.ids[r]);
        resume_rows_clear(&whole);
        resume_rows_clear(&head);
        resume_rows_clear(&tail);
    }
    cr_assert_eq(
        tfeed_loader_merge_states((const char *const *)texts, (size_t)leg->n_shards, &merged, NULL),
        TFEED_OK);
    for (int i = 0; i < leg->n_shards; i++)
        free(texts[i]);
    char *text = strdup((const char *)merged.data);
    tfeed_block_unref(merged.block);
    return text;
}

/* Every record comes once in epoch 0, whose rest is dealt out; behind it shards are levelled. */
static void expect_levelled_legs(enum tfeed_order order, enum tfeed_level level,
                                 const struct leg legs[MAX_LEGS])
{
    struct tfeed_loader_options options = resume_options(order);
    struct resume_rows rows = {.n = 0};
    int counts[RESUME_RECORDS] = {0};
    char *state = NULL;
    options.level = level;
    for (int i = 0; i < MAX_LEGS && legs[i].n_shards > 0; i++) {
        char *next = run_leg(&options, &legs[i], state, &rows);
        free(state);
        state = next;
    }
    resume_count(&rows, counts);
    for (int i = 0; i < RESUME_RECORDS; i++)
        cr_assert(level == TFEED_LEVEL_DROP ? counts[i] >= 1 && counts[i] <= 3 : counts[i] >= 3,
                  "order %d level %d: record %d came %d times", (int)order, (int)level, i,
                  counts[i]);
    free(state);
    resume_rows_clear(&rows);
}

Test(resume, levelled_shards_are_dealt_anew_twice)
{
    static const struct leg legs[][MAX_LEGS] = {
        {{2, 10}, {3, 5}, {2, SIZE_MAX}},
        {{2, 10}, {3, 1}, {2, 1}, {3, SIZE_MAX}},
        {{2, 10}, {1, 2}, {3, SIZE_MAX}},
        {{3, 30}, {2, 3}, {3, SIZE_MAX}},
    };
    for (size_t i = 0; i < sizeof legs / sizeof *legs; i++)
        for (enum tfeed_order order = TFEED_ORDER_FILES; order <= TFEED_ORDER_GLOBAL; order++)
            for (enum tfeed_level level = TFEED_LEVEL_DROP; level <= TFEED_LEVEL_PAD; level++)
                expect_levelled_legs(order, level, legs[i]);
}

/* Nothing but the state tells that epoch 0 was begun. */
Test(resume, levelled_shards_are_dealt_anew_before_they_gave_a_row)
{
    static const struct leg legs[][MAX_LEGS] = {
        {{2, 10}, {3, 0}, {2, 0}, {3, SIZE_MAX}},
        {{2, 10}, {1, 0}, {3, SIZE_MAX}},
    };
    for (size_t i = 0; i < sizeof legs / sizeof *legs; i++)
        for (enum tfeed_level level = TFEED_LEVEL_DROP; level <= TFEED_LEVEL_PAD; level++) {
            expect_levelled_legs(TFEED_ORDER_FILES, level, legs[i]);
            expect_levelled_legs(TFEED_ORDER_GLOBAL, level, legs[i]);
        }
}

/* --- contradictions --------------------------------------------------------------------------- */

Test(resume, state_of_other_files_is_refused)
{
    const struct tfeed_loader_options options = resume_options(TFEED_ORDER_FAST);
    struct tfeed_loader_options with_state = options;
    struct resume_rows head = {.n = 0};
    char path[T_PATH_BYTES];
    struct tfeed_error error = TFEED_ERROR_INIT;
    struct tfeed_loader *loader = NULL;
    char *state = resume_run(&dir, &options, NULL, 9, &head);
    resume_write_file(t_temp_path(&dir, "part-9", path), 0, 5, RESUME_PLAIN);
    with_state.state = state;
    cr_assert_eq(
        tfeed_loader_open(t_temp_path(&dir, "part-*", path), NULL, &with_state, &loader, &error),
        TFEED_FAILED_PRECONDITION);
    cr_assert_not_null(strstr(error.message, "files of set 0: expected 6, the state has 5"));
    free(state);
    resume_rows_clear(&head);
}

Test(resume, state_of_another_order_is_refused)
{
    const struct tfeed_loader_options options = resume_options(TFEED_ORDER_FAST);
    struct tfeed_loader_options with_state = resume_options(TFEED_ORDER_GLOBAL);
    struct resume_rows head = {.n = 0};
    char path[T_PATH_BYTES];
    struct tfeed_error error = TFEED_ERROR_INIT;
    struct tfeed_loader *loader = NULL;
    char *state = resume_run(&dir, &options, NULL, 9, &head);
    with_state.state = state;
    cr_assert_eq(
        tfeed_loader_open(t_temp_path(&dir, "part-*", path), NULL, &with_state, &loader, &error),
        TFEED_FAILED_PRECONDITION);
    cr_assert_not_null(strstr(error.message, "order: expected global, the state has fast"));
    free(state);
    resume_rows_clear(&head);
}

/* --- whoever does the work -------------------------------------------------------------------- */

static bool keeps_most(const struct tfeed_loader_record *record, void *user_data)
{
    uint64_t id;
    (void)user_data;
    memcpy(&id, record->view.data, sizeof id);
    return id % 7 != 3;
}

static void expect_same_with_any_workers(const struct tfeed_loader_options *options,
                                         const char *what)
{
    static const int64_t n_workers[] = {1, 2, 7};
    struct tfeed_loader_options own = *options;
    own.n_workers = 0;
    struct resume_rows alone = resume_run_all(&dir, &own, NULL);
    cr_assert_gt(alone.n, 2000, "%s", what);
    for (size_t i = 0; i < sizeof n_workers / sizeof *n_workers; i++) {
        own.n_workers = n_workers[i];
        own.caller_helps = i != 1;
        struct resume_rows rows = resume_run_all(&dir, &own, NULL);
        expect_equal(&rows, &alone, what);
        resume_rows_clear(&rows);
    }
    resume_rows_clear(&alone);
}

static void expect_same_in_each_order(enum resume_kind kind, tfeed_row_filter_fn filter)
{
    t_temp_dir_clear(&dir);
    t_temp_dir_init(&dir);
    resume_write_set(&dir, kind);
    for (enum tfeed_order order = TFEED_ORDER_FILES; order <= TFEED_ORDER_TENSORFLOW; order++) {
        struct tfeed_loader_options options = resume_options(order);
        char what[32];
        if (order == TFEED_ORDER_GLOBAL && kind == RESUME_GZIP)
            continue;
        options.filter = filter;
        options.on_error = kind == RESUME_DAMAGED_SET ? TFEED_ON_ERROR_SKIP : TFEED_ON_ERROR_FAIL;
        (void)snprintf(what, sizeof what, "order %d kind %d", (int)order, (int)kind);
        expect_same_with_any_workers(&options, what);
    }
}

Test(resume, any_number_of_workers_gives_the_same_rows)
{
    expect_same_in_each_order(RESUME_PLAIN, NULL);
}

Test(resume, any_number_of_workers_gives_the_same_rows_of_gzip)
{
    expect_same_in_each_order(RESUME_GZIP, NULL);
}

Test(resume, any_number_of_workers_gives_the_same_rows_with_a_filter)
{
    expect_same_in_each_order(RESUME_PLAIN, keeps_most);
}

Test(resume, any_number_of_workers_gives_the_same_rows_of_gzip_with_a_filter)
{
    expect_same_in_each_order(RESUME_GZIP, keeps_most);
}

Test(resume, any_number_of_workers_gives_the_same_rows_with_skipping)
{
    expect_same_in_each_order(RESUME_DAMAGED_SET, NULL);
}

Test(resume, filtered_and_damaged_run_goes_on_at_the_next_row)
{
    t_temp_dir_clear(&dir);
    t_temp_dir_init(&dir);
    resume_write_set(&dir, RESUME_DAMAGED_SET);
    for (enum tfeed_order order = TFEED_ORDER_FILES; order <= TFEED_ORDER_TENSORFLOW; order++) {
        struct tfeed_loader_options options = resume_options(order);
        options.filter = keeps_most;
        options.on_error = TFEED_ON_ERROR_SKIP;
        struct resume_rows whole = resume_run_all(&dir, &options, NULL);
        for (size_t n = 1; n < whole.n / 16; n += 11) {
            struct resume_rows head = {.n = 0};
            char *state = resume_run(&dir, &options, NULL, n, &head);
            struct resume_rows tail = resume_run_all(&dir, &options, state);
            cr_assert(resume_is_whole(&whole, &head, &tail), "order %d, from batch %zu: %s",
                      (int)order, n, state);
            free(state);
            resume_rows_clear(&head);
            resume_rows_clear(&tail);
        }
        resume_rows_clear(&whole);
    }
}

Test(resume, max_skipped_counts_the_whole_life)
{
    t_temp_dir_clear(&dir);
    t_temp_dir_init(&dir);
    resume_write_set(&dir, RESUME_DAMAGED_SET);
    struct tfeed_loader_options options = resume_options(TFEED_ORDER_FILES);
    struct resume_rows rows = {.n = 0};
    struct tfeed_batch *batch;
    tfeed_status status;
    options.on_error = TFEED_ON_ERROR_SKIP;
    options.max_skipped = 4; /* 3 an epoch */
    char *state = resume_run(&dir, &options, NULL, 70, &rows);
    struct tfeed_loader *loader = resume_open(&dir, &options, state);
    while ((status = tfeed_loader_next(loader, &batch, NULL)) == TFEED_OK)
        tfeed_batch_unref(batch);
    cr_assert_eq(status, TFEED_DATA_LOSS, "%s", tfeed_status_name(status));
    tfeed_loader_close(loader);
    free(state);
    resume_rows_clear(&rows);
}

/* --- sorted input ----------------------------------------------------------------------------- */

enum { SORTED_RECORDS = 60000, CLASSES = 10, SORTED_BATCH = 128 };

static void write_sorted(int n_files)
{
    for (int f = 0; f < n_files; f++) {
        struct tfeed_record_writer *writer;
        char name[24];
        char path[T_PATH_BYTES];
        (void)snprintf(name, sizeof name, "sorted-%02d", f);
        cr_assert_eq(tfeed_record_writer_open(t_temp_path(&dir, name, path), NULL, &writer, NULL),
                     TFEED_OK);
        const int begin = (int)((int64_t)SORTED_RECORDS * f / n_files);
        const int end = (int)((int64_t)SORTED_RECORDS * (f + 1) / n_files);
        for (int r = begin; r < end; r++) {
            const uint8_t class = (uint8_t)((int64_t)r * CLASSES / SORTED_RECORDS);
            uint8_t payload[16] = {class};
            cr_assert_eq(tfeed_record_writer_write(writer, payload, sizeof payload, NULL),
                         TFEED_OK);
        }
        cr_assert_eq(tfeed_record_writer_close(writer, NULL), TFEED_OK);
        tfeed_record_writer_free(writer);
    }
}

static void expect_mixed_batches(int n_files)
{
    struct tfeed_loader_options options;
    struct tfeed_loader *loader;
    struct tfeed_batch *batch;
    char pattern[T_PATH_BYTES];
    size_t n_full = 0;
    write_sorted(n_files);
    tfeed_loader_options_init(&options);
    options.shuffle_records = 10000;
    options.batch_size = SORTED_BATCH;
    options.n_epochs = 2;
    options.n_workers = 2;
    cr_assert_eq(
        tfeed_loader_open(t_temp_path(&dir, "sorted-*", pattern), NULL, &options, &loader, NULL),
        TFEED_OK);
    while (tfeed_loader_next(loader, &batch, NULL) == TFEED_OK) {
        int counts[CLASSES] = {0};
        const int64_t n = tfeed_batch_n_rows(batch);
        for (int64_t i = 0; i < n; i++)
            counts[tfeed_batch_records(batch)[i].data[0]]++;
        for (int c = 0; c < CLASSES && n == SORTED_BATCH; c++)
            cr_assert_leq(counts[c] * 100, 40 * SORTED_BATCH, "batch %zu: %d of class %d", n_full,
                          counts[c], c);
        n_full += n == SORTED_BATCH;
        tfeed_batch_unref(batch);
    }
    cr_assert_eq(n_full, 2 * (SORTED_RECORDS / SORTED_BATCH));
    tfeed_loader_close(loader);
}

Test(resume, sorted_file_gives_mixed_batches)
{
    expect_mixed_batches(1);
}

Test(resume, sorted_shards_give_mixed_batches)
{
    expect_mixed_batches(16);
}

/* --- states of states ----------------------------------------------------------------------- */

/* Saves after `first` batches, goes on, saves again after `then` batches of `batch_size` rows, and
 * goes on to the end: nothing may come twice, or not at all. */
static void expect_exact_after_two_saves(enum tfeed_order order, size_t first, int64_t batch_size,
                                         size_t then)
{
    struct tfeed_loader_options options = resume_options(order);
    struct resume_rows head = {0}, middle = {0};
    char *once = resume_run(&dir, &options, NULL, first, &head);
    struct resume_rows whole = resume_run_all(&dir, &options, once);
    options.batch_size = order == TFEED_ORDER_TENSORFLOW ? options.batch_size : batch_size;
    char *twice = resume_run(&dir, &options, once, then, &middle);
    struct resume_rows tail = resume_run_all(&dir, &options, twice);
    cr_assert(resume_is_whole(&whole, &middle, &tail), "order %d: %zu rows of %zu, then %zu", order,
              whole.n, middle.n, tail.n);
    free(once);
    free(twice);
    resume_rows_clear(&head);
    resume_rows_clear(&middle);
    resume_rows_clear(&whole);
    resume_rows_clear(&tail);
}

Test(resume, a_state_saved_right_after_a_resume_is_exact)
{
    for (int order = TFEED_ORDER_FILES; order <= TFEED_ORDER_TENSORFLOW; order++)
        expect_exact_after_two_saves((enum tfeed_order)order, 20, 16, 0);
}

Test(resume, a_state_saved_before_every_lane_has_given_a_row_is_exact)
{
    for (int order = TFEED_ORDER_FILES; order <= TFEED_ORDER_TENSORFLOW; order++)
        expect_exact_after_two_saves((enum tfeed_order)order, 20, 1, 1);
}
