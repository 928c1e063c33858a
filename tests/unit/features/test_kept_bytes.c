/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_kept_bytes.c - bytes for strings to be views of: few blocks, held as long as views may have
 * no reference of their own.
 */
#include <criterion/criterion.h>

#include <string.h>

#include "features/kept_bytes_private.h"
#include "tests/support/expect_retry.h"

enum { HALF_A_BLOCK = 9000 };

static uint8_t *take(struct tfi_kept_bytes *kept, size_t n)
{
    uint8_t *data;
    cr_assert_eq(tfi_kept_bytes_take(kept, n, &data, NULL), TFEED_OK);
    memset(data, (int)n, n);
    return data;
}

Test(kept_bytes, pieces_share_a_block)
{
    struct t_allocator allocator;
    t_allocator_init(&allocator);
    struct tfi_kept_bytes kept = {.allocator = &allocator.hooks};
    const uint8_t *first = take(&kept, 5);
    const struct tfeed_block *block = kept.block;
    for (size_t n = 1; n < 100; n++)
        (void)take(&kept, n);
    cr_assert_eq(allocator.n_calls, 1);
    cr_assert_eq(kept.block, block);
    for (size_t i = 0; i < 5; i++)
        cr_assert_eq(first[i], 5, "another piece lies over it");
    tfi_kept_bytes_clear(&kept);
    T_EXPECT_NO_LEAKS(&allocator);
}

Test(kept_bytes, what_is_given_back_is_taken_again)
{
    struct tfi_kept_bytes kept = {.allocator = NULL};
    const uint8_t *first = take(&kept, 10);
    tfi_kept_bytes_give_back(&kept, 4);
    cr_assert_eq(take(&kept, 1), first + 6);
    tfi_kept_bytes_clear(&kept);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(kept_bytes, full_blocks_are_held_until_strings_are_settled)
{
    struct t_allocator allocator;
    t_allocator_init(&allocator);
    struct tfi_kept_bytes kept = {.allocator = &allocator.hooks};
    const uint8_t *string = take(&kept, HALF_A_BLOCK);
    struct tfeed_block *block = kept.block;
    (void)take(&kept, HALF_A_BLOCK);
    (void)take(&kept, 100000); /* a block of its own */
    (void)take(&kept, 1);
    cr_assert_eq(allocator.n_calls, 4);
    const size_t n_all = t_outstanding_bytes(&allocator);
    cr_assert_eq(string[HALF_A_BLOCK - 1], (uint8_t)HALF_A_BLOCK);

    (void)tfeed_block_ref(block); /* the only string that stays */
    tfi_kept_bytes_settle(&kept);
    cr_assert_lt(t_outstanding_bytes(&allocator), n_all - 100000);
    cr_assert_eq(string[HALF_A_BLOCK - 1], (uint8_t)HALF_A_BLOCK);
    tfi_kept_bytes_settle(&kept);
    (void)take(&kept, 1);
    cr_assert_eq(allocator.n_calls, 4, "the last block goes on");
    tfi_kept_bytes_clear(&kept);
    cr_assert_gt(t_outstanding_bytes(&allocator), 0);
    tfeed_block_unref(block);
    T_EXPECT_NO_LEAKS(&allocator);
}

Test(kept_bytes, nothing_is_lost_where_memory_is_short)
{
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfi_kept_bytes kept = {.allocator = allocator};
        uint8_t *data;
        EXPECT_RETRY(tfi_kept_bytes_take(&kept, HALF_A_BLOCK, &data, NULL));
        EXPECT_RETRY(tfi_kept_bytes_take(&kept, HALF_A_BLOCK, &data, NULL));
        tfi_kept_bytes_settle(&kept);
        EXPECT_RETRY(tfi_kept_bytes_take(&kept, HALF_A_BLOCK, &data, NULL));
        tfi_kept_bytes_clear(&kept);
    });
    struct tfi_kept_bytes kept = {.allocator = NULL};
    uint8_t *data;
    cr_assert_eq(tfi_kept_bytes_take(&kept, SIZE_MAX, &data, NULL), TFEED_RESOURCE_EXHAUSTED);
    cr_assert_null(kept.block);
}
