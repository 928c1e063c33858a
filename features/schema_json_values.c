/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * schema_json_values.c - default values and padding in JSON.
 */
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "core/base64_internal.h"
#include "core/error_internal.h"
#include "features/schema_json_private.h"

/* Bytes as text; for tfi_free, NULL: no memory. */
static char *encode_base64(const uint8_t *data, size_t len, const struct tfeed_allocator *allocator)
{
    if (len > PTRDIFF_MAX / 2)
        return NULL;
    char *text = tfi_alloc(allocator, tfi_base64_chars(len) + 1);
    if (text == NULL)
        return NULL;
    tfi_base64_encode(data, len, text);
    text[tfi_base64_chars(len)] = '\0';
    return text;
}

/* ------------------------------------------------------------------- floats */

static void put_float(struct tfi_json_maker *maker, float value)
{
    if (isfinite(value))
        tfi_json_put_double(maker, NULL, (double)value);
    else
        tfi_json_put_string(maker, NULL, tfi_odd_float_names[isnan(value) ? 0 : value > 0 ? 1 : 2]);
}

tfeed_status tfi_schema_json_as_float(const struct tfi_json *json, const char *what,
                                      float *ret_value, struct tfeed_error *reterr)
{
    static const float odd[] = {NAN, INFINITY, -INFINITY};
    const char *text;
    double value;
    if (tfi_json_as_string(json, what, &text, NULL) == TFEED_OK)
        for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++)
            if (strcmp(text, tfi_odd_float_names[i]) == 0) {
                *ret_value = odd[i];
                return TFEED_OK;
            }
    TFI_TRY(tfi_json_as_double(json, what, &value, reterr));
    if (fabs(value) > (double)FLT_MAX)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "%s: expected a float32, found %g", what,
                        value);
    *ret_value = (float)value;
    return TFEED_OK;
}

/* ----------------------------------------------------------------- elements */

tfeed_status tfi_schema_json_put_elements(struct tfi_json_maker *maker, const char *key,
                                          const struct tfeed_tensor *tensor,
                                          const struct tfeed_allocator *allocator,
                                          struct tfeed_error *reterr)
{
    const int64_t n = tfeed_tensor_n_elements(tensor);
    tfi_json_begin_array(maker, key);
    for (int64_t i = 0; i < n; i++) {
        if (tensor->dtype == TFEED_INT64) {
            tfi_json_put_int64(maker, NULL, tfeed_tensor_int64s(tensor)[i]);
        } else if (tensor->dtype == TFEED_INT32) {
            tfi_json_put_int64(maker, NULL, tfeed_tensor_int32s(tensor)[i]);
        } else if (tensor->dtype == TFEED_FLOAT) {
            put_float(maker, tfeed_tensor_floats(tensor)[i]);
        } else {
            const struct tfeed_bytes *string = &tfeed_tensor_strings(tensor)[i];
            char *text = encode_base64(string->data, string->len, allocator);
            if (text == NULL)
                return tfi_fail_memory(reterr, "a schema as text");
            tfi_json_put_string(maker, NULL, text);
            tfi_free(allocator, text);
        }
    }
    tfi_json_end(maker);
    return TFEED_OK;
}

static tfeed_status set_string(struct tfeed_tensor *tensor, int64_t i, const struct tfi_json *json,
                               const char *what, const struct tfeed_allocator *allocator,
                               struct tfeed_error *reterr)
{
    const char *text;
    size_t len = 0;
    TFI_TRY(tfi_json_as_string(json, what, &text, reterr));
    uint8_t *data = tfi_alloc(allocator, tfi_base64_room(strlen(text)));
    if (data == NULL)
        return tfi_fail_memory(reterr, "a string of a schema");
    tfeed_status status;
    if (tfi_base64_decode(text, strlen(text), TFI_BASE64_STRICT, data, &len))
        status = tfeed_tensor_set_string(tensor, i, data, len, reterr);
    else
        status = tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "%s: expected base64, found '%.40s'",
                          what, text);
    tfi_free(allocator, data);
    return status;
}

static tfeed_status set_element(struct tfeed_tensor *tensor, int64_t i, const struct tfi_json *json,
                                const char *what, const struct tfeed_allocator *allocator,
                                struct tfeed_error *reterr)
{
    int64_t number;
    if (tensor->dtype == TFEED_STRING)
        return set_string(tensor, i, json, what, allocator, reterr);
    if (tensor->dtype == TFEED_FLOAT)
        return tfi_schema_json_as_float(json, what, &tfeed_tensor_floats(tensor)[i], reterr);
    TFI_TRY(tfi_json_as_int64(json, what, &number, reterr));
    if (tensor->dtype == TFEED_INT64) {
        tfeed_tensor_int64s(tensor)[i] = number;
    } else {
        if (number < INT32_MIN || number > INT32_MAX)
            return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "%s: expected an int32, found %" PRId64,
                            what, number);
        tfeed_tensor_int32s(tensor)[i] = (int32_t)number;
    }
    return TFEED_OK;
}

tfeed_status tfi_schema_json_as_elements(const struct tfi_json *json, const char *what,
                                         enum tfeed_dtype dtype,
                                         const struct tfeed_allocator *allocator,
                                         struct tfeed_tensor *ret_tensor,
                                         struct tfeed_error *reterr)
{
    struct tfeed_tensor tensor;
    TFI_TRY(tfi_json_as_array(json, what, reterr));
    if (dtype != TFEED_INT64 && dtype != TFEED_INT32 && dtype != TFEED_FLOAT &&
        dtype != TFEED_STRING)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "%s: there is none for dtype %s", what,
                        tfeed_dtype_name(dtype));
    const size_t n = tfi_json_n_elements(json);
    const struct tfeed_shape shape = tfeed_shape_vector((int64_t)n);
    TFI_TRY(tfeed_tensor_alloc(dtype, &shape, allocator, &tensor, reterr));
    for (size_t i = 0; i < n; i++) {
        const tfeed_status status =
            set_element(&tensor, (int64_t)i, tfi_json_element(json, i), what, allocator, reterr);
        if (status != TFEED_OK) {
            tfeed_tensor_clear(&tensor);
            return status;
        }
    }
    *ret_tensor = tensor;
    return TFEED_OK;
}
