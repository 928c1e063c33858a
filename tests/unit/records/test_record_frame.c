/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_record_frame.c - the layout of a record against bytes that TensorFlow wrote.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <string.h>

#include "records/record_frame_internal.h"
#include "records/records_internal.h"

struct vector {
    size_t len;
    uint8_t payload[3];
    uint8_t header[TFEED_RECORD_HEADER_BYTES];
    uint8_t footer[TFEED_RECORD_FOOTER_BYTES];
};

static struct vector vectors[] = {
    {0, {0}, {0, 0, 0, 0, 0, 0, 0, 0, 0x29, 0x03, 0x98, 0x07}, {0xd8, 0xea, 0x82, 0xa2}},
    {3,
     {'f', 'o', 'o'},
     {3, 0, 0, 0, 0, 0, 0, 0, 0xb0, 0x99, 0x49, 0x0e},
     {0x61, 0x8a, 0xbe, 0xfe}},
    {3,
     {'1', '2', '3'},
     {3, 0, 0, 0, 0, 0, 0, 0, 0xb0, 0x99, 0x49, 0x0e},
     {0xce, 0x0b, 0xe7, 0x01}},
};

ParameterizedTestParameters(record_frame, header_and_footer_are_those_of_tensorflow)
{
    return cr_make_param_array(struct vector, vectors, sizeof vectors / sizeof vectors[0]);
}

ParameterizedTest(struct vector *vector, record_frame, header_and_footer_are_those_of_tensorflow)
{
    uint8_t header[TFEED_RECORD_HEADER_BYTES];
    uint8_t footer[TFEED_RECORD_FOOTER_BYTES];
    tfi_record_header_store(header, vector->len);
    tfi_record_footer_store(footer, vector->payload, vector->len);
    cr_assert_eq(memcmp(header, vector->header, sizeof header), 0);
    cr_assert_eq(memcmp(footer, vector->footer, sizeof footer), 0);
}

ParameterizedTestParameters(record_frame, stored_frames_check)
{
    return cr_make_param_array(struct vector, vectors, sizeof vectors / sizeof vectors[0]);
}

ParameterizedTest(struct vector *vector, record_frame, stored_frames_check)
{
    uint8_t frame[sizeof vector->payload + TFEED_RECORD_FOOTER_BYTES];
    uint64_t length;
    cr_assert(tfi_record_header_check(vector->header, &length));
    cr_assert_eq(length, vector->len);
    memcpy(frame, vector->payload, vector->len);
    memcpy(frame + vector->len, vector->footer, TFEED_RECORD_FOOTER_BYTES);
    cr_assert(tfi_record_payload_check(frame, vector->len));
    frame[vector->len + 1] ^= 1;
    cr_assert_not(tfi_record_payload_check(frame, vector->len));
}

Test(record_frame, each_flipped_bit_of_a_header_is_found)
{
    uint8_t header[TFEED_RECORD_HEADER_BYTES];
    uint64_t length;
    tfi_record_header_store(header, UINT64_C(0x0123456789abcdef));
    for (unsigned bit = 0; bit < 8 * sizeof header; bit++) {
        header[bit / 8] ^= (uint8_t)(1u << bit % 8);
        cr_assert_not(tfi_record_header_check(header, &length), "bit %u", bit);
        header[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    cr_assert(tfi_record_header_check(header, &length));
}

Test(record_frame, compression_is_told_by_header_then_by_magic)
{
    uint8_t head[TFEED_RECORD_HEADER_BYTES];
    tfi_record_header_store(head, 0x8b1f); /* plain, and begins with gzip's magic */
    cr_assert_eq(tfi_record_detect_compression(head, sizeof head), TFEED_COMPRESSION_NONE);
    head[11] ^= 1;
    cr_assert_eq(tfi_record_detect_compression(head, sizeof head), TFEED_COMPRESSION_GZIP);
    head[11] ^= 1;
    cr_assert_eq(tfi_record_detect_compression(head, sizeof head - 1), TFEED_COMPRESSION_GZIP);
    cr_assert_eq(tfi_record_detect_compression(head, 1), TFEED_COMPRESSION_NONE);
    cr_assert_eq(tfi_record_detect_compression(head, 0), TFEED_COMPRESSION_NONE);
    head[0] = 0x78;
    head[1] = 0x9c;
    cr_assert_eq(tfi_record_detect_compression(head, sizeof head), TFEED_COMPRESSION_ZLIB);
}

/* A snappy file is told by the header that its first block holds. */
Test(record_frame, snappy_is_told_by_the_header_inside)
{
    uint8_t head[TFI_RECORD_HEAD_BYTES] = {0, 0, 0, 14, 12, 11 << 2}; /* 12 bytes as they are */
    tfi_record_header_store(head + 6, 4711);
    const size_t len = 4 + 2 + TFEED_RECORD_HEADER_BYTES;
    cr_assert_eq(tfi_record_detect_compression(head, sizeof head), TFEED_COMPRESSION_SNAPPY);
    cr_assert_eq(tfi_record_detect_compression(head, len), TFEED_COMPRESSION_SNAPPY);
    cr_assert_eq(tfi_record_detect_compression(head, len - 1), TFEED_COMPRESSION_NONE);
    head[8] ^= 1;
    cr_assert_eq(tfi_record_detect_compression(head, sizeof head), TFEED_COMPRESSION_NONE);
    head[8] ^= 1;
    head[3] = 13; /* the block ends before */
    cr_assert_eq(tfi_record_detect_compression(head, sizeof head), TFEED_COMPRESSION_NONE);
}
