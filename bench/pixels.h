/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * pixels.h - images as floats: how they are scaled, and back; and the pixel that is looked at.
 */
#ifndef BENCH_PIXELS_H
#define BENCH_PIXELS_H

#include <stdint.h>

/** The pixel of an image that stands for it: the middle of MNIST's, which is seldom 0. */
enum { BENCH_PROBE_PIXEL = 406 };

/** float = pixel * scale + offset, as TensorFlow's MNIST examples have it. */
static const float bench_pixel_scale = 1.0f / 255;
static const float bench_pixel_offset = -0.5f;

/** The pixel that a float was made of, which is never negative. */
static inline int64_t bench_pixel_of(float value)
{
    return (int32_t)((value - bench_pixel_offset) * 255 + 0.5f);
}

#endif
