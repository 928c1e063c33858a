/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * fuzz_jsonl.c - bytes as JSON lines, made into records; bytes that begin with gzip's magic are
 * inflated first.
 *
 * A record that is made is a valid Example, and in the form that its JSON gives again, unless the
 * line was one of raw bytes.
 */
#include <string.h>

#include <tfeed/datasets.h>
#include <tfeed/features.h>

#include "tests/fuzz/fuzz.h"

static const char in[] = "lines", out[] = "made";

static void expect_made(bool may_be_raw)
{
    struct tfeed_record_reader_options options;
    struct tfeed_record_reader *reader;
    struct tfeed_record_view view;
    struct tfeed_feature_view feature;
    struct tfeed_example_walk walk;
    tfeed_status status;
    tfeed_record_reader_options_init(&options);
    options.file_system = fuzz_file_system();
    FUZZ_CHECK(tfeed_record_reader_open(out, &options, &reader, NULL) == TFEED_OK);
    while ((status = tfeed_record_reader_next(reader, &view, NULL)) == TFEED_OK) {
        const bool is_exact = tfeed_dataset_jsonl_is_exact(view.data, view.len);
        tfeed_example_walk_init(&walk, view.data, view.len);
        do
            status = tfeed_example_walk_next(&walk, &feature, NULL);
        while (status == TFEED_OK);
        FUZZ_CHECK(may_be_raw || (is_exact && status == TFEED_OUT_OF_RANGE));
        FUZZ_CHECK(!is_exact || status == TFEED_OUT_OF_RANGE);
    }
    FUZZ_CHECK(status == TFEED_OUT_OF_RANGE);
    tfeed_record_reader_close(reader);
}

static void try_lines(bool text_is_utf8, bool may_be_raw, const struct tfeed_allocator *allocator)
{
    static const char *const inputs[] = {in};
    struct tfeed_dataset_write_options options;
    struct tfeed_dataset_write_report report;
    struct tfeed_error error;
    tfeed_dataset_write_options_init(&options);
    options.file_system = fuzz_file_system();
    options.allocator = allocator;
    options.overwrite = true;
    const tfeed_status status =
        tfeed_dataset_from_jsonl(inputs, 1, out, text_is_utf8, &options, &report, &error);
    tfeed_dataset_write_report_clear(&report);
    FUZZ_CHECK(status == TFEED_OK || status == TFEED_INVALID_ARGUMENT || status == TFEED_DATA_LOSS);
    if (status == TFEED_OK)
        expect_made(may_be_raw);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { DEFLATE_MOST = 1032, GZIP_MAGIC = 0x1f };
    const bool is_gzip = size > 0 && data[0] == GZIP_MAGIC;
    const bool may_be_raw = is_gzip || memmem(data, size, "raw", 3) != NULL ||
                            memmem(data, size, "\\u", 2) != NULL; /* or as an escape */
    struct t_allocator memory;
    fuzz_memory_start(&memory, ((size_t)16 << 20) + (is_gzip ? 16 * DEFLATE_MOST : 16) * size);
    fuzz_put(in, data, size);
    try_lines(false, may_be_raw, &memory.hooks);
    try_lines(true, may_be_raw, &memory.hooks);
    fuzz_memory_end(&memory);
    return 0;
}
