/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * datasets.h - whole data sets as one operation: convert, verify, count.
 *
 * Each function fills a report that a command only has to print, also when it fails.
 */
#ifndef TFEED_DATASETS_H
#define TFEED_DATASETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tfeed/allocator.h>
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

/** One file that a conversion makes. */
struct tfeed_dataset_output {
    char *path;
    const char *split; /**< name of the split; a part of path's memory */
    uint64_t n_records;
    uint64_t n_bytes; /**< of payload */
    bool appeared;    /**< false: it was discarded, nothing stands under path */
};

struct tfeed_dataset_convert_report {
    struct tfeed_dataset_output *outputs;
    size_t n_outputs;
    uint64_t n_records;
    uint64_t n_bytes;
    const struct tfeed_allocator *allocator; /**< of the outputs */
};

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
 * @param ret_report  filled in every case; tfeed_dataset_convert_report_clear
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
                      struct tfeed_dataset_convert_report *ret_report, struct tfeed_error *reterr);

/** A zeroed report may be cleared. */
TFEED_API void tfeed_dataset_convert_report_clear(struct tfeed_dataset_convert_report *report);

/* ------------------------------------------------------------------ verify */

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
};

TFEED_API void tfeed_dataset_verify_options_init(struct tfeed_dataset_verify_options *options);

/** Damage at one place. */
struct tfeed_dataset_fault {
    uint64_t record;
    uint64_t offset;
    tfeed_status code;
    char message[TFEED_ERROR_MESSAGE_BYTES];
};

struct tfeed_dataset_verify_report {
    uint64_t n_records; /**< good ones */
    uint64_t n_bytes;   /**< of the (uncompressed) stream, up to where reading ended */
    enum tfeed_compression compression;
    bool is_ok;        /**< read to the end without a fault */
    const char *cause; /**< of the first fault: "truncated", "flipped_bits", "wrong_compression",
                                 "trailing_bytes", or NULL. Static. */
    uint64_t n_errors;
    struct tfeed_dataset_fault *faults; /**< the first max_errors of them */
    size_t n_faults;
    const struct tfeed_allocator *allocator; /**< of the faults */
};

/**
 * Reads a file of records to its end and checks everything.
 *
 * Behind a bad payload checksum it goes on with the next record; a bad length, a cut or a
 * compressed stream that does not inflate ends it, because no record's place is known from there
 * on.
 *
 * @param options     NULL: the defaults
 * @param ret_report  filled in every case; tfeed_dataset_verify_report_clear
 * @return TFEED_OK                  the report says what was found, damage included
 *         TFEED_RESOURCE_EXHAUSTED  a record longer than max_record_bytes, or no memory
 *         TFEED_CANCELLED           progress said so
 *         what opening and reading the file say
 * Thread safety: distinct objects.   Blocks: on I/O.
 */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_dataset_verify(const char *path, const struct tfeed_dataset_verify_options *options,
                     struct tfeed_dataset_verify_report *ret_report, struct tfeed_error *reterr);

/** A zeroed report may be cleared. */
TFEED_API void tfeed_dataset_verify_report_clear(struct tfeed_dataset_verify_report *report);

/* ------------------------------------------------------------------- count */

struct tfeed_dataset_count_options {
    size_t struct_size;
    enum tfeed_compression compression; /**< TFEED_COMPRESSION_AUTO */
    enum tfeed_tail tail;               /**< TFEED_TAIL_STRICT */
    enum tfeed_map map;
    uint64_t max_record_bytes;       /**< TFEED_RECORD_DEFAULT_LIMIT_BYTES */
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

#ifdef __cplusplus
}
#endif
#endif
