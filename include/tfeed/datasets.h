/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * datasets.h - whole data sets as one operation: convert, verify, repair, count; merge, split,
 * reshard, shuffle; JSON lines.
 *
 * Each function fills a report that a command only has to print, also when it fails.
 */
#ifndef TFEED_DATASETS_H
#define TFEED_DATASETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tfeed/allocator.h>
#include <tfeed/index.h>
#include <tfeed/io.h>
#include <tfeed/records.h>
#include <tfeed/sources.h>
#include <tfeed/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Tells how far an operation is; called about every 128 records, on the caller's thread.
 *
 * @param n_records  done so far
 * @param n_total    all of them, or UINT64_MAX where that is not known
 * @param n_bytes    of payload written, or of the (uncompressed) file read
 * @return false to stop: the operation ends with TFEED_CANCELLED
 */
typedef bool (*tfeed_dataset_progress)(void *user_data, uint64_t n_records, uint64_t n_total,
                                       uint64_t n_bytes);

/* ------------------------------------------------------------ what was made */

/** One file that an operation makes. */
struct tfeed_dataset_output {
    char *path;
    const char *split; /**< name of the split, where there are splits, else ""; a part of path's
                            memory */
    uint64_t n_records;
    uint64_t n_bytes; /**< of payload */
    bool appeared;    /**< false: it was discarded, nothing stands under path */
};

/** What an operation has made; filled in every case. */
struct tfeed_dataset_write_report {
    struct tfeed_dataset_output *outputs;
    size_t n_outputs;
    uint64_t n_records;
    uint64_t n_bytes;
    const struct tfeed_allocator *allocator; /**< of the outputs */
};

/** A zeroed report may be cleared. */
TFEED_API void tfeed_dataset_write_report_clear(struct tfeed_dataset_write_report *report);

/* ----------------------------------------------------------------- convert */

struct tfeed_dataset_convert_options {
    size_t struct_size;
    uint64_t n_validation; /**< 5000; what sources without a validation set split off */
    uint32_t n_shards;     /**< 1: files for each split, at most 99,999 */
    enum tfeed_compression compression; /**< TFEED_COMPRESSION_NONE */
    bool overwrite;                     /**< existing outputs are replaced, else ALREADY_EXISTS */
    tfeed_dataset_progress progress;    /**< may be NULL */
    void *user_data;
    const struct tfeed_file_system *file_system; /**< NULL: local files */
    const struct tfeed_allocator *allocator;
};

TFEED_API void tfeed_dataset_convert_options_init(struct tfeed_dataset_convert_options *options);

/**
 * Converts a source to TFRecord files, one set of files a split.
 *
 * The files are OUT/SPLIT.tfrecords, with several shards OUT/SPLIT-00000-of-00008.tfrecords and so
 * on, each a contiguous range of the split's examples. The folder is made when it is missing (local
 * files only, one level). Everything is written under temporary names first and appears at the end;
 * when one of several files fails to appear then, those before it stay, and the report says so.
 *
 * @param table       where the kind is looked up: tfeed_sources()
 * @param kind        "mnist"
 * @param input       what the kind reads, a folder or file
 * @param options     NULL: the defaults
 * @param ret_report  filled in every case; tfeed_dataset_write_report_clear
 * @return TFEED_OK
 *         TFEED_INVALID_ARGUMENT  no such kind (the message lists them), an empty name, an option,
 *                                 or a malformed input
 *         TFEED_NOT_FOUND, TFEED_DATA_LOSS, …  what the source says
 *         TFEED_ALREADY_EXISTS    an output is there and overwrite is false
 *         TFEED_CANCELLED         progress said so
 *         what writing says
 * Thread safety: distinct objects.   Blocks: on I/O.
 */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_dataset_convert(const struct tfeed_source_table *table, const char *kind, const char *input,
                      const char *out, const struct tfeed_dataset_convert_options *options,
                      struct tfeed_dataset_write_report *ret_report, struct tfeed_error *reterr);

/* ---------------------------------------- files of records from files of records */

