/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_index_text.c - the form that other loaders use, written and read.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <stdio.h>

#include "tests/unit/records/index_fixture.h"

enum { N_RECORDS = 3000 };

/* What the text of the file should be; free() it. */
static char *expected_text(const struct fixture *fixture)
{
    char *text = calloc(fixture->n_records + 1, 40);
    cr_assert_not_null(text);
    size_t len = 0;
    for (size_t i = 0; i < fixture->n_records; i++)
        len +=
            (size_t)snprintf(text + len, 40, "%llu %llu\n", (unsigned long long)fixture->offsets[i],
                             (unsigned long long)(fixture->length(i) + 16));
    return text;
}

static void put_text(struct fixture *fixture, const char *text)
{
    fixture_put_index(fixture, text, strlen(text));
}

/* --- writing --------------------------------------------------------------------------------- */

Test(index_text, builder_writes_a_line_for_each_record)
{
    struct fixture fixture;
    size_t len;
    fixture_init(&fixture, N_RECORDS, t_far_length);
    struct tfi_index_target target = fixture_target(&fixture);
    target.form = TFEED_INDEX_TEXT;
    struct tfi_index_builder *builder = fixture_builder(&fixture);
    cr_assert_eq(tfi_index_builder_write(builder, &target, NULL), TFEED_OK);
    tfi_index_builder_free(builder);
    char *found = (char *)fixture_get(&fixture, "f.tfidx", &len);
    char *expected = expected_text(&fixture);
    cr_assert_str_eq(found, expected);
    free(found);
    free(expected);
    fixture_clear(&fixture);
}

Test(index_text, open_index_writes_the_same_text)
{
    struct fixture fixture;
    size_t len;
    fixture_init(&fixture, N_RECORDS, t_far_length);
    fixture_make_and_open(&fixture);
    cr_assert_eq(tfeed_index_write(fixture.index, "text", TFEED_INDEX_TEXT, false, NULL), TFEED_OK);
    char *found = (char *)fixture_get(&fixture, "text", &len);
    char *expected = expected_text(&fixture);
    cr_assert_str_eq(found, expected);
    free(found);
    free(expected);
    fixture_clear(&fixture);
}

/* Checksums of the parts are right: whoever made this index made it wrong. Opening looks into some
 * of the blocks; the first that it does not look into will do. */
Test(index_text, index_whose_blocks_do_not_follow_one_another_is_not_written_again)
{
    enum { N_BLOCKS = 40, HEAD = TFI_INDEX_BLOCK_HEAD_BYTES };
    struct fixture fixture;
    struct tfeed_bytes content;
    size_t len;
    tfeed_status opened = TFEED_DATA_LOSS;
    fixture_init(&fixture, N_BLOCKS * TFI_INDEX_BLOCK_RECORDS, t_equal_length);
    fixture_make(&fixture);
    uint8_t *index = fixture_get(&fixture, "f.tfidx", &len);
    cr_assert_eq(len, TFI_INDEX_HEADER_BYTES + N_BLOCKS * HEAD, "equal lengths take no bytes");
    for (uint8_t *at = index + TFI_INDEX_HEADER_BYTES; at < index + len && opened != TFEED_OK;
         at += HEAD) {
        at[TFI_INDEX_CRC_BYTES] ^= 4;
        tfi_store_le32(at, tfi_index_part_crc(at, HEAD));
        fixture_put_index(&fixture, index, len);
        opened = fixture_try_open(&fixture);
        at[TFI_INDEX_CRC_BYTES] ^= 4;
        tfi_store_le32(at, tfi_index_part_crc(at, HEAD));
    }
    cr_assert_eq(opened, TFEED_OK);
    for (int form = TFEED_INDEX_PACKED; form <= TFEED_INDEX_TEXT; form++) {
        cr_assert_eq(tfeed_index_write(fixture.index, "again", (enum tfeed_index_form)form, true,
                                       &fixture.error),
                     TFEED_DATA_LOSS);
        cr_assert_eq(tfeed_memory_files_get(fixture.memory, "again", &content, NULL),
                     TFEED_NOT_FOUND);
    }
    free(index);
    fixture_clear(&fixture);
}

Test(index_text, existing_file_is_replaced_only_when_asked)
{
    struct fixture fixture;
    fixture_init(&fixture, 3, t_far_length);
    fixture_make_and_open(&fixture);
    cr_assert_eq(tfeed_index_write(fixture.index, "f", TFEED_INDEX_TEXT, false, NULL),
                 TFEED_ALREADY_EXISTS);
    cr_assert_eq(tfeed_index_write(fixture.index, "f.tfidx", TFEED_INDEX_TEXT, true, NULL),
                 TFEED_OK);
    cr_assert_eq(tfeed_index_write(fixture.index, "x", (enum tfeed_index_form)2, false, NULL),
                 TFEED_INVALID_ARGUMENT);
    fixture_clear(&fixture);
}

/* --- reading --------------------------------------------------------------------------------- */

