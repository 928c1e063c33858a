/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_producer.c - string_input_producer: epochs, order, and how it ends.
 */
#include <criterion/criterion.h>

#include <string.h>

#include <tfeed/coordinator.h>
#include <tfeed/pipeline.h>

#include "queues/queues_internal.h"
#include "tests/support/support.h"

static struct tfeed_context *context;
static struct tfeed_coordinator *coordinator;
static struct tfeed_producer_options options;
static struct tfeed_queue *queue;
static int n_threads_before;

static void set_up(void)
{
    n_threads_before = t_n_threads();
    queue = NULL;
    tfeed_producer_options_init(&options);
    cr_assert_eq(tfeed_context_new(NULL, &context, NULL), TFEED_OK);
    cr_assert_eq(tfeed_coordinator_new(NULL, &coordinator, NULL), TFEED_OK);
}

static void tear_down(void)
{
    cr_assert_eq(tfeed_coordinator_request_stop(coordinator, NULL, NULL), TFEED_OK);
    cr_assert_eq(tfeed_coordinator_join(coordinator, NULL, NULL), TFEED_OK);
    tfeed_queue_unref(queue);
    cr_assert_eq(tfeed_context_close(context, NULL), TFEED_OK);
    tfeed_coordinator_free(coordinator);
    cr_assert(t_n_threads_becomes(n_threads_before), "a thread is left");
}

TestSuite(producer, .init = set_up, .fini = tear_down);

static const char *const abc[] = {"a", "b", "c"};

static void make(const char *const *strings, size_t n)
{
    cr_assert_eq(tfeed_string_input_producer(context, strings, n, &options, &queue, NULL),
                 TFEED_OK);
}

static void start(void)
{
    cr_assert_eq(tfeed_start_queue_runners(context, coordinator, NULL), TFEED_OK);
}

/* Takes one-letter strings: n of them into text, or as many as there are. */
static tfeed_status take(char *text, size_t n)
{
    struct tfeed_tensor element = {.dtype = TFEED_DTYPE_INVALID};
    tfeed_status status = TFEED_OK;
    for (size_t i = 0; i < n && status == TFEED_OK; i++) {
        status = tfeed_queue_dequeue(queue, &element, NULL);
        text[i] = status == TFEED_OK ? (char)tfeed_tensor_strings(&element)[0].data[0] : '\0';
    }
    text[n] = '\0';
    tfeed_tensor_clear(&element);
    return status;
}

/* --- orders -------------------------------------------------------------------------------- */

Test(producer, unshuffled_strings_come_in_order)
{
    char text[16];
    options.n_epochs = 2;
    options.shuffle = false;
    make(abc, 3);
    start();
    cr_assert_eq(take(text, 7), TFEED_OUT_OF_RANGE);
    cr_assert_str_eq(text, "abcabc");
}

Test(producer, shuffled_epochs_are_those_of_tensorflow)
{
    char text[32];
    options.n_epochs = 6;
    options.seed = 271828;
    make(abc, 3);
    start();
    cr_assert_eq(take(text, 19), TFEED_OUT_OF_RANGE);
    cr_assert_str_eq(text, "bca"
                           "bca"
                           "cba"
                           "bac"
                           "abc"
                           "acb");
}

Test(producer, seed_pair_can_be_given_outright)
{
    static const struct tfeed_seeds pair = {87654321, 271828};
    char text[16];
    options.n_epochs = 3;
    options.seed_pair = &pair;
    make(abc, 3);
    start();
    cr_assert_eq(take(text, 10), TFEED_OUT_OF_RANGE);
    cr_assert_str_eq(text, "bcabcacba");
}

