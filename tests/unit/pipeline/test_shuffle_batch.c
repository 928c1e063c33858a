/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_shuffle_batch.c - shuffle_batch over a source that counts: each element is a number and its
 * double.
 */
#include <criterion/criterion.h>

#include <string.h>

#include <tfeed/coordinator.h>
#include <tfeed/pipeline.h>

#include "core/error_internal.h"
#include "core/thread_internal.h"
#include "tests/support/support.h"

enum { MAX_NUMBERS = 400 };

/* Counts up to n_numbers; `fail_at` fails once there, -1 never. */
struct counting {
    int32_t next;
    int32_t n_numbers;
    int32_t n_rows; /* of a chunk; 0: single elements */
    int32_t fail_at;
    bool is_uneven; /* the second component lacks rows */
    int n_frees;
};

static struct tfeed_context *context;
static struct tfeed_coordinator *coordinator;
static struct tfeed_batch_options options;
static struct counting counting;
static struct tfeed_batcher *batcher;
static struct tfeed_tensor columns[2];
static int n_threads_before;

static void set_up(void)
{
    n_threads_before = t_n_threads();
    counting = (struct counting){.n_numbers = 100, .fail_at = -1};
    tfeed_batch_options_init(&options);
    options.batch_size = 10;
    options.min_after_dequeue = 16;
    options.seed = 7;
    cr_assert_eq(tfeed_context_new(NULL, &context, NULL), TFEED_OK);
    cr_assert_eq(tfeed_coordinator_new(NULL, &coordinator, NULL), TFEED_OK);
}

static tfeed_status stop_and_join(struct tfeed_error *error)
{
    cr_assert_eq(tfeed_coordinator_request_stop(coordinator, NULL, NULL), TFEED_OK);
    return tfeed_coordinator_join(coordinator, NULL, error);
}

static void end_program(void)
{
    tfeed_tensor_clear(&columns[0]);
    tfeed_tensor_clear(&columns[1]);
    tfeed_batcher_unref(batcher);
    batcher = NULL;
    cr_assert_eq(tfeed_context_close(context, NULL), TFEED_OK);
    context = NULL;
    tfeed_coordinator_free(coordinator);
}

static void tear_down(void)
{
    (void)stop_and_join(NULL);
    end_program();
    cr_assert(t_n_threads_becomes(n_threads_before), "a thread is left");
}

TestSuite(shuffle_batch, .init = set_up, .fini = tear_down);

/* --- the source ---------------------------------------------------------------------------- */

static tfeed_status produce(void *user_data, struct tfeed_tensor *ret_components,
                            struct tfeed_error *reterr)
{
    struct counting *its = user_data;
    if (its->next == its->fail_at) {
        its->fail_at = -1;
        return tfi_fail(reterr, TFEED_DATA_LOSS, "number %d is damaged", (int)its->next);
    }
    if (its->next == its->n_numbers)
        return TFEED_OUT_OF_RANGE;
    int32_t n = its->n_rows > 0 ? its->n_rows : 1;
    if (n > its->n_numbers - its->next)
        n = its->n_numbers - its->next;
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    const struct tfeed_shape shape = its->n_rows > 0 ? tfeed_shape_vector(n) : scalar;
    for (int i = 0; i < 2; i++)
        TFI_TRY(tfeed_tensor_alloc(TFEED_INT32, &shape, NULL, &ret_components[i], reterr));
    for (int32_t i = 0; i < n; i++) {
        tfeed_tensor_int32s(&ret_components[0])[i] = its->next + i;
        tfeed_tensor_int32s(&ret_components[1])[i] = 2 * (its->next + i);
    }
    if (its->is_uneven)
        ret_components[1].shape.dims[0] = 1;
    its->next += n;
    return TFEED_OK;
}

static void note_free(void *user_data)
{
    ((struct counting *)user_data)->n_frees++;
}

