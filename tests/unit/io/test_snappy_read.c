/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_snappy_read.c - snappy streams: blocks of all sizes, cut, followed, damaged, hostile.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <stdlib.h>
#include <string.h>

#include "tests/unit/io/snappy_bytes.h"
#include "tests/unit/io/stream_fixture.h"

/* What all streams here hold: bytes that compress by half. */
enum { CONTENT_LEN = 900 * 1000 };
static uint8_t *content_bytes(void)
{
    uint8_t *bytes = malloc(CONTENT_LEN);
    cr_assert_not_null(bytes);
    for (size_t i = 0; i < CONTENT_LEN; i++)
        bytes[i] = t_pattern(7, i / 64) & 0x3f;
    return bytes;
}

/* The content in blocks of `step` bytes. */
static void add_blocks(struct t_record_bytes *bytes, const uint8_t *content, size_t len,
                       size_t step)
{
    for (size_t at = 0; at < len; at += step)
        snappy_bytes_add_block(bytes, content + at, len - at < step ? len - at : step);
}

struct sizes {
    size_t block;
    size_t step;     /* taken out of the window at once */
    size_t max_read; /* given by the file at once */
};

ParameterizedTestParameters(snappy_read, blocks_of_any_size_come_out_whole)
{
    static struct sizes sizes[] = {
        {100, 7, 1000},       {5000, 300000, 0},     {65536, 1, 4096},
        {256 << 10, 5000, 0}, {CONTENT_LEN, 100, 0}, {CONTENT_LEN, CONTENT_LEN, 50000},
    };
    return cr_make_param_array(struct sizes, sizes, sizeof sizes / sizeof sizes[0]);
}

ParameterizedTest(struct sizes *sizes, snappy_read, blocks_of_any_size_come_out_whole)
{
    struct stream_fixture fixture;
    struct t_record_bytes file;
    uint8_t *content = content_bytes();
    const size_t len = sizes->block < 1000 || sizes->step < 10 ? 50000 : CONTENT_LEN;
    t_record_bytes_init(&file);
    add_blocks(&file, content, len, sizes->block);
    stream_fixture_init(&fixture, file.data, file.len);
    fixture.files.max_read = sizes->max_read;
    stream_fixture_open(&fixture, TFEED_COMPRESSION_SNAPPY);
    cr_assert_eq(stream_fixture_drain(&fixture, sizes->step), TFEED_OUT_OF_RANGE);
    cr_assert_eq(fixture.stream.end, TFI_STREAM_CLEAN);
    stream_fixture_expect(&fixture, content, len);
    stream_fixture_clear(&fixture);
    t_record_bytes_clear(&file);
    free(content);
}

Test(snappy_read, mapped_file_comes_out_whole)
{
    struct tfeed_memory_files *memory;
    struct stream_fixture fixture;
    struct t_record_bytes file;
    uint8_t *content = content_bytes();
    t_record_bytes_init(&file);
    add_blocks(&file, content, CONTENT_LEN, 200000);
    cr_assert_eq(tfeed_memory_files_new(NULL, &memory, NULL), TFEED_OK);
    cr_assert_eq(tfeed_memory_files_put(memory, "f", file.data, file.len, NULL), TFEED_OK);
    stream_fixture_init(&fixture, NULL, 0);
    fixture.options.file_system = tfeed_memory_files_system(memory);
    fixture.options.may_map = true;
    stream_fixture_open(&fixture, TFEED_COMPRESSION_SNAPPY);
    cr_assert_eq(stream_fixture_drain(&fixture, 1000), TFEED_OUT_OF_RANGE);
    stream_fixture_expect(&fixture, content, CONTENT_LEN);
    stream_fixture_clear(&fixture);
    tfeed_memory_files_free(memory);
    t_record_bytes_clear(&file);
    free(content);
}

Test(snappy_read, empty_blocks_are_passed_over)
{
    struct stream_fixture fixture;
    struct t_record_bytes file;
    t_record_bytes_init(&file);
    for (int i = 0; i < 20; i++)
        snappy_bytes_add_block(&file, "", 0);
    snappy_bytes_add_block(&file, "abc", 3);
    snappy_bytes_add_block(&file, "", 0);
    stream_fixture_init(&fixture, file.data, file.len);
    stream_fixture_open(&fixture, TFEED_COMPRESSION_SNAPPY);
    cr_assert_eq(stream_fixture_drain(&fixture, 2), TFEED_OUT_OF_RANGE);
    cr_assert_eq(fixture.stream.end, TFI_STREAM_CLEAN);
    stream_fixture_expect(&fixture, "abc", 3);
    stream_fixture_clear(&fixture);
    t_record_bytes_clear(&file);
}

ParameterizedTestParameters(snappy_read, file_cut_at_each_byte_ends_as_the_place_says)
{
    static bool hidden[] = {false, true};
    return cr_make_param_array(bool, hidden, 2);
}

