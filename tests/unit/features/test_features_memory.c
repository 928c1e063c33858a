/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_features_memory.c - schemas, checkers and builders while memory is short: what a call that
 * fails has begun is forgotten, and made again it gives the same.
 */
#include <criterion/criterion.h>

#include <string.h>

#include <tfeed/decode.h>
#include <tfeed/schema.h>
#include <tfeed/sequence.h>

#include "tests/unit/features/decode_fixture.h"
#include "tests/unit/features/example_bytes.h"
#include "tests/support/expect_retry.h"

static const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;

static const struct tfeed_partition partitions[] = {{TFEED_PARTITION_ROW_LENGTHS, "lengths", 0},
                                                    {TFEED_PARTITION_UNIFORM_ROW_LENGTH, NULL, 2}};

/* Equal texts; both blocks end. */
static void expect_equal(const struct tfeed_bytes *found, const struct tfeed_bytes *expected)
{
    cr_assert_eq(found->len, expected->len);
    cr_assert_eq(memcmp(found->data, expected->data, found->len), 0);
    tfeed_block_unref(found->block);
    tfeed_block_unref(expected->block);
}

/* --- schemas --------------------------------------------------------------------------------- */

enum { N_COLUMNS = 8, N_LISTS = 3 };

/* Column `kind` of a schema that has one of each. */
static tfeed_status add_column(struct tfeed_schema *schema, int kind)
{
    static const char *const keys[] = {"row", "column"};
    static const int64_t size[] = {10, 20};
    struct tfeed_bytes text = {(const uint8_t *)"default", 7, NULL};
    const struct tfeed_tensor value = tfeed_tensor_borrow(TFEED_STRING, &scalar, &text);
    switch (kind) {
    case 0:
        return tfeed_schema_add_fixed(schema, "fixed", TFEED_INT64, &scalar, NULL);
    case 1:
        return tfeed_schema_add_raw(schema, "raw", TFEED_FLOAT, 784, 0.5F, 1, NULL);
    case 2:
        return tfeed_schema_add_fixed_default(schema, "given", TFEED_STRING, &scalar, &value, NULL);
    case 3:
        return tfeed_schema_add_variable(schema, "variable", TFEED_INT64, NULL);
    case 4:
        return tfeed_schema_add_sequence(schema, "padded", TFEED_STRING, &scalar, &value, NULL);
    case 5:
        return tfeed_schema_add_sparse(schema, "sparse", keys, 2, "value", TFEED_FLOAT, size, false,
                                       NULL);
    case 6: /* shares its keys */
        return tfeed_schema_add_sparse(schema, "other", keys, 2, "value", TFEED_FLOAT, size, true,
                                       NULL);
    default:
        return tfeed_schema_add_ragged(schema, "ragged", "parts", TFEED_INT64, partitions, 2,
                                       TFEED_INT64, NULL);
    }
}

static struct tfeed_bytes schema_text(void)
{
    struct tfeed_schema *schema;
    struct tfeed_bytes text;
    cr_assert_eq(tfeed_schema_new(NULL, &schema, NULL), TFEED_OK);
    for (int i = 0; i < N_COLUMNS; i++)
        cr_assert_eq(add_column(schema, i), TFEED_OK);
    cr_assert_eq(tfeed_schema_to_json(schema, &text, NULL), TFEED_OK);
    tfeed_schema_unref(schema);
    return text;
}

Test(features_memory, columns_are_added_after_a_failure)
{
    T_FAIL_EACH_ALLOC(allocator, {
        const struct tfeed_bytes expected = schema_text();
        struct tfeed_schema *schema;
        struct tfeed_bytes text;
        EXPECT_RETRY(tfeed_schema_new(allocator, &schema, NULL));
        for (int i = 0; i < N_COLUMNS; i++) {
            EXPECT_RETRY(add_column(schema, i));
            cr_assert_eq(tfeed_schema_n_columns(schema), i + 1);
        }
        EXPECT_RETRY(tfeed_schema_to_json(schema, &text, NULL));
        expect_equal(&text, &expected);
        tfeed_schema_unref(schema);
    });
    T_EXPECT_NO_LEAKS(NULL);
}

static tfeed_status add_list(struct tfeed_sequence_schema *schema, int kind)
{
    switch (kind) {
    case 0:
        return tfeed_sequence_schema_add_fixed(schema, "fixed", TFEED_INT64, &scalar, true, NULL);
    case 1:
        return tfeed_sequence_schema_add_variable(schema, "variable", TFEED_STRING, NULL);
    default:
        return tfeed_sequence_schema_add_ragged(schema, "ragged", "parts", TFEED_FLOAT, partitions,
                                                2, TFEED_INT32, NULL);
    }
}

static struct tfeed_bytes sequence_schema_text(void)
{
    struct tfeed_sequence_schema *schema;
    struct tfeed_bytes text;
    cr_assert_eq(tfeed_sequence_schema_new(NULL, NULL, &schema, NULL), TFEED_OK);
    for (int i = 0; i < N_LISTS; i++)
        cr_assert_eq(add_list(schema, i), TFEED_OK);
    cr_assert_eq(tfeed_sequence_schema_to_json(schema, &text, NULL), TFEED_OK);
    tfeed_sequence_schema_unref(schema);
    return text;
}

