/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_sparse_batch.c - sparse components through queues: alone, in rows, of strings, and damaged.
 */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "tests/support/support.h"
#include "tests/unit/pipeline/source_fixture.h"

static struct count_program program;
static struct count_source counting;
static struct tfeed_batch_options options;
static int n_threads_before;

static const enum count_part sparse[] = {COUNT_SPARSE, COUNT_NUMBER};
static const enum count_part texts[] = {COUNT_NUMBER, COUNT_TEXTS};
static const enum count_part kept_rows[] = {COUNT_SPARSE, COUNT_TEXTS, COUNT_KEEP_ROWS};

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

TestSuite(sparse_batch, .init = set_up, .fini = tear_down);

static void start(const struct tfeed_batch_source *source)
{
    cr_assert_eq(tfeed_fifo_batch(program.context, source, &options, &program.batcher, NULL),
                 TFEED_OK);
    cr_assert_eq(count_start(&program), TFEED_OK);
}

static int64_t int64_at(size_t column, int64_t i)
{
    return tfeed_tensor_int64s(&program.columns[column])[i];
}

Test(sparse_batch, batch_is_the_new_first_dimension)
{
    const struct tfeed_batch_source source = count_to(&counting, 20, sparse, 2);
    start(&source);
    cr_assert_eq(tfeed_batcher_n_columns(program.batcher), 4);
    for (int32_t batch = 0; batch < 2; batch++) {
        cr_assert_eq(count_next(&program), TFEED_OK);
        cr_assert_eq(program.columns[TFEED_SPARSE_INDICES].shape.dims[1], 2);
        cr_assert_eq(int64_at(TFEED_SPARSE_DENSE_SHAPE, 0), 10);
        cr_assert_eq(int64_at(TFEED_SPARSE_DENSE_SHAPE, 1), 4);
        for (int32_t row = 0; row < 10; row++) {
            const int32_t k = 10 * batch + row;
            cr_assert_eq(int64_at(TFEED_SPARSE_INDICES, 2 * row), row);
            cr_assert_eq(int64_at(TFEED_SPARSE_INDICES, 2 * row + 1), k % 4);
            cr_assert_eq(count_number(&program, TFEED_SPARSE_VALUES, row), k);
            cr_assert_eq(count_number(&program, TFEED_SPARSE_N_TENSORS, row), k);
        }
    }
    cr_assert_eq(count_next(&program), TFEED_OUT_OF_RANGE);
}

Test(sparse_batch, columns_are_known_beforehand)
{
    const struct tfeed_batch_source source = count_to(&counting, 20, sparse, 2);
    start(&source);
    const struct tfeed_shape indices =
        tfeed_batcher_column_shape(program.batcher, TFEED_SPARSE_INDICES);
    const struct tfeed_shape dense_shape =
        tfeed_batcher_column_shape(program.batcher, TFEED_SPARSE_DENSE_SHAPE);
    cr_assert(indices.n_dims == 2 && indices.dims[1] == 2);
    cr_assert(dense_shape.n_dims == 1 && dense_shape.dims[0] == 2);
    cr_assert_eq(tfeed_batcher_column_dtype(program.batcher, TFEED_SPARSE_VALUES), TFEED_INT32);
}

Test(sparse_batch, rows_keep_their_rank)
{
    const struct tfeed_batch_source source = count_to(&counting, 20, sparse, 2);
    counting.n_rows = 4;
    options.enqueue_many = true;
    start(&source);
    cr_assert_eq(count_next(&program), TFEED_OK);
    cr_assert_eq(program.columns[TFEED_SPARSE_INDICES].shape.dims[1], 2);
    for (int32_t row = 0; row < 10; row++) {
        cr_assert_eq(int64_at(TFEED_SPARSE_INDICES, 2 * row), row);
        cr_assert_eq(count_number(&program, TFEED_SPARSE_VALUES, row), row);
    }
}

