/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * replay_coordinator.c - coordinator and queue runner against TensorFlow's.
 *
 * The rows of input/coordinator/ name a situation and tell what came of it; the situations stand
 * here, the outcomes there.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tfeed/coordinator.h>

#include "queues/queues_internal.h"
#include "tests/golden/replay.h"
#include "tests/support/support.h"

static int n_threads_at_rest; /* of this program: when no row has any of its own */

enum { LONG_MS = 300000, SHORT_MS = 100, TEXT_BYTES = 256 };

/* One row being replayed. */
struct row {
    struct replay *replay;
    const char *file;
    const char *name;
    const json_t *json;
    bool failed;
};

typedef void (*situation_fn)(struct row *row);

struct situation {
    const char *prefix; /* of the row's name */
    situation_fn run;
};

/* --- comparing ----------------------------------------------------------------------------- */

static void expect_status(struct row *row, const char *what, const json_t *outcome,
                          tfeed_status status)
{
    const char *kind = json_is_string(outcome)
                           ? json_string_value(outcome)
                           : json_string_value(json_object_get(outcome, "error"));
    const tfeed_status expected = replay_status_from_kind(kind);
    if (status == expected)
        return;
    row->failed = true;
    replay_fail(row->replay, row->file, row->name, "%s: expected %s, got %s", what,
                tfeed_status_name(expected), tfeed_status_name(status));
}

static void expect_number(struct row *row, const char *what, int64_t expected, int64_t got)
{
    if (expected == got)
        return;
    row->failed = true;
    replay_fail(row->replay, row->file, row->name, "%s: expected %lld, got %lld", what,
                (long long)expected, (long long)got);
}

/* A field that may be absent from the row. */
static void expect_bool(struct row *row, const json_t *object, const char *key, bool got)
{
    const json_t *value = json_object_get(object, key);
    if (value != NULL)
        expect_number(row, key, json_is_true(value), got);
}

static void must(struct row *row, const char *what, tfeed_status status)
{
    expect_status(row, what, NULL, status);
}

/* --- coordinator --------------------------------------------------------------------------- */

static struct tfeed_coordinator *new_coordinator(struct row *row)
{
    struct tfeed_coordinator *coordinator = NULL;
    must(row, "making a coordinator", tfeed_coordinator_new(NULL, &coordinator, NULL));
    return coordinator;
}

/* The reports of the rows by the words used there. */
static struct tfeed_error error_of(const char *word)
{
    struct tfeed_error error = TFEED_ERROR_INIT;
    error.code = strcmp(word, "OOR") == 0   ? TFEED_OUT_OF_RANGE
                 : strcmp(word, "CAN") == 0 ? TFEED_CANCELLED
                 : strcmp(word, "INV") == 0 ? TFEED_INVALID_ARGUMENT
                                            : TFEED_FAILED_PRECONDITION;
    return error;
}

static tfeed_status report(struct tfeed_coordinator *coordinator, const char *word)
{
    if (strcmp(word, "stop") == 0)
        return tfeed_coordinator_request_stop(coordinator, NULL, NULL);
    const struct tfeed_error error = error_of(word);
    return tfeed_coordinator_request_stop(coordinator, &error, NULL);
}

static void situation_new(struct row *row)
{
    struct tfeed_coordinator *coordinator = new_coordinator(row);
    expect_bool(row, row->json, "should_stop", tfeed_coordinator_should_stop(coordinator));
    expect_bool(row, row->json, "joined", tfeed_coordinator_joined(coordinator));
    expect_bool(row, row->json, "wait_10ms", tfeed_coordinator_wait_for_stop(coordinator, 10));
    tfeed_coordinator_free(coordinator);
}

static void situation_stop_join_clear(struct row *row)
{
    struct tfeed_coordinator *coordinator = new_coordinator(row);
    const json_t *after_clear = json_object_get(row->json, "after_clear");
    must(row, "stop", report(coordinator, "stop"));
    expect_bool(row, row->json, "should_stop", tfeed_coordinator_should_stop(coordinator));
    expect_bool(row, row->json, "wait",
                tfeed_coordinator_wait_for_stop(coordinator, TFEED_WAIT_FOREVER));
    expect_status(row, "join", json_object_get(row->json, "join"),
                  tfeed_coordinator_join(coordinator, NULL, NULL));
    expect_bool(row, row->json, "joined", tfeed_coordinator_joined(coordinator));
    tfeed_coordinator_clear_stop(coordinator);
    expect_bool(row, after_clear, "should_stop", tfeed_coordinator_should_stop(coordinator));
    expect_bool(row, after_clear, "joined", tfeed_coordinator_joined(coordinator));
    tfeed_coordinator_free(coordinator);
}

