/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_verify.c - what is found in damaged files, and what is still counted as good.
 */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include <tfeed/datasets.h>

#include "tests/support/support.h"
#include "tests/unit/datasets/record_file.h"

enum { N_RECORDS = 6 };

static struct tfeed_dataset_verify_options options_for(const struct record_file *file)
{
    struct tfeed_dataset_verify_options options;
    tfeed_dataset_verify_options_init(&options);
    options.file_system = tfeed_memory_files_system(file->files);
    return options;
}

/* Verifies the bytes as they are now; the report is the caller's. */
static struct tfeed_dataset_verify_report verify(struct record_file *file)
{
    const struct tfeed_dataset_verify_options options = options_for(file);
    struct tfeed_dataset_verify_report report;
    record_file_put(file);
    cr_assert_eq(tfeed_dataset_verify("file", &options, &report, NULL), TFEED_OK);
    return report;
}

static void expect_report(struct record_file *file, uint64_t n_records, const char *cause,
                          uint64_t record, uint64_t offset)
{
    struct tfeed_dataset_verify_report report = verify(file);
    cr_assert_not(report.is_ok);
    cr_assert_eq(report.n_records, n_records);
    cr_assert_str_eq(report.cause, cause);
    cr_assert_eq(report.n_errors, 1);
    cr_assert_eq(report.n_faults, 1);
    cr_assert_eq(report.faults[0].code, TFEED_DATA_LOSS);
    cr_assert_eq(report.faults[0].record, record);
    cr_assert_eq(report.faults[0].offset, offset);
    cr_assert_not_null(strstr(report.faults[0].message, "file"));
    tfeed_dataset_verify_report_clear(&report);
    record_file_clear(file);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(verify, good_file_is_ok)
{
    for (int compression = TFEED_COMPRESSION_NONE; compression <= TFEED_COMPRESSION_ZLIB;
         compression++) {
        struct record_file file;
        record_file_init(&file, N_RECORDS, (enum tfeed_compression)compression);
        struct tfeed_dataset_verify_report report = verify(&file);
        cr_assert(report.is_ok);
        cr_assert_eq(report.n_records, N_RECORDS);
        cr_assert_eq(report.n_bytes, N_RECORDS * RECORD_FILE_FRAME);
        cr_assert_eq((int)report.compression, compression);
        cr_assert_null(report.cause);
        cr_assert_eq(report.n_errors, 0);
        tfeed_dataset_verify_report_clear(&report);
        record_file_clear(&file);
    }
}

Test(verify, empty_file_is_ok)
{
    struct record_file file;
    record_file_init(&file, 0, TFEED_COMPRESSION_NONE);
    struct tfeed_dataset_verify_report report = verify(&file);
    cr_assert(report.is_ok);
    cr_assert_eq(report.n_records, 0);
    tfeed_dataset_verify_report_clear(&report);
    record_file_clear(&file);
}

Test(verify, bad_payload_is_one_error_and_the_rest_is_good)
{
    struct record_file file;
    record_file_init(&file, N_RECORDS, TFEED_COMPRESSION_NONE);
    file.data[2 * RECORD_FILE_FRAME + 15] ^= 4;
    expect_report(&file, N_RECORDS - 1, "flipped_bits", 2, 2 * RECORD_FILE_FRAME);
}

Test(verify, cause_is_that_of_the_first_fault)
{
    struct record_file file;
    record_file_init(&file, N_RECORDS, TFEED_COMPRESSION_NONE);
    file.data[15] ^= 4;
    file.len -= 3;
    struct tfeed_dataset_verify_report report = verify(&file);
    cr_assert_eq(report.n_records, N_RECORDS - 2);
    cr_assert_eq(report.n_errors, 2);
    cr_assert_str_eq(report.cause, "flipped_bits");
    tfeed_dataset_verify_report_clear(&report);
    record_file_clear(&file);
}

Test(verify, bad_length_is_one_error_and_the_rest_is_good)
{
    struct record_file file;
    record_file_init(&file, N_RECORDS, TFEED_COMPRESSION_NONE);
    file.data[3 * RECORD_FILE_FRAME] ^= 1;
    expect_report(&file, N_RECORDS - 1, "flipped_bits", 3, 3 * RECORD_FILE_FRAME);
}

Test(verify, ranges_that_are_lost_are_told_and_added)
{
    struct record_file file;
    record_file_init(&file, N_RECORDS, TFEED_COMPRESSION_NONE);
    file.data[1 * RECORD_FILE_FRAME] ^= 1;
    file.data[2 * RECORD_FILE_FRAME + 9] ^= 1; /* the neighbour's length as well */
    file.data[4 * RECORD_FILE_FRAME + 20] ^= 1;
    file.len -= 4;
    struct tfeed_dataset_verify_report report = verify(&file);
    cr_assert_eq(report.n_records, 2);
    cr_assert_eq(report.n_faults, 3);
    cr_assert_eq(report.faults[0].offset, RECORD_FILE_FRAME);
    cr_assert_eq(report.faults[0].end_offset, 3 * RECORD_FILE_FRAME);
    cr_assert_eq(report.faults[1].offset, 4 * RECORD_FILE_FRAME);
    cr_assert_eq(report.faults[1].end_offset, 5 * RECORD_FILE_FRAME);
    cr_assert_eq(report.faults[1].record, 3, "two lost records count as one");
    cr_assert_eq(report.faults[2].end_offset, file.len);
    cr_assert_eq(report.n_lost_bytes, 4 * RECORD_FILE_FRAME - 4);
    cr_assert_eq(report.n_bytes, file.len);
    tfeed_dataset_verify_report_clear(&report);
    record_file_clear(&file);
}

Test(verify, quick_looks_at_headers_only)
{
    struct record_file file;
    record_file_init(&file, N_RECORDS, TFEED_COMPRESSION_NONE);
    file.data[15] ^= 4;
    struct tfeed_dataset_verify_options options = options_for(&file);
    struct tfeed_dataset_verify_report report;
    record_file_put(&file);
    options.headers_only = true;
    cr_assert_eq(tfeed_dataset_verify("file", &options, &report, NULL), TFEED_OK);
    cr_assert(report.is_ok);
    cr_assert_eq(report.n_records, N_RECORDS);
    tfeed_dataset_verify_report_clear(&report);

    file.data[RECORD_FILE_FRAME] ^= 4;
    record_file_put(&file);
    cr_assert_eq(tfeed_dataset_verify("file", &options, &report, NULL), TFEED_OK);
    cr_assert_eq(report.n_errors, 1);
    cr_assert_eq(report.n_records, N_RECORDS - 1);
    tfeed_dataset_verify_report_clear(&report);
    record_file_clear(&file);
}

/* Large enough to be cut: 40 MB of records in the page cache of the test. */
Test(verify, several_threads_report_what_one_does)
{
    enum { N_LARGE = 40, LARGE_BYTES = 1 << 20 };
    struct record_file file;
    record_file_init(&file, 0, TFEED_COMPRESSION_NONE);
    struct tfeed_record_writer_options writer_options;
    struct tfeed_record_writer *writer;
    tfeed_record_writer_options_init(&writer_options);
    writer_options.file_system = tfeed_memory_files_system(file.files);
    cr_assert_eq(tfeed_record_writer_open("large", &writer_options, &writer, NULL), TFEED_OK);
    uint8_t *payload = malloc(LARGE_BYTES);
    for (int i = 0; i < N_LARGE; i++) {
        memset(payload, i, LARGE_BYTES);
        cr_assert_eq(tfeed_record_writer_write(writer, payload, LARGE_BYTES, NULL), TFEED_OK);
    }
    free(payload);
    cr_assert_eq(tfeed_record_writer_close(writer, NULL), TFEED_OK);
    tfeed_record_writer_free(writer);
    struct tfeed_bytes content;
    cr_assert_eq(tfeed_memory_files_get(file.files, "large", &content, NULL), TFEED_OK);
    uint8_t *damaged = malloc(content.len);
    memcpy(damaged, content.data, content.len);
    damaged[5 * (LARGE_BYTES + 16) + 100] ^= 1;
    damaged[21 * (LARGE_BYTES + 16)] ^= 1;
    cr_assert_eq(tfeed_memory_files_put(file.files, "large", damaged, content.len - 5, NULL),
                 TFEED_OK);
    free(damaged);
    tfeed_block_unref(content.block);

    struct tfeed_dataset_verify_report reports[4];
    for (uint32_t i = 0; i < 4; i++) {
        struct tfeed_dataset_verify_options options = options_for(&file);
        options.n_threads = 1 + i;
        cr_assert_eq(tfeed_dataset_verify("large", &options, &reports[i], NULL), TFEED_OK);
        cr_assert_eq(reports[i].n_records, N_LARGE - 3);
        cr_assert_eq(reports[i].n_errors, 3);
        cr_assert_eq(reports[i].faults[1].record, 21);
        for (size_t k = 0; k < 3; k++)
            cr_assert_str_eq(reports[i].faults[k].message, reports[0].faults[k].message);
        cr_assert_eq(reports[i].n_lost_bytes, reports[0].n_lost_bytes);
        cr_assert_eq(reports[i].n_bytes, reports[0].n_bytes);
        cr_assert_str_eq(reports[i].cause, reports[0].cause);
    }
    for (uint32_t i = 0; i < 4; i++)
        tfeed_dataset_verify_report_clear(&reports[i]);
    record_file_clear(&file);
}

/* What several threads noted becomes the index that one makes. */
Test(verify, several_threads_make_the_same_index)
{
    enum { N_PIECES = 20000, PIECE_BYTES = 1500 };
    struct record_file file;
    struct tfeed_record_writer_options writer_options;
    struct tfeed_record_writer *writer;
    struct tfeed_bytes first = {0};
    static const uint8_t payload[PIECE_BYTES];
    record_file_init(&file, 0, TFEED_COMPRESSION_NONE);
    tfeed_record_writer_options_init(&writer_options);
    writer_options.file_system = tfeed_memory_files_system(file.files);
    cr_assert_eq(tfeed_record_writer_open("large", &writer_options, &writer, NULL), TFEED_OK);
    for (size_t i = 0; i < N_PIECES; i++)
        cr_assert_eq(tfeed_record_writer_write(writer, payload, i * 7 % PIECE_BYTES, NULL),
                     TFEED_OK);
    cr_assert_eq(tfeed_record_writer_close(writer, NULL), TFEED_OK);
    tfeed_record_writer_free(writer);
    for (uint32_t n_threads = 1; n_threads <= 4; n_threads++) {
        struct tfeed_dataset_verify_options options = options_for(&file);
        struct tfeed_dataset_verify_report report;
        struct tfeed_dataset_index_options index;
        struct tfeed_bytes content;
        tfeed_dataset_index_options_init(&index);
        index.overwrite = true;
        options.index = &index;
        options.n_threads = n_threads;
        cr_assert_eq(tfeed_dataset_verify("large", &options, &report, NULL), TFEED_OK);
        cr_assert_eq(report.n_records, N_PIECES);
        cr_assert_eq(tfeed_memory_files_get(file.files, "large.tfidx", &content, NULL), TFEED_OK);
        if (n_threads == 1)
            first = content;
        cr_assert_eq(content.len, first.len);
        cr_assert_eq(memcmp(content.data, first.data, first.len), 0);
        if (n_threads > 1)
            tfeed_block_unref(content.block);
    }
    tfeed_block_unref(first.block);
    record_file_clear(&file);
}

/* ------------------------------------------------------------------- index */

static uint64_t count_by_index(const struct record_file *file, const char *path)
{
    struct tfeed_index_options options;
    struct tfeed_index *index;
    tfeed_index_options_init(&options);
    options.file_system = tfeed_memory_files_system(file->files);
    if (tfeed_index_open(path, &options, &index, NULL) != TFEED_OK)
        return UINT64_MAX;
    const uint64_t n = tfeed_index_count(index);
    tfeed_index_close(index);
    return n;
}

/* Verifies "file" and makes its index; the bytes as they are now. */
static tfeed_status verify_with_index(struct record_file *file,
                                      const struct tfeed_dataset_index_options *index,
                                      struct tfeed_dataset_verify_report *report)
{
    struct tfeed_dataset_verify_options options = options_for(file);
    record_file_put(file);
    options.index = index;
    return tfeed_dataset_verify("file", &options, report, NULL);
}

Test(verify, index_is_made_of_a_good_file)
{
    for (int compression = TFEED_COMPRESSION_NONE; compression <= TFEED_COMPRESSION_ZLIB;
         compression++) {
        struct record_file file;
        struct tfeed_dataset_index_options index;
        struct tfeed_dataset_verify_report report;
        record_file_init(&file, 300, (enum tfeed_compression)compression);
        tfeed_dataset_index_options_init(&index);
        cr_assert_eq(verify_with_index(&file, &index, &report), TFEED_OK);
        cr_assert(report.is_ok);
        cr_assert(report.has_index);
        cr_assert_eq(count_by_index(&file, "file"), 300);
        tfeed_dataset_verify_report_clear(&report);
        record_file_clear(&file);
    }
}

Test(verify, index_of_verify_is_that_of_index)
{
    struct record_file file;
    struct tfeed_dataset_index_options index;
    struct tfeed_dataset_index_report made;
    struct tfeed_dataset_verify_report report;
    struct tfeed_bytes contents[2];
    record_file_init(&file, 300, TFEED_COMPRESSION_NONE);
    for (int form = TFEED_INDEX_PACKED; form <= TFEED_INDEX_TEXT; form++) {
        tfeed_dataset_index_options_init(&index);
        index.form = (enum tfeed_index_form)form;
        index.file_system = tfeed_memory_files_system(file.files);
        index.overwrite = true;
        index.index_path = "one";
        cr_assert_eq(verify_with_index(&file, &index, &report), TFEED_OK);
        index.index_path = "two";
        cr_assert_eq(tfeed_dataset_index("file", &index, &made, NULL), TFEED_OK);
        cr_assert_eq(tfeed_memory_files_get(file.files, "one", &contents[0], NULL), TFEED_OK);
        cr_assert_eq(tfeed_memory_files_get(file.files, "two", &contents[1], NULL), TFEED_OK);
        cr_assert_eq(contents[0].len, contents[1].len);
        cr_assert_eq(memcmp(contents[0].data, contents[1].data, contents[0].len), 0);
        tfeed_block_unref(contents[0].block);
        tfeed_block_unref(contents[1].block);
        tfeed_dataset_verify_report_clear(&report);
    }
    record_file_clear(&file);
}

Test(verify, damaged_file_gets_no_index)
{
    static const size_t places[] = {15, 3 * RECORD_FILE_FRAME, 299 * RECORD_FILE_FRAME + 25};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct record_file file;
        struct tfeed_dataset_index_options index;
        struct tfeed_dataset_verify_report report;
        record_file_init(&file, 300, TFEED_COMPRESSION_NONE);
        file.data[places[i]] ^= 1;
        tfeed_dataset_index_options_init(&index);
        cr_assert_eq(verify_with_index(&file, &index, &report), TFEED_OK);
        cr_assert_eq(report.n_errors, 1);
        cr_assert_eq(report.n_records, 299);
        cr_assert_not(report.has_index);
        cr_assert_eq(count_by_index(&file, "file"), UINT64_MAX);
        tfeed_dataset_verify_report_clear(&report);
        record_file_clear(&file);
    }
}