Test(features_memory, lists_are_added_after_a_failure)
{
    T_FAIL_EACH_ALLOC(allocator, {
        const struct tfeed_bytes expected = sequence_schema_text();
        struct tfeed_sequence_schema *schema;
        struct tfeed_bytes text;
        EXPECT_RETRY(tfeed_sequence_schema_new(NULL, allocator, &schema, NULL));
        for (int i = 0; i < N_LISTS; i++) {
            EXPECT_RETRY(add_list(schema, i));
            cr_assert_eq(tfeed_sequence_schema_n_lists(schema), i + 1);
        }
        EXPECT_RETRY(tfeed_sequence_schema_to_json(schema, &text, NULL));
        expect_equal(&text, &expected);
        tfeed_sequence_schema_unref(schema);
    });
    T_EXPECT_NO_LEAKS(NULL);
}

/* Columns of each kind whose features are missing, but for the two that must be there. */
static struct wire_bytes example_to_check(void)
{
    static const uint8_t image[784];
    return example_of(joined(entry_of("fixed", int64_feature(1)),
                             joined(entry_of("raw", bytes_feature(image, sizeof image)),
                                    joined(entry_of("variable", int64_feature(2)),
                                           entry_of("padded", bytes_feature("a", 1))))));
}

Test(features_memory, checker_goes_on_after_a_failure)
{
    const struct wire_bytes message = example_to_check();
    const struct tfeed_bytes example = view_of(&message);
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_schema *schema;
        EXPECT_RETRY(tfeed_schema_new(allocator, &schema, NULL));
        for (int i = 0; i < N_COLUMNS; i++)
            EXPECT_RETRY(add_column(schema, i));
        for (int allow_others = 0; allow_others < 2; allow_others++) {
            struct tfeed_schema_checker *checker;
            EXPECT_RETRY(tfeed_schema_checker_new(schema, allow_others, allocator, &checker, NULL));
            for (int i = 0; i < 3; i++)
                EXPECT_RETRY(tfeed_schema_checker_check(checker, &example, NULL));
            tfeed_schema_checker_free(checker);
        }
        tfeed_schema_unref(schema);
    });
    T_EXPECT_NO_LEAKS(NULL);
}

/* --- builders -------------------------------------------------------------------------------- */

enum { N_ROUNDS = 100, N_ROOM = 300 };

static const int64_t ints[] = {1, 300};
static const float floats[] = {0.5F, -1};
static const struct tfeed_bytes texts[] = {{(const uint8_t *)"ab", 2, NULL},
                                           {(const uint8_t *)"", 0, NULL}};

static tfeed_status append_room(struct tfeed_example_builder *builder)
{
    uint8_t *data;
    const tfeed_status status = tfeed_example_builder_append_room(builder, N_ROOM, &data, NULL);
    if (status == TFEED_OK)
        memset(data, 'r', N_ROOM);
    return status;
}

/* A list that is added whole, or one that is added in pieces. */
static tfeed_status add_piece(struct tfeed_example_builder *builder, int kind)
{
    switch (kind) {
    case 0:
        return tfeed_example_builder_append_int64(builder, ints, 2, NULL);
    case 1:
        return tfeed_example_builder_append_float(builder, floats, 2, NULL);
    case 2:
        return tfeed_example_builder_append_bytes(builder, texts, 2, NULL);
    default:
        return append_room(builder);
    }
}

static tfeed_status add_whole(struct tfeed_example_builder *builder, int kind)
{
    switch (kind) {
    case 0:
        return tfeed_example_builder_add_int64(builder, "i", ints, 2, NULL);
    case 1:
        return tfeed_example_builder_add_float(builder, "f", floats, 2, NULL);
    case 2:
        return tfeed_example_builder_add_bytes(builder, "b", texts, 2, NULL);
    default:
        return tfeed_example_builder_add_empty(builder, "e", NULL);
    }
}

/* The list that takes each kind of piece; its name is its kind. */
static tfeed_status begin_pieces(struct tfeed_example_builder *builder, int kind)
{
    static const char *const names[] = {"0", "1", "2", "3"};
    static const enum tfeed_feature_kind kinds[] = {TFEED_FEATURE_INT64, TFEED_FEATURE_FLOAT,
                                                    TFEED_FEATURE_BYTES, TFEED_FEATURE_BYTES};
    return tfeed_example_builder_begin(builder, names[kind], kinds[kind], NULL);
}

static struct tfeed_example_builder *whole_builder(const uint8_t **ret_data, size_t *ret_len)
{
    struct tfeed_example_builder *builder;
    cr_assert_eq(tfeed_example_builder_new(NULL, &builder, NULL), TFEED_OK);
    for (int kind = 0; kind < 4; kind++) {
        cr_assert_eq(add_whole(builder, kind), TFEED_OK);
        cr_assert_eq(begin_pieces(builder, kind), TFEED_OK);
        for (int i = 0; i < N_ROUNDS; i++)
            cr_assert_eq(add_piece(builder, kind), TFEED_OK);
        cr_assert_eq(tfeed_example_builder_end(builder, NULL), TFEED_OK);
    }
    cr_assert_eq(tfeed_example_builder_finish(builder, ret_data, ret_len, NULL), TFEED_OK);
    return builder;
}

