/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * inspect.h - looking into files of records: one record by its number, statistics of the features,
 * a schema that fits, a sample, what differs between two sets; and what this build can do here.
 *
 *     files ─▶ stats ─▶ a table of features: how often, how many values, from where to where
 *                 └───▶ schema: the column that each feature can be
 *           ─▶ getter   record N
 *           ─▶ sample   some records, chosen by seed, into a new file
 *     two sets ─▶ diff  the records in which they differ
 */
#ifndef TFEED_INSPECT_H
#define TFEED_INSPECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tfeed/datasets.h>
#include <tfeed/features.h>
#include <tfeed/index.h>
#include <tfeed/records.h>
#include <tfeed/sequence.h>
#include <tfeed/status.h>
#include <tfeed/tensor.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ------------------------------------------------------------ how it reads */

/** How the operations below read files; start from tfeed_inspect_options_init. */
struct tfeed_inspect_options {
    size_t struct_size;                        /**< set by the init function */
    struct tfeed_record_reader_options reader; /**< its allocator serves for everything */
    tfeed_dataset_progress progress;           /**< may be NULL */
    void *user_data;
};

TFEED_API void tfeed_inspect_options_init(struct tfeed_inspect_options *options);

/* --------------------------------------------------------------- histogram */

enum { TFEED_HISTOGRAM_BINS = 64 };

/**
 * How many numbers lie where. Bins are 2^exponent wide and begin at multiples of their width, the
 * narrowest for which 64 reach from the least number to the greatest: it is the same in whatever
 * order, and in whatever parts, the numbers came. Integers are never cut finer than 1.
 *
 * Shapes: counts[i] of first + i * 2^exponent <= number < first + (i + 1) * 2^exponent
 */
struct tfeed_histogram {
    int exponent;
    uint32_t n_bins; /**< 0: no number */
    double first;
    uint64_t counts[TFEED_HISTOGRAM_BINS];
};

/** Makes bins twice as wide, as often as it takes to need no more than max_bins; never fewer than
 *  2, since no bin reaches over 0. */
TFEED_API void tfeed_histogram_coarsen(struct tfeed_histogram *histogram, uint32_t max_bins);

/* -------------------------------------------------------------- statistics */

struct tfeed_dataset_stats_options {
    size_t struct_size;
    struct tfeed_inspect_options inspect;
    uint64_t max_records; /**< UINT64_MAX: all; else the first so many of each file */
    bool skip_values;     /**< false; true: only how many values there are, not what they are */
    uint32_t n_threads;   /**< 1; that divide a file which is neither compressed nor a pipe; 0: as
                               many as there are processors. The result is the same. */
};

TFEED_API void tfeed_dataset_stats_options_init(struct tfeed_dataset_stats_options *options);

/**
 * A feature of one kind, or a list of a SequenceExample with steps of one kind. A name that comes
 * with several kinds has an entry for each.
 *
 * Where a record has a feature twice, the last one that has a kind counts, of lists the last one,
 * as for every parser. In a list a step without a kind is one of no values, and records in which no
 * step has a kind count for the kind that the list has elsewhere, if it is one.
 */
struct tfeed_dataset_feature {
    const char *name; /**< with a NUL behind it; may hold any bytes */
    size_t name_len;
    enum tfeed_feature_kind kind; /**< NONE: there, but without values of any kind */
    bool is_list;                 /**< true: a list, with steps; what follows is of all of them */
    uint64_t n_records;           /**< that hold it; in all others it is missing */
    uint64_t n_steps;             /**< 0 where it is no list, as the next two */
    uint64_t min_steps;           /**< in a record that holds it */
    uint64_t max_steps;
    uint64_t n_values;
    uint64_t min_values; /**< in a record that holds it, or in a step */
    uint64_t max_values;
    uint64_t n_text; /**< bytes: how many values are UTF-8 without control characters */
    /* What the values are; for bytes the same of their lengths. */
    uint64_t n_finite; /**< those that the numbers below stand for */
    uint64_t n_nan;
    uint64_t n_infinite;
    double min; /**< 0 where n_finite is 0, as all that follow */
    double max;
    double mean;
    int64_t min_int64; /**< int64 and bytes: exactly */
    int64_t max_int64;
    struct tfeed_histogram histogram;
};

