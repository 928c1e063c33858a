/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * records.h - TFRecord files: framed, checksummed records, read and written.
 *
 *   ┌ length ┬ crc of length ┬ payload ────────┬ crc of payload ┐ ┌ next record …
 *   │ u64 le │ u32, masked   │ length bytes    │ u32, masked    │ │
 *   └────────┴───────────────┴─────────────────┴────────────────┘ └
 *   offset (of the record)    offset + 12
 *
 * GZIP, ZLIB and SNAPPY compress the whole stream; offsets always count bytes of the uncompressed
 * one.
 * Records are counted from 0. doc/tfrecord-format.md describes the format.
 *
 *     struct tfeed_record_reader *reader;
 *     struct tfeed_record_view view;
 *     struct tfeed_error error;
 *     tfeed_status status = tfeed_record_reader_open("train.tfrecords", NULL, &reader, &error);
 *     if (status == TFEED_OK) {
 *         while ((status = tfeed_record_reader_next(reader, &view, &error)) == TFEED_OK)
 *             use(view.data, view.len);
 *         tfeed_record_reader_close(reader);
 *     }
 *     if (status != TFEED_OUT_OF_RANGE)
 *         fprintf(stderr, "%s\n", error.message);
 */
#ifndef TFEED_RECORDS_H
#define TFEED_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tfeed/allocator.h>
#include <tfeed/io.h>
#include <tfeed/status.h>
#include <tfeed/tensor.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The most bytes a record may hold unless told: longer ones are RESOURCE_EXHAUSTED, and nothing is
 *  allocated for them. */
#define TFEED_RECORD_DEFAULT_LIMIT_BYTES (UINT64_C(256) << 20)

/** Bytes around a payload. */
enum { TFEED_RECORD_HEADER_BYTES = 12, TFEED_RECORD_FOOTER_BYTES = 4 };

/** What a file's end may look like. */
enum tfeed_tail {
    /** 1 to 11 stray bytes, a compressed stream without its end or with bytes behind it are
     *  DATA_LOSS; all members of a gzip file are read. */
    TFEED_TAIL_STRICT = 0,
    /** As TensorFlow 1.15: those are a clean end, the first member only. */
    TFEED_TAIL_TENSORFLOW = 1
};

/** How the bytes of a file are reached. */
enum tfeed_map {
    /** Mapped where the file system can: nothing is copied. The file must not be cut short while
     *  it, or any view into it, is in use: touching what has gone is a fault (SIGBUS). */
    TFEED_MAP_AUTO = 0,
    /** Read: for files that change while they are read, or that nobody vouches for. */
    TFEED_MAP_NEVER = 1
};

/** What happens at a record that is damaged, or cannot be parsed. */
enum tfeed_on_error {
    TFEED_ON_ERROR_FAIL,     /**< the error is returned */
    TFEED_ON_ERROR_SKIP,     /**< it is left out and counted, at most max_skipped times */
    TFEED_ON_ERROR_STOP_FILE /**< the file ends there; counted */
};

/** A stretch of a file that no record could be taken from. A plain value. */
struct tfeed_record_loss {
    uint64_t offset; /**< where it begins: of the record that could not be had */
    uint64_t
        end_offset;  /**< where reading goes on, or the end; TFEED_SIZE_UNKNOWN: not looked for */
    uint64_t record; /**< the number of that record. The stretch counts as one, however many there
                              were: what is lost with a length is not known */
};

/** Told of each loss, on the thread that reads; the error says what was found there. */
typedef void (*tfeed_record_loss_fn)(void *user_data, const struct tfeed_record_loss *loss,
                                     const struct tfeed_error *error);

