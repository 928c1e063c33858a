/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * diff.c - two sets, record by record.
 *
 * A side is one sequence over its files. Records are taken in runs; a view lives until its side
 * takes the next run, which is not before both of a pair were compared. With threads a side that is
 * compressed is read some runs ahead on a thread of its own; another one costs no more to read than
 * to hand over.
 */
#include "datasets/content_private.h"
#include "datasets/datasets_private.h"

#include <string.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "datasets/background_private.h"
#include "records/records_internal.h"

enum { MAX_AHEAD = 8, LARGE_BYTES = 4 << 20 };

/* A run of records of a side, or why there is none. */
struct run {
    struct tfeed_record_view views[TFI_DATASET_RUN_RECORDS]; /* in a block that is held */
    size_t n_views;
    const char *path;
    bool is_compressed;
    uint64_t n_bytes; /* of the side, up to its end */
    tfeed_status status;
    struct tfeed_error error;
};

struct side {
    const struct tfeed_record_reader_options *options;
    const char *const *paths;
    size_t n_paths;
    struct run *run; /* that is compared; NULL: none yet */
    size_t n_used;
    uint64_t n_taken;
    uint64_t n_ahead; /* runs that may be on their way */
    bool wants_thread;

    /* the background's */
    struct tfi_background reading;
    struct run runs[MAX_AHEAD];
    size_t at; /* the path that is open, or comes next */
    struct tfeed_record_reader *reader;
    uint64_t n_file_bytes; /* of the files that have ended */
};

struct comparison {
    const struct tfeed_dataset_diff_options *options;
    struct tfeed_dataset_diff_report *report;
    struct side a;
    struct side b;
    uint64_t position;
    struct tfi_content a_content;
    struct tfi_content b_content;
    bool stopped;
};

void tfeed_dataset_diff_options_init(struct tfeed_dataset_diff_options *options)
{
    *options = (struct tfeed_dataset_diff_options){.struct_size = sizeof *options, .n_threads = 1};
    tfeed_inspect_options_init(&options->inspect);
}

/* Reads on, over the ends of files. OUT_OF_RANGE: behind the last record of the last one. */
static tfeed_status read_run(struct side *side, struct run *run, struct tfeed_error *reterr)
{
    for (;;) {
        if (side->reader == NULL) {
            if (side->at == side->n_paths)
                return TFEED_OUT_OF_RANGE;
            TFI_TRY(tfeed_record_reader_open(side->paths[side->at], side->options, &side->reader,
                                             reterr));
        }
        const tfeed_status status = tfeed_record_reader_next_run(
            side->reader, run->views, TFI_DATASET_RUN_RECORDS, &run->n_views, reterr);
        const uint64_t offset = tfeed_record_reader_offset(side->reader);
        run->path = side->paths[side->at];
        run->is_compressed =
            tfeed_record_reader_compression(side->reader) != TFEED_COMPRESSION_NONE;
        run->n_bytes = side->n_file_bytes + offset;
        if (status != TFEED_OUT_OF_RANGE)
            return status;
        side->n_file_bytes += offset;
        tfeed_record_reader_close(side->reader);
        side->reader = NULL;
        side->at++;
    }
}

static tfeed_status read_ahead(void *user_data, uint64_t job, struct tfeed_error *reterr)
{
    struct side *side = user_data;
    struct run *run = &side->runs[job % MAX_AHEAD];
    (void)reterr; /* met when it is this run's turn */
    run->n_views = 0;
    run->status = read_run(side, run, &run->error);
    if (run->status == TFEED_OK)
        (void)tfeed_block_ref(run->views[0].block);
    else
        run->n_views = 0;
    return TFEED_OK;
}

static void let_go(struct run *run)
{
    if (run->n_views > 0)
        tfeed_block_unref(run->views[0].block);
    run->n_views = 0;
}

