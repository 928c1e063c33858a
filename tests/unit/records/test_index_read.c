/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_index_read.c - records by number, places, splits, and how many reads they cost.
 */
#include <criterion/criterion.h>

#include "tests/unit/records/index_fixture.h"

enum { N_RECORDS = 3000, N_LARGE = 700000 };

/* --- places ---------------------------------------------------------------------------------- */

Test(index_read, place_of_every_record_is_right)
{
    struct fixture fixture;
    fixture_init(&fixture, N_RECORDS, t_far_length);
    fixture_make_and_open(&fixture);
    for (size_t i = 0; i < N_RECORDS; i++) {
        struct tfeed_record_place place;
        const size_t record = i * 1031 % N_RECORDS;
        cr_assert_eq(tfeed_index_place(fixture.index, record, &place, NULL), TFEED_OK);
        cr_assert_eq(place.record, record);
        cr_assert_eq(place.offset, fixture.offsets[record]);
        cr_assert_eq(place.len, t_far_length(record));
    }
    fixture_clear(&fixture);
}

Test(index_read, record_beyond_the_last_is_out_of_range)
{
    struct fixture fixture;
    struct tfeed_record_place place;
    struct tfeed_record_view view;
    fixture_init(&fixture, N_RECORDS, t_far_length);
    fixture_make_and_open(&fixture);
    cr_assert_eq(tfeed_index_place(fixture.index, N_RECORDS, &place, &fixture.error),
                 TFEED_OUT_OF_RANGE);
    cr_assert_not_null(strstr(fixture.error.message, "3000"));
    cr_assert_eq(tfeed_index_read(fixture.index, UINT64_MAX, &view, NULL), TFEED_OUT_OF_RANGE);
    fixture_clear(&fixture);
}

Test(index_read, offsets_of_any_range_are_right)
{
    static const size_t ranges[][2] = {{0, N_RECORDS}, {1000, 100}, {1023, 2}, {2999, 1}, {7, 0}};
    struct fixture fixture;
    uint64_t *offsets = malloc(N_RECORDS * sizeof *offsets);
    cr_assert_not_null(offsets);
    fixture_init(&fixture, N_RECORDS, t_far_length);
    fixture_make_and_open(&fixture);
    for (size_t i = 0; i < 5; i++) {
        const size_t first = ranges[i][0], n = ranges[i][1];
        cr_assert_eq(tfi_index_offsets(fixture.index, first, n, offsets, NULL), TFEED_OK);
        cr_assert_eq(memcmp(offsets, fixture.offsets + first, n * sizeof *offsets), 0);
    }
    free(offsets);
    fixture_clear(&fixture);
}

Test(index_read, find_gives_the_first_record_at_or_behind)
{
    struct fixture fixture;
    uint64_t record;
    fixture_init(&fixture, N_RECORDS, t_far_length);
    fixture_make_and_open(&fixture);
    for (size_t i = 0; i < N_RECORDS; i += 13) {
        cr_assert_eq(tfeed_index_find(fixture.index, fixture.offsets[i], &record, NULL), TFEED_OK);
        cr_assert_eq(record, i);
        cr_assert_eq(tfeed_index_find(fixture.index, fixture.offsets[i] + 1, &record, NULL),
                     TFEED_OK);
        cr_assert_eq(record, i + 1);
    }
    cr_assert_eq(tfeed_index_find(fixture.index, UINT64_MAX, &record, NULL), TFEED_OK);
    cr_assert_eq(record, N_RECORDS);
    fixture_clear(&fixture);
}

/* --- one record ------------------------------------------------------------------------------ */

Test(index_read, every_record_is_read_in_any_order)
{
    struct fixture fixture;
    fixture_init(&fixture, N_RECORDS, t_far_length);
    fixture_make_and_open(&fixture);
    for (size_t i = 0; i < N_RECORDS; i++)
        expect_read(&fixture, i * 1031 % N_RECORDS);
    fixture_clear(&fixture);
}

