/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_columns_mutations.c - damaged Examples into variable columns, against the walk.
 *
 * One parser sees all of them, so that what it expects of a record is mostly what the damage has
 * changed.
 */
#include <criterion/criterion.h>

#include <string.h>

#include <tfeed/features.h>

#include "tests/support/support.h"
#include "tests/unit/features/example_bytes.h"

enum { N_COLUMNS = 5, MAX_VALUES = WIRE_BYTES_MAX };

static const struct {
    const char *name;
    enum tfeed_dtype dtype;
    enum tfeed_feature_kind kind;
} wanted[N_COLUMNS] = {
    {"one", TFEED_INT64, TFEED_FEATURE_INT64},    {"ids", TFEED_INT64, TFEED_FEATURE_INT64},
    {"long", TFEED_INT64, TFEED_FEATURE_INT64},   {"floats", TFEED_FLOAT, TFEED_FEATURE_FLOAT},
    {"texts", TFEED_STRING, TFEED_FEATURE_BYTES},
};

struct subject {
    struct tfeed_schema *schema;
    struct tfeed_example_parser *parser;
    struct tfeed_columns *columns;
    int n_accepted;
};

static void subject_init(struct subject *subject)
{
    *subject = (struct subject){.n_accepted = 0};
    cr_assert_eq(tfeed_schema_new(NULL, &subject->schema, NULL), TFEED_OK);
    for (int i = 0; i < N_COLUMNS; i++)
        cr_assert_eq(
            tfeed_schema_add_variable(subject->schema, wanted[i].name, wanted[i].dtype, NULL),
            TFEED_OK);
    cr_assert_eq(tfeed_example_parser_new(subject->schema, NULL, &subject->parser, NULL), TFEED_OK);
    cr_assert_eq(tfeed_columns_new(subject->schema, 1, NULL, &subject->columns, NULL), TFEED_OK);
}

static void subject_clear(struct subject *subject)
{
    tfeed_columns_free(subject->columns);
    tfeed_example_parser_free(subject->parser);
    tfeed_schema_unref(subject->schema);
    T_EXPECT_NO_LEAKS(NULL);
}

/* The last view of each wanted feature that has a kind; false when the walk refuses the Example. */
static bool walk_all(const struct t_guarded *bytes, struct tfeed_feature_view views[N_COLUMNS])
{
    struct tfeed_example_walk walk;
    struct tfeed_feature_view view;
    tfeed_status status;
    memset(views, 0, N_COLUMNS * sizeof *views);
    tfeed_example_walk_init(&walk, bytes->data, bytes->len);
    while ((status = tfeed_example_walk_next(&walk, &view, NULL)) == TFEED_OK)
        for (int i = 0; i < N_COLUMNS; i++)
            if (view.kind != TFEED_FEATURE_NONE && view.name_len == strlen(wanted[i].name) &&
                memcmp(view.name, wanted[i].name, view.name_len) == 0)
                views[i] = view;
    return status == TFEED_OUT_OF_RANGE;
}

static void expect_values(const struct tfeed_tensor *got, const struct tfeed_feature_view *view)
{
    static union {
        int64_t int64s[MAX_VALUES];
        float floats[MAX_VALUES];
        struct tfeed_bytes strings[MAX_VALUES];
    } values;
    const size_t n = view->kind == TFEED_FEATURE_NONE ? 0 : view->n_values;
    cr_assert_eq(tfeed_tensor_n_elements(got), (int64_t)n);
    if (n == 0)
        return;
    if (got->dtype == TFEED_INT64)
        tfeed_feature_int64s(view, values.int64s);
    else if (got->dtype == TFEED_FLOAT)
        tfeed_feature_floats(view, values.floats);
    else
        tfeed_feature_bytes(view, values.strings);
    cr_assert_eq(memcmp(got->data, &values, n * tfeed_dtype_size(got->dtype)), 0);
}

