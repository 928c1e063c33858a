/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * shuffle_gather.c - records fetched in the order of their places, and written.
 *
 * They are fetched into chunks, of which there are a few: on two threads, one fetches while the
 * other writes.
 *
 *      caller: fetches ─▶ [chunk] [chunk] [chunk] ─▶ background: outputs
 *
 * A record lies anywhere, so it takes three waits to reach it: for its number, for its offset, and
 * for its first bytes. Each is asked for some places ahead.
 */
#include <string.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "datasets/shard_names_private.h"
#include "datasets/shuffle_private.h"
#include "records/record_frame_internal.h"

enum {
    MAX_CHUNK_BYTES = 2 << 20,
    MIN_CHUNK_BYTES = 64 << 10,
    CHUNKS_PART = 16, /* of the memory that may be used */
    OFFSET_AHEAD = 48,
    FRAME_AHEAD = 16,
    LINE_BYTES = 64,
    LINES_AHEAD = 4 /* more come by themselves once a record is read */
};

/* The places from `next` to end - 1 of a source. */
struct fetch {
    const struct shuffle *shuffle;
    const struct shuffle_source *source;
    const uint32_t *order; /* of the inputs; a bucket has refs */
    uint32_t next;
    uint32_t end;
    size_t shard; /* of `next` */
};

/* -------------------------------------------------------------------- fetching */

/* Where the frame of a place begins, and the bytes from there on. */
static const uint8_t *find_frame(const struct fetch *fetch, uint32_t place, uint64_t *ret_left)
{
    const struct shuffle_source *source = fetch->source;
    const struct shuffle *shuffle = fetch->shuffle;
    if (source->spill != NULL) {
        const uint64_t offset = source->refs[place - source->first_place];
        *ret_left = source->spill_bytes - offset;
        return source->spill + offset;
    }
    const uint32_t record = fetch->order[place];
    const struct shuffle_input *input = shuffle_find_input(shuffle, record);
    const uint64_t offset = shuffle->offsets[record];
    *ret_left = input->end - offset;
    return input->base + offset;
}

static void ask_ahead(const struct fetch *fetch)
{
    uint64_t left;
    if (fetch->source->spill == NULL && fetch->end - fetch->next > OFFSET_AHEAD)
        __builtin_prefetch(&fetch->shuffle->offsets[fetch->order[fetch->next + OFFSET_AHEAD]]);
    if (fetch->end - fetch->next > FRAME_AHEAD) {
        const uint8_t *frame = find_frame(fetch, fetch->next + FRAME_AHEAD, &left);
        for (size_t i = 0; i < LINES_AHEAD; i++)
            __builtin_prefetch(frame + i * LINE_BYTES);
    }
}

static tfeed_status fail_next(const struct fetch *fetch, struct tfeed_error *reterr)
{
    const struct shuffle *shuffle = fetch->shuffle;
    if (fetch->source->spill != NULL)
        return tfi_fail(reterr, TFEED_DATA_LOSS,
                        "%s: a temporary file does not hold what was written", shuffle->folder);
    const uint32_t record = fetch->order[fetch->next];
    return shuffle_fail_record(shuffle_find_input(shuffle, record), record,
                               shuffle->offsets[record], reterr);
}

/* Makes an empty chunk large enough for one frame. */
static tfeed_status grow(const struct shuffle *shuffle, struct shuffle_chunk *chunk,
                         uint64_t n_bytes, struct tfeed_error *reterr)
{
    uint8_t *data = tfi_alloc(shuffle->allocator, (size_t)n_bytes);
    if (data == NULL)
        return tfi_fail_memory(reterr, "a record");
    tfi_free(shuffle->allocator, chunk->data);
    chunk->data = data;
    chunk->capacity = (size_t)n_bytes;
    return TFEED_OK;
}

/* Whether a frame that was copied is what it was, or is to be: a mapped file may change. */
static bool is_good(const struct shuffle_source *source, const uint8_t *copy, uint64_t n_bytes)
{
    const bool was_checked = source->spill != NULL && n_bytes <= source->spill_checked_bytes;
    return shuffle_frame_bytes(copy, n_bytes) == n_bytes &&
           (was_checked || tfi_record_payload_check(copy + TFI_RECORD_PAYLOAD_OFFSET,
                                                    (size_t)n_bytes - TFI_RECORD_OVERHEAD_BYTES));
}

