/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * replay_records.c - TFRecord files by TensorFlow, whole and damaged, and its writer's bytes.
 *
 *     files[]    read mapped, read, with both tails; written again: the same bytes
 *     options[]  the writer's options: the same bytes; level 0 by reading back
 *     flush[]    the size after each flush
 *     life       calls after close, existing and missing files
 *     damaged[]  TFEED_TAIL_TENSORFLOW stops as 1.15.5 does, TFEED_TAIL_STRICT at least there;
 *                rows of 2.21 likewise
 *
 * How many good records come out of a compressed file before its damage is met depends on buffers:
 * more are as right, wrong ones never.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tfeed/crc32c.h>
#include <tfeed/records.h>

#include "tests/golden/replay.h"
#include "tests/support/sha256.h"

static const char *const records_json = "input/records/records.json";
static const char *const records_tf2_json = "input/records/records_tf2.json";

/* What came out of a file. */
struct payload {
    uint8_t *data;
    size_t len;
    uint64_t offset;
};

struct outcome {
    struct payload *payloads;
    size_t n;
    tfeed_status status; /* that ended it; every repeat gave it again, else TFEED_INTERNAL */
    uint64_t end_offset;
    enum tfeed_compression compression; /* found */
};

static void outcome_clear(struct outcome *outcome)
{
    for (size_t i = 0; i < outcome->n; i++)
        free(outcome->payloads[i].data);
    free(outcome->payloads);
    *outcome = (struct outcome){.n = 0};
}

static void *must_have(void *memory)
{
    if (memory == NULL) {
        fputs("replay_records: no memory\n", stderr);
        exit(REPLAY_USAGE);
    }
    return memory;
}

static void outcome_add(struct outcome *outcome, const struct tfeed_record_view *view)
{
    if ((outcome->n & (outcome->n - 1)) == 0) { /* grows at powers of two */
        const size_t room = outcome->n == 0 ? 1 : 2 * outcome->n;
        outcome->payloads = must_have(realloc(outcome->payloads, room * sizeof *outcome->payloads));
    }
    struct payload *payload = &outcome->payloads[outcome->n++];
    *payload = (struct payload){
        .data = must_have(malloc(view->len + 1)), .len = view->len, .offset = view->offset};
    memcpy(payload->data, view->data, view->len);
}

/* Reads a file to its end or first failure, in runs, then asks twice more. */
static struct outcome read_records(const char *path,
                                   const struct tfeed_record_reader_options *options)
{
    struct outcome outcome = {.n = 0};
    struct tfeed_record_reader *reader = NULL;
    struct tfeed_record_view views[32];
    size_t n;
    outcome.status = tfeed_record_reader_open(path, options, &reader, NULL);
    if (outcome.status != TFEED_OK)
        return outcome;
    while ((outcome.status = tfeed_record_reader_next_run(
                reader, views, sizeof views / sizeof views[0], &n, NULL)) == TFEED_OK)
        for (size_t i = 0; i < n; i++)
            outcome_add(&outcome, &views[i]);
    outcome.end_offset = tfeed_record_reader_offset(reader);
    outcome.compression = tfeed_record_reader_compression(reader);
    for (int repeat = 0; repeat < 2; repeat++)
        if (tfeed_record_reader_next(reader, views, NULL) != outcome.status)
            outcome.status = TFEED_INTERNAL;
    tfeed_record_reader_close(reader);
    return outcome;
}

static struct outcome read_file(const struct replay *replay, const char *file,
                                enum tfeed_compression compression, enum tfeed_tail tail,
                                enum tfeed_map map)
{
    char name[REPLAY_PATH_BYTES];
    char path[REPLAY_PATH_BYTES];
    struct tfeed_record_reader_options options;
    (void)snprintf(name, sizeof name, "input/records/%s", file);
    tfeed_record_reader_options_init(&options);
    options.compression = compression;
    options.tail = tail;
    options.map = map;
    return read_records(replay_path(replay, name, path), &options);
}

