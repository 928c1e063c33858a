/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_parse_tensor.c - serialized TensorProtos, whole, short, long, malformed.
 */
#include <criterion/criterion.h>

#include "core/block_internal.h"
#include "tests/support/support.h"
#include "tests/unit/features/decode_fixture.h"

/* The head of a tensor: dtype, and a shape of one dimension. */
#define VECTOR_OF(dtype, n) "\x08" dtype "\x12\x04\x12\x02\x08" n

static tfeed_status parse(const char *proto, size_t len, enum tfeed_dtype dtype,
                          struct tfeed_tensor *ret_tensor, struct tfeed_error *reterr)
{
    struct fixture_strings fixture;
    return tfeed_parse_tensor(fixture_scalar(&fixture, proto, len), dtype, 0, NULL, ret_tensor,
                              reterr);
}

static void expect(const char *proto, size_t len, enum tfeed_dtype dtype, int64_t n,
                   const char *bytes, size_t n_bytes)
{
    struct t_guarded guarded;
    struct tfeed_tensor tensor;
    struct tfeed_error error = TFEED_ERROR_INIT;
    t_guarded_init_copy(&guarded, proto, len);
    cr_assert_eq(parse((const char *)guarded.data, len, dtype, &tensor, &error), TFEED_OK, "%s",
                 error.message);
    cr_assert_eq(tensor.dtype, dtype);
    cr_assert_eq(tensor.shape.n_dims, 1);
    cr_assert_eq(tensor.shape.dims[0], n);
    cr_assert_eq(memcmp(tensor.data, bytes, n_bytes), 0);
    tfeed_tensor_clear(&tensor);
    t_guarded_clear(&guarded);
}

#define EXPECT(proto, dtype, n, bytes)                                                             \
    expect(proto, sizeof(proto) - 1, dtype, n, bytes, sizeof(bytes) - 1)

static void expect_refused(const char *proto, size_t len, enum tfeed_dtype dtype,
                           const char *message)
{
    struct tfeed_tensor tensor = {.dtype = TFEED_BOOL};
    struct tfeed_error error;
    cr_assert_eq(parse(proto, len, dtype, &tensor, &error), TFEED_INVALID_ARGUMENT);
    cr_assert(strstr(error.message, message) != NULL, "%s", error.message);
    cr_assert_eq(tensor.dtype, TFEED_BOOL, "nothing is given");
}

#define EXPECT_REFUSED(proto, dtype, message)                                                      \
    expect_refused(proto, sizeof(proto) - 1, dtype, message)

Test(parse_tensor, content_is_taken_as_it_is)
{
    EXPECT(VECTOR_OF("\4", "\3") "\x22\3\1\2\xff", TFEED_UINT8, 3, "\1\2\xff");
    EXPECT(VECTOR_OF("\x1", "\1") "\x22\4\0\0\xc0\x3f", TFEED_FLOAT, 1, "\0\0\xc0\x3f");
}