static tfeed_status try_to_make(void)
{
    static const enum tfeed_dtype dtypes[] = {TFEED_INT32, TFEED_INT32};
    static const struct tfeed_shape shapes[] = {TFEED_SHAPE_SCALAR, TFEED_SHAPE_SCALAR};
    const struct tfeed_batch_source source = {.produce = produce,
                                              .user_data = &counting,
                                              .free = note_free,
                                              .dtypes = dtypes,
                                              .shapes = shapes,
                                              .n_components = 2};
    counting.n_rows = options.enqueue_many && counting.n_rows == 0 ? 3 : counting.n_rows;
    return tfeed_shuffle_batch(context, &source, &options, &batcher, NULL);
}

static void start(void)
{
    cr_assert_eq(try_to_make(), TFEED_OK);
    cr_assert_eq(tfeed_start_queue_runners(context, coordinator, NULL), TFEED_OK);
}

static tfeed_status next(void)
{
    return tfeed_batcher_next(batcher, columns, NULL);
}

static int64_t n_rows(void)
{
    return columns[0].shape.dims[0];
}

/* --- what came out ------------------------------------------------------------------------- */

/* The numbers of all batches in order, and what ended them. */
struct outcome {
    int32_t numbers[MAX_NUMBERS];
    int n;
    int n_batches;
    tfeed_status end;
};

static void take_all(struct outcome *outcome)
{
    *outcome = (struct outcome){.n = 0};
    while ((outcome->end = next()) == TFEED_OK) {
        outcome->n_batches++;
        for (int64_t row = 0; row < n_rows(); row++) {
            const int32_t number = tfeed_tensor_int32s(&columns[0])[row];
            cr_assert_eq(tfeed_tensor_int32s(&columns[1])[row], 2 * number, "a torn element");
            cr_assert_lt(outcome->n, MAX_NUMBERS);
            outcome->numbers[outcome->n++] = number;
        }
    }
}

static bool has_each_once(const struct outcome *outcome, int n)
{
    bool seen[MAX_NUMBERS] = {false};
    for (int i = 0; i < outcome->n; i++) {
        if (seen[outcome->numbers[i]])
            return false;
        seen[outcome->numbers[i]] = true;
    }
    return outcome->n == n;
}

static bool is_in_order(const struct outcome *outcome)
{
    for (int i = 0; i < outcome->n; i++)
        if (outcome->numbers[i] != i)
            return false;
    return true;
}

static bool same(const struct outcome *a, const struct outcome *b)
{
    return a->n == b->n && a->end == b->end &&
           memcmp(a->numbers, b->numbers, (size_t)a->n * sizeof a->numbers[0]) == 0;
}

/* --- free-running -------------------------------------------------------------------------- */

Test(shuffle_batch, every_element_comes_once_in_another_order)
{
    struct outcome outcome;
    start();
    take_all(&outcome);
    cr_assert_eq(outcome.end, TFEED_OUT_OF_RANGE);
    cr_assert(has_each_once(&outcome, 100));
    cr_assert_not(is_in_order(&outcome));
    cr_assert_eq(stop_and_join(NULL), TFEED_OK);
}

Test(shuffle_batch, several_threads_share_a_source)
{
    struct outcome outcome;
    options.n_threads = 4;
    start();
    take_all(&outcome);
    cr_assert(has_each_once(&outcome, 100));
}

Test(shuffle_batch, source_may_give_rows)
{
    struct outcome outcome;
    options.enqueue_many = true;
    options.n_threads = 2;
    start();
    take_all(&outcome);
    cr_assert(has_each_once(&outcome, 100));
}

Test(shuffle_batch, incomplete_batch_stays_behind)
{
    struct outcome outcome;
    counting.n_numbers = 35;
    start();
    take_all(&outcome);
    cr_assert_eq(outcome.n_batches, 3);
    cr_assert_eq(tfeed_queue_size(tfeed_batcher_queue(batcher)), 5);
    cr_assert_eq(next(), TFEED_OUT_OF_RANGE);
}