Test(index_text, text_is_as_good_as_an_index)
{
    struct fixture fixture;
    uint64_t record;
    fixture_init(&fixture, N_RECORDS, t_far_length);
    char *text = expected_text(&fixture);
    put_text(&fixture, text);
    free(text);
    fixture_open(&fixture);
    cr_assert(tfeed_index_info_get(fixture.index)->is_text);
    cr_assert_eq(tfeed_index_count(fixture.index), N_RECORDS);
    for (size_t i = 0; i < N_RECORDS; i += 7)
        expect_read(&fixture, i);
    cr_assert_eq(tfeed_index_find(fixture.index, fixture.offsets[2345], &record, NULL), TFEED_OK);
    cr_assert_eq(record, 2345);
    fixture_clear(&fixture);
}

Test(index_text, packed_text_is_the_index_that_would_have_been_made)
{
    struct fixture fixture;
    size_t len, made_len;
    fixture_init(&fixture, N_RECORDS, t_far_length);
    fixture_make(&fixture);
    uint8_t *made = fixture_get(&fixture, "f.tfidx", &made_len);
    char *text = expected_text(&fixture);
    put_text(&fixture, text);
    free(text);
    fixture_open(&fixture);
    cr_assert_eq(tfeed_index_write(fixture.index, "packed", TFEED_INDEX_PACKED, false, NULL),
                 TFEED_OK);
    uint8_t *packed = fixture_get(&fixture, "packed", &len);
    cr_assert_eq(len, made_len);
    cr_assert_eq(memcmp(packed, made, len), 0);
    free(packed);
    free(made);
    fixture_clear(&fixture);
}

Test(index_text, empty_text_is_that_of_an_empty_file)
{
    struct fixture fixture;
    fixture_init(&fixture, 0, t_far_length);
    put_text(&fixture, "");
    fixture_open(&fixture);
    cr_assert_eq(tfeed_index_count(fixture.index), 0);
    fixture_clear(&fixture);
    fixture_init(&fixture, 2, t_far_length);
    put_text(&fixture, "");
    cr_assert_eq(fixture_try_open(&fixture), TFEED_FAILED_PRECONDITION);
    fixture_clear(&fixture);
}

/* Records of 20 bytes: frames of 36. */
struct text_case {
    char text[64];
    tfeed_status status;
};

ParameterizedTestParameters(index_text, text_is_taken_or_refused)
{
    static struct text_case cases[] = {
        {"0 36\n36 36\n72 36\n", TFEED_OK},
        {"0 36\n36 36\n72 36", TFEED_OK},
        {"0 36\r\n36\t36 \r\n72  36\r\n", TFEED_OK},
        {"0 36\n36 36\n", TFEED_FAILED_PRECONDITION},
        {"0 36\n36 36\n72 36\n108 36\n", TFEED_FAILED_PRECONDITION},
        {"0 35\n35 37\n72 36\n", TFEED_FAILED_PRECONDITION},
        {"0 36\n36 35\n71 37\n", TFEED_FAILED_PRECONDITION},
        {"36 36\n72 36\n", TFEED_INVALID_ARGUMENT},
        {"0 36\n72 36\n36 36\n", TFEED_INVALID_ARGUMENT},
        {"0 15\n15 93\n", TFEED_INVALID_ARGUMENT},
        {"0 36\n\n36 36\n72 36\n", TFEED_INVALID_ARGUMENT},
        {"0 36\n36\n", TFEED_INVALID_ARGUMENT},
        {"0 36 1\n", TFEED_INVALID_ARGUMENT},
        {"0 -36\n", TFEED_INVALID_ARGUMENT},
        {"036\n", TFEED_INVALID_ARGUMENT},
        {"0 99999999999999999999\n", TFEED_INVALID_ARGUMENT},
        {"0 18446744073709551615\n", TFEED_INVALID_ARGUMENT},
        {"0 9223372036854775807\n", TFEED_FAILED_PRECONDITION},
        {"00000000000000000000000000000000000000000000000000 36\n", TFEED_INVALID_ARGUMENT},
    };
    return cr_make_param_array(struct text_case, cases, sizeof cases / sizeof cases[0]);
}

ParameterizedTest(struct text_case *each, index_text, text_is_taken_or_refused)
{
    struct fixture fixture;
    fixture_init(&fixture, 3, t_equal_length);
    put_text(&fixture, each->text);
    cr_assert_eq(fixture_try_open(&fixture), each->status, "\"%s\": %s", each->text,
                 fixture.error.message);
    fixture_clear(&fixture);
}

Test(index_text, message_names_the_line)
{
    struct fixture fixture;
    fixture_init(&fixture, 3, t_equal_length);
    put_text(&fixture, "0 36\n36 x\n");
    cr_assert_eq(fixture_try_open(&fixture), TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(fixture.error.message, "line 2"), "%s", fixture.error.message);
    cr_assert_not_null(strstr(fixture.error.message, "36 x"));
    fixture_clear(&fixture);
}

Test(index_text, allocation_that_fails_is_reported_and_leaves_nothing)
{
    struct fixture fixture;
    fixture_init(&fixture, N_RECORDS, t_far_length);
    char *text = expected_text(&fixture);
    put_text(&fixture, text);
    free(text);
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_index *index = NULL;
        fixture.options.allocator = allocator;
        T_EXPECT_ALLOC_STATUS(tfeed_index_open("f", &fixture.options, &index, NULL));
        tfeed_index_close(index);
    });
    fixture_clear(&fixture);
}
