/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_reader.c - the states that readers share, seen through the reader of TFRecord files.
 */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tfeed/readers.h>

#include "core/block_internal.h"
#include "core/thread_internal.h"
#include "readers/readers_internal.h"
#include "tests/support/record_bytes.h"
#include "tests/support/support.h"

static struct t_temp_dir dir;
static struct tfeed_queue *names;
static struct tfeed_reader *reader;
static struct tfeed_tensor key;
static struct tfeed_tensor value;

static void set_up(void)
{
    static const enum tfeed_dtype dtype = TFEED_STRING;
    static const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    struct tfeed_queue_options options;
    t_temp_dir_init(&dir);
    tfeed_queue_options_init(&options);
    options.dtypes = &dtype;
    options.shapes = &scalar;
    options.n_components = 1;
    cr_assert_eq(tfeed_fifo_queue_new(NULL, &options, &names, NULL), TFEED_OK);
    cr_assert_eq(tfeed_tfrecord_reader_new(NULL, &reader, NULL), TFEED_OK);
}

static void tear_down(void)
{
    tfeed_tensor_clear(&key);
    tfeed_tensor_clear(&value);
    tfeed_reader_unref(reader);
    tfeed_queue_unref(names);
    t_temp_dir_clear(&dir);
}

TestSuite(reader, .init = set_up, .fini = tear_down);

static void enqueue_path(const char *path)
{
    struct tfeed_bytes storage;
    const struct tfeed_tensor element = tfeed_tensor_borrow_string(&storage, path);
    cr_assert_eq(tfeed_queue_enqueue(names, &element, NULL), TFEED_OK);
}

/* Writes records "NAME0", "NAME1", …; flips a bit of the payload of record `damaged`, if it is
 * one. */
static void put_damaged_file(const char *name, int n_records, int damaged)
{
    struct t_record_bytes bytes;
    char path[T_PATH_BYTES], payload[T_PATH_BYTES];
    t_record_bytes_init(&bytes);
    for (int i = 0; i < n_records; i++) {
        const size_t at = bytes.len + TFEED_RECORD_HEADER_BYTES;
        const int len = snprintf(payload, sizeof payload, "%s%d", name, i);
        t_record_bytes_add(&bytes, payload, (size_t)len);
        if (i == damaged)
            t_record_bytes_flip(&bytes, at, 0);
    }
    t_write_file(t_temp_path(&dir, name, path), bytes.data, bytes.len);
    t_record_bytes_clear(&bytes);
    enqueue_path(path);
}

static void put_file(const char *name, int n_records)
{
    put_damaged_file(name, n_records, -1);
}

static void close_names(void)
{
    cr_assert_eq(tfeed_queue_close(names, false, NULL), TFEED_OK);
}

static tfeed_status read_one(void)
{
    tfeed_tensor_clear(&key);
    tfeed_tensor_clear(&value);
    return tfeed_reader_read(reader, names, &key, &value, NULL);
}

static tfeed_status read_up_to(int64_t n)
{
    tfeed_tensor_clear(&key);
    tfeed_tensor_clear(&value);
    return tfeed_reader_read_up_to(reader, names, n, &key, &value, NULL);
}

static bool is_text(const struct tfeed_tensor *tensor, size_t i, const char *text)
{
    const struct tfeed_bytes *bytes = &tfeed_tensor_strings(tensor)[i];
    return bytes->len == strlen(text) && memcmp(bytes->data, text, bytes->len) == 0;
}

static bool is_counted(int64_t n_produced, int64_t n_completed)
{
    return tfeed_reader_n_records_produced(reader) == n_produced &&
           tfeed_reader_n_work_units_completed(reader) == n_completed;
}

/* --- read ---------------------------------------------------------------------------------- */

Test(reader, records_come_file_after_file)
{
    put_file("a", 2);
    put_file("empty", 0);
    put_file("b", 1);
    close_names();
    cr_assert_eq(read_one(), TFEED_OK);
    cr_assert(is_text(&value, 0, "a0"));
    cr_assert_eq(read_one(), TFEED_OK);
    cr_assert(is_text(&value, 0, "a1"));
    cr_assert_eq(read_one(), TFEED_OK);
    cr_assert(is_text(&value, 0, "b0"));
    cr_assert_eq(read_one(), TFEED_OUT_OF_RANGE);
    cr_assert(is_counted(3, 3));
}

Test(reader, key_is_file_and_offset)
{
    char path[T_PATH_BYTES], expected[T_PATH_BYTES + 8];
    put_file("a", 2);
    close_names();
    cr_assert_eq(read_one(), TFEED_OK);
    cr_assert_eq(read_one(), TFEED_OK);
    (void)snprintf(expected, sizeof expected, "%s:18", t_temp_path(&dir, "a", path));
    cr_assert(is_text(&key, 0, expected));
}

Test(reader, key_can_be_left_out)
{
    put_file("a", 1);
    cr_assert_eq(tfeed_reader_read(reader, names, NULL, &value, NULL), TFEED_OK);
    cr_assert(is_text(&value, 0, "a0"));
}

