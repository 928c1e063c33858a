/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * record_end_internal.h - where a file of records ends, for whoever writes on behind it.
 */
#ifndef TFI_RECORD_END_INTERNAL_H
#define TFI_RECORD_END_INTERNAL_H

#include "records/index_internal.h"
#include "records/records_internal.h"

/* A place between two records, and between two members or blocks of a compressed file. */
struct tfi_record_end {
    uint64_t file_offset; /* in the file as it lies there */
    uint64_t offset;      /* in the uncompressed stream */
    uint64_t n_records;   /* before it */
    bool is_torn;         /* there is something behind it */
};

/* The file to look at; `options` are resolved. */
struct tfi_record_end_search {
    const char *path;
    enum tfeed_compression compression; /* not AUTO */
    bool may_be_torn;
    const struct tfeed_file_system *file_system;
    const struct tfeed_allocator *allocator;
};

/* Finds the end of a file of records. Lengths are checked, and the last payload; of a compressed
 * file everything.
 * DATA_LOSS: it does not end between two records: names the last one and its place. With
 * may_be_torn the end is the last such place, and is_torn, where that is what a crash leaves: the
 * file, or the compressed stream in it, ends inside a record, in zeros, or with a payload that is
 * not what its checksum says. Not where no place but the start is known and records follow it.
 * Otherwise what reading says. */
tfeed_status tfi_record_find_end(const struct tfi_record_end_search *search,
                                 struct tfi_record_end *ret_end, struct tfeed_error *reterr);

/* Adds the first n_records of a file to an index. */
tfeed_status tfi_record_index_up_to(const struct tfi_record_end_search *search, uint64_t n_records,
                                    struct tfi_index_builder *index, struct tfeed_error *reterr);

#endif
