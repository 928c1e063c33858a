/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_order_tensorflow.c - TENSORFLOW: row for row what string_input_producer and shuffle_batch
 * give for the same seeds; states.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <tfeed/pipeline.h>

#include "tests/unit/loader/order_fixture.h"

static const size_t counts[] = {60, 0, 131, 7, 200};
enum { MAX_COUNTS = sizeof counts / sizeof counts[0] };

struct run {
    size_t n_files;
    int64_t n_epochs;
    int64_t graph_seed;
    int64_t seed;
    int64_t min_after_dequeue;
    int64_t capacity; /* 0: the default */
    int64_t batch_size;
    int n_ahead;
    bool gzip;
    bool smaller; /* allow_smaller_final_batch */
};

static struct run runs[] = {
    {5, 1, TFEED_SEED_UNSET, 42, 50, 0, 10, 0, false, true},
    {5, 3, TFEED_SEED_UNSET, 42, 50, 0, 10, 4, false, false},
    {5, 2, 7, 8, 100, 101, 32, 0, false, true},
    {5, 2, 7, TFEED_SEED_UNSET, 100, 120, 32, 3, true, true},
    {5, 2, 7, TFEED_SEED_UNSET, 1, 2, 1, 0, false, true},
    {1, 4, 1234, -5, 30, 64, 7, 0, false, false},
    {5, 2, 99, 1, 5000, 6000, 13, 2, false, true},
    {3, 1, TFEED_SEED_UNSET, 0, 10, 20, 200, 0, true, true},
    {5, 2, TFEED_SEED_UNSET, 3, 100, 398, 398, 0, false, true},
    {5, 1, TFEED_SEED_UNSET, 3, 97, 398, 99, 7, false, true},
};

static int64_t resolved_capacity(const struct run *run)
{
    return run->capacity != 0 ? run->capacity : run->min_after_dequeue + 3 * run->batch_size;
}

static void prepare(struct fixture *fixture, const struct run *run)
{
    fixture_init(fixture);
    fixture->has_examples = true;
    fixture_add_files(fixture, counts, run->n_files, 0, run->gzip);
    fixture->n_epochs = run->n_epochs;
    fixture->n_ahead = run->n_ahead;
    fixture->options.graph_seed = run->graph_seed;
    fixture->options.seed = run->seed;
    fixture->options.shuffle_records = run->min_after_dequeue;
    fixture->options.capacity = resolved_capacity(run);
    fixture->options.batch_size = run->batch_size;
}

/* --- the pipeline ----------------------------------------------------------------------------- */

struct labels {
    int64_t values[T_MAX_ROWS];
    size_t n;
};

static struct tfeed_batcher *make_batcher(const struct fixture *fixture, const struct run *run,
                                          struct tfeed_context *context,
                                          struct tfeed_schema *schema, struct tfeed_queue **names)
{
    struct tfeed_producer_options producer;
    struct tfeed_batch_options batch;
    struct tfeed_record_reader_options reader;
    struct tfeed_batcher *batcher = NULL;
    tfeed_producer_options_init(&producer);
    producer.n_epochs = run->n_epochs;
    producer.seed = run->seed;
    cr_assert_eq(
        tfeed_string_input_producer(context, fixture->paths, run->n_files, &producer, names, NULL),
        TFEED_OK);
    tfeed_batch_options_init(&batch);
    batch.batch_size = run->batch_size;
    batch.capacity = resolved_capacity(run);
    batch.min_after_dequeue = run->min_after_dequeue;
    batch.deterministic = true;
    batch.allow_smaller_final_batch = run->smaller;
    batch.seed = run->seed;
    tfeed_record_reader_options_init(&reader);
    reader.file_system = fixture->options.file_system;
    struct tfeed_error error;
    cr_assert_eq(
        tfeed_shuffle_batch_examples(context, *names, schema, &reader, &batch, &batcher, &error),
        TFEED_OK, "%s", error.message);
    return batcher;
}

