/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * replay_queues.c - replays what TensorFlow's queues and barriers did: input/queues/scripts.json
 * and sharing.json. The orders of shuffle queues are replayed by replay_queue_orders.c.
 *
 * Each step of a script starts an attempt. An attempt that can be served is settled when
 * tfeed_queue_start returns, so "blocked" needs no waiting and no threads.
 *
 * Where TensorFlow loses elements or waits on, tfeed does better: a dequeue_many that is timed out
 * puts its rows back, a timed close that cannot take effect is withdrawn, what a closed queue still
 * has is delivered. From such a step on the script has another queue before it than TensorFlow had;
 * then it is checked that nothing was lost, and the rest is not compared.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tfeed/barrier.h>
#include <tfeed/queues.h>

#include "tests/golden/replay.h"

static const char scripts_file[] = "input/queues/scripts.json";
static const char sharing_file[] = "input/queues/sharing.json";

enum {
    MAX_COMPONENTS = 10,
    N_BARRIER_COMPONENTS = 2, /* index and key, which a take gives besides */
    CASE_BYTES = 160,
    TEXT_BYTES = 512
};

/* --- queues from JSON ---------------------------------------------------------------------- */

static enum tfeed_dtype dtype_from_name(const char *name)
{
    static const enum tfeed_dtype dtypes[] = {
#define DTYPE(id, number, size, text) TFEED_##id,
        TFEED_DTYPE_LIST(DTYPE)
#undef DTYPE
    };
    for (size_t i = 0; i < sizeof dtypes / sizeof dtypes[0]; i++)
        if (name != NULL && strcmp(tfeed_dtype_name(dtypes[i]), name) == 0)
            return dtypes[i];
    return TFEED_DTYPE_INVALID;
}

static int64_t integer_or(const json_t *object, const char *key, int64_t otherwise)
{
    const json_t *value = json_object_get(object, key);
    return json_is_integer(value) ? json_integer_value(value) : otherwise;
}

static const char *string_or(const json_t *object, const char *key, const char *otherwise)
{
    const json_t *value = json_object_get(object, key);
    return json_is_string(value) ? json_string_value(value) : otherwise;
}

static struct tfeed_shape shape_from_json(const json_t *dims)
{
    struct tfeed_shape shape = TFEED_SHAPE_SCALAR;
    for (size_t i = 0; i < json_array_size(dims) && i < TFEED_MAX_DIMS; i++) {
        const json_t *dim = json_array_get(dims, i);
        shape.dims[shape.n_dims++] =
            json_is_null(dim) ? TFEED_DIM_UNKNOWN : json_integer_value(dim);
    }
    return shape;
}

static bool is_barrier(const json_t *description)
{
    return strcmp(string_or(description, "kind", "?"), "barrier") == 0;
}

/* What a description says of the components. */
struct components {
    size_t n;
    enum tfeed_dtype dtypes[MAX_COMPONENTS];
    struct tfeed_shape shapes[MAX_COMPONENTS];
    bool has_shapes;
};

static bool components_from_json(const json_t *description, struct components *components)
{
    const json_t *dtype_names = json_object_get(description, "dtypes");
    const json_t *shape_list = json_object_get(description, "shapes");
    components->n = json_array_size(dtype_names);
    components->has_shapes = json_is_array(shape_list);
    if (components->n > MAX_COMPONENTS - N_BARRIER_COMPONENTS)
        return false;
    for (size_t i = 0; i < components->n; i++) {
        components->dtypes[i] = dtype_from_name(json_string_value(json_array_get(dtype_names, i)));
        components->shapes[i] = shape_from_json(json_array_get(shape_list, i));
    }
    return true;
}

static tfeed_status make_barrier(const json_t *description, struct tfeed_barrier **ret_barrier)
{
    struct components components;
    struct tfeed_barrier_options options;
    if (!components_from_json(description, &components))
        return TFEED_UNIMPLEMENTED;
    tfeed_barrier_options_init(&options);
    options.dtypes = components.dtypes;
    options.shapes = components.has_shapes ? components.shapes : NULL;
    options.n_components = components.n;
    return tfeed_barrier_new(NULL, &options, ret_barrier, NULL);
}

