/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_queue_named.c - components by name, and one queue of several.
 */
#include "tests/unit/queues/queue_fixture.h"

static const enum tfeed_dtype dtypes[] = {TFEED_INT64, TFEED_STRING};
static const struct tfeed_shape shapes[] = {TFEED_SHAPE_SCALAR, TFEED_SHAPE_SCALAR};
static const char *const names[] = {"label", "word"};

static struct tfeed_queue_options named_options(void)
{
    struct tfeed_queue_options options = int64_options(9);
    options.dtypes = dtypes;
    options.shapes = shapes;
    options.names = names;
    options.n_components = 2;
    return options;
}

static struct tfeed_queue *new_queue(const struct tfeed_queue_options *options)
{
    struct tfeed_queue *queue = NULL;
    cr_assert_eq(tfeed_fifo_queue_new(NULL, options, &queue, NULL), TFEED_OK);
    return queue;
}

static struct tfeed_queue *new_named(void)
{
    const struct tfeed_queue_options options = named_options();
    return new_queue(&options);
}

/* Tries to enqueue a label and a word under these names; the first n_values of them. */
static tfeed_status push(struct tfeed_queue *queue, const char *label, const char *word,
                         size_t n_values, struct tfeed_error *reterr)
{
    int64_t value = 7;
    struct tfeed_bytes text;
    struct tfeed_named_tensor values[] = {
        {word, tfeed_tensor_borrow_string(&text, "seven")},
        {label, tfeed_tensor_borrow(TFEED_INT64, &scalar_shape, &value)},
        {"more", tfeed_tensor_borrow(TFEED_INT64, &scalar_shape, &value)}};
    return tfeed_queue_run_named(queue, TFEED_QUEUE_ENQUEUE, 1, values, n_values, 0, reterr);
}

static void expect_refused(struct tfeed_queue *queue, const char *label, const char *word,
                           size_t n_values, const char *message)
{
    struct tfeed_error error = TFEED_ERROR_INIT;
    cr_assert_eq(push(queue, label, word, n_values, &error), TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(error.message, message), "\"%s\" is not in \"%s\"", message,
                       error.message);
    cr_assert_eq(tfeed_queue_size(queue), 0);
}

Test(queue_named, components_are_given_and_got_by_name)
{
    struct tfeed_queue *queue = new_named();
    struct tfeed_named_tensor values[] = {{"label", {.dtype = TFEED_DTYPE_INVALID}},
                                          {"word", {.dtype = TFEED_DTYPE_INVALID}}};
    cr_assert_eq(push(queue, "label", "word", 2, NULL), TFEED_OK);
    cr_assert_eq(push(queue, "label", "word", 2, NULL), TFEED_OK);
    cr_assert_eq(tfeed_queue_run_named(queue, TFEED_QUEUE_DEQUEUE_MANY, 2, values, 2, 0, NULL),
                 TFEED_OK);
    cr_assert_eq(tfeed_tensor_int64s(&values[0].tensor)[1], 7);
    cr_assert_eq(tfeed_tensor_strings(&values[1].tensor)[1].len, 5);
    tfeed_tensor_clear(&values[0].tensor);
    tfeed_tensor_clear(&values[1].tensor);
    tfeed_queue_unref(queue);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(queue_named, missing_wrong_twice_or_extra_names_are_refused)
{
    struct tfeed_queue *queue = new_named();
    expect_refused(queue, "label", "word", 1, "match names of Queue");
    expect_refused(queue, "label", "wort", 2, "'wort' does not match names of Queue");
    expect_refused(queue, "word", "word", 2, "'word', given twice,");
    expect_refused(queue, "label", "word", 3, "match names of Queue");
    tfeed_queue_unref(queue);
}

Test(queue_named, queue_without_names_refuses_them)
{
    struct tfeed_queue_options options = named_options();
    options.names = NULL;
    struct tfeed_queue *queue = new_queue(&options);
    expect_refused(queue, "label", "word", 2, "must have names");
    cr_assert_null(tfeed_queue_component_name(queue, 0));
    cr_assert_eq(tfeed_queue_find_component(queue, "label"), 2);
    tfeed_queue_unref(queue);
}

Test(queue_named, names_can_be_looked_up)
{
    struct tfeed_queue *queue = new_named();
    cr_assert_str_eq(tfeed_queue_component_name(queue, 1), "word");
    cr_assert_null(tfeed_queue_component_name(queue, 2));
    cr_assert_eq(tfeed_queue_find_component(queue, "word"), 1);
    cr_assert_eq(tfeed_queue_find_component(queue, "no"), 2);
    tfeed_queue_unref(queue);
}

Test(queue_named, empty_or_equal_names_are_refused)
{
    static const char *const empty[] = {"label", ""}, *const equal[] = {"label", "label"};
    struct tfeed_queue_options options = named_options();
    struct tfeed_queue *queue = NULL;
    options.names = empty;
    cr_assert_eq(tfeed_fifo_queue_new(NULL, &options, &queue, NULL), TFEED_INVALID_ARGUMENT);
    options.names = equal;
    cr_assert_eq(tfeed_fifo_queue_new(NULL, &options, &queue, NULL), TFEED_INVALID_ARGUMENT);
}

Test(queue_named, names_are_compared_when_a_queue_is_shared)
{
    static const char *const others[] = {"label", "text"};
    struct tfeed_queue_options options = named_options();
    struct tfeed_context *context = NULL;
    struct tfeed_queue *queue = NULL, *same = NULL;
    struct tfeed_error error = TFEED_ERROR_INIT;
    options.shared_name = "shared";
    cr_assert_eq(tfeed_context_new(NULL, &context, NULL), TFEED_OK);
    cr_assert_eq(tfeed_fifo_queue_new(context, &options, &queue, NULL), TFEED_OK);
    options.names = others;
    cr_assert_eq(tfeed_fifo_queue_new(context, &options, &same, &error), TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(error.message, "has component names [label, word] but requested "
                                             "component names were [label, text]"));
    options.names = NULL; /* accepts any */
    cr_assert_eq(tfeed_fifo_queue_new(context, &options, &same, NULL), TFEED_OK);
    cr_assert_eq(same, queue);
    tfeed_queue_unref(same);
    tfeed_queue_unref(queue);
    cr_assert_eq(tfeed_context_close(context, NULL), TFEED_OK);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(queue_named, each_failing_allocation_is_resource_exhausted)
{
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_queue_options options = named_options();
        struct tfeed_context_options context_options;
        struct tfeed_context *context = NULL;
        struct tfeed_queue *queue = NULL;
        tfeed_context_options_init(&context_options);
        context_options.allocator = allocator;
        tfeed_status status = tfeed_context_new(&context_options, &context, NULL);
        if (status == TFEED_OK)
            status = tfeed_fifo_queue_new(context, &options, &queue, NULL);
        if (status == TFEED_OK)
            status = push(queue, "label", "word", 2, NULL);
        T_EXPECT_ALLOC_STATUS(status);
        tfeed_queue_unref(queue);
        cr_assert_eq(tfeed_context_close(context, NULL), TFEED_OK);
    });
}

