/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * workload_encode.c - encoding: columns of MNIST-like images as Examples in memory, and nothing
 * else.
 *
 * A batch of rows is encoded again and again, so that rows and records are in the caches: what is
 * measured is the work, not the memory. Beside it the same records are copied one by one with
 * memcpy. The check pass parses what was encoded.
 */
#include <stdlib.h>
#include <string.h>

#include <tfeed/encode.h>

#include "bench/images.h"
#include "bench/pixels.h"
#include "bench/workloads.h"

enum { HOT_ROWS = 128, N_COLUMNS = 5, COLUMN_IMAGE = 2, COLUMN_LABEL = 3 };

static const char *const column_names[N_COLUMNS] = {"depth", "height", "image_raw", "label",
                                                    "width"};

struct encode_state {
    const struct bench_options *options;
    struct tfeed_schema *schema;
    struct tfeed_tensor columns[N_COLUMNS];
    struct tfeed_example_encoder *encoder;
    struct tfeed_example_parser *parser;
    struct tfeed_tensor parsed[N_COLUMNS];
    struct tfeed_bytes records[HOT_ROWS]; /* of the last batch that was encoded */
    size_t n_rows;
    uint8_t *source; /* the records, in the place that they are copied from … */
    uint8_t *copies; /* … and to */
};

static void encode_close(void *user_data)
{
    struct encode_state *state = user_data;

    for (int i = 0; i < N_COLUMNS; i++) {
        tfeed_tensor_clear(&state->columns[i]);
        tfeed_tensor_clear(&state->parsed[i]);
    }
    tfeed_example_parser_free(state->parser);
    tfeed_example_encoder_free(state->encoder);
    tfeed_schema_unref(state->schema);
    free(state->source);
    free(state->copies);
    free(state);
}

static tfeed_status make_schema(struct encode_state *state, struct tfeed_error *reterr)
{
    static const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    tfeed_status status = tfeed_schema_new(NULL, &state->schema, reterr);

    for (int i = 0; i < N_COLUMNS && status == TFEED_OK; i++)
        status = i == COLUMN_IMAGE
                     ? tfeed_schema_add_raw(state->schema, column_names[i], TFEED_UINT8,
                                            BENCH_IMAGE_BYTES, 1, 0, reterr)
                     : tfeed_schema_add_fixed(state->schema, column_names[i], TFEED_INT64, &scalar,
                                              reterr);
    return status;
}

static tfeed_status fill_columns(struct encode_state *state, struct tfeed_error *reterr)
{
    struct bench_images images;
    tfeed_status status =
        bench_images_load(state->options->idx_folder, state->n_rows, &images, reterr);

    if (status != TFEED_OK)
        return status;
    state->n_rows = images.n;
    status =
        tfeed_schema_alloc_columns(state->schema, (int64_t)images.n, NULL, state->columns, reterr);
    for (size_t row = 0; row < images.n && status == TFEED_OK; row++) {
        const int64_t numbers[N_COLUMNS] = {1, BENCH_IMAGE_SIDE, 0, images.labels[row],
                                            BENCH_IMAGE_SIDE};
        for (int i = 0; i < N_COLUMNS; i++)
            if (i != COLUMN_IMAGE)
                tfeed_tensor_int64s(&state->columns[i])[row] = numbers[i];
    }
    if (status == TFEED_OK)
        memcpy(state->columns[COLUMN_IMAGE].data, images.pixels, images.n * BENCH_IMAGE_BYTES);
    bench_images_clear(&images);
    return status;
}

/* The records of a batch, for copying. */
static tfeed_status keep_records(struct encode_state *state, struct tfeed_error *reterr)
{
    size_t len = 0;
    const tfeed_status status = tfeed_example_encoder_encode(state->encoder, state->columns, 0,
                                                             state->n_rows, state->records, reterr);

    if (status != TFEED_OK)
        return status;
    for (size_t row = 0; row < state->n_rows; row++)
        len += state->records[row].len;
    state->source = malloc(len);
    state->copies = malloc(len);
    if (!state->source || !state->copies)
        return bench_fail(reterr, TFEED_RESOURCE_EXHAUSTED, "no memory");
    memcpy(state->source, state->records[0].data, len); /* they stand back to back */
    return TFEED_OK;
}