static tfeed_status make_queue(struct tfeed_context *context, const json_t *description,
                               const char *shared_name, struct tfeed_queue **ret_queue,
                               struct tfeed_error *reterr)
{
    struct components components;
    struct tfeed_queue_options options;
    if (!components_from_json(description, &components))
        return TFEED_UNIMPLEMENTED;
    tfeed_queue_options_init(&options);
    options.n_components = components.n;
    options.capacity = integer_or(description, "capacity", -1);
    options.dtypes = components.dtypes;
    options.shapes = components.has_shapes ? components.shapes : NULL;
    options.shared_name = shared_name;
    options.min_after_dequeue = integer_or(description, "min_after_dequeue", 0);
    options.seed = integer_or(description, "seed", TFEED_SEED_UNSET);
    const char *kind = string_or(description, "kind", "");
    if (strcmp(kind, "shuffle") == 0)
        return tfeed_random_shuffle_queue_new(context, &options, ret_queue, reterr);
    if (strcmp(kind, "padding") == 0)
        return tfeed_padding_fifo_queue_new(context, &options, ret_queue, reterr);
    if (strcmp(kind, "priority") == 0)
        return tfeed_priority_queue_new(context, &options, ret_queue, reterr);
    return tfeed_fifo_queue_new(context, &options, ret_queue, reterr);
}

/* It has no runners whose threads could still live. */
static void end_context(struct replay *replay, struct tfeed_context *context)
{
    if (tfeed_context_close(context, NULL) != TFEED_OK)
        replay_fail(replay, sharing_file, "every row", "the context does not end");
}

/* --- tensors from nested lists -------------------------------------------------------------- */

/* Writes the leaves of a nested list one behind the other; false when one is not of the dtype. */
static bool fill_leaves(const json_t *value, struct tfeed_tensor *tensor, int64_t *next)
{
    if (json_is_array(value)) {
        for (size_t i = 0; i < json_array_size(value); i++)
            if (!fill_leaves(json_array_get(value, i), tensor, next))
                return false;
        return true;
    }
    const int64_t i = (*next)++;
    if (i >= tfeed_tensor_n_elements(tensor))
        return false;
    switch ((int)tensor->dtype) {
    case TFEED_INT32:
        tfeed_tensor_int32s(tensor)[i] = (int32_t)json_integer_value(value);
        return true;
    case TFEED_BOOL:
        tfeed_tensor_uint8s(tensor)[i] = json_is_true(value);
        return true;
    case TFEED_INT64:
        tfeed_tensor_int64s(tensor)[i] = json_integer_value(value);
        return true;
    case TFEED_FLOAT:
        tfeed_tensor_floats(tensor)[i] = (float)json_number_value(value);
        return true;
    case TFEED_STRING:
        return tfeed_tensor_set_string(tensor, i, json_string_value(value),
                                       json_string_length(value), NULL) == TFEED_OK;
    default:
        return false;
    }
}

/* The shape follows from the nesting; that of an empty value may be given. */
static bool tensor_from_value(const json_t *value, const json_t *given_shape,
                              enum tfeed_dtype dtype, struct tfeed_tensor *ret_tensor)
{
    struct tfeed_shape shape = TFEED_SHAPE_SCALAR;
    if (json_is_array(given_shape)) {
        shape = shape_from_json(given_shape);
    } else {
        const json_t *level = value;
        while (json_is_array(level) && shape.n_dims < TFEED_MAX_DIMS) {
            shape.dims[shape.n_dims++] = (int64_t)json_array_size(level);
            level = json_array_get(level, 0);
        }
    }
    int64_t n = 0;
    return tfeed_tensor_alloc(dtype, &shape, NULL, ret_tensor, NULL) == TFEED_OK &&
           fill_leaves(value, ret_tensor, &n) && n == tfeed_tensor_n_elements(ret_tensor);
}

/* --- operations and outcomes ---------------------------------------------------------------- */

/* One step of a script: an attempt, or a look at the queue. */
struct operation {
    int64_t id;
    bool is_attempt;
    bool is_done;
    bool is_compared;
    struct tfeed_attempt attempt;
    size_t n_components;
    struct tfeed_tensor components[MAX_COMPONENTS];
};

