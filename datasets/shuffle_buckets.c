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
 */
#include <string.h>

#include "core/allocator_internal.h"
#include "core/byte_order_internal.h"
#include "core/error_internal.h"
#include "datasets/shuffle_private.h"
#include "records/record_frame_internal.h"

enum {
    EXTENT_HEADER_BYTES = 16,
    PLACE_BYTES = 4,
    MAX_EXTENT_BYTES = 4 << 20,
    MIN_EXTENT_BYTES = 64 << 10,
    BLOCK_BYTES = 4096, /* extents begin at multiples: whole ones can be forgotten */
    MEMORY_PARTS = 4,   /* of the memory, one for extents and one for what finds records */
    CACHE_PARTS = 2     /* a bucket takes one of these of what may be read at random */
};

struct bucket {
    uint8_t *extent; /* that is being gathered; its header comes first */
    size_t len;
    uint64_t before; /* of the next extent's header */
};

struct buckets {
    struct shuffle *shuffle;
    struct tfi_spill spill;
    uint64_t spill_bytes;
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
    const uint64_t n_most = part / MIN_EXTENT_BYTES;
    n = n < n_for_refs ? n_for_refs : n;
    n = n > n_most ? n_most : n;
    n = n > shuffle->n_records ? shuffle->n_records : n;
    buckets->n_places = (uint32_t)divide_up(shuffle->n_records, n);
    buckets->n = (uint32_t)divide_up(shuffle->n_records, buckets->n_places);
    const uint64_t extent = part / buckets->n / BLOCK_BYTES * BLOCK_BYTES;
    buckets->extent_bytes = extent > MAX_EXTENT_BYTES ? MAX_EXTENT_BYTES : (size_t)extent;
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
        buckets->all[i].extent = tfi_alloc(allocator, buckets->extent_bytes);
        if (buckets->all[i].extent == NULL)
            return tfi_fail_memory(reterr, "the buckets of a shuffle");
        buckets->all[i].len = EXTENT_HEADER_BYTES;
    }
    return tfi_spill_open(&buckets->spill, buckets->shuffle->folder, reterr);
}

/* Writes the gathered extent with n_more bytes behind it. */
static tfeed_status flush(struct buckets *buckets, struct bucket *bucket, const uint8_t *more,
                          size_t n_more, struct tfeed_error *reterr)
{
    const uint64_t offset = buckets->spill_bytes;
    const uint64_t len = (uint64_t)bucket->len + n_more;
    tfi_store_le64(bucket->extent, bucket->before);
    tfi_store_le64(bucket->extent + sizeof(uint64_t), len - EXTENT_HEADER_BYTES);
    TFI_TRY(tfi_spill_write(&buckets->spill, offset, bucket->extent, bucket->len, reterr));
    if (n_more > 0)
        TFI_TRY(tfi_spill_write(&buckets->spill, offset + bucket->len, more, n_more, reterr));
    buckets->spill_bytes += divide_up(len, BLOCK_BYTES) * BLOCK_BYTES;
    bucket->before = offset + 1;
    bucket->len = EXTENT_HEADER_BYTES;
    return TFEED_OK;
}

static tfeed_status add_record(struct buckets *buckets, uint32_t place, const uint8_t *frame,
                               size_t n_bytes, struct tfeed_error *reterr)
{
    struct bucket *bucket = &buckets->all[place / buckets->n_places];
    if (n_bytes + PLACE_BYTES > buckets->extent_bytes - bucket->len &&
        bucket->len > EXTENT_HEADER_BYTES)
        TFI_TRY(flush(buckets, bucket, NULL, 0, reterr));
    tfi_store_le32(bucket->extent + bucket->len, place);
    bucket->len += PLACE_BYTES;
    if (n_bytes > buckets->extent_bytes - bucket->len)
        return flush(buckets, bucket, frame, n_bytes, reterr);
    memcpy(bucket->extent + bucket->len, frame, n_bytes);
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
        if (n_bytes == 0 || !tfi_record_payload_check(frame + TFI_RECORD_PAYLOAD_OFFSET,
                                                      (size_t)n_bytes - TFI_RECORD_OVERHEAD_BYTES))
            return shuffle_fail_record(input, record, offset, reterr);
        TFI_TRY(add_record(buckets, places[record], frame, (size_t)n_bytes, reterr));
        offset += n_bytes;
        if (offset - n_told < LOOK_BYTES && i + 1 < n_records)
            continue;
        TFI_TRY(shuffle_progress(shuffle, offset - n_told, reterr));
        n_told = offset;
    }
    return TFEED_OK;
}

static tfeed_status distribute(struct buckets *buckets, struct tfeed_error *reterr)
{
    const struct tfeed_allocator *allocator = buckets->shuffle->allocator;
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
        tfi_free(allocator, bucket->extent);
        bucket->extent = NULL;
    }
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

static void forget_bucket(struct buckets *buckets, uint32_t index)
{
    uint64_t before;
    uint64_t len;
    for (uint64_t at = buckets->all[index].before;
         at > 0 && look_at_extent(buckets, at, &before, &len); at = before)
        tfi_spill_forget(&buckets->spill, at - 1,
                         divide_up(len + EXTENT_HEADER_BYTES, BLOCK_BYTES) * BLOCK_BYTES);
}

static tfeed_status write_bucket(struct buckets *buckets, uint32_t index,
                                 struct tfeed_error *reterr)
{
    struct shuffle *shuffle = buckets->shuffle;
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
    const struct shuffle_source source = {.shuffle = shuffle,
                                          .spill = buckets->spill.map,
                                          .spill_bytes = buckets->spill_bytes,
                                          .refs = buckets->refs.data,
                                          .first_place = begin};
    TFI_TRY(shuffle_gather(shuffle, &source, begin, begin + n_places, reterr));
    forget_bucket(buckets, index);
    return TFEED_OK;
}

static tfeed_status run(struct buckets *buckets, struct tfeed_error *reterr)
{
    TFI_TRY(make(buckets, reterr));
    TFI_TRY(distribute(buckets, reterr));
    for (uint32_t i = 0; i < buckets->n; i++)
        TFI_TRY(write_bucket(buckets, i, reterr));
    return TFEED_OK;
}

tfeed_status shuffle_by_buckets(struct shuffle *shuffle, struct tfeed_error *reterr)
{
    struct buckets buckets = {.shuffle = shuffle};
    const tfeed_status status = run(&buckets, reterr);
    for (uint32_t i = 0; buckets.all != NULL && i < buckets.n; i++)
        tfi_free(shuffle->allocator, buckets.all[i].extent);
    tfi_free(shuffle->allocator, buckets.all);
    tfi_table_clear(&buckets.refs);
    tfi_spill_close(&buckets.spill);
    return status;
}