/** Of all records. */
struct tfeed_dataset_totals {
    uint64_t n_files; /**< of which something was read */
    uint64_t n_records;
    uint64_t n_not_examples; /**< of these: records whose features cannot be read */
    uint64_t n_sequences;    /**< of these: SequenceExamples, by tfeed_sequence_has_lists */
    uint64_t n_stream_bytes; /**< read, uncompressed, with all framing */
    uint64_t n_payload_bytes;
    uint64_t min_payload_bytes; /**< 0 where there is no record */
    uint64_t max_payload_bytes;
    uint64_t n_duplicates; /**< features whose name came again in the same record */
    bool is_whole;         /**< every file was read as far as was asked for */
};

/** Statistics that are being gathered. Thread safety: distinct objects. */
struct tfeed_dataset_stats;

/**
 * @param options  NULL: the defaults
 * @return TFEED_OK or TFEED_RESOURCE_EXHAUSTED
 * Ownership: tfeed_dataset_stats_free ends it.
 */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_dataset_stats_new(const struct tfeed_dataset_stats_options *options,
                        struct tfeed_dataset_stats **ret_stats, struct tfeed_error *reterr);

/** NULL does nothing. */
TFEED_API void tfeed_dataset_stats_free(struct tfeed_dataset_stats *stats);

/**
 * Counts one record in.
 *
 * @return TFEED_OK
 *         TFEED_INVALID_ARGUMENT    it is not an Example; it counts as a record, in n_not_examples
 *         TFEED_RESOURCE_EXHAUSTED  no memory, or more than 10,000 different features: then the
 *                                   names are data
 * Blocks: no.
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_dataset_stats_add(struct tfeed_dataset_stats *stats,
                                                              const void *data, size_t len,
                                                              struct tfeed_error *reterr);

/**
 * Counts the records of a file in. Those that are not Examples do not end it: reterr tells the
 * first of them, when nothing worse comes.
 *
 * @return TFEED_OK
 *         TFEED_INVALID_ARGUMENT    the file was read, and some of its records are not Examples;
 *                                   files without a single Example are no error
 *         TFEED_DATA_LOSS           damage: the records before it are counted in
 *         TFEED_CANCELLED           progress said so
 *         TFEED_RESOURCE_EXHAUSTED  as tfeed_dataset_stats_add
 *         what opening and reading the file say
 * Blocks: on I/O.
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_dataset_stats_add_file(
    struct tfeed_dataset_stats *stats, const char *path, struct tfeed_error *reterr);

/**
 * Counts in what other statistics have, as if their records came behind: sums are exact, so that
 * parts that are merged give the same bits as one pass over all.
 *
 * @return TFEED_OK or TFEED_RESOURCE_EXHAUSTED (then some of it is counted in)
 */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_dataset_stats_merge(struct tfeed_dataset_stats *stats,
                          const struct tfeed_dataset_stats *others, struct tfeed_error *reterr);

/** The totals so far. */
TFEED_API struct tfeed_dataset_totals tfeed_dataset_stats_totals(
    const struct tfeed_dataset_stats *stats);

TFEED_API size_t tfeed_dataset_stats_n_features(const struct tfeed_dataset_stats *stats);

/** Feature i, in the order in which they were first met; its name lives as long as the statistics.
 *  One of no records was met only where another of its name counted. */
TFEED_API struct tfeed_dataset_feature tfeed_dataset_stats_feature(
    const struct tfeed_dataset_stats *stats, size_t i);

/* ------------------------------------------------------------------ schema */

/** What column a feature can be, or what list of a tfeed_sequence_schema. */
enum tfeed_inferred_form {
    TFEED_INFERRED_FIXED,    /**< in every record always as many values; a list: in every step */
    TFEED_INFERRED_RAW,      /**< one bytes value, always as long, "raw" in its name: uint8 */
    TFEED_INFERRED_VARIABLE, /**< the number of values differs, or it is missing somewhere */
    TFEED_INFERRED_NO_COLUMN /**< none: `why_not` says why */
};

/** The word for it: "fixed", "raw", "variable", "none". Static. */
TFEED_API const char *tfeed_inferred_form_name(enum tfeed_inferred_form form);