Test(sparse_batch, only_rows_that_are_kept_come)
{
    const struct tfeed_batch_source source = count_to(&counting, 40, kept_rows, 3);
    counting.n_rows = 4;
    options.enqueue_many = true;
    cr_assert_eq(tfeed_maybe_fifo_batch(program.context, &source, &options, &program.batcher, NULL),
                 TFEED_OK);
    cr_assert_eq(count_start(&program), TFEED_OK);
    cr_assert_eq(count_next(&program), TFEED_OK);
    for (int32_t row = 0; row < 10; row++)
        cr_assert_eq(count_number(&program, TFEED_SPARSE_VALUES, row), 2 * row);
    const struct tfeed_tensor *strings =
        &program.columns[TFEED_SPARSE_N_TENSORS + TFEED_SPARSE_VALUES];
    cr_assert_eq(strings->shape.dims[0], 20);
    cr_assert_eq(tfeed_tensor_strings(strings)[18].len, 2);
    cr_assert_arr_eq(tfeed_tensor_strings(strings)[18].data, "18", 2);
    cr_assert_eq(tfeed_tensor_strings(strings)[19].len, 0);
}

Test(sparse_batch, string_values_outlive_the_queue)
{
    const struct tfeed_batch_source source = count_to(&counting, 20, texts, 2);
    struct tfeed_tensor values;
    start(&source);
    cr_assert_eq(count_next(&program), TFEED_OK);
    cr_assert_eq(count_next(&program), TFEED_OK);
    cr_assert_eq(int64_at(1 + TFEED_SPARSE_DENSE_SHAPE, 1), 4);
    values = tfeed_tensor_ref(&program.columns[1 + TFEED_SPARSE_VALUES]);
    cr_assert_eq(count_end(&program, NULL), TFEED_OK);
    cr_assert_eq(values.shape.dims[0], 20);
    cr_assert_arr_eq(tfeed_tensor_strings(&values)[18].data, "19", 2);
    tfeed_tensor_clear(&values);
}

Test(sparse_batch, shuffled_elements_stay_whole)
{
    const struct tfeed_batch_source source = count_to(&counting, 200, sparse, 2);
    bool is_seen[200] = {false};
    options.min_after_dequeue = 50;
    options.n_threads = 3;
    options.n_prefetch = 2;
    cr_assert_eq(tfeed_shuffle_batch(program.context, &source, &options, &program.batcher, NULL),
                 TFEED_OK);
    cr_assert_eq(count_start(&program), TFEED_OK);
    while (count_next(&program) == TFEED_OK)
        for (int32_t row = 0; row < 10; row++) {
            const int32_t k = count_number(&program, TFEED_SPARSE_N_TENSORS, row);
            cr_assert_eq(count_number(&program, TFEED_SPARSE_VALUES, row), k);
            cr_assert_eq(int64_at(TFEED_SPARSE_INDICES, 2 * row + 1), k % 4);
            is_seen[k] = true;
        }
    for (int32_t k = 0; k < 200; k++)
        cr_assert(is_seen[k], "%d is missing", (int)k);
}

/* --- through every form -------------------------------------------------------------------- */

static const enum count_part both[] = {COUNT_NUMBER, COUNT_SPARSE, COUNT_TEXTS};

/* Whether texts of row are "k" and "". */
static bool has_texts(size_t column, int64_t row, int32_t k)
{
    char text[16];
    const int len = snprintf(text, sizeof text, "%d", (int)k);
    const struct tfeed_tensor *values = &program.columns[column + TFEED_SPARSE_VALUES];
    const struct tfeed_bytes *strings = tfeed_tensor_strings(values) + 2 * row;
    return strings[0].len == (size_t)len && memcmp(strings[0].data, text, strings[0].len) == 0 &&
           strings[1].len == 0;
}

/* Takes all batches; `first` is the column of the numbers, a sparse one and texts follow. Each
 * number below n must come so many times. */
static void expect_whole(size_t first, int32_t n, int n_times)
{
    int counts[200] = {0};
    const size_t numbers = first + 1;
    while (count_next(&program) == TFEED_OK)
        for (int64_t row = 0; row < count_n_rows(&program, first); row++) {
            const int32_t k = count_number(&program, first, row);
            cr_assert_eq(int64_at(numbers + TFEED_SPARSE_INDICES, 2 * row), row);
            cr_assert_eq(int64_at(numbers + TFEED_SPARSE_INDICES, 2 * row + 1), k % 4);
            cr_assert_eq(count_number(&program, numbers + TFEED_SPARSE_VALUES, row), k);
            cr_assert(has_texts(numbers + TFEED_SPARSE_N_TENSORS, row, k));
            counts[k]++;
        }
    for (int32_t k = 0; k < n; k++)
        cr_assert_eq(counts[k], n_times, "%d came %d times", (int)k, counts[k]);
}

