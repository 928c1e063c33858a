/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_examples_columns.c - batches of examples whose rows are not of one shape: every kind of
 * column, in each way that a batcher works.
 */
#include <criterion/criterion.h>

#include "tests/support/support.h"
#include "tests/unit/pipeline/kinds_fixture.h"

enum { N_EXAMPLES = 60 };

static struct t_temp_dir dir;
static char path[T_PATH_BYTES];
static struct tfeed_producer_options producer_options;
static struct tfeed_batch_options options;
static struct fixture_program program;
static bool shuffles;
static int n_threads_before;

static void set_up(void)
{
    n_threads_before = t_n_threads();
    t_temp_dir_init(&dir);
    kinds_write_examples(t_temp_path(&dir, "examples", path), N_EXAMPLES, -1);
    tfeed_producer_options_init(&producer_options);
    producer_options.n_epochs = 1;
    tfeed_batch_options_init(&options);
    options.batch_size = 9;
    options.min_after_dequeue = 20;
    options.allow_smaller_final_batch = true;
    options.seed = 4;
    shuffles = true;
    program = (struct fixture_program){.has_lists = true};
}

static void tear_down(void)
{
    cr_assert(t_n_threads_becomes(n_threads_before), "a thread is left");
    t_temp_dir_clear(&dir);
}

TestSuite(examples_columns, .init = set_up, .fini = tear_down);

/* --- helpers ------------------------------------------------------------------------------- */

static tfeed_status try_start(const struct tfeed_allocator *allocator)
{
    const char *const files[] = {path};
    tfeed_status status = fixture_open(&program, allocator, files, 1, &producer_options, NULL);
    if (status == TFEED_OK)
        status = kinds_make_schema(allocator, true, &program.schema);
    if (status == TFEED_OK)
        status = (shuffles ? tfeed_shuffle_batch_examples : tfeed_fifo_batch_examples)(
            program.context, program.names, program.schema, NULL, &options, &program.batcher, NULL);
    if (status == TFEED_OK)
        status = tfeed_start_queue_runners(program.context, program.coordinator, NULL);
    return status;
}

static void start(void)
{
    cr_assert_eq(try_start(NULL), TFEED_OK);
}

static tfeed_status next(struct tfeed_error *reterr)
{
    return fixture_next(&program, reterr);
}

static int64_t label(int64_t row)
{
    const struct tfeed_tensor labels = tfeed_columns_row(program.lists, KINDS_LABEL, row);
    return tfeed_tensor_int64s(&labels)[0];
}

/* Takes all batches; each example must come n_times, whole. */
static void expect_all(int n_times)
{
    int counts[N_EXAMPLES] = {0};
    tfeed_status status;
    while ((status = next(NULL)) == TFEED_OK)
        for (int64_t row = 0; row < tfeed_columns_n_rows(program.lists); row++) {
            cr_assert(kinds_row_fits(program.lists, row, label(row)), "row %d, example %d",
                      (int)row, (int)label(row));
            counts[label(row)]++;
        }
    cr_assert_eq(status, TFEED_OUT_OF_RANGE);
    for (int i = 0; i < N_EXAMPLES; i++)
        cr_assert_eq(counts[i], n_times);
    cr_assert_eq(fixture_end(&program, NULL), TFEED_OK);
}

/* --- what arrives -------------------------------------------------------------------------- */

Test(examples_columns, every_kind_comes_whole)
{
    start();
    expect_all(1);
}

Test(examples_columns, prefetched_columns_come_whole)
{
    options.n_prefetch = 2;
    producer_options.n_epochs = 3;
    start();
    expect_all(3);
}

Test(examples_columns, deterministic_columns_come_whole)
{
    options.deterministic = true;
    start();
    expect_all(1);
}

Test(examples_columns, deterministic_and_prefetched_columns_come_whole)
{
    options.deterministic = true;
    options.n_prefetch = 3;
    start();
    expect_all(1);
}

Test(examples_columns, fifo_keeps_the_order_of_the_file)
{
    shuffles = false;
    start();
    for (int64_t first = 0; first < N_EXAMPLES; first += tfeed_columns_n_rows(program.lists)) {
        cr_assert_eq(next(NULL), TFEED_OK);
        for (int64_t row = 0; row < tfeed_columns_n_rows(program.lists); row++)
            cr_assert_eq(label(row), first + row);
    }
    cr_assert_eq(next(NULL), TFEED_OUT_OF_RANGE);
    cr_assert_eq(fixture_end(&program, NULL), TFEED_OK);
}

