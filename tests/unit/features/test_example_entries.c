/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_example_entries.c - records beside each other: what a parser remembers of one must not show
 * in the next.
 */
#include <criterion/criterion.h>

#include <tfeed/features.h>

#include "tests/support/support.h"
#include "tests/unit/features/example_bytes.h"

enum { IMAGE_BYTES = 300, N_COLUMNS = 3, N_ENTRIES = 6, N_RECORDS = 1200 };

/* Three columns, of three kinds; the records have three entries besides. */
struct fixture {
    struct tfeed_schema *schema;
    struct tfeed_example_parser *parser;
    struct tfeed_tensor columns[N_COLUMNS];
    struct tfeed_error error;
    uint64_t random;
};

static void fixture_init(struct fixture *fixture)
{
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    *fixture = (struct fixture){.random = 88172645463325252u};
    cr_assert_eq(tfeed_schema_new(NULL, &fixture->schema, NULL), TFEED_OK);
    cr_assert_eq(
        tfeed_schema_add_raw(fixture->schema, "image_raw", TFEED_UINT8, IMAGE_BYTES, 1, 0, NULL),
        TFEED_OK);
    cr_assert_eq(tfeed_schema_add_fixed(fixture->schema, "id", TFEED_INT64, &scalar, NULL),
                 TFEED_OK);
    cr_assert_eq(tfeed_schema_add_fixed(fixture->schema, "name", TFEED_STRING, &scalar, NULL),
                 TFEED_OK);
    cr_assert_eq(tfeed_example_parser_new(fixture->schema, NULL, &fixture->parser, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_alloc_columns(fixture->schema, 1, NULL, fixture->columns, NULL),
                 TFEED_OK);
}

static void fixture_clear(struct fixture *fixture)
{
    for (int i = 0; i < N_COLUMNS; i++)
        tfeed_tensor_clear(&fixture->columns[i]);
    tfeed_example_parser_free(fixture->parser);
    tfeed_schema_unref(fixture->schema);
    T_EXPECT_NO_LEAKS(NULL);
}

static uint64_t draw(struct fixture *fixture, uint64_t n)
{
    fixture->random ^= fixture->random << 13;
    fixture->random ^= fixture->random >> 7;
    fixture->random ^= fixture->random << 17;
    return fixture->random % n;
}

/* What a record says. */
struct content {
    uint8_t image[IMAGE_BYTES];
    int64_t id;
    char name[8];
    size_t name_len;
};

static void draw_content(struct fixture *fixture, struct content *content)
{
    memset(content->image, (int)draw(fixture, 256), IMAGE_BYTES);
    content->image[draw(fixture, IMAGE_BYTES)] ^= 0x55;
    content->id =
        (int64_t)(fixture->random >> draw(fixture, 64)); /* of any length, also negative */
    content->name_len = draw(fixture, sizeof content->name + 1);
    memset(content->name, (int)('a' + draw(fixture, 26)), sizeof content->name);
}

static struct wire_bytes nth_entry(struct fixture *fixture, const struct content *content, int n)
{
    static const uint8_t padding[WIRE_BYTES_MAX / 4];
    switch (n) {
    case 0:
        return entry_of("image_raw", bytes_feature(content->image, IMAGE_BYTES));
    case 1:
        return entry_of("id", int64_feature(content->id));
    case 2:
        return entry_of("name", bytes_feature(content->name, content->name_len));
    case 3:
        return entry_of("width", int64_feature((int64_t)draw(fixture, 300)));
    case 4:
        return entry_of("i", bytes_feature(padding, draw(fixture, sizeof padding)));
    default:
        return entry_of("image_raw_or_not", empty_feature());
    }
}

/* The entries in an order; all of them unless one is left out. */
static struct wire_bytes record_of(struct fixture *fixture, const struct content *content,
                                   const int order[N_ENTRIES], int left_out)
{
    struct wire_bytes entries = {.len = 0};
    for (int i = 0; i < N_ENTRIES; i++)
        if (order[i] != left_out)
            entries = joined(entries, nth_entry(fixture, content, order[i]));
    return example_of(entries);
}

static void shuffle(struct fixture *fixture, int order[N_ENTRIES])
{
    for (int i = N_ENTRIES - 1; i > 0; i--) {
        const int other = (int)draw(fixture, (uint64_t)i + 1);
        const int entry = order[i];
        order[i] = order[other];
        order[other] = entry;
    }
}

/* Parses a record whose bytes end at a guard page, and looks at the row where it is good. */
static tfeed_status parse(struct fixture *fixture, const struct wire_bytes *record,
                          const struct content *content)
{
    struct t_guarded guarded;
    t_guarded_init_copy(&guarded, record->data, record->len);
    const struct tfeed_bytes bytes = {guarded.data, guarded.len, NULL};
    const tfeed_status status = tfeed_example_parser_parse(
        fixture->parser, &bytes, 1, fixture->columns, 0, NULL, &fixture->error);
    if (status == TFEED_OK) {
        const struct tfeed_bytes *name = tfeed_tensor_strings(&fixture->columns[2]);
        cr_assert_eq(memcmp(tfeed_tensor_uint8s(&fixture->columns[0]), content->image, IMAGE_BYTES),
                     0);
        cr_assert_eq(tfeed_tensor_int64s(&fixture->columns[1])[0], content->id);
        cr_assert_eq(name->len, content->name_len);
        cr_assert(name->len == 0 || memcmp(name->data, content->name, name->len) == 0);
    }
    t_guarded_clear(&guarded);
    return status;
}

Test(example_entries, values_that_change_in_a_fixed_order_are_read)
{
    static const int order[N_ENTRIES] = {3, 0, 5, 1, 4, 2};
    struct fixture fixture;
    fixture_init(&fixture);
    for (int i = 0; i < N_RECORDS; i++) {
        struct content content;
        draw_content(&fixture, &content);
        const struct wire_bytes record = record_of(&fixture, &content, order, -1);
        cr_assert_eq(parse(&fixture, &record, &content), TFEED_OK, "%s", fixture.error.message);
    }
    fixture_clear(&fixture);
}

Test(example_entries, order_of_each_record_is_its_own)
{
    int order[N_ENTRIES] = {0, 1, 2, 3, 4, 5};
    struct fixture fixture;
    fixture_init(&fixture);
    for (int i = 0; i < N_RECORDS; i++) {
        struct content content;
        draw_content(&fixture, &content);
        shuffle(&fixture, order);
        const struct wire_bytes record = record_of(&fixture, &content, order, -1);
        cr_assert_eq(parse(&fixture, &record, &content), TFEED_OK, "%s", fixture.error.message);
    }
    fixture_clear(&fixture);
}

Test(example_entries, missing_entry_is_missed_in_any_order)
{
    int order[N_ENTRIES] = {0, 1, 2, 3, 4, 5};
    struct fixture fixture;
    fixture_init(&fixture);
    for (int i = 0; i < N_RECORDS; i++) {
        struct content content;
        const int left_out = i % 2 == 0 ? (int)draw(&fixture, N_ENTRIES) : -1;
        draw_content(&fixture, &content);
        shuffle(&fixture, order);
        const struct wire_bytes record = record_of(&fixture, &content, order, left_out);
        const bool is_missed = left_out >= 0 && left_out < N_COLUMNS;
        cr_assert_eq(parse(&fixture, &record, &content),
                     is_missed ? TFEED_INVALID_ARGUMENT : TFEED_OK, "record %d: %s", i,
                     fixture.error.message);
    }
    fixture_clear(&fixture);
}

Test(example_entries, last_occurrence_wins_in_any_order)
{
    int order[N_ENTRIES] = {0, 1, 2, 3, 4, 5};
    struct fixture fixture;
    fixture_init(&fixture);
    for (int i = 0; i < N_RECORDS; i++) {
        struct content content;
        struct content earlier;
        draw_content(&fixture, &earlier);
        draw_content(&fixture, &content);
        shuffle(&fixture, order);
        const struct wire_bytes first = nth_entry(&fixture, &earlier, (int)draw(&fixture, 3));
        struct wire_bytes entries = {.len = 0};
        for (int k = 0; k < N_ENTRIES; k++)
            entries = joined(entries, nth_entry(&fixture, &content, order[k]));
        const struct wire_bytes record = example_of(joined(first, entries));
        cr_assert_eq(parse(&fixture, &record, &content), TFEED_OK, "%s", fixture.error.message);
    }
    fixture_clear(&fixture);
}

Test(example_entries, record_cut_anywhere_is_refused_in_any_order)
{
    int order[N_ENTRIES] = {0, 1, 2, 3, 4, 5};
    struct fixture fixture;
    fixture_init(&fixture);
    for (int i = 0; i < N_RECORDS; i++) {
        struct content content;
        draw_content(&fixture, &content);
        shuffle(&fixture, order);
        struct wire_bytes record = record_of(&fixture, &content, order, -1);
        record.len = 1 + draw(&fixture, record.len - 1);
        cr_assert_eq(parse(&fixture, &record, &content), TFEED_INVALID_ARGUMENT);
    }
    fixture_clear(&fixture);
}

Test(example_entries, entry_that_runs_past_its_record_is_refused_in_any_order)
{
    int order[N_ENTRIES] = {0, 1, 2, 3, 4, 5};
    struct fixture fixture;
    fixture_init(&fixture);
    for (int i = 0; i < N_RECORDS; i++) {
        struct content content;
        struct wire_bytes entries = {.len = 0};
        draw_content(&fixture, &content);
        shuffle(&fixture, order);
        for (int k = 0; k < N_ENTRIES; k++)
            entries = joined(entries, nth_entry(&fixture, &content, order[k]));
        struct wire_bytes last = entry_of("width", int64_feature(7));
        last.data[1]++; /* its length, of one byte */
        const struct wire_bytes record = example_of(joined(entries, last));
        cr_assert_eq(parse(&fixture, &record, &content), TFEED_INVALID_ARGUMENT);
    }
    fixture_clear(&fixture);
}

Test(example_entries, doubled_entry_does_not_stand_for_a_missing_one)
{
    static const int order[N_ENTRIES] = {3, 0, 1, 1, 4, 5};
    struct fixture fixture;
    fixture_init(&fixture);
    for (int i = 0; i < 10; i++) {
        struct content content;
        draw_content(&fixture, &content);
        const struct wire_bytes record = record_of(&fixture, &content, order, -1);
        cr_assert_eq(parse(&fixture, &record, &content), TFEED_INVALID_ARGUMENT);
    }
    fixture_clear(&fixture);
}

/* In the place of an entry that nobody wanted comes one whose name differs in one letter. */
Test(example_entries, names_alike_are_told_apart)
{
    static const char wanted[] = "objects/position_of_left";
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    struct fixture fixture = {.schema = NULL};
    cr_assert_eq(tfeed_schema_new(NULL, &fixture.schema, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_add_fixed(fixture.schema, wanted, TFEED_INT64, &scalar, NULL),
                 TFEED_OK);
    cr_assert_eq(tfeed_example_parser_new(fixture.schema, NULL, &fixture.parser, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_alloc_columns(fixture.schema, 1, NULL, fixture.columns, NULL),
                 TFEED_OK);
    for (size_t i = 0; i < strlen(wanted); i++) {
        char other[sizeof wanted];
        memcpy(other, wanted, sizeof wanted);
        other[i] ^= 1;
        const struct wire_bytes alike = entry_of(other, int64_feature(1));
        const struct wire_bytes good = entry_of(wanted, int64_feature(2));
        for (int turn = 0; turn < 4; turn++) {
            const struct wire_bytes record =
                example_of(turn % 2 == 0 ? joined(alike, good) : joined(good, alike));
            const struct tfeed_bytes bytes = view_of(&record);
            cr_assert_eq(tfeed_example_parser_parse(fixture.parser, &bytes, 1, fixture.columns, 0,
                                                    NULL, &fixture.error),
                         TFEED_OK, "%s", fixture.error.message);
            cr_assert_eq(tfeed_tensor_int64s(&fixture.columns[0])[0], 2);
        }
    }
    fixture_clear(&fixture);
}