static tfeed_status encode_open(const struct bench_options *options, void **ret_state,
                                struct tfeed_error *reterr)
{
    struct encode_state *state = calloc(1, sizeof *state);

    if (!state)
        return bench_fail(reterr, TFEED_RESOURCE_EXHAUSTED, "no memory");
    state->options = options;
    state->n_rows = options->n_records < HOT_ROWS ? options->n_records : HOT_ROWS;
    tfeed_status status = make_schema(state, reterr);
    if (status == TFEED_OK)
        status = fill_columns(state, reterr);
    if (status == TFEED_OK)
        status = tfeed_example_encoder_new(state->schema, NULL, &state->encoder, reterr);
    if (status == TFEED_OK)
        status = tfeed_example_parser_new(state->schema, NULL, &state->parser, reterr);
    if (status == TFEED_OK)
        status = tfeed_schema_alloc_columns(state->schema, (int64_t)state->n_rows, NULL,
                                            state->parsed, reterr);
    if (status == TFEED_OK)
        status = keep_records(state, reterr);
    if (status == TFEED_OK)
        *ret_state = state;
    else
        encode_close(state);
    return status;
}

/* What the rows of the last batch hold, by their columns. */
static void add_sums(const struct encode_state *state, const struct tfeed_tensor *columns, size_t n,
                     struct bench_sums *sums)
{
    const uint8_t *pixels = tfeed_tensor_uint8s(&columns[COLUMN_IMAGE]);
    const int64_t *labels = tfeed_tensor_int64s(&columns[COLUMN_LABEL]);

    for (size_t row = 0; row < n; row++) {
        sums->payload_bytes += state->records[row].len;
        sums->label_sum += (uint64_t)labels[row];
        sums->probe_sum += pixels[row * BENCH_IMAGE_BYTES + BENCH_PROBE_PIXEL];
    }
    sums->records += n;
}

static void add_values(const struct tfeed_tensor *columns, size_t n, struct bench_sums *sums)
{
    for (int i = 0; i < N_COLUMNS; i++) {
        if (i == COLUMN_LABEL)
            continue;
        for (size_t row = 0; i != COLUMN_IMAGE && row < n; row++)
            sums->value_sum += (uint64_t)tfeed_tensor_int64s(&columns[i])[row];
        for (size_t k = 0; i == COLUMN_IMAGE && k < n * BENCH_IMAGE_BYTES; k++)
            sums->value_sum += tfeed_tensor_uint8s(&columns[i])[k];
    }
}

static tfeed_status encode_run(void *user_data, struct bench_pass *pass, struct tfeed_error *reterr)
{
    struct encode_state *state = user_data;
    const struct bench_options *options = state->options;

    for (uint64_t done = 0; done < options->n_records; done += state->n_rows) {
        const uint64_t left = options->n_records - done;
        const size_t n = left < state->n_rows ? (size_t)left : state->n_rows;
        const struct tfeed_tensor *columns = state->columns;
        if (options->should_stop && options->should_stop())
            return bench_fail(reterr, TFEED_CANCELLED, "interrupted");
        tfeed_status status =
            tfeed_example_encoder_encode(state->encoder, columns, 0, n, state->records, reterr);
        if (status == TFEED_OK && pass->is_check) {
            columns = state->parsed;
            status = tfeed_example_parser_parse(state->parser, state->records, n, state->parsed, 0,
                                                NULL, reterr);
        }
        if (status != TFEED_OK)
            return status;
        add_sums(state, columns, n, &pass->sums);
        if (pass->all_values)
            add_values(columns, n, &pass->sums);
    }
    return TFEED_OK;
}

static void encode_copy(void *user_data)
{
    struct encode_state *state = user_data;
    const struct bench_options *options = state->options;

    for (uint64_t done = 0; done < options->n_records; done += state->n_rows) {
        const uint64_t left = options->n_records - done;
        const size_t n = left < state->n_rows ? (size_t)left : state->n_rows;
        size_t at = 0;
        for (size_t row = 0; row < n; at += state->records[row++].len)
            memcpy(state->copies + at, state->source + at, state->records[row].len);
        /* all of it is done, however little of it is looked at */
        __asm__ volatile("" : : "r"(state->copies) : "memory");
    }
}

const struct bench_workload bench_encode = {.name = "encode",
                                            .open = encode_open,
                                            .run = encode_run,
                                            .close = encode_close,
                                            .copy = encode_copy};
