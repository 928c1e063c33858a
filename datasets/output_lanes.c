/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * output_lanes.c - records copied to several outputs at once, see outputs_private.h.
 *
 * A job of a lane is a chunk of frames, cut into slices for its outputs. Frames are copied into it:
 * the few chunks stay in the cache, and so does what the reader reads into, which it would have to
 * allocate anew if others held it.
 */
#include <string.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "datasets/background_private.h"
#include "datasets/outputs_private.h"
#include "records/record_frame_internal.h"
#include "records/records_internal.h"

enum { N_CHUNKS = 4, CHUNK_BYTES = 512 << 10, MAX_SLICES = 2048 };

/* Frames of one output, one behind the other. */
struct slice {
    size_t output;
    size_t len;
    uint64_t order; /* among all that is copied */
};

struct chunk {
    uint8_t *data; /* [CHUNK_BYTES] */
    size_t len;
    struct slice slices[MAX_SLICES];
    size_t n_slices;
};

struct tfi_lane {
    struct tfi_outputs *outputs;
    struct tfi_background background;
    struct chunk chunks[N_CHUNKS];
    uint64_t failed_at; /* order of a slice; the thread's until it has ended */
};

/* ------------------------------------------------------------------ the thread */

static tfeed_status write_chunk(void *user_data, uint64_t job, struct tfeed_error *reterr)
{
    struct tfi_lane *lane = user_data;
    const struct chunk *chunk = &lane->chunks[job % N_CHUNKS];
    const uint8_t *frames = chunk->data;
    for (size_t i = 0; i < chunk->n_slices; i++) {
        const struct slice *slice = &chunk->slices[i];
        lane->failed_at = slice->order;
        TFI_TRY(tfi_record_writer_write_frames(lane->outputs->writers[slice->output], frames,
                                               slice->len, reterr));
        frames += slice->len;
    }
    return TFEED_OK;
}

/* ------------------------------------------------------------------ the caller */

/* The chunk that is filled. */
static struct chunk *current_chunk(struct tfi_lane *lane)
{
    return &lane->chunks[lane->background.n_given % N_CHUNKS];
}

static tfeed_status give_chunk(struct tfi_lane *lane, struct tfeed_error *reterr)
{
    if (current_chunk(lane)->n_slices > 0)
        TFI_TRY(tfi_background_give(&lane->background, reterr));
    current_chunk(lane)->len = 0;
    current_chunk(lane)->n_slices = 0;
    return TFEED_OK;
}

/* Past the chunks, so that large records do not fill the memory. */
static tfeed_status write_large(struct tfi_lane *lane, size_t output, const uint8_t *frames,
                                size_t len, struct tfeed_error *reterr)
{
    TFI_TRY(give_chunk(lane, reterr));
    tfi_background_wait(&lane->background, 0);
    return tfi_record_writer_write_frames(lane->outputs->writers[output], frames, len, reterr);
}

static tfeed_status add_slice(struct tfi_lane *lane, size_t output, const uint8_t *frames,
                              size_t len, struct tfeed_error *reterr)
{
    const uint64_t order = lane->outputs->n_slices++;
    if (len > CHUNK_BYTES)
        return write_large(lane, output, frames, len, reterr);
    if (current_chunk(lane)->n_slices == MAX_SLICES || len > CHUNK_BYTES - current_chunk(lane)->len)
        TFI_TRY(give_chunk(lane, reterr));
    struct chunk *chunk = current_chunk(lane);
    memcpy(chunk->data + chunk->len, frames, len);
    chunk->len += len;
    chunk->slices[chunk->n_slices++] = (struct slice){output, len, order};
    return TFEED_OK;
}

static tfeed_status begin_lane(struct tfi_lane *lane, struct tfi_outputs *outputs,
                               struct tfeed_error *reterr)
{
    lane->outputs = outputs;
    for (size_t i = 0; i < N_CHUNKS; i++) {
        lane->chunks[i].data = tfi_alloc(outputs->report->allocator, CHUNK_BYTES);
        if (lane->chunks[i].data == NULL)
            return tfi_fail_memory(reterr, "threads that write");
    }
    tfi_background_begin(&lane->background, true, N_CHUNKS - 1, write_chunk, lane);
    return TFEED_OK;
}

tfeed_status tfi_outputs_begin_lanes(struct tfi_outputs *outputs,
                                     const struct tfeed_record_writer_options *options,
                                     struct tfeed_error *reterr)
{
    const size_t n_outputs = outputs->report->n_outputs;
    const size_t n = options->n_threads < n_outputs ? options->n_threads : n_outputs;
    if (options->n_threads <= 1 || tfi_outputs_are_in_pieces(outputs, options))
        return TFEED_OK;
    outputs->lanes = tfi_alloc_zeroed(outputs->report->allocator, n, sizeof *outputs->lanes);
    if (outputs->lanes == NULL)
        return tfi_fail_memory(reterr, "threads that write");
    while (outputs->n_lanes < n)
        TFI_TRY(begin_lane(&outputs->lanes[outputs->n_lanes++], outputs, reterr));
    return TFEED_OK;
}

tfeed_status tfi_outputs_copy(struct tfi_outputs *outputs, size_t output,
                              const struct tfeed_record_view *views, size_t n,
                              struct tfeed_error *reterr)
{
    const struct tfeed_record_view *last = &views[n - 1];
    const uint8_t *begin = views[0].data - TFEED_RECORD_HEADER_BYTES;
    const uint8_t *end = last->data + last->len + TFEED_RECORD_FOOTER_BYTES;
    const size_t len = (size_t)(end - begin);
    const uint64_t n_payload = len - n * TFI_RECORD_OVERHEAD_BYTES;
    if (outputs->n_lanes == 0)
        return tfi_outputs_copy_frames(outputs, output, begin, len, n, n_payload, reterr);
    tfi_outputs_count(outputs, output, n, n_payload);
    return add_slice(&outputs->lanes[output % outputs->n_lanes], output, begin, len, reterr);
}

/* Has the lane write what it has, and ends it. */
static tfeed_status end_lane(struct tfi_lane *lane, struct tfeed_error *reterr)
{
    tfeed_status status = lane->background.has_begun ? give_chunk(lane, reterr) : TFEED_OK;
    status = tfi_background_end(&lane->background, status, reterr);
    for (size_t i = 0; i < N_CHUNKS; i++)
        tfi_free(lane->outputs->report->allocator, lane->chunks[i].data);
    return status;
}

tfeed_status tfi_outputs_end_lanes(struct tfi_outputs *outputs, tfeed_status status,
                                   struct tfeed_error *reterr)
{
    uint64_t first = UINT64_MAX;
    for (size_t i = 0; i < outputs->n_lanes; i++) {
        struct tfi_lane *lane = &outputs->lanes[i];
        struct tfeed_error error = TFEED_ERROR_INIT;
        if (end_lane(lane, &error) != TFEED_OK && lane->failed_at < first) {
            first = lane->failed_at;
            status = tfi_fail_again(reterr, &error);
        }
    }
    tfi_free(outputs->report->allocator, outputs->lanes);
    outputs->lanes = NULL;
    outputs->n_lanes = 0;
    return status;
}
