/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_queue_new.c - making queues, sharing them by name, running out of memory.
 */
#include "tests/unit/queues/queue_fixture.h"

static struct tfeed_context *new_context(const struct tfeed_allocator *allocator)
{
    struct tfeed_context_options options;
    struct tfeed_context *context = NULL;
    tfeed_context_options_init(&options);
    options.allocator = allocator;
    cr_assert_eq(tfeed_context_new(&options, &context, NULL), TFEED_OK);
    return context;
}

/* --- what a queue says of itself -------------------------------------------------------------- */

Test(queue_new, queue_is_called_by_its_name_or_its_kind)
{
    struct tfeed_queue_options options = int64_options(2);
    struct tfeed_queue *named = NULL, *fifo = new_fifo(2), *shuffle = new_shuffle(2, 0, 1);
    options.name = "records";
    cr_assert_eq(tfeed_fifo_queue_new(NULL, &options, &named, NULL), TFEED_OK);
    cr_assert_str_eq(tfeed_queue_name(named), "records");
    cr_assert_str_eq(tfeed_queue_name(fifo), "fifo_queue");
    cr_assert_str_eq(tfeed_queue_name(shuffle), "random_shuffle_queue");
    tfeed_queue_unref(named);
    tfeed_queue_unref(fifo);
    tfeed_queue_unref(shuffle);
}

Test(queue_new, components_can_be_asked_for)
{
    struct tfeed_queue *queue = new_fifo(2);
    cr_assert_eq(tfeed_queue_n_components(queue), 1);
    cr_assert_eq(tfeed_queue_dtype(queue, 0), TFEED_INT64);
    cr_assert_eq(tfeed_queue_dtype(queue, 1), TFEED_DTYPE_INVALID);
    tfeed_queue_unref(queue);
}

