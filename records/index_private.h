/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * index_private.h - the parts of an index.
 *
 *    index_format.c     the header, and where everything lies
 *    index_identity.c   a file's size and ends: is it still the same one?
 *    index_builder.c    gathers records; index_pack.c, index_text.c: writes them in either form
 *    index_file.c       opens one, and what it says as a whole
 *    index_blocks.c     where records lie: blocks read, checked and taken apart
 *    index_read.c       records by number
 *    index_keys.c       records by the hash of a value
 */
#ifndef TFI_INDEX_PRIVATE_H
#define TFI_INDEX_PRIVATE_H

#include "records/index_format_internal.h"
#include "records/index_internal.h"

/* --- files ----------------------------------------------------------------------------------- */

/* A file with a size, open. Zero it before opening. */
struct index_input {
    const struct tfeed_file_system *files;
    const char *path; /* borrowed */
    void *input;      /* NULL: closed */
    uint64_t n_bytes; /* when it was opened */
    uint64_t modified_ns;
};

/* FAILED_PRECONDITION: it has no size. */
tfeed_status index_input_open(struct index_input *input, const struct tfeed_file_system *files,
                              const char *path, const struct tfeed_allocator *allocator,
                              struct tfeed_error *reterr);
void index_input_close(struct index_input *input);

/* All of len bytes. DATA_LOSS: the file ends before. */
tfeed_status index_input_read(struct index_input *input, uint64_t offset, uint8_t *data, size_t len,
                              struct tfeed_error *reterr);

/* --- identity -------------------------------------------------------------------------------- */

/* What a file looks like from outside. */
struct index_identity {
    uint32_t first;
    uint32_t last;
    uint64_t first_end; /* of the first record of a file that is not compressed, and of the last; */
    uint64_t last_end;  /* 0 where the header there is none */
};

/* A file that is shorter than that, or holds no record there, has an identity all the same: another
 * one. Fails only where reading does. */
tfeed_status index_identify(struct index_input *file, const struct tfi_index_header *header,
                            struct index_identity *ret_identity, struct tfeed_error *reterr);

/* --- making one ------------------------------------------------------------------------------ */

struct index_pair {
    uint64_t hash;
    uint64_t record;
};

struct tfi_index_builder {
    const struct tfeed_allocator *allocator;
    uint8_t *lengths; /* of payloads, one after the other, 7 bits a byte */
    size_t n_length_bytes;
    size_t n_length_slots;
    uint64_t n_records;
    uint64_t stream_bytes;
    uint64_t first_length;
    uint64_t last_offset;
    uint64_t min_length;
    uint64_t max_length;
    char *key;
    struct index_pair *pairs;
    size_t n_pairs;
    size_t n_pair_slots;
};

/* The next length of a walk that begins at builder->lengths. */
static inline uint64_t index_next_length(const uint8_t **at)
{
    uint64_t length = **at & 0x7f;
    for (unsigned shift = 7; (*(*at)++ & 0x80) != 0; shift += 7)
        length |= (uint64_t)(**at & 0x7f) << shift;
    return length;
}

/* The header of what was added, for the file as it is; sorts the keys.
 * FAILED_PRECONDITION as tfi_index_builder_write. */
tfeed_status index_pack_header(struct tfi_index_builder *builder, struct index_input *file,
                               enum tfeed_compression compression,
                               struct tfi_index_header *ret_header,
                               struct tfi_index_layout *ret_layout, struct tfeed_error *reterr);

/* Takes the bytes of an index in their order. */
typedef tfeed_status (*index_sink)(void *sink_data, const void *data, size_t len,
                                   struct tfeed_error *reterr);

/* All bytes of the packed form. RESOURCE_EXHAUSTED: no memory for a block. */
tfeed_status index_pack(const struct tfi_index_builder *builder,
                        const struct tfi_index_header *header,
                        const struct tfi_index_layout *layout, index_sink sink, void *sink_data,
                        struct tfeed_error *reterr);

