/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_file_index.c - indexes beside the files of a set: used where they fit, passed over where
 * not.
 */
#include <criterion/criterion.h>

#include "records/index_internal.h"
#include "tests/unit/loader/order_fixture.h"

enum { N_RECORDS = 5000, RECORD_BYTES = 24 };

static uint64_t offset_of(uint64_t record)
{
    uint64_t offset = 0;
    for (uint64_t r = 0; r < record; r++)
        offset += RECORD_BYTES + r % 7 + 16;
    return offset;
}

static void add_one(struct fixture *fixture, int64_t bad_length, bool gzip)
{
    fixture_add_file(fixture, &(struct t_shape){.n_records = N_RECORDS,
                                                .record_bytes = RECORD_BYTES,
                                                .bad_payload = -1,
                                                .bad_length = bad_length,
                                                .gzip = gzip});
}

/* The index of a file as add_one makes it, whatever the file is now. */
static void add_index(struct fixture *fixture, uint32_t file, bool gzip)
{
    struct tfi_index_builder *builder;
    char index_path[32];
    (void)snprintf(index_path, sizeof index_path, "%s.tfidx", fixture->names[file]);
    const struct tfi_index_target target = {
        .path = fixture->names[file],
        .index_path = index_path,
        .compression = gzip ? TFEED_COMPRESSION_GZIP : TFEED_COMPRESSION_NONE,
        .file_system = fixture->options.file_system,
    };
    cr_assert_eq(tfi_index_builder_new(NULL, &builder, NULL), TFEED_OK);
    for (uint64_t r = 0; r < N_RECORDS; r++)
        cr_assert_eq(tfi_index_builder_add(builder, offset_of(r), RECORD_BYTES + r % 7, NULL),
                     TFEED_OK);
    cr_assert_eq(tfi_index_builder_write(builder, &target, &fixture->error), TFEED_OK, "%s",
                 fixture->error.message);
    tfi_index_builder_free(builder);
}

static void open_indexed(struct fixture *fixture, int64_t bad_length, bool gzip)
{
    fixture_init(fixture);
    add_one(fixture, bad_length, gzip);
    add_index(fixture, 0, gzip);
    cr_assert_eq(fixture_open_set(fixture), TFEED_OK, "%s", fixture->error.message);
}

Test(file_index, count_is_taken_from_the_index_without_a_walk)
{
    struct fixture fixture;
    uint64_t n;
    for (int gzip = 0; gzip <= 1; gzip++) {
        open_indexed(&fixture, -1, gzip != 0);
        cr_assert_eq(file_set_count(&fixture.set, 0, NULL, &n, &fixture.error), TFEED_OK);
        cr_assert_eq(n, N_RECORDS);
        cr_assert_eq(fixture.set.files[0].walked.record, 0);
        fixture_clear(&fixture);
    }
}

Test(file_index, places_are_those_of_a_walk)
{
    struct fixture fixture;
    struct place place;
    open_indexed(&fixture, -1, false);
    for (uint64_t r = 0; r < N_RECORDS; r += 617) {
        cr_assert_eq(file_set_find_record(&fixture.set, 0, r, NULL, &place, NULL), TFEED_OK);
        cr_assert_eq(place.record, r);
        cr_assert_eq(place.offset, offset_of(r));
        cr_assert_eq(file_set_find(&fixture.set, 0, offset_of(r) + 1, NULL, &place, NULL),
                     TFEED_OK);
        cr_assert_eq(place.record, r + 1);
        cr_assert_eq(place.offset, offset_of(r + 1));
        cr_assert_eq(place.file, 0);
    }
    cr_assert_eq(fixture.set.files[0].walked.record, 0);
    cr_assert_eq(file_set_find_record(&fixture.set, 0, N_RECORDS + 5, NULL, &place, NULL),
                 TFEED_OK);
    cr_assert_eq(place.offset, fixture.set.files[0].size);
    cr_assert_eq(place.record, N_RECORDS);
    fixture_clear(&fixture);
}

Test(file_index, stale_index_is_passed_over)
{
    struct fixture fixture;
    struct place place;
    uint64_t n;
    fixture_init(&fixture);
    add_one(&fixture, -1, false);
    add_index(&fixture, 0, false);
    fixture.n_files = 0;
    fixture_add_file(&fixture, &(struct t_shape){.n_records = 4000,
                                                 .record_bytes = RECORD_BYTES,
                                                 .bad_payload = -1,
                                                 .bad_length = -1});
    cr_assert_eq(fixture_open_set(&fixture), TFEED_OK);
    cr_assert_eq(file_set_find_record(&fixture.set, 0, 3000, NULL, &place, NULL), TFEED_OK);
    cr_assert_eq(place.offset, offset_of(3000));
    cr_assert_eq(file_set_count(&fixture.set, 0, NULL, &n, NULL), TFEED_OK);
    cr_assert_eq(n, 4000);
    cr_assert(fixture.set.files[0].has_no_index);
    fixture_clear(&fixture);
}

