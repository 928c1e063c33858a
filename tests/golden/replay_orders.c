/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * replay_orders.c - seeded orders against TensorFlow's: producers, shuffle_batch, and the whole way
 * from shuffled names to batches of records.
 *
 * Seeds are derived from the row where the rules need no graph, else the pair that reached
 * TensorFlow's node is used.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tfeed/coordinator.h>
#include <tfeed/pipeline.h>

#include "tests/golden/replay.h"

enum { TEXT_BYTES = 1024 };

/* --- reading rows -------------------------------------------------------------------------- */

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static int64_t number_of(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

/* An integer, or the given one where the row has none. */
static int64_t number_or(const json_t *object, const char *key, int64_t otherwise)
{
    const json_t *value = json_object_get(object, key);
    return json_is_integer(value) ? json_integer_value(value) : otherwise;
}

/* The pair that reached the node of this op; false where there is no such node. */
static bool pair_of(const json_t *row, const char *op, struct tfeed_seeds *ret_pair)
{
    const json_t *nodes = json_object_get(row, "seed_attrs");
    for (size_t i = 0; i < json_array_size(nodes); i++) {
        const json_t *node = json_array_get(nodes, i);
        if (strcmp(text_of(node, "op"), op) == 0) {
            ret_pair->seed = (uint64_t)number_of(node, "seed");
            ret_pair->seed2 = (uint64_t)number_of(node, "seed2");
            return true;
        }
    }
    return false;
}

static tfeed_status end_of(const json_t *row)
{
    return replay_status_from_kind(text_of(json_object_get(row, "end"), "error"));
}

/* --- a context for each row ---------------------------------------------------------------- */

struct program {
    struct tfeed_context *context;
    struct tfeed_coordinator *coordinator;
};

static bool program_start(struct program *program, const json_t *row)
{
    struct tfeed_context_options options;
    *program = (struct program){.context = NULL};
    tfeed_context_options_init(&options);
    options.graph_seed = number_or(row, "graph_seed", TFEED_SEED_UNSET);
    return tfeed_context_new(&options, &program->context, NULL) == TFEED_OK &&
           tfeed_coordinator_new(NULL, &program->coordinator, NULL) == TFEED_OK;
}

/* The status of the join: TFEED_OK when nothing went wrong. */
static tfeed_status program_end(struct program *program)
{
    tfeed_status status = TFEED_OK;
    if (program->coordinator != NULL) {
        (void)tfeed_coordinator_request_stop(program->coordinator, NULL, NULL);
        status = tfeed_coordinator_join(program->coordinator, NULL, NULL);
    }
    if (status == TFEED_OK)
        status = tfeed_context_close(program->context, NULL);
    tfeed_coordinator_free(program->coordinator);
    return status;
}

/* --- producers ----------------------------------------------------------------------------- */

static const char producers_file[] = "input/orders/producers.json";

/* Strings or int32 numbers of a list; false where it holds anything else. */
static bool tensor_of(const json_t *list, struct tfeed_tensor *ret_tensor)
{
    const size_t n = json_array_size(list);
    const bool are_strings = json_is_string(json_array_get(list, 0));
    const struct tfeed_shape shape = tfeed_shape_vector((int64_t)n);
    bool ok = tfeed_tensor_alloc(are_strings ? TFEED_STRING : TFEED_INT32, &shape, NULL, ret_tensor,
                                 NULL) == TFEED_OK;
    for (size_t i = 0; ok && i < n; i++) {
        const json_t *value = json_array_get(list, i);
        if (are_strings)
            ok = json_is_string(value) &&
                 tfeed_tensor_set_string(ret_tensor, (int64_t)i, json_string_value(value),
                                         json_string_length(value), NULL) == TFEED_OK;
        else if ((ok = json_is_integer(value)))
            tfeed_tensor_int32s(ret_tensor)[i] = (int32_t)json_integer_value(value);
    }
    return ok;
}

/* The rows of a matrix of int32 numbers. */
static bool matrix_of(const json_t *rows, struct tfeed_tensor *ret_tensor)
{
    const size_t n = json_array_size(rows);
    const size_t n_cols = json_array_size(json_array_get(rows, 0));
    const struct tfeed_shape shape = tfeed_shape_matrix((int64_t)n, (int64_t)n_cols);
    if (tfeed_tensor_alloc(TFEED_INT32, &shape, NULL, ret_tensor, NULL) != TFEED_OK)
        return false;
    for (size_t i = 0; i < n * n_cols; i++)
        tfeed_tensor_int32s(ret_tensor)[i] = (int32_t)json_integer_value(
            json_array_get(json_array_get(rows, i / n_cols), i % n_cols));
    return true;
}

/* Makes what the row's kind says; queue is NULL where it gives a source outright. */
static tfeed_status make_kind(struct tfeed_context *context, const json_t *row,
                              const struct tfeed_producer_options *options,
                              struct tfeed_queue **ret_queue, struct tfeed_batch_source *ret_source)
{
    const char *kind = text_of(row, "kind");
    struct tfeed_tensor tensors[2] = {{.dtype = TFEED_DTYPE_INVALID}};
    tfeed_status status = TFEED_INVALID_ARGUMENT;
    if (strcmp(kind, "range_input_producer") == 0)
        status = tfeed_range_input_producer(context, (int32_t)number_of(row, "limit"), options,
                                            ret_queue, NULL);
    else if (strcmp(kind, "string_input_producer") == 0 &&
             tensor_of(json_object_get(row, "names"), &tensors[0]))
        status = tfeed_input_producer(context, &tensors[0], options, ret_queue, NULL);
    else if (strcmp(kind, "input_producer") == 0 &&
             matrix_of(json_object_get(row, "rows"), &tensors[0]))
        status = tfeed_input_producer(context, &tensors[0], options, ret_queue, NULL);
    else if (strcmp(kind, "slice_input_producer") == 0 &&
             tensor_of(json_object_get(row, "xs"), &tensors[0]) &&
             tensor_of(json_object_get(row, "ys"), &tensors[1]))
        status = tfeed_slice_input_producer(context, tensors, 2, options, ret_source, NULL);
    tfeed_tensor_clear(&tensors[0]);
    tfeed_tensor_clear(&tensors[1]);
    if (status == TFEED_OK && *ret_queue != NULL)
        status = tfeed_batch_source_queue(context, *ret_queue, 0, ret_source, NULL);
    return status;
}

static tfeed_status make_producer(struct tfeed_context *context, const json_t *row, bool use_pair,
                                  struct tfeed_batch_source *ret_source)
{
    struct tfeed_producer_options options;
    struct tfeed_queue *queue = NULL;
    struct tfeed_seeds pair;
    tfeed_producer_options_init(&options);
    options.n_epochs = number_of(row, "num_epochs");
    options.capacity = number_or(row, "capacity", options.capacity);
    options.shuffle = !json_is_false(json_object_get(row, "shuffle"));
    options.shared_name = text_of(row, "shared_name");
    options.name = text_of(row, "name");
    options.seed = number_or(row, "op_seed", TFEED_SEED_UNSET);
    if (use_pair && pair_of(row, "RandomShuffle", &pair))
        options.seed_pair = &pair;
    const tfeed_status status = make_kind(context, row, &options, &queue, ret_source);
    tfeed_queue_unref(queue);
    return status;
}

static bool string_equal(const struct tfeed_tensor *tensor, const json_t *expected)
{
    const struct tfeed_bytes *got = tfeed_tensor_strings(tensor);
    return tensor->dtype == TFEED_STRING && json_is_string(expected) &&
           json_string_length(expected) == got->len &&
           (got->len == 0 || memcmp(json_string_value(expected), got->data, got->len) == 0);
}

static bool number_equal(const struct tfeed_tensor *tensor, int64_t i, const json_t *expected)
{
    return tensor->dtype == TFEED_INT32 && json_is_integer(expected) &&
           tfeed_tensor_int32s(tensor)[i] == json_integer_value(expected);
}

/* A string, a number, one of each, or the numbers of a row. */
static bool element_equal(const struct tfeed_tensor *element, const json_t *expected)
{
    if (json_is_string(expected))
        return string_equal(&element[0], expected);
    if (json_is_integer(expected))
        return number_equal(&element[0], 0, expected);
    if (element[0].shape.n_dims == 0)
        return number_equal(&element[0], 0, json_array_get(expected, 0)) &&
               string_equal(&element[1], json_array_get(expected, 1));
    for (size_t i = 0; i < json_array_size(expected); i++)
        if (!number_equal(&element[0], (int64_t)i, json_array_get(expected, i)))
            return false;
    return element[0].shape.dims[0] == (int64_t)json_array_size(expected);
}

/* Compares everything the source gives with the order; false after a failure. */
static bool compare_order(struct replay *replay, const json_t *row, const char *name,
                          const struct tfeed_batch_source *source)
{
    const json_t *order = json_object_get(row, "order");
    struct tfeed_tensor element[2] = {{.dtype = TFEED_DTYPE_INVALID}};
    size_t n = 0;
    tfeed_status status;
    bool equal = true;
    while (equal && (status = source->produce(source->user_data, element, NULL)) == TFEED_OK) {
        equal = n < json_array_size(order) && element_equal(element, json_array_get(order, n));
        if (!equal)
            replay_fail(replay, producers_file, name, "place %zu is another", n);
        tfeed_tensor_clear(&element[0]);
        tfeed_tensor_clear(&element[1]);
        n++;
    }
    if (equal && (n != json_array_size(order) || status != end_of(row))) {
        equal = false;
        replay_fail(replay, producers_file, name, "expected %zu and %s, got %zu and %s",
                    json_array_size(order), tfeed_status_name(end_of(row)), n,
                    tfeed_status_name(status));
    }
    return equal;
}

static void replay_producer(struct replay *replay, const json_t *row, size_t place, bool use_pair)
{
    char name[TEXT_BYTES];
    struct program program;
    struct tfeed_batch_source source = {.produce = NULL};
    (void)snprintf(name, sizeof name, "row %zu (%s)", place, use_pair ? "pair" : "derived seeds");
    bool ok = program_start(&program, row) &&
              make_producer(program.context, row, use_pair, &source) == TFEED_OK &&
              tfeed_start_queue_runners(program.context, program.coordinator, NULL) == TFEED_OK;
    if (!ok)
        replay_fail(replay, producers_file, name, "the producer cannot be made");
    ok = ok && compare_order(replay, row, name, &source);
    const tfeed_status end = program_end(&program);
    tfeed_batch_source_clear(&source);
    if (ok && end != TFEED_OK)
        replay_fail(replay, producers_file, name, "the end gives %s", tfeed_status_name(end));
    else if (ok)
        replay_pass(replay);
}

static void replay_producers(struct replay *replay)
{
    json_t *rows = replay_open(replay, producers_file);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        replay_producer(replay, row, i, true);
        if (json_is_integer(json_object_get(row, "op_seed"))) /* no node is counted */
            replay_producer(replay, row, i, false);
    }
    json_decref(rows);
}