Test(shuffle_batch, smaller_final_batch_on_request)
{
    struct outcome outcome;
    counting.n_numbers = 35;
    options.allow_smaller_final_batch = true;
    start();
    take_all(&outcome);
    cr_assert_eq(outcome.n_batches, 4);
    cr_assert(has_each_once(&outcome, 35));
}

Test(shuffle_batch, batch_of_none_is_empty_for_ever)
{
    options.batch_size = 0;
    start();
    for (int i = 0; i < 3; i++) {
        cr_assert_eq(next(), TFEED_OK);
        cr_assert_eq(n_rows(), 0);
    }
}

Test(shuffle_batch, error_of_the_source_comes_with_the_join)
{
    struct outcome outcome;
    struct tfeed_error error;
    counting.fail_at = 50;
    start();
    take_all(&outcome);
    cr_assert_eq(outcome.end, TFEED_OUT_OF_RANGE);
    cr_assert_eq(stop_and_join(&error), TFEED_DATA_LOSS);
    cr_assert_str_eq(error.message, "number 50 is damaged");
    tfeed_coordinator_clear_stop(coordinator);
}

Test(shuffle_batch, element_of_another_dtype_comes_with_the_join)
{
    static const enum tfeed_dtype dtypes[] = {TFEED_INT32, TFEED_FLOAT};
    static const struct tfeed_shape shapes[] = {TFEED_SHAPE_SCALAR, TFEED_SHAPE_SCALAR};
    const struct tfeed_batch_source source = {.produce = produce,
                                              .user_data = &counting,
                                              .dtypes = dtypes,
                                              .shapes = shapes,
                                              .n_components = 2};
    cr_assert_eq(tfeed_shuffle_batch(context, &source, &options, &batcher, NULL), TFEED_OK);
    cr_assert_eq(tfeed_start_queue_runners(context, coordinator, NULL), TFEED_OK);
    cr_assert_eq(next(), TFEED_OUT_OF_RANGE);
    cr_assert_eq(stop_and_join(NULL), TFEED_INVALID_ARGUMENT);
    tfeed_coordinator_clear_stop(coordinator);
}

Test(shuffle_batch, source_is_freed_once_with_the_context)
{
    options.n_threads = 3;
    start();
    cr_assert_eq(stop_and_join(NULL), TFEED_OK);
    end_program();
    cr_assert_eq(counting.n_frees, 1);
    set_up();
}

/* --- deterministic ------------------------------------------------------------------------- */

/* Runs one whole program; the next one has a fresh context. */
static void run(struct outcome *outcome)
{
    start();
    take_all(outcome);
    cr_assert_eq(stop_and_join(NULL), TFEED_OK);
    end_program();
    cr_assert_eq(tfeed_context_new(NULL, &context, NULL), TFEED_OK);
    cr_assert_eq(tfeed_coordinator_new(NULL, &coordinator, NULL), TFEED_OK);
    counting.next = 0;
}

Test(shuffle_batch, deterministic_runs_are_equal)
{
    struct outcome first, second;
    options.deterministic = true;
    run(&first);
    run(&second);
    cr_assert(has_each_once(&first, 100));
    cr_assert(same(&first, &second));
}

Test(shuffle_batch, deterministic_order_depends_on_the_seed)
{
    struct outcome first, second;
    options.deterministic = true;
    run(&first);
    options.seed = 8;
    run(&second);
    cr_assert_not(same(&first, &second));
}

Test(shuffle_batch, deterministic_order_does_not_depend_on_threads_or_prefetching)
{
    struct outcome first, second;
    options.deterministic = true;
    run(&first);
    options.n_threads = 3;
    options.n_prefetch = 2;
    run(&second);
    cr_assert(same(&first, &second));
}

