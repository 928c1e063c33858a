/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * sample.c - some records of many, chosen by seed, to a new file.
 *
 *      draw(seed, i)   a random number of 64 bits for record i of the input
 *      by fraction     those whose number is below a bound: one walk
 *      by number       the n with the lowest numbers: a heap of them while the files are walked,
 *                      then these records alone, in their order
 *
 * Records of a pipe come once: those in the heap wait there with their bytes.
 */
#include "datasets/inspect_private.h"

#include <stdlib.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "core/philox_internal.h"
#include "datasets/datasets_private.h"
#include "datasets/shard_names_private.h"
#include "records/record_frame_internal.h"
#include "records/records_internal.h"

enum { WALK_BYTES = 256 << 10, FIRST_CHOSEN = 1024 };

#define DEFAULT_MEMORY_BYTES (UINT64_C(1) << 30)
/* In the counter of the random numbers, so that no other use of a seed draws the same. */
#define SAMPLE_USE UINT32_C(0x73616d70)

struct chosen {
    uint64_t draw;
    uint64_t record; /* of the whole input */
    uint8_t *data;   /* of a pipe; else NULL */
    size_t len;
};

struct sampling {
    const struct tfeed_dataset_sample_options *options;
    const struct tfeed_allocator *allocator;
    const char *const *paths;
    size_t n_paths;
    struct tfeed_dataset_sample_report *report;
    struct tfeed_record_writer *writer;
    uint64_t *first_records; /* [n_paths + 1], of each file */
    uint64_t bound;          /* by fraction: draws below it; UINT64_MAX: all */
    /* By number: the heap, its greatest draw at the top. */
    struct chosen *chosen;
    size_t n_chosen;
    size_t n_places;
    uint64_t waiting_bytes;
    uint64_t n_bytes_read;
};

void tfeed_dataset_sample_options_init(struct tfeed_dataset_sample_options *options)
{
    *options = (struct tfeed_dataset_sample_options){.struct_size = sizeof *options,
                                                     .n_records = UINT64_MAX,
                                                     .fraction = -1,
                                                     .max_memory_bytes = DEFAULT_MEMORY_BYTES,
                                                     .n_threads = 1};
    tfeed_inspect_options_init(&options->inspect);
    tfeed_record_writer_options_init(&options->writer);
}

static uint64_t draw(uint64_t seed, uint64_t record)
{
    const uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
    const uint32_t counter[4] = {(uint32_t)record, (uint32_t)(record >> 32), SAMPLE_USE, 0};
    uint32_t words[TFI_PHILOX_WORDS];
    tfi_philox_group(key, counter, words);
    return (uint64_t)words[1] << 32 | words[0];
}

/* -------------------------------------------------------------------- heap */

static bool is_later(const struct chosen *a, const struct chosen *b)
{
    return a->draw != b->draw ? a->draw > b->draw : a->record > b->record;
}

static void sift_down(struct chosen *heap, size_t n, size_t at)
{
    const struct chosen moved = heap[at];
    for (size_t child; (child = 2 * at + 1) < n; at = child) {
        if (child + 1 < n && is_later(&heap[child + 1], &heap[child]))
            child++;
        if (!is_later(&heap[child], &moved))
            break;
        heap[at] = heap[child];
    }
    heap[at] = moved;
}

