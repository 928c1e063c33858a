/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_resync.c - where reading goes on behind damage, and what is said to be lost.
 *
 * Payloads that are record files themselves are the hard case: their records must not come out.
 */
#include <criterion/criterion.h>

#include <string.h>

#include "tests/unit/records/reader_fixture.h"

enum { N_INNER = 6, INNER_BYTES = 40, READ_ALL = 0 };

/* Every way in which bytes come to the reader. */
static const struct {
    size_t max_read;
    bool hide_size;
} ways[] = {{READ_ALL, false}, {READ_ALL, true}, {1, false}, {3, true}, {4096, true}, {7, false}};

enum { N_WAYS = sizeof ways / sizeof ways[0] };

static void resync(struct fixture *fixture, struct tfeed_record_loss *ret_loss)
{
    cr_assert_eq(tfeed_record_reader_resync(fixture->reader, ret_loss, &fixture->error), TFEED_OK,
                 "%s", fixture->error.message);
}

/* A record whose payload is a file of records. */
static void add_nested(struct t_record_bytes *bytes, unsigned seed)
{
    struct t_record_bytes inner;
    t_record_bytes_init(&inner);
    for (unsigned i = 0; i < N_INNER; i++)
        t_record_bytes_add_pattern(&inner, INNER_BYTES, seed * 100 + i);
    t_record_bytes_add(bytes, inner.data, inner.len);
    t_record_bytes_clear(&inner);
}

/* Reads with SKIP in the given way; offsets of what came out, at most max of them. */
static size_t read_skipping(struct fixture *fixture, int way, uint64_t *offsets, size_t max)
{
    size_t n = 0;
    tfeed_status status;
    fixture->options.on_error = TFEED_ON_ERROR_SKIP;
    fixture->options.max_skipped = UINT64_MAX;
    fixture->files.max_read = ways[way].max_read;
    fixture->files.hide_size = ways[way].hide_size;
    fixture_open(fixture);
    while ((status = next(fixture)) == TFEED_OK)
        if (n < max)
            offsets[n++] = fixture->view.offset;
    cr_assert_eq(status, TFEED_OUT_OF_RANGE, "%s", fixture->error.message);
    fixture_close(fixture);
    return n;
}

/* What comes out, in every way, is all records of `bytes` but number `lost`. */
static void expect_all_but(struct fixture *fixture, size_t lost)
{
    for (int way = 0; way < N_WAYS; way++) {
        uint64_t offsets[T_MAX_RECORDS];
        const size_t n = read_skipping(fixture, way, offsets, T_MAX_RECORDS);
        cr_assert_eq(n, fixture->bytes.n_records - 1, "way %d: %zu records", way, n);
        for (size_t i = 0; i < n; i++)
            cr_assert_eq(offsets[i], fixture->bytes.offsets[i < lost ? i : i + 1], "way %d", way);
    }
}

/* Plain records. */

Test(resync, behind_each_flipped_bit_of_a_header_comes_the_next_record)
{
    struct fixture fixture;
    fixture_init(&fixture);
    add_three(&fixture);
    t_record_bytes_add_pattern(&fixture.bytes, 21, 4);
    for (size_t byte = 0; byte < 12; byte++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            const size_t offset = fixture.bytes.offsets[2];
            struct tfeed_record_loss loss;
            t_record_bytes_flip(&fixture.bytes, offset + byte, bit);
            fixture_open(&fixture);
            cr_assert_eq(next(&fixture), TFEED_OK);
            cr_assert_eq(next(&fixture), TFEED_OK);
            cr_assert_eq(next(&fixture), TFEED_DATA_LOSS);
            resync(&fixture, &loss);
            expect_loss(&loss, 2, offset, fixture.bytes.offsets[3]);
            cr_assert_eq(tfi_record_reader_fault(fixture.reader), TFI_RECORD_NO_FAULT);
            cr_assert_eq(next(&fixture), TFEED_OK);
            expect_pattern(&fixture.view, 21, 4);
            cr_assert_eq(fixture.view.record, 3);
            cr_assert_eq(fixture.view.offset, fixture.bytes.offsets[3]);
            cr_assert_eq(next(&fixture), TFEED_OUT_OF_RANGE);
            fixture_close(&fixture);
            t_record_bytes_flip(&fixture.bytes, offset + byte, bit);
        }
    }
    fixture_clear(&fixture);
}

