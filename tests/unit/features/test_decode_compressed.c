/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_decode_compressed.c - compressed strings, element by element. Cut and damaged streams are
 * tested with inflate_bytes.
 */
#include <criterion/criterion.h>

#include <zlib.h>

#include "tests/support/support.h"
#include "tests/unit/features/decode_fixture.h"

/* A zlib stream of one text repeated; returns its length. */
static size_t pack(const char *text, size_t n_times, uint8_t *to, size_t room)
{
    static uint8_t plain[1 << 20];
    const size_t len = strlen(text);
    uLongf packed_len = room;
    for (size_t i = 0; i < n_times; i++)
        memcpy(plain + i * len, text, len);
    cr_assert_eq(compress(to, &packed_len, plain, len * n_times), Z_OK);
    return packed_len;
}

Test(decode_compressed, every_element_is_inflated)
{
    struct fixture_strings fixture;
    struct tfeed_tensor tensor;
    uint8_t one[64];
    uint8_t two[64];
    (void)FIXTURE_VECTOR(&fixture, "", "", "", "");
    fixture.elements[0] = (struct tfeed_bytes){one, pack("hello", 1, one, sizeof one), NULL};
    fixture.elements[2] = (struct tfeed_bytes){two, pack("ab", 100, two, sizeof two), NULL};
    fixture.tensor.shape = tfeed_shape_matrix(2, 2);
    cr_assert_eq(tfeed_decode_compressed(&fixture.tensor, "ZLIB", 0, NULL, &tensor, NULL),
                 TFEED_OK);
    cr_assert(tfeed_shape_equal(&tensor.shape, &fixture.tensor.shape));
    cr_assert(fixture_is(&tensor, 0, "hello"));
    cr_assert(fixture_is(&tensor, 1, ""));
    cr_assert_eq(tfeed_tensor_strings(&tensor)[2].len, 200);
    cr_assert_eq(memcmp(tfeed_tensor_strings(&tensor)[2].data + 196, "abab", 4), 0);
    cr_assert(fixture_is(&tensor, 3, ""));
    tfeed_tensor_clear(&tensor);
}

Test(decode_compressed, no_compression_gives_the_same_strings)
{
    struct fixture_strings fixture;
    struct tfeed_tensor tensor;
    const struct tfeed_tensor *strings = FIXTURE_VECTOR(&fixture, "abc", "");
    cr_assert_eq(tfeed_decode_compressed(strings, "", 0, NULL, &tensor, NULL), TFEED_OK);
    cr_assert_eq(tensor.data, strings->data);
    tfeed_tensor_clear(&tensor);
}

Test(decode_compressed, other_compressions_are_refused_by_name)
{
    struct fixture_strings fixture;
    struct tfeed_tensor tensor;
    struct tfeed_error error;
    const struct tfeed_tensor *strings = FIXTURE_VECTOR(&fixture, "abc");
    cr_assert_eq(tfeed_decode_compressed(strings, "zlib", 0, NULL, &tensor, &error),
                 TFEED_INVALID_ARGUMENT);
    cr_assert(strstr(error.message, "\"zlib\"") != NULL, "%s", error.message);
    cr_assert_eq(tfeed_decode_compressed(strings, "SNAPPY", 0, NULL, &tensor, NULL),
                 TFEED_INVALID_ARGUMENT);
}

Test(decode_compressed, damaged_element_is_named)
{
    struct fixture_strings fixture;
    struct tfeed_tensor tensor;
    struct tfeed_error error;
    cr_assert_eq(tfeed_decode_compressed(FIXTURE_VECTOR(&fixture, "", "not zlib"), "ZLIB", 0, NULL,
                                         &tensor, &error),
                 TFEED_DATA_LOSS);
    cr_assert(strstr(error.message, "element 1 of 8 bytes") != NULL, "%s", error.message);
}

Test(decode_compressed, limit_holds_for_each_element)
{
    struct fixture_strings fixture;
    struct tfeed_tensor tensor;
    uint8_t packed[4096];
    (void)FIXTURE_VECTOR(&fixture, "", "");
    const size_t len = pack("0123456789", 100000, packed, sizeof packed);
    fixture.elements[0] = (struct tfeed_bytes){packed, len, NULL};
    fixture.elements[1] = fixture.elements[0];
    cr_assert_eq(tfeed_decode_compressed(&fixture.tensor, "ZLIB", 1000000, NULL, &tensor, NULL),
                 TFEED_OK);
    tfeed_tensor_clear(&tensor);
    cr_assert_eq(tfeed_decode_compressed(&fixture.tensor, "ZLIB", 999999, NULL, &tensor, NULL),
                 TFEED_RESOURCE_EXHAUSTED);
}

Test(decode_compressed, failed_allocation_is_reported)
{
    struct fixture_strings fixture;
    uint8_t packed[64];
    (void)FIXTURE_VECTOR(&fixture, "", "");
    fixture.elements[1] =
        (struct tfeed_bytes){packed, pack("hello", 1, packed, sizeof packed), NULL};
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_tensor tensor = {0};
        T_EXPECT_ALLOC_STATUS(
            tfeed_decode_compressed(&fixture.tensor, "ZLIB", 0, allocator, &tensor, NULL));
        tfeed_tensor_clear(&tensor);
    });
}
