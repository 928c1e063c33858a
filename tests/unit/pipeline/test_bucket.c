/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_bucket.c - bucket and bucket_by_sequence_length over a source that counts.
 */
#include <criterion/criterion.h>

#include "tests/support/support.h"
#include "tests/unit/pipeline/source_fixture.h"

static struct count_program program;
static struct count_source counting;
static struct tfeed_bucket_options options;
static int n_threads_before;

static const enum count_part numbered[] = {COUNT_BUCKET, COUNT_NUMBER};
static const enum count_part measured[] = {COUNT_LENGTH, COUNT_NUMBER, COUNT_VECTOR};
static const enum count_part measured_kept[] = {COUNT_LENGTH, COUNT_NUMBER, COUNT_KEEP};
static const int64_t boundaries[] = {1, 3};

static void set_up(void)
{
    n_threads_before = t_n_threads();
    tfeed_bucket_options_init(&options);
    options.batch.batch_size = 4;
    options.n_buckets = 3;
    options.boundaries = boundaries;
    options.n_boundaries = 2;
    cr_assert_eq(count_program_init(&program, NULL), TFEED_OK);
}

static void tear_down(void)
{
    (void)count_end(&program, NULL);
    cr_assert(t_n_threads_becomes(n_threads_before), "a thread is left");
}

TestSuite(bucket, .init = set_up, .fini = tear_down);

static tfeed_status by_number(int32_t n)
{
    const struct tfeed_batch_source source = count_to(&counting, n, numbered, 2);
    return tfeed_bucket(program.context, &source, &options, &program.batcher, NULL);
}

static tfeed_status by_length(int32_t n)
{
    const struct tfeed_batch_source source = count_to(&counting, n, measured, 3);
    return tfeed_bucket_by_sequence_length(program.context, &source, &options, &program.batcher,
                                           NULL);
}

static void start(void)
{
    cr_assert_eq(count_start(&program), TFEED_OK);
}

Test(bucket, each_bucket_gives_its_elements_in_order)
{
    int32_t next[3] = {0, 1, 2};
    int n_rows = 0;
    cr_assert_eq(by_number(36), TFEED_OK);
    start();
    while (count_next(&program) == TFEED_OK) {
        const int32_t bucket = count_number(&program, 0, 0);
        cr_assert_eq(count_n_rows(&program, 1), 4);
        for (int64_t row = 0; row < 4; row++, n_rows++, next[bucket] += 3)
            cr_assert_eq(count_number(&program, 1, row), next[bucket]);
    }
    cr_assert_eq(n_rows, 36);
    cr_assert_eq(count_end(&program, NULL), TFEED_OK);
    cr_assert_eq(counting.n_frees, 1);
}

Test(bucket, rest_of_each_bucket_comes_when_asked_for)
{
    int n_rows = 0;
    options.batch.allow_smaller_final_batch = true;
    cr_assert_eq(by_number(40), TFEED_OK);
    start();
    while (count_next(&program) == TFEED_OK)
        n_rows += (int)count_n_rows(&program, 1);
    cr_assert_eq(n_rows, 40);
}

Test(bucket, number_out_of_range_fails_the_thread)
{
    options.n_buckets = 2;
    cr_assert_eq(by_number(36), TFEED_OK);
    start();
    while (count_next(&program) == TFEED_OK)
        ;
    cr_assert_eq(count_end(&program, NULL), TFEED_INVALID_ARGUMENT);
}

/* Lengths 0 | 1 2 | 3; the longest of a batch is what it is padded to. */
Test(bucket, lengths_choose_the_bucket_and_the_padding)
{
    int n_batches[3] = {0};
    options.batch.dynamic_pad = true;
    cr_assert_eq(by_length(32), TFEED_OK);
    start();
    while (count_next(&program) == TFEED_OK) {
        const int64_t *lengths = tfeed_tensor_int64s(&program.columns[0]);
        int64_t longest = 0;
        for (int64_t row = 0; row < 4; row++) {
            longest = lengths[row] > longest ? lengths[row] : longest;
            cr_assert_eq(lengths[row], count_number(&program, 1, row) % 4);
        }
        const int bucket = longest < 1 ? 0 : longest < 3 ? 1 : 2;
        for (int64_t row = 0; row < 4; row++)
            cr_assert(bucket == 0   ? lengths[row] == 0
                      : bucket == 2 ? lengths[row] == 3
                                    : lengths[row] == 1 || lengths[row] == 2);
        cr_assert_eq(program.columns[2].shape.dims[1], longest);
        n_batches[bucket]++;
    }
    cr_assert(n_batches[0] == 2 && n_batches[1] == 4 && n_batches[2] == 2);
}

Test(bucket, each_bucket_can_have_its_own_sizes)
{
    static const int64_t batch_sizes[] = {1, 8, 2};
    static const int64_t capacities[] = {3, 2, 1};
    options.batch.batch_size = -1;
    options.batch.dynamic_pad = true;
    options.batch_sizes = batch_sizes;
    options.n_batch_sizes = 3;
    options.capacities = capacities;
    options.n_capacities = 3;
    int n_rows = 0;
    cr_assert_eq(by_length(32), TFEED_OK);
    cr_assert_eq(tfeed_batcher_column_shape(program.batcher, 1).dims[0], TFEED_DIM_UNKNOWN);
    start();
    while (count_next(&program) == TFEED_OK) {
        const int64_t length = tfeed_tensor_int64s(&program.columns[0])[0];
        cr_assert_eq(count_n_rows(&program, 1), length < 1 ? 1 : length < 3 ? 8 : 2);
        n_rows += (int)count_n_rows(&program, 1);
    }
    cr_assert_eq(n_rows, 32);
}