static void sift_up(struct chosen *heap, size_t at)
{
    const struct chosen moved = heap[at];
    while (at > 0 && is_later(&moved, &heap[(at - 1) / 2])) {
        heap[at] = heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    heap[at] = moved;
}

/* The record's bytes, for a heap that outlives its input. */
static tfeed_status keep_bytes(struct sampling *sampling, const char *path,
                               const struct tfeed_record_view *view, struct chosen *chosen,
                               struct tfeed_error *reterr)
{
    if (!tfi_record_payload_check(view->data, view->len))
        return tfi_record_fail_payload(path, view, reterr);
    if (view->len > sampling->options->max_memory_bytes - sampling->waiting_bytes)
        return tfi_fail_at(reterr, TFEED_RESOURCE_EXHAUSTED, path, view->record, view->offset,
                           "this input comes only once, and the records of the sample need more "
                           "memory than %llu bytes",
                           (unsigned long long)sampling->options->max_memory_bytes);
    chosen->data = tfi_alloc(sampling->allocator, view->len);
    if (chosen->data == NULL)
        return tfi_fail_memory(reterr, "a record of the sample");
    memcpy(chosen->data, view->data, view->len);
    chosen->len = view->len;
    sampling->waiting_bytes += view->len;
    return TFEED_OK;
}

static tfeed_status push(struct sampling *sampling, const struct chosen *chosen,
                         struct tfeed_error *reterr)
{
    if (sampling->n_chosen == sampling->n_places) {
        const size_t n = sampling->n_places > 0 ? 2 * sampling->n_places : FIRST_CHOSEN;
        struct chosen *heap =
            tfi_realloc_array(sampling->allocator, sampling->chosen, n, sizeof *heap);
        if (heap == NULL)
            return tfi_fail_memory(reterr, "the numbers of a sample");
        sampling->chosen = heap;
        sampling->n_places = n;
    }
    sampling->chosen[sampling->n_chosen] = *chosen;
    sift_up(sampling->chosen, sampling->n_chosen++);
    return TFEED_OK;
}

/* Takes the record in, and the one with the greatest draw out, when it is among the lowest. */
static tfeed_status consider(struct sampling *sampling, const char *path, bool comes_once,
                             const struct tfeed_record_view *view, uint64_t record,
                             struct tfeed_error *reterr)
{
    struct chosen chosen = {.draw = draw(sampling->options->seed, record), .record = record};
    const bool is_full = sampling->n_chosen == sampling->options->n_records;
    if (is_full && (sampling->n_chosen == 0 || !is_later(&sampling->chosen[0], &chosen)))
        return TFEED_OK;
    if (is_full) {
        sampling->waiting_bytes -= sampling->chosen[0].len;
        tfi_free(sampling->allocator, sampling->chosen[0].data);
        sampling->chosen[0] = sampling->chosen[--sampling->n_chosen];
        sift_down(sampling->chosen, sampling->n_chosen, 0);
    }
    if (comes_once)
        TFI_TRY(keep_bytes(sampling, path, view, &chosen, reterr));
    const tfeed_status status = push(sampling, &chosen, reterr);
    if (status != TFEED_OK)
        tfi_free(sampling->allocator, chosen.data);
    return status;
}

/* ------------------------------------------------------------------- output */

static tfeed_status write_record(struct sampling *sampling, const void *data, size_t len,
                                 struct tfeed_error *reterr)
{
    TFI_TRY(tfeed_record_writer_write(sampling->writer, data, len, reterr));
    sampling->report->n_chosen++;
    sampling->report->n_bytes += len;
    return TFEED_OK;
}

static tfeed_status write_checked(struct sampling *sampling, const char *path,
                                  const struct tfeed_record_view *view, struct tfeed_error *reterr)
{
    if (!tfi_record_payload_check(view->data, view->len))
        return tfi_record_fail_payload(path, view, reterr);
    return write_record(sampling, view->data, view->len, reterr);
}

/* -------------------------------------------------------------------- walk */

static tfeed_status take(struct sampling *sampling, const char *path, bool once,
                         const struct tfeed_record_view *view, uint64_t record,
                         struct tfeed_error *reterr)
{
    const struct tfeed_dataset_sample_options *options = sampling->options;
    if (options->n_records != UINT64_MAX)
        return consider(sampling, path, once, view, record, reterr);
    if (sampling->bound == UINT64_MAX || draw(options->seed, record) < sampling->bound)
        return write_checked(sampling, path, view, reterr);
    return TFEED_OK;
}

static tfeed_status walk_file(struct sampling *sampling, const char *path,
                              struct tfeed_record_reader *reader, struct tfeed_error *reterr)
{
    const struct tfeed_inspect_options *inspect = &sampling->options->inspect;
    const bool once = !tfi_dataset_comes_twice(inspect->reader.file_system, path);
    struct tfeed_record_view views[TFI_DATASET_RUN_RECORDS];
    uint64_t *n_seen = &sampling->report->n_seen;
    for (;;) {
        size_t n;
        const tfeed_status status = tfi_record_reader_next_headers(
            reader, WALK_BYTES, views, TFI_DATASET_RUN_RECORDS, &n, reterr);
        if (status == TFEED_OUT_OF_RANGE)
            return TFEED_OK;
        TFI_TRY(status);
        for (size_t i = 0; i < n; i++)
            TFI_TRY(take(sampling, path, once, &views[i], *n_seen + i, reterr));
        *n_seen += n;
        TFI_TRY(tfi_dataset_progress(inspect->progress, inspect->user_data, *n_seen, UINT64_MAX,
                                     sampling->n_bytes_read + tfeed_record_reader_offset(reader),
                                     reterr));
    }
}

static tfeed_status walk_files(struct sampling *sampling, struct tfeed_error *reterr)
{
    for (size_t i = 0; i < sampling->n_paths; i++) {
        struct tfeed_record_reader *reader;
        sampling->first_records[i] = sampling->report->n_seen;
        TFI_TRY(tfeed_record_reader_open(sampling->paths[i], &sampling->options->inspect.reader,
                                         &reader, reterr));
        const tfeed_status status = walk_file(sampling, sampling->paths[i], reader, reterr);
        sampling->n_bytes_read += tfeed_record_reader_offset(reader);
        tfeed_record_reader_close(reader);
        TFI_TRY(status);
    }
    sampling->first_records[sampling->n_paths] = sampling->report->n_seen;
    return TFEED_OK;
}

/* ---------------------------------------------------------------- by number */

static int compare_records(const void *a, const void *b)
{
    const struct chosen *left = a;
    const struct chosen *right = b;
    return left->record < right->record ? -1 : left->record > right->record;
}

/* Writes the chosen records of file i, from chosen[*at] on. */
static tfeed_status write_file(struct sampling *sampling, size_t i, size_t *at,
                               struct tfeed_error *reterr)
{
    struct tfeed_inspect_options inspect = sampling->options->inspect;
    struct tfeed_record_getter *getter = NULL;
    tfeed_status status = TFEED_OK;
    inspect.progress = NULL;
    for (; status == TFEED_OK && *at < sampling->n_chosen &&
           sampling->chosen[*at].record < sampling->first_records[i + 1];
         ++*at) {
        const struct chosen *chosen = &sampling->chosen[*at];
        struct tfeed_record_view view = {.data = chosen->data, .len = chosen->len};
        if (chosen->data == NULL && getter == NULL)
            status = tfeed_record_getter_open(sampling->paths[i], &inspect, &getter, reterr);
        if (status == TFEED_OK && chosen->data == NULL)
            status = tfeed_record_getter_get(getter, chosen->record - sampling->first_records[i],
                                             &view, reterr);
        if (status == TFEED_OK)
            status = write_record(sampling, view.data, view.len, reterr);
    }
    tfeed_record_getter_close(getter);
    return status;
}

static tfeed_status write_chosen(struct sampling *sampling, struct tfeed_error *reterr)
{
    size_t at = 0;
    if (sampling->n_chosen > 0)
        qsort(sampling->chosen, sampling->n_chosen, sizeof *sampling->chosen, compare_records);
    for (size_t i = 0; i < sampling->n_paths; i++)
        TFI_TRY(write_file(sampling, i, &at, reterr));
    return TFEED_OK;
}

/* --------------------------------------------------------------------- all */

static tfeed_status check(struct sampling *sampling, struct tfeed_error *reterr)
{
    const struct tfeed_dataset_sample_options *options = sampling->options;
    if (options == NULL || (options->n_records == UINT64_MAX && !(options->fraction >= 0)))
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "a sample of what size? expected a number of records or a fraction");
    if (options->n_records == UINT64_MAX && !(options->fraction <= 1))
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "expected a fraction from 0 to 1");
    sampling->bound = options->fraction < 1 ? (uint64_t)(options->fraction * 0x1p64) : UINT64_MAX;
    return options->allow_incomplete
               ? TFEED_OK
               : tfi_shards_check_whole(sampling->paths, sampling->n_paths,
                                        options->inspect.reader.allocator, reterr);
}

