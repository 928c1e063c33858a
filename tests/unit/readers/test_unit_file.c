/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_unit_file.c - options of readers, and how a unit's file may end.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <stdlib.h>
#include <string.h>

#include "readers/unit_file_private.h"
#include "tests/support/record_bytes.h"
#include "tests/unit/readers/kind_fixture.h"

/* --- options ------------------------------------------------------------------------------- */

static tfeed_status resolve(const struct tfeed_reader_options *options)
{
    struct tfeed_reader_options resolved;
    return tfi_reader_options_resolve(options, &resolved, NULL);
}

Test(unit_file, no_options_are_the_defaults)
{
    struct tfeed_reader_options resolved;
    cr_assert_eq(tfi_reader_options_resolve(NULL, &resolved, NULL), TFEED_OK);
    cr_assert_eq(resolved.compression, TFEED_COMPRESSION_NONE);
    cr_assert_eq(resolved.tail, TFEED_TAIL_TENSORFLOW);
    cr_assert_eq(resolved.file_system, tfeed_local_files());
}

Test(unit_file, options_outside_their_range_are_refused)
{
    struct tfeed_reader_options options;
    tfeed_reader_options_init(&options);
    cr_assert_eq(resolve(&options), TFEED_OK);
    options.tail = (enum tfeed_tail)7;
    cr_assert_eq(resolve(&options), TFEED_INVALID_ARGUMENT);
    tfeed_reader_options_init(&options);
    options.map = (enum tfeed_map)7;
    cr_assert_eq(resolve(&options), TFEED_INVALID_ARGUMENT);
    tfeed_reader_options_init(&options);
    options.compression = (enum tfeed_compression)7;
    cr_assert_eq(resolve(&options), TFEED_INVALID_ARGUMENT);
    options.compression = TFEED_COMPRESSION_AUTO;
    cr_assert_eq(resolve(&options), TFEED_INVALID_ARGUMENT);
    tfeed_reader_options_init(&options);
    options.struct_size--;
    cr_assert_eq(resolve(&options), TFEED_INVALID_ARGUMENT);
}

/* --- ends ---------------------------------------------------------------------------------- */

/* Two gzip members of "one\n" and "two\n", and bytes that are none. */
static uint8_t *make_members(size_t *ret_len_of_both, size_t *ret_len)
{
    static const char junk[] = "junk";
    size_t len_one, len_two;
    uint8_t *one = t_deflate("one\n", 4, 31, &len_one);
    uint8_t *two = t_deflate("two\n", 4, 31, &len_two);
    uint8_t *all = malloc(len_one + len_two + sizeof junk);
    cr_assert_not_null(all);
    memcpy(all, one, len_one);
    memcpy(all + len_one, two, len_two);
    memcpy(all + len_one + len_two, junk, sizeof junk);
    free(one);
    free(two);
    *ret_len_of_both = len_one + len_two;
    *ret_len = len_one + len_two + sizeof junk;
    return all;
}

/* Reads lines until something else comes; returns that. */
static tfeed_status read_all(const uint8_t *data, size_t len, enum tfeed_tail tail, int *ret_n)
{
    struct kind_fixture kind;
    tfeed_status status;
    kind_init(&kind, data, len);
    kind.options.compression = TFEED_COMPRESSION_GZIP;
    kind.options.tail = tail;
    cr_assert_eq(tfeed_text_line_reader_new(0, &kind.options, &kind.reader, NULL), TFEED_OK);
    kind_enqueue(&kind, "f");
    kind_close_names(&kind);
    *ret_n = 0;
    while ((status = kind_read(&kind)) == TFEED_OK)
        ++*ret_n;
    kind_clear(&kind);
    return status;
}

Test(unit_file, strict_tail_reads_all_members_and_refuses_what_follows)
{
    size_t len, len_of_both;
    int n;
    uint8_t *data = make_members(&len_of_both, &len);
    cr_assert_eq(read_all(data, len_of_both, TFEED_TAIL_STRICT, &n), TFEED_OUT_OF_RANGE);
    cr_assert_eq(n, 2);
    cr_assert_eq(read_all(data, len, TFEED_TAIL_STRICT, &n), TFEED_DATA_LOSS);
    cr_assert_eq(n, 2);
    cr_assert_eq(read_all(data, len_of_both - 3, TFEED_TAIL_STRICT, &n), TFEED_DATA_LOSS);
    free(data);
}

Test(unit_file, tensorflow_tail_reads_the_first_member_and_may_be_cut)
{
    size_t len, len_of_both;
    int n;
    uint8_t *data = make_members(&len_of_both, &len);
    cr_assert_eq(read_all(data, len, TFEED_TAIL_TENSORFLOW, &n), TFEED_OUT_OF_RANGE);
    cr_assert_eq(n, 1);
    cr_assert_eq(read_all(data, len_of_both / 2 - 3, TFEED_TAIL_TENSORFLOW, &n),
                 TFEED_OUT_OF_RANGE);
    cr_assert_eq(n, 1);
    free(data);
}

/* --- the front ----------------------------------------------------------------------------- */

ParameterizedTestParameters(unit_file, skip_counts_down_what_there_was)
{
    static size_t sizes[] = {1, 3, 0};
    return cr_make_param_array(size_t, sizes, sizeof sizes / sizeof sizes[0]);
}

ParameterizedTest(size_t *size, unit_file, skip_counts_down_what_there_was)
{
    struct kind_fixture kind;
    struct tfeed_reader_options options;
    struct tfi_unit_file file = {.used = 0};
    uint64_t n = 4;
    kind_init_text(&kind, "0123456789");
    kind.files.max_read = *size;
    cr_assert_eq(tfi_reader_options_resolve(&kind.options, &options, NULL), TFEED_OK);
    cr_assert_eq(tfi_unit_file_open(&file, "f", &options, NULL), TFEED_OK);
    cr_assert_null(tfi_unit_file_front(&file));
    cr_assert_eq(tfi_unit_file_skip(&file, &n, NULL), TFEED_OK);
    cr_assert_eq(n, 0);
    cr_assert_eq(tfi_unit_file_need(&file, 1, NULL), TFEED_OK);
    cr_assert_eq(*tfi_unit_file_front(&file), '4');
    n = UINT64_MAX;
    cr_assert_eq(tfi_unit_file_skip(&file, &n, NULL), TFEED_OUT_OF_RANGE);
    cr_assert_eq(n, UINT64_MAX - 6);
    tfi_unit_file_close(&file);
    kind_clear(&kind);
}
