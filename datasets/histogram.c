/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * histogram.c - how many numbers lie where, in one pass over numbers of which nothing is known.
 *
 * Bins begin at multiples of their width, a power of two. Two neighbours of which the first has an
 * even number are exactly one bin of twice the width, so widths grow without a number being counted
 * wrong, and the width in the end depends on nothing but the least and the greatest number.
 *
 *     width 1   │ -3 │ -2 │ -1 │  0 │  1 │  2 │         a bin's number is floor(x / width)
 *     width 2   ┘   -2    │   -1    │    0    │  1 …
 *
 * Bin numbers are doubles that hold integers: of the smallest float, 2^-149, to the largest, and of
 * their differences as far as they are below 2^53, which is all that is asked of them.
 */
#include "datasets/inspect_private.h"

#include <math.h>
#include <string.h>

void tfi_histogram_init(struct tfeed_histogram *histogram, int exponent)
{
    *histogram = (struct tfeed_histogram){.exponent = exponent};
}

/* The number of the bin that a number lies in. Multiplying by a power of two is exact: neither the
 * smallest float nor the largest leaves the range of doubles. It is made of its bits, since this is
 * done for every number. */
static double bin_of(const struct tfeed_histogram *histogram, double number)
{
    enum { BIAS = 1023, FRACTION_BITS = 52 };
    const uint64_t bits = (uint64_t)(BIAS - histogram->exponent) << FRACTION_BITS;
    double bins_a_unit; /* 2^-exponent */
    memcpy(&bins_a_unit, &bits, sizeof bits);
    return floor(number * bins_a_unit);
}

static double bin_after(double bin, int n_doublings)
{
    return floor(ldexp(bin, -n_doublings));
}

/* Makes the bins reach from number `low` to number `high`, both of the present width, which include
 * those that are there; the width doubles as often as that takes. */
static void rearrange(struct tfeed_histogram *histogram, double low, double high)
{
    uint64_t counts[TFEED_HISTOGRAM_BINS] = {0};
    const double first = bin_of(histogram, histogram->first);
    int n_doublings = 0;
    while (bin_after(high, n_doublings) - bin_after(low, n_doublings) >= TFEED_HISTOGRAM_BINS)
        n_doublings++;
    const double new_first = bin_after(low, n_doublings);
    for (uint32_t i = 0; i < histogram->n_bins; i++)
        counts[(size_t)(bin_after(first + i, n_doublings) - new_first)] += histogram->counts[i];
    memcpy(histogram->counts, counts, sizeof counts);
    histogram->n_bins = (uint32_t)(bin_after(high, n_doublings) - new_first) + 1;
    histogram->exponent += n_doublings;
    histogram->first = ldexp(new_first, histogram->exponent);
}

static void double_width(struct tfeed_histogram *histogram)
{
    const double first = bin_of(histogram, histogram->first);
    const double last = first + histogram->n_bins - 1;
    const double new_first = bin_after(first, 1);
    uint64_t counts[TFEED_HISTOGRAM_BINS] = {0};
    for (uint32_t i = 0; i < histogram->n_bins; i++)
        counts[(size_t)(bin_after(first + i, 1) - new_first)] += histogram->counts[i];
    memcpy(histogram->counts, counts, sizeof counts);
    histogram->n_bins = (uint32_t)(bin_after(last, 1) - new_first) + 1;
    histogram->exponent++;
    histogram->first = ldexp(new_first, histogram->exponent);
}

void tfi_histogram_add(struct tfeed_histogram *histogram, double number)
{
    const double bin = bin_of(histogram, number);
    const double first = bin_of(histogram, histogram->first);
    const double last = first + histogram->n_bins - 1;
    if (bin >= first && bin <= last) {
        histogram->counts[(size_t)(bin - first)]++;
        return;
    }
    if (histogram->n_bins == 0)
        rearrange(histogram, bin, bin);
    else
        rearrange(histogram, bin < first ? bin : first, bin > last ? bin : last);
    histogram->counts[(size_t)(bin_of(histogram, number) - bin_of(histogram, histogram->first))]++;
}

void tfi_histogram_merge(struct tfeed_histogram *histogram, const struct tfeed_histogram *other)
{
    struct tfeed_histogram added = *other;
    if (added.n_bins == 0)
        return;
    if (histogram->n_bins == 0) {
        *histogram = added;
        return;
    }
    for (;;) {
        const double first = bin_of(histogram, histogram->first);
        const double last = first + histogram->n_bins - 1;
        const double added_first = bin_of(&added, added.first);
        const double added_last = added_first + added.n_bins - 1;
        const double low = added_first < first ? added_first : first;
        const double high = added_last > last ? added_last : last;
        if (histogram->exponent < added.exponent) {
            double_width(histogram);
        } else if (added.exponent < histogram->exponent) {
            double_width(&added);
        } else if (high - low >= TFEED_HISTOGRAM_BINS) {
            double_width(histogram);
            double_width(&added);
        } else {
            rearrange(histogram, low, high);
            for (uint32_t i = 0; i < added.n_bins; i++)
                histogram->counts[(size_t)(added_first - low) + i] += added.counts[i];
            return;
        }
    }
}

void tfeed_histogram_coarsen(struct tfeed_histogram *histogram, uint32_t max_bins)
{
    enum { FEWEST = 2 }; /* -1 and 1 never share a bin */
    while (histogram->n_bins > (max_bins > FEWEST ? max_bins : FEWEST))
        double_width(histogram);
}
