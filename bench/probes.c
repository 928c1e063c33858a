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
#include <stdint.h>
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
    MAX_FILES = 64
};

static const size_t memory_bytes = (size_t)256 << 20;
static const uint64_t max_mapped_bytes = UINT64_C(1) << 30;

struct probe {
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

static uint64_t read_memory(const struct probe *probe)
{
    use(sum_bytes(probe->memory, memory_bytes));
    return memory_bytes;
}

static uint64_t copy_memory(const struct probe *probe)
{
    memcpy(probe->memory + memory_bytes, probe->memory, memory_bytes);
    use(probe->memory[2 * memory_bytes - 1]);
    return memory_bytes;
}

static uint64_t checksum_hot(const struct probe *probe)
{
    uint32_t crc = 0;

    for (int i = 0; i < N_HOT_TURNS; i++)
        crc = tfeed_crc32c(crc, probe->memory, HOT_BYTES);
    use(crc);
    return (uint64_t)N_HOT_TURNS * HOT_BYTES;
}

static uint64_t checksum_memory(const struct probe *probe)
{
    use(tfeed_crc32c(0, probe->memory, memory_bytes));
    return memory_bytes;
}

static uint64_t touch_files(const struct probe *probe, uint64_t (*sum)(const uint8_t *, size_t))
{
    uint64_t total = 0;

    for (size_t i = 0; i < probe->n_files; i++) {
        const size_t bytes = probe->files[i].bytes;
        void *map = mmap(NULL, bytes, PROT_READ, MAP_SHARED, probe->files[i].fd, 0);
        if (map == MAP_FAILED)
            continue;
        use(sum(map, bytes));
        munmap(map, bytes);
        total += bytes;
    }
    return total;
}

static uint64_t touch_pages(const struct probe *probe)
{
    return touch_files(probe, sum_pages);
}

static uint64_t touch_bytes(const struct probe *probe)
{
    return touch_files(probe, sum_bytes);
}

/* -------------------------------------------------------------- running */

/* GB/s, the median; the first turn is for the caches and is not counted. */
static double rate(const struct probe *probe, uint64_t (*run)(const struct probe *))
{
    double rates[N_SAMPLES];

    if (run(probe) == 0)
        return 0;
    for (size_t i = 0; i < N_SAMPLES; i++) {
        const double start = bench_now();
        const uint64_t bytes = run(probe);
        rates[i] = (double)bytes / (bench_now() - start) / 1e9;
    }
    return bench_spread_of(rates, N_SAMPLES).median;
}

static void open_files(struct probe *probe, const char *const *names, size_t n_names)
{
    uint64_t total = 0;

    for (size_t i = 0; i < n_names && probe->n_files < MAX_FILES && total < max_mapped_bytes; i++) {
        struct stat status;
        const int fd = open(names[i], O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        if (fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0) {
            probe->files[probe->n_files].fd = fd;
            probe->files[probe->n_files].bytes = (size_t)status.st_size;
            probe->n_files++;
            total += (uint64_t)status.st_size;
        } else if (fd >= 0) {
            close(fd);
        }
    }
}

tfeed_status bench_probes_run(const char *const *names, size_t n_names,
                              struct bench_probes *ret_probes, struct tfeed_error *reterr)
{
    struct probe probe = {0};
    void *memory =
        mmap(NULL, 2 * memory_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED)
        return bench_fail(reterr, TFEED_RESOURCE_EXHAUSTED, "no memory for the probes: %zu bytes",
                          2 * memory_bytes);
    /* Small pages would measure the page tables. */
    (void)madvise(memory, 2 * memory_bytes, MADV_HUGEPAGE);
    memset(memory, 1, 2 * memory_bytes);
    probe.memory = memory;
    open_files(&probe, names, n_names);
    *ret_probes = (struct bench_probes){
        .memory_read = rate(&probe, read_memory),
        .memory_copy = rate(&probe, copy_memory),
        .crc_hot = rate(&probe, checksum_hot),
        .crc_memory = rate(&probe, checksum_memory),
        .map_pages = rate(&probe, touch_pages),
        .map_bytes = rate(&probe, touch_bytes),
    };
    for (size_t i = 0; i < probe.n_files; i++)
        close(probe.files[i].fd);
    munmap(memory, 2 * memory_bytes);
    return TFEED_OK;
}
