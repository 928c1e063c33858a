/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_examples_batch.c - from files of Examples to batches of columns: what arrives, how it ends,
 * and what is said about bad input.
 */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/thread_internal.h"
#include "queues/queues_internal.h"
#include "tests/support/support.h"
#include "tests/unit/pipeline/pipeline_fixture.h"

enum { MAX_FILES = 4, N_PER_FILE = 50, MAX_EXAMPLES = 1000 };

static struct t_temp_dir dir;
static char paths[MAX_FILES][T_PATH_BYTES];
static const char *files[MAX_FILES];
static size_t n_files;
static struct tfeed_producer_options producer_options;
static struct tfeed_batch_options options;
static struct fixture_program program;
static int n_threads_before;

static void set_up(void)
{
    n_threads_before = t_n_threads();
    t_temp_dir_init(&dir);
    tfeed_producer_options_init(&producer_options);
    producer_options.n_epochs = 1;
    producer_options.seed = 3;
    tfeed_batch_options_init(&options);
    options.batch_size = 10;
    options.min_after_dequeue = 40;
    options.seed = 4;
    program = (struct fixture_program){.context = NULL};
    n_files = 0;
}

static void tear_down(void)
{
    cr_assert(t_n_threads_becomes(n_threads_before), "a thread is left");
    t_temp_dir_clear(&dir);
}

TestSuite(examples_batch, .init = set_up, .fini = tear_down);

/* --- helpers ------------------------------------------------------------------------------- */

/* A further file, of the N_PER_FILE next labels. */
static const char *add_file(int64_t bad, enum tfeed_compression compression)
{
    char name[16];
    (void)snprintf(name, sizeof name, "part-%zu", n_files);
    files[n_files] = t_temp_path(&dir, name, paths[n_files]);
    fixture_write_file(files[n_files], (int64_t)n_files * N_PER_FILE, N_PER_FILE, bad, compression);
    return files[n_files++];
}

static void add_files(size_t n)
{
    while (n_files < n)
        (void)add_file(-1, TFEED_COMPRESSION_NONE);
}

static void start(void)
{
    struct tfeed_error error;
    cr_assert_eq(fixture_start(&program, NULL, files, n_files, &producer_options, &options, &error),
                 TFEED_OK, "%s", error.message);
}

static tfeed_status next(struct tfeed_error *error)
{
    return fixture_next(&program, error);
}

/* The labels of all batches in order, and what ended them. */
struct outcome {
    int64_t labels[MAX_EXAMPLES];
    int n;
    tfeed_status end;
    struct tfeed_error error;
};

static void take_all(struct outcome *outcome)
{
    outcome->n = 0;
    while ((outcome->end = next(&outcome->error)) == TFEED_OK) {
        for (int64_t row = 0; row < fixture_n_rows(&program); row++) {
            cr_assert(fixture_row_fits(&program, row), "label and bytes of different examples");
            cr_assert_lt(outcome->n, MAX_EXAMPLES);
            outcome->labels[outcome->n++] = fixture_label(&program, row);
        }
    }
}

static bool has_each(const struct outcome *outcome, int n_labels, int n_times)
{
    int counts[MAX_EXAMPLES] = {0};
    for (int i = 0; i < outcome->n; i++)
        counts[outcome->labels[i]]++;
    for (int label = 0; label < n_labels; label++)
        if (counts[label] != n_times)
            return false;
    return outcome->n == n_labels * n_times;
}

static bool same(const struct outcome *a, const struct outcome *b)
{
    return a->n == b->n && a->end == b->end &&
           memcmp(a->labels, b->labels, (size_t)a->n * sizeof a->labels[0]) == 0;
}

/* One whole program that is expected to end well. */
static void run(struct outcome *outcome)
{
    start();
    take_all(outcome);
    cr_assert_eq(fixture_end(&program, NULL), TFEED_OK);
}

/* --- what arrives -------------------------------------------------------------------------- */

