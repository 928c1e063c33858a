/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_priority_storage.c - the smallest priority first, batches all at once.
 */
#include "tests/unit/queues/queue_fixture.h"

static const enum tfeed_dtype dtypes[] = {TFEED_INT64, TFEED_INT64};
static const struct tfeed_shape shapes[] = {TFEED_SHAPE_SCALAR, TFEED_SHAPE_SCALAR};

static struct tfeed_queue_options priority_options(int64_t capacity)
{
    struct tfeed_queue_options options = int64_options(capacity);
    options.dtypes = dtypes;
    options.shapes = shapes;
    options.n_components = 2;
    return options;
}

static struct tfeed_queue *new_priority(int64_t capacity)
{
    const struct tfeed_queue_options options = priority_options(capacity);
    struct tfeed_queue *queue = NULL;
    cr_assert_eq(tfeed_priority_queue_new(NULL, &options, &queue, NULL), TFEED_OK);
    return queue;
}

/* n elements: their priorities, and behind them their numbers from `first` on. */
static tfeed_status push(struct tfeed_queue *queue, int64_t n, const int64_t *priorities,
                         int64_t first)
{
    int64_t values[2][MAX_VALUES];
    const struct tfeed_shape shape = tfeed_shape_vector(n);
    for (int64_t i = 0; i < n; i++) {
        values[0][i] = priorities[i];
        values[1][i] = first + i;
    }
    const struct tfeed_tensor rows[] = {tfeed_tensor_borrow(TFEED_INT64, &shape, values[0]),
                                        tfeed_tensor_borrow(TFEED_INT64, &shape, values[1])};
    return tfeed_queue_enqueue_many_timed(queue, rows, 0, NULL);
}

struct batch {
    struct tfeed_attempt attempt;
    struct tfeed_tensor components[2];
    bool is_done;
};

static void on_done(struct tfeed_attempt *attempt, void *user_data)
{
    (void)attempt;
    ((struct batch *)user_data)->is_done = true;
}

static void start_batch(struct tfeed_queue *queue, struct batch *batch,
                        enum tfeed_queue_operation operation, int64_t n)
{
    *batch = (struct batch){.attempt = {.operation = operation, .n = n, .on_done = on_done}};
    batch->attempt.components = batch->components;
    batch->attempt.user_data = batch;
    tfeed_queue_start(queue, &batch->attempt);
}

/* It is done and gave n elements with these numbers; it is cleared. */
static void expect_numbers(struct batch *batch, int64_t n, const int64_t *numbers)
{
    cr_assert(batch->is_done);
    cr_assert_eq(batch->attempt.status, TFEED_OK, "%s", batch->attempt.error.message);
    cr_assert_eq(tfeed_tensor_n_elements(&batch->components[1]), n);
    for (int64_t i = 0; i < n; i++) {
        const int64_t got = tfeed_tensor_int64s(&batch->components[1])[i];
        cr_assert_eq(got, numbers[i], "element %lld is %lld", (long long)i, (long long)got);
    }
    tfeed_tensor_clear(&batch->components[0]);
    tfeed_tensor_clear(&batch->components[1]);
}

Test(priority_storage, batch_is_sorted_and_components_stay_together)
{
    struct tfeed_queue *queue = new_priority(UNBOUNDED);
    struct batch batch;
    cr_assert_eq(push(queue, 4, (const int64_t[]){INT64_MAX, INT64_MIN, 0, -1}, 0), TFEED_OK);
    start_batch(queue, &batch, TFEED_QUEUE_DEQUEUE_MANY, 4);
    cr_assert_eq(tfeed_tensor_int64s(&batch.components[0])[0], INT64_MIN);
    expect_numbers(&batch, 4, (const int64_t[]){1, 3, 2, 0});
    tfeed_queue_unref(queue);
    T_EXPECT_NO_LEAKS(NULL);
}

/* From std::push_heap and std::pop_heap of GNU's C++ library, with TensorFlow's comparison. */
Test(priority_storage, equal_priorities_come_in_the_order_of_tensorflows_heap)
{
    struct tfeed_queue *queue = new_priority(UNBOUNDED);
    struct batch batch;
    cr_assert_eq(push(queue, 6, (const int64_t[]){1, 1, 1, 1, 1, 1}, 0), TFEED_OK);
    start_batch(queue, &batch, TFEED_QUEUE_DEQUEUE_MANY, 6);
    expect_numbers(&batch, 6, (const int64_t[]){0, 2, 5, 4, 1, 3});
    tfeed_queue_unref(queue);
}