/**
 * How records are copied from files to files; set by tfeed_dataset_write_options_init.
 *
 * For all of the operations below. Records are not parsed. Their checksums are verified, and they
 * are copied with them. Outputs grow under temporary names and appear at the end, or not at all;
 * when one of several fails to appear then, those before it stay, and the report says so. An input
 * may be replaced by an output.
 */
struct tfeed_dataset_write_options {
    size_t struct_size;
    enum tfeed_compression input_compression; /**< TFEED_COMPRESSION_AUTO */
    enum tfeed_compression compression;       /**< of the outputs: TFEED_COMPRESSION_NONE */
    uint64_t max_record_bytes;                /**< TFEED_RECORD_DEFAULT_LIMIT_BYTES */
    bool overwrite;        /**< existing outputs are replaced, else ALREADY_EXISTS */
    bool sync;             /**< outputs are on the disk before they appear */
    bool allow_incomplete; /**< of a set NAME-00000-of-00008 some files, but not all, may be among
                                the inputs; else NOT_FOUND names one that is missing */
    uint32_t n_threads; /**< 1: the caller's; 0: one for each processor. More write, several outputs
                             at once, while the caller reads, where inputs or outputs are
                             compressed, and use the allocator and the file system together; what
                             is written does not depend on it. Compressed outputs that are filled
                             in turn (one, or up to 16 that are ranges) are compressed by as many
                             threads besides, in pieces: see tfeed_record_writer_options */
    tfeed_dataset_progress progress; /**< may be NULL */
    void *user_data;
    const struct tfeed_file_system *file_system; /**< NULL: local files */
    const struct tfeed_allocator *allocator;
};

TFEED_API void tfeed_dataset_write_options_init(struct tfeed_dataset_write_options *options);

/*
 * All of them:
 *
 * @param inputs      [n_inputs] files, "-" is standard input; tfeed_files_match makes such a list
 * @param options     NULL: the defaults
 * @param ret_report  filled in every case; tfeed_dataset_write_report_clear
 * @return TFEED_OK
 *         TFEED_DATA_LOSS         a damaged input: file, record and offset
 *         TFEED_INVALID_ARGUMENT  no inputs, an empty name, an option; or standard input where the
 *                                 inputs are read twice
 *         TFEED_NOT_FOUND         an input, or a file of a set: see allow_incomplete
 *         TFEED_ALREADY_EXISTS    an output is there and overwrite is false
 *         TFEED_RESOURCE_EXHAUSTED  a record longer than max_record_bytes, no memory, no room
 *         TFEED_CANCELLED         progress said so
 *         what opening, reading and writing say
 * Thread safety: distinct objects.   Blocks: on I/O.
 */

/** Copies all records of the inputs, in order, to one file; "-" is standard output. */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_dataset_merge(const char *const *inputs, size_t n_inputs, const char *out,
                    const struct tfeed_dataset_write_options *options,
                    struct tfeed_dataset_write_report *ret_report, struct tfeed_error *reterr);

/** Where the records of a set are cut into files. */
enum tfeed_dataset_cut {
    TFEED_CUT_SHARDS,     /**< n files, each a range of as many records, give or take one */
    TFEED_CUT_RECORDS,    /**< n records a file, the last may have fewer */
    TFEED_CUT_BYTES,      /**< at most n bytes a file, uncompressed; a longer record has its own */
    TFEED_CUT_ROUND_ROBIN /**< n files, record i goes to file i modulo n */
};

/**
 * Cuts the records of the inputs, in order, into new files.
 *
 * The files are STEM-00000-of-00008.SUFFIX and so on for `out` "STEM.SUFFIX" (a suffix of
 * compression keeps the one before it: STEM.tfrecords.gz), or for "STEM@8.SUFFIX", where the number
 * must be right. But for ROUND_ROBIN the inputs are read twice, once for their lengths only.
 *
 * @param n  what the cut says, so that there are at most 99,999 files; 0 for SHARDS and ROUND_ROBIN
 *           is the number that `out` says
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_dataset_reshard(
    const char *const *inputs, size_t n_inputs, const char *out, enum tfeed_dataset_cut cut,
    uint64_t n, const struct tfeed_dataset_write_options *options,
    struct tfeed_dataset_write_report *ret_report, struct tfeed_error *reterr);

/** As n_records of a part: all that the other parts leave. */
#define TFEED_DATASET_REST UINT64_MAX

