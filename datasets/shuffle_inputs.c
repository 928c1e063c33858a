/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * shuffle_inputs.c - every input as bytes in memory, and where its records are.
 *
 * Of a mapped file only the headers are touched here; what is staged is checked on its way.
 */
#include <string.h>

#include "core/allocator_internal.h"
#include "core/block_internal.h"
#include "core/error_internal.h"
#include "datasets/datasets_private.h"
#include "datasets/shuffle_private.h"
#include "records/record_frame_internal.h"
#include "records/records_internal.h"

enum { STAGE_BUFFER_BYTES = 1 << 20, FIRST_OFFSETS = 1 << 12 };

/* --------------------------------------------------------------- what lies where */

const struct shuffle_input *shuffle_find_input(const struct shuffle *shuffle, uint32_t record)
{
    size_t first = 0;
    size_t n = shuffle->n_inputs;
    while (n > 1) { /* the last one whose first record is at most this one */
        const size_t half = n / 2;
        if (shuffle->inputs[first + half].first_record <= record) {
            first += half;
            n -= half;
        } else {
            n = half;
        }
    }
    return &shuffle->inputs[first];
}

uint64_t shuffle_frame_bytes(const uint8_t *frame, uint64_t left)
{
    uint64_t length;
    if (left < TFI_RECORD_OVERHEAD_BYTES || !tfi_record_header_check(frame, &length) ||
        length > left - TFI_RECORD_OVERHEAD_BYTES)
        return 0;
    return length + TFI_RECORD_OVERHEAD_BYTES;
}

tfeed_status shuffle_fail_record(const struct shuffle_input *input, uint32_t record,
                                 uint64_t offset, struct tfeed_error *reterr)
{
    const uint8_t *frame = input->base + offset;
    const uint64_t n_bytes = shuffle_frame_bytes(frame, input->end - offset);
    const struct tfeed_record_view view = {
        .data = frame + TFI_RECORD_PAYLOAD_OFFSET,
        .len = n_bytes == 0 ? 0 : (size_t)n_bytes - TFI_RECORD_OVERHEAD_BYTES,
        .offset = offset,
        .record = record - input->first_record,
    };
    if (n_bytes == 0)
        return tfi_fail_at(reterr, TFEED_FAILED_PRECONDITION, input->path, view.record, offset,
                           "the file has changed since its records were counted");
    return tfi_record_fail_payload(input->path, &view, reterr);
}

/* ------------------------------------------------------------------- numbering */

static bool offsets_fit(const struct shuffle *shuffle, uint64_t n)
{
    const uint64_t record_bytes = sizeof(uint64_t) + sizeof(uint32_t);
    return n * record_bytes <= shuffle->options->memory_bytes / 4 * 3 &&
           shuffle->n_bytes <= shuffle->options->cache_bytes;
}

/* Offsets are kept while they, and the order, fit; once they do not, none are. */
static tfeed_status note_offsets(struct shuffle *shuffle, const struct tfeed_record_view *views,
                                 size_t n, struct tfeed_error *reterr)
{
    const uint64_t n_needed = (uint64_t)shuffle->n_records + n;
    if (shuffle->n_records > 0 && shuffle->offsets == NULL)
        return TFEED_OK;
    if (!offsets_fit(shuffle, n_needed)) {
        tfi_free(shuffle->allocator, shuffle->offsets);
        shuffle->offsets = NULL;
        return TFEED_OK;
    }
    if (n_needed > shuffle->n_offset_slots) {
        size_t n_slots = shuffle->n_offset_slots == 0 ? FIRST_OFFSETS : shuffle->n_offset_slots;
        while (n_slots < n_needed)
            n_slots += n_slots / 2;
        uint64_t *offsets =
            tfi_realloc_array(shuffle->allocator, shuffle->offsets, n_slots, sizeof *offsets);
        if (offsets == NULL)
            return tfi_fail_memory(reterr, "the places of records");
        shuffle->offsets = offsets;
        shuffle->n_offset_slots = n_slots;
    }
    for (size_t i = 0; i < n; i++)
        shuffle->offsets[shuffle->n_records + i] = views[i].offset;
    return TFEED_OK;
}

static tfeed_status number_run(struct shuffle *shuffle, const struct tfeed_record_view *views,
                               size_t n, struct tfeed_error *reterr)
{
    const struct tfeed_record_view *last = &views[n - 1];
    if (n > UINT32_MAX - shuffle->n_records)
        return tfi_fail(reterr, TFEED_RESOURCE_EXHAUSTED,
                        "a set of more than %u records cannot be shuffled", UINT32_MAX);
    shuffle->n_bytes += last->offset + last->len + TFI_RECORD_OVERHEAD_BYTES - views[0].offset;
    TFI_TRY(note_offsets(shuffle, views, n, reterr));
    shuffle->n_records += (uint32_t)n;
    return TFEED_OK;
}

/* --------------------------------------------------------------------- staging */

/* What is on its way into a temporary file. */
struct staging {
    struct tfi_spill *spill;
    uint8_t *buffer;
    size_t len;
    uint64_t offset; /* of the buffer, in the file */
};

static tfeed_status stage_flush(struct staging *staging, struct tfeed_error *reterr)
{
    TFI_TRY(
        tfi_spill_write(staging->spill, staging->offset, staging->buffer, staging->len, reterr));
    staging->offset += staging->len;
    staging->len = 0;
    return TFEED_OK;
}

