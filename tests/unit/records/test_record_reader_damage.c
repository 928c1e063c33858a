/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_record_reader_damage.c - every way in which a file of records can be wrong.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/records/reader_fixture.h"

/* Damage: each bit of a header, of a payload, of its checksum. */

Test(record_reader_damage, each_flipped_bit_of_a_header_is_data_loss)
{
    struct fixture fixture;
    fixture_init(&fixture);
    add_three(&fixture);
    for (size_t byte = 0; byte < 12; byte++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            const size_t offset = fixture.bytes.offsets[1];
            t_record_bytes_flip(&fixture.bytes, offset + byte, bit);
            fixture_open(&fixture);
            cr_assert_eq(next(&fixture), TFEED_OK);
            for (int i = 0; i < 2; i++)
                cr_assert_eq(next(&fixture), TFEED_DATA_LOSS, "byte %zu bit %u", byte, bit);
            expect_fault(&fixture, TFI_RECORD_LENGTH_FAULT, 1, offset);
            fixture_close(&fixture);
            t_record_bytes_flip(&fixture.bytes, offset + byte, bit);
        }
    }
    fixture_clear(&fixture);
}

Test(record_reader_damage, each_flipped_bit_of_payload_and_checksum_is_data_loss)
{
    struct fixture fixture;
    fixture_init(&fixture);
    add_three(&fixture);
    for (size_t byte = 12; byte < 12 + 5 + 4; byte++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            t_record_bytes_flip(&fixture.bytes, byte, bit);
            fixture_open(&fixture);
            cr_assert_eq(next(&fixture), TFEED_DATA_LOSS, "byte %zu bit %u", byte, bit);
            expect_fault(&fixture, TFI_RECORD_PAYLOAD_FAULT, 0, 0);
            fixture_close(&fixture);
            t_record_bytes_flip(&fixture.bytes, byte, bit);
        }
    }
    fixture_clear(&fixture);
}

Test(record_reader_damage, message_names_place_and_both_checksums)
{
    struct fixture fixture;
    fixture_init(&fixture);
    t_record_bytes_add(&fixture.bytes, "foo", 3); /* checksums b099490e and 618abefe on disk */
    t_record_bytes_add(&fixture.bytes, "123", 3);
    fixture.bytes.data[19 + 15] ^= 1;
    fixture_open(&fixture);
    cr_assert_eq(next(&fixture), TFEED_OK);
    cr_assert_eq(next(&fixture), TFEED_DATA_LOSS);
    cr_assert_str_eq(fixture.error.message,
                     "f: record 1 at byte 19: corrupted record at 31: payload checksum 0x01e70bcf "
                     "does not match 0x01e70bce of the payload");
    fixture_clear(&fixture);
}

Test(record_reader_damage, message_of_a_file_that_holds_no_records_asks)
{
    static const char text[] = "name,label\ncat,1\ndog,2\n";
    struct fixture fixture;
    fixture_init(&fixture);
    fixture_open_bytes(&fixture, text, sizeof text - 1);
    cr_assert_eq(next(&fixture), TFEED_DATA_LOSS);
    expect_fault(&fixture, TFI_RECORD_LENGTH_FAULT, 0, 0);
    cr_assert_not_null(strstr(fixture.error.message, "corrupted record at 0"));
    cr_assert_not_null(strstr(fixture.error.message, "is this a TFRecord file?"));
    fixture_clear(&fixture);
}

Test(record_reader_damage, checksums_of_payloads_can_be_left_out_but_not_those_of_lengths)
{
    struct fixture fixture;
    size_t n;
    fixture_init(&fixture);
    add_three(&fixture);
    t_record_bytes_flip(&fixture.bytes, 12, 0);
    fixture.options.skip_checksums = true;
    fixture_open(&fixture);
    cr_assert_eq(read_all(&fixture, &n), TFEED_OUT_OF_RANGE);
    cr_assert_eq(n, 3);
    fixture_close(&fixture);

    t_record_bytes_flip(&fixture.bytes, fixture.bytes.offsets[1], 0);
    fixture_open(&fixture);
    cr_assert_eq(read_all(&fixture, &n), TFEED_DATA_LOSS);
    cr_assert_eq(n, 1);
    fixture_clear(&fixture);
}

