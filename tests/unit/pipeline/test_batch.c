/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_batch.c - batch, batch_join, the shuffle and maybe_ forms over sources that count.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include "tests/support/support.h"
#include "tests/unit/pipeline/source_fixture.h"

enum { MAX_NUMBERS = 400 };

static struct count_program program;
static struct count_source counting;
static struct count_source others;
static struct tfeed_batch_options options;
static int n_threads_before;

static void set_up(void)
{
    n_threads_before = t_n_threads();
    tfeed_batch_options_init(&options);
    options.batch_size = 10;
    cr_assert_eq(count_program_init(&program, NULL), TFEED_OK);
}

static void tear_down(void)
{
    (void)count_end(&program, NULL);
    cr_assert(t_n_threads_becomes(n_threads_before), "a thread is left");
}

TestSuite(batch, .init = set_up, .fini = tear_down);

static const enum count_part pairs[] = {COUNT_NUMBER, COUNT_TEXT};
static const enum count_part kept[] = {COUNT_NUMBER, COUNT_TEXT, COUNT_KEEP};
static const enum count_part kept_rows[] = {COUNT_NUMBER, COUNT_TEXT, COUNT_KEEP_ROWS};
static const enum count_part kept_chunks[] = {COUNT_NUMBER, COUNT_TEXT, COUNT_KEEP_ALL};

static struct tfeed_batch_source pairs_to(int32_t n)
{
    return count_to(&counting, n, pairs, 2);
}

static void start(void)
{
    cr_assert_eq(count_start(&program), TFEED_OK);
}

/* Whether the text of a row is its number. */
static void expect_row_fits(int64_t row)
{
    char text[16];
    const int len = snprintf(text, sizeof text, "%d", (int)count_number(&program, 0, row));
    const struct tfeed_bytes *got = &tfeed_tensor_strings(&program.columns[1])[row];
    cr_assert(got->len == (size_t)len && memcmp(got->data, text, got->len) == 0,
              "the text of %s is %.*s", text, (int)got->len, (const char *)got->data);
}

/* Takes all batches: counts of each number; returns how many batches there were. */
static int take_all(int counts[MAX_NUMBERS])
{
    int n_batches = 0;
    tfeed_status status;
    memset(counts, 0, MAX_NUMBERS * sizeof *counts);
    for (; (status = count_next(&program)) == TFEED_OK; n_batches++)
        for (int64_t row = 0; row < count_n_rows(&program, 0); row++) {
            expect_row_fits(row);
            counts[count_number(&program, 0, row)]++;
        }
    cr_assert_eq(status, TFEED_OUT_OF_RANGE);
    return n_batches;
}

static void expect_numbers(const int counts[MAX_NUMBERS], int32_t first, int32_t end, int32_t step,
                           int times)
{
    for (int32_t i = first; i < end; i++)
        cr_assert_eq(counts[i], (i - first) % step == 0 ? times : 0, "%d came %d times", (int)i,
                     counts[i]);
}

/* --- batch --------------------------------------------------------------------------------- */

Test(batch, elements_come_in_order)
{
    const struct tfeed_batch_source source = pairs_to(30);
    cr_assert_eq(tfeed_fifo_batch(program.context, &source, &options, &program.batcher, NULL),
                 TFEED_OK);
    start();
    for (int32_t i = 0; i < 30; i++) {
        if (i % 10 == 0)
            cr_assert_eq(count_next(&program), TFEED_OK);
        cr_assert_eq(count_number(&program, 0, i % 10), i);
        expect_row_fits(i % 10);
    }
    cr_assert_eq(count_next(&program), TFEED_OUT_OF_RANGE);
    cr_assert_eq(count_end(&program, NULL), TFEED_OK);
    cr_assert_eq(counting.n_frees, 1);
}

Test(batch, incomplete_batch_stays_behind)
{
    const struct tfeed_batch_source source = pairs_to(35);
    int counts[MAX_NUMBERS];
    cr_assert_eq(tfeed_fifo_batch(program.context, &source, &options, &program.batcher, NULL),
                 TFEED_OK);
    start();
    cr_assert_eq(take_all(counts), 3);
    cr_assert_eq(tfeed_queue_size(tfeed_batcher_queue(program.batcher)), 5);
}

