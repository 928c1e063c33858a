/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_list.c - rows of any length: growing, starting a row again, finishing, and whose the strings
 * are.
 */
#include <criterion/criterion.h>

#include "core/block_internal.h"
#include "features/list_private.h"
#include "tests/support/support.h"

static void append_bytes(struct tfi_list *list, const char *text, struct tfeed_block *block)
{
    const struct tfi_chunk chunk = {(const uint8_t *)text, strlen(text)};
    cr_assert_eq(tfi_list_append(list, chunk, block), TFI_APPEND_OK);
}

Test(list, rows_stand_one_behind_the_other)
{
    struct tfi_list list;
    tfi_list_init(&list, TFEED_INT64, NULL);
    cr_assert(tfi_list_start(&list, 3));
    append_bytes(&list, "\x01\x02", NULL);
    tfi_list_end_row(&list);
    tfi_list_end_row(&list);
    append_bytes(&list, "\x03", NULL);
    tfi_list_end_row(&list);
    tfi_list_finish(&list, 3);
    static const int64_t values[] = {1, 2, 3};
    static const int64_t splits[] = {0, 2, 2, 3};
    cr_assert_eq(tfeed_tensor_n_elements(&list.values), 3);
    cr_assert_eq(tfeed_tensor_n_elements(&list.row_splits), 4);
    cr_assert_arr_eq(list.values.data, values, sizeof values);
    cr_assert_arr_eq(list.row_splits.data, splits, sizeof splits);
    tfi_list_clear(&list);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(list, row_that_starts_again_forgets_what_it_had)
{
    struct tfi_list list;
    tfi_list_init(&list, TFEED_INT64, NULL);
    cr_assert(tfi_list_start(&list, 2));
    append_bytes(&list, "\x01", NULL);
    tfi_list_end_row(&list);
    append_bytes(&list, "\x02\x03", NULL);
    tfi_list_restart_row(&list);
    cr_assert_eq(tfi_list_row_len(&list), 0);
    append_bytes(&list, "\x04", NULL);
    cr_assert_eq(tfi_list_row_len(&list), 1);
    tfi_list_end_row(&list);
    tfi_list_finish(&list, 2);
    cr_assert_eq(tfeed_tensor_n_elements(&list.values), 2);
    cr_assert_eq(tfeed_tensor_int64s(&list.values)[1], 4);
    tfi_list_clear(&list);
}

Test(list, values_stay_while_it_grows)
{
    enum { N = 10000 };
    struct tfi_list list;
    tfi_list_init(&list, TFEED_INT64, NULL);
    cr_assert(tfi_list_start(&list, 0));
    for (int i = 0; i < N; i++) {
        const uint8_t byte = (uint8_t)(i % 128);
        cr_assert_eq(tfi_list_append(&list, (struct tfi_chunk){&byte, 1}, NULL), TFI_APPEND_OK);
        cr_assert(tfi_list_reserve_rows(&list, 1));
        tfi_list_end_row(&list);
    }
    tfi_list_finish(&list, N);
    for (int i = 0; i < N; i++) {
        cr_assert_eq(tfeed_tensor_int64s(&list.values)[i], i % 128);
        cr_assert_eq(tfeed_tensor_int64s(&list.row_splits)[i + 1], i + 1);
    }
    tfi_list_clear(&list);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(list, room_is_made_for_varints_not_for_bytes)
{
    enum { N_VALUES = 10000, BYTES = 10 };
    static uint8_t bytes[N_VALUES * BYTES];
    struct t_allocator allocator;
    struct tfi_list list;
    t_allocator_init(&allocator);
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = i % BYTES + 1 < BYTES ? 0xff : 1;
    tfi_list_init(&list, TFEED_INT64, &allocator.hooks);
    cr_assert(tfi_list_start(&list, 1));
    cr_assert_eq(tfi_list_append(&list, (struct tfi_chunk){bytes, sizeof bytes}, NULL),
                 TFI_APPEND_OK);
    cr_assert_eq(list.n, N_VALUES);
    cr_assert_lt(t_outstanding_bytes(&allocator), 2 * N_VALUES * sizeof(int64_t));
    tfi_list_clear(&list);
    T_EXPECT_NO_LEAKS(&allocator);
}

/* A block that says when it goes. */
static void note_free(void *user_data)
{
    *(bool *)user_data = true;
}

Test(list, finished_strings_hold_their_block_and_others_do_not)
{
    bool is_gone = false;
    struct tfeed_block *block;
    struct tfi_list list;
    cr_assert_eq(tfeed_block_new("text", 4, note_free, &is_gone, &block, NULL), TFEED_OK);
    tfi_list_init(&list, TFEED_STRING, NULL);
    cr_assert(tfi_list_start(&list, 2));
    append_bytes(&list, "a", block);
    tfi_list_end_row(&list);
    for (int i = 0; i < 200; i++) /* grows with views in it */
        append_bytes(&list, "b", block);
    tfi_list_restart_row(&list);
    append_bytes(&list, "c", block);
    tfi_list_end_row(&list);
    tfi_list_finish(&list, 1); /* the second row is given up */
    cr_assert_eq(tfeed_tensor_n_elements(&list.values), 1);
    cr_assert_eq(tfeed_tensor_strings(&list.values)[0].block, block);
    tfeed_block_unref(block);
    cr_assert_not(is_gone);
    cr_assert(tfi_list_start(&list, 0));
    cr_assert(is_gone);
    tfi_list_finish(&list, 0);
    tfi_list_clear(&list);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(list, buffer_that_is_held_is_left_to_its_holder)
{
    struct tfi_list list;
    tfi_list_init(&list, TFEED_INT64, NULL);
    cr_assert(tfi_list_start(&list, 1));
    append_bytes(&list, "\x07", NULL);
    tfi_list_end_row(&list);
    tfi_list_finish(&list, 1);
    struct tfeed_tensor held = tfeed_tensor_ref(&list.values);
    cr_assert(tfi_list_start(&list, 1));
    append_bytes(&list, "\x08", NULL);
    cr_assert_neq((void *)list.data, held.data);
    cr_assert_eq(tfeed_tensor_int64s(&held)[0], 7);
    tfi_list_finish(&list, 0);
    tfi_list_clear(&list);
    cr_assert_eq(tfeed_tensor_int64s(&held)[0], 7);
    tfeed_tensor_clear(&held);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(list, malformed_values_are_said_to_be)
{
    static const struct {
        enum tfeed_dtype dtype;
        const char *message;
        size_t len;
    } cases[] = {
        {TFEED_INT64, "\x0a\x01\x80", 3},
        {TFEED_INT64, "\x0a\x02\x01", 3},
        {TFEED_INT64, "\x08\x01", 2},
        {TFEED_INT64, "\x0a", 1},
        {TFEED_FLOAT, "\x0a\x03\x01\x02\x03", 5},
        {TFEED_STRING, "\x0a\x01x\x12\x01y", 6},
        {TFEED_STRING, "\x0a\x05x", 3},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct tfi_list list;
        tfi_list_init(&list, cases[i].dtype, NULL);
        cr_assert(tfi_list_start(&list, 1));
        cr_assert_eq(
            tfi_list_append_ordinary(
                &list, (struct tfi_chunk){(const uint8_t *)cases[i].message, cases[i].len}, NULL),
            TFI_APPEND_MALFORMED, "case %zu", i);
        tfi_list_restart_row(&list);
        tfi_list_end_row(&list);
        tfi_list_finish(&list, 1);
        tfi_list_clear(&list);
    }
    T_EXPECT_NO_LEAKS(NULL);
}
