/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * stress_tools.c - what makes and compares sets of files, by several threads against one.
 *
 * Each round makes two files of records of random lengths, one of which may be damaged. They are
 * merged, cut, dealt, split, shuffled by way of the disk, compared, and verified with an index: by
 * one thread, then by several. The files that appear, and the error that is told, must be the same.
 *
 * Exit: 0 fine, 1 something differed, or memory was left.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tfeed/datasets.h>
#include <tfeed/inspect.h>

#include "core/thread_internal.h"
#include "tests/support/record_bytes.h"
#include "tests/support/stress.h"
#include "tests/support/support.h"

enum { N_TOOLS = 8, MAX_RECORDS = 400, MAX_RECORD_BYTES = 2000 };

static const char *const inputs[] = {"a", "b"};

/* What one round asks for. */
struct job {
    const struct tfeed_file_system *files;
    const struct tfeed_allocator *allocator;
    struct tfeed_memory_files *memory;
    enum tfeed_compression compression;
    uint64_t n_cut;
};

_Noreturn static void die(const char *what)
{
    fprintf(stderr, "stress_tools: %s\n", what);
    exit(1);
}

static uint64_t pick(uint64_t *random, uint64_t n)
{
    return t_random_next(random) % n;
}

static uint64_t hash_bytes(uint64_t hash, const void *data, size_t len)
{
    const uint8_t *bytes = data;
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
    return hash;
}

static void make_input(const struct job *job, const char *path, uint64_t *random)
{
    struct t_record_bytes bytes;
    const uint64_t n = pick(random, MAX_RECORDS);
    t_record_bytes_init(&bytes);
    for (uint64_t i = 0; i < n; i++)
        t_record_bytes_add_pattern(&bytes, pick(random, MAX_RECORD_BYTES),
                                   (unsigned)pick(random, 1000));
    if (bytes.len > 0 && pick(random, 4) == 0)
        t_record_bytes_flip(&bytes, (size_t)pick(random, bytes.len), (unsigned)pick(random, 8));
    if (tfeed_memory_files_put(job->memory, path, bytes.data, bytes.len, NULL) != TFEED_OK)
        die("no memory");
    t_record_bytes_clear(&bytes);
}

static uint64_t hash_file(const struct job *job, const char *path)
{
    struct tfeed_bytes content;
    if (tfeed_memory_files_get(job->memory, path, &content, NULL) != TFEED_OK)
        return 0;
    const uint64_t hash = hash_bytes(1, content.data, content.len);
    tfeed_block_unref(content.block);
    return hash;
}

/* --- the tools: what each of them leaves and says --------------------------------------------- */

static tfeed_status make_files(const struct job *job, int tool, uint32_t n_threads,
                               struct tfeed_dataset_write_report *report,
                               struct tfeed_error *reterr)
{
    static const struct tfeed_dataset_part parts[] = {
        {"x", 0.5, 0}, {"y", 0.25, 0}, {"z", 0.25, 0}};
    struct tfeed_dataset_write_options options;
    struct tfeed_dataset_shuffle_options shuffle;
    tfeed_dataset_write_options_init(&options);
    options.file_system = job->files;
    options.allocator = job->allocator;
    options.compression = job->compression;
    options.overwrite = true;
    options.n_threads = n_threads;
    switch (tool) {
    case 0:
        return tfeed_dataset_merge(inputs, 2, "m", &options, report, reterr);
    case 1:
        return tfeed_dataset_reshard(inputs, 2, "s", TFEED_CUT_SHARDS, job->n_cut, &options, report,
                                     reterr);
    case 2:
        return tfeed_dataset_reshard(inputs, 2, "r", TFEED_CUT_ROUND_ROBIN, job->n_cut, &options,
                                     report, reterr);
    case 3:
        return tfeed_dataset_split(inputs, 2, "d", parts, 3, TFEED_DRAW_RANDOM, job->n_cut,
                                   &options, report, reterr);
    default:
        tfeed_dataset_shuffle_options_init(&shuffle);
        shuffle.write = options;
        shuffle.seed = job->n_cut;
        shuffle.memory_bytes = 4 << 20;
        shuffle.cache_bytes = tool == 4 ? 100000 : 0;
        return tfeed_dataset_shuffle(inputs, 2, "h", &shuffle, report, reterr);
    }
}