Test(record_reader_damage, zeros_behind_the_last_record_are_trailing_bytes)
{
    static const uint8_t zeros[4096];
    struct fixture fixture;
    size_t n;
    fixture_init(&fixture);
    add_three(&fixture);
    const size_t len = fixture.bytes.len;
    t_record_bytes_add_raw(&fixture.bytes, zeros, sizeof zeros);
    fixture_open(&fixture);
    cr_assert_eq(read_all(&fixture, &n), TFEED_DATA_LOSS);
    cr_assert_eq(n, 3);
    expect_fault(&fixture, TFI_RECORD_TRAILING_BYTES, 3, len);
    fixture_clear(&fixture);
}

/* Cut files. */

Test(record_reader_damage, file_cut_at_each_byte_is_truncated_or_ends_between_records)
{
    struct fixture fixture;
    fixture_init(&fixture);
    add_three(&fixture);
    for (size_t len = 0; len < fixture.bytes.len; len++) {
        size_t n;
        size_t n_whole = 0;
        while (n_whole < 2 && fixture.bytes.offsets[n_whole + 1] <= len)
            n_whole++;
        fixture_open_bytes(&fixture, fixture.bytes.data, len);
        const tfeed_status status = read_all(&fixture, &n);
        cr_assert_eq(n, n_whole, "cut at %zu: %zu records", len, n);
        if (len == fixture.bytes.offsets[n]) {
            cr_assert_eq(status, TFEED_OUT_OF_RANGE, "cut at %zu", len);
        } else {
            cr_assert_eq(status, TFEED_DATA_LOSS, "cut at %zu", len);
            cr_assert_not_null(strstr(
                fixture.error.message,
                tfi_record_reader_fault(fixture.reader) == TFI_RECORD_TRUNCATED ? "truncated record"
                                                                                : "stray zeros"));
            cr_assert_eq(fixture.error.offset, fixture.bytes.offsets[n]);
        }
        fixture_close(&fixture);
    }
    fixture_clear(&fixture);
}

Test(record_reader_damage, tail_of_tensorflow_takes_a_cut_header_for_the_end)
{
    struct fixture fixture;
    size_t n;
    fixture_init(&fixture);
    add_three(&fixture);
    fixture.options.tail = TFEED_TAIL_TENSORFLOW;
    const size_t last = fixture.bytes.offsets[2];
    for (size_t len = last; len < fixture.bytes.len; len++) {
        fixture_open_bytes(&fixture, fixture.bytes.data, len);
        cr_assert_eq(read_all(&fixture, &n), len < last + 12 ? TFEED_OUT_OF_RANGE : TFEED_DATA_LOSS,
                     "cut at %zu", len);
        cr_assert_eq(n, 2);
        fixture_close(&fixture);
    }
    fixture_clear(&fixture);
}

/* Lengths that nobody should believe. */

static const uint64_t wild_lengths[] = {
    996,        UINT64_C(1) << 20, UINT64_C(1) << 40, UINT64_C(1) << 63,
    UINT64_MAX, UINT64_MAX - 15,   UINT64_MAX - 16,   SIZE_MAX / 2,
};

ParameterizedTestParameters(record_reader_damage, length_beyond_the_file_is_truncated)
{
    static uint64_t lengths[sizeof wild_lengths / sizeof wild_lengths[0]];
    memcpy(lengths, wild_lengths, sizeof lengths);
    return cr_make_param_array(uint64_t, lengths, sizeof lengths / sizeof lengths[0]);
}

ParameterizedTest(uint64_t *length, record_reader_damage, length_beyond_the_file_is_truncated)
{
    struct fixture fixture;
    size_t n;
    fixture_init(&fixture);
    add_three(&fixture);
    t_record_bytes_add_header(&fixture.bytes, *length);
    fixture_open(&fixture);
    cr_assert_eq(read_all(&fixture, &n), TFEED_DATA_LOSS);
    cr_assert_eq(n, 3);
    expect_fault(&fixture, TFI_RECORD_TRUNCATED, 3, fixture.bytes.offsets[3]);
    fixture_clear(&fixture);
}

