/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_record_walk.c - what the loader asks of a reader: seeking, headers alone, walking.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <stdlib.h>
#include <string.h>

#include "records/record_frame_internal.h"
#include "tests/unit/records/reader_fixture.h"

enum { N_RECORDS = 60 };

/* Lengths that put records across the borders of blocks. */
static size_t pattern_len(unsigned i)
{
    return i * 701 % 20011;
}

static void add_many(struct fixture *fixture)
{
    for (unsigned i = 0; i < N_RECORDS; i++)
        t_record_bytes_add_pattern(&fixture->bytes, pattern_len(i), i);
}

static void expect_record(struct fixture *fixture, unsigned i)
{
    cr_assert_eq(next(fixture), TFEED_OK, "record %u: %s", i, fixture->error.message);
    expect_pattern(&fixture->view, pattern_len(i), i);
    cr_assert_eq(fixture->view.record, i);
    cr_assert_eq(fixture->view.offset, fixture->bytes.offsets[i]);
}

static tfeed_status seek(struct fixture *fixture, unsigned i)
{
    return tfi_record_reader_seek(fixture->reader, fixture->bytes.offsets[i], i, &fixture->error);
}

/* How a test's file is reached: read in pieces, or mapped from memory. */
static struct tfeed_memory_files *open_mapped(struct fixture *fixture)
{
    struct tfeed_memory_files *files = NULL;
    cr_assert_eq(tfeed_memory_files_new(NULL, &files, NULL), TFEED_OK);
    cr_assert_eq(tfeed_memory_files_put(files, "f", fixture->bytes.data, fixture->bytes.len, NULL),
                 TFEED_OK);
    fixture->options.file_system = tfeed_memory_files_system(files);
    cr_assert_eq(tfeed_record_reader_open("f", &fixture->options, &fixture->reader, NULL),
                 TFEED_OK);
    return files;
}

ParameterizedTestParameters(record_walk, seek_reaches_each_record_from_each_other)
{
    static int ways[] = {0, 1};
    return cr_make_param_array(int, ways, 2);
}

/* --- seeking ------------------------------------------------------------------------------- */

ParameterizedTest(int *mapped, record_walk, seek_reaches_each_record_from_each_other)
{
    struct fixture fixture;
    struct tfeed_memory_files *files = NULL;
    fixture_init(&fixture);
    add_many(&fixture);
    if (*mapped != 0)
        files = open_mapped(&fixture);
    else
        fixture_open(&fixture);
    for (unsigned i = 0; i < N_RECORDS * N_RECORDS; i += 7) {
        const unsigned record = i * 31 % N_RECORDS;
        cr_assert_eq(seek(&fixture, record), TFEED_OK, "%s", fixture.error.message);
        cr_assert_eq(tfeed_record_reader_offset(fixture.reader), fixture.bytes.offsets[record]);
        cr_assert_eq(tfi_record_reader_record(fixture.reader), record);
        expect_record(&fixture, record);
        if (record + 1 < N_RECORDS)
            expect_record(&fixture, record + 1);
    }
    fixture_close(&fixture);
    tfeed_memory_files_free(files);
    fixture_clear(&fixture);
}

Test(record_walk, views_kept_over_a_seek_are_not_overwritten_and_keep_their_place)
{
    struct fixture fixture;
    fixture_init(&fixture);
    add_many(&fixture);
    fixture_open(&fixture);
    expect_record(&fixture, 0);
    expect_record(&fixture, 1);
    const struct tfeed_record_view kept = fixture.view;
    tfeed_block_ref(kept.block);
    cr_assert_eq(seek(&fixture, 50), TFEED_OK);
    expect_record(&fixture, 50);
    cr_assert_neq(fixture.view.block, kept.block, "a block has one origin");
    expect_pattern(&kept, pattern_len(1), 1);
    tfeed_block_unref(kept.block);
    fixture_clear(&fixture);
}