Test(parse_tensor, values_of_each_field)
{
    EXPECT(VECTOR_OF("\1", "\1") "\x2a\4\0\0\xc0\x3f", TFEED_FLOAT, 1, "\0\0\xc0\x3f");
    EXPECT(VECTOR_OF("\2", "\1") "\x32\x8\1\2\3\4\5\6\7\x8", TFEED_DOUBLE, 1, "\1\2\3\4\5\6\7\x8");
    EXPECT(VECTOR_OF("\3", "\2") "\x3a\3\x01\xac\x02", TFEED_INT32, 2, "\1\0\0\0\x2c\1\0\0");
    EXPECT(VECTOR_OF("\6", "\1") "\x3a\xa\xff\xff\xff\xff\xff\xff\xff\xff\xff\1", TFEED_INT8, 1,
           "\xff");
    EXPECT(VECTOR_OF("\x8", "\1") "\x4a\x8\1\2\3\4\5\6\7\x8", TFEED_COMPLEX64, 1,
           "\1\2\3\4\5\6\7\x8");
    EXPECT(VECTOR_OF("\x9", "\1") "\x52\1\5", TFEED_INT64, 1, "\5\0\0\0\0\0\0\0");
    EXPECT(VECTOR_OF("\xa", "\2") "\x5a\2\x0\x2", TFEED_BOOL, 2, "\0\1");
    EXPECT(VECTOR_OF("\x11", "\1") "\x3a\3\xff\xff\3", TFEED_UINT16, 1, "\xff\xff");
    EXPECT(VECTOR_OF("\x12", "\1") "\x62\x10\1\2\3\4\5\6\7\x8\1\2\3\4\5\6\7\x8", TFEED_COMPLEX128,
           1, "\1\2\3\4\5\6\7\x8\1\2\3\4\5\6\7\x8");
    EXPECT(VECTOR_OF("\x13", "\1") "\x6a\2\x80\x70", TFEED_HALF, 1, "\x00\x38");
    EXPECT(VECTOR_OF("\x16", "\1") "\x82\1\1\7", TFEED_UINT32, 1, "\7\0\0\0");
    EXPECT(VECTOR_OF("\x17", "\1") "\x8a\1\1\7", TFEED_UINT64, 1, "\7\0\0\0\0\0\0\0");
}

Test(parse_tensor, last_value_is_repeated_and_none_are_zeros)
{
    EXPECT(VECTOR_OF("\3", "\3") "\x3a\2\1\2", TFEED_INT32, 3, "\1\0\0\0\2\0\0\0\2\0\0\0");
    EXPECT(VECTOR_OF("\x8", "\2") "\x4a\x8\1\2\3\4\5\6\7\x8", TFEED_COMPLEX64, 2,
           "\1\2\3\4\5\6\7\x8\1\2\3\4\5\6\7\x8");
    EXPECT(VECTOR_OF("\3", "\2"), TFEED_INT32, 2, "\0\0\0\0\0\0\0\0");
    EXPECT(VECTOR_OF("\x8", "\1") "\x4a\4\1\2\3\4", TFEED_COMPLEX64, 1, "\0\0\0\0\0\0\0\0");
}

Test(parse_tensor, values_beyond_the_shape_are_left_out)
{
    EXPECT(VECTOR_OF("\3", "\1") "\x3a\3\1\2\3", TFEED_INT32, 1, "\1\0\0\0");
    EXPECT(VECTOR_OF("\1", "\1") "\x2a\x8\1\2\3\4\5\6\7\x8", TFEED_FLOAT, 1, "\1\2\3\4");
}

Test(parse_tensor, values_in_pieces_packed_or_not_are_joined)
{
    EXPECT(VECTOR_OF("\3", "\4") "\x38\1\x3a\2\2\3\x38\4", TFEED_INT32, 4,
           "\1\0\0\0\2\0\0\0\3\0\0\0\4\0\0\0");
    EXPECT(VECTOR_OF("\1", "\2") "\x2d\1\2\3\4\x2a\4\5\6\7\x8", TFEED_FLOAT, 2,
           "\1\2\3\4\5\6\7\x8");
}

Test(parse_tensor, shape_may_come_in_pieces_and_behind_the_values)
{
    struct tfeed_tensor tensor;
    static const char proto[] = "\x3a\1\7\x12\4\x12\2\x08\2\x08\3\x12\6\x12\4\x08\3\x12\0";
    cr_assert_eq(parse(proto, sizeof proto - 1, TFEED_INT32, &tensor, NULL), TFEED_OK);
    cr_assert_eq(tensor.shape.n_dims, 2);
    cr_assert_eq(tensor.shape.dims[0], 2);
    cr_assert_eq(tensor.shape.dims[1], 3);
    cr_assert_eq(tfeed_tensor_int32s(&tensor)[5], 7);
    tfeed_tensor_clear(&tensor);
}

