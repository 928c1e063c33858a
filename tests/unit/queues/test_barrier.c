/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_barrier.c - elements that come in parts: inserting, taking, closing, sharing.
 */
#include "tests/unit/queues/queue_fixture.h"

#include <tfeed/barrier.h>

enum { N_TAKEN = 4, MAX_KEYS = 16 }; /* index, key, float, string */

static const enum tfeed_dtype dtypes[] = {TFEED_FLOAT, TFEED_STRING};
static const struct tfeed_shape shapes[] = {TFEED_SHAPE_SCALAR, TFEED_SHAPE_SCALAR};

static struct tfeed_barrier_options barrier_options(void)
{
    struct tfeed_barrier_options options;
    tfeed_barrier_options_init(&options);
    options.dtypes = dtypes;
    options.shapes = shapes;
    options.n_components = 2;
    return options;
}

static struct tfeed_barrier *new_barrier(void)
{
    const struct tfeed_barrier_options options = barrier_options();
    struct tfeed_barrier *barrier = NULL;
    cr_assert_eq(tfeed_barrier_new(NULL, &options, &barrier, NULL), TFEED_OK);
    return barrier;
}

/* Each letter is a key; the value of a key is its letter, as a number or a string. */
static tfeed_status insert(struct tfeed_barrier *barrier, int64_t component, const char *letters,
                           struct tfeed_error *reterr)
{
    float numbers[MAX_KEYS];
    struct tfeed_bytes strings[MAX_KEYS];
    const size_t n = strlen(letters);
    const struct tfeed_shape shape = tfeed_shape_vector((int64_t)n);
    for (size_t i = 0; i < n; i++) {
        numbers[i] = (float)letters[i];
        strings[i] = (struct tfeed_bytes){(const uint8_t *)&letters[i], 1, NULL};
    }
    const struct tfeed_tensor keys = tfeed_tensor_borrow(TFEED_STRING, &shape, strings);
    const struct tfeed_tensor floats = tfeed_tensor_borrow(TFEED_FLOAT, &shape, numbers);
    return tfeed_barrier_insert_many(barrier, component, &keys, component == 0 ? &floats : &keys,
                                     reterr);
}

static void insert_both(struct tfeed_barrier *barrier, const char *letters)
{
    cr_assert_eq(insert(barrier, 0, letters, NULL), TFEED_OK);
    cr_assert_eq(insert(barrier, 1, letters, NULL), TFEED_OK);
}

/* A started take. */
struct take {
    struct tfeed_attempt attempt;
    struct tfeed_tensor components[N_TAKEN];
    int n_completions;
};

static void on_done(struct tfeed_attempt *attempt, void *user_data)
{
    (void)attempt;
    ((struct take *)user_data)->n_completions++;
}

static void start_take(struct tfeed_barrier *barrier, struct take *take, int64_t n, bool is_small)
{
    *take = (struct take){.attempt = {.n = n, .on_done = on_done}};
    take->attempt.operation = is_small ? TFEED_QUEUE_DEQUEUE_UP_TO : TFEED_QUEUE_DEQUEUE_MANY;
    take->attempt.components = take->components;
    take->attempt.user_data = take;
    tfeed_barrier_start_take(barrier, &take->attempt);
}

static void expect_status(const struct take *take, tfeed_status status)
{
    cr_assert_eq(take->n_completions, 1);
    cr_assert_eq(take->attempt.status, status, "%s: %s", tfeed_status_name(take->attempt.status),
                 take->attempt.error.message);
}

/* The take is done and gave these letters, with indices that count from the smallest number; each
 * digit of `indices` is one. It is cleared. */
static void expect_taken(struct take *take, const char *letters, const char *indices)
{
    expect_status(take, TFEED_OK);
    cr_assert_eq(tfeed_tensor_n_elements(&take->components[0]), (int64_t)strlen(letters));
    for (size_t i = 0; letters[i] != '\0'; i++) {
        const char letter = letters[i];
        cr_assert_eq(tfeed_tensor_int64s(&take->components[0])[i], INT64_MIN + indices[i] - '0');
        cr_assert_eq(tfeed_tensor_strings(&take->components[1])[i].data[0], (uint8_t)letter);
        cr_assert_float_eq(tfeed_tensor_floats(&take->components[2])[i], (float)letter, 0);
        cr_assert_eq(tfeed_tensor_strings(&take->components[3])[i].data[0], (uint8_t)letter);
    }
    for (int i = 0; i < N_TAKEN; i++)
        tfeed_tensor_clear(&take->components[i]);
}

