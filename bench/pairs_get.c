/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * pairs_get.c - records at random by the index of a file of which nothing is in memory, beside as
 * many preads.
 *
 * Pages are dropped with posix_fadvise, which needs no rights and leaves the rest of the machine
 * alone; whether they are gone is looked at. Each turn draws other records: what one has read may
 * still lie in a cache below this system's, of the disk or of a host. Both sides read in the order
 * of the file.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tfeed/datasets.h>
#include <tfeed/index.h>
#include <tfeed/random.h>

#include "bench/pairs.h"

enum { BATCH_RECORDS = 64, MAX_TRIES = 8 };

struct bench_draws {
    char index_path[BENCH_PATH_BYTES];
    struct tfeed_random random;
    uint64_t n; /* the same records in all of: */
    uint64_t *records;
    struct tfeed_record_place *places;
    uint8_t *frame; /* room for the longest */
    size_t frame_bytes;
    struct tfeed_record_view views[BATCH_RECORDS];
};

/* ---------------------------------------------------------------- pages */

/* How many pages of a file are in memory. */
static size_t count_resident(int fd, size_t n_bytes)
{
    const size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE);
    const size_t n_pages = (n_bytes + page_bytes - 1) / page_bytes;
    unsigned char *resident = malloc(n_pages);
    void *map = mmap(NULL, n_bytes, PROT_READ, MAP_SHARED, fd, 0);
    size_t n = 0;

    if (resident && map != MAP_FAILED && mincore(map, n_bytes, resident) == 0)
        for (size_t i = 0; i < n_pages; i++)
            n += resident[i] & 1;
    if (map != MAP_FAILED)
        munmap(map, n_bytes);
    free(resident);
    return n;
}

