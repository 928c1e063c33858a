/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_file_cursor.c - stretches of files into windows, under the error policies.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include "loader/row_holes_private.h"
#include "tests/unit/loader/order_fixture.h"

enum { N_RECORDS = 700, BAD_RECORD = 300 };

struct reading {
    struct fixture fixture;
    struct file_cursor cursor;
    struct t_rows *rows;
    uint32_t max_sound; /* records taken one at a time before each run */
    uint32_t n_sound;   /* … taken so */
    uint32_t n_skipped;
    tfeed_status window_status;
    struct tfeed_error error;
};

static void reading_init(struct reading *reading, const struct t_shape *shape,
                         enum tfeed_on_error on_error)
{
    memset(reading, 0, sizeof *reading);
    fixture_init(&reading->fixture);
    fixture_add_file(&reading->fixture, shape);
    reading->fixture.options.on_error = on_error;
    cr_assert_eq(fixture_open_set(&reading->fixture), TFEED_OK);
    reading->fixture.pool = window_pool_new(NULL, NULL);
    reading->rows = t_rows_new();
    file_cursor_init(&reading->cursor, &reading->fixture.set, on_error);
}

static void reading_clear(struct reading *reading)
{
    file_cursor_clear(&reading->cursor);
    free(reading->rows);
    fixture_clear(&reading->fixture);
}

static void read_sound(struct reading *reading)
{
    struct row_window *window = row_window_new(reading->fixture.pool, LOADER_RUN_RECORDS);
    while (window->n_rows < reading->max_sound && file_cursor_read_sound(&reading->cursor, window))
        reading->n_sound++;
    cr_assert_eq(window->status, TFEED_OK);
    cr_assert_eq(window->n_skipped, 0);
    fixture_note(&reading->fixture, window->rows, window->n_rows, 0, reading->rows);
    row_window_unref(window);
}

/* The whole stretch, window by window. */
static tfeed_status read_stretch(struct reading *reading, const struct stretch *stretch,
                                 enum cursor_checks checks, uint32_t max_rows)
{
    tfeed_status status = file_cursor_open(&reading->cursor, stretch, &reading->error);
    cr_assert_eq(status, TFEED_OK, "%s", reading->error.message);
    reading->rows->n = 0;
    while (status == TFEED_OK) {
        read_sound(reading);
        struct row_window *window = row_window_new(reading->fixture.pool, LOADER_RUN_RECORDS);
        status = file_cursor_read(&reading->cursor, checks, window, max_rows, &reading->error);
        cr_assert_leq(window->n_rows, max_rows);
        cr_assert(window->n_skipped == 0 || window->n_rows == 0);
        fixture_note(&reading->fixture, window->rows, window->n_rows, 0, reading->rows);
        reading->n_skipped += window->n_skipped;
        if (window->status != TFEED_OK)
            reading->error = window->error;
        reading->window_status = window->status;
        row_window_unref(window);
    }
    return status;
}

static void expect_records(const struct reading *reading, uint64_t first, uint64_t end,
                           uint64_t without)
{
    size_t n = 0;
    for (uint64_t record = first; record < end; record++)
        if (record != without) {
            cr_assert_lt(n, reading->rows->n);
            cr_assert_eq(reading->rows->rows[n++].record, record);
        }
    cr_assert_eq(n, reading->rows->n);
}

struct way {
    bool gzip;
    enum cursor_checks checks;
    uint32_t max_rows;
    uint64_t first;
    uint64_t end;   /* UINT64_MAX: to the end of the file */
    bool by_offset; /* the end */
    uint32_t max_sound;
};

static struct way ways[] = {
    {false, CURSOR_CHECKS_NOW, 128, 0, UINT64_MAX, false, 0},
    {false, CURSOR_CHECKS_LATER, 128, 0, UINT64_MAX, false, 0},
    {true, CURSOR_CHECKS_NOW, 128, 0, UINT64_MAX, false, 0},
    {false, CURSOR_CHECKS_NOW, 7, 130, 400, true, 0},
    {false, CURSOR_CHECKS_LATER, 128, 130, 400, true, 0},
    {false, CURSOR_CHECKS_NOW, 128, 130, 400, false, 0},
    {true, CURSOR_CHECKS_NOW, 100, 130, 400, false, 0},
    {true, CURSOR_CHECKS_LATER, 1, 699, UINT64_MAX, false, 0},
    {false, CURSOR_CHECKS_NOW, 128, 699, 700, false, 0},
    {false, CURSOR_CHECKS_NOW, 3, 0, UINT64_MAX, false, 9},
    {false, CURSOR_CHECKS_NOW, 1, 130, 400, true, 128},
    {false, CURSOR_CHECKS_NOW, 7, 130, 400, false, 1},
};