Test(examples_batch, every_example_comes_once_an_epoch)
{
    struct outcome outcome;
    producer_options.n_epochs = 2;
    add_files(3);
    run(&outcome);
    cr_assert_eq(outcome.end, TFEED_OUT_OF_RANGE);
    cr_assert(has_each(&outcome, 3 * N_PER_FILE, 2));
}

Test(examples_batch, several_readers_share_the_names)
{
    struct outcome outcome;
    options.n_threads = 3;
    add_files(4);
    run(&outcome);
    cr_assert(has_each(&outcome, 4 * N_PER_FILE, 1));
}

Test(examples_batch, compressed_files_are_recognised)
{
    struct outcome outcome;
    (void)add_file(-1, TFEED_COMPRESSION_GZIP);
    (void)add_file(-1, TFEED_COMPRESSION_NONE);
    (void)add_file(-1, TFEED_COMPRESSION_ZLIB);
    run(&outcome);
    cr_assert(has_each(&outcome, 3 * N_PER_FILE, 1));
}

Test(examples_batch, incomplete_batch_is_dropped)
{
    struct outcome outcome;
    options.batch_size = 40;
    add_files(1);
    run(&outcome);
    cr_assert_eq(outcome.n, 40);
}

Test(examples_batch, smaller_final_batch_on_request)
{
    struct outcome outcome;
    options.batch_size = 40;
    options.allow_smaller_final_batch = true;
    add_files(1);
    run(&outcome);
    cr_assert(has_each(&outcome, N_PER_FILE, 1));
}

Test(examples_batch, columns_handed_in_are_filled_again)
{
    add_files(1);
    start();
    cr_assert_eq(next(NULL), TFEED_OK);
    const void *pixels = program.columns[FIXTURE_PIXELS].data;
    cr_assert_eq(next(NULL), TFEED_OK);
    cr_assert_eq(program.columns[FIXTURE_PIXELS].data, pixels);
    cr_assert_eq(fixture_end(&program, NULL), TFEED_OK);
}

Test(examples_batch, columns_that_somebody_keeps_are_left_alone)
{
    add_files(1);
    start();
    cr_assert_eq(next(NULL), TFEED_OK);
    const int64_t label = fixture_label(&program, 0);
    struct tfeed_tensor kept = tfeed_tensor_ref(&program.columns[FIXTURE_LABEL]);
    cr_assert_eq(next(NULL), TFEED_OK);
    cr_assert_neq(program.columns[FIXTURE_LABEL].data, kept.data);
    cr_assert_eq(tfeed_tensor_int64s(&kept)[0], label);
    tfeed_tensor_clear(&kept);
    cr_assert_eq(fixture_end(&program, NULL), TFEED_OK);
}

Test(examples_batch, batch_outlives_the_program)
{
    add_files(1);
    start();
    cr_assert_eq(next(NULL), TFEED_OK);
    struct tfeed_tensor kept = tfeed_tensor_ref(&program.columns[FIXTURE_LABEL]);
    const int64_t label = fixture_label(&program, 9);
    cr_assert_eq(fixture_end(&program, NULL), TFEED_OK);
    cr_assert_eq(tfeed_tensor_int64s(&kept)[9], label);
    tfeed_tensor_clear(&kept);
}

/* --- ends ---------------------------------------------------------------------------------- */

Test(examples_batch, end_closes_one_queue_after_the_other)
{
    struct outcome outcome;
    add_files(2);
    start();
    take_all(&outcome);
    cr_assert(tfeed_queue_is_closed(program.names));
    cr_assert(tfeed_queue_is_closed(tfeed_batcher_queue(program.batcher)));
    cr_assert_not(tfeed_coordinator_should_stop(program.coordinator));
    cr_assert_eq(fixture_end(&program, NULL), TFEED_OK);
}

