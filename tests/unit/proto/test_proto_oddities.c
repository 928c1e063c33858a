/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_proto_oddities.c - each difference between tfeed and protobuf-c that is meant, in the fewest
 * bytes that show it.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <tfeed/features.h>

#include "proto/example.pb-c.h"
#include "tests/proto/proto_judge.h"
#include "tests/proto/proto_oddities.h"

enum { MAX_LEN = 24 };

struct oddity_case {
    const char name[48];
    size_t len;
    uint8_t bytes[MAX_LEN];
    unsigned oddities;
    bool tfeed_accepts;
    bool tree_accepts;
};

static bool walk_accepts(const struct oddity_case *one)
{
    struct tfeed_example_walk walk;
    struct tfeed_feature_view view;
    tfeed_status status;
    tfeed_example_walk_init(&walk, one->bytes, one->len);
    while ((status = tfeed_example_walk_next(&walk, &view, NULL)) == TFEED_OK)
        continue;
    return status == TFEED_OUT_OF_RANGE;
}

/* In all of them: 0a Features, 0a entry, 0a key 12 value, 1a Int64List 12 FloatList, 0a values. */
ParameterizedTestParameters(proto_oddities, each_is_read_as_the_table_says)
{
    static struct oddity_case cases[] = {
        {"nothing", 0, {0}, 0, true, true},
        {"one value",
         13,
         {0x0a, 0x0b, 0x0a, 0x09, 0x0a, 1, 'x', 0x12, 4, 0x1a, 2, 0x08, 7},
         0,
         true,
         true},
        {"value first",
         13,
         {0x0a, 0x0b, 0x0a, 0x09, 0x12, 4, 0x1a, 2, 0x08, 7, 0x0a, 1, 'x'},
         0,
         true,
         true},
        {"a field that nobody knows", 6, {0x0a, 0x00, 0x7a, 2, 'h', 'i'}, 0, true, true},
        {"cut", 2, {0x0a, 0x01}, T_ODD_MALFORMED, false, false},
        {"a group", 2, {0x23, 0x24}, T_ODD_MALFORMED, false, false},
        {"floats of 3 bytes",
         14,
         {0x0a, 0x0c, 0x0a, 0x0a, 0x12, 0x08, 0x12, 5, 0x0a, 3, 0, 0, 0x80, 0x00},
         T_ODD_MALFORMED,
         false,
         false},
        {"two keys",
         10,
         {0x0a, 0x08, 0x0a, 0x06, 0x0a, 1, 'x', 0x0a, 1, 'y'},
         T_ODD_TWICE,
         false,
         true},
        {"two values", 8, {0x0a, 0x06, 0x0a, 0x04, 0x12, 0, 0x12, 0}, T_ODD_TWICE, false, true},
        {"field number 0", 2, {0x00, 0x00}, T_ODD_NUMBER, false, false},
        {"field number 2^29", 6, {0x80, 0x80, 0x80, 0x80, 0x10, 0x00}, T_ODD_NUMBER, false, true},
        {"a tag of 6 bytes",
         7,
         {0x8a, 0x80, 0x80, 0x80, 0x80, 0x00, 0x00},
         T_ODD_LONG,
         true,
         false},
        {"a length of 6 bytes",
         7,
         {0x0a, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00},
         T_ODD_LONG,
         true,
         false},
        {"features as a number", 2, {0x08, 0x01}, T_ODD_TYPE, true, false},
        {"int64 as a float",
         13,
         {0x0a, 0x0b, 0x0a, 0x09, 0x12, 7, 0x1a, 5, 0x0d, 0, 0, 0, 0},
         T_ODD_TYPE,
         true,
         false},
        {"malformed floats before int64",
         16,
         {0x0a, 0x0e, 0x0a, 0x0c, 0x12, 0x0a, 0x12, 3, 0x0a, 1, 0, 0x1a, 3, 0x0a, 1, 7},
         T_ODD_UNSEEN | T_ODD_LISTS,
         true,
         false},
        {"int64 after int64",
         14,
         {0x0a, 0x0c, 0x0a, 0x0a, 0x12, 0x08, 0x1a, 2, 0x08, 1, 0x1a, 2, 0x08, 2},
         T_ODD_LISTS,
         true,
         true},
    };
    return cr_make_param_array(struct oddity_case, cases, sizeof cases / sizeof cases[0]);
}

ParameterizedTest(struct oddity_case *one, proto_oddities, each_is_read_as_the_table_says)
{
    TfiPb__Example *tree = tfi_pb__example__unpack(NULL, one->len, one->bytes);
    cr_expect_eq(t_oddities(one->bytes, one->len, false), one->oddities, "%s: %#x", one->name,
                 t_oddities(one->bytes, one->len, false));
    cr_expect_eq(walk_accepts(one), one->tfeed_accepts, "%s: tfeed", one->name);
    cr_expect_eq(tree != NULL, one->tree_accepts, "%s: protobuf-c", one->name);
    cr_expect_eq(t_judge_example(one->bytes, one->len), 0, "%s", one->name);
    if (tree != NULL)
        tfi_pb__example__free_unpacked(tree, NULL);
}