/* --- shuffle_batch ------------------------------------------------------------------------- */

static const char shuffle_batch_file[] = "input/orders/shuffle_batch.json";

/* The enqueues of a log, as a source: the number and its text. */
struct log_source {
    const json_t *log;
    size_t next;
    bool gives_rows;
};

static tfeed_status set_number(struct tfeed_tensor *number, struct tfeed_tensor *text, int64_t i,
                               int64_t value)
{
    char digits[32];
    const int len = snprintf(digits, sizeof digits, "%" PRId64, value);
    tfeed_tensor_int32s(number)[i] = (int32_t)value;
    return tfeed_tensor_set_string(text, i, digits, (size_t)len, NULL);
}

static tfeed_status produce_from_log(void *user_data, struct tfeed_tensor *ret_components,
                                     struct tfeed_error *reterr)
{
    struct log_source *source = user_data;
    const json_t *values = NULL;
    while (values == NULL && source->next < json_array_size(source->log))
        values = json_object_get(json_array_get(source->log, source->next++), "enqueue");
    if (values == NULL)
        return TFEED_OUT_OF_RANGE;
    const int64_t n = (int64_t)json_array_size(values);
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    const struct tfeed_shape shape = source->gives_rows ? tfeed_shape_vector(n) : scalar;
    tfeed_status status = tfeed_tensor_alloc(TFEED_INT32, &shape, NULL, &ret_components[0], reterr);
    if (status == TFEED_OK)
        status = tfeed_tensor_alloc(TFEED_STRING, &shape, NULL, &ret_components[1], reterr);
    for (int64_t i = 0; status == TFEED_OK && i < n; i++)
        status = set_number(&ret_components[0], &ret_components[1], i,
                            json_integer_value(json_array_get(values, (size_t)i)));
    return status;
}