/** How a file of records is read; set by tfeed_record_reader_options_init, then changed. */
struct tfeed_record_reader_options {
    size_t struct_size;                 /**< set by the init function */
    enum tfeed_compression compression; /**< TFEED_COMPRESSION_AUTO: recognised by content */
    enum tfeed_tail tail;               /**< TFEED_TAIL_STRICT */
    enum tfeed_map map;                 /**< TFEED_MAP_AUTO */
    bool skip_checksums;       /**< false; true: those of payloads are not looked at, of lengths
                                    always */
    uint64_t max_record_bytes; /**< TFEED_RECORD_DEFAULT_LIMIT_BYTES */
    const struct tfeed_file_system *file_system; /**< NULL: local files; borrowed */
    const struct tfeed_allocator *allocator;     /**< NULL: malloc; borrowed */
    enum tfeed_on_error
        on_error;         /**< TFEED_ON_ERROR_FAIL; what happens at damage (DATA_LOSS). A file
                                       compressed in another way than was said is an error always */
    uint64_t max_skipped; /**< 100: one loss more is the error after all */
    tfeed_record_loss_fn on_loss; /**< NULL; with SKIP and STOP_FILE */
    void *loss_data;
};

/** Sets the defaults named above. */
TFEED_API void tfeed_record_reader_options_init(struct tfeed_record_reader_options *options);

/**
 * A record's payload where it lies, and its place. A plain value.
 *
 * The view holds no reference: tfeed_block_ref(view.block) keeps the payload for as long as wanted,
 * also beyond the reader's end.
 */
struct tfeed_record_view {
    const uint8_t *data; /**< never NULL, not aligned */
    size_t len;
    uint64_t offset;           /**< of the record's start, in the uncompressed stream */
    uint64_t record;           /**< counted from 0 */
    struct tfeed_block *block; /**< what holds data */
};

/** One file of records being read, front to back. */
struct tfeed_record_reader;

/**
 * Opens a file of records. "-" is standard input.
 *
 * The content is looked at by the first read: an open file may still turn out to hold no record.
 *
 * @param options  NULL: the defaults. Copied.
 *
 * @return TFEED_OK
 *         TFEED_NOT_FOUND, TFEED_PERMISSION_DENIED, …  what the file system says
 *         TFEED_INVALID_ARGUMENT                       an option is outside its range
 *         TFEED_RESOURCE_EXHAUSTED                     no memory
 *
 * Ownership:     end it with tfeed_record_reader_close.
 * Thread safety: distinct objects.   Blocks: on I/O; opening a FIFO waits for its writer.
 * Since:         0.1
 */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_record_reader_open(const char *path, const struct tfeed_record_reader_options *options,
                         struct tfeed_record_reader **ret_reader, struct tfeed_error *reterr);

/** Ends a reader; NULL does nothing. Views stay valid as long as their blocks are referenced. */
TFEED_API void tfeed_record_reader_close(struct tfeed_record_reader *reader);

/**
 * Reads the next record.
 *
 * An error stays: every further call returns it again (but see tfeed_record_reader_resync). All
 * records before it have been given out.
 *
 * @param ret_view  valid until the next call on the reader; longer with a reference to its block
 * @param reterr    may be NULL; names the file, the record and its offset, expected and found
 *
 * @return TFEED_OK
 *         TFEED_OUT_OF_RANGE        no more records
 *         TFEED_DATA_LOSS           a checksum, the framing or the compressed stream
 *         TFEED_RESOURCE_EXHAUSTED  the record is longer than max_record_bytes, or no memory
 *         what reading the file says
 *
 * Thread safety: externally locked.   Blocks: on I/O.
 * Complexity:    a record that lies whole in the block that is there is neither copied nor
 *                allocated. Memory held: nothing where mapped; else blocks of 256 KiB, or one of
 *                the size of a larger record.
 * Since:         0.1
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_record_reader_next(struct tfeed_record_reader *reader,
                                                               struct tfeed_record_view *ret_view,
                                                               struct tfeed_error *reterr);

/**
 * Reads a run of records: at least one, at most max_views, and no more than 256 KiB beyond the
 * first.
 *
 * The fast way: what is not per byte costs once a run. A fault behind some good records is reported
 * by the next call. A run may end early, at the end of a block.
 *
 * Shapes: views[max_views], of which *ret_n_views are set.
 *
 * @param views  valid until the next call on the reader, longer with a reference each; neighbours
 *               mostly share a block
 *
 * @return as tfeed_record_reader_next; TFEED_INVALID_ARGUMENT when max_views is 0
 *
 * Thread safety: externally locked.   Blocks: on I/O.
 * Since:         0.1
 */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_record_reader_next_run(struct tfeed_record_reader *reader, struct tfeed_record_view *views,
                             size_t max_views, size_t *ret_n_views, struct tfeed_error *reterr);

