/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_queue_pad.c - padding queues: batches of elements of differing extents.
 */
#include "tests/unit/queues/queue_fixture.h"

enum { ANY = TFEED_DIM_UNKNOWN };

static const struct tfeed_shape any_vector = {1, {ANY}};
static const struct tfeed_shape any_matrix = {2, {ANY, ANY}};

static tfeed_status make_padding(struct tfeed_context *context, enum tfeed_dtype dtype,
                                 const struct tfeed_shape *shape, struct tfeed_queue **ret_queue,
                                 struct tfeed_error *reterr)
{
    struct tfeed_queue_options options = int64_options(9);
    options.dtypes = &dtype;
    options.shapes = shape;
    return tfeed_padding_fifo_queue_new(context, &options, ret_queue, reterr);
}

static struct tfeed_queue *new_padding(enum tfeed_dtype dtype, const struct tfeed_shape *shape)
{
    struct tfeed_queue *queue = NULL;
    cr_assert_eq(make_padding(NULL, dtype, shape, &queue, NULL), TFEED_OK);
    return queue;
}

/* Values 1, 2, 3, … in a tensor of the shape. */
static tfeed_status push(struct tfeed_queue *queue, const struct tfeed_shape *shape)
{
    int64_t values[MAX_VALUES];
    for (int i = 0; i < MAX_VALUES; i++)
        values[i] = i + 1;
    const struct tfeed_tensor tensor = tfeed_tensor_borrow(TFEED_INT64, shape, values);
    return tfeed_queue_enqueue_timed(queue, &tensor, 0, NULL);
}

static void push_vector(struct tfeed_queue *queue, int64_t n)
{
    const struct tfeed_shape shape = tfeed_shape_vector(n);
    cr_assert_eq(push(queue, &shape), TFEED_OK);
}

static void push_matrix(struct tfeed_queue *queue, int64_t n_rows, int64_t n_cols)
{
    const struct tfeed_shape shape = tfeed_shape_matrix(n_rows, n_cols);
    cr_assert_eq(push(queue, &shape), TFEED_OK);
}

static void expect_shape(const struct tfeed_tensor *tensor, const char *expected)
{
    char text[TFEED_SHAPE_TEXT_BYTES];
    cr_assert_str_eq(tfeed_shape_format(&tensor->shape, text), expected);
}

/* A batch of this shape with these values; the tensor is cleared. */
static void expect_padded(struct operation *batch, const char *shape, const int64_t *expected)
{
    expect_done(batch, TFEED_OK);
    expect_shape(&batch->tensor, shape);
    for (int64_t i = 0; i < tfeed_tensor_n_elements(&batch->tensor); i++)
        cr_assert_eq(tfeed_tensor_int64s(&batch->tensor)[i], expected[i], "element %lld",
                     (long long)i);
    tfeed_tensor_clear(&batch->tensor);
}

