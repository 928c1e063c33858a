/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * fuzz_repair.c - bytes as a damaged file of records of any compression: counted, verified,
 * repaired.
 *
 * All see the same good records. What is repaired holds them, and no damage.
 */
#include <string.h>

#include <tfeed/datasets.h>

#include "tests/fuzz/record_changes.h"

static const char path[] = "damaged", repaired[] = "repaired";

/* What the reader gives that goes on behind damage. */
static struct fuzz_reading read_all(const struct tfeed_dataset_verify_options *verify,
                                    const char *name)
{
    struct tfeed_record_reader_options options;
    tfeed_record_reader_options_init(&options);
    options.file_system = verify->file_system;
    options.allocator = verify->allocator;
    options.map = verify->map;
    options.on_error = TFEED_ON_ERROR_SKIP;
    options.max_skipped = UINT64_MAX;
    return fuzz_read_records(name, &options, FUZZ_BY_RUN);
}

static void expect_report(const struct tfeed_dataset_verify_report *report,
                          const struct fuzz_reading *reading)
{
    if (reading->status != TFEED_OUT_OF_RANGE)
        return; /* another compression than it seemed: the reader stops there */
    FUZZ_CHECK(report->n_records == reading->n_records);
    FUZZ_CHECK(report->n_errors == reading->losses.n_losses);
    FUZZ_CHECK(report->is_ok == (report->n_errors == 0));
    FUZZ_CHECK(report->is_ok == (report->cause == NULL));
    for (size_t i = 1; i < report->n_faults; i++)
        FUZZ_CHECK(report->faults[i - 1].offset < report->faults[i].offset);
}

static void try_count(const struct tfeed_dataset_verify_options *verify, uint64_t n_good)
{
    struct tfeed_dataset_count_options options;
    struct tfeed_dataset_count_report report;
    tfeed_dataset_count_options_init(&options);
    options.file_system = verify->file_system;
    options.allocator = verify->allocator;
    if (tfeed_dataset_count(path, &options, &report, NULL) == TFEED_OK)
        FUZZ_CHECK(report.n_records >= n_good);
}

static void try_repair(const struct tfeed_dataset_verify_options *verify,
                       const struct fuzz_reading *reading)
{
    struct tfeed_dataset_repair_options options;
    struct tfeed_dataset_verify_report report;
    tfeed_dataset_repair_options_init(&options);
    options.read = *verify;
    options.overwrite = true;
    const tfeed_status status = tfeed_dataset_repair(path, repaired, &options, &report, NULL);
    FUZZ_CHECK(status == TFEED_OK || status == TFEED_DATA_LOSS ||
               status == TFEED_RESOURCE_EXHAUSTED);
    if (status == TFEED_OK && reading->status == TFEED_OUT_OF_RANGE) {
        const struct fuzz_reading again = read_all(verify, repaired);
        FUZZ_CHECK(again.status == TFEED_OUT_OF_RANGE && again.losses.n_losses == 0);
        FUZZ_CHECK(again.is_joined);
        FUZZ_CHECK(again.n_records == reading->n_records && again.digest == reading->digest);
    }
    if (status == TFEED_DATA_LOSS)
        FUZZ_CHECK(report.n_records == 0);
    tfeed_dataset_verify_report_clear(&report);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tfeed_dataset_verify_options options;
    struct tfeed_dataset_verify_report report;
    struct t_allocator memory;
    fuzz_memory_start(&memory, fuzz_records_limit(TFEED_COMPRESSION_AUTO, size));
    fuzz_put(path, data, size);
    tfeed_dataset_verify_options_init(&options);
    options.file_system = fuzz_file_system();
    options.allocator = &memory.hooks;
    options.max_errors = SIZE_MAX;
    const struct fuzz_reading reading = read_all(&options, path);
    if (tfeed_dataset_verify(path, &options, &report, NULL) == TFEED_OK)
        expect_report(&report, &reading);
    tfeed_dataset_verify_report_clear(&report);
    options.headers_only = true;
    if (tfeed_dataset_verify(path, &options, &report, NULL) == TFEED_OK)
        FUZZ_CHECK(report.n_errors > 0 || reading.status != TFEED_OUT_OF_RANGE ||
                   report.n_records >= reading.n_records);
    tfeed_dataset_verify_report_clear(&report);
    options.headers_only = false;
    try_count(&options, reading.n_records);
    try_repair(&options, &reading);
    fuzz_memory_end(&memory);
    return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    return fuzz_change_records(data, size, max_size, seed, TFEED_COMPRESSION_AUTO);
}
