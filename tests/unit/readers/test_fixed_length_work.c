/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_fixed_length_work.c - records of one length, however the file's bytes come.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <stdio.h>
#include <stdlib.h>

#include "tests/support/record_bytes.h"
#include "tests/unit/readers/kind_fixture.h"

static void open_fixed(struct kind_fixture *kind, struct tfeed_fixed_length lengths)
{
    cr_assert_eq(
        tfeed_fixed_length_reader_new(&lengths, &kind->options, &kind->reader, &kind->error),
        TFEED_OK, "%s", kind->error.message);
    kind_enqueue(kind, "f");
}

/* A reader of one file with this text. */
static void init_fixed(struct kind_fixture *kind, const char *text,
                       struct tfeed_fixed_length lengths)
{
    kind_init_text(kind, text);
    open_fixed(kind, lengths);
    kind_close_names(kind);
}

static tfeed_status make_fixed(struct tfeed_fixed_length lengths, struct tfeed_error *error)
{
    struct tfeed_reader *reader = NULL;
    return tfeed_fixed_length_reader_new(&lengths, NULL, &reader, error);
}

/* --- places -------------------------------------------------------------------------------- */

Test(fixed_length_work, records_lie_between_header_and_footer)
{
    struct kind_fixture kind;
    init_fixed(
        &kind, "hhaaabbbccf",
        (struct tfeed_fixed_length){.record_bytes = 3, .header_bytes = 2, .footer_bytes = 1});
    expect_record(&kind, "f:0", "aaa");
    expect_record(&kind, "f:1", "bbb");
    cr_assert_eq(kind_read(&kind), TFEED_OUT_OF_RANGE);
    cr_assert(counters_are(&kind, 2, 1));
    kind_clear(&kind);
}

Test(fixed_length_work, short_hop_gives_records_that_overlap)
{
    struct kind_fixture kind;
    init_fixed(&kind, "abcdef", (struct tfeed_fixed_length){.record_bytes = 4, .hop_bytes = 1});
    expect_record(&kind, "f:0", "abcd");
    expect_record(&kind, "f:1", "bcde");
    expect_record(&kind, "f:2", "cdef");
    cr_assert_eq(kind_read(&kind), TFEED_OUT_OF_RANGE);
    kind_clear(&kind);
}

Test(fixed_length_work, long_hop_leaves_gaps)
{
    struct kind_fixture kind;
    init_fixed(&kind, "aa..bb..cc..d",
               (struct tfeed_fixed_length){.record_bytes = 2, .hop_bytes = 4});
    expect_record(&kind, "f:0", "aa");
    expect_record(&kind, "f:1", "bb");
    expect_record(&kind, "f:2", "cc");
    cr_assert_eq(kind_read(&kind), TFEED_OUT_OF_RANGE);
    kind_clear(&kind);
}

Test(fixed_length_work, file_of_its_header_alone_is_empty)
{
    struct kind_fixture kind;
    init_fixed(&kind, "hh", (struct tfeed_fixed_length){.record_bytes = 1, .header_bytes = 2});
    cr_assert_eq(kind_read(&kind), TFEED_OUT_OF_RANGE);
    cr_assert(counters_are(&kind, 0, 1));
    kind_clear(&kind);
}

Test(fixed_length_work, file_shorter_than_its_header_is_reported_once_and_left_behind)
{
    struct kind_fixture kind;
    kind_init_text(&kind, "h");
    open_fixed(&kind, (struct tfeed_fixed_length){.record_bytes = 1, .header_bytes = 2});
    cr_assert_eq(kind_read(&kind), TFEED_OUT_OF_RANGE);
    cr_assert_not_null(strstr(kind.error.message, "reached end of file"));
    cr_assert_str_eq(kind.error.path, "f");
    cr_assert(counters_are(&kind, 0, 0));
    t_scripted_files_init(&kind.files, "hhx", 3);
    kind_enqueue(&kind, "g");
    expect_record(&kind, "g:0", "x");
    kind_clear(&kind);
}

/* --- lengths ------------------------------------------------------------------------------- */

