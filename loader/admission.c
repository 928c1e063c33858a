/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * admission.c - which records may become rows: the program's filter, and whether they can be
 * parsed.
 *
 * Asked when a window is filled, before any row has its place, so that a record left out leaves no
 * hole. Under SKIP and STOP_FILE a record that cannot be parsed must be known by then: it is parsed
 * here for nothing but that. Under FAIL the error comes when the row itself is parsed.
 *
 * A desk is what one thread needs for it: a parser and a row of columns.
 */
#include <string.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "features/features_internal.h"
#include "loader/loader_private.h"

struct admission {
    const struct tfeed_allocator *allocator;
    struct tfeed_schema *schema;             /* of the columns; NULL: there are none */
    struct tfeed_sequence_schema *sequences; /* NULL: no SequenceExamples */
    uint64_t seed;
    enum tfeed_on_error on_error;
    bool parses;
    tfeed_row_filter_fn filter;
    void *filter_user_data;
    bool filter_reads_row;
    const struct tfeed_loader_options *options; /* whose map is asked; NULL: it is not */

    struct tfi_mutex mutex; /* guards free */
    struct admission_desk *free;
};

struct admission_desk {
    struct admission *admission;
    struct admission_desk *next;
    struct tfeed_example_parser *parser;
    struct tfeed_tensor *columns;  /* of one row each */
    struct tfeed_columns *growing; /* NULL: all columns are of one shape; else as in a batch */
    struct tfeed_sequence_parser *sequences; /* NULL: no SequenceExamples */
    void **row;
    int n_columns;
};

tfeed_status admission_new(const struct tfeed_loader_options *options, uint64_t seed,
                           struct tfeed_schema *schema, struct admission **ret_admission,
                           struct tfeed_error *reterr)
{
    const bool can_parse = schema != NULL || options->sequence_schema != NULL;
    const bool sees_damage = options->on_error != TFEED_ON_ERROR_FAIL && can_parse;
    *ret_admission = NULL;
    if (options->filter == NULL && !sees_damage)
        return TFEED_OK;
    struct admission *admission = tfi_alloc_zeroed(options->allocator, 1, sizeof *admission);
    if (admission == NULL)
        return tfi_fail_memory(reterr, "a loader's filter");
    admission->allocator = options->allocator;
    admission->schema = schema;
    admission->sequences = options->sequence_schema;
    admission->seed = seed;
    admission->on_error = options->on_error;
    admission->filter = options->filter;
    admission->filter_user_data = options->filter_user_data;
    admission->filter_reads_row = options->filter_reads_row && can_parse;
    admission->options = sees_damage && options->map_row != NULL ? options : NULL;
    admission->parses = sees_damage || admission->filter_reads_row;
    tfi_mutex_init(&admission->mutex);
    *ret_admission = admission;
    return TFEED_OK;
}

static void desk_free(struct admission_desk *desk)
{
    const struct tfeed_allocator *allocator = desk->admission->allocator;
    const bool has_columns = desk->growing == NULL && desk->sequences == NULL;
    for (int i = 0; has_columns && desk->columns != NULL && i < desk->n_columns; i++)
        tfeed_tensor_clear(&desk->columns[i]);
    if (desk->sequences == NULL) /* its context goes with it */
        tfeed_columns_free(desk->growing);
    tfeed_sequence_parser_free(desk->sequences);
    tfeed_example_parser_free(desk->parser);
    tfi_free(allocator, desk->columns);
    tfi_free(allocator, desk->row);
    tfi_free(allocator, desk);
}

void admission_free(struct admission *admission)
{
    if (admission == NULL)
        return;
    while (admission->free != NULL) {
        struct admission_desk *desk = admission->free;
        admission->free = desk->next;
        desk_free(desk);
    }
    tfi_mutex_clear(&admission->mutex);
    tfi_free(admission->allocator, admission);
}

