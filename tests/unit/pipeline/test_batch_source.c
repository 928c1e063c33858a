/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_batch_source.c - sources by themselves: constants, queues, readers, maps, limits.
 */
#include <criterion/criterion.h>

#include "core/error_internal.h"
#include "tests/support/support.h"
#include "tests/unit/pipeline/pipeline_fixture.h"
#include "tests/unit/pipeline/source_fixture.h"

static struct count_source counting;
static const enum count_part numbers[] = {COUNT_NUMBER};

static tfeed_status evaluate(const struct tfeed_batch_source *source, struct tfeed_tensor *tensors)
{
    return source->produce(source->user_data, tensors, NULL);
}

/* --- constants ----------------------------------------------------------------------------- */

Test(batch_source, constant_is_the_same_at_every_evaluation)
{
    int32_t values[] = {1, 2, 3};
    const struct tfeed_shape three = tfeed_shape_vector(3);
    const struct tfeed_tensor tensor = tfeed_tensor_borrow(TFEED_INT32, &three, values);
    struct tfeed_tensor got = {.dtype = TFEED_DTYPE_INVALID};
    struct tfeed_batch_source source;
    cr_assert_eq(tfeed_batch_source_constant(NULL, &tensor, 1, false, &source, NULL), TFEED_OK);
    for (int i = 0; i < 2; i++) {
        cr_assert_eq(evaluate(&source, &got), TFEED_OK);
        cr_assert_eq(got.data, values);
        tfeed_tensor_clear(&got);
    }
    cr_assert(tfeed_shape_equal(&source.shapes[0], &three));
    tfeed_batch_source_clear(&source);
    T_EXPECT_NO_LEAKS(&(struct t_allocator){.outstanding_bytes = 0});
}

Test(batch_source, scalar_constant_has_no_rows)
{
    int32_t value = 1;
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    const struct tfeed_tensor tensor = tfeed_tensor_borrow(TFEED_INT32, &scalar, &value);
    struct tfeed_batch_source source;
    cr_assert_eq(tfeed_batch_source_constant(NULL, &tensor, 1, true, &source, NULL),
                 TFEED_INVALID_ARGUMENT);
}

/* --- queues -------------------------------------------------------------------------------- */

static struct tfeed_queue *make_queue(const struct tfeed_shape *shape)
{
    const enum tfeed_dtype dtype = TFEED_INT32;
    struct tfeed_queue_options options;
    struct tfeed_queue *queue = NULL;
    tfeed_queue_options_init(&options);
    options.dtypes = &dtype;
    options.shapes = shape;
    options.n_components = 1;
    cr_assert_eq(tfeed_fifo_queue_new(NULL, &options, &queue, NULL), TFEED_OK);
    return queue;
}

static void put_numbers(struct tfeed_queue *queue, int32_t n)
{
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    for (int32_t i = 0; i < n; i++) {
        const struct tfeed_tensor element = tfeed_tensor_borrow(TFEED_INT32, &scalar, &i);
        cr_assert_eq(tfeed_queue_enqueue(queue, &element, NULL), TFEED_OK);
    }
    cr_assert_eq(tfeed_queue_close(queue, false, NULL), TFEED_OK);
}

Test(batch_source, queue_gives_elements_until_it_ends)
{
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    struct tfeed_queue *queue = make_queue(&scalar);
    struct tfeed_tensor got = {.dtype = TFEED_DTYPE_INVALID};
    struct tfeed_batch_source source;
    put_numbers(queue, 2);
    cr_assert_eq(tfeed_batch_source_queue(NULL, queue, 0, &source, NULL), TFEED_OK);
    tfeed_queue_unref(queue); /* the source holds it */
    cr_assert_eq(evaluate(&source, &got), TFEED_OK);
    cr_assert_eq(evaluate(&source, &got), TFEED_OK);
    cr_assert_eq(tfeed_tensor_int32s(&got)[0], 1);
    cr_assert_eq(evaluate(&source, &got), TFEED_OUT_OF_RANGE);
    tfeed_tensor_clear(&got);
    tfeed_batch_source_clear(&source);
}

