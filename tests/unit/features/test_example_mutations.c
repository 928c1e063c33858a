/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_example_mutations.c - damaged Examples, parser against walk.
 *
 * The walk reads every feature the slow way. Where it accepts an Example the parser must give the
 * same values or the same refusal; where it does not, the parser must not crash, and may accept
 * only because the damage is in a feature that nobody wants. All bytes end at a guard page.
 */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include <tfeed/features.h>

#include "tests/support/support.h"
#include "tests/unit/features/example_bytes.h"

enum { N_INTS = 3, N_FLOATS = 2, N_IMAGE = 5, MAX_VALUES = WIRE_BYTES_MAX };

enum { NUMBER, INTS, FLOATS, TEXT, IMAGE, N_COLUMNS };

static const struct {
    const char *name;
    enum tfeed_feature_kind kind;
    size_t n_values;
} wanted[N_COLUMNS] = {
    {"number", TFEED_FEATURE_INT64, 1},        {"ints", TFEED_FEATURE_INT64, N_INTS},
    {"floats", TFEED_FEATURE_FLOAT, N_FLOATS}, {"text", TFEED_FEATURE_BYTES, 1},
    {"image", TFEED_FEATURE_BYTES, 1},
};

struct subject {
    struct tfeed_schema *schema;
    struct tfeed_example_parser *parser;
    struct tfeed_tensor columns[N_COLUMNS];
};

static void subject_init(struct subject *subject)
{
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    const struct tfeed_shape ints = tfeed_shape_vector(N_INTS);
    const struct tfeed_shape floats = tfeed_shape_vector(N_FLOATS);
    struct tfeed_schema *schema;
    cr_assert_eq(tfeed_schema_new(NULL, &schema, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_add_fixed(schema, "number", TFEED_INT64, &scalar, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_add_fixed(schema, "ints", TFEED_INT64, &ints, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_add_fixed(schema, "floats", TFEED_FLOAT, &floats, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_add_fixed(schema, "text", TFEED_STRING, &scalar, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_add_raw(schema, "image", TFEED_UINT8, N_IMAGE, 1, 0, NULL), TFEED_OK);
    cr_assert_eq(tfeed_example_parser_new(schema, NULL, &subject->parser, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_alloc_columns(schema, 1, NULL, subject->columns, NULL), TFEED_OK);
    subject->schema = schema;
}

static void subject_clear(struct subject *subject)
{
    for (int i = 0; i < N_COLUMNS; i++)
        tfeed_tensor_clear(&subject->columns[i]);
    tfeed_example_parser_free(subject->parser);
    tfeed_schema_unref(subject->schema);
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

static bool view_fits(int column, const struct tfeed_feature_view *view)
{
    struct tfeed_bytes image;
    if (view->kind != wanted[column].kind || view->n_values != wanted[column].n_values)
        return false;
    if (column != IMAGE)
        return true;
    tfeed_feature_bytes(view, &image);
    return image.len == N_IMAGE;
}

static void expect_equal_values(const struct subject *subject,
                                const struct tfeed_feature_view *views)
{
    int64_t ints[N_INTS];
    float floats[N_FLOATS];
    struct tfeed_bytes bytes;
    tfeed_feature_int64s(&views[NUMBER], ints);
    cr_assert_eq(memcmp(subject->columns[NUMBER].data, ints, sizeof ints[0]), 0);
    tfeed_feature_int64s(&views[INTS], ints);
    cr_assert_eq(memcmp(subject->columns[INTS].data, ints, sizeof ints), 0);
    tfeed_feature_floats(&views[FLOATS], floats);
    cr_assert_eq(memcmp(subject->columns[FLOATS].data, floats, sizeof floats), 0);
    tfeed_feature_bytes(&views[IMAGE], &bytes);
    cr_assert_eq(memcmp(subject->columns[IMAGE].data, bytes.data, N_IMAGE), 0);
    tfeed_feature_bytes(&views[TEXT], &bytes);
    const struct tfeed_bytes *text = tfeed_tensor_strings(&subject->columns[TEXT]);
    cr_assert(text->len == bytes.len && text->data == bytes.data);
}

/* How many Examples were accepted, so that a test can see that it tried something. */
static int n_accepted;

static void compare(struct subject *subject, const uint8_t *data, size_t len)
{
    struct t_guarded guarded;
    struct tfeed_feature_view views[N_COLUMNS];
    t_guarded_init_copy(&guarded, data, len);
    const struct tfeed_bytes bytes = {guarded.data, len, NULL};
    const tfeed_status status =
        tfeed_example_parser_parse(subject->parser, &bytes, 1, subject->columns, 0, NULL, NULL);
    cr_assert(status == TFEED_OK || status == TFEED_INVALID_ARGUMENT);
    n_accepted += status == TFEED_OK;
    if (walk_all(&guarded, views)) {
        bool fits = true;
        for (int i = 0; i < N_COLUMNS; i++)
            fits = fits && view_fits(i, &views[i]);
        cr_assert_eq(status == TFEED_OK, fits);
        if (fits)
            expect_equal_values(subject, views);
    }
    t_guarded_clear(&guarded);
}

/* Entries in one of two orders; one that nobody wants among them. */
static struct wire_bytes sample(bool reversed)
{
    static const int64_t ints[N_INTS] = {1, -2, 3000};
    static const float floats[N_FLOATS] = {0.25F, -8.0F};
    const struct wire_bytes entries[] = {
        entry_of("floats", floats_feature(floats, N_FLOATS)),
        entry_of("image", bytes_feature("\0\1\2\3\xff", N_IMAGE)),
        entry_of("ints", int64s_feature(ints, N_INTS)),
        entry_of("more", int64_feature(77)),
        entry_of("number", int64_feature(123456)),
        entry_of("text", bytes_feature("hello", 5)),
    };
    enum { N_ENTRIES = sizeof entries / sizeof entries[0] };
    struct wire_bytes all = {.len = 0};
    for (int i = 0; i < N_ENTRIES; i++)
        all = joined(all, entries[reversed ? N_ENTRIES - 1 - i : i]);
    return example_of(all);
}

Test(example_mutations, each_cut_agrees_with_the_walk)
{
    struct subject subject;
    const struct wire_bytes whole = sample(false);
    subject_init(&subject);
    for (size_t len = 0; len <= whole.len; len++)
        compare(&subject, whole.data, len);
    cr_assert_eq(n_accepted, 1, "the whole one only");
    subject_clear(&subject);
}

Test(example_mutations, each_flipped_bit_agrees_with_the_walk)
{
    struct subject subject;
    subject_init(&subject);
    for (int order = 0; order < 2; order++) {
        struct wire_bytes example = sample(order == 1);
        compare(&subject, example.data, example.len); /* sets the order that is expected */
        for (size_t bit = 0; bit < 8 * example.len; bit++) {
            example.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
            compare(&subject, example.data, example.len);
            example.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
    }
    cr_assert_gt(n_accepted, 100);
    subject_clear(&subject);
}

Test(example_mutations, random_damage_agrees_with_the_walk)
{
    enum { N_ROUNDS = 20000 };
    struct subject subject;
    uint64_t state = 20260101;
    subject_init(&subject);
    for (int round = 0; round < N_ROUNDS; round++) {
        struct wire_bytes example = sample(round % 3 == 0);
        const uint64_t n_changes = 1 + wire_random(&state) % 3;
        for (uint64_t i = 0; i < n_changes; i++)
            wire_mutate(&example, &state);
        compare(&subject, example.data, example.len);
    }
    cr_assert_gt(n_accepted, N_ROUNDS / 20);
    subject_clear(&subject);
}
