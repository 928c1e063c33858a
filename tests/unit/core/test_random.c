/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_random.c - seeds, Philox, orders and values. Numbers given as TensorFlow's come from runs of
 * TensorFlow 1.15.5; the golden replay has many more.
 */
#include <criterion/criterion.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <tfeed/random.h>

#include "core/philox_internal.h"

enum { MODULUS = INT32_MAX };

static struct tfeed_random started(uint64_t seed, uint64_t seed2)
{
    struct tfeed_random random;
    tfeed_random_init(&random, (struct tfeed_seeds){seed, seed2});
    return random;
}

static void expect_seeds(int64_t graph_seed, int64_t op_seed, uint64_t seed, uint64_t seed2)
{
    const struct tfeed_seeds got = tfeed_seeds_derive(graph_seed, op_seed, 3);
    cr_expect_eq(got.seed, seed, "graph seed %lld, op seed %lld: seed %llu", (long long)graph_seed,
                 (long long)op_seed, (unsigned long long)got.seed);
    cr_expect_eq(got.seed2, seed2, "graph seed %lld, op seed %lld: seed2 %llu",
                 (long long)graph_seed, (long long)op_seed, (unsigned long long)got.seed2);
}

/* Seeds. */

Test(random, seeds_that_are_not_set_are_filled_in)
{
    expect_seeds(TFEED_SEED_UNSET, TFEED_SEED_UNSET, 0, 0);
    expect_seeds(TFEED_SEED_UNSET, 7, 87654321, 7);
    expect_seeds(42, TFEED_SEED_UNSET, 42, 3);
    expect_seeds(42, 7, 42, 7);
}

Test(random, seeds_are_reduced_to_less_than_2_to_the_31_minus_1)
{
    expect_seeds(1, -1, 1, MODULUS - 1);
    expect_seeds(1, MODULUS, 1, 0);
    expect_seeds(1, INT64_C(8589934601), 1, 13);
    expect_seeds(-818861, 3, 2146664786, 3);
}

Test(random, two_zero_seeds_are_still_seeds)
{
    expect_seeds(0, 0, 0, MODULUS);
    expect_seeds(MODULUS, -MODULUS, 0, MODULUS);
    expect_seeds(TFEED_SEED_UNSET, 0, 87654321, 0);
}

Test(random, generators_without_seeds_differ)
{
    struct tfeed_random a = started(0, 0);
    struct tfeed_random b = started(0, 0);
    cr_assert(memcmp(a.key, b.key, sizeof a.key) != 0 ||
              memcmp(a.counter, b.counter, sizeof a.counter) != 0);
}

/* Philox: the known answers that its authors publish. */

static void expect_group(uint32_t key[2], uint32_t counter[4], const uint32_t expected[4])
{
    uint32_t words[4];
    tfi_philox_group(key, counter, words);
    cr_assert_arr_eq(words, expected, sizeof words);
}

