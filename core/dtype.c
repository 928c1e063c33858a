/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * dtype.c - sizes and names of the dtypes, and float16 in software.
 *
 *    float16   sign 1 | exponent 5 (bias 15)  | fraction 10
 *    float     sign 1 | exponent 8 (bias 127) | fraction 23
 *
 * The conversions work on bits, so that they neither depend on the rounding mode nor raise floating
 * point exceptions, and give the same on every processor.
 */
#include <tfeed/tensor.h>

#include <string.h>

size_t tfeed_dtype_size(enum tfeed_dtype dtype)
{
    switch (dtype) {
    case TFEED_DTYPE_INVALID:
        return 0;
#define DTYPE_CASE(name, number, size, text)                                                       \
    case TFEED_##name:                                                                             \
        return size;
        TFEED_DTYPE_LIST(DTYPE_CASE)
#undef DTYPE_CASE
    }
    return 0;
}

const char *tfeed_dtype_name(enum tfeed_dtype dtype)
{
    switch (dtype) {
    case TFEED_DTYPE_INVALID:
        return "invalid";
#define DTYPE_CASE(name, number, size, text)                                                       \
    case TFEED_##name:                                                                             \
        return text;
        TFEED_DTYPE_LIST(DTYPE_CASE)
#undef DTYPE_CASE
    }
    return "invalid";
}

enum {
    HALF_FRACTION_BITS = 10,
    HALF_EXPONENT_MAX = 31, /* infinity and NaN */
    HALF_INFINITY = 0x7c00,
    HALF_QUIET = 0x0200, /* the fraction bit of a NaN that traps nothing */
    FLOAT_FRACTION_BITS = 23,
    FLOAT_INFINITY = 0x7f800000,
    FRACTION_SHIFT = FLOAT_FRACTION_BITS - HALF_FRACTION_BITS,
    EXPONENT_SHIFT = 127 - 15
};

static uint32_t float_bits(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static float float_of_bits(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

float tfeed_half_to_float(uint16_t half)
{
    const uint32_t sign = (uint32_t)(half & 0x8000) << 16;
    uint32_t exponent = (half >> HALF_FRACTION_BITS) & HALF_EXPONENT_MAX;
    uint32_t fraction = half & ((1u << HALF_FRACTION_BITS) - 1);

    if (exponent == HALF_EXPONENT_MAX)
        return float_of_bits(sign | FLOAT_INFINITY | fraction << FRACTION_SHIFT);
    if (exponent == 0) {
        if (fraction == 0)
            return float_of_bits(sign);
        /* Subnormal here, normal there: move the leading one to where it is left out. */
        uint32_t shift = (uint32_t)__builtin_clz(fraction) - (31 - HALF_FRACTION_BITS);
        fraction = (fraction << shift) & ((1u << HALF_FRACTION_BITS) - 1);
        return float_of_bits(sign | (EXPONENT_SHIFT + 1 - shift) << FLOAT_FRACTION_BITS |
                             fraction << FRACTION_SHIFT);
    }
    return float_of_bits(sign | (exponent + EXPONENT_SHIFT) << FLOAT_FRACTION_BITS |
                         fraction << FRACTION_SHIFT);
}

/* value / 2^shift, rounded to nearest, ties to even; shift is 1 to 31. */
static uint32_t shift_rounded(uint32_t value, uint32_t shift)
{
    const uint32_t quotient = value >> shift;
    const uint32_t rest = value & ((1u << shift) - 1);
    const uint32_t tie = 1u << (shift - 1);
    return quotient + (rest > tie || (rest == tie && (quotient & 1) != 0));
}

uint16_t tfeed_float_to_half(float value)
{
    const uint32_t bits = float_bits(value);
    const uint32_t sign = bits >> 16 & 0x8000;
    const uint32_t magnitude = bits & 0x7fffffff;
    const uint32_t exponent = magnitude >> FLOAT_FRACTION_BITS;
    const uint32_t fraction = magnitude & ((1u << FLOAT_FRACTION_BITS) - 1);

    if (magnitude > FLOAT_INFINITY)
        return (uint16_t)(sign | HALF_INFINITY | HALF_QUIET | fraction >> FRACTION_SHIFT);
    if (exponent >= EXPONENT_SHIFT + HALF_EXPONENT_MAX)
        return (uint16_t)(sign | HALF_INFINITY);
    if (exponent > EXPONENT_SHIFT) {
        /* A carry out of the fraction raises the exponent, up to infinity: just what is wanted. */
        const uint32_t rebased = magnitude - ((uint32_t)EXPONENT_SHIFT << FLOAT_FRACTION_BITS);
        return (uint16_t)(sign | shift_rounded(rebased, FRACTION_SHIFT));
    }
    if (exponent < EXPONENT_SHIFT - HALF_FRACTION_BITS) /* under half of the smallest */
        return (uint16_t)sign;
    const uint32_t with_leading_one = fraction | 1u << FLOAT_FRACTION_BITS;
    return (uint16_t)(sign | shift_rounded(with_leading_one,
                                           FRACTION_SHIFT + EXPONENT_SHIFT + 1 - exponent));
}
