/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * fuzz_decode.c - bytes for the decoders of one string: numbers in text, raw numbers, compressed
 * bytes. The first byte chooses.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <tfeed/decode.h>

#include "tests/fuzz/fuzz.h"

enum { MAX_BYTES = 1 << 20 };

/* A number printed so that nothing is lost is the same number. */
static void expect_number(const struct tfeed_tensor *number,
                          const struct tfeed_allocator *allocator)
{
    char text[64];
    struct tfeed_bytes storage;
    struct tfeed_tensor again;
    const char *const unused = text;
    if (number->dtype == TFEED_INT32)
        (void)snprintf(text, sizeof text, "%d", (int)tfeed_tensor_int32s(number)[0]);
    else if (number->dtype == TFEED_INT64)
        (void)snprintf(text, sizeof text, "%lld", (long long)tfeed_tensor_int64s(number)[0]);
    else if (number->dtype == TFEED_FLOAT)
        (void)snprintf(text, sizeof text, "%.9g", (double)tfeed_tensor_floats(number)[0]);
    else
        (void)snprintf(text, sizeof text, "%.17g", ((const double *)number->data)[0]);
    if (strstr(unused, "nan") != NULL)
        return; /* its bits are not in the text */
    const struct tfeed_tensor string = fuzz_string(&storage, (const uint8_t *)text, strlen(text));
    FUZZ_CHECK(tfeed_string_to_number(&string, number->dtype, allocator, &again, NULL) == TFEED_OK);
    FUZZ_CHECK(fuzz_tensors_equal(number, &again));
    tfeed_tensor_clear(&again);
}

static void try_number(const struct tfeed_tensor *string, const struct tfeed_allocator *allocator)
{
    static const enum tfeed_dtype dtypes[] = {TFEED_INT32, TFEED_INT64, TFEED_FLOAT, TFEED_DOUBLE};
    struct tfeed_tensor number;
    struct tfeed_error error;
    bool is_int[2] = {false, false};
    for (int i = 0; i < 4; i++) {
        const tfeed_status status =
            tfeed_string_to_number(string, dtypes[i], allocator, &number, &error);
        FUZZ_CHECK(status == TFEED_OK || status == TFEED_INVALID_ARGUMENT);
        if (i < 2)
            is_int[i] = status == TFEED_OK;
        else
            FUZZ_CHECK(!is_int[1] || status == TFEED_OK); /* an integer is a number */
        if (status == TFEED_OK) {
            expect_number(&number, allocator);
            tfeed_tensor_clear(&number);
        }
    }
    FUZZ_CHECK(!is_int[0] || is_int[1]);
}

/* Little-endian numbers are the bytes as they are; padded to their own length too. */
static void try_raw(const struct tfeed_tensor *string, enum tfeed_dtype dtype,
                    const struct tfeed_allocator *allocator)
{
    struct tfeed_tensor raw, padded;
    struct tfeed_error error;
    const struct tfeed_bytes *bytes = tfeed_tensor_strings(string);
    const size_t n = bytes->len;
    if (tfeed_decode_raw(string, dtype, true, allocator, &raw, &error) != TFEED_OK)
        return;
    FUZZ_CHECK(n == 0 || memcmp(raw.data, bytes->data, n) == 0);
    if (n > 0) {
        FUZZ_CHECK(tfeed_decode_padded_raw(string, (int64_t)n, dtype, true, allocator, &padded,
                                           &error) == TFEED_OK);
        FUZZ_CHECK(fuzz_tensors_equal(&raw, &padded));
        tfeed_tensor_clear(&padded);
    }
    tfeed_tensor_clear(&raw);
    FUZZ_CHECK(tfeed_decode_raw(string, dtype, false, allocator, &raw, &error) == TFEED_OK);
    tfeed_tensor_clear(&raw);
}

static void try_compressed(const struct tfeed_tensor *string, const char *kind,
                           const struct tfeed_allocator *allocator)
{
    struct tfeed_tensor inflated;
    struct tfeed_error error;
    const tfeed_status status =
        tfeed_decode_compressed(string, kind, MAX_BYTES, allocator, &inflated, &error);
    FUZZ_CHECK(status == TFEED_OK || status == TFEED_DATA_LOSS ||
               status == TFEED_RESOURCE_EXHAUSTED);
    if (status != TFEED_OK)
        return;
    FUZZ_CHECK(tfeed_tensor_strings(&inflated)->len <= MAX_BYTES);
    tfeed_tensor_clear(&inflated);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { NUMBER, RAW, ZLIB, GZIP, N_KINDS };
    struct tfeed_bytes text;
    struct t_allocator memory;
    if (size == 0)
        return 0;
    const struct tfeed_tensor string = fuzz_string(&text, data + 1, size - 1);
    fuzz_memory_start(&memory, ((size_t)6 << 20) + 64 * size);
    switch (data[0] % N_KINDS) {
    case NUMBER:
        try_number(&string, &memory.hooks);
        break;
    case RAW:
        try_raw(&string, (enum tfeed_dtype)(data[0] / N_KINDS), &memory.hooks);
        break;
    default:
        try_compressed(&string, data[0] % N_KINDS == ZLIB ? "ZLIB" : "GZIP", &memory.hooks);
        break;
    }
    fuzz_memory_end(&memory);
    return 0;
}