static void situation_reports(struct row *row)
{
    struct tfeed_coordinator *coordinator = new_coordinator(row);
    const json_t *reports = json_object_get(row->json, "reports");
    for (size_t i = 0; i < json_array_size(reports); i++)
        must(row, "report", report(coordinator, json_string_value(json_array_get(reports, i))));
    expect_status(row, "the recorded error",
                  json_object_get(row->json, "raise_requested_exception"),
                  tfeed_coordinator_error(coordinator, NULL));
    expect_status(row, "join", json_object_get(row->json, "join"),
                  tfeed_coordinator_join(coordinator, NULL, NULL));
    expect_bool(row, row->json, "joined", tfeed_coordinator_joined(coordinator));
    expect_status(row, "second join", json_object_get(row->json, "second_join"),
                  tfeed_coordinator_join(coordinator, NULL, NULL));
    tfeed_coordinator_free(coordinator);
}

static void situation_clean_codes(struct row *row)
{
    static const char *const words[] = {"CAN", "OOR"};
    static const char *const fields[] = {"cancelled", "out_of_range"};
    static const tfeed_status codes[] = {TFEED_CANCELLED};
    struct tfeed_coordinator_options options;
    tfeed_coordinator_options_init(&options);
    options.clean_stop_codes = codes;
    options.n_clean_stop_codes = 1;
    for (size_t i = 0; i < 2; i++) {
        struct tfeed_coordinator *coordinator = NULL;
        must(row, "making", tfeed_coordinator_new(&options, &coordinator, NULL));
        must(row, "report", report(coordinator, words[i]));
        expect_status(row, fields[i], json_object_get(row->json, fields[i]),
                      tfeed_coordinator_join(coordinator, NULL, NULL));
        tfeed_coordinator_free(coordinator);
    }
}

static void situation_after_join(struct row *row)
{
    struct tfeed_coordinator *coordinator = new_coordinator(row);
    must(row, "stop", report(coordinator, "stop"));
    must(row, "join", tfeed_coordinator_join(coordinator, NULL, NULL));
    expect_status(row, "real", json_object_get(row->json, "real"), report(coordinator, "INV"));
    expect_status(row, "clean", json_object_get(row->json, "clean"), report(coordinator, "OOR"));
    expect_status(row, "plain", json_object_get(row->json, "plain"), report(coordinator, "stop"));
    tfeed_coordinator_clear_stop(coordinator);
    expect_status(row, "real after clear", json_object_get(row->json, "real_after_clear"),
                  report(coordinator, "INV"));
    expect_status(row, "join after clear", json_object_get(row->json, "join_after_clear"),
                  tfeed_coordinator_join(coordinator, NULL, NULL));
    tfeed_coordinator_free(coordinator);
}

static tfeed_status fail_as_member(struct tfeed_coordinator *coordinator, void *user_data,
                                   struct tfeed_error *reterr)
{
    (void)coordinator;
    (void)user_data;
    *reterr = error_of("INV");
    return reterr->code;
}

static void situation_stop_on_exception(struct row *row)
{
    struct tfeed_coordinator *coordinator = new_coordinator(row);
    must(row, "region", tfeed_coordinator_stop_on_error(coordinator, fail_as_member, NULL, NULL));
    expect_status(row, "join", json_object_get(row->json, "join"),
                  tfeed_coordinator_join(coordinator, NULL, NULL));
    expect_bool(row, row->json, "should_stop", tfeed_coordinator_should_stop(coordinator));
    tfeed_coordinator_free(coordinator);
}

