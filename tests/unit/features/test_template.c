/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_template.c - the expected look of an entry, and what only resembles it.
 */
#include <criterion/criterion.h>

#include "features/schema_private.h"
#include "features/template_private.h"
#include "tests/support/support.h"
#include "tests/unit/features/example_bytes.h"

/* The template of the one column of a schema. */
static struct tfi_template template_of(struct tfeed_schema *schema)
{
    struct tfi_template tmpl;
    tfi_template_init(&tmpl, &schema->columns[0]);
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