/* --- from_list ----------------------------------------------------------------------------- */

Test(queue_named, index_picks_a_queue)
{
    struct tfeed_queue *queues[] = {new_fifo(2), new_fifo(3)}, *picked = NULL;
    for (int64_t i = 0; i < 2; i++) {
        cr_assert_eq(tfeed_queue_from_list(queues, 2, i, &picked, NULL, NULL), TFEED_OK);
        cr_assert_eq(picked, queues[i]);
    }
    tfeed_queue_unref(queues[0]);
    tfeed_queue_unref(queues[1]);
}

Test(queue_named, index_out_of_range_is_refused)
{
    struct tfeed_queue *queues[] = {new_fifo(2), new_fifo(3)}, *picked = NULL;
    struct tfeed_error error = TFEED_ERROR_INIT;
    cr_assert_eq(tfeed_queue_from_list(queues, 2, 3, &picked, NULL, &error),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_str_eq(error.message, "index 3 is not in [0, 2)");
    cr_assert_eq(tfeed_queue_from_list(queues, 2, -1, &picked, NULL, NULL), TFEED_INVALID_ARGUMENT);
    cr_assert_eq(tfeed_queue_from_list(queues, 0, 0, &picked, NULL, NULL), TFEED_INVALID_ARGUMENT);
    cr_assert_null(picked);
    tfeed_queue_unref(queues[0]);
    tfeed_queue_unref(queues[1]);
}

Test(queue_named, list_of_differing_dtypes_or_names_is_refused)
{
    static const enum tfeed_dtype others[] = {TFEED_INT64, TFEED_INT64};
    struct tfeed_queue_options options = named_options();
    options.names = NULL;
    struct tfeed_queue *named = new_named(), *nameless = new_queue(&options);
    options.dtypes = others;
    struct tfeed_queue *other = new_queue(&options), *picked = NULL;
    struct tfeed_error error = TFEED_ERROR_INIT;
    cr_assert_eq(tfeed_queue_from_list((struct tfeed_queue *[]){nameless, other}, 2, 0, &picked,
                                       NULL, &error),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(error.message, "matching component dtypes"));
    cr_assert_eq(tfeed_queue_from_list((struct tfeed_queue *[]){nameless, named}, 2, 0, &picked,
                                       NULL, &error),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(error.message, "matching component names"));
    tfeed_queue_unref(named);
    tfeed_queue_unref(nameless);
    tfeed_queue_unref(other);
}

static void expect_merged(const struct tfeed_shape *a, const struct tfeed_shape *b,
                          const struct tfeed_shape *expected)
{
    struct tfeed_queue_options options = int64_options(2);
    struct tfeed_shape merged;
    struct tfeed_queue *queues[2], *picked = NULL;
    options.shapes = a;
    queues[0] = new_queue(&options);
    options.shapes = b;
    queues[1] = new_queue(&options);
    cr_assert_eq(tfeed_queue_from_list(queues, 2, 0, &picked, &merged, NULL), TFEED_OK);
    cr_assert(tfeed_shape_equal(&merged, expected));
    tfeed_queue_unref(queues[0]);
    tfeed_queue_unref(queues[1]);
}

Test(queue_named, equal_shapes_of_a_list_stay)
{
    const struct tfeed_shape shape = tfeed_shape_matrix(2, 3);
    expect_merged(&shape, &shape, &shape);
}

Test(queue_named, differing_dims_of_a_list_are_unknown)
{
    const struct tfeed_shape a = tfeed_shape_matrix(2, 3), b = tfeed_shape_matrix(2, 4);
    const struct tfeed_shape merged = tfeed_shape_matrix(2, TFEED_DIM_UNKNOWN);
    expect_merged(&a, &b, &merged);
}

Test(queue_named, differing_ranks_of_a_list_are_an_unknown_rank)
{
    const struct tfeed_shape a = tfeed_shape_matrix(2, 3), b = tfeed_shape_vector(2);
    const struct tfeed_shape merged = {.n_dims = TFEED_RANK_UNKNOWN};
    expect_merged(&a, &b, &merged);
    expect_merged(&a, NULL, &merged); /* shapes that are not specified */
}