/* What parses a record, and where its row goes. */
static tfeed_status make_parser(struct admission_desk *desk, struct tfeed_error *reterr)
{
    const struct admission *admission = desk->admission;
    const struct tfeed_allocator *allocator = admission->allocator;
    if (admission->sequences != NULL) {
        TFI_TRY(tfeed_sequence_parser_new(admission->sequences, 1, allocator, &desk->sequences,
                                          reterr));
        desk->growing = tfeed_sequence_parser_context(desk->sequences);
        return TFEED_OK;
    }
    if (tfi_schema_first_growing(admission->schema) >= 0)
        TFI_TRY(tfeed_columns_new(admission->schema, 1, allocator, &desk->growing, reterr));
    else
        TFI_TRY(tfeed_schema_alloc_columns(admission->schema, 1, allocator, desk->columns, reterr));
    return tfeed_example_parser_new(admission->schema, allocator, &desk->parser, reterr);
}

static tfeed_status desk_fit_out(struct admission_desk *desk, struct tfeed_error *reterr)
{
    const struct admission *admission = desk->admission;
    if (admission->schema != NULL)
        desk->n_columns = tfeed_schema_n_columns(admission->schema);
    if (admission->sequences != NULL)
        desk->n_columns += tfeed_sequence_schema_n_lists(admission->sequences);
    const size_t n = (size_t)desk->n_columns;
    desk->columns = tfi_alloc_zeroed(admission->allocator, n, sizeof *desk->columns);
    desk->row = tfi_alloc_zeroed(admission->allocator, n, sizeof *desk->row);
    if (desk->columns == NULL || desk->row == NULL)
        return tfi_fail_memory(reterr, "a loader's filter");
    TFI_TRY(make_parser(desk, reterr));
    for (size_t i = 0; i < n; i++)
        desk->row[i] = desk->columns[i].data;
    return TFEED_OK;
}

tfeed_status admission_enter(struct admission *admission, struct admission_desk **ret_desk,
                             struct tfeed_error *reterr)
{
    *ret_desk = NULL;
    if (admission == NULL)
        return TFEED_OK;
    tfi_mutex_lock(&admission->mutex);
    struct admission_desk *desk = admission->free;
    if (desk != NULL)
        admission->free = desk->next;
    tfi_mutex_unlock(&admission->mutex);
    if (desk == NULL) {
        desk = tfi_alloc_zeroed(admission->allocator, 1, sizeof *desk);
        if (desk == NULL)
            return tfi_fail_memory(reterr, "a loader's filter");
        desk->admission = admission;
        const tfeed_status status = admission->parses ? desk_fit_out(desk, reterr) : TFEED_OK;
        if (status != TFEED_OK) {
            desk_free(desk);
            return status;
        }
    }
    *ret_desk = desk;
    return TFEED_OK;
}

void admission_leave(struct admission_desk *desk)
{
    if (desk == NULL)
        return;
    struct admission *admission = desk->admission;
    tfi_mutex_lock(&admission->mutex);
    desk->next = admission->free;
    admission->free = desk;
    tfi_mutex_unlock(&admission->mutex);
}

tfeed_status loader_map_row(const struct tfeed_loader_options *options,
                            const struct tfeed_loader_record *record, struct tfeed_error *reterr)
{
    struct tfeed_error error = TFEED_ERROR_INIT;
    const tfeed_status said = options->map_row(record, options->map_user_data, &error);
    if (said == TFEED_OK)
        return TFEED_OK;
    error.message[sizeof error.message - 1] = '\0';
    const tfeed_status status = said == TFEED_OUT_OF_RANGE ? TFEED_INVALID_ARGUMENT : said;
    return tfi_fail_at(reterr, status, record->path, record->view.record, record->view.offset,
                       "map_row: %s",
                       error.message[0] != '\0' ? error.message : tfeed_status_text(said));
}

