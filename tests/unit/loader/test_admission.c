/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_admission.c - what filters and maps are told, and what becomes of what they say.
 */
#include <math.h>

#include "tests/unit/loader/loader_fixture.h"

enum { N_RECORDS = 60 };
static const int64_t counts[] = {N_RECORDS};
static int64_t ids[MAX_ROWS];

static struct t_files files;
static struct tfeed_schema *schema;

static void set_up(void)
{
    t_files_init(&files);
    t_write_files(&files, "part", counts, 1, TFEED_COMPRESSION_NONE);
    schema = t_schema(TFEED_FLOAT);
}

static void tear_down(void)
{
    tfeed_schema_unref(schema);
    t_files_clear(&files);
}

TestSuite(admission, .init = set_up, .fini = tear_down, .timeout = T_HANG_SECONDS);

/* Refuses rows from 35 on, without a word. */
static tfeed_status refuse(const struct tfeed_loader_record *record, void *status,
                           struct tfeed_error *reterr)
{
    (void)reterr;
    return record->view.record < 35 ? TFEED_OK : *(const tfeed_status *)status;
}

Test(admission, whatever_a_map_says_is_an_error_at_its_place)
{
    const tfeed_status said[] = {TFEED_UNAVAILABLE, TFEED_OUT_OF_RANGE, TFEED_CANCELLED,
                                 TFEED_DEADLINE_EXCEEDED};
    struct tfeed_loader_options options = t_options(&files);
    options.map_row = refuse;
    for (options.n_workers = 0; options.n_workers <= 2; options.n_workers++) {
        for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
            tfeed_status status = said[i];
            options.map_user_data = &status;
            struct tfeed_loader *loader = t_open("part-*", schema, &options);
            cr_assert_eq(t_drain(loader, ids,
                                 status == TFEED_OUT_OF_RANGE ? TFEED_INVALID_ARGUMENT : status),
                         30);
            tfeed_loader_close(loader);
        }
    }
}

Test(admission, a_map_that_refuses_too_much_ends_with_the_place_of_the_last)
{
    tfeed_status status = TFEED_ABORTED;
    struct tfeed_loader_options options = t_options(&files);
    options.on_error = TFEED_ON_ERROR_SKIP;
    options.max_skipped = 3;
    options.map_row = refuse;
    options.map_user_data = &status;
    struct tfeed_loader *loader = t_open("part-*", schema, &options);
    struct tfeed_error error = TFEED_ERROR_INIT;
    struct tfeed_batch *batch;
    size_t n_batches = 0;
    while ((status = tfeed_loader_next(loader, &batch, &error)) == TFEED_OK) {
        tfeed_batch_unref(batch);
        n_batches++;
        status = TFEED_ABORTED;
    }
    cr_assert_eq(status, TFEED_ABORTED, "%s", tfeed_status_name(status));
    cr_assert(n_batches <= 3);
    cr_assert_eq(error.code, TFEED_ABORTED);
    cr_assert_str_eq(error.path, "part-00000");
    cr_assert_geq(error.record, 35);
    cr_assert_not_null(strstr(error.message, "max_skipped"), "%s", error.message);
    tfeed_loader_close(loader);
}

/* Keeps the seeds that it is told, by set and record. */
static uint64_t filter_seeds[2][N_RECORDS];

static size_t set_of(const struct tfeed_loader_record *record)
{
    return strncmp(record->path, "other", 5) == 0;
}

static bool note_seed(const struct tfeed_loader_record *record, void *user_data)
{
    (void)user_data;
    filter_seeds[set_of(record)][record->view.record] = record->seed;
    return true;
}

static tfeed_status compare_seed(const struct tfeed_loader_record *record, void *user_data,
                                 struct tfeed_error *reterr)
{
    (void)user_data;
    (void)reterr;
    return filter_seeds[set_of(record)][record->view.record] == record->seed ? TFEED_OK
                                                                             : TFEED_INTERNAL;
}

Test(admission, filter_and_map_are_told_the_same_seed_of_each_record)
{
    t_write_files(&files, "other", counts, 1, TFEED_COMPRESSION_NONE);
    const char *patterns[] = {"part-*", "other-*"};
    const struct tfeed_loader_set sets[] = {{&patterns[0], 1, 1}, {&patterns[1], 1, 1}};
    struct tfeed_loader_options options = t_options(&files);
    options.filter = note_seed;
    options.map_row = compare_seed;
    options.mix_end = TFEED_MIX_ALL;
    struct tfeed_loader *loader = NULL;
    cr_assert_eq(tfeed_loader_open_mixed(sets, 2, schema, &options, &loader, NULL), TFEED_OK);
    cr_assert_eq(t_drain(loader, ids, TFEED_OUT_OF_RANGE), 2 * N_RECORDS);
    for (size_t i = 0; i < N_RECORDS; i++)
        cr_assert_neq(filter_seeds[0][i], filter_seeds[1][i]);
    tfeed_loader_close(loader);
}

static tfeed_status replace_image(const struct tfeed_loader_record *record, void *user_data,
                                  struct tfeed_error *reterr)
{
    (void)user_data;
    (void)reterr;
    t_replace(record->row[1]);
    return TFEED_OK;
}

Test(admission, a_map_that_replaces_strings_leaves_no_block)
{
    struct t_allocator allocator;
    t_allocator_init(&allocator);
    t_write_files(&files, "gzip", counts, 1, TFEED_COMPRESSION_GZIP); /* its records have blocks */
    struct tfeed_schema *strings = t_schema(TFEED_STRING);
    struct tfeed_loader_options options = t_options(&files);
    options.allocator = &allocator.hooks;
    options.map_row = replace_image;
    for (int on_error = TFEED_ON_ERROR_FAIL; on_error <= TFEED_ON_ERROR_SKIP; on_error++) {
        options.on_error = (enum tfeed_on_error)on_error;
        struct tfeed_loader *loader = t_open("gzip-*", strings, &options);
        struct tfeed_batch *batch;
        while (tfeed_loader_next(loader, &batch, NULL) == TFEED_OK) {
            for (int64_t row = 0; row < tfeed_batch_n_rows(batch); row++)
                cr_assert_eq(tfeed_batch_strings(batch, 1)[row].data[0], 'x');
            tfeed_batch_unref(batch);
        }
        tfeed_loader_close(loader);
    }
    tfeed_schema_unref(strings);
    T_EXPECT_NO_LEAKS(&allocator);
}

Test(admission, weights_have_a_finite_sum)
{
    const char *pattern = "part-*";
    const double weights[][2] = {{1, 0}, {1, -1}, {1, INFINITY}, {1, NAN}, {1e308, 1e308}};
    struct tfeed_loader_options options = t_options(&files);
    for (size_t i = 0; i < sizeof weights / sizeof *weights; i++) {
        const struct tfeed_loader_set sets[] = {{&pattern, 1, weights[i][0]},
                                                {&pattern, 1, weights[i][1]}};
        struct tfeed_loader *loader = NULL;
        cr_assert_eq(tfeed_loader_open_mixed(sets, 2, schema, &options, &loader, NULL),
                     TFEED_INVALID_ARGUMENT, "%zu", i);
        cr_assert_null(loader);
    }
}