static bool batch_equal(const struct tfeed_tensor *columns, const json_t *step)
{
    const json_t *numbers = json_object_get(step, "batch");
    const json_t *strings = json_object_get(step, "strings");
    const size_t n = (size_t)tfeed_tensor_n_elements(&columns[0]);
    if (n != json_array_size(numbers))
        return false;
    for (size_t i = 0; i < n; i++) {
        const char *string = json_string_value(json_array_get(strings, i));
        const struct tfeed_bytes *got = &tfeed_tensor_strings(&columns[1])[i];
        if (tfeed_tensor_int32s(&columns[0])[i] != json_integer_value(json_array_get(numbers, i)) ||
            strlen(string) != got->len || memcmp(string, got->data, got->len) != 0)
            return false;
    }
    return true;
}

/* Takes a batch for each of the log, and its end; false after a failure. */
static bool compare_log(struct replay *replay, const json_t *log, const char *name,
                        struct tfeed_batcher *batcher)
{
    struct tfeed_tensor columns[2] = {{.dtype = TFEED_DTYPE_INVALID}};
    bool equal = true;
    for (size_t i = 0; equal && i < json_array_size(log); i++) {
        const json_t *step = json_array_get(log, i);
        const bool is_end = json_object_get(step, "end") != NULL;
        if (!is_end && json_object_get(step, "batch") == NULL)
            continue;
        const tfeed_status expected =
            is_end ? replay_status_from_kind(text_of(step, "end")) : TFEED_OK;
        const tfeed_status status = tfeed_batcher_next(batcher, columns, NULL);
        equal = status == expected &&
                (is_end ? tfeed_queue_size(tfeed_batcher_queue(batcher)) == number_of(step, "size")
                        : batch_equal(columns, step));
        if (!equal)
            replay_fail(replay, shuffle_batch_file, name,
                        "step %zu: expected %s and its values, got %s", i,
                        tfeed_status_name(expected), tfeed_status_name(status));
    }
    tfeed_tensor_clear(&columns[0]);
    tfeed_tensor_clear(&columns[1]);
    return equal;
}