Test(shuffle_batch, deterministic_order_does_not_depend_on_how_rows_are_chunked)
{
    struct outcome first, second;
    options.deterministic = true;
    run(&first);
    options.enqueue_many = true;
    counting.n_rows = 30; /* more than there is room for at a time */
    run(&second);
    cr_assert(same(&first, &second));
}

Test(shuffle_batch, minimum_stays_behind_as_long_as_the_source_goes_on)
{
    options.deterministic = true;
    options.capacity = 26;
    start();
    for (int i = 0; i < 7; i++) {
        cr_assert_eq(next(), TFEED_OK);
        cr_assert_geq(tfeed_queue_size(tfeed_batcher_queue(batcher)), 16);
    }
}

/* --- the schedule where the capacity is small ------------------------------------------------ */

/* The same by hand: a shuffle queue, and the numbers that go into it. */
struct model {
    struct tfeed_queue *queue;
    int32_t next;
    int32_t n_numbers;
};

static void model_init(struct model *model, int32_t n_numbers)
{
    static const enum tfeed_dtype dtype = TFEED_INT32;
    static const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    struct tfeed_queue_options queue_options;
    *model = (struct model){.n_numbers = n_numbers};
    tfeed_queue_options_init(&queue_options);
    queue_options.capacity = options.capacity;
    queue_options.dtypes = &dtype;
    queue_options.shapes = &scalar;
    queue_options.n_components = 1;
    queue_options.min_after_dequeue = options.min_after_dequeue;
    queue_options.seed = options.seed;
    cr_assert_eq(tfeed_random_shuffle_queue_new(NULL, &queue_options, &model->queue, NULL),
                 TFEED_OK);
}

/* One number more, or the end. */
static void model_put(struct model *model)
{
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    const struct tfeed_tensor in = tfeed_tensor_borrow(TFEED_INT32, &scalar, &model->next);
    if (model->next == model->n_numbers) {
        cr_assert_eq(tfeed_queue_close(model->queue, false, NULL), TFEED_OK);
    } else {
        cr_assert_eq(tfeed_queue_enqueue(model->queue, &in, NULL), TFEED_OK);
        model->next++;
    }
}

/* Fills before each batch; then one number goes in for each that cannot be drawn yet. */
static void model_take_batch(struct model *model, struct outcome *outcome)
{
    struct tfeed_tensor element = {.dtype = TFEED_DTYPE_INVALID};
    while (!tfeed_queue_is_closed(model->queue) &&
           tfeed_queue_size(model->queue) < options.capacity)
        model_put(model);
    for (int64_t i = 0; i < options.batch_size; i++) {
        while (tfeed_queue_dequeue_timed(model->queue, 0, &element, NULL) != TFEED_OK)
            model_put(model);
        outcome->numbers[outcome->n++] = tfeed_tensor_int32s(&element)[0];
    }
    tfeed_tensor_clear(&element);
}

Test(shuffle_batch, capacity_too_small_for_a_batch_draws_as_elements_come)
{
    struct outcome expected = {.end = TFEED_OUT_OF_RANGE};
    struct outcome outcome;
    struct model model;
    options.deterministic = true;
    options.capacity = 20; /* a batch of 10 above 16 needs 26 */
    counting.n_numbers = 60;
    run(&outcome);
    model_init(&model, 60);
    for (int i = 0; i < 6; i++)
        model_take_batch(&model, &expected);
    tfeed_queue_unref(model.queue);
    cr_assert(has_each_once(&outcome, 60));
    cr_assert(same(&expected, &outcome));
}

Test(shuffle_batch, deterministic_error_comes_in_its_place_and_does_not_end_the_batcher)
{
    struct outcome outcome;
    struct tfeed_error error;
    options.deterministic = true;
    counting.fail_at = 80;
    start();
    for (int i = 0; i < 4; i++)
        cr_assert_eq(next(), TFEED_OK);
    cr_assert_eq(tfeed_batcher_next(batcher, columns, &error), TFEED_DATA_LOSS);
    cr_assert_str_eq(error.message, "number 80 is damaged");
    take_all(&outcome);
    cr_assert_eq(outcome.n, 60);
}

