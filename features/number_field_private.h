/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * number_field_private.h - a number in text as an element of a tensor.
 */
#ifndef TFI_NUMBER_FIELD_PRIVATE_H
#define TFI_NUMBER_FIELD_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tfeed/tensor.h>

#include "core/number_text_internal.h"

/* True for the dtypes that texts are read as: float, double, int32, int64. */
static inline bool tfi_is_number_field(enum tfeed_dtype dtype)
{
    return dtype == TFEED_FLOAT || dtype == TFEED_DOUBLE || dtype == TFEED_INT32 ||
           dtype == TFEED_INT64;
}

/* Reads text[len] as element i of a tensor of such a dtype; false where it is no number of it. */
static inline bool tfi_number_field_read(const uint8_t *text, size_t len,
                                         const struct tfeed_tensor *tensor, int64_t i)
{
    const char *chars = (const char *)text;
    int64_t integer;
    if (tensor->dtype == TFEED_FLOAT)
        return tfi_float_from_text(chars, len, (float *)tensor->data + i);
    if (tensor->dtype == TFEED_DOUBLE)
        return tfi_double_from_text(chars, len, (double *)tensor->data + i);
    if (!tfi_int64_from_text(chars, len, &integer))
        return false;
    if (tensor->dtype == TFEED_INT64) {
        tfeed_tensor_int64s(tensor)[i] = integer;
        return true;
    }
    if (integer < INT32_MIN || integer > INT32_MAX)
        return false;
    tfeed_tensor_int32s(tensor)[i] = (int32_t)integer;
    return true;
}

#endif
