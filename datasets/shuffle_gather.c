/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * shuffle_gather.c - records fetched in the order of their places, and written.
 *
 * They are fetched into chunks, of which there are a few: on two threads, one fetches and checks
 * while the other writes.
 *
 *      fetching thread ─▶ [chunk] [chunk] [chunk] ─▶ caller: outputs
 *
 * A record lies anywhere, so it takes three waits to reach it: for its number, for its offset, and
 * for its first bytes. Each is asked for some places ahead.
 *
 * Threads: n_filled and n_written count chunks; the fetching thread owns the chunks from n_filled
 *          on, the caller those from n_written to n_filled - 1.
 */
#include <string.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "core/thread_internal.h"
#include "datasets/shard_names_private.h"
#include "datasets/shuffle_private.h"
#include "records/record_frame_internal.h"

enum {
    N_CHUNKS = 3,
    MAX_CHUNK_BYTES = 2 << 20,
    MIN_CHUNK_BYTES = 64 << 10,
    CHUNKS_PART = 16, /* of the memory that may be used */
    OFFSET_AHEAD = 48,
    FRAME_AHEAD = 16,
    LINE_BYTES = 64,
    LINES_AHEAD = 4 /* more come by themselves once a record is read */
};

/* Frames of consecutive places, one behind the other. */
struct chunk {
    uint8_t *data;
    size_t capacity;
    size_t len;
    size_t shard; /* that they belong to */
    uint32_t n_records;
};

struct gather {
    struct shuffle *shuffle;
    const struct shuffle_source *source;
    const uint32_t *order; /* of the inputs; a bucket has refs */
    uint32_t place;        /* that is fetched next */
    uint32_t end;
    size_t shard; /* of `place` */
    struct chunk chunks[N_CHUNKS];

    struct tfi_mutex mutex;
    struct tfi_condition changed;
    uint64_t n_filled TFI_GUARDED_BY(mutex);
    uint64_t n_written TFI_GUARDED_BY(mutex);
    bool is_over TFI_GUARDED_BY(mutex); /* nothing more will be filled */
    bool stop TFI_GUARDED_BY(mutex);    /* nothing more is wanted */
    tfeed_status status TFI_GUARDED_BY(mutex);
    struct tfeed_error error TFI_GUARDED_BY(mutex);
};

/* -------------------------------------------------------------------- fetching */

/* Where the frame of a place begins, and the bytes from there on. */
static const uint8_t *find_frame(const struct gather *gather, uint32_t place, uint64_t *ret_left)
{
    const struct shuffle_source *source = gather->source;
    const struct shuffle *shuffle = gather->shuffle;
    if (source->spill != NULL) {
        const uint64_t offset = source->refs[place - source->first_place];
        *ret_left = source->spill_bytes - offset;
        return source->spill + offset;
    }
    const uint32_t record = gather->order[place];
    const struct shuffle_input *input = shuffle_find_input(shuffle, record);
    const uint64_t offset = shuffle->offsets[record];
    *ret_left = input->end - offset;
    return input->base + offset;
}

static void ask_ahead(const struct gather *gather, uint32_t place)
{
    uint64_t left;
    if (gather->source->spill == NULL && gather->end - place > OFFSET_AHEAD)
        __builtin_prefetch(&gather->shuffle->offsets[gather->order[place + OFFSET_AHEAD]]);
    if (gather->end - place > FRAME_AHEAD) {
        const uint8_t *frame = find_frame(gather, place + FRAME_AHEAD, &left);
        for (size_t i = 0; i < LINES_AHEAD; i++)
            __builtin_prefetch(frame + i * LINE_BYTES);
    }
}

static tfeed_status fail_place(const struct gather *gather, uint32_t place,
                               struct tfeed_error *reterr)
{
    const struct shuffle *shuffle = gather->shuffle;
    if (gather->source->spill != NULL)
        return tfi_fail(reterr, TFEED_DATA_LOSS,
                        "%s: a temporary file does not hold what was written", shuffle->folder);
    const uint32_t record = gather->order[place];
    return shuffle_fail_record(shuffle_find_input(shuffle, record), record,
                               shuffle->offsets[record], reterr);
}

