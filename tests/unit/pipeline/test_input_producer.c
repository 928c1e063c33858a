/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_input_producer.c - producers over tensors, ranges, slices and sources; names that match.
 */
#include <criterion/criterion.h>

#include "tests/support/support.h"
#include "tests/unit/pipeline/source_fixture.h"

static struct count_program program;
static struct tfeed_producer_options options;
static struct tfeed_queue *queue;
static int n_threads_before;

static void set_up(void)
{
    n_threads_before = t_n_threads();
    queue = NULL;
    tfeed_producer_options_init(&options);
    cr_assert_eq(count_program_init(&program, NULL), TFEED_OK);
}

static void tear_down(void)
{
    (void)count_end(&program, NULL);
    tfeed_queue_unref(queue);
    cr_assert(t_n_threads_becomes(n_threads_before), "a thread is left");
}

TestSuite(input_producer, .init = set_up, .fini = tear_down);

static void start(void)
{
    cr_assert_eq(count_start(&program), TFEED_OK);
}

/* --- rows of a tensor ---------------------------------------------------------------------- */

Test(input_producer, rows_come_in_order_epoch_after_epoch)
{
    int32_t values[] = {1, 2, 3, 4, 5, 6};
    const struct tfeed_shape shape = tfeed_shape_matrix(3, 2);
    const struct tfeed_tensor input = tfeed_tensor_borrow(TFEED_INT32, &shape, values);
    struct tfeed_tensor row = {.dtype = TFEED_DTYPE_INVALID};
    options.n_epochs = 2;
    options.shuffle = false;
    cr_assert_eq(tfeed_input_producer(program.context, &input, &options, &queue, NULL), TFEED_OK);
    start();
    for (int32_t i = 0; i < 6; i++) {
        cr_assert_eq(tfeed_queue_dequeue(queue, &row, NULL), TFEED_OK);
        cr_assert_eq(row.shape.dims[0], 2);
        cr_assert_arr_eq(row.data, &values[i % 3 * 2], 2 * sizeof values[0]);
    }
    cr_assert_eq(tfeed_queue_dequeue(queue, &row, NULL), TFEED_OUT_OF_RANGE);
    tfeed_tensor_clear(&row);
    cr_assert_eq(count_end(&program, NULL), TFEED_OK);
}

Test(input_producer, scalar_has_no_rows)
{
    int32_t value = 1;
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    const struct tfeed_tensor input = tfeed_tensor_borrow(TFEED_INT32, &scalar, &value);
    cr_assert_eq(tfeed_input_producer(program.context, &input, &options, &queue, NULL),
                 TFEED_INVALID_ARGUMENT);
}

/* --- sources, which are evaluated at run time ---------------------------------------------- */

static const enum count_part numbers[] = {COUNT_NUMBER};

Test(input_producer, source_is_evaluated_once_an_epoch)
{
    static struct count_source counting;
    const struct tfeed_batch_source source = count_to(&counting, 100, numbers, 1);
    struct tfeed_tensor row = {.dtype = TFEED_DTYPE_INVALID};
    counting.n_rows = 4;
    options.n_epochs = 3;
    options.shuffle = false;
    cr_assert_eq(tfeed_source_input_producer(program.context, &source, &options, &queue, NULL),
                 TFEED_OK);
    start();
    for (int32_t i = 0; i < 12; i++) {
        cr_assert_eq(tfeed_queue_dequeue(queue, &row, NULL), TFEED_OK);
        cr_assert_eq(tfeed_tensor_int32s(&row)[0], i);
    }
    cr_assert_eq(tfeed_queue_dequeue(queue, &row, NULL), TFEED_OUT_OF_RANGE);
    cr_assert_eq(count_end(&program, NULL), TFEED_OK);
    cr_assert_eq(counting.next, 12);
    cr_assert_eq(counting.n_frees, 1);
}

