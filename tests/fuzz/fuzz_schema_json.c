/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * fuzz_schema_json.c - bytes as the JSON text of a schema.
 *
 * What is accepted is written and read again: the same text. A parser can be made of it, which
 * allocates no columns.
 */
#include <tfeed/schema.h>

#include "tests/fuzz/fuzz.h"

static struct tfeed_bytes text_of(const struct tfeed_schema *schema)
{
    struct tfeed_bytes text = {.data = NULL};
    FUZZ_CHECK(tfeed_schema_to_json(schema, &text, NULL) == TFEED_OK);
    return text;
}

static void expect_read_again(const struct tfeed_schema *schema,
                              const struct tfeed_allocator *allocator)
{
    struct tfeed_schema *again;
    const struct tfeed_bytes text = text_of(schema);
    FUZZ_CHECK(tfeed_schema_from_json((const char *)text.data, text.len, allocator, &again, NULL) ==
               TFEED_OK);
    const struct tfeed_bytes text_again = text_of(again);
    FUZZ_CHECK(fuzz_bytes_equal(&text, &text_again));
    FUZZ_CHECK(tfeed_schema_n_columns(schema) == tfeed_schema_n_columns(again));
    tfeed_block_unref(text.block);
    tfeed_block_unref(text_again.block);
    tfeed_schema_unref(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tfeed_schema *schema;
    struct tfeed_example_parser *parser;
    struct tfeed_error error;
    struct t_allocator memory;
    fuzz_memory_start(&memory, ((size_t)1 << 20) + 1024 * size);
    const tfeed_status status =
        tfeed_schema_from_json((const char *)data, size, &memory.hooks, &schema, &error);
    FUZZ_CHECK(status == TFEED_OK || status == TFEED_INVALID_ARGUMENT ||
               status == TFEED_RESOURCE_EXHAUSTED); /* nested too deep */
    if (status == TFEED_OK) {
        expect_read_again(schema, &memory.hooks);
        if (tfeed_schema_n_columns(schema) > 0) {
            FUZZ_CHECK(tfeed_example_parser_new(schema, &memory.hooks, &parser, NULL) == TFEED_OK);
            tfeed_example_parser_free(parser);
        }
        tfeed_schema_unref(schema);
    }
    fuzz_memory_end(&memory);
    return 0;
}