static void begin_reading(struct side *side, bool with_thread)
{
    tfi_background_begin(&side->reading, with_thread, MAX_AHEAD, read_ahead, side);
    side->n_taken = 0;
    side->n_ahead = 1;
}

/* Large runs are not read ahead: they would fill the memory. */
static void take_run(struct side *side)
{
    struct tfi_background *reading = &side->reading;
    if (side->run != NULL) {
        const struct tfeed_record_view *last = &side->run->views[side->run->n_views - 1];
        const bool is_large = last->offset + last->len - side->run->views[0].offset > LARGE_BYTES;
        side->n_ahead = is_large || !reading->has_thread ? 1 : side->n_ahead + 1;
        if (side->n_ahead > MAX_AHEAD)
            side->n_ahead = MAX_AHEAD;
        let_go(side->run);
        if (side->run->is_compressed && side->wants_thread) { /* nothing is on its way yet */
            (void)tfi_background_end(reading, TFEED_OK, NULL);
            begin_reading(side, true);
            side->wants_thread = false;
        }
    }
    while (reading->n_given - side->n_taken < side->n_ahead)
        (void)tfi_background_give(reading, NULL); /* its work does not fail */
    tfi_background_wait(reading, reading->n_given - side->n_taken - 1);
    side->run = &side->runs[side->n_taken++ % MAX_AHEAD];
    side->n_used = 0;
}

/* The next record of a side; OUT_OF_RANGE behind the last one of the last file. */
static tfeed_status side_next(struct side *side, const struct tfeed_record_view **ret_view,
                              struct tfeed_error *reterr)
{
    if (side->run == NULL || (side->n_used == side->run->n_views && side->run->status == TFEED_OK))
        take_run(side);
    if (side->run->status == TFEED_OUT_OF_RANGE)
        return TFEED_OUT_OF_RANGE;
    if (side->run->status != TFEED_OK)
        return tfi_fail_again(reterr, &side->run->error);
    *ret_view = &side->run->views[side->n_used++];
    return TFEED_OK;
}

static void side_begin(struct side *side, const struct tfeed_record_reader_options *options,
                       uint32_t n_threads)
{
    side->options = options;
    side->wants_thread = n_threads > 1;
    begin_reading(side, false);
}

static void side_end(struct side *side)
{
    (void)tfi_background_end(&side->reading, TFEED_OK, NULL);
    for (size_t i = 0; i < MAX_AHEAD; i++)
        let_go(&side->runs[i]);
    tfeed_record_reader_close(side->reader);
}

/* Hands a difference out. */
static void tell(struct comparison *comparison, struct tfeed_dataset_difference *difference)
{
    const struct tfeed_dataset_diff_options *options = comparison->options;
    difference->position = comparison->position;
    difference->a_path = difference->a ? comparison->a.run->path : NULL;
    difference->b_path = difference->b ? comparison->b.run->path : NULL;
    tfi_mask_text(difference->what);
    if (options->differs != NULL && !options->differs(options->user_data, difference))
        comparison->stopped = true;
}

/* Two records with different bytes. */
static tfeed_status compare_contents(struct comparison *comparison,
                                     const struct tfeed_record_view *a,
                                     const struct tfeed_record_view *b, struct tfeed_error *reterr)
{
    const struct tfeed_allocator *allocator = comparison->options->inspect.reader.allocator;
    struct tfeed_dataset_difference difference = {.a = a, .b = b};
    struct tfi_words words = {difference.what, sizeof difference.what, 0};
    bool is_same = false;
    tfeed_status status =
        tfi_content_read(&comparison->a_content, allocator, a->data, a->len, reterr);
    if (status == TFEED_OK)
        status = tfi_content_read(&comparison->b_content, allocator, b->data, b->len, reterr);
    if (status == TFEED_OK)
        status = tfi_content_compare(&comparison->a_content, &comparison->b_content, allocator,
                                     &words, &is_same, reterr);
    if (status != TFEED_OK && status != TFEED_INVALID_ARGUMENT)
        return status;
    if (is_same && comparison->options->by_content) {
        comparison->report->n_same++;
        return TFEED_OK;
    }
    if (is_same)
        tfi_words_say(&words, "the same features in another form");
    else if (words.len == 0)
        tfi_content_say_bytes(&words, a, b);
    comparison->report->n_different++;
    tell(comparison, &difference);
    return TFEED_OK;
}