/* A member that does not leave before the join has given it up. */
static void situation_straggler(struct row *row)
{
    struct tfeed_coordinator *coordinator = new_coordinator(row);
    struct tfeed_member *member = NULL;
    struct tfeed_join_options options;
    const json_t *grace = json_object_get(row->json, "grace");
    tfeed_join_options_init(&options);
    options.grace_ms = grace != NULL ? (int64_t)lround(json_number_value(grace) * 1000) : 50;
    options.ignore_live_threads = json_is_true(json_object_get(row->json, "ignore_live_threads"));
    must(row, "register", tfeed_coordinator_register(coordinator, "slow", &member, NULL));
    must(row, "stop", report(coordinator, grace != NULL ? "stop" : "INV"));
    expect_status(row, "join", json_object_get(row->json, "join"),
                  tfeed_coordinator_join(coordinator, &options, NULL));
    expect_bool(row, row->json, "joined", tfeed_coordinator_joined(coordinator));
    tfeed_coordinator_leave(member);
    tfeed_coordinator_free(coordinator);
}

static tfeed_status end_as_member(struct tfeed_coordinator *coordinator, void *user_data,
                                  struct tfeed_error *reterr)
{
    (void)user_data;
    (void)reterr;
    (void)tfeed_coordinator_wait_for_stop(coordinator, SHORT_MS);
    return TFEED_OK;
}

static void situation_no_stop(struct row *row)
{
    struct tfeed_coordinator *coordinator = new_coordinator(row);
    must(row, "start",
         tfeed_coordinator_start_thread(coordinator, "ends", end_as_member, NULL, NULL));
    expect_status(row, "join", json_object_get(row->json, "join"),
                  tfeed_coordinator_join(coordinator, NULL, NULL));
    expect_bool(row, row->json, "should_stop_after", tfeed_coordinator_should_stop(coordinator));
    expect_bool(row, row->json, "joined", tfeed_coordinator_joined(coordinator));
    tfeed_coordinator_free(coordinator);
}

/* --- looper -------------------------------------------------------------------------------- */

enum { MAX_CALLS = 16, FAILING_RUN = 2 };

/* What a looper of a row calls and does. */
struct looper_log {
    const char *calls[MAX_CALLS];
    size_t n_calls;
    size_t n_runs;
    size_t last_run;         /* requests the stop */
    tfeed_status last_gives; /* what it returns */
};

static void log_call(struct looper_log *log, const char *call)
{
    if (log->n_calls < MAX_CALLS)
        log->calls[log->n_calls++] = call;
}

static tfeed_status log_start(struct tfeed_coordinator *coordinator, void *user_data,
                              struct tfeed_error *reterr)
{
    (void)coordinator;
    (void)reterr;
    log_call(user_data, "start");
    return TFEED_OK;
}

static tfeed_status log_run(struct tfeed_coordinator *coordinator, void *user_data,
                            struct tfeed_error *reterr)
{
    struct looper_log *log = user_data;
    log_call(log, "run");
    if (++log->n_runs < log->last_run)
        return TFEED_OK;
    if (log->last_gives == TFEED_OK)
        return tfeed_coordinator_request_stop(coordinator, NULL, reterr);
    *reterr = error_of("INV");
    return log->last_gives;
}

static tfeed_status log_stop(struct tfeed_coordinator *coordinator, void *user_data,
                             struct tfeed_error *reterr)
{
    (void)coordinator;
    (void)reterr;
    log_call(user_data, "stop");
    return TFEED_OK;
}

/* Runs a looper to its end; the join's status. */
static tfeed_status loop_through(struct row *row, struct tfeed_coordinator *coordinator,
                                 int64_t interval_ms, struct looper_log *log)
{
    struct tfeed_looper_options options;
    tfeed_looper_options_init(&options);
    options.interval_ms = interval_ms;
    options.start = log_start;
    options.run = log_run;
    options.stop = log_stop;
    options.user_data = log;
    must(row, "a looper", tfeed_coordinator_start_looper(coordinator, &options, NULL));
    return tfeed_coordinator_join(coordinator, NULL, NULL);
}

/* Loops at the interval that `key` says, with the runs that its row tells of. */
static void replay_interval(struct row *row, const char *key)
{
    const json_t *expected = json_object_get(row->json, key);
    if (expected == NULL)
        return;
    const int64_t runs = json_integer_value(json_object_get(expected, "runs"));
    const double seconds = strcmp(key, "None") == 0 ? 0 : strtod(key, NULL);
    struct looper_log log = {.last_run = (size_t)runs};
    struct tfeed_coordinator *coordinator = new_coordinator(row);
    expect_status(row, key, json_object_get(expected, "join"),
                  loop_through(row, coordinator, lround(seconds * 1000), &log));
    expect_number(row, key, runs, (int64_t)log.n_runs);
    expect_bool(row, expected, "alive", !t_n_threads_becomes(n_threads_at_rest));
    tfeed_coordinator_free(coordinator);
}