Test(examples_columns, batch_has_all_faces_of_its_columns)
{
    struct tfeed_sparse ids;
    shuffles = false;
    start();
    cr_assert_eq(next(NULL), TFEED_OK); /* examples 0 to 8 */
    const struct tfeed_tensor *steps = tfeed_columns_values(program.lists, KINDS_STEPS);
    cr_assert(steps->shape.n_dims == 3 && steps->shape.dims[0] == 9 && steps->shape.dims[1] == 2);
    cr_assert_eq(tfeed_tensor_int64s(tfeed_columns_n_steps(program.lists, KINDS_STEPS))[8], 2);
    cr_assert_eq(tfeed_columns_values(program.lists, KINDS_WORDS)->shape.dims[0], 9);
    cr_assert_eq(tfeed_columns_n_levels(program.lists, KINDS_NESTED), 2);
    const struct tfeed_tensor *splits = tfeed_columns_row_splits(program.lists, KINDS_NESTED, 0);
    cr_assert_eq(tfeed_tensor_int64s(splits)[9], 14); /* two rows, but none of examples 0 and 5 */
    cr_assert_eq(tfeed_columns_sparse(program.lists, KINDS_IDS, TFEED_ALL_ROWS, &ids, NULL),
                 TFEED_OK);
    cr_assert_eq(tfeed_tensor_int64s(&ids.dense_shape)[0], 9);
    cr_assert_eq(tfeed_tensor_int64s(&ids.dense_shape)[1], 3);
    cr_assert_eq(fixture_end(&program, NULL), TFEED_OK);
}

Test(examples_columns, columns_are_known_beforehand)
{
    start();
    cr_assert_eq(tfeed_batcher_n_columns(program.batcher), KINDS_N_COLUMNS);
    cr_assert_str_eq(tfeed_batcher_column_name(program.batcher, KINDS_IDS), "ids");
    cr_assert_eq(tfeed_batcher_column_dtype(program.batcher, KINDS_WORDS), TFEED_STRING);
    cr_assert_eq(tfeed_batcher_column_shape(program.batcher, KINDS_NESTED).n_dims, 1);
    const struct tfeed_shape steps = tfeed_batcher_column_shape(program.batcher, KINDS_STEPS);
    cr_assert(steps.n_dims == 3 && steps.dims[1] == TFEED_DIM_UNKNOWN && steps.dims[2] == 2);
    const struct tfeed_shape spots = tfeed_batcher_column_shape(program.batcher, KINDS_SPOTS);
    cr_assert(spots.n_dims == 1 && spots.dims[0] == TFEED_DIM_UNKNOWN);
    cr_assert_eq(fixture_end(&program, NULL), TFEED_OK);
}

Test(examples_columns, columns_outlive_the_program)
{
    shuffles = false;
    options.n_prefetch = 1;
    start();
    cr_assert_eq(next(NULL), TFEED_OK);
    struct tfeed_columns *kept = program.lists;
    program.lists = NULL;
    cr_assert_eq(fixture_end(&program, NULL), TFEED_OK);
    for (int64_t row = 0; row < 9; row++)
        cr_assert(kinds_row_fits(kept, row, row));
    tfeed_columns_free(kept);
}

/* --- columns that go round ----------------------------------------------------------------- */

static void expect_few_allocations(void)
{
    enum { N_BATCHES = 200 };
    struct t_allocator allocator;
    t_allocator_init(&allocator);
    options.batch_size = 3;
    options.deterministic = true;
    producer_options.n_epochs = TFEED_EPOCHS_ENDLESS;
    cr_assert_eq(try_start(&allocator.hooks), TFEED_OK);
    for (int i = 0; i < N_BATCHES; i++)
        cr_assert_eq(next(NULL), TFEED_OK);
    const size_t n_calls = allocator.n_calls;
    for (int i = 0; i < N_BATCHES; i++)
        cr_assert_eq(next(NULL), TFEED_OK);
    /* Files and names cost some calls each; columns would cost several for each batch. */
    cr_assert_lt(allocator.n_calls - n_calls, 2 * N_BATCHES, "%zu calls",
                 allocator.n_calls - n_calls);
    cr_assert_eq(fixture_end(&program, NULL), TFEED_OK);
    T_EXPECT_NO_LEAKS(&allocator);
}

Test(examples_columns, loop_makes_no_columns)
{
    expect_few_allocations();
}

Test(examples_columns, prefetching_loop_makes_no_columns)
{
    options.n_prefetch = 2;
    expect_few_allocations();
}

