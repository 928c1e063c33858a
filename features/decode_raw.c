/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * decode_raw.c - strings as arrays of numbers, in either byte order.
 *
 * The bytes are copied, then turned round where they stand, unit by unit: a unit is what has one
 * byte order, half of a complex number and all of any other.
 */
#include <string.h>

#include "features/decode_private.h"

/* Bytes of a unit; 0: no dtype that is decoded. */
static size_t unit_bytes(enum tfeed_dtype dtype)
{
    switch (dtype) {
    case TFEED_FLOAT:
    case TFEED_DOUBLE:
    case TFEED_INT32:
    case TFEED_UINT8:
    case TFEED_INT16:
    case TFEED_INT8:
    case TFEED_INT64:
    case TFEED_BOOL:
    case TFEED_UINT16:
    case TFEED_HALF:
        return tfeed_dtype_size(dtype);
    case TFEED_COMPLEX64:
    case TFEED_COMPLEX128:
        return tfeed_dtype_size(dtype) / 2;
    case TFEED_STRING: /* TensorFlow does not decode the unsigned ones of 4 and 8 bytes */
    case TFEED_UINT32:
    case TFEED_UINT64:
    case TFEED_DTYPE_INVALID:
        break;
    }
    return 0;
}

bool tfi_raw_is_decodable(enum tfeed_dtype dtype)
{
    return unit_bytes(dtype) > 0;
}

static tfeed_status check_arguments(const struct tfeed_tensor *strings, enum tfeed_dtype out_type,
                                    struct tfeed_error *reterr)
{
    TFI_TRY(tfi_decode_check_strings(strings, reterr));
    if (tfi_raw_is_decodable(out_type))
        return TFEED_OK;
    return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "raw bytes are not decoded to dtype %s (%d)",
                    tfeed_dtype_name(out_type), (int)out_type);
}

static void swap_16(uint8_t *at, const uint8_t *end)
{
    uint16_t unit;
    for (; at < end; at += sizeof unit) {
        memcpy(&unit, at, sizeof unit);
        unit = __builtin_bswap16(unit);
        memcpy(at, &unit, sizeof unit);
    }
}

static void swap_32(uint8_t *at, const uint8_t *end)
{
    uint32_t unit;
    for (; at < end; at += sizeof unit) {
        memcpy(&unit, at, sizeof unit);
        unit = __builtin_bswap32(unit);
        memcpy(at, &unit, sizeof unit);
    }
}

static void swap_64(uint8_t *at, const uint8_t *end)
{
    uint64_t unit;
    for (; at < end; at += sizeof unit) {
        memcpy(&unit, at, sizeof unit);
        unit = __builtin_bswap64(unit);
        memcpy(at, &unit, sizeof unit);
    }
}

void tfi_raw_turn(enum tfeed_dtype dtype, uint8_t *data, size_t n_bytes)
{
    switch (unit_bytes(dtype)) {
    case sizeof(uint16_t):
        swap_16(data, data + n_bytes);
        break;
    case sizeof(uint32_t):
        swap_32(data, data + n_bytes);
        break;
    case sizeof(uint64_t):
        swap_64(data, data + n_bytes);
        break;
    default: /* single bytes */
        break;
    }
}

void tfi_raw_copy(const uint8_t *data, size_t len, uint8_t *row, size_t row_bytes)
{
    const size_t n_taken = len < row_bytes ? len : row_bytes;
    if (n_taken > 0)
        memcpy(row, data, n_taken);
    memset(row + n_taken, 0, row_bytes - n_taken);
}

/* The length of all strings; 0 where there are none. */
static tfeed_status common_length(const struct tfeed_tensor *strings, enum tfeed_dtype out_type,
                                  size_t *ret_len, struct tfeed_error *reterr)
{
    const struct tfeed_bytes *elements = tfeed_tensor_strings(strings);
    const int64_t n = tfeed_tensor_n_elements(strings);
    const size_t len = n > 0 ? elements[0].len : 0;
    for (int64_t i = 1; i < n; i++)
        if (elements[i].len != len)
            return tfi_decode_fail(reterr, TFEED_INVALID_ARGUMENT, &elements[i], elements[i].data,
                                   "DecodeRaw requires input strings to all be the same size, but "
                                   "element %lld has size %zu != %zu",
                                   (long long)i, elements[i].len, len);
    if (len % tfeed_dtype_size(out_type) != 0)
        return tfi_decode_fail(reterr, TFEED_INVALID_ARGUMENT, &elements[0], elements[0].data,
                               "Input to DecodeRaw has length %zu that is not a multiple of %zu, "
                               "the size of %s",
                               len, tfeed_dtype_size(out_type), tfeed_dtype_name(out_type));
    *ret_len = len;
    return TFEED_OK;
}

/* Strings into rows of row_bytes, cut or filled up with zeros. */
static tfeed_status decode_rows(const struct tfeed_tensor *strings, size_t row_bytes,
                                enum tfeed_dtype out_type, bool little_endian,
                                const struct tfeed_allocator *allocator,
                                struct tfeed_tensor *ret_tensor, struct tfeed_error *reterr)
{
    const struct tfeed_bytes *elements = tfeed_tensor_strings(strings);
    const int64_t n = tfeed_tensor_n_elements(strings);
    struct tfeed_shape shape;
    struct tfeed_tensor tensor = {0};
    TFI_TRY(tfi_decode_shape_with(
        &strings->shape, (int64_t)(row_bytes / tfeed_dtype_size(out_type)), &shape, reterr));
    TFI_TRY(tfeed_tensor_alloc(out_type, &shape, allocator, &tensor, reterr));
    uint8_t *row = tensor.data;
    for (int64_t i = 0; i < n; i++, row += row_bytes)
        tfi_raw_copy(elements[i].data, elements[i].len, row, row_bytes);
    if (!little_endian)
        tfi_raw_turn(out_type, tensor.data, (size_t)n * row_bytes);
    *ret_tensor = tensor;
    return TFEED_OK;
}

tfeed_status tfeed_decode_raw(const struct tfeed_tensor *strings, enum tfeed_dtype out_type,
                              bool little_endian, const struct tfeed_allocator *allocator,
                              struct tfeed_tensor *ret_tensor, struct tfeed_error *reterr)
{
    size_t len = 0;
    TFI_TRY(check_arguments(strings, out_type, reterr));
    TFI_TRY(common_length(strings, out_type, &len, reterr));
    return decode_rows(strings, len, out_type, little_endian, allocator, ret_tensor, reterr);
}

tfeed_status tfeed_decode_padded_raw(const struct tfeed_tensor *strings, int64_t fixed_length,
                                     enum tfeed_dtype out_type, bool little_endian,
                                     const struct tfeed_allocator *allocator,
                                     struct tfeed_tensor *ret_tensor, struct tfeed_error *reterr)
{
    TFI_TRY(check_arguments(strings, out_type, reterr));
    if (fixed_length <= 0 || (size_t)fixed_length % tfeed_dtype_size(out_type) != 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "fixed_length must be above 0 and a multiple of %zu, the size of %s, not "
                        "%lld",
                        tfeed_dtype_size(out_type), tfeed_dtype_name(out_type),
                        (long long)fixed_length);
    return decode_rows(strings, (size_t)fixed_length, out_type, little_endian, allocator,
                       ret_tensor, reterr);
}