/* A list of calls that the row has under `key`. */
static void replay_calls(struct row *row, const char *key, size_t last_run, tfeed_status last_gives,
                         bool is_stopped)
{
    const json_t *expected = json_object_get(row->json, key);
    struct looper_log log = {.last_run = last_run, .last_gives = last_gives};
    struct tfeed_coordinator *coordinator = new_coordinator(row);
    if (is_stopped)
        must(row, "stop", report(coordinator, "stop"));
    (void)loop_through(row, coordinator, 0, &log); /* its status is compared elsewhere */
    expect_number(row, key, (int64_t)json_array_size(expected), (int64_t)log.n_calls);
    for (size_t i = 0; i < log.n_calls && !row->failed; i++) {
        const char *call = json_string_value(json_array_get(expected, i));
        if (strcmp(call, log.calls[i]) != 0) {
            row->failed = true;
            replay_fail(row->replay, row->file, row->name, "%s: call %zu: expected %s, got %s", key,
                        i, call, log.calls[i]);
        }
    }
    tfeed_coordinator_free(coordinator);
}

static void replay_raising_target(struct row *row)
{
    const json_t *expected = json_object_get(row->json, "raising target");
    struct looper_log log = {.last_run = 1, .last_gives = TFEED_INVALID_ARGUMENT};
    struct tfeed_coordinator *coordinator = new_coordinator(row);
    expect_status(row, "raising target", json_object_get(expected, "join"),
                  loop_through(row, coordinator, 0, &log));
    expect_bool(row, expected, "should_stop", tfeed_coordinator_should_stop(coordinator));
    tfeed_coordinator_free(coordinator);
}

static void situation_looper(struct row *row)
{
    static const char *const intervals[] = {"None", "0", "0.01"};
    struct tfeed_coordinator *coordinator = new_coordinator(row);
    struct tfeed_looper_options options;
    for (size_t i = 0; i < sizeof intervals / sizeof intervals[0]; i++)
        replay_interval(row, intervals[i]);
    replay_calls(row, "hooks stop", FAILING_RUN, TFEED_OK, false);
    replay_calls(row, "hooks raise", FAILING_RUN, TFEED_INVALID_ARGUMENT, false);
    replay_calls(row, "stopped before start", 1, TFEED_OK, true);
    replay_raising_target(row);
    tfeed_looper_options_init(&options);
    expect_status(row, "no target", json_object_get(row->json, "args without target"),
                  tfeed_coordinator_start_looper(coordinator, &options, NULL));
    options.run = log_run;
    expect_status(row, "no coordinator", json_object_get(row->json, "not a coordinator"),
                  tfeed_coordinator_start_looper(NULL, &options, NULL));
    tfeed_coordinator_free(coordinator);
}

/* --- queue runner: its pieces -------------------------------------------------------------- */

/* The queues of every situation: src feeds dst. */
struct queues {
    struct tfeed_queue *src;
    struct tfeed_queue *other;
    struct tfeed_queue *dst;
};

static struct tfeed_queue *new_queue(struct row *row, const char *name, int64_t capacity)
{
    static const enum tfeed_dtype dtype = TFEED_INT32;
    static const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    struct tfeed_queue *queue = NULL;
    struct tfeed_queue_options options;
    tfeed_queue_options_init(&options);
    options.capacity = capacity;
    options.dtypes = &dtype;
    options.shapes = &scalar;
    options.n_components = 1;
    options.name = name;
    must(row, "making a queue", tfeed_fifo_queue_new(NULL, &options, &queue, NULL));
    return queue;
}

static void put(struct row *row, struct tfeed_queue *queue, int32_t value)
{
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    const struct tfeed_tensor element = tfeed_tensor_borrow(TFEED_INT32, &scalar, &value);
    must(row, "enqueue", tfeed_queue_enqueue(queue, &element, NULL));
}

static void queues_init(struct row *row, struct queues *queues, int32_t n_first)
{
    queues->src = new_queue(row, "src", 10);
    queues->other = new_queue(row, "other", 10);
    queues->dst = new_queue(row, "dst", 2);
    for (int32_t i = 0; i < n_first; i++)
        put(row, queues->src, i);
}