Test(resync, same_place_however_the_file_is_read)
{
    struct fixture fixture;
    fixture_init(&fixture);
    add_three(&fixture);
    t_record_bytes_add_pattern(&fixture.bytes, 700000, 4); /* longer than a block */
    t_record_bytes_add_pattern(&fixture.bytes, 9, 5);
    for (size_t lost = 0; lost < 5; lost++) {
        t_record_bytes_flip(&fixture.bytes, fixture.bytes.offsets[lost] + 9, 2);
        expect_all_but(&fixture, lost);
        t_record_bytes_flip(&fixture.bytes, fixture.bytes.offsets[lost] + 9, 2);
    }
    fixture_clear(&fixture);
}

Test(resync, only_what_is_certain_is_passed_when_that_is_asked)
{
    struct fixture fixture;
    for (int both = 0; both < 2; both++) {
        fixture_init(&fixture);
        add_three(&fixture);
        t_record_bytes_flip(&fixture.bytes, fixture.bytes.offsets[1] + 2, 3);
        if (both == 1)
            t_record_bytes_flip(&fixture.bytes, fixture.bytes.offsets[1] + 12, 3);
        fixture_open(&fixture);
        cr_assert_eq(tfi_record_reader_pass_certain(fixture.reader, NULL), TFEED_OK,
                     "there is no damage yet");
        cr_assert_eq(next(&fixture), TFEED_OK);
        cr_assert_eq(next(&fixture), TFEED_DATA_LOSS);
        cr_assert_eq(tfi_record_reader_pass_certain(fixture.reader, NULL),
                     both == 0 ? TFEED_OK : TFEED_DATA_LOSS);
        cr_assert_eq(next(&fixture), both == 0 ? TFEED_OK : TFEED_DATA_LOSS);
        if (both == 0)
            cr_assert_eq(fixture.view.record, 2);
        else
            cr_assert_eq(tfi_record_reader_pass_certain(fixture.reader, NULL), TFEED_DATA_LOSS,
                         "it was asked");
        fixture_close(&fixture);
        fixture_clear(&fixture);
    }
}

Test(resync, walk_passes_what_is_certain_when_that_is_asked)
{
    struct fixture fixture;
    for (int passes = 0; passes < 2; passes++) {
        const struct tfi_record_walk walk = {
            .until_offset = UINT64_MAX, .until_record = UINT64_MAX, .passes_damage = passes == 1};
        fixture_init(&fixture);
        add_three(&fixture);
        t_record_bytes_flip(&fixture.bytes, fixture.bytes.offsets[1] + 2, 3);
        fixture_open(&fixture);
        cr_assert_eq(tfi_record_reader_walk(fixture.reader, &walk, NULL),
                     passes == 1 ? TFEED_OUT_OF_RANGE : TFEED_DATA_LOSS);
        cr_assert_eq(tfi_record_reader_record(fixture.reader), passes == 1 ? 3 : 1);
        fixture_close(&fixture);
        fixture_clear(&fixture);
    }
}

Test(resync, bad_payload_is_one_record)
{
    struct fixture fixture;
    struct tfeed_record_loss loss;
    fixture_init(&fixture);
    add_three(&fixture);
    t_record_bytes_flip(&fixture.bytes, 13, 2);
    fixture_open(&fixture);
    cr_assert_eq(next(&fixture), TFEED_DATA_LOSS);
    resync(&fixture, &loss);
    expect_loss(&loss, 0, 0, fixture.bytes.offsets[1]);
    cr_assert_eq(next(&fixture), TFEED_OK);
    cr_assert_eq(fixture.view.record, 1);
    fixture_clear(&fixture);
}

Test(resync, cut_record_is_lost_to_the_end)
{
    for (int way = 0; way < 2; way++) {
        struct fixture fixture;
        struct tfeed_record_loss loss;
        size_t n;
        fixture_init(&fixture);
        add_three(&fixture);
        const size_t len = fixture.bytes.len - 30;
        fixture.files.hide_size = ways[way].hide_size;
        fixture_open_bytes(&fixture, fixture.bytes.data, len);
        cr_assert_eq(read_all(&fixture, &n), TFEED_DATA_LOSS);
        resync(&fixture, &loss);
        expect_loss(&loss, 2, fixture.bytes.offsets[2], len);
        cr_assert_eq(next(&fixture), TFEED_OUT_OF_RANGE);
        cr_assert_eq(tfeed_record_reader_resync(fixture.reader, NULL, NULL),
                     TFEED_FAILED_PRECONDITION);
        cr_assert_eq(tfeed_record_reader_offset(fixture.reader), len);
        fixture_clear(&fixture);
    }
}