static void set_batch_options(struct tfeed_batch_options *options, const json_t *row)
{
    tfeed_batch_options_init(options);
    options->batch_size = number_of(row, "batch_size");
    options->capacity = number_of(row, "capacity");
    options->min_after_dequeue = number_of(row, "min_after_dequeue");
    options->allow_smaller_final_batch =
        json_is_true(json_object_get(row, "allow_smaller_final_batch"));
    options->enqueue_many = json_is_true(json_object_get(row, "enqueue_many"));
}

static void replay_shuffle_batch(struct replay *replay, const json_t *row, size_t place,
                                 bool prefetch)
{
    static const enum tfeed_dtype dtypes[] = {TFEED_INT32, TFEED_STRING};
    static const struct tfeed_shape shapes[] = {TFEED_SHAPE_SCALAR, TFEED_SHAPE_SCALAR};
    const json_t *log = json_object_get(row, "log");
    struct log_source log_source = {
        .log = log, .gives_rows = json_is_true(json_object_get(row, "enqueue_many"))};
    const struct tfeed_batch_source source = {.produce = produce_from_log,
                                              .user_data = &log_source,
                                              .dtypes = dtypes,
                                              .shapes = shapes,
                                              .n_components = 2};
    char name[TEXT_BYTES];
    struct program program;
    struct tfeed_batch_options options;
    struct tfeed_seeds pair;
    struct tfeed_batcher *batcher = NULL;
    (void)snprintf(name, sizeof name, "row %zu%s", place, prefetch ? " (prefetched)" : "");
    set_batch_options(&options, row);
    options.deterministic = true;
    options.n_prefetch = prefetch ? 2 : 0;
    options.seed = number_or(row, "op_seed", TFEED_SEED_UNSET);
    if (options.seed == TFEED_SEED_UNSET && pair_of(row, "RandomShuffleQueueV2", &pair))
        options.seed_pair = &pair;
    bool ok = program_start(&program, row) &&
              tfeed_shuffle_batch(program.context, &source, &options, &batcher, NULL) == TFEED_OK &&
              tfeed_start_queue_runners(program.context, program.coordinator, NULL) == TFEED_OK;
    if (!ok)
        replay_fail(replay, shuffle_batch_file, name, "the batcher cannot be made");
    ok = ok && compare_log(replay, log, name, batcher);
    const tfeed_status end = program_end(&program);
    tfeed_batcher_unref(batcher);
    if (ok && end != TFEED_OK)
        replay_fail(replay, shuffle_batch_file, name, "the end gives %s", tfeed_status_name(end));
    else if (ok)
        replay_pass(replay);
}

