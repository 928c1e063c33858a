/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * readers.h - TensorFlow's readers: records out of the files whose names come from a queue.
 *
 * A work unit is one name, dequeued when the unit before has ended. Errors follow TensorFlow: a
 * file that cannot be opened is reported once and left behind; an error while reading stays, the
 * unit is not given up until tfeed_reader_reset.
 */
#ifndef TFEED_READERS_H
#define TFEED_READERS_H

#include <stddef.h>
#include <stdint.h>

#include <tfeed/queues.h>
#include <tfeed/records.h>
#include <tfeed/status.h>
#include <tfeed/tensor.h>

#ifdef __cplusplus
extern "C" {
#endif

/** One reader. Counted. Thread safety: fully concurrent; records come one run after the other. */
struct tfeed_reader;

/**
 * A reader of TFRecord files (TFRecordReader). Key: "file:offset", value: the payload, a view into
 * the file's block.
 *
 * @param options  NULL: compression by content, TFEED_TAIL_TENSORFLOW. Copied.
 * @return TFEED_OK, TFEED_INVALID_ARGUMENT (struct_size), TFEED_RESOURCE_EXHAUSTED
 */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_tfrecord_reader_new(const struct tfeed_record_reader_options *options,
                          struct tfeed_reader **ret_reader, struct tfeed_error *reterr);

/** How a reader reaches files that are not TFRecord files; set by tfeed_reader_options_init, then
 *  changed. */
struct tfeed_reader_options {
    size_t struct_size;                 /**< set by the init function */
    enum tfeed_compression compression; /**< TFEED_COMPRESSION_NONE; GZIP, ZLIB; AUTO is refused:
                                             plain bytes may look like anything */
    enum tfeed_tail tail; /**< TFEED_TAIL_TENSORFLOW: a compressed stream may end too early, only
                               the first member of a gzip file counts. STRICT: the former and bytes
                               behind the stream are DATA_LOSS, and all members are read */
    enum tfeed_map map;   /**< TFEED_MAP_AUTO; values are views of the map */
    uint64_t max_record_bytes; /**< TFEED_RECORD_DEFAULT_LIMIT_BYTES, of a line or a whole file:
                                    more is RESOURCE_EXHAUSTED */
    const struct tfeed_file_system *file_system; /**< NULL: local files; borrowed */
    const struct tfeed_allocator *allocator;     /**< NULL: malloc; borrowed */
};

/** Sets the defaults named above. */
TFEED_API void tfeed_reader_options_init(struct tfeed_reader_options *options);

/**
 * A reader of lines (TextLineReader). Key: "file:line", counted from 1, value: the line without its
 * end.
 *
 * LF ends a line; one CR directly before it, or before the end of the file, goes too, any other
 * stays. What lies behind the last LF is a line if anything is left of it.
 *
 * @param skip_header_lines  of each file; they count. A file that has no more is empty.
 * @param options            NULL: the defaults. Copied.
 * @return TFEED_OK
 *         TFEED_INVALID_ARGUMENT    skip_header_lines is negative, or an option outside its range
 *         TFEED_RESOURCE_EXHAUSTED  no memory
 * Complexity: a line that lies whole in the block that is there is neither copied nor allocated.
 * Since:      0.1
 */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_text_line_reader_new(int64_t skip_header_lines, const struct tfeed_reader_options *options,
                           struct tfeed_reader **ret_reader, struct tfeed_error *reterr);

/** Where records of one length lie in a file. Units: bytes. A plain value; zero what is not used.
 */
struct tfeed_fixed_length {
    int64_t record_bytes; /**< above 0 */
    int64_t header_bytes; /**< before the first record */
    int64_t footer_bytes; /**< behind the last one */
    int64_t hop_bytes;    /**< from one record's start to the next one's; 0: record_bytes. Less:
                               records overlap; more: gaps between them */
};

/**
 * A reader of records of one length (FixedLengthRecordReader). Key: "file:record", counted from 0,
 * value: the record.
 *
 * A record counts only where footer_bytes follow it; what is left behind the last one is not looked
 * at. A file shorter than its header cannot be opened: that read is OUT_OF_RANGE, "reached end of
 * file", and the next one takes the next name, as in TensorFlow.
 *
 * @param lengths  copied
 * @param options  NULL: the defaults. Copied; `compression` is TensorFlow's `encoding`,
 *                 max_record_bytes is not used.
 * @return TFEED_OK
 *         TFEED_INVALID_ARGUMENT    a length is negative, record_bytes is 0 (TensorFlow would read
 *                                   empty records for ever), or an option outside its range
 *         TFEED_RESOURCE_EXHAUSTED  no memory
 * Complexity: as tfeed_text_line_reader_new.
 * Since:      0.1
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_fixed_length_reader_new(
    const struct tfeed_fixed_length *lengths, const struct tfeed_reader_options *options,
    struct tfeed_reader **ret_reader, struct tfeed_error *reterr);

/**
 * A reader of whole files (WholeFileReader). Key: the file's name, value: all its bytes.
 *
 * The file is opened by the read itself: one that cannot be opened is met again by each further
 * read, until tfeed_reader_reset. The unit is completed with its record, so that read_up_to gives
 * one.
 *
 * @param options  NULL: the defaults. Copied.
 * @return TFEED_OK, TFEED_INVALID_ARGUMENT (an option), TFEED_RESOURCE_EXHAUSTED
 * Since:  0.1
 */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_whole_file_reader_new(const struct tfeed_reader_options *options,
                            struct tfeed_reader **ret_reader, struct tfeed_error *reterr);

/**
 * A reader of the queue itself (IdentityReader): key and value are what was enqueued, any bytes.
 *
 * @return TFEED_OK, TFEED_RESOURCE_EXHAUSTED
 * Since:  0.1
 */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_identity_reader_new(const struct tfeed_allocator *allocator, struct tfeed_reader **ret_reader,
                          struct tfeed_error *reterr);

/**
 * A reader of LMDB databases (LMDBReader), a folder or a file each, in the order of their keys. Key
 * and value: those of the database, views of its map.
 *
 * No lock is taken: nobody may write into the database while it, or any view of it, is in use. A
 * file that is missing is NOT_FOUND, one that is no database or was cut short DATA_LOSS, where
 * TensorFlow 1.15 ends the process; damage inside its pages is liblmdb's to find.
 *
 * @return TFEED_OK
 *         TFEED_UNIMPLEMENTED       tfeed was built without liblmdb
 *         TFEED_RESOURCE_EXHAUSTED  no memory
 * Since:  0.1
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_lmdb_reader_new(const struct tfeed_allocator *allocator,
                                                            struct tfeed_reader **ret_reader,
                                                            struct tfeed_error *reterr);

TFEED_API struct tfeed_reader *tfeed_reader_ref(struct tfeed_reader *reader);
TFEED_API void tfeed_reader_unref(struct tfeed_reader *reader);

/**
 * Reads one record; takes the next name from `names` when no file is in progress.
 *
 * @param names    a queue whose element is one string scalar
 * @param ret_key  may be NULL (saves making it); else a string scalar
 * @param ret_value string scalar
 * @return TFEED_OK
 *         TFEED_OUT_OF_RANGE       the queue of names is closed and empty
 *         TFEED_INVALID_ARGUMENT   `names` is not a queue of one string
 *         an open error            once; the next read takes the next name
 *         TFEED_DATA_LOSS          again at each read, until reset
 * Ownership: clear key and value.   Thread safety: fully concurrent (one record after the other).
 * Blocks: until a name comes or the queue closes; the reader is locked meanwhile.
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_reader_read(struct tfeed_reader *reader,
                                                        struct tfeed_queue *names,
                                                        struct tfeed_tensor *ret_key,
                                                        struct tfeed_tensor *ret_value,
                                                        struct tfeed_error *reterr);

/**
 * Reads up to n records of one file. Never spans two files; may give fewer at any time.
 *
 * Keys are made only when ret_keys is not NULL; values are views, a run of them costs one count.
 *
 * Shapes: keys[n_read], values[n_read]. n = 0 gives empty ones without touching the queue; n < 0 is
 * TFEED_INVALID_ARGUMENT. An error after some records gives those records up, as TensorFlow does.
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_reader_read_up_to(struct tfeed_reader *reader,
                                                              struct tfeed_queue *names, int64_t n,
                                                              struct tfeed_tensor *ret_keys,
                                                              struct tfeed_tensor *ret_values,
                                                              struct tfeed_error *reterr);

TFEED_API int64_t tfeed_reader_n_records_produced(struct tfeed_reader *reader);
TFEED_API int64_t tfeed_reader_n_work_units_completed(struct tfeed_reader *reader);

/** Counters to zero; the rest of the current file is left out; the queue is not touched. */
TFEED_API void tfeed_reader_reset(struct tfeed_reader *reader);

/**
 * Saves what the reader has counted, and the name it took last, in TensorFlow's bytes; a reader
 * that has done nothing gives none.
 *
 * @param ret_state  a string scalar
 * @return TFEED_OK
 *         TFEED_UNIMPLEMENTED       only whole files and the identity are saved, as in TensorFlow
 *         TFEED_RESOURCE_EXHAUSTED  no memory
 * Ownership: clear ret_state.   Thread safety: fully concurrent.
 * Since:     0.1
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_reader_serialize_state(struct tfeed_reader *reader,
                                                                   struct tfeed_tensor *ret_state,
                                                                   struct tfeed_error *reterr);

/**
 * Puts the reader where a saved one was. What it was doing is dropped; the queue of names is not
 * touched: the caller enqueues what is still to do.
 *
 * @return TFEED_OK
 *         TFEED_INVALID_ARGUMENT    the bytes do not parse, hold a negative number, or have more
 *                                   started than finished; the reader is left as after a reset
 *         TFEED_UNIMPLEMENTED       as tfeed_reader_serialize_state
 *         TFEED_RESOURCE_EXHAUSTED  no memory; likewise left reset
 * Thread safety: fully concurrent.
 * Since:         0.1
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_reader_restore_state(struct tfeed_reader *reader,
                                                                 const struct tfeed_bytes *state,
                                                                 struct tfeed_error *reterr);

#ifdef __cplusplus
}
#endif
#endif