static tfeed_status stage_append(struct staging *staging, const uint8_t *data, size_t len,
                                 struct tfeed_error *reterr)
{
    if (len > STAGE_BUFFER_BYTES - staging->len)
        TFI_TRY(stage_flush(staging, reterr));
    if (len > STAGE_BUFFER_BYTES) {
        TFI_TRY(tfi_spill_write(staging->spill, staging->offset, data, len, reterr));
        staging->offset += len;
        return TFEED_OK;
    }
    memcpy(staging->buffer + staging->len, data, len);
    staging->len += len;
    return TFEED_OK;
}

static tfeed_status stage_run(struct staging *staging, const char *path,
                              const struct tfeed_record_view *views, size_t n,
                              struct tfeed_error *reterr)
{
    for (size_t i = 0; i < n; i++) {
        if (!tfi_record_payload_check(views[i].data, views[i].len))
            return tfi_record_fail_payload(path, &views[i], reterr);
        TFI_TRY(stage_append(staging, views[i].data - TFI_RECORD_PAYLOAD_OFFSET,
                             views[i].len + TFI_RECORD_OVERHEAD_BYTES, reterr));
    }
    return TFEED_OK;
}

/* ---------------------------------------------------------------------- inputs */

/* Whether the whole file lies in memory, as the first run of its records shows it. */
static bool note_map(const struct shuffle *shuffle, struct shuffle_input *input,
                     enum tfeed_compression compression, const struct tfeed_record_view *view)
{
    const struct tfeed_file_system *files = shuffle->given.options->file_system;
    struct tfeed_file_info info;
    if (files == NULL)
        files = tfeed_local_files();
    if (compression != TFEED_COMPRESSION_NONE || files->look == NULL ||
        files->look(files->user_data, input->path, &info, NULL) != TFEED_OK ||
        tfi_block_len(view->block) != info.size || tfi_block_owns_bytes(view->block))
        return false;
    input->block = tfeed_block_ref(view->block);
    input->base = view->data - TFI_RECORD_PAYLOAD_OFFSET - view->offset;
    return true;
}

/* Goes through an input; it is staged when its first run says so. */
static tfeed_status read_runs(struct shuffle *shuffle, struct shuffle_input *input,
                              struct tfeed_record_reader *reader, struct staging *staging,
                              struct tfeed_error *reterr)
{
    const struct tfeed_dataset_write_options *options = &shuffle->options->write;
    struct tfeed_record_view views[TFI_DATASET_RUN_RECORDS];
    for (bool is_first = true;; is_first = false) {
        size_t n;
        const tfeed_status status = tfi_record_reader_next_headers(
            reader, SIZE_MAX, views, TFI_DATASET_RUN_RECORDS, &n, reterr);
        if (status == TFEED_OUT_OF_RANGE)
            return TFEED_OK;
        TFI_TRY(status);
        if (is_first &&
            !note_map(shuffle, input, tfeed_record_reader_compression(reader), &views[0]))
            TFI_TRY(tfi_spill_open(staging->spill, shuffle->folder, reterr));
        if (staging->spill->is_open)
            TFI_TRY(stage_run(staging, input->path, views, n, reterr));
        TFI_TRY(number_run(shuffle, views, n, reterr));
        TFI_TRY(
            tfi_dataset_progress(options->progress, options->user_data, 0, UINT64_MAX, 0, reterr));
    }
}

static tfeed_status read_input(struct shuffle *shuffle, struct shuffle_input *input,
                               struct staging *staging, struct tfeed_error *reterr)
{
    struct tfeed_record_reader_options options;
    struct tfeed_record_reader *reader;
    tfi_copy_reader_options(&shuffle->options->write, &options);
    options.map = TFEED_MAP_AUTO;
    TFI_TRY(tfeed_record_reader_open(input->path, &options, &reader, reterr));
    input->first_record = shuffle->n_records;
    *staging = (struct staging){.spill = &input->stage, .buffer = staging->buffer};
    tfeed_status status = read_runs(shuffle, input, reader, staging, reterr);
    input->end = tfeed_record_reader_offset(reader);
    tfeed_record_reader_close(reader);
    if (status == TFEED_OK && input->stage.is_open) {
        status = stage_flush(staging, reterr);
        if (status == TFEED_OK)
            status = tfi_spill_map(&input->stage, input->end, reterr);
        input->base = input->stage.map;
    }
    return status;
}

tfeed_status shuffle_read_inputs(struct shuffle *shuffle, struct tfeed_error *reterr)
{
    shuffle->inputs =
        tfi_alloc_zeroed(shuffle->allocator, shuffle->given.n, sizeof *shuffle->inputs);
    if (shuffle->inputs == NULL)
        return tfi_fail_memory(reterr, "the inputs of a shuffle");
    struct staging staging = {.buffer = tfi_alloc(shuffle->allocator, STAGE_BUFFER_BYTES)};
    tfeed_status status =
        staging.buffer == NULL ? tfi_fail_memory(reterr, "the inputs of a shuffle") : TFEED_OK;
    for (size_t i = 0; i < shuffle->given.n && status == TFEED_OK; i++) {
        struct shuffle_input *input = &shuffle->inputs[shuffle->n_inputs++];
        input->path = shuffle->given.paths[i];
        status = read_input(shuffle, input, &staging, reterr);
    }
    tfi_free(shuffle->allocator, staging.buffer);
    return status;
}

void shuffle_clear_inputs(struct shuffle *shuffle)
{
    for (size_t i = 0; i < shuffle->n_inputs; i++) {
        tfeed_block_unref(shuffle->inputs[i].block);
        tfi_spill_close(&shuffle->inputs[i].stage);
    }
    tfi_free(shuffle->allocator, shuffle->inputs);
    tfi_free(shuffle->allocator, shuffle->offsets);
    shuffle->inputs = NULL;
    shuffle->n_inputs = 0;
    shuffle->offsets = NULL;
}