/* Makes an empty chunk large enough for one frame. */
static tfeed_status grow(const struct gather *gather, struct chunk *chunk, uint64_t n_bytes,
                         struct tfeed_error *reterr)
{
    const struct tfeed_allocator *allocator = gather->shuffle->allocator;
    uint8_t *data = tfi_alloc(allocator, (size_t)n_bytes);
    if (data == NULL)
        return tfi_fail_memory(reterr, "a record");
    tfi_free(allocator, chunk->data);
    chunk->data = data;
    chunk->capacity = (size_t)n_bytes;
    return TFEED_OK;
}

/* Copies frames until the chunk is full or its shard ends. The copy is what is checked: a mapped
 * file may change. */
static tfeed_status fill(struct gather *gather, struct chunk *chunk, struct tfeed_error *reterr)
{
    const uint64_t n_records = gather->shuffle->n_records;
    const uint64_t n_shards = gather->shuffle->n_shards == 0 ? 1 : gather->shuffle->n_shards;
    while (gather->place >= tfi_shard_begin(n_records, gather->shard + 1, n_shards))
        gather->shard++;
    const uint64_t shard_end = tfi_shard_begin(n_records, gather->shard + 1, n_shards);
    const uint32_t end = shard_end < gather->end ? (uint32_t)shard_end : gather->end;
    chunk->shard = gather->shard;
    chunk->len = 0;
    chunk->n_records = 0;
    for (; gather->place < end; gather->place++) {
        uint64_t left;
        ask_ahead(gather, gather->place);
        const uint8_t *frame = find_frame(gather, gather->place, &left);
        const uint64_t n_bytes = shuffle_frame_bytes(frame, left);
        if (n_bytes == 0)
            return fail_place(gather, gather->place, reterr);
        if (n_bytes > chunk->capacity - chunk->len) {
            if (chunk->len > 0)
                break;
            TFI_TRY(grow(gather, chunk, n_bytes, reterr));
        }
        uint8_t *copy = chunk->data + chunk->len;
        memcpy(copy, frame, (size_t)n_bytes);
        if (!tfi_record_payload_check(copy + TFI_RECORD_PAYLOAD_OFFSET,
                                      (size_t)n_bytes - TFI_RECORD_OVERHEAD_BYTES) ||
            shuffle_frame_bytes(copy, n_bytes) != n_bytes)
            return fail_place(gather, gather->place, reterr);
        chunk->len += (size_t)n_bytes;
        chunk->n_records++;
    }
    return TFEED_OK;
}

/* --------------------------------------------------------------------- writing */

static tfeed_status write_chunk(struct gather *gather, const struct chunk *chunk,
                                struct tfeed_error *reterr)
{
    if (chunk->n_records == 0)
        return TFEED_OK;
    const uint64_t n_payload = chunk->len - (uint64_t)chunk->n_records * TFI_RECORD_OVERHEAD_BYTES;
    TFI_TRY(tfi_outputs_copy_frames(&gather->shuffle->outputs, chunk->shard, chunk->data,
                                    chunk->len, chunk->n_records, n_payload, reterr));
    return shuffle_progress(gather->shuffle, chunk->len, reterr);
}

static tfeed_status gather_alone(struct gather *gather, struct tfeed_error *reterr)
{
    while (gather->place < gather->end) {
        TFI_TRY(fill(gather, &gather->chunks[0], reterr));
        TFI_TRY(write_chunk(gather, &gather->chunks[0], reterr));
    }
    return TFEED_OK;
}

/* ----------------------------------------------------------------- two threads */

/* The chunk to be filled next; NULL: nothing more is wanted. */
static struct chunk *wait_for_room(struct gather *gather)
{
    tfi_mutex_lock(&gather->mutex);
    while (!gather->stop && gather->n_filled - gather->n_written == N_CHUNKS)
        (void)tfi_condition_wait(&gather->changed, &gather->mutex, TFI_FOREVER);
    struct chunk *chunk = gather->stop ? NULL : &gather->chunks[gather->n_filled % N_CHUNKS];
    tfi_mutex_unlock(&gather->mutex);
    return chunk;
}

