/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_loader_options.c - defaults, ranges, and what is decided before any file is looked at.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <stdlib.h>
#include <string.h>

#include "core/machine_internal.h"
#include "loader/loader_private.h"

static struct tfeed_loader_options defaults(void)
{
    struct tfeed_loader_options options;
    tfeed_loader_options_init(&options);
    return options;
}

static struct tfeed_loader_options resolved(const struct tfeed_loader_options *given)
{
    struct tfeed_error error = TFEED_ERROR_INIT;
    struct tfeed_loader_options options;
    cr_assert_eq(loader_options_resolve(given, &options, &error), TFEED_OK, "%s", error.message);
    return options;
}

static void expect_invalid(const struct tfeed_loader_options *given, const char *part)
{
    struct tfeed_error error = TFEED_ERROR_INIT;
    struct tfeed_loader_options options;
    cr_assert_eq(loader_options_resolve(given, &options, &error), TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(error.message, part), "'%s' does not say '%s'", error.message, part);
}

static bool keeps_any(const struct tfeed_loader_record *record, void *user_data)
{
    (void)record;
    (void)user_data;
    return true;
}

static void *no_memory(void *user_data, size_t size, size_t alignment)
{
    (void)user_data;
    (void)size;
    (void)alignment;
    return NULL;
}

Test(loader_options, null_is_the_defaults)
{
    const struct tfeed_loader_options options = resolved(NULL);
    cr_assert_eq(options.struct_size, sizeof options);
    cr_assert_eq(options.batch_size, 128);
    cr_assert_eq(options.n_epochs, 1);
    cr_assert_eq(options.order, TFEED_ORDER_FILES);
    cr_assert_eq(options.seed, 0);
    cr_assert_eq(options.n_shards, 1);
    cr_assert_eq(options.max_skipped, 100);
    cr_assert_eq(options.n_batches, 4);
    cr_assert(options.caller_helps);
}

Test(loader_options, auto_order_is_fast_with_shuffling_and_files_without)
{
    struct tfeed_loader_options options = defaults();
    cr_assert_eq(resolved(&options).order, TFEED_ORDER_FILES);
    options.shuffle_records = 1;
    cr_assert_eq(resolved(&options).order, TFEED_ORDER_FAST);
}

Test(loader_options, zero_epochs_are_endless)
{
    struct tfeed_loader_options options = defaults();
    options.n_epochs = 0;
    cr_assert_eq(resolved(&options).n_epochs, TFEED_EPOCHS_ENDLESS);
}

Test(loader_options, auto_workers_are_the_processors)
{
    cr_assert_eq(resolved(NULL).n_workers, tfi_n_processors());
}

Test(loader_options, default_budget_is_positive_and_at_most_a_gibibyte)
{
    const int64_t budget = resolved(NULL).budget_bytes;
    cr_assert_gt(budget, 0);
    cr_assert_leq(budget, INT64_C(1) << 30);
}

Test(loader_options, random_seed_is_another_each_time_and_fits_json)
{
    struct tfeed_loader_options options = defaults();
    options.seed = TFEED_SEED_RANDOM;
    const int64_t first = resolved(&options).seed;
    const int64_t second = resolved(&options).seed;
    cr_assert_neq(first, second);
    cr_assert(first >= 0 && first < INT64_C(1) << 53);
}

Test(loader_options, tensorflow_without_seeds_is_random)
{
    struct tfeed_loader_options options = defaults();
    options.order = TFEED_ORDER_TENSORFLOW;
    options.seed = TFEED_SEED_UNSET;
    cr_assert_neq(resolved(&options).seed, resolved(&options).seed);
    options.graph_seed = 7;
    cr_assert_eq(resolved(&options).seed, TFEED_SEED_UNSET);
}

Test(loader_options, seed_and_capacity_stay_open_for_a_state)
{
    struct tfeed_loader_options options = defaults();
    options.order = TFEED_ORDER_TENSORFLOW;
    options.seed = TFEED_SEED_RANDOM;
    options.state = "{}";
    const struct tfeed_loader_options result = resolved(&options);
    cr_assert_eq(result.seed, TFEED_SEED_RANDOM);
    cr_assert_eq(result.capacity, 0);
}

Test(loader_options, capacity_is_three_batches_above_shuffle_records)
{
    struct tfeed_loader_options options = defaults();
    options.order = TFEED_ORDER_TENSORFLOW;
    options.shuffle_records = 1000;
    options.batch_size = 10;
    cr_assert_eq(resolved(&options).capacity, 1030);
}

