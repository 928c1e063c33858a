/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_index_keys.c - records by the hash of a value.
 */
#include <criterion/criterion.h>

#include "tests/unit/records/index_fixture.h"

enum { N_RECORDS = 5000 };

/* Makes an index whose record i has the key hash_of(i). */
static void make_with_keys(struct fixture *fixture, uint64_t (*hash_of)(uint64_t record))
{
    const struct tfi_index_target target = fixture_target(fixture);
    struct tfi_index_builder *builder = fixture_builder(fixture);
    cr_assert_eq(tfi_index_builder_set_key(builder, "name", NULL), TFEED_OK);
    for (uint64_t i = 0; i < fixture->n_records; i++)
        cr_assert_eq(tfi_index_builder_add_key(builder, i, hash_of(i), NULL), TFEED_OK);
    cr_assert_eq(tfi_index_builder_write(builder, &target, &fixture->error), TFEED_OK, "%s",
                 fixture->error.message);
    tfi_index_builder_free(builder);
}

static uint64_t spread(uint64_t record)
{
    return (record + 1) * UINT64_C(0x9e3779b97f4a7c15);
}

static uint64_t one_of_three(uint64_t record)
{
    return record % 3 == 0 ? 0 : record % 3 == 1 ? 77 : UINT64_MAX;
}

static void expect_matches(struct fixture *fixture, uint64_t hash, uint64_t first, uint64_t step,
                           uint64_t n)
{
    struct tfi_index_match match = {.hash = hash};
    uint64_t record;
    for (uint64_t i = 0; i < n; i++) {
        cr_assert_eq(tfi_index_match_next(fixture->index, &match, &record, NULL), TFEED_OK);
        cr_assert_eq(record, first + i * step);
    }
    cr_assert_eq(tfi_index_match_next(fixture->index, &match, &record, NULL), TFEED_OUT_OF_RANGE);
    cr_assert_eq(tfi_index_match_next(fixture->index, &match, &record, NULL), TFEED_OUT_OF_RANGE);
}

Test(index_keys, hash_is_fnv_1a_behind_the_kind)
{
    /* by the definition: offset basis and prime of 64 bits */
    uint64_t hash = UINT64_C(14695981039346656037);
    hash = (hash ^ 1) * UINT64_C(1099511628211);
    hash = (hash ^ 'a') * UINT64_C(1099511628211);
    cr_assert_eq(tfi_index_hash(TFI_INDEX_KEY_BYTES, (const uint8_t *)"a", 1), hash);
    cr_assert_neq(tfi_index_hash(TFI_INDEX_KEY_INT64, (const uint8_t *)"a", 1), hash);
    /* of no bytes: the published hash of the single byte 3 */
    cr_assert_eq(tfi_index_hash(TFI_INDEX_KEY_INT64, NULL, 0),
                 (UINT64_C(0xcbf29ce484222325) ^ 3) * UINT64_C(0x100000001b3));
}

Test(index_keys, record_is_found_by_its_hash)
{
    struct fixture fixture;
    fixture_init(&fixture, N_RECORDS, t_equal_length);
    make_with_keys(&fixture, spread);
    fixture_open(&fixture);
    cr_assert_str_eq(tfeed_index_info_get(fixture.index)->key_feature, "name");
    cr_assert_eq(tfeed_index_info_get(fixture.index)->n_keys, N_RECORDS);
    for (uint64_t i = 0; i < N_RECORDS; i++)
        expect_matches(&fixture, spread(i), i, 1, 1);
    for (uint64_t i = 0; i < N_RECORDS; i++)
        expect_matches(&fixture, spread(i) + 1, 0, 1, 0);
    fixture_clear(&fixture);
}

Test(index_keys, records_with_one_hash_come_in_rising_order_over_blocks)
{
    struct fixture fixture;
    fixture_init(&fixture, N_RECORDS, t_equal_length);
    make_with_keys(&fixture, one_of_three);
    fixture_open(&fixture);
    expect_matches(&fixture, 0, 0, 3, 1667);
    expect_matches(&fixture, 77, 1, 3, 1667);
    expect_matches(&fixture, UINT64_MAX, 2, 3, 1666);
    expect_matches(&fixture, 78, 0, 1, 0);
    fixture_clear(&fixture);
}

Test(index_keys, records_are_still_read_by_number)
{
    struct fixture fixture;
    fixture_init(&fixture, N_RECORDS, t_far_length);
    make_with_keys(&fixture, spread);
    fixture_open(&fixture);
    for (size_t i = 0; i < N_RECORDS; i += 31)
        expect_read(&fixture, i);
    fixture_clear(&fixture);
}

Test(index_keys, index_without_a_key_says_so)
{
    struct tfi_index_match match = {.hash = 1};
    struct fixture fixture;
    uint64_t record;
    fixture_init(&fixture, 3, t_equal_length);
    fixture_make_and_open(&fixture);
    cr_assert_eq(tfi_index_match_next(fixture.index, &match, &record, &fixture.error),
                 TFEED_FAILED_PRECONDITION);
    fixture_clear(&fixture);
}

