/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_loader_sequences.c - batches of SequenceExamples.
 *
 * Every batch is compared, row by row, with what a parser makes of the record that the row's id
 * names; the ids come in the order in which a loader of Examples over the same files gives them,
 * to which the context is an Example.
 */
#include "tests/unit/loader/loader_sequences.h"

enum { BAD = 130, N_GOOD_FILES = 5 };

static const int64_t counts[N_GOOD_FILES] = {37, 0, 120, 1, 90};
static const int n_workers[] = {0, 1, 2, 7};
static int64_t wanted_ids[MAX_ROWS];
static int64_t got_ids[MAX_ROWS];

static struct t_files files;
static struct tfeed_sequence_schema *schema;
static struct tfeed_schema *id_schema; /* of Examples */
static struct tfeed_sequence_parser *alone;

static void set_up(void)
{
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    t_files_init(&files);
    t_write_sequences(&files, "good", counts, N_GOOD_FILES, TFEED_COMPRESSION_NONE, -1);
    files.n_records = 0;
    t_write_sequences(&files, "gzip", counts, N_GOOD_FILES, TFEED_COMPRESSION_GZIP, -1);
    const int64_t n_records = files.n_records;
    files.n_records = 0;
    t_write_sequences(&files, "bad", counts, N_GOOD_FILES, TFEED_COMPRESSION_NONE, BAD);
    files.n_records = n_records;
    schema = t_sequence_schema();
    cr_assert_eq(tfeed_sequence_parser_new(schema, 1, NULL, &alone, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_new(NULL, &id_schema, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_add_fixed(id_schema, "id", TFEED_INT64, &scalar, NULL), TFEED_OK);
}

static void tear_down(void)
{
    tfeed_schema_unref(id_schema);
    tfeed_sequence_parser_free(alone);
    tfeed_sequence_schema_unref(schema);
    t_files_clear(&files);
}

TestSuite(loader_sequences, .init = set_up, .fini = tear_down, .timeout = T_HANG_SECONDS);

static struct tfeed_loader_options sequence_options(void)
{
    struct tfeed_loader_options options = t_options(&files);
    options.sequence_schema = schema;
    return options;
}

static void check_batch(const struct tfeed_batch *batch)
{
    struct tfeed_sequence_parser *sequences = tfeed_batch_sequences(batch);
    const int64_t *ids = tfeed_batch_int64s(batch, ID);
    cr_assert_eq(tfeed_batch_n_columns(batch), N_COLUMNS);
    cr_assert_eq(tfeed_batch_columns(batch), tfeed_sequence_parser_context(sequences));
    cr_assert_null(tfeed_batch_column(batch, N_COLUMNS));
    for (int64_t row = 0; row < tfeed_batch_n_rows(batch); row++)
        t_expect_sequence(sequences, row, alone, ids[row]);
    for (int list = 0; list < N_LISTS; list++)
        cr_assert_eq(tfeed_batch_column(batch, N_CONTEXT + list)->data,
                     tfeed_sequence_parser_values(sequences, list)->data);
}

/* Checks all batches until the end; the ids of their rows and how many. */
static size_t drain(struct tfeed_loader *loader, int64_t *ids, tfeed_status end)
{
    struct tfeed_error error = TFEED_ERROR_INIT;
    struct tfeed_batch *batch;
    tfeed_status status;
    size_t n = 0;
    while ((status = tfeed_loader_next(loader, &batch, &error)) == TFEED_OK) {
        const size_t n_rows = (size_t)tfeed_batch_n_rows(batch);
        check_batch(batch);
        memcpy(ids + n, tfeed_batch_int64s(batch, ID), n_rows * sizeof *ids);
        n += n_rows;
        tfeed_batch_unref(batch);
    }
    cr_assert_eq(status, end, "%s: %s", tfeed_status_name(status), error.message);
    return n;
}

/* The batches of these options are those of a loader of Examples with them. */
static void expect_same_rows(const char *pattern, struct tfeed_loader_options options)
{
    options.sequence_schema = NULL;
    options.n_workers = 0;
    struct tfeed_loader *loader = t_open(pattern, id_schema, &options);
    const size_t n = t_drain(loader, wanted_ids, TFEED_OUT_OF_RANGE);
    tfeed_loader_close(loader);
    options.sequence_schema = schema;
    for (size_t i = 0; i < sizeof n_workers / sizeof *n_workers; i++) {
        options.n_workers = n_workers[i];
        loader = t_open(pattern, NULL, &options);
        cr_assert_eq(drain(loader, got_ids, TFEED_OUT_OF_RANGE), n);
        cr_assert_arr_eq(got_ids, wanted_ids, n * sizeof *got_ids);
        tfeed_loader_close(loader);
    }
}

/* ------------------------------------------------------------------------- rows */

Test(loader_sequences, every_order_gives_the_rows_that_examples_would_have)
{
    struct tfeed_loader_options options = t_options(&files);
    options.n_epochs = 2;
    options.interleave = 3;
    options.shuffle_records = 50;
    for (int order = TFEED_ORDER_FILES; order <= TFEED_ORDER_TENSORFLOW; order++) {
        options.order = (enum tfeed_order)order;
        expect_same_rows("good-*", options);
    }
}

Test(loader_sequences, records_may_be_asked_for_and_the_remainder_dropped)
{
    struct tfeed_loader_options options = t_options(&files);
    options.with_records = true;
    options.drop_remainder = true;
    options.batch_size = 64;
    expect_same_rows("good-*", options);
}

Test(loader_sequences, compressed_files_give_the_same)
{
    struct tfeed_loader_options options = t_options(&files);
    options.shuffle_records = 30;
    expect_same_rows("gzip-*", options);
}

Test(loader_sequences, several_sets_are_mixed)
{
    const char *const good[] = {"good-*"};
    const char *const gzip[] = {"gzip-*"};
    const struct tfeed_loader_set sets[] = {{good, 1, 1}, {gzip, 1, 2}};
    struct tfeed_loader_options options = sequence_options();
    options.mix_end = TFEED_MIX_ALL;
    struct tfeed_loader *loader = NULL;
    cr_assert_eq(tfeed_loader_open_mixed(sets, 2, NULL, &options, &loader, NULL), TFEED_OK);
    const size_t n = drain(loader, got_ids, TFEED_OUT_OF_RANGE);
    cr_assert_eq(n, 2 * (size_t)files.n_records);
    cr_assert(t_is_complete(got_ids, n, files.n_records));
    tfeed_loader_close(loader);
}

Test(loader_sequences, rows_that_pad_do_not_count)
{
    struct tfeed_loader_options options = sequence_options();
    options.level = TFEED_LEVEL_PAD;
    options.n_shards = 5; /* of 248 records: they do not divide them */
    options.batch_size = 50;
    size_t n = 0;
    bool has_padding = false;
    for (options.shard_index = 0; options.shard_index < options.n_shards; options.shard_index++) {
        struct tfeed_loader *loader = t_open("good-*", NULL, &options);
        struct tfeed_batch *batch;
        while (tfeed_loader_next(loader, &batch, NULL) == TFEED_OK) {
            const int64_t n_rows = tfeed_batch_n_rows(batch);
            check_batch(batch);
            cr_assert_eq(tfeed_batch_column(batch, ID)->shape.dims[0], n_rows);
            cr_assert_eq(tfeed_batch_column(batch, N_CONTEXT + FRAMES)->shape.dims[0], n_rows);
            has_padding |= tfeed_sequence_parser_n_rows(tfeed_batch_sequences(batch)) > n_rows;
            memcpy(got_ids + n, tfeed_batch_int64s(batch, ID), (size_t)n_rows * sizeof *got_ids);
            n += (size_t)n_rows;
            tfeed_batch_unref(batch);
        }
        tfeed_loader_close(loader);
    }
    cr_assert_eq(n, (size_t)files.n_records);
    cr_assert(t_is_complete(got_ids, n, files.n_records));
    cr_assert(has_padding);
}

Test(loader_sequences, a_shard_without_a_record_has_batches_without_rows)
{
    struct tfeed_loader_options options = sequence_options();
    options.level = TFEED_LEVEL_PAD;
    options.n_shards = 2;
    size_t n_empty = 0;
    for (options.shard_index = 0; options.shard_index < 2; options.shard_index++) {
        struct tfeed_loader *loader = t_open("good-00003", NULL, &options);
        struct tfeed_batch *batch;
        cr_assert_eq(tfeed_loader_next(loader, &batch, NULL), TFEED_OK);
        check_batch(batch);
        n_empty += tfeed_batch_n_rows(batch) == 0;
        cr_assert_eq(tfeed_batch_column(batch, N_CONTEXT + FRAMES)->shape.dims[0],
                     tfeed_batch_n_rows(batch));
        tfeed_batch_unref(batch);
        tfeed_loader_close(loader);
    }
    cr_assert_eq(n_empty, 1);
}

Test(loader_sequences, a_run_goes_on_from_its_state)
{
    struct tfeed_loader_options options = sequence_options();
    options.n_epochs = 2;
    options.shuffle_records = 60;
    options.n_workers = 2;
    struct tfeed_loader *loader = t_open("good-*", NULL, &options);
    const size_t n = drain(loader, wanted_ids, TFEED_OUT_OF_RANGE);
    tfeed_loader_close(loader);
    loader = t_open("good-*", NULL, &options);
    struct tfeed_batch *batch;
    for (int i = 0; i < 7; i++) {
        cr_assert_eq(tfeed_loader_next(loader, &batch, NULL), TFEED_OK);
        tfeed_batch_unref(batch);
    }
    struct tfeed_bytes text;
    cr_assert_eq(tfeed_loader_save_state(loader, &text, NULL), TFEED_OK);
    tfeed_loader_close(loader);
    options.state = (const char *)text.data;
    loader = t_open("good-*", NULL, &options);
    cr_assert_eq(drain(loader, got_ids, TFEED_OUT_OF_RANGE), n - 70);
    cr_assert_arr_eq(got_ids, wanted_ids + 70, (n - 70) * sizeof *got_ids);
    tfeed_loader_close(loader);
    tfeed_block_unref(text.block);
}

/* ----------------------------------------------------------------------- batches */

Test(loader_sequences, lists_alone_have_no_context)
{
    struct tfeed_sequence_schema *lists = t_frames_schema(NULL);
    struct tfeed_loader_options options = sequence_options();
    options.sequence_schema = lists;
    struct tfeed_loader *loader = t_open("good-*", NULL, &options);
    tfeed_sequence_schema_unref(lists); /* the loader has its own */
    struct tfeed_batch *batch;
    cr_assert_eq(tfeed_loader_next(loader, &batch, NULL), TFEED_OK);
    cr_assert_eq(tfeed_batch_n_columns(batch), 1);
    cr_assert_null(tfeed_batch_columns(batch));
    cr_assert_null(tfeed_batch_row_splits(batch, 0, 0));
    cr_assert_null(tfeed_batch_records(batch));
    for (int64_t row = 0; row < tfeed_batch_n_rows(batch); row++)
        for (int64_t step = 0; step < t_n_frames(row); step++)
            cr_assert_eq(tfeed_batch_floats(batch, 0)[(row * 4 + step) * FRAME],
                         t_frame(row, step, 0));
    tfeed_batch_unref(batch);
    tfeed_loader_close(loader);
}

Test(loader_sequences, row_splits_are_those_of_the_context_and_of_ragged_lists)
{
    struct tfeed_loader_options options = sequence_options();
    struct tfeed_loader *loader = t_open("good-*", NULL, &options);
    struct tfeed_batch *batch;
    cr_assert_eq(tfeed_loader_next(loader, &batch, NULL), TFEED_OK);
    const struct tfeed_sequence_parser *sequences = tfeed_batch_sequences(batch);
    cr_assert_eq(tfeed_batch_row_splits(batch, TAGS, 0),
                 tfeed_columns_row_splits(tfeed_batch_columns(batch), TAGS, 0));
    cr_assert_not_null(tfeed_batch_row_splits(batch, N_CONTEXT + BOXES, 1));
    for (int level = 0; level < 3; level++)
        cr_assert_eq(tfeed_batch_row_splits(batch, N_CONTEXT + BOXES, level),
                     tfeed_sequence_parser_row_splits(sequences, BOXES, level));
    cr_assert_null(tfeed_batch_row_splits(batch, N_CONTEXT + WORDS, 0));
    tfeed_batch_unref(batch);
    tfeed_loader_close(loader);
}

Test(loader_sequences, a_batch_that_is_given_back_keeps_nothing_of_records)
{
    struct tfeed_loader_options options = sequence_options();
    struct tfeed_loader *loader = t_open("gzip-*", NULL, &options);
    struct tfeed_batch *batch;
    cr_assert_eq(tfeed_loader_next(loader, &batch, NULL), TFEED_OK);
    /* the buffer stays the loader's until another batch is asked for */
    struct tfeed_sequence_parser *sequences = tfeed_batch_sequences(batch);
    cr_assert(tfeed_tensor_n_elements(tfeed_sequence_parser_values(sequences, WORDS)) > 0);
    tfeed_batch_unref(batch);
    cr_assert_eq(tfeed_sequence_parser_n_rows(sequences), 0);
    cr_assert_eq(tfeed_tensor_n_elements(tfeed_sequence_parser_values(sequences, WORDS)), 0);
    cr_assert_eq(tfeed_columns_n_rows(tfeed_sequence_parser_context(sequences)), 0);
    tfeed_loader_close(loader);
}

Test(loader_sequences, a_batch_outlives_its_loader)
{
    struct tfeed_loader_options options = sequence_options();
    options.n_workers = 2;
    struct tfeed_loader *loader = t_open("gzip-*", NULL, &options);
    struct tfeed_batch *batch;
    cr_assert_eq(tfeed_loader_next(loader, &batch, NULL), TFEED_OK);
    tfeed_loader_close(loader);
    check_batch(batch);
    tfeed_batch_unref(batch);
}

/* One batch of 100 rows; returns its bytes. */
static uint64_t check_counted(struct tfeed_sequence_schema *wanted, int n_columns)
{
    struct tfeed_loader_options options = sequence_options();
    options.sequence_schema = wanted;
    options.batch_size = 100;
    options.n_batches = 1;
    struct tfeed_loader *loader = t_open("good-00002", NULL, &options);
    struct tfeed_loader_statistics before = {.struct_size = sizeof before};
    struct tfeed_loader_statistics after = {.struct_size = sizeof after};
    tfeed_loader_statistics_get(loader, &before);
    struct tfeed_batch *batch;
    cr_assert_eq(tfeed_loader_next(loader, &batch, NULL), TFEED_OK);
    tfeed_loader_statistics_get(loader, &after);
    const uint64_t n_bytes = t_batch_bytes(batch);
    cr_assert_eq(tfeed_batch_n_columns(batch), n_columns);
    cr_assert_geq(after.budget_used_bytes, before.budget_used_bytes + n_bytes);
    cr_assert_eq(after.stages[TFEED_STAGE_DELIVER].n_bytes, n_bytes);
    tfeed_batch_unref(batch);
    tfeed_loader_close(loader);
    return n_bytes;
}

Test(loader_sequences, what_batches_hold_is_counted)
{
    struct tfeed_sequence_schema *context;
    cr_assert_eq(
        tfeed_sequence_schema_new(tfeed_sequence_schema_context(schema), NULL, &context, NULL),
        TFEED_OK);
    cr_assert_gt(check_counted(schema, N_COLUMNS), check_counted(context, N_CONTEXT));
    tfeed_sequence_schema_unref(context);
}

/* ------------------------------------------------------------- filters, maps, damage */

/* Rows of two frames or more, the first of which is what it should be. */
static bool has_frames(const struct tfeed_loader_record *record, void *user_data)
{
    const int64_t id = *(const int64_t *)record->row[ID];
    const struct tfeed_tensor *frames = record->row[N_CONTEXT + FRAMES];
    const struct tfeed_tensor *words = record->row[N_CONTEXT + WORDS];
    const struct tfeed_tensor *boxes = record->row[N_CONTEXT + BOXES];
    const struct tfeed_tensor *lengths = tfeed_sequence_parser_lengths(record->sequences, WORDS);
    bool *is_as_expected = user_data;
    *is_as_expected &= frames->shape.dims[0] == t_n_frames(id) && words->shape.n_dims == 1 &&
                       words->shape.dims[0] == t_n_words(id) && boxes->shape.n_dims == 2 &&
                       boxes->shape.dims[0] == t_n_pairs(id) && boxes->shape.dims[1] == 2 &&
                       t_split(lengths, record->sequence_row) == id % 4;
    return frames->shape.dims[0] >= 2 && tfeed_tensor_floats(frames)[1] == t_frame(id, 0, 1);
}

Test(loader_sequences, a_filter_sees_the_lists_of_a_row)
{
    bool is_as_expected = true;
    struct tfeed_loader_options options = sequence_options();
    options.filter = has_frames;
    options.filter_user_data = &is_as_expected;
    options.filter_reads_row = true;
    struct tfeed_loader *loader = t_open("good-*", NULL, &options);
    const size_t n = drain(loader, got_ids, TFEED_OUT_OF_RANGE);
    size_t n_wanted = 0;
    for (int64_t id = 0; id < files.n_records; id++)
        if (t_n_frames(id) >= 2)
            cr_assert_eq(got_ids[n_wanted++], id);
    cr_assert_eq(n, n_wanted);
    cr_assert(is_as_expected);
    tfeed_loader_close(loader);
}

static bool sees_no_row(const struct tfeed_loader_record *record, void *user_data)
{
    (void)user_data;
    return record->row == NULL && record->sequences == NULL;
}

Test(loader_sequences, a_filter_that_reads_no_row_is_given_none)
{
    struct tfeed_loader_options options = sequence_options();
    options.filter = sees_no_row;
    options.on_error = TFEED_ON_ERROR_SKIP; /* records are parsed, but not for the filter */
    struct tfeed_loader *loader = t_open("good-*", NULL, &options);
    cr_assert_eq(drain(loader, got_ids, TFEED_OUT_OF_RANGE), (size_t)files.n_records);
    tfeed_loader_close(loader);
}

/* Frames become negative, the values of boxes 7, words "x", and the id how many steps words has. */
static tfeed_status change(const struct tfeed_loader_record *record, void *user_data,
                           struct tfeed_error *reterr)
{
    (void)user_data;
    (void)reterr;
    const struct tfeed_tensor *frames = record->row[N_CONTEXT + FRAMES];
    const struct tfeed_tensor *words = record->row[N_CONTEXT + WORDS];
    const struct tfeed_tensor *boxes = record->row[N_CONTEXT + BOXES];
    for (int64_t i = 0; i < tfeed_tensor_n_elements(words); i++)
        t_replace(&tfeed_tensor_strings(words)[i]);
    for (int64_t i = 0; i < tfeed_tensor_n_elements(frames); i++)
        tfeed_tensor_floats(frames)[i] *= -1;
    for (int64_t i = 0; i < tfeed_tensor_n_elements(boxes); i++)
        tfeed_tensor_int64s(boxes)[i] = 7;
    *(int64_t *)record->row[ID] = tfeed_tensor_int64s(
        tfeed_sequence_parser_lengths(record->sequences, WORDS))[record->sequence_row];
    return TFEED_OK;
}

/* Batches of the first file, where record r is row r % batch_size. */
static void check_changed(const struct tfeed_batch *batch, int64_t first_id)
{
    const struct tfeed_tensor *frames = tfeed_batch_column(batch, N_CONTEXT + FRAMES);
    const struct tfeed_tensor *boxes = tfeed_batch_column(batch, N_CONTEXT + BOXES);
    const int64_t longest = frames->shape.dims[1];
    for (int64_t row = 0; row < tfeed_batch_n_rows(batch); row++) {
        const int64_t id = first_id + row;
        cr_assert_eq(tfeed_batch_int64s(batch, ID)[row], id % 4);
        for (int64_t step = 0; step < longest; step++)
            cr_assert_eq(tfeed_tensor_floats(frames)[(row * longest + step) * FRAME + 1],
                         step < t_n_frames(id) ? -t_frame(id, step, 1) : 0);
    }
    const struct tfeed_tensor *words = tfeed_batch_column(batch, N_CONTEXT + WORDS);
    for (int64_t i = 0; i < tfeed_tensor_n_elements(words); i++)
        cr_assert_eq(tfeed_tensor_strings(words)[i].data[0], 'x');
    for (int64_t i = 0; i < tfeed_tensor_n_elements(boxes); i++)
        cr_assert_eq(tfeed_tensor_int64s(boxes)[i], 7);
}

Test(loader_sequences, what_a_map_writes_is_in_the_batch)
{
    struct tfeed_loader_options options = sequence_options();
    options.map_row = change;
    for (int batch_size = 1; batch_size <= 10; batch_size += 9) { /* 1: nothing is padded */
        for (size_t i = 0; i < sizeof n_workers / sizeof *n_workers; i++) {
            options.batch_size = batch_size;
            options.n_workers = n_workers[i];
            struct tfeed_loader *loader = t_open("gzip-00000", NULL, &options);
            struct tfeed_batch *batch;
            int64_t n = 0;
            while (tfeed_loader_next(loader, &batch, NULL) == TFEED_OK) {
                check_changed(batch, n);
                n += tfeed_batch_n_rows(batch);
                tfeed_batch_unref(batch);
            }
            cr_assert_eq(n, counts[0]);
            tfeed_loader_close(loader);
        }
    }
}

Test(loader_sequences, a_bad_record_is_left_out)
{
    struct tfeed_loader_options options = sequence_options();
    options.on_error = TFEED_ON_ERROR_SKIP;
    for (size_t i = 0; i < sizeof n_workers / sizeof *n_workers; i++) {
        options.n_workers = n_workers[i];
        struct tfeed_loader *loader = t_open("bad-*", NULL, &options);
        const size_t n = drain(loader, got_ids, TFEED_OUT_OF_RANGE);
        struct tfeed_loader_statistics statistics = {.struct_size = sizeof statistics};
        tfeed_loader_statistics_get(loader, &statistics);
        cr_assert_eq(statistics.n_skipped, 1);
        cr_assert_eq(n, (size_t)files.n_records - 1);
        for (size_t row = 0; row < n; row++)
            cr_assert_eq(got_ids[row], (int64_t)row + (row >= BAD));
        tfeed_loader_close(loader);
    }
}

Test(loader_sequences, a_bad_record_ends_its_file)
{
    struct tfeed_loader_options options = sequence_options();
    options.on_error = TFEED_ON_ERROR_STOP_FILE;
    struct tfeed_loader *loader = t_open("bad-*", NULL, &options);
    const size_t n = drain(loader, got_ids, TFEED_OUT_OF_RANGE);
    cr_assert_eq(n, BAD + (size_t)(counts[3] + counts[4]));
    cr_assert_eq(got_ids[BAD], counts[0] + counts[2]);
    tfeed_loader_close(loader);
}

/* Reads to the error. */
static size_t fail(struct tfeed_schema *examples, const struct tfeed_loader_options *options,
                   struct tfeed_error *ret_error)
{
    struct tfeed_loader *loader = t_open("bad-*", examples, options);
    struct tfeed_batch *batch;
    tfeed_status status;
    size_t n = 0;
    *ret_error = (struct tfeed_error)TFEED_ERROR_INIT;
    while ((status = tfeed_loader_next(loader, &batch, ret_error)) == TFEED_OK) {
        n += (size_t)tfeed_batch_n_rows(batch);
        tfeed_batch_unref(batch);
    }
    cr_assert_eq(status, TFEED_INVALID_ARGUMENT);
    tfeed_loader_close(loader);
    return n;
}

Test(loader_sequences, an_error_has_the_place_that_an_example_would_have)
{
    struct tfeed_sequence_schema *lists = t_frames_schema(NULL);
    struct tfeed_error of_example, of_list;
    struct tfeed_loader_options options = t_options(&files);
    for (size_t i = 0; i < sizeof n_workers / sizeof *n_workers; i++) {
        options.n_workers = n_workers[i];
        options.sequence_schema = NULL;
        cr_assert_eq(fail(id_schema, &options, &of_example), BAD);
        options.sequence_schema = lists;
        cr_assert_eq(fail(NULL, &options, &of_list), BAD);
        cr_assert_not_null(strstr(of_list.message, "frames"));
        cr_assert_str_eq(of_list.path, "bad-00002");
        cr_assert_eq(of_list.offset, of_example.offset);
        cr_assert_eq(of_list.record, of_example.record);
        cr_assert_neq(of_list.offset, TFEED_NOWHERE);
    }
    tfeed_sequence_schema_unref(lists);
}

/* --------------------------------------------------------------------- refusals */

static void expect_refused(struct tfeed_schema *examples, struct tfeed_sequence_schema *sequences,
                           const char *part)
{
    struct tfeed_loader_options options = t_options(&files);
    struct tfeed_error error = TFEED_ERROR_INIT;
    struct tfeed_loader *loader = NULL;
    options.sequence_schema = sequences;
    cr_assert_eq(tfeed_loader_open("good-*", examples, &options, &loader, &error),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(error.message, part), "%s", error.message);
    cr_assert_null(loader);
}

Test(loader_sequences, schemas_that_cannot_be_used_are_refused)
{
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    struct tfeed_sequence_schema *empty, *steps;
    struct tfeed_schema *context;
    cr_assert_eq(tfeed_sequence_schema_new(NULL, NULL, &empty, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_new(NULL, &context, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_add_sequence(context, "id", TFEED_INT64, &scalar, NULL, NULL),
                 TFEED_OK);
    cr_assert_eq(tfeed_sequence_schema_new(context, NULL, &steps, NULL), TFEED_OK);
    expect_refused(id_schema, schema, "one of them");
    expect_refused(NULL, empty, "neither");
    expect_refused(NULL, steps, "a sequence stands in a list");
    tfeed_sequence_schema_unref(empty);
    tfeed_sequence_schema_unref(steps);
    tfeed_schema_unref(context);
}

Test(loader_sequences, next_into_is_refused)
{
    struct tfeed_loader_options options = sequence_options();
    struct tfeed_loader *loader = t_open("good-*", NULL, &options);
    struct tfeed_tensor columns[N_COLUMNS] = {0};
    int64_t n_rows;
    struct tfeed_error error = TFEED_ERROR_INIT;
    cr_assert_eq(tfeed_loader_next_into(loader, columns, &n_rows, &error), TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(error.message, "use next"));
    cr_assert_eq(drain(loader, got_ids, TFEED_OUT_OF_RANGE), (size_t)files.n_records);
    tfeed_loader_close(loader);
}

/* All batches of the first file, until an allocation fails. */
static tfeed_status read_first(const struct tfeed_allocator *allocator,
                               enum tfeed_on_error on_error, int64_t *ret_n_rows)
{
    struct tfeed_loader_options options = sequence_options();
    options.allocator = allocator;
    options.batch_size = 16;
    options.n_batches = 2;
    options.on_error = on_error;
    struct tfeed_loader *loader = NULL;
    struct tfeed_batch *batch;
    tfeed_status status = tfeed_loader_open("good-00000", NULL, &options, &loader, NULL);
    *ret_n_rows = 0;
    while (status == TFEED_OK && (status = tfeed_loader_next(loader, &batch, NULL)) == TFEED_OK) {
        check_batch(batch);
        *ret_n_rows += tfeed_batch_n_rows(batch);
        tfeed_batch_unref(batch);
    }
    tfeed_loader_close(loader);
    return status;
}

Test(loader_sequences, each_allocation_may_fail)
{
    T_FAIL_EACH_ALLOC(allocator, {
        int64_t n_rows;
        const tfeed_status status = read_first(allocator, TFEED_ON_ERROR_FAIL, &n_rows);
        cr_assert_eq(status,
                     t_has_failed(&t_failing) ? TFEED_RESOURCE_EXHAUSTED : TFEED_OUT_OF_RANGE,
                     "allocation %zu failing gives %s", t_nth, tfeed_status_name(status));
        cr_assert(t_has_failed(&t_failing) || n_rows == counts[0]);
    });
}

/* A record for which there is no memory is none that is damaged: it is an error in its place. */
Test(loader_sequences, no_memory_leaves_out_no_record)
{
    T_FAIL_EACH_ALLOC(allocator, {
        int64_t n_rows;
        const tfeed_status status = read_first(allocator, TFEED_ON_ERROR_SKIP, &n_rows);
        cr_assert(status == TFEED_OUT_OF_RANGE ? n_rows == counts[0]
                                               : status == TFEED_RESOURCE_EXHAUSTED,
                  "allocation %zu failing gives %s", t_nth, tfeed_status_name(status));
    });
}
