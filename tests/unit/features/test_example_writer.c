/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_example_writer.c - varints without branches, and lists that are written piece by piece: the
 * same bytes as at once, whatever their lengths.
 */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "features/example_writer_private.h"
#include "tests/support/support.h"

static struct tfeed_example_builder *new_builder(void)
{
    struct tfeed_example_builder *builder;
    cr_assert_eq(tfeed_example_builder_new(NULL, &builder, NULL), TFEED_OK);
    return builder;
}

/* True when both builders give the same bytes. */
static bool is_same(struct tfeed_example_builder *a, struct tfeed_example_builder *b)
{
    const uint8_t *data[2];
    size_t len[2];
    cr_assert_eq(tfeed_example_builder_finish(a, &data[0], &len[0], NULL), TFEED_OK);
    cr_assert_eq(tfeed_example_builder_finish(b, &data[1], &len[1], NULL), TFEED_OK);
    return len[0] == len[1] && memcmp(data[0], data[1], len[0]) == 0;
}

static void expect_stored(uint64_t value)
{
    uint8_t stored[TFI_VARINT_MAX_BYTES];
    uint8_t written[TFI_VARINT_MAX_BYTES];
    const size_t len = (size_t)(tfi_varint_write(written, value) - written);
    cr_assert_eq(tfi_varint_store(stored, value), len, "%llx", (unsigned long long)value);
    cr_assert_eq(memcmp(stored, written, len), 0, "%llx", (unsigned long long)value);
}

Test(example_writer, varint_is_stored_as_it_is_written)
{
    for (unsigned bit = 0; bit < 64; bit++) {
        const uint64_t power = UINT64_C(1) << bit;
        expect_stored(power);
        expect_stored(power - 1);
        expect_stored(~power);
        expect_stored(power | power >> 3 | power >> 11 | 1);
    }
}

