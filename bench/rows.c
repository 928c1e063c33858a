/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * rows.c - the rows of a set in memory.
 */
#include "bench/rows.h"

#include <stdlib.h>
#include <string.h>

#include <tfeed/loader.h>

#include "bench/pixels.h"

static const uint64_t memory_bytes = UINT64_C(1) << 30;

/* Bytes of a row in memory, where images stay bytes. */
static size_t kept_bytes(const struct bench_column *column)
{
    return column->n_elements * (column->is_image ? 1 : tfeed_dtype_size(column->dtype));
}

void bench_rows_clear(struct bench_rows *rows)
{
    for (int i = 0; rows->columns && i < rows->consumer->n_columns; i++)
        free(rows->columns[i]);
    for (int i = 0; rows->batch && i < rows->consumer->n_columns; i++)
        tfeed_tensor_clear(&rows->batch[i]);
    free(rows->columns);
    free(rows->batch);
    free(rows->order);
    *rows = (struct bench_rows){0};
}

static tfeed_status allocate(const struct bench_options *options, struct bench_rows *rows,
                             struct tfeed_error *reterr)
{
    const struct bench_consumer *consumer = rows->consumer;
    const size_t n_columns = (size_t)consumer->n_columns;
    size_t row_bytes = 0;

    for (size_t i = 0; i < n_columns; i++)
        row_bytes += kept_bytes(&consumer->columns[i]);
    const uint64_t n_fitting = memory_bytes / row_bytes;
    rows->n_rows =
        (uint32_t)(consumer->n_records < n_fitting ? consumer->n_records : n_fitting + 1);
    rows->columns = calloc(n_columns, sizeof *rows->columns);
    rows->batch = calloc(n_columns, sizeof *rows->batch);
    rows->order = calloc(rows->n_rows, sizeof *rows->order);
    if (!rows->columns || !rows->batch || !rows->order)
        return bench_fail(reterr, TFEED_RESOURCE_EXHAUSTED, "no memory");
    for (size_t i = 0; i < n_columns; i++) {
        rows->columns[i] = calloc(rows->n_rows, kept_bytes(&consumer->columns[i]));
        if (!rows->columns[i])
            return bench_fail(reterr, TFEED_RESOURCE_EXHAUSTED, "no memory for %u rows",
                              rows->n_rows);
    }
    for (uint32_t i = 0; i < rows->n_rows; i++)
        rows->order[i] = i;
    return tfeed_schema_alloc_columns(consumer->schema, (int64_t)options->batch_size, NULL,
                                      rows->batch, reterr);
}

/* A row of a batch as it is kept. */
static void keep(const struct bench_column *column, const struct tfeed_tensor *tensor, int64_t row,
                 uint8_t *to)
{
    const size_t n = column->n_elements;

    if (column->is_image && column->dtype == TFEED_FLOAT)
        for (size_t i = 0; i < n; i++)
            to[i] = (uint8_t)bench_pixel_of(tfeed_tensor_floats(tensor)[(size_t)row * n + i]);
    else
        memcpy(to, (const uint8_t *)tensor->data + (size_t)row * kept_bytes(column),
               kept_bytes(column));
}

static tfeed_status fill(struct tfeed_loader *loader, struct bench_rows *rows,
                         struct tfeed_error *reterr)
{
    uint32_t n_kept = 0;

    while (n_kept < rows->n_rows) {
        struct tfeed_batch *batch;
        const tfeed_status status = tfeed_loader_next(loader, &batch, reterr);
        if (status != TFEED_OK)
            return status;
        const int64_t n = tfeed_batch_n_rows(batch);
        for (int64_t row = 0; row < n && n_kept < rows->n_rows; row++, n_kept++) {
            for (int i = 0; i < rows->consumer->n_columns; i++) {
                const struct bench_column *column = &rows->consumer->columns[i];
                keep(column, tfeed_batch_column(batch, i), row,
                     rows->columns[i] + n_kept * kept_bytes(column));
            }
        }
        tfeed_batch_unref(batch);
    }
    return TFEED_OK;
}

tfeed_status bench_rows_load(const struct bench_options *options,
                             const struct bench_consumer *consumer, struct bench_rows *ret_rows,
                             struct tfeed_error *reterr)
{
    const struct tfeed_seeds seeds = {1, 2};
    struct bench_rows rows = {.consumer = consumer};
    struct tfeed_loader_options loader_options;
    struct tfeed_loader *loader;
    tfeed_status status = allocate(options, &rows, reterr);

    bench_loader_options(options, &loader_options);
    loader_options.order = TFEED_ORDER_FILES;
    loader_options.shuffle_records = 0;
    loader_options.n_epochs = 1;
    tfeed_random_init(&rows.random, seeds);
    if (status == TFEED_OK)
        status = tfeed_loader_open_files(options->names, options->n_names, consumer->schema,
                                         &loader_options, &loader, reterr);
    if (status == TFEED_OK) {
        status = fill(loader, &rows, reterr);
        tfeed_loader_close(loader);
    }
    if (status == TFEED_OK)
        *ret_rows = rows;
    else
        bench_rows_clear(&rows);
    return status;
}

/* Constant lengths let the compiler use vectors. */
static void convert(const uint8_t *pixels, size_t n, float *to)
{
    enum { LANES = 16 };
    size_t i = 0;

    for (; i + LANES <= n; i += LANES)
        for (size_t lane = 0; lane < LANES; lane++)
            to[i + lane] = (float)pixels[i + lane] * bench_pixel_scale + bench_pixel_offset;
    for (; i < n; i++)
        to[i] = (float)pixels[i] * bench_pixel_scale + bench_pixel_offset;
}

static void gather(const struct bench_rows *rows, uint32_t from, uint64_t to)
{
    for (int i = 0; i < rows->consumer->n_columns; i++) {
        const struct bench_column *column = &rows->consumer->columns[i];
        const size_t n_bytes = kept_bytes(column);
        const uint8_t *row = rows->columns[i] + from * n_bytes;
        void *data = rows->batch[i].data;
        if (column->is_image && column->dtype == TFEED_FLOAT)
            convert(row, column->n_elements, (float *)data + to * column->n_elements);
        else
            memcpy((uint8_t *)data + to * n_bytes, row, n_bytes);
    }
}

void bench_rows_next(struct bench_rows *rows, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++) {
        if (rows->n_drawn == rows->n_rows)
            rows->n_drawn = 0;
        const uint32_t n_left = rows->n_rows - rows->n_drawn;
        const uint32_t other = rows->n_drawn + tfeed_random_uint32(&rows->random) % n_left;
        const uint32_t row = rows->order[other];
        rows->order[other] = rows->order[rows->n_drawn];
        rows->order[rows->n_drawn++] = row;
        gather(rows, row, i);
    }
}
