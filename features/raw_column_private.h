/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * raw_column_private.h - bytes of an image as scaled floats.
 */
#ifndef TFI_RAW_COLUMN_PRIVATE_H
#define TFI_RAW_COLUMN_PRIVATE_H

#include <stddef.h>
#include <stdint.h>

#include "core/cpu_internal.h"

/* to[i] = (float)from[i] * scale + offset, the product rounded before the sum. */
typedef void tfi_scale_bytes_function(const uint8_t *from, size_t n, float scale, float offset,
                                      float *to);

/* The variant for a level that the machine has; all give the same bits. */
tfi_scale_bytes_function *tfi_scale_bytes_variant(enum tfi_cpu_level level);

#endif
