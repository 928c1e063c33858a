/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * replay_queue_orders.c - replays the orders in which TensorFlow's shuffle queue gave its elements:
 * input/orders/shuffle_queue.json and shuffle_queue_put_back.json.
 *
 * The pair of seeds is derived from graph seed, op seed and shared name where that can be done;
 * where it depends on the number of nodes in a graph, the pair that reached the node is taken.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tfeed/queues.h>

#include "tests/golden/replay.h"

static const char orders_file[] = "input/orders/shuffle_queue.json";
static const char put_back_file[] = "input/orders/shuffle_queue_put_back.json";

enum { CASE_BYTES = 32 };

/* --- values -------------------------------------------------------------------------------- */

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

/* A number, or a list of them. */
static bool tensor_from_value(const json_t *value, struct tfeed_tensor *ret_tensor)
{
    const int64_t n = (int64_t)json_array_size(value);
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    const struct tfeed_shape shape = json_is_array(value) ? tfeed_shape_vector(n) : scalar;
    if (tfeed_tensor_alloc(TFEED_INT64, &shape, NULL, ret_tensor, NULL) != TFEED_OK)
        return false;
    if (!json_is_array(value))
        tfeed_tensor_int64s(ret_tensor)[0] = json_integer_value(value);
    for (int64_t i = 0; i < n; i++)
        tfeed_tensor_int64s(ret_tensor)[i] = json_integer_value(json_array_get(value, (size_t)i));
    return true;
}

/* --- steps --------------------------------------------------------------------------------- */

/* A shuffle queue of int64 scalars, one step after the other. */
static tfeed_status make_shuffle_queue(struct tfeed_context *context, const json_t *row,
                                       int64_t capacity, int64_t seed,
                                       const struct tfeed_seeds *seeds,
                                       struct tfeed_queue **ret_queue)
{
    static const enum tfeed_dtype dtype = TFEED_INT64;
    static const struct tfeed_shape shape = TFEED_SHAPE_SCALAR;
    struct tfeed_queue_options options;
    tfeed_queue_options_init(&options);
    options.capacity = capacity;
    options.dtypes = &dtype;
    options.shapes = &shape;
    options.n_components = 1;
    options.shared_name = context != NULL ? string_or(row, "shared_name", NULL) : NULL;
    options.min_after_dequeue = integer_or(row, "min_after_dequeue", 0);
    options.seed = seed;
    options.seed_pair = seeds;
    return tfeed_random_shuffle_queue_new(context, &options, ret_queue, NULL);
}

static tfeed_status enqueue_values(struct tfeed_queue *queue, const json_t *values)
{
    struct tfeed_tensor rows = {.dtype = TFEED_DTYPE_INVALID};
    tfeed_status status = TFEED_INTERNAL;
    if (tensor_from_value(values, &rows))
        status = json_is_array(values) ? tfeed_queue_enqueue_many_timed(queue, &rows, 0, NULL)
                                       : tfeed_queue_enqueue_timed(queue, &rows, 0, NULL);
    tfeed_tensor_clear(&rows);
    return status;
}

static tfeed_status dequeue_values(struct tfeed_queue *queue, const json_t *step,
                                   struct tfeed_tensor *batch)
{
    const char *op = string_or(step, "op", "?");
    const int64_t n = integer_or(step, "n", 1);
    if (strcmp(op, "dequeue_many") == 0)
        return tfeed_queue_dequeue_many_timed(queue, n, 0, batch, NULL);
    if (strcmp(op, "dequeue_up_to") == 0)
        return tfeed_queue_dequeue_up_to_timed(queue, n, 0, batch, NULL);
    return tfeed_queue_dequeue_timed(queue, 0, batch, NULL);
}

static bool gives_values(const json_t *expected, const struct tfeed_tensor *batch)
{
    struct tfeed_tensor values = {.dtype = TFEED_DTYPE_INVALID};
    const bool is_same =
        tensor_from_value(expected, &values) && replay_tensor_equal(&values, batch);
    tfeed_tensor_clear(&values);
    return is_same;
}

/* None of these steps blocks; batch is kept from step to step. */
static bool run_order_step(struct tfeed_queue *queue, const json_t *step,
                           struct tfeed_tensor *batch)
{
    const char *op = string_or(step, "op", "?");
    const tfeed_status expected = replay_status_from_kind(string_or(step, "error", NULL));
    if (strcmp(op, "enqueue") == 0)
        return enqueue_values(queue, json_object_get(step, "value")) == expected;
    if (strcmp(op, "enqueue_many") == 0)
        return enqueue_values(queue, json_object_get(step, "values")) == expected;
    if (strcmp(op, "close") == 0)
        return tfeed_queue_close_timed(queue, 0, NULL) == expected;
    if (dequeue_values(queue, step, batch) != expected)
        return false;
    return expected != TFEED_OK || gives_values(json_object_get(step, "gives"), batch);
}

/* --- orders -------------------------------------------------------------------------------- */

