/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * workload_read.c - reading on one thread: scan records, and parse them into batches.
 *
 * What the reader and the parser can do with nothing between them.
 */
#include <stdlib.h>

#include <tfeed/features.h>
#include <tfeed/records.h>

#include "bench/consumer.h"
#include "bench/workloads.h"

/* ----------------------------------------------------------------- read */

static tfeed_status read_open(const struct bench_options *options, void **ret_state,
                              struct tfeed_error *reterr)
{
    const struct bench_options **state = malloc(sizeof *state);

    if (!state)
        return bench_fail(reterr, TFEED_RESOURCE_EXHAUSTED, "no memory");
    *state = options;
    *ret_state = state;
    return TFEED_OK;
}

static tfeed_status read_run(void *state, struct bench_pass *pass, struct tfeed_error *reterr)
{
    const struct bench_options *options = *(const struct bench_options **)state;
    tfeed_status status = TFEED_OK;

    for (size_t i = 0; i < options->n_names && status == TFEED_OK; i++)
        status = bench_scan(options->names[i], options, &pass->sums, reterr);
    return status;
}

const struct bench_workload bench_read = {
    .name = "read", .open = read_open, .run = read_run, .close = free};

/* ---------------------------------------------------------------- parse */

enum { MAX_BATCH = 65536 };

struct parse_state {
    const struct bench_options *options;
    struct bench_consumer consumer;
    struct tfeed_example_parser *parser;
    struct tfeed_tensor *columns;    /* [n_columns] */
    struct tfeed_record_view *views; /* batch_size of each */
    struct tfeed_bytes *serialized;
    uint64_t n_filled; /* rows of the batch */
};

static void parse_close(void *user_data)
{
    struct parse_state *state = user_data;

    for (int i = 0; state->columns && i < state->consumer.n_columns; i++)
        tfeed_tensor_clear(&state->columns[i]);
    free(state->columns);
    tfeed_example_parser_free(state->parser);
    bench_consumer_close(&state->consumer);
    free(state->views);
    free(state->serialized);
    free(state);
}

static tfeed_status parse_set_up(struct parse_state *state, struct tfeed_error *reterr)
{
    const size_t n = state->options->batch_size;
    tfeed_status status;

    if (n < 1 || n > MAX_BATCH)
        return bench_fail(reterr, TFEED_INVALID_ARGUMENT, "batch must be from 1 to %d", MAX_BATCH);
    state->views = calloc(n, sizeof *state->views);
    state->serialized = calloc(n, sizeof *state->serialized);
    if (!state->views || !state->serialized)
        return bench_fail(reterr, TFEED_RESOURCE_EXHAUSTED, "no memory for a batch of %zu", n);
    if ((status = bench_consumer_open(state->options, &state->consumer, reterr)) ||
        (status = tfeed_example_parser_new(state->consumer.schema, NULL, &state->parser, reterr)))
        return status;
    const int n_columns = state->consumer.n_columns;
    state->columns = calloc((size_t)n_columns, sizeof *state->columns);
    if (!state->columns)
        return bench_fail(reterr, TFEED_RESOURCE_EXHAUSTED, "no memory");
    for (int i = 0; i < n_columns; i++)
        state->consumer.batch[i].values = &state->columns[i];
    return tfeed_schema_alloc_columns(state->consumer.schema, (int64_t)n, NULL, state->columns,
                                      reterr);
}

static tfeed_status parse_open(const struct bench_options *options, void **ret_state,
                               struct tfeed_error *reterr)
{
    struct parse_state *state = calloc(1, sizeof *state);

    if (!state)
        return bench_fail(reterr, TFEED_RESOURCE_EXHAUSTED, "no memory");
    state->options = options;
    const tfeed_status status = parse_set_up(state, reterr);
    if (status == TFEED_OK)
        *ret_state = state;
    else
        parse_close(state);
    return status;
}

static void use_batch(struct parse_state *state, struct bench_pass *pass)
{
    bench_consumer_use(&state->consumer, (int64_t)state->n_filled, pass);
    state->n_filled = 0;
}

/* Reads no more records than the batch has room for: views live until the next read only. */
static tfeed_status parse_run_of_records(struct parse_state *state,
                                         struct tfeed_record_reader *reader,
                                         struct bench_pass *pass, struct tfeed_error *reterr)
{
    const uint64_t n_free = state->options->batch_size - state->n_filled;
    size_t n;
    tfeed_status status = tfeed_record_reader_next_run(reader, state->views, n_free, &n, reterr);

    if (status != TFEED_OK)
        return status;
    for (size_t i = 0; i < n; i++)
        state->serialized[i] =
            (struct tfeed_bytes){state->views[i].data, state->views[i].len, state->views[i].block};
    status = tfeed_example_parser_parse(state->parser, state->serialized, n, state->columns,
                                        (int64_t)state->n_filled, NULL, reterr);
    if (status != TFEED_OK)
        return status;
    state->n_filled += n;
    if (state->n_filled == state->options->batch_size)
        use_batch(state, pass);
    return TFEED_OK;
}

static tfeed_status parse_file(struct parse_state *state, const char *name, struct bench_pass *pass,
                               struct tfeed_error *reterr)
{
    struct tfeed_record_reader_options options;
    struct tfeed_record_reader *reader;

    bench_reader_options(state->options, &options);
    tfeed_status status = tfeed_record_reader_open(name, &options, &reader, reterr);
    if (status != TFEED_OK)
        return status;
    while (status == TFEED_OK)
        status = parse_run_of_records(state, reader, pass, reterr);
    tfeed_record_reader_close(reader);
    return status == TFEED_OUT_OF_RANGE ? TFEED_OK : status;
}

static tfeed_status parse_run(void *user_data, struct bench_pass *pass, struct tfeed_error *reterr)
{
    struct parse_state *state = user_data;
    tfeed_status status = TFEED_OK;

    pass->sums.payload_bytes = state->consumer.payload_bytes;
    for (size_t i = 0; i < state->options->n_names && status == TFEED_OK; i++)
        status = parse_file(state, state->options->names[i], pass, reterr);
    if (status == TFEED_OK)
        use_batch(state, pass);
    return status;
}

static const struct bench_consumer *parse_consumer(const void *user_data)
{
    return &((const struct parse_state *)user_data)->consumer;
}

const struct bench_workload bench_parse = {.name = "parse",
                                           .open = parse_open,
                                           .run = parse_run,
                                           .close = parse_close,
                                           .consumer = parse_consumer};
