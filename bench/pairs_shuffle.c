/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * pairs_shuffle.c - all records in another order, onto the disk, beside copying the files.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <tfeed/datasets.h>

#include "bench/pairs.h"

extern char **environ;

static const uint64_t memory_bytes = UINT64_C(512) << 20;

tfeed_status bench_side_shuffle(struct bench_ground *ground, double *ret_seconds,
                                struct tfeed_error *reterr)
{
    const struct bench_options *options = ground->options;
    struct tfeed_dataset_shuffle_options shuffle_options;
    struct tfeed_dataset_write_report report;
    char path[BENCH_PATH_BYTES];
    tfeed_status status = bench_temporary_path(options, "shuffled", path, reterr);

    if (status != TFEED_OK)
        return status;
    tfeed_dataset_shuffle_options_init(&shuffle_options);
    shuffle_options.write.input_compression = options->compression;
    shuffle_options.write.allow_incomplete = true;
    shuffle_options.write.sync = true;
    shuffle_options.memory_bytes = memory_bytes;
    const double start = bench_now();
    status = tfeed_dataset_shuffle(options->names, options->n_names, path, &shuffle_options,
                                   &report, reterr);
    *ret_seconds = bench_now() - start;
    const uint64_t n_records = report.n_records;
    tfeed_dataset_write_report_clear(&report);
    (void)unlink(path);
    return status == TFEED_OK ? bench_ground_check(ground, "shuffle", n_records, reterr) : status;
}

/* cp is what everybody has, and copies as fast as the system can; the bytes, not their place. */
static bool copy(const char *from, const char *to)
{
    char words[][20] = {"cp", "--reflink=never", "--"};
    char from_name[BENCH_PATH_BYTES];
    char to_name[BENCH_PATH_BYTES];
    char *arguments[] = {words[0], words[1], words[2], from_name, to_name, NULL};
    pid_t child;
    int result;

    snprintf(from_name, sizeof from_name, "%s", from);
    snprintf(to_name, sizeof to_name, "%s", to);
    if (posix_spawnp(&child, words[0], NULL, NULL, arguments, environ) != 0 ||
        waitpid(child, &result, 0) != child || result != 0)
        return false;
    const int fd = open(to, O_RDONLY | O_CLOEXEC);
    const bool is_synced = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return is_synced;
}

tfeed_status bench_side_copy(struct bench_ground *ground, double *ret_seconds,
                             struct tfeed_error *reterr)
{
    const struct bench_options *options = ground->options;
    char path[BENCH_PATH_BYTES];
    tfeed_status status = bench_temporary_path(options, "copy", path, reterr);

    *ret_seconds = 0;
    for (size_t i = 0; i < options->n_names && status == TFEED_OK; i++) {
        const double start = bench_now();
        if (!copy(options->names[i], path))
            status = bench_fail(reterr, TFEED_UNAVAILABLE, "%s: cp to %s failed", options->names[i],
                                path);
        *ret_seconds += bench_now() - start;
        (void)unlink(path);
    }
    return status;
}