struct tfeed_inferred_column {
    struct tfeed_dataset_feature feature;
    enum tfeed_inferred_form form;
    enum tfeed_dtype dtype;    /**< int64, float, string; uint8 for raw */
    int64_t n_values;          /**< of a row, or of a step; -1 where it differs */
    const char *why_not;       /**< static; NULL but for NO_COLUMN */
    bool is_missing_somewhere; /**< there is a record without it */
};

/**
 * The column that feature i of the statistics can be, as far as what was looked at tells. Of a name
 * with several kinds none can; nor can one that never had a list.
 */
TFEED_API struct tfeed_inferred_column tfeed_dataset_infer_column(
    const struct tfeed_dataset_stats *stats, size_t i);

/* --------------------------------------------------------------------- get */

/**
 * One file of which records are taken by number: by its index where there is one that fits, else by
 * going from length to length. Thread safety: distinct objects.
 */
struct tfeed_record_getter;

/**
 * @param options  NULL: the defaults
 * @return as tfeed_record_reader_open
 * Ownership: tfeed_record_getter_close ends it.
 */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_record_getter_open(const char *path, const struct tfeed_inspect_options *options,
                         struct tfeed_record_getter **ret_getter, struct tfeed_error *reterr);

/** NULL does nothing. */
TFEED_API void tfeed_record_getter_close(struct tfeed_record_getter *getter);

/**
 * Gives record number `record`. On the way there no payload is looked at; that of the record is
 * checked, unless the reader's options say otherwise.
 *
 * @param ret_view  valid until the next call on the getter, longer with a reference to its block
 * @return TFEED_OK
 *         TFEED_OUT_OF_RANGE        the file has fewer records: the message says how many
 *         TFEED_INVALID_ARGUMENT    the record lies behind us, and this input can only be read in
 *                                   order: a pipe
 *         TFEED_DATA_LOSS           damage in the record, or on the way where it is not certain
 *                                   what comes behind
 *         TFEED_CANCELLED           progress said so
 *         what reading the file says
 * Blocks:     on I/O.
 * Complexity: with an index one read. Without one, and in compressed files, a step for each record
 *             between here and there; of a compressed file that lies behind us everything before it
 *             is inflated again.
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_record_getter_get(struct tfeed_record_getter *getter,
                                                              uint64_t record,
                                                              struct tfeed_record_view *ret_view,
                                                              struct tfeed_error *reterr);

/** Why the file's index was left aside: it is stale or damaged. NULL: it was not, or there is none.
 *  Lives until the next call on the getter. */
TFEED_API const struct tfeed_error *tfeed_record_getter_index_error(
    const struct tfeed_record_getter *getter);

/* ------------------------------------------------------------------ sample */

struct tfeed_dataset_sample_options {
    size_t struct_size;
    struct tfeed_inspect_options inspect;
    uint64_t n_records; /**< so many of all; UINT64_MAX: as `fraction` says */
    double fraction;    /**< each record with this probability, 0 … 1 */
    uint64_t seed;      /**< 0 */
    /** 1 GiB: records of an input that can be read only once wait in memory, up to here */
    uint64_t max_memory_bytes;
    struct tfeed_record_writer_options writer;
    uint32_t n_threads;    /**< 1: as many as compress a compressed output, in pieces: see
                             tfeed_record_writer_options; 0: one for each processor. What is written
                             does not depend on it. The writer's own is not looked at */
    bool allow_incomplete; /**< false: as in tfeed_dataset_write_options */
};

TFEED_API void tfeed_dataset_sample_options_init(struct tfeed_dataset_sample_options *options);

struct tfeed_dataset_sample_report {
    uint64_t n_seen;   /**< records of the input; 0 where it ended early */
    uint64_t n_chosen; /**< and written */
    uint64_t n_bytes;  /**< of payload written */
};