Test(record_walk, seek_to_the_end_is_a_clean_end_and_back_again_goes_on)
{
    struct fixture fixture;
    size_t n;
    fixture_init(&fixture);
    add_many(&fixture);
    fixture_open(&fixture);
    cr_assert_eq(
        tfi_record_reader_seek(fixture.reader, fixture.bytes.len, N_RECORDS, &fixture.error),
        TFEED_OK);
    cr_assert_eq(next(&fixture), TFEED_OUT_OF_RANGE);
    cr_assert_eq(seek(&fixture, 3), TFEED_OK);
    expect_record(&fixture, 3);
    cr_assert_eq(read_all(&fixture, &n), TFEED_OUT_OF_RANGE);
    cr_assert_eq(n, N_RECORDS - 4);
    fixture_clear(&fixture);
}

Test(record_walk, seek_beyond_the_end_is_refused_and_the_reader_stays)
{
    struct fixture fixture;
    fixture_init(&fixture);
    add_many(&fixture);
    fixture_open(&fixture);
    expect_record(&fixture, 0);
    cr_assert_eq(tfi_record_reader_seek(fixture.reader, fixture.bytes.len + 1, 9, &fixture.error),
                 TFEED_INVALID_ARGUMENT);
    expect_record(&fixture, 1);
    fixture_clear(&fixture);
}

Test(record_walk, seek_in_a_compressed_file_is_refused)
{
    struct fixture fixture;
    fixture_init(&fixture);
    add_many(&fixture);
    size_t len;
    uint8_t *deflated = t_deflate(fixture.bytes.data, fixture.bytes.len, 31, &len);
    fixture.options.compression = TFEED_COMPRESSION_AUTO;
    fixture_open_bytes(&fixture, deflated, len);
    cr_assert_eq(seek(&fixture, 1), TFEED_INVALID_ARGUMENT);
    expect_record(&fixture, 0);
    fixture_clear(&fixture);
    free(deflated);
}

Test(record_walk, seek_in_an_input_without_size_is_refused_beyond_what_is_there)
{
    struct fixture fixture;
    fixture_init(&fixture);
    add_many(&fixture);
    fixture.files.hide_size = true;
    fixture.files.max_read = 4096;
    fixture_open(&fixture);
    cr_assert_eq(seek(&fixture, 50), TFEED_INVALID_ARGUMENT);
    expect_record(&fixture, 0);
    fixture_clear(&fixture);
}

Test(record_walk, seek_forgets_a_fault)
{
    struct fixture fixture;
    fixture_init(&fixture);
    add_three(&fixture);
    t_record_bytes_flip(&fixture.bytes, 3, 0);
    fixture_open(&fixture);
    cr_assert_eq(next(&fixture), TFEED_DATA_LOSS);
    expect_fault(&fixture, TFI_RECORD_LENGTH_FAULT, 0, 0);
    cr_assert_eq(seek(&fixture, 2), TFEED_OK);
    cr_assert_eq(tfi_record_reader_fault(fixture.reader), TFI_RECORD_NO_FAULT);
    cr_assert_eq(next(&fixture), TFEED_OK);
    expect_pattern(&fixture.view, 300, 3);
    fixture_clear(&fixture);
}

Test(record_walk, seek_tries_again_what_could_not_be_read_at_first)
{
    struct fixture fixture;
    fixture_init(&fixture);
    add_many(&fixture);
    fixture.files.fail_read_at = T_NEVER;
    fixture_open(&fixture);
    fixture.files.fail_read_at = 0;
    cr_assert_eq(seek(&fixture, 2), TFEED_UNKNOWN, "%s", fixture.error.message);
    fixture.files.fail_read_at = T_NEVER;
    cr_assert_eq(seek(&fixture, 2), TFEED_OK);
    expect_record(&fixture, 2);
    fixture_clear(&fixture);
}

/* --- one sound record ---------------------------------------------------------------------- */

