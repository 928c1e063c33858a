/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * resume_fixture.h - a set of files on disk whose records are numbers, and runs of a loader over
 * it, from the begin or from a state, as lists of these numbers.
 *
 * Knows nothing of Criterion: stress programs use it too. What must not happen ends the program
 * with a line that says what it was.
 */
#ifndef T_RESUME_FIXTURE_H
#define T_RESUME_FIXTURE_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tfeed/loader.h>

#include "tests/support/stress.h"
#include "tests/support/support.h"

enum {
    RESUME_FILES = 5,
    RESUME_RECORDS = 1000, /* of all files */
    RESUME_DAMAGED = 3,    /* of them, where the set is damaged */
    RESUME_MAX_SHARDS = 5
};

/* Records of each file: none, one, a few, many. */
static const int resume_lengths[RESUME_FILES] = {0, 300, 57, 1, 642};
/* Numbers of records that are damaged in a damaged set. */
static const uint64_t resume_damaged[RESUME_DAMAGED] = {5, 299, 700};

enum resume_kind { RESUME_PLAIN, RESUME_GZIP, RESUME_DAMAGED_SET };

/* Numbers in the order in which rows came. */
struct resume_rows {
    uint64_t *ids;
    size_t n;
    size_t n_slots;
};

static inline void resume_check(bool is_good, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static inline void resume_check(bool is_good, const char *format, ...)
{
    if (is_good)
        return;
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    abort();
}

static inline void resume_rows_add(struct resume_rows *rows, uint64_t id)
{
    if (rows->n == rows->n_slots) {
        rows->n_slots = 2 * rows->n_slots + 64;
        rows->ids = realloc(rows->ids, rows->n_slots * sizeof *rows->ids);
        resume_check(rows->ids != NULL, "no memory");
    }
    rows->ids[rows->n++] = id;
}

static inline void resume_rows_clear(struct resume_rows *rows)
{
    free(rows->ids);
    *rows = (struct resume_rows){.n = 0};
}

static inline bool resume_is_damaged(uint64_t id)
{
    for (size_t i = 0; i < RESUME_DAMAGED; i++)
        if (resume_damaged[i] == id)
            return true;
    return false;
}

/* --- files ----------------------------------------------------------------------------------- */

static inline void resume_flip_last_byte(const char *path, size_t offset)
{
    size_t len;
    uint8_t *data = t_read_file(path, &len);
    data[offset - TFEED_RECORD_FOOTER_BYTES - 1] ^= 1;
    t_write_file(path, data, len);
    free(data);
}

/* Records [first, first + n) into one file: a number, and 8 to 40 bytes that follow it. */
static inline void resume_write_file(const char *path, uint64_t first, int n, enum resume_kind kind)
{
    struct tfeed_record_writer_options options;
    struct tfeed_record_writer *writer;
    size_t ends[RESUME_RECORDS];
    size_t end = 0;
    tfeed_record_writer_options_init(&options);
    if (kind == RESUME_GZIP)
        options.compression = TFEED_COMPRESSION_GZIP;
    tfeed_status status = tfeed_record_writer_open(path, &options, &writer, NULL);
    resume_check(status == TFEED_OK, "cannot write %s", path);
    for (int i = 0; i < n; i++) {
        uint64_t words[6];
        const uint64_t id = first + (uint64_t)i;
        const size_t len = (2 + id % 5) * sizeof *words;
        for (size_t w = 0; w < 6; w++)
            words[w] = w == 0 ? id : id * w;
        status = tfeed_record_writer_write(writer, words, len, NULL);
        resume_check(status == TFEED_OK, "cannot write %s", path);
        end += TFEED_RECORD_HEADER_BYTES + len + TFEED_RECORD_FOOTER_BYTES;
        ends[i] = end;
    }
    status = tfeed_record_writer_close(writer, NULL);
    resume_check(status == TFEED_OK, "cannot write %s", path);
    tfeed_record_writer_free(writer);
    for (int i = 0; i < n && kind == RESUME_DAMAGED_SET; i++)
        if (resume_is_damaged(first + (uint64_t)i))
            resume_flip_last_byte(path, ends[i]);
}

/* The set in a folder; its pattern is "FOLDER/part-*". */
static inline void resume_write_set(const struct t_temp_dir *dir, enum resume_kind kind)
{
    uint64_t first = 0;
    for (int i = 0; i < RESUME_FILES; i++) {
        char name[24];
        char path[T_PATH_BYTES];
        (void)snprintf(name, sizeof name, "part-%d", i);
        resume_write_file(t_temp_path(dir, name, path), first, resume_lengths[i], kind);
        first += (uint64_t)resume_lengths[i];
    }
}

/* --- runs ------------------------------------------------------------------------------------ */

static inline struct tfeed_loader_options resume_options(enum tfeed_order order)
{
    struct tfeed_loader_options options;
    tfeed_loader_options_init(&options);
    options.order = order;
    options.batch_size = 16;
    options.n_epochs = 3;
    options.seed = 11;
    options.n_workers = 2;
    options.budget_bytes = INT64_C(64) << 20;
    if (order == TFEED_ORDER_FAST || order == TFEED_ORDER_TENSORFLOW)
        options.shuffle_records = 300;
    if (order == TFEED_ORDER_FAST)
        options.n_lanes = 6;
    if (order == TFEED_ORDER_FILES) {
        options.interleave = 3;
        options.block_records = 2;
    }
    return options;
}

static inline void resume_take(const struct tfeed_batch *batch, struct resume_rows *rows)
{
    const struct tfeed_bytes *records = tfeed_batch_records(batch);
    const int64_t n = tfeed_batch_n_rows(batch);
    for (int64_t i = 0; i < n; i++) {
        uint64_t words[2];
        resume_check(records[i].len >= sizeof words, "a record of %zu bytes", records[i].len);
        memcpy(words, records[i].data, sizeof words);
        resume_check(words[0] == words[1], "a torn record");
        resume_rows_add(rows, words[0]);
    }
}

/* Opens a loader over the set in `dir`. */
static inline struct tfeed_loader *resume_open(const struct t_temp_dir *dir,
                                               const struct tfeed_loader_options *options,
                                               const char *state)
{
    char pattern[T_PATH_BYTES];
    struct tfeed_loader_options with_state = *options;
    struct tfeed_error error = TFEED_ERROR_INIT;
    struct tfeed_loader *loader = NULL;
    with_state.state = state;
    const tfeed_status status =
        tfeed_loader_open(t_temp_path(dir, "part-*", pattern), NULL, &with_state, &loader, &error);
    resume_check(status == TFEED_OK, "open: %s", error.message);
    return loader;
}

/* Takes n_batches, or all that there are (SIZE_MAX). The state is that of the last batch, or, with
 * no batch, of the loader; free() it. */
static inline char *resume_run_loader(struct tfeed_loader *loader, size_t n_batches,
                                      struct resume_rows *rows)
{
    struct tfeed_error error = TFEED_ERROR_INIT;
    struct tfeed_bytes text = {.block = NULL};
    tfeed_status status = TFEED_OK;
    for (size_t i = 0; i < n_batches && status == TFEED_OK; i++) {
        struct tfeed_batch *batch;
        status = tfeed_loader_next(loader, &batch, &error);
        if (status != TFEED_OK)
            break;
        resume_take(batch, rows);
        if (i + 1 == n_batches && i % 2 == 0)
            resume_check(tfeed_batch_state(batch, &text, NULL) == TFEED_OK, "no batch state");
        tfeed_batch_unref(batch);
    }
    resume_check(status == TFEED_OK || status == TFEED_OUT_OF_RANGE, "next: %s", error.message);
    if (text.block == NULL)
        resume_check(tfeed_loader_save_state(loader, &text, NULL) == TFEED_OK, "no state");
    char *state = strdup((const char *)text.data);
    tfeed_block_unref(text.block);
    return state;
}

static inline char *resume_run(const struct t_temp_dir *dir,
                               const struct tfeed_loader_options *options, const char *state,
                               size_t n_batches, struct resume_rows *rows)
{
    struct tfeed_loader *loader = resume_open(dir, options, state);
    char *after = resume_run_loader(loader, n_batches, rows);
    tfeed_loader_close(loader);
    return after;
}

/* All rows from a state on. */
static inline struct resume_rows resume_run_all(const struct t_temp_dir *dir,
                                                const struct tfeed_loader_options *options,
                                                const char *state)
{
    struct resume_rows rows = {.n = 0};
    free(resume_run(dir, options, state, SIZE_MAX, &rows));
    return rows;
}

static inline bool resume_is_part(const struct resume_rows *whole, size_t first,
                                  const struct resume_rows *part)
{
    for (size_t i = 0; i < part->n; i++)
        if (first + i >= whole->n || whole->ids[first + i] != part->ids[i])
            return false;
    return true;
}

/* True when `head` and then `tail` are `whole`. */
static inline bool resume_is_whole(const struct resume_rows *whole, const struct resume_rows *head,
                                   const struct resume_rows *tail)
{
    return whole->n == head->n + tail->n && resume_is_part(whole, 0, head) &&
           resume_is_part(whole, head->n, tail);
}

/* Counts how often each record came. */
static inline void resume_count(const struct resume_rows *rows, int counts[RESUME_RECORDS])
{
    for (size_t i = 0; i < rows->n; i++) {
        resume_check(rows->ids[i] < RESUME_RECORDS, "record %llu does not exist",
                     (unsigned long long)rows->ids[i]);
        counts[rows->ids[i]]++;
    }
}

/* --- other shards ----------------------------------------------------------------------------- */

/* n_before shards run up to n_batches[i] each; what is left goes to n_after shards. Every record
 * comes n_epochs times in all. Ends with the first record that does not. */
static inline void resume_reshard(const struct t_temp_dir *dir,
                                  const struct tfeed_loader_options *options, int n_before,
                                  const size_t *n_batches, int n_after)
{
    struct tfeed_loader_options own = *options;
    struct resume_rows rows = {.n = 0};
    char *texts[RESUME_MAX_SHARDS];
    struct tfeed_error error = TFEED_ERROR_INIT;
    struct tfeed_bytes merged;
    int counts[RESUME_RECORDS] = {0};
    own.n_shards = n_before;
    for (int i = 0; i < n_before; i++) {
        own.shard_index = i;
        texts[i] = resume_run(dir, &own, NULL, n_batches[i], &rows);
    }
    const tfeed_status status =
        tfeed_loader_merge_states((const char *const *)texts, (size_t)n_before, &merged, &error);
    resume_check(status == TFEED_OK, "merge: %s", error.message);
    own.n_shards = n_after;
    for (int i = 0; i < n_after; i++) {
        own.shard_index = i;
        free(resume_run(dir, &own, (const char *)merged.data, SIZE_MAX, &rows));
    }
    resume_count(&rows, counts);
    for (int i = 0; i < RESUME_RECORDS; i++)
        resume_check(counts[i] == options->n_epochs,
                     "record %d came %d times, expected %lld: order %d, %d shards, then %d", i,
                     counts[i], (long long)options->n_epochs, (int)options->order, n_before,
                     n_after);
    for (int i = 0; i < n_before; i++)
        free(texts[i]);
    tfeed_block_unref(merged.block);
    resume_rows_clear(&rows);
}

#endif
