/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_queue_validate.c - what queues refuse, and in which words.
 */
#include "tests/unit/queues/queue_fixture.h"

/* A queue of (int32[2], float[2,3]). */
static struct tfeed_queue *new_pair_queue(const struct tfeed_shape *shapes)
{
    static const enum tfeed_dtype dtypes[] = {TFEED_INT32, TFEED_FLOAT};
    struct tfeed_queue_options options = int64_options(5);
    struct tfeed_queue *queue = NULL;
    options.dtypes = dtypes;
    options.shapes = shapes;
    options.n_components = 2;
    cr_assert_eq(tfeed_fifo_queue_new(NULL, &options, &queue, NULL), TFEED_OK);
    return queue;
}

static struct tfeed_queue *new_shaped_pair_queue(void)
{
    const struct tfeed_shape shapes[] = {tfeed_shape_vector(2), tfeed_shape_matrix(2, 3)};
    return new_pair_queue(shapes);
}

static struct tfeed_tensor zeros(enum tfeed_dtype dtype, struct tfeed_shape shape)
{
    static char memory[1024];
    return tfeed_tensor_borrow(dtype, &shape, memory);
}

static struct tfeed_shape cube(int64_t a, int64_t b, int64_t c)
{
    return tfeed_shape_batch(a, tfeed_shape_matrix(b, c));
}

static void expect_refused(tfeed_status status, const struct tfeed_error *error, const char *part)
{
    cr_assert_eq(status, TFEED_INVALID_ARGUMENT, "got %s", tfeed_status_name(status));
    cr_assert_not_null(strstr(error->message, part), "\"%s\" is not in \"%s\"", part,
                       error->message);
}

/* --- enqueue ------------------------------------------------------------------------------- */

Test(queue_validate, wrong_dtype_names_component_and_both)
{
    struct tfeed_queue *queue = new_shaped_pair_queue();
    struct tfeed_error error = TFEED_ERROR_INIT;
    const struct tfeed_tensor pair[] = {zeros(TFEED_INT32, tfeed_shape_vector(2)),
                                        zeros(TFEED_INT32, tfeed_shape_matrix(2, 3))};
    expect_refused(tfeed_queue_enqueue(queue, pair, &error), &error,
                   "Type mismatch in tuple component 1. Expected float32, got int32");
    expect_refused(tfeed_queue_enqueue_many(queue, pair, &error), &error, "Type mismatch");
    tfeed_queue_unref(queue);
}

Test(queue_validate, unknown_number_of_rows_is_refused)
{
    struct tfeed_queue *queue = new_shaped_pair_queue();
    struct tfeed_error error = TFEED_ERROR_INIT;
    const struct tfeed_tensor pair[] = {zeros(TFEED_INT32, tfeed_shape_matrix(-1, 2)),
                                        zeros(TFEED_FLOAT, cube(-1, 2, 3))};
    expect_refused(tfeed_queue_enqueue_many(queue, pair, &error), &error,
                   "Shape mismatch in tuple component 0");
    tfeed_queue_unref(queue);
}

Test(queue_validate, rows_beyond_all_memory_are_no_memory)
{
    struct tfeed_queue *queue = new_pair_queue(NULL);
    const struct tfeed_tensor pair[] = {
        zeros(TFEED_INT32, tfeed_shape_matrix(INT64_C(1) << 62, 0)),
        zeros(TFEED_FLOAT, tfeed_shape_matrix(INT64_C(1) << 62, 0))};
    cr_assert_eq(tfeed_queue_enqueue_many(queue, pair, NULL), TFEED_RESOURCE_EXHAUSTED);
    tfeed_queue_unref(queue);
}

Test(queue_validate, wrong_shape_names_component_and_both)
{
    struct tfeed_queue *queue = new_shaped_pair_queue();
    struct tfeed_error error = TFEED_ERROR_INIT;
    const struct tfeed_tensor pair[] = {zeros(TFEED_INT32, tfeed_shape_vector(2)),
                                        zeros(TFEED_FLOAT, tfeed_shape_matrix(2, 2))};
    expect_refused(tfeed_queue_enqueue(queue, pair, &error), &error,
                   "Shape mismatch in tuple component 1. Expected [2,3], got [2,2]");
    cr_assert_eq(tfeed_queue_size(queue), 0);
    tfeed_queue_unref(queue);
}