Test(index_keys, key_that_no_record_has_finds_nothing)
{
    struct tfi_index_match match = {.hash = 1};
    struct fixture fixture;
    uint64_t record;
    fixture_init(&fixture, 3, t_equal_length);
    const struct tfi_index_target target = fixture_target(&fixture);
    struct tfi_index_builder *builder = fixture_builder(&fixture);
    cr_assert_eq(tfi_index_builder_set_key(builder, "name", NULL), TFEED_OK);
    cr_assert_eq(tfi_index_builder_write(builder, &target, NULL), TFEED_OK);
    tfi_index_builder_free(builder);
    fixture_open(&fixture);
    cr_assert_eq(tfi_index_match_next(fixture.index, &match, &record, NULL), TFEED_OUT_OF_RANGE);
    fixture_clear(&fixture);
}

Test(index_keys, keys_of_records_that_are_not_there_are_refused)
{
    struct fixture fixture;
    fixture_init(&fixture, 3, t_equal_length);
    const struct tfi_index_target target = fixture_target(&fixture);
    struct tfi_index_builder *builder = fixture_builder(&fixture);
    cr_assert_eq(tfi_index_builder_set_key(builder, "", NULL), TFEED_INVALID_ARGUMENT);
    cr_assert_eq(tfi_index_builder_add_key(builder, 3, 1, NULL), TFEED_OK);
    cr_assert_eq(tfi_index_builder_write(builder, &target, NULL), TFEED_FAILED_PRECONDITION);
    cr_assert_eq(tfi_index_builder_set_key(builder, "name", NULL), TFEED_OK);
    cr_assert_eq(tfi_index_builder_write(builder, &target, NULL), TFEED_FAILED_PRECONDITION);
    tfi_index_builder_free(builder);
    fixture_clear(&fixture);
}

/* --- damage ---------------------------------------------------------------------------------- */

/* All answers of an index that may be damaged; the first status that is not OK. */
static tfeed_status ask_all(struct fixture *fixture)
{
    tfeed_status status = fixture_try_open(fixture);
    for (uint64_t i = 0; status == TFEED_OK && i < fixture->n_records; i++) {
        struct tfi_index_match match = {.hash = spread(i)};
        uint64_t record;
        status = tfi_index_match_next(fixture->index, &match, &record, &fixture->error);
        if (status == TFEED_OUT_OF_RANGE)
            status = TFEED_DATA_LOSS;
    }
    return status;
}

Test(index_keys, flipped_bit_in_the_keys_is_noticed)
{
    struct fixture fixture;
    size_t len;
    fixture_init(&fixture, 7, t_equal_length);
    make_with_keys(&fixture, spread);
    cr_assert_eq(ask_all(&fixture), TFEED_OK);
    uint8_t *bytes = fixture_get(&fixture, "f.tfidx", &len);
    for (size_t bit = 8 * (80 + 12); bit < 8 * len; bit++) {
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        fixture_put_index(&fixture, bytes, len);
        cr_assert_eq(ask_all(&fixture), TFEED_DATA_LOSS, "bit %zu", bit);
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    free(bytes);
    fixture_clear(&fixture);
}

/* Changes a byte of a part of the keys and makes the part's checksum right again. */
static void change(struct fixture *fixture, size_t part, size_t part_len, size_t at, uint8_t value)
{
    size_t len;
    uint8_t *bytes = fixture_get(fixture, "f.tfidx", &len);
    bytes[part + at] = value;
    tfi_store_le32(bytes + part, tfi_index_part_crc(bytes + part, part_len));
    fixture_put_index(fixture, bytes, len);
    free(bytes);
}

Test(index_keys, record_that_is_not_there_is_damage)
{
    enum { HEAD = 80 + 12, HEAD_BYTES = 4 + 4 + 8, PAIRS = HEAD + HEAD_BYTES, PAIR_BYTES = 9 };
    struct fixture fixture;
    fixture_init(&fixture, 7, t_equal_length);
    make_with_keys(&fixture, spread);
    change(&fixture, PAIRS, 4 + 7 * PAIR_BYTES, 4 + 8, 7);
    cr_assert_eq(ask_all(&fixture), TFEED_DATA_LOSS);
    fixture_clear(&fixture);
}

Test(index_keys, hashes_that_do_not_rise_and_names_with_nul_are_damage)
{
    enum { HEAD = 80 + 5 * 12, HEAD_BYTES = 4 + 4 + 5 * 8 };
    struct fixture fixture;
    fixture_init(&fixture, N_RECORDS, t_equal_length);
    make_with_keys(&fixture, spread);
    change(&fixture, HEAD, HEAD_BYTES, 4 + 4 + 7, 0xff);
    cr_assert_eq(fixture_try_open(&fixture), TFEED_DATA_LOSS);
    make_with_keys(&fixture, spread);
    change(&fixture, HEAD, HEAD_BYTES, 4 + 1, 0);
    cr_assert_eq(fixture_try_open(&fixture), TFEED_DATA_LOSS);
    fixture_clear(&fixture);
}

Test(index_keys, copy_has_the_keys_too)
{
    struct fixture fixture;
    size_t len, copy_len;
    fixture_init(&fixture, N_RECORDS, t_far_length);
    make_with_keys(&fixture, spread);
    fixture_open(&fixture);
    cr_assert_eq(tfeed_index_write(fixture.index, "copy", TFEED_INDEX_PACKED, false, NULL),
                 TFEED_OK);
    uint8_t *bytes = fixture_get(&fixture, "f.tfidx", &len);
    uint8_t *copy = fixture_get(&fixture, "copy", &copy_len);
    cr_assert_eq(len, copy_len);
    cr_assert_eq(memcmp(bytes, copy, len), 0);
    free(bytes);
    free(copy);
    fixture_clear(&fixture);
}