Test(parse_tensor, scalars_and_empty_tensors)
{
    struct tfeed_tensor tensor;
    cr_assert_eq(parse("\x08\3\x3a\1\7", 5, TFEED_INT32, &tensor, NULL), TFEED_OK);
    cr_assert_eq(tensor.shape.n_dims, 0);
    cr_assert_eq(tfeed_tensor_int32s(&tensor)[0], 7);
    tfeed_tensor_clear(&tensor);
    EXPECT(VECTOR_OF("\3", "\0") "\x22\3\1\2\3", TFEED_INT32, 0, "");
    EXPECT("\x08\3\x12\2\x12\0", TFEED_INT32, 0, "");
}

Test(parse_tensor, strings_are_views_that_hold_the_block)
{
    struct t_allocator allocator;
    t_allocator_init(&allocator);
    struct tfeed_tensor serialized;
    struct tfeed_tensor tensor;
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    static const char proto[] = VECTOR_OF("\7", "\4") "\x42\1a\x42\0\x42\3bcd";
    cr_assert_eq(tfeed_tensor_alloc(TFEED_STRING, &scalar, &allocator.hooks, &serialized, NULL),
                 TFEED_OK);
    cr_assert_eq(tfeed_tensor_set_string(&serialized, 0, proto, sizeof proto - 1, NULL), TFEED_OK);
    cr_assert_eq(tfeed_parse_tensor(&serialized, TFEED_STRING, 0, &allocator.hooks, &tensor, NULL),
                 TFEED_OK);
    tfeed_tensor_clear(&serialized);
    cr_assert(fixture_is(&tensor, 0, "a"));
    cr_assert(fixture_is(&tensor, 1, ""));
    cr_assert(fixture_is(&tensor, 2, "bcd"));
    cr_assert(fixture_is(&tensor, 3, "bcd"));
    tfeed_tensor_clear(&tensor);
    T_EXPECT_NO_LEAKS(&allocator);
}

Test(parse_tensor, strings_in_the_content_have_their_lengths_first)
{
    struct tfeed_tensor tensor;
    static const char proto[] = VECTOR_OF("\7", "\3") "\x22\6\1\0\2abc";
    cr_assert_eq(parse(proto, sizeof proto - 1, TFEED_STRING, &tensor, NULL), TFEED_OK);
    cr_assert(fixture_is(&tensor, 0, "a"));
    cr_assert(fixture_is(&tensor, 1, ""));
    cr_assert(fixture_is(&tensor, 2, "bc"));
    tfeed_tensor_clear(&tensor);
    EXPECT_REFUSED(VECTOR_OF("\7", "\3") "\x22\6\1\0\1abc", TFEED_STRING, "do not add up");
    EXPECT_REFUSED(VECTOR_OF("\7", "\3") "\x22\6\1\0\3abc", TFEED_STRING, "do not add up");
    EXPECT_REFUSED(VECTOR_OF("\7", "\3") "\x22\2\1a", TFEED_STRING, "content of 2 bytes");
    T_EXPECT_NO_LEAKS(NULL);
}

Test(parse_tensor, dtype_names_both)
{
    EXPECT_REFUSED(VECTOR_OF("\1", "\1"), TFEED_INT32,
                   "Type mismatch between parsed tensor (float32) and dtype (int32)");
    EXPECT_REFUSED(VECTOR_OF("\x0e", "\1"), TFEED_INT32, "number 14, int32 expected");
    EXPECT_REFUSED("", TFEED_INT32, "number 0");
    EXPECT_REFUSED("", TFEED_DTYPE_INVALID, "number 0");
    EXPECT_REFUSED("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\1", TFEED_INT32, "number 1844");
}

Test(parse_tensor, shape_that_is_not_complete_is_refused)
{
    EXPECT_REFUSED("\x08\3\x12\2\x18\1", TFEED_INT32, "rank");
    EXPECT_REFUSED("\x08\3\x12\xd\x12\xb\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\1", TFEED_INT32,
                   "shape [?]");
    EXPECT_REFUSED("\x08\3\x12\x12\x12\0\x12\0\x12\0\x12\0\x12\0\x12\0\x12\0\x12\0\x12\0",
                   TFEED_INT32, "9 dimensions");
}

