/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * fuzz_json_example.c - bytes as an Example in protobuf's JSON form.
 *
 * What is accepted is a valid Example, with every name once, and as a record of a schema the text
 * has the values that the Example has.
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

/* A batch of one record, of a schema that wants a list of strings; what that holds is *ret_values,
 * to be cleared. */
static tfeed_status parse_one(const struct tfeed_bytes *record, bool is_json,
                              const struct tfeed_allocator *allocator,
                              struct tfeed_tensor *ret_values)
{
    struct tfeed_schema *schema;
    struct tfeed_example_parser *parser;
    struct tfeed_columns *columns;
    FUZZ_CHECK(tfeed_schema_new(allocator, &schema, NULL) == TFEED_OK);
    FUZZ_CHECK(tfeed_schema_add_variable(schema, "a", TFEED_STRING, NULL) == TFEED_OK);
    if (is_json)
        FUZZ_CHECK(tfeed_schema_set_json_records(schema, NULL) == TFEED_OK);
    FUZZ_CHECK(tfeed_example_parser_new(schema, allocator, &parser, NULL) == TFEED_OK);
    FUZZ_CHECK(tfeed_columns_new(schema, 1, allocator, &columns, NULL) == TFEED_OK);
    const tfeed_status status =
        tfeed_example_parser_parse_batch(parser, record, 1, columns, NULL, NULL);
    *ret_values = tfeed_tensor_ref(tfeed_columns_values(columns, 0));
    tfeed_columns_free(columns);
    tfeed_example_parser_free(parser);
    tfeed_schema_unref(schema);
    return status;
}

/* The text as a record of a schema is what its Example is (NULL: it is none). */
static void expect_same_rows(const struct tfeed_bytes *text, const struct tfeed_bytes *example,
                             const struct tfeed_allocator *allocator)
{
    struct tfeed_tensor values, values_of_example;
    const tfeed_status status = parse_one(text, true, allocator, &values);
    if (example != NULL) {
        FUZZ_CHECK(status == parse_one(example, false, allocator, &values_of_example));
        FUZZ_CHECK(status != TFEED_OK || fuzz_tensors_equal(&values, &values_of_example));
        tfeed_tensor_clear(&values_of_example);
    } else {
        FUZZ_CHECK(status == TFEED_INVALID_ARGUMENT);
    }
    tfeed_tensor_clear(&values);
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
    expect_same_rows(&text, status == TFEED_OK ? tfeed_tensor_strings(&examples) : NULL,
                     &memory.hooks);
    if (status == TFEED_OK) {
        expect_example(tfeed_tensor_strings(&examples));
        tfeed_tensor_clear(&examples);
    }
    fuzz_memory_end(&memory);
    return 0;
}