/* Two blocks; the size of the file is known, or not. */
ParameterizedTest(bool *hide_size, snappy_read, file_cut_at_each_byte_ends_as_the_place_says)
{
    struct stream_fixture fixture;
    struct t_record_bytes file;
    t_record_bytes_init(&file);
    snappy_bytes_add_block(&file, "first block", 11);
    const size_t border = file.len;
    snappy_bytes_add_block(&file, "second one", 10);
    for (size_t cut = 0; cut < file.len; cut++) {
        const size_t behind = cut < border ? cut : cut - border;
        stream_fixture_init(&fixture, file.data, cut);
        fixture.files.hide_size = *hide_size;
        stream_fixture_open(&fixture, TFEED_COMPRESSION_SNAPPY);
        cr_assert_eq(stream_fixture_drain(&fixture, 3), TFEED_OUT_OF_RANGE);
        cr_assert_eq(fixture.stream.end,
                     behind == 0  ? TFI_STREAM_CLEAN
                     : behind < 4 ? TFI_STREAM_TRUNCATED
                                  : TFI_STREAM_DAMAGED,
                     "cut at %zu", cut);
        cr_assert_eq(fixture.stream.is_cut, behind >= 4);
        stream_fixture_expect(&fixture, "first block", cut < border ? 0 : 11);
        stream_fixture_clear(&fixture);
    }
    t_record_bytes_clear(&file);
}

/* One block that is wrong, behind one that is right. */
struct wrong_block {
    char bytes[24]; /* with its length before it */
    size_t len;
    char detail[40];
};

#define WRONG(text, detail)                                                                        \
    {                                                                                              \
        text, sizeof text - 1, detail                                                              \
    }

ParameterizedTestParameters(snappy_read, wrong_block_is_damage_behind_what_came)
{
    static struct wrong_block blocks[] = {
        WRONG("\0\0\0\0", "a block has no length"),
        WRONG("\0\0\0\x03\xff\xff\xff", "a block has a wrong length"),
        WRONG("\0\0\0\x06\xff\xff\xff\xff\x7f\0", "a block has a wrong length"), /* 35 bits */
        WRONG("\0\0\0\x05\xff\xff\xff\xff\x0f", "a block has a wrong length"),   /* 4 GiB */
        WRONG("\0\0\0\x03\x05\x00x", "a block does not decompress"),        /* one byte of five */
        WRONG("\0\0\0\x04\x05\x0e\x01\x01", "a block does not decompress"), /* copies nothing */
        WRONG("\xff\xff\xff\xff\x01\x00x", "the file ends inside a block"),
        WRONG("garbage of twenty by", "the file ends inside a block"),
    };
    return cr_make_param_array(struct wrong_block, blocks, sizeof blocks / sizeof blocks[0]);
}

ParameterizedTest(struct wrong_block *wrong, snappy_read, wrong_block_is_damage_behind_what_came)
{
    struct stream_fixture fixture;
    struct t_record_bytes file;
    t_record_bytes_init(&file);
    snappy_bytes_add_block(&file, "right", 5);
    t_record_bytes_add_raw(&file, wrong->bytes, wrong->len);
    stream_fixture_init(&fixture, file.data, file.len);
    stream_fixture_open(&fixture, TFEED_COMPRESSION_SNAPPY);
    cr_assert_eq(stream_fixture_drain(&fixture, 3), TFEED_OUT_OF_RANGE);
    cr_assert_eq(fixture.stream.end, TFI_STREAM_DAMAGED);
    cr_assert_str_eq(fixture.stream.detail, wrong->detail);
    stream_fixture_expect(&fixture, "right", 5);
    stream_fixture_clear(&fixture);
    t_record_bytes_clear(&file);
}

/* A pipe that announces 4 GiB, and a block of a few bytes that announces 4 GiB of content. */
Test(snappy_read, announced_lengths_cost_no_memory)
{
    static const char *const forged[] = {"\xff\xff\xff\xf0\x01\x00x",
                                         "\0\0\0\x07\xff\xff\xff\xff\x0f\x00x"};
    static const size_t lens[] = {7, 11};
    for (size_t i = 0; i < 2; i++) {
        struct t_allocator allocator;
        struct stream_fixture fixture;
        t_allocator_init(&allocator);
        stream_fixture_init(&fixture, forged[i], lens[i]);
        fixture.options.allocator = &allocator.hooks;
        fixture.files.hide_size = true;
        stream_fixture_open(&fixture, TFEED_COMPRESSION_SNAPPY);
        cr_assert_eq(stream_fixture_drain(&fixture, 3), TFEED_OUT_OF_RANGE);
        cr_assert_eq(fixture.stream.end, TFI_STREAM_DAMAGED);
        cr_assert_lt(t_outstanding_bytes(&allocator), (size_t)1 << 20);
        stream_fixture_clear(&fixture);
        T_EXPECT_NO_LEAKS(&allocator);
    }
}

