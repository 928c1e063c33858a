/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * replay_readers.c - readers against TensorFlow's: keys, values, counters and errors, step by step.
 *
 * Each row of input/readers/readers.json puts the names of files into a queue, makes a reader and
 * tells its steps with what they gave. Each of input/readers/glob.json is a pattern of names.
 *
 * One thing differs on purpose: a reader of records of 0 bytes is refused where TensorFlow reads
 * them for ever.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tfeed/queues.h>
#include <tfeed/readers.h>

#include "core/thread_internal.h"
#include "io/files_internal.h"
#include "tests/golden/replay.h"
#include "tests/support/sha256.h"

static const char file_name[] = "input/readers/readers.json";
static const char glob_file_name[] = "input/readers/glob.json";

enum { TEXT_BYTES = 512, CAPACITY = 100, MAX_PATTERNS = 16 };

/* One read, perhaps on a thread of its own. */
struct reading {
    struct tfi_thread thread;
    struct tfeed_reader *reader;
    struct tfeed_queue *names;
    struct tfeed_tensor key;
    struct tfeed_tensor value;
    struct tfeed_error error;
    tfeed_status status;
    bool is_running;
};

/* One row being replayed. */
struct row {
    struct replay *replay;
    char name[TEXT_BYTES];
    struct tfeed_queue *names;
    struct tfeed_reader *reader;
    struct reading waiting; /* for a name */
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

/* Long values are given as "sha256:hash:length". */
static bool digest_equal(const struct tfeed_bytes *bytes, const char *expected)
{
    char hex[SUPPORT_SHA256_HEX_BYTES], text[TEXT_BYTES];
    (void)snprintf(text, sizeof text, "sha256:%s:%zu",
                   support_sha256_hex(bytes->data, bytes->len, hex), bytes->len);
    return strcmp(text, expected) == 0;
}

static bool bytes_equal(const struct tfeed_bytes *bytes, const char *base64)
{
    size_t len = 0;
    if (base64 != NULL && strncmp(base64, "sha256:", 7) == 0)
        return digest_equal(bytes, base64);
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

/* Whether our message holds the len characters at text, but for spaces around them. */
static bool holds(const char *message, const char *text, size_t len)
{
    char piece[TEXT_BYTES];
    while (len > 0 && *text == ' ')
        text++, len--;
    while (len > 0 && text[len - 1] == ' ')
        len--;
    (void)snprintf(piece, sizeof piece, "%.*s", (int)len, text);
    return strstr(message, piece) != NULL;
}

/* Texts are equal but for what is ours to say: names of ops in quotes, and how a failed call on a
 * file or in zlib is introduced. Between those, each piece of TensorFlow's must be in ours. */
static bool text_equal(const char *expected, const char *message)
{
    static const char zlib[] = "inflate() failed with error ";
    const char *quote = strstr(expected, " '"), *semicolon = strchr(expected, ';');
    if (strncmp(expected, zlib, sizeof zlib - 1) == 0)
        return holds(message, strchr(expected, ':') + 1, strlen(strchr(expected, ':') + 1));
    if (semicolon != NULL)
        return holds(message, expected, (size_t)(semicolon - expected)) &&
               holds(message, semicolon + 1, strlen(semicolon + 1));
    const char *end = quote != NULL ? strchr(quote + 2, '\'') : NULL;
    if (end != NULL)
        return holds(message, expected, (size_t)(quote - expected)) &&
               holds(message, end + 1, strlen(end + 1));
    return holds(message, expected, strlen(expected));
}

static void compare_status(struct row *row, const json_t *outcome, const char *step,
                           tfeed_status status, const struct tfeed_error *error)
{
    const tfeed_status expected = replay_status_from_kind(text_of(outcome, "error"));
    const char *text = text_of(outcome, "text");
    if (status != expected)
        fail(row, step, tfeed_status_name(expected), tfeed_status_name(status));
    else if (status != TFEED_OK && error != NULL && text != NULL &&
             !text_equal(text, error->message))
        fail(row, step, text, error->message);
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

static void read_one(void *object)
{
    struct reading *reading = object;
    reading->status = tfeed_reader_read(reading->reader, reading->names, &reading->key,
                                        &reading->value, &reading->error);
}

static bool waits(const json_t *outcome)
{
    const char *error = text_of(outcome, "error");
    return error != NULL && strcmp(error, "DeadlineExceeded") == 0;
}

/* A read that TensorFlow gave up waiting for stays here: it gets the next name, as the next read
 * did there. */
static void start_waiting(struct row *row)
{
    row->waiting = (struct reading){.reader = row->reader, .names = row->names};
    row->waiting.is_running =
        tfi_thread_start(&row->waiting.thread, "waits", read_one, &row->waiting, NULL) == TFEED_OK;
    if (!row->waiting.is_running)
        fail(row, "read", "a thread", "none");
}

static void step_read(struct row *row, const json_t *outcome)
{
    if (waits(outcome)) {
        start_waiting(row);
        return;
    }
    struct reading reading = {.reader = row->reader, .names = row->names};
    if (row->waiting.is_running) {
        tfi_thread_join(&row->waiting.thread);
        reading = row->waiting;
        row->waiting.is_running = false;
    } else {
        read_one(&reading);
    }
    compare_status(row, outcome, "read", reading.status, &reading.error);
    if (reading.status == TFEED_OK && !row->failed)
        compare_record(row, "read", tfeed_tensor_strings(&reading.key),
                       tfeed_tensor_strings(&reading.value), text_of(outcome, "key"),
                       text_of(outcome, "value"));
    tfeed_tensor_clear(&reading.key);
    tfeed_tensor_clear(&reading.value);
}

static void step_up_to(struct row *row, const json_t *outcome)
{
    struct tfeed_tensor keys = {.dtype = TFEED_DTYPE_INVALID};
    struct tfeed_tensor values = keys;
    const json_t *expected_keys = json_object_get(outcome, "keys");
    const json_t *expected_values = json_object_get(outcome, "values");
    struct tfeed_error error = TFEED_ERROR_INIT;
    const tfeed_status status = tfeed_reader_read_up_to(
        row->reader, row->names, number_of(outcome, "arg"), &keys, &values, &error);
    compare_status(row, outcome, "read_up_to", status, &error);
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
    struct tfeed_error error = TFEED_ERROR_INIT;
    const tfeed_status status = tfeed_reader_serialize_state(row->reader, &state, &error);
    compare_status(row, outcome, "save", status, &error);
    if (status == TFEED_OK) {
        const struct tfeed_bytes *got = tfeed_tensor_strings(&state);
        size_t len = 0;
        uint8_t *expected = replay_hex(text_of(outcome, "state"), &len);
        if (expected == NULL || len != got->len || memcmp(expected, got->data, len) != 0)
            fail(row, "save", text_of(outcome, "state"), "another state");
        free(expected);
    }
    tfeed_tensor_clear(&state);
}

static void step_load(struct row *row, const json_t *outcome)
{
    struct tfeed_bytes state = {.data = NULL};
    struct tfeed_error error = TFEED_ERROR_INIT;
    uint8_t *bytes = replay_hex(text_of(outcome, "arg"), &state.len);
    state.data = bytes;
    const tfeed_status status = tfeed_reader_restore_state(row->reader, &state, &error);
    compare_status(row, outcome, "load", status, &error);
    free(bytes);
}

/* The identity takes names as they are; files are found below the set. */
static tfeed_status enqueue_name(const struct row *row, const char *kind, const char *name)
{
    char relative[TEXT_BYTES], path[REPLAY_PATH_BYTES];
    struct tfeed_bytes storage;
    (void)snprintf(relative, sizeof relative, "input/readers/%s", name);
    const bool is_file = strcmp(kind, "IdentityReader") != 0;
    const struct tfeed_tensor element = tfeed_tensor_borrow_string(
        &storage, is_file ? replay_path(row->replay, relative, path) : name);
    return tfeed_queue_enqueue(row->names, &element, NULL);
}

static void replay_step(struct row *row, const char *kind, const json_t *outcome)
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
        compare_status(row, outcome, op, enqueue_name(row, kind, text_of(outcome, "arg")), NULL);
    else if (strcmp(op, "close") == 0)
        compare_status(row, outcome, op, tfeed_queue_close(row->names, false, NULL), NULL);
    else
        fail(row, op, "a known op", "an unknown one");
}

/* --- rows ---------------------------------------------------------------------------------- */

/* A word for a compression; TensorFlow reads unknown ones as none. */
static enum tfeed_compression compression_of(const json_t *args, const char *key)
{
    enum tfeed_compression compression = TFEED_COMPRESSION_NONE;
    const char *text = text_of(args, key);
    if (text == NULL || tfeed_compression_parse(text, &compression, NULL) != TFEED_OK)
        compression = TFEED_COMPRESSION_NONE;
    return compression;
}

static tfeed_status make_tfrecord_reader(const json_t *args, struct tfeed_reader **ret_reader,
                                         struct tfeed_error *reterr)
{
    struct tfeed_record_reader_options options;
    tfeed_record_reader_options_init(&options);
    options.tail = TFEED_TAIL_TENSORFLOW;
    options.compression = compression_of(args, "compression");
    return tfeed_tfrecord_reader_new(&options, ret_reader, reterr);
}

static tfeed_status make_fixed_length_reader(const json_t *args, struct tfeed_reader **ret_reader,
                                             struct tfeed_error *reterr)
{
    const struct tfeed_fixed_length lengths = {
        .record_bytes = number_of(args, "record_bytes"),
        .header_bytes = number_of(args, "header_bytes"),
        .footer_bytes = number_of(args, "footer_bytes"),
        .hop_bytes = number_of(args, "hop_bytes"),
    };
    struct tfeed_reader_options options;
    tfeed_reader_options_init(&options);
    options.compression = compression_of(args, "encoding");
    return tfeed_fixed_length_reader_new(&lengths, &options, ret_reader, reterr);
}

static tfeed_status make_text_line_reader(const json_t *args, struct tfeed_reader **ret_reader,
                                          struct tfeed_error *reterr)
{
    return tfeed_text_line_reader_new(number_of(args, "skip_header_lines"), NULL, ret_reader,
                                      reterr);
}

static tfeed_status make_whole_file_reader(const json_t *args, struct tfeed_reader **ret_reader,
                                           struct tfeed_error *reterr)
{
    (void)args;
    return tfeed_whole_file_reader_new(NULL, ret_reader, reterr);
}

static tfeed_status make_identity_reader(const json_t *args, struct tfeed_reader **ret_reader,
                                         struct tfeed_error *reterr)
{
    (void)args;
    return tfeed_identity_reader_new(NULL, ret_reader, reterr);
}

static tfeed_status make_lmdb_reader(const json_t *args, struct tfeed_reader **ret_reader,
                                     struct tfeed_error *reterr)
{
    (void)args;
    return tfeed_lmdb_reader_new(NULL, ret_reader, reterr);
}

struct reader_kind {
    const char *name;
    tfeed_status (*make)(const json_t *args, struct tfeed_reader **ret_reader,
                         struct tfeed_error *reterr);
};

static const struct reader_kind *find_kind(const char *name)
{
    static const struct reader_kind kinds[] = {
        {"TFRecordReader", make_tfrecord_reader},
        {"TextLineReader", make_text_line_reader},
        {"FixedLengthRecordReader", make_fixed_length_reader},
        {"WholeFileReader", make_whole_file_reader},
        {"IdentityReader", make_identity_reader},
        {"LMDBReader", make_lmdb_reader},
    };
    for (size_t i = 0; name != NULL && i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    return NULL;
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
        status =
            enqueue_name(row, text_of(spec, "reader"), json_string_value(json_array_get(files, i)));
    if (status == TFEED_OK && !json_is_false(json_object_get(spec, "close")))
        status = tfeed_queue_close(row->names, false, NULL);
    return status;
}

/* What is wrong with the arguments is said here at once, by TensorFlow with the first read. */
static void compare_making(struct row *row, const json_t *spec, tfeed_status status,
                           const struct tfeed_error *error)
{
    const json_t *args = json_object_get(spec, "args");
    const json_t *first =
        json_array_get(json_object_get(json_object_get(spec, "outcome"), "steps"), 0);
    const json_t *record_bytes = json_object_get(args, "record_bytes");
    if (json_is_integer(record_bytes) && json_integer_value(record_bytes) == 0) {
        if (status != TFEED_INVALID_ARGUMENT)
            fail(row, "making", "records of 0 bytes to be refused", tfeed_status_name(status));
    } else if (status != TFEED_OK) {
        compare_status(row, first, "making", status, error);
    }
}

static void replay_row(struct replay *replay, const json_t *spec, size_t place)
{
    const char *kind_name = text_of(spec, "reader");
    const struct reader_kind *kind = find_kind(kind_name);
    const json_t *steps = json_object_get(json_object_get(spec, "outcome"), "steps");
    struct row row = {.replay = replay};
    struct tfeed_error error = TFEED_ERROR_INIT;
    (void)snprintf(row.name, sizeof row.name, "row %zu (%s)", place,
                   kind_name != NULL ? kind_name : "?");
    if (kind == NULL) {
        fail(&row, "making", "a known kind of reader", "an unknown one");
        return;
    }
    tfeed_status status = kind->make(json_object_get(spec, "args"), &row.reader, &error);
    if (status == TFEED_UNIMPLEMENTED) {
        replay_skip(replay, error.message);
        return;
    }
    compare_making(&row, spec, status, &error);
    if (status == TFEED_OK && (status = make_queue(&row, spec)) != TFEED_OK)
        fail(&row, "making", "a queue", tfeed_status_name(status));
    for (size_t i = 0; status == TFEED_OK && i < json_array_size(steps) && !row.failed; i++)
        replay_step(&row, kind_name, json_array_get(steps, i));
    if (row.waiting.is_running) {
        if (tfeed_queue_close(row.names, true, NULL) != TFEED_OK) /* ends the read */
            fail(&row, "close", "OK", "a failure");
        tfi_thread_join(&row.waiting.thread);
    }
    tfeed_reader_unref(row.reader);
    tfeed_queue_unref(row.names);
    if (!row.failed)
        replay_pass(replay);
}

/* --- patterns of names --------------------------------------------------------------------- */

/* One pattern, or an array of them, below the folder that TensorFlow looked in. */
static size_t patterns_of(const struct replay *replay, const json_t *row,
                          char patterns[MAX_PATTERNS][REPLAY_PATH_BYTES])
{
    const json_t *pattern = json_object_get(row, "pattern");
    const size_t n = json_is_array(pattern) ? json_array_size(pattern) : 1;
    for (size_t i = 0; i < n && i < MAX_PATTERNS; i++) {
        char relative[TEXT_BYTES];
        const char *text =
            json_string_value(json_is_array(pattern) ? json_array_get(pattern, i) : pattern);
        (void)snprintf(relative, sizeof relative, "input/readers/glob/%s", text);
        (void)replay_path(replay, relative, patterns[i]);
    }
    return n < MAX_PATTERNS ? n : MAX_PATTERNS;
}

static bool files_equal(const struct replay *replay, const struct tfeed_file_list *files,
                        const json_t *expected)
{
    bool equal = files->n_files == json_array_size(expected);
    for (size_t i = 0; equal && i < files->n_files; i++) {
        char relative[TEXT_BYTES], path[REPLAY_PATH_BYTES];
        (void)snprintf(relative, sizeof relative, "input/readers/glob/%s",
                       json_string_value(json_array_get(expected, i)));
        equal = strcmp(files->paths[i], replay_path(replay, relative, path)) == 0;
    }
    return equal;
}

static void replay_glob_row(struct replay *replay, const json_t *row, size_t place)
{
    static char texts[MAX_PATTERNS][REPLAY_PATH_BYTES];
    const char *patterns[MAX_PATTERNS];
    struct tfeed_file_list files = {.n_files = 0};
    char name[TEXT_BYTES];
    const size_t n = patterns_of(replay, row, texts);
    for (size_t i = 0; i < n; i++)
        patterns[i] = texts[i];
    (void)snprintf(name, sizeof name, "row %zu", place);
    const tfeed_status status = tfi_files_match_tensorflow(patterns, n, NULL, NULL, &files, NULL);
    if (status != TFEED_OK)
        replay_fail(replay, glob_file_name, name, "expected files, got %s",
                    tfeed_status_name(status));
    else if (!files_equal(replay, &files, json_object_get(row, "matches")))
        replay_fail(replay, glob_file_name, name, "expected other files, got %zu", files.n_files);
    else
        replay_pass(replay);
    if (status == TFEED_OK)
        tfeed_file_list_clear(&files);
}

int main(int argc, char **argv)
{
    struct replay replay;
    if (!replay_start(&replay, argc, argv))
        return REPLAY_USAGE;
    json_t *rows = replay_open(&replay, file_name);
    for (size_t i = 0; i < json_array_size(rows); i++)
        replay_row(&replay, json_array_get(rows, i), i);
    json_decref(rows);
    rows = replay_open(&replay, glob_file_name);
    for (size_t i = 0; i < json_array_size(rows); i++)
        replay_glob_row(&replay, json_array_get(rows, i), i);
    json_decref(rows);
    return replay_finish(&replay);
}