Test(record_reader_damage, forged_length_in_a_pipe_costs_no_memory)
{
    struct fixture fixture;
    struct t_allocator allocator;
    size_t n;
    t_allocator_init(&allocator);
    fixture_init(&fixture);
    add_three(&fixture);
    t_record_bytes_add_header(&fixture.bytes, 200 << 20); /* below the limit */
    fixture.files.hide_size = true;
    fixture.options.allocator = &allocator.hooks;
    fixture_open(&fixture);
    cr_assert_eq(read_all(&fixture, &n), TFEED_DATA_LOSS);
    expect_fault(&fixture, TFI_RECORD_TRUNCATED, 3, fixture.bytes.offsets[3]);
    cr_assert_lt(t_outstanding_bytes(&allocator), (size_t)1 << 20);
    fixture_clear(&fixture);
    T_EXPECT_NO_LEAKS(&allocator);
}

Test(record_reader_damage, record_above_the_limit_is_resource_exhausted)
{
    struct fixture fixture;
    size_t n;
    fixture_init(&fixture);
    add_three(&fixture);
    fixture.options.max_record_bytes = 299;
    fixture_open(&fixture);
    cr_assert_eq(read_all(&fixture, &n), TFEED_RESOURCE_EXHAUSTED);
    cr_assert_eq(n, 2);
    cr_assert_eq(next(&fixture), TFEED_RESOURCE_EXHAUSTED);
    cr_assert_str_eq(fixture.error.message,
                     "f: record 2 at byte 37: a record of 300 bytes exceeds the limit of 299");
    cr_assert_eq(tfi_record_reader_fault(fixture.reader), TFI_RECORD_NO_FAULT);
    fixture_close(&fixture);

    fixture.options.max_record_bytes = 300;
    fixture_open(&fixture);
    cr_assert_eq(read_all(&fixture, &n), TFEED_OUT_OF_RANGE);
    fixture_clear(&fixture);
}

/* Going on behind damage. */

Test(record_reader_damage, damaged_payload_can_be_skipped)
{
    struct fixture fixture;
    fixture_init(&fixture);
    add_three(&fixture);
    t_record_bytes_add_pattern(&fixture.bytes, 7, 4);
    t_record_bytes_flip(&fixture.bytes, fixture.bytes.offsets[2] + 100, 5);
    fixture_open(&fixture);
    cr_assert_eq(next(&fixture), TFEED_OK);
    cr_assert_eq(next(&fixture), TFEED_OK);
    cr_assert_eq(next(&fixture), TFEED_DATA_LOSS);
    cr_assert_eq(tfeed_record_reader_skip_damaged(fixture.reader, NULL), TFEED_OK);
    cr_assert_eq(next(&fixture), TFEED_OK);
    expect_pattern(&fixture.view, 7, 4);
    cr_assert_eq(fixture.view.record, 3);
    cr_assert_eq(fixture.view.offset, fixture.bytes.offsets[3]);
    cr_assert_eq(next(&fixture), TFEED_OUT_OF_RANGE);
    fixture_clear(&fixture);
}

Test(record_reader_damage, damaged_length_cannot_be_skipped)
{
    struct fixture fixture;
    fixture_init(&fixture);
    add_three(&fixture);
    t_record_bytes_flip(&fixture.bytes, 0, 0);
    fixture_open(&fixture);
    cr_assert_eq(tfeed_record_reader_skip_damaged(fixture.reader, NULL), TFEED_FAILED_PRECONDITION);
    cr_assert_eq(next(&fixture), TFEED_DATA_LOSS);
    cr_assert_eq(tfeed_record_reader_skip_damaged(fixture.reader, &fixture.error),
                 TFEED_FAILED_PRECONDITION);
    cr_assert_eq(next(&fixture), TFEED_DATA_LOSS);
    fixture_clear(&fixture);
}

/* The reader sees every change of a file that it has mapped. */
Test(record_reader_damage, length_that_changes_behind_the_check_is_not_read_again)
{
    static const uint8_t huge[8] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f};
    struct t_temp_dir dir;
    char path[T_PATH_BYTES];
    struct fixture fixture;
    fixture_init(&fixture);
    add_three(&fixture);
    t_record_bytes_flip(&fixture.bytes, 12, 0);
    t_temp_dir_init(&dir);
    t_write_file(t_temp_path(&dir, "f", path), fixture.bytes.data, fixture.bytes.len);
    fixture.options.file_system = NULL;
    cr_assert_eq(tfeed_record_reader_open(path, &fixture.options, &fixture.reader, NULL), TFEED_OK);
    cr_assert_eq(next(&fixture), TFEED_DATA_LOSS);

    const int fd = open(path, O_WRONLY | O_CLOEXEC);
    cr_assert_eq(pwrite(fd, huge, sizeof huge, 0), sizeof huge);
    close(fd);
    cr_assert_eq(tfeed_record_reader_skip_damaged(fixture.reader, NULL), TFEED_OK);
    cr_assert_eq(tfeed_record_reader_offset(fixture.reader), fixture.bytes.offsets[1]);
    cr_assert_eq(next(&fixture), TFEED_OK);
    expect_pattern(&fixture.view, 0, 2);
    fixture_clear(&fixture);
    t_temp_dir_clear(&dir);
}

