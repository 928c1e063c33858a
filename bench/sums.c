/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * sums.c - the sums over the rows of a batch.
 *
 * Reading every value must cost little beside delivering it, so the loops take many values at once:
 * eight bytes in a word, blocks of floats in lanes that the compiler keeps in vectors. Sums wrap
 * around, as anybody's integers may be large.
 */
#include <math.h>
#include <string.h>

#include "bench/consumer.h"
#include "bench/pixels.h"

/* ------------------------------------------------------------ one value */

static uint64_t probe_of_strings(const struct tfeed_bytes *strings, size_t step, int64_t n_rows)
{
    uint64_t sum = 0;

    for (int64_t row = 0; row < n_rows; row++) {
        const struct tfeed_bytes *bytes = &strings[(size_t)row * step];
        sum += bytes->len > 0 ? bytes->data[0] : 0;
    }
    return sum;
}

static uint64_t probe_of_image(const struct bench_column *column, const struct tfeed_tensor *tensor,
                               int64_t n_rows)
{
    const size_t step = column->n_elements;
    const size_t at = step > BENCH_PROBE_PIXEL ? BENCH_PROBE_PIXEL : step / 2;
    uint64_t sum = 0;

    for (int64_t row = 0; row < n_rows; row++)
        sum += column->dtype == TFEED_FLOAT
                   ? (uint64_t)bench_pixel_of(tfeed_tensor_floats(tensor)[(size_t)row * step + at])
                   : tfeed_tensor_uint8s(tensor)[(size_t)row * step + at];
    return sum;
}

/* Of anybody's floats: what is left of one without its fraction, where that fits. */
static uint64_t whole_part(float value)
{
    return fabsf(value) < 1e9f ? (uint64_t)(int64_t)value : 0;
}

static uint64_t probe_of(const struct bench_column *column, const struct bench_delivered *batch,
                         int64_t n_rows)
{
    const struct tfeed_tensor *tensor = batch->values;
    const size_t step = column->n_elements;
    uint64_t sum = 0;

    if (column->is_list || column->is_steps) {
        for (int64_t row = 0; row < n_rows; row++)
            sum += (uint64_t)(batch->row_splits[row + 1] - batch->row_splits[row]);
        return sum;
    }
    if (column->is_image)
        return probe_of_image(column, tensor, n_rows);
    if (column->dtype == TFEED_STRING)
        return probe_of_strings(tfeed_tensor_strings(tensor), step, n_rows);
    for (int64_t row = 0; row < n_rows; row++)
        sum += column->dtype == TFEED_FLOAT
                   ? whole_part(tfeed_tensor_floats(tensor)[(size_t)row * step])
                   : (uint64_t)tfeed_tensor_int64s(tensor)[(size_t)row * step];
    return sum;
}

/* ---------------------------------------------------------- every value */

static uint64_t sum_of_bytes(const uint8_t *bytes, size_t n)
{
    enum { WORD_BYTES = 8, BLOCK_BYTES = 1024 };
    const uint64_t pairs = UINT64_C(0x00ff00ff00ff00ff);
    uint64_t sum = 0;
    size_t i = 0;

    while (i + WORD_BYTES <= n) {
        /* four sums of 16 bits: no more than 128 words of at most 2 * 255 */
        const size_t end = n - i < BLOCK_BYTES ? n - WORD_BYTES : i + BLOCK_BYTES - WORD_BYTES;
        uint64_t lanes = 0;
        for (; i <= end; i += WORD_BYTES) {
            uint64_t word;
            memcpy(&word, bytes + i, sizeof word);
            lanes += (word & pairs) + ((word >> 8) & pairs);
        }
        sum += (lanes & 0xffff) + (lanes >> 16 & 0xffff) + (lanes >> 32 & 0xffff) + (lanes >> 48);
    }
    for (; i < n; i++)
        sum += bytes[i];
    return sum;
}

/* Four floats anywhere, added lane by lane. */
typedef float four_floats __attribute__((vector_size(16), aligned(sizeof(float)), may_alias));

/* The pixels that floats were made of. A block is small enough that the sum of its floats, rounded
 * as it is, leads to the one integer that it can stand for. Written as vectors: gcc 12 -O2 keeps an
 * array of lanes in memory, at three times the time. */
static uint64_t sum_of_pixels(const float *values, size_t n)
{
    enum { LANES = 16, BLOCK = 256 };
    uint64_t sum = 0;
    size_t i = 0;

    for (; i + BLOCK <= n; i += BLOCK) {
        four_floats a = {0};
        four_floats b = {0};
        four_floats c = {0};
        four_floats d = {0};
        for (size_t k = 0; k < BLOCK; k += LANES) {
            const four_floats *from = (const four_floats *)(values + i + k);
            a += from[0];
            b += from[1];
            c += from[2];
            d += from[3];
        }
        a = (a + b) + (c + d);
        const float total = (a[0] + a[1]) + (a[2] + a[3]);
        sum += (uint64_t)llrintf((total - BLOCK * bench_pixel_offset) * 255);
    }
    for (; i < n; i++)
        sum += (uint64_t)bench_pixel_of(values[i]);
    return sum;
}

static void add_values(const struct bench_column *column, const struct bench_delivered *batch,
                       int64_t n_rows, struct bench_sums *sums)
{
    const struct tfeed_tensor *tensor = batch->values;
    const size_t n = column->is_steps  ? (size_t)tfeed_tensor_n_elements(tensor)
                     : column->is_list ? (size_t)batch->row_splits[n_rows]
                                       : (size_t)n_rows * column->n_elements;
    uint64_t sum = 0;

    switch (column->dtype) {
    case TFEED_UINT8:
        sum = sum_of_bytes(tfeed_tensor_uint8s(tensor), n);
        break;
    case TFEED_FLOAT:
        if (column->is_image)
            sum = sum_of_pixels(tfeed_tensor_floats(tensor), n);
        else
            for (size_t i = 0; i < n; i++)
                sums->float_sum += (double)tfeed_tensor_floats(tensor)[i];
        break;
    case TFEED_STRING:
        for (size_t i = 0; i < n; i++)
            sum += tfeed_tensor_strings(tensor)[i].len;
        break;
    default:
        for (size_t i = 0; i < n; i++)
            sum += (uint64_t)tfeed_tensor_int64s(tensor)[i];
        break;
    }
    sums->value_sum += sum;
}

/* --------------------------------------------------------------- public */

void bench_consumer_use(const struct bench_consumer *consumer, int64_t n_rows,
                        struct bench_pass *pass)
{
    struct bench_sums *sums = &pass->sums;
    const int label = consumer->label;

    sums->records += (uint64_t)n_rows;
    sums->probe_sum +=
        probe_of(&consumer->columns[consumer->probe], &consumer->batch[consumer->probe], n_rows);
    if (label >= 0)
        sums->label_sum += probe_of(&consumer->columns[label], &consumer->batch[label], n_rows);
    for (int i = 0; i < consumer->n_columns && pass->all_values; i++)
        if (i != label)
            add_values(&consumer->columns[i], &consumer->batch[i], n_rows, sums);
    if (pass->is_check)
        bench_memory_look();
}
