/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * batch_view.c - a batch as the program sees it: its columns, its rows' places, and its end.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/block_internal.h"
#include "core/error_internal.h"
#include "features/features_internal.h"
#include "loader/engine_private.h"

/* ------------------------------------------------------------------------- showing */

static void widen(const struct tfeed_batch *batch, int column, void *to)
{
    tfi_schema_widen(batch->loader->schema, column, batch->narrow[column].data,
                     (int64_t)batch->ticket->draw.n_rows, to);
}

/* Rows that pad stay out of columns that have a row for each; lists hold them behind the others. */
static void show_growing(struct tfeed_batch *batch)
{
    const struct tfeed_loader *loader = batch->loader;
    const int first_list = loader->n_columns - loader->n_lists;
    for (int i = 0; i < loader->n_columns; i++) {
        const int list = i - first_list;
        const enum tfeed_column_kind kind =
            list < 0 ? tfeed_schema_column_kind(loader->schema, i)
                     : tfeed_sequence_schema_list_kind(loader->options.sequence_schema, list);
        batch->shown[i] = list < 0 ? *tfeed_columns_values(batch->growing, i)
                                   : *tfeed_sequence_parser_values(batch->sequences, list);
        if (kind == TFEED_COLUMN_FIXED || kind == TFEED_COLUMN_SEQUENCE)
            batch->shown[i].shape.dims[0] = batch->n_rows;
    }
}

void batch_show(struct tfeed_batch *batch)
{
    const struct tfeed_loader *loader = batch->loader;
    batch->n_rows = ticket_n_rows(loader, batch->ticket);
    if (loader->has_growing) {
        show_growing(batch);
        return;
    }
    for (int i = 0; i < loader->n_columns; i++) {
        if (batch->is_narrow && loader_is_widened(loader, i))
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
        const size_t n_bytes = n_rows * tensor_row_bytes(from);
        if (batch->is_narrow && loader_is_widened(loader, i)) {
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
    batch_release_strings(batch);
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

struct tfeed_sequence_parser *tfeed_batch_sequences(const struct tfeed_batch *batch)
{
    return batch->sequences;
}

const struct tfeed_tensor *tfeed_batch_row_splits(const struct tfeed_batch *batch, int i, int level)
{
    const int first_list = batch->loader->n_columns - batch->loader->n_lists;
    if (!batch->loader->has_growing || i < 0 || i >= batch->loader->n_columns)
        return NULL;
    if (i < first_list)
        return tfeed_columns_row_splits(batch->growing, i, level);
    return tfeed_sequence_parser_row_splits(batch->sequences, i - first_list, level);
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