void loader_point_row(const struct tfeed_schema *schema, const struct tfeed_columns *columns,
                      const struct tfeed_sequence_parser *sequences, int64_t number,
                      struct tfeed_tensor *tensors, void **row)
{
    const int n_columns = columns != NULL ? tfeed_schema_n_columns(schema) : 0;
    for (int i = 0; i < n_columns; i++) {
        tensors[i] = tfeed_columns_row(columns, i, number);
        const bool is_fixed = tfeed_schema_column_kind(schema, i) == TFEED_COLUMN_FIXED;
        row[i] = is_fixed ? tensors[i].data : &tensors[i];
    }
    if (sequences == NULL)
        return;
    const struct tfeed_sequence_schema *lists = tfeed_sequence_parser_schema(sequences);
    for (int i = 0; i < tfeed_sequence_schema_n_lists(lists); i++) {
        tensors[n_columns + i] = tfeed_sequence_parser_row(sequences, i, number);
        row[n_columns + i] = &tensors[n_columns + i];
    }
}

static tfeed_status parse_row(struct admission_desk *desk, const struct tfeed_bytes *record,
                              struct tfeed_error *reterr)
{
    if (desk->sequences != NULL)
        TFI_TRY(tfeed_sequence_parser_parse(desk->sequences, record, 1, NULL, reterr));
    else if (desk->growing != NULL)
        TFI_TRY(
            tfeed_example_parser_parse_batch(desk->parser, record, 1, desk->growing, NULL, reterr));
    else
        return tfeed_example_parser_parse(desk->parser, record, 1, desk->columns, 0, NULL, reterr);
    loader_point_row(desk->admission->schema, desk->growing, desk->sequences, 0, desk->columns,
                     desk->row);
    return TFEED_OK;
}

enum verdict admission_ask(struct admission_desk *desk, const struct file_set *set, uint64_t epoch,
                           const struct row *row, struct tfeed_error *reterr)
{
    const struct admission *admission = desk->admission;
    const tfeed_status status = admission->parses ? parse_row(desk, &row->bytes, reterr) : TFEED_OK;
    if (status == TFEED_RESOURCE_EXHAUSTED)
        return ROW_UNKNOWN;
    if (status != TFEED_OK) /* under FAIL the batch of the row says it */
        return admission->on_error == TFEED_ON_ERROR_FAIL ? ROW_WANTED : ROW_BAD;
    struct tfeed_loader_record record = {
        .view = {row->bytes.data, row->bytes.len, row->place.offset, row->place.record,
                 row->bytes.block},
        .path = set->files[row->place.file].path,
        .epoch = epoch,
        .seed = loader_record_seed(admission->seed, epoch, &row->place),
        .row = admission->filter_reads_row ? desk->row : NULL,
        .sequences = admission->filter_reads_row ? desk->sequences : NULL,
    };
    if (admission->filter != NULL && !admission->filter(&record, admission->filter_user_data))
        return ROW_FILTERED;
    record.row = desk->row;
    record.sequences = desk->sequences;
    if (admission->options != NULL &&
        loader_map_row(admission->options, &record, reterr) != TFEED_OK)
        return ROW_BAD;
    return ROW_WANTED;
}

bool row_window_admit(struct row_window *window, uint32_t first, struct admission_desk *desk,
                      const struct file_set *set, uint64_t epoch)
{
    if (desk == NULL)
        return false;
    uint32_t n_kept = first;
    bool ends = false;
    for (uint32_t i = first; i < window->n_rows && !ends; i++) {
        switch (admission_ask(desk, set, epoch, &window->rows[i], &window->last_skipped)) {
        case ROW_WANTED:
            window->rows[n_kept++] = window->rows[i];
            break;
        case ROW_FILTERED:
            window->n_filtered++;
            break;
        case ROW_BAD:
            window->n_skipped++;
            ends = desk->admission->on_error == TFEED_ON_ERROR_STOP_FILE;
            break;
        case ROW_UNKNOWN:
            row_window_cut(window, n_kept);
            row_window_fail(window, &window->last_skipped);
            return false;
        }
    }
    row_window_cut(window, n_kept);
    return ends;
}
