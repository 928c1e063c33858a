/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_sequence_builder.c - the exact bytes of SequenceExamples.
 */
#include <criterion/criterion.h>

#include <string.h>

#include <tfeed/sequence.h>

#include "tests/support/support.h"
#include "tests/unit/features/example_bytes.h"

static struct tfeed_sequence_builder *new_builder(void)
{
    struct tfeed_sequence_builder *builder;
    cr_assert_eq(tfeed_sequence_builder_new(NULL, &builder, NULL), TFEED_OK);
    return builder;
}

/* A step: a Feature as a field of a FeatureList. */
static struct wire_bytes step_of(struct wire_bytes feature)
{
    return len_field(1, feature.data, feature.len);
}

static void expect_built(struct tfeed_sequence_builder *builder, struct wire_bytes context,
                         struct wire_bytes lists)
{
    const struct wire_bytes expected =
        joined(len_field(1, context.data, context.len), len_field(2, lists.data, lists.len));
    const uint8_t *data;
    size_t len;
    cr_assert_eq(tfeed_sequence_builder_finish(builder, &data, &len, NULL), TFEED_OK);
    cr_assert_eq(len, expected.len);
    cr_assert_eq(memcmp(data, expected.data, len), 0);
}

Test(sequence_builder, nothing_makes_two_empty_messages)
{
    struct tfeed_sequence_builder *builder = new_builder();
    expect_built(builder, empty_feature(), empty_feature());
    tfeed_sequence_builder_free(builder);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(sequence_builder, context_and_lists_are_written_in_the_order_of_their_names)
{
    static const int64_t ids[] = {4, 300};
    static const float floats[] = {0.5F};
    const struct tfeed_bytes text = {(const uint8_t *)"ab", 2, NULL};
    struct tfeed_sequence_builder *builder = new_builder();
    for (int round = 0; round < 2; round++) {
        struct tfeed_example_builder *context = tfeed_sequence_builder_context(builder);
        tfeed_sequence_builder_clear(builder);
        cr_assert_eq(tfeed_sequence_builder_begin_list(builder, "z", NULL), TFEED_OK);
        cr_assert_eq(tfeed_sequence_builder_step_int64(builder, ids, 2, NULL), TFEED_OK);
        cr_assert_eq(tfeed_sequence_builder_step_empty(builder, NULL), TFEED_OK);
        cr_assert_eq(tfeed_sequence_builder_step_int64(builder, NULL, 0, NULL), TFEED_OK);
        cr_assert_eq(tfeed_sequence_builder_end_list(builder, NULL), TFEED_OK);
        cr_assert_eq(tfeed_example_builder_add_int64(context, "n", ids, 1, NULL), TFEED_OK);
        cr_assert_eq(tfeed_sequence_builder_begin_list(builder, "a", NULL), TFEED_OK);
        cr_assert_eq(tfeed_sequence_builder_step_float(builder, floats, 1, NULL), TFEED_OK);
        cr_assert_eq(tfeed_sequence_builder_step_bytes(builder, &text, 1, NULL), TFEED_OK);
        cr_assert_eq(tfeed_sequence_builder_end_list(builder, NULL), TFEED_OK);
        cr_assert_eq(tfeed_sequence_builder_begin_list(builder, "empty", NULL), TFEED_OK);
        cr_assert_eq(tfeed_sequence_builder_end_list(builder, NULL), TFEED_OK);

        struct wire_bytes lists = entry_of(
            "a", joined(step_of(floats_feature(floats, 1)), step_of(bytes_feature("ab", 2))));
        lists = joined(lists, entry_of("empty", empty_feature()));
        lists = joined(lists, entry_of("z", joined(step_of(int64s_feature(ids, 2)),
                                                   joined(step_of(empty_feature()),
                                                          step_of(int64s_feature(ids, 0))))));
        expect_built(builder, entry_of("n", int64_feature(4)), lists);
    }
    tfeed_sequence_builder_free(builder);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(sequence_builder, lists_of_many_lengths_are_exact)
{
    static const int sizes[] = {0, 1, 200, 3, 150, 0};
    const int64_t value = 1;
    struct tfeed_sequence_builder *builder = new_builder();
    for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++) {
        struct wire_bytes steps = empty_feature();
        tfeed_sequence_builder_clear(builder);
        cr_assert_eq(tfeed_sequence_builder_begin_list(builder, "a", NULL), TFEED_OK);
        for (int i = 0; i < sizes[k]; i++) {
            cr_assert_eq(tfeed_sequence_builder_step_int64(builder, &value, 1, NULL), TFEED_OK);
            steps = joined(steps, step_of(int64_feature(1)));
        }
        cr_assert_eq(tfeed_sequence_builder_end_list(builder, NULL), TFEED_OK);
        expect_built(builder, empty_feature(), entry_of("a", steps));
    }
    tfeed_sequence_builder_free(builder);
}

Test(sequence_builder, calls_out_of_order_are_refused)
{
    const int64_t value = 1;
    const uint8_t *data;
    size_t len;
    struct tfeed_error error;
    struct tfeed_sequence_builder *builder = new_builder();
    cr_assert_eq(tfeed_sequence_builder_step_int64(builder, &value, 1, NULL),
                 TFEED_FAILED_PRECONDITION);
    cr_assert_eq(tfeed_sequence_builder_end_list(builder, NULL), TFEED_FAILED_PRECONDITION);
    cr_assert_eq(tfeed_sequence_builder_begin_list(builder, "words", NULL), TFEED_OK);
    cr_assert_eq(tfeed_sequence_builder_begin_list(builder, "x", &error),
                 TFEED_FAILED_PRECONDITION);
    cr_assert_not_null(strstr(error.message, "'words'"));
    cr_assert_eq(tfeed_sequence_builder_finish(builder, &data, &len, NULL),
                 TFEED_FAILED_PRECONDITION);
    tfeed_sequence_builder_free(builder);
}

Test(sequence_builder, list_added_twice_is_refused)
{
    const uint8_t *data;
    size_t len;
    struct tfeed_sequence_builder *builder = new_builder();
    for (int i = 0; i < 2; i++) {
        cr_assert_eq(tfeed_sequence_builder_begin_list(builder, "x", NULL), TFEED_OK);
        cr_assert_eq(tfeed_sequence_builder_end_list(builder, NULL), TFEED_OK);
    }
    cr_assert_eq(tfeed_sequence_builder_finish(builder, &data, &len, NULL), TFEED_INVALID_ARGUMENT);
    tfeed_sequence_builder_free(builder);
}

Test(sequence_builder, failed_allocation_leaves_nothing_behind)
{
    T_FAIL_EACH_ALLOC(allocator, {
        const int64_t value = 1;
        const uint8_t *data;
        size_t len;
        struct tfeed_sequence_builder *builder = NULL;
        tfeed_status status = tfeed_sequence_builder_new(allocator, &builder, NULL);
        if (status == TFEED_OK)
            status = tfeed_sequence_builder_begin_list(builder, "a", NULL);
        for (int i = 0; status == TFEED_OK && i < 100; i++)
            status = tfeed_sequence_builder_step_int64(builder, &value, 1, NULL);
        if (status == TFEED_OK)
            status = tfeed_sequence_builder_end_list(builder, NULL);
        if (status == TFEED_OK)
            status = tfeed_sequence_builder_finish(builder, &data, &len, NULL);
        T_EXPECT_ALLOC_STATUS(status);
        tfeed_sequence_builder_free(builder);
    });
}
