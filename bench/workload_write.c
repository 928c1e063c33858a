/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * workload_write.c - writing: Examples made from images in memory, into one file.
 *
 * The check pass reads the file back.
 */
#include <stdlib.h>
#include <unistd.h>

#include <tfeed/features.h>
#include <tfeed/records.h>

#include "bench/consumer.h"
#include "bench/images.h"
#include "bench/pixels.h"
#include "bench/workloads.h"

enum { RECORDS_A_LOOK = 128 };

/* What the file is read back with. */
static const char column_names[] = "image_raw,label";

struct write_state {
    const struct bench_options *options;
    struct bench_images images;
    struct tfeed_example_builder *builder;
};

static void write_close(void *user_data)
{
    struct write_state *state = user_data;

    (void)unlink(state->options->names[0]); /* it may not have appeared yet */
    tfeed_example_builder_free(state->builder);
    bench_images_clear(&state->images);
    free(state);
}

static tfeed_status write_open(const struct bench_options *options, void **ret_state,
                               struct tfeed_error *reterr)
{
    struct write_state *state = calloc(1, sizeof *state);

    if (!state)
        return bench_fail(reterr, TFEED_RESOURCE_EXHAUSTED, "no memory");
    state->options = options;
    tfeed_status status =
        bench_images_load(options->idx_folder, options->n_records, &state->images, reterr);
    if (status == TFEED_OK)
        status = tfeed_example_builder_new(NULL, &state->builder, reterr);
    if (status == TFEED_OK)
        *ret_state = state;
    else
        write_close(state);
    return status;
}

static bool should_stop(const struct bench_options *options)
{
    return options->should_stop && options->should_stop();
}

static tfeed_status write_records(struct write_state *state, struct tfeed_record_writer *writer,
                                  struct bench_sums *sums, struct tfeed_error *reterr)
{
    tfeed_status status = TFEED_OK;
    const uint8_t *data;
    size_t len;

    for (size_t i = 0; i < state->images.n && status == TFEED_OK; i++) {
        if (i % RECORDS_A_LOOK == 0 && should_stop(state->options))
            return bench_fail(reterr, TFEED_CANCELLED, "interrupted");
        status = bench_images_example(&state->images, i, state->builder, &data, &len, reterr);
        if (status == TFEED_OK)
            status = tfeed_record_writer_write(writer, data, len, reterr);
        sums->records++;
        sums->payload_bytes += len;
        sums->label_sum += state->images.labels[i];
        sums->probe_sum += state->images.pixels[i * BENCH_IMAGE_BYTES + BENCH_PROBE_PIXEL];
    }
    return status == TFEED_OK ? tfeed_record_writer_close(writer, reterr) : status;
}

static tfeed_status write_file(struct write_state *state, struct bench_sums *sums,
                               struct tfeed_error *reterr)
{
    struct tfeed_record_writer_options options;
    struct tfeed_record_writer *writer;

    tfeed_record_writer_options_init(&options);
    options.compression = state->options->compression == TFEED_COMPRESSION_AUTO
                              ? TFEED_COMPRESSION_NONE
                              : state->options->compression;
    options.overwrite = true;
    tfeed_status status =
        tfeed_record_writer_open(state->options->names[0], &options, &writer, reterr);
    if (status != TFEED_OK)
        return status;
    status = write_records(state, writer, sums, reterr);
    tfeed_record_writer_free(writer);
    return status;
}

/* The sums of what a reader finds in the file. */
static tfeed_status read_back(const struct bench_options *options, struct bench_pass *pass,
                              struct tfeed_error *reterr)
{
    struct bench_options reading = *options;
    void *state;

    reading.values = BENCH_UINT8;
    reading.columns = column_names;
    tfeed_status status = bench_parse.open(&reading, &state, reterr);
    if (status != TFEED_OK)
        return status;
    status = bench_parse.run(state, pass, reterr);
    bench_parse.close(state);
    return status;
}

static tfeed_status write_run(void *user_data, struct bench_pass *pass, struct tfeed_error *reterr)
{
    struct write_state *state = user_data;
    struct bench_sums written = {0};
    const tfeed_status status = write_file(state, &written, reterr);

    if (status != TFEED_OK || !pass->is_check) {
        pass->sums = written;
        return status;
    }
    bench_memory_look();
    return read_back(state->options, pass, reterr);
}

const struct bench_workload bench_write = {
    .name = "write", .open = write_open, .run = write_run, .close = write_close};
