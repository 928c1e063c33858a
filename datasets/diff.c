/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * diff.c - two sets of files, record against record.
 *
 * Each side is one sequence over its files. Records are taken in runs; a view lives until its side
 * takes the next run, which is not before both of a pair were compared.
 */
#include "datasets/content_private.h"
#include "datasets/datasets_private.h"

#include <string.h>

#include "core/error_internal.h"
#include "records/records_internal.h"

struct side {
    const char *const *paths;
    size_t n_paths;
    size_t at; /* the path that is open, or comes next */
    struct tfeed_record_reader *reader;
    struct tfeed_record_view views[TFI_DATASET_RUN_RECORDS];
    size_t n_views;
    size_t n_used;
    uint64_t n_bytes; /* of the files that have ended */
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
    *options = (struct tfeed_dataset_diff_options){.struct_size = sizeof *options};
    tfeed_inspect_options_init(&options->inspect);
}

/* The next record of a side, whose file is then side->paths[side->at]; OUT_OF_RANGE behind the
 * last one of the last file. */
static tfeed_status side_next(struct side *side, const struct tfeed_record_reader_options *options,
                              const struct tfeed_record_view **ret_view, struct tfeed_error *reterr)
{
    while (side->n_used == side->n_views) {
        if (side->reader == NULL) {
            if (side->at == side->n_paths)
                return TFEED_OUT_OF_RANGE;
            TFI_TRY(
                tfeed_record_reader_open(side->paths[side->at], options, &side->reader, reterr));
        }
        const tfeed_status status = tfeed_record_reader_next_run(
            side->reader, side->views, TFI_DATASET_RUN_RECORDS, &side->n_views, reterr);
        side->n_used = 0;
        if (status == TFEED_OUT_OF_RANGE) {
            side->n_bytes += tfeed_record_reader_offset(side->reader);
            tfeed_record_reader_close(side->reader);
            side->reader = NULL;
            side->n_views = 0;
            side->at++;
        } else if (status != TFEED_OK) {
            side->n_views = 0;
            return status;
        }
    }
    *ret_view = &side->views[side->n_used++];
    return TFEED_OK;
}

static uint64_t side_bytes(const struct side *side)
{
    return side->n_bytes + (side->reader ? tfeed_record_reader_offset(side->reader) : 0);
}

/* Hands a difference out. */
static void tell(struct comparison *comparison, struct tfeed_dataset_difference *difference)
{
    const struct tfeed_dataset_diff_options *options = comparison->options;
    difference->position = comparison->position;
    difference->a_path = difference->a ? comparison->a.paths[comparison->a.at] : NULL;
    difference->b_path = difference->b ? comparison->b.paths[comparison->b.at] : NULL;
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
        const tfeed_status a_status = side_next(&comparison->a, &inspect->reader, &a, reterr);
        if (a_status != TFEED_OK && a_status != TFEED_OUT_OF_RANGE)
            return a_status;
        const tfeed_status b_status = side_next(&comparison->b, &inspect->reader, &b, reterr);
        if (b_status != TFEED_OK && b_status != TFEED_OUT_OF_RANGE)
            return b_status;
        if (a == NULL && b == NULL)
            return TFEED_OK;
        TFI_TRY(compare_pair(comparison, a, b, reterr));
        comparison->position++;
        if (comparison->position % TFI_DATASET_RUN_RECORDS == 0)
            TFI_TRY(tfi_dataset_progress(
                inspect->progress, inspect->user_data, comparison->position, UINT64_MAX,
                side_bytes(&comparison->a) + side_bytes(&comparison->b), reterr));
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
    *ret_report = (struct tfeed_dataset_diff_report){0};
    struct comparison comparison = {.options = options,
                                    .report = ret_report,
                                    .a = {.paths = a_paths, .n_paths = n_a_paths},
                                    .b = {.paths = b_paths, .n_paths = n_b_paths}};
    const tfeed_status status = compare_all(&comparison, reterr);
    const struct tfeed_allocator *allocator = options->inspect.reader.allocator;
    tfeed_record_reader_close(comparison.a.reader);
    tfeed_record_reader_close(comparison.b.reader);
    tfi_content_clear(&comparison.a_content, allocator);
    tfi_content_clear(&comparison.b_content, allocator);
    return status;
}