Test(example_writer, ints_in_pieces_are_the_ints_at_once)
{
    enum { MAX = 40000 };
    int64_t *values = malloc(MAX * sizeof *values);
    struct tfeed_example_builder *whole = new_builder();
    struct tfeed_example_builder *pieces = new_builder();
    cr_assert_not_null(values);
    for (size_t i = 0; i < MAX; i++)
        values[i] = (int64_t)(i % 3 == 0 ? i : i << (i % 50));
    /* longer and shorter than the list before: heads grow and shrink */
    static const size_t sizes[] = {1, 0, 100, 3, MAX, 5, 20000, 20001, 0};
    for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++) {
        tfeed_example_builder_clear(whole);
        tfeed_example_builder_clear(pieces);
        cr_assert_eq(tfeed_example_builder_add_int64(whole, "a", values, sizes[k], NULL), TFEED_OK);
        cr_assert_eq(tfeed_example_builder_add_int64(whole, "b", values, 1, NULL), TFEED_OK);
        cr_assert_eq(tfeed_example_builder_begin(pieces, "a", TFEED_FEATURE_INT64, NULL), TFEED_OK);
        for (size_t i = 0; i < sizes[k]; i += 7)
            cr_assert_eq(tfeed_example_builder_append_int64(
                             pieces, values + i, sizes[k] - i < 7 ? sizes[k] - i : 7, NULL),
                         TFEED_OK);
        cr_assert_eq(tfeed_example_builder_end(pieces, NULL), TFEED_OK);
        cr_assert_eq(tfeed_example_builder_add_int64(pieces, "b", values, 1, NULL), TFEED_OK);
        cr_assert(is_same(whole, pieces), "%zu values", sizes[k]);
    }
    tfeed_example_builder_free(whole);
    tfeed_example_builder_free(pieces);
    free(values);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(example_writer, floats_and_bytes_in_pieces_are_those_at_once)
{
    static const float floats[] = {1.5F, -2.0F, 0.0F};
    const struct tfeed_bytes strings[] = {{(const uint8_t *)"ab", 2, NULL}, {NULL, 0, NULL}};
    struct tfeed_example_builder *whole = new_builder();
    struct tfeed_example_builder *pieces = new_builder();
    cr_assert_eq(tfeed_example_builder_add_float(whole, "f", floats, 3, NULL), TFEED_OK);
    cr_assert_eq(tfeed_example_builder_add_bytes(whole, "s", strings, 2, NULL), TFEED_OK);
    cr_assert_eq(tfeed_example_builder_begin(pieces, "s", TFEED_FEATURE_BYTES, NULL), TFEED_OK);
    uint8_t *room;
    cr_assert_eq(tfeed_example_builder_append_room(pieces, 2, &room, NULL), TFEED_OK);
    memcpy(room, "ab", 2);
    cr_assert_eq(tfeed_example_builder_append_bytes(pieces, &strings[1], 1, NULL), TFEED_OK);
    cr_assert_eq(tfeed_example_builder_end(pieces, NULL), TFEED_OK);
    cr_assert_eq(tfeed_example_builder_begin(pieces, "f", TFEED_FEATURE_FLOAT, NULL), TFEED_OK);
    cr_assert_eq(tfeed_example_builder_append_float(pieces, floats, 1, NULL), TFEED_OK);
    cr_assert_eq(tfeed_example_builder_append_float(pieces, floats + 1, 2, NULL), TFEED_OK);
    cr_assert_eq(tfeed_example_builder_end(pieces, NULL), TFEED_OK);
    cr_assert(is_same(whole, pieces));
    tfeed_example_builder_free(whole);
    tfeed_example_builder_free(pieces);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(example_writer, values_may_change_once_they_are_added)
{
    int64_t value = 7;
    char name[] = "a";
    struct tfeed_example_builder *changed = new_builder();
    struct tfeed_example_builder *kept = new_builder();
    cr_assert_eq(tfeed_example_builder_add_int64(changed, name, &value, 1, NULL), TFEED_OK);
    cr_assert_eq(tfeed_example_builder_add_int64(kept, "a", &(int64_t){7}, 1, NULL), TFEED_OK);
    value = 8;
    name[0] = 'z';
    cr_assert(is_same(changed, kept));
    tfeed_example_builder_free(changed);
    tfeed_example_builder_free(kept);
}

Test(example_writer, features_can_be_added_after_finish)
{
    const int64_t value = 1;
    const uint8_t *data;
    size_t len;
    struct tfeed_example_builder *twice = new_builder();
    struct tfeed_example_builder *once = new_builder();
    cr_assert_eq(tfeed_example_builder_add_int64(twice, "b", &value, 1, NULL), TFEED_OK);
    cr_assert_eq(tfeed_example_builder_finish(twice, &data, &len, NULL), TFEED_OK);
    cr_assert_eq(tfeed_example_builder_add_int64(twice, "a", &value, 1, NULL), TFEED_OK);
    cr_assert_eq(tfeed_example_builder_add_int64(once, "a", &value, 1, NULL), TFEED_OK);
    cr_assert_eq(tfeed_example_builder_add_int64(once, "b", &value, 1, NULL), TFEED_OK);
    cr_assert(is_same(twice, once));
    tfeed_example_builder_free(twice);
    tfeed_example_builder_free(once);
}

Test(example_writer, open_list_stands_in_the_way_and_is_named)
{
    const int64_t value = 1;
    const uint8_t *data;
    size_t len;
    struct tfeed_error error;
    struct tfeed_example_builder *builder = new_builder();
    cr_assert_eq(tfeed_example_builder_begin(builder, "ids", TFEED_FEATURE_INT64, NULL), TFEED_OK);
    cr_assert_eq(tfeed_example_builder_add_int64(builder, "x", &value, 1, &error),
                 TFEED_FAILED_PRECONDITION);
    cr_assert_not_null(strstr(error.message, "'ids'"));
    cr_assert_eq(tfeed_example_builder_begin(builder, "x", TFEED_FEATURE_INT64, NULL),
                 TFEED_FAILED_PRECONDITION);
    cr_assert_eq(tfeed_example_builder_finish(builder, &data, &len, NULL),
                 TFEED_FAILED_PRECONDITION);
    cr_assert_eq(tfeed_example_builder_append_float(builder, &(float){1}, 1, NULL),
                 TFEED_FAILED_PRECONDITION);
    tfeed_example_builder_clear(builder);
    cr_assert_eq(tfeed_example_builder_append_int64(builder, &value, 1, NULL),
                 TFEED_FAILED_PRECONDITION);
    cr_assert_eq(tfeed_example_builder_end(builder, NULL), TFEED_FAILED_PRECONDITION);
    cr_assert_eq(tfeed_example_builder_begin(builder, "x", TFEED_FEATURE_NONE, NULL),
                 TFEED_INVALID_ARGUMENT);
    tfeed_example_builder_free(builder);
}

Test(example_writer, room_that_no_example_has_is_refused)
{
    uint8_t *room;
    struct tfeed_example_builder *builder = new_builder();
    cr_assert_eq(tfeed_example_builder_begin(builder, "x", TFEED_FEATURE_BYTES, NULL), TFEED_OK);
    cr_assert_eq(tfeed_example_builder_append_room(builder, (size_t)INT32_MAX, &room, NULL),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_eq(tfeed_example_builder_append_room(builder, SIZE_MAX, &room, NULL),
                 TFEED_INVALID_ARGUMENT);
    tfeed_example_builder_free(builder);
}

Test(example_writer, name_twice_is_found_wherever_it_stands)
{
    static const char *const names[] = {"a", "b", "c", "a"};
    const int64_t value = 1;
    const uint8_t *data;
    size_t len;
    struct tfeed_example_builder *builder = new_builder();
    for (int i = 0; i < 4; i++)
        cr_assert_eq(tfeed_example_builder_add_int64(builder, names[i], &value, 1, NULL), TFEED_OK);
    cr_assert_eq(tfeed_example_builder_finish(builder, &data, &len, NULL), TFEED_INVALID_ARGUMENT);
    /* again: the order is known by now */
    cr_assert_eq(tfeed_example_builder_finish(builder, &data, &len, NULL), TFEED_INVALID_ARGUMENT);
    tfeed_example_builder_free(builder);
}

Test(example_writer, failed_allocation_leaves_nothing_behind)
{
    T_FAIL_EACH_ALLOC(allocator, {
        const int64_t values[100] = {1};
        const uint8_t *data;
        size_t len;
        struct tfeed_example_builder *builder = NULL;
        tfeed_status status = tfeed_example_builder_new(allocator, &builder, NULL);
        if (status == TFEED_OK)
            status = tfeed_example_builder_begin(builder, "b", TFEED_FEATURE_INT64, NULL);
        for (int i = 0; status == TFEED_OK && i < 20; i++)
            status = tfeed_example_builder_append_int64(builder, values, 100, NULL);
        if (status == TFEED_OK)
            status = tfeed_example_builder_end(builder, NULL);
        if (status == TFEED_OK)
            status = tfeed_example_builder_add_int64(builder, "a", values, 1, NULL);
        if (status == TFEED_OK)
            status = tfeed_example_builder_finish(builder, &data, &len, NULL);
        T_EXPECT_ALLOC_STATUS(status);
        tfeed_example_builder_free(builder);
    });
}