Test(snappy_read, block_above_the_limit_is_resource_exhausted)
{
    struct stream_fixture fixture;
    struct t_record_bytes file;
    uint8_t *content = content_bytes();
    t_record_bytes_init(&file);
    snappy_bytes_add_block(&file, content,
                           256 << 10); /* what everybody writes is no matter of it */
    snappy_bytes_add_block(&file, content, 300000);
    stream_fixture_init(&fixture, file.data, file.len);
    fixture.options.max_block_bytes = 1000;
    stream_fixture_open(&fixture, TFEED_COMPRESSION_SNAPPY);
    cr_assert_eq(stream_fixture_drain(&fixture, 1000), TFEED_RESOURCE_EXHAUSTED);
    cr_assert_eq(fixture.n_out, (size_t)256 << 10);
    cr_assert_not_null(strstr(fixture.error.message, "300000"));
    stream_fixture_clear(&fixture);
    stream_fixture_init(&fixture, file.data, file.len);
    fixture.options.max_block_bytes = 300000;
    stream_fixture_open(&fixture, TFEED_COMPRESSION_SNAPPY);
    cr_assert_eq(stream_fixture_drain(&fixture, 1000), TFEED_OUT_OF_RANGE);
    stream_fixture_clear(&fixture);
    t_record_bytes_clear(&file);
    free(content);
}

Test(snappy_read, failed_read_is_passed_on_behind_what_came)
{
    struct stream_fixture fixture;
    struct t_record_bytes file;
    uint8_t *content = content_bytes();
    t_record_bytes_init(&file);
    add_blocks(&file, content, CONTENT_LEN, 10000);
    stream_fixture_init(&fixture, file.data, file.len);
    fixture.files.fail_read_at = file.len / 2;
    fixture.files.max_read = 1000;
    stream_fixture_open(&fixture, TFEED_COMPRESSION_SNAPPY);
    cr_assert_neq(stream_fixture_drain(&fixture, 1000), TFEED_OUT_OF_RANGE);
    cr_assert_eq(fixture.stream.end, TFI_STREAM_OPEN);
    cr_assert_gt(fixture.n_out, CONTENT_LEN / 4);
    cr_assert_eq(memcmp(fixture.out, content, fixture.n_out), 0);
    fixture.files.fail_read_at = T_NEVER; /* the file recovers: nothing is lost */
    cr_assert_eq(tfi_stream_fill(&fixture.stream, 0, 100000, NULL), TFEED_OK);
    const struct tfi_window *window = tfi_stream_window(&fixture.stream);
    cr_assert_eq(memcmp(window->data, content + window->offset, window->len), 0);
    stream_fixture_clear(&fixture);
    t_record_bytes_clear(&file);
    free(content);
}

struct borders {
    uint64_t file_offsets[8];
    uint64_t offsets[8];
    size_t n;
};

static void keep_border(void *user_data, uint64_t file_offset, uint64_t offset)
{
    struct borders *borders = user_data;
    borders->file_offsets[borders->n] = file_offset;
    borders->offsets[borders->n++] = offset;
}

Test(snappy_read, borders_are_those_of_blocks)
{
    struct borders borders = {.n = 0};
    struct stream_fixture fixture;
    struct t_record_bytes file;
    t_record_bytes_init(&file);
    snappy_bytes_add_block(&file, "one", 3);
    const size_t first = file.len;
    snappy_bytes_add_block(&file, "three", 5);
    stream_fixture_init(&fixture, file.data, file.len);
    stream_fixture_open(&fixture, TFEED_COMPRESSION_SNAPPY);
    fixture.stream.on_border = keep_border;
    fixture.stream.border_data = &borders;
    cr_assert_eq(stream_fixture_drain(&fixture, 1), TFEED_OUT_OF_RANGE);
    cr_assert_eq(borders.n, 2);
    cr_assert_eq(borders.file_offsets[0], first);
    cr_assert_eq(borders.offsets[0], 3);
    cr_assert_eq(borders.file_offsets[1], file.len);
    cr_assert_eq(borders.offsets[1], 8);
    stream_fixture_clear(&fixture);
    t_record_bytes_clear(&file);
}

Test(snappy_read, each_failing_allocation_is_resource_exhausted)
{
    struct t_record_bytes file;
    uint8_t *content = content_bytes();
    t_record_bytes_init(&file);
    snappy_bytes_add_block(&file, content, 300000); /* beyond the window */
    T_FAIL_EACH_ALLOC(allocator, {
        struct t_scripted_files files;
        struct tfi_stream stream = {.path = NULL};
        t_scripted_files_init(&files, file.data, file.len);
        const struct tfi_stream_options options = {.file_system = &files.table,
                                                   .allocator = allocator};
        tfeed_status status = tfi_stream_open(&stream, "f", &options, NULL);
        if (status == TFEED_OK)
            status = tfi_stream_start(&stream, TFEED_COMPRESSION_SNAPPY, NULL);
        if (status == TFEED_OK)
            status = tfi_stream_fill(&stream, 0, 300000, NULL);
        T_EXPECT_ALLOC_STATUS(status);
        tfi_stream_clear(&stream);
    });
    t_record_bytes_clear(&file);
    free(content);
}
