/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * batch_ring.c - the buffers of the ring: rows become columns here.
 *
 * Workers parse images as uint8 and the thread that takes the batch widens them: a quarter of the
 * bytes changes cores, and the floats are written where they are used. A thread that works for
 * itself parses to floats at once, and so do all for a program that does not look at most of them.
 * The bits are the same.
 */
#include <inttypes.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "core/block_internal.h"
#include "core/budget_internal.h"
#include "core/error_internal.h"
#include "core/tensor_internal.h"
#include "features/features_internal.h"
#include "loader/engine_private.h"

/* ------------------------------------------------------------------------- buffers */

static void *column_alloc(const struct tfeed_loader *loader, size_t size)
{
    const struct tfeed_batch_memory *memory = &loader->options.batch_memory;
    const size_t alignment = memory->alignment != 0 ? memory->alignment : TFI_ALIGNMENT;
    void *data = memory->alloc != NULL ? memory->alloc(memory->user_data, size, alignment)
                                       : tfi_alloc_aligned(loader->allocator, size, 1);
    if (data != NULL)
        memset(data, 0, size);
    return data;
}

static void column_free(const struct tfeed_loader *loader, const struct tfeed_tensor *column)
{
    if (column->data == NULL)
        return;
    const size_t n = (size_t)tfeed_tensor_n_elements(column);
    const struct tfeed_batch_memory *memory = &loader->options.batch_memory;
    if (memory->alloc != NULL)
        memory->free(memory->user_data, column->data, n * tfeed_dtype_size(column->dtype));
    else
        tfi_free(loader->allocator, column->data);
}

static tfeed_status make_column(const struct tfeed_loader *loader,
                                const struct tfeed_schema *schema, int i,
                                struct tfeed_tensor *ret_column, struct tfeed_error *reterr)
{
    struct tfeed_tensor column = {.dtype = tfeed_schema_column_dtype(schema, i)};
    column.shape =
        tfeed_shape_batch(loader->options.batch_size, tfeed_schema_column_shape(schema, i));
    const size_t element_bytes = tfeed_dtype_size(column.dtype);
    int64_t n;
    if (tfeed_shape_n_elements(&column.shape, &n) != TFEED_OK ||
        (uint64_t)n > SIZE_MAX / element_bytes)
        return tfi_fail(reterr, TFEED_RESOURCE_EXHAUSTED,
                        "a batch of %" PRId64 " rows of column %s is too large",
                        loader->options.batch_size, tfeed_schema_column_name(schema, i));
    const size_t n_bytes = (size_t)n * element_bytes;
    if (!tfi_budget_try_charge(loader->budget, n_bytes))
        return tfi_fail(reterr, TFEED_RESOURCE_EXHAUSTED,
                        "%" PRId64 " batches of %" PRId64 " rows of column %s need %" PRIu64
                        " bytes, which do not fit the budget of %" PRIu64,
                        loader->options.n_batches, loader->options.batch_size,
                        tfeed_schema_column_name(schema, i),
                        (uint64_t)loader->options.n_batches * n_bytes,
                        tfi_budget_limit(loader->budget));
    column.data = column_alloc(loader, n_bytes);
    if (column.data == NULL)
        return tfi_fail_memory(reterr, "a loader's batches");
    *ret_column = column;
    return TFEED_OK;
}

bool loader_is_widened(const struct tfeed_loader *loader, int column)
{
    return loader->narrow_schema != NULL && tfi_schema_column_is_scaled(loader->schema, column);
}

/* What holds the rows of a batch whose columns are not all of one shape. */
static tfeed_status make_growing(struct tfeed_loader *loader, struct tfeed_batch *batch,
                                 struct tfeed_error *reterr)
{
    const int64_t n_rows = loader->options.batch_size;
    struct tfeed_sequence_schema *sequences = loader->options.sequence_schema;
    if (sequences == NULL)
        return tfeed_columns_new(loader->schema, n_rows, loader->allocator, &batch->growing,
                                 reterr);
    TFI_TRY(
        tfeed_sequence_parser_new(sequences, n_rows, loader->allocator, &batch->sequences, reterr));
    batch->growing = tfeed_sequence_parser_context(batch->sequences);
    return TFEED_OK;
}