Test(file_index, index_damaged_inside_is_passed_over_when_that_shows)
{
    struct fixture fixture;
    struct place place;
    struct tfeed_bytes content;
    fixture_init(&fixture);
    add_one(&fixture, -1, false);
    add_index(&fixture, 0, false);
    cr_assert_eq(tfeed_memory_files_get(fixture.files, "part-00.tfidx", &content, NULL), TFEED_OK);
    uint8_t *bytes = malloc(content.len);
    cr_assert_not_null(bytes);
    memcpy(bytes, content.data, content.len);
    bytes[content.len - 1] ^= 1; /* in the last block */
    cr_assert_eq(tfeed_memory_files_put(fixture.files, "part-00.tfidx", bytes, content.len, NULL),
                 TFEED_OK);
    tfeed_block_unref(content.block);
    free(bytes);
    cr_assert_eq(fixture_open_set(&fixture), TFEED_OK);
    cr_assert_eq(file_set_find_record(&fixture.set, 0, N_RECORDS - 1, NULL, &place, NULL),
                 TFEED_OK);
    cr_assert_eq(place.offset, offset_of(N_RECORDS - 1));
    cr_assert(fixture.set.files[0].has_no_index);
    fixture_clear(&fixture);
}

Test(file_index, index_of_a_file_read_in_another_way_is_passed_over)
{
    struct fixture fixture;
    uint64_t n;
    fixture_init(&fixture);
    add_one(&fixture, -1, true);
    add_index(&fixture, 0, true);
    fixture.options.compression = TFEED_COMPRESSION_NONE;
    cr_assert_eq(fixture_open_set(&fixture), TFEED_OK);
    cr_assert_eq(file_set_count(&fixture.set, 0, NULL, &n, NULL), TFEED_DATA_LOSS);
    fixture_clear(&fixture);
}

/* --- the global order ------------------------------------------------------------------------- */

static struct t_rows *rows_of_global(struct fixture *fixture)
{
    struct t_rows *rows = t_rows_new();
    cr_assert_eq(fixture_open(fixture, &order_global, NULL, 0), TFEED_OK, "%s",
                 fixture->error.message);
    cr_assert_eq(fixture_draw_all(fixture, 100, rows), TFEED_OUT_OF_RANGE, "%s",
                 fixture->error.message);
    fixture_close(fixture);
    return rows;
}

Test(file_index, global_order_gives_the_same_rows_with_indexes)
{
    for (int map = TFEED_MAP_AUTO; map <= TFEED_MAP_NEVER; map++) {
        struct fixture fixture;
        fixture_init(&fixture);
        fixture.options.map = (enum tfeed_map)map;
        fixture.options.seed = 3;
        for (int i = 0; i < 3; i++)
            add_one(&fixture, -1, false);
        struct t_rows *without = rows_of_global(&fixture);
        add_index(&fixture, 0, false);
        add_index(&fixture, 2, false);
        struct t_rows *with = rows_of_global(&fixture);
        cr_assert_eq(with->n, 3 * N_RECORDS);
        t_expect_same_rows(without, 0, with, 0);
        free(without);
        free(with);
        fixture_clear(&fixture);
    }
}

Test(file_index, record_behind_a_bad_length_is_given_where_an_index_has_it)
{
    struct fixture fixture;
    fixture_init(&fixture);
    add_one(&fixture, -1, false);
    add_index(&fixture, 0, false);
    fixture.n_files = 0;
    add_one(&fixture, 1001, false);
    fixture.options.on_error = TFEED_ON_ERROR_SKIP;
    struct t_rows *rows = rows_of_global(&fixture);
    cr_assert_eq(rows->n, N_RECORDS - 1);
    cr_assert_eq(fixture.n_skipped, 1);
    free(rows);
    fixture_clear(&fixture);
}

Test(file_index, allocation_that_fails_with_an_index_is_reported)
{
    struct fixture fixture;
    fixture_init(&fixture);
    add_one(&fixture, -1, false);
    add_index(&fixture, 0, false);
    T_FAIL_EACH_ALLOC(allocator, {
        struct place place;
        uint64_t n;
        fixture.allocator = allocator;
        tfeed_status status = fixture_open_set(&fixture);
        if (status == TFEED_OK)
            status = file_set_count(&fixture.set, 0, NULL, &n, NULL);
        if (status == TFEED_OK)
            status = file_set_find_record(&fixture.set, 0, 4000, NULL, &place, NULL);
        T_EXPECT_ALLOC_STATUS(status);
        file_set_clear(&fixture.set);
    });
    fixture.allocator = NULL;
    fixture_clear(&fixture);
}
