/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_block.c - counted blocks: who frees them, and when.
 */
#include <criterion/criterion.h>

#include <stdint.h>

#include "core/block_internal.h"
#include "tests/support/support.h"

enum { N_BLOCKS = 20, N_STRINGS = 1000 };

static int n_freed[N_BLOCKS];

static void count_free(void *user_data)
{
    ++*(int *)user_data;
}

static struct tfeed_block *make_block(int i)
{
    struct tfeed_block *block = NULL;
    cr_assert_eq(tfeed_block_new("", 0, count_free, &n_freed[i], &block, NULL), TFEED_OK);
    return block;
}

Test(block, last_reference_frees_once)
{
    struct tfeed_block *block = make_block(0);
    cr_assert_eq(tfeed_block_ref(block), block);
    tfeed_block_unref(block);
    cr_assert_eq(n_freed[0], 0);
    tfeed_block_unref(block);
    cr_assert_eq(n_freed[0], 1);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(block, null_is_passed_through)
{
    cr_assert_null(tfeed_block_ref(NULL));
    tfeed_block_unref(NULL);
    tfi_block_ref_n(NULL, 3);
    tfi_block_unref_n(NULL, 3);
    tfi_bytes_ref_n(NULL, 0);
    tfi_bytes_unref_n(NULL, 0);
}

Test(block, many_references_go_at_once_or_one_by_one)
{
    struct tfeed_block *block = make_block(0);
    tfi_block_ref_n(block, 9);
    tfi_block_ref_n(block, 0);
    tfi_block_unref_n(block, 8);
    tfi_block_unref_n(block, 0);
    tfeed_block_unref(block);
    cr_assert_eq(n_freed[0], 0);
    tfeed_block_unref(block);
    cr_assert_eq(n_freed[0], 1);
}

Test(block, own_memory_is_aligned_and_goes_with_the_block)
{
    struct t_allocator allocator;
    struct tfeed_block *block = NULL;
    uint8_t *data = NULL;
    t_allocator_init(&allocator);
    cr_assert_eq(tfi_block_alloc(&allocator.hooks, 1000, &block, &data, NULL), TFEED_OK);
    cr_assert_eq((uintptr_t)data % 64, 0);
    data[999] = 1;
    cr_assert_eq(tfi_block_len(block), 1000);
    tfeed_block_unref(block);
    T_EXPECT_NO_LEAKS(&allocator);
}

Test(block, wrapped_memory_keeps_its_length)
{
    struct t_allocator allocator;
    struct tfeed_block *block = NULL;
    t_allocator_init(&allocator);
    cr_assert_eq(tfi_block_wrap(&allocator.hooks, 77, count_free, &n_freed[0], &block, NULL),
                 TFEED_OK);
    cr_assert_eq(tfi_block_len(block), 77);
    tfeed_block_unref(block);
    cr_assert_eq(n_freed[0], 1);
    T_EXPECT_NO_LEAKS(&allocator);
}

Test(block, wrapped_memory_without_free_is_left_alone)
{
    struct tfeed_block *block = NULL;
    cr_assert_eq(tfeed_block_new("literal", 7, NULL, NULL, &block, NULL), TFEED_OK);
    tfeed_block_unref(block);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(block, length_that_overflows_is_no_memory)
{
    struct tfeed_block *block = NULL;
    uint8_t *data = NULL;
    cr_assert_eq(tfi_block_alloc(NULL, SIZE_MAX, &block, &data, NULL), TFEED_RESOURCE_EXHAUSTED);
    cr_assert_eq(tfi_block_alloc(NULL, SIZE_MAX / 2, &block, &data, NULL),
                 TFEED_RESOURCE_EXHAUSTED);
    cr_assert_null(block);
}

/* Strings over n_blocks blocks in an order that jumps; some have none. One reference per string is
 * taken and given back; only then the makers' own ones end. */
static void take_and_give_back(int n_blocks, int step)
{
    struct tfeed_block *blocks[N_BLOCKS];
    struct tfeed_bytes strings[N_STRINGS] = {0};
    for (int i = 0; i < n_blocks; i++) {
        n_freed[i] = 0;
        blocks[i] = make_block(i);
    }
    for (int i = 0; i < N_STRINGS; i++)
        strings[i].block = i % 7 == 3 ? NULL : blocks[i / step % n_blocks];

    tfi_bytes_ref_n(strings, N_STRINGS);
    for (int i = 0; i < n_blocks; i++)
        tfeed_block_unref(blocks[i]);
    for (int i = 0; i < n_blocks; i++)
        cr_assert_eq(n_freed[i], 0, "block %d of %d", i, n_blocks);
    tfi_bytes_unref_n(strings, N_STRINGS);
    for (int i = 0; i < n_blocks; i++)
        cr_assert_eq(n_freed[i], 1, "block %d of %d", i, n_blocks);
}

Test(block, strings_of_one_block_hold_it_once_each)
{
    take_and_give_back(1, 1);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(block, strings_in_runs_hold_their_blocks)
{
    take_and_give_back(N_BLOCKS, 13);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(block, strings_that_alternate_among_few_blocks_hold_them)
{
    take_and_give_back(8, 1);
    take_and_give_back(9, 1);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(block, strings_that_alternate_among_many_blocks_hold_them)
{
    take_and_give_back(N_BLOCKS, 1);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(block, each_failed_allocation_is_reported_and_leaks_nothing)
{
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_block *own = NULL;
        struct tfeed_block *wrapped = NULL;
        uint8_t *data = NULL;
        tfeed_status status = tfi_block_alloc(allocator, 8, &own, &data, NULL);
        if (status == TFEED_OK)
            status = tfi_block_wrap(allocator, 0, count_free, &n_freed[0], &wrapped, NULL);
        T_EXPECT_ALLOC_STATUS(status);
        tfeed_block_unref(own);
        tfeed_block_unref(wrapped);
    });
    cr_assert_eq(n_freed[0], 1);
    T_EXPECT_NO_LEAKS(NULL);
}
