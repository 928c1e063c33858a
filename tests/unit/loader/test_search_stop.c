/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_search_stop.c - a stop ends whoever searches for the record behind damage, everywhere in the
 * loader, with CANCELLED and within a step.
 */
#include <criterion/criterion.h>

#include <tfeed/loader.h>

#include "tests/support/scripted_files.h"
#include "tests/unit/loader/order_fixture.h"

enum { DAMAGED_BYTES = 4 << 20 };

/* A file of a record, and of one of which nothing is right. The stop comes in a read of the search
 * behind it. */
struct damaged {
    struct fixture fixture;
    struct t_record_bytes bytes;
    struct t_scripted_files files;
    struct tfeed_loader *loader; /* what is stopped; NULL: whoever looks at the fixture's flag */
    int n_reads_at_stop;         /* 0: it is not stopped */
};

static void stop_in_the_search(void *user_data, int n_reads)
{
    struct damaged *damaged = user_data;
    if (n_reads != damaged->n_reads_at_stop)
        return;
    damaged->fixture.stop = true;
    if (damaged->loader != NULL)
        tfeed_loader_stop(damaged->loader);
}

static void damaged_init(struct damaged *damaged)
{
    struct fixture *fixture = &damaged->fixture;
    t_record_bytes_init(&damaged->bytes);
    t_record_bytes_add_pattern(&damaged->bytes, 5, 1);
    t_record_bytes_add_pattern(&damaged->bytes, DAMAGED_BYTES, 2);
    t_record_bytes_flip(&damaged->bytes, damaged->bytes.offsets[1] + 2, 3);
    t_record_bytes_flip(&damaged->bytes, damaged->bytes.len - 1, 3);
    t_scripted_files_init(&damaged->files, damaged->bytes.data, damaged->bytes.len);
    damaged->files.on_read = stop_in_the_search;
    damaged->files.user_data = damaged;
    damaged->loader = NULL;
    fixture_init(fixture);
    fixture->options.file_system = &damaged->files.table;
    fixture->options.on_error = TFEED_ON_ERROR_SKIP;
    fixture->paths[fixture->n_files++] = "damaged";
}

static void damaged_clear(struct damaged *damaged)
{
    fixture_clear(&damaged->fixture);
    t_scripted_files_clear(&damaged->files);
    t_record_bytes_clear(&damaged->bytes);
}

/* In a read half-way through them. */
static void stop_in_the_middle(struct damaged *damaged, int n_reads_of_all)
{
    damaged->n_reads_at_stop = damaged->files.n_reads + n_reads_of_all / 2;
}

static void expect_no_more_reads(const struct damaged *damaged)
{
    cr_assert_eq(damaged->files.n_reads, damaged->n_reads_at_stop);
}

/* How many reads it takes to walk over the file to its end. */
static int reads_of_a_walk(struct damaged *damaged)
{
    struct place place;
    damaged->n_reads_at_stop = 0;
    cr_assert_eq(fixture_open_set(&damaged->fixture), TFEED_OK);
    const int before = damaged->files.n_reads;
    cr_assert_eq(file_set_find(&damaged->fixture.set, 0, damaged->bytes.len, NULL, &place, NULL),
                 TFEED_OK);
    file_set_clear(&damaged->fixture.set);
    cr_assert_geq(damaged->files.n_reads - before, 8);
    return damaged->files.n_reads - before;
}

Test(search_stop, walk_to_a_begin_ends_and_can_be_gone_on_with)
{
    struct damaged damaged;
    struct place place;
    damaged_init(&damaged);
    struct fixture *fixture = &damaged.fixture;
    const int n_reads = reads_of_a_walk(&damaged);
    cr_assert_eq(fixture_open_set(fixture), TFEED_OK);
    stop_in_the_middle(&damaged, n_reads);
    cr_assert_eq(
        file_set_find(&fixture->set, 0, damaged.bytes.len, &fixture->stop, &place, &fixture->error),
        TFEED_CANCELLED);
    expect_no_more_reads(&damaged);
    fixture->stop = false;
    cr_assert_eq(
        file_set_find(&fixture->set, 0, damaged.bytes.len, &fixture->stop, &place, &fixture->error),
        TFEED_OK, "the stop is not kept as what the walk says");
    cr_assert_eq(place.record, 2);
    damaged_clear(&damaged);
}

Test(search_stop, reading_a_stretch_ends_and_nothing_counts_as_skipped)
{
    struct damaged damaged;
    struct file_cursor cursor;
    damaged_init(&damaged);
    struct fixture *fixture = &damaged.fixture;
    const int n_reads = reads_of_a_walk(&damaged);
    cr_assert_eq(fixture_open_set(fixture), TFEED_OK);
    fixture->pool = window_pool_new(NULL, NULL);
    struct row_window *window = row_window_new(fixture->pool, LOADER_RUN_RECORDS);
    file_cursor_init(&cursor, &fixture->set, TFEED_ON_ERROR_SKIP);
    cr_assert_eq(
        file_cursor_open(&cursor, &(struct stretch){.end_offset = UINT64_MAX}, &fixture->error),
        TFEED_OK);
    stop_in_the_middle(&damaged, n_reads);
    cr_assert_eq(file_cursor_read(&cursor, CURSOR_CHECKS_NOW, window, 128, &fixture->error),
                 TFEED_OK);
    cr_assert_eq(window->n_rows, 1);
    cr_assert_eq(file_cursor_read(&cursor, CURSOR_CHECKS_NOW, window, 128, &fixture->error),
                 TFEED_CANCELLED);
    cr_assert_eq(window->n_skipped, 0);
    expect_no_more_reads(&damaged);
    row_window_unref(window);
    file_cursor_clear(&cursor);
    damaged_clear(&damaged);
}

Test(search_stop, table_of_a_global_order_ends)
{
    struct damaged damaged;
    damaged_init(&damaged);
    const int n_reads = reads_of_a_walk(&damaged);
    stop_in_the_middle(&damaged, n_reads);
    cr_assert_eq(fixture_open(&damaged.fixture, &order_global, NULL, 0), TFEED_CANCELLED);
    expect_no_more_reads(&damaged);
    damaged_clear(&damaged);
}

Test(search_stop, loader_ends)
{
    static const enum tfeed_order orders[] = {TFEED_ORDER_FILES, TFEED_ORDER_TENSORFLOW};
    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
        struct damaged damaged;
        struct tfeed_batch *batch;
        damaged_init(&damaged);
        const int n_reads = reads_of_a_walk(&damaged);
        damaged.fixture.options.order = orders[i];
        damaged.fixture.options.batch_size = 8;
        cr_assert_eq(tfeed_loader_open("damaged", NULL, &damaged.fixture.options, &damaged.loader,
                                       &damaged.fixture.error),
                     TFEED_OK, "%s", damaged.fixture.error.message);
        stop_in_the_middle(&damaged, n_reads);
        cr_assert_eq(tfeed_loader_next(damaged.loader, &batch, NULL), TFEED_CANCELLED);
        expect_no_more_reads(&damaged);
        tfeed_loader_close(damaged.loader);
        damaged_clear(&damaged);
    }
}