static void replay_shuffle_batches(struct replay *replay)
{
    json_t *rows = replay_open(replay, shuffle_batch_file);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        replay_shuffle_batch(replay, json_array_get(rows, i), i, false);
        replay_shuffle_batch(replay, json_array_get(rows, i), i, true);
    }
    json_decref(rows);
}

/* --- the whole way ------------------------------------------------------------------------- */

static const char pipeline_file[] = "input/orders/pipeline.json";

static tfeed_status make_names(const struct replay *replay, struct tfeed_context *context,
                               const json_t *row, struct tfeed_queue **ret_names)
{
    const json_t *files = json_object_get(row, "files");
    const size_t n = json_array_size(files);
    struct tfeed_producer_options options;
    struct tfeed_seeds pair;
    tfeed_producer_options_init(&options);
    options.n_epochs = number_of(row, "num_epochs");
    if (pair_of(row, "RandomShuffle", &pair))
        options.seed_pair = &pair;
    char(*paths)[REPLAY_PATH_BYTES] = calloc(n, sizeof *paths);
    const char **strings = calloc(n, sizeof *strings);
    tfeed_status status = TFEED_RESOURCE_EXHAUSTED;
    if (paths != NULL && strings != NULL) {
        for (size_t i = 0; i < n; i++) {
            char relative[TEXT_BYTES];
            (void)snprintf(relative, sizeof relative, "input/orders/files/%s",
                           json_string_value(json_array_get(files, i)));
            strings[i] = replay_path(replay, relative, paths[i]);
        }
        status = tfeed_string_input_producer(context, strings, n, &options, ret_names, NULL);
    }
    free(strings);
    free(paths);
    return status;
}

/* Whether bytes end with text: keys name whole paths, golden ones the file only. */
static bool ends_with(const struct tfeed_bytes *bytes, const char *text, bool whole)
{
    const size_t len = strlen(text);
    return bytes->len >= len && (!whole || bytes->len == len) &&
           memcmp(bytes->data + bytes->len - len, text, len) == 0;
}

