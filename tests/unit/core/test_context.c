/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_context.c - options, seeds, runners, shared names, and the end of a context.
 */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "core/context_internal.h"
#include "core/error_internal.h"
#include "core/thread_internal.h"
#include "tests/support/support.h"

/* What was called, in order: "start a,start b,…". */
static char calls[512];

static void note(const char *what, const char *name)
{
    const size_t len = strlen(calls);
    snprintf(calls + len, sizeof calls - len, "%s%s %s", len > 0 ? "," : "", what, name);
}

static struct tfeed_context *make_context(int64_t graph_seed,
                                          const struct tfeed_allocator *allocator)
{
    struct tfeed_context *context = NULL;
    struct tfeed_context_options options;
    tfeed_context_options_init(&options);
    options.graph_seed = graph_seed;
    options.allocator = allocator;
    cr_assert_eq(tfeed_context_new(&options, &context, NULL), TFEED_OK);
    return context;
}

/* --- making -------------------------------------------------------------------------------- */

Test(context, defaults_have_no_graph_seed_and_malloc)
{
    struct tfeed_context *context = NULL;
    struct tfeed_context_options options;
    tfeed_context_options_init(&options);
    cr_assert_eq(options.graph_seed, TFEED_SEED_UNSET);
    cr_assert_null(options.allocator);
    cr_assert_null(options.log);
    cr_assert_eq(tfeed_context_new(NULL, &context, NULL), TFEED_OK);
    cr_assert_null(tfi_context_allocator(context));
    cr_assert_null(tfi_context_allocator(NULL));
    cr_assert_eq(tfeed_context_close(context, NULL), TFEED_OK);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(context, options_that_were_not_initialised_are_refused)
{
    struct tfeed_error error;
    struct tfeed_context *context = NULL;
    const struct tfeed_context_options options = {.struct_size = 0};
    cr_assert_eq(tfeed_context_new(&options, &context, &error), TFEED_INVALID_ARGUMENT);
    cr_assert(strstr(error.message, "struct_size 0, expected ") != NULL);
    cr_assert_null(context);
}

Test(context, closing_null_is_ok)
{
    cr_assert_eq(tfeed_context_close(NULL, NULL), TFEED_OK);
    cr_assert_null(tfi_context_ref(NULL));
    tfi_context_unref(NULL);
}

Test(context, counted_context_outlives_its_close)
{
    struct t_allocator allocator;
    t_allocator_init(&allocator);
    struct tfeed_context *context = make_context(1, &allocator.hooks);
    cr_assert_eq(tfi_context_ref(context), context);
    cr_assert_eq(tfeed_context_close(context, NULL), TFEED_OK);
    cr_assert_eq(tfi_context_allocator(context), &allocator.hooks);
    cr_assert_gt(t_outstanding_bytes(&allocator), 0);
    tfi_context_unref(context);
    T_EXPECT_NO_LEAKS(&allocator);
}

/* --- seeds --------------------------------------------------------------------------------- */

static void expect_seeds(struct tfeed_context *context, int64_t op_seed, uint64_t seed,
                         uint64_t seed2)
{
    const struct tfeed_seeds seeds = tfeed_context_next_seeds(context, op_seed);
    cr_assert_eq(seeds.seed, seed);
    cr_assert_eq(seeds.seed2, seed2);
}

Test(context, second_seed_counts_earlier_calls_without_op_seed)
{
    struct tfeed_context *context = make_context(42, NULL);
    expect_seeds(context, TFEED_SEED_UNSET, 42, 0);
    expect_seeds(context, TFEED_SEED_UNSET, 42, 1);
    expect_seeds(context, 7, 42, 7);
    expect_seeds(context, TFEED_SEED_UNSET, 42, 2);
    cr_assert_eq(tfeed_context_close(context, NULL), TFEED_OK);
}

Test(context, without_graph_seed_only_an_op_seed_fixes_the_order)
{
    struct tfeed_context *context = make_context(TFEED_SEED_UNSET, NULL);
    expect_seeds(context, TFEED_SEED_UNSET, 0, 0);
    expect_seeds(context, 7, 87654321, 7);
    expect_seeds(NULL, TFEED_SEED_UNSET, 0, 0);
    expect_seeds(NULL, 7, 87654321, 7);
    cr_assert_eq(tfeed_context_close(context, NULL), TFEED_OK);
}

/* --- log ----------------------------------------------------------------------------------- */

static void keep_line(void *user_data, enum tfeed_log_level level, const char *line)
{
    snprintf(user_data, 64, "%d %s", (int)level, line);
}

Test(context, log_gets_one_clean_line)
{
    char line[64] = "";
    struct tfeed_context *context = NULL;
    struct tfeed_context_options options;
    tfeed_context_options_init(&options);
    options.log = keep_line;
    options.log_user_data = line;
    cr_assert_eq(tfeed_context_new(&options, &context, NULL), TFEED_OK);
    tfi_context_log(context, TFEED_LOG_WARNING, "%s: %d records left out", "a\nb", 3);
    cr_assert_str_eq(line, "2 a?b: 3 records left out");
    cr_assert_eq(tfeed_context_close(context, NULL), TFEED_OK);
}

Test(context, log_without_hook_is_silent)
{
    struct tfeed_context *context = make_context(1, NULL);
    tfi_context_log(context, TFEED_LOG_INFO, "nobody hears");
    tfi_context_log(NULL, TFEED_LOG_INFO, "nobody hears");
    cr_assert_eq(tfeed_context_close(context, NULL), TFEED_OK);
}

/* --- runners ------------------------------------------------------------------------------- */

struct fake_runner {
    const char *name;
    const char *live; /* what describe_live says */
    tfeed_status start_status;
};

static tfeed_status fake_start(void *runner, void *coordinator, struct tfeed_error *reterr)
{
    const struct fake_runner *fake = runner;
    cr_assert_str_eq((const char *)coordinator, "coordinator");
    note("start", fake->name);
    if (fake->start_status != TFEED_OK)
        return tfi_fail(reterr, fake->start_status, "%s does not start", fake->name);
    return TFEED_OK;
}

static void fake_cancel(void *runner)
{
    note("cancel", ((const struct fake_runner *)runner)->name);
}

static void fake_describe_live(void *runner, char *text, size_t text_bytes)
{
    const char *live = ((const struct fake_runner *)runner)->live;
    snprintf(text, text_bytes, "%s", live != NULL ? live : "");
}

static void fake_free(void *runner)
{
    note("free", ((const struct fake_runner *)runner)->name);
}

static const struct tfi_runner_functions fake_functions = {
    .start = fake_start,
    .cancel = fake_cancel,
    .describe_live = fake_describe_live,
    .free = fake_free,
};

static void add_runner(struct tfeed_context *context, struct fake_runner *runner)
{
    cr_assert_eq(tfi_context_add_runner(context, &fake_functions, runner, NULL), TFEED_OK);
}

Test(context, runners_start_in_order_and_go_in_reverse)
{
    char coordinator[] = "coordinator";
    struct fake_runner a = {.name = "a"}, b = {.name = "b"}, c = {.name = "c"};
    struct tfeed_context *context = make_context(1, NULL);
    add_runner(context, &a);
    add_runner(context, &b);
    add_runner(context, &c);
    cr_assert_eq(tfi_context_start_runners(context, coordinator, NULL), TFEED_OK);
    cr_assert_eq(tfeed_context_close(context, NULL), TFEED_OK);
    cr_assert_str_eq(calls, "start a,start b,start c,cancel a,cancel b,cancel c,"
                            "free c,free b,free a");
    T_EXPECT_NO_LEAKS(NULL);
}

Test(context, first_runner_that_does_not_start_ends_the_start)
{
    char coordinator[] = "coordinator";
    struct tfeed_error error;
    struct fake_runner a = {.name = "a"}, c = {.name = "c"};
    struct fake_runner b = {.name = "b", .start_status = TFEED_RESOURCE_EXHAUSTED};
    struct tfeed_context *context = make_context(1, NULL);
    add_runner(context, &a);
    add_runner(context, &b);
    add_runner(context, &c);
    cr_assert_eq(tfi_context_start_runners(context, coordinator, &error), TFEED_RESOURCE_EXHAUSTED);
    cr_assert_str_eq(error.message, "b does not start");
    cr_assert_str_eq(calls, "start a,start b");
    cr_assert_eq(tfeed_context_close(context, NULL), TFEED_OK);
}

Test(context, many_runners_are_kept)
{
    static struct fake_runner runners[40];
    struct tfeed_context *context = make_context(1, NULL);
    for (int i = 0; i < 40; i++) {
        runners[i].name = i < 39 ? "" : "last";
        add_runner(context, &runners[i]);
    }
    cr_assert_eq(tfeed_context_close(context, NULL), TFEED_OK);
    cr_assert(strstr(calls, "cancel last,free last") != NULL);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(context, live_threads_keep_the_context_and_are_named)
{
    struct tfeed_error error;
    struct fake_runner a = {.name = "a", .live = "reader 0, reader 1"}, b = {.name = "b"};
    struct fake_runner c = {.name = "c", .live = "batcher"};
    struct tfeed_context *context = make_context(1, NULL);
    add_runner(context, &a);
    add_runner(context, &b);
    add_runner(context, &c);
    cr_assert_eq(tfeed_context_close(context, &error), TFEED_FAILED_PRECONDITION);
    cr_assert_str_eq(error.message,
                     "the context cannot end while threads run: reader 0, reader 1, batcher");
    cr_assert_str_eq(calls, "cancel a,cancel b,cancel c");

    a.live = NULL;
    cr_assert_eq(tfeed_context_close(context, &error), TFEED_FAILED_PRECONDITION);
    cr_assert_str_eq(error.message, "the context cannot end while threads run: batcher");
    c.live = NULL;
    calls[0] = '\0';
    cr_assert_eq(tfeed_context_close(context, NULL), TFEED_OK);
    cr_assert_str_eq(calls, "cancel a,cancel b,cancel c,free c,free b,free a");
    T_EXPECT_NO_LEAKS(NULL);
}

Test(context, names_of_too_many_live_threads_are_cut)
{
    char live[400];
    struct tfeed_error error;
    memset(live, 'x', sizeof live);
    live[sizeof live - 1] = '\0';
    struct fake_runner a = {.name = "a", .live = "reader"}, b = {.name = "b", .live = live};
    struct fake_runner c = {.name = "c", .live = "batcher"};
    struct tfeed_context *context = make_context(1, NULL);
    add_runner(context, &a);
    add_runner(context, &b);
    add_runner(context, &c);
    cr_assert_eq(tfeed_context_close(context, &error), TFEED_FAILED_PRECONDITION);
    cr_assert(strstr(error.message, "run: reader, xxx") != NULL);
    a.live = b.live = c.live = NULL;
    cr_assert_eq(tfeed_context_close(context, NULL), TFEED_OK);
}

Test(context, closed_context_takes_nothing_more)
{
    struct fake_runner a = {.name = "a"};
    struct tfeed_error error;
    struct tfeed_context *context = tfi_context_ref(make_context(1, NULL));
    cr_assert_eq(tfeed_context_close(context, NULL), TFEED_OK);
    cr_assert_eq(tfi_context_add_runner(context, &fake_functions, &a, &error),
                 TFEED_FAILED_PRECONDITION);
    cr_assert_str_eq(error.message, "the context has ended");
    cr_assert_str_empty(calls);
    tfi_context_unref(context);
    T_EXPECT_NO_LEAKS(NULL);
}

/* --- shared names -------------------------------------------------------------------------- */

struct fake_queue {
    int n_refs;
    int capacity;
    const struct tfeed_allocator *allocator;
};

struct fake_request {
    int capacity;
    const struct tfeed_allocator *allocator;
    struct tfeed_context *nested; /* make shares the same name first, as another thread might */
};

static const struct tfi_shared_functions queue_functions;

static tfeed_status make_queue(void *request, void **ret_object, struct tfeed_error *reterr)
{
    const struct fake_request *wanted = request;
    struct fake_queue *queue = tfi_alloc(wanted->allocator, sizeof *queue);
    if (queue == NULL)
        return tfi_fail_memory(reterr, "a fake queue");
    *queue = (struct fake_queue){
        .n_refs = 1, .capacity = wanted->capacity, .allocator = wanted->allocator};
    if (wanted->nested != NULL) {
        void *other = NULL;
        struct fake_request same = {.capacity = 100};
        cr_assert_eq(tfi_context_share(wanted->nested, "q", &queue_functions, &same, &other, NULL),
                     TFEED_OK);
        queue_functions.unref(other);
    }
    *ret_object = queue;
    return TFEED_OK;
}

static tfeed_status check_queue(void *request, void *object, struct tfeed_error *reterr)
{
    const struct fake_request *wanted = request;
    const struct fake_queue *queue = object;
    if (wanted->capacity != queue->capacity)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "capacity is %d, not %d", queue->capacity,
                        wanted->capacity);
    return TFEED_OK;
}

static void *ref_queue(void *object)
{
    ((struct fake_queue *)object)->n_refs++;
    return object;
}

static void unref_queue(void *object)
{
    struct fake_queue *queue = object;
    char capacity[16];
    if (--queue->n_refs > 0)
        return;
    snprintf(capacity, sizeof capacity, "%d", queue->capacity);
    note("end", capacity);
    tfi_free(queue->allocator, queue);
}

static const struct tfi_shared_functions queue_functions = {
    .kind = "fifo_queue",
    .make = make_queue,
    .check = check_queue,
    .ref = ref_queue,
    .unref = unref_queue,
};

static struct fake_queue *share(struct tfeed_context *context, const char *name, int capacity)
{
    void *object = NULL;
    struct fake_request request = {.capacity = capacity};
    cr_assert_eq(tfi_context_share(context, name, &queue_functions, &request, &object, NULL),
                 TFEED_OK);
    return object;
}

Test(context, same_name_gives_the_same_object)
{
    struct tfeed_context *context = make_context(1, NULL);
    struct fake_queue *first = share(context, "q", 10);
    struct fake_queue *other = share(context, "r", 20);
    cr_assert_eq(share(context, "q", 10), first);
    cr_assert_neq(other, first);
    cr_assert_eq(first->n_refs, 3);
    unref_queue(first);
    unref_queue(first);
    unref_queue(other);
    cr_assert_str_empty(calls);
    cr_assert_eq(tfeed_context_close(context, NULL), TFEED_OK);
    cr_assert_str_eq(calls, "end 20,end 10");
    T_EXPECT_NO_LEAKS(NULL);
}

Test(context, object_in_use_outlives_the_context)
{
    struct tfeed_context *context = make_context(1, NULL);
    struct fake_queue *queue = share(context, "q", 10);
    cr_assert_eq(tfeed_context_close(context, NULL), TFEED_OK);
    cr_assert_eq(queue->n_refs, 1);
    unref_queue(queue);
    cr_assert_str_eq(calls, "end 10");
    T_EXPECT_NO_LEAKS(NULL);
}

Test(context, runners_go_before_what_they_use)
{
    struct fake_runner a = {.name = "a"};
    struct tfeed_context *context = make_context(1, NULL);
    add_runner(context, &a);
    unref_queue(share(context, "q", 10));
    cr_assert_eq(tfeed_context_close(context, NULL), TFEED_OK);
    cr_assert_str_eq(calls, "cancel a,free a,end 10");
}

Test(context, request_that_does_not_fit_is_refused)
{
    void *object = NULL;
    struct tfeed_error error;
    struct fake_request request = {.capacity = 11};
    struct tfeed_context *context = make_context(1, NULL);
    unref_queue(share(context, "q", 10));
    cr_assert_eq(tfi_context_share(context, "q", &queue_functions, &request, &object, &error),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_str_eq(error.message, "capacity is 10, not 11");
    cr_assert_null(object);
    cr_assert_eq(tfeed_context_close(context, NULL), TFEED_OK);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(context, name_of_another_kind_is_refused)
{
    void *object = NULL;
    struct tfeed_error error;
    struct fake_request request = {.capacity = 10};
    struct tfi_shared_functions functions = queue_functions;
    struct tfeed_context *context = make_context(1, NULL);
    functions.kind = "reader";
    unref_queue(share(context, "q", 10));
    cr_assert_eq(tfi_context_share(context, "q", &functions, &request, &object, &error),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_str_eq(error.message, "shared name 'q' is a fifo_queue, not a reader");
    cr_assert_null(object);
    cr_assert_eq(tfeed_context_close(context, NULL), TFEED_OK);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(context, object_that_comes_second_gives_way_to_the_first)
{
    void *object = NULL;
    struct tfeed_context *context = make_context(1, NULL);
    struct fake_request request = {.capacity = 100, .nested = context};
    cr_assert_eq(tfi_context_share(context, "q", &queue_functions, &request, &object, NULL),
                 TFEED_OK);
    cr_assert_str_eq(calls, "end 100"); /* the one made second */
    cr_assert_eq(object, share(context, "q", 100));
    unref_queue(object);
    unref_queue(object);
    cr_assert_eq(tfeed_context_close(context, NULL), TFEED_OK);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(context, closed_context_shares_nothing_more)
{
    void *object = NULL;
    struct fake_request request = {.capacity = 10};
    struct tfeed_context *context = tfi_context_ref(make_context(1, NULL));
    cr_assert_eq(tfeed_context_close(context, NULL), TFEED_OK);
    cr_assert_eq(tfi_context_share(context, "q", &queue_functions, &request, &object, NULL),
                 TFEED_FAILED_PRECONDITION);
    cr_assert_null(object);
    tfi_context_unref(context);
    T_EXPECT_NO_LEAKS(NULL);
}

/* --- no memory ----------------------------------------------------------------------------- */

static tfeed_status use_context(const struct tfeed_allocator *allocator,
                                struct tfeed_context **ret_context)
{
    static struct fake_runner runner = {.name = "a"};
    struct fake_request request = {.capacity = 10, .allocator = allocator};
    void *object = NULL;
    struct tfeed_context_options options;
    tfeed_context_options_init(&options);
    options.allocator = allocator;
    TFI_TRY(tfeed_context_new(&options, ret_context, NULL));
    TFI_TRY(tfi_context_add_runner(*ret_context, &fake_functions, &runner, NULL));
    TFI_TRY(tfi_context_share(*ret_context, "q", &queue_functions, &request, &object, NULL));
    unref_queue(object);
    return TFEED_OK;
}

Test(context, each_failed_allocation_is_reported_and_leaks_nothing)
{
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_context *context = NULL;
        T_EXPECT_ALLOC_STATUS(use_context(allocator, &context));
        cr_assert_eq(tfeed_context_close(context, NULL), TFEED_OK);
    });
    T_EXPECT_NO_LEAKS(NULL);
}