Test(loader_options, capacity_not_above_shuffle_records_is_invalid)
{
    struct tfeed_loader_options options = defaults();
    options.order = TFEED_ORDER_TENSORFLOW;
    options.shuffle_records = 1000;
    options.capacity = 1000;
    expect_invalid(&options, "capacity must be above shuffle_records (1000), not 1000");
}

Test(loader_options, fast_without_shuffle_records_is_invalid)
{
    struct tfeed_loader_options options = defaults();
    options.order = TFEED_ORDER_FAST;
    expect_invalid(&options, "shuffle_records must be at least 1, not 0");
}

Test(loader_options, options_of_another_order_are_not_looked_at)
{
    struct tfeed_loader_options options = defaults();
    options.order = TFEED_ORDER_FILES;
    options.shuffle_records = 100;
    options.capacity = 7;
    options.n_lanes = 1;
    options.n_shards = 2;
    (void)resolved(&options);
}

Test(loader_options, fewer_lanes_than_shards_are_invalid)
{
    struct tfeed_loader_options options = defaults();
    options.shuffle_records = 1000;
    options.n_lanes = 3;
    options.n_shards = 4;
    expect_invalid(&options, "n_lanes must be at least n_shards (4), not 3");
    options.state = "{}"; /* its lanes may be of fewer shards */
    (void)resolved(&options);
}

Test(loader_options, more_lanes_than_a_shard_can_draw_from_are_invalid)
{
    struct tfeed_loader_options options = defaults();
    options.shuffle_records = 1000;
    options.n_lanes = 4096;
    (void)resolved(&options);
    options.n_lanes = 4097;
    expect_invalid(&options, "n_lanes must be at most 4096 for each shard (4096), not 4097");
    options.n_shards = 3;
    options.n_lanes = 3 * 4096;
    (void)resolved(&options);
    options.n_lanes++;
    expect_invalid(&options, "n_lanes must be at most 4096 for each shard (12288), not 12289");
    options.state = "{}"; /* its lanes may be of more shards */
    (void)resolved(&options);
    options.n_shards = 1;
    cr_assert_eq(loader_options_check(&options, NULL), TFEED_OK, "what the state itself says");
}

Test(loader_options, shard_outside_the_job_is_invalid)
{
    struct tfeed_loader_options options = defaults();
    options.n_shards = 4;
    options.shard_index = 4;
    expect_invalid(&options, "shard_index must be from 0 to 3, not 4");
    options.shard_index = -1;
    expect_invalid(&options, "shard_index must be from 0 to 3, not -1");
    options.n_shards = 0;
    expect_invalid(&options, "n_shards must be at least 1 or TFEED_SHARDS_AUTO, not 0");
}

Test(loader_options, index_beside_auto_shards_is_invalid)
{
    struct tfeed_loader_options options = defaults();
    options.n_shards = TFEED_SHARDS_AUTO;
    options.shard_index = 1;
    expect_invalid(&options, "shard_index must be 0 where n_shards is TFEED_SHARDS_AUTO, not 1");
}

Test(loader_options, auto_shards_are_the_launchers)
{
    struct tfeed_loader_options options = defaults();
    options.n_shards = TFEED_SHARDS_AUTO;
    cr_assert_eq(setenv("RANK", "2", 1), 0);
    cr_assert_eq(setenv("WORLD_SIZE", "5", 1), 0);
    const struct tfeed_loader_options result = resolved(&options);
    cr_assert_eq(result.shard_index, 2);
    cr_assert_eq(result.n_shards, 5);
    cr_assert_eq(setenv("WORLD_SIZE", "1000000", 1), 0);
    expect_invalid(&options, "n_shards must be from -1 to 65536, not 1000000");
}

Test(loader_options, level_with_a_filter_is_invalid)
{
    struct tfeed_loader_options options = defaults();
    options.level = TFEED_LEVEL_WRAP;
    options.filter = keeps_any;
    expect_invalid(&options, "level must be off with a filter");
}

Test(loader_options, level_with_skipping_is_invalid)
{
    struct tfeed_loader_options options = defaults();
    options.level = TFEED_LEVEL_DROP;
    options.on_error = TFEED_ON_ERROR_SKIP;
    expect_invalid(&options, "level must be off where on_error leaves records out");
}

Test(loader_options, level_in_order_tensorflow_is_invalid)
{
    struct tfeed_loader_options options = defaults();
    options.level = TFEED_LEVEL_PAD;
    options.order = TFEED_ORDER_TENSORFLOW;
    expect_invalid(&options, "level must be off in order tensorflow");
}