static void queues_clear(struct queues *queues)
{
    tfeed_queue_unref(queues->src);
    tfeed_queue_unref(queues->other);
    tfeed_queue_unref(queues->dst);
}

static tfeed_status move_one(struct tfeed_queue *from, struct tfeed_queue *to,
                             struct tfeed_error *reterr)
{
    struct tfeed_tensor element = {.dtype = TFEED_DTYPE_INVALID};
    tfeed_status status = tfeed_queue_dequeue(from, &element, reterr);
    if (status == TFEED_OK)
        status = tfeed_queue_enqueue(to, &element, reterr);
    tfeed_tensor_clear(&element);
    return status;
}

static tfeed_status move_from_src(void *user_data, struct tfeed_error *reterr)
{
    const struct queues *queues = user_data;
    return move_one(queues->src, queues->dst, reterr);
}

static tfeed_status move_from_other(void *user_data, struct tfeed_error *reterr)
{
    const struct queues *queues = user_data;
    return move_one(queues->other, queues->dst, reterr);
}

/* Fails as TensorFlow's uninitialised variable does, once `other` is closed. */
static tfeed_status fail_when_other_ends(void *user_data, struct tfeed_error *reterr)
{
    const struct queues *queues = user_data;
    struct tfeed_tensor element = {.dtype = TFEED_DTYPE_INVALID};
    const tfeed_status status = tfeed_queue_dequeue(queues->other, &element, NULL);
    tfeed_tensor_clear(&element);
    *reterr = error_of("fail");
    return status == TFEED_OUT_OF_RANGE ? TFEED_FAILED_PRECONDITION : TFEED_INTERNAL;
}

static tfeed_status put_three(void *user_data, struct tfeed_error *reterr)
{
    const struct queues *queues = user_data;
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    int32_t value = 3;
    const struct tfeed_tensor element = tfeed_tensor_borrow(TFEED_INT32, &scalar, &value);
    return tfeed_queue_enqueue(queues->dst, &element, reterr);
}

static struct tfeed_queue_runner *new_runner(struct row *row, struct queues *queues,
                                             const tfeed_enqueue_fn *functions, size_t n)
{
    struct tfeed_queue_runner *runner = NULL;
    struct tfeed_enqueue_operation operations[2] = {{.run = NULL}};
    for (size_t i = 0; i < n; i++)
        operations[i] = (struct tfeed_enqueue_operation){
            .run = functions[i], .user_data = queues, .name = "dst_enqueue"};
    must(row, "making a runner",
         tfeed_queue_runner_new(queues->dst, operations, n, NULL, &runner, NULL));
    return runner;
}

static void start(struct row *row, struct tfeed_queue_runner *runner,
                  struct tfeed_coordinator *coordinator)
{
    const json_t *names = json_object_get(row->json, "thread_names");
    size_t n_threads = 0;
    must(row, "start", tfeed_queue_runner_start(runner, coordinator, &n_threads, NULL));
    if (names != NULL)
        expect_number(row, "threads", (int64_t)json_array_size(names), (int64_t)n_threads);
}

static void close_queue(struct row *row, struct tfeed_queue *queue)
{
    must(row, "close", tfeed_queue_close(queue, false, NULL));
}

/* Takes what the row says that dst gives, then its end. `values` NULL: only the end matters. */
static void expect_drained(struct row *row, struct tfeed_queue *dst, const json_t *values,
                           const json_t *end)
{
    struct tfeed_tensor element = {.dtype = TFEED_DTYPE_INVALID};
    const bool ends_blocked =
        replay_status_from_kind(json_string_value(end)) == TFEED_DEADLINE_EXCEEDED;
    for (size_t i = 0; i < json_array_size(values) && !row->failed; i++) {
        must(row, "an element", tfeed_queue_dequeue_timed(dst, LONG_MS, &element, NULL));
        if (!row->failed)
            expect_number(row, "an element", json_integer_value(json_array_get(values, i)),
                          tfeed_tensor_int32s(&element)[0]);
    }
    if (!row->failed)
        expect_status(
            row, "the end", end,
            tfeed_queue_dequeue_timed(dst, ends_blocked ? SHORT_MS : LONG_MS, &element, NULL));
    tfeed_tensor_clear(&element);
}