Test(fixed_length_work, negative_lengths_are_refused_by_name)
{
    struct tfeed_error error;
    cr_assert_eq(make_fixed((struct tfeed_fixed_length){.record_bytes = -1}, &error),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_str_eq(error.message, "record_bytes must be >= 0 not -1");
    cr_assert_eq(
        make_fixed((struct tfeed_fixed_length){.record_bytes = 1, .header_bytes = -2}, &error),
        TFEED_INVALID_ARGUMENT);
    cr_assert_str_eq(error.message, "header_bytes must be >= 0 not -2");
    cr_assert_eq(
        make_fixed((struct tfeed_fixed_length){.record_bytes = 1, .footer_bytes = -3}, &error),
        TFEED_INVALID_ARGUMENT);
    cr_assert_str_eq(error.message, "footer_bytes must be >= 0 not -3");
    cr_assert_eq(
        make_fixed((struct tfeed_fixed_length){.record_bytes = 1, .hop_bytes = -4}, &error),
        TFEED_INVALID_ARGUMENT);
    cr_assert_str_eq(error.message, "hop_bytes must be >= 0 not -4");
}

Test(fixed_length_work, records_of_no_bytes_are_refused)
{
    cr_assert_eq(make_fixed((struct tfeed_fixed_length){.hop_bytes = 1}, NULL),
                 TFEED_INVALID_ARGUMENT);
}

Test(fixed_length_work, sum_of_lengths_that_overflows_is_refused)
{
    cr_assert_eq(
        make_fixed((struct tfeed_fixed_length){.record_bytes = INT64_MAX, .footer_bytes = 1}, NULL),
        TFEED_INVALID_ARGUMENT);
}

ParameterizedTestParameters(fixed_length_work, lengths_beyond_any_file_end_it_without_memory)
{
    static int ways[] = {0, 1};
    return cr_make_param_array(int, ways, 2);
}

ParameterizedTest(int *is_sized, fixed_length_work, lengths_beyond_any_file_end_it_without_memory)
{
    struct kind_fixture kind;
    kind_init_text(&kind, "some bytes");
    kind.files.hide_size = *is_sized == 0;
    open_fixed(&kind, (struct tfeed_fixed_length){.record_bytes = INT64_MAX});
    kind_close_names(&kind);
    cr_assert_eq(kind_read(&kind), TFEED_OUT_OF_RANGE, "%s", kind.error.message);
    cr_assert(counters_are(&kind, 0, 1));
    kind_clear(&kind);
}

Test(fixed_length_work, hop_beyond_the_end_ends_the_file)
{
    struct kind_fixture kind;
    init_fixed(&kind, "abc",
               (struct tfeed_fixed_length){.record_bytes = 1, .hop_bytes = INT64_MAX});
    expect_record(&kind, "f:0", "a");
    cr_assert_eq(kind_read(&kind), TFEED_OUT_OF_RANGE);
    cr_assert(counters_are(&kind, 1, 1));
    kind_clear(&kind);
}

Test(fixed_length_work, compression_by_content_is_refused)
{
    const struct tfeed_fixed_length lengths = {.record_bytes = 1};
    struct tfeed_reader_options options;
    struct tfeed_reader *reader = NULL;
    tfeed_reader_options_init(&options);
    options.compression = TFEED_COMPRESSION_AUTO;
    cr_assert_eq(tfeed_fixed_length_reader_new(&lengths, &options, &reader, NULL),
                 TFEED_INVALID_ARGUMENT);
}

/* --- pieces -------------------------------------------------------------------------------- */

/* Every record of `data` by the rules alone. */
static void expect_naive_records(struct kind_fixture *kind, const uint8_t *data, size_t len,
                                 const struct tfeed_fixed_length *lengths)
{
    const size_t record_bytes = (size_t)lengths->record_bytes;
    const size_t hop = lengths->hop_bytes == 0 ? record_bytes : (size_t)lengths->hop_bytes;
    size_t at = (size_t)lengths->header_bytes, n = 0;
    for (; at + record_bytes + (size_t)lengths->footer_bytes <= len; at += hop, n++) {
        cr_assert_eq(kind_read(kind), TFEED_OK, "record %zu: %s", n, kind->error.message);
        cr_assert(bytes_are(tfeed_tensor_strings(&kind->value), data + at, record_bytes),
                  "record %zu", n);
    }
    cr_assert_eq(kind_read(kind), TFEED_OUT_OF_RANGE);
    cr_assert_eq(tfeed_reader_n_records_produced(kind->reader), (int64_t)n);
}

ParameterizedTestParameters(fixed_length_work, any_read_size_gives_the_same_records)
{
    static size_t sizes[] = {1, 2, 3, 7, 4096, 0};
    return cr_make_param_array(size_t, sizes, sizeof sizes / sizeof sizes[0]);
}

ParameterizedTest(size_t *size, fixed_length_work, any_read_size_gives_the_same_records)
{
    enum { N_BYTES = 3000, N_ROUNDS = 40 };
    static uint8_t data[N_BYTES];
    uint32_t random = 5;
    for (size_t i = 0; i < N_BYTES; i++)
        data[i] = (uint8_t)next_random(&random);
    for (int round = 0; round < N_ROUNDS; round++) {
        const struct tfeed_fixed_length lengths = {
            .record_bytes = 1 + next_random(&random) % 50,
            .header_bytes = next_random(&random) % 20,
            .footer_bytes = next_random(&random) % 20,
            .hop_bytes = next_random(&random) % 100,
        };
        struct kind_fixture kind;
        kind_init(&kind, data, N_BYTES);
        kind.files.max_read = *size;
        kind.files.hide_size = round % 2 != 0;
        open_fixed(&kind, lengths);
        kind_close_names(&kind);
        expect_naive_records(&kind, data, N_BYTES, &lengths);
        kind_clear(&kind);
    }
}

Test(fixed_length_work, records_longer_than_blocks_come_whole)
{
    enum { N_BYTES = 3 << 20 };
    const struct tfeed_fixed_length lengths = {
        .record_bytes = 700001, .header_bytes = 300000, .footer_bytes = 300000, .hop_bytes = 500};
    struct kind_fixture kind;
    uint32_t random = 3;
    uint8_t *data = malloc(N_BYTES);
    cr_assert_not_null(data);
    for (size_t i = 0; i < N_BYTES; i++)
        data[i] = (uint8_t)next_random(&random);
    kind_init(&kind, data, N_BYTES);
    open_fixed(&kind, lengths);
    cr_assert_eq(kind_read_up_to(&kind, 50), TFEED_OK, "%s", kind.error.message);
    cr_assert_eq(tfeed_tensor_n_elements(&kind.value), 50);
    for (size_t i = 0; i < 50; i++)
        cr_assert(
            bytes_are(&tfeed_tensor_strings(&kind.value)[i], data + 300000 + 500 * i, 700001));
    kind_clear(&kind);
    free(data);
}

/* --- compression --------------------------------------------------------------------------- */

ParameterizedTestParameters(fixed_length_work, compressed_files_give_the_same_records)
{
    static int bits[] = {31, 15};
    return cr_make_param_array(int, bits, 2);
}

ParameterizedTest(int *bits, fixed_length_work, compressed_files_give_the_same_records)
{
    const struct tfeed_fixed_length lengths = {
        .record_bytes = 5, .header_bytes = 3, .footer_bytes = 2, .hop_bytes = 2};
    struct kind_fixture kind;
    size_t len;
    static const char text[] = "the quick brown fox jumps over the lazy dog";
    uint8_t *deflated = t_deflate(text, sizeof text - 1, *bits, &len);
    kind_init(&kind, deflated, len);
    kind.files.max_read = 3;
    kind.options.compression = *bits == 31 ? TFEED_COMPRESSION_GZIP : TFEED_COMPRESSION_ZLIB;
    open_fixed(&kind, lengths);
    kind_close_names(&kind);
    expect_naive_records(&kind, (const uint8_t *)text, sizeof text - 1, &lengths);
    kind_clear(&kind);
    free(deflated);
}

Test(fixed_length_work, plain_file_read_as_compressed_is_damage_again_and_again)
{
    struct kind_fixture kind;
    kind_init_text(&kind, "plain bytes");
    kind.options.compression = TFEED_COMPRESSION_GZIP;
    open_fixed(&kind, (struct tfeed_fixed_length){.record_bytes = 4});
    for (int i = 0; i < 3; i++)
        cr_assert_eq(kind_read(&kind), TFEED_DATA_LOSS);
    cr_assert_not_null(strstr(kind.error.message, "incorrect header check"));
    cr_assert(counters_are(&kind, 0, 0));
    kind_clear(&kind);
}

/* --- memory -------------------------------------------------------------------------------- */

Test(fixed_length_work, no_memory_is_reported)
{
    static char data[600000];
    const struct tfeed_fixed_length lengths = {.record_bytes = 400000, .header_bytes = 5};
    struct kind_fixture kind;
    kind_init(&kind, data, sizeof data);
    T_FAIL_EACH_ALLOC(allocator, {
        kind.options.allocator = allocator;
        kind.reader = NULL;
        tfeed_status status =
            tfeed_fixed_length_reader_new(&lengths, &kind.options, &kind.reader, NULL);
        kind_enqueue(&kind, "f");
        if (status == TFEED_OK)
            status = kind_read(&kind);
        T_EXPECT_ALLOC_STATUS(status);
        kind_clear_records(&kind);
        tfeed_reader_unref(kind.reader);
    });
    kind.reader = NULL;
    kind_clear(&kind);
}