/** A part of a set. */
struct tfeed_dataset_part {
    const char *name;
    double share; /**< 0 … 1: of all records; the sum over the parts is rounded, so that shares
                             that make 1 make all. Negative: n_records says */
    uint64_t n_records; /**< or TFEED_DATASET_REST, for one part at most */
};

/** Which records a part gets. */
enum tfeed_dataset_draw {
    TFEED_DRAW_RANGES, /**< ranges, in the order of the parts */
    TFEED_DRAW_RANDOM  /**< drawn by seed, exactly as many as the part has; within a part in the
                            order of the inputs */
};

/**
 * Divides the records of the inputs into parts: FOLDER/NAME.tfrecords each. The inputs are read
 * twice, once for their lengths only. The folder is made when it is missing (local files only, one
 * level).
 *
 * @param parts  [n_parts]; INVALID_ARGUMENT: no or double names, and parts that do not make all
 *               records
 * @param seed   of TFEED_DRAW_RANDOM: the same files and seed give the same parts
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_dataset_split(
    const char *const *inputs, size_t n_inputs, const char *folder,
    const struct tfeed_dataset_part *parts, size_t n_parts, enum tfeed_dataset_draw draw,
    uint64_t seed, const struct tfeed_dataset_write_options *options,
    struct tfeed_dataset_write_report *ret_report, struct tfeed_error *reterr);

/* ----------------------------------------------------------------- shuffle */

/** How a set is shuffled; set by tfeed_dataset_shuffle_options_init. */
struct tfeed_dataset_shuffle_options {
    size_t struct_size;
    struct tfeed_dataset_write_options write; /**< its n_threads is 0 here */
    uint64_t seed;                            /**< 0 */
    uint32_t n_shards;     /**< files, ranges of the new order named as by tfeed_dataset_reshard; 0:
                                as many as the name says, and else one of just that name */
    uint64_t memory_bytes; /**< 512 MiB: what may be allocated, at least 4 MiB */
    uint64_t cache_bytes;  /**< 0: half of the available memory. More input than this is brought
                                into buckets on the disk first, so that no more than a bucket is
                                read at random */
    const char *temporary_folder; /**< NULL: that of the output (of "-": TMPDIR, or /tmp) */
};

TFEED_API void tfeed_dataset_shuffle_options_init(struct tfeed_dataset_shuffle_options *options);

/**
 * Writes all records of the inputs in a random order: every order is equally likely, up to the
 * quality of Philox. It is the order of epoch 0 of the loader's TFEED_ORDER_GLOBAL over the same
 * files with the same seed, and depends on nothing else.
 *
 * Inputs that are compressed or have no size are first copied to a temporary file, uncompressed.
 * Temporary files have no name and go with the process, however it ends.
 *
 * @return also TFEED_RESOURCE_EXHAUSTED  more than 2^32 - 1 records; no room for temporary files
 * Complexity:    memory within memory_bytes, whatever the size of the set: what does not fit is
 *                brought to the disk. Disk beside the output: nothing for uncompressed input within
 *                cache_bytes, else the size of the set.
 */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_dataset_shuffle(const char *const *inputs, size_t n_inputs, const char *out,
                      const struct tfeed_dataset_shuffle_options *options,
                      struct tfeed_dataset_write_report *ret_report, struct tfeed_error *reterr);

/* -------------------------------------------------------------- JSON lines */

/**
 * Makes records of lines of JSON: the form that `tfeed cat --json` prints (doc/formats/jsonl.md).
 *
 * Features stay in the order of the line, a name that comes twice included. Inputs that are
 * compressed with gzip are recognised. Empty lines are passed over.
 *
 * @param text_is_utf8  strings of a bytes feature are text as it is; else base64
 * @return also TFEED_INVALID_ARGUMENT  a line that is no such JSON: file, record, and the byte
 *                                      where; or a record above 2 GiB - 1
 */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_dataset_from_jsonl(const char *const *inputs, size_t n_inputs, const char *out,
                         bool text_is_utf8, const struct tfeed_dataset_write_options *options,
                         struct tfeed_dataset_write_report *ret_report, struct tfeed_error *reterr);