ParameterizedTestParameters(file_cursor, gives_the_records_of_a_stretch)
{
    return cr_make_param_array(struct way, ways, sizeof ways / sizeof ways[0]);
}

ParameterizedTest(struct way *way, file_cursor, gives_the_records_of_a_stretch)
{
    const struct t_shape shape = {.n_records = N_RECORDS,
                                  .record_bytes = 30,
                                  .bad_payload = -1,
                                  .bad_length = -1,
                                  .gzip = way->gzip};
    struct reading reading;
    struct stretch stretch = {.begin = {.record = way->first}, .end_offset = UINT64_MAX};
    struct place place;
    reading_init(&reading, &shape, TFEED_ON_ERROR_FAIL);
    if (!way->gzip)
        cr_assert_eq(
            file_set_find_record(&reading.fixture.set, 0, way->first, NULL, &stretch.begin, NULL),
            TFEED_OK);
    if (way->by_offset) {
        cr_assert_eq(file_set_find_record(&reading.fixture.set, 0, way->end, NULL, &place, NULL),
                     TFEED_OK);
        stretch.end_offset = place.offset;
    } else if (way->end != UINT64_MAX) {
        stretch.end_record = way->end;
    }
    reading.max_sound = way->max_sound;
    cr_assert_eq(read_stretch(&reading, &stretch, way->checks, way->max_rows), TFEED_OUT_OF_RANGE,
                 "%s", reading.error.message);
    cr_assert(reading.n_sound > 0 || way->max_sound == 0);
    expect_records(&reading, way->first, way->end == UINT64_MAX ? N_RECORDS : way->end, UINT64_MAX);
    cr_assert_null(reading.cursor.reader, "the file is closed");
    reading_clear(&reading);
    T_EXPECT_NO_LEAKS(NULL);
}

/* --- damage ----------------------------------------------------------------------------------- */

static const struct stretch whole = {.end_offset = UINT64_MAX};
static const struct t_shape bad_payload = {
    .n_records = N_RECORDS, .record_bytes = 30, .bad_payload = BAD_RECORD, .bad_length = -1};
static const struct t_shape bad_length = {
    .n_records = N_RECORDS, .record_bytes = 30, .bad_payload = -1, .bad_length = BAD_RECORD};

Test(file_cursor, damage_fails_behind_the_records_before_it)
{
    const struct t_shape *const shapes[] = {&bad_payload, &bad_length};
    for (int i = 0; i < 2; i++) {
        struct reading reading;
        reading_init(&reading, shapes[i], TFEED_ON_ERROR_FAIL);
        cr_assert_eq(read_stretch(&reading, &whole, CURSOR_CHECKS_NOW, 128), TFEED_OUT_OF_RANGE);
        cr_assert_eq(reading.window_status, TFEED_DATA_LOSS);
        cr_assert_eq(reading.error.record, BAD_RECORD);
        expect_records(&reading, 0, BAD_RECORD, UINT64_MAX);
        reading_clear(&reading);
    }
}

Test(file_cursor, damage_ends_what_is_taken_one_at_a_time_and_is_met_by_the_run_behind_it)
{
    const struct t_shape *const shapes[] = {&bad_payload, &bad_length};
    for (int i = 0; i < 4; i++) {
        const bool skips = i % 2 == 1;
        struct reading reading;
        reading_init(&reading, shapes[i / 2], skips ? TFEED_ON_ERROR_SKIP : TFEED_ON_ERROR_FAIL);
        reading.max_sound = 100;
        cr_assert_eq(read_stretch(&reading, &whole, CURSOR_CHECKS_NOW, 1), TFEED_OUT_OF_RANGE);
        cr_assert_gt(reading.n_sound, BAD_RECORD / 2);
        cr_assert_eq(reading.n_skipped, skips ? 1 : 0);
        expect_records(&reading, 0, skips ? N_RECORDS : BAD_RECORD, BAD_RECORD);
        cr_assert(skips || reading.error.record == BAD_RECORD);
        reading_clear(&reading);
    }
}