Test(verify, index_that_exists_is_left_alone)
{
    struct record_file file;
    struct tfeed_dataset_index_options index;
    struct tfeed_dataset_verify_report report;
    record_file_init(&file, N_RECORDS, TFEED_COMPRESSION_NONE);
    tfeed_dataset_index_options_init(&index);
    cr_assert_eq(tfeed_memory_files_put(file.files, "file.tfidx", "x", 1, NULL), TFEED_OK);
    cr_assert_eq(verify_with_index(&file, &index, &report), TFEED_ALREADY_EXISTS);
    cr_assert_eq(report.n_records, 0, "it is said before the file is read");
    index.overwrite = true;
    cr_assert_eq(verify_with_index(&file, &index, &report), TFEED_OK);
    cr_assert_eq(count_by_index(&file, "file"), N_RECORDS);
    index.key_feature = "label";
    cr_assert_eq(verify_with_index(&file, &index, &report), TFEED_INVALID_ARGUMENT);
    record_file_clear(&file);
}

Test(verify, failed_allocation_with_an_index_leaves_nothing_behind)
{
    struct record_file file;
    struct tfeed_dataset_index_options index;
    record_file_init(&file, 300, TFEED_COMPRESSION_NONE);
    record_file_put(&file);
    tfeed_dataset_index_options_init(&index);
    index.overwrite = true;
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_dataset_verify_options options = options_for(&file);
        struct tfeed_dataset_verify_report report;
        options.index = &index;
        options.allocator = allocator;
        T_EXPECT_ALLOC_STATUS(tfeed_dataset_verify("file", &options, &report, NULL));
        tfeed_dataset_verify_report_clear(&report);
    });
    record_file_clear(&file);
}

