/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * replay_outcome.c - files of records read and written, for the replay programs.
 */
#include "tests/golden/replay_outcome.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void replay_outcome_clear(struct replay_outcome *outcome)
{
    for (size_t i = 0; i < outcome->n; i++)
        free(outcome->payloads[i].data);
    free(outcome->payloads);
    *outcome = (struct replay_outcome){.n = 0};
}

void *replay_must_have(void *memory)
{
    if (memory == NULL) {
        fputs("replay: no memory\n", stderr);
        exit(REPLAY_USAGE);
    }
    return memory;
}

static void outcome_add(struct replay_outcome *outcome, const struct tfeed_record_view *view)
{
    if ((outcome->n & (outcome->n - 1)) == 0) { /* grows at powers of two */
        const size_t room = outcome->n == 0 ? 1 : 2 * outcome->n;
        outcome->payloads =
            replay_must_have(realloc(outcome->payloads, room * sizeof *outcome->payloads));
    }
    struct replay_payload *payload = &outcome->payloads[outcome->n++];
    *payload = (struct replay_payload){
        .data = replay_must_have(malloc(view->len + 1)), .len = view->len, .offset = view->offset};
    memcpy(payload->data, view->data, view->len);
}

struct replay_outcome replay_outcome_read(const char *path,
                                          const struct tfeed_record_reader_options *options)
{
    struct replay_outcome outcome = {.n = 0};
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

struct replay_outcome replay_outcome_read_file(const struct replay *replay, const char *folder,
                                               const char *file, enum tfeed_compression compression,
                                               enum tfeed_tail tail, enum tfeed_map map)
{
    char name[REPLAY_PATH_BYTES];
    char path[REPLAY_PATH_BYTES];
    struct tfeed_record_reader_options options;
    (void)snprintf(name, sizeof name, "%s/%s", folder, file);
    tfeed_record_reader_options_init(&options);
    options.compression = compression;
    options.tail = tail;
    options.map = map;
    return replay_outcome_read(replay_path(replay, name, path), &options);
}

const char *replay_text_of(const json_t *row, const char *key)
{
    const char *text = json_string_value(json_object_get(row, key));
    return text == NULL ? "" : text;
}

uint64_t replay_number_of(const json_t *row, const char *key)
{
    return (uint64_t)json_integer_value(json_object_get(row, key));
}

const char *replay_outcome_sha(const struct replay_outcome *outcome,
                               char hex[SUPPORT_SHA256_HEX_BYTES])
{
    uint8_t digest[SUPPORT_SHA256_BYTES];
    struct support_sha256 sha;
    support_sha256_init(&sha);
    for (size_t i = 0; i < outcome->n; i++)
        support_sha256_update(&sha, outcome->payloads[i].data, outcome->payloads[i].len);
    support_sha256_final(&sha, digest);
    return support_sha256_format(digest, hex);
}

bool replay_outcomes_equal(const struct replay_outcome *a, const struct replay_outcome *b)
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

tfeed_status replay_outcome_write(struct tfeed_memory_files *files,
                                  const struct replay_outcome *source,
                                  const struct tfeed_record_writer_options *options,
                                  const json_t *sizes, int *ret_bad_flush)
{
    struct tfeed_record_writer *writer = NULL;
    tfeed_status status = tfeed_record_writer_open(REPLAY_OUTPUT, options, &writer, NULL);
    *ret_bad_flush = -1;
    for (size_t i = 0; status == TFEED_OK && i < source->n; i++) {
        status = tfeed_record_writer_write(writer, source->payloads[i].data,
                                           source->payloads[i].len, NULL);
        if (status != TFEED_OK || sizes == NULL)
            continue;
        status = tfeed_record_writer_flush(writer, NULL);
        const uint64_t expected = (uint64_t)json_integer_value(json_array_get(sizes, i));
        if (*ret_bad_flush < 0 && tfeed_memory_files_n_pending(files, REPLAY_OUTPUT) != expected)
            *ret_bad_flush = (int)i;
    }
    if (status == TFEED_OK)
        status = tfeed_record_writer_close(writer, NULL);
    tfeed_record_writer_free(writer);
    return status;
}

struct replay_truth replay_truth_new(const struct replay *replay, const char *folder,
                                     const json_t *files)
{
    struct replay_truth truth = {.n_files = json_array_size(files)};
    truth.files = replay_must_have(calloc(truth.n_files + 1, sizeof *truth.files));
    for (size_t i = 0; i < truth.n_files; i++)
        truth.files[i] = replay_outcome_read_file(
            replay, folder, replay_text_of(json_array_get(files, i), "file"),
            TFEED_COMPRESSION_AUTO, TFEED_TAIL_STRICT, TFEED_MAP_AUTO);
    return truth;
}

void replay_truth_free(struct replay_truth *truth)
{
    for (size_t i = 0; i < truth->n_files; i++)
        replay_outcome_clear(&truth->files[i]);
    free(truth->files);
}

bool replay_is_true(const struct replay_truth *truth, const struct replay_payload *payload)
{
    if (payload->len == 0) /* also what some rows insert */
        return true;
    for (size_t file = 0; file < truth->n_files; file++) {
        const struct replay_outcome *outcome = &truth->files[file];
        for (size_t i = 0; i < outcome->n; i++)
            if (outcome->payloads[i].len == payload->len &&
                memcmp(outcome->payloads[i].data, payload->data, payload->len) == 0)
                return true;
    }
    return false;
}