Test(file_cursor, damaged_payload_is_skipped_and_counted)
{
    struct reading reading;
    reading_init(&reading, &bad_payload, TFEED_ON_ERROR_SKIP);
    cr_assert_eq(read_stretch(&reading, &whole, CURSOR_CHECKS_NOW, 128), TFEED_OUT_OF_RANGE);
    cr_assert_eq(reading.window_status, TFEED_OK);
    cr_assert_eq(reading.n_skipped, 1);
    expect_records(&reading, 0, N_RECORDS, BAD_RECORD);
    reading_clear(&reading);
}

Test(file_cursor, damaged_length_is_skipped_and_counted)
{
    struct reading reading;
    reading_init(&reading, &bad_length, TFEED_ON_ERROR_SKIP);
    cr_assert_eq(read_stretch(&reading, &whole, CURSOR_CHECKS_NOW, 128), TFEED_OUT_OF_RANGE);
    cr_assert_eq(reading.n_skipped, 1);
    expect_records(&reading, 0, N_RECORDS, BAD_RECORD);
    reading_clear(&reading);
}

Test(file_cursor, lost_framing_ends_the_stretch_and_counts_once)
{
    const struct t_shape both = {.n_records = N_RECORDS,
                                 .record_bytes = 30,
                                 .bad_payload = BAD_RECORD,
                                 .bad_length = BAD_RECORD};
    struct reading reading;
    reading_init(&reading, &both, TFEED_ON_ERROR_SKIP);
    cr_assert_eq(read_stretch(&reading, &whole, CURSOR_CHECKS_NOW, 128), TFEED_OUT_OF_RANGE);
    cr_assert_eq(reading.n_skipped, 1);
    expect_records(&reading, 0, BAD_RECORD, UINT64_MAX);
    reading_clear(&reading);
}

Test(file_cursor, stretch_behind_a_damaged_length_begins_where_reading_on_comes_to)
{
    for (int gzip = 0; gzip < 2; gzip++) {
        struct t_shape shape = bad_length;
        struct reading reading;
        struct stretch stretch = {.begin = {.record = BAD_RECORD + 2}, .end_offset = UINT64_MAX};
        uint64_t n_records;
        shape.gzip = gzip == 1;
        reading_init(&reading, &shape, TFEED_ON_ERROR_SKIP);
        if (gzip == 0)
            cr_assert_eq(file_set_find_record(&reading.fixture.set, 0, BAD_RECORD + 2, NULL,
                                              &stretch.begin, NULL),
                         TFEED_OK);
        cr_assert_eq(read_stretch(&reading, &stretch, CURSOR_CHECKS_NOW, 128), TFEED_OUT_OF_RANGE);
        cr_assert_eq(reading.n_skipped, 0, "it is another's to count");
        expect_records(&reading, BAD_RECORD + 2, N_RECORDS, UINT64_MAX);
        cr_assert_eq(file_set_count(&reading.fixture.set, 0, NULL, &n_records, NULL), TFEED_OK);
        cr_assert_eq(n_records, N_RECORDS);
        reading_clear(&reading);
    }
}

Test(file_cursor, stop_file_ends_the_stretch_and_counts_once)
{
    struct reading reading;
    reading_init(&reading, &bad_payload, TFEED_ON_ERROR_STOP_FILE);
    cr_assert_eq(read_stretch(&reading, &whole, CURSOR_CHECKS_NOW, 128), TFEED_OUT_OF_RANGE);
    cr_assert_eq(reading.n_skipped, 1);
    expect_records(&reading, 0, BAD_RECORD, UINT64_MAX);
    reading_clear(&reading);
}

Test(file_cursor, damage_behind_the_stretch_is_not_seen)
{
    struct reading reading;
    struct place place;
    const struct t_shape *const shapes[] = {&bad_payload, &bad_length};
    for (int i = 0; i < 2; i++) {
        reading_init(&reading, shapes[i], TFEED_ON_ERROR_FAIL);
        cr_assert_eq(file_set_find_record(&reading.fixture.set, 0, BAD_RECORD, NULL, &place, NULL),
                     TFEED_OK);
        const struct stretch stretch = {.end_offset = place.offset};
        cr_assert_eq(read_stretch(&reading, &stretch, CURSOR_CHECKS_NOW, 128), TFEED_OUT_OF_RANGE);
        cr_assert_eq(reading.window_status, TFEED_OK);
        expect_records(&reading, 0, BAD_RECORD, UINT64_MAX);
        reading_clear(&reading);
    }
}