/* Values of the JSON rows. */

static const char *text_of(const json_t *row, const char *key)
{
    const char *text = json_string_value(json_object_get(row, key));
    return text == NULL ? "" : text;
}

static uint64_t number_of(const json_t *row, const char *key)
{
    return (uint64_t)json_integer_value(json_object_get(row, key));
}

static enum tfeed_compression compression_of(const json_t *row, const char *key)
{
    enum tfeed_compression compression = TFEED_COMPRESSION_AUTO;
    if (tfeed_compression_parse(text_of(row, key), &compression, NULL) != TFEED_OK)
        return TFEED_COMPRESSION_AUTO;
    return compression;
}

static const char *joined_sha(const struct outcome *outcome, char hex[SUPPORT_SHA256_HEX_BYTES])
{
    uint8_t digest[SUPPORT_SHA256_BYTES];
    struct support_sha256 sha;
    support_sha256_init(&sha);
    for (size_t i = 0; i < outcome->n; i++)
        support_sha256_update(&sha, outcome->payloads[i].data, outcome->payloads[i].len);
    support_sha256_final(&sha, digest);
    return support_sha256_format(digest, hex);
}

static bool equal_outcomes(const struct outcome *a, const struct outcome *b)
{
    if (a->n != b->n || a->status != b->status)
        return false;
    for (size_t i = 0; i < a->n; i++)
        if (a->payloads[i].len != b->payloads[i].len ||
            a->payloads[i].offset != b->payloads[i].offset ||
            memcmp(a->payloads[i].data, b->payloads[i].data, a->payloads[i].len) != 0)
            return false;
    return true;
}

/* Writing. */

static const char *const output_name = "out.tfrecord";

/* Writes the payloads to output_name; with `sizes`, flushes behind each and compares. -1: all were
 * as expected, else the first flush that was not. */
static tfeed_status write_records(struct tfeed_memory_files *files, const struct outcome *source,
                                  const struct tfeed_record_writer_options *options,
                                  const json_t *sizes, int *ret_bad_flush)
{
    struct tfeed_record_writer *writer = NULL;
    tfeed_status status = tfeed_record_writer_open(output_name, options, &writer, NULL);
    *ret_bad_flush = -1;
    for (size_t i = 0; status == TFEED_OK && i < source->n; i++) {
        status = tfeed_record_writer_write(writer, source->payloads[i].data,
                                           source->payloads[i].len, NULL);
        if (status != TFEED_OK || sizes == NULL)
            continue;
        status = tfeed_record_writer_flush(writer, NULL);
        const uint64_t expected = (uint64_t)json_integer_value(json_array_get(sizes, i));
        if (*ret_bad_flush < 0 && tfeed_memory_files_n_pending(files, output_name) != expected)
            *ret_bad_flush = (int)i;
    }
    if (status == TFEED_OK)
        status = tfeed_record_writer_close(writer, NULL);
    tfeed_record_writer_free(writer);
    return status;
}

static struct tfeed_memory_files *new_files(void)
{
    struct tfeed_memory_files *files = NULL;
    if (tfeed_memory_files_new(NULL, &files, NULL) != TFEED_OK)
        must_have(NULL);
    return files;
}

static void writer_options(const struct tfeed_memory_files *files,
                           enum tfeed_compression compression,
                           struct tfeed_record_writer_options *ret_options)
{
    tfeed_record_writer_options_init(ret_options);
    ret_options->compression = compression;
    ret_options->overwrite = true;
    ret_options->file_system = tfeed_memory_files_system(files);
}

/* "size sha256" of what was written. */
enum { WRITTEN_TEXT_BYTES = 32 + SUPPORT_SHA256_HEX_BYTES };
static const char *written_text(struct tfeed_memory_files *files, char text[WRITTEN_TEXT_BYTES])
{
    char hex[SUPPORT_SHA256_HEX_BYTES];
    struct tfeed_bytes content;
    if (tfeed_memory_files_get(files, output_name, &content, NULL) != TFEED_OK)
        return "nothing";
    (void)snprintf(text, WRITTEN_TEXT_BYTES, "%zu %s", content.len,
                   support_sha256_hex(content.data, content.len, hex));
    tfeed_block_unref(content.block);
    return text;
}