static tfeed_status make_batch(struct tfeed_loader *loader, struct tfeed_batch *batch,
                               struct tfeed_error *reterr)
{
    const struct tfeed_allocator *allocator = loader->allocator;
    const size_t n = (size_t)loader->n_columns;
    batch->loader = loader;
    batch->columns = tfi_alloc_zeroed(allocator, n, sizeof *batch->columns);
    batch->shown = tfi_alloc_zeroed(allocator, n, sizeof *batch->shown);
    batch->narrow = tfi_alloc_zeroed(allocator, n, sizeof *batch->narrow);
    batch->records =
        tfi_alloc_zeroed(allocator, (size_t)loader->options.batch_size, sizeof *batch->records);
    if (batch->columns == NULL || batch->shown == NULL || batch->narrow == NULL ||
        batch->records == NULL)
        return tfi_fail_memory(reterr, "a loader's batches");
    if (loader->has_growing)
        return make_growing(loader, batch, reterr);
    for (int i = 0; i < loader->n_columns; i++) {
        TFI_TRY(make_column(loader, loader->schema, i, &batch->columns[i], reterr));
        batch->narrow[i] = batch->columns[i];
        if (loader_is_widened(loader, i)) {
            batch->narrow[i].data = NULL;
            TFI_TRY(make_column(loader, loader->narrow_schema, i, &batch->narrow[i], reterr));
        }
    }
    if (loader->narrow_schema == NULL)
        return TFEED_OK;
    struct wide_columns *wide = tfi_alloc_zeroed(allocator, 1, sizeof *wide + n * sizeof(void *));
    if (wide == NULL)
        return tfi_fail_memory(reterr, "a loader's batches");
    for (size_t i = 0; i < n; i++)
        wide->data[i] = loader_is_widened(loader, (int)i) ? batch->columns[i].data : NULL;
    batch->wide = wide;
    return TFEED_OK;
}

void batch_take_wide(struct tfeed_batch *batch)
{
    struct tfeed_loader *loader = batch->loader;
    if (batch->wide != NULL || loader->narrow_schema == NULL)
        return;
    static _Thread_local char self;
    struct wide_columns **at = &loader->free_wide;
    while (*at != NULL && (*at)->filler != &self)
        at = &(*at)->next;
    if (*at == NULL)
        at = &loader->free_wide;
    batch->wide = *at;
    *at = batch->wide->next;
    batch->wide->filler = &self;
    for (int i = 0; i < loader->n_columns; i++)
        if (loader_is_widened(loader, i))
            batch->columns[i].data = batch->wide->data[i];
}

void batch_give_wide(struct tfeed_batch *batch)
{
    struct tfeed_loader *loader = batch->loader;
    if (batch->wide == NULL)
        return;
    batch->wide->next = loader->free_wide;
    loader->free_wide = batch->wide;
    batch->wide = NULL;
    for (int i = 0; i < loader->n_columns; i++)
        if (loader_is_widened(loader, i))
            batch->columns[i].data = NULL;
}

void batch_release_strings(struct tfeed_batch *batch)
{
    if (batch->sequences != NULL)
        tfi_sequence_parser_drop(batch->sequences);
    else if (batch->growing != NULL)
        tfi_columns_drop(batch->growing);
    for (int i = 0; i < batch->loader->n_columns; i++) {
        const struct tfeed_tensor *column = &batch->columns[i];
        if (column->dtype != TFEED_STRING || column->data == NULL)
            continue;
        const size_t n = (size_t)tfeed_tensor_n_elements(column);
        tfi_bytes_unref_n(tfeed_tensor_strings(column), n);
        memset(column->data, 0, n * sizeof(struct tfeed_bytes));
    }
}

static void clear_batch(struct tfeed_loader *loader, struct tfeed_batch *batch)
{
    const struct tfeed_allocator *allocator = loader->allocator;
    if (batch->columns != NULL)
        batch_release_strings(batch);
    for (int i = 0; batch->columns != NULL && i < loader->n_columns; i++) {
        if (batch->narrow != NULL && loader_is_widened(loader, i))
            column_free(loader, &batch->narrow[i]);
        column_free(loader, &batch->columns[i]);
    }
    if (batch->sequences == NULL) /* its context goes with it */
        tfeed_columns_free(batch->growing);
    tfeed_sequence_parser_free(batch->sequences);
    tfi_free(allocator, batch->columns);
    tfi_free(allocator, batch->shown);
    tfi_free(allocator, batch->narrow);
    tfi_free(allocator, batch->records);
}

tfeed_status loader_make_batches(struct tfeed_loader *loader, struct tfeed_error *reterr)
{
    const size_t n = (size_t)loader->options.n_batches;
    loader->batches = tfi_alloc_zeroed(loader->allocator, n, sizeof *loader->batches);
    if (loader->batches == NULL)
        return tfi_fail_memory(reterr, "a loader's batches");
    for (size_t i = 0; i < n; i++) {
        struct tfeed_batch *batch = &loader->batches[i];
        TFI_TRY(make_batch(loader, batch, reterr));
        batch_give_wide(batch);
        batch->next = loader->free_batches.first;
        loader->free_batches.first = batch;
        loader->n_free++;
    }
    return TFEED_OK;
}