Test(record_reader_damage, skipping_works_once)
{
    struct fixture fixture;
    fixture_init(&fixture);
    add_three(&fixture);
    t_record_bytes_flip(&fixture.bytes, 12, 0);
    fixture_open(&fixture);
    cr_assert_eq(next(&fixture), TFEED_DATA_LOSS);
    cr_assert_eq(tfeed_record_reader_skip_damaged(fixture.reader, NULL), TFEED_OK);
    cr_assert_eq(tfeed_record_reader_skip_damaged(fixture.reader, NULL), TFEED_FAILED_PRECONDITION);
    fixture_clear(&fixture);
}

/* Compression: recognised, mistaken, cut, continued. */

Test(record_reader_damage, plain_file_may_begin_as_gzip_does)
{
    struct fixture fixture;
    size_t n;
    fixture_init(&fixture);
    t_record_bytes_add_pattern(&fixture.bytes, 0x8b1f, 1); /* the length's bytes are 1f 8b 00 … */
    fixture.options.compression = TFEED_COMPRESSION_AUTO;
    fixture_open(&fixture);
    cr_assert_eq(tfeed_record_reader_compression(fixture.reader), TFEED_COMPRESSION_AUTO);
    cr_assert_eq(read_all(&fixture, &n), TFEED_OUT_OF_RANGE);
    cr_assert_eq(n, 1);
    cr_assert_eq(tfeed_record_reader_compression(fixture.reader), TFEED_COMPRESSION_NONE);
    fixture_clear(&fixture);
}

/* How files of one compression are read as another. */
struct mistake {
    int window_bits; /* of the file; 0: plain */
    enum tfeed_compression read_as;
};

ParameterizedTestParameters(record_reader_damage, wrong_compression_is_named)
{
    static struct mistake mistakes[] = {
        {0, TFEED_COMPRESSION_GZIP},  {0, TFEED_COMPRESSION_ZLIB},  {31, TFEED_COMPRESSION_NONE},
        {31, TFEED_COMPRESSION_ZLIB}, {15, TFEED_COMPRESSION_NONE}, {15, TFEED_COMPRESSION_GZIP},
    };
    return cr_make_param_array(struct mistake, mistakes, sizeof mistakes / sizeof mistakes[0]);
}

ParameterizedTest(struct mistake *mistake, record_reader_damage, wrong_compression_is_named)
{
    struct fixture fixture;
    size_t len = 0;
    uint8_t *data = NULL;
    fixture_init(&fixture);
    add_three(&fixture);
    if (mistake->window_bits != 0)
        data = t_deflate(fixture.bytes.data, fixture.bytes.len, mistake->window_bits, &len);
    fixture.options.compression = mistake->read_as;
    fixture_open_bytes(&fixture, data == NULL ? fixture.bytes.data : data,
                       data == NULL ? fixture.bytes.len : len);
    cr_assert_eq(next(&fixture), TFEED_DATA_LOSS);
    expect_fault(&fixture, TFI_RECORD_WRONG_COMPRESSION, 0, 0);
    cr_assert_not_null(strstr(fixture.error.message, "compression is "));
    fixture_clear(&fixture);
    free(data);
}

/* Both containers, for tests of what their ends look like. */
struct container {
    int window_bits;
    enum tfeed_compression compression;
    size_t trailer_bytes;
};

static struct container containers[] = {
    {31, TFEED_COMPRESSION_GZIP, 8},
    {15, TFEED_COMPRESSION_ZLIB, 4},
};

ParameterizedTestParameters(record_reader_damage, compressed_file_cut_at_each_byte_is_truncated)
{
    return cr_make_param_array(struct container, containers, 2);
}