Test(reader, value_outlives_file_and_reader)
{
    put_file("a", 1);
    cr_assert_eq(read_one(), TFEED_OK);
    tfeed_reader_unref(reader);
    cr_assert(is_text(&value, 0, "a0"));
    cr_assert_eq(tfeed_tfrecord_reader_new(NULL, &reader, NULL), TFEED_OK);
}

Test(reader, unit_counts_as_completed_when_its_end_is_noticed)
{
    put_file("a", 1);
    put_file("b", 1);
    cr_assert_eq(read_one(), TFEED_OK);
    cr_assert(is_counted(1, 0));
    cr_assert_eq(read_one(), TFEED_OK);
    cr_assert(is_counted(2, 1));
}

/* --- errors -------------------------------------------------------------------------------- */

Test(reader, missing_file_is_reported_once_and_left_behind)
{
    enqueue_path("/nowhere/at/all");
    put_file("a", 1);
    cr_assert_eq(read_one(), TFEED_NOT_FOUND);
    cr_assert_eq(read_one(), TFEED_OK);
    cr_assert(is_text(&value, 0, "a0"));
    cr_assert(is_counted(1, 0));
}

Test(reader, damaged_record_is_met_again_until_reset)
{
    put_damaged_file("bad", 3, 1);
    put_file("a", 1);
    cr_assert_eq(read_one(), TFEED_OK);
    cr_assert_eq(read_one(), TFEED_DATA_LOSS);
    cr_assert_eq(read_one(), TFEED_DATA_LOSS);
    cr_assert(is_counted(1, 0));
    tfeed_reader_reset(reader);
    cr_assert(is_counted(0, 0));
    cr_assert_eq(read_one(), TFEED_OK);
    cr_assert(is_text(&value, 0, "a0"));
}

Test(reader, damage_is_told_with_file_record_and_offset)
{
    struct tfeed_error error;
    put_damaged_file("bad", 3, 1);
    cr_assert_eq(read_one(), TFEED_OK);
    cr_assert_eq(tfeed_reader_read(reader, names, NULL, &value, &error), TFEED_DATA_LOSS);
    cr_assert_eq(error.record, 1);
    cr_assert_eq(error.offset, TFEED_RECORD_HEADER_BYTES + 4 + TFEED_RECORD_FOOTER_BYTES);
    cr_assert_not_null(strstr(error.path, "bad"));
}

Test(reader, queue_of_other_elements_is_refused)
{
    static const enum tfeed_dtype dtype = TFEED_INT32;
    struct tfeed_queue *numbers = NULL;
    struct tfeed_queue_options options;
    tfeed_queue_options_init(&options);
    options.dtypes = &dtype;
    options.n_components = 1;
    cr_assert_eq(tfeed_fifo_queue_new(NULL, &options, &numbers, NULL), TFEED_OK);
    cr_assert_eq(tfeed_reader_read(reader, numbers, &key, &value, NULL), TFEED_INVALID_ARGUMENT);
    tfeed_queue_unref(numbers);
}

Test(reader, name_with_a_nul_is_refused_and_left_behind)
{
    struct tfeed_tensor element = {.dtype = TFEED_DTYPE_INVALID};
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    cr_assert_eq(tfeed_tensor_alloc(TFEED_STRING, &scalar, NULL, &element, NULL), TFEED_OK);
    cr_assert_eq(tfeed_tensor_set_string(&element, 0, "a\0b", 3, NULL), TFEED_OK);
    cr_assert_eq(tfeed_queue_enqueue(names, &element, NULL), TFEED_OK);
    tfeed_tensor_clear(&element);
    put_file("a", 1);
    cr_assert_eq(read_one(), TFEED_INVALID_ARGUMENT);
    cr_assert_eq(read_one(), TFEED_OK);
}

/* --- read_up_to ---------------------------------------------------------------------------- */

Test(reader, up_to_gives_as_many_as_are_asked_for)
{
    put_file("a", 5);
    cr_assert_eq(read_up_to(3), TFEED_OK);
    cr_assert_eq(tfeed_tensor_n_elements(&value), 3);
    cr_assert_eq(tfeed_tensor_n_elements(&key), 3);
    cr_assert(is_text(&value, 2, "a2"));
}

Test(reader, up_to_never_spans_two_files)
{
    put_file("a", 2);
    put_file("b", 2);
    cr_assert_eq(read_up_to(3), TFEED_OK);
    cr_assert_eq(tfeed_tensor_n_elements(&value), 2);
    cr_assert(is_counted(2, 1)); /* the end was noticed */
    cr_assert_eq(read_up_to(3), TFEED_OK);
    cr_assert(is_text(&value, 0, "b0"));
}

Test(reader, up_to_collects_several_runs)
{
    put_file("a", 3 * TFI_RUN_RECORDS + 7);
    cr_assert_eq(read_up_to(1000), TFEED_OK);
    cr_assert_eq(tfeed_tensor_n_elements(&value), 3 * TFI_RUN_RECORDS + 7);
    cr_assert(is_text(&value, 3 * TFI_RUN_RECORDS + 6, "a390"));
}