/**
 * Whether a record that is an Example is in the form that tfeed_dataset_from_jsonl gives its JSON:
 * then it becomes the same bytes again, else one of equal content (numbers that are not packed,
 * unknown fields, a NaN with other bits, names that are not UTF-8, …).
 *
 * Thread safety: immutable.   Blocks: no.   Complexity: one look at every number; no allocation.
 */
TFEED_API bool tfeed_dataset_jsonl_is_exact(const void *data, size_t len);

/* ------------------------------------------------------------------ verify */

struct tfeed_dataset_index_options;
struct tfeed_schema;
struct tfeed_sequence_schema;

struct tfeed_dataset_verify_options {
    size_t struct_size;
    enum tfeed_compression compression; /**< TFEED_COMPRESSION_AUTO */
    enum tfeed_tail tail;               /**< TFEED_TAIL_STRICT */
    enum tfeed_map map;
    uint64_t max_record_bytes;       /**< TFEED_RECORD_DEFAULT_LIMIT_BYTES */
    size_t max_errors;               /**< 100: how many are listed; all are counted */
    tfeed_dataset_progress progress; /**< may be NULL */
    void *user_data;
    const struct tfeed_file_system *file_system; /**< NULL: local files */
    const struct tfeed_allocator *allocator;
    /** NULL; else the file's index is made while it is read, where these say. What they say of
     *  reading is not looked at, and a key is INVALID_ARGUMENT */
    const struct tfeed_dataset_index_options *index;
    bool headers_only;  /**< payloads are not read, lengths are; false */
    uint32_t n_threads; /**< 1: the caller's; 0: one for each processor. More than one read an
                             uncompressed file of some size side by side, and the allocator and the
                             file system are used by all of them; the report is the same */
    /** NULL; else every good record is checked against it: one that a parser of this schema would
     *  refuse is a fault, though no byte is damaged. Other features of a record are not looked at.
     *  Borrowed; not to be changed from now on, and not with headers_only */
    struct tfeed_schema *schema;
    struct tfeed_sequence_schema *sequence_schema; /**< the same for SequenceExamples; one of the
                                                        two may be given */
};

TFEED_API void tfeed_dataset_verify_options_init(struct tfeed_dataset_verify_options *options);

/** Damage at one place (DATA_LOSS), or a record that does not fit the schema (INVALID_ARGUMENT). */
struct tfeed_dataset_fault {
    uint64_t record;
    uint64_t offset;
    tfeed_status code;
    char message[TFEED_ERROR_MESSAGE_BYTES];
    uint64_t end_offset; /**< where reading went on, or the end; TFEED_NOWHERE: it did not. What
                              lies between is lost; it counts as one record. `offset` for a
                              record that does not fit: nothing is lost */
};

struct tfeed_dataset_verify_report {
    uint64_t n_records; /**< good ones, which fit the schema if there is one */
    uint64_t n_bytes;   /**< of the (uncompressed) stream, up to where reading ended */
    enum tfeed_compression compression;
    bool is_ok;        /**< read to the end without a fault */
    const char *cause; /**< of the first damage: "truncated", "flipped_bits", "wrong_compression",
                                 "trailing_bytes", or NULL. Static. */
    uint64_t n_errors; /**< all faults: damage, and records that do not fit */
    struct tfeed_dataset_fault *faults; /**< the first max_errors of them */
    size_t n_faults;
    const struct tfeed_allocator *allocator; /**< of the faults */
    uint64_t n_lost_bytes;                   /**< in which no record was found */
    const char *hint;   /**< what the first damage looks like, where something tells: a sentence, or
                             NULL. Static. */
    bool has_index;     /**< the index that was asked for is there; of a file with faults none is
                             made */
    uint64_t n_misfits; /**< of n_errors: good by their bytes, but they do not fit the schema */
};

