/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_csv_split.c - records of CSV taken apart.
 */
#include <criterion/criterion.h>

#include <string.h>

#include "features/csv_split_private.h"
#include "tests/support/support.h"

enum { ROOM = 6 };

/* The fields of a record, undoubled and each ended by '|'; "!" for an error. */
static const char *split(const struct tfi_csv_rules *rules, const char *text, size_t len)
{
    static char joined[256];
    struct tfi_csv_field fields[ROOM];
    struct t_guarded guarded;
    struct tfeed_error error;
    size_t n;
    char *at = joined;
    t_guarded_init_copy(&guarded, text, len);
    const struct tfeed_bytes record = {guarded.data, len, NULL};
    const tfeed_status status = tfi_csv_split(rules, &record, 0, fields, ROOM, &n, &error);
    if (status == TFEED_OK) {
        cr_assert_leq(n, ROOM);
        for (size_t i = 0; i < n; i++) {
            memcpy(at, fields[i].data, fields[i].len);
            at += fields[i].has_doubled_quotes ? tfi_csv_undouble(&fields[i], (uint8_t *)at)
                                               : fields[i].len;
            *at++ = '|';
        }
    } else {
        cr_assert_eq(status, TFEED_INVALID_ARGUMENT);
        *at++ = '!';
    }
    *at = '\0';
    t_guarded_clear(&guarded);
    return joined;
}

static void expect(const char *text, const char *expected)
{
    struct tfi_csv_rules rules;
    tfi_csv_rules_init(&rules, ',', true);
    const char *found = split(&rules, text, strlen(text));
    cr_assert_str_eq(found, expected, "%s gives %s, not %s", text, found, expected);
}

Test(csv_split, bare_fields)
{
    expect("a", "a|");
    expect("a,b", "a|b|");
    expect(" a , b ", " a | b |");
    expect("", "");
    expect(",", "||");
    expect("a,", "a||");
    expect(",,a", "||a|");
}

Test(csv_split, quoted_fields)
{
    expect("\"a\"", "a|");
    expect("\"\"", "|");
    expect("\"a,b\",c", "a,b|c|");
    expect("\"a\r\nb\"", "a\r\nb|");
    expect("\"\"\"\"", "\"|");
    expect("\"a\"\"b\"\"\",", "a\"b\"||");
    expect("\"\",\"\"", "||");
}

Test(csv_split, quotes_at_wrong_places_are_refused)
{
    expect("\"", "!");
    expect("\"a", "!");
    expect("\"a\"b", "!");
    expect("\"a\"b\"", "!");
    expect("\"a\"\"", "!");
    expect("a\"", "!");
    expect("a,b\"c\"", "!");
    expect(" \"a\"", "!");
}

Test(csv_split, line_ends_before_a_field_are_passed_over_and_refused_in_it)
{
    expect("\n", "");
    expect("\r\na,\n\nb", "a|b|");
    expect("a,\n", "a|");
    expect("a\n", "!");
    expect("a,b\r\n", "!");
    expect("\"a\"\n", "!");
}

Test(csv_split, without_quotes_they_are_ordinary)
{
    struct tfi_csv_rules rules;
    tfi_csv_rules_init(&rules, ',', false);
    cr_assert_str_eq(split(&rules, "\"a,b\"", 5), "\"a|b\"|");
    cr_assert_str_eq(split(&rules, "a\nb", 3), "!");
}

Test(csv_split, any_byte_delimits)
{
    struct tfi_csv_rules rules;
    tfi_csv_rules_init(&rules, '\t', true);
    cr_assert_str_eq(split(&rules, "a\t\t\"b\tc\"\t", 9), "a||b\tc||");
    tfi_csv_rules_init(&rules, '\xff', true);
    cr_assert_str_eq(split(&rules, "a\xff,", 3), "a|,|");
    tfi_csv_rules_init(&rules, '\n', true);
    cr_assert_str_eq(split(&rules, "a\nb", 3), "a|b|");
}

Test(csv_split, fields_beyond_the_room_are_counted)
{
    struct tfi_csv_rules rules;
    struct tfi_csv_field fields[2];
    const struct tfeed_bytes record = {(const uint8_t *)"a,b,c,d,", 8, NULL};
    size_t n;
    tfi_csv_rules_init(&rules, ',', true);
    cr_assert_eq(tfi_csv_split(&rules, &record, 0, fields, 2, &n, NULL), TFEED_OK);
    cr_assert_eq(n, 5);
    cr_assert_eq(fields[1].data[0], 'b');
}

Test(csv_split, nothing_behind_the_last_selected_field_is_looked_at)
{
    struct tfi_csv_rules rules;
    const int64_t select[] = {0, 2};
    tfi_csv_rules_init(&rules, ',', true);
    rules.select = select;
    rules.n_select = 2;
    cr_assert_str_eq(split(&rules, "a,b,c,\"x", 8), "a|c|");
    cr_assert_str_eq(split(&rules, "a,b,", 4), "a||");
    cr_assert_str_eq(split(&rules, "a,b", 3), "a|");
    cr_assert_str_eq(split(&rules, "a,\"b,c", 6), "!", "before it, it is");
}

/* All records of up to five of these bytes: nothing beyond the end is read, every field lies in the
 * record. */
Test(csv_split, every_short_record_ends)
{
    static const char bytes[] = "a\",\n";
    struct tfi_csv_rules rules;
    tfi_csv_rules_init(&rules, ',', true);
    for (size_t len = 0; len <= 5; len++) {
        for (unsigned number = 0; number < 1u << (2 * len); number++) {
            char text[8];
            struct tfi_csv_field fields[ROOM];
            size_t n;
            for (size_t i = 0; i < len; i++)
                text[i] = bytes[number >> (2 * i) & 3];
            struct t_guarded guarded;
            t_guarded_init_copy(&guarded, text, len);
            const struct tfeed_bytes record = {guarded.data, len, NULL};
            if (tfi_csv_split(&rules, &record, 0, fields, ROOM, &n, NULL) == TFEED_OK) {
                cr_assert_leq(n, len + 1);
                for (size_t i = 0; i < n; i++)
                    cr_assert(fields[i].data >= guarded.data &&
                              fields[i].data + fields[i].len <= guarded.data + len);
            }
            t_guarded_clear(&guarded);
        }
    }
}
