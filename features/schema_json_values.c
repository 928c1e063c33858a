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

static void put_double(struct tfi_json_maker *maker, double value)
{
    if (isfinite(value))
        tfi_json_put_double(maker, NULL, value);
    else
        tfi_json_put_string(maker, NULL, tfi_odd_float_names[isnan(value) ? 0 : value > 0 ? 1 : 2]);
}

/* A number of at most this size, or one of the odd ones. */
static tfeed_status as_double(const struct tfi_json *json, const char *what, enum tfeed_dtype dtype,
                              double most, double *ret_value, struct tfeed_error *reterr)
{
    static const double odd[] = {(double)NAN, (double)INFINITY, -(double)INFINITY};
    const char *text;
    if (tfi_json_as_string(json, what, &text, NULL) == TFEED_OK)
        for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++)
            if (strcmp(text, tfi_odd_float_names[i]) == 0) {
                *ret_value = odd[i];
                return TFEED_OK;
            }
    TFI_TRY(tfi_json_as_double(json, what, ret_value, reterr));
    if (fabs(*ret_value) > most)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "%s: expected a %s, found %g", what,
                        tfeed_dtype_name(dtype), *ret_value);
    return TFEED_OK;
}

tfeed_status tfi_schema_json_as_float(const struct tfi_json *json, const char *what,
                                      float *ret_value, struct tfeed_error *reterr)
{
    double value;
    TFI_TRY(as_double(json, what, TFEED_FLOAT, (double)FLT_MAX, &value, reterr));
    *ret_value = (float)value;
    return TFEED_OK;
}

/* A number of one of the dtypes of floats, or half a complex one, at `at`. */
static void put_float_at(struct tfi_json_maker *maker, enum tfeed_dtype part, const uint8_t *at)
{
    uint16_t half;
    float single;
    double value;
    if (part == TFEED_DOUBLE) {
        memcpy(&value, at, sizeof value);
    } else if (part == TFEED_FLOAT) {
        memcpy(&single, at, sizeof single);
        value = (double)single;
    } else {
        memcpy(&half, at, sizeof half);
        value = (double)tfeed_half_to_float(half);
    }
    put_double(maker, value);
}

static tfeed_status set_float_at(const struct tfi_json *json, const char *what,
                                 enum tfeed_dtype part, uint8_t *at, struct tfeed_error *reterr)
{
    const double most_half = 65504;
    double value;
    TFI_TRY(as_double(json, what, part,
                      part == TFEED_DOUBLE  ? DBL_MAX
                      : part == TFEED_FLOAT ? (double)FLT_MAX
                                            : most_half,
                      &value, reterr));
    const float single = (float)value;
    const uint16_t half = tfeed_float_to_half(single);
    if (part == TFEED_DOUBLE)
        memcpy(at, &value, sizeof value);
    else if (part == TFEED_FLOAT)
        memcpy(at, &single, sizeof single);
    else
        memcpy(at, &half, sizeof half);
    return TFEED_OK;
}

/* ----------------------------------------------------------------- integers */

static bool is_signed(enum tfeed_dtype dtype)
{
    return dtype == TFEED_INT8 || dtype == TFEED_INT16 || dtype == TFEED_INT32 ||
           dtype == TFEED_INT64;
}

/* An integer at `at`, in the machine's order, which is little-endian; a bool is its byte. */
static void put_integer_at(struct tfi_json_maker *maker, enum tfeed_dtype dtype, const uint8_t *at)
{
    const size_t size = tfeed_dtype_size(dtype);
    const unsigned n_above = 64 - 8 * (unsigned)size;
    uint64_t bits = 0;
    memcpy(&bits, at, size);
    if (is_signed(dtype))
        tfi_json_put_int64(maker, NULL, (int64_t)(bits << n_above) >> n_above);
    else
        tfi_json_put_uint64(maker, NULL, bits);
}

static tfeed_status set_integer_at(const struct tfi_json *json, const char *what,
                                   enum tfeed_dtype dtype, uint8_t *at, struct tfeed_error *reterr)
{
    const size_t size = tfeed_dtype_size(dtype);
    const unsigned n_above = 64 - 8 * (unsigned)size;
    int64_t number = 0;
    uint64_t bits;
    bool fits;
    if (is_signed(dtype)) {
        TFI_TRY(tfi_json_as_int64(json, what, &number, reterr));
        bits = (uint64_t)number;
        fits = number >= INT64_MIN >> n_above && number <= INT64_MAX >> n_above;
    } else {
        TFI_TRY(tfi_json_as_uint64(json, what, &bits, reterr));
        fits = bits <= UINT64_MAX >> n_above;
    }
    if (!fits)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "%s: expected %s %s, found %" PRId64, what,
                        is_signed(dtype) ? "an" : "a", tfeed_dtype_name(dtype), (int64_t)bits);
    memcpy(at, &bits, size);
    return TFEED_OK;
}

