/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_output_lanes.c - files of records copied by several threads: the same bytes, and the same
 * errors, as by one.
 */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tfeed/datasets.h>

#include "core/thread_internal.h"
#include "tests/support/scripted_files.h"
#include "tests/support/support.h"

enum { N_INPUTS = 3, N_RECORDS = 3000, LARGE_RECORD = 1500, LARGE_BYTES = 5 << 20, MAX_OUT = 20 };

static struct tfeed_memory_files *memory;
static struct tfeed_dataset_write_options options;
static struct tfeed_dataset_write_report report;
static const char *const inputs[N_INPUTS] = {"in-0", "in-1", "in-2"};

/* Records of 0 to some 900 bytes, one of which exceeds all buffers. Lanes begin with the first
 * input, which is compressed. */
static void make_input(const char *path, unsigned seed, bool has_large,
                       enum tfeed_compression compression)
{
    struct tfeed_record_writer_options writer_options;
    struct tfeed_record_writer *writer;
    uint8_t *payload = calloc(1, LARGE_BYTES);
    tfeed_record_writer_options_init(&writer_options);
    writer_options.file_system = options.file_system;
    writer_options.compression = compression;
    cr_assert_eq(tfeed_record_writer_open(path, &writer_options, &writer, NULL), TFEED_OK);
    for (int i = 0; i < N_RECORDS; i++) {
        seed = seed * 1103515245u + 12345u;
        const size_t len = has_large && i == LARGE_RECORD ? LARGE_BYTES : (seed >> 16) % 900;
        for (size_t k = 0; k < len && k < 1000; k++)
            payload[k] = (uint8_t)(seed >> (k % 4 * 8));
        cr_assert_eq(tfeed_record_writer_write(writer, payload, len, NULL), TFEED_OK);
    }
    cr_assert_eq(tfeed_record_writer_close(writer, NULL), TFEED_OK);
    tfeed_record_writer_free(writer);
    free(payload);
}

static void set_up(void)
{
    cr_assert_eq(tfeed_memory_files_new(NULL, &memory, NULL), TFEED_OK);
    tfeed_dataset_write_options_init(&options);
    options.file_system = tfeed_memory_files_system(memory);
    options.overwrite = true;
    for (unsigned i = 0; i < N_INPUTS; i++)
        make_input(inputs[i], i + 1, i == 1,
                   i == 0 ? TFEED_COMPRESSION_GZIP : TFEED_COMPRESSION_NONE);
}

static void tear_down(void)
{
    tfeed_dataset_write_report_clear(&report);
    tfeed_memory_files_free(memory);
}

TestSuite(output_lanes, .init = set_up, .fini = tear_down);

/* What is done with n_threads, and how its outputs are called. */
typedef tfeed_status (*operation_fn)(struct tfeed_error *reterr);

static tfeed_status merge(struct tfeed_error *reterr)
{
    return tfeed_dataset_merge(inputs, N_INPUTS, "out", &options, &report, reterr);
}

static tfeed_status cut_in_shards(struct tfeed_error *reterr)
{
    return tfeed_dataset_reshard(inputs, N_INPUTS, "s", TFEED_CUT_SHARDS, 5, &options, &report,
                                 reterr);
}

static tfeed_status cut_in_many(struct tfeed_error *reterr)
{
    return tfeed_dataset_reshard(inputs, N_INPUTS, "m", TFEED_CUT_SHARDS, MAX_OUT, &options,
                                 &report, reterr);
}

static tfeed_status deal(struct tfeed_error *reterr)
{
    return tfeed_dataset_reshard(inputs, N_INPUTS, "r", TFEED_CUT_ROUND_ROBIN, 5, &options, &report,
                                 reterr);
}

static tfeed_status draw(struct tfeed_error *reterr)
{
    static const struct tfeed_dataset_part parts[] = {
        {"a", 0.5, 0}, {"b", 0.3, 0}, {"c", -1, TFEED_DATASET_REST}};
    return tfeed_dataset_split(inputs, N_INPUTS, "d", parts, 3, TFEED_DRAW_RANDOM, 7, &options,
                               &report, reterr);
}

static const operation_fn operations[] = {merge, cut_in_shards, cut_in_many, deal, draw};
enum { N_OPERATIONS = sizeof operations / sizeof *operations };

static struct tfeed_bytes content_of(size_t output)
{
    struct tfeed_bytes content;
    cr_assert_eq(tfeed_memory_files_get(memory, report.outputs[output].path, &content, NULL),
                 TFEED_OK);
    return content;
}

static void expect_same_for_any_number(operation_fn operation)
{
    struct tfeed_bytes first[MAX_OUT];
    uint64_t n_records[MAX_OUT];
    size_t n_outputs = 0;
    for (options.n_threads = 1; options.n_threads <= 4; options.n_threads++) {
        tfeed_dataset_write_report_clear(&report);
        cr_assert_eq(operation(NULL), TFEED_OK);
        cr_assert_eq(report.n_records, N_INPUTS * N_RECORDS);
        for (size_t i = 0; i < report.n_outputs; i++) {
            const struct tfeed_bytes content = content_of(i);
            if (options.n_threads == 1) {
                n_outputs = report.n_outputs;
                first[i] = content;
                n_records[i] = report.outputs[i].n_records;
                continue;
            }
            cr_assert_eq(report.outputs[i].n_records, n_records[i]);
            cr_assert_eq(content.len, first[i].len);
            cr_assert_eq(memcmp(content.data, first[i].data, content.len), 0);
            tfeed_block_unref(content.block);
        }
    }
    for (size_t i = 0; i < n_outputs; i++)
        tfeed_block_unref(first[i].block);
}