Test(batch, smaller_final_batch_comes_when_asked_for)
{
    const struct tfeed_batch_source source = pairs_to(35);
    int counts[MAX_NUMBERS];
    options.allow_smaller_final_batch = true;
    cr_assert_eq(tfeed_fifo_batch(program.context, &source, &options, &program.batcher, NULL),
                 TFEED_OK);
    start();
    cr_assert_eq(take_all(counts), 4);
    expect_numbers(counts, 0, 35, 1, 1);
}

Test(batch, many_threads_give_every_element_once)
{
    const struct tfeed_batch_source source = pairs_to(200);
    int counts[MAX_NUMBERS];
    options.n_threads = 4;
    options.capacity = 7;
    cr_assert_eq(tfeed_fifo_batch(program.context, &source, &options, &program.batcher, NULL),
                 TFEED_OK);
    start();
    cr_assert_eq(take_all(counts), 20);
    expect_numbers(counts, 0, 200, 1, 1);
}

Test(batch, rows_are_cut_anew)
{
    struct tfeed_batch_source source = pairs_to(60);
    counting.n_rows = 2;
    options.enqueue_many = true;
    cr_assert_eq(tfeed_fifo_batch(program.context, &source, &options, &program.batcher, NULL),
                 TFEED_OK);
    start();
    for (int32_t batch = 0; batch < 6; batch++) {
        cr_assert_eq(count_next(&program), TFEED_OK);
        for (int32_t row = 0; row < 10; row++)
            cr_assert_eq(count_number(&program, 0, row), 10 * batch + row);
    }
    cr_assert_eq(count_next(&program), TFEED_OUT_OF_RANGE);
}

Test(batch, deterministic_needs_no_thread)
{
    const struct tfeed_batch_source source = pairs_to(40);
    int counts[MAX_NUMBERS];
    options.deterministic = true;
    cr_assert_eq(tfeed_fifo_batch(program.context, &source, &options, &program.batcher, NULL),
                 TFEED_OK);
    cr_assert_eq(t_n_threads(), n_threads_before);
    cr_assert_eq(take_all(counts), 4);
    expect_numbers(counts, 0, 40, 1, 1);
}

Test(batch, batches_made_ahead_are_the_same)
{
    const struct tfeed_batch_source source = pairs_to(40);
    int counts[MAX_NUMBERS];
    options.n_prefetch = 2;
    cr_assert_eq(tfeed_fifo_batch(program.context, &source, &options, &program.batcher, NULL),
                 TFEED_OK);
    start();
    cr_assert_eq(take_all(counts), 4);
    expect_numbers(counts, 0, 40, 1, 1);
}

Test(batch, unknown_dimensions_are_padded)
{
    static const enum count_part parts[] = {COUNT_NUMBER, COUNT_VECTOR};
    const struct tfeed_batch_source source = count_to(&counting, 8, parts, 2);
    options.batch_size = 3; /* lengths 0 1 2, 3 0 1 */
    options.dynamic_pad = true;
    cr_assert_eq(tfeed_fifo_batch(program.context, &source, &options, &program.batcher, NULL),
                 TFEED_OK);
    start();
    static const int32_t first[] = {0, 0, 1, 0, 2, 2};
    static const int32_t second[] = {3, 3, 3, 0, 0, 0, 5, 0, 0};
    cr_assert_eq(count_next(&program), TFEED_OK);
    cr_assert_eq(program.columns[1].shape.dims[1], 2);
    cr_assert_arr_eq(program.columns[1].data, first, sizeof first);
    cr_assert_eq(count_next(&program), TFEED_OK);
    cr_assert_eq(program.columns[1].shape.dims[1], 3);
    cr_assert_arr_eq(program.columns[1].data, second, sizeof second);
    cr_assert_eq(count_next(&program), TFEED_OUT_OF_RANGE);
}

Test(batch, error_of_the_source_is_what_the_join_gives)
{
    const struct tfeed_batch_source source = pairs_to(100);
    struct tfeed_error error = TFEED_ERROR_INIT;
    counting.fail_at = 15;
    cr_assert_eq(tfeed_fifo_batch(program.context, &source, &options, &program.batcher, NULL),
                 TFEED_OK);
    start();
    cr_assert_eq(count_next(&program), TFEED_OK);
    cr_assert_eq(count_next(&program), TFEED_OUT_OF_RANGE);
    cr_assert_eq(count_end(&program, &error), TFEED_DATA_LOSS);
}

