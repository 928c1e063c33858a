/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * random_distributions.c - arrays of random values, as TensorFlow's kernels make them.
 *
 * Values come in runs: the words of up to 16 groups, from these the standard values (uniform in
 * [0, 1), or normal with mean 0 and deviation 1) in float or double, and from these the values in
 * the dtype asked for. The order of every rounding is part of the result: nothing here may be
 * contracted or reassociated (the build says -ffp-contract=off).
 *
 * Follows: doc/design/random.md, "Values".
 */
#include <tfeed/random.h>

#include <math.h>
#include <string.h>

#include "core/philox_internal.h"

enum distribution { UNIFORM, NORMAL, TRUNCATED_NORMAL };

/* Groups that a call reserves for each value, used or not. */
enum { RESERVED_GROUPS = 256 };

/* Values that a group of four words becomes: one a word, or one for two words. */
enum { NARROW_VALUES = 4, WIDE_VALUES = 2 };

enum { RUN_GROUPS = TFI_PHILOX_BLOCK_GROUPS, RUN_WORDS = TFI_PHILOX_BLOCK_WORDS };

#define SMALLEST_UNIFORM 1.0e-7 /* what the logarithm is taken of, at least */
#define TRUNCATE_AT      2.0    /* deviations */
#define TWO_PI           (2.0 * 3.14159265358979323846)

/* From words to standard values. */

/* The word's low 23 bits as the fraction of a number in [1, 2), less 1. */
static inline float uniform_float(uint32_t word)
{
    const uint32_t bits = UINT32_C(0x3f800000) | (word & 0x7fffff);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value - 1.0f;
}

/* 52 bits as the fraction of a number in [1, 2), less 1. */
static inline double uniform_double(uint32_t high, uint32_t low)
{
    const uint64_t bits = UINT64_C(0x3ff) << 52 | (uint64_t)(high & 0xfffff) << 32 | low;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value - 1.0;
}

/* Box and Muller: two independent normal values from two uniform ones. */
static inline void normal_floats(const uint32_t words[2], float pair[2])
{
    const float drawn = uniform_float(words[0]);
    const float uniform = drawn < (float)SMALLEST_UNIFORM ? (float)SMALLEST_UNIFORM : drawn;
    const float angle = (float)(TWO_PI * (double)uniform_float(words[1]));
    const float radius = sqrtf(-2.0f * logf(uniform));
    pair[0] = sinf(angle) * radius;
    pair[1] = cosf(angle) * radius;
}

static inline void normal_doubles(const uint32_t words[4], double pair[2])
{
    const double drawn = uniform_double(words[0], words[1]);
    const double uniform = drawn < SMALLEST_UNIFORM ? SMALLEST_UNIFORM : drawn;
    const double angle = TWO_PI * uniform_double(words[2], words[3]);
    const double radius = sqrt(-2.0 * log(uniform));
    pair[0] = sin(angle) * radius;
    pair[1] = cos(angle) * radius;
}

/* What one group of truncated values is made of: words in order from `counter` on, in pairs,
 * without those that lie too far out. */
static void truncated_floats(const uint32_t key[2], const uint32_t counter[4], float values[4])
{
    struct tfeed_random random = {.n_used = TFI_PHILOX_WORDS};
    memcpy(random.key, key, sizeof random.key);
    memcpy(random.counter, counter, sizeof random.counter);
    for (int n = 0; n < NARROW_VALUES;) {
        const uint32_t first = tfeed_random_uint32(&random);
        const uint32_t words[2] = {first, tfeed_random_uint32(&random)};
        float pair[2];
        normal_floats(words, pair);
        for (int i = 0; i < 2 && n < NARROW_VALUES; i++)
            if (fabsf(pair[i]) < (float)TRUNCATE_AT)
                values[n++] = pair[i];
    }
}

static void truncated_doubles(const uint32_t key[2], const uint32_t counter[4], double values[2])
{
    uint32_t at[4] = {counter[0], counter[1], counter[2], counter[3]};
    for (int n = 0; n < WIDE_VALUES; tfi_philox_skip(at, 1)) {
        uint32_t words[TFI_PHILOX_WORDS];
        double pair[2];
        tfi_philox_group(key, at, words);
        normal_doubles(words, pair);
        for (int i = 0; i < 2 && n < WIDE_VALUES; i++)
            if (fabs(pair[i]) < TRUNCATE_AT)
                values[n++] = pair[i];
    }
}

/* Always the words of a whole run: they come together, and loops of a known length vectorise. */
static void draw_words(const uint32_t key[2], uint32_t counter[4], size_t n_groups,
                       uint32_t words[RUN_WORDS])
{
    tfi_philox_block(key, counter, words);
    tfi_philox_skip(counter, n_groups);
}