/* ------------------------------------------------------------------ faults */

Test(verify, hint_tells_apart_where_a_compressed_stream_stops)
{
    struct record_file file;
    record_file_init(&file, 1000, TFEED_COMPRESSION_GZIP);
    file.len -= 4; /* of the trailer */
    struct tfeed_dataset_verify_report report = verify(&file);
    cr_assert_str_eq(report.cause, "truncated");
    cr_assert_not_null(strstr(report.hint, "every record is whole"));
    tfeed_dataset_verify_report_clear(&report);
    file.len /= 2;
    report = verify(&file);
    cr_assert_str_eq(report.cause, "truncated");
    cr_assert_not_null(strstr(report.hint, "inside a record"));
    tfeed_dataset_verify_report_clear(&report);
    record_file_clear(&file);
}

Test(verify, hint_says_that_a_file_without_records_is_none_of_its_kind)
{
    struct record_file file;
    record_file_init(&file, 3, TFEED_COMPRESSION_NONE);
    file.data[0] ^= 4;
    struct tfeed_dataset_verify_report report = verify(&file);
    cr_assert_null(report.hint, "two records follow");
    tfeed_dataset_verify_report_clear(&report);
    file.len = RECORD_FILE_FRAME;
    report = verify(&file);
    cr_assert_str_eq(report.cause, "flipped_bits");
    cr_assert_not_null(strstr(report.hint, "not a TFRecord file"));
    tfeed_dataset_verify_report_clear(&report);
    record_file_clear(&file);
}

