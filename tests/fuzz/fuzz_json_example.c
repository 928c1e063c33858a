/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * fuzz_json_example.c - bytes as an Example in protobuf's JSON form.
 *
 * What is accepted is a valid Example, with every name once.
 */
#include <string.h>

#include <tfeed/decode.h>
#include <tfeed/features.h>

#include "tests/fuzz/fuzz.h"

enum { MAX_FEATURES = 256 };

static void expect_example(const struct tfeed_bytes *example)
{
    struct tfeed_feature_view features[MAX_FEATURES];
    struct tfeed_example_walk walk;
    size_t n = 0;
    tfeed_status status;
    tfeed_example_walk_init(&walk, example->data, example->len);
    while (n < MAX_FEATURES &&
           (status = tfeed_example_walk_next(&walk, &features[n], NULL)) == TFEED_OK) {
        for (size_t i = 0; i < n; i++)
            FUZZ_CHECK(features[i].name_len != features[n].name_len ||
                       memcmp(features[i].name, features[n].name, features[n].name_len) != 0);
        n++;
    }
    FUZZ_CHECK(n == MAX_FEATURES || status == TFEED_OUT_OF_RANGE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tfeed_bytes text;
    struct tfeed_error error;
    const struct tfeed_tensor strings = fuzz_string(&text, data, size);
    struct tfeed_tensor examples;
    struct t_allocator memory;
    fuzz_memory_start(&memory, ((size_t)1 << 20) + 64 * size);
    const tfeed_status status =
        tfeed_decode_json_example(&strings, &memory.hooks, &examples, &error);
    FUZZ_CHECK(status == TFEED_OK || status == TFEED_INVALID_ARGUMENT);
    if (status == TFEED_OK) {
        expect_example(tfeed_tensor_strings(&examples));
        tfeed_tensor_clear(&examples);
    }
    fuzz_memory_end(&memory);
    return 0;
}