Test(batch_source, queue_gives_rows)
{
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    struct tfeed_queue *queue = make_queue(&scalar);
    struct tfeed_tensor got = {.dtype = TFEED_DTYPE_INVALID};
    struct tfeed_batch_source source;
    put_numbers(queue, 5);
    cr_assert_eq(tfeed_batch_source_queue(NULL, queue, 3, &source, NULL), TFEED_OK);
    cr_assert_eq(evaluate(&source, &got), TFEED_OK);
    cr_assert_eq(got.shape.dims[0], 3);
    cr_assert_eq(evaluate(&source, &got), TFEED_OK);
    cr_assert_eq(got.shape.dims[0], 2);
    tfeed_tensor_clear(&got);
    tfeed_batch_source_clear(&source);
    tfeed_queue_unref(queue);
}

Test(batch_source, queue_without_shapes_needs_them_from_the_options)
{
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    struct count_program program;
    struct tfeed_queue *queue = make_queue(NULL);
    struct tfeed_batch_options options;
    struct tfeed_batch_source source;
    tfeed_batch_options_init(&options);
    options.batch_size = 2;
    cr_assert_eq(count_program_init(&program, NULL), TFEED_OK);
    cr_assert_eq(tfeed_batch_source_queue(NULL, queue, 0, &source, NULL), TFEED_OK);
    cr_assert_eq(tfeed_fifo_batch(program.context, &source, &options, &program.batcher, NULL),
                 TFEED_INVALID_ARGUMENT);
    options.shapes = &scalar;
    cr_assert_eq(tfeed_fifo_batch(program.context, &source, &options, &program.batcher, NULL),
                 TFEED_OK);
    put_numbers(queue, 4);
    tfeed_queue_unref(queue);
    cr_assert_eq(count_start(&program), TFEED_OK);
    cr_assert_eq(count_next(&program), TFEED_OK);
    cr_assert_eq(count_next(&program), TFEED_OK);
    cr_assert_eq(count_number(&program, 0, 1), 3);
    cr_assert_eq(count_next(&program), TFEED_OUT_OF_RANGE);
    cr_assert_eq(count_end(&program, NULL), TFEED_OK);
}

Test(batch_source, negative_rows_are_invalid)
{
    struct tfeed_queue *queue = make_queue(NULL);
    struct tfeed_batch_source source;
    cr_assert_eq(tfeed_batch_source_queue(NULL, queue, -1, &source, NULL), TFEED_INVALID_ARGUMENT);
    cr_assert_eq(tfeed_batch_source_queue(NULL, NULL, 0, &source, NULL), TFEED_INVALID_ARGUMENT);
    tfeed_queue_unref(queue);
}

/* --- readers and maps ---------------------------------------------------------------------- */

/* The program's graph: key and value in, the value's length and whether that is even out. */
static tfeed_status measure(void *user_data, const struct tfeed_tensor *tensors,
                            struct tfeed_tensor *ret_tensors, struct tfeed_error *reterr)
{
    (void)user_data;
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    const size_t len = tfeed_tensor_strings(&tensors[1])[0].len;
    TFI_TRY(tfeed_tensor_alloc(TFEED_INT32, &scalar, NULL, &ret_tensors[0], reterr));
    TFI_TRY(tfeed_tensor_alloc(TFEED_BOOL, &scalar, NULL, &ret_tensors[1], reterr));
    tfeed_tensor_int32s(&ret_tensors[0])[0] = (int32_t)len;
    ((bool *)ret_tensors[1].data)[0] = len % 2 == 0;
    return TFEED_OK;
}

static int n_map_frees;

static void note_map_free(void *user_data)
{
    (void)user_data;
    n_map_frees++;
}

static const enum tfeed_dtype measured_dtypes[] = {TFEED_INT32, TFEED_BOOL};
static const struct tfeed_shape measured_shapes[] = {TFEED_SHAPE_SCALAR, TFEED_SHAPE_SCALAR};
static const struct tfeed_batch_map measuring = {.map = measure,
                                                 .free = note_map_free,
                                                 .dtypes = measured_dtypes,
                                                 .shapes = measured_shapes,
                                                 .n_components = 2};

