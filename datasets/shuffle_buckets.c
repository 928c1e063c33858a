/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * shuffle_buckets.c - records brought near to their places, by way of the disk.
 *
 * A bucket holds the records of a range of places, in the order in which they came. All buckets
 * grow in one temporary file, in extents:
 *
 *      ┌ before ┬ len ┬ place ─ frame ┬ place ─ frame ┬ …
 *      │ u64    │ u64 │ u32     …     │               │
 *      └────────┴─────┴───────────────┴───────────────┴
 *
 * `before` is where the bucket's extent before this one begins, plus 1; 0: there is none. `len`
 * counts the bytes behind the header. An extent is what was gathered for a bucket, so that little
 * is kept in memory and what is written is written in large pieces; a record longer than that has
 * an extent of its own. What a bucket held is forgotten once it is written: much of it may never
 * reach the disk.
 *
 *      caller       reads, checks, sorts in │ fetches bucket 0, 1, 2 …
 *      background   writes extents          │ brings in bucket 1, 2, 3 …, forgets 0, 1, 2 …
 *
 * Before the records of a bucket are fetched, all that is read of the temporary file was written.
 */
#include <string.h>

#include "core/allocator_internal.h"
#include "core/byte_order_internal.h"
#include "core/error_internal.h"
#include "datasets/shuffle_private.h"
#include "io/io_internal.h"
#include "records/record_frame_internal.h"

enum {
    EXTENT_HEADER_BYTES = 16,
    PLACE_BYTES = 4,
    MAX_EXTENT_BYTES = 4 << 20,
    MIN_EXTENT_BYTES = 64 << 10,
    BLOCK_BYTES = 4096, /* extents begin at multiples: whole ones can be forgotten */
    N_FULL = 4,         /* extents that are written, or wait for it */
    MEMORY_PARTS = 4,   /* of the memory, one for extents and one for what finds records */
    CACHE_PARTS = 2     /* a bucket takes one of these of what may be read at random */
};

struct bucket {
    uint8_t *extent; /* that is being gathered; its header comes first */
    size_t len;
    uint64_t before; /* of the next extent's header */
};

/* An extent on its way to the temporary file. */
struct full_extent {
    uint8_t *data;
    size_t len;
    uint64_t offset;
};

struct buckets {
    struct shuffle *shuffle;
    struct tfi_spill spill;
    uint64_t spill_bytes;
    struct full_extent full[N_FULL];
    struct tfi_background background;
    struct bucket *all;
    uint32_t n;
    uint32_t n_places; /* of each, the last may have fewer */
    size_t extent_bytes;
    struct tfi_table refs; /* uint64_t[n_places]: where the records of the current bucket are */
};

/* ------------------------------------------------------------------ distributing */

static uint64_t divide_up(uint64_t a, uint64_t b)
{
    return a / b + (a % b != 0);
}

/* As many buckets as keep one of them in the cache and its records' places in memory; no more than
 * can be gathered. */
static void plan(struct buckets *buckets)
{
    const struct shuffle *shuffle = buckets->shuffle;
    const uint64_t part = shuffle->options->memory_bytes / MEMORY_PARTS;
    const uint64_t cache = shuffle->options->cache_bytes / CACHE_PARTS;
    uint64_t n = divide_up(shuffle->n_bytes, cache > 0 ? cache : 1);
    const uint64_t n_for_refs = divide_up((uint64_t)shuffle->n_records * sizeof(uint64_t), part);
    const uint64_t n_most = part / MIN_EXTENT_BYTES - N_FULL;
    n = n < n_for_refs ? n_for_refs : n;
    n = n > n_most ? n_most : n;
    n = n > shuffle->n_records ? shuffle->n_records : n;
    buckets->n_places = (uint32_t)divide_up(shuffle->n_records, n);
    buckets->n = (uint32_t)divide_up(shuffle->n_records, buckets->n_places);
    const uint64_t extent = part / (buckets->n + N_FULL) / BLOCK_BYTES * BLOCK_BYTES;
    buckets->extent_bytes = extent > MAX_EXTENT_BYTES ? MAX_EXTENT_BYTES : (size_t)extent;
}

static tfeed_status make_extent(const struct buckets *buckets, uint8_t **ret_extent,
                                struct tfeed_error *reterr)
{
    *ret_extent = tfi_alloc(buckets->shuffle->allocator, buckets->extent_bytes);
    return *ret_extent == NULL ? tfi_fail_memory(reterr, "the buckets of a shuffle") : TFEED_OK;
}

