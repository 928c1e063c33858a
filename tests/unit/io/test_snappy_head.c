/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_snappy_head.c - the first bytes of a snappy file from its first bytes.
 */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "io/io_internal.h"
#include "tests/support/support.h"
#include "tests/unit/io/snappy_bytes.h"

/* The first bytes by the code under test, from no more of the file than is asked for. */
static size_t head_of(const struct t_record_bytes *file, uint8_t content[TFI_SNAPPY_HEAD_CONTENT])
{
    const size_t len = file->len < TFI_SNAPPY_HEAD_BYTES ? file->len : TFI_SNAPPY_HEAD_BYTES;
    uint8_t *head = malloc(len); /* what is read behind it is found by ASan */
    cr_assert_not_null(head);
    memcpy(head, file->data, len);
    const size_t n = tfi_snappy_head(head, len, content, TFI_SNAPPY_HEAD_CONTENT);
    free(head);
    return n;
}

/* Of texts with few letters, so that literals and copies of all kinds come. */
Test(snappy_head, head_is_that_of_the_whole_block)
{
    enum { LEN = 3000, ROUNDS = 500 };
    uint8_t content[LEN];
    uint8_t head[TFI_SNAPPY_HEAD_CONTENT];
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct t_record_bytes file;
        t_record_bytes_init(&file);
        for (size_t i = 0; i < LEN; i++)
            content[i] = (uint8_t)(t_pattern(round, i) % (1 + round % 9));
        snappy_bytes_add_block(&file, content, LEN);
        cr_assert_eq(head_of(&file, head), sizeof head, "round %u", round);
        cr_assert_eq(memcmp(head, content, sizeof head), 0, "round %u", round);
        t_record_bytes_clear(&file);
    }
}

Test(snappy_head, short_block_gives_what_it_holds)
{
    struct t_record_bytes file;
    uint8_t head[TFI_SNAPPY_HEAD_CONTENT];
    t_record_bytes_init(&file);
    snappy_bytes_add_block(&file, "abc", 3);
    snappy_bytes_add_block(&file, "defghijklmnopq", 14);
    cr_assert_eq(head_of(&file, head), 3);
    cr_assert_eq(memcmp(head, "abc", 3), 0);
    t_record_bytes_clear(&file);
}

/* The elements as the format description has them, with 12 bytes of content. */
Test(snappy_head, each_kind_of_element_is_read)
{
    static const struct {
        const char *block;
        size_t len;
        const char *content;
    } cases[] = {
        {"\x0c\x2c"
         "abcdefghijkl",
         14, "abcdefghijkl"},
        {"\x0c\xf0\x0b"
         "abcdefghijkl",
         15, "abcdefghijkl"}, /* length in 1 byte */
        {"\x0c\xf4\x0b\0"
         "abcdefghijkl",
         16, "abcdefghijkl"}, /* in 2 */
        {"\x0c\xf8\x0b\0\0"
         "abcdefghijkl",
         17, "abcdefghijkl"}, /* in 3 */
        {"\x0c\xfc\x0b\0\0\0"
         "abcdefghijkl",
         18, "abcdefghijkl"}, /* in 4 */
        {"\x0c\x00"
         "a\x1d\x01",
         5, "aaaaaaaaaaaa"}, /* 1 + 11 by a short copy */
        {"\x0c\x08"
         "abc\x22\x03\0",
         8, "abcabcabcabc"}, /* 9 by a copy of 2 bytes */
        {"\x0c\x08"
         "abc\x23\x03\0\0\0",
         10, "abcabcabcabc"}, /* by one of 4 */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct t_record_bytes file;
        uint8_t head[TFI_SNAPPY_HEAD_CONTENT];
        t_record_bytes_init(&file);
        snappy_bytes_add_length(&file, (uint32_t)cases[i].len);
        t_record_bytes_add_raw(&file, cases[i].block, cases[i].len);
        cr_assert_eq(head_of(&file, head), sizeof head, "case %zu", i);
        cr_assert_eq(memcmp(head, cases[i].content, sizeof head), 0, "case %zu", i);
        t_record_bytes_clear(&file);
    }
}

Test(snappy_head, any_bytes_are_survived)
{
    enum { ROUNDS = 20000 };
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct t_record_bytes file;
        uint8_t head[TFI_SNAPPY_HEAD_CONTENT];
        uint8_t noise[TFI_SNAPPY_HEAD_BYTES];
        for (size_t i = 0; i < sizeof noise; i++)
            noise[i] = t_pattern(round, i);
        noise[0] = noise[1] = noise[2] = 0; /* a length that may be */
        noise[4] &= 0x1f;                   /* and content, too */
        t_record_bytes_init(&file);
        t_record_bytes_add_raw(&file, noise, round % sizeof noise + 1);
        cr_assert_leq(head_of(&file, head), sizeof head);
        t_record_bytes_clear(&file);
    }
}
