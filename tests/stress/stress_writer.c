/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * stress_writer.c - files of records compressed on threads, written and flushed in random pieces.
 *
 * The same records and flushes go through one thread and through several: the bytes must be equal,
 * and hold the records. Some writers are given up half-way.
 *
 * Exit: 0 fine, 1 bytes differ or records do not come back, 2 no memory or threads.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tfeed/records.h>

#include "core/thread_internal.h"
#include "tests/support/stress.h"

enum { MOST_RECORDS = 200, MOST_BYTES = 40000, LARGE_BYTES = 700000 };

/* What one round writes: everything follows from its seed. */
struct round {
    uint64_t seed;
    enum tfeed_compression compression;
    enum tfeed_write_mode mode;
    unsigned n_records;
};

static uint8_t payload[LARGE_BYTES];

static void must(bool ok)
{
    if (!ok)
        exit(2);
}

/* The length of the next record; its bytes are a part of `payload`. */
static size_t next_record(uint64_t *random, size_t *ret_begin)
{
    const size_t most = t_random_next(random) % 50 == 0 ? LARGE_BYTES : MOST_BYTES;
    const size_t len = t_random_next(random) % most;
    *ret_begin = t_random_next(random) % (LARGE_BYTES - len);
    return len;
}

static void write_file(const struct round *round, unsigned n_threads, unsigned n_records,
                       struct tfeed_memory_files *files, const char *name)
{
    struct tfeed_record_writer_options options;
    struct tfeed_record_writer *writer;
    uint64_t random = round->seed;
    tfeed_record_writer_options_init(&options);
    options.compression = round->compression;
    options.mode = round->mode;
    options.n_threads = n_threads;
    options.compression_level = 1;
    options.overwrite = true;
    options.file_system = tfeed_memory_files_system(files);
    must(tfeed_record_writer_open(name, &options, &writer, NULL) == TFEED_OK);
    for (unsigned i = 0; i < n_records; i++) {
        size_t begin;
        const size_t len = next_record(&random, &begin);
        must(tfeed_record_writer_write(writer, payload + begin, len, NULL) == TFEED_OK);
        if (t_random_next(&random) % 20 == 0)
            must(tfeed_record_writer_flush(writer, NULL) == TFEED_OK);
    }
    if (n_records == round->n_records)
        must(tfeed_record_writer_close(writer, NULL) == TFEED_OK);
    tfeed_record_writer_free(writer);
}

static bool holds_records(const struct round *round, struct tfeed_memory_files *files,
                          const char *name)
{
    struct tfeed_record_reader_options options;
    struct tfeed_record_reader *reader;
    struct tfeed_record_view view;
    uint64_t random = round->seed;
    tfeed_record_reader_options_init(&options);
    options.file_system = tfeed_memory_files_system(files);
    must(tfeed_record_reader_open(name, &options, &reader, NULL) == TFEED_OK);
    bool is_equal = true;
    for (unsigned i = 0; i < round->n_records && is_equal; i++) {
        size_t begin;
        const size_t len = next_record(&random, &begin);
        (void)t_random_next(&random); /* the flush */
        is_equal = tfeed_record_reader_next(reader, &view, NULL) == TFEED_OK && view.len == len &&
                   memcmp(view.data, payload + begin, len) == 0;
    }
    is_equal = is_equal && tfeed_record_reader_next(reader, &view, NULL) == TFEED_OUT_OF_RANGE;
    tfeed_record_reader_close(reader);
    return is_equal;
}

static bool are_equal(struct tfeed_memory_files *files, const char *a, const char *b)
{
    struct tfeed_bytes first;
    struct tfeed_bytes second;
    must(tfeed_memory_files_get(files, a, &first, NULL) == TFEED_OK);
    must(tfeed_memory_files_get(files, b, &second, NULL) == TFEED_OK);
    const bool equal = first.len == second.len && memcmp(first.data, second.data, first.len) == 0;
    tfeed_block_unref(first.block);
    tfeed_block_unref(second.block);
    return equal;
}

int main(int argc, char **argv)
{
    static const enum tfeed_compression compressions[] = {
        TFEED_COMPRESSION_GZIP, TFEED_COMPRESSION_ZLIB, TFEED_COMPRESSION_SNAPPY};
    struct t_stress_options options;
    t_stress_options_parse(&options, 8, argc, argv);
    uint64_t random = options.seed;
    struct tfeed_memory_files *files;
    must(tfeed_memory_files_new(NULL, &files, NULL) == TFEED_OK);
    for (size_t i = 0; i < LARGE_BYTES; i++)
        payload[i] = (uint8_t)(t_random_next(&random) & 0x1f);

    const int64_t end_ns = t_stress_end_ns(&options);
    const uint64_t n_most = options.n_threads > 2 ? (uint64_t)options.n_threads : 2;
    uint64_t n_rounds = 0;
    uint64_t n_wrong = 0;
    do {
        const struct round round = {
            .seed = t_random_next(&random),
            .compression = compressions[t_random_next(&random) % 3],
            .mode = t_random_next(&random) % 2 == 0 ? TFEED_WRITE_WHOLE : TFEED_WRITE_IN_PLACE,
            .n_records = (unsigned)(t_random_next(&random) % MOST_RECORDS),
        };
        const unsigned n_threads = 2 + (unsigned)(t_random_next(&random) % (n_most - 1));
        write_file(&round, 1, round.n_records, files, "one");
        write_file(&round, n_threads, round.n_records, files, "many");
        write_file(&round, n_threads, round.n_records / 2, files, "given up");
        if (!are_equal(files, "one", "many") || !holds_records(&round, files, "many")) {
            printf("seed %" PRIu64 ": %s on %u threads is wrong\n", round.seed,
                   tfeed_compression_name(round.compression), n_threads);
            n_wrong++;
        }
        n_rounds++;
    } while (tfi_clock_now_ns() < end_ns);
    tfeed_memory_files_free(files);
    printf("%" PRIu64 " rounds, %" PRIu64 " wrong\n", n_rounds, n_wrong);
    return n_wrong == 0 ? 0 : 1;
}