Test(examples_batch, early_stop_leaves_no_thread)
{
    producer_options.n_epochs = TFEED_EPOCHS_ENDLESS;
    options.n_threads = 2;
    add_files(2);
    start();
    cr_assert_eq(next(NULL), TFEED_OK);
    cr_assert_eq(fixture_end(&program, NULL), TFEED_OK);
    cr_assert(t_n_threads_becomes(n_threads_before));
}

Test(examples_batch, stop_wakes_readers_that_wait_for_room)
{
    producer_options.n_epochs = TFEED_EPOCHS_ENDLESS;
    options.n_threads = 2;
    add_files(1);
    start();
    while (tfi_queue_n_waiting(tfeed_batcher_queue(program.batcher), true) < 2)
        (void)tfeed_coordinator_wait_for_stop(program.coordinator, 1);
    cr_assert_eq(fixture_end(&program, NULL), TFEED_OK);
}

struct taker {
    struct tfi_thread thread;
    tfeed_status end;
};

static void take_until_the_end(void *argument)
{
    struct taker *taker = argument;
    struct tfeed_tensor columns[FIXTURE_COLUMNS] = {{.dtype = TFEED_DTYPE_INVALID}};
    while ((taker->end = tfeed_batcher_next(program.batcher, columns, NULL)) == TFEED_OK)
        ;
    for (int i = 0; i < FIXTURE_COLUMNS; i++)
        tfeed_tensor_clear(&columns[i]);
}

Test(examples_batch, stop_wakes_callers_that_wait_for_a_batch)
{
    struct taker taker;
    producer_options.n_epochs = TFEED_EPOCHS_ENDLESS;
    options.min_after_dequeue = 1000000; /* endless reading, nothing to draw */
    add_files(1);
    start();
    cr_assert_eq(tfi_thread_start(&taker.thread, "takes", take_until_the_end, &taker, NULL),
                 TFEED_OK);
    while (tfi_queue_n_waiting(tfeed_batcher_queue(program.batcher), false) == 0)
        (void)tfeed_coordinator_wait_for_stop(program.coordinator, 1);
    cr_assert_eq(tfeed_coordinator_request_stop(program.coordinator, NULL, NULL), TFEED_OK);
    tfi_thread_join(&taker.thread);
    cr_assert_eq(taker.end, TFEED_OUT_OF_RANGE);
    cr_assert_eq(fixture_end(&program, NULL), TFEED_OK);
}

Test(examples_batch, callers_on_several_threads_share_the_batches)
{
    struct taker takers[3];
    add_files(4);
    start();
    for (int i = 0; i < 3; i++)
        cr_assert_eq(
            tfi_thread_start(&takers[i].thread, "takes", take_until_the_end, &takers[i], NULL),
            TFEED_OK);
    for (int i = 0; i < 3; i++) {
        tfi_thread_join(&takers[i].thread);
        cr_assert_eq(takers[i].end, TFEED_OUT_OF_RANGE);
    }
    cr_assert_eq(fixture_end(&program, NULL), TFEED_OK);
}

/* --- bad input ----------------------------------------------------------------------------- */

Test(examples_batch, damaged_file_comes_with_the_join)
{
    struct outcome outcome;
    struct tfeed_error error;
    add_files(1);
    fixture_flip_bit(files[0], 20); /* in the payload of record 0 */
    start();
    take_all(&outcome);
    cr_assert_eq(outcome.end, TFEED_OUT_OF_RANGE); /* the real error stands elsewhere, as in
                                                      TensorFlow */
    cr_assert_eq(fixture_end(&program, &error), TFEED_DATA_LOSS);
    cr_assert_str_eq(error.path, files[0]);
    cr_assert_eq(error.record, 0);
    cr_assert_eq(error.offset, 0);
}

