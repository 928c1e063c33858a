/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_file_set.c - what the files of a set are, and where their records begin.
 */
#include <criterion/criterion.h>

#include "tests/support/scripted_files.h"
#include "tests/unit/loader/order_fixture.h"

enum { N_RECORDS = 5000, RECORD_BYTES = 24 };

/* Record r has RECORD_BYTES + r % 7 bytes of payload. */
static uint64_t offset_of(uint64_t record)
{
    uint64_t offset = 0;
    for (uint64_t r = 0; r < record; r++)
        offset += RECORD_BYTES + r % 7 + 16;
    return offset;
}

static void open_one(struct fixture *fixture, int64_t bad_length, bool gzip)
{
    fixture_init(fixture);
    fixture_add_file(fixture, &(struct t_shape){.n_records = N_RECORDS,
                                                .record_bytes = RECORD_BYTES,
                                                .bad_payload = -1,
                                                .bad_length = bad_length,
                                                .gzip = gzip});
    cr_assert_eq(fixture_open_set(fixture), TFEED_OK, "%s", fixture->error.message);
}

Test(file_set, says_size_and_compression_of_each_file)
{
    static const size_t counts[] = {10, 0};
    struct fixture fixture;
    fixture_init(&fixture);
    fixture_add_files(&fixture, counts, 2, 30, false);
    fixture_add_files(&fixture, counts, 1, 30, true);
    cr_assert_eq(fixture_open_set(&fixture), TFEED_OK);
    cr_assert_eq(fixture.set.n_files, 3);
    cr_assert_not(fixture.set.files[0].is_compressed);
    cr_assert_not(fixture.set.files[1].is_compressed);
    cr_assert(fixture.set.files[2].is_compressed);
    cr_assert_eq(fixture.set.files[1].size, 0);
    cr_assert_eq(fixture.set.n_bytes, fixture.set.files[0].size + fixture.set.files[2].size);
    cr_assert_str_eq(fixture.set.files[2].path, "part-02");
    fixture_clear(&fixture);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(file_set, compression_that_was_said_is_believed)
{
    struct fixture fixture;
    open_one(&fixture, -1, false);
    fixture_close(&fixture);
    fixture.options.compression = TFEED_COMPRESSION_GZIP;
    cr_assert_eq(fixture_open_set(&fixture), TFEED_OK);
    cr_assert(fixture.set.files[0].is_compressed);
    fixture_clear(&fixture);
}

Test(file_set, missing_file_is_not_found)
{
    struct fixture fixture;
    fixture_init(&fixture);
    fixture.paths[fixture.n_files++] = "nothing";
    cr_assert_eq(fixture_open_set(&fixture), TFEED_NOT_FOUND);
    fixture_clear(&fixture);
}

Test(file_set, input_without_a_size_counts_as_compressed)
{
    struct fixture fixture;
    struct t_scripted_files files;
    uint64_t n;
    t_scripted_files_init(&files, "", 0);
    files.hide_size = true;
    fixture_init(&fixture);
    fixture.options.file_system = &files.table;
    fixture.paths[fixture.n_files++] = "pipe";
    cr_assert_eq(fixture_open_set(&fixture), TFEED_OK);
    cr_assert(fixture.set.files[0].is_compressed);
    cr_assert_eq(file_set_count(&fixture.set, 0, NULL, &n, NULL), TFEED_FAILED_PRECONDITION);
    cr_assert_eq(files.n_open_inputs, 0);
    fixture_clear(&fixture);
    t_scripted_files_clear(&files);
}

Test(file_set, hash_sees_names_sizes_and_order_but_no_folder)
{
    uint64_t hashes[5];
    static const char *const lists[][2] = {
        {"a/x", "a/y"}, {"b/x", "c/y"}, {"a/y", "a/x"}, {"a/x", "a/z"}, {"a/x", "d/y"}};
    static const char content[64];
    struct fixture fixture;
    fixture_init(&fixture);
    for (int i = 0; i < 5; i++)
        for (int j = 0; j < 2; j++)
            cr_assert_eq(tfeed_memory_files_put(fixture.files, lists[i][j], content,
                                                lists[i][j][0] == 'd' ? 64 : 32, NULL),
                         TFEED_OK);
    for (int i = 0; i < 5; i++) {
        fixture.n_files = 2;
        fixture.paths[0] = lists[i][0];
        fixture.paths[1] = lists[i][1];
        cr_assert_eq(fixture_open_set(&fixture), TFEED_OK);
        hashes[i] = fixture.set.hash;
        file_set_clear(&fixture.set);
    }
    cr_assert_eq(hashes[0], hashes[1], "folders do not matter");
    cr_assert_neq(hashes[0], hashes[2], "the order does");
    cr_assert_neq(hashes[0], hashes[3], "names do");
    cr_assert_neq(hashes[0], hashes[4], "sizes do");
    fixture_clear(&fixture);
}

/* --- where records begin ---------------------------------------------------------------------- */

Test(file_set, find_gives_the_first_record_at_or_behind_an_offset)
{
    struct fixture fixture;
    struct place place;
    open_one(&fixture, -1, false);
    /* far ones first, near ones from what is known then */
    for (uint64_t i = 0; i < 200; i++) {
        const uint64_t record = (i * 3571 + 4999) % N_RECORDS;
        const uint64_t offset = offset_of(record);
        cr_assert_eq(file_set_find(&fixture.set, 0, offset, NULL, &place, NULL), TFEED_OK);
        cr_assert(place.offset == offset && place.record == record && place.file == 0);
        cr_assert_eq(file_set_find(&fixture.set, 0, offset + 1, NULL, &place, NULL), TFEED_OK);
        cr_assert(place.offset == offset_of(record + 1) && place.record == record + 1);
    }
    fixture_clear(&fixture);
}

Test(file_set, find_behind_the_last_record_gives_the_size)
{
    struct fixture fixture;
    struct place place;
    open_one(&fixture, -1, false);
    const uint64_t size = fixture.set.files[0].size;
    for (uint64_t offset = size - 1; offset <= size + 1; offset++) {
        cr_assert_eq(file_set_find(&fixture.set, 0, offset, NULL, &place, NULL), TFEED_OK);
        cr_assert(place.offset == size && place.record == N_RECORDS);
    }
    cr_assert_eq(file_set_find_record(&fixture.set, 0, N_RECORDS + 9, NULL, &place, NULL),
                 TFEED_OK);
    cr_assert(place.offset == size && place.record == N_RECORDS);
    fixture_clear(&fixture);
}

Test(file_set, find_record_gives_its_offset)
{
    struct fixture fixture;
    struct place place;
    open_one(&fixture, -1, false);
    for (uint64_t i = 0; i < 200; i++) {
        const uint64_t record = i * 1237 % (N_RECORDS + 1);
        cr_assert_eq(file_set_find_record(&fixture.set, 0, record, NULL, &place, NULL), TFEED_OK);
        cr_assert(place.offset == offset_of(record) && place.record == record);
    }
    fixture_clear(&fixture);
}

Test(file_set, damage_before_the_offset_is_said_to_every_caller)
{
    struct fixture fixture;
    struct place place;
    struct tfeed_error error;
    open_one(&fixture, 3000, false);
    cr_assert_eq(file_set_find_record(&fixture.set, 0, 3000, NULL, &place, NULL), TFEED_OK,
                 "the damaged record begins there");
    cr_assert_eq(place.offset, offset_of(3000));
    for (int i = 0; i < 2; i++) {
        cr_assert_eq(file_set_find(&fixture.set, 0, offset_of(4000), NULL, &place, &error),
                     TFEED_DATA_LOSS);
        cr_assert_eq(error.record, 3000);
    }
    cr_assert_eq(file_set_find(&fixture.set, 0, offset_of(2999), NULL, &place, NULL), TFEED_OK);
    cr_assert_eq(place.record, 2999);
    fixture_clear(&fixture);
}

Test(file_set, count_is_that_of_the_records_plain_or_compressed)
{
    for (int gzip = 0; gzip < 2; gzip++) {
        struct fixture fixture;
        uint64_t n = 0;
        open_one(&fixture, -1, gzip != 0);
        for (int i = 0; i < 2; i++) {
            cr_assert_eq(file_set_count(&fixture.set, 0, NULL, &n, NULL), TFEED_OK);
            cr_assert_eq(n, N_RECORDS);
        }
        fixture_clear(&fixture);
    }
}

Test(file_set, count_of_a_damaged_file_is_what_reading_says)
{
    for (int gzip = 0; gzip < 2; gzip++) {
        struct fixture fixture;
        struct tfeed_error error;
        uint64_t n = 0;
        open_one(&fixture, 1500, gzip != 0);
        for (int i = 0; i < 2; i++) {
            cr_assert_eq(file_set_count(&fixture.set, 0, NULL, &n, &error), TFEED_DATA_LOSS);
            cr_assert_eq(error.record, 1500);
        }
        fixture_clear(&fixture);
    }
}

Test(file_set, stop_ends_a_walk_and_leaves_it_to_be_gone_on_with)
{
    for (int gzip = 0; gzip < 2; gzip++) {
        struct fixture fixture;
        uint64_t n = 0;
        open_one(&fixture, -1, gzip != 0);
        fixture.stop = true;
        cr_assert_eq(file_set_count(&fixture.set, 0, &fixture.stop, &n, NULL), TFEED_CANCELLED);
        fixture.stop = false;
        cr_assert_eq(file_set_count(&fixture.set, 0, &fixture.stop, &n, NULL), TFEED_OK);
        cr_assert_eq(n, N_RECORDS);
        fixture_clear(&fixture);
    }
}

Test(file_set, allocation_failure_leaves_nothing)
{
    T_FAIL_EACH_ALLOC(allocator, {
        struct fixture fixture;
        struct place place;
        uint64_t n;
        fixture_init(&fixture);
        fixture_add_file(&fixture, &(struct t_shape){.n_records = 3000,
                                                     .record_bytes = RECORD_BYTES,
                                                     .bad_payload = -1,
                                                     .bad_length = -1});
        fixture.allocator = allocator;
        tfeed_status status = fixture_open_set(&fixture);
        if (status == TFEED_OK)
            status = file_set_find(&fixture.set, 0, offset_of(2000), NULL, &place, NULL);
        if (status == TFEED_OK)
            status = file_set_count(&fixture.set, 0, NULL, &n, NULL);
        T_EXPECT_ALLOC_STATUS(status);
        fixture_clear(&fixture);
    });
}
