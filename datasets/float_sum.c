/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * float_sum.c - sums of floats that are exact.
 *
 * A float is 24 bits somewhere in 277: at most two digits change. That is as fast as adding doubles
 * with a check of the exponent, and 2^64 floats cannot overflow it.
 */
#include "datasets/float_sum_private.h"

#include <math.h>
#include <string.h>

enum { DIGIT_BITS = 32, UNIT_EXPONENT = -149, MANTISSA_BITS = 23 };
#define DIGIT_MASK  INT64_C(0xffffffff)
#define CARRY_AFTER (UINT32_C(1) << 30)

/* Makes every digit but the last one of 32 bits without a sign. */
static void carry(struct tfi_float_sum *sum)
{
    for (int i = 0; i + 1 < TFI_FLOAT_SUM_DIGITS; i++) {
        sum->digits[i + 1] += sum->digits[i] >> DIGIT_BITS; /* rounds down, also below 0 */
        sum->digits[i] &= DIGIT_MASK;
    }
    sum->n_added = 0;
}

void tfi_float_sum_add(struct tfi_float_sum *sum, float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    const unsigned exponent = bits >> MANTISSA_BITS & 0xff;
    const uint32_t fraction = bits & ((UINT32_C(1) << MANTISSA_BITS) - 1);
    /* the smallest exponent is that of numbers without the leading bit, too */
    const unsigned place = exponent > 0 ? exponent - 1 : 0;
    const uint64_t mantissa = fraction | (exponent > 0 ? UINT32_C(1) << MANTISSA_BITS : 0);
    const int64_t shifted = (int64_t)(mantissa << (place % DIGIT_BITS));
    const int64_t low = shifted & DIGIT_MASK;
    const int64_t high = shifted >> DIGIT_BITS;
    int64_t *digits = &sum->digits[place / DIGIT_BITS];
    if (bits >> 31) {
        digits[0] -= low;
        digits[1] -= high;
    } else {
        digits[0] += low;
        digits[1] += high;
    }
    if (++sum->n_added == CARRY_AFTER)
        carry(sum);
}

void tfi_float_sum_merge(struct tfi_float_sum *sum, const struct tfi_float_sum *other)
{
    struct tfi_float_sum added = *other;
    carry(&added);
    carry(sum);
    for (int i = 0; i < TFI_FLOAT_SUM_DIGITS; i++)
        sum->digits[i] += added.digits[i];
    carry(sum);
}

double tfi_float_sum_value(const struct tfi_float_sum *sum)
{
    struct tfi_float_sum carried = *sum;
    double value = 0;
    carry(&carried);
    const int is_negative = carried.digits[TFI_FLOAT_SUM_DIGITS - 1] < 0;
    if (is_negative) {
        for (int i = 0; i < TFI_FLOAT_SUM_DIGITS; i++)
            carried.digits[i] = -carried.digits[i];
        carry(&carried);
    }
    for (int i = TFI_FLOAT_SUM_DIGITS - 1; i >= 0; i--)
        value += ldexp((double)carried.digits[i], DIGIT_BITS * i + UNIT_EXPONENT);
    return is_negative ? -value : value;
}