Test(reader, up_to_gives_up_records_before_an_error)
{
    put_damaged_file("bad", 4, 2);
    cr_assert_eq(read_up_to(4), TFEED_DATA_LOSS);
    cr_assert(is_counted(2, 0));
    cr_assert_null(value.buffer);
}

Test(reader, up_to_none_touches_no_name)
{
    put_file("a", 1);
    cr_assert_eq(read_up_to(0), TFEED_OK);
    cr_assert_eq(tfeed_tensor_n_elements(&value), 0);
    cr_assert_eq(tfeed_queue_size(names), 1);
}

Test(reader, up_to_a_negative_number_is_refused)
{
    cr_assert_eq(read_up_to(-1), TFEED_INVALID_ARGUMENT);
}

Test(reader, up_to_a_huge_number_asks_for_no_huge_memory)
{
    put_file("a", 2);
    cr_assert_eq(read_up_to(INT64_MAX), TFEED_OK);
    cr_assert_eq(tfeed_tensor_n_elements(&value), 2);
}

/* --- runs ---------------------------------------------------------------------------------- */

Test(reader, run_leaves_an_error_to_the_next_one)
{
    struct tfeed_bytes records[TFI_RUN_RECORDS];
    size_t n = 0;
    put_damaged_file("bad", 4, 2);
    cr_assert_eq(tfi_reader_read_run(reader, names, TFI_RUN_RECORDS, records, &n, NULL), TFEED_OK);
    cr_assert_eq(n, 2);
    tfi_bytes_unref_n(records, n);
    cr_assert_eq(tfi_reader_read_run(reader, names, TFI_RUN_RECORDS, records, &n, NULL),
                 TFEED_DATA_LOSS);
}

/* --- reset and state ----------------------------------------------------------------------- */

Test(reader, reset_leaves_out_the_rest_of_the_file)
{
    put_file("a", 3);
    put_file("b", 1);
    cr_assert_eq(read_one(), TFEED_OK);
    tfeed_reader_reset(reader);
    cr_assert_eq(read_one(), TFEED_OK);
    cr_assert(is_text(&value, 0, "b0"));
    cr_assert(is_counted(1, 0));
}

Test(reader, state_cannot_be_saved)
{
    const struct tfeed_bytes state = {.data = (const uint8_t *)"\x08\x01", .len = 2};
    cr_assert_eq(tfeed_reader_serialize_state(reader, &value, NULL), TFEED_UNIMPLEMENTED);
    cr_assert_eq(tfeed_reader_restore_state(reader, &state, NULL), TFEED_UNIMPLEMENTED);
}

/* --- threads and memory -------------------------------------------------------------------- */

struct reading {
    struct tfi_thread thread;
    int n_read;
};

static void read_to_the_end(void *argument)
{
    struct reading *reading = argument;
    struct tfeed_tensor record = {.dtype = TFEED_DTYPE_INVALID};
    while (tfeed_reader_read(reader, names, NULL, &record, NULL) == TFEED_OK) {
        reading->n_read++;
        tfeed_tensor_clear(&record);
    }
}

Test(reader, shared_by_threads_each_record_comes_once)
{
    enum { N_THREADS = 3, N_RECORDS = 500 };
    struct reading readings[N_THREADS] = {{.n_read = 0}};
    int n_read = 0;
    put_file("a", N_RECORDS);
    put_file("b", N_RECORDS);
    close_names();
    for (int i = 0; i < N_THREADS; i++)
        cr_assert_eq(
            tfi_thread_start(&readings[i].thread, "reads", read_to_the_end, &readings[i], NULL),
            TFEED_OK);
    for (int i = 0; i < N_THREADS; i++) {
        tfi_thread_join(&readings[i].thread);
        n_read += readings[i].n_read;
    }
    cr_assert_eq(n_read, 2 * N_RECORDS);
    cr_assert(is_counted(2 * N_RECORDS, 2));
}

Test(reader, options_that_were_not_initialised_are_refused)
{
    const struct tfeed_record_reader_options options = {.struct_size = 1};
    struct tfeed_reader *other = NULL;
    cr_assert_eq(tfeed_tfrecord_reader_new(&options, &other, NULL), TFEED_INVALID_ARGUMENT);
}

Test(reader, no_memory_is_reported_and_the_file_is_left_behind)
{
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_record_reader_options options;
        struct tfeed_reader *failing = NULL;
        put_file("a", 3);
        tfeed_record_reader_options_init(&options);
        options.allocator = allocator;
        tfeed_status status = tfeed_tfrecord_reader_new(&options, &failing, NULL);
        if (status == TFEED_OK)
            status = tfeed_reader_read_up_to(failing, names, 2, &key, &value, NULL);
        T_EXPECT_ALLOC_STATUS(status);
        tfeed_tensor_clear(&key);
        tfeed_tensor_clear(&value);
        tfeed_reader_unref(failing);
    });
}
