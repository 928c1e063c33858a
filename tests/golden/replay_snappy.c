/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * replay_snappy.c - SNAPPY files by TensorFlow 2.21, whole and damaged.
 *
 *     files[]    read by content and as told, mapped and read, with both tails; written again, with
 *                threads and without: cut into the same blocks, where TensorFlow itself reads them
 *                (what a block looks like inside depends on the version of Snappy)
 *     damaged[]  TFEED_TAIL_TENSORFLOW stops as TensorFlow does, TFEED_TAIL_STRICT at least there
 *
 * A payload above 256 KiB is one block of TensorFlow's writer, which its reader refuses
 * (ResourceExhausted): such a file is read here, and written again in blocks that TensorFlow reads.
 * More good records before damage are as right, wrong ones never.
 */
#include <snappy-c.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tfeed/crc32c.h>
#include <tfeed/records.h>

#include "tests/golden/replay_outcome.h"

static const char *const folder = "input/snappy";
static const char *const snappy_json = "input/snappy/snappy.json";

enum { TENSORFLOW_BLOCK_BYTES = 256 << 10 };

/* files[] */

static void check_read(struct replay *replay, const json_t *row,
                       const struct replay_outcome *content)
{
    char hex[SUPPORT_SHA256_HEX_BYTES];
    const char *file = replay_text_of(row, "file");
    const json_t *crcs = json_object_get(row, "crc32c");
    const char *sha = replay_outcome_sha(content, hex);
    for (size_t i = 0; i < json_array_size(crcs) && i < content->n; i++) {
        const uint32_t crc = tfeed_crc32c(0, content->payloads[i].data, content->payloads[i].len);
        if (crc == (uint32_t)json_integer_value(json_array_get(crcs, i)))
            continue;
        replay_fail(replay, snappy_json, file, "record %zu: expected crc %08llx, got %08x", i,
                    (unsigned long long)json_integer_value(json_array_get(crcs, i)), crc);
        return;
    }
    if (content->status == TFEED_OUT_OF_RANGE && content->n == replay_number_of(row, "records") &&
        strcmp(sha, replay_text_of(row, "payload_sha256")) == 0)
        replay_pass(replay);
    else
        replay_fail(replay, snappy_json, file, "expected %llu records, %s; got %zu, %s, %s",
                    (unsigned long long)replay_number_of(row, "records"),
                    replay_text_of(row, "payload_sha256"), content->n, sha,
                    tfeed_status_name(content->status));
}

static void check_ways(struct replay *replay, const json_t *row)
{
    for (int way = 0; way < 8; way++) {
        struct replay_outcome content = replay_outcome_read_file(
            replay, folder, replay_text_of(row, "file"),
            (way & 1) != 0 ? TFEED_COMPRESSION_SNAPPY : TFEED_COMPRESSION_AUTO,
            (way & 2) != 0 ? TFEED_TAIL_TENSORFLOW : TFEED_TAIL_STRICT,
            (way & 4) != 0 ? TFEED_MAP_NEVER : TFEED_MAP_AUTO);
        check_read(replay, row, &content);
        if (content.n > 0 && content.compression != TFEED_COMPRESSION_SNAPPY)
            replay_fail(replay, snappy_json, replay_text_of(row, "file"),
                        "expected snappy, found %s", tfeed_compression_name(content.compression));
        replay_outcome_clear(&content);
    }
}

static tfeed_status write_again(struct tfeed_memory_files *files,
                                const struct replay_outcome *content, unsigned n_threads)
{
    struct tfeed_record_writer_options options;
    int bad_flush;
    tfeed_record_writer_options_init(&options);
    options.compression = TFEED_COMPRESSION_SNAPPY;
    options.file_system = tfeed_memory_files_system(files);
    options.n_threads = n_threads;
    return replay_outcome_write(files, content, &options, NULL, &bad_flush);
}

/* What the block at `*at` of a file holds; false at the end. */
static bool next_block(const uint8_t *data, size_t len, size_t *at, size_t *ret_n)
{
    if (len - *at < 4)
        return false;
    const uint8_t *head = data + *at;
    const size_t block_len =
        (size_t)head[0] << 24 | (size_t)head[1] << 16 | (size_t)head[2] << 8 | (size_t)head[3];
    if (block_len > len - *at - 4 ||
        snappy_uncompressed_length((const char *)head + 4, block_len, ret_n) != SNAPPY_OK)
        return false;
    *at += 4 + block_len;
    return true;
}

/* The most that a block of the file holds. */
static size_t largest_block(const struct tfeed_bytes *file)
{
    size_t largest = 0;
    for (size_t at = 0, n; next_block(file->data, file->len, &at, &n);)
        largest = n > largest ? n : largest;
    return largest;
}

/* Whether the file is cut into blocks as TensorFlow's. */
static bool is_cut_alike(const struct replay *replay, const json_t *row,
                         const struct tfeed_bytes *file)
{
    char name[REPLAY_PATH_BYTES];
    size_t len = 0;
    size_t at = 0;
    size_t expected_at = 0;
    size_t n = 0;
    size_t expected_n = 0;
    (void)snprintf(name, sizeof name, "input/snappy/%s", replay_text_of(row, "file"));
    uint8_t *expected = replay_must_have(replay_read(replay, name, &len));
    bool more;
    do {
        more = next_block(expected, len, &expected_at, &expected_n);
    } while (more == next_block(file->data, file->len, &at, &n) && more && n == expected_n);
    free(expected);
    return !more && at == file->len && expected_at == len;
}