Test(loader_options, mix_rows_belong_to_their_end)
{
    struct tfeed_loader_options options = defaults();
    options.mix_rows = 5;
    expect_invalid(&options, "mix_rows must be 0 without mix_end n_rows, not 5");
    options.mix_end = TFEED_MIX_N_ROWS;
    (void)resolved(&options);
    options.mix_rows = 0;
    expect_invalid(&options, "mix_rows must be at least 1 with mix_end n_rows, not 0");
}

Test(loader_options, half_of_a_batch_memory_is_invalid)
{
    struct tfeed_loader_options options = defaults();
    options.batch_memory.alloc = no_memory;
    expect_invalid(&options, "batch_memory must have both alloc and free");
    options = defaults();
    options.batch_memory.alignment = 48;
    expect_invalid(&options, "batch_memory.alignment must be a power of two or 0, not 48");
}

Test(loader_options, record_limit_of_zero_is_invalid)
{
    struct tfeed_loader_options options = defaults();
    options.max_record_bytes = 0;
    expect_invalid(&options, "max_record_bytes must be at least 1");
}

Test(loader_options, shorter_struct_keeps_the_later_defaults)
{
    struct tfeed_loader_options options = defaults();
    options.batch_size = 7;
    options.n_batches = 9;
    options.struct_size = offsetof(struct tfeed_loader_options, n_batches);
    const struct tfeed_loader_options result = resolved(&options);
    cr_assert_eq(result.batch_size, 7);
    cr_assert_eq(result.n_batches, 4);
}

Test(loader_options, struct_without_init_is_invalid)
{
    struct tfeed_loader_options options = {0};
    expect_invalid(&options, "use the init function");
    options.struct_size = sizeof options + 1;
    expect_invalid(&options, "struct_size must be at most");
}

/* --- ranges of single numbers -------------------------------------------------------------- */

struct bad_number {
    char name[24];
    size_t offset;
    int64_t value;
};

ParameterizedTestParameters(loader_options, number_outside_its_range_is_invalid)
{
#define MEMBER(name) offsetof(struct tfeed_loader_options, name)
    static struct bad_number cases[] = {
        {"batch_size", MEMBER(batch_size), 0},
        {"batch_size", MEMBER(batch_size), INT64_C(1) << 31},
        {"n_epochs", MEMBER(n_epochs), -2},
        {"shuffle_records", MEMBER(shuffle_records), -1},
        {"shuffle_records", MEMBER(shuffle_records), INT64_C(1) << 31},
        {"capacity", MEMBER(capacity), -1},
        {"interleave", MEMBER(interleave), 0},
        {"interleave", MEMBER(interleave), 65537},
        {"block_records", MEMBER(block_records), 0},
        {"n_lanes", MEMBER(n_lanes), -1},
        {"n_lanes", MEMBER(n_lanes), (INT64_C(1) << 20) + 1},
        {"n_shards", MEMBER(n_shards), -2},
        {"n_shards", MEMBER(n_shards), 65537},
        {"max_skipped", MEMBER(max_skipped), -1},
        {"n_workers", MEMBER(n_workers), -2},
        {"n_workers", MEMBER(n_workers), 1025},
        {"n_batches", MEMBER(n_batches), 0},
        {"budget_bytes", MEMBER(budget_bytes), -1},
        {"mix_rows", MEMBER(mix_rows), INT64_MIN},
    };
#undef MEMBER
    return cr_make_param_array(struct bad_number, cases, sizeof cases / sizeof *cases);
}

ParameterizedTest(struct bad_number *bad, loader_options, number_outside_its_range_is_invalid)
{
    struct tfeed_loader_options options = defaults();
    memcpy((char *)&options + bad->offset, &bad->value, sizeof bad->value);
    expect_invalid(&options, bad->name);
}

Test(loader_options, unknown_words_are_invalid)
{
    struct tfeed_loader_options options = defaults();
    options.order = (enum tfeed_order)5;
    expect_invalid(&options, "order must be from 0 to 4, not 5");
    options = defaults();
    options.level = (enum tfeed_level)4;
    expect_invalid(&options, "level must be from 0 to 3, not 4");
    options = defaults();
    options.on_error = (enum tfeed_on_error)3;
    expect_invalid(&options, "on_error must be from 0 to 2, not 3");
    options = defaults();
    options.compression = (enum tfeed_compression)9;
    expect_invalid(&options, "compression must be from 0 to");
    options = defaults();
    options.mix_end = (enum tfeed_mix_end)3;
    expect_invalid(&options, "mix_end must be from 0 to 2, not 3");
}
