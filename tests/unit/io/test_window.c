/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_window.c - a window that slides over bytes read into blocks.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include "core/block_internal.h"
#include "core/error_internal.h"
#include "io/stream_private.h"
#include "tests/support/record_bytes.h"
#include "tests/support/support.h"

/* Gives `len` bytes of pattern 0, up to max_read at a time. */
struct giver {
    size_t given;
    size_t len;
    size_t max_read; /* 0: as many as there is room for */
    size_t largest_room;
    size_t fail_at; /* SIZE_MAX: never */
};

static tfeed_status give(void *user_data, uint8_t *into, size_t room, size_t *ret_n,
                         struct tfeed_error *reterr)
{
    struct giver *giver = user_data;
    size_t n = giver->len - giver->given;
    cr_assert_gt(room, 0);
    if (giver->given == giver->fail_at)
        return tfi_fail(reterr, TFEED_UNAVAILABLE, "no more today");
    if (room > giver->largest_room)
        giver->largest_room = room;
    if (n > room)
        n = room;
    if (giver->max_read != 0 && n > giver->max_read)
        n = giver->max_read;
    for (size_t i = 0; i < n; i++)
        into[i] = t_pattern(0, giver->given + i);
    giver->given += n;
    *ret_n = n;
    return TFEED_OK;
}

static struct giver giver_of(size_t len)
{
    return (struct giver){.len = len, .fail_at = SIZE_MAX};
}

static tfeed_status fill(struct tfi_window *window, struct giver *giver, size_t n_used,
                         size_t n_need)
{
    return tfi_window_fill(window, n_used, n_need, false, give, giver, NULL);
}

static void expect_bytes(const struct tfi_window *window)
{
    for (size_t i = 0; i < window->len; i++)
        cr_assert_eq(window->data[i], t_pattern(0, window->offset + i), "byte %zu at %zu", i,
                     (size_t)window->offset);
}