Test(batch, uint32_and_uint64_can_be_batched)
{
    static uint32_t small[] = {4000000000u, 1}; /* read by a thread until teardown */
    static uint64_t large[] = {18000000000000000000u, 2};
    const struct tfeed_shape two = tfeed_shape_vector(2);
    const struct tfeed_tensor tensors[] = {tfeed_tensor_borrow(TFEED_UINT32, &two, small),
                                           tfeed_tensor_borrow(TFEED_UINT64, &two, large)};
    struct tfeed_batch_source source;
    cr_assert_eq(tfeed_batch_source_constant(NULL, tensors, 2, true, &source, NULL), TFEED_OK);
    options.batch_size = 3;
    options.enqueue_many = true;
    cr_assert_eq(tfeed_fifo_batch(program.context, &source, &options, &program.batcher, NULL),
                 TFEED_OK);
    start();
    cr_assert_eq(count_next(&program), TFEED_OK);
    cr_assert_eq(((uint32_t *)program.columns[0].data)[2], small[0]);
    cr_assert_eq(((uint64_t *)program.columns[1].data)[2], large[0]);
}

Test(batch, shared_name_reaches_the_queue)
{
    const struct tfeed_batch_source source = pairs_to(10);
    const struct tfeed_batch_source other = count_to(&others, 10, pairs, 2);
    struct tfeed_batcher *second = NULL;
    options.shared_name = "shared";
    cr_assert_eq(tfeed_fifo_batch(program.context, &source, &options, &program.batcher, NULL),
                 TFEED_OK);
    cr_assert_eq(tfeed_fifo_batch(program.context, &other, &options, &second, NULL), TFEED_OK);
    cr_assert_eq(tfeed_batcher_queue(program.batcher), tfeed_batcher_queue(second));
    tfeed_batcher_unref(second);
}

Test(batch, columns_are_known_beforehand)
{
    static const enum count_part parts[] = {COUNT_VECTOR, COUNT_TEXT};
    const struct tfeed_batch_source source = count_to(&counting, 8, parts, 2);
    options.dynamic_pad = true;
    cr_assert_eq(tfeed_fifo_batch(program.context, &source, &options, &program.batcher, NULL),
                 TFEED_OK);
    const struct tfeed_shape shape = tfeed_batcher_column_shape(program.batcher, 0);
    cr_assert(shape.n_dims == 2 && shape.dims[0] == 10 && shape.dims[1] == TFEED_DIM_UNKNOWN);
    cr_assert_eq(tfeed_batcher_column_dtype(program.batcher, 1), TFEED_STRING);
    cr_assert_eq(tfeed_batcher_column_dtype(program.batcher, 2), TFEED_DTYPE_INVALID);
    cr_assert_null(tfeed_batcher_column_name(program.batcher, 0));
}

/* --- dictionaries -------------------------------------------------------------------------- */

Test(batch, named_columns_come_in_the_order_of_their_names)
{
    static const char *const names[] = {"value", "a text"};
    struct tfeed_batch_source source = pairs_to(20);
    source.names = names;
    cr_assert_eq(tfeed_fifo_batch(program.context, &source, &options, &program.batcher, NULL),
                 TFEED_OK);
    cr_assert_str_eq(tfeed_batcher_column_name(program.batcher, 0), "a text");
    cr_assert_str_eq(tfeed_batcher_column_name(program.batcher, 1), "value");
    start();
    cr_assert_eq(count_next(&program), TFEED_OK);
    cr_assert_eq(program.columns[0].dtype, TFEED_STRING);
    cr_assert_eq(count_number(&program, 1, 9), 9);
}

Test(batch, two_components_of_one_name_are_invalid)
{
    static const char *const names[] = {"a", "a"};
    struct tfeed_batch_source source = pairs_to(20);
    source.names = names;
    cr_assert_eq(tfeed_fifo_batch(program.context, &source, &options, &program.batcher, NULL),
                 TFEED_INVALID_ARGUMENT);
}

/* --- joins --------------------------------------------------------------------------------- */

