/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * index.h - a file of records with its index: how many there are, and record N by one read.
 *
 *      train.tfrecords          the records, as they are
 *      train.tfrecords.tfidx    where each begins, and what the file was when that was written
 *
 * `tfeed index`, tfeed_dataset_index, a writer and tfeed_dataset_verify make an index. One that no
 * longer fits its file is noticed: by the file's size and its first and last record when it is
 * opened, and by the length and checksums of every record that is read.
 * doc/formats/index.md describes the format.
 *
 *     struct tfeed_index *index;
 *     struct tfeed_record_view view;
 *     tfeed_status status = tfeed_index_open("train.tfrecords", NULL, &index, &error);
 *     if (status == TFEED_OK) {
 *         status = tfeed_index_read(index, 4711, &view, &error);
 *         if (status == TFEED_OK)
 *             use(view.data, view.len);
 *         tfeed_index_close(index);
 *     }
 */
#ifndef TFEED_INDEX_H
#define TFEED_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tfeed/allocator.h>
#include <tfeed/io.h>
#include <tfeed/records.h>
#include <tfeed/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What the name of a file of records is continued by to give that of its index. */
#define TFEED_INDEX_SUFFIX ".tfidx"

/** How an index is opened; set by tfeed_index_options_init, then changed. */
struct tfeed_index_options {
    size_t struct_size;        /**< set by the init function */
    const char *index_path;    /**< NULL: beside the file */
    const char *index_dir;     /**< NULL: beside the file; else indexes lie here, by file name */
    bool skip_checksums;       /**< false; true: those of payloads are not looked at, of lengths
                                     always */
    uint64_t max_record_bytes; /**< TFEED_RECORD_DEFAULT_LIMIT_BYTES */
    const struct tfeed_file_system *file_system; /**< NULL: local files; borrowed */
    const struct tfeed_allocator *allocator;     /**< NULL: malloc; borrowed */
};

/** Sets the defaults named above. */
TFEED_API void tfeed_index_options_init(struct tfeed_index_options *options);

/**
 * A file of records and its index, both open.
 *
 * Thread safety: externally locked; threads that read side by side open one each, which costs a few
 * small reads.
 */
struct tfeed_index;

/**
 * Opens the index of a file of records, and makes sure that it is that file's.
 *
 * Looked at are the file's size, its first and its last record; where the file was changed later
 * than its index, or it is not known when, also 16 more, evenly spread. (The time is a hint and no
 * more: copying changes it.)
 *
 * @param path     the file of records; or its index, NAME.tfidx beside NAME. The index may be in
 *                 the text form that other loaders use, a line "offset size" for each record: it
 *                 is recognised by content.
 * @param options  NULL: the defaults. Copied.
 *
 * @return TFEED_OK
 *         TFEED_NOT_FOUND            there is no such file, or no index: the message names it
 *         TFEED_FAILED_PRECONDITION  the index is stale: the file is not the one it was made of;
 *                                    or the file is a pipe
 *         TFEED_DATA_LOSS            the index is damaged
 *         TFEED_UNIMPLEMENTED        it was written by a later version of tfeed
 *         TFEED_INVALID_ARGUMENT     it is no index, or an option is outside its range
 *         TFEED_RESOURCE_EXHAUSTED   no memory
 *         what reading says
 *
 * Ownership:     end it with tfeed_index_close.
 * Thread safety: distinct objects.   Blocks: on I/O.
 * Complexity:    a few small reads. Memory held: at most 16 MiB of the index, never more than it is
 *                long, and 1 MiB or a block of it where it is longer than that; of a text all of
 *                it, packed.
 * Since:         0.1
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_index_open(const char *path,
                                                       const struct tfeed_index_options *options,
                                                       struct tfeed_index **ret_index,
                                                       struct tfeed_error *reterr);

/** Ends it; NULL does nothing. Views stay valid as long as their blocks are referenced. Keeps
 *  errno. */
TFEED_API void tfeed_index_close(struct tfeed_index *index);

/** What an index says of its file. */
struct tfeed_index_info {
    uint64_t n_records;
    uint64_t n_bytes;    /**< of the (uncompressed) stream: where the last record ends */
    uint64_t file_bytes; /**< of the file as it lies on the disk */
    enum tfeed_compression compression;
    const char *path;       /**< of the file of records */
    const char *index_path; /**< of the index */
    const char
        *key_feature; /**< the feature whose value is looked up; NULL: the index has no key */
    uint64_t n_keys;  /**< records that have one; 0 without a key */
    bool is_text;     /**< it is in the text form */
};

/** Lives as long as the index. Thread safety: immutable. */
TFEED_API const struct tfeed_index_info *tfeed_index_info_get(const struct tfeed_index *index);

/** How many records there are. Thread safety: immutable. */
TFEED_API uint64_t tfeed_index_count(const struct tfeed_index *index);

/** Where a record lies. */
struct tfeed_record_place {
    uint64_t record;
    uint64_t offset; /**< of its start, in the uncompressed stream */
    uint64_t len;    /**< of its payload */
};

