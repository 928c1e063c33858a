/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * convert_mnist.c - makes TFRecord files from MNIST's idx files, as TensorFlow's convert_to_records
 * did.
 *
 * The pattern for converting a data set of one's own: open a writer, build an Example per row,
 * write, close. A file appears under its name only when close says so. (`tfeed convert mnist` does
 * the same and more: any split, many shards, compressed input and output.)
 *
 * usage: convert_mnist IDX-DIR OUT-DIR
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <tfeed/idx.h>
#include <tfeed/tfeed.h>

#include "examples/interruption.h"

enum { N_VALIDATION = 5000, N_CLASSES = 10, EXIT_USAGE = 2, EXIT_SYSTEM = 3, PATH_BYTES = 4096 };

/* The open inputs of one conversion. */
struct pairs {
    struct tfeed_idx *images;
    struct tfeed_idx *labels;
};

static tfeed_status open_pairs(const char *directory, const char *stem, struct pairs *pairs,
                               struct tfeed_error *error)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/%s-images-idx3-ubyte", directory, stem);
    tfeed_status status = tfeed_idx_open(path, NULL, &pairs->images, error);
    if (status != TFEED_OK)
        return status;
    snprintf(path, sizeof path, "%s/%s-labels-idx1-ubyte", directory, stem);
    status = tfeed_idx_open(path, NULL, &pairs->labels, error);
    if (status != TFEED_OK)
        return status;
    uint64_t n_images = tfeed_idx_n_items(pairs->images);
    uint64_t n_labels = tfeed_idx_n_items(pairs->labels);
    if (n_images == n_labels && tfeed_idx_shape(pairs->images).n_dims == 3 &&
        tfeed_idx_shape(pairs->labels).n_dims == 1)
        return TFEED_OK;
    snprintf(error->message, sizeof error->message,
             "%s: %" PRIu64 " labels do not go with %" PRIu64 " images", stem, n_labels, n_images);
    return TFEED_INVALID_ARGUMENT;
}

static void close_pairs(struct pairs *pairs)
{
    tfeed_idx_close(pairs->images);
    tfeed_idx_close(pairs->labels);
}

static tfeed_status add_features(struct tfeed_example_builder *builder, const int64_t numbers[4],
                                 const struct tfeed_bytes *image, struct tfeed_error *error)
{
    static const char *const names[] = {"height", "width", "depth", "label"};
    tfeed_example_builder_clear(builder);
    for (int i = 0; i < 4; i++) {
        tfeed_status status =
            tfeed_example_builder_add_int64(builder, names[i], &numbers[i], 1, error);
        if (status != TFEED_OK)
            return status;
    }
    return tfeed_example_builder_add_bytes(builder, "image_raw", image, 1, error);
}

static tfeed_status write_example(struct pairs *pairs, struct tfeed_example_builder *builder,
                                  struct tfeed_record_writer *writer, struct tfeed_error *error)
{
    const uint8_t *image;
    const uint8_t *label;
    tfeed_status status = tfeed_idx_next(pairs->images, &image, NULL, error);
    if (status == TFEED_OK)
        status = tfeed_idx_next(pairs->labels, &label, NULL, error);
    if (status != TFEED_OK)
        return status;
    if (*label >= N_CLASSES) {
        snprintf(error->message, sizeof error->message, "label %d is not in [0, %d)", *label,
                 N_CLASSES);
        return TFEED_INVALID_ARGUMENT;
    }
    struct tfeed_shape shape = tfeed_idx_shape(pairs->images);
    int64_t numbers[] = {shape.dims[1], shape.dims[2], 1, *label};
    struct tfeed_bytes bytes = {image, tfeed_idx_item_bytes(pairs->images), NULL};
    const uint8_t *record;
    size_t record_len;
    status = add_features(builder, numbers, &bytes, error);
    if (status == TFEED_OK)
        status = tfeed_example_builder_finish(builder, &record, &record_len, error);
    if (status == TFEED_OK)
        status = tfeed_record_writer_write(writer, record, record_len, error);
    return status;
}

/* The next n rows of the pairs become OUT-DIR/name.tfrecords. */
static tfeed_status convert(struct pairs *pairs, uint64_t n, const char *directory,
                            const char *name, struct tfeed_error *error)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/%s.tfrecords", directory, name);
    struct tfeed_example_builder *builder = NULL;
    struct tfeed_record_writer *writer = NULL;
    tfeed_status status = tfeed_example_builder_new(NULL, &builder, error);
    if (status == TFEED_OK)
        status = tfeed_record_writer_open(path, NULL, &writer, error);
    for (uint64_t i = 0; i < n && status == TFEED_OK; i++)
        status =
            interruption_came() ? TFEED_CANCELLED : write_example(pairs, builder, writer, error);
    if (status == TFEED_OK)
        status = tfeed_record_writer_close(writer, error);
    if (status == TFEED_OK)
        printf("%s: %" PRIu64 " records\n", path, n);
    tfeed_record_writer_free(writer); /* not closed: the half file goes */
    tfeed_example_builder_free(builder);
    return status;
}

/* All rows are written: the files must end here too, which reading on finds out. */
static tfeed_status expect_end(struct pairs *pairs, struct tfeed_error *error)
{
    const uint8_t *item;
    tfeed_status status = tfeed_idx_next(pairs->images, &item, NULL, error);
    if (status == TFEED_OUT_OF_RANGE)
        status = tfeed_idx_next(pairs->labels, &item, NULL, error);
    return status == TFEED_OUT_OF_RANGE ? TFEED_OK : status;
}

static tfeed_status convert_all(const char *from, const char *to, struct tfeed_error *error)
{
    struct pairs training = {0};
    struct pairs testing = {0};
    tfeed_status status = open_pairs(from, "train", &training, error);
    if (status == TFEED_OK)
        status = open_pairs(from, "t10k", &testing, error);
    if (status == TFEED_OK) {
        uint64_t n_training = tfeed_idx_n_items(training.images);
        uint64_t n_validation = n_training < N_VALIDATION ? n_training : N_VALIDATION;
        status = convert(&training, n_validation, to, "validation", error);
        if (status == TFEED_OK)
            status = convert(&training, n_training - n_validation, to, "train", error);
        if (status == TFEED_OK)
            status = expect_end(&training, error);
        if (status == TFEED_OK)
            status = convert(&testing, tfeed_idx_n_items(testing.images), to, "test", error);
        if (status == TFEED_OK)
            status = expect_end(&testing, error);
    }
    close_pairs(&training);
    close_pairs(&testing);
    return status;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fputs("usage: convert_mnist IDX-DIR OUT-DIR\n", stderr);
        return EXIT_USAGE;
    }
    if (!interruption_start()) {
        fputs("convert_mnist: cannot start a thread\n", stderr);
        return EXIT_SYSTEM;
    }
    struct tfeed_error error = TFEED_ERROR_INIT;
    tfeed_status status = convert_all(argv[1], argv[2], &error);
    interruption_end();
    if (status == TFEED_OK)
        return EXIT_SUCCESS;
    if (status == TFEED_CANCELLED)
        return EXIT_INTERRUPTED;
    fprintf(stderr, "convert_mnist: %s\n", error.message);
    return status == TFEED_DATA_LOSS || status == TFEED_INVALID_ARGUMENT ? EXIT_FAILURE
                                                                         : EXIT_SYSTEM;
}
