/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * pairs.c - the table of pairs, and how they take turns.
 */
#include "bench/pairs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/consumer.h"

/* ---------------------------------------------------------------- table */

static bool is_plain(const struct bench_ground *ground)
{
    return ground->compression == TFEED_COMPRESSION_NONE;
}

static bool is_deflated(const struct bench_ground *ground)
{
    return ground->compression == TFEED_COMPRESSION_GZIP ||
           ground->compression == TFEED_COMPRESSION_ZLIB;
}

static bool is_plain_file(const struct bench_ground *ground)
{
    return is_plain(ground) && ground->options->n_names == 1;
}

static uint64_t payload_bytes(const struct bench_ground *ground)
{
    return ground->sums.payload_bytes;
}

static uint64_t file_bytes(const struct bench_ground *ground)
{
    return ground->file_bytes;
}

static const struct bench_pair pairs[] = {
    {.name = "scan",
     .work = "every record, both checksums",
     .plain = "the slowest of reading memory, CRC-32C of hot bytes, touching the mapped files",
     .fits = is_plain,
     .n_bytes = payload_bytes,
     .run = bench_side_scan,
     .run_plain = bench_side_limit},
    {.name = "inflate",
     .work = "every record of compressed files, both checksums",
     .plain = "the inflate library alone",
     .fits = is_deflated,
     .n_bytes = payload_bytes,
     .run = bench_side_scan,
     .run_plain = bench_side_inflate},
    {.name = "verify",
     .work = "verify",
     .plain = "scan",
     .n_bytes = payload_bytes,
     .run = bench_side_verify,
     .run_plain = bench_side_scan},
    {.name = "index",
     .work = "index --verify",
     .plain = "scan",
     .n_bytes = payload_bytes,
     .run = bench_side_index,
     .run_plain = bench_side_scan},
    {.name = "threads",
     .work = "verify by --threads inside each file",
     .plain = "by one",
     .fits = is_plain,
     .n_bytes = payload_bytes,
     .run = bench_side_verify_threads,
     .run_plain = bench_side_verify},
    {.name = "touch",
     .work = "touching the mapped files by --threads: what memory allows",
     .plain = "by one",
     .fits = is_plain,
     .n_bytes = file_bytes,
     .run = bench_side_touch_threads,
     .run_plain = bench_side_touch},
    {.name = "get",
     .work = "records at random by the index, all pages dropped",
     .plain = "as many preads",
     .is_asked = true,
     .fits = is_plain_file,
     .n_bytes = bench_draws_bytes,
     .run = bench_side_get,
     .run_plain = bench_side_preads},
    {.name = "parse",
     .work = "parsing Examples that are in the cache into all columns",
     .plain = "memcpy of the records, one by one",
     .is_asked = true,
     .n_bytes = bench_hot_bytes,
     .run = bench_side_parse,
     .run_plain = bench_side_memcpy},
    {.name = "parse-mixed",
     .work = "the same with the keys of each record in an order of their own",
     .plain = "memcpy of the records, one by one",
     .is_asked = true,
     .n_bytes = bench_hot_bytes,
     .run = bench_side_parse_mixed,
     .run_plain = bench_side_memcpy},
    {.name = "parse-few",
     .work = "parsing Examples that are in the cache into every fifth column",
     .plain = "into all columns",
     .is_asked = true,
     .n_bytes = bench_hot_bytes,
     .run = bench_side_parse_few,
     .run_plain = bench_side_parse},
    {.name = "parse-few-mixed",
     .work = "the same with the keys of each record in an order of their own",
     .plain = "into all columns",
     .is_asked = true,
     .n_bytes = bench_hot_bytes,
     .run = bench_side_parse_few_mixed,
     .run_plain = bench_side_parse_mixed},
    {.name = "shuffle",
     .work = "shuffle within 512 MiB, and fsync",
     .plain = "cp, and fsync",
     .is_asked = true,
     .n_bytes = file_bytes,
     .run = bench_side_shuffle,
     .run_plain = bench_side_copy},
};
enum { N_PAIRS = sizeof pairs / sizeof pairs[0] };

