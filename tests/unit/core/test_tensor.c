/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_tensor.c - tensors, their counted buffers, and what string elements keep alive.
 */
#include <criterion/criterion.h>

#include <stdint.h>
#include <string.h>

#include <tfeed/tensor.h>

#include "core/tensor_internal.h"
#include "tests/support/support.h"

Test(tensor, numbers_are_aligned_and_writable_to_the_end)
{
    struct t_allocator allocator;
    struct tfeed_tensor tensor = {0};
    const struct tfeed_shape shape = tfeed_shape_matrix(3, 5);
    t_allocator_init(&allocator);
    cr_assert_eq(tfeed_tensor_alloc(TFEED_FLOAT, &shape, &allocator.hooks, &tensor, NULL),
                 TFEED_OK);
    cr_assert_eq((uintptr_t)tensor.data % 64, 0);
    cr_assert_eq(tensor.dtype, TFEED_FLOAT);
    cr_assert_eq(tfeed_tensor_n_elements(&tensor), 15);
    for (int i = 0; i < 15; i++)
        tfeed_tensor_floats(&tensor)[i] = (float)i;
    cr_assert_eq(tfeed_tensor_floats(&tensor)[14], 14);
    tfeed_tensor_clear(&tensor);
    T_EXPECT_NO_LEAKS(&allocator);
}