Test(index_read, record_costs_one_read_when_the_index_is_short)
{
    struct fixture fixture;
    fixture_init(&fixture, N_RECORDS, t_far_length);
    fixture_make_and_open(&fixture);
    expect_read(&fixture, 0);
    t_counted.n_reads = 0;
    for (size_t i = 0; i < 100; i++)
        expect_read(&fixture, i * 1031 % N_RECORDS);
    cr_assert_eq(t_counted.n_reads, 100);
    fixture_clear(&fixture);
}

static size_t mostly_empty(size_t record)
{
    return record == 5 ? 300 : 0; /* two bytes each in the index */
}

/* Opening has looked at 16 records here, each in another block: that has paid for the whole. */
Test(index_read, record_costs_one_read_when_a_long_index_was_asked_often)
{
    struct fixture fixture;
    fixture_init(&fixture, N_LARGE, mostly_empty);
    fixture_make(&fixture);
    t_counted.n_reads = 0;
    fixture_open(&fixture);
    const int n_opening = t_counted.n_reads;
    cr_assert_gt(n_opening, 2 * 10);
    cr_assert_lt(n_opening, 2 * 16 + 8);
    t_counted.n_reads = 0;
    for (size_t i = 1; i <= 100; i++)
        expect_read(&fixture, i * 6991);
    cr_assert_eq(t_counted.n_reads, 100);
    fixture_clear(&fixture);
}

/* --- memory ---------------------------------------------------------------------------------- */

static size_t one_is_long(size_t record)
{
    return record == 1 ? 100000 : 50;
}

Test(index_read, memory_of_the_last_record_is_read_into_again)
{
    struct fixture fixture;
    struct t_allocator allocator;
    struct tfeed_record_view view;
    fixture_init(&fixture, N_RECORDS, t_equal_length);
    t_allocator_init(&allocator);
    fixture.options.allocator = &allocator.hooks;
    fixture_make_and_open(&fixture);
    expect_read(&fixture, 0);
    const size_t n_before = atomic_load(&allocator.n_calls);
    for (size_t i = 1; i < N_RECORDS; i += 17)
        expect_read(&fixture, i);
    cr_assert_eq(atomic_load(&allocator.n_calls), n_before);
    cr_assert_eq(tfeed_index_read(fixture.index, 1, &view, NULL), TFEED_OK);
    tfeed_block_ref(view.block);
    expect_read(&fixture, 2);
    cr_assert_gt(atomic_load(&allocator.n_calls), n_before);
    expect_view(&fixture, &view, 1);
    tfeed_block_unref(view.block);
    fixture_close(&fixture);
    T_EXPECT_NO_LEAKS(&allocator);
    fixture_clear(&fixture);
}

Test(index_read, memory_of_many_records_is_read_into_again_but_what_is_held)
{
    enum { N = 3 };
    static const uint64_t first[N] = {0, 1000, 2000}, second[N] = {500, 1500, 2500};
    struct fixture fixture;
    struct t_allocator allocator;
    struct tfeed_record_view views[N], held;
    fixture_init(&fixture, N_RECORDS, one_is_long); /* far apart: a span each */
    t_allocator_init(&allocator);
    fixture.options.allocator = &allocator.hooks;
    fixture_make_and_open(&fixture);
    cr_assert_eq(tfeed_index_read_many(fixture.index, first, N, views, NULL), TFEED_OK);
    held = views[1];
    const uint8_t *const free_data = views[2].data;
    tfeed_block_ref(held.block);
    cr_assert_eq(tfeed_index_read_many(fixture.index, second, N, views, NULL), TFEED_OK);
    cr_assert_eq(views[2].data, free_data);
    cr_assert_neq(views[1].block, held.block);
    for (size_t i = 0; i < N; i++)
        expect_view(&fixture, &views[i], second[i]);
    expect_view(&fixture, &held, 1000);
    tfeed_block_unref(held.block);
    fixture_close(&fixture);
    T_EXPECT_NO_LEAKS(&allocator);
    fixture_clear(&fixture);
}