Test(verify, cut_file_is_truncated)
{
    struct record_file file;
    record_file_init(&file, N_RECORDS, TFEED_COMPRESSION_NONE);
    file.len -= 3;
    expect_report(&file, N_RECORDS - 1, "truncated", N_RECORDS - 1,
                  (N_RECORDS - 1) * RECORD_FILE_FRAME);
}

Test(verify, zeros_behind_the_records_are_trailing_bytes)
{
    struct record_file file;
    record_file_init(&file, N_RECORDS, TFEED_COMPRESSION_NONE);
    memset(file.data + file.len, 0, 40);
    file.len += 40;
    expect_report(&file, N_RECORDS, "trailing_bytes", N_RECORDS, N_RECORDS * RECORD_FILE_FRAME);
}

Test(verify, gzip_read_as_plain_is_wrong_compression)
{
    struct record_file file;
    record_file_init(&file, N_RECORDS, TFEED_COMPRESSION_GZIP);
    struct tfeed_dataset_verify_options options = options_for(&file);
    struct tfeed_dataset_verify_report report;
    options.compression = TFEED_COMPRESSION_NONE;
    record_file_put(&file);
    cr_assert_eq(tfeed_dataset_verify("file", &options, &report, NULL), TFEED_OK);
    cr_assert_not(report.is_ok);
    cr_assert_str_eq(report.cause, "wrong_compression");
    tfeed_dataset_verify_report_clear(&report);
    record_file_clear(&file);
}