Test(resync, stray_bytes_behind_the_last_record_are_lost)
{
    struct fixture fixture;
    struct tfeed_record_loss loss;
    size_t n;
    fixture_init(&fixture);
    add_three(&fixture);
    const size_t len = fixture.bytes.len;
    t_record_bytes_add_raw(&fixture.bytes, "stray", 5);
    fixture_open(&fixture);
    cr_assert_eq(read_all(&fixture, &n), TFEED_DATA_LOSS);
    resync(&fixture, &loss);
    expect_loss(&loss, 3, len, len + 5);
    cr_assert_eq(next(&fixture), TFEED_OUT_OF_RANGE);
    fixture_clear(&fixture);
}

Test(resync, records_behind_a_hole_of_zeros_come)
{
    static const uint8_t zeros[600000];
    struct fixture fixture;
    struct tfeed_record_loss loss;
    fixture_init(&fixture);
    add_three(&fixture);
    const size_t hole = fixture.bytes.len;
    t_record_bytes_add_raw(&fixture.bytes, zeros, sizeof zeros);
    add_three(&fixture);
    for (int way = 0; way < 2; way++) {
        size_t n;
        fixture.files.hide_size = ways[way].hide_size;
        fixture_open(&fixture);
        cr_assert_eq(read_all(&fixture, &n), TFEED_DATA_LOSS);
        resync(&fixture, &loss);
        expect_loss(&loss, 3, hole, hole + sizeof zeros);
        cr_assert_eq(read_all(&fixture, &n), TFEED_OUT_OF_RANGE);
        cr_assert_eq(n, 3);
        fixture_close(&fixture);
    }
    fixture_clear(&fixture);
}

Test(resync, file_that_holds_no_records_is_lost_as_a_whole)
{
    static const char text[] = "name,label\ncat,1\ndog,2\n";
    struct fixture fixture;
    struct tfeed_record_loss loss;
    fixture_init(&fixture);
    fixture_open_bytes(&fixture, text, sizeof text - 1);
    cr_assert_eq(next(&fixture), TFEED_DATA_LOSS);
    resync(&fixture, &loss);
    expect_loss(&loss, 0, 0, sizeof text - 1);
    cr_assert_eq(next(&fixture), TFEED_OUT_OF_RANGE);
    fixture_clear(&fixture);
}

Test(resync, damaged_neighbours_are_one_loss)
{
    struct fixture fixture;
    struct tfeed_record_loss loss;
    fixture_init(&fixture);
    for (unsigned i = 0; i < 5; i++)
        t_record_bytes_add_pattern(&fixture.bytes, 50, i);
    t_record_bytes_flip(&fixture.bytes, fixture.bytes.offsets[1], 0);
    t_record_bytes_flip(&fixture.bytes, fixture.bytes.offsets[2], 0);
    fixture_open(&fixture);
    cr_assert_eq(next(&fixture), TFEED_OK);
    cr_assert_eq(next(&fixture), TFEED_DATA_LOSS);
    resync(&fixture, &loss);
    expect_loss(&loss, 1, fixture.bytes.offsets[1], fixture.bytes.offsets[3]);
    cr_assert_eq(tfeed_record_reader_losses(fixture.reader).n_losses, 1);
    cr_assert_eq(tfeed_record_reader_losses(fixture.reader).n_bytes, 2 * 66);
    cr_assert_eq(next(&fixture), TFEED_OK);
    cr_assert_eq(fixture.view.record, 2, "the loss counts as one record");
    fixture_clear(&fixture);
}

Test(resync, nothing_is_passed_where_nothing_is_wrong)
{
    struct fixture fixture;
    fixture_init(&fixture);
    add_three(&fixture);
    fixture_open(&fixture);
    cr_assert_eq(tfeed_record_reader_resync(fixture.reader, NULL, NULL), TFEED_FAILED_PRECONDITION);
    cr_assert_eq(next(&fixture), TFEED_OK);
    cr_assert_eq(tfeed_record_reader_resync(fixture.reader, NULL, NULL), TFEED_FAILED_PRECONDITION);
    cr_assert_eq(next(&fixture), TFEED_OK);
    cr_assert_eq(fixture.view.record, 1);
    fixture_clear(&fixture);
}