Test(file_cursor, later_checks_find_what_reading_passed_over)
{
    static const enum tfeed_on_error policies[] = {TFEED_ON_ERROR_FAIL, TFEED_ON_ERROR_SKIP,
                                                   TFEED_ON_ERROR_STOP_FILE};
    for (int i = 0; i < 3; i++) {
        const struct t_shape shape = {
            .n_records = 20, .record_bytes = 30, .bad_payload = 5, .bad_length = -1};
        struct reading reading;
        reading_init(&reading, &shape, policies[i]);
        struct row_window *window = row_window_new(reading.fixture.pool, LOADER_RUN_RECORDS);
        cr_assert_eq(file_cursor_open(&reading.cursor, &whole, NULL), TFEED_OK);
        cr_assert_eq(row_holes_read(&reading.cursor, CURSOR_CHECKS_LATER, window, 128, NULL),
                     TFEED_OK);
        cr_assert_eq(window->n_rows, 20);
        const bool ends = row_holes_check(window, &reading.fixture.set, policies[i]);
        cr_assert_eq(ends, policies[i] == TFEED_ON_ERROR_STOP_FILE);
        cr_assert_eq(window->status,
                     policies[i] == TFEED_ON_ERROR_FAIL ? TFEED_DATA_LOSS : TFEED_OK);
        cr_assert_eq(window->n_rows, i == 0 ? 5 : i == 1 ? 20 : 6);
        for (uint32_t row = 0; row < window->n_rows; row++)
            cr_assert_eq(row_is_hole(&window->rows[row]), row == 5);
        row_window_unref(window);
        reading_clear(&reading);
    }
}

Test(file_cursor, record_beyond_the_limit_is_what_the_reader_says)
{
    struct reading reading;
    const struct t_shape shape = {
        .n_records = 3, .record_bytes = 100, .bad_payload = -1, .bad_length = -1};
    reading_init(&reading, &shape, TFEED_ON_ERROR_SKIP);
    reading.fixture.set.reader_options.max_record_bytes = 50;
    cr_assert_eq(read_stretch(&reading, &whole, CURSOR_CHECKS_NOW, 128), TFEED_RESOURCE_EXHAUSTED);
    reading_clear(&reading);
}

Test(file_cursor, begin_behind_the_end_of_a_compressed_file_gives_nothing)
{
    struct reading reading;
    const struct t_shape shape = {
        .n_records = 3, .record_bytes = 100, .bad_payload = -1, .bad_length = -1, .gzip = true};
    const struct stretch stretch = {.begin = {.record = 9}, .end_offset = UINT64_MAX};
    reading_init(&reading, &shape, TFEED_ON_ERROR_FAIL);
    cr_assert_eq(read_stretch(&reading, &stretch, CURSOR_CHECKS_NOW, 128), TFEED_OUT_OF_RANGE);
    cr_assert_eq(reading.rows->n, 0);
    reading_clear(&reading);
}

Test(file_cursor, allocation_failure_leaves_nothing)
{
    T_FAIL_EACH_ALLOC(allocator, {
        struct fixture fixture;
        struct file_cursor cursor;
        fixture_init(&fixture);
        fixture_add_file(&fixture, &(struct t_shape){.n_records = 300,
                                                     .record_bytes = 30,
                                                     .bad_payload = -1,
                                                     .bad_length = -1,
                                                     .gzip = true});
        fixture.allocator = allocator;
        tfeed_status status = fixture_open_set(&fixture);
        file_cursor_init(&cursor, &fixture.set, TFEED_ON_ERROR_FAIL);
        fixture.pool = window_pool_new(allocator, NULL);
        if (status == TFEED_OK)
            status = fixture.pool != NULL ? file_cursor_open(&cursor, &whole, NULL)
                                          : TFEED_RESOURCE_EXHAUSTED;
        while (status == TFEED_OK) {
            struct row_window *window = row_window_new(fixture.pool, LOADER_RUN_RECORDS);
            status = window != NULL
                         ? file_cursor_read(&cursor, CURSOR_CHECKS_NOW, window, 128, NULL)
                         : TFEED_RESOURCE_EXHAUSTED;
            row_window_unref(window);
        }
        T_EXPECT_ALLOC_STATUS(status == TFEED_OUT_OF_RANGE ? TFEED_OK : status);
        file_cursor_clear(&cursor);
        fixture_clear(&fixture);
    });
}
