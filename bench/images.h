/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * images.h - MNIST-like images in memory, and the Examples they become.
 */
#ifndef BENCH_IMAGES_H
#define BENCH_IMAGES_H

#include <stddef.h>
#include <stdint.h>

#include <tfeed/features.h>
#include <tfeed/status.h>

enum { BENCH_IMAGE_SIDE = 28, BENCH_IMAGE_BYTES = BENCH_IMAGE_SIDE * BENCH_IMAGE_SIDE };

/** n images with a label each. */
struct bench_images {
    uint8_t *pixels; /**< [n][BENCH_IMAGE_BYTES] */
    uint8_t *labels; /**< [n] */
    size_t n;
};

/**
 * Takes the first n training images of a folder of idx files (fewer where it has fewer), or makes n
 * random ones, always the same, where the folder is NULL.
 *
 * @return TFEED_OK, what reading the files says, TFEED_INVALID_ARGUMENT (images of another size),
 *         TFEED_RESOURCE_EXHAUSTED
 */
TFEED_MUST_USE tfeed_status bench_images_load(const char *idx_folder, size_t n,
                                              struct bench_images *ret_images,
                                              struct tfeed_error *reterr);

void bench_images_clear(struct bench_images *images);

/** Makes the Example of image i: depth, height, image_raw, label, width. Valid until the next. */
TFEED_MUST_USE tfeed_status bench_images_example(const struct bench_images *images, size_t i,
                                                 struct tfeed_example_builder *builder,
                                                 const uint8_t **ret_data, size_t *ret_len,
                                                 struct tfeed_error *reterr);

#endif
