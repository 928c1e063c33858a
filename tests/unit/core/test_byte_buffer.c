/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_byte_buffer.c - bytes that become more.
 */
#include <criterion/criterion.h>

#include <string.h>

#include "core/byte_buffer_internal.h"
#include "tests/support/support.h"

Test(byte_buffer, pieces_stand_behind_each_other)
{
    struct t_allocator allocator;
    t_allocator_init(&allocator);
    struct tfi_byte_buffer buffer = {.allocator = &allocator.hooks};
    for (int i = 0; i < 1000; i++)
        cr_assert_eq(tfi_byte_buffer_append(&buffer, "abc", 3, NULL), TFEED_OK);
    cr_assert_eq(buffer.len, 3000);
    for (size_t i = 0; i < buffer.len; i += 3)
        cr_assert_eq(memcmp(buffer.data + i, "abc", 3), 0);
    cr_assert_lt(allocator.n_calls, 20, "%zu moves", allocator.n_calls);
    tfi_byte_buffer_clear(&buffer);
    T_EXPECT_NO_LEAKS(&allocator);
}

Test(byte_buffer, nothing_may_be_appended_to_nothing)
{
    struct tfi_byte_buffer buffer = {0};
    cr_assert_eq(tfi_byte_buffer_append(&buffer, NULL, 0, NULL), TFEED_OK);
    cr_assert_eq(buffer.len, 0);
    tfi_byte_buffer_clear(&buffer);
}

Test(byte_buffer, length_beyond_memory_is_refused)
{
    struct tfi_byte_buffer buffer = {0};
    cr_assert_eq(tfi_byte_buffer_append(&buffer, "abc", 3, NULL), TFEED_OK);
    cr_assert_eq(tfi_byte_buffer_reserve(&buffer, SIZE_MAX, NULL), TFEED_RESOURCE_EXHAUSTED);
    cr_assert_eq(tfi_byte_buffer_reserve(&buffer, SIZE_MAX - 3, NULL), TFEED_RESOURCE_EXHAUSTED);
    cr_assert_eq(memcmp(buffer.data, "abc", 3), 0);
    tfi_byte_buffer_clear(&buffer);
}

Test(byte_buffer, failed_allocation_leaves_what_was_there)
{
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfi_byte_buffer buffer = {.allocator = allocator};
        tfeed_status status = TFEED_OK;
        for (int i = 0; status == TFEED_OK && i < 500; i++)
            status = tfi_byte_buffer_append(&buffer, "xyz", 3, NULL);
        T_EXPECT_ALLOC_STATUS(status);
        for (size_t i = 0; i < buffer.len; i += 3)
            cr_assert_eq(memcmp(buffer.data + i, "xyz", 3), 0);
        tfi_byte_buffer_clear(&buffer);
    });
}

Test(byte_buffer, what_was_put_without_memory_is_known_at_the_end)
{
    struct t_allocator allocator;
    t_allocator_init(&allocator);
    allocator.fail_at = 2;
    struct tfi_byte_buffer buffer = {.allocator = &allocator.hooks};
    for (int i = 0; i < 50; i++)
        tfi_byte_buffer_put(&buffer, "abc", 3);
    cr_assert_not(buffer.has_failed);
    cr_assert_eq(buffer.len, 150);
    for (int i = 0; i < 500; i++)
        tfi_byte_buffer_put(&buffer, "abc", 3);
    cr_assert(buffer.has_failed);
    tfi_byte_buffer_clear(&buffer);
    cr_assert_not(buffer.has_failed);
    T_EXPECT_NO_LEAKS(&allocator);
}