static const char *expected_text(const json_t *row, const char *size_key,
                                 char text[WRITTEN_TEXT_BYTES])
{
    (void)snprintf(text, WRITTEN_TEXT_BYTES, "%llu %s",
                   (unsigned long long)number_of(row, size_key), text_of(row, "sha256"));
    return text;
}

/* files[] */

static bool check_first(struct replay *replay, const json_t *row, const struct outcome *outcome)
{
    const char *file = text_of(row, "file");
    const json_t *first = json_object_get(row, "first");
    const json_t *offsets = json_object_get(json_object_get(row, "reader"), "key_offsets");
    for (size_t i = 0; i < json_array_size(first) && i < outcome->n; i++) {
        const json_t *expected = json_array_get(first, i);
        const struct payload *payload = &outcome->payloads[i];
        const uint32_t crc = tfeed_crc32c(0, payload->data, payload->len);
        if (payload->len == number_of(expected, "len") && crc == number_of(expected, "crc32c"))
            continue;
        replay_fail(replay, records_json, file,
                    "record %zu: expected %llu bytes, crc %08llx; got "
                    "%zu bytes, crc %08x",
                    i, (unsigned long long)number_of(expected, "len"),
                    (unsigned long long)number_of(expected, "crc32c"), payload->len, crc);
        return false;
    }
    const size_t n_offsets = json_array_size(offsets);
    for (size_t i = 0; i < n_offsets && n_offsets <= outcome->n; i++) {
        /* of a long file the first and the last keys are listed, half of each */
        const size_t record = i < n_offsets / 2 ? i : outcome->n - n_offsets + i;
        const uint64_t expected = (uint64_t)json_integer_value(json_array_get(offsets, i));
        if (outcome->payloads[record].offset == expected)
            continue;
        replay_fail(replay, records_json, file, "record %zu: expected offset %llu, got %llu",
                    record, (unsigned long long)expected,
                    (unsigned long long)outcome->payloads[record].offset);
        return false;
    }
    return true;
}

static void check_read(struct replay *replay, const json_t *row, const struct outcome *outcome)
{
    const char *file = text_of(row, "file");
    char hex[SUPPORT_SHA256_HEX_BYTES];
    if (outcome->status != TFEED_OUT_OF_RANGE || outcome->n != number_of(row, "records"))
        replay_fail(replay, records_json, file,
                    "expected %llu records and OUT_OF_RANGE, got %zu "
                    "and %s",
                    (unsigned long long)number_of(row, "records"), outcome->n,
                    tfeed_status_name(outcome->status));
    else if (outcome->compression != compression_of(row, "compression"))
        replay_fail(replay, records_json, file, "expected compression \"%s\", got %s",
                    text_of(row, "compression"), tfeed_compression_name(outcome->compression));
    else if (strcmp(joined_sha(outcome, hex), text_of(row, "payload_sha256")) != 0)
        replay_fail(replay, records_json, file, "expected payloads %s, got %s",
                    text_of(row, "payload_sha256"), hex);
    else if (check_first(replay, row, outcome))
        replay_pass(replay);
}

/* The other ways to read the file give the same. */
static void check_other_ways(struct replay *replay, const json_t *row,
                             const struct outcome *outcome)
{
    const char *file = text_of(row, "file");
    const enum tfeed_compression told = compression_of(row, "compression");
    static const struct {
        enum tfeed_tail tail;
        enum tfeed_map map;
        const char *name;
    } ways[] = {
        {TFEED_TAIL_STRICT, TFEED_MAP_NEVER, "strict, read"},
        {TFEED_TAIL_TENSORFLOW, TFEED_MAP_AUTO, "TensorFlow's tail, mapped"},
        {TFEED_TAIL_TENSORFLOW, TFEED_MAP_NEVER, "TensorFlow's tail, read"},
    };
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        struct outcome other = read_file(replay, file, told, ways[i].tail, ways[i].map);
        if (equal_outcomes(outcome, &other))
            replay_pass(replay);
        else
            replay_fail(replay, records_json, file,
                        "%s: expected the same %zu records, got %zu, %s", ways[i].name, outcome->n,
                        other.n, tfeed_status_name(other.status));
        outcome_clear(&other);
    }
}