/* Files ─▶ reader ─▶ map ─▶ maybe_batch on several threads: each piece finds its place. */
Test(batch_source, records_are_read_mapped_and_kept)
{
    struct t_temp_dir dir;
    char path[T_PATH_BYTES];
    const char *const paths[] = {path};
    struct count_program program;
    struct tfeed_producer_options producer;
    struct tfeed_batch_options options;
    struct tfeed_queue *names = NULL;
    struct tfeed_reader *reader = NULL;
    struct tfeed_batch_source records;
    struct tfeed_batch_source mapped;
    int n_rows = 0;
    t_temp_dir_init(&dir);
    fixture_write_file(t_temp_path(&dir, "part", path), 0, 300, -1, TFEED_COMPRESSION_NONE);
    tfeed_producer_options_init(&producer);
    producer.n_epochs = 1;
    tfeed_batch_options_init(&options);
    options.batch_size = 7;
    options.n_threads = 3;
    options.allow_smaller_final_batch = true;
    cr_assert_eq(count_program_init(&program, NULL), TFEED_OK);
    cr_assert_eq(tfeed_string_input_producer(program.context, paths, 1, &producer, &names, NULL),
                 TFEED_OK);
    cr_assert_eq(tfeed_tfrecord_reader_new(NULL, &reader, NULL), TFEED_OK);
    cr_assert_eq(tfeed_batch_source_reader(NULL, reader, names, 0, &records, NULL), TFEED_OK);
    cr_assert_eq(tfeed_batch_source_map(NULL, &records, &measuring, &mapped, NULL), TFEED_OK);
    cr_assert_eq(tfeed_maybe_fifo_batch(program.context, &mapped, &options, &program.batcher, NULL),
                 TFEED_OK);
    tfeed_reader_unref(reader);
    tfeed_queue_unref(names);
    cr_assert_eq(count_start(&program), TFEED_OK);
    while (count_next(&program) == TFEED_OK)
        for (int64_t row = 0; row < count_n_rows(&program, 0); row++, n_rows++)
            cr_assert_eq(count_number(&program, 0, row) % 2, 0);
    cr_assert_eq(count_end(&program, NULL), TFEED_OK);
    cr_assert(n_rows > 0 && n_rows < 300, "%d rows", n_rows);
    cr_assert_eq(n_map_frees, 1);
    t_temp_dir_clear(&dir);
}

Test(batch_source, reader_gives_rows)
{
    struct t_temp_dir dir;
    char path[T_PATH_BYTES];
    struct tfeed_bytes storage;
    struct tfeed_reader *reader = NULL;
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    const enum tfeed_dtype dtype = TFEED_STRING;
    struct tfeed_queue_options options;
    struct tfeed_queue *names = NULL;
    struct tfeed_batch_source source;
    struct tfeed_tensor got[2] = {{.dtype = TFEED_DTYPE_INVALID}};
    t_temp_dir_init(&dir);
    fixture_write_file(t_temp_path(&dir, "part", path), 0, 5, -1, TFEED_COMPRESSION_NONE);
    tfeed_queue_options_init(&options);
    options.dtypes = &dtype;
    options.shapes = &scalar;
    options.n_components = 1;
    cr_assert_eq(tfeed_fifo_queue_new(NULL, &options, &names, NULL), TFEED_OK);
    const struct tfeed_tensor name = tfeed_tensor_borrow_string(&storage, path);
    cr_assert_eq(tfeed_queue_enqueue(names, &name, NULL), TFEED_OK);
    cr_assert_eq(tfeed_queue_close(names, false, NULL), TFEED_OK);
    cr_assert_eq(tfeed_tfrecord_reader_new(NULL, &reader, NULL), TFEED_OK);
    cr_assert_eq(tfeed_batch_source_reader(NULL, reader, names, 100, &source, NULL), TFEED_OK);
    cr_assert_eq(evaluate(&source, got), TFEED_OK);
    cr_assert(got[0].shape.dims[0] == 5 && got[1].shape.dims[0] == 5);
    tfeed_tensor_clear(&got[0]);
    tfeed_tensor_clear(&got[1]);
    cr_assert_eq(evaluate(&source, got), TFEED_OUT_OF_RANGE);
    tfeed_batch_source_clear(&source);
    tfeed_reader_unref(reader);
    tfeed_queue_unref(names);
    t_temp_dir_clear(&dir);
}

