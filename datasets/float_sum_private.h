/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * float_sum_private.h - sums of floats that are exact: the same in whatever order, and of whatever
 * parts, they were made.
 */
#ifndef TFI_FLOAT_SUM_PRIVATE_H
#define TFI_FLOAT_SUM_PRIVATE_H

#include <stdint.h>

enum { TFI_FLOAT_SUM_DIGITS = 10 };

/* A number in units of 2^-149, the smallest float, in base 2^32, low digits first. Digits may hold
 * more than they should, of either sign, until they are carried. Zeroed it is 0. */
struct tfi_float_sum {
    int64_t digits[TFI_FLOAT_SUM_DIGITS];
    uint32_t n_added; /* since the last carry */
};

/* Adds a finite float. */
void tfi_float_sum_add(struct tfi_float_sum *sum, float value);

/* Adds another sum. */
void tfi_float_sum_merge(struct tfi_float_sum *sum, const struct tfi_float_sum *other);

/* The sum as a double, which depends on nothing but the sum. */
double tfi_float_sum_value(const struct tfi_float_sum *sum);

#endif