static void run_pipeline(const struct fixture *fixture, const struct run *run,
                         struct labels *labels)
{
    struct tfeed_context_options options;
    struct tfeed_context *context = NULL;
    struct tfeed_coordinator *coordinator = NULL;
    struct tfeed_schema *schema = NULL;
    struct tfeed_queue *names = NULL;
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    struct tfeed_tensor column = {0};
    struct tfeed_error error;
    tfeed_status status;
    tfeed_context_options_init(&options);
    options.graph_seed = run->graph_seed;
    cr_assert_eq(tfeed_context_new(&options, &context, NULL), TFEED_OK);
    cr_assert_eq(tfeed_coordinator_new(NULL, &coordinator, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_new(NULL, &schema, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_add_fixed(schema, "label", TFEED_INT64, &scalar, NULL), TFEED_OK);
    struct tfeed_batcher *batcher = make_batcher(fixture, run, context, schema, &names);
    cr_assert_eq(tfeed_start_queue_runners(context, coordinator, NULL), TFEED_OK);
    while ((status = tfeed_batcher_next(batcher, &column, &error)) == TFEED_OK)
        for (int64_t i = 0; i < column.shape.dims[0]; i++)
            labels->values[labels->n++] = tfeed_tensor_int64s(&column)[i];
    cr_assert_eq(status, TFEED_OUT_OF_RANGE, "%s", error.message);
    cr_assert_eq(tfeed_coordinator_request_stop(coordinator, NULL, NULL), TFEED_OK);
    cr_assert_eq(tfeed_coordinator_join(coordinator, NULL, &error), TFEED_OK, "%s", error.message);
    tfeed_tensor_clear(&column);
    tfeed_batcher_unref(batcher);
    tfeed_queue_unref(names);
    tfeed_schema_unref(schema);
    tfeed_coordinator_free(coordinator);
    cr_assert_eq(tfeed_context_close(context, NULL), TFEED_OK);
}

ParameterizedTestParameters(order_tensorflow, rows_are_those_of_the_pipeline)
{
    return cr_make_param_array(struct run, runs, sizeof runs / sizeof runs[0]);
}

ParameterizedTest(struct run *run, order_tensorflow, rows_are_those_of_the_pipeline)
{
    struct fixture fixture;
    struct t_rows *found = t_rows_new();
    struct labels *expected = calloc(1, sizeof *expected);
    cr_assert_not_null(expected);
    prepare(&fixture, run);
    run_pipeline(&fixture, run, expected);
    cr_assert_eq(fixture_open(&fixture, &order_tensorflow, NULL, 0), TFEED_OK, "%s",
                 fixture.error.message);
    cr_assert_eq(fixture_draw_all(&fixture, (uint32_t)run->batch_size, found), TFEED_OUT_OF_RANGE,
                 "%s", fixture.error.message);
    if (!run->smaller)
        found->n -= found->n % (size_t)run->batch_size;
    cr_assert_eq(found->n, expected->n, "%zu rows, expected %zu", found->n, expected->n);
    for (size_t i = 0; i < found->n; i++)
        cr_assert_eq(t_label(found->rows[i].file, found->rows[i].record), expected->values[i],
                     "row %zu", i);
    free(expected);
    free(found);
    fixture_clear(&fixture);
    T_EXPECT_NO_LEAKS(NULL);
}

/* --- the order alone -------------------------------------------------------------------------- */

ParameterizedTestParameters(order_tensorflow, gives_every_record_in_every_epoch)
{
    return cr_make_param_array(struct run, runs, sizeof runs / sizeof runs[0]);
}

ParameterizedTest(struct run *run, order_tensorflow, gives_every_record_in_every_epoch)
{
    struct fixture fixture;
    struct t_rows *rows = t_rows_new();
    size_t n_all = 0;
    prepare(&fixture, run);
    cr_assert_eq(fixture_open(&fixture, &order_tensorflow, NULL, 0), TFEED_OK);
    /* rows of a batch may be of several epochs: by ones, each is noted with its own */
    cr_assert_eq(fixture_draw_all(&fixture, 1, rows), TFEED_OUT_OF_RANGE);
    for (size_t i = 0; i < run->n_files; i++)
        n_all += counts[i] * (size_t)run->n_epochs;
    cr_assert_eq(rows->n, n_all);
    t_expect_all_once(rows, counts, run->n_files, (uint64_t)run->n_epochs);
    cr_assert_eq(fixture.n_ends_of_epoch, 1, "epochs run through");
    free(rows);
    fixture_clear(&fixture);
}

Test(order_tensorflow, without_shuffling_records_come_as_they_are_read)
{
    static const struct run run = {5, 2, TFEED_SEED_UNSET, 42, 0, 0, 10, 0, false, true};
    struct fixture fixture;
    struct t_rows *rows = t_rows_new();
    prepare(&fixture, &run);
    cr_assert_eq(fixture_open(&fixture, &order_tensorflow, NULL, 0), TFEED_OK);
    cr_assert_eq(fixture_draw_all(&fixture, 10, rows), TFEED_OUT_OF_RANGE);
    cr_assert_eq(rows->n, 2 * 398);
    for (size_t i = 1; i < rows->n; i++)
        cr_assert(rows->rows[i].record == 0 ||
                  (rows->rows[i].file == rows->rows[i - 1].file &&
                   rows->rows[i].record == rows->rows[i - 1].record + 1));
    cr_assert(rows->rows[0].file != 0 || rows->rows[398].file != 0, "names are shuffled");
    free(rows);
    fixture_clear(&fixture);
}

static bool keeps_even(const struct tfeed_loader_record *record, void *user_data)
{
    (void)user_data;
    return record->view.record % 2 == 0;
}

static bool keeps_all(const struct tfeed_loader_record *record, void *user_data)
{
    (void)user_data;
    return record != NULL;
}

/* Draws to the end, then goes on from states behind some batches. Epochs are not compared: a batch
 * says that of its last row only. */
static void expect_resumes(struct fixture *fixture, uint32_t batch, int n_apart)
{
    enum { MAX_STATES = 512 };
    struct t_rows *whole = t_rows_new(), *found = t_rows_new();
    struct order_state *states[MAX_STATES];
    size_t n_drawn[MAX_STATES], n = 0;
    bool ends_epoch;
    cr_assert_eq(fixture_open(fixture, &order_tensorflow, NULL, 0), TFEED_OK);
    for (int i = 0;; i++) {
        if (i % n_apart == 0) {
            cr_assert_lt(n, MAX_STATES);
            states[n] = fixture_take_state(fixture);
            n_drawn[n++] = whole->n;
        }
        if (fixture_draw(fixture, batch, whole, &ends_epoch) != TFEED_OK)
            break;
    }
    fixture_close(fixture);
    for (size_t i = 0; i < n; i++) {
        const struct order_state *const state[] = {states[i]};
        found->n = 0;
        cr_assert_eq(fixture_open(fixture, &order_tensorflow, state, 1), TFEED_OK, "%s",
                     fixture->error.message);
        cr_assert_eq(fixture_draw_all(fixture, batch, found), TFEED_OUT_OF_RANGE);
        t_expect_same_rows(found, 0, whole, n_drawn[i]);
        fixture_close(fixture);
        t_state_free(states[i]);
    }
    free(whole);
    free(found);
}

ParameterizedTestParameters(order_tensorflow, goes_on_from_every_state)
{
    return cr_make_param_array(struct run, runs, sizeof runs / sizeof runs[0]);
}

ParameterizedTest(struct run *run, order_tensorflow, goes_on_from_every_state)
{
    struct fixture fixture;
    prepare(&fixture, run);
    fixture.options.filter = run->gzip ? keeps_even : keeps_all;
    expect_resumes(&fixture, (uint32_t)run->batch_size, run->batch_size == 1 ? 11 : 1);
    fixture_clear(&fixture);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(order_tensorflow, goes_on_in_the_middle_of_a_batch)
{
    static const struct run run = {5, 2, TFEED_SEED_UNSET, 42, 50, 0, 30, 0, false, true};
    struct fixture fixture;
    prepare(&fixture, &run);
    expect_resumes(&fixture, 7, 3);
    fixture_clear(&fixture);
}

Test(order_tensorflow, damage_under_the_policies)
{
    static const struct run run = {2, 1, TFEED_SEED_UNSET, 42, 50, 0, 10, 0, false, true};
    for (int policy = TFEED_ON_ERROR_FAIL; policy <= TFEED_ON_ERROR_STOP_FILE; policy++) {
        struct fixture fixture;
        struct t_rows *rows = t_rows_new();
        prepare(&fixture, &run);
        fixture_add_file(&fixture,
                         &(struct t_shape){.n_records = 100, .bad_payload = 40, .bad_length = -1});
        fixture.options.on_error = (enum tfeed_on_error)policy;
        cr_assert_eq(fixture_open(&fixture, &order_tensorflow, NULL, 0), TFEED_OK);
        const tfeed_status status = fixture_draw_all(&fixture, 10, rows);
        switch ((enum tfeed_on_error)policy) {
        case TFEED_ON_ERROR_FAIL:
            cr_assert_eq(status, TFEED_DATA_LOSS);
            cr_assert_eq(fixture.error.record, 40);
            break;
        case TFEED_ON_ERROR_SKIP:
            cr_assert_eq(rows->n, 60 + 99);
            cr_assert_eq(fixture.n_skipped, 1);
            break;
        case TFEED_ON_ERROR_STOP_FILE:
            cr_assert_eq(rows->n, 60 + 40);
            cr_assert_eq(fixture.n_skipped, 1);
            break;
        }
        free(rows);
        fixture_clear(&fixture);
    }
}

Test(order_tensorflow, unavailable_file_takes_no_row_away)
{
    static const struct run run = {2, 1, TFEED_SEED_UNSET, 42, 50, 0, 1, 0, false, true};
    static const size_t few[] = {300, 40};
    for (int64_t shuffle = 0; shuffle <= 5; shuffle += 5)
        for (int n_ahead = 0; n_ahead <= 4; n_ahead += 4) {
            struct fixture fixture;
            prepare(&fixture, &run);
            fixture_add_files(&fixture, few, 2, 0, false);
            fixture.n_ahead = n_ahead;
            fixture.options.shuffle_records = shuffle;
            fixture.options.capacity = 2 * shuffle;
            fixture_expect_unavailable_is_as_any_error(&fixture, &order_tensorflow);
            fixture_clear(&fixture);
        }
}

Test(order_tensorflow, shards_are_refused)
{
    static const struct run run = {5, 2, TFEED_SEED_UNSET, 42, 50, 0, 30, 0, false, true};
    struct fixture fixture;
    prepare(&fixture, &run);
    fixture.options.n_shards = 2;
    cr_assert_eq(fixture_open(&fixture, &order_tensorflow, NULL, 0), TFEED_INVALID_ARGUMENT);
    fixture_clear(&fixture);
}

Test(order_tensorflow, queue_beyond_the_budget_is_refused)
{
    static const struct run run = {5, 2, TFEED_SEED_UNSET, 42, 50000, 0, 30, 0, false, true};
    struct fixture fixture;
    prepare(&fixture, &run);
    fixture.options.budget_bytes = 1 << 20;
    cr_assert_eq(fixture_open(&fixture, &order_tensorflow, NULL, 0), TFEED_RESOURCE_EXHAUSTED);
    fixture_clear(&fixture);
}

Test(order_tensorflow, allocation_failure_leaves_nothing)
{
    static const struct run run = {3, 2, TFEED_SEED_UNSET, 42, 20, 0, 30, 0, false, true};
    struct t_rows *rows = t_rows_new();
    for (int gzip = 0; gzip < 2; gzip++)
        T_FAIL_EACH_ALLOC(allocator, {
            struct run with = run;
            struct fixture fixture;
            with.gzip = gzip != 0;
            prepare(&fixture, &with);
            fixture.allocator = allocator;
            rows->n = 0;
            tfeed_status status = fixture_open(&fixture, &order_tensorflow, NULL, 0);
            if (status == TFEED_OK)
                status = fixture_draw_all(&fixture, 30, rows);
            if (status == TFEED_OUT_OF_RANGE) {
                cr_assert_eq(rows->n, 2 * 191);
                status = TFEED_OK;
            }
            if (!t_has_failed(&t_failing) || status != TFEED_OK)
                T_EXPECT_ALLOC_STATUS(status);
            fixture_clear(&fixture);
        });
    free(rows);
}

Test(order_tensorflow, allocation_failure_while_going_on_leaves_nothing)
{
    static const struct run run = {3, 2, TFEED_SEED_UNSET, 42, 20, 0, 30, 0, false, true};
    struct t_rows *rows = t_rows_new();
    for (int gzip = 0; gzip < 2; gzip++) {
        struct run with = run;
        struct fixture first;
        bool ends_epoch;
        with.gzip = gzip != 0;
        prepare(&first, &with);
        cr_assert_eq(fixture_open(&first, &order_tensorflow, NULL, 0), TFEED_OK);
        cr_assert_eq(fixture_draw(&first, 30, rows, &ends_epoch), TFEED_OK);
        struct order_state *state = fixture_take_state(&first);
        const struct order_state *const states[] = {state};
        fixture_clear(&first);
        T_FAIL_EACH_ALLOC(allocator, {
            struct fixture fixture;
            prepare(&fixture, &with);
            fixture.allocator = allocator;
            rows->n = 0;
            tfeed_status status = fixture_open(&fixture, &order_tensorflow, states, 1);
            if (status == TFEED_OK)
                status = fixture_draw(&fixture, 30, rows, &ends_epoch);
            if (!t_has_failed(&t_failing) || status != TFEED_OK)
                T_EXPECT_ALLOC_STATUS(status);
            fixture_clear(&fixture);
        });
        t_state_free(state);
    }
    free(rows);
}