_Static_assert((int)N_PAIRS <= (int)BENCH_MAX_PAIRS, "a result has room for all pairs");

static bool fits(const struct bench_pair *pair, const struct bench_ground *ground)
{
    return !pair->fits || pair->fits(ground);
}

static const struct bench_pair *find_pair(const char *name, size_t len)
{
    for (size_t i = 0; i < N_PAIRS; i++)
        if (strlen(pairs[i].name) == len && memcmp(pairs[i].name, name, len) == 0)
            return &pairs[i];
    return NULL;
}

/* The pairs that are asked for, in the order in which they are. */
static tfeed_status choose(const struct bench_ground *ground, struct bench_pairs_result *result,
                           struct tfeed_error *reterr)
{
    const char *rows = ground->options->rows;

    for (size_t i = 0; !rows && i < N_PAIRS; i++)
        if (!pairs[i].is_asked && fits(&pairs[i], ground))
            result->pairs[result->n_pairs++].pair = &pairs[i];
    while (rows) {
        const size_t len = strcspn(rows, ",");
        const struct bench_pair *pair = find_pair(rows, len);
        if (!pair || result->n_pairs == BENCH_MAX_PAIRS)
            return bench_fail(reterr, TFEED_INVALID_ARGUMENT, "there is no row '%.*s'", (int)len,
                              rows);
        if (!fits(pair, ground))
            return bench_fail(reterr, TFEED_FAILED_PRECONDITION,
                              "the row '%s' is not for these files: it is for %s", pair->name,
                              pair->fits == is_plain_file ? "one uncompressed file"
                              : pair->fits == is_plain    ? "uncompressed files"
                                                          : "gzip or zlib files");
        result->pairs[result->n_pairs++].pair = pair;
        rows = rows[len] == ',' ? rows + len + 1 : NULL;
    }
    return TFEED_OK;
}

/* --------------------------------------------------------------- ground */

tfeed_status bench_temporary_path(const struct bench_options *options, const char *name,
                                  char path[BENCH_PATH_BYTES], struct tfeed_error *reterr)
{
    const char *folder = options->folder ? options->folder : getenv("TMPDIR");
    const int n = snprintf(path, BENCH_PATH_BYTES, "%s/tfeed-bench-%ld-%s",
                           folder && folder[0] != '\0' ? folder : "/tmp", (long)getpid(), name);

    return n > 0 && n < BENCH_PATH_BYTES
               ? TFEED_OK
               : bench_fail(reterr, TFEED_INVALID_ARGUMENT, "the name of the folder is too long");
}

tfeed_status bench_ground_check(const struct bench_ground *ground, const char *who,
                                uint64_t n_records, struct tfeed_error *reterr)
{
    return n_records == ground->sums.records
               ? TFEED_OK
               : bench_fail(reterr, TFEED_INTERNAL, "%s met %llu records, the scan %llu", who,
                            (unsigned long long)n_records,
                            (unsigned long long)ground->sums.records);
}

/* How a file is compressed shows when its first record is read. */
static tfeed_status look_at(struct bench_ground *ground, const char *name,
                            struct tfeed_error *reterr)
{
    struct tfeed_record_reader_options options;
    struct tfeed_record_reader *reader;
    struct tfeed_record_view view;
    struct stat about;

    bench_reader_options(ground->options, &options);
    tfeed_status status = tfeed_record_reader_open(name, &options, &reader, reterr);
    if (status != TFEED_OK)
        return status;
    status = tfeed_record_reader_next(reader, &view, reterr);
    ground->compression = tfeed_record_reader_compression(reader);
    tfeed_record_reader_close(reader);
    if (stat(name, &about) == 0)
        ground->file_bytes += (uint64_t)about.st_size;
    return status == TFEED_OUT_OF_RANGE ? TFEED_OK : status;
}