Test(producer, every_order_is_about_as_frequent)
{
    enum { N_EPOCHS = 600, N_ORDERS = 6, EXPECTED = N_EPOCHS / N_ORDERS };
    static const char orders[N_ORDERS][4] = {"abc", "acb", "bac", "bca", "cab", "cba"};
    int counts[N_ORDERS] = {0};
    char text[8];
    options.n_epochs = N_EPOCHS;
    options.seed = 1;
    make(abc, 3);
    start();
    for (int epoch = 0; epoch < N_EPOCHS; epoch++) {
        cr_assert_eq(take(text, 3), TFEED_OK);
        int order = 0;
        while (order < N_ORDERS && strcmp(orders[order], text) != 0)
            order++;
        cr_assert_lt(order, N_ORDERS, "%s is no permutation", text);
        counts[order]++;
    }
    for (int order = 0; order < N_ORDERS; order++) {
        cr_assert_gt(counts[order], EXPECTED * 6 / 10);
        cr_assert_lt(counts[order], EXPECTED * 14 / 10);
    }
}

Test(producer, list_may_be_longer_than_the_capacity)
{
    char text[16];
    options.n_epochs = 2;
    options.shuffle = false;
    options.capacity = 1;
    make(abc, 3);
    start();
    cr_assert_eq(take(text, 7), TFEED_OUT_OF_RANGE);
    cr_assert_str_eq(text, "abcabc");
}

/* --- ends ---------------------------------------------------------------------------------- */

Test(producer, endless_one_goes_on_until_the_stop)
{
    char text[64];
    make(abc, 3);
    start();
    cr_assert_eq(take(text, 60), TFEED_OK);
}

Test(producer, stop_ends_a_blocked_epoch)
{
    options.capacity = 2;
    make(abc, 3);
    start();
    while (tfi_queue_n_waiting(queue, true) == 0)
        (void)tfeed_coordinator_wait_for_stop(coordinator, 1);
}

Test(producer, one_thread_and_a_watcher_serve_it)
{
    make(abc, 3);
    start();
    cr_assert_eq(t_n_threads(), n_threads_before + 2);
}

Test(producer, strings_are_copied)
{
    char name[] = "x";
    const char *const strings[] = {name};
    char text[4];
    options.n_epochs = 1;
    make(strings, 1);
    name[0] = 'y';
    start();
    cr_assert_eq(take(text, 1), TFEED_OK);
    cr_assert_str_eq(text, "x");
}

Test(producer, producers_of_one_shared_name_fill_one_queue)
{
    struct tfeed_queue *same = NULL;
    options.n_epochs = 1;
    options.shared_name = "files";
    make(abc, 3);
    cr_assert_eq(tfeed_string_input_producer(context, abc, 3, &options, &same, NULL), TFEED_OK);
    cr_assert_eq(same, queue);
    tfeed_queue_unref(same);
}

/* --- refusals ------------------------------------------------------------------------------ */

static tfeed_status try_to_make(size_t n_strings)
{
    return tfeed_string_input_producer(context, abc, n_strings, &options, &queue, NULL);
}

Test(producer, empty_list_is_refused)
{
    cr_assert_eq(try_to_make(0), TFEED_INVALID_ARGUMENT);
}

Test(producer, no_epoch_is_refused)
{
    options.n_epochs = 0;
    cr_assert_eq(try_to_make(3), TFEED_INVALID_ARGUMENT);
    options.n_epochs = -2;
    cr_assert_eq(try_to_make(3), TFEED_INVALID_ARGUMENT);
}

Test(producer, missing_context_is_refused)
{
    cr_assert_eq(tfeed_string_input_producer(NULL, abc, 3, &options, &queue, NULL),
                 TFEED_INVALID_ARGUMENT);
}

Test(producer, options_that_were_not_initialised_are_refused)
{
    options.struct_size = 0;
    cr_assert_eq(try_to_make(3), TFEED_INVALID_ARGUMENT);
}

Test(producer, no_memory_is_reported)
{
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_context_options context_options;
        struct tfeed_context *failing = NULL;
        struct tfeed_queue *made = NULL;
        tfeed_context_options_init(&context_options);
        context_options.allocator = allocator;
        tfeed_status status = tfeed_context_new(&context_options, &failing, NULL);
        if (status == TFEED_OK)
            status = tfeed_string_input_producer(failing, abc, 3, &options, &made, NULL);
        T_EXPECT_ALLOC_STATUS(status);
        tfeed_queue_unref(made);
        cr_assert_eq(tfeed_context_close(failing, NULL), TFEED_OK);
    });
}