Test(index_read, memory_of_a_long_record_is_not_kept_for_short_ones)
{
    struct fixture fixture;
    struct t_allocator allocator;
    fixture_init(&fixture, N_RECORDS, one_is_long);
    t_allocator_init(&allocator);
    fixture.options.allocator = &allocator.hooks;
    fixture_make_and_open(&fixture);
    expect_read(&fixture, 0);
    const size_t n_before = t_outstanding_bytes(&allocator);
    expect_read(&fixture, 1);
    cr_assert_gt(t_outstanding_bytes(&allocator), n_before + 90000);
    expect_read(&fixture, 2);
    cr_assert_leq(t_outstanding_bytes(&allocator), n_before);
    fixture_close(&fixture);
    T_EXPECT_NO_LEAKS(&allocator);
    fixture_clear(&fixture);
}

Test(index_read, view_with_a_reference_outlives_the_index)
{
    struct fixture fixture;
    struct tfeed_record_view view;
    fixture_init(&fixture, N_RECORDS, t_far_length);
    fixture_make_and_open(&fixture);
    cr_assert_eq(tfeed_index_read(fixture.index, 1234, &view, NULL), TFEED_OK);
    tfeed_block_ref(view.block);
    expect_read(&fixture, 7);
    fixture_close(&fixture);
    expect_view(&fixture, &view, 1234);
    tfeed_block_unref(view.block);
    fixture_clear(&fixture);
}

Test(index_read, damaged_payload_is_data_loss_unless_checksums_are_skipped)
{
    struct fixture fixture;
    struct tfeed_record_view view;
    fixture_init(&fixture, N_RECORDS, t_equal_length);
    fixture_make(&fixture);
    fixture.data[fixture.offsets[1500] + 15] ^= 1;
    fixture_put(&fixture);
    fixture_open(&fixture);
    cr_assert_eq(tfeed_index_read(fixture.index, 1500, &view, &fixture.error), TFEED_DATA_LOSS);
    cr_assert_eq(fixture.error.record, 1500);
    cr_assert_eq(fixture.error.offset, fixture.offsets[1500]);
    cr_assert_str_eq(fixture.error.path, "f");
    expect_read(&fixture, 1501);
    fixture.options.skip_checksums = true;
    fixture_open(&fixture);
    expect_read(&fixture, 1500);
    fixture_clear(&fixture);
}

Test(index_read, damaged_length_is_data_loss)
{
    struct fixture fixture;
    struct tfeed_record_view view;
    fixture_init(&fixture, N_RECORDS, t_equal_length);
    fixture_make(&fixture);
    fixture.data[fixture.offsets[1501] + 2] ^= 1;
    fixture_put(&fixture);
    fixture_open(&fixture);
    cr_assert_eq(tfeed_index_read(fixture.index, 1501, &view, &fixture.error), TFEED_DATA_LOSS);
    cr_assert_eq(fixture.error.record, 1501);
    fixture_clear(&fixture);
}

Test(index_read, other_length_at_the_place_is_a_stale_index)
{
    struct fixture fixture;
    struct tfeed_record_view view;
    fixture_init(&fixture, N_RECORDS, t_equal_length);
    fixture_make(&fixture);
    fixture.len = fixture.offsets[1501];
    const uint64_t end = fixture.offsets[1503];
    t_add_frame(&fixture, 1501, 18, 1);
    t_add_frame(&fixture, 1502, 22, 2);
    cr_assert_eq(fixture.len, end);
    fixture.len = fixture.offsets[N_RECORDS];
    fixture_put(&fixture);
    fixture_open(&fixture);
    cr_assert_eq(tfeed_index_read(fixture.index, 1501, &view, &fixture.error),
                 TFEED_FAILED_PRECONDITION);
    cr_assert_not_null(strstr(fixture.error.message, "stale"));
    fixture_clear(&fixture);
}

Test(index_read, record_above_the_limit_is_not_read)
{
    struct fixture fixture;
    struct tfeed_record_view view;
    fixture_init(&fixture, N_RECORDS, t_equal_length);
    fixture_make(&fixture);
    fixture.options.max_record_bytes = 19;
    fixture_open(&fixture);
    cr_assert_eq(tfeed_index_read(fixture.index, 3, &view, &fixture.error),
                 TFEED_RESOURCE_EXHAUSTED);
    fixture_clear(&fixture);
}