struct script {
    struct replay *replay;
    char name[CASE_BYTES];
    struct tfeed_queue *queue; /* one of the two */
    struct tfeed_barrier *barrier;
    const json_t *description;
    struct operation *operations; /* in the order of the steps */
    size_t n_operations;
    bool has_left_tensorflow; /* did better than TensorFlow: the rest is not comparable */
    bool has_failed;
};

static void on_done(struct tfeed_attempt *attempt, void *user_data)
{
    struct operation *operation = user_data;
    (void)attempt;
    operation->is_done = true;
}

/* Tensor i of a list; the last member may be a list itself, of the tensors from there on. */
static const json_t *listed_tensor(const json_t *list, size_t i)
{
    const size_t n = json_array_size(list);
    const json_t *rest = n > 0 ? json_object_get(json_array_get(list, n - 1), "list") : NULL;
    return rest != NULL && i >= n - 1 ? json_array_get(rest, i - (n - 1)) : json_array_get(list, i);
}

static bool same_tensors(const json_t *list, const struct operation *operation)
{
    if (listed_tensor(list, operation->n_components) != NULL)
        return false;
    for (size_t i = 0; i < operation->n_components; i++) {
        struct tfeed_tensor expected = {.dtype = TFEED_DTYPE_INVALID};
        const bool is_same = replay_tensor(listed_tensor(list, i), &expected) &&
                             replay_tensor_equal(&expected, &operation->components[i]);
        tfeed_tensor_clear(&expected);
        if (!is_same)
            return false;
    }
    return true;
}

static bool same_outcome(const json_t *expected, const struct operation *operation)
{
    if (json_is_string(expected)) /* "blocked" */
        return !operation->is_done;
    if (!operation->is_done)
        return false;
    const char *kind = string_or(expected, "error", NULL);
    if (kind != NULL)
        return operation->attempt.status == replay_status_from_kind(kind);
    if (operation->attempt.status != TFEED_OK)
        return false;
    const json_t *value = json_object_get(expected, "ok");
    const json_t *list = json_object_get(value, "list");
    return json_is_null(value) || list == NULL || same_tensors(list, operation);
}

static const char *outcome_text(const struct operation *operation, char text[TEXT_BYTES])
{
    if (!operation->is_done) {
        snprintf(text, TEXT_BYTES, "blocked");
        return text;
    }
    const char *message = operation->attempt.error.message;
    int len = snprintf(text, TEXT_BYTES, "%s", tfeed_status_name(operation->attempt.status));
    if (operation->attempt.status != TFEED_OK)
        snprintf(text + len, TEXT_BYTES - (size_t)len, " (%s)", message);
    for (size_t i = 0; operation->attempt.status == TFEED_OK && i < operation->n_components; i++) {
        char tensor_text[REPLAY_TENSOR_TEXT_BYTES];
        len = (int)strlen(text);
        snprintf(text + len, TEXT_BYTES - (size_t)len, " %s",
                 replay_tensor_text(&operation->components[i], tensor_text));
    }
    return text;
}

/* The scripts, by the beginnings of their names, in which TensorFlow loses elements or hangs. There
 * it counts as better to deliver what TensorFlow answers an error for, and to answer that nothing
 * more will come where TensorFlow waits on. */
static bool is_better(const struct script *script, const json_t *expected,
                      const struct operation *operation)
{
    static const char *const known[] = {
        "priority: up_to on closed queue", "priority: up_to blocked", "padding: rank 5",
        "barrier: small batch open", "barrier: take more than total at close"};
    const bool is_blocked = expected == NULL || json_is_string(expected);
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strncmp(script->name, known[i], strlen(known[i])) == 0)
            return operation->is_done &&
                   operation->attempt.status == (is_blocked ? TFEED_OUT_OF_RANGE : TFEED_OK);
    return false;
}

