/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_histogram.c - bins that grow, and are the same in whatever order numbers come.
 */
#include <criterion/criterion.h>

#include <float.h>
#include <math.h>

#include "datasets/inspect_private.h"

enum { INTEGERS = 0, FLOATS = -149 };

static struct tfeed_histogram histogram_of(int exponent, const double *numbers, size_t n)
{
    struct tfeed_histogram histogram;
    tfi_histogram_init(&histogram, exponent);
    for (size_t i = 0; i < n; i++)
        tfi_histogram_add(&histogram, numbers[i]);
    return histogram;
}

static uint64_t n_counted(const struct tfeed_histogram *histogram)
{
    uint64_t n = 0;
    for (uint32_t i = 0; i < histogram->n_bins; i++)
        n += histogram->counts[i];
    return n;
}

static bool are_same(const struct tfeed_histogram *a, const struct tfeed_histogram *b)
{
    return a->exponent == b->exponent && a->n_bins == b->n_bins && a->first == b->first &&
           memcmp(a->counts, b->counts, sizeof a->counts) == 0;
}

/* The bin that a number lies in, by the definition in the header. */
static uint32_t bin_of(const struct tfeed_histogram *histogram, double number)
{
    for (uint32_t i = 0; i < histogram->n_bins; i++)
        if (number >= histogram->first + ldexp(i, histogram->exponent) &&
            number < histogram->first + ldexp(i + 1, histogram->exponent))
            return i;
    cr_assert_fail("%g lies in no bin", number);
    return 0;
}

Test(histogram, small_integers_have_a_bin_each)
{
    const double labels[] = {3, 0, 9, 3, 3, 1};
    const struct tfeed_histogram histogram = histogram_of(INTEGERS, labels, 6);
    cr_assert_eq(histogram.exponent, 0);
    cr_assert_eq(histogram.first, 0);
    cr_assert_eq(histogram.n_bins, 10);
    cr_assert_eq(histogram.counts[3], 3);
    cr_assert_eq(histogram.counts[0], 1);
    cr_assert_eq(histogram.counts[2], 0);
    cr_assert_eq(histogram.counts[9], 1);
}

Test(histogram, one_number_has_one_bin)
{
    const double numbers[] = {-7, -7};
    const struct tfeed_histogram histogram = histogram_of(INTEGERS, numbers, 2);
    cr_assert_eq(histogram.n_bins, 1);
    cr_assert_eq(histogram.first, -7);
    cr_assert_eq(histogram.counts[0], 2);
}

Test(histogram, bins_widen_no_more_than_needed)
{
    const double just_fits[] = {0, 63};
    const double one_more[] = {0, 64};
    const struct tfeed_histogram narrow = histogram_of(INTEGERS, just_fits, 2);
    const struct tfeed_histogram wide = histogram_of(INTEGERS, one_more, 2);
    cr_assert_eq(narrow.exponent, 0);
    cr_assert_eq(narrow.n_bins, 64);
    cr_assert_eq(wide.exponent, 1);
    cr_assert_eq(wide.n_bins, 33);
}

Test(histogram, order_of_numbers_does_not_matter)
{
    const double up[] = {-1000, -3, 0, 0.25, 7, 5000};
    const double down[] = {5000, 7, 0.25, 0, -3, -1000};
    const struct tfeed_histogram a = histogram_of(FLOATS, up, 6);
    const struct tfeed_histogram b = histogram_of(FLOATS, down, 6);
    cr_assert(are_same(&a, &b));
}

Test(histogram, extreme_floats_are_counted)
{
    const double numbers[] = {-(double)FLT_MAX, (double)FLT_MAX, 0x1p-149, -0x1p-149, 0};
    const struct tfeed_histogram histogram = histogram_of(FLOATS, numbers, 5);
    cr_assert_eq(n_counted(&histogram), 5);
    cr_assert_leq(histogram.n_bins, TFEED_HISTOGRAM_BINS);
    cr_assert_eq(histogram.counts[0], 1);
    cr_assert_eq(histogram.counts[histogram.n_bins - 1], 1);
    cr_assert_eq(histogram.counts[bin_of(&histogram, 0)], 2, "0 and the least float above it");
}

Test(histogram, extreme_integers_are_counted)
{
    const double numbers[] = {(double)INT64_MIN, (double)INT64_MAX, 0, -1};
    const struct tfeed_histogram histogram = histogram_of(INTEGERS, numbers, 4);
    cr_assert_eq(n_counted(&histogram), 4);
    cr_assert_eq(histogram.counts[bin_of(&histogram, -1)], 1);
}

Test(histogram, neighbouring_floats_are_told_apart)
{
    const double numbers[] = {1, 1 + 0x1p-23};
    const struct tfeed_histogram histogram = histogram_of(FLOATS, numbers, 2);
    cr_assert_gt(histogram.n_bins, 1);
    cr_assert_eq(histogram.counts[0], 1);
}

Test(histogram, merged_parts_equal_the_whole)
{
    double numbers[600];
    for (int i = 0; i < 600; i++)
        numbers[i] = sin(i) * (i < 300 ? 1 : 1e6);
    const struct tfeed_histogram whole = histogram_of(FLOATS, numbers, 600);
    struct tfeed_histogram small = histogram_of(FLOATS, numbers, 300);
    struct tfeed_histogram large = histogram_of(FLOATS, numbers + 300, 300);
    const struct tfeed_histogram kept = small;
    tfi_histogram_merge(&small, &large);
    tfi_histogram_merge(&large, &kept);
    cr_assert(are_same(&small, &whole));
    cr_assert(are_same(&large, &whole));
}

Test(histogram, merging_nothing_changes_nothing)
{
    const double numbers[] = {1, 5};
    struct tfeed_histogram histogram = histogram_of(INTEGERS, numbers, 2);
    const struct tfeed_histogram kept = histogram;
    const struct tfeed_histogram none = histogram_of(INTEGERS, NULL, 0);
    struct tfeed_histogram target = none;
    tfi_histogram_merge(&histogram, &none);
    cr_assert(are_same(&histogram, &kept));
    tfi_histogram_merge(&target, &kept);
    cr_assert(are_same(&target, &kept));
}

Test(histogram, coarsened_bins_keep_every_number)
{
    double numbers[64];
    for (int i = 0; i < 64; i++)
        numbers[i] = i;
    struct tfeed_histogram histogram = histogram_of(INTEGERS, numbers, 64);
    tfeed_histogram_coarsen(&histogram, 10);
    cr_assert_eq(histogram.n_bins, 8);
    cr_assert_eq(histogram.exponent, 3);
    cr_assert_eq(histogram.counts[7], 8);
    cr_assert_eq(n_counted(&histogram), 64);
}

Test(histogram, coarsening_stops_at_zero)
{
    const double numbers[] = {-40, 40};
    struct tfeed_histogram histogram = histogram_of(INTEGERS, numbers, 2);
    tfeed_histogram_coarsen(&histogram, 1);
    cr_assert_eq(histogram.n_bins, 2);
    cr_assert_eq(histogram.first, -64);
}