static void expect_no_sound(struct fixture *fixture)
{
    const uint64_t offset = tfeed_record_reader_offset(fixture->reader);
    struct tfeed_record_view view;
    cr_assert_not(tfi_record_reader_next_sound(fixture->reader, &view));
    cr_assert_eq(tfeed_record_reader_offset(fixture->reader), offset);
}

ParameterizedTestParameters(record_walk, sound_records_are_those_that_a_run_gives)
{
    static int ways[] = {0, 1};
    return cr_make_param_array(int, ways, 2);
}

ParameterizedTest(int *mapped, record_walk, sound_records_are_those_that_a_run_gives)
{
    struct fixture fixture;
    struct tfeed_memory_files *files = NULL;
    unsigned n_sound = 0;
    fixture_init(&fixture);
    add_many(&fixture);
    if (*mapped != 0)
        files = open_mapped(&fixture);
    else
        fixture_open(&fixture);
    expect_no_sound(&fixture); /* nobody has looked at the file yet */
    for (unsigned i = 0; i < N_RECORDS; i++) {
        if (!tfi_record_reader_next_sound(fixture.reader, &fixture.view)) {
            expect_record(&fixture, i); /* it does not lie whole in memory */
            continue;
        }
        n_sound++;
        expect_pattern(&fixture.view, pattern_len(i), i);
        cr_assert_eq(fixture.view.record, i);
        cr_assert_eq(fixture.view.offset, fixture.bytes.offsets[i]);
    }
    cr_assert(*mapped != 0 ? n_sound == N_RECORDS - 1 : n_sound > 0);
    expect_no_sound(&fixture);
    cr_assert_eq(next(&fixture), TFEED_OUT_OF_RANGE);
    expect_no_sound(&fixture);
    fixture_clear(&fixture);
    tfeed_memory_files_free(files);
}

Test(record_walk, damaged_record_is_not_sound_and_a_run_says_why)
{
    static const struct {
        size_t at;
        enum tfi_record_fault fault;
    } flips[] = {{3, TFI_RECORD_LENGTH_FAULT}, {20, TFI_RECORD_PAYLOAD_FAULT}};
    for (int i = 0; i < 2; i++) {
        struct fixture fixture;
        fixture_init(&fixture);
        add_three(&fixture);
        t_record_bytes_flip(&fixture.bytes, fixture.bytes.offsets[2] + flips[i].at, 1);
        fixture_open(&fixture);
        cr_assert_eq(seek(&fixture, 0), TFEED_OK);
        cr_assert_eq(next(&fixture), TFEED_OK);
        cr_assert(tfi_record_reader_next_sound(fixture.reader, &fixture.view));
        expect_no_sound(&fixture);
        expect_no_sound(&fixture);
        cr_assert_eq(next(&fixture), TFEED_DATA_LOSS);
        expect_fault(&fixture, flips[i].fault, 2, fixture.bytes.offsets[2]);
        expect_no_sound(&fixture);
        fixture_clear(&fixture);
    }
}

/* --- headers alone ------------------------------------------------------------------------- */

Test(record_walk, headers_give_the_same_records_as_a_run)
{
    struct fixture fixture;
    struct tfeed_record_view views[7];
    unsigned i = 0;
    size_t n;
    fixture_init(&fixture);
    add_many(&fixture);
    fixture_open(&fixture);
    while (tfi_record_reader_next_headers(fixture.reader, 65536, views, 7, &n, &fixture.error) ==
           TFEED_OK)
        for (size_t j = 0; j < n; j++, i++) {
            expect_pattern(&views[j], pattern_len(i), i);
            cr_assert_eq(views[j].offset, fixture.bytes.offsets[i]);
            cr_assert(tfi_record_payload_check(views[j].data, views[j].len));
        }
    cr_assert_eq(i, N_RECORDS);
    cr_assert_eq(fixture.error.code, TFEED_OUT_OF_RANGE);
    fixture_clear(&fixture);
}