static bool compare_batches(struct replay *replay, const json_t *row, const char *name,
                            struct tfeed_batcher *batcher)
{
    const json_t *batches = json_object_get(row, "batches");
    struct tfeed_tensor columns[2] = {{.dtype = TFEED_DTYPE_INVALID}};
    size_t n = 0;
    bool equal = true;
    tfeed_status status;
    while (equal && (status = tfeed_batcher_next(batcher, columns, NULL)) == TFEED_OK) {
        const json_t *batch = json_array_get(batches, n++);
        const size_t n_rows = (size_t)columns[0].shape.dims[0];
        equal = n_rows == json_array_size(batch);
        for (size_t i = 0; equal && i < n_rows; i++) {
            const json_t *record = json_array_get(batch, i);
            equal = ends_with(&tfeed_tensor_strings(&columns[0])[i],
                              json_string_value(json_array_get(record, 0)), false) &&
                    ends_with(&tfeed_tensor_strings(&columns[1])[i],
                              json_string_value(json_array_get(record, 1)), true);
        }
        if (!equal)
            replay_fail(replay, pipeline_file, name, "batch %zu has other records", n - 1);
    }
    tfeed_tensor_clear(&columns[0]);
    tfeed_tensor_clear(&columns[1]);
    if (equal && (n != json_array_size(batches) || status != end_of(row))) {
        equal = false;
        replay_fail(replay, pipeline_file, name, "expected %zu batches and %s, got %zu and %s",
                    json_array_size(batches), tfeed_status_name(end_of(row)), n,
                    tfeed_status_name(status));
    }
    return equal;
}

/* Key and value of every record of the shuffled files. */
static tfeed_status make_records(struct replay *replay, struct tfeed_context *context,
                                 const json_t *row, struct tfeed_batch_source *ret_source)
{
    struct tfeed_queue *names = NULL;
    struct tfeed_reader *reader = NULL;
    tfeed_status status = make_names(replay, context, row, &names);
    if (status == TFEED_OK)
        status = tfeed_tfrecord_reader_new(NULL, &reader, NULL);
    if (status == TFEED_OK)
        status = tfeed_batch_source_reader(context, reader, names, 0, ret_source, NULL);
    tfeed_reader_unref(reader);
    tfeed_queue_unref(names);
    return status;
}

static tfeed_status make_pipeline(struct replay *replay, struct program *program, const json_t *row,
                                  bool deterministic, struct tfeed_batcher **ret_batcher)
{
    struct tfeed_batch_source source = {.produce = NULL};
    struct tfeed_batch_options options;
    struct tfeed_seeds pair;
    set_batch_options(&options, row);
    options.deterministic = deterministic;
    if (pair_of(row, "RandomShuffleQueueV2", &pair))
        options.seed_pair = &pair;
    tfeed_status status = make_records(replay, program->context, row, &source);
    if (status != TFEED_OK)
        return status;
    status = tfeed_shuffle_batch(program->context, &source, &options, ret_batcher, NULL);
    if (status != TFEED_OK) {
        tfeed_batch_source_clear(&source);
        return status;
    }
    return tfeed_start_queue_runners(program->context, program->coordinator, NULL);
}

/* Free-running gives the same order: nothing may be drawn before the queue is closed, because
 * min_after_dequeue is the number of all records. */
static void replay_pipeline(struct replay *replay, const json_t *row, size_t place,
                            bool deterministic)
{
    char name[TEXT_BYTES];
    struct program program;
    struct tfeed_batcher *batcher = NULL;
    (void)snprintf(name, sizeof name, "row %zu (%s)", place,
                   deterministic ? "deterministic" : "free-running");
    bool ok = program_start(&program, row) &&
              make_pipeline(replay, &program, row, deterministic, &batcher) == TFEED_OK;
    if (!ok)
        replay_fail(replay, pipeline_file, name, "the pipeline cannot be made");
    ok = ok && compare_batches(replay, row, name, batcher);
    const tfeed_status end = program_end(&program);
    tfeed_batcher_unref(batcher);
    if (ok && end != TFEED_OK)
        replay_fail(replay, pipeline_file, name, "the end gives %s", tfeed_status_name(end));
    else if (ok)
        replay_pass(replay);
}

static void replay_pipelines(struct replay *replay)
{
    json_t *rows = replay_open(replay, pipeline_file);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        replay_pipeline(replay, json_array_get(rows, i), i, true);
        replay_pipeline(replay, json_array_get(rows, i), i, false);
    }
    json_decref(rows);
}

int main(int argc, char **argv)
{
    struct replay replay;
    if (!replay_start(&replay, argc, argv))
        return REPLAY_USAGE;
    replay_producers(&replay);
    replay_shuffle_batches(&replay);
    replay_pipelines(&replay);
    return replay_finish(&replay);
}