ParameterizedTest(struct container *container, record_reader_damage,
                  compressed_file_cut_at_each_byte_is_truncated)
{
    struct fixture fixture;
    size_t len;
    size_t n;
    fixture_init(&fixture);
    add_three(&fixture);
    uint8_t *data = t_deflate(fixture.bytes.data, fixture.bytes.len, container->window_bits, &len);
    fixture.options.compression = container->compression;
    for (size_t cut = 0; cut < len; cut++) {
        fixture_open_bytes(&fixture, data, cut);
        const tfeed_status status = read_all(&fixture, &n);
        cr_assert_eq(status, cut == 0 ? TFEED_OUT_OF_RANGE : TFEED_DATA_LOSS, "cut at %zu", cut);
        if (cut > 0)
            expect_fault(&fixture, TFI_RECORD_TRUNCATED, n,
                         tfeed_record_reader_offset(fixture.reader));
        fixture_close(&fixture);
    }
    fixture_clear(&fixture);
    free(data);
}

ParameterizedTestParameters(record_reader_damage, tail_of_tensorflow_needs_no_trailer)
{
    return cr_make_param_array(struct container, containers, 2);
}

ParameterizedTest(struct container *container, record_reader_damage,
                  tail_of_tensorflow_needs_no_trailer)
{
    struct fixture fixture;
    size_t len;
    size_t n;
    fixture_init(&fixture);
    add_three(&fixture);
    uint8_t *data = t_deflate(fixture.bytes.data, fixture.bytes.len, container->window_bits, &len);
    fixture.options.compression = container->compression;
    fixture.options.tail = TFEED_TAIL_TENSORFLOW;
    for (size_t cut = len - container->trailer_bytes; cut < len; cut++) {
        fixture_open_bytes(&fixture, data, cut);
        cr_assert_eq(read_all(&fixture, &n), TFEED_OUT_OF_RANGE, "cut at %zu", cut);
        cr_assert_eq(n, 3);
        fixture_close(&fixture);
    }
    fixture_clear(&fixture);
    free(data);
}

ParameterizedTestParameters(record_reader_damage, wrong_trailer_is_data_loss_behind_all_records)
{
    return cr_make_param_array(struct container, containers, 2);
}

ParameterizedTest(struct container *container, record_reader_damage,
                  wrong_trailer_is_data_loss_behind_all_records)
{
    struct fixture fixture;
    size_t len;
    size_t n;
    fixture_init(&fixture);
    add_three(&fixture);
    uint8_t *data = t_deflate(fixture.bytes.data, fixture.bytes.len, container->window_bits, &len);
    fixture.options.compression = container->compression;
    for (size_t at = len - container->trailer_bytes; at < len; at++) {
        data[at] ^= 0x10;
        for (int tail = 0; tail < 2; tail++) {
            fixture.options.tail = (enum tfeed_tail)tail;
            fixture_open_bytes(&fixture, data, len);
            cr_assert_eq(read_all(&fixture, &n), TFEED_DATA_LOSS);
            cr_assert_eq(n, 3);
            expect_fault(&fixture, TFI_RECORD_STREAM_FAULT, 3, fixture.bytes.len);
            fixture_close(&fixture);
        }
        data[at] ^= 0x10;
    }
    fixture_clear(&fixture);
    free(data);
}

ParameterizedTestParameters(record_reader_damage, bytes_behind_a_stream_are_trailing)
{
    return cr_make_param_array(struct container, containers, 2);
}

ParameterizedTest(struct container *container, record_reader_damage,
                  bytes_behind_a_stream_are_trailing)
{
    static const char *const garbage[] = {"x", "\x1f", "garbage, and some more of it"};
    struct fixture fixture;
    size_t len;
    size_t n;
    fixture_init(&fixture);
    add_three(&fixture);
    uint8_t *data = t_deflate(fixture.bytes.data, fixture.bytes.len, container->window_bits, &len);
    fixture.options.compression = container->compression;
    for (size_t i = 0; i < 3; i++) {
        struct t_record_bytes glued;
        t_record_bytes_init(&glued);
        t_record_bytes_add_raw(&glued, data, len);
        t_record_bytes_add_raw(&glued, garbage[i], strlen(garbage[i]));
        for (int tail = 0; tail < 2; tail++) {
            fixture.options.tail = (enum tfeed_tail)tail;
            fixture_open_bytes(&fixture, glued.data, glued.len);
            cr_assert_eq(read_all(&fixture, &n),
                         tail == TFEED_TAIL_STRICT ? TFEED_DATA_LOSS : TFEED_OUT_OF_RANGE);
            cr_assert_eq(n, 3);
            if (tail == TFEED_TAIL_STRICT)
                expect_fault(&fixture, TFI_RECORD_TRAILING_BYTES, 3, fixture.bytes.len);
            fixture_close(&fixture);
        }
        t_record_bytes_clear(&glued);
    }
    fixture_clear(&fixture);
    free(data);
}