Test(queue_validate, enqueue_many_states_shapes_with_the_row_count)
{
    struct tfeed_queue *queue = new_shaped_pair_queue();
    struct tfeed_error error = TFEED_ERROR_INIT;
    const struct tfeed_tensor rows[] = {zeros(TFEED_INT32, tfeed_shape_matrix(2, 2)),
                                        zeros(TFEED_FLOAT, cube(1, 2, 3))};
    expect_refused(tfeed_queue_enqueue_many(queue, rows, &error), &error,
                   "Shape mismatch in tuple component 1. Expected [2,2,3], got [1,2,3]");
    tfeed_queue_unref(queue);
}

Test(queue_validate, enqueue_many_of_scalars_is_refused)
{
    struct tfeed_queue *shaped = new_fifo(3), *shapeless = new_pair_queue(NULL);
    struct tfeed_error error = TFEED_ERROR_INIT;
    const struct tfeed_tensor scalar = zeros(TFEED_INT64, scalar_shape);
    const struct tfeed_tensor pair[] = {zeros(TFEED_INT32, scalar_shape),
                                        zeros(TFEED_FLOAT, scalar_shape)};
    expect_refused(tfeed_queue_enqueue_many(shaped, &scalar, &error), &error, "got []");
    expect_refused(tfeed_queue_enqueue_many(shapeless, pair, &error), &error, "got []");
    tfeed_queue_unref(shaped);
    tfeed_queue_unref(shapeless);
}

Test(queue_validate, row_counts_that_differ_are_refused_without_shapes_too)
{
    struct tfeed_queue *queue = new_pair_queue(NULL);
    struct tfeed_error error = TFEED_ERROR_INIT;
    const struct tfeed_tensor rows[] = {zeros(TFEED_INT32, tfeed_shape_vector(3)),
                                        zeros(TFEED_FLOAT, tfeed_shape_vector(2))};
    expect_refused(tfeed_queue_enqueue_many(queue, rows, &error), &error,
                   "All input tensors must have the same size in the 0th dimension. "
                   "Component 1 has 2, and should have 3");
    tfeed_queue_unref(queue);
}

Test(queue_validate, refused_enqueue_does_not_wait)
{
    struct tfeed_queue *queue = new_fifo(0); /* nothing ever fits */
    const struct tfeed_tensor wrong = zeros(TFEED_FLOAT, scalar_shape);
    cr_assert_eq(tfeed_queue_enqueue(queue, &wrong, NULL), TFEED_INVALID_ARGUMENT);
    tfeed_queue_unref(queue);
}

/* --- dequeue ------------------------------------------------------------------------------- */

Test(queue_validate, negative_count_is_refused)
{
    struct tfeed_queue *queue = new_fifo(3);
    struct tfeed_error error = TFEED_ERROR_INIT;
    struct tfeed_tensor batch = {.dtype = TFEED_DTYPE_INVALID};
    expect_refused(tfeed_queue_dequeue_many(queue, -1, &batch, &error), &error,
                   "dequeue_many requested -1 < 0 elements");
    expect_refused(tfeed_queue_dequeue_up_to(queue, -7, &batch, &error), &error,
                   "dequeue_up_to requested -7 < 0 elements");
    tfeed_queue_unref(queue);
}

Test(queue_validate, batches_need_specified_shapes_even_for_none)
{
    struct tfeed_queue *queue = new_pair_queue(NULL);
    struct tfeed_error error = TFEED_ERROR_INIT;
    struct tfeed_tensor batch[2] = {{.dtype = TFEED_DTYPE_INVALID}};
    expect_refused(tfeed_queue_dequeue_many(queue, 0, batch, &error), &error, "specified shapes");
    expect_refused(tfeed_queue_dequeue_up_to(queue, 1, batch, &error), &error, "specified shapes");
    tfeed_queue_unref(queue);
}