/* TensorFlow wrote the file with default options: so do we. */
static void check_written(struct replay *replay, const json_t *row, const struct outcome *outcome)
{
    char expected[WRITTEN_TEXT_BYTES];
    char got[WRITTEN_TEXT_BYTES];
    int bad_flush;
    struct tfeed_memory_files *files = new_files();
    struct tfeed_record_writer_options options;
    writer_options(files, compression_of(row, "compression"), &options);
    const tfeed_status status = write_records(files, outcome, &options, NULL, &bad_flush);
    if (status == TFEED_OK &&
        strcmp(written_text(files, got), expected_text(row, "size", expected)) == 0)
        replay_pass(replay);
    else
        replay_fail(replay, records_json, text_of(row, "file"),
                    "written again: expected %s, got %s (%s)", expected_text(row, "size", expected),
                    written_text(files, got), tfeed_status_name(status));
    tfeed_memory_files_free(files);
}

static void replay_file(struct replay *replay, const json_t *row)
{
    const char *file = text_of(row, "file");
    struct outcome outcome =
        read_file(replay, file, TFEED_COMPRESSION_AUTO, TFEED_TAIL_STRICT, TFEED_MAP_AUTO);
    if (outcome.status == TFEED_NOT_FOUND) {
        replay_skip(replay, "a file of records is not in the set");
        return;
    }
    check_read(replay, row, &outcome);
    check_other_ways(replay, row, &outcome);
    check_written(replay, row, &outcome);
    outcome_clear(&outcome);
}

/* options[] */

/* Sets the options of a row; false for a name that is not known here. */
static bool set_options(const json_t *row, struct tfeed_record_writer_options *options)
{
    const char *name;
    json_t *value;
    json_object_foreach(json_object_get(row, "options"), name, value)
    {
        const int number = (int)json_integer_value(value);
        if (strcmp(name, "compression_level") == 0)
            options->compression_level = number;
        else if (strcmp(name, "mem_level") == 0)
            options->mem_level = number;
        else if (strcmp(name, "compression_strategy") == 0)
            options->compression_strategy = number;
        else if (strcmp(name, "window_bits") == 0)
            options->window_bits = number;
        else if (strcmp(name, "flush_mode") == 0)
            options->flush_mode = number;
        else if (strcmp(name, "output_buffer_size") == 0)
            options->buffer_bytes = (size_t)number;
        else if (strcmp(name, "input_buffer_size") != 0) /* does not show in the bytes */
            return false;
    }
    return true;
}

/* Reads what was written as TensorFlow did, and compares how that went. */
static bool reads_as_expected(const json_t *row, const struct tfeed_memory_files *files,
                              const struct outcome *source)
{
    const json_t *readable = json_object_get(row, "readable");
    struct tfeed_record_reader_options options;
    tfeed_record_reader_options_init(&options);
    options.compression = compression_of(row, "compression");
    options.tail = TFEED_TAIL_TENSORFLOW;
    options.file_system = tfeed_memory_files_system(files);
    struct outcome outcome = read_records(output_name, &options);
    const char *error = json_string_value(json_object_get(readable, "error"));
    const tfeed_status expected =
        error == NULL ? TFEED_OUT_OF_RANGE : replay_status_from_kind(error);
    bool ok = outcome.status == expected && outcome.n == number_of(readable, "good");
    for (size_t i = 0; ok && i < outcome.n; i++)
        ok = i < source->n && outcome.payloads[i].len == source->payloads[i].len &&
             memcmp(outcome.payloads[i].data, source->payloads[i].data, source->payloads[i].len) ==
                 0;
    outcome_clear(&outcome);
    return ok;
}