/* ----------------------------------------------------------------- elements */

/* What the elements of a dtype are made of; *ret_n of these. */
static enum tfeed_dtype part_of(enum tfeed_dtype dtype, int64_t *ret_n)
{
    *ret_n = dtype == TFEED_COMPLEX64 || dtype == TFEED_COMPLEX128 ? 2 : 1;
    return dtype == TFEED_COMPLEX64    ? TFEED_FLOAT
           : dtype == TFEED_COMPLEX128 ? TFEED_DOUBLE
                                       : dtype;
}

static bool is_float(enum tfeed_dtype dtype)
{
    return dtype == TFEED_HALF || dtype == TFEED_FLOAT || dtype == TFEED_DOUBLE;
}

static tfeed_status put_string(struct tfi_json_maker *maker, const struct tfeed_bytes *string,
                               const struct tfeed_allocator *allocator, struct tfeed_error *reterr)
{
    char *text = encode_base64(string->data, string->len, allocator);
    if (text == NULL)
        return tfi_fail_memory(reterr, "a schema as text");
    tfi_json_put_string(maker, NULL, text);
    tfi_free(allocator, text);
    return TFEED_OK;
}

tfeed_status tfi_schema_json_put_elements(struct tfi_json_maker *maker, const char *key,
                                          const struct tfeed_tensor *tensor,
                                          const struct tfeed_allocator *allocator,
                                          struct tfeed_error *reterr)
{
    int64_t n_parts;
    const enum tfeed_dtype part = part_of(tensor->dtype, &n_parts);
    const int64_t n = tfeed_tensor_n_elements(tensor) * n_parts;
    const uint8_t *at = tensor->data;
    tfi_json_begin_array(maker, key);
    for (int64_t i = 0; i < n; i++, at += tfeed_dtype_size(part)) {
        if (part == TFEED_STRING)
            TFI_TRY(put_string(maker, &tfeed_tensor_strings(tensor)[i], allocator, reterr));
        else if (is_float(part))
            put_float_at(maker, part, at);
        else
            put_integer_at(maker, part, at);
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

/* Part i of the elements. */
static tfeed_status set_part(struct tfeed_tensor *tensor, enum tfeed_dtype part, int64_t i,
                             const struct tfi_json *json, const char *what,
                             const struct tfeed_allocator *allocator, struct tfeed_error *reterr)
{
    uint8_t *at = (uint8_t *)tensor->data + (size_t)i * tfeed_dtype_size(part);
    if (part == TFEED_STRING)
        return set_string(tensor, i, json, what, allocator, reterr);
    return (is_float(part) ? set_float_at : set_integer_at)(json, what, part, at, reterr);
}

tfeed_status tfi_schema_json_as_elements(const struct tfi_json *json, const char *what,
                                         enum tfeed_dtype dtype,
                                         const struct tfeed_allocator *allocator,
                                         struct tfeed_tensor *ret_tensor,
                                         struct tfeed_error *reterr)
{
    struct tfeed_tensor tensor;
    int64_t n_parts;
    const enum tfeed_dtype part = part_of(dtype, &n_parts);
    TFI_TRY(tfi_json_as_array(json, what, reterr));
    const size_t n = tfi_json_n_elements(json);
    if (n % (size_t)n_parts != 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "%s: expected pairs, found %zu numbers",
                        what, n);
    const struct tfeed_shape shape = tfeed_shape_vector((int64_t)n / n_parts);
    TFI_TRY(tfeed_tensor_alloc(dtype, &shape, allocator, &tensor, reterr));
    for (size_t i = 0; i < n; i++) {
        const tfeed_status status =
            set_part(&tensor, part, (int64_t)i, tfi_json_element(json, i), what, allocator, reterr);
        if (status != TFEED_OK) {
            tfeed_tensor_clear(&tensor);
            return status;
        }
    }
    *ret_tensor = tensor;
    return TFEED_OK;
}