Test(verify, strict_tail_is_an_option)
{
    struct record_file file;
    record_file_init(&file, N_RECORDS, TFEED_COMPRESSION_NONE);
    file.len = 2 * RECORD_FILE_FRAME + 5; /* stray bytes, fewer than a header */
    struct tfeed_dataset_verify_options options = options_for(&file);
    struct tfeed_dataset_verify_report report = verify(&file);
    cr_assert_not(report.is_ok);
    tfeed_dataset_verify_report_clear(&report);
    options.tail = TFEED_TAIL_TENSORFLOW;
    cr_assert_eq(tfeed_dataset_verify("file", &options, &report, NULL), TFEED_OK);
    cr_assert(report.is_ok);
    cr_assert_eq(report.n_records, 2);
    tfeed_dataset_verify_report_clear(&report);
    record_file_clear(&file);
}

Test(verify, errors_beyond_the_limit_are_counted_only)
{
    enum { N_MANY = 300 };
    static struct record_file file;
    record_file_init(&file, N_MANY, TFEED_COMPRESSION_NONE);
    for (int i = 0; i < N_MANY; i += 2)
        file.data[i * RECORD_FILE_FRAME + 15] ^= 1;
    struct tfeed_dataset_verify_report report = verify(&file);
    cr_assert_eq(report.n_records, N_MANY / 2);
    cr_assert_eq(report.n_errors, N_MANY / 2);
    cr_assert_eq(report.n_faults, 100);
    for (size_t i = 0; i < report.n_faults; i++)
        cr_assert_eq(report.faults[i].record, 2 * i);
    tfeed_dataset_verify_report_clear(&report);

    struct tfeed_dataset_verify_options options = options_for(&file);
    options.max_errors = 0;
    cr_assert_eq(tfeed_dataset_verify("file", &options, &report, NULL), TFEED_OK);
    cr_assert_eq(report.n_errors, N_MANY / 2);
    cr_assert_eq(report.n_faults, 0);
    cr_assert_str_eq(report.cause, "flipped_bits");
    tfeed_dataset_verify_report_clear(&report);
    record_file_clear(&file);
}

