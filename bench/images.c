/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * images.c - MNIST-like images in memory, and the Examples they become.
 */
#include "bench/images.h"

#include <stdlib.h>
#include <string.h>

#include <tfeed/random.h>
#include <tfeed/sources.h>

#include "bench/harness.h"

enum { N_CLASSES = 10 };

void bench_images_clear(struct bench_images *images)
{
    free(images->pixels);
    free(images->labels);
    *images = (struct bench_images){0};
}

/* Random bytes do not compress and look like nothing, but cost as much as digits to move about. */
static void make_random(struct bench_images *images)
{
    const struct tfeed_seeds seeds = {1, 2};
    struct tfeed_random random;

    tfeed_random_init(&random, seeds);
    for (size_t i = 0; i < images->n; i++) {
        uint8_t *pixels = images->pixels + i * BENCH_IMAGE_BYTES;
        for (size_t k = 0; k < BENCH_IMAGE_BYTES; k += sizeof(uint32_t)) {
            const uint32_t word = tfeed_random_uint32(&random);
            memcpy(pixels + k, &word, sizeof word);
        }
        images->labels[i] = (uint8_t)(tfeed_random_uint32(&random) % N_CLASSES);
    }
}

/* Takes the image and the label out of an Example that the source of the images made. */
static tfeed_status take_image(struct bench_images *images, size_t i, const uint8_t *data,
                               size_t len, struct tfeed_error *reterr)
{
    struct tfeed_example_walk walk;
    struct tfeed_feature_view feature;
    tfeed_status status;

    tfeed_example_walk_init(&walk, data, len);
    while ((status = tfeed_example_walk_next(&walk, &feature, reterr)) == TFEED_OK) {
        struct tfeed_bytes bytes;
        int64_t label;
        if (feature.n_values == 1 && feature.kind == TFEED_FEATURE_BYTES) {
            tfeed_feature_bytes(&feature, &bytes);
            if (bytes.len != BENCH_IMAGE_BYTES)
                return bench_fail(reterr, TFEED_INVALID_ARGUMENT,
                                  "image %zu has %zu bytes, %d are wanted", i, bytes.len,
                                  BENCH_IMAGE_BYTES);
            memcpy(images->pixels + i * BENCH_IMAGE_BYTES, bytes.data, BENCH_IMAGE_BYTES);
        } else if (feature.n_values == 1 && feature.kind == TFEED_FEATURE_INT64 &&
                   feature.name_len == strlen("label") &&
                   memcmp(feature.name, "label", feature.name_len) == 0) {
            tfeed_feature_int64s(&feature, &label);
            images->labels[i] = (uint8_t)label;
        }
    }
    return status == TFEED_OUT_OF_RANGE ? TFEED_OK : status;
}

static tfeed_status read_split(const struct tfeed_source_kind *kind, void *source,
                               struct tfeed_example_builder *builder, struct bench_images *images,
                               struct tfeed_error *reterr)
{
    const size_t n_wanted = images->n;
    tfeed_status status = kind->start(source, 0, reterr);

    images->n = 0;
    while (status == TFEED_OK && images->n < n_wanted) {
        const uint8_t *data;
        size_t len;
        tfeed_example_builder_clear(builder);
        status = kind->next(source, builder, reterr);
        if (status == TFEED_OK)
            status = tfeed_example_builder_finish(builder, &data, &len, reterr);
        if (status == TFEED_OK)
            status = take_image(images, images->n, data, len, reterr);
        if (status == TFEED_OK)
            images->n++;
    }
    return status == TFEED_OUT_OF_RANGE ? TFEED_OK : status;
}

static tfeed_status read_folder(const char *idx_folder, struct bench_images *images,
                                struct tfeed_error *reterr)
{
    const struct tfeed_source_kind *kind = tfeed_sources()->kinds[0]; /* mnist, the only one */
    struct tfeed_source_options options = {.struct_size = sizeof options};
    struct tfeed_example_builder *builder;
    void *source;
    tfeed_status status = tfeed_example_builder_new(NULL, &builder, reterr);

    if (status != TFEED_OK)
        return status;
    status = kind->open(idx_folder, &options, &source, reterr);
    if (status == TFEED_OK) {
        status = read_split(kind, source, builder, images, reterr);
        kind->close(source);
    }
    tfeed_example_builder_free(builder);
    return status;
}

tfeed_status bench_images_load(const char *idx_folder, size_t n, struct bench_images *ret_images,
                               struct tfeed_error *reterr)
{
    struct bench_images images = {.n = n};
    tfeed_status status = TFEED_OK;

    images.pixels = calloc(n, BENCH_IMAGE_BYTES);
    images.labels = calloc(n, 1);
    if (!images.pixels || !images.labels)
        status = bench_fail(reterr, TFEED_RESOURCE_EXHAUSTED, "no memory for %zu images", n);
    else if (idx_folder)
        status = read_folder(idx_folder, &images, reterr);
    else
        make_random(&images);
    if (status == TFEED_OK)
        *ret_images = images;
    else
        bench_images_clear(&images);
    return status;
}

tfeed_status bench_images_example(const struct bench_images *images, size_t i,
                                  struct tfeed_example_builder *builder, const uint8_t **ret_data,
                                  size_t *ret_len, struct tfeed_error *reterr)
{
    static const int64_t depth = 1;
    static const int64_t side = BENCH_IMAGE_SIDE;
    const int64_t label = images->labels[i];
    const struct tfeed_bytes pixels = {.data = images->pixels + i * BENCH_IMAGE_BYTES,
                                       .len = BENCH_IMAGE_BYTES};
    tfeed_status status;

    tfeed_example_builder_clear(builder);
    if ((status = tfeed_example_builder_add_int64(builder, "depth", &depth, 1, reterr)) ||
        (status = tfeed_example_builder_add_int64(builder, "height", &side, 1, reterr)) ||
        (status = tfeed_example_builder_add_bytes(builder, "image_raw", &pixels, 1, reterr)) ||
        (status = tfeed_example_builder_add_int64(builder, "label", &label, 1, reterr)) ||
        (status = tfeed_example_builder_add_int64(builder, "width", &side, 1, reterr)))
        return status;
    return tfeed_example_builder_finish(builder, ret_data, ret_len, reterr);
}