Test(bucket, only_what_is_kept_comes)
{
    const struct tfeed_batch_source source = count_to(&counting, 32, measured_kept, 3);
    int n_rows = 0;
    options.keep_input = true;
    options.batch.n_threads = 3;
    cr_assert_eq(
        tfeed_bucket_by_sequence_length(program.context, &source, &options, &program.batcher, NULL),
        TFEED_OK);
    start();
    while (count_next(&program) == TFEED_OK)
        for (int64_t row = 0; row < 4; row++, n_rows++)
            cr_assert_eq(count_number(&program, 1, row) % 2, 0);
    cr_assert_eq(n_rows, 16);
}

Test(bucket, error_of_the_source_is_what_the_join_gives)
{
    options.batch.dynamic_pad = true;
    cr_assert_eq(by_length(100), TFEED_OK);
    counting.fail_at = 50;
    start();
    while (count_next(&program) == TFEED_OK)
        ;
    cr_assert_eq(count_end(&program, NULL), TFEED_DATA_LOSS);
}

Test(bucket, a_stop_ends_all_threads)
{
    options.batch.dynamic_pad = true;
    options.batch.capacity = 2;
    cr_assert_eq(by_length(INT32_MAX), TFEED_OK);
    start();
    cr_assert_eq(count_next(&program), TFEED_OK);
    cr_assert_eq(count_end(&program, NULL), TFEED_OK);
}

/* --- refused ------------------------------------------------------------------------------- */

Test(bucket, boundaries_must_rise)
{
    static const int64_t falling[] = {4, 2};
    static const int64_t level[] = {2, 2};
    options.batch.dynamic_pad = true;
    options.boundaries = falling;
    cr_assert_eq(by_length(8), TFEED_INVALID_ARGUMENT);
    options.boundaries = level;
    cr_assert_eq(by_length(8), TFEED_INVALID_ARGUMENT);
    options.n_boundaries = 0;
    cr_assert_eq(by_length(8), TFEED_INVALID_ARGUMENT);
}

Test(bucket, lists_need_an_element_for_each_bucket)
{
    static const int64_t sizes[] = {1, 2};
    options.batch_sizes = sizes;
    options.n_batch_sizes = 2;
    cr_assert_eq(by_number(8), TFEED_INVALID_ARGUMENT);
    options.batch_sizes = NULL;
    options.capacities = sizes;
    options.n_capacities = 2;
    cr_assert_eq(by_number(8), TFEED_INVALID_ARGUMENT);
}

Test(bucket, no_buckets_are_invalid)
{
    options.n_buckets = 0;
    cr_assert_eq(by_number(8), TFEED_INVALID_ARGUMENT);
}

Test(bucket, what_buckets_do_not_have_is_invalid)
{
    options.batch.enqueue_many = true;
    cr_assert_eq(by_number(8), TFEED_INVALID_ARGUMENT);
    options.batch.enqueue_many = false;
    options.batch.deterministic = true;
    cr_assert_eq(by_number(8), TFEED_INVALID_ARGUMENT);
    options.batch.deterministic = false;
    options.batch.n_prefetch = 1;
    cr_assert_eq(by_number(8), TFEED_INVALID_ARGUMENT);
}

Test(bucket, bucket_must_be_an_integer)
{
    static const enum count_part parts[] = {COUNT_TEXT, COUNT_NUMBER};
    const struct tfeed_batch_source source = count_to(&counting, 8, parts, 2);
    cr_assert_eq(tfeed_bucket(program.context, &source, &options, &program.batcher, NULL),
                 TFEED_INVALID_ARGUMENT);
}

/* --- memory -------------------------------------------------------------------------------- */

static tfeed_status run_buckets(const struct tfeed_allocator *allocator, struct count_program *its)
{
    const struct tfeed_batch_source source = count_to(&counting, 24, measured, 3);
    counting.allocator = allocator;
    options.batch.dynamic_pad = true;
    options.batch.shared_name = "shared";
    COUNT_TRY(count_program_init(its, allocator));
    COUNT_TRY(
        tfeed_bucket_by_sequence_length(its->context, &source, &options, &its->batcher, NULL));
    COUNT_TRY(count_start(its));
    tfeed_status status;
    while ((status = count_next(its)) == TFEED_OK)
        ;
    return status == TFEED_OUT_OF_RANGE ? TFEED_OK : status;
}

Test(bucket, each_failing_allocation_is_reported)
{
    T_FAIL_EACH_ALLOC(allocator, {
        struct count_program its = {.context = NULL};
        const tfeed_status status = run_buckets(allocator, &its);
        const tfeed_status joined =
            its.context != NULL ? count_end(&its, NULL) : TFEED_OK; /* a thread's failure */
        T_EXPECT_ALLOC_STATUS(status != TFEED_OK ? status : joined);
    });
}