Test(record_reader_damage, all_members_of_a_gzip_file_are_read_and_tensorflow_reads_the_first)
{
    struct fixture fixture;
    struct t_record_bytes glued;
    size_t len;
    size_t n;
    fixture_init(&fixture);
    t_record_bytes_init(&glued);
    add_three(&fixture);
    /* the second member begins inside record 2: members need not end between records */
    const size_t cut = fixture.bytes.offsets[2] + 20;
    uint8_t *first = t_deflate(fixture.bytes.data, cut, 31, &len);
    t_record_bytes_add_raw(&glued, first, len);
    uint8_t *empty = t_deflate("", 0, 31, &len);
    t_record_bytes_add_raw(&glued, empty, len);
    uint8_t *second = t_deflate(fixture.bytes.data + cut, fixture.bytes.len - cut, 31, &len);
    t_record_bytes_add_raw(&glued, second, len);
    fixture.options.compression = TFEED_COMPRESSION_AUTO;
    fixture_open_bytes(&fixture, glued.data, glued.len);
    cr_assert_eq(read_all(&fixture, &n), TFEED_OUT_OF_RANGE);
    cr_assert_eq(n, 3);
    fixture_close(&fixture);

    fixture.options.tail = TFEED_TAIL_TENSORFLOW;
    fixture_open_bytes(&fixture, glued.data, glued.len);
    cr_assert_eq(read_all(&fixture, &n), TFEED_DATA_LOSS); /* cut inside a payload */
    cr_assert_eq(n, 2);
    fixture_clear(&fixture);
    t_record_bytes_clear(&glued);
    free(first);
    free(empty);
    free(second);
}

Test(record_reader_damage, each_flipped_bit_of_a_gzip_file_gives_no_wrong_record)
{
    struct fixture fixture;
    size_t len;
    fixture_init(&fixture);
    add_three(&fixture);
    const size_t lens[] = {5, 0, 300};
    uint8_t *data = t_deflate(fixture.bytes.data, fixture.bytes.len, 31, &len);
    fixture.options.compression = TFEED_COMPRESSION_GZIP;
    for (size_t bit = 0; bit < 8 * len; bit++) {
        unsigned n = 0;
        data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        fixture_open_bytes(&fixture, data, len);
        tfeed_status status;
        while ((status = next(&fixture)) == TFEED_OK) {
            cr_assert_lt(n, 3u);
            expect_pattern(&fixture.view, lens[n], n + 1);
            n++;
        }
        /* some bits of gzip's header (time, system) mean nothing */
        cr_assert(status == TFEED_DATA_LOSS || (status == TFEED_OUT_OF_RANGE && n == 3));
        fixture_close(&fixture);
        data[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    fixture_clear(&fixture);
    free(data);
}

/* Reports. */

Test(record_reader_damage, faults_have_the_words_of_the_reports)
{
    cr_assert_null(tfi_record_fault_cause(TFI_RECORD_NO_FAULT));
    cr_assert_str_eq(tfi_record_fault_cause(TFI_RECORD_LENGTH_FAULT), "flipped_bits");
    cr_assert_str_eq(tfi_record_fault_cause(TFI_RECORD_PAYLOAD_FAULT), "flipped_bits");
    cr_assert_str_eq(tfi_record_fault_cause(TFI_RECORD_STREAM_FAULT), "flipped_bits");
    cr_assert_str_eq(tfi_record_fault_cause(TFI_RECORD_TRUNCATED), "truncated");
    cr_assert_str_eq(tfi_record_fault_cause(TFI_RECORD_TRAILING_BYTES), "trailing_bytes");
    cr_assert_str_eq(tfi_record_fault_cause(TFI_RECORD_WRONG_COMPRESSION), "wrong_compression");
}