static void expect_errors(struct row *row, struct tfeed_queue_runner *runner)
{
    const json_t *kinds = json_object_get(row->json, "exceptions_raised");
    expect_number(row, "errors", (int64_t)json_array_size(kinds),
                  (int64_t)tfeed_queue_runner_n_errors(runner));
    for (size_t i = 0; i < json_array_size(kinds) && !row->failed; i++)
        expect_status(row, "error", json_array_get(kinds, i),
                      tfeed_queue_runner_error(runner, i, NULL));
}

static void expect_join(struct row *row, const json_t *outcome,
                        struct tfeed_coordinator *coordinator)
{
    must(row, "stop", tfeed_coordinator_request_stop(coordinator, NULL, NULL));
    expect_status(row, "join", outcome, tfeed_coordinator_join(coordinator, NULL, NULL));
}

/* --- queue runner: situations -------------------------------------------------------------- */

static void situation_clean_end(struct row *row)
{
    static const tfeed_enqueue_fn functions[] = {move_from_src};
    struct queues queues;
    queues_init(row, &queues, 3);
    close_queue(row, queues.src);
    struct tfeed_queue_runner *runner = new_runner(row, &queues, functions, 1);
    start(row, runner, NULL);
    expect_drained(row, queues.dst, json_object_get(row->json, "got"),
                   json_object_get(row->json, "end"));
    expect_errors(row, runner);
    tfeed_queue_runner_free(runner);
    queues_clear(&queues);
}

static void situation_last_closes(struct row *row)
{
    static const tfeed_enqueue_fn functions[] = {move_from_src, move_from_other};
    const json_t *first = json_object_get(row->json, "after_first_source_closed");
    const json_t *second = json_object_get(row->json, "after_second");
    struct queues queues;
    queues_init(row, &queues, 2);
    close_queue(row, queues.src);
    struct tfeed_queue_runner *runner = new_runner(row, &queues, functions, 2);
    start(row, runner, NULL);
    expect_drained(row, queues.dst, json_array_get(first, 0), json_array_get(first, 1));
    expect_bool(row, json_array_get(first, 2), "is_closed", tfeed_queue_is_closed(queues.dst));
    put(row, queues.other, 77);
    close_queue(row, queues.other);
    expect_drained(row, queues.dst, json_array_get(second, 0), json_array_get(second, 1));
    tfeed_queue_runner_free(runner);
    queues_clear(&queues);
}

static void situation_failing(struct row *row)
{
    static const tfeed_enqueue_fn functions[] = {fail_when_other_ends};
    const bool has_coordinator = strstr(row->name, "True") != NULL;
    struct tfeed_coordinator *coordinator = has_coordinator ? new_coordinator(row) : NULL;
    struct queues queues;
    queues_init(row, &queues, 0);
    struct tfeed_queue_runner *runner = new_runner(row, &queues, functions, 1);
    start(row, runner, coordinator);
    close_queue(row, queues.other);
    expect_drained(row, queues.dst, NULL, json_object_get(row->json, "consumer"));
    if (coordinator != NULL) {
        expect_bool(row, row->json, "should_stop", tfeed_coordinator_should_stop(coordinator));
        expect_join(row, json_object_get(row->json, "join"), coordinator);
    }
    (void)t_n_threads_becomes(n_threads_at_rest); /* the error is in the list then */
    expect_errors(row, runner);
    tfeed_queue_runner_free(runner);
    tfeed_coordinator_free(coordinator);
    queues_clear(&queues);
}

static void situation_clean_and_failing(struct row *row)
{
    static const tfeed_enqueue_fn functions[] = {move_from_src, fail_when_other_ends};
    struct queues queues;
    queues_init(row, &queues, 2);
    close_queue(row, queues.src);
    struct tfeed_queue_runner *runner = new_runner(row, &queues, functions, 2);
    start(row, runner, NULL);
    (void)t_n_threads_becomes(n_threads_at_rest + 1); /* the clean one has ended: 2 fit into dst */
    close_queue(row, queues.other);
    (void)t_n_threads_becomes(n_threads_at_rest);
    expect_drained(row, queues.dst, json_object_get(row->json, "got"),
                   json_object_get(row->json, "end"));
    expect_bool(row, row->json, "is_closed", tfeed_queue_is_closed(queues.dst));
    expect_errors(row, runner);
    tfeed_queue_runner_free(runner);
    queues_clear(&queues);
}

