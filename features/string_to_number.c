/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * string_to_number.c - strings as the numbers that are written in them.
 */
#include "core/number_text_internal.h"
#include "features/decode_private.h"
#include "features/number_field_private.h"

tfeed_status tfi_string_to_number(const struct tfeed_bytes *string,
                                  const struct tfeed_tensor *tensor, int64_t i,
                                  struct tfeed_error *reterr)
{
    char quoted[TFI_QUOTED_BYTES];
    if (tfi_number_field_read(string->data, string->len, tensor, i))
        return TFEED_OK;
    return tfi_decode_fail(
        reterr, TFEED_INVALID_ARGUMENT, string, string->data,
        "StringToNumberOp could not correctly convert string: %s (element %lld, to %s)",
        tfi_decode_quote(string->data, string->len, quoted), (long long)i,
        tfeed_dtype_name(tensor->dtype));
}

tfeed_status tfeed_string_to_number(const struct tfeed_tensor *strings, enum tfeed_dtype out_type,
                                    const struct tfeed_allocator *allocator,
                                    struct tfeed_tensor *ret_tensor, struct tfeed_error *reterr)
{
    struct tfeed_tensor tensor = {0};
    TFI_TRY(tfi_decode_check_strings(strings, reterr));
    if (!tfi_is_number_field(out_type))
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "strings become float32, float64, int32 or int64, not dtype %s (%d)",
                        tfeed_dtype_name(out_type), (int)out_type);
    TFI_TRY(tfeed_tensor_alloc(out_type, &strings->shape, allocator, &tensor, reterr));
    const struct tfeed_bytes *elements = tfeed_tensor_strings(strings);
    const int64_t n = tfeed_tensor_n_elements(strings);
    for (int64_t i = 0; i < n; i++) {
        const tfeed_status status = tfi_string_to_number(&elements[i], &tensor, i, reterr);
        if (status == TFEED_OK)
            continue;
        tfeed_tensor_clear(&tensor);
        return status;
    }
    *ret_tensor = tensor;
    return TFEED_OK;
}
