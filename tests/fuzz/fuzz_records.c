/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * fuzz_records.c - bytes as a file of records, compressed as FUZZ_COMPRESSION says: one program for
 * each.
 *
 * Mapped, read, by runs, through a pipe that gives few bytes at a time: all see the same records
 * and the same end. Written again they are the same: of a plain file the same bytes.
 */
#include <string.h>

#include "tests/fuzz/record_changes.h"
#include "tests/support/scripted_files.h"

#ifndef FUZZ_COMPRESSION
#define FUZZ_COMPRESSION TFEED_COMPRESSION_NONE
#endif

static const char path[] = "records";

static void expect_equal_ways(const struct tfeed_record_reader_options *mapped,
                              const struct fuzz_reading *expected, const uint8_t *data, size_t size)
{
    enum { FEW_BYTES = 61 };
    struct t_scripted_files pipe;
    struct tfeed_record_reader_options options = *mapped;
    struct fuzz_reading reading = fuzz_read_records(path, &options, FUZZ_BY_RUN);
    FUZZ_CHECK(fuzz_readings_equal(&reading, expected));
    options.map = TFEED_MAP_NEVER;
    reading = fuzz_read_records(path, &options, FUZZ_ONE_BY_ONE);
    FUZZ_CHECK(fuzz_readings_equal(&reading, expected));
    t_scripted_files_init(&pipe, data, size);
    pipe.hide_size = true;
    pipe.max_read = FEW_BYTES;
    options.file_system = &pipe.table;
    reading = fuzz_read_records(path, &options, FUZZ_BY_RUN);
    /* who does not know where the file ends says of a record that it is too long, not cut */
    if (reading.status == TFEED_RESOURCE_EXHAUSTED && expected->status == TFEED_DATA_LOSS)
        reading.status = TFEED_DATA_LOSS;
    /* and where an inflater cannot begin anew, a record right before the damage may be missing */
    if (mapped->compression == TFEED_COMPRESSION_GZIP && expected->status != TFEED_OUT_OF_RANGE)
        FUZZ_CHECK(reading.status != TFEED_OUT_OF_RANGE &&
                   reading.n_records <= expected->n_records);
    else
        FUZZ_CHECK(fuzz_readings_equal(&reading, expected));
    t_scripted_files_clear(&pipe);
}

/* Behind damage: what the reader does by itself and what the caller does are the same, and nothing
 * that was read before is missing. */
static void expect_equal_skips(const struct tfeed_record_reader_options *strict,
                               const struct fuzz_reading *expected)
{
    struct tfeed_record_reader_options options = *strict;
    const struct fuzz_reading by_hand = fuzz_read_records(path, &options, FUZZ_RESYNC);
    options.on_error = TFEED_ON_ERROR_SKIP;
    options.max_skipped = UINT64_MAX;
    const struct fuzz_reading skipping = fuzz_read_records(path, &options, FUZZ_BY_RUN);
    FUZZ_CHECK(skipping.n_records >= expected->n_records);
    if (skipping.status != TFEED_OUT_OF_RANGE)
        return; /* another compression than was said, or a record above the limit */
    FUZZ_CHECK(fuzz_readings_equal(&skipping, &by_hand));
    FUZZ_CHECK(skipping.losses.n_losses == by_hand.losses.n_losses);
    FUZZ_CHECK((skipping.losses.n_losses > 0) == (expected->status == TFEED_DATA_LOSS));
    options.map = TFEED_MAP_NEVER;
    const struct fuzz_reading read = fuzz_read_records(path, &options, FUZZ_ONE_BY_ONE);
    FUZZ_CHECK(fuzz_readings_equal(&skipping, &read));
}