static void free_wide_columns(struct tfeed_loader *loader)
{
    while (loader->free_wide != NULL) {
        struct wide_columns *wide = loader->free_wide;
        loader->free_wide = wide->next;
        for (int i = 0; i < loader->n_columns; i++) {
            struct tfeed_tensor column = loader->batches[0].columns[i];
            column.data = wide->data[i];
            column_free(loader, &column);
        }
        tfi_free(loader->allocator, wide);
    }
}

void loader_free_batches(struct tfeed_loader *loader)
{
    const int64_t n = loader->batches == NULL ? 0 : loader->options.n_batches;
    for (int64_t i = 0; i < n; i++)
        batch_give_wide(&loader->batches[i]);
    free_wide_columns(loader);
    for (int64_t i = 0; i < n; i++)
        if (loader->batches[i].loader != NULL)
            clear_batch(loader, &loader->batches[i]);
    tfi_free(loader->allocator, loader->batches);
}

void draw_release(struct draw *draw)
{
    for (uint32_t i = 0; i < draw->n_windows; i++)
        row_window_unref(draw->windows[i]);
    draw->n_windows = 0;
}

/* ------------------------------------------------------------------------- parsing */

void parse_desk_free(struct tfeed_loader *loader, struct parse_desk *desk)
{
    if (desk == NULL)
        return;
    tfeed_example_parser_free(desk->wide);
    tfeed_example_parser_free(desk->narrow);
    tfi_free(loader->allocator, desk->tensors);
    tfi_free(loader->allocator, desk->row);
    tfi_free(loader->allocator, desk);
}

static tfeed_status make_desk(struct tfeed_loader *loader, struct parse_desk **ret_desk,
                              struct tfeed_error *reterr)
{
    struct parse_desk *desk = tfi_alloc_zeroed(loader->allocator, 1, sizeof *desk);
    if (desk == NULL)
        return tfi_fail_memory(reterr, "a loader's parser");
    tfeed_status status = TFEED_OK;
    const size_t n = (size_t)loader->n_columns;
    desk->row = tfi_alloc_array(loader->allocator, n, sizeof *desk->row);
    desk->tensors = tfi_alloc_array(loader->allocator, n, sizeof *desk->tensors);
    if (desk->row == NULL || desk->tensors == NULL)
        status = tfi_fail_memory(reterr, "a loader's parser");
    if (status == TFEED_OK && loader->parses_examples)
        status = tfeed_example_parser_new(loader->schema, loader->allocator, &desk->wide, reterr);
    if (status == TFEED_OK && loader->narrow_schema != NULL)
        status = tfeed_example_parser_new(loader->narrow_schema, loader->allocator, &desk->narrow,
                                          reterr);
    if (status != TFEED_OK) {
        parse_desk_free(loader, desk);
        return status;
    }
    *ret_desk = desk;
    return TFEED_OK;
}

tfeed_status parse_desk_take_locked(struct tfeed_loader *loader, struct parse_desk **ret_desk,
                                    struct tfeed_error *reterr)
{
    struct parse_desk *desk = loader->free_desks;
    if (desk != NULL) {
        loader->free_desks = desk->next;
        *ret_desk = desk;
        return TFEED_OK;
    }
    tfi_mutex_unlock(&loader->mutex);
    const tfeed_status status = make_desk(loader, ret_desk, reterr);
    tfi_mutex_lock(&loader->mutex);
    return status;
}

size_t tensor_row_bytes(const struct tfeed_tensor *column)
{
    const size_t n_rows = (size_t)column->shape.dims[0];
    return n_rows == 0
               ? 0
               : (size_t)tfeed_tensor_n_elements(column) / n_rows * tfeed_dtype_size(column->dtype);
}

/* The map's view of row r, of the columns that were parsed into. */
static void point_row(const struct tfeed_batch *batch, const struct parse_desk *desk,
                      struct tfeed_tensor *columns, uint32_t r)
{
    const struct tfeed_loader *loader = batch->loader;
    if (loader->has_growing) {
        loader_point_row(loader->schema, batch->growing, batch->sequences, r, desk->tensors,
                         desk->row);
        return;
    }
    for (int i = 0; i < loader->n_columns; i++)
        desk->row[i] = (uint8_t *)columns[i].data + r * tensor_row_bytes(&columns[i]);
}