Test(shuffle_batch, deterministic_rows_taken_before_an_error_go_back)
{
    struct outcome outcome;
    options.deterministic = true;
    options.capacity = 17; /* one above the minimum: the batch begins before the error */
    counting.fail_at = 20;
    start();
    cr_assert_eq(next(), TFEED_DATA_LOSS);
    take_all(&outcome);
    cr_assert(has_each_once(&outcome, 100));
}

Test(shuffle_batch, deterministic_rows_of_different_numbers_are_refused)
{
    struct tfeed_error error;
    options.deterministic = true;
    options.enqueue_many = true;
    counting.n_rows = 50;
    counting.is_uneven = true;
    start();
    cr_assert_eq(tfeed_batcher_next(batcher, columns, &error), TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(error.message, "tuple component 1"), "%s", error.message);
}

/* --- prefetching --------------------------------------------------------------------------- */

Test(shuffle_batch, prefetched_batches_end_as_others)
{
    struct outcome outcome;
    options.n_prefetch = 2;
    options.allow_smaller_final_batch = true;
    counting.n_numbers = 35;
    start();
    take_all(&outcome);
    cr_assert_eq(outcome.end, TFEED_OUT_OF_RANGE);
    cr_assert(has_each_once(&outcome, 35));
    cr_assert_eq(next(), TFEED_OUT_OF_RANGE);
    cr_assert_eq(stop_and_join(NULL), TFEED_OK);
}

Test(shuffle_batch, prefetched_error_comes_behind_the_batches_before)
{
    options.n_prefetch = 2;
    options.deterministic = true;
    counting.fail_at = 80;
    start();
    tfeed_status status = TFEED_OK;
    int n_batches = 0;
    while ((status = next()) == TFEED_OK)
        n_batches++;
    cr_assert_eq(status, TFEED_DATA_LOSS);
    cr_assert_leq(n_batches, 4);
    cr_assert_eq(next(), TFEED_DATA_LOSS);
    cr_assert_eq(stop_and_join(NULL), TFEED_DATA_LOSS);
    tfeed_coordinator_clear_stop(coordinator);
}

Test(shuffle_batch, prefetched_error_comes_without_a_coordinator_too)
{
    options.n_prefetch = 2;
    options.deterministic = true;
    counting.fail_at = 40;
    cr_assert_eq(try_to_make(), TFEED_OK);
    cr_assert_eq(tfeed_start_queue_runners(context, NULL, NULL), TFEED_OK);
    tfeed_status status = TFEED_OK;
    while ((status = next()) == TFEED_OK)
        ;
    cr_assert_eq(status, TFEED_DATA_LOSS);
}

Test(shuffle_batch, prefetching_stops_at_once)
{
    counting.n_numbers = INT32_MAX;
    options.n_prefetch = 2;
    options.deterministic = true;
    start();
    cr_assert_eq(next(), TFEED_OK);
    cr_assert_eq(stop_and_join(NULL), TFEED_OK);
    cr_assert(t_n_threads_becomes(n_threads_before));
}

/* --- options ------------------------------------------------------------------------------- */

Test(shuffle_batch, capacity_leaves_room_for_three_batches_by_default)
{
    options.deterministic = true;
    start();
    cr_assert_eq(next(), TFEED_OK);
    cr_assert_eq(counting.next, 16 + 3 * 10);
}

Test(shuffle_batch, batch_size_must_be_set)
{
    tfeed_batch_options_init(&options);
    cr_assert_eq(try_to_make(), TFEED_INVALID_ARGUMENT);
}

