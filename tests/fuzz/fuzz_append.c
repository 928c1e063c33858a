/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * fuzz_append.c - bytes as a file of records that a writer goes on with, which may cut a torn tail.
 *
 * Where it does, the file is whole afterwards: what was good, and the record that was written.
 */
#include <tfeed/crc32c.h>

#include "tests/fuzz/record_changes.h"

static const char path[] = "torn";
static const uint8_t payload[] = "behind";

static enum tfeed_compression compression_of(const struct tfeed_record_reader_options *options,
                                             struct fuzz_reading *reading)
{
    *reading = fuzz_read_records(path, options, FUZZ_ONE_BY_ONE);
    return reading->compression == TFEED_COMPRESSION_AUTO ? TFEED_COMPRESSION_NONE
                                                          : reading->compression;
}

static void expect_whole(const struct tfeed_record_reader_options *options,
                         const struct fuzz_reading *before, bool may_cut)
{
    const struct fuzz_reading after = fuzz_read_records(path, options, FUZZ_BY_RUN);
    const size_t len = sizeof payload;
    if (before->status == TFEED_OUT_OF_RANGE && !may_cut) {
        FUZZ_CHECK(after.status == TFEED_OUT_OF_RANGE);
        FUZZ_CHECK(after.n_records == before->n_records + 1);
    }
    if (after.status != TFEED_OUT_OF_RANGE)
        return; /* damage in the middle stays */
    FUZZ_CHECK(after.n_records <= before->n_records + 1);
    if (after.n_records != before->n_records + 1)
        return;
    uint32_t digest = tfeed_crc32c(before->digest, &len, sizeof len);
    digest = tfeed_crc32c(digest, payload, len);
    FUZZ_CHECK(after.digest == digest);
}

static void try_append(const uint8_t *data, size_t size, bool may_cut,
                       const struct tfeed_allocator *allocator)
{
    enum { SMALL_BUFFER = 4096 };
    struct tfeed_record_reader_options reading;
    struct tfeed_record_writer_options options;
    struct tfeed_record_writer *writer;
    struct fuzz_reading before;
    struct tfeed_error error;
    fuzz_put(path, data, size);
    tfeed_record_reader_options_init(&reading);
    reading.file_system = fuzz_file_system();
    reading.allocator = allocator;
    tfeed_record_writer_options_init(&options);
    options.compression = compression_of(&reading, &before);
    options.mode = TFEED_WRITE_APPEND;
    options.cut_torn_tail = may_cut;
    options.buffer_bytes = SMALL_BUFFER;
    options.file_system = reading.file_system;
    options.allocator = allocator;
    if (tfeed_record_writer_open(path, &options, &writer, &error) != TFEED_OK)
        return;
    FUZZ_CHECK(tfeed_record_writer_write(writer, payload, sizeof payload, NULL) == TFEED_OK);
    FUZZ_CHECK(tfeed_record_writer_close(writer, NULL) == TFEED_OK);
    tfeed_record_writer_free(writer);
    reading.compression = options.compression;
    expect_whole(&reading, &before, may_cut);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct t_allocator memory;
    fuzz_memory_start(&memory, fuzz_records_limit(TFEED_COMPRESSION_AUTO, size));
    try_append(data, size, false, &memory.hooks);
    try_append(data, size, true, &memory.hooks);
    fuzz_memory_end(&memory);
    return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    return fuzz_change_records(data, size, max_size, seed, TFEED_COMPRESSION_AUTO);
}