Test(priority_storage, many_random_priorities_come_out_sorted)
{
    struct tfeed_queue *queue = new_priority(UNBOUNDED);
    uint64_t state = 88172645463325252ULL;
    int64_t last = INT64_MIN;
    for (int i = 0; i < 3000; i++) {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        const int64_t priority = (int64_t)(state >> 56);
        cr_assert_eq(push(queue, 1, &priority, i), TFEED_OK);
    }
    for (int i = 0; i < 3000; i++) {
        struct tfeed_tensor element[2] = {{.dtype = TFEED_DTYPE_INVALID}};
        cr_assert_eq(tfeed_queue_dequeue_timed(queue, 0, element, NULL), TFEED_OK);
        cr_assert_geq(tfeed_tensor_int64s(&element[0])[0], last);
        last = tfeed_tensor_int64s(&element[0])[0];
        tfeed_tensor_clear(&element[0]);
        tfeed_tensor_clear(&element[1]);
    }
    tfeed_queue_unref(queue);
}

Test(priority_storage, dequeue_many_takes_nothing_before_all_are_there)
{
    struct tfeed_queue *queue = new_priority(9);
    struct batch batch;
    cr_assert_eq(push(queue, 2, (const int64_t[]){5, 1}, 0), TFEED_OK);
    start_batch(queue, &batch, TFEED_QUEUE_DEQUEUE_MANY, 3);
    cr_assert_not(batch.is_done);
    cr_assert_eq(tfeed_queue_size(queue), 2);
    cr_assert_eq(push(queue, 1, (const int64_t[]){3}, 2), TFEED_OK);
    expect_numbers(&batch, 3, (const int64_t[]){1, 2, 0});
    tfeed_queue_unref(queue);
}

Test(priority_storage, batch_beyond_the_capacity_waits_until_it_is_withdrawn)
{
    struct tfeed_queue *queue = new_priority(2);
    struct batch batch;
    cr_assert_eq(push(queue, 2, (const int64_t[]){2, 1}, 0), TFEED_OK);
    start_batch(queue, &batch, TFEED_QUEUE_DEQUEUE_MANY, 3);
    cr_assert_eq(push(queue, 1, (const int64_t[]){0}, 2), TFEED_DEADLINE_EXCEEDED);
    cr_assert(tfeed_queue_cancel(queue, &batch.attempt));
    cr_assert_eq(tfeed_queue_size(queue), 2);
    tfeed_queue_unref(queue);
}