/* Copies frames until the chunk is full or its shard ends. */
static tfeed_status fill(struct fetch *fetch, struct shuffle_chunk *chunk,
                         struct tfeed_error *reterr)
{
    const uint64_t n_records = fetch->shuffle->n_records;
    const uint64_t n_shards = fetch->shuffle->n_shards == 0 ? 1 : fetch->shuffle->n_shards;
    while (fetch->next >= tfi_shard_begin(n_records, fetch->shard + 1, n_shards))
        fetch->shard++;
    const uint64_t shard_end = tfi_shard_begin(n_records, fetch->shard + 1, n_shards);
    const uint32_t end = shard_end < fetch->end ? (uint32_t)shard_end : fetch->end;
    chunk->shard = fetch->shard;
    chunk->len = 0;
    chunk->n_records = 0;
    for (; fetch->next < end; fetch->next++) {
        uint64_t left;
        ask_ahead(fetch);
        const uint8_t *frame = find_frame(fetch, fetch->next, &left);
        const uint64_t n_bytes = shuffle_frame_bytes(frame, left);
        if (n_bytes == 0)
            return fail_next(fetch, reterr);
        if (n_bytes > chunk->capacity - chunk->len) {
            if (chunk->len > 0)
                break;
            TFI_TRY(grow(fetch->shuffle, chunk, n_bytes, reterr));
        }
        memcpy(chunk->data + chunk->len, frame, (size_t)n_bytes);
        if (!is_good(fetch->source, chunk->data + chunk->len, n_bytes))
            return fail_next(fetch, reterr);
        chunk->len += (size_t)n_bytes;
        chunk->n_records++;
    }
    return TFEED_OK;
}

/* --------------------------------------------------------------------- writing */

static tfeed_status write_chunk(void *user_data, uint64_t job, struct tfeed_error *reterr)
{
    struct shuffle_gather *gather = user_data;
    const struct shuffle_chunk *chunk = &gather->chunks[job % SHUFFLE_CHUNKS];
    const uint64_t n_payload = chunk->len - (uint64_t)chunk->n_records * TFI_RECORD_OVERHEAD_BYTES;
    return tfi_outputs_copy_frames(&gather->shuffle->outputs, chunk->shard, chunk->data, chunk->len,
                                   chunk->n_records, n_payload, reterr);
}

tfeed_status shuffle_gather_places(struct shuffle_gather *gather,
                                   const struct shuffle_source *source, uint32_t begin,
                                   uint32_t end, struct tfeed_error *reterr)
{
    struct fetch fetch = {.shuffle = gather->shuffle,
                          .source = source,
                          .order = gather->shuffle->places.data,
                          .next = begin,
                          .end = end};
    while (fetch.next < end) {
        struct shuffle_chunk *chunk = &gather->chunks[gather->writing.n_given % SHUFFLE_CHUNKS];
        TFI_TRY(fill(&fetch, chunk, reterr));
        const size_t n_bytes = chunk->len;
        TFI_TRY(tfi_background_give(&gather->writing, reterr));
        TFI_TRY(shuffle_progress(gather->shuffle, n_bytes, reterr));
    }
    return TFEED_OK;
}

/* ----------------------------------------------------------------- begin and end */

tfeed_status shuffle_gather_begin(struct shuffle_gather *gather, struct shuffle *shuffle,
                                  struct tfeed_error *reterr)
{
    uint64_t n_bytes = shuffle->options->memory_bytes / CHUNKS_PART;
    if (n_bytes > MAX_CHUNK_BYTES)
        n_bytes = MAX_CHUNK_BYTES;
    if (n_bytes < MIN_CHUNK_BYTES)
        n_bytes = MIN_CHUNK_BYTES;
    gather->shuffle = shuffle;
    for (int i = 0; i < SHUFFLE_CHUNKS; i++)
        TFI_TRY(grow(shuffle, &gather->chunks[i], n_bytes, reterr));
    tfi_background_begin(&gather->writing, shuffle->options->write.n_threads > 1,
                         SHUFFLE_CHUNKS - 1, write_chunk, gather);
    return TFEED_OK;
}

tfeed_status shuffle_gather_end(struct shuffle_gather *gather, tfeed_status status,
                                struct tfeed_error *reterr)
{
    status = tfi_background_end(&gather->writing, status, reterr);
    for (int i = 0; i < SHUFFLE_CHUNKS; i++)
        tfi_free(gather->shuffle->allocator, gather->chunks[i].data);
    return status;
}
