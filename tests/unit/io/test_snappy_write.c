/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_snappy_write.c - where snappy blocks are cut, against blocks cut by hand.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include "tests/unit/io/encoder_fixture.h"
#include "tests/unit/io/snappy_bytes.h"

enum { BLOCK = 256 << 10, LEN = 1000 * 1000 };

static void expect_blocks(const struct encoder_fixture *fixture,
                          const struct t_record_bytes *blocks)
{
    cr_assert_eq(fixture->files.n_written, blocks->len);
    cr_assert_eq(memcmp(fixture->files.written, blocks->data, blocks->len), 0);
}

Test(snappy_write, nothing_is_nothing)
{
    struct encoder_fixture fixture;
    encoder_fixture_init(&fixture, TFEED_COMPRESSION_SNAPPY, 0);
    encoder_fixture_open(&fixture);
    encoder_fixture_flush(&fixture);
    encoder_fixture_finish(&fixture);
    cr_assert_eq(fixture.files.n_written, 0);
    encoder_fixture_clear(&fixture);
}

/* Appended by `step`: as many whole steps as fit make a block. */
ParameterizedTestParameters(snappy_write, what_fits_is_gathered)
{
    static size_t steps[] = {1000, 100000, BLOCK - 1, BLOCK};
    return cr_make_param_array(size_t, steps, sizeof steps / sizeof steps[0]);
}

ParameterizedTest(size_t *step, snappy_write, what_fits_is_gathered)
{
    struct encoder_fixture fixture;
    struct t_record_bytes blocks;
    uint8_t *bytes = encoder_bytes(LEN);
    const size_t n = BLOCK / *step * *step;
    encoder_fixture_init(&fixture, TFEED_COMPRESSION_SNAPPY, 0);
    encoder_fixture_open(&fixture);
    encoder_fixture_append(&fixture, bytes, LEN, *step);
    encoder_fixture_finish(&fixture);
    t_record_bytes_init(&blocks);
    for (size_t at = 0; at < LEN; at += n)
        snappy_bytes_add_block(&blocks, bytes + at, LEN - at < n ? LEN - at : n);
    expect_blocks(&fixture, &blocks);
    encoder_fixture_clear(&fixture);
    t_record_bytes_clear(&blocks);
    free(bytes);
}

Test(snappy_write, what_is_larger_than_a_block_is_cut_behind_what_was_gathered)
{
    struct encoder_fixture fixture;
    struct t_record_bytes blocks;
    uint8_t *bytes = encoder_bytes(LEN);
    encoder_fixture_init(&fixture, TFEED_COMPRESSION_SNAPPY, 0);
    encoder_fixture_open(&fixture);
    encoder_fixture_append(&fixture, bytes, 12, 12);
    encoder_fixture_append(&fixture, bytes + 12, 600000, 600000);
    encoder_fixture_append(&fixture, bytes + 600012, 4, 4);
    encoder_fixture_finish(&fixture);
    t_record_bytes_init(&blocks);
    snappy_bytes_add_block(&blocks, bytes, 12);
    snappy_bytes_add_block(&blocks, bytes + 12, BLOCK);
    snappy_bytes_add_block(&blocks, bytes + 12 + BLOCK, BLOCK);
    snappy_bytes_add_block(&blocks, bytes + 12 + 2 * BLOCK, 600004 - 2 * BLOCK);
    expect_blocks(&fixture, &blocks);
    encoder_fixture_expect(&fixture, bytes, 600016, TFI_STREAM_CLEAN);
    encoder_fixture_clear(&fixture);
    t_record_bytes_clear(&blocks);
    free(bytes);
}

Test(snappy_write, what_belongs_together_comes_into_one_block)
{
    struct encoder_fixture fixture;
    struct t_record_bytes blocks;
    uint8_t *bytes = encoder_bytes(LEN);
    encoder_fixture_init(&fixture, TFEED_COMPRESSION_SNAPPY, 0);
    fixture.options.in_pieces = true;
    encoder_fixture_open(&fixture);
    encoder_fixture_append(&fixture, bytes, 200000, 200000);
    cr_assert_eq(tfi_encoder_keep_together(&fixture.encoder, 100012, NULL), TFEED_OK);
    encoder_fixture_append(&fixture, bytes + 200000, 12, 12); /* alone it would fit */
    encoder_fixture_append(&fixture, bytes + 200012, 100000, 100000);
    encoder_fixture_finish(&fixture);
    t_record_bytes_init(&blocks);
    snappy_bytes_add_block(&blocks, bytes, 200000);
    snappy_bytes_add_block(&blocks, bytes + 200000, 100012);
    expect_blocks(&fixture, &blocks);
    encoder_fixture_clear(&fixture);
    t_record_bytes_clear(&blocks);
    free(bytes);
}

Test(snappy_write, flush_ends_a_block_once)
{
    struct encoder_fixture fixture;
    struct t_record_bytes blocks;
    encoder_fixture_init(&fixture, TFEED_COMPRESSION_SNAPPY, 0);
    encoder_fixture_open(&fixture);
    encoder_fixture_append(&fixture, (const uint8_t *)"one", 3, 3);
    encoder_fixture_flush(&fixture);
    encoder_fixture_flush(&fixture);
    encoder_fixture_append(&fixture, (const uint8_t *)"two", 3, 3);
    encoder_fixture_finish(&fixture);
    t_record_bytes_init(&blocks);
    snappy_bytes_add_block(&blocks, "one", 3);
    snappy_bytes_add_block(&blocks, "two", 3);
    expect_blocks(&fixture, &blocks);
    encoder_fixture_clear(&fixture);
    t_record_bytes_clear(&blocks);
}

Test(snappy_write, full_disk_is_passed_on)
{
    struct encoder_fixture fixture;
    uint8_t *bytes = encoder_bytes(LEN);
    tfeed_status status = TFEED_OK;
    encoder_fixture_init(&fixture, TFEED_COMPRESSION_SNAPPY, 0);
    fixture.files.full_at = 100;
    encoder_fixture_open(&fixture);
    for (int i = 0; i < 10 && status == TFEED_OK; i++)
        status = tfi_encoder_append(&fixture.encoder, bytes, LEN, NULL);
    cr_assert_eq(status, TFEED_RESOURCE_EXHAUSTED);
    encoder_fixture_clear(&fixture);
    free(bytes);
}
