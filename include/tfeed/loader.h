/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * loader.h - files in, ready batches out: the few lines most programs need.
 *
 *    files ─▶ lanes: read, check, filter ─▶ draw rows ─▶ parse, map ─▶ ring of batches ─▶ program
 *             (workers, side by side)       (in order)   (workers)     (n_batches)
 *
 * The sequence of rows is a function of the files, the seed and the options; never of the number of
 * workers or of how fast they are. So a run can be stopped anywhere, described by a short text (its
 * state), and continued elsewhere at the exact next row.
 *
 * Records are Examples or texts (struct tfeed_schema), SequenceExamples (options.sequence_schema),
 * or bytes that the program parses itself.
 *
 *     struct tfeed_error error = TFEED_ERROR_INIT;
 *     struct tfeed_loader_options options;
 *     tfeed_loader_options_init(&options);
 *     options.batch_size      = 100;
 *     options.shuffle_records = 10000;
 *
 *     struct tfeed_loader *loader = NULL;
 *     struct tfeed_batch *batch;
 *     tfeed_status status =
 *         tfeed_loader_open("train-*.tfrecords", schema, &options, &loader, &error);
 *     while (status == TFEED_OK &&
 *            (status = tfeed_loader_next(loader, &batch, &error)) == TFEED_OK) {
 *         train_step(tfeed_batch_floats(batch, 0), tfeed_batch_int32s(batch, 1),
 *                    tfeed_batch_n_rows(batch));
 *         tfeed_batch_unref(batch);
 *     }
 *     if (status != TFEED_OUT_OF_RANGE)
 *         fprintf(stderr, "%s\n", error.message);
 *     tfeed_loader_close(loader);
 */
#ifndef TFEED_LOADER_H
#define TFEED_LOADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tfeed/features.h>
#include <tfeed/files.h>
#include <tfeed/io.h>
#include <tfeed/queues.h>
#include <tfeed/records.h>
#include <tfeed/sequence.h>
#include <tfeed/status.h>
#include <tfeed/tensor.h>