static void wait_until_enqueue_blocks(struct tfeed_queue *queue)
{
    struct tfeed_coordinator *clock = NULL; /* its wait is the way to let time pass */
    if (tfeed_coordinator_new(NULL, &clock, NULL) != TFEED_OK)
        return;
    while (tfi_queue_n_waiting(queue, true) == 0)
        (void)tfeed_coordinator_wait_for_stop(clock, 1);
    tfeed_coordinator_free(clock);
}

static void situation_blocked_enqueue(struct row *row)
{
    static const tfeed_enqueue_fn functions[] = {move_from_src};
    const json_t *got = json_object_get(row->json, "got");
    struct tfeed_tensor element = {.dtype = TFEED_DTYPE_INVALID};
    struct tfeed_coordinator *coordinator = new_coordinator(row);
    struct queues queues;
    queues_init(row, &queues, 9);
    struct tfeed_queue_runner *runner = new_runner(row, &queues, functions, 1);
    start(row, runner, coordinator);
    for (size_t i = 0; i < json_array_size(got) && !row->failed; i++) {
        must(row, "dequeue", tfeed_queue_dequeue(queues.dst, &element, NULL));
        expect_number(row, "an element", json_integer_value(json_array_get(got, i)),
                      tfeed_tensor_int32s(&element)[0]);
    }
    tfeed_tensor_clear(&element);
    wait_until_enqueue_blocks(queues.dst);
    expect_join(row, json_object_get(row->json, "join"), coordinator);
    expect_drained(row, queues.dst, json_object_get(row->json, "left_in_queue"),
                   json_object_get(row->json, "end"));
    tfeed_queue_runner_free(runner);
    tfeed_coordinator_free(coordinator);
    queues_clear(&queues);
}

static void situation_already_stopped(struct row *row)
{
    static const tfeed_enqueue_fn functions[] = {move_from_src};
    struct tfeed_coordinator *coordinator = new_coordinator(row);
    struct queues queues;
    queues_init(row, &queues, 2);
    must(row, "stop", report(coordinator, "stop"));
    struct tfeed_queue_runner *runner = new_runner(row, &queues, functions, 1);
    start(row, runner, coordinator);
    expect_join(row, json_object_get(row->json, "join"), coordinator);
    expect_drained(row, queues.dst, NULL, json_object_get(row->json, "consumer"));
    expect_number(row, "elements left", 2, tfeed_queue_size(queues.src));
    tfeed_queue_runner_free(runner);
    tfeed_coordinator_free(coordinator);
    queues_clear(&queues);
}

static void situation_twice(struct row *row)
{
    static const tfeed_enqueue_fn functions[] = {move_from_src, move_from_src};
    static const char *const fields[] = {"first", "second"};
    struct queues queues;
    queues_init(row, &queues, 0);
    struct tfeed_queue_runner *runner = new_runner(row, &queues, functions, 2);
    for (size_t i = 0; i < 2; i++) {
        size_t n_threads = 0;
        must(row, "start", tfeed_queue_runner_start(runner, NULL, &n_threads, NULL));
        expect_number(row, fields[i], json_integer_value(json_object_get(row->json, fields[i])),
                      (int64_t)n_threads);
    }
    close_queue(row, queues.src); /* the operations wait there, not in the runner's queue */
    tfeed_queue_runner_free(runner);
    queues_clear(&queues);
}

static void run_with_closed_codes(struct row *row, const char *field, size_t n_codes)
{
    static const tfeed_status codes[] = {TFEED_OUT_OF_RANGE, TFEED_CANCELLED};
    const json_t *outcome = json_object_get(row->json, field);
    struct tfeed_coordinator *coordinator = new_coordinator(row);
    struct queues queues;
    queues_init(row, &queues, 0);
    must(row, "close", tfeed_queue_close(queues.dst, true, NULL));
    const struct tfeed_enqueue_operation operation = {.run = put_three, .user_data = &queues};
    struct tfeed_queue_runner_options options;
    struct tfeed_queue_runner *runner = NULL;
    tfeed_queue_runner_options_init(&options);
    options.closed_codes = codes;
    options.n_closed_codes = n_codes;
    must(row, "making a runner",
         tfeed_queue_runner_new(queues.dst, &operation, 1, &options, &runner, NULL));
    must(row, "start", tfeed_queue_runner_start(runner, coordinator, NULL, NULL));
    if (json_is_true(json_object_get(outcome, "stop_was_requested_by_runner")))
        (void)tfeed_coordinator_wait_for_stop(coordinator, LONG_MS);
    else
        (void)t_n_threads_becomes(n_threads_at_rest + 1); /* the watcher is left */
    expect_bool(row, outcome, "stop_was_requested_by_runner",
                tfeed_coordinator_should_stop(coordinator));
    expect_join(row, json_object_get(outcome, "join"), coordinator);
    tfeed_queue_runner_free(runner);
    tfeed_coordinator_free(coordinator);
    queues_clear(&queues);
}