Test(record_walk, headers_end_a_run_at_the_bytes_asked_for)
{
    struct fixture fixture;
    struct tfeed_record_view views[8];
    size_t n;
    fixture_init(&fixture);
    for (unsigned i = 0; i < 8; i++)
        t_record_bytes_add_pattern(&fixture.bytes, 84, i); /* frames of 100 bytes */
    fixture_open(&fixture);
    cr_assert_eq(tfi_record_reader_next_headers(fixture.reader, 0, views, 8, &n, NULL), TFEED_OK);
    cr_assert_eq(n, 1);
    cr_assert_eq(tfi_record_reader_next_headers(fixture.reader, 299, views, 8, &n, NULL), TFEED_OK);
    cr_assert_eq(n, 3);
    cr_assert_eq(tfi_record_reader_next_headers(fixture.reader, SIZE_MAX, views, 8, &n, NULL),
                 TFEED_OK);
    cr_assert_eq(n, 4);
    fixture_clear(&fixture);
}

Test(record_walk, damaged_payload_stops_a_run_and_not_headers)
{
    struct fixture fixture;
    struct tfeed_record_view views[3];
    struct tfeed_error said = TFEED_ERROR_INIT;
    size_t n;
    fixture_init(&fixture);
    add_three(&fixture);
    t_record_bytes_flip(&fixture.bytes, fixture.bytes.offsets[2] + 20, 1);
    fixture_open(&fixture);
    cr_assert_eq(tfi_record_reader_next_headers(fixture.reader, SIZE_MAX, views, 3, &n, NULL),
                 TFEED_OK);
    cr_assert_eq(n, 3);
    cr_assert(tfi_record_payload_check(views[1].data, views[1].len));
    cr_assert_not(tfi_record_payload_check(views[2].data, views[2].len));
    cr_assert_eq(tfi_record_fail_payload("f", &views[2], &said), TFEED_DATA_LOSS);

    cr_assert_eq(seek(&fixture, 2), TFEED_OK);
    cr_assert_eq(next(&fixture), TFEED_DATA_LOSS);
    expect_fault(&fixture, TFI_RECORD_PAYLOAD_FAULT, 2, fixture.bytes.offsets[2]);
    cr_assert_str_eq(fixture.error.message, said.message);
    fixture_clear(&fixture);
}

Test(record_walk, headers_go_on_where_a_run_met_a_damaged_payload)
{
    struct fixture fixture;
    struct tfeed_record_view views[3];
    size_t n;
    fixture_init(&fixture);
    add_three(&fixture);
    t_record_bytes_flip(&fixture.bytes, fixture.bytes.offsets[2] + 20, 1);
    fixture_open(&fixture);
    cr_assert_eq(tfeed_record_reader_next_run(fixture.reader, views, 3, &n, NULL), TFEED_OK);
    cr_assert_eq(n, 2, "the fault is for the next call");
    cr_assert_eq(tfi_record_reader_next_headers(fixture.reader, SIZE_MAX, views, 3, &n, NULL),
                 TFEED_OK);
    cr_assert_eq(n, 1);
    cr_assert_eq(views[0].record, 2);
    fixture_clear(&fixture);
}

Test(record_walk, damaged_length_and_cut_file_stop_headers_as_they_stop_a_run)
{
    struct fixture fixture;
    struct tfeed_record_view views[3];
    size_t n;
    fixture_init(&fixture);
    add_three(&fixture);
    fixture_open_bytes(&fixture, fixture.bytes.data, fixture.bytes.len - 1);
    cr_assert_eq(tfi_record_reader_next_headers(fixture.reader, SIZE_MAX, views, 3, &n, NULL),
                 TFEED_OK);
    cr_assert_eq(n, 2);
    cr_assert_eq(
        tfi_record_reader_next_headers(fixture.reader, SIZE_MAX, views, 3, &n, &fixture.error),
        TFEED_DATA_LOSS);
    expect_fault(&fixture, TFI_RECORD_TRUNCATED, 2, fixture.bytes.offsets[2]);
    fixture_close(&fixture);

    t_record_bytes_flip(&fixture.bytes, fixture.bytes.offsets[1] + 9, 1);
    fixture_open(&fixture);
    cr_assert_eq(tfi_record_reader_next_headers(fixture.reader, SIZE_MAX, views, 3, &n, NULL),
                 TFEED_OK);
    cr_assert_eq(n, 1);
    cr_assert_eq(
        tfi_record_reader_next_headers(fixture.reader, SIZE_MAX, views, 3, &n, &fixture.error),
        TFEED_DATA_LOSS);
    expect_fault(&fixture, TFI_RECORD_LENGTH_FAULT, 1, fixture.bytes.offsets[1]);
    fixture_clear(&fixture);
}