static void try_other_options(const struct tfeed_record_reader_options *strict,
                              const struct fuzz_reading *expected)
{
    struct tfeed_record_reader_options options = *strict;
    options.skip_checksums = true;
    FUZZ_CHECK(fuzz_read_records(path, &options, FUZZ_ONE_BY_ONE).n_records >= expected->n_records);
    options = *strict;
    options.tail = TFEED_TAIL_TENSORFLOW;
    (void)fuzz_read_records(path, &options, FUZZ_ONE_BY_ONE);
    options = *strict;
    options.on_error = TFEED_ON_ERROR_STOP_FILE;
    FUZZ_CHECK(fuzz_read_records(path, &options, FUZZ_BY_RUN).n_records == expected->n_records);
    options = *strict;
    options.compression = TFEED_COMPRESSION_AUTO;
    const struct fuzz_reading found = fuzz_read_records(path, &options, FUZZ_BY_RUN);
    if (found.compression == strict->compression)
        FUZZ_CHECK(fuzz_readings_equal(&found, expected));
    else
        FUZZ_CHECK(expected->n_records == 0);
}

/* Copies what can be read to another file. */
static void copy_records(const struct tfeed_record_reader_options *strict, const char *to)
{
    struct tfeed_record_reader *reader;
    struct tfeed_record_writer *writer;
    struct tfeed_record_view view;
    struct tfeed_record_writer_options options;
    enum { SMALL_BUFFER = 4096 };
    tfeed_record_writer_options_init(&options);
    options.compression = strict->compression;
    options.buffer_bytes = SMALL_BUFFER;
    options.overwrite = true;
    options.file_system = strict->file_system;
    FUZZ_CHECK(tfeed_record_reader_open(path, strict, &reader, NULL) == TFEED_OK);
    FUZZ_CHECK(tfeed_record_writer_open(to, &options, &writer, NULL) == TFEED_OK);
    while (tfeed_record_reader_next(reader, &view, NULL) == TFEED_OK)
        FUZZ_CHECK(tfeed_record_writer_write(writer, view.data, view.len, NULL) == TFEED_OK);
    FUZZ_CHECK(tfeed_record_writer_close(writer, NULL) == TFEED_OK);
    tfeed_record_writer_free(writer);
    tfeed_record_reader_close(reader);
}

static void expect_written_again(const struct tfeed_record_reader_options *strict,
                                 const struct fuzz_reading *expected, const uint8_t *data)
{
    static const char again[] = "again";
    copy_records(strict, again);
    struct fuzz_reading reading = fuzz_read_records(again, strict, FUZZ_BY_RUN);
    FUZZ_CHECK(reading.status == TFEED_OUT_OF_RANGE);
    FUZZ_CHECK(reading.n_records == expected->n_records && reading.digest == expected->digest);
    if (strict->compression != TFEED_COMPRESSION_NONE)
        return;
    const struct tfeed_bytes content = fuzz_get(again);
    FUZZ_CHECK(content.len == expected->end);
    FUZZ_CHECK(content.len == 0 || memcmp(content.data, data, content.len) == 0);
    tfeed_block_unref(content.block);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct t_allocator memory;
    struct tfeed_record_reader_options strict;
    fuzz_memory_start(&memory, fuzz_records_limit(FUZZ_COMPRESSION, size));
    fuzz_put(path, data, size);
    tfeed_record_reader_options_init(&strict);
    strict.compression = FUZZ_COMPRESSION;
    strict.file_system = fuzz_file_system();
    strict.allocator = &memory.hooks;

    const struct fuzz_reading reading = fuzz_read_records(path, &strict, FUZZ_ONE_BY_ONE);
    FUZZ_CHECK(reading.status == TFEED_OUT_OF_RANGE || reading.status == TFEED_DATA_LOSS ||
               reading.status == TFEED_RESOURCE_EXHAUSTED);
    FUZZ_CHECK(reading.is_joined);
    expect_equal_ways(&strict, &reading, data, size);
    expect_equal_skips(&strict, &reading);
    try_other_options(&strict, &reading);
    expect_written_again(&strict, &reading, data);
    fuzz_memory_end(&memory);
    return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    return fuzz_change_records(data, size, max_size, seed, FUZZ_COMPRESSION);
}