/**
 * Reads a file of records to its end and checks everything.
 *
 * Behind damage it goes on as tfeed_record_reader_resync does: a bad payload is stepped over,
 * behind a bad length the next record is searched for.
 *
 * @param options     NULL: the defaults
 * @param ret_report  filled in every case; tfeed_dataset_verify_report_clear
 * @return TFEED_OK                  the report says what was found, damage included
 *         TFEED_RESOURCE_EXHAUSTED  a record longer than max_record_bytes, or no memory
 *         TFEED_CANCELLED           progress said so
 *         TFEED_INVALID_ARGUMENT    a schema without columns, two schemas, or one with headers_only
 *         what opening and reading the file say
 *         with an index also: TFEED_ALREADY_EXISTS, before the file is read;
 *         TFEED_FAILED_PRECONDITION for a pipe, or a file that changed meanwhile; what writing says
 * Thread safety: distinct objects.   Blocks: on I/O.
 * Complexity:    with an index about 2 bytes of memory a record, 8 in the parts of the file that
 *                threads read ahead.
 */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_dataset_verify(const char *path, const struct tfeed_dataset_verify_options *options,
                     struct tfeed_dataset_verify_report *ret_report, struct tfeed_error *reterr);

/** A zeroed report may be cleared. */
TFEED_API void tfeed_dataset_verify_report_clear(struct tfeed_dataset_verify_report *report);

/* ------------------------------------------------------------------ repair */

/** How a file is repaired; set by tfeed_dataset_repair_options_init. */
struct tfeed_dataset_repair_options {
    size_t struct_size;
    struct tfeed_dataset_verify_options read; /**< index, headers_only, n_threads and the schemas
                                                   are not looked at */
    enum tfeed_compression compression;       /**< of the output; AUTO: that of the input */
    bool overwrite;                           /**< an existing output is replaced, else
                                                   ALREADY_EXISTS */
    bool sync;                                /**< it is on the disk before it appears */
};

TFEED_API void tfeed_dataset_repair_options_init(struct tfeed_dataset_repair_options *options);

/**
 * Writes all good records of a file to another one, in their order. The report says what is lost,
 * as tfeed_dataset_verify would. A file without damage is copied.
 *
 * The output appears whole at the end, or not at all; "-" is standard output. It may have the name
 * of the input, with overwrite.
 *
 * @param options     NULL: the defaults
 * @param ret_report  filled in every case; tfeed_dataset_verify_report_clear
 * @return TFEED_OK                  the output is there; the report says what is not in it
 *         TFEED_DATA_LOSS           not one good record is in the damaged input: nothing is made
 *         TFEED_ALREADY_EXISTS      the output is there and overwrite is false
 *         TFEED_INVALID_ARGUMENT    an option, or an empty name
 *         otherwise as tfeed_dataset_verify, or what writing says; nothing is made
 * Thread safety: distinct objects.   Blocks: on I/O.
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_dataset_repair(
    const char *path, const char *out, const struct tfeed_dataset_repair_options *options,
    struct tfeed_dataset_verify_report *ret_report, struct tfeed_error *reterr);

/* ------------------------------------------------------------------- count */

struct tfeed_dataset_count_options {
    size_t struct_size;
    enum tfeed_compression compression; /**< TFEED_COMPRESSION_AUTO */
    enum tfeed_tail tail;               /**< TFEED_TAIL_STRICT */
    enum tfeed_map map;
    uint64_t max_record_bytes;       /**< TFEED_RECORD_DEFAULT_LIMIT_BYTES */
    uint32_t n_threads;              /**< 1; that divide a file which is neither compressed nor a
                                          pipe; 0: as many as there are processors */
    tfeed_dataset_progress progress; /**< may be NULL */
    void *user_data;
    const struct tfeed_file_system *file_system; /**< NULL: local files */
    const struct tfeed_allocator *allocator;
};

TFEED_API void tfeed_dataset_count_options_init(struct tfeed_dataset_count_options *options);

struct tfeed_dataset_count_report {
    uint64_t n_records;
    uint64_t n_bytes; /**< of the (uncompressed) stream */
    enum tfeed_compression compression;
};

/**
 * Counts the records of a file by their lengths. Payloads are not checked, and not even looked at
 * where the file is mapped.
 *
 * @param options     NULL: the defaults
 * @param ret_report  filled in every case: on failure the count up to there
 * @return TFEED_OK, TFEED_DATA_LOSS (a bad length, or the file is cut), or as tfeed_dataset_verify
 * Thread safety: distinct objects.   Blocks: on I/O.
 */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_dataset_count(const char *path, const struct tfeed_dataset_count_options *options,
                    struct tfeed_dataset_count_report *ret_report, struct tfeed_error *reterr);