Test(index_read, file_that_was_cut_meanwhile_is_data_loss)
{
    struct fixture fixture;
    struct tfeed_record_view view;
    char path[T_PATH_BYTES], index_path[T_PATH_BYTES];
    struct t_temp_dir dir;
    size_t len;
    t_temp_dir_init(&dir);
    fixture_init(&fixture, N_RECORDS, t_equal_length);
    fixture_make(&fixture);
    uint8_t *bytes = fixture_get(&fixture, "f.tfidx", &len);
    t_write_file(t_temp_path(&dir, "f", path), fixture.data, fixture.len);
    t_write_file(t_temp_path(&dir, "f.tfidx", index_path), bytes, len);
    free(bytes);
    cr_assert_eq(tfeed_index_open(path, NULL, &fixture.index, &fixture.error), TFEED_OK, "%s",
                 fixture.error.message);
    t_write_file(path, fixture.data, 100);
    cr_assert_eq(tfeed_index_read(fixture.index, 2000, &view, &fixture.error), TFEED_DATA_LOSS);
    fixture_clear(&fixture);
    t_temp_dir_clear(&dir);
}

/* --- many ------------------------------------------------------------------------------------ */

Test(index_read, many_come_in_the_order_that_is_asked_for)
{
    enum { N = 500 };
    struct fixture fixture;
    uint64_t records[N];
    struct tfeed_record_view views[N];
    fixture_init(&fixture, N_RECORDS, t_far_length);
    fixture_make_and_open(&fixture);
    for (size_t i = 0; i < N; i++)
        records[i] = i % 7 == 0 ? 11 : i * 1031 % N_RECORDS;
    cr_assert_eq(tfeed_index_read_many(fixture.index, records, N, views, &fixture.error), TFEED_OK,
                 "%s", fixture.error.message);
    for (size_t i = 0; i < N; i++)
        expect_view(&fixture, &views[i], (size_t)records[i]);
    fixture_clear(&fixture);
}

Test(index_read, many_neighbours_are_one_read)
{
    enum { N = 100 };
    struct fixture fixture;
    uint64_t records[N];
    struct tfeed_record_view views[N];
    fixture_init(&fixture, N_RECORDS, t_far_length);
    fixture_make_and_open(&fixture);
    for (size_t i = 0; i < N; i++)
        records[i] = 1000 + (N - 1 - i);
    expect_read(&fixture, 0);
    t_counted.n_reads = 0;
    cr_assert_eq(tfeed_index_read_many(fixture.index, records, N, views, NULL), TFEED_OK);
    cr_assert_eq(t_counted.n_reads, 1);
    for (size_t i = 0; i < N; i++)
        expect_view(&fixture, &views[i], (size_t)records[i]);
    fixture_clear(&fixture);
}

/* A long index is read in large pieces when much of it is asked for. */
Test(index_read, many_of_a_long_index_read_it_in_large_pieces)
{
    enum { N = 500 };
    static uint64_t records[N];
    static struct tfeed_record_view views[N];
    struct fixture fixture;
    fixture_init(&fixture, N_LARGE, mostly_empty);
    fixture_make_and_open(&fixture);
    for (size_t i = 0; i < N; i++)
        records[i] = (N - 1 - i) * 1399;
    t_counted.n_reads = 0;
    cr_assert_eq(tfeed_index_read_many(fixture.index, records, N, views, &fixture.error), TFEED_OK,
                 "%s", fixture.error.message);
    cr_assert_leq(t_counted.n_reads, N + 3);
    for (size_t i = 0; i < N; i++)
        expect_view(&fixture, &views[i], (size_t)records[i]);
    fixture_clear(&fixture);
}

Test(index_read, many_of_nothing_is_nothing)
{
    struct fixture fixture;
    fixture_init(&fixture, 3, t_far_length);
    fixture_make_and_open(&fixture);
    cr_assert_eq(tfeed_index_read_many(fixture.index, NULL, 0, NULL, NULL), TFEED_OK);
    fixture_clear(&fixture);
}