static void compare(struct subject *subject, const uint8_t *data, size_t len)
{
    struct t_guarded guarded;
    struct tfeed_feature_view views[N_COLUMNS];
    t_guarded_init_copy(&guarded, data, len);
    const struct tfeed_bytes bytes = {guarded.data, len, NULL};
    const tfeed_status status =
        tfeed_example_parser_parse_batch(subject->parser, &bytes, 1, subject->columns, NULL, NULL);
    cr_assert(status == TFEED_OK || status == TFEED_INVALID_ARGUMENT);
    subject->n_accepted += status == TFEED_OK;
    if (walk_all(&guarded, views)) {
        bool fits = true;
        for (int i = 0; i < N_COLUMNS; i++)
            fits = fits && (views[i].kind == TFEED_FEATURE_NONE || views[i].kind == wanted[i].kind);
        cr_assert_eq(status == TFEED_OK, fits);
        for (int i = 0; fits && i < N_COLUMNS; i++)
            expect_values(tfeed_columns_values(subject->columns, i), &views[i]);
    }
    t_guarded_clear(&guarded);
}

/* Entries in an order that the number draws, or in that of their names. */
static struct wire_bytes sample(uint64_t order)
{
    static const int64_t ids[] = {5, 300, 70000, 0, -1, 127, 128};
    static const float floats[] = {0.25F, -8.0F, 3.0F};
    int64_t many[90];
    const struct wire_bytes texts =
        joined(len_field(1, "hello", 5), joined(len_field(1, "", 0), len_field(1, "x", 1)));
    for (size_t i = 0; i < sizeof many / sizeof many[0]; i++)
        many[i] = (int64_t)(i * i * i);
    struct wire_bytes entries[] = {
        entry_of("floats", floats_feature(floats, 3)),
        entry_of("ids", int64s_feature(ids, sizeof ids / sizeof ids[0])),
        entry_of("long", int64s_feature(many, sizeof many / sizeof many[0])),
        entry_of("nobody wants it", int64_feature(77)),
        entry_of("one", int64_feature(123456)),
        entry_of("texts", len_field(1, texts.data, texts.len)),
    };
    enum { N_ENTRIES = sizeof entries / sizeof entries[0] };
    struct wire_bytes all = {.len = 0};
    for (size_t n = N_ENTRIES; n > 0; n--) {
        const size_t next = (size_t)(order % n);
        order /= n;
        all = joined(all, entries[next]);
        memmove(&entries[next], &entries[next + 1], (n - next - 1) * sizeof entries[0]);
    }
    return example_of(all);
}

Test(columns_mutations, each_cut_agrees_with_the_walk)
{
    struct subject subject;
    const struct wire_bytes whole = sample(0);
    subject_init(&subject);
    compare(&subject, whole.data, whole.len);
    for (size_t len = 0; len <= whole.len; len++)
        compare(&subject, whole.data, len);
    cr_assert_eq(subject.n_accepted, 3, "the empty and the whole ones only");
    subject_clear(&subject);
}

Test(columns_mutations, each_flipped_bit_agrees_with_the_walk)
{
    struct subject subject;
    struct wire_bytes example = sample(0);
    subject_init(&subject);
    for (size_t bit = 0; bit < 8 * example.len; bit++) {
        compare(&subject, example.data, example.len); /* sets the order that is expected */
        example.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        compare(&subject, example.data, example.len);
        example.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    cr_assert_gt(subject.n_accepted, 1000);
    subject_clear(&subject);
}

Test(columns_mutations, random_damage_in_any_order_agrees_with_the_walk)
{
    enum { N_ROUNDS = 20000, N_FIXED = 1000 };
    struct subject subject;
    uint64_t state = 20261122;
    subject_init(&subject);
    for (int round = 0; round < N_ROUNDS; round++) {
        const bool is_ordered = round / N_FIXED % 2 == 0;
        struct wire_bytes example = sample(is_ordered ? 0 : wire_random(&state));
        for (uint64_t i = wire_random(&state) % 4; i > 0; i--)
            wire_mutate(&example, &state);
        compare(&subject, example.data, example.len);
    }
    cr_assert_gt(subject.n_accepted, N_ROUNDS / 4);
    subject_clear(&subject);
}