/* The text form. A line is at most so long, NUL included. */
enum { INDEX_LINE_BYTES = 48 };
size_t index_text_line(char line[INDEX_LINE_BYTES], uint64_t offset, uint64_t frame_bytes);
tfeed_status index_text_write(const struct tfi_index_builder *builder, index_sink sink,
                              void *sink_data, struct tfeed_error *reterr);
/* Adds every record of a text. INVALID_ARGUMENT: names the line and what is wrong with it. */
tfeed_status index_text_read(struct index_input *text, struct tfi_index_builder *builder,
                             struct tfeed_error *reterr);

/* --- an open one ----------------------------------------------------------------------------- */

/* An index that is no longer than the first is read whole at the first question; one up to the
 * last as soon as reading it whole costs no more than the reads that have been made of it. */
enum {
    INDEX_WINDOW_BYTES = 1 << 20,
    INDEX_READ_BYTES = 128 << 10, /* what could be read in the time that a read takes to begin */
    INDEX_WHOLE_BYTES = 16 << 20,
    INDEX_SLACK_BYTES = 8, /* behind the window's bytes: numbers are taken out of eight */
};

/* A block that records were read into. */
struct index_span {
    struct tfeed_block *block;
    uint8_t *data;
};

struct tfeed_index {
    const struct tfeed_allocator *allocator;
    struct tfeed_index_info info;
    uint64_t max_record_bytes;
    bool skip_checksums;

    char *path;
    char *index_path;
    struct index_input file;
    struct index_input input; /* of the index */
    struct tfi_index_header header;
    struct tfi_index_layout layout;

    /* bytes of the index that are in memory: of a text all of them */
    uint8_t *window;
    uint64_t window_offset;
    size_t window_len;
    size_t window_capacity;
    uint64_t n_reads;

    /* the block that was asked for last: starts[n_in_block + 1], the last one where it ends */
    uint64_t block; /* UINT64_MAX: none */
    uint32_t n_in_block;
    uint64_t starts[TFI_INDEX_BLOCK_RECORDS + 1];

    char *key;
    uint64_t *first_hashes; /* [layout.n_key_blocks] */

    struct index_span *spans; /* of the records that were read last */
    size_t n_spans;
    size_t n_span_slots;
    size_t n_read_spans; /* while records are read: the first so many are of this read */
};

/* `len` bytes of the index at `offset`, which the layout allows; valid until the next call. Where
 * they have to be read, those up to `reach` come with them, as far as there is room. */
tfeed_status index_fetch(struct tfeed_index *index, uint64_t offset, size_t len, uint64_t reach,
                         const uint8_t **ret_data, struct tfeed_error *reterr);

/* The same for a part that begins with its checksum. DATA_LOSS: it does not match. */
tfeed_status index_fetch_part(struct tfeed_index *index, uint64_t offset, size_t len,
                              uint64_t reach, const uint8_t **ret_data, struct tfeed_error *reterr);

/* DATA_LOSS in the index. */
tfeed_status index_fail_damaged(const struct tfeed_index *index, uint64_t offset, const char *what,
                                struct tfeed_error *reterr);

uint64_t index_block_offset(const struct tfeed_index *index, uint64_t block);
size_t index_block_bytes(const struct tfeed_index *index, uint64_t block);

/* Takes the block of a record apart; `reach` as for index_fetch, 0: no further. OUT_OF_RANGE: there
 * is no such record. */
tfeed_status index_locate(struct tfeed_index *index, uint64_t record, uint64_t reach,
                          struct tfeed_record_place *ret_place, struct tfeed_error *reterr);

/* Reads the head of the keys, checks it and keeps what it says. */
tfeed_status index_keys_open(struct tfeed_index *index, struct tfeed_error *reterr);

/* The headers of n records, evenly spread, are where the index says. FAILED_PRECONDITION: not. */
tfeed_status index_check_records(struct tfeed_index *index, uint64_t n, struct tfeed_error *reterr);

/* FAILED_PRECONDITION: the index is not of this file. */
tfeed_status index_fail_stale(const struct tfeed_index *index, const char *what,
                              struct tfeed_error *reterr);

#endif
