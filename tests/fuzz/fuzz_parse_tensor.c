/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * fuzz_parse_tensor.c - bytes as a serialized TensorProto; the first one is the dtype.
 *
 * Numbers that are accepted are written as tensor_content and parsed again: the same tensor.
 */
#include <stdlib.h>
#include <string.h>

#include <tfeed/decode.h>

#include "tests/fuzz/fuzz.h"

enum { MAX_BYTES = 1 << 20, VARINT_MOST = 10 };

static size_t put_varint(uint8_t *to, uint64_t value)
{
    enum { PAYLOAD_BITS = 7, MORE = 0x80 };
    size_t n = 0;
    for (; value >= MORE; value >>= PAYLOAD_BITS)
        to[n++] = (uint8_t)(value | MORE);
    to[n++] = (uint8_t)value;
    return n;
}

/* TensorProto { dtype = 1; tensor_shape = 2 { dim = 2 { size = 1 } }; tensor_content = 4 } */
static size_t serialize(const struct tfeed_tensor *tensor, uint8_t *to)
{
    uint8_t shape[TFEED_MAX_DIMS * (3 + VARINT_MOST)];
    size_t n = 0, n_shape = 0;
    for (int i = 0; i < tensor->shape.n_dims; i++) {
        uint8_t size[VARINT_MOST];
        const size_t n_size = put_varint(size, (uint64_t)tensor->shape.dims[i]);
        shape[n_shape++] = 0x12;
        shape[n_shape++] = (uint8_t)(1 + n_size);
        shape[n_shape++] = 0x08;
        memcpy(shape + n_shape, size, n_size);
        n_shape += n_size;
    }
    to[n++] = 0x08;
    n += put_varint(to + n, (uint64_t)tensor->dtype);
    to[n++] = 0x12;
    n += put_varint(to + n, n_shape);
    memcpy(to + n, shape, n_shape);
    n += n_shape;
    const size_t n_content =
        (size_t)tfeed_tensor_n_elements(tensor) * tfeed_dtype_size(tensor->dtype);
    to[n++] = 0x22;
    n += put_varint(to + n, n_content);
    if (n_content > 0)
        memcpy(to + n, tensor->data, n_content);
    return n + n_content;
}

static void expect_parsed_again(const struct tfeed_tensor *tensor,
                                const struct tfeed_allocator *allocator)
{
    enum { HEAD_MOST = 256 };
    const size_t n_bytes =
        (size_t)tfeed_tensor_n_elements(tensor) * tfeed_dtype_size(tensor->dtype);
    uint8_t *serialized = malloc(HEAD_MOST + n_bytes);
    struct tfeed_bytes text;
    struct tfeed_tensor again;
    FUZZ_CHECK(serialized != NULL);
    const struct tfeed_tensor string =
        fuzz_string(&text, serialized, serialize(tensor, serialized));
    FUZZ_CHECK(tfeed_parse_tensor(&string, tensor->dtype, 0, allocator, &again, NULL) == TFEED_OK);
    FUZZ_CHECK(fuzz_tensors_equal(tensor, &again));
    tfeed_tensor_clear(&again);
    free(serialized);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tfeed_bytes text;
    struct tfeed_tensor tensor;
    struct tfeed_error error;
    struct t_allocator memory;
    if (size == 0)
        return 0;
    const struct tfeed_tensor string = fuzz_string(&text, data + 1, size - 1);
    fuzz_memory_start(&memory, ((size_t)4 << 20) + 128 * size);
    const tfeed_status status = tfeed_parse_tensor(&string, (enum tfeed_dtype)data[0], MAX_BYTES,
                                                   &memory.hooks, &tensor, &error);
    FUZZ_CHECK(status == TFEED_OK || status == TFEED_INVALID_ARGUMENT ||
               status == TFEED_RESOURCE_EXHAUSTED);
    if (status == TFEED_OK) {
        FUZZ_CHECK(tensor.dtype == (enum tfeed_dtype)data[0]);
        if (tensor.dtype != TFEED_STRING)
            expect_parsed_again(&tensor, &memory.hooks);
        tfeed_tensor_clear(&tensor);
    }
    fuzz_memory_end(&memory);
    return 0;
}
