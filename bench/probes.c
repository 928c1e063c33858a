/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * probes.c - what this machine can do at all, now.
 *
 * Each probe is the plainest loop that does the thing. They run in the same process as the figure
 * they stand beside, right after it: on a shared machine memory may be half as fast a minute later.
 */
#include "bench/probes.h"

#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tfeed/crc32c.h>

#include "bench/harness.h"

enum {
    N_SAMPLES = 5,
    LINE_BYTES = 64,
    PAGE_BYTES = 4096,
    HOT_BYTES = 256 << 10,
    N_HOT_TURNS = 64,
    MAX_FILES = 64,
    MAX_THREADS = 64
};

static const size_t memory_bytes = (size_t)256 << 20;
static const uint64_t max_mapped_bytes = UINT64_C(1) << 30;

struct bench_prober {
    uint8_t *memory; /* memory_bytes, twice */
    struct {
        int fd;
        size_t bytes;
    } files[MAX_FILES];
    size_t n_files;
};

/* Makes the compiler believe that a result is needed. */
static void use(uint64_t value)
{
    __asm__ volatile("" : : "r"(value));
}

/* ----------------------------------------------- the loops; each returns how many bytes it did */

static inline uint64_t word_at(const uint8_t *data)
{
    uint64_t word;

    memcpy(&word, data, sizeof word);
    return word;
}

/* A cache line a turn in four sums, so that no addition waits for the one before it; the line a
 * page ahead is asked for, because the processor's own prefetching stops at the ends of pages. */
static uint64_t sum_bytes(const uint8_t *data, size_t len)
{
    uint64_t a = 0;
    uint64_t b = 0;
    uint64_t c = 0;
    uint64_t d = 0;
    size_t i = 0;

    for (; i + LINE_BYTES <= len; i += LINE_BYTES) {
        __builtin_prefetch(data + i + PAGE_BYTES);
        a += word_at(data + i) + word_at(data + i + 32);
        b += word_at(data + i + 8) + word_at(data + i + 40);
        c += word_at(data + i + 16) + word_at(data + i + 48);
        d += word_at(data + i + 24) + word_at(data + i + 56);
    }
    for (; i < len; i++)
        a += data[i];
    return a + b + c + d;
}

static uint64_t sum_pages(const uint8_t *data, size_t len)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < len; i += PAGE_BYTES)
        sum += data[i];
    return sum;
}

static uint64_t read_memory(const struct bench_prober *prober)
{
    use(sum_bytes(prober->memory, memory_bytes));
    return memory_bytes;
}

static uint64_t copy_memory(const struct bench_prober *prober)
{
    memcpy(prober->memory + memory_bytes, prober->memory, memory_bytes);
    use(prober->memory[2 * memory_bytes - 1]);
    return memory_bytes;
}

static uint64_t checksum_hot(const struct bench_prober *prober)
{
    uint32_t crc = 0;

    for (int i = 0; i < N_HOT_TURNS; i++)
        crc = tfeed_crc32c(crc, prober->memory, HOT_BYTES);
    use(crc);
    return (uint64_t)N_HOT_TURNS * HOT_BYTES;
}

static uint64_t checksum_memory(const struct bench_prober *prober)
{
    use(tfeed_crc32c(0, prober->memory, memory_bytes));
    return memory_bytes;
}

/* Part `part` of n of each file. */
static uint64_t touch_part(const struct bench_prober *prober, size_t part, size_t n,
                           uint64_t (*sum)(const uint8_t *, size_t))
{
    uint64_t total = 0;

    for (size_t i = 0; i < prober->n_files; i++) {
        const size_t bytes = prober->files[i].bytes;
        const size_t begin = bytes / n * part;
        const size_t end = part + 1 < n ? bytes / n * (part + 1) : bytes;
        uint8_t *map = mmap(NULL, bytes, PROT_READ, MAP_SHARED, prober->files[i].fd, 0);
        if (map == MAP_FAILED)
            continue;
        use(sum(map + begin, end - begin));
        munmap(map, bytes);
        total += end - begin;
    }
    return total;
}

static uint64_t touch_pages(const struct bench_prober *prober)
{
    return touch_part(prober, 0, 1, sum_pages);
}

static uint64_t touch_bytes(const struct bench_prober *prober)
{
    return touch_part(prober, 0, 1, sum_bytes);
}

/* A thread that touches a part of each file. */
struct toucher {
    pthread_t thread;
    const struct bench_prober *prober;
    size_t part;
    size_t n;
    uint64_t n_bytes;
};