static uint64_t run_maker(const struct job *job, int tool, uint32_t n_threads)
{
    struct tfeed_dataset_write_report report;
    struct tfeed_error error = TFEED_ERROR_INIT;
    uint64_t hash = 1;
    if (make_files(job, tool, n_threads, &report, &error) != TFEED_OK)
        hash = hash_bytes(hash, error.message, strlen(error.message));
    for (size_t i = 0; i < report.n_outputs; i++) {
        const struct tfeed_dataset_output *output = &report.outputs[i];
        const uint64_t numbers[] = {output->appeared,
                                    output->appeared ? hash_file(job, output->path) : 0,
                                    output->appeared ? output->n_records : 0};
        hash = hash_bytes(hash, numbers, sizeof numbers);
    }
    tfeed_dataset_write_report_clear(&report);
    return hash;
}

static uint64_t run_diff(const struct job *job, uint32_t n_threads)
{
    struct tfeed_dataset_diff_options options;
    struct tfeed_dataset_diff_report report;
    struct tfeed_error error = TFEED_ERROR_INIT;
    tfeed_dataset_diff_options_init(&options);
    options.inspect.reader.file_system = job->files;
    options.inspect.reader.allocator = job->allocator;
    options.n_threads = n_threads;
    const tfeed_status status =
        tfeed_dataset_diff(inputs, 1, inputs + 1, 1, &options, &report, &error);
    const uint64_t hash = hash_bytes(1, &report, sizeof report);
    return status == TFEED_OK ? hash : hash_bytes(hash, error.message, strlen(error.message));
}

static uint64_t run_verify(const struct job *job, uint32_t n_threads)
{
    struct tfeed_dataset_verify_options options;
    struct tfeed_dataset_verify_report report;
    struct tfeed_dataset_index_options index;
    struct tfeed_error error = TFEED_ERROR_INIT;
    tfeed_dataset_verify_options_init(&options);
    tfeed_dataset_index_options_init(&index);
    index.overwrite = true;
    options.file_system = job->files;
    options.allocator = job->allocator;
    options.n_threads = n_threads;
    options.index = &index;
    if (tfeed_dataset_verify("a", &options, &report, &error) != TFEED_OK)
        die(error.message);
    const uint64_t numbers[] = {report.n_records, report.n_bytes, report.n_errors, report.has_index,
                                report.has_index ? hash_file(job, "a.tfidx") : 0};
    tfeed_dataset_verify_report_clear(&report);
    return hash_bytes(1, numbers, sizeof numbers);
}

static uint64_t run_tool(const struct job *job, int tool, uint32_t n_threads)
{
    if (tool == 6)
        return run_diff(job, n_threads);
    return tool == 7 ? run_verify(job, n_threads) : run_maker(job, tool, n_threads);
}

static void run_round(struct job *job, uint64_t *random, int max_threads)
{
    make_input(job, "a", random);
    make_input(job, "b", random);
    job->compression = pick(random, 3) == 0 ? TFEED_COMPRESSION_GZIP : TFEED_COMPRESSION_NONE;
    job->n_cut = 1 + pick(random, 20);
    for (int tool = 0; tool < N_TOOLS; tool++) {
        const uint64_t expected = run_tool(job, tool, 1);
        const uint32_t n_threads = 2 + (uint32_t)pick(random, (uint64_t)max_threads);
        if (run_tool(job, tool, n_threads) != expected)
            die("several threads have made something else than one");
    }
}

int main(int argc, char **argv)
{
    struct t_stress_options stress;
    struct t_allocator allocator;
    struct job job = {.allocator = &allocator.hooks};
    t_stress_options_parse(&stress, 4, argc, argv);
    const int64_t end_ns = t_stress_end_ns(&stress);
    uint64_t random = stress.seed;
    uint64_t n_rounds = 0;
    t_allocator_init(&allocator);
    if (tfeed_memory_files_new(NULL, &job.memory, NULL) != TFEED_OK)
        die("no memory");
    job.files = tfeed_memory_files_system(job.memory);
    do {
        run_round(&job, &random, stress.n_threads);
        n_rounds++;
        if (t_outstanding_bytes(&allocator) != 0)
            die("memory is left");
    } while (tfi_clock_now_ns() < end_ns);
    tfeed_memory_files_free(job.memory);
    printf("%" PRIu64 " rounds\n", n_rounds);
    return 0;
}