Test(record_walk, headers_need_room_for_a_record)
{
    struct fixture fixture;
    struct tfeed_record_view view;
    size_t n;
    fixture_init(&fixture);
    add_three(&fixture);
    fixture_open(&fixture);
    cr_assert_eq(tfi_record_reader_next_headers(fixture.reader, SIZE_MAX, &view, 0, &n, NULL),
                 TFEED_INVALID_ARGUMENT);
    fixture_clear(&fixture);
}

/* --- walking ------------------------------------------------------------------------------- */

/* What a walk has told. */
struct marks {
    uint64_t records[8];
    uint64_t offsets[8];
    size_t n;
};

static void remember(void *user_data, uint64_t record, uint64_t offset)
{
    struct marks *marks = user_data;
    cr_assert_lt(marks->n, 8);
    marks->records[marks->n] = record;
    marks->offsets[marks->n++] = offset;
}

static tfeed_status walk(struct fixture *fixture, uint64_t until_offset, uint64_t until_record)
{
    const struct tfi_record_walk to = {.until_offset = until_offset, .until_record = until_record};
    return tfi_record_reader_walk(fixture->reader, &to, &fixture->error);
}

ParameterizedTestParameters(record_walk, walk_ends_at_the_first_record_at_or_behind_an_offset)
{
    static int ways[] = {0, 1};
    return cr_make_param_array(int, ways, 2);
}

ParameterizedTest(int *mapped, record_walk, walk_ends_at_the_first_record_at_or_behind_an_offset)
{
    struct fixture fixture;
    struct tfeed_memory_files *files = NULL;
    fixture_init(&fixture);
    add_many(&fixture);
    if (*mapped != 0)
        files = open_mapped(&fixture);
    else
        fixture_open(&fixture);
    cr_assert_eq(walk(&fixture, fixture.bytes.offsets[5], UINT64_MAX), TFEED_OK);
    cr_assert_eq(tfi_record_reader_record(fixture.reader), 5);
    cr_assert_eq(walk(&fixture, fixture.bytes.offsets[40] + 1, UINT64_MAX), TFEED_OK);
    expect_record(&fixture, 41);
    cr_assert_eq(walk(&fixture, UINT64_MAX, 50), TFEED_OK);
    expect_record(&fixture, 50);
    cr_assert_eq(walk(&fixture, 0, 0), TFEED_OK, "what is behind is reached");
    expect_record(&fixture, 51);
    cr_assert_eq(walk(&fixture, fixture.bytes.len, UINT64_MAX), TFEED_OK);
    cr_assert_eq(tfi_record_reader_record(fixture.reader), N_RECORDS);
    cr_assert_eq(walk(&fixture, fixture.bytes.len + 1, UINT64_MAX), TFEED_OUT_OF_RANGE);
    fixture_close(&fixture);
    tfeed_memory_files_free(files);
    fixture_clear(&fixture);
}

