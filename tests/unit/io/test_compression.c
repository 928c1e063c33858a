/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_compression.c - names of compressions, and the marks of compressed streams.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <locale.h>
#include <string.h>

#include "io/io_internal.h"

struct word {
    char name[8];
    enum tfeed_compression compression;
};

ParameterizedTestParameters(compression, names_are_known_in_any_case)
{
    static struct word words[] = {
        {"auto", TFEED_COMPRESSION_AUTO}, {"none", TFEED_COMPRESSION_NONE},
        {"", TFEED_COMPRESSION_NONE},     {"gzip", TFEED_COMPRESSION_GZIP},
        {"GZIP", TFEED_COMPRESSION_GZIP}, {"ZLIB", TFEED_COMPRESSION_ZLIB},
        {"Zlib", TFEED_COMPRESSION_ZLIB}, {"SNAPPY", TFEED_COMPRESSION_SNAPPY},
    };
    return cr_make_param_array(struct word, words, sizeof words / sizeof words[0]);
}

ParameterizedTest(struct word *word, compression, names_are_known_in_any_case)
{
    enum tfeed_compression compression;
    (void)setlocale(LC_ALL, "tr_TR.UTF-8"); /* where it is there: I is no capital i in it */
    cr_assert_eq(tfeed_compression_parse(word->name, &compression, NULL), TFEED_OK);
    cr_assert_eq(compression, word->compression);
}

Test(compression, unknown_name_is_refused_and_the_known_ones_are_listed)
{
    enum tfeed_compression compression = TFEED_COMPRESSION_ZLIB;
    struct tfeed_error error;
    cr_assert_eq(tfeed_compression_parse("gzi", &compression, &error), TFEED_INVALID_ARGUMENT);
    cr_assert_eq(tfeed_compression_parse("gzipp", &compression, &error), TFEED_INVALID_ARGUMENT);
    cr_assert_str_eq(error.message,
                     "compression must be auto, none, gzip, zlib or snappy, not \"gzipp\"");
    cr_assert_eq(compression, TFEED_COMPRESSION_ZLIB);
}

Test(compression, numbers_have_names)
{
    cr_assert_str_eq(tfeed_compression_name(TFEED_COMPRESSION_AUTO), "auto");
    cr_assert_str_eq(tfeed_compression_name(TFEED_COMPRESSION_NONE), "none");
    cr_assert_str_eq(tfeed_compression_name(TFEED_COMPRESSION_GZIP), "gzip");
    cr_assert_str_eq(tfeed_compression_name(TFEED_COMPRESSION_ZLIB), "zlib");
    cr_assert_str_eq(tfeed_compression_name(TFEED_COMPRESSION_SNAPPY), "snappy");
    cr_assert_str_eq(tfeed_compression_name((enum tfeed_compression)77), "unknown");
}

struct head {
    uint8_t bytes[2];
    enum tfeed_compression announced;
};

ParameterizedTestParameters(compression, two_bytes_announce_it)
{
    static struct head heads[] = {
        {{0x1f, 0x8b}, TFEED_COMPRESSION_GZIP}, {{0x1f, 0x8c}, TFEED_COMPRESSION_NONE},
        {{0x78, 0x01}, TFEED_COMPRESSION_ZLIB}, {{0x78, 0x5e}, TFEED_COMPRESSION_ZLIB},
        {{0x78, 0x9c}, TFEED_COMPRESSION_ZLIB}, {{0x78, 0xda}, TFEED_COMPRESSION_ZLIB},
        {{0x18, 0x19}, TFEED_COMPRESSION_ZLIB}, /* window of 512 bytes */
        {{0x78, 0x9d}, TFEED_COMPRESSION_NONE}, /* not divisible by 31 */
        {{0x88, 0x1c}, TFEED_COMPRESSION_NONE}, /* a window above 32 KiB */
        {{0x79, 0x9a}, TFEED_COMPRESSION_NONE}, /* not deflate */
        {{0x00, 0x00}, TFEED_COMPRESSION_NONE},
    };
    return cr_make_param_array(struct head, heads, sizeof heads / sizeof heads[0]);
}

ParameterizedTest(struct head *head, compression, two_bytes_announce_it)
{
    cr_assert_eq(tfi_compression_announced(head->bytes, 2), head->announced);
    cr_assert_eq(tfi_compression_announced(head->bytes, 1), TFEED_COMPRESSION_NONE);
    cr_assert_eq(tfi_compression_announced(NULL, 0), TFEED_COMPRESSION_NONE);
}