Test(index_read, one_of_many_that_is_not_there_is_named)
{
    static const uint64_t records[] = {1, 5000, 2};
    struct tfeed_record_view views[3];
    struct fixture fixture;
    fixture_init(&fixture, N_RECORDS, t_far_length);
    fixture_make_and_open(&fixture);
    cr_assert_eq(tfeed_index_read_many(fixture.index, records, 3, views, &fixture.error),
                 TFEED_OUT_OF_RANGE);
    cr_assert_not_null(strstr(fixture.error.message, "5000"));
    fixture_clear(&fixture);
}

Test(index_read, allocation_that_fails_while_reading_leaves_nothing)
{
    static const uint64_t records[] = {1, 2999, 2, 1500};
    struct fixture fixture;
    fixture_init(&fixture, N_RECORDS, t_far_length);
    fixture_make(&fixture);
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_index *index = NULL;
        struct tfeed_record_view views[4];
        fixture.options.allocator = allocator;
        tfeed_status status = tfeed_index_open("f", &fixture.options, &index, NULL);
        if (status == TFEED_OK)
            status = tfeed_index_read(index, 7, views, NULL);
        if (status == TFEED_OK)
            status = tfeed_index_read_many(index, records, 4, views, NULL);
        T_EXPECT_ALLOC_STATUS(status);
        tfeed_index_close(index);
    });
    fixture_clear(&fixture);
}

/* --- splits ---------------------------------------------------------------------------------- */

static void expect_parts(struct fixture *fixture, uint64_t n_parts, enum tfeed_split split)
{
    uint64_t next = 0;
    for (uint64_t part = 0; part < n_parts; part++) {
        struct tfeed_record_range range;
        cr_assert_eq(tfeed_index_split(fixture->index, part, n_parts, split, &range, NULL),
                     TFEED_OK);
        cr_assert_eq(range.first, next, "part %llu", (unsigned long long)part);
        next += range.n_records;
        cr_assert_leq(next, fixture->n_records);
        cr_assert_eq(range.offset, fixture->offsets[range.first]);
        cr_assert_eq(range.n_bytes, fixture->offsets[next] - range.offset);
    }
    cr_assert_eq(next, fixture->n_records);
}

Test(index_read, parts_of_a_split_hold_every_record_once)
{
    struct fixture fixture;
    fixture_init(&fixture, N_RECORDS, t_far_length);
    fixture_make_and_open(&fixture);
    for (uint64_t n_parts = 1; n_parts < 20; n_parts++) {
        expect_parts(&fixture, n_parts, TFEED_SPLIT_RECORDS);
        expect_parts(&fixture, n_parts, TFEED_SPLIT_BYTES);
    }
    expect_parts(&fixture, 4000, TFEED_SPLIT_RECORDS);
    expect_parts(&fixture, 4000, TFEED_SPLIT_BYTES);
    fixture_clear(&fixture);
}

Test(index_read, parts_of_a_split_are_even)
{
    struct fixture fixture;
    fixture_init(&fixture, N_RECORDS, t_far_length);
    fixture_make_and_open(&fixture);
    for (uint64_t part = 0; part < 7; part++) {
        struct tfeed_record_range range;
        cr_assert_eq(tfeed_index_split(fixture.index, part, 7, TFEED_SPLIT_RECORDS, &range, NULL),
                     TFEED_OK);
        cr_assert(range.n_records == N_RECORDS / 7 || range.n_records == N_RECORDS / 7 + 1);
        cr_assert_eq(tfeed_index_split(fixture.index, part, 7, TFEED_SPLIT_BYTES, &range, NULL),
                     TFEED_OK);
        cr_assert_leq(range.n_bytes, fixture.len / 7 + 400);
        cr_assert_geq(range.n_bytes, fixture.len / 7 - 400);
    }
    fixture_clear(&fixture);
}