Test(batch_source, map_without_function_is_invalid)
{
    const struct tfeed_batch_source source = count_to(&counting, 3, numbers, 1);
    struct tfeed_batch_map map = measuring;
    struct tfeed_batch_source mapped;
    map.map = NULL;
    cr_assert_eq(tfeed_batch_source_map(NULL, &source, &map, &mapped, NULL),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_eq(counting.n_frees, 0);
}

/* --- limit_epochs -------------------------------------------------------------------------- */

Test(batch_source, limit_ends_the_evaluations)
{
    const struct tfeed_batch_source source = count_to(&counting, 10, numbers, 1);
    struct tfeed_batch_source limited;
    struct tfeed_tensor got = {.dtype = TFEED_DTYPE_INVALID};
    cr_assert_eq(tfeed_limit_epochs(NULL, &source, 2, &limited, NULL), TFEED_OK);
    for (int i = 0; i < 2; i++) {
        cr_assert_eq(evaluate(&limited, &got), TFEED_OK);
        tfeed_tensor_clear(&got);
    }
    cr_assert_eq(evaluate(&limited, &got), TFEED_OUT_OF_RANGE);
    cr_assert_eq(evaluate(&limited, &got), TFEED_OUT_OF_RANGE);
    cr_assert_eq(counting.n_frees, 0);
    tfeed_batch_source_clear(&limited);
    cr_assert_eq(counting.n_frees, 1);
}

Test(batch_source, without_limit_the_source_is_passed_on)
{
    const struct tfeed_batch_source source = count_to(&counting, 200, numbers, 1);
    struct tfeed_batch_source limited;
    struct tfeed_tensor got = {.dtype = TFEED_DTYPE_INVALID};
    cr_assert_eq(tfeed_limit_epochs(NULL, &source, TFEED_EPOCHS_ENDLESS, &limited, NULL), TFEED_OK);
    for (int i = 0; i < 100; i++) {
        cr_assert_eq(evaluate(&limited, &got), TFEED_OK);
        tfeed_tensor_clear(&got);
    }
    tfeed_batch_source_clear(&limited);
    cr_assert_eq(counting.n_frees, 1);
}

Test(batch_source, limit_of_none_is_invalid)
{
    const struct tfeed_batch_source source = count_to(&counting, 3, numbers, 1);
    struct tfeed_batch_source limited;
    cr_assert_eq(tfeed_limit_epochs(NULL, &source, 0, &limited, NULL), TFEED_INVALID_ARGUMENT);
    cr_assert_eq(tfeed_limit_epochs(NULL, NULL, 1, &limited, NULL), TFEED_INVALID_ARGUMENT);
}

/* --- memory -------------------------------------------------------------------------------- */

static tfeed_status make_chain(struct tfeed_context *context, struct tfeed_queue *queue)
{
    struct tfeed_batch_source source;
    struct tfeed_batch_source limited;
    struct tfeed_batch_source mapped;
    tfeed_status status = tfeed_batch_source_queue(context, queue, 0, &source, NULL);
    if (status != TFEED_OK)
        return status;
    status = tfeed_limit_epochs(context, &source, 3, &limited, NULL);
    if (status != TFEED_OK) {
        tfeed_batch_source_clear(&source);
        return status;
    }
    status = tfeed_batch_source_map(context, &limited, &measuring, &mapped, NULL);
    tfeed_batch_source_clear(status == TFEED_OK ? &mapped : &limited);
    return status;
}

Test(batch_source, each_failing_allocation_is_reported)
{
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_context_options options;
        struct tfeed_context *context = NULL;
        struct tfeed_queue *queue = make_queue(NULL);
        tfeed_context_options_init(&options);
        options.allocator = allocator;
        tfeed_status status = tfeed_context_new(&options, &context, NULL);
        if (status == TFEED_OK)
            status = make_chain(context, queue);
        cr_assert_eq(tfeed_context_close(context, NULL), TFEED_OK);
        tfeed_queue_unref(queue);
        T_EXPECT_ALLOC_STATUS(status);
    });
}
