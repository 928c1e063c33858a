/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * file_set_private.h - the files of a set, and where their records begin.
 */
#ifndef TFI_FILE_SET_PRIVATE_H
#define TFI_FILE_SET_PRIVATE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tfeed/index.h>
#include <tfeed/loader.h>

#include "core/thread_internal.h"
#include "io/stream_internal.h"

/* A record's place. */
struct place {
    uint64_t offset;
    uint64_t record;
    uint32_t file; /* index in its set */
};

struct loader_file;

/* The files of one set. Immutable but for what is known about record starts, which has locks of its
 * own: fully concurrent. */
struct file_set {
    const struct tfeed_allocator *allocator;
    struct tfeed_record_reader_options reader_options; /* strict tail */
    enum tfeed_on_error on_error;                      /* SKIP: walks pass what reading does */
    const _Atomic bool *stop; /* of the readers' searches behind damage; NULL: none */
    struct loader_file *files;
    size_t n_files;
    uint64_t n_bytes; /* of all files, as they lie on the disk */
    uint64_t hash;    /* of (name without folder, size) in order */
};

struct loader_file {
    char *path;
    uint64_t size;
    bool is_compressed;
    struct tfi_kept_map map;
    /* Starts that are known, every 1,024th record, and how far the walk has come; and how many
     * records there are, once the end was met. */
    struct tfi_mutex mutex;
    struct place *starts;
    size_t n_starts;
    size_t n_start_slots;
    struct place walked;
    bool walked_to_end;
    bool is_counted; /* by a walk or an index */
    uint64_t n_records;
    bool has_no_index;        /* that fits: it was looked for */
    tfeed_status walk_status; /* what stands where the walk ended, if not the end */
    struct tfeed_error walk_error;
};

/* Finds the files, looks at sizes and first bytes. Statuses of tfeed_loader_open. */
tfeed_status file_set_init(struct file_set *set, const char *const *patterns, size_t n_patterns,
                           const struct tfeed_loader_options *options, struct tfeed_error *reterr);
void file_set_clear(struct file_set *set);

/* A reader of the file, at its front. Readers of a file share one map, which stays until the set is
 * cleared: to map pages anew in every epoch costs a tenth of reading them. */
tfeed_status file_set_open_reader(struct file_set *set, uint32_t file,
                                  struct tfeed_record_reader **ret_reader,
                                  struct tfeed_error *reterr);

/* The file's index, opened for one thread, which closes it; NULL where none lies beside the file,
 * or one that does not fit. RESOURCE_EXHAUSTED: no memory; nothing else is an error. */
tfeed_status file_set_open_index(struct file_set *set, uint32_t file,
                                 struct tfeed_index **ret_index, struct tfeed_error *reterr);
/* An index that was given turned out to be damaged: from now on the file is walked. */
void file_set_drop_index(struct file_set *set, uint32_t file);

/* The first record that begins at or behind `offset` of an uncompressed file: *ret_place; its
 * offset is the file's size when there is none. An index answers where there is one; else it walks
 * headers from the nearest start that is known.
 * Looks at *stop once a run: CANCELLED. A damaged header before `offset` is what reading would say;
 * the walk keeps it, so that every caller gets the same answer.
 * Fully concurrent; blocks on I/O and while another thread walks the same file. */
tfeed_status file_set_find(struct file_set *set, uint32_t file, uint64_t offset,
                           const _Atomic bool *stop, struct place *ret_place,
                           struct tfeed_error *reterr);

/* The place of record number `record` of an uncompressed file (offset: the size, when there are
 * not so many); as file_set_find. */
tfeed_status file_set_find_record(struct file_set *set, uint32_t file, uint64_t record,
                                  const _Atomic bool *stop, struct place *ret_place,
                                  struct tfeed_error *reterr);

/* The number of records of any file, by its index or else by a walk (a compressed one is
 * inflated). */
tfeed_status file_set_count(struct file_set *set, uint32_t file, const _Atomic bool *stop,
                            uint64_t *ret_n_records, struct tfeed_error *reterr);

#endif
