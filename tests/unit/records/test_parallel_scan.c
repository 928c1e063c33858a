/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_parallel_scan.c - several threads find what one finds, also in files made to mislead them.
 */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "core/thread_internal.h"
#include "tests/unit/records/reader_fixture.h"

enum { MAX_SEEN = 4096, STATE_ROOM = 4 };

/* A part: the offsets of its records. */
struct state {
    uint64_t *offsets;
    size_t n;
    size_t n_slots;
};

/* All that was merged, and the faults in between as they came. */
struct seen {
    uint64_t offsets[MAX_SEEN];
    uint64_t records[MAX_SEEN];
    size_t n;
    struct tfeed_error faults[64];
    size_t n_faults;
    uint64_t end_offset;
    const struct tfeed_allocator *allocator;
    bool stops; /* at the first merge */
};

static tfeed_status take(void *user_data, void *part, const struct tfeed_record_view *views,
                         size_t n, struct tfeed_error *reterr)
{
    (void)user_data;
    (void)reterr;
    struct state *state = part;
    if (state->n + n > state->n_slots) {
        state->n_slots = 2 * (state->n + n) + STATE_ROOM;
        state->offsets = realloc(state->offsets, state->n_slots * sizeof *state->offsets);
        cr_assert_not_null(state->offsets);
    }
    for (size_t i = 0; i < n; i++)
        state->offsets[state->n++] = views[i].offset;
    return TFEED_OK;
}

static tfeed_status merge(void *user_data, void *part, uint64_t record, uint64_t end_offset,
                          struct tfeed_error *reterr)
{
    struct seen *seen = user_data;
    const struct state *state = part;
    (void)reterr;
    if (seen->stops)
        return TFEED_CANCELLED;
    for (size_t i = 0; i < state->n; i++) {
        cr_assert_lt(seen->n, MAX_SEEN);
        seen->records[seen->n] = record + i;
        seen->offsets[seen->n++] = state->offsets[i];
    }
    seen->end_offset = end_offset;
    return TFEED_OK;
}

static void clear(void *user_data, void *part)
{
    (void)user_data;
    free(((struct state *)part)->offsets);
}

static tfeed_status damaged(void *user_data, struct tfeed_record_reader *reader,
                            const struct tfeed_error *error, struct tfeed_error *reterr)
{
    struct seen *seen = user_data;
    cr_assert_lt(seen->n_faults, 64);
    seen->faults[seen->n_faults++] = *error;
    return tfeed_record_reader_resync(reader, NULL, reterr);
}

struct trial {
    struct tfeed_memory_files *files;
    struct tfeed_record_reader_options options;
};

static void trial_init(struct trial *trial, const void *data, size_t len)
{
    cr_assert_eq(tfeed_memory_files_new(NULL, &trial->files, NULL), TFEED_OK);
    cr_assert_eq(tfeed_memory_files_put(trial->files, "f", data, len, NULL), TFEED_OK);
    tfeed_record_reader_options_init(&trial->options);
    trial->options.compression = TFEED_COMPRESSION_NONE;
    trial->options.file_system = tfeed_memory_files_system(trial->files);
}

static void trial_clear(struct trial *trial)
{
    tfeed_memory_files_free(trial->files);
}

static tfeed_status scan(const struct trial *trial, size_t n_threads, uint64_t part_bytes,
                         bool headers_only, struct seen *seen, struct tfeed_error *reterr)
{
    struct tfeed_record_reader *reader;
    const struct tfi_record_scan scan = {
        .path = "f",
        .options = &trial->options,
        .n_threads = n_threads,
        .part_bytes = part_bytes,
        .headers_only = headers_only,
        .state_bytes = sizeof(struct state),
        .user_data = seen,
        .take = take,
        .merge = merge,
        .clear = clear,
        .damaged = damaged,
    };
    const tfeed_status status = tfi_record_scan_file(&scan, &reader, reterr);
    tfeed_record_reader_close(reader);
    return status;
}

static void expect_same(const struct seen *one, const struct seen *other)
{
    cr_assert_eq(one->n, other->n, "%zu and %zu records", one->n, other->n);
    cr_assert_arr_eq(one->offsets, other->offsets, one->n * sizeof *one->offsets);
    cr_assert_arr_eq(one->records, other->records, one->n * sizeof *one->records);
    cr_assert_eq(one->n_faults, other->n_faults);
    for (size_t i = 0; i < one->n_faults; i++)
        cr_assert_str_eq(one->faults[i].message, other->faults[i].message);
    cr_assert_eq(one->end_offset, other->end_offset);
}