static void replay_options(struct replay *replay, const json_t *row)
{
    char expected[WRITTEN_TEXT_BYTES];
    char got[WRITTEN_TEXT_BYTES];
    char *case_name = json_dumps(json_object_get(row, "options"), JSON_COMPACT);
    int bad_flush;
    struct tfeed_memory_files *files = new_files();
    struct tfeed_record_writer_options options;
    struct outcome source = read_file(replay, text_of(row, "input"), TFEED_COMPRESSION_AUTO,
                                      TFEED_TAIL_STRICT, TFEED_MAP_AUTO);
    writer_options(files, compression_of(row, "compression"), &options);
    if (source.status == TFEED_NOT_FOUND) {
        replay_skip(replay, "a file of records is not in the set");
    } else if (!set_options(row, &options)) {
        replay_skip(replay, "a writer option is not known");
    } else {
        const tfeed_status status = write_records(files, &source, &options, NULL, &bad_flush);
        const bool is_stored = options.compression_level == 0; /* its bytes depend on buffers */
        if (status != TFEED_OK || (!is_stored && strcmp(written_text(files, got),
                                                        expected_text(row, "size", expected)) != 0))
            replay_fail(replay, records_json, case_name, "%s: expected %s, got %s (%s)",
                        text_of(row, "compression"), expected_text(row, "size", expected),
                        written_text(files, got), tfeed_status_name(status));
        else if (!reads_as_expected(row, files, &source))
            replay_fail(replay, records_json, case_name, "%s: reading it back differs",
                        text_of(row, "compression"));
        else
            replay_pass(replay);
    }
    outcome_clear(&source);
    tfeed_memory_files_free(files);
    free(case_name);
}

/* flush[] */

static void replay_flush(struct replay *replay, const json_t *row)
{
    char file[256];
    char expected[WRITTEN_TEXT_BYTES];
    char got[WRITTEN_TEXT_BYTES];
    char case_name[64];
    int bad_flush = -1;
    struct tfeed_memory_files *files = new_files();
    struct tfeed_record_writer_options options;
    (void)snprintf(case_name, sizeof case_name, "flush %s", text_of(row, "compression"));
    (void)snprintf(file, sizeof file, "%s.tfrecord", text_of(row, "set"));
    struct outcome source =
        read_file(replay, file, TFEED_COMPRESSION_AUTO, TFEED_TAIL_STRICT, TFEED_MAP_AUTO);
    writer_options(files, compression_of(row, "compression"), &options);
    if (source.status == TFEED_NOT_FOUND) {
        replay_skip(replay, "a file of records is not in the set");
    } else if (!set_options(row, &options)) {
        replay_skip(replay, "a writer option is not known");
    } else {
        const tfeed_status status =
            write_records(files, &source, &options, json_object_get(row, "sizes"), &bad_flush);
        if (bad_flush >= 0)
            replay_fail(replay, records_json, case_name,
                        "the size after flush %d is not the expected one", bad_flush);
        else if (status != TFEED_OK ||
                 strcmp(written_text(files, got), expected_text(row, "final", expected)) != 0)
            replay_fail(replay, records_json, case_name, "expected %s, got %s (%s)",
                        expected_text(row, "final", expected), written_text(files, got),
                        tfeed_status_name(status));
        else
            replay_pass(replay);
    }
    outcome_clear(&source);
    tfeed_memory_files_free(files);
}

/* life */

static tfeed_status run_step(struct tfeed_record_writer *writer, const char *op)
{
    if (strcmp(op, "close") == 0)
        return tfeed_record_writer_close(writer, NULL);
    if (strcmp(op, "flush") == 0)
        return tfeed_record_writer_flush(writer, NULL);
    return tfeed_record_writer_write(writer, "again", 5, NULL);
}