static void expect_take(struct tfeed_barrier *barrier, int64_t n, bool is_small,
                        const char *letters, const char *indices)
{
    struct take take;
    start_take(barrier, &take, n, is_small);
    expect_taken(&take, letters, indices);
}

static void expect_no_take(struct tfeed_barrier *barrier, int64_t n, bool is_small,
                           const char *message)
{
    struct take take;
    start_take(barrier, &take, n, is_small);
    expect_status(&take, TFEED_OUT_OF_RANGE);
    cr_assert_not_null(strstr(take.attempt.error.message, message), "%s",
                       take.attempt.error.message);
}

static void expect_sizes(struct tfeed_barrier *barrier, int64_t n_ready, int64_t n_incomplete)
{
    cr_assert_eq(tfeed_barrier_ready_size(barrier), n_ready);
    cr_assert_eq(tfeed_barrier_incomplete_size(barrier), n_incomplete);
}

static void close_barrier(struct tfeed_barrier *barrier, bool cancels)
{
    cr_assert_eq(tfeed_barrier_close(barrier, cancels, NULL), TFEED_OK);
}

/* --- inserting and taking ------------------------------------------------------------------- */

Test(barrier, element_is_ready_when_each_component_has_come)
{
    struct tfeed_barrier *barrier = new_barrier();
    cr_assert_eq(insert(barrier, 0, "abc", NULL), TFEED_OK);
    expect_sizes(barrier, 0, 3);
    cr_assert_eq(insert(barrier, 1, "ca", NULL), TFEED_OK);
    expect_sizes(barrier, 2, 1);
    cr_assert_eq(insert(barrier, 1, "b", NULL), TFEED_OK);
    expect_sizes(barrier, 3, 0);
    expect_take(barrier, 3, false, "cab", "000"); /* equal indices: in the order of the heap */
    tfeed_barrier_unref(barrier);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(barrier, elements_come_in_the_order_of_the_calls_that_brought_their_keys)
{
    struct tfeed_barrier *barrier = new_barrier();
    cr_assert_eq(insert(barrier, 0, "a", NULL), TFEED_OK);
    cr_assert_eq(insert(barrier, 1, "b", NULL), TFEED_OK);
    cr_assert_eq(insert(barrier, 0, "b", NULL), TFEED_OK); /* brings no new key */
    insert_both(barrier, "c");
    cr_assert_eq(insert(barrier, 1, "a", NULL), TFEED_OK);
    expect_take(barrier, 3, false, "abc", "012");
    tfeed_barrier_unref(barrier);
}

Test(barrier, take_waits_for_all_of_its_elements)
{
    struct tfeed_barrier *barrier = new_barrier();
    struct take take;
    start_take(barrier, &take, 2, false);
    insert_both(barrier, "a");
    cr_assert_eq(take.n_completions, 0);
    expect_sizes(barrier, 1, 0);
    insert_both(barrier, "b");
    expect_taken(&take, "ab", "01");
    tfeed_barrier_unref(barrier);
}

Test(barrier, timed_take_leaves_what_is_ready)
{
    struct tfeed_barrier *barrier = new_barrier();
    struct tfeed_tensor taken[N_TAKEN] = {{.dtype = TFEED_DTYPE_INVALID}};
    insert_both(barrier, "a");
    cr_assert_eq(tfeed_barrier_take_many_timed(barrier, 2, false, 0, taken, NULL),
                 TFEED_DEADLINE_EXCEEDED);
    cr_assert_eq(tfeed_barrier_take_many_timed(barrier, 2, true, 1, taken, NULL),
                 TFEED_DEADLINE_EXCEEDED);
    expect_take(barrier, 1, false, "a", "0");
    tfeed_barrier_unref(barrier);
}

Test(barrier, cancelled_take_leaves_what_is_ready)
{
    struct tfeed_barrier *barrier = new_barrier();
    struct take take;
    insert_both(barrier, "a");
    start_take(barrier, &take, 2, false);
    cr_assert(tfeed_barrier_cancel_take(barrier, &take.attempt));
    expect_status(&take, TFEED_CANCELLED);
    expect_sizes(barrier, 1, 0);
    tfeed_barrier_unref(barrier);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(barrier, key_can_come_again_when_its_element_is_ready)
{
    struct tfeed_barrier *barrier = new_barrier();
    struct tfeed_error error = TFEED_ERROR_INIT;
    cr_assert_eq(insert(barrier, 0, "a", NULL), TFEED_OK);
    cr_assert_eq(insert(barrier, 0, "a", &error), TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(error.message, "Key a already has a value for component 0"));
    cr_assert_eq(insert(barrier, 1, "a", NULL), TFEED_OK);
    cr_assert_eq(insert(barrier, 0, "a", NULL), TFEED_OK);
    expect_sizes(barrier, 1, 1);
    tfeed_barrier_unref(barrier);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(barrier, refused_insertion_has_inserted_nothing)
{
    struct tfeed_barrier *barrier = new_barrier();
    cr_assert_eq(insert(barrier, 0, "d", NULL), TFEED_OK);
    cr_assert_eq(insert(barrier, 0, "abcd", NULL), TFEED_INVALID_ARGUMENT);
    cr_assert_eq(insert(barrier, 0, "efe", NULL), TFEED_INVALID_ARGUMENT);
    expect_sizes(barrier, 0, 1);
    insert_both(barrier, "abc");
    expect_take(barrier, 3, false, "abc", "111");
    tfeed_barrier_unref(barrier);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(barrier, component_that_does_not_exist_is_refused)
{
    struct tfeed_barrier *barrier = new_barrier();
    cr_assert_eq(insert(barrier, 2, "a", NULL), TFEED_INVALID_ARGUMENT);
    cr_assert_eq(insert(barrier, -1, "a", NULL), TFEED_INVALID_ARGUMENT);
    expect_sizes(barrier, 0, 0);
    tfeed_barrier_unref(barrier);
}

Test(barrier, rows_that_do_not_fit_are_refused)
{
    struct tfeed_barrier *barrier = new_barrier();
    float numbers[4] = {0};
    struct tfeed_bytes strings[2] = {{(const uint8_t *)"a", 1, NULL},
                                     {(const uint8_t *)"b", 1, NULL}};
    const struct tfeed_shape one = tfeed_shape_vector(1), two = tfeed_shape_vector(2);
    const struct tfeed_shape square = tfeed_shape_matrix(2, 2), none = tfeed_shape_matrix(2, 0);
    const struct tfeed_tensor keys = tfeed_tensor_borrow(TFEED_STRING, &two, strings);
    const struct tfeed_tensor wrong[] = {
        tfeed_tensor_borrow(TFEED_FLOAT, &one, numbers),          /* more keys than values */
        tfeed_tensor_borrow(TFEED_FLOAT, &square, numbers),       /* shape */
        tfeed_tensor_borrow(TFEED_INT32, &two, numbers),          /* dtype */
        tfeed_tensor_borrow(TFEED_FLOAT, &none, numbers),         /* no elements */
        tfeed_tensor_borrow(TFEED_FLOAT, &scalar_shape, numbers), /* no rows */
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        cr_assert_eq(tfeed_barrier_insert_many(barrier, 0, &keys, &wrong[i], NULL),
                     TFEED_INVALID_ARGUMENT, "row %zu", i);
    const struct tfeed_tensor numbers_as_keys = tfeed_tensor_borrow(TFEED_FLOAT, &two, numbers);
    cr_assert_eq(tfeed_barrier_insert_many(barrier, 0, &numbers_as_keys, &numbers_as_keys, NULL),
                 TFEED_INVALID_ARGUMENT);
    expect_sizes(barrier, 0, 0);
    tfeed_barrier_unref(barrier);
}

Test(barrier, one_component_is_ready_at_once_also_for_a_key_given_twice)
{
    struct tfeed_barrier_options options = barrier_options();
    struct tfeed_barrier *barrier = NULL;
    options.n_components = 1;
    cr_assert_eq(tfeed_barrier_new(NULL, &options, &barrier, NULL), TFEED_OK);
    cr_assert_eq(insert(barrier, 0, "aba", NULL), TFEED_OK);
    expect_sizes(barrier, 3, 0);
    tfeed_barrier_unref(barrier);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(barrier, elements_of_other_shapes_are_taken_as_batches)
{
    const struct tfeed_shape shape = tfeed_shape_vector(2), rows = tfeed_shape_matrix(2, 2);
    struct tfeed_barrier_options options = barrier_options();
    struct tfeed_barrier *barrier = NULL;
    struct tfeed_tensor taken[3] = {{.dtype = TFEED_DTYPE_INVALID}};
    float numbers[4] = {1, 2, 3, 4};
    struct tfeed_bytes strings[2] = {{(const uint8_t *)"a", 1, NULL},
                                     {(const uint8_t *)"b", 1, NULL}};
    const struct tfeed_shape two = tfeed_shape_vector(2);
    const struct tfeed_tensor keys = tfeed_tensor_borrow(TFEED_STRING, &two, strings);
    const struct tfeed_tensor values = tfeed_tensor_borrow(TFEED_FLOAT, &rows, numbers);
    options.n_components = 1;
    options.shapes = &shape;
    for (int round = 0; round < 2; round++) { /* the second time without specified shapes */
        cr_assert_eq(tfeed_barrier_new(NULL, &options, &barrier, NULL), TFEED_OK);
        cr_assert_eq(tfeed_barrier_insert_many(barrier, 0, &keys, &values, NULL), TFEED_OK);
        cr_assert_eq(tfeed_barrier_take_many(barrier, 2, false, taken, NULL), TFEED_OK);
        cr_assert(tfeed_shape_equal(&taken[2].shape, &rows));
        cr_assert_eq(memcmp(taken[2].data, numbers, sizeof numbers), 0);
        tfeed_barrier_unref(barrier);
        options.shapes = NULL;
    }
    for (int i = 0; i < 3; i++)
        tfeed_tensor_clear(&taken[i]);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(barrier, batch_of_differing_unspecified_shapes_is_refused_and_stays)
{
    struct tfeed_barrier_options options = barrier_options();
    struct tfeed_barrier *barrier = NULL;
    struct tfeed_tensor taken[3] = {{.dtype = TFEED_DTYPE_INVALID}};
    float numbers[3] = {1, 2, 3};
    struct tfeed_bytes key = {(const uint8_t *)"a", 1, NULL};
    const struct tfeed_shape one = tfeed_shape_vector(1);
    const struct tfeed_tensor keys = tfeed_tensor_borrow(TFEED_STRING, &one, &key);
    options.n_components = 1;
    options.shapes = NULL;
    cr_assert_eq(tfeed_barrier_new(NULL, &options, &barrier, NULL), TFEED_OK);
    for (int64_t width = 1; width <= 2; width++) {
        const struct tfeed_shape shape = tfeed_shape_matrix(1, width);
        const struct tfeed_tensor values = tfeed_tensor_borrow(TFEED_FLOAT, &shape, numbers);
        cr_assert_eq(tfeed_barrier_insert_many(barrier, 0, &keys, &values, NULL), TFEED_OK);
    }
    cr_assert_eq(tfeed_barrier_take_many(barrier, 2, false, taken, NULL), TFEED_INVALID_ARGUMENT);
    expect_sizes(barrier, 2, 0);
    for (int64_t width = 1; width <= 2; width++) {
        cr_assert_eq(tfeed_barrier_take_many(barrier, 1, false, taken, NULL), TFEED_OK);
        cr_assert_eq(tfeed_tensor_n_elements(&taken[2]), width);
    }
    for (int i = 0; i < 3; i++)
        tfeed_tensor_clear(&taken[i]);
    tfeed_barrier_unref(barrier);
    T_EXPECT_NO_LEAKS(NULL);
}

/* --- closing ------------------------------------------------------------------------------- */

Test(barrier, closed_barrier_completes_what_it_has_and_takes_no_new_keys)
{
    struct tfeed_barrier *barrier = new_barrier();
    struct tfeed_error error = TFEED_ERROR_INIT;
    insert_both(barrier, "a");
    cr_assert_eq(insert(barrier, 0, "bc", NULL), TFEED_OK);
    close_barrier(barrier, false);
    cr_assert_eq(insert(barrier, 0, "d", &error), TFEED_CANCELLED);
    cr_assert_not_null(strstr(error.message, "is closed"));
    expect_no_take(barrier, 4, false, "insufficient elements (requested 4, total size 3)");
    cr_assert_eq(insert(barrier, 1, "bd", NULL), TFEED_CANCELLED); /* none of the two */
    expect_sizes(barrier, 1, 2);
    cr_assert_eq(insert(barrier, 1, "cb", NULL), TFEED_OK);
    expect_take(barrier, 3, false, "acb", "011");
    expect_no_take(barrier, 1, false, "insufficient elements");
    cr_assert_eq(insert(barrier, 0, "", NULL), TFEED_OK);
    cr_assert_eq(insert(barrier, 0, "a", NULL), TFEED_CANCELLED);
    tfeed_barrier_unref(barrier);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(barrier, cancelling_close_drops_what_is_incomplete)
{
    struct tfeed_barrier *barrier = new_barrier();
    struct tfeed_error error = TFEED_ERROR_INIT;
    insert_both(barrier, "ab");
    cr_assert_eq(insert(barrier, 0, "c", NULL), TFEED_OK);
    close_barrier(barrier, true);
    expect_sizes(barrier, 2, 0);
    cr_assert_eq(insert(barrier, 1, "c", &error), TFEED_CANCELLED);
    cr_assert_not_null(strstr(error.message, "is closed"));
    cr_assert_eq(insert(barrier, 1, "", NULL), TFEED_CANCELLED);
    expect_no_take(barrier, 3, false, "requested 3, total size 2");
    expect_take(barrier, 2, false, "ab", "00");
    tfeed_barrier_unref(barrier);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(barrier, second_close_is_for_cancelling_only)
{
    struct tfeed_barrier *barrier = new_barrier();
    struct tfeed_error error = TFEED_ERROR_INIT;
    close_barrier(barrier, false);
    cr_assert_eq(tfeed_barrier_close(barrier, false, &error), TFEED_CANCELLED);
    cr_assert_not_null(strstr(error.message, "already closed"));
    close_barrier(barrier, true);
    cr_assert_eq(tfeed_barrier_close(barrier, true, NULL), TFEED_CANCELLED);
    cr_assert_eq(tfeed_barrier_close(barrier, false, NULL), TFEED_CANCELLED);
    tfeed_barrier_unref(barrier);
}

Test(barrier, small_batch_takes_what_is_ready_of_a_closed_barrier)
{
    struct tfeed_barrier *barrier = new_barrier();
    insert_both(barrier, "ab");
    cr_assert_eq(insert(barrier, 0, "cd", NULL), TFEED_OK);
    close_barrier(barrier, false);
    expect_take(barrier, 3, true, "ab", "00");
    expect_no_take(barrier, 3, true, "requested 0, total size 0");
    cr_assert_eq(insert(barrier, 1, "c", NULL), TFEED_OK);
    expect_take(barrier, 3, true, "c", "1");
    cr_assert_eq(insert(barrier, 0, "", NULL), TFEED_OK);
    tfeed_barrier_unref(barrier);
    T_EXPECT_NO_LEAKS(NULL);
}

/* TensorFlow answers OUT_OF_RANGE here, and the elements are gone. */
Test(barrier, waiting_small_batch_gets_what_is_ready_when_the_barrier_closes)
{
    struct tfeed_barrier *barrier = new_barrier();
    struct take take;
    insert_both(barrier, "a");
    cr_assert_eq(insert(barrier, 0, "b", NULL), TFEED_OK);
    start_take(barrier, &take, 3, true);
    cr_assert_eq(take.n_completions, 0);
    close_barrier(barrier, false);
    expect_taken(&take, "a", "0");
    tfeed_barrier_unref(barrier);
    T_EXPECT_NO_LEAKS(NULL);
}

/* TensorFlow waits on here. */
Test(barrier, waiting_take_of_more_than_will_come_ends_when_the_barrier_closes)
{
    struct tfeed_barrier *barrier = new_barrier();
    struct take take;
    cr_assert_eq(insert(barrier, 0, "a", NULL), TFEED_OK);
    start_take(barrier, &take, 2, false);
    close_barrier(barrier, false);
    expect_status(&take, TFEED_OUT_OF_RANGE);
    cr_assert_eq(insert(barrier, 1, "a", NULL), TFEED_OK);
    expect_take(barrier, 1, false, "a", "0");
    tfeed_barrier_unref(barrier);
}

/* The first of two takes leaves too little for the second. */
Test(barrier, waiting_take_ends_when_another_has_taken_what_it_needs)
{
    struct tfeed_barrier *barrier = new_barrier();
    struct take first, second;
    cr_assert_eq(insert(barrier, 0, "abc", NULL), TFEED_OK);
    start_take(barrier, &first, 2, false);
    start_take(barrier, &second, 2, false);
    close_barrier(barrier, false);
    cr_assert_eq(second.n_completions, 0);
    cr_assert_eq(insert(barrier, 1, "ab", NULL), TFEED_OK);
    expect_taken(&first, "ab", "00");
    expect_status(&second, TFEED_OUT_OF_RANGE); /* only c can come */
    expect_sizes(barrier, 0, 1);
    tfeed_barrier_unref(barrier);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(barrier, waiting_take_is_served_by_what_completes_after_a_close)
{
    struct tfeed_barrier *barrier = new_barrier();
    struct take take;
    cr_assert_eq(insert(barrier, 0, "a", NULL), TFEED_OK);
    start_take(barrier, &take, 1, false);
    close_barrier(barrier, false);
    cr_assert_eq(insert(barrier, 1, "a", NULL), TFEED_OK);
    expect_taken(&take, "a", "0");
    tfeed_barrier_unref(barrier);
}

Test(barrier, cancelling_close_ends_waiting_takes)
{
    struct tfeed_barrier *barrier = new_barrier();
    struct take take;
    cr_assert_eq(insert(barrier, 0, "a", NULL), TFEED_OK);
    start_take(barrier, &take, 1, false);
    close_barrier(barrier, true);
    expect_status(&take, TFEED_OUT_OF_RANGE);
    tfeed_barrier_unref(barrier);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(barrier, closed_empty_barrier_gives_nothing_not_even_a_batch_of_none)
{
    struct tfeed_barrier *barrier = new_barrier();
    struct take take;
    start_take(barrier, &take, 0, false); /* open: an empty batch */
    expect_taken(&take, "", "");
    close_barrier(barrier, false);
    expect_no_take(barrier, 1, false, "requested 1, total size 0");
    expect_no_take(barrier, 1, true, "requested 0, total size 0");
    expect_no_take(barrier, 0, false, "requested 0, total size 0");
    start_take(barrier, &take, -1, false);
    expect_status(&take, TFEED_INVALID_ARGUMENT);
    tfeed_barrier_unref(barrier);
}

/* --- options and sharing --------------------------------------------------------------------- */

Test(barrier, empty_shape_is_refused_with_its_place)
{
    const struct tfeed_shape empty[] = {TFEED_SHAPE_SCALAR, tfeed_shape_matrix(0, 2)};
    struct tfeed_barrier_options options = barrier_options();
    struct tfeed_barrier *barrier = NULL;
    struct tfeed_error error = TFEED_ERROR_INIT;
    options.shapes = empty;
    cr_assert_eq(tfeed_barrier_new(NULL, &options, &barrier, &error), TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(error.message, "received shape [0,2] at index 1"));
}

Test(barrier, unknown_dims_are_refused)
{
    const struct tfeed_shape unknown[] = {TFEED_SHAPE_SCALAR,
                                          tfeed_shape_vector(TFEED_DIM_UNKNOWN)};
    struct tfeed_barrier_options options = barrier_options();
    struct tfeed_barrier *barrier = NULL;
    options.shapes = unknown;
    cr_assert_eq(tfeed_barrier_new(NULL, &options, &barrier, NULL), TFEED_INVALID_ARGUMENT);
}

Test(barrier, shared_name_is_one_barrier_if_types_and_shapes_agree)
{
    static const enum tfeed_dtype others[] = {TFEED_FLOAT, TFEED_FLOAT};
    struct tfeed_barrier_options options = barrier_options();
    struct tfeed_queue_options queue_options = int64_options(2);
    struct tfeed_context *context = NULL;
    struct tfeed_barrier *barrier = NULL, *same = NULL;
    struct tfeed_queue *queue = NULL;
    struct tfeed_error error = TFEED_ERROR_INIT;
    options.shared_name = queue_options.shared_name = "shared";
    cr_assert_eq(tfeed_context_new(NULL, &context, NULL), TFEED_OK);
    cr_assert_eq(tfeed_barrier_new(context, &options, &barrier, NULL), TFEED_OK);
    cr_assert_eq(tfeed_barrier_new(context, &options, &same, NULL), TFEED_OK);
    cr_assert_eq(same, barrier);
    tfeed_barrier_unref(same);

    options.dtypes = others;
    cr_assert_eq(tfeed_barrier_new(context, &options, &same, &error), TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(error.message, "component types"));
    options.dtypes = dtypes;
    options.n_components = 1;
    cr_assert_eq(tfeed_barrier_new(context, &options, &same, &error), TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(error.message, "component types"));
    options.n_components = 2;
    options.shapes = NULL;
    cr_assert_eq(tfeed_barrier_new(context, &options, &same, &error), TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(error.message, "component shapes"));
    cr_assert_eq(tfeed_fifo_queue_new(context, &queue_options, &queue, NULL),
                 TFEED_INVALID_ARGUMENT);
    tfeed_barrier_unref(barrier);
    cr_assert_eq(tfeed_context_close(context, NULL), TFEED_OK);
    T_EXPECT_NO_LEAKS(NULL);
}

static tfeed_status use_barrier(const struct tfeed_allocator *allocator, bool has_shapes)
{
    struct tfeed_barrier_options options = barrier_options();
    struct tfeed_context_options context_options;
    struct tfeed_context *context = NULL;
    struct tfeed_barrier *barrier = NULL;
    struct tfeed_tensor taken[N_TAKEN] = {{.dtype = TFEED_DTYPE_INVALID}};
    if (!has_shapes)
        options.shapes = NULL;
    tfeed_context_options_init(&context_options);
    context_options.allocator = allocator;
    tfeed_status status = tfeed_context_new(&context_options, &context, NULL);
    if (status == TFEED_OK)
        status = tfeed_barrier_new(context, &options, &barrier, NULL);
    if (status == TFEED_OK)
        status = insert(barrier, 0, "abcdefghij", NULL);
    if (status == TFEED_OK)
        status = insert(barrier, 1, "bcdefghijklmno", NULL);
    if (status == TFEED_OK)
        status = insert(barrier, 0, "klmno", NULL);
    if (status == TFEED_OK) {
        expect_sizes(barrier, 14, 1);
        status = tfeed_barrier_take_many_timed(barrier, 14, false, 0, taken, NULL);
        expect_sizes(barrier, status == TFEED_OK ? 0 : 14, 1);
    }
    for (int i = 0; i < N_TAKEN; i++)
        tfeed_tensor_clear(&taken[i]);
    tfeed_barrier_unref(barrier);
    cr_assert_eq(tfeed_context_close(context, NULL), TFEED_OK);
    return status;
}

Test(barrier, each_failing_allocation_is_resource_exhausted)
{
    T_FAIL_EACH_ALLOC(allocator, { T_EXPECT_ALLOC_STATUS(use_barrier(allocator, true)); });
}

/* What was there before completes as if nothing had been tried. */
Test(barrier, an_insertion_that_fails_to_grow_leaves_the_others_as_they_are)
{
    bool has_failed = true;
    for (size_t nth = 1; has_failed; nth++) {
        struct tfeed_barrier_options options = barrier_options();
        struct tfeed_context_options context_options;
        struct tfeed_context *context = NULL;
        struct tfeed_barrier *barrier = NULL;
        struct t_allocator allocator;
        t_allocator_init(&allocator);
        tfeed_context_options_init(&context_options);
        context_options.allocator = &allocator.hooks;
        cr_assert_eq(tfeed_context_new(&context_options, &context, NULL), TFEED_OK);
        cr_assert_eq(tfeed_barrier_new(context, &options, &barrier, NULL), TFEED_OK);
        cr_assert_eq(insert(barrier, 0, "abc", NULL), TFEED_OK);
        allocator.fail_at = allocator.n_calls + nth;
        has_failed = insert(barrier, 0, "ABCDEFGHIJKLMN", NULL) != TFEED_OK;
        allocator.fail_at = 0;
        cr_assert_eq(insert(barrier, 1, "abc", NULL), TFEED_OK);
        expect_take(barrier, 3, false, "abc", "000");
        tfeed_barrier_unref(barrier);
        cr_assert_eq(tfeed_context_close(context, NULL), TFEED_OK);
        T_EXPECT_NO_LEAKS(&allocator);
    }
}

Test(barrier, each_failing_allocation_of_unspecified_shapes_is_resource_exhausted)
{
    T_FAIL_EACH_ALLOC(allocator, { T_EXPECT_ALLOC_STATUS(use_barrier(allocator, false)); });
}