static void free_extents(struct buckets *buckets)
{
    const struct tfeed_allocator *allocator = buckets->shuffle->allocator;
    for (uint32_t i = 0; buckets->all != NULL && i < buckets->n; i++) {
        tfi_free(allocator, buckets->all[i].extent);
        buckets->all[i].extent = NULL;
    }
    for (size_t i = 0; i < N_FULL; i++) {
        tfi_free(allocator, buckets->full[i].data);
        buckets->full[i].data = NULL;
    }
}

static tfeed_status make(struct buckets *buckets, struct tfeed_error *reterr)
{
    const struct tfeed_allocator *allocator = buckets->shuffle->allocator;
    plan(buckets);
    buckets->all = tfi_alloc_zeroed(allocator, buckets->n, sizeof *buckets->all);
    if (buckets->all == NULL)
        return tfi_fail_memory(reterr, "the buckets of a shuffle");
    const uint64_t refs_bytes = (uint64_t)buckets->n_places * sizeof(uint64_t);
    TFI_TRY(tfi_table_alloc(&buckets->refs, buckets->n_places, sizeof(uint64_t),
                            refs_bytes > buckets->shuffle->options->memory_bytes / MEMORY_PARTS,
                            buckets->shuffle->folder, allocator, reterr));
    for (uint32_t i = 0; i < buckets->n; i++) {
        TFI_TRY(make_extent(buckets, &buckets->all[i].extent, reterr));
        buckets->all[i].len = EXTENT_HEADER_BYTES;
    }
    for (size_t i = 0; i < N_FULL; i++)
        TFI_TRY(make_extent(buckets, &buckets->full[i].data, reterr));
    return tfi_spill_open(&buckets->spill, buckets->shuffle->folder, reterr);
}

static tfeed_status write_full(void *user_data, uint64_t job, struct tfeed_error *reterr)
{
    struct buckets *buckets = user_data;
    const struct full_extent *full = &buckets->full[job % N_FULL];
    return tfi_spill_write(&buckets->spill, full->offset, full->data, full->len, reterr);
}

/* The gathered extent goes, an empty one takes its place. */
static tfeed_status give(struct buckets *buckets, struct bucket *bucket, uint64_t offset,
                         struct tfeed_error *reterr)
{
    struct full_extent *full = &buckets->full[buckets->background.n_given % N_FULL];
    uint8_t *empty = full->data;
    *full = (struct full_extent){.data = bucket->extent, .len = bucket->len, .offset = offset};
    bucket->extent = empty;
    return tfi_background_give(&buckets->background, reterr);
}

/* Writes the gathered extent, with n_more bytes behind it. */
static tfeed_status flush(struct buckets *buckets, struct bucket *bucket, const uint8_t *more,
                          size_t n_more, struct tfeed_error *reterr)
{
    const uint64_t offset = buckets->spill_bytes;
    const uint64_t len = (uint64_t)bucket->len + n_more;
    tfi_store_le64(bucket->extent, bucket->before);
    tfi_store_le64(bucket->extent + sizeof(uint64_t), len - EXTENT_HEADER_BYTES);
    if (n_more > 0)
        TFI_TRY(tfi_spill_write(&buckets->spill, offset + bucket->len, more, n_more, reterr));
    TFI_TRY(give(buckets, bucket, offset, reterr));
    buckets->spill_bytes += divide_up(len, BLOCK_BYTES) * BLOCK_BYTES;
    bucket->before = offset + 1;
    bucket->len = EXTENT_HEADER_BYTES;
    return TFEED_OK;
}

static bool is_payload_good(const uint8_t *frame, size_t n_bytes)
{
    return tfi_record_payload_check(frame + TFI_RECORD_PAYLOAD_OFFSET,
                                    n_bytes - TFI_RECORD_OVERHEAD_BYTES);
}

/* Frames up to this long are checked as copies, so that nothing changes them afterwards. */
static size_t checked_bytes(const struct buckets *buckets)
{
    return buckets->extent_bytes - EXTENT_HEADER_BYTES - PLACE_BYTES;
}

/* Takes a record in; *ret_is_good false: its payload is damaged. */
static tfeed_status add_record(struct buckets *buckets, uint32_t place, const uint8_t *frame,
                               size_t n_bytes, bool *ret_is_good, struct tfeed_error *reterr)
{
    struct bucket *bucket = &buckets->all[place / buckets->n_places];
    if (n_bytes + PLACE_BYTES > buckets->extent_bytes - bucket->len &&
        bucket->len > EXTENT_HEADER_BYTES)
        TFI_TRY(flush(buckets, bucket, NULL, 0, reterr));
    tfi_store_le32(bucket->extent + bucket->len, place);
    bucket->len += PLACE_BYTES;
    if (n_bytes > checked_bytes(buckets)) {
        *ret_is_good = is_payload_good(frame, n_bytes);
        return flush(buckets, bucket, frame, n_bytes, reterr);
    }
    uint8_t *copy = bucket->extent + bucket->len;
    memcpy(copy, frame, n_bytes);
    *ret_is_good = is_payload_good(copy, n_bytes);
    bucket->len += n_bytes;
    return TFEED_OK;
}

