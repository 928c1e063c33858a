/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * shuffle_private.h - all records of a set in a random order, in bounded memory.
 *
 *   inputs     every input becomes bytes in memory: it is mapped as it is; what is compressed or
 *              can be read only once is staged, uncompressed, in a temporary file. A walk over the
 *              headers numbers the records, and keeps their offsets as far as memory allows
 *   order      order[place] = number of the record, as the loader's global order says
 *   gather     the records of consecutive places are fetched from wherever they lie, checked, and
 *              written; on two threads, one fetches while the other writes
 *
 * What is larger than the page cache must not be fetched at random. Between order and gather come
 *
 *   buckets    the inputs are read once more, from front to back, and every record goes to the
 *              bucket of its place, in one temporary file; gather then goes bucket by bucket. On
 *              two threads, the other one writes that file, and later brings in the next bucket
 *
 * A payload is checked once: where it is first copied.
 *
 *      inputs   3 5 1 0 7 4 2 6      (places)        ┌ bucket 0: 3 1 0 2 ─▶ 0 1 2 3
 *               ───────────────▶ ────────────────────┤
 *                                                    └ bucket 1: 5 7 4 6 ─▶ 4 5 6 7
 *
 * The result depends on the records and the seed only: memory, threads and buckets change how it
 * comes about.
 */
#ifndef TFI_SHUFFLE_PRIVATE_H
#define TFI_SHUFFLE_PRIVATE_H

#include <tfeed/datasets.h>

#include "datasets/background_private.h"
#include "datasets/copy_private.h"
#include "datasets/spill_private.h"

/* An input as bytes in memory. */
struct shuffle_input {
    const char *path; /* for messages */
    const uint8_t *base;
    uint64_t end;              /* behind its last record */
    uint32_t first_record;     /* its number in the set */
    struct tfeed_block *block; /* of the map; NULL: staged */
    struct tfi_spill stage;
};

struct shuffle {
    const struct tfeed_dataset_shuffle_options *options; /* resolved */
    const struct tfeed_allocator *allocator;
    const char *folder; /* of temporary files */
    struct tfi_inputs given;
    struct tfi_outputs outputs;
    uint32_t n_shards; /* 0: the output is one file of its own name */

    struct shuffle_input *inputs; /* [given.n] */
    size_t n_inputs;              /* of them, gone through */
    uint32_t n_records;
    uint64_t n_bytes;        /* of frames */
    struct tfi_table places; /* uint32_t[n_records]: the order, later what buckets need */
    uint64_t *offsets;       /* [n_records] in their inputs; NULL: buckets are needed */
    size_t n_offset_slots;

    uint64_t n_done_bytes; /* for progress: moved to buckets and written */
    uint64_t n_todo_bytes; /* … of so many */
};

/* The frames of consecutive places. */
struct shuffle_source {
    const uint8_t *spill; /* of a bucket; NULL: the inputs themselves, as `offsets` says */
    uint64_t spill_bytes;
    uint64_t spill_checked_bytes; /* frames of up to so many were checked on their way there */
    const uint64_t *refs;         /* [last place - first_place] of a bucket: where in spill */
    uint32_t first_place;
};

/* The input that holds a record. */
const struct shuffle_input *shuffle_find_input(const struct shuffle *shuffle, uint32_t record);

/* Bytes of the frame that begins at `frame`, of which `left` can be looked at; 0: it is none, or
 * not whole. */
uint64_t shuffle_frame_bytes(const uint8_t *frame, uint64_t left);

/* Fills in inputs, n_records, n_bytes and offsets. As tfeed_dataset_shuffle. */
tfeed_status shuffle_read_inputs(struct shuffle *shuffle, struct tfeed_error *reterr);
void shuffle_clear_inputs(struct shuffle *shuffle);

/* The record's payload is damaged: what a reader would say. */
tfeed_status shuffle_fail_record(const struct shuffle_input *input, uint32_t record,
                                 uint64_t offset, struct tfeed_error *reterr);

/* Frames of consecutive places, on their way to the outputs. */
struct shuffle_chunk {
    uint8_t *data;
    size_t capacity;
    size_t len;
    size_t shard; /* that they belong to */
    uint32_t n_records;
};

enum { SHUFFLE_CHUNKS = 4 };

/* Records on their way from wherever they lie to the outputs. Zero it before. */
struct shuffle_gather {
    struct shuffle *shuffle;
    struct shuffle_chunk chunks[SHUFFLE_CHUNKS];
    struct tfi_background writing;
};

/* End it whatever begin said; what end returns is the status of all, see tfi_background_end. */
tfeed_status shuffle_gather_begin(struct shuffle_gather *gather, struct shuffle *shuffle,
                                  struct tfeed_error *reterr);
tfeed_status shuffle_gather_end(struct shuffle_gather *gather, tfeed_status status,
                                struct tfeed_error *reterr);

/* Fetches the records of the places from begin to end - 1, which follow those before; when it
 * returns, `source` is not needed any more. */
tfeed_status shuffle_gather_places(struct shuffle_gather *gather,
                                   const struct shuffle_source *source, uint32_t begin,
                                   uint32_t end, struct tfeed_error *reterr);

/* Writes all records by way of buckets. */
tfeed_status shuffle_by_buckets(struct shuffle *shuffle, struct tfeed_error *reterr);

/* Counts what was moved, and asks whether to go on. */
tfeed_status shuffle_progress(struct shuffle *shuffle, uint64_t n_bytes,
                              struct tfeed_error *reterr);

#endif
