/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * workload_queues.c - loading as a program written for TensorFlow 1.x does it: names queue,
 * readers, shuffle queue, batches, under a coordinator.
 *
 * A pass makes the pipeline, empties it and takes it down: what a program pays from its first line
 * to its last batch.
 */
#include <stdlib.h>

#include <tfeed/coordinator.h>
#include <tfeed/pipeline.h>

#include "bench/workload_load.h"

/* What one pass makes. */
struct pipeline {
    struct tfeed_context *context;
    struct tfeed_coordinator *coordinator;
    struct tfeed_queue *names;
    struct tfeed_batcher *batcher;
};

static tfeed_status make_names(const struct bench_options *options, struct pipeline *pipeline,
                               struct tfeed_error *reterr)
{
    struct tfeed_producer_options producer;

    tfeed_producer_options_init(&producer);
    producer.n_epochs = (int64_t)options->n_epochs;
    producer.shuffle = options->n_shuffle > 0;
    return tfeed_string_input_producer(pipeline->context, options->names, options->n_names,
                                       &producer, &pipeline->names, reterr);
}

static tfeed_status make_batcher(const struct bench_load_state *state, struct pipeline *pipeline,
                                 struct tfeed_error *reterr)
{
    const struct bench_options *options = state->options;
    struct tfeed_record_reader_options reader;
    struct tfeed_batch_options batch;

    bench_reader_options(options, &reader);
    tfeed_batch_options_init(&batch);
    batch.batch_size = (int64_t)options->batch_size;
    batch.min_after_dequeue = (int64_t)options->n_shuffle;
    batch.n_threads = (int64_t)options->n_readers;
    batch.n_prefetch = (int64_t)options->n_prefetch;
    batch.deterministic = options->deterministic;
    batch.allow_smaller_final_batch = true;
    return tfeed_shuffle_batch_examples(pipeline->context, pipeline->names, state->consumer.schema,
                                        &reader, &batch, &pipeline->batcher, reterr);
}

static tfeed_status make_pipeline(const struct bench_load_state *state, struct pipeline *pipeline,
                                  struct tfeed_error *reterr)
{
    struct tfeed_context_options context;
    tfeed_status status;

    tfeed_context_options_init(&context);
    context.graph_seed = (int64_t)state->options->seed;
    if ((status = tfeed_context_new(&context, &pipeline->context, reterr)) ||
        (status = tfeed_coordinator_new(NULL, &pipeline->coordinator, reterr)) ||
        (status = make_names(state->options, pipeline, reterr)) ||
        (status = make_batcher(state, pipeline, reterr)))
        return status;
    return tfeed_start_queue_runners(pipeline->context, pipeline->coordinator, reterr);
}

static tfeed_status take_batches(const struct bench_load_state *state, struct pipeline *pipeline,
                                 struct bench_pass *pass, struct tfeed_error *reterr)
{
    const struct bench_consumer *consumer = &state->consumer;
    const size_t n_columns = (size_t)consumer->n_columns;
    struct tfeed_tensor *columns = calloc(n_columns, sizeof *columns);
    tfeed_status status;

    if (!columns)
        return bench_fail(reterr, TFEED_RESOURCE_EXHAUSTED, "no memory");
    for (size_t i = 0; i < n_columns; i++)
        consumer->batch[i].values = &columns[i];
    while ((status = tfeed_batcher_next(pipeline->batcher, columns, reterr)) == TFEED_OK)
        bench_consumer_use(consumer, columns[0].shape.dims[0], pass);
    for (size_t i = 0; i < n_columns; i++)
        tfeed_tensor_clear(&columns[i]);
    free(columns);
    return status == TFEED_OUT_OF_RANGE ? TFEED_OK : status;
}

/* Stops and joins what was made; the first error, from the loop or from a thread, is the pass's. */
static tfeed_status end_pipeline(struct pipeline *pipeline, tfeed_status status,
                                 struct tfeed_error *reterr)
{
    struct tfeed_error error;

    if (pipeline->coordinator) {
        (void)tfeed_coordinator_request_stop(pipeline->coordinator,
                                             status == TFEED_OK ? NULL : reterr, &error);
        const tfeed_status joined = tfeed_coordinator_join(pipeline->coordinator, NULL, &error);
        if (joined != TFEED_OK) {
            status = joined;
            *reterr = error;
        }
    }
    if (pipeline->batcher)
        tfeed_batcher_unref(pipeline->batcher);
    if (pipeline->names)
        tfeed_queue_unref(pipeline->names);
    if (tfeed_context_close(pipeline->context, &error) != TFEED_OK && status == TFEED_OK) {
        status = error.code;
        *reterr = error;
    }
    tfeed_coordinator_free(pipeline->coordinator);
    return status;
}

static tfeed_status queues_run(void *user_data, struct bench_pass *pass, struct tfeed_error *reterr)
{
    const struct bench_load_state *state = user_data;
    struct pipeline pipeline = {0};
    tfeed_status status = make_pipeline(state, &pipeline, reterr);

    if (status == TFEED_OK)
        status = take_batches(state, &pipeline, pass, reterr);
    status = end_pipeline(&pipeline, status, reterr);
    return status == TFEED_OK ? bench_load_check(state, pass, reterr) : status;
}

/* The caller, the readers and the maker of batches; threads that only wait are not counted. */
static unsigned queues_n_threads(const void *user_data)
{
    const struct bench_options *options = ((const struct bench_load_state *)user_data)->options;

    return 1 + (options->deterministic ? 0 : (unsigned)options->n_readers) +
           (options->n_prefetch > 0 ? 1 : 0);
}

const struct bench_workload bench_queues = {.name = "load",
                                            .open = bench_load_open,
                                            .run = queues_run,
                                            .close = bench_load_close,
                                            .n_threads = queues_n_threads,
                                            .consumer = bench_load_consumer};