/* Writes a record, then takes the steps: close first, the others behind it. */
static void replay_steps(struct replay *replay, const char *name, const json_t *row)
{
    static const char prefix[] = "after_close_";
    enum tfeed_compression compression;
    if (tfeed_compression_parse(name + strlen(prefix), &compression, NULL) != TFEED_OK) {
        replay_skip(replay, "a compression is not known");
        return;
    }
    struct tfeed_memory_files *files = new_files();
    struct tfeed_record_writer_options options;
    struct tfeed_record_writer *writer = NULL;
    writer_options(files, compression, &options);
    if (tfeed_record_writer_open(output_name, &options, &writer, NULL) != TFEED_OK ||
        tfeed_record_writer_write(writer, "foo", 3, NULL) != TFEED_OK)
        must_have(NULL);
    const json_t *steps = json_object_get(row, "steps");
    bool ok = true;
    for (size_t i = 0; i < json_array_size(steps); i++) {
        const json_t *step = json_array_get(steps, i);
        const tfeed_status expected =
            replay_status_from_kind(json_string_value(json_object_get(step, "error")));
        const tfeed_status got = run_step(writer, text_of(step, "op"));
        ok = ok && got == expected;
        if (got != expected)
            replay_fail(replay, records_json, name, "step %zu: expected %s, got %s", i,
                        tfeed_status_name(expected), tfeed_status_name(got));
    }
    if (ok)
        replay_pass(replay);
    tfeed_record_writer_free(writer);
    tfeed_memory_files_free(files);
}

/* Opening truncates: an existing file that is to be overwritten and gets no record is empty. */
static void replay_existing(struct replay *replay, const char *name, const json_t *value)
{
    uint8_t old[5000] = {0};
    struct tfeed_bytes content = {.len = SIZE_MAX};
    struct outcome nothing = {.n = 0};
    struct tfeed_memory_files *files = new_files();
    struct tfeed_record_writer_options options;
    int bad_flush;
    writer_options(files, TFEED_COMPRESSION_NONE, &options);
    if (tfeed_memory_files_put(files, output_name, old, sizeof old, NULL) == TFEED_OK &&
        write_records(files, &nothing, &options, NULL, &bad_flush) == TFEED_OK &&
        tfeed_memory_files_get(files, output_name, &content, NULL) == TFEED_OK)
        tfeed_block_unref(content.block);
    if (content.len == (size_t)json_integer_value(value))
        replay_pass(replay);
    else
        replay_fail(replay, records_json, name, "expected %lld bytes, got %zu",
                    (long long)json_integer_value(value), content.len);
    tfeed_memory_files_free(files);
}

static void replay_missing(struct replay *replay, const char *name, const json_t *row)
{
    char path[REPLAY_PATH_BYTES];
    tfeed_status expected;
    tfeed_status got;
    if (strcmp(name, "missing_directory") == 0) {
        struct tfeed_record_writer *writer = NULL;
        expected = replay_status_from_kind(json_string_value(json_object_get(row, "error")));
        got = tfeed_record_writer_open(replay_path(replay, "input/no_such_dir/f.tfrecord", path),
                                       NULL, &writer, NULL);
        tfeed_record_writer_free(writer);
    } else {
        struct outcome outcome = read_file(replay, "nothing_here", TFEED_COMPRESSION_NONE,
                                           TFEED_TAIL_TENSORFLOW, TFEED_MAP_AUTO);
        expected = replay_status_from_kind(
            json_string_value(json_object_get(json_object_get(row, "iterator"), "error")));
        got = outcome.status;
        outcome_clear(&outcome);
    }
    if (got == expected)
        replay_pass(replay);
    else
        replay_fail(replay, records_json, name, "expected %s, got %s", tfeed_status_name(expected),
                    tfeed_status_name(got));
}

