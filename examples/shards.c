/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * shards.c - a training on several machines: each reads its own part, together they read it all.
 *
 *     dataset = dataset.shard(num_workers, worker_index)
 *
 * usage: shards [N]      (parts, 3 by default)
 *
 * Plays the N processes one after the other, and counts how often each record came. Then it does
 * what a real one does: TFEED_SHARDS_AUTO learns from the variables of the launcher (torchrun, MPI,
 * Slurm, Kubernetes) which part this process reads. Try RANK=1 WORLD_SIZE=4 examples/shards.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include <tfeed/loader.h>
#include <tfeed/shard.h>

#include "examples/numbers.h"

enum { N_FILES = 4, N_PER_FILE = 25, N_RECORDS = N_FILES * N_PER_FILE, MAX_SHARDS = 64 };
enum { BATCH_SIZE = 8, EXIT_USAGE = 2 };

/* The input of all processes, and what has come so far. */
struct job {
    struct numbers files;
    struct tfeed_schema *schema;
    int n_times[N_RECORDS]; /* how often each record came */
};

/* Reads one part; n_shards may be TFEED_SHARDS_AUTO, which finds the index too. */
static tfeed_status read_shard(struct job *job, int64_t index, int64_t n_shards,
                               int64_t *ret_n_rows, struct tfeed_error *error)
{
    struct tfeed_loader_options options;
    tfeed_loader_options_init(&options);
    options.batch_size = BATCH_SIZE;
    options.shard_index = index;
    options.n_shards = n_shards;
    struct tfeed_loader *loader = NULL;
    struct tfeed_batch *batch;
    tfeed_status status =
        tfeed_loader_open(job->files.pattern, job->schema, &options, &loader, error);
    *ret_n_rows = 0;
    while (status == TFEED_OK && (status = tfeed_loader_next(loader, &batch, error)) == TFEED_OK) {
        const int64_t n_rows = tfeed_batch_n_rows(batch);
        for (int64_t row = 0; row < n_rows; row++)
            job->n_times[tfeed_batch_int64s(batch, 0)[row]]++;
        *ret_n_rows += n_rows;
        tfeed_batch_unref(batch);
    }
    tfeed_loader_close(loader);
    return status == TFEED_OUT_OF_RANGE ? TFEED_OK : status;
}

static bool each_came_once(const struct job *job)
{
    for (int i = 0; i < N_RECORDS; i++)
        if (job->n_times[i] != 1)
            return false;
    return true;
}

static tfeed_status read_all_shards(struct job *job, int64_t n_shards, struct tfeed_error *error)
{
    tfeed_status status = TFEED_OK;
    for (int64_t index = 0; index < n_shards && status == TFEED_OK; index++) {
        int64_t n_rows;
        status = read_shard(job, index, n_shards, &n_rows, error);
        if (status == TFEED_OK)
            printf("part %" PRId64 " of %" PRId64 ": %" PRId64 " records\n", index, n_shards,
                   n_rows);
    }
    if (status == TFEED_OK)
        printf("each of %d records came once: %s\n", N_RECORDS, each_came_once(job) ? "yes" : "no");
    return status;
}

static tfeed_status read_own_shard(struct job *job, struct tfeed_error *error)
{
    struct tfeed_shard shard;
    int64_t n_rows = 0;
    tfeed_status status = tfeed_shard_detect(&shard, error);
    if (status == TFEED_OK)
        status = read_shard(job, 0, TFEED_SHARDS_AUTO, &n_rows, error);
    if (status == TFEED_OK)
        printf("auto: part %" PRId64 " of %" PRId64 ", launcher: %s: %" PRId64 " records\n",
               shard.index, shard.n_shards, shard.launcher, n_rows);
    return status;
}

int main(int argc, char **argv)
{
    long n_shards = argc == 2 ? strtol(argv[1], NULL, 10) : 3;
    if (argc > 2 || n_shards < 1 || n_shards > MAX_SHARDS) {
        fprintf(stderr, "usage: shards [N], with N from 1 to %d\n", MAX_SHARDS);
        return EXIT_USAGE;
    }
    struct tfeed_error error = TFEED_ERROR_INIT;
    struct job job = {0};
    tfeed_status status = numbers_schema(&job.schema, &error);
    if (status == TFEED_OK)
        status = numbers_write(&job.files, N_FILES, N_PER_FILE, &error);
    if (status == TFEED_OK)
        status = read_all_shards(&job, n_shards, &error);
    if (status == TFEED_OK)
        status = read_own_shard(&job, &error);
    numbers_remove(&job.files);
    tfeed_schema_unref(job.schema);
    if (status == TFEED_OK)
        return EXIT_SUCCESS;
    fprintf(stderr, "shards: %s\n", error.message);
    return EXIT_FAILURE;
}