/* What there is. The scan brings the files into the page cache. */
static tfeed_status look(struct bench_ground *ground, struct tfeed_error *reterr)
{
    const struct bench_options *options = ground->options;
    tfeed_status status = TFEED_OK;

    for (size_t i = 0; i < options->n_names && status == TFEED_OK; i++) {
        status = look_at(ground, options->names[i], reterr);
        if (status == TFEED_OK)
            status = bench_scan(options->names[i], options, &ground->sums, reterr);
    }
    if (status == TFEED_OK && ground->sums.records == 0)
        status = bench_fail(reterr, TFEED_OUT_OF_RANGE, "%s: no record to measure with",
                            options->names[0]);
    return status;
}

/* ---------------------------------------------------------------- turns */

static tfeed_status take_turn(const struct bench_pair *pair, struct bench_ground *ground,
                              double *ret_seconds, double *ret_plain, struct tfeed_error *reterr)
{
    const bool is_work_first = ground->round % 2 == 1;
    tfeed_status status = TFEED_OK;

    if (ground->options->should_stop && ground->options->should_stop())
        return bench_fail(reterr, TFEED_CANCELLED, "interrupted");
    if (is_work_first)
        status = pair->run(ground, ret_seconds, reterr);
    if (status == TFEED_OK)
        status = pair->run_plain(ground, ret_plain, reterr);
    if (status == TFEED_OK && !is_work_first)
        status = pair->run(ground, ret_seconds, reterr);
    return status;
}

/* All rounds of a pair. One that is done in the page cache has a turn before, which is not
 * counted. */
static tfeed_status measure_pair(struct bench_ground *ground, struct bench_pair_result *result,
                                 struct tfeed_error *reterr)
{
    double seconds[BENCH_MAX_ROUNDS];
    double plain[BENCH_MAX_ROUNDS];
    double ratios[BENCH_MAX_ROUNDS];
    const uint64_t n_rounds = ground->options->n_rounds;
    tfeed_status status = TFEED_OK;

    ground->round = 0;
    if (!result->pair->is_asked)
        status = take_turn(result->pair, ground, &seconds[0], &plain[0], reterr);
    for (uint64_t i = 0; i < n_rounds && status == TFEED_OK; i++) {
        ground->round = i;
        status = take_turn(result->pair, ground, &seconds[i], &plain[i], reterr);
        ratios[i] = status == TFEED_OK ? plain[i] / seconds[i] : 0;
    }
    if (status != TFEED_OK)
        return status;
    result->n_bytes = result->pair->n_bytes(ground);
    result->seconds = bench_spread_of(seconds, n_rounds);
    result->plain_seconds = bench_spread_of(plain, n_rounds);
    result->ratio = bench_spread_of(ratios, n_rounds);
    return TFEED_OK;
}

tfeed_status bench_pairs_measure(const struct bench_options *options,
                                 struct bench_pairs_result *ret_result, struct tfeed_error *reterr)
{
    struct bench_pairs_result result = {.n_rounds = options->n_rounds};
    struct bench_ground ground = {.options = options};

    if (options->n_rounds < 1 || options->n_rounds > BENCH_MAX_ROUNDS)
        return bench_fail(reterr, TFEED_INVALID_ARGUMENT, "rounds must be from 1 to %d",
                          BENCH_MAX_ROUNDS);
    tfeed_status status =
        bench_prober_new(options->names, options->n_names, &ground.prober, reterr);
    if (status == TFEED_OK)
        status = look(&ground, reterr);
    if (status == TFEED_OK)
        status = choose(&ground, &result, reterr);
    for (size_t i = 0; i < result.n_pairs && status == TFEED_OK; i++)
        status = measure_pair(&ground, &result.pairs[i], reterr);
    bench_draws_free(ground.draws);
    bench_hot_free(ground.hot);
    bench_prober_free(ground.prober);
    result.sums = ground.sums;
    if (status == TFEED_OK)
        *ret_result = result;
    return status;
}