static void compare(struct script *script, const json_t *expected, struct operation *operation)
{
    char got[TEXT_BYTES];
    operation->is_compared = operation->is_done;
    if (script->has_left_tensorflow || script->has_failed || same_outcome(expected, operation))
        return;
    if (is_better(script, expected, operation)) {
        script->has_left_tensorflow = true;
        return;
    }
    char *wanted = json_dumps(expected, JSON_COMPACT | JSON_ENCODE_ANY | JSON_SORT_KEYS);
    replay_fail(script->replay, scripts_file, script->name, "step %lld: expected %s, got %s",
                (long long)operation->id, wanted, outcome_text(operation, got));
    free(wanted);
    script->has_failed = true;
}

static struct operation *find_operation(struct script *script, int64_t id)
{
    for (size_t i = 0; i < script->n_operations; i++)
        if (script->operations[i].id == id)
            return &script->operations[i];
    return NULL;
}

/* Those that woke, by the list, and nobody else. */
static void compare_woken(struct script *script, const json_t *list)
{
    char got[TEXT_BYTES];
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *expected = json_array_get(list, i);
        struct operation *operation = find_operation(script, integer_or(expected, "id", -1));
        if (operation != NULL)
            compare(script, expected, operation);
    }
    for (size_t i = 0; i < script->n_operations; i++) {
        struct operation *operation = &script->operations[i];
        if (!operation->is_done || operation->is_compared)
            continue;
        operation->is_compared = true;
        script->has_left_tensorflow =
            script->has_left_tensorflow || is_better(script, NULL, operation);
        if (script->has_left_tensorflow || script->has_failed)
            continue;
        replay_fail(script->replay, scripts_file, script->name,
                    "step %lld: expected blocked, got %s", (long long)operation->id,
                    outcome_text(operation, got));
        script->has_failed = true;
    }
}

/* --- steps --------------------------------------------------------------------------------- */

static bool operation_from_name(const char *name, bool cancels,
                                enum tfeed_queue_operation *ret_operation)
{
    static const struct {
        const char *name;
        enum tfeed_queue_operation operation;
    } names[] = {
        {"enqueue", TFEED_QUEUE_ENQUEUE},
        {"enqueue_many", TFEED_QUEUE_ENQUEUE_MANY},
        {"dequeue", TFEED_QUEUE_DEQUEUE},
        {"dequeue_many", TFEED_QUEUE_DEQUEUE_MANY},
        {"dequeue_up_to", TFEED_QUEUE_DEQUEUE_UP_TO},
        {"close", TFEED_QUEUE_CLOSE},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(names[i].name, name) != 0)
            continue;
        *ret_operation = names[i].operation;
        if (cancels && names[i].operation == TFEED_QUEUE_CLOSE)
            *ret_operation = TFEED_QUEUE_CLOSE_CANCEL;
        return true;
    }
    return false;
}

/* size and is_closed, ready_size and incomplete_size: settled at once, with a scalar. */
static bool look(struct script *script, struct operation *operation, const char *name)
{
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    int64_t answer;
    if (script->queue != NULL && strcmp(name, "size") == 0)
        answer = tfeed_queue_size(script->queue);
    else if (script->queue != NULL && strcmp(name, "is_closed") == 0)
        answer = tfeed_queue_is_closed(script->queue);
    else if (script->barrier != NULL && strcmp(name, "ready_size") == 0)
        answer = tfeed_barrier_ready_size(script->barrier);
    else if (script->barrier != NULL && strcmp(name, "incomplete_size") == 0)
        answer = tfeed_barrier_incomplete_size(script->barrier);
    else
        return false;

    const bool is_size = strstr(name, "size") != NULL;
    struct tfeed_tensor *tensor = &operation->components[0];
    operation->n_components = 1;
    operation->is_done = true;
    operation->attempt.status =
        tfeed_tensor_alloc(is_size ? TFEED_INT32 : TFEED_BOOL, &scalar, NULL, tensor, NULL);
    if (is_size)
        tfeed_tensor_int32s(tensor)[0] = (int32_t)answer;
    else
        tfeed_tensor_uint8s(tensor)[0] = (uint8_t)answer;
    return true;
}

/* A look's answer is a bare tensor in the file, a dequeue's a list. */
static void compare_look(struct script *script, const json_t *expected, struct operation *operation)
{
    json_t *as_list = json_pack("{s:{s:[O]}}", "ok", "list", json_object_get(expected, "ok"));
    compare(script, as_list, operation);
    json_decref(as_list);
}