static void *touch(void *argument)
{
    struct toucher *toucher = argument;

    toucher->n_bytes = touch_part(toucher->prober, toucher->part, toucher->n, sum_bytes);
    return NULL;
}

/* -------------------------------------------------------------- running */

/* GB/s of one turn. */
static double turn(const struct bench_prober *prober, uint64_t (*run)(const struct bench_prober *))
{
    const double start = bench_now();
    const uint64_t bytes = run(prober);

    return (double)bytes / (bench_now() - start) / 1e9;
}

/* GB/s, the median; the first turn is for the caches and is not counted. */
static double rate(const struct bench_prober *prober, uint64_t (*run)(const struct bench_prober *))
{
    double rates[N_SAMPLES];

    if (run(prober) == 0)
        return 0;
    for (size_t i = 0; i < N_SAMPLES; i++)
        rates[i] = turn(prober, run);
    return bench_spread_of(rates, N_SAMPLES).median;
}

double bench_prober_limit(const struct bench_prober *prober)
{
    const double bytes = turn(prober, touch_bytes);
    double limit = fmin(turn(prober, read_memory), turn(prober, checksum_hot));

    return bytes > 0 ? fmin(limit, bytes) : limit;
}

double bench_prober_touch(const struct bench_prober *prober, unsigned n_threads)
{
    struct toucher touchers[MAX_THREADS];
    const size_t n = n_threads < MAX_THREADS ? n_threads : MAX_THREADS;
    const double start = bench_now();
    uint64_t n_bytes = 0;
    size_t n_started = 1; /* the caller is the first */

    for (size_t i = 0; i < n; i++)
        touchers[i] = (struct toucher){.prober = prober, .part = i, .n = n};
    while (n_started < n &&
           pthread_create(&touchers[n_started].thread, NULL, touch, &touchers[n_started]) == 0)
        n_started++;
    (void)touch(&touchers[0]);
    for (size_t i = 0; i < n_started; i++) {
        if (i > 0)
            pthread_join(touchers[i].thread, NULL);
        n_bytes += touchers[i].n_bytes;
    }
    return (double)n_bytes / (bench_now() - start) / 1e9;
}

static void open_files(struct bench_prober *prober, const char *const *names, size_t n_names)
{
    uint64_t total = 0;

    for (size_t i = 0; i < n_names && prober->n_files < MAX_FILES && total < max_mapped_bytes;
         i++) {
        struct stat status;
        const int fd = open(names[i], O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        if (fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0) {
            prober->files[prober->n_files].fd = fd;
            prober->files[prober->n_files].bytes = (size_t)status.st_size;
            prober->n_files++;
            total += (uint64_t)status.st_size;
        } else if (fd >= 0) {
            close(fd);
        }
    }
}

void bench_prober_free(struct bench_prober *prober)
{
    if (!prober)
        return;
    for (size_t i = 0; i < prober->n_files; i++)
        close(prober->files[i].fd);
    munmap(prober->memory, 2 * memory_bytes);
    free(prober);
}

tfeed_status bench_prober_new(const char *const *names, size_t n_names,
                              struct bench_prober **ret_prober, struct tfeed_error *reterr)
{
    struct bench_prober *prober = calloc(1, sizeof *prober);
    void *memory =
        mmap(NULL, 2 * memory_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (!prober || memory == MAP_FAILED) {
        free(prober);
        if (memory != MAP_FAILED)
            munmap(memory, 2 * memory_bytes);
        return bench_fail(reterr, TFEED_RESOURCE_EXHAUSTED, "no memory for the probes: %zu bytes",
                          2 * memory_bytes);
    }
    /* Small pages would measure the page tables. */
    (void)madvise(memory, 2 * memory_bytes, MADV_HUGEPAGE);
    memset(memory, 1, 2 * memory_bytes);
    prober->memory = memory;
    open_files(prober, names, n_names);
    *ret_prober = prober;
    return TFEED_OK;
}

tfeed_status bench_probes_run(const char *const *names, size_t n_names,
                              struct bench_probes *ret_probes, struct tfeed_error *reterr)
{
    struct bench_prober *prober;
    const tfeed_status status = bench_prober_new(names, n_names, &prober, reterr);

    if (status != TFEED_OK)
        return status;
    *ret_probes = (struct bench_probes){
        .memory_read = rate(prober, read_memory),
        .memory_copy = rate(prober, copy_memory),
        .crc_hot = rate(prober, checksum_hot),
        .crc_memory = rate(prober, checksum_memory),
        .map_pages = rate(prober, touch_pages),
        .map_bytes = rate(prober, touch_bytes),
    };
    bench_prober_free(prober);
    return TFEED_OK;
}
