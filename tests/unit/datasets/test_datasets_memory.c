/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_datasets_memory.c - whole operations while memory is short: nothing of them appears, and
 * made again they succeed.
 */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include <tfeed/datasets.h>
#include <tfeed/features.h>

#include "tests/unit/datasets/numbered_files.h"
#include "tests/support/expect_retry.h"

/* Files "a" (0 to 4) and "b" (5 to 9, compressed) in memory. */
static struct tfeed_memory_files *memory;
static const struct tfeed_file_system *files;
static char text[NUMBERED_TEXT_BYTES];
static const char *const both[] = {"a", "b"};

static void set_up(void)
{
    cr_assert_eq(tfeed_memory_files_new(NULL, &memory, NULL), TFEED_OK);
    files = tfeed_memory_files_system(memory);
    numbered_put(files, "a", 0, 5, TFEED_COMPRESSION_NONE);
    numbered_put(files, "b", 5, 10, TFEED_COMPRESSION_GZIP);
}

static void tear_down(void)
{
    tfeed_memory_files_free(memory);
}

TestSuite(datasets_memory, .init = set_up, .fini = tear_down);

/* What is written from "a" and "b", and where. */
enum operation {
    MERGE,
    RESHARD_RECORDS,
    RESHARD_BYTES,
    RESHARD_ROUND_ROBIN,
    SPLIT_RANGES,
    N_OPERATIONS
};

static const struct tfeed_dataset_part parts[] = {{"x", 0.4, 0}, {"y", -1, TFEED_DATASET_REST}};

static tfeed_status call(enum operation operation, const char *out,
                         const struct tfeed_dataset_write_options *options,
                         struct tfeed_dataset_write_report *ret_report)
{
    switch (operation) {
    case MERGE:
        return tfeed_dataset_merge(both, 2, out, options, ret_report, NULL);
    case RESHARD_RECORDS:
        return tfeed_dataset_reshard(both, 2, out, TFEED_CUT_RECORDS, 4, options, ret_report, NULL);
    case RESHARD_BYTES:
        return tfeed_dataset_reshard(both, 2, out, TFEED_CUT_BYTES, 90, options, ret_report, NULL);
    case RESHARD_ROUND_ROBIN:
        return tfeed_dataset_reshard(both, 2, out, TFEED_CUT_ROUND_ROBIN, 3, options, ret_report,
                                     NULL);
    default:
        return tfeed_dataset_split(both, 2, out, parts, 2, TFEED_DRAW_RANGES, 0, options,
                                   ret_report, NULL);
    }
}

/* The status; what has appeared after a failure is a fault. */
static tfeed_status write_all(enum operation operation, const char *out,
                              const struct tfeed_dataset_write_options *options)
{
    struct tfeed_dataset_write_report report;
    const tfeed_status status = call(operation, out, options, &report);
    uint64_t n_records = 0;
    for (size_t i = 0; i < report.n_outputs; i++) {
        cr_assert_eq(report.outputs[i].appeared, status == TFEED_OK);
        n_records += report.outputs[i].n_records;
    }
    if (status == TFEED_OK)
        cr_assert_eq(n_records, 10);
    tfeed_dataset_write_report_clear(&report);
    return status;
}

/* A new name for each allocation that fails, and nothing is overwritten: a file that a failed call
 * has left would be ALREADY_EXISTS. */
static void write_with_failing_allocations(enum operation operation,
                                           enum tfeed_compression compression, uint32_t n_threads)
{
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_dataset_write_options options;
        char out[64];
        snprintf(out, sizeof out, "out-%d-%zu", (int)operation, t_nth);
        tfeed_dataset_write_options_init(&options);
        options.compression = compression;
        options.n_threads = n_threads;
        options.file_system = files;
        options.allocator = allocator;
        EXPECT_RETRY(write_all(operation, out, &options));
        if (operation == MERGE)
            cr_assert_str_eq(numbered_get(files, out, text), "0 1 2 3 4 5 6 7 8 9");
    });
}

Test(datasets_memory, records_are_written_after_a_failure)
{
    for (int i = 0; i < N_OPERATIONS; i++)
        write_with_failing_allocations((enum operation)i, TFEED_COMPRESSION_NONE, 1);
}

/* Outputs that are compressed in pieces, and outputs that are filled side by side. */
Test(datasets_memory, records_are_written_by_threads_after_a_failure)
{
    write_with_failing_allocations(MERGE, TFEED_COMPRESSION_GZIP, 2);
    write_with_failing_allocations(SPLIT_RANGES, TFEED_COMPRESSION_GZIP, 2);
}

Test(datasets_memory, lines_are_converted_after_a_failure)
{
    static const char *const lines[] = {"lines"};
    static const char json[] =
        "{\"features\": {\"a\": {\"float\": [1.5, \"NaN\"]}, \"b\": {\"bytes\": [\"YQ==\", \"\"]},"
        " \"c\": {\"int64\": [-1]}}}\n"
        "{\"context\": {\"n\": {\"int64\": [1]}}, \"feature_lists\": {\"s\": [{\"int64\": [1]},"
        " {\"int64\": [2, 3]}]}}\n";
    cr_assert_eq(tfeed_memory_files_put(memory, "lines", json, sizeof json - 1, NULL), TFEED_OK);
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_dataset_write_options options;
        struct tfeed_dataset_write_report report;
        char out[32];
        snprintf(out, sizeof out, "out-%zu", t_nth);
        tfeed_dataset_write_options_init(&options);
        options.file_system = files;
        options.allocator = allocator;
        tfeed_status status =
            tfeed_dataset_from_jsonl(lines, 1, out, false, &options, &report, NULL);
        T_EXPECT_ALLOC_STATUS(status);
        tfeed_dataset_write_report_clear(&report);
        if (status != TFEED_OK)
            status = tfeed_dataset_from_jsonl(lines, 1, out, false, &options, &report, NULL);
        cr_assert_eq(status, TFEED_OK);
        tfeed_dataset_write_report_clear(&report);
    });
}