Test(output_lanes, any_number_of_threads_writes_the_same_bytes)
{
    for (size_t i = 0; i < N_OPERATIONS; i++)
        expect_same_for_any_number(operations[i]);
}

Test(output_lanes, any_number_of_threads_compresses_to_the_same_bytes)
{
    options.compression = TFEED_COMPRESSION_GZIP;
    for (size_t i = 0; i < N_OPERATIONS; i++)
        expect_same_for_any_number(operations[i]);
}

Test(output_lanes, damage_is_told_as_by_one_thread_and_leaves_nothing)
{
    struct tfeed_bytes content;
    cr_assert_eq(tfeed_memory_files_get(memory, inputs[2], &content, NULL), TFEED_OK);
    uint8_t *bytes = malloc(content.len);
    memcpy(bytes, content.data, content.len);
    bytes[content.len - 1] ^= 1;
    cr_assert_eq(tfeed_memory_files_put(memory, inputs[2], bytes, content.len, NULL), TFEED_OK);
    free(bytes);
    tfeed_block_unref(content.block);
    for (size_t i = 0; i < N_OPERATIONS; i++) {
        struct tfeed_error first = TFEED_ERROR_INIT;
        for (options.n_threads = 1; options.n_threads <= 4; options.n_threads++) {
            struct tfeed_error error;
            tfeed_dataset_write_report_clear(&report);
            cr_assert_eq(operations[i](&error), TFEED_DATA_LOSS);
            cr_assert_eq(error.record, N_RECORDS - 1);
            if (options.n_threads == 1)
                first = error;
            cr_assert_str_eq(error.message, first.message);
            for (size_t k = 0; k < report.n_outputs; k++)
                cr_assert_not(report.outputs[k].appeared);
        }
    }
}

/* Reads from memory, writes to a disk that is full. */
static struct t_scripted_files full;
static struct tfeed_file_system mixed;

static tfeed_status open_output(void *user_data, const char *path, uint32_t flags,
                                const struct tfeed_allocator *allocator, void **ret_output,
                                struct tfeed_error *reterr)
{
    (void)user_data;
    return full.table.open_output(full.table.user_data, path, flags, allocator, ret_output, reterr);
}

Test(output_lanes, full_disk_is_told_by_any_number_of_threads)
{
    const struct tfeed_file_system *files = options.file_system;
    t_scripted_files_init(&full, "", 0);
    full.full_at = 1 << 20;
    mixed = *files;
    mixed.open_output = open_output;
    mixed.write = full.table.write;
    mixed.flush = full.table.flush;
    mixed.commit = full.table.commit;
    mixed.discard = full.table.discard;
    options.file_system = &mixed;
    for (options.n_threads = 1; options.n_threads <= 3; options.n_threads++) {
        struct tfeed_error error;
        tfeed_dataset_write_report_clear(&report);
        const tfeed_status status = merge(&error);
        cr_assert_eq(status, TFEED_RESOURCE_EXHAUSTED, "%s", error.message);
        cr_assert_not(report.outputs[0].appeared);
    }
    cr_assert_eq(full.n_committed, 0);
    t_scripted_files_clear(&full);
}

static bool stop_at_once(void *user_data, uint64_t n_records, uint64_t n_total, uint64_t n_bytes)
{
    (void)n_records;
    (void)n_total;
    (void)n_bytes;
    return --*(int *)user_data > 0;
}

Test(output_lanes, stopped_operation_leaves_nothing)
{
    options.n_threads = 3;
    options.progress = stop_at_once;
    for (int after = 1; after <= 20; after += 6) {
        int n_left = after;
        options.user_data = &n_left;
        tfeed_dataset_write_report_clear(&report);
        cr_assert_eq(deal(NULL), TFEED_CANCELLED);
        for (size_t i = 0; i < report.n_outputs; i++)
            cr_assert_not(report.outputs[i].appeared);
    }
}

Test(output_lanes, every_allocation_may_fail)
{
    options.n_threads = 3;
    T_FAIL_EACH_ALLOC(allocator, {
        options.allocator = allocator;
        T_EXPECT_ALLOC_STATUS(deal(NULL));
        tfeed_dataset_write_report_clear(&report);
    });
}

Test(output_lanes, without_threads_the_caller_writes)
{
    struct tfeed_bytes content;
    cr_assert_eq(merge(NULL), TFEED_OK);
    const uint64_t n_bytes = report.n_bytes;
    options.n_threads = 4;
    tfi_thread_fail_starts(0, 100);
    tfeed_dataset_write_report_clear(&report);
    cr_assert_eq(merge(NULL), TFEED_OK);
    tfi_thread_fail_starts(0, 0);
    cr_assert_eq(report.n_bytes, n_bytes);
    content = content_of(0);
    cr_assert_eq(content.len, n_bytes + 16 * (uint64_t)N_INPUTS * N_RECORDS);
    tfeed_block_unref(content.block);
}