/**
 * Steps over a record whose payload checksum failed: its length was good, so it is known where the
 * next one should begin. The record counts: the next one's number is one higher.
 *
 * @return TFEED_OK                   the next read goes on behind it
 *         TFEED_FAILED_PRECONDITION  the last read did not fail for a payload checksum
 *
 * Thread safety: externally locked.   Blocks: no.
 * Since:         0.1
 */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_record_reader_skip_damaged(struct tfeed_record_reader *reader, struct tfeed_error *reterr);

/**
 * Goes on behind damage of any kind: where the last read failed with DATA_LOSS, looks for the next
 * record, and the next read gives it (or says that there is no more).
 *
 * Behind a bad payload that is the place its length says, if a record's header or the end of the
 * file is there. Else the next record is searched for, byte by byte: a length with a right
 * checksum, a payload that lies in the file, with a right checksum too. Where payloads hold records
 * themselves, such a place may lie inside the damaged record. The damaged record's own payload
 * checksum, which stands right before the next record, tells them apart wherever only its length is
 * damaged; it is tried on the next 16 MiB. Where the payload is damaged as well, the first place
 * found is taken. doc/tfrecord-format.md has the rule in full.
 *
 * What is found depends on nothing but the file's bytes from the damage on, and max_record_bytes.
 *
 * @param ret_loss  what was passed over; NULL: nobody asks
 *
 * @return TFEED_OK
 *         TFEED_FAILED_PRECONDITION  the last read did not fail for damage, or for a compression
 *                                    that the file does not have
 *         TFEED_RESOURCE_EXHAUSTED   no memory; the reader has ended
 *         what reading the file says
 *
 * Thread safety: externally locked.   Blocks: on I/O.
 * Complexity:    time of the stretch that is searched. Memory where the file is not mapped: that of
 *                the longest record, and 16 MiB.
 * Since:         0.1
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_record_reader_resync(struct tfeed_record_reader *reader,
                                                                 struct tfeed_record_loss *ret_loss,
                                                                 struct tfeed_error *reterr);

/** What a reader has left out, by its on_error or by resync and skip_damaged. A plain value. */
struct tfeed_record_losses {
    uint64_t n_losses; /**< stretches, each of one record or more */
    uint64_t n_bytes;  /**< of all those whose end is known */
};

/** Counts since the reader was opened. */
TFEED_API struct tfeed_record_losses tfeed_record_reader_losses(
    const struct tfeed_record_reader *reader);

/** What the content was found to be, or was said to be; AUTO before the first read. */
TFEED_API enum tfeed_compression tfeed_record_reader_compression(
    const struct tfeed_record_reader *reader);

/** Where the next record begins, in the uncompressed stream. */
TFEED_API uint64_t tfeed_record_reader_offset(const struct tfeed_record_reader *reader);

/** One file of records being written. */
struct tfeed_record_writer;

/** How a file of records comes into being. */
enum tfeed_write_mode {
    /** Under a temporary name; it appears whole when the writer is closed, or not at all. */
    TFEED_WRITE_WHOLE = 0,
    /** Under its own name from the open on, for whoever reads it while it grows. A crash leaves all
     *  that was flushed readable; what was written since is there in part, and a torn record may
     *  end the file. */
    TFEED_WRITE_IN_PLACE = 1,
    /** As IN_PLACE, behind the records of the file that is there; a missing file is made. */
    TFEED_WRITE_APPEND = 2
};