/* Every number of threads and every way to cut gives what one thread gives. */
static void expect_same_with_all(const struct t_record_bytes *bytes, bool headers_only,
                                 struct seen *ret_seen)
{
    struct seen *seen = calloc(1, sizeof *seen);
    struct trial trial;
    trial_init(&trial, bytes->data, bytes->len);
    *ret_seen = (struct seen){.n = 0};
    cr_assert_eq(scan(&trial, 1, 0, headers_only, ret_seen, NULL), TFEED_OK);
    for (size_t n_threads = 2; n_threads <= 5; n_threads += 3) {
        for (uint64_t part_bytes = 24; part_bytes < 700; part_bytes = part_bytes * 5 / 3) {
            *seen = (struct seen){.n = 0};
            cr_assert_eq(scan(&trial, n_threads, part_bytes, headers_only, seen, NULL), TFEED_OK);
            expect_same(ret_seen, seen);
        }
    }
    free(seen);
    trial_clear(&trial);
}

static void expect_offsets(const struct seen *seen, const struct t_record_bytes *bytes)
{
    cr_assert_eq(seen->n, bytes->n_records);
    for (size_t i = 0; i < seen->n; i++)
        cr_assert_eq(seen->offsets[i], bytes->offsets[i]);
}

/* A file of records whose payloads are files of records, `depth` deep. */
static void add_nested(struct t_record_bytes *bytes, unsigned depth, unsigned seed)
{
    struct t_record_bytes inner;
    t_record_bytes_init(&inner);
    for (unsigned i = 0; i < 4; i++) {
        if (depth > 1)
            add_nested(&inner, depth - 1, seed + i);
        else
            t_record_bytes_add_pattern(&inner, 11 * (seed % 5) + 3 * i, seed + i);
    }
    t_record_bytes_add(bytes, inner.data, inner.len);
    t_record_bytes_clear(&inner);
}

static struct seen results;

Test(parallel_scan, plain_records_come_in_order_with_their_numbers)
{
    struct t_record_bytes bytes;
    t_record_bytes_init(&bytes);
    for (unsigned i = 0; i < 60; i++)
        t_record_bytes_add_pattern(&bytes, (i * 37) % 90, i);
    expect_same_with_all(&bytes, false, &results);
    expect_offsets(&results, &bytes);
    for (size_t i = 0; i < results.n; i++)
        cr_assert_eq(results.records[i], i);
    cr_assert_eq(results.end_offset, bytes.len);
    t_record_bytes_clear(&bytes);
}

Test(parallel_scan, records_inside_payloads_are_never_merged)
{
    for (unsigned depth = 1; depth <= 3; depth++) {
        struct t_record_bytes bytes;
        t_record_bytes_init(&bytes);
        for (unsigned i = 0; i < 5; i++) {
            add_nested(&bytes, depth, i);
            t_record_bytes_add_pattern(&bytes, 40 * i, i);
        }
        expect_same_with_all(&bytes, false, &results);
        expect_offsets(&results, &bytes);
        cr_assert_eq(results.n_faults, 0);
        t_record_bytes_clear(&bytes);
    }
}

Test(parallel_scan, one_record_that_holds_a_whole_file_is_one_record)
{
    struct t_record_bytes bytes;
    t_record_bytes_init(&bytes);
    add_nested(&bytes, 4, 1);
    expect_same_with_all(&bytes, false, &results);
    expect_offsets(&results, &bytes);
    t_record_bytes_clear(&bytes);
}

Test(parallel_scan, damaged_files_are_found_damaged_in_the_same_places)
{
    uint64_t random = 7;
    for (int round = 0; round < 40; round++) {
        struct t_record_bytes bytes;
        t_record_bytes_init(&bytes);
        for (unsigned i = 0; i < 12; i++) {
            if (i % 2 == 0)
                add_nested(&bytes, 1 + i % 3, i);
            else
                t_record_bytes_add_pattern(&bytes, 13 * i, i);
        }
        for (int i = 0; i <= round % 8; i++) {
            random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            t_record_bytes_flip(&bytes, (size_t)(random >> 20) % bytes.len,
                                (unsigned)(random >> 60) % 8);
        }
        if (round % 5 == 0)
            bytes.len -= 17;
        expect_same_with_all(&bytes, round % 3 == 0, &results);
        t_record_bytes_clear(&bytes);
    }
}