static tfeed_status run(struct sampling *sampling, const char *out, struct tfeed_error *reterr)
{
    sampling->first_records =
        tfi_alloc_zeroed(sampling->allocator, sampling->n_paths + 1, sizeof(uint64_t));
    if (sampling->first_records == NULL)
        return tfi_fail_memory(reterr, "the numbers of a sample");
    struct tfeed_record_writer_options writer = sampling->options->writer;
    writer.n_threads = tfi_dataset_threads(sampling->options->n_threads);
    TFI_TRY(tfeed_record_writer_open(out, &writer, &sampling->writer, reterr));
    TFI_TRY(walk_files(sampling, reterr));
    TFI_TRY(write_chosen(sampling, reterr));
    return tfeed_record_writer_close(sampling->writer, reterr);
}

tfeed_status tfeed_dataset_sample(const char *const *paths, size_t n_paths, const char *out,
                                  const struct tfeed_dataset_sample_options *options,
                                  struct tfeed_dataset_sample_report *ret_report,
                                  struct tfeed_error *reterr)
{
    struct sampling sampling = {
        .options = options, .paths = paths, .n_paths = n_paths, .report = ret_report};
    *ret_report = (struct tfeed_dataset_sample_report){0};
    TFI_TRY(check(&sampling, reterr));
    sampling.allocator = options->inspect.reader.allocator;
    const tfeed_status status = run(&sampling, out, reterr);
    tfeed_record_writer_free(sampling.writer);
    for (size_t i = 0; i < sampling.n_chosen; i++)
        tfi_free(sampling.allocator, sampling.chosen[i].data);
    tfi_free(sampling.allocator, sampling.chosen);
    tfi_free(sampling.allocator, sampling.first_records);
    return status;
}