Test(parse_tensor, content_of_another_length_is_refused)
{
    EXPECT_REFUSED(VECTOR_OF("\3", "\2") "\x22\7\1\2\3\4\5\6\7", TFEED_INT32,
                   "content of 7 bytes for 2 elements of int32");
}

Test(parse_tensor, malformed_bytes_are_refused)
{
    EXPECT_REFUSED("garbage", TFEED_INT32, "Could not parse `serialized` as TensorProto");
    EXPECT_REFUSED(VECTOR_OF("\1", "\2") "\x2a\6\1\2\3\4\5\6", TFEED_FLOAT, "near byte 8");
    EXPECT_REFUSED(VECTOR_OF("\3", "\2") "\x3a\2\1\x80", TFEED_INT32, "near byte 8");
    static const char whole[] = VECTOR_OF("\3", "\2") "\x3a\3\x01\xac\x02";
    struct tfeed_tensor tensor;
    for (size_t len = 0; len < sizeof whole; len++)
        if (parse(whole, len, TFEED_INT32, &tensor, NULL) == TFEED_OK)
            tfeed_tensor_clear(&tensor);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(parse_tensor, a_few_bytes_stand_for_no_more_than_the_limit)
{
    struct fixture_strings fixture;
    struct tfeed_tensor tensor;
    struct tfeed_error error;
    static const char proto[] = "\x08\3\x12\6\x12\4\x08\x80\x80\x40"; /* 2^20 zeros */
    const struct tfeed_tensor *serialized = fixture_scalar(&fixture, proto, sizeof proto - 1);
    cr_assert_eq(tfeed_parse_tensor(serialized, TFEED_INT32, 1 << 22, NULL, &tensor, NULL),
                 TFEED_OK);
    cr_assert_eq(tfeed_tensor_int32s(&tensor)[(1 << 20) - 1], 0);
    tfeed_tensor_clear(&tensor);
    cr_assert_eq(tfeed_parse_tensor(serialized, TFEED_INT32, (1 << 22) - 1, NULL, &tensor, &error),
                 TFEED_RESOURCE_EXHAUSTED);
    cr_assert(strstr(error.message, "4194304") != NULL, "%s", error.message);
    static const char huge[] = "\x08\3\x12\xc\x12\xa\x08\xff\xff\xff\xff\xff\xff\xff\xff\x7f";
    cr_assert_eq(parse(huge, sizeof huge - 1, TFEED_INT32, &tensor, NULL),
                 TFEED_RESOURCE_EXHAUSTED);
}

Test(parse_tensor, anything_but_a_scalar_string_is_refused)
{
    struct fixture_strings fixture;
    struct tfeed_tensor tensor;
    struct tfeed_error error;
    cr_assert_eq(
        tfeed_parse_tensor(FIXTURE_VECTOR(&fixture, "a"), TFEED_INT32, 0, NULL, &tensor, &error),
        TFEED_INVALID_ARGUMENT);
    cr_assert(strstr(error.message, "to be a scalar, got shape: [1]") != NULL, "%s", error.message);
    cr_assert_eq(
        tfeed_parse_tensor(fixture_scalar(&fixture, NULL, 0), TFEED_INT32, 0, NULL, &tensor, NULL),
        TFEED_INVALID_ARGUMENT);
}

Test(parse_tensor, failed_allocation_is_reported)
{
    struct fixture_strings fixture;
    static const char proto[] = VECTOR_OF("\7", "\2") "\x42\1a";
    const struct tfeed_tensor *serialized = fixture_scalar(&fixture, proto, sizeof proto - 1);
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_tensor tensor = {0};
        T_EXPECT_ALLOC_STATUS(
            tfeed_parse_tensor(serialized, TFEED_STRING, 0, allocator, &tensor, NULL));
        tfeed_tensor_clear(&tensor);
    });
}