static void replay_life(struct replay *replay, json_t *life)
{
    const char *name;
    json_t *row;
    json_object_foreach(life, name, row)
    {
        if (strncmp(name, "after_close_", strlen("after_close_")) == 0)
            replay_steps(replay, name, row);
        else if (strncmp(name, "open_and_close_on_existing", 26) == 0)
            replay_existing(replay, name, row);
        else if (strncmp(name, "missing_", strlen("missing_")) == 0)
            replay_missing(replay, name, row);
        else
            replay_skip(replay, "a situation of the writer is not known");
    }
}

/* damaged[] */

/* All payloads of the undamaged files: the only right ones. */
struct truth {
    struct outcome *files;
    size_t n_files;
};

static struct truth truth_new(const struct replay *replay, const json_t *files)
{
    struct truth truth = {.n_files = json_array_size(files)};
    truth.files = must_have(calloc(truth.n_files + 1, sizeof *truth.files));
    for (size_t i = 0; i < truth.n_files; i++)
        truth.files[i] = read_file(replay, text_of(json_array_get(files, i), "file"),
                                   TFEED_COMPRESSION_AUTO, TFEED_TAIL_STRICT, TFEED_MAP_AUTO);
    return truth;
}

static void truth_free(struct truth *truth)
{
    for (size_t i = 0; i < truth->n_files; i++)
        outcome_clear(&truth->files[i]);
    free(truth->files);
}

static bool is_true(const struct truth *truth, const struct payload *payload)
{
    if (payload->len == 0) /* also what some rows insert */
        return true;
    for (size_t file = 0; file < truth->n_files; file++) {
        const struct outcome *outcome = &truth->files[file];
        for (size_t i = 0; i < outcome->n; i++)
            if (outcome->payloads[i].len == payload->len &&
                memcmp(outcome->payloads[i].data, payload->data, payload->len) == 0)
                return true;
    }
    return false;
}

/* What the row says of one TensorFlow reader: good records, then DataLoss or the end. */
struct expectation {
    size_t n_good;
    bool is_damaged;
};

static struct expectation expectation_of(const json_t *outcome)
{
    const char *error = json_string_value(json_object_get(outcome, "error"));
    const json_t *then = json_array_get(json_object_get(outcome, "then"), 0);
    if (then != NULL) /* the queue reader: the first failing read */
        error = json_string_value(json_object_get(then, "error"));
    return (struct expectation){.n_good = (size_t)number_of(outcome, "good"),
                                .is_damaged = error != NULL && strcmp(error, "DataLoss") == 0};
}

/* Which of the two rules of the file comment an outcome is held to. */
enum rule { AS_TENSORFLOW, AT_LEAST_STRICT };

static bool is_as_expected(const struct outcome *got, struct expectation expected, enum rule rule,
                           bool is_compressed)
{
    if (expected.is_damaged)
        return got->status == TFEED_DATA_LOSS &&
               (is_compressed ? got->n >= expected.n_good : got->n == expected.n_good);
    if (rule == AS_TENSORFLOW)
        return got->status == TFEED_OUT_OF_RANGE && got->n == expected.n_good;
    /* a clean end for TensorFlow may be damage; gzip's later members may bring more records */
    return (got->status == TFEED_OUT_OF_RANGE || got->status == TFEED_DATA_LOSS) &&
           (is_compressed ? got->n >= expected.n_good : got->n == expected.n_good);
}

/* One way to read a damaged file against one TensorFlow reader. */
struct trial {
    const char *json;
    const char *case_name;
    const char *way;
    enum rule rule;
    bool is_compressed;
};

static void check_damaged(struct replay *replay, const struct trial *trial,
                          const struct truth *truth, const struct outcome *got,
                          struct expectation expected)
{
    for (size_t i = 0; i < got->n; i++) {
        if (!is_true(truth, &got->payloads[i])) {
            replay_fail(replay, trial->json, trial->case_name,
                        "%s: record %zu is in no undamaged file", trial->way, i);
            return;
        }
    }
    if (is_as_expected(got, expected, trial->rule, trial->is_compressed))
        replay_pass(replay);
    else
        replay_fail(replay, trial->json, trial->case_name,
                    "%s: expected %zu good, then %s; got %zu, %s", trial->way, expected.n_good,
                    expected.is_damaged ? "DATA_LOSS" : "the end", got->n,
                    tfeed_status_name(got->status));
}