Test(parallel_scan, payloads_are_not_checked_where_headers_are_enough)
{
    struct t_record_bytes bytes;
    t_record_bytes_init(&bytes);
    for (unsigned i = 0; i < 20; i++)
        t_record_bytes_add_pattern(&bytes, 50, i);
    t_record_bytes_flip(&bytes, bytes.offsets[7] + 30, 0);
    expect_same_with_all(&bytes, true, &results);
    expect_offsets(&results, &bytes);
    expect_same_with_all(&bytes, false, &results);
    cr_assert_eq(results.n, 19);
    cr_assert_eq(results.faults[0].record, 7);
    t_record_bytes_clear(&bytes);
}

Test(parallel_scan, empty_file_and_no_file_need_no_threads)
{
    struct trial trial;
    struct tfeed_error error;
    trial_init(&trial, "", 0);
    results = (struct seen){.n = 0};
    cr_assert_eq(scan(&trial, 4, 16, false, &results, NULL), TFEED_OK);
    cr_assert_eq(results.n, 0);
    tfeed_memory_files_free(trial.files);
    cr_assert_eq(tfeed_memory_files_new(NULL, &trial.files, NULL), TFEED_OK);
    trial.options.file_system = tfeed_memory_files_system(trial.files);
    cr_assert_eq(scan(&trial, 4, 16, false, &results, &error), TFEED_NOT_FOUND);
    trial_clear(&trial);
}

Test(parallel_scan, compressed_file_is_read_by_the_caller)
{
    struct t_record_bytes bytes;
    struct trial trial;
    size_t len;
    t_record_bytes_init(&bytes);
    for (unsigned i = 0; i < 30; i++)
        t_record_bytes_add_pattern(&bytes, 50, i);
    uint8_t *data = t_deflate(bytes.data, bytes.len, 31, &len);
    trial_init(&trial, data, len);
    trial.options.compression = TFEED_COMPRESSION_AUTO;
    results = (struct seen){.n = 0};
    cr_assert_eq(scan(&trial, 4, 64, false, &results, NULL), TFEED_OK);
    expect_offsets(&results, &bytes);
    trial_clear(&trial);
    free(data);
    t_record_bytes_clear(&bytes);
}

Test(parallel_scan, merge_that_says_stop_ends_the_scan)
{
    struct t_record_bytes bytes;
    struct trial trial;
    t_record_bytes_init(&bytes);
    for (unsigned i = 0; i < 60; i++)
        t_record_bytes_add_pattern(&bytes, 50, i);
    trial_init(&trial, bytes.data, bytes.len);
    results = (struct seen){.stops = true};
    cr_assert_eq(scan(&trial, 3, 100, false, &results, NULL), TFEED_CANCELLED);
    cr_assert_eq(results.n, 0);
    trial_clear(&trial);
    t_record_bytes_clear(&bytes);
    cr_assert_not(t_has_leaks());
}

Test(parallel_scan, threads_that_cannot_be_started_are_not_missed)
{
    struct t_record_bytes bytes;
    struct trial trial;
    t_record_bytes_init(&bytes);
    for (unsigned i = 0; i < 60; i++)
        t_record_bytes_add_pattern(&bytes, 50, i);
    trial_init(&trial, bytes.data, bytes.len);
    for (int skip = 0; skip < 3; skip++) {
        results = (struct seen){.n = 0};
        tfi_thread_fail_starts(skip, 100);
        cr_assert_eq(scan(&trial, 4, 100, false, &results, NULL), TFEED_OK);
        tfi_thread_fail_starts(0, 0);
        expect_offsets(&results, &bytes);
    }
    trial_clear(&trial);
    t_record_bytes_clear(&bytes);
}

/* An allocation that fails on a worker costs its help, not the result. */
Test(parallel_scan, failed_allocation_leaves_nothing_behind)
{
    struct t_record_bytes bytes;
    struct trial trial;
    t_record_bytes_init(&bytes);
    for (unsigned i = 0; i < 20; i++)
        t_record_bytes_add_pattern(&bytes, 50, i);
    trial_init(&trial, bytes.data, bytes.len);
    for (size_t fail_at = 1; fail_at < 40; fail_at++) {
        struct t_allocator allocator;
        t_allocator_init(&allocator);
        allocator.fail_at = fail_at;
        trial.options.allocator = &allocator.hooks;
        results = (struct seen){.n = 0};
        const tfeed_status status = scan(&trial, 2, 300, false, &results, NULL);
        cr_assert(status == TFEED_OK || status == TFEED_RESOURCE_EXHAUSTED);
        if (status == TFEED_OK)
            expect_offsets(&results, &bytes);
        cr_assert_eq(t_outstanding_bytes(&allocator), 0);
    }
    trial_clear(&trial);
    t_record_bytes_clear(&bytes);
    cr_assert_not(t_has_leaks());
}
