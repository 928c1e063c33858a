/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_sequence_encoder.c - batches as records: the bytes of the builder, and what is refused.
 */
#include <criterion/criterion.h>

#include <string.h>

#include <tfeed/encode.h>

#include "tests/support/support.h"
#include "tests/unit/features/sequence_fixture.h"

static const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;

/* A number in the context, and a list that is also a partition's. */
static struct tfeed_sequence_schema *new_schema(bool has_context)
{
    const struct tfeed_partition lengths[] = {{TFEED_PARTITION_ROW_LENGTHS, "lengths", 0}};
    struct tfeed_schema *context = NULL;
    struct tfeed_sequence_schema *schema;
    if (has_context) {
        T_OK(tfeed_schema_new(NULL, &context, NULL));
        T_OK(tfeed_schema_add_fixed(context, "n", TFEED_INT64, &scalar, NULL));
    }
    T_OK(tfeed_sequence_schema_new(context, NULL, &schema, NULL));
    T_OK(tfeed_sequence_schema_add_ragged(schema, "a", "v", TFEED_INT64, lengths, 1, TFEED_INT64,
                                          NULL));
    T_OK(tfeed_sequence_schema_add_ragged(schema, "b", "v", TFEED_INT64, lengths, 1, TFEED_INT64,
                                          NULL));
    tfeed_schema_unref(context);
    return schema;
}

/* Two records, of two steps and of none. */
static void build_records(struct sequence_records *records, bool has_context)
{
    static const int64_t values[] = {5, 6, 7, -8};
    static const int64_t lengths[] = {1, 2, 1};
    const int64_t *const value_steps[] = {values, values + 3};
    const int64_t *const length_steps[] = {lengths, lengths + 2};
    sequence_records_init(records);
    for (int i = 0; i < 2; i++) {
        const int64_t number = 300 * i;
        tfeed_sequence_builder_clear(records->builder);
        if (has_context)
            T_OK(tfeed_example_builder_add_int64(tfeed_sequence_builder_context(records->builder),
                                                 "n", &number, 1, NULL));
        add_int64_list(records, "v", value_steps, (const size_t[]){3, 1}, i == 0 ? 2 : 0);
        add_int64_list(records, "lengths", length_steps, (const size_t[]){2, 1}, i == 0 ? 2 : 0);
        sequence_records_add(records);
    }
}

static void check_bytes(bool has_context)
{
    struct sequence_records records;
    struct tfeed_bytes encoded[2];
    struct tfeed_sequence_schema *schema = new_schema(has_context);
    struct tfeed_sequence_parser *parser;
    struct tfeed_sequence_encoder *encoder;
    build_records(&records, has_context);
    T_OK(tfeed_sequence_parser_new(schema, 2, NULL, &parser, NULL));
    T_OK(tfeed_sequence_encoder_new(schema, NULL, &encoder, NULL));
    T_OK(tfeed_sequence_encoder_encode_batch(encoder, parser, encoded, NULL)); /* of no rows */
    for (int round = 0; round < 2; round++) {
        T_OK(tfeed_sequence_parser_parse(parser, records.records, 2, NULL, NULL));
        T_OK(tfeed_sequence_encoder_encode_batch(encoder, parser, encoded, NULL));
        for (int i = 0; i < 2; i++) {
            cr_assert_eq(encoded[i].len, records.records[i].len);
            cr_assert_eq(memcmp(encoded[i].data, records.records[i].data, encoded[i].len), 0);
        }
    }
    sequence_records_clear(&records);
    tfeed_sequence_encoder_free(encoder);
    tfeed_sequence_parser_free(parser);
    tfeed_sequence_schema_unref(schema);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(sequence_encoder, context_and_lists_are_what_the_builder_writes)
{
    check_bytes(true);
}

Test(sequence_encoder, lists_alone_are_what_the_builder_writes)
{
    check_bytes(false);
}

Test(sequence_encoder, batch_of_another_schema_is_refused)
{
    struct tfeed_sequence_schema *schema = new_schema(true);
    struct tfeed_sequence_schema *other = new_schema(true);
    struct tfeed_sequence_parser *parser;
    struct tfeed_sequence_encoder *encoder;
    T_OK(tfeed_sequence_parser_new(other, 2, NULL, &parser, NULL));
    T_OK(tfeed_sequence_encoder_new(schema, NULL, &encoder, NULL));
    cr_assert_eq(tfeed_sequence_encoder_encode_batch(encoder, parser, NULL, NULL),
                 TFEED_INVALID_ARGUMENT);
    tfeed_sequence_encoder_free(encoder);
    tfeed_sequence_parser_free(parser);
    tfeed_sequence_schema_unref(schema);
    tfeed_sequence_schema_unref(other);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(sequence_encoder, context_that_cannot_be_made_again_is_refused)
{
    struct tfeed_schema *context;
    struct tfeed_sequence_schema *schema;
    struct tfeed_sequence_encoder *encoder;
    T_OK(tfeed_schema_new(NULL, &context, NULL));
    T_OK(tfeed_schema_add_raw(context, "image", TFEED_FLOAT, 4, 0.5F, 0, NULL));
    T_OK(tfeed_sequence_schema_new(context, NULL, &schema, NULL));
    cr_assert_eq(tfeed_sequence_encoder_new(schema, NULL, &encoder, NULL), TFEED_INVALID_ARGUMENT);
    tfeed_sequence_schema_unref(schema);
    tfeed_schema_unref(context);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(sequence_encoder, failed_allocation_leaves_nothing_behind)
{
    struct sequence_records records;
    struct tfeed_sequence_schema *schema = new_schema(true);
    struct tfeed_sequence_parser *parser;
    build_records(&records, true);
    T_OK(tfeed_sequence_parser_new(schema, 2, NULL, &parser, NULL));
    T_OK(tfeed_sequence_parser_parse(parser, records.records, 2, NULL, NULL));
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_bytes encoded[2];
        struct tfeed_sequence_encoder *encoder = NULL;
        tfeed_status status = tfeed_sequence_encoder_new(schema, allocator, &encoder, NULL);
        if (status == TFEED_OK)
            status = tfeed_sequence_encoder_encode_batch(encoder, parser, encoded, NULL);
        T_EXPECT_ALLOC_STATUS(status);
        tfeed_sequence_encoder_free(encoder);
    });
    tfeed_sequence_parser_free(parser);
    tfeed_sequence_schema_unref(schema);
    sequence_records_clear(&records);
}