static tfeed_status compare_pair(struct comparison *comparison, const struct tfeed_record_view *a,
                                 const struct tfeed_record_view *b, struct tfeed_error *reterr)
{
    if (a == NULL || b == NULL) {
        struct tfeed_dataset_difference difference = {.a = a, .b = b};
        struct tfi_words words = {difference.what, sizeof difference.what, 0};
        tfi_words_say(&words, a ? "only in the first" : "only in the second");
        comparison->report->n_only_a += a != NULL;
        comparison->report->n_only_b += b != NULL;
        tell(comparison, &difference);
        return TFEED_OK;
    }
    if (a->len == b->len && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0)) {
        comparison->report->n_same++;
        return TFEED_OK;
    }
    return compare_contents(comparison, a, b, reterr);
}

static tfeed_status compare_all(struct comparison *comparison, struct tfeed_error *reterr)
{
    const struct tfeed_inspect_options *inspect = &comparison->options->inspect;
    while (!comparison->stopped) {
        const struct tfeed_record_view *a = NULL;
        const struct tfeed_record_view *b = NULL;
        const tfeed_status a_status = side_next(&comparison->a, &a, reterr);
        if (a_status != TFEED_OK && a_status != TFEED_OUT_OF_RANGE)
            return a_status;
        const tfeed_status b_status = side_next(&comparison->b, &b, reterr);
        if (b_status != TFEED_OK && b_status != TFEED_OUT_OF_RANGE)
            return b_status;
        if (a == NULL && b == NULL)
            return TFEED_OK;
        TFI_TRY(compare_pair(comparison, a, b, reterr));
        comparison->position++;
        if (comparison->position % TFI_DATASET_RUN_RECORDS == 0)
            TFI_TRY(tfi_dataset_progress(
                inspect->progress, inspect->user_data, comparison->position, UINT64_MAX,
                comparison->a.run->n_bytes + comparison->b.run->n_bytes, reterr));
    }
    return TFEED_OK;
}

tfeed_status tfeed_dataset_diff(const char *const *a_paths, size_t n_a_paths,
                                const char *const *b_paths, size_t n_b_paths,
                                const struct tfeed_dataset_diff_options *options,
                                struct tfeed_dataset_diff_report *ret_report,
                                struct tfeed_error *reterr)
{
    struct tfeed_dataset_diff_options defaults;
    tfeed_dataset_diff_options_init(&defaults);
    if (options == NULL)
        options = &defaults;
    const struct tfeed_allocator *allocator = options->inspect.reader.allocator;
    *ret_report = (struct tfeed_dataset_diff_report){0};
    struct comparison *comparison = tfi_alloc_zeroed(allocator, 1, sizeof *comparison);
    if (comparison == NULL)
        return tfi_fail_memory(reterr, "a comparison");
    comparison->options = options;
    comparison->report = ret_report;
    comparison->a.paths = a_paths;
    comparison->a.n_paths = n_a_paths;
    comparison->b.paths = b_paths;
    comparison->b.n_paths = n_b_paths;
    const uint32_t n_threads = tfi_dataset_threads(options->n_threads);
    side_begin(&comparison->a, &options->inspect.reader, n_threads);
    side_begin(&comparison->b, &options->inspect.reader, n_threads);
    const tfeed_status status = compare_all(comparison, reterr);
    side_end(&comparison->a);
    side_end(&comparison->b);
    tfi_content_clear(&comparison->a_content, allocator);
    tfi_content_clear(&comparison->b_content, allocator);
    tfi_free(allocator, comparison);
    return status;
}