/**
 * Looks a record's place up; compressed files too, in their uncompressed stream.
 *
 * @return TFEED_OK
 *         TFEED_OUT_OF_RANGE  there are not so many records
 *         TFEED_DATA_LOSS     the index is damaged
 *         TFEED_RESOURCE_EXHAUSTED, what reading the index says
 * Thread safety: externally locked.   Blocks: on I/O.
 * Complexity:    one read of the index, of some KiB, for all records of the same 1,024.
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_index_place(struct tfeed_index *index, uint64_t record,
                                                        struct tfeed_record_place *ret_place,
                                                        struct tfeed_error *reterr);

/**
 * Finds the first record that begins at `offset` or behind; the number of records when none does.
 *
 * @return TFEED_OK, or as tfeed_index_place
 * Thread safety: externally locked.   Blocks: on I/O.
 * Complexity:    as many reads of the index as the number of records has bits above 1,024.
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_index_find(struct tfeed_index *index, uint64_t offset,
                                                       uint64_t *ret_record,
                                                       struct tfeed_error *reterr);

/** Neighbouring records. */
struct tfeed_record_range {
    uint64_t first;     /**< number of the first one */
    uint64_t n_records; /**< may be 0 */
    uint64_t offset;    /**< where it begins, in the uncompressed stream */
    uint64_t n_bytes;   /**< up to the end of its last frame */
};

/** What the parts of a split have equally much of. */
enum tfeed_split {
    TFEED_SPLIT_RECORDS = 0, /**< to within one record */
    TFEED_SPLIT_BYTES = 1    /**< to within the longest record */
};

/**
 * Part `part` of a file that is cut evenly into n_parts. Every record is in exactly one part; parts
 * follow one another.
 *
 * @return TFEED_OK
 *         TFEED_INVALID_ARGUMENT  part is not below n_parts, or an unknown kind of split
 *         as tfeed_index_place
 * Thread safety: externally locked.   Blocks: on I/O.
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_index_split(struct tfeed_index *index, uint64_t part,
                                                        uint64_t n_parts, enum tfeed_split split,
                                                        struct tfeed_record_range *ret_range,
                                                        struct tfeed_error *reterr);

/**
 * Reads record number `record`.
 *
 * @param ret_view  valid until the next read through the index; longer with a reference to its
 *                  block
 * @return TFEED_OK
 *         TFEED_OUT_OF_RANGE         there are not so many records
 *         TFEED_DATA_LOSS            a checksum of the record is wrong, or the index is damaged
 *         TFEED_FAILED_PRECONDITION  the index is stale: another length stands at that place; or
 *                                    the file is compressed: its records are found only by
 *                                    inflating all before them (tfeed_record_reader_seek does)
 *         TFEED_RESOURCE_EXHAUSTED   it is longer than max_record_bytes, or no memory
 *         what reading says
 * Thread safety: externally locked.   Blocks: on I/O.
 * Complexity:    one read of the file; and one of the index where it is longer than 1 MiB, until
 *                enough of them were made to have read it whole. The file is read, not mapped: it
 *                may change without harm. Memory of the last read is read into again unless
 *                somebody holds it: reading on allocates nothing.
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_index_read(struct tfeed_index *index, uint64_t record,
                                                       struct tfeed_record_view *ret_view,
                                                       struct tfeed_error *reterr);

/**
 * Reads many records, in whatever order they are asked for; the file is read in its own order, and
 * what lies close together by one read.
 *
 * Shapes: records[n], views[n]; view i is that of records[i]. A record may be asked for twice.
 *
 * @param views  set on TFEED_OK only; valid until the next read through the index, longer with a
 *               reference each
 * @return as tfeed_index_read, naming the record
 * Thread safety: externally locked.   Blocks: on I/O.
 * Complexity:    memory for all records that are asked for, and 64 bytes for each. As with
 *                tfeed_index_read it is used again by the next read: ask for a batch at a time.
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_index_read_many(struct tfeed_index *index,
                                                            const uint64_t *records, size_t n,
                                                            struct tfeed_record_view *views,
                                                            struct tfeed_error *reterr);

/**
 * Moves a reader of the same file to a record: the next read gives it. For ranges: read on until
 * the last one has come.
 *
 * In an uncompressed file the reader jumps there, and whatever had stopped it is forgotten. In a
 * compressed one it inflates everything up to it, and cannot go back.
 *
 * @param record  the number of records: to the end
 * @return TFEED_OK
 *         TFEED_OUT_OF_RANGE         there are not so many records
 *         TFEED_FAILED_PRECONDITION  the file is compressed, and the reader stands behind the
 *                                    record; or the index is stale
 *         TFEED_DATA_LOSS            the index is damaged; or, in a compressed file, what lies
 *                                    before
 *         what reading says
 * Thread safety: externally locked, both.   Blocks: on I/O.
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_record_reader_seek(struct tfeed_record_reader *reader,
                                                               struct tfeed_index *index,
                                                               uint64_t record,
                                                               struct tfeed_error *reterr);

/** The two forms of an index. */
enum tfeed_index_form {
    TFEED_INDEX_PACKED = 0, /**< FILE.tfidx, as doc/formats/index.md describes it */
    TFEED_INDEX_TEXT = 1    /**< "offset size" a line, the size that of the whole frame */
};

/**
 * Writes an open index to another file, which appears whole or not at all. A text has no place for
 * a key.
 *
 * @param overwrite  false: a file that exists is TFEED_ALREADY_EXISTS
 * @return TFEED_OK
 *         TFEED_DATA_LOSS         the index is damaged
 *         TFEED_INVALID_ARGUMENT  an unknown form
 *         what writing says
 * Thread safety: externally locked.   Blocks: on I/O.
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_index_write(struct tfeed_index *index, const char *path,
                                                        enum tfeed_index_form form, bool overwrite,
                                                        struct tfeed_error *reterr);

#ifdef __cplusplus
}
#endif
#endif