static tfeed_status map_rows(const struct tfeed_batch *batch, const struct parse_desk *desk,
                             struct tfeed_tensor *columns, uint32_t first, uint32_t n,
                             struct tfeed_error *reterr)
{
    const struct tfeed_loader *loader = batch->loader;
    if (loader->options.map_row == NULL)
        return TFEED_OK;
    for (uint32_t r = first; r < first + n; r++) {
        const struct row *row = &batch->ticket->draw.rows[r];
        const struct source_set *set = &loader->sets[row->set];
        point_row(batch, desk, columns, r);
        const struct tfeed_loader_record record = {
            .view = {row->bytes.data, row->bytes.len, row->place.offset, row->place.record,
                     row->bytes.block},
            .path = set->files->files[row->place.file].path,
            .epoch = row->epoch,
            .seed = loader_record_seed(set->plan.seed, row->epoch, &row->place),
            .row = desk->row,
            .sequences = batch->sequences,
            .sequence_row = r,
        };
        TFI_TRY(loader_map_row(&loader->options, &record, reterr));
    }
    return TFEED_OK;
}

/* A run at a time: a stop is seen between them. */
static tfeed_status parse_runs(const struct tfeed_batch *batch, const struct parse_desk *desk,
                               struct tfeed_tensor *columns, uint32_t n_rows,
                               struct tfeed_error *reterr)
{
    const struct tfeed_loader *loader = batch->loader;
    struct tfeed_example_parser *parser = batch->is_narrow ? desk->narrow : desk->wide;
    for (uint32_t first = 0; first < n_rows; first += LOADER_RUN_RECORDS) {
        const uint32_t n_left = n_rows - first;
        const uint32_t n = n_left < LOADER_RUN_RECORDS ? n_left : LOADER_RUN_RECORDS;
        if (atomic_load_explicit(&loader->stop, memory_order_relaxed))
            return tfi_fail(reterr, TFEED_CANCELLED, "the loader was stopped");
        TFI_TRY(tfeed_example_parser_parse(parser, batch->records + first, n, columns, first, NULL,
                                           reterr));
        TFI_TRY(map_rows(batch, desk, columns, first, n, reterr));
    }
    return TFEED_OK;
}

/* Room that grew stays. The batch is there by now: it is never held back, but counted. */
static void charge_growing(struct tfeed_batch *batch)
{
    uint64_t n_bytes =
        batch->sequences != NULL ? tfi_sequence_parser_list_bytes(batch->sequences) : 0;
    for (int i = 0; i < batch->loader->n_columns - batch->loader->n_lists; i++) {
        n_bytes += tfi_tensor_bytes(tfeed_columns_values(batch->growing, i));
        for (int level = 0; level < tfeed_columns_n_levels(batch->growing, i); level++)
            n_bytes += tfi_tensor_bytes(tfeed_columns_row_splits(batch->growing, i, level));
    }
    if (n_bytes <= batch->n_growing_bytes)
        return;
    tfi_budget_charge(batch->loader->budget, n_bytes - batch->n_growing_bytes);
    batch->n_growing_bytes = n_bytes;
}

tfeed_status batch_parse(struct tfeed_batch *batch, struct parse_desk *desk,
                         struct tfeed_tensor *into, struct tfeed_error *reterr)
{
    const struct draw *draw = &batch->ticket->draw;
    struct tfeed_tensor *columns = batch->is_narrow ? batch->narrow : batch->columns;
    uint32_t n_rows = 0; /* what pads a shard without any record comes last and has no bytes */
    for (; n_rows < draw->n_rows && draw->rows[n_rows].bytes.data != NULL; n_rows++)
        batch->records[n_rows] = draw->rows[n_rows].bytes;
    if (batch->sequences != NULL)
        TFI_TRY(
            tfeed_sequence_parser_parse(batch->sequences, batch->records, n_rows, NULL, reterr));
    else if (batch->growing != NULL)
        TFI_TRY(tfeed_example_parser_parse_batch(desk->wide, batch->records, n_rows, batch->growing,
                                                 NULL, reterr));
    else if (batch->loader->parses_examples)
        return parse_runs(batch, desk, into != NULL ? into : columns, n_rows, reterr);
    else
        return TFEED_OK;
    charge_growing(batch);
    return map_rows(batch, desk, NULL, 0, n_rows, reterr);
}

int64_t ticket_n_rows(const struct tfeed_loader *loader, const struct ticket *ticket)
{
    const uint32_t n_padding =
        loader->options.level == TFEED_LEVEL_PAD ? ticket->draw.n_repeated : 0;
    return (int64_t)(ticket->draw.n_rows - n_padding);
}
