/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_resync_stop.c - a search for the record behind damage ends soon when it is told to stop.
 */
#include <criterion/criterion.h>

#include "tests/unit/records/reader_fixture.h"

enum { DAMAGED_BYTES = 4 << 20, STOP_AFTER_READS = 3 };

static _Atomic bool stop;
static int n_reads_at_stop;

static void stop_in_a_read(void *user_data, int n_reads)
{
    (void)user_data;
    if (n_reads == n_reads_at_stop)
        stop = true;
}

/* The reader has stopped before a record of which nothing is right, and none comes behind it. */
static void meet_damage(struct fixture *fixture)
{
    fixture_init(fixture);
    t_record_bytes_add_pattern(&fixture->bytes, 5, 1);
    t_record_bytes_add_pattern(&fixture->bytes, DAMAGED_BYTES, 2);
    t_record_bytes_flip(&fixture->bytes, fixture->bytes.offsets[1] + 2, 3);
    t_record_bytes_flip(&fixture->bytes, fixture->bytes.len - 1, 3);
    fixture_open(fixture);
    stop = false;
    tfi_record_reader_stop_by(fixture->reader, &stop);
    cr_assert_eq(next(fixture), TFEED_OK);
    cr_assert_eq(next(fixture), TFEED_DATA_LOSS);
    fixture->files.on_read = stop_in_a_read;
    n_reads_at_stop = fixture->files.n_reads + STOP_AFTER_READS;
}

static void expect_stopped(struct fixture *fixture)
{
    cr_assert_eq(fixture->error.record, 1);
    cr_assert_eq(fixture->error.offset, fixture->bytes.offsets[1]);
    cr_assert_str_eq(fixture->error.path, "f");
    cr_assert_eq(next(fixture), TFEED_CANCELLED, "it stays so");
    cr_assert_leq(fixture->files.n_reads, n_reads_at_stop, "it has read on");
}

Test(resync_stop, search_for_what_is_certain_ends_at_once)
{
    struct fixture fixture;
    meet_damage(&fixture);
    cr_assert_eq(tfi_record_reader_pass_certain(fixture.reader, &fixture.error), TFEED_CANCELLED);
    expect_stopped(&fixture);
    fixture_clear(&fixture);
}

Test(resync_stop, search_for_the_next_record_ends_at_once)
{
    struct fixture fixture;
    meet_damage(&fixture);
    cr_assert_eq(tfeed_record_reader_resync(fixture.reader, NULL, &fixture.error), TFEED_CANCELLED);
    expect_stopped(&fixture);
    fixture_clear(&fixture);
}

Test(resync_stop, walk_over_damage_ends_at_once)
{
    struct fixture fixture;
    const struct tfi_record_walk walk = {
        .until_offset = UINT64_MAX, .until_record = UINT64_MAX, .passes_damage = true};
    meet_damage(&fixture);
    const int n_reads_to_damage = fixture.files.n_reads;
    cr_assert_eq(tfi_record_reader_seek(fixture.reader, 0, 0, NULL), TFEED_OK);
    n_reads_at_stop = fixture.files.n_reads + n_reads_to_damage + STOP_AFTER_READS;
    cr_assert_eq(tfi_record_reader_walk(fixture.reader, &walk, &fixture.error), TFEED_CANCELLED);
    expect_stopped(&fixture);
    fixture_clear(&fixture);
}

Test(resync_stop, without_a_stop_the_search_comes_to_its_end)
{
    struct fixture fixture;
    meet_damage(&fixture);
    tfi_record_reader_stop_by(fixture.reader, NULL);
    cr_assert_eq(tfi_record_reader_pass_certain(fixture.reader, &fixture.error), TFEED_OK);
    cr_assert(stop, "all was read");
    cr_assert_eq(next(&fixture), TFEED_OUT_OF_RANGE);
    fixture_clear(&fixture);
}

/* Of a mapped file all is there at once. */
Test(resync_stop, mapped_file_is_not_searched_when_stopped)
{
    struct tfeed_memory_files *files = NULL;
    struct fixture fixture;
    fixture_init(&fixture);
    add_three(&fixture);
    t_record_bytes_flip(&fixture.bytes, fixture.bytes.offsets[1] + 2, 3);
    cr_assert_eq(tfeed_memory_files_new(NULL, &files, NULL), TFEED_OK);
    cr_assert_eq(tfeed_memory_files_put(files, "f", fixture.bytes.data, fixture.bytes.len, NULL),
                 TFEED_OK);
    fixture.options.file_system = tfeed_memory_files_system(files);
    cr_assert_eq(tfeed_record_reader_open("f", &fixture.options, &fixture.reader, NULL), TFEED_OK);
    cr_assert_eq(next(&fixture), TFEED_OK);
    cr_assert_eq(next(&fixture), TFEED_DATA_LOSS);
    stop = true;
    tfi_record_reader_stop_by(fixture.reader, &stop);
    cr_assert_eq(tfi_record_reader_pass_certain(fixture.reader, &fixture.error), TFEED_CANCELLED);
    fixture_close(&fixture);
    tfeed_memory_files_free(files);
    fixture_clear(&fixture);
}
