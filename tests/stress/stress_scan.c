/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * stress_scan.c - files of records read by several threads at once, against one thread.
 *
 * Each round makes a file: records of random lengths, some of which hold files of records
 * themselves, a few levels deep; then damage of random kinds (flipped bits, holes, a cut end). It
 * is scanned by one thread, then by several with parts of a random size. What is merged, in which
 * order, and where damage is met must be the same.
 *
 * Exit: 0 fine, 1 something differed, or memory was left.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/thread_internal.h"
#include "records/records_internal.h"
#include "tests/support/record_bytes.h"
#include "tests/support/stress.h"
#include "tests/support/support.h"

enum { MAX_DEPTH = 4, MAX_CHILDREN = 5, MAX_FLIPS = 6 };

/* A sum over everything that was seen, that any other order would change. */
struct seen {
    uint64_t hash;
    uint64_t n_records;
    uint64_t n_faults;
};

struct state {
    uint64_t hash;
    uint64_t n;
};

_Noreturn static void die(const char *what)
{
    fprintf(stderr, "stress_scan: %s\n", what);
    exit(1);
}

static uint64_t pick(uint64_t *random, uint64_t n)
{
    return t_random_next(random) % n;
}

static uint64_t mix(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 29;
}

static void add_records(struct t_record_bytes *bytes, uint64_t *random, int depth)
{
    const uint64_t n = 1 + pick(random, MAX_CHILDREN);
    for (uint64_t i = 0; i < n; i++) {
        if (depth == 0 || pick(random, 3) == 0) {
            t_record_bytes_add_pattern(bytes, pick(random, 400), (unsigned)pick(random, 1000));
            continue;
        }
        struct t_record_bytes inner;
        t_record_bytes_init(&inner);
        add_records(&inner, random, depth - 1);
        if (pick(random, 4) == 0)
            t_record_bytes_add_raw(&inner, "text", 4);
        t_record_bytes_add(bytes, inner.data, inner.len);
        t_record_bytes_clear(&inner);
    }
}

static void damage(struct t_record_bytes *bytes, uint64_t *random)
{
    const uint64_t n_flips = pick(random, MAX_FLIPS);
    for (uint64_t i = 0; i < n_flips; i++)
        t_record_bytes_flip(bytes, (size_t)pick(random, bytes->len), (unsigned)pick(random, 8));
    if (pick(random, 4) == 0) {
        const size_t offset = (size_t)pick(random, bytes->len);
        const size_t len = (size_t)pick(random, 100);
        memset(bytes->data + offset, 0, len < bytes->len - offset ? len : bytes->len - offset);
    }
    if (pick(random, 4) == 0)
        bytes->len -= (size_t)pick(random, bytes->len < 40 ? bytes->len : 40);
}

/* The sum of a part goes by offsets alone: numbers are not known yet. */
static tfeed_status take(void *user_data, void *part, const struct tfeed_record_view *views,
                         size_t n, struct tfeed_error *reterr)
{
    (void)user_data;
    (void)reterr;
    struct state *state = part;
    for (size_t i = 0; i < n; i++)
        state->hash += mix(views[i].offset + 1, views[i].len);
    state->n += n;
    return TFEED_OK;
}

/* Parts are cut differently from run to run: what is summed must not depend on it. */
static tfeed_status merge(void *user_data, void *part, uint64_t record, uint64_t end_offset,
                          struct tfeed_error *reterr)
{
    struct seen *seen = user_data;
    const struct state *state = part;
    (void)reterr;
    if (record != seen->n_records + seen->n_faults || end_offset == 0)
        die("a record has the wrong number");
    seen->hash += state->hash;
    seen->n_records += state->n;
    return TFEED_OK;
}

static tfeed_status damaged(void *user_data, struct tfeed_record_reader *reader,
                            const struct tfeed_error *error, struct tfeed_error *reterr)
{
    struct seen *seen = user_data;
    struct tfeed_record_loss loss;
    if (error->record != seen->n_records + seen->n_faults)
        die("damage was met at the wrong record");
    const tfeed_status status = tfeed_record_reader_resync(reader, &loss, reterr);
    if (status == TFEED_FAILED_PRECONDITION && seen->n_records == 0) {
        /* the damaged first length may look like the head of a compressed file: the end */
        seen->n_faults++;
        return TFEED_OUT_OF_RANGE;
    }
    seen->hash = mix(mix(seen->hash, loss.offset), loss.end_offset);
    seen->n_faults++;
    return status;
}

static struct seen scan(const struct tfeed_record_reader_options *options, size_t n_threads,
                        uint64_t part_bytes, bool headers_only)
{
    struct seen seen = {.hash = 0};
    struct tfeed_error error;
    struct tfeed_record_reader *reader;
    const struct tfi_record_scan scan = {
        .path = "f",
        .options = options,
        .n_threads = n_threads,
        .part_bytes = part_bytes,
        .headers_only = headers_only,
        .state_bytes = sizeof(struct state),
        .user_data = &seen,
        .take = take,
        .merge = merge,
        .damaged = damaged,
    };
    if (tfi_record_scan_file(&scan, &reader, &error) != TFEED_OK)
        die(error.message);
    tfeed_record_reader_close(reader);
    return seen;
}

static uint64_t run_round(struct tfeed_record_reader_options *options,
                          struct tfeed_memory_files *files, uint64_t *random, int max_threads)
{
    struct t_record_bytes bytes;
    t_record_bytes_init(&bytes);
    add_records(&bytes, random, (int)pick(random, MAX_DEPTH));
    if (pick(random, 2) == 0)
        damage(&bytes, random);
    if (tfeed_memory_files_put(files, "f", bytes.data, bytes.len, NULL) != TFEED_OK)
        die("no memory");
    const bool headers_only = pick(random, 4) == 0;
    options->map = pick(random, 2) == 0 ? TFEED_MAP_AUTO : TFEED_MAP_NEVER;
    const struct seen expected = scan(options, 1, 0, headers_only);
    for (int i = 0; i < 4; i++) {
        const struct seen found = scan(options, 2 + (size_t)pick(random, (uint64_t)max_threads),
                                       20 + pick(random, 600), headers_only);
        if (found.hash != expected.hash || found.n_records != expected.n_records ||
            found.n_faults != expected.n_faults)
            die("several threads have found something else than one");
    }
    t_record_bytes_clear(&bytes);
    return expected.n_records;
}

int main(int argc, char **argv)
{
    struct t_stress_options stress;
    struct t_allocator allocator;
    struct tfeed_memory_files *files;
    struct tfeed_record_reader_options options;
    t_stress_options_parse(&stress, 4, argc, argv);
    const int64_t end_ns = t_stress_end_ns(&stress);
    uint64_t random = stress.seed;
    uint64_t n_rounds = 0, n_records = 0;
    t_allocator_init(&allocator);
    if (tfeed_memory_files_new(NULL, &files, NULL) != TFEED_OK)
        die("no memory");
    tfeed_record_reader_options_init(&options);
    options.compression = TFEED_COMPRESSION_NONE;
    options.file_system = tfeed_memory_files_system(files);
    options.allocator = &allocator.hooks;
    do {
        n_records += run_round(&options, files, &random, stress.n_threads);
        n_rounds++;
        if (t_outstanding_bytes(&allocator) != 0)
            die("memory is left");
    } while (tfi_clock_now_ns() < end_ns);
    tfeed_memory_files_free(files);
    printf("%" PRIu64 " files of %" PRIu64 " records\n", n_rounds, n_records);
    return 0;
}
