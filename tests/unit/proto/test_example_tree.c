/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_example_tree.c - whole messages as trees, and trees as messages.
 */
#include <criterion/criterion.h>

#include <string.h>

#include <tfeed/example_tree.h>

#include "tests/support/support.h"
#include "tests/unit/features/example_bytes.h"

static const int64_t ids[] = {5, -1, 300};
static const float weights[] = {0.25F, -8.0F};

static struct wire_bytes step_of(struct wire_bytes feature)
{
    return len_field(1, feature.data, feature.len);
}

static struct tfeed_tree *unpack(struct wire_bytes bytes)
{
    struct tfeed_error error = TFEED_ERROR_INIT;
    struct tfeed_tree *tree = NULL;
    cr_assert_eq(tfeed_tree_unpack(bytes.data, bytes.len, 0, NULL, &tree, &error), TFEED_OK, "%s",
                 error.message);
    return tree;
}

static void expect_status(struct wire_bytes bytes, size_t max_bytes, tfeed_status status)
{
    struct tfeed_error error = TFEED_ERROR_INIT;
    struct tfeed_tree *tree = NULL;
    cr_assert_eq(tfeed_tree_unpack(bytes.data, bytes.len, max_bytes, NULL, &tree, &error), status);
    cr_assert_eq(error.code, status);
    cr_assert_null(tree);
    T_EXPECT_NO_LEAKS(NULL);
}

static void expect_bytes(struct tfeed_bytes got, const char *text, size_t len)
{
    cr_assert_eq(got.len, len);
    cr_assert(len == 0 || memcmp(got.data, text, len) == 0);
}

/* A feature of each kind, one without a list, and one list of three steps. */
static struct wire_bytes sample(void)
{
    const struct wire_bytes features =
        joined(joined(entry_of("ids", int64s_feature(ids, 3)), entry_of("none", empty_feature())),
               joined(entry_of("text", bytes_feature("a\0b", 3)),
                      entry_of("weights", floats_feature(weights, 2))));
    const struct wire_bytes lists =
        entry_of("steps", joined(joined(step_of(int64_feature(7)), step_of(empty_feature())),
                                 step_of(bytes_feature("x", 1))));
    return joined(len_field(1, features.data, features.len), len_field(2, lists.data, lists.len));
}