Test(record_walk, walk_tells_each_1024th_record)
{
    enum { N = 3000, FRAME = 16 + 3 };
    struct fixture fixture;
    struct marks marks = {.n = 0};
    fixture_init(&fixture);
    t_record_bytes_add_pattern(&fixture.bytes, 3, 1);
    uint8_t *bytes = malloc((size_t)N * FRAME);
    cr_assert_not_null(bytes);
    for (size_t i = 0; i < N; i++)
        memcpy(bytes + i * FRAME, fixture.bytes.data, FRAME);
    fixture_open_bytes(&fixture, bytes, (size_t)N * FRAME);
    const struct tfi_record_walk to = {
        .until_offset = UINT64_MAX,
        .until_record = UINT64_MAX,
        .mark = remember,
        .user_data = &marks,
    };
    cr_assert_eq(tfi_record_reader_walk(fixture.reader, &to, &fixture.error), TFEED_OUT_OF_RANGE);
    cr_assert_eq(marks.n, 3);
    for (size_t i = 0; i < marks.n; i++) {
        cr_assert_eq(marks.records[i], 1024 * i);
        cr_assert_eq(marks.offsets[i], 1024 * i * FRAME);
    }
    cr_assert_eq(tfi_record_reader_record(fixture.reader), N);
    fixture_clear(&fixture);
    free(bytes);
}

Test(record_walk, walk_passes_a_damaged_payload_and_stops_at_a_damaged_length)
{
    struct fixture fixture;
    fixture_init(&fixture);
    add_many(&fixture);
    t_record_bytes_flip(&fixture.bytes, fixture.bytes.offsets[10] + 100, 1);
    t_record_bytes_flip(&fixture.bytes, fixture.bytes.offsets[20] + 2, 1);
    fixture_open(&fixture);
    cr_assert_eq(walk(&fixture, UINT64_MAX, 15), TFEED_OK);
    cr_assert_eq(walk(&fixture, UINT64_MAX, 30), TFEED_DATA_LOSS);
    expect_fault(&fixture, TFI_RECORD_LENGTH_FAULT, 20, fixture.bytes.offsets[20]);
    cr_assert_eq(next(&fixture), TFEED_DATA_LOSS, "it stays");
    fixture_clear(&fixture);
}

Test(record_walk, walk_works_in_a_compressed_file)
{
    struct fixture fixture;
    fixture_init(&fixture);
    add_many(&fixture);
    size_t len;
    uint8_t *deflated = t_deflate(fixture.bytes.data, fixture.bytes.len, 31, &len);
    fixture.options.compression = TFEED_COMPRESSION_AUTO;
    fixture_open_bytes(&fixture, deflated, len);
    cr_assert_eq(walk(&fixture, fixture.bytes.offsets[33], UINT64_MAX), TFEED_OK);
    expect_record(&fixture, 33);
    fixture_clear(&fixture);
    free(deflated);
}

Test(record_walk, walk_meets_the_limit_of_a_record)
{
    struct fixture fixture;
    fixture_init(&fixture);
    add_three(&fixture);
    fixture.options.max_record_bytes = 299;
    fixture_open(&fixture);
    cr_assert_eq(walk(&fixture, UINT64_MAX, UINT64_MAX), TFEED_RESOURCE_EXHAUSTED);
    cr_assert_eq(fixture.error.record, 2);
    fixture_clear(&fixture);
}

Test(record_walk, no_memory_is_reported_by_seek_and_walk)
{
    struct fixture fixture;
    fixture_init(&fixture);
    add_many(&fixture);
    t_scripted_files_init(&fixture.files, fixture.bytes.data, fixture.bytes.len);
    T_FAIL_EACH_ALLOC(allocator, {
        const struct tfi_record_walk to = {.until_offset = UINT64_MAX, .until_record = 40};
        fixture.options.allocator = allocator;
        fixture.reader = NULL;
        tfeed_status status =
            tfeed_record_reader_open("f", &fixture.options, &fixture.reader, NULL);
        if (status == TFEED_OK)
            status = seek(&fixture, 30);
        if (status == TFEED_OK)
            status = tfi_record_reader_walk(fixture.reader, &to, NULL);
        T_EXPECT_ALLOC_STATUS(status);
        tfeed_record_reader_close(fixture.reader);
    });
    fixture.reader = NULL;
    fixture_clear(&fixture);
}