Test(batch, join_keeps_the_order_of_each_source)
{
    const struct tfeed_batch_source sources[] = {count_to(&counting, 70, pairs, 2),
                                                 count_to(&others, 190, pairs, 2)};
    int32_t last[2] = {-1, 99};
    int n_rows = 0;
    others.next = 100;
    options.batch_size = 5;
    cr_assert_eq(
        tfeed_fifo_batch_join(program.context, sources, 2, &options, &program.batcher, NULL),
        TFEED_OK);
    start();
    while (count_next(&program) == TFEED_OK)
        for (int64_t row = 0; row < count_n_rows(&program, 0); row++, n_rows++) {
            const int32_t number = count_number(&program, 0, row);
            cr_assert_eq(number, ++last[number < 100 ? 0 : 1]);
            expect_row_fits(row);
        }
    cr_assert_eq(n_rows, 160);
    cr_assert_eq(count_end(&program, NULL), TFEED_OK);
    cr_assert_eq(counting.n_frees + others.n_frees, 2);
}

Test(batch, join_finds_components_by_name)
{
    static const enum count_part turned[] = {COUNT_TEXT, COUNT_NUMBER};
    static const char *const names[] = {"a", "b"};
    static const char *const turned_names[] = {"b", "a"};
    struct tfeed_batch_source sources[] = {count_to(&counting, 20, pairs, 2),
                                           count_to(&others, 20, turned, 2)};
    int counts[MAX_NUMBERS];
    sources[0].names = names;
    sources[1].names = turned_names;
    cr_assert_eq(
        tfeed_fifo_batch_join(program.context, sources, 2, &options, &program.batcher, NULL),
        TFEED_OK);
    start();
    cr_assert_eq(take_all(counts), 4);
    expect_numbers(counts, 0, 20, 1, 2);
}

Test(batch, shuffled_join_mixes_its_sources)
{
    const struct tfeed_batch_source sources[] = {count_to(&counting, 25, pairs, 2),
                                                 count_to(&others, 135, pairs, 2)};
    int counts[MAX_NUMBERS];
    int n_falling = 0;
    int32_t last = -1;
    others.next = 100;
    options.capacity = 32;
    options.min_after_dequeue = 16;
    options.seed = 7;
    cr_assert_eq(
        tfeed_shuffle_batch_join(program.context, sources, 2, &options, &program.batcher, NULL),
        TFEED_OK);
    start();
    memset(counts, 0, sizeof counts);
    while (count_next(&program) == TFEED_OK)
        for (int64_t row = 0; row < count_n_rows(&program, 0); row++) {
            const int32_t number = count_number(&program, 0, row);
            expect_row_fits(row);
            n_falling += number < last ? 1 : 0;
            last = number;
            counts[number]++;
        }
    expect_numbers(counts, 0, 25, 1, 1);
    expect_numbers(counts, 100, 135, 1, 1);
    cr_assert_gt(n_falling, 5);
}

static tfeed_status join_with(const enum count_part *parts, size_t n)
{
    const struct tfeed_batch_source sources[] = {count_to(&counting, 20, pairs, 2),
                                                 count_to(&others, 20, parts, n)};
    return tfeed_fifo_batch_join(program.context, sources, 2, &options, &program.batcher, NULL);
}

Test(batch, join_of_other_dtypes_is_invalid)
{
    static const enum count_part parts[] = {COUNT_TEXT, COUNT_TEXT};
    cr_assert_eq(join_with(parts, 2), TFEED_INVALID_ARGUMENT);
}

Test(batch, join_of_other_shapes_is_invalid)
{
    static const enum count_part parts[] = {COUNT_VECTOR, COUNT_TEXT};
    options.dynamic_pad = true;
    cr_assert_eq(join_with(parts, 2), TFEED_INVALID_ARGUMENT);
}

Test(batch, join_of_dense_and_sparse_is_invalid)
{
    static const enum count_part parts[] = {COUNT_SPARSE, COUNT_TEXT};
    cr_assert_eq(join_with(parts, 2), TFEED_INVALID_ARGUMENT);
}

Test(batch, join_of_other_lengths_is_invalid)
{
    cr_assert_eq(join_with(pairs, 1), TFEED_INVALID_ARGUMENT);
    cr_assert_eq(counting.n_frees + others.n_frees, 0);
}

