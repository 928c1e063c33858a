/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * pairs_read.c - reading all records, and what stands beside it.
 */
#include <unistd.h>

#include <tfeed/datasets.h>

#include "bench/consumer.h"
#include "bench/pairs.h"

tfeed_status bench_side_scan(struct bench_ground *ground, double *ret_seconds,
                             struct tfeed_error *reterr)
{
    const struct bench_options *options = ground->options;
    const double start = bench_now();
    struct bench_sums sums = {0};
    tfeed_status status = TFEED_OK;

    for (size_t i = 0; i < options->n_names && status == TFEED_OK; i++)
        status = bench_scan(options->names[i], options, &sums, reterr);
    *ret_seconds = bench_now() - start;
    return status == TFEED_OK ? bench_ground_check(ground, "scan", sums.records, reterr) : status;
}

/* As long as the slowest of the probes would take for as many bytes as the files have. */
tfeed_status bench_side_limit(struct bench_ground *ground, double *ret_seconds,
                              struct tfeed_error *reterr)
{
    (void)reterr;
    *ret_seconds = (double)ground->file_bytes / 1e9 / bench_prober_limit(ground->prober);
    return TFEED_OK;
}

static tfeed_status verify(struct bench_ground *ground, uint32_t n_threads, double *ret_seconds,
                           struct tfeed_error *reterr)
{
    const struct bench_options *options = ground->options;
    struct tfeed_dataset_verify_options verify_options;
    const double start = bench_now();
    uint64_t n_records = 0;
    tfeed_status status = TFEED_OK;

    tfeed_dataset_verify_options_init(&verify_options);
    verify_options.compression = options->compression;
    verify_options.map = options->map;
    verify_options.n_threads = n_threads;
    for (size_t i = 0; i < options->n_names && status == TFEED_OK; i++) {
        struct tfeed_dataset_verify_report report;
        status = tfeed_dataset_verify(options->names[i], &verify_options, &report, reterr);
        n_records += report.n_records;
        tfeed_dataset_verify_report_clear(&report);
    }
    *ret_seconds = bench_now() - start;
    return status == TFEED_OK ? bench_ground_check(ground, "verify", n_records, reterr) : status;
}

tfeed_status bench_side_verify(struct bench_ground *ground, double *ret_seconds,
                               struct tfeed_error *reterr)
{
    return verify(ground, 1, ret_seconds, reterr);
}

tfeed_status bench_side_verify_threads(struct bench_ground *ground, double *ret_seconds,
                                       struct tfeed_error *reterr)
{
    return verify(ground, (uint32_t)ground->options->n_threads, ret_seconds, reterr);
}

/* Each index is a new file: a file system may write out what replaces another one at once. */
tfeed_status bench_side_index(struct bench_ground *ground, double *ret_seconds,
                              struct tfeed_error *reterr)
{
    const struct bench_options *options = ground->options;
    struct tfeed_dataset_index_options index_options;
    char path[BENCH_PATH_BYTES];
    uint64_t n_records = 0;
    tfeed_status status = bench_temporary_path(options, "index", path, reterr);

    tfeed_dataset_index_options_init(&index_options);
    index_options.compression = options->compression;
    index_options.map = options->map;
    index_options.verify = true;
    index_options.index_path = path;
    *ret_seconds = 0;
    for (size_t i = 0; i < options->n_names && status == TFEED_OK; i++) {
        struct tfeed_dataset_index_report report;
        const double start = bench_now();
        status = tfeed_dataset_index(options->names[i], &index_options, &report, reterr);
        *ret_seconds += bench_now() - start;
        n_records += report.n_records;
        (void)unlink(path);
    }
    return status == TFEED_OK ? bench_ground_check(ground, "index", n_records, reterr) : status;
}

static tfeed_status touch(struct bench_ground *ground, unsigned n_threads, double *ret_seconds)
{
    *ret_seconds =
        1 / bench_prober_touch(ground->prober, n_threads) / 1e9 * (double)ground->file_bytes;
    return TFEED_OK;
}

tfeed_status bench_side_touch(struct bench_ground *ground, double *ret_seconds,
                              struct tfeed_error *reterr)
{
    (void)reterr;
    return touch(ground, 1, ret_seconds);
}

tfeed_status bench_side_touch_threads(struct bench_ground *ground, double *ret_seconds,
                                      struct tfeed_error *reterr)
{
    (void)reterr;
    return touch(ground, (unsigned)ground->options->n_threads, ret_seconds);
}
