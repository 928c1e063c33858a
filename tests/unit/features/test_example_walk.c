/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_example_walk.c - the features of any Example and the lists of any SequenceExample, in their
 * own order, every value checked.
 */
#include <criterion/criterion.h>

#include <string.h>

#include <tfeed/sequence.h>

#include "tests/support/support.h"
#include "tests/unit/features/example_bytes.h"

Test(example_walk, features_come_in_the_records_own_order)
{
    static const float floats[] = {1.5F, -2.0F};
    struct wire_bytes entries = entry_of("z", int64_feature(-7));
    entries = joined(entries, entry_of("a", floats_feature(floats, 2)));
    entries = joined(entries, entry_of("m", bytes_feature("xyz", 3)));
    entries = joined(entries, entry_of("e", empty_feature()));
    const struct wire_bytes example = example_of(entries);

    struct tfeed_example_walk walk;
    struct tfeed_feature_view view;
    int64_t number;
    float found[2];
    struct tfeed_bytes bytes;
    tfeed_example_walk_init(&walk, example.data, example.len);
    cr_assert_eq(tfeed_example_walk_next(&walk, &view, NULL), TFEED_OK);
    cr_assert(view.kind == TFEED_FEATURE_INT64 && view.n_values == 1 && view.name[0] == 'z');
    tfeed_feature_int64s(&view, &number);
    cr_assert_eq(number, -7);
    cr_assert_eq(tfeed_example_walk_next(&walk, &view, NULL), TFEED_OK);
    cr_assert(view.kind == TFEED_FEATURE_FLOAT && view.n_values == 2 && view.name[0] == 'a');
    tfeed_feature_floats(&view, found);
    cr_assert_eq(memcmp(found, floats, sizeof floats), 0);
    cr_assert_eq(tfeed_example_walk_next(&walk, &view, NULL), TFEED_OK);
    cr_assert(view.kind == TFEED_FEATURE_BYTES && view.n_values == 1 && view.name[0] == 'm');
    tfeed_feature_bytes(&view, &bytes);
    cr_assert(bytes.len == 3 && memcmp(bytes.data, "xyz", 3) == 0);
    cr_assert_eq(tfeed_example_walk_next(&walk, &view, NULL), TFEED_OK);
    cr_assert(view.kind == TFEED_FEATURE_NONE && view.n_values == 0 && view.name[0] == 'e');
    cr_assert_eq(tfeed_example_walk_next(&walk, &view, NULL), TFEED_OUT_OF_RANGE);
    cr_assert_eq(tfeed_example_walk_next(&walk, &view, NULL), TFEED_OUT_OF_RANGE);
}

Test(example_walk, empty_example_has_no_features)
{
    struct tfeed_example_walk walk;
    struct tfeed_feature_view view;
    tfeed_example_walk_init(&walk, NULL, 0);
    cr_assert_eq(tfeed_example_walk_next(&walk, &view, NULL), TFEED_OUT_OF_RANGE);
}

Test(example_walk, joined_examples_are_one)
{
    const struct wire_bytes example = joined(example_of(entry_of("a", int64_feature(1))),
                                             example_of(entry_of("b", int64_feature(2))));
    struct tfeed_example_walk walk;
    struct tfeed_feature_view view;
    tfeed_example_walk_init(&walk, example.data, example.len);
    cr_assert_eq(tfeed_example_walk_next(&walk, &view, NULL), TFEED_OK);
    cr_assert_eq(view.name[0], 'a');
    cr_assert_eq(tfeed_example_walk_next(&walk, &view, NULL), TFEED_OK);
    cr_assert_eq(view.name[0], 'b');
    cr_assert_eq(tfeed_example_walk_next(&walk, &view, NULL), TFEED_OUT_OF_RANGE);
}

Test(example_walk, cut_anywhere_is_malformed_and_says_where)
{
    const struct wire_bytes example = example_of(
        joined(entry_of("image", bytes_feature("abcdef", 6)), entry_of("n", int64_feature(300))));
    for (size_t len = 1; len < example.len; len++) {
        struct t_guarded guarded;
        struct tfeed_example_walk walk;
        struct tfeed_feature_view view;
        struct tfeed_error error;
        tfeed_status status;
        t_guarded_init_copy(&guarded, example.data, len);
        tfeed_example_walk_init(&walk, guarded.data, len);
        do
            status = tfeed_example_walk_next(&walk, &view, &error);
        while (status == TFEED_OK);
        cr_assert_eq(status, TFEED_INVALID_ARGUMENT, "cut to %zu", len);
        cr_assert_not_null(strstr(error.message, "malformed near byte"));
        t_guarded_clear(&guarded);
    }
}

Test(example_walk, malformed_value_in_a_list_is_found)
{
    const struct wire_bytes list = len_field(1, "\x01\xff", 2); /* the second varint has no end */
    const struct wire_bytes example = example_of(entry_of("n", len_field(3, list.data, list.len)));
    struct tfeed_example_walk walk;
    struct tfeed_feature_view view;
    tfeed_example_walk_init(&walk, example.data, example.len);
    cr_assert_eq(tfeed_example_walk_next(&walk, &view, NULL), TFEED_INVALID_ARGUMENT);
}

/* ------------------------------------------------------------------- lists */

/* A FeatureList of steps that are features already. */
static struct wire_bytes step_of(struct wire_bytes feature)
{
    return len_field(1, feature.data, feature.len);
}

