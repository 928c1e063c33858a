/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * loader_loop.c - files in, shuffled batches out: what most programs need.
 *
 *     dataset = tf.data.TFRecordDataset(files).shuffle(10000).repeat(2).map(parse).batch(32)
 *     for images, labels in dataset: …
 *
 * usage: loader_loop PATTERN      (MNIST records: demo.sh makes build/demo/data/train.tfrecords)
 *
 * Prints how often each digit came and the mean of all pixels. Ctrl-C ends it between two batches.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <tfeed/loader.h>

#include "examples/interruption.h"

enum { PIXELS = 784, N_DIGITS = 10, IMAGE = 0, LABEL = 1 };
enum { BATCH_SIZE = 32, SHUFFLE_RECORDS = 10000, N_EPOCHS = 2, EXIT_USAGE = 2 };

/* What stands for a training: sums over all rows. */
struct sums {
    int64_t n_batches;
    int64_t n_rows;
    int64_t n_of_digit[N_DIGITS];
    double pixels;
};

static tfeed_status make_schema(struct tfeed_schema **ret_schema, struct tfeed_error *error)
{
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    tfeed_status status = tfeed_schema_new(NULL, ret_schema, error);
    if (status == TFEED_OK)
        status = tfeed_schema_add_raw(*ret_schema, "image_raw", TFEED_FLOAT, PIXELS, 1.0f / 255, 0,
                                      error);
    if (status == TFEED_OK)
        status = tfeed_schema_add_fixed(*ret_schema, "label", TFEED_INT32, &scalar, error);
    return status;
}

static tfeed_status open_loader(const char *pattern, struct tfeed_loader **ret_loader,
                                struct tfeed_error *error)
{
    struct tfeed_loader_options options;
    tfeed_loader_options_init(&options);
    options.batch_size = BATCH_SIZE;
    options.n_epochs = N_EPOCHS;
    options.shuffle_records = SHUFFLE_RECORDS;
    struct tfeed_schema *schema = NULL;
    tfeed_status status = make_schema(&schema, error);
    if (status == TFEED_OK)
        status = tfeed_loader_open(pattern, schema, &options, ret_loader, error);
    tfeed_schema_unref(schema); /* the loader has a reference of its own */
    return status;
}

static void train_step(struct sums *sums, const struct tfeed_batch *batch)
{
    const float *pixels = tfeed_batch_floats(batch, IMAGE);
    const int32_t *labels = tfeed_batch_int32s(batch, LABEL);
    const int64_t n_rows = tfeed_batch_n_rows(batch);
    for (int64_t row = 0; row < n_rows; row++)
        if (labels[row] >= 0 && labels[row] < N_DIGITS)
            sums->n_of_digit[labels[row]]++;
    for (int64_t i = 0; i < n_rows * PIXELS; i++)
        sums->pixels += (double)pixels[i];
    sums->n_rows += n_rows;
    sums->n_batches++;
}

/* Until the end of the last epoch: then next says OUT_OF_RANGE. */
static tfeed_status train(struct tfeed_loader *loader, struct sums *sums, struct tfeed_error *error)
{
    tfeed_status status = TFEED_OK;
    while (status == TFEED_OK && !interruption_came()) {
        struct tfeed_batch *batch = NULL;
        status = tfeed_loader_next(loader, &batch, error);
        if (status == TFEED_OK)
            train_step(sums, batch);
        tfeed_batch_unref(batch); /* its memory serves a later batch */
    }
    return status == TFEED_OUT_OF_RANGE ? TFEED_OK : status;
}

static void print_sums(const struct sums *sums)
{
    printf("%" PRId64 " rows in %" PRId64 " batches\n", sums->n_rows, sums->n_batches);
    for (int digit = 0; digit < N_DIGITS; digit++)
        printf("%d: %" PRId64 "\n", digit, sums->n_of_digit[digit]);
    if (sums->n_rows > 0)
        printf("mean pixel: %.6f\n", sums->pixels / ((double)sums->n_rows * PIXELS));
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fputs("usage: loader_loop PATTERN\n", stderr);
        return EXIT_USAGE;
    }
    if (!interruption_start()) {
        fputs("loader_loop: cannot start a thread\n", stderr);
        return EXIT_FAILURE;
    }
    struct tfeed_error error = TFEED_ERROR_INIT;
    struct tfeed_loader *loader = NULL;
    struct sums sums = {0};
    tfeed_status status = open_loader(argv[1], &loader, &error);
    if (status == TFEED_OK)
        status = train(loader, &sums, &error);
    tfeed_loader_close(loader);
    interruption_end();
    if (status != TFEED_OK) {
        fprintf(stderr, "loader_loop: %s\n", error.message);
        return EXIT_FAILURE;
    }
    print_sums(&sums);
    return interruption_came() ? EXIT_INTERRUPTED : EXIT_SUCCESS;
}
