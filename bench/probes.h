/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * probes.h - what this machine can do at all, now: the scale for every other figure.
 */
#ifndef BENCH_PROBES_H
#define BENCH_PROBES_H

#include <stddef.h>

#include <tfeed/status.h>

/** On one thread, in GB/s (1e9 bytes a second), median of five; 0 where it was not measured. */
struct bench_probes {
    double memory_read; /**< summing memory far larger than the caches */
    double memory_copy; /**< memcpy of the same; bytes copied, each read and written */
    double crc_hot;     /**< CRC-32C of 256 KiB again and again: the bytes are in the L2 cache */
    double crc_memory;  /**< CRC-32C of memory far larger than the caches */
    double map_pages; /**< a mapped file in page cache, one byte of every page; bytes of the file */
    double map_bytes; /**< the same, every byte */
};

/**
 * Runs the probes; the last two over the regular files among `names` (up to 1 GiB of them).
 *
 * @return TFEED_OK, TFEED_RESOURCE_EXHAUSTED (memory)
 * Blocks: for about a second.
 */
TFEED_MUST_USE tfeed_status bench_probes_run(const char *const *names, size_t n_names,
                                             struct bench_probes *ret_probes,
                                             struct tfeed_error *reterr);

/* The same one turn at a time, to stand between turns of something else. */

struct bench_prober;

/** @return as bench_probes_run. Ended by bench_prober_free; NULL does nothing. */
TFEED_MUST_USE tfeed_status bench_prober_new(const char *const *names, size_t n_names,
                                             struct bench_prober **ret_prober,
                                             struct tfeed_error *reterr);
void bench_prober_free(struct bench_prober *prober);

/** One turn, in GB/s: the slowest of reading memory, the checksum of hot bytes, and every byte of
 *  the mapped files. No reader of files that verifies checksums can be faster on one thread. */
double bench_prober_limit(const struct bench_prober *prober);

/** Every byte of the mapped files, by n threads side by side, in GB/s; 0 without files. */
double bench_prober_touch(const struct bench_prober *prober, unsigned n_threads);

#endif