/* Standard values of n_groups groups; moves `counter` on to what follows them. */
static void draw_floats(enum distribution distribution, const uint32_t key[2], uint32_t counter[4],
                        size_t n_groups, float values[RUN_WORDS])
{
    if (distribution == TRUNCATED_NORMAL) {
        for (size_t i = 0; i < n_groups; i++) {
            truncated_floats(key, counter, values + NARROW_VALUES * i);
            tfi_philox_skip(counter, RESERVED_GROUPS);
        }
        return;
    }
    uint32_t words[RUN_WORDS];
    draw_words(key, counter, n_groups, words);
    if (distribution == UNIFORM)
        for (size_t i = 0; i < RUN_WORDS; i++)
            values[i] = uniform_float(words[i]);
    else
        for (size_t i = 0; i < NARROW_VALUES * n_groups; i += 2)
            normal_floats(words + i, values + i);
}

static void draw_doubles(enum distribution distribution, const uint32_t key[2], uint32_t counter[4],
                         size_t n_groups, double values[RUN_WORDS / 2])
{
    if (distribution == TRUNCATED_NORMAL) {
        for (size_t i = 0; i < n_groups; i++) {
            truncated_doubles(key, counter, values + WIDE_VALUES * i);
            tfi_philox_skip(counter, RESERVED_GROUPS * WIDE_VALUES / TFI_PHILOX_WORDS);
        }
        return;
    }
    uint32_t words[RUN_WORDS];
    draw_words(key, counter, n_groups, words);
    if (distribution == UNIFORM)
        for (size_t i = 0; i < RUN_WORDS / 2; i++)
            values[i] = uniform_double(words[2 * i], words[2 * i + 1]);
    else
        for (size_t i = 0; i < n_groups; i++)
            normal_doubles(words + TFI_PHILOX_WORDS * i, values + WIDE_VALUES * i);
}

/* Ten of the word's bits, where float16 has its fraction. */
static void draw_half_uniforms(const uint32_t key[2], uint32_t counter[4], size_t n_groups,
                               float values[RUN_WORDS])
{
    uint32_t words[RUN_WORDS];
    draw_words(key, counter, n_groups, words);
    for (size_t i = 0; i < RUN_WORDS; i++)
        values[i] = (float)(int32_t)(words[i] & 0x3ff) / 1024;
}

/* From standard values to values: times scale, plus offset. */

static float round_to_half(float value)
{
    return tfeed_half_to_float(tfeed_float_to_half(value));
}

/* A double as the nearest float16. Rounding twice would err where a float lies between two halves:
 * the float in between is cut, and made odd if anything was cut off, which keeps it off the
 * middle. */
static float double_to_half(double value)
{
    float cut = (float)value;
    if ((double)cut != value && isfinite(cut)) {
        if (fabs((double)cut) > fabs(value))
            cut = nextafterf(cut, 0.0f);
        uint32_t bits;
        memcpy(&bits, &cut, sizeof bits);
        bits |= 1;
        memcpy(&cut, &bits, sizeof cut);
    }
    return round_to_half(cut);
}

/* Both are numbers of the dtype already. */
struct scaling {
    double scale;
    double offset;
};

static void scale_halves(const float *standard, size_t n, struct scaling scaling, uint16_t *values)
{
    const float scale = (float)scaling.scale;
    const float offset = (float)scaling.offset;
    for (size_t i = 0; i < n; i++)
        values[i] = tfeed_float_to_half(round_to_half(round_to_half(standard[i]) * scale) + offset);
}

/* A whole run, in place. */
static void scale_floats(float values[RUN_WORDS], struct scaling scaling)
{
    const float scale = (float)scaling.scale;
    const float offset = (float)scaling.offset;
    for (size_t i = 0; i < RUN_WORDS; i++)
        values[i] = values[i] * scale + offset;
}