static void expect_join(tfeed_status (*join)(struct tfeed_context *,
                                             const struct tfeed_batch_source *, size_t,
                                             const struct tfeed_batch_options *,
                                             struct tfeed_batcher **, struct tfeed_error *))
{
    struct count_source other;
    const struct tfeed_batch_source sources[] = {count_to(&counting, 100, both, 3),
                                                 count_to(&other, 100, both, 3)};
    options.min_after_dequeue = 50;
    cr_assert_eq(join(program.context, sources, 2, &options, &program.batcher, NULL), TFEED_OK);
    cr_assert_eq(count_start(&program), TFEED_OK);
    expect_whole(0, 100, 2);
    cr_assert_eq(count_end(&program, NULL), TFEED_OK);
}

Test(sparse_batch, join_keeps_elements_whole)
{
    expect_join(tfeed_fifo_batch_join);
}

Test(sparse_batch, shuffled_join_keeps_elements_whole)
{
    expect_join(tfeed_shuffle_batch_join);
}

Test(sparse_batch, buckets_keep_elements_whole)
{
    static const enum count_part parts[] = {COUNT_BUCKET, COUNT_NUMBER, COUNT_SPARSE, COUNT_TEXTS};
    const struct tfeed_batch_source source = count_to(&counting, 90, parts, 4);
    struct tfeed_bucket_options buckets;
    tfeed_bucket_options_init(&buckets);
    buckets.batch = options;
    buckets.n_buckets = 3;
    cr_assert_eq(tfeed_bucket(program.context, &source, &buckets, &program.batcher, NULL),
                 TFEED_OK);
    cr_assert_eq(count_start(&program), TFEED_OK);
    expect_whole(1, 90, 1);
}

Test(sparse_batch, buckets_by_length_keep_elements_whole)
{
    static const enum count_part parts[] = {COUNT_LENGTH, COUNT_NUMBER, COUNT_SPARSE, COUNT_TEXTS};
    static const int64_t boundaries[] = {1, 3};
    const struct tfeed_batch_source source = count_to(&counting, 90, parts, 4);
    struct tfeed_bucket_options buckets;
    tfeed_bucket_options_init(&buckets);
    buckets.batch = options;
    buckets.batch.allow_smaller_final_batch = true;
    buckets.boundaries = boundaries;
    buckets.n_boundaries = 2;
    cr_assert_eq(
        tfeed_bucket_by_sequence_length(program.context, &source, &buckets, &program.batcher, NULL),
        TFEED_OK);
    cr_assert_eq(count_start(&program), TFEED_OK);
    expect_whole(1, 90, 1);
}

Test(sparse_batch, elements_that_are_kept_are_whole)
{
    static const enum count_part parts[] = {COUNT_NUMBER, COUNT_SPARSE, COUNT_TEXTS, COUNT_KEEP};
    const struct tfeed_batch_source source = count_to(&counting, 100, parts, 4);
    options.min_after_dequeue = 20;
    cr_assert_eq(
        tfeed_maybe_shuffle_batch(program.context, &source, &options, &program.batcher, NULL),
        TFEED_OK);
    cr_assert_eq(count_start(&program), TFEED_OK);
    expect_whole(0, 1, 1);
    cr_assert_eq(count_next(&program), TFEED_OUT_OF_RANGE);
}

Test(sparse_batch, padded_neighbours_leave_them_whole)
{
    static const enum count_part parts[] = {COUNT_VECTOR, COUNT_NUMBER, COUNT_SPARSE, COUNT_TEXTS};
    const struct tfeed_batch_source source = count_to(&counting, 100, parts, 4);
    options.dynamic_pad = true;
    start(&source);
    expect_whole(1, 100, 1);
}

Test(sparse_batch, limited_source_stays_sparse)
{
    struct tfeed_batch_source source = count_to(&counting, 100, both, 3);
    cr_assert_eq(tfeed_limit_epochs(program.context, &source, 30, &source, NULL), TFEED_OK);
    start(&source);
    expect_whole(0, 30, 1);
    cr_assert_eq(count_next(&program), TFEED_OUT_OF_RANGE);
}