Test(example_tree, features_are_unpacked_in_their_order)
{
    struct tfeed_tree *tree = unpack(sample());
    cr_assert_eq(tree->n_features, 4);
    expect_bytes(tree->features[0].name, "ids", 3);
    cr_assert_eq(tree->features[0].values.dtype, TFEED_INT64);
    cr_assert_eq(tree->features[0].values.n, 3);
    cr_assert_eq(memcmp(tree->features[0].values.int64s, ids, sizeof ids), 0);
    cr_assert_eq(tree->features[1].values.dtype, TFEED_DTYPE_INVALID);
    cr_assert_eq(tree->features[1].values.n, 0);
    cr_assert_eq(tree->features[2].values.dtype, TFEED_STRING);
    expect_bytes(tree->features[2].values.strings[0], "a\0b", 3);
    cr_assert_eq(tree->features[3].values.dtype, TFEED_FLOAT);
    cr_assert_eq(memcmp(tree->features[3].values.floats, weights, sizeof weights), 0);
    tfeed_tree_free(tree);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(example_tree, lists_are_unpacked_step_by_step)
{
    struct tfeed_tree *tree = unpack(sample());
    cr_assert_eq(tree->n_lists, 1);
    expect_bytes(tree->lists[0].name, "steps", 5);
    cr_assert_eq(tree->lists[0].n_steps, 3);
    cr_assert_eq(tree->lists[0].steps[0].int64s[0], 7);
    cr_assert_eq(tree->lists[0].steps[1].dtype, TFEED_DTYPE_INVALID);
    expect_bytes(tree->lists[0].steps[2].strings[0], "x", 1);
    tfeed_tree_free(tree);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(example_tree, what_was_unpacked_is_packed_to_the_same_bytes)
{
    const struct wire_bytes bytes = sample();
    struct tfeed_tree *tree = unpack(bytes);
    struct tfeed_bytes record;
    cr_assert_eq(tfeed_tree_pack(tree, NULL, &record, NULL), TFEED_OK);
    tfeed_tree_free(tree); /* the record is its own */
    expect_bytes(record, (const char *)bytes.data, bytes.len);
    tfeed_block_unref(record.block);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(example_tree, a_tree_without_lists_is_an_example)
{
    const struct wire_bytes bytes = example_of(entry_of("label", int64_feature(7)));
    struct tfeed_tree *tree = unpack(bytes);
    struct tfeed_bytes record;
    cr_assert_eq(tree->n_lists, 0);
    cr_assert_eq(tfeed_tree_pack(tree, NULL, &record, NULL), TFEED_OK);
    expect_bytes(record, (const char *)bytes.data, bytes.len);
    tfeed_block_unref(record.block);
    tfeed_tree_free(tree);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(example_tree, a_tree_made_by_hand_is_packed)
{
    static const int64_t seven[] = {7};
    struct tfeed_tree_feature feature = {
        .name = {(const uint8_t *)"label", 5, NULL},
        .values = {.dtype = TFEED_INT64, .n = 1, .int64s = seven},
    };
    const struct tfeed_tree tree = {.n_features = 1, .features = &feature};
    const struct wire_bytes expected = example_of(entry_of("label", int64_feature(7)));
    struct tfeed_bytes record;
    cr_assert_eq(tfeed_tree_pack(&tree, NULL, &record, NULL), TFEED_OK);
    expect_bytes(record, (const char *)expected.data, expected.len);
    tfeed_block_unref(record.block);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(example_tree, no_bytes_are_an_empty_tree)
{
    struct tfeed_tree *tree = unpack(empty_feature());
    cr_assert_eq(tree->n_features, 0);
    cr_assert_eq(tree->n_lists, 0);
    tfeed_tree_free(tree);
    tfeed_tree_free(NULL);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(example_tree, a_name_that_comes_again_is_there_twice)
{
    struct tfeed_tree *tree = unpack(
        example_of(joined(entry_of("a", int64_feature(1)), entry_of("a", int64_feature(2)))));
    cr_assert_eq(tree->n_features, 2);
    cr_assert_eq(tree->features[0].values.int64s[0], 1);
    cr_assert_eq(tree->features[1].values.int64s[0], 2);
    tfeed_tree_free(tree);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(example_tree, joined_messages_are_one)
{
    const struct wire_bytes first = example_of(entry_of("a", int64_feature(1)));
    const struct wire_bytes second = example_of(entry_of("b", int64_feature(2)));
    struct tfeed_tree *tree = unpack(joined(first, second));
    cr_assert_eq(tree->n_features, 2);
    expect_bytes(tree->features[1].name, "b", 1);
    tfeed_tree_free(tree);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(example_tree, entry_without_name_or_value_is_empty)
{
    const struct wire_bytes entry = len_field(1, "", 0);
    struct tfeed_tree *tree = unpack(example_of(entry));
    cr_assert_eq(tree->n_features, 1);
    cr_assert_eq(tree->features[0].name.len, 0);
    cr_assert_eq(tree->features[0].values.dtype, TFEED_DTYPE_INVALID);
    tfeed_tree_free(tree);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(example_tree, each_cut_within_a_field_is_refused)
{
    const struct wire_bytes whole = sample();
    size_t n_accepted = 0;
    for (size_t len = 0; len < whole.len; len++) {
        struct t_guarded guarded;
        struct tfeed_tree *tree = NULL;
        t_guarded_init_copy(&guarded, whole.data, len);
        const tfeed_status status = tfeed_tree_unpack(guarded.data, len, 0, NULL, &tree, NULL);
        cr_assert(status == TFEED_OK || status == TFEED_INVALID_ARGUMENT);
        n_accepted += status == TFEED_OK;
        tfeed_tree_free(tree);
        t_guarded_clear(&guarded);
    }
    cr_assert_eq(n_accepted, 2, "nothing, and the context alone");
    T_EXPECT_NO_LEAKS(NULL);
}

Test(example_tree, two_names_or_two_values_in_an_entry_are_invalid)
{
    const struct wire_bytes two_names = joined(len_field(1, "a", 1), len_field(1, "b", 1));
    const struct wire_bytes two_values = joined(len_field(2, "", 0), len_field(2, "", 0));
    const struct wire_bytes in_list = len_field(1, two_values.data, two_values.len);
    expect_status(example_of(len_field(1, two_names.data, two_names.len)), 0,
                  TFEED_INVALID_ARGUMENT);
    expect_status(example_of(len_field(1, two_values.data, two_values.len)), 0,
                  TFEED_INVALID_ARGUMENT);
    expect_status(len_field(2, in_list.data, in_list.len), 0, TFEED_INVALID_ARGUMENT);
}

Test(example_tree, more_memory_than_allowed_is_resource_exhausted)
{
    expect_status(sample(), 300, TFEED_RESOURCE_EXHAUSTED);
}

Test(example_tree, values_of_another_dtype_are_invalid)
{
    struct tfeed_tree_feature feature = {.values = {.dtype = TFEED_UINT8, .n = 0}};
    const struct tfeed_tree tree = {.n_features = 1, .features = &feature};
    struct tfeed_bytes record;
    struct tfeed_error error;
    cr_assert_eq(tfeed_tree_pack(&tree, NULL, &record, &error), TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(error.message, "uint8"));
    T_EXPECT_NO_LEAKS(NULL);
}

Test(example_tree, more_than_protobuf_can_hold_is_invalid)
{
    struct tfeed_bytes string = {(const uint8_t *)"", (size_t)1 << 31, NULL}; /* not looked at */
    struct tfeed_tree_feature feature = {
        .values = {.dtype = TFEED_STRING, .n = 1, .strings = &string}};
    const struct tfeed_tree tree = {.n_features = 1, .features = &feature};
    struct tfeed_bytes record;
    cr_assert_eq(tfeed_tree_pack(&tree, NULL, &record, NULL), TFEED_INVALID_ARGUMENT);
    feature.values = (struct tfeed_tree_values){.dtype = TFEED_INT64, .n = (size_t)1 << 32};
    cr_assert_eq(tfeed_tree_pack(&tree, NULL, &record, NULL), TFEED_INVALID_ARGUMENT);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(example_tree, no_memory_is_resource_exhausted)
{
    const struct wire_bytes bytes = sample();
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_tree *tree = NULL;
        T_EXPECT_ALLOC_STATUS(tfeed_tree_unpack(bytes.data, bytes.len, 0, allocator, &tree, NULL));
        tfeed_tree_free(tree);
    });
    struct tfeed_tree *tree = unpack(bytes);
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_bytes record = {NULL, 0, NULL};
        T_EXPECT_ALLOC_STATUS(tfeed_tree_pack(tree, allocator, &record, NULL));
        tfeed_block_unref(record.block);
    });
    tfeed_tree_free(tree);
    T_EXPECT_NO_LEAKS(NULL);
}