static bool prepare_values(const json_t *step, struct tfeed_queue *queue,
                           struct operation *operation)
{
    const json_t *values = json_object_get(step, "values");
    const json_t *dtypes = json_object_get(step, "dtypes");
    const json_t *shapes = json_object_get(step, "value_shapes");
    for (size_t i = 0; i < json_array_size(values); i++) {
        enum tfeed_dtype dtype = tfeed_queue_dtype(queue, i);
        if (dtypes != NULL)
            dtype = dtype_from_name(json_string_value(json_array_get(dtypes, i)));
        if (!tensor_from_value(json_array_get(values, i), json_array_get(shapes, i), dtype,
                               &operation->components[i]))
            return false;
    }
    return true;
}

/* True when the step can be said in C: an attempt has as many components as its queue, and a
 * dequeue gets the queue's dtypes. TensorFlow refuses the others before they reach the queue. */
static bool is_expressible(const json_t *step, const struct tfeed_queue *queue)
{
    const json_t *values = json_object_get(step, "values");
    if (values == NULL)
        return json_object_get(step, "dtypes") == NULL;
    return json_array_size(values) == tfeed_queue_n_components(queue);
}

/* Runs a step that has a deadline. Doing better than TensorFlow is: nothing lost by a dequeue, a
 * close withdrawn in time. */
static void run_timed(struct script *script, struct operation *operation, int64_t timeout_ms)
{
    const enum tfeed_queue_operation kind = operation->attempt.operation;
    const int64_t size_before = tfeed_queue_size(script->queue);
    const tfeed_status status =
        tfeed_queue_run_timed(script->queue, &operation->attempt, timeout_ms, NULL);
    operation->is_done = true;
    if (status != TFEED_DEADLINE_EXCEEDED)
        return;
    if (kind == TFEED_QUEUE_CLOSE)
        script->has_left_tensorflow = !tfeed_queue_is_closed(script->queue);
    else if (kind == TFEED_QUEUE_DEQUEUE_MANY || kind == TFEED_QUEUE_DEQUEUE_UP_TO)
        script->has_left_tensorflow =
            size_before > 0 && tfeed_queue_size(script->queue) == size_before;
}

static void fail_unreadable(struct script *script, const struct operation *operation)
{
    replay_fail(script->replay, scripts_file, script->name, "step %lld cannot be read",
                (long long)operation->id);
    script->has_failed = true;
}

/* --- steps of barriers ---------------------------------------------------------------------- */

/* A value that a bad step names belongs to the component that it is "like". */
static void insert_many(struct script *script, const json_t *step, struct operation *operation)
{
    const int64_t component = integer_or(step, "component", -1);
    struct components components;
    struct tfeed_tensor keys = {.dtype = TFEED_DTYPE_INVALID};
    struct tfeed_tensor values = {.dtype = TFEED_DTYPE_INVALID};
    const size_t like = (size_t)integer_or(step, "like", component);
    if (components_from_json(script->description, &components) && like < components.n &&
        tensor_from_value(json_object_get(step, "keys"), NULL, TFEED_STRING, &keys) &&
        tensor_from_value(json_object_get(step, "values"), NULL, components.dtypes[like], &values))
        operation->attempt.status = tfeed_barrier_insert_many(script->barrier, component, &keys,
                                                              &values, &operation->attempt.error);
    else
        fail_unreadable(script, operation);
    operation->is_done = true;
    tfeed_tensor_clear(&keys);
    tfeed_tensor_clear(&values);
}

static void take_many(struct script *script, const json_t *step, struct operation *operation)
{
    const json_t *dtypes = json_object_get(script->description, "dtypes");
    const bool is_small = json_is_true(json_object_get(step, "small"));
    struct tfeed_attempt *attempt = &operation->attempt;
    attempt->operation = is_small ? TFEED_QUEUE_DEQUEUE_UP_TO : TFEED_QUEUE_DEQUEUE_MANY;
    attempt->n = integer_or(step, "n", 0);
    attempt->components = operation->components;
    attempt->on_done = on_done;
    attempt->user_data = operation;
    operation->n_components = N_BARRIER_COMPONENTS + json_array_size(dtypes);
    const int64_t timeout_ms = integer_or(step, "timeout_ms", TFEED_WAIT_FOREVER);
    if (timeout_ms < 0) {
        operation->is_attempt = true;
        tfeed_barrier_start_take(script->barrier, attempt);
        return;
    }
    attempt->status = tfeed_barrier_take_many_timed(
        script->barrier, attempt->n, is_small, timeout_ms, attempt->components, &attempt->error);
    operation->is_done = true;
}