/**
 * How a file of records is written: TensorFlow's TFRecordOptions under its names, and where.
 *
 * The options from compression_level to flush_mode are zlib's and mean nothing without GZIP or
 * ZLIB. With the defaults the bytes equal those of TensorFlow 1.15. SNAPPY blocks are cut as by
 * 2.21 (what is in them depends on the version of Snappy); only payloads above 256 KiB come into
 * several, since TensorFlow reads no larger ones. Combinations that make little sense are taken
 * as TensorFlow takes them: window_bits -15, or GZIP with 15, write files that are not what their
 * compression says.
 *
 * With threads the bytes of GZIP and ZLIB are others (256 KiB are a piece, its end a sync flush),
 * the same for any number of threads, and read by whoever reads the format; those of SNAPPY are the
 * same. window_bits and flush_mode stay at 0.
 */
struct tfeed_record_writer_options {
    size_t struct_size;                 /**< set by the init function */
    enum tfeed_compression compression; /**< TFEED_COMPRESSION_NONE; AUTO is INVALID_ARGUMENT */
    int compression_level;              /**< -1 (zlib's default, 6), 0 … 9 */
    int mem_level;                      /**< 9, as TensorFlow; 1 … 9 */
    int compression_strategy;           /**< 0; zlib's numbers */
    int window_bits;     /**< 0: 15, as gzip or zlib; else the number deflateInit2 gets */
    int flush_mode;      /**< 0 (none); zlib's numbers: what happens when 256 KiB are gathered */
    size_t buffer_bytes; /**< how much is gathered for one write; 0: 1 MiB */
    uint32_t flush_ms;   /**< 0: only the program flushes; else a write that comes so many
                              milliseconds after the last flush, or later, does it too: while
                              records come, who reads the file in place is at most so far behind */
    bool overwrite;      /**< false: an existing file is ALREADY_EXISTS; true: it is replaced */
    bool sync;           /**< false; true: close, and in place each flush, waits until the file is
                              on the disk */
    enum tfeed_write_mode mode; /**< TFEED_WRITE_WHOLE */
    bool cut_torn_tail;    /**< with APPEND; false: a file that does not end between two records is
                              DATA_LOSS; true: what lies behind the last whole record (of GZIP and
                              SNAPPY: behind the last whole member or block that ends there) is cut
                              off, where it is what a crash leaves */
    unsigned n_threads;    /**< 0: the caller compresses; else threads that do, at most 256 */
    bool index;            /**< false; true: close writes NAME.tfidx (tfeed/index.h), too */
    const char *index_dir; /**< NULL: the index lies beside the file; borrowed until close */
    const struct tfeed_file_system *file_system; /**< NULL: local files; borrowed */
    const struct tfeed_allocator *allocator;     /**< NULL: malloc; borrowed */
};

/** Sets the defaults named above. */
TFEED_API void tfeed_record_writer_options_init(struct tfeed_record_writer_options *options);

