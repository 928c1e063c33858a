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

#include "tests/golden/replay_outcome.h"

static const char *const folder = "input/records";
static const char *const records_json = "input/records/records.json";
static const char *const records_tf2_json = "input/records/records_tf2.json";

static enum tfeed_compression compression_of(const json_t *row, const char *key)
{
    enum tfeed_compression compression = TFEED_COMPRESSION_AUTO;
    if (tfeed_compression_parse(replay_text_of(row, key), &compression, NULL) != TFEED_OK)
        return TFEED_COMPRESSION_AUTO;
    return compression;
}

/* Writing. */

static struct tfeed_memory_files *new_files(void)
{
    struct tfeed_memory_files *files = NULL;
    if (tfeed_memory_files_new(NULL, &files, NULL) != TFEED_OK)
        replay_must_have(NULL);
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
    if (tfeed_memory_files_get(files, REPLAY_OUTPUT, &content, NULL) != TFEED_OK)
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
                   (unsigned long long)replay_number_of(row, size_key),
                   replay_text_of(row, "sha256"));
    return text;
}

/* files[] */

static bool check_first(struct replay *replay, const json_t *row,
                        const struct replay_outcome *outcome)
{
    const char *file = replay_text_of(row, "file");
    const json_t *first = json_object_get(row, "first");
    const json_t *offsets = json_object_get(json_object_get(row, "reader"), "key_offsets");
    for (size_t i = 0; i < json_array_size(first) && i < outcome->n; i++) {
        const json_t *expected = json_array_get(first, i);
        const struct replay_payload *payload = &outcome->payloads[i];
        const uint32_t crc = tfeed_crc32c(0, payload->data, payload->len);
        if (payload->len == replay_number_of(expected, "len") &&
            crc == replay_number_of(expected, "crc32c"))
            continue;
        replay_fail(replay, records_json, file,
                    "record %zu: expected %llu bytes, crc %08llx; got "
                    "%zu bytes, crc %08x",
                    i, (unsigned long long)replay_number_of(expected, "len"),
                    (unsigned long long)replay_number_of(expected, "crc32c"), payload->len, crc);
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

static void check_read(struct replay *replay, const json_t *row,
                       const struct replay_outcome *outcome)
{
    const char *file = replay_text_of(row, "file");
    char hex[SUPPORT_SHA256_HEX_BYTES];
    if (outcome->status != TFEED_OUT_OF_RANGE || outcome->n != replay_number_of(row, "records"))
        replay_fail(replay, records_json, file,
                    "expected %llu records and OUT_OF_RANGE, got %zu "
                    "and %s",
                    (unsigned long long)replay_number_of(row, "records"), outcome->n,
                    tfeed_status_name(outcome->status));
    else if (outcome->compression != compression_of(row, "compression"))
        replay_fail(replay, records_json, file, "expected compression \"%s\", got %s",
                    replay_text_of(row, "compression"),
                    tfeed_compression_name(outcome->compression));
    else if (strcmp(replay_outcome_sha(outcome, hex), replay_text_of(row, "payload_sha256")) != 0)
        replay_fail(replay, records_json, file, "expected payloads %s, got %s",
                    replay_text_of(row, "payload_sha256"), hex);
    else if (check_first(replay, row, outcome))
        replay_pass(replay);
}

/* The other ways to read the file give the same. */
static void check_other_ways(struct replay *replay, const json_t *row,
                             const struct replay_outcome *outcome)
{
    const char *file = replay_text_of(row, "file");
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
        struct replay_outcome other =
            replay_outcome_read_file(replay, folder, file, told, ways[i].tail, ways[i].map);
        if (replay_outcomes_equal(outcome, &other))
            replay_pass(replay);
        else
            replay_fail(replay, records_json, file,
                        "%s: expected the same %zu records, got %zu, %s", ways[i].name, outcome->n,
                        other.n, tfeed_status_name(other.status));
        replay_outcome_clear(&other);
    }
}

/* TensorFlow wrote the file with default options: so do we. */
static void check_written(struct replay *replay, const json_t *row,
                          const struct replay_outcome *outcome)
{
    char expected[WRITTEN_TEXT_BYTES];
    char got[WRITTEN_TEXT_BYTES];
    int bad_flush;
    struct tfeed_memory_files *files = new_files();
    struct tfeed_record_writer_options options;
    writer_options(files, compression_of(row, "compression"), &options);
    const tfeed_status status = replay_outcome_write(files, outcome, &options, NULL, &bad_flush);
    if (status == TFEED_OK &&
        strcmp(written_text(files, got), expected_text(row, "size", expected)) == 0)
        replay_pass(replay);
    else
        replay_fail(replay, records_json, replay_text_of(row, "file"),
                    "written again: expected %s, got %s (%s)", expected_text(row, "size", expected),
                    written_text(files, got), tfeed_status_name(status));
    tfeed_memory_files_free(files);
}

static void replay_file(struct replay *replay, const json_t *row)
{
    const char *file = replay_text_of(row, "file");
    struct replay_outcome outcome = replay_outcome_read_file(
        replay, folder, file, TFEED_COMPRESSION_AUTO, TFEED_TAIL_STRICT, TFEED_MAP_AUTO);
    if (outcome.status == TFEED_NOT_FOUND) {
        replay_skip(replay, "a file of records is not in the set");
        return;
    }
    check_read(replay, row, &outcome);
    check_other_ways(replay, row, &outcome);
    check_written(replay, row, &outcome);
    replay_outcome_clear(&outcome);
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
                              const struct replay_outcome *source)
{
    const json_t *readable = json_object_get(row, "readable");
    struct tfeed_record_reader_options options;
    tfeed_record_reader_options_init(&options);
    options.compression = compression_of(row, "compression");
    options.tail = TFEED_TAIL_TENSORFLOW;
    options.file_system = tfeed_memory_files_system(files);
    struct replay_outcome outcome = replay_outcome_read(REPLAY_OUTPUT, &options);
    const char *error = json_string_value(json_object_get(readable, "error"));
    const tfeed_status expected =
        error == NULL ? TFEED_OUT_OF_RANGE : replay_status_from_kind(error);
    bool ok = outcome.status == expected && outcome.n == replay_number_of(readable, "good");
    for (size_t i = 0; ok && i < outcome.n; i++)
        ok = i < source->n && outcome.payloads[i].len == source->payloads[i].len &&
             memcmp(outcome.payloads[i].data, source->payloads[i].data, source->payloads[i].len) ==
                 0;
    replay_outcome_clear(&outcome);
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
    struct replay_outcome source =
        replay_outcome_read_file(replay, folder, replay_text_of(row, "input"),
                                 TFEED_COMPRESSION_AUTO, TFEED_TAIL_STRICT, TFEED_MAP_AUTO);
    writer_options(files, compression_of(row, "compression"), &options);
    if (source.status == TFEED_NOT_FOUND) {
        replay_skip(replay, "a file of records is not in the set");
    } else if (!set_options(row, &options)) {
        replay_skip(replay, "a writer option is not known");
    } else {
        const tfeed_status status =
            replay_outcome_write(files, &source, &options, NULL, &bad_flush);
        const bool is_stored = options.compression_level == 0; /* its bytes depend on buffers */
        if (status != TFEED_OK || (!is_stored && strcmp(written_text(files, got),
                                                        expected_text(row, "size", expected)) != 0))
            replay_fail(replay, records_json, case_name, "%s: expected %s, got %s (%s)",
                        replay_text_of(row, "compression"), expected_text(row, "size", expected),
                        written_text(files, got), tfeed_status_name(status));
        else if (!reads_as_expected(row, files, &source))
            replay_fail(replay, records_json, case_name, "%s: reading it back differs",
                        replay_text_of(row, "compression"));
        else
            replay_pass(replay);
    }
    replay_outcome_clear(&source);
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
    (void)snprintf(case_name, sizeof case_name, "flush %s", replay_text_of(row, "compression"));
    (void)snprintf(file, sizeof file, "%s.tfrecord", replay_text_of(row, "set"));
    struct replay_outcome source = replay_outcome_read_file(
        replay, folder, file, TFEED_COMPRESSION_AUTO, TFEED_TAIL_STRICT, TFEED_MAP_AUTO);
    writer_options(files, compression_of(row, "compression"), &options);
    if (source.status == TFEED_NOT_FOUND) {
        replay_skip(replay, "a file of records is not in the set");
    } else if (!set_options(row, &options)) {
        replay_skip(replay, "a writer option is not known");
    } else {
        const tfeed_status status = replay_outcome_write(files, &source, &options,
                                                         json_object_get(row, "sizes"), &bad_flush);
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
    replay_outcome_clear(&source);
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
    if (tfeed_record_writer_open(REPLAY_OUTPUT, &options, &writer, NULL) != TFEED_OK ||
        tfeed_record_writer_write(writer, "foo", 3, NULL) != TFEED_OK)
        replay_must_have(NULL);
    const json_t *steps = json_object_get(row, "steps");
    bool ok = true;
    for (size_t i = 0; i < json_array_size(steps); i++) {
        const json_t *step = json_array_get(steps, i);
        const tfeed_status expected =
            replay_status_from_kind(json_string_value(json_object_get(step, "error")));
        const tfeed_status got = run_step(writer, replay_text_of(step, "op"));
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
    struct replay_outcome nothing = {.n = 0};
    struct tfeed_memory_files *files = new_files();
    struct tfeed_record_writer_options options;
    int bad_flush;
    writer_options(files, TFEED_COMPRESSION_NONE, &options);
    if (tfeed_memory_files_put(files, REPLAY_OUTPUT, old, sizeof old, NULL) == TFEED_OK &&
        replay_outcome_write(files, &nothing, &options, NULL, &bad_flush) == TFEED_OK &&
        tfeed_memory_files_get(files, REPLAY_OUTPUT, &content, NULL) == TFEED_OK)
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
        struct replay_outcome outcome =
            replay_outcome_read_file(replay, folder, "nothing_here", TFEED_COMPRESSION_NONE,
                                     TFEED_TAIL_TENSORFLOW, TFEED_MAP_AUTO);
        expected = replay_status_from_kind(
            json_string_value(json_object_get(json_object_get(row, "iterator"), "error")));
        got = outcome.status;
        replay_outcome_clear(&outcome);
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
    return (struct expectation){.n_good = (size_t)replay_number_of(outcome, "good"),
                                .is_damaged = error != NULL && strcmp(error, "DataLoss") == 0};
}

/* Which of the two rules of the file comment an outcome is held to. */
enum rule { AS_TENSORFLOW, AT_LEAST_STRICT };

static bool is_as_expected(const struct replay_outcome *got, struct expectation expected,
                           enum rule rule, bool is_compressed)
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
                          const struct replay_truth *truth, const struct replay_outcome *got,
                          struct expectation expected)
{
    for (size_t i = 0; i < got->n; i++) {
        if (!replay_is_true(truth, &got->payloads[i])) {
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
static void check_nothing_over(struct replay *replay, const json_t *row,
                               const struct replay_outcome *got)
{
    if (got->status != TFEED_OUT_OF_RANGE || got->end_offset == replay_number_of(row, "size"))
        replay_pass(replay);
    else
        replay_fail(replay, records_json, replay_text_of(row, "name"),
                    "strict: clean at byte %llu of %llu", (unsigned long long)got->end_offset,
                    (unsigned long long)replay_number_of(row, "size"));
}

static const json_t *find_row(const json_t *rows, const char *name)
{
    for (size_t i = 0; i < json_array_size(rows); i++)
        if (strcmp(replay_text_of(json_array_get(rows, i), "name"), name) == 0)
            return json_array_get(rows, i);
    return NULL;
}

static void replay_damaged(struct replay *replay, const struct replay_truth *truth,
                           const json_t *row, const json_t *tf2_rows, enum tfeed_map map)
{
    const char *name = replay_text_of(row, "name");
    const char *file = replay_text_of(row, "file");
    const enum tfeed_compression read_as = compression_of(row, "read_as");
    struct replay_outcome tail =
        replay_outcome_read_file(replay, folder, file, read_as, TFEED_TAIL_TENSORFLOW, map);
    struct replay_outcome strict =
        replay_outcome_read_file(replay, folder, file, read_as, TFEED_TAIL_STRICT, map);
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
    replay_outcome_clear(&tail);
    replay_outcome_clear(&strict);
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
    struct replay_truth truth = replay_truth_new(&replay, folder, files);
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
    replay_truth_free(&truth);
    json_decref(json);
    json_decref(json_tf2);
    return replay_finish(&replay);
}