static tfeed_status drop_pages(const char *name, struct tfeed_error *reterr)
{
    const int fd = open(name, O_RDONLY | O_CLOEXEC);
    struct stat about;
    size_t n_left = 0;

    if (fd < 0)
        return bench_fail(reterr, TFEED_NOT_FOUND, "%s: cannot be opened", name);
    if (fstat(fd, &about) == 0 && about.st_size > 0) {
        for (int i = 0; i < MAX_TRIES && (i == 0 || n_left > 0); i++) {
            (void)fsync(fd); /* only clean pages go */
            (void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
            n_left = count_resident(fd, (size_t)about.st_size);
        }
    }
    close(fd);
    return n_left == 0
               ? TFEED_OK
               : bench_fail(reterr, TFEED_FAILED_PRECONDITION,
                            "%s: %zu of its pages stay in memory: a file system without a disk, "
                            "or another program has it mapped",
                            name, n_left);
}

static tfeed_status drop_all(const struct bench_ground *ground, struct tfeed_error *reterr)
{
    const tfeed_status status = drop_pages(ground->options->names[0], reterr);

    return status == TFEED_OK ? drop_pages(ground->draws->index_path, reterr) : status;
}

/* ---------------------------------------------------------------- draws */

void bench_draws_free(struct bench_draws *draws)
{
    if (!draws)
        return;
    (void)unlink(draws->index_path);
    free(draws->records);
    free(draws->places);
    free(draws->frame);
    free(draws);
}

static tfeed_status open_index(const struct bench_ground *ground, struct tfeed_index **ret_index,
                               struct tfeed_error *reterr)
{
    struct tfeed_index_options options;

    tfeed_index_options_init(&options);
    options.index_path = ground->draws->index_path;
    options.skip_checksums = ground->options->skip_checksums;
    return tfeed_index_open(ground->options->names[0], &options, ret_index, reterr);
}

static tfeed_status make_draws(struct bench_ground *ground, struct tfeed_error *reterr)
{
    const struct tfeed_seeds seeds = {1, 2};
    struct tfeed_dataset_index_options options;
    struct tfeed_dataset_index_report report;
    struct bench_draws *draws = calloc(1, sizeof *draws);

    if (!draws)
        return bench_fail(reterr, TFEED_RESOURCE_EXHAUSTED, "no memory");
    ground->draws = draws;
    tfeed_random_init(&draws->random, seeds);
    draws->n = ground->options->n_draws;
    draws->records = calloc(draws->n, sizeof *draws->records);
    draws->places = calloc(draws->n, sizeof *draws->places);
    if (!draws->records || !draws->places)
        return bench_fail(reterr, TFEED_RESOURCE_EXHAUSTED, "no memory");
    const tfeed_status status =
        bench_temporary_path(ground->options, "index", draws->index_path, reterr);
    if (status != TFEED_OK)
        return status;
    tfeed_dataset_index_options_init(&options);
    options.index_path = draws->index_path;
    return tfeed_dataset_index(ground->options->names[0], &options, &report, reterr);
}

static int compare_numbers(const void *a, const void *b)
{
    const uint64_t one = *(const uint64_t *)a;
    const uint64_t other = *(const uint64_t *)b;

    return (one > other) - (one < other);
}

/* Draws records in the order of the file, and looks their places up. */
static tfeed_status draw(struct bench_ground *ground, struct tfeed_error *reterr)
{
    struct bench_draws *draws = ground->draws;
    const uint64_t n_records = ground->sums.records;
    struct tfeed_index *index;
    tfeed_status status = open_index(ground, &index, reterr);

    if (status != TFEED_OK)
        return status;
    for (uint64_t i = 0; i < draws->n; i++) {
        const uint64_t high = tfeed_random_uint32(&draws->random);
        draws->records[i] = (high << 32 | tfeed_random_uint32(&draws->random)) % n_records;
    }
    qsort(draws->records, draws->n, sizeof *draws->records, compare_numbers);
    for (uint64_t i = 0; i < draws->n && status == TFEED_OK; i++) {
        status = tfeed_index_place(index, draws->records[i], &draws->places[i], reterr);
        const size_t n =
            (size_t)draws->places[i].len + TFEED_RECORD_HEADER_BYTES + TFEED_RECORD_FOOTER_BYTES;
        if (status == TFEED_OK && n > draws->frame_bytes) {
            free(draws->frame);
            draws->frame = malloc(n);
            draws->frame_bytes = n;
            if (!draws->frame)
                status = bench_fail(reterr, TFEED_RESOURCE_EXHAUSTED, "no memory");
        }
    }
    tfeed_index_close(index);
    return status;
}

/* Before a turn: other records, and nothing in memory. */
static tfeed_status prepare(struct bench_ground *ground, struct tfeed_error *reterr)
{
    tfeed_status status = ground->draws ? TFEED_OK : make_draws(ground, reterr);

    if (status == TFEED_OK)
        status = draw(ground, reterr);
    return status == TFEED_OK ? drop_all(ground, reterr) : status;
}

uint64_t bench_draws_bytes(const struct bench_ground *ground)
{
    uint64_t n_bytes = 0;

    for (uint64_t i = 0; i < ground->draws->n; i++)
        n_bytes += ground->draws->places[i].len;
    return n_bytes;
}

/* ---------------------------------------------------------------- sides */

/* As many records as a training program takes at once. */
static tfeed_status get_batches(struct bench_draws *draws, struct tfeed_index *index,
                                struct tfeed_error *reterr)
{
    for (uint64_t first = 0; first < draws->n; first += BATCH_RECORDS) {
        const uint64_t n_left = draws->n - first;
        const size_t n = n_left < BATCH_RECORDS ? (size_t)n_left : BATCH_RECORDS;
        const tfeed_status status =
            tfeed_index_read_many(index, draws->records + first, n, draws->views, reterr);
        if (status != TFEED_OK)
            return status;
        for (size_t i = 0; i < n; i++)
            if (draws->views[i].record != draws->records[first + i] ||
                draws->views[i].len != draws->places[first + i].len)
                return bench_fail(reterr, TFEED_INTERNAL,
                                  "another record was read than was asked for");
    }
    return TFEED_OK;
}

tfeed_status bench_side_get(struct bench_ground *ground, double *ret_seconds,
                            struct tfeed_error *reterr)
{
    struct tfeed_index *index;
    tfeed_status status = prepare(ground, reterr);
    const double start = bench_now();

    if (status == TFEED_OK)
        status = open_index(ground, &index, reterr);
    if (status != TFEED_OK)
        return status;
    status = get_batches(ground->draws, index, reterr);
    tfeed_index_close(index);
    *ret_seconds = bench_now() - start;
    return status;
}

tfeed_status bench_side_preads(struct bench_ground *ground, double *ret_seconds,
                               struct tfeed_error *reterr)
{
    const tfeed_status status = prepare(ground, reterr);

    if (status != TFEED_OK)
        return status;
    const struct bench_draws *draws = ground->draws;
    const double start = bench_now();
    const int fd = open(ground->options->names[0], O_RDONLY | O_CLOEXEC);
    bool is_good = fd >= 0;
    for (uint64_t i = 0; i < draws->n && is_good; i++) {
        const size_t len =
            (size_t)draws->places[i].len + TFEED_RECORD_HEADER_BYTES + TFEED_RECORD_FOOTER_BYTES;
        is_good = pread(fd, draws->frame, len, (off_t)draws->places[i].offset) == (ssize_t)len;
    }
    if (fd >= 0)
        close(fd);
    *ret_seconds = bench_now() - start;
    return is_good ? TFEED_OK
                   : bench_fail(reterr, TFEED_UNAVAILABLE, "%s: pread failed",
                                ground->options->names[0]);
}
