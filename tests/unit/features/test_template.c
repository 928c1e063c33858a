/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_template.c - the expected look of an entry, and what only resembles it.
 */
#include <criterion/criterion.h>

#include <string.h>

#include "features/schema_private.h"
#include "features/template_private.h"
#include "tests/support/support.h"
#include "tests/unit/features/example_bytes.h"

/* The template of the one column of a schema. */
static struct tfi_template template_of(struct tfeed_schema *schema)
{
    struct tfi_template tmpl;
    tfi_template_init(&tmpl, &schema->features[0]);
    tfeed_schema_unref(schema);
    return tmpl;
}

static struct tfi_template fixed_template(const char *name, enum tfeed_dtype dtype, int64_t n)
{
    const struct tfeed_shape shape = tfeed_shape_vector(n);
    struct tfeed_schema *schema;
    cr_assert_eq(tfeed_schema_new(NULL, &schema, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_add_fixed(schema, name, dtype, &shape, NULL), TFEED_OK);
    return template_of(schema);
}

/* Whether the prefix, ending at a guard page, matches. */
static bool matches(const struct tfi_template *tmpl, const struct wire_bytes *entry)
{
    struct t_guarded guarded;
    t_guarded_init_copy(&guarded, entry->data, tmpl->len);
    const bool is_match = tfi_template_match(tmpl, guarded.data);
    t_guarded_clear(&guarded);
    return is_match;
}

Test(template, scalar_of_each_length_matches_and_no_changed_byte_does)
{
    const struct tfi_template tmpl = fixed_template("label", TFEED_INT64, 1);
    cr_assert_eq(tmpl.len, 15);
    for (unsigned n_bits = 0; n_bits < 64; n_bits += 7) {
        struct wire_bytes entry =
            entry_of("label", int64_feature((int64_t)(UINT64_C(1) << n_bits)));
        cr_assert(matches(&tmpl, &entry), "%u bits", n_bits);
        for (size_t i = 0; i < tmpl.len; i++) {
            entry.data[i] ^= 1;
            cr_assert_not(matches(&tmpl, &entry), "byte %zu", i);
            entry.data[i] ^= 1;
        }
    }
}

Test(template, payload_of_any_length_byte_matches_only_its_own_lengths)
{
    const struct tfi_template tmpl = fixed_template("label", TFEED_INT64, 1);
    struct wire_bytes entry = entry_of("label", int64_feature(1));
    for (unsigned len = 0; len < 256; len++) {
        entry.data[tmpl.len - 1] = (uint8_t)len;
        cr_assert_eq(matches(&tmpl, &entry), len == 1, "length byte %u", len);
    }
}

Test(template, floats_match_with_lengths_of_several_bytes)
{
    static const float values[300];
    const struct tfi_template tmpl = fixed_template("f", TFEED_FLOAT, 300);
    const struct wire_bytes entry = entry_of("f", floats_feature(values, 300));
    cr_assert_eq(tmpl.payload_bytes, sizeof values);
    cr_assert_eq(tmpl.len, entry.len - sizeof values);
    cr_assert(matches(&tmpl, &entry));
}

Test(template, name_that_does_not_fit_has_none)
{
    char name[80];
    memset(name, 'n', sizeof name);
    for (size_t len = 0; len < sizeof name; len++) {
        name[len] = '\0';
        const struct tfi_template tmpl = fixed_template(name, TFEED_INT64, 1);
        cr_assert_eq(tmpl.len, len + 10 <= TFI_TEMPLATE_MAX_BYTES ? len + 10 : 0);
        name[len] = 'n';
    }
}

Test(template, lists_and_strings_have_none)
{
    cr_assert_eq(fixed_template("x", TFEED_INT64, 2).len, 0);
    cr_assert_eq(fixed_template("x", TFEED_STRING, 1).len, 0);
}

Test(template, list_matches_with_any_number_of_values_in_short_lengths)
{
    int64_t values[130] = {0};
    struct tfi_template tmpl;
    struct tfeed_schema *schema;
    cr_assert_eq(tfeed_schema_new(NULL, &schema, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_add_variable(schema, "list", TFEED_INT64, NULL), TFEED_OK);
    tfi_template_init_list(&tmpl, &schema->features[0]);
    tfeed_schema_unref(schema);
    cr_assert_eq(tmpl.len, 14);
    cr_assert_eq(tmpl.payload_bytes, 127 - 12);
    for (size_t n = 1; n <= tmpl.payload_bytes; n++) {
        const struct wire_bytes entry = entry_of("list", int64s_feature(values, n));
        cr_assert_eq(entry.len, tmpl.len + n);
        cr_assert(matches(&tmpl, &entry), "%zu values", n);
    }
    const struct wire_bytes longer =
        entry_of("list", int64s_feature(values, tmpl.payload_bytes + 1));
    cr_assert_not(matches(&tmpl, &longer));
}

/* The bytes that the front of an entry steps over, the first len of it at a guard page; 0: none. */
static size_t steps_over(const struct tfi_front *front, const struct wire_bytes *entry, size_t len)
{
    struct t_guarded guarded;
    t_guarded_init_copy(&guarded, entry->data, len);
    const uint8_t *behind = tfi_front_match(front, guarded.data, guarded.data + len);
    const size_t n_bytes = behind != NULL ? (size_t)(behind - guarded.data) : 0;
    t_guarded_clear(&guarded);
    return n_bytes;
}

Test(template, front_steps_over_entries_of_any_length)
{
    static const int64_t values[300];
    static const char *const names[] = {"five5", "a longer name", "a name of eighteen",
                                        "a name of twenty-six chrs"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        for (size_t n = 1; n < 300; n += 7) {
            struct tfi_front front;
            const struct wire_bytes entry = entry_of(names[i], int64s_feature(values, n));
            const size_t is_long = entry.data[1] >> 7;
            const size_t len = 4 + is_long + strlen(names[i]);
            tfi_front_set(&front, entry.data, len);
            cr_assert_eq(front.len, len);
            cr_assert_eq(steps_over(&front, &entry, entry.len), entry.len);
            cr_assert_eq(steps_over(&front, &entry, entry.len - 1), 0);
            for (size_t n_there = 0; n_there <= len; n_there++)
                cr_assert_eq(steps_over(&front, &entry, n_there), 0);
            const struct wire_bytes other = entry_of(names[i], int64s_feature(values, n / 2 + 1));
            const bool is_alike = other.data[1] >> 7 == (uint8_t)is_long;
            cr_assert_eq(steps_over(&front, &other, other.len), is_alike ? other.len : 0);
            struct wire_bytes changed = entry;
            for (size_t k = 0; k < len; k++) {
                if (k >= 1 && k <= 1 + is_long)
                    continue; /* the length */
                changed.data[k] ^= 1;
                cr_assert_eq(steps_over(&front, &changed, changed.len), 0, "byte %zu", k);
                changed.data[k] ^= 1;
            }
        }
}

Test(template, front_of_another_form_steps_over_nothing)
{
    static const int64_t values[300];
    struct wire_bytes entry = entry_of("a name", int64s_feature(values, 300));
    struct tfi_front front;
    tfi_front_init(&front);
    cr_assert_eq(steps_over(&front, &entry, entry.len), 0);
    tfi_front_set(&front, entry.data, 11); /* EL has 2 bytes */
    cr_assert_eq(steps_over(&front, &entry, entry.len), entry.len);
    entry.data[2] |= 0x80; /* … and now more */
    cr_assert_eq(steps_over(&front, &entry, entry.len), 0);
    tfi_front_set(&front, entry.data, 11);
    cr_assert_eq(steps_over(&front, &entry, entry.len), 0);
    entry.data[2] &= 0x7f;
    tfi_front_set(&front, entry.data, TFI_FRONT_MAX_BYTES + 1);
    cr_assert_eq(steps_over(&front, &entry, entry.len), 0);
    tfi_front_set(&front, entry.data, TFI_FRONT_MIN_BYTES - 1);
    cr_assert_eq(steps_over(&front, &entry, entry.len), 0);
}

Test(template, front_of_a_short_name_is_recognised_where_a_part_is_left)
{
    static const int64_t values[300];
    struct tfi_front front;
    const struct wire_bytes entry = entry_of("", int64s_feature(values, 9));
    tfi_front_set(&front, entry.data, TFI_FRONT_MIN_BYTES);
    cr_assert_geq(entry.len, TFI_FRONT_PART_BYTES);
    cr_assert_eq(steps_over(&front, &entry, entry.len), entry.len);
    const struct wire_bytes last = entry_of("", int64_feature(1));
    cr_assert_lt(last.len, TFI_FRONT_PART_BYTES);
    cr_assert_eq(steps_over(&front, &last, last.len), 0);
}

Test(template, front_longer_than_its_entry_steps_over_nothing)
{
    struct tfi_front front;
    struct wire_bytes entry = entry_of("a name", int64_feature(1));
    tfi_front_set(&front, entry.data, 10);
    for (unsigned len = 0; len < 8; len++) {
        entry.data[1] = (uint8_t)len;
        cr_assert_eq(steps_over(&front, &entry, entry.len), 0, "length %u", len);
    }
    entry.data[1] = 8;
    cr_assert_eq(steps_over(&front, &entry, entry.len), 10);
}

Test(template, varint_of_exactly_its_length_is_read)
{
    uint8_t bytes[16] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    for (size_t len = 1; len <= 8; len++) {
        for (unsigned n_bits = 0; n_bits <= 56; n_bits++) {
            const uint64_t value = (UINT64_C(1) << n_bits) - 1;
            struct wire_bytes varint = {.len = 0};
            uint64_t found = 0;
            wire_append_varint(&varint, value);
            memcpy(bytes + 8, varint.data, 8);
            cr_assert_eq(tfi_template_varint(bytes + 8, len, tfi_join_groups, &found),
                         varint.len == len);
            if (varint.len == len)
                cr_assert_eq(found, value);
        }
    }
}