Test(index_read, part_that_is_none_is_refused)
{
    struct fixture fixture;
    struct tfeed_record_range range;
    fixture_init(&fixture, 3, t_far_length);
    fixture_make_and_open(&fixture);
    cr_assert_eq(tfeed_index_split(fixture.index, 2, 2, TFEED_SPLIT_RECORDS, &range, NULL),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_eq(tfeed_index_split(fixture.index, 0, 0, TFEED_SPLIT_BYTES, &range, NULL),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_eq(tfeed_index_split(fixture.index, 0, 1, (enum tfeed_split)2, &range, NULL),
                 TFEED_INVALID_ARGUMENT);
    fixture_clear(&fixture);
}

/* --- readers --------------------------------------------------------------------------------- */

static struct tfeed_record_reader *open_reader(struct fixture *fixture)
{
    struct tfeed_record_reader_options options;
    struct tfeed_record_reader *reader;
    tfeed_record_reader_options_init(&options);
    options.file_system = fixture->options.file_system;
    cr_assert_eq(tfeed_record_reader_open("f", &options, &reader, NULL), TFEED_OK);
    return reader;
}

Test(index_read, reader_goes_to_any_record_and_reads_on)
{
    static const uint64_t records[] = {2500, 0, 1023, 1024, 2999};
    struct fixture fixture;
    struct tfeed_record_view view;
    fixture_init(&fixture, N_RECORDS, t_far_length);
    fixture_make_and_open(&fixture);
    struct tfeed_record_reader *reader = open_reader(&fixture);
    for (size_t i = 0; i < 5; i++) {
        cr_assert_eq(tfeed_record_reader_seek(reader, fixture.index, records[i], NULL), TFEED_OK);
        cr_assert_eq(tfeed_record_reader_next(reader, &view, NULL), TFEED_OK);
        expect_view(&fixture, &view, (size_t)records[i]);
    }
    cr_assert_eq(tfeed_record_reader_next(reader, &view, NULL), TFEED_OUT_OF_RANGE);
    cr_assert_eq(tfeed_record_reader_seek(reader, fixture.index, N_RECORDS, NULL), TFEED_OK);
    cr_assert_eq(tfeed_record_reader_next(reader, &view, NULL), TFEED_OUT_OF_RANGE);
    cr_assert_eq(tfeed_record_reader_seek(reader, fixture.index, N_RECORDS + 1, NULL),
                 TFEED_OUT_OF_RANGE);
    tfeed_record_reader_close(reader);
    fixture_clear(&fixture);
}

Test(index_read, reader_of_a_compressed_file_goes_on_and_not_back)
{
    struct fixture fixture;
    struct tfeed_record_view view;
    size_t len;
    fixture_init(&fixture, N_RECORDS, t_far_length);
    uint8_t *packed = t_deflate(fixture.data, fixture.len, 31, &len);
    cr_assert_eq(tfeed_memory_files_put(fixture.memory, "f", packed, len, NULL), TFEED_OK);
    free(packed);
    struct tfi_index_target target = fixture_target(&fixture);
    target.compression = TFEED_COMPRESSION_GZIP;
    struct tfi_index_builder *builder = fixture_builder(&fixture);
    cr_assert_eq(tfi_index_builder_write(builder, &target, NULL), TFEED_OK);
    tfi_index_builder_free(builder);
    fixture_open(&fixture);
    struct tfeed_record_reader *reader = open_reader(&fixture);
    cr_assert_eq(tfeed_record_reader_seek(reader, fixture.index, 2500, &fixture.error), TFEED_OK,
                 "%s", fixture.error.message);
    cr_assert_eq(tfeed_record_reader_next(reader, &view, NULL), TFEED_OK);
    expect_view(&fixture, &view, 2500);
    cr_assert_eq(tfeed_record_reader_seek(reader, fixture.index, 2500, NULL),
                 TFEED_FAILED_PRECONDITION);
    cr_assert_eq(tfeed_record_reader_seek(reader, fixture.index, N_RECORDS, &fixture.error),
                 TFEED_OK, "%s", fixture.error.message);
    tfeed_record_reader_close(reader);
    fixture_clear(&fixture);
}
