/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * mixed.c - rows of two sets of files, three of the one for each of the other.
 *
 *     tf.data.Dataset.sample_from_datasets([large, small], weights=[0.75, 0.25])
 *
 * The set of each row is drawn by weight, so the shares are what chance makes of the weights, the
 * same on every run. This mix ends after a number of rows, and sets begin anew as often as needed;
 * it can also end with the first set that is exhausted, or with the last.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <tfeed/loader.h>

#include "examples/numbers.h"

enum { LARGE, SMALL, N_SETS };
enum { N_ROWS = 1000, BATCH_SIZE = 50 };

static const char *const names[N_SETS] = {"large", "small"};
static const double weights[N_SETS] = {3, 1};
static const int64_t n_records_per_file[N_SETS] = {400, 25};

static tfeed_status open_mix(const struct numbers files[N_SETS], struct tfeed_schema *schema,
                             struct tfeed_loader **ret_loader, struct tfeed_error *error)
{
    const char *patterns[N_SETS] = {files[LARGE].pattern, files[SMALL].pattern};
    struct tfeed_loader_set sets[N_SETS];
    for (int i = 0; i < N_SETS; i++)
        sets[i] = (struct tfeed_loader_set){&patterns[i], 1, weights[i]};
    struct tfeed_loader_options options;
    tfeed_loader_options_init(&options);
    options.batch_size = BATCH_SIZE;
    options.mix_end = TFEED_MIX_N_ROWS;
    options.mix_rows = N_ROWS;
    return tfeed_loader_open_mixed(sets, N_SETS, schema, &options, ret_loader, error);
}

static tfeed_status count(struct tfeed_loader *loader, int64_t n_of_set[N_SETS],
                          struct tfeed_error *error)
{
    struct tfeed_batch *batch;
    tfeed_status status;
    while ((status = tfeed_loader_next(loader, &batch, error)) == TFEED_OK) {
        for (int64_t row = 0; row < tfeed_batch_n_rows(batch); row++)
            n_of_set[tfeed_batch_place(batch, row).set]++;
        tfeed_batch_unref(batch);
    }
    return status == TFEED_OUT_OF_RANGE ? TFEED_OK : status;
}

static void print_shares(const int64_t n_of_set[N_SETS])
{
    double n_rows = (double)(n_of_set[LARGE] + n_of_set[SMALL]);
    for (int i = 0; i < N_SETS; i++)
        printf("%s: weight %.0f, %" PRId64 " rows, %.1f %%\n", names[i], weights[i], n_of_set[i],
               100 * (double)n_of_set[i] / n_rows);
}

int main(void)
{
    struct tfeed_error error = TFEED_ERROR_INIT;
    struct numbers files[N_SETS] = {{.folder = ""}};
    struct tfeed_schema *schema = NULL;
    struct tfeed_loader *loader = NULL;
    int64_t n_of_set[N_SETS] = {0};
    tfeed_status status = numbers_schema(&schema, &error);
    for (int i = 0; i < N_SETS && status == TFEED_OK; i++)
        status = numbers_write(&files[i], 2, n_records_per_file[i], &error);
    if (status == TFEED_OK)
        status = open_mix(files, schema, &loader, &error);
    if (status == TFEED_OK)
        status = count(loader, n_of_set, &error);
    tfeed_loader_close(loader);
    tfeed_schema_unref(schema);
    for (int i = 0; i < N_SETS; i++)
        numbers_remove(&files[i]);
    if (status != TFEED_OK) {
        fprintf(stderr, "mixed: %s\n", error.message);
        return EXIT_FAILURE;
    }
    print_shares(n_of_set);
    return EXIT_SUCCESS;
}