Test(verify, record_over_the_limit_is_resource_exhausted)
{
    struct record_file file;
    record_file_init(&file, N_RECORDS, TFEED_COMPRESSION_NONE);
    struct tfeed_dataset_verify_options options = options_for(&file);
    struct tfeed_dataset_verify_report report;
    options.max_record_bytes = RECORD_FILE_PAYLOAD - 1;
    record_file_put(&file);
    cr_assert_eq(tfeed_dataset_verify("file", &options, &report, NULL), TFEED_RESOURCE_EXHAUSTED);
    cr_assert_not(report.is_ok);
    tfeed_dataset_verify_report_clear(&report);
    record_file_clear(&file);
}

Test(verify, missing_file_is_not_found)
{
    struct record_file file;
    struct tfeed_dataset_verify_report report;
    struct tfeed_error error;
    record_file_init(&file, 0, TFEED_COMPRESSION_NONE);
    const struct tfeed_dataset_verify_options options = options_for(&file);
    cr_assert_eq(tfeed_dataset_verify("nothing", &options, &report, &error), TFEED_NOT_FOUND);
    cr_assert_not_null(strstr(error.message, "nothing"));
    cr_assert_not(report.is_ok);
    tfeed_dataset_verify_report_clear(&report);
    record_file_clear(&file);
}

static bool stop_at_once(void *user_data, uint64_t n_records, uint64_t n_total, uint64_t n_bytes)
{
    (void)n_total;
    (void)n_bytes;
    *(uint64_t *)user_data = n_records;
    return false;
}

Test(verify, progress_that_says_stop_cancels)
{
    struct record_file file;
    struct tfeed_dataset_verify_report report;
    uint64_t n_seen = 0;
    static const int n_records = 1000;
    record_file_init(&file, n_records, TFEED_COMPRESSION_NONE);
    record_file_put(&file);
    struct tfeed_dataset_verify_options options = options_for(&file);
    options.progress = stop_at_once;
    options.user_data = &n_seen;
    cr_assert_eq(tfeed_dataset_verify("file", &options, &report, NULL), TFEED_CANCELLED);
    cr_assert_eq(n_seen, 128);
    cr_assert_not(report.is_ok);
    tfeed_dataset_verify_report_clear(&report);
    record_file_clear(&file);
}

Test(verify, failed_allocation_leaves_nothing_behind)
{
    struct record_file file;
    record_file_init(&file, N_RECORDS, TFEED_COMPRESSION_GZIP);
    record_file_put(&file);
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_dataset_verify_options options = options_for(&file);
        struct tfeed_dataset_verify_report report;
        options.allocator = allocator;
        T_EXPECT_ALLOC_STATUS(tfeed_dataset_verify("file", &options, &report, NULL));
        tfeed_dataset_verify_report_clear(&report);
    });
    record_file_clear(&file);
}

Test(verify, failed_allocation_for_the_list_of_faults_leaves_nothing_behind)
{
    struct record_file file;
    record_file_init(&file, N_RECORDS, TFEED_COMPRESSION_NONE);
    for (int i = 0; i < N_RECORDS; i++)
        file.data[i * RECORD_FILE_FRAME + 15] ^= 1;
    record_file_put(&file);
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_dataset_verify_options options = options_for(&file);
        struct tfeed_dataset_verify_report report;
        options.allocator = allocator;
        T_EXPECT_ALLOC_STATUS(tfeed_dataset_verify("file", &options, &report, NULL));
        tfeed_dataset_verify_report_clear(&report);
    });
    record_file_clear(&file);
}
