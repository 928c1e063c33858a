/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * workload_load.c - loading as a training program does it: through tfeed_loader.
 *
 * A pass opens the loader, takes all batches and closes it: what a program pays from its first line
 * to its last batch.
 */
#include <inttypes.h>
#include <stdlib.h>

#include <tfeed/loader.h>

#include "bench/workload_load.h"

/* ----------------------------------------------- for both ways of loading */

void bench_load_close(void *user_data)
{
    struct bench_load_state *state = user_data;

    bench_consumer_close(&state->consumer);
    free(state);
}

tfeed_status bench_load_open(const struct bench_options *options, void **ret_state,
                             struct tfeed_error *reterr)
{
    struct bench_load_state *state = calloc(1, sizeof *state);

    if (!state)
        return bench_fail(reterr, TFEED_RESOURCE_EXHAUSTED, "no memory");
    state->options = options;
    const tfeed_status status = bench_consumer_open(options, &state->consumer, reterr);
    if (status == TFEED_OK)
        *ret_state = state;
    else
        bench_load_close(state);
    return status;
}

const struct bench_consumer *bench_load_consumer(const void *user_data)
{
    return &((const struct bench_load_state *)user_data)->consumer;
}

tfeed_status bench_load_check(const struct bench_load_state *state, struct bench_pass *pass,
                              struct tfeed_error *reterr)
{
    const struct bench_consumer *consumer = &state->consumer;
    const uint64_t n_epochs = state->options->n_epochs;

    pass->sums.payload_bytes = consumer->payload_bytes;
    if (pass->sums.records == consumer->n_records * n_epochs)
        return TFEED_OK;
    return bench_fail(reterr, TFEED_INTERNAL,
                      "load: %" PRIu64 " rows came out, the files hold %" PRIu64 " for %" PRIu64
                      " epochs",
                      pass->sums.records, consumer->n_records, n_epochs);
}

/* ----------------------------------------------------------- the loader */

void bench_loader_options(const struct bench_options *options,
                          struct tfeed_loader_options *ret_options)
{
    tfeed_loader_options_init(ret_options);
    ret_options->batch_size = (int64_t)options->batch_size;
    ret_options->n_epochs = (int64_t)options->n_epochs;
    ret_options->order = options->order;
    ret_options->shuffle_records = (int64_t)options->n_shuffle;
    ret_options->seed = (int64_t)options->seed;
    ret_options->interleave = (int64_t)options->interleave;
    ret_options->n_lanes = (int64_t)options->n_lanes;
    ret_options->skip_checksums = options->skip_checksums;
    ret_options->compression = options->compression;
    ret_options->map = options->map;
    if (options->n_workers != BENCH_WORKERS_AUTO)
        ret_options->n_workers = (int64_t)options->n_workers;
    ret_options->n_batches = (int64_t)options->n_batches;
    ret_options->budget_bytes = (int64_t)options->budget_bytes;
}

/* Column i of the batch. */
static struct bench_delivered delivered(const struct bench_consumer *consumer,
                                        const struct tfeed_batch *batch, int i)
{
    const struct tfeed_sequence_parser *sequences = tfeed_batch_sequences(batch);
    const int n_lists =
        sequences == NULL ? 0
                          : tfeed_sequence_schema_n_lists(tfeed_sequence_parser_schema(sequences));
    const int list = i - (consumer->n_columns - n_lists);
    const struct tfeed_tensor *splits = list >= 0
                                            ? tfeed_sequence_parser_step_splits(sequences, list)
                                            : tfeed_batch_row_splits(batch, i, 0);

    return (struct bench_delivered){tfeed_batch_column(batch, i),
                                    splits ? tfeed_tensor_int64s(splits) : NULL};
}

static tfeed_status take_batches(const struct bench_load_state *state, struct tfeed_loader *loader,
                                 double start, struct bench_pass *pass, struct tfeed_error *reterr)
{
    const struct bench_consumer *consumer = &state->consumer;
    struct tfeed_batch *batch;
    tfeed_status status;

    while ((status = tfeed_loader_next(loader, &batch, reterr)) == TFEED_OK) {
        if (pass->sums.records == 0)
            pass->first_batch_seconds = bench_now() - start;
        for (int i = 0; i < consumer->n_columns; i++)
            consumer->batch[i] = delivered(consumer, batch, i);
        bench_consumer_use(consumer, tfeed_batch_n_rows(batch), pass);
        tfeed_batch_unref(batch);
    }
    return status == TFEED_OUT_OF_RANGE ? TFEED_OK : status;
}

static tfeed_status load_run(void *user_data, struct bench_pass *pass, struct tfeed_error *reterr)
{
    struct bench_load_state *state = user_data;
    const struct bench_options *options = state->options;
    const double start = bench_now();
    struct tfeed_loader_options loader_options;
    struct tfeed_loader *loader;

    bench_loader_options(options, &loader_options);
    loader_options.sequence_schema = state->consumer.sequence_schema;
    tfeed_status status =
        tfeed_loader_open_files(options->names, options->n_names,
                                loader_options.sequence_schema ? NULL : state->consumer.schema,
                                &loader_options, &loader, reterr);
    if (status != TFEED_OK)
        return status;
    status = take_batches(state, loader, start, pass, reterr);
    pass->statistics.struct_size = sizeof pass->statistics;
    tfeed_loader_statistics_get(loader, &pass->statistics);
    pass->has_statistics = true;
    state->n_threads = 1 + (unsigned)tfeed_loader_n_workers(loader);
    tfeed_loader_close(loader);
    return status == TFEED_OK ? bench_load_check(state, pass, reterr) : status;
}

/* The caller and the workers. */
static unsigned load_n_threads(const void *user_data)
{
    return ((const struct bench_load_state *)user_data)->n_threads;
}

const struct bench_workload bench_load = {.name = "load",
                                          .open = bench_load_open,
                                          .run = load_run,
                                          .close = bench_load_close,
                                          .n_threads = load_n_threads,
                                          .consumer = bench_load_consumer};