Test(examples_batch, missing_file_comes_with_the_join)
{
    struct outcome outcome;
    struct tfeed_error error;
    files[n_files++] = "/nowhere/at/all";
    start();
    take_all(&outcome);
    cr_assert_eq(outcome.end, TFEED_OUT_OF_RANGE);
    cr_assert_eq(fixture_end(&program, &error), TFEED_NOT_FOUND);
    cr_assert_not_null(strstr(error.message, "/nowhere/at/all"));
}

/* All records of a file are equally long, but the bad one; those of both files are. */
static void expect_bad_example(const struct tfeed_error *error, const char *path,
                               const char *plain_path, uint64_t record)
{
    size_t len = 0;
    uint8_t *bytes = t_read_file(plain_path, &len);
    const uint64_t record_bytes = bytes[0] + TFEED_RECORD_HEADER_BYTES + TFEED_RECORD_FOOTER_BYTES;
    char place[T_PATH_BYTES + 64];
    free(bytes);
    (void)snprintf(place, sizeof place, "%s: record %d at byte %d: ", path, (int)record,
                   (int)(record * record_bytes));
    cr_assert_eq(strncmp(error->message, place, strlen(place)), 0, "%s", error->message);
    cr_assert_null(strstr(error->message + strlen(place), path), "%s", error->message);
    cr_assert_not_null(strstr(error->message, "raw"), "%s", error->message);
    cr_assert_str_eq(error->path, path);
    cr_assert_eq(error->record, record);
    cr_assert_eq(error->offset, record * record_bytes);
}

Test(examples_batch, example_that_does_not_fit_is_told_with_its_place)
{
    struct outcome outcome;
    options.allow_smaller_final_batch = true;
    (void)add_file(17, TFEED_COMPRESSION_NONE);
    start();
    take_all(&outcome);
    cr_assert_eq(outcome.end, TFEED_INVALID_ARGUMENT);
    expect_bad_example(&outcome.error, files[0], files[0], 17);
    cr_assert_eq(fixture_end(&program, NULL), TFEED_OK);
}

Test(examples_batch, batch_of_a_bad_example_is_given_up_and_the_next_goes_on)
{
    struct outcome before, after;
    options.allow_smaller_final_batch = true;
    (void)add_file(17, TFEED_COMPRESSION_NONE);
    start();
    take_all(&before);
    take_all(&after);
    cr_assert_eq(after.end, TFEED_OUT_OF_RANGE);
    cr_assert_eq(before.n + after.n, N_PER_FILE - 10);
    cr_assert_eq(fixture_end(&program, NULL), TFEED_OK);
}

Test(examples_batch, place_in_a_compressed_file_counts_uncompressed_bytes)
{
    struct outcome outcome;
    const char *plain = add_file(17, TFEED_COMPRESSION_NONE);
    const char *compressed = add_file(17, TFEED_COMPRESSION_GZIP);
    files[0] = compressed;
    n_files = 1;
    start();
    take_all(&outcome);
    cr_assert_eq(outcome.end, TFEED_INVALID_ARGUMENT);
    expect_bad_example(&outcome.error, compressed, plain, 17);
    cr_assert_eq(fixture_end(&program, NULL), TFEED_OK);
}

Test(examples_batch, place_in_a_file_that_has_gone_lacks_the_number)
{
    struct tfeed_error error;
    options.batch_size = N_PER_FILE;
    (void)add_file(17, TFEED_COMPRESSION_NONE);
    start();
    while (!tfeed_queue_is_closed(tfeed_batcher_queue(program.batcher))) /* all is read */
        (void)tfeed_coordinator_wait_for_stop(program.coordinator, 1);
    cr_assert_eq(rename(files[0], t_temp_path(&dir, "elsewhere", paths[1])), 0);
    cr_assert_eq(next(&error), TFEED_INVALID_ARGUMENT);
    cr_assert_str_eq(error.path, files[0]);
    cr_assert_eq(error.record, TFEED_NOWHERE);
    cr_assert_neq(error.offset, TFEED_NOWHERE);
    cr_assert_eq(fixture_end(&program, NULL), TFEED_OK);
}