/* The pair of seeds is derived where it does not depend on a number of graph nodes. */
static bool can_derive(const json_t *row)
{
    const bool has_name = string_or(row, "shared_name", "")[0] != '\0';
    return json_is_integer(json_object_get(row, "op_seed")) || has_name;
}

static void run_order(struct replay *replay, const json_t *row, size_t index)
{
    const json_t *attributes = json_object_get(row, "seed_attrs");
    const json_t *steps = json_object_get(row, "steps");
    const struct tfeed_seeds pair = {(uint64_t)integer_or(attributes, "seed", 0),
                                     (uint64_t)integer_or(attributes, "seed2", 0)};
    char name[CASE_BYTES];
    struct tfeed_context_options context_options;
    struct tfeed_context *context = NULL;
    struct tfeed_queue *queue = NULL;
    struct tfeed_tensor batch = {.dtype = TFEED_DTYPE_INVALID};
    snprintf(name, sizeof name, "row %zu", index);
    tfeed_context_options_init(&context_options);
    context_options.graph_seed = integer_or(row, "graph_seed", TFEED_SEED_UNSET);

    size_t n_good = 0;
    if (tfeed_context_new(&context_options, &context, NULL) == TFEED_OK &&
        make_shuffle_queue(context, row, integer_or(row, "capacity", -1),
                           integer_or(row, "op_seed", TFEED_SEED_UNSET),
                           can_derive(row) ? NULL : &pair, &queue) == TFEED_OK)
        while (n_good < json_array_size(steps) &&
               run_order_step(queue, json_array_get(steps, n_good), &batch))
            n_good++;
    if (queue != NULL && n_good == json_array_size(steps))
        replay_pass(replay);
    else
        replay_fail(replay, orders_file, name, "step %zu differs", n_good);
    tfeed_tensor_clear(&batch);
    tfeed_queue_unref(queue);
    if (tfeed_context_close(context, NULL) != TFEED_OK)
        replay_fail(replay, orders_file, name, "the context does not end");
}

/* --- rows put back ------------------------------------------------------------------------- */

static void note_done(struct tfeed_attempt *attempt, void *user_data)
{
    (void)attempt;
    *(bool *)user_data = true;
}

/* A dequeue_many that asks for more than there is, the close, and one element at a time. */
static bool put_back_is_same(struct tfeed_queue *queue, const json_t *row)
{
    const json_t *singles = json_object_get(row, "then_single_dequeues");
    const json_t *on_close = json_object_get(row, "on_close");
    struct tfeed_tensor batch = {.dtype = TFEED_DTYPE_INVALID};
    bool is_done = false;
    struct tfeed_attempt blocked = {.operation = TFEED_QUEUE_DEQUEUE_MANY,
                                    .n = integer_or(row, "blocked_dequeue_many", 0),
                                    .components = &batch,
                                    .on_done = note_done,
                                    .user_data = &is_done};
    if (enqueue_values(queue, json_object_get(row, "enqueued")) != TFEED_OK)
        return false;
    tfeed_queue_start(queue, &blocked);
    bool is_same = !is_done && tfeed_queue_size(queue) == integer_or(row, "size_while_blocked", -1);
    is_same = tfeed_queue_close_timed(queue, 0, NULL) == TFEED_OK && is_done && is_same;
    is_same =
        is_same && blocked.status == replay_status_from_kind(string_or(on_close, "error", NULL));

    struct tfeed_tensor element = {.dtype = TFEED_DTYPE_INVALID};
    for (size_t i = 0; i < json_array_size(singles) && is_same; i++)
        is_same = tfeed_queue_dequeue_timed(queue, 0, &element, NULL) == TFEED_OK &&
                  gives_values(json_array_get(singles, i), &element);
    tfeed_tensor_clear(&element);
    return is_same;
}

static void run_put_back(struct replay *replay, const json_t *row, size_t index)
{
    const json_t *seed = json_object_get(row, "seed");
    const struct tfeed_seeds pair = {(uint64_t)json_integer_value(json_array_get(seed, 0)),
                                     (uint64_t)json_integer_value(json_array_get(seed, 1))};
    char name[CASE_BYTES];
    struct tfeed_queue *queue = NULL;
    snprintf(name, sizeof name, "row %zu", index);
    if (make_shuffle_queue(NULL, row, -1, TFEED_SEED_UNSET, &pair, &queue) == TFEED_OK &&
        put_back_is_same(queue, row))
        replay_pass(replay);
    else
        replay_fail(replay, put_back_file, name,
                    "the rows do not come as TensorFlow put them back");
    tfeed_queue_unref(queue);
}

int main(int argc, char **argv)
{
    struct replay replay;
    if (!replay_start(&replay, argc, argv))
        return REPLAY_USAGE;

    json_t *rows = replay_open(&replay, orders_file);
    for (size_t i = 0; i < json_array_size(rows); i++)
        run_order(&replay, json_array_get(rows, i), i);
    json_decref(rows);

    rows = replay_open(&replay, put_back_file);
    for (size_t i = 0; i < json_array_size(rows); i++)
        run_put_back(&replay, json_array_get(rows, i), i);
    json_decref(rows);
    return replay_finish(&replay);
}