static void run_barrier_step(struct script *script, const json_t *step, struct operation *operation,
                             const char *name)
{
    if (strcmp(name, "insert_many") == 0) {
        insert_many(script, step, operation);
    } else if (strcmp(name, "take_many") == 0) {
        take_many(script, step, operation);
    } else if (strcmp(name, "close") == 0) {
        operation->attempt.status =
            tfeed_barrier_close(script->barrier, json_is_true(json_object_get(step, "cancel")),
                                &operation->attempt.error);
        operation->is_done = true;
    } else {
        fail_unreadable(script, operation);
    }
    compare(script, json_object_get(step, "outcome"), operation);
    compare_woken(script, json_object_get(step, "woke"));
}

/* --- scripts ------------------------------------------------------------------------------- */

static void run_step(struct script *script, const json_t *step, struct operation *operation)
{
    const json_t *expected = json_object_get(step, "outcome");
    const char *name = string_or(step, "op", "?");
    operation->id = integer_or(step, "id", -1);
    if (look(script, operation, name)) {
        compare_look(script, expected, operation);
        return;
    }
    if (script->barrier != NULL) {
        run_barrier_step(script, step, operation, name);
        return;
    }
    if (!is_expressible(step, script->queue))
        return;
    struct tfeed_attempt *attempt = &operation->attempt;
    if (!operation_from_name(name, json_is_true(json_object_get(step, "cancel")),
                             &attempt->operation) ||
        !prepare_values(step, script->queue, operation)) {
        fail_unreadable(script, operation);
        return;
    }
    operation->is_attempt = true;
    if (attempt->operation != TFEED_QUEUE_CLOSE && attempt->operation != TFEED_QUEUE_CLOSE_CANCEL)
        operation->n_components = tfeed_queue_n_components(script->queue);
    attempt->n = integer_or(step, "n", 0);
    attempt->components = operation->components;
    attempt->on_done = on_done;
    attempt->user_data = operation;
    const int64_t timeout_ms = integer_or(step, "timeout_ms", TFEED_WAIT_FOREVER);
    if (timeout_ms < 0)
        tfeed_queue_start(script->queue, attempt);
    else
        run_timed(script, operation, timeout_ms);
    compare(script, expected, operation);
    compare_woken(script, json_object_get(step, "woke"));
}

/* What is still blocked when the session closes is cancelled: the last first, so that one that goes
 * does not let another be served. TensorFlow cancels in an order of its own, so that with it one or
 * another ends before its turn: that all of them end with an error is what can be compared. */
static void close_session(struct script *script, const json_t *outcomes)
{
    for (size_t i = script->n_operations; i > 0; i--) {
        struct operation *operation = &script->operations[i - 1];
        if (!operation->is_attempt || operation->is_done)
            continue;
        if (script->queue != NULL)
            (void)tfeed_queue_cancel(script->queue, &operation->attempt);
        else
            (void)tfeed_barrier_cancel_take(script->barrier, &operation->attempt);
    }
    for (size_t i = 0; i < json_array_size(outcomes); i++) {
        json_t *outcome = json_array_get(outcomes, i);
        if (json_object_get(outcome, "error") != NULL)
            json_object_set_new(outcome, "error", json_string("Cancelled"));
    }
    compare_woken(script, outcomes);
}

/* TensorFlow makes a queue when the first operation runs: options that are refused show there. That
 * a priority queue without shapes is refused comes from its Python face alone. */