static void scale_doubles(double values[RUN_WORDS / 2], struct scaling scaling)
{
    for (size_t i = 0; i < RUN_WORDS / 2; i++)
        values[i] = values[i] * scaling.scale + scaling.offset;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* A run of at most RUN_GROUPS groups, of which n values are wanted. */
static void fill_run(enum distribution distribution, const uint32_t key[2], uint32_t counter[4],
                     enum tfeed_dtype dtype, struct scaling scaling, void *values, size_t n)
{
    if (dtype == TFEED_DOUBLE) {
        double wide[RUN_WORDS / 2] = {0};
        draw_doubles(distribution, key, counter, (n + WIDE_VALUES - 1) / WIDE_VALUES, wide);
        scale_doubles(wide, scaling);
        memcpy(values, wide, n * sizeof wide[0]);
        return;
    }
    float narrow[RUN_WORDS] = {0};
    const size_t n_groups = (n + NARROW_VALUES - 1) / NARROW_VALUES;
    if (dtype == TFEED_HALF && distribution == UNIFORM)
        draw_half_uniforms(key, counter, n_groups, narrow);
    else
        draw_floats(distribution, key, counter, n_groups, narrow);
    if (dtype == TFEED_HALF) {
        scale_halves(narrow, n, scaling, values);
        return;
    }
    scale_floats(narrow, scaling);
    memcpy(values, narrow, n * sizeof narrow[0]);
}

static void fill(struct tfeed_random *random, enum distribution distribution,
                 enum tfeed_dtype dtype, struct scaling scaling, void *values, size_t n)
{
    const size_t run = RUN_GROUPS * (dtype == TFEED_DOUBLE ? WIDE_VALUES : NARROW_VALUES);
    const size_t size = tfeed_dtype_size(dtype);
    uint32_t counter[4];
    memcpy(counter, random->counter, sizeof counter);
    for (size_t done = 0; done < n; done += run)
        fill_run(distribution, random->key, counter, dtype, scaling,
                 (uint8_t *)values + done * size, smaller(n - done, run));
    tfi_philox_skip(random->counter, (uint64_t)RESERVED_GROUPS * n);
}

/* A parameter as a number of the dtype. */
static double round_to_dtype(enum tfeed_dtype dtype, double value)
{
    if (dtype == TFEED_DOUBLE)
        return value;
    return (double)(dtype == TFEED_HALF ? double_to_half(value) : (float)value);
}

static bool is_real(enum tfeed_dtype dtype)
{
    return dtype == TFEED_HALF || dtype == TFEED_FLOAT || dtype == TFEED_DOUBLE;
}

tfeed_status tfeed_random_uniform(struct tfeed_random *random, enum tfeed_dtype dtype,
                                  double minval, double maxval, void *values, size_t n)
{
    if (!is_real(dtype))
        return TFEED_INVALID_ARGUMENT;
    const double low = round_to_dtype(dtype, minval);
    const double high = round_to_dtype(dtype, maxval);
    const double range = dtype == TFEED_DOUBLE ? high - low : (double)((float)high - (float)low);
    const struct scaling scaling = {round_to_dtype(dtype, range), low};
    fill(random, UNIFORM, dtype, scaling, values, n);
    return TFEED_OK;
}

static tfeed_status fill_normal(struct tfeed_random *random, enum distribution distribution,
                                enum tfeed_dtype dtype, double mean, double stddev, void *values,
                                size_t n)
{
    if (!is_real(dtype))
        return TFEED_INVALID_ARGUMENT;
    const struct scaling scaling = {round_to_dtype(dtype, stddev), round_to_dtype(dtype, mean)};
    fill(random, distribution, dtype, scaling, values, n);
    return TFEED_OK;
}

tfeed_status tfeed_random_normal(struct tfeed_random *random, enum tfeed_dtype dtype, double mean,
                                 double stddev, void *values, size_t n)
{
    return fill_normal(random, NORMAL, dtype, mean, stddev, values, n);
}

tfeed_status tfeed_random_truncated_normal(struct tfeed_random *random, enum tfeed_dtype dtype,
                                           double mean, double stddev, void *values, size_t n)
{
    return fill_normal(random, TRUNCATED_NORMAL, dtype, mean, stddev, values, n);
}

/* Integers: a word modulo the range, above minval. The sums wrap as those of unsigned numbers. */

static void fill_int32s(const uint32_t *words, uint32_t minval, uint32_t range, size_t n,
                        int32_t *values)
{
    for (size_t i = 0; i < n; i++) {
        const uint32_t value = minval + words[i] % range;
        memcpy(&values[i], &value, sizeof value);
    }
}

static void fill_int64s(const uint32_t *words, uint64_t minval, uint64_t range, size_t n,
                        int64_t *values)
{
    for (size_t i = 0; i < n; i++) {
        const uint64_t wide = (uint64_t)words[2 * i + 1] << 32 | words[2 * i];
        const uint64_t value = minval + wide % range;
        memcpy(&values[i], &value, sizeof value);
    }
}

tfeed_status tfeed_random_uniform_int(struct tfeed_random *random, enum tfeed_dtype dtype,
                                      int64_t minval, int64_t maxval, void *values, size_t n)
{
    const bool is_int32 = dtype == TFEED_INT32 && minval >= INT32_MIN && maxval <= INT32_MAX;
    if (minval >= maxval || (!is_int32 && dtype != TFEED_INT64))
        return TFEED_INVALID_ARGUMENT;
    const uint64_t low = (uint64_t)minval;
    const uint64_t range = (uint64_t)maxval - low;
    const size_t per_group = is_int32 ? NARROW_VALUES : WIDE_VALUES;
    const size_t run = RUN_GROUPS * per_group;
    uint32_t counter[4];
    memcpy(counter, random->counter, sizeof counter);
    for (size_t done = 0; done < n; done += run) {
        const size_t n_now = smaller(n - done, run);
        uint32_t words[RUN_WORDS];
        draw_words(random->key, counter, (n_now + per_group - 1) / per_group, words);
        if (is_int32)
            fill_int32s(words, (uint32_t)low, (uint32_t)range, n_now, (int32_t *)values + done);
        else
            fill_int64s(words, low, range, n_now, (int64_t *)values + done);
    }
    tfi_philox_skip(random->counter, (uint64_t)RESERVED_GROUPS * n);
    return TFEED_OK;
}
