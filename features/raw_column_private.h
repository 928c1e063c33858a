/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * raw_column_private.h - bytes of an image into a row, as they are or as scaled floats.
 */
#ifndef TFI_RAW_COLUMN_PRIVATE_H
#define TFI_RAW_COLUMN_PRIVATE_H

#include <stddef.h>
#include <stdint.h>

#include "core/cpu_internal.h"

/* Bytes that are wanted soon and lie far away, [n] each as the column that is filled meanwhile.
 * Asked for a line at a time between other work they come while that is done; asked for at once
 * they would hold it up. What need not be asked for points to what is there already. */
struct tfi_ahead {
    const uint8_t *record; /* of a record some rows ahead */
    const uint8_t *stream; /* of what will be read from a file next */
};

enum { TFI_AHEAD_LINE_BYTES = 64 };

/* Asks for what lies `at` bytes on, where a line begins there. (Inlined early: gcc takes a function
 * that does nothing but prefetch for one without effect, and drops its calls.) */
static inline __attribute__((always_inline)) void tfi_ahead_ask(const struct tfi_ahead *ahead,
                                                                size_t at)
{
    if (at % TFI_AHEAD_LINE_BYTES == 0) {
        __builtin_prefetch(ahead->record + at, 0, 3);
        __builtin_prefetch(ahead->stream + at, 0, 2);
    }
}

/* to[i] = (float)from[i] * scale + offset, the product rounded before the sum. */
typedef void tfi_scale_bytes_function(const uint8_t *from, size_t n, float scale, float offset,
                                      const struct tfi_ahead *ahead, float *to);

/* to[i] = from[i]. */
typedef void tfi_copy_bytes_function(const uint8_t *from, size_t n, const struct tfi_ahead *ahead,
                                     uint8_t *to);

/* The variant for a level that the machine has; all give the same bits. */
tfi_scale_bytes_function *tfi_scale_bytes_variant(enum tfi_cpu_level level);
tfi_copy_bytes_function *tfi_copy_bytes_variant(enum tfi_cpu_level level);

#endif
