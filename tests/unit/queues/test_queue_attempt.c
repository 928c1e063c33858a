/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_queue_attempt.c - who holds what: blocks of strings, whole tensors, buffers used again.
 */
#include "tests/unit/queues/queue_fixture.h"

static const enum tfeed_dtype string_dtype = TFEED_STRING;

static int n_freed; /* blocks */

static void count_free(void *unused)
{
    (void)unused;
    n_freed++;
}

static struct tfeed_block *new_block(void)
{
    struct tfeed_block *block = NULL;
    cr_assert_eq(tfeed_block_new("", 0, count_free, NULL, &block, NULL), TFEED_OK);
    return block;
}

/* One string per component; shapes NULL: whole tensors. */
static struct tfeed_queue *new_string_queue(int64_t capacity, const struct tfeed_shape *shapes)
{
    struct tfeed_queue_options options = int64_options(capacity);
    struct tfeed_queue *queue = NULL;
    options.dtypes = &string_dtype;
    options.shapes = shapes;
    cr_assert_eq(tfeed_fifo_queue_new(NULL, &options, &queue, NULL), TFEED_OK);
    return queue;
}

/* n strings on one block of the test's. */
static void strings_on_block(struct tfeed_bytes *strings, int n, struct tfeed_block *block)
{
    for (int i = 0; i < n; i++)
        strings[i] =
            (struct tfeed_bytes){.data = (const uint8_t *)"abcdefgh" + i, .len = 1, .block = block};
}

static struct tfeed_tensor borrow_strings(struct tfeed_bytes *strings, int64_t n)
{
    const struct tfeed_shape shape = tfeed_shape_vector(n);
    return tfeed_tensor_borrow(TFEED_STRING, &shape, strings);
}

static void expect_string(const struct tfeed_tensor *tensor, int64_t i, const char *text)
{
    const struct tfeed_bytes *string = &tfeed_tensor_strings(tensor)[i];
    cr_assert_eq(string->len, strlen(text));
    cr_assert(string->len == 0 || memcmp(string->data, text, string->len) == 0);
}

/* --- strings ------------------------------------------------------------------------------- */

