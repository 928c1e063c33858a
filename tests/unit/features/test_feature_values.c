/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_feature_values.c - map entries and Features, ordinary and odd.
 */
#include <criterion/criterion.h>

#include "features/feature_values_private.h"
#include "tests/support/support.h"
#include "tests/unit/features/example_bytes.h"

static struct tfi_wire wire_over(const struct wire_bytes *bytes)
{
    return (struct tfi_wire){bytes->data, bytes->data + bytes->len};
}

/* The chunks of a Feature, joined; *ret_n counts them, -1 for a malformed one. */
static struct wire_bytes all_chunks(const struct wire_bytes *feature,
                                    enum tfeed_feature_kind *ret_kind, int *ret_n)
{
    struct wire_bytes all = {.len = 0};
    struct tfi_feature_values values;
    struct tfi_chunk chunk;
    enum tfi_next next;
    *ret_n = -1;
    if (!tfi_feature_values_init(&values, wire_over(feature)))
        return all;
    *ret_kind = values.kind;
    int n = 0;
    for (; (next = tfi_feature_values_next(&values, &chunk)) == TFI_NEXT_CHUNK; n++)
        wire_append(&all, chunk.data, chunk.len);
    if (next == TFI_NEXT_END)
        *ret_n = n;
    return all;
}

static void expect_chunks(struct wire_bytes feature, enum tfeed_feature_kind kind, int n,
                          const char *joined_bytes, size_t len)
{
    enum tfeed_feature_kind found_kind;
    int found_n;
    const struct wire_bytes found = all_chunks(&feature, &found_kind, &found_n);
    cr_assert_eq(found_n, n);
    cr_assert_eq(found_kind, kind);
    cr_assert_eq(found.len, len);
    cr_assert_eq(memcmp(found.data, joined_bytes, len), 0);
}

static void expect_malformed(struct wire_bytes feature)
{
    enum tfeed_feature_kind kind;
    int n;
    (void)all_chunks(&feature, &kind, &n);
    cr_assert_eq(n, -1);
}

Test(feature_values, empty_feature_has_no_kind)
{
    expect_chunks(empty_feature(), TFEED_FEATURE_NONE, 0, "", 0);
}

Test(feature_values, empty_list_has_a_kind)
{
    expect_chunks(len_field(2, "", 0), TFEED_FEATURE_FLOAT, 0, "", 0);
}

Test(feature_values, packed_list_is_one_chunk)
{
    const int64_t values[] = {1, 300, 2};
    expect_chunks(int64s_feature(values, 3), TFEED_FEATURE_INT64, 1, "\x01\xac\x02\x02", 4);
}

Test(feature_values, unpacked_values_are_a_chunk_each)
{
    const struct wire_bytes list = joined(varint_field(1, 300), varint_field(1, 2));
    expect_chunks(len_field(3, list.data, list.len), TFEED_FEATURE_INT64, 2, "\xac\x02\x02", 3);
}

Test(feature_values, packed_and_unpacked_are_joined)
{
    const struct wire_bytes list = joined(varint_field(1, 7), len_field(1, "\x08\x09", 2));
    expect_chunks(len_field(3, list.data, list.len), TFEED_FEATURE_INT64, 2, "\7\x08\x09", 3);
}

Test(feature_values, lists_of_one_kind_are_joined)
{
    const struct wire_bytes feature = joined(int64_feature(1), int64_feature(2));
    expect_chunks(feature, TFEED_FEATURE_INT64, 2, "\1\2", 2);
}

Test(feature_values, last_kind_wins_and_forgets_what_was_before)
{
    const struct wire_bytes feature =
        joined(joined(int64_feature(1), bytes_feature("ab", 2)), int64_feature(2));
    expect_chunks(feature, TFEED_FEATURE_INT64, 1, "\2", 1);
}

Test(feature_values, unknown_fields_are_skipped_everywhere)
{
    const struct wire_bytes list = joined(varint_field(9, 1), varint_field(1, 5));
    const struct wire_bytes feature =
        joined(joined(varint_field(7, 1), len_field(3, list.data, list.len)), len_field(8, "x", 1));
    expect_chunks(feature, TFEED_FEATURE_INT64, 1, "\5", 1);
}

Test(feature_values, value_field_of_another_wire_type_is_unknown)
{
    const struct wire_bytes list = varint_field(1, 5);
    expect_chunks(len_field(1, list.data, list.len), TFEED_FEATURE_BYTES, 0, "", 0);
}

Test(feature_values, floats_in_pieces_of_six_bytes_are_malformed)
{
    const struct wire_bytes list = len_field(1, "123456", 6);
    expect_malformed(len_field(2, list.data, list.len));
}

Test(feature_values, list_cut_anywhere_is_malformed)
{
    const struct wire_bytes whole = bytes_feature("abcdef", 6);
    for (size_t len = 1; len < whole.len; len++) {
        struct wire_bytes cut = whole;
        cut.len = len;
        expect_malformed(cut);
    }
}

static bool split(struct wire_bytes entry, struct tfi_entry *ret_entry)
{
    static struct wire_bytes kept;
    kept = entry;
    struct tfi_wire wire = wire_over(&kept);
    return tfi_entry_split(&wire, ret_entry);
}

Test(feature_values, entry_is_split_in_either_order)
{
    const struct wire_bytes key = len_field(1, "name", 4);
    const struct wire_bytes value = len_field(2, "feature", 7);
    struct tfi_entry entry;
    cr_assert(split(joined(key, value), &entry));
    cr_assert(entry.name_len == 4 && memcmp(entry.name, "name", 4) == 0);
    cr_assert_eq(entry.feature.end - entry.feature.at, 7);
    cr_assert(split(joined(value, key), &entry));
    cr_assert(entry.name_len == 4 && memcmp(entry.name, "name", 4) == 0);
    cr_assert_eq(entry.feature.end - entry.feature.at, 7);
}

Test(feature_values, what_an_entry_lacks_is_empty)
{
    struct tfi_entry entry;
    cr_assert(split(len_field(2, "feature", 7), &entry));
    cr_assert_eq(entry.name_len, 0);
    cr_assert(split(len_field(1, "name", 4), &entry));
    cr_assert(tfi_wire_done(&entry.feature));
    cr_assert(split(empty_feature(), &entry));
    cr_assert_eq(entry.name_len, 0);
}

Test(feature_values, entry_with_two_names_or_two_values_is_malformed)
{
    struct tfi_entry entry;
    cr_assert_not(split(joined(len_field(1, "a", 1), len_field(1, "b", 1)), &entry));
    cr_assert_not(split(joined(len_field(2, "a", 1), len_field(2, "b", 1)), &entry));
}