static tfeed_status expected_when_made(const json_t *row)
{
    const json_t *description = json_object_get(row, "queue");
    const bool is_priority = strcmp(string_or(description, "kind", ""), "priority") == 0;
    const char *error = string_or(row, "error", NULL);
    if (is_priority && json_is_null(json_object_get(description, "shapes")))
        error = NULL;
    const json_t *first = json_array_get(json_object_get(row, "steps"), 0);
    const json_t *outcome = json_object_get(first, "outcome");
    if (error == NULL && strcmp(string_or(first, "op", ""), "size") == 0)
        error = string_or(outcome, "error", NULL);
    return replay_status_from_kind(error);
}

static void run_script(struct replay *replay, const json_t *row)
{
    const json_t *description = json_object_get(row, "queue");
    const json_t *steps = json_object_get(row, "steps");
    struct script script = {.replay = replay, .description = description};
    snprintf(script.name, sizeof script.name, "%s (%s)", string_or(row, "name", "?"),
             string_or(description, "kind", "?"));
    const tfeed_status expected = expected_when_made(row);
    const tfeed_status status = is_barrier(description)
                                    ? make_barrier(description, &script.barrier)
                                    : make_queue(NULL, description, NULL, &script.queue, NULL);
    if (status != expected)
        replay_fail(replay, scripts_file, script.name, "expected %s, got %s when it is made",
                    tfeed_status_name(expected), tfeed_status_name(status));
    else if (status != TFEED_OK)
        replay_pass(replay);
    if (status != TFEED_OK || expected != TFEED_OK) {
        tfeed_queue_unref(script.queue);
        tfeed_barrier_unref(script.barrier);
        return;
    }

    script.operations = calloc(json_array_size(steps) + 1, sizeof *script.operations);
    for (size_t i = 0; script.operations != NULL && i < json_array_size(steps); i++) {
        script.n_operations = i + 1;
        run_step(&script, json_array_get(steps, i), &script.operations[i]);
    }
    close_session(&script, json_object_get(row, "at_session_close"));
    for (size_t i = 0; i < script.n_operations; i++)
        for (size_t c = 0; c < MAX_COMPONENTS; c++)
            tfeed_tensor_clear(&script.operations[i].components[c]);
    free(script.operations);
    tfeed_queue_unref(script.queue);
    tfeed_barrier_unref(script.barrier);
    if (!script.has_failed)
        replay_pass(replay);
}

/* --- sharing ------------------------------------------------------------------------------- */

static void run_sharing(struct replay *replay, const json_t *row, size_t index)
{
    const json_t *first = json_object_get(row, "first");
    const json_t *second = json_object_get(row, "second");
    const json_t *outcome = json_object_get(row, "outcome");

    char name[CASE_BYTES];
    struct tfeed_context *context = NULL;
    struct tfeed_queue *one = NULL, *two = NULL;
    struct tfeed_error error = TFEED_ERROR_INIT;
    const tfeed_status expected = replay_status_from_kind(string_or(outcome, "error", NULL));
    snprintf(name, sizeof name, "row %zu", index);
    tfeed_status status = tfeed_context_new(NULL, &context, &error);
    if (status == TFEED_OK)
        status = make_queue(context, first, "NAME", &one, &error);
    if (status == TFEED_OK)
        status = make_queue(context, second, "NAME", &two, &error);
    if (status != expected)
        replay_fail(replay, sharing_file, name, "expected %s, got %s (%s)",
                    tfeed_status_name(expected), tfeed_status_name(status), error.message);
    else if (status == TFEED_OK && one != two)
        replay_fail(replay, sharing_file, name, "expected one queue, got two");
    else
        replay_pass(replay);
    tfeed_queue_unref(one);
    tfeed_queue_unref(two);
    end_context(replay, context);
}

int main(int argc, char **argv)
{
    struct replay replay;
    if (!replay_start(&replay, argc, argv))
        return REPLAY_USAGE;

    json_t *rows = replay_open(&replay, scripts_file);
    for (size_t i = 0; i < json_array_size(rows); i++)
        run_script(&replay, json_array_get(rows, i));
    json_decref(rows);

    rows = replay_open(&replay, sharing_file);
    for (size_t i = 0; i < json_array_size(rows); i++)
        run_sharing(&replay, json_array_get(rows, i), i);
    json_decref(rows);
    return replay_finish(&replay);
}
