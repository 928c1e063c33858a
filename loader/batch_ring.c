/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * batch_ring.c - the buffers of the ring: rows become columns here, and the program looks at them.
 *
 * Workers parse images as uint8 and the thread that takes the batch widens them: a quarter of the
 * bytes changes cores, and the floats are written where they are used. A thread that works for
 * itself parses to floats at once, and so do all for a program that does not look at most of them.
 * The bits are the same.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "core/block_internal.h"
#include "core/budget_internal.h"
#include "core/error_internal.h"
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

static bool is_widened(const struct tfeed_loader *loader, int column)
{
    return loader->narrow_schema != NULL && tfi_schema_column_is_scaled(loader->schema, column);
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
        return tfeed_columns_new(loader->schema, loader->options.batch_size, allocator,
                                 &batch->growing, reterr);
    for (int i = 0; i < loader->n_columns; i++) {
        TFI_TRY(make_column(loader, loader->schema, i, &batch->columns[i], reterr));
        batch->narrow[i] = batch->columns[i];
        if (is_widened(loader, i)) {
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
        wide->data[i] = is_widened(loader, (int)i) ? batch->columns[i].data : NULL;
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
        if (is_widened(loader, i))
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
        if (is_widened(loader, i))
            batch->columns[i].data = NULL;
}

/* Ends what the batch's string columns refer to. */
static void release_strings(struct tfeed_batch *batch)
{
    if (batch->growing != NULL)
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
        release_strings(batch);
    for (int i = 0; batch->columns != NULL && i < loader->n_columns; i++) {
        if (batch->narrow != NULL && is_widened(loader, i))
            column_free(loader, &batch->narrow[i]);
        column_free(loader, &batch->columns[i]);
    }
    tfeed_columns_free(batch->growing);
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
    if (status == TFEED_OK && loader->schema != NULL)
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

static size_t row_bytes(const struct tfeed_tensor *column)
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
    if (batch->growing != NULL) {
        loader_point_row(loader->schema, batch->growing, r, desk->tensors, desk->row);
        return;
    }
    for (int i = 0; i < loader->n_columns; i++)
        desk->row[i] = (uint8_t *)columns[i].data + r * row_bytes(&columns[i]);
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

static uint64_t tensor_bytes(const struct tfeed_tensor *tensor)
{
    return tensor == NULL
               ? 0
               : (uint64_t)tfeed_tensor_n_elements(tensor) * tfeed_dtype_size(tensor->dtype);
}

/* Room that grew stays. The batch is there by now: it is never held back, but counted. */
static void charge_growing(struct tfeed_batch *batch)
{
    uint64_t n_bytes = 0;
    for (int i = 0; i < batch->loader->n_columns; i++) {
        n_bytes += tensor_bytes(tfeed_columns_values(batch->growing, i));
        for (int level = 0; level < tfeed_columns_n_levels(batch->growing, i); level++)
            n_bytes += tensor_bytes(tfeed_columns_row_splits(batch->growing, i, level));
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
    if (batch->loader->schema == NULL)
        return TFEED_OK;
    if (batch->growing == NULL)
        return parse_runs(batch, desk, into != NULL ? into : columns, n_rows, reterr);
    TFI_TRY(tfeed_example_parser_parse_batch(desk->wide, batch->records, n_rows, batch->growing,
                                             NULL, reterr));
    charge_growing(batch);
    return map_rows(batch, desk, NULL, 0, n_rows, reterr);
}

int64_t ticket_n_rows(const struct tfeed_loader *loader, const struct ticket *ticket)
{
    const uint32_t n_padding =
        loader->options.level == TFEED_LEVEL_PAD ? ticket->draw.n_repeated : 0;
    return (int64_t)(ticket->draw.n_rows - n_padding);
}

/* -------------------------------------------------------------------------- showing */

static void widen(const struct tfeed_batch *batch, int column, void *to)
{
    tfi_schema_widen(batch->loader->schema, column, batch->narrow[column].data,
                     (int64_t)batch->ticket->draw.n_rows, to);
}

/* Rows that pad stay out of columns that have a row for each; lists hold them behind the others. */
static void show_growing(struct tfeed_batch *batch)
{
    for (int i = 0; i < batch->loader->n_columns; i++) {
        const enum tfeed_column_kind kind = tfeed_schema_column_kind(batch->loader->schema, i);
        batch->shown[i] = *tfeed_columns_values(batch->growing, i);
        if (kind == TFEED_COLUMN_FIXED || kind == TFEED_COLUMN_SEQUENCE)
            batch->shown[i].shape.dims[0] = batch->n_rows;
    }
}

void batch_show(struct tfeed_batch *batch)
{
    const struct tfeed_loader *loader = batch->loader;
    batch->n_rows = ticket_n_rows(loader, batch->ticket);
    if (batch->growing != NULL) {
        show_growing(batch);
        return;
    }
    for (int i = 0; i < loader->n_columns; i++) {
        if (batch->is_narrow && is_widened(loader, i))
            widen(batch, i, batch->columns[i].data);
        batch->shown[i] = batch->columns[i];
        batch->shown[i].shape.dims[0] = batch->n_rows;
    }
}

void batch_copy(struct tfeed_batch *batch, struct tfeed_tensor *columns)
{
    const struct tfeed_loader *loader = batch->loader;
    const size_t n_rows = batch->ticket->draw.n_rows;
    batch->n_rows = ticket_n_rows(loader, batch->ticket);
    for (int i = 0; i < loader->n_columns; i++) {
        const struct tfeed_tensor *from = &batch->columns[i];
        const size_t n_bytes = n_rows * row_bytes(from);
        if (batch->is_narrow && is_widened(loader, i)) {
            widen(batch, i, columns[i].data);
        } else if (from->dtype == TFEED_STRING) {
            const size_t n = n_bytes / sizeof(struct tfeed_bytes);
            tfi_bytes_ref_n(tfeed_tensor_strings(from), n);
            tfi_bytes_unref_n(tfeed_tensor_strings(&columns[i]), n);
            memcpy(columns[i].data, from->data, n_bytes);
        } else {
            memcpy(columns[i].data, from->data, n_bytes);
        }
    }
}

tfeed_status loader_check_columns(const struct tfeed_loader *loader,
                                  const struct tfeed_tensor *columns, struct tfeed_error *reterr)
{
    if (loader->has_growing)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "next_into fills columns of one shape, and this schema has others: use "
                        "next");
    for (int i = 0; i < loader->n_columns; i++) {
        const struct tfeed_tensor *wanted = &loader->batches[0].columns[i];
        char got_text[TFEED_SHAPE_TEXT_BYTES];
        char wanted_text[TFEED_SHAPE_TEXT_BYTES];
        if (columns[i].dtype != wanted->dtype ||
            !tfeed_shape_equal(&columns[i].shape, &wanted->shape))
            return tfi_fail(
                reterr, TFEED_INVALID_ARGUMENT, "column %d (%s) is %s%s, expected %s%s", i,
                tfeed_schema_column_name(loader->schema, i), tfeed_dtype_name(columns[i].dtype),
                tfeed_shape_format(&columns[i].shape, got_text), tfeed_dtype_name(wanted->dtype),
                tfeed_shape_format(&wanted->shape, wanted_text));
    }
    return TFEED_OK;
}

/* --------------------------------------------------------------------------- public */

struct tfeed_batch *tfeed_batch_ref(struct tfeed_batch *batch)
{
    atomic_fetch_add_explicit(&batch->n_references, 1, memory_order_relaxed);
    return batch;
}

void tfeed_batch_unref(struct tfeed_batch *batch)
{
    if (batch == NULL ||
        atomic_fetch_sub_explicit(&batch->n_references, 1, memory_order_acq_rel) != 1)
        return;
    struct tfeed_loader *loader = batch->loader;
    release_strings(batch);
    draw_release(&batch->ticket->draw);
    tfi_mutex_lock(&loader->mutex);
    loader->n_out--;
    engine_recycle(loader, batch);
    tfi_condition_wake(&loader->ready, &loader->mutex);
    tfi_mutex_unlock(&loader->mutex);
    loader_unref(loader);
}

int64_t tfeed_batch_n_rows(const struct tfeed_batch *batch)
{
    return batch->n_rows;
}

uint64_t tfeed_batch_number(const struct tfeed_batch *batch)
{
    return batch->ticket->state.n_batches - 1;
}

uint64_t tfeed_batch_epoch(const struct tfeed_batch *batch)
{
    return batch->ticket->epoch;
}

bool tfeed_batch_is_last_of_epoch(const struct tfeed_batch *batch)
{
    return batch->ticket->is_last;
}

int tfeed_batch_n_columns(const struct tfeed_batch *batch)
{
    return batch->loader->n_columns;
}

const struct tfeed_tensor *tfeed_batch_column(const struct tfeed_batch *batch, int i)
{
    return i >= 0 && i < batch->loader->n_columns ? &batch->shown[i] : NULL;
}

struct tfeed_columns *tfeed_batch_columns(const struct tfeed_batch *batch)
{
    return batch->growing;
}

const struct tfeed_tensor *tfeed_batch_row_splits(const struct tfeed_batch *batch, int i, int level)
{
    if (batch->growing == NULL || i < 0 || i >= batch->loader->n_columns)
        return NULL;
    return tfeed_columns_row_splits(batch->growing, i, level);
}

static const void *column_of(const struct tfeed_batch *batch, int i, enum tfeed_dtype dtype)
{
    const struct tfeed_tensor *column = tfeed_batch_column(batch, i);
    return column != NULL && column->dtype == dtype ? column->data : NULL;
}

const float *tfeed_batch_floats(const struct tfeed_batch *batch, int i)
{
    return column_of(batch, i, TFEED_FLOAT);
}

const int32_t *tfeed_batch_int32s(const struct tfeed_batch *batch, int i)
{
    return column_of(batch, i, TFEED_INT32);
}

const int64_t *tfeed_batch_int64s(const struct tfeed_batch *batch, int i)
{
    return column_of(batch, i, TFEED_INT64);
}

const uint8_t *tfeed_batch_uint8s(const struct tfeed_batch *batch, int i)
{
    return column_of(batch, i, TFEED_UINT8);
}

const struct tfeed_bytes *tfeed_batch_strings(const struct tfeed_batch *batch, int i)
{
    return column_of(batch, i, TFEED_STRING);
}

const struct tfeed_bytes *tfeed_batch_records(const struct tfeed_batch *batch)
{
    return batch->loader->options.with_records ? batch->records : NULL;
}

struct tfeed_row_place tfeed_batch_place(const struct tfeed_batch *batch, int64_t row)
{
    if (row < 0 || row >= batch->n_rows)
        return (struct tfeed_row_place){0};
    const struct row *drawn = &batch->ticket->draw.rows[row];
    return (struct tfeed_row_place){
        .path = batch->loader->sets[drawn->set].files->files[drawn->place.file].path,
        .offset = drawn->place.offset,
        .record = drawn->place.record,
        .set = drawn->set,
    };
}

size_t tfeed_batch_key(const struct tfeed_batch *batch, int64_t row, char *text, size_t text_bytes)
{
    const struct tfeed_row_place place = tfeed_batch_place(batch, row);
    if (place.path == NULL)
        return text_bytes > 0 ? (size_t)snprintf(text, text_bytes, "%s", "") : 0;
    return (size_t)snprintf(text, text_bytes, "%s:%" PRIu64, place.path, place.offset);
}

tfeed_status tfeed_batch_state(const struct tfeed_batch *batch, struct tfeed_bytes *ret_text,
                               struct tfeed_error *reterr)
{
    return loader_state_write(&batch->loader->identity, &batch->ticket->state,
                              batch->loader->allocator, ret_text, reterr);
}