static tfeed_status distribute_input(struct buckets *buckets, const struct shuffle_input *input,
                                     uint32_t n_records, struct tfeed_error *reterr)
{
    enum { LOOK_BYTES = 1 << 20 };
    struct shuffle *shuffle = buckets->shuffle;
    const uint32_t *places = shuffle->places.data;
    uint64_t offset = 0;
    uint64_t n_told = 0;
    for (uint32_t i = 0; i < n_records; i++) {
        const uint32_t record = input->first_record + i;
        const uint8_t *frame = input->base + offset;
        const uint64_t n_bytes = shuffle_frame_bytes(frame, input->end - offset);
        bool is_good = n_bytes > 0;
        if (is_good)
            TFI_TRY(add_record(buckets, places[record], frame, (size_t)n_bytes, &is_good, reterr));
        if (!is_good)
            return shuffle_fail_record(input, record, offset, reterr);
        offset += n_bytes;
        if (offset - n_told < LOOK_BYTES && i + 1 < n_records)
            continue;
        TFI_TRY(shuffle_progress(shuffle, offset - n_told, reterr));
        n_told = offset;
    }
    return TFEED_OK;
}

static tfeed_status distribute_all(struct buckets *buckets, struct tfeed_error *reterr)
{
    struct shuffle *shuffle = buckets->shuffle;
    for (size_t i = 0; i < shuffle->n_inputs; i++) {
        const struct shuffle_input *input = &shuffle->inputs[i];
        const uint32_t end = i + 1 < shuffle->n_inputs ? input[1].first_record : shuffle->n_records;
        TFI_TRY(distribute_input(buckets, input, end - input->first_record, reterr));
    }
    for (uint32_t i = 0; i < buckets->n; i++) {
        struct bucket *bucket = &buckets->all[i];
        if (bucket->len > EXTENT_HEADER_BYTES)
            TFI_TRY(flush(buckets, bucket, NULL, 0, reterr));
    }
    return TFEED_OK;
}

static tfeed_status distribute(struct buckets *buckets, struct tfeed_error *reterr)
{
    tfi_background_begin(&buckets->background, buckets->shuffle->options->write.n_threads > 1,
                         N_FULL - 1, write_full, buckets);
    TFI_TRY(tfi_background_end(&buckets->background, distribute_all(buckets, reterr), reterr));
    free_extents(buckets);
    return tfi_spill_map(&buckets->spill, buckets->spill_bytes, reterr);
}

/* ---------------------------------------------------------------- bucket by bucket */

static tfeed_status fail_spill(const struct buckets *buckets, struct tfeed_error *reterr)
{
    return tfi_fail(reterr, TFEED_DATA_LOSS, "%s: a temporary file does not hold what was written",
                    buckets->shuffle->folder);
}

/* The header of the extent that begins at `at` - 1. */
static bool look_at_extent(const struct buckets *buckets, uint64_t at, uint64_t *ret_before,
                           uint64_t *ret_len)
{
    const uint64_t left = buckets->spill_bytes - (at - 1);
    if (at > buckets->spill_bytes || left < EXTENT_HEADER_BYTES)
        return false;
    const uint8_t *header = buckets->spill.map + (at - 1);
    *ret_before = tfi_load_le64(header);
    *ret_len = tfi_load_le64(header + sizeof(uint64_t));
    return *ret_before < at && *ret_len <= left - EXTENT_HEADER_BYTES;
}

/* Finds the records of an extent; counts them. */
static tfeed_status find_records(struct buckets *buckets, uint64_t begin, uint64_t len,
                                 uint32_t first_place, uint32_t n_places, uint32_t *n_found,
                                 struct tfeed_error *reterr)
{
    const uint8_t *extent = buckets->spill.map + begin + EXTENT_HEADER_BYTES;
    uint64_t *refs = buckets->refs.data;
    uint64_t at = 0;
    while (at < len) {
        if (len - at < PLACE_BYTES)
            return fail_spill(buckets, reterr);
        const uint32_t place = tfi_load_le32(extent + at) - first_place;
        at += PLACE_BYTES;
        const uint64_t n_bytes = shuffle_frame_bytes(extent + at, len - at);
        if (n_bytes == 0 || place >= n_places)
            return fail_spill(buckets, reterr);
        refs[place] = begin + EXTENT_HEADER_BYTES + at;
        at += n_bytes;
        ++*n_found;
    }
    return TFEED_OK;
}