/* A strict clean end of a plain file leaves no byte over. */
static void check_nothing_over(struct replay *replay, const json_t *row, const struct outcome *got)
{
    if (got->status != TFEED_OUT_OF_RANGE || got->end_offset == number_of(row, "size"))
        replay_pass(replay);
    else
        replay_fail(replay, records_json, text_of(row, "name"),
                    "strict: clean at byte %llu of %llu", (unsigned long long)got->end_offset,
                    (unsigned long long)number_of(row, "size"));
}

static const json_t *find_row(const json_t *rows, const char *name)
{
    for (size_t i = 0; i < json_array_size(rows); i++)
        if (strcmp(text_of(json_array_get(rows, i), "name"), name) == 0)
            return json_array_get(rows, i);
    return NULL;
}

static void replay_damaged(struct replay *replay, const struct truth *truth, const json_t *row,
                           const json_t *tf2_rows, enum tfeed_map map)
{
    const char *name = text_of(row, "name");
    const char *file = text_of(row, "file");
    const enum tfeed_compression read_as = compression_of(row, "read_as");
    struct outcome tail = read_file(replay, file, read_as, TFEED_TAIL_TENSORFLOW, map);
    struct outcome strict = read_file(replay, file, read_as, TFEED_TAIL_STRICT, map);
    struct trial trial = {.json = records_json,
                          .case_name = name,
                          .way = "TensorFlow's tail",
                          .rule = AS_TENSORFLOW,
                          .is_compressed = read_as != TFEED_COMPRESSION_NONE};
    if (tail.status == TFEED_NOT_FOUND) {
        replay_skip(replay, "a damaged file is not in the set");
        return;
    }
    const struct expectation iterator = expectation_of(json_object_get(row, "iterator"));
    check_damaged(replay, &trial, truth, &tail, iterator);
    check_damaged(replay, &trial, truth, &tail, expectation_of(json_object_get(row, "reader")));
    trial.way = "strict";
    trial.rule = AT_LEAST_STRICT;
    check_damaged(replay, &trial, truth, &strict, iterator);
    if (!trial.is_compressed)
        check_nothing_over(replay, row, &strict);
    const json_t *tf2 = find_row(tf2_rows, name);
    trial.json = records_tf2_json;
    if (tf2 != NULL)
        check_damaged(replay, &trial, truth, &strict,
                      expectation_of(json_object_get(tf2, "dataset")));
    outcome_clear(&tail);
    outcome_clear(&strict);
}

int main(int argc, char **argv)
{
    struct replay replay;
    if (!replay_start(&replay, argc, argv))
        return REPLAY_USAGE;
    json_t *json = replay_open(&replay, records_json);
    json_t *json_tf2 = replay_open(&replay, records_tf2_json);
    const json_t *tf2_rows = json_object_get(json_tf2, "damaged");
    const json_t *files = json_object_get(json, "files");
    struct truth truth = truth_new(&replay, files);
    size_t i;
    json_t *row;
    json_array_foreach(files, i, row) replay_file(&replay, row);
    json_array_foreach(json_object_get(json, "options"), i, row) replay_options(&replay, row);
    json_array_foreach(json_object_get(json, "flush"), i, row) replay_flush(&replay, row);
    replay_life(&replay, json_object_get(json, "life"));
    json_array_foreach(json_object_get(json, "damaged"), i, row)
    {
        replay_damaged(&replay, &truth, row, tf2_rows, TFEED_MAP_AUTO);
        replay_damaged(&replay, &truth, row, tf2_rows, TFEED_MAP_NEVER);
    }
    truth_free(&truth);
    json_decref(json);
    json_decref(json_tf2);
    return replay_finish(&replay);
}