/**
 * Writes a sample of the records of some files to a new one, in their order.
 *
 * Every record has a random number that depends on nothing but the seed and its place among all
 * records. Chosen are the n_records with the lowest (each set of so many is equally likely), or
 * those below `fraction`. So a smaller sample of the same seed is part of a larger one, and a pipe
 * gives what a file gives.
 *
 * @param paths       [n_paths] in order, none twice
 * @param out         see tfeed_record_writer_open; appears whole at the end or not at all
 * @param options     NULL is INVALID_ARGUMENT: something must be asked for
 * @param ret_report  filled in every case
 * @return TFEED_OK                  also where the input has fewer records than were asked for: all
 *                                   are written, in their order
 *         TFEED_INVALID_ARGUMENT    a fraction outside 0 … 1, or neither was given
 *         TFEED_NOT_FOUND           an input, or a file of a set: see allow_incomplete
 *         TFEED_ALREADY_EXISTS      `out` is there
 *         TFEED_RESOURCE_EXHAUSTED  more than max_memory_bytes of records would have to wait
 *         TFEED_DATA_LOSS, …        what reading and writing say
 *         TFEED_CANCELLED           progress said so
 * Thread safety: distinct objects.   Blocks: on I/O.
 * Complexity:    by number: files are walked by their lengths once, and the chosen records read; 16
 *                bytes of memory for each of them. By fraction: one walk, no memory.
 * Since:         0.1
 */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_dataset_sample(const char *const *paths, size_t n_paths, const char *out,
                     const struct tfeed_dataset_sample_options *options,
                     struct tfeed_dataset_sample_report *ret_report, struct tfeed_error *reterr);

/* -------------------------------------------------------------------- diff */

/** One place in which two sets differ. Views and texts are valid for the call that hands it out. */
struct tfeed_dataset_difference {
    uint64_t position;                 /**< counted over all files of a set, from 0 */
    const struct tfeed_record_view *a; /**< NULL: this set has ended */
    const struct tfeed_record_view *b;
    const char *a_path; /**< the file of a; NULL where a is */
    const char *b_path;
    char what[TFEED_ERROR_MESSAGE_BYTES]; /**< one line: "label: int64 3 against 5" */
};

struct tfeed_dataset_diff_options {
    size_t struct_size;
    struct tfeed_inspect_options inspect;
    /** false: payloads are compared byte by byte. true: Examples with the same features and values
     *  are the same, whatever the order of their names and the form of their lists. */
    bool by_content;
    /** Is told each difference in order; false ends the comparison. May be NULL. */
    bool (*differs)(void *user_data, const struct tfeed_dataset_difference *difference);
    void *user_data;
    uint32_t n_threads; /**< 1: the caller's; 0: one for each processor. More read each set that is
                             compressed ahead on a thread of its own, and use the allocator and the
                             file system together; what is found is the same */
};

TFEED_API void tfeed_dataset_diff_options_init(struct tfeed_dataset_diff_options *options);

struct tfeed_dataset_diff_report {
    uint64_t n_same;
    uint64_t n_different; /**< pairs */
    uint64_t n_only_a;    /**< records behind the end of the other set */
    uint64_t n_only_b;
};

/**
 * Compares two sets of files, record by record: the first of one with the first of the other, over
 * the borders of files. Compression and division into files make no difference.
 *
 * @param options     NULL: the defaults
 * @param ret_report  filled in every case, up to where it ended
 * @return TFEED_OK         the report says whether they are the same
 *         TFEED_DATA_LOSS  damage in either
 *         TFEED_CANCELLED  progress said so
 *         what opening and reading the files say
 * Thread safety: distinct objects.   Blocks: on I/O.
 * Since:         0.1
 */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_dataset_diff(const char *const *a_paths, size_t n_a_paths, const char *const *b_paths,
                   size_t n_b_paths, const struct tfeed_dataset_diff_options *options,
                   struct tfeed_dataset_diff_report *ret_report, struct tfeed_error *reterr);

/* ------------------------------------------------------------------ doctor */

/** Something that was looked at. Texts are valid for the call that hands it out. */
struct tfeed_finding {
    const char *name;  /**< "checksums", "file systems"; static */
    const char *value; /**< what was found */
    bool is_ok;        /**< false: `value` says what is wrong */
};

/**
 * Looks at this build and at the machine: versions, compressions, instructions, processors, memory,
 * limits, the launcher; and tries checksums, and a file in `folder` written, mapped and read.
 *
 * @param folder  where a small file may appear for a moment; NULL: $TMPDIR, else /tmp
 * @param found   is told every finding
 * @return false when one of them was not as it should be
 * Thread safety: as getenv: nobody may change the environment meanwhile.   Blocks: on I/O.
 */
TFEED_API bool tfeed_doctor(const char *folder,
                            void (*found)(void *user_data, const struct tfeed_finding *finding),
                            void *user_data);

#ifdef __cplusplus
}
#endif
#endif