Test(resync, compression_that_the_file_does_not_have_cannot_be_passed)
{
    struct fixture fixture;
    fixture_init(&fixture);
    add_three(&fixture);
    fixture.options.compression = TFEED_COMPRESSION_GZIP;
    fixture.options.on_error = TFEED_ON_ERROR_SKIP;
    fixture_open(&fixture);
    cr_assert_eq(next(&fixture), TFEED_DATA_LOSS);
    cr_assert_eq(tfeed_record_reader_resync(fixture.reader, NULL, NULL), TFEED_FAILED_PRECONDITION);
    cr_assert_eq(next(&fixture), TFEED_DATA_LOSS);
    fixture_clear(&fixture);
}

/* Payloads that hold records. */

Test(resync, records_inside_the_payload_of_a_bad_length_do_not_come)
{
    for (size_t lost = 0; lost < 4; lost++) {
        struct fixture fixture;
        fixture_init(&fixture);
        for (unsigned i = 0; i < 4; i++)
            add_nested(&fixture.bytes, i);
        t_record_bytes_flip(&fixture.bytes, fixture.bytes.offsets[lost] + 3, 3);
        expect_all_but(&fixture, lost);
        fixture_clear(&fixture);
    }
}

Test(resync, damage_inside_the_records_of_a_payload_makes_no_difference)
{
    /* of the second inner record: its length, its payload; or the inner file is cut */
    static const size_t flips[] = {56, 56 + 20};
    for (size_t i = 0; i <= sizeof flips / sizeof flips[0]; i++) {
        struct fixture fixture;
        struct t_record_bytes inner;
        fixture_init(&fixture);
        t_record_bytes_init(&inner);
        for (unsigned k = 0; k < N_INNER; k++)
            t_record_bytes_add_pattern(&inner, INNER_BYTES, k);
        const bool is_cut = i == sizeof flips / sizeof flips[0];
        if (!is_cut)
            t_record_bytes_flip(&inner, flips[i], 1);
        t_record_bytes_add_pattern(&fixture.bytes, 10, 50);
        t_record_bytes_add(&fixture.bytes, inner.data, is_cut ? inner.len - 20 : inner.len);
        t_record_bytes_add_pattern(&fixture.bytes, 10, 51);
        t_record_bytes_add_pattern(&fixture.bytes, 10, 52);
        t_record_bytes_flip(&fixture.bytes, fixture.bytes.offsets[1] + 8, 0);
        expect_all_but(&fixture, 1);
        t_record_bytes_clear(&inner);
        fixture_clear(&fixture);
    }
}

Test(resync, text_behind_the_records_of_a_payload_makes_no_difference)
{
    struct fixture fixture;
    struct t_record_bytes inner;
    fixture_init(&fixture);
    t_record_bytes_init(&inner);
    t_record_bytes_add_raw(&inner, "before", 6);
    t_record_bytes_add_pattern(&inner, 30, 1);
    t_record_bytes_add_raw(&inner, "between", 7);
    t_record_bytes_add_pattern(&inner, 30, 2);
    t_record_bytes_add_raw(&inner, "behind", 6);
    t_record_bytes_add(&fixture.bytes, inner.data, inner.len);
    t_record_bytes_add_pattern(&fixture.bytes, 10, 3);
    t_record_bytes_flip(&fixture.bytes, 0, 7);
    expect_all_but(&fixture, 0);
    t_record_bytes_clear(&inner);
    fixture_clear(&fixture);
}

Test(resync, damaged_last_record_that_holds_records_is_lost_to_the_end)
{
    struct fixture fixture;
    struct tfeed_record_loss loss;
    size_t n;
    fixture_init(&fixture);
    add_nested(&fixture.bytes, 1);
    add_nested(&fixture.bytes, 2);
    t_record_bytes_flip(&fixture.bytes, fixture.bytes.offsets[1], 0);
    fixture_open(&fixture);
    cr_assert_eq(read_all(&fixture, &n), TFEED_DATA_LOSS);
    resync(&fixture, &loss);
    expect_loss(&loss, 1, fixture.bytes.offsets[1], fixture.bytes.len);
    cr_assert_eq(next(&fixture), TFEED_OUT_OF_RANGE);
    fixture_clear(&fixture);
}

