/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * inspect_private.h - what the operations that look into files share.
 */
#ifndef TFI_INSPECT_PRIVATE_H
#define TFI_INSPECT_PRIVATE_H

#include <tfeed/inspect.h>

/* No number yet, and bins no narrower than 2^exponent. */
void tfi_histogram_init(struct tfeed_histogram *histogram, int exponent);

/* Counts a finite number. */
void tfi_histogram_add(struct tfeed_histogram *histogram, double number);

/* Counts in what another has; both began with the same exponent. */
void tfi_histogram_merge(struct tfeed_histogram *histogram, const struct tfeed_histogram *other);

/* True for UTF-8 without control characters but tab and the ends of lines. */
bool tfi_is_text(const uint8_t *data, size_t len);

#endif