Test(features_memory, example_is_built_on_after_a_failure)
{
    const uint8_t *expected;
    size_t expected_len;
    struct tfeed_example_builder *whole = whole_builder(&expected, &expected_len);
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_example_builder *builder;
        const uint8_t *data;
        size_t len;
        EXPECT_RETRY(tfeed_example_builder_new(allocator, &builder, NULL));
        for (int kind = 0; kind < 4; kind++) {
            EXPECT_RETRY(add_whole(builder, kind));
            EXPECT_RETRY(begin_pieces(builder, kind));
            for (int i = 0; i < N_ROUNDS; i++)
                EXPECT_RETRY(add_piece(builder, kind));
            EXPECT_RETRY(tfeed_example_builder_end(builder, NULL));
        }
        EXPECT_RETRY(tfeed_example_builder_finish(builder, &data, &len, NULL));
        cr_assert_eq(len, expected_len);
        cr_assert_eq(memcmp(data, expected, len), 0, "allocation %zu", t_nth);
        tfeed_example_builder_free(builder);
    });
    tfeed_example_builder_free(whole);
    T_EXPECT_NO_LEAKS(NULL);
}

static tfeed_status add_step(struct tfeed_sequence_builder *builder, int kind)
{
    switch (kind) {
    case 0:
        return tfeed_sequence_builder_step_int64(builder, ints, 2, NULL);
    case 1:
        return tfeed_sequence_builder_step_float(builder, floats, 2, NULL);
    case 2:
        return tfeed_sequence_builder_step_bytes(builder, texts, 2, NULL);
    default:
        return tfeed_sequence_builder_step_empty(builder, NULL);
    }
}

static struct tfeed_sequence_builder *whole_sequence_builder(const uint8_t **ret_data,
                                                             size_t *ret_len)
{
    struct tfeed_sequence_builder *builder;
    cr_assert_eq(tfeed_sequence_builder_new(NULL, &builder, NULL), TFEED_OK);
    for (int kind = 0; kind < 4; kind++) {
        static const char *const names[] = {"0", "1", "2", "3"};
        cr_assert_eq(add_whole(tfeed_sequence_builder_context(builder), kind), TFEED_OK);
        cr_assert_eq(tfeed_sequence_builder_begin_list(builder, names[kind], NULL), TFEED_OK);
        for (int i = 0; i < N_ROUNDS; i++)
            cr_assert_eq(add_step(builder, kind), TFEED_OK);
        cr_assert_eq(tfeed_sequence_builder_end_list(builder, NULL), TFEED_OK);
    }
    cr_assert_eq(tfeed_sequence_builder_finish(builder, ret_data, ret_len, NULL), TFEED_OK);
    return builder;
}

Test(features_memory, sequence_example_is_built_on_after_a_failure)
{
    const uint8_t *expected;
    size_t expected_len;
    struct tfeed_sequence_builder *whole = whole_sequence_builder(&expected, &expected_len);
    T_FAIL_EACH_ALLOC(allocator, {
        static const char *const names[] = {"0", "1", "2", "3"};
        struct tfeed_sequence_builder *builder;
        const uint8_t *data;
        size_t len;
        EXPECT_RETRY(tfeed_sequence_builder_new(allocator, &builder, NULL));
        for (int kind = 0; kind < 4; kind++) {
            EXPECT_RETRY(add_whole(tfeed_sequence_builder_context(builder), kind));
            EXPECT_RETRY(tfeed_sequence_builder_begin_list(builder, names[kind], NULL));
            for (int i = 0; i < N_ROUNDS; i++)
                EXPECT_RETRY(add_step(builder, kind));
            EXPECT_RETRY(tfeed_sequence_builder_end_list(builder, NULL));
        }
        EXPECT_RETRY(tfeed_sequence_builder_finish(builder, &data, &len, NULL));
        cr_assert_eq(len, expected_len);
        cr_assert_eq(memcmp(data, expected, len), 0, "allocation %zu", t_nth);
        tfeed_sequence_builder_free(builder);
    });
    tfeed_sequence_builder_free(whole);
    T_EXPECT_NO_LEAKS(NULL);
}

/* --- decoders -------------------------------------------------------------------------------- */

Test(features_memory, padded_strings_are_decoded_after_a_failure)
{
    static const uint8_t expected[] = {'a', 'b', 0, 0, 'c', 'd', 'e', 'f'};
    struct fixture_strings fixture;
    const struct tfeed_tensor *strings = FIXTURE_VECTOR(&fixture, "ab", "cdefg");
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_tensor tensor = {0};
        EXPECT_RETRY(
            tfeed_decode_padded_raw(strings, 4, TFEED_INT32, true, allocator, &tensor, NULL));
        cr_assert_eq(memcmp(tensor.data, expected, sizeof expected), 0);
        tfeed_tensor_clear(&tensor);
    });
    T_EXPECT_NO_LEAKS(NULL);
}