/* --- deterministic ------------------------------------------------------------------------- */

/* Writes one file into another: what fills a pipe. */
static void copy_file(void *unused)
{
    size_t len = 0;
    (void)unused;
    uint8_t *content = t_read_file(files[0], &len);
    FILE *pipe = fopen(files[1], "we");
    cr_assert(pipe != NULL && fwrite(content, 1, len, pipe) == len && fclose(pipe) == 0);
    free(content);
}

Test(examples_batch, bad_example_in_a_pipe_lacks_the_number)
{
    struct outcome outcome;
    struct tfi_thread writer;
    options.deterministic = true;
    (void)add_file(17, TFEED_COMPRESSION_NONE);
    files[1] = t_temp_path(&dir, "pipe", paths[1]);
    cr_assert_eq(mkfifo(files[1], 0600), 0);
    cr_assert_eq(tfi_thread_start(&writer, "writer", copy_file, NULL, NULL), TFEED_OK);
    cr_assert_eq(fixture_start(&program, NULL, &files[1], 1, &producer_options, &options, NULL),
                 TFEED_OK);
    take_all(&outcome);
    tfi_thread_join(&writer);
    cr_assert_eq(outcome.end, TFEED_INVALID_ARGUMENT);
    cr_assert_str_eq(outcome.error.path, files[1]);
    cr_assert_eq(outcome.error.record, TFEED_NOWHERE); /* a pipe is not read twice */
    cr_assert_eq(fixture_end(&program, NULL), TFEED_OK);
}

Test(examples_batch, deterministic_runs_are_equal)
{
    struct outcome first, second;
    options.deterministic = true;
    producer_options.n_epochs = 2;
    add_files(3);
    run(&first);
    options.n_threads = 4;
    run(&second);
    cr_assert(has_each(&first, 3 * N_PER_FILE, 2));
    cr_assert(same(&first, &second));
}

Test(examples_batch, deterministic_order_does_not_depend_on_prefetching)
{
    struct outcome first, second;
    options.deterministic = true;
    options.allow_smaller_final_batch = true;
    add_files(3);
    run(&first);
    options.n_prefetch = 3;
    run(&second);
    cr_assert(same(&first, &second));
}

Test(examples_batch, deterministic_order_does_not_depend_on_how_files_are_read)
{
    struct outcome first, second;
    options.deterministic = true;
    options.capacity = 45; /* too small for a batch above the minimum: elements go in singly */
    add_files(2);
    run(&first);
    for (size_t i = 0; i < 2; i++) /* compressed, the runs of records differ */
        fixture_write_file(files[i], (int64_t)i * N_PER_FILE, N_PER_FILE, -1,
                           TFEED_COMPRESSION_GZIP);
    run(&second);
    cr_assert(has_each(&first, 2 * N_PER_FILE, 1));
    cr_assert(same(&first, &second));
}

Test(examples_batch, deterministic_damage_comes_in_its_place_and_stays)
{
    struct outcome outcome;
    struct tfeed_error error;
    options.deterministic = true;
    options.min_after_dequeue = 5;
    options.capacity = 20;
    producer_options.shuffle = false;
    add_files(2);
    fixture_flip_bit(files[1], 20);
    start();
    take_all(&outcome);
    cr_assert_eq(outcome.end, TFEED_DATA_LOSS);
    cr_assert_str_eq(outcome.error.path, files[1]);
    cr_assert_eq(outcome.n, 40); /* after them the queue cannot be filled any more */
    cr_assert_eq(next(&error), TFEED_DATA_LOSS);
    cr_assert_str_eq(error.message, outcome.error.message);
    cr_assert_eq(fixture_end(&program, NULL), TFEED_OK); /* no runner met it */
}

/* --- prefetching --------------------------------------------------------------------------- */