/* Where length and payload are both damaged nothing tells: the first record found is taken. */
Test(resync, first_record_inside_a_damaged_payload_is_taken_where_nothing_is_certain)
{
    struct fixture fixture;
    struct tfeed_record_loss loss;
    size_t n;
    fixture_init(&fixture);
    add_nested(&fixture.bytes, 1);
    add_nested(&fixture.bytes, 2);
    t_record_bytes_flip(&fixture.bytes, 0, 0);
    t_record_bytes_flip(&fixture.bytes, fixture.bytes.offsets[1] - 1, 0); /* payload checksum */
    fixture_open(&fixture);
    cr_assert_eq(next(&fixture), TFEED_DATA_LOSS);
    resync(&fixture, &loss);
    expect_loss(&loss, 0, 0, 12);
    cr_assert_eq(read_all(&fixture, &n), TFEED_DATA_LOSS);
    cr_assert_eq(n, N_INNER);
    resync(&fixture, &loss);
    cr_assert_eq(loss.end_offset, fixture.bytes.offsets[1], "and then the real one");
    cr_assert_eq(read_all(&fixture, &n), TFEED_OUT_OF_RANGE);
    cr_assert_eq(n, 1);
    fixture_clear(&fixture);
}

/* Any damage at all: the same comes out whatever the way, and it is framed right. */
Test(resync, any_damage_gives_the_same_in_every_way)
{
    uint64_t random = 1;
    for (int round = 0; round < 60; round++) {
        struct fixture fixture;
        uint64_t expected[T_MAX_RECORDS];
        size_t n_expected = 0;
        fixture_init(&fixture);
        for (unsigned i = 0; i < 8; i++) {
            if (i % 3 == 1)
                add_nested(&fixture.bytes, i);
            else
                t_record_bytes_add_pattern(&fixture.bytes, 31 * i, i);
        }
        for (int i = 0; i <= round % 6; i++) {
            random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            t_record_bytes_flip(&fixture.bytes, (size_t)(random >> 20) % fixture.bytes.len,
                                (unsigned)(random >> 60) % 8);
        }
        for (int way = 0; way < N_WAYS; way++) {
            uint64_t offsets[T_MAX_RECORDS];
            const size_t n = read_skipping(&fixture, way, offsets, T_MAX_RECORDS);
            if (way == 0) {
                n_expected = n;
                memcpy(expected, offsets, sizeof expected);
            }
            cr_assert_eq(n, n_expected, "round %d, way %d: %zu and %zu records", round, way, n,
                         n_expected);
            cr_assert_arr_eq(offsets, expected, n * sizeof *offsets);
        }
        fixture_clear(&fixture);
    }
}

/* Lengths that nobody should believe. */

Test(resync, forged_length_in_a_searched_stretch_costs_no_memory)
{
    struct fixture fixture;
    struct t_allocator allocator;
    struct tfeed_record_loss loss;
    t_allocator_init(&allocator);
    fixture_init(&fixture);
    t_record_bytes_add_raw(&fixture.bytes, "xxxxxxxxxxxxxxxxxxxxxxxxx", 25);
    t_record_bytes_add_header(&fixture.bytes, 200 << 20); /* below the limit */
    t_record_bytes_add_raw(&fixture.bytes, "yyyyy", 5);
    const size_t next_offset = fixture.bytes.len;
    t_record_bytes_add_pattern(&fixture.bytes, 40, 1);
    fixture.files.hide_size = true;
    fixture.options.allocator = &allocator.hooks;
    fixture_open(&fixture);
    cr_assert_eq(next(&fixture), TFEED_DATA_LOSS);
    resync(&fixture, &loss);
    expect_loss(&loss, 0, 0, next_offset);
    cr_assert_lt(t_outstanding_bytes(&allocator), (size_t)2 << 20);
    fixture_clear(&fixture);
    T_EXPECT_NO_LEAKS(&allocator);
}

Test(resync, records_above_the_limit_are_not_found)
{
    struct fixture fixture;
    struct tfeed_record_loss loss;
    fixture_init(&fixture);
    add_three(&fixture);
    t_record_bytes_add_pattern(&fixture.bytes, 20, 4);
    t_record_bytes_flip(&fixture.bytes, fixture.bytes.offsets[0], 0);
    t_record_bytes_flip(&fixture.bytes, fixture.bytes.offsets[1], 0);
    fixture.options.max_record_bytes = 100;
    fixture_open(&fixture);
    cr_assert_eq(next(&fixture), TFEED_DATA_LOSS);
    resync(&fixture, &loss);
    expect_loss(&loss, 0, 0, fixture.bytes.offsets[3]);
    fixture_clear(&fixture);
}