static uint64_t whole_blocks(uint64_t extent_len)
{
    return divide_up(extent_len + EXTENT_HEADER_BYTES, BLOCK_BYTES) * BLOCK_BYTES;
}

/* What is not in memory any more is read in large pieces. */
static void bring_in(const struct buckets *buckets, uint32_t index)
{
    uint64_t before;
    uint64_t len;
    for (uint64_t at = buckets->all[index].before;
         at > 0 && look_at_extent(buckets, at, &before, &len); at = before)
        tfi_pages_populate(buckets->spill.map + (at - 1), whole_blocks(len));
}

static void forget(struct buckets *buckets, uint32_t index)
{
    uint64_t before;
    uint64_t len;
    for (uint64_t at = buckets->all[index].before;
         at > 0 && look_at_extent(buckets, at, &before, &len); at = before)
        tfi_spill_forget(&buckets->spill, at - 1, whole_blocks(len));
}

/* While bucket number `job` is fetched. */
static tfeed_status go_along(void *user_data, uint64_t job, struct tfeed_error *reterr)
{
    struct buckets *buckets = user_data;
    const uint32_t index = (uint32_t)job;
    (void)reterr;
    if (index + 1 < buckets->n)
        bring_in(buckets, index + 1);
    if (index > 0)
        forget(buckets, index - 1);
    return TFEED_OK;
}

static tfeed_status write_bucket(struct buckets *buckets, struct shuffle_gather *gather,
                                 uint32_t index, struct tfeed_error *reterr)
{
    const struct shuffle *shuffle = buckets->shuffle;
    const uint32_t begin = index * buckets->n_places;
    const uint32_t n_left = shuffle->n_records - begin;
    const uint32_t n_places = n_left < buckets->n_places ? n_left : buckets->n_places;
    uint32_t n_found = 0;
    uint64_t len;
    for (uint64_t at = buckets->all[index].before, before; at > 0; at = before) {
        if (!look_at_extent(buckets, at, &before, &len))
            return fail_spill(buckets, reterr);
        TFI_TRY(find_records(buckets, at - 1, len, begin, n_places, &n_found, reterr));
    }
    if (n_found != n_places)
        return fail_spill(buckets, reterr);
    const struct shuffle_source source = {.spill = buckets->spill.map,
                                          .spill_bytes = buckets->spill_bytes,
                                          .spill_checked_bytes = checked_bytes(buckets),
                                          .refs = buckets->refs.data,
                                          .first_place = begin};
    return shuffle_gather_places(gather, &source, begin, begin + n_places, reterr);
}

static tfeed_status write_all(struct buckets *buckets, struct shuffle_gather *gather,
                              struct tfeed_error *reterr)
{
    for (uint32_t i = 0; i < buckets->n; i++) {
        TFI_TRY(tfi_background_give(&buckets->background, reterr));
        TFI_TRY(write_bucket(buckets, gather, i, reterr));
    }
    return TFEED_OK;
}

static tfeed_status write_buckets(struct buckets *buckets, struct tfeed_error *reterr)
{
    struct shuffle_gather gather = {.shuffle = buckets->shuffle};
    tfeed_status status = shuffle_gather_begin(&gather, buckets->shuffle, reterr);
    if (status == TFEED_OK) {
        tfi_background_begin(&buckets->background, buckets->shuffle->options->write.n_threads > 1,
                             2, go_along, buckets);
        status = write_all(buckets, &gather, reterr);
        status = tfi_background_end(&buckets->background, status, reterr);
    }
    return shuffle_gather_end(&gather, status, reterr);
}

static tfeed_status run(struct buckets *buckets, struct tfeed_error *reterr)
{
    TFI_TRY(make(buckets, reterr));
    TFI_TRY(distribute(buckets, reterr));
    return write_buckets(buckets, reterr);
}

tfeed_status shuffle_by_buckets(struct shuffle *shuffle, struct tfeed_error *reterr)
{
    struct buckets buckets = {.shuffle = shuffle};
    const tfeed_status status = run(&buckets, reterr);
    free_extents(&buckets);
    tfi_free(shuffle->allocator, buckets.all);
    tfi_table_clear(&buckets.refs);
    tfi_spill_close(&buckets.spill);
    return status;
}