Test(input_producer, unknown_shape_needs_element_shape)
{
    static struct count_source counting;
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    const struct tfeed_shape unknown = {.n_dims = TFEED_RANK_UNKNOWN};
    struct tfeed_batch_source source = count_to(&counting, 4, numbers, 1);
    struct tfeed_tensor row = {.dtype = TFEED_DTYPE_INVALID};
    counting.n_rows = 4;
    source.shapes = &unknown;
    cr_assert_eq(tfeed_source_input_producer(program.context, &source, &options, &queue, NULL),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_eq(counting.n_frees, 0);
    options.element_shape = &scalar;
    cr_assert_eq(tfeed_source_input_producer(program.context, &source, &options, &queue, NULL),
                 TFEED_OK);
    start();
    cr_assert_eq(tfeed_queue_dequeue(queue, &row, NULL), TFEED_OK);
    tfeed_tensor_clear(&row);
}

static tfeed_status give_no_strings(void *user_data, struct tfeed_tensor *ret_tensors,
                                    struct tfeed_error *reterr)
{
    (void)user_data;
    const struct tfeed_shape none = tfeed_shape_vector(0);
    return tfeed_tensor_alloc(TFEED_STRING, &none, NULL, ret_tensors, reterr);
}

Test(input_producer, nothing_at_run_time_is_what_the_join_gives)
{
    static const enum tfeed_dtype dtype = TFEED_STRING;
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    const struct tfeed_batch_source source = {
        .produce = give_no_strings, .dtypes = &dtype, .shapes = &scalar, .n_components = 1};
    struct tfeed_tensor row = {.dtype = TFEED_DTYPE_INVALID};
    struct tfeed_error error = TFEED_ERROR_INIT;
    cr_assert_eq(tfeed_source_input_producer(program.context, &source, NULL, &queue, NULL),
                 TFEED_OK);
    start();
    cr_assert_eq(tfeed_queue_dequeue(queue, &row, NULL), TFEED_OUT_OF_RANGE);
    cr_assert_eq(count_end(&program, &error), TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(
        strstr(error.message, "string_input_producer requires a non-null input tensor"));
}

static tfeed_status note_cancel(void *user_data, struct tfeed_error *reterr)
{
    (void)reterr;
    ++*(int *)user_data;
    return tfeed_queue_close(queue, true, NULL);
}

Test(input_producer, a_stop_calls_the_cancel_that_was_given)
{
    static int n_cancels; /* closing the context calls it again */
    options.capacity = 1;
    options.cancel = note_cancel;
    options.cancel_data = &n_cancels;
    cr_assert_eq(tfeed_range_input_producer(program.context, 10, &options, &queue, NULL), TFEED_OK);
    start();
    cr_assert_eq(tfeed_coordinator_request_stop(program.coordinator, NULL, NULL), TFEED_OK);
    cr_assert_eq(tfeed_coordinator_join(program.coordinator, NULL, NULL), TFEED_OK);
    cr_assert_geq(n_cancels, 1);
    cr_assert(tfeed_queue_is_closed(queue));
}

/* --- ranges -------------------------------------------------------------------------------- */

Test(input_producer, shuffled_ranges_have_both_orders)
{
    enum { N_EPOCHS = 200 };
    struct tfeed_tensor row = {.dtype = TFEED_DTYPE_INVALID};
    int n_rising = 0;
    options.n_epochs = N_EPOCHS;
    options.seed = 271828;
    cr_assert_eq(tfeed_range_input_producer(program.context, 2, &options, &queue, NULL), TFEED_OK);
    start();
    for (int i = 0; i < N_EPOCHS; i++) {
        cr_assert_eq(tfeed_queue_dequeue(queue, &row, NULL), TFEED_OK);
        const int32_t first = tfeed_tensor_int32s(&row)[0];
        cr_assert_eq(tfeed_queue_dequeue(queue, &row, NULL), TFEED_OK);
        cr_assert_eq(first + tfeed_tensor_int32s(&row)[0], 1);
        n_rising += first == 0 ? 1 : 0;
    }
    tfeed_tensor_clear(&row);
    cr_assert(n_rising > N_EPOCHS * 3 / 10 && n_rising < N_EPOCHS * 7 / 10);
}

Test(input_producer, empty_range_is_invalid)
{
    cr_assert_eq(tfeed_range_input_producer(program.context, 0, &options, &queue, NULL),
                 TFEED_INVALID_ARGUMENT);
}

/* --- slices -------------------------------------------------------------------------------- */

enum { N_SLICES = 4 };

/* Tensors of numbers i and 10 * i, [N_SLICES] and [N_SLICES, 2]. */
static void make_columns(struct tfeed_tensor tensors[2])
{
    const struct tfeed_shape vector = tfeed_shape_vector(N_SLICES);
    const struct tfeed_shape matrix = tfeed_shape_matrix(N_SLICES, 2);
    cr_assert_eq(tfeed_tensor_alloc(TFEED_INT32, &vector, NULL, &tensors[0], NULL), TFEED_OK);
    cr_assert_eq(tfeed_tensor_alloc(TFEED_INT32, &matrix, NULL, &tensors[1], NULL), TFEED_OK);
    for (int32_t i = 0; i < N_SLICES; i++) {
        tfeed_tensor_int32s(&tensors[0])[i] = i;
        tfeed_tensor_int32s(&tensors[1])[2 * i] = 10 * i;
        tfeed_tensor_int32s(&tensors[1])[2 * i + 1] = 10 * i + 1;
    }
}

Test(input_producer, slices_stay_together_in_every_order)
{
    enum { N_EPOCHS = 1200, N_ORDERS = 24, EXPECTED = N_EPOCHS / N_ORDERS };
    struct tfeed_tensor tensors[2];
    struct tfeed_tensor row[2] = {{.dtype = TFEED_DTYPE_INVALID}};
    struct tfeed_batch_source source;
    int counts[1 << (2 * N_SLICES)] = {0};
    int n_orders = 0;
    make_columns(tensors);
    options.n_epochs = N_EPOCHS;
    options.seed = 271828;
    cr_assert_eq(tfeed_slice_input_producer(program.context, tensors, 2, &options, &source, NULL),
                 TFEED_OK);
    tfeed_tensor_clear(&tensors[0]); /* the source holds them */
    tfeed_tensor_clear(&tensors[1]);
    start();
    for (int epoch = 0; epoch < N_EPOCHS; epoch++) {
        int order = 0;
        for (int i = 0; i < N_SLICES; i++) {
            cr_assert_eq(source.produce(source.user_data, row, NULL), TFEED_OK);
            const int32_t number = tfeed_tensor_int32s(&row[0])[0];
            cr_assert_eq(row[1].shape.dims[0], 2);
            cr_assert_eq(tfeed_tensor_int32s(&row[1])[1], 10 * number + 1);
            order = order << 2 | number;
            tfeed_tensor_clear(&row[0]);
            tfeed_tensor_clear(&row[1]);
        }
        n_orders += counts[order]++ == 0 ? 1 : 0;
    }
    cr_assert_eq(source.produce(source.user_data, row, NULL), TFEED_OUT_OF_RANGE);
    cr_assert_eq(n_orders, N_ORDERS);
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        cr_assert(counts[i] == 0 ||
                  (counts[i] > EXPECTED * 6 / 10 && counts[i] < EXPECTED * 14 / 10));
    tfeed_batch_source_clear(&source);
}

/* Data that is in memory, through batch: the preloaded way. */
Test(input_producer, slices_can_be_batched)
{
    struct tfeed_tensor tensors[2];
    struct tfeed_batch_source source;
    struct tfeed_batch_options batch;
    make_columns(tensors);
    options.n_epochs = 1;
    options.shuffle = false;
    tfeed_batch_options_init(&batch);
    batch.batch_size = N_SLICES;
    cr_assert_eq(tfeed_slice_input_producer(program.context, tensors, 2, &options, &source, NULL),
                 TFEED_OK);
    cr_assert_eq(tfeed_fifo_batch(program.context, &source, &batch, &program.batcher, NULL),
                 TFEED_OK);
    start();
    cr_assert_eq(count_next(&program), TFEED_OK);
    cr_assert_arr_eq(program.columns[1].data, tensors[1].data, 2 * N_SLICES * sizeof(int32_t));
    cr_assert_eq(count_next(&program), TFEED_OUT_OF_RANGE);
    tfeed_tensor_clear(&tensors[0]);
    tfeed_tensor_clear(&tensors[1]);
}

Test(input_producer, slices_of_fewer_rows_are_invalid)
{
    struct tfeed_tensor tensors[2];
    struct tfeed_batch_source source;
    make_columns(tensors);
    tensors[1].shape.dims[0] = N_SLICES - 1;
    cr_assert_eq(tfeed_slice_input_producer(program.context, tensors, 2, &options, &source, NULL),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_eq(tfeed_slice_input_producer(program.context, NULL, 0, &options, &source, NULL),
                 TFEED_INVALID_ARGUMENT);
    tfeed_tensor_clear(&tensors[0]);
    tfeed_tensor_clear(&tensors[1]);
}

Test(input_producer, no_memory_for_slices_is_reported)
{
    struct tfeed_tensor tensors[2];
    make_columns(tensors);
    T_FAIL_EACH_ALLOC(allocator, {
        struct count_program its = {.context = NULL};
        struct tfeed_batch_source source = {.produce = NULL};
        tfeed_status status = count_program_init(&its, allocator);
        if (status == TFEED_OK)
            status = tfeed_slice_input_producer(its.context, tensors, 2, &options, &source, NULL);
        T_EXPECT_ALLOC_STATUS(status);
        tfeed_batch_source_clear(&source);
        (void)count_end(&its, NULL);
    });
    tfeed_tensor_clear(&tensors[0]);
    tfeed_tensor_clear(&tensors[1]);
}

/* --- file names ---------------------------------------------------------------------------- */

static struct t_temp_dir dir;

/* How many names the patterns match; `last` is the end of the last one, NULL: none. */
static void expect_matches(const char *const *patterns, size_t n_patterns, int64_t n,
                           const char *last)
{
    char paths[2][T_PATH_BYTES];
    const char *full[2];
    struct tfeed_tensor names;
    for (size_t i = 0; i < n_patterns; i++)
        full[i] = t_temp_path(&dir, patterns[i], paths[i]);
    cr_assert_eq(tfeed_match_filenames_once(full, n_patterns, &names, NULL), TFEED_OK);
    cr_assert_eq(names.shape.dims[0], n);
    if (last != NULL) {
        const struct tfeed_bytes *name = &tfeed_tensor_strings(&names)[n - 1];
        const size_t len = strlen(last);
        cr_assert(name->len >= len && memcmp(name->data + name->len - len, last, len) == 0);
    }
    tfeed_tensor_clear(&names);
}

Test(input_producer, patterns_match_file_names)
{
    static const char *const files[] = {"a_00", "a_01", "b_00", "b_01"};
    static const char *const star[] = {"a_*", NULL};
    static const char *const mark[] = {"?_01", NULL};
    static const char *const literal[] = {"b_00", NULL};
    static const char *const both[] = {"b_*", "*_01"};
    static const char *const none[] = {"c*", NULL};
    char path[T_PATH_BYTES];
    t_temp_dir_init(&dir);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        t_write_file(t_temp_path(&dir, files[i], path), "x", 1);
    expect_matches(star, 1, 2, "a_01");
    expect_matches(mark, 1, 2, "b_01");
    expect_matches(literal, 1, 1, "b_00");
    expect_matches(both, 2, 4, "b_01"); /* twice */
    expect_matches(none, 1, 0, NULL);
    t_temp_dir_clear(&dir);
}