/* ------------------------------------------------------------------- index */

struct tfeed_dataset_index_options {
    size_t struct_size;
    enum tfeed_compression compression; /**< TFEED_COMPRESSION_AUTO */
    enum tfeed_map map;
    uint64_t max_record_bytes;  /**< TFEED_RECORD_DEFAULT_LIMIT_BYTES */
    bool verify;                /**< false; true: checksums of payloads are verified too, and a bad
                                     one is an error. With a key they always are */
    const char *key_feature;    /**< NULL; else records can be looked up by the value of this
                                     feature */
    enum tfeed_index_form form; /**< TFEED_INDEX_PACKED */
    const char *index_path;     /**< NULL: FILE.tfidx */
    const char *index_dir;      /**< NULL: beside the file; else the index lies here */
    bool overwrite;             /**< an existing index is replaced, else ALREADY_EXISTS */
    tfeed_dataset_progress progress; /**< may be NULL */
    void *user_data;
    const struct tfeed_file_system *file_system; /**< NULL: local files */
    const struct tfeed_allocator *allocator;
};

TFEED_API void tfeed_dataset_index_options_init(struct tfeed_dataset_index_options *options);

struct tfeed_dataset_index_report {
    uint64_t n_records;
    uint64_t n_bytes; /**< of the (uncompressed) stream */
    enum tfeed_compression compression;
    uint64_t n_keys;        /**< records that can be looked up */
    uint64_t n_without_key; /**< records without that feature, or with another number of values than
                                 one; 0 where no key was asked for */
};

/**
 * Makes the index of a file of records (tfeed/index.h), by a walk over its lengths, or by reading
 * it all. The index appears whole or not at all, and only of a file that is whole.
 *
 * For many files: tfeed_in_order.
 *
 * @param options     NULL: the defaults
 * @param ret_report  filled in every case: on failure up to there
 * @return TFEED_OK
 *         TFEED_ALREADY_EXISTS       an index is there and overwrite is false
 *         TFEED_DATA_LOSS            a bad length, a cut, a bad payload where payloads are verified
 *         TFEED_INVALID_ARGUMENT     a key was asked for, and a record is not an Example; or the
 *                                    feature's name is empty; or a text was, with a key; or the
 *                                    index would take the place of its file
 *         TFEED_FAILED_PRECONDITION  a pipe; or the file changed meanwhile
 *         TFEED_RESOURCE_EXHAUSTED   a record longer than max_record_bytes, or no memory
 *         TFEED_CANCELLED            progress said so
 *         what opening, reading and writing say
 * Thread safety: distinct objects.   Blocks: on I/O.
 * Complexity:    memory of about 2 bytes a record, and 16 for each key.
 */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_dataset_index(const char *path, const struct tfeed_dataset_index_options *options,
                    struct tfeed_dataset_index_report *ret_report, struct tfeed_error *reterr);

/**
 * Reads the first record, from number `from` on, whose key is `key`: a string that equals it, or an
 * int64 that is written like it in decimal. The file is not searched: the index names the records
 * to look at.
 *
 * @param key       [len] bytes
 * @param from      0, or one more than the record found before: for records that share a key
 * @param ret_view  as that of tfeed_index_read
 * @return TFEED_OK
 *         TFEED_NOT_FOUND            no such record
 *         TFEED_FAILED_PRECONDITION  the index has no key; it is stale; or the file is compressed
 *         as tfeed_index_read
 * Thread safety: externally locked.   Blocks: on I/O.
 * Complexity:    a read of the index and one of the file, and another for each record before `from`
 *                or with another value that has the same 64-bit hash.
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_index_read_key(struct tfeed_index *index,
                                                           const void *key, size_t len,
                                                           uint64_t from,
                                                           struct tfeed_record_view *ret_view,
                                                           struct tfeed_error *reterr);

#ifdef __cplusplus
}
#endif
#endif