Test(queue_pad, width_is_the_largest_of_the_batch)
{
    struct tfeed_queue *queue = new_padding(TFEED_INT64, &any_vector);
    struct operation batch;
    push_vector(queue, 1);
    push_vector(queue, 3);
    push_vector(queue, 0);
    push_vector(queue, 2);
    start_dequeue(queue, &batch, TFEED_QUEUE_DEQUEUE_MANY, 3);
    expect_padded(&batch, "[3,3]", (const int64_t[]){1, 0, 0, 1, 2, 3, 0, 0, 0});
    start_dequeue(queue, &batch, TFEED_QUEUE_DEQUEUE_UP_TO, 1);
    expect_padded(&batch, "[1,2]", (const int64_t[]){1, 2});
    tfeed_queue_unref(queue);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(queue_pad, single_dequeue_is_not_padded)
{
    struct tfeed_queue *queue = new_padding(TFEED_INT64, &any_matrix);
    struct operation one;
    push_matrix(queue, 2, 3);
    start_dequeue(queue, &one, TFEED_QUEUE_DEQUEUE, 1);
    expect_padded(&one, "[2,3]", (const int64_t[]){1, 2, 3, 4, 5, 6});
    tfeed_queue_unref(queue);
}

Test(queue_pad, two_unknown_dims_are_padded_each)
{
    struct tfeed_queue *queue = new_padding(TFEED_INT64, &any_matrix);
    struct operation batch;
    push_matrix(queue, 2, 1);
    push_matrix(queue, 1, 3);
    push_matrix(queue, 0, 4);
    start_dequeue(queue, &batch, TFEED_QUEUE_DEQUEUE_MANY, 3);
    expect_padded(&batch, "[3,2,4]", (const int64_t[]){1, 0, 0, 0, 2, 0, 0, 0, /* */
                                                       1, 2, 3, 0, 0, 0, 0, 0, /* */
                                                       0, 0, 0, 0, 0, 0, 0, 0});
    tfeed_queue_unref(queue);
}

Test(queue_pad, known_inner_dims_move_in_one_run)
{
    const struct tfeed_shape shape = {3, {ANY, 2, 2}};
    const struct tfeed_shape one = {3, {1, 2, 2}}, two = {3, {2, 2, 2}};
    struct tfeed_queue *queue = new_padding(TFEED_INT64, &shape);
    struct operation batch;
    cr_assert_eq(push(queue, &one), TFEED_OK);
    cr_assert_eq(push(queue, &two), TFEED_OK);
    start_dequeue(queue, &batch, TFEED_QUEUE_DEQUEUE_MANY, 2);
    expect_padded(&batch, "[2,2,2,2]",
                  (const int64_t[]){1, 2, 3, 4, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8});
    tfeed_queue_unref(queue);
}

Test(queue_pad, rank_5_is_padded_too)
{
    const struct tfeed_shape shape = {5, {ANY, 1, ANY, 1, 1}};
    const struct tfeed_shape wide = {5, {1, 1, 2, 1, 1}}, high = {5, {2, 1, 1, 1, 1}};
    struct tfeed_queue *queue = new_padding(TFEED_INT64, &shape);
    struct operation batch;
    cr_assert_eq(push(queue, &wide), TFEED_OK);
    cr_assert_eq(push(queue, &high), TFEED_OK);
    start_dequeue(queue, &batch, TFEED_QUEUE_DEQUEUE_MANY, 2);
    expect_padded(&batch, "[2,2,1,2,1,1]", (const int64_t[]){1, 2, 0, 0, 1, 0, 2, 0});
    tfeed_queue_unref(queue);
}

Test(queue_pad, empty_elements_make_an_empty_batch)
{
    struct tfeed_queue *queue = new_padding(TFEED_INT64, &any_vector);
    struct operation batch;
    push_vector(queue, 0);
    push_vector(queue, 0);
    start_dequeue(queue, &batch, TFEED_QUEUE_DEQUEUE_MANY, 2);
    expect_padded(&batch, "[2,0]", NULL);
    tfeed_queue_unref(queue);
}

Test(queue_pad, batch_of_none_has_zero_for_unknown_dims)
{
    const struct tfeed_shape shape = {2, {ANY, 3}};
    struct tfeed_queue *queue = new_padding(TFEED_INT64, &shape);
    struct operation batch;
    start_dequeue(queue, &batch, TFEED_QUEUE_DEQUEUE_MANY, 0);
    expect_padded(&batch, "[0,0,3]", NULL);
    cr_assert_eq(try_close(queue), TFEED_OK);
    start_dequeue(queue, &batch, TFEED_QUEUE_DEQUEUE_UP_TO, 0);
    expect_padded(&batch, "[0,0,3]", NULL);
    tfeed_queue_unref(queue);
}

Test(queue_pad, strings_are_padded_with_empty_ones)
{
    struct tfeed_queue *queue = new_padding(TFEED_STRING, &any_vector);
    struct tfeed_bytes words[] = {{(const uint8_t *)"ab", 2, NULL},
                                  {(const uint8_t *)"c", 1, NULL}};
    const struct tfeed_shape one = tfeed_shape_vector(1), two = tfeed_shape_vector(2);
    const struct tfeed_tensor first = tfeed_tensor_borrow(TFEED_STRING, &two, words);
    const struct tfeed_tensor second = tfeed_tensor_borrow(TFEED_STRING, &one, words);
    struct tfeed_tensor batch = {.dtype = TFEED_DTYPE_INVALID};
    for (int round = 0; round < 2; round++) { /* the second time into the same tensor */
        cr_assert_eq(tfeed_queue_enqueue(queue, &first, NULL), TFEED_OK);
        cr_assert_eq(tfeed_queue_enqueue(queue, &second, NULL), TFEED_OK);
        cr_assert_eq(tfeed_queue_dequeue_many(queue, 2, &batch, NULL), TFEED_OK);
        expect_shape(&batch, "[2,2]");
        const struct tfeed_bytes *strings = tfeed_tensor_strings(&batch);
        cr_assert(strings[0].len == 2 && memcmp(strings[0].data, "ab", 2) == 0);
        cr_assert(strings[1].len == 1 && memcmp(strings[1].data, "c", 1) == 0);
        cr_assert(strings[2].len == 2 && memcmp(strings[2].data, "ab", 2) == 0);
        cr_assert_eq(strings[3].len, 0);
        cr_assert_null(strings[3].block);
    }
    tfeed_tensor_clear(&batch);
    tfeed_queue_unref(queue);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(queue_pad, rows_of_enqueue_many_are_elements_of_their_own)
{
    struct tfeed_queue *queue = new_padding(TFEED_INT64, &any_vector);
    int64_t values[] = {1, 2, 3, 4, 5};
    const struct tfeed_shape wide = tfeed_shape_matrix(2, 2), narrow = tfeed_shape_matrix(1, 1);
    struct tfeed_tensor rows = tfeed_tensor_borrow(TFEED_INT64, &wide, values);
    struct operation batch;
    cr_assert_eq(tfeed_queue_enqueue_many(queue, &rows, NULL), TFEED_OK);
    rows = tfeed_tensor_borrow(TFEED_INT64, &narrow, values + 4);
    cr_assert_eq(tfeed_queue_enqueue_many(queue, &rows, NULL), TFEED_OK);
    cr_assert_eq(tfeed_queue_size(queue), 3);
    start_dequeue(queue, &batch, TFEED_QUEUE_DEQUEUE_MANY, 3);
    expect_padded(&batch, "[3,2]", (const int64_t[]){1, 2, 3, 4, 5, 0});
    tfeed_queue_unref(queue);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(queue_pad, known_component_stands_beside_a_padded_one)
{
    static const enum tfeed_dtype dtypes[] = {TFEED_INT64, TFEED_INT64, TFEED_STRING};
    const struct tfeed_shape shapes[] = {any_vector, TFEED_SHAPE_SCALAR, TFEED_SHAPE_SCALAR};
    struct tfeed_queue_options options = int64_options(9);
    struct tfeed_queue *queue = NULL;
    options.dtypes = dtypes;
    options.shapes = shapes;
    options.n_components = 3;
    cr_assert_eq(tfeed_padding_fifo_queue_new(NULL, &options, &queue, NULL), TFEED_OK);
    for (int64_t n = 1; n <= 3; n++) {
        int64_t values[] = {n, n, n};
        struct tfeed_bytes word;
        const struct tfeed_shape shape = tfeed_shape_vector(n);
        const struct tfeed_tensor element[] = {
            tfeed_tensor_borrow(TFEED_INT64, &shape, values),
            tfeed_tensor_borrow(TFEED_INT64, &scalar_shape, values),
            tfeed_tensor_borrow_string(&word, "word")};
        cr_assert_eq(tfeed_queue_enqueue(queue, element, NULL), TFEED_OK);
    }
    struct tfeed_tensor batch[3] = {{.dtype = TFEED_DTYPE_INVALID}};
    cr_assert_eq(tfeed_queue_dequeue_many(queue, 2, batch, NULL), TFEED_OK);
    expect_shape(&batch[0], "[2,2]");
    cr_assert_eq(tfeed_tensor_int64s(&batch[0])[1], 0);
    cr_assert_eq(tfeed_tensor_int64s(&batch[1])[1], 2);
    cr_assert_eq(tfeed_tensor_strings(&batch[2])[1].len, 4);
    for (int i = 0; i < 3; i++)
        tfeed_tensor_clear(&batch[i]);
    tfeed_queue_unref(queue);
    T_EXPECT_NO_LEAKS(NULL);
}

/* --- what fits ----------------------------------------------------------------------------- */

Test(queue_pad, other_rank_is_refused)
{
    struct tfeed_queue *queue = new_padding(TFEED_INT64, &any_vector);
    const struct tfeed_shape matrix = tfeed_shape_matrix(1, 1);
    cr_assert_eq(push(queue, &scalar_shape), TFEED_INVALID_ARGUMENT);
    cr_assert_eq(push(queue, &matrix), TFEED_INVALID_ARGUMENT);
    cr_assert_eq(tfeed_queue_size(queue), 0);
    tfeed_queue_unref(queue);
}

Test(queue_pad, violated_known_dim_is_named_beside_unknown_ones)
{
    const struct tfeed_shape shape = {2, {ANY, 2}}, wrong = {2, {3, 4}}, rows = {3, {1, 3, 4}};
    struct tfeed_queue *queue = new_padding(TFEED_INT64, &shape);
    struct operation operation;
    operation.tensor = tfeed_tensor_borrow(TFEED_INT64, &wrong, operation.values);
    start(queue, &operation, TFEED_QUEUE_ENQUEUE, 0);
    expect_done(&operation, TFEED_INVALID_ARGUMENT);
    expect_message(&operation, "Shape mismatch in tuple component 0. Expected [?,2], got [3,4]");
    operation.tensor = tfeed_tensor_borrow(TFEED_INT64, &rows, operation.values);
    start(queue, &operation, TFEED_QUEUE_ENQUEUE_MANY, 0);
    expect_message(&operation, "Expected [1,?,2], got [1,3,4]");
    tfeed_queue_unref(queue);
}

Test(queue_pad, queue_without_shapes_is_refused)
{
    struct tfeed_queue *queue = NULL;
    struct tfeed_error error = TFEED_ERROR_INIT;
    cr_assert_eq(make_padding(NULL, TFEED_INT64, NULL, &queue, &error), TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(error.message, "list of shapes must be provided"));
}

Test(queue_pad, unknown_rank_is_refused)
{
    const struct tfeed_shape shape = {.n_dims = TFEED_RANK_UNKNOWN};
    struct tfeed_queue *queue = NULL;
    struct tfeed_error error = TFEED_ERROR_INIT;
    cr_assert_eq(make_padding(NULL, TFEED_INT64, &shape, &queue, &error), TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(error.message, "must have a defined rank"));
}

Test(queue_pad, other_kinds_refuse_unknown_dims)
{
    struct tfeed_queue_options options = int64_options(9);
    struct tfeed_queue *queue = NULL;
    options.shapes = &any_vector;
    cr_assert_eq(tfeed_fifo_queue_new(NULL, &options, &queue, NULL), TFEED_INVALID_ARGUMENT);
}

Test(queue_pad, compatible_shapes_share_a_name)
{
    const struct tfeed_shape shape = {2, {ANY, 2}}, narrower = {2, {3, 2}}, other = {2, {ANY, 3}};
    struct tfeed_context *context = NULL;
    struct tfeed_queue *queue = NULL, *same = NULL;
    struct tfeed_queue_options options = int64_options(9);
    options.shared_name = "shared";
    cr_assert_eq(tfeed_context_new(NULL, &context, NULL), TFEED_OK);
    options.shapes = &shape;
    cr_assert_eq(tfeed_padding_fifo_queue_new(context, &options, &queue, NULL), TFEED_OK);
    options.shapes = &narrower;
    cr_assert_eq(tfeed_padding_fifo_queue_new(context, &options, &same, NULL), TFEED_OK);
    cr_assert_eq(same, queue);
    tfeed_queue_unref(same);
    options.shapes = &other;
    cr_assert_eq(tfeed_padding_fifo_queue_new(context, &options, &same, NULL),
                 TFEED_INVALID_ARGUMENT);
    tfeed_queue_unref(queue);
    cr_assert_eq(tfeed_context_close(context, NULL), TFEED_OK);
}

/* --- nothing is lost ------------------------------------------------------------------------ */

static void expect_widths(struct tfeed_queue *queue, int64_t first, int64_t second)
{
    const int64_t widths[] = {first, second};
    for (int i = 0; i < 2; i++) {
        struct tfeed_tensor tensor = {.dtype = TFEED_DTYPE_INVALID};
        cr_assert_eq(tfeed_queue_dequeue_timed(queue, 0, &tensor, NULL), TFEED_OK);
        cr_assert_eq(tensor.shape.dims[0], widths[i]);
        tfeed_tensor_clear(&tensor);
    }
}

Test(queue_pad, failed_batch_goes_back_in_order)
{
    struct tfeed_queue *queue = new_padding(TFEED_INT64, &any_vector);
    struct operation batch;
    push_vector(queue, 1);
    push_vector(queue, 2);
    start_dequeue(queue, &batch, TFEED_QUEUE_DEQUEUE_MANY, 3);
    cr_assert_eq(tfeed_queue_size(queue), 0);
    cr_assert(tfeed_queue_cancel(queue, &batch.attempt));
    cr_assert_eq(tfeed_queue_size(queue), 2);
    start_dequeue(queue, &batch, TFEED_QUEUE_DEQUEUE_MANY, 3);
    cr_assert_eq(try_close(queue), TFEED_OK);
    expect_done(&batch, TFEED_OUT_OF_RANGE);
    expect_widths(queue, 1, 2);
    tfeed_queue_unref(queue);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(queue_pad, closed_queue_gives_what_is_left)
{
    struct tfeed_queue *queue = new_padding(TFEED_INT64, &any_vector);
    struct operation batch;
    push_vector(queue, 1);
    push_vector(queue, 2);
    start_dequeue(queue, &batch, TFEED_QUEUE_DEQUEUE_UP_TO, 5);
    expect_pending(&batch);
    cr_assert_eq(try_close(queue), TFEED_OK);
    expect_padded(&batch, "[2,2]", (const int64_t[]){1, 0, 1, 2});
    tfeed_queue_unref(queue);
    T_EXPECT_NO_LEAKS(NULL);
}

static tfeed_status fill_and_batch(const struct tfeed_allocator *allocator)
{
    struct tfeed_context_options options;
    struct tfeed_context *context = NULL;
    struct tfeed_queue *queue = NULL;
    struct tfeed_tensor batch = {.dtype = TFEED_DTYPE_INVALID};
    const struct tfeed_shape one = tfeed_shape_vector(1), two = tfeed_shape_vector(2);
    tfeed_context_options_init(&options);
    options.allocator = allocator;
    tfeed_status status = tfeed_context_new(&options, &context, NULL);
    if (status == TFEED_OK)
        status = make_padding(context, TFEED_INT64, &any_vector, &queue, NULL);
    if (status == TFEED_OK)
        status = push(queue, &one);
    if (status == TFEED_OK)
        status = push(queue, &two);
    if (status == TFEED_OK) {
        status = tfeed_queue_dequeue_many(queue, 2, &batch, NULL);
        if (status != TFEED_OK)
            expect_widths(queue, 1, 2);
    }
    tfeed_tensor_clear(&batch);
    tfeed_queue_unref(queue);
    cr_assert_eq(tfeed_context_close(context, NULL), TFEED_OK);
    return status;
}

Test(queue_pad, batch_without_memory_stays_in_the_queue)
{
    T_FAIL_EACH_ALLOC(allocator, { T_EXPECT_ALLOC_STATUS(fill_and_batch(allocator)); });
}