Test(batch, deterministic_join_is_invalid)
{
    options.deterministic = true;
    cr_assert_eq(join_with(pairs, 2), TFEED_INVALID_ARGUMENT);
}

/* --- keep_input: every form ---------------------------------------------------------------- */

struct keep_case {
    char form; /* b: batch, j: join, s: shuffle_batch, t: shuffle_batch_join */
    bool many_threads;
    char keep; /* e: single elements, a: chunks as a whole, r: single rows of chunks */
};

static tfeed_status make_kept(const struct keep_case *its, const struct tfeed_batch_source *sources,
                              size_t n_sources)
{
    switch (its->form) {
    case 'b':
        return tfeed_maybe_fifo_batch(program.context, sources, &options, &program.batcher, NULL);
    case 'j':
        return tfeed_maybe_fifo_batch_join(program.context, sources, n_sources, &options,
                                           &program.batcher, NULL);
    case 's':
        return tfeed_maybe_shuffle_batch(program.context, sources, &options, &program.batcher,
                                         NULL);
    default:
        return tfeed_maybe_shuffle_batch_join(program.context, sources, n_sources, &options,
                                              &program.batcher, NULL);
    }
}

ParameterizedTestParameters(batch, only_what_is_kept_comes)
{
    static struct keep_case cases[] = {
        {'b', false, 'e'}, {'b', false, 'a'}, {'b', false, 'r'}, {'b', true, 'e'},
        {'b', true, 'a'},  {'b', true, 'r'},  {'j', false, 'e'}, {'j', false, 'a'},
        {'j', false, 'r'}, {'j', true, 'e'},  {'j', true, 'a'},  {'j', true, 'r'},
        {'s', false, 'e'}, {'s', false, 'a'}, {'s', false, 'r'}, {'s', true, 'e'},
        {'s', true, 'a'},  {'s', true, 'r'},  {'t', false, 'e'}, {'t', false, 'a'},
        {'t', false, 'r'}, {'t', true, 'e'},  {'t', true, 'a'},  {'t', true, 'r'},
    };
    return cr_make_param_array(struct keep_case, cases, sizeof cases / sizeof cases[0]);
}

/* Of 40 numbers the even ones; of chunks of 5, those that begin with an even one. */
ParameterizedTest(struct keep_case *its, batch, only_what_is_kept_comes)
{
    const enum count_part *parts = its->keep == 'e'   ? kept
                                   : its->keep == 'a' ? kept_chunks
                                                      : kept_rows;
    const bool is_join = its->form == 'j' || its->form == 't';
    const size_t n_sources = is_join && its->many_threads ? 2 : 1;
    const struct tfeed_batch_source sources[] = {count_to(&counting, 40, parts, 3),
                                                 count_to(&others, 40, parts, 3)};
    int counts[MAX_NUMBERS];
    int n_rows = 0;
    options.batch_size = 5;
    options.capacity = 10;
    options.min_after_dequeue = 1;
    options.n_threads = its->many_threads && !is_join ? 5 : 1;
    options.enqueue_many = its->keep != 'e';
    counting.n_rows = others.n_rows = its->keep != 'e' ? 5 : 0;
    cr_assert_eq(make_kept(its, sources, n_sources), TFEED_OK);
    start();
    cr_assert_eq(take_all(counts), (int)(4 * n_sources));
    for (int32_t i = 0; i < 40; i++) {
        const bool is_kept = its->keep == 'a' ? i / 5 % 2 == 0 : i % 2 == 0;
        cr_assert_eq(counts[i], is_kept ? (int)n_sources : 0, "%d came %d times", (int)i,
                     counts[i]);
        n_rows += counts[i];
    }
    cr_assert_eq(n_rows, 20 * (int)n_sources);
}

Test(batch, keep_input_must_be_bool)
{
    const struct tfeed_batch_source source = pairs_to(10);
    struct tfeed_error error = TFEED_ERROR_INIT;
    cr_assert_eq(
        tfeed_maybe_fifo_batch(program.context, &source, &options, &program.batcher, &error),
        TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(error.message, "keep_input"));
}

Test(batch, keep_input_alone_is_no_element)
{
    static const enum count_part parts[] = {COUNT_KEEP};
    const struct tfeed_batch_source source = count_to(&counting, 10, parts, 1);
    cr_assert_eq(tfeed_maybe_fifo_batch(program.context, &source, &options, &program.batcher, NULL),
                 TFEED_INVALID_ARGUMENT);
}