Test(examples_columns, batches_that_nobody_takes_are_freed)
{
    struct t_allocator allocator;
    t_allocator_init(&allocator);
    options.n_prefetch = 3;
    producer_options.n_epochs = TFEED_EPOCHS_ENDLESS;
    cr_assert_eq(try_start(&allocator.hooks), TFEED_OK);
    cr_assert_eq(next(NULL), TFEED_OK);
    while (tfeed_queue_size(tfeed_batcher_queue(program.batcher)) == 0)
        (void)tfeed_coordinator_wait_for_stop(program.coordinator, 1);
    cr_assert_eq(fixture_end(&program, NULL), TFEED_OK);
    T_EXPECT_NO_LEAKS(&allocator);
}

/* --- what goes wrong ----------------------------------------------------------------------- */

static void expect_bad_example(void)
{
    struct tfeed_error error;
    tfeed_status status;
    kinds_write_examples(path, N_EXAMPLES, 17);
    start();
    while ((status = next(&error)) == TFEED_OK)
        ;
    cr_assert_eq(status, TFEED_INVALID_ARGUMENT);
    cr_assert_str_eq(error.path, path);
    cr_assert_eq(error.record, 17);
    cr_assert_not_null(strstr(error.message, "label"), "%s", error.message);
}

Test(examples_columns, bad_example_is_told_with_its_place)
{
    expect_bad_example();
    cr_assert_eq(tfeed_columns_n_rows(program.lists), 0);
    cr_assert_eq(next(NULL), TFEED_OK); /* only that batch was given up */
    cr_assert_eq(fixture_end(&program, NULL), TFEED_OK);
}

Test(examples_columns, prefetched_bad_example_is_told_with_its_place)
{
    options.n_prefetch = 1;
    expect_bad_example();
    cr_assert_eq(fixture_end(&program, NULL), TFEED_INVALID_ARGUMENT);
}

static void expect_columns_refused(int64_t n_rows, bool of_another_schema)
{
    struct tfeed_schema *schema = NULL;
    start();
    cr_assert_eq(kinds_make_schema(NULL, true, &schema), TFEED_OK);
    cr_assert_eq(tfeed_columns_new(of_another_schema ? schema : program.schema, n_rows, NULL,
                                   &program.lists, NULL),
                 TFEED_OK);
    cr_assert_eq(next(NULL), TFEED_INVALID_ARGUMENT);
    tfeed_columns_free(program.lists);
    program.lists = NULL;
    tfeed_schema_unref(schema);
    expect_all(1); /* nothing was lost */
}

Test(examples_columns, columns_for_fewer_rows_are_refused)
{
    expect_columns_refused(8, false);
}

Test(examples_columns, columns_of_another_schema_are_refused)
{
    expect_columns_refused(9, true);
}

Test(examples_columns, prefetching_refuses_columns_of_another_schema)
{
    options.n_prefetch = 2;
    expect_columns_refused(9, true);
}

Test(examples_columns, tensors_are_refused)
{
    struct tfeed_tensor columns[KINDS_N_COLUMNS] = {{.dtype = TFEED_DTYPE_INVALID}};
    start();
    cr_assert_eq(tfeed_batcher_next(program.batcher, columns, NULL), TFEED_INVALID_ARGUMENT);
    expect_all(1);
}

Test(examples_columns, rows_of_one_shape_do_not_come_in_columns)
{
    const char *const files[] = {path};
    struct tfeed_columns *columns = NULL;
    program.has_lists = false;
    cr_assert_eq(fixture_start(&program, NULL, files, 1, &producer_options, &options, NULL),
                 TFEED_OK);
    cr_assert_eq(tfeed_batcher_next_columns(program.batcher, &columns, NULL),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_null(columns);
    cr_assert_eq(fixture_end(&program, NULL), TFEED_OK);
}

static void fail_each_allocation(void)
{
    T_FAIL_EACH_ALLOC(allocator, {
        program.has_lists = true;
        tfeed_status status = try_start(allocator);
        while (status == TFEED_OK)
            status = next(NULL);
        if (status == TFEED_OUT_OF_RANGE) /* the end; where a runner's thread had none, it told the
                                             join */
            status = TFEED_OK;
        const tfeed_status joined = fixture_end(&program, NULL);
        T_EXPECT_ALLOC_STATUS(status == TFEED_OK ? joined : status);
    });
}

Test(examples_columns, no_memory_is_reported)
{
    options.deterministic = true;
    fail_each_allocation();
}

Test(examples_columns, no_memory_ahead_is_reported)
{
    options.deterministic = true;
    options.n_prefetch = 1;
    fail_each_allocation();
}