Test(queue_validate, batch_too_large_for_memory_is_resource_exhausted)
{
    struct tfeed_queue *queue = new_fifo(3);
    struct tfeed_tensor batch = {.dtype = TFEED_DTYPE_INVALID};
    cr_assert_eq(tfeed_queue_dequeue_many_timed(queue, INT64_MAX / 8, 0, &batch, NULL),
                 TFEED_RESOURCE_EXHAUSTED);
    cr_assert_null(batch.data);
    tfeed_queue_unref(queue);
}

/* --- options ------------------------------------------------------------------------------- */

static tfeed_status make(const struct tfeed_queue_options *options, bool shuffles,
                         struct tfeed_error *error)
{
    struct tfeed_queue *queue = NULL;
    tfeed_status status = shuffles ? tfeed_random_shuffle_queue_new(NULL, options, &queue, error)
                                   : tfeed_fifo_queue_new(NULL, options, &queue, error);
    tfeed_queue_unref(queue);
    return status;
}

Test(queue_validate, options_without_initialiser_are_refused)
{
    struct tfeed_queue_options options = int64_options(3);
    struct tfeed_error error = TFEED_ERROR_INIT;
    options.struct_size = 0;
    expect_refused(make(&options, false, &error), &error, "tfeed_queue_options_init");
}

Test(queue_validate, queue_without_components_is_refused)
{
    struct tfeed_queue_options options = int64_options(3);
    struct tfeed_error error = TFEED_ERROR_INIT;
    options.n_components = 0;
    expect_refused(make(&options, false, &error), &error, "at least one component");
}

Test(queue_validate, component_without_dtype_is_refused)
{
    const enum tfeed_dtype dtype = TFEED_DTYPE_INVALID;
    struct tfeed_queue_options options = int64_options(3);
    struct tfeed_error error = TFEED_ERROR_INIT;
    options.dtypes = &dtype;
    expect_refused(make(&options, false, &error), &error, "component 0");
}

Test(queue_validate, incomplete_shape_is_refused)
{
    const struct tfeed_shape shape = tfeed_shape_matrix(2, TFEED_DIM_UNKNOWN);
    struct tfeed_queue_options options = int64_options(3);
    struct tfeed_error error = TFEED_ERROR_INIT;
    options.shapes = &shape;
    expect_refused(make(&options, false, &error), &error, "[2,?]");
}

Test(queue_validate, shape_without_place_for_the_rows_is_refused)
{
    const struct tfeed_shape shape = {TFEED_MAX_DIMS, {1, 1, 1, 1, 1, 1, 1, 1}};
    struct tfeed_queue_options options = int64_options(3);
    struct tfeed_error error = TFEED_ERROR_INIT;
    options.shapes = &shape;
    expect_refused(make(&options, false, &error), &error, "8 dimensions, expected at most 7");
}

Test(queue_validate, shape_whose_bytes_overflow_is_refused)
{
    const struct tfeed_shape shape = tfeed_shape_vector(INT64_MAX);
    struct tfeed_queue_options options = int64_options(3);
    struct tfeed_error error = TFEED_ERROR_INIT;
    options.shapes = &shape;
    expect_refused(make(&options, false, &error), &error, "component 0 is too large");
}

Test(queue_validate, capacity_beyond_tensorflows_is_refused)
{
    struct tfeed_queue_options options = int64_options(INT32_MAX + INT64_C(1));
    struct tfeed_error error = TFEED_ERROR_INIT;
    expect_refused(make(&options, false, &error), &error, "capacity 2147483648");
}

Test(queue_validate, min_after_dequeue_must_lie_below_capacity)
{
    struct tfeed_queue_options options = int64_options(4);
    struct tfeed_error error = TFEED_ERROR_INIT;
    options.min_after_dequeue = 4;
    expect_refused(make(&options, true, &error), &error,
                   "min_after_dequeue 4 must be < capacity 4");
    options.min_after_dequeue = -1;
    expect_refused(make(&options, true, &error), &error, "min_after_dequeue -1 must be >= 0");
    options.min_after_dequeue = 3;
    cr_assert_eq(make(&options, true, &error), TFEED_OK);
    options.capacity = UNBOUNDED;
    options.min_after_dequeue = 1000000;
    cr_assert_eq(make(&options, true, &error), TFEED_OK);
}