static void situation_closed_codes(struct row *row)
{
    run_with_closed_codes(row, "OutOfRange", 1);
    run_with_closed_codes(row, "OutOfRange+Cancelled", 2);
}

/* What has no counterpart (a session, Python's types) is left out. */
static void situation_arguments(struct row *row)
{
    static const tfeed_status codes[] = {TFEED_OUT_OF_RANGE};
    struct queues queues;
    queues_init(row, &queues, 0);
    const struct tfeed_enqueue_operation operation = {.run = put_three, .user_data = &queues};
    struct tfeed_queue_runner_options options;
    struct tfeed_queue_runner *runner = NULL;
    tfeed_queue_runner_options_init(&options);
    expect_status(row, "no queue", json_object_get(row->json, "no queue"),
                  tfeed_queue_runner_new(NULL, &operation, 1, NULL, &runner, NULL));
    expect_status(row, "no ops", json_object_get(row->json, "no ops"),
                  tfeed_queue_runner_new(queues.dst, &operation, 0, NULL, &runner, NULL));
    options.closed_codes = codes;
    expect_status(row, "types empty", json_object_get(row->json, "types empty"),
                  tfeed_queue_runner_new(queues.dst, &operation, 1, &options, &runner, NULL));
    queues_clear(&queues);
}

/* --- rows ---------------------------------------------------------------------------------- */

static void replay_file(struct replay *replay, const char *file, const struct situation *situations,
                        size_t n_situations)
{
    json_t *rows = replay_open(replay, file);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        struct row row = {.replay = replay, .file = file, .json = json_array_get(rows, i)};
        row.name = json_string_value(json_object_get(row.json, "name"));
        situation_fn run = NULL;
        for (size_t j = 0; run == NULL && row.name != NULL && j < n_situations; j++)
            if (strncmp(row.name, situations[j].prefix, strlen(situations[j].prefix)) == 0)
                run = situations[j].run;
        if (run == NULL) {
            char reason[REPLAY_REASON_BYTES];
            (void)snprintf(reason, sizeof reason, "not built yet: %s", row.name);
            replay_skip(replay, reason);
            continue;
        }
        run(&row);
        if (!row.failed)
            replay_pass(replay);
    }
    json_decref(rows);
}

int main(int argc, char **argv)
{
    static const struct situation of_coordinator[] = {
        {"new coordinator", situation_new},
        {"stop, join, clear", situation_stop_join_clear},
        {"reports after join", situation_after_join},
        {"reports: ", situation_reports},
        {"clean_stop_exception_types = (Cancelled,)", situation_clean_codes},
        {"stop_on_exception", situation_stop_on_exception},
        {"straggler", situation_straggler},
        {"threads end without anybody asking", situation_no_stop},
        {"looper", situation_looper},
    };
    static const struct situation of_runner[] = {
        {"dst", situation_clean_end}, /* named after its queue: the runner that ends cleanly */
        {"the last thread closes", situation_last_closes},
        {"failing op, coordinator ", situation_failing},
        {"one clean and one failing op", situation_clean_and_failing},
        {"stop while the enqueue is blocked", situation_blocked_enqueue},
        {"coordinator already stopped", situation_already_stopped},
        {"created twice", situation_twice},
        {"enqueue on a closed queue (Cancelled)", situation_closed_codes},
        {"arguments", situation_arguments},
    };
    struct replay replay;
    if (!replay_start(&replay, argc, argv))
        return REPLAY_USAGE;
    n_threads_at_rest = t_n_threads_at_rest();
    replay_file(&replay, "input/coordinator/coordinator.json", of_coordinator,
                sizeof of_coordinator / sizeof of_coordinator[0]);
    replay_file(&replay, "input/coordinator/queue_runner.json", of_runner,
                sizeof of_runner / sizeof of_runner[0]);
    return replay_finish(&replay);
}