/**
 * Opens a file to be written. Unless `mode` says otherwise it grows under a temporary name beside
 * `path` and appears whole when tfeed_record_writer_close returns TFEED_OK, or not at all. "-" is
 * standard output; it and devices are written through.
 *
 * To append, all that the file holds is walked over: of a file that is not compressed the headers
 * and the last payload, a compressed one is read to its end. What is wrong in its middle is never
 * cut off. A ZLIB stream cannot be gone on with; to a GZIP file a member is added, which TensorFlow
 * 1.15 does not read (2.x does).
 *
 * @param options  NULL: the defaults. Copied.
 *
 * @return TFEED_OK
 *         TFEED_NOT_FOUND           no such folder
 *         TFEED_ALREADY_EXISTS      the file is there, and `overwrite` is not set
 *         TFEED_PERMISSION_DENIED
 *         TFEED_DATA_LOSS           appending: the file does not end between two records, or is not
 *                                   compressed as the options say; names the record and its offset.
 *                                   The file is as it was
 *         TFEED_INVALID_ARGUMENT    an option is outside its range; ZLIB, a pipe or a device is to
 *                                   be appended to
 *         TFEED_UNIMPLEMENTED       the file system does not write in place
 *         TFEED_RESOURCE_EXHAUSTED  no memory, no threads
 *
 * Ownership:     end it with tfeed_record_writer_free.
 * Thread safety: distinct objects.   Blocks: on I/O.
 * Since:         0.1
 */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_record_writer_open(const char *path, const struct tfeed_record_writer_options *options,
                         struct tfeed_record_writer **ret_writer, struct tfeed_error *reterr);

/**
 * Appends a record. The bytes are borrowed for the call; data may be NULL when len is 0.
 *
 * A failure stays: the temporary file is gone (a file in place keeps what it has, perhaps a torn
 * record at its end), and every further call returns it again.
 *
 * @return TFEED_OK
 *         TFEED_FAILED_PRECONDITION  the writer is closed
 *         TFEED_RESOURCE_EXHAUSTED   the disk is full
 *         what writing the file says
 *
 * Thread safety: externally locked.   Blocks: on I/O, when the buffer is full.
 * Since:         0.1
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_record_writer_write(struct tfeed_record_writer *writer,
                                                                const void *data, size_t len,
                                                                struct tfeed_error *reterr);

/**
 * Hands everything written so far to the file system. In place it is readable then, by whoever
 * reads the file next to us and after a crash of ours (with `sync` also of the machine); a file
 * that is to appear whole still has its temporary name.
 *
 * For GZIP and ZLIB each flush changes the bytes: it is a partial flush, as TensorFlow's; with
 * threads a sync flush; of a GZIP file in place the end of a member, so that what is flushed is a
 * complete file (of which TensorFlow 1.15 reads the first member only: without GZIP, or with ZLIB,
 * it reads all). A ZLIB file in place has no end before close: readers that insist on one find it
 * truncated behind its last record. For SNAPPY it ends a block.
 *
 * @return as tfeed_record_writer_write
 *
 * Thread safety: externally locked.   Blocks: on I/O.
 * Since:         0.1
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_record_writer_flush(struct tfeed_record_writer *writer,
                                                                struct tfeed_error *reterr);

/**
 * Ends the stream and makes the file appear, then its index, where one is wanted.
 *
 * Reports what could not be written, also when an earlier write said so already: then nothing has
 * appeared (but for a file in place). Closing again is TFEED_OK and does nothing.
 *
 * @return TFEED_OK              the file is there, whole
 *         TFEED_ALREADY_EXISTS  somebody else has made it since open; it is left alone
 *         what writing the file says; what writing the index says: then the file is there, without
 *         one
 *
 * Thread safety: externally locked.   Blocks: on I/O.
 * Since:         0.1
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_record_writer_close(struct tfeed_record_writer *writer,
                                                                struct tfeed_error *reterr);

/** Ends the writer; what was not closed is discarded with its temporary file, in place it stays as
 *  far as it has been written. NULL does nothing. Keeps errno. */
TFEED_API void tfeed_record_writer_free(struct tfeed_record_writer *writer);

/** How many records the file holds, those written so far and those that were there: the number of
 *  the next one. Thread safety: externally locked. */
TFEED_API uint64_t tfeed_record_writer_n_records(const struct tfeed_record_writer *writer);

/** Where the next record will begin, in the uncompressed stream.
 *  Thread safety: externally locked. */
TFEED_API uint64_t tfeed_record_writer_offset(const struct tfeed_record_writer *writer);

#ifdef __cplusplus
}
#endif
#endif
