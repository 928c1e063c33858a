/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * harness.c - measuring a workload.
 *
 * Memory. Resident pages of a mapped file are the page cache's and say nothing about a program;
 * what it needs is its anonymous memory. The kernel keeps a high-water mark of the resident set
 * only (VmHWM), so anonymous memory (RssAnon) is read at every 16th batch of the check pass, which
 * does the same work with the same buffers, and around each timed pass: reading it inside one would
 * cost tens of microseconds a time. Short peaks between two looks are missed.
 *
 * First batch. A program waits for its first batch from its start, once, in fresh memory. The check
 * pass is such a start: to its time from opening the loader to the first batch comes the CPU time
 * that the process took to begin at all. What the bench does between, looking at the files, is left
 * out.
 */
#include "bench/harness.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "bench/workloads.h"

enum { BATCHES_A_LOOK = 16, STATUS_LINE_BYTES = 256 };

static uint64_t peak_anon_bytes;
static unsigned n_looks;

/* ---------------------------------------------------------------- tools */

double bench_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

double bench_cpu_now(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           1e-6 * (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;

    return (x > y) - (x < y);
}

struct bench_spread bench_spread_of(double *values, size_t n)
{
    qsort(values, n, sizeof *values, compare_doubles);
    return (struct bench_spread){
        .median = n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2,
        .min = values[0],
        .max = values[n - 1],
    };
}

tfeed_status bench_fail(struct tfeed_error *reterr, tfeed_status code, const char *format, ...)
{
    va_list list;

    *reterr = (struct tfeed_error){.code = code, .offset = TFEED_NOWHERE, .record = TFEED_NOWHERE};
    va_start(list, format);
    vsnprintf(reterr->message, sizeof reterr->message, format, list);
    va_end(list);
    return code;
}

/* --------------------------------------------------------------- memory */

/* A line of /proc/self/status, "VmHWM:   1234 kB", in bytes; 0 where there is no such line. */
static uint64_t status_bytes(const char *key)
{
    char line[STATUS_LINE_BYTES];
    const size_t key_len = strlen(key);
    uint64_t kib = 0;
    FILE *file = fopen("/proc/self/status", "re");

    if (!file)
        return 0;
    while (fgets(line, sizeof line, file))
        if (strncmp(line, key, key_len) == 0)
            kib = strtoull(line + key_len, NULL, 10);
    fclose(file);
    return kib << 10;
}

static void look(void)
{
    const uint64_t bytes = status_bytes("RssAnon:");

    if (bytes > peak_anon_bytes)
        peak_anon_bytes = bytes;
}

void bench_memory_look(void)
{
    if (n_looks++ % BATCHES_A_LOOK == 0)
        look();
}

/* -------------------------------------------------------------- measure */

/* Floats were added in another order. */
static bool is_close(double a, double b)
{
    return fabs(a - b) <= 1e-9 * fabs(b) || !isfinite(b);
}

static bool same_values(const struct bench_sums *a, const struct bench_sums *b)
{
    return a->value_sum == b->value_sum && is_close(a->float_sum, b->float_sum);
}

/* A timed pass must have seen the rows of the check pass, in whatever order. */
static tfeed_status compare(const struct bench_workload *workload, uint64_t round,
                            const struct bench_sums *check, const struct bench_pass *pass,
                            struct tfeed_error *reterr)
{
    if (pass->sums.records == check->records && pass->sums.payload_bytes == check->payload_bytes &&
        pass->sums.probe_sum == check->probe_sum && pass->sums.label_sum == check->label_sum &&
        (!pass->all_values || same_values(&pass->sums, check)))
        return TFEED_OK;
    return bench_fail(
        reterr, TFEED_INTERNAL,
        "%s: round %llu saw %llu records with sums %llu (label), %llu (probe) and %llu, the check "
        "pass %llu with %llu, %llu and %llu",
        workload->name, (unsigned long long)round, (unsigned long long)pass->sums.records,
        (unsigned long long)pass->sums.label_sum, (unsigned long long)pass->sums.probe_sum,
        (unsigned long long)pass->sums.value_sum, (unsigned long long)check->records,
        (unsigned long long)check->label_sum, (unsigned long long)check->probe_sum,
        (unsigned long long)check->value_sum);
}

/* The speed of work that took cpu_seconds by that of copying. CPU time: both run on one thread and
 * wait for nothing, whatever else the machine does. */
static double copy_ratio(const struct bench_workload *workload, void *state, double cpu_seconds)
{
    const double start = bench_cpu_now();

    workload->copy(state);
    return cpu_seconds > 0 ? (bench_cpu_now() - start) / cpu_seconds : 0;
}

static tfeed_status time_rounds(const struct bench_workload *workload, void *state,
                                const struct bench_options *options, struct bench_result *result,
                                struct tfeed_error *reterr)
{
    double seconds[BENCH_MAX_ROUNDS];
    double cpu_seconds[BENCH_MAX_ROUNDS];
    double ratios[BENCH_MAX_ROUNDS];

    for (uint64_t i = 0; i < options->n_rounds; i++) {
        struct bench_pass pass = {.all_values = options->full_check};
        const double cpu_start = bench_cpu_now();
        const double start = bench_now();
        tfeed_status status = workload->run(state, &pass, reterr);
        seconds[i] = bench_now() - start;
        cpu_seconds[i] = bench_cpu_now() - cpu_start;
        if (workload->copy)
            ratios[i] = copy_ratio(workload, state, cpu_seconds[i]);
        look();
        if (status == TFEED_OK)
            status = compare(workload, i + 1, &result->check, &pass, reterr);
        if (status != TFEED_OK)
            return status;
        result->has_statistics = pass.has_statistics;
        result->statistics = pass.statistics;
    }
    result->seconds = bench_spread_of(seconds, options->n_rounds);
    result->cpu_seconds = bench_spread_of(cpu_seconds, options->n_rounds).median;
    if (workload->copy)
        result->copy_ratio = bench_spread_of(ratios, options->n_rounds);
    return TFEED_OK;
}

static tfeed_status run_all(const struct bench_options *options, struct bench_result *result,
                            struct tfeed_error *reterr)
{
    const struct bench_workload *workload = result->workload;
    const double start_seconds = result->first_batch_seconds;
    struct bench_pass check = {.all_values = true, .is_check = true};
    tfeed_status status = workload->run(result->state, &check, reterr);

    if (status == TFEED_OK && check.sums.records == 0)
        status = bench_fail(reterr, TFEED_OUT_OF_RANGE, "%s: no record to measure with",
                            options->names[0]);
    if (status != TFEED_OK)
        return status;
    result->check = check.sums;
    result->first_batch_seconds =
        check.has_statistics ? start_seconds + check.first_batch_seconds : 0;
    return time_rounds(workload, result->state, options, result, reterr);
}

void bench_result_clear(struct bench_result *result)
{
    if (result->state)
        result->workload->close(result->state);
    *result = (struct bench_result){0};
}

tfeed_status bench_measure(const struct bench_workload *workload,
                           const struct bench_options *options, struct bench_result *ret_result,
                           struct tfeed_error *reterr)
{
    struct bench_result result = {
        .workload = workload,
        .n_rounds = options->n_rounds,
        .n_threads = 1,
        .crc_verified = !options->skip_checksums,
        .first_batch_seconds = bench_cpu_now(),
    };

    if (options->n_rounds < 1 || options->n_rounds > BENCH_MAX_ROUNDS)
        return bench_fail(reterr, TFEED_INVALID_ARGUMENT, "rounds must be from 1 to %d",
                          BENCH_MAX_ROUNDS);
    peak_anon_bytes = 0;
    n_looks = 0;
    tfeed_status status = workload->open(options, &result.state, reterr);
    if (status == TFEED_OK)
        status = run_all(options, &result, reterr);
    if (status != TFEED_OK) {
        bench_result_clear(&result);
        return status;
    }
    if (workload->n_threads)
        result.n_threads = workload->n_threads(result.state);
    if (workload->consumer)
        result.consumer = workload->consumer(result.state);
    result.records = result.check.records;
    result.bytes = result.check.payload_bytes * options->n_epochs;
    result.peak_rss_bytes = status_bytes("VmHWM:");
    result.peak_anon_bytes = peak_anon_bytes;
    *ret_result = result;
    return TFEED_OK;
}
