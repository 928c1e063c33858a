/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_example_builder.c - the exact bytes of Examples, and features that make none.
 */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include <tfeed/features.h>

#include "tests/support/support.h"
#include "tests/unit/features/example_bytes.h"

static struct tfeed_example_builder *new_builder(void)
{
    struct tfeed_example_builder *builder;
    cr_assert_eq(tfeed_example_builder_new(NULL, &builder, NULL), TFEED_OK);
    return builder;
}

static void expect_built(struct tfeed_example_builder *builder, struct wire_bytes expected)
{
    const uint8_t *data;
    size_t len;
    cr_assert_eq(tfeed_example_builder_finish(builder, &data, &len, NULL), TFEED_OK);
    cr_assert_eq(len, expected.len);
    cr_assert_eq(memcmp(data, expected.data, len), 0);
}

Test(example_builder, keys_are_written_in_byte_order)
{
    static const char *const names[] = {"b", "\xc3\xa4", "", "ab", "B", "a"};
    static const int64_t values[] = {1, 2, 3, 4, 5, 6};
    struct tfeed_example_builder *builder = new_builder();
    for (int round = 0; round < 2; round++) { /* the second one knows the order */
        struct wire_bytes entries = entry_of("", int64_feature(3));
        tfeed_example_builder_clear(builder);
        for (int i = 0; i < 6; i++)
            cr_assert_eq(tfeed_example_builder_add_int64(builder, names[i], &values[i], 1, NULL),
                         TFEED_OK);
        entries = joined(entries, entry_of("B", int64_feature(5)));
        entries = joined(entries, entry_of("a", int64_feature(6)));
        entries = joined(entries, entry_of("ab", int64_feature(4)));
        entries = joined(entries, entry_of("b", int64_feature(1)));
        entries = joined(entries, entry_of("\xc3\xa4", int64_feature(2)));
        expect_built(builder, example_of(entries));
    }
    tfeed_example_builder_free(builder);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(example_builder, another_order_of_adding_is_noticed)
{
    const int64_t value = 1;
    struct tfeed_example_builder *builder = new_builder();
    static const char *const orders[][2] = {{"a", "b"}, {"b", "a"}, {"c", "b"}};
    for (int i = 0; i < 3; i++) {
        const char *const *names = orders[i];
        const bool ascending = strcmp(names[0], names[1]) < 0;
        tfeed_example_builder_clear(builder);
        for (int k = 0; k < 2; k++)
            cr_assert_eq(tfeed_example_builder_add_int64(builder, names[k], &value, 1, NULL),
                         TFEED_OK);
        expect_built(builder,
                     example_of(joined(entry_of(names[ascending ? 0 : 1], int64_feature(1)),
                                       entry_of(names[ascending ? 1 : 0], int64_feature(1)))));
    }
    tfeed_example_builder_free(builder);
}

Test(example_builder, each_kind_is_written_packed)
{
    static const int64_t ints[] = {-1, 0, 127, 128, INT64_MIN, INT64_MAX};
    static const float floats[] = {0.5F, -0.0F};
    const struct tfeed_bytes strings[] = {{(const uint8_t *)"ab", 2, NULL}, {NULL, 0, NULL}};
    struct tfeed_example_builder *builder = new_builder();
    cr_assert_eq(tfeed_example_builder_add_int64(builder, "i", ints, 6, NULL), TFEED_OK);
    cr_assert_eq(tfeed_example_builder_add_float(builder, "f", floats, 2, NULL), TFEED_OK);
    cr_assert_eq(tfeed_example_builder_add_bytes(builder, "s", strings, 2, NULL), TFEED_OK);
    const struct wire_bytes list = joined(len_field(1, "ab", 2), len_field(1, "", 0));
    struct wire_bytes entries = entry_of("f", floats_feature(floats, 2));
    entries = joined(entries, entry_of("i", int64s_feature(ints, 6)));
    entries = joined(entries, entry_of("s", len_field(1, list.data, list.len)));
    expect_built(builder, example_of(entries));
    tfeed_example_builder_free(builder);
}

Test(example_builder, empty_lists_keep_their_kind)
{
    struct tfeed_example_builder *builder = new_builder();
    cr_assert_eq(tfeed_example_builder_add_int64(builder, "i", NULL, 0, NULL), TFEED_OK);
    cr_assert_eq(tfeed_example_builder_add_float(builder, "f", NULL, 0, NULL), TFEED_OK);
    cr_assert_eq(tfeed_example_builder_add_bytes(builder, "s", NULL, 0, NULL), TFEED_OK);
    cr_assert_eq(tfeed_example_builder_add_empty(builder, "e", NULL), TFEED_OK);
    struct wire_bytes entries = entry_of("e", empty_feature());
    entries = joined(entries, entry_of("f", len_field(2, "", 0)));
    entries = joined(entries, entry_of("i", len_field(3, "", 0)));
    entries = joined(entries, entry_of("s", len_field(1, "", 0)));
    expect_built(builder, example_of(entries));
    tfeed_example_builder_free(builder);
}

Test(example_builder, no_features_make_an_empty_message)
{
    struct tfeed_example_builder *builder = new_builder();
    expect_built(builder, example_of(empty_feature()));
    tfeed_example_builder_free(builder);
}

Test(example_builder, lengths_of_several_bytes_are_exact)
{
    struct tfeed_example_builder *builder = new_builder();
    uint8_t *value = calloc(1, 70000);
    cr_assert_not_null(value);
    for (size_t len = 100; len < 70000; len = len < 140 ? len + 1 : len * 2) {
        const struct tfeed_bytes bytes = {value, len, NULL};
        const uint8_t *data;
        size_t example_len;
        struct tfeed_example_walk walk;
        struct tfeed_feature_view view;
        tfeed_example_builder_clear(builder);
        cr_assert_eq(tfeed_example_builder_add_bytes(builder, "x", &bytes, 1, NULL), TFEED_OK);
        cr_assert_eq(tfeed_example_builder_finish(builder, &data, &example_len, NULL), TFEED_OK);
        tfeed_example_walk_init(&walk, data, example_len);
        cr_assert_eq(tfeed_example_walk_next(&walk, &view, NULL), TFEED_OK);
        struct tfeed_bytes found;
        cr_assert_eq(view.n_values, 1);
        tfeed_feature_bytes(&view, &found);
        cr_assert_eq(found.len, len);
        cr_assert_eq(tfeed_example_walk_next(&walk, &view, NULL), TFEED_OUT_OF_RANGE);
    }
    free(value);
    tfeed_example_builder_free(builder);
}

Test(example_builder, name_added_twice_is_refused_and_named)
{
    const int64_t value = 1;
    struct tfeed_error error;
    const uint8_t *data;
    size_t len;
    struct tfeed_example_builder *builder = new_builder();
    cr_assert_eq(tfeed_example_builder_add_int64(builder, "a", &value, 1, NULL), TFEED_OK);
    cr_assert_eq(tfeed_example_builder_add_int64(builder, "b", &value, 1, NULL), TFEED_OK);
    cr_assert_eq(tfeed_example_builder_finish(builder, &data, &len, NULL), TFEED_OK);
    tfeed_example_builder_clear(builder);
    cr_assert_eq(tfeed_example_builder_add_int64(builder, "label", &value, 1, NULL), TFEED_OK);
    cr_assert_eq(tfeed_example_builder_add_float(builder, "label", NULL, 0, NULL), TFEED_OK);
    cr_assert_eq(tfeed_example_builder_finish(builder, &data, &len, &error),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(error.message, "'label'"));
    tfeed_example_builder_free(builder);
}

Test(example_builder, example_beyond_two_gibibytes_is_refused)
{
    /* never touched: the sizes alone are too much */
    static uint8_t byte;
    const struct tfeed_bytes halves[] = {{&byte, (size_t)1 << 30, NULL},
                                         {&byte, (size_t)1 << 30, NULL}};
    const uint8_t *data;
    size_t len;
    struct tfeed_example_builder *builder = new_builder();
    cr_assert_eq(tfeed_example_builder_add_bytes(builder, "x", halves, 2, NULL), TFEED_OK);
    cr_assert_eq(tfeed_example_builder_finish(builder, &data, &len, NULL), TFEED_INVALID_ARGUMENT);
    tfeed_example_builder_free(builder);
}

Test(example_builder, failed_allocation_leaves_nothing_behind)
{
    T_FAIL_EACH_ALLOC(allocator, {
        const int64_t value = 1;
        const uint8_t *data;
        size_t len;
        struct tfeed_example_builder *builder = NULL;
        tfeed_status status = tfeed_example_builder_new(allocator, &builder, NULL);
        for (int i = 0; status == TFEED_OK && i < 20; i++) {
            static char names[20][2];
            names[i][0] = (char)('a' + i);
            status = tfeed_example_builder_add_int64(builder, names[i], &value, 1, NULL);
        }
        if (status == TFEED_OK)
            status = tfeed_example_builder_finish(builder, &data, &len, NULL);
        T_EXPECT_ALLOC_STATUS(status);
        tfeed_example_builder_free(builder);
    });
}
