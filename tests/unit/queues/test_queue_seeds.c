/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_queue_seeds.c - the pair of seeds of a shuffle queue, with TensorFlow's own constant.
 */
#include "tests/unit/queues/queue_fixture.h"

#include "queues/queue_private.h"

static struct tfeed_context *new_seeded_context(int64_t graph_seed)
{
    struct tfeed_context_options options;
    struct tfeed_context *context = NULL;
    tfeed_context_options_init(&options);
    options.graph_seed = graph_seed;
    cr_assert_eq(tfeed_context_new(&options, &context, NULL), TFEED_OK);
    return context;
}

static void expect_seeds(int64_t graph_seed, int64_t op_seed, const char *shared_name,
                         uint64_t seed, uint64_t seed2)
{
    struct tfeed_context *context = new_seeded_context(graph_seed);
    struct tfeed_queue_options options = int64_options(2);
    options.seed = op_seed;
    options.shared_name = shared_name;
    const struct tfeed_seeds seeds = tfi_queue_seeds(context, &options);
    cr_assert_eq(seeds.seed, seed);
    cr_assert_eq(seeds.seed2, seed2, "expected %llu, got %llu", (unsigned long long)seed2,
                 (unsigned long long)seeds.seed2);
    cr_assert_eq(tfeed_context_close(context, NULL), TFEED_OK);
}

Test(queue_seeds, shared_name_under_a_graph_seed_gives_tensorflows_constant)
{
    expect_seeds(87654321, TFEED_SEED_UNSET, "shared_queue", 87654321, 887634792);
    expect_seeds(0, TFEED_SEED_UNSET, "q6688", 0, 121134604);
}

Test(queue_seeds, names_of_every_length_around_a_block_are_hashed)
{
    /* first four bytes of MD5("1" "x…x") for 54, 55, 62, 63 and 119 letters, from md5sum */
    static const struct {
        size_t n_letters;
        uint64_t seed2;
    } rows[] = {
        {54, 1541042194}, {55, 1790496465}, {62, 1997529385}, {63, 660096477}, {119, 1221962743}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char name[128] = "";
        memset(name, 'x', rows[i].n_letters);
        expect_seeds(1, TFEED_SEED_UNSET, name, 1, rows[i].seed2);
    }
}

Test(queue_seeds, op_seed_wins_over_the_shared_name)
{
    expect_seeds(5, 6, "shared_queue", 5, 6);
    expect_seeds(TFEED_SEED_UNSET, 6, "shared_queue", 87654321, 6);
}

Test(queue_seeds, without_any_seed_the_order_differs_each_time)
{
    expect_seeds(TFEED_SEED_UNSET, TFEED_SEED_UNSET, "shared_queue", 0, 0);
    expect_seeds(TFEED_SEED_UNSET, TFEED_SEED_UNSET, NULL, 0, 0);
}

Test(queue_seeds, unseeded_draws_are_counted_under_a_graph_seed)
{
    struct tfeed_context *context = new_seeded_context(5);
    const struct tfeed_queue_options options = int64_options(2);
    for (uint64_t i = 0; i < 3; i++)
        cr_assert_eq(tfi_queue_seeds(context, &options).seed2, i);
    cr_assert_eq(tfeed_context_close(context, NULL), TFEED_OK);
}

Test(queue_seeds, pair_outright_is_taken_as_it_is)
{
    const struct tfeed_seeds pair = {3, UINT64_C(1) << 40};
    struct tfeed_queue_options options = int64_options(2);
    options.seed_pair = &pair;
    cr_assert_eq(tfi_queue_seeds(NULL, &options).seed2, UINT64_C(1) << 40);
}