static void fetch_all(void *argument)
{
    struct gather *gather = argument;
    struct tfeed_error error = TFEED_ERROR_INIT;
    tfeed_status status = TFEED_OK;
    struct chunk *chunk;
    while (gather->place < gather->end && status == TFEED_OK &&
           (chunk = wait_for_room(gather)) != NULL) {
        status = fill(gather, chunk, &error);
        tfi_mutex_lock(&gather->mutex);
        if (status == TFEED_OK)
            gather->n_filled++;
        tfi_condition_wake(&gather->changed, &gather->mutex);
        tfi_mutex_unlock(&gather->mutex);
    }
    tfi_mutex_lock(&gather->mutex);
    gather->is_over = true;
    gather->status = status;
    gather->error = error;
    tfi_condition_wake(&gather->changed, &gather->mutex);
    tfi_mutex_unlock(&gather->mutex);
}

/* The chunk to be written next; NULL: there are no more, *ret_status says why. */
static const struct chunk *wait_for_chunk(struct gather *gather, tfeed_status *ret_status,
                                          struct tfeed_error *reterr)
{
    tfi_mutex_lock(&gather->mutex);
    while (!gather->is_over && gather->n_filled == gather->n_written)
        (void)tfi_condition_wait(&gather->changed, &gather->mutex, TFI_FOREVER);
    const struct chunk *chunk =
        gather->n_filled > gather->n_written ? &gather->chunks[gather->n_written % N_CHUNKS] : NULL;
    if (chunk == NULL && gather->status != TFEED_OK)
        *ret_status = tfi_fail_again(reterr, &gather->error);
    tfi_mutex_unlock(&gather->mutex);
    return chunk;
}

static tfeed_status gather_together(struct gather *gather, struct tfeed_error *reterr)
{
    struct tfi_thread thread;
    tfeed_status status = TFEED_OK;
    const struct chunk *chunk;
    if (tfi_thread_start(&thread, "shuffle", fetch_all, gather, NULL) != TFEED_OK)
        return gather_alone(gather, reterr);
    while (status == TFEED_OK && (chunk = wait_for_chunk(gather, &status, reterr)) != NULL) {
        status = write_chunk(gather, chunk, reterr);
        tfi_mutex_lock(&gather->mutex);
        gather->n_written++;
        tfi_condition_wake(&gather->changed, &gather->mutex);
        tfi_mutex_unlock(&gather->mutex);
    }
    tfi_mutex_lock(&gather->mutex);
    gather->stop = true;
    tfi_condition_wake(&gather->changed, &gather->mutex);
    tfi_mutex_unlock(&gather->mutex);
    tfi_thread_join(&thread);
    return status;
}

/* ---------------------------------------------------------------------- public */

static tfeed_status make_chunks(struct gather *gather, int n, struct tfeed_error *reterr)
{
    uint64_t n_bytes = gather->shuffle->options->memory_bytes / CHUNKS_PART;
    if (n_bytes > MAX_CHUNK_BYTES)
        n_bytes = MAX_CHUNK_BYTES;
    if (n_bytes < MIN_CHUNK_BYTES)
        n_bytes = MIN_CHUNK_BYTES;
    for (int i = 0; i < n; i++)
        TFI_TRY(grow(gather, &gather->chunks[i], n_bytes, reterr));
    return TFEED_OK;
}

tfeed_status shuffle_gather(struct shuffle *shuffle, const struct shuffle_source *source,
                            uint32_t begin, uint32_t end, struct tfeed_error *reterr)
{
    struct gather gather = {.shuffle = shuffle,
                            .source = source,
                            .order = shuffle->places.data,
                            .place = begin,
                            .end = end};
    const bool has_help = shuffle->options->n_threads > 1;
    if (begin == end)
        return TFEED_OK;
    tfi_mutex_init(&gather.mutex);
    tfi_condition_init(&gather.changed);
    tfeed_status status = make_chunks(&gather, has_help ? N_CHUNKS : 1, reterr);
    if (status == TFEED_OK)
        status = has_help ? gather_together(&gather, reterr) : gather_alone(&gather, reterr);
    for (int i = 0; i < N_CHUNKS; i++)
        tfi_free(shuffle->allocator, gather.chunks[i].data);
    tfi_condition_clear(&gather.changed);
    tfi_mutex_clear(&gather.mutex);
    return status;
}