Test(queue_new, negative_capacity_is_unbounded)
{
    struct tfeed_queue *queue = new_fifo(UNBOUNDED);
    for (int i = 0; i < 1000; i++)
        cr_assert_eq(try_enqueue_many(queue, i * 50, 50), TFEED_OK);
    cr_assert_eq(tfeed_queue_size(queue), 50000);
    for (int64_t i = 0; i < 50000; i++)
        expect_value(queue, i);
    tfeed_queue_unref(queue);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(queue_new, queues_without_a_shared_name_do_not_share)
{
    struct tfeed_queue *one = new_fifo(2), *two = new_fifo(2);
    cr_assert_eq(try_enqueue(one, 1), TFEED_OK);
    cr_assert_eq(tfeed_queue_size(two), 0);
    tfeed_queue_unref(one);
    tfeed_queue_unref(two);
}

Test(queue_new, unref_of_null_does_nothing)
{
    tfeed_queue_unref(NULL);
}

/* --- shared names -------------------------------------------------------------------------- */

struct sharing {
    struct tfeed_context *context;
    struct tfeed_queue *queue;
    struct tfeed_queue_options options;
    struct tfeed_error error;
};

/* A shuffle queue under a name; the test changes the options and asks again. */
static void share(struct sharing *sharing)
{
    static const struct tfeed_seeds seeds = {1, 2};
    *sharing = (struct sharing){.context = new_context(NULL), .options = int64_options(10)};
    sharing->options.shared_name = "shared";
    sharing->options.min_after_dequeue = 3;
    sharing->options.seed_pair = &seeds;
    cr_assert_eq(
        tfeed_random_shuffle_queue_new(sharing->context, &sharing->options, &sharing->queue, NULL),
        TFEED_OK);
}

static void end_sharing(struct sharing *sharing)
{
    tfeed_queue_unref(sharing->queue);
    cr_assert_eq(tfeed_context_close(sharing->context, NULL), TFEED_OK);
    T_EXPECT_NO_LEAKS(NULL);
}

static void expect_same_queue(struct sharing *sharing)
{
    struct tfeed_queue *again = NULL;
    cr_assert_eq(tfeed_random_shuffle_queue_new(sharing->context, &sharing->options, &again,
                                                &sharing->error),
                 TFEED_OK, "%s", sharing->error.message);
    cr_assert_eq(again, sharing->queue);
    tfeed_queue_unref(again);
}

static void expect_other_queue(struct sharing *sharing, const char *part)
{
    struct tfeed_queue *again = NULL;
    cr_assert_eq(tfeed_random_shuffle_queue_new(sharing->context, &sharing->options, &again,
                                                &sharing->error),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(sharing->error.message, part), "\"%s\" is not in \"%s\"", part,
                       sharing->error.message);
}

Test(queue_new, shared_name_finds_the_same_queue)
{
    struct sharing sharing;
    share(&sharing);
    expect_same_queue(&sharing);
    cr_assert_str_eq(tfeed_queue_name(sharing.queue), "shared");
    end_sharing(&sharing);
}

Test(queue_new, shared_queue_outlives_its_users_with_its_context)
{
    struct sharing sharing;
    share(&sharing);
    cr_assert_eq(try_enqueue(sharing.queue, 1), TFEED_OK);
    tfeed_queue_unref(sharing.queue);
    expect_same_queue(&sharing);
    cr_assert_eq(tfeed_queue_size(sharing.queue), 1); /* the context holds it */
    sharing.queue = NULL;
    end_sharing(&sharing);
}

Test(queue_new, other_capacity_under_a_shared_name_is_refused)
{
    struct sharing sharing;
    share(&sharing);
    sharing.options.capacity = 11;
    expect_other_queue(&sharing, "has capacity 10 but requested capacity was 11");
    end_sharing(&sharing);
}

Test(queue_new, other_component_types_under_a_shared_name_are_refused)
{
    const enum tfeed_dtype dtypes[] = {TFEED_INT64, TFEED_FLOAT};
    const struct tfeed_shape shapes[] = {TFEED_SHAPE_SCALAR, TFEED_SHAPE_SCALAR};
    struct sharing sharing;
    share(&sharing);
    sharing.options.dtypes = dtypes;
    sharing.options.shapes = shapes;
    sharing.options.n_components = 2;
    expect_other_queue(&sharing, "has component types int64 but requested component types were "
                                 "int64, float32");
    sharing.options.n_components = 1;
    sharing.options.dtypes = &dtypes[1];
    expect_other_queue(&sharing, "component types");
    end_sharing(&sharing);
}

Test(queue_new, other_component_shapes_under_a_shared_name_are_refused)
{
    const struct tfeed_shape vector = tfeed_shape_vector(3);
    struct sharing sharing;
    share(&sharing);
    sharing.options.shapes = &vector;
    expect_other_queue(&sharing, "has component shapes [[]] but requested component shapes were "
                                 "[[3]]");
    sharing.options.shapes = NULL;
    expect_other_queue(&sharing, "requested component shapes were []");
    end_sharing(&sharing);
}

Test(queue_new, other_min_after_dequeue_under_a_shared_name_is_refused)
{
    struct sharing sharing;
    share(&sharing);
    sharing.options.min_after_dequeue = 4;
    expect_other_queue(&sharing, "min_after_dequeue 3");
    end_sharing(&sharing);
}

Test(queue_new, other_seeds_under_a_shared_name_are_refused)
{
    const struct tfeed_seeds other = {1, 3};
    struct sharing sharing;
    share(&sharing);
    sharing.options.seed_pair = &other;
    expect_other_queue(&sharing, "has random seeds (1, 2) but requested random seeds are (1, 3)");
    end_sharing(&sharing);
}

Test(queue_new, request_without_seeds_accepts_those_of_a_shared_queue)
{
    struct sharing sharing;
    share(&sharing);
    sharing.options.seed_pair = NULL;
    expect_same_queue(&sharing);
    end_sharing(&sharing);
}

Test(queue_new, other_kind_under_a_shared_name_is_refused)
{
    struct sharing sharing;
    struct tfeed_queue *fifo = NULL;
    share(&sharing);
    cr_assert_eq(tfeed_fifo_queue_new(sharing.context, &sharing.options, &fifo, &sharing.error),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(
        strstr(sharing.error.message, "Expected FIFOQueue, found RandomShuffleQueue"));
    end_sharing(&sharing);
}

Test(queue_new, shared_name_without_a_context_is_refused)
{
    struct tfeed_queue_options options = int64_options(2);
    struct tfeed_queue *queue = NULL;
    options.shared_name = "shared";
    cr_assert_eq(tfeed_fifo_queue_new(NULL, &options, &queue, NULL), TFEED_INVALID_ARGUMENT);
    options.shared_name = "";
    cr_assert_eq(tfeed_fifo_queue_new(NULL, &options, &queue, NULL), TFEED_OK);
    tfeed_queue_unref(queue);
}

Test(queue_new, users_of_a_shared_name_agree_on_seeds_under_a_graph_seed)
{
    struct sharing sharing = {.options = int64_options(10)};
    struct tfeed_context_options context_options;
    tfeed_context_options_init(&context_options);
    context_options.graph_seed = 7;
    cr_assert_eq(tfeed_context_new(&context_options, &sharing.context, NULL), TFEED_OK);
    sharing.options.shared_name = "shared";
    cr_assert_eq(
        tfeed_random_shuffle_queue_new(sharing.context, &sharing.options, &sharing.queue, NULL),
        TFEED_OK);
    expect_same_queue(&sharing);
    end_sharing(&sharing);
}

/* --- no memory ----------------------------------------------------------------------------- */

/* Two rows of 128 KiB, a name that must be copied; they grow the queue, go out as a batch. */
static tfeed_status push_and_pop(struct tfeed_queue *queue, const struct tfeed_tensor rows[2])
{
    struct tfeed_tensor batch[2] = {{.dtype = TFEED_DTYPE_INVALID}};
    tfeed_status status = tfeed_queue_enqueue_many(queue, rows, NULL);
    if (status == TFEED_OK)
        status = tfeed_queue_dequeue_many(queue, 1, batch, NULL);
    if (status == TFEED_OK)
        status = tfeed_queue_dequeue_up_to(queue, 1, batch, NULL);
    if (status == TFEED_OK)
        status = tfeed_queue_enqueue_many(queue, rows, NULL); /* left inside */
    tfeed_tensor_clear(&batch[0]);
    tfeed_tensor_clear(&batch[1]);
    return status;
}

static tfeed_status use_queue(const struct tfeed_allocator *allocator, bool shuffles,
                              bool is_shared)
{
    enum { N_VALUES = 16384 };
    static int64_t values[2][N_VALUES];
    const enum tfeed_dtype dtypes[] = {TFEED_INT64, TFEED_STRING};
    const struct tfeed_shape shapes[] = {tfeed_shape_vector(N_VALUES), TFEED_SHAPE_SCALAR};
    const struct tfeed_shape matrix = tfeed_shape_matrix(2, N_VALUES), two = tfeed_shape_vector(2);
    struct tfeed_bytes names[2] = {{(const uint8_t *)"one", 3, NULL},
                                   {(const uint8_t *)"two", 3, NULL}};
    const struct tfeed_tensor rows[2] = {tfeed_tensor_borrow(TFEED_INT64, &matrix, values),
                                         tfeed_tensor_borrow(TFEED_STRING, &two, names)};
    struct tfeed_context_options context_options;
    struct tfeed_context *context = NULL;
    struct tfeed_queue_options options = int64_options(9);
    struct tfeed_queue *queue = NULL;
    options.dtypes = dtypes;
    options.shapes = shapes;
    options.n_components = 2;
    options.shared_name = is_shared ? "shared" : NULL;
    tfeed_context_options_init(&context_options);
    context_options.allocator = allocator;
    tfeed_status status = tfeed_context_new(&context_options, &context, NULL);
    if (status == TFEED_OK)
        status = shuffles ? tfeed_random_shuffle_queue_new(context, &options, &queue, NULL)
                          : tfeed_fifo_queue_new(context, &options, &queue, NULL);
    if (status == TFEED_OK)
        status = push_and_pop(queue, rows);
    tfeed_queue_unref(queue);
    cr_assert_eq(tfeed_context_close(context, NULL), TFEED_OK);
    return status;
}

Test(queue_new, each_failing_allocation_of_a_fifo_queue_is_resource_exhausted)
{
    T_FAIL_EACH_ALLOC(allocator, { T_EXPECT_ALLOC_STATUS(use_queue(allocator, false, false)); });
}

Test(queue_new, each_failing_allocation_of_a_shuffle_queue_is_resource_exhausted)
{
    T_FAIL_EACH_ALLOC(allocator, { T_EXPECT_ALLOC_STATUS(use_queue(allocator, true, false)); });
}

Test(queue_new, each_failing_allocation_of_a_shared_queue_is_resource_exhausted)
{
    T_FAIL_EACH_ALLOC(allocator, { T_EXPECT_ALLOC_STATUS(use_queue(allocator, false, true)); });
}

/* Rows of unspecified shape: a tensor is made of each. */
static tfeed_status use_shapeless_queue(const struct tfeed_allocator *allocator)
{
    struct tfeed_context_options context_options;
    struct tfeed_context *context = NULL;
    struct tfeed_queue_options options = int64_options(9);
    struct tfeed_queue *queue = NULL;
    int64_t values[3] = {1, 2, 3};
    const struct tfeed_shape shape = tfeed_shape_vector(3);
    const struct tfeed_tensor rows = tfeed_tensor_borrow(TFEED_INT64, &shape, values);
    options.shapes = NULL;
    tfeed_context_options_init(&context_options);
    context_options.allocator = allocator;
    tfeed_status status = tfeed_context_new(&context_options, &context, NULL);
    if (status == TFEED_OK)
        status = tfeed_fifo_queue_new(context, &options, &queue, NULL);
    if (status == TFEED_OK)
        status = tfeed_queue_enqueue_many(queue, &rows, NULL);
    if (status == TFEED_OK)
        status = tfeed_queue_enqueue(queue, &rows, NULL);
    tfeed_queue_unref(queue);
    cr_assert_eq(tfeed_context_close(context, NULL), TFEED_OK);
    return status;
}

Test(queue_new, each_failing_allocation_of_whole_tensors_is_resource_exhausted)
{
    T_FAIL_EACH_ALLOC(allocator, { T_EXPECT_ALLOC_STATUS(use_shapeless_queue(allocator)); });
}