Test(queue_attempt, strings_hold_their_block_from_enqueue_to_clear)
{
    struct tfeed_queue *queue = new_string_queue(10, &scalar_shape);
    struct tfeed_block *block = new_block();
    struct tfeed_bytes strings[3];
    struct tfeed_tensor batch = {.dtype = TFEED_DTYPE_INVALID};
    strings_on_block(strings, 3, block);
    const struct tfeed_tensor rows = borrow_strings(strings, 3);
    cr_assert_eq(tfeed_queue_enqueue_many(queue, &rows, NULL), TFEED_OK);
    tfeed_block_unref(block);
    cr_assert_eq(n_freed, 0);
    cr_assert_eq(tfeed_queue_dequeue_many(queue, 3, &batch, NULL), TFEED_OK);
    expect_string(&batch, 2, "c");
    cr_assert_eq(n_freed, 0);
    tfeed_tensor_clear(&batch);
    cr_assert_eq(n_freed, 1);
    tfeed_queue_unref(queue);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(queue_attempt, last_unref_of_a_queue_frees_what_is_inside)
{
    struct tfeed_queue *queue = new_string_queue(10, &scalar_shape);
    struct tfeed_block *block = new_block();
    struct tfeed_bytes strings[3];
    strings_on_block(strings, 3, block);
    const struct tfeed_tensor rows = borrow_strings(strings, 3);
    cr_assert_eq(tfeed_queue_enqueue_many(queue, &rows, NULL), TFEED_OK);
    tfeed_block_unref(block);
    tfeed_queue_unref(tfeed_queue_ref(queue));
    cr_assert_eq(n_freed, 0);
    tfeed_queue_unref(queue);
    cr_assert_eq(n_freed, 1);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(queue_attempt, refused_enqueue_gives_its_references_back)
{
    struct tfeed_queue *queue = new_string_queue(2, &scalar_shape);
    struct tfeed_block *block = new_block();
    struct tfeed_bytes strings[4];
    strings_on_block(strings, 4, block);
    const struct tfeed_tensor rows = borrow_strings(strings, 4);
    cr_assert_eq(tfeed_queue_enqueue_many_timed(queue, &rows, 0, NULL), TFEED_DEADLINE_EXCEEDED);
    cr_assert_eq(tfeed_queue_size(queue), 2);
    cr_assert_eq(tfeed_queue_close(queue, true, NULL), TFEED_OK);
    cr_assert_eq(tfeed_queue_enqueue_many(queue, &rows, NULL), TFEED_CANCELLED);
    tfeed_queue_unref(queue);
    cr_assert_eq(n_freed, 0);
    tfeed_block_unref(block);
    cr_assert_eq(n_freed, 1);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(queue_attempt, strings_put_back_keep_one_reference_each)
{
    struct tfeed_queue *queue = new_string_queue(5, &scalar_shape);
    struct tfeed_block *block = new_block();
    struct tfeed_bytes strings[2];
    struct tfeed_tensor batch = {.dtype = TFEED_DTYPE_INVALID};
    strings_on_block(strings, 2, block);
    const struct tfeed_tensor rows = borrow_strings(strings, 2);
    cr_assert_eq(tfeed_queue_enqueue_many(queue, &rows, NULL), TFEED_OK);
    tfeed_block_unref(block);
    cr_assert_eq(tfeed_queue_dequeue_many_timed(queue, 3, 0, &batch, NULL),
                 TFEED_DEADLINE_EXCEEDED);
    cr_assert_eq(n_freed, 0);
    cr_assert_eq(tfeed_queue_dequeue_many(queue, 2, &batch, NULL), TFEED_OK);
    expect_string(&batch, 0, "a");
    expect_string(&batch, 1, "b");
    tfeed_tensor_clear(&batch);
    cr_assert_eq(n_freed, 1);
    tfeed_queue_unref(queue);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(queue_attempt, strings_without_a_block_are_copied)
{
    struct tfeed_queue *queue = new_string_queue(5, &scalar_shape);
    struct tfeed_bytes storage;
    struct tfeed_tensor element = {.dtype = TFEED_DTYPE_INVALID};
    char text[] = "name";
    const struct tfeed_tensor tensor = tfeed_tensor_borrow_string(&storage, text);
    cr_assert_eq(tfeed_queue_enqueue(queue, &tensor, NULL), TFEED_OK);
    memset(text, '?', sizeof text - 1);
    cr_assert_eq(tfeed_queue_dequeue(queue, &element, NULL), TFEED_OK);
    expect_string(&element, 0, "name");
    tfeed_tensor_clear(&element);
    tfeed_queue_unref(queue);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(queue_attempt, strings_with_and_without_a_block_mix)
{
    struct tfeed_queue *queue = new_string_queue(5, &scalar_shape);
    struct tfeed_block *block = new_block();
    struct tfeed_bytes strings[4];
    struct tfeed_tensor batch = {.dtype = TFEED_DTYPE_INVALID};
    strings_on_block(strings, 4, NULL);
    strings[1].block = block;
    strings[2] = (struct tfeed_bytes){.data = NULL, .len = 0};
    const struct tfeed_tensor rows = borrow_strings(strings, 4);
    cr_assert_eq(tfeed_queue_enqueue_many(queue, &rows, NULL), TFEED_OK);
    tfeed_block_unref(block);
    cr_assert_eq(tfeed_queue_dequeue_many(queue, 4, &batch, NULL), TFEED_OK);
    expect_string(&batch, 0, "a");
    expect_string(&batch, 1, "b");
    expect_string(&batch, 2, "");
    expect_string(&batch, 3, "d");
    tfeed_tensor_clear(&batch);
    cr_assert_eq(n_freed, 1);
    tfeed_queue_unref(queue);
    T_EXPECT_NO_LEAKS(NULL);
}

/* --- several components ---------------------------------------------------------------------- */

Test(queue_attempt, components_of_a_row_stay_together)
{
    const enum tfeed_dtype dtypes[] = {TFEED_FLOAT, TFEED_STRING};
    const struct tfeed_shape shapes[] = {tfeed_shape_vector(2), TFEED_SHAPE_SCALAR};
    struct tfeed_queue_options options = int64_options(3);
    struct tfeed_queue *queue = NULL;
    options.dtypes = dtypes;
    options.shapes = shapes;
    options.n_components = 2;
    cr_assert_eq(tfeed_fifo_queue_new(NULL, &options, &queue, NULL), TFEED_OK);

    float floats[3][2] = {{1, 2}, {3, 4}, {5, 6}};
    const struct tfeed_shape matrix = tfeed_shape_matrix(3, 2);
    struct tfeed_bytes strings[3];
    strings_on_block(strings, 3, NULL);
    const struct tfeed_tensor rows[2] = {tfeed_tensor_borrow(TFEED_FLOAT, &matrix, floats),
                                         borrow_strings(strings, 3)};
    struct tfeed_tensor element[2] = {{.dtype = TFEED_DTYPE_INVALID}};
    cr_assert_eq(tfeed_queue_enqueue_many(queue, rows, NULL), TFEED_OK);
    for (int i = 0; i < 3; i++) {
        cr_assert_eq(tfeed_queue_dequeue(queue, element, NULL), TFEED_OK);
        cr_assert_eq(memcmp(tfeed_tensor_floats(&element[0]), floats[i], sizeof floats[i]), 0);
        expect_string(&element[1], 0, (const char[]){(char)('a' + i), '\0'});
    }
    tfeed_tensor_clear(&element[0]);
    tfeed_tensor_clear(&element[1]);
    tfeed_queue_unref(queue);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(queue_attempt, rows_of_no_elements_can_be_queued)
{
    const struct tfeed_shape empty = tfeed_shape_vector(0);
    struct tfeed_queue_options options = int64_options(3);
    struct tfeed_queue *queue = NULL;
    struct tfeed_tensor batch = {.dtype = TFEED_DTYPE_INVALID};
    options.shapes = &empty;
    cr_assert_eq(tfeed_fifo_queue_new(NULL, &options, &queue, NULL), TFEED_OK);
    const struct tfeed_tensor element = tfeed_tensor_borrow(TFEED_INT64, &empty, NULL);
    cr_assert_eq(tfeed_queue_enqueue(queue, &element, NULL), TFEED_OK);
    cr_assert_eq(tfeed_queue_enqueue(queue, &element, NULL), TFEED_OK);
    cr_assert_eq(tfeed_queue_dequeue_many(queue, 2, &batch, NULL), TFEED_OK);
    cr_assert_eq(batch.shape.dims[0], 2);
    tfeed_tensor_clear(&batch);
    tfeed_queue_unref(queue);
}

/* --- shapes not specified --------------------------------------------------------------------- */

static struct tfeed_queue *new_shapeless(int64_t capacity)
{
    struct tfeed_queue_options options = int64_options(capacity);
    struct tfeed_queue *queue = NULL;
    options.shapes = NULL;
    cr_assert_eq(tfeed_fifo_queue_new(NULL, &options, &queue, NULL), TFEED_OK);
    return queue;
}

Test(queue_attempt, tensor_of_unspecified_shape_travels_by_reference)
{
    struct tfeed_queue *queue = new_shapeless(2);
    const struct tfeed_shape shape = tfeed_shape_matrix(2, 3);
    struct tfeed_tensor tensor, element = {.dtype = TFEED_DTYPE_INVALID};
    cr_assert_eq(tfeed_tensor_alloc(TFEED_INT64, &shape, NULL, &tensor, NULL), TFEED_OK);
    const void *data = tensor.data;
    cr_assert_eq(tfeed_queue_enqueue(queue, &tensor, NULL), TFEED_OK);
    tfeed_tensor_clear(&tensor);
    cr_assert_eq(tfeed_queue_dequeue(queue, &element, NULL), TFEED_OK);
    cr_assert_eq(element.data, data);
    cr_assert(tfeed_shape_equal(&element.shape, &shape));
    tfeed_tensor_clear(&element);
    tfeed_queue_unref(queue);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(queue_attempt, borrowed_tensor_of_unspecified_shape_is_copied)
{
    struct tfeed_queue *queue = new_shapeless(2);
    int64_t values[2] = {1, 2};
    const struct tfeed_shape shape = tfeed_shape_vector(2);
    const struct tfeed_tensor tensor = tfeed_tensor_borrow(TFEED_INT64, &shape, values);
    struct tfeed_tensor element = {.dtype = TFEED_DTYPE_INVALID};
    cr_assert_eq(tfeed_queue_enqueue(queue, &tensor, NULL), TFEED_OK);
    values[0] = values[1] = 0;
    cr_assert_eq(tfeed_queue_dequeue(queue, &element, NULL), TFEED_OK);
    cr_assert_eq(tfeed_tensor_int64s(&element)[1], 2);
    tfeed_tensor_clear(&element);
    tfeed_queue_unref(queue);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(queue_attempt, enqueue_many_of_unspecified_shape_makes_a_tensor_of_each_row)
{
    struct tfeed_queue *queue = new_shapeless(2);
    int64_t values[3][2] = {{1, 2}, {3, 4}, {5, 6}};
    const struct tfeed_shape shape = tfeed_shape_matrix(3, 2);
    const struct tfeed_tensor rows = tfeed_tensor_borrow(TFEED_INT64, &shape, values);
    struct tfeed_tensor element = {.dtype = TFEED_DTYPE_INVALID};
    cr_assert_eq(tfeed_queue_enqueue_many_timed(queue, &rows, 0, NULL), TFEED_DEADLINE_EXCEEDED);
    for (int i = 0; i < 2; i++) {
        cr_assert_eq(tfeed_queue_dequeue(queue, &element, NULL), TFEED_OK);
        cr_assert_eq(element.shape.n_dims, 1);
        cr_assert_eq(memcmp(element.data, values[i], sizeof values[i]), 0);
    }
    tfeed_tensor_clear(&element);
    tfeed_queue_unref(queue);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(queue_attempt, queue_with_whole_tensors_inside_frees_them)
{
    struct tfeed_queue *queue = new_string_queue(3, NULL);
    struct tfeed_bytes storage;
    const struct tfeed_tensor name = tfeed_tensor_borrow_string(&storage, "name");
    cr_assert_eq(tfeed_queue_enqueue(queue, &name, NULL), TFEED_OK);
    cr_assert_eq(tfeed_queue_enqueue(queue, &name, NULL), TFEED_OK);
    tfeed_queue_unref(queue);
    T_EXPECT_NO_LEAKS(NULL);
}

/* --- buffers used again ----------------------------------------------------------------------- */

Test(queue_attempt, loop_that_keeps_its_tensors_allocates_nothing)
{
    struct t_allocator allocator;
    struct tfeed_context_options context_options;
    struct tfeed_context *context = NULL;
    struct tfeed_queue *queue = NULL;
    struct tfeed_tensor batch = {.dtype = TFEED_DTYPE_INVALID};
    const struct tfeed_queue_options options = int64_options(10);
    t_allocator_init(&allocator);
    tfeed_context_options_init(&context_options);
    context_options.allocator = &allocator.hooks;
    cr_assert_eq(tfeed_context_new(&context_options, &context, NULL), TFEED_OK);
    cr_assert_eq(tfeed_fifo_queue_new(context, &options, &queue, NULL), TFEED_OK);

    size_t n_calls = 0;
    for (int round = 0; round < 5; round++) {
        if (round == 1)
            n_calls = atomic_load(&allocator.n_calls);
        cr_assert_eq(try_enqueue_many(queue, round, 4), TFEED_OK);
        cr_assert_eq(tfeed_queue_dequeue_many(queue, 4, &batch, NULL), TFEED_OK);
        cr_assert_eq(tfeed_tensor_int64s(&batch)[3], round + 3);
    }
    cr_assert_eq(atomic_load(&allocator.n_calls), n_calls);
    tfeed_tensor_clear(&batch);
    tfeed_queue_unref(queue);
    cr_assert_eq(tfeed_context_close(context, NULL), TFEED_OK);
    T_EXPECT_NO_LEAKS(&allocator);
}

Test(queue_attempt, buffer_that_somebody_else_holds_is_left_alone)
{
    struct tfeed_queue *queue = new_fifo(10);
    struct tfeed_tensor batch = {.dtype = TFEED_DTYPE_INVALID};
    cr_assert_eq(try_enqueue_many(queue, 0, 4), TFEED_OK);
    cr_assert_eq(tfeed_queue_dequeue_many(queue, 2, &batch, NULL), TFEED_OK);
    struct tfeed_tensor kept = tfeed_tensor_ref(&batch);
    cr_assert_eq(tfeed_queue_dequeue_many(queue, 2, &batch, NULL), TFEED_OK);
    cr_assert_eq(tfeed_tensor_int64s(&kept)[1], 1);
    cr_assert_eq(tfeed_tensor_int64s(&batch)[1], 3);
    tfeed_tensor_clear(&kept);
    tfeed_tensor_clear(&batch);
    tfeed_queue_unref(queue);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(queue_attempt, buffer_of_a_short_last_batch_serves_a_full_one_again)
{
    struct tfeed_queue *queue = new_string_queue(10, &scalar_shape);
    struct tfeed_block *block = new_block();
    struct tfeed_bytes strings[4];
    struct tfeed_tensor batch = {.dtype = TFEED_DTYPE_INVALID};
    strings_on_block(strings, 4, block);
    const struct tfeed_tensor rows = borrow_strings(strings, 4);
    cr_assert_eq(tfeed_queue_enqueue_many(queue, &rows, NULL), TFEED_OK);
    cr_assert_eq(tfeed_queue_dequeue_many(queue, 3, &batch, NULL), TFEED_OK);
    const void *data = batch.data;
    cr_assert_eq(tfeed_queue_close(queue, false, NULL), TFEED_OK);
    cr_assert_eq(tfeed_queue_dequeue_up_to(queue, 3, &batch, NULL), TFEED_OK);
    cr_assert_eq(batch.data, data);
    cr_assert_eq(batch.shape.dims[0], 1);
    expect_string(&batch, 0, "d");
    tfeed_block_unref(block);
    cr_assert_eq(n_freed, 0);
    cr_assert_eq(tfeed_queue_dequeue_up_to(queue, 3, &batch, NULL), TFEED_OUT_OF_RANGE);
    cr_assert_null(batch.data);
    cr_assert_eq(n_freed, 1);
    tfeed_queue_unref(queue);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(queue_attempt, tensor_of_another_dtype_and_shape_is_replaced)
{
    struct tfeed_queue *queue = new_fifo(10);
    const struct tfeed_shape shape = tfeed_shape_vector(1);
    struct tfeed_tensor batch;
    cr_assert_eq(tfeed_tensor_alloc(TFEED_STRING, &shape, NULL, &batch, NULL), TFEED_OK);
    cr_assert_eq(tfeed_tensor_set_string(&batch, 0, "x", 1, NULL), TFEED_OK);
    cr_assert_eq(try_enqueue_many(queue, 0, 8), TFEED_OK);
    cr_assert_eq(tfeed_queue_dequeue_many(queue, 8, &batch, NULL), TFEED_OK);
    cr_assert_eq(batch.dtype, TFEED_INT64);
    cr_assert_eq(tfeed_tensor_int64s(&batch)[7], 7);
    tfeed_tensor_clear(&batch);
    tfeed_queue_unref(queue);
    T_EXPECT_NO_LEAKS(NULL);
}