/* Compressed files. */

Test(resync, bad_length_inside_a_compressed_stream_is_passed)
{
    struct fixture fixture;
    size_t len;
    size_t n;
    fixture_init(&fixture);
    add_three(&fixture);
    t_record_bytes_flip(&fixture.bytes, fixture.bytes.offsets[1], 0);
    uint8_t *data = t_deflate(fixture.bytes.data, fixture.bytes.len, 31, &len);
    fixture.options.compression = TFEED_COMPRESSION_GZIP;
    fixture.options.on_error = TFEED_ON_ERROR_SKIP;
    fixture_open_bytes(&fixture, data, len);
    cr_assert_eq(read_all(&fixture, &n), TFEED_OUT_OF_RANGE);
    cr_assert_eq(n, 2);
    free(data);
    fixture_clear(&fixture);
}

Test(resync, nothing_comes_behind_a_stream_that_does_not_inflate)
{
    struct fixture fixture;
    struct tfeed_record_loss loss = {0};
    size_t len;
    size_t n;
    fixture_init(&fixture);
    for (unsigned i = 0; i < 40; i++)
        t_record_bytes_add_pattern(&fixture.bytes, 3000, i);
    uint8_t *data = t_deflate(fixture.bytes.data, fixture.bytes.len, 31, &len);
    fixture.options.compression = TFEED_COMPRESSION_GZIP;
    fixture_open_bytes(&fixture, data, len / 2);
    cr_assert_eq(read_all(&fixture, &n), TFEED_DATA_LOSS);
    resync(&fixture, &loss);
    cr_assert_geq(loss.end_offset, loss.offset);
    cr_assert_eq(next(&fixture), TFEED_OUT_OF_RANGE);
    free(data);
    fixture_clear(&fixture);
}

/* What else can go wrong. */

Test(resync, read_error_in_the_search_is_reported_with_its_place)
{
    struct fixture fixture;
    fixture_init(&fixture);
    add_three(&fixture);
    t_record_bytes_flip(&fixture.bytes, fixture.bytes.offsets[2], 0);
    fixture.files.max_read = 16;
    fixture.files.fail_read_at = fixture.bytes.len - 100;
    fixture_open(&fixture);
    cr_assert_eq(next(&fixture), TFEED_OK);
    cr_assert_eq(next(&fixture), TFEED_OK);
    cr_assert_eq(next(&fixture), TFEED_DATA_LOSS);
    const tfeed_status status = tfeed_record_reader_resync(fixture.reader, NULL, &fixture.error);
    cr_assert_neq(status, TFEED_OK);
    cr_assert_neq(status, TFEED_DATA_LOSS);
    cr_assert_eq(fixture.error.offset, fixture.bytes.offsets[2]);
    cr_assert_eq(next(&fixture), status);
    fixture_clear(&fixture);
}

Test(resync, failed_allocation_leaves_nothing_behind)
{
    struct fixture fixture;
    fixture_init(&fixture);
    add_nested(&fixture.bytes, 1);
    t_record_bytes_add_pattern(&fixture.bytes, 900000, 4);
    t_record_bytes_add_pattern(&fixture.bytes, 9, 5);
    t_record_bytes_flip(&fixture.bytes, 0, 0);
    t_record_bytes_flip(&fixture.bytes, fixture.bytes.offsets[1], 0);
    t_scripted_files_init(&fixture.files, fixture.bytes.data, fixture.bytes.len);
    fixture.files.hide_size = true;
    fixture.options.on_error = TFEED_ON_ERROR_SKIP;
    T_FAIL_EACH_ALLOC(allocator, {
        fixture.options.allocator = allocator;
        tfeed_status status =
            tfeed_record_reader_open("f", &fixture.options, &fixture.reader, NULL);
        if (status == TFEED_OK) {
            size_t n;
            status = read_all(&fixture, &n);
            tfeed_record_reader_close(fixture.reader);
        }
        T_EXPECT_ALLOC_STATUS(status == TFEED_OUT_OF_RANGE ? TFEED_OK : status);
    });
    fixture.reader = NULL;
    fixture_clear(&fixture);
}