static struct wire_bytes sequence_of(struct wire_bytes entries)
{
    return len_field(2, entries.data, entries.len);
}

Test(example_walk, lists_come_in_the_records_own_order)
{
    const int64_t numbers[] = {5, -6};
    const struct wire_bytes steps =
        joined(joined(step_of(int64s_feature(numbers, 2)), step_of(empty_feature())),
               step_of(bytes_feature("xyz", 3)));
    const struct wire_bytes record =
        joined(example_of(entry_of("c", int64_feature(1))),
               sequence_of(joined(entry_of("z", steps), entry_of("a", empty_feature()))));
    struct tfeed_example_walk walk;
    struct tfeed_list_view list;
    struct tfeed_feature_view step;
    int64_t found[2];
    tfeed_example_walk_init(&walk, record.data, record.len);
    cr_assert_eq(tfeed_example_walk_next_list(&walk, &list, NULL), TFEED_OK);
    cr_assert(list.name_len == 1 && list.name[0] == 'z' && list.n_steps == 3);
    cr_assert(tfeed_list_next_step(&list, &step));
    cr_assert(step.kind == TFEED_FEATURE_INT64 && step.n_values == 2 && step.name[0] == 'z');
    tfeed_feature_int64s(&step, found);
    cr_assert_arr_eq(found, numbers, sizeof numbers);
    cr_assert(tfeed_list_next_step(&list, &step));
    cr_assert(step.kind == TFEED_FEATURE_NONE && step.n_values == 0);
    cr_assert_eq(list.n_steps, 1);
    cr_assert(tfeed_list_next_step(&list, &step));
    cr_assert(step.kind == TFEED_FEATURE_BYTES && step.n_values == 1);
    cr_assert_not(tfeed_list_next_step(&list, &step));
    cr_assert_eq(tfeed_example_walk_next_list(&walk, &list, NULL), TFEED_OK);
    cr_assert(list.name[0] == 'a' && list.n_steps == 0);
    cr_assert_not(tfeed_list_next_step(&list, &step));
    cr_assert_eq(tfeed_example_walk_next_list(&walk, &list, NULL), TFEED_OUT_OF_RANGE);
    cr_assert_eq(tfeed_example_walk_next_list(&walk, &list, NULL), TFEED_OUT_OF_RANGE);
    tfeed_example_walk_init(&walk, record.data, record.len);
    cr_assert_eq(tfeed_example_walk_next(&walk, &step, NULL), TFEED_OK);
    cr_assert_eq(step.name[0], 'c');
    cr_assert_eq(tfeed_example_walk_next(&walk, &step, NULL), TFEED_OUT_OF_RANGE);
}

Test(example_walk, field_2_tells_sequence_examples)
{
    const struct wire_bytes example = example_of(entry_of("a", int64_feature(1)));
    cr_assert_not(tfeed_sequence_has_lists(example.data, example.len));
    cr_assert_not(tfeed_sequence_has_lists(NULL, 0));
    cr_assert(tfeed_sequence_has_lists("\x12\x00", 2));
    cr_assert_not(tfeed_sequence_has_lists("\x10\x01", 2), "a number in field 2");
    const struct wire_bytes both = joined(example, sequence_of(empty_feature()));
    cr_assert(tfeed_sequence_has_lists(both.data, both.len));
    cr_assert_not(tfeed_sequence_has_lists(both.data, both.len - 1), "cut");
}

Test(example_walk, malformed_lists_are_refused)
{
    const struct wire_bytes record = sequence_of(
        entry_of("a", joined(step_of(int64_feature(300)), step_of(bytes_feature("x", 1)))));
    struct tfeed_example_walk walk;
    struct tfeed_list_view list;
    struct tfeed_error error;
    for (size_t len = 1; len < record.len; len++) {
        tfeed_example_walk_init(&walk, record.data, len);
        cr_assert_eq(tfeed_example_walk_next_list(&walk, &list, &error), TFEED_INVALID_ARGUMENT);
    }
    cr_assert_not_null(strstr(error.message, "not a SequenceExample"));
}

Test(example_walk, nothing_outside_a_list_is_read)
{
    const struct wire_bytes good =
        joined(example_of(entry_of("c", int64_feature(1))),
               sequence_of(entry_of(
                   "a", joined(step_of(int64_feature(300)), step_of(bytes_feature("word", 4))))));
    uint64_t state = 11;
    for (int round = 0; round < 20000; round++) {
        struct wire_bytes mutant = good;
        struct tfeed_example_walk walk;
        struct tfeed_list_view list;
        struct tfeed_feature_view step;
        wire_mutate(&mutant, &state);
        struct t_guarded guarded;
        t_guarded_init_copy(&guarded, mutant.data, mutant.len);
        tfeed_example_walk_init(&walk, guarded.data, mutant.len);
        while (tfeed_example_walk_next_list(&walk, &list, NULL) == TFEED_OK) {
            size_t n = list.n_steps;
            for (; tfeed_list_next_step(&list, &step); n--)
                if (step.kind == TFEED_FEATURE_INT64 && step.n_values <= 64) {
                    int64_t values[64];
                    tfeed_feature_int64s(&step, values);
                }
            cr_assert_eq(n, 0);
        }
        t_guarded_clear(&guarded);
    }
}