Test(shuffle_batch, deterministic_queue_cannot_be_shared)
{
    options.deterministic = true;
    options.shared_name = "shared";
    cr_assert_eq(try_to_make(), TFEED_INVALID_ARGUMENT);
}

Test(shuffle_batch, capacity_must_exceed_the_minimum)
{
    options.capacity = 16;
    cr_assert_eq(try_to_make(), TFEED_INVALID_ARGUMENT);
    options.capacity = 17;
    cr_assert_eq(try_to_make(), TFEED_OK);
}

Test(shuffle_batch, capacity_that_overflows_is_refused)
{
    options.batch_size = INT64_MAX / 2;
    cr_assert_eq(try_to_make(), TFEED_INVALID_ARGUMENT);
}

Test(shuffle_batch, numbers_of_threads_and_batches_are_checked)
{
    options.n_threads = 0;
    cr_assert_eq(try_to_make(), TFEED_INVALID_ARGUMENT);
    options.n_threads = 1;
    options.n_prefetch = -1;
    cr_assert_eq(try_to_make(), TFEED_INVALID_ARGUMENT);
    options.n_prefetch = 0;
    options.min_after_dequeue = -1;
    cr_assert_eq(try_to_make(), TFEED_INVALID_ARGUMENT);
}

Test(shuffle_batch, refused_source_stays_the_callers)
{
    options.n_threads = 0;
    cr_assert_eq(try_to_make(), TFEED_INVALID_ARGUMENT);
    cr_assert_eq(counting.n_frees, 0);
}

Test(shuffle_batch, source_without_a_function_is_refused)
{
    const struct tfeed_batch_source source = {.n_components = 1};
    cr_assert_eq(tfeed_shuffle_batch(context, &source, &options, &batcher, NULL),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_eq(tfeed_shuffle_batch(context, NULL, &options, &batcher, NULL),
                 TFEED_INVALID_ARGUMENT);
}

Test(shuffle_batch, thread_that_cannot_start_is_reported)
{
    options.n_threads = 2;
    options.n_prefetch = 1;
    cr_assert_eq(try_to_make(), TFEED_OK);
    for (int skip = 0; skip < 5; skip++) { /* two watchers, two fillers, a prefetcher */
        tfi_thread_fail_starts(skip, 1);
        cr_assert_eq(tfeed_start_queue_runners(context, coordinator, NULL),
                     TFEED_RESOURCE_EXHAUSTED);
        (void)stop_and_join(NULL);
        tfeed_coordinator_clear_stop(coordinator);
        cr_assert(t_n_threads_becomes(n_threads_before));
    }
}

static void try_without_memory(void)
{
    end_program();
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_context_options context_options;
        tfeed_context_options_init(&context_options);
        context_options.allocator = allocator;
        counting = (struct counting){.n_numbers = 100, .fail_at = -1};
        tfeed_status status = tfeed_context_new(&context_options, &context, NULL);
        if (status == TFEED_OK)
            status = try_to_make();
        if (status == TFEED_OK && options.deterministic && options.n_prefetch == 0)
            status = next();
        T_EXPECT_ALLOC_STATUS(status);
        const bool was_made = batcher != NULL;
        tfeed_tensor_clear(&columns[0]);
        tfeed_tensor_clear(&columns[1]);
        tfeed_batcher_unref(batcher);
        batcher = NULL;
        cr_assert_eq(tfeed_context_close(context, NULL), TFEED_OK);
        context = NULL;
        cr_assert_eq(counting.n_frees, was_made ? 1 : 0);
    });
    set_up();
}

Test(shuffle_batch, no_memory_is_reported)
{
    options.n_threads = 2;
    try_without_memory();
}

Test(shuffle_batch, no_memory_is_reported_when_deterministic)
{
    options.deterministic = true;
    try_without_memory();
}

Test(shuffle_batch, no_memory_is_reported_when_prefetching)
{
    options.n_prefetch = 2;
    try_without_memory();
}