Test(examples_batch, prefetched_bad_example_comes_from_next_and_from_the_join)
{
    struct outcome outcome;
    struct tfeed_error error;
    options.n_prefetch = 2;
    (void)add_file(17, TFEED_COMPRESSION_NONE);
    start();
    take_all(&outcome);
    cr_assert_eq(outcome.end, TFEED_INVALID_ARGUMENT);
    expect_bad_example(&outcome.error, files[0], files[0], 17);
    cr_assert_eq(fixture_end(&program, &error), TFEED_INVALID_ARGUMENT);
    cr_assert_str_eq(error.message, outcome.error.message);
}

Test(examples_batch, prefetching_loop_makes_no_columns)
{
    enum { N_BATCHES = 250, BATCH = 2 }; /* of 10 files */
    struct t_allocator allocator;
    t_allocator_init(&allocator);
    options.batch_size = BATCH;
    options.deterministic = true;
    options.n_prefetch = 2;
    producer_options.n_epochs = TFEED_EPOCHS_ENDLESS;
    add_files(1);
    cr_assert_eq(fixture_start(&program, &allocator.hooks, files, n_files, &producer_options,
                               &options, NULL),
                 TFEED_OK);
    for (int i = 0; i < N_BATCHES; i++)
        cr_assert_eq(next(NULL), TFEED_OK);
    const size_t n_calls = allocator.n_calls;
    for (int i = 0; i < N_BATCHES; i++)
        cr_assert_eq(next(NULL), TFEED_OK);
    /* Files and names cost some calls each; columns would cost one for each of them and batch. */
    cr_assert_lt(allocator.n_calls - n_calls, FIXTURE_COLUMNS * N_BATCHES);
    cr_assert_eq(fixture_end(&program, NULL), TFEED_OK);
    T_EXPECT_NO_LEAKS(&allocator);
}

/* --- refusals ------------------------------------------------------------------------------ */

Test(examples_batch, queue_of_other_elements_is_refused)
{
    static const enum tfeed_dtype dtype = TFEED_INT32;
    struct tfeed_queue_options queue_options;
    struct tfeed_queue *numbers = NULL;
    struct tfeed_batcher *batcher = NULL;
    add_files(1);
    start();
    tfeed_queue_options_init(&queue_options);
    queue_options.dtypes = &dtype;
    queue_options.n_components = 1;
    cr_assert_eq(tfeed_fifo_queue_new(NULL, &queue_options, &numbers, NULL), TFEED_OK);
    cr_assert_eq(tfeed_shuffle_batch_examples(program.context, numbers, program.schema, NULL,
                                              &options, &batcher, NULL),
                 TFEED_INVALID_ARGUMENT);
    tfeed_queue_unref(numbers);
    cr_assert_eq(fixture_end(&program, NULL), TFEED_OK);
}

Test(examples_batch, schema_without_columns_is_refused)
{
    struct tfeed_schema *schema = NULL;
    struct tfeed_batcher *batcher = NULL;
    add_files(1);
    start();
    cr_assert_eq(tfeed_schema_new(NULL, &schema, NULL), TFEED_OK);
    cr_assert_eq(tfeed_shuffle_batch_examples(program.context, program.names, schema, NULL,
                                              &options, &batcher, NULL),
                 TFEED_INVALID_ARGUMENT);
    tfeed_schema_unref(schema);
    cr_assert_eq(fixture_end(&program, NULL), TFEED_OK);
}

Test(examples_batch, no_memory_is_reported)
{
    options.deterministic = true;
    add_files(1);
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_error error;
        tfeed_status status =
            fixture_start(&program, allocator, files, n_files, &producer_options, &options, &error);
        if (status == TFEED_OK)
            status = next(&error);
        if (status == TFEED_OUT_OF_RANGE) /* the producer's thread had none, and told the join */
            status = TFEED_OK;
        const tfeed_status joined = fixture_end(&program, NULL);
        T_EXPECT_ALLOC_STATUS(status == TFEED_OK ? joined : status);
    });
}