Test(sparse_batch, empty_batch_has_no_values)
{
    const struct tfeed_batch_source source = count_to(&counting, 20, sparse, 2);
    options.batch_size = 0;
    start(&source);
    cr_assert_eq(count_next(&program), TFEED_OK);
    cr_assert_eq(program.columns[TFEED_SPARSE_VALUES].shape.dims[0], 0);
    cr_assert_eq(program.columns[TFEED_SPARSE_INDICES].shape.dims[1], 2);
    cr_assert_eq(int64_at(TFEED_SPARSE_DENSE_SHAPE, 0), 0);
}

/* --- refused ------------------------------------------------------------------------------- */

struct constant_sparse {
    int64_t indices[4];
    int32_t values[2];
    int64_t dense_shape[2];
};

/* What the join gives for this tensor of 2 rows. */
static tfeed_status join_of(struct constant_sparse *its, int64_t rank)
{
    static const enum tfeed_dtype dtype = TFEED_INT32;
    static const bool is_sparse = true;
    const struct tfeed_shape indices = tfeed_shape_matrix(2, rank);
    const struct tfeed_shape two = tfeed_shape_vector(2);
    const struct tfeed_shape dense_shape = tfeed_shape_vector(rank);
    const struct tfeed_shape element = tfeed_shape_vector(TFEED_DIM_UNKNOWN);
    const struct tfeed_tensor tensors[] = {
        tfeed_tensor_borrow(TFEED_INT64, &indices, its->indices),
        tfeed_tensor_borrow(TFEED_INT32, &two, its->values),
        tfeed_tensor_borrow(TFEED_INT64, &dense_shape, its->dense_shape)};
    struct tfeed_batch_source source;
    cr_assert_eq(tfeed_batch_source_constant(NULL, tensors, 3, true, &source, NULL), TFEED_OK);
    source.dtypes = &dtype;
    source.shapes = &element;
    source.n_components = 1;
    source.is_sparse = &is_sparse;
    options.enqueue_many = true;
    start(&source);
    const tfeed_status status = count_next(&program);
    const tfeed_status joined = count_end(&program, NULL);
    return status == TFEED_OUT_OF_RANGE ? joined : status;
}

Test(sparse_batch, rows_in_order_are_fine)
{
    struct constant_sparse its = {{0, 3, 1, 2}, {7, 8}, {2, 4}};
    cr_assert_eq(join_of(&its, 2), TFEED_OK);
}

Test(sparse_batch, rows_out_of_order_are_invalid)
{
    struct constant_sparse its = {{1, 3, 0, 2}, {7, 8}, {2, 4}};
    cr_assert_eq(join_of(&its, 2), TFEED_INVALID_ARGUMENT);
}

Test(sparse_batch, row_beyond_the_shape_is_invalid)
{
    struct constant_sparse its = {{0, 3, 2, 2}, {7, 8}, {2, 4}};
    cr_assert_eq(join_of(&its, 2), TFEED_INVALID_ARGUMENT);
}

Test(sparse_batch, another_rank_is_invalid)
{
    struct constant_sparse its = {{0, 1}, {7, 8}, {2}};
    cr_assert_eq(join_of(&its, 1), TFEED_INVALID_ARGUMENT);
}

/* Strings that somebody else puts into the queue are no packed elements. */
Test(sparse_batch, foreign_strings_in_the_queue_are_invalid)
{
    const struct tfeed_batch_source source = count_to(&counting, 0, sparse, 1);
    static const char damaged[][40] = {"", "short", "0123456789abcdef", "\1\0\0\0\0\0\0\0\377\0\0"};
    options.batch_size = 1;
    cr_assert_eq(tfeed_fifo_batch(program.context, &source, &options, &program.batcher, NULL),
                 TFEED_OK);
    for (size_t i = 0; i < sizeof damaged / sizeof damaged[0]; i++) {
        struct tfeed_bytes bytes = {.data = (const uint8_t *)damaged[i], .len = i == 0 ? 0 : 8 * i};
        const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
        const struct tfeed_tensor element = tfeed_tensor_borrow(TFEED_STRING, &scalar, &bytes);
        cr_assert_eq(tfeed_queue_enqueue(tfeed_batcher_queue(program.batcher), &element, NULL),
                     TFEED_OK);
        cr_assert_eq(count_next(&program), TFEED_INVALID_ARGUMENT, "string %zu", i);
    }
}
