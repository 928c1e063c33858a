/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_records_memory.c - indexes, and readers that seek by them, while memory is short.
 */
#include <criterion/criterion.h>

#include <stdio.h>

#include "tests/support/expect_retry.h"
#include "tests/unit/records/index_fixture.h"

enum { N_RECORDS = 3000, RECORD = 2500 };

/* The index of "f" in a form. */
static void put_index(struct fixture *fixture, enum tfeed_index_form form)
{
    struct tfi_index_target target = fixture_target(fixture);
    struct tfi_index_builder *builder = fixture_builder(fixture);
    target.form = form;
    cr_assert_eq(tfi_index_builder_write(builder, &target, NULL), TFEED_OK);
    tfi_index_builder_free(builder);
}

static void look_up_with_failing_allocations(enum tfeed_index_form form)
{
    struct fixture fixture;
    fixture_init(&fixture, N_RECORDS, t_far_length);
    put_index(&fixture, form);
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_index *index;
        struct tfeed_record_view view;
        struct tfeed_record_range range;
        uint64_t record;
        fixture.options.allocator = allocator;
        EXPECT_RETRY(tfeed_index_open("f", &fixture.options, &index, NULL));
        EXPECT_RETRY(tfeed_index_find(index, fixture.offsets[RECORD], &record, NULL));
        cr_assert_eq(record, RECORD);
        EXPECT_RETRY(tfeed_index_split(index, 1, 3, TFEED_SPLIT_RECORDS, &range, NULL));
        cr_assert_eq(range.first, N_RECORDS / 3);
        EXPECT_RETRY(tfeed_index_split(index, 0, 1, TFEED_SPLIT_BYTES, &range, NULL));
        cr_assert_eq(range.n_records, N_RECORDS);
        EXPECT_RETRY(tfeed_index_read(index, RECORD, &view, NULL));
        expect_view(&fixture, &view, RECORD);
        tfeed_index_close(index);
    });
    fixture_clear(&fixture);
}

Test(records_memory, index_is_looked_up_after_a_failure)
{
    look_up_with_failing_allocations(TFEED_INDEX_PACKED);
}

Test(records_memory, index_of_text_is_looked_up_after_a_failure)
{
    look_up_with_failing_allocations(TFEED_INDEX_TEXT);
}

/* What is expected is written without a failure. A new name for each allocation that fails, and
 * nothing is overwritten: a file that a failed call has left would be ALREADY_EXISTS. */
static void write_with_failing_allocations(enum tfeed_index_form form)
{
    struct fixture fixture;
    size_t expected_len;
    fixture_init(&fixture, N_RECORDS, t_far_length);
    fixture_make_and_open(&fixture);
    cr_assert_eq(tfeed_index_write(fixture.index, "expected", form, false, NULL), TFEED_OK);
    uint8_t *expected = fixture_get(&fixture, "expected", &expected_len);
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_index *index;
        char name[32];
        size_t len;
        snprintf(name, sizeof name, "written-%zu", t_nth);
        fixture.options.allocator = allocator;
        EXPECT_RETRY(tfeed_index_open("f", &fixture.options, &index, NULL));
        EXPECT_RETRY(tfeed_index_write(index, name, form, false, NULL));
        tfeed_index_close(index);
        uint8_t *written = fixture_get(&fixture, name, &len);
        cr_assert_eq(len, expected_len);
        cr_assert_eq(memcmp(written, expected, len), 0);
        free(written);
    });
    free(expected);
    fixture_clear(&fixture);
}

Test(records_memory, index_is_written_after_a_failure)
{
    write_with_failing_allocations(TFEED_INDEX_PACKED);
}

Test(records_memory, text_of_an_index_is_written_after_a_failure)
{
    write_with_failing_allocations(TFEED_INDEX_TEXT);
}

static tfeed_status seek_and_read(struct tfeed_record_reader *reader, struct tfeed_index *index,
                                  uint64_t record, struct tfeed_record_view *ret_view)
{
    const tfeed_status status = tfeed_record_reader_seek(reader, index, record, NULL);
    return status == TFEED_OK ? tfeed_record_reader_next(reader, ret_view, NULL) : status;
}

