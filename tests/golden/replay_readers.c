/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * replay_readers.c - readers against TensorFlow's: keys, values, counters and errors, step by step.
 *
 * Each row of input/readers/readers.json puts the names of files into a queue, makes a reader and
 * tells its steps with what they gave.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tfeed/queues.h>
#include <tfeed/readers.h>

#include "tests/golden/replay.h"

static const char file_name[] = "input/readers/readers.json";

enum { TEXT_BYTES = 512, CAPACITY = 100 };

/* One row being replayed. */
struct row {
    struct replay *replay;
    char name[TEXT_BYTES];
    struct tfeed_queue *names;
    struct tfeed_reader *reader;
    bool failed;
};

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static int64_t number_of(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

static void fail(struct row *row, const char *step, const char *expected, const char *got)
{
    row->failed = true;
    replay_fail(row->replay, file_name, row->name, "%s: expected %s, got %s", step, expected, got);
}

/* --- comparing ----------------------------------------------------------------------------- */

static bool bytes_equal(const struct tfeed_bytes *bytes, const char *base64)
{
    size_t len = 0;
    uint8_t *expected = replay_base64(base64, &len);
    const bool equal = expected != NULL && len == bytes->len &&
                       (len == 0 || memcmp(expected, bytes->data, len) == 0);
    free(expected);
    return equal;
}

/* Keys name the file as it was given; the golden ones begin below the folder. */
static struct tfeed_bytes below_folder(const struct row *row, struct tfeed_bytes key)
{
    char folder[REPLAY_PATH_BYTES];
    const size_t len = strlen(replay_path(row->replay, "input/readers/", folder));
    if (key.len >= len && memcmp(key.data, folder, len) == 0) {
        key.data += len;
        key.len -= len;
    }
    return key;
}

static void compare_status(struct row *row, const json_t *outcome, const char *step,
                           tfeed_status status)
{
    const tfeed_status expected = replay_status_from_kind(text_of(outcome, "error"));
    if (status != expected)
        fail(row, step, tfeed_status_name(expected), tfeed_status_name(status));
}

static void compare_record(struct row *row, const char *step, const struct tfeed_bytes *key,
                           const struct tfeed_bytes *value, const char *expected_key,
                           const char *expected_value)
{
    const struct tfeed_bytes short_key = below_folder(row, *key);
    if (!bytes_equal(&short_key, expected_key))
        fail(row, step, expected_key, "another key");
    if (!bytes_equal(value, expected_value))
        fail(row, step, expected_value, "another value");
}

/* --- steps --------------------------------------------------------------------------------- */

static void step_read(struct row *row, const json_t *outcome)
{
    struct tfeed_tensor key = {.dtype = TFEED_DTYPE_INVALID};
    struct tfeed_tensor value = key;
    const tfeed_status status = tfeed_reader_read(row->reader, row->names, &key, &value, NULL);
    compare_status(row, outcome, "read", status);
    if (status == TFEED_OK && !row->failed)
        compare_record(row, "read", tfeed_tensor_strings(&key), tfeed_tensor_strings(&value),
                       text_of(outcome, "key"), text_of(outcome, "value"));
    tfeed_tensor_clear(&key);
    tfeed_tensor_clear(&value);
}

static void step_up_to(struct row *row, const json_t *outcome)
{
    struct tfeed_tensor keys = {.dtype = TFEED_DTYPE_INVALID};
    struct tfeed_tensor values = keys;
    const json_t *expected_keys = json_object_get(outcome, "keys");
    const json_t *expected_values = json_object_get(outcome, "values");
    const tfeed_status status = tfeed_reader_read_up_to(
        row->reader, row->names, number_of(outcome, "arg"), &keys, &values, NULL);
    compare_status(row, outcome, "read_up_to", status);
    const size_t n = (size_t)tfeed_tensor_n_elements(&values);
    if (status == TFEED_OK && n != json_array_size(expected_values))
        fail(row, "read_up_to", "as many records", "another number");
    for (size_t i = 0; i < n && !row->failed; i++)
        compare_record(row, "read_up_to", &tfeed_tensor_strings(&keys)[i],
                       &tfeed_tensor_strings(&values)[i],
                       json_string_value(json_array_get(expected_keys, i)),
                       json_string_value(json_array_get(expected_values, i)));
    tfeed_tensor_clear(&keys);
    tfeed_tensor_clear(&values);
}

static void step_counters(struct row *row, const json_t *outcome)
{
    char expected[TEXT_BYTES], got[TEXT_BYTES];
    static const char format[] = "%" PRId64 " produced, %" PRId64 " completed, %" PRId64 " left";
    (void)snprintf(expected, sizeof expected, format, number_of(outcome, "produced"),
                   number_of(outcome, "completed"), number_of(outcome, "names_left"));
    (void)snprintf(got, sizeof got, format, tfeed_reader_n_records_produced(row->reader),
                   tfeed_reader_n_work_units_completed(row->reader), tfeed_queue_size(row->names));
    if (strcmp(expected, got) != 0)
        fail(row, "counters", expected, got);
}

static void step_save(struct row *row, const json_t *outcome)
{
    struct tfeed_tensor state = {.dtype = TFEED_DTYPE_INVALID};
    compare_status(row, outcome, "save", tfeed_reader_serialize_state(row->reader, &state, NULL));
    tfeed_tensor_clear(&state);
}

static void step_load(struct row *row, const json_t *outcome)
{
    struct tfeed_bytes state = {.data = NULL};
    uint8_t *bytes = replay_hex(text_of(outcome, "arg"), &state.len);
    state.data = bytes;
    compare_status(row, outcome, "load", tfeed_reader_restore_state(row->reader, &state, NULL));
    free(bytes);
}

static tfeed_status enqueue_name(const struct row *row, const char *name)
{
    char relative[TEXT_BYTES], path[REPLAY_PATH_BYTES];
    struct tfeed_bytes storage;
    (void)snprintf(relative, sizeof relative, "input/readers/%s", name);
    const struct tfeed_tensor element =
        tfeed_tensor_borrow_string(&storage, replay_path(row->replay, relative, path));
    return tfeed_queue_enqueue(row->names, &element, NULL);
}

static void replay_step(struct row *row, const json_t *outcome)
{
    const char *op = text_of(outcome, "op");
    if (op == NULL)
        fail(row, "step", "an op", "none");
    else if (strcmp(op, "read") == 0)
        step_read(row, outcome);
    else if (strcmp(op, "up_to") == 0)
        step_up_to(row, outcome);
    else if (strcmp(op, "counters") == 0)
        step_counters(row, outcome);
    else if (strcmp(op, "save") == 0)
        step_save(row, outcome);
    else if (strcmp(op, "load") == 0)
        step_load(row, outcome);
    else if (strcmp(op, "reset") == 0)
        tfeed_reader_reset(row->reader);
    else if (strcmp(op, "enqueue") == 0)
        compare_status(row, outcome, op, enqueue_name(row, text_of(outcome, "arg")));
    else if (strcmp(op, "close") == 0)
        compare_status(row, outcome, op, tfeed_queue_close(row->names, false, NULL));
    else
        fail(row, op, "a known op", "an unknown one");
}

/* --- rows ---------------------------------------------------------------------------------- */

static tfeed_status make_reader(struct row *row, const json_t *args)
{
    struct tfeed_record_reader_options options;
    const char *compression = text_of(args, "compression");
    tfeed_record_reader_options_init(&options);
    options.tail = TFEED_TAIL_TENSORFLOW;
    if (tfeed_compression_parse(compression != NULL ? compression : "", &options.compression,
                                NULL) != TFEED_OK)
        return TFEED_INVALID_ARGUMENT;
    return tfeed_tfrecord_reader_new(&options, &row->reader, NULL);
}

static tfeed_status make_queue(struct row *row, const json_t *spec)
{
    const enum tfeed_dtype dtype = TFEED_STRING;
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    struct tfeed_queue_options options;
    tfeed_queue_options_init(&options);
    options.capacity = CAPACITY;
    options.dtypes = &dtype;
    options.shapes = &scalar;
    options.n_components = 1;
    tfeed_status status = tfeed_fifo_queue_new(NULL, &options, &row->names, NULL);
    const json_t *files = json_object_get(spec, "files");
    for (size_t i = 0; status == TFEED_OK && i < json_array_size(files); i++)
        status = enqueue_name(row, json_string_value(json_array_get(files, i)));
    if (status == TFEED_OK && !json_is_false(json_object_get(spec, "close")))
        status = tfeed_queue_close(row->names, false, NULL);
    return status;
}

/* A step that blocked until TensorFlow's time limit would block here without one. */
static bool blocks(const json_t *steps)
{
    for (size_t i = 0; i < json_array_size(steps); i++) {
        const char *error = text_of(json_array_get(steps, i), "error");
        if (error != NULL && strcmp(error, "DeadlineExceeded") == 0)
            return true;
    }
    return false;
}

static void replay_row(struct replay *replay, const json_t *spec, size_t place)
{
    struct row row = {.replay = replay};
    const json_t *outcome = json_object_get(spec, "outcome");
    const json_t *steps = json_object_get(outcome, "steps");
    if (blocks(steps)) {
        replay_skip(replay, "a read that waits for ever");
        return;
    }
    (void)snprintf(row.name, sizeof row.name, "row %zu (%s)", place, text_of(spec, "reader"));
    tfeed_status status = make_queue(&row, spec);
    if (status == TFEED_OK)
        status = make_reader(&row, json_object_get(spec, "args"));
    compare_status(&row, outcome, "making", status);
    for (size_t i = 0; status == TFEED_OK && i < json_array_size(steps) && !row.failed; i++)
        replay_step(&row, json_array_get(steps, i));
    tfeed_reader_unref(row.reader);
    tfeed_queue_unref(row.names);
    if (!row.failed)
        replay_pass(replay);
}

int main(int argc, char **argv)
{
    struct replay replay;
    if (!replay_start(&replay, argc, argv))
        return REPLAY_USAGE;
    json_t *rows = replay_open(&replay, file_name);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *spec = json_array_get(rows, i);
        const char *kind = text_of(spec, "reader");
        if (kind != NULL && strcmp(kind, "TFRecordReader") == 0) {
            replay_row(&replay, spec, i);
        } else {
            char reason[REPLAY_REASON_BYTES];
            (void)snprintf(reason, sizeof reason, "not built yet: %s", kind != NULL ? kind : "?");
            replay_skip(&replay, reason);
        }
    }
    json_decref(rows);
    return replay_finish(&replay);
}