Test(window, first_fill_reads_as_much_as_a_block_holds)
{
    struct tfi_window window = {.data = NULL};
    struct giver giver = giver_of(1 << 20);
    cr_assert_eq(fill(&window, &giver, 0, 12), TFEED_OK);
    cr_assert_eq(window.len, TFI_STREAM_BLOCK_BYTES);
    cr_assert_eq(window.offset, 0);
    expect_bytes(&window);
    tfi_window_clear(&window);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(window, end_leaves_what_there_was)
{
    struct tfi_window window = {.data = NULL};
    struct giver giver = giver_of(10);
    cr_assert_eq(fill(&window, &giver, 0, 11), TFEED_OUT_OF_RANGE);
    cr_assert_eq(window.len, 10);
    cr_assert_eq(fill(&window, &giver, 4, 7), TFEED_OUT_OF_RANGE);
    cr_assert_eq(window.offset, 4);
    cr_assert_eq(window.len, 6);
    expect_bytes(&window);
    cr_assert_eq(fill(&window, &giver, 0, 6), TFEED_OK);
    tfi_window_clear(&window);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(window, source_without_bytes_gives_an_empty_window)
{
    struct tfi_window window = {.data = NULL};
    struct giver giver = giver_of(0);
    cr_assert_eq(fill(&window, &giver, 0, 1), TFEED_OUT_OF_RANGE);
    cr_assert_eq(window.len, 0);
    tfi_window_clear(&window);
    T_EXPECT_NO_LEAKS(NULL);
}

ParameterizedTestParameters(window, slides_over_all_bytes_whatever_the_sizes)
{
    static size_t sizes[] = {1, 2, 3, 7, 4096, 0};
    return cr_make_param_array(size_t, sizes, sizeof sizes / sizeof sizes[0]);
}

ParameterizedTest(size_t *size, window, slides_over_all_bytes_whatever_the_sizes)
{
    enum { STEP = 1000 };
    const size_t len = *size > 0 && *size < 100 ? 20000 : 3000000;
    struct tfi_window window = {.data = NULL};
    struct giver giver = giver_of(len);
    giver.max_read = *size;
    size_t n_used = 0;
    while (fill(&window, &giver, n_used, STEP + 7) == TFEED_OK) {
        for (size_t i = 0; i < STEP + 7; i++)
            cr_assert_eq(window.data[i], t_pattern(0, window.offset + i));
        n_used = STEP; /* and 7 bytes twice */
    }
    cr_assert_eq(window.offset + window.len, len);
    tfi_window_clear(&window);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(window, block_that_nobody_holds_is_used_again)
{
    struct tfi_window window = {.data = NULL};
    struct giver giver = giver_of(2 << 20);
    cr_assert_eq(fill(&window, &giver, 0, 1), TFEED_OK);
    const struct tfeed_block *block = window.block;
    while (fill(&window, &giver, window.len - 3, 10) == TFEED_OK)
        cr_assert_eq(window.block, block);
    expect_bytes(&window);
    tfi_window_clear(&window);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(window, block_that_somebody_holds_is_left_alone)
{
    struct tfi_window window = {.data = NULL};
    struct giver giver = giver_of(2 << 20);
    cr_assert_eq(fill(&window, &giver, 0, 1), TFEED_OK);
    struct tfeed_block *kept = tfeed_block_ref(window.block);
    const uint8_t *data = window.data;
    const size_t len = window.len;
    cr_assert_eq(fill(&window, &giver, len - 3, 10), TFEED_OK);
    cr_assert_neq(window.block, kept);
    for (size_t i = 0; i < len; i++)
        cr_assert_eq(data[i], t_pattern(0, i));
    expect_bytes(&window);
    tfeed_block_unref(kept);
    tfi_window_clear(&window);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(window, room_behind_held_bytes_is_filled)
{
    struct tfi_window window = {.data = NULL};
    struct giver giver = giver_of(2 << 20);
    giver.max_read = 100;
    cr_assert_eq(fill(&window, &giver, 0, 1), TFEED_OK);
    struct tfeed_block *kept = tfeed_block_ref(window.block);
    cr_assert_eq(fill(&window, &giver, 50, 1000), TFEED_OK);
    cr_assert_eq(window.block, kept); /* nothing was copied */
    expect_bytes(&window);
    tfeed_block_unref(kept);
    tfi_window_clear(&window);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(window, need_beyond_the_end_allocates_no_more_than_twice_what_came)
{
    struct t_allocator allocator;
    t_allocator_init(&allocator);
    struct tfi_window window = {.allocator = &allocator.hooks};
    struct giver giver = giver_of(1 << 20);
    cr_assert_eq(fill(&window, &giver, 0, (size_t)1 << 40), TFEED_OUT_OF_RANGE);
    cr_assert_eq(window.len, 1 << 20);
    cr_assert_leq(t_outstanding_bytes(&allocator), (size_t)(2 << 20) + 4096);
    expect_bytes(&window);
    tfi_window_clear(&window);
    T_EXPECT_NO_LEAKS(&allocator);
}

Test(window, need_known_to_be_there_is_read_at_once)
{
    struct tfi_window window = {.data = NULL};
    struct giver giver = giver_of(5 << 20);
    cr_assert_eq(tfi_window_fill(&window, 0, 5 << 20, true, give, &giver, NULL), TFEED_OK);
    cr_assert_eq(giver.largest_room, 5 << 20);
    expect_bytes(&window);
    tfi_window_clear(&window);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(window, failed_read_leaves_the_window_usable)
{
    struct tfi_window window = {.data = NULL};
    struct giver giver = giver_of(1000);
    struct tfeed_error error;
    giver.max_read = 10;
    giver.fail_at = 500;
    cr_assert_eq(tfi_window_fill(&window, 0, 900, false, give, &giver, &error), TFEED_UNAVAILABLE);
    cr_assert_str_eq(error.message, "no more today");
    cr_assert_eq(window.len, 500);
    giver.fail_at = SIZE_MAX;
    cr_assert_eq(fill(&window, &giver, 100, 900), TFEED_OK);
    cr_assert_eq(window.offset, 100);
    expect_bytes(&window);
    tfi_window_clear(&window);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(window, every_block_says_where_its_bytes_come_from)
{
    struct tfi_window window = {.path = "f"};
    struct giver giver = giver_of(2 << 20);
    const char *path;
    uint64_t offset;
    while (fill(&window, &giver, window.len - (window.len > 0 ? 3 : 0), 10) == TFEED_OK) {
        const struct tfeed_bytes bytes = {window.data + 5, 1, window.block};
        cr_assert(tfi_bytes_origin(&bytes, &path, &offset));
        cr_assert_str_eq(path, "f");
        cr_assert_eq(offset, window.offset + 5);
    }
    tfi_window_clear(&window);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(window, each_failing_allocation_is_resource_exhausted)
{
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfi_window window = {.allocator = allocator, .path = "f"};
        struct giver giver = giver_of(3 << 20);
        tfeed_status status = fill(&window, &giver, 0, 1);
        if (status == TFEED_OK)
            status = fill(&window, &giver, 10, 2 << 20);
        T_EXPECT_ALLOC_STATUS(status);
        expect_bytes(&window);
        tfi_window_clear(&window);
    });
    T_EXPECT_NO_LEAKS(NULL);
}