#ifdef __cplusplus
extern "C" {
#endif

/** In which order rows come. Every order is the same with any number of workers. */
enum tfeed_order {
    /** FAST when shuffle_records > 0, else FILES. */
    TFEED_ORDER_AUTO,
    /** The order of the files and of their records; see `interleave`. */
    TFEED_ORDER_FILES,
    /** Shuffled: the files, in a new order each epoch, are cut by bytes into lanes; each lane
     *  shuffles windows of shuffle_records / n_lanes records, and every batch takes rows from all
     *  lanes in turn. */
    TFEED_ORDER_FAST,
    /** All records of the set in a random order, each epoch another. Uncompressed files only. */
    TFEED_ORDER_GLOBAL,
    /** The order of TensorFlow 1.x for the same seeds: string_input_producer, one reader,
     *  shuffle_batch, with the schedule of tfeed's `deterministic` batchers. Epochs run through;
     *  batches may hold rows of two. The batch size is part of the order; one shard only. */
    TFEED_ORDER_TENSORFLOW
};

/** How shards are brought to the same number of rows an epoch; asks for counts (see
 *  tfeed_loader_n_rows). */
enum tfeed_level {
    TFEED_LEVEL_OFF,  /**< they differ by a few rows */
    TFEED_LEVEL_DROP, /**< each gives as many as the smallest: the surplus is left out */
    TFEED_LEVEL_WRAP, /**< each gives as many as the largest: rows are repeated */
    TFEED_LEVEL_PAD   /**< as WRAP, and tfeed_batch_n_rows counts the real ones; it may be 0 */
};

/** When a mix of sets ends. */
enum tfeed_mix_end {
    TFEED_MIX_FIRST, /**< with the first set that is exhausted */
    TFEED_MIX_ALL,   /**< when all are; rows then come from those that are left */
    TFEED_MIX_N_ROWS /**< after mix_rows rows; sets begin anew as often as needed */
};

/** A seed that is another in each run. The state keeps it. */
#define TFEED_SEED_RANDOM INT64_MAX
/** As many threads as the process may use: affinity mask, then cgroup quota rounded up. */
#define TFEED_WORKERS_AUTO (-1)
/** The shard from the launcher's variables, see tfeed_shard_detect. */
#define TFEED_SHARDS_AUTO (-1)

/** One record as filters and maps see it. Valid during the call. */
struct tfeed_loader_record {
    struct tfeed_record_view view; /**< payload, record number and offset; do not keep */
    const char *path;              /**< of its file; with the offset its key */
    uint64_t epoch;
    uint64_t seed; /**< for random decisions: a function of (seed, epoch, file, record) alone */
    /** [n_columns]: where the record's row of each column lies; of a column that is not of one
     *  shape a struct tfeed_tensor, as tfeed_columns_row gives it, and of a list one as
     *  tfeed_sequence_parser_row does. Filter: NULL unless filter_reads_row. Map: values may be
     *  written. Strings: struct tfeed_bytes; tfeed_block_unref ends the one that is replaced, and
     *  the new one's block becomes the batch's; without a block it outlives the batch. */
    void *const *row;
    /** Of SequenceExamples, where there is a row: what holds it, for its steps; else NULL. */
    const struct tfeed_sequence_parser *sequences;
    int64_t sequence_row; /**< its number there */
};

/** True keeps the record. Pure: same record, same answer. On any thread of the loader, or on the
 *  caller of `next`; several at a time. */
typedef bool (*tfeed_row_filter_fn)(const struct tfeed_loader_record *record, void *user_data);

/** Changes a parsed row in place. Pure as above. A status other than OK counts as a record that
 *  cannot be parsed (TFEED_OUT_OF_RANGE, the end of the data, becomes TFEED_INVALID_ARGUMENT);
 *  reterr (never NULL) may get a message, the place is added. Under SKIP and STOP_FILE it is called
 *  twice a record. */
typedef tfeed_status (*tfeed_row_map_fn)(const struct tfeed_loader_record *record, void *user_data,
                                         struct tfeed_error *reterr);

/** Where the memory of batches comes from: pinned or huge pages fit here. */
struct tfeed_batch_memory {
    void *(*alloc)(void *user_data, size_t size, size_t alignment); /**< NULL: no memory */
    void (*free)(void *user_data, void *memory, size_t size);
    void *user_data;
    size_t alignment; /**< power of two; 0: 64 */
};

/** How a loader works; start from tfeed_loader_options_init. */
struct tfeed_loader_options {
    size_t struct_size;  /**< set by tfeed_loader_options_init */
    int64_t batch_size;  /**< rows of a batch, 128 by default */
    int64_t n_epochs;    /**< 1; TFEED_EPOCHS_ENDLESS, or 0 as TensorFlow's programs say it */
    bool drop_remainder; /**< false: the rows that are left at the end come in a smaller batch */

    enum tfeed_order order;  /**< TFEED_ORDER_AUTO */
    int64_t shuffle_records; /**< 0; how many records are shuffled with each other */
    int64_t seed;            /**< 0: the same order on every run; TFEED_SEED_RANDOM */
    int64_t graph_seed;      /**< TENSORFLOW: TFEED_SEED_UNSET; `seed` is the op seed of both ops */
    int64_t capacity;      /**< TENSORFLOW: of the shuffle queue; 0: shuffle_records + 3 batches */
    int64_t interleave;    /**< FILES: how many files are open in turn, 1 */
    int64_t block_records; /**< FILES: records of each before the next one's turn, 1 */
    int64_t n_lanes;       /**< FAST: lanes of the whole job, 1 to 4,096 for each shard; 0: 16 for
                                  each, fewer where a window would fall under 64 records */

    int64_t shard_index; /**< 0 … n_shards - 1 */
    int64_t n_shards;    /**< 1; TFEED_SHARDS_AUTO */
    enum tfeed_level level;

    /** TFEED_ON_ERROR_FAIL: the batches before a damaged record, or one that cannot be parsed,
     *  come, then `next` returns the error. SKIP: it is left out and counted; behind a bad length
     *  reading goes on where the checksum of the payload shows that nothing else was damaged, else
     *  nothing more is read of the file: a record that is guessed may be part of a payload (`tfeed
     *  repair` saves what can be found). STOP_FILE: nothing more is read of this file in this epoch
     *  by the lane that met it; counted. GLOBAL reads no record behind another: a damaged payload
     *  is left out alone, as under SKIP, and where framing is lost the rest of that file is. */
    enum tfeed_on_error on_error;
    int64_t max_skipped; /**< 100 over the loader's whole life, resumed parts included */
    bool skip_checksums; /**< those of payloads; false */
    enum tfeed_compression compression; /**< TFEED_COMPRESSION_AUTO: each file by its content */
    enum tfeed_map map;                 /**< TFEED_MAP_AUTO */
    uint64_t max_record_bytes;          /**< TFEED_RECORD_DEFAULT_LIMIT_BYTES */
    const struct tfeed_file_system *file_system; /**< NULL: local files; borrowed */

    int64_t n_workers;       /**< TFEED_WORKERS_AUTO; 0: all work on the callers' threads */
    bool caller_helps;       /**< true: a caller that would wait does the workers' work instead; of
                              * as many workers as processors one then rests, until the program
                              * stays away for more than 100 us between two calls of next */
    int64_t n_batches;       /**< 4: the ring's buffers, those that the program holds included */
    int64_t budget_bytes;    /**< 0: the smaller of 1 GiB and a quarter of the memory there is.
                              * Blocks for strings of JSON, and of CSV fields with doubled quotes,
                              * are not counted */
    bool shuffle_may_shrink; /**< false; true: fewer records are shuffled where they do not fit */

    bool with_records; /**< tfeed_batch_records works; the records stay pinned with the batch */
    tfeed_row_filter_fn filter;
    void *filter_user_data;
    bool filter_reads_row; /**< the record is parsed for the filter, once more than otherwise */
    tfeed_row_map_fn map_row;
    void *map_user_data;

    enum tfeed_mix_end mix_end; /**< TFEED_MIX_FIRST */
    int64_t mix_rows;           /**< of all shards together */

    const char *state; /**< NULL, or the text to continue from; read during open */
    struct tfeed_batch_memory batch_memory;  /**< zero: the allocator */
    const struct tfeed_allocator *allocator; /**< NULL: malloc; borrowed */

    /** NULL, or what is wanted of SequenceExamples, in place of the `schema` of open, which is NULL
     *  then. A reference is taken. */
    struct tfeed_sequence_schema *sequence_schema;
};

TFEED_API void tfeed_loader_options_init(struct tfeed_loader_options *options);

/** One set of files in a mix. */
struct tfeed_loader_set {
    const char *const *patterns; /**< as tfeed_files_match takes them */
    size_t n_patterns;
    double weight; /**< above 0; the share of rows is weight / sum of weights */
};

/** Files in, batches out. Thread safety: fully concurrent, but for close. */
struct tfeed_loader;

/**
 * Opens a loader over the files of one pattern, path or shard set ("STEM@8.SUFFIX").
 *
 * Where an index lies beside a file (FILE.tfidx, see tfeed/index.h) and fits it, counting, finding
 * the places where lanes and shards begin, and the table of GLOBAL cost a few reads instead of a
 * walk over the lengths. The rows are the same. An index that is stale or damaged is passed over in
 * silence, as one that is not there. (A file that was damaged after it was indexed, its first and
 * last record being as they were: records behind a bad length are counted, and GLOBAL gives them.)
 *
 * @param schema   NULL: batches of records as they are (with_records is implied), or, where there
 *                 is options->sequence_schema, of SequenceExamples: see tfeed_batch_sequences. Else
 *                 a reference is taken; records that are JSON or CSV:
 *                 tfeed_schema_set_json_records.
 * @param options  NULL: the defaults. Copied.
 *
 * @return TFEED_OK
 *         TFEED_NOT_FOUND            no such file; a shard of a set is missing: its name is given
 *         TFEED_INVALID_ARGUMENT     an option; GLOBAL over compressed files; no valid state text;
 *                                    columns that the schema's lines of CSV do not have; a schema
 *                                    of both kinds; a sequence_schema of which there is no parser
 *                                    (see tfeed_sequence_parser_new)
 *         TFEED_FAILED_PRECONDITION  the state contradicts an option or the files; says which
 *         TFEED_RESOURCE_EXHAUSTED   the windows, the table of GLOBAL or the batches do not fit the
 *                                    budget (bytes needed are named), or no memory, no thread
 *         what the file system says
 * Ownership: end it with tfeed_loader_close.
 * Blocks:    on I/O: sizes and first bytes of files. Records are read by `next` and the workers.
 * Since:     0.1
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_loader_open(const char *pattern,
                                                        struct tfeed_schema *schema,
                                                        const struct tfeed_loader_options *options,
                                                        struct tfeed_loader **ret_loader,
                                                        struct tfeed_error *reterr);

/** tfeed_loader_open over several patterns; a file that two of them match comes once. */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_loader_open_files(const char *const *patterns, size_t n_patterns, struct tfeed_schema *schema,
                        const struct tfeed_loader_options *options,
                        struct tfeed_loader **ret_loader, struct tfeed_error *reterr);

/** tfeed_loader_open over several sets: the set of each row is drawn from (seed, row) by weight,
 *  and each set keeps its own order and epochs. */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_loader_open_mixed(const struct tfeed_loader_set *sets, size_t n_sets,
                        struct tfeed_schema *schema, const struct tfeed_loader_options *options,
                        struct tfeed_loader **ret_loader, struct tfeed_error *reterr);

/**
 * Stops the workers, waits for them, and ends the loader. NULL does nothing.
 *
 * Batches that the program still holds live on; their memory goes with the last of them.
 *
 * Thread safety: externally locked: no other call may be running or come later.
 * Blocks: while a worker ends its run of work (at most 128 records and 256 KiB, or one record).
 */
TFEED_API void tfeed_loader_close(struct tfeed_loader *loader);

/**
 * Asks everything to stop: calls that wait, now or later, return TFEED_CANCELLED. From any thread,
 * not from a signal handler. Does not wait.
 */
TFEED_API void tfeed_loader_stop(struct tfeed_loader *loader);

/** A batch: rows by column, in one buffer of the ring. Counted. */
struct tfeed_batch;

/**
 * The next batch.
 *
 * Several threads may call at once: each gets another batch, in the order of the row sequence.
 *
 * @return TFEED_OK
 *         TFEED_OUT_OF_RANGE        the end; again at each call
 *         TFEED_RESOURCE_EXHAUSTED  the program holds all n_batches buffers: nothing is consumed,
 *                                   call again after tfeed_batch_unref
 *         TFEED_CANCELLED           tfeed_loader_stop
 *         TFEED_DATA_LOSS, TFEED_INVALID_ARGUMENT, …  file, record and offset are named; all
 *                                   batches before have come; again at each call
 * Ownership: end the batch with tfeed_batch_unref, on any thread, also after tfeed_loader_close.
 * Blocks:    until the batch is ready; with caller_helps it works meanwhile.
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_loader_next(struct tfeed_loader *loader,
                                                        struct tfeed_batch **ret_batch,
                                                        struct tfeed_error *reterr);

/**
 * tfeed_loader_next that waits at most timeout_ms (TFEED_WAIT_FOREVER: without limit); it never
 * helps, so there must be workers. timeout_ms 0 asks whether a batch is ready.
 *
 * @return also TFEED_DEADLINE_EXCEEDED       nothing is consumed
 *              TFEED_FAILED_PRECONDITION     nobody works: no workers, and none of the program's
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_loader_next_timed(struct tfeed_loader *loader,
                                                              int64_t timeout_ms,
                                                              struct tfeed_batch **ret_batch,
                                                              struct tfeed_error *reterr);

/** tfeed_loader_next_timed with timeout 0. */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_loader_try_next(struct tfeed_loader *loader,
                                                            struct tfeed_batch **ret_batch,
                                                            struct tfeed_error *reterr);

/**
 * The next batch into the program's own columns.
 *
 * @param columns     [n_columns] of the schema's dtypes and shapes, each with batch_size rows
 *                    (tfeed_schema_alloc_columns, tfeed_tensor_borrow); rows behind the last one
 *                    keep what they had
 * @param ret_n_rows  rows filled
 * @return as tfeed_loader_next; TFEED_INVALID_ARGUMENT also when the columns do not fit, or the
 *         schema has some that are not of one shape, or lists; nothing is consumed then
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_loader_next_into(struct tfeed_loader *loader,
                                                             struct tfeed_tensor *columns,
                                                             int64_t *ret_n_rows,
                                                             struct tfeed_error *reterr);

/**
 * Lends the calling thread to the loader: it works as one more worker until tfeed_loader_stop, the
 * end, or an error. For programs that bring their own threads; join them before tfeed_loader_close.
 *
 * @return TFEED_OK (the end was reached, or an error that `next` will return), TFEED_CANCELLED,
 *         TFEED_RESOURCE_EXHAUSTED
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_loader_work(struct tfeed_loader *loader,
                                                        struct tfeed_error *reterr);

/** How many threads of its own the loader has: what TFEED_WORKERS_AUTO came to. */
TFEED_API int64_t tfeed_loader_n_workers(const struct tfeed_loader *loader);

/** The files, in the order of their patterns; NULL behind the last. Lives as long as the loader. */
TFEED_API const char *tfeed_loader_path(const struct tfeed_loader *loader, size_t i);

/**
 * The rows of one epoch of this shard, levelled where that was asked for.
 *
 * Counts come from a walk over the headers of all files; the first call makes it.
 *
 * @return TFEED_OK
 *         TFEED_FAILED_PRECONDITION  a filter, skipping or a mix decides how many there are
 *         what reading the files says
 * Blocks: on I/O, for the walk.
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_loader_n_rows(struct tfeed_loader *loader,
                                                          uint64_t *ret_n_rows,
                                                          struct tfeed_error *reterr);

/** The batches of one epoch of this shard; as tfeed_loader_n_rows. */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_loader_n_batches(struct tfeed_loader *loader,
                                                             uint64_t *ret_n_batches,
                                                             struct tfeed_error *reterr);

/* ------------------------------------------------------------------- state */

/**
 * The place behind the last batch that was handed out, as a JSON text: options.state of a loader
 * over the same files continues with the very next row. Rows that were prepared ahead do not count.
 *
 * The loader writes no file: keep the text beside the model, in one atomic step.
 *
 * @param ret_text  NUL-terminated (not counted in len); tfeed_block_unref(ret_text->block) ends it
 * @return TFEED_OK, TFEED_RESOURCE_EXHAUSTED
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_loader_save_state(struct tfeed_loader *loader,
                                                              struct tfeed_bytes *ret_text,
                                                              struct tfeed_error *reterr);

/** The place behind this batch; as tfeed_loader_save_state. */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_batch_state(const struct tfeed_batch *batch,
                                                        struct tfeed_bytes *ret_text,
                                                        struct tfeed_error *reterr);

/**
 * Joins the states of all shards of a job, for going on with another number of shards: give the
 * result to each of them. What is still to come is exact as a set; with the same number of shards
 * the sequences are exact too.
 *
 * @param texts  [n_texts], one of each shard, in any order, saved at any time
 * @return TFEED_OK
 *         TFEED_INVALID_ARGUMENT     not a state
 *         TFEED_FAILED_PRECONDITION  not the shards of one job: one is missing, comes twice, or has
 *                                    other files or options
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_loader_merge_states(const char *const *texts,
                                                                size_t n_texts,
                                                                struct tfeed_bytes *ret_text,
                                                                struct tfeed_error *reterr);

/* ------------------------------------------------------------------- batch */

/** One more reference; returns batch. */
TFEED_API struct tfeed_batch *tfeed_batch_ref(struct tfeed_batch *batch);

/** Ends one reference; with the last the buffer goes back to the ring. NULL does nothing. From any
 *  thread, also after tfeed_loader_close. */
TFEED_API void tfeed_batch_unref(struct tfeed_batch *batch);

/** The rows that count: up to batch_size. Columns have as many rows. */
TFEED_API int64_t tfeed_batch_n_rows(const struct tfeed_batch *batch);
/** Counted from 0 over the life of the loader, resumed parts included. */
TFEED_API uint64_t tfeed_batch_number(const struct tfeed_batch *batch);
/** Counted from 0; of the last row. In a mix: of the first set. */
TFEED_API uint64_t tfeed_batch_epoch(const struct tfeed_batch *batch);
/** True for the last batch of an epoch (TENSORFLOW and mixes: of all). */
TFEED_API bool tfeed_batch_is_last_of_epoch(const struct tfeed_batch *batch);

/** The columns of the schema; of SequenceExamples those of the context, then a column for each
 *  list. */
TFEED_API int tfeed_batch_n_columns(const struct tfeed_batch *batch);
/** Column i as a tensor that lives as long as the batch; NULL where there is none. Of a column that
 *  is not of one shape (tfeed_schema_add_variable and so on) its values, of all rows; of a list
 *  what tfeed_sequence_parser_values gives, and how many steps there are and where they begin
 *  tfeed_batch_sequences says. */
TFEED_API const struct tfeed_tensor *tfeed_batch_column(const struct tfeed_batch *batch, int i);

/** Where each row of column i begins in its values, as tfeed_columns_row_splits; of a ragged list
 *  as tfeed_sequence_parser_row_splits. NULL where the column has none. */
TFEED_API const struct tfeed_tensor *tfeed_batch_row_splits(const struct tfeed_batch *batch, int i,
                                                            int level);
/** All that a batch holds where the schema has columns that are not of one shape, for the functions
 *  of tfeed/features.h (steps, sparse tensors, single rows); of SequenceExamples their context, if
 *  anything of it is wanted; else NULL. The batch's; rows that pad stand behind the others. */
TFEED_API struct tfeed_columns *tfeed_batch_columns(const struct tfeed_batch *batch);

/** What holds a batch of SequenceExamples, for the functions of tfeed/sequence.h (lengths, where
 *  steps and their values begin, sparse tensors, single rows); NULL without a sequence_schema. The
 *  batch's: it parses nothing else. Rows that pad stand behind the others.
 *  Thread safety: externally locked for tfeed_sequence_parser_sparse; else immutable. */
TFEED_API struct tfeed_sequence_parser *tfeed_batch_sequences(const struct tfeed_batch *batch);

/* The values of column i; NULL when its dtype is another. */
TFEED_API const float *tfeed_batch_floats(const struct tfeed_batch *batch, int i);
TFEED_API const int32_t *tfeed_batch_int32s(const struct tfeed_batch *batch, int i);
TFEED_API const int64_t *tfeed_batch_int64s(const struct tfeed_batch *batch, int i);
TFEED_API const uint8_t *tfeed_batch_uint8s(const struct tfeed_batch *batch, int i);
TFEED_API const struct tfeed_bytes *tfeed_batch_strings(const struct tfeed_batch *batch, int i);

/** The records themselves, [n_rows], in place as views; NULL unless with_records. */
TFEED_API const struct tfeed_bytes *tfeed_batch_records(const struct tfeed_batch *batch);

/** Where a row comes from. */
struct tfeed_row_place {
    const char *path;
    uint64_t offset; /**< of the record's start, in the uncompressed stream */
    uint64_t record; /**< counted from 0 in its file */
    size_t set;      /**< of a mix */
};

/** The place of row 0 … n_rows - 1; path NULL for any other. */
TFEED_API struct tfeed_row_place tfeed_batch_place(const struct tfeed_batch *batch, int64_t row);

/** Writes the row's key, "path:offset" as TensorFlow's reader makes it, cut to text_bytes.
 *  @return the length it has uncut, without the NUL */
TFEED_API size_t tfeed_batch_key(const struct tfeed_batch *batch, int64_t row, char *text,
                                 size_t text_bytes);

/* -------------------------------------------------------------- statistics */

/** The stages of a loader, in the order of the data. */
enum tfeed_stage {
    TFEED_STAGE_READ,     /**< walking, checksums, filter: what fills windows */
    TFEED_STAGE_PARSE,    /**< from records to columns, map */
    TFEED_STAGE_DELIVER,  /**< uint8 to float where workers parsed, copies of next_into */
    TFEED_STAGE_CONSUMER, /**< the program: busy between calls of next, waiting inside them */
    TFEED_N_STAGES
};

/** "read", "parse", "deliver", "consumer". Static. */
TFEED_API const char *tfeed_stage_name(enum tfeed_stage stage);

struct tfeed_stage_statistics {
    uint64_t n_records;
    uint64_t n_bytes;    /**< of payloads in, READ: as read; DELIVER: of columns */
    uint64_t busy_ns;    /**< summed over threads. READ without workers: from one record in 256 */
    uint64_t waiting_ns; /**< summed over threads: PARSE and DELIVER have none of their own */
    uint64_t depth;      /**< READ: rows in windows; PARSE: batches ready; CONSUMER: batches held */
};

struct tfeed_loader_statistics {
    size_t struct_size;
    struct tfeed_stage_statistics stages[TFEED_N_STAGES];
    uint64_t worker_waiting_ns; /**< of all workers: the ring was full, or the disk slow; not that
                                 * of one that rests, see caller_helps */
    uint64_t n_skipped;         /**< damaged records left out so far, resumed parts included */
    uint64_t n_filtered;
    uint64_t n_levelled;        /**< rows dropped or repeated by `level` */
    uint64_t budget_used_bytes; /**< now */
    uint64_t budget_peak_bytes;
    int64_t n_workers;
    int64_t n_lanes;
    int64_t window_records; /**< of each lane */
    bool verifies_checksums;
};

/** What happened so far; may be read at any time. Set struct_size before. */
TFEED_API void tfeed_loader_statistics_get(struct tfeed_loader *loader,
                                           struct tfeed_loader_statistics *ret_statistics);

/**
 * One sentence on which stage holds the rest back, and what would help.
 * @return text
 */
TFEED_API char *tfeed_loader_statistics_explain(const struct tfeed_loader_statistics *statistics,
                                                char *text, size_t text_bytes);

#ifdef __cplusplus
}
#endif
#endif