Test(batch, keep_input_of_other_length_fails_the_thread)
{
    static const enum count_part parts[] = {COUNT_NUMBER, COUNT_KEEP_ROWS};
    static bool flags[3] = {true, true, true};
    static int32_t numbers[2] = {1, 2};
    const struct tfeed_shape two = tfeed_shape_vector(2);
    const struct tfeed_shape three = tfeed_shape_vector(3);
    const struct tfeed_tensor tensors[] = {tfeed_tensor_borrow(TFEED_INT32, &two, numbers),
                                           tfeed_tensor_borrow(TFEED_BOOL, &three, flags)};
    struct tfeed_batch_source described = count_to(&counting, 0, parts, 2);
    struct tfeed_batch_source source;
    cr_assert_eq(tfeed_batch_source_constant(NULL, tensors, 2, true, &source, NULL), TFEED_OK);
    options.enqueue_many = true;
    options.shapes = described.shapes;
    source.shapes = described.shapes;
    cr_assert_eq(tfeed_maybe_fifo_batch(program.context, &source, &options, &program.batcher, NULL),
                 TFEED_OK);
    start();
    cr_assert_eq(count_next(&program), TFEED_OUT_OF_RANGE);
    cr_assert_eq(count_end(&program, NULL), TFEED_INVALID_ARGUMENT);
}

Test(batch, a_stop_ends_a_source_of_which_nothing_is_kept)
{
    static const enum count_part parts[] = {COUNT_NUMBER, COUNT_KEEP_ALL};
    const struct tfeed_batch_source source = count_to(&counting, INT32_MAX, parts, 2);
    counting.n_rows = 1;
    counting.next = 1;
    options.enqueue_many = true;
    counting.n_rows = 2; /* each chunk begins with an odd number */
    cr_assert_eq(tfeed_maybe_fifo_batch(program.context, &source, &options, &program.batcher, NULL),
                 TFEED_OK);
    start();
    cr_assert_eq(count_end(&program, NULL), TFEED_OK);
}

/* --- refused ------------------------------------------------------------------------------- */

Test(batch, shuffle_forms_have_no_dynamic_pad)
{
    const struct tfeed_batch_source source = pairs_to(10);
    options.dynamic_pad = true;
    cr_assert_eq(tfeed_shuffle_batch(program.context, &source, &options, &program.batcher, NULL),
                 TFEED_INVALID_ARGUMENT);
}

Test(batch, no_source_is_invalid)
{
    cr_assert_eq(tfeed_fifo_batch_join(program.context, NULL, 0, &options, &program.batcher, NULL),
                 TFEED_INVALID_ARGUMENT);
}

/* --- memory -------------------------------------------------------------------------------- */

static tfeed_status run_join(const struct tfeed_allocator *allocator, struct count_program *its)
{
    static const enum count_part parts[] = {COUNT_VECTOR, COUNT_SPARSE, COUNT_KEEP};
    static const char *const names[] = {"b", "a", "keep"};
    struct tfeed_batch_source sources[] = {count_to(&counting, 20, parts, 3),
                                           count_to(&others, 20, parts, 3)};
    counting.allocator = others.allocator = allocator;
    sources[0].names = sources[1].names = names;
    options.batch_size = 4;
    options.dynamic_pad = true;
    COUNT_TRY(count_program_init(its, allocator));
    COUNT_TRY(tfeed_maybe_fifo_batch_join(its->context, sources, 2, &options, &its->batcher, NULL));
    COUNT_TRY(count_start(its));
    tfeed_status status;
    while ((status = count_next(its)) == TFEED_OK)
        ;
    return status == TFEED_OUT_OF_RANGE ? TFEED_OK : status;
}

Test(batch, each_failing_allocation_is_reported)
{
    T_FAIL_EACH_ALLOC(allocator, {
        struct count_program its = {.context = NULL};
        const tfeed_status status = run_join(allocator, &its);
        const tfeed_status joined =
            its.context != NULL ? count_end(&its, NULL) : TFEED_OK; /* a thread's failure */
        T_EXPECT_ALLOC_STATUS(status != TFEED_OK ? status : joined);
    });
}