Test(random, philox_gives_the_known_answers)
{
    expect_group((uint32_t[2]){0, 0}, (uint32_t[4]){0, 0, 0, 0},
                 (uint32_t[4]){0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
    expect_group((uint32_t[2]){UINT32_MAX, UINT32_MAX},
                 (uint32_t[4]){UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX},
                 (uint32_t[4]){0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
    expect_group((uint32_t[2]){0xa4093822, 0x299f31d0},
                 (uint32_t[4]){0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
                 (uint32_t[4]){0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

Test(random, skipping_carries_through_all_words)
{
    uint32_t counter[4] = {UINT32_MAX, UINT32_MAX, UINT32_MAX, 6};
    tfi_philox_skip(counter, 1);
    cr_assert_arr_eq(counter, ((uint32_t[4]){0, 0, 0, 7}), sizeof counter);
    tfi_philox_skip(counter, UINT64_MAX);
    cr_assert_arr_eq(counter, ((uint32_t[4]){UINT32_MAX, UINT32_MAX, 0, 7}), sizeof counter);
    tfi_philox_skip(counter, 0);
    cr_assert_arr_eq(counter, ((uint32_t[4]){UINT32_MAX, UINT32_MAX, 0, 7}), sizeof counter);
}

/* From `counter` on, also where the counter carries inside the block. */
static void expect_block_is_groups(uint32_t low, uint32_t high)
{
    const uint32_t key[2] = {0x12345678, 0x9abcdef0};
    uint32_t counter[4] = {low, high, UINT32_MAX, 5};
    uint32_t block[TFI_PHILOX_BLOCK_WORDS];
    tfi_philox_block(key, counter, block);
    for (int i = 0; i < TFI_PHILOX_BLOCK_GROUPS; i++) {
        uint32_t group[TFI_PHILOX_WORDS];
        tfi_philox_group(key, counter, group);
        cr_assert_arr_eq(block + TFI_PHILOX_WORDS * i, group, sizeof group,
                         "group %d of 0x%08x%08x", i, high, low);
        tfi_philox_skip(counter, 1);
    }
}

Test(random, block_is_its_groups)
{
    expect_block_is_groups(0, 0);
    expect_block_is_groups(UINT32_MAX - 4, 0);
    expect_block_is_groups(UINT32_MAX - 15, UINT32_MAX);
    expect_block_is_groups(UINT32_MAX - 14, UINT32_MAX);
    expect_block_is_groups(UINT32_MAX, UINT32_MAX);
}

Test(random, block_is_its_groups_without_fast_instructions)
{
    cr_assert_eq(setenv("TFEED_CPU", "baseline", 1), 0);
    expect_block_is_groups(0, 0);
    expect_block_is_groups(UINT32_MAX, UINT32_MAX);
}

Test(random, words_come_in_the_order_of_groups)
{
    struct tfeed_random random = started(5, 6);
    uint32_t block[TFI_PHILOX_BLOCK_WORDS];
    tfi_philox_block(random.key, random.counter, block);
    for (int i = 0; i < TFI_PHILOX_BLOCK_WORDS; i++)
        cr_assert_eq(tfeed_random_uint32(&random), block[i], "word %d", i);
}

/* Orders. */

Test(random, shuffle_gives_the_orders_of_tensorflow)
{
    /* Of a, b, c: bca, bca, cba, bac, abc, acb. */
    static const uint32_t expected[6][3] = {{1, 2, 0}, {1, 2, 0}, {2, 1, 0},
                                            {1, 0, 2}, {0, 1, 2}, {0, 2, 1}};
    struct tfeed_random random = started(87654321, 271828);
    for (int i = 0; i < 6; i++) {
        uint32_t order[3];
        tfeed_random_shuffle(&random, order, 3);
        cr_assert_arr_eq(order, expected[i], sizeof order, "call %d", i);
    }
}

Test(random, shuffle_of_one_row_or_none_moves_nothing)
{
    struct tfeed_random random = started(1, 2);
    const struct tfeed_random before = random;
    uint32_t order[1] = {99};
    tfeed_random_shuffle(&random, order, 0);
    cr_assert_eq(order[0], 99);
    tfeed_random_shuffle(&random, order, 1);
    cr_assert_eq(order[0], 0);
    cr_assert_eq(memcmp(&random, &before, sizeof random), 0);
}

Test(random, shuffle_moves_on_by_whole_groups)
{
    static const struct {
        uint32_t n;
        uint32_t n_groups;
    } cases[] = {{2, 1}, {5, 1}, {6, 2}, {9, 2}, {10, 3}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct tfeed_random random = started(1, 2);
        uint32_t order[10];
        tfeed_random_shuffle(&random, order, cases[i].n);
        cr_assert_eq(random.counter[0], cases[i].n_groups, "n %u", cases[i].n);
    }
}

Test(random, shuffle_keeps_every_row)
{
    enum { N = 1000 };
    struct tfeed_random random = started(3, 4);
    uint32_t order[N];
    uint8_t seen[N] = {0};
    tfeed_random_shuffle(&random, order, N);
    for (int i = 0; i < N; i++) {
        cr_assert_lt(order[i], N);
        cr_assert_eq(seen[order[i]]++, 0);
    }
}

/* Values of TensorFlow: two calls of one node with three values each, as little-endian bytes. */

typedef tfeed_status fill_function(struct tfeed_random *random, enum tfeed_dtype dtype,
                                   double first, double second, void *values, size_t n);

static void expect_bits(fill_function *fill, enum tfeed_dtype dtype, double first, double second,
                        uint64_t seed2, const uint64_t expected[6])
{
    struct tfeed_random random = started(87654321, seed2);
    const size_t size = tfeed_dtype_size(dtype);
    for (int call = 0; call < 2; call++) {
        uint8_t values[3 * sizeof(double)];
        cr_assert_eq(fill(&random, dtype, first, second, values, 3), TFEED_OK);
        for (size_t i = 0; i < 3; i++) {
            uint64_t bits = 0;
            memcpy(&bits, values + i * size, size);
            cr_assert_eq(bits, expected[3 * (size_t)call + i], "call %d, value %zu: 0x%llx", call,
                         i, (unsigned long long)bits);
        }
    }
}

Test(random, uniform_values_are_those_of_tensorflow)
{
    expect_bits(tfeed_random_uniform, TFEED_HALF, 0, 1, 801754,
                (uint64_t[6]){0x33a0, 0x3890, 0x32d0, 0x1800, 0x3944, 0x37d4});
    expect_bits(
        tfeed_random_uniform, TFEED_FLOAT, 0, 1, 197269,
        (uint64_t[6]){0x3f3cbf72, 0x3ef0e2f4, 0x3f4ccdca, 0x3eaefc58, 0x3f2bf5c8, 0x3f5e6334});
    expect_bits(tfeed_random_uniform, TFEED_DOUBLE, 0, 1, 44680,
                (uint64_t[6]){0x3f9842d514f4d500, 0x3fe39dcdcc5e1ea0, 0x3fcda36bc1b079f8,
                              0x3fe24922c19251fa, 0x3fe498f220f57800, 0x3fd393fb679702c4});
}

Test(random, normal_values_are_those_of_tensorflow)
{
    expect_bits(tfeed_random_normal, TFEED_HALF, 0, 1, 801754,
                (uint64_t[6]){0xb541, 0x3bba, 0x403c, 0xb967, 0x40d1, 0xb19b});
    expect_bits(
        tfeed_random_normal, TFEED_FLOAT, 0, 1, 197269,
        (uint64_t[6]){0x3e136d78, 0xbf447011, 0xbe932156, 0xbfa5548d, 0xbf312896, 0xbf000893});
    expect_bits(tfeed_random_normal, TFEED_DOUBLE, 0, 1, 44680,
                (uint64_t[6]){0xbffc8956305a5fb0, 0xc00098e82e7a86d7, 0x3ff9d9496eff5fdf,
                              0xbfea935cbb86aad8, 0xbfe4f8e02748f0fc, 0xbfd6724213b41d7b});
}

Test(random, truncated_values_are_those_of_tensorflow)
{
    expect_bits(tfeed_random_truncated_normal, TFEED_HALF, 0, 1, 801754,
                (uint64_t[6]){0xb541, 0x3bba, 0xbae8, 0xb967, 0xb19b, 0xad03});
    expect_bits(tfeed_random_truncated_normal, TFEED_DOUBLE, 0, 1, 44680,
                (uint64_t[6]){0xbffc8956305a5fb0, 0x3ff9d9496eff5fdf, 0xbfe516ce40f862d8,
                              0xbfea935cbb86aad8, 0xbfe4f8e02748f0fc, 0x3fe5a36cc173c180});
}

Test(random, parameters_are_applied_in_two_roundings)
{
    struct tfeed_random random = started(87654321, 665391);
    float values[6];
    cr_assert_eq(tfeed_random_uniform(&random, TFEED_FLOAT, -5.385179704742872, 8.346208992893365,
                                      values, 6),
                 TFEED_OK);
    static const uint8_t expected[] = {0xd4, 0x90, 0x50, 0x40, 0x2a, 0x6d, 0x52, 0xc0,
                                       0x1c, 0x83, 0x8c, 0x40, 0x97, 0xef, 0x72, 0xc0,
                                       0xf2, 0x66, 0x02, 0x41, 0xce, 0xf9, 0xfa, 0x40};
    cr_assert_arr_eq(values, expected, sizeof expected);
}

Test(random, half_parameter_is_rounded_once)
{
    struct tfeed_random random = started(1, 1);
    uint16_t value;
    /* Just above the middle of two halves; the nearest float is the middle itself. */
    const double mean = 1 + ldexp(1, -11) + ldexp(1, -40);
    cr_assert_eq(tfeed_random_normal(&random, TFEED_HALF, mean, 0, &value, 1), TFEED_OK);
    cr_assert_eq(value, 0x3c01);
    const double below = 1 + ldexp(3, -11) - ldexp(1, -40);
    cr_assert_eq(tfeed_random_normal(&random, TFEED_HALF, below, 0, &value, 1), TFEED_OK);
    cr_assert_eq(value, 0x3c01);
}

Test(random, integers_are_those_of_tensorflow)
{
    int32_t narrow[5];
    struct tfeed_random random = started(87654321, 140411);
    cr_assert_eq(tfeed_random_uniform_int(&random, TFEED_INT32, -5, 5, narrow, 5), TFEED_OK);
    cr_assert_arr_eq(narrow, ((int32_t[5]){-1, -5, -4, -4, 4}), sizeof narrow);
    random = started(87654321, 520161);
    cr_assert_eq(tfeed_random_uniform_int(&random, TFEED_INT32, INT32_MIN, INT32_MAX, narrow, 5),
                 TFEED_OK);
    cr_assert_arr_eq(narrow,
                     ((int32_t[5]){-124441715, -594212176, -385007078, 352050341, 1827080645}),
                     sizeof narrow);
    int64_t wide[5];
    random = started(87654321, 636516);
    cr_assert_eq(tfeed_random_uniform_int(&random, TFEED_INT64, INT64_MIN, INT64_MAX, wide, 5),
                 TFEED_OK);
    cr_assert_arr_eq(wide,
                     ((int64_t[5]){-4780901117517766449, -2493797363355886349, -4849897331535403952,
                                   -2943698829803914334, 6933123974991962037}),
                     sizeof wide);
}

/* What holds for all of them. */

/* A shorter array is the beginning of a longer one, for lengths around the runs of the code. */
static void expect_prefixes(fill_function *fill, enum tfeed_dtype dtype)
{
    enum { LONGEST = 200 };
    uint8_t whole[LONGEST * sizeof(double)];
    struct tfeed_random random = started(11, 12);
    cr_assert_eq(fill(&random, dtype, 0.25, 3, whole, LONGEST), TFEED_OK);
    for (size_t n = 0; n < LONGEST; n++) {
        uint8_t part[LONGEST * sizeof(double)];
        memset(part, 0xcd, sizeof part);
        random = started(11, 12);
        cr_assert_eq(fill(&random, dtype, 0.25, 3, part, n), TFEED_OK);
        const size_t len = n * tfeed_dtype_size(dtype);
        cr_assert_eq(memcmp(part, whole, len), 0, "%s, %zu values", tfeed_dtype_name(dtype), n);
        cr_assert_eq(part[len], 0xcd, "%s, %zu values: written behind", tfeed_dtype_name(dtype), n);
    }
}

Test(random, shorter_array_is_the_beginning_of_a_longer_one)
{
    static const enum tfeed_dtype dtypes[] = {TFEED_HALF, TFEED_FLOAT, TFEED_DOUBLE};
    for (int i = 0; i < 3; i++) {
        expect_prefixes(tfeed_random_uniform, dtypes[i]);
        expect_prefixes(tfeed_random_normal, dtypes[i]);
        expect_prefixes(tfeed_random_truncated_normal, dtypes[i]);
    }
}

Test(random, call_moves_on_by_256_groups_for_each_value)
{
    struct tfeed_random random = started(1, 2);
    float values[70];
    cr_assert_eq(tfeed_random_normal(&random, TFEED_FLOAT, 0, 1, values, 70), TFEED_OK);
    cr_assert_eq(random.counter[0], 256 * 70);
    cr_assert_eq(tfeed_random_truncated_normal(&random, TFEED_FLOAT, 0, 1, values, 3), TFEED_OK);
    cr_assert_eq(random.counter[0], 256 * 73);
    int64_t integers[5];
    cr_assert_eq(tfeed_random_uniform_int(&random, TFEED_INT64, 0, 9, integers, 5), TFEED_OK);
    cr_assert_eq(random.counter[0], 256 * 78);
    cr_assert_eq(tfeed_random_uniform(&random, TFEED_FLOAT, 0, 1, values, 0), TFEED_OK);
    cr_assert_eq(random.counter[0], 256 * 78);
}

Test(random, truncated_values_lie_within_two_deviations)
{
    enum { N = 20000 };
    static float values[N];
    struct tfeed_random random = started(7, 8);
    cr_assert_eq(tfeed_random_truncated_normal(&random, TFEED_FLOAT, 10, 3, values, N), TFEED_OK);
    double sum = 0;
    for (int i = 0; i < N; i++) {
        cr_assert_gt(values[i], 4.0f);
        cr_assert_lt(values[i], 16.0f);
        sum += (double)values[i];
    }
    cr_assert_float_eq(sum / N, 10.0, 0.1);
}

Test(random, normal_values_have_mean_and_deviation)
{
    enum { N = 50000 };
    static double values[N];
    struct tfeed_random random = started(9, 10);
    cr_assert_eq(tfeed_random_normal(&random, TFEED_DOUBLE, -2, 5, values, N), TFEED_OK);
    double sum = 0, squares = 0;
    for (int i = 0; i < N; i++) {
        sum += values[i];
        squares += (values[i] + 2) * (values[i] + 2);
    }
    cr_assert_float_eq(sum / N, -2.0, 0.1);
    cr_assert_float_eq(sqrt(squares / N), 5.0, 0.1);
}

Test(random, dtype_that_is_not_offered_is_invalid_and_moves_nothing)
{
    struct tfeed_random random = started(1, 2);
    double value;
    cr_assert_eq(tfeed_random_uniform(&random, TFEED_INT32, 0, 1, &value, 1),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_eq(tfeed_random_normal(&random, TFEED_STRING, 0, 1, &value, 1),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_eq(tfeed_random_truncated_normal(&random, TFEED_COMPLEX64, 0, 1, &value, 1),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_eq(tfeed_random_uniform_int(&random, TFEED_FLOAT, 0, 1, &value, 1),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_eq(random.counter[0], 0);
}

Test(random, empty_range_of_integers_is_invalid)
{
    struct tfeed_random random = started(1, 2);
    int64_t value;
    cr_assert_eq(tfeed_random_uniform_int(&random, TFEED_INT64, 4, 4, &value, 1),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_eq(tfeed_random_uniform_int(&random, TFEED_INT64, 5, 4, &value, 1),
                 TFEED_INVALID_ARGUMENT);
}

Test(random, range_outside_int32_is_invalid_for_int32)
{
    struct tfeed_random random = started(1, 2);
    int32_t value;
    cr_assert_eq(
        tfeed_random_uniform_int(&random, TFEED_INT32, (int64_t)INT32_MIN - 1, 0, &value, 1),
        TFEED_INVALID_ARGUMENT);
    cr_assert_eq(
        tfeed_random_uniform_int(&random, TFEED_INT32, 0, (int64_t)INT32_MAX + 1, &value, 1),
        TFEED_INVALID_ARGUMENT);
}