static struct tfeed_record_reader_options reader_options(const struct fixture *fixture,
                                                         const struct tfeed_allocator *allocator)
{
    struct tfeed_record_reader_options options;
    tfeed_record_reader_options_init(&options);
    options.file_system = fixture->options.file_system;
    options.allocator = allocator;
    return options;
}

Test(records_memory, reader_seeks_after_a_failure)
{
    struct fixture fixture;
    fixture_init(&fixture, N_RECORDS, t_far_length);
    fixture_make(&fixture);
    T_FAIL_EACH_ALLOC(allocator, {
        const struct tfeed_record_reader_options options = reader_options(&fixture, allocator);
        struct tfeed_record_reader *reader;
        struct tfeed_index *index;
        struct tfeed_record_view view;
        fixture.options.allocator = allocator;
        EXPECT_RETRY(tfeed_index_open("f", &fixture.options, &index, NULL));
        EXPECT_RETRY(tfeed_record_reader_open("f", &options, &reader, NULL));
        EXPECT_RETRY(seek_and_read(reader, index, RECORD, &view));
        expect_view(&fixture, &view, RECORD);
        EXPECT_RETRY(seek_and_read(reader, index, 7, &view));
        expect_view(&fixture, &view, 7);
        tfeed_record_reader_close(reader);
        tfeed_index_close(index);
    });
    fixture_clear(&fixture);
}

/* The records of the fixture as "z", compressed, with an index. */
static tfeed_status write_gzip(const struct fixture *fixture,
                               const struct tfeed_allocator *allocator)
{
    struct tfeed_record_writer_options options;
    struct tfeed_record_writer *writer;
    tfeed_record_writer_options_init(&options);
    options.compression = TFEED_COMPRESSION_GZIP;
    options.overwrite = true;
    options.index = true;
    options.file_system = fixture->options.file_system;
    options.allocator = allocator;
    tfeed_status status = tfeed_record_writer_open("z", &options, &writer, NULL);
    if (status != TFEED_OK)
        return status;
    for (size_t i = 0; i < fixture->n_records && status == TFEED_OK; i++)
        status = tfeed_record_writer_write(
            writer, fixture->data + fixture->offsets[i] + TFI_RECORD_PAYLOAD_OFFSET,
            fixture->length(i), NULL);
    if (status == TFEED_OK)
        status = tfeed_record_writer_close(writer, NULL);
    tfeed_record_writer_free(writer);
    return status;
}

Test(records_memory, file_with_its_index_is_written_after_a_failure)
{
    struct fixture fixture;
    fixture_init(&fixture, N_RECORDS, t_far_length);
    T_FAIL_EACH_ALLOC(allocator, { EXPECT_RETRY(write_gzip(&fixture, allocator)); });
    fixture_clear(&fixture);
}

Test(records_memory, seeking_in_a_compressed_file_fails_cleanly)
{
    struct fixture fixture;
    fixture_init(&fixture, N_RECORDS, t_far_length);
    cr_assert_eq(write_gzip(&fixture, NULL), TFEED_OK);
    T_FAIL_EACH_ALLOC(allocator, {
        const struct tfeed_record_reader_options options = reader_options(&fixture, allocator);
        struct tfeed_record_reader *reader;
        struct tfeed_index *index;
        struct tfeed_record_view view;
        fixture.options.allocator = allocator;
        EXPECT_RETRY(tfeed_index_open("z", &fixture.options, &index, NULL));
        EXPECT_RETRY(tfeed_record_reader_open("z", &options, &reader, NULL));
        const bool had_failed = t_has_failed(&t_failing);
        const tfeed_status status = seek_and_read(reader, index, RECORD, &view);
        if (!had_failed)
            T_EXPECT_ALLOC_STATUS(status);
        if (status == TFEED_OK)
            expect_view(&fixture, &view, RECORD);
        tfeed_record_reader_close(reader);
        tfeed_index_close(index);
    });
    fixture_clear(&fixture);
}