static void check_written(struct replay *replay, const json_t *row,
                          const struct replay_outcome *content, unsigned n_threads)
{
    const char *error =
        json_string_value(json_object_get(json_object_get(row, "read_back"), "error"));
    struct tfeed_memory_files *files = NULL;
    struct tfeed_bytes file;
    struct tfeed_record_reader_options options;
    if (tfeed_memory_files_new(NULL, &files, NULL) != TFEED_OK ||
        write_again(files, content, n_threads) != TFEED_OK ||
        tfeed_memory_files_get(files, REPLAY_OUTPUT, &file, NULL) != TFEED_OK)
        replay_must_have(NULL);
    tfeed_record_reader_options_init(&options);
    options.file_system = tfeed_memory_files_system(files);
    struct replay_outcome again = replay_outcome_read(REPLAY_OUTPUT, &options);
    if (!replay_outcomes_equal(&again, content))
        replay_fail(replay, snappy_json, replay_text_of(row, "file"),
                    "written and read: %zu records", again.n);
    else if (largest_block(&file) > TENSORFLOW_BLOCK_BYTES)
        replay_fail(replay, snappy_json, replay_text_of(row, "file"),
                    "written: a block of %zu bytes", largest_block(&file));
    else if (error == NULL && !is_cut_alike(replay, row, &file))
        replay_fail(replay, snappy_json, replay_text_of(row, "file"),
                    "written again, %u threads: cut into other blocks", n_threads);
    else
        replay_pass(replay);
    replay_outcome_clear(&again);
    tfeed_block_unref(file.block);
    tfeed_memory_files_free(files);
}

static void replay_file(struct replay *replay, const json_t *row)
{
    struct replay_outcome content =
        replay_outcome_read_file(replay, folder, replay_text_of(row, "file"),
                                 TFEED_COMPRESSION_AUTO, TFEED_TAIL_STRICT, TFEED_MAP_AUTO);
    if (content.status == TFEED_NOT_FOUND) {
        replay_skip(replay, "a file of records is not in the set");
        return;
    }
    check_ways(replay, row);
    check_written(replay, row, &content, 0);
    check_written(replay, row, &content, 2);
    replay_outcome_clear(&content);
}

/* damaged[] */

static bool all_true(const struct replay_truth *truth, const struct replay_outcome *got)
{
    size_t n_true = 0;
    for (size_t i = 0; i < got->n; i++)
        n_true += replay_is_true(truth, &got->payloads[i]);
    return n_true == got->n;
}

static void replay_damaged(struct replay *replay, const struct replay_truth *truth,
                           const json_t *row)
{
    const json_t *outcome = json_object_get(row, "outcome");
    const char *error = json_string_value(json_object_get(outcome, "error"));
    const tfeed_status expected =
        error == NULL ? TFEED_OUT_OF_RANGE : replay_status_from_kind(error);
    for (int way = 0; way < 4; way++) {
        const bool is_strict = (way & 1) != 0;
        struct replay_outcome got = replay_outcome_read_file(
            replay, folder, replay_text_of(row, "file"), TFEED_COMPRESSION_SNAPPY,
            is_strict ? TFEED_TAIL_STRICT : TFEED_TAIL_TENSORFLOW,
            (way & 2) != 0 ? TFEED_MAP_NEVER : TFEED_MAP_AUTO);
        const bool is_worse = is_strict && got.status == TFEED_DATA_LOSS;
        if (got.status == TFEED_NOT_FOUND)
            replay_skip(replay, "a damaged file is not in the set");
        else if (got.status != expected && !is_worse)
            replay_fail(replay, snappy_json, replay_text_of(row, "name"), "%s: expected %s, got %s",
                        is_strict ? "strict" : "TensorFlow's tail", tfeed_status_name(expected),
                        tfeed_status_name(got.status));
        else if (got.n < replay_number_of(outcome, "good") || !all_true(truth, &got))
            replay_fail(replay, snappy_json, replay_text_of(row, "name"),
                        "%s: expected %llu good records, got %zu%s",
                        is_strict ? "strict" : "TensorFlow's tail",
                        (unsigned long long)replay_number_of(outcome, "good"), got.n,
                        all_true(truth, &got) ? "" : ", some wrong");
        else
            replay_pass(replay);
        replay_outcome_clear(&got);
    }
}

int main(int argc, char **argv)
{
    struct replay replay;
    if (!replay_start(&replay, argc, argv))
        return REPLAY_USAGE;
    json_t *json = replay_open(&replay, snappy_json);
    const json_t *files = json_object_get(json, "files");
    size_t i;
    json_t *row;
    json_array_foreach(files, i, row) replay_file(&replay, row);
    struct replay_truth truth = replay_truth_new(&replay, folder, files);
    json_array_foreach(json_object_get(json, "damaged"), i, row)
        replay_damaged(&replay, &truth, row);
    replay_truth_free(&truth);
    json_decref(json);
    return replay_finish(&replay);
}