Test(tensor, empty_extent_gives_an_empty_tensor)
{
    struct tfeed_tensor tensor = {0};
    const struct tfeed_shape shape = tfeed_shape_matrix(0, 5);
    cr_assert_eq(tfeed_tensor_alloc(TFEED_STRING, &shape, NULL, &tensor, NULL), TFEED_OK);
    cr_assert_eq(tfeed_tensor_n_elements(&tensor), 0);
    cr_assert_not_null(tensor.data);
    tfeed_tensor_clear(&tensor);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(tensor, dtype_that_is_none_is_refused)
{
    struct tfeed_error error;
    struct tfeed_tensor tensor = {0};
    const struct tfeed_shape shape = TFEED_SHAPE_SCALAR;
    cr_assert_eq(tfeed_tensor_alloc(TFEED_DTYPE_INVALID, &shape, NULL, &tensor, &error),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_str_eq(error.message, "a tensor cannot have dtype 0");
    cr_assert_null(tensor.buffer);
}

Test(tensor, incomplete_shape_is_refused)
{
    struct tfeed_error error;
    struct tfeed_tensor tensor = {0};
    const struct tfeed_shape shape = tfeed_shape_matrix(2, TFEED_DIM_UNKNOWN);
    cr_assert_eq(tfeed_tensor_alloc(TFEED_INT32, &shape, NULL, &tensor, &error),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_str_eq(error.message,
                     "a tensor needs a complete shape of at most 8 dimensions, not [2,?]");
    cr_assert_null(tensor.buffer);
}

Test(tensor, size_that_overflows_is_no_memory)
{
    struct tfeed_error error;
    struct tfeed_tensor tensor = {0};
    const struct tfeed_shape shape = tfeed_shape_vector(INT64_MAX / 2);
    cr_assert_eq(tfeed_tensor_alloc(TFEED_INT64, &shape, NULL, &tensor, &error),
                 TFEED_RESOURCE_EXHAUSTED);
    cr_assert_str_eq(error.message, "no memory for a tensor int64[4611686018427387903]");
}

Test(tensor, second_reference_keeps_the_elements)
{
    struct t_allocator allocator;
    struct tfeed_tensor tensor = {0};
    const struct tfeed_shape shape = tfeed_shape_vector(2);
    t_allocator_init(&allocator);
    cr_assert_eq(tfeed_tensor_alloc(TFEED_INT64, &shape, &allocator.hooks, &tensor, NULL),
                 TFEED_OK);
    tfeed_tensor_int64s(&tensor)[1] = 42;
    struct tfeed_tensor second = tfeed_tensor_ref(&tensor);
    tfeed_tensor_clear(&tensor);
    cr_assert_null(tensor.data);
    cr_assert_eq(tfeed_tensor_int64s(&second)[1], 42);
    tfeed_tensor_clear(&second);
    T_EXPECT_NO_LEAKS(&allocator);
}

Test(tensor, clear_takes_null_zeroed_and_cleared_tensors)
{
    struct tfeed_tensor tensor = {0};
    tfeed_tensor_clear(NULL);
    tfeed_tensor_clear(&tensor);
    tfeed_tensor_clear(&tensor);
    cr_assert_eq(tfeed_tensor_n_elements(&tensor), 0);
}

Test(tensor, borrowed_tensor_leaves_the_memory_to_its_owner)
{
    int32_t numbers[] = {1, 2, 3};
    const struct tfeed_shape shape = tfeed_shape_vector(3);
    struct tfeed_tensor tensor = tfeed_tensor_borrow(TFEED_INT32, &shape, numbers);
    struct tfeed_tensor second = tfeed_tensor_ref(&tensor);
    tfeed_tensor_clear(&tensor);
    cr_assert_eq(tfeed_tensor_int32s(&second), numbers);
    cr_assert_null(second.buffer);
    tfeed_tensor_clear(&second);
    cr_assert_eq(numbers[2], 3);
}

Test(tensor, borrowed_string_is_a_view_on_the_text)
{
    const char *name = "part-00000";
    struct tfeed_bytes storage;
    const struct tfeed_tensor tensor = tfeed_tensor_borrow_string(&storage, name);
    cr_assert_eq(tensor.dtype, TFEED_STRING);
    cr_assert_eq(tfeed_tensor_n_elements(&tensor), 1);
    cr_assert_eq(tfeed_tensor_strings(&tensor)->data, (const uint8_t *)name);
    cr_assert_eq(tfeed_tensor_strings(&tensor)->len, strlen(name));
    cr_assert_null(tfeed_tensor_strings(&tensor)->block);
}

static void count_free(void *user_data)
{
    ++*(int *)user_data;
}

Test(tensor, last_clear_lets_go_of_the_blocks_of_strings)
{
    int n_freed = 0;
    struct tfeed_block *block = NULL;
    struct tfeed_tensor tensor = {0};
    const struct tfeed_shape shape = tfeed_shape_vector(3);
    cr_assert_eq(tfeed_block_new("abc", 3, count_free, &n_freed, &block, NULL), TFEED_OK);
    cr_assert_eq(tfeed_tensor_alloc(TFEED_STRING, &shape, NULL, &tensor, NULL), TFEED_OK);
    for (int i = 0; i < 2; i++)
        tfeed_tensor_strings(&tensor)[i] = (struct tfeed_bytes){
            .data = (const uint8_t *)"abc", .len = 1, .block = tfeed_block_ref(block)};
    tfeed_block_unref(block);

    struct tfeed_tensor second = tfeed_tensor_ref(&tensor);
    tfeed_tensor_clear(&tensor);
    cr_assert_eq(n_freed, 0);
    tfeed_tensor_clear(&second);
    cr_assert_eq(n_freed, 1);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(tensor, new_string_elements_are_empty)
{
    struct tfeed_tensor tensor = {0};
    const struct tfeed_shape shape = tfeed_shape_vector(3);
    cr_assert_eq(tfeed_tensor_alloc(TFEED_STRING, &shape, NULL, &tensor, NULL), TFEED_OK);
    for (int i = 0; i < 3; i++) {
        cr_assert_eq(tfeed_tensor_strings(&tensor)[i].len, 0);
        cr_assert_null(tfeed_tensor_strings(&tensor)[i].block);
    }
    tfeed_tensor_clear(&tensor);
}

Test(tensor, set_string_copies_and_replaces)
{
    struct t_allocator allocator;
    char text[] = "first";
    struct tfeed_tensor tensor = {0};
    const struct tfeed_shape shape = tfeed_shape_vector(2);
    t_allocator_init(&allocator);
    cr_assert_eq(tfeed_tensor_alloc(TFEED_STRING, &shape, &allocator.hooks, &tensor, NULL),
                 TFEED_OK);
    struct tfeed_bytes *element = &tfeed_tensor_strings(&tensor)[1];
    cr_assert_eq(tfeed_tensor_set_string(&tensor, 1, text, 5, NULL), TFEED_OK);
    text[0] = 'w';
    cr_assert_eq(element->len, 5);
    cr_assert_arr_eq(element->data, "first", 5);

    cr_assert_eq(tfeed_tensor_set_string(&tensor, 1, element->data + 2, 3, NULL), TFEED_OK);
    cr_assert_eq(element->len, 3);
    cr_assert_arr_eq(element->data, "rst", 3);
    cr_assert_eq(tfeed_tensor_set_string(&tensor, 1, NULL, 0, NULL), TFEED_OK);
    cr_assert_eq(element->len, 0);
    cr_assert_null(element->block);
    tfeed_tensor_clear(&tensor);
    T_EXPECT_NO_LEAKS(&allocator);
}

Test(tensor, set_string_refuses_numbers_and_missing_elements)
{
    struct tfeed_error error;
    struct tfeed_bytes storage;
    struct tfeed_tensor tensor = tfeed_tensor_borrow_string(&storage, "a");
    cr_assert_eq(tfeed_tensor_set_string(&tensor, 1, "b", 1, &error), TFEED_INVALID_ARGUMENT);
    cr_assert_str_eq(error.message, "element 1 is not in a tensor of 1 elements");
    cr_assert_eq(tfeed_tensor_set_string(&tensor, -1, "b", 1, NULL), TFEED_INVALID_ARGUMENT);
    tensor.dtype = TFEED_INT8;
    cr_assert_eq(tfeed_tensor_set_string(&tensor, 0, "b", 1, &error), TFEED_INVALID_ARGUMENT);
    cr_assert_str_eq(error.message, "a string cannot be put into a tensor of dtype int8");
}

/* --- renewed tensors ----------------------------------------------------------------------- */

Test(tensor, renewed_tensor_keeps_its_buffer_when_alone_and_large_enough)
{
    struct t_allocator allocator;
    struct tfeed_tensor tensor = {0};
    const struct tfeed_shape large = tfeed_shape_vector(6), small = tfeed_shape_matrix(2, 2);
    t_allocator_init(&allocator);
    cr_assert_eq(tfi_tensor_renew(&tensor, TFEED_INT64, &large, &allocator.hooks, NULL), TFEED_OK);
    const struct tfeed_buffer *buffer = tensor.buffer;
    cr_assert_eq(tfi_tensor_renew(&tensor, TFEED_STRING, &small, &allocator.hooks, NULL), TFEED_OK);
    cr_assert_neq(tensor.buffer, buffer, "four strings are larger than six numbers");
    buffer = tensor.buffer;
    cr_assert_eq(tfi_tensor_renew(&tensor, TFEED_FLOAT, &small, &allocator.hooks, NULL), TFEED_OK);
    cr_assert_eq(tensor.buffer, buffer);
    cr_assert_eq(tensor.dtype, TFEED_FLOAT);
    cr_assert_eq(tfeed_tensor_n_elements(&tensor), 4);
    cr_assert_eq(tfi_tensor_renew(&tensor, TFEED_INT64, &large, &allocator.hooks, NULL), TFEED_OK);
    cr_assert_eq(tensor.buffer, buffer, "room is what was there at first");
    tfeed_tensor_clear(&tensor);
    T_EXPECT_NO_LEAKS(&allocator);
}

Test(tensor, renewed_tensor_leaves_a_shared_buffer_to_the_others)
{
    struct tfeed_tensor tensor = {0};
    const struct tfeed_shape shape = tfeed_shape_vector(2);
    cr_assert_eq(tfeed_tensor_alloc(TFEED_INT32, &shape, NULL, &tensor, NULL), TFEED_OK);
    tfeed_tensor_int32s(&tensor)[0] = 7;
    struct tfeed_tensor other = tfeed_tensor_ref(&tensor);
    cr_assert_eq(tfi_tensor_renew(&tensor, TFEED_INT32, &shape, NULL, NULL), TFEED_OK);
    cr_assert_neq(tensor.buffer, other.buffer);
    tfeed_tensor_int32s(&tensor)[0] = 8;
    cr_assert_eq(tfeed_tensor_int32s(&other)[0], 7);
    tfeed_tensor_clear(&other);
    tfeed_tensor_clear(&tensor);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(tensor, renewed_strings_are_empty_and_the_old_ones_given_back)
{
    struct t_allocator allocator;
    struct tfeed_tensor tensor = {0};
    const struct tfeed_shape shape = tfeed_shape_vector(3);
    t_allocator_init(&allocator);
    cr_assert_eq(tfeed_tensor_alloc(TFEED_STRING, &shape, &allocator.hooks, &tensor, NULL),
                 TFEED_OK);
    const size_t bytes_when_empty = t_outstanding_bytes(&allocator);
    cr_assert_eq(tfeed_tensor_set_string(&tensor, 2, "text", 4, NULL), TFEED_OK);
    cr_assert_eq(tfi_tensor_renew(&tensor, TFEED_STRING, &shape, &allocator.hooks, NULL), TFEED_OK);
    cr_assert_eq(t_outstanding_bytes(&allocator), bytes_when_empty);
    cr_assert_eq(tfeed_tensor_strings(&tensor)[2].len, 0);
    tfeed_tensor_clear(&tensor);
    T_EXPECT_NO_LEAKS(&allocator);
}

Test(tensor, tensor_that_cannot_be_renewed_is_empty)
{
    struct tfeed_tensor tensor = {0};
    const struct tfeed_shape shape = tfeed_shape_vector(3);
    const struct tfeed_shape unknown = tfeed_shape_vector(TFEED_DIM_UNKNOWN);
    cr_assert_eq(tfeed_tensor_alloc(TFEED_INT32, &shape, NULL, &tensor, NULL), TFEED_OK);
    cr_assert_eq(tfi_tensor_renew(&tensor, TFEED_INT32, &unknown, NULL, NULL),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_null(tensor.buffer);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(tensor, each_failed_allocation_is_reported_and_leaks_nothing)
{
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_tensor tensor = {0};
        const struct tfeed_shape shape = tfeed_shape_vector(2);
        tfeed_status status = tfeed_tensor_alloc(TFEED_STRING, &shape, allocator, &tensor, NULL);
        if (status == TFEED_OK)
            status = tfeed_tensor_set_string(&tensor, 0, "text", 4, NULL);
        T_EXPECT_ALLOC_STATUS(status);
        tfeed_tensor_clear(&tensor);
    });
    T_EXPECT_NO_LEAKS(NULL);
}