/* TensorFlow answers OUT_OF_RANGE here, and the elements are gone. */
Test(priority_storage, dequeue_up_to_of_a_closed_queue_gives_what_is_left)
{
    struct tfeed_queue *queue = new_priority(9);
    struct batch waiting, late;
    cr_assert_eq(push(queue, 2, (const int64_t[]){5, 1}, 0), TFEED_OK);
    start_batch(queue, &waiting, TFEED_QUEUE_DEQUEUE_UP_TO, 3);
    cr_assert_not(waiting.is_done);
    cr_assert_eq(try_close(queue), TFEED_OK);
    expect_numbers(&waiting, 2, (const int64_t[]){1, 0});
    start_batch(queue, &late, TFEED_QUEUE_DEQUEUE_UP_TO, 3);
    cr_assert_eq(late.attempt.status, TFEED_OUT_OF_RANGE);
    tfeed_queue_unref(queue);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(priority_storage, priority_that_is_no_int64_scalar_is_refused)
{
    static const enum tfeed_dtype wrong_dtypes[] = {TFEED_STRING, TFEED_INT64};
    const struct tfeed_shape wrong_shapes[] = {tfeed_shape_vector(2), TFEED_SHAPE_SCALAR};
    struct tfeed_queue_options options = priority_options(9);
    struct tfeed_queue *queue = NULL;
    options.dtypes = wrong_dtypes;
    cr_assert_eq(tfeed_priority_queue_new(NULL, &options, &queue, NULL), TFEED_INVALID_ARGUMENT);
    options = priority_options(9);
    options.shapes = wrong_shapes;
    cr_assert_eq(tfeed_priority_queue_new(NULL, &options, &queue, NULL), TFEED_INVALID_ARGUMENT);
}

Test(priority_storage, enqueued_priority_of_another_dtype_or_shape_is_refused)
{
    struct tfeed_queue *queue = new_priority(9);
    int64_t values[4] = {1, 2, 3, 4};
    struct tfeed_bytes word;
    const struct tfeed_shape two = tfeed_shape_vector(2), square = tfeed_shape_matrix(2, 2);
    const struct tfeed_tensor scalar = tfeed_tensor_borrow(TFEED_INT64, &scalar_shape, values);
    const struct tfeed_tensor vector = tfeed_tensor_borrow(TFEED_INT64, &two, values);
    const struct tfeed_tensor matrix = tfeed_tensor_borrow(TFEED_INT64, &square, values);
    struct tfeed_tensor element[] = {vector, scalar}, rows[] = {matrix, vector};
    struct tfeed_error error = TFEED_ERROR_INIT;
    cr_assert_eq(tfeed_queue_enqueue(queue, element, &error), TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(error.message, "tuple component 0. Expected [], got [2]"));
    cr_assert_eq(tfeed_queue_enqueue_many(queue, rows, &error), TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(error.message, "tuple component 0. Expected [2], got [2,2]"));
    element[0] = tfeed_tensor_borrow_string(&word, "first");
    cr_assert_eq(tfeed_queue_enqueue(queue, element, &error), TFEED_INVALID_ARGUMENT);
    tfeed_queue_unref(queue);
}

Test(priority_storage, whole_tensors_are_ordered_by_their_priority)
{
    struct tfeed_queue_options options = priority_options(9);
    struct tfeed_queue *queue = NULL;
    struct tfeed_error error = TFEED_ERROR_INIT;
    int64_t priorities[] = {7, 3, 5}, payload[] = {1, 2};
    const struct tfeed_shape two = tfeed_shape_vector(2);
    options.shapes = NULL;
    cr_assert_eq(tfeed_priority_queue_new(NULL, &options, &queue, NULL), TFEED_OK);
    for (int i = 0; i < 3; i++) {
        const struct tfeed_tensor element[] = {
            tfeed_tensor_borrow(TFEED_INT64, &scalar_shape, &priorities[i]),
            tfeed_tensor_borrow(TFEED_INT64, &two, payload)};
        cr_assert_eq(tfeed_queue_enqueue(queue, element, NULL), TFEED_OK);
    }
    const struct tfeed_tensor wrong[] = {tfeed_tensor_borrow(TFEED_INT64, &two, payload),
                                         tfeed_tensor_borrow(TFEED_INT64, &two, payload)};
    cr_assert_eq(tfeed_queue_enqueue(queue, wrong, &error), TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(error.message, "Expected [], got [2]"));
    for (int64_t expected = 3; expected <= 7; expected += 2) {
        struct tfeed_tensor element[2] = {{.dtype = TFEED_DTYPE_INVALID}};
        cr_assert_eq(tfeed_queue_dequeue_timed(queue, 0, element, NULL), TFEED_OK);
        cr_assert_eq(tfeed_tensor_int64s(&element[0])[0], expected);
        tfeed_tensor_clear(&element[0]);
        tfeed_tensor_clear(&element[1]);
    }
    tfeed_queue_unref(queue);
    T_EXPECT_NO_LEAKS(NULL);
}

static tfeed_status fill_and_batch(const struct tfeed_allocator *allocator)
{
    const struct tfeed_queue_options options = priority_options(UNBOUNDED);
    struct tfeed_context_options context_options;
    struct tfeed_context *context = NULL;
    struct tfeed_queue *queue = NULL;
    struct tfeed_tensor batch[2] = {{.dtype = TFEED_DTYPE_INVALID}};
    int64_t values[5000] = {0};
    const struct tfeed_shape shape = tfeed_shape_vector(5000);
    const struct tfeed_tensor rows[] = {tfeed_tensor_borrow(TFEED_INT64, &shape, values),
                                        tfeed_tensor_borrow(TFEED_INT64, &shape, values)};
    tfeed_context_options_init(&context_options);
    context_options.allocator = allocator;
    tfeed_status status = tfeed_context_new(&context_options, &context, NULL);
    if (status == TFEED_OK)
        status = tfeed_priority_queue_new(context, &options, &queue, NULL);
    if (status == TFEED_OK)
        status = tfeed_queue_enqueue_many(queue, rows, NULL);
    if (status == TFEED_OK)
        status = tfeed_queue_dequeue_many(queue, 5000, batch, NULL);
    tfeed_tensor_clear(&batch[0]);
    tfeed_tensor_clear(&batch[1]);
    tfeed_queue_unref(queue);
    cr_assert_eq(tfeed_context_close(context, NULL), TFEED_OK);
    return status;
}

Test(priority_storage, each_failing_allocation_is_resource_exhausted)
{
    T_FAIL_EACH_ALLOC(allocator, { T_EXPECT_ALLOC_STATUS(fill_and_batch(allocator)); });
}