/* Repairs "cut"; the report must say the same each time it succeeds. */
static tfeed_status repair(const char *out, const struct tfeed_allocator *allocator)
{
    struct tfeed_dataset_repair_options options;
    struct tfeed_dataset_verify_report report;
    tfeed_dataset_repair_options_init(&options);
    options.read.file_system = files;
    options.read.allocator = allocator;
    const tfeed_status status = tfeed_dataset_repair("cut", out, &options, &report, NULL);
    if (status == TFEED_OK) {
        cr_assert_eq(report.n_records, 4);
        cr_assert_eq(report.n_faults, 1);
    }
    tfeed_dataset_verify_report_clear(&report);
    return status;
}

Test(datasets_memory, file_is_repaired_after_a_failure)
{
    struct tfeed_bytes content;
    cr_assert_eq(tfeed_memory_files_get(memory, "a", &content, NULL), TFEED_OK);
    cr_assert_eq(tfeed_memory_files_put(memory, "cut", content.data, content.len - 1, NULL),
                 TFEED_OK);
    tfeed_block_unref(content.block);
    T_FAIL_EACH_ALLOC(allocator, {
        char out[32];
        snprintf(out, sizeof out, "out-%zu", t_nth);
        EXPECT_RETRY(repair(out, allocator));
        cr_assert_str_eq(numbered_get(files, out, text), "0 1 2 3");
    });
}

/* --- indexes --------------------------------------------------------------------------------- */

/* Verifies "a" or "b", and makes its index in a folder. */
static tfeed_status verify(const char *path, const char *folder, bool headers_only,
                           const struct tfeed_allocator *allocator)
{
    struct tfeed_dataset_index_options index;
    struct tfeed_dataset_verify_options options;
    struct tfeed_dataset_verify_report report;
    tfeed_dataset_index_options_init(&index);
    index.index_dir = folder;
    tfeed_dataset_verify_options_init(&options);
    options.index = &index;
    options.headers_only = headers_only;
    options.file_system = files;
    options.allocator = allocator;
    const tfeed_status status = tfeed_dataset_verify(path, &options, &report, NULL);
    cr_assert_eq(report.has_index, status == TFEED_OK);
    tfeed_dataset_verify_report_clear(&report);
    return status;
}

Test(datasets_memory, file_is_verified_and_indexed_after_a_failure)
{
    for (int i = 0; i < 4; i++) {
        T_FAIL_EACH_ALLOC(allocator, {
            char folder[32];
            snprintf(folder, sizeof folder, "folder-%d-%zu", i, t_nth);
            EXPECT_RETRY(verify(both[i % 2], folder, i >= 2, allocator));
        });
    }
}

/* "keyed": Examples whose feature "key" is the text of their number, with an index of it. */
static void put_keyed(int n)
{
    struct tfeed_record_writer_options options;
    struct tfeed_record_writer *writer;
    struct tfeed_example_builder *builder;
    struct tfeed_dataset_index_options index;
    struct tfeed_dataset_index_report report;
    tfeed_record_writer_options_init(&options);
    options.file_system = files;
    cr_assert_eq(tfeed_example_builder_new(NULL, &builder, NULL), TFEED_OK);
    cr_assert_eq(tfeed_record_writer_open("keyed", &options, &writer, NULL), TFEED_OK);
    for (int64_t i = 0; i < n; i++) {
        const uint8_t *data;
        size_t len;
        tfeed_example_builder_clear(builder);
        cr_assert_eq(tfeed_example_builder_add_int64(builder, "key", &i, 1, NULL), TFEED_OK);
        cr_assert_eq(tfeed_example_builder_finish(builder, &data, &len, NULL), TFEED_OK);
        cr_assert_eq(tfeed_record_writer_write(writer, data, len, NULL), TFEED_OK);
    }
    cr_assert_eq(tfeed_record_writer_close(writer, NULL), TFEED_OK);
    tfeed_record_writer_free(writer);
    tfeed_example_builder_free(builder);
    tfeed_dataset_index_options_init(&index);
    index.key_feature = "key";
    index.file_system = files;
    cr_assert_eq(tfeed_dataset_index("keyed", &index, &report, NULL), TFEED_OK);
}

Test(datasets_memory, key_is_found_after_a_failure)
{
    put_keyed(2000);
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_index_options options;
        struct tfeed_index *index;
        struct tfeed_record_view view;
        tfeed_index_options_init(&options);
        options.file_system = files;
        options.allocator = allocator;
        EXPECT_RETRY(tfeed_index_open("keyed", &options, &index, NULL));
        EXPECT_RETRY(tfeed_index_read_key(index, "1234", 4, 0, &view, NULL));
        cr_assert_eq(view.record, 1234);
        tfeed_index_close(index);
    });
}
